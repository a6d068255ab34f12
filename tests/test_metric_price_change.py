"""The metric `price_change`, by hand."""

from __future__ import annotations

import pytest

from metric_world import Row, catalogue, day, listed, released, scored, week, world
from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate
from scoreboard.metrics import get_metric
from scoreboard.store import Tables

METRIC = get_metric("price_change")
START, END = "2025-03-10", "2025-09-10"
MODELS = ("alpha", "beta", "gamma", "delta")


def offer(model: str, provider: str, then: str, now: str) -> list[Row]:
    """A price in each of the two documents; empty: not listed."""
    found = [(then, START), (now, END)]
    return [listed(model, provider, usd, on, on) for usd, on in found if usd]


OFFERS = [
    *offer("alpha", "acme", "10", "5"),
    *offer("beta", "acme", "2", "2"),
    *offer("gamma", "acme", "8", ""),
    *offer("delta", "acme", "", "1"),
    *offer("alpha", "host", "4", "1"),
]


def market(*, more: list[Row] | None = None) -> Tables:
    return world(
        snapshots=[*catalogue("lite", START, END), *catalogue("tests", "2026-01-05")],
        models=[released(m, "2024-01-01", developer="acme") for m in MODELS],
        providers=[{"provider": "acme", "first_party_of": "acme"}, {"provider": "host"}],
        benchmarks=[{"benchmark": "index", "name": "Index", "scale": "index"}],
        benchmark_names=[{"name": "index", "benchmark": "index"}],
        results=[
            scored(m, v, since, benchmark="index", harness="lab")
            for m, v, since in (
                ("alpha", 130.0, "2024-01-01"),
                ("beta", 120.0, "2024-01-01"),
                ("delta", 140.0, "2025-05-01"),
            )
        ],
        usage=[*week("2025-02-24", {"alpha": 30, "beta": 10}),
               *week("2025-09-01", {"alpha": 10, "beta": 40})],
        offers=[*OFFERS, *(more or [])],
    )  # fmt: skip


def changes(**given: str) -> list[Estimate]:
    tables = market()
    return METRIC.compute(tables, METRIC.read(tables, {"start": START, "as_of": END, **given}))


def test_the_same_offers_of_the_developers_own() -> None:
    (found,) = changes()
    # alpha 10 to 5, beta 2 to 2; gamma and delta are there at one date only
    assert found.value == pytest.approx(0.5**0.5)
    assert (found.n, found.detail["matched"]) == (2, 2)
    assert (found.detail["offers_then"], found.detail["offers_now"]) == (3, 3)
    assert (found.detail["rose"], found.detail["fell"]) == (0, 1)


def test_all_providers() -> None:
    (found,) = changes(provider="all")
    assert found.value == pytest.approx((0.5 * 1 * 0.25) ** (1 / 3))
    (one,) = changes(provider="host")
    assert one.value == pytest.approx(0.25)


def test_share_unchanged_and_median_of_the_catalogue() -> None:
    (same,) = changes(stat="unchanged")
    assert (same.value, same.unit) == (0.5, "fraction")
    assert METRIC.finding(same).startswith(f"50.0 % of the list prices of {START} are unchanged")
    (middle,) = changes(stat="median")  # then 10, 2, 8; now 5, 2, 1
    assert middle.value == 2 / 8


def test_fisher_weighs_by_tokens() -> None:
    (found,) = changes(stat="fisher")
    # then 30 x 10 + 10 x 2 = 320 becomes 30 x 5 + 20 = 170; now 10 x 10 + 80 becomes 50 + 80
    assert found.value == pytest.approx((170 / 320 * 130 / 180) ** 0.5)


def test_flagship_to_flagship() -> None:
    (found,) = changes(stat="flagship")
    assert found.key["developer"] == "acme"
    assert found.detail["then"] == {"model": "alpha", "usd_per_mtok": 10.0}
    assert found.detail["now"] == {"model": "delta", "usd_per_mtok": 1.0}
    assert found.value == 0.1


def test_dates_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(UsageError, match="is after as_of") as error:
        changes(start="2025-10-01")
    assert "-p start=2025-09-10 --as-of 2025-10-01" in str(error.value.repair)


def test_without_offers_at_both_dates_there_is_none() -> None:
    (found,) = changes(start="2024-01-01")
    assert found.value is None
    assert found.caveats == ("no offer of these has a price on 2024-01-01",)


def test_without_tokens_there_is_no_weighted_index() -> None:
    tables = market()
    asked = {"start": START, "as_of": "2025-12-01", "stat": "fisher"}
    (found,) = METRIC.compute(tables, METRIC.read(tables, asked))
    assert found.value is None
    assert "no tokens of these models are known" in found.caveats[0]


def test_the_series_keeps_its_start() -> None:
    tables = market()
    asked = METRIC.read(tables, {"start": START, "as_of": str(day("2025-09-20"))})
    assert [(str(e.as_of), round(e.value or 0, 3)) for e in METRIC.series(tables, asked)] == [
        (END, 0.707),
        ("2025-09-20", 0.707),
    ]
