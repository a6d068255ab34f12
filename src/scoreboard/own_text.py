"""What `add` and `remove` print."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from scoreboard.own import run_of
from scoreboard.render import clean, grid
from scoreboard.tables import Snapshot

Row = Mapping[str, Any]


def added(found: Sequence[Row], width: int | None) -> str:
    """The scores that count, one line each."""
    usable = [r for r in found if not r["problem"]]
    if not usable:
        return "no score can be used yet"
    heads = ("model", "variant", "benchmark", "score", "stderr", "items", "harness", "scaffold")
    rows = [
        [r["model"], r["variant"], r["benchmark"], _points(r["value"]), _points(r["stderr"]),
         str(r["items"] or "-"), r["harness"], r["scaffold"] or "-"]
        for r in usable
    ]  # fmt: skip
    return grid(heads, [[c or "-" for c in row] for row in rows], width)


def _points(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def problems(found: Iterable[Row]) -> Iterator[str]:
    """What does not count, why, and what repairs it."""
    for r in found:
        if r["problem"]:
            yield clean(f"{r['file']} {r['locator']}: {r['problem']}")
            if r.get("repair"):
                yield clean(f"  try: {r['repair']}")


def documents(found: Iterable[Snapshot]) -> list[dict[str, Any]]:
    """Documents as data."""
    return [
        {"run": run_of(s), "published": s.published, "added": s.retrieved, "snapshot": s.id,
         "said": s.address.partition("?")[2]}
        for s in found
    ]  # fmt: skip


def listed(found: Sequence[Row], width: int | None) -> str:
    """Documents as a table."""
    heads = ("run", "published", "added", "said")
    return grid(heads, [[clean(str(r[h])) for h in heads] for r in found], width)
