"""A group's share of the tokens on OpenRouter: of which tokens, which weeks, which statistic."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from scoreboard.errors import ScoreboardError, UsageError
from scoreboard.estimate import Estimate, Inputs, Interval
from scoreboard.metrics._groups import (
    PARTITIONS,
    UNKNOWN,
    canonical_group,
    group_domain,
)
from scoreboard.metrics._weeks import (
    DENOMINATORS,
    POPULATIONS,
    Record,
    Share,
    Tally,
    Week,
    Window,
    check_monday,
    choose_weeks,
    read_weeks,
    rest_name,
    tally,
    week_caveats,
    week_detail,
)
from scoreboard.metrics._words import Name, group_words, plain_name
from scoreboard.metrics.base import AS_OF, Metric, Param, Values, no_value
from scoreboard.render import number
from scoreboard.store import Tables

ENDS = {"peak": "a peak, the highest single week", "low": "a low, the lowest single week"}
STATS = ("latest", "week", "mean", "peak", "low")


def share_group_domain(tables: Tables, others: Values) -> list[str]:
    """The groups of the partition, `unknown`, and the platform's unnamed rest."""
    found = group_domain(tables, others)
    return list(dict.fromkeys([*found, UNKNOWN, rest_name(str(others.get("by") or "openness"))]))


def monday_domain(tables: Tables, _: Values) -> list[str]:
    """The Mondays of whole weeks."""
    return [str(d) for d in read_weeks(tables).weeks]


def sunday_domain(tables: Tables, _: Values) -> list[str]:
    """The days on which a week is over: where a share can change."""
    return [str(w.end) for w in read_weeks(tables).weeks.values()]


@dataclass(frozen=True)
class Reading:
    """A record at parameters: its weeks, and each one's tokens by group."""

    record: Record
    window: Window
    tallies: tuple[tuple[Week, Tally], ...]
    as_of: dt.date
    p: Values

    def groups(self) -> list[str]:
        """The group asked for, or all groups that occur, and those of what is not known."""
        if self.p.get("of"):
            return [self.p["of"]]
        return sorted({g for _, t in self.tallies for g in t.groups})

    def narrowed(self, week: Week, as_of: dt.date) -> Reading:
        """One of its weeks."""
        tallies = tuple(x for x in self.tallies if x[0] is week)
        return Reading(self.record, Window((week,)), tallies, as_of, {**self.p, "stat": "week"})


class TokenShare(Metric):
    id = "token_share"
    title = "Share of tokens on OpenRouter"
    unit = "fraction"
    definition = (
        "Tokens of one group of models as a fraction of all tokens on OpenRouter, "
        "of those of named models, or of those of open models, in whole weeks."
    )
    method = (
        "Weeks run from Monday to Sunday, UTC. A week whose seven days are all in OpenRouter's "
        "rankings counts as the sum of its days; any other comes from the reconstruction. Models "
        "belong to their group of the week's Sunday. A mean is the unweighted mean of the weekly "
        "shares, a peak the highest of them, a low the lowest. The bounds give all tokens whose "
        "model is not named or not known to the rest, then to the group; of named and of open "
        "tokens, they do so with the unnamed rest of reconstructed weeks, which holds the variants "
        "that are missing. Those of a mean are means of the weekly bounds, those of a peak the "
        "highest, of a low the lowest."
    )
    criticism = (
        "Each model's own tokenizer counts its tokens, tokens are not money or tasks, and one "
        "router is not the market: its users seek choice, and the models' own services are "
        "outside of it. The reconstruction lacks most :free variants, so its shares of open and "
        "Chinese models are too low."
    )
    chart = "areas"
    draws_itself = False
    draws_things = ("family",)
    things = ("family", "developer")
    tables = ("usage",)
    params = (
        Param("by", "the partition into groups", default="openness",
              domain=lambda _t, _o: list(PARTITIONS)),
        Param("of", "one group of the partition; without it, every group",
              domain=share_group_domain, canonical=canonical_group),
        Param("denominator", "of which tokens: all, of named models, of open-weight models",
              default="all", domain=lambda _t, _o: list(DENOMINATORS)),
        Param("stat", "the newest week, one week, the mean of the weeks, the highest, the lowest",
              default="latest", domain=lambda _t, _o: list(STATS)),
        Param("week", "the Monday of the week, with stat=week", kind="date", domain=monday_domain),
        Param("start", "first Monday, by default that of the first usable week", kind="date",
              domain=monday_domain),
        Param("end", "last Monday, included; by default that of the last usable week",
              kind="date", domain=monday_domain),
        Param("as_of", AS_OF.doc + "; a week counts once its Sunday is reached", kind="date",
              domain=sunday_domain),
    )  # fmt: skip

    def read(self, tables: Tables, given: Mapping[str, str]) -> dict[str, Any]:
        """As every metric; a week by itself means stat=week.

        Raises UsageError where a parameter would have no effect.
        """
        asked = dict(given)
        if "week" in asked:
            asked.setdefault("stat", "week")
        p = super().read(tables, asked)
        if p["week"] and p["stat"] != "week":
            raise UsageError(f"week goes with stat=week, not with stat={p['stat']}")
        if p["stat"] == "week" and (p["start"] or p["end"]):
            raise UsageError("stat=week takes week, neither start nor end")
        return p

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        reading = read_at(read_weeks(tables), p, self.as_of(tables, p))
        return estimates(reading)

    def series(self, tables: Tables, p: Values) -> list[Estimate]:
        """One estimate per usable week, and per group unless `of` names one."""
        whole = {**p, "stat": "mean"}
        reading = read_at(read_weeks(tables), whole, self.as_of(tables, p))
        return [
            e for week in reading.window.used for e in estimates(reading.narrowed(week, week.end))
        ]

    def drawn(self, tables: Tables, p: Values) -> list[Estimate]:
        """Every group of the partition, week by week. Read once for all groups."""
        whole = {**p, "of": None, "week": None, "stat": "mean"}
        key = f"every week {sorted(whole.items(), key=lambda item: item[0])}"
        return tables.once(key, lambda: self.series(tables, whole))

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if e.value is None:
            return no_value(e)
        ((by, of),) = e.key.items()
        whole = {v: k for k, v in POPULATIONS.items()}[e.population]
        tokens = {"all": "all tokens", "named": "the tokens of named models",
                  "open": "the tokens of open-weight models"}[whole]  # fmt: skip
        share, week = f"{number(e.value, e.unit)} %", e.detail.get("week")
        when = f"in the week of {week}"
        if e.method.startswith("unweighted mean"):
            weeks = e.detail["weeks"]
            when = f"on the mean of {weeks['count']} weeks, {weeks['first']} to {weeks['last']}"
        elif e.method.startswith("highest"):
            when = f"in their highest week, that of {week}; this is a peak, not a level"
        elif e.method.startswith("lowest"):
            when = f"in their lowest week, that of {week}; this is a low, not a level"
        return f"On OpenRouter, {group_words(by, of, name)} had {share} of {tokens} {when}."

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        record = read_weeks(tables)
        tallies: Tallies = {}
        result: list[float | None] = []
        for p in grid:
            try:
                reading = read_at(record, p, self.as_of(tables, p), tallies)
            except ScoreboardError:  # no such week, or no week at all: no value
                result.append(None)
                continue
            found = weekly_shares(reading, p["of"]) if p.get("of") else []
            result.append(summary(found, p["stat"])[0].value if found else None)
        return result


Tallies = dict[tuple[dt.date, str, str, str | None], Tally]


def read_at(record: Record, p: Values, as_of: dt.date, known: Tallies | None = None) -> Reading:
    """The weeks of the parameters and their tokens by group; `known` keeps tallies between calls.

    Raises UsageError for what cannot be asked and where no week is usable.
    """
    by, of, denominator, stat = p["by"], p.get("of"), p["denominator"], p["stat"]
    if of == rest_name(by) and denominator != "all":
        raise UsageError(f"{of} is the unnamed rest of all tokens", repair="-p denominator=all")
    start, end = p.get("start"), p.get("end")
    if stat == "week":
        start = end = p.get("week")
        if start is None:
            raise UsageError("stat=week needs the Monday of the week", repair="-p week=MONDAY")
        check_monday("week", start)
    window = choose_weeks(record, as_of, denominator, start, end)
    if stat == "latest":
        window = window.only(window.used[-1:])
    kept = {} if known is None else known
    tallies = []
    for week in window.used:
        place = (week.start, by, denominator, of)
        if place not in kept:
            kept[place] = tally(week, record.models, by, denominator, of)
        tallies.append((week, kept[place]))
    return Reading(record, window, tuple(tallies), as_of, p)


def weekly_shares(reading: Reading, of: str) -> list[tuple[Week, Share]]:
    """A group's share of each week that has anything to share."""
    return [(week, share) for week, t in reading.tallies if (share := t.share(of)) is not None]


def summary(shares: Sequence[tuple[Week, Share]], stat: str) -> tuple[Share, Week | None]:
    """The mean of weekly shares; else the highest or lowest, with the first such week."""
    columns = list(zip(*(share for _, share in shares), strict=True))
    if stat == "mean":
        return Share(*(fmean(c) for c in columns)), None
    end = min if stat == "low" else max
    found = Share(*(end(c) for c in columns))
    return found, next(week for week, share in shares if share.value == found.value)


def estimates(reading: Reading) -> list[Estimate]:
    """One estimate per group: largest first, what is not known and the rest last."""
    window, p = reading.window, reading.p
    common: dict[str, Any] = {
        "unit": "fraction",
        "as_of": reading.as_of,
        "population": POPULATIONS[p["denominator"]],
        "method": _method(window, p["stat"]),
        "inputs": Inputs.of(ref for week in window.used for ref in week.refs),
        "left_out": window.left,
    }
    caveats = week_caveats(window, p["denominator"])
    detail = week_detail(reading.record, window)
    names = _spellings(window) if p["by"] == "model" else {}
    found = [
        _estimate(reading, of, {**common, "source_name": names.get(of)}, caveats, detail)
        for of in reading.groups()
    ]
    last = (UNKNOWN, rest_name(p["by"]))
    order = {e.key[p["by"]]: (e.key[p["by"]] in last, -(e.value or 0.0)) for e in found}
    return sorted(found, key=lambda e: (*order[e.key[p["by"]]], e.key[p["by"]]))


def _estimate(
    reading: Reading,
    of: str,
    common: Mapping[str, Any],
    caveats: Sequence[str],
    detail: Mapping[str, Any],
) -> Estimate:
    shares = weekly_shares(reading, of)
    key = {reading.p["by"]: of}
    if not shares:
        why = "no tokens of open-weight models in these weeks"
        return Estimate(value=None, key=key, caveats=(*caveats, why), detail=detail, **common)
    found, week = summary(shares, reading.p["stat"])
    said = list(caveats)
    if reading.p["stat"] in ENDS:
        mean = summary(shares, "mean")[0].value
        said.insert(0, f"{ENDS[reading.p['stat']]}, not a level: the mean of the same weeks "
                       f"is {100 * mean:.1f} %")  # fmt: skip
    blank = len(reading.window.used) - len(shares)
    if blank:
        said.append(f"left out, without tokens of open-weight models: {blank} weeks")
    return Estimate(
        value=found.value,
        low=found.low,
        high=found.high,
        interval=Interval("bounds", None),
        key=key,
        n=len(shares),
        caveats=tuple(said),
        detail={**({"week": week.start} if week else {}), **detail},
        **common,
    )


def _method(window: Window, stat: str) -> str:
    first, last = window.used[0].start, window.used[-1].start
    if stat == "mean":
        return f"unweighted mean of the {len(window.used)} weekly shares, {first} to {last}"
    if stat == "low":
        return f"lowest of the {len(window.used)} weekly shares, {first} to {last}"
    if stat == "peak":
        return f"highest of the {len(window.used)} weekly shares, {first} to {last}"
    return f"share of the {'newest usable week' if stat == 'latest' else 'week'}, {first}"


def _spellings(window: Window) -> dict[str, str]:
    """Each model's most used spelling in these weeks."""
    tokens: dict[tuple[str, str], int] = defaultdict(int)
    for week in window.used:
        for place, count in week.spellings.items():
            tokens[place] += count
    order = sorted(tokens, key=lambda place: (tokens[place], place))
    return {model: name for model, name in order if model}
