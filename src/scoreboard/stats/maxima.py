"""The difference of two maxima, with the bias of a maximum taken out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

DRAWS = 4000


@dataclass(frozen=True, slots=True)
class MaxDifference:
    """`plain` best minus best; `corrected` for the bias of a maximum; a 95 % interval."""

    plain: float
    corrected: float
    low: float
    high: float


def max_difference(
    leaders: Sequence[tuple[float, float]],
    chasers: Sequence[tuple[float, float]],
    *,
    seed: str,
    level: float = 0.95,
) -> MaxDifference:
    """Best of `leaders` minus best of `chasers`, each a (score, standard error).

    The larger of many noisy scores is too large on average. The bias is estimated by drawing all
    scores jointly and taking the maxima inside each draw: corrected = 2 x plain - mean of the
    draws, and the interval is that of the draws mirrored about the plain value (the basic
    bootstrap). `seed` fixes the draws.
    """
    import numpy as np

    plain = max(s for s, _ in leaders) - max(s for s, _ in chasers)
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    rng = np.random.default_rng(number)

    def best(group: Sequence[tuple[float, float]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        scores = np.array([s for s, _ in group])
        errors = np.array([e for _, e in group])
        draws = scores + errors * rng.standard_normal((DRAWS, len(group)))
        return draws.max(axis=1)  # type: ignore[no-any-return]

    draws = best(leaders) - best(chasers)
    tail = (1 - level) / 2
    lower, upper = np.quantile(draws, [tail, 1 - tail])
    return MaxDifference(
        plain, 2 * plain - float(draws.mean()), 2 * plain - float(upper), 2 * plain - float(lower)
    )
