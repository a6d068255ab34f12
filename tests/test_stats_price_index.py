"""Indices of prices, by hand."""

from __future__ import annotations

import pytest

from scoreboard.stats.deflation import rate
from scoreboard.stats.price_index import fisher, jevons, unchanged

YEAR = 365.25


def test_jevons_is_the_geometric_mean_of_the_ratios() -> None:
    # ratios 1/2, 2 and 1/8: their product is 1/8, the third root 1/2
    assert jevons([(10, 5), (1, 2), (8, 1)]) == pytest.approx(0.5)
    assert jevons([]) is None


def test_unchanged_leaves_out_rounding() -> None:
    assert unchanged([(1, 1), (2, 2.0001), (3, 4), (4, 2)]) == 0.5
    assert unchanged([]) is None


def test_fisher_weighs_by_tokens_of_both_dates() -> None:
    pairs = {"a": (10.0, 5.0), "b": (1.0, 2.0)}
    # before: 1*10 + 10*1 = 20 becomes 1*5 + 10*2 = 25; after: 3*10 + 1 = 31 becomes 3*5 + 2 = 17
    expected = (25 / 20 * 17 / 31) ** 0.5
    assert fisher(pairs, {"a": 1, "b": 10}, {"a": 3, "b": 1}) == pytest.approx(expected)
    assert fisher(pairs, {"a": 1, "b": 10}, {}) is None


class TestRate:
    def test_a_price_that_halves_every_year_falls_twofold(self) -> None:
        points = [(round(YEAR * i), 16 / 2**i) for i in range(5)]
        found = rate(points, seed="x")
        assert found.times == pytest.approx(2, rel=1e-3)
        assert found.low == pytest.approx(2, rel=2e-3)
        assert found.high == pytest.approx(2, rel=2e-3)

    def test_only_record_lows_count(self) -> None:
        falling = [(round(YEAR * i), 16 / 2**i) for i in range(5)]
        found = rate([*falling, (400, 15.0), (900, 30.0)], seed="x")
        assert found.records == tuple(falling)
        assert found.times == pytest.approx(2, rel=1e-3)

    def test_the_interval_is_wider_where_the_fall_is_uneven(self) -> None:
        days = [0, 200, 420, 600, 800, 1010]
        smooth = rate([(d, 100 * 0.5 ** (d / 200)) for d in days], seed="x")
        uneven = rate(list(zip(days, [100, 99, 20, 19, 2, 1.9], strict=True)), seed="x")
        assert smooth.low is not None and smooth.high is not None
        assert uneven.low is not None and uneven.high is not None and uneven.times is not None
        assert smooth.high / smooth.low < 1.001
        assert uneven.low < uneven.times < uneven.high
        assert uneven.high / uneven.low > 1.5

    def test_the_interval_holds_a_known_rate(self) -> None:
        """Of falls with noise the interval holds the true rate about as often as it says."""
        import numpy as np

        rng = np.random.default_rng(7)
        held = 0
        for i in range(200):
            days = np.sort(rng.choice(1100, 14, replace=False))
            logs = -np.log(10) * days / YEAR + rng.normal(0, 0.3, 14)
            lows = np.minimum.accumulate(logs)
            points = [(int(d), float(np.exp(v))) for d, v in zip(days, lows, strict=True)]
            found = rate(points, seed=str(i))
            assert found.low is not None and found.high is not None
            held += found.low <= 10 <= found.high
        assert 140 <= held <= 200

    def test_two_points_are_no_trend(self) -> None:
        found = rate([(0, 2.0), (100, 1.0)], seed="x")
        assert (found.times, found.low, found.high, len(found.records)) == (None, None, None, 2)

    def test_the_same_seed_gives_the_same_interval(self) -> None:
        points = [(60 * i, 10.0 * 0.9**i * (1 + (i * 7 % 5) / 60)) for i in range(12)]
        first, again, other = (rate(points, seed=x) for x in "xxy")
        assert first == again
        assert (first.low, first.high) != (other.low, other.high)
