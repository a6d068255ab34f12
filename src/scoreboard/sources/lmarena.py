"""LMArena: ratings of text models with style control, from answers that people compared.

Ratings have an arbitrary origin: they are never shares. Columns `rating_q025` and `rating_q975`
are the ends of an interval of 95 %. Each category of prompts has ratings of its own, of which
`full` is all of them. The numbers of votes are not in the documents. The list of models gives
organisation and licence; its prices are not read.
"""

from __future__ import annotations

from collections.abc import Iterator

from scoreboard.documents import Object, parse_json, pointer, raw_text, text_of
from scoreboard.sources._common import once
from scoreboard.sources.base import Document, Source, float_of, overruled, unread
from scoreboard.tables import Fact, Row, Score

FOLDER = "https://raw.githubusercontent.com/lmarena/arena-catalog/main/data/"
RATINGS = "leaderboard-text-style-control"
FACTS = {"name": "display_name", "organization": "organization", "license": "licence"}
ENDS = ("rating_q025", "rating_q975")


class LmArena(Source):
    id = "lmarena"
    title = "LMArena text leaderboard"
    producer = "LMArena"
    home = "https://lmarena.ai/leaderboard"
    addresses = (f"{FOLDER}{RATINGS}.json", f"{FOLDER}scatterplot-data.json")
    licence = "LicenseRef-unstated"
    licence_note = "No licence is stated: rows feed figures but are not published again."
    cite = "LMArena"
    republish = False
    tables = ("scores", "facts")

    def read(self, document: Document) -> Iterator[Row]:
        whole = parse_json(document.body, document.where)
        yield from overruled(whole)
        if document.name == f"{RATINGS}.json":
            yield from _ratings(whole)
        else:
            yield from once(_facts(whole))


def _ratings(whole: Object) -> Iterator[Row]:
    for category, models in whole.items():
        for name, entry in models.items():
            at, raw = pointer(category, name, "rating"), raw_text(entry["rating"])
            value = float_of(raw)
            low, high = (float_of(text_of(entry.get(end))) for end in ENDS)
            if value is None or not name.strip():
                fault = "the rating is not a number" if value is None else "the row names no model"
                yield unread(at, raw, fault)
                continue
            is_interval = low is not None and high is not None and low <= value <= high
            if not is_interval:
                reason = "the interval of this rating is not whole"
                yield unread(pointer(category, name), raw_text(entry), reason)
            yield Score(
                source_name=name,
                benchmark=f"{RATINGS}/{category}",
                value=value,
                low=low if is_interval else None,
                high=high if is_interval else None,
                harness="lmarena",
                runner="independent",
                locator=at,
                raw=raw,
            )


def _facts(models: list[Object]) -> Iterator[Row]:
    for i, model in enumerate(models):
        name = text_of(model.get("model_api_name"))
        if not name:
            yield unread(pointer(i), raw_text(model), "the entry names no model")
            continue
        for key, attribute in FACTS.items():
            value = text_of(model.get(key))
            if value:
                at = pointer(i, key)
                yield Fact(
                    kind="model", name=name, attribute=attribute, value=value, locator=at, raw=value
                )
