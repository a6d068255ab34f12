"""How small an open model can be and reach a level: the smallest at or above a score at a date."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from scoreboard.estimate import Estimate, Inputs, Interval
from scoreboard.metrics._levels import (
    LEVEL as LEVEL_NUMBER,
)
from scoreboard.metrics._levels import (
    REACHES,
    TINY,
    Level,
    choose_level,
    level_name,
)
from scoreboard.metrics._scores import (
    HARNESS,
    SHOTS,
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
    day_domain,
    open_on,
    population,
    read_sizes,
    same,
    stale,
    unscored,
    unsized,
)
from scoreboard.metrics._words import Name, on_test, plain_name
from scoreboard.metrics.base import AS_OF, Metric, Param, Values, no_value
from scoreboard.stats.proportions import Z90
from scoreboard.store import Tables

SHOWN = 3  # further models listed

LEVEL = (
    Param("benchmark", "the test", default="index", domain=benchmark_domain,
          canonical=canonical_benchmark),
    LEVEL_NUMBER,
    REACHES,
    COUNT,
    OPENNESS,
    HARNESS,
    SHOTS,
    Param("as_of", AS_OF.doc, kind="date", domain=day_domain),
)  # fmt: skip


@dataclass(frozen=True)
class Field:
    """The open models that reach a level on a day, the smallest first."""

    sized: tuple[tuple[float, str], ...]  # billions of parameters, model
    unsized: tuple[str, ...]

    @property
    def smallest(self) -> tuple[float, str] | None:
        """The size and the model; of equals the one that came out first."""
        return self.sized[0] if self.sized else None


class SizeToReach(Metric):
    id = "size_to_reach"
    title = "Size that reaches a level"
    unit = "params_b"
    definition = (
        "The parameters, in billions, of the smallest open model that scores a level or more on "
        "one benchmark and whose weights were out by a date."
    )
    method = (
        "The level is a number or the best score of a model, under the one source and harness "
        "with most distinct models that scored it. `count=total` counts every parameter, all "
        "experts of a mixture included; `active` those used for one token, and all of them where "
        "no source says how many these are. Low is the smallest model that is not clearly below "
        "the level, high the smallest that is clearly at it, both by 1.645 joint standard errors."
    )
    criticism = (
        "Scores are taken as they are: the smallest of many models that touch a level is partly "
        "luck, and a small model may have been tuned for the test. Models that nobody scored do "
        "not count, and small ones are scored less. Active parameters say how fast a model runs, "
        "not what memory it needs."
    )
    chart = "steps"
    things = ("benchmark",)
    tables = ("results", "models")
    params = LEVEL

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        world, day = read_world(tables, p["benchmark"]), self.as_of(tables, p)
        level = choose_level(tables, world, p)
        return [estimate(world, level, read_sizes(tables), p, day)]

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        result: list[float | None] = []
        sizes = read_sizes(tables)
        for p in grid:
            world, day = read_world(tables, p["benchmark"]), self.as_of(tables, p)
            level = choose_level(tables, world, p)
            found = field_of(world, level, sizes, p, day).smallest if level else None
            result.append(found[0] if found else None)
        return result

    def series(self, tables: Tables, p: Values) -> list[Estimate]:
        world, end = read_world(tables, p["benchmark"]), self.as_of(tables, p)
        level, sizes = choose_level(tables, world, p), read_sizes(tables)
        found: list[Estimate] = []
        for day in change_days(world, level.best, end) if level else []:
            now = estimate(world, level, sizes, p, day)
            if now.value is not None and not (found and same(now, found[-1])):
                found.append(now)
        return found or [estimate(world, level, sizes, p, end)]

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if e.value is None:
            return no_value(e)
        detail = e.detail
        level = (f"the level of {name('model', detail['level_model'])}" if detail["level_model"]
                 else f"a score of {detail['level']:g}")  # fmt: skip
        active = "active " if e.key["count"] == "active" and detail["active_stated"] else ""
        return (
            f"An open model of {billions(e.value)} {active}parameters, "
            f"{name('model', detail['model'])}, reaches {level} on "
            f"{on_test(e.key['benchmark'], name)}."
        )


def field_of(
    world: World, level: Level, sizes: dict[str, Sized], p: Values, day: dt.date, z: float = 0.0
) -> Field:
    """Who reaches the level by `z` joint standard errors; negative: is not that far below it."""
    reaching = [
        m for m in open_on(world, level.best, p["openness"], day)
        if clears(level, m, z)
    ]  # fmt: skip
    known = [(s, level.best[m].released, m) for m in reaching
             if (s := sizes[m].size(p["count"])) is not None]  # fmt: skip
    sized = tuple((s, m) for s, _, m in sorted(known))
    names = {m for _, m in sized}
    return Field(sized, tuple(m for m in reaching if m not in names))


def clears(level: Level, model: str, z: float) -> bool:
    """Whether a model is at or above the level, by `z` joint standard errors."""
    scored = level.best[model]
    if z and model != level.model:
        errors = [scored.error or 0.0]
        if level.model:
            errors.append(level.best[level.model].error or 0.0)
        margin = z * math.hypot(*errors)
        return scored.value - level.value >= margin - TINY
    return scored.value >= level.value - TINY


def estimate(
    world: World, level: Level | None, sizes: dict[str, Sized], p: Values, day: dt.date
) -> Estimate:
    """The smallest size on a day, or why there is none."""
    base = Estimate(
        value=None,
        unit="params_b",
        method=f"smallest {'number of parameters' if p['count'] == 'total' else 'active part'}",
        as_of=day,
        population=population(world, level.harness if level else None, p["openness"]),
        key={"benchmark": world.benchmark.id, "count": p["count"]},
    )
    if level is None:
        return replace(base, caveats=(unscored(world, p),))
    found = field_of(world, level, sizes, p, day)
    reaching = len(found.sized) + len(found.unsized)
    unknown = unsized(list(found.unsized), "reach the level")
    base = replace(base, n=reaching, detail=_detail(world, level, sizes, found))
    if found.smallest is None:
        why = f"no {p['openness']} model of known size reaches {level.value:g} by {day}"
        return replace(base, caveats=(why, *unknown))
    value, model = found.smallest
    low, high = (
        near.smallest[0] if (near := field_of(world, level, sizes, p, day, z)).smallest else None
        for z in (-Z90, Z90)
    )
    rows = {level.best[m].ref for m in (model, level.model) if m}
    return replace(
        base,
        value=value,
        low=low,
        high=high,
        interval=Interval("range", 0.9),
        caveats=(*_caveats(level, sizes[model], p, model), *unknown, *stale(level.best, day)),
        inputs=Inputs.of([*sorted(rows), *sizes[model].refs]),
    )


def _caveats(level: Level, size: Sized, p: Values, model: str) -> list[str]:
    found = ["the range runs from the smallest model not clearly below the level to the smallest "
             "clearly at it"]  # fmt: skip
    if level.model and level.model != (named := level_name(p)):
        found.append(f"the level is that of {level.model}, the first {named} that was scored")
    if p["count"] == "active" and size.active is None:
        found.append(f"no source gives {model} an active part: all its parameters are counted")
    return found


def _detail(world: World, level: Level, sizes: dict[str, Sized], found: Field) -> dict[str, Any]:
    model = found.smallest[1] if found.smallest else None
    size = sizes[model] if model else Sized(None, None)
    scored: Scored | None = level.best[model] if model else None
    return {
        "model": model,
        "score": scored.value if scored else None,
        "released": scored.released if scored else None,
        "total_params_b": size.total,
        "active_params_b": size.active,
        "active_stated": size.active is not None,
        "level": level.value,
        "level_model": level.model,
        "harness": level.harness.harness,
        "shots": level.harness.shots or None,
        "source": level.harness.source,
        "scores_published": world.published[level.harness],
        "models_reaching": len(found.sized) + len(found.unsized),
        "size_unknown": list(found.unsized),
        "next": [{"model": m, "params_b": s} for s, m in found.sized[1 : 1 + SHOWN]],
    }
