"""What a workload costs at the list prices of a date, over all models that meet constraints."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate, Inputs, Interval, LeftOut
from scoreboard.metrics._bill import Bill, Book, Workload, read_book
from scoreboard.metrics._groups import About, all_models, in_group, model_domain
from scoreboard.metrics._levels import LEVEL, REACHES, choose_level, index_scores
from scoreboard.metrics._price_rules import (
    OPENNESS,
    canonical_name,
    canonical_provider,
    fallen,
    provider_domain,
)
from scoreboard.metrics._scores import Scored, benchmark_domain, canonical_benchmark, read_world
from scoreboard.metrics._sizes import read_contexts
from scoreboard.metrics._words import Name, dollars, plain_name
from scoreboard.metrics.base import AS_OF, Metric, Param, Values, no_value
from scoreboard.metrics.price import day_domain
from scoreboard.store import Tables

ALL, OWN, CHEAPEST = "all", "first_party", "cheapest"
REASONING = "%reasoning-tokens%"  # quoted multiples of the tokens out, by id


def where_domain(tables: Tables, others: Values) -> list[str]:
    """The rules, and the providers of a model; of all models without one."""
    return [OWN, CHEAPEST, ALL, *provider_domain(tables, others)[3:]]


def reasoning_domain(tables: Tables, _: Values) -> list[str]:
    """No reasoning, and the quoted multiples."""
    sql = "SELECT statistic FROM statistics WHERE unit = 'ratio' AND statistic LIKE ? ORDER BY 1"
    return ["1", *tables.column(sql, [REASONING])]


def canonical_multiple(_tables: Tables, text: str, _others: Values) -> str | None:
    """A multiple of one or more, or None when it is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return f"{number:g}" if 1 <= number < float("inf") else None


def _number(name: str, doc: str, default: str, other: str) -> Param:
    """A part of the workload: any number; an audit tries two."""
    return Param(name, doc, kind="number", default=default, domain=lambda _t, _o: [default, other])


class WorkloadCost(Metric):
    id = "workload_cost"
    title = "Cost of a workload"
    unit = "usd"
    definition = (
        "What requests of one shape cost in US dollars at the list prices of a date, for a model "
        "or for every model that meets the constraints."
    )
    method = (
        "Tokens times the prices of `price` at the date, per kind: input, cached input, output. "
        "Cached tokens without a price of their own are billed as input. Where a provider asks "
        "more for long prompts, that price holds for the whole of a prompt above the bound. "
        "`reasoning` multiplies the tokens out, by a number or by a quoted measurement. `batch` "
        "takes the prices for batches, where they are stated. Low and high come from sources "
        "that disagree. Offers not seen for 180 days are left out, as are models for embedding, "
        "images or speech unless one is named."
    )
    criticism = (
        "List prices, without discounts, minimums, tools or storage of the cache. Tokenizers "
        "differ, so the same text is more tokens at one model than at another, and models spend "
        "different numbers of tokens on the same task: the multiple is an assumption."
    )
    chart = "tradeoff"
    draws_itself = False
    tables = ("offers",)
    params = (
        _number("tokens_in", "tokens of a prompt, cached ones included", "2000", "20000"),
        _number("cached", "share of them read from the cache, 0 to 1", "0", "0.8"),
        _number("tokens_out", "tokens of an answer, without reasoning", "500", "2000"),
        _number("requests", "how many requests", "1000000", "1000"),
        Param("reasoning", "times the tokens out: a number of 1 or more, or a quoted measurement",
              default="1", domain=reasoning_domain, canonical=canonical_multiple),
        Param("batch", "at the prices for batches", default="no",
              domain=lambda _t, _o: ["no", "yes"]),
        Param("model", "one model; without it, all that meet the constraints",
              domain=model_domain, canonical=canonical_name),
        Param("provider", "where: first_party (the developer's own), the cheapest, all, or one",
              default=OWN, domain=where_domain, canonical=canonical_provider),
        OPENNESS,
        Param("benchmark", "only models that reach a level on this test", domain=benchmark_domain,
              canonical=canonical_benchmark),
        LEVEL,
        REACHES,
        Param("as_of", AS_OF.doc, kind="date", domain=day_domain),
    )  # fmt: skip

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        asked, day = read_asked(tables, p), self.as_of(tables, p)
        found = bills(tables, p, asked, day)
        if not found.bills:
            return [nothing(p, asked, found, day)]
        ordered = sorted(found.bills, key=lambda b: (b.usd, b.model, b.provider))
        return [estimate(asked, b, day) for b in ordered]

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        result: list[float | None] = []
        for p in grid:
            found = bills(tables, p, read_asked(tables, p), self.as_of(tables, p)).bills
            result.append(found[0].usd if len(found) == 1 else None)
        return result

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if e.value is None:
            return no_value(e)
        where = name("provider", e.key["provider"])
        return (f"{name('model', e.key['model'])} at {where} does "
                f"{e.detail['workload']} for {dollars(e.value)}.")  # fmt: skip

    def headline(
        self, found: Sequence[Estimate], drawn: Sequence[Estimate], name: Name = plain_name
    ) -> str:
        sides = {word: [e for e in drawn if e.value is not None and e.detail["open"] is is_open]
                 for word, is_open in (("open", True), ("closed", False))}  # fmt: skip
        if len(found) == 1 or not any(sides.values()):
            return super().headline(found, drawn, name)
        words = []
        for word, side in sides.items():
            if side:
                best = max(side, key=lambda e: (e.detail["score"], -(e.value or 0.0)))
                words.append(f"{dollars(best.value or 0.0)} at the best {word} model, "
                             f"{name('model', best.key['model'])}")  # fmt: skip
        workload = drawn[0].detail["workload"]
        return f"{workload[:1].upper()}{workload[1:]} cost {'; '.join(words)}."

    def drawn(self, tables: Tables, p: Values) -> list[Estimate]:
        """Every model with a capability index, by what the workload costs."""
        everyone = {**p, "model": None, "provider": OWN if p["provider"] == ALL else p["provider"]}
        return [e for e in self.compute(tables, everyone) if "score" in e.detail]

    def series(self, tables: Tables, p: Values) -> list[Estimate]:
        if not p["model"] or p["provider"] == ALL:
            raise UsageError("a series is of one model", repair=f"scoreboard show {self.id} "
                             "-p model=gpt-5.5 --series")  # fmt: skip
        asked, end = read_asked(tables, p), self.as_of(tables, p)
        days = [d for d in asked.book.base.changes(p["model"]) if d <= end]
        found: list[Estimate] = []
        for day in days:
            for bill in bills(tables, p, asked, day).bills:
                if not found or bill.usd != found[-1].value:
                    found.append(estimate(asked, bill, day))
        return found or self.compute(tables, p)


@dataclass(frozen=True)
class Asked:
    """A workload with the prices that it can be billed at."""

    work: Workload
    book: Book
    source: Mapping[str, Any] | None  # of the multiple for reasoning
    scores: Mapping[str, Scored]  # capability index by model
    models: Mapping[str, About]

    def is_open(self, model: str, day: dt.date) -> bool:
        """Whether its weights are open on a day."""
        return in_group(self.models[model], "openness", "open", day)

    @cached_property
    def population(self) -> str:
        """Of what."""
        hours = "prices for batches" if self.work.batch else "standard hours"
        return f"{self.work.words}; list prices, {hours}"


def read_asked(tables: Tables, p: Values) -> Asked:
    """The workload of the parameters, checked."""
    multiple, source = _multiple(tables, p["reasoning"])
    work = Workload(p["tokens_in"], p["cached"], p["tokens_out"], p["requests"], multiple,
                    p["batch"] == "yes")  # fmt: skip
    for what in ("tokens_in", "tokens_out", "requests"):
        if p[what] < 0:
            raise UsageError(f"{what} is below zero: {p[what]:g}", valid=["0 or more"])
    if not 0 <= work.cached <= 1:
        raise UsageError(f"cached is a share: {work.cached:g}", valid=["0 to 1, such as 0.8"])
    if not any(work.amounts.values()):
        raise UsageError(
            "the workload is nothing: no requests, or requests without tokens",
            valid=["requests above 0, and tokens_in or tokens_out above 0"],
            repair="scoreboard show workload_cost -p requests=1000",
        )
    if not p["benchmark"] and (p["level"] is not None or p["reaches"]):
        raise UsageError("a level needs a test", repair="add -p benchmark=index")
    return Asked(work, read_book(tables, work), source, index_scores(tables),
                 all_models(tables))  # fmt: skip


def _multiple(tables: Tables, text: str) -> tuple[float, Mapping[str, Any] | None]:
    try:
        return float(text), None
    except ValueError:
        sql = ("SELECT statistic, value, population, address, date FROM statistics "
               "WHERE statistic = ?")  # fmt: skip
        (found,) = tables.rows(sql, [text])
        return float(found["value"]), found


@dataclass(frozen=True)
class Found:
    """The bills of a day, and what was left out."""

    bills: list[Bill]
    left: tuple[LeftOut, ...]
    models: int  # that meet the constraints


def bills(tables: Tables, p: Values, asked: Asked, day: dt.date) -> Found:
    """A bill for each offer that the parameters let in."""
    models = list(_models(tables, p, asked.work, day))
    found: list[Bill] = []
    left: list[LeftOut] = []
    for model in models:
        mine = []
        for bill in _at_providers(asked, p["provider"], model, day):
            if why := fallen(asked.book.base, bill, day):
                left += [LeftOut(line.pick.chosen.ref, why) for line in bill.lines]
            else:
                mine.append(bill)
                if p["provider"] == OWN:
                    break
        if p["provider"] == CHEAPEST:
            mine = sorted(mine, key=lambda b: (b.usd, b.provider))[:1]
        found += mine
    return Found(found, tuple(left), len(models))


def _at_providers(asked: Asked, provider: str, model: str, day: dt.date) -> Iterator[Bill]:
    shelf = asked.book.base
    if provider == OWN:
        names: Sequence[str] = shelf.parties.get(model, ())
    else:
        names = sorted(shelf.stated.get(model, {})) if provider in (ALL, CHEAPEST) else [provider]
    for name in names:
        bill = asked.book.bill(asked.work, model, name, day)
        if bill:
            yield bill


def _models(tables: Tables, p: Values, work: Workload, day: dt.date) -> Iterator[str]:
    """The models that meet the constraints."""
    known, contexts = all_models(tables), read_contexts(tables)
    wanted = [p["model"]] if p["model"] else sorted(known)
    reached = _reached(tables, p, day)
    for model in wanted:
        about: About | None = known.get(model)
        if about is None or (reached is not None and model not in reached):
            continue
        if about.use and not p["model"]:
            continue  # it does not answer text with text
        if p["openness"] != "any" and not in_group(about, "openness", p["openness"], day):
            continue
        context = contexts.get(model)
        if context and work.tokens_in + work.tokens_out > context and not p["model"]:
            continue
        yield model


def _reached(tables: Tables, p: Values, day: dt.date) -> set[str] | None:
    """The models that reach the level; None where none is asked for."""
    if not p["benchmark"]:
        return None
    world = read_world(tables, p["benchmark"])
    level = choose_level(tables, world, {**p, "harness": None, "shots": None})
    return set(level.reached(world, p["openness"], day)) if level else set()


def nothing(p: Values, asked: Asked, found: Found, day: dt.date) -> Estimate:
    """No bill, and why."""
    kind = "batch price" if asked.work.batch else "price"
    who = p["model"] or f"{found.models} models meet the constraints, none of which"
    why = f"{who} has a {kind} of every kind that is needed at {p['provider']} on {day}"
    if p["model"]:
        why = f"{who} has no {kind} of every kind that is needed at {p['provider']} on {day}"
    return Estimate(
        value=None, unit="usd", method="none", as_of=day, population=asked.population,
        key={"model": p["model"] or "", "provider": p["provider"]}, caveats=(why,),
        detail={"workload": asked.work.words}, left_out=found.left,
    )  # fmt: skip


def estimate(asked: Asked, bill: Bill, day: dt.date) -> Estimate:
    """A bill with its range, lines and sources."""
    low, high = bill.low, bill.high
    several = low < high
    score = asked.scores.get(bill.model)
    refs = [s.ref for line in bill.lines for s in line.pick.current]
    detail: dict[str, Any] = {
        "workload": asked.work.words,
        "lines": [{"kind": x.kind, "tokens": x.tokens, "usd_per_mtok": x.pick.chosen.value,
                   "billed_as": x.billed_as, "tier": x.tier, "usd": x.usd,
                   "source": x.pick.chosen.source} for x in bill.lines],
        **({"score": score.value, "open": asked.is_open(bill.model, day)} if score else {}),
        **({"reasoning": dict(asked.source)} if asked.source else {}),
    }  # fmt: skip
    return Estimate(
        value=bill.usd, unit="usd", method="tokens times list prices", as_of=day,
        population=asked.population, key={"model": bill.model, "provider": bill.provider},
        low=min(low, bill.usd) if several else None, high=max(high, bill.usd) if several else None,
        interval=Interval("range", None) if several else None, n=len(refs),
        caveats=tuple(_caveats(asked, bill, day, several)), inputs=Inputs.of(refs), detail=detail,
    )  # fmt: skip


def _caveats(asked: Asked, bill: Bill, day: dt.date, several: bool) -> Iterator[str]:
    yield "sources disagree on a price" if several else "no interval: no sources disagree"
    if any(x.kind == "cached_input" and x.billed_as == "input" for x in bill.lines):
        yield "no price of cached tokens is stated: they are billed as input"
    if tiers := sorted({x.tier for x in bill.lines if x.tier}):
        yield f"the prices for prompts {tiers[0].replace(':', ' ')} tokens hold"
    if asked.source:
        yield (f"tokens out are multiplied by {asked.source['value']:g}: "
               f"{asked.source['statistic']}, {asked.source['address']}")  # fmt: skip
    elif asked.work.reasoning != 1:
        yield f"tokens out are multiplied by {asked.work.reasoning:g}: an assumption"
    if any(not x.pick.chosen.value for x in bill.lines):
        yield "a part is free"
    if (seen := bill.seen_on(day)) < day:
        yield f"last observation: {seen}, carried forward"
