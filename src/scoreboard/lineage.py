"""The trail of a figure: definition, parameters, rows, documents, licences, disagreements."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from scoreboard.documents import locate
from scoreboard.estimate import Estimate, LeftOut, Ref
from scoreboard.figures import Figure
from scoreboard.metrics import get_metric
from scoreboard.render import clean, key_text, line
from scoreboard.snapshots import SnapshotStore
from scoreboard.sources import all_sources
from scoreboard.store import Tables
from scoreboard.tables import Snapshot

SAMPLE = 3
DISPUTED = ("weights", "licence", "released")


def documents(tables: Tables, refs: Iterable[Ref]) -> list[dict[str, Any]]:
    """Each document behind these rows: what it is, its licence, and whether we hold its bytes."""
    by_snapshot: dict[str, list[Ref]] = defaultdict(list)
    for ref in refs:
        by_snapshot[ref.snapshot_id].append(ref)
    stored = {s["id"]: s for s in tables.rows("SELECT * FROM snapshots")}
    store, sources = SnapshotStore(), all_sources()
    result: list[dict[str, Any]] = []
    for snapshot_id in sorted(by_snapshot):
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
                "fetch": f"scoreboard sync {snapshot.source}",
                "rows": rows,
                "found": None if body is None else _found(body, rows[:SAMPLE]),
            }
        )
    return result


def _found(body: bytes, rows: Sequence[Ref]) -> bool:
    return all(locate(body, r.locator) == r.raw for r in rows)


def disagreements(tables: Tables, models: Iterable[str]) -> list[dict[str, Any]]:
    """Where sources contradict each other about these models, with who won."""
    wanted = sorted(set(models))
    stated = tables.rows(
        "SELECT * FROM statements WHERE model IN (SELECT unnest(?)) "
        "AND attribute IN (SELECT unnest(?)) ORDER BY model, attribute, won DESC, rank, source, "
        "snapshot_id, locator",
        [wanted, list(DISPUTED)],
    )
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for s in stated:
        groups[s["model"], s["attribute"]].append(s)
    result = []
    for (model, attribute), group in groups.items():
        if len({s["value"] for s in group}) > 1:
            said = [
                {"value": s["value"], "source": s["source"], "rank": s["rank"], "won": s["won"]}
                for s in {(s["value"], s["source"]): s for s in reversed(group)}.values()
            ]
            said.sort(key=lambda s: (not s["won"], s["source"], s["value"]))
            result.append({"model": model, "attribute": attribute, "said": said})
    return result


def models_in(estimates: Iterable[Estimate]) -> list[str]:
    """The models that decide these estimates."""
    found = []
    for e in estimates:
        names = [e.detail.get(n) for n in ("leader_model", "chaser_model", "model")]
        names += [e.key.get("model")]
        found += [str(n) for n in names if n]
    return list(dict.fromkeys(found))


def explain(
    tables: Tables, figure: Figure, estimates: Sequence[Estimate], *, all_rows: bool = False
) -> dict[str, Any]:
    """The trail as data."""
    metric = get_metric(figure.metric)
    refs = sorted({r for e in estimates for r in e.inputs.rows})
    left = [x for e in estimates for x in e.left_out]
    return {
        "figure": figure.id,
        "metric": metric.id,
        "title": figure.title or metric.title,
        "definition": metric.definition,
        "method": metric.method,
        "criticism": metric.criticism,
        "params": figure.params,
        "estimates": [e.as_json() for e in estimates],
        "lines": [f"{key_text(e)}: {line(e)}".lstrip(": ") for e in estimates],
        "documents": [_document(d, all_rows=all_rows) for d in documents(tables, refs)],
        "left_out": _left_out(left, all_rows=all_rows),
        "disagreements": disagreements(tables, models_in(estimates)),
    }


def _document(document: dict[str, Any], *, all_rows: bool) -> dict[str, Any]:
    rows = document["rows"] if all_rows else document["rows"][:SAMPLE]
    shown = [{"locator": r.locator, "raw": r.raw} for r in rows]
    return {**document, "count": len(document["rows"]), "rows": shown}


def _left_out(left: Sequence[LeftOut], *, all_rows: bool) -> list[dict[str, Any]]:
    unique = sorted(set(left))
    reasons: Counter[str] = Counter(_reason(x.why) for x in unique)
    result = []
    for reason, count in sorted(reasons.items(), key=lambda r: (-r[1], r[0])):
        rows = [x for x in unique if _reason(x.why) == reason]
        shown = rows if all_rows else rows[:SAMPLE]
        result.append(
            {
                "why": reason,
                "count": count,
                "rows": [
                    {"snapshot": x.row.snapshot_id, "locator": x.row.locator, "raw": x.row.raw,
                     "why": x.why}
                    for x in shown
                ],
            }
        )  # fmt: skip
    return result


def _reason(why: str) -> str:
    """`the name X is not resolved` is one reason, whatever X."""
    return "the name is not resolved to a model" if "is not resolved" in why else why


def text(trail: dict[str, Any]) -> str:
    """The trail as text."""
    lines = [trail["title"], f"  {trail['definition']}", ""]
    lines += [f"  {clean(x)}" for x in trail["lines"]]
    for estimate in trail["estimates"][:12]:
        lines += [f"    note: {clean(c)}" for c in estimate["caveats"]]
    params = ", ".join(f"{k}={v}" for k, v in trail["params"].items()) or "defaults"
    lines += ["", f"Parameters: {params}", f"Method: {trail['method']}"]
    lines += [f"Known criticism: {trail['criticism']}", "", "Rows and documents:"]
    for d in trail["documents"]:
        lines += _document_lines(d)
    if trail["left_out"]:
        lines += ["", "Rows left out:"]
    for x in trail["left_out"]:
        lines.append(f"  {x['count']}: {clean(x['why'])}")
        lines += [f"    {clean(r['locator'])} {clean(r['why'])}" for r in x["rows"]]
    if trail["disagreements"]:
        lines += ["", "Where sources disagree:"]
    for x in trail["disagreements"]:
        said = "; ".join(
            f"{s['source']} ({s['rank']}): {clean(s['value'])}" + (" - used" if s["won"] else "")
            for s in x["said"]
        )
        lines.append(f"  {x['model']} {x['attribute']}: {said}")
    return "\n".join(lines) + "\n"


def _document_lines(d: dict[str, Any]) -> list[str]:
    if d["source"] == "curated":
        lines = [f"  curated data of this project: {d['count']} rows (data/)"]
        return lines + [f"    {r['locator']}  {clean(r['raw'])}" for r in d["rows"]]
    held = "bytes held" if d["bytes_held"] else f"bytes not held: {d['fetch']}"
    if d["found"] is False:
        held += "; ROWS NOT FOUND AGAIN"
    lines = [
        f"  {d['address']}",
        f"    published {d['published']}, retrieved {d['retrieved']}",
        f"    sha256 {d['sha256'][:16]}..., {held}",
        f"    licence {d['licence']}; cite: {d['cite']}; {d['count']} rows:",
    ]
    return lines + [f"      {clean(r['locator'])}  {clean(r['raw'])}" for r in d["rows"]]
