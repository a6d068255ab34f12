"""A row of one of Epoch AI's tables of a benchmark as a score."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scoreboard.documents import Record
from scoreboard.sources import _epoch
from scoreboard.sources._epoch_files import File
from scoreboard.sources.base import date_of, float_of, unread
from scoreboard.tables import Row, Score

DATES = ("Started at", "Date of evaluation", "Evaluation date", "Run date", "Date run", "Date")
NOT_A_SCAFFOLD = {"None"}


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a document writes its numbers and days."""

    number: Callable[[str | None], float | None] = float_of
    day: Callable[[str | None], dt.date | None] = date_of


PLAIN = Spelling()


def name_of(record: Record) -> str:
    """The version of the model, else its printed name; empty when there is none."""
    cells = record.cells
    return cells.get("Model version", "").strip() or cells.get("Name", "").strip()


def score(
    benchmark: str,
    file: File,
    record: Record,
    released: dt.date | None,
    spelling: Spelling = PLAIN,
) -> Iterator[Row]:
    """The score of a record, or why there is none."""
    cells = record.cells
    raw = cells[file.score]
    value, name = spelling.number(raw), name_of(record)
    fault = "" if name else "the row names no model"
    if value is None:
        fault = "the score is not a number" if raw.strip() else "the row has no score"
    if fault or value is None:
        yield unread(record.at(file.score), raw, fault)
        return
    low, high = _interval(file, record, value, spelling)
    error = spelling.number(cells.get(file.stderr))
    scaffold = cells.get(file.scaffold, "").strip()
    day = next((c for c in DATES if cells.get(c)), "")
    if day and spelling.day(cells[day]) is None:
        yield unread(record.at(day), cells[day], "the date of the run is no date")
    source = _epoch.OWN_SOURCE if file.own else cells.get("Source", "")
    yield Score(
        source_name=name,
        benchmark=benchmark,
        value=value,
        full_score=file.full,
        stderr=None if error is None else error * file.stderr_factor,
        low=low,
        high=high,
        shots=cells.get("Shots", "").strip().removesuffix("-shot"),
        harness=_epoch.harness(source, benchmark),
        scaffold="" if scaffold in NOT_A_SCAFFOLD else scaffold,
        runner=_epoch.runner(source),
        evaluated=spelling.day(cells.get(day)),
        released=released,
        locator=record.at(file.score),
        raw=raw,
    )


def _interval(
    file: File, record: Record, value: float, spelling: Spelling
) -> tuple[float | None, float | None]:
    """The published interval, given as its ends or as `=+11/-11`."""
    low, high = (spelling.number(record.cells.get(c)) for c in (file.low, file.high))
    plus, _, minus = record.cells.get(file.half_width, "").removeprefix("=+").partition("/-")
    up, down = float_of(plus), float_of(minus)
    if low is None and high is None and up is not None and down is not None:
        return value - down, value + up
    return low, high
