"""Shares through time as stacked areas; what is not named stays on top, as `other`.

Shares of tokens are of weeks, which end on a Sunday and are named by their Monday; others of days.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from scoreboard.metrics._words import REST as REST_WORDS
from scoreboard.metrics._words import group_words
from scoreboard.render import number
from scoreboard.site.charts.base import (
    MUTED,
    REST,
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
    stamp,
    time_axis,
    value_axis,
)

MOST = 7  # groups with a colour of their own
MOST_WEEKS = 160  # more than can be told apart
SMALL = "smaller groups"
LEAST_LABEL = 0.035  # a thinner layer gets no label
Weeks = dict[dt.date, dict[str, float]]
READINGS = {
    True: "Each layer is one group's share of a week's tokens; the layers add up to all of them. "
    "Left of the dashed line, weeks come from a reconstruction that lacks most free offers.",
    False: "Each layer is one group's share on a day; the layers add up to all that is counted.",
}


class Areas(Chart):
    id = "areas"

    def draw(self, shown: Shown) -> Drawing | None:
        by, of = shown.params["by"], shown.params.get("of")
        weeks: Weeks = defaultdict(dict)
        for e in shown.series:
            if e.value is not None:
                weeks[e.detail.get("week", e.as_of)][e.key[by]] = e.value
        if len(weeks) < 2:
            return None
        order, table = stacked(weeks, by, of)
        starts = spaced(sorted(table))
        x = time_axis(starts[0], starts[-1])
        tokens = any("week" in e.detail for e in shown.series)
        y = value_axis(0, 1, "share of tokens" if tokens else "share")
        y["axis"] |= {"format": "%"}
        colours = colours_of(order, of)
        areas = [
            r for i, g in enumerate(order) for r in layer_rows(order, i, table, starts, colours)
        ]
        labels = label_rows(order, table[starts[-1]], starts[-1], by, shown, colours)
        own = {"field": "colour", "type": "nominal", "scale": None}
        spec = layers(
            layer(areas, {"type": "area", "interpolate": "linear", "opacity": 0.85,
                          "stroke": "#ffffff", "strokeWidth": 0.7},
                  x=x, y=y, y2={"field": "base"}, fill=own, detail={"field": "group"}),
            *_tips(order, table, starts, by, shown, x, y), *_seam(shown, x, y),
            layer(labels, {"type": "text", "align": "left", "dx": 7, "fontWeight": 600},
                  x=x, y=y, text={"field": "label"}, fill=own),
        )  # fmt: skip
        reading = READINGS[tokens]
        columns = ("week" if tokens else "day", *(_label(g, by, shown) for g in order))
        rows = tuple((d, *(table[d].get(g, 0.0) for g in order)) for d in sorted(table))
        return Drawing(shown.sentence, reading, spec, columns, rows,
                       right_px=label_room([r["label"] for r in labels]),
                       series=tuple((_label(g, by, shown), colours[g]) for g in order
                                    if colours[g] != REST))  # fmt: skip


def stacked(weeks: Weeks, by: str, of: str | None) -> tuple[list[str], Weeks]:
    """Groups from bottom to top, and each week's shares: small groups are drawn together."""
    mean: dict[str, float] = defaultdict(float)
    for shares in weeks.values():
        for group, share in shares.items():
            mean[group] += share
    rest = [g for g in mean if is_rest(g, by)]
    named = sorted((g for g in mean if g not in rest), key=lambda g: (g != of, -mean[g], g))
    kept = named[:MOST] if len(named) > MOST + 1 else named
    table: Weeks = {}
    for day, shares in weeks.items():
        table[day] = {g: shares.get(g, 0.0) for g in kept}
        small = sum(v for g, v in shares.items() if g not in kept and g not in rest)
        table[day] |= {SMALL: small} if len(kept) < len(named) else {}
        table[day] |= {g: shares.get(g, 0.0) for g in sorted(rest)}
    some = next(iter(table.values()))
    return [g for g in some if any(week[g] for week in table.values())], table


def spaced(weeks: list[dt.date]) -> list[dt.date]:
    """At most so many weeks, evenly spaced, the first and the last among them."""
    if len(weeks) <= MOST_WEEKS:
        return weeks
    step = (len(weeks) - 1) / (MOST_WEEKS - 1)
    return [weeks[round(i * step)] for i in range(MOST_WEEKS)]


def is_rest(group: str, by: str) -> bool:
    """Whether a group is what is not named or not known."""
    return group in REST_WORDS or (group == "other" and by != "origin")


def colours_of(order: list[str], of: str | None) -> dict[str, str]:
    """One colour for each group; grey for what is not known."""
    named = [g for g in order if g != SMALL and g not in REST_WORDS and g != "other"]
    found = {g: SERIES[i % len(SERIES)] for i, g in enumerate(named)}
    return {g: found.get(g, REST) for g in order}


def layer_rows(
    order: list[str], i: int, table: Weeks, starts: list[dt.date], colours: dict[str, str]
) -> Rows:
    """The lower and upper edge of one layer."""
    rows: Rows = []
    for day in starts:
        base = sum(table[day][g] for g in order[:i])
        rows.append({"day": stamp(day), "base": round(base, 5),
                     "value": round(base + table[day][order[i]], 5),
                     "group": order[i], "colour": colours[order[i]]})  # fmt: skip
    return rows


def _label(group: str, by: str, shown: Shown) -> str:
    if group == SMALL:
        return SMALL
    if is_rest(group, by):
        return "not known" if group == "unknown" else "other"
    words = group_words(by, group, shown.name).removesuffix(" models")
    return words[:1].upper() + words[1:]


def label_rows(
    order: list[str], last: dict[str, float], day: dt.date, by: str, shown: Shown,
    colours: dict[str, str],
) -> Rows:  # fmt: skip
    """Labels at the right, each beside its layer."""
    found: Rows = []
    base = 0.0
    for group in order:
        share = last[group]
        if share >= LEAST_LABEL or (share and group == shown.params.get("of")):
            found.append({
                "day": stamp(day), "value": base + share / 2,
                "colour": MUTED if is_rest(group, by) or group == SMALL else colours[group],
                "label": f"{shortened(_label(group, by, shown), 18)} {number(share, 'fraction')} %",
            })  # fmt: skip
        base += share
    for row, place in zip(found, spread([r["value"] for r in found], 0.0, 1.0), strict=True):
        row["value"] = place
    return found


def _tips(
    order: list[str], table: Weeks, starts: list[dt.date], by: str, shown: Shown, x: object,
    y: object,
) -> list[dict[str, Any]]:  # fmt: skip
    """One invisible rule per week, which says that week's shares."""
    rows = []
    when = "Week of " if any("week" in e.detail for e in shown.series) else ""
    for day in starts:
        said = ", ".join(f"{_label(g, by, shown)} {number(table[day][g], 'fraction')} %"
                         for g in order if table[day][g] > 0)  # fmt: skip
        rows.append({"day": stamp(day), "value": 0, "top": 1, "tip": f"{when}{day}: {said}"})
    return [layer(rows, {"type": "rule", "strokeWidth": 6, "stroke": MUTED, "opacity": 0},
                  x=x, y=y, y2={"field": "top"})]  # fmt: skip


def _seam(shown: Shown, x: object, y: object) -> list[dict[str, Any]]:
    seam = next((e.detail["seam"] for e in shown.series if e.detail.get("seam")), None)
    if seam is None:
        return []
    rows: Rows = [{"day": stamp(seam), "value": 0, "top": 1}]
    return [layer(rows, {"type": "rule", "stroke": MUTED, "strokeDash": [4, 3]},
                  x=x, y=y, y2={"field": "top"})]  # fmt: skip
