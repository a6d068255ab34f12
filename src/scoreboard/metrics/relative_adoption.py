"""Relative adoption: a model's downloads beside those of the most downloaded of its size, at the
same age. The measure is The ATOM Project's.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate, Inputs, Interval, Ref
from scoreboard.metrics._groups import SIZE_TIERS, UNKNOWN, canonical_model, model_domain, size_tier
from scoreboard.metrics._hub import SOURCES, Count, Hub, Repo, day_domain, read_hub
from scoreboard.metrics._words import Name, group_words, plain_name
from scoreboard.metrics.base import AS_OF, Metric, Param, Values, no_value
from scoreboard.render import number
from scoreboard.store import Tables

AGES = (7, 14, 30, 60, 90, 180, 365)
TRAILING = 30  # days: until then a count of the last 30 days holds all downloads there were
PEERS = 10  # most downloaded models of a size, of which the median is taken
POPULATION = "open models with repositories on the Hub's lists that were recorded"
TIERS = [name for _, name in SIZE_TIERS] + ["over-250b"]


class Reached(NamedTuple):
    """Downloads of a model at an age: the value, and between which counts it lies."""

    value: float
    low: float
    high: float
    refs: tuple[Ref, ...]


@dataclass(frozen=True)
class Field:
    """Every model's downloads at one age, and the median of the ten largest of each size."""

    reached: Mapping[str, Reached]
    sizes: Mapping[str, str]  # model -> size tier
    medians: Mapping[str, Reached]  # size tier -> median; only of sizes with ten models
    counts: Mapping[str, int]  # size tier -> models with a count at this age


class RelativeAdoption(Metric):
    id = "relative_adoption"
    title = "Downloads relative to the most downloaded models of the same size"
    unit = "ratio"
    definition = (
        "Downloads of a model so many days after its release, divided by the median of the ten "
        "most downloaded models of its size at the same age."
    )
    method = (
        "Downloads since release: all-time counts, and counts of 30 days up to an age of 30 days. "
        "Between two counts the value is interpolated, and the two are its bounds; beyond the last "
        "count there is none. Sizes are the bands of size_tier. With fewer than ten models of a "
        "size there is no median. One repository of a model counts, the most downloaded that is "
        "no copy."
    )
    criticism = (
        "The first days of a release are driven by news and test machines. A median of the ten "
        "largest says nothing of the hundreds below. The recorded lists begin in 2026: older "
        "models have no counts of their first days."
    )
    chart = "table"
    draws_itself = False
    tables = ("downloads",)
    params = (
        Param("model", "one model; without it, every model with a count at this age",
              domain=model_domain, canonical=canonical_model),
        Param("days", "days after release", kind="number", default="30",
              domain=lambda _t, _o: [str(a) for a in AGES]),
        Param("of", "models of one size only", domain=lambda _t, _o: TIERS),
        Param("as_of", AS_OF.doc, kind="date", domain=day_domain),
    )  # fmt: skip

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        as_of, age = self.as_of(tables, p), _age(p)
        field = read_field(tables, age, as_of)
        if p.get("model"):
            return [_estimate(field, p["model"], age, as_of)]
        found = [
            _estimate(field, m, age, as_of)
            for m in sorted(field.reached)
            if p.get("of") in (None, field.sizes[m]) and field.sizes[m] in field.medians
        ]
        if not found:
            return [_nothing(field, age, as_of, p.get("of"))]
        return sorted(found, key=lambda e: (-(e.value or 0.0), e.key["model"]))

    def drawn(self, tables: Tables, p: Values) -> list[Estimate]:
        """Every model of a size that can be compared."""
        return self.compute(tables, {**p, "model": None})

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if e.value is None:
            return no_value(e)
        return (
            f"{e.detail['days']} days after release, {name('model', e.key['model'])} had "
            f"{number(e.value, e.unit)} times the downloads of the median of the ten most "
            f"downloaded {group_words('size_tier', e.detail['size_tier'])}."
        )

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        return self.computed(tables, grid)


def _age(p: Values) -> int:
    age = int(p["days"])
    if age not in AGES or age != p["days"]:
        raise UsageError(f"not an age that is compared: {p['days']:g}",
                         valid=[str(a) for a in AGES])  # fmt: skip
    return age


def read_field(tables: Tables, age: int, as_of: dt.date) -> Field:
    """Every model at an age, from what had been counted by a day. Read once."""
    key = f"field {age} {as_of}"
    return tables.once(key, lambda: _field(read_hub(tables), age, as_of))


def _field(hub: Hub, age: int, as_of: dt.date) -> Field:
    reached: dict[str, Reached] = {}
    sizes: dict[str, str] = {}
    for counts in observed(hub, as_of).values():
        found = at_age(counts, age)
        repo = counts[0][1].repo
        tier = size_tier(repo.params_b)
        if found is None or tier == UNKNOWN:
            continue
        if repo.model not in reached or found.value > reached[repo.model].value:
            reached[repo.model], sizes[repo.model] = found, tier
    tiers: dict[str, list[Reached]] = defaultdict(list)
    for model, found in reached.items():
        tiers[sizes[model]].append(found)
    medians = {tier: _median(found) for tier, found in tiers.items() if len(found) >= PEERS}
    return Field(reached, sizes, medians, {tier: len(found) for tier, found in tiers.items()})


def _median(found: Sequence[Reached]) -> Reached:
    top = sorted(found, key=lambda r: -r.value)[:PEERS]
    return Reached(
        median(r.value for r in top),
        median(r.low for r in top),
        median(r.high for r in top),
        tuple(ref for r in top for ref in r.refs),
    )


def observed(hub: Hub, as_of: dt.date) -> dict[str, list[tuple[int, Count]]]:
    """Age and count of every repository that is a model's own, oldest first.

    Of one age, the all-time count; a count of 30 days only while the model is no older.
    """
    found: dict[str, dict[int, Count]] = defaultdict(dict)
    for period in ("30d", "all"):
        for source in SOURCES:
            for day, counts in hub.counts.get((source, period), {}).items():
                for key, count in counts.items() if day <= as_of else ():
                    age = _age_on(count.repo, day)
                    if age is not None and (period == "all" or age <= TRAILING):
                        found[key][age] = count
    return {k: sorted(v.items()) for k, v in sorted(found.items())}


def _age_on(repo: Repo, day: dt.date) -> int | None:
    """Days since the release of the model; None for what is no model's own repository."""
    since = repo.released
    if not repo.model or repo.copy_of or since is None or day < since:
        return None
    return (day - since).days


def at_age(counts: Sequence[tuple[int, Count]], age: int) -> Reached | None:
    """Downloads at an age: counted, or between two counts; None where the counts end before."""
    after = next(((a, c) for a, c in counts if a >= age), None)
    if after is None:
        return None
    if after[0] == age:
        exact = float(after[1].downloads)
        return Reached(exact, exact, exact, (after[1].ref,))
    before = [(a, c) for a, c in counts if a < age]
    a0, n0 = (before[-1][0], before[-1][1].downloads) if before else (0, 0)
    a1, n1 = after[0], after[1].downloads
    value = n0 + (n1 - n0) * (age - a0) / (a1 - a0)
    refs = (*((before[-1][1].ref,) if before else ()), after[1].ref)
    return Reached(value, min(n0, n1), max(n0, n1), refs)


def _estimate(field: Field, model: str, age: int, as_of: dt.date) -> Estimate:
    mine, tier = field.reached.get(model), field.sizes.get(model, "")
    middle = field.medians.get(tier)
    if mine is None or middle is None or not middle.value:
        return _missing(field, model, tier, age, as_of)
    low = mine.low / middle.high if middle.high else 0.0
    return Estimate(
        value=mine.value / middle.value,
        low=low,
        high=mine.high / middle.low if middle.low else None,
        interval=Interval("bounds", None),
        unit="ratio",
        method=f"downloads {age} days after release, over the median of the ten most downloaded",
        as_of=as_of,
        population=POPULATION,
        key={"model": model},
        n=field.counts[tier],
        caveats=("downloads are not use: automatic ones count, and the Hub restates its counts",
                 f"the ten are of {field.counts[tier]} models of this size with a count at this "
                 "age: the lists miss others"),
        inputs=Inputs.of((*mine.refs, *middle.refs)),
        detail={"days": age, "size_tier": tier, "downloads": mine.value, "median": middle.value},
    )  # fmt: skip


def _missing(field: Field, model: str, tier: str, age: int, as_of: dt.date) -> Estimate:
    why = f"no count of {model} reaches an age of {age} days"
    if tier:
        why = f"{field.counts[tier]} models of {tier} have a count at {age} days, not ten"
    return Estimate(value=None, unit="ratio", method="not computed", as_of=as_of,
                    population=POPULATION, key={"model": model}, caveats=(why,),
                    detail={"days": age})  # fmt: skip


def _nothing(field: Field, age: int, as_of: dt.date, tier: str | None) -> Estimate:
    most = max(field.counts.values(), default=0) if tier is None else field.counts.get(tier, 0)
    why = f"no size has ten models with a count {age} days after release: the most is {most}"
    return Estimate(value=None, unit="ratio", method="not computed", as_of=as_of,
                    population=POPULATION, caveats=(why,), detail={"days": age})  # fmt: skip
