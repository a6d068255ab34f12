"""Build the tables of a scope: load, identify, derive, observe."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from scoreboard.bundle import bundle_digest
from scoreboard.config import data_dir
from scoreboard.curated import AssumptionFile
from scoreboard.curation import load_curated, parse
from scoreboard.derive import MODEL_COLUMNS, derive
from scoreboard.engine import connect, create, rows
from scoreboard.errors import DataError, UsageError
from scoreboard.facts import Statement
from scoreboard.identify import identify
from scoreboard.index_build import write_index
from scoreboard.load import load_tables
from scoreboard.observe import observe
from scoreboard.reference import write_reference
from scoreboard.repositories import write_repositories
from scoreboard.snapshots import SnapshotStore
from scoreboard.tables import ROW_TYPES

if TYPE_CHECKING:
    import duckdb

    from scoreboard.store import Scope

Progress = Callable[[str], None]


def build_tables(path: Path, scope: Scope, progress: Progress = lambda _: None) -> None:
    """Write all tables of a scope into a new database file."""
    import duckdb

    try:
        with connect(path) as connection:
            fill(connection, scope, progress)
            connection.execute("CHECKPOINT")
    except duckdb.Error as error:
        raise DataError(
            f"the tables cannot be built: {str(error).splitlines()[0]}",
            where=str(path.parent),
            repair="free disk space, then scoreboard build; or git checkout data/bundle",
        ) from error


def fill(connection: duckdb.DuckDBPyConnection, scope: Scope, progress: Progress) -> None:
    """The build itself, into any connection."""
    curated = load_curated(data_dir())
    progress("loading rows")
    loaded = load_tables(connection, SnapshotStore(), progress=progress)
    restrict(connection, scope)
    progress("resolving names")
    identified = identify(connection, curated)
    progress("weighing facts")
    assumed = assumptions(scope.assume, identified.resolver.registry.models)
    derived = derive(connection, curated, identified, assumed)
    progress("joining rows to models")
    write_reference(connection, curated)
    write_repositories(connection, curated, identified)
    observed = observe(connection, curated)
    write_index(connection, progress)
    held = {r["source"] for r in rows(connection, "SELECT DISTINCT source FROM snapshots")}
    unmet = [c for c in (*derived.lapsed, *observed.lapsed) if c.source in held]
    lapsed = [c.model_dump(mode="json") for c in unmet]
    record = {
        "bundle": bundle_digest(),
        "faults": loaded.faults,
        "lapsed_corrections": lapsed,
        "conflicts": derived.chosen.conflicts,
    }
    create(connection, "about", {"value": "VARCHAR"}, [(json.dumps(record),)])


LAST_SEEN = """
SELECT t.rowid AS row, max(o.published) AS day FROM {0} t
JOIN snapshots a ON a.id = t.snapshot_id
JOIN snapshots o ON o.source = a.source AND o.published <= t.last_seen
  AND split_part(o.address, '?', 1) = split_part(a.address, '?', 1)
WHERE t.last_seen > ? GROUP BY 1
"""  # the last document left of those that state a row


def restrict(connection: duckdb.DuckDBPyConnection, scope: Scope) -> None:
    """Leave only what a scope lets in."""
    if scope.exclude:
        connection.execute(
            "DELETE FROM snapshots WHERE source IN (SELECT unnest(?))", [list(scope.exclude)]
        )
    if scope.vintage:
        connection.execute("DELETE FROM snapshots WHERE published > ?", [scope.vintage])
        for table in (t for t, row_type in ROW_TYPES.items() if row_type.run):
            connection.execute(f"DELETE FROM {table} WHERE first_seen > ?", [scope.vintage])
            connection.execute(
                f"UPDATE {table} SET last_seen = day FROM ({LAST_SEEN.format(table)})"
                f" AS seen WHERE seen.row = {table}.rowid",
                [scope.vintage],
            )
    if scope.exclude or scope.vintage:
        for table in ROW_TYPES:
            connection.execute(
                f"DELETE FROM {table} WHERE snapshot_id NOT IN (SELECT id FROM snapshots)"
            )


ASSUMABLE = [
    c for c in MODEL_COLUMNS if c not in ("model", "developer", "country", "region", "curated")
]


def assumptions(path: Path | None, models: Collection[str]) -> Iterable[Statement]:
    """The statements of an `--assume` file: they win over everything."""
    if path is None:
        return []
    file = parse(path, AssumptionFile)
    for a in file.assume:
        if a.attribute not in ASSUMABLE:
            raise UsageError(
                f"not an attribute: {a.attribute}", where=str(path), valid=sorted(ASSUMABLE)
            )
        if a.model not in models:
            near = difflib.get_close_matches(a.model, models, 6, 0.4)
            raise UsageError(
                f"unknown model: {a.model}",
                where=str(path),
                valid=near or sorted(models),
                repair=f"scoreboard find {a.model}",
            )
    return [
        Statement(
            a.model, a.attribute, _text(a.value), "assumption", "assumed", locator=path.name,
            raw=_text(a.value),
        )
        for a in file.assume
    ]  # fmt: skip


def _text(value: object) -> str:
    """A value as statements have it: `true` and `false` as in JSON."""
    return str(value).lower() if isinstance(value, bool) else str(value)
