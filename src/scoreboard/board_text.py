"""The board as text, Markdown and JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from scoreboard.estimate import Estimate
from scoreboard.figures import Figure, board
from scoreboard.metrics import get_metric
from scoreboard.render import (
    PLACES,
    SHOWN,
    clean,
    decided,
    grid,
    line,
    markdown_cell,
    number,
    span,
    to_json,
    to_markdown,
)

Found = Sequence[tuple[Figure, list[Estimate]]]


def first_line(head: dict[str, Any]) -> str:
    """Through which date the data go, which bundle, and which sources are stale."""
    newest = head["newest_by_source"]
    stale = ", ".join(f"{s} ({newest[s]})" for s in head["stale"]) or "none"
    day = f", as of {head['as_of']}" if head["as_of"] else ""
    return (
        f"Open Model Scoreboard{day}: data through {head['through'] or 'no common day'}, "
        f"newest document "
        f"{head['newest_document']}, bundle {head['bundle']}, stale sources: {stale}"
    )


def messages(head: dict[str, Any]) -> list[str]:
    """What a reader of the board should know of the build."""
    found = [f"not read: {k}: {v.splitlines()[0]}" for k, v in head["faults"].items()]
    lapsed = head["lapsed_corrections"]
    if lapsed:
        names = sorted({f"{c['source']} {c['name']} {c['attribute']}" for c in lapsed})
        found.append(f"corrections lapsed, because the source changed: {', '.join(names)}")
    return [clean(x) for x in found]


def text(head: dict[str, Any], found: Found, width: int | None = None) -> str:
    """The board as it is printed."""
    estimates = {figure.id: e for figure, e in found}
    figures = {figure.id: figure for figure, _ in found}
    lines = [first_line(head)]
    for section in board().sections:
        lines += ["", section.title]
        lines += [f"  {section.note}"] if section.note else []
        lines.append("")
        for entry in section.figures:
            rows = figures[entry.id].shown(estimates[entry.id])
            if entry.brief:
                lines.append(f"  {entry.title} [{entry.id}]")
                lines.append(f"    quoted, {len(rows)} numbers: scoreboard show {entry.metric}")
            elif entry.table:
                inner = None if width is None else width - 2
                lines.append(f"  {entry.title} [{entry.id}]")
                more = get_metric(entry.metric).columns
                lines += [f"  {row}" for row in _table(rows, inner, more).splitlines()]
            else:
                lines += _figure(entry.title, entry.id, rows)
    lines += ["", "Where a figure comes from: scoreboard explain gap-gpqa-diamond"]
    return "\n".join(lines) + "\n"


def _figure(title: str, name: str, rows: Sequence[Estimate]) -> list[str]:
    lines = [f"  {title} [{name}]"]
    for e in rows:
        lines.append(f"    {line(e)}")
        lines += [f"      {words}" for words in reading(e)]
    return lines


LOUD = (
    "not separable", "the series ends", "a bound", "a peak", "no scored", "no harness",
    "no interval", "weeks from a reconstruction", "only ", "cannot be told", "rests on",
)  # fmt: skip


def reading(e: Estimate) -> list[str]:
    """What decides a figure, and the caveats that change how it is read."""
    words = decided(e)
    if e.method.startswith("unweighted mean"):
        words.append(e.method)
    words += [c for c in e.caveats if e.value is None or c.startswith(LOUD)]
    if e.detail.get("plain_unrestricted") is not None:
        plain = number(e.detail["plain_unrestricted"], e.unit)
        model = e.detail.get("unrestricted_model")
        best = f"{model}, " if model else ""
        words.append(
            f"open models under an unrestricted licence only: {best}simple difference {plain}"
        )
    if moved := e.detail.get("most_sensitive_to"):
        what = "the simple difference" if e.detail.get("plain") is not None else "it"
        words.append(f"rests most on {moved['model']}: {_if(moved['change'])}, {what} would be "
                     f"{number(moved['then'], e.unit)}")  # fmt: skip
    return [clean(w) for w in dict.fromkeys(words)]


def _if(change: str) -> str:
    return "without its scores" if change == "without its rows" else f"if {change}"


WIDE = 130  # a wider table with details is told row by row
FAMILY_COLUMNS = (
    "family", "developer", "from", "newest open model", "released", "licence", "openness",
    "sizes (B)", "context", "languages", "tokens, %", "tracked",
)  # fmt: skip


def _table(rows: Sequence[Estimate], width: int | None, more: Sequence[str] = ()) -> str:
    if not rows:
        return "no rows"
    first = rows[0]
    if first.value is None and not first.key:
        return "\n".join((line(first), *reading(first)))
    note = f"{first.population}, as of {first.as_of}"
    if "token_share" in first.detail:
        week = next((s["week"] for e in rows if (s := e.detail["token_share"])), None)
        note += (
            "\n- is unknown; sizes: parameters of its smallest and largest open model, billion; "
            f"context: thousand tokens\ntokens: share on OpenRouter in the week of {week}, from "
            "that of named models to what unnamed ones could add"
        )
        return grid(FAMILY_COLUMNS, [_family(e) for e in rows], width) + note
    if more:
        return _detailed(rows, width, more)
    if first.unit != "count":
        names = [n for n in first.key if len({e.key.get(n) for e in rows}) > 1]
        lines = [[*(e.key[n] for n in names), span(e)] for e in rows]
        return grid((*names, SHOWN[first.unit]), lines, width) + note
    cells = [
        [PLACES.get(name := next(iter(e.key.values())), name), number(e.value, e.unit)]
        for e in rows
    ]
    return grid(("from", "models"), cells, width) + note


def _detailed(rows: Sequence[Estimate], width: int | None, more: Sequence[str]) -> str:
    """Values with their units, and the details that their metric shows beside them."""
    names = [n for n in rows[0].key if len({e.key.get(n) for e in rows}) > 1]
    cells = [
        [*(e.key[n] for n in names),
         f"{span(e)} {SHOWN.get(e.unit, e.unit) if e.value is not None else ''}".rstrip(),
         *(str(e.detail.get(c) or "-") for c in more), str(e.as_of)]
        for e in rows
    ]  # fmt: skip
    header = [x.replace("_", " ") for x in (*names, "value", *more, "as of")]
    return grid(header, cells, min(width or WIDE, WIDE))


def _family(e: Estimate) -> list[str]:
    d = e.detail
    sizes = d.get("sizes") or {}
    ends = dict.fromkeys(s for s in (sizes.get("smallest_b"), sizes.get("largest_b")) if s)
    context = d.get("context")
    cells = (
        next(iter(e.key.values())), d.get("developer"), d.get("country"), d.get("newest_model"),
        d.get("newest_released"), d.get("licence"), d.get("openness"),
        "-".join(f"{s:,.4g}" if s < 1000 else f"{s:,.0f}" for s in ends),
        f"{context / 1000:,.0f}k" if context else None,
        d.get("languages"), _share(d.get("token_share") or {}), number(e.value, e.unit),
    )  # fmt: skip
    return ["-" if c in (None, "", "unknown") else clean(str(c)) for c in cells]


def _share(share: Mapping[str, float | None]) -> str:
    value, low, high = (share.get(name) for name in ("value", "low", "high"))
    if value is None:
        return ""
    ends = dict.fromkeys(number(v, "fraction") for v in (low, high) if v is not None)
    return " to ".join(ends) or number(value, "fraction")


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
                    "estimates": [e.as_json() for e in figure.shown(rows)],
                }
                for figure, rows in found
            ],
        }
    )


def markdown(head: dict[str, Any], found: Found) -> str:
    """The board as Markdown."""
    parts = [f"# {markdown_cell(first_line(head))}"]
    section = ""
    for figure, rows in found:
        if figure.section != section:
            section = figure.section
            parts.append(f"## {section}")
        parts.append(f"### {figure.title}\n\n{to_markdown(figure.shown(rows))}")
    return "\n\n".join(p.rstrip() for p in parts) + "\n"


def render(format_: str, head: dict[str, Any], found: Found, width: int | None) -> str:
    """The board in a format."""
    if format_ == "json":
        return as_json(head, found)
    return markdown(head, found) if format_ == "md" else text(head, found, width)


Changed = Sequence[tuple[Figure, list[Estimate], list[Estimate]]]


def changes(found: Changed) -> list[dict[str, Any]]:
    """What differs between two boards: each figure's row with both values."""
    rows = []
    for figure, before, after in found:
        old = {tuple(e.key.items()): e for e in before}
        new = {tuple(e.key.items()): e for e in after}
        common = set.intersection(*(set(key) for key in (*old, *new))) if old or new else set()
        for key in dict.fromkeys([*old, *new]):
            one, two = old.get(key), new.get(key)
            if (one and one.value) != (two and two.value):
                own = [PLACES.get(v, v) for part in key if part not in common for v in part[1:]]
                what = f"{figure.title}: {', '.join(own)}" if own else figure.title
                rows.append(_change(figure, what, dict(key), one, two))
    return rows


def _change(
    figure: Figure, what: str, key: dict[str, str], one: Estimate | None, two: Estimate | None
) -> dict[str, Any]:
    sides = [e for e in (one, two) if e]
    return {
        "figure": figure.id,
        "section": figure.section,
        "what": what,
        "key": key,
        "first": one.as_json() if one else None,
        "second": two.as_json() if two else None,
        "separable": _separable(one, two),
        "cells": [span(e) if e else "no value" for e in (one, two)],
        "unit": SHOWN.get(sides[0].unit, ""),
    }


def changes_text(
    rows: Sequence[dict[str, Any]], first: dt.date, second: dt.date, width: int | None
) -> str:
    """The differences as text; of intervals that overlap the change may be noise."""
    if not rows:
        return f"nothing on the board differs between {first} and {second}\n"
    said = {True: "yes", False: "no", None: "cannot be told"}
    header = ("figure", str(first), str(second), "unit", "intervals apart")
    lines = []
    for section in dict.fromkeys(r["section"] for r in rows):
        cells = [
            [r["what"], *r["cells"], r["unit"], said[r["separable"]]]
            for r in rows
            if r["section"] == section
        ]
        lines += [section, "", grid(header, cells, width)]
    return "\n".join([*lines, "Figures that are not listed are the same on both days."])


def changes_json(rows: Sequence[dict[str, Any]], first: dt.date, second: dt.date) -> str:
    """The differences as one document."""
    shown = ("figure", "section", "what", "key", "first", "second", "separable")
    kept = [{name: r[name] for name in shown} for r in rows]
    return to_json({"first": first, "second": second, "changes": kept})


def _separable(one: Estimate | None, two: Estimate | None) -> bool | None:
    """Whether two intervals are apart; None where there are not two."""
    spans = [(e.low, e.high) for e in (one, two) if e]
    if len(spans) < 2 or any(v is None for span in spans for v in span):
        return None
    (low1, high1), (low2, high2) = spans
    assert low1 is not None and low2 is not None and high1 is not None and high2 is not None
    return high1 < low2 or high2 < low1
