"""Ratings from battles of two: the Bradley-Terry model with sandwich standard errors.

    P(i beats j) = 1 / (1 + 10^((r_j - r_i) / 400))

A tie counts as half a win of each. The ratings maximise the likelihood of all battles. Their
errors are of the sandwich form A^-1 B A^-1, where A is the information and B the sum over battles
of the squared derivative of each battle's own log-likelihood: they hold where the model is only
nearly right, and ties do not count as two results.

Sources: R. A. Bradley and M. E. Terry, Rank analysis of incomplete block designs, Biometrika 39
(1952); L. R. Ford, Solution of a ranking problem from binary comparisons, American Mathematical
Monthly 64 (1957), for when there is a maximum; H. White, Maximum likelihood estimation of
misspecified models, Econometrica 50 (1982), for the errors.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from scoreboard.errors import DataError, UsageError

if TYPE_CHECKING:
    import numpy as np

    Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]
    Vector = np.ndarray[tuple[int], np.dtype[np.float64]]

ELO = 400 / math.log(10)  # rating points for a factor of e in the odds
CENTRE = 1000.0  # mean of all ratings unless an anchor is named
CONVERGED = 1e-8  # of the last Newton step, in log odds: what remains is its square
NEAR = 1e-3  # steps below are taken whole
MOST_STEPS = 100
NAMED = 6  # items of a component that an error lists


class Pair(NamedTuple):
    """The battles of two items: wins and losses are those of `first`."""

    first: str
    second: str
    wins: float
    losses: float
    ties: float = 0


@dataclass(frozen=True)
class Ratings:
    """Items in order of their label, their ratings and the covariance of these, in rating points.

    Errors depend on what is held fixed: the mean of all ratings, or one anchor (whose error is 0).
    Those of a difference do not.
    """

    labels: tuple[str, ...]
    ratings: Vector
    covariance: Matrix

    def rating(self, label: str) -> tuple[float, float]:
        """A rating and its standard error."""
        i = self._index(label)
        return float(self.ratings[i]), math.sqrt(max(0.0, float(self.covariance[i, i])))

    def difference(self, first: str, second: str) -> tuple[float, float]:
        """Rating of `first` minus that of `second`, and the standard error of the difference."""
        i, j = self._index(first), self._index(second)
        c = self.covariance
        variance = float(c[i, i] + c[j, j] - 2 * c[i, j])
        return float(self.ratings[i] - self.ratings[j]), math.sqrt(max(0.0, variance))

    def _index(self, label: str) -> int:
        if label not in self.labels:
            raise UsageError(f"no battles of {label}", valid=self.labels)
        return self.labels.index(label)


def bradley_terry(
    pairs: Iterable[Pair], *, anchor: str | None = None, at: float = CENTRE
) -> Ratings:
    """Ratings with sandwich errors from counts of battles. A pair may come more than once.

    The mean of all ratings is `at`, or with `anchor` the rating of that item. Raises DataError
    where there is no unique finite maximum: items that no chain of battles joins, or a group that
    won, or lost, every battle against the rest.
    """
    import numpy as np

    labels, wins, ties = _counts(pairs)
    if anchor is not None and anchor not in labels:
        raise UsageError(f"no battles of the anchor {anchor}", valid=labels)
    points = wins + ties / 2
    _check(labels, points)
    abilities = _maximum(points)
    beats = _logistic(abilities[:, None] - abilities[None, :])  # P(row beats column)
    bread = np.linalg.pinv(_laplacian((points + points.T) * beats * beats.T), hermitian=True)
    squares = wins * beats.T**2  # (result - expected)^2, summed over the battles that row won
    meat = _laplacian(squares + squares.T + ties * (0.5 - beats) ** 2)
    covariance = bread @ meat @ bread
    held = np.full(len(labels), 1 / len(labels))
    if anchor is not None:
        held = np.eye(len(labels))[labels.index(anchor)]
    shift = np.eye(len(labels)) - held[None, :]
    ratings = at + ELO * (abilities - held @ abilities)
    return Ratings(labels, ratings, ELO**2 * (shift @ covariance @ shift.T))


def _counts(pairs: Iterable[Pair]) -> tuple[tuple[str, ...], Matrix, Matrix]:
    """Labels in order, wins of row over column, ties (symmetric)."""
    import numpy as np

    found = sorted(pairs)
    for p in found:
        if p.first == p.second:
            raise DataError(f"a battle of {p.first} with itself")
        if not all(math.isfinite(c) and c >= 0 for c in p[2:]):
            raise DataError(f"counts of {p.first} and {p.second} are not all zero or more: {p[2:]}")
    labels = tuple(sorted({name for p in found if sum(p[2:]) for name in p[:2]}))
    if not labels:
        raise DataError("there are no battles to rate")
    place = {name: i for i, name in enumerate(labels)}
    wins, ties = np.zeros((2, len(labels), len(labels)))
    for p in found:
        if sum(p[2:]):
            i, j = place[p.first], place[p.second]
            wins[i, j] += p.wins
            wins[j, i] += p.losses
            ties[i, j] += p.ties
            ties[j, i] += p.ties
    return labels, wins, ties


def _check(labels: Sequence[str], points: Matrix) -> None:
    """A maximum exists where every item reaches every other by a chain of points won (Ford)."""
    from scipy.sparse.csgraph import connected_components

    count, of = connected_components(points > 0, directed=True, connection="weak")
    parts = [[x for x, c in zip(labels, of, strict=True) if c == k] for k in range(count)]
    if count > 1:
        parts.sort(key=lambda p: (-len(p), p))
        raise DataError(
            f"no battles join these {count} groups, so their ratings cannot be compared: "
            + "; ".join(_some(p) for p in parts),
            repair="rate each group by itself",
        )
    count, of = connected_components(points > 0, directed=True, connection="strong")
    faults = []
    for k in range(count if count > 1 else 0):
        inside = of == k
        name = _some([x for x, c in zip(labels, inside, strict=True) if c])
        if not points[~inside][:, inside].any():
            faults.append(f"{name} lost no battle against the others")
        if not points[inside][:, ~inside].any():
            faults.append(f"{name} won no battle against the others")
    if faults:
        raise DataError(
            f"there is no finite rating: {'; '.join(sorted(faults))}",
            repair="leave these out, or wait for more battles",
        )


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _maximum(points: Matrix) -> Vector:
    """Abilities (log odds, mean zero) of the greatest likelihood: Newton with halved steps."""
    import numpy as np

    count = len(points)
    battles = points + points.T
    abilities: Vector = np.zeros(count)
    for _ in range(MOST_STEPS):
        beats = _logistic(abilities[:, None] - abilities[None, :])
        slope = (points - battles * beats).sum(axis=1)
        # The ones fix the mean, which the likelihood leaves open.
        step = np.linalg.solve(_laplacian(battles * beats * beats.T) + 1 / count, slope)
        now = _likelihood(points, abilities)
        # Near the maximum rounding hides what a step gains, and Newton needs no help.
        while np.abs(step).max() > NEAR and _likelihood(points, abilities + step) < now:
            step = step / 2
        abilities += step - step.mean()
        if np.abs(step).max() < CONVERGED:
            return abilities
    raise DataError("the ratings do not converge: some item won or lost nearly every battle")


def _likelihood(points: Matrix, abilities: Vector) -> float:
    import numpy as np

    difference = abilities[:, None] - abilities[None, :]
    return float(-(points * np.logaddexp(0, -difference)).sum())


def _logistic(x: Matrix) -> Matrix:
    from scipy.special import expit

    return expit(x)


def _laplacian(weights: Matrix) -> Matrix:
    """Sum over pairs of weight * (e_i - e_j)(e_i - e_j)', from a symmetric matrix of weights."""
    import numpy as np

    return np.diag(weights.sum(axis=1)) - weights
