"""What a page is, and how it becomes HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from scoreboard.estimate import Estimate
from scoreboard.render import SHOWN, clean, limit, number
from scoreboard.site.cells import Writer, address, head, shown_columns
from scoreboard.site.links import figure_path, relative, twin
from scoreboard.site.world import World

MOST_SHOWN = 500  # rows of a table on a page; all are in the files beside it
FORMATS = ("csv", "json", "parquet")
HERE = Path(__file__).parent
MEDIA = {"csv": "text/csv", "json": "application/json",
         "parquet": "application/vnd.apache.parquet"}  # fmt: skip
LICENCES = ["https://creativecommons.org/publicdomain/zero/1.0/",
            "https://creativecommons.org/licenses/by/4.0/",
            "https://spdx.org/licenses/MIT.html",
            "https://spdx.org/licenses/Apache-2.0.html"]  # fmt: skip
# What a reader finds at the top of each page.
NAVIGATION = (
    ("index.html", "Board"), ("figures/index.html", "Figures"), ("models/index.html", "Models"),
    ("families/index.html", "Families"), ("benchmarks/index.html", "Benchmarks"),
    ("methods.html", "Methods"), ("data/index.html", "Data"), ("changes.html", "Changes"),
)  # fmt: skip
ALSO = (
    ("host.html", "Host or buy"), ("metrics/index.html", "Metrics"),
    ("developers/index.html", "Developers"),
    ("providers/index.html", "Providers"), ("licences/index.html", "Licences"),
    ("sources/index.html", "Sources"), ("statistics/index.html", "Published statistics"),
    ("documents/index.html", "Documents"),
)  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A table of a page. `stem` is the path of its files, without the suffix."""

    id: str
    title: str
    rows: Sequence[Mapping[str, Any]]
    columns: Sequence[str]
    note: str = ""
    stem: str = ""
    whole: str = ""  # what the files hold, where that is more than the page shows
    hidden: Sequence[str] = ()  # columns that only the files have
    linked: bool = False  # the files are those of another page

    @classmethod
    def of(cls, id_: str, title: str, rows: Sequence[Mapping[str, Any]], **more: Any) -> Table:
        """A table of all columns that say something."""
        return cls(id_, title, rows, shown_columns(rows), **more)

    @property
    def shown(self) -> Sequence[Mapping[str, Any]]:
        """The rows on the page."""
        return self.rows[:MOST_SHOWN]

    @property
    def seen(self) -> Sequence[str]:
        """The columns on the page."""
        return [c for c in self.columns if c not in self.hidden]

    @property
    def left(self) -> int:
        """Rows that are only in the files."""
        return max(0, len(self.rows) - MOST_SHOWN)


@dataclass(frozen=True)
class Page:
    """A page: its path, its template with what that needs, and its twin as data."""

    path: str
    template: str
    title: str
    lead: str  # one sentence: what it is
    data: Mapping[str, Any]
    context: Mapping[str, Any] = field(default_factory=dict)
    kind: str = ""  # what the search calls it; empty: not found by it
    also: str = ""  # other names by which the search finds it

    @property
    def twin(self) -> str:
        """Its path as JSON."""
        return twin(self.path)


@cache
def environment() -> jinja2.Environment:
    """The templates, each compiled once in a process."""
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=shown,
    )
    found.filters |= {"address": address, "coded": coded, "head": head}
    found.globals |= {
        "number": number, "limit": limit, "svg": Markup, "unit_words": SHOWN,
        "interval_words": interval_words, "figure_path": figure_path,
        "navigation": NAVIGATION, "also": ALSO,
    }  # fmt: skip
    return found


class Renderer:
    """Pages as HTML."""

    def __init__(self, world: World, url: str) -> None:
        self.world = world
        self.url = url
        self._frames: dict[tuple[str, str, int], Markup] = {}

    def html(self, page: Page) -> str:
        """The page."""
        template = environment().get_template(page.template)
        writer = Writer(self.world, page.path)
        return template.render(
            page=page,
            url=self.url,
            day=self.world.day,
            to=lambda path: relative(path, page.path),
            w=writer,
            said=lambda answer: said(answer, page, writer),
            frame=lambda name, here="": self._frame(name, here, page),
            formats=FORMATS,
            linked_data=self.dataset,
            **page.context,
        )

    def _frame(self, name: str, here: str, page: Page) -> Markup:
        """What all pages of a depth have alike; `here` is the page that is marked, if it is one."""
        here = here if here in dict(NAVIGATION) else ""
        key = (name, here, page.path.count("/"))
        if key not in self._frames:
            text = (
                environment()
                .get_template(name)
                .render(here=here, to=lambda path: relative(path, page.path))
            )
            self._frames[key] = Markup(text.rstrip("\n"))
        return self._frames[key]

    def dataset(
        self, name: str, about: str, page: Page, stems: Mapping[str, str],
        formats: Sequence[str] = FORMATS,
    ) -> dict[str, Any]:  # fmt: skip
        """A page as a Dataset of schema.org: `stems` are its tables by name, without suffix."""
        return {
            "@context": "https://schema.org/",
            "@type": "Dataset",
            "name": name,
            "description": about,
            "url": f"{self.url}{page.path}",
            "license": LICENCES,
            "creator": {"@type": "Organization", "name": "Open Model Scoreboard"},
            "isAccessibleForFree": True,
            "distribution": [
                {"@type": "DataDownload", "name": f"{table}.{suffix}", "encodingFormat": media,
                 "contentUrl": f"{self.url}{stem}.{suffix}"}
                for table, stem in stems.items()
                for suffix, media in MEDIA.items() if suffix in formats
            ],
        }  # fmt: skip


def shown(value: Any) -> Any:
    """What a template shows of a value: text without marks that hide or turn what follows."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return "\n".join(map(clean, value.split("\n")))


CODE = re.compile(r"`([^`]+)`")


def coded(text: str) -> Markup:
    """Text of the code in which names stand between backticks."""
    return Markup(CODE.sub(r"<code>\1</code>", str(escape(clean(text)))))


def said(answer: Any, page: Page, writer: Writer) -> Markup:
    """The sentence of a figure, linked to its page from every other page."""
    path = figure_path(answer.figure.id)
    return writer.link(None if path == page.path else path, answer.headline)


def of_parts(part: int, parts: int) -> str:
    """Which of several pages one is: the end of its title."""
    return f", part {part} of {parts}" if parts > 1 else ""


INTERVALS = {"bounds": "the bounds: what unobserved data could change",
             "range": "the range of what is stated",
             "published": "the interval of the publisher"}  # fmt: skip


def interval_words(e: Estimate) -> str:
    """What the brackets of an estimate mean."""
    if e.interval is None:
        return ""
    level = f"{100 * e.interval.level:.0f} %" if e.interval.level else ""
    return INTERVALS.get(e.interval.kind, f"the {level} confidence interval")
