"""The metric `index`: intervals, ranks and differences of hand-made draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from metric_world import day, released, world
from scoreboard.engine import insert
from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate
from scoreboard.index_build import SHIPPED
from scoreboard.metrics import get_metric
from scoreboard.metrics._index import joint_draws
from scoreboard.store import Tables

INDEX = get_metric("index")
DOCUMENT = "epoch_index@2026-01-05-0"
# Four draws each, in steps of 0.01: alpha and beta move together, gamma by itself.
DRAWS = {
    "alpha": (150.0, "-200 -100 100 200"),
    "beta": (149.0, "-200 -100 100 200"),
    "gamma": (148.5, "100 -100 0 0"),
}
DAYS = {"alpha": "2025-06-01", "beta": "2025-03-01", "gamma": "2025-01-01"}


def tables(
    draws: Mapping[str, tuple[float, str]] = DRAWS,
    *,
    fit: str = "scoreboard",
    own: int = 0,
    fault: str = "",
    named: Sequence[str] = tuple(DAYS),
    more: Sequence[dict[str, object]] = (),
    undated: str = "",
) -> Tables:
    """A world with one fit; `named` models are known by name."""
    others = [f for f in ("published", "scoreboard", "scoreboard_independent") if f != fit]
    return world(
        models=[released(m, d) for m, d in DAYS.items() if m != undated],
        snapshots=[{"id": DOCUMENT, "source": "epoch_index", "published": day("2026-01-05")}],
        index_fits=[
            {"fit": fit, "snapshot_id": DOCUMENT, "scores": 6, "own_scores": own, "fault": fault},
            *({"fit": f, "snapshot_id": DOCUMENT, "own_scores": own, "fault": "not made"}
              for f in others),
        ],
        index_draws=[] if fault else [
            {"fit": fit, "kind": "model", "name": m.title(), "value": v, "draws": d}
            for m, (v, d) in draws.items()
        ],
        results=[
            {"source": "epoch_index", "benchmark": "index", "source_name": m.title(), "model": m,
             "released": None if m == undated else day(DAYS[m]), "value": 1.0,
             "snapshot_id": DOCUMENT}
            for m in named
        ] + list(more),
        scores=[
            {"snapshot_id": DOCUMENT, "source_name": f"{m} v1", "benchmark": "t", "value": 0.5,
             "runner": runner, "locator": f"{m}/{runner}"}
            for m in DAYS for runner in ("developer", "independent")
        ],
        facts=[
            {"snapshot_id": DOCUMENT, "kind": "model", "attribute": "index_model",
             "name": f"{m} v1", "value": m.title(), "first_seen": day("2026-01-05"),
             "last_seen": day("2026-01-05"), "locator": m}
            for m in DAYS
        ],
    )  # fmt: skip


def ask(where: Tables, **given: str) -> list[Estimate]:
    return INDEX.compute(where, INDEX.read(where, {"method": "scoreboard", **given}))


def one(where: Tables, **given: str) -> Estimate:
    (found,) = ask(where, **given)
    return found


def test_models_stand_in_order_with_the_middle_of_their_draws() -> None:
    found = ask(tables())
    assert [(e.key["model"], e.value) for e in found] == [
        ("alpha", 150.0), ("beta", 149.0), ("gamma", 148.5),
    ]  # fmt: skip
    # quantiles of -2, -1, 1, 2 at 0.025 and 0.975, straight between the ends: 0.075 of a step in
    assert found[0].low == pytest.approx(150 - 2 + 0.075)
    assert found[0].high == pytest.approx(150 + 2 - 0.075)
    assert found[0].interval and found[0].interval.level == 0.95
    assert found[0].source_name == "Alpha"


def test_ranks_are_those_within_the_draws() -> None:
    # alpha is above beta in every draw; gamma (149.5 147.5 148.5 148.5) is above alpha in the
    # first (148), below both in the third and fourth; in the second it is below beta (148)
    found = {e.key["model"]: e.detail for e in ask(tables())}
    ranks = {m: (d["rank_low"], d["rank_high"]) for m, d in found.items()}
    assert ranks == {"alpha": (1, 2), "beta": (2, 3), "gamma": (1, 3)}


def test_a_difference_is_paired() -> None:
    # the draws of alpha and beta move together: their difference is 1 in each
    e = one(tables(), model="alpha", against="beta")
    assert (e.value, e.low, e.high) == (1.0, None, None)  # no draw differs
    other = one(tables(), model="beta", against="gamma")
    # 147 - 149.5, 148 - 147.5, 150 - 148.5, 151 - 148.5: -2.5, 0.5, 1.5, 2.5
    assert other.value == pytest.approx(0.5)
    assert other.low == pytest.approx(-2.5 + 0.075 * 3)
    assert other.high == pytest.approx(2.5 - 0.075)
    assert other.detail["share_of_draws_above"] == 0.75
    assert "not separable: zero is inside the interval" in other.caveats


def test_a_difference_turned_round_is_its_opposite() -> None:
    there, back = (one(tables(), model=a, against=b) for a, b in (("beta", "gamma"),
                                                                  ("gamma", "beta")))  # fmt: skip
    assert (there.value, there.low, there.high) == tuple(
        None if x is None else pytest.approx(-x) for x in (back.value, back.high, back.low)
    )


def test_models_not_out_yet_have_neither_value_nor_rank() -> None:
    found = ask(tables(), as_of="2025-04-01")
    assert [(e.key["model"], e.detail["rank"], e.detail["models"]) for e in found] == [
        ("beta", 1, 2), ("gamma", 2, 2),
    ]  # fmt: skip
    later = one(tables(), as_of="2025-04-01", model="alpha")
    assert later.value is None
    assert later.caveats == ("alpha was released on 2025-06-01",)
    assert found[0].caveats == (
        "fitted on the scores of 2026-01-05, those of later models included",
    )


def test_rows_are_those_of_the_model() -> None:
    e = one(tables(), model="beta")
    assert [r.locator for r in e.inputs.rows] == ["beta/developer", "beta/independent"]
    assert e.n == 2 and not e.left_out


def test_results_of_developers_are_left_out_when_asked() -> None:
    e = one(tables(fit="scoreboard_independent"), model="beta", self_reported="no")
    assert [r.locator for r in e.inputs.rows] == ["beta/independent"]
    assert [(x.row.locator, x.why) for x in e.left_out] == [
        ("beta/developer", "the developer's own result, and self_reported=no")
    ]


def test_the_published_objective_takes_every_row() -> None:
    with pytest.raises(UsageError, match="takes every row"):
        ask(tables(), method="published", self_reported="no")


def test_anchors_have_no_interval_as_published() -> None:
    fixed = {**DRAWS, "alpha": (150.0, "0 0 0 0")}
    e = one(tables(fixed, fit="published"), model="alpha", method="published")
    assert (e.low, e.high, e.interval) == (None, None, None)
    assert "it anchors the scale: no interval" in e.caveats


OWN_ROWS: tuple[dict[str, object], ...] = tuple(
    {"source": "own", "snapshot_id": "own@2026-01-05-1", "model": m, "benchmark": "t", "value": 1.0}
    for m in ("alpha", "alpha", None)
)


def test_own_scores_are_never_silent() -> None:
    mine = one(tables(own=2, more=OWN_ROWS), model="beta")
    assert mine.caveats == (
        "fitted again with your own scores: 2",
        "your own scores left out: 1, of unknown models or on other benchmarks",
    )
    theirs = one(tables(fit="published", more=OWN_ROWS), model="beta", method="published")
    assert theirs.caveats == (
        "your own scores are left out: 3; method=scoreboard takes them",
    )  # fmt: skip


def test_own_scores_in_the_fit_are_rows_of_the_model() -> None:
    where = tables(own=2, more=OWN_ROWS)
    insert(where.connection, "benchmark_names", {"name": "VARCHAR", "benchmark": "VARCHAR",
           "chance": "DOUBLE"}, [("t", "t", None)])  # fmt: skip
    insert(where.connection, "index_draws", SHIPPED,
           [("scoreboard", "", "test", "T", 1.0, 1.0, 0.1, "")])  # fmt: skip
    found = {e.key["model"]: e for e in ask(where)}
    assert (found["alpha"].n, found["beta"].n) == (4, 2)


def test_a_model_without_a_release_date_is_said() -> None:
    where = tables(undated="gamma")
    found = ask(where)
    assert [e.key["model"] for e in found] == ["alpha", "beta"]
    assert found[0].caveats == ("release date not known, left out: gamma",)
    assert one(where, model="gamma").caveats == ("the release date of gamma is not known",)


def test_without_a_fit_there_is_the_reason() -> None:
    for given in ({}, {"model": "alpha"}, {"model": "alpha", "against": "beta"}):
        where = tables(fault="the scores fall into 2 groups")
        found = INDEX.compute(where, {**INDEX.read(where, {"method": "scoreboard"}), **given})
        assert [e.value for e in found] == [None]
        assert found[0].caveats == ("the index could not be fitted: the scores fall into 2 groups",)


def test_a_name_that_means_no_model_is_said() -> None:
    found = ask(tables(named=("alpha", "beta")))
    assert [e.key["model"] for e in found] == ["alpha", "beta"]
    assert "names that mean no known model: Gamma" in found[0].caveats


@pytest.mark.parametrize(
    ("given", "said"),
    [({"against": "beta"}, "needs a model"), ({"model": "beta", "against": "beta"}, "the same")],
)
def test_questions_that_mean_nothing_are_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        ask(tables(), **given)


def test_findings() -> None:
    where = tables()
    assert (
        INDEX.finding(one(where, model="gamma")) == "gamma has an index of 148.5, rank 1 to 3 of 3."
    )
    assert INDEX.finding(one(where, model="beta", against="gamma")) == (
        "The data do not tell beta and gamma apart on the capability index."
    )
    apart = tables({**DRAWS, "gamma": (140.0, "0 10 20 30")})
    assert INDEX.finding(one(apart, model="gamma", against="beta")) == (
        "gamma is 9.0 index points below beta on the capability index."
    )


def test_joint_draws_for_other_metrics() -> None:
    models, draws = joint_draws(tables())
    assert models == ("alpha", "beta", "gamma")
    assert draws.tolist() == [
        [148.0, 147.0, 149.5], [149.0, 148.0, 147.5], [151.0, 150.0, 148.5], [152.0, 151.0, 148.5],
    ]  # fmt: skip
    with pytest.raises(UsageError, match="no draws of the index: not made"):
        joint_draws(tables(), "published")


# the gap between two groups of models with an index


def gap(where: Tables, **given: str) -> Estimate:
    metric = get_metric("gap")
    asked = {"benchmark": "index", "by": "developer", "leader": "ant", "chaser": "bee",
             "harness": "fit", "as_of": "2025-06-15", **given}  # fmt: skip
    (found,) = metric.compute(where, metric.read(where, asked))
    return found


def two_developers() -> Tables:
    where = tables()
    where.connection.execute(
        "UPDATE models SET developer = CASE model WHEN 'gamma' THEN 'bee' ELSE 'ant' END"
    )
    where.connection.execute(
        "UPDATE results SET harness = 'fit', value = if(model = 'gamma', 148.0, value)"
    )
    where.connection.execute(
        "INSERT INTO benchmarks BY NAME SELECT 'index' AS benchmark, 'Index' AS name, "
        "'index' AS scale"
    )
    where.connection.execute(
        "INSERT INTO benchmark_names BY NAME SELECT 'index' AS name, 'index' AS benchmark"
    )
    return where


def test_a_gap_by_our_method_takes_the_bests_within_each_draw() -> None:
    found = gap(two_developers(), method="scoreboard")
    # bests of alpha and beta within the draws 148 149 151 152; gamma 149.5 147.5 148.5 148.5:
    # -1.5, 1.5, 2.5, 3.5 apart, mean 1.5; the values are 1.5 apart
    assert found.detail["plain"] == 1.5
    assert found.value == pytest.approx(1.5)
    assert found.low == pytest.approx(3 - (3.5 - 0.075))
    assert found.high == pytest.approx(3 - (-1.5 + 0.075 * 3))
    assert found.draws == "index_draws:scoreboard"
    assert {r.locator for r in found.inputs.rows} == {
        f"{m}/{runner}" for m in DAYS for runner in ("developer", "independent")
    }


def test_without_draws_the_gap_of_the_index_says_that_errors_are_taken_as_independent() -> None:
    found = gap(two_developers(), method="published")
    assert found.detail["plain"] == 1 - 148
    assert found.draws is None
    assert any("independent" in c for c in found.caveats)
