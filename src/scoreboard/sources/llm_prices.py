"""llm-prices.com, the historical file: list prices of developers, some with the days they held.

`to_date` is the day on which the next price begins. A model whose price depends on the length of
the prompt has one entry per tier, told by the name: `Model >200k`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from scoreboard.documents import Object, parse_json, pointer, raw_text, text_of
from scoreboard.sources.base import Document, Source, date_of, overruled, per_mtok, unread
from scoreboard.tables import Price, Row

KINDS = {"input": "input", "output": "output", "input_cached": "cached_input"}
TIER = re.compile(r">\s?(?P<size>\d+)k\s*$", re.IGNORECASE)
NOT_TEXT = re.compile(r"\(image gen\)", re.IGNORECASE)
DAY = dt.timedelta(days=1)


class LlmPrices(Source):
    id = "llm_prices"
    title = "llm-prices.com, historical prices"
    producer = "llm-prices.com"
    home = "https://www.llm-prices.com"
    addresses = ("https://www.llm-prices.com/historical-v1.json",)
    licence = "LicenseRef-unstated"
    licence_note = "No licence is stated: rows feed figures but are not published again."
    cite = "llm-prices.com"
    republish = False
    tables = ("prices",)

    def read(self, document: Document) -> Iterator[Row]:
        whole = parse_json(document.body, document.where)
        yield from overruled(whole)
        seen: set[tuple[str, ...]] = set()
        for i, entry in enumerate(whole["prices"]):
            here = pointer("prices", i)
            key, fault = _key(entry)
            if not fault and key in seen:
                fault = "an earlier entry has this model, tier and first day"
            if fault:
                yield unread(here, raw_text(entry), fault)
                continue
            seen.add(key)
            yield from _prices(entry, key, here)


def _key(entry: Object) -> tuple[tuple[str, ...], str]:
    """Vendor, model, tier and first day; and why the entry cannot be used."""
    vendor, name = text_of(entry.get("vendor")), text_of(entry.get("id"))
    title = text_of(entry.get("name")) or ""
    if not vendor or not name:
        return (), "the entry names no model"
    if NOT_TEXT.search(title):
        return (), "not a price of text tokens"
    for end in ("from_date", "to_date"):
        if entry.get(end) is not None and date_of(text_of(entry[end])) is None:
            return (), f"{end} is no date"
    found = TIER.search(title)
    tier = f"above:{int(found['size']) * 1000}" if found else ""
    model = name.removesuffix(f"-{found['size']}k") if found else name
    return (vendor, model, tier, text_of(entry.get("from_date")) or ""), ""


def _prices(entry: Object, key: tuple[str, ...], here: str) -> Iterator[Row]:
    vendor, model, tier, since = key
    end = date_of(text_of(entry.get("to_date")))
    for field, kind in KINDS.items():
        if entry.get(field) is None:
            continue
        raw, at = raw_text(entry[field]), f"{here}/{field}"
        price, fault = per_mtok(raw, 1)
        if price is None:
            yield unread(at, raw, fault)
            continue
        yield Price(
            provider=vendor,
            source_name=model,
            tier=tier,
            kind=kind,
            usd_per_mtok=price,
            valid_from=date_of(since),
            valid_to=end - DAY if end else None,
            locator=at,
            raw=raw,
        )
