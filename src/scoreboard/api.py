"""The functions behind the command line and the Python API: the same names, plain data out."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoreboard.citation import cited
from scoreboard.errors import DataError, UsageError
from scoreboard.estimate import Estimate
from scoreboard.figures import (
    Figure,
    board_figures,
    compute,
    effective,
    figure_id,
    get_figure,
    missing,
    withheld,
)
from scoreboard.lineage import explain as trail_of
from scoreboard.lookup import card, find, identified, names, same
from scoreboard.metrics import all_metrics, get_metric
from scoreboard.own import add, own_documents, remove
from scoreboard.query import sql
from scoreboard.render import headed
from scoreboard.snapshots import SnapshotStore
from scoreboard.store import Scope, Tables, about, open_tables
from scoreboard.sync import sync
from scoreboard.tables import SOURCE

if TYPE_CHECKING:
    from scoreboard.site.build import Built

__all__ = [
    "add", "board", "build", "bundle", "card", "check_assumptions", "cite", "diff",
    "explain", "find", "metrics", "names", "own_documents", "params", "reconcile", "remove", "same",
    "show",
    "site", "sources", "sql", "sync", "tables", "unread",
]  # fmt: skip

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
    _no_figure(metric)
    get_metric(metric)
    opened = open_tables(scope, progress)
    progress(f"computing {metric}")
    return _computed(opened, _figure(metric, params), series=series)


def _no_figure(metric: str) -> None:
    """Raise UsageError for what is a figure of the board and no metric."""
    figure = next((f for f in board_figures() if f.id == metric), None)
    if figure and metric not in all_metrics():
        asked = shlex.join(["scoreboard", "show", figure.metric,
                            *(x for k, v in figure.given for x in ("-p", f"{k}={v}"))])  # fmt: skip
        raise UsageError(f"{metric} is a figure of the board, not a metric",
                         repair=f"scoreboard explain {metric}; {asked}")  # fmt: skip


def reconcile(publisher: str | None = None, *, scope: Scope | None = None) -> list[dict[str, Any]]:
    """Computed figures beside published statistics, with the difference taken apart."""
    from scoreboard.reconcile import reconcile as pairs_of

    return [pair.as_json() for pair in pairs_of(open_tables(scope), publisher)]


def params(
    metric: str, given: Mapping[str, str] | None = None, *, scope: Scope | None = None
) -> dict[str, str]:
    """The parameters that hold: those given, with names as ids, and the defaults of the rest."""
    return effective(open_tables(scope), _figure(metric, given))


def _figure(metric: str, given: Mapping[str, str] | None) -> Figure:
    return Figure(figure_id(metric, given or {}), metric, tuple((given or {}).items()))


def _computed(opened: Tables, figure: Figure, *, series: bool = False) -> list[Estimate]:
    """The estimates of a figure. A scope that leaves no rows is the asker's doing: UsageError."""
    try:
        return compute(opened, figure, series=series)
    except DataError as error:
        if opened.scope.plain:
            raise
        left = [f"--exclude source={s}" for s in opened.scope.exclude]
        left += [f"--vintage {opened.scope.vintage}"] if opened.scope.vintage else []
        raise UsageError(
            f"nothing is left to compute {figure.id} from: {error.what}",
            where=" ".join(left),
            repair="leave less out; scoreboard sources lists what there is",
        ) from error


def check_assumptions(path: Path) -> None:
    """That a file of assumptions is one, about models and attributes that there are."""
    from scoreboard.curated import AssumptionFile
    from scoreboard.curation import parse

    opened = open_tables()
    attributes = opened.column("SELECT DISTINCT attribute FROM statements ORDER BY 1")
    types = {r["column_name"]: r["column_type"] for r in opened.rows("DESCRIBE models")}
    for entry in parse(path, AssumptionFile).assume:
        model = identified(opened, "model", entry.model)
        if model != entry.model:
            raise UsageError(f"{entry.model} is another name of a model", valid=[model])
        if entry.attribute not in attributes:
            raise UsageError(f"unknown attribute: {entry.attribute}", valid=attributes)
        kind = types.get(entry.attribute, "VARCHAR")
        if not opened.column(f"SELECT try_cast(? AS {kind}) IS NOT NULL", [str(entry.value)])[0]:
            raise UsageError(
                f"{entry.attribute} of {model} cannot be {entry.value}", valid=VALUES.get(kind, ())
            )
        if entry.attribute == "licence":
            identified(opened, "licence", str(entry.value))


VALUES = {"BOOLEAN": ("true", "false"), "DATE": ("a day such as 2025-01-31",)}


def metrics(scope: Scope | None = None, metric: str | None = None) -> list[dict[str, Any]]:
    """All metrics (or one) with their parameters and the values these may take."""
    return described(open_tables(scope), metric)


def described(opened: Tables, metric: str | None = None) -> list[dict[str, Any]]:
    """What metrics say of themselves, with the values that their parameters may take."""
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


def board_tables(
    scope: Scope | None = None, progress: Progress = lambda _: None, *, own: bool = False
) -> Tables:
    """The tables that the board stands on: without rows that may not be republished.

    With `own`, those of the user are left in.
    """
    scope = scope or Scope()
    held_back = withheld() & {s.source for s in SnapshotStore().held()} - (
        {"own"} if own else set()
    )
    left = tuple(sorted({*scope.exclude, *held_back}))
    return open_tables(replace(scope, exclude=left), progress)


def _tables_for(figure: Figure, scope: Scope | None, progress: Progress) -> Tables:
    """A figure of the board is explained from the tables of the board."""
    opener = board_tables if figure.title else open_tables
    return opener(scope, progress)


def board(
    scope: Scope | None = None,
    as_of: dt.date | None = None,
    progress: Progress = lambda _: None,
) -> tuple[dict[str, Any], list[tuple[Figure, list[Estimate]]]]:
    """What the board's head says, and every figure with its estimates."""
    opened = board_tables(scope, progress)
    if not opened.column("SELECT 1 FROM snapshots LIMIT 1"):
        raise UsageError("nothing had been published by then", repair="ask for a later --vintage")
    found = []
    for figure in board_figures():
        progress(f"computing {figure.id}")
        found.append(_on_board(opened, figure.at(as_of)))
    return head(opened, as_of), found


def _on_board(opened: Tables, figure: Figure) -> tuple[Figure, list[Estimate]]:
    """A figure with all its parameters and estimates; where there is none, the reason."""
    try:
        estimates = _computed(opened, figure)
        return replace(figure, given=tuple(effective(opened, figure).items())), estimates
    except (DataError, UsageError) as error:
        return figure, [missing(opened, figure, error.what)]


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
        "through": _through(opened),
        "newest_document": last,
        "as_of": as_of,
        "bundle": record["bundle"],
        "stale": stale,
        "newest_by_source": {r["source"]: r["published"] for r in newest},
        "lapsed_corrections": record["lapsed_corrections"],
        "faults": record["faults"],
    }


def _through(opened: Tables) -> dt.date | None:
    """The day that scores, prices and token counts all reach; None without one of them."""
    try:
        return opened.newest("results", "offers", "usage")
    except DataError:
        return None


def explain(
    figure: str,
    *,
    scope: Scope | None = None,
    all_rows: bool = False,
    progress: Progress = lambda _: None,
) -> dict[str, Any]:
    """The trail of a figure. With a scope that leaves out or assumes, the original is beside it."""
    chosen = get_figure(figure)
    opened = _tables_for(chosen, scope, progress)
    trail = trail_of(opened, chosen, _computed(opened, chosen), all_rows=all_rows)
    if scope and (scope.exclude or scope.assume):
        whole = _tables_for(chosen, Scope(vintage=scope.vintage), progress)
        original = _computed(whole, chosen)
        trail["original"] = [e.as_json() for e in original]
        trail["original_lines"] = [headed(e) for e in original]
    return trail


def cite(figure: str, scope: Scope | None = None) -> dict[str, str]:
    """One line and BibTeX for a figure, naming the sources it stands on."""
    chosen = get_figure(figure)
    opened = _tables_for(chosen, scope, lambda _: None)
    estimates = chosen.shown(_computed(opened, chosen))
    return cited(chosen, estimates, f"bundle {about(opened)['bundle']}")


def sources() -> list[dict[str, Any]]:
    """Each source: licence, citation, newest document, rows, unread rows, state."""
    return source_states(open_tables())


def source_states(opened: Tables) -> list[dict[str, Any]]:
    """The state of each source in these tables."""
    from scoreboard.sources import all_sources
    from scoreboard.tables import ROW_TYPES

    counts: dict[str, dict[str, int]] = {}
    for table in ROW_TYPES:
        for r in opened.rows(f"SELECT {SOURCE} AS source, count(*) AS n FROM {table} GROUP BY 1"):
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
        f"SELECT snapshot_id, locator, raw, reason FROM unread WHERE {SOURCE} = ? ORDER BY ALL",
        [source],
    )


def diff(
    first: dt.date,
    second: dt.date,
    *,
    vintages: bool = False,
    progress: Progress = lambda _: None,
) -> list[tuple[Figure, list[Estimate], list[Estimate]]]:
    """The board's figures on two days, or as two vintages had them."""
    sides = []
    for day in (first, second):
        opened = board_tables(Scope(vintage=day) if vintages else None, progress)
        found = []
        for figure in board_figures():
            progress(f"computing {figure.id}, {day}")
            found.append(_attempt(opened, figure if vintages else figure.at(day)))
        sides.append(found)
    return list(zip(board_figures(), *sides, strict=True))


def _attempt(opened: Tables, figure: Figure) -> list[Estimate]:
    """A figure, or nothing where a day or vintage has no data for it."""
    try:
        return figure.shown(_computed(opened, figure))
    except UsageError:
        return []


def build(
    scope: Scope | None = None, progress: Progress = lambda _: None
) -> tuple[dict[str, Any], list[tuple[Figure, list[Estimate]]]]:
    """Build tables and figures from what is on disk."""
    return board(scope, progress=progress)


def site(
    out: Path,
    scope: Scope | None = None,
    as_of: dt.date | None = None,
    url: str | None = None,
    jobs: int | None = None,
    *,
    own: bool = False,
    progress: Progress = lambda _: None,
) -> Built:
    """Build the site into a folder; with a day, into `releases/DAY` below it, once.

    With `own` it holds the user's own scores, and says so.
    """
    from scoreboard.site.build import LOCAL, build_site

    return build_site(
        out, scope=scope, day=as_of, url=url or LOCAL, jobs=jobs, own=own, progress=progress
    )


def bundle(mirror: str, folder: Path, progress: Progress = lambda _: None) -> dict[str, int]:
    """Rebuild the bundle from a mirror. Rows that may not be republished are left out."""
    import tempfile

    from scoreboard.bundle import write_bundle
    from scoreboard.curation import load_curated
    from scoreboard.errors import DataError
    from scoreboard.index_build import write_draws
    from scoreboard.load import compressed, read_snapshots
    from scoreboard.snapshots import SnapshotStore
    from scoreboard.sources import all_sources

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
    write_draws(folder, load_curated(), progress)
    return {table: len(found) for table, found in sorted(rows.items())}
