"""The index's fits as tables: their inputs from the rows, the fits from the bundle, from the cache
of this machine, or made anew where neither has one of exactly these inputs.
"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoreboard.bundle import DRAWS_TABLE, file_of
from scoreboard.config import home
from scoreboard.curation import Curated
from scoreboard.engine import connect, create, csv_text, rows
from scoreboard.errors import DataError
from scoreboard.index_fit import Cell, Inputs, Line, fit_index
from scoreboard.snapshots import write_atomic

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[str], None]
SMALL = 300  # scores up to which a fit is made in this process
KEPT = 12  # fits kept on this machine, newest first
FITS = {  # name -> method, whether rows that developers report of themselves count
    "published": ("published", True),
    "scoreboard": ("scoreboard", True),
    "scoreboard_independent": ("scoreboard", False),
}
SHIPPED = {
    "fit": "VARCHAR", "inputs": "VARCHAR", "kind": "VARCHAR", "name": "VARCHAR",
    "value": "DOUBLE", "slope": "DOUBLE", "misfit": "DOUBLE", "draws": "VARCHAR",
}  # fmt: skip
ABOUT = {
    "fit": "VARCHAR", "inputs": "VARCHAR", "snapshot_id": "VARCHAR", "scores": "BIGINT",
    "own_scores": "BIGINT", "models": "BIGINT", "tests": "BIGINT", "fault": "VARCHAR",
}  # fmt: skip

# The newest matrix: one score per model version and benchmark, with the model that the index
# counts the version as. The raw cell is the document's own score, before we undo its rescaling.
MATRIX = """
WITH newest AS (
  SELECT id, published FROM snapshots
  WHERE source = 'epoch_index' AND split_part(address, '?', 1) LIKE '%/eci_benchmarks.csv'
  ORDER BY published DESC, retrieved DESC, id DESC LIMIT 1
)
SELECT s.snapshot_id, f.value AS model, s.benchmark AS test, try_cast(s.raw AS DOUBLE) AS value,
  coalesce(k.items, 0) AS items, s.chance_removed, coalesce(b.chance, 0) / 100 AS chance,
  s.runner, b.benchmark
FROM scores s
JOIN newest ON newest.id = s.snapshot_id
LEFT JOIN facts f ON f.kind = 'model' AND f.attribute = 'index_model' AND f.name = s.source_name
  AND split_part(f.snapshot_id, '@', 1) = 'epoch_index'
  AND newest.published BETWEEN f.first_seen AND f.last_seen
LEFT JOIN benchmark_names b ON b.name = lower(s.benchmark)
LEFT JOIN benchmarks k ON k.benchmark = b.benchmark
ORDER BY ALL
"""
# Scores of the user's own, on benchmarks of the matrix.
OWN = """
SELECT coalesce(i.source_name, r.model) AS model, r.model AS id, r.benchmark, r.value
FROM results r
LEFT JOIN (
  SELECT model, arg_max(source_name, published) AS source_name FROM results
  WHERE source = 'epoch_index' AND benchmark = 'index' GROUP BY model
) i ON i.model = r.model
WHERE r.source = 'own' AND r.model IS NOT NULL ORDER BY ALL
"""


@dataclass
class Matrix:
    """The rows of the newest matrix and of the user, ready to be fitted."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    own: list[Cell] = field(default_factory=list)

    @property
    def snapshot(self) -> str:
        """The document."""
        return str(self.rows[0]["snapshot_id"]) if self.rows else ""

    def inputs(self, fit: str) -> Inputs:
        """The inputs of one fit. Own scores count in `scoreboard`; `published` is a document's."""
        method, reported = FITS[fit]
        cells = [
            Cell(r["model"], r["test"], r["value"], r["items"],
                 r["chance"] if r["chance_removed"] else 0.0)
            for r in self.rows
            if reported or r["runner"] != "developer"
        ]  # fmt: skip
        return Inputs(method, tuple(sorted(cells + (self.own if method == "scoreboard" else []))))


def read_matrix(connection: duckdb.DuckDBPyConnection, *, own: bool = True) -> Matrix:
    """The newest matrix. Rows without a model of the index or a number are left out of it."""
    found = rows(connection, MATRIX)
    matrix = Matrix([r for r in found if r["model"] and r["value"] is not None])
    if own:
        matrix.own = list(_own(matrix, rows(connection, OWN)))
    return matrix


def _own(matrix: Matrix, found: Iterable[Mapping[str, Any]]) -> Iterable[Cell]:
    """Scores of the user as the matrix has them: 0 to 1, rescaled like the others of the test."""
    from scoreboard.sources.epoch_index import FACTORS

    tests = {r["benchmark"]: r for r in matrix.rows if r["benchmark"]}
    for r in found:
        test = tests.get(r["benchmark"])
        if test is None:
            continue
        chance = test["chance"] if test["chance_removed"] else 0.0
        value = max(0.0, (r["value"] / 100 - chance) / (1 - chance))
        value /= FACTORS.get(test["test"], 1)
        yield Cell(r["model"], test["test"], value, test["items"], chance)


def make(wanted: Mapping[str, Inputs], progress: Progress = lambda _: None) -> dict[str, Any]:
    """Every fit by digest: its lines, or why there are none. Kept on this machine."""
    todo = {i.digest: i for i in wanted.values()}
    found: dict[str, Any] = {d: _kept(d) for d in todo}
    missing = {d: i for d, i in todo.items() if found[d] is None}
    if missing:
        progress(f"fitting the index: {len(missing)} fits with their draws")
    running = {d: _start(i) for d, i in missing.items() if len(i.cells) > SMALL}
    for digest, inputs in missing.items():
        found[digest] = _finish(running[digest]) if digest in running else _here(inputs)
        if not isinstance(found[digest], str):
            write_atomic(_place(digest), json.dumps(found[digest]).encode())
    _tidy()
    return found


def _here(inputs: Inputs) -> list[Line] | str:
    if not inputs.cells:
        return "there is no document with the scores of the index among the rows"
    try:
        return fit_index(inputs)
    except DataError as error:
        return error.what


def _start(inputs: Inputs) -> subprocess.Popen[str]:
    """A process that makes a fit, with one thread of linear algebra."""
    single = {f"{k}_NUM_THREADS": "1" for k in ("OPENBLAS", "OMP", "MKL")}
    process = subprocess.Popen(
        [sys.executable, "-m", "scoreboard.index_fit"],
        env={**os.environ, **single}, text=True, encoding="utf-8",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin
    process.stdin.write(inputs.text())
    process.stdin.close()
    process.stdin = None
    return process


def _finish(process: subprocess.Popen[str]) -> list[Line] | str:
    out, _ = process.communicate()
    if process.returncode:
        raise DataError("the index could not be fitted", repair="scoreboard build")
    answer = json.loads(out)
    return str(answer["fault"]) if "fault" in answer else [Line(*x) for x in answer["lines"]]


def _place(digest: str) -> Path:
    return home() / "index" / f"{digest}.json"


def _kept(digest: str) -> list[Line] | None:
    try:
        return [Line(*x) for x in json.loads(_place(digest).read_bytes())]
    except (OSError, ValueError, TypeError):
        return None


def _tidy() -> None:
    kept = sorted(_place("x").parent.glob("*.json"), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in kept[KEPT:]:
        old.unlink(missing_ok=True)


def records(fit: str, inputs: Inputs, lines: Iterable[Line]) -> Iterable[tuple[Any, ...]]:
    """Lines as rows of the table."""
    for line in lines:
        yield (fit, inputs.digest, *line)


def shipped(folder: Path | None = None) -> dict[str, list[Line]]:
    """The fits of the bundle by digest."""
    path = file_of(DRAWS_TABLE, folder)
    if not path.is_file():
        return {}
    found: dict[str, list[Line]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for r in csv.DictReader(file):
            found.setdefault(r["inputs"], []).append(
                Line(r["kind"], r["name"], float(r["value"]), _number(r["slope"]),
                     _number(r["misfit"]), r["draws"])
            )  # fmt: skip
    return found


def _number(text: str) -> float | None:
    return float(text) if text else None


def write_index(connection: duckdb.DuckDBPyConnection, progress: Progress = lambda _: None) -> None:
    """Write `index_draws` and `index_fits` for the rows of these tables."""
    matrix = read_matrix(connection)
    wanted = {name: matrix.inputs(name) for name in FITS}
    found: dict[str, Any] = shipped()
    found |= make({k: v for k, v in wanted.items() if v.digest not in found}, progress)
    fitted = {k: v for k, v in wanted.items() if not isinstance(found[v.digest], str)}
    create(
        connection, DRAWS_TABLE, SHIPPED,
        (r for name, inputs in fitted.items() for r in records(name, inputs, found[inputs.digest])),
    )  # fmt: skip
    create(
        connection, "index_fits", ABOUT,
        [
            (name, i.digest, matrix.snapshot, len(i.cells),
             len(matrix.own) if i.method == "scoreboard" else 0,
             len({c.model for c in i.cells}), len({c.test for c in i.cells}),
             "" if name in fitted else found[i.digest])
            for name, i in wanted.items()
        ],
    )  # fmt: skip


def write_draws(folder: Path, curated: Curated, progress: Progress = lambda _: None) -> None:
    """Add the fits of a bundle's rows to the bundle."""
    from scoreboard.load import load_tables
    from scoreboard.reference import write_reference

    with connect() as connection:
        load_tables(connection, None, folder)
        write_reference(connection, curated)
        matrix = read_matrix(connection, own=False)
    wanted = {name: matrix.inputs(name) for name in FITS}
    found = make(wanted, progress)
    lines = [r for name, inputs in wanted.items() if not isinstance(found[inputs.digest], str)
             for r in records(name, inputs, found[inputs.digest])]  # fmt: skip
    text = io.StringIO(csv_text(list(SHIPPED), lines))
    write_atomic(file_of(DRAWS_TABLE, folder), text.getvalue().encode())
