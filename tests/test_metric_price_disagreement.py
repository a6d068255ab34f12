"""The metric `price_disagreement`, by hand."""

from __future__ import annotations

import pytest

from metric_world import listed, stated
from price_market import DEV, LITE, market, says
from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate
from scoreboard.metrics import get_metric
from scoreboard.store import Tables

METRIC = get_metric("price_disagreement")
SPAN, OTHER = (LITE[0], LITE[2]), {"first": DEV[0], "last": DEV[1], "source": "dev"}


def shares(tables: Tables, **given: str) -> list[Estimate]:
    return METRIC.compute(tables, METRIC.read(tables, {"as_of": "2024-05-02", **given}))


def offers() -> Tables:
    """Two offers that both catalogues have, one of one only; a curated price of a third."""
    return market(
        listed("alpha", "acme", "10", *SPAN),
        listed("alpha", "acme", "10.05", **OTHER),
        listed("beta", "acme", "4", *SPAN),
        listed("beta", "acme", "5", **OTHER),
        listed("alpha", "host", "7", *SPAN),
        listed("beta", "rival", "3", *SPAN),
        stated("beta", "rival", "3", "2024-01-01"),
    )


def test_half_a_per_cent_agrees_and_a_quarter_does_not() -> None:
    (found,) = shares(offers(), a="lite", b="dev")
    assert (found.value, found.n) == (0.5, 2)
    assert found.detail["disagreements"] == ["beta at acme"]
    (widest,) = found.detail["widest"]
    assert (widest["lite"]["usd_per_mtok"], widest["dev"]["usd_per_mtok"]) == (4.0, 5.0)


def test_any_two_sources_count_each_offer_once() -> None:
    (found,) = shares(offers())
    assert found.value == pytest.approx(1 / 3)
    assert found.n == 3


def test_the_finding_says_per_cent() -> None:
    (found,) = shares(offers(), a="lite", b="dev")
    assert "lite and dev disagree on 50.0 % of the prices" in METRIC.finding(found)


def test_by_pair() -> None:
    found = shares(offers(), by="pair")
    assert {(e.key["a"], e.key["b"]): e.value for e in found} == {
        ("curated", "lite"): 0.0,
        ("dev", "lite"): 0.5,
    }


def test_a_tolerance_of_one_half_per_mille() -> None:
    (found,) = shares(offers(), a="lite", b="dev", tolerance="0.05")
    assert found.value == 1.0


def test_a_source_not_seen_for_long_does_not_count() -> None:
    tables = market(
        listed("alpha", "acme", "10", LITE[0], "2025-01-10"),
        listed("alpha", "acme", "20", DEV[1], DEV[1], source="dev"),
        late=("2025-01-10",),
    )
    assert shares(tables, as_of="2024-10-01")[0].value == 1.0
    (late,) = shares(tables, as_of="2025-01-10")  # dev was last seen 254 days before
    assert late.value is None
    assert says(late, "no two of these sources state the input price of the same offer")


@pytest.mark.parametrize(
    ("given", "words"),
    [({"a": "lite", "b": "lite"}, "both lite"), ({"tolerance": "-1"}, "below zero")],
)
def test_what_makes_no_sense_is_refused(given: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        shares(offers(), **given)
