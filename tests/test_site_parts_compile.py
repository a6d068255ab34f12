"""Every kind of chart as SVG, in both sizes: small, of the palette, and saying what it shows."""

from __future__ import annotations

import datetime as dt
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from metric_world import day
from scoreboard.config import HOME_VARIABLE
from scoreboard.estimate import Estimate
from scoreboard.site.answers import MOST_RANKED, RANKED
from scoreboard.site.charts import Drawing, Shown, all_charts
from scoreboard.site.charts.base import PALETTE
from scoreboard.site.draw import size_of, svg_of
from test_charts import draw, gap, made, shown

MOST = 150_000  # bytes of a drawing
SIZES = pytest.mark.parametrize("wide", [True, False], ids=["wide", "narrow"])
FIRST = day("2023-03-06")
FAMILIES = [f"family {i}" for i in range(1, 13)]
COLOUR = re.compile(r'(?:fill|stroke)="([^"]*)"')


def frontier(count: int = 6) -> Shown:
    """Records of two groups, one of them every month."""
    found = [
        gap(str(FIRST + dt.timedelta(days=31 * i)), f"a{i // 2}", 50.0 + i // 2, f"b{i}", 40.0 + i)
        for i in range(count)
    ]
    return shown(found)


def areas(weeks: int = 8, groups: int = 10) -> Shown:
    """Shares of families through weeks, with what is not named and not known."""
    names = [*FAMILIES[: groups - 2], "unknown", "other"]
    series = []
    for i in range(weeks):
        parts = [1 + (i * (g + 3) + g) % 7 for g in range(groups)]
        week = FIRST + dt.timedelta(days=7 * i)
        detail = {"week": week, "seam": FIRST + dt.timedelta(days=21)}
        series += [
            made(p / sum(parts), "fraction", str(week), key={"family": n}, detail=detail)
            for n, p in zip(names, parts, strict=True)
        ]
    return shown(series, by="family", of=FAMILIES[2])


def steps(count: int = 5, unit: str = "usd_per_mtok") -> Shown:
    """A value that falls and rises, with its interval."""
    series = []
    for i in range(count):
        value = 20.0 / (i + 1) + 3 * (i % 2)
        on = str(FIRST + dt.timedelta(days=3 * i))
        detail = {"model": "alpha", "provider": "acme"}
        series.append(made(value, unit, on, low=value / 2, high=value * 2, detail=detail))
    return shown(series)


def ranked(count: int, unit: str) -> Shown:
    """Values of families, some with intervals."""
    series: list[Estimate] = []
    for i in range(count):
        interval: dict[str, Any] = {"low": i - 2.5, "high": i + 2.5} if i % 3 else {}
        name = FAMILIES[i] if i < len(FAMILIES) else f"more {i}"
        series.append(made(float(i + 1), unit, key={"family": name}, **interval))
    return shown(series, by="family", of=FAMILIES[2])


def bars(count: int = 12) -> Shown:
    return ranked(count, "count")


def dots(count: int = 12) -> Shown:
    return ranked(count, "points")


def waits(count: int = 6, open_: int = 2) -> Shown:
    """Records of which the last are not matched yet; each match is a step of the curve."""
    ends = [i < count - open_ for i in range(count)]
    records = [
        {
            "benchmark": "quiz",
            "model": f"c{i}",
            "score": 50.0 + i,
            "day": FIRST + dt.timedelta(days=40 * i),
            "days": 30 + 10 * i,
            "matched": ends[i],
            "matched_by": f"o{i}" if ends[i] else None,
            "matched_on": FIRST + dt.timedelta(days=50 * i + 30) if ends[i] else None,
        }
        for i in range(count)
    ]
    curve = [[30 + 10 * i, 1 - (i + 1) / count, 0.0, 1.0] for i in range(count - open_)]
    line = [{"day": FIRST, "days": 60.0}, {"day": FIRST + dt.timedelta(days=200), "days": 40.0}]
    detail = {"records": records, "curve": curve, "line": line}
    return shown([made(2.0, "months", str(FIRST), detail=detail)])


def hosting() -> Shown:
    """Hosting that costs 1,000 and a step more per million tokens, against two APIs."""
    curve = [
        {"mtok": 10.0**i, "low": 500.0 + 10**i, "middle": 1000.0 + 10**i, "high": 2000.0 + 10**i}
        for i in range(7)
    ]
    detail = {
        "curve": curve, "workload": {"mtok_per_month": 300.0}, "api": {"usd_per_mtok": 3.0},
        "equivalent": {"usd_per_mtok": 9.0},
    }  # fmt: skip
    return shown([made(4.0, "usd_per_mtok", low=3.0, high=6.0, detail=detail)])


def tradeoff(count: int = 9) -> Shown:
    """Models at a price each; every third one has open weights."""
    series = []
    for i in range(count):
        detail = {"score": 100.0 + (i * 7) % 11 + i, "open": i % 3 == 0}
        key = {"model": f"m{i}", "provider": "acme"}
        series.append(made(2.0**i, "usd", str(FIRST), key=key, detail=detail))
    return shown(series)


def bounds(count: int = 70) -> Shown:
    """A concentration with its bounds, official from the thirtieth week on."""
    series = [
        made(
            1000.0 + 9 * i,
            "hhi",
            str(FIRST + dt.timedelta(days=7 * i)),
            low=900.0,
            high=1800.0 + i,
            detail={"official": i >= 30, "largest": [{"group": "acme", "share": 0.3}]},
        )
        for i in range(count)
    ]
    return shown(series)


def crossing(count: int = 60) -> Shown:
    """One group that passes another half way."""
    series = []
    for i in range(count):
        on = str(FIRST + dt.timedelta(days=7 * i))
        for group, value in (("CN", 2e12 + 1e11 * i), ("US", 5e12)):
            series.append(made(value, "count", on, key={"origin": group}))
    days = {k: FIRST + dt.timedelta(days=7 * w) for k, w in
            (("date", 31), ("earliest", 22), ("latest", 40))}  # fmt: skip
    return shown(series, now=[made(20_500.0, "date", detail=days)], by="origin")


MADE: Mapping[str, Callable[[], Shown]] = {
    "areas": areas,
    "bars": bars,
    "bounds": bounds,
    "break_even": hosting,
    "crossing": crossing,
    "dots": dots,
    "frontier": frontier,
    "spells": waits,
    "steps": steps,
    "survival": waits,
    "tradeoff": tradeoff,
}
# What must be readable in each, at the least.
LABELS = {
    "frontier": ("closed", "open"),
    "steps": ("lowest so far",),
    "bars": (*(f.upper() for f in FAMILIES), "12", "1"),
    "dots": tuple(f.upper() for f in FAMILIES),
    "survival": ("no match yet",),
    "break_even": ("hosting", "API", "equivalent"),
    "tradeoff": ("open weights", "closed"),
    "crossing": ("Chinese", "US"),
}


@pytest.fixture(autouse=True)
def _drawings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))


def compiled(kind: str, drawing: Drawing, wide: bool) -> str:
    """The SVG as a page has it."""
    rows = min(len(drawing.rows), MOST_RANKED[kind]) if kind in RANKED else None
    return svg_of(drawing, size_of(wide, rows))


def texts(svg: str) -> list[str]:
    return [n.text or "" for n in ET.fromstring(svg).iter() if n.tag.endswith("}text")]


def test_every_kind_is_tried_here() -> None:
    assert set(MADE) == set(all_charts())


@SIZES
@pytest.mark.parametrize("kind", sorted(MADE))
def test_a_drawing_is_small_and_keeps_to_the_palette(kind: str, wide: bool) -> None:
    svg = compiled(kind, draw(kind, MADE[kind]()), wide)
    assert 1000 < len(svg.encode()) < MOST
    used = set(COLOUR.findall(svg)) - {"none", "transparent"}
    assert used
    assert used <= {*PALETTE, "#ffffff"}
    root = ET.fromstring(svg)
    assert float(root.attrib["width"]) <= (720 if wide else 350) + 30
    assert root.attrib["viewBox"].split()[2:] == [root.attrib["width"], root.attrib["height"]]


@SIZES
@pytest.mark.parametrize("kind", sorted(LABELS))
def test_every_series_has_a_label(kind: str, wide: bool) -> None:
    found = texts(compiled(kind, draw(kind, MADE[kind]()), wide))
    assert [x for x in LABELS[kind] if x not in found] == []


@SIZES
def test_every_layer_that_is_wide_enough_has_a_label(wide: bool) -> None:
    drawing = draw("areas", areas(groups=8))
    found = texts(compiled("areas", drawing, wide))
    last = dict(zip(drawing.columns[1:], drawing.rows[-1][1:], strict=True))
    for name, share in last.items():
        assert (f"{name} {100 * share:.1f} %" in found) == (share >= 0.035)
    assert len(last) == 8


@SIZES
@pytest.mark.parametrize("kind", sorted(MADE))
def test_a_pointer_is_told_what_was_written_for_it_and_nothing_else(kind: str, wide: bool) -> None:
    """Vega describes every other mark by itself, colours and field names included."""
    drawing = draw(kind, MADE[kind]())
    root = ET.fromstring(compiled(kind, drawing, wide))
    said = [n.attrib["data-tip"] for n in root.iter() if "data-tip" in n.attrib]
    assert set(said) == set(written(drawing.spec))
    marks = {
        "areas": 8,
        "bars": 12,
        "break_even": 3,
        "bounds": 70,
        "crossing": 60,
        "dots": 12,
        "frontier": 9,
        "spells": 6,
        "steps": 5,
        "survival": 6,
        "tradeoff": 9,
    }
    assert len(said) == marks[kind], "a mark of several rows says what one of them says"


def written(spec: Any) -> Iterator[str]:
    """Every tip in a specification."""
    if isinstance(spec, Mapping):
        if isinstance(spec.get("tip"), str):
            yield spec["tip"]
        for part in spec.values():
            yield from written(part)
    elif isinstance(spec, list):
        for part in spec:
            yield from written(part)


@SIZES
@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("frontier", frontier(60)), ("steps", steps(1000)), ("steps", steps(30, "fraction")),
        ("areas", areas(weeks=160)), ("areas", areas(weeks=2, groups=3)), ("bars", bars(300)),
        ("bars", bars(2)), ("dots", dots(100)), ("dots", dots(2)), ("frontier", frontier(2)),
        ("tradeoff", tradeoff(30)), ("tradeoff", tradeoff(3)),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)  # fmt: skip
def test_many_rows_and_few_can_be_drawn(kind: str, what: Shown, wide: bool) -> None:
    svg = compiled(kind, draw(kind, what), wide)
    assert len(svg.encode()) < MOST


@SIZES
@pytest.mark.parametrize("name", ["<b>&\"'", "数据" * 10, "a\u202eb", "W" * 80, "]]>"], ids=ascii)
@pytest.mark.parametrize("kind", sorted(MADE))
def test_any_name_can_be_drawn(kind: str, name: str, wide: bool) -> None:
    what = MADE[kind]()
    odd = Shown(what.figure, what.params, what.now, what.series, f"{name}.", lambda *_: name)
    assert ET.fromstring(compiled(kind, draw(kind, odd), wide)).tag.endswith("svg")
