"""Every observed table's columns, types, units and keys. One dataclass per table.

Rows are what sources yield and what the bundle holds. Each carries the snapshot it came from,
a locator inside that snapshot's bytes (a JSON pointer, `L<line>/<column>` in a CSV, or
`<member>!...` in an archive) and the raw text of its cell, so it can be found again.
"""

from __future__ import annotations

import datetime as dt
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from decimal import Decimal
from operator import attrgetter
from typing import Any, ClassVar

SQL_TYPES: dict[object, str] = {
    str: "VARCHAR",
    int: "BIGINT",
    bool: "BOOLEAN",
    float: "DOUBLE",
    Decimal: "DECIMAL(24, 10)",
    dt.date: "DATE",
}


def column(doc: str, default: Any = ...) -> Any:
    """A column with its description (and unit), and a default where it may be empty."""
    if default is ...:
        return field(metadata={"doc": doc})
    return field(default=default, metadata={"doc": doc})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What every row has."""

    table: ClassVar[str] = ""
    key: ClassVar[tuple[str, ...]] = ()
    run: ClassVar[bool] = False  # kept as runs of equal observations, not one row per snapshot

    snapshot_id: str = column("snapshot whose bytes hold the row", "")
    locator: str = column("where in the bytes: pointer, line/column, member!...")
    raw: str = column("raw text of the cell")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One document as it was one day."""

    table: ClassVar[str] = "snapshots"

    id: str = column("<source>@<published>-<start of the sha256>")
    source: str = column("source id")
    address: str = column("address a live fetch would use")
    published: dt.date = column("date the document stands for")
    retrieved: dt.date = column("date it was fetched")
    sha256: str = column("checksum of the bytes")
    size: int = column("bytes")
    media_type: str = column("media type of the bytes", "")
    validator: str = column("ETag or Last-Modified of the answer", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Score(Row):
    """One result of one variant of a model on one benchmark, as the source states it."""

    table: ClassVar[str] = "scores"
    key: ClassVar[tuple[str, ...]] = ("snapshot_id", "locator")

    source_name: str = column("the source's name for model and variant")
    benchmark: str = column("the source's name for the benchmark")
    value: float = column("score in the source's own scale")
    full_score: float | None = column("a perfect score in this scale; empty for ratings", None)
    stderr: float | None = column("standard error, same scale", None)
    low: float | None = column("lower end of a published interval, same scale", None)
    high: float | None = column("upper end, same scale", None)
    shots: str = column("examples in the prompt, as stated", "")
    harness: str = column("who or what ran it: one harness, one procedure")
    scaffold: str = column("what was put around the model", "")
    runner: str = column("developer, independent, or empty", "")
    evaluated: dt.date | None = column("date of the run", None)
    released: dt.date | None = column("the source's release date of the model", None)
    chance_removed: bool = column("guessing was subtracted and the rest rescaled", False)
    items: int | None = column("questions scored, where the source says", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price(Row):
    """A price of one offer over the days on which the source was seen to state it."""

    table: ClassVar[str] = "prices"
    key: ClassVar[tuple[str, ...]] = (
        "provider", "source_name", "variant", "tier", "kind", "valid_from",
    )  # fmt: skip
    run: ClassVar[bool] = True

    provider: str = column("the source's name for the provider")
    source_name: str = column("the source's name for the model")
    variant: str = column("batch, flex, priority, off-peak ...; empty for standard", "")
    tier: str = column("context tier: above:200000 ...; empty for the lowest", "")
    kind: str = column("input, cached_input, cache_write, output")
    usd_per_mtok: Decimal = column("US dollars per million tokens")
    valid_from: dt.date | None = column("first day, where the source says", None)
    valid_to: dt.date | None = column("last day, where the source says", None)
    first_seen: dt.date | None = column("published date of the first document of the run", None)
    last_seen: dt.date | None = column("published date of the last document of the run", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens(Row):
    """Tokens of one model on a platform over some days."""

    table: ClassVar[str] = "tokens"
    key: ClassVar[tuple[str, ...]] = ("snapshot_id", "start", "days", "source_name")

    start: dt.date = column("first day (a Monday for weeks), UTC")
    days: int = column("1 or 7")
    source_name: str = column("the source's name for model and variant; `other` for the rest")
    tokens: int = column("prompt and completion tokens")
    method: str = column("how the number was had", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Total(Row):
    """Tokens of a whole platform over some days."""

    table: ClassVar[str] = "totals"
    key: ClassVar[tuple[str, ...]] = ("snapshot_id", "start", "days")

    start: dt.date = column("first day, UTC")
    days: int = column("1 or 7")
    tokens: int = column("all tokens of the platform")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample(Row):
    """Tokens of one model in one kind of traffic, estimated by the platform from a sample."""

    table: ClassVar[str] = "samples"
    key: ClassVar[tuple[str, ...]] = (
        "snapshot_id",
        "start",
        "days",
        "part",
        "value",
        "source_name",
    )

    start: dt.date = column("first day (a Monday for weeks), UTC")
    days: int = column("1 or 7")
    part: str = column("how the traffic is divided: category, language_type, context_bucket")
    value: str = column("the part of the traffic, in the source's words")
    source_name: str = column("the source's name for model and variant; `other` for the rest")
    tokens: int = column("prompt and completion tokens; an estimate where it is sampled")
    sampled: bool = column("estimated from a sample")


@dataclass(frozen=True, slots=True, kw_only=True)
class Downloads(Row):
    """How often a repository of the Hub was downloaded, as stated on a day."""

    table: ClassVar[str] = "downloads"
    key: ClassVar[tuple[str, ...]] = ("snapshot_id", "source_name", "period", "day")

    source_name: str = column("repository on the Hugging Face Hub, owner and name")
    period: str = column("`30d`: the 30 days before; `all`: since the repository is there")
    day: dt.date = column("day on which the Hub stated it")
    downloads: int = column("downloads in the period, as the Hub counts them")
    likes: int | None = column("likes on that day", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation(Row):
    """A repository of the Hub that its uploader says was made from another."""

    table: ClassVar[str] = "relations"
    key: ClassVar[tuple[str, ...]] = ("source_name", "base", "relation")
    run: ClassVar[bool] = True

    source_name: str = column("the repository that was made")
    base: str = column("the repository that it was made from")
    relation: str = column("`finetune`, `adapter`, `quantized`, `merge`; empty when not said")
    created: dt.date | None = column("day on which the repository was made", None)
    first_seen: dt.date | None = column("published date of the first document of the run", None)
    last_seen: dt.date | None = column("published date of the last document of the run", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Row):
    """A statement of a source about a thing, over the days on which it was seen to make it."""

    table: ClassVar[str] = "facts"
    key: ClassVar[tuple[str, ...]] = ("kind", "name", "attribute")
    run: ClassVar[bool] = True

    kind: str = column("model, offer, developer, benchmark, repository")
    name: str = column("the source's name for the thing")
    attribute: str = column("what is stated")
    value: str = column("the value, as text")
    valid_from: dt.date | None = column("when it became true; empty when unknown", None)
    valid_to: dt.date | None = column("when it ceased to be true", None)
    evidence: str = column("address of the evidence, for curated facts", "")
    first_seen: dt.date | None = column("published date of the first document of the run", None)
    last_seen: dt.date | None = column("published date of the last document of the run", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread(Row):
    """A row of a document that could not be used, and why."""

    table: ClassVar[str] = "unread"
    key: ClassVar[tuple[str, ...]] = ("snapshot_id", "locator", "reason")

    reason: str = column("why it was not used")


ROW_TYPES: dict[str, type[Row]] = {
    t.table: t for t in (Score, Price, Tokens, Total, Sample, Downloads, Relation, Fact, Unread)
}


SOURCE = "split_part(snapshot_id, '@', 1)"  # SQL: the source of a row
PLACE = "split_part(address, '?', 1)"  # SQL: the line of documents of a snapshot


def source_of(snapshot_id: str) -> str:
    """The source of a row, from its snapshot's id."""
    return snapshot_id.partition("@")[0]


def column_types(row_type: type) -> dict[str, str]:
    """Column name to SQL type, in order."""
    hints = typing.get_type_hints(row_type)
    return {f.name: SQL_TYPES[_plain(hints[f.name])] for f in fields(row_type)}


def values_of(row_type: type) -> Callable[[Any], tuple[Any, ...]]:
    """A function from a row to its values in the order of the columns; no values are copied."""
    return attrgetter(*(f.name for f in fields(row_type)))


def _plain(hint: Any) -> object:
    """`date | None` is a date column that may be null."""
    if typing.get_origin(hint) is typing.Literal:
        return type(typing.get_args(hint)[0])
    if isinstance(hint, types.UnionType):
        return next(t for t in typing.get_args(hint) if t is not type(None))
    return hint


def ddl(name: str, columns: dict[str, str]) -> str:
    """The statement that makes a table of these columns."""
    return f'CREATE TABLE "{name}" ({", ".join(f"{c} {t}" for c, t in columns.items())})'
