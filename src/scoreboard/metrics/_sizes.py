"""Sizes of models, and the best rows of the open ones under one procedure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from scoreboard.estimate import Estimate, Interval, Ref
from scoreboard.metrics._groups import in_group
from scoreboard.metrics._levels import level_name
from scoreboard.metrics._scores import Harness, Scored, World
from scoreboard.metrics.base import Param, Values
from scoreboard.stats.proportions import Z95
from scoreboard.store import Tables

COUNTS = ("total", "active")
ATTRIBUTES = {"total": "total_params_b", "active": "active_params_b"}
STALE = dt.timedelta(days=180)  # after the newest scored release, later models are not counted
NAMED = 5  # models without a size that are named
SIZES = """
SELECT m.model, m.total_params_b, m.active_params_b, s.attribute, s.snapshot_id, s.locator, s.raw
FROM models m LEFT JOIN statements s ON s.model = m.model AND s.won
  AND s.attribute IN ('total_params_b', 'active_params_b')
ORDER BY m.model, s.attribute
"""

COUNT = Param("count", "which parameters: all of them, or those used for one token",
              default="total", domain=lambda _t, _o: list(COUNTS))  # fmt: skip
OPENNESS = Param("openness", "which models", default="open",
                 domain=lambda _t, _o: ["open", "unrestricted", "restricted"])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sized:
    """What is known of a model's size, billions of parameters, and the rows that say it."""

    total: float | None
    active: float | None
    refs: tuple[Ref, ...] = ()

    def size(self, count: str) -> float | None:
        """All parameters, or those used for one token: all of them where nobody says."""
        return self.active if count == "active" and self.active is not None else self.total


def read_sizes(tables: Tables) -> dict[str, Sized]:
    """Every model's size, read once."""
    return tables.once("sizes", lambda: _read_sizes(tables))


def _read_sizes(tables: Tables) -> dict[str, Sized]:
    found: dict[str, Sized] = {}
    for r in tables.rows(SIZES):
        before = found.get(r["model"])
        refs = before.refs if before else ()
        if r["locator"] is not None:
            refs = (*refs, Ref.of(r))
        found[r["model"]] = Sized(r["total_params_b"], r["active_params_b"], refs)
    return found


def read_contexts(tables: Tables) -> dict[str, int | None]:
    """The longest text that each model takes, in tokens, where it is known; read once."""
    sql = "SELECT model, context FROM models"
    return tables.once("contexts", lambda: {r["model"]: r["context"] for r in tables.rows(sql)})


def day_domain(tables: Tables, others: Values) -> list[str]:
    """Days on which a scored model came out, or its weights did."""
    found = tables.column(
        "WITH scored AS (SELECT DISTINCT model, released FROM results WHERE benchmark = ?) "
        "SELECT released FROM scored WHERE released IS NOT NULL UNION "
        "SELECT valid_from FROM openness JOIN scored USING (model) WHERE valid_from IS NOT NULL "
        "ORDER BY 1",
        [others.get("benchmark")],
    )
    return [str(d) for d in found]


def change_days(world: World, best: Mapping[str, Scored], end: dt.date) -> list[dt.date]:
    """Days up to one on which a scored model came out or changed its openness."""
    found = {s.released for s in best.values()}
    found |= {p[0] for m in best for p in world.models[m].periods}
    return sorted(d for d in found if dt.date.min < d <= end)


def open_on(world: World, best: Mapping[str, Scored], openness: str, day: dt.date) -> list[str]:
    """The scored models that are out by a day and of a class of openness on it."""
    out = [m for m, s in sorted(best.items()) if s.released <= day]
    return [m for m in out if in_group(world.models[m], "openness", openness, day)]


def choose_harness(tables: Tables, world: World, p: Values) -> tuple[Harness, dict[str, Scored]]:
    """The procedure that scored most open models of known size (of equals the later document).

    Raises KeyError where none fits what was asked for.
    """
    sizes = read_sizes(tables)
    fitting = []
    for harness in world.asked(p):
        best = world.best_rows(harness)
        known = sum(
            any(state for _, _, state, _ in world.models[m].periods)
            and sizes[m].size("total") is not None
            for m in best
        )
        order = (known, world.published[harness], harness.source, harness.harness, harness.shots)
        fitting.append((order, harness, best))
    if not fitting:
        raise KeyError(world.benchmark.id)
    _, chosen, best = max(fitting, key=lambda f: f[0])
    return chosen, best


def population(world: World, harness: Harness | None, openness: str) -> str:
    """Which models, on what, under which procedure."""
    where = f", {harness.text()}" if harness and world.benchmark.id != "index" else ""
    return f"{openness} models scored on {world.benchmark.name}{where}"


def billions(value: float) -> str:
    """A size as it is said: `8 billion`, `0.49 billion`."""
    return f"{value:.3g}".rstrip() + " billion" if value < 1000 else f"{value:,.0f} billion"


def score_interval(s: Scored) -> tuple[float | None, float | None, Interval | None, list[str]]:
    """A score's own 95 % interval, or why it has none."""
    if s.error is None:
        return None, None, None, ["no interval: neither an error nor the number of items is known"]
    half = Z95 * s.error
    return s.value - half, s.value + half, Interval("confidence"), []


def stale(best: Mapping[str, Scored], day: dt.date) -> list[str]:
    """A caveat where no model of the last half year was scored."""
    newest = max((s.released for s in best.values() if s.released <= day), default=day)
    if day - newest <= STALE:
        return []
    return [f"no model released after {newest} was scored: what came later is not counted"]


def unsized(models: list[str], what: str) -> list[str]:
    """A caveat that names models without a known size, of those that do something."""
    if not models:
        return []
    more = f" and {len(models) - NAMED} more" if len(models) > NAMED else ""
    names = ", ".join(models[:NAMED])
    return [f"open models that {what} and whose size no source states: {names}{more}"]


def unscored(world: World, p: Values) -> str:
    """Why there is no procedure: nobody was scored, or not the model that sets the level."""
    under = f" under {p['harness']}" if p.get("harness") else ""
    named = level_name(p) if "reaches" in p else None
    who = f"{named} has no" if named else "no model has a"
    return f"{who} usable score on {world.benchmark.id}{under}"


def same(a: Estimate, b: Estimate) -> bool:
    """Whether two estimates of a series say the same."""
    return (a.value, a.low, a.high, a.detail.get("model")) == (
        b.value, b.low, b.high, b.detail.get("model")
    )  # fmt: skip
