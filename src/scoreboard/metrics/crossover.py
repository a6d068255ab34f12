"""When one group's measure passed another's, and stayed above it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate, Inputs, Interval
from scoreboard.metrics._groups import canonical_group, group_domain
from scoreboard.metrics._measures import MEASURES, NOTES, WHAT, Pie, by_day, pies
from scoreboard.metrics._words import Name, group_words, plain_name
from scoreboard.metrics.base import Metric, Param, Values, no_value
from scoreboard.metrics.concentration import SAID, change_domain
from scoreboard.store import Tables

PARTITIONS = ("origin", "origin_openness", "openness", "developer", "family")
HUB_PARTITIONS = ("origin", "developer", "family")  # what is on the Hub is open
STATS = ("week", "cumulative")
NOT_THERE = "not in the data"


@dataclass(frozen=True)
class Race:
    """Two groups and the rest through time."""

    days: tuple[dt.date, ...]
    a: tuple[float, ...]
    b: tuple[float, ...]
    rest: tuple[float, ...]

    def since(self, margins: Sequence[float]) -> dt.date | None:
        """The first day from which a leads by more than a margin to the end; None where never."""
        ahead = [x > y + m for x, y, m in zip(self.a, self.b, margins, strict=True)]
        if not ahead or not ahead[-1]:
            return None
        last_behind = max((i for i, yes in enumerate(ahead) if not yes), default=-1)
        return self.days[last_behind + 1]

    @property
    def first(self) -> dt.date | None:
        """The first day on which a leads at all."""
        return next((d for d, x, y in zip(self.days, self.a, self.b, strict=True) if x > y), None)


def pair_domain(tables: Tables, others: Values) -> list[str]:
    """The groups of the partition."""
    return group_domain(tables, {"by": str(others.get("by") or "origin")})


class Crossover(Metric):
    id = "crossover"
    title = "When one group passed another"
    unit = "date"
    definition = (
        "The day from which one group's tokens, downloads, derivatives or tracked models are more "
        "than another's, to the end of the record; the number counts days from 1970-01-01."
    )
    method = (
        "Week: each day's own value (a week of tokens, the downloads of 30 days, all derivatives "
        "and models by then). Cumulative: the sum of weeks since the record begins; downloads of "
        "30 days overlap and are not added. The earliest day is the first from which a would lead "
        "if all that is not known were a's, the latest if it were b's. A lead on the first day, or "
        "none on the last, is not in the data."
    )
    criticism = (
        "A record that begins after the event does not hold it. Two lines may cross often: this is "
        "the last crossing, the first lead stands beside it. Lead in one measure is none in others."
    )
    chart = "crossing"
    draws_itself = False
    tables = ("usage",)
    params = (
        Param("measure", "of what: tokens, downloads, derivatives, tracked models",
              default="tokens", domain=lambda _t, _o: list(MEASURES)),
        Param("stat", "week: each day's value; cumulative: added up since the record begins",
              default="week", domain=lambda _t, _o: list(STATS)),
        Param("by", "the partition into groups", default="origin",
              domain=lambda _t, _o: list(PARTITIONS)),
        Param("a", "the group that passes", default="CN", domain=pair_domain,
              canonical=canonical_group),
        Param("b", "the group that is passed", default="US", domain=pair_domain,
              canonical=canonical_group),
        Param("as_of", "what was known on this day; by default the newest of the measure",
              kind="date", domain=change_domain),
    )  # fmt: skip

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        found = _pies(tables, p)
        return [_estimate(race_of(found, p), found, p)]

    def drawn(self, tables: Tables, p: Values) -> list[Estimate]:
        """Both groups' values, day by day."""
        found = _pies(tables, p)
        race = race_of(found, p)
        return [
            _drawn(pie, p, group, value, rest)
            for i, pie in enumerate(found)
            for group, value, rest in (
                (p["a"], race.a[i], race.rest[i]), (p["b"], race.b[i], race.rest[i]))
        ]  # fmt: skip

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if "measure" not in e.detail:
            return no_value(e)
        by, what = e.detail["by"], SAID[e.detail["measure"]]
        one, two = (group_words(by, e.key[k], name) for k in ("a", "b"))
        if e.value is None:
            return f"When {one} passed {two} in {what} is {NOT_THERE}: {e.caveats[0]}."
        lead = "have led" if e.detail["stat"] == "week" else "have led in the sum of weeks"
        ends = f"between {e.detail['earliest']} and {e.detail['latest'] or 'a day not in the data'}"
        return f"In {what}, {one} {lead} {two} since {e.detail['date']} ({ends})."

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        result: list[float | None] = []
        for p in grid:
            try:
                race = race_of(_pies(tables, p), p)
            except UsageError:
                result.append(None)
                continue
            day = race.since([0.0] * len(race.days))
            inside = day and day != race.days[0]
            result.append(_number(day) if inside else None)
        return result


def _pies(tables: Tables, p: Values) -> list[Pie]:
    """The measure on each day.

    Raises UsageError for what cannot be asked, and where there is nothing by the day.
    """
    if p["measure"] != "tokens" and p["by"] not in HUB_PARTITIONS:
        raise UsageError(
            f"{p['measure']} are of open models only: by={p['by']} needs measure=tokens",
            valid=HUB_PARTITIONS, repair="-p by=origin -p a=CN -p b=US",
        )  # fmt: skip
    if p["stat"] == "cumulative" and p["measure"] == "downloads":
        raise UsageError(
            "downloads of 30 days overlap: they are never added over days",
            repair="-p stat=week",
        )
    if p["a"] == p["b"]:
        raise UsageError(f"a group does not pass itself: {p['a']}")
    return by_day(pies(tables, p["measure"], p["by"]), p.get("as_of"), p["measure"])


def race_of(found: Sequence[Pie], p: Values) -> Race:
    """The two groups and the rest through time, added up where that is asked for.

    Derivatives and tracked models are counts of all by a day: they are sums already.
    """
    a = [x.groups.get(p["a"], 0.0) for x in found]
    b = [x.groups.get(p["b"], 0.0) for x in found]
    rest = [x.rest for x in found]
    if p["stat"] == "cumulative" and p["measure"] == "tokens":
        a, b, rest = list(accumulate(a)), list(accumulate(b)), list(accumulate(rest))
    return Race(tuple(x.day for x in found), tuple(a), tuple(b), tuple(rest))


def _estimate(race: Race, found: Sequence[Pie], p: Values) -> Estimate:
    date = race.since([0.0] * len(race.days))
    earliest = race.since([-r for r in race.rest])
    latest = race.since(race.rest)
    why = _absent(race, date, p["a"])
    caveats = [NOTES[p["measure"]]]
    if why:
        caveats.insert(0, why)
    elif latest is None:
        caveats.append("no latest day: what is not known could change who leads to the end")
    if not why and race.first != date:
        caveats.append(
            f"{group_words(p['by'], p['a'])} led before, for the first time on {race.first}: "
            "the lines cross often"
        )
    change = next((x.day for x in found if x.official), None) if not why else None
    if change is not None and change == date != race.days[0]:
        caveats.append("on this day the record changes from a reconstruction to official rows")
    there = not why
    return Estimate(
        value=_number(date) if there else None,
        low=_number(earliest) if there else None,
        high=_number(latest) if there else None,
        interval=Interval("bounds", None) if there else None,
        unit="date",
        method=f"last crossing of {'weekly' if p['stat'] == 'week' else 'cumulative'} values, "
        f"{race.days[0]} to {race.days[-1]}",
        as_of=race.days[-1],
        population=WHAT[p["measure"]],
        key={"a": p["a"], "b": p["b"]},
        n=len(race.days),
        caveats=tuple(caveats),
        inputs=Inputs.of(r for x in found for r in x.refs) if there else Inputs(),
        detail={"date": None if why else date, "earliest": None if why else earliest,
                "latest": None if why else latest, "first_lead": race.first,
                "record_begins": race.days[0], "measure": p["measure"], "by": p["by"],
                "stat": p["stat"]},
    )  # fmt: skip


def _number(day: dt.date | None) -> float | None:
    """Days from 1970-01-01."""
    return None if day is None else float((day - dt.date(1970, 1, 1)).days)


def _absent(race: Race, date: dt.date | None, a: str) -> str:
    """Why the crossing is not in the data; empty where it is."""
    if date is None:
        return f"{a} does not lead on the last day, {race.days[-1]}"
    if date == race.days[0]:
        return f"{a} leads from the first day of the record, {race.days[0]}"
    return ""


def _drawn(pie: Pie, p: Values, group: str, value: float, rest: float) -> Estimate:
    return Estimate(
        value=value, low=value, high=value + rest, interval=Interval("bounds", None),
        unit="count", method="of the day", as_of=pie.day, population=WHAT[p["measure"]],
        key={p["by"]: group}, n=pie.n, caveats=(NOTES[p["measure"]],),
        inputs=Inputs.of(pie.refs),
    )  # fmt: skip
