"""The capability index fitted again from the published scores, beside the published values."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from recorded.raw import Mirror
from recorded.test_recompute import MATRIX, SCORES
from scoreboard import api
from scoreboard.index_build import shipped
from scoreboard.stats.ability import Scores, Theta, equal_penalty, fit, scores_of
from scoreboard.store import Tables

ANCHORS = {"Claude 3.5 Sonnet": 130.0, "GPT-5": 150.0}


@pytest.fixture(scope="module")
def matrix(mirror: Mirror) -> tuple[Scores, list[str], list[str]]:
    return scores_of([
        (r["model"], r["benchmark"], min(max(float(r["performance"]), 0.001), 0.999))
        for r in mirror.csv(*MATRIX)
    ])  # fmt: skip


@pytest.fixture(scope="module")
def theta(matrix: tuple[Scores, list[str], list[str]]) -> Theta:
    scores, _, tests = matrix
    return fit(scores, equal_penalty(scores, 0.1, tests.index("Winogrande"))).theta


def mapped(abilities: np.ndarray, models: list[str]) -> np.ndarray:
    """Abilities (... x models) on the published scale."""
    (low, at_low), (high, at_high) = ANCHORS.items()
    first, second = (abilities[..., [models.index(m)]] for m in (low, high))
    found: np.ndarray = at_low + (at_high - at_low) * (abilities - first) / (second - first)
    return found


def test_every_published_value_is_met(
    mirror: Mirror, matrix: tuple[Scores, list[str], list[str]], theta: Theta
) -> None:
    found = dict(zip(matrix[1], mapped(theta.ability, matrix[1]), strict=True))
    published = {r["Model"]: float(r["eci"]) for r in mirror.csv(*SCORES)}
    assert len(published) == 222 and set(found) == set(published)
    assert found == pytest.approx(published, abs=0.25)


def test_the_draws_give_the_published_intervals(mirror: Mirror) -> None:
    """Ends of 90 % intervals, 500 draws here and 500 there. The lower ends lie a little lower."""
    rows = {r["Model"]: r for r in mirror.csv(*SCORES) if r["eci_ci_low"]}
    mine = {e.source_name: e for e in api.show("index", {"method": "published"})}
    assert len(rows) == 220 and set(rows) == {n for n, e in mine.items() if e.low is not None}
    theirs = np.array([[float(r["eci_ci_low"]), float(r["eci_ci_high"])] for r in rows.values()])
    found = np.array([[mine[m].low, mine[m].high] for m in rows], float)
    assert np.median(np.abs(found - theirs), axis=0) == pytest.approx([0, 0], abs=0.6)
    assert np.corrcoef(np.ptp(found, axis=1), np.ptp(theirs, axis=1))[0, 1] > 0.98


def test_the_metric_gives_the_published_values(mirror: Mirror) -> None:
    published = {r["Model"]: float(r["eci"]) for r in mirror.csv(*SCORES)}
    found = {e.source_name: e.value for e in api.show("index", {"method": "published"})}
    assert found == pytest.approx(published, abs=0.25)


def test_shipped_fits_are_of_the_rows(tables: Tables) -> None:
    """Nothing had to be fitted again to open the bundle."""
    inputs = tables.column("SELECT inputs FROM index_fits ORDER BY 1")
    assert set(inputs) == set(shipped()) and len(inputs) == 3
    assert set(tables.column("SELECT fault FROM index_fits")) == {""}


def test_held_out_scores_lie_inside_their_intervals(home: Path) -> None:
    """The whole table of the method page, made again: 20 splits with seeds."""
    root = Path(__file__).parents[2]
    run = subprocess.run(
        [sys.executable, "scripts/index_holdout.py"], cwd=root, capture_output=True, text=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "SCOREBOARD_HOME": str(home)}, check=True,
    )  # fmt: skip
    rows = [r for r in run.stdout.splitlines() if re.match(r"\| (\d+|all) ", r)]
    splits = [[float(x) for x in re.findall(r"[\d.]+", r)] for r in rows]
    assert len(splits) == 21
    inside, ours, published, *_ = splits[-1][1:]
    assert 92 <= inside <= 98
    assert ours <= published
    assert all(row in (root / "docs" / "methods.md").read_text() for row in rows)
