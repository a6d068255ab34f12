"""OpenRouter's weeks, reconstructed."""

from __future__ import annotations

import datetime as dt

import pytest

from helpers import fixture_rows, reasons, rows_of
from scoreboard.errors import DataError
from scoreboard.sources import get_source
from scoreboard.sources.openrouter_weekly import TOKENS, TOTALS
from scoreboard.tables import Tokens, Total

WEEKLY = get_source("openrouter_weekly")
HEAD = "week_monday_utc,model_permaslug,tokens,method,platform_total_tokens\n"


def test_tokens() -> None:
    rows = fixture_rows(WEEKLY, "tokens")
    week, later = dt.date(2025, 2, 10), dt.date(2025, 2, 17)
    assert [r for r in rows if isinstance(r, Tokens)] == [
        Tokens(
            start=week,
            days=7,
            source_name="acme/alpha-1-20250110",
            tokens=300,
            method="top9-exact",
            locator="L3/tokens",
            raw="300",
        ),
        Tokens(
            start=week,
            days=7,
            source_name="bolt/beta-2-20250201",
            tokens=200,
            method="usd/top9-calibrated",
            locator="L4/tokens",
            raw="200",
        ),
        Tokens(
            start=later,
            days=7,
            source_name="acme/alpha-1-20250110",
            tokens=400,
            method="top9-exact",
            locator="L5/tokens",
            raw="400",
        ),
    ]


def test_totals_of_both_documents() -> None:
    assert [
        (r.start, r.days, r.tokens, r.locator) for r in fixture_rows(WEEKLY) if isinstance(r, Total)
    ] == [
        (dt.date(2025, 2, 3), 7, 900, "L2/platform_total_tokens"),
        (dt.date(2025, 2, 10), 7, 1000, "L3/platform_total_tokens"),
        (dt.date(2024, 3, 4), 7, 800, "L2/total_tokens"),
        (dt.date(2024, 3, 11), 7, 810, "L3/total_tokens"),
    ]


def test_what_is_not_used() -> None:
    assert reasons(fixture_rows(WEEKLY)) == [
        ("L2/tokens", "weeks before 2025-02-10 are not usable"),
        ("L6/week_monday_utc", "the week does not begin on a Monday"),
        ("L4/total_tokens", "the total is not a whole number"),
    ]


@pytest.mark.parametrize(
    ("row", "at", "reason"),
    [
        ("2025-02-30,a/x,1,m,", "week_monday_utc", "the date is no date"),
        ("2025-03-03,a/x,-1,m,", "tokens", "the tokens are not a whole number"),
        ("2025-03-03,a/x,few,m,", "tokens", "the tokens are not a whole number"),
        ("2025-03-03,,1,m,", "tokens", "the row names no model"),
        ("2025-02-24,a/x,1,m,", "tokens", "a second row of this model in this week"),
        (
            "2025-02-24,a/y,1,m,8",
            "platform_total_tokens",
            "the total of this week is 9 further up",
        ),
        ("2025-03-03,a/x,1", "week_monday_utc", "the row has 3 cells, the header 5"),
    ],
)
def test_impossible_cells(row: str, at: str, reason: str) -> None:
    rows = rows_of(WEEKLY, f"{HEAD}2025-02-24,a/x,1,m,9\n{row}\n", TOKENS)
    assert reasons(rows) == [(f"L3/{at}", reason)]


@pytest.mark.parametrize(
    ("address", "column"), [(TOKENS, "platform_total_tokens"), (TOTALS, "total_tokens")]
)
def test_a_missing_column_is_named(address: str, column: str) -> None:
    with pytest.raises(DataError, match=f"column missing: .*{column}"):
        rows_of(WEEKLY, "week_monday,week_monday_utc,model_permaslug,tokens,method\n", address)


def test_truncated_document() -> None:
    rows = rows_of(WEEKLY, f"{HEAD}2025-02-24,a/x,1,m,9\n2025-02-24,a/y,1,m,9", TOKENS)
    assert reasons(rows) == [("L3/week_monday_utc", "the document is cut off in this row")]


def test_archives_are_never_fetched() -> None:
    assert WEEKLY.live(dt.date(2026, 1, 5), None) == []
