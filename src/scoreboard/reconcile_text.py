"""Computed beside published, as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scoreboard.render import SHOWN, number

Pair = Mapping[str, Any]  # as `api.reconcile` gives it


def render(pairs: Sequence[Pair]) -> str:
    """Each pair with its difference taken apart; those without a figure of ours last."""
    told = [p for p in pairs if p["computed"]["value"] is not None]
    rest = [p for p in pairs if p["computed"]["value"] is None]
    lines = [line for p in told for line in _told(p)]
    if rest:
        lines.append("Without a figure of ours:")
        lines += [
            f"  {p['statistic']} ({p['publisher']}, {p['published']['date']}): {p['why']}"
            for p in rest
        ]
    count = len({p["publisher"] for p in told})
    lines.append(f"{len(told)} pairs of {count} publishers; {len(rest)} without a figure of ours")
    return "\n".join(lines)


def _told(p: Pair) -> Iterable[str]:
    unit, published, ours = p["unit"], p["published"], p["computed"]
    shown = SHOWN.get(unit, unit)
    bounds = ""
    if ours["low"] is not None and ours["high"] is not None:
        bounds = f" [{number(ours['low'], unit)}, {number(ours['high'], unit)}]"
    yield f"{p['statistic']} ({p['publisher']})"
    yield (
        f"  published {number(published['value'], unit)} {shown}: {published['population']}, "
        f"{published['date']}"
    )
    yield (
        f"  computed  {number(ours['value'], unit)}{bounds} {shown}: {ours['population']}, "
        f"as of {ours['as_of']}"
    )
    if not p["parts"] and not signed(p["difference"], unit).strip("+-0."):
        yield "  no difference"
        return
    points = " percentage points" if unit == "fraction" else ""
    yield f"  difference {signed(p['difference'], unit)}{points}"
    for part in p["parts"]:
        yield f"    {part['part']} {signed(part['amount'], unit)}: {part['why']}"
    yield f"    remainder {signed(p['remainder'], unit)}"


def signed(value: float, unit: str) -> str:
    """A difference with its sign, in the unit of the values: shares in percentage points."""
    text = number(value, unit)
    return text if text.startswith("-") else f"+{text}"
