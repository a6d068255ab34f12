"""Abilities and difficulties from scores of many models on many tests.

A score is modelled as `sigmoid(slope * (ability - difficulty))`, with one ability for each row of
the matrix ("model") and one difficulty and slope for each column ("test"). The fit is penalised
weighted least squares within bounds:

    1/2 sum_i w_i (sigmoid(a (C - D)) - y_i)^2 + 1/2 sum_j k_j (theta_j - mu_j)^2

Every score touches one ability and one test only, so the normal equations are solved by
eliminating the abilities (the Schur complement): what is left has two unknowns a test. The method
is Levenberg-Marquardt with a projection onto the bounds: Kanzow, Yamashita and Fukushima,
Levenberg-Marquardt methods with strong local convergence properties for solving nonlinear
equations with convex constraints, J. Comput. Appl. Math. 172 (2004).

Repeated scores of one model on one test count as often as they stand. A model with one score and
a test with one or two are fitted as well as the penalty lets them be: without a penalty their
values are not determined, so `k` must be positive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scoreboard.errors import DataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

MOST_STEPS = 500
STEP_LEFT = 1e-6  # a step shorter than this ends the fit; the next would be about its square
ROUNDING = 1e-14  # of a cost
SHOWN = 6  # members named of a component


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where parameters may lie."""

    place: tuple[float, float] = (-10.0, 10.0)  # abilities and difficulties
    slope: tuple[float, float] = (0.1, 10.0)


BOUNDS = Bounds()


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores (0 to 1) with the positions of their model and test, and the weight of each."""

    model: Ints
    test: Ints
    value: Floats
    weight: Floats
    models: int
    tests: int


@dataclass(frozen=True, slots=True)
class Theta:
    """One value per ability, difficulty and slope: parameters, penalties or their centres."""

    ability: Floats
    difficulty: Floats
    slope: Floats

    def flat(self) -> Floats:
        """All in one vector: abilities, difficulties, slopes."""
        import numpy as np

        return np.concatenate([self.ability, self.difficulty, self.slope])


@dataclass(frozen=True, slots=True)
class Penalty:
    """`strength` k and `centre` mu of each parameter; `held` slopes do not move."""

    strength: Theta
    centre: Theta
    held: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fit:
    """Where the objective is least, its value there, and the steps that it took."""

    theta: Theta
    cost: float
    steps: int


def scores_of(
    rows: Sequence[tuple[str, str, float]], weights: Sequence[float] | None = None
) -> tuple[Scores, list[str], list[str]]:
    """Rows of (model, test, score) as arrays, with the sorted names of models and of tests.

    The order of rows does not matter: they are sorted. DataError where there are none, where a
    score is not finite, and where models and tests fall apart into groups without a common row.
    """
    import numpy as np

    if not rows:
        raise DataError("there are no scores to fit")
    weighted = sorted(zip(rows, weights or [1.0] * len(rows), strict=True))
    models = sorted({m for m, _, _ in rows})
    tests = sorted({t for _, t, _ in rows})
    place_m, place_t = ({k: i for i, k in enumerate(names)} for names in (models, tests))
    found = Scores(
        np.array([place_m[r[0]] for r, _ in weighted], np.int64),
        np.array([place_t[r[1]] for r, _ in weighted], np.int64),
        np.array([r[2] for r, _ in weighted], np.float64),
        np.array([w for _, w in weighted], np.float64),
        len(models),
        len(tests),
    )
    if not np.isfinite(found.value).all() or not (found.weight >= 0).all():
        raise DataError("a score or a weight is not a number")
    parts = components(found)
    if len(parts) > 1:
        raise DataError(_apart(parts, models, tests))
    return found, models, tests


def components(scores: Scores) -> list[tuple[list[int], list[int]]]:
    """Models and tests that hang together by scores: (models, tests), the largest first."""
    parent = list(range(scores.models + scores.tests))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for m, t in zip(scores.model.tolist(), scores.test.tolist(), strict=True):
        parent[root(m)] = root(scores.models + t)
    groups: dict[int, tuple[list[int], list[int]]] = {}
    for i in range(len(parent)):
        models, tests = groups.setdefault(root(i), ([], []))
        if i < scores.models:
            models.append(i)
        else:
            tests.append(i - scores.models)
    return sorted(groups.values(), key=lambda g: (-len(g[0]), g))


def _apart(
    parts: Sequence[tuple[list[int], list[int]]], models: Sequence[str], tests: Sequence[str]
) -> str:
    """Which models and tests have nothing in common."""

    def some(places: Sequence[int], names: Sequence[str]) -> str:
        more = len(places) - SHOWN
        return ", ".join(names[i] for i in places[:SHOWN]) + (
            f" and {more} more" if more > 0 else ""
        )

    said = "; ".join(f"({n}) {some(m, models)} on {some(t, tests)}"
                     for n, (m, t) in enumerate(parts, 1))  # fmt: skip
    return f"the scores fall into {len(parts)} groups that share no model and no test: {said}"


def equal_penalty(scores: Scores, total: float, held: int | None = None) -> Penalty:
    """`total` times the mean square of all free parameters, as a penalty towards zero."""
    import numpy as np

    fixed = np.zeros(scores.tests, bool)
    if held is not None:
        fixed[held] = True
    each = total / (scores.models + 2 * scores.tests - int(fixed.sum()))
    strength = Theta(*(np.full(n, each) for n in (scores.models, scores.tests, scores.tests)))
    centre = Theta(*(np.zeros(n) for n in (scores.models, scores.tests, scores.tests)))
    strength.slope[fixed] = 0.0
    return Penalty(strength, centre, fixed)


def begin(scores: Scores) -> Theta:
    """Where a fit starts: abilities and difficulties from mean scores, slopes of one."""
    import numpy as np

    clipped = np.clip(scores.value, 0.02, 0.98)
    odds = np.log(clipped / (1 - clipped))

    def mean(place: Ints, n: int) -> Floats:
        weight = np.maximum(np.bincount(place, scores.weight, n), 1e-300)
        return np.asarray(np.bincount(place, scores.weight * odds, n) / weight)

    hard = -mean(scores.test, scores.tests)
    rest = replace(scores, value=odds + hard[scores.test])
    ability = np.bincount(scores.model, rest.value, scores.models) / np.maximum(
        np.bincount(scores.model, minlength=scores.models), 1
    )
    return Theta(ability, hard, np.ones(scores.tests))


def predicted(scores: Scores, theta: Theta) -> Floats:
    """The score that the parameters give for each row."""
    import numpy as np

    x = theta.slope[scores.test] * (theta.ability[scores.model] - theta.difficulty[scores.test])
    return np.asarray(1 / (1 + np.exp(-x)))


def cost_of(scores: Scores, penalty: Penalty, theta: Theta) -> float:
    """The objective."""
    r = predicted(scores, theta) - scores.value
    off = theta.flat() - penalty.centre.flat()
    return 0.5 * float(scores.weight @ (r * r) + penalty.strength.flat() @ (off * off))


@dataclass(frozen=True, slots=True)
class Normal:
    """Gradient and second derivatives at a point, in the blocks of the bipartite structure.

    `ability` is a diagonal (models), `cross` is models x 2 tests (difficulties, then slopes),
    `test` is 2 tests x 2 tests with three diagonals that are not zero.
    """

    gradient: Floats
    ability: Floats
    cross: Floats
    test: Floats


def normal_equations(
    scores: Scores, penalty: Penalty, theta: Theta, *, curved: bool = False
) -> Normal:
    """The normal equations at a point; `curved` adds the curvature of the residuals (Newton)."""
    import numpy as np

    m, t, models, tests = scores.model, scores.test, scores.models, scores.tests
    a, away = theta.slope[t], theta.ability[m] - theta.difficulty[t]
    p = 1 / (1 + np.exp(-a * away))
    steep = p * (1 - p)
    w = scores.weight
    r = w * (p - scores.value)
    first = r * steep
    gradient = penalty.strength.flat() * (theta.flat() - penalty.centre.flat()) + np.concatenate([
        np.bincount(m, first * a, models), -np.bincount(t, first * a, tests),
        np.bincount(t, first * away, tests),
    ])  # fmt: skip
    second = w * steep * steep + (first * (1 - 2 * p) if curved else 0.0)
    place2, both, slope2 = second * a * a, second * a * away, second * away * away
    if curved:
        both += first
    cell = m * tests + t
    cells = [np.bincount(cell, v, models * tests) for v in (-place2, both)]
    cross: Floats = np.hstack([c.reshape(models, tests) for c in cells])
    block = np.zeros((2 * tests, 2 * tests))
    d = np.arange(tests)
    block[d, d] = np.bincount(t, place2, tests) + penalty.strength.difficulty
    block[tests + d, tests + d] = np.bincount(t, slope2, tests) + penalty.strength.slope
    block[d, tests + d] = block[tests + d, d] = -np.bincount(t, both, tests)
    ability = np.asarray(np.bincount(m, place2, models) + penalty.strength.ability)
    return Normal(gradient, ability, cross, block)


def _step(normal: Normal, free: NDArray[np.bool_], damping: float) -> Floats | None:
    """The damped step of the free parameters, zero for the others; None where it leads upwards."""
    import numpy as np

    models = len(normal.ability)
    mine, rest = free[:models], free[models:]
    gradient = np.where(free, normal.gradient, 0.0)
    diagonal = np.where(mine, normal.ability + damping, 1.0)
    if not (diagonal > 0).all():
        return None
    cross, block = normal.cross, normal.test.copy()
    if not free.all():
        cross, block = cross * mine[:, None] * rest, block * rest[:, None] * rest
    scaled = cross / diagonal[:, None]
    block[np.diag_indices_from(block)] += np.where(rest, damping, 1.0)
    left = block - cross.T @ scaled
    try:
        np.linalg.cholesky(left)
    except np.linalg.LinAlgError:
        return None
    tests = np.linalg.solve(left, -gradient[models:] + scaled.T @ gradient[:models])
    return np.concatenate([(-gradient[:models] - cross @ tests) / diagonal, tests])


def fit(
    scores: Scores,
    penalty: Penalty,
    bounds: Bounds = BOUNDS,
    start: Theta | None = None,
) -> Fit:
    """The parameters that make the objective least. DataError if that takes too many steps.

    Where the second derivatives make a bowl the step is Newton's, damped; elsewhere that of Gauss
    and Newton, which always leads down.
    """
    import numpy as np

    low, high = _box(scores, bounds, penalty)
    split = (scores.models, scores.models + scores.tests)

    def theta_of(x: Floats) -> Theta:
        return Theta(*np.split(x, split))

    x = np.clip((start or begin(scores)).flat(), low, high)
    cost, damping, grown = cost_of(scores, penalty, theta_of(x)), 1e-3, 2.0
    normal = normal_equations(scores, penalty, theta_of(x), curved=True)
    for count in range(1, MOST_STEPS + 1):
        outward = ((x <= low) & (normal.gradient > 0)) | ((x >= high) & (normal.gradient < 0))
        free = ~outward & (low < high)
        step = _step(normal, free, damping)
        if step is None:
            plain = normal_equations(scores, penalty, theta_of(x))
            step = _step(plain, free, damping)
            assert step is not None  # a sum of squares and a positive damping
        tried = np.clip(x + step, low, high)
        moved = float(np.abs(tried - x).max())
        found = cost_of(scores, penalty, theta_of(tried))
        if found <= cost * (1 + ROUNDING):
            x, cost, grown, damping = tried, found, 2.0, damping / 10
            normal = normal_equations(scores, penalty, theta_of(x), curved=True)
        else:
            damping, grown = damping * grown, grown * 2
        if moved < STEP_LEFT:
            return Fit(theta_of(x), cost, count)
    raise DataError(f"the fit did not settle in {MOST_STEPS} steps", where=f"cost {cost:.6g}")


def _box(scores: Scores, bounds: Bounds, penalty: Penalty) -> tuple[Floats, Floats]:
    """Lower and upper bounds of all parameters; held slopes are held at one."""
    import numpy as np

    places, tests = scores.models + scores.tests, scores.tests
    low, high = (
        np.concatenate([np.full(places, b), np.where(penalty.held, 1.0, s)])
        for b, s in zip(bounds.place, bounds.slope, strict=True)
    )
    assert len(low) == places + tests
    return low, high
