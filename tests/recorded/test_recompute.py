"""Figures computed a second time, from the recorded documents, in plain Python.

Nothing is shared with the product's code. Which models are open comes from the documents' own
columns, else from the small lists below, whose every entry was looked up by hand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from statistics import fmean
from typing import Any, NamedTuple

import pytest

from recorded.raw import Cells, Mirror
from scoreboard import api
from scoreboard.estimate import Estimate
from scoreboard.store import Tables

HUB = ("epoch.ai/data/benchmark_data.zip", "2026-04-16")
SCORES = ("epoch.ai/data/eci_scores.csv", "2026-08-11")
MATRIX = ("epoch.ai/data/eci_benchmarks.csv", "2026-08-11")
LABELS = ("openrouter-open-weight-labels.csv", "2026-08-21")
RANKINGS = "datasets/rankings-daily"
WEEKLY = ("openrouter-weekly-tokens.csv", "2026-05-27")
PRICE_MAP = "model_prices_and_context_window.json"
OTHER_PRICE_MAP = "tokencost/model_prices.json"
MODELS_DEV = "models.dev/api.json"
TRACKED = "Interconnects-AI/tracked-models/main/"
EXACT = 1e-9

pytestmark = pytest.mark.usefixtures("tables")


def one(metric: str, **params: str) -> Estimate:
    """The only estimate of a metric at parameters."""
    (found,) = api.show(metric, params)
    return found


class Score(NamedTuple):
    """A score with its standard error."""

    name: str
    value: float
    error: float = 0.0


def is_open(accessibility: str) -> bool | None:
    """Epoch's column: None where it says nothing."""
    if accessibility in ("", "Unknown"):
        return None
    return accessibility.startswith("Open weights")


# gap

HELM = {"Stanford CRFM Leaderboard", "Stanford HELM", "Standford HELM"}
MMLU_OPEN = {  # best of the models that Epoch does not label
    "claude-3-5-sonnet-20241022": False, "claude-3-5-sonnet-20240620": False,
    "gemini-1.5-pro-002": False, "claude-3-opus-20240229": False, "gpt-4o-2024-08-06": False,
    "gpt-4o-2024-05-13": False, "gpt-4-0613": False, "DeepSeek-V3": True,
    "Llama-3.1-405B-Instruct": True, "gemini-2.0-flash-exp": False, "gpt-4-turbo": False,
    "PaLM-2 (Unicorn)": False, "Palmyra X V3 (72B)": False, "Yi-34B": True,
}  # fmt: skip
UNDATED = {  # first release of models that the Hub does not date
    "Gemini 1.5 Pro (0409 preview)": "2024-04-09",
    "Jamba 1.5 Large": "2024-08-22",
    "Palmyra X V3 (72B)": "2023-11-20",
    "PaLM-2 (Unicorn)": "2023-05-10",
    "Qwen1.5 (72B)": "2024-02-04",
    "Qwen1.5 Chat (110B)": "2024-04-25",
    "Solar Pro": "2024-11-22",
}


def best(rows: Iterable[tuple[str, float, bool | None]], group: bool) -> tuple[str, float]:
    """The best of a group. No better row may be without a label."""
    for name, value, state in sorted(rows, key=lambda r: -r[1]):
        assert state is not None, f"{name} at {value} has no label: look it up"
        if state is group:
            return name, value
    raise AssertionError("nobody is in the group")


def hub_labels(mirror: Mirror) -> dict[str, bool | None]:
    """What the Hub's index says of the weights of each version."""
    index = mirror.csv(*HUB, member="epoch_capabilities_index.csv")
    return {r["Model version"]: is_open(r["Model accessibility"]) for r in index}


def mmlu(mirror: Mirror, day: str) -> float:
    """The plain gap on MMLU, HELM with five examples."""
    labels = {**hub_labels(mirror), **MMLU_OPEN}
    rows = []
    for r in mirror.csv(*HUB, member="mmlu_external.csv"):
        name = r["Model version"] or r["Name"]
        released = r["Release date"] or UNDATED.get(name, "")
        if r["Source"] in HELM and r["Shots"] == "5" and r["EM"] and released <= day:
            rows.append((name, 100 * float(r["EM"]), labels.get(name)))
    return best(rows, False)[1] - best(rows, True)[1]


@pytest.mark.parametrize("day", ["2024-01-31", "2025-01-31"])
def test_gap_on_mmlu(mirror: Mirror, day: str) -> None:
    found = one("gap", benchmark="mmlu", as_of=day)
    assert (found.detail["harness"], found.detail["shots"]) == ("helm", "5")
    assert found.detail["plain"] == pytest.approx(mmlu(mirror, day), abs=EXACT)


def test_gap_on_gpqa_of_the_hub(mirror: Mirror) -> None:
    day = "2025-06-30"
    labels = hub_labels(mirror)
    rows = [
        (r["Model version"], 100 * float(r["mean_score"]), labels.get(r["Model version"]))
        for r in mirror.csv(*HUB, member="gpqa_diamond.csv")
        if r["mean_score"] and r["Release date"] <= day
    ]
    expected = best(rows, False)[1] - best(rows, True)[1]
    found = one("gap", benchmark="gpqa_diamond", as_of=day)
    assert (found.detail["source"], found.detail["harness"]) == ("epoch_hub", "epoch")
    assert found.detail["plain"] == pytest.approx(expected, abs=EXACT)


def test_gap_on_gpqa_of_the_index_with_chance_put_back(mirror: Mirror) -> None:
    labels = {r["Model"]: is_open(r["Model accessibility"]) for r in mirror.csv(*SCORES)}
    rows = [
        (r["Model"], 25 + 75 * float(r["performance"]), labels.get(r["Model"]))
        for r in mirror.csv(*MATRIX)
        if r["benchmark"] == "GPQA diamond" and r["source"] == "Epoch evaluations"
    ]
    expected = best(rows, False)[1] - best(rows, True)[1]
    found = one("gap", benchmark="gpqa_diamond", as_of="2026-08-11")
    assert found.detail["source"] == "epoch_index"
    assert found.detail["plain"] == pytest.approx(expected, abs=EXACT)


PLACED = """
SELECT DISTINCT r.source_name, m.region, r.released FROM results r JOIN models m USING (model)
WHERE r.benchmark = 'index' AND r.source = 'epoch_index' ORDER BY ALL
"""


def index_scores(mirror: Mirror, tables: Tables, region: str, day: str) -> dict[str, float]:
    """Index values of our region by a day, by the document's name."""
    named = {r["source_name"] for r in tables.rows(PLACED)
             if r["region"] == region and str(r["released"]) <= day}  # fmt: skip
    return {r["Model"]: float(r["eci"]) for r in mirror.csv(*SCORES) if r["Model"] in named}


def deviations(tables: Tables) -> dict[str, list[float]]:
    """How far each of the shipped draws of a model is from its value: they are in hundredths."""
    found = tables.rows(
        "SELECT name, draws FROM index_draws WHERE fit = 'published' AND kind = 'model'"
    )
    return {r["name"]: [int(x) / 100 for x in r["draws"].split()] for r in found}


def quantile(values: Iterable[float], share: float) -> float:
    """Straight between the two values nearest to the share."""
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    low = int(at)
    return ordered[low] + (at - low) * (ordered[min(low + 1, len(ordered) - 1)] - ordered[low])


@pytest.mark.parametrize("day", ["2025-12-31", "2026-08-11"])
def test_gap_of_the_index_by_origin(mirror: Mirror, tables: Tables, day: str) -> None:
    leaders, chasers = (index_scores(mirror, tables, c, day) for c in ("US", "CN"))
    plain = max(leaders.values()) - max(chasers.values())
    found = one("gap", benchmark="index", by="origin", leader="US", chaser="CN", as_of=day)
    assert found.detail["plain"] == pytest.approx(plain, abs=EXACT)
    moved = deviations(tables)
    apart = [
        max(v + moved[m][i] for m, v in leaders.items())
        - max(v + moved[m][i] for m, v in chasers.items())
        for i in range(500)
    ]
    assert found.value == pytest.approx(2 * plain - fmean(apart), abs=1e-6)
    assert found.low == pytest.approx(2 * plain - quantile(apart, 0.975), abs=1e-6)
    assert found.high == pytest.approx(2 * plain - quantile(apart, 0.025), abs=1e-6)


# price


def per_mtok(entry: Mapping[str, Any], kind: str) -> float:
    """US dollars per million tokens of an entry of a price map."""
    return float(entry[f"{kind}_cost_per_token"]) * 1e6


@pytest.mark.parametrize(
    ("model", "kind", "day", "document", "key"),
    [
        ("gpt-4-0613", "input", "2023-11-20", (PRICE_MAP, "2023-11-14"), "gpt-4-0613"),
        ("gpt-4o-2024-05-13", "input", "2024-06-30", (OTHER_PRICE_MAP, "2024-06-04"), "gpt-4o"),
        (
            "deepseek-v3",
            "output",
            "2025-03-10",
            (PRICE_MAP, "2025-02-27"),
            "deepseek/deepseek-chat",
        ),
        ("gpt-5", "input", "2025-09-15", (PRICE_MAP, "2025-08-30"), "gpt-5"),
        ("gpt-5", "output", "2026-06-15", (PRICE_MAP, "2026-05-31"), "gpt-5"),
    ],
)
def test_price_of_a_developer_itself(
    mirror: Mirror, model: str, kind: str, day: str, document: tuple[str, str], key: str
) -> None:
    expected = per_mtok(mirror.json(*document)[key], kind)
    found = one("price", model=model, kind=kind, as_of=day)
    assert found.value == pytest.approx(expected, rel=EXACT)


def test_price_at_a_host(mirror: Mirror) -> None:
    offers = mirror.json(MODELS_DEV, "2026-06-30")["deepinfra"]["models"]
    expected = float(offers["openai/gpt-oss-120b"]["cost"]["input"])
    found = one("price", model="gpt-oss-120b", provider="deepinfra", as_of="2026-07-15")
    assert found.value == pytest.approx(expected, rel=EXACT)


# price_to_reach

OWN_KEYS = {  # index name -> key of its developer's own offer in the price map; None: has none
    "GPT-4 (Mar 2023)": "gpt-4-0314",
    "GPT-4 Turbo (Nov 2023)": "gpt-4-1106-preview",
    "Claude 3 Opus": "claude-3-opus-20240229",
    "GPT-4 Turbo (Apr 2024)": "gpt-4-turbo-2024-04-09",
    "GPT-4o (May 2024)": "gpt-4o-2024-05-13",
    "Gemini 1.5 Pro (May 2024)": "gemini/gemini-1.5-pro-latest",
    "Claude 3.5 Sonnet": "claude-3-5-sonnet-20240620",
}
LATER = {  # versions that the index dates by their first sibling: not out yet, or not on sale
    "Gemini 1.5 Flash (Sep 2024)": "2024-09-24",
    "GPT-4o (Nov 2024)": "2024-11-20",
    "GPT-4o (Aug 2024)": "2024-08-06",
}


def reaching(mirror: Mirror, day: str) -> list[str]:
    """Models of the index at or above GPT-4 that were out on a day."""
    rows = mirror.csv(*SCORES)
    (level,) = (float(r["eci"]) for r in rows if r["Model"] == "GPT-4 (Mar 2023)")
    return [
        r["Model"]
        for r in rows
        if float(r["eci"]) >= level and LATER.get(r["Model"], r["date"]) <= day
    ]


@pytest.mark.parametrize(
    ("day", "document"),
    [("2023-12-20", (PRICE_MAP, "2023-12-14")), ("2024-06-30", (OTHER_PRICE_MAP, "2024-07-25"))],
)
def test_price_to_reach_gpt_4(mirror: Mirror, day: str, document: tuple[str, str]) -> None:
    entries = mirror.json(*document)
    prices = {name: per_mtok(entries[OWN_KEYS[name]], "input") for name in reaching(mirror, day)}
    found = one("price_to_reach", reaches="gpt-4", as_of=day, provider="first_party")
    assert found.value == pytest.approx(min(prices.values()), rel=EXACT)
    assert found.detail["level"] == pytest.approx(125.7, abs=EXACT)


def test_price_to_reach_before_the_record_is_the_launch_price() -> None:
    found = one("price_to_reach", reaches="gpt-4", as_of="2023-03-31", provider="first_party")
    assert found.value == pytest.approx(30.0, rel=EXACT)  # GPT-4 with 8k context, March 2023


# token_share

CHINESE = {  # without nex-agi, whose country no document states
    "alibaba", "baai", "baidu", "bytedance", "bytedance-seed", "deepseek", "inclusionai",
    "kwaipilot", "meituan", "minimax", "moonshotai", "opengvlab", "qwen", "stepfun",
    "tencent", "thudm", "xiaomi", "z-ai",
}  # fmt: skip
RELABELLED = {"moonshotai/kimi-k3-20260715": True}  # Epoch and ATOM: weights of 2026-07
UNLABELLED = {  # entries that the list of labels leaves out
    "cohere/command-r-08-2024": True,
    "deepseek/deepseek-r1-distill-qwen-32b": True,
    "gryphe/mythomax-l2-13b": True,
    "meta-llama/llama-guard-3-8b": True,
    "minimax/minimax-01": True,
    "mistralai/devstral-small-2505": True,
    "mistralai/mistral-large-2411": True,
    "nex-agi/nex-n2-mini": True,
    "nousresearch/hermes-2-pro-llama-3-8b": True,
    "nousresearch/hermes-3-llama-3.1-405b": True,
    "nousresearch/hermes-3-llama-3.1-70b": True,
    "qwen/qwen-2.5-coder-32b-instruct": True,
    "thedrummer/unslopnemo-12b": True,
}


def open_labels(mirror: Mirror) -> dict[str, bool]:
    """Which of OpenRouter's models have open weights."""
    listed = {r["model_permaslug"]: r["open"] == "true" for r in mirror.csv(*LABELS)}
    return {**listed, **UNLABELLED, **RELABELLED}


def official_week(mirror: Mirror, monday: str) -> dict[str, int]:
    """Tokens of seven days by model, the rest of the platform included."""
    first = date.fromisoformat(monday)
    wanted = {str(first + timedelta(days=i)) for i in range(7)}
    tokens: dict[str, int] = defaultdict(int)
    seen = set()
    for document in (d for d in mirror.documents if d.place.endswith(RANKINGS)):
        start, _, _ = document.file.rpartition("/")[2].partition("_")
        assert date.fromisoformat(start[: len(monday)])
        for row in _data(mirror, document.file):
            if row["date"] in wanted:
                tokens[row["model_permaslug"]] += int(row["total_tokens"])
                seen.add(row["date"])
    assert seen == wanted
    return dict(tokens)


def _data(mirror: Mirror, file: str) -> list[Cells]:
    import json

    rows: list[Cells] = json.loads((mirror.folder / file).read_bytes())["data"]
    return rows


def share(
    tokens: Mapping[str, int], labels: Mapping[str, bool], total: int, *, chinese: bool
) -> float:
    """The share of open models, Chinese ones only if so asked."""
    inside = sum(
        count
        for name, count in tokens.items()
        if labels.get(name.partition(":")[0]) and (not chinese or name.partition("/")[0] in CHINESE)
    )
    return inside / total


def test_token_share_of_chinese_open_models_in_the_newest_week(mirror: Mirror) -> None:
    tokens = official_week(mirror, "2026-08-10")
    expected = share(tokens, open_labels(mirror), sum(tokens.values()), chinese=True)
    found = one("token_share", by="origin_openness", of="CN_open", stat="latest")
    assert found.detail["week"] == date(2026, 8, 10)
    assert found.value == pytest.approx(expected, abs=EXACT)


def test_mean_token_share_of_chinese_open_models(mirror: Mirror) -> None:
    labels = open_labels(mirror)
    weeks: dict[str, dict[str, int]] = defaultdict(dict)
    totals: dict[str, int] = {}
    for row in mirror.csv(*WEEKLY):
        if "2025-03-03" <= row["week_monday_utc"] <= "2025-05-26":
            weeks[row["week_monday_utc"]][row["model_permaslug"]] = int(row["tokens"])
            totals[row["week_monday_utc"]] = int(row["platform_total_tokens"])
    assert len(weeks) == 13
    expected = fmean(share(weeks[w], labels, totals[w], chinese=True) for w in weeks)
    window = {"start": "2025-03-03", "end": "2025-05-26"}
    found = one("token_share", by="origin_openness", of="CN_open", stat="mean", **window)
    assert found.value == pytest.approx(expected, abs=EXACT)


@pytest.mark.parametrize("monday", ["2026-06-29", "2026-08-10"])
def test_token_share_of_open_models(mirror: Mirror, monday: str) -> None:
    tokens = official_week(mirror, monday)
    labels = open_labels(mirror)
    expected = share(tokens, labels, sum(tokens.values()), chinese=False)
    found = one("token_share", by="openness", of="open", week=monday)
    unlabelled = sum(
        n for name, n in tokens.items() if name.partition(":")[0] not in labels
    ) / sum(tokens.values())  # fmt: skip
    assert found.value == pytest.approx(expected, abs=EXACT)
    assert found.high == pytest.approx(expected + unlabelled, abs=0.01)


# models


def tracked(mirror: Mirror) -> set[str]:
    """Every repository of the list."""
    files = ("models.csv", "extra_models.csv")
    return {r["modelId"] for f in files for r in mirror.csv(TRACKED + f, "2026-08-17")}


def test_tracked_models_by_region(mirror: Mirror) -> None:
    """A repository that moved to a new name of its organisation is one model."""
    regions = {
        r["hf_org"]: r["region"]
        for r in mirror.csv(TRACKED + "metadata/organization_regions.csv", "2026-08-17")
    }
    entries: dict[str, set[str]] = defaultdict(set)
    distinct: dict[str, set[str]] = defaultdict(set)
    for repository in tracked(mirror):
        organisation, _, name = repository.partition("/")
        entries[regions[organisation]].add(repository)
        distinct[regions[organisation]].add(name.lower())
    found = {e.key["origin"]: e.value for e in api.show("models", {"by": "origin"})}
    for region, origin in (("china", "CN"), ("us", "US")):
        value = found[origin] or 0
        # other spellings of one model, countries that the two lists see differently: 4 per cent
        assert 0.96 * len(distinct[region]) <= value <= len(distinct[region]), (region, value)
    assert sum(v or 0 for v in found.values()) <= sum(len(d) for d in distinct.values())


def test_tracked_models_of_qwen(mirror: Mirror) -> None:
    expected = sum(name.startswith("Qwen/") for name in tracked(mirror))
    assert one("models", by="family", of="qwen").value == expected


# statistic


@pytest.mark.parametrize(
    ("name", "value", "unit"),
    [
        ("aii25-us-cn-mmlu-2024", 0.3, "points"),
        ("menlo-spend-2025", 37_000_000_000, "usd"),
        ("orsoa-cn-open-mean", 0.130, "fraction"),
    ],
)
def test_statistics_are_as_published(name: str, value: float, unit: str) -> None:
    found = one("statistic", statistic=name)
    assert (found.value, found.unit) == (value, unit)


# coverage

PUBLISHED_OPEN = [  # rows of the matrix labelled open, all rows, per cent in print
    ("mmlu", "mmlu", 58, 99, 59), ("swe_bench_verified", "swe-bench verified", 5, 32, 16),
    ("hle", "hle", 2, 37, 5),
]  # fmt: skip
OPEN_UNLABELLED = {"mmlu": 11, "swe_bench_verified": 1, "hle": 0}  # of its Unknown ones


@pytest.mark.parametrize(("benchmark", "name", "labelled", "whole", "percent"), PUBLISHED_OPEN)
def test_shares_of_open_models(
    mirror: Mirror, benchmark: str, name: str, labelled: int, whole: int, percent: int
) -> None:
    """The published shares count Unknown as not open; those of its models that are open add up."""
    access = {r["Model"]: r["Model accessibility"] for r in mirror.csv(*SCORES)}
    mine = [r for r in mirror.csv(*MATRIX) if r["benchmark"].lower() == name]
    labels = [access[r["model"]] for r in mine]
    assert (sum(is_open(x) is True for x in labels), len(labels)) == (labelled, whole)
    assert round(100 * labelled / whole) == percent
    found = one("coverage", benchmark=benchmark, source="epoch_index").detail
    repaired = labelled + OPEN_UNLABELLED[benchmark]
    assert (found["results_of_group"], found["results"]) == (repaired, whole)
    assert OPEN_UNLABELLED[benchmark] <= sum(is_open(x) is None for x in labels)
