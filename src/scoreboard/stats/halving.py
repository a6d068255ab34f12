"""How fast a record falls: a log-linear slope over the points that set it, with a bootstrap."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DRAWS = 2000
LEAST_RECORDS = 3  # two points are a line, not a trend

Point = tuple[int, float]  # day (an ordinal), value above zero


@dataclass(frozen=True, slots=True)
class Fall:
    """`slope` in doublings per day, below zero when the record falls, and its interval."""

    records: tuple[Point, ...]
    slope: float | None  # None: fewer than three records
    low: float | None = None
    high: float | None = None

    @property
    def told(self) -> bool:
        """Whether the record falls: zero is outside the interval."""
        return self.high is not None and self.high < 0

    @property
    def days(self) -> tuple[float, float, float] | None:
        """Days to half the value, with the ends of the interval; None where it cannot be told."""
        if not self.told or self.slope is None or self.low is None or self.high is None:
            return None
        return -1 / self.slope, -1 / self.low, -1 / self.high


def records_of(points: Sequence[Point]) -> list[Point]:
    """The points that are lower than every earlier one; of one day only the lowest can be."""
    found: list[Point] = []
    for day, value in sorted(points):
        if not found or value < found[-1][1]:
            found.append((day, value))
    return found


def fall(points: Sequence[Point], *, seed: str, level: float = 0.95) -> Fall:
    """The slope of log2(value) over the record-setting points, by least squares.

    The interval is that of resampled points: they are drawn with replacement, as many as there
    are, and the records are found anew in each draw; a draw in which no record falls has slope
    zero. The interval always holds the slope itself. `seed` fixes the draws.
    """
    import numpy as np

    ordered = sorted(points)
    records = records_of(ordered)
    if len(records) < LEAST_RECORDS:
        return Fall(tuple(records), None)
    days = np.array([d - ordered[0][0] for d, _ in ordered], dtype=float)
    values = np.array([v for _, v in ordered])
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    rng = np.random.default_rng(number)
    drawn = rng.multinomial(len(ordered), [1 / len(ordered)] * len(ordered), size=DRAWS) > 0
    whole = np.ones((1, len(ordered)), dtype=bool)
    slope = float(_slopes(days, values, whole)[0])
    tail = (1 - level) / 2
    low, high = np.quantile(_slopes(days, values, drawn), [tail, 1 - tail])
    return Fall(tuple(records), slope, min(float(low), slope), max(float(high), slope))


def _slopes(
    days: NDArray[np.float64], values: NDArray[np.float64], there: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Slopes of the records among the points that are there, one per row; flat: zero."""
    import numpy as np

    seen = np.where(there, values, math.inf)
    before = np.minimum.accumulate(seen, axis=1)
    earlier = np.concatenate([np.full((len(seen), 1), math.inf), before[:, :-1]], axis=1)
    record = (seen < earlier).astype(float)
    logs = np.log2(values)
    n, x, y = record.sum(axis=1), record @ days, record @ logs
    xx, xy = record @ (days * days), record @ (days * logs)
    spread = n * xx - x * x
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (n * xy - x * y) / spread
    return np.where(spread > 0, found, 0.0)
