"""The best score of a group so far on one benchmark, with the model that set each step."""

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
from scoreboard.metrics._groups import canonical_group, group_domain, group_names
from scoreboard.metrics._joint import Joint, joint_of
from scoreboard.metrics._scores import (
    HARNESS,
    SHOTS,
    Harness,
    World,
    are_of_several_developers,
    benchmark_domain,
    canonical_benchmark,
    read_world,
    release_domain,
)
from scoreboard.metrics._words import Name, adjective, on_test, plain_name
from scoreboard.metrics.base import AS_OF, Metric, Param, Values, no_value
from scoreboard.render import SHOWN, number
from scoreboard.stats.maxima import best_of
from scoreboard.stats.proportions import Z95
from scoreboard.store import Tables

BY = ("openness", "origin", "origin_openness", "developer", "family")
DEFAULT_OF = {"openness": "open", "origin": "CN", "origin_openness": "CN_open"}


class Frontier(Metric):
    id = "frontier"
    title = "Best score so far"
    unit = "points"
    definition = (
        "Best score of a group on one benchmark over the models released by a date, under one "
        "harness, with the model that set it."
    )
    method = (
        "One source, harness and number of shots: by default the one with most distinct scored "
        "models, of any group, among those that scored the group. The value is the best score as "
        "it stands, its interval that of this one score: published or Wilson's error with the "
        "variance between raters, at 95 %. `corrected` in the detail is the true best as `gap` "
        "estimates it. A series has a step for each new best score and ends 180 days after the "
        "last row of the group."
    )
    criticism = (
        "The best of many scores with errors is too high on average, so the value lies above the "
        "true best more often than its interval says; compare groups by `gap`. A score may fall "
        "when a model leaves the group, as a closed one whose weights are published. Models that "
        "nobody scored do not count."
    )
    chart = "steps"
    draws_things = ()  # the chart of the gap shows the same lines
    things = ("benchmark",)
    tables = ("results",)
    params = (
        Param("benchmark", "the test", domain=benchmark_domain, canonical=canonical_benchmark,
              default="gpqa_diamond"),
        Param("by", "the partition into groups", default="openness",
              domain=lambda _t, _o: list(BY)),
        Param("of", "one group of it; by developer and family none gives every group",
              domain=group_domain, canonical=canonical_group),
        HARNESS,
        SHOTS,
        Param("as_of", AS_OF.doc, kind="date", domain=release_domain),
    )  # fmt: skip

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        as_of, one = self.as_of(tables, p), _group(p)
        if one:
            return [self._at(tables, p, one, as_of)]
        found = (self._at(tables, p, g, as_of) for g in group_names(tables, p["by"]))
        return [e for e in found if e.value is not None]

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        result: list[float | None] = []
        for p in grid:
            world, as_of, group = (
                read_world(tables, p["benchmark"]),
                self.as_of(tables, p),
                _group(p),
            )
            names = [group] if group else group_names(tables, p["by"])
            found = []
            for name in names:
                harness = _harness(world, p, name, as_of)
                side = side_of(world, harness, p["by"], name, as_of) if harness else Side(name)
                found += [] if side.fault(as_of) else [side.best.value]
            result.append(found[0] if len(found) == 1 else None)
        return result

    def series(self, tables: Tables, p: Values) -> list[Estimate]:
        group, end = _group(p), self.as_of(tables, p)
        if group is None:
            raise UsageError(f"with by={p['by']} name the group of the series", repair="-p of=...")
        world = read_world(tables, p["benchmark"])
        harness = _harness(world, p, group, end)
        if harness is None:
            return [self._at(tables, p, group, end)]
        found, last = [], None
        for day in _days(world, harness, p["by"], end):
            side = side_of(world, harness, p["by"], group, day)
            if not side.fault(day) and side.best != last:
                last = side.best
                found.append(self._at(tables, p, group, day, harness))
        return found

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if e.value is None:
            return no_value(e)
        by = str(e.detail["by"])
        group, test = adjective(by, e.key[by], name), on_test(e.key["benchmark"], name)
        amount = f"{number(e.value, e.unit)} {SHOWN[e.unit]}"
        model = name("model", e.detail["model"])
        return f"The best {group} model on {test} is {model}, with {amount}."

    def _at(
        self, tables: Tables, p: Values, group: str, day: dt.date, harness: Harness | None = None
    ) -> Estimate:
        world, by = read_world(tables, p["benchmark"]), p["by"]
        harness = harness or _harness(world, p, group, day)
        side = side_of(world, harness, by, group, day) if harness else Side(group)
        unknown = unplaced(world, harness, by, (group,), day) if harness else []
        base: dict[str, Any] = {
            "unit": UNITS[world.benchmark.scale],
            "as_of": day,
            "population": population(world.benchmark, harness),
            "key": {"benchmark": world.benchmark.id, by: group},
            "left_out": left_out(world, harness, unknown) if harness else (),
        }
        detail: dict[str, Any] = {
            "by": by, "models": side.models, "unknown_models": len({s.model for s in unknown}),
            "test_set": world.benchmark.access or None,
        }  # fmt: skip
        if harness:
            detail |= {"harness": harness.harness, "shots": harness.shots or None,
                       "source": harness.source}  # fmt: skip
        if fault := side.fault(day):
            return Estimate(value=None, method="none", caveats=(fault,), detail=detail, **base)
        joint = joint_of(tables, p, side.scores)
        return _step(side, base, detail, joint, full=world.benchmark.scale == "accuracy")


def _step(
    side: Side, base: dict[str, Any], detail: dict[str, Any], joint: Joint | None, *, full: bool
) -> Estimate:
    """An estimate; with `full` no score is below 0 or above 100."""
    best, caveats = side.best, side.carried(base["as_of"])
    detail |= {"model": best.model, "variant": best.variant or None, "released": best.released,
               "source_name": best.source_name}  # fmt: skip
    refs = [s.ref for s in side.scores]
    common: dict[str, Any] = {**base, "value": best.value, "n": len(refs),
                              "inputs": Inputs.of(refs), "detail": detail}  # fmt: skip
    if best.error is None:
        caveats.append("no interval: neither errors nor the number of items are known")
        return Estimate(method="best score", caveats=tuple(caveats), **common)
    if joint:
        detail["corrected"] = 2 * best.value - float(joint.best(side).mean())
    elif all(s.error is not None for s in side.scores):
        detail["corrected"] = best_of(tuple(sorted(side.pairs))).mean
    if side.models > 1:
        caveats.append("the best of several scores is too high on average; see `corrected`")
    if side.models < 5:
        caveats.append(f"only {side.models} models of {side.group} were scored")
    low, high = best.value - Z95 * best.error, best.value + Z95 * best.error
    return Estimate(
        low=max(low, 0.0) if full else low,
        high=min(high, 100.0) if full else high,
        interval=Interval("confidence", 0.95),
        method="best score, interval of that score",
        caveats=tuple(caveats),
        **common,
    )


def _group(p: Values) -> str | None:
    found: str | None = p.get("of") or DEFAULT_OF.get(p["by"])
    return found


def _harness(world: World, p: Values, group: str, day: dt.date) -> Harness | None:
    """The one with most distinct models, so that groups are read under the same one.

    What one developer reports of its own models comes after all others.
    """
    fitting = {}
    for harness in world.asked(p):
        if side_of(world, harness, p["by"], group, day).scores:
            out = [s for s in world.rows[harness] if s.released <= day]
            models = {s.model for s in out}
            rank = are_of_several_developers(world, models), len(models)
            fitting[harness] = rank, max(s.released for s in out)
    return world.fullest(fitting)


def _days(world: World, harness: Harness, by: str, end: dt.date) -> list[dt.date]:
    """Days on which a scored model came out, or became open or closed."""
    days = set(release_days(world, harness, end))
    if "openness" in by:
        periods = (x for s in world.rows[harness] for x in world.models[s.model].periods)
        days |= {x[0] for x in periods if min(days, default=end) <= x[0] <= end}
    return sorted(days)
