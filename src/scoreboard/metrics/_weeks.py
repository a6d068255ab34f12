"""Weeks of tokens on OpenRouter: which are usable, of what total, and a group's share of each.

A week runs from Monday to Sunday, UTC. It is official when all of its seven days have rows; days
of an unfinished week are never used. Where there are no official days, the reconstruction is.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from scoreboard.errors import DataError, UsageError
from scoreboard.estimate import LeftOut, Ref
from scoreboard.metrics._groups import REGIONS, UNKNOWN, About, all_models, group_of, in_group
from scoreboard.store import Tables

DENOMINATORS = ("all", "named", "open")
POPULATIONS = {
    "all": "OpenRouter tokens",
    "named": "OpenRouter tokens, named models only",
    "open": "OpenRouter tokens, open-weight models only",
}
UNNAMED = "other"  # what the platform calls the tokens of all models that it does not name
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)
USED = """
SELECT start, days, source_name, tokens, model, published, snapshot_id, locator, raw FROM usage
WHERE source IN ('openrouter_rankings', 'openrouter_weekly') AND days IN (1, 7)
ORDER BY start, days, snapshot_id, locator
"""
# One total a week: the one stated beside the tokens first, then the newest document's.
TOTALS = """
SELECT start, tokens, snapshot_id, locator, raw FROM totals
WHERE days = 7 AND split_part(snapshot_id, '@', 1) = 'openrouter_weekly'
QUALIFY row_number() OVER (
  PARTITION BY start ORDER BY locator LIKE '%/platform_total_tokens' DESC, snapshot_id DESC, locator
) = 1
"""


@dataclass(frozen=True, slots=True)
class Week:
    """Tokens of one whole week."""

    start: dt.date
    official: bool
    named: Mapping[str, int]  # tokens by model; "" for names that mean no known model
    spellings: Mapping[tuple[str, str], int]  # tokens by model and the source's name
    total: int | None  # of the whole platform
    refs: tuple[Ref, ...]

    @property
    def end(self) -> dt.date:
        """Its Sunday."""
        return self.start + 6 * DAY

    @property
    def unnamed(self) -> int:
        """Tokens of the platform that belong to no named model; 0 without a total."""
        return max(0, (self.total or 0) - sum(self.named.values()))

    @property
    def coverage(self) -> float | None:
        """Named tokens as a fraction of all."""
        return min(1.0, sum(self.named.values()) / self.total) if self.total else None


@dataclass(frozen=True, slots=True)
class Record:
    """Every week there is, what is known of the models, and rows that are not used, by week."""

    weeks: Mapping[dt.date, Week]
    models: Mapping[str, About]
    left: Mapping[dt.date, Sequence[LeftOut]]

    @property
    def seam(self) -> dt.date | None:
        """The first official Monday."""
        return min((w.start for w in self.weeks.values() if w.official), default=None)


@dataclass(frozen=True, slots=True)
class Window:
    """The weeks of an answer, and those that had to be left out of it."""

    used: tuple[Week, ...]
    no_total: tuple[dt.date, ...] = ()
    missing: tuple[dt.date, ...] = ()
    left: tuple[LeftOut, ...] = ()

    def only(self, weeks: Iterable[Week]) -> Window:
        """The same choice narrowed to some weeks; what was left out before them is dropped."""
        used = tuple(weeks)
        first = used[0].start
        return Window(
            used,
            tuple(d for d in self.no_total if d > first),
            tuple(d for d in self.missing if d > first),
        )


class Share(NamedTuple):
    """A fraction, and what it would be if all that is unseen were outside the group, or inside."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Tally:
    """Tokens of one week by group: `unknown` and, of all tokens, the unnamed rest among them."""

    groups: Mapping[str, int]
    rest: str  # the name of the unnamed rest
    extra: int = 0  # tokens outside the denominator that may belong to it

    def share(self, of: str) -> Share | None:
        """The share of a group; None where there is nothing to have a share of."""
        whole = sum(self.groups.values())
        inside = self.groups.get(of, 0)
        if not whole:
            return None
        if of == self.rest:
            return Share(inside / whole, inside / whole, inside / whole)
        unseen = {UNKNOWN, self.rest} - {of}
        most = inside + sum(self.groups.get(g, 0) for g in unseen) + self.extra
        return Share(inside / whole, inside / (whole + self.extra), most / (whole + self.extra))


def rest_name(by: str) -> str:
    """The name of the unnamed rest: `other`, but `unnamed` by origin, where `other` is a region."""
    return "unnamed" if by == "origin" else UNNAMED


def read_weeks(tables: Tables) -> Record:
    """All weeks: official ones, else reconstructed ones. Read once."""
    return tables.once("weeks", lambda: _read_weeks(tables))


def _read_weeks(tables: Tables) -> Record:
    daily: dict[dt.date, list[dict[str, Any]]] = defaultdict(list)
    weekly: dict[dt.date, list[dict[str, Any]]] = defaultdict(list)
    for row in tables.rows(USED):
        (daily if row["days"] == 1 else weekly)[row["start"]].append(row)
    totals = {r["start"]: r for r in tables.rows(TOTALS)}
    left: dict[dt.date, list[LeftOut]] = defaultdict(list)
    weeks = {m: _reconstructed(m, rows, totals.get(m)) for m, rows in weekly.items()
             if m.weekday() == 0}  # fmt: skip
    for monday in sorted({d - d.weekday() * DAY for d in daily}):
        found = [daily[monday + i * DAY] for i in range(7) if monday + i * DAY in daily]
        if len(found) < 7:
            why = f"the week of {monday} has {len(found)} official days, not seven"
            left[monday] += [LeftOut(Ref.of(r), why) for rows in found for r in rows]
            continue
        if monday in weeks:
            why = "the week is official: the reconstruction is not used"
            left[monday] += [LeftOut(r, why) for r in weeks[monday].refs]
        weeks[monday] = _official(monday, found, left[monday])
    return Record(dict(sorted(weeks.items())), all_models(tables), left)


def _official(monday: dt.date, days: Iterable[list[dict[str, Any]]], left: list[LeftOut]) -> Week:
    used: list[dict[str, Any]] = []
    for rows in days:
        newest = max((r["published"], r["snapshot_id"]) for r in rows)
        for row in rows:
            if row["published"] == newest[0]:
                used.append(row)
            else:
                left.append(LeftOut(Ref.of(row), "a newer document no longer has this row"))
    return _week(monday, used, sum(r["tokens"] for r in used), official=True)


def _reconstructed(
    monday: dt.date, rows: list[dict[str, Any]], total: dict[str, Any] | None
) -> Week:
    return _week(monday, rows, total["tokens"] if total else None, total, official=False)


def _week(
    monday: dt.date,
    rows: Iterable[dict[str, Any]],
    total: int | None,
    stated: dict[str, Any] | None = None,
    *,
    official: bool,
) -> Week:
    named: dict[str, int] = defaultdict(int)
    spellings: dict[tuple[str, str], int] = defaultdict(int)
    refs = [Ref.of(stated)] if stated else []
    for row in rows:
        refs.append(Ref.of(row))
        if row["source_name"] != UNNAMED:
            named[row["model"]] += row["tokens"]
            spellings[row["model"], row["source_name"]] += row["tokens"]
    return Week(monday, official, dict(named), dict(spellings), total, tuple(refs))


def choose_weeks(
    record: Record,
    as_of: dt.date,
    denominator: str = "all",
    start: dt.date | None = None,
    end: dt.date | None = None,
) -> Window:
    """The usable weeks from one Monday to another, both included, that had ended by a day.

    Raises UsageError, with the range there is, when there are none.
    """
    check_monday("start", start)
    check_monday("end", end)
    usable = [w for w in record.weeks.values() if w.end <= as_of]
    full = [w for w in usable if denominator != "all" or w.total]
    if not full:
        why = ": none has a platform total" if usable else ""
        raise _nothing(record, f"no usable week by {as_of}{why}")
    newest = as_of - 6 * DAY
    first, last = start or full[0].start, end or newest - newest.weekday() * DAY
    used = tuple(w for w in full if first <= w.start <= last)
    mondays, known = _mondays(first, last), {w.start: w.total for w in usable}
    no_total = tuple(d for d in mondays if d in known and denominator == "all" and not known[d])
    if not used:
        why = "; denominator=named needs no platform total" if no_total else ""
        raise _nothing(record, f"no usable week from {first} to {last}, by {as_of}{why}", full)
    missing = tuple(d for d in mondays if d not in known)
    left = [x for d in mondays for x in record.left.get(d, ())]
    left += [
        LeftOut(ref, f"the week of {d} has no platform total")
        for d in no_total
        for ref in record.weeks[d].refs
    ]
    return Window(used, no_total, missing, tuple(left))


def check_monday(name: str, day: dt.date | None) -> None:
    """Weeks are named by their Mondays."""
    if day is not None and day.weekday() != 0:
        monday = day - day.weekday() * DAY
        raise UsageError(
            f"{name} is not a Monday: {day}; the Monday of its week is {monday}",
            valid=[str(monday)],
            repair=f"-p {name}={monday}",
        )


def _nothing(record: Record, what: str, usable: Sequence[Week] = ()) -> Exception:
    weeks = list(usable) or list(record.weeks.values())
    if not weeks:
        return DataError("there are no whole weeks of tokens", repair="scoreboard sync")
    return UsageError(what, valid=[f"weeks from {weeks[0].start} to {weeks[-1].start}"])


def _mondays(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + i * WEEK for i in range((last - first).days // 7 + 1)]


def classifier(by: str, of: str | None = None) -> Callable[[About | None, dt.date], str]:
    """A model's group on a day: of the partition, or in, out of or perhaps in a group across it."""
    across = (by == "openness" and of in ("unrestricted", "restricted")) or (
        by == "origin" and of is not None and len(of) == 2 and of not in REGIONS
    )
    if of is None or not across:
        return lambda about, day: group_of(about, by, day)

    def classify(about: About | None, day: dt.date) -> str:
        if in_group(about, by, of, day):
            return of
        word = group_of(about, by, day)
        vague = by == "openness" and word == "open" and about and about.openness_on(day) == UNKNOWN
        return UNKNOWN if vague or word == UNKNOWN else f"not {of}"

    return classify


def tally(
    week: Week, models: Mapping[str, About], by: str, denominator: str, of: str | None = None
) -> Tally:
    """Tokens of a week by group, each model as it was on the week's Sunday."""
    groups: dict[str, int] = {UNKNOWN: 0}
    # in a reconstructed week the unnamed rest holds variants that a full record would name
    missing = denominator != "all" and not week.official
    extra = week.unnamed if missing else 0
    classify = classifier(by, of)
    for model, tokens in week.named.items():
        about = models.get(model)
        if denominator == "open":
            state = about.open_on(week.end) if about else None
            extra += tokens if state is None else 0
            if not state:
                continue
        group = classify(about, week.end)
        groups[group] = groups.get(group, 0) + tokens
    rest = rest_name(by)
    if denominator == "all":
        groups[rest] = groups.get(rest, 0) + week.unnamed
    return Tally(groups, rest, extra)


def spans(mondays: Sequence[dt.date]) -> str:
    """Mondays as text, runs of weeks drawn together."""
    runs: list[list[dt.date]] = []
    for day in mondays:
        if runs and day - runs[-1][-1] == WEEK:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(str(r[0]) if len(r) == 1 else f"{r[0]} to {r[-1]}" for r in runs)


def week_caveats(window: Window, denominator: str) -> list[str]:
    """What must be said of these weeks, in words."""
    rebuilt = [w.start for w in window.used if not w.official]
    blind = [w.start for w in window.used if w.total is None]
    found = ["tokens are counted by each model's own tokenizer"]
    if rebuilt:
        effect = "shares of named tokens may err either way"
        if denominator == "all":
            effect = "shares of all tokens, above all of open and Chinese models, are lower bounds"
        found.append(
            f"weeks from a reconstruction that lacks most :free variants: {len(rebuilt)} of "
            f"{len(window.used)}; {effect}"
        )
    if blind:
        found.append(
            f"no platform total, so named shares read high and their bounds leave out what is not "
            f"named: weeks {spans(blind)}"
        )
    if window.no_total:
        found.append(f"left out, no platform total: weeks {spans(window.no_total)}")
    if window.missing:
        found.append(f"left out, not in the record as whole weeks: {spans(window.missing)}")
    return found


def week_detail(record: Record, window: Window) -> dict[str, Any]:
    """Which weeks, of what kind, and how much of the platform their named models are."""
    covered = [c for w in window.used if (c := w.coverage) is not None]
    official = sum(w.official for w in window.used)
    blind = [w.start for w in window.used if w.total is None]
    return {
        "weeks": {
            "count": len(window.used),
            "first": window.used[0].start,
            "last": window.used[-1].start,
        },
        "coverage": sum(covered) / len(covered) if covered else None,
        "official_weeks": official,
        "reconstructed_weeks": len(window.used) - official,
        "seam": record.seam,
        "weeks_without_total": sorted([*blind, *window.no_total]),
    }
