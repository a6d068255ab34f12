"""Rules of accessibility that a program can check, in light and in dark."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page

from browser.conftest import Open
from browser.ways import (
    CHANGES,
    DATA,
    DOCUMENT,
    FIGURE,
    HOME,
    LIST,
    METHODS,
    METRIC,
    MODEL,
    ROWS,
    SEARCH,
)

NAMES = [HOME, FIGURE, MODEL, LIST, METRIC, DOCUMENT, ROWS, METHODS, DATA, CHANGES, SEARCH]
GRAVE = ("serious", "critical")


# Rows of a table are alike: some of them are enough, and all would take long.
SHORTEN = """() => {
  for (const body of document.querySelectorAll("tbody"))
    for (const row of [...body.rows].slice(6)) row.remove();
}"""


def grave(page: Page, options: dict[str, object] | None = None) -> list[str]:
    """The rules that a page breaks, each with the first place where it does."""
    page.evaluate(SHORTEN)
    broken = Axe().run(page, options=options or {"resultTypes": ["violations"]})
    return [
        f"{x['id']}, {len(x['nodes'])} times: {x['nodes'][0]['html'][:200]}"
        for x in broken.response["violations"] if x["impact"] in GRAVE
    ]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_no_grave_fault_in_light_or_dark(name: str, page: Page, go: Open) -> None:
    go(name)
    assert grave(page) == []
    page.emulate_media(color_scheme="dark")  # nothing but colours changes
    assert grave(page, {"runOnly": {"type": "tag", "values": ["cat.color"]}}) == []


def test_results_of_the_search_have_no_grave_fault(page: Page, go: Open) -> None:
    go(SEARCH)
    page.locator("#q").fill("kimi")
    page.locator("#found li").first.wait_for()
    assert grave(page) == []


def test_a_fault_is_found(page: Page, go: Open) -> None:
    go(METHODS)
    page.evaluate("() => document.querySelector('main').append(document.createElement('button'))")
    assert any("button-name" in x for x in grave(page))
