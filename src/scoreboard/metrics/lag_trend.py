"""Whether the lag shrinks: by how much it is multiplied each year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from scoreboard.estimate import Estimate, Inputs, Interval
from scoreboard.metrics._contest import read_contests
from scoreboard.metrics._words import Name, adjective, plain_name
from scoreboard.metrics.base import Metric, Values, no_value
from scoreboard.metrics.gap import groups_of
from scoreboard.metrics.lag import (
    CONTEST,
    about,
    caveats,
    lag_of,
    population,
    reading_of,
    row_of,
    test_words,
)
from scoreboard.render import limit, number
from scoreboard.stats.lags import Match
from scoreboard.stats.survival import Trend, weibull_trend
from scoreboard.store import Tables

YEAR = 365.25  # days


class LagTrend(Metric):
    id = "lag_trend"
    title = "Whether the time until records are matched shrinks"
    unit = "ratio"
    definition = (
        "The factor by which the time until a record is matched changes from one year to the next; "
        "below 1 it shrinks."
    )
    method = (
        "The records of the lag under its rule exact, each with the days until its match or, "
        "without one, at least the days so far. An accelerated failure time model with Weibull "
        "times: the logarithm of the time is linear in the date of the record, records without a "
        "match count as longer. The interval is a bootstrap over the models that matched."
    )
    criticism = (
        "Some twenty records carry one slope: a single late or early match turns it. A straight "
        "line knows no change of direction. The newest records, without a match, pull upwards "
        "only by the time that has passed."
    )
    chart = "spells"
    tables = ("results",)
    params = CONTEST

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        as_of = self.as_of(tables, p)
        leader, chaser = groups_of(p)
        p = {**p, "lag_rule": "exact"}
        contests = read_contests(tables, {**p, **reading_of(p)}, as_of)
        rows = lag_of(contests, p, as_of).detail.get("records", ())
        found = [m for _, m in rows if m.days > 0]
        trend = weibull_trend([m.as_spell() for m in found],
                              [m.record.day / YEAR for m in found], f"{as_of}")  # fmt: skip
        notes = [*_notes(trend), f"rests on {len(found)} records", *caveats(contests, as_of)]
        detail = {
            "by": p["by"], **reading_of(p), **about(contests),
            "matched": sum(m.by is not None for m in found),
            "records": [row_of(*r) for r in rows], "line": _line(trend, found),
        }  # fmt: skip
        return [Estimate(
            value=trend.ratio if trend else None, low=trend.low if trend else None,
            high=trend.high if trend else None, unit=self.unit,
            interval=Interval("confidence", 0.95) if trend else None,
            method="accelerated failure time, Weibull, records without a match censored",
            as_of=as_of, population=population(contests, p), n=len(found),
            key={"benchmark": p["benchmark"], "leader": leader, "chaser": chaser},
            caveats=tuple(notes), inputs=Inputs.of(r for c in contests for r in c.refs),
            left_out=tuple(left for c in contests for left in c.left_out), detail=detail,
        )]  # fmt: skip

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        return [self.compute(tables, p)[0].value for p in grid]

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if e.value is None:
            return no_value(e)
        leader, chaser = (adjective(e.detail["by"], e.key[s], name) for s in ("leader", "chaser"))
        on, low, high = test_words(e, name), limit(e.low, e.unit), limit(e.high, e.unit)
        if e.low is not None and e.high is not None and not e.low <= 1 <= e.high:
            word = "shrinks" if e.value < 1 else "grows"
            return f"{on}, the time until {chaser} models match {leader} ones {word}: each year " \
                   f"it is {number(e.value, e.unit)} times as long."  # fmt: skip
        return f"{on}, it cannot be told whether {chaser} models catch up faster: the time to " \
               f"match {leader} ones changes by a factor of {low} to {high} a year."  # fmt: skip

    def drawn(self, tables: Tables, p: Values) -> list[Estimate]:
        """The figure itself: its records are in its detail."""
        return [e for e in self.compute(tables, p) if e.value is not None]


def _line(trend: Trend | None, found: Sequence[Match]) -> list[dict[str, Any]]:
    """The median time of the fit at the first and the last record."""
    if trend is None:
        return []
    ends = min(m.record.day for m in found), max(m.record.day for m in found)
    return [{"day": dt.date.fromordinal(d), "days": trend.median(d / YEAR)} for d in ends]


def _notes(trend: Trend | None) -> list[str]:
    if trend is None:
        return ["too few matched records for a slope"]
    return ["cannot be told: 1 is inside the interval"] if trend.low <= 1 <= trend.high else []
