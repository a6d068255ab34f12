"""Best score so far of two groups as steps, with the gap between them shaded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from scoreboard.estimate import Estimate
from scoreboard.metrics._words import adjective
from scoreboard.render import SHOWN, number
from scoreboard.site.charts.base import (
    SERIES,
    SHAPES,
    Chart,
    Drawing,
    Rows,
    Shown,
    label_room,
    layer,
    layers,
    padded,
    shortened,
    spread,
    stamp,
    time_axis,
    value_axis,
)

SIDES = ("leader", "chaser")


class Frontier(Chart):
    id = "frontier"

    def draw(self, shown: Shown) -> Drawing | None:
        found = records(shown.series)
        if len(found) < 2:
            return None
        end = max(found[-1].as_of, shown.now[0].as_of)
        by = str(found[0].detail["by"])
        words = {s: adjective(by, found[0].key[s], shown.name) for s in SIDES}
        steps = {s: side(found, s, shown, end) for s in SIDES}
        values = [r["value"] for rows in steps.values() for r in rows]
        low, high = padded(values)
        labels = [shortened(words[s]) for s in SIDES]
        places = spread([steps[s][-1]["value"] for s in SIDES], low, high)
        x, unit = time_axis(found[0].as_of, end), found[0].unit
        y = value_axis(low, high, f"best score so far, {SHOWN[unit]}")
        ends = [
            {"day": stamp(end), "value": places[i], "label": labels[i], "colour": SERIES[1 - i]}
            for i in range(len(SIDES))
        ]
        between = [
            {"day": stamp(d), "value": e.detail["leader_score"], "other": e.detail["chaser_score"]}
            for d, e in [*((e.as_of, e) for e in found), (end, found[-1])]
        ]
        spec = layers(
            layer(between, {"type": "area", "interpolate": "step-after", "fill": SERIES[1],
                            "opacity": 0.14}, x=x, y=y, y2={"field": "other"}),
            *(_steps(steps[s], i, x, y) for i, s in enumerate(SIDES)),
            layer(ends, {"type": "text", "align": "left", "dx": 7, "fontWeight": 600}, x=x, y=y,
                  text={"field": "label"},
                  fill={"field": "colour", "type": "nominal", "scale": None}),
        )  # fmt: skip
        reading = (
            f"Each step is a new best score of {words['leader']} or {words['chaser']} models; "
            "the shaded part is the simple difference between them."
        )
        return Drawing(
            shown.sentence, reading, spec, COLUMNS, rows_of(found, shown),
            right_px=label_room(labels),
            series=tuple((labels[i], SERIES[1 - i]) for i in range(len(SIDES))),
        )  # fmt: skip


COLUMNS = ("date", "ahead", "score", "behind", "score behind", "simple difference",
           "corrected", "low", "high")  # fmt: skip


def records(series: Sequence[Estimate]) -> list[Estimate]:
    """The days on which the best of either group changed."""
    found: list[Estimate] = []
    last: tuple[object, ...] = ()
    for e in series:
        if e.value is None:
            continue
        now = tuple(e.detail[f"{s}_{part}"] for s in SIDES for part in ("model", "score"))
        if now != last:
            found.append(e)
            last = now
    return found


def side(found: list[Estimate], name: str, shown: Shown, end: dt.date) -> Rows:
    """The steps of one group, carried to the end."""
    rows: Rows = []
    for e in found:
        score, model = e.detail[f"{name}_score"], shown.name("model", e.detail[f"{name}_model"])
        tip = f"{model}: {number(score, e.unit)}, {e.as_of}"
        new = not rows or rows[-1]["value"] != score
        rows.append({"day": stamp(e.as_of), "value": score, "tip": tip, "new": new})
    return [*rows, {**rows[-1], "day": stamp(end), "new": False}]


def _steps(rows: Rows, i: int, x: object, y: object) -> dict[str, object]:
    colour = SERIES[1 - i]
    plain = [{k: r[k] for k in ("day", "value")} for r in rows]
    line = layer(plain, {"type": "line", "interpolate": "step-after", "stroke": colour,
                         "strokeWidth": 2, "strokeDash": [1, 0] if i == 0 else [5, 2]},
                 x=x, y=y)  # fmt: skip
    points = layer([r for r in rows if r["new"]],
                   {"type": "point", "shape": SHAPES[i], "size": 34, "filled": True,
                    "fill": colour, "opacity": 1}, x=x, y=y)  # fmt: skip
    return {"layer": [line, points]}


def rows_of(found: list[Estimate], shown: Shown) -> tuple[tuple[object, ...], ...]:
    """The table beneath."""
    return tuple(
        (e.as_of, shown.name("model", e.detail["leader_model"]), e.detail["leader_score"],
         shown.name("model", e.detail["chaser_model"]), e.detail["chaser_score"],
         e.detail["plain"], e.value, e.low, e.high)
        for e in found
    )  # fmt: skip
