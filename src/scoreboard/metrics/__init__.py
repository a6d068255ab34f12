"""The metrics: one file each in this folder, found by scanning it."""

from __future__ import annotations

import sys
from functools import cache

from scoreboard.errors import UsageError, near
from scoreboard.metrics.base import Metric, Param
from scoreboard.scan import scan

__all__ = ["Metric", "Param", "all_metrics", "get_metric"]


@cache
def all_metrics() -> dict[str, Metric]:
    """Every metric by id, in order of id."""
    return scan(sys.modules[__name__], Metric)  # type: ignore[type-abstract]


def get_metric(name: str) -> Metric:
    """The metric of this id."""
    metrics = all_metrics()
    if name not in metrics:
        raise UsageError(
            f"unknown metric: {name}{near(name, metrics, 3, 0.4)}",
            valid=metrics,
            repair="scoreboard show",
        )
    return metrics[name]
