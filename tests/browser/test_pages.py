"""Pages open without a complaint, ask nothing of other hosts, and stand under a policy."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Open
from browser.ways import HOME

DRAWN, SEED = 40, 20261117
SHARES = 4  # so that they are opened side by side
POLICY = "meta[http-equiv=Content-Security-Policy][content^=\"default-src 'none'\"]"


def chosen(site: Path) -> list[str]:
    """Every page at the root, every list, one page of every folder, and some drawn by lot."""
    every = sorted(p.relative_to(site).as_posix() for p in site.rglob("*.html"))
    folders: dict[str, list[str]] = defaultdict(list)
    for path in every:
        folders[path.rpartition("/")[0]].append(path)
    lists = [p for p in every if p.endswith("index.html")]
    firsts = [next(p for p in own if p not in lists) for own in folders.values() if own[1:]]
    drawn = random.Random(SEED).sample(every, DRAWN)
    return sorted({*folders[""], *lists, *firsts, *drawn})


@pytest.mark.parametrize("share", range(SHARES))
def test_pages_open_without_a_complaint(
    share: int, page: Page, go: Open, built_site: Path, complaints: list[str]
) -> None:
    names = chosen(built_site)[share::SHARES]
    assert len(names) > DRAWN / SHARES
    for name in names:
        go(name)
        expect(page.locator("h1")).to_have_count(1)
        expect(page.locator(POLICY)).to_have_count(1)
        assert page.title().endswith("Open Model Scoreboard"), name
    assert complaints == []


def test_what_the_policy_forbids_does_not_happen_and_is_seen(
    page: Page, go: Open, complaints: list[str]
) -> None:
    go(HOME)
    page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "document.title = 'changed'";
        const image = document.createElement("img");
        image.src = "http://127.0.0.2/image.png";
        document.body.append(script, image);
        document.querySelector("h1").setAttribute("style", "display:none");
    }""")
    expect(page.locator("h1")).to_be_visible()
    expect(page).to_have_title("Open Model Scoreboard")
    for directive in ("script-src", "img-src", "style-src"):
        assert any(directive in x for x in complaints), directive
    complaints.clear()
