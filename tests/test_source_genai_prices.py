"""genai-prices: tiers, days and hours of prices."""

from __future__ import annotations

from decimal import Decimal

from helpers import fixture_rows, reasons
from metric_world import day
from scoreboard.sources import get_source
from scoreboard.tables import Price

GENAI = get_source("genai_prices")


def found(model: str) -> list[Price]:
    return [r for r in fixture_rows(GENAI) if isinstance(r, Price) and r.source_name == model]


def test_kinds() -> None:
    assert [(r.kind, r.variant, r.usd_per_mtok, r.raw) for r in found("alpha-1")] == [
        ("cached_input", "", Decimal("0.05"), "0.05"),
        ("cache_write", "1hr", Decimal(1), "1"),
        ("cache_write", "", Decimal("0.625"), "0.625"),
        ("input", "", Decimal("0.5"), "0.5"),
        ("output", "", Decimal("1.5"), "1.5"),
    ]


def test_tiers() -> None:
    assert [(r.kind, r.tier, r.usd_per_mtok) for r in found("beta-2")] == [
        ("input", "", Decimal("1.25")),
        ("input", "above:200000", Decimal("2.5")),
        ("output", "", Decimal(10)),
    ]


def test_days() -> None:
    """A price ends on the day before the next begins; the first has no known beginning."""
    inputs = [r for r in found("gamma-3") if r.kind == "input"]
    assert [(r.usd_per_mtok, r.valid_from, r.valid_to) for r in inputs] == [
        (Decimal(10), None, day("2025-06-09")),
        (Decimal(2), day("2025-06-10"), day("2026-02-28")),
        (Decimal(3), day("2026-03-01"), None),
    ]


def test_hours() -> None:
    """The hours that make up most of a day are the standard ones."""
    assert [(r.usd_per_mtok, r.variant) for r in found("delta-4")] == [
        (Decimal("0.135"), "off-peak"),
        (Decimal("0.27"), ""),
    ]


def test_what_is_not_used() -> None:
    assert [why for _, why in reasons(fixture_rows(GENAI))] == [
        "an earlier entry has the same id",
        "a context tier without a bound",
        "unknown kind of cost: input_smell_mtok",
        "the day on which it starts is no date",
        "a condition that is not known: weekday",
        "the price is negative",
        "a price of some hours of the day, not of most",
        "it has no id",
    ]
