"""What a workload costs at one offer: which price each token is billed at, and the sum."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from scoreboard.metrics._prices import Pick, Shelf, read_shelf
from scoreboard.store import Tables

KINDS = ("input", "cached_input", "output")
MILLION = 1e6


@dataclass(frozen=True)
class Workload:
    """Requests of one shape."""

    tokens_in: float  # per request, cached ones included
    cached: float  # of tokens_in, a fraction
    tokens_out: float  # per request, as it would be without reasoning
    requests: float
    reasoning: float = 1.0  # times the tokens out, billed as output
    batch: bool = False

    @cached_property
    def amounts(self) -> dict[str, float]:
        """Tokens of all requests by kind."""
        hits = self.tokens_in * self.cached
        each = {"input": self.tokens_in - hits, "cached_input": hits,
                "output": self.tokens_out * self.reasoning}  # fmt: skip
        return {k: n * self.requests for k, n in each.items()}

    @cached_property
    def words(self) -> str:
        """The workload in words."""
        said = [f"{self.requests:,.10g} requests of {self.tokens_in:,.10g} tokens in"]
        said += [f"{self.cached:.4g} of them cached"] if self.cached else []
        said += [f"{self.tokens_out:,.10g} tokens out"]
        said += [f"times {self.reasoning:g} for reasoning"] if self.reasoning != 1 else []
        said += ["in batches"] if self.batch else []
        return ", ".join(said)


class Line(NamedTuple):
    """One kind of tokens on a bill."""

    kind: str
    tokens: float
    pick: Pick
    billed_as: str  # the kind whose price counts
    tier: str

    @property
    def usd(self) -> float:
        """What these tokens cost."""
        return self.tokens * self.pick.chosen.value / MILLION

    def end(self, which: int) -> float:
        """What they cost by the lowest (0) or highest (-1) that a source in force states."""
        if len(self.pick.current) == 1:
            return self.usd
        return self.tokens * sorted(s.value for s in self.pick.current)[which] / MILLION


@dataclass(frozen=True)
class Bill:
    """What a workload costs at one offer, US dollars."""

    model: str
    provider: str
    lines: tuple[Line, ...]

    @cached_property
    def usd(self) -> float:
        """The sum."""
        return sum(line.usd for line in self.lines)

    @property
    def low(self) -> float:
        """The sum at the lowest prices that sources in force state."""
        return sum(line.end(0) for line in self.lines)

    @property
    def high(self) -> float:
        """The sum at the highest."""
        return sum(line.end(-1) for line in self.lines)

    @property
    def unlisted(self) -> dt.date | None:
        """Since when no catalogue lists one of its prices, where one did."""
        return min((x.pick.unlisted for x in self.lines if x.pick.unlisted), default=None)

    def seen_on(self, day: dt.date) -> dt.date:
        """The day on which the oldest of its prices was observed."""
        return min(line.pick.chosen.seen_on(day) for line in self.lines)


@dataclass(frozen=True)
class Book:
    """The prices that a workload can be billed at: the lowest tier, and those above it."""

    base: Shelf
    tiers: tuple[tuple[str, Shelf], ...]  # the highest bound below the prompt first

    def bill(self, work: Workload, model: str, provider: str, day: dt.date) -> Bill | None:
        """The bill of an offer on a day; None where it lacks a price that is needed."""
        lines: list[Line] = []
        for kind, tokens in work.amounts.items():
            if not tokens:
                continue
            line = self._line(kind, tokens, model, provider, day)
            if line is None:
                return None
            lines.append(line)
        return Bill(model, provider, tuple(lines)) if lines else None

    def _line(
        self, kind: str, tokens: float, model: str, provider: str, day: dt.date
    ) -> Line | None:
        """Cached tokens without a price of their own are billed as input."""
        for billed in ("cached_input", "input") if kind == "cached_input" else (kind,):
            for tier, shelf in self.tiers:
                if found := shelf.pick(model, provider, billed, day):
                    return Line(kind, tokens, found, billed, tier)
            if found := self.base.pick(model, provider, billed, day):
                return Line(kind, tokens, found, billed, "")
        return None


def read_book(tables: Tables, work: Workload) -> Book:
    """The prices for prompts of this length: a tier holds for the whole of a longer prompt."""
    variant = "batch" if work.batch else ""
    tiers = [t for t in _tiers(tables) if work.tokens_in > bound(t)]
    return Book(
        read_shelf(tables, KINDS, variant),
        tuple((t, read_shelf(tables, KINDS, variant, t)) for t in tiers),
    )


def _tiers(tables: Tables) -> Sequence[str]:
    """Context tiers with a bound, the highest first."""
    found = tables.column("SELECT DISTINCT tier FROM offers WHERE tier LIKE 'above:%'")
    return sorted((str(t) for t in found), key=bound, reverse=True)


def bound(tier: str) -> int:
    """The tokens above which a tier holds."""
    return int(tier.rpartition(":")[2])
