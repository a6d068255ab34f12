"""What was scored on each test: rows read once, and counts of them by group and date."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scoreboard.errors import UsageError
from scoreboard.estimate import LeftOut, Ref
from scoreboard.metrics._best import CARRY_DAYS
from scoreboard.metrics._groups import UNKNOWN, About, all_models, group_of, in_group
from scoreboard.metrics._scores import about_tests, by_benchmark, read_world
from scoreboard.metrics.base import Values
from scoreboard.metrics.gap import DEFAULT_GROUPS, choose_harness, sides_of
from scoreboard.store import Tables

# Every result, whether it is of the newest document of its address; the later of equal rows last.
RESULTS = """
SELECT r.benchmark, r.model, r.variant, r.scaffold, r.source, r.harness, r.shots, r.runner,
  r.released, r.published, r.snapshot_id, r.locator, r.raw,
  s.id IS NULL OR r.snapshot_id = last_value(r.snapshot_id) OVER (
    PARTITION BY r.benchmark, r.source, split_part(coalesce(s.address, r.snapshot_id), '?', 1)
    ORDER BY r.published, r.snapshot_id
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS newest
FROM results r LEFT JOIN snapshots s ON s.id = r.snapshot_id
ORDER BY r.benchmark, r.published, r.evaluated NULLS FIRST, r.snapshot_id, r.locator
"""
SAME = ("source", "harness", "shots", "model", "variant", "scaffold")  # one result, however often
Row = dict[str, Any]


@dataclass(frozen=True)
class Tally:
    """The results on a test by a day, each once, and the rows that do not count."""

    day: dt.date
    about: Mapping[str, About]
    rows: Sequence[Row]
    left: Sequence[LeftOut] = ()
    models: Collection[str] = field(default_factory=frozenset)
    undated: int = 0
    unresolved: int = 0

    @property
    def refs(self) -> list[Ref]:
        """The rows that count."""
        return [Ref.of(r) for r in self.rows]

    def members(self, p: Values) -> int:
        """Scored models of the group."""
        return sum(in_group(self.about.get(m), p["by"], p["of"], self.day) for m in self.models)

    def unknown(self, p: Values) -> int:
        """Scored models of which nobody knows whether they are of the group."""
        return sum(not _known(self.about.get(m), p, self.day) for m in self.models)

    def runs(self, runner: str) -> int:
        """Results of a runner; of none, those of which it is not known."""
        return sum(r["runner"] == runner for r in self.rows)

    def rows_of(self, models: Collection[str]) -> list[Ref]:
        """The rows of these models."""
        return [Ref.of(r) for r in self.rows if r["model"] in models]


def _known(about: About | None, p: Values, day: dt.date) -> bool:
    if about is not None and p["by"] == "openness" and p["of"] in ("unrestricted", "restricted"):
        return about.openness_on(day) != UNKNOWN
    return group_of(about, p["by"], day) != UNKNOWN


def all_results(tables: Tables) -> dict[str, list[Row]]:
    """The rows of every benchmark, read once."""
    return tables.once("coverage", lambda: by_benchmark(tables.rows(RESULTS)))


def tested(tables: Tables) -> list[str]:
    """Benchmarks with a row of a model that is known."""
    rows = all_results(tables)
    return sorted(b for b, found in rows.items() if any(r["model"] for r in found))


def source_domain(tables: Tables, _: Values) -> list[str]:
    """Sources with scores."""
    return tables.column("SELECT DISTINCT source FROM results ORDER BY 1")


def release_domain(tables: Tables, others: Values) -> list[str]:
    """Days on which a scored model came out."""
    rows = all_results(tables)
    named = [others["benchmark"]] if others.get("benchmark") else rows
    days = {r["released"] for b in named for r in rows.get(b, ()) if r["model"]}
    return sorted(str(d) for d in days if d)


def default_group(by: str) -> str:
    """The group that is asked for when none is named: the one that the gap calls the chaser."""
    if by not in DEFAULT_GROUPS:
        raise UsageError(f"with by={by} name the group", repair="-p of=...")
    return DEFAULT_GROUPS[by][1]


def take(tables: Tables, p: Values, benchmark: str | None) -> Tally:
    """The results that count on a day: of one test, or of all."""
    key = f"coverage {benchmark} {p.get('source')} {p['as_of']}"
    if key not in tables.cache:
        rows = all_results(tables)
        named = [benchmark] if benchmark else sorted(rows)
        found = (r for b in named for r in rows.get(b, ()))
        tables.cache[key] = count(
            [r for r in found if p.get("source") in (None, r["source"])],
            all_models(tables), p["as_of"],
        )  # fmt: skip
    tally: Tally = tables.cache[key]
    return tally


def count(rows: Iterable[Row], about: Mapping[str, About], day: dt.date) -> Tally:
    """Rows that count, the newest of equal ones, and the others with reasons."""
    kept: dict[tuple[str, ...], Row] = {}
    left: list[LeftOut] = []
    faults: dict[str, int] = defaultdict(int)
    for row in rows:
        fault = _fault(row, about, day)
        if fault:
            faults[fault] += 1
            left.append(LeftOut(Ref.of(row), fault))
            continue
        key = (row["benchmark"], *(row[c] for c in SAME))
        if key in kept:
            left.append(LeftOut(Ref.of(kept[key]), "a newer row of the same variant is used"))
        kept[key] = row
    used = list(kept.values())
    models = frozenset(r["model"] for r in used)
    return Tally(day, about, used, left, models, faults[UNDATED], faults[UNRESOLVED])


UNDATED = "the release date of the model is not known"
UNRESOLVED = "the name is not resolved to a model"


def _fault(row: Row, about: Mapping[str, About], day: dt.date) -> str:
    if not row["newest"]:
        return "an older vintage of a document that restates all its rows"
    if not row["model"] or row["model"] not in about:
        return UNRESOLVED
    if row["released"] is None:
        return UNDATED
    return f"released after {day}" if row["released"] > day else ""


def groups(tally: Tally, by: str) -> list[tuple[str, frozenset[str]]]:
    """Scored models by group, the unknown among them, the largest group first."""
    found: dict[str, set[str]] = defaultdict(set)
    for model in tally.models:
        found[group_of(tally.about.get(model), by, tally.day)].add(model)
    ordered = sorted(found.items(), key=lambda g: (-len(g[1]), g[0]))
    return [(group, frozenset(members)) for group, members in ordered]


def unscored(tables: Tables, p: Values, tally: Tally) -> tuple[int, int]:
    """Models of the group that nobody scored: released by the day, and of unknown release."""
    key = f"coverage members {p['by']} {p['of']} {p['as_of']}"
    if key not in tables.cache:
        tables.cache[key] = [
            about
            for about in all_models(tables).values()
            if (about.released is None or about.released <= p["as_of"])
            and in_group(about, p["by"], p["of"], p["as_of"])
        ]
    rest = [about.released for about in tables.cache[key] if about.model not in tally.models]
    return sum(d is not None for d in rest), sum(d is None for d in rest)


@dataclass(frozen=True)
class Bounds:
    """The plain gap, and how far it could fall; under which harness, or why there is none."""

    plain: float | None = None
    low: float | None = None
    harness: str | None = None
    why: str = ""


def gap_bounds(tables: Tables, p: Values, benchmark: str, unscored: int) -> Bounds:
    """The plain gap; the least it could be if the unscored were as good as the best of all."""
    pair = pair_of(p)
    if pair is None:
        return Bounds(why=f"with by={p['by']} there is no gap")
    asked = {"by": p["by"], "leader": pair[0], "chaser": pair[1], "as_of": p["as_of"]}
    world = read_world(tables, benchmark)
    rows = {h: r for h, r in world.rows.items() if p.get("source") in (None, h.source)}
    world = replace(world, rows=rows)
    harness = choose_harness(world, asked, p["as_of"])
    if harness is None:
        return Bounds(why=f"no harness has models of both {pair[0]} and {pair[1]}")
    top, chasing = sides_of(world, harness, asked, p["as_of"])
    last = min(top.last, chasing.last)
    if (p["as_of"] - last).days > CARRY_DAYS:
        why = (
            f"the series ends: the last row of a group is of {last}, over {CARRY_DAYS} days before"
        )
        return Bounds(why=why)
    best = max(s.value for s in rows[harness] if s.released <= p["as_of"])
    plain = top.best.value - chasing.best.value
    return Bounds(plain, top.best.value - best if unscored else plain, harness.text())


def pair_of(p: Values) -> tuple[str, str] | None:
    """Leader and chaser: the group is the one behind, unless it is the one in front."""
    if p["by"] not in DEFAULT_GROUPS:
        return None
    first, second = DEFAULT_GROUPS[p["by"]]
    return (second, first) if p["of"] == first else (first, p["of"])


def details(tables: Tables, tally: Tally, p: Values, benchmark: str) -> Row:
    """What is told of a test besides the value."""
    test = about_tests(tables)[benchmark]
    missing, undated = unscored(tables, p, tally)
    gap = gap_bounds(tables, p, benchmark, missing)
    pair = pair_of(p)
    newest = max(tally.rows, key=lambda r: (r["released"], r["model"]), default=None)
    known = len(tally.rows) - tally.runs("")
    members = {m for m in tally.models if in_group(tally.about.get(m), p["by"], p["of"], tally.day)}
    return {
        "scored": len(tally.models),
        "of_group": len(members),
        "group_unknown": tally.unknown(p),
        "groups": {g: len(found) for g, found in groups(tally, p["by"])},
        "variants": len({(r["model"], r["variant"], r["scaffold"]) for r in tally.rows}),
        "results": len(tally.rows),
        "results_of_group": sum(r["model"] in members for r in tally.rows),
        "newest_model": newest and newest["model"],
        "newest_released": newest and newest["released"],
        "newest_document": max((r["published"] for r in tally.rows), default=None),
        "self_reported": tally.runs("developer") / known if known else None,
        "runner_unknown": tally.runs(""),
        "undated": tally.undated,
        "unresolved": tally.unresolved,
        "items": test["items"],
        "test_set": test["access"] or None,
        "leader": pair[0] if pair else None,
        "gap_plain": gap.plain,
        "gap_low": gap.low,
        "harness": gap.harness,
        "unscored": missing,
        "unscored_undated": undated,
    }
