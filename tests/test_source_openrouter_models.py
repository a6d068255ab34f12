"""OpenRouter's list of models."""

from __future__ import annotations

from decimal import Decimal

import pytest

from helpers import facts, fixture_rows, reasons, rows_of
from scoreboard.errors import DataError
from scoreboard.sources import get_source
from scoreboard.tables import Fact, Price

MODELS = get_source("openrouter_models")


def test_prices() -> None:
    assert [
        (r.provider, r.source_name, r.kind, r.usd_per_mtok, r.raw)
        for r in fixture_rows(MODELS)
        if isinstance(r, Price)
    ] == [
        ("openrouter", "acme/alpha-1", "input", Decimal("0.5"), "0.0000005"),
        ("openrouter", "acme/alpha-1", "output", Decimal("1.5"), "0.0000015"),
        ("openrouter", "acme/alpha-1", "cached_input", Decimal("0.05"), "0.00000005"),
        ("openrouter", "acme/alpha-1:free", "input", Decimal(0), "0"),
        ("openrouter", "acme/alpha-1:free", "output", Decimal(0), "0"),
    ]


def test_facts() -> None:
    assert facts(fixture_rows(MODELS)) == [
        ("model", "acme/alpha-1", "canonical_slug", "acme/alpha-1-20250110"),
        ("model", "acme/alpha-1", "weights_repo", "acme/Alpha-1"),
        ("model", "acme/alpha-1", "created", "2025-01-10"),
        ("offer", "openrouter/acme/alpha-1", "context", "128000"),
        ("model", "acme/alpha-1:free", "canonical_slug", "acme/alpha-1-20250110"),
        ("model", "acme/alpha-1:free", "created", "2025-01-10"),
        ("offer", "openrouter/acme/alpha-1:free", "context", "32000"),
        ("model", "router/auto", "canonical_slug", "router/auto"),
    ]


def test_raw_of_a_date_is_the_second() -> None:
    created = [r for r in fixture_rows(MODELS) if isinstance(r, Fact) and r.attribute == "created"]
    assert (created[0].locator, created[0].raw) == ("/data/0/created", "1736467200")


def test_what_is_not_used() -> None:
    assert reasons(fixture_rows(MODELS)) == [
        ("/data/2/created", "the date of creation is no date"),
        ("/data/2/context_length", "the context limit is not a whole number above zero"),
        ("/data/2/pricing/prompt", "the price varies with the model chosen"),
        ("/data/2/pricing/completion", "the price is negative"),
        ("/data/3", "an earlier entry has the same id"),
    ]


@pytest.mark.parametrize("created", ["99999999999999", '"today"', "1.5", "1e30"])
def test_impossible_dates(created: str) -> None:
    entry = f'"id": "a/x", "created": {created}, "pricing": ' + "{}"
    rows = rows_of(MODELS, '{"data": [{' + entry + "}]}")
    assert reasons(rows) == [("/data/0/created", "the date of creation is no date")]


def test_impossible_prices() -> None:
    rows = rows_of(MODELS, '{"data": [{"id": "a/x", "pricing": {"prompt": "cheap"}}, {}]}')
    assert reasons(rows) == [
        ("/data/0/pricing/prompt", "the price is not a number"),
        ("/data/1", "the entry has no id"),
    ]


@pytest.mark.parametrize("body", ['{"data": [{"id": "a/x"', '{"models": []}', '{"data": [1]}'])
def test_documents_of_another_shape(body: str) -> None:
    with pytest.raises(DataError):
        rows_of(MODELS, body)


def test_rows_are_not_published_again() -> None:
    assert MODELS.republish is False
