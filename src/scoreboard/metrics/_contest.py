"""Who leads and who follows on one benchmark, with the day from which each score counts.

Labels and days are ours, or those of the source's own document: what is published was made with the
document's, in which a model of unknown accessibility counts as closed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from scoreboard.errors import UsageError
from scoreboard.estimate import LeftOut, Ref
from scoreboard.metrics._best import UNPLACED, belongs
from scoreboard.metrics._groups import About, in_group
from scoreboard.metrics._scores import Benchmark, Harness, Scored, World, read_world
from scoreboard.metrics.base import Values
from scoreboard.metrics.gap import choose_harness, groups_of
from scoreboard.stats.lags import Point
from scoreboard.store import Tables

LABELS = ("ours", "document", "repaired")
DATES = ("released", "announced", "document")
UNKNOWN = "unknown"
OPEN = "open weights"  # how the document's words for downloadable weights begin
# What the document's words say, and what they do not.
STATED = """
SELECT f.name, f.attribute, f.value FROM facts f
WHERE split_part(f.snapshot_id, '@', 1) = ? AND f.kind = 'model'
  AND f.attribute IN ('accessibility', 'release_date') AND ? BETWEEN f.first_seen AND f.last_seen
ORDER BY f.name, f.attribute, f.snapshot_id, f.locator
"""
POOLS = ("public", "private")
POOL = """
SELECT DISTINCT b.benchmark FROM benchmarks b JOIN results r ON r.benchmark = b.benchmark
WHERE b.access = ? AND b.scale = 'accuracy' AND b.higher_is_better AND r.model <> '' ORDER BY 1
"""
BARE = """
SELECT snapshot_id, locator, raw FROM results
WHERE benchmark = ? AND stderr IS NULL AND (low IS NULL OR high IS NULL)
"""


@dataclass(frozen=True)
class Contest:
    """The scores of both groups on the days from which they count, through `end`."""

    benchmark: Benchmark
    harness: Harness
    leaders: list[Point]
    chasers: list[Point]
    end: dt.date
    refs: list[Ref]
    left_out: list[LeftOut]
    unknown: frozenset[str]  # models in neither group because their group is not known

    def until(self, day: dt.date) -> Contest:
        """What was known on a day."""
        last = day.toordinal()
        return replace(
            self, end=min(day, self.end),
            leaders=[p for p in self.leaders if p.day <= last],
            chasers=[p for p in self.chasers if p.day <= last],
        )  # fmt: skip

    def errors(self, change: Any) -> Contest:
        """The same with other errors: `change` takes an error or None."""
        made = [[p._replace(error=change(p.error)) for p in side]
                for side in (self.leaders, self.chasers)]  # fmt: skip
        return replace(self, leaders=made[0], chasers=made[1])


def read_contests(tables: Tables, p: Values, as_of: dt.date) -> list[Contest]:
    """The contest on one benchmark, or on each whose questions are public or private."""
    names = [p["benchmark"]]
    if p["benchmark"] in POOLS:
        names = tables.column(POOL, [p["benchmark"]])
    found = (_read(tables, {**p, "benchmark": name}, as_of) for name in names)
    return [c for c in found if c and c.leaders and c.chasers]


def _read(tables: Tables, p: Values, as_of: dt.date) -> Contest | None:
    """The contest on a benchmark, or None where no harness has both groups."""
    world = read_world(tables, p["benchmark"])
    harness = _harness(world, p, as_of)
    if harness is None:
        return None
    said = _document(tables, world, harness) if _follows(p) else {}
    if _follows(p) and not said:
        raise UsageError(
            f"the documents of {harness.source} do not label models",
            repair=f"-p labels=ours, or -p benchmark=index; benchmark is {p['benchmark']}",
        )
    announced = _announced(tables) if p["dates"] == "announced" else {}
    bare = _without_interval(tables, world)
    found = _Sides(p, as_of, world, said, announced)
    sides: dict[str, list[Point]] = {"leader": [], "chaser": []}
    refs, left, unknown = [], list(world.left[harness]), set()
    for s in world.rows[harness]:
        places = found.places(s)
        for side, day in places:
            error = None if s.ref in bare else s.error
            sides[side].append(Point(day.toordinal(), s.value, error, s.model))
        if places:
            refs.append(s.ref)
        elif found.unknown(s):
            unknown.add(s.model)
            left.append(LeftOut(s.ref, UNPLACED))
    days = [q.day for side in sides.values() for q in side]
    end = dt.date.fromordinal(max(days)) if days else as_of
    return Contest(world.benchmark, harness, sides["leader"], sides["chaser"], min(end, as_of),
                   refs, left, frozenset(unknown))  # fmt: skip


def _harness(world: World, p: Values, as_of: dt.date) -> Harness | None:
    """As for a gap; where the document's labels count, the one with most models of any label."""
    if not _follows(p):
        return choose_harness(world, p, as_of)
    asked = world.asked(p)
    return max(asked, key=lambda h: (len({s.model for s in world.rows[h]}), h.text()), default=None)


def _follows(p: Values) -> bool:
    """Whether anything of the document's own labels or days is asked for."""
    return bool(p["labels"] != "ours" or p["dates"] == "document")


@dataclass(frozen=True)
class _Sides:
    """Where a score belongs, and from when on."""

    p: Values
    as_of: dt.date
    world: World
    said: Mapping[tuple[str, str], str]
    announced: Mapping[str, dt.date]

    def places(self, s: Scored) -> list[tuple[str, dt.date]]:
        """The sides on which a score counts, with the first day; none after the date asked for."""
        start = self._start(s)
        if start is None or start > self.as_of:
            return []
        word = self.said.get((s.source_name, "accessibility"), "")
        if self.p["labels"] == "ours" or (self.p["labels"] == "repaired" and not _tells(word)):
            return self._ours(s, start)
        wanted = f"{OPEN} (unrestricted)" if self._strict else OPEN
        return [("chaser" if word.lower().startswith(wanted) else "leader", start)]

    def unknown(self, s: Scored) -> bool:
        """Whether it has no side because its group is not known, rather than another."""
        about = self.world.models[s.model]
        return in_group(about, self.p["by"], UNKNOWN, self.as_of)

    def _start(self, s: Scored) -> dt.date | None:
        if self.p["dates"] == "document":
            stated = self.said.get((s.source_name, "release_date"), "")
            return dt.date.fromisoformat(stated[:10]) if stated else None
        return min(s.released, self.announced.get(s.model, s.released))

    def _ours(self, s: Scored, start: dt.date) -> list[tuple[str, dt.date]]:
        """By our labels a model leads if it did on its first day, and follows from when it may."""
        about, (leader, chaser) = self.world.models[s.model], groups_of(self.p)
        found = []
        rest = self._strict and leader == "closed"  # all others of which the class is known
        if belongs(about, str(self.p["by"]), leader, start, rest):
            found.append(("leader", start))
        if day := _first(about, self.p["by"], chaser, start, self.as_of):
            found.append(("chaser", day))
        return found

    @property
    def _strict(self) -> bool:
        return bool(self.p["by"] == "openness" and self.p.get("chaser") == "unrestricted")


def _first(about: About, by: str, group: str, start: dt.date, end: dt.date) -> dt.date | None:
    """The first day on which a model is in a group: when its weights or its licence came."""
    days = [start, *sorted(p[0] for p in about.periods if start < p[0] <= end)]
    return next((d for d in days if in_group(about, by, group, d)), None)


def _tells(word: str) -> bool:
    return word.strip().lower() not in ("", UNKNOWN)


def _document(tables: Tables, world: World, harness: Harness) -> dict[tuple[str, str], str]:
    """What the newest document with scores says of its models."""
    rows = tables.rows(STATED, [harness.source, world.published[harness]])
    return {(r["name"], r["attribute"]): r["value"] for r in rows}


def _announced(tables: Tables) -> dict[str, dt.date]:
    rows = tables.rows("SELECT model, announced FROM models WHERE announced IS NOT NULL")
    return {r["model"]: r["announced"] for r in rows}


def _without_interval(tables: Tables, world: World) -> set[Ref]:
    """Rows of a rating that have no error of their own: the anchors of an index."""
    if world.benchmark.scale == "accuracy":
        return set()
    rows = tables.rows(BARE, [world.benchmark.id])
    return {Ref.of(r) for r in rows}
