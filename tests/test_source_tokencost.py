"""tokencost's price map: LiteLLM's layout at another address."""

from __future__ import annotations

from decimal import Decimal

import pytest

from helpers import facts, fixture_rows, reasons, rows_of
from scoreboard.errors import DataError
from scoreboard.sources import get_source
from scoreboard.tables import Price

TOKENCOST = get_source("tokencost")


def test_prices_and_context() -> None:
    rows = fixture_rows(TOKENCOST)
    at = "/alpha-0/{}_cost_per_token"
    assert [r for r in rows if isinstance(r, Price)] == [
        Price(
            provider="acme",
            source_name="alpha-0",
            kind="input",
            usd_per_mtok=Decimal(30),
            locator=at.format("input"),
            raw="3e-05",
        ),
        Price(
            provider="acme",
            source_name="alpha-0",
            kind="output",
            usd_per_mtok=Decimal(60),
            locator=at.format("output"),
            raw="6e-05",
        ),
    ]
    assert facts(rows) == [("offer", "acme/alpha-0", "context", "8192")]


def test_what_is_not_used() -> None:
    assert reasons(fixture_rows(TOKENCOST)) == [
        ("/dear/input_cost_per_token", "the price is above 10000 dollars per million tokens"),
        ("/dear/output_cost_per_token", "the price is not a number"),
    ]


def test_truncated_document() -> None:
    with pytest.raises(DataError, match="not whole JSON"):
        rows_of(TOKENCOST, '{"alpha-0": {')
