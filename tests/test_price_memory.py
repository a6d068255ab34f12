"""What prices remember between days changes no answer: each is worked out again without memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from metric_world import Row, catalogue, day, listed, released, scored, stated, world
from price_market import PROVIDERS
from scoreboard.estimate import Estimate, Ref
from scoreboard.metrics import get_metric
from scoreboard.metrics._levels import choose_level
from scoreboard.metrics._prices import DAY, Shelf, Stated
from scoreboard.metrics._scores import read_world
from scoreboard.metrics.price_to_reach import shelf_of
from scoreboard.store import Tables

START = day("2024-01-01")
SELLERS = ("acme", "acme-cn", "host", "rival")
RULES = ("first_party", "cheapest", "median")
STEADY = st.lists(st.integers(10, 120), min_size=2, max_size=4)  # days between documents
GAPS = st.lists(st.integers(10, 400), min_size=1, max_size=3)  # longer than an offer stays fresh
MANY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FEW = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Offer(NamedTuple):
    """A price as drawn by lot: places in the list of documents, or days."""

    model: str
    provider: str
    kind: str
    usd: int
    source: str
    first: int
    last: int


OFFERS = st.lists(
    st.builds(
        Offer, st.sampled_from(["alpha", "beta"]), st.sampled_from(SELLERS),
        st.sampled_from(["input", "input", "output"]), st.sampled_from([1, 2, 3, 5, 8, 900]),
        st.sampled_from(["lite", "lite", "dev", "curated", "endless"]), st.integers(0, 5),
        st.integers(0, 5),
    ), min_size=1, max_size=10,
)  # fmt: skip


class Market(NamedTuple):
    """Two catalogues and offers."""

    lite: tuple[dt.date, ...]
    dev: tuple[dt.date, ...]
    offers: list[Offer]

    @property
    def days(self) -> list[dt.date]:
        """Every day from before the first document to after the last."""
        end = max(*self.lite, *self.dev) + dt.timedelta(days=60)
        return [START + DAY * i for i in range((end - START).days)]


def documents(gaps: Sequence[int]) -> tuple[dt.date, ...]:
    return tuple(START + DAY * n for n in accumulate(gaps))


def markets(gaps: st.SearchStrategy[list[int]]) -> st.SearchStrategy[Market]:
    return st.builds(Market, gaps.map(documents), gaps.map(documents), OFFERS)


def span(offer: Offer, market: Market) -> tuple[dt.date, dt.date]:
    """The documents or days between which an offer is stated."""
    places = sorted((offer.first, offer.last))
    if offer.source in ("lite", "dev"):
        listed_in = market.lite if offer.source == "lite" else market.dev
        first, last = (listed_in[i % len(listed_in)] for i in places)
        return min(first, last), max(first, last)
    return START + DAY * 40 * places[0], START + DAY * (40 * places[1] + 7)


def shelf_from(market: Market) -> Shelf:
    """The offers on a shelf, as the product would put them there."""
    shelf = Shelf({}, {}, tuple(sorted({*market.lite, *market.dev})), START)
    for i, offer in enumerate(market.offers):
        first, last = span(offer, market)
        seen = offer.source in ("lite", "dev")
        dated = market.lite if offer.source == "lite" else market.dev
        row = Stated(
            offer.model, offer.provider, offer.kind, float(offer.usd),
            None if seen else first, last if offer.source == "curated" else None,
            first if seen else None, last if seen else None, offer.source,
            "catalogue" if seen else "curated", f"name {i}", Ref("s", str(i), ""),
            dated if seen else (),
        )  # fmt: skip
        kinds = shelf.stated.setdefault(offer.model, {}).setdefault(offer.provider, {})
        kinds.setdefault(offer.kind, []).append(row)
    return shelf


def check_quotes(market: Market) -> None:
    """On every day what is remembered is what each provider asks on that day."""
    remembering, forgetful = shelf_from(market), shelf_from(market)
    for weights in ({"input": 1.0}, *({"input": x, "output": 1.0} for x in (1.0, 3.0))):
        for on in market.days:
            for model in ("alpha", "beta", "nobody's"):
                fresh = [forgetful.quote(model, provider, weights, on) for provider in SELLERS]
                assert remembering.quotes(model, weights, on) == [q for q in fresh if q]


# One catalogue lists the offer before and after a year of silence, another between.
SILENT = Market(
    (day("2024-01-10"), day("2025-01-10")),
    (day("2024-02-01"), day("2024-06-01"), day("2024-10-01")),
    [Offer("alpha", "host", "input", 5, "lite", 0, 1),
     Offer("alpha", "host", "input", 8, "dev", 0, 2)],
)  # fmt: skip
# No catalogue comes out for over half a year: then the last observation counts again.
NONE_AT_ALL = Market(
    (day("2024-01-10"), day("2025-03-10")), (day("2024-02-01"),),
    [Offer("alpha", "host", "input", 2, "lite", 0, 0),
     Offer("alpha", "acme", "input", 3, "endless", 1, 1),
     Offer("beta", "host", "input", 5, "dev", 0, 0)],
)  # fmt: skip


@MANY
@given(markets(STEADY))
def test_quotes_are_those_of_the_day(market: Market) -> None:
    check_quotes(market)


@MANY
@given(markets(GAPS))
@example(SILENT)
@example(NONE_AT_ALL)
def test_quotes_are_those_of_the_day_where_a_catalogue_is_silent_for_long(market: Market) -> None:
    check_quotes(market)


@MANY
@given(markets(STEADY), st.randoms(use_true_random=False))
def test_the_order_of_questions_makes_no_difference(market: Market, lot: Any) -> None:
    forwards, shuffled = shelf_from(market), shelf_from(market)
    asked = market.days[::3]
    answers = {on: forwards.quotes("alpha", {"input": 1.0}, on) for on in asked}
    lot.shuffle(asked)
    for on in asked:
        assert shuffled.quotes("alpha", {"input": 1.0}, on) == answers[on]


def test_an_observation_goes_stale_between_two_documents_that_both_state_it() -> None:
    """Of 2024-01-10, it is too old from 2024-07-09 on, until the document of 2025-01-10."""
    shelf = shelf_from(SILENT)

    def values(on: str) -> list[float]:
        (quote,) = shelf.quotes("alpha", {"input": 1.0}, day(on))
        return sorted(s.value for s in quote.current)

    assert values("2024-07-08") == [5.0, 8.0]
    assert values("2024-07-09") == [8.0]
    assert values("2025-01-10") == [5.0, 8.0]


def tables_of(market: Market) -> Tables:
    """The same market as tables, with a test on which alpha scores less than beta."""
    rows: list[Row] = []
    for o in market.offers:
        first, last = span(o, market)
        if o.source in ("lite", "dev"):
            rows.append(
                listed(o.model, o.provider, str(o.usd), str(first), str(last), source=o.source,
                       kind=o.kind)
            )  # fmt: skip
        else:
            until = last if o.source == "curated" else None
            rows.append(
                stated(o.model, o.provider, str(o.usd), str(first), effective_to=until, kind=o.kind)
            )
    return world(
        snapshots=[*catalogue("lite", *map(str, market.lite)), *catalogue("tests", "2026-01-05"),
                   *catalogue("dev", *map(str, sorted(set(market.dev))))],
        models=[released("alpha", str(START), developer="acme"),
                released("beta", str(START + DAY * 100), developer="acme")],
        providers=PROVIDERS,
        provider_names=[{"name": n, "provider": n} for n in SELLERS],
        benchmarks=[{"benchmark": "quiz", "name": "Quiz"}],
        benchmark_names=[{"name": "quiz", "benchmark": "quiz"}],
        results=[scored("alpha", 50.0, str(START), benchmark="quiz", harness="lab"),
                 scored("beta", 60.0, str(START + DAY * 100), benchmark="quiz", harness="lab")],
        offers=rows,
    )  # fmt: skip


def forget(tables: Tables) -> None:
    """Leave nothing remembered but what was read."""
    for key in [k for k in tables.cache if k.startswith("markets")]:
        del tables.cache[key]
    for shelf in tables.cache.values():
        if isinstance(shelf, Shelf):
            shelf._quotes.clear()


def daily(
    tables: Tables, metric: str, given_: Mapping[str, str], days: Iterable[dt.date]
) -> Iterator[Estimate]:
    """The answer of every day, each without memory of another."""
    asked = get_metric(metric)
    values = asked.read(tables, given_)
    for on in days:
        forget(tables)
        (found,) = asked.compute(tables, {**values, "as_of": on})
        yield found


Told = tuple[float | None, float | None, float | None, object]


def told(e: Estimate) -> Told:
    return e.value, e.low, e.high, e.detail.get("provider")


def changes(found: Iterable[Estimate]) -> list[tuple[dt.date, Told]]:
    """The days on which the answer differs from that of the day before."""
    kept: list[tuple[dt.date, Told]] = []
    for e in found:
        if told(e) != (kept[-1][1] if kept else (None,) * 4):
            kept.append((e.as_of, told(e)))
    return kept


def check_price(market: Market, provider: str, kind: str) -> None:
    tables, metric, end = tables_of(market), get_metric("price"), market.days[-1]
    asked = {"model": "alpha", "provider": provider, "kind": kind}
    expected = changes(daily(tables, "price", asked, market.days))
    found = metric.series(tables, metric.read(tables, {**asked, "as_of": str(end)}))
    assert [(e.as_of, told(e)) for e in found] == (expected or [(end, (None,) * 4)])


@pytest.mark.parametrize("on", ["2024-03-01", "2024-11-15"])
def test_a_market_has_something_to_remember(on: str) -> None:
    """What the tests above and below are made of holds prices that change."""
    tables = tables_of(SILENT)
    (found,) = daily(tables, "price", {"model": "alpha", "provider": "host"}, [day(on)])
    assert found.value == 8.0


# In April the value stays, and its range goes: one of the two sources has dropped the offer.
NARROWER = Market(
    (day("2024-01-10"), day("2024-03-10"), day("2024-05-10")),
    (day("2024-02-01"), day("2024-04-01")),
    [Offer("alpha", "host", "input", 5, "lite", 0, 2),
     Offer("alpha", "host", "input", 8, "dev", 0, 0)],
)  # fmt: skip


@FEW
@given(markets(STEADY), st.sampled_from([*RULES, "host"]), st.sampled_from(["input", "blended"]))
@example(NARROWER, "host", "input")
def test_the_series_of_a_price_has_every_change_and_nothing_else(
    market: Market, provider: str, kind: str
) -> None:
    check_price(market, provider, kind)


@pytest.mark.parametrize("market", [SILENT, NONE_AT_ALL], ids=["one", "all"])
def test_the_series_of_a_price_through_a_long_silence(market: Market) -> None:
    check_price(market, "cheapest", "input")


READINGS: list[dict[str, str]] = [
    {"reaches": "alpha"}, {"level": "50"}, {"level": "55"}, {"reaches": "alpha", "kind": "blended"},
]  # fmt: skip


@FEW
@given(markets(STEADY), st.permutations(READINGS))
def test_the_price_of_a_level_is_that_of_each_day_under_every_rule(
    market: Market, readings: list[dict[str, str]]
) -> None:
    """One after the other on the same tables: what one rule remembers, the next one reads."""
    metric, used, forgetful = get_metric("price_to_reach"), tables_of(market), tables_of(market)
    for reading in readings[:2]:
        for provider in RULES:
            asked = {"benchmark": "quiz", "provider": provider, **reading}
            values = metric.read(used, {**asked, "as_of": str(market.days[-1])})
            found = metric.series(used, values)
            assert found == by_day(forgetful, asked, market.days[-1]), asked


def by_day(tables: Tables, asked: Mapping[str, str], end: dt.date) -> list[Estimate]:
    """The answers of the change days, each without memory; of equal ones the first."""
    metric = get_metric("price_to_reach")
    values = metric.read(tables, {**asked, "as_of": str(end)})
    scores = read_world(tables, "quiz")
    level, shelf = choose_level(tables, scores, values), shelf_of(tables, values)
    assert level is not None
    models = level.reached(scores, "any", end)
    days = sorted({*shelf.days(models), *(level.best[m].released for m in models)})
    kept: list[Estimate] = []
    last: tuple[float | None, float | None] = (None, None)
    for e in daily(tables, "price_to_reach", asked, [d for d in days if d <= end]):
        now = e.value, e.detail.get("median")
        if now != last:
            kept.append(e)
            last = now
    return kept or list(daily(tables, "price_to_reach", asked, [end]))


def test_a_level_by_number_and_one_by_model_are_two_markets() -> None:
    """Before the record of prices only the model that sets the level counts: beta does not."""
    market = Market(
        (day("2024-12-01"),), (day("2024-12-01"),),
        [Offer("alpha", "acme", "input", 8, "endless", 0, 0),
         Offer("beta", "acme", "input", 3, "endless", 3, 3),
         Offer("alpha", "host", "input", 5, "lite", 0, 0)],
    )  # fmt: skip
    expected = {"reaches": [("2024-01-01", 8.0), ("2024-12-01", 3.0)],
                "level": [("2024-01-01", 8.0), ("2024-04-30", 3.0)]}  # fmt: skip
    for order in (["reaches", "level"], ["level", "reaches"]):
        tables, metric = tables_of(market), get_metric("price_to_reach")
        for what in order:
            asked = {"benchmark": "quiz", what: "alpha" if what == "reaches" else "50"}
            values = metric.read(tables, {**asked, "as_of": "2024-12-31"})
            found = [(str(e.as_of), e.value) for e in metric.series(tables, values)]
            new = [f for i, f in enumerate(found) if i == 0 or f[1] != found[i - 1][1]]
            assert new == expected[what], order
