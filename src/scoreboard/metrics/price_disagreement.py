"""How often two sources disagree on the price of the same model at the same provider."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import Any, NamedTuple

from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate, Inputs
from scoreboard.metrics._price_rules import KINDS
from scoreboard.metrics._prices import Shelf, Stated, pick, read_shelf, stale
from scoreboard.metrics._words import KIND_WORDS, Name, plain_name
from scoreboard.metrics.base import AS_OF, Metric, Param, Values, no_value
from scoreboard.render import amount
from scoreboard.store import Tables

SHOWN = 20  # widest disagreements listed
PAIR = "pair"
SINGLE = [k for k in KINDS if k != "blended"]


def source_domain(tables: Tables, _: Values) -> list[str]:
    """Sources of prices; `curated` is what this project states itself."""
    return tables.column("SELECT DISTINCT source FROM offers ORDER BY 1")


def day_domain(tables: Tables, _: Values) -> list[str]:
    """Days of documents of prices."""
    return [str(d) for d in read_shelf(tables, ["input"]).documents]


class Compared(NamedTuple):
    """What two sources say of one offer on a day."""

    model: str
    provider: str
    first: Stated
    second: Stated

    @property
    def apart(self) -> float:
        """By how much the higher exceeds the lower, a fraction."""
        low, high = sorted((self.first.value, self.second.value))
        return high / low - 1 if low > 0 else (0.0 if high == low else float("inf"))


class PriceDisagreement(Metric):
    id = "price_disagreement"
    title = "Sources that disagree on a price"
    unit = "fraction"
    definition = (
        "The share of pairs of a provider and a model, stated by two sources at a date, on which "
        "their list prices differ by more than one per cent."
    )
    method = (
        "Of each source counts the statement in force on the day: a catalogue's last document, or "
        "the days that it states; one not seen for 180 days does not count. Of several spellings "
        "in one source the one that `price` would take. Without `a` and `b` every pair of sources "
        "counts, each offer once: it is disagreed on when any two differ. `by` pair gives each "
        "pair of sources by itself. Standard hours, lowest context tier; corrected values count "
        "as corrected, and rows that no figure may use do not count."
    )
    criticism = (
        "Sources are read on different days, so a part of what differs is delay and no error. "
        "Sources copy from each other: agreement is no proof. A share says nothing of how far "
        "apart they are; the list does."
    )
    chart = "dots"
    draws_itself = False
    tables = ("offers",)
    columns = ("disagree",)
    params = (
        Param("a", "one source; without it, any", domain=source_domain),
        Param("b", "another source; without it, any", domain=source_domain),
        Param("kind", "of which tokens", default="input", domain=lambda _t, _o: SINGLE),
        Param("tolerance", "how far apart, in per cent, still agrees", kind="number", default="1",
              domain=lambda _t, _o: ["0", "1", "5", "10"]),
        Param("by", "pair: one figure for each pair of sources", default="offer",
              domain=lambda _t, _o: ["offer", PAIR]),
        Param("as_of", AS_OF.doc, kind="date", domain=day_domain),
    )  # fmt: skip

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        check(p)
        day = self.as_of(tables, p)
        found = compared(tables, p["kind"], day)
        if p["by"] != PAIR:
            return [estimate(p, _asked(found, p), day)]
        pairs = sorted(k for k in found if _wanted(k, p))
        return [estimate({**p, "a": a, "b": b}, {(a, b): found[a, b]}, day) for a, b in pairs] or [
            estimate(p, {}, day)
        ]

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        return self.computed(tables, grid)

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if e.value is None:
            return no_value(e)
        who = f"{e.key['a']} and {e.key['b']}" if e.key["a"] and e.key["b"] else "Two sources"
        model = (f", most of all on {name('model', e.detail['widest'][0]['model'])}"
                 if e.detail["widest"] else "")  # fmt: skip
        return (f"{who} disagree on {amount(e.value, e.unit)} of the prices that both state, per "
                f"million {KIND_WORDS[e.key['kind']]}{model}.")  # fmt: skip

    def drawn(self, tables: Tables, p: Values) -> list[Estimate]:
        """The pairs of sources."""
        return [e for e in self.compute(tables, {**p, "by": PAIR}) if e.value is not None]

    def series(self, tables: Tables, p: Values) -> list[Estimate]:
        check(p)
        if p["by"] == PAIR:
            raise UsageError("pair has no series", repair=f"scoreboard show {self.id}")
        end = self.as_of(tables, p)
        days = [d for d in read_shelf(tables, [p["kind"]]).documents if d < end]
        found = [estimate(p, _asked(compared(tables, p["kind"], d), p), d) for d in [*days, end]]
        return [e for e in found if e.value is not None] or found[-1:]


def check(p: Values) -> None:
    """Two sources are two; a tolerance is not below zero."""
    if p["a"] and p["a"] == p["b"]:
        raise UsageError(f"a and b are both {p['a']}", repair="name two sources, or leave out one")
    if p["tolerance"] < 0:
        raise UsageError(f"tolerance is below zero: {p['tolerance']:g}", valid=["0 or more"])


def _wanted(pair: tuple[str, str], p: Values) -> bool:
    return {x for x in (p["a"], p["b"]) if x} <= set(pair)


def _asked(
    found: dict[tuple[str, str], list[Compared]], p: Values
) -> dict[tuple[str, str], list[Compared]]:
    return {k: v for k, v in found.items() if _wanted(k, p)}


def compared(tables: Tables, kind: str, day: dt.date) -> dict[tuple[str, str], list[Compared]]:
    """What each two sources both state on a day, by their pair. Read once."""
    return tables.once(f"price_disagreement {kind} {day}", lambda: _compared(tables, kind, day))


def _compared(tables: Tables, kind: str, day: dt.date) -> dict[tuple[str, str], list[Compared]]:
    found: dict[tuple[str, str], list[Compared]] = defaultdict(list)
    for model, provider, statements in _offers(read_shelf(tables, [kind]), kind):
        for first, second in combinations(_by_source(statements, day), 2):
            pair = Compared(model, provider, first, second)
            found[first.source, second.source].append(pair)
    return dict(found)


def _offers(shelf: Shelf, kind: str) -> list[tuple[str, str, list[Stated]]]:
    """Offers that more than one source has ever stated."""
    return [
        (model, provider, kinds[kind])
        for model, offers in sorted(shelf.stated.items())
        for provider, kinds in sorted(offers.items())
        if len({s.source for s in kinds.get(kind, [])}) > 1
    ]


def _by_source(statements: list[Stated], day: dt.date) -> list[Stated]:
    """The statement of each source in force on a day, by source."""
    of_source: dict[str, list[Stated]] = defaultdict(list)
    for s in statements:
        if s.in_force(day) and not stale(s, day):
            of_source[s.source].append(s)
    picks = (pick(rows, day) for _, rows in sorted(of_source.items()))
    return [found.chosen for found in picks if found]


def estimate(p: Values, found: dict[tuple[str, str], list[Compared]], day: dt.date) -> Estimate:
    """The share of offers on which sources differ."""
    widest: dict[tuple[str, str], Compared] = {}
    for pair in (c for rows in found.values() for c in rows):
        offer = pair.model, pair.provider
        if offer not in widest or pair.apart > widest[offer].apart:
            widest[offer] = pair
    differ = [c for c in widest.values() if c.apart > p["tolerance"] / 100]
    base: dict[str, Any] = {
        "unit": "fraction", "as_of": day, "n": len(widest),
        "population": "pairs of provider and model that two sources state, "
                      f"{KIND_WORDS[p['kind']]}, standard hours, lowest context tier",
        "key": {"a": p["a"] or "", "b": p["b"] or "", "kind": p["kind"]},
    }  # fmt: skip
    if not widest:
        why = f"no two of these sources state the {p['kind']} price of the same offer on {day}"
        return Estimate(value=None, method="none", caveats=(why,), detail={"widest": []}, **base)
    differ.sort(key=lambda c: (-c.apart, c.model, c.provider))
    return Estimate(
        value=len(differ) / len(widest),
        method=f"share of offers whose prices differ by more than {p['tolerance']:g} %",
        caveats=("no interval: all offers that two sources state, not a sample",
                 "documents are of different days: a part is delay"),
        inputs=Inputs.of(s.ref for c in widest.values() for s in (c.first, c.second)),
        detail={"offers": len(widest), "disagree": len(differ),
                "widest": [_shown(c, day) for c in differ[:SHOWN]],
                "disagreements": [f"{c.model} at {c.provider}" for c in differ]},
        **base,
    )  # fmt: skip


def _shown(c: Compared, day: dt.date) -> dict[str, Any]:
    sides = {s.source: {"usd_per_mtok": s.value, "source_name": s.source_name,
                        "seen": s.seen_on(day)} for s in (c.first, c.second)}  # fmt: skip
    return {"model": c.model, "provider": c.provider, **sides}
