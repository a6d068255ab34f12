"""Long tables can be filtered and sorted, with the mouse and with the keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.conftest import Open
from browser.ways import FIGURE, LIST, MODEL, MODELS, tab_to, twin

KINDS = ("models", "families", "developers", "providers", "benchmarks", "licences", "sources",
         "statistics", "documents", "metrics", "figures")  # fmt: skip
SHOWN = "tbody tr:not([hidden])"
UNKNOWN = "–"
SIZES = "parameters, billion"


def column(page: Page, name: str) -> list[str]:
    """The cells of a column, from above."""
    script = """name => {
      const heads = [...document.querySelectorAll("thead th")];
      const at = heads.findIndex((h) => h.textContent.trim() === name);
      return [...document.querySelectorAll("tbody tr")].map((r) => r.cells[at].textContent);
    }"""
    found: list[str] = page.evaluate(script, name)
    return found


def numbers(cells: list[str]) -> list[float]:
    """Those that are known."""
    return [float(c.replace(",", "")) for c in cells if c != UNKNOWN]


def head(page: Page, name: str) -> Locator:
    """The heading of a column."""
    return page.locator("thead th").filter(has_text=name)


def test_a_filter_narrows_the_rows_and_says_how_many(page: Page, go: Open) -> None:
    go(MODELS)
    whole = page.locator("tbody tr").count()
    assert whole == len(twin(page)["rows"]) > 1000
    box, status = page.get_by_label("Filter"), page.locator(".filter [role=status]")
    box.fill("kimi k2")
    shown = page.locator(SHOWN).all_inner_texts()
    assert 1 < len(shown) < 100
    assert all("kimi" in x.lower() and "k2" in x.lower() for x in shown)
    expect(status).to_have_text(f"{len(shown)} of {whole} rows")
    expect(page.locator("tbody tr[hidden]").first).not_to_be_visible()
    box.fill("no such model")
    expect(status).to_have_text(f"0 of {whole} rows")
    box.fill("")
    expect(page.locator(SHOWN)).to_have_count(whole)
    expect(status).to_have_text("")


def test_numbers_sort_as_numbers_both_ways(page: Page, go: Open) -> None:
    go(MODELS)
    before = column(page, SIZES)
    known = numbers(before)
    assert min(known) < 1 and max(known) > 1000 and len(known) < len(before)
    for way in ("ascending", "descending"):
        head(page, SIZES).get_by_role("button").click()
        expect(head(page, SIZES)).to_have_attribute("aria-sort", way)
        cells = column(page, SIZES)
        assert numbers(cells) == sorted(known, reverse=way == "descending")
        assert set(cells[len(known) :]) == {UNKNOWN}, f"what is unknown comes last, {way}"


def test_one_column_at_a_time_says_that_it_sorts(page: Page, go: Open) -> None:
    go(LIST)
    names = column(page, "name")
    for name in ("country", "name"):
        head(page, name).get_by_role("button").click()
        expect(page.locator("[aria-sort]")).to_have_count(1)
        expect(head(page, name)).to_have_attribute("aria-sort", "ascending")
    assert column(page, "name") == sorted(names, key=str.lower)


def test_the_arrow_of_a_heading_sorts_too(page: Page, go: Open) -> None:
    go(LIST)
    named = head(page, "country")
    box = named.get_by_role("button").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] + 6, box["y"] + box["height"] / 2)
    expect(named).to_have_attribute("aria-sort", "ascending")


def test_a_sorted_table_stays_filtered(page: Page, go: Open) -> None:
    go(LIST)
    page.get_by_label("Filter").fill("ai")
    shown = sorted(page.locator(SHOWN).all_inner_texts())
    head(page, "country").get_by_role("button").click()
    assert sorted(page.locator(SHOWN).all_inner_texts()) == shown


def test_filter_and_sort_by_keyboard(page: Page, go: Open) -> None:
    go(LIST)
    tab_to(page, ".filter input")
    page.keyboard.type("ai")
    expect(page.locator(".filter [role=status]")).to_contain_text("of")
    tab_to(page, ".scroll", 2)
    tab_to(page, "th:first-child button.sort", 2)
    for key, way in (("Enter", "ascending"), ("Space", "descending")):
        page.keyboard.press(key)
        expect(page.locator("thead th").first).to_have_attribute("aria-sort", way)
        found = [x.lower() for x in page.locator(f"{SHOWN} th").all_inner_texts()]
        assert len(found) > 5
        assert found == sorted(found, reverse=way == "descending")
    tab_to(page, f"{SHOWN} a")


@pytest.mark.parametrize("name", [FIGURE, MODEL])
def test_tables_inside_a_page_have_filters_of_their_own(name: str, page: Page, go: Open) -> None:
    go(name)
    for closed in page.locator("details").all():
        closed.locator("summary").click()
    tables = page.locator("table[data-filter]")
    assert tables.count() == page.get_by_label("Filter").count() > 0
    first = page.locator(".filter").first
    first.locator("input").fill("gpt")
    expect(first.locator("[role=status]")).to_contain_text("of")
    for status in page.locator(".filter [role=status]").all()[1:]:
        expect(status).to_have_text("")


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_of_a_list_leads_to_its_page(kind: str, page: Page, go: Open) -> None:
    go(f"{kind}/index.html")
    unlinked: list[str] = page.evaluate(
        """kind => [...document.querySelectorAll("tbody tr")]
          .filter((r) => !r.querySelector(`th a[href*="/${kind}/"]`))
          .map((r) => r.cells[0].textContent)""",
        kind,
    )
    assert unlinked == []
