"""What charts draw: axes and labels, the records of two groups, the layers of shares."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from metric_world import day
from scoreboard.estimate import Estimate
from scoreboard.figures import Figure
from scoreboard.render import amount
from scoreboard.site.charts import Drawing, Shown, all_charts
from scoreboard.site.charts.areas import SMALL, stacked
from scoreboard.site.charts.base import (
    LABEL_GAP,
    SERIES,
    decades,
    padded,
    shortened,
    spread,
    thin,
    told_apart,
)
from scoreboard.site.charts.frontier import records

Spec = Mapping[str, Any]
MANY = [f"g{i:02}" for i in range(1, 13)]


def name(_: str, thing: str) -> str:
    """A printed name."""
    return thing.upper()


def shown(
    series: Sequence[Estimate], *, now: Sequence[Estimate] | None = None, **params: str
) -> Shown:
    """What a chart is drawn from."""
    return Shown(Figure("f", "gap", ()), params, now or series[-1:], series, "A finding.", name)


def draw(kind: str, what: Shown) -> Drawing:
    found = all_charts()[kind].draw(what)
    assert found is not None
    return found


def made(
    value: float | None, unit: str = "points", on: str = "2024-01-10", **more: Any
) -> Estimate:
    return Estimate(value, unit, "made up", day(on), more.pop("population", "all"), **more)


def marks(spec: Spec, kind: str) -> Iterator[Spec]:
    """The layers of a kind of mark."""
    for part in spec["layer"]:
        if "layer" in part:
            yield from marks(part, kind)
        elif part["mark"]["type"] == kind:
            yield part


def points(part: Spec, *fields: str) -> list[tuple[Any, ...]]:
    """The rows of a layer, days short."""
    fields = fields or ("day", "value")
    rows = part["data"]["values"]
    return [tuple(str(r[f])[:10] if f == "day" else r[f] for f in fields) for r in rows]


class TestBase:
    @given(
        st.lists(st.floats(0, 1) | st.sampled_from([0.0, 0.5, 1.0]), max_size=18),
        st.floats(-100, 100),
        st.floats(0.001, 1000),
    )
    @example([0.5] * 18, 0.0, 1.0)
    @example([1.0] * 18, 0.0, 1.0)
    def test_labels_are_apart_in_order_and_within_the_ends(
        self, parts: list[float], low: float, size: float
    ) -> None:
        wanted, high = [low + size * p for p in parts], low + size
        found, slack = spread(wanted, low, high), 1e-9 * (abs(low) + size)
        assert len(found) == len(wanted)
        assert all(low - slack <= v <= high + slack for v in found)
        order = sorted(range(len(wanted)), key=lambda i: found[i])
        assert [wanted[i] for i in order] == sorted(wanted)
        placed = [found[i] for i in order]
        assert all(b - a >= size * LABEL_GAP - slack for a, b in pairwise(placed))

    def test_labels_that_are_apart_stay_where_they_are(self) -> None:
        assert spread([0.9, 0.1, 0.5], 0, 1) == [0.9, 0.1, 0.5]
        assert spread([5.0, 5.0], 0, 10, gap=0.1) == [5.0, 6.0]
        assert spread([10.0, 10.0, 9.5], 0, 10, gap=0.1) == [9.0, 10.0, 8.0]

    @given(st.lists(st.integers(-99, 99), min_size=1, max_size=60), st.integers(8, 30))
    @example([0] * 300 + [5, 0, -5] + [0] * 300, 240)
    @example([0] * 700, 240)
    def test_thinned_rows_keep_ends_and_extremes(self, values: list[int], most: int) -> None:
        rows: list[dict[str, Any]] = [{"i": i, "value": v} for i, v in enumerate(values)]
        found = thin(rows, most)
        places = [r["i"] for r in found]
        assert len(found) <= max(most, 1)
        assert places == sorted(set(places))
        assert all(rows[i] == r for i, r in zip(places, found, strict=True))
        assert places[0] == 0
        assert places[-1] == len(rows) - 1
        assert min(r["value"] for r in found) == min(values)
        assert max(r["value"] for r in found) == max(values)
        wide = 2 * len(rows) / (most - 4) + 1
        assert all(b - a <= wide for a, b in pairwise(places))

    @given(st.lists(st.floats(0.001, 1e5), min_size=1), st.booleans())
    def test_an_axis_has_room_around_its_values(self, values: list[float], log: bool) -> None:
        low, high = padded(values, log=log)
        assert low < min(values) <= max(values) < high
        assert not log or low > 0

    def test_room_is_a_part_of_the_span(self) -> None:
        assert padded([0.0, 100.0]) == (-8.0, 108.0)
        assert padded([50.0]) == (45.0, 55.0)
        assert padded([0.0]) == (-1.0, 1.0)
        assert padded([1.4, 14.0], log=True) == pytest.approx((1.0, 19.6))

    def test_ticks_of_a_logarithmic_axis(self) -> None:
        assert decades(0.5, 30) == [0.5, 1, 2, 5, 10, 20]
        assert decades(0.01, 10) == [0.01, 0.1, 1, 10]
        assert decades(0.03, 40) == [0.1, 1, 10]

    @given(st.floats(0.0001, 10_000), st.floats(1, 1000))
    @example(3.0, 3.1 / 3.0)
    def test_a_logarithmic_axis_has_ticks(self, lowest: float, times: float) -> None:
        """Whatever the prices are: without one the reader sees no value at all."""
        low, high = padded([lowest, lowest * times], log=True)
        found = decades(low, high)
        assert found
        assert all(low <= v <= high for v in found)

    @given(st.lists(st.sampled_from(["A", "B", "A (2)", "A (3)", "A (2) (2)"]), max_size=8))
    @example(["A (2)", "A", "A"])
    def test_labels_are_told_apart(self, labels: list[str]) -> None:
        found = told_apart(labels)
        assert len(set(found)) == len(found) == len(labels)
        assert all(f.startswith(x) for f, x in zip(found, labels, strict=True))
        if len(set(labels)) == len(labels):
            assert found == labels

    def test_words(self) -> None:
        assert shortened("a" * 22) == "a" * 22
        assert shortened("a" * 20 + " bcd") == "a" * 20 + "…"
        assert amount(0.075, "usd_per_mtok") == "$0.075"
        assert amount(0.241, "fraction") == "24.1 %"
        assert amount(None, "usd") == ""


def gap(on: str, leader: str, best: float, chaser: str, second: float, **more: Any) -> Estimate:
    """A gap between closed and open models; its value is one less than the simple difference."""
    detail = {"by": "openness", "leader_model": leader, "leader_score": best,
              "chaser_model": chaser, "chaser_score": second, "plain": best - second}  # fmt: skip
    key = {"benchmark": "quiz", "leader": "closed", "chaser": "open"}
    return made(best - second - 1, on=on, key=key, detail=detail, **more)


class TestFrontier:
    SERIES = (
        made(None, on="2024-01-01"),
        gap("2024-01-10", "a", 50, "b", 40, low=5.0, high=12.0),
        gap("2024-02-01", "a", 50, "c", 45),
        gap("2024-02-15", "a", 50, "c", 45, low=0.0, high=8.0),
        made(None, on="2024-03-01"),
        gap("2024-04-01", "d", 60, "c", 45),
    )
    END = (gap("2024-06-30", "d", 60, "c", 45),)

    def test_records_are_the_days_on_which_a_best_changed(self) -> None:
        assert [str(e.as_of) for e in records(self.SERIES)] == [
            "2024-01-10", "2024-02-01", "2024-04-01",
        ]  # fmt: skip

    def test_a_tie_of_another_model_is_a_record(self) -> None:
        tie = (gap("2024-01-10", "a", 50, "b", 40), gap("2024-01-11", "z", 50, "b", 40))
        assert len(records(tie)) == 2

    def test_each_best_is_carried_to_the_next_and_to_the_end(self) -> None:
        found = draw("frontier", shown(self.SERIES, now=self.END))
        leader, chaser = (points(part) for part in marks(found.spec, "line"))
        days = ["2024-01-10", "2024-02-01", "2024-04-01", "2024-06-30"]
        assert leader == list(zip(days, [50, 50, 60, 60], strict=True))
        assert chaser == list(zip(days, [40, 45, 45, 45], strict=True))
        (between,) = marks(found.spec, "area")
        assert points(between, "day", "value", "other") == [
            ("2024-01-10", 50, 40), ("2024-02-01", 50, 45), ("2024-04-01", 60, 45),
            ("2024-06-30", 60, 45),
        ]  # fmt: skip

    def test_only_a_new_best_is_a_point_and_says_which(self) -> None:
        found = draw("frontier", shown(self.SERIES, now=self.END))
        leader, chaser = (points(p, "day", "tip") for p in marks(found.spec, "point"))
        assert leader == [
            ("2024-01-10", "A: 50.0, 2024-01-10"),
            ("2024-04-01", "D: 60.0, 2024-04-01"),
        ]
        assert chaser == [
            ("2024-01-10", "B: 40.0, 2024-01-10"),
            ("2024-02-01", "C: 45.0, 2024-02-01"),
        ]

    def test_the_table_has_every_record(self) -> None:
        found = draw("frontier", shown(self.SERIES, now=self.END))
        assert found.rows == (
            (day("2024-01-10"), "A", 50, "B", 40, 10, 9, 5.0, 12.0),
            (day("2024-02-01"), "A", 50, "C", 45, 5, 4, None, None),
            (day("2024-04-01"), "D", 60, "C", 45, 15, 14, None, None),
        )
        assert len(found.columns) == len(found.rows[0])

    def test_both_groups_have_a_label(self) -> None:
        found = draw("frontier", shown(self.SERIES, now=self.END))
        (labels,) = marks(found.spec, "text")
        assert points(labels, "day", "label", "colour") == [
            ("2024-06-30", "closed", SERIES[1]), ("2024-06-30", "open", SERIES[0]),
        ]  # fmt: skip

    @pytest.mark.parametrize("count", [0, 1, 2])
    def test_fewer_than_two_records_are_no_chart(self, count: int) -> None:
        same = [gap(f"2024-0{i}-10", "a", 50, "b", 40) for i in (1, 2)][:count]
        assert all_charts()["frontier"].draw(shown([*same, made(None)])) is None


SHARES = st.lists(
    st.dictionaries(st.sampled_from([*MANY, "unknown", "other"]), st.floats(0.001, 1), min_size=1),
    min_size=2, max_size=6,
)  # fmt: skip


def weeks_of(rows: Sequence[Mapping[str, float]]) -> dict[dt.date, dict[str, float]]:
    """Weeks whose shares add up to one."""
    first = day("2025-03-03")
    return {
        first + dt.timedelta(days=7 * i): {g: v / sum(r.values()) for g, v in r.items()}
        for i, r in enumerate(rows)
    }


class TestStacked:
    @given(SHARES, st.none() | st.sampled_from(MANY))
    def test_the_layers_of_each_week_add_up(self, rows: Any, of: str | None) -> None:
        weeks = weeks_of(rows)
        order, table = stacked(weeks, "family", of)
        assert list(table) == list(weeks)
        for week in table.values():
            assert sum(week[g] for g in order) == pytest.approx(1)
            assert all(week[g] >= 0 for g in order)
        present = {g for week in weeks.values() for g in week}
        rest = [g for g in order if g in ("other", "unknown")]
        assert rest == sorted(present & {"other", "unknown"})
        assert order[len(order) - len(rest) :] == rest
        assert len(order) == len(set(order)) <= 8 + len(rest)
        if of in present:
            assert order[0] == of
        if SMALL in order:
            assert order[len(order) - len(rest) - 1] == SMALL
        for group in set(order) - {SMALL}:
            assert [w[group] for w in table.values()] == [w.get(group, 0.0) for w in weeks.values()]

    def test_small_groups_are_drawn_together(self) -> None:
        weeks = weeks_of([dict(zip(MANY[:9], range(9, 0, -1), strict=True))] * 2)
        order, table = stacked(weeks, "family", None)
        assert order == [*MANY[:7], SMALL]
        assert [w[SMALL] for w in table.values()] == pytest.approx([3 / 45] * 2)
        order, _ = stacked(weeks, "family", "g09")
        assert order == ["g09", *MANY[:6], SMALL]

    def test_one_small_group_stands_alone(self) -> None:
        weeks = weeks_of([dict(zip(MANY[:8], range(8, 0, -1), strict=True))] * 2)
        assert stacked(weeks, "family", None)[0] == MANY[:8]

    def test_by_origin_other_is_a_region(self) -> None:
        weeks = weeks_of([{"US": 1, "other": 5, "unnamed": 1, "unknown": 1}] * 2)
        assert stacked(weeks, "origin", None)[0] == ["other", "US", "unknown", "unnamed"]
        weeks = weeks_of([{"open": 1, "other": 5}] * 2)
        assert stacked(weeks, "openness", None)[0] == ["open", "other"]

    def test_a_layer_stands_on_those_before(self) -> None:
        series = [
            made(v, "fraction", on, key={"openness": g}, detail={"week": day(on)})
            for on, open_, closed_ in (("2025-03-03", 0.25, 0.75), ("2025-03-10", 0.5, 0.5))
            for g, v in (("closed", closed_), ("open", open_))
        ]
        found = draw("areas", shown(series, by="openness", of="open"))
        (area,) = marks(found.spec, "area")
        assert points(area, "day", "base", "value", "group", "colour") == [
            ("2025-03-03", 0, 0.25, "open", SERIES[0]), ("2025-03-10", 0, 0.5, "open", SERIES[0]),
            ("2025-03-03", 0.25, 1, "closed", SERIES[1]),
            ("2025-03-10", 0.5, 1, "closed", SERIES[1]),
        ]  # fmt: skip
        (labels,) = marks(found.spec, "text")
        assert points(labels, "value", "label") == [(0.25, "Open 50.0 %"), (0.75, "Closed 50.0 %")]
        assert found.columns == ("week", "Open", "Closed")
        assert found.rows == ((day("2025-03-03"), 0.25, 0.75), (day("2025-03-10"), 0.5, 0.5))
        tips = [t for (t,) in points(next(marks(found.spec, "rule")), "tip")]
        assert tips[0] == "Week of 2025-03-03: Open 25.0 %, Closed 75.0 %"

    def test_one_week_is_no_chart(self) -> None:
        one = [made(1.0, "fraction", key={"openness": "open"}, detail={"week": day("2025-03-03")})]
        assert all_charts()["areas"].draw(shown(one, by="openness")) is None


class TestTradeoff:
    def test_the_frontier_is_what_no_cheaper_model_scores(self) -> None:
        bills = [("a", 1.0, 120.0), ("b", 2.0, 110.0), ("c", 2.0, 130.0), ("d", 9.0, 131.0)]
        series = [
            made(usd, "usd", key={"model": m, "provider": "acme"},
                 detail={"score": score, "open": m == "a"})
            for m, usd, score in bills
        ]  # fmt: skip
        drawing = draw("tradeoff", shown(series))
        assert [row[0] for row in drawing.rows if row[-1] == "yes"] == ["A", "C", "D"]
        (line,) = marks(drawing.spec, "line")
        steps = [(1.0, 120.0), (2.0, 130.0), (9.0, 131.0)]
        assert points(line, "price", "value")[:3] == steps
        assert [row[2] for row in drawing.rows] == ["open weights", "closed", "closed", "closed"]

    def test_models_without_a_score_or_a_price_are_not_drawn(self) -> None:
        key = {"model": "a", "provider": "acme"}
        bare = [made(1.0, "usd", key=key), made(None, "usd", key=key, detail={"score": 1.0})]
        assert all_charts()["tradeoff"].draw(shown(bare * 3)) is None
