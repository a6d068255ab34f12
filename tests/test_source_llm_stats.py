"""LLM-Stats: members of an archive, what rows say of their procedure, corrections."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import duckdb
import pytest

from helpers import facts, fixture_rows, mirrored, reasons
from scoreboard.curation import load_curated
from scoreboard.derive import Derived, derive
from scoreboard.identify import identify
from scoreboard.observe import Observed, observe
from scoreboard.reference import write_reference
from scoreboard.sources import get_source
from scoreboard.sources.llm_stats import PROCEDURES, SUBSETS, _shots
from scoreboard.tables import Fact, Price, Row, Score
from small_data import database, table

LLM_STATS = get_source("llm_stats")
ACME = "llm-leaderboard-main/data/organizations/acme/models/alpha-1"
HOST = "llm-leaderboard-main/data/providers/acme/models.json"


def scores(name: str) -> list[Score]:
    return [r for r in fixture_rows(LLM_STATS) if isinstance(r, Score) and r.source_name == name]


def test_scores_say_who_ran_them_and_how() -> None:
    found = scores("alpha-1")
    assert [(r.benchmark, r.value, r.harness, r.shots, r.runner) for r in found] == [
        ("gpqa-diamond", 0.5, "acme-reports-cot", "5", "developer"),
        ("gpqa", 0.44, "acme-reports", "0", "developer"),
        ("aime-2025", 0.8, "acme-reports", "", "developer"),
        ("aime-2025", 0.9, "acme-reports-tools", "", "developer"),
        ("aime-2025", 0.95, "acme-reports-attempts", "", "developer"),
        ("aime-2025", 0.81, "acme-reports", "", "developer"),
        ("humanity's-last-exam-text-only", 0.1, "acme-reports-tools", "", "developer"),
        ("swe-bench-verified", 0.4, "acme-reports", "", "developer"),
        ("mmlu", 0.7, "other-example-board", "0", ""),
        ("cfeval", 2134.0, "acme-reports", "", "developer"),
    ]
    assert [r.scaffold for r in found if r.scaffold] == ["OpenHands v0.34.0"]
    assert {r.full_score for r in found if r.benchmark != "cfeval"} == {1.0}
    assert [r.full_score for r in found if r.benchmark == "cfeval"] == [None]
    assert found[0].locator == f"{ACME}/benchmarks.json!/0/score"


def test_facts() -> None:
    found = facts(fixture_rows(LLM_STATS))
    assert [f[1:] for f in found if f[1] == "deepseek-v2.5"] == [
        ("deepseek-v2.5", "display_name", "Deepseek-V2.5"),
        ("deepseek-v2.5", "organization", "deepseek"),
        ("deepseek-v2.5", "licence", "deepseek"),
        ("deepseek-v2.5", "total_params_b", "236"),
        ("deepseek-v2.5", "training_tokens", "14800000000000"),
        ("deepseek-v2.5", "release_date", "2024-05-08"),
        (
            "deepseek-v2.5",
            "weights_link",
            "https://huggingface.co/deepseek-ai/DeepSeek-V2.5",
        ),
    ]
    assert ("model", "kimi-k2-0905", "fine_tuned_from", "kimi-k2-instruct") in found
    assert {f[0] for f in found} == {"model"}


def test_what_is_not_used() -> None:
    assert reasons(fixture_rows(LLM_STATS)) == [
        (f"{ACME}/benchmarks.json!/9/score", "a placeholder stands for the address of the source"),
        (f"{ACME}/benchmarks.json!/11/score", "the score is not a number"),
        (f"{ACME}/benchmarks.json!/12/score", "the row names no benchmark"),
        (f"{ACME}/benchmarks.json!/13/score", "the row names no model"),
        (f"{ACME}/model.json!/param_count", "the number of parameters is not a number above zero"),
        (f"{ACME}/model.json!/release_date", "the release date is no date"),
        (f"{HOST}!/1", "an earlier entry has the same model"),
        (f"{HOST}!/2/output_cents_per_million_tokens", "the price is negative"),
        (f"{HOST}!/3", "the entry names no model"),
    ]


def test_descriptions_are_not_read() -> None:
    members = {r.locator.partition("!")[0] for r in fixture_rows(LLM_STATS)}
    assert all("/models/" in m or m == HOST for m in members)


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        ("0-shot CoT", ["cot"]),
        ("0-shot Chain-of-Thought", ["cot"]),
        ("Accuracy (with tools)", ["tools"]),
        ("Accuracy (without tools)", []),
        ("GPT-5 standard with thinking mode (no tools) - Full set of questions.", []),
        ("GPT-4.1 with no tools - Competition mathematics", []),
        ("with thinking mode enabled (with python tool only)", ["tools"]),
        ("accuracy (with python + browsing)", ["tools"]),
        ("0-shot, Python coding tasks", []),
        ("Extended thinking with tool use (up to 64K tokens)", []),
        ("Cons@64", ["attempts"]),
        ("Pass@64", ["attempts"]),
        ("Pass@1", []),
        ("5-shot, maj@1", []),
        ("Maj@32 5-shot CoT", ["cot", "attempts"]),
        ("Extended thinking with parallel test-time compute", ["attempts"]),
        ("Avg@64", []),
    ],
)
def test_words_for_a_procedure(said: str, kinds: list[str]) -> None:
    assert [k for k, p in PROCEDURES.items() if p.search(said)] == kinds


@pytest.mark.parametrize(
    ("said", "shots"),
    [
        ("5-shot, CoT", "5"),
        ("Accuracy. 0-shot.", "0"),
        ("5 shot COT", "5"),
        ("3-5-shot", "3-5"),
        ("zero-shot evaluation", "0"),
        ("few-shot Accuracy", ""),
        ("Pass@1", ""),
    ],
)
def test_shots(said: str, shots: str) -> None:
    assert _shots(said) == shots


def test_subsets() -> None:
    assert SUBSETS["gpqa"][0].search("0-shot evaluation diamond")
    assert SUBSETS["humanity's-last-exam"][0].search("Accuracy (Text Only)")
    assert not SUBSETS["humanity's-last-exam"][0].search("Full set, text and images")


# corrections: the curated files over rows with the real names and the real faults


def dated(row: Row) -> Row:
    day = mirrored(LLM_STATS)[0].snapshot.published
    return replace(row, first_seen=day, last_seen=day) if isinstance(row, Fact) else row


@cache
def built() -> tuple[duckdb.DuckDBPyConnection, Derived, Observed]:
    (document,) = mirrored(LLM_STATS)
    found = [dated(r) for r in LLM_STATS.rows(document)]
    connection, curated = database(found, [document.snapshot]), load_curated()
    derived = derive(connection, curated, identify(connection, curated))
    write_reference(connection, curated)
    return connection, derived, observe(connection, curated)


@pytest.mark.parametrize(
    ("model", "attribute", "raw", "value"),
    [
        ("deepseek-v2.5", "released", "2024-05-08", "2024-09-05"),
        ("kimi-k2-instruct-0905", "licence", "proprietary", "kimi-k2-modified-mit"),
    ],
)
def test_a_wrong_fact_is_corrected(model: str, attribute: str, raw: str, value: str) -> None:
    said = table(
        built()[0],
        "SELECT rank, value, won FROM statements WHERE source = 'llm_stats' "
        f"AND model = '{model}' AND attribute = '{attribute}' AND raw = '{raw}'",
    )
    assert said == [("correction", value, True)]
    column: Any = table(
        built()[0], f"SELECT CAST({attribute} AS VARCHAR) FROM models WHERE model = '{model}'"
    )
    assert column == [(value,)]


def test_a_word_that_is_no_licence_says_nothing() -> None:
    licences = table(
        built()[0],
        "SELECT model, value FROM statements WHERE source = 'llm_stats' "
        "AND attribute = 'licence' AND rank = 'catalogue' ORDER BY 1",
    )
    assert licences == [
        ("deepseek-v2.5", "deepseek"),
        ("llama-3.1-nemotron-70b-instruct", "llama-3.1"),
    ]


def test_a_wrong_score_is_corrected() -> None:
    connection, _, observed = built()
    query = "SELECT value, raw, correction FROM results WHERE benchmark = 'mt_bench'"
    assert table(connection, query) == [(pytest.approx(89.8), "0.0899", "Ten times too small.")]
    assert [c for c in observed.lapsed if c.attribute == "score"] == []


def test_a_row_that_says_diamond_is_of_that_benchmark() -> None:
    query = "SELECT benchmark, value FROM results WHERE source_name = 'alpha-1' ORDER BY 1, 2"
    found = table(built()[0], query)
    assert ("gpqa_diamond", 50.0) in found
    assert ("gpqa", 44.0) in found
    assert not [f for f in found if f[0] == "hle"]


def test_prices_of_hosts_are_in_cents() -> None:
    rows = [r for r in fixture_rows(LLM_STATS) if isinstance(r, Price)]
    assert [(r.provider, r.source_name, r.kind, r.usd_per_mtok, r.raw) for r in rows] == [
        ("acme", "alpha-1", "input", Decimal("0.5"), "50"),
        ("acme", "alpha-1", "output", Decimal("1.505"), "150.5"),
    ]
