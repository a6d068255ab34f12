"""Times to an event of which some are only known to be longer: Kaplan-Meier and Weibull."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

DRAWS = 2000
STEPS = 60  # of Newton's method at most
STILL = 1e-10
STEEP = 700.0  # a greater slope has no exponential


class Spell(NamedTuple):
    """A time to an event, or, if `ended` is false, a time within which it had not come.

    Spells of one `cluster` end by the same cause and are drawn together.
    """

    time: float
    ended: bool
    cluster: str


class Step(NamedTuple):
    """The share that has not ended after `time`, with a 95 % interval."""

    time: float
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Median:
    """The Kaplan-Meier median; None where more than half have not ended, infinity as an end."""

    value: float | None
    low: float
    high: float
    curve: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """By how much times are multiplied per unit of the covariate."""

    ratio: float
    low: float
    high: float
    shape: float  # of the Weibull distribution
    scale: float  # logarithm of the time at covariate 0 that 1 - 1/e of spells do not pass

    def median(self, x: float) -> float:
        """The median time at a value of the covariate."""
        line = self.scale + math.log(self.ratio) * x
        return math.exp(line + math.log(math.log(2)) / self.shape)


def kaplan_meier(times: Floats, ended: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Distinct times of events (k,) and the share surviving each, (draws, k), for weights
    (draws, n). Of equal times an event comes before an end of observation.

    Kaplan and Meier 1958, https://doi.org/10.1080/01621459.1958.10501452.
    """
    import numpy as np

    at: Floats = np.unique(times[ended > 0])
    risk = weights @ (times[:, None] >= at[None, :])
    events = weights @ ((times[:, None] == at[None, :]) & (ended[:, None] > 0))
    with np.errstate(invalid="ignore"):
        left: Floats = np.where(risk > 0, 1 - events / risk, 1.0).cumprod(axis=1)
    return at, left


def median_time(spells: Sequence[Spell], seed: str) -> Median:
    """The first time by which at most half are left, with an interval of 95 %.

    The interval is that of a bootstrap over clusters, `seed` fixes it; where over one in forty of
    the draws never fall to a half its upper end is infinite.
    """
    import numpy as np

    times, ended = _arrays(spells)
    at, share = kaplan_meier(times, ended, np.ones((1, len(spells))))
    _, drawn = kaplan_meier(times, ended, cluster_weights(spells, seed))
    halves = np.sort(_half(at, drawn))
    low, high = _ends(halves)
    bands = np.quantile(drawn, [0.025, 0.975], axis=0) if len(at) else np.empty((2, 0))
    curve = tuple(
        Step(float(t), float(s), float(a), float(b))
        for t, s, a, b in zip(at, share[0], *bands, strict=True)
    )
    value = float(_half(at, share)[0])
    return Median(value if np.isfinite(value) else None, low, high, curve)


def point_median(spells: Sequence[Spell]) -> float | None:
    """The first time by which at most half are left; None where more have not ended."""
    import numpy as np

    if not spells:
        return None
    value = float(_half(*kaplan_meier(*_arrays(spells), np.ones((1, len(spells)))))[0])
    return value if np.isfinite(value) else None


def _half(at: Floats, share: Floats) -> Floats:
    """The first time at which the share is a half or less, per draw; infinity where there is none.

    A share of a half that rounding left a little above counts as a half.
    """
    import numpy as np

    if not len(at):
        return np.full(len(share), np.inf)
    reached = share <= 0.5 + STILL
    return np.where(reached.any(axis=1), at[reached.argmax(axis=1)], np.inf)


def _ends(drawn: Floats) -> tuple[float, float]:
    """The 2.5 and 97.5 % points of sorted draws, by order: infinite ones have their place."""
    last = len(drawn) - 1
    return float(drawn[int(0.025 * last)]), float(drawn[-1 - int(0.025 * last)])


def cluster_weights(spells: Sequence[Spell], seed: str) -> Floats:
    """How often each spell is drawn, (DRAWS, n): whole clusters, with replacement."""
    import numpy as np

    names = sorted({s.cluster for s in spells})
    place = {name: i for i, name in enumerate(names)}
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    rng = np.random.default_rng(number)
    counts = rng.multinomial(len(names), [1 / len(names)] * len(names), size=DRAWS)
    return counts[:, [place[s.cluster] for s in spells]].astype(float)


def _arrays(spells: Sequence[Spell]) -> tuple[Floats, Floats]:
    import numpy as np

    times, ended = ([float(s[i]) for s in spells] for i in (0, 1))
    return np.array(times), np.array(ended)


def weibull_trend(spells: Sequence[Spell], covariate: Sequence[float], seed: str) -> Trend | None:
    """The factor by which times change per unit of a covariate, by an accelerated failure time
    model with Weibull times and censoring; None where there are too few spells to tell.

    log T = a + b x + G / k with G the extreme value distribution; the ratio is exp(b). Times must
    be above 0. The interval of 95 % is a bootstrap's over clusters. Kalbfleisch and Prentice,
    The Statistical Analysis of Failure Time Data, 2002, section 3.6.
    """
    import numpy as np

    times, ended = _arrays(spells)
    x = np.array(covariate, dtype=float)
    if len(spells) < 4 or ended.sum() < 3 or np.ptp(x) == 0:
        return None
    point, fitted = _weibull(times, ended, x, np.ones((1, len(spells))))
    if not fitted[0]:
        return None
    drawn, good = _weibull(times, ended, x, cluster_weights(spells, seed))
    slopes = np.sort(drawn[good][:, 1])
    if len(slopes) < 0.9 * len(drawn):
        return None
    low, high = np.exp(np.clip(_ends(slopes), -STEEP, STEEP))
    scale, slope, shape = (float(v) for v in point[0])
    return Trend(math.exp(slope), float(low), float(high), shape, scale)


def _weibull(
    times: Floats, ended: Floats, x: Floats, weights: Floats
) -> tuple[Floats, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
    """(a, b, k) per row of weights, and whether the fit converged.

    With z = k log t - c - g x the log-likelihood is the sum of ended (log k + z) - exp z, which is
    concave in (c, g, k): Newton's method, halving steps that leave k below 0 or lower it.
    """
    import numpy as np

    log_t = np.log(times)
    centre, spread = x.mean(), x.std()
    design = np.stack([-np.ones_like(x), -(x - centre) / spread, log_t], axis=1)  # of z

    def likelihood(p: Floats) -> Floats:
        z = np.clip(p @ design.T, -700, 700)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(p[:, 2] > 0, (weights * (ended * (np.log(np.abs(p[:, 2:])) + z)
                            - np.exp(z))).sum(axis=1), -np.inf)  # fmt: skip

    p = np.tile([float(np.log(times).mean()), 0.0, 1.0], (len(weights), 1))
    good = np.zeros(len(weights), dtype=bool)
    value = likelihood(p)
    for _ in range(STEPS):
        z = np.clip(p @ design.T, -700, 700)
        slope = (weights * (ended - np.exp(z))) @ design
        slope[:, 2] += (weights * ended).sum(axis=1) / p[:, 2]
        curve = np.einsum("dn,ni,nj->dij", weights * np.exp(z), design, design)
        curve[:, 2, 2] += (weights * ended).sum(axis=1) / p[:, 2] ** 2
        curve += 1e-12 * np.eye(3)
        move = np.linalg.solve(curve, slope[:, :, None])[:, :, 0]
        good = (np.abs(slope) < 1e-6 * (1 + weights.sum(axis=1))[:, None]).all(axis=1)
        if good.all():
            break
        share = np.ones((len(p), 1))
        for _ in range(30):
            new = likelihood(p + share * move)
            worse = new < value - 1e-12 * np.abs(value)
            if not worse.any():
                break
            share[worse] /= 2
        p = p + share * move
        value = likelihood(p)
    k = p[:, 2]
    b = p[:, 1] / k / spread
    found = np.stack([p[:, 0] / k - b * centre, b, k], axis=1)
    return found, good & np.isfinite(found).all(axis=1) & (k < 1e3)
