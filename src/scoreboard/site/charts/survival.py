"""The share of records not yet matched, by time; records still without a match are marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scoreboard.metrics._lag_rules import MONTH
from scoreboard.site.charts.base import (
    MUTED,
    SERIES,
    Chart,
    Drawing,
    Rows,
    Shown,
    layer,
    layers,
    value_axis,
)
from scoreboard.site.charts.dots import Dots

COLUMNS = ("record", "score", "of", "matched by", "on", "months")


class Survival(Chart):
    id = "survival"

    def draw(self, shown: Shown) -> Drawing | None:
        if len(shown.now) > 1:
            return Dots().draw(Shown(**{**vars(shown), "series": shown.now}))
        detail = shown.now[0].detail
        records, curve = detail.get("records"), detail.get("curve")
        if not records or not curve:
            return None
        rows = _steps(curve, max(r["days"] for r in records))
        x: dict[str, Any] = {
            "field": "months", "type": "quantitative", "title": "months since the record",
            "scale": {"domain": [0, rows[-1]["months"]], "nice": False},
            "axis": {"tickCount": 6, "grid": False},
        }  # fmt: skip
        y = value_axis(0.0, 1.06, "records not yet matched")
        y["axis"] = {"values": [0, 0.25, 0.5, 0.75, 1], "format": "~%"}
        spec = layers(
            layer(rows, {"type": "area", "interpolate": "step-after", "fill": SERIES[0],
                         "opacity": 0.13}, x=x, y={**y, "field": "low"}, y2={"field": "high"}),
            layer([{"value": 0.5}], {"type": "rule", "stroke": MUTED, "strokeDash": [3, 3]}, y=y),
            layer([{k: r[k] for k in ("months", "value")} for r in rows],
                  {"type": "line", "interpolate": "step-after", "stroke": SERIES[0],
                   "strokeWidth": 2}, x=x, y=y),
            layer([_told(r) for r in rows[1:-1]],
                  {"type": "point", "size": 34, "filled": True, "fill": SERIES[0], "opacity": 1},
                  x=x, y=y),
            *_waiting([_mark(r, curve, shown) for r in records if not r["matched"]], x, y),
        )  # fmt: skip
        waiting = any(not r["matched"] for r in records)
        reading = (
            "Each step down is one or more records that were matched, after that many months; the "
            "band is the 95 % interval, the dashed line a half."
        )
        if waiting:
            reading += (
                " An upright stroke is a record without a match so far: its lag is longer than "
                "where it stands."
            )
        return Drawing(shown.sentence, reading, spec, COLUMNS, table_of(records, shown))


def _steps(curve: Sequence[Sequence[float]], last: int) -> Rows:
    """From all records at the start to the last day looked at."""
    rows: Rows = [{"months": 0.0, "value": 1.0, "low": 1.0, "high": 1.0}]
    for days, share, low, high in curve:
        rows.append({"months": days / MONTH, "value": share, "low": low, "high": high})
    return [*rows, {**rows[-1], "months": max(last / MONTH, rows[-1]["months"]) * 1.02}]


def _waiting(rows: Rows, x: dict[str, Any], y: dict[str, Any]) -> Rows:
    """Strokes where records without a match stand, with one word beside the last."""
    if not rows:
        return []
    last = max(rows, key=lambda r: r["months"])
    word = {"months": last["months"], "value": last["value"], "text": "no match yet"}
    mark = {"type": "point", "shape": "stroke", "angle": 90, "size": 170, "stroke": SERIES[1],
            "strokeWidth": 2, "opacity": 1}  # fmt: skip
    late = last["months"] > x["scale"]["domain"][1] / 2
    place = {"align": "right", "dx": -6} if late else {"align": "left", "dx": 6}
    text = {"type": "text", **place, "dy": -9, "fill": SERIES[1]}
    return [layer(rows, mark, x=x, y=y), layer([word], text, x=x, y=y, text={"field": "text"})]


def _told(row: dict[str, Any]) -> dict[str, Any]:
    left = f"{row['value']:.0%} not matched after {row['months']:.1f} months"
    return {"months": row["months"], "value": row["value"], "tip": left}


def _mark(record: dict[str, Any], curve: Sequence[Sequence[float]], shown: Shown) -> dict[str, Any]:
    """A record without a match, on the curve where it stands."""
    share = next((s for days, s, *_ in reversed(curve) if days <= record["days"]), 1.0)
    months = record["days"] / MONTH
    name = shown.name("model", record["model"])
    tip = f"{name}: not matched after {months:.1f} months"
    return {"months": months, "value": share, "tip": tip}


def table_of(records: Sequence[dict[str, Any]], shown: Shown) -> tuple[tuple[Any, ...], ...]:
    """The records in order of time."""
    return tuple(
        (shown.name("model", r["model"]), r["score"], r["day"],
         shown.name("model", r["matched_by"]) if r["matched"] else "not yet matched",
         r["matched_on"], round(r["days"] / MONTH, 1))
        for r in records
    )  # fmt: skip
