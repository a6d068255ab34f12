"""Observed rows joined to models: offers, results, usage."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from scoreboard import curated as c
from scoreboard.curation import Curated
from scoreboard.derive import derive
from scoreboard.identify import identify
from scoreboard.observe import Observed, observe
from scoreboard.reference import write_reference
from scoreboard.tables import Row
from small_data import (
    DAY,
    LICENCES,
    at,
    curated,
    database,
    model,
    price,
    score,
    table,
    tokens,
)

KNOWN = {x.id: x for x in LICENCES}


# offers


ALIAS = {"source": "any", "name": "deepseek-chat"}
DEEPSEEK = {
    "deepseek": [
        model("deepseek-v3", names=[{**ALIAS, "to": "2025-08-20"}]),
        model("deepseek-v3.1", names=[{**ALIAS, "from": "2025-08-21"}]),
    ]
}  # fmt: skip


def observed(world: Curated, *rows: Row) -> tuple[duckdb.DuckDBPyConnection, Observed]:
    connection = database(rows)
    derive(connection, world, identify(connection, world))
    write_reference(connection, world)
    return connection, observe(connection, world)


def test_a_run_of_prices_is_split_where_the_alias_changed() -> None:
    run = price("deepseek", "deepseek-chat", "0.27", seen=("2025-06-30", "2025-12-31"))
    connection, _ = observed(curated(DEEPSEEK), run)
    columns = "model, provider, usd_per_mtok, first_seen, last_seen"
    assert table(connection, f"SELECT {columns} FROM offers ORDER BY first_seen") == [
        ("deepseek-v3", "deepseek", Decimal("0.27"), DAY("2025-06-30"), DAY("2025-06-30")),
        ("deepseek-v3.1", "deepseek", Decimal("0.27"), DAY("2025-09-30"), DAY("2025-12-31")),
    ]


def test_a_price_with_days_is_of_every_model_that_the_alias_meant_then() -> None:
    run = price("deepseek", "deepseek-chat", "0.27", holds=("2025-02-08", "2025-09-04"))
    connection, _ = observed(curated(DEEPSEEK), run)
    columns = "model, effective_from, effective_to, first_seen"
    assert table(connection, f"SELECT {columns} FROM offers ORDER BY 2") == [
        ("deepseek-v3", DAY("2025-02-08"), DAY("2025-08-20"), DAY("2025-12-31")),
        ("deepseek-v3.1", DAY("2025-08-21"), DAY("2025-09-04"), DAY("2025-12-31")),
    ]


def test_of_a_price_that_only_ended_the_beginning_is_not_guessed() -> None:
    run = price("deepseek", "deepseek-chat", "0.14", holds=("", "2025-02-07"))
    connection, _ = observed(curated(DEEPSEEK), run)
    columns = "model, effective_from, effective_to"
    assert table(connection, f"SELECT {columns} FROM offers") == [
        ("deepseek-v3", None, DAY("2025-02-07"))
    ]


def test_a_price_that_is_announced_holds_from_its_day_on() -> None:
    run = price("deepseek", "deepseek-chat", "0.5", holds=("2026-02-01", ""))
    connection, _ = observed(curated(DEEPSEEK), run)
    columns = "model, effective_from, effective_to"
    assert table(connection, f"SELECT {columns} FROM offers") == [
        ("deepseek-v3.1", DAY("2026-02-01"), None)
    ]


def test_the_same_alias_at_another_host_is_an_offer_of_no_known_model() -> None:
    run = price("groq", "deepseek-chat", "0.27", seen=("2025-06-30", "2025-12-31"))
    connection, _ = observed(curated(DEEPSEEK), run)
    assert table(connection, "SELECT model, first_seen, last_seen FROM offers") == [
        ("", DAY("2025-06-30"), DAY("2025-12-31"))
    ]


def test_an_offer_keeps_variant_and_provider() -> None:
    world = curated({"openai": [model("gpt-5")]})
    rows = [
        price("amazon-bedrock", "openai/gpt-5:free", "0", variant="batch"),
        price("Unheard-Of", "openai/gpt-5", "1"),
    ]
    connection, _ = observed(world, *rows)
    assert table(connection, "SELECT provider, variant FROM offers ORDER BY 1") == [
        ("bedrock", "free+batch"),
        ("unheard-of", ""),
    ]


def priced(**rest: Any) -> c.CorrectionEntry:
    return c.CorrectionEntry.model_validate(
        {"source": "models_dev", "name": "openai/gpt-5", "attribute": "input", "replaces": "125",
         "value": "1.25", "why": "a slip", "evidence": ["x"], **rest}
    )  # fmt: skip


def test_a_price_is_corrected_where_the_source_says_what_is_replaced() -> None:
    world = curated({"openai": [model("gpt-5")]}, corrections=[priced()])
    early, late = ("2025-06-30", "2025-09-30"), ("2025-12-31", "2025-12-31")
    rows = [
        price("openai", "gpt-5", "125", seen=early),
        price("openai", "gpt-5", "1.5", seen=late),
        price("openai", "gpt-5", "125", kind="output", seen=late),
        price("groq", "gpt-5", "125", seen=late),
    ]
    connection, result = observed(world, *rows)
    columns = "provider, kind, usd_per_mtok, correction, raw"
    assert table(connection, f"SELECT {columns} FROM offers ORDER BY ALL") == [
        ("groq", "input", 125, "", "125"),
        ("openai", "input", Decimal("1.25"), "a slip", "125"),
        ("openai", "input", Decimal("1.5"), "", "1.5"),
        ("openai", "output", 125, "", "125"),
    ]
    assert result.lapsed == []


@pytest.mark.parametrize("change", [{"replaces": "999"}, {"name": "openai/gpt-4"}])
def test_a_price_correction_that_meets_nothing_has_lapsed(change: dict[str, str]) -> None:
    world = curated({"openai": [model("gpt-5")]}, corrections=[priced(), priced(**change)])
    _, result = observed(world, price("openai", "gpt-5", "125"))
    assert result.lapsed == [priced(**change)]


def test_curated_prices_are_offers_with_the_days_on_which_they_held() -> None:
    entry = c.PriceEntry.model_validate(
        {"model": "gpt-5", "kind": "input", "usd_per_mtok": "1.25", "from": "2025-08-07",
         "to": "2025-12-01", "variant": "batch", "grade": "P", "evidence": "x"}
    )  # fmt: skip
    hearsay = entry.model_copy(update={"grade": "S", "kind": "output", "variant": None})
    world = curated({"openai": [model("gpt-5")]}, prices=[("openai", entry), ("openai", hearsay)])
    connection, _ = observed(world)
    columns = "model, provider, kind, variant, effective_from, effective_to, rank, locator, raw"
    first, second = table(connection, f"SELECT {columns} FROM offers ORDER BY kind")
    since, until = DAY("2025-08-07"), DAY("2025-12-01")
    place = "prices/openai.yml#gpt-5"
    assert first == ("gpt-5", "openai", "input", "batch", since, until, "developer",
                     f"{place}/input/2025-08-07/batch", "1.25")  # fmt: skip
    assert second == ("gpt-5", "openai", "output", "", since, until, "curated",
                      f"{place}/output/2025-08-07", "1.25")  # fmt: skip


# results


def results(*rows: Row) -> list[tuple[Any, ...]]:
    connection, _ = observed(curated({"openai": [model("gpt-5", released="2025-08-07")]}), *rows)
    columns = "model, variant, benchmark, value, stderr, low, high, released"
    return table(connection, f"SELECT {columns} FROM results")


def test_the_chance_level_is_put_back() -> None:
    row = score("epoch_hub", "gpt-5", "MMLU", 0.6, full_score=1.0, chance_removed=True, stderr=0.02)
    ((_, _, _, value, stderr, *_),) = results(row)
    assert value == pytest.approx(0.6 * 75 + 25)
    assert stderr == pytest.approx(1.5)


def test_scores_are_scaled_to_a_hundred() -> None:
    row = score("epoch_hub", "gpt-5", "MMLU", 5.5, full_score=10, stderr=0.1, low=5.0, high=6.0)
    ((_, _, benchmark, *numbers, released),) = results(row)
    assert benchmark == "mmlu"
    assert numbers == pytest.approx([55, 1, 50, 60])
    assert released == DAY("2025-08-07")


def test_ratings_are_left_as_they_are() -> None:
    ((*_, value, _, _, _, _),) = results(score("epoch_hub", "gpt-5", "arena", 1402.5))
    assert value == 1402.5


def test_intervals_have_the_level_of_their_source() -> None:
    rows = [score("epoch_hub", "gpt-5", "arena", 2.0), score("epoch_index", "gpt-5", "arena", 1.0)]
    connection, _ = observed(curated({"openai": [model("gpt-5")]}), *rows)
    assert table(connection, "SELECT value, level FROM results ORDER BY 1") == [
        (1.0, 0.9),
        (2.0, 0.95),
    ]


def rescored(**rest: Any) -> c.CorrectionEntry:
    return priced(
        source="epoch_hub", name="gpt-5/mmlu", attribute="score", replaces="0.08", value="0.8",
        **rest,
    )  # fmt: skip


def test_a_score_is_corrected_where_the_source_says_what_is_replaced() -> None:
    world = curated({"openai": [model("gpt-5")]}, corrections=[rescored()])
    rows = [
        score("epoch_hub", "gpt-5", "mmlu", 0.08, full_score=1.0),
        replace(score("epoch_hub", "gpt-5", "mmlu", 0.7, full_score=1.0), locator="/other"),
        score("epoch_index", "gpt-5", "mmlu", 0.08, full_score=1.0),
    ]
    connection, result = observed(world, *rows)
    columns = "source, value, correction, raw"
    assert table(connection, f"SELECT {columns} FROM results ORDER BY ALL") == [
        ("epoch_hub", pytest.approx(70.0), "", "0.7"),
        ("epoch_hub", pytest.approx(80.0), "a slip", "0.08"),
        ("epoch_index", pytest.approx(8.0), "", "0.08"),
    ]
    assert result.lapsed == []


@pytest.mark.parametrize("change", [{"replaces": "0.09"}, {"name": "gpt-5/gpqa"}])
def test_a_score_correction_that_meets_nothing_has_lapsed(change: dict[str, str]) -> None:
    missed = rescored().model_copy(update=change)
    world = curated({"openai": [model("gpt-5")]}, corrections=[rescored(), missed])
    _, result = observed(world, score("epoch_hub", "gpt-5", "mmlu", 0.08))
    assert result.lapsed == [missed]


def test_results_of_unknown_models_stay_and_of_unknown_benchmarks_go() -> None:
    found = results(
        score("epoch_hub", "nobody", "MMLU", 0.5, released=DAY("2024-01-01")),
        score("epoch_hub", "gpt-5", "Some test", 0.5),
    )
    assert [(r[0], r[2], r[-1]) for r in found] == [(None, "mmlu", DAY("2024-01-01"))]


def test_a_score_is_one_result_even_if_it_is_stated_twice() -> None:
    row = score("epoch_hub", "gpt-5_high", "MMLU", 80)
    again = replace(row, locator="/again")
    assert len(results(row)) == 1
    assert len(results(row, again)) == 2  # both are kept; which counts is the metric's choice
    assert [r[:2] for r in results(row)] == [("gpt-5", "high")]


def test_a_result_of_an_alias_is_of_the_day_of_the_run() -> None:
    row = score("epoch_hub", "deepseek-chat", "MMLU", 80, evaluated=DAY("2025-07-01"))
    connection, _ = observed(curated(DEEPSEEK), row)
    assert table(connection, "SELECT model FROM results") == [("deepseek-v3",)]


# usage


def test_the_later_document_wins_per_week_and_name() -> None:
    world = curated({"openai": [model("gpt-5")]})
    connection, _ = observed(
        world,
        tokens("openai/gpt-5", 10, "2025-11-17", day="2025-11-30"),
        tokens("openai/gpt-5", 12, "2025-11-17", day="2025-12-31"),
        tokens("openai/gpt-5", 7, "2025-11-10", day="2025-11-30"),
        tokens("other", 90, "2025-11-17", day="2025-12-31"),
    )
    columns = "start, source_name, model, tokens, snapshot_id"
    assert table(connection, f"SELECT {columns} FROM usage") == [
        (DAY("2025-11-10"), "openai/gpt-5", "gpt-5", 7, at("openrouter_weekly", "2025-11-30")),
        (DAY("2025-11-17"), "other", "", 90, at("openrouter_weekly")),
        (DAY("2025-11-17"), "openai/gpt-5", "gpt-5", 12, at("openrouter_weekly")),
    ]


def test_tokens_of_an_alias_are_of_the_model_of_the_week() -> None:
    connection, _ = observed(
        curated(DEEPSEEK),
        tokens("deepseek/deepseek-chat", 1, "2025-08-18"),
        tokens("deepseek/deepseek-chat", 2, "2025-08-25"),
    )
    assert table(connection, "SELECT model FROM usage ORDER BY start") == [
        ("deepseek-v3",),
        ("deepseek-v3.1",),
    ]
