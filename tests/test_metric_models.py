"""Counts of tracked models, and the table of families, against what was worked out by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from metric_world import Row, closed, day, released, total, week, weights, world
from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate, Ref
from scoreboard.metrics.models import Models, newest_of
from scoreboard.store import Tables

METRIC = Models()
LIST = "atom@2026-08-17-abc"
CN: Row = {"country": "CN", "developer": "alibaba", "family": "qwen", "tracked": True}
MODELS: list[Row] = [
    released("qwen-1", "2025-01-10", total_params_b=7.0, **CN),
    released("qwen-2", "2025-06-10", total_params_b=72.0, context=131072, curated=True, **CN),
    released("qwen-2-fp8", "2025-06-10", total_params_b=72.0, context=1, **CN),
    {"model": "qwen-old", **CN},
    released("qwen-max", "2026-02-01", **{**CN, "tracked": False}),
    released("qwen-late", "2026-03-01", total_params_b=400.0, **CN),
    {"model": "llama-1", "country": "US", "developer": "meta", "family": "llama",
     "released": day("2025-04-05"), "tracked": True},
    {"model": "claude-1", "country": "US", "developer": "anthropic", "family": "claude",
     "released": day("2025-04-05")},
    {"model": "stray", "developer": "someone", "tracked": True},
    {"model": "hidden", "developer": "someone", "family": "odd", "tracked": True},
]  # fmt: skip
OPENNESS: list[Row] = [
    *({**r, "licence": "apache-2.0"} for r in weights("qwen-1")),
    {"model": "qwen-2", "valid_to": day("2025-12-31"), "weights": True,
     "openness": "restricted", "licence": "qwen"},
    {"model": "qwen-2", "valid_from": day("2026-01-01"), "weights": True,
     "openness": "unrestricted", "licence": "apache-2.0"},
    *weights("qwen-2-fp8"),
    *weights("qwen-old", openness="unknown"),
    *weights("qwen-late"),
    *weights("llama-1", since="2025-05-01", openness="restricted"),
    *closed("qwen-max"),
    *closed("claude-1"),
]  # fmt: skip
LISTED: list[Row] = [
    {"model": m["model"], "attribute": "tracked", "value": "true", "source": "atom",
     "snapshot_id": LIST, "locator": f"L{i}/modelId", "raw": f"Org/{m['model']}"}
    for i, m in enumerate([*(m for m in MODELS if m.get("tracked")), MODELS[0]], 2)
]  # fmt: skip
FACTS: dict[str, list[Row]] = {
    "statements": LISTED,
    "snapshots": [{"id": LIST, "source": "atom", "published": day("2026-08-17")}],
    "families": [
        {"family": "qwen", "name": "Qwen", "developer": "alibaba"},
        {"family": "claude", "name": "Claude", "developer": "anthropic"},
    ],
    "developers": [
        {"developer": "alibaba", "name": "Alibaba", "country": "CN"},
        {"developer": "meta", "name": "Meta", "country": "US"},
    ],
    "licences": [{"licence": "apache-2.0", "name": "Apache License 2.0", "unrestricted": True}],
    "usage": week("2026-01-05", {"qwen-2": 30, "qwen-max": 10, "claude-1": 40}),
    "totals": [total("2026-01-05", 100)],
}  # fmt: skip


@pytest.fixture(scope="module")
def tables() -> Tables:
    return world(models=MODELS, openness=OPENNESS, **FACTS)


def show(tables: Tables, **given: str) -> dict[str, Estimate]:
    p = METRIC.read(tables, {"as_of": "2026-08-20", **given})
    return {e.key[p["by"]]: e for e in METRIC.compute(tables, p)}


def counts(found: dict[str, Estimate]) -> list[tuple[str, float | None]]:
    return [(group, e.value) for group, e in found.items()]


def test_families_with_tracked_models_come_largest_first(tables: Tables) -> None:
    assert counts(show(tables)) == [("qwen", 5), ("llama", 1), ("odd", 1), ("unknown", 1)]


def test_other_partitions(tables: Tables) -> None:
    assert counts(show(tables, by="origin")) == [("CN", 5), ("unknown", 2), ("US", 1)]
    assert counts(show(tables, by="developer")) == [("alibaba", 5), ("someone", 2), ("meta", 1)]
    assert counts(show(tables, by="openness")) == [("open", 6), ("unknown", 2)]
    assert counts(show(tables, by="openness", of="restricted")) == [("restricted", 1)]


def test_a_family_that_is_asked_for_is_there_with_none_tracked(tables: Tables) -> None:
    found = show(tables, of="claude")["claude"]
    assert (found.value, found.detail["newest_model"]) == (0, None)
    assert found.detail["developer"] == "anthropic"
    assert found.detail["sizes"] == {"smallest_b": None, "largest_b": None, "unknown": 0}
    with pytest.raises(UsageError):
        show(tables, of="nobody")


def test_a_model_counts_from_its_release_on(tables: Tables) -> None:
    early = show(tables, as_of="2025-03-31")["qwen"]
    assert early.value == 2  # qwen-1, and qwen-old whose release date is not known
    assert any("2026-08-17" in c and "no history" in c for c in early.caveats)
    assert any("counted at every date: 1 models" in c for c in early.caveats)
    assert {x.why for x in early.left_out} == {"released after 2025-03-31"}
    assert len(early.left_out) == 3
    now = show(tables)["qwen"]
    assert not any("no history" in c for c in now.caveats)
    assert now.left_out == ()


def test_a_count_of_a_list_has_no_interval_and_stands_on_its_rows(tables: Tables) -> None:
    found = show(tables)["qwen"]
    assert (found.low, found.high, found.interval) == (None, None, None)
    assert "a count of a published list, no sampling error" in found.caveats
    assert (found.unit, found.n) == ("count", 5)
    assert found.population == "open models tracked by The ATOM Project"
    assert len(found.inputs.rows) == 6  # one model is listed twice
    assert Ref(LIST, "L2/modelId", "Org/qwen-1") in found.inputs.rows


def test_the_newest_open_model_of_a_family(tables: Tables) -> None:
    early = show(tables, as_of="2025-12-31")["qwen"].detail
    assert early["newest_model"] == "qwen-2"  # of two that day the curated one
    assert (early["newest_released"], early["context"]) == (day("2025-06-10"), 131072)
    assert (early["licence"], early["licence_name"]) == ("qwen", None)
    assert early["openness"] == "restricted"
    assert early["languages"] is None
    later = show(tables, as_of="2026-02-02")["qwen"].detail  # qwen-max is newer, and closed
    assert later["newest_model"] == "qwen-2"
    assert (later["licence_name"], later["openness"]) == ("Apache License 2.0", "unrestricted")
    # qwen-late is newer and not curated: it counts only where a family has nothing curated
    assert show(tables)["qwen"].detail["newest_model"] == "qwen-2"
    assert show(tables, as_of="2025-04-10")["llama"].detail["newest_model"] is None
    assert show(tables, as_of="2025-05-01")["llama"].detail["newest_model"] == "llama-1"


def test_sizes_are_those_of_the_open_models(tables: Tables) -> None:
    found = show(tables, as_of="2026-02-02")["qwen"].detail
    assert found["sizes"] == {"smallest_b": 7.0, "largest_b": 72.0, "unknown": 1}
    assert (found["unrestricted"], found["restricted"], found["terms_unknown"]) == (3, 0, 1)


def test_a_family_has_its_developer_and_country(tables: Tables) -> None:
    found = show(tables)
    about = {f: (e.detail.get("developer"), e.detail.get("country")) for f, e in found.items()}
    assert about["qwen"] == ("alibaba", "CN")
    assert about["llama"] == ("meta", "US")  # not in the list of families: of its only developer
    assert about["odd"] == ("someone", None)
    assert found["odd"].detail["region"] == "unknown"


def test_a_family_has_its_share_of_all_tokens(tables: Tables) -> None:
    share = show(tables, as_of="2026-02-02")["qwen"].detail["token_share"]
    assert share == {"value": 0.4, "low": 0.4, "high": 0.6, "week": day("2026-01-05")}
    assert show(tables, of="claude")["claude"].detail["token_share"]["value"] == 0.4
    assert show(tables, as_of="2025-12-31")["qwen"].detail["token_share"] is None


def test_values_are_those_of_compute(tables: Tables) -> None:
    readings = [
        {"by": "family", "of": "qwen", "as_of": "2025-03-31"},
        {"by": "origin", "of": "CN"},
        {"by": "origin", "of": "europe"},
        {"by": "openness", "of": "open"},
    ]
    grid = [METRIC.read(tables, r) for r in readings]
    assert METRIC.values(tables, grid) == [2, 5, 0, 6]
    assert METRIC.values(tables, [METRIC.read(tables, {})]) == [None]


def test_the_newest_day_is_that_of_the_models(tables: Tables) -> None:
    assert METRIC.compute(tables, METRIC.read(tables, {}))[0].as_of == day("2026-08-17")


def test_without_the_list_there_is_no_count() -> None:
    empty = world(models=[released("claude-1", "2025-04-05", family="claude")])
    found = METRIC.compute(empty, METRIC.read(empty, {"as_of": "2026-01-01"}))
    assert [e.value for e in found] == [None]
    assert "no list" in found[0].caveats[0]
    asked = METRIC.read(empty, {"of": "claude", "as_of": "2026-01-01"})
    assert METRIC.values(empty, [asked]) == [None]


def test_of_models_released_on_one_day() -> None:
    when = dt.date(2025, 1, 1)

    def row(model: str, size: float | None, *, curated: bool = False) -> dict[str, object]:
        return {"model": model, "released": when, "total_params_b": size, "curated": curated}

    plain = [row("a", None), row("c", 9.0), row("b", 9.0), row("d", 1.0)]
    curated = [*plain, row("e", 2.0, curated=True), row("f", 3.0, curated=True)]
    assert (newest_of(plain) or {})["model"] == "b"
    assert (newest_of(curated) or {})["model"] == "f"
    assert newest_of([{**row("a", 1.0), "released": None}]) is None
