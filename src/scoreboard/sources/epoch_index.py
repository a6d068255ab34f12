"""Epoch AI's Capabilities Index: the scores it is fitted to, its values, its benchmarks.

The input scores are rescaled: those of tests where guessing earns points have the chance level
removed (negative results became 0), and FrontierMath's first version was divided by the share of
problems thought to be sound, which is undone here.
"""

from __future__ import annotations

from collections.abc import Iterator

from scoreboard.documents import Record
from scoreboard.sources import _epoch
from scoreboard.sources._common import cell_fact, once, whole_rows
from scoreboard.sources.base import Document, Source, date_of, float_of, unread
from scoreboard.tables import Fact, Row, Score, Unread

# Found by comparing the document of 2026-08-11 with the Benchmarking Hub of 2026-04-16: for each
# of these, performance = (score - c) / (1 - c) for nearly every model version in both, with c
# 1/2 (PIQA, Winogrande), 1/3 (ANLI, VPCT), 1/4 (ARC AI2, BBH, GPQA diamond, HellaSwag, MMLU,
# OpenBookQA, ScienceQA), 1/6 (SimpleBench), 0.0496 (Chess Puzzles), 0.048 (HLE) and 0.001 (OTIS
# Mock AIME). The others that are in both have c = 0; those in this document only are taken as
# they are.
CHANCE_REMOVED = {
    "ANLI", "ARC AI2", "BBH", "Chess Puzzles", "GPQA diamond", "HLE", "HellaSwag", "MMLU",
    "OTIS Mock AIME 2024-2025", "OpenBookQA", "PIQA", "ScienceQA", "SimpleBench", "VPCT",
    "Winogrande",
}  # fmt: skip

# Likewise found: 34 of 39 model versions agree with the Hub's FrontierMath after multiplication
# by 0.57, and 19 of 21 with its tier 4 after 0.6; the others were run again in between.
FACTORS = {
    "FrontierMath-2025-02-28-Private": 0.57,
    "FrontierMath-Tier-4-2025-07-01-Private": 0.6,
}

MODEL_FACTS = {
    "Organization": "organization",
    "Country (of organization)": "country",
    "Model accessibility": "accessibility",
    "date": "release_date",
    "Display name": "display_name",
}
VERSION_FACTS = {"Model": "model_name", "model": "index_model"}
BENCHMARK_FACTS = ("edi", "estimated_slope_scaled", "benchmark_release_date", "is_anchor")
NUMBERS = ("edi", "estimated_slope_scaled")


class EpochIndex(Source):
    id = "epoch_index"
    title = "Epoch Capabilities Index"
    producer = "Epoch AI"
    home = "https://epoch.ai/benchmarks/eci"
    addresses = (
        "https://epoch.ai/data/eci_benchmarks.csv",
        "https://epoch.ai/data/eci_scores.csv",
        "https://epoch.ai/data/edi_scores.csv",
    )
    licence = "CC-BY-4.0"
    licence_note = (
        "CC BY 4.0: rows may be kept and shown with the citation; rows that Epoch took from others "
        "keep the terms of their own sources."
    )
    cite = "Epoch AI, Epoch Capabilities Index, CC BY 4.0"
    tables = ("scores", "facts")
    efforts = True
    level = 0.90

    def read(self, document: Document) -> Iterator[Row]:
        readers = {
            "eci_benchmarks.csv": _benchmark_scores,
            "eci_scores.csv": _index_values,
            "edi_scores.csv": _difficulties,
        }
        yield from once(readers[document.name](document))


def _index_values(document: Document) -> Iterator[Row]:
    """The published index of each model with its interval of 90 % (the two anchors have none)."""
    for record in whole_rows(document, ("Model", "eci", "eci_ci_low", "eci_ci_high", *MODEL_FACTS)):
        if isinstance(record, Unread):
            yield record
            continue
        cells = record.cells
        name = cells["Model"].strip()
        value = _number(record, "eci", name)
        if isinstance(value, Unread):
            yield value
        else:
            yield Score(
                source_name=name,
                benchmark="index",
                value=value,
                low=float_of(cells["eci_ci_low"]),
                high=float_of(cells["eci_ci_high"]),
                harness="epoch-index",
                runner="independent",
                released=date_of(cells["date"]),
                locator=record.at("eci"),
                raw=cells["eci"],
            )
        yield from _facts(name, record, MODEL_FACTS)


def _benchmark_scores(document: Document) -> Iterator[Row]:
    """The scores that the index is fitted to, one per model and benchmark."""
    required = ("performance", "benchmark", "model_version", "date", "source", *VERSION_FACTS)
    for record in whole_rows(document, required):
        if isinstance(record, Unread):
            yield record
            continue
        cells = record.cells
        version, benchmark = cells["model_version"].strip(), cells["benchmark"].strip()
        name = version or cells["Model"].strip()
        value = _number(record, "performance", name)
        if isinstance(value, Unread):
            yield value
        else:
            yield Score(
                source_name=name,
                benchmark=benchmark,
                value=value * FACTORS.get(benchmark, 1),
                full_score=1.0,
                harness=_epoch.harness(cells["source"], benchmark),
                runner=_epoch.runner(cells["source"]),
                released=date_of(cells["date"]),
                chance_removed=benchmark in CHANCE_REMOVED,
                locator=record.at("performance"),
                raw=cells["performance"],
            )
        if cells["date"] and date_of(cells["date"]) is None:
            yield unread(record.at("date"), cells["date"], "the release date is no date")
        yield from _facts(version, record, VERSION_FACTS)


def _number(record: Record, column: str, name: str) -> float | Unread:
    """The score in this cell, or why there is none."""
    raw = record.cells[column]
    value = float_of(raw)
    if value is None:
        return unread(record.at(column), raw, "the score is not a number")
    return value if name else unread(record.at(column), raw, "the row names no model")


def _facts(name: str, record: Record, columns: dict[str, str]) -> Iterator[Row]:
    for column, attribute in columns.items():
        if name:
            yield from cell_fact("model", name, attribute, record, column)


def _difficulties(document: Document) -> Iterator[Row]:
    for record in whole_rows(document, ("benchmark_name", *BENCHMARK_FACTS)):
        if isinstance(record, Unread):
            yield record
            continue
        for column in BENCHMARK_FACTS:
            for fact in cell_fact(
                "benchmark", record.cells["benchmark_name"].strip(), column, record, column
            ):
                if column in NUMBERS and isinstance(fact, Fact) and float_of(fact.raw) is None:
                    yield unread(fact.locator, fact.raw, f"{column} is not a number")
                else:
                    yield fact
