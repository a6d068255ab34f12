"""What a kind of chart is: a figure and its series in, a Vega-Lite drawing and a table out.

Colours are those of `PALETTE` only: the style sheet gives each its place in light, dark and print.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from scoreboard.estimate import Estimate
from scoreboard.figures import Figure
from scoreboard.metrics._words import Name
from scoreboard.render import clean

INK, MUTED, GRID = "#1d2733", "#5a6675", "#dde2e8"
SERIES = ("#0b62a4", "#b3471b", "#24784a", "#7b4ba0", "#8a6a00", "#a83266", "#2f7785", "#6d5a4b")
REST = "#9aa3ad"  # what is not named, and what is not known
PALETTE = (INK, MUTED, GRID, *SERIES, REST)
SHAPES = ("circle", "square", "diamond", "triangle-up")
MOST_POINTS = 240  # of one series: more than the eye can tell apart at this width
LABEL_GAP = 0.055  # of the height, between two labels
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Shown:
    """What a chart is drawn from."""

    figure: Figure
    params: Mapping[str, str]
    now: Sequence[Estimate]  # the figure itself
    series: Sequence[Estimate]  # what the metric says its chart shows
    sentence: str  # the finding
    name: Name  # printed names of things


@dataclass(frozen=True)
class Drawing:
    """A chart: the finding, how to read it, a Vega-Lite specification without size, a table."""

    title: str
    reading: str
    spec: Mapping[str, Any]
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    left_px: int = 58  # room beside the plot: at the left for the axis, at the right for labels
    right_px: int = 14
    series: tuple[tuple[str, str], ...] = ()  # label and colour of each, to show one alone


class Chart(ABC):
    """One kind of chart."""

    id: ClassVar[str]

    @abstractmethod
    def draw(self, shown: Shown) -> Drawing | None:
        """The drawing, or None where there is too little to draw."""


def layers(*parts: Mapping[str, Any]) -> dict[str, Any]:
    """A drawing of several layers, those of None left out."""
    return {"layer": [p for p in parts if p]}


def layer(rows: Rows, mark: Mapping[str, Any], **encoding: Any) -> dict[str, Any]:
    """One layer with its own rows. A field `tip` is what a pointer over a mark shows."""
    if rows and "tip" in rows[0]:
        encoding["description"] = {"field": "tip"}
    silent = {} if "description" in encoding else {"aria": False}
    return {"data": {"values": rows}, "mark": {**mark, **silent}, "encoding": encoding}


def time_axis(start: dt.date, end: dt.date, **more: Any) -> dict[str, Any]:
    """Days from left to right."""
    return {
        "field": "day",
        "type": "temporal",
        "scale": {"domain": [stamp(start), stamp(end)], "type": "utc"},
        "axis": {"format": "%b %Y" if (end - start).days > 62 else "%-d %b", "labelFlush": True,
                 "labelOverlap": "greedy", "labelSeparation": 12, "grid": False},
        "title": None,
        **more,
    }  # fmt: skip


def stamp(day: dt.date) -> str:
    """A day as Vega reads it: midnight, UTC."""
    return f"{day.isoformat()}T00:00:00Z"


def value_axis(low: float, high: float, title: str, *, log: bool = False, **more: Any) -> Any:
    """Values from bottom to top, with the unit as the title."""
    scale: dict[str, Any] = {"domain": [low, high], "nice": False}
    scale |= {"type": "log"} if log else {"zero": False}
    axis: dict[str, Any] = {"tickCount": 5}
    if log:
        axis |= {"values": decades(low, high), "format": ".3~g"}
    return {"field": "value", "type": "quantitative", "scale": scale, "title": title,
            "axis": axis, **more}  # fmt: skip


def decades(low: float, high: float) -> list[float]:
    """Ticks of a logarithmic axis: 1, 2 and 5 of each power of ten, or only the powers."""
    fine = high / low < 200
    found = [m * 10.0**e for e in range(-6, 7) for m in ((1, 2, 5) if fine else (1,))]
    inside = [round(v, 9) for v in found if low <= v <= high]
    return inside if len(inside) > 1 else [low, high]


def told_apart(labels: Sequence[str]) -> list[str]:
    """Labels, those that were cut to the same text numbered."""
    found: list[str] = []
    for label in labels:
        new, i = label, 1
        while new in found or (new != label and new in labels):
            i += 1
            new = f"{label} ({i})"
        found.append(new)
    return found


def padded(values: Sequence[float], *, log: bool = False) -> tuple[float, float]:
    """The ends of an axis: a little more than the values need."""
    low, high = min(values), max(values)
    if log:
        return low / 1.4, high * 1.4
    room = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
    return low - room, high + room


def spread(wanted: Sequence[float], low: float, high: float, gap: float = LABEL_GAP) -> list[float]:
    """Places for labels: near those wanted, far enough apart to be read, within the ends."""
    step = (high - low) * gap
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = [0.0] * len(wanted)
    floor = low
    for i in order:
        placed[i] = max(wanted[i], floor)
        floor = placed[i] + step
    ceiling = high
    for i in reversed(order):
        placed[i] = min(placed[i], ceiling)
        ceiling = placed[i] - step
    return placed


def thin(rows: Rows, most: int = MOST_POINTS) -> Rows:
    """Rows of one series, at most so many: the ends, the extremes, and evenly spaced ones."""
    if len(rows) <= most:
        return rows
    by_value = sorted(range(len(rows)), key=lambda i: rows[i]["value"])
    kept = {0, len(rows) - 1, by_value[0], by_value[-1]}
    step = (len(rows) - 1) / (most - len(kept))
    kept |= {round(i * step) for i in range(most - len(kept))}
    return [rows[i] for i in sorted(kept)]


def label_room(labels: Sequence[str]) -> int:
    """Pixels that the longest label needs at the right."""
    return 14 + max((round(6.5 * len(x)) for x in labels), default=0)


def shortened(text: str, most: int = 22) -> str:
    """A label that fits beside a chart."""
    text = clean(text)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
