"""How concentrated use is: HHI and CR5 of tokens, downloads, derivatives and tracked models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate, Inputs, Interval
from scoreboard.metrics._measures import (
    MEASURES,
    NOTES,
    WHAT,
    Pie,
    by_day,
    measure_days,
    pies,
)
from scoreboard.metrics._words import Name, plain_name
from scoreboard.metrics.base import Metric, Param, Values, no_value
from scoreboard.render import number
from scoreboard.stats.concentration import Bounded, hhi, ratio
from scoreboard.store import Tables

STATS = ("hhi", "cr5")
PARTITIONS = ("developer", "family", "origin")
UNITS = {"hhi": "hhi", "cr5": "fraction"}
NAMED = 5
SAID = {"tokens": "tokens on OpenRouter", "downloads": "downloads on the Hub",
        "derivatives": "models made from others", "tracked": "tracked open models"}  # fmt: skip


def change_domain(tables: Tables, others: Values) -> list[str]:
    """The days on which the measure can change."""
    return [str(d) for d in measure_days(tables, str(others.get("measure") or "tokens"))]


class Concentration(Metric):
    id = "concentration"
    title = "Concentration"
    unit = "hhi"
    definition = (
        "How far a measure is in few hands: the Herfindahl-Hirschman index of the shares of "
        "developers (0 to 10,000), or the share of the five largest together."
    )
    method = (
        "HHI is the sum of squared shares in per cent; CR5 adds the five largest shares. What "
        "belongs to nobody known is spread like the rest for the value. The lower bound takes it "
        "for infinitely many firms, each too small to count, the upper one gives it all to the "
        "leader. Downloads are of 30 days, copies count to what they copy."
    )
    criticism = (
        "Shares of tokens, downloads and lists are of different things, and none is the market. "
        "Downloads are driven by single repositories. A developer is one firm here, whoever owns "
        "it, and hosts are not counted at all."
    )
    chart = "bounds"
    tables = ("usage",)
    params = (
        Param("measure", "of what: tokens, downloads, derivatives, tracked models",
              default="tokens", domain=lambda _t, _o: list(MEASURES)),
        Param("stat", "hhi: sum of squared shares; cr5: share of the five largest",
              default="hhi", domain=lambda _t, _o: list(STATS)),
        Param("by", "whose shares", default="developer",
              domain=lambda _t, _o: list(PARTITIONS)),
        Param("as_of", "what was true on this day; by default the newest of the measure",
              kind="date", domain=change_domain),
    )  # fmt: skip

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        return [_estimate(self._past(tables, p)[-1], p)]

    def series(self, tables: Tables, p: Values) -> list[Estimate]:
        return [_estimate(pie, p) for pie in self._past(tables, p)]

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if e.value is None:
            return no_value(e)
        what, leader = SAID[e.detail["measure"]], e.detail["largest"][0]
        who = name(e.detail["by"], leader["group"]) if e.detail["by"] != "origin" else (
            leader["group"])  # fmt: skip
        share = f"{who}, the largest, has {number(leader['share'], 'fraction')} %"
        if e.unit == "hhi":
            return f"The concentration of {what} is {number(e.value, 'hhi')} of 10,000; {share}."
        return f"The five largest have {number(e.value, 'fraction')} % of {what}; {share}."

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        result: list[float | None] = []
        for p in grid:
            try:
                result.append(bounded(self._past(tables, p)[-1], p["stat"]).value)
            except UsageError:
                result.append(None)
        return result

    def _past(self, tables: Tables, p: Values) -> list[Pie]:
        return by_day(pies(tables, p["measure"], p["by"]), p.get("as_of"), p["measure"])


def bounded(pie: Pie, stat: str) -> Bounded:
    """The index of a day, with its bounds."""
    measure = hhi if stat == "hhi" else ratio
    return measure(pie.groups.values(), pie.rest)


def _first(largest: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """The largest, in words."""
    return tuple(
        f"{x['group']}, the largest, has {number(x['share'], 'fraction')} %" for x in largest[:1]
    )


def _estimate(pie: Pie, p: Values) -> Estimate:
    value, low, high = bounded(pie, p["stat"])
    order = sorted(pie.groups.items(), key=lambda g: (-g[1], g[0]))[:NAMED]
    largest = [{"group": g, "share": v / pie.whole} for g, v in order]
    caveats = [NOTES[p["measure"]]]
    if pie.rest:
        caveats.append(
            f"{100 * pie.rest / pie.whole:.1f} % belongs to nobody known: the bounds say what that "
            "could change"
        )
    if not pie.official:
        caveats.append("the week is reconstructed: most :free variants are among what is not known")
    return Estimate(
        value=value,
        low=min(low, value),
        high=max(high, value),
        interval=Interval("bounds", None),
        unit=UNITS[p["stat"]],
        method=f"{p['stat'].upper()} of {len(pie.groups)} groups by {p['by']}",
        as_of=pie.day,
        population=WHAT[p["measure"]],
        n=pie.n,
        caveats=tuple(caveats),
        inputs=Inputs.of(pie.refs),
        detail={"measure": p["measure"], "by": p["by"], "largest": largest,
                "in_words": _first(largest),
                "unknown": pie.rest / pie.whole, "official": pie.official},
    )  # fmt: skip
