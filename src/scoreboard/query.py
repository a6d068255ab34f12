"""Read-only SQL over the tables: one query, nothing outside of the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scoreboard.engine import connect
from scoreboard.errors import UsageError
from scoreboard.store import Tables, open_tables

if TYPE_CHECKING:
    import duckdb

READING = ("SELECT", "EXPLAIN")  # SHOW, DESCRIBE and SUMMARIZE are kinds of SELECT


def sql(query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """A read-only query over the tables: columns and rows. No file outside can be read.

    Raises UsageError for what is not one query, or cannot be run.
    """
    import duckdb

    connection = _locked(open_tables())
    try:
        statements = connection.extract_statements(query)
        kinds = [s.type.name for s in statements]
        if len(kinds) != 1 or kinds[0] not in READING:
            found = ", ".join(kinds) or "nothing"
            raise UsageError(
                f"one query is run, and it only reads; this is {found}",
                valid=["SELECT", "SHOW TABLES", "DESCRIBE table", "SUMMARIZE table", "EXPLAIN"],
                repair="scoreboard sql 'SELECT * FROM models LIMIT 5'",
            )
        cursor = connection.execute(statements[0])
        columns = [d[0] for d in cursor.description or []]
        return distinct(columns), cursor.fetchall()
    except duckdb.Error as error:
        names = connection.execute("SHOW TABLES").fetchall()
        raise UsageError(
            f"the query cannot be run: {str(error).splitlines()[0]}",
            valid=[r[0] for r in names],
            repair="scoreboard sql 'DESCRIBE results'",
        ) from error


def _locked(tables: Tables) -> duckdb.DuckDBPyConnection:
    """The tables in a database of their own that can reach nothing else.

    Of their own, because a database that is locked stays so for everybody in this process.
    """
    (path,) = tables.column("SELECT path FROM duckdb_databases() WHERE path IS NOT NULL")
    connection = connect()
    quoted = str(path).replace("'", "''")
    connection.execute(f"ATTACH '{quoted}' AS scoreboard (READ_ONLY); USE scoreboard")
    connection.execute("SET enable_external_access = false; SET lock_configuration = true")
    return connection


def distinct(columns: list[str]) -> list[str]:
    """Column names with repeated ones numbered: `a`, `a_1`."""
    found: list[str] = []
    for column in columns:
        name, i = column, 0
        while name in found:
            i += 1
            name = f"{column}_{i}"
        found.append(name)
    return found
