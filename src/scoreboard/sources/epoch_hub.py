"""Epoch AI's Benchmarking Hub: own runs with standard errors, and scores copied from elsewhere.

Scores stay in the scale of their file: fractions of 1, except Aider, LiveBench and OSWorld (per
cent) and those of GeoBench, METR, WebDev Arena and Lech Mazur, which are not accuracies.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scoreboard.documents import Record, members, parse_csv
from scoreboard.sources._common import broken, cell_fact, once
from scoreboard.sources._epoch_files import FILES
from scoreboard.sources._epoch_rows import score
from scoreboard.sources.base import Document, Source, date_of, unread
from scoreboard.tables import Row

INDEX = "epoch_capabilities_index"
INDEX_FACTS = {
    "Model accessibility": "accessibility",
    "Organization": "organization",
    "Country": "country",
    "Release date": "release_date",
    "Model name": "model_name",
}
OTHER_FACTS = ("Organization", "Country", "Release date")


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
        yield from score(stem, FILES[stem], record, date_of(record.cells.get("Release date")))
        if name not in indexed:
            yield from _facts(name, record, OTHER_FACTS)


def _facts(name: str, record: Record, columns: tuple[str, ...]) -> Iterator[Row]:
    for column in columns:
        if name and column in record.cells:
            yield from cell_fact("model", name, INDEX_FACTS[column], record, column)
