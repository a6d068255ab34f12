"""Figures: their ids, their parameters, and the board that they make."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from scoreboard.config import HOME_VARIABLE
from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate
from scoreboard.figures import (
    Figure,
    board_figures,
    effective,
    extended,
    figure_id,
    get_figure,
)
from scoreboard.store import open_tables


def test_an_id_is_sorted_and_read_back() -> None:
    name = figure_id("gap", {"by": "origin", "benchmark": "mmlu"})
    assert name == "gap:benchmark=mmlu,by=origin"
    assert get_figure(name).params == {"benchmark": "mmlu", "by": "origin"}
    assert get_figure("gap").params == {}


def test_a_figure_of_the_board_has_its_title_and_section() -> None:
    figure = get_figure("gap-mmlu-2025")
    assert (figure.metric, figure.params["as_of"]) == ("gap", "2025-01-31")
    assert figure.title
    assert figure.section
    assert len({f.id for f in board_figures()}) == len(board_figures())


@pytest.mark.parametrize("name", ["", "nope", "gap-mmlu-2026", "gap:x", "gap:=x"])
def test_what_is_no_figure(name: str) -> None:
    with pytest.raises(UsageError):
        get_figure(name)


def test_a_figure_on_another_day() -> None:
    day = dt.date(2026, 1, 1)
    assert get_figure("gap-index").at(day).params["as_of"] == "2026-01-01"
    assert get_figure("gap-mmlu-2025").at(day).params["as_of"] == "2025-01-31"  # its day is fixed
    assert get_figure("gap-index").at(None).params == get_figure("gap-index").params
    assert get_figure("statistic:publisher=atom").at(day).params == {"publisher": "atom"}


def test_further_parameters() -> None:
    assert extended("gap-index", {}) == "gap-index"
    assert extended("gap-index", {"by": "origin"}) == "gap:benchmark=index,by=origin"


def test_rows_of_the_board_keep_its_order() -> None:
    rows = [
        Estimate(1.0, "count", "", dt.date(2026, 1, 1), "", key={"family": name})
        for name in ("a", "b", "c")
    ]
    figure = Figure("x", "models", (), groups=("c", "d", "a"))
    assert [e.key["family"] for e in figure.shown(rows)] == ["c", "a"]
    assert Figure("x", "models", ()).shown(rows) == rows


def test_effective_parameters_name_defaults_and_ids(
    built_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(built_home))
    tables = open_tables()
    found = effective(tables, get_figure("gap:benchmark=MMLU,as_of=2025-01-31"))
    assert found == {
        "benchmark": "mmlu", "by": "openness", "method": "published", "as_of": "2025-01-31",
    }  # fmt: skip
    price = effective(tables, get_figure("price:model=openai/gpt-4o-2024-08-06"))
    assert (price["model"], price["provider"]) == ("gpt-4o-2024-08-06", "first_party")
