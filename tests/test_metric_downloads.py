"""Downloads by group, against counts by hand."""

from __future__ import annotations

import pytest

from metric_world import Row, counted, day, lists, repositories, world
from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate
from scoreboard.metrics.downloads import Downloads
from scoreboard.store import Tables

METRIC = Downloads()
DEVELOPERS: list[Row] = [
    {"developer": "acme", "name": "Acme", "country": "CN"},
    {"developer": "bolt", "name": "Bolt", "country": "US"},
]
REPOS: list[Row] = [
    *repositories("acme/alpha", developer="acme", family="alpha", model="alpha", params_b=8),
    *repositories("bolt/beta", developer="bolt", family="beta", params_b=120, licence="mit"),
    *repositories("copies/alpha-GGUF", copy_of="acme/alpha", params_b=8),
    *repositories("copies/alpha-other"),  # named like a copy, and no tag says that it is one
    *repositories("acme/gone", developer="acme", family="alpha", params_b=8),
]


def made(*more: tuple[Row, list[Row]], repos: list[Row] | None = None) -> Tables:
    first = {"acme/alpha": 100, "bolt/beta": 60, "copies/alpha-GGUF": 20, "copies/alpha-other": 20,
             "acme/gone": 900}  # fmt: skip
    last = {"acme/alpha": 150, "bolt/beta": 60, "copies/alpha-GGUF": 30, "copies/alpha-other": 60,
            "acme/new": 5000}  # fmt: skip
    known = [*(repos or REPOS), *repositories("acme/new", developer="acme", family="alpha")]
    both = [counted("llmfit", "2026-01-05", first), counted("llmfit", "2026-02-05", last)]
    licences: list[Row] = [{"licence": "mit"}]
    found = lists(*both, *more)
    return world(developers=DEVELOPERS, repositories=known, licences=licences, **found)


def show(tables: Tables, **given: str) -> list[Estimate]:
    return METRIC.compute(tables, METRIC.read(tables, given))


def one(tables: Tables, **given: str) -> Estimate:
    (found,) = show(tables, **given)
    return found


def test_only_repositories_counted_on_both_days_count() -> None:
    found = show(made(), by="family")
    # of 300 on the last day: alpha 150 and its copy 30, beta 60, a name without a tag 60
    assert {e.key["family"]: e.value for e in found} == {"alpha": 0.6, "beta": 0.2, "unknown": 0.2}
    assert [e.key["family"] for e in found] == ["alpha", "beta", "unknown"]
    assert sum(e.value or 0 for e in found) == pytest.approx(1)
    (alpha, *_) = found
    assert alpha.low == 0.6
    assert alpha.high == pytest.approx(0.8)
    assert alpha.as_of == day("2026-02-05")
    why = {(x.row.locator.rpartition("/")[2], x.why) for x in alpha.left_out}
    assert why == {
        ("gone", "not on the list of 2026-02-05: deleted, or no longer listed"),
        ("new", "not on the list of 2026-01-05"),
    }


def test_measures() -> None:
    tables = made()
    assert one(tables, of="alpha", measure="count").value == 180
    assert one(tables, of="alpha", measure="growth").value == 180 / 120
    assert one(tables, of="beta", measure="growth").value == 1
    assert one(tables, by="origin", of="CN").value == 0.6
    assert one(tables, by="size_tier", of="100b-250b").value == 0.2
    assert one(tables, by="size_tier", of="5b-10b").value == 0.6
    assert one(tables, by="licence", of="mit").value == 0.2
    assert one(tables, by="developer", of="bolt").value == 0.2


def test_thirty_days_are_never_subtracted_and_all_time_is_kept_apart() -> None:
    tables = made()
    with pytest.raises(UsageError, match="never subtracted or added"):
        show(tables, measure="new")
    with pytest.raises(UsageError, match="no counts with period=all"):
        show(tables, period="all")
    with pytest.raises(UsageError, match="there are no counts of huggingface"):
        show(tables, source="huggingface", period="all")


def test_an_all_time_count_that_falls_was_restated() -> None:
    tables = made(
        counted("huggingface", "2026-01-05", {"acme/alpha": 500, "bolt/beta": 90}, "all"),
        counted("huggingface", "2026-02-05", {"acme/alpha": 650, "bolt/beta": 80}, "all"),
    )
    hub = {"source": "huggingface", "period": "all"}
    new = one(tables, of="alpha", measure="new", **hub)
    assert (new.value, new.n) == (150, 1)
    assert "left out, all-time counts that fall: 1 repositories" in new.caveats
    assert [x.why for x in new.left_out] == ["its all-time count falls: the Hub restated it"]
    assert one(tables, of="beta", measure="count", **hub).value == 80


def test_a_repository_that_was_renamed_stays_one() -> None:
    repos = [
        *REPOS,
        *repositories("old/name", developer="bolt", family="beta", hub_id="65"),
        *repositories("new/name", developer="bolt", family="beta", hub_id="65"),
        *repositories("bolt/gated", developer="bolt", family="beta", gated=True),
    ]
    tables = made(
        counted("huggingface", "2026-01-05", {"old/name": 10, "bolt/gated": 5}),
        counted("huggingface", "2026-02-05", {"new/name": 40, "bolt/gated": 5}),
        repos=repos,
    )
    found = one(tables, of="beta", measure="growth", source="huggingface")
    assert (found.value, found.n) == (3.0, 2)
    assert "renamed on the Hub: old/name is now new/name" in found.caveats
    assert any(c.startswith("gated") and c.endswith(": 1") for c in found.caveats)


def test_a_window_without_counts_says_what_there_is() -> None:
    with pytest.raises(UsageError, match="no counts from 2027-01-01") as error:
        show(made(), start="2027-01-01", as_of="2027-02-01")
    assert error.value.valid == ["days from 2026-01-05 to 2026-02-05"]
    with pytest.raises(UsageError, match="no counts by 2025-01-01"):
        show(made(), as_of="2025-01-01")


def test_of_two_documents_of_a_day_the_later_counts() -> None:
    snapshot, rows = counted("llmfit", "2026-02-05", {"acme/alpha": 450})
    later: Row = {**snapshot, "id": "llmfit@later", "retrieved": day("2026-02-06")}
    tables = made((later, [{**rows[0], "snapshot_id": "llmfit@later"}]))
    assert one(tables, of="alpha", measure="count").value == 480


def test_a_series_is_of_repositories_that_all_days_count() -> None:
    tables = made(counted("llmfit", "2026-03-05", {"acme/alpha": 10, "bolt/beta": 10}))
    series = METRIC.series(tables, METRIC.read(tables, {"of": "alpha"}))
    assert [(str(e.as_of), e.value) for e in series] == [
        ("2026-01-05", 100 / 160), ("2026-02-05", 150 / 210), ("2026-03-05", 0.5),
    ]  # fmt: skip
