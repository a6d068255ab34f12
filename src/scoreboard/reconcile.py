"""Computed figures beside published statistics, with the difference taken apart.

A statistic may name the metric of ours that measures the same (`metric`, `params`), our own reading
of it (`ours`) and steps from there to the publisher's: another window, population, coverage or
method. Each step is computed; what the last of them leaves is the remainder.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from scoreboard.errors import ScoreboardError, UsageError, near
from scoreboard.estimate import Estimate, plain
from scoreboard.metrics import get_metric
from scoreboard.render import SHOWN, number
from scoreboard.store import Tables

DAYS_A_MONTH = 30.5
NOT_THERE = "not in the data"
PAIRED = "SELECT * FROM statistics WHERE metric <> '' ORDER BY publisher, statistic"


@dataclass(frozen=True)
class Part:
    """One computed part of a difference: what a step changes."""

    part: str  # population, window, coverage, method
    amount: float
    value: float  # ours after the step
    why: str


@dataclass(frozen=True)
class Pair:
    """A published number and ours, in the unit of the published one."""

    statistic: str
    publisher: str
    says: str
    unit: str
    published: float
    population: str
    date: str
    metric: str
    computed: Estimate | None
    parts: tuple[Part, ...]
    why: str  # why there is no computed value; empty where there is

    @property
    def value(self) -> float | None:
        """Our own reading."""
        return self.computed.value if self.computed else None

    @property
    def difference(self) -> float | None:
        """Published less computed."""
        return None if self.value is None else self.published - self.value

    @property
    def remainder(self) -> float | None:
        """What the computed parts leave of the difference."""
        gone = sum(p.amount for p in self.parts)
        return None if self.difference is None else self.difference - gone

    def as_json(self) -> dict[str, Any]:
        """The pair as it is printed by `--format json`."""
        e = self.computed
        return {
            "statistic": self.statistic,
            "publisher": self.publisher,
            "says": self.says,
            "unit": self.unit,
            "published": {"value": self.published, "population": self.population,
                          "date": self.date},
            "computed": {
                "metric": self.metric, "value": plain(self.value),
                "low": plain(e.low) if e else None, "high": plain(e.high) if e else None,
                "population": e.population if e else None,
                "as_of": e.as_of.isoformat() if e else None, "method": e.method if e else None,
                "caveats": list(e.caveats) if e else [],
            },
            "difference": plain(self.difference),
            "parts": [{"part": p.part, "amount": plain(p.amount), "value": plain(p.value),
                       "why": p.why} for p in self.parts],
            "remainder": plain(self.remainder),
            "why": self.why,
        }  # fmt: skip


def reconcile(tables: Tables, publisher: str | None = None) -> list[Pair]:
    """Every published number that a metric of ours measures too, by publisher.

    Raises UsageError for a publisher without such numbers.
    """
    rows = tables.rows(PAIRED)
    known = sorted({r["publisher"] for r in rows})
    if publisher is not None and publisher not in known:
        raise UsageError(
            f"no number of {publisher} has a figure of ours beside it"
            f"{near(publisher, known, 3, 0.4)}",
            valid=known,
            repair="scoreboard reconcile",
        )
    return [pair_of(tables, r) for r in rows if publisher in (None, r["publisher"])]


def pair_of(tables: Tables, row: Mapping[str, Any]) -> Pair:
    """A statistic that names a metric, with our figure beside it."""
    given = parameters(row["ours"] or row["params"])
    computed, why = answer(tables, row, given)
    parts = _parts(tables, row, given, computed) if computed else ()
    return Pair(
        row["statistic"], row["publisher"], row["says"], row["unit"], float(row["value"]),
        row["population"], row["date"], row["metric"], computed, tuple(parts), why,
    )  # fmt: skip


def parameters(text: str) -> dict[str, str]:
    """Parameters from the text `name=value,name=value`."""
    return dict(part.split("=", 1) for part in text.split(",") if part)


def answer(
    tables: Tables, row: Mapping[str, Any], given: Mapping[str, str]
) -> tuple[Estimate | None, str]:
    """Our figure in the statistic's unit, or why there is none."""
    metric = get_metric(row["metric"])
    try:
        found = metric.compute(tables, metric.read(tables, given))
    except ScoreboardError as error:
        known = f" ({', '.join(error.valid)})" if error.valid and len(error.valid) == 1 else ""
        return None, f"{NOT_THERE}: {error.what}{known}"
    if len(found) != 1:
        return None, f"our reading has {len(found)} values, not one"
    estimate = found[0]
    if estimate.value is None:
        return None, f"{NOT_THERE}: {estimate.caveats[0]}"
    scale = 1.0 if estimate.unit == row["unit"] else SCALES.get((estimate.unit, row["unit"]))
    if scale is None:
        date = estimate.detail.get("date")
        says = f"ours is a date, {date}" if date else f"ours is in {estimate.unit}"
        return None, f"not comparable as a number: {says}"
    return scaled(estimate, scale, row["unit"]), ""


SCALES = {("months", "days"): DAYS_A_MONTH}


def scaled(e: Estimate, scale: float, unit: str) -> Estimate:
    """An estimate in another unit."""
    low, high = (None if v is None else v * scale for v in (e.low, e.high))
    other = e.detail.get("plain")
    detail = {**e.detail, "plain": other * scale} if other is not None else e.detail
    assert e.value is not None
    return replace(e, value=e.value * scale, low=low, high=high, unit=unit, detail=detail)


def _parts(
    tables: Tables, row: Mapping[str, Any], given: Mapping[str, str], first: Estimate
) -> Iterable[Part]:
    """Each step's own effect on our figure; one that has no answer has no part."""
    params = dict(given)
    before, now = first.value, first
    for step in json.loads(row["steps"] or "[]"):
        params |= step["params"]
        if step["params"]:
            found, _ = answer(tables, row, params)
            if found is None:
                continue
            now = found
        value = now.detail.get(step["detail"]) if step["detail"] else now.value
        if value is None or before is None:
            continue
        yield Part(step["part"], value - before, value, step["why"])
        before = value


WHEN = frozenset(("as_of", "start", "end", "week", "stat", "denominator", "lag_rule"))


def speaking_of(tables: Tables, metric: str, params: Mapping[str, str]) -> list[dict[str, Any]]:
    """The published numbers of the same measure and groups, whatever their time and statistic."""
    mine = {k: v for k, v in params.items() if k not in WHEN}
    found = []
    for row in tables.rows(PAIRED):
        theirs = {k: v for k, v in parameters(row["params"]).items() if k not in WHEN}
        same = all(mine[k] == v for k, v in theirs.items() if k in mine)
        if row["metric"] == metric and same and set(theirs) <= set(mine):
            found.append(row)
    return found


def beside(tables: Tables, row: Mapping[str, Any]) -> str:
    """Our own figure at the publisher's reading, in words; why there is none; or nothing."""
    if not row["metric"]:
        return ""
    found, why = answer(tables, row, parameters(row["params"]))
    if found is None:
        return f"our own figure: {why}"
    unit = SHOWN.get(found.unit, found.unit)
    value = number(found.value, found.unit)
    if found.low is not None and found.high is not None:
        value += f" [{number(found.low, found.unit)}, {number(found.high, found.unit)}]"
    return f"our own figure: {value} {unit}, {found.population}, as of {found.as_of}"
