"""List prices at a date: which statements are in force, and which of them wins.

A catalogue's price holds from the first to the last document of its run and is carried until the
catalogue's next document; where the catalogue says the days of a price, it holds on those. A
curated price holds from the day it took effect to its last day.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from scoreboard.estimate import LeftOut, Ref
from scoreboard.store import Tables
from scoreboard.tables import PLACE

FRESH_DAYS = 180  # an older observation says little of what is on offer
SOME = 4  # models or sets of models whose offers are read one by one
RANKS = ("correction", "developer", "curated", "catalogue")
DATED = ("developer", "curated")  # of these a last day is evidence that the offer ended
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stated:
    """One row of `offers`: a price in US dollars per million tokens, and when it was stated."""

    model: str
    provider: str
    kind: str
    value: float
    since: dt.date | None  # took effect, where that is stated
    until: dt.date | None
    first_seen: dt.date | None
    last_seen: dt.date | None
    source: str
    rank: str
    source_name: str
    ref: Ref
    documents: tuple[dt.date, ...]  # of the catalogue, sorted; empty for curated rows
    evidence: str = ""  # addresses, for curated rows
    begins: dt.date = field(init=False)  # the first day on which it can be the answer
    dropped: dt.date | None = field(init=False)  # the next document, which no longer states it

    def __post_init__(self) -> None:
        after = bisect_right(self.documents, self.last_seen) if self.last_seen else 0
        dropped = self.documents[after] if after < len(self.documents) else None
        object.__setattr__(self, "begins", self.since or self.first_seen or dt.date.max)
        object.__setattr__(self, "dropped", dropped)

    @property
    def previous(self) -> dt.date | None:
        """The catalogue's document before the first that states it."""
        at = bisect_left(self.documents, self.first_seen) if self.first_seen else 0
        return self.documents[at - 1] if at else None

    def in_force(self, day: dt.date) -> bool:
        """Whether it is stated on a day."""
        if self.begins > day or (self.until is not None and self.until < day):
            return False
        return self.dropped is None or self.dropped > day

    def seen_on(self, day: dt.date) -> dt.date:
        """The catalogue's last document by a day that states it (a dated price: that day)."""
        if self.last_seen is None or (self.first_seen and day < self.first_seen):
            return day
        return self.documents[bisect_right(self.documents, min(day, self.last_seen)) - 1]

    def as_detail(self, day: dt.date) -> dict[str, Any]:
        """What was known of it on a day."""
        seen = self.seen_on(day) if self.last_seen else None
        return {
            "kind": self.kind, "source": self.source, "rank": self.rank,
            "source_name": self.source_name, "value": self.value, "first_seen": self.first_seen,
            "last_seen": seen, "effective_from": self.since, "effective_to": self.until,
            **({"evidence": self.evidence.split()} if self.evidence else {}),
        }  # fmt: skip


class Pick(NamedTuple):
    """The price of one kind of one offer on a day: the winner, all in force, the outdated."""

    chosen: Stated
    current: tuple[Stated, ...]
    outdated: tuple[Stated, ...]
    unlisted: dt.date | None  # every catalogue that listed the offer has dropped it by this day


@dataclass(frozen=True)
class Quote:
    """What one provider asks for one model on a day, usd_per_mtok; of a blend, both kinds."""

    model: str
    provider: str
    picks: tuple[Pick, ...]
    weights: tuple[float, ...]

    def _mean(self, values: Sequence[float]) -> float:
        weighted = sum(w * v for w, v in zip(self.weights, values, strict=True))
        return weighted / sum(self.weights)

    @cached_property
    def value(self) -> float:
        """The price."""
        return self._mean([p.chosen.value for p in self.picks])

    @cached_property
    def low(self) -> float:
        """The lowest that a source in force states."""
        return self._mean([min(s.value for s in p.current) for p in self.picks])

    @cached_property
    def high(self) -> float:
        """The highest."""
        return self._mean([max(s.value for s in p.current) for p in self.picks])

    @property
    def current(self) -> tuple[Stated, ...]:
        """Every statement in force."""
        return tuple(s for p in self.picks for s in p.current)

    def seen_on(self, day: dt.date) -> dt.date:
        """The day on which it was last observed (a curated price: that day)."""
        return min(p.chosen.seen_on(day) for p in self.picks)

    @property
    def unlisted(self) -> dt.date | None:
        """Since when no catalogue lists it, where one did: a curated price may have ended."""
        return min((p.unlisted for p in self.picks if p.unlisted), default=None)


@dataclass
class Shelf:
    """Offers of some kinds in one variant and context tier."""

    stated: dict[str, dict[str, dict[str, list[Stated]]]]  # by model, provider, kind
    left: dict[str, list[tuple[str, LeftOut]]]  # by model, with the provider
    documents: tuple[dt.date, ...]  # of all catalogues of prices, sorted
    begins: dt.date | None  # the first observed price of any model
    parties: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by model
    released: Mapping[str, dt.date] = field(default_factory=dict)  # by model
    pools: dict[tuple[Any, ...], Any] = field(default_factory=dict)  # see _price_rules.pool
    _quotes: dict[tuple[Any, ...], list[Quote]] = field(default_factory=dict)
    _changes: dict[str, list[dt.date]] = field(default_factory=dict)
    _picks: dict[tuple[str, str, str, int], Pick | None] = field(default_factory=dict)

    def pick(self, model: str, provider: str, kind: str, day: dt.date) -> Pick | None:
        """The price of one kind of one offer on a day. Read once."""
        key = (model, provider, kind, self.epoch(model, day))
        if key not in self._picks:
            stated = self.stated.get(model, {}).get(provider, {}).get(kind, ())
            self._picks[key] = pick(stated, day)
        return self._picks[key]

    def quote(self, model: str, provider: str, weights: Weights, day: dt.date) -> Quote | None:
        """What a provider asks for a model on a day."""
        picks = [self.pick(model, provider, kind, day) for kind in weights]
        found = tuple(p for p in picks if p)
        whole = found and len(found) == len(weights)
        return Quote(model, provider, found, tuple(weights.values())) if whole else None

    def quotes(self, model: str, weights: Weights, day: dt.date) -> list[Quote]:
        """What every provider asks for a model on a day, by provider. Read once."""
        key = (model, tuple(weights.items()), self.epoch(model, day))
        if key not in self._quotes:
            found = (self.quote(model, p, weights, day) for p in sorted(self.stated.get(model, {})))
            self._quotes[key] = [q for q in found if q]
        return self._quotes[key]

    def own(self, model: str, weights: Weights, day: dt.date) -> Quote | None:
        """What the developer's own service asks; of several services, the first that does."""
        asked = (self.quote(model, p, weights, day) for p in self.parties.get(model, ()))
        return next((q for q in asked if q), None)

    def fresh(self, day: dt.date) -> bool:
        """Whether any catalogue has a document of the days before."""
        at = bisect_right(self.documents, day)
        return at > 0 and (day - self.documents[at - 1]).days <= FRESH_DAYS

    def days(self, models: Iterable[str]) -> list[dt.date]:
        """Days on which the price of one of these models can change."""
        return sorted({*self._steady, *(d for m in models for d in self.changes(m))})

    def epoch(self, model: str, day: dt.date) -> int:
        """A number that stays the same as long as no price of a model can change."""
        return bisect_right(self.changes(model), day)

    def changes(self, model: str) -> list[dt.date]:
        """Days on which the price of a model can change. Read once."""
        if model not in self._changes:
            found = set(self._steady)
            for kinds in self.stated.get(model, {}).values():
                for s in (s for rows in kinds.values() for s in rows):
                    found |= {s.since} if s.since else set()
                    found |= {s.until + DAY} if s.until else set()
                    found |= _going_stale(s)
            self._changes[model] = sorted(found)
        return self._changes[model]

    @cached_property
    def _steady(self) -> frozenset[dt.date]:
        """The days of all documents, and those on which they lie too far back."""
        return frozenset({*self.documents, *_silences(self.documents)})


Weights = Mapping[str, float]  # kind -> its weight in the price asked for


def _going_stale(stated: Stated) -> set[dt.date]:
    """The days on which an observation becomes too old, until a document states it again."""
    seen = [d for d in stated.documents
            if stated.last_seen and stated.begins <= d <= stated.last_seen]  # fmt: skip
    return {day for day in _silences(seen) if stated.in_force(day)}


def _silences(days: Sequence[dt.date]) -> set[dt.date]:
    """The first day after each of these on which it lies too far back, if no other comes before."""
    ends = [day + dt.timedelta(days=FRESH_DAYS + 1) for day in days]
    return {end for i, end in enumerate(ends) if end < (*days, dt.date.max)[i + 1]}


def pick(statements: Sequence[Stated], day: dt.date) -> Pick | None:
    """Of one offer's statements of one kind, the one that holds on a day.

    The developer's own list beats a curated one, that a catalogue; of catalogues the one that
    was observed last, then the value that most names carry, then the newer run. Of two prices
    that took effect on one day the one that lasts longer is that of the end of the day.
    """
    live = [s for s in statements if s.in_force(day)]
    gone = _dropped_on(statements, live, day)
    live = [s for s in live if not (gone and stale(s, day) and s.seen_on(day) < gone)]
    live = _not_outlived(statements, live, day)
    if not live:
        return None
    if len(live) == 1:
        (only,) = live
        ended = gone if gone and gone > only.begins and not only.last_seen else None
        return Pick(only, (only,), (), ended)
    carried = Counter((s.rank, s.value) for s in live)
    chosen = min(
        live,
        key=lambda s: (
            RANKS.index(s.rank), -s.seen_on(day).toordinal(),
            -(s.since or dt.date.min).toordinal(), -(s.until or dt.date.max).toordinal(),
            -carried[s.rank, s.value],
            -s.begins.toordinal(), s.source, s.source_name, s.ref,
        ),
    )  # fmt: skip
    current = tuple(s for s in live if not _outdated(s, chosen, day))
    listed = any(s.last_seen for s in live)
    outdated = tuple(s for s in live if _outdated(s, chosen, day))
    newer = gone is not None and gone > chosen.begins
    return Pick(chosen, current, outdated, gone if newer and not listed else None)


def _not_outlived(statements: Sequence[Stated], live: list[Stated], day: dt.date) -> list[Stated]:
    """What is left where evidence says that an offer ended: catalogues go on listing it.

    Another price that a catalogue showed first after the end is a new offer, one from before the
    dated prices began is what a discount ended in; what contradicted them then proves nothing now.
    """
    dated = [s for s in statements if s.rank in DATED and s.begins <= day]
    ended = {s.value: s.until for s in dated if s.until and s.until < day}
    if not ended or any(s.rank in DATED for s in live):
        return live
    first, last = min(s.begins for s in dated), max(ended.values())
    return [s for s in live if s.value not in ended and not first <= s.begins <= last]


def _dropped_on(
    statements: Sequence[Stated], live: Sequence[Stated], day: dt.date
) -> dt.date | None:
    """The last day on which a catalogue came out without an offer that it used to list."""
    listing = {s.source for s in live}
    ended = [s.dropped for s in statements if s.source not in listing and s.begins <= day]
    return max((d for d in ended if d and d <= day), default=None)


def stale(stated: Stated, day: dt.date) -> bool:
    """Whether the last observation is too old to show that the offer still stands."""
    return (day - stated.seen_on(day)).days > FRESH_DAYS


def _outdated(stated: Stated, chosen: Stated, day: dt.date) -> bool:
    """Whether a differing statement says what was, rather than contradicts what is."""
    if stated.value == chosen.value:
        return False
    if chosen.since and (stated.since or stated.seen_on(day)) < chosen.since:
        return True
    return stale(stated, day) and not stale(chosen, day)


def read_shelf(
    tables: Tables,
    kinds: Iterable[str],
    variant: str = "",
    tier: str = "",
    models: Iterable[str] | None = None,
) -> Shelf:
    """The offers of these kinds in a variant and tier: of some models, or of all. Read once."""
    wanted = None if models is None else tuple(sorted(models))
    read: dict[tuple[str, ...] | None, Shelf]
    read = tables.cache.setdefault(f"shelves {sorted(kinds)} {variant} {tier}", {})
    if None in read or len(read) >= SOME:  # of many models the whole is read sooner
        wanted = None
    if wanted not in read:
        read[wanted] = _read_shelf(tables, list(kinds), variant, tier, wanted)
    return read[wanted]


def _read_shelf(
    tables: Tables, kinds: list[str], variant: str, tier: str, models: Sequence[str] | None
) -> Shelf:
    places, documents = tables.once("documents of prices", lambda: _documents(tables))
    parties = tables.once("services of developers", lambda: _parties(tables))
    released = tables.once("releases", lambda: _released(tables))
    shelf = Shelf({}, defaultdict(list), documents, _begins(tables), parties, released)
    found = tables.rows(
        "SELECT * REPLACE (CAST(usd_per_mtok AS DOUBLE) AS usd_per_mtok) FROM offers "
        "WHERE model <> '' AND kind IN (SELECT unnest(?)) AND variant = ? AND tier = ? "
        "AND (? OR model IN (SELECT unnest(?))) ORDER BY model, provider, kind, source, "
        "source_name, first_seen, effective_from, snapshot_id, locator",
        [kinds, variant, tier, models is None, list(models or ())],
    )
    for row in found:
        ref = Ref.of(row)
        if why := _unusable(row):
            shelf.left[row["model"]].append((row["provider"], LeftOut(ref, why)))
            continue
        seen = {d for d in (row["first_seen"], row["last_seen"]) if d}
        dates = tuple(sorted(seen.union(places.get(row["snapshot_id"], ())))) if seen else ()
        offers = shelf.stated.setdefault(row["model"], {}).setdefault(row["provider"], {})
        offers.setdefault(row["kind"], []).append(
            Stated(
                row["model"], row["provider"], row["kind"], float(row["usd_per_mtok"]),
                row["effective_from"], row["effective_to"], row["first_seen"], row["last_seen"],
                row["source"], row["rank"], row["source_name"], ref, dates,
                row["evidence"],
            )
        )  # fmt: skip
    return shelf


def _unusable(row: Mapping[str, Any]) -> str:
    free = "free" in row["variant"].split("+") or row["source_name"].endswith(":free")
    if row["fault"]:
        return str(row["fault"])
    if row["usd_per_mtok"] < 0 or (row["usd_per_mtok"] == 0 and not free):
        return f"a price of {float(row['usd_per_mtok']):g} is no price, unless the offer is free"
    if not row["provider"]:
        return "the document names no provider"
    if row["effective_from"] is None and row["first_seen"] is None:
        return "the day on which it took effect is not known"
    until, seen = row["effective_to"], row["first_seen"]
    if row["effective_from"] is None and until and seen and until < seen:
        return "it ended before the document that states it, and when it began is not known"
    return ""


def _documents(tables: Tables) -> tuple[dict[str, list[dt.date]], tuple[dt.date, ...]]:
    """For each snapshot of a price catalogue the dates of its series; and all those dates."""
    found = tables.rows(
        f"SELECT id, source, {PLACE} AS place, published FROM snapshots "
        "WHERE source IN (SELECT source FROM offers WHERE rank = 'catalogue') ORDER BY ALL"
    )
    series: dict[tuple[str, str], list[dt.date]] = defaultdict(list)
    for row in found:
        series[row["source"], row["place"]].append(row["published"])
    places = {r["id"]: series[r["source"], r["place"]] for r in found}
    return places, tuple(sorted({r["published"] for r in found}))


def _begins(tables: Tables) -> dt.date | None:
    found = tables.column("SELECT min(first_seen) FROM offers WHERE rank = 'catalogue'")
    return found[0] if found else None


def _released(tables: Tables) -> dict[str, dt.date]:
    sql = "SELECT model, released FROM models WHERE released IS NOT NULL"
    return {r["model"]: r["released"] for r in tables.rows(sql)}


def _parties(tables: Tables) -> dict[str, tuple[str, ...]]:
    """The services of each model's developer: the one of its own name first."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in tables.rows(
        "SELECT m.model, p.provider FROM models m JOIN providers p "
        "ON p.first_party_of = m.developer AND m.developer <> '' "
        "ORDER BY m.model, p.provider <> m.developer, p.provider"
    ):
        found[row["model"]].append(row["provider"])
    return {model: tuple(providers) for model, providers in found.items()}
