"""What charts show is what the series say: gaps on the days of records, all groups of a share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metric_world import (
    Row,
    catalogue,
    closed,
    day,
    listed,
    released,
    scored,
    total,
    week,
    weights,
    world,
)
from price_market import LITE, market
from scoreboard.config import HOME_VARIABLE
from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate
from scoreboard.metrics import get_metric
from scoreboard.store import Tables, open_tables

SIDES = ("leader_model", "leader_score", "chaser_model", "chaser_score")


@pytest.fixture(scope="module")
def tables(built_home: Path) -> Iterator[Tables]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(built_home))
        yield open_tables()


def drawn(metric: str, tables: Tables, **given_: str) -> list[Estimate]:
    asked = get_metric(metric)
    return asked.drawn(tables, asked.read(tables, given_))


def series(metric: str, tables: Tables, **given_: str) -> list[Estimate]:
    asked = get_metric(metric)
    return asked.series(tables, asked.read(tables, given_))


def records(found: Sequence[Estimate]) -> list[Estimate]:
    """The entries whose best models or scores are not those of the entry before."""
    kept: list[Estimate] = []
    last: tuple[object, ...] = ()
    for e in found:
        best = tuple(e.detail[s] for s in SIDES)
        if best != last:
            kept.append(e)
            last = best
    return kept


@pytest.mark.parametrize("benchmark", ["gpqa_diamond", "index", "mmlu"])
def test_a_drawn_gap_is_the_series_where_a_best_changes(tables: Tables, benchmark: str) -> None:
    expected = records(series("gap", tables, benchmark=benchmark))
    assert len(expected) > 2
    assert drawn("gap", tables, benchmark=benchmark) == expected


def quiz(*scores: tuple[str, float, str]) -> Tables:
    """A test with models whose names begin with their group, `open` or `closed`."""
    openness: list[Row] = []
    for model, _, _ in scores:
        openness += weights(model) if model.startswith("open") else closed(model)
    return world(
        snapshots=catalogue("tests", "2026-01-05"),
        models=[released(m, since) for m, _, since in scores],
        openness=openness,
        benchmarks=[{"benchmark": "quiz", "name": "Quiz", "items": 100}],
        benchmark_names=[{"name": "quiz", "benchmark": "quiz"}],
        results=[scored(m, v, since, benchmark="quiz", harness="lab") for m, v, since in scores],
    )


def gaps(tables: Tables) -> tuple[list[tuple[str, object]], list[tuple[str, object]]]:
    """Days and leaders of what is drawn, and of the records of the series."""
    asked = {"benchmark": "quiz", "as_of": "2026-01-05"}
    both = drawn("gap", tables, **asked), records(series("gap", tables, **asked))
    first, second = ([(str(e.as_of), e.detail["leader_model"]) for e in x] for x in both)
    return first, second


def test_a_record_set_while_the_other_group_is_silent_is_drawn_when_it_speaks() -> None:
    """Open models are silent from July on: the record of February counts in March."""
    tables = quiz(
        ("closed-1", 50, "2024-01-01"), ("closed-2", 52, "2024-01-02"),
        ("open-1", 40, "2024-01-03"), ("open-2", 39, "2024-01-04"),
        ("closed-3", 70, "2025-02-01"), ("open-3", 30, "2025-03-01"),
        ("closed-4", 60, "2025-12-01"), ("open-4", 20, "2025-12-01"),
    )  # fmt: skip
    found, expected = gaps(tables)
    assert expected == [("2024-01-03", "closed-2"), ("2025-03-01", "closed-3")]
    assert found == expected


MODELS = st.lists(
    st.tuples(st.sampled_from(["open", "closed"]), st.integers(1, 6), st.integers(0, 23)),
    min_size=3, max_size=10,
)  # fmt: skip


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MODELS)
def test_of_any_models_the_records_are_drawn(made: list[tuple[str, int, int]]) -> None:
    """Months are from January 2024 on; the last models keep both series going to the end."""
    rows = [
        (f"{group}-{i}", 10.0 * score, f"{2024 + month // 12}-{month % 12 + 1:02}-15")
        for i, (group, score, month) in enumerate(made)
    ]
    ends = [(f"{g}-{i}", 1.0, "2025-12-20") for g in ("open", "closed") for i in (98, 99)]
    found, expected = gaps(quiz(*rows, *ends))
    assert found == expected
    assert found


def test_a_benchmark_without_a_gap_draws_nothing() -> None:
    assert drawn("gap", quiz(("closed-1", 50, "2024-01-01")), benchmark="quiz") == []


def test_a_share_draws_every_group_of_every_week_whatever_is_asked() -> None:
    weeks = ("2025-03-03", "2025-03-10")
    tables = world(
        models=[{"model": "a", "country": "CN"}, {"model": "b", "country": "US"}],
        openness=[*weights("a"), *closed("b")],
        usage=[r for m, n in zip(weeks, (30, 20), strict=True) for r in week(m, {"a": n, "b": 60})],
        totals=[total(m, 100) for m in weeks],
    )
    for more in ({}, {"of": "open"}, {"of": "closed", "stat": "peak"}, {"week": weeks[0]}):
        found = {(str(e.detail["week"]), e.key["openness"]): e.value
                 for e in drawn("token_share", tables, **more)}  # fmt: skip
        assert found == pytest.approx({
            (weeks[0], "open"): 0.3, (weeks[0], "closed"): 0.6, (weeks[0], "other"): 0.1,
            (weeks[1], "open"): 0.2, (weeks[1], "closed"): 0.6, (weeks[1], "other"): 0.2,
            (weeks[0], "unknown"): 0.0, (weeks[1], "unknown"): 0.0,
        })  # fmt: skip


def test_a_price_draws_its_changes_and_all_prices_none() -> None:
    tables = market(
        listed("alpha", "acme", "10", LITE[0], LITE[0]),
        listed("alpha", "acme", "6", LITE[1], LITE[2]),
    )
    found = drawn("price", tables, model="alpha", as_of="2024-12-31")
    assert [(e.as_of, e.value) for e in found] == [(day(LITE[0]), 10.0), (day(LITE[1]), 6.0)]
    assert drawn("price", tables, as_of="2024-12-31") == []


def test_a_count_by_itself_is_no_chart() -> None:
    tables = world(
        models=[{"model": m, "family": f, "tracked": True} for m, f in (("a", "x"), ("b", "y"))],
        snapshots=catalogue("list", "2026-01-05"),
        statements=[{"model": "a", "attribute": "tracked", "value": "true",
                     "snapshot_id": "list@2026-01-05"}],
    )  # fmt: skip
    found = drawn("models", tables, by="family", as_of="2026-01-05")
    assert {e.key["family"]: e.value for e in found} == {"x": 1.0, "y": 1.0}
    assert drawn("models", tables, by="family", of="x", as_of="2026-01-05") == []


def test_one_quoted_number_is_no_chart_and_those_of_a_publisher_are(tables: Tables) -> None:
    (publisher, count), *_ = tables.connection.execute(
        "SELECT publisher, count(*) FROM statistics GROUP BY 1 ORDER BY 2 DESC, 1"
    ).fetchall()
    assert count > 1
    assert len(drawn("statistic", tables, publisher=publisher)) == count
    assert drawn("statistic", tables, statistic="ai-act-gpai-start") == []
    with pytest.raises(UsageError, match="has no series"):
        series("statistic", tables, statistic="ai-act-gpai-start")
