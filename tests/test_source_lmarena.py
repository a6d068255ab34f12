"""LMArena: ratings with their intervals, categories apart, rows that are not published again."""

from __future__ import annotations

import pytest

from helpers import facts, fixture_rows, mirrored, reasons
from scoreboard.curation import load_curated
from scoreboard.derive import derive
from scoreboard.figures import withheld
from scoreboard.identify import identify
from scoreboard.metrics._scores import read_world
from scoreboard.observe import observe
from scoreboard.reference import write_reference
from scoreboard.sources import get_source
from scoreboard.store import Tables
from scoreboard.tables import Score
from small_data import database, table

LMARENA = get_source("lmarena")
FULL = "leaderboard-text-style-control/full"


def test_ratings_with_intervals() -> None:
    found = [r for r in fixture_rows(LMARENA, "style-control") if isinstance(r, Score)]
    assert [(r.source_name, r.benchmark, r.value, r.low, r.high, r.raw) for r in found] == [
        ("gpt-5-high", "leaderboard-text-style-control/coding", 1410.25, 1400.0, 1420.5, "1410.25"),
        ("beta-2", "leaderboard-text-style-control/coding", 1300.5, 1290.5, 1310.5, "1300.5"),
        ("gpt-5-high", FULL, 1450.5, 1440.5, 1460.5, "1450.5"),
        ("claude-opus-4-20250514-thinking-16k", FULL, 1430.0, 1425.0, 1435.0, "1430"),
        ("gamma-3-with-a-long-name", FULL, 1200.75, None, None, "1200.75"),
        ("epsilon-5", FULL, 1000.0, None, None, "1000"),
    ]
    assert {(r.harness, r.runner, r.full_score) for r in found} == {
        ("lmarena", "independent", None)
    }


def test_facts_of_the_list() -> None:
    assert facts(fixture_rows(LMARENA, "scatterplot")) == [
        ("model", "gpt-5-high", "display_name", "GPT-5 (high)"),
        ("model", "gpt-5-high", "organization", "OpenAI"),
        ("model", "gpt-5-high", "licence", "Proprietary"),
        ("model", "beta-2", "display_name", "Beta 2"),
        ("model", "beta-2", "organization", "Acme"),
        ("model", "beta-2", "licence", "MIT"),
    ]


def test_what_is_not_used() -> None:
    assert reasons(fixture_rows(LMARENA)) == [
        ("/full/gamma-3-with-a-long-name", "the interval of this rating is not whole"),
        ("/full/delta-4/rating", "the rating is not a number"),
        ("/full/epsilon-5", "the interval of this rating is not whole"),
        ("/full//rating", "the row names no model"),
        ("/2/name", "display_name of beta-2 is Beta 2 further up"),
        ("/3", "the entry names no model"),
    ]


def built() -> Tables:
    documents = mirrored(LMARENA)
    ratings = [r for d in documents for r in LMARENA.rows(d) if isinstance(r, Score)]
    connection, curated = database(ratings, [d.snapshot for d in documents]), load_curated()
    derive(connection, curated, identify(connection, curated))
    write_reference(connection, curated)
    observe(connection, curated)
    return Tables(connection, "made-up")


def test_a_rating_stays_a_rating_with_the_error_of_an_interval_of_95_per_cent() -> None:
    tables = built()
    columns = "model, variant, benchmark, value, low, high, level"
    query = f"SELECT {columns} FROM results WHERE model <> '' ORDER BY benchmark, model"
    assert table(tables.connection, query) == [
        ("claude-opus-4", "16k", "arena_text", 1430.0, 1425.0, 1435.0, 0.95),
        ("gpt-5", "high", "arena_text", 1450.5, 1440.5, 1460.5, 0.95),
        ("gpt-5", "high", "arena_text_coding", 1410.25, 1400.0, 1420.5, 0.95),
    ]
    (scored,) = read_world(tables, "arena_text").rows.values()
    errors = {s.model: s.error for s in scored}
    assert errors["gpt-5"] == pytest.approx(20 / (2 * 1.959964), rel=1e-6)
    assert errors["claude-opus-4"] == pytest.approx(10 / (2 * 1.959964), rel=1e-6)


def test_rows_are_withheld() -> None:
    assert not LMARENA.republish
    assert "lmarena" in withheld()
