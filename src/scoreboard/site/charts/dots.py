"""Estimates of one unit as dots with their intervals, ranked; ranks that noise leaves open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from scoreboard.estimate import Estimate
from scoreboard.metrics._words import Name
from scoreboard.render import SHOWN, amount
from scoreboard.site.charts.base import (
    INK,
    MUTED,
    REST,
    SERIES,
    Chart,
    Drawing,
    Rows,
    Shown,
    layer,
    layers,
    padded,
    shortened,
    told_apart,
)

MOST = 20
NAMED = {  # part of a key -> kind of thing whose name it shows
    "a": "source", "b": "source", "source": "source", "model": "model", "family": "family",
    "developer": "developer", "provider": "provider", "benchmark": "benchmark",
}  # fmt: skip


class Dots(Chart):
    id = "dots"

    def draw(self, shown: Shown) -> Drawing | None:
        unit = shown.now[0].unit
        found = [e for e in shown.series if e.value is not None and e.unit == unit]
        if len(found) < 2:
            return None
        found.sort(key=lambda e: (-(e.value or 0.0), *e.key.values()))
        mine = {tuple(e.key.items()) for e in shown.now}
        all_mine = len(mine) > 1 or not any(tuple(e.key.items()) in mine for e in found)
        kept = found[:MOST] + [e for e in found[MOST:] if tuple(e.key.items()) in mine][:1]
        labels = labels_of(found, shown.name)
        rows: Rows = []
        for e, label in zip(kept, labels_of(kept, shown.name), strict=True):
            here = all_mine or tuple(e.key.items()) in mine
            rows.append({
                "group": label, "value": e.value, "here": here,
                "low": e.value if e.low is None else e.low,
                "high": e.value if e.high is None else e.high,
                "tip": f"{e.population}: {amount(e.value, unit)}",
            })  # fmt: skip
        low, high = padded([v for r in rows for v in (r["low"], r["high"])])
        for row, label in zip(rows, told_apart([r["group"] for r in rows]), strict=True):
            row["group"] = label
        y: dict[str, Any] = {
            "field": "group", "type": "nominal", "sort": None, "title": None,
            "axis": {"ticks": False, "domain": False, "labelLimit": 210, "grid": True},
        }  # fmt: skip
        x: dict[str, Any] = {
            "field": "value", "type": "quantitative", "title": SHOWN.get(unit, unit),
            "scale": {"domain": [low, high], "zero": False}, "axis": {"tickCount": 4},
        }  # fmt: skip
        if unit == "fraction":
            x["axis"], x["title"] = {"tickCount": 4, "format": "~%"}, None
        spec = layers(
            layer([{k: r[k] for k in ("group", "low", "high")} for r in rows],
                  {"type": "rule", "stroke": MUTED, "strokeWidth": 2},
                  x={**x, "field": "low"}, x2={"field": "high"}, y=y),
            *(layer([r for r in rows if r["here"] is here],
                    {"type": "point", "filled": True, "size": 70, "opacity": 1, "fill": colour,
                     "stroke": INK, "strokeWidth": 0.4, "shape": shape}, x=x, y=y)
              for here, colour, shape in ((True, SERIES[0], "circle"), (False, REST, "square"))
              if any(r["here"] is here for r in rows)),
        )  # fmt: skip
        ranks = rank_intervals(found)
        table = tuple((labels[i], e.value, e.low, e.high, *ranks[i]) for i, e in enumerate(found))
        return Drawing(shown.sentence, "Each dot is one number, the line its interval where there "
                       "is one.", spec, ("what", "value", "low", "high", "best rank",
                                         "worst rank"), table, left_px=190)  # fmt: skip


def labels_of(found: Sequence[Estimate], name: Name) -> list[str]:
    """What each estimate is about, short: the parts of its key in which they differ."""
    parts = [n for n in (found[0].key if found else ()) if len({e.key.get(n) for e in found}) > 1]

    def told(e: Estimate, part: str) -> str:
        value = e.key.get(part, "")
        kind = NAMED.get(part)
        return name(kind, value) if kind and value else value.replace("_", " ")

    return [shortened(", ".join(told(e, p) for p in parts) or label_of(e), 34) for e in found]


def label_of(e: Estimate) -> str:
    """What an estimate all_mine is about."""
    return next(iter(e.key.values()), "") or e.population


def rank_intervals(found: Sequence[Estimate]) -> list[tuple[int, int]]:
    """The best and the worst rank that noise leaves open.

    Where all estimates carry ranks from joint draws these are they; else the ranks that the
    intervals leave open, those without an interval standing as points.
    """
    drawn = [(e.detail.get("rank_low"), e.detail.get("rank_high")) for e in found]
    if all(isinstance(low, int) and isinstance(high, int) for low, high in drawn):
        return cast(list[tuple[int, int]], drawn)
    spans = []
    for e in found:
        value = e.value if e.value is not None else 0.0
        spans.append((value if e.low is None else e.low, value if e.high is None else e.high))
    return [
        (1 + sum(other[0] > high for other in spans), sum(other[1] >= low for other in spans))
        for low, high in spans
    ]
