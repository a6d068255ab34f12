"""Between which days a price must have taken effect.

A document bounds the day from above: by then it was so. An old listing proves nothing, since
catalogues lag, so only a dated statement, or the model's release, bounds it from below.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from scoreboard.metrics._prices import Stated, pick


class Bounds(NamedTuple):
    """The first day that is possible, and the last; None where nothing bounds it."""

    after: dt.date | None
    by: dt.date | None


def effective_bounds(
    statements: Sequence[Stated], chosen: Stated, day: dt.date, released: dt.date | None
) -> Bounds:
    """Bounds on the day when the price in force on a day took effect, from all its statements."""
    if chosen.since:
        return Bounds(chosen.since, chosen.since)
    by = _first_shown(statements, chosen, day)
    other = [s for s in statements if s.value != chosen.value and s.since and s.since <= by]
    dated = [d for s in other if (d := s.since)]
    ended = [s.until + dt.timedelta(days=1) for s in other if s.until and s.until < by]
    return Bounds(max([*dated, *ended, *([released] if released and released <= by else [])],
                      default=None), by)  # fmt: skip


def _first_shown(statements: Sequence[Stated], chosen: Stated, day: dt.date) -> dt.date:
    """The first day on which this price stood, with no other in force between."""
    first = chosen.begins
    for begins in sorted({s.begins for s in statements if s.begins <= day}, reverse=True):
        found = pick(statements, begins)
        if found is None or found.chosen.value != chosen.value:
            break
        agreed = [s.begins for s in found.current if s.value == chosen.value]
        first = min(first, begins, *agreed)
    return first
