"""The table of enterprises, parts of the traffic, and what a statistic stands beside."""

from __future__ import annotations

import pytest

from metric_world import Row, closed, day, weights, world
from scoreboard.errors import UsageError
from scoreboard.metrics.enterprise import Enterprise
from scoreboard.metrics.use_share import UseShare
from scoreboard.store import Tables

TABLE, PARTS = Enterprise(), UseShare()
STATISTICS: list[Row] = [
    {"statistic": "old", "publisher": "acme", "says": "A tenth pays.", "value": 0.1,
     "topic": "spend", "date": "2024", "population": "US firms", "caveat": "Acme sells it.",
     "locator": "statistics#old/value"},
    {"statistic": "new", "publisher": "acme", "says": "A fifth pays.", "value": 0.2,
     "topic": "spend", "date": "mid-2025", "locator": "statistics#new/value"},
    {"statistic": "users", "publisher": "bolt", "says": "Half use it.", "value": 0.5,
     "topic": "adoption", "date": "2023", "locator": "statistics#users/value"},
    {"statistic": "lag", "publisher": "bolt", "says": "A lag.", "value": 3, "unit": "days",
     "date": "2025", "locator": "statistics#lag/value"},
]  # fmt: skip


def test_one_row_per_number_with_what_it_does_not_say() -> None:
    tables = world(statistics=STATISTICS)
    found = TABLE.compute(tables, TABLE.read(tables, {}))
    assert [e.key["statistic"] for e in found] == ["users", "new", "old"]
    assert [e.detail["publisher"] for e in found] == ["bolt", "acme", "acme"]
    assert [e.detail["does_not_say"] for e in found] == ["not stated", "not stated",
                                                         "Acme sells it."]  # fmt: skip
    assert (found[2].population, found[2].detail["date"]) == ("US firms", "2024")
    (one,) = TABLE.compute(tables, TABLE.read(tables, {"statistic": "old"}))
    assert (one.value, TABLE.finding(one)) == (0.1, "A tenth pays.")


def test_a_number_of_another_topic_is_refused() -> None:
    tables = world(statistics=STATISTICS)
    with pytest.raises(UsageError, match="users is not about spend") as error:
        TABLE.compute(tables, TABLE.read(tables, {"statistic": "users", "topic": "spend"}))
    assert error.value.valid == ["new", "old"]


def sample(part: str, value: str, monday: str, name: str, tokens: int, sampled: bool = True) -> Row:
    return {"snapshot_id": "openrouter_rankings@x", "start": day(monday), "days": 7, "part": part,
            "value": value, "source_name": name, "tokens": tokens, "sampled": sampled,
            "locator": f"/{part}/{value}/{monday}/{name}"}  # fmt: skip


@pytest.fixture(scope="module")
def traffic() -> Tables:
    snapshot: Row = {"id": "openrouter_rankings@x", "source": "openrouter_rankings"}
    names = [{"source": "openrouter_rankings", "name": n, "model": n} for n in ("cn", "us")]
    return world(
        snapshots=[snapshot],
        names=names,
        models=[{"model": "cn", "country": "CN"}, {"model": "us", "country": "US"}],
        openness=[*weights("cn"), *closed("us")],
        samples=[
            sample("category", "programming", "2025-12-22", "cn", 10),
            sample("category", "programming", "2025-12-29", "cn", 30),
            sample("category", "programming", "2025-12-29", "us", 20),
            sample("category", "programming", "2025-12-29", "other", 10),
            sample("category", "roleplay", "2025-12-29", "cn", 40),
            sample("context_bucket", "10K", "2025-12-29", "us", 5, False),
        ],
    )


def test_shares_of_parts_are_marked_as_estimates(traffic: Tables) -> None:
    found = PARTS.compute(traffic, PARTS.read(traffic, {}))
    assert {e.key["part"]: e.value for e in found} == {"programming": 0.6, "roleplay": 0.4}
    assert all(e.caveats[0].startswith("sampled: ") and e.detail["sampled"] for e in found)
    (exact,) = PARTS.compute(traffic, PARTS.read(traffic, {"part": "context_bucket"}))
    assert exact.value == 1
    assert not any("sampled" in c for c in exact.caveats)


def test_within_a_part(traffic: Tables) -> None:
    (found,) = PARTS.compute(
        traffic, PARTS.read(traffic, {"of": "programming", "openness": "open"})
    )
    assert (found.low, found.value) == (0.5, 0.5)
    assert found.high == pytest.approx(40 / 60)  # the ten of the rest may be of open models
    (us,) = PARTS.compute(traffic, PARTS.read(traffic, {"of": "programming", "origin": "US"}))
    assert us.value == pytest.approx(20 / 60)
    with pytest.raises(UsageError, match="not both"):
        PARTS.compute(traffic, PARTS.read(traffic, {"openness": "open", "origin": "US"}))


def test_before_anything_was_fetched(traffic: Tables) -> None:
    (found,) = PARTS.compute(traffic, PARTS.read(traffic, {"as_of": "2025-01-01"}))
    assert found.value is None
    assert found.caveats == ("no week by 2025-01-01: the first is that of 2025-12-22",)
    (earlier,) = PARTS.compute(
        traffic, PARTS.read(traffic, {"as_of": "2025-12-28", "of": "programming"})
    )
    assert earlier.value == 1
