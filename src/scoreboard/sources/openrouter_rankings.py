"""OpenRouter's daily rankings: tokens of the 50 largest models of each day, and of the rest.

Variants such as `:free` are rows of their own. Tokens are counted by each model's own tokenizer.
Faults seen in what has been served: weeks returned as days, and days with 3 or 60 rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

from scoreboard.documents import parse_json, pointer, raw_text, text_of
from scoreboard.sources._common import whole_number
from scoreboard.sources.base import Document, Source, date_of, overruled, query_of, unread
from scoreboard.tables import Row, Tokens

ADDRESS = "https://openrouter.ai/api/v1/datasets/rankings-daily"
FIRST_DAY = dt.date(2025, 1, 1)
LONGEST_PAGE = 366  # days
OVERLAP = 7  # days fetched again, since the newest may have been corrected
ROWS_A_DAY = 51  # 50 models and `other`
FEWEST_ROWS = 10


class OpenRouterRankings(Source):
    id = "openrouter_rankings"
    title = "OpenRouter daily rankings"
    producer = "OpenRouter"
    home = "https://openrouter.ai/rankings"
    addresses = (ADDRESS,)
    licence = "CC-BY-4.0"
    licence_note = "CC BY 4.0: rows may be kept and shown with the citation and its date."
    cite = "Source: OpenRouter (openrouter.ai/rankings). Licensed under CC BY 4.0."
    key = "OPENROUTER_API_KEY"
    tables = ("tokens",)
    namespace = "openrouter"

    def read(self, document: Document) -> Iterator[Row]:
        whole = parse_json(document.body, document.where)
        yield from overruled(whole)
        data = whole["data"]
        days: dict[dt.date, list[int]] = {}
        for i, row in enumerate(data):
            day = date_of(text_of(row.get("date")))
            if day is None:
                yield unread(pointer("data", i), raw_text(row), "the date is no date")
            else:
                days.setdefault(day, []).append(i)
        weeks = query_of(document.snapshot.address).get("period", "day") != "day" or _weekly(days)
        for day in sorted(days):
            yield from _refuse(data, days[day], weeks) or _day(day, data, days[day])

    def live(self, today: dt.date, newest: dt.date | None) -> list[str]:
        day = dt.timedelta(days=1)
        start = FIRST_DAY if newest is None else max(FIRST_DAY, newest + day - OVERLAP * day)
        pages = []
        while start < today:
            end = min(start + (LONGEST_PAGE - 1) * day, today - day)
            query = {"start_date": str(start), "end_date": str(end), "period": "day"}
            pages.append(f"{ADDRESS}?{urlencode(query)}")
            start = end + day
        return pages

    def published(self, document_body: bytes, fetched: dt.date) -> dt.date:
        meta = parse_json(document_body, ADDRESS).get("meta") or {}
        return date_of(text_of(meta.get("as_of"))) or fetched


def _weekly(days: dict[dt.date, list[int]]) -> bool:
    """Whether the days are all a week apart: then they are weeks, whatever was asked for."""
    order = sorted(days)
    gaps = {(b - a).days for a, b in pairwise(order)}
    return gaps == {7}


def _refuse(data: list[Any], rows: list[int], weeks: bool) -> list[Row]:
    """Every row of a day that is not used at all; empty for a day that is."""
    reason = ""
    if weeks:
        reason = "the rows are of weeks, not of days"
    elif not FEWEST_ROWS <= len(rows) <= ROWS_A_DAY:
        reason = f"the day has {len(rows)} rows, not {ROWS_A_DAY}: none is used"
    return [unread(pointer("data", i), raw_text(data[i]), reason) for i in rows if reason]


def _day(day: dt.date, data: list[Any], rows: list[int]) -> Iterator[Row]:
    if len(rows) != ROWS_A_DAY:
        reason = f"the day has {len(rows)} rows, not {ROWS_A_DAY}: they are used"
        yield unread(pointer("data", rows[0]), raw_text(data[rows[0]]), reason)
    seen: set[str] = set()
    for i in rows:
        name = text_of(data[i].get("model_permaslug")) or ""
        raw = raw_text(data[i].get("total_tokens"))
        count = whole_number(raw)
        at = pointer("data", i, "total_tokens")
        if not name or name in seen:
            fault = "a second row of this model on this day" if name else "the row names no model"
            yield unread(pointer("data", i), raw_text(data[i]), fault)
        elif count is None:
            yield unread(at, raw, "the tokens are not a whole number")
        else:
            yield Tokens(start=day, days=1, source_name=name, tokens=count, locator=at, raw=raw)
        seen.add(name)
