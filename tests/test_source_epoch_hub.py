"""Epoch AI's Benchmarking Hub."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest

from helpers import facts, fixture_rows, reasons, rows_of, zip_of
from scoreboard.errors import DataError
from scoreboard.sources import get_source
from scoreboard.sources._epoch import harness, runner, slug
from scoreboard.tables import Row, Score

HUB = get_source("epoch_hub")
FOLDER = "benchmark_data"


def scores(rows: list[Row]) -> dict[str, Score]:
    return {f"{r.benchmark} {r.source_name}": r for r in rows if isinstance(r, Score)}


def read(member: str, text: str) -> list[Row]:
    return rows_of(HUB, zip_of({f"{FOLDER}/{member}.csv": text.encode()}))


def test_an_own_run() -> None:
    assert scores(fixture_rows(HUB))["gpqa_diamond alpha-1-20250110"] == Score(
        source_name="alpha-1-20250110",
        benchmark="gpqa_diamond",
        value=0.625,
        full_score=1.0,
        stderr=0.034,
        harness="epoch",
        runner="independent",
        evaluated=dt.date(2025, 1, 12),
        released=dt.date(2025, 1, 10),
        locator=f"{FOLDER}/gpqa_diamond.csv!L2/mean_score",
        raw="0.625",
    )


def test_scores_from_elsewhere() -> None:
    found = scores(fixture_rows(HUB))
    helm, report = found["mmlu beta-2"], found["mmlu Delta (base)"]
    assert (helm.value, helm.shots, helm.harness, helm.runner) == (
        0.71, "5", "helm", "independent",
    )  # fmt: skip
    assert (report.value, report.shots, report.harness, report.runner) == (
        0.66, "0", "beta-2-technical-report", "developer",
    )  # fmt: skip
    assert report.released is None
    assert report.locator == f"{FOLDER}/mmlu_external.csv!L3/EM"


def test_an_error_in_per_cent_becomes_a_fraction() -> None:
    score = scores(fixture_rows(HUB))["apex_agents alpha-1-20250110"]
    assert score.value == 0.298
    assert score.stderr == pytest.approx(0.035)
    assert score.harness == "apex-agents-leaderboard"


def test_intervals_as_ends_and_as_widths() -> None:
    found = scores(fixture_rows(HUB))
    widths, ends = found["webdev_arena alpha-1-20250110"], found["webdev_arena beta-2"]
    assert (widths.low, widths.value, widths.high) == (1488.5, 1500.5, 1510.5)
    assert (ends.low, ends.value, ends.high) == (1391, 1400, 1412.5)


def test_facts_come_from_the_index_file_first() -> None:
    found = facts(fixture_rows(HUB))
    assert found == [
        ("model", "alpha-1-20250110", "accessibility", "API access"),
        ("model", "alpha-1-20250110", "organization", "Acme"),
        ("model", "alpha-1-20250110", "country", "United States of America"),
        ("model", "alpha-1-20250110", "release_date", "2025-01-10"),
        ("model", "alpha-1-20250110", "model_name", "Alpha 1"),
        ("model", "beta-2", "accessibility", "Open weights (unrestricted)"),
        ("model", "beta-2", "release_date", "2025-02-01"),
        ("model", "beta-2", "model_name", "Beta 2"),
        ("model", "gamma-3", "organization", "Bolt"),
        ("model", "gamma-3", "country", "China"),
        ("model", "gamma-3", "release_date", "2025-03-01"),
    ]


def test_what_is_not_used() -> None:
    # a cell of the row in line 3 holds an end of line: the next row is in line 5
    mmlu = f"{FOLDER}/mmlu_external.csv!"
    assert reasons(fixture_rows(HUB)) == [
        (
            f"{FOLDER}/brand_new_test_external.csv!",
            "unknown file: its columns are not known here",
        ),
        (f"{FOLDER}/gpqa_diamond.csv!L3/Started at", "the date of the run is no date"),
        (f"{mmlu}L5/EM", "the row has no score"),
        (f"{mmlu}L5/Release date", "release_date of gamma-3 is 2025-03-01 further up"),
        (f"{mmlu}L6/EM", "the row names no model"),
    ]


@pytest.mark.parametrize(
    ("row", "at", "reason"),
    [
        ("x,much,2025-01-10", "Score", "the score is not a number"),
        ("x,nan,2025-01-10", "Score", "the score is not a number"),
        ("x,0.5,2025-02-30", "Release date", "the release date is no date"),
        ("x,0.5", "Model version", "the row has 2 cells, the header 3"),
    ],
)
def test_impossible_cells(row: str, at: str, reason: str) -> None:
    rows = read("piqa_external", f"Model version,Score,Release date\n{row}\n")
    assert reasons(rows) == [(f"{FOLDER}/piqa_external.csv!L2/{at}", reason)]


def test_a_perfect_score_is_stated_where_there_is_one() -> None:
    rows = read("aider_polyglot_external", "Model version,Percent correct\nx,41.8\n")
    assert scores(rows)["aider_polyglot x"].full_score == 100
    assert scores(fixture_rows(HUB))["webdev_arena beta-2"].full_score is None


def test_the_scaffold_is_kept() -> None:
    head = "Model version,Agent,Accuracy mean,Accuracy SE,Run date,Source"
    rows = read("terminalbench_external", f"{head}\nx, Helper ,0.5,0.02,2025-11-03,\n")
    score = scores(rows)["terminalbench x"]
    assert (score.scaffold, score.stderr) == ("Helper", 0.02)
    assert score.evaluated == dt.date(2025, 11, 3)
    assert score.harness == "terminalbench-leaderboard"


def test_an_implausible_error_is_not_used() -> None:
    rows = read("weirdml_external", "Model version,Accuracy,Accuracy SE\nx,0.5,0.0001\n")
    assert scores(rows)["weirdml x"].stderr is None


def test_a_missing_column_is_named() -> None:
    with pytest.raises(DataError, match="column missing: EM"):
        read("mmlu_external", "Model version,Score\nx,0.5\n")


def test_truncated_archive() -> None:
    with pytest.raises(DataError, match="archive is not whole"):
        rows_of(HUB, zip_of({"a.csv": b"Model version\n" * 99})[:500])


def test_damaged_archive() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("gpqa_diamond.csv", "Model version,mean_score\n" * 99)
    body = bytearray(packed.getvalue())
    body[46:56] = b"\xff" * 10  # inside the packed bytes, after the member's header
    with pytest.raises(DataError, match="archive is not whole"):
        rows_of(HUB, bytes(body))


@pytest.mark.parametrize(
    ("source", "expected_harness", "expected_runner"),
    [
        ("Epoch evaluations", "epoch", "independent"),
        ("Stanford CRFM Leaderboard", "helm", "independent"),
        ("Standford HELM", "helm-classic", "independent"),
        ("Alpha Technical Report", "alpha-technical-report", "developer"),
        ("Alpha Technical ReportAlpha Technical Report", "alpha-technical-report", "developer"),
        ("Alpha 5 System Card", "alpha-5-system-card", "developer"),
        ("https://www.example.org/bench/", "example-org-bench", "independent"),
        ("", "my-bench-leaderboard", "independent"),
        (" ", "my-bench-leaderboard", "independent"),
    ],
)
def test_harness_and_runner(source: str, expected_harness: str, expected_runner: str) -> None:
    assert harness(source, "My bench") == expected_harness
    assert runner(source) == expected_runner


def test_slug_is_at_most_60_characters() -> None:
    assert slug("A b" + "c" * 99) == "a-b" + "c" * 57
