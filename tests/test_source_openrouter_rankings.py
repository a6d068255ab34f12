"""OpenRouter's daily rankings, and the faults seen in them."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from helpers import fixture_rows, reasons, rows_of
from scoreboard.errors import DataError
from scoreboard.sources import get_source
from scoreboard.tables import Row, Sample, Tokens

RANKINGS = get_source("openrouter_rankings")
ADDRESS = RANKINGS.addresses[0]


def body(days: dict[str, int]) -> str:
    """So many rows on each day, of 100 tokens each."""
    rows = [
        {"date": day, "model_permaslug": f"acme/model-{n}", "total_tokens": "100"}
        for day, count in days.items()
        for n in range(count)
    ]
    return json.dumps({"data": rows, "meta": {"as_of": "2026-01-05T02:00:00Z"}})


def used(rows: list[Row]) -> list[Tokens]:
    return [r for r in rows if isinstance(r, Tokens)]


def test_tokens() -> None:
    rows = used(fixture_rows(RANKINGS, "period=day"))
    assert len(rows) == 51 + 11
    assert rows[0] == Tokens(
        start=dt.date(2026, 1, 3),
        days=1,
        source_name="acme/model-01",
        tokens=9900,
        locator="/data/0/total_tokens",
        raw="9900",
    )
    assert (rows[50].source_name, rows[50].tokens) == ("other", 4321)
    assert sum(r.tokens for r in rows if r.start == dt.date(2026, 1, 3)) == 376_821
    # 50 models of 10,000 - 100 n: 500,000 - 100 * 1,275 = 372,500; and 4,321 of the rest


def test_a_short_day_is_used_and_said() -> None:
    assert reasons(fixture_rows(RANKINGS, "period=day")) == [
        ("/data/51", "the day has 12 rows, not 51: they are used"),
        ("/data/62/total_tokens", "the tokens are not a whole number"),
    ]


@pytest.mark.parametrize(("count", "is_used"), [(9, 0), (10, 10), (50, 50), (51, 51), (52, 0)])
def test_days_with_another_count_of_rows(count: int, is_used: int) -> None:
    rows = rows_of(RANKINGS, body({"2026-01-01": 51, "2026-01-02": count}))
    assert len(used(rows)) == 51 + is_used
    said = reasons(rows)
    if is_used:
        assert len(said) == (count != 51)
    else:
        assert len(said) == count
        assert {reason for _, reason in said} == {f"the day has {count} rows, not 51: none is used"}


@pytest.mark.parametrize("period", ["week", "month"])
def test_other_periods_are_not_days(period: str) -> None:
    rows = rows_of(RANKINGS, body({"2026-01-01": 51}), f"{ADDRESS}?period={period}")
    assert used(rows) == []
    assert len(reasons(rows)) == 51


def test_weeks_returned_as_days_are_not_used() -> None:
    days = {"2025-12-01": 51, "2025-12-08": 51, "2025-12-15": 51}
    rows = rows_of(RANKINGS, body(days), f"{ADDRESS}?period=day")
    assert used(rows) == []
    assert {reason for _, reason in reasons(rows)} == {"the rows are of weeks, not of days"}


def test_a_gap_of_a_week_is_not_a_week() -> None:
    days = {"2025-12-01": 51, "2025-12-08": 51, "2025-12-09": 51}
    assert len(used(rows_of(RANKINGS, body(days)))) == 153


@pytest.mark.parametrize(
    ("change", "at", "reason"),
    [
        ({"date": "2026-02-30"}, "/data/3", "the date is no date"),
        ({"date": None}, "/data/3", "the date is no date"),
        ({"total_tokens": "-1"}, "/data/3/total_tokens", "the tokens are not a whole number"),
        ({"total_tokens": "1e99"}, "/data/3/total_tokens", "the tokens are not a whole number"),
        ({"total_tokens": "1.5"}, "/data/3/total_tokens", "the tokens are not a whole number"),
        ({"model_permaslug": ""}, "/data/3", "the row names no model"),
        (
            {"model_permaslug": "acme/model-0"},
            "/data/3",
            "a second row of this model on this day",
        ),
    ],
)
def test_impossible_cells(change: dict[str, str | None], at: str, reason: str) -> None:
    made = json.loads(body({"2026-01-01": 51}))
    made["data"][3] |= change
    rows = rows_of(RANKINGS, json.dumps(made))
    assert (at, reason) in reasons(rows)
    assert len(used(rows)) == 50


def test_truncated_document() -> None:
    with pytest.raises(DataError, match="not whole JSON"):
        rows_of(RANKINGS, body({"2026-01-01": 51})[:400])


def test_published_is_what_the_document_says() -> None:
    fetched = dt.date(2026, 1, 7)
    assert RANKINGS.published(body({}).encode(), fetched) == dt.date(2026, 1, 5)
    assert RANKINGS.published(b'{"data": []}', fetched) == fetched


def whole(pages: list[str]) -> list[str]:
    """The pages of all traffic, not those of its parts."""
    return [p for p in pages if p.endswith("period=day")]


def test_live_begins_at_the_beginning() -> None:
    pages = whole(RANKINGS.live(dt.date(2026, 1, 5), None))
    assert pages == [
        f"{ADDRESS}?start_date=2025-01-01&end_date=2026-01-01&period=day",  # 366 days
        f"{ADDRESS}?start_date=2026-01-02&end_date=2026-01-04&period=day",
    ]


def test_live_goes_back_a_week() -> None:
    pages = whole(RANKINGS.live(dt.date(2026, 1, 20), dt.date(2026, 1, 15)))
    assert pages == [f"{ADDRESS}?start_date=2026-01-09&end_date=2026-01-19&period=day"]
    assert RANKINGS.live(dt.date(2025, 1, 1), None) == []


def test_a_day_that_is_not_over_is_not_used() -> None:
    rows = rows_of(RANKINGS, body({"2026-01-04": 51, "2026-01-05": 51}))
    assert {r.start for r in used(rows)} == {dt.date(2026, 1, 4)}
    assert {r for _, r in reasons(rows)} == {"the day was not over when it was recorded"}


def samples(rows: list[Row]) -> list[tuple[str, str, str, str, int, bool]]:
    return [
        (str(r.start), r.part, r.value, r.source_name, r.tokens, r.sampled)
        for r in rows
        if isinstance(r, Sample)
    ]


def test_parts_of_the_traffic_are_estimates_apart_from_the_rest() -> None:
    rows = fixture_rows(RANKINGS, "category=programming")
    assert used(rows) == []
    assert samples(rows) == [
        ("2025-12-22", "category", "programming", "acme/model-01", 600, True),
        ("2025-12-22", "category", "programming", "other", 300, True),
        ("2025-12-29", "category", "programming", "acme/model-01", 500, True),
    ]
    assert reasons(rows) == [
        ("/data/2", "a second row of this model in this part"),
        ("/data/4/total_tokens", "the tokens are not a whole number"),
        ("/data/5", "the rows are neither of days nor of weeks from Monday"),
        ("/data/6", "the week was not over when it was recorded: it runs to date only"),
    ]


def test_context_lengths_are_exact() -> None:
    rows = fixture_rows(RANKINGS, "context_bucket")
    assert [r[1:3] + r[5:] for r in samples(rows)] == [("context_bucket", "10K", False)] * 3


def test_the_parts_are_fetched_by_whole_weeks() -> None:
    pages = [a for a in RANKINGS.live(dt.date(2026, 1, 7), dt.date(2026, 1, 6)) if "week" in a]
    assert len(pages) == 12 + 2 + 5
    assert all("start_date=2025-12-29&end_date=2026-01-04" in a for a in pages)
