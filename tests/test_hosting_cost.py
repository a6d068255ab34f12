"""Costs of hosting, worked by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.hosting.cost import HOURS, Demand, Terms, moves, volumes

# 1,000 requests of 900 and 100 tokens a day: 30.5 million tokens a month
DEMAND = Demand(1000, 900, 100, 0.0, 2.0, 0.0, 0)
# one machine of 4 at 2 dollars an hour; a person costs 12,000 a year
HIRED = Terms(100.0, 0.5, 4, 2.0, None, 4, 1.5, 500, 0.1, 2.0, 0.5, 12_000, 1)
BOUGHT = replace(HIRED, hire=None, purchase=10_000)
# 100 x 0.5 / 2 tokens of answers a second, 732 hours, a tenth of all tokens
ONE = 25 * 3600 * 732 * 10 / 1e6


def test_a_month() -> None:
    assert HOURS == 732
    assert DEMAND.mtok_per_month == pytest.approx(30.5)
    assert HIRED.mtok_of_machine(DEMAND) == pytest.approx(ONE) == 658.8


def test_cached_tokens_are_not_read() -> None:
    assert replace(DEMAND, cached=0.25).read == 675


def test_machines_are_whole() -> None:
    assert [HIRED.machines(DEMAND, v) for v in (1, ONE, ONE + 1, 3 * ONE)] == [1, 1, 2, 3]
    assert HIRED.machines(replace(DEMAND, spare=1), ONE + 1) == 3


def test_hire() -> None:
    # 4 x 2 x 732 and half of 1,000
    assert HIRED.monthly(DEMAND, 1) == pytest.approx(5856 + 500)
    assert HIRED.per_mtok(DEMAND) == pytest.approx(6356 / 30.5)
    assert HIRED.price_of_machine == 0


def test_purchase() -> None:
    # 4 x 10,000 x 1.5 over 48 months, and 4 x 0.5 kW x 2 x 732 h x 0.1
    assert BOUGHT.price_of_machine == 60_000
    assert BOUGHT.running == pytest.approx(292.8)
    assert BOUGHT.monthly(DEMAND, 1) == pytest.approx(1250 + 292.8 + 500)


class TestBreakEven:
    def test_where_one_machine_pays(self) -> None:
        # at 20 dollars a million tokens a machine is worth 13,176; it costs 5,856 and 500
        assert HIRED.even_volume(DEMAND, 20) == pytest.approx(6356 / 20)

    def test_where_no_machine_does(self) -> None:
        assert HIRED.of_machine / ONE == pytest.approx(8.889, abs=0.001)
        assert HIRED.even_volume(DEMAND, 8.8) is None

    def test_people_are_paid_by_several(self) -> None:
        # at 9 dollars a machine earns 73.2 more than it costs: seven of them pay 500
        found = HIRED.even_volume(DEMAND, 9)
        assert found == pytest.approx((7 * 5856 + 500) / 9)
        assert 6 * ONE < (found or 0) <= 7 * ONE

    def test_a_spare_one_is_paid_too(self) -> None:
        spare = replace(DEMAND, spare=1)
        assert HIRED.even_volume(spare, 20) == pytest.approx((2 * 5856 + 500) / 20)

    def test_days_of_hire(self) -> None:
        # 1,000 to begin; 400 x 30.5 a month at the API, 6,356 here
        found = HIRED.even_days(DEMAND, 400)
        assert found == pytest.approx(1000 / (12_200 - 6356) * 30.5)
        assert HIRED.even_days(DEMAND, 200) is None

    def test_days_of_purchase(self) -> None:
        assert BOUGHT.even_days(DEMAND, 100) == pytest.approx(61_000 / (3050 - 792.8) * 30.5)


@given(st.floats(0.01, 1000), st.integers(0, 3), st.floats(0, 3))
def test_at_break_even_hosting_costs_no_more_and_just_below_it_does(
    api: float, spare: int, staff: float
) -> None:
    demand, terms = replace(DEMAND, spare=spare), replace(HIRED, staff=staff)
    found = terms.even_volume(demand, api)
    if found is None:
        full = [n * terms.mtok_of_machine(demand) for n in (1, 10, 10_000)]
        assert all(terms.monthly(demand, v) >= api * v * (1 - 1e-9) for v in full)
        return
    above = found * (1 + 1e-6)
    assert terms.monthly(demand, above) <= api * above * (1 + 1e-4)
    for below in (found * 0.999, found / 2, found / 10):
        assert terms.monthly(demand, below) > api * below


class TestMoves:
    def test_the_greatest_first(self) -> None:
        found = moves(HIRED, DEMAND, 10.0, {"hire": (1.0, 4.0), "staff": (0.5, 1.0)})
        assert [m.name for m in found] == ["hire", "staff"]
        assert found[0].at_low == pytest.approx((2928 + 500) / 30.5 / 10)
        assert found[0].at_high == pytest.approx((11_712 + 500) / 30.5 / 10)
        assert found[0].factor == pytest.approx(12_212 / 3428)
        assert found[1].factor == pytest.approx(6856 / 6356)

    def test_what_moves_nothing_is_left_out(self) -> None:
        assert moves(HIRED, DEMAND, 10.0, {"speed": (90.0, 110.0), "years": (3, 5)}) == []

    def test_the_price_of_the_api(self) -> None:
        (only,) = moves(HIRED, DEMAND, 10.0, {"api": (10.0, 20.0)})
        assert only.factor == pytest.approx(2)

    def test_of_the_workload(self) -> None:
        (only,) = moves(HIRED, DEMAND, 10.0, {"volume": (500, 2000)})
        assert only.factor == pytest.approx(4)
        (spare,) = moves(HIRED, DEMAND, None, {"spare": (0.0, 1.0)})
        assert spare.at_low == pytest.approx(6356 / 30.5)


def test_volumes() -> None:
    assert volumes(10.0, points=3, decades=1.0) == pytest.approx([1, 10, 100])
