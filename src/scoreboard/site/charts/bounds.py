"""A value through time as a line within the band of what is not observed could make of it."""

from __future__ import annotations

from typing import Any

from scoreboard.estimate import Estimate
from scoreboard.render import SHOWN, amount
from scoreboard.site.charts.base import (
    MUTED,
    SERIES,
    Chart,
    Drawing,
    Rows,
    Shown,
    layer,
    layers,
    padded,
    stamp,
    thin,
    time_axis,
    value_axis,
)

READING = (
    "The line takes what is not known to be spread like the rest. The lower edge of the band takes "
    "it for many small ones, the upper edge gives it all to the largest."
)
SEAM = " Left of the dashed line, weeks come from a reconstruction."


class Bounds(Chart):
    id = "bounds"

    def draw(self, shown: Shown) -> Drawing | None:
        found = [e for e in shown.series if e.value is not None]
        if len(found) < 2:
            return None
        unit = found[0].unit
        share = unit == "fraction"
        scale = 100.0 if share else 1.0
        low, high = padded([scale * v for e in found for v in _ends(e)])
        x = time_axis(found[0].as_of, found[-1].as_of)
        y = value_axis(max(low, 0.0), high, SHOWN[unit])
        rows = thin([_row(e, scale) for e in found])
        band = [{k: r[k] for k in ("day", "low", "high")} for r in rows]
        seam = next((e for e in found if e.detail.get("official")), None)
        rebuilt = seam is not None and seam is not found[0]
        spec = layers(
            layer(band, {"type": "area", "fill": SERIES[0], "opacity": 0.16},
                  x=x, y={**y, "field": "low"}, y2={"field": "high"}),
            *_seam(seam, x, y, max(low, 0.0), high) if rebuilt and seam else (),
            layer([{k: r[k] for k in ("day", "value")} for r in rows],
                  {"type": "line", "stroke": SERIES[0], "strokeWidth": 2}, x=x, y=y),
            layer(rows, {"type": "point", "size": 30, "filled": True, "fill": SERIES[0],
                         "opacity": 1 if len(rows) < 40 else 0}, x=x, y=y),
        )  # fmt: skip
        table = tuple((e.as_of, e.value, e.low, e.high, _largest(e)) for e in found)
        columns = ("date", "value", "low", "high", "largest")
        return Drawing(shown.sentence, READING + (SEAM if rebuilt else ""), spec, columns, table)


def _ends(e: Estimate) -> list[float]:
    return [v for v in (e.value, e.low, e.high) if v is not None]


def _largest(e: Estimate) -> str:
    largest = e.detail.get("largest") or [{"group": ""}]
    return str(largest[0]["group"])


def _row(e: Estimate, scale: float) -> dict[str, Any]:
    assert e.value is not None
    low, high = min(_ends(e)), max(_ends(e))
    tip = f"{e.as_of}: {amount(e.value, e.unit)}, between {amount(low, e.unit)} and "
    return {"day": stamp(e.as_of), "value": round(scale * e.value, 4), "low": round(scale * low, 4),
            "high": round(scale * high, 4), "tip": tip + amount(high, e.unit)}  # fmt: skip


def _seam(e: Estimate, x: object, y: object, low: float, high: float) -> list[dict[str, Any]]:
    """Where official rows begin."""
    rows: Rows = [{"day": stamp(e.as_of), "value": low, "top": high}]
    return [layer(rows, {"type": "rule", "stroke": MUTED, "strokeDash": [4, 3]},
                  x=x, y=y, y2={"field": "top"})]  # fmt: skip
