"""The page on host or buy: other numbers give what the metric gives; it holds without scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Open
from browser.ways import DESK, PHONE, twin, widen
from scoreboard.config import HOME_VARIABLE
from scoreboard.metrics import get_metric
from scoreboard.site.host import money
from scoreboard.store import open_tables

HOST = "host.html"
ENDS = ("low", "middle", "high")


def cells(page: Page, column: int) -> list[str]:
    """A column of the costs, from best to worst."""
    return page.locator(f"#result tbody tr > :nth-child({column})").all_inner_texts()


@pytest.mark.parametrize(
    "asked",
    [
        {"workload": "batch-10b", "device": "mi300x", "accelerators": "1", "requests": "5000000"},
        {"workload": "coding-50", "model": "gpt-oss-20b", "device": "h200", "staff": "0",
         "accelerators": "8"},
        {"workload": "chat-1000", "pay": "purchase", "device": "b200", "years": "3", "spare": "0",
         "power_price": "0.3", "requests": "90000000", "peak": "2"},
    ],
    ids=lambda a: a["workload"],
)  # fmt: skip
def test_other_numbers_give_what_the_metric_gives(
    page: Page, go: Open, built_home: Path, monkeypatch: pytest.MonkeyPatch, asked: dict[str, str]
) -> None:
    go(HOST)
    for name, value in asked.items():
        field = page.locator(f"#host [name={name}]")
        if field.evaluate("f => f.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    monkeypatch.setenv(HOME_VARIABLE, str(built_home))
    tables, metric = open_tables(), get_metric("host")
    given = {"hardware" if k == "device" else k: v for k, v in asked.items()}
    (e,) = metric.compute(tables, metric.read(tables, given))
    d: Any = e.detail
    assert cells(page, 2) == [str(d["machines"][end]) for end in ENDS]
    assert cells(page, 3) == [money(d["monthly"][end]) for end in ENDS]
    volumes = [d["break_even_mtok"][end] for end in ENDS]
    assert [c == "no volume" for c in cells(page, 5)] == [v is None for v in volumes]
    for cell, volume in zip(cells(page, 5), volumes, strict=True):
        if volume is not None:
            shown = float(cell.partition(" ")[0].replace(",", ""))
            assert shown == pytest.approx(volume, rel=1e-3)
    days = [d["break_even_days"][end] for end in ENDS]
    assert cells(page, 6) == ["never" if x is None else f"{x:,.0f} days" for x in days]
    expect(page.locator("#said")).to_contain_text("Hosting ")
    expect(page.locator("#answer .chart .wide svg path").first).to_be_visible()
    expect(page.locator("#moved")).to_contain_text(f"{d['moves'][0]['factor']:.4g}")


def test_what_cannot_be_is_said(page: Page, go: Open) -> None:
    go(HOST)
    page.locator("#host [name=model]").select_option("deepseek-v3.2")
    page.locator("#host [name=accelerators]").select_option("8")
    page.locator("#host [name=device]").select_option("a100-80gb")
    expect(page.locator("#said")).to_contain_text("GB too little")
    expect(page.locator("#said")).to_contain_text("These can: ")
    expect(page.locator("#said")).to_contain_text("8 x NVIDIA H200 SXM")
    expect(page.locator("#result")).to_be_hidden()
    page.locator("#host [name=device]").select_option("h200")
    expect(page.locator("#result")).to_be_visible()
    page.locator("#host [name=requests]").fill("0")
    expect(page.locator("#said")).to_contain_text("Requests a day: ")
    expect(page.locator("#result")).to_be_hidden()


@pytest.mark.parametrize("across", [PHONE, DESK])
def test_it_is_no_wider_than_the_window(page: Page, go: Open, across: int) -> None:
    widen(page, across)
    go(HOST)
    page.locator("#host [name=peak]").fill("3")
    assert page.evaluate("document.documentElement.scrollWidth") <= across


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_scripts_the_answer_and_all_figures_are_there(page: Page, go: Open) -> None:
    go(HOST)
    data = twin(page)
    expect(page.locator("#said")).to_have_text(data["finding"])
    expect(page.locator("#result tbody tr")).to_have_count(3)
    expect(page.locator("#answer .chart .wide svg")).to_be_visible()
    for name in ("workloads", "costs", "hardware", "offers", "speeds"):
        expect(page.locator(f"#{name} tbody tr")).to_have_count(len(data[name]))
        expect(page.locator(f"#{name} tbody tr").last).to_be_visible()
    for control in page.locator("#host *").all():
        expect(control).to_be_hidden()
