"""Dark, narrow and printed: the site stays readable."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Open
from browser.ways import (
    AREAS,
    DATA,
    DESK,
    DOCUMENT,
    FIGURE,
    FIGURES,
    HOME,
    METHODS,
    METRIC,
    MODEL,
    MODELS,
    PART,
    PHONE,
    PROVIDER,
    ROWS,
    widen,
)

Scheme = Literal["light", "dark"]
CHARTED = [HOME, FIGURE, AREAS, METRIC]
NARROW = [
    HOME,
    FIGURE,
    AREAS,
    FIGURES,
    MODELS,
    MODEL,
    PROVIDER,
    METHODS,
    DATA,
    ROWS,
    DOCUMENT,
    PART,
]
COLOURS = """() => {
  const rgb = (text) => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const page = rgb(getComputedStyle(document.body).backgroundColor);
  const ink = rgb(getComputedStyle(document.body).color);
  const texts = [], marks = [];
  for (const node of document.querySelectorAll(".chart .wide svg *")) {
    const style = getComputedStyle(node);
    if (node.tagName === "text" && node.textContent.trim())
      texts.push([node.textContent, rgb(style.fill)]);
    for (const side of ["fill", "stroke"])
      if (node.getAttribute(side)?.startsWith("#"))
        marks.push([`${side} ${node.getAttribute(side)}`, style[side]]);
  }
  return {page, ink, texts, marks};
}"""


def luminance(rgb: list[float]) -> float:
    """How light a colour is, from 0 to 1, as WCAG defines it."""
    parts = [x / 255 for x in rgb]
    red, green, blue = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: list[float], other: list[float]) -> float:
    """From 1, the same, to 21, black on white."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def colours(page: Page, scheme: Scheme) -> dict[str, Any]:
    """The colours of a page and its charts."""
    page.emulate_media(color_scheme=scheme)
    found: dict[str, Any] = page.evaluate(COLOURS)
    return found


def test_the_background_follows_the_reader(page: Page, go: Open) -> None:
    go(HOME)
    light, dark = colours(page, "light"), colours(page, "dark")
    assert luminance(light["page"]) > 0.9
    assert luminance(dark["page"]) < 0.05
    for found in (light, dark):
        assert contrast(found["page"], found["ink"]) > 7


@pytest.mark.parametrize("name", CHARTED)
def test_words_in_charts_stand_out(name: str, page: Page, go: Open) -> None:
    go(name)
    for found in (colours(page, "light"), colours(page, "dark")):
        assert len(found["texts"]) > 5
        faint = {text for text, fill in found["texts"] if contrast(fill, found["page"]) < 4.5}
        assert faint == set()


@pytest.mark.parametrize("name", CHARTED)
def test_every_colour_of_a_chart_has_a_dark_one(name: str, page: Page, go: Open) -> None:
    go(name)
    light, dark = (dict(colours(page, scheme)["marks"]) for scheme in ("light", "dark"))
    assert len(light) > 3
    same = {given for given, shown in light.items() if dark[given] == shown}
    assert same == set()


@pytest.mark.parametrize("name", NARROW)
def test_no_page_scrolls_sideways_on_a_phone(name: str, page: Page, go: Open) -> None:
    widen(page, PHONE)
    go(name)
    for across in (PHONE, 320):
        widen(page, across)
        wide, right = page.evaluate("""() => [
          document.documentElement.scrollWidth,
          Math.max(...[...document.querySelectorAll("main :is(h1, p, dl, figure, .card, .scroll)")]
            .map((x) => x.getBoundingClientRect().right)),
        ]""")
        assert max(wide, right) <= across


@pytest.mark.parametrize("name", CHARTED)
def test_each_width_has_its_drawing(name: str, page: Page, go: Open) -> None:
    widen(page, PHONE)
    go(name)
    wide, narrow = page.locator(".chart .wide"), page.locator(".chart .narrow")
    assert wide.count() == narrow.count() > 0
    for across, shown, hidden in ((PHONE, narrow, wide), (DESK, wide, narrow)):
        widen(page, across)
        for drawing in shown.all():
            expect(drawing.locator("svg")).to_be_visible()
        for drawing in hidden.all():
            expect(drawing).to_be_hidden()


@pytest.mark.parametrize("name", [HOME, FIGURE, MODEL, ROWS])
def test_paper_shows_the_content_and_no_navigation(name: str, page: Page, go: Open) -> None:
    go(name)
    away = page.locator(".top nav, .find, footer nav, .skip, .filter, .files")
    assert away.count() > 3
    expect(page.locator(".top nav")).to_be_visible()
    page.emulate_media(media="print")
    for part in away.all():
        expect(part).to_be_hidden()
    for part in page.locator("main :is(h1, .headline, .chart .wide svg, #rows table)").all():
        expect(part).to_be_visible()
    cut: list[str] = page.evaluate(
        """() => [...document.querySelectorAll(".scroll")]
          .filter((s) => getComputedStyle(s).overflowX !== "visible").map((s) => s.ariaLabel)"""
    )
    assert cut == []
