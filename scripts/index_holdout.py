"""Hold out a tenth of the scores of the index and predict them: the table of the method page.

    OPENBLAS_NUM_THREADS=1 python scripts/index_holdout.py [SPLITS]

From the tables of the bundle; it writes nothing. In each split about 10 % of each model's scores
are held out, drawn with a seed. Both methods are fitted to the rest. The prediction of a held-out
score is that of the fit; its interval of 95 % holds the joint draws of all parameters and misfits,
each with the noise of a score of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from scoreboard.index_build import read_matrix
from scoreboard.index_fit import CLIP, HELD, PENALTY, Cell
from scoreboard.stats.ability import Scores, components, equal_penalty, fit, predicted, scores_of
from scoreboard.stats.ability_draws import Trials, draw_all, fit_noisy, perturbed, variance
from scoreboard.store import Scope, open_tables

SPLITS, DRAWS, SHARE = 20, 100, 0.1


class Split(NamedTuple):
    """What one split gave: held-out scores, the share inside, errors of both methods."""

    held_out: int
    inside: float
    ours: float  # root mean square
    published: float
    ours_absolute: float
    published_absolute: float


def held_out(scores: Scores, seed: int) -> np.ndarray:
    """Which scores a split holds out: a tenth of each model's, the fraction by lot."""
    rng = np.random.default_rng(seed)
    out = np.zeros(len(scores.value), bool)
    for model in range(scores.models):
        mine = np.flatnonzero(scores.model == model)
        out[rng.permutation(mine)[: int(len(mine) * SHARE + rng.random())]] = True
    return out


def part(scores: Scores, which: np.ndarray) -> Scores:
    """Some of the scores."""
    return replace(
        scores, model=scores.model[which], test=scores.test[which], value=scores.value[which],
        weight=scores.weight[which],
    )  # fmt: skip


def split(scores: Scores, trials: Trials, held: int, seed: int) -> Split:
    """One split: fit to the rest, predict what was held out."""
    out = held_out(scores, seed)
    rest, gone = part(scores, ~out), part(scores, out)
    assert len(components(rest)) == 1, "the rest falls apart"
    known, new = (Trials(trials.items[w], trials.chance[w]) for w in (~out, out))
    noisy = fit_noisy(rest, known)
    rng = np.random.default_rng([seed, 1])

    def one(draw: np.random.Generator) -> np.ndarray:
        theta, misfit = perturbed(rest, known, noisy, draw)
        spread = np.sqrt(variance(gone, new, theta, misfit))
        found: np.ndarray = predicted(gone, theta) + spread * rng.standard_normal((10, len(spread)))
        return found

    drawn = np.concatenate(draw_all(one, DRAWS, seed))
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    inside = (low <= gone.value) & (gone.value <= high)
    clipped = replace(rest, value=np.clip(rest.value, *CLIP))
    published = fit(clipped, equal_penalty(clipped, PENALTY, held)).theta
    mine, theirs = (predicted(gone, t) - gone.value for t in (noisy.fit.theta, published))
    return Split(
        int(out.sum()),
        float(inside.mean()),
        *(float(np.sqrt((e**2).mean())) for e in (mine, theirs)),
        *(float(np.abs(e).mean()) for e in (mine, theirs)),
    )


def arrays(cells: Sequence[Cell]) -> tuple[Scores, Trials, int]:
    """The cells as arrays, and the test whose slope is held in the published objective."""
    ordered = sorted(cells)
    scores, _, tests = scores_of([(c.model, c.test, c.value) for c in ordered])
    items = np.array([float(c.items) for c in ordered])
    return scores, Trials(items, np.array([c.chance for c in ordered])), tests.index(HELD)


def main() -> None:
    """Every split, and the table."""
    splits = int(sys.argv[1]) if len(sys.argv) > 1 else SPLITS
    matrix = read_matrix(open_tables(Scope(exclude=("own",))).connection, own=False)
    scores, trials, held = arrays(matrix.inputs("scoreboard").cells)
    found = [split(scores, trials, held, seed) for seed in range(splits)]
    print("| split | held out | inside 95 % | error | published | mean error | published |")
    print("|---|---|---|---|---|---|---|")
    rows = [(str(i), s) for i, s in enumerate(found)]
    table = np.array(found)
    weights = table[:, 0] / table[:, 0].sum()
    mean = Split(int(table[:, 0].sum()), *(float(x) for x in (weights @ table)[1:]))
    for name, s in [*rows, ("all", mean)]:
        errors = " | ".join(f"{x:.4f}" for x in s[2:])
        print(f"| {name} | {s.held_out} | {100 * s.inside:.1f} % | {errors} |")
    print(f"\n{matrix.snapshot}, {DRAWS} draws a split")


if __name__ == "__main__":
    main()
