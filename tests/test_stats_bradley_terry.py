"""Bradley-Terry ratings, against hand-worked cases and a reference that works battle by battle."""

from __future__ import annotations

import math
import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from scoreboard.errors import DataError, UsageError
from scoreboard.stats.bradley_terry import Pair, Ratings, bradley_terry

Battle = tuple[int, int, float]  # two items, and 1, 0 or 1/2 for the first


def battles(items: int, count: int, seed: int, spread: float = 150) -> list[Battle]:
    """Made-up battles; every sixth is a tie."""
    lot = random.Random(seed)
    strength = [lot.gauss(0, spread) for _ in range(items)]
    found = []
    for _ in range(count):
        i, j = lot.sample(range(items), 2)
        chance = 1 / (1 + 10 ** ((strength[j] - strength[i]) / 400))
        won = 0.5 if lot.random() < 1 / 6 else float(lot.random() < chance)
        found.append((i, j, won))
    return found


def counted(found: list[Battle]) -> list[Pair]:
    """Battles as counts by pair."""
    counts = Counter(found)
    return [
        Pair(f"m{i:02}", f"m{j:02}", *(counts[i, j, won] for won in (1.0, 0.0, 0.5)))
        for i, j in sorted({b[:2] for b in found})
    ]


def reference(found: list[Battle], items: int) -> tuple[np.ndarray, np.ndarray]:
    """Ratings above item 0 and their covariance: one row per battle, item 0 left out."""
    design = np.zeros((len(found), items))
    for k, (i, j, _) in enumerate(found):
        design[k, i], design[k, j] = 1, -1
    design = design[:, 1:] * math.log(10) / 400
    won = np.array([b[2] for b in found])

    def loss(r: np.ndarray) -> float:
        x = design @ r
        return float((np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0) - won * x).sum())

    def slope(r: np.ndarray) -> np.ndarray:
        found: np.ndarray = design.T @ (1 / (1 + np.exp(-(design @ r))) - won)
        return found

    start = np.zeros(items - 1)
    best = minimize(loss, start, jac=slope, method="BFGS", options={"gtol": 1e-9}).x
    expected = 1 / (1 + np.exp(-(design @ best)))
    scores = design * (won - expected)[:, None]
    information = (design * (expected * (1 - expected))[:, None]).T @ design
    half = np.linalg.solve(information, scores.T)
    return best, half @ half.T


@pytest.mark.parametrize(("items", "count", "seed"), [(3, 300, 1), (8, 2000, 2), (20, 20000, 3)])
def test_agrees_with_the_likelihood_of_each_battle(items: int, count: int, seed: int) -> None:
    found = battles(items, count, seed)
    ratings = bradley_terry(counted(found), anchor="m00", at=0)
    best, covariance = reference(found, items)
    assert ratings.ratings[1:] == pytest.approx(best, abs=1e-4)
    assert np.sqrt(np.diag(ratings.covariance))[1:] == pytest.approx(
        np.sqrt(np.diag(covariance)), abs=1e-4
    )
    assert ratings.covariance[1:, 1:] == pytest.approx(covariance, rel=1e-4, abs=1e-4)
    assert ratings.rating("m00") == (0, 0)


def test_two_items_by_hand() -> None:
    """30 to 10: odds of 3. Without ties the information is 40 x 3/16 and so is the meat."""
    found = bradley_terry([Pair("a", "b", 30, 10)])
    gap, error = found.difference("a", "b")
    assert gap == pytest.approx(400 * math.log10(3))
    assert error == pytest.approx(400 / math.log(10) / math.sqrt(7.5))
    assert found.rating("a") == pytest.approx((1000 + gap / 2, error / 2))


def test_a_tie_is_half_a_win_but_tells_more_than_two_results() -> None:
    """20 wins and 20 ties: odds of 3; each result is 1/4 from what is expected, so meat is 2.5."""
    gap, error = bradley_terry([Pair("a", "b", 20, 0, 20)]).difference("a", "b")
    assert gap == pytest.approx(400 * math.log10(3))
    assert error == pytest.approx(400 / math.log(10) * math.sqrt(2.5) / 7.5)


def test_a_chain_adds_up() -> None:
    """Three to one, and one to three: the middle loses to both by the same."""
    found = bradley_terry([Pair("a", "b", 3, 1), Pair("b", "c", 1, 3)], anchor="b")
    step = 400 * math.log10(3)
    assert list(found.ratings) == pytest.approx([1000 + step, 1000, 1000 + step])


SMALL = st.lists(st.integers(1, 30), min_size=18, max_size=18)


def small(counts: list[int]) -> list[Pair]:
    """Four items that all met, with every result seen."""
    pairs = [(a, b) for a in "abcd" for b in "abcd" if a < b]
    return [Pair(*p, *counts[3 * k : 3 * k + 3]) for k, p in enumerate(pairs)]


def same(first: Ratings, second: Ratings) -> bool:
    return np.allclose(first.ratings, second.ratings, atol=1e-6) and np.allclose(
        first.covariance, second.covariance, atol=1e-6
    )


@given(SMALL, st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_order_and_grouping_of_the_counts_do_not_matter(
    counts: list[int], lot: random.Random
) -> None:
    pairs = small(counts)
    whole = bradley_terry(pairs)
    mixed = [Pair(p.first, p.second, 1, 0, 0) for p in pairs]
    mixed += [p._replace(wins=p.wins - 1) for p in pairs]
    lot.shuffle(mixed)
    again = bradley_terry(mixed)
    assert (again.ratings == whole.ratings).all()
    assert (again.covariance == whole.covariance).all()
    turned = [Pair(p.second, p.first, p.losses, p.wins, p.ties) for p in pairs]
    assert same(bradley_terry(turned), whole)


@given(SMALL)
@settings(max_examples=50, deadline=None)
def test_scaling_and_anchors(counts: list[int]) -> None:
    pairs = small(counts)
    whole = bradley_terry(pairs)
    assert whole.ratings.mean() == pytest.approx(1000)
    fourfold = bradley_terry([Pair(*p[:2], *(4 * c for c in p[2:])) for p in pairs])
    assert fourfold.ratings == pytest.approx(whole.ratings, abs=1e-6)
    assert fourfold.covariance == pytest.approx(whole.covariance / 4, rel=1e-6, abs=1e-9)
    held = bradley_terry(pairs, anchor="c", at=1200)
    assert held.rating("c") == (1200, 0)
    assert held.difference("a", "d") == pytest.approx(
        whole.difference("a", "d"), rel=1e-6, abs=1e-6
    )


@given(SMALL)
@settings(max_examples=50, deadline=None)
def test_turning_every_result_turns_the_ratings(counts: list[int]) -> None:
    pairs = small(counts)
    turned = [Pair(p.first, p.second, p.losses, p.wins, p.ties) for p in pairs]
    assert bradley_terry(turned, at=0).ratings == pytest.approx(
        -bradley_terry(pairs, at=0).ratings, abs=1e-6
    )


def test_a_lopsided_record_still_converges() -> None:
    gap, error = bradley_terry([Pair("a", "b", 999_999, 1)]).difference("a", "b")
    assert gap == pytest.approx(400 * math.log10(999_999))
    assert error > 100


class TestRefused:
    def test_groups_that_never_met(self) -> None:
        with pytest.raises(DataError, match=r"these 2 groups.*a, b, c; x, y"):
            bradley_terry([Pair("x", "y", 2, 1), Pair("a", "b", 2, 1), Pair("b", "c", 1, 1)])

    @pytest.mark.parametrize(
        ("pairs", "said"),
        [
            ([Pair("a", "b", 3, 0)], "a lost no battle against the others; b won no"),
            (
                [Pair("a", "b", 1, 1), Pair("c", "a", 5, 0), Pair("c", "b", 2, 0)],
                "a, b won no battle against the others; c lost",
            ),
            (
                [Pair("a", "b", 1, 1), Pair("c", "d", 1, 1), Pair("a", "c", 2, 0)],
                "a, b lost no battle against the others; c, d won",
            ),
        ],
    )
    def test_a_group_without_a_finite_rating(self, pairs: list[Pair], said: str) -> None:
        with pytest.raises(DataError, match=said):
            bradley_terry(pairs)

    def test_a_single_tie_is_enough(self) -> None:
        assert bradley_terry([Pair("a", "b", 3, 0, 1)]).difference("a", "b")[0] > 0

    @pytest.mark.parametrize("count", [-1, math.nan, math.inf])
    def test_counts_that_are_none(self, count: float) -> None:
        with pytest.raises(DataError, match="counts of a and b"):
            bradley_terry([Pair("a", "b", 1, count)])

    @pytest.mark.parametrize("pairs", [[], [Pair("a", "b", 0, 0)]])
    def test_no_battles(self, pairs: list[Pair]) -> None:
        with pytest.raises(DataError, match="no battles"):
            bradley_terry(pairs)

    def test_a_battle_with_itself(self) -> None:
        with pytest.raises(DataError, match="with itself"):
            bradley_terry([Pair("a", "a", 1, 1)])

    def test_unknown_labels(self) -> None:
        with pytest.raises(UsageError, match="anchor z"):
            bradley_terry([Pair("a", "b", 1, 1)], anchor="z")
        with pytest.raises(UsageError, match="no battles of z"):
            bradley_terry([Pair("a", "b", 1, 1)]).rating("z")
