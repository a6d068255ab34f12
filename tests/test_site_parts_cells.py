"""Values of rows as cells of HTML: escaped, formatted, linked to rows and things, never run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markupsafe import Markup

from metric_world import world
from scoreboard.render import clean
from scoreboard.site import cells
from scoreboard.site.cells import WIDTHS, Writer, address, head, shown_columns, text_of, web
from scoreboard.site.world import World

HOSTILE = '<script>alert("1")</script>&\''
ESCAPED = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#x27;"
NOT_OF_THE_WEB = (
    "javascript:alert(1)", "JavaScript:alert(1)", "java\tscript:alert(1)", "data:text/html,<b>",
    "vbscript:x", "file:///etc/passwd", "//evil.example", "ftp://a.example", "mailto:a@b.example",
    " https://a.example", "https://a.example/\njavascript:alert(1)", 'https://a.example/"onclick=x',
    "https://a.example/<b>", "https://", "https://a.example/ b", "xhttps://a.example",
    "https://a.example/\n",
)  # fmt: skip
ROW = {"snapshot_id": "tests@2026-01-05-0", "locator": "/rows/1"}


def writer(page: str = "models/page.html") -> Writer:
    """Cells of a page of a small site."""
    made = World(
        world(),
        None,
        names={("model", "alpha"): "Alpha <1>", ("benchmark", "quiz"): "Quiz"},
        paths={("model", "alpha"): "models/alpha.html", ("metric", "gap"): "metrics/gap.html"},
        places={
            ("tests@2026-01-05-0", "/rows/1"): "documents/tests.part-1.html#r1",
            ("curated:prices/acme.yml", "prices/acme.yml#a/1"): "documents/acme.part-1.html#r2",
        },
    )
    return Writer(made, page)


W = writer()


class Tags(HTMLParser):
    """What HTML is made of; fails where tags are not balanced."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == [], "a tag is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.tags.append(tag)
        self.attributes += [(k, v or "") for k, v in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, "tags overlap"

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError("a declaration")

    def handle_pi(self, data: str) -> None:
        raise AssertionError("an instruction")


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("context", None, "–"), ("context", "", "–"), ("weights", True, "yes"),
        ("weights", False, "no"), ("items", 9999, "9999"), ("items", 10_000, "10,000"),
        ("items", 1_234_567, "1,234,567"), ("items", 0, "0"),
        ("usd_per_mtok", Decimal("0.0750000000"), "0.075"),
        ("usd_per_mtok", Decimal("15.0000000000"), "15"),
        ("score", 87.44, "87.4"), ("score", 100.0, "100.0"), ("score", 0.12345, "0.1235"),
        ("score", 1234.56, "1,234.6"), ("score", -12.34, "-12.3"), ("score_behind", 5.55, "5.5"),
        ("total_params_b", 70.0, "70"), ("total_params_b", 0.35, "0.35"),
        ("total_params_b", 1026.46, "1,026.46"),
        ("released", dt.date(2025, 1, 31), "2025-01-31"), ("name", "plain", "plain"),
    ],
)  # fmt: skip
def test_values_are_written_by_what_they_are(column: str, value: Any, text: str) -> None:
    assert text_of(column, value) == text
    assert Tags(str(W.value(column, value, {}))).text == text


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"unit": "fraction", "as_of": "2026-01-01"}, "82.4"),
        ({"unit": "months", "as_of": "2026-01-01"}, "0.8"),
        ({"unit": "fraction", "as_of": "2026-01-01", "statistic": "x"}, "82.36"),
        ({"unit": "fraction"}, "82.36"),
        ({"unit": "months"}, "0.8236"),
        ({}, "0.8236"),
    ],
)
def test_a_value_has_the_digits_of_its_unit_and_a_quoted_one_those_published(
    row: Mapping[str, Any], text: str
) -> None:
    assert Tags(str(W.value("value", 0.8236, row))).text == text
    assert Tags(str(W.value("high", 0.8236, row))).text == text
    assert Tags(str(W.value("score", 0.8236, row))).text == "0.8236"


def test_large_values_are_written_out_so_that_they_sort() -> None:
    row = {"unit": "usd", "as_of": "2026-01-01"}
    assert Tags(str(W.value("value", 3.7e10, row))).text == "37,000,000,000"


@pytest.mark.parametrize(
    ("unit", "text"),
    [("index_points", "index points"), ("fraction", "%"), ("count", "count"), ("<b>", "<b>")],
)
def test_units_are_words(unit: str, text: str) -> None:
    assert Tags(str(W.value("unit", unit, {"unit": unit}))).text == text


@pytest.mark.parametrize(
    ("value", "text"),
    [("2024-08/2024-09", "2024-08 to 2024-09"), ("2023/2024-09-30", "2023 to 2024-09-30"),
     ("2024/25", "2024/25"), ("a 2024-08/2024-09", "a 2024-08/2024-09")],
)  # fmt: skip
def test_a_period_is_read_as_one(value: str, text: str) -> None:
    assert Tags(str(W.value("date", value, {}))).text == text


def test_columns_of_numbers_stand_at_the_right_with_their_headings() -> None:
    rows: list[dict[str, Any]] = [
        {"name": "a", "low": None, "note": "n", "n": ""}, {"name": "b", "low": 2.0, "n": ""},
    ]  # fmt: skip
    columns = ["name", "low", "note", "n"]
    assert str(W.heads(columns, rows)) == (
        '<th scope="col"><span>name</span></th><th scope="col" class="n"><span>low</span></th>'
        '<th scope="col"><span>note</span></th><th scope="col"><span>n</span></th>'
    )
    assert '<th scope="row">a</th><td class="n">–</td><td>n</td>' in str(W.body(columns, rows))
    assert str(W.heads(["2<b>"], [])) == '<th scope="col"><span>2&lt;b&gt;</span></th>'


@pytest.mark.parametrize("value", [dt.date(2026, 8, 11), "2026-08-11"])
def test_a_day_is_never_broken(value: object) -> None:
    rows = [{"name": "a", "released": value}]
    assert '<td class="d">2026-08-11</td>' in str(W.body(["name", "released"], rows))


def test_long_text_is_cut() -> None:
    assert text_of("notes", "x" * 300) == "x" * 300
    assert text_of("notes", "x" * 301) == "x" * 300 + "…"


def test_marks_that_turn_text_around_are_left_out() -> None:
    assert text_of("name", "a\u202eb\x00c\nd") == "abc d"


@pytest.mark.parametrize("column", ["name", "raw", "model", "document", "evidence", "address"])
def test_markup_from_a_source_is_text(column: str) -> None:
    found = str(W.value(column, HOSTILE, ROW))
    assert "<script" not in found
    assert ESCAPED in found


def test_a_printed_name_is_escaped_and_linked_from_where_the_page_is() -> None:
    link = '<a href="alpha.html">Alpha &lt;1&gt;</a>'
    assert str(W.value("model", "alpha", {})) == link.replace("alpha.html", "../models/alpha.html")
    assert str(writer("index.html").value("base_model", "alpha", {})) == link.replace(
        "alpha.html", "models/alpha.html"
    )


def test_a_thing_without_a_page_is_its_name() -> None:
    assert str(W.value("benchmark", "quiz", {})) == "Quiz"
    assert str(W.value("model", "no such <model>", {})) == "no such &lt;model&gt;"


def test_a_number_links_to_its_row() -> None:
    place = "../documents/tests.part-1.html#r1"
    assert str(W.value("score", 87.44, ROW)) == f'<a href="{place}">87.4</a>'
    assert str(W.value("raw", "87.44 %", ROW)) == f'<a href="{place}">87.44 %</a>'
    assert str(W.value("name", "a/b", ROW)) == f'<a href="{place}">a/b</a>'
    assert str(W.value("context", 8192, {**ROW, "figure_path": "x.html"})).startswith(
        f'<a href="{place}"'
    )


def test_a_number_of_a_curated_file_links_to_its_entry() -> None:
    row = {"snapshot_id": "", "locator": "prices/acme.yml#a/1"}
    found = str(W.value("usd_per_mtok", Decimal("2.5"), row))
    assert found == '<a href="../documents/acme.part-1.html#r2">2.5</a>'


def test_a_number_of_no_row_links_to_the_figure_it_is_of() -> None:
    row = {"figure_path": "figures/gap.html"}
    assert str(W.value("n", 7, row)) == '<a href="../figures/gap.html">7</a>'


def test_else_to_the_document_and_else_to_the_thing_that_it_is_of() -> None:
    row = {"benchmark": "quiz", "model": "alpha", "score": 7}
    assert str(W.value("score", 7, row)) == '<a href="../models/alpha.html">7</a>'
    row["document"] = "tests@2026-01-05-0"
    assert str(W.value("score", 7, row)) == '<a href="../documents/tests@2026-01-05-0.html">7</a>'


@pytest.mark.parametrize(
    "row",
    [{}, {"locator": "", "snapshot_id": ""}, {**ROW, "locator": "/rows/2"}, {"model": "beta"}],
)
def test_a_number_of_an_unknown_row_links_nowhere(row: Mapping[str, Any]) -> None:
    assert str(W.value("score", 87.44, row)) == "87.4"


@pytest.mark.parametrize(
    ("column", "value"),
    [("weights", True), ("released", dt.date(2025, 1, 1)), ("notes", "7"), ("score", None)],
)
def test_what_is_no_number_links_to_no_row(column: str, value: Any) -> None:
    assert "<a" not in str(W.value(column, value, ROW))


def test_a_document_links_to_its_page() -> None:
    found = str(W.value("document", "tests@2026-01-05-0", {}))
    assert found == '<a href="../documents/tests@2026-01-05-0.html">tests@2026-01-05-0</a>'


@pytest.mark.parametrize("text", NOT_OF_THE_WEB)
def test_what_is_no_address_of_the_web_is_none(text: str) -> None:
    assert not web(text)


@pytest.mark.parametrize("text", [t for t in NOT_OF_THE_WEB if "https://a" not in t])
@pytest.mark.parametrize("column", ["evidence", "address", "home"])
def test_such_an_address_is_never_a_link(column: str, text: str) -> None:
    assert "<a" not in str(W.value(column, text, {}))


def test_addresses_are_links_beside_text() -> None:
    found = Tags(str(address("see https://a.example/?b=1&c=2 javascript:x https://d.example")))
    assert found.text == "see https://a.example/?b=1&c=2 javascript:x https://d.example"
    hrefs = [v for k, v in found.attributes if k == "href"]
    assert hrefs == ["https://a.example/?b=1&c=2", "https://d.example"]
    assert str(address(" ")) == "–"


def test_a_long_address_is_whole_behind_a_short_text() -> None:
    whole = "https://a.example/" + "x" * 200
    found = Tags(str(address(whole)))
    assert ("href", whole) in found.attributes
    assert found.text == whole[:77] + "…"


@given(st.text())
@example("https://a.example/\u202e")
@example("HTTPS://a.example")
def test_whatever_is_linked_is_of_the_web(text: str) -> None:
    for name, value in Tags(str(address(text))).attributes:
        assert name != "href" or value.startswith(("https://", "http://"))
        assert name in ("href", "rel")


VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.dates() | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(), max_size=40) | st.just(HOSTILE) | st.just("word " * 100)
)  # fmt: skip
COLUMNS = (
    "name", "model", "score", "usd_per_mtok", "evidence", "raw", "document", "weights", "figure",
)  # fmt: skip
ROWS = st.lists(
    st.fixed_dictionaries(
        dict.fromkeys(COLUMNS, VALUES),
        optional={"id_": st.text(st.characters()), "locator": st.just("/rows/1"),
                  "snapshot_id": st.just("tests@2026-01-05-0"),
                  "figure_path": st.just("figures/a.html")},
    ), max_size=4,
)  # fmt: skip


@given(ROWS, st.permutations(COLUMNS))
def test_rows_are_whole_rows_of_a_table(rows: list[dict[str, Any]], columns: list[str]) -> None:
    found = Tags(str(W.body(columns, rows)))
    assert set(found.tags) <= {"tr", "th", "td", "a"}
    assert found.tags.count("tr") == found.tags.count("th") == len(rows)
    assert found.tags.count("td") == len(rows) * (len(columns) - 1)
    assert {k for k, _ in found.attributes} <= {"id", "scope", "class", "href", "rel"}
    for name, value in found.attributes:
        assert name != "href" or value.startswith(("https://", "http://", "../"))


def test_a_table_row_says_what_it_is() -> None:
    rows = [{"id_": 'r"1', "name": "a", "score": 5.0, "notes": "w" * 33, "raw": Markup("<b>x</b>")}]
    assert str(W.body(["name", "score", "notes", "raw"], rows)) == (
        '<tr id="r&quot;1"><th scope="row">a</th><td class="n">5.0</td>'
        f'<td class="w">{"w" * 33}</td><td><b>x</b></td></tr>'
    )


def test_a_column_that_a_row_lacks_is_a_dash() -> None:
    assert str(W.body(["name", "score"], [{"name": "a"}])) == (
        '<tr><th scope="row">a</th><td>–</td></tr>'
    )


def test_the_columns_of_a_long_table_have_widths_with_room_for_nine_of_ten_values() -> None:
    rows = [{"model": "alpha", "note": "w" * (8 if i % 10 else 90), "score": None}
            for i in range(300)]  # fmt: skip
    # "Alpha <1>" and eight letters with two to spare, a heading of five with four
    assert str(W.widths(["model", "note", "score"], rows)) == (
        '<colgroup><col class="c14"><col class="c10"><col class="c10"></colgroup>'
    )
    assert str(W.widths(["note"], [{"note": "w" * 500}] * 300)) == (
        '<colgroup><col class="c38"></colgroup>'
    )
    assert W.widths(["model", "note"], rows[1:]) == ""
    long = {"a": "w" * 60, "b": "w" * 60, "c": "w" * 60, "d": "w" * 60, "e": "2024-01-01"}
    squeezed = str(W.widths(list(long), [long] * 300))
    assert squeezed.count('class="c22"') + squeezed.count('class="c26"') == 4, (
        "wide columns wrap before the last is out of sight"
    )


def test_every_width_is_in_the_style_sheet() -> None:
    style = (Path(cells.__file__).parent / "static" / "style.css").read_text()
    assert [n for n in WIDTHS if f".c{n}{{width:{n}ch}}" not in style] == []


def test_columns_that_say_nothing_and_those_of_the_machine_are_not_shown() -> None:
    rows: list[dict[str, Any]] = [
        {"id": "a", "name": "A", "empty": None, "blank": "", "zero": 0, "no": False, **ROW},
        {"id": "b", "name": "B", "empty": "", "blank": "", "zero": None, "no": None, **ROW},
    ]
    assert shown_columns(rows) == ["name", "zero", "no"]
    assert shown_columns([]) == []


def test_headings_are_words() -> None:
    assert head("usd_per_mtok") == "$ per million tokens"
    assert head("some_new_column") == "some new column"


@given(st.text(st.characters(), max_size=299))
def test_text_of_a_source_is_shown_whole(text: str) -> None:
    shown = Tags(str(W.value("notes", text, {}))).text
    assert shown == (clean(text) if text else "–")


def test_ids_that_are_words_read_as_words() -> None:
    row = {"model": "x", "kind": "cached_input", "raw": "cached_input"}
    assert "<td>cached input</td>" in str(W.body(["model", "kind"], [row]))
    assert "cached_input" in str(W.body(["model", "raw"], [row])), "a raw cell stays as it is"
