"""Test the correction of the gap on made-up worlds whose true gap is known.

`python scripts/simulate_gap.py [WORLDS]` writes the table of docs/methods.md (1,000 worlds a cell,
some minutes). A world is drawn anew each time: abilities of both groups, shifted so that the true
bests differ by the true gap; scores are abilities plus sampling error plus, in some cells, the
error of a rater. The estimator is told the deviation of both together.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scoreboard.stats.maxima import max_difference

WORLDS = 1000
SAMPLING = 3.5  # points: some two hundred questions
PAGE = Path(__file__).parent.parent / "docs" / "methods.md"
PLACE = re.compile(r"(?<=<!-- gap-simulation -->\n).*?(?=<!-- /gap-simulation -->)", re.DOTALL)
Rng = np.random.Generator
Array = np.ndarray[tuple[int], np.dtype[np.float64]]

SHAPES: dict[str, Callable[[Rng, int], Array]] = {
    "crowded": lambda rng, n: -rng.exponential(20, n),
    "bell": lambda rng, n: rng.normal(0, 15, n),
    "straggled": lambda rng, n: rng.exponential(10, n),
    "even": lambda rng, n: rng.uniform(0, 60, n),
    "pack": lambda rng, n: rng.normal(0, 1, n),
    "leader": lambda rng, n: np.append(rng.normal(0, 1, n - 1), 15),
}
MEANINGS = {
    "crowded": "the best is an edge; distances below it are exponential with mean 20 points",
    "bell": "normal with a deviation of 15 points",
    "straggled": "distances above an edge are exponential with mean 10 points",
    "even": "uniform over 60 points",
    "pack": "normal with a deviation of 1 point: nearly tied",
    "leader": "one model 15 points above a pack",
}


@dataclass(frozen=True)
class Cell:
    """Worlds of one kind."""

    first: str
    leaders: int
    second: str
    chasers: int
    gap: float
    rater: float


@dataclass(frozen=True)
class Result:
    """What came of a cell; biases and errors in points, coverage as a fraction."""

    cell: Cell
    worlds: int
    coverage: float
    bias: float
    plain_bias: float
    error: float  # root of the mean square
    plain_error: float
    width: float


MAIN = [
    *(Cell(shape, 5, shape, 40, gap, rater)
      for shape in ("crowded", "bell") for gap in (0, 10) for rater in (0, 5)),
    *(Cell("bell", 5, "bell", 5, 0, rater) for rater in (0, 5)),
    *(Cell("crowded", 40, "crowded", 40, 10, rater) for rater in (0, 5)),
    *(Cell("pack", 1, "pack", 40, 10, rater) for rater in (0, 5)),
]  # fmt: skip
HARD = [
    *(Cell("pack", 5, "pack", 40, 0, rater) for rater in (0, 5)),
    *(Cell("even", 5, "even", 40, 0, rater) for rater in (0, 5)),
    *(Cell("even", 40, "even", 40, 0, rater) for rater in (0, 5)),
    *(Cell("straggled", 40, "straggled", 40, 0, rater) for rater in (0, 5)),
    *(Cell("leader", 5, "pack", 40, 10, rater) for rater in (0, 5)),
]


def run(cell: Cell, worlds: int = WORLDS) -> Result:
    """A cell. The seed is made of the cell, so cells do not depend on one another."""
    kinds = list(SHAPES)
    rng = np.random.default_rng(
        [kinds.index(cell.first), cell.leaders, kinds.index(cell.second), cell.chasers,
         int(cell.gap), int(cell.rater)]
    )  # fmt: skip
    rows = np.array([_world(rng, cell) for _ in range(worlds)])
    value, plain, low, high = rows.T
    return Result(
        cell, worlds, float(((low <= cell.gap) & (cell.gap <= high)).mean()),
        float(value.mean() - cell.gap), float(plain.mean() - cell.gap),
        float(((value - cell.gap) ** 2).mean() ** 0.5),
        float(((plain - cell.gap) ** 2).mean() ** 0.5), float((high - low).mean()),
    )  # fmt: skip


def _world(rng: Rng, cell: Cell) -> tuple[float, float, float, float]:
    error = float(np.hypot(SAMPLING, cell.rater))
    groups = []
    for shape, count, best in (
        (cell.first, cell.leaders, cell.gap), (cell.second, cell.chasers, 0.0)
    ):  # fmt: skip
        truth = SHAPES[shape](rng, count)
        truth += best - truth.max()
        noise = rng.normal(0, SAMPLING, count) + cell.rater * rng.standard_normal(count)
        groups.append([(float(x), error) for x in truth + noise])
    found = max_difference(*groups)
    return found.corrected, found.plain, found.low, found.high


def table(results: Iterable[Result]) -> str:
    """Results as a Markdown table."""
    lines = [
        "| leaders | chasers | true gap | rater | coverage | bias | plain bias | error "
        "| plain error | width |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for r in results:
        c = r.cell
        lines.append(
            f"| {c.leaders} {c.first} | {c.chasers} {c.second} | {c.gap:g} | {c.rater:g} "
            f"| {r.coverage:.1%} | {_signed(r.bias)} | {_signed(r.plain_bias)} | {r.error:.2f} "
            f"| {r.plain_error:.2f} | {r.width:.1f} |"
        )
    return "\n".join(lines)


def _signed(value: float) -> str:
    return f"{round(value, 2) + 0:+.2f}"


def text(main_: list[Result], hard: list[Result]) -> str:
    """The section of the method page."""
    shapes = "\n".join(f"- *{name}*: {words}" for name, words in MEANINGS.items())
    worlds = main_[0].worlds
    chance = 1.96 * (0.95 * 0.05 / worlds) ** 0.5
    parts = [
        f"Made by `scripts/simulate_gap.py`, {worlds:,} worlds a row, seeded. Abilities are drawn "
        "anew for each world:",
        shapes,
        "Both groups are then shifted so that the true bests differ by the true gap. Each score is "
        f"the ability, plus a sampling error of {SAMPLING} points, plus the error of a rater with "
        "the deviation of the column *rater*. The method is told the deviation of both together. "
        "*Coverage* is the share of worlds whose true gap lies in the 95 % interval; chance alone "
        f"moves it by {chance:.1%} either way. *Bias* is the mean of value minus truth, *error* "
        "the root of its mean square, both in points; the plain ones are those of the simple "
        "difference.",
        table(main_),
        "Worlds that are unlike what the method assumes, or at the end of it:",
        table(hard),
    ]
    return "\n\n".join(parts) + "\n"


def main(worlds: int) -> None:
    """Write the section."""
    with ProcessPoolExecutor(2) as pool:
        found = list(pool.map(run, [*MAIN, *HARD], [worlds] * (len(MAIN) + len(HARD))))
    section = text(found[: len(MAIN)], found[len(MAIN) :])
    page, count = PLACE.subn(lambda _: section, PAGE.read_text(encoding="utf-8"))
    if count != 1:
        raise SystemExit(
            f"{PAGE} needs one <!-- gap-simulation --> and one <!-- /gap-simulation -->"
        )
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else WORLDS)
