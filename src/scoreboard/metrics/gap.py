"""Best of one group minus best of another on one benchmark at a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate, Inputs, Interval
from scoreboard.metrics._groups import (
    About,
    canonical_group,
    group_domain,
    in_group,
)
from scoreboard.metrics._scores import (
    Harness,
    Scored,
    World,
    are_of_several_developers,
    benchmark_domain,
    canonical_benchmark,
    harness_domain,
    read_world,
    release_domain,
    shots_domain,
)
from scoreboard.metrics._words import Name, adjective, plain_name
from scoreboard.metrics.base import AS_OF, Metric, Param, Values, no_value
from scoreboard.render import SHOWN, number
from scoreboard.stats.maxima import max_difference
from scoreboard.store import Tables

CARRY_DAYS = 180  # past its last row a series is carried this long
LABELS_TRIED = 5  # the best models of each group whose label or row is tried out
DEFAULT_GROUPS = {"openness": ("closed", "open"), "origin": ("US", "CN")}


@dataclass(frozen=True)
class Side:
    """The contenders of one group at a date."""

    group: str
    scores: list[Scored] = field(default_factory=list)

    @property
    def models(self) -> int:
        """Distinct models."""
        return len({s.model for s in self.scores})

    @property
    def best(self) -> Scored:
        """The best row; of equals the earlier released, then by id."""
        return min(self.scores, key=lambda s: (-s.value, s.released, s.model, s.variant))

    @property
    def last(self) -> dt.date:
        """The newest release with a row."""
        return max(s.released for s in self.scores)


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
        "interval on the number of items, plus the variance between raters. All scores are drawn "
        "jointly; the value is corrected for the bias of a maximum (twice the plain value less "
        "the mean of the draws) and the interval is the basic bootstrap's."
    )
    criticism = (
        "Errors of two models on the same questions are treated as independent, which makes the "
        "interval too wide. A best score rewards the group with more models and more effort "
        "variants; the correction removes the part that is noise, not the part that is choice. "
        "Models that nobody scored do not count."
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
        Param("harness", "who or what ran the test", domain=harness_domain),
        Param("shots", "examples in the prompt", domain=shots_domain),
        Param("method", "which index, with benchmark=index", default="published",
              domain=lambda _t, _o: ["published"]),
        Param("as_of", AS_OF.doc, kind="date", domain=release_domain),
    )  # fmt: skip

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        return [self._at(tables, p, self.as_of(tables, p))]

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        result: list[float | None] = []
        for p in grid:
            world, as_of = read_world(tables, p["benchmark"]), self.as_of(tables, p)
            harness = choose_harness(world, p, as_of)
            sides = sides_of(world, harness, p, as_of) if harness else None
            result.append(plain_gap(*sides) if sides and not _fault(sides, as_of) else None)
        return result

    def series(self, tables: Tables, p: Values) -> list[Estimate]:
        world, end = read_world(tables, p["benchmark"]), self.as_of(tables, p)
        harness = choose_harness(world, p, end)
        if harness is None:
            return [self._at(tables, p, end)]
        fixed = {**p, "harness": harness.harness, "shots": harness.shots}
        days = release_days(world, harness, end)
        found = [self._at(tables, fixed, day, harness) for day in days]
        return [e for e in found if e.value is not None]

    def drawn(self, tables: Tables, p: Values) -> list[Estimate]:
        """The series on the days on which the best of either group changed."""
        world, end = read_world(tables, p["benchmark"]), self.as_of(tables, p)
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
        world = read_world(tables, p["benchmark"])
        leader, chaser = groups_of(p)
        harness = harness or choose_harness(world, p, as_of)
        sides = sides_of(world, harness, p, as_of) if harness else (Side(leader), Side(chaser))
        fault = _fault(sides, as_of) if harness else _no_harness(world, leader, chaser, p)
        base: dict[str, Any] = {
            "unit": "points" if world.benchmark.scale == "accuracy" else "index_points",
            "as_of": as_of,
            "population": _population(world, harness),
            "key": {"benchmark": world.benchmark.id, "leader": leader, "chaser": chaser},
        }
        detail = {"by": p["by"], **_counts(sides, harness)}
        if fault or harness is None:
            return Estimate(value=None, method="none", caveats=(fault,), detail=detail, **base)
        moved = _sensitivity(world, p, harness, sides, as_of, disputed_models(tables))
        detail |= {**_best(sides), **moved}
        return self._estimate(world, p, harness, sides, base, detail)

    def _estimate(
        self,
        world: World,
        p: Values,
        harness: Harness,
        sides: Sides,
        base: dict[str, Any],
        detail: dict[str, Any],
    ) -> Estimate:
        top, chasing = sides
        caveats = _caveats(world, p, harness, sides, base["as_of"])
        used = [s.ref for s in (*top.scores, *chasing.scores)]
        common: dict[str, Any] = {
            **base, "n": len(used), "inputs": Inputs.of(used), "detail": detail,
            "left_out": tuple(world.left[harness]),
        }  # fmt: skip
        errors = [s.error for s in (*top.scores, *chasing.scores)]
        if any(e is None for e in errors):
            caveats.append("no interval: neither errors nor the number of items are known")
            return Estimate(
                value=plain_gap(*sides), method="plain", caveats=tuple(caveats), **common
            )
        seed = f"{harness}|{base['as_of']}|{sorted(r.locator for r in used)}"
        found = max_difference(_pairs(top), _pairs(chasing), seed=seed)
        if found.low <= 0 <= found.high:
            caveats.append("not separable: zero is inside the interval")
        return Estimate(
            value=found.corrected,
            low=found.low,
            high=found.high,
            interval=Interval("confidence", 0.95),
            method="joint draws, maximum corrected",
            caveats=tuple(caveats),
            **common,
        )


def release_days(world: World, harness: Harness, end: dt.date) -> list[dt.date]:
    """Days by a date on which a scored model came out."""
    return sorted({s.released for s in world.rows[harness] if s.released <= end})


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

    def side(group: str, *, others: bool) -> Side:
        scores = [
            s
            for s in world.rows[harness]
            if s.released <= as_of
            and _belongs(world.models[s.model], p["by"], group, as_of, others)
        ]
        return Side(group, scores)

    return side(leader, others=rest), side(second, others=False)


def _belongs(about: About, by: str, group: str, day: dt.date, rest: bool) -> bool:
    """With chaser=unrestricted the leader is every other model whose class is known."""
    if rest:
        return about.openness_on(day) in ("closed", "restricted")
    return in_group(about, by, group, day)


def choose_harness(world: World, p: Values, as_of: dt.date) -> Harness | None:
    """The one with most distinct models of both groups, each having two.

    Of equals the later document, then the one with the later row. What one developer reports of
    its own models alone says nothing of the groups: it is not chosen unless asked for.
    """
    fitting = []
    for harness in world.asked(p):
        sides = sides_of(world, harness, p, as_of)
        counts = [s.models for s in sides]
        asked = bool(p.get("harness"))
        if min(counts) >= (1 if asked else 2) and (asked or _is_shared(world, sides, p)):
            last = max(s.last for s in sides)
            order = (sum(counts), world.published[harness], last)
            fitting.append((order, harness.source, harness.harness, harness.shots, harness))
    return max(fitting, key=lambda f: f[:4])[-1] if fitting else None


def _is_shared(world: World, sides: Sequence[Side], p: Values) -> bool:
    """Whether models of several developers were scored, where the groups are not developers'."""
    models = {s.model for side in sides for s in side.scores}
    return p["by"] == "family" or are_of_several_developers(world, models)


def plain_gap(top: Side, chasing: Side) -> float:
    """Best minus best, uncorrected."""
    return top.best.value - chasing.best.value


def _pairs(of: Side) -> list[tuple[float, float]]:
    return [(s.value, s.error or 0.0) for s in of.scores]


def _fault(sides: Sequence[Side], as_of: dt.date) -> str:
    for s in sides:
        if not s.scores:
            return f"no scored model of the group {s.group} by {as_of}"
    last = min(s.last for s in sides)
    newest = max(s.last for s in sides)
    if (as_of - newest).days > CARRY_DAYS:
        return f"the series ends: its last row is of {newest}, over {CARRY_DAYS} days before"
    if (as_of - last).days > CARRY_DAYS:
        group = min(sides, key=lambda s: s.last).group
        return (
            f"the series ends: the last row of {group} is of {last}, over {CARRY_DAYS} days before"
        )
    return ""


def _no_harness(world: World, leader: str, chaser: str, p: Values) -> str:
    asked = f" under {p['harness']}" if p.get("harness") else ""
    day = f" by {p['as_of']}" if p.get("as_of") else ""
    several = "" if p.get("harness") else ", of several developers"
    return (
        f"no harness{asked} has models of both {leader} and {chaser}{several} "
        f"on {world.benchmark.id}{day}"
    )


def _population(world: World, harness: Harness | None) -> str:
    if harness is None:
        return world.benchmark.name
    if world.benchmark.id == "index":
        return "models with an Epoch Capabilities Index"
    return f"{world.benchmark.name}, {harness.text()}"


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


def _counts(sides: Sequence[Side], harness: Harness | None) -> dict[str, Any]:
    return {
        "harness": harness.harness if harness else None,
        "shots": (harness.shots or None) if harness else None,
        "source": harness.source if harness else None,
        "leader_models": sides[0].models,
        "chaser_models": sides[1].models,
    }


def _caveats(
    world: World, p: Values, harness: Harness, sides: Sequence[Side], as_of: dt.date
) -> list[str]:
    caveats = []
    for s in sides:
        if s.last < as_of:
            caveats.append(f"last row of {s.group}: {s.last}, carried forward")
    if world.benchmark.scale == "accuracy":
        caveats.append("errors of two models on the same questions are taken as independent")
    if world.benchmark.id == "index":
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
