"""Values as cells of HTML tables: formatted by the name of their column, escaped, and linked.

A number links to the row it was read from; the id of a thing to its page. This is the one place
where values of rows become HTML.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from html import escape
from typing import Any

from markupsafe import Markup

from scoreboard.render import BILLION, SHOWN, clean, number
from scoreboard.show_text import cell as plain_cell
from scoreboard.site.links import relative
from scoreboard.site.world import World, document_path

HIDDEN = ("id", "id_", "snapshot_id", "locator", "figure_path")
THINGS = {  # column -> kind of thing
    "model": "model", "provider": "provider", "developer": "developer", "family": "family",
    "benchmark": "benchmark", "licence": "licence", "source": "source", "statistic": "statistic",
    "base_model": "model", "first_party_of": "developer", "metric": "metric", "figure": "figure",
}  # fmt: skip
HEADS = {
    "usd_per_mtok": "$ per million tokens", "total_params_b": "parameters, billion",
    "active_params_b": "active, billion", "since": "stated since", "last_seen": "last seen",
    "first_party_of": "own service of", "rater_sd": "spread of raters, points",
    "memory_gb": "memory, GB", "weights_gb": "weights, GB", "cache_gb": "cache, GB",
    "rank_low": "best rank", "rank_high": "worst rank", "weights_from": "weights since",
    "stderr": "standard error", "context": "context, tokens", "spdx": "SPDX id",
    "valid_from": "from", "valid_to": "until",
}  # fmt: skip
OWN = frozenset({  # not just text
    *THINGS, "evidence", "address", "home", "document", "name", "raw", "unit",
})  # fmt: skip
MEASURES = ("value", "low", "high")  # in the unit that their row names
WORDED = frozenset({"kind", "topic", "lag_rule", "measure"})  # ids that read as words
NUMBER = ' class="n"'
PERIOD = re.compile(r"\d{4}(-\d\d){0,2}/\d{4}(-\d\d){0,2}\Z")
DAY = re.compile(r"\d{4}-\d\d-\d\d\Z")
LONG_WORD = 32  # from here on a word may be broken anywhere
LONG = 300  # characters of a cell before it is cut
WEB = re.compile(r"https?://[^\s<>\"']+\Z")
GROUPED = 10_000
MANY_ROWS = 300  # from here on columns have widths, so that nothing moves while a page arrives
WIDTHS = range(6, 42, 4)  # in characters; the classes of the style sheet
ROOM = 112  # characters beside each other on a wide page
NARROW = 18  # columns are not squeezed below this
WHAT = {True: "yes", False: "no"}


def head(column: str) -> str:
    """The heading of a column."""
    return HEADS.get(column, column.replace("_", " "))


def text_of(column: str, value: Any) -> str:
    """A value as text."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return WHAT[value]
    if is_number(value):
        return _number(column, value)
    text = clean(value.isoformat() if isinstance(value, dt.date) else str(value))
    if PERIOD.match(text):
        return text.replace("/", " to ")
    return text if len(text) <= LONG else text[:LONG] + "…"


def _number(column: str, value: Any) -> str:
    if isinstance(value, Decimal):
        return plain_cell(value)
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= GROUPED else str(value)
    if column in ("value", "low", "high", "stderr", "corrected") and value != int(value):
        return f"{value:,.4g}" if abs(value) < 100 else f"{value:,.1f}"
    if "score" in column:
        return f"{value:,.4g}" if abs(value) < 1 else f"{value:,.1f}"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.6g}"


def _text(column: str, value: Any, row: Mapping[str, Any]) -> str:
    """A value as text. One with a unit: to the digits of the unit, of a statistic as published."""
    if column == "unit":
        return SHOWN.get(str(value)) or text_of(column, value)
    if column not in MEASURES or "unit" not in row or not is_number(value):
        return text_of(column, value)
    if "as_of" in row and "statistic" not in row and abs(value) < BILLION:
        return number(float(value), str(row["unit"]))
    return text_of(column, value * 100 if row["unit"] == "fraction" else value)


def is_number(value: Any) -> bool:
    """Whether a value is a number of its own."""
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def web(text: str) -> bool:
    """Whether a page may link to this address: of the web, nothing that runs."""
    return WEB.match(text) is not None


def address(text: str) -> Markup:
    """Addresses as links, anything else as text."""
    parts = []
    for word in clean(text).split():
        shown = escape(word if len(word) <= 80 else word[:77] + "…")
        link = f'<a rel="noopener nofollow" href="{escape(word)}">{shown}</a>'
        parts.append(link if web(word) else shown)
    return Markup(" ".join(parts) or "–")


class Writer:
    """Cells of one page."""

    def __init__(self, world: World, page: str) -> None:
        self.world = world
        self.page = page
        self._things: dict[tuple[str, str], str] = {}  # links that this page has

    def link(self, path: str | None, text: str) -> Markup:
        """Text, linked where there is a page."""
        return Markup(self._link(path, text))

    def _link(self, path: str | None, text: str) -> str:
        if path is None:
            return _escaped(text)
        return f'<a href="{escape(relative(path, self.page))}">{_escaped(text)}</a>'

    def thing(self, kind: str, thing: str) -> Markup:
        """The printed name of a thing, linked to its page."""
        return Markup(self._thing(kind, thing))

    def _thing(self, kind: str, thing: str) -> str:
        if (found := self._things.get((kind, thing))) is None:
            found = self._link(self.world.path(kind, thing), self.world.name(kind, thing))
            self._things[kind, thing] = found
        return found

    def value(self, column: str, value: Any, row: Mapping[str, Any]) -> Markup:
        """One value, linked."""
        return Markup(self._value(column, value, row, self._row(row)))

    def _value(self, column: str, value: Any, row: Mapping[str, Any], at: str | None) -> str:
        """A value; `at` is where it was read."""
        if isinstance(value, Markup):
            return str(value)
        if column in THINGS and value:
            return self._thing(THINGS[column], str(value))
        if column in ("evidence", "address", "home") and value:
            return str(address(str(value)))
        text = _text(column, value, row)
        if column == "document" and value:
            return self._link(document_path(str(value)), text)
        if column == "name":
            return self._link(row.get("figure_path") or at, text)
        linked = column == "raw" or is_number(value)
        return self._link(at if linked else None, text)

    def _row(self, row: Mapping[str, Any]) -> str | None:
        """Where a value was read: its row, else the page named for it, else that of its thing."""
        if locator := row.get("locator"):
            return self.world.place(str(row.get("snapshot_id") or ""), str(locator))
        if path := row.get("figure_path"):
            return str(path)
        if document := row.get("document"):
            return document_path(str(document))
        found = (self.world.path(THINGS[c], str(row[c])) for c in row if c in THINGS and row[c])
        return next((p for p in found if p), None)

    def heads(self, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Markup:
        """The headings of a table."""
        right = numeric(columns, rows)
        return Markup("".join(
            f'<th scope="col"{NUMBER if column in right else ""}>'
            f"<span>{_escaped(head(column))}</span></th>"  # as wide as the button it will stand in
            for column in columns
        ))  # fmt: skip

    def body(self, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Markup:
        """The rows of a table."""
        lines = []
        right = numeric(columns, rows)
        rest = [(c, c not in OWN, NUMBER if c in right else "") for c in columns[1:]]
        for row in rows:
            start = f'<tr id="{escape(row["id_"])}">' if "id_" in row else "<tr>"
            at = self._row(row)
            cells = [
                _text_cell(value.replace("_", " ") if column in WORDED else value)
                if type(value := row.get(column)) is str and bare
                else f"<td{style or _style(value)}>{self._value(column, value, row, at)}</td>"
                for column, bare, style in rest
            ]
            first = row.get(columns[0])
            style = "" if is_number(first) else _style(first)
            head = f'<th scope="row"{style}>{self._value(columns[0], first, row, at)}</th>'
            lines.append(f"{start}{head}{''.join(cells)}</tr>")
        return Markup("\n".join(lines))  # every part above is escaped

    def widths(self, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Markup:
        """The widths of the columns of a long table: room for nine of ten values."""
        if len(rows) < MANY_ROWS:
            return Markup("")
        found: list[int] = []
        for column in columns:
            sizes = sorted(len(self._plain(column, row.get(column))) for row in rows[:MANY_ROWS])
            longest = max(map(len, head(column).split()), default=0)
            need = max(sizes[(9 * len(sizes) - 1) // 10] + 2, longest + 4)
            width = next((n for n in WIDTHS if n >= need), WIDTHS[-1])
            found.append(width)
        while sum(found) > ROOM and max(found) > NARROW:  # text wraps before it is out of sight
            found[found.index(max(found))] -= WIDTHS.step
        columns_ = "".join(f'<col class="c{width}">' for width in found)
        return Markup(f"<colgroup>{columns_}</colgroup>")

    def _plain(self, column: str, value: Any) -> str:
        """A value as a reader sees it."""
        if column in THINGS and value:
            return self.world.name(THINGS[column], str(value))
        return text_of(column, value)


@lru_cache(maxsize=65_536)
def _text_cell(text: str) -> str:
    """A cell of text that links nowhere: the same text stands in many rows."""
    return f"<td{_style(text)}>{_escaped(text_of('', text))}</td>"


@lru_cache(maxsize=65_536)
def _escaped(text: str) -> str:
    return escape(clean(text))


def numeric(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """The columns, but the first, whose first value is a number: they stand at the right."""
    found = set()
    for column in columns[1:]:
        first = next((v for r in rows if (v := r.get(column)) not in (None, "")), None)
        if is_number(first):
            found.add(column)
    return frozenset(found)


def _style(value: Any) -> str:
    """The class of a cell: numbers at the right, days whole, long words broken anywhere."""
    if isinstance(value, dt.date) or (isinstance(value, str) and DAY.match(value)):
        return ' class="d"'
    if isinstance(value, str):
        long = len(value) > LONG_WORD and any(len(word) > LONG_WORD for word in value.split())
        return ' class="w"' if long else ""
    return NUMBER if is_number(value) else ""


def shown_columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The columns of rows that a reader sees: those in which any row says something."""
    if not rows:
        return []
    names = [c for c in rows[0] if c not in HIDDEN]
    return [c for c in names if any(r[c] not in (None, "") for r in rows)]
