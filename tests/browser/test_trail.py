"""From a headline to the raw text it was read from, by keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Open
from browser.ways import (
    FIGURE,
    HOME,
    LIST,
    MODEL,
    SEARCH,
    SHORT_FIGURE,
    enter,
    tab_to,
    twin,
    unseen_focus,
)

RAW = 'tbody td a[href*=".part-"]'  # a raw text, leading to its place in a document
ROWS = '#rows a[href*=".rows-"]'
WHOLE = '#rows a[href*="/documents/"]:not([href*=".part-"])'
FOCUSED = ":focus"


def open_figure(page: Page, go: Open, figure: str) -> None:
    """From the home page to a figure."""
    go(HOME)
    tab_to(page, f'.headline a[href="{figure}"]')
    enter(page)
    assert page.url.endswith(figure)


@pytest.mark.parametrize("figure", [FIGURE, SHORT_FIGURE])
def test_a_headline_leads_to_the_raw_text_of_a_row(figure: str, page: Page, go: Open) -> None:
    open_figure(page, go, figure)
    if page.locator(ROWS).count():
        tab_to(page, ROWS)
        enter(page)
    tab_to(page, RAW)
    line = page.locator("tr", has=page.locator(FOCUSED))
    place, raw = line.locator("th").inner_text(), page.locator(FOCUSED).inner_text()
    enter(page)
    row = page.locator("tr:target")
    expect(row).to_be_in_viewport()
    expect(row.locator("th")).to_have_text(place)
    expect(row.locator("td").first).to_have_text(raw)
    [same] = [r for r in twin(page)["rows"] if r["locator"] == place]
    assert same["raw"] == raw
    tab_to(page, "td a, footer a")  # the keyboard goes on from the row, not from the top


@pytest.mark.parametrize("figure", [FIGURE, SHORT_FIGURE])
def test_a_headline_leads_to_its_document(figure: str, page: Page, go: Open) -> None:
    open_figure(page, go, figure)
    tab_to(page, WHOLE)
    name = page.locator(FOCUSED).inner_text()
    enter(page)
    expect(page.locator("h1")).to_have_text(name)
    about = twin(page)
    assert about["document"] == name
    expect(page.get_by_text(about["sha256"])).to_be_visible()
    tab_to(page, 'main a[href*=".part-"]')
    enter(page)
    tab_to(page, ".crumbs a")
    enter(page)
    expect(page.locator("h1")).to_have_text(name)


def test_a_rows_page_agrees_with_its_data(page: Page, go: Open) -> None:
    go(FIGURE)
    page.locator(ROWS).first.click()
    shown = page.locator(RAW).all_inner_texts()
    assert len(shown) > 50
    assert shown == [r["raw"] for r in twin(page)["rows"]]


def test_the_first_stop_jumps_over_the_navigation(page: Page, go: Open) -> None:
    go(HOME)
    page.keyboard.press("Tab")
    expect(page.locator(FOCUSED)).to_have_text("To the content")
    expect(page.locator(FOCUSED)).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main$"))
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.closest('main') !== null")


@pytest.mark.parametrize("name", [HOME, FIGURE, MODEL, LIST, f"{SEARCH}?q=kimi"])
def test_every_stop_shows_that_it_has_the_focus(name: str, page: Page) -> None:
    page.goto(name)
    hidden = []
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement === document.body"):
            break  # past the last stop
        hidden.append(unseen_focus(page))
    assert len(hidden) > 20
    assert [x for x in hidden if x] == []
