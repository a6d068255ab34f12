"""The board as text, Markdown and JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from scoreboard.estimate import Estimate
from scoreboard.figures import Figure, board
from scoreboard.render import clean, grid, line, number, to_json

Found = Sequence[tuple[Figure, list[Estimate]]]


def first_line(head: dict[str, Any]) -> str:
    """Through which date the data go, which bundle, which sources are stale."""
    stale = f"; stale: {', '.join(head['stale'])}" if head["stale"] else ""
    day = f", as of {head['as_of']}" if head["as_of"] else ""
    return (
        f"Open Model Scoreboard{day}: data through {head['through']}, newest document "
        f"{head['newest_document']}, bundle {head['bundle']}{stale}"
    )


def messages(head: dict[str, Any]) -> list[str]:
    """What a reader of the board should know of the build."""
    found = [f"not read: {k}: {v.splitlines()[0]}" for k, v in head["faults"].items()]
    lapsed = head["lapsed_corrections"]
    if lapsed:
        names = ", ".join(sorted({f"{c['source']} {c['name']} {c['attribute']}" for c in lapsed}))
        found.append(f"{len(lapsed)} corrections lapsed, the sources changed: {names}")
    return found


def text(head: dict[str, Any], found: Found) -> str:
    """The board as it is printed."""
    estimates = {figure.id: e for figure, e in found}
    lines = [first_line(head)]
    for section in board().sections:
        lines += ["", section.title, ""]
        for figure in section.figures:
            rows = estimates[figure.id]
            if figure.table:
                lines += _table(rows, figure.groups).splitlines()
            else:
                lines += _figure(figure.title, figure.id, rows)
    lines += ["", "Follow a figure: scoreboard explain gap-gpqa-diamond"]
    return "\n".join(lines) + "\n"


def _figure(title: str, name: str, rows: Sequence[Estimate]) -> list[str]:
    lines = []
    for e in rows:
        lines.append(f"  {title} ({name})")
        lines.append(f"    {line(e)}")
        lines += [f"    {words}" for words in _words(e)]
    return lines


def _words(e: Estimate) -> list[str]:
    """What decides a figure, and the caveats that change how it is read."""
    words = []
    detail = e.detail
    if detail.get("leader_model"):
        names = f"{detail['leader_model']} against {detail['chaser_model']}"
        words.append(f"{names}; plain {number(detail['plain'], e.unit)}")
    if detail.get("plain_unrestricted") is not None:
        plain = number(detail["plain_unrestricted"], e.unit)
        words.append(f"with unrestricted licences only: {plain} (plain)")
    if moved := detail.get("most_sensitive_to"):
        then = number(moved["gap_then"], e.unit)
        words.append(f"most sensitive: {moved['model']} {moved['change']} gives {then}")
    if detail.get("model") and detail.get("provider"):
        words.append(f"{detail['model']} at {detail['provider']}")
    if detail.get("week"):
        words.append(f"week of {detail['week']}")
    loud = ("not separable", "the series ends", "a bound", "no scored", "no harness")
    words += [c for c in e.caveats if e.value is None or c.startswith(loud)]
    return [clean(w) for w in dict.fromkeys(words)]


def _chosen(rows: Sequence[Estimate], groups: Sequence[str]) -> list[Estimate]:
    if not groups:
        return list(rows)
    named = {next(iter(e.key.values())): e for e in rows}
    return [named[g] for g in groups if g in named]


FAMILY_COLUMNS = (
    "family", "developer", "origin", "newest open model", "released", "licence", "openness",
    "sizes (B)", "context", "languages", "token share", "tracked",
)  # fmt: skip


def _table(rows: Sequence[Estimate], groups: Sequence[str]) -> str:
    chosen = _chosen(rows, groups)
    if chosen and "newest_open_model" in chosen[0].detail:
        table = grid(FAMILY_COLUMNS, [_family(e) for e in chosen])
    else:
        table = grid(
            ("group", "models"),
            [[next(iter(e.key.values())), number(e.value, e.unit)] for e in chosen],
        )
    first = chosen[0] if chosen else None
    note = f"{first.population}, as of {first.as_of}" if first else "no rows"
    return "\n".join(f"  {row}" for row in [*table.splitlines(), note])


def _family(e: Estimate) -> list[str]:
    d = e.detail
    share = d.get("token_share") or {}
    low, high = share.get("low"), share.get("high")
    shown = "unknown"
    if share.get("value") is not None:
        shown = f"{number(share['value'], 'fraction')} %"
        if high is not None:
            shown += f" [{number(low, 'fraction')}, {number(high, 'fraction')}]"
    sizes = [d.get("smallest_b"), d.get("largest_b")]
    span = " to ".join(f"{s:g}" for s in dict.fromkeys(sizes) if s is not None)
    cells = (
        next(iter(e.key.values())), d.get("developer"), d.get("country"),
        d.get("newest_open_model"), d.get("newest_open_released"), d.get("licence"),
        d.get("openness"), span, d.get("context"), d.get("languages"), shown,
        number(e.value, e.unit),
    )  # fmt: skip
    return ["unknown" if c in (None, "") else str(c) for c in cells]


def as_json(head: dict[str, Any], found: Found) -> str:
    """The board as one document."""
    return to_json(
        {
            **head,
            "figures": [
                {
                    "figure": figure.id,
                    "title": figure.title,
                    "metric": figure.metric,
                    "params": figure.params,
                    "estimates": [e.as_json() for e in rows],
                }
                for figure, rows in found
            ],
        }
    )


def markdown(head: dict[str, Any], found: Found) -> str:
    """The board as Markdown."""
    from scoreboard.render import to_markdown

    parts = [f"# {first_line(head)}"]
    for figure, rows in found:
        parts.append(f"## {figure.title}\n\n{to_markdown(rows)}")
    return "\n\n".join(parts) + "\n"


RENDERERS: dict[str, Callable[[dict[str, Any], Found], str]] = {
    "table": text,
    "json": as_json,
    "md": markdown,
}


def changes(
    found: Sequence[tuple[Figure, list[Estimate], list[Estimate]]],
    first: dt.date,
    second: dt.date,
    *,
    as_json: bool,
) -> str:
    """What differs between two boards."""
    rows = []
    for figure, before, after in found:
        old = {tuple(e.key.items()): e for e in before}
        new = {tuple(e.key.items()): e for e in after}
        for key in dict.fromkeys([*old, *new]):
            one, two = old.get(key), new.get(key)
            if (one and one.value) != (two and two.value):
                rows.append(_change(figure, dict(key), one, two))
    if as_json:
        return to_json({"first": first, "second": second, "changes": rows})
    if not rows:
        return f"nothing on the board differs between {first} and {second}\n"
    header = ("figure", "what", str(first), str(second), "separable")
    return grid(header, [[str(v) for v in r.values()][:5] for r in rows])


def _change(
    figure: Figure, key: dict[str, str], one: Estimate | None, two: Estimate | None
) -> dict[str, Any]:
    texts = [number(e.value, e.unit) if e else "none" for e in (one, two)]
    return {
        "figure": figure.id,
        "key": ", ".join(key.values()),
        "first": texts[0],
        "second": texts[1],
        "separable": _separable(one, two),
    }


def _separable(one: Estimate | None, two: Estimate | None) -> str:
    """Whether two intervals are apart; those of one kind only can be compared."""
    spans = [(e.low, e.high) for e in (one, two) if e]
    if len(spans) < 2 or any(v is None for span in spans for v in span):
        return "cannot be told"
    (low1, high1), (low2, high2) = spans
    assert low1 is not None and low2 is not None and high1 is not None and high2 is not None
    return "yes" if high1 < low2 or high2 < low1 else "no"
