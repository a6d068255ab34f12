"""The capability index of models, and the difference of two, from joint draws."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate, Inputs, Interval
from scoreboard.metrics._best import INDEXED
from scoreboard.metrics._groups import canonical_model
from scoreboard.metrics._index import (
    METHODS,
    IndexFit,
    fit_name,
    index_days,
    index_models,
    read_fit,
)
from scoreboard.metrics._words import Name, plain_name
from scoreboard.metrics.base import Metric, Param, Values, no_value
from scoreboard.render import number
from scoreboard.store import Tables

HOW = {
    "published": "least squares over models and benchmarks as published, scores drawn again by "
    "model",
    "scoreboard": "scores weighted by questions and misfit, all parameters drawn jointly",
}
PUBLISHED = """
SELECT model, source_name, value, low, high, snapshot_id, locator, raw FROM results
WHERE source = 'epoch_index' AND benchmark = 'index' AND model IS NOT NULL
ORDER BY published, snapshot_id, locator
"""


class Index(Metric):
    id = "index"
    title = "Capability index of models"
    unit = "index_points"
    definition = (
        "One number for a model from all its scores on many benchmarks: performance is a logistic "
        "curve of the model's index minus the benchmark's difficulty; Claude 3.5 Sonnet is put at "
        "130 and GPT-5 at 150."
    )
    method = (
        "Two methods on one matrix of scores. `published` is the objective of the Epoch "
        "Capabilities Index: every score weighs the same, and intervals of 90 % come from drawing "
        "each model's scores again. `scoreboard` gives each score the variance of its number of "
        "questions and of an estimated misfit of its benchmark, and draws all parameters jointly "
        "(95 %); the two anchors are uncertain like the rest. With `against` it is the difference "
        "of two models, paired within each draw. Ranks are those within each draw."
    )
    criticism = (
        "One number cannot say at what a model is good. Which benchmarks are in the matrix, which "
        "variant of a model was run on them and who ran it move it; errors of a model on related "
        "benchmarks are taken as independent. In `published` a test of 30 questions weighs as much "
        "as one of 14,042 and the anchors have no interval."
    )
    chart = "dots"
    draws_itself = False
    things = ("model",)
    columns = ("rank", "rank_low", "rank_high", "released")
    tables = ("results",)
    params = (
        Param("model", "the model; without it, every model with an index",
              domain=index_models, canonical=canonical_model),
        Param("against", "a second model: the value is the first minus this one",
              domain=index_models, canonical=canonical_model),
        Param("method", "the objective as published, or with the noise of each score",
              default="published", domain=lambda _t, _o: list(METHODS)),
        Param("self_reported", "whether results that developers report of their own models count",
              default="yes", domain=lambda _t, _o: ["yes", "no"]),
        Param("as_of", "models released by this day; by default the newest day of the scores",
              kind="date", domain=index_days),
    )  # fmt: skip

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        fit, as_of = read_fit(tables, fit_name(p)), self.as_of(tables, p)
        if p.get("against"):
            return [_difference(tables, fit, _first(p), p["against"], as_of)]
        model = p.get("model")
        if fit.draws is None:
            return [_none(fit, as_of, {"model": model} if model else {}, _no_fit(fit))]
        found = _all(tables, fit, as_of)
        if model:
            why = _why_not(fit, model, as_of)
            return [_none(fit, as_of, {"model": model}, why) if why else found[model]]
        if not found:
            return [_none(fit, as_of, {}, f"no model with an index was out by {as_of}")]
        return list(found.values())

    def drawn(self, tables: Tables, p: Values) -> list[Estimate]:
        """Every model with an index; a model by itself is a number, not a chart."""
        if p.get("model"):
            return []
        return [e for e in self.compute(tables, p) if e.value is not None]

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        result: list[float | None] = []
        for p in grid:
            fit, as_of = read_fit(tables, fit_name(p)), self.as_of(tables, p)
            asked = [m for m in (p.get("model"), p.get("against")) if m]
            if not asked or any(_why_not(fit, m, as_of) for m in asked):
                result.append(None)
                continue
            points = [fit.points[fit.models.index(m)] for m in asked]
            result.append(points[0] - points[1] if len(points) > 1 else points[0])
        return result

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if e.value is None or "model" not in e.key:
            return no_value(e)
        model = name("model", e.key["model"])
        if "against" not in e.key:
            low, high = e.detail["rank_low"], e.detail["rank_high"]
            rank = f"rank {low}" if low == high else f"rank {low} to {high}"
            value = number(e.value, e.unit)
            return f"{model} has an index of {value}, {rank} of {e.detail['models']}."
        other = name("model", e.key["against"])
        if e.low is None or e.high is None or e.low <= 0 <= e.high:
            return f"The data do not tell {model} and {other} apart on the capability index."
        word = "above" if e.value > 0 else "below"
        value = number(abs(e.value), e.unit)
        return f"{model} is {value} index points {word} {other} on the capability index."


def _first(p: Values) -> str:
    if not p.get("model"):
        raise UsageError("against needs a model", repair="-p model=... -p against=...")
    if p["model"] == p["against"]:
        raise UsageError(f"model and against are the same: {p['model']}")
    return str(p["model"])


def _all(tables: Tables, fit: IndexFit, as_of: dt.date) -> dict[str, Estimate]:
    """Every model that was out by the day, the highest first, computed once."""
    key = f"index {fit.name} {min(as_of, dt.date.max)}"
    return tables.once(key, lambda: _computed(tables, fit, as_of))


def _computed(tables: Tables, fit: IndexFit, as_of: dt.date) -> dict[str, Estimate]:
    import numpy as np

    from scoreboard.stats.ability_draws import rank_interval, ranks

    places = [i for i, day in enumerate(fit.released) if day and day <= as_of]
    if not places or fit.draws is None:
        return {}
    draws = fit.draws[:, places]
    tail = (1 - fit.level) / 2
    ends = np.quantile(draws, [tail, 1 - tail], axis=0)
    between = rank_interval(ranks(draws), fit.level)
    published = {r["model"]: r for r in tables.rows(PUBLISHED)}
    caveats = _caveats(tables, fit, as_of)
    found = {}
    for rank, i in enumerate(places, 1):
        model, value = fit.models[i], fit.points[i]
        low, high = (float(x) for x in ends[:, rank - 1])
        fixed = high - low < 1e-9
        said = published.get(model, {})
        found[model] = Estimate(
            value=value,
            unit="index_points",
            method=HOW[fit.method],
            as_of=as_of,
            population=INDEXED,
            key={"model": model},
            low=None if fixed else min(low, value),
            high=None if fixed else max(high, value),
            interval=None if fixed else Interval("confidence", fit.level),
            caveats=(*caveats, *(["it anchors the scale: no interval"] if fixed else [])),
            inputs=Inputs.of(_refs(fit, i)),
            n=len(_refs(fit, i)),
            detail={
                "rank": rank,
                "rank_low": int(between[rank - 1, 0]),
                "rank_high": int(between[rank - 1, 1]),
                "models": len(places),
                "released": fit.released[i],
                "published_value": said.get("value"),
                "published_low": said.get("low"),
                "published_high": said.get("high"),
            },
            source_name=fit.names[i],
            draws=f"index_draws:{fit.name}/{fit.names[i]}",
            left_out=tuple(fit.left_out.get(fit.names[i], ())),
        )
    return found


def _difference(
    tables: Tables, fit: IndexFit, model: str, against: str, as_of: dt.date
) -> Estimate:
    """One model minus another, within each draw."""
    import numpy as np

    key = {"model": model, "against": against}
    why = _why_not(fit, model, as_of) or _why_not(fit, against, as_of)
    if why or fit.draws is None:
        return _none(fit, as_of, key, why)
    i, j = fit.models.index(model), fit.models.index(against)
    value = fit.points[i] - fit.points[j]
    apart = fit.draws[:, i] - fit.draws[:, j]
    tail = (1 - fit.level) / 2
    low, high = (float(x) for x in np.quantile(apart, [tail, 1 - tail]))
    fixed = high - low < 1e-9
    caveats = _caveats(tables, fit, as_of)
    if fixed:
        caveats.append("both anchor the scale: no interval")
    elif low <= 0 <= high:
        caveats.append("not separable: zero is inside the interval")
    refs = [*_refs(fit, i), *_refs(fit, j)]
    return Estimate(
        value=value,
        unit="index_points",
        method=f"{HOW[fit.method]}; paired",
        as_of=as_of,
        population=INDEXED,
        key=key,
        low=None if fixed else min(low, value),
        high=None if fixed else max(high, value),
        interval=None if fixed else Interval("confidence", fit.level),
        caveats=tuple(caveats),
        inputs=Inputs.of(refs),
        n=len(refs),
        detail={
            "first": fit.points[i],
            "second": fit.points[j],
            "share_of_draws_above": float((apart > 0).mean()),
        },
        draws=f"index_draws:{fit.name}/{fit.names[i]}-{fit.names[j]}",
        left_out=tuple(x for k in (i, j) for x in fit.left_out.get(fit.names[k], ())),
    )


def _refs(fit: IndexFit, i: int) -> list[Any]:
    own = fit.rows.get(fit.models[i], []) if fit.models[i] != fit.names[i] else []
    return [*fit.rows.get(fit.names[i], []), *own]


def _why_not(fit: IndexFit, model: str, as_of: dt.date) -> str:
    """Why a model has no value, or nothing."""
    if fit.draws is None:
        return _no_fit(fit)
    if model not in fit.models:
        return f"{model} has no scores in the matrix of the index"
    released = fit.released[fit.models.index(model)]
    if released is None:
        return f"the release date of {model} is not known"
    return f"{model} was released on {released}" if released > as_of else ""


def _no_fit(fit: IndexFit) -> str:
    return f"the index could not be fitted: {fit.fault}"


def _none(fit: IndexFit, as_of: dt.date, key: dict[str, str], why: str) -> Estimate:
    return Estimate(None, "index_points", HOW[fit.method], as_of, INDEXED, key=key, caveats=(why,))


def _caveats(tables: Tables, fit: IndexFit, as_of: dt.date) -> list[str]:
    found = []
    if fit.published and as_of < fit.published:
        found.append(f"fitted on the scores of {fit.published}, those of later models included")
    found += _own(tables, fit)
    undated = [m for m, day in zip(fit.models, fit.released, strict=True) if day is None]
    if undated:
        found.append(f"release date not known, left out: {', '.join(undated[:5])}")
    if fit.unresolved:
        found.append(f"names that mean no known model: {', '.join(fit.unresolved[:5])}")
    return found


def _own(tables: Tables, fit: IndexFit) -> list[str]:
    """What became of scores of the user's own."""
    (whole,) = tables.column("SELECT count(*) FROM results WHERE source = 'own'")
    if not whole:
        return []
    if fit.method == "published":
        return [f"your own scores are left out: {whole}; method=scoreboard takes them"]
    said = [f"fitted again with your own scores: {fit.own_scores}"] if fit.own_scores else []
    if rest := whole - fit.own_scores:
        said.append(f"your own scores left out: {rest}, of unknown models or on other benchmarks")
    return said
