"""The Hugging Face Hub by plain HTTP: what its list of models answers, with expanded fields.

One call of `sync` a day records a history: the Hub itself keeps none. The Hub restates counts, so
an all-time count may fall. The address takes `sort`, `limit` (at most 1,000), `pipeline_tag` and
`expand[]`: https://huggingface.co/docs/hub/api.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from scoreboard.documents import parse_json, pointer, raw_text
from scoreboard.sources._hub import NAMESPACE, count, fact, licence, relations, repository
from scoreboard.sources.base import Document, Source, overruled, unread
from scoreboard.tables import Row

ADDRESS = "https://huggingface.co/api/models"
FIELDS = ("downloads", "downloadsAllTime", "likes", "tags", "gated", "createdAt", "lastModified",
          "pipeline_tag", "safetensors")  # fmt: skip
LIMIT = 1000  # the most that one answer holds
TASKS = ("text-generation", "image-text-to-text")
SORTS = ("downloads", "likes", "createdAt", "trendingScore")
PERIODS = {"downloads": "30d", "downloadsAllTime": "all"}


class HuggingFace(Source):
    id = "huggingface"
    title = "Hugging Face Hub"
    producer = "Hugging Face"
    home = "https://huggingface.co/models"
    addresses = (ADDRESS,)
    licence = "LicenseRef-unstated"
    licence_note = "Facts and counts of a public interface; no licence is stated for the lists."
    cite = "Hugging Face Hub, huggingface.co/api/models"
    republish = False
    tables = ("downloads", "relations", "facts")
    namespace = NAMESPACE

    def live(self, today: dt.date, newest: dt.date | None) -> list[str]:
        """The first thousand language models by each order, today."""
        expand = [("expand[]", field) for field in FIELDS]
        return [
            f"{ADDRESS}?{urlencode([('pipeline_tag', task), ('sort', sort), ('direction', -1)])}"
            f"&{urlencode([('limit', LIMIT), *expand])}"
            for task in TASKS
            for sort in SORTS
        ]

    def read(self, document: Document) -> Iterator[Row]:
        data = parse_json(document.body, document.where)
        if not isinstance(data, list):
            raise TypeError("it is not a list of models")
        yield from overruled(data)
        seen: set[str] = set()
        for i, entry in enumerate(data):
            name, fault = repository(entry.get("id"), seen)
            if fault:
                yield unread(pointer(i), raw_text(entry), fault)
            else:
                yield from _entry(name, i, entry, document.snapshot.published)


def _entry(name: str, i: int, entry: Any, day: dt.date) -> Iterator[Row]:
    stated = [field for field in PERIODS if entry.get(field) is not None]
    if not stated:
        yield unread(pointer(i), raw_text(entry), "no downloads are stated")
    for field in stated:
        at = pointer(i, field)
        yield count(name, PERIODS[field], day, at, entry[field], entry.get("likes"))
    tags, created = entry.get("tags"), entry.get("createdAt")
    yield from relations(name, tags, (i, "tags"), created)
    yield from licence(name, tags, (i, "tags"))
    yield from fact(name, "repository_created", pointer(i, "createdAt"), created)
    yield from fact(name, "task", pointer(i, "pipeline_tag"), entry.get("pipeline_tag"))
    yield from fact(name, "hub_id", pointer(i, "_id"), entry.get("_id"))
    if entry.get("gated"):
        yield from fact(name, "gated", pointer(i, "gated"), entry["gated"])
    total = (entry.get("safetensors") or {}).get("total")
    yield from fact(name, "parameters", pointer(i, "safetensors", "total"), total)
