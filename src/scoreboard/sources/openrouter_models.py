"""OpenRouter's list of models: what it charges, limits of its endpoints, weights it names.

Variants such as `:free` stay in the name, as in OpenRouter's token counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from scoreboard.documents import Object, parse_json, pointer, raw_text, text_of
from scoreboard.sources._common import whole_number
from scoreboard.sources.base import (
    LATEST,
    Document,
    Source,
    decimal_of,
    overruled,
    per_mtok,
    unread,
)
from scoreboard.tables import Fact, Price, Row

KINDS = {  # the other prices are not of text tokens
    "prompt": "input",
    "completion": "output",
    "input_cache_read": "cached_input",
    "input_cache_write": "cache_write",
}
PER_TOKEN = 1_000_000
VARIABLE = -1
EPOCH = dt.date(1970, 1, 1)
LATEST_SECOND = (LATEST - EPOCH).days * 86_400


class OpenRouterModels(Source):
    id = "openrouter_models"
    title = "OpenRouter list of models"
    producer = "OpenRouter"
    home = "https://openrouter.ai/models"
    addresses = ("https://openrouter.ai/api/v1/models",)
    licence = "LicenseRef-openrouter-terms"
    licence_note = "OpenRouter's terms: rows feed figures but are not published again."
    cite = "Source: OpenRouter"
    republish = False
    tables = ("prices", "facts")
    namespace = "openrouter"

    def read(self, document: Document) -> Iterator[Row]:
        seen: set[str] = set()
        whole = parse_json(document.body, document.where)
        yield from overruled(whole)
        for i, model in enumerate(whole["data"]):
            here = pointer("data", i)
            name = text_of(model.get("id"))
            if not name or name in seen:
                reason = "an earlier entry has the same id" if name else "the entry has no id"
                yield unread(here, raw_text(model), reason)
                continue
            seen.add(name)
            yield from _facts(name, model, here)
            yield from _prices(name, model["pricing"], f"{here}/pricing")


def _facts(name: str, model: Object, here: str) -> Iterator[Row]:
    slug, repository = text_of(model.get("canonical_slug")), text_of(model.get("hugging_face_id"))
    if slug:
        yield _fact("model", name, "canonical_slug", slug, f"{here}/canonical_slug", slug)
    if repository:
        at = f"{here}/hugging_face_id"
        yield _fact("model", name, "weights_repo", repository, at, repository)
    yield from _created(name, model.get("created"), f"{here}/created")
    context = text_of(model.get("context_length"))
    if context is not None:
        at = f"{here}/context_length"
        if not whole_number(context):
            yield unread(at, context, "the context limit is not a whole number above zero")
        else:
            yield _fact("offer", f"openrouter/{name}", "context", context, at, context)


def _created(name: str, value: object, at: str) -> Iterator[Row]:
    """The day of a time in seconds since 1970, UTC."""
    if value is None:
        return
    raw = raw_text(value)
    seconds = whole_number(raw)
    if seconds is None or seconds >= LATEST_SECOND:
        yield unread(at, raw, "the date of creation is no date")
    else:
        day = EPOCH + dt.timedelta(seconds=seconds)
        yield _fact("model", name, "created", day.isoformat(), at, raw)


def _fact(kind: str, name: str, attribute: str, value: str, *place: str) -> Fact:
    locator, raw = place
    return Fact(kind=kind, name=name, attribute=attribute, value=value, locator=locator, raw=raw)


def _prices(name: str, pricing: Object, here: str) -> Iterator[Row]:
    for field, kind in KINDS.items():
        if pricing.get(field) is None:
            continue
        raw, at = raw_text(pricing[field]), f"{here}/{field}"
        price, fault = per_mtok(raw, PER_TOKEN)
        if price is None:
            is_variable = decimal_of(raw) == VARIABLE
            yield unread(
                at, raw, "the price varies with the model chosen" if is_variable else fault
            )
            continue
        yield Price(
            provider="openrouter",
            source_name=name,
            kind=kind,
            usd_per_mtok=price,
            locator=at,
            raw=raw,
        )
