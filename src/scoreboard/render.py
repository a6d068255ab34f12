"""Estimates as text: one line, a table, JSON, CSV, Markdown; names from sources made harmless."""

from __future__ import annotations

import datetime as dt
import json
import re
import textwrap
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from scoreboard.engine import csv_text
from scoreboard.estimate import Estimate, plain

DIGITS = {
    "points": 1,
    "index_points": 1,
    "rating_points": 0,
    "minutes": 0,
    "days": 0,
    "months": 1,
    "fraction": 1,
    "ratio": 2,
    "count": 0,
    "hhi": 0,
}
SHOWN = {
    "points": "points",
    "index_points": "index points",
    "rating_points": "rating points",
    "minutes": "minutes",
    "days": "days",
    "months": "months",
    "fraction": "%",
    "ratio": "times",
    "count": "",
    "hhi": "of 10,000",
    "date": "",
    "usd": "US dollars",
    "usd_per_mtok": "US dollars per million tokens",
    "params_b": "billion parameters",
}
PLACES = {"CN": "China", "US": "US", "europe": "Europe", "other": "elsewhere"}
MANY = 12  # from here on, only the notes that all estimates share are printed
HIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")  # control, direction marks, line separators
BILLION = 1e9  # from here on money and counts are shown in billions
NUMERIC = re.compile(r"[-+]?[\d,.]+k?|-|")


def clean(text: str) -> str:
    """Text from a source on one line, without control or direction marks."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        c if unicodedata.category(c) not in HIDDEN else " " if c.isspace() else "" for c in text
    )


def number(value: float | None, unit: str) -> str:
    """A value as it is shown: shares in per cent, prices to three digits, dates as dates."""
    if value is None:
        return "no value"
    if unit == "date":
        return (dt.date(1970, 1, 1) + dt.timedelta(days=value)).isoformat()
    if unit in ("usd", "count") and abs(value) >= BILLION:
        return f"{value / BILLION:,.1f} billion"
    if unit == "params_b":
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    if unit in ("usd_per_mtok", "usd"):
        return _money(value)
    if unit == "fraction":
        value *= 100
    digits = DIGITS.get(unit, 2)
    if unit == "ratio" and abs(value) >= 10:
        digits = 0 if abs(value) >= 100 else 1
    text = f"{value:,.{digits}f}"
    return text.lstrip("-") if not text.strip("-0.,") else text


def _money(value: float) -> str:
    """Dollars: no cents of thousands, at least two digits of cents."""
    if abs(value) >= 1:
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.2f}"
    text = f"{value:.3g}"
    return text if "e" in text or len(text.partition(".")[2]) > 1 or not value else f"{value:.2f}"


def amount(value: float | None, unit: str) -> str:
    """A value with the sign of its unit."""
    if value is None:
        return ""
    text = number(value, unit)
    if unit in ("usd", "usd_per_mtok"):
        return f"${text}"
    return f"{text} %" if unit == "fraction" else text


def limit(value: float | None, unit: str) -> str:
    """An end of an interval as it is shown."""
    return "no limit" if value is None else number(value, unit)


def span(estimate: Estimate) -> str:
    """`value [low, high]`."""
    shown = number(estimate.value, estimate.unit)
    if estimate.low is not None or estimate.high is not None:
        low, high = (limit(v, estimate.unit) for v in (estimate.low, estimate.high))
        shown += f" [{low}, {high}]"
    return shown


def line(estimate: Estimate) -> str:
    """`value [low, high] unit, population, as of date`."""
    unit = SHOWN.get(estimate.unit, estimate.unit) if estimate.value is not None else ""
    place = f", {clean(estimate.population)}, as of {estimate.as_of}"
    return " ".join(filter(None, (span(estimate), unit))) + place


def key_text(estimate: Estimate) -> str:
    """The key of a row as words."""
    key = {k: clean(v) for k, v in estimate.key.items() if v}
    if {"leader", "chaser"} <= set(key):
        pair = f"{key.pop('leader')} minus {key.pop('chaser')}"
        return ", ".join((*key.values(), pair))
    return ", ".join(key.values())


def headed(estimate: Estimate) -> str:
    """The key and the line."""
    head = key_text(estimate)
    return f"{head}: {line(estimate)}" if head else line(estimate)


def decided(estimate: Estimate) -> list[str]:
    """What decides an estimate: the models at the top, the offer, the week."""
    detail, unit = estimate.detail, estimate.unit
    words = []
    if detail.get("leader_model") and detail.get("chaser_model"):
        sides = [_side(estimate, side) for side in ("leader", "chaser")]
        words.append(f"{sides[0]} against {sides[1]}")
        if detail.get("plain") is not None:
            words[-1] += f"; simple difference {number(detail['plain'], unit)}"
    if detail.get("model") and detail.get("provider"):
        words.append(f"{detail['model']} at {detail['provider']}")
    elif detail.get("provider"):
        words.append(f"at {detail['provider']}")
    elif detail.get("model") and detail.get("total_params_b"):
        words.append(f"{detail['model']}, {detail['total_params_b']:g} billion parameters")
        if detail.get("memory_gb"):
            least = "at least " if detail["lower_bound"] else ""
            words[-1] += f", {least}{detail['memory_gb']:.3g} GB in {detail['quantisation']}"
    if detail.get("week"):
        words.append(f"week of {detail['week']}")
    words += detail.get("in_words", ())
    return [clean(w) for w in words]


def _side(estimate: Estimate, side: str) -> str:
    group = estimate.key.get(side, "")
    name = str(estimate.detail[f"{side}_model"])
    return f"{name} ({PLACES.get(group, group)})" if group else name


def as_document(metric: str, params: Mapping[str, str], found: Sequence[Estimate]) -> Any:
    """One estimate prints as the estimate, several as metric, params and rows."""
    if len(found) == 1:
        return {"metric": metric, "params": dict(params), **found[0].as_json()}
    return {"metric": metric, "params": dict(params), "rows": [e.as_json() for e in found]}


def to_json(value: Any, indent: int | None = 1) -> str:
    """One JSON document; control and direction marks are escaped."""
    text = json.dumps(plain(value), ensure_ascii=False, indent=indent, allow_nan=False)
    return re.sub(r"[^\n\x20-\x7e]", _escaped, text)


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1] if unicodedata.category(found[0]) in HIDDEN else found[0]


COLUMNS = (
    "value", "low", "high", "interval", "level", "unit", "as_of", "n", "population", "method",
    "caveats", "inputs",
)  # fmt: skip
RESULT = "result"


def records(found: Sequence[Estimate]) -> tuple[list[str], list[list[Any]]]:
    """Estimates as flat columns; `inputs` is the digest of the rows behind each."""
    keys = list(dict.fromkeys(k for e in found for k in e.key))
    named = ["source_name"] if any(e.source_name is not None for e in found) else []
    rows = []
    for e in found:
        kind, level = (e.interval.kind, e.interval.level) if e.interval else ("", None)
        data = e.as_json()
        rows.append(
            [*(e.key.get(k, "") for k in keys), *(e.source_name or "" for _ in named),
             data["value"], data["low"], data["high"], kind, level, e.unit, data["as_of"], e.n,
             e.population, e.method, "; ".join(e.caveats), e.inputs.digest]
        )  # fmt: skip
    return [*keys, *named, *COLUMNS], rows


def beside(
    found: Sequence[Estimate], original: Sequence[Estimate] | None
) -> tuple[list[str], list[list[Any]]]:
    """As `records`; with an original, its rows too, told apart by the column `result`."""
    if original is None:
        return records(found)
    columns, rows = records([*found, *original])
    names = ["changed"] * len(found) + ["original"] * len(original)
    return [RESULT, *columns], [[name, *row] for name, row in zip(names, rows, strict=True)]


def to_csv(found: Sequence[Estimate], original: Sequence[Estimate] | None = None) -> str:
    """Estimates as CSV; cells that a spreadsheet would run as a formula are quoted with '."""
    columns, rows = beside(found, original)
    return csv_text(columns, [[harmless(v) for v in row] for row in rows])


def harmless(value: Any) -> Any:
    """Text without control marks; text that starts like a formula gets a leading apostrophe."""
    if not isinstance(value, str):
        return value
    text = clean(value)
    return "'" + text if text.lstrip()[:1] in ("=", "+", "-", "@") and text.strip() else text


def markdown_cell(text: str) -> str:
    """Text for a cell of a Markdown table: neither markup nor HTML."""
    return re.sub(r"([\\`*\[\]<>|~])", r"\\\1", clean(text)).replace("\\<", "&lt;")


def to_markdown(found: Sequence[Estimate]) -> str:
    """Estimates as a Markdown table, with the notes below it."""
    lines = ["| what | value | interval | as of | population |", "|---|---|---|---|---|"]
    for e in found:
        between = ""
        if e.low is not None or e.high is not None:
            between = f"{limit(e.low, e.unit)} to {limit(e.high, e.unit)}"
        unit = SHOWN.get(e.unit, e.unit) if e.value is not None else ""
        cells = (key_text(e), f"{number(e.value, e.unit)} {unit}".strip(), between, str(e.as_of),
                 e.population)  # fmt: skip
        lines.append("| " + " | ".join(markdown_cell(c) for c in cells) + " |")
    notes = [f"- {markdown_cell(c)}" for c in _notes(found)]
    return "\n".join([*lines, *(["", *notes] if notes else [])]) + "\n"


def _notes(found: Sequence[Estimate]) -> list[str]:
    """Every caveat once; of many estimates only those that all share."""
    every = dict.fromkeys(c for e in found for c in e.caveats)
    if len(found) <= MANY:
        return list(every)
    return [c for c in every if all(c in e.caveats for e in found)]


def to_table(found: Sequence[Estimate]) -> str:
    """Estimates as lines of text with what decides them and their caveats."""
    shared = _notes(found) if len(found) > 1 else []
    shared = [c for c in shared if all(c in e.caveats for e in found)]
    lines = []
    for e in found:
        lines.append(headed(e))
        lines += [f"    {words}" for words in decided(e)]
        if len(found) <= MANY or e.value is None:
            lines += [f"    note: {clean(c)}" for c in e.caveats if c not in shared]
    lines += [f"note on all: {clean(c)}" for c in shared]
    return "\n".join(lines or ["no rows"]) + "\n"


def grid(header: Sequence[str], rows: Sequence[Sequence[str]], width: int | None = None) -> str:
    """A plain text table with aligned columns; blocks of lines where it is wider than `width`."""
    names = [clean(str(c)) for c in header]
    cells = [[clean(str(c)) for c in row] for row in rows]
    widths = [max(len(row[i]) for row in (names, *cells)) for i in range(len(names))]
    if width is not None and rows and sum(widths) + 2 * (len(widths) - 1) > width:
        return blocks(names, cells)
    right = [bool(cells) and all(NUMERIC.fullmatch(row[i]) for row in cells)
             for i in range(len(names))]  # fmt: skip
    lines = [
        "  ".join(
            c.rjust(w) if r else c.ljust(w) for c, w, r in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in (names, *cells)
    ]
    lines.insert(1, "  ".join("-" * w for w in widths))
    return "\n".join(lines) + "\n"


def blocks(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """One block of lines per row: its first cell, then each other cell that says something."""
    wide = max((len(n) for n in names[1:]), default=0)
    lines = []
    for row in rows:
        lines.append(row[0] or "-")
        lines += [f"  {name.ljust(wide)}  {cell}"
                  for name, cell in zip(names[1:], row[1:], strict=True) if cell]  # fmt: skip
    return "\n".join(lines) + "\n"


def folded(text: str, width: int) -> str:
    """Text with lines longer than `width` folded under their own indentation."""
    lines = []
    for whole in text.split("\n"):
        if len(whole) <= width:
            lines.append(whole)
            continue
        indent = " " * min(len(whole) - len(whole.lstrip()) + 2, width // 3)
        lines += textwrap.wrap(
            whole, width, subsequent_indent=indent, break_long_words=False,
            break_on_hyphens=False, drop_whitespace=True,
        )  # fmt: skip
    return "\n".join(lines)
