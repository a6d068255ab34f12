"""Who was scored, against counts by hand."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from metric_world import Row, closed, day, released, scored, weights, world
from scoreboard.config import HOME_VARIABLE
from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate
from scoreboard.metrics.coverage import Coverage
from scoreboard.metrics.gap import Gap
from scoreboard.store import Tables, open_tables

METRIC = Coverage()
LATE = "list@2025-12-31"
EARLY = "list@2025-06-30"
#: three closed models, two open, one of which nobody knows whether it is open, one without a date
MODELS: list[Row] = [
    released("c1", "2025-01-01", country="US"), released("c2", "2025-04-15", country="US"),
    released("c3", "2025-11-01", country="US"), released("o1", "2025-03-01", country="CN"),
    released("o2", "2025-07-15", country="FR"), released("x", "2025-05-01"),
    {"model": "undated", "country": "CN"},
    # open and never scored: two by the end of 2025, one after it, one of unknown release
    released("new1", "2025-06-01"), released("new2", "2025-12-01"), released("next", "2026-02-01"),
    {"model": "shy"},
]  # fmt: skip
OPENNESS: list[Row] = [
    *closed("c1"), *closed("c2"), *closed("c3"), *weights("o1"),
    *weights("o2", since="2025-08-01", openness="restricted"), *weights("undated"),
    *(r for m in ("new1", "new2", "next", "shy") for r in weights(m)),
]  # fmt: skip
QUIZ: Row = {"benchmark": "quiz", "harness": "lab", "snapshot_id": LATE, "source": "list",
             "runner": "independent"}  # fmt: skip


def of(model: str, value: float, since: str, **columns: object) -> Row:
    return scored(model, value, since, **{**QUIZ, "published": "2025-12-31", **columns})  # type: ignore[arg-type]


ROWS: list[Row] = [
    of("c1", 70, "2025-01-01"),
    of("c1", 72, "2025-01-01", variant="high", runner="developer"),
    of("c2", 60, "2025-04-15", runner="developer"),
    of("c3", 90, "2025-11-01"),
    of("o1", 65, "2025-03-01"),
    of("o1", 66, "2025-03-01", harness="other", runner=""),
    of("o2", 50, "2025-07-15"),
    of("x", 80, "2025-05-01"),
    {**of("undated", 10, "2025-01-01"), "released": None},
    {**of("", 11, "2025-01-01"), "source_name": "stranger"},
    # the same document half a year before: its row of c1 is restated
    of("c1", 1, "2025-01-01", snapshot_id=EARLY, published="2025-06-30"),
    # the same result twice in one document: the later row counts
    of("c2", 61, "2025-04-15", runner="developer"),
]
SNAPSHOTS: list[Row] = [
    {"id": i, "source": "list", "address": "https://example.org/list", "published": day(i[5:])}
    for i in (EARLY, LATE)
]


def made(rows: Sequence[Row] = ROWS, **tables: Sequence[Row]) -> Tables:
    numbered = [{"locator": f"/{i:02}", **r} for i, r in enumerate(rows)]
    tests = [{"benchmark": b, "name": b.title(), "items": 40, "access": "private"}
             for b in ("quiz", "riddle")]  # fmt: skip
    return world(models=MODELS, openness=OPENNESS, results=numbered, benchmarks=tests,
                 benchmark_names=[{"name": b, "benchmark": b} for b in ("quiz", "riddle")],
                 **{"snapshots": SNAPSHOTS, **tables})  # fmt: skip


@pytest.fixture(scope="module")
def tables() -> Tables:
    return made()


def ask(tables: Tables, **given: str) -> Estimate:
    p = METRIC.read(tables, {"benchmark": "quiz", "as_of": "2025-12-31", **given})
    (found,) = METRIC.compute(tables, p)
    assert METRIC.values(tables, [p]) == [found.value]
    return found


def test_share_of_the_known_with_the_unknown_as_bounds(tables: Tables) -> None:
    """Six models: c1, c2, c3 closed, o1, o2 open, x unknown."""
    e = ask(tables)
    assert (e.value, e.low, e.high) == (2 / 5, 2 / 6, 3 / 6)
    assert e.interval is not None
    assert (e.interval.kind, e.interval.level) == ("bounds", None)
    assert e.detail["groups"] == {"closed": 3, "open": 2, "unknown": 1}
    assert METRIC.finding(e) == (
        "On quiz, 2 of the 5 scored models whose group is known are open models: 40.0 %."
    )


def test_what_is_told_of_a_test(tables: Tables) -> None:
    told = ask(tables).detail
    assert (told["scored"], told["of_group"], told["group_unknown"]) == (6, 2, 1)
    assert (told["variants"], told["results"], told["results_of_group"]) == (7, 8, 3)
    assert (told["newest_model"], told["newest_released"]) == ("c3", day("2025-11-01"))
    assert told["newest_document"] == day("2025-12-31")
    assert (told["items"], told["test_set"]) == (40, "private")
    assert (told["undated"], told["unresolved"]) == (1, 1)
    assert told["in_words"] == [
        "models by group: closed 3, open 2, unknown 1",
        "newest release 2025-11-01, newest document 2025-12-31; 28.6 % reported by developers; "
        "40 questions, private",
    ]


def test_each_row_counts_once_or_is_left_out_with_a_reason(tables: Tables) -> None:
    e = ask(tables)
    assert len(e.inputs.rows) + len(e.left_out) == len(ROWS)
    assert sorted((x.row.raw, x.why) for x in e.left_out) == [
        ("1", "an older vintage of a document that restates all its rows"),
        ("10", "the release date of the model is not known"),
        ("11", "the name is not resolved to a model"),
        ("60", "a newer row of the same variant is used"),
    ]
    assert "left out: 1 rows of models whose release date is not known" in e.caveats


def test_self_reported_are_results_of_developers(tables: Tables) -> None:
    """Of eight results two are of developers, five of others, one of nobody knows whom."""
    e = ask(tables, measure="self_reported")
    assert (e.value, e.low, e.high) == (2 / 7, 2 / 8, 3 / 8)


def test_how_far_the_gap_could_fall(tables: Tables) -> None:
    """Best closed 90, best open 65, best of all 90: 25 points, and 0 at the least."""
    e = ask(tables, measure="gap")
    assert (e.value, e.low, e.high, e.unit) == (25.0, 0.0, 25.0, "points")
    assert e.detail["unscored"] == 2  # new1 and new2; next comes later, shy has no date
    assert e.detail["unscored_undated"] == 2  # shy, and the scored one without a date
    assert METRIC.finding(e) == (
        "On quiz, the best closed model is 25.0 points from the best open model; were the 2 open "
        "models that nobody scored as good as the best scored model, it would be 0.0."
    )


def test_a_model_of_unknown_group_may_be_the_best(tables: Tables) -> None:
    """Before c3 the best of all is x with 80; the best closed has 72, the best open 65."""
    e = ask(tables, measure="gap", as_of="2025-08-31")
    assert (e.value, e.low) == (7.0, 72.0 - 80.0)


def test_where_everything_is_scored_the_gap_is_what_it_is(tables: Tables) -> None:
    """By May 2025 the open models are o1 and, of unknown release, shy and undated."""
    e = ask(tables, measure="gap", as_of="2025-05-31", of="open")
    assert e.detail["unscored"] == 0
    assert e.value == e.low == e.high


def test_a_series_that_has_ended_has_no_gap(tables: Tables) -> None:
    """The last open model with a row came out on 2025-07-15."""
    e = ask(tables, measure="gap", as_of="2026-01-12")
    assert (e.value, e.low) == (None, None)
    assert e.caveats[0].startswith("the series ends: the last row of a group is of 2025-07-15")
    assert ask(tables, measure="gap", as_of="2026-01-11").value == 25.0
    assert ask(tables, as_of="2026-01-12").value == 2 / 5


def test_groups_are_those_of_the_day(tables: Tables) -> None:
    """The weights of o2 came out in August; c3 in November."""
    e = ask(tables, as_of="2025-07-31")
    assert e.detail["groups"] == {"closed": 3, "open": 1, "unknown": 1}
    assert (e.value, e.low, e.high) == (1 / 4, 1 / 5, 2 / 5)


def test_other_groups(tables: Tables) -> None:
    assert ask(tables, of="unrestricted").value == 1 / 5
    assert ask(tables, by="origin").value == 1 / 5  # o1 of five whose country is known
    assert ask(tables, by="origin", of="US").value == 3 / 5
    assert ask(tables, of="closed", measure="gap").value == -25.0
    with pytest.raises(UsageError, match="with by=family name the group"):
        ask(tables, by="family")
    with pytest.raises(UsageError, match="there is no gap"):
        ask(tables, by="family", of="unknown", measure="gap")


def test_one_source(tables: Tables) -> None:
    rows = [*ROWS, of("o2", 99, "2025-07-15", source="mine", snapshot_id="mine@2025-12-31")]
    mine = {"id": "mine@2025-12-31", "source": "mine", "address": "own:mine/1",
            "published": day("2025-12-31")}  # fmt: skip
    both = made(rows, snapshots=[*SNAPSHOTS, mine])
    assert ask(both, source="mine").value == 1.0
    assert ask(both, source="list").value == ask(tables).value
    assert ask(both).detail["results"] == 9
    assert ask(both, source="mine", measure="gap").value is None


def test_nobody_scored(tables: Tables) -> None:
    e = ask(tables, as_of="2024-12-31")
    assert (e.value, e.low, e.high) == (None, None, None)
    assert METRIC.finding(e) == "No value: no model released by 2024-12-31 was scored."


def test_only_models_of_unknown_group() -> None:
    e = ask(made([of("x", 80, "2025-05-01", runner="")]))
    assert e.value is None
    assert e.caveats == ("the group of none of the scored models is known",)
    assert ask(made([of("x", 80, "2025-05-01", runner="")]), measure="self_reported").value is None


def test_every_test_has_a_row(tables: Tables) -> None:
    both = made([*ROWS, of("c1", 5, "2025-01-01", benchmark="riddle")])
    found = METRIC.compute(both, METRIC.read(both, {"as_of": "2025-12-31"}))
    assert [(e.key["benchmark"], e.value) for e in found] == [("quiz", 2 / 5), ("riddle", 0.0)]


def test_series_is_the_share_at_each_release(tables: Tables) -> None:
    p = METRIC.read(tables, {"benchmark": "quiz", "as_of": "2025-12-31"})
    assert [(str(e.as_of)[:7], e.value) for e in METRIC.series(tables, p)] == [
        ("2025-01", 0), ("2025-03", 1 / 2), ("2025-04", 1 / 3), ("2025-05", 1 / 3),
        ("2025-07", 1 / 4), ("2025-11", 2 / 5),
    ]  # fmt: skip
    with pytest.raises(UsageError, match="has no series"):
        METRIC.series(tables, METRIC.read(tables, {}))


def test_drawn_are_the_groups(tables: Tables) -> None:
    p = METRIC.read(tables, {"as_of": "2025-12-31"})
    assert [(e.key["openness"], e.value) for e in METRIC.drawn(tables, p)] == [
        ("closed", 3.0), ("open", 2.0), ("unknown", 1.0),
    ]  # fmt: skip
    assert METRIC.drawn(tables, METRIC.read(tables, {"benchmark": "quiz"})) == []
    found = METRIC.compute(tables, p)
    words = "Of 6 models scored on a test, 3 are closed models."
    assert METRIC.headline(found, METRIC.drawn(tables, p)) == words
    assert METRIC.headline(found, []) == METRIC.finding(found[0])


@pytest.mark.parametrize("measure", ["share", "self_reported", "gap"])
def test_the_order_of_rows_does_not_matter(measure: str) -> None:
    numbered = [{"locator": f"/{i:02}", **r} for i, r in enumerate(ROWS)]
    answers = []
    for seed in range(4):
        random.Random(seed).shuffle(numbered)
        answers.append(ask(made(numbered), measure=measure).as_json())
    assert all(a == answers[0] for a in answers)


@pytest.mark.parametrize("by", ["openness", "origin"])
def test_the_gap_is_that_of_the_metric_gap(
    by: str, built_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over all real tests: two metrics must not contradict each other."""
    monkeypatch.setenv(HOME_VARIABLE, str(built_home))
    real, gap = open_tables(), Gap()
    given = {"by": by, "as_of": "2025-09-30"}
    found = METRIC.compute(real, METRIC.read(real, {**given, "measure": "gap"}))
    grid = [gap.read(real, {**given, "benchmark": e.key["benchmark"]}) for e in found]
    assert [e.value for e in found] == gap.values(real, grid)
    assert sum(e.value is not None for e in found) > 20
