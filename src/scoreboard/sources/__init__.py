"""The sources: one file each in this folder, found by scanning it."""

from __future__ import annotations

import sys
from functools import cache

from scoreboard.errors import UsageError
from scoreboard.scan import scan
from scoreboard.sources.base import Document, Source

__all__ = ["Document", "Source", "all_sources", "get_source"]


@cache
def all_sources() -> dict[str, Source]:
    """Every source by id, in order of id."""
    return scan(sys.modules[__name__], Source)  # type: ignore[type-abstract]


def get_source(name: str) -> Source:
    """The source of this id."""
    sources = all_sources()
    if name not in sources:
        raise UsageError(f"unknown source: {name}", valid=sources, repair="scoreboard sources")
    return sources[name]
