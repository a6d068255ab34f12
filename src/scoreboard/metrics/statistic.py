"""A published survey or market number, quoted as it was published."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from scoreboard.errors import DataError, UsageError
from scoreboard.estimate import Estimate, Inputs, Interval, Ref
from scoreboard.metrics._words import Name, plain_name
from scoreboard.metrics.base import Metric, Param, Values
from scoreboard.store import Tables

GRADES = {
    "P": "the publisher's own text was read",
    "S": "quoted by two or more independent sources; the publisher's own text was not read",
    "S1": "quoted by one secondary source only",
}
DATE = re.compile(r"(mid-)?(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


def statistic_domain(tables: Tables, _: Values) -> list[str]:
    """Every quoted number."""
    return tables.column("SELECT statistic FROM statistics ORDER BY 1")


def publisher_domain(tables: Tables, _: Values) -> list[str]:
    """Everybody who is quoted."""
    return tables.column("SELECT DISTINCT publisher FROM statistics ORDER BY 1")


class Statistic(Metric):
    id = "statistic"
    title = "Published number, quoted"
    unit = "as published"
    definition = (
        "A survey or market number as its publisher states it, with population, date, method "
        "and address: quoted, and not computed here."
    )
    method = (
        "One value per record, as published, in the unit of its record. The interval is the "
        "publisher's own where there is one. The date is that of publication, else the last day "
        "of the time that the number is about."
    )
    criticism = (
        "The data behind it cannot be had, so it can be compared but not checked. What a "
        "publisher counts as use, spending or adoption is its own choice."
    )
    chart = "dots"
    draws_itself = False
    things = ("statistic",)
    tables = ("statistics",)
    params = (
        Param("statistic", "the number; needed unless publisher is given",
              domain=statistic_domain),
        Param("publisher", "every number of a publisher", domain=publisher_domain),
    )  # fmt: skip

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        return [statistic_estimate(tables, row) for row in _rows(tables, p)]

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        return str(e.detail["says"])

    def drawn(self, tables: Tables, p: Values) -> list[Estimate]:
        """Every number of a publisher; one number by itself is no chart."""
        return [] if p.get("statistic") else self.compute(tables, p)

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        rows = tables.rows("SELECT statistic, publisher, value FROM statistics")
        return [_single([r["value"] for r in rows if _fits(r, p)]) for p in grid]


def _single(found: Sequence[float]) -> float | None:
    return float(found[0]) if len(found) == 1 else None


def _fits(row: Mapping[str, Any], p: Values) -> bool:
    return all(p.get(name) in (None, row[name]) for name in ("statistic", "publisher"))


def _rows(tables: Tables, p: Values) -> list[dict[str, Any]]:
    if not p.get("statistic") and not p.get("publisher"):
        raise UsageError(
            "name a statistic or a publisher",
            valid=statistic_domain(tables, {}),
            repair="-p statistic=... or -p publisher=...",
        )
    stored = tables.rows("SELECT * FROM statistics ORDER BY statistic")
    rows = [r for r in stored if _fits(r, p)]
    if not rows:
        raise UsageError(
            f"{p.get('statistic')} is not a number of {p.get('publisher')}",
            valid=[r["statistic"] for r in stored if r["publisher"] == p.get("publisher")],
        )
    return rows


def statistic_estimate(tables: Tables, row: Mapping[str, Any]) -> Estimate:
    """A row of `statistics`, with the figure of ours that measures the same in a caveat."""
    from scoreboard.reconcile import beside

    published = row["low"] is not None or row["high"] is not None
    detail = {c: row[c] or None for c in (
        "publisher", "says", "date", "address", "grade", "metric", "params")}  # fmt: skip
    return Estimate(
        value=float(row["value"]),
        low=row["low"],
        high=row["high"],
        interval=Interval("published", row["level"]) if published else None,
        unit=row["unit"],
        method=row["method"] or "as published; the method is not stated",
        as_of=row["published"] or last_day(row["date"], row["locator"]),
        population=row["population"],
        key={"statistic": row["statistic"]},
        n=1,
        caveats=tuple(filter(None, (*_caveats(row, published=published), beside(tables, row)))),
        inputs=Inputs((Ref("", row["locator"], number_text(row["value"])),)),
        detail=detail,
    )


def _caveats(row: Mapping[str, Any], *, published: bool) -> list[str]:
    found = [f"grade {row['grade']}: {GRADES.get(row['grade'], 'of unknown meaning')}"]
    if row["caveat"]:
        found.append(row["caveat"])
    if not published:
        found.append("no interval: the publisher gives none")
    elif row["level"] is None:
        found.append("the publisher does not say how probable its interval is")
    return found


def number_text(value: float) -> str:
    """A value as a record has it: plain digits, no exponent."""
    text = f"{Decimal(str(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def last_day(text: str, where: str = "") -> dt.date:
    """The last day of `2025`, `2025-06`, `mid-2025`, `2024-11/2025-11` or a date.

    Raises DataError for any other text.
    """
    found = DATE.fullmatch(text.rpartition("/")[2].strip())
    if found is None:
        raise DataError(
            f"the time a number is about is not a date: {text}",
            where=where,
            valid=["2025", "2025-06", "2025-06-30", "mid-2025", "2024-11/2025-11"],
        )
    middle, year, month, day = found.groups()
    of_year, of_month = int(year), int(month or (6 if middle else 12))
    try:
        return dt.date(of_year, of_month, int(day or calendar.monthrange(of_year, of_month)[1]))
    except (ValueError, calendar.IllegalMonthError) as error:
        raise DataError(f"there is no such day: {text}", where=where) from error
