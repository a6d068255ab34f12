"""The pages that are one of a kind: the board, methods, changes, data, search."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from scoreboard.figures import board
from scoreboard.render import PLACES, number
from scoreboard.site.answers import Answer
from scoreboard.site.exports import ABOUT, LEAVING, TERMS, Download, citation
from scoreboard.site.figure_pages import estimate_rows
from scoreboard.site.links import figure_path
from scoreboard.site.page import Page, Table
from scoreboard.site.world import World
from scoreboard.sources import all_sources

Json = dict[str, Any]
RECENT = 200  # changes listed on the page
NEWEST = 6  # changes of each sort on the first page
PACKAGE = Path(__file__).parent.parent
DOCS = {"methods": "How figures are computed, and why so",
        "reconstruction": "How the archives that are not official documents were made"}  # fmt: skip
# A change counts that is of more than 1 % and of which nobody said so before: neither another
# source or spelling while the old price was in force, nor two new prices on the same day.
PRICES = """
WITH stated AS (
  SELECT o.model, o.provider, o.kind, o.usd_per_mtok, o.source, o.source_name, o.snapshot_id,
    o.locator, coalesce(o.effective_from, o.effective_to, o.first_seen) AS day,
    coalesce(o.effective_to, o.last_seen) AS ended
  FROM offers o JOIN models m USING (model)
  JOIN providers p ON p.provider = o.provider AND p.first_party_of = m.developer
  WHERE o.variant = '' AND o.tier = '' AND o.kind IN ('input', 'output') AND o.usd_per_mtok > 0
    AND m.developer <> ''
), changed AS (
  SELECT *, lag(usd_per_mtok) OVER own AS before, lag(day) OVER own AS since,
    coalesce(ended, lead(day) OVER own, DATE '9999-12-31') AS until
  FROM stated
  WINDOW own AS (PARTITION BY model, provider, kind, source, source_name ORDER BY day, locator)
), news AS (
  SELECT * FROM changed c WHERE abs(ln(usd_per_mtok / before)) > 0.01
    AND day <= coalesce(?, (SELECT max(published) FROM snapshots), DATE '9999-12-31')
    AND NOT EXISTS (FROM changed s WHERE s.model = c.model AND s.provider = c.provider
      AND s.kind = c.kind AND s.usd_per_mtok = c.usd_per_mtok
      AND s.day < c.day AND s.until > c.since)
)
SELECT day, model, provider, kind, before, usd_per_mtok, source, snapshot_id, locator FROM news n
WHERE NOT EXISTS (FROM news x WHERE x.day = n.day AND x.model = n.model
  AND x.provider = n.provider AND x.kind = n.kind AND x.usd_per_mtok <> n.usd_per_mtok)
QUALIFY row_number() OVER (PARTITION BY day, model, provider, kind
  ORDER BY source, before, snapshot_id, locator) = 1
ORDER BY day DESC, model, kind, provider LIMIT ?
"""
RELEASES = """
SELECT m.weights_from AS day, m.model, m.developer, m.family, m.openness, m.licence,
  m.total_params_b, s.snapshot_id, s.locator
FROM then_models m LEFT JOIN statements s ON s.model = m.model AND s.won
  AND s.attribute = 'total_params_b'
WHERE m.weights_from <= coalesce(?, DATE '9999-12-31') AND (m.curated OR m.tracked)
QUALIFY row_number() OVER (PARTITION BY m.model ORDER BY s.snapshot_id, s.locator) = 1
ORDER BY day DESC, m.model LIMIT ?
"""

CHANGES = {  # title and columns of each table of changes
    "headlines": ("Headlines", ("day", "figure", "finding")),
    "prices": ("Prices of the developers themselves",
               ("day", "model", "provider", "kind", "before", "usd_per_mtok", "source")),
    "models": ("New open models", ("day", "model", "developer", "family", "openness", "licence",
                                   "total_params_b")),
}  # fmt: skip


def changes(world: World, answers: Iterable[Answer]) -> dict[str, Table]:
    """What changed lately: headlines, first-party prices, new open models."""
    headlines: list[Json] = [
        {"day": day, "figure": a.figure.id, "finding": sentence}
        for a in answers if a.on_board and len(a.estimates) == 1
        for day, sentence in a.history
    ]  # fmt: skip
    headlines = list({(r["day"], r["finding"]): r for r in reversed(headlines)}.values())
    headlines.sort(key=lambda r: (-r["day"].toordinal(), str(r["figure"])))
    prices = world.tables.rows(PRICES, [world.day, RECENT])
    models = world.tables.rows(RELEASES, [world.day, RECENT])
    found = {"headlines": headlines[:RECENT], "prices": prices, "models": models}
    return {
        name: Table(name, title, found[name], columns, stem=f"changes-{name}")
        for name, (title, columns) in CHANGES.items()
    }


def changes_page(found: Mapping[str, Table], releases: Sequence[str]) -> Page:
    """What changed, and the states of earlier days that are kept beside the site."""
    lead = "What changed lately: headlines, list prices, and models whose weights came out."
    return Page("changes.html", "changes.html", "Changes", lead,
                {**{name: list(t.rows) for name, t in found.items()}, "releases": list(releases)},
                {"tables": found, "releases": releases}, kind="page")  # fmt: skip


def home_page(
    world: World, head: Json, answers: Mapping[str, Answer], found: Mapping[str, Table]
) -> Page:
    """The board: its headlines, the table of families, what changed."""
    sections: list[Json] = [
        {"title": s.title, "note": s.note, "table": any(f.table for f in s.figures),
         "answers": [answers[f.id] for f in s.figures if f.id in answers],
         "charts": [a for f in s.figures if f.chart and (a := answers.get(f.id)) and a.plot]}
        for s in board().sections
    ]  # fmt: skip
    data = {
        **head,
        "figures": [
            {"figure": a.figure.id, "title": a.title, "metric": a.figure.metric,
             "params": dict(a.params), "finding": a.headline,
             "estimates": [e.as_json() for e in a.estimates]}
            for s in sections for a in s["answers"]
        ],
        "changes": {name: list(t.rows[:NEWEST]) for name, t in found.items()},
    }  # fmt: skip
    recent = {name: list(t.rows[:NEWEST]) for name, t in found.items()}
    listed = [(s["title"], a) for s in sections if s["table"] for a in s["answers"]]
    families = next((a for _, a in listed if _of_families(a)), None)
    others = [(title, a) for title, a in listed if not _of_families(a)]
    lead = ("How far open-weight AI models are behind closed ones, what a given level costs, and "
            "who uses what. Every number leads to its rows.")  # fmt: skip
    return Page("index.html", "home.html", "Open Model Scoreboard", lead, data,
                {"head": head, "sections": sections, "recent": recent,
                 "families": family_rows(world, families) if families else None,
                 "drawn": [(title, a) for title, a in others if a.plot],
                 "tables": [_table(world, title, a) for title, a in others if not a.plot],
                 "places": PLACES}, kind="page")  # fmt: skip


def _table(world: World, title: str, answer: Answer) -> tuple[str, Answer, Table | None]:
    """A figure of several values as a table, or without one where the board is brief."""
    name = answer.figure.id
    if any(f.brief for s in board().sections for f in s.figures if f.id == name):
        return title, answer, None
    rows = estimate_rows(world, answer, figure_path(name))
    return title, answer, Table.of(f"table-{name}", title, rows)


def _of_families(answer: Answer) -> bool:
    return answer.figure.metric == "models" and answer.params.get("by") == "family"


def family_rows(world: World, answer: Answer) -> Table:
    """The table of families: each number linked to the figure that it is."""
    rows = []
    for e in answer.estimates:
        d, family = e.detail, e.key["family"]
        share = d.get("token_share") or {}
        sizes = d.get("sizes") or {}
        ends = [v for v in (sizes.get("smallest_b"), sizes.get("largest_b")) if v]
        rows.append({
            "family": family, "developer": d.get("developer") or "", "from": d.get("country") or "",
            "newest_open_model": d.get("newest_model") or "",
            "released": d.get("newest_released"), "licence": d.get("licence") or "",
            "openness": d.get("openness") or "",
            "sizes": " to ".join(dict.fromkeys(f"{v:,.4g}" if v < 1000 else f"{v:,.0f}"
                                               for v in ends)),
            "context": d.get("context"), "languages": d.get("languages"),
            "tokens": _range(share), "tracked": e.value,
        })  # fmt: skip
    columns = tuple(rows[0]) if rows else ()
    return Table("families", "The families", rows, columns, stem="families-board")


def _range(share: Mapping[str, Any]) -> str:
    ends = [number(v, "fraction") for k in ("low", "high") if (v := share.get(k)) is not None]
    return " to ".join(dict.fromkeys(ends))


def method_pages() -> Iterable[Page]:
    """Methods, in the words of the documentation."""
    from markdown_it import MarkdownIt
    from markupsafe import Markup

    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    for name, lead in DOCS.items():
        text = document_text(name)
        title, _, body = text.removeprefix("# ").partition("\n")
        html = Markup(linked(reader.render(MARKS.sub("", body))))  # our own text; raw HTML is off
        yield Page(f"{name}.html", "text.html", title, lead, {"title": title, "markdown": text},
                   {"body": html}, kind="page")  # fmt: skip


def document_text(name: str) -> str:
    """A page of docs/, beside src/ in a checkout and inside the installed package."""
    for folder in (PACKAGE / "docs", PACKAGE.parent.parent / "docs"):
        path = folder / f"{name}.md"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    return f"# {name.title()}\n\nThis page is part of the source code of the project.\n"


MARKS = re.compile(r"^<!-- /?[\w-]+ -->\n", re.MULTILINE)  # around what is computed
TARGETS = {
    "metrics.md": "metrics/index.html", "sources.md": "sources/index.html",
    "reconstruction.md": "reconstruction.html", "methods.md": "methods.html",
    "tables.md": "data/index.html",
}  # fmt: skip


def linked(html: str) -> str:
    """Links between pages of the documentation become links between pages of the site."""
    for name, target in TARGETS.items():
        html = html.replace(f'href="{name}', f'href="{target}')
    return html.replace("<table>", '<div class="scroll" tabindex="0"><table>').replace(
        "</table>", "</table></div>"
    )


def data_page(downloads: Sequence[Download], head: Json) -> Page:
    """Every table as files, with licence and citation."""
    rows = [
        {"table": d.name, "what": d.title, "rows": d.rows, "stem": d.stem,
         "csv": d.sizes["csv"], "json": d.sizes["json"], "parquet": d.sizes["parquet"]}
        for d in downloads
    ]  # fmt: skip
    kept = [s for s in all_sources().values() if not s.republish]
    held = [s.title for s in kept if s.id in head["newest_by_source"]]
    withheld = [s.title for s in kept if s.title not in held]
    lead = "Every table as CSV, JSON and Parquet, with its licence and how to cite it."
    return Page("data/index.html", "data.html", "Data", lead,
                {**head, "licence": TERMS, "cite": citation(), "withheld": withheld,
                 "held": held, "tables": rows},
                {"downloads": downloads, "terms": TERMS, "cite": citation(), "withheld": withheld,
                 "held": held, "head": head, "leaving": LEAVING,
                 "sources": list(all_sources().values()),
                 "about": f"{ABOUT} {LEAVING}", "stems": {d.name: d.stem for d in downloads}},
                kind="page")  # fmt: skip


def search_page() -> Page:
    """Search over all pages; the index is read by the script."""
    lead = "Search models, families, providers, benchmarks, licences, metrics and figures."
    return Page("search.html", "search.html", "Search", lead, {"index": "search-index.json"})


def search_index(pages: Iterable[Page]) -> list[list[str]]:
    """Path, title, kind and other names of every page that the search finds."""
    return [[p.path, p.title, p.kind, p.also.lower()] for p in pages if p.kind]


def newest(head: Json) -> dt.date:
    """The day of the newest document."""
    day: dt.date = head["newest_document"]
    return day
