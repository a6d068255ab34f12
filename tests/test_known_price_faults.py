"""Known faults of recorded price catalogues, in the rows of this repository: none reaches a figure.

A correction that is removed, or a rule, makes its line here fail.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scoreboard.config import HOME_VARIABLE
from scoreboard.store import Tables, open_tables

CORRECTED = [  # source, spelling, kind, raw text, US dollars per million tokens that hold
    ("models_dev", "gpt-4", "input", "10.0", 30),
    ("models_dev", "gpt-4", "output", "30.0", 60),
    ("litellm", "wandb/Qwen/Qwen3-235B-A22B-Instruct-2507", "input", "0.01", 0.1),
    ("litellm", "wandb/Qwen/Qwen3-235B-A22B-Instruct-2507", "output", "0.01", 0.1),
    ("litellm", "wandb/Qwen/Qwen3-235B-A22B-Thinking-2507", "input", "0.01", 0.1),
    ("litellm", "wandb/Qwen/Qwen3-235B-A22B-Thinking-2507", "output", "0.01", 0.1),
    ("litellm", "wandb/microsoft/Phi-4-mini-instruct", "input", "0.008", 0.08),
    ("litellm", "wandb/openai/gpt-oss-20b", "input", "0.005", 0.05),
    ("litellm", "perplexity/pplx-7b-online", "output", "0.0005", 0.28),
    ("litellm", "perplexity/pplx-70b-online", "output", "0.0005", 2.8),
    ("tokencost", "perplexity/pplx-7b-online", "output", "0.0005", 0.28),
    ("tokencost", "perplexity/pplx-70b-online", "output", "0.0005", 2.8),
    ("tokencost", "vertex_ai/claude-3-opus@20240229", "input", "1.5e-06", 15),
    ("tokencost", "vertex_ai/claude-3-opus@20240229", "output", "7.5e-06", 75),
    ("litellm", "claude-instant-1.2", "input", "0.000000163", 1.63),
    ("litellm", "claude-instant-1.2", "output", "0.000000551", 5.51),
    ("litellm", "oci/xai.grok-3", "output", "1.5e-07", 15),
    ("litellm", "oci/xai.grok-4", "output", "1.5e-07", 15),
    ("litellm", "watsonx/ibm/granite-3-8b-instruct", "input", "0.0002", 0.2),
    ("litellm", "watsonx/ibm/granite-3-8b-instruct", "output", "0.0002", 0.2),
    ("llm_stats", "qwen3-235b-a22b", "input", "10", 0.22),
    ("llm_stats", "qwen3-235b-a22b", "output", "10", 0.88),
    ("models_dev", "anthropic/claude-3.7-sonnet", "output", "75.0", 15),
]
LEFT_OUT = [  # source, provider, model, words of the rule
    ("models_dev", "qihang-ai", "gpt-5.2", "another currency"),
    ("models_dev", "qihang-ai", "claude-opus-4.5", "another currency"),
    ("litellm", "hyperbolic", "llama-3.1-405b-instruct", "a filler"),
    ("litellm", "fireworks", "qwen3-0.6b", "a filler"),
    ("models_dev", "openrouter", "gpt-5.4-mini", "another unit"),
    ("models_dev", "helicone", "mistral-nemo-instruct-2407", "another unit"),
    ("genai_prices", "openai", "gpt-oss-120b", "the price of OpenRouter"),
    ("genai_prices", "deepseek", "deepseek-v3.2", "the price of OpenRouter"),
    ("llm_stats", "together", "gemma-3n-e4b-it", "another unit"),
]


@pytest.fixture(scope="module")
def tables(built_home: Path) -> Iterator[Tables]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(built_home))
        yield open_tables()


@pytest.mark.parametrize(("source", "name", "kind", "raw", "usd"), CORRECTED)
def test_corrected(tables: Tables, source: str, name: str, kind: str, raw: str, usd: float) -> None:
    found = tables.rows(
        "SELECT usd_per_mtok, correction FROM offers WHERE source = ? AND source_name = ? "
        "AND kind = ? AND raw = ?",
        [source, name, kind, raw],
    )
    right = [r for r in found if r["correction"]]
    assert right
    assert {float(r["usd_per_mtok"]) for r in right} == {usd}


@pytest.mark.parametrize(("source", "provider", "model", "words"), LEFT_OUT)
def test_left_out(tables: Tables, source: str, provider: str, model: str, words: str) -> None:
    found = tables.column(
        "SELECT fault FROM offers WHERE source = ? AND provider = ? AND model = ? "
        "AND kind IN ('input', 'output') AND variant = '' AND fault <> ''",
        [source, provider, model],
    )
    assert found
    assert all(words in f for f in found)


def test_absurd_prices_are_not_read(tables: Tables) -> None:
    """540,000 dollars a million tokens, and its like."""
    found = tables.column("SELECT DISTINCT raw FROM unread WHERE reason LIKE 'the price is above%'")
    assert "0.54" in found
    assert tables.column("SELECT max(usd_per_mtok) FROM offers")[0] <= 10_000


def test_a_key_that_comes_twice_counts_once(tables: Tables) -> None:
    found = tables.rows(
        "SELECT locator FROM unread WHERE reason = 'a later entry has the same key and counts' "
        "AND snapshot_id LIKE 'litellm@%'"
    )
    assert len(found) >= 7
