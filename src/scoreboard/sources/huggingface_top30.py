"""The 30 repositories of the Hub with most downloads in 30 days, day by day: a reconstruction.

Counts are of the 30 days before, so they are never added over days. A repository that is not among
the 30 on a day has fewer downloads than the last of them, not none.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from scoreboard.documents import Record
from scoreboard.sources._common import whole_rows
from scoreboard.sources._hub import NAMESPACE, count, repository
from scoreboard.sources.base import Document, Source, date_of, unread
from scoreboard.tables import Row, Unread

ROWS_A_DAY = 30
FEWEST_ROWS = 10


class HuggingFaceTop30(Source):
    id = "huggingface_top30"
    title = "Daily top 30 of the Hugging Face Hub, reconstructed"
    producer = "pulse"
    home = "https://huggingface.co/models?sort=downloads"
    addresses = ("reconstruction://huggingface-top30-daily.csv",)
    licence = "LicenseRef-unstated"
    licence_note = "No licence is stated: rows are used, and not published again."
    cite = "Daily top 30 of the Hugging Face Hub, as recorded by a public repository"
    republish = False
    tables = ("downloads",)
    namespace = NAMESPACE

    def read(self, document: Document) -> Iterator[Row]:
        days: dict[dt.date, list[Record]] = defaultdict(list)
        for record in whole_rows(document, ("date", "model_id", "downloads_30d", "likes")):
            if isinstance(record, Unread):
                yield record
                continue
            day = date_of(record.cells["date"])
            if day is None or day > document.snapshot.published:
                why = "the date is no date" if day is None else "the day is after the document"
                yield unread(record.at("date"), record.cells["date"], why)
            else:
                days[day].append(record)
        for day in sorted(days):
            yield from _day(day, days[day])


def _day(day: dt.date, records: list[Record]) -> Iterator[Row]:
    if not FEWEST_ROWS <= len(records) <= ROWS_A_DAY:
        for record in records:
            why = f"the day has {len(records)} rows, not {ROWS_A_DAY}: none is used"
            yield unread(record.at("date"), record.cells["date"], why)
        return
    seen: set[str] = set()
    for record in records:
        name, fault = repository(record.cells["model_id"], seen)
        if fault:
            yield unread(record.at("model_id"), record.cells["model_id"], fault)
            continue
        column = "downloads_30d"
        likes = record.cells["likes"]
        yield count(name, "30d", day, record.at(column), record.cells[column], likes)
    if len(records) < ROWS_A_DAY:
        why = f"the day has {len(records)} rows, not {ROWS_A_DAY}: they are used"
        yield unread(records[0].at("date"), records[0].cells["date"], why)
