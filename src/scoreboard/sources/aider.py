"""Aider's leaderboards: models that edit code through Aider, run by Aider and its users.

The score is `pass_rate_2`, the one that the boards rank by: the model has seen the failing tests
of its first try (`pass_rate_1`, not read). Three documents, in per cent: 133 Python exercises,
225 exercises in six languages, and the 133 again by one model in many quantisations and hosts
(a harness of its own, so that a host's version is not taken for the model). The scaffold is the
edit format. The version of Aider, counts of faults and times are not read.

A run's cost is a fact of what it ran, in US dollars for all cases; zero means that Aider knew no
price. Runs of fewer cases, or of two models together, are listed as not used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scoreboard.documents import Object, pointer, raw_text
from scoreboard.sources._common import once, whole_number
from scoreboard.sources.base import (
    Document,
    Source,
    date_of,
    decimal_of,
    float_of,
    overruled,
    unread,
)
from scoreboard.tables import Fact, Row, Score
from scoreboard.yaml_documents import parse_yaml

ROOT = "https://raw.githubusercontent.com/Aider-AI/aider/main/aider/website/_data/"
NEEDED = ("model", "test_cases", "edit_format", "pass_rate_2", "date")
RELEASED = ("released", "_released")  # the second keeps a model out of the board's own chart
CUT_OFF = "the document is cut off in this row"
SPARE_CASES = 2  # a run that lost one or two cases to a time-out counts as whole


@dataclass(frozen=True, slots=True)
class Board:
    """What one document holds."""

    benchmark: str
    harness: str
    cases: int


BOARDS = {
    "edit_leaderboard.yml": Board("aider_edit", "aider", 133),
    "polyglot_leaderboard.yml": Board("aider_polyglot", "aider", 225),
    "quant.yml": Board("aider_edit", "aider-quant", 133),
}


class Aider(Source):
    id = "aider"
    title = "Aider leaderboards"
    producer = "Aider"
    home = "https://aider.chat/docs/leaderboards/"
    addresses = tuple(f"{ROOT}{name}" for name in BOARDS)
    licence = "Apache-2.0"
    licence_note = "Apache 2.0: rows may be kept and shown with the notice."
    cite = "Aider LLM leaderboards (Apache-2.0)"
    tables = ("scores", "facts")

    def read(self, document: Document) -> Iterator[Row]:
        runs = parse_yaml(document.body, document.where)
        yield from overruled(runs)
        yield from once(_rows(runs, BOARDS[document.name], document.body.endswith(b"\n")))


def _rows(runs: list[Object], board: Board, whole: bool) -> Iterator[Row]:
    for i, run in enumerate(runs):
        cut = "" if whole or i + 1 < len(runs) else list(run)[-1]
        yield from _run(run, pointer(i), board, cut)


def _run(run: Object, at: str, board: Board, cut: str) -> Iterator[Row]:
    """The rows of one run. `cut` names the last cell of a document that ends within a line."""
    missing = next((key for key in NEEDED if not run.get(key)), "")
    fault = f"the row has no {missing}" if missing else _fault(run, board)
    if cut in NEEDED:
        fault = CUT_OFF
    value = float_of(run.get("pass_rate_2"))
    if fault or value is None:
        place = at + pointer("pass_rate_2") if "pass_rate_2" in run else at
        yield unread(
            place, raw_text(run.get("pass_rate_2", run)), fault or "the score is not a number"
        )
        return
    released = next((key for key in RELEASED if key in run and key != cut), "")
    yield Score(
        source_name=run["model"].strip(),
        benchmark=board.benchmark,
        value=value,
        full_score=100.0,
        harness=board.harness,
        scaffold=run["edit_format"],
        runner="independent",
        evaluated=date_of(run["date"]),
        released=date_of(run.get(released)),
        locator=at + pointer("pass_rate_2"),
        raw=run["pass_rate_2"],
    )
    if date_of(run["date"]) is None:
        yield unread(at + pointer("date"), run["date"], "the date of the run is no date")
    yield from _released(run, at, released)
    yield from _cost(run, at, board, cut)


def _fault(run: Object, board: Board) -> str:
    """Why a run is no score of one model on the whole test."""
    if run.get("editor_model"):
        return f"two models together: {run['editor_model']} makes the edits"
    cases = whole_number(run["test_cases"])
    if cases is None or abs(cases - board.cases) > SPARE_CASES:
        return f"the run is of {run['test_cases']} test cases, the board of {board.cases}"
    return ""


def _released(run: Object, at: str, key: str) -> Iterator[Row]:
    if not key:
        return
    day = date_of(run[key])
    if day is None:
        yield unread(at + pointer(key), run[key], "the release date is no date")
        return
    yield _fact(run, "release_date", day.isoformat(), at + pointer(key), run[key])


def _cost(run: Object, at: str, board: Board, cut: str) -> Iterator[Row]:
    raw = run.get("total_cost", "")
    cost = decimal_of(raw)
    if raw and (cost is None or cost < 0):
        yield unread(at + pointer("total_cost"), raw, "the cost is not a number of dollars")
    elif cost and cut == "total_cost":
        yield unread(at + pointer("total_cost"), raw, CUT_OFF)
    elif cost:
        yield _fact(run, f"{board.benchmark}_run_usd", raw, at + pointer("total_cost"), raw)


def _fact(run: Object, attribute: str, value: str, at: str, raw: str) -> Fact:
    name = run["model"].strip()
    return Fact(kind="model", name=name, attribute=attribute, value=value, locator=at, raw=raw)
