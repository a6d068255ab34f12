"""Computed beside published: the parts of a difference, and what has no figure of ours."""

from __future__ import annotations

import json

import pytest

from metric_world import Row, closed, total, week, weights, world
from scoreboard.errors import UsageError
from scoreboard.metrics.statistic import Statistic
from scoreboard.reconcile import Pair, reconcile
from scoreboard.reconcile_text import render
from scoreboard.store import Tables

# Open models: 10 of 100 in the first week, 50 in the second, 24 in the third; 20 are not named.
USAGE = [
    *week("2025-03-03", {"open": 10, "api": 70}),
    *week("2025-03-10", {"open": 50, "api": 30}),
    *week("2025-03-17", {"open": 24, "api": 56}),
]
MONDAYS = ("2025-03-03", "2025-03-10", "2025-03-17")
STEPS = [
    {"part": "window", "params": {"start": "2025-03-10"}, "detail": None, "why": "Two weeks."},
    {"part": "coverage", "params": {"denominator": "named"}, "detail": None, "why": "Named."},
    {"part": "method", "params": {"start": "2030-01-07"}, "detail": None, "why": "No such weeks."},
]


def said(statistic: str, publisher: str, value: float, **more: object) -> Row:
    place = f"statistics#{statistic}/value"
    return {"statistic": statistic, "publisher": publisher, "says": "It is so.", "value": value,
            "metric": "token_share", "locator": place, **more}  # fmt: skip


@pytest.fixture(scope="module")
def tables() -> Tables:
    return world(
        models=[{"model": "open", "country": "CN"}, {"model": "api", "country": "US"}],
        openness=[*weights("open"), *closed("api")],
        usage=USAGE,
        totals=[total(m, 100) for m in MONDAYS],
        statistics=[
            said("mean", "acme", 0.5, params="of=open,start=2025-03-10,stat=mean",
                 ours="of=open,stat=mean", steps=json.dumps(STEPS)),
            said("same", "bolt", 0.24, params="of=open"),
            said("early", "bolt", 0.01, params="of=open,week=2024-01-01"),
            said("ratio", "bolt", 2, params="of=open", unit="ratio"),
            said("many", "bolt", 0.2, params="by=openness"),
            said("quoted", "core", 0.3, metric=""),
        ],
    )  # fmt: skip


@pytest.fixture(scope="module")
def pairs(tables: Tables) -> dict[str, Pair]:
    return {p.statistic: p for p in reconcile(tables)}


def test_a_difference_is_split_into_computed_parts_and_a_remainder(
    pairs: dict[str, Pair],
) -> None:
    """Mean of three weeks 0.28; of the last two 0.37; of their named tokens (5/8 + 3/10) / 2."""
    pair = pairs["mean"]
    named = (50 / 80 + 24 / 80) / 2
    assert pair.value == pytest.approx(0.28)
    assert pair.difference == pytest.approx(0.22)
    assert [p.part for p in pair.parts] == ["window", "coverage"]
    assert [p.amount for p in pair.parts] == pytest.approx([0.37 - 0.28, named - 0.37])
    assert pair.remainder == pytest.approx(0.5 - named)


def test_the_same_number_has_no_difference(pairs: dict[str, Pair]) -> None:
    assert (pairs["same"].difference, pairs["same"].parts) == (0, ())
    assert "quoted" not in pairs


def test_why_there_is_no_figure(pairs: dict[str, Pair]) -> None:
    whys = {name: p.why for name, p in pairs.items() if p.value is None}
    assert whys == {
        "early": "not in the data: no usable week from 2024-01-01 to 2024-01-01, by 2025-03-23 "
        "(weeks from 2025-03-03 to 2025-03-17)",
        "ratio": "not comparable as a number: ours is in fraction",
        "many": "our reading has 4 values, not one",
    }


def test_by_publisher(tables: Tables) -> None:
    assert [p.statistic for p in reconcile(tables, "acme")] == ["mean"]
    with pytest.raises(UsageError, match="no number of core") as error:
        reconcile(tables, "core")
    assert error.value.valid == ["acme", "bolt"]


def test_text(tables: Tables) -> None:
    text = render([p.as_json() for p in reconcile(tables)])
    assert "  difference +22.0 percentage points" in text
    assert "    window +9.0: Two weeks." in text
    assert "    remainder +3." in text  # 0.5 - 0.4625 = 0.0375
    assert "  no difference" in text
    assert text.endswith("2 pairs of 2 publishers; 3 without a figure of ours")


def test_a_statistic_is_shown_beside_our_own_figure(tables: Tables) -> None:
    metric = Statistic()

    def caveats(name: str) -> tuple[str, ...]:
        (found,) = metric.compute(tables, metric.read(tables, {"statistic": name}))
        return found.caveats

    assert caveats("same")[-1] == (
        "our own figure: 24.0 [24.0, 44.0] %, OpenRouter tokens, as of 2025-03-23"
    )
    assert caveats("early")[-1].startswith("our own figure: not in the data")
    assert not any(c.startswith("our own figure") for c in caveats("quoted"))
