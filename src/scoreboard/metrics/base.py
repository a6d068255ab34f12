"""What a metric is: a pure function from tables and parameters to estimates, which says of itself
what it measures and declares what it may be asked.
"""

from __future__ import annotations

import datetime as dt
import math
import shlex
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from scoreboard.errors import LISTED, UsageError, near
from scoreboard.estimate import Estimate
from scoreboard.metrics._words import Name, plain_name
from scoreboard.render import SHOWN, number
from scoreboard.store import Tables

Values = Mapping[str, Any]
Domain = Callable[[Tables, Values], list[str]]
Kind = str  # "text", "date", "number"


@dataclass(frozen=True)
class Param:
    """A parameter: what it means, its type, its default and the values it may take."""

    name: str
    doc: str
    kind: Kind = "text"
    default: str | None = None
    domain: Domain | None = None
    canonical: Callable[[Tables, str, Values], str | None] | None = None  # old names -> id

    def values(self, tables: Tables, others: Values) -> list[str]:
        """Every value it may take (dates: the days on which an answer can change)."""
        return self.domain(tables, others) if self.domain else []

    def neighbours(self, tables: Tables, others: Values, value: str) -> list[str]:
        """The values next to one: all others of a partition, the change points around a date."""
        found = self.values(tables, others)
        if self.kind == "date":
            before = [v for v in found if v < value][-2:]
            return before + [v for v in found if v > value][:2]
        return [v for v in found if v != value]

    def read(self, tables: Tables, others: Values, text: str) -> Any:
        """A value from its text, or a UsageError that lists what there is."""
        if self.kind == "date":
            return day_of(self.name, text)
        if self.kind == "number":
            return _number(self.name, text)
        if self.canonical and (found := self.canonical(tables, text, others)):
            return found
        valid = self.values(tables, others)
        if valid and text not in valid:
            lower = {v.lower(): v for v in valid}
            if text.lower() in lower:
                return lower[text.lower()]
            raise UsageError(
                f"unknown {self.name}: {text}{near(text, valid, 6, 0.5)}",
                valid=[v for v in valid if v],
                repair=f"scoreboard find {shlex.quote(text)}"
                if text and len(valid) > LISTED
                else "scoreboard show",
            )
        return text


def day_of(name: str, text: str) -> dt.date:
    """A date from its text, or a UsageError that names what is none."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"{name} is not a date: {text}", valid=["a day such as 2025-01-31"]
        ) from error


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise UsageError(f"{name} is not a number: {text}") from error
    if not math.isfinite(value):
        raise UsageError(f"{name} is not a finite number: {text}")
    return value


def no_value(e: Estimate) -> str:
    """Why there is no value, as a sentence."""
    return f"No value: {e.caveats[0] if e.caveats else 'no rows'}."


AS_OF = Param("as_of", "what was true on this day; by default the newest day all tables reach",
              kind="date")  # fmt: skip


class Metric(ABC):
    """One measure."""

    id: ClassVar[str]
    title: ClassVar[str]
    unit: ClassVar[str]
    definition: ClassVar[str]  # one sentence
    method: ClassVar[str]
    criticism: ClassVar[str]
    chart: ClassVar[str]  # a file of site/charts, or table
    tables: ClassVar[tuple[str, ...]]
    params: ClassVar[tuple[Param, ...]]
    draws_itself: ClassVar[bool] = True  # its chart shows the figure's own series, no other groups
    draws_things: ClassVar[tuple[str, ...] | None] = None  # kinds whose figures are drawn; all
    things: ClassVar[
        tuple[str, ...]
    ] = ()  # kinds of things with a figure each: a parameter or `by`
    columns: ClassVar[tuple[str, ...]] = ()  # details shown beside the value where it has several

    @abstractmethod
    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        """The estimates at these parameters, with intervals."""

    @abstractmethod
    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        """Plain values at many readings, one each, without intervals: what an audit searches.

        A reading that has no single value gives None.
        """

    def computed(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        """The `values` of a metric whose plain values are no quicker than its estimates."""
        several = (self.compute(tables, p) for p in grid)
        return [found[0].value if len(found) == 1 else None for found in several]

    def series(self, tables: Tables, p: Values) -> list[Estimate]:
        """The metric through time: one estimate per day on which it changes."""
        raise UsageError(f"{self.id} has no series", repair=f"scoreboard show {self.id}")

    def drawn(self, tables: Tables, p: Values) -> list[Estimate]:
        """What its chart shows beside the figure itself: by default the series."""
        try:
            return self.series(tables, p)
        except UsageError:
            return []

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        """What an estimate says, in one plain sentence."""
        if e.value is None:
            return no_value(e)
        value = f"{number(e.value, e.unit)} {SHOWN.get(e.unit, e.unit)}".strip()
        return f"{self.title}: {value}."

    def headline(
        self, found: Sequence[Estimate], drawn: Sequence[Estimate], name: Name = plain_name
    ) -> str:
        """What the estimates of a figure say together: by default what the first of them says.

        `drawn` is what the chart of the figure shows.
        """
        return self.finding(found[0], name)

    def as_of(self, tables: Tables, p: Values) -> dt.date:
        """The day asked for, or the newest that all tables reach."""
        return p.get("as_of") or tables.newest(*self.tables)

    def read(self, tables: Tables, given: Mapping[str, str]) -> dict[str, Any]:
        """Parameters from text, checked, with defaults."""
        known = {p.name: p for p in self.params}
        for name in given:
            if name not in known:
                raise UsageError(
                    f"{self.id} has no parameter {name}{near(name, known, 3, 0.4)}",
                    valid=known,
                    repair="scoreboard show",
                )
        result: dict[str, Any] = {}
        for name, param in sorted(known.items(), key=lambda k: k[1].kind != "date"):
            text = given.get(name, param.default)
            result[name] = None if text is None else param.read(tables, result, text)
        return result
