"""The built site on loopback, and a browser in which nothing may go wrong unseen."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Response

from browser.ways import address
from scoreboard.site.serve import server

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip
Open = Callable[[str], Response]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the Chromium that is installed."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not found or not shutil.which(found):
        pytest.fail(f"no Chromium to test the site with ({found}): make browser", pytrace=False)
    return {**browser_type_launch_args, "executable_path": found, "args": list(ARGUMENTS)}


@pytest.fixture(scope="session")
def site_address(built_site: Path) -> Iterator[str]:
    """Where the built site is served."""
    with server(built_site, 0) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_address[1]}/"
        running.shutdown()


@pytest.fixture(scope="session")
def base_url(site_address: str) -> str:
    """Addresses that a test opens are those below the site."""
    return site_address


@pytest.fixture(autouse=True)
def complaints(context: BrowserContext, site_address: str) -> Iterator[list[str]]:
    """What the console said, what scripts threw and what was asked of other hosts: nothing."""
    found: list[str] = []
    context.on(
        "console",
        lambda m: found.append(f"{m.location['url']}: {m.type}: {m.text}")
        if m.type in ("error", "warning") else None,
    )  # fmt: skip
    context.on("weberror", lambda e: found.append(f"{e.page and e.page.url}: {e.error}"))
    context.on(
        "request",
        lambda r: None if r.url.startswith(site_address) else found.append(f"asked for {r.url}"),
    )
    context.on(
        "response", lambda r: found.append(f"{r.status}: {r.url}") if r.status >= 400 else None
    )
    yield found
    assert found == []


@pytest.fixture
def go(page: Page, built_site: Path) -> Open:
    """Open a page by its name."""

    def opened(name: str) -> Response:
        response = page.goto(address(name, built_site))
        assert response is not None and response.ok, name
        return response

    return opened
