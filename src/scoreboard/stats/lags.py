"""How long one series of records is behind another, by the rules in use.

Days are numbers, of two values the higher is better. The rules are those of docs/methods.md, "Lag".
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from scoreboard.stats.proportions import Z90, Z95
from scoreboard.stats.survival import Spell

LEVELS = 100


class Point(NamedTuple):
    """A score and the day from which it counts. `error` None: not known."""

    day: int
    value: float
    error: float | None
    name: str


def _order(p: Point) -> tuple[int, float, str, float]:
    """By day, the best first; of equals by name and error, so that no order of rows matters."""
    return p.day, -p.value, p.name, math.inf if p.error is None else p.error


@dataclass(frozen=True, slots=True)
class Match:
    """A record of the leaders and the point that matched it; None: not until the end."""

    record: Point
    by: Point | None
    end: int  # the last day looked at

    @property
    def days(self) -> int:
        """From the record until the match, or until the end."""
        return (self.by.day if self.by else self.end) - self.record.day

    def as_spell(self) -> Spell:
        """For a survival curve: clusters are the points that matched."""
        return Spell(float(self.days), self.by is not None, self.by.name if self.by else
                     f"unmatched {self.record.name}")  # fmt: skip


def records(points: Iterable[Point]) -> list[Point]:
    """Those above all before them; of one day only the best, of equals the first by name."""
    found: list[Point] = []
    for p in sorted(points, key=_order):
        if not found or p.value > found[-1].value:
            if found and found[-1].day == p.day:
                continue
            found.append(p)
    return found


def levels(leading: Sequence[Point], chasing: Sequence[Point], count: int = LEVELS) -> list[float]:
    """Evenly spaced levels that both series pass."""
    low = max(leading[0].value, chasing[0].value)
    high = min(leading[-1].value, chasing[-1].value)
    if high < low:
        return []
    return [low + (high - low) * i / (count - 1) for i in range(count)]


def by_levels(leading: Sequence[Point], chasing: Sequence[Point], *, tolerant: bool) -> list[int]:
    """Days between the records of both series at each level.

    Tolerant: a point below the level matches too if it is not significantly below the record
    (z of the difference at 5 %, two-sided; an unknown error counts as not different), and points
    that were significantly below are not looked at again. This is the rule of Epoch AI.
    """
    found = []
    start = 0
    for level in levels(leading, chasing):
        record = next(p for p in leading if p.value >= level)
        for i in range(start, len(chasing)):
            if chasing[i].value >= level or (tolerant and not below(chasing[i], record)):
                found.append(chasing[i].day - record.day)
                break
            if tolerant:
                start = i + 1
    return found


def below(point: Point, record: Point, z: float = Z95) -> bool:
    """Whether a point lies below a record by more than their errors explain."""
    if point.value >= record.value:
        return False
    if point.error is None or record.error is None:
        return False
    return record.value - point.value > z * math.hypot(point.error, record.error)


def exact(leading: Sequence[Point], points: Iterable[Point], end: int) -> list[Match]:
    """For each record not already equalled on its day, the first point at or above it."""
    chasing = records(points)
    return [
        Match(r, next((p for p in chasing if p.value >= r.value), None), end)
        for r in leading
        if not any(p.value >= r.value and p.day <= r.day for p in chasing)
    ]


def within_error(leading: Sequence[Point], points: Iterable[Point], end: int) -> list[Match]:
    """The same, where a point within 1.645 joint standard errors of a record matches it."""
    ordered = sorted(points, key=_order)
    first = [
        (r, next((p for p in ordered if not below(p, r, Z90) and _known(p, r)), None))
        for r in leading
    ]
    return [Match(r, p, end) for r, p in first if p is None or p.day > r.day]


def _known(point: Point, record: Point) -> bool:
    """Whether a match is exact, or both errors are known."""
    return point.value >= record.value or None not in (point.error, record.error)


class Stretch(NamedTuple):
    """Days on which one record of the chasers stood, and the day on which the leaders were there:
    None where the chasers are in front."""

    start: int
    days: int
    chaser: Point
    reached: float | None

    @property
    def total_age(self) -> float:
        """The sum over these days of the age of what was equalled."""
        if self.reached is None:
            return 0.0
        return self.days * (self.start - self.reached) + self.days * (self.days - 1) / 2


def backward(leading: Sequence[Point], points: Iterable[Point], end: int) -> list[Stretch]:
    """For the days since the first record of the chasers, through `end`: when the leaders were
    where their best is.

    Between two records of the leaders the day is interpolated. Days on which the chasers are
    below the leaders' first record have no age and are left out.
    """
    chasing = records(points)
    changes = sorted({p.day for p in [*leading, *chasing] if p.day <= end} | {end + 1})
    found = []
    for start, until in pairwise(changes):
        best = next((p for p in reversed(chasing) if p.day <= start), None)
        known = [p for p in leading if p.day <= start]
        if best and known and best.value >= known[0].value:
            found.append(Stretch(start, until - start, best, _reached(known, best.value)))
    return found


def _reached(leading: Sequence[Point], value: float) -> float | None:
    """The day on which records passed a value, interpolated; None where they have not."""
    after = next((i for i, p in enumerate(leading) if p.value >= value), None)
    if after is None:
        return None
    new, old = leading[after], leading[max(0, after - 1)]
    if new.value == old.value:
        return float(new.day)
    return old.day + (new.day - old.day) * (value - old.value) / (new.value - old.value)


def mean_age(stretches: Sequence[Stretch], weights: Sequence[float] | None = None) -> float | None:
    """The mean age over all days, in days; None where there are none."""
    used = weights or [1.0] * len(stretches)
    days = sum(w * s.days for w, s in zip(used, stretches, strict=True))
    total = sum(w * s.total_age for w, s in zip(used, stretches, strict=True))
    return total / days if days else None
