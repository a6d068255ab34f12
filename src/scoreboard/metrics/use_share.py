"""Shares of tokens by kind of use, kind of language and length of context, where it is fetched."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate, Inputs, Interval, Ref
from scoreboard.metrics._groups import REGIONS, UNKNOWN, all_models, group_of
from scoreboard.metrics._words import Name, plain_name
from scoreboard.metrics.base import AS_OF, Metric, Param, Values, no_value
from scoreboard.render import number
from scoreboard.store import Tables

PARTS = {
    "category": "kinds of use", "language_type": "kinds of language",
    "context_bucket": "lengths of context",
}  # fmt: skip
OPENNESS = ("open", "closed")
POPULATION = "OpenRouter tokens of all {what} that were fetched"
ROWS = """
SELECT s.start, s.days, s.part, s.value, s.source_name, s.tokens, s.sampled,
  coalesce(n.model, '') AS model, s.snapshot_id, s.locator, s.raw
FROM samples s JOIN snapshots d ON d.id = s.snapshot_id
LEFT JOIN names n ON n.source = d.source AND n.provider = '' AND n.name = s.source_name
  AND n.model <> '' AND s.start BETWEEN coalesce(n.valid_from, DATE '0001-01-01')
    AND coalesce(n.valid_to, DATE '9999-12-31')
WHERE s.days = 7
QUALIFY row_number() OVER (
  PARTITION BY s.part, s.value, s.start, s.source_name
  ORDER BY d.published DESC, d.retrieved DESC, d.address DESC, s.locator DESC) = 1
ORDER BY s.start, s.part, s.value, s.source_name
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """Tokens of one model in one part of the traffic, in one week."""

    model: str
    tokens: int
    sampled: bool
    ref: Ref


Weeks = Mapping[dt.date, Mapping[str, Sequence[Cell]]]  # week -> part of the traffic -> cells


def value_domain(tables: Tables, others: Values) -> list[str]:
    """The parts of the traffic that were fetched; where none was, those that are documented."""
    from scoreboard.sources.openrouter_rankings import PARTS as DOCUMENTED

    part = str(others.get("part") or "category")
    found = tables.column("SELECT DISTINCT value FROM samples WHERE part = ? ORDER BY 1", [part])
    return found or list(DOCUMENTED[part])


def week_domain(tables: Tables, _: Values) -> list[str]:
    """The Sundays of the weeks that were fetched."""
    found = tables.column("SELECT DISTINCT start FROM samples WHERE days = 7 ORDER BY 1")
    return [str(d + dt.timedelta(days=6)) for d in found]


class UseShare(Metric):
    id = "use_share"
    title = "Share of tokens by kind of use, language or length of context"
    unit = "fraction"
    definition = (
        "Tokens of one part of OpenRouter's traffic (a kind of use, natural or programming "
        "language, a length of context) as a fraction of the parts that were fetched; or the "
        "share of open or Chinese models within a part."
    )
    method = (
        "OpenRouter states a part's tokens by week; those by use and by language are its own "
        "estimates from a sample. The parts of a kind are added up: requests without one are "
        "outside. With openness or origin, the share is of the part's own tokens, and the bounds "
        "give what has no known model to the others, then to the group."
    )
    criticism = (
        "A classifier sorts the requests, and its error is not published. The parts that are "
        "documented need not be all there are. Tokens are counted by each model's own tokenizer."
    )
    chart = "table"
    draws_itself = False
    tables = ("samples",)
    params = (
        Param("part", "how the traffic is divided", default="category",
              domain=lambda _t, _o: list(PARTS)),
        Param("of", "one part of the traffic; without it, every part", domain=value_domain),
        Param("openness", "within each part, the share of open or closed models",
              domain=lambda _t, _o: list(OPENNESS)),
        Param("origin", "within each part, the share of models of a region",
              domain=lambda _t, _o: list(REGIONS)),
        Param("as_of", AS_OF.doc + "; a week counts once its Sunday is reached", kind="date",
              domain=week_domain),
    )  # fmt: skip

    def as_of(self, tables: Tables, p: Values) -> dt.date:
        """The day asked for, or the newest that was fetched; today's tokens where none was."""
        if p.get("as_of"):
            day: dt.date = p["as_of"]
            return day
        found = tables.column("SELECT max(start + INTERVAL 6 DAY)::DATE FROM samples")
        return found[0] or tables.newest("usage")

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        mondays = self._mondays(tables, p)
        if not mondays:
            return [_nothing(read_parts(tables, p["part"]), p, self.as_of(tables, p))]
        return _week(tables, mondays[-1], p)

    def series(self, tables: Tables, p: Values) -> list[Estimate]:
        """One estimate per week, and per part of the traffic unless `of` names one."""
        mondays = self._mondays(tables, p)
        return [e for d in mondays for e in _week(tables, d, p)] or self.compute(tables, p)

    def _mondays(self, tables: Tables, p: Values) -> list[dt.date]:
        if p.get("openness") and p.get("origin"):
            raise UsageError("give openness or origin, not both")
        as_of, weeks = self.as_of(tables, p), read_parts(tables, p["part"])
        return [d for d in weeks if d + dt.timedelta(days=6) <= as_of]

    def drawn(self, tables: Tables, p: Values) -> list[Estimate]:
        """Every part of the newest week."""
        return self.compute(tables, {**p, "of": None})

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if e.value is None:
            return no_value(e)
        value, part = number(e.value, "fraction"), e.key["part"]
        if e.detail["group"]:
            return f"Of the {part} tokens, {value} % are of {e.detail['group']} models."
        return f"{value} % of the tokens are {part}, in the week of {e.detail['week']}."

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        result: list[float | None] = []
        for p in grid:
            try:
                found = self.compute(tables, p)
            except UsageError:
                found = []
            result.append(found[0].value if len(found) == 1 else None)
        return result


def read_parts(tables: Tables, part: str) -> Weeks:
    """Every week's parts of one kind, read once."""
    return tables.once("parts", lambda: _read_parts(tables)).get(part, {})


def _read_parts(tables: Tables) -> Mapping[str, Weeks]:
    kinds: dict[str, dict[dt.date, dict[str, list[Cell]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    for r in tables.rows(ROWS):
        cell = Cell(r["model"], r["tokens"], r["sampled"], Ref.of(r))
        kinds[r["part"]][r["start"]][r["value"]].append(cell)
    return kinds


def _week(tables: Tables, monday: dt.date, p: Values) -> list[Estimate]:
    """The parts of one week, the largest first."""
    week = read_parts(tables, p["part"])[monday]
    values = [p["of"]] if p.get("of") else sorted(week)
    found = [_estimate(tables, monday, week, value, p) for value in values]
    return sorted(found, key=lambda e: (-(e.value or 0.0), e.key["part"]))


def _nothing(weeks: Weeks, p: Values, as_of: dt.date) -> Estimate:
    why = f"no week by {as_of}: the first is that of {min(weeks)}" if weeks else (
        f"tokens by {p['part']} are fetched with a key only: set OPENROUTER_API_KEY, then "
        "scoreboard sync openrouter_rankings")  # fmt: skip
    key = {"part": p["of"]} if p.get("of") else {}
    return Estimate(value=None, unit="fraction", method="not computed", as_of=as_of, key=key,
                    population=POPULATION.format(what=PARTS[p["part"]]),
                    caveats=(why,))  # fmt: skip


def _estimate(
    tables: Tables, monday: dt.date, week: Mapping[str, Sequence[Cell]], value: str, p: Values
) -> Estimate:
    group = p.get("openness") or p.get("origin") or ""
    mine = week.get(value, ())
    sunday = monday + dt.timedelta(days=6)
    if group:
        inside, unknown, whole = _within(tables, mine, p, sunday)
        cells: list[Cell] = list(mine)
    else:
        inside, unknown = sum(c.tokens for c in mine), 0
        cells = [c for found in week.values() for c in found]
        whole = sum(c.tokens for c in cells)
    sampled = any(c.sampled for c in cells)
    caveats = ["tokens are counted by each model's own tokenizer"]
    if sampled:
        caveats.insert(0, "sampled: OpenRouter's own estimates, whose error is not published")
    if not group:
        caveats.append("no interval: parts that were not fetched are outside")
    fetched = f"{len(week)} {PARTS[p['part']]}"
    return Estimate(
        value=inside / whole if whole else None,
        low=inside / whole if group and whole else None,
        high=(inside + unknown) / whole if group and whole else None,
        interval=Interval("bounds", None) if group and whole else None,
        unit="fraction",
        method=f"tokens of the week of {monday}, {fetched}",
        as_of=sunday,
        population=POPULATION.format(what=PARTS[p["part"]]),
        key={"part": value},
        n=len(cells),
        caveats=tuple(caveats) if whole else ("no tokens of this part in the week", *caveats),
        inputs=Inputs.of(c.ref for c in cells) if whole else Inputs(),
        detail={"week": monday, "group": group, "sampled": sampled},
    )


def _within(tables: Tables, cells: Sequence[Cell], p: Values, day: dt.date) -> tuple[int, int, int]:
    """Tokens of the group, of models that nobody knows, and all, in one part of the traffic."""
    by, of = ("openness", p["openness"]) if p.get("openness") else ("origin", p["origin"])
    models = all_models(tables)
    groups: dict[str, int] = defaultdict(int)
    for c in cells:
        groups[group_of(models.get(c.model), by, day)] += c.tokens
    return groups[of], groups[UNKNOWN], sum(c.tokens for c in cells)
