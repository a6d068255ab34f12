"""A value through time as steps; prices on a logarithmic axis with their running minimum."""

from __future__ import annotations

from itertools import pairwise
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
    label_room,
    layer,
    layers,
    padded,
    stamp,
    thin,
    time_axis,
    value_axis,
)

PRICES = ("usd", "usd_per_mtok")
LOGS = (*PRICES, "params_b")


class Steps(Chart):
    id = "steps"

    def draw(self, shown: Shown) -> Drawing | None:
        found = [e for e in shown.series if e.value is not None]
        if len({e.value for e in found}) < 2:
            return None
        unit, end = found[0].unit, max(found[-1].as_of, shown.now[0].as_of)
        log = unit in LOGS and all(_lowest(e) > 0 for e in found)
        low, high = padded([v for e in found for v in _values(e)], log=log)
        x, y = time_axis(found[0].as_of, end), value_axis(low, high, SHOWN[unit], log=log)
        rows = thin([_row(e, shown) for e in found])
        rows.append({**rows[-1], "day": stamp(end)})
        line = {"type": "line", "interpolate": "step-after", "strokeWidth": 2}
        spec = layers(
            layer([{k: r[k] for k in ("day", "low", "high")} for r in rows if "low" in r],
                  {"type": "area", "interpolate": "step-after", "fill": SERIES[0],
                   "opacity": 0.13}, x=x, y={**y, "field": "low"}, y2={"field": "high"}),
            *_minimum(rows, x, y, line, stamp(end)) if log and _rises(rows) else (),
            layer([{k: r[k] for k in ("day", "value")} for r in rows],
                  {**line, "stroke": SERIES[0]}, x=x, y=y),
            layer(rows[:-1], {"type": "point", "size": 34, "filled": True, "fill": SERIES[0],
                              "opacity": 1}, x=x, y=y),
        )  # fmt: skip
        band = "the range of what is stated" if unit in PRICES else "the interval"
        reading = f"Each step is a change; the band is {band}."
        if log and _rises(rows):
            reading += " The dashed line is the lowest price so far."
        rows_ = tuple((e.as_of, _what(e, shown), e.value, e.low, e.high) for e in found)
        room = label_room(["lowest so far"]) if log and _rises(rows) else 14
        columns = ("date", "what", "value", "low", "high")
        return Drawing(shown.sentence, reading, spec, columns, rows_, right_px=room)


def _rises(rows: Rows) -> bool:
    """Whether the running minimum is another line than the prices."""
    return any(b["value"] > a["value"] for a, b in pairwise(rows))


def _values(e: Estimate) -> list[float]:
    return [v for v in (e.value, e.low, e.high) if v is not None]


def _lowest(e: Estimate) -> float:
    return min(_values(e))


def _what(e: Estimate, shown: Shown) -> str:
    """The model and the offer that decide."""
    model, provider = e.detail.get("model"), e.detail.get("provider")
    words = [shown.name("model", model)] if model else []
    words += [f"at {shown.name('provider', provider)}"] if provider else []
    return " ".join(words)


def _row(e: Estimate, shown: Shown) -> dict[str, Any]:
    what = _what(e, shown)
    row = {"day": stamp(e.as_of), "value": e.value,
           "tip": f"{e.as_of}: {amount(e.value, e.unit)}{', ' if what else ''}{what}"}  # fmt: skip
    both = e.low is not None and e.high is not None
    return {**row, "low": e.low, "high": e.high} if both else row


def _minimum(rows: Rows, x: object, y: object, line: dict[str, object], end: str) -> list[object]:
    lowest: Rows = []
    for r in rows:
        value = min(r["value"], lowest[-1]["value"]) if lowest else r["value"]
        lowest.append({"day": r["day"], "value": value})
    label = [{"day": end, "value": lowest[-1]["value"], "label": "lowest so far"}]
    return [
        layer(lowest, {**line, "stroke": MUTED, "strokeDash": [2, 3], "strokeWidth": 1.5},
              x=x, y=y),
        layer(label, {"type": "text", "align": "left", "dx": 7, "fill": MUTED},
              x=x, y=y, text={"field": "label"}),
    ]  # fmt: skip
