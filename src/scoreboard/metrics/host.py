"""Host or buy: what a workload costs on machines of one's own, against an API."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from scoreboard.estimate import Estimate, Inputs, Interval
from scoreboard.hosting.cost import DAYS, Move, Terms, moves, volumes
from scoreboard.hosting.hardware import canonical_device, device_domain
from scoreboard.hosting.machine import needed_gb
from scoreboard.hosting.memory import CACHE, CACHE_BYTES, GB, NATIVE, RESERVED
from scoreboard.metrics._host import (
    ENDS,
    Plan,
    detail_of,
    misses,
    read_plan,
    too_slow,
    would_hold,
)
from scoreboard.metrics._host_api import Market, read_market
from scoreboard.metrics._price_rules import canonical_name
from scoreboard.metrics._scores import benchmark_domain, canonical_benchmark
from scoreboard.metrics._words import Name, dollars, plain_name
from scoreboard.metrics.base import AS_OF, Metric, Param, Values, no_value
from scoreboard.metrics.price import day_domain
from scoreboard.metrics.runs_on import format_domain
from scoreboard.store import Tables

MODEL, HARDWARE, WORKLOAD = "gpt-oss-120b", "h100-sxm", "chat-1000"
WEEKS, MONTHS = 60, 730  # days up to which a time is said in weeks, in months


def workload_domain(tables: Tables, _: Values) -> list[str]:
    """Ids of the named workloads."""
    return tables.column("SELECT workload FROM workloads ORDER BY 1")


def model_domain(tables: Tables, _: Values) -> list[str]:
    """Models whose build and size are known."""
    return tables.column(
        "SELECT model FROM architectures JOIN models USING (model) "
        "WHERE total_params_b IS NOT NULL ORDER BY 1"
    )


def own(name: str, doc: str) -> Param:
    """A number that replaces one of the workload's, or a default of data/workloads.yml."""
    return Param(name, doc, kind="number")


class Host(Metric):
    id = "host"
    title = "Host or buy"
    unit = "usd_per_mtok"
    definition = (
        "What a million tokens of a workload cost with an open model on machines of one's own, "
        "hired or bought, beside the best price of an API for the same model and for one that "
        "scores at least the same."
    )
    method = (
        "Memory as in `runs_on`. Reading is bound by arithmetic, writing by the memory that a step "
        "reads or by arithmetic, a batch by the memory and the latency; the speed is that bound "
        "times an efficiency, a range from published measurements. Machines are what the busiest "
        "hour needs at a load below one, and spare ones. Low and high are those of efficiency, "
        "load and price together; `detail.moves` changes one assumption at a time. Hire is the "
        "median list price on demand, from the cheapest to the upper quartile. The volume at "
        "which hosting costs no more is the first; the time is until the start is saved."
    )
    criticism = (
        "An efficiency of one batch on one engine hides much: lengths vary, queues form, software "
        "improves. List prices are not what large customers pay, to either side. The defaults of "
        "the workload and of staff are inputs, not findings. Quality in four bits, privacy and "
        "lock-in have no price here. Attention over latents is counted by the hidden width, and "
        "what is kept of cached prompts between requests takes no memory here."
    )
    chart = "break_even"
    tables = ("offers",)
    columns = ("monthly_usd", "machines", "api_monthly_usd")
    params = (
        Param("workload", "a named workload; the numbers below replace its own",
              default=WORKLOAD, domain=workload_domain),
        own("requests", "requests a day"),
        own("prompt", "tokens of a prompt"),
        own("completion", "tokens of an answer"),
        own("cached", "share of the prompt that was read before"),
        own("peak", "load of the busiest hour over the mean"),
        own("latency", "milliseconds from one token to the next, at most; 0: none"),
        own("spare", "machines beyond need, for when one fails"),
        Param("model", "the model to host", default=MODEL, domain=model_domain,
              canonical=canonical_name),
        Param("quantisation", "format of the weights", default=NATIVE, domain=format_domain),
        Param("cache", "format of the cache", default=CACHE,
              domain=lambda _t, _o: list(CACHE_BYTES)),
        Param("overhead", "share of the memory that stays free", kind="number",
              default=str(RESERVED), domain=lambda _t, _o: ["0.05", "0.1", "0.2"]),
        Param("hardware", "the accelerator", default=HARDWARE, domain=device_domain,
              canonical=canonical_device),
        Param("accelerators", "of one machine", kind="number", default="1",
              domain=lambda _t, _o: ["1", "2", "4", "8"]),
        Param("pay", "hire by the hour, or purchase", default="hire",
              domain=lambda _t, _o: ["hire", "purchase"]),
        own("hire_price", "US dollars for an accelerator and hour"),
        own("load", "share of its speed that a machine is given in the busiest hour"),
        own("staff", "people who look after it"),
        own("years", "over which bought hardware is written off"),
        own("power_price", "US dollars for a kilowatt-hour"),
        Param("benchmark", "the test on which an equivalent model scores no less",
              default="index", domain=benchmark_domain, canonical=canonical_benchmark),
        Param("as_of", AS_OF.doc, kind="date", domain=day_domain),
    )  # fmt: skip

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        day = self.as_of(tables, p)
        return [estimate(tables, p, day)]

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        result: list[float | None] = []
        for p in grid:
            plan = read_plan(tables, p, self.as_of(tables, p))
            terms = plan.terms("middle") if plan.setup.fits(plan.demand.tokens) else None
            result.append(terms.per_mtok(plan.demand) if terms else None)
        return result

    def drawn(self, tables: Tables, p: Values) -> list[Estimate]:
        """The figure itself, which holds its curves."""
        return self.compute(tables, p)

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if e.value is None:
            return no_value(e)
        d = e.detail
        where = f"{name('model', e.key['model'])} on {placed(d)}"
        text = f"Hosting {where} costs {dollars(e.value)} per million tokens"
        offer = d["api"] or d["equivalent"]
        if offer is None:
            return f"{text}, and no API offers it or its like."
        what = "" if d["api"] else f"for {name('model', offer['model'])} "
        price = f"{dollars(offer['usd_per_mtok'])} {what}at {name('provider', offer['provider'])}"
        return f"{text}, {price}; {said(d)}."


def placed(d: Any) -> str:
    """The machines in words: `2 NVIDIA H200 SXM`, `2 machines of 8 NVIDIA H200 SXM`."""
    count, each = d["machines"]["middle"], d["accelerators"]
    if each == 1:
        return f"{count} {d['device_name']}"
    return f"{count} machine{'s' if count > 1 else ''} of {each} {d['device_name']}"


def said(d: Any) -> str:
    """Whether it takes weeks or years, and from what volume."""
    volume, days = d["break_even_mtok"], d["break_even_days"]
    ends = [days["low"], days["high"]]
    if ends == [None, None]:
        time = "what it takes to begin is never paid back"
    else:
        first = duration(ends[0])
        time = f"it pays back after {first} at best" + (
            f" and {duration(ends[1])} at worst" if ends[1] is not None else " and never at worst"
        )
    if volume["low"] is None:
        return f"no volume makes it cheaper, and {time}"
    end = "no volume at worst" if volume["high"] is None else f"{tokens(volume['high'])} at worst"
    return f"it is cheaper from {tokens(volume['low'])} a month at best, {end}, and {time}"


def duration(days: float | None) -> str:
    """A time in the unit in which it is said."""
    if days is None:
        return "no time"
    if days <= WEEKS:
        return f"{days / 7:.0f} weeks" if days >= 10.5 else "a week"
    return f"{days / DAYS:.0f} months" if days <= MONTHS else f"{days / 365:.0f} years"


def tokens(mtok: float) -> str:
    """A number of tokens in words."""
    for size, word in ((1e6, "trillion"), (1e3, "billion"), (1.0, "million")):
        if mtok >= size:
            return f"{mtok / size:.3g} {word} tokens"
    return f"{mtok * 1000:.3g} thousand tokens"


@dataclass(frozen=True)
class Costs:
    """The costs of a plan at the three ends, against an API."""

    plan: Plan
    market: Market
    ends: dict[str, Terms]

    def over(self, method: str, *arguments: Any) -> dict[str, Any]:
        """What a method of the terms gives at each end."""
        return {k: getattr(t, method)(self.plan.demand, *arguments) for k, t in self.ends.items()}

    def even(self, method: str) -> dict[str, float | None]:
        """A break-even at each end, against the same model, else an equivalent one."""
        api = self.api
        return self.over(method, api) if api else dict.fromkeys(ENDS)

    @property
    def api(self) -> float | None:
        """The price to beat, usd_per_mtok."""
        offer = self.market.same or self.market.equivalent
        return offer.value if offer else None

    def moves(self) -> list[Move]:
        """One assumption at a time."""
        ranges = self.plan.ranges
        offers = [o.value for o in (self.market.same, self.market.equivalent) if o]
        if len(set(offers)) == 2:
            ranges["api"] = min(offers), max(offers)
        return moves(self.ends["middle"], self.plan.demand, self.api, ranges)

    def curve(self) -> list[dict[str, float]]:
        """Monthly cost by volume, in millions of tokens."""
        demand = self.plan.demand
        evens = self.even("even_volume")
        even = evens["middle"] or evens["low"]
        middle = (even * demand.mtok_per_month) ** 0.5 if even else demand.mtok_per_month
        wide = (
            2.0 if not even else max(2.0, abs(math.log10(even / demand.mtok_per_month)) / 2 + 0.7)
        )
        return [{"mtok": v, **self.over("monthly", v)} for v in volumes(middle, decades=wide)]


def estimate(tables: Tables, p: Values, day: dt.date) -> Estimate:
    """The answer, or why there is none."""
    plan = read_plan(tables, p, day)
    base = Estimate(
        value=None,
        unit="usd_per_mtok",
        method=f"{p['pay']}, {plan.setup.format} weights, {plan.setup.precision} arithmetic",
        as_of=day,
        population=f"{_called(tables, p['workload'])}; list prices on demand and of APIs",
        key={"model": plan.model, "workload": p["workload"], "hardware": plan.device.id},
        detail={
            "device": plan.device.id,
            "device_name": plan.device.name,
            "accelerators": plan.count,
            **_memory(plan),
        },
    )
    if not plan.setup.fits(plan.demand.tokens):
        words, short = misses(plan)
        other = would_hold(tables, plan)
        hint = f"what would hold it: {'; '.join(other)}" if other else "nothing known holds it"
        detail = {**base.detail, "short_gb": short, "would_hold": other}
        return replace(base, caveats=(words, hint), detail=detail)
    if not plan.quick:
        return replace(base, caveats=(too_slow(plan), *_only_some(plan)))
    terms = {end: t for end in ENDS if (t := plan.terms(end))}
    if not terms:
        return replace(base, caveats=(_no_price(plan, day),))
    market = read_market(tables, plan.model, p["benchmark"], plan.demand, day)
    return _answer(base, Costs(plan, market, terms), day)


def _only_some(plan: Plan) -> list[str]:
    fast = plan.runs["high"] is not None
    return ["at the high end of its efficiency it would be quick enough"] if fast else []


def _no_price(plan: Plan, day: dt.date) -> str:
    if plan.asked["pay"] == "purchase":
        return f"no source states what {plan.device.name} costs to buy by {day}"
    return (f"no source states what {plan.device.name} costs to hire by {day}: give hire_price, "
            "or pay=purchase")  # fmt: skip


def _memory(plan: Plan) -> dict[str, Any]:
    setup = plan.setup
    return {
        "memory_gb": needed_gb(setup, plan.demand.tokens) / (1 - setup.reserved),
        "weights_gb": setup.weights / GB,
        "memory_of_machine_gb": plan.device.memory * plan.count / GB,
        "requests_that_fit": setup.fits(plan.demand.tokens),
    }


def _answer(base: Estimate, costs: Costs, day: dt.date) -> Estimate:
    plan, demand, market = costs.plan, costs.plan.demand, costs.market
    each = costs.over("per_mtok")
    monthly = costs.over("monthly", demand.mtok_per_month)
    machines = costs.over("machines", demand.mtok_per_month)
    same = market.same.as_detail(demand, day) if market.same else None
    other = market.equivalent.as_detail(demand, day) if market.equivalent else None
    detail = {
        **base.detail,
        "workload": _workload(plan),
        "speed": {end: detail_of(plan.runs[end]) for end in ENDS},
        "machines": machines,
        "utilisation": _utilisation(costs, machines),
        "monthly_usd": monthly["middle"],
        "monthly": monthly,
        "price": dict(zip(ENDS, plan.money or (None,) * 3, strict=True)),
        "api": same,
        "equivalent": other,
        "api_monthly_usd": (same or other or {}).get("monthly_usd"),
        "break_even_mtok": costs.even("even_volume"),
        "break_even_days": costs.even("even_days"),
        "moves": [_move(m) for m in costs.moves()],
        "costs": {k: {"value": v, "low": low, "high": high}
                  for k, (v, low, high) in plan.costs.items()},
        "curve": costs.curve(),
    }  # fmt: skip
    refs = [*plan.refs, *market.refs]
    return replace(
        base, value=each["middle"], low=min(each.values()), high=max(each.values()),
        interval=Interval("range", None), n=len(refs), detail=detail, inputs=Inputs.of(refs),
        caveats=tuple(_caveats(costs)), left_out=market.left,
    )  # fmt: skip


def _workload(plan: Plan) -> dict[str, Any]:
    d = plan.demand
    return {"requests_per_day": d.requests_per_day, "prompt": d.prompt,
            "completion": d.completion, "cached": d.cached, "peak": d.peak,
            "latency_ms": d.latency_s * 1000, "spare": d.spare,
            "mtok_per_month": d.mtok_per_month}  # fmt: skip


def _utilisation(costs: Costs, machines: dict[str, int]) -> dict[str, float]:
    """Mean load of the machines over a month, share of their speed."""
    demand = costs.plan.demand
    found = {}
    for end, t in costs.ends.items():
        full = t.mtok_of_machine(demand) * demand.peak / t.load * machines[end]
        found[end] = demand.mtok_per_month / full
    return found


def _move(m: Move) -> dict[str, Any]:
    return {"assumption": m.name, "low": m.low, "high": m.high, "ratio_at_low": m.at_low,
            "ratio_at_high": m.at_high, "factor": m.factor}  # fmt: skip


def _called(tables: Tables, workload: str) -> str:
    """A workload by its name, within a sentence."""
    (row,) = tables.rows("SELECT name FROM workloads WHERE workload = ?", [workload])
    return f"{row['name'][:1].lower()}{row['name'][1:]}"


def _caveats(costs: Costs) -> list[str]:
    plan, market = costs.plan, costs.market
    notes = [
        "the range is that of efficiency, load and price together; staff and workload are inputs",
        f"of the ideal speed {plan.efficiency.low:g} to {plan.efficiency.high:g} is reached",
    ]
    if plan.asked["pay"] == "hire" and plan.asked["hire_price"] is None:
        prices = f"{len(plan.hires)} list prices" if len(plan.hires) > 1 else "one list price"
        first, last = min(h.seen for h in plan.hires), max(h.seen for h in plan.hires)
        notes.append(f"hire: {prices} seen from {first} to {last}")
    if plan.asked["pay"] == "purchase" and plan.purchase:
        notes.append(f"purchase: {plan.purchase.what}, seen {plan.purchase.seen}")
        if not plan.device.whole_power:
            notes.append("power is that of the accelerators alone")
    if market.why:
        notes.append(market.why)
    if market.same and market.same.without_cache:
        notes.append("the cheapest API states no price of cached tokens: they cost as others do")
    if market.equivalent is None:
        named = plan.asked["benchmark"]
        none = f"no other model with a price scores at least the same on {named}"
        notes.append(none if market.level else f"{plan.model} has no usable score on {named}")
    elif market.level:
        notes.append(f"an equivalent model scores at least {market.level.value:.4g} on "
                     f"{plan.asked['benchmark']}")  # fmt: skip
    return notes
