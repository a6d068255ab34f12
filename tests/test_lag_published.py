"""Lags on the documents of the Epoch Capabilities Index against what is published for them.

Expected values are those of a computation of the same rules that shares no code with this one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from scoreboard.config import HOME_VARIABLE
from scoreboard.metrics import get_metric
from scoreboard.metrics._contest import read_contests
from scoreboard.metrics._lag_rules import MONTH, RULES
from scoreboard.metrics.lag import reading_of
from scoreboard.store import Scope, Tables, open_tables

LAG = get_metric("lag")
DOCUMENT = {"labels": "document", "dates": "document"}


@pytest.fixture(scope="module")
def opened(built_home: Path) -> Iterator[dict[str, Tables]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(built_home))
        yield {
            "2026-08-11": open_tables(),
            "2026-02-08": open_tables(Scope(vintage=dt.date(2026, 2, 8))),
        }


@pytest.mark.parametrize(
    ("document", "asked", "low", "high"),
    [
        ("2026-08-11", {"lag_rule": "published"}, 3.585, 3.595),
        ("2026-02-08", {"lag_rule": "published"}, 0.775, 0.785),
        ("2026-08-11", {"lag_rule": "published_repaired"}, 4.1, 4.2),  # 4.14
        ("2026-08-11", {"lag_rule": "exact_matched", **DOCUMENT}, 5.65, 5.85),  # about 5.7
        ("2026-08-11", {"lag_rule": "exact", **DOCUMENT}, 216.5 / 30.5, 217.5 / 30.5),
        ("2026-08-11", {"lag_rule": "backward", **DOCUMENT}, 7.15, 7.65),  # 7.2 to 7.6
    ],
)
def test_published_lags(
    opened: dict[str, Tables], document: str, asked: dict[str, str], low: float, high: float
) -> None:
    tables = opened[document]
    (found,) = LAG.compute(tables, LAG.read(tables, asked))
    assert found.value is not None
    assert low <= found.value <= high


@pytest.mark.parametrize(
    ("rule", "change"),
    [("exact", None), ("backward", None), ("exact_matched", None), ("published_repaired", -0.65),
     ("published", -1.0), ("within_error", -1.0)],
)  # fmt: skip
def test_doubling_every_error(opened: dict[str, Tables], rule: str, change: float | None) -> None:
    """`published_repaired` falls from 4.1 to -0.65 months; good rules stay, ends included."""
    tables = opened["2026-08-11"]
    p = LAG.read(tables, {"lag_rule": rule})
    contests = read_contests(tables, {**p, **reading_of(p)}, LAG.as_of(tables, p))
    doubled = [c.errors(lambda e: None if e is None else 2 * e) for c in contests]
    before, after = (RULES[rule].compute(c, "seed") for c in (contests, doubled))
    assert before.days is not None and after.days is not None
    if change is None:
        assert (after.days, after.low, after.high) == (before.days, before.low, before.high)
    elif rule == "published_repaired":
        assert after.days / MONTH == pytest.approx(change, abs=0.05)
    else:
        assert (after.days - before.days) / MONTH < change
