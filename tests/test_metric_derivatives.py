"""What models made from others go back to, against counts by hand."""

from __future__ import annotations

import pytest

from metric_world import Row, day, made_from, repositories, world
from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate
from scoreboard.metrics.derivatives import Derivatives
from scoreboard.store import Tables

METRIC = Derivatives()
REPOS: list[Row] = [
    *repositories("acme/alpha", developer="acme", family="alpha"),
    *repositories("bolt/beta", developer="bolt", family="beta"),
    *repositories("who/knows", "t/quant", "t/tuned", "t/merge", "t/adapter", "t/plain"),
    *repositories("t/again", root="acme/alpha", base="t/tuned"),
    *repositories("t/turn", "t/return", note="its base_model tags go in a circle"),
]
RELATIONS: list[Row] = [
    made_from("t/quant", "acme/alpha", "quantized", "2025-01-10"),
    made_from("t/tuned", "acme/alpha", "finetune", "2025-02-10"),
    made_from("t/merge", "acme/alpha", "merge", "2025-03-10"),
    made_from("t/merge", "bolt/beta", "merge", "2025-03-10"),
    made_from("t/adapter", "bolt/beta", "adapter", "2025-03-20"),
    made_from("t/plain", "who/knows", ""),
    made_from("t/turn", "t/return", "finetune", "2025-03-21"),
    made_from("t/return", "t/turn", "finetune", "2025-03-22"),
]


@pytest.fixture(scope="module")
def tables() -> Tables:
    return world(repositories=REPOS, relations=RELATIONS)


def show(tables: Tables, **given: str) -> list[Estimate]:
    return METRIC.compute(tables, METRIC.read(tables, given))


def shares(found: list[Estimate], by: str = "family") -> dict[str, float | None]:
    return {e.key[by]: e.value for e in found}


def test_shares_of_all(tables: Tables) -> None:
    """Five repositories; the merge counts half to each of its bases."""
    found = show(tables)
    assert shares(found) == pytest.approx({"alpha": 2.5 / 5, "beta": 1.5 / 5, "unknown": 1 / 5})
    assert found[0].detail["relations"] == {
        "finetune": 1, "adapter": 0, "quantized": 1, "merge": 1, "unsaid": 0,
    }  # fmt: skip
    assert found[0].low == 0.5
    assert found[0].high == pytest.approx(0.7)
    assert {x.why for x in found[0].left_out} == {"its base_model tags go in a circle"}
    assert len(found[0].left_out) == 2


def test_shares_of_new_ones_and_of_one_kind(tables: Tables) -> None:
    new = show(tables, start="2025-03-01", as_of="2025-03-31")
    assert shares(new) == {"beta": 0.75, "alpha": 0.25}
    assert shares(show(tables, relation="finetune")) == {"alpha": 1.0}
    assert shares(show(tables, by="relation"), "relation") == {
        "adapter": 0.2, "finetune": 0.2, "merge": 0.2, "quantized": 0.2, "unsaid": 0.2,
    }  # fmt: skip
    (count,) = show(tables, of="alpha", measure="count")
    assert count.value == 2.5


def test_without_a_day_it_counts_from_when_it_was_seen(tables: Tables) -> None:
    assert "unknown" not in shares(show(tables, as_of="2025-12-31"))
    (plain,) = show(tables, of="unknown", as_of="2026-01-05")
    assert plain.value == 0.2
    assert any("day not known" in c for c in plain.caveats)


def test_a_line_of_bases_is_followed_to_its_end() -> None:
    relations = [made_from("t/last", "t/again", "quantized", "2025-04-01")]
    repos = [*REPOS, *repositories("t/last", base="t/again", root="acme/alpha")]
    assert shares(show(world(repositories=repos, relations=relations))) == {"alpha": 1.0}


def test_a_window_with_nothing_says_what_there_is(tables: Tables) -> None:
    with pytest.raises(UsageError, match="no repository with a base by 2020-01-01") as error:
        show(tables, as_of="2020-01-01")
    assert error.value.valid == ["days from 2025-01-10 to 2026-01-05"]


def test_a_series_counts_up(tables: Tables) -> None:
    series = METRIC.series(tables, METRIC.read(tables, {"of": "alpha"}))
    assert [(str(e.as_of), e.value) for e in series] == [
        ("2025-01-31", 1.0), ("2025-02-28", 1.0), ("2025-03-31", 2.5 / 4), ("2026-01-05", 0.5),
    ]  # fmt: skip
    assert series[-1].as_of == day("2026-01-05")
