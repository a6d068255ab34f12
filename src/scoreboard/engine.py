"""DuckDB: connect, move rows in and out. The only file that knows the driver."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoreboard.tables import ddl

if TYPE_CHECKING:
    import duckdb

LONGEST_ROW = 64 * 1024 * 1024  # bytes of a row of a CSV


def connect(path: Path | None = None, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """A database: a file, or memory. It never fetches an extension by itself."""
    import duckdb

    connection = duckdb.connect(
        str(path) if path else ":memory:",
        read_only=read_only,
        config={"autoinstall_known_extensions": False, "autoload_known_extensions": False},
    )
    connection.execute("SET threads = 2; SET TimeZone = 'UTC'; SET preserve_insertion_order = true")
    return connection


def rows(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    values: Sequence[object] | Mapping[str, object] = (),
) -> list[dict[str, Any]]:
    """The result of a query as dictionaries."""
    cursor = connection.execute(sql, values)
    names = [d[0] for d in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def csv_text(columns: Sequence[str], records: Iterable[Sequence[object]]) -> str:
    """Records as CSV: empty for null, ISO dates, true and false, plain decimals."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    quoting = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    for record in records:
        cells = [_cell(value) for value in record]
        # the plain writer leaves a lone carriage return bare, which ends the row for a reader
        bare = any(isinstance(cell, str) and "\r" in cell for cell in cells)
        (quoting if bare else writer).writerow(cells)
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value.__class__.__name__ == "Decimal":
        return f"{value:f}"
    return value


def read_csv(
    connection: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str], path: Path
) -> None:
    """Append a CSV file written by `csv_text` to a table. Text is never null.

    A file of an older version may lack columns that may be null.
    """
    with path.open(encoding="utf-8") as file:
        written = file.readline().rstrip("\r\n").split(",")
    if len(written) < len(columns) and written == [c for c in columns if c in written]:
        columns = {c: columns[c] for c in written}
    texts = [c for c, t in columns.items() if t == "VARCHAR"]
    connection.execute(
        f'INSERT INTO "{name}" BY NAME SELECT * FROM read_csv(?, columns=?, header=true, '
        "auto_detect=false, delim=',', quote='\"', escape='\"', parallel=false, "
        "null_padding=false, force_not_null=?, max_line_size=?)",
        [str(path), columns, texts, LONGEST_ROW],
    )


def insert(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: dict[str, str],
    records: Iterable[Sequence[object]],
) -> None:
    """Append records to a table (through a CSV: the driver's own row inserts are slow)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        path.write_text(csv_text(list(columns), records), encoding="utf-8")
        read_csv(connection, name, columns, path)


def create(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: dict[str, str],
    records: Iterable[Sequence[object]] = (),
) -> None:
    """Make a table and fill it."""
    connection.execute(ddl(name, columns))
    insert(connection, name, columns, records)


def unpacked(body: bytes, size: int) -> bytes:
    """A JSON object packed with Zstandard, of this size in bytes once unpacked.

    Raises ValueError for anything else.
    """
    import duckdb

    sql = (
        "SELECT json FROM read_json_objects(?, compression='zstd', format='unstructured', "
        "maximum_object_size=?)"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "packed.zst"
        path.write_bytes(body)
        try:
            row = connect().execute(sql, [str(path), size + 1]).fetchone()
        except duckdb.Error as error:
            raise ValueError(str(error).partition("\n")[0]) from error
    return str(row[0]).encode() if row else b""
