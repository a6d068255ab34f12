"""What it costs to reach a level: the cheapest model at or above a score at a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scoreboard.estimate import Estimate, Inputs, Interval, LeftOut
from scoreboard.metrics._levels import (
    LEVEL,
    REACHES,
    Level,
    choose_level,
    level_name,
)
from scoreboard.metrics._price_rules import (
    KIND,
    LEAST_OFFERS,
    MIX,
    OPENNESS,
    RULES,
    median,
    pool,
    weights_of,
)
from scoreboard.metrics._prices import Quote, Shelf, Weights, read_shelf
from scoreboard.metrics._scores import (
    HARNESS,
    SHOTS,
    World,
    are_of_several_developers,
    benchmark_domain,
    canonical_benchmark,
    read_world,
)
from scoreboard.metrics._words import KIND_WORDS, Name, dollars, on_test, plain_name
from scoreboard.metrics.base import AS_OF, Metric, Param, Values, no_value
from scoreboard.store import Tables

SHOWN = 3  # offers listed


def day_domain(tables: Tables, others: Values) -> list[str]:
    """Days on which a scored model came out, or a price was first seen."""
    found = tables.column(
        "SELECT released FROM results WHERE benchmark = ? AND released IS NOT NULL UNION "
        "SELECT first_seen FROM offers WHERE first_seen IS NOT NULL ORDER BY 1",
        [others.get("benchmark")],
    )
    return [str(d) for d in found]


@dataclass(frozen=True)
class Market:
    """What the models that reach a level cost on a day."""

    reaching: tuple[str, ...]
    offers: tuple[Quote, ...]  # cheapest first
    own: tuple[Quote, ...]  # of the developers' own services, cheapest first
    left: tuple[LeftOut, ...]
    priced: int  # models with a price observed since their release
    launch: bool  # before the record of prices begins

    def value(self, rule: str) -> float | None:
        """The cost under a rule, usd_per_mtok."""
        if rule == "median":
            return median(self.offers)
        found = self.own if rule == "first_party" else self.offers
        return found[0].value if found else None

    @property
    def by_model(self) -> list[Quote]:
        """The cheapest offer of each model, cheapest first."""
        first: dict[str, Quote] = {}
        for quote in self.offers:
            first.setdefault(quote.model, quote)
        return list(first.values())


class PriceToReach(Metric):
    id = "price_to_reach"
    title = "Price to reach a level"
    unit = "usd_per_mtok"
    definition = (
        "The list price at a date of the cheapest model, open or closed, that scores a level or "
        "more on one benchmark and was out by then."
    )
    method = (
        "The level is a number or the best score of a model, under the one source and harness "
        "with most distinct models that scored it. Prices are those of the date, as in `price`. "
        "Beside the cheapest offer stand the cheapest of the developers' own and the median of "
        "at least three offers; low and high run from the cheapest to the median. Before the "
        "record of prices begins the cost is the curated launch price of the model that sets the "
        "level. Under half of the models with a price since their release, it is a bound."
    )
    criticism = (
        "One faulty catalogue row wins any minimum: read it beside the other two. Scores are "
        "today's, without their errors; models that nobody scored do not count; and a price per "
        "token is not one per task, since later models spend more tokens to reach a score."
    )
    chart = "steps"
    things = ("benchmark",)
    tables = ("results", "offers")
    params = (
        Param("benchmark", "the test", default="index", domain=benchmark_domain,
              canonical=canonical_benchmark),
        LEVEL,
        REACHES,
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
        world, day = read_world(tables, p["benchmark"]), self.as_of(tables, p)
        level = choose_level(tables, world, p)
        return [estimate(world, level, shelf_of(tables, p), p, day)]

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        result: list[float | None] = []
        for p in grid:
            world, day = read_world(tables, p["benchmark"]), self.as_of(tables, p)
            shelf = shelf_of(tables, p)
            level = choose_level(tables, world, p)
            found = market(world, level, shelf, p, day) if level else None
            result.append(found.value(p["provider"]) if found else None)
        return result

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if e.value is None:
            return no_value(e)
        detail = e.detail
        level = (f"The level of {name('model', detail['level_model'])}" if detail["level_model"]
                 else f"A score of {detail['level']:g}")  # fmt: skip
        test = on_test(e.key["benchmark"], name)
        rule = (
            "the median offer"
            if not detail["model"]
            else (f"{name('model', detail['model'])} at {name('provider', detail['provider'])}")
        )
        return (f"{level} on {test} costs {dollars(e.value)} per million "
                f"{KIND_WORDS[e.key['kind']]}: {rule}.")  # fmt: skip

    def series(self, tables: Tables, p: Values) -> list[Estimate]:
        world, end = read_world(tables, p["benchmark"]), self.as_of(tables, p)
        level, shelf = choose_level(tables, world, p), shelf_of(tables, p)
        if level is None:
            return [estimate(world, level, shelf, p, end)]
        models = level.reached(world, "any", end)
        days = sorted({*shelf.days(models), *(level.best[m].released for m in models)})
        found: list[Estimate] = []
        last: tuple[float | None, float | None] = (None, None)
        markets = markets_of(tables, level, p)
        for day in (d for d in days if d <= end):
            if day not in markets:
                markets[day] = market(world, level, shelf, p, day)
            seen = markets[day]
            now = seen.value(p["provider"]), seen.value("median")
            if now != last:
                found.append(estimate(world, level, shelf, p, day, seen))
                last = now
        return found or [estimate(world, level, shelf, p, end)]


def markets_of(tables: Tables, level: Level, p: Values) -> dict[dt.date, Market]:
    """The markets of days that were looked at before: they are the same under every rule."""
    asked = (p["benchmark"], p["openness"], sorted(weights_of(p).items()))
    key = f"markets {asked} {level.harness} {level.value} {level.model}"
    return tables.once(key, dict)


def shelf_of(tables: Tables, p: Values) -> Shelf:
    """The offers of all models: one shelf for every benchmark, read once."""
    return read_shelf(tables, weights_of(p))


def market(world: World, level: Level, shelf: Shelf, p: Values, day: dt.date) -> Market:
    """What the models that reach the level cost on a day."""
    reaching = level.reached(world, p["openness"], day)
    launch = shelf.begins is None or day < shelf.begins
    asked = [m for m in reaching if m == level.model or not (launch and level.model)]
    weights = weights_of(p)
    quotes: list[Quote] = []
    own: list[Quote] = []
    left: list[LeftOut] = []
    for model in asked:
        kept, fallen = pool(shelf, model, weights, day)
        quotes += kept
        left += [*(row for _, row in shelf.left.get(model, ())), *fallen]
        mine = {q.provider: q for q in kept}
        own += [mine[n] for n in shelf.parties.get(model, ()) if n in mine][:1]
    priced = sum(_observed(shelf, m, weights, level.best[m].released, day) for m in reaching)

    def order(q: Quote) -> tuple[Any, ...]:
        return (q.value, level.best[q.model].released, q.model, q.provider)

    offers = tuple(sorted(quotes, key=order))
    return Market(tuple(reaching), offers, tuple(sorted(own, key=order)), tuple(left), priced,
                  launch)  # fmt: skip


def _observed(shelf: Shelf, model: str, weights: Weights, released: dt.date, day: dt.date) -> bool:
    """Whether a price of a model was stated between its release and a day, in every kind."""
    return any(
        all(any(s.begins <= day and (s.last_seen or s.until or day) >= released
                for s in kinds.get(kind, ())) for kind in weights)
        for kinds in shelf.stated.get(model, {}).values()
    )  # fmt: skip


def estimate(
    world: World,
    level: Level | None,
    shelf: Shelf,
    p: Values,
    day: dt.date,
    seen: Market | None = None,
) -> Estimate:
    """The cost on a day, or why there is none. `seen` is the market of the day, if it is known."""
    blend = f", blended {p['mix']} input to output" if p["kind"] == "blended" else ""
    base = Estimate(
        value=None,
        unit="usd_per_mtok",
        method="none",
        as_of=day,
        population=_population(world, level, p["openness"]),
        key={"benchmark": world.benchmark.id, "provider": p["provider"], "kind": p["kind"]},
    )
    if level is None:
        return replace(base, caveats=(_unscored(world, p),))
    found = seen or market(world, level, shelf, p, day)
    detail = _detail(world, level, found, p["provider"], day)
    value = found.value(p["provider"])
    base = replace(base, detail=detail, left_out=found.left)
    if value is None:
        return replace(base, caveats=(_missing(level, found, p, day, shelf),))
    low, high, interval, why = _interval(found, value)
    rows = [s.ref for q in found.offers for s in q.current]
    scores = {level.best[m].ref for m in (*found.reaching, level.model) if m}
    return replace(
        base,
        value=value,
        low=low,
        high=high,
        interval=interval,
        method=("launch price" if found.launch else _words(p["provider"])) + blend,
        n=len(found.offers),
        caveats=(*why, *_caveats(world, level, shelf, found, p, day)),
        inputs=Inputs.of([*rows, *sorted(scores)]),
    )


def _words(rule: str) -> str:
    return {"cheapest": "cheapest offer", "first_party": "cheapest of the developers' own offers",
            "median": "median offer"}[rule]  # fmt: skip


def _population(world: World, level: Level | None, openness: str) -> str:
    which = "models" if openness == "any" else f"{openness} models"
    name = world.benchmark.name
    where = f", {level.harness.text()}" if level and world.benchmark.id != "index" else ""
    return f"{which} scored on {name}{where}; list prices, standard hours, lowest context tier"


def _interval(
    found: Market, value: float
) -> tuple[float | None, float | None, Interval | None, list[str]]:
    """From the cheapest to the median offer; a bound where most models have no price."""
    if found.launch:
        return None, None, None, ["no interval: a launch price"]
    if 2 * found.priced < len(found.reaching):
        why = "a bound: fewer than half of the models that reach the level have a price"
        return None, value, Interval("bounds", None), [why]
    middle = found.value("median")
    if middle is None:
        return None, None, None, [f"no interval: fewer than {LEAST_OFFERS} offers"]
    why = "the range runs from the cheapest to the median offer"
    return found.offers[0].value, max(middle, value), Interval("range", None), [why]


def _caveats(
    world: World, level: Level, shelf: Shelf, found: Market, p: Values, day: dt.date
) -> Iterable[str]:
    if found.launch:
        what = f"the curated launch price of {level.model}" if level.model else "curated prices"
        yield f"before the record of prices begins ({shelf.begins}): {what}"
    if level.model and level.model != (named := level_name(p)):
        yield f"the level is that of {level.model}, the first {named} that was scored"
    if not are_of_several_developers(world, level.best):
        yield "all scored models are of one developer"
    top = found.by_model[:2]
    if p["provider"] == "cheapest" and len(top) == 2 and top[0].value * 10 < top[1].value:
        yield (f"the cheapest, {top[0].model}, costs under a tenth of the next, {top[1].model}: "
               "one row decides")  # fmt: skip
    used = {"cheapest": found.offers[:1], "first_party": found.own[:1]}
    seen = min(q.seen_on(day) for q in used.get(p["provider"], found.offers))
    if seen < day:
        yield f"last observation: {seen}, carried forward"
    if p["kind"] == "blended":
        yield f"a blend of {p['mix']} input to output tokens is an assumed workload"


def _unscored(world: World, p: Values) -> str:
    under = f" under {p['harness']}" if p.get("harness") else ""
    who = "no model has a" if p["level"] is not None else f"{level_name(p)} has no"
    return f"{who} usable score on {world.benchmark.id}{under}"


def _missing(level: Level, found: Market, p: Values, day: dt.date, shelf: Shelf) -> str:
    """Why there is no cost."""
    if not found.reaching:
        return f"no model reaches {level.value:g} by {day}"
    record = f"the record of observed prices begins {shelf.begins}"
    if p["provider"] == "median" and found.offers:
        return f"no median: {len(found.offers)} of at least {LEAST_OFFERS} offers; {record}"
    return f"{len(found.reaching)} models reach the level by {day}, none has a price then; {record}"


def _offer(quote: Quote, day: dt.date) -> dict[str, Any]:
    chosen = quote.picks[0].chosen
    return {"model": quote.model, "provider": quote.provider, "value": quote.value,
            "source": chosen.source, "source_name": chosen.source_name,
            "last_seen": quote.seen_on(day) if chosen.last_seen else None,
            "effective_from": chosen.since}  # fmt: skip


def _detail(world: World, level: Level, found: Market, rule: str, day: dt.date) -> dict[str, Any]:
    best = {"cheapest": found.offers[:1], "first_party": found.own[:1]}.get(rule, ())
    cheapest = found.by_model
    of_model: dict[str, list[Quote]] = {}
    for quote in found.offers:
        of_model.setdefault(quote.model, []).append(quote)
    middles = {m: x for m, quotes in of_model.items() if (x := median(quotes)) is not None}
    low = min(middles, key=lambda m: (middles[m], m)) if middles else None
    return {
        "model": best[0].model if best else None,
        "provider": best[0].provider if best else None,
        "level": level.value,
        "level_model": level.model,
        "harness": level.harness.harness,
        "shots": level.harness.shots or None,
        "source": level.harness.source,
        "scores_published": world.published[level.harness],
        "models_reaching": len(found.reaching),
        "models_with_a_price": found.priced,
        "offers": [_offer(q, day) for q in found.offers[:SHOWN]],
        **{name: found.value(name) for name in RULES},
        "first_party_model": found.own[0].model if found.own else None,
        "second": _offer(cheapest[1], day) if len(cheapest) > 1 else None,
        "lowest_median": {"model": low, "value": middles[low]} if low else None,
    }
