"""Concentration, crossover and the large tier, against values by hand."""

from __future__ import annotations

import pytest

from metric_world import (
    Row,
    closed,
    counted,
    day,
    lists,
    made_from,
    repositories,
    total,
    week,
    weights,
    world,
)
from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate
from scoreboard.metrics.concentration import Concentration
from scoreboard.metrics.crossover import Crossover
from scoreboard.metrics.large_models import LargeModels
from scoreboard.metrics.platform_tokens import PlatformTokens
from scoreboard.store import Tables

HOW, WHEN, WHO, ALL = Concentration(), Crossover(), LargeModels(), PlatformTokens()
MODELS: list[Row] = [
    {"model": "big", "developer": "acme", "family": "big", "country": "CN", "total_params_b": 300,
     "tracked": True, "released": day("2025-01-10")},
    {"model": "bulk", "developer": "bolt", "family": "bulk", "country": "US",
     "total_params_b": 120, "tracked": True, "released": day("2025-02-10")},
    {"model": "tiny", "developer": "bolt", "family": "tiny", "country": "US",
     "total_params_b": 1, "tracked": True, "released": day("2025-02-11")},
    {"model": "api", "developer": "core", "country": "US", "total_params_b": 900},
]  # fmt: skip
WEEKS = [
    *week("2025-03-03", {"big": 10, "bulk": 40, "api": 30}),
    *week("2025-03-10", {"big": 45, "bulk": 35}),
    *week("2025-03-17", {"big": 30, "bulk": 40, "api": 10}),
    *week("2025-03-24", {"big": 50, "bulk": 25, "tiny": 5}),
    *week("2025-03-31", {"big": 70, "bulk": 10}),
]
MONDAYS = ("2025-03-03", "2025-03-10", "2025-03-17", "2025-03-24", "2025-03-31")
REPOS = [
    *repositories("acme/big", developer="acme", family="big", params_b=300),
    *repositories("bolt/bulk", developer="bolt", family="bulk", params_b=120),
    *repositories("bolt/tiny", developer="bolt", family="tiny", params_b=1),
    *repositories("t/one", "t/two", "t/three"),
]
RELATIONS = [
    made_from("t/one", "bolt/bulk", "finetune", "2025-01-01"),
    made_from("t/two", "bolt/bulk", "quantized", "2025-01-02"),
    made_from("t/three", "bolt/tiny", "quantized", "2025-01-02"),
]


@pytest.fixture(scope="module")
def tables() -> Tables:
    listed = [{"model": m, "attribute": "tracked", "locator": f"L{i}/modelId"}
              for i, m in enumerate(("big", "bulk", "tiny"))]  # fmt: skip
    found = lists(counted("llmfit", "2025-03-01", {"acme/big": 300, "bolt/bulk": 100,
                                                   "bolt/tiny": 600}))  # fmt: skip
    found["snapshots"].append({"id": "list@2026-01-05-0", "source": "atom",
                               "published": day("2025-06-30")})  # fmt: skip
    return world(
        models=MODELS,
        developers=[{"developer": "acme", "country": "CN"}, {"developer": "bolt", "country": "US"}],
        openness=[*weights("big"), *weights("bulk"), *weights("tiny"), *closed("api")],
        usage=WEEKS,
        totals=[total(m, 100) for m in MONDAYS],
        repositories=REPOS,
        relations=RELATIONS,
        statements=listed,
        **found,
    )


def ask(metric: Concentration | Crossover | LargeModels | PlatformTokens, tables: Tables,
        **given: str) -> Estimate:  # fmt: skip
    (found,) = metric.compute(tables, metric.read(tables, given))
    return found


def test_concentration_of_tokens_with_bounds(tables: Tables) -> None:
    """70 and 10 of 100, 20 unknown: low 4900 + 100; high 8100 + 100; value 6400 / 0.64 = 7812.5."""
    found = ask(HOW, tables)
    assert (found.low, found.value, found.high) == pytest.approx((5000, 7812.5, 8200))
    assert found.detail["largest"][0] == {"group": "acme", "share": 0.7}
    five = ask(HOW, tables, stat="cr5")
    assert (five.low, five.value, five.high) == pytest.approx((0.8, 1.0, 1.0))


def test_concentration_of_the_other_measures(tables: Tables) -> None:
    # developers: acme 300, bolt 700 of 1000; families 300, 100, 600
    assert ask(HOW, tables, measure="downloads").value == pytest.approx(900 + 4900)
    assert ask(HOW, tables, measure="downloads", by="family").value == pytest.approx(4600)
    assert ask(HOW, tables, measure="derivatives").value == 10_000
    assert ask(HOW, tables, measure="tracked").value == pytest.approx(10_000 * (1 + 4) / 9)


def test_concentration_through_time(tables: Tables) -> None:
    series = HOW.series(tables, HOW.read(tables, {"stat": "cr5", "by": "origin"}))
    assert str(series[0].as_of) == "2025-03-09"
    assert [e.low for e in series] == pytest.approx([0.8] * 5)
    with pytest.raises(UsageError, match="no tokens by 2020-01-01") as error:
        ask(HOW, tables, as_of="2020-01-01")
    assert error.value.valid == ["days from 2025-03-09 to 2025-04-06"]


def test_the_last_crossing_with_its_interval(tables: Tables) -> None:
    """CN leads in weeks 2, 4 and 5; without doubt, by more than the 20 unknown, in week 4 not yet.

    US: 70, 35, 50, 30, 10; CN: 10, 45, 30, 50, 70. Led to the end: from week 4 (by 20, which is
    not more than the unknown 20), without doubt from week 5; with the unknown, CN could lead from
    week 4 only, since in week 3 30 + 20 is not more than 50.
    """
    found = ask(WHEN, tables, by="origin", a="CN", b="US")
    dates = [str(found.detail[k]) for k in ("date", "earliest", "latest", "first_lead")]
    assert dates == ["2025-03-30", "2025-03-30", "2025-04-06", "2025-03-16"]
    since = [(day(d) - day("1970-01-01")).days for d in dates[:3]]
    assert [found.value, found.low, found.high] == since
    assert any("for the first time on 2025-03-16" in c for c in found.caveats)


def test_cumulative_crossing(tables: Tables) -> None:
    """Sums: CN 10, 55, 85, 135, 205; US 70, 105, 155, 185, 195; the unknown 20, 40 ... 100."""
    found = ask(WHEN, tables, stat="cumulative")
    assert (str(found.detail["date"]), found.detail["latest"]) == ("2025-04-06", None)
    assert (found.value, found.high) == ((day("2025-04-06") - day("1970-01-01")).days, None)
    assert str(found.detail["earliest"]) == "2025-03-30"  # 85 + 60 < 155; 135 + 80 > 185


def test_what_is_not_in_the_data(tables: Tables) -> None:
    behind = ask(WHEN, tables, by="origin", a="US", b="CN")
    assert behind.value is None
    assert behind.caveats[0] == "US does not lead on the last day, 2025-04-06"
    assert WHEN.finding(behind).startswith("When US models passed Chinese models")
    ahead = ask(WHEN, tables, measure="downloads", a="US", b="CN")
    assert ahead.value is None
    assert ahead.caveats[0] == "US leads from the first day of the record, 2025-03-01"


def test_what_cannot_be_asked(tables: Tables) -> None:
    with pytest.raises(UsageError, match="never added over days"):
        ask(WHEN, tables, measure="downloads", stat="cumulative")
    with pytest.raises(UsageError, match="of open models only"):
        ask(WHEN, tables, measure="downloads", by="openness", a="open", b="closed")
    with pytest.raises(UsageError, match="does not pass itself"):
        ask(WHEN, tables, a="CN", b="CN")


def test_who_leads_above_100_billion(tables: Tables) -> None:
    """Tokens 70 of 80 are big's; downloads 300 of 400; derivatives: bulk has both; two tracked."""
    found = {e.key["measure"]: e for e in WHO.compute(tables, WHO.read(tables, {}))}
    told = {m: (e.detail.get("leader"), e.value) for m, e in found.items()}
    assert told["tokens"] == ("big", 0.875)
    assert told["downloads"] == ("big", 0.75)
    assert told["derivatives"] == ("bulk", 1.0)
    assert told["tracked"] == ("big", 0.5)
    assert told["index"] == (None, None)
    assert found["index"].caveats == ("no such model has a published index",)


def test_closed_models_of_known_size_are_not_in_the_tier(tables: Tables) -> None:
    found = ask(WHO, tables, measure="tokens", as_of="2025-03-23")
    assert found.detail["leader"] == "bulk"
    assert found.value == pytest.approx(40 / 70)


def test_platform_totals(tables: Tables) -> None:
    assert ask(ALL, tables).value == 100
    series = ALL.series(tables, ALL.read(tables, {"as_of": "2025-03-20"}))
    assert [str(e.as_of) for e in series] == ["2025-03-09", "2025-03-16"]
    with pytest.raises(UsageError, match="no week with a total by 2025-03-08"):
        ask(ALL, tables, as_of="2025-03-08")
