"""Tracked open models by group; by family, the table of families."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scoreboard.errors import ScoreboardError
from scoreboard.estimate import Estimate, Inputs, LeftOut, Ref
from scoreboard.metrics._groups import (
    UNKNOWN,
    About,
    all_models,
    group_domain,
    group_of,
    in_group,
)
from scoreboard.metrics._weeks import choose_weeks, read_weeks, tally
from scoreboard.metrics._words import Name, group_words, plain_name
from scoreboard.metrics.base import Metric, Param, Values, no_value
from scoreboard.render import number
from scoreboard.store import Tables

PARTITIONS = ("family", "origin", "developer", "openness")
POPULATION = "open models tracked by The ATOM Project"
# Every tracked model with what the list says of it.
TRACKED = """
SELECT m.model, s.snapshot_id, s.locator, s.raw, d.published
FROM models m
LEFT JOIN statements s ON s.model = m.model AND s.attribute = 'tracked'
LEFT JOIN snapshots d ON d.id = s.snapshot_id
WHERE m.tracked ORDER BY ALL
"""
OF_FAMILIES = """
SELECT model, family, developer, released, total_params_b, context, languages, curated
FROM models WHERE family <> '' ORDER BY model
"""
TERMS = """
SELECT o.model, o.licence, o.openness, coalesce(l.name, '') AS licence_name
FROM openness o LEFT JOIN licences l ON l.licence = o.licence AND o.licence <> ''
WHERE o.model IN (SELECT unnest(?)) AND ? BETWEEN
  coalesce(o.valid_from, DATE '0001-01-01') AND coalesce(o.valid_to, DATE '9999-12-31')
"""
# The developer of a family: the curated one, else the only one of its models.
DEVELOPERS = """
SELECT x.family, x.developer, coalesce(d.country, '') AS country, coalesce(d.region, '') AS region
FROM (
  SELECT family, developer FROM families
  UNION ALL
  SELECT family, min(developer) FROM models
  WHERE family <> '' AND family NOT IN (SELECT family FROM families)
  GROUP BY family HAVING min(developer) = max(developer)
) x LEFT JOIN developers d ON d.developer = x.developer
"""


@dataclass(frozen=True)
class World:
    """The list of tracked models, and what is known of all models."""

    models: Mapping[str, About]
    rows: Mapping[str, Sequence[Ref]]  # what the list says, by tracked model
    listed: dt.date | None  # date of the list

    @property
    def begins(self) -> dt.date | None:
        """The first known release of a tracked model."""
        days = (self.models[m].released for m in self.rows)
        return min((d for d in days if d), default=None)


def family_domain(tables: Tables, others: Values) -> list[str]:
    """The groups of the partition: of families, those of the curated list too."""
    by = str(others.get("by") or "family")
    found = group_domain(tables, {"by": by})
    if by == "family":
        found = sorted({*found, *tables.column("SELECT family FROM families")})
    return [*found, UNKNOWN]


def release_domain(tables: Tables, _: Values) -> list[str]:
    """Days on which a tracked model came out."""
    sql = "SELECT DISTINCT released FROM models WHERE tracked AND released IS NOT NULL ORDER BY 1"
    return [str(d) for d in tables.column(sql)]


class Models(Metric):
    id = "models"
    title = "Open models tracked, by group; the table of families"
    unit = "count"
    definition = (
        "How many models of The ATOM Project's list belong to a group; by family, with the "
        "developer, the newest open model and its licence, the sizes, and the share of tokens."
    )
    method = (
        "Entries of the list that mean one model count once. A model released after the day asked "
        "for does not count; one without a known release date does. The newest open model of a "
        "family is the last released of its models, tracked or not, whose weights were out that "
        "day; of several, a curated one, then the largest. Sizes are of all such models."
    )
    criticism = (
        "A list says what its makers found worth following: base and instruction-tuned weights, "
        "sizes and versions are entries of their own, so a family that publishes in many pieces "
        "counts more. It says nothing of quality or use."
    )
    chart = "bars"
    draws_itself = False
    things = ("family", "developer")
    tables = ("models", "usage")
    params = (
        Param("by", "the partition into groups", default="family",
              domain=lambda _t, _o: list(PARTITIONS)),
        Param("of", "one group of the partition; without it, every group", domain=family_domain),
        Param("as_of", "what was true on this day; by default the newest day of the models",
              kind="date", domain=release_domain),
    )  # fmt: skip

    def as_of(self, tables: Tables, p: Values) -> dt.date:
        """The day asked for, or the newest of what is said of models: tokens may end earlier."""
        return p.get("as_of") or tables.newest("models")

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        world, as_of, by = read_world(tables), self.as_of(tables, p), p["by"]
        if not world.rows:
            why = "there is no list of tracked models among the rows"
            return [Estimate(None, "count", "none", as_of, POPULATION, caveats=(why,))]
        if too_early(world, as_of):
            why = f"the first release of a tracked model that is known is of {world.begins}"
            key = {by: p["of"]} if p.get("of") else {}
            return [Estimate(None, "count", "none", as_of, POPULATION, key=key, caveats=(why,))]
        members = by_group(world, by, as_of, p.get("of"))
        details = family_details(tables, world, members, as_of) if by == "family" else {}
        return [
            _estimate(world, by, group, members[group], as_of, details.get(group, {}))
            for group in sorted(members, key=lambda g: (-len(members[g]), g))
        ]

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if e.value is None or not e.key:
            return no_value(e)
        ((by, of),) = e.key.items()
        which = (
            group_words(by, of, name) if by == "openness" else (f"open {group_words(by, of, name)}")
        )
        words = f"{number(e.value, 'count')} {which}"
        if e.value == 1:
            return words.replace("models", "model", 1) + " is tracked."
        return f"{words} are tracked."

    def drawn(self, tables: Tables, p: Values) -> list[Estimate]:
        """Every group of the partition; one count by itself is no chart."""
        return [] if p.get("of") else self.compute(tables, p)

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        world = read_world(tables)
        result: list[float | None] = []
        for p in grid:
            of = p.get("of")
            counted = world.rows and of and not too_early(world, self.as_of(tables, p))
            members = by_group(world, p["by"], self.as_of(tables, p), of) if counted else {}
            result.append(float(len(members[of])) if of in members else None)
        return result


def read_world(tables: Tables) -> World:
    """The list and the models, read once."""
    return tables.once("tracked", lambda: _read_world(tables))


def _read_world(tables: Tables) -> World:
    rows: dict[str, list[Ref]] = defaultdict(list)
    days = []
    for r in tables.rows(TRACKED):
        said = rows[r["model"]]
        if r["locator"] is not None:
            said.append(Ref.of(r))
        if r["published"] is not None:
            days.append(r["published"])
    return World(all_models(tables), dict(rows), max(days, default=None))


def too_early(world: World, as_of: dt.date) -> bool:
    """Whether a day is before anything tracked is known to be out: models without a date count
    at every date, and would be all there is.
    """
    return world.begins is not None and as_of < world.begins


def by_group(world: World, by: str, as_of: dt.date, of: str | None = None) -> dict[str, list[str]]:
    """Tracked models by group; only those of the group asked for, where there is one."""
    members: dict[str, list[str]] = {of: []} if of else {}
    for model in world.rows:
        about = world.models[model]
        if _later(about, as_of):
            continue
        if of is None:
            members.setdefault(group_of(about, by, as_of), []).append(model)
        elif in_group(about, by, of, as_of):
            members[of].append(model)
    return members


def _later(about: About, as_of: dt.date) -> bool:
    return about.released is not None and about.released > as_of


def _estimate(
    world: World,
    by: str,
    group: str,
    members: Sequence[str],
    as_of: dt.date,
    detail: Mapping[str, Any],
) -> Estimate:
    caveats = ["a count of a published list, no sampling error"]
    if world.listed and as_of < world.listed:
        caveats.append(
            f"the list has no history: that of {world.listed}, less the models released "
            f"after {as_of}"
        )
    undated = sum(world.models[m].released is None for m in members)
    if undated:
        caveats.append(f"release date not known, counted at every date: {undated} models")
    terms = [world.models[m].openness_on(as_of) for m in members]
    return Estimate(
        value=float(len(members)),
        unit="count",
        method="entries of the list that mean one model count once",
        as_of=as_of,
        population=POPULATION,
        key={by: group},
        n=len(members),
        caveats=tuple(caveats),
        inputs=Inputs.of(ref for m in members for ref in world.rows[m]),
        detail={
            **detail,
            "unrestricted": terms.count("unrestricted"),
            "restricted": terms.count("restricted"),
            "terms_unknown": terms.count(UNKNOWN),
        },
        left_out=_later_rows(world, by, group, as_of),
    )


def _later_rows(world: World, by: str, group: str, as_of: dt.date) -> tuple[LeftOut, ...]:
    """The list's rows of a group's models that were not out by the day."""
    return tuple(
        LeftOut(ref, f"released after {as_of}")
        for model, said in world.rows.items()
        if _later(world.models[model], as_of) and in_group(world.models[model], by, group, as_of)
        for ref in said
    )


def family_details(
    tables: Tables, world: World, families: Iterable[str], as_of: dt.date
) -> dict[str, dict[str, Any]]:
    """The columns of the table of families, of all read once."""
    key = f"families {as_of}"
    if key not in tables.cache:
        tables.cache[key] = _family_details(tables, world, as_of)
    found: dict[str, dict[str, Any]] = tables.cache[key]
    return {f: found[f] for f in families if f != UNKNOWN}


def _family_details(tables: Tables, world: World, as_of: dt.date) -> dict[str, dict[str, Any]]:
    made = {r["family"]: r for r in tables.rows(DEVELOPERS)}
    open_models: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in tables.rows(OF_FAMILIES):
        about = world.models[row["model"]]
        if about.open_on(as_of) and not _later(about, as_of):
            open_models[row["family"]].append(row)
    wanted = [f for f in family_domain(tables, {"by": "family"}) if f != UNKNOWN]
    newest = {f: found for f in wanted if (found := newest_of(open_models[f]))}
    named = [r["model"] for r in newest.values()]
    terms = {r["model"]: r for r in tables.rows(TERMS, [named, as_of])}
    shares = _token_shares(tables, wanted, as_of)
    result = {}
    for family in wanted:
        maker, last = made.get(family, {}), newest.get(family, {})
        said = terms.get(last.get("model"), {})
        result[family] = {
            "developer": maker.get("developer"),
            "country": maker.get("country") or None,
            "region": maker.get("region") or UNKNOWN,
            "newest_model": last.get("model"),
            "newest_released": last.get("released"),
            "licence": said.get("licence") or None,
            "licence_name": said.get("licence_name") or None,
            "openness": said.get("openness"),
            "sizes": _sizes(open_models[family]),
            "context": last.get("context"),
            "languages": last.get("languages"),
            "token_share": shares.get(family),
        }
    return result


def newest_of(rows: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    """The last released of the curated models, else of all; of one day the largest, then by id.

    Uncurated rows are mostly quantised and side uploads of a release that is curated.
    """
    known = [r for r in rows if r["released"] is not None]
    dated = [r for r in known if r["curated"]] or known
    if not dated:
        return None
    day = max(r["released"] for r in dated)
    return min(
        (r for r in dated if r["released"] == day),
        key=lambda r: (-(r["total_params_b"] or 0.0), r["model"]),
    )


def _sizes(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    known = [r["total_params_b"] for r in rows if r["total_params_b"] is not None]
    return {
        "smallest_b": min(known, default=None),
        "largest_b": max(known, default=None),
        "unknown": len(rows) - len(known),
    }


def _token_shares(
    tables: Tables, families: Iterable[str], as_of: dt.date
) -> dict[str, dict[str, Any]]:
    """Each family's share of all tokens in the newest usable week, closed models included."""
    record = read_weeks(tables)
    try:
        week = choose_weeks(record, as_of).used[-1]
    except ScoreboardError:  # no week of tokens by then
        return {}
    found = tally(week, record.models, "family", "all")
    shares = {f: share for f in families if (share := found.share(f))}
    return {f: {**share._asdict(), "week": week.start} for f, share in shares.items()}
