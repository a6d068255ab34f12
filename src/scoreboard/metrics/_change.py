"""Offers with a price at two dates, and what else a change of list prices is made of."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from scoreboard.estimate import LeftOut
from scoreboard.metrics._groups import all_models
from scoreboard.metrics._levels import index_scores
from scoreboard.metrics._price_rules import fallen, pool, weights_of
from scoreboard.metrics._prices import Quote, Shelf, Weights, read_shelf
from scoreboard.metrics._scores import Scored
from scoreboard.metrics._weeks import read_weeks
from scoreboard.metrics.base import Values
from scoreboard.stats.price_index import Pair
from scoreboard.store import Tables

ALL, OWN = "all", "first_party"
BASKET = dt.timedelta(days=28)  # tokens of this long before a date are its quantities

Offer = tuple[str, str]  # model, provider


@dataclass(frozen=True)
class Side:
    """The offers of a set of providers on a day."""

    day: dt.date
    quotes: Mapping[Offer, Quote]
    left: tuple[LeftOut, ...]

    @property
    def median(self) -> float | None:
        """The median price, usd_per_mtok."""
        return median(q.value for q in self.quotes.values()) if self.quotes else None


@dataclass(frozen=True)
class Change:
    """The offers at two dates."""

    before: Side
    after: Side

    @cached_property
    def matched(self) -> list[Offer]:
        """Offers with a price above zero at both."""
        first, second = self.before.quotes, self.after.quotes
        both = first.keys() & second.keys()
        return sorted(o for o in both if first[o].value > 0 and second[o].value > 0)

    @cached_property
    def pairs(self) -> dict[Offer, Pair]:
        """Their prices, before and after."""
        first, second = self.before.quotes, self.after.quotes
        return {o: (first[o].value, second[o].value) for o in self.matched}


def read_change(tables: Tables, p: Values, start: dt.date, end: dt.date) -> Change:
    """The offers of the providers asked for at two dates."""
    weights = weights_of(p)
    shelf = read_shelf(tables, weights)
    return Change(*(_side(shelf, p["provider"], weights, day) for day in (start, end)))


def _side(shelf: Shelf, provider: str, weights: Weights, day: dt.date) -> Side:
    quotes: dict[Offer, Quote] = {}
    left: list[LeftOut] = []
    for model in sorted(shelf.stated):
        if provider == OWN:
            kept, fell = _own(shelf, model, weights, day)
        else:
            kept, fell = pool(shelf, model, weights, day)
        for quote in kept:
            if provider in (ALL, OWN, quote.provider):
                quotes[model, quote.provider] = quote
        left += fell
    return Side(day, quotes, tuple(left))


def _own(
    shelf: Shelf, model: str, weights: Weights, day: dt.date
) -> tuple[list[Quote], list[LeftOut]]:
    """The developer's own offer; of several services the first that has one."""
    quote = shelf.own(model, weights, day)
    why = fallen(shelf, quote, day) if quote else ""
    if quote and why:
        return [], [LeftOut(s.ref, why) for s in quote.current]
    return ([quote] if quote else []), []


def tokens_by(tables: Tables, day: dt.date) -> Counter[str]:
    """Tokens of each model on OpenRouter in the whole weeks that ended in the 28 days before."""
    found: Counter[str] = Counter()
    for week in read_weeks(tables).weeks.values():
        if week.end <= day < week.end + BASKET:
            found.update({m: n for m, n in week.named.items() if m})
    return found


def amounts(offers: Iterable[Offer], tokens: Mapping[str, int]) -> dict[str, float]:
    """Each model's tokens, shared equally by its offers; by offer as text."""
    of_model: dict[str, list[Offer]] = defaultdict(list)
    for offer in offers:
        of_model[offer[0]].append(offer)
    return {"/".join(o): tokens.get(m, 0) / len(mine) for m, mine in of_model.items() for o in mine}


@dataclass(frozen=True)
class Flagship:
    """A developer's best model with a price of its own on a day."""

    model: str
    score: Scored
    quote: Quote


def flagships(tables: Tables, side: Side) -> dict[str, Flagship]:
    """For each developer the model with the highest capability index among those it sells."""
    scores, models = index_scores(tables), all_models(tables)
    found: dict[str, Flagship] = {}
    for (model, _), quote in side.quotes.items():
        score = scores.get(model)
        if score is None or score.released > side.day:
            continue
        developer = models[model].developer
        best = found.get(developer)
        if best is None or (score.value, score.released) > (best.score.value, best.score.released):
            found[developer] = Flagship(model, score, quote)
    return found
