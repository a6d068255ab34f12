"""Who leads among open models above 100 billion parameters, by each measure."""

from __future__ import annotations

from collections.abc import Sequence

from scoreboard.estimate import Estimate, Inputs, Interval, Ref
from scoreboard.metrics._groups import all_models, group_of, size_tier
from scoreboard.metrics._measures import LARGE, MEASURES, NOTES, WHAT, Pie, pies
from scoreboard.metrics._words import Name, plain_name
from scoreboard.metrics.base import Metric, Param, Values, no_value
from scoreboard.metrics.concentration import change_domain
from scoreboard.render import number
from scoreboard.store import Tables

ALL = (*MEASURES, "index")
PARTITIONS = ("family", "developer", "origin", "model")
NAMED = 3
SAID = {"tokens": "of their tokens on OpenRouter", "downloads": "of their downloads on the Hub",
        "derivatives": "of the models made from them", "tracked": "of those tracked"}  # fmt: skip
# The published index of every model by its newest document.
INDEX = """
SELECT model, value, low, high, level, released, snapshot_id, locator, raw FROM results
WHERE benchmark = 'index' AND source = 'epoch_index' AND model <> '' AND released <= ?
QUALIFY row_number() OVER (
  PARTITION BY model ORDER BY published DESC, value DESC, snapshot_id, locator) = 1
ORDER BY value DESC, model
"""


class LargeModels(Metric):
    id = "large_models"
    title = "Open models above 100 billion parameters: who leads"
    unit = "fraction"
    definition = (
        "The family with the largest share among open models of more than 100 billion parameters: "
        "of their tokens, downloads, derivatives and number, and the best index among them."
    )
    method = (
        "Parameters are all of a model's, experts included. Each measure is of its newest day: the "
        "last week of tokens, the downloads of 30 days, all derivatives known, all models tracked. "
        "A share is of what such models have, not of everything. Models of unknown size are left "
        "out. The bounds give what has no known group to the others, then to the leader."
    )
    criticism = (
        "Four shares of four different things: a lead in one says nothing of another. Closed "
        "models do not say their size, so they are not here. The edge at 100 billion is arbitrary."
    )
    chart = "table"
    draws_itself = False
    tables = ("models",)
    columns = ("leader", "second")
    params = (
        Param("measure", "one measure; without it, each", domain=lambda _t, _o: list(ALL)),
        Param("by", "who leads", default="family", domain=lambda _t, _o: list(PARTITIONS)),
        Param("as_of", "what was true on this day; by default the newest of each measure",
              kind="date", domain=change_domain),
    )  # fmt: skip

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        wanted = [p["measure"]] if p.get("measure") else list(ALL)
        return [_of(tables, m, p, self) for m in wanted]

    def drawn(self, tables: Tables, p: Values) -> list[Estimate]:
        """Every measure."""
        return self.compute(tables, {**p, "measure": None})

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if e.value is None:
            return no_value(e)
        by, leader, measure = e.detail["by"], e.detail["leader"], e.key["measure"]
        who = leader if by == "origin" else name(by, leader)
        if measure == "index":
            value = number(e.value, e.unit)
            return f"The best index of an open model above 100 billion is {value}, of {who}."
        return (
            f"Among open models above 100 billion parameters, {who} leads with "
            f"{number(e.value, 'fraction')} % {SAID[measure]}."
        )

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        return [self.compute(tables, p)[0].value if p.get("measure") else None for p in grid]


def _of(tables: Tables, measure: str, p: Values, metric: Metric) -> Estimate:
    if measure == "index":
        return _index(tables, p, metric)
    found = pies(tables, measure, p["by"], large=True)
    past = [x for x in found if p.get("as_of") is None or x.day <= p["as_of"]]
    if not past:
        why = f"nothing of open models above 100 billion by {p.get('as_of') or 'any day'}"
        return _none(measure, metric.as_of(tables, p), why)
    return _share(past[-1], measure, p["by"])


def _share(pie: Pie, measure: str, by: str) -> Estimate:
    order = sorted(pie.groups.items(), key=lambda g: (-g[1], g[0]))
    if not order:
        return _none(measure, pie.day, "no group of such models is known")
    shares = [{"group": g, "share": v / pie.whole} for g, v in order[:NAMED]]
    lead = order[0][1]
    return Estimate(
        value=lead / pie.whole,
        low=lead / pie.whole,
        high=(lead + pie.rest) / pie.whole,
        interval=Interval("bounds", None),
        unit="fraction",
        method=f"largest share of {len(order)} groups by {by}",
        as_of=pie.day,
        population=f"open models above 100 billion parameters; {WHAT[measure]}",
        key={"measure": measure},
        n=pie.n,
        caveats=(NOTES[measure], "models of unknown size are left out"),
        inputs=Inputs.of(pie.refs),
        detail={"by": by, "leader": order[0][0], "largest": shares,
                "in_words": (f"{order[0][0]} leads",),
                "second": order[1][0] if len(order) > 1 else ""},
    )  # fmt: skip


def _index(tables: Tables, p: Values, metric: Metric) -> Estimate:
    day = p.get("as_of") or metric.as_of(tables, p)
    models = all_models(tables)
    found = [
        r
        for r in tables.rows(INDEX, [day])
        if r["model"] in models
        and size_tier(models[r["model"]].total_params_b) in LARGE
        and models[r["model"]].open_on(day)
    ]
    if not found:
        return _none("index", day, "no such model has a published index")
    best = found[0]
    groups = list(dict.fromkeys(group_of(models[r["model"]], p["by"], day) for r in found))
    whole = best["low"] is not None and best["high"] is not None
    return Estimate(
        value=best["value"],
        low=best["low"] if whole else None,
        high=best["high"] if whole else None,
        interval=Interval("published", best["level"]) if whole else None,
        unit="index_points",
        method="the best published index, Epoch Capabilities Index",
        as_of=day,
        population="open models above 100 billion parameters in Epoch's index",
        key={"measure": "index"},
        n=len(found),
        caveats=("models of unknown size are left out",)
        + (() if whole else ("no interval is published",)),
        inputs=Inputs((Ref.of(best),)),
        detail={"by": p["by"], "leader": groups[0], "model": best["model"],
                "in_words": (best["model"],),
                "second": groups[1] if len(groups) > 1 else ""},
    )  # fmt: skip


def _none(measure: str, day: object, why: str) -> Estimate:
    return Estimate(value=None, unit="index_points" if measure == "index" else "fraction",
                    method="not computed", as_of=day,  # type: ignore[arg-type]
                    population="open models above 100 billion parameters",
                    key={"measure": measure}, caveats=(why,))  # fmt: skip
