"""What a workload costs at an API: the cheapest offer of a model, and of one that is as good."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from scoreboard.estimate import LeftOut, Ref
from scoreboard.hosting.cost import Demand
from scoreboard.metrics._levels import Level, choose_level
from scoreboard.metrics._price_rules import pool
from scoreboard.metrics._prices import Quote, Shelf, read_shelf
from scoreboard.metrics._scores import read_world
from scoreboard.store import Tables

CACHED = "cached_input"


@dataclass(frozen=True)
class Offer:
    """The cheapest offer for a workload, US dollars for a million of its tokens."""

    quote: Quote
    without_cache: bool  # its provider states no price of cached tokens: they cost as others do

    @property
    def value(self) -> float:
        """The price."""
        return self.quote.value

    def as_detail(self, demand: Demand, day: dt.date) -> dict[str, Any]:
        """The offer as detail of an estimate."""
        return {
            "model": self.quote.model,
            "provider": self.quote.provider,
            "usd_per_mtok": self.value,
            "monthly_usd": self.value * demand.mtok_per_month,
            "seen": self.quote.seen_on(day),
            "cached_tokens_at_full_price": self.without_cache,
        }


@dataclass(frozen=True)
class Market:
    """What the same model costs, and one that scores at least the same."""

    same: Offer | None
    equivalent: Offer | None
    level: Level | None
    why: str  # there is no price of the same model; empty: there is
    left: tuple[LeftOut, ...]

    @property
    def refs(self) -> list[Ref]:
        """The rows behind both."""
        quotes = [o.quote for o in (self.same, self.equivalent) if o]
        found = [s.ref for q in quotes for s in q.current]
        if self.level and self.equivalent:
            models = (self.level.model, self.equivalent.quote.model)
            found += [self.level.best[m].ref for m in models if m]
        return found


def read_market(tables: Tables, model: str, benchmark: str, demand: Demand, day: dt.date) -> Market:
    """The offers for a workload on a day."""
    world = read_world(tables, benchmark)
    scored = {s.model for rows in world.rows.values() for s in rows}
    shelf = read_shelf(tables, _kinds(demand), models={model, *scored})
    same = _cheapest(shelf, [model], demand, day)
    asked = {"reaches": model, "level": None, "harness": None, "shots": None}
    level = choose_level(tables, world, asked)
    equivalent = None
    if level is not None:
        others = [m for m in level.reached(world, "any", day) if m != model]
        equivalent = _cheapest(shelf, others, demand, day)
    left = tuple(row for _, row in shelf.left.get(model, ()))
    return Market(same, equivalent, level, "" if same else _why(shelf, model, demand, day), left)


def _kinds(demand: Demand) -> list[str]:
    return ["input", "output", *([CACHED] if demand.cached else [])]


def weights_of(demand: Demand, *, cached: bool) -> dict[str, float]:
    """The kinds of tokens of a request, with their numbers."""
    if not cached or not demand.cached:
        return {"input": float(demand.prompt), "output": float(demand.completion)}
    return {"input": demand.read, CACHED: demand.prompt - demand.read,
            "output": float(demand.completion)}  # fmt: skip


def _cheapest(
    shelf: Shelf, models: Iterable[str], demand: Demand, day: dt.date
) -> Offer | None:  # fmt: skip
    offers = [
        Offer(quote, without)
        for model in models
        for without in ((False, True) if demand.cached else (False,))
        for quote in pool(shelf, model, weights_of(demand, cached=not without), day).quotes
    ]
    return min(offers, key=_order, default=None)


def _order(o: Offer) -> tuple[Any, ...]:
    return o.value, o.without_cache, o.quote.model, o.quote.provider


def _why(shelf: Shelf, model: str, demand: Demand, day: dt.date) -> str:
    found = pool(shelf, model, weights_of(demand, cached=False), day).left
    if found:
        return f"no API offers {model} on {day}: {found[0].why}"
    return f"no source states what an API asks for {model} by {day}"
