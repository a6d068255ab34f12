"""Epoch AI's Benchmarking Hub: own runs with standard errors, and scores copied from elsewhere.

Scores stay in the scale of their file: fractions of 1, except Aider, LiveBench and OSWorld (per
cent) and those of GeoBench, METR, WebDev Arena and Lech Mazur, which are not accuracies.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scoreboard.documents import Record, members, parse_csv
from scoreboard.sources import _epoch
from scoreboard.sources._common import broken, cell_fact, once
from scoreboard.sources._epoch_files import FILES, File
from scoreboard.sources.base import Document, Source, date_of, float_of, unread
from scoreboard.tables import Row, Score

INDEX = "epoch_capabilities_index"
INDEX_FACTS = {
    "Model accessibility": "accessibility",
    "Organization": "organization",
    "Country": "country",
    "Release date": "release_date",
    "Model name": "model_name",
}
OTHER_FACTS = ("Organization", "Country", "Release date")
DATES = ("Started at", "Date of evaluation", "Evaluation date", "Run date", "Date run", "Date")
NOT_A_SCAFFOLD = {"None"}


class EpochHub(Source):
    id = "epoch_hub"
    title = "Epoch AI Benchmarking Hub"
    producer = "Epoch AI"
    home = "https://epoch.ai/benchmarks"
    addresses = ("https://epoch.ai/data/benchmark_data.zip",)
    licence = "CC-BY-4.0"
    licence_note = (
        "CC BY 4.0: rows may be kept and shown with the citation; rows that Epoch took from others "
        "keep the terms of their own sources."
    )
    cite = "Epoch AI, AI Benchmarking Hub, CC BY 4.0"
    tables = ("scores", "facts")
    efforts = True

    def read(self, document: Document) -> Iterator[Row]:
        files = members(document.body, document.where)
        order = sorted(files, key=lambda name: (_stem(name) != INDEX, name))
        yield from once(_all_rows({name: files[name] for name in order}, document.where))


def _stem(member: str) -> str:
    return member.rpartition("/")[2].removesuffix(".csv").removesuffix("_external")


def _all_rows(files: dict[str, bytes], where: str) -> Iterator[Row]:
    indexed: set[str] = set()
    for member, body in files.items():
        stem = _stem(member)
        if stem != INDEX and stem not in FILES:
            yield unread(f"{member}!", member, "unknown file: its columns are not known here")
            continue
        required = ("Model version", *INDEX_FACTS) if stem == INDEX else (FILES[stem].score,)
        for record in parse_csv(body, f"{where}, {member}", ("Model version", *required)):
            for row in _rows(stem, record, indexed):
                yield replace(row, locator=f"{member}!{row.locator}")


def _rows(stem: str, record: Record, indexed: set[str]) -> Iterator[Row]:
    fault = broken(record)
    name = record.cells["Model version"].strip()
    if fault:
        yield fault
    elif stem == INDEX:
        indexed.add(name)
        yield from _facts(name, record, tuple(INDEX_FACTS))
    else:
        yield from _score(stem, FILES[stem], record)
        if name not in indexed:
            yield from _facts(name, record, OTHER_FACTS)


def _facts(name: str, record: Record, columns: tuple[str, ...]) -> Iterator[Row]:
    for column in columns:
        if name and column in record.cells:
            yield from cell_fact("model", name, INDEX_FACTS[column], record, column)


def _score(benchmark: str, file: File, record: Record) -> Iterator[Row]:
    cells = record.cells
    raw = cells[file.score]
    value = float_of(raw)
    name = cells["Model version"].strip() or cells.get("Name", "").strip()
    fault = "" if name else "the row names no model"
    if value is None:
        fault = "the score is not a number" if raw.strip() else "the row has no score"
    if fault or value is None:
        yield unread(record.at(file.score), raw, fault)
        return
    low, high = _interval(file, record, value)
    error = float_of(cells.get(file.stderr))
    scaffold = cells.get(file.scaffold, "").strip()
    day = next((c for c in DATES if cells.get(c)), "")
    if day and date_of(cells[day]) is None:
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
        evaluated=date_of(cells.get(day)),
        released=date_of(cells.get("Release date")),
        locator=record.at(file.score),
        raw=raw,
    )


def _interval(file: File, record: Record, value: float) -> tuple[float | None, float | None]:
    """The published interval, given as its ends or as `=+11/-11`."""
    low, high = (float_of(record.cells.get(c)) for c in (file.low, file.high))
    plus, _, minus = record.cells.get(file.half_width, "").removeprefix("=+").partition("/-")
    up, down = float_of(plus), float_of(minus)
    if low is None and high is None and up is not None and down is not None:
        return value - down, value + up
    return low, high
