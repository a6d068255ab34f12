"""The resolver against the real data: labelled pairs, models that must stay apart, coverage.

The pairs of `data/name_pairs.csv` were labelled from what documents state, never by the resolver.
Only the curated files and the bundle are read.
"""

from __future__ import annotations

import csv
import datetime as dt
import fnmatch
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from scoreboard.curation import Curated, load_curated
from scoreboard.engine import connect, rows
from scoreboard.identify import Identified, identify
from scoreboard.load import load_tables
from scoreboard.names import Name
from scoreboard.observe import USAGE
from scoreboard.registry import Meaning

DATA = Path(__file__).parents[1] / "data"
LABELLED = Path(__file__).parent / "data" / "name_pairs.csv"
PAIRS = list(csv.DictReader(LABELLED.read_text(encoding="utf-8").splitlines()))
FIVE = ("qwen", "deepseek", "llama", "mistral", "gemma")
MISTRALS = r"mistral|mixtral|ministral|codestral|devstral|magistral|pixtral"


@dataclass
class Known:
    """The bundle with its names resolved."""

    connection: duckdb.DuckDBPyConnection
    curated: Curated
    identified: Identified
    spelled: dict[tuple[str, str], Name]

    def named(self, source: str, name: str) -> Name:
        """A name of a source; a list of offers writes its provider before it."""
        if (source, name) in self.spelled:
            return self.spelled[source, name]
        if source == "models_dev":
            provider, _, rest = name.partition("/")
            return Name(source, rest, provider)
        return Name(source, name)

    def on(self, source: str, name: str, day: dt.date) -> Meaning | None:
        """What a name means on a day."""
        asked = self.named(source, name)
        found = self.identified.meanings.get(asked)
        for meaning in self.identified.resolver.resolve(asked) if found is None else found:
            if (meaning.since or dt.date.min) <= day <= (meaning.until or dt.date.max):
                return meaning
        return None


@pytest.fixture(scope="module")
def known() -> Iterator[Known]:
    connection = connect()
    load_tables(connection, None, DATA / "bundle")
    curated = load_curated(DATA)
    identified = identify(connection, curated)
    spelled = {(n.source, n.name): n for n in identified.meanings if n.source != "models_dev"}
    yield Known(connection, curated, identified, spelled)
    connection.close()


# labelled pairs


def test_there_are_enough_pairs_and_half_are_apart() -> None:
    labels = Counter(p["same"] for p in PAIRS)
    assert set(labels) == {"yes", "no", "variant"}
    assert len(PAIRS) >= 200
    assert labels["no"] * 2 >= len(PAIRS)
    assert all(p["evidence"] for p in PAIRS)


def judged(known: Known, pair: dict[str, str]) -> str:
    """What the resolver says of a pair: yes, variant, no, or unresolved."""
    one, other = (
        known.on(pair[f"source_{x}"], pair[f"name_{x}"], dt.date.fromisoformat(pair[f"date_{x}"]))
        for x in "ab"
    )
    if one is None or other is None:
        return "unresolved"
    if one.model != other.model:
        return "no"
    return "yes" if one.variant == other.variant else "variant"


def test_no_pair_is_merged_falsely(known: Known) -> None:
    """Two models are never one; two variants of one model are never one offer."""
    false = [
        (p["same"], p["source_a"], p["name_a"], p["source_b"], p["name_b"])
        for p in PAIRS
        if (p["same"], judged(known, p)) in {("no", "yes"), ("no", "variant"), ("variant", "yes")}
    ]
    assert false == []


def test_nearly_all_equal_pairs_are_joined(known: Known) -> None:
    equal = [p for p in PAIRS if p["same"] == "yes"]
    missed = [(p["name_a"], p["name_b"]) for p in equal if judged(known, p) != "yes"]
    assert len(missed) <= 0.15 * len(equal), missed


def test_a_pair_is_joined_whichever_way_round(known: Known) -> None:
    for pair in PAIRS[::7]:
        other = dict(pair)
        for part in ("source", "name", "date"):
            other |= {f"{part}_a": pair[f"{part}_b"], f"{part}_b": pair[f"{part}_a"]}
        assert judged(known, other) == judged(known, pair)


# models that must stay apart, each as several sources spell it

APART: dict[str, list[tuple[str, str]]] = {
    "deepseek-v3": [
        ("atom", "deepseek-ai/DeepSeek-V3"),
        ("epoch_hub", "DeepSeek-V3"),
        ("models_dev", "alibaba-cn/deepseek-v3"),
        ("open_weight_labels", "deepseek/deepseek-chat-v3"),
        ("openrouter_weekly", "deepseek/deepseek-chat-v3"),
        ("litellm", "azure_ai/deepseek-v3"),
        ("litellm", "together_ai/deepseek-ai/DeepSeek-V3"),
    ],
    "deepseek-v3-0324": [
        ("atom", "deepseek-ai/DeepSeek-V3-0324"),
        ("epoch_hub", "DeepSeek-V3-0324"),
        ("epoch_index", "DeepSeek-V3 (Mar 2025)"),
        ("litellm", "azure_ai/deepseek-v3-0324"),
        ("openrouter_weekly", "deepseek/deepseek-chat-v3-0324"),
    ],
    "deepseek-v3.1": [
        ("atom", "deepseek-ai/DeepSeek-V3.1"),
        ("epoch_hub", "DeepSeek-V3.1"),
        ("litellm", "azure_ai/deepseek-v3.1"),
        ("litellm", "deepseek.v3-v1:0"),
        ("openrouter_weekly", "deepseek/deepseek-chat-v3.1"),
    ],
    "deepseek-v3.2-exp": [
        ("atom", "deepseek-ai/DeepSeek-V3.2-Exp"),
        ("epoch_index", "DeepSeek-V3.2-Exp"),
        ("models_dev", "aihubmix/DeepSeek-V3.2-Exp"),
        ("openrouter_weekly", "deepseek/deepseek-v3.2-exp"),
    ],
    "deepseek-v3.2": [
        ("atom", "deepseek-ai/DeepSeek-V3.2"),
        ("epoch_index", "DeepSeek-V3.2"),
        ("epoch_hub", "fireworks/deepseek-v3p2"),
        ("litellm", "azure_ai/deepseek-v3.2"),
        ("openrouter_rankings", "deepseek/deepseek-v3.2-20251201"),
    ],
    "deepseek-r1": [
        ("atom", "deepseek-ai/DeepSeek-R1"),
        ("epoch_index", "DeepSeek-R1"),
        ("litellm", "azure_ai/deepseek-r1"),
        ("openrouter_weekly", "deepseek/deepseek-r1"),
    ],
    "deepseek-r1-0528": [
        ("atom", "deepseek-ai/DeepSeek-R1-0528"),
        ("epoch_index", "DeepSeek-R1 (May 2025)"),
        ("epoch_hub", "chutes/DeepSeek-R1-0528"),
        ("litellm", "crusoe/deepseek-ai/DeepSeek-R1-0528"),
        ("openrouter_weekly", "deepseek/deepseek-r1-0528"),
    ],
    "qwen3-235b-a22b": [
        ("atom", "Qwen/Qwen3-235B-A22B"),
        ("epoch_index", "Qwen3-235B-A22B"),
        ("litellm", "deepinfra/Qwen/Qwen3-235B-A22B"),
        ("openrouter_weekly", "qwen/qwen3-235b-a22b-04-28"),
    ],
    "qwen3-235b-a22b-instruct-2507": [
        ("atom", "Qwen/Qwen3-235B-A22B-Instruct-2507"),
        ("epoch_index", "Qwen3-235B-A22B-Instruct (Jul 2025)"),
        ("litellm", "qwen.qwen3-235b-a22b-2507-v1:0"),
        ("openrouter_weekly", "qwen/qwen3-235b-a22b-07-25"),
    ],
    "qwen3-235b-a22b-thinking-2507": [
        ("atom", "Qwen/Qwen3-235B-A22B-Thinking-2507"),
        ("epoch_index", "Qwen3-235B-A22B-Thinking (Jul 2025)"),
        ("epoch_hub", "chutes/Qwen3-235B-A22B-Thinking-2507"),
        ("openrouter_weekly", "qwen/qwen3-235b-a22b-thinking-2507"),
    ],
    "qwen3-max": [
        ("epoch_hub", "qwen3-max-2025-09-23"),
        ("epoch_index", "Qwen3-Max"),
        ("litellm", "dashscope/qwen3-max"),
        ("models_dev_models", "alibaba/qwen3-max"),
    ],
    "llama-4-scout": [
        ("atom", "meta-llama/Llama-4-Scout-17B-16E-Instruct"),
        ("epoch_index", "Llama 4 Scout"),
        ("models_dev", "amazon-bedrock/meta.llama4-scout-17b-instruct-v1:0"),
        ("openrouter_weekly", "meta-llama/llama-4-scout-17b-16e-instruct"),
    ],
    "llama-4-scout-17b-16e": [("atom", "meta-llama/Llama-4-Scout-17B-16E")],
    "llama-4-maverick": [
        ("atom", "meta-llama/Llama-4-Maverick-17B-128E-Instruct"),
        ("epoch_index", "Llama 4 Maverick"),
        ("litellm", "meta.llama4-maverick-17b-instruct-v1:0"),
        ("openrouter_weekly", "meta-llama/llama-4-maverick-17b-128e-instruct"),
    ],
    "llama-4-maverick-fp8": [("atom", "meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8")],
    "gpt-5": [
        ("epoch_index", "GPT-5"),
        ("litellm", "azure/eu/gpt-5"),
        ("models_dev_models", "openai/gpt-5"),
        ("openrouter_weekly", "openai/gpt-5-2025-08-07"),
    ],
    "gpt-5-mini": [
        ("epoch_index", "GPT-5 mini"),
        ("litellm", "azure/eu/gpt-5-mini"),
        ("openrouter_weekly", "openai/gpt-5-mini-2025-08-07"),
    ],
    "gpt-5.2": [
        ("epoch_index", "GPT-5.2"),
        ("litellm", "azure/eu/gpt-5.2"),
        ("openrouter_weekly", "openai/gpt-5.2-20251211"),
    ],
    "gpt-5.2-pro": [
        ("epoch_index", "GPT-5.2 Pro"),
        ("epoch_hub", "gpt-5.2-pro-2025-12-11"),
        ("litellm", "azure/eu/gpt-5.2-pro"),
    ],
    "qwen2.5-72b": [("atom", "Qwen/Qwen2.5-72B"), ("epoch_hub", "Qwen2.5-72B")],
    "qwen2.5-72b-instruct": [
        ("atom", "Qwen/Qwen2.5-72B-Instruct"),
        ("epoch_hub", "qwen2.5-72b-instruct"),
        ("epoch_index", "Qwen2.5-72B"),  # that table's name for the best scored version
        ("openrouter_weekly", "qwen/qwen-2.5-72b-instruct"),
    ],
    "llama-3.1-405b": [
        ("atom", "meta-llama/Llama-3.1-405B"),
        ("epoch_hub", "Llama-3.1-405B"),
        ("models_dev", "kilo/meta-llama/llama-3.1-405b"),
    ],
    "llama-3.1-405b-instruct": [
        ("atom", "meta-llama/Llama-3.1-405B-Instruct"),
        ("epoch_hub", "Llama-3.1-405B-Instruct"),
        ("litellm", "azure_ai/Meta-Llama-3.1-405B-Instruct"),
    ],
    "llama-3.3-70b-instruct": [
        ("atom", "meta-llama/Llama-3.3-70B-Instruct"),
        ("openrouter_weekly", "meta-llama/llama-3.3-70b-instruct"),
    ],
    "gemma-3-12b-it": [("atom", "google/gemma-3-12b-it")],
    "gemma-3-27b-it": [
        ("atom", "google/gemma-3-27b-it"),
        ("openrouter_weekly", "google/gemma-3-27b-it"),
    ],
    "gemma-3-27b-pt": [("atom", "google/gemma-3-27b-pt")],
}
LATE = dt.date(2026, 8, 21)


@pytest.mark.parametrize("model", APART)
def test_a_model_has_its_spellings_and_no_others(known: Known, model: str) -> None:
    found = {}
    for source, name in APART[model]:
        assert known.named(source, name) in known.identified.meanings, "not in the bundle"
        meaning = known.on(source, name, LATE)
        found[source, name] = meaning.model if meaning else None
    assert found == dict.fromkeys(APART[model], model)


OF_AIDER = {  # labelled from the command of each run; None: not a model of ours
    "gpt-5 (high)": ("gpt-5", "high"),
    "o3": ("o3", ""),
    "o1-mini (whole)": ("o1-mini", ""),
    "claude-3-7-sonnet-20250219 (32k thinking tokens)": ("claude-3.7-sonnet", "32k"),
    "claude-3-7-sonnet-20250219 (no thinking)": ("claude-3.7-sonnet", ""),
    "DeepSeek-V3.2-Exp (Reasoner)": ("deepseek-v3.2-exp", "thinking"),
    "DeepSeek V3 (0324)": ("deepseek-v3-0324", ""),
    "llama3-70b-8192": ("llama-3-70b-instruct", ""),
    "Grok-2": ("grok-2-2024-08-13", ""),  # run in October 2024
    "gemini-1.5-flash-latest": ("gemini-1.5-flash-001", ""),  # run in June 2024
    "Ollama: q2_K": ("qwen2.5-coder-32b-instruct", "ollama-q2_k"),
    "ollama/mistral-small": ("mistral-small-instruct-2409", "ollama"),
    "ollama/Qwen2.5.1-Coder-7B-Instruct-GGUF:Q8_0-32k": None,
    "Reflection-70B": None,
    "Dracarys2-72B-Instruct": None,
}


def test_names_of_aider(known: Known) -> None:
    """Efforts, quantisations and hosts are variants; a fine-tune is not its base."""
    found = {name: known.on("aider", name, dt.date(2025, 10, 3)) for name in OF_AIDER}
    assert {n: m and (m.model, m.variant) for n, m in found.items()} == OF_AIDER


def test_efforts_are_variants_of_one_model(known: Known) -> None:
    efforts = ["high", "low", "medium", "minimal"]
    names = [f"gpt-5-2025-08-07_{e}" for e in efforts]
    found = [known.on("epoch_hub", name, LATE) for name in names]
    assert [(m.model, m.variant) for m in found if m] == [("gpt-5", e) for e in efforts]


@pytest.mark.parametrize(
    ("source", "name", "never"),
    [
        ("models_dev", "chutes/unsloth/gemma-3-12b-it", "gemma-3-12b-it"),
        ("models_dev", "chutes/unsloth/gemma-3-27b-it", "gemma-3-27b-it"),
        ("models_dev", "evroc/nvidia/Llama-3.3-70B-Instruct-FP8", "llama-3.3-70b-instruct"),
        ("models_dev", "vultr/nvidia/DeepSeek-V3.2-NVFP4", "deepseek-v3.2"),
        ("models_dev", "nano-gpt/huihui-ai/Llama-3.3-70B-Instruct-abliterated",
         "llama-3.3-70b-instruct"),
        ("models_dev", "nano-gpt/TEE/qwen3.6-35b-a3b-uncensored", "qwen3.6-35b-a3b"),
        ("atom", "Qwen/Qwen3-235B-A22B-FP8", "qwen3-235b-a22b"),
        ("atom", "Qwen/Qwen3-235B-A22B-Instruct-2507-FP8", "qwen3-235b-a22b-instruct-2507"),
        ("atom", "deepseek-ai/DeepSeek-R1-Distill-Llama-70B", "deepseek-r1"),
        ("atom", "deepseek-ai/DeepSeek-R1-0528-Qwen3-8B", "deepseek-r1-0528"),
        ("models_dev", "chutes/tngtech/DeepSeek-R1T-Chimera", "deepseek-r1"),
        ("models_dev", "kilo/nex-agi/deepseek-v3.1-nex-n1", "deepseek-v3.1"),
        ("litellm", "deepinfra/deepseek-ai/DeepSeek-R1-Turbo", "deepseek-r1"),
        ("open_weight_labels", "openai/gpt-oss-safeguard-20b", "gpt-oss-20b"),
    ],
)  # fmt: skip
def test_quantised_uploads_and_fine_tunes_are_not_their_model(
    known: Known, source: str, name: str, never: str
) -> None:
    assert known.named(source, name) in known.identified.meanings, "not in the bundle"
    meaning = known.on(source, name, LATE)
    assert meaning is None or meaning.model != never


def test_a_name_means_at_most_one_model_on_a_day(known: Known) -> None:
    for name, found in known.identified.meanings.items():
        ordered = sorted(found, key=lambda m: m.since or dt.date.min)
        for one, other in itertools.pairwise(ordered):
            assert one.until and other.since and one.until < other.since, name


# coverage


def test_nearly_all_named_tokens_are_of_known_models(known: Known) -> None:
    known.connection.execute(USAGE)
    found = rows(
        known.connection,
        "SELECT source, sum(tokens) FILTER (WHERE model <> '') / sum(tokens) AS share FROM usage "
        "WHERE source_name <> 'other' AND start >= DATE '2025-02-10' GROUP BY 1 ORDER BY 1",
    )
    known.connection.execute("DROP TABLE usage")
    assert {r["source"] for r in found} == {"openrouter_rankings", "openrouter_weekly"}
    assert {r["source"]: r["share"] for r in found if r["share"] < 0.95} == {}


def index_models(known: Known) -> list[tuple[str, dt.date | None, dt.date]]:
    """Name, release and date of document of every model of the capability index."""
    found = rows(
        known.connection,
        "SELECT DISTINCT source_name, released, s.published FROM scores "
        "JOIN snapshots s ON s.id = snapshot_id WHERE s.source = 'epoch_index' "
        "AND benchmark = 'index' ORDER BY ALL",
    )
    return [(r["source_name"], r["released"], r["published"]) for r in found]


def test_the_models_of_the_capability_index_are_known(known: Known) -> None:
    found = index_models(known)
    resolved = [known.on("epoch_index", name, day) is not None for name, _, day in found]
    assert len(found) > 300
    assert sum(resolved) >= 0.90 * len(found)
    late = [
        ok
        for ok, (_, released, _) in zip(resolved, found, strict=True)
        if released and released >= dt.date(2024, 6, 1)
    ]
    assert sum(late) >= 0.97 * len(late)


def patterns(curated: Curated) -> Iterator[tuple[str, str]]:
    """Organisation and rest of every repository pattern of the five families."""
    for family in FIVE:
        entry = curated.families[family]
        orgs = {o.lower() for o in curated.developers[entry.developer].orgs}
        for pattern in entry.repos:
            rest = pattern.partition("/")[2].lower()
            # all repositories of an organisation: other spellings of it do not say the family
            named = {pattern.partition("/")[0].lower()} if rest == "*" else orgs
            yield from ((org, rest) for org in sorted(named))


def of_the_five(curated: Curated, names: Iterable[str]) -> list[str]:
    """The names with the prefix and pattern of one of the families."""
    known = list(patterns(curated))
    return [
        name
        for name in names
        if any(
            name.lower().partition("/")[0] == org
            and fnmatch.fnmatchcase(name.lower().partition("/")[2].partition(":")[0], rest)
            for org, rest in known
        )
    ]


@pytest.mark.parametrize(
    ("source", "least"),
    [("atom", 400), ("open_weight_labels", 50), ("openrouter_weekly", 30),
     ("openrouter_rankings", 10)],
)  # fmt: skip
def test_every_model_of_the_five_families_is_known(known: Known, source: str, least: int) -> None:
    found = rows(
        known.connection,
        "SELECT name, bool_and(resolved) AS resolved FROM names WHERE source = ? GROUP BY name",
        [source],
    )
    resolved = {r["name"]: r["resolved"] for r in found}
    mine = of_the_five(known.curated, resolved)
    assert len(mine) >= least
    assert [name for name in mine if not resolved[name]] == []


def test_every_index_model_of_the_five_families_is_known(known: Known) -> None:
    family = re.compile(rf"(?:^|[^a-z])(?:qwen|qwq|qvq|deepseek|llama|gemma|{MISTRALS})", re.I)
    mine = [(name, day) for name, _, day in index_models(known) if family.search(name)]
    assert len(mine) >= 100
    unknown = [name for name, day in mine if known.on("epoch_index", name, day) is None]
    assert unknown == []
