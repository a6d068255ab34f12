"""The search finds pages by name, ranks the exact name first, and writes only text."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Dialog, Page, expect

from browser.conftest import Open
from browser.ways import FIGURE, HOME, MODEL, SEARCH, enter, tab_to

FOUND = "#found li"
MARKUP = "<img src=x onerror=alert(1)>"


def test_typing_finds_a_model_and_its_page(page: Page, go: Open) -> None:
    go(SEARCH)
    page.locator("#q").press_sequentially("kimi k3")
    first = page.locator(FOUND).first
    expect(first.locator("a")).to_have_text("Kimi K3")
    expect(first.locator("small")).to_have_text("model")
    expect(page.locator("#found-note")).to_contain_text("found")
    first.locator("a").click()
    expect(page).to_have_url(re.compile(f"{MODEL}$"))
    expect(page.locator("h1")).to_have_text("Kimi K3")


@pytest.mark.parametrize(
    ("asked", "name", "kind"),
    [
        ("KIMI K3", "Kimi K3", "model"),
        ("kimi-k3", "Kimi K3", "model"),
        ("gpt-4o mini", "GPT-4o mini", "model"),
        ("gpqa diamond", "GPQA Diamond", "benchmark"),
        ("mistral", "Mistral", "family"),
        ("moonshot ai", "Moonshot AI", "developer"),
        ("apache-2.0", "Apache License 2.0", "licence"),
        ("gap-gpqa-diamond", "", "figure"),
    ],
)
def test_the_exact_name_comes_first(asked: str, name: str, kind: str, page: Page) -> None:
    page.goto(f"{SEARCH}?q={asked}")
    first = page.locator(FOUND).first
    expect(first.locator("small")).to_have_text(kind)
    if name:
        expect(first.locator("a")).to_have_text(name)


def test_typing_fast_shows_what_the_whole_query_finds_once(page: Page, go: Open) -> None:
    page.goto(f"{SEARCH}?q=kimi k2")
    expect(page.locator(FOUND).first).to_be_visible()
    asked = page.locator(FOUND).all_inner_texts()
    go(SEARCH)
    page.locator("#q").press_sequentially("kimi k2")
    expect(page.locator(FOUND).first).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert page.locator(FOUND).all_inner_texts() == asked


@pytest.mark.parametrize("name", [HOME, MODEL, FIGURE])
def test_the_box_of_every_page_leads_to_the_search(name: str, page: Page, go: Open) -> None:
    go(name)
    tab_to(page, "#q")
    page.keyboard.type("kimi k3")
    enter(page)
    expect(page).to_have_url(re.compile(r"/search\.html\?q=kimi\+k3$"))
    expect(page.locator("#q")).to_have_value("kimi k3")
    expect(page.locator(FOUND).first).to_have_text("Kimi K3 model")
    tab_to(page, "#found a")
    enter(page)
    assert page.url.endswith(MODEL)


def test_no_result_says_so(page: Page, go: Open) -> None:
    go(SEARCH)
    page.locator("#q").fill("no such model")
    expect(page.locator("#found-note")).to_have_text("Nothing has “no such model” in its name.")
    expect(page.locator(FOUND)).to_have_count(0)


def test_an_emptied_box_says_nothing_of_the_last_results(page: Page, go: Open) -> None:
    go(SEARCH)
    page.locator("#q").fill("kimi k3")
    expect(page.locator("#found-note")).to_contain_text("found")
    page.locator("#q").fill("")
    expect(page.locator(FOUND)).to_have_count(0)
    expect(page.locator("#found-note")).not_to_contain_text("found")


@pytest.mark.parametrize("typed", [True, False], ids=["typed", "in the address"])
def test_markup_in_the_box_stays_text(typed: bool, page: Page, go: Open) -> None:
    said: list[str] = []

    def say(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", say)
    if typed:
        go(SEARCH)
        page.locator("#q").press_sequentially(MARKUP)
    else:
        page.goto(f"{SEARCH}?q={MARKUP}")
    expect(page.locator("#found-note")).to_contain_text(MARKUP)
    expect(page.locator("main img")).to_have_count(0)
    assert said == []
