"""Errors of a share of right answers."""

from __future__ import annotations

import math

Z90, Z95 = 1.6448536269514722, 1.959963984540054  # normal quantiles of two-sided levels


def wilson(share: float, items: int, z: float = Z95) -> tuple[float, float]:
    """The Wilson score interval of a proportion (0 to 1) seen on `items` trials.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference,
    JASA 22 (1927).
    """
    if items <= 0:
        raise ValueError("items must be positive")
    centre = (share + z * z / (2 * items)) / (1 + z * z / items)
    spread = z / (1 + z * z / items)
    half = spread * math.sqrt(share * (1 - share) / items + z * z / (4 * items * items))
    return max(0.0, centre - half), min(1.0, centre + half)


def wilson_error(share: float, items: int) -> float:
    """A standard error from the Wilson interval: its half width over 1.96."""
    low, high = wilson(share, items)
    return (high - low) / (2 * Z95)
