"""The Open Model Scoreboard: figures about open-weight models, each traceable to dated rows.

The public Python API; everything else may change. Imported on first use, so that importing the
package stays fast.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "Estimate", "Scope", "ScoreboardError", "board", "build", "card", "cite", "diff", "explain",
    "find", "metrics", "names", "show", "sources", "sql", "sync", "tables",
]  # fmt: skip

_ELSEWHERE = {
    "Estimate": "scoreboard.estimate",
    "Scope": "scoreboard.store",
    "ScoreboardError": "scoreboard.errors",
}


def __getattr__(name: str) -> Any:
    """The public name, from where it lives. `sync` and `build` are also modules: functions win."""
    if name not in __all__:
        raise AttributeError(f"module 'scoreboard' has no attribute {name!r}")
    import importlib

    module = importlib.import_module(_ELSEWHERE.get(name, "scoreboard.api"))
    return getattr(module, name)
