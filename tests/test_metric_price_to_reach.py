"""The metric `price_to_reach`: expected values are worked by hand from the rows of each test."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metric_world import (
    Row,
    catalogue,
    closed,
    day,
    listed,
    released,
    scored,
    stated,
    weights,
    world,
)
from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate
from scoreboard.metrics import get_metric
from scoreboard.store import Tables

LITE = ("2024-01-10", "2024-03-10", "2024-06-10")
SCORES = {"old": 50.0, "mid": 60.0, "top": 70.0, "low": 40.0}
OUT = {"old": "2023-03-01", "mid": "2024-01-01", "top": "2024-03-01", "low": "2023-06-01"}
SELLERS = ("acme", "host", "rival")
OFFERS = (
    stated("old", "acme", "30", "2023-03-01"),
    listed("old", "acme", "30", LITE[0], LITE[2]),
    listed("mid", "acme", "12", LITE[0], LITE[2]),
    listed("mid", "host", "9", LITE[0], LITE[2]),
    listed("top", "acme", "20", LITE[1], LITE[2]),
    listed("top", "rival", "15", LITE[1], LITE[2]),
    listed("low", "host", "1", LITE[0], LITE[2]),
)


def results(
    scores: dict[str, float], harness: str = "lab", published: str = "2026-01-05"
) -> list[Row]:
    return [
        scored(m, v, OUT[m], benchmark="quiz", harness=harness, published=published)
        for m, v in scores.items()
    ]


def market(
    *offers: Row,
    scores: dict[str, float] | None = None,
    more: list[Row] | None = None,
    names: list[Row] | None = None,
) -> Tables:
    """Four models of acme on one test, out one after the other; `mid` has open weights."""
    return world(
        snapshots=[*catalogue("lite", *LITE), *catalogue("tests", "2025-01-05", "2026-01-05")],
        models=[released(m, since, developer="acme") for m, since in OUT.items()],
        openness=[*closed("old"), *weights("mid"), *closed("top"),
                  *weights("low", openness="restricted")],
        providers=[{"provider": "acme", "first_party_of": "acme"}, {"provider": "host"}],
        provider_names=[{"name": n, "provider": n} for n in SELLERS],
        benchmarks=[{"benchmark": "quiz", "name": "Quiz", "items": 100}],
        benchmark_names=[{"name": "quiz", "benchmark": "quiz"}],
        results=[*results(scores or SCORES), *(more or [])],
        names=names or [],
        offers=offers,
    )  # fmt: skip


def cost(tables: Tables, as_of: str, **asked: str) -> Estimate:
    metric = get_metric("price_to_reach")
    given_ = {"benchmark": "quiz", "as_of": as_of, **asked}
    if "level" not in given_:
        given_.setdefault("reaches", "old")
    (found,) = metric.compute(tables, metric.read(tables, given_))
    return found


def says(estimate: Estimate, text: str) -> bool:
    return any(text in caveat for caveat in estimate.caveats)


class TestRules:
    def test_all_three_rules_are_in_one_answer(self) -> None:
        # at 50 or more on 2024-03-10: old 30; mid 12 and 9; top 20 and 15
        found = cost(market(*OFFERS), "2024-03-10")
        assert found.value == 9.0
        assert found.n == 5
        rules = ("cheapest", "first_party", "median")
        assert [found.detail[r] for r in rules] == [9.0, 12.0, 15.0]
        assert (found.low, found.high) == (9.0, 15.0)
        assert found.interval is not None
        assert found.interval.kind == "range"
        assert says(found, "the range runs from the cheapest to the median offer")
        assert (found.detail["model"], found.detail["provider"]) == ("mid", "host")
        assert (found.detail["level"], found.detail["level_model"]) == (50.0, "old")
        assert (found.detail["models_reaching"], found.detail["models_with_a_price"]) == (3, 3)
        best = [(o["model"], o["provider"], o["value"]) for o in found.detail["offers"]]
        assert best == [("mid", "host", 9.0), ("mid", "acme", 12.0), ("top", "rival", 15.0)]

    @pytest.mark.parametrize(
        ("rule", "value"), [("cheapest", 9.0), ("first_party", 12.0), ("median", 15.0)]
    )
    def test_the_rule_asked_for_is_the_value(self, rule: str, value: float) -> None:
        assert cost(market(*OFFERS), "2024-03-10", provider=rule).value == value

    def test_fewer_than_three_offers_have_no_median_and_no_range(self) -> None:
        # at 70: top at 20 and 15
        tables = market(*OFFERS)
        found = cost(tables, "2024-03-10", level="70")
        assert (found.value, found.low, found.high) == (15.0, None, None)
        assert says(found, "no interval: fewer than 3 offers")
        middle = cost(tables, "2024-03-10", level="70", provider="median")
        assert middle.value is None
        assert says(middle, "no median: 2 of at least 3 offers")

    def test_three_offers_do(self) -> None:
        more = listed("top", "host", "16", LITE[1], LITE[2])
        found = cost(market(*OFFERS, more), "2024-03-10", level="70", provider="median")
        assert (found.value, found.low, found.high) == (16.0, 15.0, 16.0)

    def test_of_equal_offers_that_of_the_older_model_is_named(self) -> None:
        tables = market(
            listed("low", "acme", "9", LITE[0], LITE[2]),
            listed("old", "rival", "9", LITE[0], LITE[2]),
            listed("old", "host", "9", LITE[0], LITE[2]),
        )
        found = cost(tables, "2024-03-10", level="40")
        assert (found.detail["model"], found.detail["provider"]) == ("old", "host")

    def test_a_first_party_price_above_the_median_is_inside_its_range(self) -> None:
        hosts = (listed("top", w, x, LITE[0], LITE[2]) for w, x in (("host", "4"), ("rival", "6")))
        tables = market(listed("top", "acme", "20", LITE[0], LITE[2]), *hosts)
        found = cost(tables, "2024-03-10", level="70", provider="first_party")
        assert (found.value, found.low, found.high) == (20.0, 4.0, 20.0)
        assert found.detail["median"] == 6.0

    def test_a_blend_asks_for_both_prices(self) -> None:
        out = listed("top", "rival", "35", LITE[1], LITE[2], kind="output")
        found = cost(market(*OFFERS, out), "2024-03-10", kind="blended")
        assert found.value == 20.0  # (3 * 15 + 35) / 4, though mid's input is cheaper
        assert found.method == "cheapest offer, blended 3:1 input to output"

    def test_plain_values_are_those_of_the_estimates(self) -> None:
        tables = market(*OFFERS)
        metric = get_metric("price_to_reach")
        base = {"benchmark": "quiz", "as_of": "2024-03-10"}
        asked = [
            {**base, "reaches": "old"},
            {**base, "level": "70", "provider": "first_party"},
            {**base, "level": "70", "provider": "median"},
            {**base, "level": "41", "openness": "open"},
            {**base, "level": "99"},
            {**base, "reaches": "old", "as_of": "2023-05-01"},
        ]
        grid = [metric.read(tables, a) for a in asked]
        assert metric.values(tables, grid) == [9.0, 20.0, None, 9.0, None, 30.0]


class TestInTime:
    def test_a_model_counts_from_its_release_and_a_price_from_its_document(self) -> None:
        tables = market(*OFFERS)
        days = ("2024-01-09", "2024-01-10", "2024-02-01", "2024-03-10")
        assert [cost(tables, d, level="60").value for d in days] == [None, 9.0, 9.0, 9.0]
        assert [cost(tables, d, level="70").value for d in days] == [None, None, None, 15.0]

    def test_before_the_record_it_is_the_launch_price_of_the_model(self) -> None:
        tables = market(*OFFERS, stated("mid", "acme", "3", "2024-01-01"))
        found = cost(tables, "2024-01-05")  # mid is out at 3, but prices are not yet observed
        assert (found.value, found.low, found.high, found.n) == (30.0, None, None, 1)
        assert found.method == "launch price"
        text = "before the record of prices begins (2024-01-10): the curated launch price of old"
        assert says(found, text)
        assert cost(tables, "2024-01-10").value == 3.0

    def test_before_its_launch_there_is_none(self) -> None:
        found = cost(market(*OFFERS), "2023-02-28")
        assert found.value is None
        assert says(found, "no model reaches 50 by 2023-02-28")

    def test_a_level_that_nobody_reaches_has_no_price(self) -> None:
        found = cost(market(*OFFERS), "2024-03-10", level="71")
        assert (found.value, found.low, found.high) == (None, None, None)
        assert says(found, "no model reaches 71 by 2024-03-10")

    def test_a_level_is_a_number_or_a_model_not_both(self) -> None:
        with pytest.raises(UsageError, match="50, or the score of old: not both"):
            cost(market(*OFFERS), "2024-03-10", level="50", reaches="old")

    def test_models_that_nobody_sells_have_no_price(self) -> None:
        found = cost(market(*OFFERS[:2]), "2024-03-10", level="60")
        assert found.value is None
        assert says(found, "2 models reach the level by 2024-03-10, none has a price then")

    def test_a_carried_price_says_its_day(self) -> None:
        assert says(cost(market(*OFFERS), "2024-03-12"), "last observation: 2024-03-10, carried")
        assert not says(cost(market(*OFFERS), "2024-03-10"), "carried")

    def test_the_series_has_one_estimate_per_change(self) -> None:
        tables = market(*OFFERS)
        metric = get_metric("price_to_reach")
        asked = {"benchmark": "quiz", "reaches": "old", "as_of": "2024-06-30"}
        found = metric.series(tables, metric.read(tables, asked))
        # launch; then mid at 9 and 12 with old at 30: median 12; then top at 20 and 15: 15
        assert [(e.as_of, e.value, e.high) for e in found] == [
            (day("2023-03-01"), 30.0, None),
            (day("2024-01-10"), 9.0, 12.0),
            (day("2024-03-10"), 9.0, 15.0),
        ]

    def test_by_default_the_day_is_the_newest_that_scores_and_prices_reach(self) -> None:
        metric = get_metric("price_to_reach")
        tables = market(*OFFERS)  # scores of 2026-01-05, prices to 2024-06-10
        asked = metric.read(tables, {"benchmark": "quiz", "reaches": "old"})
        assert metric.compute(tables, asked)[0].as_of == day("2024-06-10")


class TestWhichModels:
    @pytest.mark.parametrize(
        ("openness", "value", "count"),
        [("any", 1.0, 4), ("open", 1.0, 2), ("unrestricted", 9.0, 1), ("closed", 15.0, 2)],
    )
    def test_openness_narrows_the_models(self, openness: str, value: float, count: int) -> None:
        found = cost(market(*OFFERS), "2024-03-10", level="40", openness=openness)
        assert (found.value, found.detail["models_reaching"]) == (value, count)

    def test_the_best_variant_of_a_model_counts(self) -> None:
        effort = [scored("low", 55.0, OUT["low"], benchmark="quiz", harness="lab", variant="high")]
        assert cost(market(*OFFERS, more=effort), "2024-03-10").value == 1.0

    def test_the_newest_document_counts(self) -> None:
        older = results({"low": 55.0}, published="2025-01-05")
        assert cost(market(*OFFERS, more=older), "2024-03-10").value == 9.0

    def test_a_level_is_reached_in_spite_of_its_last_digit(self) -> None:
        tables = market(*OFFERS, scores={**SCORES, "mid": 59.99999999999999})
        assert cost(tables, "2024-03-10", level="60").value == 9.0

    def test_the_harness_with_most_models_that_scored_the_model(self) -> None:
        # `all` has more models and not old; `lab` without mid has old, at 65
        tables = market(
            *OFFERS,
            scores={"old": 65.0, "top": 70.0},
            more=results({"low": 66.0, "mid": 67.0, "top": 70.0}, harness="all"),
        )
        found = cost(tables, "2024-03-10")
        assert (found.value, found.detail["harness"]) == (15.0, "lab")
        assert found.population.startswith("models scored on Quiz, lab (tests)")
        other = cost(tables, "2024-03-10", level="65")
        assert (other.value, other.detail["harness"]) == (1.0, "all")
        asked = cost(tables, "2024-03-10", level="65", harness="lab")
        assert (asked.value, asked.detail["harness"]) == (15.0, "lab")

    def test_a_name_that_moved_is_the_first_that_was_scored(self) -> None:
        names: list[Row] = [
            {"source": "x", "name": "fad", "model": "low", "valid_to": day("2023-12-31")},
            {"source": "x", "name": "fad", "model": "mid", "valid_from": day("2024-01-01"),
             "valid_to": day("2024-02-28")},
            {"source": "x", "name": "fad", "model": "top", "valid_from": day("2024-03-01")},
        ]  # fmt: skip
        without_low = {m: v for m, v in SCORES.items() if m != "low"}
        tables = market(*OFFERS, scores=without_low, names=names)
        found = cost(tables, "2024-03-10", reaches="fad")
        assert (found.detail["level"], found.detail["level_model"]) == (60.0, "mid")
        assert says(found, "the level is that of mid, the first fad that was scored")

    def test_a_model_without_a_score_is_no_error(self) -> None:
        tables = market(*OFFERS, scores={"mid": 60.0, "top": 70.0})
        found = cost(tables, "2024-03-10", reaches="old")
        assert found.value is None
        assert says(found, "old has no usable score on quiz")

    def test_the_default_model_may_be_missing(self) -> None:
        metric = get_metric("price_to_reach")
        tables = market(*OFFERS)
        (found,) = metric.compute(tables, metric.read(tables, {"benchmark": "quiz"}))
        assert found.value is None
        assert says(found, "gpt-4 has no usable score on quiz")

    @pytest.mark.parametrize(
        ("name", "value"), [("reaches", "nobody"), ("provider", "acme"), ("openness", "shut")]
    )
    def test_what_there_is_not_is_refused(self, name: str, value: str) -> None:
        with pytest.raises(UsageError, match=f"unknown {name}: {value}") as error:
            cost(market(*OFFERS), "2024-03-10", **{name: value})
        assert error.value.valid


class TestDoubt:
    def test_under_half_with_a_price_it_is_a_bound(self) -> None:
        # old, mid and top reach 50; only mid has a price
        found = cost(market(*OFFERS[2:4]), "2024-03-10")
        assert (found.value, found.low, found.high) == (9.0, None, 9.0)
        assert found.interval is not None
        assert (found.interval.kind, found.interval.level) == ("bounds", None)
        assert says(found, "a bound: fewer than half of the models that reach the level")
        assert (found.detail["models_reaching"], found.detail["models_with_a_price"]) == (3, 1)

    def test_half_is_enough(self) -> None:
        found = cost(market(*OFFERS[2:4]), "2024-02-10")  # old and mid are out
        assert (found.detail["models_reaching"], found.detail["models_with_a_price"]) == (2, 1)
        assert not says(found, "a bound")

    def test_a_price_that_has_ended_was_observed_all_the_same(self) -> None:
        tables = market(*OFFERS[2:4], listed("old", "acme", "30", LITE[0], LITE[0]))
        found = cost(tables, "2024-03-10")
        assert found.detail["models_with_a_price"] == 2
        assert found.n == 2

    def test_a_price_from_before_the_release_is_not_one_of_the_model(self) -> None:
        tables = market(*OFFERS[2:4], listed("top", "acme", "30", LITE[0], LITE[0]))
        assert cost(tables, "2024-03-10").detail["models_with_a_price"] == 1  # out on 2024-03-01

    def test_one_row_that_decides_is_named(self) -> None:
        faulty = listed("top", "host", "0.8", LITE[1], LITE[2])
        found = cost(market(*OFFERS, faulty), "2024-03-10")
        assert found.value == 0.8
        assert (found.detail["second"]["model"], found.detail["second"]["value"]) == ("mid", 9.0)
        assert says(found, "the cheapest, top, costs under a tenth of the next, mid")

    def test_a_tenth_is_not_under_a_tenth(self) -> None:
        cheap = listed("top", "host", "0.9", LITE[1], LITE[2])
        assert not says(cost(market(*OFFERS, cheap), "2024-03-10"), "one row decides")

    def test_the_second_is_of_another_model(self) -> None:
        found = cost(market(*OFFERS), "2024-03-10")  # mid 9 and 12, top 15
        assert (found.detail["second"]["model"], found.detail["second"]["value"]) == ("top", 15.0)

    def test_a_price_of_zero_does_not_win(self) -> None:
        found = cost(market(*OFFERS, listed("top", "host", "0", LITE[1], LITE[2])), "2024-03-10")
        assert found.value == 9.0
        assert ["a price of 0 is no price" in x.why for x in found.left_out] == [True]

    def test_the_rows_behind_it_are_scores_and_prices(self) -> None:
        found = cost(market(*OFFERS), "2024-03-10", level="70")
        assert {(r.snapshot_id, r.raw) for r in found.inputs.rows} == {
            ("lite@2024-03-10", "15"), ("lite@2024-03-10", "20"), ("tests@2026-01-05", "70.0"),
        }  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 60), st.sampled_from(SELLERS)),
             min_size=1, max_size=8),
    st.tuples(st.integers(0, 100), st.integers(0, 100)),
)  # fmt: skip
def test_a_higher_level_never_costs_less(
    prices: list[tuple[int, int, str]], levels: tuple[int, int]
) -> None:
    models = list(OUT)
    offers = [listed(models[m], who, str(usd), LITE[0], LITE[2]) for m, usd, who in prices]
    tables = market(*offers)
    low, high = sorted(levels)
    for rule in ("cheapest", "first_party"):
        first = cost(tables, "2024-06-10", level=str(low), provider=rule).value
        second = cost(tables, "2024-06-10", level=str(high), provider=rule).value
        if second is not None:
            assert first is not None
            assert first <= second
