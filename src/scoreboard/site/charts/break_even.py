"""Monthly cost of hosting by volume, as a band, with what APIs ask: where they cross."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from scoreboard.render import amount
from scoreboard.site.charts.base import (
    INK,
    SERIES,
    Chart,
    Drawing,
    Rows,
    Shown,
    label_room,
    layer,
    layers,
    shortened,
    spread,
)

COLUMNS = ("tokens a month, millions", "hosting", "low", "high", "same model", "equivalent model")
OFFERS = (("api", "API"), ("equivalent", "equivalent"))


class BreakEven(Chart):
    id = "break_even"

    def draw(self, shown: Shown) -> Drawing | None:
        if len(shown.now) != 1 or not shown.now[0].detail.get("curve"):
            return None
        detail = shown.now[0].detail
        curve = detail["curve"]
        offers = {w: detail[k]["usd_per_mtok"] for k, w in OFFERS if detail.get(k)}
        rows = [{"mtok": r["mtok"], "value": r["middle"], "low": r["low"], "high": r["high"]}
                for r in curve]  # fmt: skip
        spots = [{"mtok": r["mtok"], "value": r["value"],
                  "tip": f"{millions(r['mtok'])} a month: {amount(r['value'], 'usd')}"}
                 for r in rows[::3]]  # fmt: skip
        lines = {w: _line(curve, price) for w, price in offers.items()}
        x, y = _axes(curve, lines.values())
        now = [{"mtok": detail["workload"]["mtok_per_month"]}]
        labels, ends = _labels(rows, lines, y["scale"]["domain"])
        spec = layers(
            layer(rows, {"type": "area", "fill": SERIES[0], "opacity": 0.16, "clip": True}, x=x,
                  y={**y, "field": "low"}, y2={"field": "high"}),
            layer(now, {"type": "rule", "stroke": INK, "strokeDash": [2, 3]}, x=x),
            layer(rows, {"type": "line", "stroke": SERIES[0], "strokeWidth": 2, "clip": True},
                  x=x, y=y),
            *(layer(line, {"type": "line", "stroke": SERIES[1 + i], "strokeWidth": 2,
                           "strokeDash": [5, 2], "clip": True}, x=x, y=y)
              for i, line in enumerate(lines.values())),
            layer(spots, {"type": "point", "size": 22, "filled": True, "fill": SERIES[0],
                          "opacity": 1}, x=x, y=y),
            layer(ends, {"type": "text", "align": "left", "dx": 7, "fontWeight": 600}, x=x, y=y,
                  text={"field": "label"},
                  fill={"field": "colour", "type": "nominal", "scale": None}),
        )  # fmt: skip
        return Drawing(
            shown.sentence, READING, spec, COLUMNS, _table(curve, detail), left_px=66,
            right_px=label_room(labels),
            series=tuple((n, SERIES[i]) for i, n in enumerate(labels)),
        )  # fmt: skip


READING = (
    "Both axes are logarithmic. The band is that of hosting: efficiency, load and price together. "
    "Dashed lines are APIs; the dotted upright is this workload. Right of a crossing hosting costs "
    "less."
)


def millions(mtok: float) -> str:
    """A number of tokens, shortly."""
    for size, word in ((1e6, "trillion"), (1e3, "billion")):
        if mtok >= size:
            return f"{mtok / size:.3g} {word} tokens"
    return f"{mtok:.3g} million tokens"


def _line(curve: Sequence[Mapping[str, float]], price: float) -> Rows:
    return [{"mtok": r["mtok"], "value": r["mtok"] * price} for r in curve]


def _axes(
    curve: Sequence[Mapping[str, float]], lines: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    first, last = curve[0]["mtok"], curve[-1]["mtok"]
    values = [r[k] for r in curve for k in ("low", "high")]
    values += [r["value"] for line in lines for r in line if r["value"] > 0]
    low, high = max(min(values) / 1.4, max(values) / 1e6, 1.0), max(2.0, max(values) * 1.4)
    shared: dict[str, Any] = {"type": "quantitative"}
    x = {**shared, "field": "mtok", "scale": {"type": "log", "domain": [first, last]},
         "axis": {"values": _powers(first, last), "format": "~s", "grid": False},
         "title": "tokens a month, millions"}  # fmt: skip
    y = {**shared, "field": "value",
         "scale": {"type": "log", "domain": [low, high], "nice": False},
         "axis": {"values": _powers(low, high), "format": "$~s"},
         "title": "US dollars a month"}  # fmt: skip
    return x, y


def _powers(low: float, high: float) -> list[float]:
    """Powers of ten between two values, every second where there are many."""
    found = [10.0**e for e in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)]
    step = 1 + len(found) // 7
    return found[::step] or [low, high]


def _labels(
    rows: Rows, lines: Mapping[str, Rows], domain: Sequence[float]
) -> tuple[list[str], Rows]:
    """The name of each line at its end, told apart on the logarithmic axis."""
    names = ["hosting", *lines]
    last = [rows[-1]["value"], *(line[-1]["value"] for line in lines.values())]
    ends = [math.log10(v) for v in domain]
    places = spread([math.log10(max(v, domain[0])) for v in last], *ends)
    return [shortened(n) for n in names], [
        {"mtok": rows[-1]["mtok"], "value": 10**places[i], "label": shortened(n),
         "colour": SERIES[i]}
        for i, n in enumerate(names)
    ]  # fmt: skip


def _table(
    curve: Sequence[Mapping[str, float]], detail: Mapping[str, Any]
) -> tuple[tuple[Any, ...], ...]:
    prices = [(detail.get(k) or {}).get("usd_per_mtok") for k, _ in OFFERS]
    return tuple(
        (r["mtok"], r["middle"], r["low"], r["high"],
         *(None if p is None else p * r["mtok"] for p in prices))
        for r in curve
    )  # fmt: skip
