"""Two groups through time, and the day from which one leads, with the interval of that day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from scoreboard.estimate import Estimate
from scoreboard.metrics._words import group_words
from scoreboard.site.charts.base import (
    INK,
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
    shortened,
    spread,
    stamp,
    thin,
    time_axis,
    value_axis,
)

POWERS = ((1e12, "trillions"), (1e9, "billions"), (1e6, "millions"), (1e3, "thousands"))
COUNTED = {"tracked": "tracked models", "derivatives": "models made from others"}
Lines = Mapping[str, list[Estimate]]


class Crossing(Chart):
    id = "crossing"

    def draw(self, shown: Shown) -> Drawing | None:
        by = shown.params["by"]
        lines: dict[str, list[Estimate]] = defaultdict(list)
        for e in shown.series:
            lines[e.key[by]].append(e)
        days = sorted({e.as_of for e in shown.series})
        if len(days) < 2 or len(lines) != 2:
            return None
        values = [e.value or 0.0 for e in shown.series]
        scale, word = next(((p, w) for p, w in POWERS if max(values) >= p), (1.0, "count"))
        low, high = padded([v / scale for v in values])
        low = max(low, 0.0)
        counted = _counted(shown.params)
        x = time_axis(days[0], days[-1])
        y = value_axis(low, high, f"{counted}, {word}" if scale > 1 else counted)
        own = {"field": "colour", "type": "nominal", "scale": None}
        rows = [r for i, g in enumerate(lines) for r in thin(_rows(lines[g], SERIES[i], scale))]
        labels = _labels(lines, shown, by, scale, (low, high), days[-1])
        when = _when(shown.now[0])
        spec = layers(
            *_band(when, x, y, low, high),
            layer(rows, {"type": "line", "strokeWidth": 2},
                  x=x, y=y, stroke=own, detail={"field": "group"}),
            *_tips(lines, shown, by, (scale, word), (low, high), x, y),
            layer(labels, {"type": "text", "align": "left", "dx": 7, "fontWeight": 600},
                  x=x, y=y, text={"field": "label"}, fill=own),
        )  # fmt: skip
        table = tuple(
            (d, *(next((e.value for e in lines[g] if e.as_of == d), None) for g in lines))
            for d in days
        )
        return Drawing(shown.sentence, _reading(when), spec,
                       ("date", *(_label(g, by, shown) for g in lines)), table,
                       right_px=label_room([r["label"] for r in labels]))  # fmt: skip


def _counted(params: Mapping[str, str]) -> str:
    """What the axis counts."""
    measure = params.get("measure", "count")
    by_week = measure == "tokens" and params.get("stat") == "week"
    return "tokens a week" if by_week else COUNTED.get(measure, measure)


def _rows(line: list[Estimate], colour: str, scale: float) -> Rows:
    return [
        {"day": stamp(e.as_of), "value": round((e.value or 0.0) / scale, 5), "colour": colour,
         "group": colour}
        for e in line
    ]  # fmt: skip


def _label(group: str, by: str, shown: Shown) -> str:
    words = group_words(by, group, shown.name).removesuffix(" models")
    return words[:1].upper() + words[1:]


def _labels(
    lines: Lines, shown: Shown, by: str, scale: float, ends: tuple[float, float], last: dt.date
) -> Rows:
    found: Rows = [
        {"day": stamp(last), "value": (line[-1].value or 0.0) / scale, "colour": SERIES[i],
         "label": shortened(_label(g, by, shown), 18)}
        for i, (g, line) in enumerate(lines.items())
    ]  # fmt: skip
    for row, place in zip(found, spread([r["value"] for r in found], *ends), strict=True):
        row["value"] = place
    return found


def _tips(
    lines: Lines,
    shown: Shown,
    by: str,
    unit: tuple[float, str],
    ends: tuple[float, float],
    x: object,
    y: object,
) -> list[dict[str, Any]]:
    """One invisible rule per day, which says both values."""
    scale, word = unit
    said: dict[dt.date, list[str]] = defaultdict(list)
    for group, line in lines.items():
        for e in line:
            said[e.as_of].append(f"{_label(group, by, shown)} {(e.value or 0.0) / scale:,.2f}")
    rows: Rows = [
        {"day": stamp(d), "value": ends[0], "top": ends[1],
         "tip": f"{d}: {', '.join(words)} {word if scale > 1 else ''}".rstrip()}
        for d, words in sorted(said.items())
    ]  # fmt: skip
    return [layer(thin(rows), {"type": "rule", "strokeWidth": 6, "stroke": MUTED, "opacity": 0},
                  x=x, y=y, y2={"field": "top"})]  # fmt: skip


When = tuple[dt.date | None, dt.date | None, dt.date | None]


def _when(now: Estimate) -> When:
    """The day of the crossing, the earliest and the latest it can be."""
    return now.detail.get("date"), now.detail.get("earliest"), now.detail.get("latest")


def _reading(when: When) -> str:
    date, earliest, latest = when
    if date is None:
        return "The lines do not cross within the record, or one leads from its beginning."
    ends = f"from {earliest} on" if latest is None else f"between {earliest} and {latest}"
    return f"The rule is the last crossing, {date}; what is not known could move it {ends}."


def _band(when: When, x: object, y: object, low: float, high: float) -> list[dict[str, Any]]:
    date, earliest, latest = when
    if date is None:
        return []
    rule: Rows = [{"day": stamp(date), "value": low, "top": high}]
    found = [layer(rule, {"type": "rule", "stroke": INK, "strokeDash": [4, 3]},
                   x=x, y=y, y2={"field": "top"})]  # fmt: skip
    if earliest and latest and earliest < latest:
        band: Rows = [{"day": stamp(earliest), "end": stamp(latest), "value": low, "top": high}]
        rect = {"type": "rect", "fill": MUTED, "opacity": 0.14}
        found.insert(0, layer(band, rect, x=x, x2={"field": "end"}, y=y, y2={"field": "top"}))
    return found
