"""How much of a measure each group had on a day: tokens, downloads, derivatives, tracked models.

What has no known group is the rest: it may belong to anybody.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scoreboard.errors import UsageError
from scoreboard.estimate import Ref
from scoreboard.metrics._derived import POPULATION as DERIVED
from scoreboard.metrics._derived import read_lineage
from scoreboard.metrics._groups import UNKNOWN, group_of, size_tier
from scoreboard.metrics._hub import POPULATIONS as LISTS
from scoreboard.metrics._hub import Repo, read_hub
from scoreboard.metrics._weeks import POPULATIONS as TOKENS
from scoreboard.metrics._weeks import Record, Week, read_weeks, rest_name, tally
from scoreboard.metrics.derivatives import month_end
from scoreboard.metrics.models import POPULATION as TRACKED
from scoreboard.metrics.models import World, read_world
from scoreboard.store import Tables

MEASURES = ("tokens", "downloads", "derivatives", "tracked")
LIST = "llmfit"  # whose counts are compared: the only recorded list with several dates
PERIOD = "30d"
LARGE = ("100b-250b", "over-250b")  # tiers above 100 billion parameters
WHAT = {"tokens": TOKENS["all"], "downloads": f"{LISTS[LIST]}, downloads of the last 30 days",
        "derivatives": DERIVED, "tracked": TRACKED}  # fmt: skip
NOTES = {
    "tokens": "tokens are counted by each model's own tokenizer",
    "downloads": "downloads are not use: automatic ones count, and the Hub restates its counts",
    "derivatives": "by the base that uploaders declare; the lists hold what trends, not the Hub",
    "tracked": "the list has no history: models count from their release",
}


@dataclass(frozen=True)
class Pie:
    """A measure on a day by group; `rest` is what belongs to no known group."""

    day: dt.date
    groups: Mapping[str, float]
    rest: float
    refs: tuple[Ref, ...]
    n: int
    official: bool = True

    @property
    def whole(self) -> float:
        """All of it."""
        return sum(self.groups.values()) + self.rest


def measure_days(tables: Tables, measure: str) -> list[dt.date]:
    """The days on which a measure can change: Sundays, days of a list, ends of months."""
    key = f"days of {measure}"
    return tables.once(key, lambda: sorted(_days(tables, measure)))


def _days(tables: Tables, measure: str) -> Iterable[dt.date]:
    if measure == "tokens":
        return [w.end for w in read_weeks(tables).weeks.values() if w.total]
    if measure == "downloads":
        return read_hub(tables).counts.get((LIST, PERIOD), {})
    if measure == "derivatives":
        lineage = read_lineage(tables)
        return {min(month_end(d.known_from), d.seen) for d in lineage.derived}
    world = read_world(tables)
    dates = (world.models[m].released for m in world.rows)
    ends = {month_end(d) for d in dates if d}
    return {min(d, world.listed) if world.listed else d for d in ends}


def pies(tables: Tables, measure: str, by: str, *, large: bool = False) -> list[Pie]:
    """A measure on each of its days, read once; `large`: only models above 100 billion."""
    make = {"tokens": _tokens, "downloads": _downloads, "derivatives": _derivatives,
            "tracked": _tracked}[measure]  # fmt: skip

    def whole() -> list[Pie]:
        found = (make(tables, day, by, large) for day in measure_days(tables, measure))
        return [pie for pie in found if pie.whole]

    return tables.once(f"pies {measure} {by} {large}", whole)


def by_day(found: list[Pie], as_of: dt.date | None, measure: str) -> list[Pie]:
    """Those up to a day, where one is given.

    Raises UsageError, with the range there is, where there are none.
    """
    if not found:
        raise UsageError(f"there are no {measure} among the rows", repair="scoreboard sync")
    past = [pie for pie in found if as_of is None or pie.day <= as_of]
    if not past:
        known = f"days from {found[0].day} to {found[-1].day}"
        raise UsageError(f"no {measure} by {as_of}", valid=[known])
    return past


def _pie(day: dt.date, totals: Mapping[str, float], refs: Iterable[Ref], n: int, *rest: str,
         official: bool = True) -> Pie:  # fmt: skip
    outside = {UNKNOWN, *rest}
    groups = {g: v for g, v in sorted(totals.items()) if g not in outside and v > 0}
    unseen = sum(v for g, v in totals.items() if g in outside)
    return Pie(day, groups, unseen, tuple(refs), n, official)


def _tokens(tables: Tables, day: dt.date, by: str, large: bool) -> Pie:
    record = read_weeks(tables)
    week = next(w for w in record.weeks.values() if w.end == day)
    totals = _large_tokens(week, record, by) if large else tally(
        week, record.models, by, "all"
    ).groups  # fmt: skip
    return _pie(day, totals, week.refs, len(week.named), rest_name(by), official=week.official)


def _large_tokens(week: Week, record: Record, by: str) -> dict[str, float]:
    """Tokens of models above 100 billion; those of unknown size are not among them."""
    found: dict[str, float] = defaultdict(float)
    for model, tokens in week.named.items():
        about = record.models.get(model)
        if about and size_tier(about.total_params_b) in LARGE and about.open_on(week.end):
            found[group_of(about, by, week.end)] += tokens
    return found


def _downloads(tables: Tables, day: dt.date, by: str, large: bool) -> Pie:
    hub = read_hub(tables)
    counted = hub.counts[LIST, PERIOD][day].values()
    kept = [c for c in counted if not large or _is_large(hub.holder(c.repo))]
    totals: dict[str, float] = defaultdict(float)
    for c in kept:
        totals[hub.group(c.repo, by)] += c.downloads
    return _pie(day, totals, (c.ref for c in kept), len(kept))


def _is_large(repo: Repo) -> bool:
    return size_tier(repo.params_b) in LARGE


def _derivatives(tables: Tables, day: dt.date, by: str, large: bool) -> Pie:
    lineage = read_lineage(tables)
    known = [d for d in lineage.derived if d.known_from <= day]
    if large:
        repos = lineage.hub.repos
        known = [d for d in known if any(_is_large(repos[b]) for b in d.bases)]
    totals = lineage.weights(known, by)
    return _pie(day, totals, (r for d in known for r in d.refs), len(known))


def _tracked(tables: Tables, day: dt.date, by: str, large: bool) -> Pie:
    world: World = read_world(tables)

    def out(m: str) -> bool:
        since = world.models[m].released
        small = large and size_tier(world.models[m].total_params_b) not in LARGE
        return since is not None and since <= day and not small

    members = [m for m in world.rows if out(m)]
    totals: dict[str, float] = defaultdict(float)
    for m in members:
        totals[group_of(world.models[m], by, day)] += 1
    return _pie(day, totals, (r for m in members for r in world.rows[m]), len(members))
