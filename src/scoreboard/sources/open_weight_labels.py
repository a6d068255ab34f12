"""Labels of OpenRouter's models: open weights or not, and the repository of the weights."""

from __future__ import annotations

from collections.abc import Iterator

from scoreboard.sources._common import cell_fact, once, whole_rows
from scoreboard.sources.base import Document, Source, unread
from scoreboard.tables import Row, Unread

LABELS = ("true", "false")


class OpenWeightLabels(Source):
    id = "open_weight_labels"
    title = "Open-weight labels of OpenRouter's models"
    producer = "Maintainers of a public list of labels"
    home = "https://openrouter.ai/rankings"
    addresses = ("reconstruction://openrouter-open-weight-labels.csv",)
    licence = "MIT"
    licence_note = "MIT: rows may be kept and shown with the notice."
    cite = "Open-weight labels of OpenRouter's models (MIT)"
    tables = ("facts",)
    namespace = "openrouter"

    def read(self, document: Document) -> Iterator[Row]:
        yield from once(_labels(document))


def _labels(document: Document) -> Iterator[Row]:
    for record in whole_rows(document, ("model_permaslug", "open", "weights_repo")):
        if isinstance(record, Unread):
            yield record
            continue
        name, label = record.cells["model_permaslug"].strip(), record.cells["open"]
        if not name:
            yield unread(record.at("open"), label, "the row names no model")
            continue
        if label in LABELS:
            yield from cell_fact("model", name, "open_weights", record, "open")
        else:
            yield unread(record.at("open"), label, "the label is neither true nor false")
        yield from cell_fact("model", name, "weights_repo", record, "weights_repo")
