"""How many times a falling price falls in a year: a log-linear slope with a block bootstrap."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from scoreboard.stats.halving import LEAST_RECORDS, Point, records_of

DRAWS = 500
YEAR = 365.25  # days


@dataclass(frozen=True, slots=True)
class Rate:
    """Times per year that the price falls, with the ends of its interval; None: too few records."""

    records: tuple[Point, ...]
    times: float | None
    low: float | None = None
    high: float | None = None


def rate(points: Sequence[Point], *, seed: str, level: float = 0.95, draws: int = DRAWS) -> Rate:
    """The rate at which record-setting points fall, by least squares on the log of the price.

    The interval resamples residuals in moving blocks: neighbouring ones are drawn together, since
    a record depends on those before it, and are added to the line, which is then fitted again.
    The length of a block is the cube root of the number of records, rounded up. Residuals are
    widened by the two degrees of freedom of the line, and their effect by Student's t for so few
    points. The interval always holds the rate itself.
    """
    import numpy as np
    from scipy.special import ndtri, stdtrit

    records = records_of(sorted(points))
    if len(records) < LEAST_RECORDS:
        return Rate(tuple(records), None)
    days = np.array([d - records[0][0] for d, _ in records], dtype=float)
    logs = np.log(np.array([v for _, v in records]))
    n = len(records)
    length = int(np.ceil(round(n ** (1 / 3), 9)))
    blocks = -(-n // length)
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    rng = np.random.default_rng(number)
    centred = days - days.mean()
    spread = float(centred @ centred)
    slope = float(centred @ logs) / spread
    residuals = (logs - logs.mean() - slope * centred) * np.sqrt(n / (n - 2))
    starts = rng.integers(0, n - length + 1, size=(draws, blocks))
    picked = (starts[:, :, None] + np.arange(length)).reshape(draws, -1)[:, :n]
    tail = (1 - level) / 2
    few = float(stdtrit(n - 2, 1 - tail) / ndtri(1 - tail))  # above 1: few points
    slopes = slope + few * (residuals[picked] @ centred) / spread
    steep, flat = np.quantile(slopes, [tail, 1 - tail])
    ends = (slope, max(float(flat), slope), min(float(steep), slope))
    return Rate(tuple(records), *(float(np.exp(-s * YEAR)) for s in ends))
