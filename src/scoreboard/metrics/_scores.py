"""Scores of one benchmark under one harness: which rows, and with what error."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import Any

from scoreboard.estimate import LeftOut, Ref
from scoreboard.metrics._groups import About, all_models
from scoreboard.metrics.base import Param, Values
from scoreboard.stats.proportions import wilson_error
from scoreboard.store import Tables

SOME = 4  # benchmarks whose rows are read one by one
RATER_ERROR = "gpqa_diamond"  # the benchmark on which two raters of the same models were compared


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What the errors need to know of a benchmark."""

    id: str
    name: str
    items: int | None
    scale: str
    rater_sd: float | None  # between two raters of the same models, points
    borrowed: bool = False  # the rater comparison is another benchmark's
    access: str = ""  # whether the questions are public


@dataclass(frozen=True, slots=True)
class Harness:
    """One source, who ran it, and the shots: one procedure."""

    source: str
    harness: str
    shots: str

    def text(self) -> str:
        """As it is shown."""
        shots = f", {self.shots}-shot" if self.shots else ""
        return f"{self.harness}{shots} ({self.source})"


@dataclass(frozen=True, slots=True)
class Scored:
    """One row: a variant of a model with its score (0 to 100, or the index's own scale)."""

    model: str
    variant: str
    value: float
    error: float | None
    released: dt.date
    source_name: str
    chance_removed: bool  # the source had taken the chance level out; it was put back
    ref: Ref


@dataclass(frozen=True)
class World:
    """The scores of a benchmark by procedure, and what is known of models."""

    benchmark: Benchmark
    models: dict[str, About]
    rows: dict[Harness, list[Scored]]  # of every variant the newest
    left: dict[Harness, list[LeftOut]]
    published: dict[Harness, dt.date]  # of the newest document with a row

    def asked(self, p: Values) -> list[Harness]:
        """The procedures that `harness` and `shots` let in."""
        return [
            h
            for h in self.rows
            if p.get("harness") in (None, "", h.harness) and p.get("shots") in (None, h.shots)
        ]

    def best_rows(self, harness: Harness) -> dict[str, Scored]:
        """The best row of each model under a procedure, by model."""
        rows = sorted(self.rows[harness], key=lambda s: (s.value, s.variant, s.ref))
        return {s.model: s for s in rows}

    def fullest(self, found: Mapping[Harness, tuple[tuple[int, ...], dt.date]]) -> Harness | None:
        """The procedure of the highest rank, such as its number of models.

        Given are rank and newest release. Of equals the one of the later document, then the one
        with the later release.
        """

        def order(h: Harness) -> tuple[object, ...]:
            rank, last = found[h]
            return (rank, self.published[h], last, h.source, h.harness, h.shots)

        return max(found, key=order, default=None)


def are_of_several_developers(world: World, models: Iterable[str]) -> bool:
    """Whether these models have more than one developer; an unknown one is nobody else's."""
    return len({world.models[m].developer or m for m in models}) > 1


def about_tests(tables: Tables) -> dict[str, dict[str, Any]]:
    """Name, items, scale, spread of raters and access of every benchmark, read once."""
    sql = "SELECT benchmark, name, items, scale, rater_sd, access FROM benchmarks"
    return tables.once("benchmarks", lambda: {r["benchmark"]: r for r in tables.rows(sql)})


def benchmark_of(tables: Tables, name: str) -> Benchmark:
    """A benchmark by id. Without a rater comparison of its own it borrows that of GPQA."""
    found = about_tests(tables)
    row = found[name]
    rater = row["rater_sd"] if row["scale"] == "accuracy" else None
    borrowed = row["scale"] == "accuracy" and rater is None and RATER_ERROR in found
    if borrowed:
        rater = found[RATER_ERROR]["rater_sd"]
    return Benchmark(name, row["name"], row["items"], row["scale"], rater, borrowed, row["access"])


SPELLINGS = """
SELECT name, benchmark FROM benchmark_names
UNION SELECT benchmark, benchmark FROM benchmark_names ORDER BY ALL"""


def benchmark_domain(tables: Tables, _: Values) -> list[str]:
    """Benchmarks with rows."""
    return tables.column("SELECT DISTINCT benchmark FROM results WHERE model <> '' ORDER BY 1")


def canonical_benchmark(tables: Tables, text: str, _: Values | None = None) -> str | None:
    """A benchmark's id from its id or a source's spelling."""
    found = tables.lists(SPELLINGS).get(text.lower(), [])
    used = benchmark_domain(tables, {})
    return found[0] if len(found) == 1 and found[0] in used else None


def harness_domain(tables: Tables, others: Values) -> list[str]:
    """Harnesses under which a benchmark has rows."""
    return tables.column(
        "SELECT DISTINCT harness FROM results WHERE benchmark = ? AND model <> '' ORDER BY 1",
        [others.get("benchmark")],
    )


def shots_domain(tables: Tables, others: Values) -> list[str]:
    """Numbers of shots with which a benchmark has rows."""
    return tables.column(
        "SELECT DISTINCT shots FROM results WHERE benchmark = ? AND model <> '' ORDER BY 1",
        [others.get("benchmark")],
    )


HARNESS = Param("harness", "who or what ran the test", domain=harness_domain)
SHOTS = Param("shots", "examples in the prompt", domain=shots_domain)


def release_domain(tables: Tables, others: Values) -> list[str]:
    """Days on which a scored model came out: where a gap can change."""
    return [
        str(d)
        for d in tables.column(
            "SELECT DISTINCT released FROM results WHERE benchmark = ? AND model <> '' "
            "AND released IS NOT NULL ORDER BY 1",
            [others.get("benchmark")],
        )
    ]


ROWS = """
SELECT r.*, r.snapshot_id = last_value(r.snapshot_id) OVER (
  PARTITION BY benchmark, s.source, split_part(s.address, '?', 1) ORDER BY s.published, s.id
  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS newest
FROM results r JOIN snapshots s ON s.id = r.snapshot_id WHERE benchmark = ? OR ?
ORDER BY r.source, harness, shots, source_name, r.published, snapshot_id, locator
"""


def rows_of(tables: Tables, benchmark: str) -> list[dict[str, Any]]:
    """Every row of a benchmark, resolved or not, in a fixed order.

    `newest` says whether a row is of the newest document of its address.
    """
    read = tables.cache.setdefault("benchmarks read", set())
    if len(read) < SOME:  # of many benchmarks all rows are read sooner
        read.add(benchmark)
        return tables.rows(ROWS, [benchmark, False])
    whole = tables.once("rows of benchmarks", lambda: by_benchmark(tables.rows(ROWS, ["", True])))
    return whole.get(benchmark, [])


def by_benchmark(rows: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Rows by the id of their test."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["benchmark"]].append(row)
    return dict(found)


def by_harness(rows: Iterable[dict[str, Any]]) -> dict[Harness, list[dict[str, Any]]]:
    """Rows by procedure."""
    groups: dict[Harness, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[Harness(row["source"], row["harness"], row["shots"])].append(row)
    return dict(groups)


def scored(
    rows: Iterable[dict[str, Any]], benchmark: Benchmark, models: dict[str, About]
) -> tuple[list[Scored], list[LeftOut]]:
    """Usable rows, one per variant and scaffold (the newest), and the rest with reasons."""
    newest: dict[tuple[str, ...], dict[str, Any]] = {}
    left: list[LeftOut] = []
    for row in rows:
        fault = _fault(row, models)
        if fault:
            left.append(LeftOut(Ref.of(row), fault))
            continue
        key = (row["model"], row["variant"], row["scaffold"])
        older, newer = sorted((newest.get(key, row), row), key=_age)
        if older is not newer:
            left.append(LeftOut(Ref.of(older), "a newer row of the same variant is used"))
        newest[key] = newer
    fallback = _fallback_error(list(newest.values()))
    return [_scored(r, benchmark, fallback) for r in newest.values()], left


def read_world(tables: Tables, benchmark: str) -> World:
    """The scores of a benchmark, read once."""
    return tables.once(f"scores {benchmark}", lambda: _read_world(tables, benchmark))


def _read_world(tables: Tables, benchmark: str) -> World:
    about, models = benchmark_of(tables, benchmark), all_models(tables)
    world = World(about, models, {}, {}, {})
    for harness, rows in by_harness(rows_of(tables, benchmark)).items():
        used, left = scored(rows, about, models)
        if used:
            world.rows[harness], world.left[harness] = used, left
            world.published[harness] = max(r["published"] for r in rows)
    return world


def _age(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        row["published"],
        row["evaluated"] or dt.date.min,
        row["snapshot_id"],
        row["locator"],
    )


def _fault(row: dict[str, Any], models: dict[str, About]) -> str:
    if not row["newest"]:
        return "an older vintage of a document that restates all its rows"
    if not row["model"] or row["model"] not in models:
        return f"the name {row['source_name']} is not resolved to a model"
    if row["released"] is None:
        return "the release date of the model is not known"
    return ""


def _fallback_error(rows: list[dict[str, Any]]) -> float | None:
    """For rated scores without an interval (anchors): the median error of the others."""
    found = sorted(e for r in rows if (e := _interval_error(r)) is not None)
    return found[len(found) // 2] if found else None


def _interval_error(row: dict[str, Any]) -> float | None:
    """From a published interval, where it is known of which level it is."""
    if row["low"] is None or row["high"] is None or row["level"] is None:
        return None
    return float(row["high"] - row["low"]) / (2 * _quantile(row["level"]))


@cache
def _quantile(level: float) -> float:
    """The normal quantile of a two-sided level: 1.645 for 0.90, 1.960 for 0.95."""
    return NormalDist().inv_cdf((1 + level) / 2)


def _scored(row: dict[str, Any], benchmark: Benchmark, fallback: float | None) -> Scored:
    return Scored(
        row["model"],
        row["variant"],
        float(row["value"]),
        _error(row, benchmark, fallback),
        row["released"],
        row["source_name"],
        row["chance_removed"],
        Ref.of(row),
    )


def _error(row: dict[str, Any], benchmark: Benchmark, fallback: float | None) -> float | None:
    """Published standard error, else Wilson from the items; between-rater variance added."""
    if benchmark.scale != "accuracy":
        return _interval_error(row) or fallback
    share = min(1.0, max(0.0, float(row["value"]) / 100))
    if row["stderr"] is not None:
        error = float(row["stderr"])
    elif items := row["items"] or benchmark.items:
        error = 100 * wilson_error(share, items)
    else:
        return None
    rater = (benchmark.rater_sd or 0.0) / 2**0.5
    return float((error**2 + rater**2) ** 0.5)
