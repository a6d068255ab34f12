"""Kinds of things: each is a text in kinds.yml, its queries run, and a new one needs no code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import scoreboard
from metric_world import catalogue, listed, released, scored, weights, world
from scoreboard.config import HOME_VARIABLE
from scoreboard.curation import parse
from scoreboard.errors import DataError
from scoreboard.site import things
from scoreboard.site.cells import HIDDEN, THINGS
from scoreboard.site.jobs import write_sources
from scoreboard.site.page import Page, Renderer, Table
from scoreboard.site.things import (
    Kind,
    KindFile,
    kinds,
    named,
    pages,
    read_things,
    thing_path,
    with_things,
)
from scoreboard.site.world import World, open_world
from scoreboard.store import Tables, open_tables
from scoreboard.table_docs import said_of

SITE = Path(scoreboard.__file__).parent / "site"
KINDS = [pytest.param(k, id=k.id) for k in kinds()]
STATED = [pytest.param(k, id=k.id) for k in kinds() if k.stated]
SECTIONS = [pytest.param(k, s, id=f"{k.id}-{s.id}") for k in kinds() for s in k.sections]
COUNTRY = """
kinds:
- id: country
  folder: countries
  title: Countries
  intro: Where developers are based.
  sql: >-
    SELECT DISTINCT country AS id, 'Land ' || country AS name, count(*) AS models
    FROM then_models WHERE country <> '' GROUP BY ALL ORDER BY 1
  list: [name, models]
  sections:
  - id: models
    title: Its <models>
    files: models
    sql: SELECT country AS id, model, released FROM then_models ORDER BY 1, 2
"""


@pytest.fixture(scope="module")
def real(built_home: Path) -> Iterator[World]:
    """The real tables with the site's views."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(built_home))
        tables = open_tables()
        found = open_world(tables, None)
        write_sources(tables)
        yield found


@pytest.fixture
def small() -> World:
    """A world of two models of two countries."""
    tables = world(
        models=[released("alpha", "2024-01-15", country="CN", family="a/b", total_params_b=7.0),
                released("beta", "2024-02-15", country="US")],
        openness=weights("alpha"),
        benchmarks=[{"benchmark": "quiz", "name": "Quiz", "items": 100}],
        snapshots=catalogue("lite", "2024-02-01"),
        offers=[listed("alpha", "host", "0.075", "2024-02-01", "2024-02-01")],
        results=[scored("alpha", 55.5, "2024-01-15", benchmark="quiz", harness="lab")],
        families=[{"family": "a/b", "name": "Family <a>", "developer": ""}],
    )  # fmt: skip
    return with_sources(tables)


def with_sources(tables: Tables) -> World:
    found = open_world(tables, None)
    tables.connection.execute(
        "CREATE OR REPLACE TEMP TABLE then_sources AS SELECT 's' AS source, 't' AS title, "
        "'p' AS producer, 'l' AS licence, '' AS licence_note, '' AS cite, true AS republish, "
        "'' AS home, NULL::DATE AS newest, NULL::DATE AS retrieved, 1 AS documents, 1 AS rows, "
        "0 AS unread, '' AS state"
    )
    return found


def columns(world_: World, sql: str) -> list[str]:
    found = world_.tables.connection.execute(f"DESCRIBE {sql}").fetchall()
    return [str(r[0]) for r in found]


def stored(world_: World) -> list[str]:
    return world_.tables.column("SELECT table_name FROM duckdb_tables() WHERE NOT temporary")


class TestFile:
    def test_kinds_have_ids_and_folders_of_their_own(self) -> None:
        for names in ([k.id for k in kinds()], [k.folder for k in kinds()]):
            assert len(names) == len(set(names))
            assert all(n.isalpha() and n.islower() for n in names)

    def test_every_linked_column_has_a_kind(self) -> None:
        """`metric` and `figure` are not from tables: their pages are made elsewhere."""
        assert set(THINGS.values()) - {"metric", "figure"} <= {k.id for k in kinds()}

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_kind_says_what_it_is(self, kind: Kind) -> None:
        assert kind.title.strip() == kind.title != ""
        assert kind.intro.endswith(".")
        assert "  " not in kind.intro
        assert (SITE / "templates" / kind.template).is_file()
        ids = [s.id for s in kind.sections]
        assert len(ids) == len(set(ids))

    @pytest.mark.parametrize(
        "text",
        [
            COUNTRY.replace("folder: countries\n", ""), COUNTRY.replace("title:", "titel:"),
            COUNTRY + "    extra: 1\n", COUNTRY.replace("files: models", "file: models"),
            "kinds: 7",
        ],
    )  # fmt: skip
    def test_a_mistake_is_told(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "kinds.yml").write_text(text)
        with pytest.raises(DataError) as told:
            parse(tmp_path / "kinds.yml", KindFile)
        assert "kinds" in told.value.what


class TestQueries:
    @pytest.mark.parametrize("kind", KINDS)
    def test_each_thing_has_one_row_with_its_id_first(self, real: World, kind: Kind) -> None:
        names = columns(real, kind.sql)
        assert names[0] == "id"
        assert len(names) == len(set(names))
        assert set(kind.list) <= set(names) - {"id"}
        found = real.tables.rows(kind.sql)
        ids = [r["id"] for r in found]
        assert found
        assert all(isinstance(i, str) and i for i in ids)
        assert len(ids) == len(set(ids))
        assert len({thing_path(kind, i).lower() for i in ids}) == len(ids)

    @pytest.mark.parametrize(("kind", "section"), SECTIONS)
    def test_a_section_is_cut_from_a_table_that_can_be_had(
        self, real: World, kind: Kind, section: things.Section
    ) -> None:
        assert section.files in stored(real)
        assert said_of(section.files), "the downloads say nothing of this table"
        names = columns(real, section.sql)
        assert names[0] == "id"
        assert ("locator" in names) == ("snapshot_id" in names)
        assert [n for n in names if n not in HIDDEN]

    @pytest.mark.parametrize(("kind", "section"), SECTIONS)
    def test_rows_of_sections_are_of_things_that_have_pages(
        self, real: World, kind: Kind, section: things.Section
    ) -> None:
        things_ = {r["id"] for r in real.tables.rows(kind.sql)}
        found = real.tables.rows(section.sql)
        assert found
        assert {r["id"] for r in found} - things_ - {None, ""} == set()

    @pytest.mark.parametrize(("kind", "section"), SECTIONS)
    def test_rows_of_sections_stand_in_their_documents(
        self, real: World, kind: Kind, section: things.Section
    ) -> None:
        lost = [
            r for r in real.tables.rows(section.sql)
            if r.get("locator") and real.place(r["snapshot_id"] or "", r["locator"]) is None
        ]  # fmt: skip
        assert lost[:3] == []

    @pytest.mark.parametrize("kind", STATED)
    def test_the_row_behind_a_number_is_named_by_its_column(self, real: World, kind: Kind) -> None:
        assert columns(real, kind.stated) == ["id", "attribute", "snapshot_id", "locator"]
        attributes = {r["attribute"] for r in real.tables.rows(kind.stated)}
        assert attributes & set(columns(real, kind.sql))

    @pytest.mark.parametrize("kind", KINDS)
    def test_the_order_of_rows_does_not_depend_on_how_they_are_read(
        self, real: World, kind: Kind
    ) -> None:
        connection = real.tables.connection
        queries = [kind.sql, *(s.sql for s in kind.sections)]
        whole = [real.tables.rows(sql) for sql in queries]
        connection.execute("SET threads = 1; SET preserve_insertion_order = false")
        try:
            assert [real.tables.rows(sql) for sql in queries] == whole
        finally:
            connection.execute("RESET threads; RESET preserve_insertion_order")

    @pytest.mark.parametrize("kind", KINDS)
    def test_queries_run_where_there_is_nothing(self, kind: Kind) -> None:
        """Sources are those of the code, so there is one."""
        empty = with_sources(world())
        assert len(empty.tables.rows(kind.sql)) == (kind.id == "source")
        for sql in (kind.stated, *(s.sql for s in kind.sections)):
            assert sql == "" or empty.tables.rows(sql) == []


class TestPages:
    @staticmethod
    def made(world_: World) -> dict[str, Page]:
        rows = read_things(world_.tables)
        whole = with_things(world_, rows)
        dealt = [
            p for k in things.kinds() for turn in (0, 1) for p in pages([], {}, k, turn, 2, whole)
        ]
        found = {p.path: p for p in dealt}
        assert len(found) == len(dealt)
        return found

    def test_every_thing_has_a_page_and_every_kind_a_list(self, small: World) -> None:
        found = self.made(small)
        assert {k.folder + "/index.html" for k in kinds()} <= set(found)
        assert {p for p in found if p.startswith("models/")} == {
            "models/index.html", "models/alpha.html", "models/beta.html",
        }  # fmt: skip
        assert "families/a~2fb.html" in found

    def test_a_page_has_the_facts_and_tables_of_its_thing(self, small: World) -> None:
        page = self.made(small)["models/alpha.html"]
        assert page.data["facts"]["total_params_b"] == 7.0
        assert page.data["facts"]["openness"] == "unrestricted"
        tables = page.data["tables"]
        assert [r["score"] for r in tables["scores"]] == [55.5]
        assert [str(r["usd_per_mtok"]) for r in tables["prices"]] == ["0.0750000000"]
        assert "disputed" not in tables
        assert page.title == "alpha"
        assert page.kind == "model"

    def test_names_are_printed_names(self, small: World) -> None:
        found = named(read_things(small.tables))
        assert found["benchmark", "quiz"] == "Quiz"
        assert found["family", "a/b"] == "Family <a>"
        assert found["model", "beta"] == "beta"

    def test_a_kind_that_is_added_gets_its_pages_without_code(
        self, small: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        copy = tmp_path / "kinds.yml"
        copy.write_text((SITE / "kinds.yml").read_text() + COUNTRY.partition("kinds:\n")[2])
        added = parse(copy, KindFile).kinds
        monkeypatch.setattr(things, "kinds", lambda: added)
        found = self.made(small)
        mine = {p for p in found if p.startswith("countries/")}
        assert mine == {
            "countries/index.html", "countries/~43~4e.html", "countries/~55~53.html",
        }  # fmt: skip
        rows = read_things(small.tables)
        renderer = Renderer(with_things(small, rows), "https://board.example/")
        html = renderer.html(found["countries/~43~4e.html"])
        assert "<h1>Land CN</h1>" in html
        assert "Its &lt;models&gt;" in html
        assert '<a href="../models/alpha.html">alpha</a>' in html
        assert "beta" not in html.partition("<main")[2]
        listed_ = renderer.html(found["countries/index.html"])
        for path, name in (("~43~4e", "Land CN"), ("~55~53", "Land US")):
            assert f'<a href="../countries/{path}.html">{name}</a>' in listed_
        table = found["countries/index.html"].context["table"]
        assert isinstance(table, Table)
        assert table.stem == "countries/index"

    @pytest.mark.parametrize("kind", KINDS)
    def test_pages_of_real_things_are_html(self, real: World, kind: Kind) -> None:
        """Some things of each kind, with all their tables."""
        rows = read_things(real.tables)
        turns = max(1, len(rows[kind.id]) // 3)
        whole = with_things(real, rows)
        renderer = Renderer(whole, "https://board.example/")
        made = list(pages([], {}, kind, 0, turns, whole))
        assert len(made) == 1 + len(rows[kind.id][::turns])
        for page in made:
            assert renderer.html(page).rstrip().endswith("</html>")
