"""LiteLLM's price map, and the reader that tokencost shares."""

from __future__ import annotations

from decimal import Decimal

import pytest

from helpers import facts, fixture_rows, reasons, rows_of
from scoreboard.errors import DataError
from scoreboard.sources import get_source
from scoreboard.tables import Price, Row

LITELLM = get_source("litellm")


def entry(field: str, value: str) -> str:
    """A document of one entry with this field."""
    return '{"acme/x": {' + f'"{field}": {value}' + "}}"


def prices(rows: list[Row]) -> list[tuple[str, str, str, str, str, Decimal]]:
    return sorted(
        (r.provider, r.source_name, r.variant, r.tier, r.kind, r.usd_per_mtok)
        for r in rows
        if isinstance(r, Price)
    )


def test_prices() -> None:
    assert prices(fixture_rows(LITELLM)) == [
        ("", "bare-name", "", "", "output", Decimal(0)),
        ("acme", "acme/alpha-1", "", "", "cache_write", Decimal("0.6")),
        ("acme", "acme/alpha-1", "", "", "cached_input", Decimal("0.05")),
        ("acme", "acme/alpha-1", "", "", "input", Decimal("0.5")),
        ("acme", "acme/alpha-1", "", "", "output", Decimal("1.5")),
        ("acme", "acme/alpha-1", "", "above:200000", "input", Decimal(1)),
        ("acme", "acme/alpha-1", "1hr", "", "cache_write", Decimal(1)),
        ("acme", "acme/alpha-1", "batch", "", "input", Decimal("0.25")),
        ("acme", "acme/alpha-1", "priority", "above:200000", "output", Decimal(6)),
        ("acme", "acme/tiered", "", "", "input", Decimal(1)),
        ("acme", "acme/tiered", "", "above:32000", "input", Decimal(2)),
        ("acme", "acme/twice", "", "", "input", Decimal(8)),
    ]


def test_raw_is_the_cell_as_written() -> None:
    found = {r.locator: r.raw for r in fixture_rows(LITELLM) if isinstance(r, Price)}
    assert found["/acme~1alpha-1/output_cost_per_token"] == "0.0000015"
    assert found["/acme~1alpha-1/input_cost_per_token"] == "5e-07"
    assert found["/acme~1tiered/tiered_pricing/1/input_cost_per_token"] == "2e-06"


def test_facts_and_what_is_not_used() -> None:
    rows = fixture_rows(LITELLM)
    assert facts(rows) == [("offer", "acme/acme/alpha-1", "context", "128000")]
    assert reasons(rows) == [
        ("/acme~1twice#1", "a later entry has the same key and counts"),
        ("/bare-name/input_cost_per_token", "the price is negative"),
    ]


@pytest.mark.parametrize(
    ("field", "variant", "tier", "kind"),
    [
        ("input_cost_per_token_cache_hit", "", "", "cached_input"),
        ("output_cost_per_token_flex", "flex", "", "output"),
        ("input_cost_per_token_above_272k_tokens_batches", "batch", "above:272000", "input"),
        (
            "cache_creation_input_token_cost_above_1hr_above_200k_tokens",
            "1hr",
            "above:200000",
            "cache_write",
        ),
        ("cache_read_input_token_cost_ultrafast", "ultrafast", "", "cached_input"),
        ("explicit_cache_read_input_token_cost", "explicit", "", "cached_input"),
    ],
)
def test_names_of_fields(field: str, variant: str, tier: str, kind: str) -> None:
    rows = rows_of(LITELLM, entry(field, "1e-06"))
    assert prices(rows) == [("acme", "acme/x", variant, tier, kind, Decimal(1))]


@pytest.mark.parametrize(
    "field", ["input_cost_per_audio_token", "output_cost_per_second", "output_cost_per_image_token"]
)
def test_other_costs_are_not_prices_of_text_tokens(field: str) -> None:
    other = '"acme/y": {"input_cost_per_token": 1e-06}'
    rows = rows_of(LITELLM, '{"acme/x": {' + f'"{field}": 1e-06' + "}, " + other + "}")
    assert prices(rows) == [("acme", "acme/y", "", "", "input", Decimal(1))]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ('"free"', "the price is not a number"),
        ("-1e-06", "the price is negative"),
        ("0.54", "the price is above 10000 dollars per million tokens"),
        ("1e400", "the price is above 10000 dollars per million tokens"),
    ],
)
def test_impossible_prices(value: str, reason: str) -> None:
    rows = rows_of(LITELLM, entry("input_cost_per_token", value))
    assert reasons(rows) == [("/acme~1x/input_cost_per_token", reason)]


@pytest.mark.parametrize("size", ["0", "-1", "1e400", '"long"', "1.5"])
def test_impossible_context(size: str) -> None:
    rows = rows_of(LITELLM, entry("max_input_tokens", size))
    reason = "the context limit is not a whole number above zero"
    assert reasons(rows) == [("/acme~1x/max_input_tokens", reason)]


def test_a_tier_needs_a_bound() -> None:
    rows = rows_of(LITELLM, '{"acme/x": {"tiered_pricing": [{"input_cost_per_token": 1e-06}]}}')
    reason = "a context tier without a lower bound"
    assert reasons(rows) == [("/acme~1x/tiered_pricing/0", reason)]


def test_truncated_document() -> None:
    with pytest.raises(DataError, match="not whole JSON"):
        rows_of(LITELLM, '{"acme/x": {"input_cost_per_token": 1e-0')


@pytest.mark.parametrize(
    ("token", "character", "used"), [("1e-9", "4e-9", False), ("8e-8", "2e-8", True)]
)
def test_a_token_cannot_cost_less_than_a_character(token: str, character: str, used: bool) -> None:
    fields = f'"input_cost_per_token": {token}, "input_cost_per_character": {character}'
    rows = rows_of(LITELLM, '{"acme/x": {' + fields + "}}")
    assert bool(prices(rows)) is used
    slip = "a price per token below the same entry's price per character"
    assert reasons(rows) == ([] if used else [("/acme~1x/input_cost_per_token", slip)])


@pytest.mark.parametrize(
    ("fields", "place", "reason"),
    [
        ('"input_cost_per_character": 1e-7', "input_cost_per_character",
         "a price per character, and none per token"),
        ('"output_cost_per_1k_tokens": 0.001', "output_cost_per_1k_tokens",
         "a price per thousand tokens, and none per token"),
        ('"input_dbu_cost_per_token": 1e-5', "input_dbu_cost_per_token",
         "a price in the provider's own units, and none in dollars"),
        ('"currency": "CNY", "input_cost_per_token": 2e-6', "currency",
         "prices in another currency than dollars"),
    ],
)  # fmt: skip
def test_prices_in_other_units_are_told(fields: str, place: str, reason: str) -> None:
    rows = rows_of(LITELLM, '{"acme/x": {' + fields + "}}")
    assert prices(rows) == []
    assert reasons(rows) == [(f"/acme~1x/{place}", reason)]


def test_a_price_per_character_beside_one_per_token_is_none_of_ours() -> None:
    fields = '"input_cost_per_token": 1e-6, "input_cost_per_character": 2.5e-7'
    rows = rows_of(LITELLM, '{"acme/x": {' + fields + "}}")
    assert reasons(rows) == []
    assert len(prices(rows)) == 1
