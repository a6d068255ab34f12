"""Build the tables of a scope: load, identify, derive, observe."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoreboard.bundle import bundle_digest
from scoreboard.curated import AssumptionFile
from scoreboard.curation import load_curated, parse
from scoreboard.derive import derive
from scoreboard.engine import connect, create
from scoreboard.errors import DataError
from scoreboard.facts import Statement
from scoreboard.identify import identify
from scoreboard.load import load_tables
from scoreboard.observe import observe
from scoreboard.reference import write_reference
from scoreboard.snapshots import SnapshotStore

if TYPE_CHECKING:
    import duckdb

    from scoreboard.store import Scope

Progress = Callable[[str], None]


def build_tables(path: Path, scope: Scope, progress: Progress = lambda _: None) -> None:
    """Write all tables of a scope into a new database file."""
    import duckdb

    connection = connect(path)
    try:
        fill(connection, scope, progress)
        connection.execute("CHECKPOINT")
    except duckdb.Error as error:
        raise DataError(
            f"the tables cannot be built: {str(error).splitlines()[0]}",
            where=str(path.parent),
            repair="free disk space, then scoreboard build; or git checkout data/bundle",
        ) from error
    finally:
        connection.close()


def fill(connection: duckdb.DuckDBPyConnection, scope: Scope, progress: Progress) -> None:
    """The build itself, into any connection."""
    curated = load_curated()
    progress("loading rows")
    loaded = load_tables(connection, SnapshotStore(), progress=progress)
    restrict(connection, scope)
    progress("resolving names")
    identified = identify(connection, curated)
    progress("weighing facts")
    derived = derive(connection, curated, identified, assumptions(scope.assume))
    progress("joining rows to models")
    write_reference(connection, curated)
    observed = observe(connection, curated)
    lapsed = [c.model_dump(mode="json") for c in (*derived.lapsed, *observed.lapsed)]
    record = {
        "bundle": bundle_digest(),
        "faults": loaded.faults,
        "lapsed_corrections": lapsed,
        "conflicts": derived.chosen.conflicts,
    }
    create(connection, "about", {"value": "VARCHAR"}, [(json.dumps(record),)])


def restrict(connection: duckdb.DuckDBPyConnection, scope: Scope) -> None:
    """Leave only what a scope lets in."""
    if scope.exclude:
        connection.execute(
            "DELETE FROM snapshots WHERE source IN (SELECT unnest(?))", [list(scope.exclude)]
        )
    if scope.vintage:
        connection.execute("DELETE FROM snapshots WHERE published > ?", [scope.vintage])
        for table in ("prices", "facts"):
            connection.execute(
                f"UPDATE {table} SET last_seen = least(last_seen, ?)", [scope.vintage]
            )
    if scope.exclude or scope.vintage:
        for table in ("scores", "prices", "tokens", "totals", "facts", "unread"):
            connection.execute(
                f"DELETE FROM {table} WHERE snapshot_id NOT IN (SELECT id FROM snapshots)"
            )


def assumptions(path: Path | None) -> Iterable[Statement]:
    """The statements of an `--assume` file: they win over everything."""
    if path is None:
        return []
    file = parse(path, AssumptionFile)
    return [
        Statement(
            a.model, a.attribute, str(a.value), "assumption", "assumed", locator=path.name,
            raw=str(a.value),
        )
        for a in file.assume
    ]  # fmt: skip


def describe(record: dict[str, Any]) -> list[str]:
    """Messages about a build that a user should see."""
    messages = [f"not read: {k}: {v.splitlines()[0]}" for k, v in record["faults"].items()]
    messages += [
        f"correction lapsed: {c['source']} {c['name']} {c['attribute']} no longer says "
        f"{c['replaces']}"
        for c in record["lapsed_corrections"]
    ]
    return messages
