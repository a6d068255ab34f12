"""How concentrated shares are, with bounds for what is not observed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

FIRMS = 5  # whose shares the concentration ratio adds


class Bounded(NamedTuple):
    """A value, and what it could be at least and at most."""

    value: float
    low: float
    high: float


def hhi(amounts: Iterable[float], rest: float) -> Bounded:
    """The Herfindahl-Hirschman index, 0 to 10,000: the sum of squared shares in per cent.

    The unobserved rest may be infinitely many firms, each too small to count (low), or may all
    belong to the leader (high); the value spreads it like what is observed. Raises ValueError
    where there is nothing.
    """
    found, whole = _checked(amounts, rest)
    seen = sum(found)
    squares = sum(a * a for a in found)
    first = found[0] if found else 0.0
    low = squares / whole**2
    high = (squares - first**2 + (first + rest) ** 2) / whole**2
    value = squares / seen**2 if seen else high
    return Bounded(1e4 * value, 1e4 * low, 1e4 * high)


def ratio(amounts: Iterable[float], rest: float, firms: int = FIRMS) -> Bounded:
    """The share of the largest firms together (CR5), a fraction.

    The rest may be none of theirs (low) or all of it (high); the value spreads it like what is
    observed. Raises ValueError where there is nothing.
    """
    found, whole = _checked(amounts, rest)
    seen, top = sum(found), sum(found[:firms])
    high = (top + rest) / whole
    return Bounded(top / seen if seen else high, top / whole, high)


def _checked(amounts: Iterable[float], rest: float) -> tuple[list[float], float]:
    found = sorted((a for a in amounts), reverse=True)
    if rest < 0 or (found and found[-1] < 0):
        raise ValueError("an amount is below zero")
    whole = sum(found) + rest
    if not whole:
        raise ValueError("there is nothing to have a share of")
    return found, whole
