"""OpenRouter's tokens by Monday week before its daily rankings were recorded: a reconstruction.

Variants outside the top nine of a week are missing, so shares of open models are lower bounds;
`method` says how each row was had.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from scoreboard.documents import Record
from scoreboard.sources._common import whole_number, whole_rows
from scoreboard.sources.base import Document, Source, date_of, unread
from scoreboard.tables import Row, Tokens, Total, Unread

TOKENS = "reconstruction://openrouter-weekly-tokens.csv"
TOTALS = "reconstruction://openrouter-weekly-totals.csv"
USABLE_FROM = dt.date(2025, 2, 10)
PLATFORM = "platform_total_tokens"
WEEK = dt.timedelta(days=7)


class OpenRouterWeekly(Source):
    id = "openrouter_weekly"
    title = "OpenRouter weekly tokens, reconstructed"
    producer = "OpenRouter"
    home = "https://openrouter.ai/rankings"
    addresses = (TOKENS, TOTALS)
    licence = "CC-BY-4.0"
    licence_note = "CC BY 4.0: rows may be kept and shown with the citation."
    cite = "Reconstructed from OpenRouter data (openrouter.ai/rankings), CC BY 4.0"
    tables = ("tokens", "totals")
    namespace = "openrouter"

    def read(self, document: Document) -> Iterator[Row]:
        if document.snapshot.address == TOTALS:
            yield from _totals(document)
        else:
            yield from _tokens(document)


def _totals(document: Document) -> Iterator[Row]:
    stated: dict[dt.date, int] = {}
    for record in whole_rows(document, ("week_monday", "total_tokens")):
        if isinstance(record, Unread):
            yield record
            continue
        week = _monday(record, "week_monday", document.snapshot.published)
        if isinstance(week, Unread):
            yield week
        else:
            yield from _total(week, record, "total_tokens", stated)


def _tokens(document: Document) -> Iterator[Row]:
    stated: dict[dt.date, int] = {}
    seen: set[tuple[dt.date, str]] = set()
    required = ("week_monday_utc", "model_permaslug", "tokens", "method", PLATFORM)
    for record in whole_rows(document, required):
        if isinstance(record, Unread):
            yield record
            continue
        week = _monday(record, "week_monday_utc", document.snapshot.published)
        if isinstance(week, Unread):
            yield week
            continue
        if record.cells[PLATFORM]:
            yield from _total(week, record, PLATFORM, stated)
        yield from _model(week, record, seen)


def _model(week: dt.date, record: Record, seen: set[tuple[dt.date, str]]) -> Iterator[Row]:
    raw, name = record.cells["tokens"], record.cells["model_permaslug"].strip()
    count = whole_number(raw)
    if week < USABLE_FROM:
        yield unread(record.at("tokens"), raw, f"weeks before {USABLE_FROM} are not usable")
    elif count is None:
        yield unread(record.at("tokens"), raw, "the tokens are not a whole number")
    elif not name or (week, name) in seen:
        fault = "a second row of this model in this week" if name else "the row names no model"
        yield unread(record.at("tokens"), raw, fault)
    else:
        seen.add((week, name))
        yield Tokens(
            start=week,
            days=7,
            source_name=name,
            tokens=count,
            method=record.cells["method"],
            locator=record.at("tokens"),
            raw=raw,
        )


def _total(week: dt.date, record: Record, column: str, stated: dict[dt.date, int]) -> Iterator[Row]:
    """The platform's total of a week, once; another one later is not used."""
    raw, at = record.cells[column], record.at(column)
    count = whole_number(raw)
    if count is None:
        yield unread(at, raw, "the total is not a whole number")
    elif week not in stated:
        stated[week] = count
        yield Total(start=week, days=7, tokens=count, locator=at, raw=raw)
    elif stated[week] != count:
        yield unread(at, raw, f"the total of this week is {stated[week]} further up")


def _monday(record: Record, column: str, published: dt.date) -> dt.date | Unread:
    raw = record.cells[column]
    day = date_of(raw)
    if day is None:
        return unread(record.at(column), raw, "the date is no date")
    if day.weekday() != 0:
        return unread(record.at(column), raw, "the week does not begin on a Monday")
    if day + WEEK > published:
        return unread(record.at(column), raw, "the week was not over when it was recorded")
    return day
