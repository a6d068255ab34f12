"""Build the whole site into a folder: figures, things, documents, downloads, feeds."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from scoreboard import api
from scoreboard.config import home
from scoreboard.errors import UsageError
from scoreboard.render import to_json
from scoreboard.site import feeds, general, things
from scoreboard.site.answers import Answer, Desk, wanted
from scoreboard.site.crew import Crew
from scoreboard.site.documents import document_pages
from scoreboard.site.draw import png_of, require_site, tidy
from scoreboard.site.exports import Download, Files, croissant, query_files, whole_tables
from scoreboard.site.figure_pages import (
    embed_path,
    figure_pages,
    frozen_stem,
    index_page,
    metric_pages,
    standing,
)
from scoreboard.site.general import PACKAGE
from scoreboard.site.links import figure_path, slug
from scoreboard.site.output import MANIFEST, RELEASES, Output
from scoreboard.site.page import FORMATS, Page, Renderer, Table
from scoreboard.site.world import World, open_world
from scoreboard.store import Scope, Tables
from scoreboard.table_docs import said_of

LOCAL = "http://127.0.0.1:8000/"  # where `scoreboard serve` shows a site
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Built:
    """What a build did."""

    folder: Path
    files: int
    written: tuple[str, ...]
    removed: tuple[str, ...]


def build_site(
    out: Path,
    *,
    scope: Scope | None = None,
    day: dt.date | None = None,
    url: str = LOCAL,
    jobs: int | None = None,
    progress: Progress = lambda _: None,
) -> Built:
    """Build the site into a folder; of a past day into `releases/DAY` below it, once.

    Raises UsageError for a folder that is not a site's, a day that the data do not reach, and a
    release that is there already.
    """
    require_site()
    url = checked_url(url)
    tables = api.board_tables(scope, progress)
    world = open_world(tables, day)
    folder = out
    if day is not None:
        folder, url = out / RELEASES / day.isoformat(), f"{url}{RELEASES}/{day}/"
        if (folder / MANIFEST).exists():
            raise UsageError(f"the release of {day} is there already, and is never written again",
                             where=str(folder), repair="choose another day or --out")  # fmt: skip
        Output.open(out)
    output = Output.open(folder)
    releases = [] if day else sorted(p.name for p in (out / RELEASES).glob("????-??-??"))
    parts = (tables.digest, site_digest(), url, day, releases)
    key = hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:16]
    if not output.unchanged(key):
        with output.writing(key):
            _Build(world, output, url, jobs or os.cpu_count() or 1, releases, progress).run()
        tidy(home() / "drawings")
    return Built(folder, len(output.files), tuple(output.written), tuple(output.removed))


def checked_url(url: str) -> str:
    """The address of the site, with a slash at its end."""
    if not url.startswith(("http://", "https://")) or any(c in url for c in " <>\"'"):
        raise UsageError(f"not the address of a site: {url}",
                         valid=["an address such as https://scoreboard.example/"])  # fmt: skip
    return url if url.endswith("/") else f"{url}/"


@cache
def site_digest() -> str:
    """A short name for the code, templates and texts that make pages."""
    digest = hashlib.sha256()
    found = [p for p in PACKAGE.rglob("*")
             if p.suffix in (".py", ".html", ".css", ".js", ".yml", ".svg")
             and not p.is_relative_to(PACKAGE / "data")]  # fmt: skip
    for path in sorted(found):
        digest.update(path.read_bytes())
    for name in general.DOCS:
        digest.update(general.document_text(name).encode())
    return digest.hexdigest()[:12]


class _Build:
    """One build."""

    def __init__(
        self, world: World, output: Output, url: str, jobs: int, releases: Sequence[str],
        progress: Progress,
    ) -> None:  # fmt: skip
        self.world, self.output, self.url = world, output, url
        self.jobs, self.releases, self.progress = jobs, releases, progress
        self.pages: list[Page] = []
        self.files = Files(output.put)

    def run(self) -> None:
        """Everything, in the order in which one part needs another."""
        tables, day = self.world.tables, self.world.day
        head = api.head(tables, day)
        _write_sources(tables)
        rows = things.read_things(tables)
        self.progress("choosing figures")
        asked = wanted(tables, day)
        with Crew(tables, things.named(rows), day, self.jobs) as crew:
            documents = crew.later(partial(rendered_documents, self.url))
            found = crew.answers(asked, self.progress)
            self.progress("writing tables")
            downloads = list(self._downloads())
            self.world = _with_figures(things.with_things(self.world, rows), found)
            changed = general.changes(self.world, found)
            renderer = Renderer(self.world, self.url)
            by_id = {a.figure.id: a for a in found}
            for pages in (
                [general.home_page(self.world, head, by_id, changed)],
                [general.changes_page(changed, self.releases)],
                general.method_pages(),
                [general.data_page(downloads, head), general.search_page()],
                metric_pages(found, self.world, api.described(tables)),
                [index_page(found, self.world)],
                (p for a in found for p in figure_pages(self.world, a)),
                things.pages(self.world, rows, found),
            ):
                self._write(renderer, pages)
            self.progress("writing documents")
            for page, html, data, table in documents():
                self._put(page, html, data, [table] if table else [])
        self._extras(found, changed, downloads, head)
        self.files.close()

    def _write(self, renderer: Renderer, pages: Iterable[Page]) -> None:
        """Pages with their twins and tables."""
        for page in pages:
            if len(self.pages) % 100 == 0:
                self.progress(f"page {len(self.pages)}: {page.path}")
            tables = [t for t in page.context.values() if isinstance(t, Table)]
            self._put(page, renderer.html(page), to_json(page.data, None), tables)

    def _put(self, page: Page, html: str, data: str, tables: Iterable[Table]) -> None:
        self.output.put(page.path, html)
        self.output.put(page.twin, data)
        for table in tables:
            if table.stem and not table.whole:
                own = f"{table.stem}.json" == page.twin
                self.files.write(table, [f for f in FORMATS if not (own and f == "json")])
        self.pages.append(replace(page, context={}, data={}))

    def _downloads(self) -> Iterable[Download]:
        """Whole tables: what the tables of pages are cut from."""
        connection = self.world.tables.connection
        for name in whole_tables(connection):
            yield query_files(connection, f'SELECT * FROM "{name}" ORDER BY ALL',
                              f"data/{name}", said_of(name), self.output.put)  # fmt: skip

    def _extras(
        self,
        found: Iterable[Answer],
        changed: Mapping[str, Table],
        downloads: list[Download],
        head: dict[str, Any],
    ) -> None:
        """Static files, embeds, feeds, metadata, search."""
        put, day = self.output.put, general.newest(head)
        for path in sorted((Path(__file__).parent / "static").iterdir()):
            put(f"static/{path.name}", path.read_bytes())
        self.progress("writing charts as files")
        for answer in found:
            self._embeds(answer)
        for table in changed.values():
            self.files.write(table, FORMATS)
        paths = {a.figure.id: figure_path(a.figure.id) for a in found}
        feeds.put_feeds(changed, self.world, paths, self.url, day, put)
        put("data/croissant.json", to_json(croissant(downloads, f"{self.url}data/index.html", day)))
        put("search-index.json", to_json(general.search_index(self.pages)).replace("\n", ""))
        put("sitemap.xml", feeds.sitemap(self.pages, self.url))
        put("robots.txt", f"User-agent: *\nAllow: /\nSitemap: {self.url}sitemap.xml\n")
        put("CITATION.cff", feeds.citation_file(self.url, day))

    def _embeds(self, answer: Answer) -> None:
        """The chart as a file: as it is now, and frozen under a name of its own."""
        if answer.plot is None:
            return
        text = standing(answer)
        self.output.put(embed_path(answer.figure.id, "svg"), text)
        if answer.on_board:
            frozen = frozen_stem(answer)
            self.output.put(f"{frozen}.svg", text)
            png = self._png(text)
            self.output.put(f"{frozen}.png", png)
            self.output.put(embed_path(answer.figure.id, "png"), png)

    def _png(self, text: str) -> bytes:
        """A chart as PNG: from the folder of drawings where it was made before."""
        name = hashlib.sha256(text.encode()).hexdigest()[:24]
        path = home() / "drawings" / f"{name}.png"
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(png_of(text))
        return path.read_bytes()


Rendered = list[tuple[Page, str, str, Table | None]]  # page, HTML, JSON, table with files


def rendered_documents(url: str, desk: Desk) -> Rendered:
    """The pages of all documents: they need no figures, so another process can make them."""
    world = open_world(desk.tables, desk.day)
    _write_sources(desk.tables)
    renderer = Renderer(things.with_things(world, things.read_things(desk.tables)), url)
    found: Rendered = []
    for page in document_pages(world):
        table = page.context.get("table")
        kept = table if isinstance(table, Table) and table.stem else None
        html, data = renderer.html(page), to_json(page.data, None)
        found.append((replace(page, context={}, data={}), html, data, kept))
    return found


def _with_figures(world: World, found: Iterable[Answer]) -> World:
    """The world with the pages of its figures and metrics."""
    paths, names = dict(world.paths), dict(world.names)
    for a in found:
        paths["figure", a.figure.id] = figure_path(a.figure.id)
        paths["metric", a.figure.metric] = f"metrics/{slug(a.figure.metric)}.html"
        names["metric", a.figure.metric] = a.metric.title
        if a.kind:
            key = f"figure:{a.figure.metric}:{a.kind}"
            paths[key, a.thing] = figure_path(a.figure.id)
    return replace(world, paths=paths, names=names)


SOURCE_COLUMNS = {
    "source": "VARCHAR", "title": "VARCHAR", "producer": "VARCHAR", "home": "VARCHAR",
    "licence": "VARCHAR", "licence_note": "VARCHAR", "cite": "VARCHAR", "republish": "BOOLEAN",
    "documents": "BIGINT", "newest": "DATE", "retrieved": "DATE", "rows": "BIGINT",
    "unread": "BIGINT", "state": "VARCHAR",
}  # fmt: skip


def _write_sources(tables: Tables) -> None:
    """What the code says of sources, as a table."""
    found = api.source_states(tables)
    rows = [tuple(s[c] for c in SOURCE_COLUMNS) for s in found]
    tables.connection.execute("DROP TABLE IF EXISTS temp.then_sources")
    columns = ", ".join(f"{c} {t}" for c, t in SOURCE_COLUMNS.items())
    tables.connection.execute(f"CREATE TEMP TABLE then_sources ({columns})")
    marks = ", ".join("?" for _ in SOURCE_COLUMNS)
    for row in rows:
        tables.connection.execute(f"INSERT INTO then_sources VALUES ({marks})", row)
