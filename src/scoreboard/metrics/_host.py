"""Host or buy, worked out: parameters and rows in, a plan with its costs out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

from scoreboard.errors import UsageError
from scoreboard.estimate import Ref
from scoreboard.hosting.cost import Demand, Terms
from scoreboard.hosting.hardware import (
    Device,
    Efficiency,
    Hire,
    Purchase,
    device_of,
    efficiency_of,
    hire_range,
    hires_of,
    purchase_of,
    read_devices,
)
from scoreboard.hosting.machine import Run, best_run, holds, needed_gb, quickest
from scoreboard.hosting.memory import (
    CACHE_BYTES,
    GB,
    NATIVE,
    Architecture,
    architecture_places,
    read_architectures,
    read_formats,
    weights_bytes,
)
from scoreboard.hosting.throughput import Setup, active_params_b
from scoreboard.metrics._sizes import read_sizes
from scoreboard.metrics.base import Values
from scoreboard.store import Tables

ENDS = ("low", "middle", "high")
COUNTS = (1, 2, 4, 8, 16, 32)
OWN = ("requests", "prompt", "completion", "cached", "peak", "latency", "spare")
COLUMNS = {"requests": "requests_per_day", "latency": "latency_ms"}  # of the table
COSTS = ("load", "staff", "wage", "setup", "years", "machine", "power_price", "overhead_power")
MOST = 1e12  # requests, tokens, dollars: what is above is a slip


@dataclass(frozen=True)
class Plan:
    """A reading of the question: what is asked, and what each part of it stands on."""

    model: str
    device: Device
    count: int
    demand: Demand
    setup: Setup  # the model on one whole machine
    efficiency: Efficiency
    hires: Sequence[Hire]
    purchase: Purchase | None
    costs: Mapping[str, tuple[float, float, float]]  # value, low, high
    asked: Values
    refs: tuple[Ref, ...]

    def setups(self, count: int) -> Setup:
        """The model on so many accelerators."""
        return replace(self.setup, count=count)

    def elsewhere(self, device: Device, efficiency: Efficiency, count: int) -> Plan:
        """The same question on other hardware, prices aside."""
        setup = replace(self.setup, device=device, count=count)
        return replace(self, device=device, count=count, setup=setup, efficiency=efficiency,
                       hires=(), purchase=None)  # fmt: skip

    @cached_property
    def runs(self) -> Mapping[str, Run | None]:
        """The machine at the low, middle and high end of its efficiency."""
        found = {"low": self.efficiency.low, "middle": self.efficiency.middle,
                 "high": self.efficiency.high}  # fmt: skip
        return {k: best_run(self.setups, self.count, self.demand, e) for k, e in found.items()}

    @property
    def quick(self) -> bool:
        """Whether it meets the latency at every end of its efficiency."""
        return None not in self.runs.values()

    @property
    def money(self) -> tuple[float, float, float] | None:
        """The price of an accelerator, an hour or to keep: low, middle, high; None: unknown."""
        if self.asked["hire_price"] is not None:
            return (self.asked["hire_price"],) * 3
        if self.asked["pay"] == "purchase":
            b = self.purchase
            return (b.low, b.usd, b.high) if b else None
        return hire_range(self.hires)

    def terms(self, end: str) -> Terms | None:
        """What a cost follows from where speed, load and price are `low` (the cost is), ...

        None where no price is known, or nothing meets the latency.
        """
        run = self.runs[{"low": "high", "high": "low"}.get(end, end)]
        if run is None or not self.quick or self.money is None:
            return None
        price = self.money[ENDS.index(end)]
        hired = self.asked["pay"] == "hire"
        value = {k: v[0] for k, v in self.costs.items()}
        load = self.costs["load"][{"low": 2, "middle": 0, "high": 1}[end]]
        machine = 1.0 if self.device.kind == "computer" else value["machine"]
        return Terms(
            run.tokens_per_second, load, self.count, price if hired else None,
            None if hired else price, value["years"], machine, self.device.power_w,
            value["power_price"], value["overhead_power"], value["staff"], value["wage"],
            value["setup"],
        )  # fmt: skip

    @property
    def ranges(self) -> dict[str, tuple[float, float]]:
        """Every assumption with the range over which it is tried alone."""
        money, runs = self.money, self.runs
        low, high = runs["low"], runs["high"]
        found: dict[str, tuple[float, float]] = {}
        if low and high:
            found["speed"] = low.tokens_per_second, high.tokens_per_second
        if money:
            found["hire" if self.asked["pay"] == "hire" else "purchase"] = money[0], money[2]
        bought = ("years", "machine", "power_price", "overhead_power")
        for name in COSTS:
            if name != "setup" and (self.asked["pay"] == "purchase" or name not in bought):
                found[name] = self.costs[name][1:]
        demand = self.demand
        found["volume"] = demand.requests_per_day / 2, demand.requests_per_day * 2
        if demand.peak > 1:
            found["peak"] = 1 + (demand.peak - 1) / 2, demand.peak * 1.5
        found["spare"] = (0.0, 1.0) if demand.spare < 2 else (1.0, float(demand.spare))
        return found


def read_plan(tables: Tables, p: Values, day: dt.date) -> Plan:
    """The plan that parameters ask for. Raises UsageError for what cannot be."""
    found, active = _architecture(tables, p["model"])
    device = device_of(tables, p["hardware"])
    count = _whole("accelerators", p["accelerators"], 1)
    if count > device.most:
        raise UsageError(f"one machine has at most {device.most} of {device.name}: {count}",
                         valid=[str(n) for n in range(1, device.most + 1)],
                         repair="more machines are added by themselves")  # fmt: skip
    demand, stands = _demand(tables, p)
    formats = read_formats(tables)
    name = _format(found, p["quantisation"])
    setup = Setup(found, active, formats, name, device, count, CACHE_BYTES[p["cache"]],
                  _share("overhead", p["overhead"]))  # fmt: skip
    efficiency = efficiency_of(tables, device, setup.precision)
    hires = hires_of(tables, device.id, day)
    bought = purchase_of(tables, device.id, day)
    costs, rows = _costs(tables, p)
    money = [bought.ref] if p["pay"] == "purchase" and bought else [h.ref for h in hires]
    if p["hire_price"] is not None:
        _positive("hire_price", p["hire_price"])
        money = []
        if p["pay"] == "purchase":
            raise UsageError("hire_price is of hire", repair="leave it out, or pay=hire")
    built = architecture_places(tables).get(p["model"], ())
    refs = (*read_sizes(tables)[p["model"]].refs, *built, device.ref, efficiency.ref,
            *money, *stands, *rows)  # fmt: skip
    return Plan(p["model"], device, count, demand, setup, efficiency, hires, bought, costs, p, refs)


def _architecture(tables: Tables, model: str) -> tuple[Architecture, float]:
    found = read_architectures(tables).get(model)
    sizes = read_sizes(tables).get(model)
    missing = []
    if found is None or found.total_params_b is None:
        missing.append("its number of parameters")
    if found is None or not found.attention:
        missing.append("its attention (layers, heads and their size)")
    active = sizes.active if sizes else None
    if found is not None and found.experts and active is None:
        missing.append("its active parameters")
    if missing or found is None:
        sql = "SELECT DISTINCT model FROM architectures JOIN models USING (model) ORDER BY 1"
        raise UsageError(f"{model} cannot be hosted on paper: no source states "
                         f"{' nor '.join(missing)}", where="data/models",
                         valid=tables.column(sql),
                         repair=f"state it with evidence; scoreboard model {model}")  # fmt: skip
    return found, active_params_b(found, active)


def _format(found: Architecture, asked: str) -> str:
    if asked == NATIVE and not found.native:
        raise UsageError(f"no source states in which format {found.model} is published",
                         repair="name one: quantisation=fp8")  # fmt: skip
    return asked


def _demand(tables: Tables, p: Values) -> tuple[Demand, list[Ref]]:
    (row,) = tables.rows("SELECT * FROM workloads WHERE workload = ?", [p["workload"]])
    said = {n: p[n] if p[n] is not None else row[COLUMNS.get(n, n)] for n in OWN}
    stands = [Ref.of(row)]
    if said["peak"] < 1:
        raise UsageError(f"peak is the busiest hour over the mean, at least 1: {said['peak']:g}")
    if said["peak"] > 1000 or said["spare"] > 1000:
        raise UsageError("peak and spare are at most 1000")
    if not 0 <= said["cached"] < 1:
        raise UsageError(f"cached is a share from 0 to below 1: {said['cached']:g}")
    if said["latency"] < 0:
        raise UsageError(f"latency is not below zero: {said['latency']:g}")
    return Demand(
        _positive("requests", said["requests"]), _whole("prompt", said["prompt"], 1),
        _whole("completion", said["completion"], 1), said["cached"], said["peak"],
        said["latency"] / 1000, _whole("spare", said["spare"], 0),
    ), stands  # fmt: skip


def _costs(tables: Tables, p: Values) -> tuple[dict[str, tuple[float, float, float]], list[Ref]]:
    """Every default with its range; what the user gives replaces all three."""
    found, refs = {}, []
    for r in tables.rows("SELECT * FROM host_costs ORDER BY cost"):
        given = p.get(r["cost"])
        if given is None:
            found[r["cost"]] = r["value"], r["low"], r["high"]
            refs.append(Ref.of(r))
        else:
            found[r["cost"]] = (given,) * 3
    if not 0 < found["load"][0] <= 1:
        raise UsageError(f"load is a share above 0 to 1: {found['load'][0]:g}")
    for name in ("staff", "power_price"):
        if not 0 <= found[name][0] <= MOST:
            raise UsageError(f"{name} is not below zero: {found[name][0]:g}")
    _positive("years", found["years"][0])
    return found, refs


def _positive(name: str, value: float) -> float:
    if value <= 0:
        raise UsageError(f"{name} must be above zero: {value:g}")
    if value > MOST:
        raise UsageError(f"{name} is more than there can be: {value:g}")
    return value


def _whole(name: str, value: float, least: int) -> int:
    if value != int(value) or value < least:
        raise UsageError(f"{name} is a whole number of {least} or more: {value:g}")
    return int(_positive(name, value)) if least else int(value)


def _share(name: str, value: float) -> float:
    if not 0 <= value < 1:
        raise UsageError(f"{name} is a share from 0 to below 1: {value:g}")
    return value


def misses(plan: Plan) -> tuple[str, float]:
    """Why a machine does not hold the model, and the gigabytes that it misses."""
    setup, tokens = plan.setup, plan.demand.tokens
    need, have = needed_gb(setup, tokens), setup.device.memory * setup.count / GB
    usable = have * (1 - setup.reserved)
    words = (
        f"{plan.model} in {setup.format} needs {need:,.0f} GB with one request of {tokens:,} "
        f"tokens; {setup.count} x {setup.device.name} have {usable:,.0f} GB of {have:,.0f} "
        f"usable: {need - usable:,.0f} GB too little"
    )
    return words, need - usable


def would_hold(tables: Tables, plan: Plan) -> list[str]:
    """What would hold the model: more accelerators, another format, other hardware."""
    tokens, device = plan.demand.tokens, plan.device
    found = []
    if count := holds(plan.setups, tokens, [n for n in COUNTS if n <= device.most]):
        found.append(f"{count} x {device.name}")
    smaller = [n for n in plan.setup.formats if replace(plan.setup, format=n).fits(tokens)]
    if smaller:
        best = max(smaller, key=lambda n: (weights_bytes(plan.setup.model, plan.setup.formats, n),
                                           n))  # fmt: skip
        found.append(f"quantisation {best}")
    for other in sorted(read_devices(tables).values(), key=lambda d: (d.memory, d.id)):
        if other.id != device.id and other.memory > device.memory:
            setups = cache(lambda n, other=other: replace(plan.setup, device=other, count=n))
            if count := holds(setups, tokens, [n for n in COUNTS if n <= other.most]):
                found.append(f"{count} x {other.name}")
                break
    return found


def too_slow(plan: Plan) -> str:
    """By how much the quickest answer misses the latency."""
    wait = quickest(plan.setups, plan.count, plan.demand, plan.efficiency.low)
    asked = plan.demand.latency_s * 1000
    return (f"{plan.count} x {plan.device.name} take {(wait or 0) * 1000:,.3g} ms from token to "
            f"token at the low end of efficiency, {asked:g} are asked for")  # fmt: skip


def detail_of(run: Run | None) -> dict[str, Any] | None:
    """A run as detail of an estimate."""
    if run is None:
        return None
    return {
        "tokens_per_second": run.tokens_per_second,
        "copies": run.copies,
        "accelerators_each": run.shards,
        "batch": run.times.batch,
        "ms_between_tokens": run.times.between_tokens(run.efficiency) * 1000,
        "ms_to_first_token": run.times.first_token(run.efficiency) * 1000,
        "efficiency": run.efficiency,
    }
