"""The best score so far, against steps worked by hand."""

from __future__ import annotations

from typing import Any

import pytest

from metric_world import Row, closed, day, released, scored, weights, world
from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate
from scoreboard.metrics.frontier import Frontier
from scoreboard.store import Tables

METRIC = Frontier()
MODELS = {  # released, score, country
    "ant": ("2024-01-10", 50.0, "US"),
    "bee": ("2024-02-10", 70.0, "US"),
    "cow": ("2024-03-10", 40.0, "CN"),
    "dog": ("2024-04-10", 60.0, "CN"),
    "elk": ("2024-05-10", 60.0, "CN"),
}
OPENED = "2024-06-15"  # bee's weights


def row(model: str, **columns: Any) -> Row:
    since, value, _ = MODELS[model]
    return scored(model, value, since, benchmark="quiz", harness="lab", stderr=3.0, **columns)


def tables(extra: tuple[Row, ...] = ()) -> Tables:
    return world(
        models=[released(m, since, country=c, developer=f"{m}-lab")
                for m, (since, _, c) in MODELS.items()],
        openness=[*closed("ant"), *weights("bee", since=OPENED),
                  *(r for m in ("cow", "dog", "elk") for r in weights(m))],
        snapshots=[{"id": "tests@2026-01-05", "source": "tests", "address": "https://t.example"}],
        results=[*(row(m) for m in MODELS), *extra],
        benchmarks=[{"benchmark": "quiz", "name": "Quiz", "items": 400}],
        benchmark_names=[{"name": "quiz", "benchmark": "quiz"}],
    )  # fmt: skip


def series(there: Tables, **given: str) -> list[tuple[str, str, float | None]]:
    asked = METRIC.read(there, {"benchmark": "quiz", "as_of": "2024-12-31", **given})
    return [(str(e.as_of), str(e.detail["model"]), e.value) for e in METRIC.series(there, asked)]


def at(there: Tables, day_: str, **given: str) -> Estimate:
    asked = {"benchmark": "quiz", "as_of": day_, **given}
    (found,) = METRIC.compute(there, METRIC.read(there, asked))
    return found


def test_steps_name_the_model_that_set_them() -> None:
    """A tie sets no step; published weights move a model to the open ones."""
    assert series(tables()) == [
        ("2024-03-10", "cow", 40), ("2024-04-10", "dog", 60), (OPENED, "bee", 70),
    ]  # fmt: skip


def test_a_best_score_falls_when_its_model_leaves_the_group() -> None:
    assert series(tables(), of="closed") == [
        ("2024-01-10", "ant", 50), ("2024-02-10", "bee", 70), (OPENED, "ant", 50),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "model", "models"),
    [
        ({"by": "origin", "of": "US"}, "bee", 2),
        ({"by": "origin"}, "dog", 3),
        ({"by": "origin_openness", "of": "US_open"}, "bee", 1),
        ({"by": "developer", "of": "cow-lab"}, "cow", 1),
        ({"of": "unrestricted"}, "bee", 4),
    ],
)
def test_groups(given: dict[str, str], model: str, models: int) -> None:
    found = at(tables(), "2024-06-30", **given)
    assert (found.detail["model"], found.detail["models"]) == (model, models)


def test_every_developer_without_one_named() -> None:
    of = tables()
    asked = METRIC.read(of, {"benchmark": "quiz", "as_of": "2024-06-30", "by": "developer"})
    found = {e.key["developer"]: e.value for e in METRIC.compute(of, asked)}
    assert found == {f"{m}-lab": v for m, (_, v, _) in MODELS.items()}
    assert METRIC.values(of, [asked]) == [None]
    with pytest.raises(UsageError, match="name the group"):
        METRIC.series(of, asked)


def test_the_interval_is_that_of_the_score() -> None:
    found = at(tables(), "2024-05-31")
    assert (found.low, found.high) == pytest.approx((60 - 1.96 * 3, 60 + 1.96 * 3), abs=1e-3)
    assert found.detail["corrected"] < 63
    assert any("too high on average" in c for c in found.caveats)


def test_the_interval_stays_within_the_scale() -> None:
    top = {**row("elk", variant="max"), "value": 99.0}
    assert at(tables((top,)), "2024-05-31").high == 100


@pytest.mark.parametrize(("on", "value"), [("2024-11-06", 70.0), ("2024-11-07", None)])
def test_it_ends_180_days_after_the_last_row(on: str, value: float | None) -> None:
    assert (day(on) - day("2024-05-10")).days == 180 + (value is None)
    found = at(tables(), on)
    assert found.value == value
    assert METRIC.values(tables(), [METRIC.read(tables(), {"benchmark": "quiz", "as_of": on})]) == [
        value
    ]


def test_before_any_score() -> None:
    found = at(tables(), "2023-12-31")
    assert found.value is None
    assert found.caveats[0].startswith("no scored model of the group open")


def test_a_sentence() -> None:
    said = METRIC.finding(at(tables(), "2024-05-31", of="closed"))
    assert said == "The best closed model on quiz is bee, with 70.0 points."
