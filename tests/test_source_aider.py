"""Aider's leaderboards."""

from __future__ import annotations

import datetime as dt

import pytest

from helpers import facts, fixture_rows, reasons, rows_of
from scoreboard.sources import get_source
from scoreboard.tables import Row, Score

AIDER = get_source("aider")
ENTRY = """\
- test_cases: {cases}
  model: alpha-1
  edit_format: diff
  pass_rate_2: {rate}
  date: 2024-05-01
  total_cost: {cost}"""


def scores(rows: list[Row]) -> list[Score]:
    return [r for r in rows if isinstance(r, Score)]


def entry(cases: object = 133, rate: object = 50, cost: object = 0, end: str = "\n") -> str:
    return ENTRY.format(cases=cases, rate=rate, cost=cost) + end


def test_a_score_is_that_of_the_second_try() -> None:
    assert scores(fixture_rows(AIDER, "edit_leaderboard"))[0] == Score(
        source_name="alpha-1-20240110",
        benchmark="aider_edit",
        value=68.4,
        full_score=100.0,
        harness="aider",
        scaffold="diff",
        runner="independent",
        evaluated=dt.date(2024, 5, 1),
        released=dt.date(2024, 1, 10),
        locator="/0/pass_rate_2",
        raw="68.40",
    )


def test_the_boards() -> None:
    found = {(s.benchmark, s.harness, s.source_name): s.value for s in scores(fixture_rows(AIDER))}
    assert found == {
        ("aider_edit", "aider", "alpha-1-20240110"): 68.4,
        ("aider_edit", "aider", "beta-2: whole"): 30,
        ("aider_polyglot", "aider", "alpha-1 (high)"): 51.6,
        ("aider_polyglot", "aider", "beta-2"): 12,
        ("aider_edit", "aider-quant", "Somehost: fp16"): 71.4,
        ("aider_edit", "aider-quant", "Somehost: q4"): 66.9,
    }


def test_dates_and_costs_are_facts() -> None:
    """A cost of zero is none; the last cell of a document that ends in it may be cut off."""
    assert facts(fixture_rows(AIDER)) == [
        ("model", "alpha-1-20240110", "release_date", "2024-01-10"),
        ("model", "alpha-1-20240110", "aider_edit_run_usd", "13.8395"),
        ("model", "beta-2", "aider_polyglot_run_usd", "1.0"),
        ("model", "Somehost: fp16", "aider_edit_run_usd", "0.1420"),
    ]


def test_what_is_not_used() -> None:
    assert reasons(fixture_rows(AIDER)) == [
        ("/1/date", "the date of the run is no date"),
        ("/1/released", "the release date is no date"),
        ("/1/total_cost", "the cost is not a number of dollars"),
        ("/2/pass_rate_2", "the run is of 33 test cases, the board of 133"),
        ("/3", "the row has no pass_rate_2"),
        ("/1/pass_rate_2", "two models together: alpha-1 makes the edits"),
        ("/2/pass_rate_2", "the score is not a number"),
        ("/1/total_cost", "the document is cut off in this row"),
    ]


@pytest.mark.parametrize(
    ("cases", "used"), [(130, False), (131, True), (133, True), (135, True), (225, False)]
)
def test_a_run_may_lack_two_cases(cases: int, used: bool) -> None:
    assert bool(scores(rows_of(AIDER, entry(cases)))) is used


@pytest.mark.parametrize("rate", ["nan", "inf", "1,5", "50%"])
def test_impossible_rates(rate: str) -> None:
    assert reasons(rows_of(AIDER, entry(rate=rate))) == [
        ("/0/pass_rate_2", "the score is not a number")
    ]


def test_a_document_that_ends_within_a_score_is_cut_off() -> None:
    cut = entry() + entry().partition("  date")[0].rstrip("\n")
    assert reasons(rows_of(AIDER, cut)) == [
        ("/1/pass_rate_2", "the document is cut off in this row")
    ]


def test_a_key_that_comes_again() -> None:
    twice = entry().replace("  date", "  pass_rate_2: 60.0\n  date")
    assert [s.value for s in scores(rows_of(AIDER, twice))] == [60]
    assert reasons(rows_of(AIDER, twice)) == [
        ("/0/pass_rate_2#1", "a later entry has the same key and counts")
    ]
