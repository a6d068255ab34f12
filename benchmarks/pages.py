"""The site: built from built tables, built again with nothing changed, and opened in a browser."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.measure import SCOREBOARD, Result, command, seconds

DRAWING = re.compile(rb"<svg .*?</svg>", re.DOTALL)
OPENED = ("index.html", "figures/gap-index.html", "figures/share-cn-open-latest.html",
          "models/kimi-k3.html", "models/index.html")  # fmt: skip
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
SHIFT = """new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => list.getEntries().forEach(e => { sum += e.value; }))
    .observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(sum), 300);
})"""


def measure(home: Path) -> Iterator[Result]:
    """Tables are built; there is no drawing yet."""
    folder = home / "site"
    build = partial(command, SCOREBOARD, "build", "--out", str(folder), home=home)
    board = seconds(partial(command, SCOREBOARD, "build", home=home))
    yield Result("whole site from built tables, no drawing kept", seconds(build) - board, 30)
    yield Result("the same when nothing changed", max(0.0, seconds(build, 3) - board), 5)
    shutil.rmtree(folder)
    yield Result("whole site, drawings kept", seconds(build) - board, 30)
    yield from _sizes(folder)
    yield from _browser(folder)


def _sizes(folder: Path) -> Iterator[Result]:
    pages = [p for p in folder.rglob("*.html") if b"<svg " in p.read_bytes()]
    drawings = [d for p in pages for d in DRAWING.findall(p.read_bytes())]
    yield Result(f"largest of {len(drawings)} drawings", max(map(len, drawings)) / 1000, 150, "kB")
    packed = {p: len(gzip.compress(p.read_bytes(), 6)) / 1000 for p in pages}
    largest = max(packed, key=lambda p: packed[p])
    name = largest.relative_to(folder)
    yield Result(f"largest page with charts, compressed: {name}", packed[largest], 200, "kB")


def _browser(folder: Path) -> Iterator[Result]:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        yield Result("first contentful paint", None, 0.5, note="needs Chromium: make browser")
        return
    from playwright.sync_api import sync_playwright

    from scoreboard.site.serve import server

    paints, shifts = {}, {}
    with server(folder, 0) as running, sync_playwright() as playwright:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{running.server_address[1]}/"
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
        )
        for name in OPENED:
            page = browser.new_page()
            page.goto(address + name)
            shifts[name] = float(page.evaluate(SHIFT))
            paints[name] = float(page.evaluate(PAINT)) / 1000
            page.close()
        browser.close()
        running.shutdown()
    slowest = max(paints, key=lambda n: paints[n])
    yield Result(f"first contentful paint, slowest of {len(paints)}: {slowest}", paints[slowest],
                 0.5)  # fmt: skip
    yield Result("layout shift, largest", max(shifts.values()), 0.001, "")
