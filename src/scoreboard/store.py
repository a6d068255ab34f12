"""The built tables: found by a digest of all that goes into them, built when they are missing."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from scoreboard.bundle import TABLES, bundle_digest
from scoreboard.config import bundle_dir, data_dir, home, unwritable
from scoreboard.engine import connect, rows
from scoreboard.errors import DataError
from scoreboard.snapshots import PART, SnapshotStore, remove_stale_parts

if TYPE_CHECKING:
    import duckdb

KEPT = 4  # built tables kept on disk, newest first
Progress = Callable[[str], None]
T = TypeVar("T")


@dataclass(frozen=True)
class Scope:
    """Which rows count: all, or those of a vintage, without some sources, with assumptions."""

    vintage: dt.date | None = None
    exclude: tuple[str, ...] = ()  # source ids
    assume: Path | None = None

    @property
    def plain(self) -> bool:
        """Whether nothing is left out or added."""
        return self == Scope()

    def text(self) -> str:
        """The scope as part of a digest."""
        assumed = hashlib.sha256(self.assume.read_bytes()).hexdigest() if self.assume else ""
        return f"{self.vintage or ''}|{','.join(sorted(self.exclude))}|{assumed}"


@dataclass
class Tables:
    """Built tables, read only."""

    connection: duckdb.DuckDBPyConnection
    digest: str
    scope: Scope = field(default_factory=Scope)
    cache: dict[str, Any] = field(default_factory=dict)  # what metrics read more than once
    _newest: dict[str, dt.date] = field(default_factory=dict)
    _columns: dict[tuple[object, ...], list[Any]] = field(default_factory=dict)
    _lists: dict[str, dict[Any, list[Any]]] = field(default_factory=dict)

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[dict[str, Any]]:
        """The result of a query."""
        return rows(self.connection, sql, values)

    def column(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        """The first column of the result of a query, asked once: built tables do not change."""
        key = (sql, *values)
        if key not in self._columns:
            found = self.connection.execute(sql, values).fetchall()
            self._columns[key] = [r[0] for r in found]
        return list(self._columns[key])

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What is made of the tables, made once and kept under a name: built tables do not change.

        A name belongs to one place of the code, which is what says its type.
        """
        if name not in self.cache:
            self.cache[name] = make()
        found: T = self.cache[name]
        return found

    def lists(self, sql: str) -> dict[Any, list[Any]]:
        """The second column of the result of a query by the first, asked once."""
        if sql not in self._lists:
            found: dict[Any, list[Any]] = defaultdict(list)
            for key, value in self.connection.execute(sql).fetchall():
                found[key].append(value)
            self._lists[sql] = dict(found)
        return self._lists[sql]

    def newest(self, *tables: str) -> dt.date:
        """The earliest of the newest dates of these tables: through when all of them reach."""
        return min(self._newest_of(t) for t in tables)

    def _newest_of(self, table: str) -> dt.date:
        if table not in self._newest:
            found = self.column(NEWEST[table])
            if not found or found[0] is None:
                raise DataError(
                    f"there are no rows in {table}",
                    repair="scoreboard sync && scoreboard build",
                )
            self._newest[table] = found[0]
        return self._newest[table]


NEWEST = {
    # own scores move no figure: what one machine tests is no news of the field
    "results": "SELECT coalesce(max(published) FILTER (source <> 'own'), max(published)) "
    "FROM results",
    "offers": "SELECT max(last_seen) FROM offers",
    "usage": "SELECT max(start + CAST(days - 1 AS INTEGER)) FROM usage WHERE model <> ''",
    "downloads": "SELECT max(day) FROM downloads",
    "relations": "SELECT max(last_seen) FROM relations",
    "samples": "SELECT max(start + CAST(days - 1 AS INTEGER)) FROM samples",
    "models": "SELECT max(s.published) FROM statements JOIN snapshots s ON s.id = snapshot_id",
}


READERS = ("hosting", "metrics", "site")  # folders of code that reads tables and builds none


@cache
def code_digest() -> str:
    """A short name for the code that builds tables: all but those that only read them."""
    digest = hashlib.sha256()
    root = Path(__file__).parent
    for path in sorted(root.rglob("*.py")):
        if not any(path.is_relative_to(root / reader) for reader in READERS):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def curated_digest() -> str:
    """A short name for the present state of the curated files."""
    root = data_dir()
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.yml")):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def tables_digest(scope: Scope) -> str:
    """What a build depends on: bundle, curated data, snapshots on this machine, code, scope."""
    held = SnapshotStore().state()
    parts = (bundle_digest(), curated_digest(), held, code_digest(), scope.text())
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


def open_tables(scope: Scope | None = None, progress: Progress = lambda _: None) -> Tables:
    """The tables of a scope, built first if they are not on disk."""
    scope = scope or Scope()
    digest = tables_digest(scope)
    path = home() / "tables" / f"{digest}.duckdb"
    for _ in range(2):  # another process may clear the file away before it is opened
        if not path.is_file():
            build_file(path, scope, progress)
        try:
            return Tables(connect(path, read_only=True), digest, scope)
        except Exception as error:
            if path.is_file():
                raise unopenable(path, error) from error
    raise unopenable(path, "it is removed as soon as it is built")


def unopenable(path: Path, error: object) -> DataError:
    """The error for built tables that are damaged."""
    return DataError(
        f"the built tables cannot be opened: {error}",
        where=str(path),
        repair=f"rm '{path}' && scoreboard build",
    )


def build_file(path: Path, scope: Scope, progress: Progress) -> None:
    """Build tables into a file: a temporary one, renamed when whole."""
    from scoreboard.build import build_tables

    if not any((bundle_dir() / f"{t}.csv").is_file() for t in TABLES):
        held = SnapshotStore().held()
        if not held:
            raise DataError(
                "there is no bundle and no snapshot to build from",
                where=str(bundle_dir()),
                repair="scoreboard sync, or make bundle MIRROR=...",
            )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _tidy(path.parent)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=PART, suffix=".duckdb")
        os.close(handle)
        part = Path(name)
        part.unlink()
        try:
            build_tables(part, scope, progress)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
            part.with_name(f"{part.name}.wal").unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(path.parent, error) from error


def _tidy(folder: Path) -> None:
    """Make room for one more. Other processes build and tidy at the same time."""
    remove_stale_parts(folder)
    built: list[tuple[float, Path]] = []
    for path in folder.glob("[!.]*.duckdb"):
        with suppress(FileNotFoundError):
            built.append((path.stat().st_mtime, path))
    for _, old in sorted(built, reverse=True)[KEPT - 1 :]:
        old.unlink(missing_ok=True)


def about(tables: Tables) -> dict[str, Any]:
    """What the build recorded of itself."""
    found = tables.column("SELECT value FROM about")
    return dict(json.loads(found[0])) if found else {}
