"""The trail of a figure: definition, parameters, rows, documents, licences, disagreements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from scoreboard.documents import locate
from scoreboard.estimate import Estimate, LeftOut, Ref
from scoreboard.figures import Figure, effective
from scoreboard.metrics import get_metric
from scoreboard.render import clean, decided, headed
from scoreboard.snapshots import SnapshotStore
from scoreboard.sources import all_sources
from scoreboard.store import Tables
from scoreboard.tables import Snapshot

SAMPLE = 3
LINES = 40  # estimates and reasons printed before the rest is only counted
DISPUTED = ("weights", "licence", "released")
DECIDING = ("leader_model", "chaser_model", "model")
HELD = "(SELECT max(r.model) FROM repositories r WHERE r.repository = lower(source_name))"
NAMED = {  # tables whose rows name a model: how, and who offers it
    "results": ("model", "''"), "offers": ("model", "provider"), "usage": ("model", "''"),
    "downloads": (HELD, "''"), "relations": (HELD, "''"),
}  # fmt: skip


class About(NamedTuple):
    """What a row is about: its own spelling of the model, the model, who offers it."""

    source_name: str = ""
    model: str = ""
    provider: str = ""


@dataclass(frozen=True)
class Names:
    """What each row is about, and which models and offers decide a figure."""

    of: Mapping[tuple[str, str], About]
    models: frozenset[str]
    providers: frozenset[str]

    def order(self, ref: Ref) -> tuple[int, Ref]:
        """Rows of the models that decide a figure first, those of the deciding offer before all."""
        about = self.of.get(ref[:2], About())
        if about.model not in self.models:
            return 2, ref
        return int(bool(self.providers) and about.provider not in self.providers), ref

    def data(self, ref: Ref) -> dict[str, str]:
        """A row as data: where it is, its raw cell, and what it is about where that is known."""
        row = {"locator": ref.locator, "raw": ref.raw}
        about = self.of.get(ref[:2], About())
        known = {"source_name": about.source_name, "model": about.model}
        return row | (known if about.source_name else {})


def names_of(tables: Tables, refs: Iterable[Ref], estimates: Sequence[Estimate]) -> Names:
    """The names behind these rows."""
    snapshots = sorted({r.snapshot_id for r in refs})
    found: dict[tuple[str, str], About] = {}
    for table, (model, provider) in NAMED.items():
        rows = tables.connection.execute(
            f"SELECT DISTINCT snapshot_id, locator, source_name, coalesce({model}, '') AS model, "
            f"{provider} FROM {table} "
            "WHERE snapshot_id IN (SELECT unnest(?)) ORDER BY ALL",
            [snapshots],
        )
        found.update({(row[0], row[1]): About(*row[2:]) for row in rows.fetchall()})
    offers = frozenset(str(p) for e in estimates if (p := e.detail.get("provider")))
    return Names(found, frozenset(models_in(estimates)), offers)


def documents(tables: Tables, refs: Iterable[Ref], names: Names) -> list[dict[str, Any]]:
    """Each document behind these rows: what it is, its licence, and whether we hold its bytes.

    Documents with rows of the models that decide a figure come first.
    """
    by_snapshot: dict[str, list[Ref]] = defaultdict(list)
    for ref in sorted(refs, key=names.order):
        by_snapshot[ref.snapshot_id].append(ref)
    stored = {s["id"]: s for s in tables.rows("SELECT * FROM snapshots")}
    store, sources = SnapshotStore(), all_sources()
    result: list[dict[str, Any]] = []
    for snapshot_id in sorted(by_snapshot, key=lambda s: (names.order(by_snapshot[s][0])[0], s)):
        rows = by_snapshot[snapshot_id]
        if snapshot_id not in stored:
            result.append({"source": "curated", "rows": rows, "licence": "CC0-1.0"})
            continue
        snapshot = Snapshot(**stored[snapshot_id])
        source = sources[snapshot.source]
        body = store.body(snapshot)
        result.append(
            {
                "source": snapshot.source,
                "snapshot": snapshot_id,
                "address": snapshot.address,
                "published": snapshot.published,
                "retrieved": snapshot.retrieved,
                "sha256": snapshot.sha256,
                "licence": source.licence,
                "cite": source.cite,
                "bytes_held": body is not None,
                "fetch": fetch_command(snapshot),
                "rows": rows,
                "found": None if body is None else _found(body, rows[:SAMPLE]),
            }
        )
    return result


def fetch_command(snapshot: Snapshot) -> str:
    """The command that fetches a document: archives come from a mirror only."""
    archive = snapshot.address.startswith("reconstruction:")
    return f"scoreboard sync {snapshot.source}" + (" --mirror FOLDER" if archive else "")


def _found(body: bytes, rows: Sequence[Ref]) -> bool:
    return all(locate(body, r.locator) == r.raw for r in rows)


def disagreements(tables: Tables, models: Iterable[str]) -> list[dict[str, Any]]:
    """Where sources contradict each other about these models, with who won."""
    found = tables.once("disagreements", lambda: _disagreements(tables))
    return [d for model in sorted(set(models)) for d in found.get(model, ())]


def _disagreements(tables: Tables) -> dict[str, list[dict[str, Any]]]:
    """All of them, by model."""
    stated = tables.rows(
        "SELECT * FROM statements WHERE attribute IN (SELECT unnest(?)) AND model <> '' "
        "WINDOW one AS (PARTITION BY model, attribute) "
        "QUALIFY min(value) OVER one <> max(value) OVER one "
        "ORDER BY model, attribute, won DESC, rank, source, snapshot_id, locator",
        [list(DISPUTED)],
    )
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for s in stated:
        groups[s["model"], s["attribute"]].append(s)
    result: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for (model, attribute), group in groups.items():
        said = [
            {"value": s["value"], "source": s["source"], "rank": s["rank"], "won": s["won"]}
            for s in {(s["value"], s["source"]): s for s in reversed(group)}.values()
        ]
        said.sort(key=lambda s: (not s["won"], s["source"], s["value"]))
        result[model].append({"model": model, "attribute": attribute, "said": said})
    return result


def models_in(estimates: Iterable[Estimate]) -> list[str]:
    """The models that decide these estimates."""
    found = []
    for e in estimates:
        names = [e.detail.get(n) for n in DECIDING]
        names += [e.key.get("model")]
        found += [str(n) for n in names if n]
    return list(dict.fromkeys(found))


def explain(
    tables: Tables, figure: Figure, estimates: Sequence[Estimate], *, all_rows: bool = False
) -> dict[str, Any]:
    """The trail as data."""
    metric = get_metric(figure.metric)
    refs = {r for e in estimates for r in e.inputs.rows}
    left = {x for e in estimates for x in e.left_out}
    deciding = models_in(estimates)
    names = names_of(tables, {*refs, *(x.row for x in left)}, estimates)
    return {
        "figure": figure.id,
        "metric": metric.id,
        "title": ": ".join(filter(None, (figure.section, figure.title or metric.title))),
        "definition": metric.definition,
        "method": metric.method,
        "criticism": metric.criticism,
        "params": effective(tables, figure),
        "estimates": [e.as_json() for e in estimates],
        "lines": [line for e in estimates for line in _lines(e)],
        "documents": [
            _document(d, names, all_rows=all_rows) for d in documents(tables, refs, names)
        ],
        "left_out": _left_out(left, names, all_rows=all_rows),
        "disagreements": disagreements(tables, deciding),
    }


def _lines(estimate: Estimate) -> list[str]:
    return [headed(estimate), *(f"  {words}" for words in decided(estimate))]


def _document(document: dict[str, Any], names: Names, *, all_rows: bool) -> dict[str, Any]:
    rows = document["rows"] if all_rows else document["rows"][:SAMPLE]
    shown = [names.data(r) for r in rows]
    return {**document, "count": len(document["rows"]), "rows": shown}


def _left_out(left: Iterable[LeftOut], names: Names, *, all_rows: bool) -> list[dict[str, Any]]:
    groups: dict[str, list[LeftOut]] = defaultdict(list)
    for x in sorted(left):
        groups[reason_of(x.why)].append(x)
    return [
        {
            "why": reason,
            "count": len(rows),
            "rows": [
                {"snapshot": x.row.snapshot_id, **names.data(x.row), "why": x.why}
                for x in (rows if all_rows else rows[:SAMPLE])
            ],
        }
        for reason, rows in sorted(groups.items(), key=lambda g: (-len(g[1]), g[0]))
    ]


def reason_of(why: str) -> str:
    """`the name X is not resolved` is one reason, whatever X."""
    return "the name is not resolved to a model" if "is not resolved" in why else why


def text(trail: dict[str, Any]) -> str:
    """The trail as text."""
    lines = [trail["title"], f"  {trail['definition']}", ""]
    lines += [f"  {clean(x)}" for x in _first(trail["lines"])]
    caveats = dict.fromkeys(c for e in trail["estimates"] for c in e["caveats"])
    lines += [f"    note: {clean(c)}" for c in _first(list(caveats))]
    if "original_lines" in trail:
        lines += ["", "The original, with all rows and no assumption:"]
        lines += [f"  {clean(x)}" for x in _first(trail["original_lines"])]
    params = ", ".join(f"{k}={clean(v)}" for k, v in trail["params"].items()) or "none"
    lines += ["", f"Parameters: {params}", f"Method: {trail['method']}"]
    lines += [f"Known criticism: {trail['criticism']}", "", "Rows and documents:"]
    for d in trail["documents"]:
        lines += _document_lines(d)
    if not trail["documents"]:
        lines.append("  none")
    if any(not d.get("bytes_held", True) for d in trail["documents"]):
        lines.append(
            "  A live sync fetches documents as they are today; those of a past day come "
            "from a mirror: scoreboard sync SOURCE --mirror FOLDER"
        )
    if trail["left_out"]:
        lines += ["", "Rows left out:", *_left_lines(trail["left_out"])]
    if trail["disagreements"]:
        lines += ["", "Where sources disagree:"]
    lines += [f"  {x['model']}, {_said(x)}" for x in trail["disagreements"]]
    return "\n".join(lines) + "\n"


def _first(lines: Sequence[str]) -> list[str]:
    more = len(lines) - LINES
    return [*lines[:LINES], *([f"... {more} more: --format json"] if more > 0 else [])]


def _left_lines(left: Sequence[dict[str, Any]]) -> list[str]:
    lines = []
    for x in left[:LINES]:
        lines.append(f"  {x['count']}: {clean(x['why'])}")
        lines += [f"    {clean(r['snapshot']) or 'curated'}  {_row_line(r)}" for r in x["rows"]]
    return [*lines, *([f"  ... {len(left) - LINES} more reasons: --format json"]
                      if left[LINES:] else [])]  # fmt: skip


def _row_line(row: dict[str, Any]) -> str:
    """`locator  raw cell  (the row's own name: model)`."""
    name, model = row.get("source_name", ""), row.get("model", "")
    meaning = f": {model or 'not resolved'}" if model != name else ""
    meant = f"  ({name}{meaning})" if name else ""
    return clean(f"{row['locator']}  {row['raw']}{meant}")


def _said(x: dict[str, Any]) -> str:
    said = "; ".join(
        f"{s['source']} ({s['rank']}) says {s['value']}" + (", which is used" if s["won"] else "")
        for s in x["said"]
    )
    return clean(f"{x['attribute'].replace('_', ' ')}: {said}")


def _document_lines(d: dict[str, Any]) -> list[str]:
    rows = [f"      {_row_line(r)}" for r in d["rows"]]
    if d["count"] > len(rows):
        rows.append(f"      ... {d['count'] - len(rows):,} more: --rows")
    count = f"{d['count']:,} row{'s' * (d['count'] != 1)}"
    if d["source"] == "curated":
        return [f"  curated data of this project, licence {d['licence']}: {count} of data/", *rows]
    held = "bytes held" if d["bytes_held"] else f"bytes not held: {d['fetch']}"
    if d["found"] is False:
        held += "; ROWS NOT FOUND AGAIN"
    return [
        f"  {clean(d['address'])}",
        f"    {d['snapshot']}: published {d['published']}, retrieved {d['retrieved']}",
        f"    sha256 {d['sha256']}; {held}",
        f"    licence {d['licence']}; cite: {clean(d['cite'])}; {count}:",
        *rows,
    ]
