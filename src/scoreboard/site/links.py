"""Addresses inside the site: a name from a source becomes a safe file name, the same every time."""

from __future__ import annotations

import hashlib
import re

LONGEST = 120  # characters of a shortened file name; all others have fewer
UNSAFE = re.compile(rb"[^a-z0-9._=,@+-]")
TAKEN = ("index",)  # file names that a folder needs for itself


def slug(text: str) -> str:
    """A name as a file name: no two names share one, none leaves its folder.

    Small letters, digits and `. _ = , @ + -` stay, a colon becomes `~~`, every other byte `~hh`.
    """
    raw = text.encode("utf-8", "surrogatepass")
    found = UNSAFE.sub(lambda m: b"~~" if m[0] == b":" else b"~%02x" % m[0][0], raw).decode()
    if found[:1] == "." or found in TAKEN or not found:
        found = f"~{found}"
    if len(found) >= LONGEST:  # so that no short name is as long as a shortened one
        found = f"{found[: LONGEST - 17]}~z{hashlib.sha256(raw).hexdigest()[:15]}"
    return found


def anchor(locator: str) -> str:
    """The place of a row on the page of its document: it stays when other rows come or go."""
    return "r" + hashlib.sha256(locator.encode("utf-8", "surrogatepass")).hexdigest()[:10]


def relative(target: str, page: str) -> str:
    """A path of the site as seen from a page, so that the site works in any folder."""
    path, mark, place = target.partition("#")
    return f"#{place}" if path == page and mark else "../" * page.count("/") + target


def twin(page: str, suffix: str = ".json") -> str:
    """The file beside a page with the same content as data."""
    return page.removesuffix(".html") + suffix


def figure_path(name: str) -> str:
    """The page of a figure."""
    return f"figures/{slug(name)}.html"
