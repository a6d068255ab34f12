"""A level on a benchmark: a number or a model's score, and the models that reach it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from scoreboard.metrics._groups import About, all_models, canonical_model, in_group
from scoreboard.metrics._price_rules import meanings
from scoreboard.metrics._scores import (
    Benchmark,
    Harness,
    Scored,
    benchmark_of,
    by_harness,
    rows_of,
    scored,
)
from scoreboard.metrics.base import Values
from scoreboard.store import Tables

DEFAULT_MODEL = "gpt-4"
TINY = 1e-9  # a level given as a number meets a score that was scaled


def level_domain(tables: Tables, others: Values) -> list[str]:
    """Models with a score on the benchmark."""
    return tables.column(
        "SELECT DISTINCT model FROM results WHERE benchmark = ? AND model <> '' ORDER BY 1",
        [others.get("benchmark")],
    )


def canonical_level(tables: Tables, text: str, _: Values) -> str | None:
    """A model's id; a name that has meant several stays, and is settled by who was scored."""
    found = canonical_model(tables, text, {}) if len(meanings(tables, text)) < 2 else text.lower()
    return found or (text if text == DEFAULT_MODEL else None)


@dataclass(frozen=True)
class World:
    """The scores of a benchmark by procedure, and what is known of models."""

    benchmark: Benchmark
    models: Mapping[str, About]
    rows: Mapping[Harness, list[Scored]]
    published: Mapping[Harness, dt.date]


@dataclass(frozen=True)
class Level:
    """A score to be reached, under one procedure; the best row of every model by id."""

    harness: Harness
    value: float
    model: str | None
    best: Mapping[str, Scored]

    def reached(self, world: World, openness: str, day: dt.date) -> list[str]:
        """The models of a class that are out by a day and score the level or more."""
        return [
            m for m, s in sorted(self.best.items())
            if s.value >= self.value - TINY and s.released <= day
            and (openness == "any" or in_group(world.models[m], "openness", openness, day))
        ]  # fmt: skip


def read_world(tables: Tables, benchmark: str) -> World:
    """The scores of a benchmark, the newest of every variant."""
    about, models = benchmark_of(tables, benchmark), all_models(tables)
    groups = by_harness(rows_of(tables, benchmark))
    rows = {h: scored(found, about, models)[0] for h, found in groups.items()}
    published = {h: max(r["published"] for r in found) for h, found in groups.items()}
    return World(about, models, {h: found for h, found in rows.items() if found}, published)


def choose_level(tables: Tables, world: World, p: Values) -> Level | None:
    """The level, under the procedure with most distinct models among those that scored it."""
    named = p["reaches"]
    names = [] if p["level"] is not None else [named, *meanings(tables, named)]
    fitting = []
    for harness, rows in world.rows.items():
        if p.get("harness") and harness.harness != p["harness"]:
            continue
        if p.get("shots") is not None and harness.shots != p["shots"]:
            continue
        best = {s.model: s for s in sorted(rows, key=lambda s: (s.value, s.variant, s.ref))}
        model = next((n for n in names if n in best), None)
        if model or p["level"] is not None:
            order = (len(best), world.published[harness], harness.source, harness.harness,
                     harness.shots)  # fmt: skip
            fitting.append((order, harness, model, best))
    if not fitting:
        return None
    _, harness, model, best = max(fitting, key=lambda f: f[0])
    return Level(harness, best[model].value if model else float(p["level"]), model, best)
