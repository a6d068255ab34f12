"""What is published of enterprises: adoption, return, spend, share of open models, postings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate
from scoreboard.metrics._words import Name, plain_name
from scoreboard.metrics.base import Metric, Param, Values, no_value
from scoreboard.metrics.statistic import last_day, statistic_estimate
from scoreboard.store import Tables

TOPICS = {
    "adoption": "adoption", "return": "return on investment", "spend": "spending",
    "open_share": "share of open models", "postings": "job postings",
}  # fmt: skip
ROWS = "SELECT * FROM statistics WHERE topic <> '' ORDER BY statistic"


def number_domain(tables: Tables, _: Values) -> list[str]:
    """Every quoted number about enterprises."""
    return tables.column("SELECT statistic FROM statistics WHERE topic <> '' ORDER BY 1")


class Enterprise(Metric):
    id = "enterprise"
    title = "Open models in enterprises, as published"
    unit = "fraction"
    definition = (
        "Published numbers on how enterprises adopt AI and open models, what return they report, "
        "what they spend and what their job postings ask for: quoted, each with what it does not "
        "say."
    )
    method = (
        "One row per number, as its publisher states it, newest first within a topic. Nothing is "
        "averaged: the numbers are of different populations, years and words."
    )
    criticism = (
        "Most publishers sell what they measure. Free tools, open models and AI as such are mixed "
        "up in print. None of these numbers can be checked here."
    )
    chart = "table"
    draws_itself = False
    tables = ("statistics",)
    columns = ("publisher", "date", "population", "does_not_say")
    params = (
        Param("topic", "adoption, return, spend, open_share or postings; without it, all",
              domain=lambda _t, _o: list(TOPICS)),
        Param("statistic", "one of the numbers", domain=number_domain),
    )  # fmt: skip

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        found = _rows(tables, p)
        if not found:
            others = [r["statistic"] for r in _rows(tables, {"topic": p["topic"]})]
            raise UsageError(f"{p['statistic']} is not about {p['topic']}", valid=others)
        return [_estimate(tables, r) for r in found]

    def drawn(self, tables: Tables, p: Values) -> list[Estimate]:
        """Every number."""
        return self.compute(tables, {"topic": p.get("topic"), "statistic": None})

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        return no_value(e) if e.value is None else str(e.detail["says"])

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        found = [_rows(tables, p) for p in grid]
        return [float(rows[0]["value"]) if len(rows) == 1 else None for rows in found]


def _rows(tables: Tables, p: Values) -> list[dict[str, Any]]:
    """The numbers asked for: by topic, the newest first."""
    kept = [
        r
        for r in tables.once("enterprise", lambda: tables.rows(ROWS))
        if p.get("topic") in (None, r["topic"]) and p.get("statistic") in (None, r["statistic"])
    ]
    order = list(TOPICS)
    days = {r["statistic"]: last_day(r["date"], r["locator"]).toordinal() for r in kept}
    return sorted(kept, key=lambda r: (order.index(r["topic"]), -days[r["statistic"]],
                                       r["statistic"]))  # fmt: skip


def _estimate(tables: Tables, row: dict[str, Any]) -> Estimate:
    e = statistic_estimate(tables, row)
    detail = {**e.detail, "topic": row["topic"], "population": row["population"],
              "does_not_say": row["caveat"] or "not stated"}  # fmt: skip
    return replace(e, key={"statistic": row["statistic"], "topic": row["topic"]}, detail=detail)
