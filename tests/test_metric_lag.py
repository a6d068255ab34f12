"""Lags in made-up worlds, by hand: weights that come later, labels of a document, several tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from metric_world import Row, catalogue, closed, day, released, scored, weights, world
from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate
from scoreboard.metrics import get_metric
from scoreboard.store import Tables

LAG, TREND = get_metric("lag"), get_metric("lag_trend")
MONTH = 30.5
# c1 10 on day 0, c2 20 on day 100, c3 30 on day 200; o1 12 on day 61, o2 25 on day 222.
SCORES = {
    "c1": (10.0, "2024-01-01"), "c2": (20.0, "2024-04-10"), "c3": (30.0, "2024-07-19"),
    "o1": (12.0, "2024-03-02"), "o2": (25.0, "2024-08-10"),
}  # fmt: skip


def made(
    scores: Mapping[str, tuple[float, str]] = SCORES,
    openness: list[Row] | None = None,
    **more: Any,
) -> Tables:
    """Closed models are called c, open ones o, those of which nothing is known u."""
    labels = [row for m in scores for row in (closed(m) if m[0] == "c" else
                                              weights(m) if m[0] == "o" else [])]  # fmt: skip
    models = more.pop("models", [released(m, since) for m, (_, since) in scores.items()])
    return world(
        snapshots=catalogue("tests", "2026-01-05"),
        models=models,
        openness=labels if openness is None else openness,
        benchmarks=more.pop("benchmarks", [{"benchmark": "index", "name": "Index",
                                            "scale": "rating"}]),
        results=more.pop("results", [
            scored(m, v, since, benchmark="index", harness="lab", low=v - 1.0, high=v + 1.0)
            for m, (v, since) in scores.items()
        ]),
        **more,
    )  # fmt: skip


def lag(tables: Tables, **asked: str) -> Estimate:
    given = {"as_of": "2024-12-31", **asked}
    (found,) = LAG.compute(tables, LAG.read(tables, given))
    return found


def matched(e: Estimate) -> dict[str, tuple[int, str | None]]:
    return {r["model"]: (r["days"], r["matched_by"]) for r in e.detail["records"]}


def test_exact_by_hand() -> None:
    """c1 waits 61 days for o1, c2 122 for o2, c3 is not matched by the last release, 22 days on."""
    e = lag(made())
    assert matched(e) == {"c1": (61, "o1"), "c2": (122, "o2"), "c3": (22, None)}
    # Kaplan-Meier: c3 leaves first; of two one is matched at 61: a half is left.
    assert e.value == 61 / MONTH
    assert (e.unit, e.n, e.detail["matched"], e.detail["not_yet_matched"]) == ("months", 3, 2, 1)
    assert e.detail["curve"][0][:2] == [61, 0.5]
    assert "1 of 3 records are not matched yet: their lag is only known to be longer" in e.caveats


def test_what_is_not_known_yet_on_a_day_is_not_counted() -> None:
    e = lag(made(), as_of="2024-08-09", harness="lab")
    assert matched(e) == {"c1": (61, "o1"), "c2": (100, None), "c3": (0, None)}


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        # levels 12 to 25: 62 through 20 (12 + 13 i / 99 with i <= 60: 61 levels), lag 122 after c2;
        # 38 above, which c3 reached on day 200 and o2 22 days later; at 12 o1 was before c2
        ("exact_matched", (-39 + 60 * 122 + 39 * 22) / 100),
        ("published", None),
    ],
)
def test_levels_by_hand(rule: str, days: float | None) -> None:
    e = lag(made(), lag_rule=rule, labels="ours")
    assert e.interval and e.interval.kind == "range"
    if days is None:  # errors of 0.6 forgive nothing here
        assert e.value == lag(made(), lag_rule="exact_matched").value
    else:
        assert e.value == pytest.approx(days / MONTH)


def test_backward_by_hand() -> None:
    """From o1 on: 39 days ahead of all; then 12 lies a fifth of the way from c1 to c2, on day 20,
    until o2: ages of 80 to 201 days; on the last day 25 is half way from c2 to c3: day 150."""
    e = lag(made(), lag_rule="backward")
    ages = [0] * 39 + [d - 20 for d in range(100, 222)] + [222 - 150]
    assert e.value == pytest.approx(sum(ages) / len(ages) / MONTH)
    assert e.n == len(ages)


def test_a_model_whose_weights_came_later_is_closed_and_then_open() -> None:
    """c2 is open from 2024-06-01: it matches c1 and itself, 152 and 52 days after their release."""
    tables = made(openness=[*closed("c1"), *weights("c2", since="2024-06-01"), *closed("c3")])
    assert matched(lag(tables, harness="lab")) == {
        "c1": (152, "c2"),
        "c2": (52, "c2"),
        "c3": (0, None),
    }


def test_models_of_unknown_openness_are_in_neither_group_and_counted() -> None:
    e = lag(made({**SCORES, "u1": (40.0, "2024-05-01")}))
    assert matched(e) == matched(lag(made()))
    assert e.detail["unknown_models"] == 1
    assert "1 models of unknown group are left out" in e.caveats
    assert [x.why for x in e.left_out] == ["the group of the model is not known"]


def test_unrestricted_models_chase_all_others() -> None:
    tables = made(openness=[
        *closed("c1"), *closed("c2"), *closed("c3"), *weights("o1", openness="restricted"),
        *weights("o2"),
    ])  # fmt: skip
    e = lag(tables, chaser="unrestricted", harness="lab")
    # o1 is a record of those in front now
    assert matched(e) == {"c1": (222, "o2"), "o1": (161, "o2"), "c2": (122, "o2"), "c3": (22, None)}


def test_groups_by_origin() -> None:
    countries = {"c1": "US", "c2": "US", "c3": "US", "o1": "CN", "o2": "CN"}
    models = [released(m, s, country=countries[m]) for m, (_, s) in SCORES.items()]
    e = lag(made(models=models, openness=[]), by="origin", leader="US", chaser="CN")
    assert matched(e) == {"c1": (61, "o1"), "c2": (122, "o2"), "c3": (22, None)}


def test_announced_before_release() -> None:
    models = [released(m, s) for m, (_, s) in SCORES.items()]
    models[1] = released("c2", "2024-04-10", announced=day("2024-03-31"))
    e = lag(made(models=models), dates="announced")
    assert matched(e)["c2"] == (132, "o2")
    assert matched(lag(made(models=models)))["c2"] == (122, "o2")


LABELS = {
    "c1": "API access", "c2": "Unknown", "c3": "API access", "o1": "Open weights (unrestricted)",
    "o2": "Open weights (restricted use)",
}  # fmt: skip


def document(openness: list[Row] | None = None) -> Tables:
    """The labels and days of the document with the scores; it dates c1 ten days earlier."""
    stated = [
        {"kind": "model", "name": m, "attribute": attribute, "value": value,
         "snapshot_id": "tests@2026-01-05-0", "first_seen": day("2026-01-05"),
         "last_seen": day("2026-01-05"), "raw": value, "locator": f"/{m}/{attribute}"}
        for m, (_, since) in SCORES.items()
        for attribute, value in (
            ("accessibility", LABELS[m]),
            ("release_date", "2023-12-22" if m == "c1" else since),
        )
    ]  # fmt: skip
    return made(openness=openness, facts=stated)


def test_the_documents_labels_count_unknown_as_closed() -> None:
    e = lag(document(openness=[]), labels="document")
    assert matched(e) == {"c1": (71, "o1"), "c2": (122, "o2"), "c3": (22, None)}
    assert (e.detail["labels"], e.detail["dates"]) == ("document", "document")
    strict = lag(document(openness=[]), labels="document", chaser="unrestricted")
    assert matched(strict)["c2"] == (122, None)  # o2 is in front now; nobody matches it


def test_repaired_labels_are_ours_where_the_document_knows_none() -> None:
    e = lag(document(openness=weights("c2")), labels="repaired")
    assert matched(e) == {"c1": (71, "o1"), "c3": (22, None)}


def test_published_rules_follow_the_document() -> None:
    tables = document(openness=[])
    found = LAG.compute(tables, LAG.read(tables, {"lag_rule": "all"}))
    assert {e.key["lag_rule"]: e.detail["labels"] for e in found} == {
        "exact": "ours", "backward": "ours", "exact_matched": "ours", "within_error": "ours",
        "published": "document", "published_repaired": "repaired",
    }  # fmt: skip


def test_a_source_that_labels_nothing_cannot_be_followed() -> None:
    with pytest.raises(UsageError, match="do not label models"):
        lag(made(), labels="document")


def test_all_rules_for_both_meanings_of_open() -> None:
    tables = document()
    found = LAG.compute(tables, LAG.read(tables, {"lag_rule": "all", "as_of": "2024-12-31"}))
    assert len(found) == 12
    assert len({(e.key["lag_rule"], e.key["chaser"]) for e in found}) == 12
    assert LAG.values(tables, [LAG.read(tables, {"lag_rule": "all"})]) == [None]
    known = [replace(e, value=value) for e, value in zip(found, (4.0, None, 12.04), strict=False)]
    assert LAG.headline(known, []) == (
        "On index, the lag behind closed models is 4.0 to 12.0 months, by rule."
    )
    assert LAG.headline([*known, replace(found[-1], value=-1.0)], []) == (
        "On index, the lag behind closed models is -1.0 to 12.0 months, by rule and by the "
        "meaning of open."
    )
    assert LAG.headline(known[:1], []) == LAG.finding(known[0])


def quiz(name: str, access: str, scores: Mapping[str, float]) -> tuple[Row, list[Row]]:
    rows = [scored(m, v, SCORES[m][1], benchmark=name, harness="lab") for m, v in scores.items()]
    return {"benchmark": name, "name": name, "access": access, "items": 100}, rows


def test_tests_with_public_questions_are_read_together() -> None:
    """On the second test o1 matches c1 and c2 at once, 61 days and -39: no lag; c3 waits."""
    parts = [
        quiz("one", "public", {m: v for m, (v, _) in SCORES.items()}),
        quiz("two", "public", {"c1": 10, "c2": 20, "c3": 30, "o1": 20, "o2": 20}),
        quiz("three", "private", {"c1": 10, "c2": 20, "o1": 1, "o2": 2}),
    ]
    tables = made(benchmarks=[b for b, _ in parts], results=[r for _, rows in parts for r in rows])
    e = lag(tables, benchmark="public")
    found = sorted((r["benchmark"], r["model"], r["days"]) for r in e.detail["records"])
    assert found == [("one", "c1", 61), ("one", "c2", 122), ("one", "c3", 22), ("two", "c1", 61),
                     ("two", "c3", 22)]  # fmt: skip
    assert e.population == "2 benchmarks with public questions"
    other = lag(tables, benchmark="private")
    assert other.value is None
    assert "over half of the records are not matched yet" in other.caveats
    assert lag(tables, benchmark="public", lag_rule="backward").value is None


@pytest.mark.parametrize(
    ("scores", "why"),
    [
        ({"c1": SCORES["c1"], "c2": SCORES["c2"]}, "no harness has models of both"),
        ({"c1": (9.0, "2024-05-01"), "c2": (9.0, "2024-06-01"), "o1": (9.0, "2024-01-01"),
          "o2": (9.0, "2024-02-01")}, "every record of the leaders was equalled on its day"),
    ],
)  # fmt: skip
def test_no_answer_says_why(scores: Mapping[str, tuple[float, str]], why: str) -> None:
    e = lag(made(scores))
    assert e.value is e.low is e.high is None
    assert why in e.caveats[0]


def test_the_order_of_rows_makes_no_difference() -> None:
    forward, backward = made(), made(dict(reversed(SCORES.items())))
    for rule in ("exact", "backward", "published", "within_error"):
        one, other = (lag(t, lag_rule=rule, labels="ours") for t in (forward, backward))
        assert (one.value, one.low, one.high) == (other.value, other.low, other.high)


def test_the_series_has_every_change() -> None:
    tables = made()
    found = LAG.series(tables, LAG.read(tables, {"as_of": "2024-12-31"}))
    assert [(str(e.as_of), e.value) for e in found] == [("2024-03-02", 61 / MONTH)]


def test_what_moves_the_median_most_is_named() -> None:
    e = lag(made())
    # without o1 both records wait for o2: 222 and 122 days; the median is 122
    assert e.detail["most_sensitive_to"] == {
        "model": "o1", "change": "without its rows", "then": 122 / MONTH
    }  # fmt: skip


def growing(ratio: float) -> Tables:
    """Twelve records, one every 60 days, each matched a factor later than the one before."""
    scores: dict[str, tuple[float, str]] = {}
    first = day("2022-01-01").toordinal()
    for i in range(12):
        start = first + 60 * i
        wait = round(40 * ratio ** (60 * i / 365.25)) + (i % 3)
        scores[f"c{i}"] = (10.0 + i, str(type(day("2022-01-01")).fromordinal(start)))
        scores[f"o{i}"] = (10.0 + i, str(type(day("2022-01-01")).fromordinal(start + wait)))
    return made(scores)


@pytest.mark.parametrize(("ratio", "word"), [(0.5, "shrinks"), (1.8, "grows")])
def test_the_trend_finds_the_factor(ratio: float, word: str) -> None:
    tables = growing(ratio)
    (e,) = TREND.compute(tables, TREND.read(tables, {"as_of": "2026-01-01"}))
    assert e.value == pytest.approx(ratio, rel=0.06)
    assert word in TREND.finding(e)


def test_a_trend_that_may_be_none_is_said_to_be_unknown() -> None:
    tables = growing(1.0)
    (e,) = TREND.compute(tables, TREND.read(tables, {"as_of": "2026-01-01"}))
    assert e.low is not None and e.high is not None
    assert e.low <= 1 <= e.high
    assert "cannot be told: 1 is inside the interval" in e.caveats
    assert "it cannot be told whether open models catch up faster" in TREND.finding(e)


def test_too_few_records_for_a_trend() -> None:
    (e,) = TREND.compute(made(), TREND.read(made(), {"as_of": "2024-12-31"}))
    assert e.value is None
    assert e.caveats[0] == "too few matched records for a slope"
