"""How many times a year the price of a level falls, beside the rates that others publish."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from scoreboard.estimate import Estimate, Inputs, Interval
from scoreboard.metrics._levels import LEVEL, REACHES, Level, choose_level, level_name
from scoreboard.metrics._price_rules import KIND, MIX, OPENNESS, RULES, weights_of
from scoreboard.metrics._prices import read_shelf
from scoreboard.metrics._scores import (
    HARNESS,
    SHOTS,
    World,
    benchmark_domain,
    canonical_benchmark,
    read_world,
)
from scoreboard.metrics._words import Name, on_test, plain_name
from scoreboard.metrics.base import AS_OF, Metric, Param, Values, no_value
from scoreboard.metrics.price_to_reach import PriceToReach, day_domain
from scoreboard.render import number
from scoreboard.stats.deflation import DRAWS, Rate, rate
from scoreboard.stats.halving import LEAST_RECORDS
from scoreboard.store import Tables

MOST_LEVELS = 12  # with by=level: the newest records of the benchmark
PUBLISHED = "epoch-price-trend-%"  # the quoted rates
PRICES = PriceToReach()


class Deflation(Metric):
    id = "deflation"
    title = "How fast the price of a level falls"
    unit = "ratio"
    definition = (
        "How many times a year the list price to reach a level on a benchmark falls, over the "
        "days on which it reached a new low."
    )
    method = (
        "The prices are those of `price_to_reach` through time, each of its own date. Over the "
        "points at which they are lower than ever before, the slope of the logarithm by least "
        f"squares; the 95 % interval resamples blocks of neighbouring residuals, {DRAWS} times. At "
        f"least {LEAST_RECORDS} such points. `by` shows every benchmark, or the levels of the "
        "models that held the record on one benchmark. Beside it stand the published rates."
    )
    criticism = (
        "The rate depends on test, level and span: published ones run from 9 to 900 times a "
        "year. Some are extrapolated from a few months. A cheaper model that scores as high may "
        "spend more tokens, so the price of a task falls more slowly. Levels are chosen after the "
        "fact, and tests get into training data."
    )
    chart = "dots"
    draws_itself = False
    tables = ("results", "offers")
    columns = ("first", "last")
    params = (
        Param("benchmark", "the test", default="index", domain=benchmark_domain,
              canonical=canonical_benchmark),
        LEVEL,
        REACHES,
        Param("by", "one figure, or one for each benchmark or each record level", default="one",
              domain=lambda _t, _o: ["one", "benchmark", "level"]),
        Param("provider", "which offer: the cheapest, the developers' own, or the median",
              default="cheapest", domain=lambda _t, _o: list(RULES)),
        KIND,
        MIX,
        OPENNESS,
        HARNESS,
        SHOTS,
        Param("as_of", AS_OF.doc, kind="date", domain=day_domain),
    )  # fmt: skip

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        level_name(p)
        end = self.as_of(tables, p)
        if p["by"] == "one":
            return [estimate(tables, p, end)]
        return [e for e in _each(tables, p, end) if e.value is not None] or [
            estimate(tables, p, end)
        ]

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        return self.computed(tables, grid)

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if e.value is None:
            return no_value(e)
        model = e.detail["level_model"]
        level = (f"the level of {name('model', model)}" if model
                 else f"a score of {e.detail['level']:g}")  # fmt: skip
        return (f"The price of {level} on {on_test(e.key['benchmark'], name)} falls by a "
                f"factor of {number(e.value, e.unit)} a year.")  # fmt: skip

    def drawn(self, tables: Tables, p: Values) -> list[Estimate]:
        """The levels of the records on the same benchmark."""
        level_name(p)
        end = self.as_of(tables, p)
        return [e for e in [*_each(tables, {**p, "by": "level"}, end), estimate(tables, p, end)]
                if e.value is not None]  # fmt: skip


def _each(tables: Tables, p: Values, end: dt.date) -> list[Estimate]:
    """One estimate for every benchmark, or for every record level of one."""
    if p["by"] == "benchmark":
        return [estimate(tables, {**p, "benchmark": b}, end) for b in benchmark_domain(tables, {})]
    world = read_world(tables, p["benchmark"])
    level = choose_level(tables, world, p)
    levels = record_levels(level, end) if level else []
    return [estimate(tables, {**p, "level": v, "reaches": None}, end) for v in levels]


def record_levels(level: Level, end: dt.date) -> list[float]:
    """The scores that were the highest ever when they came out, the newest of them."""
    found: list[float] = []
    for score in sorted(level.best.values(), key=lambda s: (s.released, s.value)):
        if score.released <= end and (not found or score.value > found[-1]):
            found.append(score.value)
    return found[-MOST_LEVELS:]


def estimate(tables: Tables, p: Values, end: dt.date) -> Estimate:
    """The rate for one benchmark and level, or why there is none."""
    world = read_world(tables, p["benchmark"])
    level = choose_level(tables, world, p)
    series = PRICES.series(tables, {**p, "as_of": end}) if level else []
    lows = _lows(series)
    points = [(e.as_of.toordinal(), e.value) for e in lows if e.value]
    found = rate(points, seed=f"{p['benchmark']} {level.value if level else ''} {p['provider']}")
    key = {"benchmark": p["benchmark"], "level": f"{level.value:.6g}" if level else "",
           "provider": p["provider"], "kind": p["kind"]}  # fmt: skip
    detail = {"level": level.value if level else None,
              "level_model": level.model if level else None,
              "records": [_point(e) for e in lows],
              **({"first": _point(lows[0]), "last": _point(lows[-1])} if lows else {}),
              "published": published(tables)}  # fmt: skip
    base: dict[str, Any] = {"unit": "ratio", "as_of": end, "key": key, "detail": detail,
                            "population": _population(world, level, p)}  # fmt: skip
    if found.times is None:
        return Estimate(
            value=None, method="none", caveats=(_missing(world, level, lows, p),), **base
        )
    return Estimate(
        value=found.times, low=found.low, high=found.high, interval=Interval("confidence"),
        method="log-linear slope over record lows, block bootstrap", n=len(lows),
        caveats=tuple(_caveats(tables, p, lows, found, end)),
        inputs=Inputs.of(r for e in lows for r in e.inputs.rows), **base,
    )  # fmt: skip


def _lows(series: Sequence[Estimate]) -> list[Estimate]:
    """The points at which the price is lower than ever before."""
    found: list[Estimate] = []
    for e in series:
        if e.value and (not found or e.value < (found[-1].value or 0.0)):
            found.append(e)
    return found


def _point(e: Estimate) -> dict[str, Any]:
    return {"day": e.as_of, "usd_per_mtok": e.value, "model": e.detail["model"],
            "provider": e.detail["provider"]}  # fmt: skip


def published(tables: Tables) -> dict[str, Any]:
    """The quoted rates by id: times a year, with address and grade."""
    rows = tables.rows(
        "SELECT statistic, value, address, grade FROM statistics WHERE statistic LIKE ? ORDER BY 1",
        [PUBLISHED],
    )
    return {r["statistic"]: {k: r[k] for k in ("value", "address", "grade")} for r in rows}


def _population(world: World, level: Level | None, p: Values) -> str:
    which = "models" if p["openness"] == "any" else f"{p['openness']} models"
    score = f" that reach {level.value:.6g}" if level else ""
    return (f"{which}{score} on {world.benchmark.name}; list prices, standard hours, lowest "
            "context tier")  # fmt: skip


def _missing(world: World, level: Level | None, lows: Sequence[Estimate], p: Values) -> str:
    if level is None:
        return f"no model has a usable score on {world.benchmark.id} that sets this level"
    count = f"{len(lows)} of at least {LEAST_RECORDS} record lows of the {p['kind']} price"
    return f"{count} of {level.value:.6g}: too few for a trend"


def _caveats(
    tables: Tables, p: Values, lows: Sequence[Estimate], found: Rate, end: dt.date
) -> list[str]:
    span = (lows[-1].as_of - lows[0].as_of).days
    said = [f"over {len(lows)} record lows in {span} days, {lows[0].as_of} to {lows[-1].as_of}"]
    if span < 365:
        said.append("extrapolated: the lows span less than a year")
    quoted = sorted(r["value"] for r in published(tables).values())
    if quoted:
        said.append(f"published rates run from {quoted[0]:g} to {quoted[-1]:g} times a year by "
                    "task and level")  # fmt: skip
    if p["kind"] == "blended":
        said.append(f"a blend of {p['mix']} input to output tokens is an assumed workload")
    begins = read_shelf(tables, weights_of(p)).begins
    if begins and lows[0].as_of < begins:
        said.append(f"prices before {begins} are curated launch prices")
    return said
