"""Best of one group minus best of another on one benchmark at a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate, Inputs, Interval
from scoreboard.metrics._best import (
    UNITS,
    Side,
    left_out,
    population,
    release_days,
    side_of,
    unplaced,
)
from scoreboard.metrics._groups import canonical_group, group_domain
from scoreboard.metrics._index import METHODS
from scoreboard.metrics._joint import Joint, joint_of, world_of
from scoreboard.metrics._levels import INDEX
from scoreboard.metrics._scores import (
    HARNESS,
    SHOTS,
    Harness,
    World,
    are_of_several_developers,
    benchmark_domain,
    canonical_benchmark,
    release_domain,
)
from scoreboard.metrics._words import Name, adjective, plain_name
from scoreboard.metrics.base import AS_OF, Metric, Param, Values, no_value
from scoreboard.render import SHOWN, number
from scoreboard.stats.maxima import joint_difference, max_difference
from scoreboard.store import Tables

JOINTLY = "maximum corrected by joint draws of all models"
LABELS_TRIED = 5  # the best models of each group whose label or row is tried out
DEFAULT_GROUPS = {"openness": ("closed", "open"), "origin": ("US", "CN")}


Sides = tuple[Side, Side]  # the leader's and the chaser's


class Gap(Metric):
    id = "gap"
    title = "Gap between the best models of two groups"
    unit = "points"
    definition = (
        "Best score of one group minus best score of another on one benchmark, "
        "over the models released by a date, under one harness."
    )
    method = (
        "One source, harness and number of shots (by default the one with most distinct models of "
        "the two groups). Each score has its published standard error, else one from Wilson's "
        "interval on the number of items, plus the variance between raters. The largest of many "
        "scores with errors is too large: the value is the mean difference of the true bests, "
        "given the scores, their errors and how the scores are spread; the interval holds the "
        "middle 95 % of it. On the index all models are drawn together, and the value is twice the "
        "simple difference minus the mean difference of the bests within draws."
    )
    criticism = (
        "On a single test errors of two models on the same questions are treated as independent, "
        "which makes the interval too wide. A best score rewards the group with more models and "
        "more effort variants; the correction removes the part that is noise, not the part that is "
        "choice. It takes one model far ahead of its group for partly luck, more than it may be, "
        "and knows no ceiling at a perfect score. Models that nobody scored do not count."
    )
    chart = "frontier"
    things = ("benchmark",)
    tables = ("results",)
    params = (
        Param("benchmark", "the test", domain=benchmark_domain, canonical=canonical_benchmark,
              default="gpqa_diamond"),
        Param("by", "the partition into groups", default="openness",
              domain=lambda _t, _o: ["openness", "origin", "developer", "family"]),
        Param("leader", "the group in front", domain=group_domain, canonical=canonical_group),
        Param("chaser", "the group behind", domain=group_domain, canonical=canonical_group),
        HARNESS,
        SHOTS,
        Param("method", "which index, with benchmark=index", default="published",
              domain=lambda _t, _o: list(METHODS)),
        Param("as_of", AS_OF.doc, kind="date", domain=release_domain),
    )  # fmt: skip

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        return [self._at(tables, p, self.as_of(tables, p))]

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        result: list[float | None] = []
        for p in grid:
            world, as_of = world_of(tables, p), self.as_of(tables, p)
            harness = choose_harness(world, p, as_of)
            sides = sides_of(world, harness, p, as_of) if harness else None
            result.append(plain_gap(*sides) if sides and not _fault(sides, as_of) else None)
        return result

    def series(self, tables: Tables, p: Values) -> list[Estimate]:
        world, end = world_of(tables, p), self.as_of(tables, p)
        harness = choose_harness(world, p, end)
        if harness is None:
            return [self._at(tables, p, end)]
        fixed = {**p, "harness": harness.harness, "shots": harness.shots}
        days = release_days(world, harness, end)
        found = [self._at(tables, fixed, day, harness) for day in days]
        return [e for e in found if e.value is not None]

    def drawn(self, tables: Tables, p: Values) -> list[Estimate]:
        """The series on the days on which the best of either group changed."""
        world, end = world_of(tables, p), self.as_of(tables, p)
        harness = choose_harness(world, p, end)
        if harness is None:
            return []
        fixed = {**p, "harness": harness.harness, "shots": harness.shots}
        found, last = [], None
        for day in release_days(world, harness, end):
            sides = sides_of(world, harness, p, day)
            best = tuple(s.best for s in sides if s.scores)
            if len(best) == len(sides) and best != last:
                e = self._at(tables, fixed, day, harness)
                if e.value is not None:  # else one series has lapsed: its record still counts later
                    found.append(e)
                    last = best
        return found

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if e.value is None:
            return no_value(e)
        by = e.detail["by"]
        best = [
            f"{adjective(by, e.key[side], name)} model, {name('model', e.detail[f'{side}_model'])}"
            for side in ("leader", "chaser")
        ]
        if e.low is None or e.high is None:
            amount = f"{number(e.value, e.unit)} {SHOWN[e.unit]}"
            return f"The best {best[0]}, minus the best {best[1]}: {amount}, without an interval."
        if e.low <= 0 <= e.high:
            return (f"The data do not tell who is ahead: the best {best[0]}, "
                    f"or the best {best[1]}.")  # fmt: skip
        first, second = best if e.value > 0 else best[::-1]
        amount = f"{number(abs(e.value), e.unit)} {SHOWN[e.unit]}"
        return f"The best {first}, leads the best {second}, by {amount}."

    def _at(
        self, tables: Tables, p: Values, as_of: dt.date, harness: Harness | None = None
    ) -> Estimate:
        world = world_of(tables, p)
        leader, chaser = groups_of(p)
        harness = harness or choose_harness(world, p, as_of)
        sides = sides_of(world, harness, p, as_of) if harness else (Side(leader), Side(chaser))
        fault = _fault(sides, as_of) if harness else _no_harness(world, leader, chaser, p)
        base: dict[str, Any] = {
            "unit": UNITS[world.benchmark.scale],
            "as_of": as_of,
            "population": population(world.benchmark, harness),
            "key": {"benchmark": world.benchmark.id, "leader": leader, "chaser": chaser},
        }
        unknown = unplaced(world, harness, p["by"], (leader, chaser), as_of) if harness else []
        detail = {"by": p["by"], **_counts(world, sides, harness),
                  "unknown_models": len({s.model for s in unknown})}  # fmt: skip
        if harness:
            base["left_out"] = left_out(world, harness, unknown)
        if fault or harness is None:
            return Estimate(value=None, method="none", caveats=(fault,), detail=detail, **base)
        moved = _sensitivity(world, p, harness, sides, as_of, disputed_models(tables))
        detail |= {**_best(sides), **moved}
        joint = joint_of(tables, p, [s for side in sides for s in side.scores])
        return self._estimate(world, p, harness, sides, base, detail, joint)

    def _estimate(
        self,
        world: World,
        p: Values,
        harness: Harness,
        sides: Sides,
        base: dict[str, Any],
        detail: dict[str, Any],
        joint: Joint | None,
    ) -> Estimate:
        top, chasing = sides
        caveats = _caveats(world, p, harness, sides, base["as_of"], joint)
        used = [r for s in sides for r in (joint.refs(s) if joint else [x.ref for x in s.scores])]
        common: dict[str, Any] = {
            **base, "n": len(used), "inputs": Inputs.of(used), "detail": detail,
        }  # fmt: skip
        errors = [s.error for s in (*top.scores, *chasing.scores)]
        if any(e is None for e in errors):
            caveats.append("no interval: neither errors nor the number of items are known")
            return Estimate(
                value=plain_gap(*sides), method="plain", caveats=tuple(caveats), **common
            )
        if joint:
            plain = plain_gap(*sides)
            found = joint_difference(plain, joint.best(top), joint.best(chasing))
            common["draws"] = f"index_draws:{joint.fit.name}"
        else:
            found = max_difference(top.pairs, chasing.pairs)
        if found.low <= 0 <= found.high:
            caveats.append("not separable: zero is inside the interval")
        return Estimate(
            value=found.corrected,
            low=found.low,
            high=found.high,
            interval=Interval("confidence", 0.95),
            method=JOINTLY if joint else "maximum corrected by the spread of the scores",
            caveats=tuple(caveats),
            **common,
        )


def groups_of(p: Values) -> tuple[str, str]:
    """Leader and chaser, by default those of the partition."""
    first, second = DEFAULT_GROUPS.get(p["by"], ("", ""))
    leader, chaser = p.get("leader") or first, p.get("chaser") or second
    if not leader or not chaser:
        raise UsageError(
            f"with by={p['by']} name both groups", repair="-p leader=... -p chaser=..."
        )
    if leader == chaser:
        raise UsageError(f"leader and chaser are the same group: {leader}")
    return leader, chaser


def disputed_models(tables: Tables) -> frozenset[str]:
    """Models of whose weights sources say both yes and no."""
    return frozenset(
        tables.column(
            "SELECT model FROM statements WHERE attribute = 'weights' "
            "GROUP BY model HAVING count(DISTINCT value) > 1"
        )
    )


def sides_of(
    world: World, harness: Harness, p: Values, as_of: dt.date, chaser: str | None = None
) -> Sides:
    """The contenders of both groups: released by the date, in the group on that date."""
    leader, second = groups_of(p)
    second = chaser or second
    rest = p["by"] == "openness" and second == "unrestricted" and leader == "closed"

    return (
        side_of(world, harness, p["by"], leader, as_of, rest=rest),
        side_of(world, harness, p["by"], second, as_of),
    )


def choose_harness(world: World, p: Values, as_of: dt.date) -> Harness | None:
    """The one with most distinct models of both groups, each having two.

    What one developer reports of its own models alone says nothing of the groups: it is not chosen
    unless asked for.
    """
    fitting, asked = {}, bool(p.get("harness"))
    for harness in world.asked(p):
        sides = sides_of(world, harness, p, as_of)
        enough = min(s.models for s in sides) >= (1 if asked else 2)
        if enough and (asked or _is_shared(world, sides, p)):
            fitting[harness] = (sum(s.models for s in sides),), max(s.last for s in sides)
    return world.fullest(fitting)


def _is_shared(world: World, sides: Sequence[Side], p: Values) -> bool:
    """Whether models of several developers were scored, where the groups are not developers'."""
    models = {s.model for side in sides for s in side.scores}
    return p["by"] == "family" or are_of_several_developers(world, models)


def plain_gap(top: Side, chasing: Side) -> float:
    """Best minus best, uncorrected."""
    return top.best.value - chasing.best.value


def _fault(sides: Sequence[Side], as_of: dt.date) -> str:
    """Why there is no gap, or nothing; of two series that ended the one that did first."""
    empty = [s.fault(as_of) for s in sides if not s.scores]
    if empty:
        return empty[0]
    return min(sides, key=lambda s: s.last).fault(as_of)


def _no_harness(world: World, leader: str, chaser: str, p: Values) -> str:
    asked = f" under {p['harness']}" if p.get("harness") else ""
    day = f" by {p['as_of']}" if p.get("as_of") else ""
    several = "" if p.get("harness") else ", of several developers"
    return (
        f"no harness{asked} has models of both {leader} and {chaser}{several} "
        f"on {world.benchmark.id}{day}"
    )


def _best(sides: Sides) -> dict[str, Any]:
    top, chasing = sides
    return {
        "plain": plain_gap(*sides),
        "leader_model": top.best.model,
        "leader_score": top.best.value,
        "chaser_model": chasing.best.model,
        "chaser_score": chasing.best.value,
        "leader_source_name": top.best.source_name,
        "chaser_source_name": chasing.best.source_name,
    }


def _counts(world: World, sides: Sequence[Side], harness: Harness | None) -> dict[str, Any]:
    return {
        "test_set": world.benchmark.access or None,
        "harness": harness.harness if harness else None,
        "shots": (harness.shots or None) if harness else None,
        "source": harness.source if harness else None,
        "leader_models": sides[0].models,
        "chaser_models": sides[1].models,
    }


def _caveats(
    world: World,
    p: Values,
    harness: Harness,
    sides: Sequence[Side],
    as_of: dt.date,
    joint: Joint | None,
) -> list[str]:
    caveats = [c for s in sides for c in s.carried(as_of)]
    if world.benchmark.scale == "accuracy":
        caveats.append("errors of two models on the same questions are taken as independent")
    if joint and joint.fit.published and as_of < joint.fit.published:
        caveats.append(f"errors are those of the index of {joint.fit.published}")
    if world.benchmark.id == INDEX and not joint:
        caveats.append("errors of two models of one index are taken as independent")
    if world.benchmark.borrowed:
        caveats.append("no two raters were compared on this test: the spread of GPQA is used")
    if not _is_shared(world, sides, p):
        caveats.append("all scored models are of one developer")
    few = [s for s in sides if s.models < 5]
    caveats += [f"only {s.models} models of {s.group} were scored" for s in few]
    spread = _spread(world, p, harness, as_of)
    if spread:
        caveats.append(spread)
    if any(s.chance_removed for of in sides for s in of.scores):
        caveats.append("scores had the chance level removed; it was put back")
    return caveats


def _spread(world: World, p: Values, chosen: Harness, as_of: dt.date) -> str:
    """How far other harnesses differ: a caveat in words."""
    others = []
    for harness in world.rows:
        sides = sides_of(world, harness, p, as_of)
        usable = min(s.models for s in sides) >= 2 and not _fault(sides, as_of)
        if harness != chosen and usable and _is_shared(world, sides, p):
            others.append(plain_gap(*sides))
    if not others:
        return ""
    return (
        f"{len(others)} other harnesses give {min(others):.1f} to {max(others):.1f} points (plain)"
    )


def _sensitivity(
    world: World,
    p: Values,
    harness: Harness,
    sides: Sides,
    as_of: dt.date,
    disputed: frozenset[str],
) -> dict[str, Any]:
    """The one disputed label, or the one row, whose change would move the plain gap most."""
    top, chasing = sides
    base = plain_gap(top, chasing)
    trials: list[tuple[float, str, str]] = []
    for first, second, sign in ((top, chasing, 1), (chasing, top, -1)):
        for model in _best_models(first):
            rest = Side(first.group, [s for s in first.scores if s.model != model])
            if not rest.scores:
                continue
            gap = sign * plain_gap(rest, second)
            trials.append((gap, model, "without its rows"))
            if p["by"] == "openness" and model in disputed:
                moved = [s for s in first.scores if s.model == model]
                other = Side(second.group, [*second.scores, *moved])
                trials.append((sign * plain_gap(rest, other), model, f"counted as {second.group}"))
    if not trials:
        return {}
    gap, model, change = max(trials, key=lambda t: (abs(t[0] - base), t[1], t[2]))
    result: dict[str, Any] = {"most_sensitive_to": {"model": model, "change": change, "then": gap}}
    if p["by"] == "openness" and p.get("chaser") in (None, "open"):
        pair = sides_of(world, harness, {"by": "openness"}, as_of, "unrestricted")
        if min(s.models for s in pair) and plain_gap(*pair) != base:
            result["plain_unrestricted"] = plain_gap(*pair)
            result["unrestricted_model"] = pair[1].best.model
    return result


def _best_models(of: Side) -> list[str]:
    ranked = sorted(of.scores, key=lambda s: (-s.value, s.released, s.model))
    return list(dict.fromkeys(s.model for s in ranked))[:LABELS_TRIED]
