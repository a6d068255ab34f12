"""LiteLLM's price map: one entry per offer, prices in US dollars per token.

The map lags its providers, a third of its OpenRouter entries disagree with OpenRouter, and a few
entries are absurd: a row here is what the map says, not what was charged. A price of 0 is kept;
whether it means free or unknown is for the reader of the rows to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scoreboard.documents import Object, parse_json, pointer, raw_text, text_of
from scoreboard.sources._common import whole_number
from scoreboard.sources.base import Document, Source, decimal_of, overruled, per_mtok, unread
from scoreboard.tables import Fact, Price, Row

MODES = {"chat", "completion", "responses", None}  # the others do not sell text tokens
STEMS = {  # start of a field -> kind and variant; a second name of a kind counts if it is the only
    "input_cost_per_token": ("input", ""),
    "output_cost_per_token": ("output", ""),
    "cache_read_input_token_cost": ("cached_input", ""),
    "input_cost_per_token_cache_hit": ("cached_input", ""),
    "explicit_cache_read_input_token_cost": ("cached_input", "explicit"),
    "cache_creation_input_token_cost": ("cache_write", ""),
}
FIELD = re.compile(
    rf"(?P<stem>{'|'.join(sorted(STEMS, key=len, reverse=True))})"
    r"(?P<kept>_above_1hr)?(?:_above_(?P<above>\d+)k_tokens)?(?:_(?P<service>[a-z]+))?"
)
SERVICES = {"batches": "batch"}  # the other names of service tiers are used as they are
PER_TOKEN = 1_000_000
OTHER_UNITS = {  # a field that prices text, but not in dollars per token -> why it is not used
    "{}_cost_per_character": "a price per character, and none per token",
    "{}_cost_per_1k_tokens": "a price per thousand tokens, and none per token",
    "{}_dbu_cost_per_token": "a price in the provider's own units, and none in dollars",
}


class LiteLLM(Source):
    id = "litellm"
    title = "LiteLLM price map"
    producer = "BerriAI"
    home = "https://github.com/BerriAI/litellm"
    addresses = (
        "https://raw.githubusercontent.com/BerriAI/litellm/main/"
        "model_prices_and_context_window.json",
    )
    licence = "MIT"
    licence_note = "MIT: rows may be kept and shown with the notice."
    cite = "LiteLLM, BerriAI (MIT)"
    tables = ("prices", "facts")

    def read(self, document: Document) -> Iterator[Row]:
        yield from price_map_rows(document)


def price_map_rows(document: Document) -> Iterator[Row]:
    """Prices and context limits of a document in the layout of LiteLLM's map."""
    entries: Object = parse_json(document.body, document.where)
    yield from overruled(entries)
    for key in sorted(entries):
        entry = entries[key]
        if key != "sample_spec" and entry.get("mode") in MODES:
            yield from _offer(key, entry)


def _offer(key: str, entry: Object) -> Iterator[Row]:
    provider = text_of(entry.get("litellm_provider"))
    if provider is None:
        provider = key.rpartition("/")[0].partition("/")[0]  # empty: not stated
    yield from _context(f"{provider}/{key}", pointer(key), entry)
    currency = text_of(entry.get("currency")) or "USD"
    if currency.upper() != "USD":
        yield unread(
            f"{pointer(key)}/currency", currency, "prices in another currency than dollars"
        )
        return
    yield from _in_other_units(entry, pointer(key))
    seen: set[tuple[str, str, str]] = set()
    yield from _costs(entry, pointer(key), "", provider=provider, name=key, seen=seen)
    for i, tier in enumerate(entry.get("tiered_pricing") or ()):
        at = pointer(key, "tiered_pricing", i)
        lower = whole_number(text_of((tier.get("range") or [None])[0]))
        if lower is None:
            yield unread(at, raw_text(tier), "a context tier without a lower bound")
            continue
        yield from _costs(
            tier, at, f"above:{lower}" if lower else "", provider=provider, name=key, seen=seen
        )


def _in_other_units(entry: Object, here: str) -> Iterator[Row]:
    """Prices of text that are not in dollars per token, where no such price stands beside."""
    for side in ("input", "output"):
        if entry.get(f"{side}_cost_per_token") is not None:
            continue
        for field, why in OTHER_UNITS.items():
            name = field.format(side)
            if entry.get(name) is not None:
                yield unread(f"{here}/{name}", raw_text(entry[name]), why)


def _context(name: str, here: str, entry: Object) -> Iterator[Row]:
    raw = text_of(entry.get("max_input_tokens"))
    if raw is None:
        return
    at = f"{here}/max_input_tokens"
    size = whole_number(raw)
    if not size:
        yield unread(at, raw, "the context limit is not a whole number above zero")
        return
    yield Fact(kind="offer", name=name, attribute="context", value=str(size), locator=at, raw=raw)


def _costs(
    entry: Object,
    here: str,
    tier: str,
    *,
    provider: str,
    name: str,
    seen: set[tuple[str, str, str]],
) -> Iterator[Row]:
    order = list(STEMS)
    fields = [(order.index(m["stem"]), f, m) for f in entry if (m := FIELD.fullmatch(f))]
    for _, field, match in sorted(fields, key=lambda f: f[:2]):
        kind, variant, above = _meaning(match)
        key = (kind, variant, above or tier)
        raw = raw_text(entry[field])
        if key in seen or entry[field] is None:
            continue
        price, fault = per_mtok(raw, PER_TOKEN)
        if _below_a_character(entry, field):
            price, fault = None, "a price per token below the same entry's price per character"
        if price is None:
            yield unread(f"{here}/{field}", raw, fault)
            continue
        seen.add(key)
        yield Price(
            provider=provider,
            source_name=name,
            variant=variant,
            tier=above or tier,
            kind=kind,
            usd_per_mtok=price,
            locator=f"{here}/{field}",
            raw=raw,
        )


def _below_a_character(entry: Object, field: str) -> bool:
    """A token is several characters, so its price cannot be the lower: a slip of the unit."""
    token = decimal_of(text_of(entry.get(field)))
    character = decimal_of(text_of(entry.get(field.replace("_per_token", "_per_character"))))
    if "_per_token" not in field or token is None or character is None:
        return False
    return 0 < token < character


def _meaning(match: re.Match[str]) -> tuple[str, str, str]:
    """Kind, variant and tier that the name of a field states."""
    kind, variant = STEMS[match["stem"]]
    service = match["service"] or ""
    parts = [variant, "1hr" if match["kept"] else "", SERVICES.get(service, service)]
    above = f"above:{int(match['above']) * 1000}" if match["above"] else ""
    return kind, "+".join(p for p in parts if p), above
