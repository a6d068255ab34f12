"""The page of each document and of its rows: the end of every trail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scoreboard.lineage import fetch_command
from scoreboard.site.links import anchor
from scoreboard.site.page import Page, Table, of_parts
from scoreboard.site.world import World, document_path, is_curated, part_path
from scoreboard.sources import all_sources
from scoreboard.tables import Snapshot

Json = dict[str, Any]


def document_pages(world: World) -> Iterable[Page]:
    """The list of documents, the page of each, and pages of its rows."""
    stored = {s["id"]: s for s in world.tables.rows("SELECT * FROM snapshots")}
    names = sorted({*stored, *(d for d in world.rows if is_curated(d))})
    listed = [_listed(name, stored) for name in names]
    intro = (
        "Every document that a row of this site was read from, as it was on its day. The site "
        "holds the rows, not the documents: each page says where a document is and its checksum."
    )
    yield Page("documents/index.html", "list.html", "Documents", intro,
               {"kind": "document", "title": "Documents", "rows": listed},
               {"table": Table.of("list", "Documents", listed, stem="documents/index"),
                "kind": None}, kind="list")  # fmt: skip
    for name in names:
        rows = world.rows.get(name, [])
        parts = sorted({r["part"] for r in rows})
        about = _about(name, stored)
        places = [{"part": f"part {p}", "path": part_path(name, p)} for p in parts]
        yield Page(document_path(name), "document.html", name.removeprefix("curated:"),
                   "A document, and the rows that were read from it.",
                   {**about, "rows": len(rows), "parts": len(parts)},
                   {"about": about, "places": places, "count": len(rows),
                    "curated": is_curated(name)}, "document", name)  # fmt: skip
        for part in parts:
            yield _part(name, [r for r in rows if r["part"] == part], part, len(parts))


def _listed(name: str, stored: dict[str, Json]) -> Json:
    if is_curated(name):
        return {"document": name, "source": "", "published": None, "address": ""}
    s = stored[name]
    return {"document": name, "source": s["source"], "published": s["published"],
            "address": s["address"]}  # fmt: skip


def _about(name: str, stored: dict[str, Json]) -> Json:
    """What a document is, on what terms, and how it is fetched."""
    if is_curated(name):
        return {
            "document": name.removeprefix("curated:"), "terms": "CC0-1.0",
            "kept_in": "the folder data of this project, each fact with its evidence",
        }  # fmt: skip
    snapshot = Snapshot(**stored[name])
    source = all_sources()[snapshot.source]
    return {
        "document": snapshot.id, "source": snapshot.source, "address": snapshot.address,
        "published": snapshot.published, "retrieved": snapshot.retrieved,
        "sha256": snapshot.sha256, "size_in_bytes": str(snapshot.size), "terms": source.licence,
        "cite": source.cite, "fetched_with": fetch_command(snapshot),
    }  # fmt: skip


def _part(name: str, rows: list[Json], part: int, parts: int) -> Page:
    shown = [{"place": r["locator"], "raw": r["raw"], "name": r["name"], "about": r["about"],
              "id_": anchor(r["locator"])} for r in rows]  # fmt: skip
    title = f"Rows of {name.removeprefix('curated:')}{of_parts(part, parts)}"
    bare = [{k: r[k] for k in ("locator", "raw", "name", "about")} for r in rows]
    data = {"document": name, "part": part, "parts": parts, "rows": bare}
    return Page(part_path(name, part), "rows.html", title,
                "Each row by its place in the document, with the raw text of its cell.", data,
                {"table": Table("rows", "Rows", shown, ("place", "raw", "name", "about")),
                 "back": document_path(name), "parts_of_rows": []})  # fmt: skip
