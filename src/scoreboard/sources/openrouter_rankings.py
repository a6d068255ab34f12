"""OpenRouter's daily rankings: tokens of the 50 largest models of each day, and of the rest.

Variants such as `:free` are rows of their own. Tokens are counted by each model's own tokenizer.
Faults seen in what has been served: weeks returned as days, and days with 3 or 60 rows.

With a query `category`, `language_type` or `context_bucket` the same address answers for a part of
the traffic (openrouter.ai/docs, "Daily token totals for top 50 models"): the first two by week
and estimated from a sample, the third exact.
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
from scoreboard.tables import Row, Sample, Tokens

ADDRESS = "https://openrouter.ai/api/v1/datasets/rankings-daily"
FIRST_DAY = dt.date(2025, 1, 1)
LONGEST_PAGE = 366  # days
OVERLAP = 7  # days fetched again, since the newest may have been corrected
ROWS_A_DAY = 51  # 50 models and `other`
FEWEST_ROWS = 10
PARTS = {  # how traffic can be divided -> the parts that are documented
    "category": (
        "programming", "roleplay", "marketing", "marketing/seo", "technology", "science",
        "translation", "legal", "finance", "health", "trivia", "academia",
    ),
    "language_type": ("natural", "programming"),
    "context_bucket": ("1K", "10K", "100K", "1M", "10M"),
}  # fmt: skip
SAMPLED = ("category", "language_type")
RECENT = dt.timedelta(days=90)  # of the parts: what is fetched at first


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
    tables = ("tokens", "samples")
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
        query = query_of(document.snapshot.address)
        part = next((p for p in PARTS if p in query), None)
        published = document.snapshot.published
        if part:
            yield from _parts(data, days, part, query, published)
            return
        weeks = query.get("period", "day") != "day" or _weekly(days)
        for day in sorted(days):
            unfinished = day >= published
            yield from _refuse(data, days[day], weeks, unfinished) or _day(day, data, days[day])

    def live(self, today: dt.date, newest: dt.date | None) -> list[str]:
        day = dt.timedelta(days=1)
        start = FIRST_DAY if newest is None else max(FIRST_DAY, newest + day - OVERLAP * day)
        pages = []
        while start < today:
            end = min(start + (LONGEST_PAGE - 1) * day, today - day)
            query = {"start_date": str(start), "end_date": str(end), "period": "day"}
            pages.append(f"{ADDRESS}?{urlencode(query)}")
            start = end + day
        return pages + _part_pages(today, newest)

    def published(self, document_body: bytes, fetched: dt.date) -> dt.date:
        meta = parse_json(document_body, ADDRESS).get("meta") or {}
        return date_of(text_of(meta.get("as_of"))) or fetched


def _weekly(days: dict[dt.date, list[int]]) -> bool:
    """Whether the days are all a week apart: then they are weeks, whatever was asked for."""
    order = sorted(days)
    gaps = {(b - a).days for a, b in pairwise(order)}
    return gaps == {7}


def _part_pages(today: dt.date, newest: dt.date | None) -> list[str]:
    """The addresses of the parts of the traffic: whole weeks, from a Monday to a Sunday."""
    first = max(FIRST_DAY, (newest - OVERLAP * dt.timedelta(days=1)) if newest else today - RECENT)
    monday = first - dt.timedelta(days=first.weekday())
    sunday = today - dt.timedelta(days=today.weekday() + 1)
    if sunday < monday:
        return []
    window = {"start_date": str(monday), "end_date": str(sunday), "period": "week"}
    return [
        f"{ADDRESS}?{urlencode({**window, part: value})}"
        for part, values in PARTS.items()
        for value in values
    ]


def _parts(
    data: list[Any],
    days: dict[dt.date, list[int]],
    part: str,
    query: dict[str, str],
    published: dt.date,
) -> Iterator[Row]:
    """Tokens of one part of the traffic, by week; a week that was not over is not used."""
    length = {"week": 7, "day": 1}.get(query.get("period", "week" if part in SAMPLED else "day"))
    for day in sorted(days):
        reason = ""
        if length is None or (length == 7 and day.weekday() != 0):
            reason = "the rows are neither of days nor of weeks from Monday"
        elif day + dt.timedelta(days=length) > published:
            reason = "the week was not over when it was recorded: it runs to date only"
        seen: set[tuple[str, str]] = set()
        for i in days[day]:
            if reason:
                yield unread(pointer("data", i), raw_text(data[i]), reason)
                continue
            yield _sample(day, length or 7, part, query[part], data[i], i, seen)


def _sample(
    day: dt.date,
    length: int,
    part: str,
    value: str,
    row: Any,
    i: int,
    seen: set[tuple[str, str]],
) -> Row:
    name = text_of(row.get("model_permaslug")) or ""
    stated = text_of(row.get(part)) or value
    raw, at = raw_text(row.get("total_tokens")), pointer("data", i, "total_tokens")
    count = whole_number(raw)
    if not name or (name, stated) in seen:
        fault = "a second row of this model in this part" if name else "the row names no model"
        return unread(pointer("data", i), raw_text(row), fault)
    seen.add((name, stated))
    if count is None:
        return unread(at, raw, "the tokens are not a whole number")
    return Sample(start=day, days=length, part=part, value=stated, source_name=name, tokens=count,
                  sampled=part in SAMPLED, locator=at, raw=raw)  # fmt: skip


def _refuse(data: list[Any], rows: list[int], weeks: bool, unfinished: bool) -> list[Row]:
    """Every row of a day that is not used at all; empty for a day that is."""
    reason = "the day was not over when it was recorded" if unfinished else ""
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
