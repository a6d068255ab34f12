"""What LLM-Stats says that hosts charge: US cents per million tokens, without days of changes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from scoreboard.documents import Object, pointer, raw_text, text_of
from scoreboard.sources.base import per_mtok, unread
from scoreboard.tables import Price, Row

KINDS = {"input_cents_per_million_tokens": "input", "output_cents_per_million_tokens": "output"}
CENTS = Decimal(100)  # in a dollar


def host_prices(provider: str, entries: list[Object]) -> Iterator[Row]:
    """The prices of one host's models."""
    seen: set[str] = set()
    for i, entry in enumerate(entries):
        name = text_of(entry.get("model_id"))
        if not name or name in seen:
            reason = "an earlier entry has the same model" if name else "the entry names no model"
            yield unread(pointer(i), raw_text(entry), reason)
            continue
        seen.add(name)
        for field, kind in KINDS.items():
            if entry.get(field) is None:
                continue  # a missing price is missing
            raw, at = raw_text(entry[field]), pointer(i, field)
            cents, fault = per_mtok(raw, 1)
            if cents is None:
                yield unread(at, raw, fault)
                continue
            yield Price(provider=provider, source_name=name, kind=kind,
                        usd_per_mtok=cents / CENTS, locator=at, raw=raw)  # fmt: skip
