"""How a name is resolved: the ways and their order, aliases that move, and what stays unknown."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable

import pytest

from scoreboard import curated as c
from scoreboard.curation import Curated
from scoreboard.identify import identify
from scoreboard.names import Links, Name, Resolver
from scoreboard.tables import Row
from small_data import DAY, curated, database, fact, model, price, score, table, tokens

CURATED = curated(
    {
        "deepseek": [
            model(
                "deepseek-v3",
                "DeepSeek V3",
                released="2024-12-26",
                repo=["deepseek-ai/DeepSeek-V3"],
                names=[
                    {"source": "any", "name": "deepseek-chat", "to": "2025-03-23"},
                    {"source": "openrouter_models", "name": "deepseek/deepseek-chat"},
                ],
            ),
            model(
                "deepseek-v3-0324",
                repo=["deepseek-ai/DeepSeek-V3-0324"],
                names=[
                    {
                        "source": "any",
                        "name": "deepseek-chat",
                        "from": "2025-03-24",
                        "to": "2025-08-20",
                    },
                    {"source": "epoch_index", "name": "DeepSeek V3"},
                ],
            ),
            model(
                "deepseek-v3.1",
                names=[{"source": "any", "name": "deepseek-chat", "from": "2025-08-21"}],
            ),
            model("deepseek-v3.1-base", repo=["deepseek-ai/DeepSeek-V3.1-Base"]),
        ],
        "openai": [
            model("gpt-5", "GPT-5", released="2025-08-07", aka=["gpt-5-2025-08-07"]),
            model("gpt-5-mini", "GPT-5 mini", released="2025-08-07"),
            model("gpt-5.2", "GPT-5.2", released="2025-12-11"),
            model("gpt-5.2-pro", "GPT-5.2 Pro"),
            model("gpt-4o-2024-05-13", "GPT-4o (May 2024)"),
            model("gpt-4o-2024-08-06", "GPT-4o (Aug 2024)"),
            model("twin-1", "Twin"),
            model("twin-2", "Twin"),
        ],
        "google": [
            model("gemma-3-27b-it", repo=["google/gemma-3-27b-it"]),
            model("twin-g", "Shared"),
        ],
        "alibaba": [
            model("qwen3-8b", repo=["Qwen/Qwen3-8B"]),
            model("twin-q", "Shared"),
        ],
    }
)
NAMESPACES = {"openrouter_models": "openrouter", "openrouter_weekly": "openrouter"}


def resolver(
    curated: Curated = CURATED, links: Links | None = None, repos: Iterable[str] = ()
) -> Resolver:
    return Resolver(curated, repos, links, NAMESPACES, ["epoch_index", "epoch_hub"])


def found(
    name: str, source: str = "models_dev", provider: str = "", links: Links | None = None
) -> list[str]:
    return [m.model for m in resolver(links=links).resolve(Name(source, name, provider))]


def on(name: str, day: str, provider: str = "", source: str = "models_dev") -> str | None:
    meaning = resolver().on(Name(source, name, provider), DAY(day))
    return meaning.model if meaning else None


# the ways, in order


def test_a_sources_own_name_beats_an_identifier() -> None:
    assert found("DeepSeek V3", source="epoch_index") == ["deepseek-v3-0324"]
    assert found("DeepSeek V3", source="epoch_hub") == ["deepseek-v3"]


def test_a_sources_own_name_beats_one_of_any_source() -> None:
    slug = "deepseek/deepseek-chat"
    assert found(slug, source="openrouter_models") == ["deepseek-v3"]
    assert len(found(slug, provider="deepseek")) == 3


def test_a_sources_own_name_is_its_spelling_and_no_more() -> None:
    entries = [
        model("deepseek-v3"),
        model("deepseek-v3.1", names=[{"source": "litellm", "name": "deepseek.v3-v1:0"}]),
        model("deepseek-v4", names=[{"source": "litellm", "name": "deepseek/deepseek-v3"}]),
    ]
    world = resolver(curated({"deepseek": entries}))
    expected = {
        "deepseek.v3-v1:0": "deepseek-v3.1",
        "us.deepseek.v3-v1:0": "deepseek-v3.1",
        "bedrock/us-east-1/deepseek.v3-v1:0": "deepseek-v3.1",
        "deepseek/deepseek-v3": "deepseek-v4",
        "deepseek/deepseek-v3:free": "deepseek-v4",
        "groq/deepseek-v3": "deepseek-v3",
        "groq/deepseek-ai/DeepSeek-V3": "deepseek-v3",
    }
    found = {n: [m.model for m in world.resolve(Name("litellm", n))] for n in expected}
    assert found == {name: [of] for name, of in expected.items()}
    elsewhere = world.resolve(Name("models_dev", "deepseek.v3-v1:0"))
    assert [m.model for m in elsewhere] == ["deepseek-v3"]


def test_a_name_that_is_curated_twice_is_one_meaning() -> None:
    names = [{"source": "any", "name": n} for n in ("gpt-4.1-x", "GPT 4-1 x")]
    world = resolver(curated({"openai": [model("gpt-4.1", names=names)]}))
    assert [m.model for m in world.resolve(Name("models_dev", "gpt-4-1-x"))] == ["gpt-4.1"]


def test_an_exact_identifier_beats_a_link() -> None:
    links = Links(repo={("models_dev", "gpt-5"): "Qwen/Qwen3-8B"})
    assert found("gpt-5", links=links) == ["gpt-5"]


def test_a_link_beats_the_rules() -> None:
    links = Links(repo={("models_dev", "gpt_5"): "Qwen/Qwen3-8B"})
    assert found("gpt_5", links=links) == ["qwen3-8b"]
    assert found("gpt_5") == ["gpt-5"]


def test_the_rules_beat_listed_versions() -> None:
    links = Links()
    links.versions["GPT 5"] = {"gpt-4o-2024-08-06"}
    assert found("GPT 5", source="epoch_index", links=links) == ["gpt-5"]
    links.versions["Flagship"] = {"gpt-4o-2024-08-06"}
    assert found("Flagship", source="epoch_index", links=links) == ["gpt-4o-2024-08-06"]


@pytest.mark.parametrize(
    ("name", "expected", "says"),
    [
        ("DeepSeek V3", "deepseek-v3", "exact identifier"),
        ("gpt-5-2025-08-07", "gpt-5", "exact identifier"),
        ("deepseek-ai/deepseek-v3", "deepseek-v3", "exact identifier"),
        ("DEEPSEEK_V3.1 base", "deepseek-v3.1-base", "rules"),
        ("deepseek-chat", "deepseek-v3", "dated name"),
    ],
)
def test_every_meaning_says_how(name: str, expected: str, says: str) -> None:
    first = resolver().resolve(Name("models_dev", name))[0]
    assert first.model == expected
    assert says in first.how


# aliases that move


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2024-12-30", "deepseek-v3"),
        ("2025-03-23", "deepseek-v3"),
        ("2025-03-24", "deepseek-v3-0324"),
        ("2025-08-20", "deepseek-v3-0324"),
        ("2025-08-21", "deepseek-v3.1"),
        ("2026-11-01", "deepseek-v3.1"),
    ],
)
def test_an_alias_means_what_it_meant_on_the_day(day: str, expected: str) -> None:
    assert on("deepseek-chat", day) == expected
    assert on("deepseek-chat", day, provider="deepseek") == expected
    assert on("deepseek/deepseek-chat", day, provider="deepseek") == expected


def test_an_alias_of_another_host_is_not_known() -> None:
    assert on("deepseek-chat", "2025-09-01", provider="groq") is None
    assert on("deepseek/deepseek-chat", "2025-09-01", provider="somewhere") is None


def test_a_timeless_name_holds_with_every_host() -> None:
    entry = model("gpt-4.1", names=[{"source": "any", "name": "gpt-four-one"}])
    world = resolver(curated({"openai": [entry]}))
    assert [m.model for m in world.resolve(Name("x", "gpt-four-one", "groq"))] == ["gpt-4.1"]


def test_an_alias_of_a_reupload_or_of_another_developer_is_not_known() -> None:
    assert found("unsloth/deepseek-chat") == []
    assert found("openai/deepseek-chat") == []


def test_the_meanings_of_an_alias_do_not_overlap() -> None:
    meanings = resolver().resolve(Name("models_dev", "deepseek-chat"))
    for earlier, later in itertools.pairwise(meanings):
        assert earlier.until is not None
        assert later.since == earlier.until + dt.timedelta(days=1)


# what resolves to nothing


def test_a_name_of_two_models_is_none() -> None:
    assert found("Twin") == []
    keys = resolver(
        curated({"openai": [model("a-1", aka=["same x"]), model("a-2", aka=["same-x"])]})
    )
    assert keys.resolve(Name("models_dev", "same_x")) == []


def test_a_developer_settles_what_the_name_leaves_open() -> None:
    assert found("Shared") == []
    assert found("google/shared") == ["twin-g"]
    assert found("qwen/shared") == ["twin-q"]


def test_another_developers_prefix_is_none() -> None:
    assert found("openai/gemma-3-27b-it") == []
    assert found("google/gemma-3-27b-it") == ["gemma-3-27b-it"]


@pytest.mark.parametrize(
    "name", ["unsloth/gemma-3-27b-it", "TheBloke/gemma-3-27b-it", "groq/unsloth/Qwen3-8B"]
)
def test_a_reupload_is_none(name: str) -> None:
    assert found(name) == []


@pytest.mark.parametrize(
    "name", ["gpt-6", "gpt-5-nano", "gemma-3-12b-it", "qwen3-8b-fp8", "qwen3-8b-base", "", "/", ":"]
)
def test_an_unknown_name_is_none(name: str) -> None:
    assert found(name) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gpt-5", "gpt-5"),
        ("GPT-5 mini", "gpt-5-mini"),
        ("gpt-5-2", "gpt-5.2"),
        ("gpt-5-2-pro", "gpt-5.2-pro"),
    ],
)
def test_neighbours_stay_apart(name: str, expected: str) -> None:
    assert found(name) == [expected]


# dated ids


def test_a_date_near_the_release_may_be_dropped() -> None:
    assert found("gpt-5.2-2025-12-11") == ["gpt-5.2"]
    assert found("gpt-5-mini-20250810") == ["gpt-5-mini"]


def test_a_date_away_from_the_release_is_another_model() -> None:
    assert found("gpt-5.2-2026-06-01") == []
    assert found("gpt-5-mini-2024-08-07") == []


def test_a_date_says_nothing_without_a_release() -> None:
    assert found("gpt-5.2-pro-2025-12-11") == []


def test_dated_siblings_stay_apart() -> None:
    assert found("gpt-4o-20240806") == ["gpt-4o-2024-08-06"]
    assert found("openai/gpt-4o@20240513") == ["gpt-4o-2024-05-13"]
    assert found("gpt-4o") == []
    assert found("gpt-4o-2024-11-20") == []


# variants


def test_a_variant_is_kept_beside_the_model() -> None:
    meaning = resolver().resolve(Name("openrouter_weekly", "openai/gpt-5:free"))[0]
    assert (meaning.model, meaning.variant) == ("gpt-5", "free")
    meaning = resolver().resolve(Name("epoch_hub", "gpt-5-2025-08-07_high"))[0]
    assert (meaning.model, meaning.variant) == ("gpt-5", "high")
    assert found("gpt-5_high", source="models_dev") == []


# links


def test_a_repository_that_a_document_names() -> None:
    links = Links(repo={("openrouter", "qwen/qwen-eight"): "Qwen/Qwen3-8B"})
    assert found("qwen/qwen-eight", source="openrouter_weekly", links=links) == ["qwen3-8b"]
    free = resolver(links=links).resolve(Name("openrouter_weekly", "qwen/qwen-eight:free"))
    assert [(m.model, m.variant) for m in free] == [("qwen3-8b", "free")]
    assert found("qwen/qwen-eight", source="models_dev", links=links) == []


def test_a_repository_of_nobody_we_know_says_nothing() -> None:
    links = Links(repo={("models_dev", "mine"): "unsloth/Qwen3-8B"})
    assert found("mine", links=links) == []


def test_a_canonical_slug() -> None:
    links = Links(slug={("openrouter", "openai/gpt-latest"): "openai/gpt-5.2-20251211"})
    assert found("openai/gpt-latest", source="openrouter_models", links=links) == ["gpt-5.2"]


def test_slugs_in_a_circle_end() -> None:
    links = Links(slug={("models_dev", "a"): "b", ("models_dev", "b"): "a"})
    assert found("a", links=links) == []


def test_versions_in_a_circle_end() -> None:
    links = Links()
    links.versions["One"] = {"Other"}
    links.versions["Other"] = {"One"}
    assert found("One", source="epoch_index", links=links) == []


def test_versions_must_agree() -> None:
    links = Links()
    links.versions["GPT-4o"] = {"gpt-4o-2024-05-13", "gpt-4o-2024-08-06"}
    assert found("GPT-4o", source="epoch_index", links=links) == []
    links.versions["GPT-4o"] = {"gpt-4o-2024-05-13", "GPT-4o"}
    assert found("GPT-4o", source="epoch_index", links=links) == ["gpt-4o-2024-05-13"]


def test_a_stated_organisation_must_be_the_developers() -> None:
    links = Links(organisation={"Shared": "Google DeepMind,Somebody", "GPT-5": "Meta AI"})
    assert found("Shared", source="epoch_hub", links=links) == ["twin-g"]
    assert found("GPT-5", source="epoch_hub", links=links) == ["gpt-5"]  # a developer not known
    links.organisation["GPT-5"] = "Google"
    assert found("GPT-5", source="epoch_hub", links=links) == []
    assert found("GPT-5", source="models_dev", links=links) == ["gpt-5"]


# repositories and releases


def test_a_developers_repository_is_a_model() -> None:
    world = resolver(repos=["Qwen/Qwen3-8B-FP8", "unsloth/Qwen3-8B", "Qwen/Qwen3-8B", "no-slash"])
    assert world.registry.models["qwen3-8b-fp8"].developer == "alibaba"
    assert "unsloth/qwen3-8b" not in world.registry.models
    assert [m.model for m in world.resolve(Name("atom", "Qwen/Qwen3-8B-FP8"))] == ["qwen3-8b-fp8"]
    assert [m.model for m in world.resolve(Name("atom", "Qwen/Qwen3-8B"))] == ["qwen3-8b"]


def test_the_longest_release_pattern_wins() -> None:
    releases = [
        ("alibaba", c.ReleaseEntry(id="qwen3", family="qwen", repos=["Qwen/Qwen3-*"], evidence=[])),
        ("alibaba", c.ReleaseEntry(id="vl", family="qwen", repos=["Qwen/Qwen3-VL-*"], evidence=[])),
        ("google", c.ReleaseEntry(id="any", family="gemma", repos=["*"], evidence=[])),
    ]
    world = resolver(
        curated({}, releases=releases), repos=["Qwen/Qwen3-VL-8B", "Qwen/Qwen3-4B", "Qwen/QwQ-32B"]
    )
    of = {k: m.release.id if m.release else None for k, m in world.registry.models.items()}
    assert of == {"qwen3-vl-8b": "vl", "qwen3-4b": "qwen3", "qwq-32b": None}


# the table of names


def names_table(*observed: Row) -> dict[tuple[str, str, str], tuple[str, str, bool]]:
    connection = database(observed)
    identify(connection, CURATED)
    columns = "source, provider, name, model, variant, resolved"
    return {r[:3]: r[3:] for r in table(connection, f"SELECT {columns} FROM names")}


def test_names_of_every_table_are_resolved() -> None:
    written = names_table(
        score("epoch_hub", "gpt-5_high", "MMLU", 90),
        price("openai", "gpt-5", "1.25"),
        tokens("openai/gpt-5:free", 10, "2025-12-22"),
        tokens("other", 10, "2025-12-22"),
        fact("models_dev_models", "openai/gpt-5", "release_date", "2025-08-07"),
        fact("models_dev", "openai/gpt-9", "release_date", "2025-08-07", kind="offer"),
    )
    assert written == {
        ("epoch_hub", "", "gpt-5_high"): ("gpt-5", "high", True),
        ("models_dev", "openai", "gpt-5"): ("gpt-5", "", True),
        ("openrouter_weekly", "", "openai/gpt-5:free"): ("gpt-5", "free", True),
        ("models_dev_models", "", "openai/gpt-5"): ("gpt-5", "", True),
    }


def test_two_sources_of_one_developer_join() -> None:
    written = names_table(
        price("groq", "openai/gpt-oss-7b", "1"),
        price("groq", "openai/GPT_OSS 7B", "1", source="litellm"),
    )
    assert set(written.values()) == {("gpt-oss-7b", "", True)}


@pytest.mark.parametrize("other", ["google/gpt-oss-7b", "unsloth/gpt-oss-7b", "openai/gpt-oss-70b"])
def test_names_of_two_developers_do_not_join(other: str) -> None:
    written = names_table(
        price("groq", "openai/gpt-oss-7b", "1"), price("groq", other, "1", source="litellm")
    )
    assert {v[0] for v in written.values()} == {""}


def test_a_name_that_joins_only_itself_is_unresolved() -> None:
    written = names_table(
        price("groq", "openai/gpt-oss-7b", "1"), price("bedrock", "openai/gpt-oss-7b", "1")
    )
    assert set(written.values()) == {("", "", False)}


def test_documents_with_the_same_identifiers_are_one_place() -> None:
    written = names_table(
        tokens("openai/gpt-oss-7b", 1, "2025-12-22"),
        fact("openrouter_models", "openai/gpt-oss-7b", "created", "2025-12-01"),
    )
    assert set(written.values()) == {("", "", False)}


@pytest.mark.parametrize("name", ["openai/gpt-latest", "openai/model-preview", "openai/gpt-4o"])
def test_moving_or_ambiguous_names_do_not_join(name: str) -> None:
    written = names_table(price("groq", name, "1"), price("groq", name, "1", source="litellm"))
    assert {v[0] for v in written.values()} == {""}


def test_a_repository_seen_once_is_a_model_but_joins_nothing() -> None:
    written = names_table(fact("models_dev_models", "Qwen/Qwen9", "weights_repo", "Qwen/Qwen9"))
    assert written == {("models_dev_models", "", "Qwen/Qwen9"): ("qwen9", "", False)}
    both = names_table(
        fact("models_dev_models", "Qwen/Qwen9", "weights_repo", "Qwen/Qwen9"),
        price("groq", "qwen/qwen9", "1"),
    )
    assert set(both.values()) == {("qwen9", "", True)}
