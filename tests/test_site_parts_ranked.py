"""What charts draw: values through time as steps, ranked values with the ranks left open."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metric_world import day
from scoreboard.estimate import Estimate
from scoreboard.site.charts import Drawing, all_charts
from scoreboard.site.charts.base import REST, SERIES
from scoreboard.site.charts.dots import rank_intervals
from test_charts import draw, made, marks, points, shown


class TestSteps:
    @staticmethod
    def prices(*values: float | None, unit: str = "usd_per_mtok") -> Drawing | None:
        series = [
            made(v, unit, f"2024-{i:02}-01", detail={"provider": "acme"})
            for i, v in enumerate(values, 1)
        ]
        return all_charts()["steps"].draw(shown(series, now=[made(1.0, unit, "2024-12-31")]))

    def test_the_lowest_price_so_far_is_drawn_where_a_price_rises(self) -> None:
        found = self.prices(10.0, 4.0, None, 6.0, 3.0)
        assert found is not None
        lowest, line = marks(found.spec, "line")
        assert [v for _, v in points(lowest)] == [10.0, 4.0, 4.0, 3.0, 3.0]
        assert [v for _, v in points(line)] == [10.0, 4.0, 6.0, 3.0, 3.0]
        assert points(line)[-1] == ("2024-12-31", 3.0)
        (label,) = marks(found.spec, "text")
        assert points(label, "value", "label") == [(3.0, "lowest so far")]
        assert [v for _, v in points(next(marks(found.spec, "point")))] == [10.0, 4.0, 6.0, 3.0]
        assert found.rows[0] == (day("2024-01-01"), "at ACME", 10.0, None, None)
        assert len(found.rows) == 4

    def test_it_is_not_drawn_where_prices_only_fall(self) -> None:
        found = self.prices(10.0, 4.0, 4.0, 3.0)
        assert found is not None
        assert len(list(marks(found.spec, "line"))) == 1
        assert "lowest" not in found.reading

    @pytest.mark.parametrize(
        ("unit", "values", "scale"),
        [
            ("usd_per_mtok", (10.0, 1.0), "log"), ("usd", (1.0, 2.0), "log"),
            ("usd_per_mtok", (10.0, 0.0), None), ("fraction", (0.5, 0.1, 0.2), None),
            ("points", (-1.0, 1.0, 0.0), None), ("count", (5.0, 50.0), None),
        ],
    )  # fmt: skip
    def test_prices_have_a_logarithmic_axis(
        self, unit: str, values: tuple[float, ...], scale: str | None
    ) -> None:
        found = self.prices(*values, unit=unit)
        assert found is not None
        (*_, line) = marks(found.spec, "line")
        assert line["encoding"]["y"]["scale"].get("type") == scale
        if scale is None:
            assert len(list(marks(found.spec, "line"))) == 1

    def test_the_band_is_the_interval(self) -> None:
        series = [made(v, "points", f"2024-0{v}-01", low=v - 1, high=v + 1) for v in (2, 3)]
        (band,) = marks(draw("steps", shown(series)).spec, "area")
        assert points(band, "day", "low", "high")[:2] == [
            ("2024-02-01", 1, 3),
            ("2024-03-01", 2, 4),
        ]

    @pytest.mark.parametrize("values", [(), (5.0,), (5.0, 5.0), (None, 5.0)])
    def test_what_never_changes_is_no_chart(self, values: tuple[float | None, ...]) -> None:
        assert self.prices(*values) is None


SPANS = st.tuples(st.integers(0, 20), st.integers(0, 5), st.integers(0, 5))


class TestRanked:
    @staticmethod
    def spans(*spans: tuple[float, float | None, float | None]) -> list[Estimate]:
        return [
            made(v, key={"what": f"what {i}"}, low=low, high=high)
            for i, (v, low, high) in enumerate(spans)
        ]

    def test_separate_intervals_leave_one_rank(self) -> None:
        found = self.spans((90, 88, 92), (80, 78, 82), (70, 68, 72))
        assert rank_intervals(found) == [(1, 1), (2, 2), (3, 3)]

    def test_overlapping_intervals_leave_several(self) -> None:
        found = self.spans((90, 85, 95), (80, 78, 86), (70, 60, 77))
        assert rank_intervals(found) == [(1, 2), (1, 2), (3, 3)]

    def test_what_has_no_interval_stands_as_a_point(self) -> None:
        found = self.spans((90, None, None), (80, 70, 91), (79, None, None), (60, None, 65))
        assert rank_intervals(found) == [(1, 2), (1, 3), (2, 3), (4, 4)]

    def test_equal_numbers_share_their_ranks(self) -> None:
        assert rank_intervals(self.spans((5, None, None), (5, None, None))) == [(1, 2), (1, 2)]

    def test_ranks_from_joint_draws_win_where_all_have_them(self) -> None:
        spans = self.spans((90, 85, 95), (80, 78, 86))
        drawn = [replace(e, detail={"rank_low": i, "rank_high": i}) for i, e in enumerate(spans, 1)]
        assert rank_intervals(spans) == [(1, 2), (1, 2)]
        assert rank_intervals(drawn) == [(1, 1), (2, 2)]
        assert rank_intervals([drawn[0], spans[1]]) == [(1, 2), (1, 2)]

    @given(st.lists(SPANS, min_size=1, max_size=12))
    def test_the_place_in_the_order_is_one_of_the_ranks(
        self, rows: list[tuple[int, int, int]]
    ) -> None:
        rows.sort(reverse=True)
        found = rank_intervals(self.spans(*((v, v - a, v + b) for v, a, b in rows)))
        for place, (best, worst) in enumerate(found, 1):
            assert 1 <= best <= place <= worst <= len(rows)

    @pytest.mark.parametrize("kind", ["bars", "dots"])
    def test_rows_are_in_order_and_few(self, kind: str) -> None:
        series = [made(float(i), "count", key={"family": f"f{i}"}) for i in (3, 1, 2)]
        found = draw(kind, shown(series, by="family"))
        assert [r[1] for r in found.rows] == [3.0, 2.0, 1.0]
        assert all_charts()[kind].draw(shown(series[:1], by="family")) is None

    def test_of_many_bars_the_largest_and_the_one_asked_for_are_drawn(self) -> None:
        series = [made(float(i), "count", key={"family": f"f{i:02}"}) for i in range(30)]
        found = draw("bars", shown(series, by="family", of="f03"))
        mine, others = marks(found.spec, "bar")
        assert points(mine, "group", "value") == [("F03", 3.0)]
        assert mine["mark"]["fill"] == SERIES[0]
        assert [v for (v,) in points(others, "value")] == [float(i) for i in range(29, 14, -1)]
        assert others["mark"]["fill"] == REST
        assert len(found.rows) == 30

    def test_dots_of_another_unit_are_left_out(self) -> None:
        series = [
            made(1.0, key={"s": "a"}),
            made(2.0, key={"s": "b"}),
            made(3.0, "usd", key={"s": "c"}),
        ]
        assert len(draw("dots", shown(series[:3], now=series[:1])).rows) == 2

    def test_the_figure_itself_stands_out_and_where_it_is_none_of_the_dots_all_do(self) -> None:
        series = [made(float(i), "points", key={"s": s}) for i, s in enumerate("abc", 1)]
        whole = made(2.0, "points", key={"s": ""})
        for now, blue in (
            (series[:1], ["a"]),
            (series, ["a", "b", "c"]),
            ([whole], ["a", "b", "c"]),
        ):
            dots = marks(draw("dots", shown(series, now=now)).spec, "point")
            drawn = {d["mark"]["fill"]: sorted(g for (g,) in points(d, "group")) for d in dots}
            assert drawn[SERIES[0]] == blue

    @pytest.mark.parametrize(("kind", "unit"), [("bars", "count"), ("dots", "points")])
    def test_things_with_long_names_have_rows_of_their_own(self, kind: str, unit: str) -> None:
        """Two names that begin alike are two rows: one label would put both in one place."""
        names = [f"{'a very long name ' * 3}{i}" for i in range(3)]
        series = [made(float(i), unit, key={"family": n}) for i, n in enumerate(names, 1)]
        found = draw(kind, shown(series, now=series, by="family"))
        groups = {g for part in marks(found.spec, "bar" if kind == "bars" else "rule")
                  for (g,) in points(part, "group")}  # fmt: skip
        assert len(groups) == len(names)
