"""Time from a record of one group until another group matches it, by the rules in use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from scoreboard.estimate import Estimate, Inputs
from scoreboard.metrics import _best
from scoreboard.metrics._contest import DATES, LABELS, POOLS, Contest, read_contests
from scoreboard.metrics._groups import canonical_group, group_domain
from scoreboard.metrics._lag_rules import MONTH, RULES, Lag, none
from scoreboard.metrics._scores import (
    HARNESS,
    SHOTS,
    benchmark_domain,
    canonical_benchmark,
    release_domain,
)
from scoreboard.metrics._words import Name, adjective, on_test, plain_name
from scoreboard.metrics.base import AS_OF, Metric, Param, Values, no_value
from scoreboard.metrics.gap import groups_of
from scoreboard.render import number
from scoreboard.stats.lags import Match, records
from scoreboard.store import Tables

ALL = "all"
CONTEST = (
    Param("benchmark", "the test; `public` or `private`: all of which the questions are that",
          domain=lambda t, o: [*benchmark_domain(t, o), *POOLS], canonical=canonical_benchmark,
          default="index"),
    Param("by", "the partition into groups", default="openness",
          domain=lambda _t, _o: ["openness", "origin", "developer", "family"]),
    Param("leader", "the group in front", domain=group_domain, canonical=canonical_group),
    Param("chaser", "the group behind", domain=group_domain, canonical=canonical_group),
    Param("labels", "whose word it is which models are open: ours, the document's (unknown counts "
          "as closed), or the document's with ours where it is unknown; by default as the rule "
          "has it", domain=lambda _t, _o: list(LABELS)),
    Param("dates", "the day from which a model counts: released, announced, or as the document "
          "with the scores says; by default the document's with its labels",
          domain=lambda _t, _o: list(DATES)),
    HARNESS,
    SHOTS,
    Param("as_of", AS_OF.doc, kind="date", domain=release_domain),
)  # fmt: skip


class LagMetric(Metric):
    id = "lag"
    title = "Time until records are matched"
    unit = "months"
    definition = (
        "Time from a record of one group until a model of another group is at or above it "
        "on one benchmark; a month is 30.5 days."
    )
    method = (
        "A record is a score above all before it in its group. For each record of the leaders that "
        "is not equalled on its day, the days until the first score of the others at or above it; "
        "records without a match count as longer than the time so far. The value is the median of "
        "Kaplan and Meier, its interval a bootstrap over the models that matched, since one model "
        "often matches several records at once. A model whose weights came later counts as closed "
        "on its release and as open from the day of its weights. The parameter lag_rule names the "
        "other rules in use; all shows them side by side, for both meanings of open."
    )
    criticism = (
        "A median over records weighs fast years, with many records, more. Scores have errors: a "
        "record that is luck is matched late, and a lucky match comes early; the interval does not "
        "hold this, and rules that forgive what is within the error grow shorter when the data "
        "get worse. What nobody scored yet matches nothing."
    )
    chart = "survival"
    tables = ("results",)
    params = (
        Param("lag_rule", "how the time is measured", default="exact",
              domain=lambda _t, _o: [*RULES, ALL]),
        *CONTEST,
    )  # fmt: skip

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        as_of = self.as_of(tables, p)
        if p["lag_rule"] != ALL:
            return [self._at(tables, p, as_of)]
        chasers = ("open", "unrestricted") if p["by"] == "openness" else (p["chaser"],)
        return [
            self._at(tables, {**p, "lag_rule": rule, "chaser": chaser}, as_of)
            for chaser in chasers
            for rule in RULES
        ]

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        found: list[float | None] = []
        for p in grid:
            alone = p["lag_rule"] != ALL
            found.append(self.compute(tables, p)[0].value if alone else None)
        return found

    def series(self, tables: Tables, p: Values) -> list[Estimate]:
        """On the days of records of either group."""
        if p["lag_rule"] == ALL:
            return []
        contests = read_contests(tables, {**p, **reading_of(p)}, self.as_of(tables, p))
        points = (q for c in contests for side in (c.leaders, c.chasers) for q in records(side))
        found: list[Estimate] = []
        for day in map(dt.date.fromordinal, sorted({q.day for q in points})):
            e = self._estimate(p, [c.until(day) for c in contests], day)
            if e.value is not None and (not found or e.value != found[-1].value):
                found.append(e)
        return found

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if e.value is None:
            return no_value(e)
        leader, chaser = (adjective(e.detail["by"], e.key[s], name) for s in ("leader", "chaser"))
        on, months = test_words(e, name), f"{number(e.value, e.unit)} months"
        if e.key["lag_rule"] in ("exact", "within_error"):
            word = "matched" if e.key["lag_rule"] == "exact" else "matched within the error"
            return f"{on}, half of the records of {leader} models were {word} by {chaser} models " \
                   f"within {months}."  # fmt: skip
        rule = e.key["lag_rule"].replace("_", " ")
        what = f"{on} and by the rule {rule}, {chaser} models are {months.lstrip('-')}"
        return f"{what} {'ahead of' if e.value < 0 else 'behind'} {leader} models."

    def headline(
        self, found: Sequence[Estimate], drawn: Sequence[Estimate], name: Name = plain_name
    ) -> str:
        months = sorted(e.value for e in found if e.value is not None)
        if len(found) == 1 or not months:
            return super().headline(found, drawn, name)
        leader = adjective(found[0].detail["by"], found[0].key["leader"], name)
        ends = [number(m, found[0].unit) for m in (months[0], months[-1])]
        meanings = (
            " and by the meaning of open" if len({e.key["chaser"] for e in found}) > 1 else ""
        )
        return (f"{test_words(found[0], name)}, the lag behind {leader} models is {ends[0]} to "
                f"{ends[1]} months, by rule{meanings}.")  # fmt: skip

    def _at(self, tables: Tables, p: Values, as_of: dt.date) -> Estimate:
        contests = read_contests(tables, {**p, **reading_of(p)}, as_of)
        return self._estimate(p, contests, as_of)

    def _estimate(self, p: Values, contests: Sequence[Contest], as_of: dt.date) -> Estimate:
        leader, chaser = groups_of(p)
        rule, lag = RULES[p["lag_rule"]], lag_of(contests, p, as_of)
        detail: dict[str, Any] = {
            "by": p["by"], "days": lag.days, **reading_of(p), **lag.detail, **about(contests),
        }  # fmt: skip
        if "records" in detail:
            detail |= {"records": [row_of(*r) for r in detail["records"]],
                       "curve": [list(step) for step in detail["curve"]]}  # fmt: skip
        return Estimate(
            value=_months(lag.days), unit=self.unit, method=rule.says, as_of=as_of,
            population=population(contests, p), low=_months(lag.low), high=_months(lag.high),
            interval=lag.interval, n=lag.n, caveats=(*lag.caveats, *caveats(contests, as_of)),
            inputs=Inputs.of(r for c in contests for r in c.refs), detail=detail,
            key={"benchmark": p["benchmark"], "lag_rule": rule.id,
                 "leader": leader, "chaser": chaser},
            left_out=tuple(left for c in contests for left in c.left_out),
        )  # fmt: skip


def lag_of(contests: Sequence[Contest], p: Values, as_of: dt.date) -> Lag:
    """The lag by a rule."""
    if not contests:
        leader, chaser = groups_of(p)
        return none(f"no harness has models of both {leader} and {chaser} on {p['benchmark']}")
    if any(not side for c in contests for side in (c.leaders, c.chasers)):
        return none(f"one of the groups has no scored model by {as_of}")
    return RULES[p["lag_rule"]].compute(contests, f"{p['benchmark']} {as_of}")


def about(contests: Sequence[Contest]) -> dict[str, Any]:
    """What was compared: for one benchmark its harness, else which benchmarks."""
    found: dict[str, Any] = {
        f"{side}_models": len({q.name for c in contests for q in getattr(c, f"{side}s")})
        for side in ("leader", "chaser")
    }
    found["unknown_models"] = len({m for c in contests for m in c.unknown})
    if len(contests) == 1:
        harness = contests[0].harness
        return {**found, "harness": harness.harness, "source": harness.source}
    return {**found, "benchmarks": [c.benchmark.id for c in contests]}


def caveats(contests: Sequence[Contest], as_of: dt.date) -> list[str]:
    """What a reader of any rule must know."""
    found = []
    if unknown := about(contests)["unknown_models"]:
        found.append(f"{unknown} models of unknown group are left out")
    if len(contests) == 1 and (as_of - contests[0].end).days > _best.CARRY_DAYS:
        found.append(f"the last model with a row came out on {contests[0].end}: nothing newer")
    return found


def reading_of(p: Values) -> dict[str, str]:
    """Whose labels and which days: as asked, else the rule's own."""
    follows = p["by"] == "openness" and p["benchmark"] == "index"
    labels = p.get("labels") or (RULES[p["lag_rule"]].labels if follows else "ours")
    dates = p.get("dates") or ("released" if labels == "ours" else "document")
    return {"labels": labels, "dates": dates}


def _months(days: float | None) -> float | None:
    return None if days is None else days / MONTH


def row_of(benchmark: str, m: Match) -> dict[str, Any]:
    """A record and its match, as a row."""
    return {
        "benchmark": benchmark, "model": m.record.name, "score": m.record.value,
        "day": dt.date.fromordinal(m.record.day), "matched_by": m.by.name if m.by else None,
        "matched_on": dt.date.fromordinal(m.by.day) if m.by else None,
        "days": m.days, "matched": m.by is not None,
    }  # fmt: skip


def test_words(e: Estimate, name: Name) -> str:
    """`On GPQA Diamond`: where a sentence about a lag begins."""
    test = e.key["benchmark"]
    return f"On tests with {test} questions" if test in POOLS else f"On {on_test(test, name)}"


def population(contests: Sequence[Contest], p: Values) -> str:
    """Of what."""
    if p["benchmark"] in POOLS:
        return f"{len(contests)} benchmarks with {p['benchmark']} questions"
    if not contests:
        return str(p["benchmark"])
    return _best.population(contests[0].benchmark, contests[0].harness)
