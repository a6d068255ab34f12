"""How long each record stood until it was matched, by its date; those without a match point up."""

from __future__ import annotations

import datetime as dt
from typing import Any

from scoreboard.metrics._lag_rules import MONTH
from scoreboard.site.charts.base import (
    INK,
    SERIES,
    Chart,
    Drawing,
    Rows,
    Shown,
    layer,
    layers,
    stamp,
    thin,
    time_axis,
    value_axis,
)
from scoreboard.site.charts.survival import COLUMNS, table_of

MATCHED, WAITING = "matched", "no match yet: longer"


class Spells(Chart):
    id = "spells"

    def draw(self, shown: Shown) -> Drawing | None:
        detail = shown.now[0].detail
        records = detail.get("records") or []
        if len(records) < 3:
            return None
        days = [r["day"] for r in records]
        room = dt.timedelta(days=20)
        x = time_axis(min(days) - room, max(days) + room)
        y = value_axis(0.0, 1.08 * max(r["days"] for r in records) / MONTH, "months")
        rows = {matched: thin([_point(r, shown) for r in records if r["matched"] is matched])
                for matched in (True, False)}  # fmt: skip
        line = [{"day": stamp(p["day"]), "value": p["days"] / MONTH} for p in detail["line"]]
        spec = layers(
            *([layer(line, {"type": "line", "stroke": INK, "strokeDash": [5, 3]}, x=x, y=y)]
              if line else []),
            *(_marks(rows[matched], i, x, y) for i, matched in enumerate((True, False))
              if rows[matched]),
        )  # fmt: skip
        reading = (
            "Each mark is a record at its date; its height is the time until it was matched. A "
            "triangle has no match yet: its time is longer."
        )
        if line:
            reading += " The dashed line is the median of the fit."
        return Drawing(
            shown.sentence, reading, spec, COLUMNS, table_of(records, shown),
            series=tuple((label, SERIES[i]) for i, label in enumerate((MATCHED, WAITING))
                         if rows[i == 0]),
        )  # fmt: skip


def _point(record: dict[str, Any], shown: Shown) -> dict[str, Any]:
    months = record["days"] / MONTH
    name = shown.name("model", record["model"])
    end = f"not matched after {months:.1f} months"
    if record["matched"]:
        by = shown.name("model", record["matched_by"])
        end = f"matched after {months:.1f} months by {by}"
    return {"day": stamp(record["day"]), "value": months, "tip": f"{name}: {end}"}


def _marks(rows: Rows, i: int, x: object, y: object) -> dict[str, Any]:
    mark = {"type": "point", "shape": ("circle", "triangle-up")[i], "size": (44, 60)[i],
            "filled": True, "fill": SERIES[i], "opacity": 1}  # fmt: skip
    return layer(rows, mark, x=x, y=y)
