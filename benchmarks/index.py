"""The capability index: one fit beside a general solver on the same residuals, and joint draws.

`python -m benchmarks.index` measures in this process; `measure` runs it so, with one thread of
linear algebra for both solvers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.measure import Result, seconds

SINGLE = {f"{k}_NUM_THREADS": "1" for k in ("OPENBLAS", "OMP", "MKL")}


def measure(home: Path) -> Iterator[Result]:
    """Tables are built."""
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.index"], capture_output=True, text=True, check=True,
        env={**os.environ, **SINGLE, "SCOREBOARD_HOME": str(home)},
    )  # fmt: skip
    found = json.loads(run.stdout)
    ratio = found["scipy"] / found["fit"]
    yield Result("published index, one fit (median of 9)", found["fit"], 0.15)
    yield Result("  of the time of scipy's least_squares (1/30)", 1 / ratio, 1 / 30, "",
                 f"{ratio:.0f} times faster, {found['scipy']:.1f} s")  # fmt: skip
    yield Result("  cost apart from scipy's, relative", abs(found["apart"]), 1e-6, "",
                 f"{found['apart']:.1e}")  # fmt: skip
    for name, taken in found["draws"].items():
        yield Result(f"500 joint draws and the fit, {name}", taken, 15)


def main() -> None:
    """Fit, fit with scipy, draw."""
    import numpy as np
    from scipy.optimize import least_squares

    from scoreboard.index_build import FITS, read_matrix
    from scoreboard.index_fit import CLIP, HELD, PENALTY, fit_index
    from scoreboard.stats.ability import BOUNDS, equal_penalty, fit, scores_of
    from scoreboard.store import open_tables

    matrix = read_matrix(open_tables().connection, own=False)
    cells = matrix.inputs("published").cells
    scores, _, tests = scores_of([(c.model, c.test, min(max(c.value, CLIP[0]), CLIP[1]))
                                  for c in cells])  # fmt: skip
    held = tests.index(HELD)
    penalty = equal_penalty(scores, PENALTY, held)
    places = scores.models + scores.tests
    size = places + scores.tests - 1

    def residuals(x: np.ndarray) -> np.ndarray:
        a = np.insert(x[places:], held, 1.0)[scores.test]
        inner = a * (x[scores.model] - x[scores.models + scores.test])
        off = 1 / (1 + np.exp(-inner)) - scores.value
        return np.append(off, np.sqrt(PENALTY * (x @ x) / size))

    (low, high), (flat, steep) = BOUNDS.place, BOUNDS.slope
    box = tuple(np.r_[np.full(places, p), np.full(scores.tests - 1, s)]
                for p, s in ((low, flat), (high, steep)))  # fmt: skip
    start = np.r_[np.zeros(places), np.ones(scores.tests - 1)]
    other = {}

    def general() -> None:
        other["cost"] = float(least_squares(residuals, start, bounds=box, method="trf").cost)

    taken = {
        "fit": seconds(lambda: fit(scores, penalty), 9),
        "scipy": seconds(general),
        "apart": other["cost"] / fit(scores, penalty).cost - 1,
        "draws": {name: seconds(partial(fit_index, matrix.inputs(name))) for name in FITS},
    }
    sys.stdout.write(json.dumps(taken))


if __name__ == "__main__":
    main()
