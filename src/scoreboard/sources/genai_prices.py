"""genai-prices, `data.json`: what each provider charges, US dollars per million tokens.

An entry has one set of prices, or several of which the later hold under a condition: from a day
on, or at some hours of the day. Where a day is stated it is that of the change, not of a document.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from scoreboard.documents import parse_json, pointer, raw_text, text_of
from scoreboard.sources.base import Document, Source, date_of, overruled, per_mtok, unread
from scoreboard.tables import Price, Row

KINDS = {  # field -> kind and variant; the others are not prices of text tokens
    "input_mtok": ("input", ""),
    "output_mtok": ("output", ""),
    "cache_read_mtok": ("cached_input", ""),
    "cache_write_mtok": ("cache_write", ""),
    "cache_write_1h_mtok": ("cache_write", "1hr"),
}
OTHER_COSTS = ("audio", "image", "video", "kcount", "reasoning", "citation")
DAY = dt.timedelta(days=1)
BLANK: dict[str, Any] = {"kind": "", "usd_per_mtok": Decimal(0), "locator": "", "raw": ""}
HALF_A_DAY = 12 * 60  # minutes: the longer part of a day has the standard hours


class GenaiPrices(Source):
    id = "genai_prices"
    title = "genai-prices"
    producer = "Pydantic"
    home = "https://github.com/pydantic/genai-prices"
    addresses = (
        "https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data.json",
    )
    licence = "MIT"
    licence_note = "MIT: rows may be kept and shown with the notice."
    cite = "genai-prices, Pydantic (MIT)"
    tables = ("prices",)

    def read(self, document: Document) -> Iterator[Row]:
        providers = parse_json(document.body, document.where)
        yield from overruled(providers)
        for i, provider in enumerate(providers):
            name = text_of(provider["id"]) or ""
            seen: set[str] = set()
            for j, model in enumerate(provider["models"]):
                here = pointer(i, "models", j)
                model_id = text_of(model.get("id")) or ""
                if not name or not model_id or model_id in seen:
                    reason = "an earlier entry has the same id" if model_id else "it has no id"
                    yield unread(here, raw_text(model), reason)
                    continue
                seen.add(model_id)
                start = Price(provider=name, source_name=model_id, **BLANK)
                yield from _entry(start, model["prices"], f"{here}/prices")


def _entry(start: Price, prices: Any, here: str) -> Iterator[Row]:
    """The sets of prices of an entry, each with its days and hours."""
    if isinstance(prices, dict):
        yield from _costs(start, prices, here)
        return
    limits = [dict(p.get("constraint") or {}) for p in prices]
    days = [date_of(text_of(c.get("start_date"))) for c in limits]
    for k, (part, limit, since) in enumerate(zip(prices, limits, days, strict=True)):
        at = f"{here}/{k}"
        variant, fault = _hours(limit, limits[k + 1 :])
        if "start_date" in limit and since is None:
            fault = "the day on which it starts is no date"
        if fault:
            yield unread(at, raw_text(part), fault)
            continue
        until = min((d for d in days[k + 1 :] if d and (not since or d > since)), default=None)
        timed = replace(start, variant=variant, valid_from=since,
                        valid_to=until - DAY if until else None)  # fmt: skip
        yield from _costs(timed, part["prices"], f"{at}/prices")


def _hours(limit: dict[str, Any], later: list[dict[str, Any]]) -> tuple[str, str]:
    """The variant of a set of prices, and why it cannot be told."""
    unknown = set(limit) - {"start_date", "start_time", "end_time"}
    if unknown:
        return "", f"a condition that is not known: {', '.join(sorted(unknown))}"
    if "start_time" in limit:
        long = (_minutes(limit) or 0) > HALF_A_DAY
        return "", "" if long else "a price of some hours of the day, not of most"
    timed = [c for c in later if "start_time" in c]
    return ("off-peak" if any((_minutes(c) or 0) > HALF_A_DAY for c in timed) else ""), ""


def _minutes(limit: dict[str, Any]) -> int | None:
    """How long a part of a day is."""
    try:
        start, end = (dt.time.fromisoformat(str(limit[k])) for k in ("start_time", "end_time"))
    except (KeyError, ValueError):
        return None
    return (end.hour * 60 + end.minute - start.hour * 60 - start.minute) % (24 * 60)


def _costs(start: Price, costs: Mapping[str, Any], here: str) -> Iterator[Row]:
    for field, value in sorted(costs.items()):
        if field not in KINDS:
            if not any(word in field for word in OTHER_COSTS):
                reason = f"unknown kind of cost: {field}"
                yield unread(here + pointer(field), raw_text(value), reason)
            continue
        kind, variant = KINDS[field]
        variant = "+".join(v for v in (start.variant, variant) if v)
        named = replace(start, kind=kind, variant=variant)
        at = here + pointer(field)
        if not isinstance(value, dict):
            yield _price(named, value, at)
            continue
        yield _price(named, value["base"], f"{at}/base")
        for i, tier in enumerate(value.get("tiers") or ()):
            bound = text_of(tier.get("start"))
            if bound is None:
                yield unread(f"{at}/tiers/{i}", raw_text(tier), "a context tier without a bound")
                continue
            yield _price(replace(named, tier=f"above:{bound}"), tier["price"],
                         f"{at}/tiers/{i}/price")  # fmt: skip


def _price(start: Price, value: Any, at: str) -> Row:
    raw = raw_text(value)
    price, fault = per_mtok(raw, 1)
    if price is None:
        return unread(at, raw, fault)
    return replace(start, usd_per_mtok=price, locator=at, raw=raw)
