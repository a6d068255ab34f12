"""Price against capability: a point per model, and the frontier of the cheapest for a score."""

from __future__ import annotations

from typing import Any

from scoreboard.estimate import Estimate
from scoreboard.render import SHOWN, amount, number
from scoreboard.site.charts.base import (
    MUTED,
    SERIES,
    SHAPES,
    Chart,
    Drawing,
    Shown,
    decades,
    label_room,
    layer,
    layers,
    padded,
    shortened,
    spread,
    thin,
    value_axis,
)

GROUPS = ("open weights", "closed")  # told apart by shape, colour and a label


class Tradeoff(Chart):
    id = "tradeoff"

    def draw(self, shown: Shown) -> Drawing | None:
        found = [e for e in shown.series if e.value and "score" in e.detail]
        if len(found) < 3:
            return None
        found.sort(key=lambda e: (e.value, -e.detail["score"], *e.key.values()))
        best = frontier(found)
        low, high = padded([e.value for e in found if e.value], log=True)
        scores = padded([e.detail["score"] for e in found])
        x: dict[str, Any] = {
            "field": "price", "type": "quantitative", "title": SHOWN[found[0].unit],
            "scale": {"domain": [low, high], "type": "log", "nice": False},
            "axis": {"values": decades(low, high), "format": "~s", "grid": False},
        }  # fmt: skip
        y = value_axis(*scores, "Epoch Capabilities Index")
        groups = {g: thin([_row(e, shown) for e in found if _group(e) == g]) for g in GROUPS}
        labels = [g for g in GROUPS if groups[g]]
        places = spread([max(r["value"] for r in groups[g]) for g in labels], *scores)
        ends = [{"price": high, "value": places[i], "label": g,
                 "colour": SERIES[GROUPS.index(g)]} for i, g in enumerate(labels)]  # fmt: skip
        line = [{"price": e.value, "value": e.detail["score"]} for e in best]
        line.append({"price": high, "value": line[-1]["value"]})
        spec = layers(
            layer(line, {"type": "line", "interpolate": "step-after", "stroke": MUTED,
                         "strokeWidth": 1.5, "strokeDash": [5, 2]}, x=x, y=y),
            *(layer(groups[g], {"type": "point", "shape": SHAPES[i], "size": 42, "filled": True,
                                "fill": SERIES[i], "opacity": 1}, x=x, y=y)
              for i, g in enumerate(GROUPS) if groups[g]),
            layer(ends, {"type": "text", "align": "left", "dx": 7, "fontWeight": 600}, x=x, y=y,
                  text={"field": "label"},
                  fill={"field": "colour", "type": "nominal", "scale": None}),
        )  # fmt: skip
        held = {id(e) for e in best}
        table = tuple(
            (shown.name("model", e.key["model"]), shown.name("provider", e.key["provider"]),
             _group(e), e.detail["score"], e.value, "yes" if id(e) in held else "")
            for e in found
        )  # fmt: skip
        reading = ("Each point is a model: to the left is cheaper, higher is better. The dashed "
                   "line is the best score that a price buys.")  # fmt: skip
        return Drawing(
            shown.sentence, reading, spec,
            ("model", "at", "weights", "score", "price", "on the frontier"), table,
            right_px=label_room(labels),
            series=tuple((g, SERIES[GROUPS.index(g)]) for g in labels),
        )  # fmt: skip


def frontier(found: list[Estimate]) -> list[Estimate]:
    """Of estimates in order of price, those with a higher score than all cheaper ones."""
    best: list[Estimate] = []
    for e in found:
        if not best or e.detail["score"] > best[-1].detail["score"]:
            best.append(e)
    return best


def _group(e: Estimate) -> str:
    return GROUPS[0] if e.detail["open"] else GROUPS[1]


def _row(e: Estimate, shown: Shown) -> dict[str, Any]:
    model = shortened(shown.name("model", e.key["model"]), 40)
    score = number(e.detail["score"], "index_points")
    tip = f"{model}: {score} for {amount(e.value, e.unit)}"
    return {"price": e.value, "value": e.detail["score"], "tip": tip}
