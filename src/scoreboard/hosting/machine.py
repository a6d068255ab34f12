"""One machine with a model on it: whether it holds it, and how fast it serves a workload."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from scoreboard.hosting.cost import Demand
from scoreboard.hosting.memory import GB, cache_bytes
from scoreboard.hosting.throughput import Ideal, Setup, ideal

Setups = Callable[[int], Setup]  # by the number of accelerators that hold the model together


@dataclass(frozen=True, slots=True)
class Run:
    """How a machine serves: `copies` of the model, each over `shards` accelerators."""

    shards: int
    copies: int
    times: Ideal
    efficiency: float

    @property
    def tokens_per_second(self) -> float:
        """Tokens of answers of the whole machine."""
        return self.copies * self.times.tokens_per_second(self.efficiency)


def best_run(setups: Setups, count: int, demand: Demand, efficiency: float) -> Run | None:
    """The fastest split of a machine that meets the latency; None where none does."""
    found: list[Run] = []
    for shards in splits(count):
        batch = _batch(setups(shards), demand, efficiency)
        if batch:
            times = _times(setups(shards), demand, batch)
            found.append(Run(shards, count // shards, times, efficiency))
    return max(found, key=lambda r: (r.tokens_per_second, -r.shards), default=None)


def splits(count: int) -> list[int]:
    """Numbers of accelerators into which a machine is split evenly."""
    return [n for n in range(1, count + 1) if count % n == 0]


def _times(setup: Setup, demand: Demand, batch: int) -> Ideal:
    return ideal(setup, batch, demand.read, demand.completion, demand.prompt)


def _batch(setup: Setup, demand: Demand, efficiency: float) -> int:
    """The largest batch that fits and meets the latency; 0: none."""
    low, high = 0, setup.fits(demand.tokens)
    if not demand.latency_s:
        return high
    while low < high:
        middle = (low + high + 1) // 2
        waits = _times(setup, demand, middle).between_tokens(efficiency)
        low, high = (middle, high) if waits <= demand.latency_s else (low, middle - 1)
    return low


def quickest(setups: Setups, count: int, demand: Demand, efficiency: float) -> float | None:
    """Seconds between two tokens of a request alone, at best; None where nothing fits."""
    waits = [_times(setups(n), demand, 1).between_tokens(efficiency)
             for n in splits(count) if setups(n).fits(demand.tokens)]  # fmt: skip
    return min(waits, default=None)


def needed_gb(setup: Setup, tokens: int) -> float:
    """Gigabytes that one request takes with the weights, before the free share."""
    return (setup.weights + cache_bytes(setup.model, tokens, setup.number_bytes)) / GB


def holds(setups: Setups, tokens: int, counts: Iterable[int]) -> int | None:
    """The least of these numbers of accelerators that holds the model and one request."""
    return next((n for n in counts if setups(n).fits(tokens)), None)
