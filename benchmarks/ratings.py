"""Bradley-Terry ratings with sandwich errors, from counted battles."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.measure import Result, seconds

if TYPE_CHECKING:
    from scoreboard.stats.bradley_terry import Pair

BATTLES, MODELS = 135_000, 53


def measure() -> Iterator[Result]:
    """After counting, with the libraries loaded: the median of five fits."""
    from scoreboard.stats.bradley_terry import bradley_terry

    pairs = battles()
    bradley_terry(pairs)
    taken = seconds(partial(bradley_terry, pairs), 5)
    yield Result(f"ratings and errors of {MODELS} models, {BATTLES:,} battles", taken, 0.1)


def battles() -> list[Pair]:
    """Made-up battles by pair, a sixth of them ties."""
    import numpy as np

    from scoreboard.stats.bradley_terry import ELO, Pair

    rng = np.random.default_rng(53)
    strength = rng.normal(0, 150, MODELS) / ELO
    first = rng.integers(0, MODELS, BATTLES)
    second = (first + rng.integers(1, MODELS, BATTLES)) % MODELS
    chance = 1 / (1 + np.exp(strength[second] - strength[first]))
    result = np.where(rng.random(BATTLES) < 1 / 6, 2, rng.random(BATTLES) < chance)
    counts = np.zeros((MODELS, MODELS, 3), dtype=int)
    np.add.at(counts, (first, second, result), 1)
    return [
        Pair(f"model-{i:02}", f"model-{j:02}", *map(int, counts[i, j, [1, 0, 2]]))
        for i in range(MODELS)
        for j in range(MODELS)
        if i != j
    ]
