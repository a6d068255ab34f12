"""The rules that take a name apart, one by one, and what no rule may ever do."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scoreboard.normalise import (
    Parsed,
    Prefixes,
    compact,
    drop_service,
    parse,
    spell_decimal,
    spell_plain,
    spell_point,
    split_cloud,
    split_date,
    split_effort,
    split_path,
    split_variant,
)

PREFIXES = Prefixes(
    developers={
        "anthropic": "anthropic",
        "meta": "meta",
        "meta-llama": "meta",
        "qwen": "alibaba",
        "deepseek": "deepseek",
        "deepseek-ai": "deepseek",
        "mistral": "mistral",
        "google": "google",
        "openai": "openai",
        "z-ai": "zhipu",
        "amazon": "amazon",
    },
    hosts=frozenset({"bedrock", "fireworks_ai", "azure", "azure_ai", "groq", "openrouter"}),
)


def key(name: str) -> str:
    return parse(name, PREFIXES).key


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("phi-3-5-mini", "phi-3.5-mini"),
        ("claude-3-5-sonnet", "claude-3.5-sonnet"),
        ("claude-2-1", "claude-2.1"),
        ("gpt-5-2", "gpt-5.2"),
        ("llama-3-1-8b", "llama-3.1-8b"),
        ("llama-3-1-405b-instruct", "llama-3.1-405b-instruct"),
        ("qwen2-5-72b-instruct", "qwen2.5-72b-instruct"),
        ("gemini-2-5-flash-lite", "gemini-2.5-flash-lite"),
        # sizes, windows, factors and dates are no decimals
        ("gemma-2-2b", "gemma-2-2b"),
        ("gemma-2-9b-it", "gemma-2-9b-it"),
        ("llama-3-8b", "llama-3-8b"),
        ("llama-2-7b-chat", "llama-2-7b-chat"),
        ("glm-4-9b", "glm-4-9b"),
        ("llama-3-8k", "llama-3-8k"),
        ("x-2-1m", "x-2-1m"),
        ("x-4-8x7b", "x-4-8x7b"),
        ("gpt-4-0613", "gpt-4-0613"),
        ("gpt-4-32k", "gpt-4-32k"),
        ("gpt-4-1106-preview", "gpt-4-1106-preview"),
        ("command-r-08-2024", "command-r-08-2024"),
        ("deepseek-v3-0324", "deepseek-v3-0324"),
        ("qwen3-0.6b", "qwen3-0.6b"),
        ("phi-3-3.8b", "phi-3-3.8b"),
    ],
)
def test_dash_for_point(name: str, expected: str) -> None:
    assert spell_decimal(Parsed(key=name)).key == expected
    assert key(name) == expected


@pytest.mark.parametrize(
    ("name", "key", "variant"),
    [
        ("z-ai/glm-4.5-air:free", "z-ai/glm-4.5-air", "free"),
        ("claude-3.7-sonnet:thinking", "claude-3.7-sonnet", "thinking"),
        ("claude-3.5-sonnet:BETA", "claude-3.5-sonnet", "beta"),
        ("llama3:8b", "llama3:8b", ""),
        ("claude-v2:1", "claude-v2:1", ""),
        (":free", "", "free"),
        ("free", "free", ""),
        ("some-thinking", "some-thinking", ""),
    ],
)
def test_variant_suffix(name: str, key: str, variant: str) -> None:
    parsed = split_variant(Parsed(key=name))
    assert (parsed.key, parsed.variant) == (key, variant)


@pytest.mark.parametrize(
    ("name", "key", "variant"),
    [
        ("gpt-5_high", "gpt-5", "high"),
        ("gpt-5_minimal", "gpt-5", "minimal"),
        ("gpt-5.2_xhigh", "gpt-5.2", "xhigh"),
        ("claude-sonnet-4_16K", "claude-sonnet-4", "16k"),
        ("claude-opus-4-5_thinking-32K", "claude-opus-4-5", "thinking-32k"),
        ("gpt-5_high-web-app", "gpt-5", "high-web-app"),
        ("o3_unknown", "o3", ""),
        ("model_highest", "model_highest", ""),
        ("stablelm-2-1_6b", "stablelm-2-1_6b", ""),
        ("some_model", "some_model", ""),
        ("gpt-5-high", "gpt-5-high", ""),
    ],
)
def test_effort_suffix(name: str, key: str, variant: str) -> None:
    parsed = split_effort(Parsed(key=name))
    assert (parsed.key, parsed.variant) == (key, variant)


def test_efforts_only_where_the_source_writes_them() -> None:
    assert parse("gpt-5_high", PREFIXES).key == "gpt-5-high"
    assert parse("gpt-5_high", PREFIXES, efforts=True).key == "gpt-5"


@pytest.mark.parametrize(
    ("name", "key", "developer", "organisation"),
    [
        ("deepseek-ai/DeepSeek-V3", "DeepSeek-V3", "deepseek", None),
        ("openrouter/deepseek/deepseek-chat", "deepseek-chat", "deepseek", None),
        ("groq/llama-3.3-70b-versatile", "llama-3.3-70b-versatile", None, None),
        ("@cf/meta/llama-3.1-8b-instruct", "llama-3.1-8b-instruct", "meta", None),
        ("hf:deepseek-ai/DeepSeek-R1", "DeepSeek-R1", "deepseek", None),
        ("accounts/fireworks/models/qwen3-8b", "qwen3-8b", None, None),
        ("fireworks_ai/accounts/fireworks/models/qwen3-8b", "qwen3-8b", None, None),
        ("azure/eu/gpt-4o", "gpt-4o", None, None),
        ("azure/us/gpt-4o", "gpt-4o", None, None),
        ("bedrock/us-east-1/1-month-commitment/claude-v1", "claude-v1", None, None),
        ("bedrock/us-gov-west-1/claude-v1", "claude-v1", None, None),
        ("publishers/google/models/gemma-3", "gemma-3", "google", None),
        ("unsloth/gemma-3-27b-it", "gemma-3-27b-it", None, "unsloth"),
        ("groq/unsloth/gemma-3", "gemma-3", None, "unsloth"),
        ("useful/gemma-3", "gemma-3", None, "useful"),
        ("some-proxy/openai/gpt-4o", "gpt-4o", "openai", None),
        ("openai/unsloth/gpt-oss", "gpt-oss", None, "unsloth"),
        ("gpt-4o", "gpt-4o", None, None),
    ],
)
def test_path(name: str, key: str, developer: str | None, organisation: str | None) -> None:
    parsed = split_path(Parsed(key=name), PREFIXES)
    assert (parsed.key, parsed.developer, parsed.organisation) == (key, developer, organisation)


@pytest.mark.parametrize(
    ("name", "key", "developer"),
    [
        ("anthropic.claude-instant-v1:0", "claude-instant", "anthropic"),
        ("anthropic.claude-v2:1", "claude-v2.1", "anthropic"),
        ("anthropic.claude-v2:1:200k", "claude-v2.1", "anthropic"),
        ("anthropic.claude-v2:0:100k", "claude-v2", "anthropic"),
        ("mistral.mistral-7b-instruct-v0:2", "mistral-7b-instruct-v0.2", "mistral"),
        ("us.meta.llama3-3-70b-instruct-v1:0", "llama3-3-70b-instruct", "meta"),
        ("us-gov.anthropic.claude-x", "claude-x", "anthropic"),
        ("deepseek.r1-v1:0", "deepseek-r1", "deepseek"),
        ("deepseek.v3-v1:0", "deepseek-v3", "deepseek"),
        ("amazon.titan-embed-text-v2:0", "titan-embed-text-v2", "amazon"),
        ("anthropic.claude-x-20241022-v2:0", "claude-x-20241022", "anthropic"),
        ("glm-4.5", "glm-4.5", None),
        ("nobody.model-v1:0", "nobody.model-v1:0", None),
        ("claude-v2:1", "claude-v2:1", None),
    ],
)
def test_cloud_id(name: str, key: str, developer: str | None) -> None:
    parsed = split_cloud(Parsed(key=name), PREFIXES)
    assert (parsed.key, parsed.developer) == (key, developer)


def test_two_versions_of_a_cloud_listing_stay_apart() -> None:
    assert key("amazon.titan-embed-text-v1:0") != key("amazon.titan-embed-text-v2:0")
    first = parse("anthropic.claude-3-5-sonnet-20240620-v1:0", PREFIXES)
    second = parse("anthropic.claude-3-5-sonnet-20241022-v2:0", PREFIXES)
    assert first.key == second.key == "claude-3.5-sonnet"
    assert (first.date, second.date) == ("20240620", "20241022")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("claude-3-5-sonnet@20240620", "claude-3-5-sonnet-20240620"),
        ("claude-sonnet-4@default", "claude-sonnet-4"),
        ("gemini@latest", "gemini"),
        ("llama-4-scout-maas", "llama-4-scout"),
        ("jamba-1.5-mini@001", "jamba-1.5-mini@001"),
        ("maas-1", "maas-1"),
        ("x-latest", "x-latest"),
    ],
)
def test_service_mark(name: str, expected: str) -> None:
    assert drop_service(Parsed(key=name)).key == expected


def test_fireworks_point() -> None:
    name = "fireworks_ai/accounts/fireworks/models/llama-v3p2-90b-vision-instruct"
    assert parse(name, PREFIXES, points=True).key == "llama-v3.2-90b-vision-instruct"
    assert parse(name, PREFIXES).key == "llama-v3p2-90b-vision-instruct"
    assert spell_point(Parsed(key="qwen2p5-coder")).key == "qwen2.5-coder"
    assert spell_point(Parsed(key="gpt-oss-20b")).key == "gpt-oss-20b"
    assert spell_point(Parsed(key="mp3-player")).key == "mp3-player"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Claude 3.5 Sonnet", "claude-3.5-sonnet"),
        ("GPT_OSS  120B", "gpt-oss-120b"),
        ("Qwen3-235B-A22B", "qwen3-235b-a22b"),
        ("a--b", "a--b"),
    ],
)
def test_spelling(name: str, expected: str) -> None:
    assert spell_plain(Parsed(key=name)).key == expected


@pytest.mark.parametrize(
    ("name", "key", "date"),
    [
        ("gpt-4o-2024-08-06", "gpt-4o", "20240806"),
        ("claude-sonnet-4-20250514", "claude-sonnet-4", "20250514"),
        ("deepseek-v3-0324", "deepseek-v3-0324", ""),
        ("mistral-large-2411", "mistral-large-2411", ""),
        ("command-r-08-2024", "command-r-08-2024", ""),
        ("x-20251332", "x-20251332", ""),
        ("x-20240101-preview", "x-20240101-preview", ""),
    ],
)
def test_date(name: str, key: str, date: str) -> None:
    parsed = split_date(Parsed(key=name))
    assert (parsed.key, parsed.date) == (key, date)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Qwen 3.6 35B-A3B", "qwen3.6-35b-a3b"),
        ("Llama 4 Scout", "llama-4-scout"),
        ("GPT-5 mini", "gpt5-mini"),
        ("Kimi_K2", "kimi-k2"),
    ],
)
def test_compact_joins_separators(one: str, other: str) -> None:
    assert compact(one) == compact(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x-1-5b", "x-15b"),
        ("llama-2-70b", "llama-270b"),
        ("qwen2.5-7b", "qwen25-7b"),
        ("gemma-2b", "gemma-2b-it"),
        ("gpt-5", "gpt-5-mini"),
        ("deepseek-v3.1", "deepseek-v3.1-base"),
        ("qwen3-8b", "qwen3-8b-fp8"),
        ("qwen3-8b", "qwen3-8b-gguf"),
    ],
)
def test_compact_keeps_apart(one: str, other: str) -> None:
    assert compact(key(one)) != compact(key(other))


# what holds for every name

WORDS = st.sampled_from(["qwen", "llama", "instruct", "it", "chat", "v3.1", "r1", "mini", "fp8"])
DECIMALS = st.tuples(st.integers(0, 9), st.integers(1, 9)).map("{0[0]}.{0[1]}".format)
NUMBERS = st.one_of(st.integers(1, 999).map(str), DECIMALS)
SIZES = NUMBERS.map("{}b".format)
PARTS = st.lists(st.one_of(WORDS, NUMBERS, SIZES), min_size=1, max_size=6)
SEPARATORS = st.sampled_from(["-", "_", " "])
FRONT = st.sampled_from(["", "openai/", "@cf/meta/", "hf:Qwen/", "groq/", "unsloth/", "us.meta."])
BACK = st.sampled_from(["", ":free", "-maas", "@20240620", "-2024-08-06", "-20250514", "-v1:0"])


@st.composite
def names(draw: st.DrawFn) -> str:
    parts = draw(PARTS)
    first, *rest = parts
    body = first + "".join(draw(SEPARATORS) + part for part in rest)
    cased = body.upper() if draw(st.booleans()) else body
    return draw(FRONT) + cased + draw(BACK)


@given(names())
def test_a_key_parses_to_itself(name: str) -> None:
    parsed = parse(name, PREFIXES)
    again = parse(parsed.key, PREFIXES)
    assert again.key == parsed.key or again.date  # a date before a date is set apart in turn


@given(names(), st.booleans(), st.booleans())
def test_parse_never_fails_and_has_no_spaces_or_capitals(
    name: str, efforts: bool, points: bool
) -> None:
    parsed = parse(name, PREFIXES, efforts=efforts, points=points)
    assert not re.search(r"[A-Z\s_/]", parsed.key)


@given(st.text(max_size=40))
def test_any_text_can_be_parsed(text: str) -> None:
    parse(text, PREFIXES, efforts=True, points=True)


def _letters(text: str) -> str:
    return re.sub(r"[-_\s]+", "", text.lower())


def _pieces(text: str) -> list[str]:
    """The runs of digits and of everything else, in order; separators only split digits."""
    joined = re.sub(r"[-_\s]+", "-", text.lower())
    return re.findall(r"\d+|[^\d-]+", re.sub(r"(?<!\d)-|-(?!\d)", "", joined))


@given(names(), names())
def test_compact_is_equal_just_when_letters_digits_and_dots_are(one: str, other: str) -> None:
    same = _pieces(one) == _pieces(other)
    assert (compact(one) == compact(other)) == same
    if compact(one) == compact(other):
        assert _letters(one) == _letters(other)


@given(names(), SEPARATORS)
def test_compact_ignores_case_and_the_kind_of_separator(name: str, separator: str) -> None:
    assert compact(re.sub(r"[-_\s]", separator, name).upper()) == compact(name)


@given(PARTS, SIZES, SIZES, PARTS, FRONT, BACK)
def test_two_sizes_are_never_one(
    before: list[str], a: str, b: str, after: list[str], front: str, back: str
) -> None:
    assume(a != b)
    one, other = (
        parse(front + "-".join([*before, size, *after]) + back, PREFIXES) for size in (a, b)
    )
    assert compact(one.key) != compact(other.key)


@given(PARTS, SIZES)
def test_a_size_is_never_dropped(before: list[str], size: str) -> None:
    parsed = parse("-".join([*before, size]), PREFIXES)
    assert parsed.key.endswith(size)
