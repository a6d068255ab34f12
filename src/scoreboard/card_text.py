"""A card as text: plain facts first, then short tables."""

from __future__ import annotations

from typing import Any

from scoreboard.render import clean, grid

ROWS_SHOWN = 15


def text(card: dict[str, Any]) -> str:
    """One thing: its facts, then each list it has."""
    plain = {k: v for k, v in card.items() if not isinstance(v, list)}
    width = max(len(k) for k in plain)
    lines = [f"{k.replace('_', ' ').ljust(width)}  {_value(v)}" for k, v in plain.items()]
    for name, found in card.items():
        if isinstance(found, list) and found:
            lines += ["", f"{name} ({len(found)}):", *_list(name, found)]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    return "unknown" if value in (None, "") else clean(str(value))


def _list(name: str, found: list[Any]) -> list[str]:
    shown = found[:ROWS_SHOWN]
    more = [f"  ... {len(found) - len(shown)} more: --format json"] if found[ROWS_SHOWN:] else []
    if not isinstance(shown[0], dict):
        return ["  " + ", ".join(clean(str(v)) for v in shown), *more]
    if name == "disagreements":
        return [
            f"  {d['attribute']}: "
            + "; ".join(f"{s['source']} says {clean(s['value'])}" for s in d["said"])
            for d in shown
        ] + more
    rows = [["" if v is None else str(v)[:60] for v in r.values()] for r in shown]
    return ["  " + line for line in grid(list(shown[0]), rows).splitlines()] + more
