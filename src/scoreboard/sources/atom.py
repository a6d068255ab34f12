"""The ATOM Project's list of tracked open models: sizes, release dates, regions of developers."""

from __future__ import annotations

from collections.abc import Iterator

from scoreboard.documents import Record
from scoreboard.sources._common import cell_fact, once, whole_rows
from scoreboard.sources.base import Document, Source, decimal_of, unread
from scoreboard.tables import Fact, Row, Unread

ROOT = "https://raw.githubusercontent.com/Interconnects-AI/tracked-models/main/"
SIZES = ("total_params_b", "active_params_b")  # billions of parameters
REQUIRED = {
    "models.csv": ("org", "model", "modelId"),
    "extra_models.csv": ("org", "model", "modelId"),
    "model_parameters.csv": ("model_id", *SIZES, "is_moe"),
    "organization_regions.csv": ("hf_org", "region"),
    "release_date_corrections.csv": ("model_id", "actual_release_date"),
}


class Atom(Source):
    id = "atom"
    title = "ATOM Project tracked models"
    producer = "Interconnects AI"
    home = "https://github.com/Interconnects-AI/tracked-models"
    addresses = (
        f"{ROOT}models.csv",
        f"{ROOT}extra_models.csv",
        f"{ROOT}metadata/model_parameters.csv",
        f"{ROOT}metadata/organization_regions.csv",
        f"{ROOT}metadata/release_date_corrections.csv",
    )
    licence = "Apache-2.0"
    licence_note = "Apache 2.0: rows may be kept and shown with the notice."
    cite = "The ATOM Project, tracked-models, Interconnects AI (Apache-2.0)"
    tables = ("facts",)

    def read(self, document: Document) -> Iterator[Row]:
        yield from once(_rows(document))


def _rows(document: Document) -> Iterator[Row]:
    columns = REQUIRED[document.name]
    for record in whole_rows(document, columns):
        if isinstance(record, Unread):
            yield record
        elif record.cells[columns[0]] == columns[0]:
            yield unread(record.at(columns[0]), columns[0], "the row repeats the header")
        elif document.name in ("models.csv", "extra_models.csv"):
            yield from _tracked(record)
        elif document.name == "organization_regions.csv":
            yield from cell_fact(
                "developer", record.cells["hf_org"].strip(), "region", record, "region"
            )
        elif document.name == "model_parameters.csv":
            yield from _size(record.cells["model_id"].strip(), record)
        else:
            name, column = record.cells["model_id"].strip(), "actual_release_date"
            yield from cell_fact("model", name, "release_date", record, column)


def _tracked(record: Record) -> Iterator[Row]:
    raw = record.cells["modelId"]
    if not raw.strip():
        yield unread(record.at("modelId"), raw, "the row names no model")
        return
    yield Fact(
        kind="model",
        name=raw.strip(),
        attribute="tracked",
        value="true",
        locator=record.at("modelId"),
        raw=raw,
    )


def _size(name: str, record: Record) -> Iterator[Row]:
    for column in SIZES:
        raw = record.cells[column]
        size = decimal_of(raw)
        if raw.strip() and (size is None or size <= 0):
            yield unread(record.at(column), raw, "the size is not a number above zero")
        else:
            yield from cell_fact("model", name, column, record, column)
    raw = record.cells["is_moe"]
    if raw in ("", "true", "false"):
        yield from cell_fact("model", name, "is_moe", record, "is_moe")
    else:
        yield unread(record.at("is_moe"), raw, "is_moe is neither true nor false")
