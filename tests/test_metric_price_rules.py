"""Prices under a rule: cheapest, first party, median, a blend; how parameters are read."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metric_world import listed
from price_market import DEV, LITE, market, price, says
from scoreboard.errors import UsageError
from scoreboard.metrics import get_metric
from scoreboard.metrics._prices import Stated, pick


class TestRules:
    TWO = (
        listed("alpha", "acme", "10", LITE[0], LITE[2]),
        listed("alpha", "host", "4", LITE[0], LITE[2]),
    )
    THREE = (*TWO, listed("alpha", "rival", "5", LITE[0], LITE[2]))

    def test_two_offers_have_no_median(self) -> None:
        tables = market(*self.TWO)
        values = [price(tables, LITE[0], provider=x).value for x in ("first_party", "cheapest")]
        assert values == [10.0, 4.0]
        middle = price(tables, LITE[0], provider="median")
        assert middle.value is None
        assert says(middle, "no median: 2 of at least 3 offers")

    def test_three_offers_have_one(self) -> None:
        tables = market(*self.THREE)
        middle = price(tables, LITE[0], provider="median")
        assert middle.value == 5.0
        assert middle.n == 3
        assert middle.source_name is None
        words = "median list price of 3 providers, standard hours, lowest context tier"
        assert middle.population == words
        assert middle.detail["offers"] == {"host": 4.0, "rival": 5.0, "acme": 10.0}
        cheapest = price(tables, LITE[0], provider="cheapest")
        assert (cheapest.value, cheapest.detail["provider"]) == (4.0, "host")

    def test_the_median_has_the_medians_of_what_sources_state(self) -> None:
        tables = market(*self.THREE, listed("alpha", "host", "8", DEV[0], DEV[1], source="dev"))
        # on 2024-02-01 host is 8 (dev) or 4 (lite): medians of 10,8,5 and 10,4,5 and 10,8,5
        middle = price(tables, DEV[0], provider="median")
        assert (middle.value, middle.low, middle.high) == (8.0, 5.0, 8.0)
        assert says(middle, "one source each states 2 of the 3 prices")

    def test_of_equal_offers_the_first_provider_is_named(self) -> None:
        tables = market(
            listed("alpha", "rival", "4", LITE[0], LITE[2]),
            listed("alpha", "host", "4", LITE[0], LITE[2]),
        )
        assert price(tables, LITE[0], provider="cheapest").detail["provider"] == "host"

    def test_the_developers_service_of_its_own_name_comes_first(self) -> None:
        both = (
            listed("alpha", "acme-cn", "2", LITE[0], LITE[2]),
            listed("alpha", "acme", "10", LITE[1], LITE[2]),
        )
        tables = market(*both)
        assert price(tables, LITE[0]).detail["provider"] == "acme-cn"
        assert price(tables, LITE[1]).detail["provider"] == "acme"

    def test_a_price_in_another_unit_wins_no_minimum(self) -> None:
        tables = market(*self.THREE, listed("alpha", "acme-cn", "0.000005", LITE[0], LITE[2]))
        # median of 10, 5, 4 and 0.000005 is 4.5
        found = price(tables, LITE[0], provider="cheapest")
        assert found.value == 4.0
        assert ["hundredth of the median of its model, 4.5" in x.why for x in found.left_out] == [
            True
        ]
        assert price(tables, LITE[0], provider="acme-cn").value == 0.000005

    def test_an_offer_not_seen_for_long_wins_no_minimum(self) -> None:
        tables = market(
            listed("alpha", "host", "1", DEV[1], DEV[1], source="dev"),
            listed("alpha", "acme", "10", LITE[0], "2024-12-10"),
            late=("2024-12-10",),
        )
        # 2024-05-01 is 180 days before 2024-10-28
        days = ("2024-10-28", "2024-10-29")
        assert [price(tables, d, provider="cheapest").value for d in days] == [1.0, 10.0]
        assert price(tables, "2024-12-10", provider="host").value == 1.0

    def test_past_the_record_every_offer_is_carried(self) -> None:
        tables = market(*self.TWO)
        # nothing is newer than 2024-06-10
        assert price(tables, "2026-01-01", provider="cheapest").value == 4.0

    def test_a_developer_without_a_service_has_no_first_party_price(self) -> None:
        tables = market(listed("orphan", "host", "4", LITE[0], LITE[2]))
        found = price(tables, LITE[0], "orphan")
        assert found.value is None
        assert says(found, "there are input of host, from 2024-01-10")

    def test_without_a_model_every_model_with_the_price_is_listed(self) -> None:
        tables = market(*self.TWO, listed("beta", "acme", "6", LITE[1], LITE[2]))
        metric = get_metric("price")
        found = metric.compute(tables, metric.read(tables, {"as_of": LITE[1]}))
        assert [(e.key["model"], e.value) for e in found] == [("alpha", 10.0), ("beta", 6.0)]
        found = metric.compute(tables, metric.read(tables, {"as_of": LITE[0]}))
        assert [e.key["model"] for e in found] == ["alpha"]

    def test_plain_values_are_those_of_the_estimates(self) -> None:
        tables = market(*self.THREE, listed("alpha", "acme", "30", LITE[0], LITE[2], kind="output"))
        metric = get_metric("price")
        asked = [
            {"model": "alpha", "as_of": LITE[0], "provider": "cheapest"},
            {"model": "alpha", "as_of": LITE[0], "kind": "blended"},
            {"model": "alpha", "as_of": LITE[0], "kind": "cache_write"},
            {"model": "alpha", "as_of": "2023-01-01"},
            {"model": "beta", "as_of": LITE[0], "provider": "median"},
            {"as_of": LITE[0]},
        ]
        grid = [metric.read(tables, a) for a in asked]
        assert metric.values(tables, grid) == [4.0, 15.0, None, None, None, None]


class TestReading:
    def test_an_unknown_provider_is_refused_and_valid_ones_are_named(self) -> None:
        tables = market(*TestRules.TWO)
        with pytest.raises(UsageError) as error:
            price(tables, LITE[0], provider="nowhere")
        assert error.value.valid == ["first_party", "cheapest", "median", "acme", "host"]

    def test_another_name_of_a_provider_is_accepted(self) -> None:
        assert price(market(*TestRules.TWO), LITE[0], provider="Acme AI").value == 10.0

    def test_a_provider_without_the_model_is_no_error(self) -> None:
        found = price(market(*TestRules.TWO), LITE[0], provider="rival")
        assert found.value is None
        assert says(found, "there are input of acme, host, from 2024-01-10")

    def test_a_model_without_prices_is_no_error(self) -> None:
        found = price(market(*TestRules.TWO), LITE[0], "beta")
        assert found.value is None
        assert says(found, "no price of beta is on record")

    def test_an_unknown_model_is_refused(self) -> None:
        with pytest.raises(UsageError, match="unknown model: omega"):
            price(market(*TestRules.TWO), LITE[0], "omega")

    @pytest.mark.parametrize("mix", ["3", "3:1:1", "a:b", "0:0", "-1:2", "inf:1", "nan:1"])
    def test_a_mix_that_is_none_is_refused(self, mix: str) -> None:
        with pytest.raises(UsageError, match="unknown mix"):
            price(market(*TestRules.TWO), LITE[0], kind="blended", mix=mix)

    def test_variants_and_tiers_are_offers_of_their_own(self) -> None:
        tables = market(
            *TestRules.TWO,
            listed("alpha", "acme", "5", LITE[0], LITE[2], variant="batch"),
            listed("alpha", "acme", "20", LITE[0], LITE[2], tier="above:200000"),
        )
        assert price(tables, LITE[0]).value == 10.0
        batch = price(tables, LITE[0], variant="batch")
        assert batch.value == 5.0
        assert batch.population == "list price of acme, variant batch, lowest context tier"
        long = price(tables, LITE[0], tier="above:200000")
        assert long.value == 20.0
        assert long.population == "list price of acme, standard hours, context above 200000"
        with pytest.raises(UsageError, match="unknown variant"):
            price(tables, LITE[0], variant="nightly")


class TestBlend:
    ROWS = (
        listed("alpha", "acme", "10", LITE[0], LITE[2]),
        listed("alpha", "acme", "30", LITE[0], LITE[2], kind="output"),
        listed("alpha", "host", "1", LITE[0], LITE[2]),
    )

    @pytest.mark.parametrize(
        ("mix", "value"), [("3:1", 15.0), ("1:1", 20.0), ("1:3", 25.0), ("1:0", 10.0)]
    )
    def test_a_blend_weighs_input_and_output(self, mix: str, value: float) -> None:
        found = price(market(*self.ROWS), LITE[0], kind="blended", mix=mix)
        assert found.value == value
        assert found.method == f"last observed list price, blended {mix} input to output"
        assert says(found, f"a blend of {mix} input to output tokens is an assumed workload")

    def test_an_offer_without_an_output_price_has_no_blend(self) -> None:
        found = price(market(*self.ROWS), LITE[0], kind="blended", provider="cheapest")
        assert (found.value, found.detail["provider"]) == (15.0, "acme")

    def test_the_range_of_a_blend_blends_the_ranges(self) -> None:
        tables = market(
            *self.ROWS,
            listed("alpha", "acme", "10", DEV[0], DEV[1], source="dev"),
            listed("alpha", "acme", "50", DEV[0], DEV[1], source="dev", kind="output"),
        )
        found = price(tables, DEV[0], kind="blended")  # dev, the newer: (30 + 50) / 4
        assert (found.value, found.low, found.high) == (20.0, 15.0, 20.0)


STATEMENTS = st.lists(
    st.tuples(
        st.integers(1, 20),
        st.sampled_from(["lite", "dev"]),
        st.integers(0, 3),
        st.integers(0, 3),
        st.sampled_from(["developer", "curated", "catalogue"]),
    ),
    min_size=1,
    max_size=8,
)


@given(STATEMENTS, st.integers(0, 900))
def test_the_winner_is_in_force_and_inside_the_range(
    rows: list[tuple[int, str, int, int, str]], later: int
) -> None:
    documents = tuple(dt.date(2024, 1, 1) + dt.timedelta(days=200 * i) for i in range(4))
    on = documents[0] + dt.timedelta(days=later)
    made = []
    for i, (usd, source, a, b, rank) in enumerate(rows):
        first, last = documents[min(a, b)], documents[max(a, b)]
        base = listed("alpha", "acme", str(usd), str(first), str(last), source=source)
        dated = rank == "catalogue"
        made.append(
            Stated(
                "alpha", "acme", "input", float(usd), None if dated else first,
                None if dated else last, first if dated else None, last if dated else None,
                str(base["source"]), rank, f"name {i}", (f"{i}", "", ""),  # type: ignore[arg-type]
                documents if dated else (),
            )
        )  # fmt: skip
    found = pick(made, on)
    if found is None:
        assert all(not s.in_force(on) or s.rank == "catalogue" for s in made)
        return
    values = [s.value for s in found.current]
    assert found.chosen.in_force(on)
    assert found.chosen in found.current
    assert min(values) <= found.chosen.value <= max(values)
    best = min(["developer", "curated", "catalogue"].index(s.rank) for s in made if s.in_force(on))
    assert found.chosen.rank == ["developer", "curated", "catalogue"][best]
