"""The sentence that each metric makes of an estimate, word for word."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metric_world import (
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
from price_market import LITE, market, price
from scoreboard.estimate import Estimate, Interval
from scoreboard.metrics import all_metrics, get_metric
from scoreboard.metrics._words import adjective, dollars, group_words
from scoreboard.store import Tables

NAMES = {
    ("model", "alpha"): "Alpha 2.5", ("model", "beta"): "Beta", ("provider", "acme"): "Acme AI",
    ("provider", "host"): "Host", ("benchmark", "quiz"): "Quiz", ("family", "qwen"): "Qwen",
    ("developer", "acme"): "Acme",
}  # fmt: skip


def name(kind: str, thing: str) -> str:
    """A printed name, where there is one."""
    return NAMES.get((kind, thing), thing)


def says(metric: str, e: Estimate) -> str:
    return get_metric(metric).finding(e, name)


def gap(
    value: float | None, low: float | None = None, high: float | None = None, **more: Any
) -> Estimate:
    """A gap between alpha, closed, and beta, open."""
    by, leader, chaser = more.pop("groups", ("openness", "closed", "open"))
    return Estimate(
        value, more.pop("unit", "points"), "made up", day("2025-01-31"), "Quiz", low=low, high=high,
        key={"benchmark": "quiz", "leader": leader, "chaser": chaser},
        interval=Interval("confidence") if low is not None else None,
        detail={"by": by, "leader_model": "alpha", "chaser_model": "beta"}, **more,
    )  # fmt: skip


class TestGap:
    def test_who_is_ahead_is_said_with_how_much(self) -> None:
        assert says("gap", gap(4.04, 1.0, 7.0)) == (
            "The best closed model, Alpha 2.5, leads the best open model, Beta, by 4.0 points."
        )

    def test_a_negative_gap_is_a_lead_of_the_other_group(self) -> None:
        assert says("gap", gap(-2.5, -4.0, -1.0)) == (
            "The best open model, Beta, leads the best closed model, Alpha 2.5, by 2.5 points."
        )

    @pytest.mark.parametrize(
        ("value", "low", "high"),
        [(1.0, -1.0, 3.0), (-1.0, -3.0, 1.0), (1.0, 0.0, 2.0), (-1.0, -2.0, 0.0), (0.0, 0.0, 0.0)],
    )
    def test_with_zero_inside_nobody_leads(self, value: float, low: float, high: float) -> None:
        assert says("gap", gap(value, low, high)) == (
            "The data do not tell who is ahead: the best closed model, Alpha 2.5, or the best "
            "open model, Beta."
        )

    @pytest.mark.parametrize(("low", "high"), [(None, None), (1.0, None), (None, 9.0)])
    def test_without_an_interval_nobody_is_said_to_lead(
        self, low: float | None, high: float | None
    ) -> None:
        found = says("gap", gap(-3.0, low, high))
        assert found == (
            "The best closed model, Alpha 2.5, minus the best open model, Beta: -3.0 points, "
            "without an interval."
        )

    def test_the_unit_is_that_of_the_test(self) -> None:
        assert says("gap", gap(4.0, 1.0, 7.0, unit="index_points")).endswith("by 4.0 index points.")

    @pytest.mark.parametrize(
        ("groups", "first", "second"),
        [
            (("origin", "US", "CN"), "US", "Chinese"),
            (("origin", "europe", "other"), "European", "other countries'"),
            (("developer", "acme", "zhipu"), "Acme", "zhipu"),
            (("family", "qwen", "glm"), "Qwen", "glm"),
        ],
    )
    def test_groups_have_their_names(
        self, groups: tuple[str, str, str], first: str, second: str
    ) -> None:
        assert says("gap", gap(4.0, 1.0, 7.0, groups=groups)) == (
            f"The best {first} model, Alpha 2.5, leads the best {second} model, Beta, "
            "by 4.0 points."
        )

    @given(st.floats(-99, 99), st.floats(0, 50), st.floats(0, 50))
    def test_the_leader_is_named_first_or_nobody_leads(
        self, value: float, below: float, above: float
    ) -> None:
        low, high = value - below, value + above
        found = says("gap", gap(value, low, high))
        if low > 0:
            assert found.startswith("The best closed model, Alpha 2.5, leads")
        elif high < 0:
            assert found.startswith("The best open model, Beta, leads")
        else:
            assert " leads " not in found


@pytest.mark.parametrize("metric", sorted(set(all_metrics()) - {"statistic"}))
def test_no_value_is_said_with_the_reason(metric: str) -> None:
    none = replace(gap(None), caveats=("no row by 2025-01-31", "another note"))
    assert says(metric, none) == "No value: no row by 2025-01-31."
    assert says(metric, replace(none, caveats=())) == "No value: no rows."


@pytest.fixture(scope="module")
def shares() -> Tables:
    """Two weeks of three families; 20 of 100 tokens are of models that are not named."""
    return world(
        models=[{"model": "alpha", "country": "CN", "developer": "acme", "family": "qwen"},
                {"model": "beta", "country": "US", "developer": "other", "total_params_b": 7.0}],
        openness=[*weights("alpha"), *closed("beta")],
        usage=[*week("2025-03-03", {"alpha": 30, "beta": 50, "other": 20}),
               *week("2025-03-10", {"alpha": 20, "beta": 60, "other": 20})],
        totals=[total(m, 100) for m in ("2025-03-03", "2025-03-10")],
    )  # fmt: skip


def share(tables: Tables, **given_: str) -> str:
    metric = get_metric("token_share")
    (found,) = metric.compute(tables, metric.read(tables, given_))
    return says("token_share", found)


class TestShare:
    @pytest.mark.parametrize(
        ("given_", "when"),
        [
            ({}, "20.0 % of all tokens in the week of 2025-03-10."),
            ({"week": "2025-03-03"}, "30.0 % of all tokens in the week of 2025-03-03."),
            ({"stat": "mean"},
             "25.0 % of all tokens on the mean of 2 weeks, 2025-03-03 to 2025-03-10."),
            ({"stat": "peak"}, "30.0 % of all tokens in their highest week, that of 2025-03-03; "
                               "this is a peak, not a level."),
            ({"denominator": "named"},
             "25.0 % of the tokens of named models in the week of 2025-03-10."),
            ({"denominator": "open"},
             "100.0 % of the tokens of open-weight models in the week of 2025-03-10."),
        ],
    )  # fmt: skip
    def test_of_what_and_when(self, shares: Tables, given_: dict[str, str], when: str) -> None:
        assert share(shares, of="open", **given_) == f"On OpenRouter, open models had {when}"

    @pytest.mark.parametrize(
        ("by", "of", "words", "part"),
        [
            ("origin", "CN", "Chinese models", 20), ("origin", "US", "US models", 60),
            ("origin_openness", "CN_open", "Chinese open models", 20),
            ("family", "qwen", "Qwen models", 20), ("developer", "acme", "Acme models", 20),
            ("model", "alpha", "Alpha 2.5", 20), ("openness", "closed", "closed models", 60),
            ("size_tier", "5b-10b", "models of 5b to 10b parameters", 60),
            ("family", "unknown", "models whose group is not known", 60),
            ("openness", "other", "models that are not named", 20),
            ("origin", "unnamed", "models that are not named", 20),
        ],
    )  # fmt: skip
    def test_of_whom(self, shares: Tables, by: str, of: str, words: str, part: int) -> None:
        assert share(shares, by=by, of=of) == (
            f"On OpenRouter, {words} had {part}.0 % of all tokens in the week of 2025-03-10."
        )


class TestPrices:
    OFFERS = (
        listed("alpha", "acme", "10", LITE[0], LITE[2]),
        listed("alpha", "host", "0.075", LITE[0], LITE[2]),
        listed("alpha", "rival", "12", LITE[0], LITE[2]),
    )

    @pytest.mark.parametrize(
        ("rule", "words"),
        [
            ("first_party", "$10.00 per million input tokens at Acme AI"),
            ("host", "$0.075 per million input tokens at Host"),
            ("median", "$12.00 per million input tokens, the median of the providers"),
        ],
    )
    def test_a_price_says_whose_it_is(self, rule: str, words: str) -> None:
        offers = (*self.OFFERS, listed("alpha", "acme-cn", "12", LITE[0], LITE[2]))
        found = price(market(*offers), LITE[0], provider=rule)
        assert says("price", found) == f"Alpha 2.5 costs {words}."

    @pytest.mark.parametrize(
        ("kind", "words"),
        [("output", "output tokens"), ("cached_input", "cached input tokens"),
         ("cache_write", "tokens written to the cache")],
    )  # fmt: skip
    def test_a_price_says_of_what_it_is(self, kind: str, words: str) -> None:
        found = price(
            market(listed("alpha", "acme", "1.5", LITE[0], LITE[2], kind=kind)), LITE[0], kind=kind
        )
        assert says("price", found) == f"Alpha 2.5 costs $1.50 per million {words} at Acme AI."

    def test_no_price_is_said(self) -> None:
        found = says("price", price(market(*self.OFFERS), "2024-01-01"))
        assert found.startswith("No value: no input price of alpha")
        assert found.endswith(".")

    @staticmethod
    def reach(**given_: str) -> str:
        tables = world(
            snapshots=[*catalogue("tests", "2026-01-05"), *catalogue("lite", *LITE)],
            models=[released(m, "2024-01-01", developer="acme") for m in ("alpha", "beta")],
            providers=[{"provider": "acme", "first_party_of": "acme"}],
            provider_names=[{"name": "acme", "provider": "acme"}],
            benchmarks=[{"benchmark": "quiz", "name": "Quiz"}],
            benchmark_names=[{"name": "quiz", "benchmark": "quiz"}],
            results=[scored("alpha", 50.0, "2024-01-01", benchmark="quiz", harness="lab"),
                     scored("beta", 60.0, "2024-01-01", benchmark="quiz", harness="lab")],
            offers=[listed("beta", p, usd, LITE[0], LITE[2])
                    for p, usd in (("acme", "3"), ("host", "2"), ("rival", "9"))],
        )  # fmt: skip
        metric = get_metric("price_to_reach")
        asked = {"benchmark": "quiz", "as_of": LITE[1], **given_}
        (found,) = metric.compute(tables, metric.read(tables, asked))
        return says("price_to_reach", found)

    def test_the_price_of_a_level_names_the_level_and_what_has_it(self) -> None:
        assert self.reach(reaches="alpha") == (
            "The level of Alpha 2.5 on Quiz costs $2.00 per million input tokens: Beta at Host."
        )
        assert self.reach(level="55.5", provider="first_party") == (
            "A score of 55.5 on Quiz costs $3.00 per million input tokens: Beta at Acme AI."
        )
        assert self.reach(level="55", provider="median") == (
            "A score of 55 on Quiz costs $3.00 per million input tokens: the median offer."
        )
        assert self.reach(level="99").startswith("No value: no model reaches 99 by 2024-03-10.")


class TestModels:
    @staticmethod
    def count(by: str, of: str, value: float = 13.0) -> str:
        e = Estimate(value, "count", "made up", day("2025-01-31"), "tracked", key={by: of})
        return says("models", e)

    @pytest.mark.parametrize(
        ("by", "of", "words"),
        [
            ("family", "qwen", "13 open Qwen models are tracked."),
            ("origin", "CN", "13 open Chinese models are tracked."),
            ("developer", "acme", "13 open Acme models are tracked."),
            ("family", "unknown", "13 open models whose group is not known are tracked."),
        ],
    )
    def test_how_many_of_whom(self, by: str, of: str, words: str) -> None:
        assert self.count(by, of) == words

    def test_many_are_grouped_by_thousands(self) -> None:
        assert self.count("origin", "US", 1234.0) == "1,234 open US models are tracked."

    @pytest.mark.parametrize("of", ["open", "closed", "unrestricted", "restricted"])
    def test_by_openness_no_word_is_said_twice_or_against_another(self, of: str) -> None:
        found = self.count("openness", of)
        assert "open open" not in found
        assert "open closed" not in found
        assert re.search(rf"\b{of}\b", found)

    def test_one_model_is_one(self) -> None:
        assert self.count("family", "qwen", 1.0) == "1 open Qwen model is tracked."


def test_a_statistic_is_quoted() -> None:
    e = Estimate(0.5, "fraction", "survey", day("2025-01-31"), "all", detail={"says": "Half do."})
    assert says("statistic", e) == "Half do."


@pytest.mark.parametrize(
    ("by", "of", "one", "many"),
    [
        ("openness", "open", "open", "open models"), ("origin", "CN", "Chinese", "Chinese models"),
        ("origin", "FR", "FR", "FR models"), ("origin_openness", "europe_closed", "European closed",
         "European closed models"), ("family", "qwen", "Qwen", "Qwen models"),
        ("model", "alpha", "Alpha 2.5", "Alpha 2.5"),
    ],
)  # fmt: skip
def test_words_of_groups(by: str, of: str, one: str, many: str) -> None:
    assert adjective(by, of, name) == one
    assert group_words(by, of, name) == many


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (15.0, "$15.00"),
        (234.5, "$234.50"),
        (1234.6, "$1,235"),
        (0.075, "$0.075"),
        (0.4, "$0.40"),
        (0.00012, "$0.00012"),
        (0.0, "$0"),
        (None, "no price"),
    ],
)
def test_amounts_are_dollars(amount: float | None, text: str) -> None:
    assert dollars(amount) == text
