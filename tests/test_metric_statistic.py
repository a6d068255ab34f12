"""Published numbers, quoted as they are."""

from __future__ import annotations

import pytest

from metric_world import Row, day, world
from scoreboard.errors import DataError, UsageError
from scoreboard.estimate import Estimate, Interval, Ref
from scoreboard.metrics.statistic import Statistic, last_day, number_text
from scoreboard.store import Tables

METRIC = Statistic()


def number(statistic: str, publisher: str, **columns: object) -> Row:
    return {
        "statistic": statistic, "publisher": publisher, "says": "It is so.", "value": 0.13,
        "unit": "fraction", "population": "US enterprises", "date": "2024-11/2025-11",
        "address": "https://example.org/report", "grade": "S",
        "locator": f"statistics#{statistic}/value", **columns,
    }  # fmt: skip


STATISTICS = [
    number("share-2024", "menlo"),
    number("share-2025", "menlo", value=0.11, published=day("2025-12-09"), grade="P",
           method="Survey of 495 buyers.", caveat="Self-reported.", metric="token_share",
           params="by=openness,of=open"),
    number("lag", "epoch", value=106.75, low=33.55, high=161.65, level=0.9, unit="days",
           date="2025-10", grade="S1"),
    number("spread", "epoch", value=1e12, low=5.0, unit="count", date="mid-2025", grade="P"),
]  # fmt: skip


@pytest.fixture(scope="module")
def tables() -> Tables:
    return world(statistics=STATISTICS)


def show(tables: Tables, **given: str) -> list[Estimate]:
    return METRIC.compute(tables, METRIC.read(tables, given))


def test_a_number_is_shown_as_published(tables: Tables) -> None:
    (found,) = show(tables, statistic="lag")
    assert (found.value, found.low, found.high) == (106.75, 33.55, 161.65)
    assert found.interval == Interval("published", 0.9)
    assert (found.unit, found.population, found.n) == ("days", "US enterprises", 1)
    assert found.as_of == day("2025-10-31")
    assert found.key == {"statistic": "lag"}
    assert found.inputs.rows == (Ref("", "statistics#lag/value", "106.75"),)
    assert found.method == "as published; the method is not stated"
    assert found.caveats == ("grade S1: quoted by one secondary source only",)


def test_where_it_comes_from(tables: Tables) -> None:
    (found,) = show(tables, statistic="share-2025")
    assert found.as_of == day("2025-12-09")  # when published, not the end of what it is about
    assert found.method == "Survey of 495 buyers."
    assert found.interval is None
    assert found.caveats == (
        "grade P: the publisher's own text was read",
        "Self-reported.",
        "no interval: the publisher gives none",
        "our own figure: not in the data: there are no rows in usage",
    )
    assert found.detail == {
        "publisher": "menlo", "says": "It is so.", "date": "2024-11/2025-11",
        "address": "https://example.org/report", "grade": "P", "metric": "token_share",
        "params": "by=openness,of=open",
    }  # fmt: skip


def test_an_interval_of_unsaid_level(tables: Tables) -> None:
    (found,) = show(tables, statistic="spread")
    assert found.interval == Interval("published", None)
    assert (found.low, found.high) == (5.0, None)
    assert any("how probable" in c for c in found.caveats)


def test_all_numbers_of_a_publisher(tables: Tables) -> None:
    found = show(tables, publisher="menlo")
    assert [e.key["statistic"] for e in found] == ["share-2024", "share-2025"]
    assert found[0].as_of == day("2025-11-30")
    assert "two or more independent sources" in found[0].caveats[0]
    assert found[0].detail["metric"] is None
    assert len(show(tables, publisher="menlo", statistic="share-2024")) == 1


@pytest.mark.parametrize(
    "asked", [{}, {"statistic": "nothing"}, {"publisher": "epoch", "statistic": "share-2024"}]
)
def test_what_cannot_be_asked_lists_what_can(tables: Tables, asked: dict[str, str]) -> None:
    with pytest.raises(UsageError) as caught:
        show(tables, **asked)
    assert caught.value.valid


def test_values_are_single_numbers(tables: Tables) -> None:
    grid = [METRIC.read(tables, {"statistic": "lag"}), METRIC.read(tables, {"publisher": "menlo"})]
    assert METRIC.values(tables, grid) == [106.75, None]


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("2025", "2025-12-31"),
        ("mid-2025", "2025-06-30"),
        ("2024-02", "2024-02-29"),
        ("2025-02-09", "2025-02-09"),
        ("2022/2025", "2025-12-31"),
        ("2024-08/2025-09", "2025-09-30"),
    ],
)
def test_the_last_day_of_what_a_number_is_about(text: str, last: str) -> None:
    assert last_day(text) == day(last)


@pytest.mark.parametrize("text", ["", "lately", "2025-13", "2025-02-30", "2025-1", "0000"])
def test_a_time_that_is_none(text: str) -> None:
    with pytest.raises(DataError):
        last_day(text, "statistics#x/value")


def test_numbers_are_written_without_an_exponent() -> None:
    values = (1e12, 90000.0, 0.13, 1e-7, 100.5, 0.0, -20.0)
    assert [number_text(v) for v in values] == [
        "1000000000000", "90000", "0.13", "0.0000001", "100.5", "0", "-20",
    ]  # fmt: skip
