"""All tokens on OpenRouter, week by week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate, Inputs, Ref
from scoreboard.metrics._weeks import DAY, TOTALS, read_weeks
from scoreboard.metrics._words import Name, plain_name
from scoreboard.metrics.base import AS_OF, Metric, Param, Values, no_value
from scoreboard.render import number
from scoreboard.store import Tables

POPULATION = "all tokens on OpenRouter, prompts and answers"


@dataclass(frozen=True, slots=True)
class Total:
    """Tokens of one whole week."""

    start: dt.date
    tokens: int
    official: bool
    refs: tuple[Ref, ...]

    @property
    def end(self) -> dt.date:
        """Its Sunday."""
        return self.start + 6 * DAY


def end_domain(tables: Tables, _: Values) -> list[str]:
    """The Sundays of weeks with a total."""
    return [str(t.end) for t in read_totals(tables)]


class PlatformTokens(Metric):
    id = "platform_tokens"
    title = "Tokens on OpenRouter, all models"
    unit = "count"
    definition = "All tokens that OpenRouter passed on in one week, named models and the rest."
    method = (
        "A week whose seven days are all in the rankings is the sum of its days, the rest "
        "included; any other is the total stated beside the reconstruction, or read off the "
        "platform's chart. Weeks run from Monday to Sunday, UTC."
    )
    criticism = (
        "Each model's own tokenizer counts its tokens, so a change of models changes the count. "
        "Growth is that of one router, and free offers are part of it."
    )
    chart = "steps"
    tables = ("usage",)
    params = (
        Param("as_of", AS_OF.doc + "; a week counts once its Sunday is reached", kind="date",
              domain=end_domain),
    )  # fmt: skip

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        return [_estimate(self._past(tables, p)[-1])]

    def series(self, tables: Tables, p: Values) -> list[Estimate]:
        return [_estimate(t) for t in self._past(tables, p)]

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if e.value is None:
            return no_value(e)
        trillions = number(e.value / 1e12, "points")
        return f"OpenRouter passed on {trillions} trillion tokens in the week to {e.as_of}."

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        result: list[float | None] = []
        for p in grid:
            try:
                result.append(float(self._past(tables, p)[-1].tokens))
            except UsageError:
                result.append(None)
        return result

    def _past(self, tables: Tables, p: Values) -> list[Total]:
        as_of, found = self.as_of(tables, p), read_totals(tables)
        past = [t for t in found if t.end <= as_of]
        if not past:
            known = f"weeks from {found[0].start} to {found[-1].start}" if found else "none"
            raise UsageError(f"no week with a total by {as_of}", valid=[known])
        return past


def read_totals(tables: Tables) -> list[Total]:
    """Every week with a total, read once: official sums, else what is stated."""
    return tables.once("totals", lambda: _read_totals(tables))


def _read_totals(tables: Tables) -> list[Total]:
    found = {
        r["start"]: Total(r["start"], r["tokens"], False, (Ref.of(r),))
        for r in tables.rows(TOTALS)
        if r["start"].weekday() == 0
    }
    for week in read_weeks(tables).weeks.values():
        if week.official and week.total:
            found[week.start] = Total(week.start, week.total, True, week.refs)
    return [found[d] for d in sorted(found)]


def _estimate(t: Total) -> Estimate:
    return Estimate(
        value=float(t.tokens),
        unit="count",
        method=f"week of {t.start}, "
        + ("the sum of its official days" if t.official else "as captured from the chart"),
        as_of=t.end,
        population=POPULATION,
        n=len(t.refs),
        caveats=(
            "a count, no sampling error",
            "tokens are counted by each model's own tokenizer",
        ),
        inputs=Inputs.of(t.refs),
        detail={"week": t.start, "official": t.official},
    )
