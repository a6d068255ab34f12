"""The capability index fitted again from the published scores, beside the published values."""

from __future__ import annotations

import numpy as np
import pytest

from recorded.raw import Mirror
from recorded.test_recompute import MATRIX, SCORES
from scoreboard.stats.ability import Scores, Theta, equal_penalty, fit, scores_of
from scoreboard.stats.ability_draws import resampled

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
    return at_low + (at_high - at_low) * (abilities - first) / (second - first)


def test_every_published_value_is_met(
    mirror: Mirror, matrix: tuple[Scores, list[str], list[str]], theta: Theta
) -> None:
    found = dict(zip(matrix[1], mapped(theta.ability, matrix[1]), strict=True))
    published = {r["Model"]: float(r["eci"]) for r in mirror.csv(*SCORES)}
    assert len(published) == 222 and set(found) == set(published)
    assert found == pytest.approx(published, abs=0.25)


def test_the_published_intervals_are_met(
    mirror: Mirror, matrix: tuple[Scores, list[str], list[str]], theta: Theta
) -> None:
    """Ends of 90 % intervals from 200 draws here and 500 there: the middle ones differ by 0.5."""
    scores, models, tests = matrix
    penalty, rng = equal_penalty(scores, 0.1, tests.index("Winogrande")), np.random.default_rng(1)
    draws = np.array([resampled(scores, penalty, theta, rng).ability for _ in range(200)])
    low, high = np.quantile(mapped(draws, models), [0.05, 0.95], axis=0)
    rows = {r["Model"]: r for r in mirror.csv(*SCORES) if r["eci_ci_low"]}
    ends = [(low[i] - float(rows[m]["eci_ci_low"]), high[i] - float(rows[m]["eci_ci_high"]))
            for i, m in enumerate(models) if m in rows]  # fmt: skip
    assert len(ends) == 220
    assert np.median(np.abs(ends), axis=0) == pytest.approx([0, 0], abs=0.6)
    widths = np.array([(high[i] - low[i], float(rows[m]["eci_ci_high"])
                        - float(rows[m]["eci_ci_low"])) for i, m in enumerate(models)
                       if m in rows])  # fmt: skip
    assert np.corrcoef(widths.T)[0, 1] > 0.98
