"""What the tests of the site share: its pages by name, and ways to go through them."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Page

HOME = "index.html"
FIGURE = "figures/gap-gpqa-diamond.html"
SHORT_FIGURE = "figures/gap-frontiermath.html"  # its rows stand on its own page
AREAS = "figures/share-cn-open-latest.html"
FIGURES = "figures/index.html"
ROWS = "figures/gap-gpqa-diamond.rows-1.html"
MODEL = "models/kimi-k3.html"
MODELS = "models/index.html"
LIST = "families/index.html"
METRIC = "metrics/gap.html"
PROVIDER = "providers/kilo.html"
METHODS = "methods.html"
DATA = "data/index.html"
CHANGES = "changes.html"
SEARCH = "search.html"
DOCUMENT = "a document"  # stands for the newest one, whose name changes with the data
PART = "rows of a document"

PHONE, DESK = 390, 1200  # pixels across


def address(name: str, site: Path) -> str:
    """The address of a page below that of the site."""
    if name == DOCUMENT:
        return quote(_part(site).partition(".part-")[0] + ".html")
    return quote(_part(site) if name == PART else name)


def _part(site: Path) -> str:
    found = sorted((site / "documents").glob("epoch_index@*.part-1.html"))
    return f"documents/{found[-1].name}"


def rename(page: Page, suffix: str) -> str:
    """The address of the file beside the page that is open."""
    return page.url.partition("#")[0].removesuffix(".html") + suffix


def twin(page: Page) -> Any:
    """The page that is open, as data."""
    return page.request.get(rename(page, ".json")).json()


def widen(page: Page, across: int) -> None:
    """Make the window so many pixels wide."""
    page.set_viewport_size({"width": across, "height": 844})


FOCUS = """() => {
  const at = document.activeElement;
  const style = getComputedStyle(at), box = at.getBoundingClientRect();
  const drawn = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return drawn && inside && box.width > 1 ? "" : at.outerHTML.slice(0, 200);
}"""


def unseen_focus(page: Page) -> str:
    """The element with the focus, where a reader does not see that it has it; else nothing."""
    return str(page.evaluate(FOCUS))


def tab_to(page: Page, css: str, most: int = 120) -> None:
    """Press Tab until an element has the focus, and see that it shows it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("css => document.activeElement.matches(css)", css):
            hidden = unseen_focus(page)
            assert not hidden, f"the focus does not show: {hidden}"
            return
    raise AssertionError(f"{page.url}: {most} times Tab did not reach {css}")


def enter(page: Page) -> None:
    """Press Enter on a link, and wait for its page."""
    with page.expect_navigation():
        page.keyboard.press("Enter")
