"""What readers of own scores share: what the user chose, and the checks of a score."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from scoreboard.documents import Object, pointer, raw_text
from scoreboard.errors import DataError
from scoreboard.sources.base import Document, date_of, decimal_of, float_of, unread
from scoreboard.tables import Row, Score, Unread

OPTIONS = ("harness", "model", "benchmark", "metric", "full_score", "runner")


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user says of a document: kept in the query of its address.

    `benchmarks` are `name=id`, or one `id` for a document with one test.
    """

    harness: str = ""
    model: str = ""
    benchmarks: tuple[str, ...] = ()
    metric: str = ""
    full_score: str = ""
    runner: str = ""

    @classmethod
    def of(cls, document: Document) -> Choices:
        """Those of a document."""
        said = parse_qsl(urlsplit(document.snapshot.address).query)
        last = {k: v for k, v in said if k in OPTIONS and k != "benchmark"}
        return cls(benchmarks=tuple(v for k, v in said if k == "benchmark"), **last)

    def pairs(self) -> list[tuple[str, str]]:
        """Name and value of everything that is said."""
        one = [(k, getattr(self, k)) for k in OPTIONS if k != "benchmark"]
        return [(k, v) for k, v in one if v] + [("benchmark", b) for b in self.benchmarks]

    def benchmark(self, name: str) -> str:
        """The benchmark that a name in the document means."""
        mapped = dict(b.rpartition("=")[::2] for b in self.benchmarks)
        return mapped.get(name) or mapped.get("") or name

    @property
    def full(self) -> float | None:
        """A perfect score, where the user says it."""
        return float_of(self.full_score) if self.full_score else None


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a JSON document: its value and its locator."""

    value: Any
    at: str
    where: str

    def get(self, *parts: str | int) -> Node:
        """A place within; its value is None where there is nothing."""
        value = self.value
        for part in parts:
            if isinstance(value, Object):
                value = value.get(str(part))
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                value = value[part]
            else:
                value = None
        return Node(value, self.at + pointer(*parts), self.where)

    def need(self, *parts: str | int) -> Node:
        """A place within that must be there."""
        found = self.get(*parts)
        if found.value is None:
            raise DataError(f"the field is missing: {found.at}", where=self.where)
        return found

    def need_text(self, *parts: str | int) -> str:
        """A text that must be there."""
        found = self.need(*parts)
        if not isinstance(found.value, str) or not found.value.strip():
            raise DataError(f"the field is no text: {found.at}", where=self.where)
        return found.value.strip()

    @property
    def items(self) -> list[Node]:
        """The places of a list, or of the values of an object."""
        if isinstance(self.value, Object):
            return [self.get(k) for k in self.value]
        return [self.get(i) for i in range(len(self.value))] if isinstance(self.value, list) else []

    @property
    def text(self) -> str:
        """Its text; empty for anything else."""
        return self.value.strip() if isinstance(self.value, str) else ""

    @property
    def raw(self) -> str:
        """Its raw text."""
        return raw_text(self.value)

    def unread(self, reason: str) -> Unread:
        """The row that cannot be used."""
        return unread(self.at, self.raw, reason)


@dataclass(frozen=True, slots=True)
class Stated:
    """A score as a document states it, before it is checked."""

    value: Node
    stderr: Node
    model: str
    benchmark: str
    full: float
    items: int | None
    harness: str
    scaffold: str = ""
    runner: str = ""
    evaluated: dt.date | None = None
    low: Node | None = None
    high: Node | None = None


def score(stated: Stated, choices: Choices, effort: str = "") -> Iterator[Row]:
    """The row of a score, or why it is not used."""
    fault = _fault(stated)
    if fault:
        yield stated.value.unread(fault)
        return
    name = choices.model or stated.model
    yield Score(
        source_name=f"{name}_{effort}" if effort else name,
        benchmark=choices.benchmark(stated.benchmark),
        value=_number(stated.value) or 0.0,
        full_score=stated.full,
        stderr=_number(stated.stderr),
        low=_number(stated.low),
        high=_number(stated.high),
        harness=choices.harness or stated.harness,
        scaffold=stated.scaffold,
        runner=choices.runner or stated.runner,
        evaluated=stated.evaluated,
        items=stated.items,
        locator=stated.value.at,
        raw=stated.value.raw,
    )


def _number(node: Node | None) -> float | None:
    return None if node is None or node.value is None else float_of(node.raw)


def _fault(stated: Stated) -> str:
    value, error = _number(stated.value), _number(stated.stderr)
    low, high = _number(stated.low), _number(stated.high)
    ends = [n for n in (stated.low, stated.high) if n is not None and n.value is not None]
    if value is None:
        return "the score is not a number"
    found = {
        f"the score is not between 0 and {stated.full:g}": not 0 <= value <= stated.full,
        "the standard error is not a number": stated.stderr.value is not None and error is None,
        "the standard error is negative": error is not None and error < 0,
        "the interval is not of numbers": any(_number(n) is None for n in ends),
        "the score is outside its interval": (low is not None and low > value)
        or (high is not None and high < value),
    }
    return next((why for why, is_so in found.items() if is_so), "")


def one_test(choices: Choices, names: Sequence[str], where: str) -> None:
    """One benchmark without a name is for a document with one test."""
    alone = [b for b in choices.benchmarks if "=" not in b]
    if alone and len(set(names)) > 1:
        raise DataError(
            "the document has several tests", where=where, valid=sorted(set(names)),
            repair=f"--benchmark NAME={alone[0]} for the one that it is",
        )  # fmt: skip


def day_of(text: str) -> dt.date | None:
    """The day of an ISO timestamp, or of seconds since 1970."""
    seconds = decimal_of(text)
    if seconds is None:
        return date_of(text)
    try:
        return dt.datetime.fromtimestamp(float(seconds), dt.UTC).date()
    except (OverflowError, OSError, ValueError):
        return None
