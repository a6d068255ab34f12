"""What `show`, `names` and `sql` print."""

from __future__ import annotations

import datetime as dt
import math
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from scoreboard.config import unwritable
from scoreboard.engine import connect, create, csv_text
from scoreboard.estimate import Estimate
from scoreboard.render import (
    as_document,
    beside,
    clean,
    grid,
    harmless,
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
        lines += [f"{m['metric']}: {m['title']} ({m['unit'].replace('_', ' ')})"]
        lines += [f"  {m['definition']}"]
        for p in m["params"]:
            default = f" (default {p['default']})" if p["default"] else ""
            lines.append(f"  -p {p['name']}=  {p['doc']}{default}")
            if domain := _domain(p):
                lines.append(f"       {domain}")
        lines.append("")
    return "\n".join([*lines, "One of them: scoreboard show gap -p benchmark=mmlu"])


def _domain(p: Mapping[str, Any]) -> str:
    """Some of what a parameter may be: of days the first and the last."""
    domain = [clean(v) for v in p["domain"] if v]
    if p["kind"] == "date" and len(domain) > 2:
        return f"changes on {len(domain)} days, {domain[0]} to {domain[-1]}"
    more = f" ... ({len(domain)} in all)" if len(domain) > DOMAIN_SHOWN else ""
    return ", ".join(domain[:DOMAIN_SHOWN]) + more


def estimates(
    metric: str,
    params: Mapping[str, str],
    found: Sequence[Estimate],
    original: Sequence[Estimate] | None,
    format_: str,
) -> str:
    """Estimates as text; where rows were left out or assumed, the original beside them."""
    if format_ == "json":
        document = as_document(metric, params, found)
        if original is not None:
            document["original"] = as_document(metric, params, original)
        return to_json(document)
    if format_ == "csv":
        return to_csv(found, original)
    render = {"md": to_markdown, "table": to_table}[format_]
    text = render(found)
    if original is not None:
        text += f"\nThe original, without the change:\n\n{render(original)}"
    return text


def parquet(found: Sequence[Estimate], original: Sequence[Estimate] | None) -> bytes:
    """Estimates as a Parquet file, with the columns of the CSV."""
    columns, rows = beside(found, original)
    types = dict.fromkeys(columns, "VARCHAR") | {
        "value": "DOUBLE", "low": "DOUBLE", "high": "DOUBLE", "level": "DOUBLE",
        "as_of": "DATE", "n": "BIGINT",
    }  # fmt: skip
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "figures.parquet"
            connection = connect()
            create(connection, "figures", types, rows)
            connection.execute(f"COPY figures TO '{str(path).replace(chr(39), chr(39) * 2)}'")
            connection.close()
            return path.read_bytes()
    except OSError as error:
        raise unwritable(Path(tempfile.gettempdir()), error) from error


SOURCE_COLUMNS = (
    "source", "licence", "newest", "retrieved", "documents", "rows", "unread", "state",
)  # fmt: skip


def sources(found: Sequence[Mapping[str, Any]], width: int | None) -> str:
    """The sources as a table, their terms, and the rows that were not used where they are told."""
    cells = [[str("-" if s[c] is None else s[c]) for c in SOURCE_COLUMNS] for s in found]
    lines = [grid(SOURCE_COLUMNS, cells, width).rstrip("\n")]
    lines += [
        clean(f"{s['source']}: {s['licence_note'].rstrip('.')}; cite: {s['cite']}") for s in found
    ]
    lines += [
        f"  {row['snapshot_id']} {clean(row['locator'])}: {clean(row['reason'])}: "
        f"{clean(row['raw'])[:120]}"
        for s in found
        for row in s.get("unread_rows", ())
    ]
    return "\n".join(lines)


def names(found: Sequence[Mapping[str, Any]], width: int | None) -> str:
    """Why names mean models: one row per meaning, with the sources that use the name so."""
    merged: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for r in found:
        model = r["model"] or "not resolved"
        model += f" ({r['variant']})" if r["variant"] else ""
        dated = r["valid_from"] or r["valid_to"]
        days = f"{r['valid_from'] or ''} to {r['valid_to'] or 'now'}".strip() if dated else ""
        key = (r["name"], model, days, r["how"] or "no rule fits")
        providers = merged.setdefault(key, {}).setdefault(r["source"], [])
        if r["provider"] and r["provider"] not in providers:
            providers.append(r["provider"])
    rows = [[*key, ", ".join(map(_used, used.items()))] for key, used in merged.items()]
    return grid(("name", "means", "days", "why", "sources"), rows, width)


def _used(source: tuple[str, list[str]]) -> str:
    name, providers = source
    more = f" and {len(providers) - 2} more" if len(providers) > 2 else ""
    return name + (f" ({', '.join(providers[:2])}{more})" if providers else "")


def table(
    columns: Sequence[str], rows: Iterable[tuple[Any, ...]], format_: str, width: int | None
) -> str:
    """The result of a query."""
    if format_ == "json":
        return to_json([dict(zip(columns, map(data, row), strict=True)) for row in rows])
    if format_ == "csv":
        heads = [str(harmless(c)) for c in columns]
        return csv_text(heads, [[harmless(_cell(v)) for v in row] for row in rows])
    return grid(columns, [[cell(v) for v in row] for row in rows], width)


def data(value: Any) -> Any:
    """A value of the database as JSON can hold it: what is no number, text or list is text."""
    if isinstance(value, Mapping):
        return {str(k): data(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [data(v) for v in value]
    if isinstance(value, (float, Decimal)):
        return float(value) if math.isfinite(value) else None
    if value is None or isinstance(value, (str, int, bool)):
        return value
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _cell(value: Any) -> Any:
    known = value is None or isinstance(value, (str, int, float, bool, Decimal))
    return value if known else _text(value)


def cell(value: Any) -> str:
    """A value as a cell of a table: no trailing zeros, yes and no."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return clean(_text(value))
