"""Parts of a build that any process of the crew can do: pages and their files."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from scoreboard import api
from scoreboard.config import home
from scoreboard.render import to_json
from scoreboard.site import things
from scoreboard.site.answers import Answer, Desk
from scoreboard.site.draw import PNG_WIDE, png_of
from scoreboard.site.exports import Files
from scoreboard.site.figure_pages import embed_path, figure_pages, frozen_stem, page_title, standing
from scoreboard.site.links import figure_path, slug
from scoreboard.site.output import Output
from scoreboard.site.page import FORMATS, Page, Renderer, Table
from scoreboard.site.world import World, open_world
from scoreboard.store import Tables

FIGURES = 40  # in one part
TURNS = {"model": 2}  # parts of a kind of which there are many
Key = tuple[str, str]
Pages = Callable[[World], Iterable[Page]]


@dataclass(frozen=True)
class Made:
    """Pages without what made them, and the files that were put into the folder of the site."""

    pages: list[Page]
    files: dict[str, int]  # path -> bytes
    written: list[str]


@dataclass(frozen=True)
class Figures:
    """Where figures and metrics have their pages, and what they are called."""

    paths: Mapping[Key, str]
    names: Mapping[Key, str]

    @classmethod
    def of(cls, found: Iterable[Answer], world: World) -> Figures:
        """Those of answers."""
        paths: dict[Key, str] = {}
        names: dict[Key, str] = {}
        for a in found:
            paths["figure", a.figure.id] = figure_path(a.figure.id)
            names["figure", a.figure.id] = page_title(a, world)
            paths["metric", a.figure.metric] = f"metrics/{slug(a.figure.metric)}.html"
            names["metric", a.figure.metric] = a.metric.title
            if a.kind:
                key = f"figure:{a.figure.metric}:{a.kind}"
                paths[key, a.thing] = figure_path(a.figure.id)
        return cls(paths, names)

    def within(self, world: World) -> World:
        """The world with these pages."""
        return replace(world, paths={**world.paths, **self.paths},
                       names={**world.names, **self.names})  # fmt: skip


def written(renderer: Renderer, pages: Iterable[Page], files: Files) -> Iterable[Page]:
    """Write pages with their twins and tables; each comes back without what made it."""
    for page in pages:
        files.put(page.path, renderer.html(page))
        files.put(page.twin, to_json(page.data, None))
        for table in page.context.values():
            if isinstance(table, Table) and table.stem and not (table.whole or table.linked):
                own = f"{table.stem}.json" == page.twin
                files.write(table, [f for f in FORMATS if not (own and f == "json")])
        yield replace(page, context={}, data={})


def part(folder: Path, url: str, known: Figures, pages: Pages, desk: Desk) -> Made:
    """Write pages of the world, with their files."""
    world, output = known.within(desk.world), Output(folder)
    with Files(output.put) as files:
        made = list(written(Renderer(world, url), pages(world), files))
    return Made(made, output.files, output.written)


def parts(found: Sequence[Answer]) -> Iterable[Pages]:
    """The pages of all things and figures, in parts of some hundred milliseconds."""
    named_by = things.mentions(found)
    for kind in things.kinds():
        own = [without_rows(a) for a in found if a.kind == kind.id]
        turns = TURNS.get(kind.id, 1)
        for turn in range(turns):
            also = named_by if kind.id == "model" else {}
            yield partial(things.pages, own, also, kind, turn, turns)
    for i in range(0, len(found), FIGURES):
        yield partial(all_figure_pages, found[i : i + FIGURES])


def without_rows(answer: Answer) -> Answer:
    """What other pages than its own show of a figure: less to send to another process."""
    estimates = [replace(e, left_out=()) for e in answer.estimates]
    return replace(answer, estimates=estimates, rows=(), left_out=(), about={}, history=())


def all_figure_pages(answers: Sequence[Answer], world: World) -> Iterable[Page]:
    """The pages of figures."""
    for answer in answers:
        yield from figure_pages(world, answer)


def chart_files(folder: Path, answers: Sequence[Answer], _: Desk) -> Made:
    """Write charts as files: as they are now, and frozen under a name of their own."""
    output = Output(folder)
    for answer in answers:
        text = standing(answer)
        output.put(embed_path(answer.figure.id, "svg"), text)
        if answer.on_board:
            png, frozen = _png(text), frozen_stem(answer)
            output.put(f"{frozen}.svg", text)
            output.put(f"{frozen}.png", png)
            output.put(embed_path(answer.figure.id, "png"), png)
    return Made([], output.files, output.written)


def _png(text: str) -> bytes:
    """A chart as PNG: from the folder of drawings where it was made before."""
    name = hashlib.sha256(f"{PNG_WIDE} {text}".encode()).hexdigest()[:24]
    path = home() / "drawings" / f"{name}.png"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png_of(text))
    return path.read_bytes()


def open_desk(tables: Tables, day: dt.date | None) -> Desk:
    """The tables as of a day with all things in them, opened once in a process."""
    world = open_world(tables, day)
    write_sources(tables)
    return Desk(tables, things.with_things(world, things.read_things(tables)))


SOURCE_COLUMNS = {
    "source": "VARCHAR", "title": "VARCHAR", "producer": "VARCHAR", "home": "VARCHAR",
    "licence": "VARCHAR", "licence_note": "VARCHAR", "cite": "VARCHAR", "republish": "BOOLEAN",
    "documents": "BIGINT", "newest": "DATE", "retrieved": "DATE", "rows": "BIGINT",
    "unread": "BIGINT", "state": "VARCHAR",
}  # fmt: skip


def write_sources(tables: Tables) -> None:
    """What the code says of sources, as a table."""
    found = api.source_states(tables)
    rows = [tuple(s[c] for c in SOURCE_COLUMNS) for s in found]
    tables.connection.execute("DROP TABLE IF EXISTS temp.then_sources")
    columns = ", ".join(f"{c} {t}" for c, t in SOURCE_COLUMNS.items())
    tables.connection.execute(f"CREATE TEMP TABLE then_sources ({columns})")
    marks = ", ".join("?" for _ in SOURCE_COLUMNS)
    for row in rows:
        tables.connection.execute(f"INSERT INTO then_sources VALUES ({marks})", row)
