"""The metric `price_ratio`, by hand."""

from __future__ import annotations

import pytest

from metric_world import Row, listed
from price_market import DEV, LITE, market, says
from scoreboard.estimate import Estimate
from scoreboard.metrics import get_metric
from scoreboard.store import Tables

METRIC = get_metric("price_ratio")
SPAN = (LITE[0], LITE[2])


def prices(model: str, provider: str, **kinds: str) -> list[Row]:
    return [listed(model, provider, usd, *SPAN, kind=kind) for kind, usd in kinds.items()]


def ratios(tables: Tables, **given: str) -> list[Estimate]:
    asked = {"a": "alpha", "b": "beta", "as_of": "2024-06-10", **given}
    return METRIC.compute(tables, METRIC.read(tables, asked))


BOTH = [
    *prices("alpha", "acme", input="20", cached_input="2", output="80"),
    *prices("beta", "acme", input="4", cached_input="1", output="10"),
]


def test_like_for_like_by_default() -> None:
    (found,) = ratios(market(*BOTH))
    assert (found.value, found.key["kind"], found.key["against"]) == (5.0, "input", "input")
    assert "like_for_like" not in found.detail
    assert (
        METRIC.finding(found) == "alpha costs 5.00 times as much as beta per million input tokens."
    )


def test_every_kind_by_itself() -> None:
    found = ratios(market(*BOTH), kind="all")
    assert {e.key["kind"]: e.value for e in found} == {
        "input": 5.0,
        "output": 8.0,
        "cached_input": 2.0,
    }


def test_unlike_kinds_only_when_asked_and_with_the_like_ones_beside() -> None:
    (found,) = ratios(market(*BOTH), kind="output", against="cached_input")
    assert found.value == 80.0
    assert found.detail["like_for_like"] == {"input": 5.0, "cached_input": 2.0, "output": 8.0}
    text = "unlike kinds: output tokens against cached input tokens; like for like the ratios are "
    assert says(found, f"{text}input 5, cached_input 2, output 8")
    assert METRIC.finding(found).endswith("of beta: unlike kinds.")


def test_sources_that_disagree_give_a_range() -> None:
    other = listed("beta", "acme", "5", DEV[1], DEV[1], source="dev")
    (found,) = ratios(market(*BOTH, other), as_of="2024-05-02")
    assert (found.low, found.high) == (4.0, 5.0)
    assert found.interval is not None
    assert found.interval.kind == "range"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"as_of": "2023-12-31"}, "alpha has no input price at first_party on 2023-12-31"),
        ({"provider": "host"}, "beta has no input price at host on 2024-06-10"),
        ({"kind": "cache_write"}, "alpha has no cache_write price at first_party on 2024-06-10"),
    ],
)
def test_without_a_price_there_is_no_ratio(given: dict[str, str], words: str) -> None:
    (found,) = ratios(market(*BOTH), **given)
    assert found.value is None
    assert says(found, words)


def test_the_series_has_every_change() -> None:
    tables = market(
        listed("alpha", "acme", "20", LITE[0], LITE[1]),
        listed("alpha", "acme", "8", LITE[2], LITE[2]),
        *prices("beta", "acme", input="4"),
    )
    asked = METRIC.read(tables, {"a": "alpha", "b": "beta", "as_of": "2024-06-10"})
    assert [(str(e.as_of), e.value) for e in METRIC.series(tables, asked)] == [
        (LITE[0], 5.0),
        (LITE[2], 2.0),
    ]
