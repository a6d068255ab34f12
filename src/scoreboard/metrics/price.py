"""The list price of a model at a date: of one provider, or over providers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from scoreboard.estimate import Estimate, Inputs, Interval, LeftOut
from scoreboard.metrics._groups import model_domain
from scoreboard.metrics._price_bounds import effective_bounds
from scoreboard.metrics._price_rules import (
    KIND,
    KINDS,
    MIX,
    PROVIDER,
    RULES,
    Answer,
    ask,
    canonical_name,
    weights_of,
)
from scoreboard.metrics._prices import Pick, Quote, Shelf, read_shelf
from scoreboard.metrics._words import KIND_WORDS, Name, dollars, plain_name
from scoreboard.metrics.base import AS_OF, Metric, Param, Values, no_value
from scoreboard.store import Tables


def _column_domain(column: str) -> Any:
    def domain(tables: Tables, others: Values) -> list[str]:
        sold = "FROM offers WHERE model <> ''"
        if model := others.get("model"):
            of = tables.lists(f"SELECT DISTINCT model, {column} {sold} ORDER BY ALL")
            found = of.get(model, [])
        else:
            found = tables.column(f"SELECT DISTINCT {column} {sold} ORDER BY 1")
        return list(dict.fromkeys(["", *found]))

    return domain


def _column_canonical(column: str) -> Any:
    def canonical(tables: Tables, text: str, _: Values) -> str | None:
        found = tables.column(f"SELECT DISTINCT {column} FROM offers")
        return text if text in found else None

    return canonical


def day_domain(tables: Tables, others: Values) -> list[str]:
    """Days on which a price of the model can change."""
    model = others.get("model")
    if not model:
        sql = "SELECT DISTINCT first_seen FROM offers WHERE first_seen IS NOT NULL ORDER BY 1"
        return [str(d) for d in tables.column(sql)]
    shelf = read_shelf(tables, KINDS, models=[model] if model else None)
    return [str(d) for d in shelf.days([model])]


class Price(Metric):
    id = "price"
    title = "List price of a model"
    unit = "usd_per_mtok"
    definition = (
        "What a provider asks for a million tokens of a model at a date: the last observation at "
        "or before it, in standard hours and the lowest context tier unless asked."
    )
    method = (
        "The developer's own dated list beats a curated entry, that a catalogue; of catalogues "
        "the one observed last holds. A price is carried until its catalogue's next document; an "
        "offer that no document states any more is gone. Low and high are the range of the "
        "sources in force. Minimum and median leave out offers not seen for 180 days and those "
        "under a hundredth of the median of their model; a median needs three offers. A blend "
        "weighs input and output as stated in `mix`."
    )
    criticism = (
        "Catalogues lag: the day of a document bounds the day of a change from above only, and an "
        "old listing proves nothing. A list price is not what large buyers pay, and a price per "
        "token is not one per task: reasoning models spend more tokens."
    )
    chart = "steps"
    things = ("model",)
    tables = ("offers",)
    params = (
        Param("model", "the model; without it, every model that has the price",
              domain=model_domain, canonical=canonical_name),
        PROVIDER,
        KIND,
        MIX,
        Param("variant", "batch, flex, priority, off-peak, free ...; empty for standard",
              default="", domain=_column_domain("variant"),
              canonical=_column_canonical("variant")),
        Param("tier", "context tier such as above:200000; empty for the lowest", default="",
              domain=_column_domain("tier"), canonical=_column_canonical("tier")),
        Param("as_of", AS_OF.doc, kind="date", domain=day_domain),
    )  # fmt: skip

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        shelf, day = _shelf(tables, p), self.as_of(tables, p)
        if p["model"]:
            return [estimate(tables, shelf, p, p["model"], day)]
        found = (m for m in sorted(shelf.stated) if _value(shelf, p, m, day) is not None)
        return [estimate(tables, shelf, p, model, day) for model in found]

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        shelves: dict[tuple[Any, ...], Shelf] = {}
        result: list[float | None] = []
        for p in grid:
            if not p["model"]:
                result.append(None)
                continue
            key = (p["model"], tuple(weights_of(p)), p["variant"], p["tier"])
            if key not in shelves:
                shelves[key] = _shelf(tables, p)
            result.append(_value(shelves[key], p, p["model"], self.as_of(tables, p)))
        return result

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if e.value is None:
            return no_value(e)
        at = _at_words(e.detail.get("provider"), e.key["provider"], name)
        return (f"{name('model', e.key['model'])} costs {dollars(e.value)} per million "
                f"{KIND_WORDS[e.key['kind']]}{at}.")  # fmt: skip

    def headline(
        self, found: Sequence[Estimate], drawn: Sequence[Estimate], name: Name = plain_name
    ) -> str:
        stated = sorted(e.value for e in found if e.value is not None)
        if len(found) == 1 or not stated:
            return super().headline(found, drawn, name)
        return (f"{len(stated)} models have a list price, from {dollars(stated[0])} to "
                f"{dollars(stated[-1])} per million "
                f"{KIND_WORDS[found[0].key['kind']]}.")  # fmt: skip

    def drawn(self, tables: Tables, p: Values) -> list[Estimate]:
        return self.series(tables, p) if p["model"] else []

    def series(self, tables: Tables, p: Values) -> list[Estimate]:
        shelf, end, model = _shelf(tables, p), self.as_of(tables, p), p["model"]
        if not model:
            return self.compute(tables, p)
        found: list[Estimate] = []
        last: tuple[Any, ...] = (None, None, None, None)
        stood: object = object()
        for day in (d for d in shelf.days([model]) if d <= end):
            answer = ask(shelf, model, p["provider"], weights_of(p), day)
            stands, still_none = _stands(answer), answer.value is None and last[0] is None
            if stands == stood or still_none:
                continue
            stood = stands
            e = estimate(tables, shelf, p, model, day)
            if (e.value, e.low, e.high, e.detail.get("provider")) != last:
                found.append(e)
                last = (e.value, e.low, e.high, e.detail.get("provider"))
        return found or [estimate(tables, shelf, p, model, end)]


def _at_words(provider: str | None, asked: str, name: Name) -> str:
    if provider:
        return f" at {name('provider', provider)}"
    return {"median": ", the median of the providers"}.get(asked, "")


def _stands(answer: Answer) -> tuple[Any, ...]:
    """What an answer is made of: while this stays, so does the price."""
    provider = answer.of.provider if answer.of else ""
    stated = tuple((s.source, s.value) for q in answer.quotes for s in q.current)
    return answer.value, answer.low, answer.high, provider, stated


def _shelf(tables: Tables, p: Values) -> Shelf:
    return read_shelf(
        tables, weights_of(p), p["variant"], p["tier"], [p["model"]] if p["model"] else None
    )


def _value(shelf: Shelf, p: Values, model: str, day: dt.date) -> float | None:
    return ask(shelf, model, p["provider"], weights_of(p), day).value


def estimate(tables: Tables, shelf: Shelf, p: Values, model: str, day: dt.date) -> Estimate:
    """The price of one model on a day, or why there is none."""
    answer = ask(shelf, model, p["provider"], weights_of(p), day)
    blend = f", blended {p['mix']} input to output" if p["kind"] == "blended" else ""
    base = Estimate(
        value=answer.value,
        unit="usd_per_mtok",
        method=_method(answer) + blend,
        as_of=day,
        population=_population(p, answer),
        key={"model": model, "provider": p["provider"], "kind": p["kind"]},
        left_out=(*_unused(shelf, p, model), *answer.left),
    )
    if answer.value is None:
        why = answer.fault or _missing(tables, shelf, p, model, day)
        return replace(base, caveats=(why,), n=0, detail={"offers": len(answer.quotes)})
    used = [s for q in answer.quotes for s in q.current]
    shown = [answer.of] if answer.of else list(answer.quotes)
    single = [q for q in shown if any(_alone(k) for k in q.picks)]
    several = len(single) < len(shown)
    caveats = _caveats(shelf, p, answer, day, single)
    outdated = [s for q in shown for k in q.picks for s in k.outdated]
    return replace(
        base,
        low=answer.low if several else None,
        high=answer.high if several else None,
        interval=Interval("range", None) if several else None,
        n=len(used),
        caveats=tuple(caveats),
        inputs=Inputs.of(s.ref for s in used),
        detail=_detail(shelf, answer, day),
        source_name=answer.of.picks[0].chosen.source_name if answer.of else None,
        left_out=(*base.left_out, *(LeftOut(s.ref, "outdated: a later statement differs")
                                    for s in outdated)),
    )  # fmt: skip


def _method(answer: Answer) -> str:
    if answer.value is None:
        return "none"
    if answer.of is None:
        return "median of the last observed list prices"
    words = {"developer": "the developer's own list", "curated": "curated list price"}
    return words.get(answer.of.picks[0].chosen.rank, "last observed list price")


def _population(p: Values, answer: Answer) -> str:
    hours = "standard hours" if not p["variant"] else f"variant {p['variant']}"
    tier = "lowest context tier" if not p["tier"] else f"context {p['tier'].replace(':', ' ')}"
    asked = p["provider"]
    if asked == "first_party":
        asked = answer.of.provider if answer.of else "the developer's own service"
    elif asked in RULES:
        count = len(answer.quotes)
        word = "lowest" if asked == "cheapest" else asked
        return f"{word} list price of {count} provider{'s' * (count != 1)}, {hours}, {tier}"
    return f"list price of {asked}, {hours}, {tier}"


def _detail(shelf: Shelf, answer: Answer, day: dt.date) -> dict[str, Any]:
    stated = [s.as_detail(day) for s in answer.of.current] if answer.of else []
    if answer.of is None:
        offers = sorted(answer.quotes, key=lambda q: (q.value, q.provider))
        return {"offers": {q.provider: q.value for q in offers}}
    chosen = answer.of.picks[0].chosen
    older = [s.as_detail(day) for k in answer.of.picks for s in k.outdated]
    statements = shelf.stated[chosen.model][chosen.provider][chosen.kind]
    bounds = effective_bounds(statements, chosen, day, shelf.released.get(chosen.model))
    first = {k: v for k, v in chosen.as_detail(day).items() if k not in ("kind", "value")}
    return {
        "provider": answer.of.provider, **first,
        "effective_bounds": bounds._asdict(), "document_before": chosen.previous,
        "stated": stated, "outdated": older,
        "offers": {q.provider: q.value for q in answer.quotes},
    }  # fmt: skip


def _alone(pick: Pick) -> bool:
    """Whether one source states it, and one value."""
    return len({s.source for s in pick.current}) == len({s.value for s in pick.current}) == 1


def _caveats(
    shelf: Shelf, p: Values, answer: Answer, day: dt.date, single: Sequence[Quote]
) -> list[str]:
    found = []
    shown = [answer.of] if answer.of else answer.quotes
    if answer.of and answer.low != answer.high:
        sides = {
            f"{s.source} {s.value:g} for {s.kind} ({s.source_name})" for s in answer.of.current
        }
        found.append(f"sources disagree: {'; '.join(sorted(sides))}")
    elif len(single) == len(shown):
        found.append("no interval: one source states it")
    elif single:
        found.append(f"one source each states {len(single)} of the {len(shown)} prices")
    seen = min(q.seen_on(day) for q in shown)
    if seen < day:
        found.append(f"last observation: {seen}, carried forward")
    if gone := [q.unlisted for q in shown if q.unlisted]:
        found.append(f"no catalogue lists the offer any more since {min(gone)}")
    if shelf.begins is None or day < shelf.begins:
        found.append(f"before the record of observed prices begins ({shelf.begins}): curated")
    if p["kind"] == "blended":
        found.append(f"a blend of {p['mix']} input to output tokens is an assumed workload")
    if answer.left:
        found.append(f"{len(answer.left)} statements of other offers were left out")
    return found


def _missing(tables: Tables, shelf: Shelf, p: Values, model: str, day: dt.date) -> str:
    """Why there is no price: what there is instead, and since when."""
    rows = tables.rows(
        "SELECT provider, kind, variant, tier, min(coalesce(effective_from, first_seen)) AS since "
        "FROM offers WHERE model = ? AND provider <> '' AND usd_per_mtok > 0 GROUP BY ALL "
        "ORDER BY ALL",
        [model],
    )
    record = f"the record of observed prices begins {shelf.begins}"
    if not rows:
        return f"no price of {model} is on record; {record}"
    asked = f"no {p['kind']} price of {model}, provider {p['provider']}, by {day}"
    same = [s for kinds in _asked(shelf, p, model) for rows in kinds.values() for s in rows]
    later = [s.begins for s in same if s.begins > day]
    ended = [d for s in same if s.begins <= day and (d := s.until or s.dropped)]
    if later and not ended:
        return f"{asked}: its first is of {min(later)}; {record}"
    if ended:
        return f"{asked}: the offer ended, it is last stated before {max(ended)}"
    kinds = ", ".join(sorted({r["kind"] for r in rows}))
    providers = sorted({r["provider"] for r in rows})
    more = f" and {len(providers) - 8} more" if len(providers) > 8 else ""
    first = min(r["since"] for r in rows)
    return f"{asked}; there are {kinds} of {', '.join(providers[:8])}{more}, from {first}; {record}"


def _asked(shelf: Shelf, p: Values, model: str) -> list[dict[str, Any]]:
    """The offers that the rule looks at."""
    offers = shelf.stated.get(model, {})
    wanted = _providers(shelf, p, model)
    return [kinds for name, kinds in offers.items() if wanted is None or name in wanted]


def _providers(shelf: Shelf, p: Values, model: str) -> tuple[str, ...] | None:
    """The providers that the rule looks at; None for all."""
    if p["provider"] in ("cheapest", "median"):
        return None
    return shelf.parties.get(model, ()) if p["provider"] == "first_party" else (p["provider"],)


def _unused(shelf: Shelf, p: Values, model: str) -> list[LeftOut]:
    wanted = _providers(shelf, p, model)
    return [row for name, row in shelf.left.get(model, ()) if wanted is None or name in wanted]
