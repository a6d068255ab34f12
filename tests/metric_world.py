"""A made-up world for metrics: tables in memory, filled from plain lists of rows.

    tables = world(
        models=[{"model": "a", "country": "CN"}],
        openness=[{"model": "a", "weights": True, "openness": "unrestricted"}],
        usage=week("2025-03-03", {"a": 60, "other": 40}),
    )

Columns and types are the product's own; a row names only the columns that matter to a test. The
rest is empty: text "", everything else null, with `raw` and `locator` filled where a row has them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from scoreboard.config import data_dir
from scoreboard.curation import load_curated
from scoreboard.derive import MODEL_COLUMNS
from scoreboard.engine import connect, create, insert
from scoreboard.facts import OpennessPeriod, Statement, region_of
from scoreboard.identify import NAME_COLUMNS
from scoreboard.index_build import ABOUT as INDEX_FITS
from scoreboard.index_build import SHIPPED as INDEX_DRAWS
from scoreboard.observe import CORRECTION_COLUMNS, LEVEL_COLUMNS, OFFERS, RESULTS, USAGE
from scoreboard.reference import COLUMNS as REFERENCE_COLUMNS
from scoreboard.reference import write_reference
from scoreboard.repositories import COLUMNS as REPOSITORIES
from scoreboard.store import Tables
from scoreboard.tables import ROW_TYPES, Snapshot, column_types

Row = Mapping[str, object]
PLAIN: dict[str, dict[str, str]] = {
    **{name: column_types(row_type) for name, row_type in ROW_TYPES.items()},
    **REFERENCE_COLUMNS,
    "snapshots": column_types(Snapshot),
    "names": NAME_COLUMNS,
    "models": MODEL_COLUMNS,
    "openness": column_types(OpennessPeriod),
    "statements": column_types(Statement),
    **{f"{what}_corrections": columns for what, columns in CORRECTION_COLUMNS.items()},
    "interval_levels": LEVEL_COLUMNS,
    "repositories": REPOSITORIES,
    "index_draws": INDEX_DRAWS,
    "index_fits": INDEX_FITS,
}
JOINED = {"results": RESULTS, "offers": OFFERS, "usage": USAGE}  # their columns are the queries'
DEFAULTS: dict[str, dict[str, object]] = {
    "models": {"tracked": False, "curated": False},
    "openness": {"openness": "unknown"},
    "statements": {"rank": "catalogue", "won": True, "snapshot_id": "list@2026-01-05-0"},
    "snapshots": {"published": dt.date(2026, 1, 5), "retrieved": dt.date(2026, 1, 5), "size": 0},
    "results": {"snapshot_id": "tests@2026-01-05-0", "chance_removed": False, "level": 0.9,
                "published": dt.date(2026, 1, 5)},
    "offers": {"snapshot_id": "catalogue@2026-01-05-0", "rank": "catalogue"},
    "usage": {"snapshot_id": "tokens@2026-01-05-0", "published": dt.date(2026, 1, 5)},
    "totals": {"snapshot_id": "openrouter_weekly@2026-01-05-0"},
    "repositories": {"gated": False},
    "statistics": {"grade": "P", "population": "everybody", "date": "2025", "value": 1,
                   "unit": "fraction"},
    "benchmarks": {"scale": "accuracy", "higher_is_better": True},
}  # fmt: skip


def curated_world() -> Tables:
    """The curated tables alone, with the sizes of curated models."""
    connection, curated = connect(), load_curated(data_dir())
    write_reference(connection, curated)
    connection.execute("CREATE TABLE models (model VARCHAR, total_params_b DOUBLE, active DOUBLE)")
    for m in curated.models.values():
        connection.execute("INSERT INTO models VALUES (?, ?, ?)", [m.id, m.params_b, m.active_b])
    return Tables(connection, "curated")


def world(**tables: Sequence[Row]) -> Tables:
    """Tables of this world, in memory. Tables that are not named are there, and empty."""
    connection = connect()
    for name, columns in PLAIN.items():
        create(connection, name, columns)
    columns_of = dict(PLAIN)
    for name, statement in JOINED.items():
        connection.execute(statement)
        described = connection.execute(f'DESCRIBE "{name}"').fetchall()
        columns_of[name] = {str(d[0]): str(d[1]) for d in described}
    for name, given in tables.items():
        columns = columns_of[name]
        insert(connection, name, columns, _records(name, columns, given))
    return Tables(connection, "made-up")


def _records(
    name: str, columns: Mapping[str, str], given: Iterable[Row]
) -> Iterable[tuple[object, ...]]:
    for i, row in enumerate(given, 1):
        unknown = set(row) - set(columns)
        assert not unknown, f"{name} has no column {', '.join(sorted(unknown))}"
        whole = {**DEFAULTS.get(name, {}), **_derived(name, i, columns, row), **row}
        yield tuple(
            whole.get(column, "" if kind == "VARCHAR" else None) for column, kind in columns.items()
        )


def _derived(name: str, i: int, columns: Mapping[str, str], row: Row) -> dict[str, object]:
    """What follows from the rest of a row unless it is given."""
    found: dict[str, object] = {}
    if "raw" in columns:
        stated = next((row[c] for c in ("tokens", "usd_per_mtok", "value") if c in row), "")
        found |= {"raw": str(stated), "locator": f"/{name}/{i}"}
    if name == "models":
        country = row.get("country")
        found |= {"name": row["model"], "region": region_of(str(country) if country else None)}
    if name == "developers" and "country" in row:
        found["region"] = region_of(str(row["country"]))
    return found


def day(text: str) -> dt.date:
    """A date from its text."""
    return dt.date.fromisoformat(text)


def released(model: str, since: str, **columns: object) -> Row:
    """A row of `models`: a model and its release date."""
    return {"model": model, "released": day(since), **columns}


def weights(model: str, *, since: str = "", openness: str = "unrestricted") -> list[Row]:
    """Rows of `openness`: open weights, closed before `since` where a day is given."""
    if not since:
        return [{"model": model, "weights": True, "openness": openness}]
    start = day(since)
    return [
        {"model": model, "valid_to": start - dt.timedelta(days=1), "weights": False,
         "openness": "closed"},
        {"model": model, "valid_from": start, "weights": True, "openness": openness},
    ]  # fmt: skip


def closed(model: str) -> list[Row]:
    """Rows of `openness`: no weights, ever."""
    return [{"model": model, "weights": False, "openness": "closed"}]


def week(
    monday: str, tokens: Mapping[str, int], names: Mapping[str, str] | None = None
) -> list[Row]:
    """Rows of `usage`: a reconstructed week. A name is the model's id unless `names` says other."""
    return [
        _used(day(monday), 7, "openrouter_weekly", name, count, names)
        for name, count in tokens.items()
    ]


def days(
    monday: str,
    tokens: Mapping[str, int],
    names: Mapping[str, str] | None = None,
    *,
    count: int = 7,
    published: str = "2026-01-05",
) -> list[Row]:
    """Rows of `usage`: official days from a Monday on, the same tokens on each."""
    return [
        {**_used(day(monday) + dt.timedelta(days=i), 1, "openrouter_rankings", name, used, names),
         "published": day(published)}
        for i in range(count)
        for name, used in tokens.items()
    ]  # fmt: skip


def _used(
    start: dt.date,
    length: int,
    source: str,
    name: str,
    tokens: int,
    names: Mapping[str, str] | None,
) -> Row:
    model = (names or {}).get(name, "" if name == "other" else name)
    return {
        "start": start,
        "days": length,
        "source": source,
        "source_name": name,
        "model": model,
        "tokens": tokens,
    }


def total(monday: str, tokens: int, column: str = "platform_total_tokens") -> Row:
    """A row of `totals`: the whole platform in a week."""
    start = day(monday)
    line = start.toordinal()  # a line of its own
    return {"start": start, "days": 7, "tokens": tokens, "locator": f"L{line}/{column}"}


def catalogue(source: str, *published: str) -> list[Row]:
    """Rows of `snapshots`: the documents of a catalogue, by day."""
    return [
        {"id": f"{source}@{d}", "source": source, "address": f"https://example.org/{source}.json",
         "published": day(d), "retrieved": day(d)}
        for d in published
    ]  # fmt: skip


def listed(model: str, provider: str, usd: str, first: str, last: str, **columns: object) -> Row:
    """A row of `offers`: a price that a catalogue stated from one of its documents to another."""
    source = str(columns.get("source", "lite"))
    return {
        "model": model, "provider": provider, "kind": "input", "usd_per_mtok": usd,
        "first_seen": day(first), "last_seen": day(last), "source": source,
        "source_name": f"{provider}/{model}", "snapshot_id": f"{source}@{first}", **columns,
    }  # fmt: skip


def stated(model: str, provider: str, usd: str, since: str, **columns: object) -> Row:
    """A row of `offers`: a curated price from a day on."""
    return {
        "model": model, "provider": provider, "kind": "input", "usd_per_mtok": usd,
        "effective_from": day(since), "source": "curated", "source_name": model,
        "rank": "curated", "snapshot_id": "", **columns,
    }  # fmt: skip


def scored(
    model: str, value: float, since: str, *, published: str = "2026-01-05", **columns: object
) -> Row:
    """A row of `results`: a score in a document of that day, and its model's release date."""
    source = str(columns.get("source", "tests"))
    return {
        "model": model, "value": value, "released": day(since), "source": source,
        "source_name": model, "published": day(published),
        "snapshot_id": f"{source}@{published}", **columns,
    }  # fmt: skip


def repositories(*names: str, **columns: object) -> list[Row]:
    """Rows of `repositories`: their own, of no known model unless a column says so."""
    return [{"repository": n.lower(), "name": n, **columns} for n in names]


def counted(
    source: str, on: str, counts: Mapping[str, int], period: str = "30d"
) -> tuple[Row, list[Row]]:
    """A row of `snapshots` and rows of `downloads`: the counts of a list on a day."""
    snapshot = {"id": f"{source}@{on}", "source": source, "published": day(on),
                "retrieved": day(on), "address": f"https://example.org/{source}"}  # fmt: skip
    rows = [
        {"snapshot_id": f"{source}@{on}", "source_name": name, "period": period, "day": day(on),
         "downloads": n, "raw": str(n), "locator": f"/{on}/{period}/{name}"}
        for name, n in counts.items()
    ]  # fmt: skip
    return snapshot, list(rows)


def lists(*found: tuple[Row, list[Row]]) -> dict[str, list[Row]]:
    """The tables of several lists of counts."""
    snapshots = {str(s["id"]): s for s, _ in found}
    return {
        "snapshots": list(snapshots.values()),
        "downloads": [r for _, rows in found for r in rows],
    }


def made_from(name: str, base: str, relation: str, created: str = "", **more: object) -> Row:
    """A row of `relations`: a repository, what its tag names, and the day it was made."""
    return {"snapshot_id": "trend@2026-01-05-0", "source_name": name, "base": base,
            "relation": relation, "created": day(created) if created else None,
            "first_seen": day("2026-01-05"), "last_seen": day("2026-01-05"),
            "locator": f"/{name}/{base}", **more}  # fmt: skip
