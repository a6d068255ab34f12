"""The sources: one file each in this folder, found by scanning it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache

from scoreboard.errors import UsageError
from scoreboard.sources.base import Document, Source

__all__ = ["Document", "Source", "all_sources", "get_source"]


@cache
def all_sources() -> dict[str, Source]:
    """Every source by id, in order of id."""
    found: dict[str, Source] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.name == "base":
            continue
        code = importlib.import_module(f"{__name__}.{module.name}")
        for _, value in inspect.getmembers(code, inspect.isclass):
            if issubclass(value, Source) and not inspect.isabstract(value):
                found[value.id] = value()
    return dict(sorted(found.items()))


def get_source(name: str) -> Source:
    """The source of this id."""
    sources = all_sources()
    if name not in sources:
        raise UsageError(f"unknown source: {name}", valid=sources, repair="scoreboard sources")
    return sources[name]
