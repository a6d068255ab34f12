"""The metric `deflation`, by hand."""

from __future__ import annotations

import pytest

from metric_world import Row, catalogue, closed, listed, released, scored, stated, world
from price_market import says
from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate
from scoreboard.metrics import get_metric
from scoreboard.store import Tables

METRIC = get_metric("deflation")
DAYS = ("2023-01-05", "2024-01-05", "2025-01-04", "2026-01-04")  # 365 days apart
OUT = dict(zip(("a", "b", "c", "d"), DAYS, strict=True))
PRICES = {"a": "80", "b": "20", "c": "5", "d": "1.25"}


def market(*more: Row, quoted: list[Row] | None = None) -> Tables:
    """Four models, each a quarter of the price of the one a year before; all score 50 or more."""
    offers = [listed(m, "acme", PRICES[m], OUT[m], DAYS[-1]) for m in OUT]
    return world(
        snapshots=[*catalogue("lite", *DAYS), *catalogue("tests", "2026-01-05")],
        models=[released(m, since, developer="acme") for m, since in OUT.items()],
        openness=[r for m in OUT for r in closed(m)],
        providers=[{"provider": "acme", "first_party_of": "acme"}],
        benchmarks=[{"benchmark": b, "name": b.title(), "items": 100} for b in ("quiz", "poll")],
        benchmark_names=[{"name": b, "benchmark": b} for b in ("quiz", "poll")],
        results=[
            scored(m, 50.0 + 10 * i, OUT[m], benchmark="quiz", harness="lab")
            for i, m in enumerate(OUT)
        ],
        statistics=quoted or [],
        offers=[*offers, *more],
    )


def rates(tables: Tables, **given: str) -> list[Estimate]:
    asked = {"benchmark": "quiz", "as_of": "2026-01-05", **given}
    return METRIC.compute(tables, METRIC.read(tables, asked))


def test_a_quarter_every_year() -> None:
    (found,) = rates(market(), reaches="a")
    assert found.value == pytest.approx(4, rel=5e-3)
    assert found.low == pytest.approx(4, rel=2e-2)
    assert found.high == pytest.approx(4, rel=2e-2)
    assert found.n == 4
    assert [r["usd_per_mtok"] for r in found.detail["records"]] == [80.0, 20.0, 5.0, 1.25]
    assert says(found, "over 4 record lows in 1095 days, 2023-01-05 to 2026-01-04")
    assert METRIC.finding(found) == (
        "The price of the level of a on quiz falls by a factor of 4.00 a year."
    )


def test_a_rise_is_no_record() -> None:
    rise = stated("d", "acme", "90", "2026-01-05")
    (found,) = rates(market(rise), reaches="a")
    assert found.value == pytest.approx(4, rel=5e-3)


def test_a_higher_level_has_fewer_lows() -> None:
    (found,) = rates(market(), level="70")
    assert found.value is None
    assert says(found, "2 of at least 3 record lows of the input price of 70: too few for a trend")


def test_by_level() -> None:
    found = rates(market(), by="level", reaches="a")
    assert {e.key["level"]: round(e.value or 0, 1) for e in found} == {"50": 4.0, "60": 4.0}


def test_by_benchmark() -> None:
    found = rates(market(), by="benchmark", level="50")
    assert [e.key["benchmark"] for e in found] == ["quiz"]


def test_published_rates_stand_beside() -> None:
    rows: list[Row] = [
        {"statistic": f"epoch-price-trend-{n}", "value": v, "address": "https://x", "grade": "P"}
        for n, v in (("low", 9.0), ("high", 900.0))
    ]
    (found,) = rates(market(quoted=rows), reaches="a")
    assert says(found, "published rates run from 9 to 900 times a year")
    assert found.detail["published"]["epoch-price-trend-high"]["value"] == 900.0


def test_a_level_is_a_number_or_a_model() -> None:
    with pytest.raises(UsageError, match="not both"):
        rates(market(), level="50", reaches="a")
