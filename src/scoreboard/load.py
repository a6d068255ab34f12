"""Snapshots to tables: the bundle's rows, and those of newer snapshots on this machine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, cast

from scoreboard.bundle import bundled_snapshots, file_of
from scoreboard.engine import create, insert, read_csv
from scoreboard.errors import DataError
from scoreboard.runs import RunRow, compress, expand, is_run
from scoreboard.snapshots import SnapshotStore
from scoreboard.sources import Document, all_sources
from scoreboard.tables import ROW_TYPES, SOURCE, Row, Snapshot, column_types, values_of

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[str], None]


@dataclass
class Loaded:
    """What was read, and what could not be."""

    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    faults: dict[str, str] = field(default_factory=dict)  # snapshot id -> why it was not read


def read_snapshots(
    store: SnapshotStore, wanted: Iterable[Snapshot], progress: Progress = lambda _: None
) -> Loaded:
    """Every row of these snapshots. A document that cannot be read is a fault, not an error."""
    loaded = Loaded()
    sources = all_sources()
    for snapshot in wanted:
        if snapshot.source not in sources:
            continue
        progress(f"reading {snapshot.id}")
        try:
            body = store.body(snapshot)
            if body is None:
                raise DataError(
                    "the bytes are not held",
                    where=snapshot.id,
                    repair=f"scoreboard sync {snapshot.source}, or, where the site has moved on, "
                    f"rm '{store.folder / snapshot.id}.json'",
                )
            found = list(sources[snapshot.source].rows(Document(snapshot, body)))
        except DataError as error:
            loaded.faults[snapshot.id] = str(error)
            continue
        loaded.snapshots[snapshot.id] = snapshot
        for row in found:
            loaded.rows[row.table].append(row)
    return loaded


def load_tables(
    connection: duckdb.DuckDBPyConnection,
    store: SnapshotStore | None,
    folder: Path | None = None,
    progress: Progress = lambda _: None,
) -> Loaded:
    """Fill the observed tables from the bundle and from snapshots that it does not hold."""
    bundled = {s.id: s for s in bundled_snapshots(folder)}
    create(
        connection, "snapshots", column_types(Snapshot), map(values_of(Snapshot), bundled.values())
    )
    for table, row_type in ROW_TYPES.items():
        create(connection, table, column_types(row_type))
        path = file_of(table, folder)
        if path.is_file():
            read_csv(connection, table, column_types(row_type), path)
    newer = [s for s in store.held() if s.id not in bundled] if store else []
    if not newer or store is None:
        return Loaded(snapshots=bundled)
    loaded = read_snapshots(store, newer, progress)
    insert(
        connection,
        "snapshots",
        column_types(Snapshot),
        map(values_of(Snapshot), loaded.snapshots.values()),
    )
    _merge(connection, loaded, bundled)
    loaded.snapshots = {**bundled, **loaded.snapshots}
    return loaded


def _merge(
    connection: duckdb.DuckDBPyConnection, loaded: Loaded, bundled: dict[str, Snapshot]
) -> None:
    for table, row_type in ROW_TYPES.items():
        rows = loaded.rows[table]
        if row_type.run:
            rows = cast(list[Row], _merged_runs(connection, row_type, rows, loaded, bundled))
        insert(connection, table, column_types(row_type), map(values_of(row_type), rows))


def _merged_runs(
    connection: duckdb.DuckDBPyConnection,
    row_type: type[Row],
    rows: list[Row],
    loaded: Loaded,
    bundled: dict[str, Snapshot],
) -> list[RunRow]:
    touched = sorted({s.source for s in loaded.snapshots.values()})
    mine = f"{SOURCE} IN (SELECT unnest(?))"
    columns = [f.name for f in fields(row_type)]
    table = row_type.table
    query = f"SELECT {', '.join(columns)} FROM {table} WHERE {mine}"
    found = connection.execute(query, [touched]).fetchall()
    old = [row_type(**dict(zip(columns, values, strict=True))) for values in found]
    connection.execute(f"DELETE FROM {table} WHERE {mine}", [touched])
    observed = expand(cast(list[RunRow], old), bundled) + cast(list[RunRow], rows)
    return compress(observed, {**bundled, **loaded.snapshots})


def compressed(loaded: Loaded) -> dict[str, list[Row]]:
    """The rows of snapshots as the bundle keeps them."""
    result: dict[str, list[Row]] = {}
    for table, rows in loaded.rows.items():
        runs = bool(rows) and is_run(rows[0])
        result[table] = (
            cast(list[Row], compress(cast(list[RunRow], rows), loaded.snapshots)) if runs else rows
        )
    return result
