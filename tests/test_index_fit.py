"""The fits of the index: from a small matrix, in a process or not, kept, shipped, with own rows."""

from __future__ import annotations

import json
import math
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metric_world import world
from scoreboard import index_build
from scoreboard.errors import DataError
from scoreboard.index_build import FITS, Matrix, make, read_matrix, shipped, write_index
from scoreboard.index_fit import Cell, Inputs, Line, fit_index

NAMES = ("Claude 3.5 Sonnet", "GPT-5", "Third", "Fourth", "Fifth")
ABILITIES = (0.0, 2.0, 1.0, -1.0, 0.5)
TESTS = (("Winogrande", -0.5, 1.0), ("GPQA diamond", 0.5, 1.5), ("MMLU", 0.0, 2.0))


def cells(seed: int = 1, items: int = 200) -> tuple[Cell, ...]:
    """Scores of five models on three tests, with a little noise."""
    rng = random.Random(seed)
    return tuple(
        Cell(name, test, 1 / (1 + math.exp(-a * (c - d))) + rng.gauss(0, 0.02), items, 0.0)
        for name, c in zip(NAMES, ABILITIES, strict=True)
        for test, d, a in TESTS
    )


def values(lines: list[Line], kind: str = "model") -> dict[str, float]:
    return {x.name: x.value for x in lines if x.kind == kind}


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scoreboard.index_fit.DRAWS", 40)


@pytest.mark.parametrize("method", ["published", "scoreboard"])
def test_anchors_stand_where_they_are_put_and_the_rest_between(method: str) -> None:
    found = values(fit_index(Inputs(method, cells())))
    assert found["Claude 3.5 Sonnet"] == pytest.approx(130)
    assert found["GPT-5"] == pytest.approx(150)
    # a third of the way is 140 for an ability of 1 between 0 and 2; noise moves it by a point or so
    assert found["Third"] == pytest.approx(140, abs=2.5)
    assert found["Fourth"] < 130 < found["Fifth"] < found["Third"] < 150


def spreads(method: str, items: int = 200) -> dict[str, float]:
    """The standard deviation of each model's draws, index points."""
    lines = fit_index(Inputs(method, cells(items=items)))
    return {x.name: float(np.std(np.array(x.draws.split(), float)) / 100)
            for x in lines if x.kind == "model"}  # fmt: skip


def test_anchors_are_certain_as_published_and_uncertain_in_ours() -> None:
    assert spreads("published")["GPT-5"] == spreads("published")["Claude 3.5 Sonnet"] == 0
    assert spreads("published")["Third"] > 0
    assert min(spreads("scoreboard").values()) > 0


def test_more_questions_make_no_interval_wider() -> None:
    few, many = spreads("scoreboard", 20), spreads("scoreboard", 2000)
    assert np.median(list(many.values())) < np.median(list(few.values()))


@pytest.mark.parametrize("method", ["published", "scoreboard"])
def test_the_order_of_rows_changes_nothing(method: str) -> None:
    mixed = tuple(random.Random(3).sample(cells(), len(cells())))
    assert fit_index(Inputs(method, mixed)) == fit_index(Inputs(method, cells()))


def test_another_score_is_another_digest() -> None:
    (first, *rest) = cells()
    moved = Inputs("published", (first._replace(value=first.value + 1e-9), *rest))
    assert moved.digest != Inputs("published", cells()).digest
    assert Inputs("scoreboard", cells()).digest != Inputs("published", cells()).digest


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        (lambda c: c.model != "GPT-5", "models that anchor the scale have no scores: GPT-5"),
        (lambda c: c.test != "Winogrande", "the benchmark whose slope is held has no scores"),
    ],
)
def test_what_the_scale_needs_must_be_there(kept: Any, said: str) -> None:
    with pytest.raises(DataError, match=said):
        fit_index(Inputs("published", tuple(filter(kept, cells()))))


def test_anchors_that_score_alike_make_no_scale() -> None:
    same = tuple(Cell(m, t, 0.5, 10, 0.0) for m in NAMES for t, _, _ in TESTS)
    with pytest.raises(DataError, match="score alike"):
        fit_index(Inputs("published", same))


@pytest.mark.parametrize("method", ["published", "scoreboard"])
def test_models_apart_are_named(method: str) -> None:
    apart = (*cells(), Cell("Lone", "Its own", 0.5, 10, 0.0))
    with pytest.raises(DataError, match=r"2 groups .* \(2\) Lone on Its own"):
        fit_index(Inputs(method, apart))


def test_as_a_program_it_gives_the_same(tmp_path: Path) -> None:
    inputs = Inputs("published", cells())
    run = subprocess.run(
        [sys.executable, "-m", "scoreboard.index_fit"],
        input=inputs.text(), capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    (theirs, mine) = ([Line(*x) for x in json.loads(run.stdout)["lines"]], fit_index(inputs))
    assert values(theirs) == values(mine)
    assert [len(x.draws.split()) for x in theirs if x.kind == "model"] == [500] * 5


def test_as_a_program_it_says_what_is_wrong() -> None:
    process = index_build._start(Inputs("published", cells()[:3]))
    assert index_build._finish(process) == "models that anchor the scale have no scores: GPT-5"


# tables


def rows_of(given: tuple[Cell, ...], **more: Any) -> dict[str, list[dict[str, object]]]:
    """The tables that hold these cells as a document of the index does."""
    snapshot = "epoch_index@2026-01-05-0"
    versions = {c.model: f"version of {c.model}" for c in given}
    return {
        "snapshots": [{"id": snapshot, "source": "epoch_index",
                       "address": "https://epoch.ai/data/eci_benchmarks.csv"}],
        "scores": [{"snapshot_id": snapshot, "locator": f"L{i}/performance", "raw": repr(c.value),
                    "source_name": versions[c.model], "benchmark": c.test, "value": c.value,
                    "chance_removed": c.chance > 0, "runner": "independent", **more}
                   for i, c in enumerate(given, 2)],
        "facts": [{"snapshot_id": snapshot, "kind": "model", "name": version, "value": model,
                   "attribute": "index_model", "locator": "x", "first_seen": "2026-01-05",
                   "last_seen": "2026-01-05"} for model, version in versions.items()],
        "benchmark_names": [{"name": t.lower(), "benchmark": t.lower()} for t, _, _ in TESTS],
        "benchmarks": [{"benchmark": t.lower(), "items": 200} for t, _, _ in TESTS],
    }  # fmt: skip


def test_the_matrix_is_read_from_the_rows() -> None:
    matrix = read_matrix(world(**rows_of(cells())).connection)
    assert matrix.inputs("published").cells == tuple(sorted(cells()))
    assert matrix.inputs("scoreboard").digest == Inputs("scoreboard", cells()).digest


def test_results_of_developers_can_be_left_out() -> None:
    matrix = read_matrix(world(**rows_of(cells(), runner="developer")).connection)
    assert len(matrix.inputs("scoreboard").cells) == len(cells())
    assert matrix.inputs("scoreboard_independent").cells == ()


def test_a_row_without_a_model_of_the_index_is_in_no_fit() -> None:
    given = rows_of(cells())
    given["facts"] = [f for f in given["facts"] if f["value"] != "Fifth"]
    models = {c.model for c in read_matrix(world(**given).connection).inputs("published").cells}
    assert models == set(NAMES) - {"Fifth"}


OWN = {"source": "own", "snapshot_id": "own@2026-01-05-1", "locator": "x", "raw": "x"}


def test_own_scores_are_in_our_fit_and_not_in_the_published() -> None:
    given = rows_of(tuple(c._replace(chance=0.25) if c.test == "MMLU" else c for c in cells()))
    names = given["benchmark_names"]
    given["benchmark_names"] = [{**n, "chance": 25.0 if n["name"] == "mmlu" else 0.0}
                                for n in names]  # fmt: skip
    known: dict[str, object] = {
        "source": "epoch_index", "benchmark": "index", "source_name": "Third", "model": "third",
    }  # fmt: skip
    given["results"] = [
        known,
        {**OWN, "model": "third", "benchmark": "mmlu", "value": 70.0},
        {**OWN, "model": "mine", "benchmark": "gpqa diamond", "value": 40.0},
        {**OWN, "model": "mine", "benchmark": "another test", "value": 10.0},
    ]
    matrix = read_matrix(world(**given).connection)
    # 70 per cent where guessing gives 25: (0.7 - 0.25) / 0.75 = 0.6
    (third, mine) = matrix.own
    assert mine == Cell("mine", "GPQA diamond", 0.4, 200, 0.0)
    assert third == Cell("Third", "MMLU", third.value, 200, 0.25)
    assert third.value == pytest.approx(0.6)
    assert len(matrix.inputs("scoreboard").cells) == len(cells()) + 2
    assert len(matrix.inputs("published").cells) == len(cells())


def test_fits_are_written_with_what_they_were_made_from(home: Path) -> None:
    assert home.name == "home"
    connection = world(**rows_of(cells())).connection
    connection.execute("DROP TABLE index_draws; DROP TABLE index_fits")
    write_index(connection)
    about = connection.execute("SELECT fit, scores, models, tests, fault FROM index_fits")
    assert about.fetchall() == [(name, 15, 5, 3, "") for name in FITS]
    found = connection.execute(
        "SELECT name, value FROM index_draws WHERE fit = 'published' AND kind = 'model'"
    ).fetchall()
    assert dict(found) == values(fit_index(Inputs("published", cells())))


def test_no_document_is_a_fault_and_no_error(home: Path) -> None:
    assert home.name == "home"
    connection = world().connection
    connection.execute("DROP TABLE index_draws; DROP TABLE index_fits")
    write_index(connection)
    faults = [f for (f,) in connection.execute("SELECT fault FROM index_fits").fetchall()]
    assert faults == ["there is no document with the scores of the index among the rows"] * 3


def test_a_fit_is_made_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = Inputs("published", cells())
    first = make({"published": inputs})
    monkeypatch.setattr(index_build, "fit_index", lambda _: pytest.fail("made again"))
    assert make({"published": inputs}) == first
    (kept,) = (home / "index").iterdir()
    kept.write_text("cut of")
    with pytest.raises(pytest.fail.Exception):
        make({"published": inputs})


def test_old_fits_are_cleared_away(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_build, "KEPT", 2)
    for seed in range(4):
        make({"published": Inputs("published", cells(seed))})
    assert len(list((home / "index").iterdir())) == 2


def test_what_is_shipped_is_read_back(home: Path, tmp_path: Path) -> None:
    from scoreboard.bundle import DRAWS_TABLE, file_of
    from scoreboard.engine import csv_text
    from scoreboard.index_build import SHIPPED, records

    assert home.name == "home"
    inputs = Inputs("scoreboard", cells())
    lines = fit_index(inputs)
    text = csv_text(list(SHIPPED), records("scoreboard", inputs, lines))
    file_of(DRAWS_TABLE, tmp_path).write_text(text)
    assert shipped(tmp_path) == {inputs.digest: lines}
    assert shipped(tmp_path / "nothing") == {}


def test_an_empty_matrix_has_no_document() -> None:
    assert Matrix().snapshot == ""
