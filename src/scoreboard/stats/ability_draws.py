"""How uncertain fitted abilities are: the noise of each score, and joint draws of all parameters.

Two kinds of draws. `resampled` draws each model's scores with replacement and fits again.
`perturbed` first estimates how noisy the scores of each test are, then adds that noise to the data
and to the centre of the penalty and fits again (randomise, then optimise: for a straight-line
model this draws from the posterior exactly; Bardsley and others, Randomize-then-optimize, SIAM J.
Sci. Comput. 36 (2014)).

The variance of a score with expected value p is p (1 - p) (1 / items + misfit): the sampling of
questions, and a misfit of its test that more questions do not take away. Where the chance level c
was taken out of the score, the first part is q (1 - q) / items / (1 - c)^2 with q = c + (1 - c) p.
A score without a known number of items has the misfit alone, which then holds both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from scoreboard.stats.ability import (
    Fit,
    Penalty,
    Scores,
    Theta,
    fit,
    normal_equations,
    predicted,
)

if TYPE_CHECKING:
    import numpy as np

    from scoreboard.stats.ability import Floats, Ints

T = TypeVar("T")
FIRST = 0.02  # misfit to begin with
ROUNDS = 12  # of fit and noise in turn
EDGE = 1e-3  # expected scores are kept this far from 0 and 1
GRID = (1e-5, 1.0, 81)  # misfits that are weighed: from, to, number of steps on a log scale
NARROW = 0.2  # least spread of log misfits between tests
PLACE_SD, SLOPE_MEAN, SLOPE_SD = 3.0, 2.0, 2.0  # the penalty of the model with noise


@dataclass(frozen=True, slots=True)
class Trials:
    """Of each score: items (0 where not known) and the chance level taken out of it (0 to 1)."""

    items: Floats
    chance: Floats


@dataclass(frozen=True, slots=True)
class Noisy:
    """A fit with estimated noise: `misfit` of each test, `weights` of each step of the grid."""

    fit: Fit
    penalty: Penalty
    misfit: Floats
    grid: Floats
    weights: Floats  # tests x steps, each row adds up to 1


def weak_penalty(scores: Scores) -> Penalty:
    """Abilities and difficulties near 0 within 3, slopes near 2 within 2: hardly felt."""
    import numpy as np

    place, slope = PLACE_SD**-2, SLOPE_SD**-2
    models, tests = scores.models, scores.tests
    return Penalty(
        Theta(np.full(models, place), np.full(tests, place), np.full(tests, slope)),
        Theta(np.zeros(models), np.zeros(tests), np.full(tests, SLOPE_MEAN)),
        np.zeros(tests, bool),
    )


def sampling(p: Floats, trials: Trials) -> Floats:
    """The variance of scores from the number of items alone."""
    import numpy as np

    left = 1 - trials.chance
    q = np.clip(trials.chance + left * p, EDGE, 1 - EDGE)
    known = trials.items > 0
    return np.asarray(
        np.where(known, q * (1 - q) / np.where(known, trials.items, 1) / left**2, 0.0)
    )


def spread(p: Floats) -> Floats:
    """What a misfit is multiplied with."""
    import numpy as np

    inner = np.clip(p, EDGE, 1 - EDGE)
    return np.asarray(inner * (1 - inner))


def variance(scores: Scores, trials: Trials, theta: Theta, misfit: Floats) -> Floats:
    """The variance of each score."""
    p = predicted(scores, theta)
    return sampling(p, trials) + misfit[scores.test] * spread(p)


def fit_noisy(scores: Scores, trials: Trials) -> Noisy:
    """Parameters and misfits in turn (an EM algorithm with a Laplace approximation).

    The expected square of a residual is its square at the fit plus the variance of the fitted
    value. Misfits of tests are log-normal about a common mean, both estimated: a test with few
    scores borrows from the others.
    """
    import numpy as np

    grid = np.geomspace(*GRID)
    misfit = np.full(scores.tests, FIRST)
    mean, width = np.log(FIRST), 1.0
    penalty = weak_penalty(scores)
    flat = replace(scores, weight=np.full(len(scores.value), 1 / (FIRST / 4)))
    found = fit(flat, penalty)
    for _ in range(ROUNDS):
        weighted = replace(scores, weight=1 / variance(scores, trials, found.theta, misfit))
        found = fit(weighted, penalty, start=found.theta)
        p = predicted(scores, found.theta)
        square = (p - scores.value) ** 2 + uncertainty(weighted, penalty, found.theta)
        total = sampling(p, trials)[:, None] + grid * spread(p)[:, None]
        each = -0.5 * (np.log(total) + square[:, None] / total)
        log = (
            -0.5 * ((np.log(grid) - mean) / width) ** 2
            + np.array([np.bincount(scores.test, column, scores.tests) for column in each.T]).T
        )
        weights = np.exp(log - log.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        first, second = weights @ np.log(grid), weights @ np.log(grid) ** 2
        misfit, mean = np.exp(first), float(first.mean())
        width = max(NARROW, float(np.sqrt(second.mean() - mean**2)))
    return Noisy(found, penalty, misfit, grid, weights)


def uncertainty(scores: Scores, penalty: Penalty, theta: Theta) -> Floats:
    """The variance of each fitted score from that of the parameters (Laplace, Gauss-Newton)."""
    import numpy as np

    models, tests = scores.models, scores.tests
    normal = normal_equations(scores, penalty, theta)
    size = models + 2 * tests
    whole = np.zeros((size, size))
    whole[np.arange(models), np.arange(models)] = normal.ability
    whole[:models, models:], whole[models:, :models] = normal.cross, normal.cross.T
    whole[models:, models:] = normal.test
    held = np.flatnonzero(penalty.held) + models + tests
    whole[held, :] = whole[:, held] = 0.0
    whole[held, held] = np.inf
    inverse = np.linalg.inv(np.where(np.isinf(whole), 1e300, whole))
    p = predicted(scores, theta)
    a = theta.slope[scores.test]
    away = theta.ability[scores.model] - theta.difficulty[scores.test]
    i, d = scores.model, models + scores.test
    slopes = (a, -a, away)
    places = (i, d, d + tests)
    found = np.zeros(len(p))
    for x, j in zip(slopes, places, strict=True):
        for y, k in zip(slopes, places, strict=True):
            found += x * y * inverse[j, k]
    return np.asarray(found * (p * (1 - p)) ** 2)


def resampled(
    scores: Scores, penalty: Penalty, start: Theta, rng: np.random.Generator
) -> Theta:  # fmt: skip
    """One refit with each model's scores drawn with replacement. `scores` come sorted by model.

    A test that the draw leaves without scores, or apart from the others, is held by the penalty
    alone, as in the published procedure.
    """
    import numpy as np

    count = np.bincount(scores.model, minlength=scores.models)
    first = np.cumsum(count) - count
    chosen = first[scores.model] + (rng.random(len(scores.value)) * count[scores.model]).astype(int)
    times = np.bincount(chosen, minlength=len(scores.value))
    return fit(replace(scores, weight=scores.weight * times), penalty, start=start).theta


def perturbed(
    scores: Scores, trials: Trials, noisy: Noisy, rng: np.random.Generator
) -> tuple[Theta, Floats]:  # fmt: skip
    """One joint draw of all parameters and misfits."""
    import numpy as np

    theta, penalty = noisy.fit.theta, noisy.penalty
    below = noisy.weights.cumsum(axis=1) < rng.random((scores.tests, 1))
    misfit = noisy.grid[np.minimum(below.sum(axis=1), len(noisy.grid) - 1)]
    v = variance(scores, trials, theta, misfit)
    moved = scores.value + np.sqrt(v) * rng.standard_normal(len(v))
    off = rng.standard_normal(scores.models + 2 * scores.tests)
    centre = penalty.centre.flat() + off / np.sqrt(penalty.strength.flat())
    split = np.split(centre, (scores.models, scores.models + scores.tests))
    found = fit(
        replace(scores, value=moved, weight=1 / v),
        replace(penalty, centre=Theta(*split)),
        start=theta,
    )
    return found.theta, misfit


def aligned(draws: Floats, point: Floats) -> Floats:
    """Draws (draws x models) on the scale of the point estimates.

    Each draw is mapped by the straight line that fits it best to them, a model counting by the
    inverse of its variance: all models hold the scale, none fixes it.
    """
    import numpy as np

    spread = draws.var(axis=0)
    weight = 1 / np.maximum(spread, 1e-12 + 1e-3 * np.median(spread))
    weight /= weight.sum()
    centre = weight @ point
    away = weight * (point - centre)
    slope = (draws @ away) / (away @ point)
    return np.asarray((draws - (draws @ weight)[:, None]) / slope[:, None] + centre)


def ranks(draws: Floats) -> Ints:
    """The rank of each model in each draw (draws x models), 1 for the highest."""
    import numpy as np

    order = np.argsort(-draws, axis=1, kind="stable")
    found = np.empty_like(order)
    np.put_along_axis(found, order, np.arange(1, draws.shape[1] + 1)[None, :], axis=1)
    return np.asarray(found, np.int64)


def rank_interval(found: Ints, level: float) -> Ints:
    """The middle of the ranks (draws x models) of each model: models x (best, worst), whole."""
    import numpy as np

    tail = (1 - level) / 2
    best = np.quantile(found, tail, axis=0, method="lower")
    worst = np.quantile(found, 1 - tail, axis=0, method="higher")
    return np.asarray(np.stack([best, worst], axis=1), np.int64)


def draw_all(one: Callable[[np.random.Generator], T], count: int, seed: int) -> list[T]:
    """Draws, each with a stream of random numbers of its own."""
    import numpy as np

    return [one(np.random.default_rng([seed, i])) for i in range(count)]
