"""llm-prices.com: days and tiers of prices."""

from __future__ import annotations

from decimal import Decimal

from helpers import fixture_rows, reasons
from metric_world import day
from scoreboard.sources import get_source
from scoreboard.tables import Price

LLM_PRICES = get_source("llm_prices")


def test_prices() -> None:
    rows = [r for r in fixture_rows(LLM_PRICES) if isinstance(r, Price)]
    inputs = [r for r in rows if r.kind == "input"]
    assert [(r.source_name, r.tier, r.usd_per_mtok, r.valid_from, r.valid_to) for r in inputs] == [
        ("alpha-1", "", Decimal("0.5"), None, None),
        ("beta-2", "", Decimal("1.25"), None, None),
        ("beta-2", "above:200000", Decimal("2.5"), None, None),
        ("gamma-3", "", Decimal(10), None, day("2025-06-09")),
        ("gamma-3", "", Decimal(2), day("2025-06-10"), None),
    ]
    assert {r.provider for r in rows} == {"acme"}
    assert [r.usd_per_mtok for r in rows if r.kind == "cached_input"] == [
        Decimal("0.125"),
        Decimal("0.25"),
    ]


def test_what_is_not_used() -> None:
    assert reasons(fixture_rows(LLM_PRICES)) == [
        ("/prices/5", "an earlier entry has this model, tier and first day"),
        ("/prices/6/input", "the price is not a number"),
        ("/prices/6/output", "the price is above 10000 dollars per million tokens"),
        ("/prices/7", "from_date is no date"),
        ("/prices/8", "not a price of text tokens"),
        ("/prices/9", "the entry names no model"),
    ]


def test_its_rows_are_not_published() -> None:
    assert not LLM_PRICES.republish
