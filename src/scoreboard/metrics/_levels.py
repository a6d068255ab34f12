"""A level on a benchmark: a number or a model's score, and the models that reach it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from scoreboard.errors import UsageError
from scoreboard.metrics._groups import canonical_model, in_group
from scoreboard.metrics._price_rules import meanings
from scoreboard.metrics._scores import (
    Harness,
    Scored,
    World,
    are_of_several_developers,
    benchmark_domain,
    read_world,
)
from scoreboard.metrics.base import Param, Values
from scoreboard.store import Tables

DEFAULT_MODEL = "gpt-4"
INDEX = "index"  # the benchmark of the capability index
TINY = 1e-9  # a level given as a number meets a score that was scaled


def level_domain(tables: Tables, others: Values) -> list[str]:
    """Models with a score on the benchmark; on the index where none is chosen."""
    return tables.column(
        "SELECT DISTINCT model FROM results WHERE benchmark = ? AND model <> '' ORDER BY 1",
        [others.get("benchmark") or INDEX],
    )


def canonical_level(tables: Tables, text: str, _: Values) -> str | None:
    """A model's id; a name that has meant several stays, and is settled by who was scored."""
    found = canonical_model(tables, text, {}) if len(meanings(tables, text)) < 2 else text.lower()
    return found or (text if text == DEFAULT_MODEL else None)


LEVEL = Param("level", "the score to reach; without it, that of `reaches`", kind="number")
REACHES = Param("reaches", "a model whose best score is the level; a name that has meant several "
                f"models is the first of them that was scored; without `level`, {DEFAULT_MODEL}",
                domain=level_domain, canonical=canonical_level)  # fmt: skip


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


def level_name(p: Values) -> str | None:
    """The model whose best score is the level; None where the level is a number."""
    if p["level"] is not None and p["reaches"]:
        raise UsageError(
            f"the level is a number, {p['level']:g}, or the score of {p['reaches']}: not both",
            valid=["level", "reaches"],
            repair="leave out one of the two",
        )
    return None if p["level"] is not None else p["reaches"] or DEFAULT_MODEL


def choose_level(tables: Tables, world: World, p: Values) -> Level | None:
    """The level, under the procedure with most distinct models among those that scored it.

    What one developer reports of its own models comes after all others.
    """
    named = level_name(p)
    names = [named, *meanings(tables, named)] if named else []
    fitting: dict[Harness, Level] = {}
    for harness in world.asked(p):
        best = world.best_rows(harness)
        model = next((n for n in names if n in best), None)
        if model or p["level"] is not None:
            value = best[model].value if model else float(p["level"])
            fitting[harness] = Level(harness, value, model, best)
    fullest = world.fullest({
        h: ((are_of_several_developers(world, level.best), len(level.best)),
            max(s.released for s in level.best.values()))
        for h, level in fitting.items()
    })  # fmt: skip
    return fitting[fullest] if fullest else None


def index_scores(tables: Tables) -> Mapping[str, Scored]:
    """The best capability index of each model that has one; nothing where there is no index."""
    if INDEX not in benchmark_domain(tables, {}):
        return {}
    world = read_world(tables, INDEX)
    level = choose_level(tables, world, {"level": float("-inf"), "reaches": None})
    return level.best if level else {}
