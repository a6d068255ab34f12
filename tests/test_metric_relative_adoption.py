"""Relative adoption in a made-up world: the median model has exactly 1, twice its count 2."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metric_world import Row, counted, day, lists, released, repositories, world
from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate, Ref
from scoreboard.metrics._hub import Count, Repo
from scoreboard.metrics.relative_adoption import RelativeAdoption, at_age
from scoreboard.store import Tables

METRIC = RelativeAdoption()
AGE = 90
# Ten models of one size: the fifth and the sixth have 100 each, the fourth twice as many.
COUNTS = {"m1": 900, "m2": 500, "m3": 300, "m4": 200, "m5": 100, "m6": 100, "m7": 80, "m8": 40,
          "m9": 20, "m10": 10}  # fmt: skip


def market(counts: dict[str, int], age: int = AGE, params_b: float = 7.0) -> Tables:
    """Every model came out on a day of its own and was counted at the same age."""
    models: list[Row] = []
    repos: list[Row] = []
    found = []
    for i, (model, n) in enumerate(counts.items()):
        since = day("2025-01-01") + dt.timedelta(days=11 * i)
        models.append(released(model, str(since), total_params_b=params_b))
        repos += repositories(f"d/{model}", model=model, params_b=params_b)
        for offset, share in ((-60, 0.1), (0, 1.0), (45, 3.0)):
            on = since + dt.timedelta(days=age + offset)
            found.append(counted("huggingface", str(on), {f"d/{model}": int(share * n)}, "all"))
    repos += repositories("copies/m1-GGUF", model="m1", copy_of="d/m1", params_b=params_b)
    found.append(counted("huggingface", "2026-01-01", {"copies/m1-GGUF": 10**9}, "all"))
    return world(models=models, repositories=repos, **lists(*found))


def one(tables: Tables, model: str, days: int = AGE) -> Estimate:
    given = {"model": model, "days": str(days)}
    (found,) = METRIC.compute(tables, METRIC.read(tables, given))
    return found


def test_the_middle_has_one_and_twice_its_count_two() -> None:
    tables = market(COUNTS)
    assert one(tables, "m5").value == 1.0
    assert one(tables, "m6").value == 1.0
    assert one(tables, "m4").value == 2.0
    assert one(tables, "m1").value == 9.0
    found = one(tables, "m5")
    assert (found.low, found.high) == (1.0, 1.0)
    assert (found.n, found.detail["median"], found.detail["size_tier"]) == (10, 100.0, "5b-10b")


def test_all_models_of_a_size_largest_first() -> None:
    found = METRIC.compute(t := market(COUNTS), METRIC.read(t, {"days": str(AGE)}))
    assert [e.value for e in found] == [9.0, 5.0, 3.0, 2.0, 1.0, 1.0, 0.8, 0.4, 0.2, 0.1]


def test_an_eleventh_model_moves_no_median_from_below() -> None:
    tables = market({**COUNTS, "m11": 5})
    assert one(tables, "m4").value == 2.0
    assert one(tables, "m11").value == 0.05


def test_with_nine_models_there_is_no_median() -> None:
    tables = market({m: n for m, n in COUNTS.items() if m != "m10"})
    found = one(tables, "m5")
    assert found.value is None
    assert found.caveats == ("9 models of 5b-10b have a count at 90 days, not ten",)


def test_beyond_the_last_count_there_is_no_value() -> None:
    found = one(market(COUNTS), "m5", 365)
    assert found.value is None
    assert found.caveats == ("no count of m5 reaches an age of 365 days",)


def test_other_ages_are_refused() -> None:
    tables = market(COUNTS)
    with pytest.raises(UsageError, match="not an age that is compared: 45"):
        METRIC.compute(tables, METRIC.read(tables, {"days": "45"}))


def test_a_count_of_thirty_days_holds_all_downloads_of_a_young_model() -> None:
    models = [released(m, "2025-06-01", total_params_b=7) for m in COUNTS]
    repos = [r for m in COUNTS for r in repositories(f"d/{m}", model=m, params_b=7)]
    young = {f"d/{m}": n for m, n in COUNTS.items()}
    old = dict.fromkeys(young, 7)
    found = lists(
        counted("llmfit", "2025-06-15", young),  # 14 days old
        counted("llmfit", "2025-09-01", old),  # too old: these are not all of them
    )
    tables = world(models=models, repositories=repos, **found)
    assert one(tables, "m4", 14).value == 2.0
    assert one(tables, "m4", 60).value is None


MODEL = Repo("d/m", "d/m", "m", "d", "", "", "US", 7.0, "", None, False, "", "", "", "",
             day("2025-01-01"))  # fmt: skip


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 364))
def test_between_two_counts_it_lies_between_them(first: int, second: int, age: int) -> None:
    counts = [
        (a, Count(MODEL, n, Ref("s", f"/{a}", str(n)))) for a, n in ((0, first), (365, second))
    ]
    found = at_age(counts, age)
    assert found is not None
    assert found.low <= found.value <= found.high
    assert {found.low, found.high} == {float(min(first, second)), float(max(first, second))}
    assert at_age(counts, 366) is None
