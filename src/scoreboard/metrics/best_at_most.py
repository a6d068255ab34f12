"""What a size can do: the best score of open models with at most so many parameters at a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from scoreboard.estimate import Estimate, Inputs
from scoreboard.metrics._best import UNITS
from scoreboard.metrics._scores import (
    HARNESS,
    SHOTS,
    Harness,
    Scored,
    World,
    benchmark_domain,
    canonical_benchmark,
    read_world,
)
from scoreboard.metrics._sizes import (
    COUNT,
    OPENNESS,
    Sized,
    billions,
    change_days,
    choose_harness,
    day_domain,
    open_on,
    population,
    read_sizes,
    same,
    score_interval,
    stale,
    unscored,
    unsized,
)
from scoreboard.metrics._words import Name, on_test, plain_name
from scoreboard.metrics.base import AS_OF, Metric, Param, Values, no_value
from scoreboard.render import number
from scoreboard.store import Tables

Picked = tuple[Harness, Mapping[str, Scored]]
RUNNERS_UP = 3
LIMITS = ["1", "3", "8", "10", "15", "35", "75", "130", "250", "500", "1000"]


class BestAtMost(Metric):
    id = "best_at_most"
    title = "Best score at a size"
    unit = "points"
    definition = (
        "The best score on one benchmark among open models with at most so many billion "
        "parameters whose weights were out by a date."
    )
    method = (
        "Scores are of the one source and harness with most distinct open models of known size; "
        "a series keeps it. `count=total` counts every parameter, all experts of a mixture "
        "included; `active` those used for one token, and all of them where no source says how "
        "many these are. The interval is that of the model's own score."
    )
    criticism = (
        "The best of many noisy scores is on average too high. Models that nobody scored do not "
        "count; small ones are scored less, and sooner tuned for a test. A limit is a cliff: a "
        "model of 8.03 billion parameters is none of at most 8."
    )
    chart = "steps"
    tables = ("results", "models")
    params = (
        Param("benchmark", "the test", default="index", domain=benchmark_domain,
              canonical=canonical_benchmark),
        Param("at_most", "billions of parameters, this many included", kind="number",
              default="10", domain=lambda _t, _o: LIMITS),
        COUNT,
        OPENNESS,
        HARNESS,
        SHOTS,
        Param("as_of", AS_OF.doc, kind="date", domain=day_domain),
    )  # fmt: skip

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        world, day = read_world(tables, p["benchmark"]), self.as_of(tables, p)
        return [estimate(world, _picked(tables, world, p), read_sizes(tables), p, day)]

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        result: list[float | None] = []
        for p in grid:
            world, day = read_world(tables, p["benchmark"]), self.as_of(tables, p)
            picked, sizes = _picked(tables, world, p), read_sizes(tables)
            found = ranked(world, picked[1], sizes, p, day) if picked else []
            result.append(found[0].value if found else None)
        return result

    def series(self, tables: Tables, p: Values) -> list[Estimate]:
        world, end = read_world(tables, p["benchmark"]), self.as_of(tables, p)
        picked, sizes = _picked(tables, world, p), read_sizes(tables)
        found: list[Estimate] = []
        for day in change_days(world, picked[1], end) if picked else []:
            now = estimate(world, picked, sizes, p, day)
            if now.value is not None and not (found and same(now, found[-1])):
                found.append(now)
        return found or [estimate(world, picked, sizes, p, end)]

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if e.value is None:
            return no_value(e)
        active = "active " if e.key["count"] == "active" else ""
        return (
            f"The best open model of at most {billions(e.detail['at_most'])} {active}parameters, "
            f"{name('model', e.detail['model'])}, scores {number(e.value, e.unit)} on "
            f"{on_test(e.key['benchmark'], name)}."
        )


def _picked(tables: Tables, world: World, p: Values) -> Picked | None:
    try:
        return choose_harness(tables, world, p)
    except KeyError:
        return None


def ranked(
    world: World, best: Mapping[str, Scored], sizes: dict[str, Sized], p: Values, day: dt.date
) -> list[Scored]:
    """The models within the limit, the best first; of equals the smaller, then the older."""
    within = [
        (-best[m].value, size, best[m].released, m)
        for m in open_on(world, best, p["openness"], day)
        if (size := sizes[m].size(p["count"])) is not None and size <= p["at_most"]
    ]
    return [best[m] for *_, m in sorted(within)]


def estimate(
    world: World, picked: Picked | None, sizes: dict[str, Sized], p: Values, day: dt.date
) -> Estimate:
    """The best score within the limit on a day, or why there is none."""
    base = Estimate(
        value=None,
        unit=UNITS[world.benchmark.scale],
        method=f"best score, at most {p['at_most']:g} billion {p['count']} parameters",
        as_of=day,
        population=population(world, picked[0] if picked else None, p["openness"]),
        key={"benchmark": world.benchmark.id, "count": p["count"]},
    )
    if picked is None:
        return replace(base, caveats=(unscored(world, p),))
    harness, best = picked
    found = ranked(world, best, sizes, p, day)
    there = open_on(world, best, p["openness"], day)
    unknown = unsized([m for m in there if sizes[m].total is None], "are scored")
    detail = {
        "at_most": p["at_most"],
        "harness": harness.harness,
        "shots": harness.shots or None,
        "source": harness.source,
        "scores_published": world.published[harness],
        "models_within": len(found),
        "models_scored": len(there),
    }
    if not found:
        why = f"no {p['openness']} model of at most {p['at_most']:g} billion parameters by {day}"
        return replace(base, detail={**detail, "model": None}, caveats=(why, *unknown))
    top = found[0]
    size = sizes[top.model]
    low, high, interval, why_none = score_interval(top)
    counted = (f"no source gives {top.model} an active part: all its parameters are counted"
               if p["count"] == "active" and size.active is None else "")  # fmt: skip
    return replace(
        base,
        value=top.value,
        low=low,
        high=high,
        interval=interval,
        n=len(found),
        caveats=(*why_none, "the best of many scores is on average too high",
                 *([counted] if counted else []), *unknown, *stale(best, day)),
        inputs=Inputs.of([top.ref, *size.refs]),
        detail={
            **detail,
            "model": top.model,
            "released": top.released,
            "total_params_b": size.total,
            "active_params_b": size.active,
            "next": [{"model": s.model, "score": s.value, "params_b": sizes[s.model].total}
                     for s in found[1 : 1 + RUNNERS_UP]],
        },
    )  # fmt: skip
