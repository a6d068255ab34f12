"""Repositories made from others: which family, developer or model they go back to."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate, Inputs, Interval
from scoreboard.metrics._derived import (
    POPULATION,
    RELATIONS,
    WORDS,
    Derived,
    Lineage,
    read_lineage,
)
from scoreboard.metrics._groups import UNKNOWN, canonical_group
from scoreboard.metrics._hub import hub_group_domain
from scoreboard.metrics._words import Name, group_words, plain_name
from scoreboard.metrics.base import AS_OF, Metric, Param, Values, no_value
from scoreboard.render import amount
from scoreboard.store import Tables

PARTITIONS = ("family", "developer", "origin", "model", "relation")
MEASURES = ("share", "count")
LEAST_DRAWN = 30  # repositories: shares of fewer jump with every one


def group_domain(tables: Tables, others: Values) -> list[str]:
    """The groups of the partition; of relations, the Hub's words and `unsaid`."""
    if others.get("by") == "relation":
        return list(RELATIONS)
    return hub_group_domain(tables, others)


def created_domain(tables: Tables, _: Values) -> list[str]:
    """Days on which a repository with a base was made."""
    return sorted({str(d.known_from) for d in read_lineage(tables).derived})


class Derivatives(Metric):
    id = "derivatives"
    title = "Models made from others, by what they go back to"
    unit = "fraction"
    definition = (
        "Hub repositories whose base_model tag goes back to one group, as a fraction of all with "
        "such a tag: all that are known by a day, or those made since another."
    )
    method = (
        "A repository counts once; one with several bases (a merge) counts in equal parts. Where "
        "the base itself names one base, the line is followed to its end. A tag that names the "
        "repository itself, or goes in a circle, is left out. The bounds give those whose group is "
        "not known to the others, then to the group."
    )
    criticism = (
        "Uploaders say it themselves, or do not: nothing is counted that has no tag. The recorded "
        "list holds what trends, a thousand of millions of repositories, so quantised copies of "
        "new models weigh most. Deleted repositories are not there."
    )
    chart = "areas"
    draws_itself = False
    tables = ("relations",)
    params = (
        Param("by", "the partition into groups; relation: how they were made", default="family",
              domain=lambda _t, _o: list(PARTITIONS)),
        Param("of", "one group of the partition; without it, every group",
              domain=group_domain, canonical=canonical_group),
        Param("relation", "only those made in one way",
              domain=lambda _t, _o: list(RELATIONS)),
        Param("measure", "share of all, or how many", default="share",
              domain=lambda _t, _o: list(MEASURES)),
        Param("start", "only those made on this day or later", kind="date",
              domain=created_domain),
        Param("as_of", AS_OF.doc, kind="date", domain=created_domain),
    )  # fmt: skip

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        return estimates(read_lineage(tables), p, self.as_of(tables, p))

    def series(self, tables: Tables, p: Values) -> list[Estimate]:
        """One estimate per end of a month in which a repository was made, and the last day."""
        lineage, as_of = read_lineage(tables), self.as_of(tables, p)
        ends = {month_end(d.known_from) for d in lineage.derived}
        days = sorted({d for d in ends if d < as_of} | {as_of})
        first = p["start"] or dt.date.min
        return [e for d in days if d >= first for e in estimates(lineage, p, d, quiet=True)]

    def drawn(self, tables: Tables, p: Values) -> list[Estimate]:
        """Every group's share, month by month, from when there are enough to have shares of."""
        found = self.series(tables, {**p, "of": None, "measure": "share"})
        return [e for e in found if e.detail["repositories"] >= LEAST_DRAWN] or found

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if e.value is None:
            return no_value(e)
        ((by, of),) = e.key.items()
        value = amount(e.value, e.unit)
        what = "models made from others" + (f" since {e.detail['start']}"
                                            if e.detail["start"] else "")  # fmt: skip
        if by == "relation":
            return f"{value} of the {what} are {WORDS[of]}."
        return f"{value} of the {what} go back to {group_words(by, of, name)}."

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        lineage = read_lineage(tables)
        result: list[float | None] = []
        for p in grid:
            found = chosen(lineage, p, self.as_of(tables, p))
            totals = lineage.weights(found, p["by"])
            if p.get("of"):
                totals = {p["of"]: totals.get(p["of"], 0.0)}
            scale = len(found) if p["measure"] == "share" else 1
            one = found and len(totals) == 1
            result.append(next(iter(totals.values())) / scale if one else None)
        return result


def month_end(day: dt.date) -> dt.date:
    """The last day of a day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def chosen(lineage: Lineage, p: Values, as_of: dt.date) -> list[Derived]:
    """The repositories of a window that were made in the way asked for."""
    first = p.get("start") or dt.date.min
    return [
        d
        for d in lineage.derived
        if first <= d.known_from <= as_of
        and (not p.get("relation") or p["relation"] in d.relations)
    ]


def estimates(
    lineage: Lineage, p: Values, as_of: dt.date, *, quiet: bool = False
) -> list[Estimate]:
    """One estimate per group, the largest first and what is not known last.

    Raises UsageError, with the range there is, where nothing was made; none where `quiet`.
    """
    found, by = chosen(lineage, p, as_of), p["by"]
    if not found:
        if quiet:
            return []
        days = [d.known_from for d in lineage.derived]
        known = f"days from {days[0]} to {days[-1]}" if days else "none: scoreboard sync"
        raise UsageError(f"no repository with a base by {as_of}", valid=[known])
    totals = lineage.weights(found, by)
    groups = [p["of"]] if p.get("of") else sorted(totals)
    made = [_estimate(lineage, p, found, totals, of, as_of) for of in groups]
    return sorted(made, key=lambda e: (e.key[by] == UNKNOWN, -(e.value or 0.0), e.key[by]))


def _estimate(
    lineage: Lineage,
    p: Values,
    found: Sequence[Derived],
    totals: Mapping[str, float],
    of: str,
    as_of: dt.date,
) -> Estimate:
    by, whole = p["by"], len(found)
    mine = [d for d in found if of in lineage.parts(d, by)]
    scale = whole if p["measure"] == "share" else 1
    inside = totals.get(of, 0.0)
    vague = 0.0 if of == UNKNOWN else totals.get(UNKNOWN, 0.0)
    detail: dict[str, Any] = {
        "start": p.get("start"), "measure": p["measure"], "repositories": whole,
        "relations": {w: sum(w in d.relations for d in mine) for w in RELATIONS},
    }  # fmt: skip
    refs = (r for d in (found if p["measure"] == "share" else mine) for r in d.refs)
    return Estimate(
        value=inside / scale,
        low=inside / scale,
        high=(inside + vague) / scale,
        interval=Interval("bounds", None),
        unit="fraction" if p["measure"] == "share" else "count",
        method=f"of {whole} repositories with a base"
        + (f", made since {p['start']}" if p.get("start") else "")
        + (f", {WORDS[p['relation']]}" if p.get("relation") else ""),
        as_of=as_of,
        population=POPULATION,
        key={by: of},
        n=len(mine),
        caveats=_caveats(found),
        inputs=Inputs.of(refs),
        detail=detail,
        left_out=lineage.left,
    )


def _caveats(found: Sequence[Derived]) -> tuple[str, ...]:
    said = ["by the base that uploaders declare; the lists hold what trends, not the whole Hub"]
    undated = sum(d.created is None for d in found)
    if undated:
        said.append(f"day not known, counted from when they were first seen: {undated}")
    return tuple(said)
