"""A built site as a reader gets it: its files, its pages, their elements and links.

Nothing here uses the code that makes the site.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

TAG = re.compile(r"<([a-zA-Z][a-zA-Z0-9]*)([^<>]*)>")
MARKUP = re.compile(r"<(?:[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?|/[a-zA-Z][a-zA-Z0-9]*|!doctype html)>")
ATTRIBUTE = re.compile(r'\s([a-zA-Z:-]+)="([^"]*)"')
VOID = {"meta", "link", "img", "input", "br", "hr", "col"}
NUMBER = re.compile(r"[-+]?\$?\d[\d,]*(\.\d+)?(e[-+]?\d+)?( ?(%|k|B|x))?")
DATA_PAGES = re.compile(r"\.(rows|part)-\d+\.html$")  # a part of what another page is about


def files_of(folder: Path) -> dict[str, int]:
    """Every file below a folder with its size."""
    found = (p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): p.stat().st_size for p in found}


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {name: (folder / name).read_bytes() for name in files_of(folder)}


def tags(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Each start tag of a page with its attributes, in order."""
    for tag, rest in TAG.findall(text):
        found = ATTRIBUTE.findall(rest) if rest else ()
        yield tag, {name: unescape(value) for name, value in found}


def outside(address: str) -> bool:
    """Whether an address names a host or a scheme."""
    return address.startswith("//") or re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", address) is not None


def place(page: str, address: str) -> tuple[str, str]:
    """The file and the id to which an address on a page leads."""
    path, _, fragment = address.partition("#")
    path = unquote(path.partition("?")[0])
    folder = posixpath.dirname(page)
    return posixpath.normpath(posixpath.join(folder, path)) if path else page, unquote(fragment)


@dataclass(eq=False, slots=True)
class Element:
    """An element of a page."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    parent: Element | None = None
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its text, white space folded."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child._texts()

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    @property
    def href(self) -> str:
        """Where it leads."""
        return self.attributes["href"]

    def all(self, tag: str = "", kind: str = "") -> Iterator[Element]:
        """The elements inside with this tag and class."""
        for child in self.children:
            if isinstance(child, Element):
                if child.tag == (tag or child.tag) and (not kind or kind in child.classes):
                    yield child
                yield from child.all(tag, kind)

    def one(self, tag: str = "", kind: str = "") -> Element:
        """The only element inside with this tag and class."""
        found = list(self.all(tag, kind))
        assert len(found) == 1, f"{len(found)} of {tag}.{kind}"
        return found[0]

    def at(self, id_: str) -> Element:
        """The element with this id."""
        return next(e for e in self.all() if e.attributes.get("id") == id_)

    def bare(self) -> str:
        """Its text that is in no link."""
        found = []
        for child in self.children:
            if isinstance(child, str):
                found.append(child)
            elif child.tag != "a" or "href" not in child.attributes:
                found.append(child.bare())
        return " ".join("".join(found).split())

    def columns(self) -> list[str]:
        """Of a table: its headings."""
        return [h.text for h in self.one("thead").all("th")]

    def body(self) -> list[list[Element]]:
        """Of a table: the cells of its rows."""
        return [
            [c for c in row.children if isinstance(c, Element)]
            for row in self.one("tbody").all("tr")
        ]


class _Builder(HTMLParser):
    """Elements of a page; every one must be closed where it ends."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.now = Element("")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {k: v or "" for k, v in attrs}, self.now)
        self.now.children.append(made)
        if tag not in VOID:
            self.now = made

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.now.children.append(Element(tag, {k: v or "" for k, v in attrs}, self.now))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert tag == self.now.tag, f"</{tag}> ends <{self.now.tag}>"
        assert self.now.parent is not None
        self.now = self.now.parent

    def handle_data(self, data: str) -> None:
        self.now.children.append(data)


def page(text: str) -> Element:
    """A page as elements. An element that is not closed is a fault."""
    builder = _Builder()
    builder.feed(text)
    builder.close()
    assert builder.now is builder.root, f"<{builder.now.tag}> is not closed"
    return builder.root


def read(folder: Path, path: str) -> Element:
    """A page of a site."""
    return page((folder / path).read_text(encoding="utf-8"))
