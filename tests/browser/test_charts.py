"""Charts say what a mark is under the pointer, and pages do not move while they load."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from browser.conftest import Open
from browser.ways import (
    AREAS,
    DATA,
    FIGURE,
    HOME,
    LIST,
    METHODS,
    MODEL,
    MODELS,
    PHONE,
    ROWS,
    SEARCH,
    widen,
)

MARKS = "() => [...document.querySelectorAll('.chart [data-tip]')].map((m) => m.dataset.tip)"
# Where the small marks of a chart are, and what they say.
POINTS = """(css) => [...document.querySelectorAll(`${css} [data-tip]`)]
  .map((mark) => [mark.getBoundingClientRect(), mark.dataset.tip])
  .filter(([box]) => box.width > 0 && box.width < 20 && box.height < 20)
  .map(([box, tip]) => [box.x + box.width / 2, box.y + box.height / 2, tip])"""
SHIFTS = """() => new Promise((done) => {
  const found = [];
  new PerformanceObserver((list) => {
    for (const e of list.getEntries())
      found.push([e.value, e.sources.map((s) => s.node && s.node.outerHTML?.slice(0, 80))]);
  }).observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(found), 300);
})"""
FIRST_PAINT = """() => new Promise((done) => {
  new PerformanceObserver((list) => {
    for (const e of list.getEntries())
      if (e.name === "first-contentful-paint") done(e.startTime);
  }).observe({type: "paint", buffered: true});
})"""
STILL = 0.001


def test_a_mark_says_what_it_is(page: Page, go: Open) -> None:
    go(FIGURE)
    chart, tip = page.locator(".chart .wide svg"), page.locator("#tip")
    expect(tip).to_be_hidden()
    chart.scroll_into_view_if_needed()
    points = page.evaluate(POINTS, ".chart .wide svg")
    assert len(points) > 10
    for x, y, _ in points[:: len(points) // 6]:
        page.mouse.move(x, y)
        expect(tip).to_be_visible()
        here = {tip for left, top, tip in points if abs(left - x) + abs(top - y) < 12}
        assert tip.inner_text() in here
        found = tip.bounding_box()
        assert found is not None and 0 <= found["y"] - y < 40
    page.mouse.move(2, 2)
    expect(tip).to_be_hidden()


def test_the_tip_stays_inside_a_narrow_page(page: Page, go: Open) -> None:
    widen(page, PHONE)
    go(FIGURE)
    page.locator(".chart .narrow svg").scroll_into_view_if_needed()
    points = sorted(page.evaluate(POINTS, ".chart .narrow svg"))
    for x, y, _ in (points[0], points[-1]):
        page.mouse.move(x, y)
        found = page.locator("#tip").bounding_box()
        assert found is not None and found["width"] > 100
        assert found["x"] >= 0 and found["x"] + found["width"] <= PHONE
    assert points[-1][0] > PHONE * 0.6
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE


def test_one_group_of_a_chart_can_be_shown_alone(page: Page, go: Open) -> None:
    go(FIGURE)
    groups = page.get_by_role("group", name="Show one group alone").get_by_role("button")
    pale = page.locator(".chart .wide .pale")
    expect(pale).to_have_count(0)
    for group, other in ((groups.first, groups.last), (groups.last, groups.first)):
        group.focus()
        page.keyboard.press("Enter")
        expect(group).to_have_attribute("aria-pressed", "true")
        expect(other).to_have_attribute("aria-pressed", "false")
        own = group.get_attribute("data-colour")
        drawn = page.locator(f'.chart .wide :is([fill="{own}"], [stroke="{own}"])')
        assert drawn.count() > 5
        assert {x.get_attribute("class") or "" for x in drawn.all()} == {""}
        expect(pale.first).to_have_css("opacity", "0.12")
    page.keyboard.press("Enter")
    expect(pale).to_have_count(0)


@pytest.mark.parametrize("name", [HOME, FIGURE, AREAS, MODEL, "families/kimi.html"])
def test_tips_are_words_for_readers(name: str, page: Page, go: Open) -> None:
    go(name)
    inner = [tip for tip in page.evaluate(MARKS) if "colour:" in tip or "_" in tip]
    assert inner == []


@pytest.mark.parametrize(
    "name", [HOME, FIGURE, MODEL, LIST, MODELS, ROWS, METHODS, DATA, f"{SEARCH}?q=kimi"]
)
def test_nothing_moves_while_a_page_loads(
    name: str, page: Page, record_property: Callable[[str, object], None]
) -> None:
    held: list[Route] = []  # as on a slow line, the page is seen before its script runs

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/site.js", hold)
    with page.expect_request("**/site.js"):
        page.goto(name, wait_until="commit")
    first: float = page.evaluate(FIRST_PAINT)
    record_property("first_contentful_paint_ms", round(first))
    for script in held:
        script.continue_()
    page.wait_for_load_state("load")
    shifts = page.evaluate(SHIFTS)
    assert sum(value for value, _ in shifts) < STILL, shifts
