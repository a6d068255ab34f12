"""Estimates as text: one line, a table, JSON, CSV, Markdown; names from sources made harmless."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from typing import Any

from scoreboard.engine import csv_text
from scoreboard.estimate import Estimate, plain

FORMATS = ("table", "json", "csv", "md", "parquet")
DIGITS = {"points": 1, "index_points": 1, "days": 0, "fraction": 1, "ratio": 1, "count": 0}
SHOWN = {
    "points": "points",
    "index_points": "index points",
    "days": "days",
    "fraction": "%",
    "ratio": "times",
    "count": "",
    "usd": "US dollars",
    "usd_per_mtok": "US dollars per million tokens",
}


def clean(text: str) -> str:
    """Text from a source without control or direction marks."""
    return "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))


def number(value: float | None, unit: str) -> str:
    """A value as it is shown: shares in per cent, prices to three digits."""
    if value is None:
        return "none"
    if unit in ("usd_per_mtok", "usd"):
        return f"{value:,.2f}" if abs(value) >= 1 else f"{value:.3g}"
    if unit == "fraction":
        value *= 100
    text = f"{value:,.{DIGITS.get(unit, 2)}f}"
    return text.replace("-0.0", "0.0") if text == "-0.0" else text


def line(estimate: Estimate) -> str:
    """`value [low, high] unit, population, as of date`."""
    shown = number(estimate.value, estimate.unit)
    if estimate.low is not None or estimate.high is not None:
        low, high = (number(v, estimate.unit) for v in (estimate.low, estimate.high))
        shown += f" [{low}, {high}]"
    unit = SHOWN.get(estimate.unit, estimate.unit)
    place = f", {clean(estimate.population)}, as of {estimate.as_of}"
    return " ".join(filter(None, (shown, unit))) + place


def key_text(estimate: Estimate) -> str:
    """The key of a row as words."""
    return ", ".join(clean(v) for v in estimate.key.values())


def as_document(metric: str, params: dict[str, str], found: Sequence[Estimate]) -> Any:
    """One estimate prints as the estimate, several as metric, params and rows."""
    if len(found) == 1:
        return {"metric": metric, "params": params, **found[0].as_json()}
    return {"metric": metric, "params": params, "rows": [e.as_json() for e in found]}


def to_json(value: Any) -> str:
    """One JSON document."""
    return json.dumps(plain(value), ensure_ascii=False, indent=1, allow_nan=False)


COLUMNS = ("value", "low", "high", "interval", "unit", "as_of", "n", "population", "caveats")


def records(found: Sequence[Estimate]) -> tuple[list[str], list[list[Any]]]:
    """Estimates as flat columns."""
    keys = list(dict.fromkeys(k for e in found for k in e.key))
    rows = []
    for e in found:
        kind = e.interval.kind if e.interval else ""
        rows.append(
            [*(e.key.get(k, "") for k in keys), e.value, e.low, e.high, kind, e.unit,
             e.as_of.isoformat(), e.n, e.population, "; ".join(e.caveats)]
        )  # fmt: skip
    return [*keys, *COLUMNS], rows


def to_csv(found: Sequence[Estimate]) -> str:
    """Estimates as CSV; cells that a spreadsheet would run as a formula are quoted with '."""
    columns, rows = records(found)
    return csv_text(columns, [[harmless(v) for v in row] for row in rows])


def harmless(value: Any) -> Any:
    """Text that starts like a formula gets a leading apostrophe."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return value


def to_markdown(found: Sequence[Estimate]) -> str:
    """Estimates as a Markdown table."""
    lines = ["| what | value | interval | as of | population |", "|---|---|---|---|---|"]
    for e in found:
        span = ""
        if e.low is not None or e.high is not None:
            span = f"{number(e.low, e.unit)} to {number(e.high, e.unit)}"
        unit = SHOWN.get(e.unit, e.unit)
        cells = (key_text(e), f"{number(e.value, e.unit)} {unit}".strip(), span, str(e.as_of),
                 clean(e.population))  # fmt: skip
        lines.append("| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |")
    return "\n".join(lines) + "\n"


def to_table(found: Sequence[Estimate]) -> str:
    """Estimates as lines of text with their caveats."""
    lines = []
    for e in found:
        head = key_text(e)
        lines.append(f"{head}: {line(e)}" if head else line(e))
        for name in ("leader_model", "chaser_model", "model", "provider", "week"):
            if e.detail.get(name):
                lines.append(f"    {name.replace('_', ' ')}: {clean(str(e.detail[name]))}")
        if len(found) <= 12:
            lines += [f"    note: {clean(c)}" for c in e.caveats]
    return "\n".join(lines) + "\n"


def grid(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A plain text table with aligned columns."""
    cells = [[clean(str(c)) for c in row] for row in (header, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip()
             for row in cells]  # fmt: skip
    lines.insert(1, "  ".join("-" * w for w in widths))
    return "\n".join(lines) + "\n"
