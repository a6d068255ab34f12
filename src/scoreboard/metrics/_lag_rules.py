"""The named rules of the lag: from a contest to a number of days."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scoreboard.estimate import Interval
from scoreboard.metrics._contest import Contest
from scoreboard.stats.lags import (
    Match,
    Point,
    Stretch,
    backward,
    by_levels,
    exact,
    mean_age,
    records,
    within_error,
)
from scoreboard.stats.survival import Spell, cluster_weights, median_time, point_median

FEW = 10  # records: from here on they are not counted aloud
MONTH = 30.5  # days, as in what is published
RANGE = (0.05, 0.95)  # of the levels, as in what is published


@dataclass(frozen=True)
class Lag:
    """Days, with what they rest on; None where the rule has no answer, and why."""

    days: float | None
    low: float | None = None
    high: float | None = None
    interval: Interval | None = None
    n: int = 0
    caveats: tuple[str, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """One rule: what it says of itself, whose labels it follows, how it is computed."""

    id: str
    says: str
    labels: str
    compute: Callable[[Sequence[Contest], str], Lag]


def none(why: str) -> Lag:
    """No answer."""
    return Lag(None, caveats=(why,))


Contests = Sequence[Contest]


def _one(compute: Callable[[Contest, str], Lag]) -> Callable[[Contests, str], Lag]:
    """A rule that reads a single benchmark."""

    def computed(contests: Contests, seed: str) -> Lag:
        if len(contests) > 1:
            return none("this rule reads one benchmark; exact and within_error read several")
        return compute(contests[0], seed)

    return computed


def _published(contest: Contest, seed: str) -> Lag:
    return _levels(contest, tolerant=True)


def _repaired(contest: Contest, seed: str) -> Lag:
    return _levels(contest.errors(lambda e: 0.0 if e is None else e), tolerant=True)


def _exact_matched(contest: Contest, seed: str) -> Lag:
    return _levels(contest, tolerant=False)


def _levels(contest: Contest, *, tolerant: bool) -> Lag:
    """The mean over levels, with the range of the levels that is printed as its interval."""
    found = by_levels(records(contest.leaders), records(contest.chasers), tolerant=tolerant)
    if not found:
        return none("the records of the two groups have no level in common")
    ordered = sorted(found)
    low, high = (_quantile(ordered, q) for q in RANGE)
    return Lag(
        sum(found) / len(found), low, high, Interval("range", None), len(found),
        ("the range of the levels is no confidence interval",), {"levels": len(found)},
    )  # fmt: skip


def _quantile(ordered: Sequence[float], q: float) -> float:
    """Linear between the two nearest."""
    at = q * (len(ordered) - 1)
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


Matcher = Callable[[Sequence[Point], Sequence[Point], int], list[Match]]


def _exact(contests: Contests, seed: str) -> Lag:
    return _survival(contests, exact, seed)


def _within_error(contests: Contests, seed: str) -> Lag:
    return _survival(contests, within_error, seed)


def _survival(contests: Contests, matcher: Matcher, seed: str) -> Lag:
    """The Kaplan-Meier median over the records of the leaders, with what moves it most."""
    rows = [(c.benchmark.id, m) for c in contests for m in _matches(c, matcher)]
    found = [m for _, m in rows]
    if not found:
        return none("every record of the leaders was equalled on its day")
    median = median_time([m.as_spell() for m in found], seed)
    waiting = sum(m.by is None for m in found)
    detail = {
        "matched": len(found) - waiting, "not_yet_matched": waiting, "records": rows,
        "curve": median.curve, "most_sensitive_to": _sensitivity(contests, matcher, found),
    }  # fmt: skip
    caveats = []
    if waiting:
        caveats.append(f"{waiting} of {len(found)} records are not matched yet: their lag is only "
                       "known to be longer")  # fmt: skip
    if len(found) < FEW:
        caveats.append(f"rests on {len(found)} records")
    if median.value is None:
        return Lag(None, caveats=("over half of the records are not matched yet", *caveats),
                   n=len(found), detail=detail)  # fmt: skip
    if math.isinf(median.high):
        caveats.append("the interval has no upper end: too few records are matched")
    return Lag(
        median.value, median.low, None if math.isinf(median.high) else median.high,
        Interval("confidence", 0.95), len(found), tuple(caveats), detail,
    )  # fmt: skip


def _matches(contest: Contest, matcher: Matcher, without: str = "") -> list[Match]:
    chasers = [p for p in contest.chasers if p.name != without]
    return matcher(records(contest.leaders), chasers, contest.end.toordinal())


def _sensitivity(
    contests: Contests, matcher: Matcher, found: Sequence[Match]
) -> dict[str, Any] | None:
    """The one model that matched without whose scores the median would move most."""
    base, trials = _median(found), []
    for name in sorted({m.by.name for m in found if m.by}):
        then = _median([m for c in contests for m in _matches(c, matcher, name)])
        moved = math.inf if (then is None) != (base is None) else abs((then or 0) - (base or 0))
        trials.append((moved, name, then))
    moved, name, then = max(trials, key=lambda t: (t[0], t[1]), default=(0.0, "", None))
    months = None if then is None else then / MONTH
    return {"model": name, "change": "without its rows", "then": months} if moved else None


def _median(found: Sequence[Match]) -> float | None:
    return point_median([m.as_spell() for m in found])


def _backward(contest: Contest, seed: str) -> Lag:
    """The mean over days; its interval draws the records of the chasers with their days."""
    found = backward(records(contest.leaders), contest.chasers, contest.end.toordinal())
    value = mean_age(found)
    if value is None:
        return none("the best of the group behind never reached the first record of the leaders")
    low, high = _drawn_ages(found, seed)
    days = sum(s.days for s in found)
    detail = {"stretches": len({s.chaser.name for s in found})}
    caveats = (f"a mean over {days} days",)
    return Lag(value, low, high, Interval("confidence", 0.95), days, caveats, detail)


def _drawn_ages(found: Sequence[Stretch], seed: str) -> tuple[float, float]:
    import numpy as np

    weights = cluster_weights([Spell(s.days, True, s.chaser.name) for s in found], seed)
    days = weights @ np.array([float(s.days) for s in found])
    ages = weights @ np.array([s.total_age for s in found])
    low, high = np.quantile(ages / days, [0.025, 0.975])
    return float(low), float(high)


RULES = {
    r.id: r
    for r in (
        Rule("exact", "median time until a model of the other group is at or above a record, "
             "records without a match yet counted as longer", "ours", _exact),
        Rule("backward", "how long ago the leaders were where the best of the other group is, "
             "mean over the days", "ours", _one(_backward)),
        Rule("exact_matched", "mean over levels that both groups reached", "ours",
             _one(_exact_matched)),
        Rule("within_error", "as exact, a score within 1.645 joint standard errors counts as "
             "equal", "ours", _within_error),
        Rule("published", "mean over levels, a score that is not significantly lower counts as "
             "equal; the document's labels", "document",
             _one(_published)),
        Rule("published_repaired", "as published, anchors without an error of their own, unknown "
             "labels filled in", "repaired", _one(_repaired)),
    )
}  # fmt: skip
