"""Who wins when sources disagree, what follows for openness, and rows joined to models."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoreboard import curated as c
from scoreboard.curation import Curated
from scoreboard.derive import Derived, derive
from scoreboard.facts import (
    EUROPE,
    RANKS,
    Rank,
    Statement,
    choose,
    curated_statements,
    is_unrestricted,
    openness_periods,
    region_of,
)
from scoreboard.identify import identify
from scoreboard.tables import Row, Snapshot
from small_data import (
    DAY,
    FREE,
    LICENCES,
    curated,
    database,
    fact,
    model,
    price,
    snapshot,
    table,
)

KNOWN = {x.id: x for x in LICENCES}


def said(
    value: str,
    rank: Rank = "catalogue",
    source: str = "one",
    *,
    attribute: str = "released",
    evidence: str = "",
    seen: str = "2025-12-31",
) -> Statement:
    return Statement("m", attribute, value, rank, source, evidence, seen=DAY(seen))


def won(*statements: Statement) -> str | None:
    attribute = statements[0].attribute
    return choose(statements).value("m", attribute)


# who wins


@pytest.mark.parametrize("better", RANKS)
def test_the_better_rank_wins_whatever_is_newer(better: Rank) -> None:
    place = RANKS.index(better)
    worse = [said(rank, rank, seen="2026-01-01") for rank in RANKS[place + 1 :]]
    best = said("best", better, seen="2020-01-01")
    assert won(*worse, best) == won(best, *worse) == "best"


def test_the_ranks_are_in_order() -> None:
    assert RANKS == ("assumption", "correction", "developer", "curated", "catalogue")


def test_catalogues_that_agree() -> None:
    chosen = choose([said("a", source="one"), said("a", source="two")])
    assert chosen.value("m", "released") == "a"
    assert chosen.conflicts == []


def test_catalogues_that_disagree_are_unknown_and_listed() -> None:
    chosen = choose([said("a", source="one"), said("b", source="two")])
    assert chosen.value("m", "released") is None
    assert chosen.conflicts == [("m", "released")]


def test_one_catalogue_that_says_both_is_a_conflict() -> None:
    chosen = choose([said("a"), replace(said("b"), locator="/other")])
    assert chosen.conflicts == [("m", "released")]


def test_a_catalogue_that_changed_its_mind_counts_once() -> None:
    assert won(said("old", seen="2025-01-01"), said("new", seen="2025-12-31")) == "new"
    assert won(said("old", seen="2025-01-01"), said("new"), said("new", source="two")) == "new"


def test_a_model_may_have_several_repositories() -> None:
    chosen = choose([said("a/x", attribute="repo"), said("b/x", attribute="repo", source="two")])
    assert chosen.value("m", "repo") == "a/x"
    assert chosen.conflicts == []


def test_a_repository_beats_a_bare_no() -> None:
    no = said("false", attribute="weights", source="two")
    named = said("true", attribute="weights", evidence="repository")
    assert won(no, named) == won(named, no) == "true"
    assert won(no, replace(named, source="two")) == "true"


def test_a_bare_yes_does_not_beat_a_bare_no() -> None:
    chosen = choose(
        [said("true", attribute="weights"), said("false", attribute="weights", source="two")]
    )
    assert chosen.value("m", "weights") is None
    assert chosen.conflicts == [("m", "weights")]


def test_a_repository_no_longer_named_does_not_count() -> None:
    named = said("true", attribute="weights", evidence="repository", seen="2025-01-01")
    assert won(named, said("false", attribute="weights")) == "false"


def test_a_repository_does_not_beat_a_curated_no() -> None:
    named = said("true", attribute="weights", evidence="repository")
    assert won(named, said("false", "curated", "curated", attribute="weights")) == "false"


MIXED: list[tuple[str, Rank, str]] = [
    ("a", "catalogue", "one"), ("b", "catalogue", "two"), ("c", "curated", "curated"),
    ("d", "developer", "curated"), ("e", "catalogue", "three"),
]  # fmt: skip


@given(st.permutations([said(v, r, s) for v, r, s in MIXED]), st.integers(1, 5))
def test_the_order_of_statements_does_not_matter(statements: list[Statement], count: int) -> None:
    kept = statements[:count]
    one, other = choose(kept), choose(reversed(kept))
    assert (one.winners, one.conflicts) == (other.winners, other.conflicts)


def test_a_date_that_is_none() -> None:
    chosen = choose([said("2025"), said("2025-01-31", attribute="announced")])
    assert chosen.date("m", "released") is None
    assert chosen.date("m", "announced") == dt.date(2025, 1, 31)
    assert chosen.date("m", "weights_from") is None


# curated entries


def evidence(by: str) -> c.Evidence:
    return c.Evidence(address=f"https://example.org/{by}".replace(" ", "-"), by=by)


def test_the_developers_own_document_ranks_higher() -> None:
    entry = model(
        "m",
        released="2025-01-01",
        announced="2024-12-31",
        weights="2025-01-02",
        repo="Qwen/M",
        licence="mit",
        evidence={"*": "list", "released": ["own", "list"], "licence": "own"},
    )
    world = curated(
        {"alibaba": [entry]},
        evidence={
            ("models/alibaba.yml", "own"): evidence("Qwen"),
            ("models/alibaba.yml", "list"): evidence("Some list"),
        },
    )
    found = {s.attribute: (s.value, s.rank) for s in curated_statements(world, "m")}
    assert found == {
        "name": ("m", "curated"),
        "released": ("2025-01-01", "developer"),
        "announced": ("2024-12-31", "curated"),
        "weights": ("true", "curated"),
        "weights_from": ("2025-01-02", "curated"),
        "repo": ("Qwen/M", "curated"),
        "licence": ("mit", "developer"),
    }
    released = next(s for s in curated_statements(world, "m") if s.attribute == "released")
    assert released.evidence == "https://example.org/Qwen https://example.org/Some-list"
    assert released.locator == "models/alibaba.yml#m/released"


@pytest.mark.parametrize(
    ("entry", "weights"),
    [
        (model("m", weights="none"), {"weights": "false"}),
        (model("m", weights="2025-01-01"), {"weights": "true", "weights_from": "2025-01-01"}),
        (model("m", repo="Qwen/M"), {"weights": "true"}),
        (model("m"), {}),
    ],
)
def test_what_a_curated_entry_says_of_weights(entry: c.ModelEntry, weights: dict[str, str]) -> None:
    found = curated_statements(curated({"alibaba": [entry]}), "m")
    assert {s.attribute: s.value for s in found if s.attribute.startswith("weights")} == weights


# regions


@pytest.mark.parametrize(
    ("country", "region"),
    [("CN", "CN"), ("US", "US"), ("FR", "europe"), ("GB", "europe"), ("CH", "europe"),
     ("NO", "europe"), ("IS", "europe"), ("LI", "europe"), ("CA", "other"), ("KR", "other"),
     ("IL", "other"), ("RU", "other"), ("TW", "other"), ("", "unknown"), (None, "unknown")],
)  # fmt: skip
def test_region(country: str | None, region: str) -> None:
    assert region_of(country) == region


def test_europe_is_the_union_the_area_the_kingdom_and_switzerland() -> None:
    assert len(EUROPE) == 27 + 3 + 1 + 1


# licences


def licence(**rest: Any) -> c.LicenceEntry:
    return c.LicenceEntry.model_validate({"id": "x", "name": "X", **FREE, **rest})


def test_a_licence_without_limits_is_unrestricted() -> None:
    assert is_unrestricted(licence()) is True


@pytest.mark.parametrize(
    "limit",
    [
        {"commercial": False},
        {"use_policy": True},
        {"cap": "700 million users a month"},
        {"territory": "European Union"},
        {"field_of_use": "no military use"},
        {"naming_duty": "display the name"},
    ],
)
def test_each_single_limit_restricts(limit: dict[str, Any]) -> None:
    assert is_unrestricted(licence(**limit)) is False


@pytest.mark.parametrize(
    "entry",
    [
        {"commercial": False, "use_policy": None},
        {"commercial": None, "use_policy": True},
        {"commercial": True, "use_policy": None, "field_of_use": "research only"},
    ],
)
def test_one_limit_is_enough_where_the_rest_was_not_read(entry: dict[str, Any]) -> None:
    assert is_unrestricted(licence(**entry)) is False


@pytest.mark.parametrize("gap", [{"known": False}, {"commercial": None}, {"use_policy": None}])
def test_a_licence_that_was_not_read_is_unknown(gap: dict[str, Any]) -> None:
    assert is_unrestricted(licence(**gap)) is None


# openness through time


def periods(
    weights: bool | None, since: str | None, *licences: tuple[str | None, str]
) -> list[tuple[str | None, str | None, bool | None, str, str]]:
    found = openness_periods(
        "m",
        weights,
        DAY(since) if since else None,
        [(DAY(day) if day else None, name) for day, name in licences],
        KNOWN,
    )
    return [
        (str(p.valid_from) if p.valid_from else None, str(p.valid_to) if p.valid_to else None,
         p.weights, p.openness, p.licence)
        for p in found
    ]  # fmt: skip


def test_unknown_weights_are_unknown_openness() -> None:
    assert periods(None, None, (None, "mit")) == [(None, None, None, "unknown", "")]


def test_no_weights_are_closed_whatever_the_licence() -> None:
    assert periods(False, None, (None, "mit")) == [(None, None, False, "closed", "")]


def test_closed_until_the_weights_appear() -> None:
    assert periods(True, "2025-02-01", (None, "mit")) == [
        (None, "2025-01-31", False, "closed", ""),
        ("2025-02-01", None, True, "unrestricted", "mit"),
    ]


def test_weights_of_an_unknown_day_are_open_from_the_start_with_a_note() -> None:
    assert periods(True, None, (None, "gemma")) == [(None, None, True, "restricted", "gemma")]
    assert openness_periods("m", True, None, [], KNOWN)[0].note
    assert not openness_periods("m", True, DAY("2025-02-01"), [], KNOWN)[1].note


@pytest.mark.parametrize("name", ["unread", "not-in-the-file"])
def test_an_unknown_licence_leaves_the_weights_known(name: str) -> None:
    assert periods(True, None, (None, name)) == [(None, None, True, "unknown", name)]
    assert periods(True, None) == [(None, None, True, "unknown", "")]


def test_a_licence_that_changes() -> None:
    assert periods(True, "2025-02-01", ("2025-02-01", "gemma"), ("2025-06-01", "mit")) == [
        (None, "2025-01-31", False, "closed", ""),
        ("2025-02-01", "2025-05-31", True, "restricted", "gemma"),
        ("2025-06-01", None, True, "unrestricted", "mit"),
    ]


def test_licences_that_ended_before_the_weights_appeared_are_left_out() -> None:
    assert periods(True, "2025-02-01", ("2024-01-01", "gemma"), ("2025-01-15", "mit")) == [
        (None, "2025-01-31", False, "closed", ""),
        ("2025-02-01", None, True, "unrestricted", "mit"),
    ]


def test_weights_before_their_first_known_licence_are_of_unknown_openness() -> None:
    assert periods(True, "2025-02-01", ("2025-03-01", "mit")) == [
        (None, "2025-01-31", False, "closed", ""),
        ("2025-02-01", "2025-02-28", True, "unknown", ""),
        ("2025-03-01", None, True, "unrestricted", "mit"),
    ]


DAYS = st.none() | st.dates(dt.date(2024, 1, 1), dt.date(2026, 1, 1))


@given(
    st.sampled_from([True, False, None]),
    DAYS,
    st.lists(st.tuples(DAYS, st.sampled_from(["mit", "gemma", "unread", "?"])), max_size=4),
)
def test_periods_follow_each_other_without_gap_or_overlap(
    weights: bool | None, since: dt.date | None, licences: list[tuple[dt.date | None, str]]
) -> None:
    ordered = sorted(licences, key=lambda x: x[0] or dt.date.min)
    found = openness_periods("m", weights, since, ordered, KNOWN)
    assert found[0].valid_from is None
    assert found[-1].valid_to is None
    for i, period in enumerate(found[1:]):
        assert found[i].valid_to is not None
        assert period.valid_from == found[i].valid_to + dt.timedelta(days=1)  # type: ignore[operator]
    for period in found:
        assert not period.valid_from or not period.valid_to or period.valid_from <= period.valid_to


# corrections of facts


def corrected(value: str = "2025-08-08") -> Curated:
    correction = c.CorrectionEntry(
        source="models_dev_models", name="openai/gpt-5", attribute="release_date",
        replaces="2024-08-07", value=value, why="a year early", evidence=["x"],
    )  # fmt: skip
    return curated({"openai": [model("gpt-5")]}, corrections=[correction])


def derived(
    world: Curated, *observed: Row, extra: list[Snapshot] | None = None
) -> tuple[duckdb.DuckDBPyConnection, Derived]:
    connection = database(observed, extra or [])
    return connection, derive(connection, world, identify(connection, world))


def released(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return table(connection, "SELECT released FROM models WHERE model = 'gpt-5'")


def test_a_correction_replaces_the_value_it_names() -> None:
    wrong = fact("models_dev_models", "openai/gpt-5", "release_date", "2024-08-07")
    connection, result = derived(corrected(), wrong)
    assert released(connection) == [(dt.date(2025, 8, 8),)]
    assert result.lapsed == []
    said = table(connection, "SELECT rank, raw, value, won FROM statements WHERE rank <> 'curated'")
    assert said == [("correction", "2024-08-07", "2025-08-08", True)]


def test_a_correction_to_nothing_leaves_it_unknown() -> None:
    wrong = fact("models_dev_models", "openai/gpt-5", "release_date", "2024-08-07")
    connection, result = derived(corrected(""), wrong)
    assert released(connection) == [(None,)]
    assert result.lapsed == []


@pytest.mark.parametrize(
    ("stated", "licence"), [("MIT", "mit"), ("apache_2_0", ""), ("proprietary", "")]
)
def test_a_licence_counts_where_its_spelling_is_known(stated: str, licence: str) -> None:
    said = fact("models_dev_models", "openai/gpt-5", "licence", stated)
    connection, _ = derived(curated({"openai": [model("gpt-5")]}), said)
    assert table(connection, "SELECT licence FROM models WHERE model = 'gpt-5'") == [(licence,)]


def test_a_correction_lapses_when_the_source_says_something_else() -> None:
    other = fact("models_dev_models", "openai/gpt-5", "release_date", "2025-08-07")
    connection, result = derived(corrected(), other)
    assert released(connection) == [(dt.date(2025, 8, 7),)]
    assert [x.name for x in result.lapsed] == ["openai/gpt-5"]


def test_a_correction_lapses_when_the_source_changed_its_mind() -> None:
    newer = snapshot("models_dev_models", "2026-03-31")
    seen = ("2026-03-31", "2026-03-31")
    wrong = fact("models_dev_models", "openai/gpt-5", "release_date", "2024-08-07")
    right = fact("models_dev_models", "openai/gpt-5", "release_date", "2025-08-07", seen=seen)
    connection, result = derived(corrected(), wrong, right, extra=[newer])
    assert released(connection) == [(dt.date(2025, 8, 7),)]
    assert len(result.lapsed) == 1
    connection, result = derived(corrected(), wrong, extra=[newer])
    assert released(connection) == [(None,)]  # known to be wrong: said by nobody else
    assert len(result.lapsed) == 1


def test_a_newer_document_of_another_kind_does_not_end_a_correction() -> None:
    other = snapshot("models_dev_models", "2026-03-31", "another-list")
    wrong = fact("models_dev_models", "openai/gpt-5", "release_date", "2024-08-07")
    connection, result = derived(corrected(), wrong, extra=[other])
    assert released(connection) == [(dt.date(2025, 8, 8),)]
    assert result.lapsed == []


def test_a_correction_holds_in_a_vintage_between_two_documents() -> None:
    seen = ("2025-12-31", "2026-02-15")  # cut at the vintage, after the last document
    wrong = fact("models_dev_models", "openai/gpt-5", "release_date", "2024-08-07", seen=seen)
    connection, result = derived(corrected(), wrong)
    assert released(connection) == [(dt.date(2025, 8, 8),)]
    assert result.lapsed == []


# facts of sources


def test_what_an_endpoint_says_counts_only_from_the_developer() -> None:
    world = curated({"openai": [model("gpt-5")]})
    theirs = fact("models_dev", "groq/gpt-5", "open_weights", "true", kind="offer")
    own = fact("models_dev", "openai/gpt-5", "open_weights", "false", kind="offer")
    limit = fact("models_dev", "openai/gpt-5", "context", "1000", kind="offer")
    rows = [price(p, "gpt-5", "1") for p in ("groq", "openai")]
    connection, _ = derived(world, theirs, own, limit, *rows)
    found = table(connection, "SELECT weights, context FROM models WHERE model = 'gpt-5'")
    assert found == [(False, None)]


def test_conflicting_catalogues_leave_openness_unknown() -> None:
    world = curated({"openai": [model("gpt-5")]})
    yes = fact("epoch_index", "gpt-5", "accessibility", "Open weights (unrestricted)")
    no = fact("models_dev_models", "openai/gpt-5", "open_weights", "false")
    connection, result = derived(world, yes, no)
    assert result.chosen.conflicts == [("gpt-5", "weights")]
    found = table(connection, "SELECT openness, weights FROM openness WHERE model = 'gpt-5'")
    assert found == [("unknown", None)]
    repo = fact("models_dev_models", "openai/gpt-5", "weights_repo", "openai/gpt-5")
    connection, result = derived(world, yes, no, repo)
    assert result.chosen.conflicts == []
    found = table(connection, "SELECT openness, weights FROM openness WHERE model = 'gpt-5'")
    assert found == [("unknown", True)]  # weights, but no licence is known


def test_an_unknown_accessibility_says_nothing() -> None:
    world = curated({"openai": [model("gpt-5")]})
    connection, _ = derived(world, fact("epoch_index", "gpt-5", "accessibility", "Unknown"))
    assert table(connection, "SELECT weights FROM models") == [(None,)]


def test_a_release_gives_its_repositories_licence_and_family() -> None:
    release = c.ReleaseEntry(
        id="qwen9", family="qwen", repos=["Qwen/Qwen9*"], licence="mit", evidence=[]
    )
    world = curated({}, releases=[("alibaba", release)])
    named = fact("models_dev_models", "a", "weights_repo", "Qwen/Qwen9-8B")
    connection, _ = derived(world, named)
    found = table(connection, "SELECT model, family, licence, region, weights, repo FROM models")
    assert found == [("qwen9-8b", "qwen", "mit", "CN", True, "Qwen/Qwen9-8B")]
    found = table(connection, "SELECT openness FROM openness")
    assert found == [("unrestricted",)]


def test_an_assumption_wins_over_everything() -> None:
    world = corrected()
    wrong = fact("models_dev_models", "openai/gpt-5", "release_date", "2024-08-07")
    connection = database([wrong])
    tried = Statement("gpt-5", "released", "2030-01-01", "assumption", "assumed")
    derive(connection, world, identify(connection, world), [tried])
    assert released(connection) == [(dt.date(2030, 1, 1),)]
