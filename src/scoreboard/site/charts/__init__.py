"""The kinds of charts: one file each in this folder, found by scanning it."""

from __future__ import annotations

import sys
from functools import cache

from scoreboard.scan import scan
from scoreboard.site.charts.base import Chart, Drawing, Shown

__all__ = ["Chart", "Drawing", "Shown", "all_charts"]


@cache
def all_charts() -> dict[str, Chart]:
    """Every kind of chart by id."""
    return scan(sys.modules[__name__], Chart)  # type: ignore[type-abstract]
