"""Token shares against shares worked out by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metric_world import Row, closed, day, days, total, week, weights, world
from scoreboard.errors import DataError, UsageError
from scoreboard.estimate import Estimate
from scoreboard.metrics._groups import PARTITIONS, About
from scoreboard.metrics._weeks import DENOMINATORS, Week, rest_name, spans, tally
from scoreboard.metrics.token_share import TokenShare
from scoreboard.store import Tables

METRIC = TokenShare()
MODELS: list[Row] = [
    {"model": "cn-open", "country": "CN", "developer": "d1"},
    {"model": "cn-api", "country": "CN", "developer": "d1"},
    {"model": "us-open", "country": "US", "developer": "d2"},
    {"model": "us-api", "country": "US", "developer": "d2"},
    {"model": "fr-open", "country": "FR", "developer": "d3"},
    {"model": "later", "country": "US", "developer": "d2"},
    {"model": "vague", "developer": "d4"},
]
OPENNESS: list[Row] = [
    *weights("cn-open"),
    *weights("us-open", openness="restricted"),
    *weights("fr-open", openness="unknown"),
    *weights("later", since="2025-03-16"),
    *closed("cn-api"),
    *closed("us-api"),
]
THREE_WEEKS = [
    *week("2025-03-03", {"cn-open": 10, "us-api": 70}),
    *week("2025-03-10", {"cn-open": 50, "us-api": 30}),
    *week("2025-03-17", {"cn-open": 24, "us-api": 56}),
]
TOTALS = [total(m, 100) for m in ("2025-03-03", "2025-03-10", "2025-03-17")]


def made(usage: list[Row], totals: list[Row] | None = None) -> Tables:
    return world(models=MODELS, openness=OPENNESS, usage=usage, totals=totals or [])


def show(tables: Tables, **given: str) -> list[Estimate]:
    return METRIC.compute(tables, METRIC.read(tables, given))


def one(tables: Tables, **given: str) -> Estimate:
    found = show(tables, **given)
    assert len(found) == 1
    return found[0]


def by_key(found: list[Estimate]) -> dict[str, float | None]:
    return {next(iter(e.key.values())): e.value for e in found}


def bounds(e: Estimate) -> tuple[float | None, float | None, float | None]:
    return (e.low, e.value, e.high)


@pytest.fixture(scope="module")
def three() -> Tables:
    return made(THREE_WEEKS, TOTALS)


def test_latest_mean_and_peak_are_three_figures(three: Tables) -> None:
    latest = one(three, of="open")
    mean = one(three, of="open", stat="mean")
    peak = one(three, of="open", stat="peak")
    assert (latest.value, latest.detail["week"], latest.n) == (0.24, day("2025-03-17"), 1)
    assert mean.value == pytest.approx((0.10 + 0.50 + 0.24) / 3)
    assert (mean.n, "week" in mean.detail) == (3, False)
    assert (peak.value, peak.detail["week"], peak.n) == (0.5, day("2025-03-10"), 3)
    assert any("not a level" in c and "28.0 %" in c for c in peak.caveats)
    low = one(three, of="open", stat="low")
    assert (low.value, low.detail["week"], low.n) == (0.1, day("2025-03-03"), 3)
    assert low.caveats[0].startswith("a low, the lowest single week, not a level")


def test_bounds_give_the_unnamed_rest_to_neither_then_to_the_group(three: Tables) -> None:
    assert bounds(one(three, of="open")) == (0.24, 0.24, 0.44)
    mean = one(three, of="open", stat="mean")
    assert bounds(mean) == pytest.approx((0.28, 0.28, 0.48))
    assert bounds(one(three, of="open", stat="peak")) == (0.5, 0.5, 0.7)
    assert bounds(one(three, of="open", stat="low")) == pytest.approx((0.1, 0.1, 0.3))
    # 24 of 80 named tokens; the 20 unnamed ones of a reconstructed week may be named variants
    named = one(three, of="open", denominator="named")
    assert bounds(named) == pytest.approx((24 / 100, 24 / 80, 44 / 100))
    assert mean.interval is not None
    assert (mean.interval.kind, mean.interval.level) == ("bounds", None)


def test_a_week_may_be_named_alone(three: Tables) -> None:
    found = one(three, of="open", week="2025-03-03")
    assert (found.value, found.detail["week"]) == (0.1, day("2025-03-03"))
    assert one(three, of="open", week="2025-03-03", stat="week") == found


def test_start_and_end_are_both_included(three: Tables) -> None:
    early = {"of": "open", "start": "2025-03-03", "end": "2025-03-10"}
    assert one(three, stat="mean", **early).value == pytest.approx(0.3)
    assert one(three, stat="latest", **early).value == 0.5
    late = {"of": "open", "start": "2025-03-17", "end": "2025-03-17"}
    assert one(three, stat="peak", **late).value == 0.24


def test_a_week_counts_from_its_sunday_on(three: Tables) -> None:
    assert one(three, of="open", as_of="2025-03-15").detail["week"] == day("2025-03-03")
    assert one(three, of="open", as_of="2025-03-16").detail["week"] == day("2025-03-10")


def test_what_it_says_of_itself(three: Tables) -> None:
    found = one(three, of="open", stat="mean")
    assert found.population == "OpenRouter tokens"
    assert (found.unit, found.as_of) == ("fraction", day("2025-03-23"))
    assert found.detail["weeks"] == {
        "count": 3, "first": day("2025-03-03"), "last": day("2025-03-17"),
    }  # fmt: skip
    assert found.detail["coverage"] == pytest.approx(0.8)
    assert len(found.inputs.rows) == 6 + 3  # tokens and totals
    assert any(":free" in c and "lower bounds" in c for c in found.caveats)
    assert any("tokenizer" in c for c in found.caveats)
    named = one(three, of="open", denominator="named")
    assert named.population == "OpenRouter tokens, named models only"
    assert any("err either way" in c for c in named.caveats)


def test_the_series_has_one_estimate_per_week(three: Tables) -> None:
    found = METRIC.series(three, METRIC.read(three, {"of": "open"}))
    assert [(e.as_of, e.value) for e in found] == [
        (day("2025-03-09"), 0.1), (day("2025-03-16"), 0.5), (day("2025-03-23"), 0.24),
    ]  # fmt: skip
    whole = METRIC.series(three, METRIC.read(three, {"start": "2025-03-10"}))
    assert len(whole) == 2 * 4  # open, closed, other, unknown
    assert len(whole[0].inputs.rows) == 3


@pytest.mark.parametrize("wrong", ["week", "start", "end"])
def test_a_day_that_is_no_monday_is_told_its_monday(three: Tables, wrong: str) -> None:
    asked = {wrong: "2025-03-13"} | ({} if wrong == "week" else {"stat": "mean"})
    with pytest.raises(UsageError, match="2025-03-10"):
        show(three, of="open", **asked)


@pytest.mark.parametrize(
    "asked",
    [
        {"stat": "mean", "start": "2025-04-07"},
        {"stat": "mean", "end": "2025-02-24"},
        {"stat": "mean", "start": "2025-03-17", "end": "2025-03-10"},
        {"week": "2025-02-24"},
        {"as_of": "2025-03-08"},
    ],
)
def test_an_empty_window_says_which_weeks_there_are(three: Tables, asked: dict[str, str]) -> None:
    with pytest.raises(UsageError) as caught:
        show(three, of="open", **asked)
    assert caught.value.valid == ["weeks from 2025-03-03 to 2025-03-17"]


@pytest.mark.parametrize(
    "asked",
    [
        {"stat": "week"},
        {"stat": "mean", "week": "2025-03-03"},
        {"week": "2025-03-03", "start": "2025-03-03"},
        {"of": "other", "denominator": "named"},
        {"of": "nobody"},
    ],
)
def test_what_cannot_be_asked_together(three: Tables, asked: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        show(three, **asked)


def test_no_tokens_at_all() -> None:
    with pytest.raises(DataError):
        show(made([]), as_of="2025-03-23")


def test_values_are_those_of_compute(three: Tables) -> None:
    readings: list[dict[str, str]] = [
        {"of": of, "stat": stat, "denominator": part}
        for of in ("open", "closed", "unrestricted", "unknown")
        for stat in ("latest", "mean", "peak")
        for part in DENOMINATORS
    ]
    grid = [METRIC.read(three, r) for r in readings]
    assert METRIC.values(three, grid) == [METRIC.compute(three, p)[0].value for p in grid]
    none: list[dict[str, Any]] = [
        METRIC.read(three, {}),
        {**grid[0], "stat": "week", "week": dt.date(2025, 3, 4)},
        {**grid[0], "start": dt.date(2026, 3, 2)},
        {**grid[0], "stat": "week"},
    ]
    assert METRIC.values(three, none) == [None] * 4


def test_domains_are_weeks_groups_and_the_rest(three: Tables) -> None:
    domains = {p.name: p.values(three, {"by": "origin"}) for p in METRIC.params}
    assert domains["week"] == ["2025-03-03", "2025-03-10", "2025-03-17"]
    assert domains["as_of"] == ["2025-03-09", "2025-03-16", "2025-03-23"]
    assert {"CN", "FR", "other", "unknown", "unnamed"} <= set(domains["of"])


def test_an_official_week_is_the_sum_of_seven_days_and_wins() -> None:
    tables = made(
        [
            *week("2025-03-03", {"cn-open": 90, "us-api": 10}),
            *days("2025-03-03", {"cn-open": 20, "us-api": 50, "other": 30}),
        ],
        [total("2025-03-03", 100)],
    )
    found = one(tables, of="open")
    assert bounds(found) == (0.2, 0.2, 0.5)
    assert (found.detail["official_weeks"], found.detail["reconstructed_weeks"]) == (1, 0)
    assert found.detail["seam"] == day("2025-03-03")
    assert found.detail["coverage"] == pytest.approx(0.7)
    assert len(found.inputs.rows) == 21
    assert not any(":free" in c for c in found.caveats)
    reasons = {x.why for x in one(tables, of="open", stat="mean").left_out}
    assert reasons == {"the week is official: the reconstruction is not used"}


def test_six_days_are_no_official_week() -> None:
    six = days("2025-03-10", {"cn-open": 99, "other": 1}, count=6)
    tables = made([*THREE_WEEKS, *six, *days("2025-03-24", {"cn-open": 1}, count=6)], TOTALS)
    assert one(tables, of="open", week="2025-03-10").value == 0.5  # of the reconstruction
    late = one(tables, of="open", stat="mean", as_of="2025-04-06")
    assert late.n == 3
    assert any("2025-03-24 to 2025-03-31" in c for c in late.caveats)
    assert "the week of 2025-03-24 has 6 official days, not seven" in {x.why for x in late.left_out}


def test_a_day_is_taken_from_its_newest_document_alone() -> None:
    tables = made(
        [
            *days("2025-03-03", {"cn-open": 50, "us-open": 50}, count=6),
            *days("2025-03-09", {"cn-open": 10, "other": 90}, count=1, published="2026-02-01"),
            *days("2025-03-09", {"us-open": 1000}, count=1, published="2026-01-05"),
        ]
    )
    found = by_key(show(tables, by="model", stat="mean"))
    assert found["cn-open"] == pytest.approx(310 / 700)
    assert found["us-open"] == pytest.approx(300 / 700)


def test_a_week_without_a_total_has_no_share_of_all_tokens() -> None:
    tables = made(THREE_WEEKS, [TOTALS[0], TOTALS[2]])
    mean = one(tables, of="open", stat="mean")
    assert mean.value == pytest.approx(0.17)
    assert mean.n == 2
    assert "left out, no platform total: weeks 2025-03-10" in mean.caveats
    assert mean.detail["weeks_without_total"] == [day("2025-03-10")]
    assert "the week of 2025-03-10 has no platform total" in {x.why for x in mean.left_out}
    named = one(tables, of="open", stat="mean", denominator="named")
    assert named.value == pytest.approx((10 / 80 + 50 / 80 + 24 / 80) / 3)
    assert any("read high" in c and "2025-03-10" in c for c in named.caveats)
    with pytest.raises(UsageError, match="denominator=named"):
        show(tables, of="open", week="2025-03-10")


def test_of_two_totals_the_one_beside_the_tokens_counts() -> None:
    rows = week("2025-03-03", {"cn-open": 50})
    totals = [total("2025-03-03", 200, "total_tokens"), total("2025-03-03", 100)]
    assert one(made(rows, totals), of="open").value == 0.5
    assert one(made(rows, totals[:1]), of="open").value == 0.25


def test_origin_and_openness_never_stand_in_for_each_other() -> None:
    used = {"cn-open": 1, "cn-api": 2, "us-open": 4, "us-api": 8, "fr-open": 16}
    tables = made(week("2025-03-03", used), [total("2025-03-03", 31)])
    assert by_key(show(tables, by="openness")) == pytest.approx(
        {"open": 21 / 31, "closed": 10 / 31, "unknown": 0, "other": 0}
    )
    assert by_key(show(tables, by="origin")) == pytest.approx(
        {"CN": 3 / 31, "US": 12 / 31, "europe": 16 / 31, "unknown": 0, "unnamed": 0}
    )
    both = by_key(show(tables, by="origin_openness"))
    assert both["CN_open"] == pytest.approx(1 / 31)
    assert both["CN_closed"] == pytest.approx(2 / 31)
    assert both["europe_open"] == pytest.approx(16 / 31)
    assert one(tables, by="origin", of="FR").value == pytest.approx(16 / 31)
    assert one(tables, by="origin", of="CN", denominator="open").value == pytest.approx(1 / 21)


def test_unrestricted_leaves_models_of_unknown_terms_open() -> None:
    used = {"cn-open": 10, "us-open": 20, "fr-open": 30, "us-api": 40}
    tables = made(week("2025-03-03", used), [total("2025-03-03", 100)])
    assert bounds(one(tables, of="unrestricted")) == (0.1, 0.1, 0.4)
    assert bounds(one(tables, of="restricted")) == (0.2, 0.2, 0.5)
    assert bounds(one(tables, of="open")) == pytest.approx((0.6, 0.6, 0.6))


def test_names_that_mean_no_model_are_unknown() -> None:
    rows = week("2025-03-03", {"cn-open": 40, "who-is-this": 25, "vague": 5}, {"who-is-this": ""})
    tables = made(rows, [total("2025-03-03", 100)])
    found = show(tables)
    assert by_key(found) == {"open": 0.4, "unknown": 0.3, "other": 0.3}
    assert [bounds(e) for e in found] == [(0.4, 0.4, 1.0), (0.3, 0.3, 0.3), (0.3, 0.3, 0.6)]
    assert [next(iter(e.key.values())) for e in found] == ["open", "other", "unknown"]
    assert bounds(one(tables, of="open", denominator="named")) == pytest.approx((0.4, 4 / 7, 1))
    assert bounds(one(tables, of="closed")) == (0.0, 0.0, 0.6)


def test_unknown_openness_may_widen_the_open_denominator() -> None:
    rows = week("2025-03-03", {"cn-open": 30, "us-open": 10, "who": 60}, {"who": ""})
    found = one(made(rows), by="origin", of="CN", denominator="open")
    assert bounds(found) == (0.3, 0.75, 0.9)
    assert found.population == "OpenRouter tokens, open-weight models only"
    assert found.caveats[-1].startswith("no platform total")


def test_no_open_tokens_is_no_share_of_open_tokens() -> None:
    found = one(made(week("2025-03-03", {"us-api": 5})), of="open", denominator="open")
    assert found.value is None
    assert found.caveats[-1] == "no tokens of open-weight models in these weeks"


def test_a_model_is_open_from_the_week_in_which_its_weights_appear() -> None:
    rows = [*week("2025-03-03", {"later": 1}), *week("2025-03-10", {"later": 1})]
    tables = made(rows, [total("2025-03-03", 1), total("2025-03-10", 1)])
    series = METRIC.series(tables, METRIC.read(tables, {"of": "open"}))
    assert [e.value for e in series] == [0.0, 1.0]
    assert one(tables, of="open", stat="mean").value == 0.5


def test_a_row_by_model_has_the_most_used_spelling() -> None:
    names = {"a/x": "cn-open", "a/x:free": "cn-open", "b/y": "us-api"}
    rows = [
        *week("2025-03-03", {"a/x": 30, "a/x:free": 10, "b/y": 60}, names),
        *week("2025-03-10", {"a/x": 1, "a/x:free": 25, "b/y": 60}, names),
    ]
    tables = made(rows, [total("2025-03-03", 100), total("2025-03-10", 100)])
    found = {e.key["model"]: e for e in show(tables, by="model", stat="mean")}
    assert found["cn-open"].value == pytest.approx(0.33)
    assert found["cn-open"].source_name == "a/x:free"
    assert found["us-api"].source_name == "b/y"
    assert found["unknown"].source_name is None
    assert one(tables, by="model", of="CN-Open").key == {"model": "cn-open"}


def test_weeks_in_words() -> None:
    mondays = [day(d) for d in ("2025-03-03", "2025-03-10", "2025-03-24")]
    assert spans(mondays) == "2025-03-03 to 2025-03-10, 2025-03-24"


STATES = st.sampled_from([None, True, False])
ABOUT = st.builds(
    lambda region, state, terms, size, maker: (region, state, terms, size, maker),
    st.sampled_from(["CN", "US", "europe", "other", "unknown"]),
    STATES,
    st.sampled_from(["unrestricted", "restricted", "unknown"]),
    st.sampled_from([None, 0.5, 70.0, 1000.0]),
    st.sampled_from(["x", "y"]),
)


def about(i: int, made_of: tuple[str, bool | None, str, float | None, str]) -> About:
    region, state, terms, size, maker = made_of
    terms = terms if state else "unknown" if state is None else "closed"
    periods = ((dt.date.min, dt.date.max, state, terms),)
    country = region if len(region) == 2 else ""
    return About(f"m{i}", f"m{i}", maker, maker, country, region, None, size, "", periods)


@given(
    st.lists(st.tuples(ABOUT, st.integers(0, 10**15)), min_size=1, max_size=8),
    st.integers(0, 10**15),
    st.integers(0, 10**15),
    st.sampled_from(PARTITIONS),
    st.sampled_from(DENOMINATORS),
)
def test_shares_of_a_partition_sum_to_one_and_lie_inside_their_bounds(
    used: list[tuple[Any, int]], unresolved: int, rest: int, by: str, denominator: str
) -> None:
    models = {f"m{i}": about(i, made_of) for i, (made_of, _) in enumerate(used)}
    named = {f"m{i}": tokens for i, (_, tokens) in enumerate(used)} | {"": unresolved}
    whole = sum(named.values()) + rest
    one_week = Week(dt.date(2025, 3, 3), True, named, {}, whole, ())
    found = tally(one_week, models, by, denominator)
    assert (rest_name(by) in found.groups) == (denominator == "all")
    shares = [found.share(group) for group in found.groups]
    if not sum(found.groups.values()):
        assert shares == [None] * len(shares)
        return
    kept = [s for s in shares if s is not None]
    assert sum(s.value for s in kept) == pytest.approx(1.0)
    assert all(0.0 <= s.low <= s.value <= s.high <= 1.0 for s in kept)
