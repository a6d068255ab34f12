"""A thousand trending repositories of the Hub with their tags, `base_model` among them: an archive.

What trends is new and much looked at: shares of this list are not shares of the Hub.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from scoreboard.documents import parse_json, pointer, raw_text, text_of
from scoreboard.sources._hub import NAMESPACE, count, fact, licence, relations, repository
from scoreboard.sources.base import Document, Source, date_of, overruled, unread
from scoreboard.tables import Row


class HuggingFaceTrending(Source):
    id = "huggingface_trending"
    title = "Trending list of the Hugging Face Hub, archived"
    producer = "starscreener (Hugging Face Hub)"
    home = "https://huggingface.co/models?sort=trending"
    addresses = ("reconstruction://huggingface-trending.json",)
    licence = "MIT"
    licence_note = "MIT: rows may be kept and shown with the notice."
    cite = "starscreener (MIT), the Hugging Face Hub's trending list"
    tables = ("downloads", "relations", "facts")
    namespace = NAMESPACE

    def read(self, document: Document) -> Iterator[Row]:
        whole = parse_json(document.body, document.where)
        yield from overruled(whole)
        day = date_of(text_of(whole.get("fetchedAt"))) or document.snapshot.published
        seen: set[str] = set()
        for i, entry in enumerate(whole["models"]):
            name, fault = repository(entry.get("id"), seen)
            if fault:
                yield unread(pointer("models", i), raw_text(entry), fault)
            else:
                yield from _entry(name, i, entry, day)


def _entry(name: str, i: int, entry: Any, day: dt.date) -> Iterator[Row]:
    here = ("models", i)
    at, value = pointer(*here, "downloads"), entry.get("downloads")
    yield (
        count(name, "30d", day, at, value, entry.get("likes"))
        if value is not None
        else unread(pointer(*here), raw_text(entry), "no downloads are stated")
    )
    tags, created = entry.get("tags"), entry.get("createdAt")
    yield from relations(name, tags, (*here, "tags"), created)
    yield from licence(name, tags, (*here, "tags"))
    yield from fact(name, "repository_created", pointer(*here, "createdAt"), created)
    yield from fact(name, "task", pointer(*here, "pipelineTag"), entry.get("pipelineTag"))
