"""What machines read of the whole site: Atom feeds, sitemap, robots.txt, CITATION.cff."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from scoreboard.render import clean
from scoreboard.site.page import Page, Table
from scoreboard.site.world import World

Put = Callable[[str, bytes | str], None]
ENTRIES = 60
TITLES = {"headlines": "headlines that changed", "prices": "list prices that changed",
          "models": "new open models"}  # fmt: skip


def put_feeds(
    tables: Mapping[str, Table], world: World, paths: Mapping[str, str], url: str, day: dt.date,
    put: Put,
) -> None:  # fmt: skip
    """One Atom feed for each sort of change."""
    for name, table in tables.items():
        entries = [_entry(name, row, world, paths, url) for row in table.rows[:ENTRIES]]
        put(f"feeds/{name}.xml", feed(name, entries, url, day))


def _entry(
    name: str, row: Mapping[str, Any], world: World, paths: Mapping[str, str], url: str
) -> dict[str, str]:
    day = row["day"].isoformat()
    if name == "headlines":
        path, key = paths.get(row["figure"], "changes.html"), row["figure"]
        title = str(row["finding"])
    else:
        model = world.name("model", row["model"])
        path, key = world.path("model", row["model"]) or "changes.html", row["model"]
        title = f"{model}: weights out, {row.get('openness') or 'licence unknown'}"
        if name == "prices":
            provider = world.name("provider", row["provider"])
            key = f"{row['model']}/{row['provider']}/{row['kind']}/{row['usd_per_mtok']}"
            title = (f"{model} at {provider}: {row['kind']} from ${row['before'].normalize():f} "
                     f"to ${row['usd_per_mtok'].normalize():f} per million tokens")  # fmt: skip
    return {"title": title, "url": f"{url}{path}", "day": day, "id": f"{url}{path}#{key}@{day}"}


def feed(name: str, entries: Sequence[Mapping[str, str]], url: str, day: dt.date) -> str:
    """An Atom feed (RFC 4287)."""
    here = f"{url}feeds/{name}.xml"
    updated = max((e["day"] for e in entries), default=day.isoformat())
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<title>Open Model Scoreboard: {TITLES[name]}</title>",
        f"<id>{escape(here)}</id>",
        f'<link rel="self" href={quoteattr(here)}/>',
        f"<link href={quoteattr(f'{url}changes.html')}/>",
        f"<updated>{updated}T00:00:00Z</updated>",
        "<author><name>Open Model Scoreboard</name></author>",
    ]
    for e in entries:
        lines += [
            "<entry>", f"<title>{escape(clean(e['title']))}</title>", f"<id>{escape(e['id'])}</id>",
            f"<link href={quoteattr(e['url'])}/>", f"<updated>{e['day']}T00:00:00Z</updated>",
            f"<summary>{escape(clean(e['title']))}</summary>", "</entry>",
        ]  # fmt: skip
    return "\n".join([*lines, "</feed>"]) + "\n"


def sitemap(pages: Iterable[Page], url: str) -> str:
    """Every page that stands for itself."""
    lines = ['<?xml version="1.0" encoding="utf-8"?>',
             '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">']  # fmt: skip
    lines += [f"<url><loc>{escape(url + p.path)}</loc></url>" for p in pages if p.kind]
    return "\n".join([*lines, "</urlset>"]) + "\n"


def citation_file(url: str, day: dt.date) -> str:
    """CITATION.cff of the data set."""
    return (
        "cff-version: 1.2.0\n"
        "message: Please cite the figure that you use; each has its own citation on its page.\n"
        "type: dataset\n"
        "title: Open Model Scoreboard\n"
        "authors:\n  - name: Open Model Scoreboard maintainers\n"
        f"url: {url}\n"
        f"date-released: {day.isoformat()}\n"
        "license: CC0-1.0\n"
    )
