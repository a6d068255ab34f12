"""How fast the size that reaches a level falls: days until half the parameters do."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import replace

from scoreboard.estimate import Estimate, Inputs, Interval
from scoreboard.metrics._levels import Level, choose_level
from scoreboard.metrics._scores import World, read_world
from scoreboard.metrics._sizes import (
    Sized,
    open_on,
    population,
    read_sizes,
    stale,
    unscored,
    unsized,
)
from scoreboard.metrics._words import Name, on_test, plain_name
from scoreboard.metrics.base import Metric, Values, no_value
from scoreboard.metrics.size_to_reach import LEVEL, clears
from scoreboard.render import number
from scoreboard.stats.halving import LEAST_RECORDS, Fall, fall
from scoreboard.store import Tables

Reached = tuple[dt.date, float, str]  # day on which its weights were out, billions, model


class SizeHalving(Metric):
    id = "size_halving"
    title = "Halving time of the size that reaches a level"
    unit = "days"
    definition = (
        "Days in which the size of the smallest open model that scores a level or more on one "
        "benchmark has halved, up to a date."
    )
    method = (
        "The models of `size_to_reach` that were smaller than all before set the records; the "
        "slope of log2(size) over their dates, by least squares, gives the halving time. The "
        "95 % interval resamples the models that reach the level, 2,000 times, and finds the "
        "records anew. With fewer than three records, or with zero inside the interval of the "
        "slope, it cannot be told."
    )
    criticism = (
        "A trend over few records, chosen for being records: time since the last one does not "
        "count. It holds for one level on one test, and tests get into training data. Other "
        "levels fall faster or slower."
    )
    chart = "table"
    tables = ("results", "models")
    params = LEVEL

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        world, day = read_world(tables, p["benchmark"]), self.as_of(tables, p)
        return [estimate(world, choose_level(tables, world, p), read_sizes(tables), p, day)]

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        result: list[float | None] = []
        for p in grid:
            world, day = read_world(tables, p["benchmark"]), self.as_of(tables, p)
            level = choose_level(tables, world, p)
            reached = reached_by(world, level, read_sizes(tables), p, day)[0] if level else []
            days = fitted(reached).days
            result.append(days[0] if days else None)
        return result

    def drawn(self, tables: Tables, p: Values) -> list[Estimate]:
        return self.compute(tables, p)

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if e.value is None:
            return no_value(e)
        detail = e.detail
        level = (f"the level of {name('model', detail['level_model'])}" if detail["level_model"]
                 else f"a score of {detail['level']:g}")  # fmt: skip
        test = on_test(e.key["benchmark"], name)
        return (
            f"The size of open models that reach {level} on {test} has halved every "
            f"{number(e.value, e.unit)} days."
        )


def reached_by(
    world: World, level: Level, sizes: dict[str, Sized], p: Values, day: dt.date
) -> tuple[list[Reached], list[str]]:
    """The open models that reach the level by a day, in order, and those of unknown size."""
    found: list[Reached] = []
    unknown: list[str] = []
    for model in open_on(world, level.best, p["openness"], day):
        size = sizes[model].size(p["count"])
        if not clears(level, model, 0.0):
            continue
        if size is None:
            unknown.append(model)
            continue
        found.append((_since(world, level, model, p["openness"], day), size, model))
    return sorted(found), unknown


def _since(world: World, level: Level, model: str, openness: str, day: dt.date) -> dt.date:
    """The first day on which a model was out and of the class of openness."""
    released = level.best[model].released
    starts = sorted(max(released, p[0]) for p in world.models[model].periods)
    one = {model: level.best[model]}
    return next((s for s in starts if s <= day and open_on(world, one, openness, s)), released)


def fitted(reached: Sequence[Reached]) -> Fall:
    """The fall of the records among these models."""
    points = [(d.toordinal(), size) for d, size, _ in reached]
    return fall(points, seed=repr(sorted(points)))


def estimate(
    world: World, level: Level | None, sizes: dict[str, Sized], p: Values, day: dt.date
) -> Estimate:
    """The halving time up to a day, or why it cannot be told."""
    base = Estimate(
        value=None,
        unit="days",
        method="log-linear slope over record-setting sizes, models resampled",
        as_of=day,
        population=population(world, level.harness if level else None, p["openness"]),
        key={"benchmark": world.benchmark.id, "count": p["count"]},
    )
    if level is None:
        return replace(base, caveats=(unscored(world, p),))
    reached, unknown = reached_by(world, level, sizes, p, day)
    found = fitted(reached)
    at = {(d.toordinal(), s): m for d, s, m in reversed(reached)}
    records = [(dt.date.fromordinal(d), s, at[d, s]) for d, s in found.records]
    base = replace(
        base,
        n=len(reached),
        detail={
            "level": level.value,
            "level_model": level.model,
            "harness": level.harness.harness,
            "source": level.harness.source,
            "records": [{"date": d, "params_b": s, "model": m} for d, s, m in records],
            "halvings_per_year": None if found.slope is None else -365.25 * found.slope,
        },
    )
    more = (*unsized(unknown, "reach the level"), *stale(level.best, day))
    if found.days is None:
        return replace(base, caveats=(_why(found), *more))
    value, low, high = found.days
    rows = [level.best[m].ref for *_, m in records]
    rows += [ref for *_, m in records for ref in sizes[m].refs]
    (first, large, _), (last, small, _) = records[0], records[-1]
    whole = (day - first).days / math.log2(large / small)
    return replace(
        base,
        value=value,
        low=low,
        high=high,
        interval=Interval("confidence"),
        caveats=(f"over {len(records)} records from {first} to {last}; with the time since then "
                 f"it is one halving in {whole:.0f} days", *more),
        inputs=Inputs.of(rows),
    )  # fmt: skip


def _why(found: Fall) -> str:
    if found.slope is None:
        some = len(found.records)
        return f"cannot be told: {some} records, and a trend takes {LEAST_RECORDS}"
    return "cannot be told: the interval of the slope holds zero"
