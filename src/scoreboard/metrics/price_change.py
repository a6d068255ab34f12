"""How list prices changed between two dates: over the same offers, the catalogue, the flagships."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate, Inputs
from scoreboard.metrics._change import (
    ALL,
    OWN,
    Change,
    Flagship,
    amounts,
    flagships,
    read_change,
    tokens_by,
)
from scoreboard.metrics._price_rules import KIND, MIX, canonical_provider, weights_of
from scoreboard.metrics._prices import read_shelf
from scoreboard.metrics._words import KIND_WORDS, Name, plain_name
from scoreboard.metrics.base import AS_OF, Metric, Param, Values, no_value
from scoreboard.render import amount, number
from scoreboard.stats.price_index import fisher, jevons, unchanged
from scoreboard.store import Tables

YEAR = dt.timedelta(days=365)
SHOWN = 10  # largest changes listed
STATS = {  # what it is, unit
    "jevons": ("geometric mean of the changes of the same offers", "ratio"),
    "unchanged": ("share of the same offers whose price did not change", "fraction"),
    "fisher": ("Fisher index of the same offers, weighted by tokens on OpenRouter", "ratio"),
    "median": ("change of the median price of the whole catalogue", "ratio"),
    "flagship": ("price of each developer's best model, then and now", "ratio"),
}


def provider_domain(tables: Tables, _: Values) -> list[str]:
    """The developers' own services, all providers, and each by itself."""
    sql = "SELECT DISTINCT provider FROM offers WHERE provider <> '' AND model <> '' ORDER BY 1"
    return [OWN, ALL, *tables.column(sql)]


def day_domain(tables: Tables, _: Values) -> list[str]:
    """Days of documents of prices."""
    sql = ("SELECT DISTINCT published FROM snapshots WHERE source IN "
           "(SELECT source FROM offers WHERE rank = 'catalogue') ORDER BY 1")  # fmt: skip
    return [str(d) for d in tables.column(sql)]


class PriceChange(Metric):
    id = "price_change"
    title = "Change of list prices between two dates"
    unit = "ratio"
    definition = (
        "What list prices at one date are as a multiple of those at an earlier one: of the same "
        "offers, of the median of the catalogue, or of each developer's best model."
    )
    method = (
        "An offer is a model at a provider. Matched offers have a price at both dates, as in "
        "`price`; offers not seen for 180 days are left out. `jevons` is the geometric mean of "
        "their changes, `fisher` weighs them by the tokens of their models on OpenRouter in the "
        "28 days before each date, `unchanged` counts those that stayed. `median` compares all "
        "offers then with all offers now, and `flagship` the model with the highest Epoch "
        "Capabilities Index that each developer sold then and sells now."
    )
    criticism = (
        "Most list prices never change: a model keeps its price and a cheaper one comes out. So "
        "an index over the same offers misses most of what users save, and the median of the "
        "catalogue moves with what is listed. Neither is what buyers paid."
    )
    chart = "steps"
    tables = ("offers",)
    columns = ("then", "now")
    params = (
        Param("stat", "which change", default="jevons", domain=lambda _t, _o: list(STATS)),
        Param("start", "the earlier date; by default 365 days before the later one", kind="date",
              domain=day_domain),
        Param("provider", "of which providers: first_party (the developers' own services), all, "
              "or one of them", default=OWN, domain=provider_domain,
              canonical=canonical_provider),
        KIND,
        MIX,
        Param("as_of", f"the later date: {AS_OF.doc}", kind="date", domain=day_domain),
    )  # fmt: skip

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        start, end = dates_of(p, self.as_of(tables, p))
        change = read_change(tables, p, start, end)
        if p["stat"] == "flagship":
            none = "no developer has a scored model with a price at both dates"
            return by_flagship(tables, p, change) or [nothing(p, change, none)]
        return [estimate(tables, p, change)]

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        return self.computed(tables, grid)

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if e.value is None:
            return no_value(e)
        since, kind = e.detail["start"], KIND_WORDS[e.key["kind"]]
        if "developer" in e.key:
            who = name("developer", e.key["developer"])
            return (f"The best model of {who} costs {number(e.value, e.unit)} times what its best "
                    f"cost on {since}, per million {kind}.")  # fmt: skip
        if e.unit == "fraction":
            return (f"{amount(e.value, e.unit)} of the list prices of {since} are unchanged, per "
                    f"million {kind}.")  # fmt: skip
        what = (
            "The median list price" if e.key["stat"] == "median" else "The same offer, on average,"
        )
        return f"{what} is {number(e.value, e.unit)} times that of {since}, per million {kind}."

    def series(self, tables: Tables, p: Values) -> list[Estimate]:
        start, end = dates_of(p, self.as_of(tables, p))
        if p["stat"] == "flagship":
            raise UsageError("flagship has no series", repair="scoreboard show price_change")
        days = [d for d in read_shelf(tables, weights_of(p)).documents if start < d < end]
        fixed = {**p, "start": start}
        found = [estimate(tables, fixed, read_change(tables, fixed, start, d)) for d in days]
        return [*(e for e in found if e.value is not None),
                estimate(tables, fixed, read_change(tables, fixed, start, end))]  # fmt: skip


def dates_of(p: Values, end: dt.date) -> tuple[dt.date, dt.date]:
    """The two dates, in order."""
    floor = dt.date.min + YEAR
    start: dt.date = p["start"] or (end - YEAR if end > floor else dt.date.min)
    if start > end:
        raise UsageError(
            f"start, {start}, is after as_of, {end}",
            valid=["a start on or before as_of"],
            repair=f"scoreboard show price_change -p start={end} --as-of {start}",
        )
    return start, end


def _key(p: Values, **more: str) -> dict[str, str]:
    return {"stat": p["stat"], "provider": p["provider"], "kind": p["kind"], **more}


def _population(p: Values, change: Change) -> str:
    who = {OWN: "the developers' own services", ALL: "all providers"}.get(
        p["provider"], p["provider"]
    )
    return (f"list prices of {who}, {change.before.day} to {change.after.day}, "
            f"{KIND_WORDS[p['kind']]}, standard hours, lowest context tier")  # fmt: skip


def nothing(p: Values, change: Change, why: str) -> Estimate:
    """No value, and why."""
    return Estimate(
        value=None, unit=STATS[p["stat"]][1], method="none", as_of=change.after.day,
        population=_population(p, change), key=_key(p), caveats=(why,),
        detail={"start": change.before.day},
    )  # fmt: skip


def values_of(tables: Tables, change: Change) -> dict[str, float | None]:
    """Every index of a change."""
    pairs = change.pairs
    named = {"/".join(o): pair for o, pair in pairs.items()}
    weights = [amounts(pairs, tokens_by(tables, s.day)) for s in (change.before, change.after)]
    then, now = change.before.median, change.after.median
    return {
        "jevons": jevons(list(pairs.values())),
        "unchanged": unchanged(list(pairs.values())),
        "fisher": fisher(named, *weights),
        "median": now / then if now is not None and then else None,
    }


def estimate(tables: Tables, p: Values, change: Change) -> Estimate:
    """One index of a change, the others beside it."""
    found = values_of(tables, change)
    value, matched = found[p["stat"]], change.matched
    if value is None:
        return nothing(p, change, _missing(p["stat"], change))
    sides = (change.before, change.after)
    used = [q for s in sides for o, q in s.quotes.items()
            if p["stat"] == "median" or o in change.pairs]  # fmt: skip
    words, unit = STATS[p["stat"]]
    return Estimate(
        value=value, unit=unit, method=words, as_of=change.after.day,
        population=_population(p, change), key=_key(p), n=len(matched),
        caveats=tuple(_caveats(p, change)),
        inputs=Inputs.of(s.ref for q in used for s in q.current),
        detail={"start": change.before.day, "matched": len(matched), **found,
                "then": change.before.median, "now": change.after.median,
                "offers_then": len(change.before.quotes), "offers_now": len(change.after.quotes),
                **_moved(change)},
        left_out=(*change.before.left, *change.after.left),
    )  # fmt: skip


def _moved(change: Change) -> dict[str, Any]:
    """How many rose and fell, and the largest changes."""
    ratios = sorted(((b / a, o, a, b) for o, (a, b) in change.pairs.items() if a != b))
    rose = sum(r > 1 for r, *_ in ratios)
    shown = [*ratios[: SHOWN // 2], *ratios[len(ratios) - SHOWN // 2 :]]
    largest = list({o: {"model": o[0], "provider": o[1], "then": a, "now": b}
                    for _, o, a, b in shown}.values())  # fmt: skip
    return {"rose": rose, "fell": len(ratios) - rose, "largest_changes": largest}


def _missing(stat: str, change: Change) -> str:
    for side in (change.before, change.after):
        if not side.quotes:
            return f"no offer of these has a price on {side.day}"
    if stat == "fisher" and change.matched:
        return "no tokens of these models are known in the 28 days before one of the dates"
    return f"no offer has a price both on {change.before.day} and on {change.after.day}"


def _caveats(p: Values, change: Change) -> list[str]:
    found = ["no interval: all offers of the catalogues, not a sample of them"]
    if p["stat"] == "fisher":
        found.append("weights are tokens on OpenRouter only, of all kinds together")
    if p["stat"] == "median":
        found.append("other offers then than now: it moves with what is listed")
    if p["kind"] == "blended":
        found.append(f"a blend of {p['mix']} input to output tokens is an assumed workload")
    late = [s.day for s in (change.before, change.after)
            if any(q.seen_on(s.day) < s.day for q in s.quotes.values())]  # fmt: skip
    if late:
        days = " and ".join(str(d) for d in late)
        found.append(f"prices are carried forward from the last document before {days}")
    return found


def by_flagship(tables: Tables, p: Values, change: Change) -> list[Estimate]:
    """Each developer's best model then and now."""
    then, now = (flagships(tables, s) for s in (change.before, change.after))
    found = []
    for developer in sorted(then.keys() & now.keys() - {""}):
        a, b = then[developer], now[developer]
        if not a.quote.value:
            continue
        rows = [s.ref for x in (a, b) for s in x.quote.current] + [a.score.ref, b.score.ref]
        same = ("the same model then and now",) if a.model == b.model else ()
        found.append(
            Estimate(
                value=b.quote.value / a.quote.value, unit="ratio", method=STATS["flagship"][0],
                as_of=change.after.day, population=_population(p, change),
                key=_key(p, developer=developer), n=2,
                caveats=("no interval: two list prices", *same), inputs=Inputs.of(rows),
                detail={"start": change.before.day, "then": _offer(a), "now": _offer(b)},
            )
        )  # fmt: skip
    return found


def _offer(flagship: Flagship) -> Mapping[str, Any]:
    return {"model": flagship.model, "usd_per_mtok": flagship.quote.value}
