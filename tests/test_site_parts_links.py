"""Addresses inside the site: safe, distinct, and right as seen from any page."""

from __future__ import annotations

import re
import string
from urllib.parse import urljoin

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scoreboard.site.links import anchor, figure_path, relative, slug, twin

SAFE = re.compile(r"[a-z0-9_=,@+~-][a-z0-9._=,@+~-]*")
ANY = st.text(st.characters())  # surrogates too
NEAR = st.text("aA./:~ -\x00é\ud800", max_size=8)  # names that are easily taken for each other
ODD = (
    "", ".", "..", "...", "index", "INDEX", "index.", "~index", "~", "~.", "a/b", "../a", "/", "\\",
    "a:b", "a~~b", "~7e", "CON", "name.", "name..", "a b", "a%20b", "a?b#c", "\x00", "\ud800",
    "\udfff\ud800", "é", "e\u0301", "😀", "x" * 10_000, "X" * 10_000, "/" * 10_000, "é" * 60,
    "javascript:alert(1)", "<script>", "model.json", "数" * 13, "数" * 14,
)  # fmt: skip
STAYS = string.ascii_lowercase + string.digits + "._=,@+-"
SITE = "https://board.example/some/folder/"
PATHS = st.builds(
    lambda folders, name, place: "/".join([*folders, slug(name)]) + ".html" + place,
    st.lists(st.sampled_from(["figures", "models", "frozen"]), max_size=2),
    ANY,
    st.just("") | st.text().map(lambda t: "#" + anchor(t)),
)


@pytest.mark.parametrize("text", ODD, ids=lambda t: ascii(t[:20]))
def test_odd_names_become_safe_file_names(text: str) -> None:
    check(text)


@given(ANY)
def test_any_name_becomes_a_safe_file_name(text: str) -> None:
    check(text)


def check(text: str) -> None:
    found = slug(text)
    assert SAFE.fullmatch(found)
    assert found not in (".", "..", "index")
    assert len(found) <= 120
    assert found == slug(text)


@given(ANY | NEAR, ANY | NEAR)
@example("index", "~index")
@example("", "~")
@example(".a", "~.a")
@example("a:b", "a~~b")
@example("x" * 120, "x" * 121)
@example("x" * 300 + "y", "x" * 300 + "z")
def test_two_names_never_share_a_file_even_where_case_does_not_count(a: str, b: str) -> None:
    assert (slug(a).lower() == slug(b).lower()) == (a == b)


def test_all_odd_names_have_files_of_their_own() -> None:
    assert len({slug(text).lower() for text in ODD}) == len(ODD)


@given(st.text(STAYS, min_size=1, max_size=119))
def test_small_letters_and_digits_stay_as_they_are(text: str) -> None:
    kept = text[0] != "." and text != "index"
    assert slug(text) == (text if kept else f"~{text}")


def test_the_escapes_are_as_they_are_said_to_be() -> None:
    assert slug("gap:benchmark=mmlu") == "gap~~benchmark=mmlu"
    assert slug("Org/Name 1") == "~4frg~2f~4eame~201"
    assert slug("~") == "~7e"
    assert slug("é") == "~c3~a9"


def spelled(file: str) -> str | None:
    """The short name that a file name spells, if there is one."""
    whole, found = re.sub("^~(?=[.]|index$|$)", "", file), b""
    for part in re.findall("~~|~[0-9a-f]{2}|.", whole):
        if part == "~":
            return None
        found += b":" if part == "~~" else bytes([int(part[1:], 16)] if part[1:] else part.encode())
    try:
        return found.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None


@given(ANY)
@example("index")
@example("")
def test_a_short_name_can_be_read_from_its_file(text: str) -> None:
    if len(slug(text)) < 100:
        assert spelled(slug(text)) == text


LONG = [
    *("a" * 200 + str(i) for i in range(60)),
    *("a" * n + "B" * 60 + str(i) for n in range(100, 105) for i in range(60)),
    *("a" * n + ":" * 60 + str(i) for n in (101, 102, 103) for i in range(60)),
]


def test_no_short_name_can_be_made_that_takes_the_file_of_a_long_one() -> None:
    """A long name is cut, perhaps within an escape, and ends with a hash."""
    taken = [x for x in LONG if (short := spelled(slug(x))) and slug(short) == slug(x) != short]
    assert taken == []


@given(PATHS, PATHS)
@example("index.html", "index.html")
@example("index.html#r0", "index.html")
@example("figures/a.html#r0", "figures/a.html")
@example("figures/a.html", "figures/a.html")
@example("models/..html", "figures/~~.html")
def test_an_address_seen_from_a_page_leads_to_its_target(target: str, page: str) -> None:
    page = page.partition("#")[0]
    assert urljoin(SITE + page, relative(target, page)) == SITE + target


def test_addresses_do_not_name_the_place_of_the_site() -> None:
    assert relative("figures/a.html", "models/b.html") == "../figures/a.html"
    assert relative("index.html", "index.html") == "index.html"
    assert relative("static/style.css", "a/b/c.html") == "../../static/style.css"
    assert relative("a/b.html#r1", "a/b.html") == "#r1"


def test_a_place_stays_what_it_was() -> None:
    """Links of others hold it: SHA-256 of `abc` is that of its standard."""
    assert anchor("abc") == "rba7816bf8f"


@given(ANY)
def test_a_place_can_stand_in_an_address(locator: str) -> None:
    assert re.fullmatch(r"r[0-9a-f]{10}", anchor(locator))


def test_the_data_of_a_page_are_beside_it() -> None:
    assert twin("figures/a.html") == "figures/a.json"
    assert twin("index.html", ".csv") == "index.csv"


@given(ANY)
def test_a_figure_has_a_page_in_its_folder(name: str) -> None:
    path = figure_path(name)
    assert path.count("/") == 1
    assert path.startswith("figures/")
    assert path.endswith(".html")
