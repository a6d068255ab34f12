"""What `show` and `sql` print."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scoreboard.engine import connect, create, csv_text
from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate, plain
from scoreboard.render import (
    as_document,
    clean,
    grid,
    harmless,
    records,
    to_csv,
    to_json,
    to_markdown,
    to_table,
)

DOMAIN_SHOWN = 8


def metrics(found: Sequence[dict[str, Any]], format_: str) -> str:
    """All metrics with their parameters and domains."""
    if format_ == "json":
        return to_json(found)
    lines = []
    for m in found:
        lines += [f"{m['metric']}: {m['title']} ({m['unit']})", f"  {m['definition']}"]
        for p in m["params"]:
            domain = p["domain"]
            shown = ", ".join(domain[:DOMAIN_SHOWN])
            more = f" ... ({len(domain)} in all)" if len(domain) > DOMAIN_SHOWN else ""
            default = f" [{p['default']}]" if p["default"] else ""
            lines.append(f"  -p {p['name']}={default}  {p['doc']}")
            if shown:
                lines.append(f"       {shown}{more}")
        lines.append("")
    return "\n".join(lines)


def estimates(
    metric: str,
    params: dict[str, str],
    found: Sequence[Estimate],
    original: Sequence[Estimate] | None,
    format_: str,
    out: Path | None,
) -> str:
    """Estimates in a format; where rows were left out or assumed, the original beside them."""
    if format_ == "json":
        document = as_document(metric, params, found)
        if original is not None:
            document["original"] = as_document(metric, params, original)
        return to_json(document)
    if format_ == "parquet":
        return _parquet(found, out)
    render = {"csv": to_csv, "md": to_markdown, "table": to_table}[format_]
    text = render(found)
    if original is not None and format_ != "csv":
        text += "\nwithout the change:\n" + render(original)
    return text


def _parquet(found: Sequence[Estimate], out: Path | None) -> str:
    if out is None:
        raise UsageError("parquet needs a file", repair="--format parquet --out figures.parquet")
    columns, rows = records(found)
    types = dict.fromkeys(columns, "VARCHAR") | {
        "value": "DOUBLE", "low": "DOUBLE", "high": "DOUBLE", "as_of": "DATE", "n": "BIGINT",
    }  # fmt: skip
    connection = connect()
    create(connection, "figures", types, rows)
    connection.execute(f"COPY figures TO '{str(out).replace(chr(39), chr(39) * 2)}'")
    return f"{len(rows)} rows in {out}"


def table(columns: list[str], rows: Sequence[tuple[Any, ...]], format_: str) -> str:
    """The result of a query."""
    if format_ == "json":
        return to_json([dict(zip(columns, map(plain, row), strict=True)) for row in rows])
    if format_ == "csv":
        return csv_text(columns, [[harmless(v) for v in row] for row in rows])
    return grid(columns, [["" if v is None else clean(str(v)) for v in row] for row in rows])
