"""The page on host or buy: an answer, and the figures from which a script makes others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from scoreboard.errors import DataError, UsageError
from scoreboard.estimate import Estimate
from scoreboard.figures import Figure
from scoreboard.host_text import WORDS
from scoreboard.hosting.hardware import (
    efficiency_of,
    hire_range,
    hires_of,
    purchase_of,
    read_devices,
)
from scoreboard.hosting.memory import GB
from scoreboard.metrics import get_metric
from scoreboard.metrics._host import COSTS, ENDS, Plan, misses, read_plan
from scoreboard.metrics._host_api import Market, read_market
from scoreboard.metrics.base import Values
from scoreboard.render import amount
from scoreboard.site.answers import Plot, plot
from scoreboard.site.charts import Shown, all_charts
from scoreboard.site.page import Page
from scoreboard.site.world import World
from scoreboard.store import Tables

Json = dict[str, Any]
COUNTS = (1, 8)
LEAD = (
    "What a workload costs with an open model on hardware of your own, hired or bought, against "
    "the best price of an API. Change the numbers; the formulas are those of the command line."
)


@dataclass(frozen=True)
class Figures:
    """The figures of the page."""

    workloads: list[Json]
    costs: list[Json]
    hardware: list[Json]
    offers: list[Json]
    speeds: list[Json]

    def as_json(self) -> Json:
        """The page's twin."""
        return dict(vars(self))


def host_page(world: World) -> Page:
    """The page; without figures where there are no prices or no hardware."""
    metric = get_metric("host")
    answer, found, drawing = None, Figures([], [], [], [], []), None
    try:
        asked = metric.read(world.tables, {"as_of": str(world.day)} if world.day else {})
        found = _figures(world, asked)
        (answer,) = metric.compute(world.tables, asked)
        drawing = _plot(world, answer)
    except (UsageError, DataError):
        pass  # a table of prices, or a day before all prices: the page says so
    sentence = metric.finding(answer, world.name) if answer else "No value: no prices are known."
    data = {"finding": sentence, "estimate": answer.as_json() if answer else None,
            **found.as_json()}  # fmt: skip
    context = {"answer": answer, "sentence": sentence, "drawing": drawing, "ends": ENDS,
               "figures": found, "money": money, "words": WORDS,
               "called": {r["workload"]: r["name"] for r in found.workloads}
               | {r["device"]: r["name"] for r in found.hardware}}  # fmt: skip
    return Page("host.html", "host.html", "Host or buy", LEAD, data, context, kind="page",
                also="hosting break-even hardware self-host gpu")  # fmt: skip


def money(value: float | None) -> str:
    """An amount of US dollars."""
    return amount(value, "usd") or "–"


def _plot(world: World, answer: Estimate) -> Plot | None:
    chart = all_charts()["break_even"]
    figure = Figure("host", "host", ())
    drawing = chart.draw(Shown(figure, {}, [answer], [], "Cost by volume", world.name))
    return plot(chart.id, drawing) if drawing else None


def _figures(world: World, asked: Values) -> Figures:
    tables = world.tables
    workloads = tables.rows("SELECT * EXCLUDE (snapshot_id, raw) FROM workloads ORDER BY workload")
    tried = tables.rows("SELECT model, format FROM host_models ORDER BY position")
    day = get_metric("host").as_of(tables, asked)
    hardware = [h for d in read_devices(tables) if (h := _device(tables, d, day))]
    offers, speeds = [], []
    for w in workloads:
        for m in tried:
            given = {**asked, "workload": w["workload"], "model": m["model"],
                     "quantisation": m["format"]}  # fmt: skip
            plan = read_plan(tables, given, day)
            market = read_market(tables, m["model"], asked["benchmark"], plan.demand, day)
            offers.append({"workload": w["workload"], "model": m["model"], **_offers(market)})
            speeds += _speeds(tables, plan, [h["device"] for h in hardware])
    costs = tables.rows("SELECT * EXCLUDE (snapshot_id, raw) FROM host_costs ORDER BY cost")
    costs.sort(key=lambda r: COSTS.index(r["cost"]))
    return Figures(workloads, costs, hardware, offers, speeds)


def _device(tables: Tables, name: str, day: dt.date) -> Json | None:
    device = read_devices(tables)[name]
    hires, bought = hires_of(tables, name, day), purchase_of(tables, name, day)
    if not hires and bought is None:
        return None
    low, middle, high = hire_range(hires) or (None, None, None)
    return {
        "device": name, "name": device.name, "memory_gb": device.memory / GB,
        "hire_low": low, "hire_middle": middle, "hire_high": high, "offers": len(hires),
        "buy_low": bought.low if bought else None, "buy_middle": bought.usd if bought else None,
        "buy_high": bought.high if bought else None, "power_w": device.power_w,
        "machine_in_power": device.whole_power,
        "whole": device.kind == "computer",
    }  # fmt: skip


def _offers(market: Market) -> Json:
    found: Json = {}
    for key, offer in (("api", market.same), ("equivalent", market.equivalent)):
        quote = offer.quote if offer else None
        found |= {
            f"{key}_usd_per_mtok": offer.value if offer else None,
            f"{key}_model": quote.model if quote else "",
            f"{key}_provider": quote.provider if quote else "",
        }
    return found


def _speeds(tables: Tables, plan: Plan, devices: Iterable[str]) -> list[Json]:
    return [
        _speed(plan.elsewhere(device, efficiency_of(tables, device, precision), count))
        for device in (read_devices(tables)[name] for name in devices)
        for precision in [replace(plan.setup, device=device).precision]
        for count in COUNTS if count <= device.most
    ]  # fmt: skip


def _speed(plan: Plan) -> Json:
    found: Json = {
        "workload": plan.asked["workload"], "model": plan.model, "format": plan.setup.format,
        "device": plan.device.id, "accelerators": plan.count, **dict.fromkeys(ENDS), "why": "",
    }  # fmt: skip
    if not plan.setup.fits(plan.demand.tokens):
        return {**found, "why": f"{misses(plan)[1]:,.0f} GB too little"}
    if not plan.quick:
        return {**found, "why": "too slow for the latency"}
    return found | {end: run.tokens_per_second for end, run in plan.runs.items() if run}
