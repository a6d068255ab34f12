"""Build the whole site into a folder: figures, things, documents, downloads, feeds."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from scoreboard import api
from scoreboard.config import home
from scoreboard.errors import UsageError
from scoreboard.render import to_json
from scoreboard.site import feeds, general
from scoreboard.site.answers import Answer, shared, wanted
from scoreboard.site.crew import Crew
from scoreboard.site.documents import document_pages
from scoreboard.site.draw import require_site, tidy
from scoreboard.site.exports import Download, Files, croissant, query_files, whole_tables
from scoreboard.site.figure_pages import (
    index_page,
    metric_pages,
)
from scoreboard.site.general import PACKAGE
from scoreboard.site.host import host_page
from scoreboard.site.jobs import (
    Figures,
    Made,
    chart_files,
    part,
    parts,
    without_rows,
    written,
)
from scoreboard.site.links import figure_path
from scoreboard.site.output import MANIFEST, RELEASES, Output
from scoreboard.site.page import FORMATS, Page, Renderer
from scoreboard.site.world import check_day
from scoreboard.store import Scope
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
    own: bool = False,
    progress: Progress = lambda _: None,
) -> Built:
    """Build the site into a folder; of a past day into `releases/DAY` below it, once.

    With `own` the user's own scores are in it.

    Raises UsageError for a folder that is not a site's, a day that the data do not reach, and a
    release that is there already.
    """
    require_site()
    url = checked_url(url)
    tables = api.board_tables(scope, progress, own=own)
    check_day(tables, day)
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
        with output.writing(key), Crew(tables, day, jobs or os.cpu_count() or 1) as crew:
            _Build(crew, output, url, releases, progress).run()
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
        self, crew: Crew, output: Output, url: str, releases: Sequence[str], progress: Progress
    ) -> None:
        self.crew, self.world, self.output, self.url = crew, crew.desk.world, output, url
        self.releases, self.progress = releases, progress
        self.pages: list[Page] = []
        self.files = Files(output.put)

    def run(self) -> None:
        """Everything, in the order in which one part needs another."""
        tables, day, crew = self.world.tables, self.world.day, self.crew
        folder, head = self.output.folder, api.head(tables, day)
        whole = partial(part, folder, self.url)
        documents = crew.later(partial(whole, Figures({}, {}), document_pages))
        self.progress("choosing figures")
        found = shared(crew.answers(wanted(tables, day), self.progress))
        known = Figures.of(found, crew.desk.world)
        drawn = [without_rows(a) for a in found if a.plot]
        later = [crew.later(partial(chart_files, folder, drawn[i :: crew.jobs]))
                 for i in range(crew.jobs)]  # fmt: skip
        later += [crew.later(partial(whole, known, pages)) for pages in parts(found)]
        later.append(documents)
        self.progress("writing tables")
        downloads = list(self._downloads())
        self.world = known.within(self.world)
        self._singles(found, downloads, head)
        for made in crew.done(later, lambda how_far: self.progress(f"writing part {how_far}")):
            self._take(made)
        self._about_all(downloads, head)
        self.files.close()

    def _singles(
        self, found: Sequence[Answer], downloads: Sequence[Download], head: dict[str, Any]
    ) -> None:
        """Pages and files that are one of a kind."""
        by_id = {a.figure.id: a for a in found}
        changed = general.changes(self.world, found)
        pages = [
            general.home_page(self.world, head, by_id, changed),
            general.changes_page(changed, self.releases),
            host_page(self.world),
            *general.method_pages(),
            general.data_page(downloads, head),
            general.search_page(),
            *metric_pages(found, self.world, api.described(self.world.tables)),
            index_page(found, self.world),
        ]
        self.pages.extend(written(Renderer(self.world, self.url), pages, self.files))
        put, day = self.output.put, general.newest(head)
        for path in sorted((Path(__file__).parent / "static").iterdir()):
            put(f"static/{path.name}", path.read_bytes())
        for table in changed.values():
            self.files.write(table, FORMATS)
        paths = {a.figure.id: figure_path(a.figure.id) for a in found}
        feeds.put_feeds(changed, self.world, paths, self.url, day, put)
        put("CITATION.cff", feeds.citation_file(self.url, day))

    def _take(self, made: Made) -> None:
        """What another process made."""
        self.pages.extend(made.pages)
        self.output.take(made.files, made.written)

    def _downloads(self) -> Iterable[Download]:
        """Whole tables: what the tables of pages are cut from."""
        connection = self.world.tables.connection
        for name in whole_tables(connection):
            yield query_files(connection, f'SELECT * FROM "{name}" ORDER BY ALL',
                              f"data/{name}", said_of(name), self.output.put)  # fmt: skip

    def _about_all(self, downloads: list[Download], head: dict[str, Any]) -> None:
        """Metadata of the tables; search and sitemap over all pages."""
        put, day = self.output.put, general.newest(head)
        put("data/croissant.json", to_json(croissant(downloads, f"{self.url}data/index.html", day)))
        put("search-index.json", to_json(general.search_index(self.pages)).replace("\n", ""))
        put("sitemap.xml", feeds.sitemap(self.pages, self.url))
        put("robots.txt", f"User-agent: *\nAllow: /\nSitemap: {self.url}sitemap.xml\n")
