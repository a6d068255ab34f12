"""Models, families, providers ...: one list and one page each, from `kinds.yml` and the tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from scoreboard.curation import parse
from scoreboard.site.answers import Answer
from scoreboard.site.links import slug
from scoreboard.site.page import Page, Table
from scoreboard.site.world import World
from scoreboard.store import Tables

Row = dict[str, Any]
SIDES = ("leader_model", "chaser_model", "model")  # details of a figure that name its models


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Section(Strict):
    """A table on the page of each thing."""

    id: str
    title: str
    sql: str
    files: str  # the whole table that it is cut from
    note: str = ""


class Kind(Strict):
    """A kind of thing that has pages."""

    id: str
    folder: str
    title: str
    intro: str
    sql: str
    list: tuple[str, ...]
    hidden: tuple[str, ...] = ()  # columns of the list that only its files have
    stated: str = ""  # id, attribute, snapshot_id, locator: the row behind each number
    sections: tuple[Section, ...] = ()
    template: str = "thing.html"


class KindFile(Strict):
    kinds: tuple[Kind, ...]


@cache
def kinds() -> tuple[Kind, ...]:
    """Every kind of thing."""
    return parse(Path(__file__).parent / "kinds.yml", KindFile).kinds


def thing_path(kind: Kind, thing: str) -> str:
    """The page of a thing."""
    return f"{kind.folder}/{slug(thing)}.html"


def read_things(tables: Tables) -> dict[str, list[Row]]:
    """The rows of every kind."""
    return {kind.id: tables.rows(kind.sql) for kind in kinds()}


def named(things: Mapping[str, Sequence[Row]]) -> dict[tuple[str, str], str]:
    """Printed names of all things."""
    return {
        (kind, row["id"]): str(row.get("name") or row["id"])
        for kind, rows in things.items()
        for row in rows
    }


def with_things(world: World, things: Mapping[str, Sequence[Row]]) -> World:
    """The world with names and pages of its things."""
    folder = {kind.id: kind for kind in kinds()}
    paths = {
        (kind, row["id"]): thing_path(folder[kind], row["id"])
        for kind, rows in things.items()
        for row in rows
    }
    return replace(world, names={**world.names, **named(things)}, paths={**world.paths, **paths})


Mentions = dict[str, dict[str, str]]  # by model: the figures that name it, with their sentences


def mentions(answers: Iterable[Answer]) -> Mentions:
    """The figures that name a model."""
    found: Mentions = defaultdict(dict)
    for answer in answers:
        for estimate in answer.estimates if len(answer.estimates) == 1 else ():
            for side in SIDES:
                if model := estimate.detail.get(side):
                    found[str(model)][answer.figure.id] = answer.headline
    return dict(found)


def pages(
    own: Iterable[Answer], named_by: Mentions, kind: Kind, turn: int, turns: int, world: World
) -> Iterable[Page]:
    """The pages of a kind of thing, dealt out over `turns` processes; with the first its list.

    `own` are the figures of these things, `named_by` those that name them.
    """
    figures: dict[str, list[Answer]] = defaultdict(list)
    for answer in own:
        figures[answer.thing].append(answer)
    also = aliases(world.tables, kind)
    things = world.tables.rows(kind.sql)
    if turn == 0:
        yield list_page(kind, things)
    sections = {s.id: grouped(world.tables.rows(s.sql)) for s in kind.sections}
    stated = rows_behind(world.tables, kind)
    for row in things[turn::turns]:
        thing = row["id"]
        found = figures[thing]
        tables = [
            Table.of(s.id, s.title, sections[s.id][thing], note=s.note,
                     stem=f"data/{s.files}", whole=s.files)
            for s in kind.sections if thing in sections[s.id]
        ]  # fmt: skip
        mine = {a.figure.id for a in found}
        rest = {i: said for i, said in named_by.get(thing, {}).items() if i not in mine}
        yield thing_page(kind, row, tables, found, rest, stated[thing],
                         also.get(thing, ""))  # fmt: skip


def grouped(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Rows by the thing that they are of."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["id"]].append(row)
    return found


def rows_behind(tables: Tables, kind: Kind) -> Mapping[str, dict[str, Row]]:
    """Of each thing, the row behind each of its numbers."""
    found: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in tables.rows(kind.stated) if kind.stated else ():
        found[row["id"]].setdefault(row["attribute"], row)
    return found


def list_page(kind: Kind, rows: Sequence[Row]) -> Page:
    """The list of a kind."""
    linked = [{**r, "figure_path": thing_path(kind, r["id"])} for r in rows]
    table = Table(
        "list", kind.title, linked, kind.list, stem=f"{kind.folder}/index", hidden=kind.hidden
    )
    data = {"kind": kind.id, "title": kind.title, "rows": list(rows)}
    return Page(f"{kind.folder}/index.html", "list.html", kind.title, kind.intro, data,
                {"table": table, "kind": kind}, kind="list")  # fmt: skip


def thing_page(
    kind: Kind,
    row: Row,
    tables: Sequence[Table],
    figures: Sequence[Answer],
    mentioned: Mapping[str, str],
    stated: Mapping[str, Row],
    also: str,
) -> Page:
    """The page of one thing."""
    name = str(row.get("name") or row["id"])
    facts = {k: v for k, v in row.items()
             if k not in ("id", "name", "snapshot_id", "locator", kind.id)}  # fmt: skip
    path = thing_path(kind, row["id"])
    first = f"{path}#{tables[0].id}" if tables else f"{kind.folder}/index.html"
    sections = {t.id for t in tables}
    unit = {"unit": row["unit"]} if row.get("unit") else {}
    behind = {}
    for column in facts:
        at = f"{path}#{column}" if column in sections else first
        own = {"locator": row["locator"], "snapshot_id": ""} if row.get("locator") else {}
        behind[column] = {**(stated.get(column) or own or {"figure_path": at}), **unit}
    data = {
        "kind": kind.id, "id": row["id"], "name": name, "facts": facts,
        "figures": [{"figure": a.figure.id, "sentence": a.headline,
                     "estimates": [e.as_json() for e in a.estimates]} for a in figures],
        "mentioned": list(mentioned),
        "tables": {t.id: list(t.rows) for t in tables},
    }  # fmt: skip
    context = {"kind": kind, "facts": facts, "behind": behind, "tables": tables,
               "figures": figures, "mentioned": mentioned, "thing": row["id"]}  # fmt: skip
    what = name.rstrip(".")
    lead = name if what != name else f"{what}: what is known, and where it was read."
    return Page(path, kind.template, name, lead, data, context, kind.id,
                " ".join((row["id"], also)))  # fmt: skip


def aliases(tables: Tables, kind: Kind) -> dict[str, str]:
    """Other names by which the things of a kind are found."""
    rows = tables.rows(ALIASES[kind.id]) if kind.id in ALIASES else ()
    return {r["id"]: r["also"] or "" for r in rows}


ALIASES = {
    "model": (
        "SELECT model AS id, string_agg(DISTINCT lower(name), ' ' ORDER BY lower(name)) AS also "
        "FROM names WHERE model <> '' AND resolved AND length(name) < 40 GROUP BY 1 ORDER BY 1"
    ),
    "benchmark": (
        "SELECT benchmark AS id, string_agg(DISTINCT name, ' ' ORDER BY name) AS also "
        "FROM benchmark_names GROUP BY 1 ORDER BY 1"
    ),
    "provider": (
        "SELECT provider AS id, string_agg(DISTINCT name, ' ' ORDER BY name) AS also "
        "FROM provider_names GROUP BY 1 ORDER BY 1"
    ),
}
