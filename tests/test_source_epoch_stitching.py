"""Epoch AI's benchmark-stitching archive."""

from __future__ import annotations

import datetime as dt

import pytest

from helpers import facts, fixture_rows, reasons, rows_of, tar_of
from scoreboard.errors import DataError
from scoreboard.sources import get_source
from scoreboard.tables import Row, Score

STITCHING = get_source("epoch_stitching")
FOLDER = "benchmark-stitching-main/data"


def scores(rows: list[Row]) -> dict[str, Score]:
    return {f"{r.benchmark} {r.source_name}": r for r in rows if isinstance(r, Score)}


def read(member: str, text: str) -> list[Row]:
    return rows_of(STITCHING, tar_of({f"{FOLDER}/{member}.csv": text.encode()}))


def test_a_percentage_becomes_a_fraction() -> None:
    assert scores(fixture_rows(STITCHING))["Terminal Bench alpha-1-20250110"] == Score(
        source_name="alpha-1-20250110",
        benchmark="Terminal Bench",
        value=0.645,
        full_score=1.0,
        stderr=0.006,
        harness="terminal-bench-leaderboard",
        scaffold="Helper",
        runner="independent",
        released=dt.date(2025, 1, 10),
        locator=f"{FOLDER}/external_benchmark_terminal_bench.csv!L2/Accuracy mean",
        raw="64.5%",
    )


def test_an_own_run() -> None:
    run = scores(fixture_rows(STITCHING))["GPQA diamond alpha-1-20250110"]
    assert (run.value, run.stderr, run.harness) == (0.85, None, "epoch")
    assert (run.evaluated, run.released) == (dt.date(2025, 11, 17), dt.date(2025, 1, 10))


def test_the_scores_and_their_scales() -> None:
    found = scores(fixture_rows(STITCHING))
    assert {k: (s.value, s.full_score, s.evaluated) for k, s in found.items()} == {
        "Terminal Bench alpha-1-20250110": (0.645, 1, None),
        "GPQA diamond alpha-1-20250110": (0.85, 1, dt.date(2025, 11, 17)),
        "GPQA diamond beta-2": (0.25, 1, None),
        "Aider polyglot beta-2": (41.8, 100, None),
        "The Agent Company alpha-1-20250110": (0.24, 1, dt.date(2024, 12, 17)),
    }


def test_facts() -> None:
    assert facts(fixture_rows(STITCHING)) == [
        ("model", "alpha-1-20250110", "release_date", "2025-01-10"),
        ("benchmark", "Terminal Bench", "benchmark_release_date", "2025-05-19"),
        ("benchmark", "Terminal Bench", "is_coding", "TRUE"),
        ("benchmark", "Terminal Bench", "is_math", "FALSE"),
        ("benchmark", "Terminal Bench", "optimized_for", "TRUE"),
        ("benchmark", "Vague Bench", "is_coding", "FALSE"),
        ("benchmark", "Vague Bench", "is_math", "FALSE"),
        ("benchmark", "Vague Bench", "optimized_for", "FALSE"),
    ]


def test_what_is_not_used() -> None:
    runs, external = f"{FOLDER}/benchmarks_runs.csv!", f"{FOLDER}/external_benchmark"
    assert reasons(fixture_rows(STITCHING)) == [
        (f"{FOLDER}/model_versions.csv!L4/Version release date", "the release date is no date"),
        (
            f"{FOLDER}/benchmark_optim.csv!L3/benchmark_release_date",
            "the benchmark release date is no date",
        ),
        (f"{runs}L3/started_at", "the date of the run is no date"),
        (
            f"{runs}L4/Best score (across scorers)",
            "not an input of the index: FrontierMath-2025-02-28-Public",
        ),
        (f"{runs}L5/Best score (across scorers)", "the run has the status Failed"),
        (f"{external}_aider_polyglot.csv!L3/Percent correct", "the row has no score"),
        (f"{external}_aider_polyglot.csv!L4/id", "the row has 3 cells, the header 5"),
        (f"{external}_brand_new.csv!", "unknown file: its columns are not known here"),
        (f"{external}_terminal_bench.csv!L3/Accuracy mean", "the row names no model"),
    ]


@pytest.mark.parametrize("raw", ["much", "%", "5%%", "nan%"])
def test_impossible_scores(raw: str) -> None:
    rows = read("external_benchmark_piqa", f"Model version,Score\nx,{raw}\n")
    assert reasons(rows) == [
        (f"{FOLDER}/external_benchmark_piqa.csv!L2/Score", "the score is not a number")
    ]


def test_a_missing_column_is_named() -> None:
    with pytest.raises(DataError, match="column missing: EM"):
        read("external_benchmark_mmlu", "Model version,Score\nx,50%\n")


def test_files_outside_the_folder_are_not_read() -> None:
    table = b"Model version,Score\nx,50%\n"
    name = "external_benchmark_piqa.csv"
    inside, outside = f"{FOLDER}/{name}", f"benchmark-stitching-main/outputs/data/{name}"
    rows = rows_of(STITCHING, tar_of({inside: table, outside: table}))
    assert [r.locator.partition("!")[0] for r in rows] == [inside]
