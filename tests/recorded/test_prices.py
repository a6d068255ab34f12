"""Prices, ratios and changes computed a second time from the recorded catalogues."""

from __future__ import annotations

import math
from datetime import date

import pytest

from recorded.raw import Mirror
from recorded.test_recompute import EXACT, HUB, MATRIX, MODELS_DEV, PRICE_MAP, one
from scoreboard import api
from scoreboard.store import Tables

GENAI = ("prices/new_data/v2/data.json", "2026-08-21")
START, END = "2025-06-30", "2026-03-31"  # models.dev around July 2025 and March 2026
GPQA = "GPQA diamond"
CHEAP = {  # index name -> the developer's own offer in models.dev at or under 0.1 dollars
    "GPT-4.1 nano": ("openai", "gpt-4.1-nano"),
    "GPT-5 nano": ("openai", "gpt-5-nano"),
    "Gemini 2.0 Flash": ("google", "gemini-2.0-flash"),
}
OWN = ("openai", "anthropic", "google", "xai", "mistral", "deepseek", "alibaba", "zai")
UNSCORED = {  # as cheap, and on no board of Epoch's at this level: read from its matrix by hand
    "text-embedding-3-small", "text-embedding-ada-002", "gemini-2.0-flash-lite",
    "gemini-2.5-flash-lite", "gemini-flash-lite-latest", "devstral-small-2505",
    "devstral-small-2507", "ministral-3b-latest", "ministral-8b-latest", "mistral-embed",
    "mistral-small-2506", "qwen-flash", "qwen-omni-turbo", "qwen-turbo", "qwen2-5-omni-7b",
    "qwen3-asr-flash", "glm-4.7-flashx",
}  # fmt: skip

pytestmark = pytest.mark.usefixtures("tables")


def cached_input(mirror: Mirror, document: str, day: str) -> float:
    """DeepSeek's price of cached tokens in a catalogue, US dollars per million."""
    found = mirror.json(document, day)
    if document == MODELS_DEV:
        return float(found["deepseek"]["models"]["deepseek-chat"]["cost"]["cache_read"])
    return float(found["deepseek/deepseek-chat"]["cache_read_input_token_cost"]) * 1e6


@pytest.mark.parametrize(
    ("day", "document", "published", "model"),
    [
        ("2025-03-01", PRICE_MAP, "2025-02-27", "deepseek-v3"),
        ("2025-09-10", PRICE_MAP, "2025-08-30", "deepseek-v3.1"),
        ("2025-10-15", MODELS_DEV, "2025-12-31", "deepseek-v3.2-exp"),
        ("2026-06-30", MODELS_DEV, "2026-06-30", "deepseek-v4-flash"),
    ],
)
def test_deepseeks_cached_input(
    mirror: Mirror, day: str, document: str, published: str, model: str
) -> None:
    found = one("price", model="deepseek-chat", kind="cached_input", as_of=day)
    assert found.value == pytest.approx(cached_input(mirror, document, published), rel=EXACT)
    assert found.key["model"] == model
    bounds = found.detail["effective_bounds"]
    assert bounds["after"] == bounds["by"] <= date.fromisoformat(day)
    assert any("api-docs.deepseek.com" in a or "github" in a for a in found.detail["evidence"])
    assert len(found.detail["stated"]) > 1, "every source that states it"


@pytest.mark.parametrize(
    ("benchmark", "then"), [("gpqa_diamond", "2023-03-31"), ("mmlu", "2023-06-30")]
)
def test_the_level_of_gpt_4_then(benchmark: str, then: str) -> None:
    found = one("price_to_reach", benchmark=benchmark, as_of=then, provider="first_party")
    assert found.value == 30.0


def test_the_level_of_gpt_4_now_by_gpqa(mirror: Mirror) -> None:
    rows = [r for r in mirror.csv(*MATRIX)
            if r["benchmark"] == GPQA and r["source"] == "Epoch evaluations"]  # fmt: skip
    (level,) = (float(r["performance"]) for r in rows if r["Model"] == "GPT-4 (Mar 2023)")
    reached = {r["Model"] for r in rows if float(r["performance"]) >= level}
    offers = mirror.json(MODELS_DEV, "2026-06-30")
    costs = {(p, k): (m.get("cost") or {}).get("input")
             for p in OWN for k, m in offers[p]["models"].items()}  # fmt: skip
    cheap = {place for place, usd in costs.items() if usd and usd <= 0.1}
    assert {k for _, k in cheap} - UNSCORED == {k for _, k in CHEAP.values()}
    expected = min(float(costs[CHEAP[name]] or 0) for name in CHEAP.keys() & reached)
    found = one("price_to_reach", benchmark="gpqa_diamond", reaches="gpt-4",
                as_of="2026-06-30", provider="first_party")  # fmt: skip
    assert found.value == pytest.approx(expected, rel=EXACT)
    assert found.detail["level"] == pytest.approx(25 + 75 * level, rel=EXACT)


def test_the_level_of_gpt_4_now_by_mmlu(mirror: Mirror) -> None:
    """The cheapest offer is one of the model that the answer names, and it reaches the level."""
    found = one("price_to_reach", benchmark="mmlu", reaches="gpt-4", as_of="2026-06-30")
    assert found.detail["model"] == "qwen2.5-72b-instruct"
    offers = mirror.json(MODELS_DEV, "2026-06-30")[found.detail["provider"]]["models"]
    stated = [m["cost"]["input"] for k, m in offers.items() if "qwen-2.5-72b" in k.lower()
              or "qwen2.5-72b" in k.lower()]  # fmt: skip
    assert found.value == pytest.approx(min(stated), rel=EXACT)
    rows = [r for r in mirror.csv(*HUB, member="mmlu_external.csv")
            if "HELM" in r["Source"] or "CRFM" in r["Source"]]  # fmt: skip
    scores = {r["Model version"]: float(r["EM"]) for r in rows if r["Shots"] == "5" and r["EM"]}
    level = scores["gpt-4-0613"]
    assert found.detail["level"] == pytest.approx(100 * level, rel=EXACT)
    assert max(v for k, v in scores.items() if "qwen2.5-72b" in k.lower()) >= level


def test_ratio_of_gpt_5_2_pro_and_deepseek_v3_2(mirror: Mirror) -> None:
    offers = mirror.json(MODELS_DEV, "2025-12-31")
    above = offers["openai"]["models"]["gpt-5.2-pro"]["cost"]
    below = offers["deepseek"]["models"]["deepseek-chat"]["cost"]
    asked = {"a": "gpt-5.2-pro", "b": "deepseek-v3.2", "as_of": "2026-01-15"}
    like = {e.key["kind"]: e.value for e in api.show("price_ratio", {**asked, "kind": "all"})}
    expected = {k: above[k] / below[k] for k in ("input", "output")}
    assert like == pytest.approx(expected, rel=EXACT)
    unlike = one("price_ratio", **asked, kind="output", against="cached_input")
    assert unlike.value == pytest.approx(above["output"] / below["cache_read"], rel=EXACT)
    assert unlike.detail["like_for_like"] == pytest.approx(expected, rel=EXACT)
    assert any(c.startswith("unlike kinds") for c in unlike.caveats)


ALIASES = ("latest", "deepseek-chat", "deepseek-reasoner")  # names that meant other models then
CORRECTED = {("openai", "gpt-4")}  # 10 dollars in the earlier document: that of GPT-4 Turbo


def test_list_prices_of_developers_did_not_move(mirror: Mirror) -> None:
    """Offers of one name in both documents of models.dev: all the same, as in the larger set."""
    before, after = (mirror.json(MODELS_DEV, day) for day in (START, END))
    moved, logs = [], []
    for provider in ("openai", "anthropic", "google", "xai", "mistral", "deepseek"):
        for name, model in before[provider]["models"].items():
            then = (model.get("cost") or {}).get("input")
            later = after[provider]["models"].get(name, {})
            now = (later.get("cost") or {}).get("input")
            fixed = not any(a in name for a in ALIASES) and (provider, name) not in CORRECTED
            if then and now and fixed:
                logs.append(math.log(now / then))
                moved += [name] if now != then else []
    assert len(logs) > 50
    assert moved == []
    asked = {"start": "2025-07-01", "as_of": END}
    found = one("price_change", **asked)
    assert found.value == pytest.approx(1, abs=0.02)
    assert found.n > len(logs)
    same = one("price_change", **asked, stat="unchanged")
    assert same.value is not None
    assert same.value > 0.95
    for provider in ("openai", "anthropic", "mistral"):
        assert one("price_change", **asked, provider=provider).value == pytest.approx(1)


def test_a_third_of_litellms_openrouter_entries_disagree_with_openrouter(
    mirror: Mirror, tables: Tables
) -> None:
    """Counted in the raw documents: the rows of OpenRouter are not in the bundle."""
    models = mirror.json("openrouter.ai/api/v1/models", "2026-05-12")["data"]
    listed = {m["id"]: float(m["pricing"]["prompt"]) for m in models}
    entries = mirror.json(PRICE_MAP, "2026-05-31")
    pairs = [
        (float(e["input_cost_per_token"]), listed[k.removeprefix("openrouter/")])
        for k, e in entries.items()
        if k.startswith("openrouter/")
        and k.removeprefix("openrouter/") in listed
        and e.get("input_cost_per_token")
        and listed[k.removeprefix("openrouter/")] > 0
    ]
    apart = sum(max(a, b) > 1.01 * min(a, b) for a, b in pairs) / len(pairs)
    assert 0.2 < apart < 0.45
    assert tables.column("SELECT count(*) FROM offers WHERE source = 'openrouter_models'") == [0]


def test_disagreement_of_two_catalogues(mirror: Mirror) -> None:
    """genai-prices and LiteLLM on OpenAI's own offers of one name."""
    (openai,) = (p for p in mirror.json(*GENAI) if p["id"] == "openai")
    entries = mirror.json(PRICE_MAP, "2026-05-31")
    found = one("price_disagreement", a="genai_prices", b="litellm", as_of="2026-08-22")
    listed = found.detail["disagreements"]
    for model in openai["models"]:
        prices, entry = model["prices"], entries.get(model["id"])
        plain = isinstance(prices, dict) and isinstance(prices.get("input_mtok"), int | float)
        speech = "tts" in model["id"]  # of no model that we know
        if plain and not speech and entry and entry.get("input_cost_per_token"):
            differ = abs(entry["input_cost_per_token"] * 1e6 / prices["input_mtok"] - 1) > 0.01
            assert not differ or f"{model['id']} at openai" in listed, model["id"]


def test_published_fall_of_gpt_4s_level_on_gpqa() -> None:
    """Epoch AI found 40 times a year to 2025-03-12, blended, of the developers' own offers."""
    found = one("deflation", benchmark="gpqa_diamond", reaches="gpt-4", provider="first_party",
                kind="blended", as_of="2025-03-12")  # fmt: skip
    assert found.value is not None and found.low is not None and found.high is not None
    assert found.low < 40 < found.high
    assert found.value == pytest.approx(40, rel=0.5)
