"""Epoch AI's Capabilities Index and its inputs."""

from __future__ import annotations

import datetime as dt

import pytest

from helpers import facts, fixture_rows, reasons, rows_of
from scoreboard.errors import DataError
from scoreboard.sources import get_source
from scoreboard.tables import Score

INDEX = get_source("epoch_index")
BENCHMARKS, VALUES, DIFFICULTIES = INDEX.addresses


def test_values_of_the_index() -> None:
    rows = fixture_rows(INDEX, "eci_scores")
    assert [r for r in rows if isinstance(r, Score)] == [
        Score(
            source_name="Alpha 1",
            benchmark="index",
            value=150.0,
            harness="epoch-index",
            runner="independent",
            released=dt.date(2025, 1, 10),
            locator="L2/eci",
            raw="150.0",
        ),
        Score(
            source_name="Beta 2",
            benchmark="index",
            value=141.25,
            low=138.5,
            high=144.0,
            harness="epoch-index",
            runner="independent",
            released=dt.date(2025, 2, 1),
            locator="L3/eci",
            raw="141.25",
        ),
    ]


def test_facts_of_the_index() -> None:
    rows = fixture_rows(INDEX, "eci_scores")
    assert facts(rows) == [
        ("model", "Alpha 1", "organization", "Acme"),
        ("model", "Alpha 1", "country", "United States of America"),
        ("model", "Alpha 1", "accessibility", "API access"),
        ("model", "Alpha 1", "release_date", "2025-01-10"),
        ("model", "Alpha 1", "display_name", "Alpha 1 (high)"),
        ("model", "Beta 2", "accessibility", "Open weights (unrestricted)"),
        ("model", "Beta 2", "release_date", "2025-02-01"),
        ("model", "Beta 2", "display_name", "Beta 2"),
        ("model", "Gamma 3", "organization", "Bolt"),
        ("model", "Gamma 3", "country", "China"),
        ("model", "Gamma 3", "accessibility", "Unknown"),
        ("model", "Gamma 3", "display_name", "Gamma 3"),
    ]
    assert reasons(rows) == [
        ("L4/eci", "the score is not a number"),
        ("L4/date", "the release date is no date"),
    ]


def test_scores_that_the_index_is_fitted_to() -> None:
    rows = fixture_rows(INDEX, "eci_benchmarks")
    assert [
        (r.benchmark, r.source_name, r.harness, r.runner, r.chance_removed, r.raw)
        for r in rows
        if isinstance(r, Score)
    ] == [
        ("GPQA diamond", "alpha-1-20250110", "epoch", "independent", True, "0.5"),
        (
            "FrontierMath-2025-02-28-Private",
            "alpha-1-20250110",
            "epoch",
            "independent",
            False,
            "0.4",
        ),
        ("HLE", "Beta 2", "hle-leaderboard", "independent", True, "0.25"),
        ("MMLU", "beta-2", "beta-2-technical-report", "developer", True, "0.6"),
    ]
    assert reasons(rows) == [
        ("L5/performance", "the score is not a number"),
        ("L6/date", "the release date is no date"),
    ]


def test_the_divisor_of_frontiermath_is_undone() -> None:
    rows = fixture_rows(INDEX, "eci_benchmarks")
    values = {r.benchmark: r.value for r in rows if isinstance(r, Score)}
    assert values["FrontierMath-2025-02-28-Private"] == pytest.approx(0.228)  # 0.4 * 0.57
    assert values["GPQA diamond"] == 0.5


def test_versions_lead_to_models() -> None:
    assert facts(fixture_rows(INDEX, "eci_benchmarks")) == [
        ("model", "alpha-1-20250110", "model_name", "Alpha 1"),
        ("model", "alpha-1-20250110", "index_model", "Alpha 1 (Jan 2025)"),
        ("model", "beta-2", "index_model", "Beta 2"),
    ]


def test_difficulties() -> None:
    rows = fixture_rows(INDEX, "edi_scores")
    assert facts(rows) == [
        ("benchmark", "GPQA diamond", "edi", "135.9"),
        ("benchmark", "GPQA diamond", "estimated_slope_scaled", "0.12"),
        ("benchmark", "GPQA diamond", "benchmark_release_date", "2023-11-20"),
        ("benchmark", "GPQA diamond", "is_anchor", "False"),
        ("benchmark", "Winogrande", "edi", "110.1"),
        ("benchmark", "Winogrande", "is_anchor", "True"),
    ]
    reason = "estimated_slope_scaled is not a number"
    assert reasons(rows) == [("L3/estimated_slope_scaled", reason)]


def test_contradicting_facts_are_not_used() -> None:
    head = "performance,benchmark,model_version,date,source,Model,model"
    rows = rows_of(INDEX, f"{head}\n0.1,A,x,,,X,X\n0.2,B,x,,,Y,X\n", BENCHMARKS)
    assert reasons(rows) == [("L3/Model", "model_name of x is X further up")]


@pytest.mark.parametrize(
    ("address", "column"),
    [(BENCHMARKS, "performance"), (VALUES, "eci_ci_low"), (DIFFICULTIES, "edi")],
)
def test_a_missing_column_is_named(address: str, column: str) -> None:
    with pytest.raises(DataError, match=f"column missing: .*{column}"):
        rows_of(INDEX, "Model,eci\nx,1\n", address)


def test_truncated_document() -> None:
    head = "benchmark_name,is_anchor,benchmark_release_date,edi,estimated_slope_scaled"
    with pytest.raises(DataError, match="cut off in its last row"):
        rows_of(INDEX, f"{head}\nA,True,,100,0.1\nB,True,,10", DIFFICULTIES)
    rows = rows_of(INDEX, f"{head}\nA,True,,100,0.1\nB,True,,10\n", DIFFICULTIES)
    assert reasons(rows) == [("L3/benchmark_name", "the row has 4 cells, the header 5")]
    rows = rows_of(INDEX, f"{head}\nA,True,,100,0.1\nB,True,,100,0.", DIFFICULTIES)
    assert reasons(rows) == [("L3/benchmark_name", "the document is cut off in this row")]
