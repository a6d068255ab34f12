"""Times of which some are only known to be longer: against hand, SciPy and a general optimiser."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from scipy import stats as scipy_stats

from scoreboard.stats.survival import Spell, kaplan_meier, median_time, point_median, weibull_trend

FINE: Any = {"xatol": 1e-9, "fatol": 1e-12, "maxiter": 9999}
SPELLS = st.lists(
    st.builds(Spell, st.integers(1, 30).map(float), st.booleans(), st.sampled_from("abcdef")),
    min_size=1, max_size=25,
)  # fmt: skip


def spells(*times: float) -> list[Spell]:
    """Times; a negative one is an end of observation. Each is its own cluster."""
    return [Spell(abs(t), t > 0, str(i)) for i, t in enumerate(times)]


def test_the_curve_by_hand() -> None:
    """Of four 1 ends; then three, one of which leaves at 2; of two 3 ends: 3/4, 3/8."""
    found = median_time(spells(1, -2, 3, -4), "seed")
    assert [(s.time, s.share) for s in found.curve] == [(1, 0.75), (3, pytest.approx(0.375))]
    assert found.value == 3


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ((5,), 5),
        ((5, 9), 5),  # a half is left: that counts
        ((5, 9, 11), 9),
        ((-5,), None),
        ((3, -5, -5), None),  # two of three are left
        ((3, -3), 3),  # of equal times the event comes first
        ((-3, 7), 7),  # who left before is not among those at risk
        ((), None),
    ],
)
def test_medians_by_hand(times: tuple[float, ...], expected: float | None) -> None:
    assert point_median(spells(*times)) == expected


@given(SPELLS)
def test_the_curve_is_that_of_scipy(found: list[Spell]) -> None:
    data: scipy_stats.CensoredData = scipy_stats.CensoredData(
        uncensored=[s.time for s in found if s.ended], right=[s.time for s in found if not s.ended]
    )
    expected = scipy_stats.ecdf(data).sf
    times = np.array([s.time for s in found])
    ended = np.array([float(s.ended) for s in found])
    at, share = kaplan_meier(times, ended, np.ones((1, len(found))))
    events = np.isin(expected.quantiles, at)
    assert at.tolist() == expected.quantiles[events].tolist()
    assert share[0] == pytest.approx(expected.probabilities[events])


@given(SPELLS)
@settings(max_examples=25, deadline=None)
def test_drawing_a_spell_twice_is_having_it_twice(found: list[Spell]) -> None:
    """Weights are counts: the curve of weights 2 and 1 is that of the longer list."""
    longer = [s for i, s in enumerate(found) for _ in range(2 if i % 2 else 1)]
    weights = np.array([[2.0 if i % 2 else 1.0 for i in range(len(found))]])
    times, ended = (np.array([float(s[i]) for s in found]) for i in (0, 1))
    more_times, more_ended = (np.array([float(s[i]) for s in longer]) for i in (0, 1))
    _, weighted = kaplan_meier(times, ended, weights)
    _, listed = kaplan_meier(more_times, more_ended, np.ones((1, len(longer))))
    assert weighted[0] == pytest.approx(listed[0])


@given(SPELLS, st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_the_interval_holds_the_median_whatever_the_order(
    found: list[Spell], lot: random.Random
) -> None:
    median = median_time(found, "seed")
    shuffled = found[:]
    lot.shuffle(shuffled)
    again = median_time(shuffled, "seed")
    assert (median.value, median.low, median.high) == (again.value, again.low, again.high)
    assert median.low <= (math.inf if median.value is None else median.value) <= median.high


def test_one_cluster_tells_nothing_of_what_another_would_say() -> None:
    """Drawn together, its spells are always the same: no interval but the value itself."""
    found = [Spell(t, True, "one release") for t in (10.0, 20.0, 30.0)]
    median = median_time(found, "seed")
    assert (median.value, median.low, median.high) == (20, 20, 20)
    apart = median_time([s._replace(cluster=str(s.time)) for s in found], "seed")
    assert (apart.low, apart.high) == (10, 30)


def test_without_enough_events_the_interval_has_no_end() -> None:
    median = median_time(spells(1, 2, 3, -4, -5, -6), "seed")
    assert median.value == 3
    assert median.high == math.inf


def exponential(
    count: int, ratio: float, rng: np.random.Generator
) -> tuple[list[Spell], list[float]]:
    x = np.linspace(0, 4, count)
    times = 100 * ratio**x * rng.weibull(1.5, count)
    ends = rng.uniform(50, 800, count)
    made = [
        Spell(float(min(t, e)), bool(t <= e), str(i))
        for i, (t, e) in enumerate(zip(times, ends, strict=True))
    ]
    return made, x.tolist()


def test_the_trend_is_that_of_a_general_optimiser() -> None:
    found, x = exponential(60, 0.7, np.random.default_rng(5))

    def loss(p: Any) -> float:
        z = np.exp(p[2]) * (np.log([s.time for s in found]) - p[0] - p[1] * np.array(x))
        ended = np.array([s.ended for s in found])
        return -float((ended * (p[2] + z) - np.exp(z)).sum())

    expected: Any = optimize.minimize(loss, np.array([4.0, 0.0, 0.0]), method="Nelder-Mead",
                                      options=FINE)  # fmt: skip
    trend = weibull_trend(found, x, "seed")
    assert trend is not None
    assert trend.ratio == pytest.approx(math.exp(expected.x[1]), rel=1e-5)
    assert trend.shape == pytest.approx(math.exp(expected.x[2]), rel=1e-5)
    assert trend.low < 0.7 < trend.high


def test_intervals_of_trends_hold_the_truth_about_as_often_as_they_say() -> None:
    """40 worlds: with 95 % each, 33 or fewer would come once in a thousand times."""
    rng = np.random.default_rng(11)
    held = 0
    for _ in range(40):
        trend = weibull_trend(*exponential(40, 0.8, rng), seed="seed")
        assert trend is not None
        held += trend.low <= 0.8 <= trend.high
    assert held >= 33


@given(st.floats(0.5, 20), st.floats(-3, 3))
@settings(max_examples=20, deadline=None)
def test_units_and_origins_do_not_matter(factor: float, shift: float) -> None:
    found, x = exponential(20, 1.3, np.random.default_rng(2))
    base = weibull_trend(found, x, "seed")
    other = weibull_trend(
        [s._replace(time=s.time * factor) for s in found], [v + shift for v in x], "seed"
    )
    assert base and other
    assert (other.ratio, other.low, other.high) == pytest.approx((base.ratio, base.low, base.high),
                                                                 rel=1e-5)  # fmt: skip


@pytest.mark.parametrize(
    ("times", "x"),
    [((1, 2), (0, 1)), ((1, -2, -3, -4), (0, 1, 2, 3)), ((1, 2, 3, 4, 5), (1, 1, 1, 1, 1))],
)
def test_too_little_for_a_trend(times: tuple[float, ...], x: tuple[float, ...]) -> None:
    assert weibull_trend(spells(*times), x, "seed") is None
