"""The metric `workload_cost`, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from metric_world import Row, listed, stated, world
from price_market import DEV, LITE, market, says
from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate
from scoreboard.metrics import get_metric
from scoreboard.store import Tables

METRIC = get_metric("workload_cost")
SPAN = (LITE[0], LITE[2])
SHAPE = {"tokens_in": "1000", "tokens_out": "500", "requests": "1000"}  # 1 M in, 0.5 M out


def prices(model: str, provider: str, variant: str = "", tier: str = "", **kinds: str) -> list[Row]:
    return [listed(model, provider, usd, *SPAN, kind=kind, variant=variant, tier=tier)
            for kind, usd in kinds.items()]  # fmt: skip


OFFERS = [
    *prices("alpha", "acme", input="10", cached_input="1", output="40"),
    *prices("alpha", "acme", tier="above:200000", input="20", output="60"),
    *prices("alpha", "acme", variant="batch", input="5", output="20"),
    *prices("alpha", "host", input="6", output="30"),
    *prices("beta", "acme", input="2", output="8"),
]


def costs(tables: Tables, **given: str) -> list[Estimate]:
    asked = {"as_of": "2024-06-10", **SHAPE, **given}
    return METRIC.compute(tables, METRIC.read(tables, asked))


def cost(**given: str) -> float | None:
    (found,) = costs(market(*OFFERS), model="alpha", **given)
    return found.value


def test_tokens_times_prices() -> None:
    assert cost() == 10 + 20
    assert cost(cached="0.8") == pytest.approx(2 + 0.8 + 20)
    assert cost(reasoning="3") == 10 + 60
    assert cost(requests="2000") == 60
    assert cost(tokens_out="0") == 10


def test_where() -> None:
    assert cost(provider="host") == 6 + 15
    assert cost(provider="cheapest") == 21
    found = costs(market(*OFFERS), model="alpha", provider="all")
    assert [(e.key["provider"], e.value) for e in found] == [("host", 21.0), ("acme", 30.0)]


def test_a_long_prompt_is_billed_at_its_tier_as_a_whole() -> None:
    assert cost(tokens_in="200000") == 2000 + 20
    assert cost(tokens_in="200001") == pytest.approx(20 * 200.001 + 30)
    # the tier has no price of cached tokens: that of the lowest tier holds for them
    assert cost(tokens_in="400000", cached="0.5") == pytest.approx(200 * 20 + 200 * 1 + 30)


def test_batch_prices_and_cached_tokens_without_one() -> None:
    assert cost(batch="yes") == 5 + 10
    (found,) = costs(market(*OFFERS), model="alpha", batch="yes", cached="0.5")
    assert found.value == 15.0
    assert says(found, "no price of cached tokens is stated: they are billed as input")
    (none,) = costs(market(*OFFERS), model="beta", batch="yes")
    assert none.value is None
    assert says(none, "beta has no batch price of every kind that is needed at first_party")


def test_every_model_the_cheapest_first() -> None:
    found = costs(market(*OFFERS))
    assert [(e.key["model"], e.value) for e in found] == [("beta", 6.0), ("alpha", 30.0)]
    assert found[1].detail["lines"][0] == {
        "kind": "input", "tokens": 1e6, "usd_per_mtok": 10.0, "billed_as": "input", "tier": "",
        "usd": 10.0, "source": "lite",
    }  # fmt: skip


def test_a_model_that_answers_no_text_is_left_out_unless_named() -> None:
    tables = world(
        snapshots=[{"id": "lite@2024-06-10", "source": "lite", "address": "https://x"}],
        models=[{"model": "alpha", "developer": "acme"},
                {"model": "ear", "developer": "acme", "use": "speech"}],
        providers=[{"provider": "acme", "first_party_of": "acme"}],
        offers=[*prices("alpha", "acme", input="10", output="40"),
                *prices("ear", "acme", input="1", output="1")],
    )  # fmt: skip
    assert [e.key["model"] for e in costs(tables)] == ["alpha"]
    assert [e.value for e in costs(tables, model="ear")] == [1.5]


def test_the_headline_names_the_best_of_either_side() -> None:
    found = costs(market(*OFFERS))
    assert METRIC.headline(found, []) == METRIC.finding(found[0])
    beta, alpha = (
        replace(e, detail={**e.detail, "score": score, "open": weights})
        for e, score, weights in zip(found, (100.0, 150.0), (True, False), strict=True)
    )
    other = replace(beta, value=1.0, detail={**beta.detail, "score": 99.0})
    assert METRIC.headline(found, [beta, other, alpha]) == (
        "1,000 requests of 1,000 tokens in, 500 tokens out cost $6.00 at the best open model, "
        "beta; $30.00 at the best closed model, alpha."
    )
    assert METRIC.headline(found, [alpha]).endswith(" cost $30.00 at the best closed model, alpha.")


def test_sources_that_disagree_give_a_range() -> None:
    other = listed("alpha", "acme", "12", DEV[1], DEV[1], source="dev")
    (found,) = costs(market(*OFFERS, other), model="alpha", as_of="2024-05-15")
    assert (found.low, found.high) == (30.0, 32.0)


def test_the_price_is_that_of_the_date() -> None:
    cut = stated("alpha", "acme", "4", "2024-05-01")
    tables = market(*OFFERS, cut)
    days = ("2024-04-30", "2024-05-01")
    assert [costs(tables, model="alpha", as_of=d)[0].value for d in days] == [30.0, 24.0]
    asked = METRIC.read(tables, {**SHAPE, "model": "alpha", "as_of": "2024-06-10"})
    assert [e.value for e in METRIC.series(tables, asked)] == [30.0, 24.0]


def test_a_missing_price_is_missing_and_a_free_variant_is_another_offer() -> None:
    rows = [
        *prices("alpha", "acme", input="10"),
        *prices("alpha", "host", input="0", output="0"),
        *prices("alpha", "rival", "free", input="0", output="0"),
    ]
    (found,) = costs(market(*rows), model="alpha", provider="all")
    assert found.value is None


def test_a_quoted_multiple_is_named_with_its_address() -> None:
    quote: Row = {
        "statistic": "acme-reasoning-tokens", "value": 8.0, "unit": "ratio",
        "address": "https://acme.example/x",
    }  # fmt: skip
    tables = world(
        snapshots=[{"id": "lite@2024-06-10", "source": "lite", "address": "https://x"}],
        models=[{"model": "alpha", "developer": "acme"}],
        providers=[{"provider": "acme", "first_party_of": "acme"}],
        statistics=[quote],
        offers=prices("alpha", "acme", input="10", output="40"),
    )
    (found,) = costs(tables, model="alpha", reasoning="acme-reasoning-tokens")
    assert found.value == 10 + 8 * 20
    words = "tokens out are multiplied by 8: acme-reasoning-tokens, https://acme.example/x"
    assert says(found, words)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"requests": "0"}, "the workload is nothing"),
        ({"tokens_in": "0", "tokens_out": "0"}, "the workload is nothing"),
        ({"tokens_in": "-1"}, "tokens_in is below zero"),
        ({"cached": "1.2"}, "cached is a share"),
        ({"reasoning": "0.5"}, "unknown reasoning: 0.5"),
        ({"reaches": "gpt-4"}, "a level needs a test"),
        ({"level": "50"}, "a level needs a test"),
    ],
)
def test_what_is_no_workload_is_refused(given: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        costs(market(*OFFERS), model="alpha", **given)
