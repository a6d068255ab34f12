"""Rules that keep faulty prices of catalogues out of figures, on a made-up market."""

from __future__ import annotations

import pytest

from metric_world import Row, catalogue, listed, released, stated, world
from scoreboard.metrics import get_metric
from scoreboard.price_faults import BORROWER, RULES, mark_faults
from scoreboard.store import Tables

DAY = "2026-01-05"
OPEN = {f"o{i}": size for i, size in enumerate((1.0, 8.0, 32.0, 70.0, 235.0, 671.0))}
CLOSED = [f"c{i}" for i in range(6)]


def market(*offers: Row) -> Tables:
    """Six open models of sizes from 1 to 671, six closed ones that acme sells at 7 and 14."""
    own = [stated(m, "acme", usd, "2025-01-01", kind=kind)
           for m in CLOSED for kind, usd in (("input", "7"), ("output", "14"))]  # fmt: skip
    return world(
        snapshots=catalogue("lite", DAY),
        models=[
            *(released(m, "2025-01-01", developer="acme", weights=True, total_params_b=size)
              for m, size in OPEN.items()),
            *(released(m, "2025-01-01", developer="acme", weights=False) for m in CLOSED),
        ],
        providers=[{"provider": "acme", "first_party_of": "acme"},
                   *({"provider": p} for p in ("host", "a", "b", "c", "d"))],
        offers=[*own, *offers],
    )  # fmt: skip


def both(model: str, provider: str, usd_in: str, usd_out: str) -> list[Row]:
    """Input and output of an offer."""
    return [listed(model, provider, usd, DAY, DAY, kind=kind)
            for kind, usd in (("input", usd_in), ("output", usd_out))]  # fmt: skip


def borrowed(usd_in: str, usd_out: str) -> list[Row]:
    """What one source says of an open model, at OpenRouter and at its developer."""
    return [{**row, "source": BORROWER} for provider in ("openrouter", "acme")
            for row in both("o3", provider, usd_in, usd_out)]  # fmt: skip


UNIT = [row for p, usd in zip("abcd", ("1", "1", "1.2", "0.9"), strict=True)
        for row in both("o1", p, usd, usd)]  # fmt: skip
FAULTY = {
    "units": ([*UNIT, *both("o1", "host", "0.000001", "200")], 2, "another unit"),
    "filler": ([r for m in OPEN for r in both(m, "host", "0.1", "0.1")], 12, "a filler"),
    "borrowed": (borrowed("0.3", "0.5"), 2, "the price of OpenRouter"),
    "resold": ([r for m in CLOSED for r in both(m, "host", "1", "2")], 12, "0.14 of their dev"),
}


def faults(tables: Tables) -> list[str]:
    mark_faults(tables.connection)
    return [str(f) for f in tables.column("SELECT fault FROM offers WHERE fault <> ''")]


@pytest.mark.parametrize("rule", FAULTY)
def test_a_rule_finds_its_fault(rule: str) -> None:
    offers, count, words = FAULTY[rule]
    found = faults(market(*offers))
    assert len(found) == count
    assert all(words in f for f in found)


@pytest.mark.parametrize("rule", FAULTY)
def test_no_other_rule_finds_it(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(RULES, rule)
    assert faults(market(*FAULTY[rule][0])) == []


def test_what_is_dear_or_cheap_for_a_reason_stays() -> None:
    """Three providers are no median; five models of like size, and a discount, are no fault."""
    like = [r for m in ("o2", "o3", "o4", "o5") for r in both(m, "host", "0.2", "0.2")]
    discount = [r for m in CLOSED for r in both(m, "a", "4", "8")]
    few = [*both("o0", "b", "1", "1"), *both("o0", "c", "1", "1"), *both("o0", "d", "200", "200")]
    assert faults(market(*like, *discount, *few)) == []


def test_a_price_that_another_source_confirms_is_not_borrowed() -> None:
    other = listed("o3", "acme", "0.3", DAY, DAY, source="dev")
    found = faults(market(*borrowed("0.3", "0.5"), other))
    assert len(found) == 1  # the output price, which nobody confirms


def test_a_developers_own_list_is_no_filler() -> None:
    assert faults(market(*(r for m in OPEN for r in both(m, "acme", "0.1", "0.1")))) == []


def test_a_figure_leaves_it_out_and_says_so() -> None:
    tables = market(*FAULTY["resold"][0])
    mark_faults(tables.connection)
    metric = get_metric("price")
    given = {"model": "c0", "provider": "cheapest", "as_of": DAY}
    (found,) = metric.compute(tables, metric.read(tables, given))
    assert found.value == 7.0
    assert [(x.row.raw, "another currency" in x.why) for x in found.left_out] == [("1", True)]
