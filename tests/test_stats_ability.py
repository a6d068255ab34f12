"""Abilities and difficulties: hand-worked fits, a second solver, and what must always hold."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoreboard.errors import DataError
from scoreboard.stats.ability import (
    Fit,
    Penalty,
    Scores,
    Theta,
    components,
    cost_of,
    equal_penalty,
    fit,
    predicted,
    scores_of,
)
from scoreboard.stats.ability_draws import (
    Trials,
    aligned,
    fit_noisy,
    perturbed,
    rank_interval,
    ranks,
    resampled,
    sampling,
    uncertainty,
    weak_penalty,
)

Row = tuple[str, str, float]


def world(models: int, tests: int, seed: int, share: float = 1.0) -> list[Row]:
    """Made-up scores of models on tests, from abilities and slopes drawn with a seed."""
    rng = random.Random(seed)
    ability = [rng.gauss(0, 1.5) for _ in range(models)]
    test = [(rng.gauss(0, 1), rng.uniform(0.6, 3)) for _ in range(tests)]
    return [
        (f"m{i:02}", f"t{j:02}",
         min(max(1 / (1 + math.exp(-a * (c - d))) + rng.gauss(0, 0.04), 0.001), 0.999))
        for i, c in enumerate(ability)
        for j, (d, a) in enumerate(test)
        if rng.random() < share or j == i % tests or j == 0
    ]  # fmt: skip


def fitted(rows: list[Row], held: int | None = 0) -> tuple[Scores, Fit, Penalty]:
    """The published objective on rows, the slope of one test held."""
    scores, _, _ = scores_of(rows)
    penalty = equal_penalty(scores, 0.1, held)
    return scores, fit(scores, penalty), penalty


def faint(scores: Scores) -> Penalty:
    """Next to no penalty, all slopes held at 1."""
    return replace(equal_penalty(scores, 1e-7), held=np.ones(scores.tests, bool))


def test_two_models_about_one_test_by_hand() -> None:
    # sigmoid(x) = 0.8 at x = log 4: both lie as far from the difficulty, which is 0 by symmetry
    scores, models, _ = scores_of([("low", "t", 0.2), ("high", "t", 0.8)])
    found = fit(scores, faint(scores)).theta
    assert models == ["high", "low"]
    assert found.ability == pytest.approx([math.log(4), -math.log(4)], abs=1e-4)
    assert found.difficulty == pytest.approx([0.0], abs=1e-4)


def test_the_pull_of_the_penalty_by_hand() -> None:
    # the difficulty is pinned at 0: (p - 0.8) p (1 - p) + 0.02 c = 0 with p = sigmoid(c)
    scores, _, _ = scores_of([("m", "t", 0.8)])
    strength = Theta(np.array([0.02]), np.array([1e9]), np.array([1.0]))
    penalty = Penalty(strength, Theta(*(np.zeros(1) for _ in range(3))), np.array([True]))
    low, high = 0.0, 5.0
    for _ in range(100):
        c = (low + high) / 2
        p = 1 / (1 + math.exp(-c))
        low, high = (c, high) if (p - 0.8) * p * (1 - p) + 0.02 * c < 0 else (low, c)
    assert fit(scores, penalty).theta.ability == pytest.approx([c], abs=1e-6)


def test_the_cost_by_hand() -> None:
    # residuals 0.5 - 0.9 and 0.5 - 0.2; of four free parameters (2 + 1 + 1) one is 1, squared 1
    scores, _, _ = scores_of([("a", "t", 0.9), ("b", "t", 0.2)])
    theta = Theta(np.zeros(2), np.zeros(1), np.ones(1))
    expected = 0.5 * (0.16 + 0.09) + 0.5 * 0.1 * 1 / 4
    assert cost_of(scores, equal_penalty(scores, 0.1), theta) == pytest.approx(expected)
    assert cost_of(scores, equal_penalty(scores, 0.1, 0), theta) == pytest.approx(0.125)


@pytest.mark.parametrize("seed", range(4))
def test_another_solver_finds_the_same_cost(seed: int) -> None:
    from scipy.optimize import least_squares

    rows = world(14, 7, seed, 0.5)
    scores, found, _ = fitted(rows, held=2)
    m, t = scores.models, scores.tests

    def residuals(x: np.ndarray) -> np.ndarray:
        a = np.insert(x[m + t :], 2, 1.0)
        inner = a[scores.test] * (x[scores.model] - x[m + scores.test])
        misses = 1 / (1 + np.exp(-inner)) - scores.value
        return np.append(misses, math.sqrt(0.1 * float(x @ x) / len(x)))

    low = np.r_[np.full(m + t, -10.0), np.full(t - 1, 0.1)]
    high = np.full(m + 2 * t - 1, 10.0)
    start = np.r_[np.zeros(m + t), np.ones(t - 1)]
    other = least_squares(residuals, start, bounds=(low, high), xtol=1e-12, ftol=1e-12)
    assert found.cost <= other.cost * (1 + 1e-6)
    assert found.cost == pytest.approx(other.cost, rel=1e-6)


def test_bounds_hold_and_are_reached() -> None:
    # a test that splits equals sharply wants a slope beyond 10; one that splits nobody wants 0
    rows = [(f"m{i}", t, v) for i, x in enumerate((0.001, 0.001, 0.999, 0.999))
            for t, v in (("sharp", x), ("flat", 0.5))]  # fmt: skip
    scores, _, tests = scores_of(rows)
    found = fit(scores, replace(equal_penalty(scores, 1e-4), held=np.zeros(2, bool))).theta
    assert found.slope[tests.index("flat")] == pytest.approx(0.1)
    assert (np.abs(found.flat()) <= 10).all()


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([*world(6, 4, 1), ("lone", "t00", 0.7)], id="a model with one score"),
        pytest.param([*world(6, 4, 1), ("m00", "new", 0.7), ("m01", "new", 0.3)],
                     id="a test with two models"),
        pytest.param([(f"m{i}", f"t{j}", 0.4) for i in range(3) for j in range(3)],
                     id="all scores equal"),
        pytest.param([(f"m{i}", f"t{j}", float(i > j)) for i in range(4) for j in range(3)],
                     id="scores of exactly 0 and 1"),
    ],
)  # fmt: skip
def test_thin_data_give_finite_numbers(rows: list[Row]) -> None:
    scores, found, _ = fitted(rows)
    assert np.isfinite(found.theta.flat()).all()
    assert (np.abs(found.theta.flat()) <= 10).all()
    assert found.cost >= 0
    assert np.isfinite(predicted(scores, found.theta)).all()


def test_all_scores_equal_tell_no_model_apart() -> None:
    _, found, _ = fitted([(f"m{i}", f"t{j}", 0.4) for i in range(3) for j in range(3)])
    assert np.ptp(found.theta.ability) == pytest.approx(0, abs=1e-6)


def test_a_row_twice_is_a_row_of_twice_the_weight() -> None:
    rows = world(5, 4, 3)
    twice, _, _ = scores_of([*rows, rows[3]])
    weighted, _, _ = scores_of(rows, [2.0 if r == rows[3] else 1.0 for r in rows])
    penalty = equal_penalty(twice, 0.1, 0)
    assert fit(twice, penalty).theta.flat() == pytest.approx(
        fit(weighted, penalty).theta.flat(), abs=1e-6
    )


def test_groups_without_a_common_row_are_named() -> None:
    rows = [("a", "x", 0.1), ("b", "x", 0.2), ("c", "y", 0.3), ("d", "z", 0.3), ("c", "z", 0.4)]
    with pytest.raises(DataError) as error:
        scores_of(rows)
    assert error.value.what == (
        "the scores fall into 2 groups that share no model and no test: "
        "(1) a, b on x; (2) c, d on y, z"
    )


def test_components_by_hand() -> None:
    scores = Scores(np.array([0, 1, 2]), np.array([0, 0, 1]), np.ones(3), np.ones(3), 3, 3)
    assert components(scores) == [([0, 1], [0]), ([2], [1]), ([], [2])]


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(DataError, match="not a number"):
        scores_of([("a", "x", value)])


def test_no_rows_are_refused() -> None:
    with pytest.raises(DataError, match="no scores"):
        scores_of([])


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(3, 8), st.integers(2, 5))
def test_the_order_of_rows_changes_nothing(seed: int, models: int, tests: int) -> None:
    rows = world(models, tests, seed, 0.7)
    mixed = random.Random(seed).sample(rows, len(rows))
    assert np.array_equal(fitted(rows)[1].theta.flat(), fitted(mixed)[1].theta.flat())


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 8), st.integers(1, 5))
def test_no_point_nearby_costs_less(seed: int, models: int, tests: int) -> None:
    scores, found, penalty = fitted(world(models, tests, seed, 0.6))
    rng = np.random.default_rng(seed)
    places = scores.models + scores.tests
    for size in (1e-3, 1e-1):
        off = rng.normal(0, size, len(found.theta.flat()))
        off[places] = 0  # the slope that is held
        moved = np.clip(found.theta.flat() + off, -10, 10)
        moved[places:] = np.clip(moved[places:], 0.1, 10)
        other = Theta(*np.split(moved, (scores.models, places)))
        assert cost_of(scores, penalty, other) >= found.cost - 1e-12


# noise and draws


def test_the_variance_of_sampling_by_hand() -> None:
    # 0.5 on 100 questions: 0.0025. Guessing 1/4 taken out: q = 0.625, 0.234375 / 100 / 0.5625
    trials = Trials(np.array([100.0, 100.0, 0.0]), np.array([0.0, 0.25, 0.0]))
    expected = [0.0025, 0.234375 / 56.25, 0.0]
    assert sampling(np.full(3, 0.5), trials) == pytest.approx(expected)


def test_the_variance_of_a_fitted_score_by_hand() -> None:
    # one score of 0.5, weight 16, all else pinned: information 16 / 16 + 1, variance 1/2 / 16
    scores, _, _ = scores_of([("m", "t", 0.5)], [16.0])
    strength = Theta(np.array([1.0]), np.array([1e12]), np.array([1e12]))
    zero, one = np.zeros(1), np.ones(1)
    penalty = Penalty(strength, Theta(zero, zero, one), np.array([False]))
    found = uncertainty(scores, penalty, Theta(zero, zero, one))
    assert found == pytest.approx([0.5 / 16], rel=1e-6)


def noisy_world(seed: int, misfit: float) -> tuple[Scores, Trials]:
    """60 models on 8 tests: a known misfit on the first four, only sampling on the rest."""
    rng = np.random.default_rng(seed)
    ability, hard = rng.normal(0, 1, 60), rng.normal(0, 1, 8)
    rows = []
    for i, c in enumerate(ability):
        for j, d in enumerate(hard):
            p = 1 / (1 + math.exp(-1.5 * (c - d)))
            v = p * (1 - p) * (1 / 2000 + (misfit if j < 4 else 0))
            rows.append((f"m{i:02}", f"t{j}", p + math.sqrt(v) * rng.normal()))
    scores, _, _ = scores_of(rows)
    return scores, Trials(np.full(len(rows), 2000.0), np.zeros(len(rows)))


def test_a_misfit_that_is_there_is_found() -> None:
    """24 estimates from 60 scores each: the error of their mean is about 4 %."""
    found = np.array([fit_noisy(*noisy_world(seed, 0.03)).misfit for seed in range(6)])
    assert found[:, :4].mean() == pytest.approx(0.03, rel=0.12)
    assert (found[:, 4:] < 0.001).all()


def test_draws_spread_as_the_error_of_the_fit() -> None:
    """Over worlds of one truth: nine of ten true values lie in the middle 90 % of the draws."""
    inside, total = 0, 0
    for seed in range(6):
        scores, trials = noisy_world(seed, 0.03)
        truth = np.random.default_rng(seed).normal(0, 1, 60)
        noisy = fit_noisy(scores, trials)
        rng = np.random.default_rng(seed)
        draws = np.array([perturbed(scores, trials, noisy, rng)[0].ability for _ in range(60)])
        low, high = np.quantile(aligned(draws, truth), [0.05, 0.95], axis=0)
        inside += int(((low <= truth) & (truth <= high)).sum())
        total += 60
    assert inside / total == pytest.approx(0.9, abs=0.05)


def test_draws_follow_their_seed() -> None:
    scores, found, penalty = fitted(world(6, 4, 5))
    one, same, other = (
        resampled(scores, penalty, found.theta, np.random.default_rng(s)).ability for s in (1, 1, 2)
    )
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_each_model_keeps_its_number_of_scores_when_drawn_again() -> None:
    # all scores of a model are equal and on one test: drawing them again changes nothing
    rows = [(m, "t", v) for m, v in (("a", 0.3), ("b", 0.6)) for _ in range(5)]
    scores, found, penalty = fitted(rows)
    again = resampled(scores, penalty, found.theta, np.random.default_rng(3))
    assert again.flat() == pytest.approx(found.theta.flat(), abs=1e-6)


def test_weak_penalty_says_what_it_says() -> None:
    scores, _, _ = scores_of([("a", "t", 0.3)])
    penalty = weak_penalty(scores)
    assert penalty.strength.flat() == pytest.approx([1 / 9, 1 / 9, 1 / 4])
    assert penalty.centre.flat() == pytest.approx([0, 0, 2])


@given(st.floats(0.2, 5), st.floats(-5, 5), st.integers(0, 1000))
def test_draws_on_any_scale_come_back_to_that_of_the_points(
    stretch: float, shift: float, seed: int
) -> None:
    point = np.random.default_rng(seed).normal(0, 1, 5)
    draws = np.array([point * stretch + shift, point])
    assert aligned(draws, point) == pytest.approx(np.array([point, point]), abs=1e-9)


def test_ranks_by_hand() -> None:
    draws = np.array([[3.0, 1.0, 2.0], [1.0, 3.0, 2.0]])
    assert ranks(draws).tolist() == [[1, 3, 2], [3, 1, 2]]
    assert rank_interval(ranks(draws), 0.95).tolist() == [[1, 3], [1, 3], [2, 2]]
