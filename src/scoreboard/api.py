"""The functions behind the command line and the Python API: the same names, plain data out."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate
from scoreboard.figures import Figure, board_figures, compute, figure_id, get_figure
from scoreboard.lineage import disagreements
from scoreboard.lineage import explain as trail_of
from scoreboard.metrics import all_metrics, get_metric
from scoreboard.metrics._groups import canonical_model
from scoreboard.store import Scope, Tables, about, open_tables

Progress = Callable[[str], None]


def tables(scope: Scope | None = None, progress: Progress = lambda _: None) -> Tables:
    """The built tables of a scope, built first when they are missing."""
    return open_tables(scope, progress)


def show(
    metric: str,
    params: Mapping[str, str] | None = None,
    *,
    series: bool = False,
    scope: Scope | None = None,
    progress: Progress = lambda _: None,
) -> list[Estimate]:
    """The estimates of a metric at parameters given as text."""
    get_metric(metric)
    figure = Figure(figure_id(metric, params or {}), metric, tuple((params or {}).items()))
    return compute(open_tables(scope, progress), figure, series=series)


def metrics(scope: Scope | None = None, metric: str | None = None) -> list[dict[str, Any]]:
    """All metrics (or one) with their parameters and the values these may take."""
    opened = open_tables(scope)
    wanted = [get_metric(metric)] if metric else list(all_metrics().values())
    return [
        {
            "metric": m.id,
            "title": m.title,
            "unit": m.unit,
            "definition": m.definition,
            "method": m.method,
            "criticism": m.criticism,
            "chart": m.chart,
            "tables": list(m.tables),
            "params": [
                {
                    "name": p.name,
                    "doc": p.doc,
                    "kind": p.kind,
                    "default": p.default,
                    "domain": p.values(opened, _defaults(m)),
                }
                for p in m.params
            ],
        }
        for m in wanted
    ]


def _defaults(metric: Any) -> dict[str, Any]:
    return {p.name: p.default for p in metric.params}


def board(
    scope: Scope | None = None,
    as_of: dt.date | None = None,
    progress: Progress = lambda _: None,
) -> tuple[dict[str, Any], list[tuple[Figure, list[Estimate]]]]:
    """What the board's head says, and every figure with its estimates."""
    opened = open_tables(scope, progress)
    found = []
    for figure in board_figures():
        progress(f"computing {figure.id}")
        found.append((figure, compute(opened, figure.at(as_of))))
    return head(opened, as_of), found


STALE_DAYS = 180


def head(opened: Tables, as_of: dt.date | None = None) -> dict[str, Any]:
    """Through when the data go, which bundle, and which sources are stale."""
    newest = opened.rows(
        "SELECT source, max(published) AS published FROM snapshots GROUP BY 1 ORDER BY 1"
    )
    last = max(r["published"] for r in newest)
    stale = [r["source"] for r in newest if (last - r["published"]).days > STALE_DAYS]
    record = about(opened)
    return {
        "through": opened.newest("results", "offers", "usage"),
        "newest_document": last,
        "as_of": as_of,
        "bundle": record["bundle"],
        "stale": stale,
        "lapsed_corrections": record["lapsed_corrections"],
        "faults": record["faults"],
    }


def explain(
    figure: str,
    *,
    scope: Scope | None = None,
    all_rows: bool = False,
    progress: Progress = lambda _: None,
) -> dict[str, Any]:
    """The trail of a figure. With a scope that leaves out or assumes, the original is beside it."""
    chosen = get_figure(figure)
    opened = open_tables(scope, progress)
    trail = trail_of(opened, chosen, compute(opened, chosen), all_rows=all_rows)
    if scope and not scope.plain:
        original = compute(open_tables(None, progress), chosen)
        trail["original"] = [e.as_json() for e in original]
        from scoreboard.render import key_text, line

        trail["original_lines"] = [f"{key_text(e)}: {line(e)}".lstrip(": ") for e in original]
    return trail


def cite(figure: str, scope: Scope | None = None) -> dict[str, str]:
    """One line and BibTeX for a figure, naming the sources it stands on."""
    from scoreboard.render import line
    from scoreboard.sources import all_sources

    chosen = get_figure(figure)
    opened = open_tables(scope)
    estimates = compute(opened, chosen)
    sources = all_sources()
    used = sorted({r.snapshot_id.partition("@")[0] for e in estimates for r in e.inputs.rows})
    credit = "; ".join(sources[s].cite for s in used if s in sources)
    title = chosen.title or get_metric(chosen.metric).title
    value = line(estimates[0]) if len(estimates) == 1 else f"{len(estimates)} values"
    bundle = about(opened)["bundle"]
    year = max(e.as_of for e in estimates).year
    note = f"figure {chosen.id}, bundle {bundle}"
    single = f"Open Model Scoreboard, {title}: {value} ({note}). Data: {credit or 'curated'}."
    key = "".join(c if c.isalnum() else "-" for c in chosen.id)
    bibtex = (
        f"@misc{{scoreboard-{key},\n"
        f"  author = {{{{Open Model Scoreboard}}}},\n"
        f"  title = {{{{{title}}}}},\n"
        f"  year = {{{year}}},\n"
        f"  note = {{{value}; {note}; data: {credit or 'curated'}}}\n}}"
    )
    return {"line": single, "bibtex": bibtex}


def sources() -> list[dict[str, Any]]:
    """Each source: licence, citation, newest document, rows, unread rows, state."""
    from scoreboard.sources import all_sources
    from scoreboard.tables import ROW_TYPES

    opened = open_tables()
    counts: dict[str, dict[str, int]] = {}
    for table in ROW_TYPES:
        for r in opened.rows(
            "SELECT split_part(snapshot_id, '@', 1) AS source, count(*) AS n "
            f"FROM {table} GROUP BY 1"
        ):
            counts.setdefault(r["source"], {})[table] = r["n"]
    newest = {
        r["source"]: r
        for r in opened.rows(
            "SELECT source, max(published) AS published, max(retrieved) AS retrieved, "
            "count(*) AS documents FROM snapshots GROUP BY 1"
        )
    }
    faults = about(opened)["faults"]
    result = []
    for source in all_sources().values():
        seen = newest.get(source.id)
        found = counts.get(source.id, {})
        faulty = [k for k in faults if k.startswith(f"{source.id}@")]
        result.append(
            {
                "source": source.id,
                "title": source.title,
                "producer": source.producer,
                "home": source.home,
                "licence": source.licence,
                "licence_note": source.licence_note,
                "cite": source.cite,
                "republish": source.republish,
                "key": source.key,
                "documents": seen["documents"] if seen else 0,
                "newest": seen["published"] if seen else None,
                "retrieved": seen["retrieved"] if seen else None,
                "rows": sum(n for t, n in found.items() if t != "unread"),
                "unread": found.get("unread", 0),
                "state": _state(source, seen, faulty),
            }
        )
    return result


def _state(source: Any, seen: Any, faulty: list[str]) -> str:
    if faulty:
        return f"unreadable: {', '.join(faulty)}"
    if seen:
        return "read"
    return "not in the bundle: rows may not be republished" if not source.republish else "no data"


def unread(source: str) -> list[dict[str, Any]]:
    """The rows of a source that could not be used, with reasons."""
    from scoreboard.sources import get_source

    get_source(source)
    return open_tables().rows(
        "SELECT snapshot_id, locator, raw, reason FROM unread "
        "WHERE split_part(snapshot_id, '@', 1) = ? ORDER BY ALL",
        [source],
    )


def find(text: str) -> list[dict[str, str]]:
    """Models, families, developers, benchmarks, licences, metrics, figures by part of a name."""
    opened = open_tables()
    wanted = f"%{text.lower()}%"
    queries = {
        "family": "SELECT family AS id, name FROM families",
        "developer": "SELECT developer AS id, name FROM developers",
        "benchmark": "SELECT benchmark AS id, name FROM benchmarks",
        "licence": "SELECT licence AS id, name FROM licences",
        "provider": "SELECT provider AS id, name FROM providers",
        "statistic": "SELECT statistic AS id, says AS name FROM statistics",
        "model": "SELECT model AS id, name FROM models",
    }
    result = [
        {"kind": kind, **row}
        for kind, query in queries.items()
        for row in opened.rows(
            f"SELECT * FROM ({query}) WHERE lower(id) LIKE ? OR lower(name) LIKE ? "
            "ORDER BY length(id), id",
            [wanted, wanted],
        )
    ]
    figures = [{"kind": "figure", "id": f.id, "name": f.title} for f in board_figures()]
    named = [{"kind": "metric", "id": m.id, "name": m.title} for m in all_metrics().values()]
    lower = text.lower()
    result += [r for r in named + figures if lower in r["id"] or lower in r["name"].lower()]
    return result


CARDS = {
    "model": ("models", "model"),
    "family": ("families", "family"),
    "developer": ("developers", "developer"),
    "provider": ("providers", "provider"),
    "benchmark": ("benchmarks", "benchmark"),
    "licence": ("licences", "licence"),
}


def card(kind: str, name: str) -> dict[str, Any]:
    """What is known of one thing."""
    opened = open_tables()
    table, column = CARDS[kind]
    wanted = (canonical_model(opened, name) or name) if kind == "model" else name.lower()
    found = opened.rows(f"SELECT * FROM {table} WHERE {column} = ?", [wanted])
    if not found:
        known = opened.column(f"SELECT {column} FROM {table} ORDER BY 1")
        near = difflib.get_close_matches(wanted, known, 8, 0.5)
        raise UsageError(
            f"unknown {kind}: {name}", valid=near or known, repair=f"scoreboard find {name}"
        )
    result = dict(found[0])
    if kind == "model":
        result |= _model_details(opened, wanted)
    elif kind in ("family", "developer"):
        result["models"] = opened.column(
            f"SELECT model FROM models WHERE {column} = ? ORDER BY released DESC NULLS LAST, 1",
            [wanted],
        )
    elif kind == "licence":
        result["models"] = opened.column(
            "SELECT model FROM models WHERE licence = ? ORDER BY 1", [wanted]
        )
    return result


def _model_details(opened: Tables, model: str) -> dict[str, Any]:
    return {
        "openness": opened.rows(
            "SELECT valid_from, valid_to, weights, openness, licence, note FROM openness "
            "WHERE model = ? ORDER BY valid_from NULLS FIRST",
            [model],
        ),
        "facts": opened.rows(
            "SELECT attribute, value, rank, source, evidence, snapshot_id, locator FROM statements "
            "WHERE model = ? AND won ORDER BY attribute",
            [model],
        ),
        "disagreements": disagreements(opened, [model]),
        "names": opened.rows(
            "SELECT DISTINCT source, name, variant, valid_from, valid_to FROM names "
            "WHERE model = ? ORDER BY ALL",
            [model],
        ),
        "scores": opened.rows(
            "SELECT benchmark, variant, value, harness, shots, source FROM results "
            "WHERE model = ? ORDER BY benchmark, published DESC, value DESC",
            [model],
        ),
        "prices": opened.rows(
            "SELECT provider, kind, variant, tier, usd_per_mtok, effective_from, first_seen, "
            "last_seen, source FROM offers WHERE model = ? "
            "ORDER BY provider, kind, variant, tier, coalesce(effective_from, first_seen)",
            [model],
        ),
    }


def names(
    name: str | None = None, other: str | None = None, *, unresolved: bool = False
) -> list[dict[str, Any]]:
    """Why a name is a model (and whether another is the same); or what is unresolved, by weight."""
    opened = open_tables()
    if unresolved:
        return opened.rows(UNRESOLVED)
    if name is None:
        raise UsageError("name a model, or ask for --unresolved", repair="scoreboard names gpt-4o")
    found = []
    for text in filter(None, (name, other)):
        rows = opened.rows(
            "SELECT DISTINCT source, name, model, variant, valid_from, valid_to, how, resolved "
            "FROM names WHERE lower(name) = ? OR (provider <> '' AND "
            "lower(provider || '/' || name) = ?) OR model = ? ORDER BY ALL",
            [text.lower()] * 3,
        )
        if not rows:
            known = opened.column("SELECT DISTINCT name FROM names ORDER BY 1")
            near = difflib.get_close_matches(text, known, 6, 0.5)
            raise UsageError(
                f"no source has the name {text}", valid=near, repair=f"scoreboard find {text}"
            )
        found += [{"asked": text, **r} for r in rows]
    return found


UNRESOLVED = """
WITH weight AS (
  SELECT source, source_name AS name, sum(tokens) AS tokens, 0 AS rows FROM usage GROUP BY ALL
  UNION ALL SELECT source, source_name, 0, count(*) FROM results GROUP BY ALL
  UNION ALL SELECT split_part(snapshot_id, '@', 1), source_name, 0, count(*) FROM prices
    GROUP BY ALL
)
SELECT n.source, n.name, CAST(coalesce(sum(w.tokens), 0) AS BIGINT) AS tokens,
  CAST(coalesce(sum(w.rows), 0) AS BIGINT) AS rows
FROM (SELECT source, name, bool_or(resolved) AS resolved FROM names GROUP BY ALL) n
LEFT JOIN weight w ON w.source = n.source AND w.name = n.name
WHERE NOT n.resolved GROUP BY ALL ORDER BY tokens DESC, rows DESC, n.source, n.name
"""


def same(first: str, second: str) -> str:
    """Whether two names are one model, in words."""
    found = names(first, second)
    meanings = {
        text: {(r["model"], r["variant"]) for r in found if r["asked"] == text}
        for text in (first, second)
    }
    one, two = meanings[first], meanings[second]
    models = {m for m, _ in one} & {m for m, _ in two} - {""}
    if one == two and len(one) == 1 and models:
        return "the same model and variant"
    if models:
        return f"both can mean {', '.join(sorted(models))}: see dates and variants"
    return "not the same"


def diff(
    first: dt.date, second: dt.date, *, vintages: bool = False
) -> list[tuple[Figure, list[Estimate], list[Estimate]]]:
    """The board's figures on two days, or as two vintages had them."""
    result = []
    for figure in board_figures():
        sides = []
        for day in (first, second):
            opened = open_tables(Scope(vintage=day) if vintages else None)
            sides.append(_attempt(opened, figure if vintages else figure.at(day)))
        result.append((figure, sides[0], sides[1]))
    return result


def _attempt(opened: Tables, figure: Figure) -> list[Estimate]:
    """A figure, or nothing where a day or vintage has no data for it."""
    try:
        return compute(opened, figure)
    except UsageError:
        return []


def sql(query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """A read-only query over the tables: columns and rows. No file outside can be read."""
    import duckdb

    connection = open_tables().connection
    connection.execute("SET enable_external_access = false; SET lock_configuration = true")
    try:
        cursor = connection.execute(query)
        return [d[0] for d in cursor.description or []], cursor.fetchall()
    except duckdb.Error as error:
        found = connection.execute("SHOW TABLES").fetchall()
        raise UsageError(
            f"the query cannot be run: {str(error).splitlines()[0]}",
            valid=[r[0] for r in found],
            repair="scoreboard sql 'DESCRIBE results'",
        ) from error


def build(
    scope: Scope | None = None, progress: Progress = lambda _: None
) -> tuple[dict[str, Any], list[tuple[Figure, list[Estimate]]]]:
    """Build tables and figures from what is on disk."""
    return board(scope, progress=progress)


def bundle(mirror: str, folder: Path, progress: Progress = lambda _: None) -> dict[str, int]:
    """Rebuild the bundle from a mirror. Rows that may not be republished are left out."""
    import tempfile

    from scoreboard.bundle import write_bundle
    from scoreboard.errors import DataError
    from scoreboard.load import compressed, read_snapshots
    from scoreboard.snapshots import SnapshotStore
    from scoreboard.sources import all_sources
    from scoreboard.sync import sync

    with tempfile.TemporaryDirectory() as temporary:
        store = SnapshotStore(Path(temporary))
        sync(mirror=mirror, store=store, progress=progress)
        allowed = [s for s in store.held() if all_sources()[s.source].republish]
        loaded = read_snapshots(store, allowed, progress)
    if loaded.faults:
        name, fault = next(iter(loaded.faults.items()))
        raise DataError(f"a document cannot be read: {fault}", where=name)
    rows = compressed(loaded)
    write_bundle(folder, loaded.snapshots.values(), rows)
    return {table: len(found) for table, found in sorted(rows.items())}


def estimates_json(found: Iterable[Estimate]) -> list[dict[str, Any]]:
    """Estimates as plain data."""
    return [e.as_json() for e in found]
