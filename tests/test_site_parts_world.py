"""The tables as of a day, and where each row stands in the site."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metric_world import (
    Row,
    catalogue,
    closed,
    day,
    days,
    listed,
    released,
    scored,
    stated,
    week,
    weights,
    world,
)
from scoreboard.errors import UsageError
from scoreboard.site.general import changes
from scoreboard.site.world import (
    ROWS_PER_PART,
    World,
    document_of,
    is_curated,
    open_world,
    sources_behind,
)
from scoreboard.store import Tables

MODELS: list[Row] = [
    released("early", "2024-01-15"),
    released("later", "2025-03-01"),
    {"model": "announced", "announced": day("2025-06-01")},
    {"model": "undated"},
]
OPENNESS: list[Row] = [
    *({**r, "licence": "new-licence"} if r.get("valid_from") else r
      for r in weights("early", since="2025-01-01", openness="restricted")),
    *closed("later"),
]  # fmt: skip
LITE = ("2024-02-01", "2024-06-01", "2025-02-01")
OFFERS: list[Row] = [
    listed("early", "host", "10", LITE[0], LITE[0]),
    listed("early", "host", "6", LITE[1], LITE[2]),
    listed("early", "host", "7", "2024-06-15", "2024-06-15", source="dev"),
    stated("early", "acme", "5", "2024-03-01"),
    stated("early", "acme", "4", "2025-01-01"),
    listed("", "host", "1", LITE[0], LITE[2]),
    listed("early", "", "1", LITE[0], LITE[2]),
]
RESULTS: list[Row] = [
    scored("early", 50.0, "2024-01-15", published="2024-06-01", benchmark="quiz", harness="lab"),
    scored("early", 55.0, "2024-01-15", published="2026-01-05", benchmark="quiz", harness="lab"),
    scored("early", 70.0, "2024-01-15", benchmark="quiz", harness="lab", variant="high"),
    scored("later", 60.0, "2025-03-01", benchmark="quiz", harness="lab"),
    scored("", 99.0, "2024-01-15", benchmark="quiz", harness="lab"),
]


@pytest.fixture(scope="module")
def tables() -> Tables:
    return world(
        models=MODELS, openness=OPENNESS, offers=OFFERS, results=RESULTS,
        usage=[*week("2024-12-30", {"early": 5}), *days("2025-01-06", {"early": 1}, count=2)],
        snapshots=[*catalogue("lite", *LITE), *catalogue("tests", "2024-06-01", "2026-01-05")],
    )  # fmt: skip


def rows(tables: Tables, on: str, sql: str) -> list[tuple[Any, ...]]:
    """A query over the site's views on a day; none: now."""
    open_world(tables, day(on) if on else None)
    return tables.connection.execute(f"{sql} ORDER BY ALL").fetchall()


class TestViews:
    @pytest.mark.parametrize(
        ("on", "expected"),
        [
            ("2024-01-15", ["early", "undated"]),
            ("2025-02-28", ["early", "undated"]),
            ("2025-03-01", ["early", "later", "undated"]),
            ("2025-06-01", ["announced", "early", "later", "undated"]),
            ("", ["announced", "early", "later", "undated"]),
        ],
    )
    def test_a_model_released_later_is_absent(
        self, tables: Tables, on: str, expected: list[str]
    ) -> None:
        assert rows(tables, on, "SELECT model FROM then_models") == [(m,) for m in expected]

    @pytest.mark.parametrize(
        ("on", "state"),
        [
            ("2024-12-31", (False, "closed", "")),
            ("2025-01-01", (True, "restricted", "new-licence")),
            ("", (True, "restricted", "new-licence")),
        ],
    )
    def test_openness_is_that_of_the_day(
        self, tables: Tables, on: str, state: tuple[Any, ...]
    ) -> None:
        sql = "SELECT weights, openness, licence FROM then_models WHERE model = 'early'"
        assert rows(tables, on, sql) == [state]

    @pytest.mark.parametrize(
        ("on", "expected"),
        [
            ("2024-02-10", [("host", 10, "lite")]),
            ("2024-03-01", [("acme", 5, "curated"), ("host", 10, "lite")]),
            ("2024-06-01", [("acme", 5, "curated"), ("host", 6, "lite")]),
            ("2024-12-31", [("acme", 5, "curated"), ("host", 6, "lite"), ("host", 7, "dev")]),
            ("2025-01-01", [("acme", 4, "curated"), ("host", 6, "lite"), ("host", 7, "dev")]),
            ("", [("acme", 4, "curated"), ("host", 6, "lite"), ("host", 7, "dev")]),
        ],
    )
    def test_of_each_source_the_price_of_the_day(
        self, tables: Tables, on: str, expected: list[tuple[Any, ...]]
    ) -> None:
        sql = "SELECT provider, CAST(usd_per_mtok AS INTEGER), source FROM then_offers"
        assert rows(tables, on, sql) == expected

    def test_of_each_test_and_variant_the_row_of_the_newest_document(self, tables: Tables) -> None:
        sql = "SELECT model, variant, value FROM then_results"
        early = [("early", "", 55.0), ("early", "high", 70.0)]
        assert rows(tables, "2025-02-28", sql) == early
        assert rows(tables, "2025-03-01", sql) == [*early, ("later", "", 60.0)]

    def test_tokens_of_a_week_count_once_it_is_over(self, tables: Tables) -> None:
        sql = "SELECT start, last_day FROM then_usage"
        whole = (day("2024-12-30"), day("2025-01-05"))
        assert rows(tables, "2025-01-04", sql) == []
        assert rows(tables, "2025-01-05", sql) == [whole]
        assert rows(tables, "2025-01-06", sql) == [whole, (day("2025-01-06"), day("2025-01-06"))]

    def test_one_day_after_another_on_the_same_tables(self, tables: Tables) -> None:
        sql = "SELECT count(*) FROM then_models"
        assert [rows(tables, on, sql)[0][0] for on in ("", "2024-02-01", "")] == [4, 2, 4]


class TestDay:
    @pytest.mark.parametrize("on", ["2024-01-14", "2026-01-06", "1999-12-31", "9999-12-31"])
    def test_a_day_that_the_data_do_not_reach_is_refused(self, tables: Tables, on: str) -> None:
        with pytest.raises(UsageError, match=f"the data do not reach {on}") as refused:
            open_world(tables, day(on))
        assert "a day from 2024-01-15 to 2026-01-05" in str(refused.value)

    @pytest.mark.parametrize("on", ["2024-01-15", "2026-01-05"])
    def test_the_ends_are_days_too(self, tables: Tables, on: str) -> None:
        assert open_world(tables, day(on)).day == day(on)

    def test_without_any_rows_no_day_is_reached(self) -> None:
        with pytest.raises(UsageError, match="the data do not reach"):
            open_world(world(), day("2025-01-01"))

    def test_without_any_rows_there_is_a_site_all_the_same(self) -> None:
        assert open_world(world(), None).places == {}

    @pytest.mark.parametrize("what", ["offers", "results", "usage"])
    def test_one_table_is_enough_to_begin(self, what: str) -> None:
        rows_: dict[str, list[Row]] = {
            "offers": [listed("a", "host", "1", "2025-01-01", "2025-01-01")],
            "results": [scored("a", 1.0, "2025-01-01", benchmark="quiz")],
            "usage": week("2025-01-01", {"a": 1}),
        }
        made = world(snapshots=catalogue("lite", "2025-06-01"), **{what: rows_[what]})
        with pytest.raises(UsageError) as refused:
            open_world(made, day("2024-01-01"))
        assert "a day from 2025-01-01 to 2025-06-01" in str(refused.value)


FACT = {"kind": "model", "name": "Org/A", "attribute": "total_params", "value": "7", "raw": "7B"}


def facts(*places: str, snapshot: str = "list@2026-01-05-0", **more: str) -> list[Row]:
    return [{**FACT, "snapshot_id": snapshot, "locator": p, **more} for p in places]


class TestPlaces:
    def test_a_row_stands_on_a_page_of_its_document(self) -> None:
        found = open_world(world(facts=facts("L1/a")), None)
        place = found.place("list@2026-01-05-0", "L1/a")
        assert place is not None
        assert re.fullmatch(r"documents/list@2026-01-05-0\.part-1\.html#r[0-9a-f]{10}", place)
        (row,) = found.rows["list@2026-01-05-0"]
        assert row["raw"] == "7B"
        assert row["name"] == "Org/A"
        assert row["about"] == "total params"
        assert found.place("list@2026-01-05-0", "L2/a") is None
        assert found.place("other@2026-01-05-0", "L1/a") is None

    def test_a_row_that_says_two_things_stands_once(self) -> None:
        rows_ = [*facts("L1/a"), *facts("L1/a", attribute="licence"), *facts("L1/a")]
        (row,) = open_world(world(facts=rows_), None).rows["list@2026-01-05-0"]
        assert sorted(row["about"].split("; ")) == ["licence", "total params"]

    def test_entries_of_curated_files_stand_on_the_page_of_the_file(self) -> None:
        made = world(
            offers=[stated("a", "acme", "5", "2024-03-01", locator="prices/acme.yml#a/1")],
            statements=[{"model": "a", "attribute": "licence", "value": "mit", "raw": "MIT",
                         "snapshot_id": "", "locator": "models/acme.yml#a/licence"}],
            statistics=[{"statistic": "users", "value": 7.0, "locator": "statistics/x.yml#users"}],
            benchmarks=[{"benchmark": "quiz", "items": 100, "chance": 25.0}],
        )  # fmt: skip
        found = open_world(made, None)
        assert set(found.rows) == {
            "curated:prices/acme.yml", "curated:models/acme.yml", "curated:statistics/x.yml",
            "curated:benchmarks.yml",
        }  # fmt: skip
        place = found.place("", "prices/acme.yml#a/1")
        assert place is not None
        assert place.startswith("documents/curated~~prices~2facme.yml.part-1.html#r")
        said = {r["locator"]: r["raw"] for r in found.rows["curated:benchmarks.yml"]}
        assert set(said) == {"benchmarks.yml#quiz/items", "benchmarks.yml#quiz/chance"}
        assert said["benchmarks.yml#quiz/items"] == "100"

    @settings(max_examples=15, deadline=None)
    @given(st.integers(1, 3 * ROWS_PER_PART))
    def test_many_rows_are_spread_over_several_pages(self, count: int) -> None:
        rows_ = facts(*(f"L{i}/a" for i in range(count)))
        found = open_world(world(facts=rows_), None)
        parts = [r["part"] for r in found.rows["list@2026-01-05-0"]]
        assert len(parts) == count
        assert set(parts) <= set(range(1, -(-count // ROWS_PER_PART) + 1))
        assert max(parts.count(p) for p in set(parts)) < 1.4 * ROWS_PER_PART
        assert len(set(found.places.values())) == count

    def test_a_place_stays_when_other_rows_come(self) -> None:
        few = open_world(world(facts=facts("L1/a", "L2/a")), None)
        more = open_world(world(facts=facts(*(f"L{i}/a" for i in range(1, 300)))), None)
        for locator in ("L1/a", "L2/a"):
            assert few.place("list@2026-01-05-0", locator) == more.place(
                "list@2026-01-05-0", locator
            )


def test_documents_of_rows() -> None:
    assert document_of("list@2026-01-05-0", "L1/a") == "list@2026-01-05-0"
    assert document_of("", "prices/acme.yml#a/1") == "curated:prices/acme.yml"
    assert is_curated("curated:prices/acme.yml")
    assert not is_curated("list@2026-01-05-0")
    assert sources_behind({"list@2026-01-05-0", "lite@2026-01-05-0", "lite@2025-01-05-0", "",
                           "curated:prices/acme.yml"}) == ["list", "lite"]  # fmt: skip


def test_names_of_things_are_harmless() -> None:
    found = World(world(), None, names={("model", "a"): "A\u202e\x1b[31m"})
    assert found.name("model", "a") == "A[31m"
    assert found.name("model", "b\x00") == "b"
    assert found.path("model", "a") is None


@pytest.mark.parametrize("on", [None, dt.date(2025, 1, 1)])
def test_the_site_knows_its_day(tables: Tables, on: dt.date | None) -> None:
    assert open_world(tables, on).day == on


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Quiz, lab, 5-shot (tests)", "Quiz, lab, 5-shot (source: Tests of A)"),
        ("Quiz, lab (unknown)", "Quiz, lab (unknown)"),
        ("list price of acme, standard hours", "list price of Acme API, standard hours"),
        ("lowest list price of 3 providers, x", "lowest list price of 3 providers, x"),
    ],
)
def test_a_population_has_printed_names(text: str, shown: str) -> None:
    names = {("source", "tests"): "Tests of A", ("provider", "acme"): "Acme API"}
    assert World(world(), None, names=names).population(text) == shown


SINCE_MARCH = [
    stated("early", "acme", "5", "2024-03-01"),
    stated("early", "acme", "4", "2025-01-01"),
]
LISTED = [listed("early", "acme", "5", "2024-03-01", "2024-09-01"),
          listed("early", "acme", "4", "2025-01-01", "2025-06-01")]  # fmt: skip


@pytest.mark.parametrize(
    ("offers", "told"),
    [
        (SINCE_MARCH, [("2025-01-01", 5, 4)]),
        ([*SINCE_MARCH, stated("early", "acme", "3", "2027-01-01")], [("2025-01-01", 5, 4)]),
        (LISTED, [("2025-01-01", 5, 4)]),
        # a second source says so later, with an older price
        ([*SINCE_MARCH, listed("early", "acme", "5", "2025-02-01", "2025-02-01"),
          listed("early", "acme", "4", "2025-06-01", "2025-06-01")], [("2025-01-01", 5, 4)]),
        # another spelling had the new price while the first had the old one
        ([*LISTED, listed("early", "acme", "4", "2024-03-01", "2025-06-01", source_name="e")], []),
        # two spellings, two new prices
        ([*LISTED, listed("early", "acme", "5", "2024-03-01", "2024-09-01", source_name="e"),
          listed("early", "acme", "3", "2025-01-01", "2025-06-01", source_name="e")], []),
        # to a price of long ago
        ([*SINCE_MARCH, stated("early", "acme", "5", "2025-03-01")],
         [("2025-03-01", 4, 5), ("2025-01-01", 5, 4)]),
        # the first price is known by its end alone
        ([listed("early", "acme", "5", "2026-01-01", "2026-01-01", effective_to=day("2024-12-31")),
          listed("early", "acme", "4", "2026-01-01", "2026-01-01",
                 effective_from=day("2025-01-01"))], [("2025-01-01", 5, 4)]),
        ([stated("early", "acme", "5", "2024-03-01"),
          stated("early", "acme", "5.04", "2025-01-01")], []),
    ],
)  # fmt: skip
def test_changes_of_prices_are_news(
    offers: list[Row], told: list[tuple[str, float, float]]
) -> None:
    for order in (offers, offers[::-1]):
        made = world(
            models=[{**released("early", "2024-01-15"), "developer": "acme"}],
            providers=[{"provider": "acme", "first_party_of": "acme"}],
            offers=order,
            snapshots=[{"id": "x@2026-01-05-0", "source": "x", "published": day("2026-01-05")}],
        )
        rows = changes(open_world(made, None), [])["prices"].rows
        assert [(str(r["day"]), r["before"], r["usd_per_mtok"]) for r in rows] == told
