"""Indices of a change of prices over the same offers at two dates."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean

SAME = 1e-3  # relative: less is rounding, no change

Pair = tuple[float, float]  # price before, price after, both above zero


def jevons(pairs: Sequence[Pair]) -> float | None:
    """The geometric mean of the ratios; None without offers."""
    return math.exp(fmean(math.log(b / a) for a, b in pairs)) if pairs else None


def unchanged(pairs: Sequence[Pair]) -> float | None:
    """The share of offers whose price is the same; None without offers."""
    return fmean(abs(b / a - 1) <= SAME for a, b in pairs) if pairs else None


def fisher(
    pairs: Mapping[str, Pair], before: Mapping[str, float], after: Mapping[str, float]
) -> float | None:
    """The geometric mean of the indices of Laspeyres and Paasche.

    `before` and `after` are quantities by offer at the two dates; None where either is nothing.
    """
    first = _weighted(pairs, before)
    second = _weighted(pairs, after)
    return math.sqrt(first * second) if first is not None and second is not None else None


def _weighted(pairs: Mapping[str, Pair], amounts: Mapping[str, float]) -> float | None:
    """What the same basket costs after, as a multiple of before."""
    spent = sum(amounts.get(k, 0.0) * a for k, (a, _) in pairs.items())
    now = sum(amounts.get(k, 0.0) * b for k, (_, b) in pairs.items())
    return now / spent if spent > 0 and now > 0 else None
