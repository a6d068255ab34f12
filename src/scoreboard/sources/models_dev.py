"""models.dev, `api.json`: what each provider offers, with prices and limits.

Crawl and commit dates lag a price change, so a document's date bounds it from above. Flags such
as `open_weights` are statements about the offer; only a developer's own provider states them of
the model.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scoreboard.documents import parse_json, pointer, raw_text, text_of
from scoreboard.sources.base import Document, Source, overruled, per_mtok, unread
from scoreboard.tables import Fact, Price, Row

KINDS = {
    "input": "input",
    "output": "output",
    "cache_read": "cached_input",
    "cached_input": "cached_input",
    "cache_input": "cached_input",
    "cached_read": "cached_input",
    "cache_write": "cache_write",
    "cached_write": "cache_write",
}
OTHER_COSTS = {  # not prices of text tokens
    "input_audio",
    "output_audio",
    "reasoning",
    "image",
    "request",
    "citation",
}
WIDER_TIERS = {"context_over_200k": "above:200000"}
FACTS = ("open_weights", "release_date")


class ModelsDev(Source):
    id = "models_dev"
    title = "models.dev catalogue of offers"
    producer = "models.dev"
    home = "https://models.dev"
    addresses = ("https://models.dev/api.json",)
    licence = "MIT"
    licence_note = "MIT: rows may be kept and shown with the notice."
    cite = "models.dev (MIT)"
    tables = ("prices", "facts")

    def read(self, document: Document) -> Iterator[Row]:
        providers = parse_json(document.body, document.where)
        yield from overruled(providers)
        for provider in sorted(providers):
            models = providers[provider].get("models") or {}
            for model in sorted(models):
                here = pointer(provider, "models", model)
                yield from _facts(f"{provider}/{model}", models[model], here)
                yield from _prices(provider, model, models[model].get("cost"), here + "/cost")


def _facts(name: str, model: dict[str, Any], here: str) -> Iterator[Row]:
    for attribute in FACTS:
        if attribute in model:
            raw = raw_text(model[attribute])
            yield Fact(
                kind="offer",
                name=name,
                attribute=attribute,
                value=raw,
                locator=f"{here}/{attribute}",
                raw=raw,
            )
    context = text_of((model.get("limit") or {}).get("context"))
    if context is not None:
        yield Fact(
            kind="offer",
            name=name,
            attribute="context",
            value=context,
            locator=f"{here}/limit/context",
            raw=context,
        )


def _prices(provider: str, model: str, cost: Any, here: str, tier: str = "") -> Iterator[Row]:
    seen: set[str] = set()
    for field, value in sorted((cost or {}).items()):
        if field == "tiers":
            yield from _tiers(provider, model, value, f"{here}/tiers")
            continue
        if field in WIDER_TIERS:
            yield from _prices(provider, model, value, f"{here}/{field}", WIDER_TIERS[field])
            continue
        if field in OTHER_COSTS or field == "tier":
            continue
        raw = raw_text(value)
        at = here + pointer(field)
        kind = KINDS.get(field)
        price, fault = per_mtok(raw, 1) if kind else (None, f"unknown kind of cost: {field}")
        if kind in seen:
            price, fault = None, f"a second price of kind {kind}"
        if kind is None or price is None:
            yield unread(at, raw, fault)
            continue
        seen.add(kind)
        yield Price(
            provider=provider,
            source_name=model,
            tier=tier,
            kind=kind,
            usd_per_mtok=price,
            locator=at,
            raw=raw,
        )


def _tiers(provider: str, model: str, tiers: Any, here: str) -> Iterator[Row]:
    for i, cost in enumerate(tiers):
        size = text_of((cost.get("tier") or {}).get("size"))
        if size is None:
            yield unread(f"{here}/{i}", raw_text(cost), "a context tier without a bound")
            continue
        yield from _prices(provider, model, cost, f"{here}/{i}", f"above:{size}")
