"""What every list of Hugging Face repositories needs: counts, tags that name a base, facts.

The Hub's `downloads` are those of the 30 days before, `downloadsAllTime` those since the
repository is there. A tag `base_model:<relation>:<repository>` is the uploader's own statement.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from scoreboard.documents import pointer, raw_text, text_of
from scoreboard.sources._common import whole_number
from scoreboard.sources.base import date_of, unread
from scoreboard.tables import Downloads, Fact, Relation, Row, Unread

NAMESPACE = "huggingface"
RELATIONS = ("finetune", "adapter", "quantized", "merge")
BASE = "base_model:"
LICENCE = "license:"


def repository(value: Any, seen: set[str]) -> tuple[str, str]:
    """A repository's name, and why it cannot be used; names of old have no owner."""
    name = (text_of(value) or "").strip()
    if not name or name.count("/") > 1:
        return name, "the row names no repository"
    if name.lower() in seen:
        return name, "a second row of this repository"
    seen.add(name.lower())
    return name, ""


def count(name: str, period: str, day: dt.date, at: str, value: Any, likes: Any = None) -> Row:
    """A count of downloads; numbers written as text are read, anything else is not used."""
    raw = raw_text(value)
    found = whole_number(raw) if isinstance(value, str) else None
    if found is None:
        return unread(at, raw, "the downloads are not a whole number")
    return Downloads(
        source_name=name,
        period=period,
        day=day,
        downloads=found,
        likes=whole_number(likes) if isinstance(likes, str) else None,
        locator=at,
        raw=raw,
    )


def relations(name: str, tags: Any, here: tuple[str | int, ...], created: Any) -> Iterator[Row]:
    """From which repositories the tags say that this one was made."""
    if not isinstance(tags, list):
        return
    found: dict[tuple[str, str], Row] = {}
    for i, tag in enumerate(tags):
        text = text_of(tag) or ""
        if not text.startswith(BASE):
            continue
        row = _relation(name, text, pointer(*here, i), date_of(text_of(created)))
        if isinstance(row, Unread):
            yield row
        elif isinstance(row, Relation):
            found.setdefault((row.base.lower(), row.relation), row)
    said = {base for base, relation in found if relation}
    yield from (row for (base, relation), row in found.items() if relation or base not in said)


def _relation(name: str, text: str, at: str, created: dt.date | None) -> Row:
    relation, colon, base = text.removeprefix(BASE).rpartition(":")
    if colon and relation not in RELATIONS:
        return unread(at, text, f"not a relation that the Hub has: {relation}")
    if not base.strip() or base.count("/") > 1:
        return unread(at, text, "the tag names no repository")
    if base.strip().lower() == name.lower():
        return unread(at, text, "the tag names the repository itself as its base")
    return Relation(source_name=name, base=base.strip(), relation=relation, created=created,
                    locator=at, raw=text)  # fmt: skip


def fact(name: str, attribute: str, at: str, value: Any) -> Iterator[Row]:
    """What the Hub states of a repository; nothing where it states nothing."""
    if value is None or value == "":
        return
    raw = raw_text(value)
    if attribute == "parameters" and not (isinstance(value, str) and whole_number(raw)):
        yield unread(at, raw, "the parameters are not a whole number above zero")
        return
    if attribute == "repository_created" and date_of(raw) is None:
        yield unread(at, raw, "the day of creation is no date")
        return
    yield Fact(kind="repository", name=name, attribute=attribute, value=raw, locator=at, raw=raw)


def licence(name: str, tags: Any, here: tuple[str | int, ...]) -> Iterator[Row]:
    """The licence that the first such tag names, in the Hub's word."""
    for i, tag in enumerate(tags if isinstance(tags, list) else ()):
        text = text_of(tag) or ""
        if text.startswith(LICENCE) and text != LICENCE:
            yield Fact(kind="repository", name=name, attribute="licence",
                       value=text.removeprefix(LICENCE), locator=pointer(*here, i),
                       raw=text)  # fmt: skip
            return
