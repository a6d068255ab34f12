"""The capability index of models: two methods, fitted to one matrix of scores, with joint draws.

`published` is the objective of the Epoch Capabilities Index (https://epoch.ai/benchmarks/eci), with
intervals by drawing each model's scores again. `scoreboard` gives each score the variance of its
number of questions and a misfit of its benchmark, and draws all parameters jointly. Both are
mapped so that two anchor models have round values; in `published` every draw is mapped by its own
anchors, in `scoreboard` all models hold the scale and anchors are uncertain like the rest.

As a program it reads inputs as JSON and writes the fit as JSON: `index_build` runs it so, with one
thread of linear algebra, since more are slower for matrices of this size.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from scoreboard.errors import DataError

if TYPE_CHECKING:
    from scoreboard.stats.ability import Floats, Theta

VERSION = "1"  # changes when the same inputs give other numbers
DRAWS = 500
STEP = 0.01  # index points: draws are kept as whole steps from the point estimate
# As published: clipped scores, the benchmark whose slope is 1, the penalty, two models' values.
CLIP = (0.001, 0.999)
HELD = "Winogrande"
PENALTY = 0.1
ANCHORS = (("Claude 3.5 Sonnet", 130.0), ("GPT-5", 150.0))


class Cell(NamedTuple):
    """A score of the matrix (0 to 1), with the items of its test and the chance level taken out."""

    model: str
    test: str
    value: float
    items: int  # 0 where not known
    chance: float  # 0 to 1


@dataclass(frozen=True)
class Inputs:
    """What one fit is made from."""

    method: str  # published, scoreboard
    cells: tuple[Cell, ...]

    @property
    def digest(self) -> str:
        """A short name for exactly these inputs."""
        return hashlib.sha256(self.text().encode()).hexdigest()[:16]

    def text(self) -> str:
        """The inputs as JSON, in a fixed order."""
        return json.dumps([VERSION, DRAWS, self.method, sorted(self.cells)], ensure_ascii=False)


class Line(NamedTuple):
    """A model or a test of a fit: index, or difficulty, in index points."""

    kind: str  # model, test
    name: str
    value: float
    slope: float | None  # of a test, per index point
    misfit: float | None  # of a test: standard deviation at an expected score of one half
    draws: str  # of a model: steps of 0.01 from the value


def fit_index(inputs: Inputs) -> list[Line]:
    """The fit of these inputs with its draws; DataError where they cannot be fitted."""
    from scoreboard.stats.ability import scores_of

    names = {c.model for c in inputs.cells}
    missing = [name for name, _ in ANCHORS if name not in names]
    if missing:
        raise DataError(f"models that anchor the scale have no scores: {', '.join(missing)}")
    published = inputs.method == "published"
    rows = [(c.model, c.test, min(max(c.value, CLIP[0]), CLIP[1]) if published else c.value)
            for c in inputs.cells]  # fmt: skip
    scores_of(rows)  # names what hangs together with nothing
    return (_published if published else _scoreboard)(inputs, rows)


def _published(inputs: Inputs, rows: Sequence[tuple[str, str, float]]) -> list[Line]:
    import numpy as np

    from scoreboard.stats.ability import equal_penalty, fit, scores_of
    from scoreboard.stats.ability_draws import draw_all, resampled

    scores, models, tests = scores_of(rows)
    if HELD not in tests:
        raise DataError(f"the benchmark whose slope is held has no scores: {HELD}")
    penalty = equal_penalty(scores, PENALTY, tests.index(HELD))
    theta = fit(scores, penalty).theta
    seed = int(inputs.digest, 16)
    drawn = draw_all(lambda rng: resampled(scores, penalty, theta, rng).ability, DRAWS, seed)
    draws = np.array([_scaled(models, one)[0] for one in drawn])
    return _lines(models, tests, theta, draws, None)


def _scoreboard(inputs: Inputs, rows: Sequence[tuple[str, str, float]]) -> list[Line]:
    import numpy as np

    from scoreboard.stats.ability import scores_of
    from scoreboard.stats.ability_draws import Trials, aligned, draw_all, fit_noisy, perturbed

    scores, models, tests = scores_of(rows)
    order = sorted(range(len(rows)), key=lambda i: (rows[i], inputs.cells[i]))
    trials = Trials(
        np.array([float(inputs.cells[i].items) for i in order]),
        np.array([inputs.cells[i].chance for i in order]),
    )
    noisy = fit_noisy(scores, trials)
    theta, seed = noisy.fit.theta, int(inputs.digest, 16)
    drawn = draw_all(lambda rng: perturbed(scores, trials, noisy, rng)[0].ability, DRAWS, seed)
    _, slope, offset = _scaled(models, theta.ability)
    draws = aligned(np.array(drawn), theta.ability) * slope + offset
    return _lines(models, tests, theta, draws, noisy.misfit)


def _scaled(models: Sequence[str], ability: Floats) -> tuple[Floats, float, float]:
    """Abilities on the scale of the index: the values, the slope and the offset of the map."""
    (low, at_low), (high, at_high) = ANCHORS
    first, second = (float(ability[models.index(m)]) for m in (low, high))
    if abs(second - first) < 1e-6:
        raise DataError(f"{low} and {high} anchor the scale and score alike")
    slope = (at_high - at_low) / (second - first)
    offset = at_low - slope * first
    return ability * slope + offset, slope, offset


def _lines(
    models: Sequence[str], tests: Sequence[str], theta: Theta, draws: Floats, misfit: Floats | None
) -> list[Line]:
    import numpy as np

    values, slope, offset = _scaled(models, theta.ability)
    values = np.round(values, 4)
    steps = np.rint((draws - values) / STEP).astype(int)
    lines = [
        Line("model", m, float(values[i]), None, None, " ".join(map(str, steps[:, i].tolist())))
        for i, m in enumerate(models)
    ]
    for i, test in enumerate(tests):
        spread = None if misfit is None else round(float(np.sqrt(misfit[i]) / 2), 4)
        hard = round(float(theta.difficulty[i] * slope + offset), 4)
        lines.append(Line("test", test, hard, round(float(theta.slope[i] / slope), 6), spread, ""))
    return lines


def main() -> None:
    """Inputs on standard input, the fit or the fault on standard output."""
    _, _, method, cells = json.load(sys.stdin)
    answer: dict[str, Any]
    try:
        answer = {"lines": fit_index(Inputs(method, tuple(Cell(*c) for c in cells)))}
    except DataError as error:
        answer = {"fault": error.what}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
