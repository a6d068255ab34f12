"""Tables as files: CSV, JSON and Parquet, each with licence and citation; Croissant metadata."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from scoreboard.engine import connect, csv_text
from scoreboard.estimate import plain
from scoreboard.render import HIDDEN, clean, harmless, to_json
from scoreboard.site.page import LICENCES, Table
from scoreboard.sources import all_sources
from scoreboard.table_docs import meaning

if TYPE_CHECKING:
    import duckdb

Put = Callable[[str, bytes | str], None]
TERMS = (
    "Facts curated by the Open Model Scoreboard: CC0-1.0. Rows of sources: on the terms of each "
    "source, named on the page of the data."
)
LEAVING = "Rows that may not be republished are left out."
NOT_PUBLIC = ("about",)  # tables that are not data


def citation() -> str:
    """How a table is cited: it names every source whose rows may be in it."""
    credit = "; ".join(s.cite.rstrip(".") for s in all_sources().values() if s.republish)
    return f"Open Model Scoreboard. Data: {credit}."


@dataclass(frozen=True)
class Download:
    """A table of the data page."""

    stem: str
    title: str
    columns: Mapping[str, str]
    rows: int
    sizes: Mapping[str, int]
    sha256: str  # of the CSV

    @property
    def name(self) -> str:
        """Its name without the folder."""
        return self.stem.rpartition("/")[2]


def whole_tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Every stored table that holds data."""
    found = connection.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE' "
        "AND table_catalog = current_database() ORDER BY 1"
    ).fetchall()
    names = [name for (name,) in found if name not in NOT_PUBLIC]
    return [n for n in names if connection.execute(f'SELECT 1 FROM "{n}" LIMIT 1').fetchall()]


def query_files(
    connection: duckdb.DuckDBPyConnection, sql: str, stem: str, title: str, put: Put
) -> Download:
    """The result of a query in every format."""
    columns = {r[0]: r[1] for r in connection.execute(f"DESCRIBE {sql}").fetchall()}
    (count,) = connection.execute(f"SELECT count(*) FROM ({sql})").fetchone() or (0,)
    marks = "".join(rf"\p{{{c}}}" for c in HIDDEN if c != "Cs")
    safe = ", ".join(_safe(c, t, marks) for c, t in columns.items())
    bodies: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as folder:
        for suffix, query, options in (
            ("csv", f"SELECT {safe} FROM ({sql})", "FORMAT csv, HEADER true"),
            ("json", sql, "FORMAT json, ARRAY true"),
            ("parquet", sql, f"FORMAT parquet, KV_METADATA {_metadata()}"),
        ):
            path = Path(folder) / f"table.{suffix}"
            quoted = str(path).replace("'", "''")
            connection.execute(f"COPY ({query}) TO '{quoted}' ({options})")
            bodies[suffix] = path.read_bytes()
    bodies["json"] = _with_terms(bodies["json"])
    return _put(stem, title, columns, count, bodies, put)


def _safe(column: str, kind: str, marks: str) -> str:
    """Text without control marks; what a spreadsheet would run as a formula gets an apostrophe."""
    name = f'"{column}"'
    if kind != "VARCHAR":
        return name
    text = f"regexp_replace({name}, '[{marks}]', ' ', 'g')"
    return (f"CASE WHEN regexp_matches({text}, '^\\s*[=+@-]') AND {text} <> '-' "
            f"THEN '''' || {text} ELSE {text} END AS {name}")  # fmt: skip


def _metadata() -> str:
    def quoted(text: str) -> str:
        return "'" + text.replace("'", "''") + "'"

    return f"{{licence: {quoted(TERMS)}, cite: {quoted(citation())}}}"


def _with_terms(rows: bytes) -> bytes:
    head = json.dumps({"licence": TERMS, "cite": citation()}, ensure_ascii=False)
    return head[:-1].encode() + b', "rows": ' + (rows.strip() or b"[]") + b"}\n"


def _put(
    stem: str, title: str, columns: Mapping[str, str], count: int, bodies: Mapping[str, bytes],
    put: Put,
) -> Download:  # fmt: skip
    for suffix, body in bodies.items():
        put(f"{stem}.{suffix}", body)
    sizes = {suffix: len(body) for suffix, body in bodies.items()}
    digest = hashlib.sha256(bodies["csv"]).hexdigest()
    return Download(stem, title, columns, count, sizes, digest)


@cache
def _memory() -> duckdb.DuckDBPyConnection:
    """The database in memory through which a process writes small tables."""
    connection = connect()
    connection.execute("SET threads = 1")  # such tables are small, and processes share the cores
    return connection


class Files:
    """Writes small tables that pages hold, all through one connection."""

    def __init__(self, put: Put) -> None:
        self.put = put
        self.connection = _memory()
        self.folder = tempfile.TemporaryDirectory()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove what it needed."""
        self.folder.cleanup()

    def write(self, table: Table, formats: Sequence[str]) -> None:
        """A page's table in these formats, at its stem."""
        columns = list(table.columns)
        values = [[_bare(r.get(c)) for c in columns] for r in table.rows]
        if "csv" in formats:
            cells = [[harmless(v) for v in row] for row in values]
            self.put(f"{table.stem}.csv", csv_text(columns, cells))
        if "json" in formats:
            rows = [dict(zip(columns, plain(row), strict=True)) for row in values]
            whole = {"licence": TERMS, "cite": citation(), "rows": rows}
            self.put(f"{table.stem}.json", to_json(whole, None))
        if "parquet" in formats:
            self.put(f"{table.stem}.parquet", self._parquet(columns, values))

    def _parquet(self, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
        parts, lists = [], []
        for i, name in enumerate(columns):
            cells = [row[i] for row in rows]
            kind = _kind(cells)
            lists.append([str(v) if kind == "VARCHAR" and v is not None else v for v in cells])
            parts.append(f'unnest(CAST(? AS {kind}[])) AS "{name.replace(chr(34), chr(39))}"')
        path = Path(self.folder.name) / "table.parquet"
        quoted = str(path).replace("'", "''")
        self.connection.execute(f"COPY (SELECT {', '.join(parts)}) TO '{quoted}' "
                                f"(FORMAT parquet, KV_METADATA {_metadata()})", lists)  # fmt: skip
        return path.read_bytes()


def _bare(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return clean(value) if isinstance(value, str) else value


def _kind(cells: Iterable[Any]) -> str:
    """The type of a column of values."""
    kinds = {type(v) for v in cells if v is not None}
    if kinds <= {bool}:
        return "BOOLEAN" if kinds else "VARCHAR"
    if kinds <= {int}:
        return "BIGINT"
    if kinds <= {int, float}:
        return "DOUBLE"
    return "DATE" if kinds <= {dt.date} else "VARCHAR"


CROISSANT_TYPES = {
    "VARCHAR": "sc:Text", "BIGINT": "sc:Integer", "INTEGER": "sc:Integer", "DOUBLE": "sc:Float",
    "BOOLEAN": "sc:Boolean", "DATE": "sc:Date",
}  # fmt: skip
ABOUT = (
    "What public sources state about AI models with open and closed weights, in our own columns."
)


def croissant(downloads: Sequence[Download], url: str, published: dt.date) -> dict[str, Any]:
    """The tables described in the Croissant format, version 1.0."""
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": "open-model-scoreboard",
        "description": f"{ABOUT} {LEAVING}",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "citeAs": citation(),
        "license": LICENCES,
        "url": url,
        "version": f"{published:%Y.%-m.%-d}",
        "datePublished": published.isoformat(),
        "creator": {"@type": "sc:Organization", "name": "Open Model Scoreboard"},
        "distribution": [
            {
                "@type": "cr:FileObject", "@id": f"{d.name}.csv", "name": f"{d.name}.csv",
                "description": d.title, "contentUrl": f"{d.name}.csv",
                "contentSize": f"{d.sizes['csv']} B", "encodingFormat": "text/csv",
                "sha256": d.sha256,
            }
            for d in downloads
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet", "@id": d.name, "name": d.name, "description": d.title,
                "field": [
                    {
                        "@type": "cr:Field", "@id": f"{d.name}/{c}", "name": c,
                        "description": meaning(d.name, c) or c.replace("_", " "),
                        "dataType": CROISSANT_TYPES.get(kind, "sc:Float"
                                                        if kind.startswith("DEC") else "sc:Text"),
                        "source": {"fileObject": {"@id": f"{d.name}.csv"},
                                   "extract": {"column": c}},
                    }
                    for c, kind in d.columns.items()
                ],
            }
            for d in downloads
        ],
    }  # fmt: skip


CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "samplingRate": "cr:samplingRate",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
