"""What every metric must do, over the real tables: say of itself, answer, agree with itself."""

from __future__ import annotations

import datetime as dt
import json
import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import scoreboard
from scoreboard.config import HOME_VARIABLE
from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate, Ref
from scoreboard.metrics import Metric, all_metrics
from scoreboard.store import Tables, open_tables

UNITS = {
    "points", "index_points", "rating_points", "minutes", "days", "months", "fraction",
    "ratio", "usd_per_mtok", "usd", "count", "params_b", "hhi", "date",
}  # fmt: skip
CHARTS = {
    "frontier", "steps", "bars", "areas", "bounds", "break_even", "crossing", "dots", "spells",
    "survival", "tradeoff", "table",
}  # fmt: skip
WORDS = {
    "benchmark", "harness", "shots", "method", "lag_rule", "by", "of", "leader", "chaser", "stat",
    "week", "start", "end", "denominator", "model", "provider", "providers", "kind", "a", "b",
    "level", "reaches", "openness", "labels", "dates", "as_of", "vintage",
    "count", "at_most", "memory", "quantisation", "context", "days",
}  # fmt: skip
# Not kinds of charts: what all kinds share.
SHARED = {"__init__", "base"}
SENTENCE = re.compile(r"[^\s.!?](?:[^\n]*[^\s.!?])?\.")
READINGS = 20
TRIES = 30 * READINGS
# Where the defaults alone ask for nothing, or for every model there is.
NEEDED = {"statistic": {"statistic": "ai-act-gpai-start"}, "price": {"model": "gpt-4o-2024-08-06"},
          "runs_on": {"by": "best"}, "relative_adoption": {"model": "kimi-k2.6", "days": "7"},
          "large_models": {"measure": "tokens"}, "enterprise": {"statistic": "lf-89"},
          "workload_cost": {"model": "gpt-5.5"},
          }  # fmt: skip
# The group whose series is one line.
ONE = {"token_share": {"of": "open"}, "downloads": {"of": "qwen"}, "derivatives": {"of": "qwen"}}
# Findings of groups, places and quoted sentences: no name of a thing need be in them.
NAMELESS = {
    "statistic", "token_share", "crossover", "enterprise", "platform_tokens", "price_change",
    "use_share",
}  # fmt: skip
# What is read with a key only: the recorded documents have no rows of it.
UNRECORDED = {"use_share"}
TABLES = (
    "prices", "scores", "tokens", "totals", "samples", "downloads", "relations", "facts",
)  # fmt: skip
METRICS = [pytest.param(m, id=m.id) for m in all_metrics().values()]


@pytest.fixture(scope="module")
def tables(built_home: Path) -> Iterator[Tables]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(built_home))
        yield open_tables()


@pytest.fixture(scope="module")
def rows(tables: Tables) -> dict[tuple[str, str], str]:
    """Every row that a source gave: where it is, and its raw cell."""
    return {
        (snapshot, locator): raw
        for table in TABLES
        for snapshot, locator, raw in tables.connection.execute(
            f"SELECT snapshot_id, locator, raw FROM {table}"
        ).fetchall()
    }


def answer(tables: Tables, metric: Metric, given: dict[str, str]) -> list[Estimate]:
    return metric.compute(tables, metric.read(tables, given))


def check(e: Estimate) -> None:
    """What holds for every estimate."""
    assert e.unit in UNITS
    assert e.population and e.method
    assert isinstance(e.as_of, dt.date)
    if e.value is None:
        assert e.caveats, "no value, and no word why"
        assert e.low is e.high is None
    elif e.value or e.unit != "count":  # nothing counted has no rows
        assert e.inputs.rows, "a value without rows"
    if e.interval is None:
        assert e.low is e.high is None
        assert e.caveats, "no interval, and no word why"
    else:
        assert e.low is not None or e.high is not None
    if e.value is not None:
        assert e.low is None or e.low <= e.value
        assert e.high is None or e.value <= e.high
    json.dumps(e.as_json(), allow_nan=False)


@pytest.mark.parametrize("metric", METRICS)
def test_a_metric_says_what_it_is(metric: Metric) -> None:
    for words in (metric.title, metric.definition, metric.method, metric.criticism):
        assert words.strip() == words != ""
    assert metric.definition.endswith(".")
    assert metric.chart in CHARTS
    assert metric.tables
    assert metric.unit in UNITS or metric.id == "statistic"


@pytest.mark.parametrize("metric", METRICS)
def test_parameters_are_declared(tables: Tables, metric: Metric) -> None:
    names = [p.name for p in metric.params]
    assert len(names) == len(set(names))
    defaults = {p.name: p.default for p in metric.params}
    for p in metric.params:
        assert p.doc
        assert p.kind in {"text", "date", "number"}
        values = p.values(tables, defaults)
        assert len(values) == len(set(values))
        if p.default is not None and p.default not in values:
            assert p.canonical and p.canonical(tables, p.default, {}), "the default is no value"
        if p.kind == "date":
            assert values == sorted(str(dt.date.fromisoformat(v)) for v in values)


@pytest.mark.parametrize("metric", METRICS)
def test_common_ideas_have_their_common_name(metric: Metric) -> None:
    own = {"statistic": {"statistic", "publisher"}, "price": {"mix", "variant", "tier"},
           "coverage": {"measure", "source"},
           "runs_on": {"sequences", "cache", "overhead"},
           "host": {"workload", "requests", "prompt", "completion", "cached", "peak", "latency",
                    "spare", "hardware", "accelerators", "pay", "hire_price", "load", "staff",
                    "years", "power_price", "cache", "overhead"},
           "price_ratio": {"against"}, "price_disagreement": {"tolerance"},
           "workload_cost": {"tokens_in", "cached", "tokens_out", "requests", "reasoning", "batch"},
           "index": {"against", "self_reported"},
           "downloads": {"measure", "period", "source"}, "derivatives": {"measure", "relation"},
           "concentration": {"measure"}, "crossover": {"measure"}, "large_models": {"measure"},
           "use_share": {"part", "origin"},
           "enterprise": {"topic", "statistic"}}  # fmt: skip
    mixed = {"mix"} if any(p.name == "kind" for p in metric.params) else set()
    new = {p.name for p in metric.params} - WORDS - own.get(metric.id, set()) - mixed
    assert not new, "call it what other metrics call it, or add it to WORDS, or here to own"


@pytest.mark.parametrize("metric", METRICS)
def test_neighbours_are_values_beside_one(tables: Tables, metric: Metric) -> None:
    defaults = {p.name: p.default for p in metric.params}
    for p in metric.params:
        values = p.values(tables, defaults)
        for value in values[:1] + values[-1:]:
            beside = p.neighbours(tables, defaults, value)
            assert value not in beside
            assert set(beside) <= set(values)
            assert beside or len(values) == 1
            assert p.kind != "date" or len(beside) <= 4


@pytest.mark.parametrize("metric", METRICS)
def test_the_default_answers(
    tables: Tables, metric: Metric, rows: dict[tuple[str, str], str]
) -> None:
    found = answer(tables, metric, NEEDED.get(metric.id, {}))
    assert found
    keys = [tuple(e.key.items()) for e in found]
    assert len(keys) == len(set(keys))
    for e in found:
        check(e)
        for ref in e.inputs.rows:
            assert stands(ref, rows), f"{ref} is no row"


def stands(ref: Ref, rows: dict[tuple[str, str], str]) -> bool:
    """Whether it is a row of a document, or an entry of a curated file."""
    if ref.snapshot_id in ("", "curated"):
        return re.match(r"[\w./-]+#.+/", ref.locator) is not None
    return rows.get((ref.snapshot_id, ref.locator)) == ref.raw


@pytest.mark.parametrize("metric", METRICS)
def test_the_same_question_gets_the_same_answer(tables: Tables, metric: Metric) -> None:
    given = NEEDED.get(metric.id, {})
    first, second = (
        json.dumps([e.as_json() for e in answer(where, metric, given)])
        for where in (tables, open_tables())
    )
    assert first == second


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31"])
def test_before_any_data_there_is_no_value(tables: Tables, metric: Metric, day: str) -> None:
    if all(p.name != "as_of" for p in metric.params):
        with pytest.raises(UsageError, match="no parameter as_of"):
            metric.read(tables, {"as_of": day})
        return
    try:
        found = answer(tables, metric, {**NEEDED.get(metric.id, {}), "as_of": day})
    except UsageError:
        return
    for e in found:
        assert e.value is None
        check(e)


@pytest.mark.parametrize("metric", METRICS)
def test_a_day_long_after_all_data_is_answered(tables: Tables, metric: Metric) -> None:
    if any(p.name == "as_of" for p in metric.params):
        for e in answer(tables, metric, {**NEEDED.get(metric.id, {}), "as_of": "9999-12-31"}):
            check(e)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("text", ["", "'; DROP TABLE results; --", "\x1b[31m", "数", "x" * 5000])
def test_a_value_that_is_none_is_refused(tables: Tables, metric: Metric, text: str) -> None:
    for p in metric.params:
        if text == "" and p.name in ("variant", "tier", "shots", "harness"):
            continue  # empty is a value of these
        if p.kind != "text" or p.domain:
            with pytest.raises(UsageError):
                metric.read(tables, {**NEEDED.get(metric.id, {}), p.name: text})


def plain_value(found: list[Estimate]) -> float | None:
    """The one uncorrected value of an answer; None for several."""
    if len(found) != 1:
        return None
    plain = found[0].detail.get("plain", found[0].value)
    return None if plain is None else float(plain)


class Sampler:
    """Readings of a metric: some parameters changed, by lot or to a neighbour."""

    def __init__(self, tables: Tables, metric: Metric) -> None:
        self.tables, self.metric = tables, metric
        self.lot = random.Random(metric.id)
        self.domain = cache(self._domain)

    def _domain(self, name: str, by: str) -> list[str]:
        p = next(p for p in self.metric.params if p.name == name)
        others = {q.name: q.default for q in self.metric.params} | ({"by": by} if by else {})
        return p.values(self.tables, others)

    def reading(self) -> dict[str, str]:
        given = dict(NEEDED.get(self.metric.id, {}))
        for p in self.metric.params:
            by = given.get("by", "")
            values = self.domain(p.name, by if p.name in ("of", "leader", "chaser") else "")
            if values and self.lot.random() < (0.8 if p.name in ("of", "benchmark") else 0.4):
                given[p.name] = self.lot.choice(values)
        return given

    def beside(self, given: dict[str, str]) -> dict[str, str]:
        p = self.lot.choice([p for p in self.metric.params if p.name in given])
        near = p.neighbours(self.tables, {**given, p.name: None}, given[p.name])
        return {**given, p.name: self.lot.choice(near)} if near else given


@pytest.mark.parametrize("metric", METRICS)
def test_quick_values_agree_with_whole_answers(tables: Tables, metric: Metric) -> None:
    sampler = Sampler(tables, metric)
    grid: list[dict[str, Any]] = []
    expected: list[float | None] = []
    asked: list[dict[str, str]] = []
    for _ in range(TRIES):
        given = sampler.reading()
        for reading in (given, sampler.beside(given) if given else {}):
            try:
                values = metric.read(tables, reading)
                found = metric.compute(tables, values)
            except UsageError:
                continue
            for e in found:
                check(e)
            grid.append(values)
            asked.append(reading)
            expected.append(plain_value(found))
        if sum(v is not None for v in expected) >= READINGS:
            break
    assert sum(v is not None for v in expected) >= READINGS or metric.id in UNRECORDED
    together = metric.values(tables, grid)
    for reading, quick, whole in zip(asked, together, expected, strict=True):
        assert quick == (None if whole is None else pytest.approx(whole)), reading
    assert metric.values(tables, grid[::-1]) == together[::-1]
    assert metric.values(tables, []) == []


@pytest.mark.parametrize("metric", METRICS)
def test_a_series_is_in_order_and_ends_with_the_answer(tables: Tables, metric: Metric) -> None:
    needed = NEEDED.get(metric.id, {})
    one = ONE.get(metric.id, {})
    try:
        found = metric.series(tables, metric.read(tables, {**needed, **one}))
    except UsageError as error:
        assert "has no series" in str(error)
        return
    assert found
    days = [e.as_of for e in found]
    assert days == sorted(set(days))
    for e in found:
        check(e)
    (now,) = answer(tables, metric, {**needed, **one})
    assert found[-1].value == pytest.approx(now.value, abs=0.5 * abs(now.value or 1))


@pytest.mark.parametrize("metric", METRICS)
def test_the_chart_is_a_kind_that_there_is(metric: Metric) -> None:
    folder = Path(scoreboard.__file__).parent / "site" / "charts"
    kinds = {p.stem for p in folder.glob("*.py")} - SHARED
    assert metric.chart == "table" or metric.chart in kinds
    assert kinds <= CHARTS


@pytest.mark.parametrize("metric", METRICS)
def test_things_can_be_asked_for(tables: Tables, metric: Metric) -> None:
    """A kind of thing with a figure each is a parameter, or a value of `by`."""
    params = {p.name: p for p in metric.params}
    groups = params["by"].values(tables, {}) if "by" in params else []
    assert len(metric.things) == len(set(metric.things))
    assert [t for t in metric.things if t not in params and t not in groups] == []


@pytest.mark.parametrize("metric", METRICS)
def test_a_finding_is_one_sentence(tables: Tables, metric: Metric) -> None:
    given = NEEDED.get(metric.id, {})
    for by in metric.things if any(p.name == "by" for p in metric.params) else [""]:
        for e in answer(
            tables, metric, {**given, "by": by} if by in ("family", "developer") else given
        ):
            said = metric.finding(e)
            assert SENTENCE.fullmatch(said), said
            assert not re.search(r"[.!?]\s+[A-Z]", said), said
            assert "None" not in said
            assert "  " not in said


@pytest.mark.parametrize("metric", METRICS)
def test_a_finding_calls_things_by_their_names(tables: Tables, metric: Metric) -> None:
    """Where a name is printed, it is the one it was given: a model's id by itself is none."""
    (e, *_) = answer(tables, metric, NEEDED.get(metric.id, {}))
    asked: list[tuple[str, str]] = []

    def name(kind: str, thing: str) -> str:
        asked.append((kind, thing))
        return f"«{len(asked) - 1}»"

    said = metric.finding(e, name)
    printed = [asked[int(i)] for i in re.findall(r"«(\d+)»", said)]
    by_itself = type(metric).finding is Metric.finding  # title and value: names no thing
    assert printed or by_itself or metric.id in NAMELESS, "name it, or add the metric to NAMELESS"
    known = {"model": "models", "benchmark": "benchmarks", "provider": "providers",
             "family": "families", "developer": "developers"}  # fmt: skip
    for kind, thing in printed:
        rows = tables.column(f"SELECT {kind} FROM {known[kind]} WHERE {kind} = ?", [thing])
        assert rows == [thing]
        assert thing not in said


@pytest.mark.parametrize("metric", METRICS)
def test_what_is_drawn_are_estimates(tables: Tables, metric: Metric) -> None:
    given = NEEDED.get(metric.id, {})
    drawn = metric.drawn(tables, metric.read(tables, given))
    for e in drawn:
        check(e)
    # One quoted number by itself is no chart.
    assert drawn or metric.id == "statistic", "nothing is drawn: give it `series` or `drawn`"
    if metric.draws_itself:
        (now,) = answer(tables, metric, given)
        assert all(e.key == now.key and e.unit == now.unit for e in drawn)
        days = [e.as_of for e in drawn]
        assert days == sorted(set(days))
        assert days[-1] <= now.as_of
