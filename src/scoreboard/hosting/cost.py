"""What a workload costs on machines of one's own, when that is less than an API, and what decides.

Arithmetic only: plain numbers in and out. A month has 30.5 days.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

DAYS = 30.5  # of a month
HOURS = 24 * DAYS
SECONDS = 3600 * HOURS
MTOK = 1e6


@dataclass(frozen=True, slots=True)
class Demand:
    """A workload: tokens are those of one request."""

    requests_per_day: float
    prompt: int
    completion: int
    cached: float  # share of the prompt that was read before
    peak: float  # busiest hour over the mean
    latency_s: float  # between two tokens, at most; 0: none
    spare: int  # machines beyond need

    @property
    def tokens(self) -> int:
        """Tokens of one request."""
        return self.prompt + self.completion

    @property
    def mtok_per_month(self) -> float:
        """Millions of tokens a month."""
        return self.requests_per_day * DAYS * self.tokens / MTOK

    @property
    def read(self) -> float:
        """Tokens of a prompt that were not read before."""
        return self.prompt * (1 - self.cached)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a cost follows from. Money is in US dollars."""

    speed: float  # tokens of answers a second of one machine, at full load
    load: float  # share of it used in the busiest hour
    accelerators: int  # of one machine
    hire: float | None  # of an accelerator and hour; None: bought
    purchase: float | None  # of an accelerator
    years: float
    machine: float  # price of a machine over that of its accelerators
    power_w: float  # of an accelerator
    power_price: float  # of a kilowatt-hour
    overhead_power: float
    staff: float  # people
    wage: float  # of a year
    setup: float  # months of one person

    def mtok_of_machine(self, demand: Demand) -> float:
        """Millions of tokens, read and written, that one machine serves in a month."""
        requests = self.speed * self.load / demand.peak * SECONDS / demand.completion
        return requests * demand.tokens / MTOK

    def machines(self, demand: Demand, mtok: float) -> int:
        """Machines for so many million tokens a month."""
        return max(1, math.ceil(mtok / self.mtok_of_machine(demand) - 1e-9)) + demand.spare

    @property
    def price_of_machine(self) -> float:
        """What one machine costs to buy; nothing when it is hired."""
        return 0.0 if self.hire is not None else self.accelerators * self._bought * self.machine

    @property
    def _bought(self) -> float:
        return self.purchase or 0.0

    @property
    def running(self) -> float:
        """What one machine costs in a month once it is there: hire, or power."""
        if self.hire is not None:
            return self.accelerators * self.hire * HOURS
        watts = self.accelerators * self.power_w * self.overhead_power
        return watts / 1000 * HOURS * self.power_price

    @property
    def people(self) -> float:
        """What those who look after it cost in a month."""
        return self.staff * self.wage / 12

    @property
    def of_machine(self) -> float:
        """What one machine costs in a month, its price written off."""
        return self.running + self.price_of_machine / (12 * self.years)

    def monthly(self, demand: Demand, mtok: float) -> float:
        """What so many million tokens a month cost."""
        return self.machines(demand, mtok) * self.of_machine + self.people

    def per_mtok(self, demand: Demand) -> float:
        """What a million tokens of the workload cost."""
        return self.monthly(demand, demand.mtok_per_month) / demand.mtok_per_month

    def even_volume(self, demand: Demand, api: float) -> float | None:
        """Millions of tokens a month from which hosting costs no more than an API.

        None where a machine at full load costs more than its tokens there. Between two numbers of
        machines it may cost more again for a while: this is the first volume at which it does not.
        """
        one, spare = self.mtok_of_machine(demand), demand.spare
        gain = one * api - self.of_machine  # of a machine in a month, at full load
        if gain <= 0:
            return None
        needed = max(1, math.ceil((self.people + spare * self.of_machine) / gain - 1e-9))
        cost = (needed + spare) * self.of_machine + self.people
        before = (needed - 1) * one  # what one machine less would serve
        return max(cost / api, before)

    def even_days(self, demand: Demand, api: float) -> float | None:
        """Days until what was spent at the start is saved; None: never."""
        machines = self.machines(demand, demand.mtok_per_month)
        start = machines * self.price_of_machine + self.setup * self.wage / 12
        saved = api * demand.mtok_per_month - machines * self.running - self.people
        return start / saved * DAYS if saved > 0 else None


@dataclass(frozen=True, slots=True)
class Move:
    """What one assumption does alone: the ratio of hosting to API at its two ends."""

    name: str
    low: float  # of the assumption
    high: float
    at_low: float  # cost of hosting over that of the API
    at_high: float

    @property
    def factor(self) -> float:
        """By how much the ratio moves, at least 1."""
        ends = sorted((self.at_low, self.at_high))
        return ends[1] / ends[0] if ends[0] > 0 else math.inf


Ranges = Mapping[str, tuple[float, float]]


def moves(terms: Terms, demand: Demand, api: float | None, ranges: Ranges) -> list[Move]:
    """One assumption at a time from end to end, that which moves the ratio most first.

    Without an API the cost of hosting alone is compared with itself.
    """
    found = []
    for name, (low, high) in ranges.items():
        ends = [_ratio(terms, demand, api, name, end) for end in (low, high)]
        if ends[0] != ends[1]:
            found.append(Move(name, low, high, *ends))
    return sorted(found, key=lambda m: (-m.factor, m.name))


def _ratio(terms: Terms, demand: Demand, api: float | None, name: str, value: float) -> float:
    if name == "api":
        return terms.per_mtok(demand) / value
    if name == "volume":
        demand = replace(demand, requests_per_day=value)
    elif name == "peak":
        demand = replace(demand, peak=value)
    elif name == "spare":
        demand = replace(demand, spare=int(value))
    else:
        change: dict[str, Any] = {name: value}
        terms = replace(terms, **change)
    return terms.per_mtok(demand) / (api or 1.0)


def volumes(middle: float, points: int = 25, decades: float = 2.0) -> list[float]:
    """Volumes around one, evenly spread on a logarithmic axis."""
    step = 2 * decades / (points - 1)
    return [middle * 10 ** (-decades + i * step) for i in range(points)]
