"""Concentration against values by hand, and bounds that hold whatever is not observed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.stats.concentration import hhi, ratio

amounts = st.lists(st.integers(1, 1000), min_size=1, max_size=12)


def test_by_hand() -> None:
    # shares of 50, 30 and 20 per cent: 2500 + 900 + 400
    assert hhi([50, 30, 20], 0) == pytest.approx((3800, 3800, 3800))
    assert hhi([7], 0) == (10_000, 10_000, 10_000)
    # 40 and 40 of 100 seen: 1600 + 1600; the rest to one of them: 3600 + 1600; like the rest: 5000
    assert hhi([40, 40], 20) == pytest.approx((5000, 3200, 5200))
    # five of six firms of 10, and 40 unseen: 50 of 100; 90 of 100; 50 of the 60 seen
    assert ratio([10] * 6, 40) == pytest.approx((50 / 60, 0.5, 0.9))
    assert ratio([1, 2], 0) == (1, 1, 1)


def test_nothing_has_no_concentration() -> None:
    for measure in (hhi, ratio):
        with pytest.raises(ValueError, match="nothing"):
            measure([], 0)
        with pytest.raises(ValueError, match="below zero"):
            measure([1], -1)


@given(amounts, st.integers(1, 1000), st.lists(st.integers(0, 1000), max_size=6), st.integers(0, 5))
def test_bounds_hold_for_every_way_to_give_the_rest_away(
    seen: list[int], rest: int, parts: list[int], to: int
) -> None:
    """Some of the rest to a firm that is seen, some to new firms: never outside the bounds."""
    whole = sum(parts) or 1
    given_away = [rest * p / whole for p in parts] if sum(parts) else [float(rest)]
    firms = [float(a) for a in seen]
    firms[to % len(firms)] += given_away[0]
    firms += given_away[1:]
    total = sum(firms)
    true_hhi = sum((100 * f / total) ** 2 for f in firms)
    true_ratio = sum(sorted(firms, reverse=True)[:5]) / total
    for found, true in ((hhi(seen, rest), true_hhi), (ratio(seen, rest), true_ratio)):
        assert found.low - 1e-6 <= true <= found.high + 1e-6
        assert found.low - 1e-9 <= found.value <= found.high + 1e-9
