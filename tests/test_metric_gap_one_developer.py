"""The choice of harness: what one developer reports of its own models compares no groups."""

from __future__ import annotations

import pytest

from metric_world import closed, day, released, weights, world
from scoreboard.estimate import Estimate
from scoreboard.metrics._levels import choose_level
from scoreboard.metrics._scores import read_world
from scoreboard.metrics.gap import Gap
from scoreboard.store import Tables

METRIC = Gap()
AS_OF = "2025-07-01"
MODELS = {  # model -> developer, whether its weights are open
    "g1": ("google", False), "g2": ("google", False), "g3": ("google", False),
    "gem1": ("google", True), "gem2": ("google", True), "gem3": ("google", True),
    "q1": ("alibaba", True), "q2": ("alibaba", True),
}  # fmt: skip
OWN = {"g1": 90, "g2": 80, "g3": 70, "gem1": 40, "gem2": 30, "gem3": 20}
BOARD = {"g1": 60, "g2": 50, "q1": 55, "q2": 45}


def scored(harness: str, scores: dict[str, int]) -> list[dict[str, object]]:
    return [
        {"model": m, "source_name": m, "benchmark": "quiz", "value": v, "harness": harness,
         "source": "tests", "released": day("2025-06-01")}
        for m, v in scores.items()
    ]  # fmt: skip


def quiz(results: list[dict[str, object]]) -> Tables:
    return world(
        benchmarks=[{"benchmark": "quiz", "name": "Quiz", "items": 100}],
        benchmark_names=[{"name": "quiz", "benchmark": "quiz"}],
        snapshots=[{"id": "tests@2026-01-05-0", "source": "tests", "address": "https://x.example"}],
        models=[
            released(m, "2025-06-01", developer=d, family=f"{d}-{'open' if o else 'api'}")
            for m, (d, o) in MODELS.items()
        ],
        openness=[row for m, (_, o) in MODELS.items() for row in (weights if o else closed)(m)],
        results=results,
    )


def gap(results: list[dict[str, object]], **asked: str) -> Estimate:
    tables = quiz(results)
    values = METRIC.read(tables, {"benchmark": "quiz", "as_of": AS_OF, **asked})
    (found,) = METRIC.compute(tables, values)
    return found


def test_the_board_is_chosen_though_the_developer_reports_more_models() -> None:
    found = gap(scored("google-reports", OWN) + scored("board", BOARD))
    assert found.detail["harness"] == "board"
    assert found.detail["plain"] == pytest.approx(5.0)
    assert not any("other harnesses" in c for c in found.caveats)


def test_own_reports_alone_give_no_value() -> None:
    found = gap(scored("google-reports", OWN))
    assert found.value is None
    assert "of several developers" in found.caveats[0]


def test_they_can_be_asked_for() -> None:
    found = gap(scored("google-reports", OWN) + scored("board", BOARD), harness="google-reports")
    assert found.detail["plain"] == pytest.approx(50.0)
    assert "all scored models are of one developer" in found.caveats


def test_families_of_one_developer_are_compared() -> None:
    found = gap(scored("google-reports", OWN), by="family", leader="google-api",
                chaser="google-open")  # fmt: skip
    assert found.detail["plain"] == pytest.approx(50.0)


@pytest.mark.parametrize("board", [True, False])
def test_a_level_is_read_off_the_board_where_there_is_one(board: bool) -> None:
    results = scored("google-reports", OWN) + (scored("board", BOARD) if board else [])
    tables = quiz(results)
    level = choose_level(tables, read_world(tables, "quiz"), {"level": 45.0, "reaches": ""})
    assert level is not None
    assert level.harness.harness == ("board" if board else "google-reports")
