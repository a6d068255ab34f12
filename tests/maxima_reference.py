"""The true best of a group by lot, sharing no code with `scoreboard.stats.maxima`.

Shapes, edges and spreads of the truths are drawn from their prior, weighed by the likelihood of the
scores, and truths are drawn given the scores, all with the distributions of scipy.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats

Scores = Sequence[tuple[float, float]]


def drawn_best(scores: Scores, seed: int, draws: int = 400_000, kept: int = 20_000) -> np.ndarray:
    """Draws of the true best."""
    rng = np.random.default_rng(seed)
    x, s = np.array(scores, dtype=float).T
    if len(x) == 1:
        return np.asarray(rng.normal(x[0], s[0], kept))
    unit = float(np.median(s))
    shape = rng.choice(4, draws, p=[0.5, 0.1, 0.2, 0.2])
    t = np.abs(stats.cauchy.rvs(scale=10 * unit, size=draws, random_state=rng))
    m = rng.uniform(x.min() - 8 * unit, x.max() + 8 * unit, draws)
    log = np.zeros(draws)
    for xi, si in zip(x, s, strict=True):
        bell = stats.norm.logpdf(xi, m, np.hypot(t, si))
        crowded = stats.exponnorm.logpdf(-xi, t / si, -m, si)
        straggled = stats.exponnorm.logpdf(xi, t / si, m, si)
        with np.errstate(divide="ignore"):
            even = np.log((stats.norm.cdf(m, xi, si) - stats.norm.cdf(m - t, xi, si)) / t)
        log += np.choose(shape, [bell, crowded, straggled, even])
    log = np.where(np.isfinite(log), log, -np.inf)
    weight = np.exp(log - log.max())
    picked = rng.choice(draws, kept, p=weight / weight.sum())
    best = np.full(kept, -np.inf)
    for xi, si in zip(x, s, strict=True):
        tp, mp, which = t[picked], m[picked], shape[picked]
        share = tp**2 / (tp**2 + si**2)
        truth = rng.normal(mp + share * (xi - mp), np.sqrt(share) * si)
        below, above = xi + si**2 / tp, xi - si**2 / tp
        cut = stats.truncnorm.rvs(-np.inf, (mp - below) / si, below, si, random_state=rng)
        raised = stats.truncnorm.rvs((mp - above) / si, np.inf, above, si, random_state=rng)
        both = stats.truncnorm.rvs((mp - tp - xi) / si, (mp - xi) / si, xi, si, random_state=rng)
        best = np.maximum(best, np.choose(which, [truth, cut, raised, both]))
    return best


def drawn_gap(leaders: Scores, chasers: Scores) -> tuple[float, float, float]:
    """Mean and the middle 95 % of the difference of the true bests."""
    gap = drawn_best(leaders, 1) - drawn_best(chasers, 2)
    low, high = np.quantile(gap, [0.025, 0.975])
    return float(gap.mean()), float(low), float(high)
