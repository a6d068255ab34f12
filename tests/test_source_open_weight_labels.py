"""Labels of OpenRouter's models."""

from __future__ import annotations

import pytest

from helpers import facts, fixture_rows, reasons, rows_of
from scoreboard.errors import DataError
from scoreboard.sources import get_source

LABELS = get_source("open_weight_labels")
HEAD = "model_permaslug,open,weights_repo\n"


def test_facts() -> None:
    rows = fixture_rows(LABELS)
    assert facts(rows) == [
        ("model", "acme/alpha-1-20250110", "open_weights", "true"),
        ("model", "acme/alpha-1-20250110", "weights_repo", "acme/Alpha-1"),
        ("model", "bolt/beta-2-20250201", "open_weights", "false"),
    ]
    assert reasons(rows) == [("L4/open", "the label is neither true nor false")]


@pytest.mark.parametrize(
    ("row", "at", "reason"),
    [
        (",true,a/X", "open", "the row names no model"),
        ("a/x,,", "open", "the label is neither true nor false"),
        ("a/w,false,", "open", "open_weights of a/w is true further up"),
        ("a/x,true", "model_permaslug", "the row has 2 cells, the header 3"),
    ],
)
def test_impossible_cells(row: str, at: str, reason: str) -> None:
    rows = rows_of(LABELS, f"{HEAD}a/w,true,\n{row}\n")
    assert reasons(rows) == [(f"L3/{at}", reason)]


def test_a_missing_column_is_named() -> None:
    with pytest.raises(DataError, match="column missing: weights_repo"):
        rows_of(LABELS, "model_permaslug,open\na/x,true\n")


def test_truncated_document() -> None:
    rows = rows_of(LABELS, f"{HEAD}a/w,true,\na/x,true,a/X-9")
    assert reasons(rows) == [("L3/model_permaslug", "the document is cut off in this row")]
