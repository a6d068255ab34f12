"""With scripts off, every page shows all that it has, and no control that does nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Open
from browser.ways import CHANGES, FIGURE, HOME, LIST, METRIC, MODEL, MODELS, ROWS, SEARCH, twin

pytestmark = pytest.mark.browser_context_args(java_script_enabled=False)


def test_the_home_page_shows_headlines_charts_and_families(page: Page, go: Open) -> None:
    go(HOME)
    values = page.locator(".headline .value")
    assert values.count() > 12
    for value in values.all():
        expect(value).to_be_visible()
        assert value.inner_text().strip()
    charts = page.locator(".chart .wide svg")
    assert charts.count() >= 3
    for chart in charts.all():
        expect(chart).to_be_visible()
    expect(page.locator("#families tbody tr").first).to_be_visible()
    findings = set(page.locator(".finding").all_inner_texts())
    assert findings <= {f["finding"] for f in twin(page)["figures"]}


def test_a_figure_shows_its_number_chart_and_documents(page: Page, go: Open) -> None:
    go(FIGURE)
    (estimate,) = twin(page)["rows"]
    expect(page.locator(".headline .value")).to_have_text(f"{estimate['value']:.1f}")
    expect(page.locator(".chart .wide svg")).to_be_visible()
    expect(page.locator("#rows table")).to_be_visible()
    page.locator("summary").first.click()  # opened by the browser itself
    expect(page.locator("details table").first).to_be_visible()


def test_a_model_shows_its_facts_and_tables(page: Page, go: Open) -> None:
    go(MODEL)
    expect(page.locator(".facts").first).to_contain_text("2026-07-16")
    tables = twin(page)["tables"]
    for name, rows in tables.items():
        shown = page.locator(f"#{name} tbody tr")
        expect(shown).to_have_count(len(rows))
        expect(shown.last).to_be_visible()
    assert len(tables) > 3


@pytest.mark.parametrize("name", [MODELS, ROWS])
def test_a_list_shows_all_rows(name: str, page: Page, go: Open) -> None:
    go(name)
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(len(twin(page)["rows"]))
    expect(rows.last).to_be_visible()


@pytest.mark.parametrize("name", [HOME, FIGURE, MODEL, LIST, METRIC, ROWS, CHANGES])
def test_no_control_is_left_that_does_nothing(name: str, page: Page, go: Open) -> None:
    go(name)
    for control in page.locator("main :is(input, button, select, form)").all():
        expect(control).to_be_hidden()
    expect(page.locator("#tip")).to_have_count(0)


def test_the_box_of_the_header_leads_to_the_lists(page: Page, go: Open) -> None:
    go(MODEL)
    page.locator("#q").fill("kimi")
    page.locator("#q").press("Enter")
    page.wait_for_url(f"**/{SEARCH}?q=kimi")
    note = page.locator("#found-note")
    expect(note).to_contain_text("Without scripts")
    note.get_by_role("link", name="Models").click()
    expect(page.locator("h1")).to_have_text("Models")
