"""What several sources need: rows of the wrong length, facts stated more than once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scoreboard.documents import Record, parse_csv
from scoreboard.errors import DataError
from scoreboard.sources.base import Document, date_of, decimal_of, unread
from scoreboard.tables import Fact, Row, Unread


def whole_rows(document: Document, required: tuple[str, ...]) -> Iterator[Record | Unread]:
    """The records of a CSV document; one that is not whole comes as `Unread`.

    A document that ends within a row is cut off: what came after is lost, so none of it counts.
    """
    last: Record | None = None
    for record in parse_csv(document.body, document.where, required):
        if last:
            yield broken(last) or last
        last = record
    if last and broken(last) and not document.body.endswith(b"\n"):
        raise DataError("the document is cut off in its last row", where=document.where)
    if last:
        yield broken(last) or _cut_off(document, last) or last


def _cut_off(document: Document, last: Record) -> Unread | None:
    """A last row without an end of line: its last cell may be only the start of one."""
    if document.body.endswith(b"\n"):
        return None
    first, cell = next(iter(last.cells.items()))
    return unread(last.at(first), cell, "the document is cut off in this row")


def broken(record: Record) -> Unread | None:
    """Why a record of the wrong length is not used; None for a whole one."""
    count = record.cells.get("__cells__")
    if count is None:
        return None
    first, cell = next(iter(record.cells.items()))
    return unread(
        record.at(first), cell, f"the row has {count} cells, the header {len(record.cells) - 1}"
    )


def once(rows: Iterable[Row]) -> Iterator[Row]:
    """Each fact once: a repetition is dropped, a contradiction comes as `Unread`."""
    said: dict[tuple[str, str, str], str] = {}
    for row in rows:
        if not isinstance(row, Fact):
            yield row
            continue
        key = (row.kind, row.name, row.attribute)
        if key not in said:
            said[key] = row.value
            yield row
        elif said[key] != row.value:
            reason = f"{row.attribute} of {row.name} is {said[key]} further up"
            yield unread(row.locator, row.raw, reason)


LARGEST = 2**63  # what a table's integers hold


def whole_number(text: str | None) -> int | None:
    """A whole number of zero or more from raw text, or None."""
    number = decimal_of(text)
    if number is None or not 0 <= number < LARGEST or number % 1:
        return None
    return int(number)


def cell_fact(kind: str, name: str, attribute: str, record: Record, column: str) -> Iterator[Row]:
    """What a cell states of a thing: nothing when it is empty; a date must be one."""
    raw = record.cells[column]
    value = raw.strip()
    if not value:
        return
    if not name:
        yield unread(record.at(column), raw, f"the row names no {kind}")
        return
    if attribute.endswith("_date"):
        date = date_of(value)
        if date is None:
            yield unread(record.at(column), raw, f"the {attribute.replace('_', ' ')} is no date")
            return
        value = date.isoformat()
    yield Fact(
        kind=kind,
        name=name,
        attribute=attribute,
        value=value,
        locator=record.at(column),
        raw=raw,
    )
