"""Lists of Hub repositories: counts, relations, and what of them is not used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest

from helpers import facts, fixture_rows, reasons, rows_of
from scoreboard.sources import get_source
from scoreboard.tables import Downloads, Relation, Row

LLMFIT = get_source("llmfit")
TOP30 = get_source("huggingface_top30")
TRENDING = get_source("huggingface_trending")
HUB = get_source("huggingface")
NEW_YEAR = dt.date(2026, 1, 5)


def counts(rows: Sequence[Row]) -> list[tuple[str, str, int]]:
    return [(r.source_name, r.period, r.downloads) for r in rows if isinstance(r, Downloads)]


def made_from(rows: Sequence[Row]) -> list[tuple[str, str, str]]:
    return [(r.source_name, r.base, r.relation) for r in rows if isinstance(r, Relation)]


def test_llmfit() -> None:
    rows = fixture_rows(LLMFIT)
    assert counts(rows) == [
        ("acme/Alpha-1-8B", "30d", 90000),
        ("bolt/Beta-2-120B", "30d", 30000),  # a count as text
        ("copies/Alpha-1-8B-GGUF", "30d", 10000),
    ]
    assert reasons(rows) == [
        ("/2", "a second row of this repository"),
        ("/3/hf_downloads", "0 downloads and 0 likes: nobody looked them up"),
        ("/5/hf_downloads", "the downloads are not a whole number"),
        ("/5/parameters_raw", "the parameters are not a whole number above zero"),
        ("/6", "the row names no repository"),
        ("/7", "the downloads are not a whole number"),
    ]
    assert {r.day for r in rows if isinstance(r, Downloads)} == {NEW_YEAR}


def test_top30() -> None:
    rows = fixture_rows(TOP30)
    days = [r.day for r in rows if isinstance(r, Downloads)]
    assert (days.count(dt.date(2026, 1, 1)), days.count(dt.date(2026, 1, 2))) == (29, 12)
    assert len(days) == 41
    assert reasons(rows) == [
        ("L47/date", "the date is no date"),
        ("L48/date", "the day is after the document"),
        ("L6/downloads_30d", "the downloads are not a whole number"),
        ("L32/date", "the day has 12 rows, not 30: they are used"),
        ("L44/date", "the day has 3 rows, not 30: none is used"),
        ("L45/date", "the day has 3 rows, not 30: none is used"),
        ("L46/date", "the day has 3 rows, not 30: none is used"),
    ]


@pytest.mark.parametrize(("rows", "used"), [(3, 0), (9, 0), (10, 10), (30, 30), (31, 0), (60, 0)])
def test_days_of_another_length(rows: int, used: int) -> None:
    lines = [f"2026-01-01,{i},acme/m{i},,{1000 - i},1" for i in range(rows)]
    body = "\n".join(["date,rank,model_id,pipeline_tag,downloads_30d,likes", *lines, ""])
    assert len(counts(rows_of(TOP30, body))) == used


def test_trending() -> None:
    rows = fixture_rows(TRENDING)
    assert {r.day for r in rows if isinstance(r, Downloads)} == {dt.date(2026, 1, 4)}
    assert made_from(rows) == [
        ("copies/Alpha-1-8B-GGUF", "acme/Alpha-1-8B", "quantized"),
        ("tuners/alpha-tuned", "acme/Alpha-1-8B", "finetune"),
        ("tuners/alpha-beta", "acme/Alpha-1-8B", "merge"),
        ("tuners/alpha-beta", "bolt/Beta-2-120B", "merge"),
        ("tuners/unsaid", "bolt/Beta-2-120B", ""),
    ]
    assert reasons(rows) == [
        ("/models/4/tags/0", "the tag names the repository itself as its base"),
        ("/models/4/tags/1", "the tag names no repository"),
        ("/models/4/tags/2", "not a relation that the Hub has: shrunk"),
        ("/models/4/createdAt", "the day of creation is no date"),
        ("/models/6", "a second row of this repository"),
        ("/models/7", "no downloads are stated"),
    ]
    created = {r.source_name: r.created for r in rows if isinstance(r, Relation)}
    assert created["copies/Alpha-1-8B-GGUF"] == dt.date(2025, 12, 1)


def test_hub() -> None:
    rows = fixture_rows(HUB)
    assert counts(rows)[:5] == [
        ("acme/Alpha-1-8B", "30d", 90500),
        ("acme/Alpha-1-8B", "all", 250000),
        ("bolt/Beta-2-120B", "30d", 31000),
        ("bolt/Beta-2-120B", "all", 40000),
        ("copies/Alpha-1-8B-AWQ", "30d", 1200),
    ]
    assert reasons(rows) == [
        ("/2/downloadsAllTime", "the downloads are not a whole number"),
        ("/5", "no downloads are stated"),
    ]
    said = facts(rows)
    assert ("repository", "bolt/Beta-2-120B", "gated", "manual") in said
    assert ("repository", "acme/Alpha-1-8B", "hub_id", "650000000000000000000001") in said
    assert ("repository", "acme/Alpha-1-8B", "parameters", "8000000000") in said
    assert ("repository", "acme/Alpha-1-8B", "licence", "mit") in said
    assert not any(a == "gated" and n == "acme/Alpha-1-8B" for _, n, a, _ in said)


def test_the_hub_is_asked_every_day_for_both_counts() -> None:
    addresses = HUB.live(NEW_YEAR, NEW_YEAR)
    assert len(addresses) == len(set(addresses)) == 8
    for address in addresses:
        assert HUB.matches(address)
        assert "expand%5B%5D=downloadsAllTime" in address
        assert "limit=1000" in address
    assert not get_source("huggingface_trending").live(NEW_YEAR, None)
