"""llmfit's list of Hub repositories: downloads of the last 30 days, likes, parameters.

The list changes between documents, so only repositories in both can be compared. Entries that were
written by hand have 0 downloads and 0 likes: nobody looked the count up. A parameter count is that
of the stored tensors, which is too small where weights are packed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scoreboard.documents import parse_json, pointer, raw_text
from scoreboard.sources._hub import NAMESPACE, count, fact, repository
from scoreboard.sources.base import Document, Source, overruled, unread
from scoreboard.tables import Row


class Llmfit(Source):
    id = "llmfit"
    title = "llmfit list of Hub models"
    producer = "llmfit (Hugging Face Hub counts)"
    home = "https://github.com/AlexsJones/llmfit"
    addresses = ("https://raw.githubusercontent.com/AlexsJones/llmfit/main/data/hf_models.json",)
    licence = "MIT"
    licence_note = "MIT: rows may be kept and shown with the notice."
    cite = "llmfit, data/hf_models.json (MIT), counts of the Hugging Face Hub"
    tables = ("downloads", "facts")
    namespace = NAMESPACE

    def read(self, document: Document) -> Iterator[Row]:
        data = parse_json(document.body, document.where)
        yield from overruled(data)
        seen: set[str] = set()
        for i, entry in enumerate(_list(data)):
            name, fault = repository(entry.get("name"), seen)
            if fault:
                yield unread(pointer(i), raw_text(entry), fault)
                continue
            yield from _entry(name, i, entry, document)


def _list(data: Any) -> list[Any]:
    if not isinstance(data, list):
        raise TypeError("it is not a list of models")
    return data


def _entry(name: str, i: int, entry: Any, document: Document) -> Iterator[Row]:
    at, value = pointer(i, "hf_downloads"), entry.get("hf_downloads")
    if value is None:
        at, value = pointer(i), raw_text(entry)
    likes = entry.get("hf_likes")
    if value == likes == "0":
        yield unread(at, raw_text(value), "0 downloads and 0 likes: nobody looked them up")
    else:
        yield count(name, "30d", document.snapshot.published, at, value, likes)
    size = entry.get("parameters_raw")
    if size != "0":
        yield from fact(name, "parameters", pointer(i, "parameters_raw"), size)
    yield from fact(name, "task", pointer(i, "pipeline_tag"), entry.get("pipeline_tag"))
