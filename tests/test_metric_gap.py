"""The gap on made-up worlds: who counts, units, errors, and faulty data."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from metric_world import Row, closed, day, released, scored, weights, world
from scoreboard.estimate import Estimate
from scoreboard.metrics.gap import Gap
from scoreboard.store import Tables

METRIC = Gap()
SINCE = "2025-03-01"
CLOSED, OPEN = ("ant", "bee", "cat"), ("dog", "elk", "fox")
SCORES = {"ant": 80.0, "bee": 75.0, "cat": 60.0, "dog": 70.0, "elk": 69.0, "fox": 50.0}


def tables(
    rows: Sequence[Row], *, unknown: Sequence[str] = (), benchmark: Row | None = None
) -> Tables:
    names = [*CLOSED, *OPEN, *unknown]
    return world(
        models=[released(m, SINCE) for m in names],
        openness=[r for m in CLOSED for r in closed(m)] + [r for m in OPEN for r in weights(m)],
        snapshots=[{"id": i, "source": "tests", "address": "https://tests.example"}
                   for i in sorted({str(r["snapshot_id"]) for r in rows})],
        results=rows,
        benchmarks=[{"benchmark": "quiz", "name": "Quiz", "items": 400, **(benchmark or {})}],
        benchmark_names=[{"name": "quiz", "benchmark": "quiz"}],
    )  # fmt: skip


def row(model: str, value: float, since: str = SINCE, **columns: Any) -> Row:
    return scored(model, value, since, benchmark="quiz", harness="lab", **columns)


def rows(scores: dict[str, float] | None = None, **columns: Any) -> list[Row]:
    return [row(m, v, **columns) for m, v in (scores or SCORES).items()]


def gap(of: Tables, **given: str) -> Estimate:
    asked = {"benchmark": "quiz", "as_of": "2025-03-31", **given}
    (found,) = METRIC.compute(of, METRIC.read(of, asked))
    return found


def test_who_counts() -> None:
    found = gap(tables(rows(), benchmark={"access": "private"}))
    assert found.detail["plain"] == 10
    assert (found.detail["leader_models"], found.detail["chaser_models"]) == (3, 3)
    assert found.detail["unknown_models"] == 0
    assert found.detail["test_set"] == "private"
    assert found.n == 6
    sensitive = found.detail["most_sensitive_to"]
    assert (sensitive["model"], sensitive["change"], sensitive["then"]) == (
        "ant",
        "without its rows",
        5,
    )


def test_unknown_openness_is_in_neither_group_and_counted() -> None:
    extra = [row("gnu", 99.0), row("gnu", 98.0, variant="high"), row("hen", 10.0)]
    found = gap(tables([*rows(), *extra], unknown=["gnu", "hen"]))
    assert found.detail["plain"] == 10
    assert found.detail["unknown_models"] == 2
    assert {r.row.raw for r in found.left_out if "group" in r.why} == {"99.0", "98.0", "10.0"}
    assert found.value == gap(tables(rows())).value


def test_an_unknown_licence_is_neither_unrestricted_nor_the_rest() -> None:
    of = tables(rows(), unknown=["gnu"])
    of.connection.execute(
        "INSERT INTO openness BY NAME SELECT 'gnu' AS model, true AS weights, 'unknown' AS openness"
    )
    of.connection.execute(
        "INSERT INTO results BY NAME SELECT * REPLACE ('gnu' AS model, 99.0 AS value, "
        "'/gnu' AS locator) FROM results WHERE model = 'dog'"
    )
    assert gap(of).detail["plain"] == 80 - 99
    strict = gap(of, chaser="unrestricted")
    assert strict.detail["plain"] == 10
    assert strict.detail["unknown_models"] == 1


def test_all_scores_equal() -> None:
    found = gap(tables(rows(dict.fromkeys(SCORES, 70.0))))
    assert found.detail["plain"] == 0
    assert found.value == pytest.approx(0, abs=1e-9)
    assert found.low is not None and found.high is not None
    assert found.low < 0 < found.high
    assert any("not separable" in c for c in found.caveats)


def test_scores_of_exactly_0_and_100_have_an_error() -> None:
    scores = {"ant": 100.0, "bee": 100.0, "cat": 0.0, "dog": 0.0, "elk": 0.0, "fox": 0.0}
    found = gap(tables(rows(scores)))
    assert found.detail["plain"] == 100
    assert found.low is not None and found.high is not None
    assert 98 < found.low < found.high < 102


def test_duplicate_rows_count_once_and_are_listed() -> None:
    again = [row("ant", 80.0, locator="/again")]
    whole, twice = gap(tables(rows())), gap(tables([*rows(), *again]))
    assert (twice.value, twice.low, twice.high, twice.n) == (whole.value, whole.low, whole.high, 6)
    assert [x.why for x in twice.left_out] == ["a newer row of the same variant is used"]


def test_missing_dates_are_left_out_and_listed() -> None:
    found = gap(tables([*rows(), {**row("bee", 99.0, variant="max"), "released": None}]))
    assert found.detail["plain"] == 10
    assert [x.why for x in found.left_out] == ["the release date of the model is not known"]


def test_single_models_answer_with_a_caveat_where_the_harness_is_named() -> None:
    pair = [row("ant", 80.0, stderr=3.0), row("dog", 70.0, stderr=4.0)]
    assert gap(tables(pair)).value is None
    found = gap(tables(pair), harness="lab")
    assert found.value == pytest.approx(10, abs=0.05)
    assert found.low == pytest.approx(10 - 1.96 * 5, abs=0.1)
    assert "only 1 models of closed were scored" in found.caveats


def test_without_items_and_errors_there_is_a_value_and_no_interval() -> None:
    found = gap(tables(rows(), benchmark={"items": None}))
    assert (found.value, found.low, found.interval) == (10, None, None)
    assert any(c.startswith("no interval") for c in found.caveats)


def test_the_order_of_rows_does_not_matter() -> None:
    mixed = rows()
    mixed = [{**r, "locator": f"/{r['model']}"} for r in mixed]
    first = gap(tables(mixed))
    random.Random(3).shuffle(mixed)
    assert gap(tables(mixed)).as_json() == first.as_json()


@pytest.mark.parametrize(("on", "ended"), [("2025-08-28", False), ("2025-08-29", True)])
def test_a_series_is_carried_180_days(on: str, ended: bool) -> None:
    found = gap(tables(rows()), as_of=on)
    assert (found.value is None) == ended
    assert ("the series ends" in found.caveats[0]) == ended
    assert day(on).toordinal() - day(SINCE).toordinal() == 180 + ended


@pytest.mark.parametrize(
    ("scale", "level", "unit", "error"),
    [("rating", 0.95, "rating_points", 10.0), ("index", 0.9, "index_points", 10.0),
     ("minutes", 0.95, "minutes", 10.0), ("rating", 0.5, "rating_points", 10.0)],
)  # fmt: skip
def test_published_intervals_are_read_at_their_level(
    scale: str, level: float, unit: str, error: float
) -> None:
    """Ratings of 1300 and 1270, each with a standard error of 10, whatever level is stated."""
    half = error * {0.95: 1.959964, 0.9: 1.644854, 0.5: 0.674490}[level]
    pair = [
        row(m, v, low=v - half, high=v + half, level=level)
        for m, v in (("ant", 1300.0), ("dog", 1270.0))
    ]
    of = tables(pair, benchmark={"scale": scale, "items": None})
    found = gap(of, harness="lab")
    assert found.unit == unit
    assert found.value == pytest.approx(30, abs=0.2)
    assert found.low is not None and found.high is not None
    assert found.high - found.low == pytest.approx(2 * 1.96 * error * 2**0.5, abs=0.3)


def test_an_interval_of_unknown_level_gives_no_error() -> None:
    pair = [
        row(m, v, low=v - 5, high=v + 5, level=None) for m, v in (("ant", 1300.0), ("dog", 1270.0))
    ]
    found = gap(tables(pair, benchmark={"scale": "rating"}), harness="lab")
    assert (found.value, found.low) == (30, None)
