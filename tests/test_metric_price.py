"""The metric `price`: expected values are worked by hand from the rows of each test."""

from __future__ import annotations

import pytest

from metric_world import Row, day, listed, stated
from price_market import DEV, LITE, market, price, says
from scoreboard.metrics import get_metric


class TestInTime:
    def test_a_price_is_carried_to_the_next_document(self) -> None:
        tables = market(listed("alpha", "acme", "10", LITE[0], LITE[1]))
        found = price(tables, "2024-02-20")
        assert (found.value, found.low, found.high, found.n) == (10.0, None, None, 1)
        assert found.detail["last_seen"] == day(LITE[0])
        assert says(found, "last observation: 2024-01-10, carried forward")
        assert says(found, "no interval: one source states it")
        assert found.population == "list price of acme, standard hours, lowest context tier"
        assert found.source_name == "acme/alpha"
        assert [r.snapshot_id for r in found.inputs.rows] == ["lite@2024-01-10"]

    def test_an_observation_of_the_day_is_not_said_to_be_carried(self) -> None:
        tables = market(listed("alpha", "acme", "10", LITE[0], LITE[1]))
        assert not says(price(tables, LITE[1]), "carried forward")

    def test_a_price_ends_with_the_next_document_that_lacks_it(self) -> None:
        tables = market(listed("alpha", "acme", "10", LITE[0], LITE[1]))
        assert price(tables, "2024-06-09").value == 10.0
        gone = price(tables, "2024-06-10")
        assert gone.value is None
        assert gone.low is None
        assert gone.high is None
        assert says(gone, "the offer ended, it is last stated before 2024-06-10")

    def test_a_price_that_another_source_states_does_not_end(self) -> None:
        tables = market(
            listed("alpha", "acme", "10", LITE[0], LITE[1]),
            listed("alpha", "acme", "12", DEV[1], DEV[1], source="dev"),
        )
        assert price(tables, "2024-07-01").value == 12.0

    def test_a_stale_price_does_not_outlive_its_end_elsewhere(self) -> None:
        late = ("2025-01-10",)
        tables = market(
            listed("alpha", "acme", "10", LITE[0], LITE[2]),
            listed("alpha", "acme", "12", DEV[1], DEV[1], source="dev"),
            late=late,
        )
        # dev last stated it on 2024-05-01; lite dropped it on 2025-01-10, 254 days later
        assert price(tables, "2025-01-09").value == 10.0
        assert price(tables, "2025-01-10").value is None

    def test_a_change_is_bounded_by_the_first_document_that_shows_it(self) -> None:
        """Not from below by the last that does not: catalogues lag."""
        tables = market(
            listed("alpha", "acme", "10", LITE[0], LITE[0]),
            listed("alpha", "acme", "6", LITE[1], LITE[2]),
        )
        before, after = price(tables, "2024-03-09"), price(tables, "2024-03-10")
        assert (before.value, after.value) == (10.0, 6.0)
        released = day("2023-12-01")
        assert before.detail["effective_bounds"] == {"after": released, "by": day(LITE[0])}
        assert after.detail["effective_bounds"] == {"after": released, "by": day(LITE[1])}
        assert after.detail["document_before"] == day(LITE[0])
        assert after.detail["effective_from"] is None

    def test_every_source_tightens_the_bounds(self) -> None:
        tables = market(
            stated("alpha", "acme", "10", "2024-01-20", effective_to=day("2024-02-09")),
            listed("alpha", "acme", "6", LITE[1], LITE[2]),
            listed("alpha", "acme", "6", "2024-02-15", DEV[1], source="dev"),
        )
        found = price(tables, "2024-06-10")
        expected = {"after": day("2024-02-10"), "by": day("2024-02-15")}
        assert found.detail["effective_bounds"] == expected

    def test_a_price_that_came_back_is_bounded_by_its_return(self) -> None:
        tables = market(
            listed("alpha", "acme", "6", LITE[0], LITE[0]),
            listed("alpha", "acme", "10", LITE[1], LITE[1]),
            listed("alpha", "acme", "6", LITE[2], LITE[2]),
        )
        assert price(tables, "2024-06-11").detail["effective_bounds"]["by"] == day(LITE[2])

    def test_a_catalogue_that_says_the_day_gives_the_day(self) -> None:
        tables = market(
            listed("alpha", "acme", "10", LITE[0], LITE[0]),
            listed("alpha", "acme", "6", LITE[2], LITE[2], effective_from=day("2024-02-05")),
        )
        assert price(tables, "2024-02-04").value == 10.0
        found = price(tables, "2024-02-05")
        assert found.value == 6.0
        expected = {"after": day("2024-02-05"), "by": day("2024-02-05")}
        assert found.detail["effective_bounds"] == expected

    def test_an_offer_that_ended_is_not_revived_by_a_catalogue_that_lags(self) -> None:
        ended = stated("alpha", "acme", "8", "2024-01-20", effective_to=day("2024-02-20"))
        late = listed("alpha", "acme", "8", "2024-02-01", "2024-05-01", source="dev")
        found = price(market(ended, late), "2024-03-01")
        assert found.value is None
        assert says(found, "the offer ended, it is last stated before")
        again = listed("alpha", "acme", "3", LITE[1], LITE[2])
        assert price(market(ended, late, again), "2024-03-10").value == 3.0

    def test_of_a_price_that_changes_twice_in_a_day_the_last_holds(self) -> None:
        noon = stated("alpha", "acme", "9", "2024-02-05", effective_to=day("2024-02-05"))
        evening = stated("alpha", "acme", "7", "2024-02-05")
        before = stated("alpha", "acme", "8", "2024-01-20", effective_to=day("2024-02-04"))
        for order in ([before, noon, evening], [evening, noon, before]):
            tables = market(*order)
            found = [price(tables, f"2024-02-{d:02}") for d in (4, 5, 6)]
            assert [e.value for e in found] == [8.0, 7.0, 7.0]
            assert says(found[1], "sources disagree: curated 7 for input")

    def test_a_price_that_ended_without_a_beginning_is_left_out(self) -> None:
        tables = market(
            listed("alpha", "acme", "10", LITE[2], LITE[2], effective_to=day("2024-02-05")),
            listed("alpha", "acme", "6", LITE[2], LITE[2], effective_from=day("2024-02-06")),
        )
        assert price(tables, "2024-02-01").value is None
        found = price(tables, "2024-06-10")
        assert found.value == 6.0
        assert ["ended before the document" in x.why for x in found.left_out] == [True]

    def test_before_any_price_the_first_date_is_given(self) -> None:
        found = price(market(listed("alpha", "acme", "10", LITE[1], LITE[2])), "2024-02-01")
        assert found.value is None
        assert says(found, "its first is of 2024-03-10")
        assert says(found, "the record of observed prices begins 2024-03-10")

    def test_what_was_seen_later_is_not_told(self) -> None:
        tables = market(listed("alpha", "acme", "10", LITE[0], LITE[2]))
        assert price(tables, "2024-04-01").detail["stated"][0]["last_seen"] == day(LITE[1])

    def test_a_moving_name_means_the_model_of_the_day(self) -> None:
        names: list[Row] = [
            {"source": "lite", "name": "latest", "model": "alpha", "valid_to": day("2024-03-31")},
            {"source": "lite", "name": "latest", "model": "beta", "valid_from": day("2024-04-01")},
        ]
        tables = market(
            listed("alpha", "acme", "10", LITE[0], LITE[2]),
            listed("beta", "acme", "4", LITE[2], LITE[2]),
            names=names,
        )
        assert price(tables, "2024-03-15", "latest").key["model"] == "alpha"
        assert price(tables, "2024-03-15", "latest").value == 10.0
        assert price(tables, "2024-06-15", "latest").value == 4.0

    def test_a_name_before_its_time_is_what_it_first_meant(self) -> None:
        names: list[Row] = [
            {"source": "lite", "name": "latest", "model": "alpha", "valid_from": day("2024-01-01"),
             "valid_to": day("2024-03-31")},
            {"source": "lite", "name": "latest", "model": "beta", "valid_from": day("2024-04-01")},
        ]  # fmt: skip
        tables = market(listed("alpha", "acme", "10", LITE[0], LITE[2]), names=names)
        found = price(tables, "2023-01-01", "latest")
        assert (found.key["model"], found.value) == ("alpha", None)

    def test_the_series_has_one_estimate_per_change(self) -> None:
        tables = market(
            listed("alpha", "acme", "10", LITE[0], LITE[1]),
            listed("alpha", "acme", "6", LITE[2], LITE[2]),
        )
        metric = get_metric("price")
        found = metric.series(tables, metric.read(tables, {"model": "alpha"}))
        assert [(e.as_of, e.value) for e in found] == [(day(LITE[0]), 10.0), (day(LITE[2]), 6.0)]

    def test_the_series_shows_where_an_offer_ends(self) -> None:
        tables = market(
            listed("alpha", "acme", "10", LITE[0], LITE[1]),
            listed("beta", "acme", "4", LITE[2], LITE[2]),
        )
        metric = get_metric("price")
        found = metric.series(tables, metric.read(tables, {"model": "alpha"}))
        assert [(e.as_of, e.value) for e in found] == [(day(LITE[0]), 10.0), (day(LITE[2]), None)]

    def test_the_series_of_the_cheapest_shows_where_an_offer_grows_stale(self) -> None:
        tables = market(
            listed("alpha", "host", "1", DEV[1], DEV[1], source="dev"),
            listed("alpha", "acme", "10", LITE[2], "2024-12-01"),
            late=("2024-12-01",),
        )
        metric = get_metric("price")
        asked = {"model": "alpha", "provider": "cheapest"}
        found = metric.series(tables, metric.read(tables, asked))
        # 2024-05-01 is 181 days before 2024-10-29
        days = [(e.as_of, e.value) for e in found]
        assert days == [(day(DEV[1]), 1.0), (day("2024-10-29"), 10.0)]

    def test_of_several_later_prices_the_first_is_named(self) -> None:
        tables = market(
            listed("alpha", "acme", "10", LITE[1], LITE[1]),
            listed("alpha", "acme", "6", LITE[2], LITE[2]),
        )
        assert says(price(tables, "2024-02-01"), "its first is of 2024-03-10;")

    def test_between_two_offers_the_end_of_the_first_is_named(self) -> None:
        tables = market(
            listed("alpha", "acme", "10", LITE[0], LITE[0]),
            listed("alpha", "acme", "6", LITE[2], LITE[2]),
        )
        assert says(
            price(tables, "2024-04-01"), "the offer ended, it is last stated before 2024-03"
        )


class TestSources:
    def test_the_catalogue_observed_last_holds_and_the_others_make_the_range(self) -> None:
        tables = market(
            listed("alpha", "acme", "10", LITE[0], LITE[2]),
            listed("alpha", "acme", "12", DEV[0], DEV[1], source="dev"),
        )
        found = price(tables, "2024-05-15")  # dev 2024-05-01 after lite 2024-03-10
        assert (found.value, found.low, found.high, found.n) == (12.0, 10.0, 12.0, 2)
        assert found.interval is not None
        assert (found.interval.kind, found.interval.level) == ("range", None)
        assert says(found, "sources disagree: dev 12 for input (acme/alpha); lite 10")
        assert [(s["source"], s["value"]) for s in found.detail["stated"]] == [
            ("dev", 12.0), ("lite", 10.0),
        ]  # fmt: skip
        assert price(tables, "2024-04-15").value == 10.0  # lite 2024-03-10 after dev 2024-02-01

    def test_sources_that_agree_make_a_range_of_one_price(self) -> None:
        tables = market(
            listed("alpha", "acme", "10", LITE[0], LITE[2]),
            listed("alpha", "acme", "10", DEV[0], DEV[1], source="dev"),
        )
        found = price(tables, "2024-05-15")
        assert (found.value, found.low, found.high) == (10.0, 10.0, 10.0)
        assert found.interval is not None
        assert not says(found, "no interval")

    def test_an_observation_long_before_contradicts_nothing(self) -> None:
        tables = market(
            listed("alpha", "acme", "12", DEV[1], DEV[1], source="dev"),
            listed("alpha", "acme", "6", "2024-12-10", "2024-12-10"),
            late=("2024-12-10",),
        )
        found = price(tables, "2024-12-11")  # dev is 224 days old
        assert (found.value, found.low, found.n) == (6.0, None, 1)
        assert [s["value"] for s in found.detail["outdated"]] == [12.0]
        assert ["outdated" in x.why for x in found.left_out] == [True]

    def test_developer_before_curated_before_catalogue(self) -> None:
        rows = [
            listed("alpha", "acme", "10", LITE[0], LITE[2]),
            stated("alpha", "acme", "9", "2024-01-01"),
            stated("alpha", "acme", "8", "2024-01-01", rank="developer"),
        ]
        values = [price(market(*rows[: i + 1]), "2024-04-01").value for i in range(3)]
        assert values == [10.0, 9.0, 8.0]
        found = price(market(*rows), "2024-04-01")
        assert (found.low, found.high, found.method) == (8.0, 10.0, "the developer's own list")

    def test_a_curated_price_holds_from_its_first_to_its_last_day(self) -> None:
        tables = market(
            listed("alpha", "acme", "10", LITE[0], LITE[2]),
            stated("alpha", "acme", "8", "2024-03-20", effective_to=day("2024-04-20")),
        )
        days = ("2024-03-19", "2024-03-20", "2024-04-20", "2024-04-21")
        assert [price(tables, d).value for d in days] == [10.0, 8.0, 8.0, 10.0]
        inside = price(tables, "2024-03-20")  # lite last looked on 2024-03-10, before the change
        assert (inside.low, inside.n) == (None, 1)
        assert inside.detail["effective_from"] == day("2024-03-20")
        assert [s["value"] for s in inside.detail["outdated"]] == [10.0]

    def test_a_later_curated_price_supersedes_an_open_one(self) -> None:
        tables = market(
            listed("beta", "host", "1", LITE[0], LITE[2]),
            stated("alpha", "acme", "9", "2024-01-01"),
            stated("alpha", "acme", "7", "2024-02-01"),
        )
        assert [price(tables, d).value for d in ("2024-01-31", "2024-02-01")] == [9.0, 7.0]

    def test_before_the_record_a_curated_launch_price_is_said_to_be_one(self) -> None:
        tables = market(
            listed("alpha", "acme", "10", LITE[0], LITE[2]),
            stated("alpha", "acme", "30", "2023-12-01", effective_to=day("2023-12-31")),
        )
        found = price(tables, "2023-12-15")
        assert found.value == 30.0
        assert says(found, "before the record of observed prices begins (2024-01-10): curated")
        assert not says(price(tables, "2024-02-01"), "before the record")

    def test_a_curated_price_that_no_catalogue_lists_any_more_says_so(self) -> None:
        tables = market(
            listed("alpha", "acme", "30", LITE[0], LITE[1]),
            listed("alpha", "host", "20", LITE[0], LITE[2]),
            stated("alpha", "acme", "5", "2024-01-01"),
        )
        found = price(tables, "2024-06-10")
        assert found.value == 5.0
        assert says(found, "no catalogue lists the offer any more since 2024-06-10")
        assert price(tables, "2024-06-09", provider="cheapest").value == 5.0
        assert price(tables, "2024-06-10", provider="cheapest").value == 20.0

    def test_within_a_document_the_price_of_most_names_holds(self) -> None:
        tables = market(
            listed("alpha", "acme", "7", LITE[0], LITE[2], source_name="a"),
            listed("alpha", "acme", "5", LITE[0], LITE[2], source_name="b"),
            listed("alpha", "acme", "5", LITE[0], LITE[2], source_name="c"),
        )
        found = price(tables, LITE[0])
        assert (found.value, found.low, found.high, found.source_name) == (5.0, 5.0, 7.0, "b")

    def test_of_as_many_names_the_newer_run_holds_then_the_first_name(self) -> None:
        newer = market(
            listed("alpha", "acme", "7", LITE[0], LITE[2], source_name="a"),
            listed("alpha", "acme", "5", LITE[1], LITE[2], source_name="b"),
        )
        assert price(newer, LITE[1]).value == 5.0
        even = market(
            listed("alpha", "acme", "7", LITE[0], LITE[2], source_name="a"),
            listed("alpha", "acme", "5", LITE[0], LITE[2], source_name="b"),
        )
        assert price(even, LITE[1]).value == 7.0


class TestZero:
    def test_a_price_of_zero_is_left_out(self) -> None:
        tables = market(
            listed("alpha", "acme", "0", LITE[0], LITE[2]),
            listed("alpha", "host", "3", LITE[0], LITE[2]),
        )
        own = price(tables, LITE[0])
        assert own.value is None
        assert ["a price of 0 is no price" in x.why for x in own.left_out] == [True]
        assert price(tables, LITE[0], provider="cheapest").value == 3.0
        assert price(tables, LITE[0], provider="host").left_out == ()

    @pytest.mark.parametrize("name", [("free", "alpha"), ("batch", "host/alpha:free")])
    def test_a_free_offer_may_cost_nothing(self, name: tuple[str, str]) -> None:
        variant, spelling = name
        tables = market(
            listed("alpha", "acme", "0", LITE[0], LITE[2], variant=variant, source_name=spelling)
        )
        assert price(tables, LITE[0], variant=variant).value == 0.0
