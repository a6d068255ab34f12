"""What a source is. A source file says only what is particular to it; the rest is here.

A source names its addresses, licence and citation and turns one document into rows. It never
fetches and never computes: `sync` fetches, `load` reads, metrics compute.
"""

from __future__ import annotations

import datetime as dt
import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

from scoreboard.documents import repeated
from scoreboard.errors import DataError
from scoreboard.tables import Row, Snapshot, Unread


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of one snapshot, with what is known of them."""

    snapshot: Snapshot
    body: bytes

    @property
    def where(self) -> str:
        """How errors name the document."""
        return f"{self.snapshot.address} of {self.snapshot.published}"

    @property
    def name(self) -> str:
        """The last part of the address."""
        return urlsplit(self.snapshot.address).path.rsplit("/", 1)[-1]


MISSHAPEN = (
    KeyError, IndexError, TypeError, AttributeError, ValueError, ArithmeticError, RecursionError,
)  # fmt: skip


class Source(ABC):
    """Somebody else's data."""

    id: ClassVar[str]
    title: ClassVar[str]
    producer: ClassVar[str]
    home: ClassVar[str]
    addresses: ClassVar[tuple[str, ...]]  # without query
    licence: ClassVar[str]  # SPDX id, or LicenseRef-...
    licence_note: ClassVar[str]  # what may be done with the rows, in words
    cite: ClassVar[str]
    republish: ClassVar[bool] = True
    key: ClassVar[str | None] = None  # environment variable with the key of live fetches
    tables: ClassVar[tuple[str, ...]]
    namespace: ClassVar[str] = ""  # sources that use the same identifiers share one
    efforts: ClassVar[bool] = False  # names end in a reasoning effort: `gpt-5_high`
    aside: ClassVar[str] = "an archive: read from a mirror only"  # why nothing is fetched live
    level: ClassVar[float] = 0.95  # of the intervals that it publishes

    @abstractmethod
    def read(self, document: Document) -> Iterable[Row]:
        """The rows of one document; what cannot be used is yielded as `Unread`."""

    def live(self, today: dt.date, newest: dt.date | None) -> list[str]:
        """Addresses to fetch now. `reconstruction:` archives are never fetched live."""
        return [a for a in self.addresses if urlsplit(a).scheme in ("http", "https")]

    def matches(self, address: str) -> bool:
        """Whether a document of this address is ours: scheme, host and path, query apart."""
        return _place(address) in {_place(a) for a in self.addresses}

    def published(self, document_body: bytes, fetched: dt.date) -> dt.date:
        """The date that a live document stands for: the day it was fetched, unless it says."""
        return fetched

    def rows(self, document: Document) -> Iterator[Row]:
        """`read`, with the snapshot filled in. A faulty or empty document raises DataError."""
        empty = True
        try:
            for row in self.read(document):
                empty = False
                yield replace(row, snapshot_id=document.snapshot.id)
        except MISSHAPEN as error:
            raise DataError(
                f"the document has not the shape of {self.id}: {type(error).__name__} {error}",
                where=document.where,
                repair=f"scoreboard sync {self.id}",
            ) from error
        if empty:
            raise DataError(
                f"the document has no rows of {self.id}",
                where=document.where,
                repair=f"scoreboard sync {self.id}",
            )


def _place(address: str) -> tuple[str, str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc.lower(), parts.path.rstrip("/")


def query_of(address: str) -> dict[str, str]:
    """The query of an address, parsed."""
    return dict(parse_qsl(urlsplit(address).query))


def unread(locator: str, raw: str, reason: str) -> Unread:
    """A row that could not be used, and why."""
    return Unread(locator=locator, raw=raw[:200], reason=reason)


def overruled(value: object) -> Iterator[Unread]:
    """What a JSON document says under a key that comes again: the last of them counts."""
    for locator, raw in repeated(value):
        yield unread(locator, raw, "a later entry has the same key and counts")


def decimal_of(text: str | None) -> Decimal | None:
    """A finite decimal from raw text, or None."""
    try:
        number = Decimal(text.strip()) if text is not None else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


def float_of(text: str | None) -> float | None:
    """A finite number from raw text, or None."""
    number = decimal_of(text)
    value = None if number is None else float(number)
    return value if value is not None and math.isfinite(value) else None


EARLIEST = dt.date(1950, 1, 1)
LATEST = dt.date(2100, 1, 1)


def date_of(text: str | None) -> dt.date | None:
    """An ISO date (the day of a timestamp) from raw text; None when absent or impossible."""
    try:
        found = dt.date.fromisoformat((text or "").strip()[:10])
    except ValueError:
        return None
    return found if EARLIEST < found < LATEST else None


MONEY_LIMIT = Decimal(10_000)  # US dollars per million tokens: dearer is a slip of the decimal


def per_mtok(raw: str, factor: int) -> tuple[Decimal | None, str]:
    """A price in US dollars per million tokens, and why there is none."""
    number = decimal_of(raw)
    if number is None:
        return None, "the price is not a number"
    if number < 0:
        return None, "the price is negative"
    if number > MONEY_LIMIT or number * factor > MONEY_LIMIT:
        return None, f"the price is above {MONEY_LIMIT} dollars per million tokens"
    return round((number * factor).normalize(), 10), ""
