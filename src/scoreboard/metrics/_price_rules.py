"""Rules over providers: whose price is asked for, of what tokens, and over which offers."""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from scoreboard.estimate import LeftOut
from scoreboard.metrics._groups import canonical_model
from scoreboard.metrics._prices import FRESH_DAYS, Quote, Shelf, Weights
from scoreboard.metrics.base import Param, Values
from scoreboard.store import Tables

RULES = ("first_party", "cheapest", "median")
KINDS = ("input", "output", "cached_input", "cache_write", "blended")
MIXES = ("3:1", "96:4", "1:1")  # input to output: customary, what OpenRouter serves, equal
LEAST_OFFERS = 3  # for a median
UNIT_FAULT = 100  # this far under the median of its model, a price is in another unit


def canonical_name(tables: Tables, text: str, others: Values) -> str | None:
    """The id of a model; of a name that meant none that day, what it meant last, else first."""
    found = canonical_model(tables, text, others)
    if found:
        return found
    ended = tables.column(
        "SELECT model FROM names WHERE model <> '' AND lower(name) = ? AND valid_to < ? "
        "ORDER BY valid_to DESC, model LIMIT 1",
        [text.lower(), others.get("as_of") or dt.date.max],
    )
    return str(ended[0]) if ended else next(iter(meanings(tables, text)), None)


def meanings(tables: Tables, text: str) -> list[str]:
    """The models that a name has meant, in order."""
    found = tables.column(
        "SELECT model FROM names WHERE model <> '' AND lower(name) = ? GROUP BY model "
        "ORDER BY min(coalesce(valid_from, DATE '0001-01-01')), model",
        [text.lower()],
    )
    return [str(m) for m in found]


def provider_domain(tables: Tables, others: Values) -> list[str]:
    """The rules, and the providers of a model; of all models without one."""
    sold = "FROM offers WHERE provider <> '' AND model <> ''"
    if model := others.get("model"):
        found = tables.lists(f"SELECT DISTINCT model, provider {sold} ORDER BY ALL").get(model, [])
    else:
        found = tables.column(f"SELECT DISTINCT provider {sold} ORDER BY 1")
    return [*RULES, *found]


def canonical_provider(tables: Tables, text: str, _: Values) -> str | None:
    """The id of any provider there is, from its id or another name of it."""
    name = text.lower()
    found = tables.column("SELECT provider FROM provider_names WHERE name = ?", [name])
    found += tables.column("SELECT provider FROM offers WHERE provider = ? LIMIT 1", [name])
    return str(found[0]) if found and name not in RULES else None


def canonical_mix(_tables: Tables, text: str, _others: Values) -> str | None:
    """A blend such as 3:1 (input to output), or None when it is none."""
    try:
        numbers = [float(x) for x in text.split(":")]
    except ValueError:
        return None
    finite = all(0 <= n < float("inf") for n in numbers)
    good = len(numbers) == 2 and finite and sum(numbers) > 0
    return ":".join(f"{n:g}" for n in numbers) if good else None


def weights_of(p: Values) -> dict[str, float]:
    """The kinds that a price is made of, with their weights."""
    if p["kind"] != "blended":
        return {p["kind"]: 1.0}
    first, second = (float(x) for x in p["mix"].split(":"))
    return {k: w for k, w in (("input", first), ("output", second)) if w}


class Pool(NamedTuple):
    """Offers that a minimum or a median may be taken over, and the rest with reasons."""

    quotes: list[Quote]
    left: list[LeftOut]


def pool(shelf: Shelf, model: str, weights: Weights, day: dt.date) -> Pool:
    """The offers of a model that stand on a day: seen lately, and in the right unit."""
    key = (model, tuple(weights.items()), shelf.epoch(model, day))
    if key not in shelf.pools:
        shelf.pools[key] = _pool(shelf, model, weights, day)
    found: Pool = shelf.pools[key]
    return found


def _pool(shelf: Shelf, model: str, weights: Weights, day: dt.date) -> Pool:
    found = [(q, fallen(shelf, q, day)) for q in shelf.quotes(model, weights, day)]
    middle = median([q for q, why in found if not why])
    kept, left = [], []
    for quote, fell in found:
        why = fell
        if not why and middle is not None and quote.value * UNIT_FAULT < middle:
            why = f"under a hundredth of the median of its model, {middle:g}: another unit"
        if why:
            left += [LeftOut(s.ref, why) for s in quote.current]
        else:
            kept.append(quote)
    return Pool(kept, left)


class Offered(Protocol):
    """What is asked at an offer: a price, or a bill of several."""

    @property
    def unlisted(self) -> dt.date | None:
        """Since when no catalogue lists it, where one did."""
        ...

    def seen_on(self, day: dt.date) -> dt.date:
        """The day on which it was last observed."""
        ...


def fallen(shelf: Shelf, offer: Offered, day: dt.date) -> str:
    """Why an offer does not stand on a day; empty when it does."""
    if offer.unlisted:
        return f"no catalogue lists the offer any more since {offer.unlisted}"
    seen = offer.seen_on(day)
    if shelf.fresh(day) and (day - seen).days > FRESH_DAYS:
        return f"last seen on {seen}, over {FRESH_DAYS} days before"
    return ""


def median(quotes: Sequence[Quote]) -> float | None:
    """The median price of at least three offers."""
    values = [q.value for q in quotes]
    return statistics.median(values) if len(values) >= LEAST_OFFERS else None


@dataclass(frozen=True)
class Answer:
    """A price under a rule: the value, what it stands on, and the offer it is of, if of one."""

    value: float | None
    low: float | None = None
    high: float | None = None
    quotes: tuple[Quote, ...] = ()
    of: Quote | None = None
    left: tuple[LeftOut, ...] = ()
    fault: str = ""


def ask(shelf: Shelf, model: str, provider: str, weights: Weights, day: dt.date) -> Answer:
    """The price of a model under a rule on a day."""
    if provider not in ("cheapest", "median"):
        own = provider == "first_party"
        found = shelf.own(model, weights, day) if own else None
        quote = found if own else shelf.quote(model, provider, weights, day)
        return (
            Answer(quote.value, quote.low, quote.high, (quote,), quote) if quote else Answer(None)
        )
    offers, left = pool(shelf, model, weights, day)
    if provider == "median":
        middle = median(offers)
        if middle is None:
            fault = f"no median: {len(offers)} of at least {LEAST_OFFERS} offers"
            return Answer(None, quotes=tuple(offers), left=tuple(left), fault=fault)
        low, high = (statistics.median(getattr(q, end) for q in offers) for end in ("low", "high"))
        return Answer(middle, low, high, tuple(offers), None, tuple(left))
    if not offers:
        return Answer(None, left=tuple(left))
    best = min(offers, key=lambda q: (q.value, q.provider))
    return Answer(best.value, best.low, best.high, tuple(offers), best, tuple(left))


PROVIDER = Param("provider", "whose price: a provider's id, first_party (the developer's own), "
                 "or the cheapest or the median of all", default="first_party",
                 domain=provider_domain, canonical=canonical_provider)  # fmt: skip
KIND = Param("kind", "of which tokens; blended mixes input and output", default="input",
             domain=lambda _t, _o: list(KINDS))  # fmt: skip
OPENNESS = Param("openness", "which models", default="any",
                 domain=lambda _t, _o: ["any", "open", "closed", "unrestricted"])  # fmt: skip
MIX = Param("mix", "input to output tokens, with kind=blended", default="3:1",
            domain=lambda _t, _o: list(MIXES), canonical=canonical_mix)  # fmt: skip
