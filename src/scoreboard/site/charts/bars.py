"""Counts of groups as horizontal bars, the largest first."""

from __future__ import annotations

from scoreboard.metrics._words import group_words
from scoreboard.render import SHOWN, amount
from scoreboard.site.charts.base import (
    INK,
    REST,
    SERIES,
    Chart,
    Drawing,
    Shown,
    layer,
    layers,
    shortened,
    told_apart,
)

MOST = 15


class Bars(Chart):
    id = "bars"

    def draw(self, shown: Shown) -> Drawing | None:
        found = [e for e in shown.series if e.value is not None and e.key]
        if len(found) < 2:
            return None
        by, of = shown.params["by"], shown.params.get("of")
        found.sort(key=lambda e: (-(e.value or 0.0), *e.key.values()))
        drawn = found[:MOST]
        drawn += [e for e in found[MOST:] if of and e.key.get(by) == of]
        rows = []
        for e in drawn:
            words = group_words(by, e.key[by], shown.name).removesuffix(" models")
            words = "Not known" if e.key[by] == "unknown" else words[:1].upper() + words[1:]
            rows.append({
                "group": shortened(words), "value": e.value,
                "label": amount(e.value, e.unit), "of": of in (None, e.key[by]),
                "tip": f"{words}: {amount(e.value, e.unit)}",
            })  # fmt: skip
        for row, label in zip(rows, told_apart([str(r["group"]) for r in rows]), strict=True):
            row["group"] = label
        y = {"field": "group", "type": "nominal", "sort": None, "title": None,
             "axis": {"ticks": False, "domain": False, "labelLimit": 170}}  # fmt: skip
        x = {"field": "value", "type": "quantitative", "title": SHOWN[found[0].unit] or "models",
             "axis": {"tickCount": 4}, "scale": {"zero": True}}  # fmt: skip
        spec = layers(
            *(layer([r for r in rows if r["of"] is mine], {"type": "bar", "fill": colour}, x=x, y=y)
              for mine, colour in ((True, SERIES[0]), (False, REST))
              if any(r["of"] is mine for r in rows)),
            layer([{k: r[k] for k in ("group", "value", "label")} for r in rows],
                  {"type": "text", "align": "left", "dx": 4, "fill": INK}, x=x, y=y,
                  text={"field": "label"}),
        )  # fmt: skip
        reading = "Each bar is the count of one group"
        reading += f"; the {MOST} largest are drawn." if len(found) > MOST else "."
        table = tuple((group_words(by, e.key[by], shown.name), e.value) for e in found)
        return Drawing(shown.sentence, reading, spec, ("group", "count"), table,
                       left_px=150, right_px=34)  # fmt: skip
