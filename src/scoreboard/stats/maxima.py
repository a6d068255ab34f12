"""The true best of two groups and the difference, from scores with errors.

The largest of many noisy scores is too large on average, the more so the more contenders come
close to it. How much follows from how the true values of a group are spread, which the scores
tell: if they differ no more than their errors, the contenders are a pack and the best of them is
hardly better than the mean; if one is far ahead, there is nothing to correct.

Model, for each group by itself: score_i = truth_i + error_i, errors normal with known deviations
s_i. The truths are independent draws from one density, whose shape is one of four:

    bell       truth = m + t z,  z standard normal
    even       truth = m - t u,  u uniform between 0 and 1
    straggled  truth = m + t e,  e exponential: a few stand far above the rest
    crowded    truth = m - t e,  e exponential: most stand close under the best

Half of the weight beforehand is with the bell, a fifth each with the next two, a tenth with the
last; m may be anything; t has a half-Cauchy density with ten times the median error as its scale.
All are integrated over on a grid, which gives for each (shape, m, t) a weight, its marginal
likelihood, and

    P(best <= x | scores) = sum over (shape, m, t) of weight * product_i P(truth_i <= x | score_i)

with closed forms for the last factor: a normal distribution, cut off where the shape ends. Nothing
is drawn by lot. The value is the mean of the difference of the two bests, the interval holds the
middle 95 %.

Doubling all errors must not narrow an interval, and might, when a leader melts into the pack. So
each half of the interval is the widest that the errors, their halves and their quarters give.

Sources: B. Efron and C. Morris, Stein's estimation rule and its competitors, JASA 68 (1973), for
the correction of a selected value by the spread of all; A. Gelman, Prior distributions for variance
parameters in hierarchical models, Bayesian Analysis 1 (2006), for the density of t; B. Efron,
Tweedie's formula and selection bias, JASA 106 (2011), for why this removes the bias of selection.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

Scores = Sequence[tuple[float, float]]  # (score, standard error)
HALVINGS = 3  # the errors, their halves and quarters
FEW = 20  # points of a first grid, which finds the place of the second
POINTS = 40  # of the grid on which the distribution of a best is held
EDGE = 1e-5  # probabilities where the second grid ends
SHARES = 240  # even quantiles that stand for a best in a difference
SPREADS = 11  # values of t
EDGES = 30  # values of m, for the shapes with an edge
NODES = 7  # values of m for the bell, at even quantiles of its distribution
NARROW = 8.0  # logarithm of weight below the greatest: where t is not looked at more closely
SLIGHT = 3e-3  # of the greatest weight: what weighs less is left out
CAUCHY = 10.0  # scale of t, in median errors
NEAR = 4.5  # errors below a value from where a contender is surely below it
REACH = 7.0  # errors below the best from where no contender can win
LEAST = 1e-3  # of the largest error of a group: smaller errors are raised to it


@dataclass(frozen=True, slots=True)
class MaxDifference:
    """`plain` best minus best; `corrected` for the bias of a maximum; a 95 % interval."""

    plain: float
    corrected: float
    low: float
    high: float


def max_difference(leaders: Scores, chasers: Scores, *, level: float = 0.95) -> MaxDifference:
    """Best of `leaders` minus best of `chasers`, each a (score, standard error).

    Deterministic, and independent of the order of the scores. `level` is that of the interval.
    """
    first, second = (tuple(sorted((float(s), float(e)) for s, e in g)) for g in (leaders, chasers))
    plain = first[-1][0] - second[-1][0]
    found = [
        _difference(best_of(first, 0.5**k), best_of(second, 0.5**k), (1 - level) / 2)
        for k in range(HALVINGS)
    ]
    value = found[0][0]
    below = max(mean - low for mean, low, _ in found)
    above = max(high - mean for mean, _, high in found)
    return MaxDifference(plain, value, value - below, value + above)


def joint_difference(
    plain: float, leaders: Array, chasers: Array, *, level: float = 0.95
) -> MaxDifference:
    """Best of one group minus best of another, from the best of each within joint draws.

    `leaders` and `chasers` are of shape (draws,), around the scores whose difference is `plain`. A
    maximum within draws is too large by about as much again as that of the scores: the value is
    twice the plain difference minus the mean over draws, the interval is turned in the same way
    (the basic bootstrap; B. Efron and R. Tibshirani, An introduction to the bootstrap, 1993).
    """
    import numpy as np

    apart = leaders - chasers
    tail = (1 - level) / 2
    low, high = (float(q) for q in np.quantile(apart, [tail, 1 - tail]))
    value = 2 * plain - float(apart.mean())
    return MaxDifference(plain, value, 2 * plain - high, 2 * plain - low)


@dataclass(frozen=True, slots=True)
class Best:
    """The distribution of the true best of a group: P(best <= at) at some values."""

    at: Array
    below: Array

    @property
    def mean(self) -> float:
        """The expected best."""
        import numpy as np

        return float(self.at[-1] - np.trapezoid(self.below, self.at))

    def quantile(self, share: Array) -> Array:
        """The values below which the best lies with these probabilities."""
        import numpy as np

        return np.interp(share, self.below, self.at)


@lru_cache(maxsize=8192)
def best_of(scores: tuple[tuple[float, float], ...], scale: float = 1.0) -> Best:
    """The distribution of the true best of (score, error), with all errors times `scale`."""
    import numpy as np
    from scipy.special import ndtr

    x, s = np.array(scores).T
    s = np.maximum(s, LEAST * s.max()) * scale
    top = float(x.max())
    if not s.any():
        return Best(np.array([top, top]), np.array([0.0, 1.0]))
    width = float(s[x + REACH * s >= top].max())
    below = _mixture(x, s) if len(x) > 1 else lambda at: ndtr((at - x[0]) / s[0])
    at = top + np.linspace(-REACH, 5, FEW) * width
    inside = np.flatnonzero(np.diff(np.clip(below(at), EDGE, 1 - EDGE)))
    at = np.linspace(at[inside[0]], at[inside[-1] + 1], POINTS)
    return _whole(at, below(at))


def _mixture(x: Array, s: Array) -> Callable[[Array], Array]:
    """P(best <= at) over all shapes, edges and spreads that have weight."""
    import numpy as np

    rough = [shape(x, s, _spreads(x, s))[0] + np.log(before) for shape, before in SHAPES]
    likely = max(float(w.max()) for w in rough) - NARROW
    found = []
    for (shape, before), coarse in zip(SHAPES, rough, strict=True):
        if coarse.max() > likely:  # else the shape has no weight on a finer grid either
            weight, function = shape(x, s, _narrowed(x, s, coarse))
            found.append((weight + np.log(before), function))
    peak = max(float(w.max()) for w, _ in found)
    kept = [np.flatnonzero(w > peak + np.log(SLIGHT)) for w, _ in found]
    shares = [np.exp(w.ravel()[k] - peak) for (w, _), k in zip(found, kept, strict=True)]
    total = sum(float(x.sum()) for x in shares)

    def below(at: Array) -> Array:
        parts = (
            share @ function(k, at)
            for (_, function), k, share in zip(found, kept, shares, strict=True)
            if len(k)
        )
        return np.asarray(sum(parts) / total)

    return below


def _whole(at: Array, below: Array) -> Best:
    """Ends at 0 and 1."""
    import numpy as np

    below = np.maximum.accumulate(np.clip(below, 0, 1))
    below[0], below[-1] = 0.0, 1.0
    return Best(at, below)


def _difference(first: Best, second: Best, tail: float) -> tuple[float, float, float]:
    """Mean and both ends of the difference of two independent bests."""
    import numpy as np

    shares = (np.arange(SHARES) + 0.5) / SHARES
    one, other = first.quantile(shares), second.quantile(shares)
    grid = np.linspace(one[0] - other[-1], one[-1] - other[0], SHARES)
    below = np.interp(grid[:, None] + other, first.at, first.below).mean(axis=1)
    low, high = np.interp([tail, 1 - tail], below, grid)
    return first.mean - second.mean, float(low), float(high)


def _spreads(x: Array, s: Array) -> Array:
    """Values of t, evenly spaced in their logarithm."""
    import numpy as np

    unit = float(np.median(s))
    return unit * np.geomspace(0.06, max(6.0, 2 * float(np.ptp(x)) / unit), SPREADS)


def _narrowed(x: Array, s: Array, weight: Array) -> Array:
    """As many values of t, where they have weight: with many scores only few do."""
    import numpy as np

    t = _spreads(x, s)
    kept = np.flatnonzero(weight.max(axis=1) > weight.max() - NARROW)
    ends = t[max(kept[0] - 1, 0)], t[min(kept[-1] + 1, SPREADS - 1)]
    narrowed: Array = np.geomspace(*ends, SPREADS)
    return narrowed


def _prior(t: Array, s: Array) -> Array:
    """The logarithm of the prior weight of each t."""
    import numpy as np

    unit = float(np.median(s))
    log: Array = np.log(t * np.log(t[1] / t[0])) - np.log1p((t / unit / CAUCHY) ** 2)
    return log


# Each shape gives the logarithm of the weight of its t (rows) and m (columns), and a function that
# gives for some of them, counted row by row, P(best <= at | m, t).


def _bell(x: Array, s: Array, t: Array) -> Any:
    import numpy as np
    from scipy.special import ndtr, ndtri

    variance = s**2 + t[:, None] ** 2
    precision = 1 / variance
    known = precision.sum(axis=1)
    centre = (precision @ x[:, None])[:, 0] / known
    weight = _prior(t, s) - 0.5 * (
        np.log(variance).sum(axis=1)
        + (precision * (x - centre[:, None]) ** 2).sum(axis=1)
        + np.log(known)
        + (len(x) - 1) * np.log(2 * np.pi)
    )
    nodes = ndtri((np.arange(NODES) + 0.5) / NODES)
    m = (centre[:, None] + nodes / np.sqrt(known)[:, None]).ravel()
    t = np.repeat(t, NODES)
    weight = np.repeat(weight - np.log(NODES), NODES).reshape(-1, NODES)

    def below(kept: Array, at: Array) -> Array:
        mk, tk = m[kept][:, None], t[kept][:, None]
        share = tk**2 / (tk**2 + s**2)
        mean, error = mk + share * (x - mk), np.sqrt(share) * s
        near = (mean + NEAR * error > at[0]).any(axis=0)
        z = (at[:, None] - mean[:, None, near]) / error[:, None, near]
        return ndtr(z).prod(axis=2)  # type: ignore[no-any-return]

    return weight, below


def _upper_edges(x: Array, s: Array) -> Array:
    """Values of m about the best score, for the shapes that end there."""
    import numpy as np

    top, unit = float(x.max()), float(np.median(s))
    edges: Array = np.linspace(top - 3 * unit, top + 2 * unit, EDGES)
    return edges


def _grid(edges: Array, t: Array, s: Array) -> tuple[Array, Array, Array]:
    """Every m and t together, counted row by row, and the logarithm of their prior weight."""
    import numpy as np

    prior = (_prior(t, s) + np.log(edges[1] - edges[0])).repeat(EDGES)
    return np.tile(edges, len(t)), t.repeat(EDGES), prior


def _exponential(x: Array, s: Array, edges: Array, t: Array) -> Any:
    """Weights of truth = m - t e; what P(truth <= y) is made of, for some (m, t) and values y.

    Given a score, the truth is normal with the mean score + s^2 / t, cut off above m.
    """
    import numpy as np
    from scipy.special import log_ndtr, ndtr

    m, t, prior = _grid(edges, t, s)
    mean = x + s**2 / t[:, None]
    inside = log_ndtr((m[:, None] - mean) / s)  # how much of the normal distribution is left
    density = (x - m[:, None]) / t[:, None] + 0.5 * (s / t[:, None]) ** 2 + inside
    weight = density.sum(axis=1) - len(x) * np.log(t) + prior

    def share(kept: Array, near: Array, y: Array) -> Array:
        cut = np.minimum(y[:, None], m[kept][:, None, None])
        whole = np.maximum(np.exp(inside[kept][:, None, near]), 1e-300)
        part: Array = ndtr((cut - mean[kept][:, None, near]) / s[near])
        capped: Array = np.minimum(part / whole, 1)
        return capped

    return weight.reshape(-1, EDGES), share


def _crowded(x: Array, s: Array, t: Array) -> Any:

    weight, share = _exponential(x, s, _upper_edges(x, s), t)
    return weight, lambda kept, at: share(kept, _near(x, s, at), at).prod(axis=2)


def _straggled(x: Array, s: Array, t: Array) -> Any:
    """The mirror image of a crowded one."""
    import numpy as np

    low, unit = float(x.min()), float(np.median(s))
    edges = np.linspace(low - 2 * unit, low + 3 * unit, EDGES)
    weight, share = _exponential(-x, s, -edges[::-1], t)
    return weight, lambda kept, at: (1 - share(kept, _near(x, s, at), -at)).prod(axis=2)


def _near(x: Array, s: Array, at: Array) -> Any:
    """The contenders that may be above the lower end of the grid; the others are below it."""
    import numpy as np

    return np.flatnonzero(x + NEAR * s > at[0])


def _even(x: Array, s: Array, t: Array) -> Any:
    """Weights of truth = m - t u. Given a score, the truth is normal, cut off below m - t and
    above m.
    """
    import numpy as np
    from scipy.special import ndtr

    m, t, prior = _grid(_upper_edges(x, s), t, s)
    under = ndtr(((m - t)[:, None] - x) / s)
    inside = np.maximum(ndtr((m[:, None] - x) / s) - under, 1e-300)
    weight = np.log(inside).sum(axis=1) - len(x) * np.log(t) + prior

    def below(kept: Array, at: Array) -> Array:
        near = _near(x, s, at)
        cut = np.minimum(at[:, None], m[kept][:, None, None])
        part = ndtr((cut - x[near]) / s[near]) - under[kept][:, None, near]
        return np.clip(part / inside[kept][:, None, near], 0, 1).prod(axis=2)  # type: ignore[no-any-return]

    return weight.reshape(-1, EDGES), below


SHAPES = ((_bell, 0.5), (_even, 0.2), (_straggled, 0.2), (_crowded, 0.1))  # weight beforehand
