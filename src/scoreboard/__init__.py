"""The Open Model Scoreboard: figures about open-weight models, each traceable to dated rows.

The public Python API; everything else may change. Imported on first use, so that importing the
package stays fast.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

__all__ = [
    "Estimate", "Scope", "ScoreboardError", "board", "build", "card", "cite", "diff", "explain",
    "find", "metrics", "names", "show", "site", "sources", "sql", "sync", "tables",
]  # fmt: skip

_ELSEWHERE = {
    "Estimate": "scoreboard.estimate",
    "Scope": "scoreboard.store",
    "ScoreboardError": "scoreboard.errors",
}


def __getattr__(name: str) -> Any:
    """The public name, from where it lives."""
    if name not in __all__:
        raise AttributeError(f"module 'scoreboard' has no attribute {name!r}")
    import importlib

    module = importlib.import_module(_ELSEWHERE.get(name, "scoreboard.api"))
    return getattr(module, name)


class _Callable(ModuleType):
    """`scoreboard.build` and `scoreboard.sync` are modules too: called, they are the functions."""

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        from scoreboard import api

        return getattr(api, self.__name__.rpartition(".")[2])(*arguments, **named)


class _Package(ModuleType):
    def __setattr__(self, name: str, value: Any) -> None:
        if name in __all__ and type(value) is ModuleType:
            value.__class__ = _Callable
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
