"""models.dev's facts about models."""

from __future__ import annotations

import pytest

from helpers import facts, fixture_rows, reasons, rows_of
from scoreboard.errors import DataError
from scoreboard.sources import get_source
from scoreboard.tables import Fact

MODELS = get_source("models_dev_models")


def test_facts() -> None:
    name = "acme/alpha-1"
    assert facts(fixture_rows(MODELS)) == [
        ("model", name, "open_weights", "true"),
        ("model", name, "release_date", "2025-01-10"),
        ("model", name, "context", "128000"),
        ("model", name, "licence", "MIT"),
        ("model", name, "family", "alpha"),
        ("model", name, "weights_repo", "acme/Alpha-1"),
        ("model", "acme/beta-2", "open_weights", "false"),
    ]


def test_raw_of_a_repository_is_its_address() -> None:
    (row,) = [
        r for r in fixture_rows(MODELS) if isinstance(r, Fact) and r.attribute == "weights_repo"
    ]
    assert row.locator == "/acme~1alpha-1/weights/0/url"
    assert row.raw == "https://huggingface.co/acme/Alpha-1"


def test_what_is_not_used() -> None:
    assert reasons(fixture_rows(MODELS)) == [
        ("/acme~1beta-2/release_date", "the release date is no date"),
        ("/acme~1beta-2/limit/context", "the context limit is not a whole number above zero"),
    ]


def test_a_month_is_a_release_date() -> None:
    rows = rows_of(MODELS, '{"acme/x": {"release_date": "2025-04"}}')
    assert facts(rows) == [("model", "acme/x", "release_date", "2025-04")]
    rows = rows_of(MODELS, '{"acme/x": {"release_date": "2025-13"}}')
    assert reasons(rows) == [("/acme~1x/release_date", "the release date is no date")]


@pytest.mark.parametrize(
    ("entry", "at", "reason"),
    [
        ('"open_weights": "yes"', "open_weights", "open_weights is neither true nor false"),
        ('"family": " "', "family", "the family is empty"),
        (
            '"weights": [{"url": "https://huggingface.co/acme"}]',
            "weights/0/url",
            "the address names no repository",
        ),
        (
            '"weights": [{"url": "https://huggingface.co/a/b"}, '
            '{"url": "https://huggingface.co/a/c"}]',
            "weights/1/url",
            "weights_repo of acme/x is a/b further up",
        ),
    ],
)
def test_impossible_cells(entry: str, at: str, reason: str) -> None:
    rows = rows_of(MODELS, '{"acme/x": {' + entry + "}}")
    assert reasons(rows) == [(f"/acme~1x/{at}", reason)]


def test_the_later_of_equal_keys_counts() -> None:
    rows = rows_of(MODELS, '{"acme/x": {"family": "old"}, "acme/x": {"family": "new"}}')
    assert facts(rows) == [("model", "acme/x", "family", "new")]
    assert reasons(rows) == [("/acme~1x#1", "a later entry has the same key and counts")]


def test_truncated_document() -> None:
    with pytest.raises(DataError, match="not whole JSON"):
        rows_of(MODELS, '{"acme/x": {"open_weights": tr')
