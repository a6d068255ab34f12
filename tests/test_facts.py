"""Who wins when sources disagree, what follows for openness, and rows joined to models."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
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
from scoreboard.observe import Observed, observe
from scoreboard.reference import write_reference
from scoreboard.tables import Row, Snapshot
from small_data import (
    DAY,
    FREE,
    LICENCES,
    at,
    curated,
    database,
    fact,
    model,
    price,
    score,
    snapshot,
    table,
    tokens,
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
                     f"{place}/input/2025-08-07", "1.25")  # fmt: skip
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
