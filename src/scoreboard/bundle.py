"""The bundle: the observed tables as text, sorted, the same bytes from the same snapshots."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from scoreboard.config import bundle_dir
from scoreboard.engine import csv_text
from scoreboard.errors import DataError
from scoreboard.snapshots import write_atomic
from scoreboard.tables import ROW_TYPES, Row, Snapshot, values_of

TABLES = ("snapshots", *ROW_TYPES)
DRAWS_TABLE = "index_draws"  # made from the rows, and shipped because making it takes long


def file_of(table: str, folder: Path | None = None) -> Path:
    """The CSV file of a table."""
    return (folder or bundle_dir()) / f"{table}.csv"


def write_bundle(
    folder: Path, snapshots: Iterable[Snapshot], rows: Mapping[str, Iterable[Row]]
) -> None:
    """Write every table as sorted CSV."""
    ordered = sorted(snapshots, key=lambda s: (s.source, s.published, s.address, s.id))
    _write(file_of("snapshots", folder), Snapshot, ordered)
    for table, row_type in ROW_TYPES.items():
        _write(file_of(table, folder), row_type, sorted(rows.get(table, ()), key=_order))


def _write(path: Path, row_type: type[Any], rows: Iterable[Any]) -> None:
    columns = [f.name for f in fields(row_type)]
    write_atomic(path, csv_text(columns, map(values_of(row_type), rows)).encode())


def _order(row: Row) -> tuple[str, ...]:
    return tuple("" if v is None else str(v) for v in (row.snapshot_id, *_key(row), row.locator))


def _key(row: Row) -> list[Any]:
    return [getattr(row, k) for k in row.key]


def bundled_snapshots(folder: Path | None = None) -> list[Snapshot]:
    """The snapshots whose rows the bundle holds."""
    path = file_of("snapshots", folder)
    if not path.is_file():
        return []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if reader.fieldnames != [f.name for f in fields(Snapshot)]:
                raise ValueError("its columns are not those of snapshots")
            return [TypeAdapter(Snapshot).validate_python(r) for r in reader]
    except (ValueError, csv.Error) as error:  # not valid, not UTF-8, not CSV
        raise DataError(
            f"the bundle cannot be read: {error}",
            where=str(path),
            repair="reinstall the package, or git checkout data/bundle",
        ) from error


def bundle_digest(folder: Path | None = None) -> str:
    """A short name for exactly these tables."""
    digest = hashlib.sha256()
    for table in (*TABLES, DRAWS_TABLE):
        path = file_of(table, folder)
        digest.update(table.encode() + b"\0")
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()[:12]
