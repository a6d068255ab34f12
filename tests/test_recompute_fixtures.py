"""Every metric on a tiny made-up world, beside the same figure in plain Python from the same rows.

The second computation knows the rows and the definition, and nothing of the product's code.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from statistics import fmean, median
from typing import Any

import pytest

from maxima_reference import drawn_gap
from metric_world import closed, day, days, released, total, week, weights, world
from scoreboard.estimate import Estimate
from scoreboard.metrics import get_metric
from scoreboard.store import Tables

Row = Mapping[str, Any]
OPEN = {"qilin", "lotus"}
CLOSED = {"eagle", "falcon", "panda-max"}
COUNTRY = {"qilin": "CN", "lotus": "FR", "eagle": "US", "falcon": "US", "panda-max": "CN"}
RELEASED = {
    "qilin": "2025-02-01", "lotus": "2025-04-01", "eagle": "2025-01-10", "falcon": "2025-05-20",
    "panda-max": "2025-03-05",
}  # fmt: skip
MODELS: list[Row] = [
    released(m, RELEASED[m], country=COUNTRY[m], developer=f"lab-{m}") for m in sorted(RELEASED)
]
OPENNESS = [r for m in sorted(OPEN) for r in weights(m)] + [
    r for m in sorted(CLOSED) for r in closed(m)
]


def compute(tables: Tables, metric: str, **params: str) -> list[Estimate]:
    """A metric's estimates at parameters given as text."""
    found = get_metric(metric)
    return found.compute(tables, found.read(tables, params))


def one(tables: Tables, metric: str, **params: str) -> Estimate:
    (found,) = compute(tables, metric, **params)
    return found


# gap

TESTED: Row = {"id": "tests@2026-01-05-0", "source": "tests", "address": "https://tests.example"}
SCORES: list[Row] = [
    {"model": m, "benchmark": "quiz", "value": value, "stderr": 0.5, "source": "tests",
     "harness": "lab", "source_name": m, "released": day(RELEASED[m])}
    for m, value in {"eagle": 71.0, "falcon": 83.5, "panda-max": 80.25, "qilin": 66.0,
                     "lotus": 75.75}.items()
]  # fmt: skip


def gap_world(rows: list[Row]) -> Tables:
    return world(
        models=MODELS,
        openness=OPENNESS,
        snapshots=[TESTED],
        results=rows,
        benchmarks=[{"benchmark": "quiz", "name": "Quiz", "items": 400}],
        benchmark_names=[{"name": "quiz", "benchmark": "quiz"}],
    )


def best(rows: list[Row], group: set[str], by: str) -> float:
    return max(
        float(r["value"]) for r in rows if r["model"] in group and RELEASED[r["model"]] <= by
    )


@pytest.mark.parametrize("by", ["2025-04-15", "2025-06-30"])
def test_gap_by_openness(by: str) -> None:
    expected = best(SCORES, CLOSED, by) - best(SCORES, OPEN, by)
    found = one(gap_world(SCORES), "gap", benchmark="quiz", harness="lab", as_of=by)
    assert found.detail["plain"] == pytest.approx(expected)


def test_gap_by_origin() -> None:
    by = "2025-06-30"
    sides = [{m for m, c in COUNTRY.items() if c == country} for country in ("US", "CN")]
    expected = best(SCORES, sides[0], by) - best(SCORES, sides[1], by)
    found = one(
        gap_world(SCORES), "gap", benchmark="quiz", by="origin", leader="US", chaser="CN",
        harness="lab", as_of=by,
    )  # fmt: skip
    assert found.detail["plain"] == pytest.approx(expected)


def test_gap_is_corrected_for_the_maximum() -> None:
    """Many closed models alike, against draws of true bests given the scores."""
    error = 2.0
    alike = [f"m{i:02}" for i in range(30)]
    rows = [{**SCORES[0], "model": m, "source_name": m, "value": 80.0, "stderr": 2.0}
            for m in alike]  # fmt: skip
    rows += [r | {"stderr": 2.0} for r in map(dict, SCORES) if r["model"] in OPEN]
    tables = world(
        models=[*MODELS, *(released(m, "2025-01-10") for m in alike)],
        openness=[*OPENNESS, *(r for m in alike for r in closed(m))],
        snapshots=[TESTED],
        results=rows,
        benchmarks=[{"benchmark": "quiz", "name": "Quiz", "items": 400}],
        benchmark_names=[{"name": "quiz", "benchmark": "quiz"}],
    )
    found = one(tables, "gap", benchmark="quiz", harness="lab", as_of="2025-06-30")
    plain = 80 - 75.75
    assert found.detail["plain"] == pytest.approx(plain)
    mean, low, high = drawn_gap([(80.0, error)] * 30, [(66.0, error), (75.75, error)])
    assert found.value == pytest.approx(mean, abs=0.2 * error)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.3 * error)


# price and price_to_reach

DOCUMENTS = [{"id": f"catalogue@{d}-0", "source": "catalogue", "address": "https://prices.example",
              "published": day(d)} for d in ("2025-01-01", "2025-04-01", "2025-07-01")]  # fmt: skip


def offer(model: str, provider: str, usd: float, first: str, last: str) -> Row:
    return {
        "model": model, "provider": provider, "kind": "input", "usd_per_mtok": usd,
        "first_seen": day(first), "last_seen": day(last), "source": "catalogue",
        "source_name": model, "snapshot_id": f"catalogue@{first}-0",
    }  # fmt: skip


OFFERS = [
    offer("eagle", "lab", 30.0, "2025-01-01", "2025-01-01"),
    offer("eagle", "lab", 20.0, "2025-04-01", "2025-07-01"),
    offer("qilin", "host-a", 2.0, "2025-04-01", "2025-07-01"),
    offer("qilin", "host-b", 1.5, "2025-04-01", "2025-04-01"),
    offer("qilin", "host-c", 4.0, "2025-04-01", "2025-07-01"),
    offer("lotus", "host-a", 0.8, "2025-07-01", "2025-07-01"),
]
PROVIDERS = [
    {"provider": "lab", "name": "Lab", "first_party_of": "lab-eagle"},
    *({"provider": f"host-{x}", "name": f"Host {x}"} for x in "abc"),
]


def price_world() -> Tables:
    return world(
        models=MODELS, openness=OPENNESS, snapshots=[*DOCUMENTS, TESTED], offers=OFFERS,
        providers=PROVIDERS, results=SCORES,
        benchmarks=[{"benchmark": "quiz", "name": "Quiz", "items": 400}],
        benchmark_names=[{"name": "quiz", "benchmark": "quiz"}],
    )  # fmt: skip


def asked(model: str, on: str) -> dict[str, float]:
    """The price of each provider on a day: that of the catalogue's last document by then."""
    dates = sorted(str(d["published"]) for d in DOCUMENTS)
    last = max(d for d in dates if d <= on)
    return {
        str(o["provider"]): float(o["usd_per_mtok"])
        for o in OFFERS
        if o["model"] == model and str(o["first_seen"]) <= last <= str(o["last_seen"])
    }


@pytest.mark.parametrize("on", ["2025-02-15", "2025-04-01", "2025-08-01"])
def test_price_of_the_developer(on: str) -> None:
    found = one(price_world(), "price", model="eagle", as_of=on)
    assert found.value == asked("eagle", on)["lab"]


@pytest.mark.parametrize("on", ["2025-05-01", "2025-07-15"])
def test_cheapest_price(on: str) -> None:
    found = one(price_world(), "price", model="qilin", provider="cheapest", as_of=on)
    assert found.value == min(asked("qilin", on).values())


def test_median_price() -> None:
    found = one(price_world(), "price", model="qilin", provider="median", as_of="2025-05-01")
    assert found.value == median(asked("qilin", "2025-05-01").values())


@pytest.mark.parametrize(("on", "level"), [("2025-05-01", 65), ("2025-08-01", 70)])
def test_price_to_reach_a_level(on: str, level: int) -> None:
    able = [r["model"] for r in SCORES if r["value"] >= level and RELEASED[r["model"]] <= on]
    expected = min(p for m in able for p in asked(m, on).values())
    found = one(
        price_world(), "price_to_reach", benchmark="quiz", level=str(level), provider="cheapest",
        as_of=on,
    )  # fmt: skip
    assert found.value == pytest.approx(expected)


# token_share

USED = {
    "2025-06-02": {"qilin": 40, "lotus": 10, "eagle": 30, "panda-max": 5, "other": 15},
    "2025-06-09": {"qilin": 10, "lotus": 20, "eagle": 60, "other": 10},
}
OFFICIAL = {"qilin": 3, "eagle": 4, "nobody": 1, "other": 2}  # on each of seven days


def share_world() -> Tables:
    return world(
        models=MODELS,
        openness=OPENNESS,
        usage=[
            *(r for monday, tokens in USED.items() for r in week(monday, tokens)),
            *days("2025-06-16", OFFICIAL, {"qilin": "qilin", "eagle": "eagle", "nobody": "",
                                           "other": ""}),
        ],
        totals=[total(monday, sum(tokens.values())) for monday, tokens in USED.items()],
    )  # fmt: skip


def share(tokens: Mapping[str, int], group: set[str]) -> float:
    return sum(n for m, n in tokens.items() if m in group) / sum(tokens.values())


@pytest.mark.parametrize(
    ("by", "of", "group"),
    [
        ("openness", "open", OPEN),
        ("origin", "CN", {"qilin", "panda-max"}),
        ("origin_openness", "CN_open", {"qilin"}),
        ("model", "eagle", {"eagle"}),
    ],
)
def test_token_share(by: str, of: str, group: set[str]) -> None:
    tables = share_world()
    weekly = [share(tokens, group) for tokens in (*USED.values(), OFFICIAL)]
    given = {"by": by, "of": of, "as_of": "2025-06-22"}
    assert one(tables, "token_share", stat="latest", **given).value == pytest.approx(weekly[-1])
    assert one(tables, "token_share", stat="mean", **given).value == pytest.approx(fmean(weekly))
    assert one(tables, "token_share", stat="peak", **given).value == pytest.approx(max(weekly))
    first = one(tables, "token_share", week="2025-06-02", **given)
    assert first.value == pytest.approx(weekly[0])


def test_token_share_of_named_tokens_and_its_bounds() -> None:
    tables = share_world()
    named = {m: n for m, n in OFFICIAL.items() if m != "other"}
    given = {"by": "openness", "of": "open", "as_of": "2025-06-22"}
    found = one(tables, "token_share", denominator="named", **given)
    assert found.value == pytest.approx(share(named, OPEN))
    assert found.high == pytest.approx(share(named, OPEN | {"nobody"}))
    found = one(tables, "token_share", **given)
    assert found.high == pytest.approx(share(OFFICIAL, OPEN | {"nobody", "other"}))


# models


def test_tracked_models() -> None:
    listed = {"qilin": "qi", "lotus": "lo", "eagle": "ea"}
    later = "2025-03-01"
    models = [{**r, "tracked": r["model"] in listed, "family": listed.get(r["model"], "")}
              for r in MODELS]  # fmt: skip
    tables = world(
        models=models,
        openness=OPENNESS,
        statements=[{"model": m, "attribute": "tracked", "value": "true"} for m in listed],
        snapshots=[{"id": "list@2026-01-05-0", "source": "list"}],
        families=[{"family": f, "name": f} for f in listed.values()],
        usage=week("2025-06-02", {"eagle": 1}),
        totals=[total("2025-06-02", 1)],
    )
    region = {"CN": "CN", "US": "US", "FR": "europe"}
    for on in (later, "2025-12-31"):
        counted: dict[str, float] = defaultdict(float)
        for model in listed:
            if RELEASED[model] <= on:
                counted[region[COUNTRY[model]]] += 1
        found = {e.key["origin"]: e.value for e in compute(tables, "models", by="origin", as_of=on)}
        assert found == dict(counted)
    assert one(tables, "models", by="family", of="qi", as_of="2025-12-31").value == 1


# statistic


def test_statistic() -> None:
    tables = world(
        statistics=[
            {"statistic": "survey-2025", "publisher": "office", "says": "A third of firms.",
             "value": 0.33, "low": 0.3, "high": 0.36, "level": 0.95, "unit": "fraction",
             "population": "firms", "date": "2025-06", "grade": "P",
             "address": "https://office.example"}
        ]
    )  # fmt: skip
    found = one(tables, "statistic", statistic="survey-2025")
    assert (found.value, found.low, found.high, found.unit) == (0.33, 0.3, 0.36, "fraction")
    assert found.as_of == dt.date(2025, 6, 30)
