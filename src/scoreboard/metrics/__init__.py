"""The metrics: one file each in this folder, found by scanning it."""

from __future__ import annotations

import difflib
import importlib
import inspect
import pkgutil
from functools import cache

from scoreboard.errors import UsageError
from scoreboard.metrics.base import Metric, Param

__all__ = ["Metric", "Param", "all_metrics", "get_metric"]


@cache
def all_metrics() -> dict[str, Metric]:
    """Every metric by id, in order of id."""
    found: dict[str, Metric] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.name == "base" or module.name.startswith("_"):
            continue
        code = importlib.import_module(f"{__name__}.{module.name}")
        for _, value in inspect.getmembers(code, inspect.isclass):
            if issubclass(value, Metric) and not inspect.isabstract(value):
                found[value.id] = value()
    return dict(sorted(found.items()))


def get_metric(name: str) -> Metric:
    """The metric of this id."""
    metrics = all_metrics()
    if name not in metrics:
        near = difflib.get_close_matches(name, metrics, 3, 0.4)
        raise UsageError(
            f"unknown metric: {name}" + (f"; near: {', '.join(near)}" if near else ""),
            valid=metrics,
            repair="scoreboard show",
        )
    return metrics[name]
