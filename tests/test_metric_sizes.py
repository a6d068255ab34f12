"""Size at a level, score at a size, and how fast it falls: worked by hand from the rows below."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metric_world import catalogue, closed, day, released, scored, weights, world
from scoreboard.estimate import Estimate
from scoreboard.metrics import get_metric
from scoreboard.stats.halving import fall, records_of
from scoreboard.store import Tables

# model: score, release, billions of parameters, of them active
MODELS: dict[str, tuple[float, str, float | None, float | None]] = {
    "gpt-4": (80, "2023-03-14", None, None),
    "big": (82, "2024-04-18", 70, None),
    "mid": (81, "2024-06-01", 34, None),
    "moe": (85, "2024-09-01", 100, 5),
    "small": (80, "2025-01-10", 8, None),
    "tiny": (79, "2025-01-20", 3, None),
    "blank": (90, "2025-02-01", None, None),
}
LAST = "2025-03-01"
TESTS = catalogue("tests", "2026-01-05")


def field(error: float | None = None, order: int = 1) -> Tables:
    """Seven models on one test. `gpt-4` is closed; the weights of `mid` came a month later."""
    rows = [
        scored(m, v, since, benchmark="quiz", harness="lab", stderr=error)
        for m, (v, since, _, _) in MODELS.items()
    ]
    return world(
        snapshots=TESTS,
        models=[
            released(m, since, total_params_b=total, active_params_b=active)
            for m, (_, since, total, active) in MODELS.items()
        ],
        openness=[
            *closed("gpt-4"), *weights("mid", since="2024-07-01"),
            *weights("big", openness="restricted"),
            *(r for m in ("moe", "small", "tiny", "blank") for r in weights(m)),
        ],
        statements=[
            {"model": "small", "attribute": "total_params_b", "value": "8", "raw": "8",
             "locator": "models/a.yml#small/total_params_b", "snapshot_id": ""},
        ],
        benchmarks=[{"benchmark": "quiz", "name": "Quiz"}],
        benchmark_names=[{"name": "quiz", "benchmark": "quiz"}],
        results=rows[::order],
    )  # fmt: skip


def ask(metric: str, tables: Tables, as_of: str = LAST, **asked: str) -> Estimate:
    found = get_metric(metric)
    (e,) = found.compute(tables, found.read(tables, {"benchmark": "quiz", "as_of": as_of, **asked}))
    return e


def says(e: Estimate, text: str) -> bool:
    return any(text in c for c in e.caveats)


def test_a_series_has_a_step_where_only_its_range_changes() -> None:
    metric, tables = get_metric("size_to_reach"), field(error=1.5)
    asked = metric.read(tables, {"benchmark": "quiz", "as_of": LAST})
    found = metric.series(tables, asked)
    last = metric.compute(tables, asked)[0]
    assert (found[-1].value, found[-1].low, found[-1].high) == (last.value, last.low, last.high)


class TestSizeToReach:
    @pytest.mark.parametrize(
        ("as_of", "size", "model"),
        [
            ("2024-04-17", None, None),
            ("2024-04-18", 70, "big"),
            ("2024-06-30", 70, "big"),  # `mid` is out, its weights are not
            ("2024-07-01", 34, "mid"),
            ("2025-01-10", 8, "small"),
            (LAST, 8, "small"),  # `tiny` is below, nobody knows the size of `blank`
        ],
    )
    def test_at_a_date(self, as_of: str, size: float | None, model: str | None) -> None:
        found = ask("size_to_reach", field(), as_of)
        assert (found.value, found.detail["model"]) == (size, model)

    def test_the_series_has_the_steps_with_their_models(self) -> None:
        metric, tables = get_metric("size_to_reach"), field()
        found = metric.series(tables, metric.read(tables, {"benchmark": "quiz", "as_of": LAST}))
        assert [(str(e.as_of), e.value, e.detail["model"]) for e in found] == [
            ("2024-04-18", 70, "big"), ("2024-07-01", 34, "mid"), ("2025-01-10", 8, "small"),
        ]  # fmt: skip

    def test_active_parameters(self) -> None:
        at = "2024-09-01"
        found = ask("size_to_reach", field(), at, count="active")
        assert (found.value, found.detail["model"]) == (5, "moe")
        assert (found.detail["total_params_b"], found.detail["active_params_b"]) == (100, 5)
        assert not says(found, "active part")
        assert ask("size_to_reach", field(), at).value == 34
        before = ask("size_to_reach", field(), "2024-08-31", count="active")
        assert before.value == 34
        assert says(before, "no source gives mid an active part: all its parameters are counted")

    def test_models_without_a_size_are_counted_and_named(self) -> None:
        found = ask("size_to_reach", field())
        assert (found.n, found.detail["models_reaching"]) == (5, 5)
        assert found.detail["size_unknown"] == ["blank"]
        text = "open models that reach the level and whose size no source states: blank"
        assert says(found, text)
        alone = ask("size_to_reach", field(), level="90")
        assert alone.value is None
        assert says(alone, "no open model of known size reaches 90 by 2025-03-01")
        assert says(alone, text)

    def test_the_range(self) -> None:
        # errors of 1: not clearly below 80 by 1.645 x sqrt(2) = 2.33 is `tiny`, at 79; clearly
        # above is only `moe`, at 85 (and `blank`)
        found = ask("size_to_reach", field(1.0))
        assert (found.low, found.value, found.high) == (3, 8, 100)
        # a level that is a number has no error: 1.645 from it are 78.36 and 81.64
        number = ask("size_to_reach", field(1.0), level="80")
        assert (number.low, number.value, number.high) == (3, 8, 70)
        # without errors all are one
        plain = ask("size_to_reach", field())
        assert (plain.low, plain.value, plain.high) == (8, 8, 8)
        # errors of 10 leave nothing that is clearly above
        wide = ask("size_to_reach", field(10.0))
        assert (wide.low, wide.value, wide.high) == (3, 8, None)

    def test_an_open_model_may_set_the_level(self) -> None:
        found = ask("size_to_reach", field(1.0), reaches="big")
        assert (found.value, found.detail["model"], found.detail["level_model"]) == (
            70, "big", "big",
        )  # fmt: skip
        assert found.high == 70  # it is clearly at its own level

    def test_classes_of_openness(self) -> None:
        found = ask("size_to_reach", field(), "2024-05-01", openness="unrestricted")
        assert found.value is None
        assert ask("size_to_reach", field(), "2024-05-01", openness="restricted").value == 70

    def test_the_rows_behind_it(self) -> None:
        found = ask("size_to_reach", field())
        assert {r.raw for r in found.inputs.rows} == {"80", "8"}  # small and gpt-4, and its size
        assert "models/a.yml#small/total_params_b" in {r.locator for r in found.inputs.rows}

    def test_long_after_the_last_score_it_says_so(self) -> None:
        assert not says(ask("size_to_reach", field(), "2025-07-31"), "what came later")
        text = "no model released after 2025-02-01 was scored: what came later is not counted"
        assert says(ask("size_to_reach", field(), "2025-08-01"), text)

    def test_a_level_that_has_no_score(self) -> None:
        found = ask("size_to_reach", field(), harness="lab", reaches="gpt-4", shots="")
        assert found.value == 8
        tables = world(
            snapshots=TESTS,
            benchmarks=[{"benchmark": "quiz", "name": "Quiz"}],
            benchmark_names=[{"name": "quiz", "benchmark": "quiz"}],
            models=[released("small", "2025-01-10", total_params_b=8)],
            openness=weights("small"),
            results=[scored("small", 80, "2025-01-10", benchmark="quiz", harness="lab")],
        )
        missing = ask("size_to_reach", tables)
        assert missing.value is None
        assert says(missing, "gpt-4 has no usable score on quiz")

    def test_the_finding(self) -> None:
        metric = get_metric("size_to_reach")
        name = {"gpt-4": "GPT-4", "small": "Small 8B", "quiz": "Quiz", "moe": "MoE"}
        said = metric.finding(ask("size_to_reach", field()), lambda _, thing: name[thing])
        assert said == (
            "An open model of 8 billion parameters, Small 8B, reaches the level of GPT-4 on Quiz."
        )
        active = ask("size_to_reach", field(), level="83", count="active")
        assert metric.finding(active, lambda _, thing: name[thing]) == (
            "An open model of 5 billion active parameters, MoE, reaches a score of 83 on Quiz."
        )


class TestBestAtMost:
    @pytest.mark.parametrize(
        ("at_most", "as_of", "value", "model"),
        [
            ("8", LAST, 80, "small"),
            ("7.9", LAST, 79, "tiny"),
            ("34", "2024-06-30", None, None),
            ("34", "2024-07-01", 81, "mid"),
            ("70", "2024-07-01", 82, "big"),
            ("100", LAST, 85, "moe"),
            ("2", LAST, None, None),
        ],
    )
    def test_within_a_limit(
        self, at_most: str, as_of: str, value: float | None, model: str | None
    ) -> None:
        found = ask("best_at_most", field(), as_of, at_most=at_most)
        assert (found.value, found.detail["model"]) == (value, model)

    def test_active_parameters(self) -> None:
        found = ask("best_at_most", field(), at_most="5", count="active")
        assert (found.value, found.detail["model"]) == (85, "moe")

    def test_the_interval_is_that_of_the_score(self) -> None:
        found = ask("best_at_most", field(2.0), at_most="8")
        assert found.low == pytest.approx(80 - 1.959964 * 2)
        assert found.high == pytest.approx(80 + 1.959964 * 2)
        assert ask("best_at_most", field(), at_most="8").interval is None

    def test_what_was_70b_is_now_8b(self) -> None:
        """The two questions are inverse: the size that reaches a level scores it."""
        then = ask("size_to_reach", field(), "2024-05-01")
        now = ask("size_to_reach", field(), LAST)
        assert (then.value, now.value) == (70, 8)
        score = ask("best_at_most", field(), LAST, at_most="8")
        assert (score.value, score.detail["released"]) == (80, day("2025-01-10"))

    def test_the_series(self) -> None:
        metric, tables = get_metric("best_at_most"), field()
        asked = {"benchmark": "quiz", "as_of": LAST, "at_most": "35"}
        found = metric.series(tables, metric.read(tables, asked))
        assert [(str(e.as_of), e.value) for e in found] == [("2024-07-01", 81)]

    def test_models_without_a_size_are_said(self) -> None:
        assert says(ask("best_at_most", field()), "and whose size no source states: blank")

    def test_the_finding(self) -> None:
        said = get_metric("best_at_most").finding(ask("best_at_most", field(), at_most="8"))
        assert said == (
            "The best open model of at most 8 billion parameters, small, scores 80.0 on quiz."
        )


HALVES = {**{m: 512 / 2**i for i, m in enumerate("abcdefgh")}, "x": 600.0}


class TestHalving:
    def world(self, sizes: dict[str, float], days: int = 100) -> Tables:
        start = day("2024-01-01")
        out = {m: str(start + dt.timedelta(days=days * i)) for i, m in enumerate(sizes)}
        return world(
            snapshots=TESTS,
            models=[released(m, out[m], total_params_b=s) for m, s in sizes.items()],
            openness=[r for m in sizes for r in weights(m)],
            benchmarks=[{"benchmark": "quiz", "name": "Quiz"}],
            benchmark_names=[{"name": "quiz", "benchmark": "quiz"}],
            results=[scored(m, 80, out[m], benchmark="quiz", harness="lab") for m in sizes],
        )

    def test_half_in_a_hundred_days(self) -> None:
        # eight records, each half the last, a hundred days apart; `x` is none
        found = ask("size_halving", self.world(HALVES), "2026-06-19", level="80")
        assert found.value == pytest.approx(100)
        assert [r["model"] for r in found.detail["records"]] == list("abcdefgh")
        assert found.detail["halvings_per_year"] == pytest.approx(3.6525)
        # seven halvings in the 900 days up to now
        assert says(found, "with the time since then it is one halving in 129 days")
        # any of them gives the same line
        assert found.low == pytest.approx(100)
        assert found.high == pytest.approx(100)

    def test_two_records_are_no_trend(self) -> None:
        tables = self.world({"a": 64, "x": 70, "b": 32})
        found = ask("size_halving", tables, "2025-03-01", level="80")
        assert found.value is None
        assert says(found, "cannot be told: 2 records, and a trend takes 3")

    def test_zero_inside_the_interval_cannot_be_told(self) -> None:
        # three records in three models: a third of the draws has one of them, and no fall
        found = ask("size_halving", self.world({"a": 64, "b": 63, "c": 8}), "2025-03-01",
                    level="80")  # fmt: skip
        assert found.value is None
        assert says(found, "cannot be told: the interval of the slope holds zero")

    def test_the_finding(self) -> None:
        e = ask("size_halving", self.world(HALVES), "2026-06-19", level="80")
        assert get_metric("size_halving").finding(e) == (
            "The size of open models that reach a score of 80 on quiz has halved every 100 days."
        )


POINTS = st.lists(
    st.tuples(st.integers(0, 2000), st.floats(0.5, 1000, allow_nan=False)), min_size=3, max_size=25
)


class TestFall:
    def test_records(self) -> None:
        points = [(5, 8.0), (0, 10.0), (5, 7.0), (3, 12.0), (9, 7.0)]
        assert records_of(points) == [(0, 10.0), (5, 7.0)]

    @given(POINTS)
    def test_the_slope_is_least_squares(self, points: list[tuple[int, float]]) -> None:
        found = fall(points, seed="a")
        if found.slope is None:
            assert len(records_of(points)) < 3
            return
        days, values = zip(*found.records, strict=True)
        slope = np.polyfit(np.array(days) - days[0], np.log2(values), 1)[0]
        assert found.slope == pytest.approx(slope, rel=1e-6, abs=1e-9)
        assert found.low is not None
        assert found.high is not None
        assert found.low <= found.slope <= found.high <= 0

    @given(POINTS.flatmap(lambda p: st.tuples(st.just(p), st.permutations(p))))
    def test_order_does_not_matter(
        self, both: tuple[list[tuple[int, float]], list[tuple[int, float]]]
    ) -> None:
        points, shuffled = both
        assert fall(points, seed="a") == fall(shuffled, seed="a")

    @given(POINTS)
    def test_another_unit_of_size_has_the_same_slope(self, points: list[tuple[int, float]]) -> None:
        first, second = fall(points, seed="a"), fall([(d, 4 * v) for d, v in points], seed="a")
        assert first.slope == pytest.approx(second.slope)
        assert first.low == pytest.approx(second.low)


def test_quick_values_are_those_of_the_estimates() -> None:
    tables = field()
    for name, readings in {
        "size_to_reach": [{"as_of": "2024-05-01"}, {"count": "active"}, {"level": "95"}],
        "best_at_most": [{"at_most": "8"}, {"at_most": "2"}, {"openness": "restricted"}],
        "size_halving": [{}, {"level": "79"}],
    }.items():
        metric = get_metric(name)
        grid = [
            metric.read(tables, {"benchmark": "quiz", "as_of": LAST, **reading})
            for reading in readings
        ]
        assert metric.values(tables, grid) == [metric.compute(tables, p)[0].value for p in grid]


def test_the_order_of_rows_does_not_matter() -> None:
    for name in ("size_to_reach", "best_at_most", "size_halving"):
        first, second = ask(name, field(1.0)), ask(name, field(1.0, order=-1))
        for what in ("value", "low", "high", "n", "caveats", "detail"):
            assert getattr(first, what) == getattr(second, what)


@settings(max_examples=15, deadline=None)
@given(st.floats(0, 5), st.floats(1, 4))
def test_larger_errors_never_narrow_the_range(error: float, times: float) -> None:
    small, large = ask("size_to_reach", field(error)), ask("size_to_reach", field(error * times))
    assert small.value == large.value
    assert small.low is not None
    assert large.low is not None
    assert large.low <= small.low
    assert large.high is None or (small.high is not None and small.high <= large.high)
