"""Vega-Lite to SVG and PNG, kept by a hash of the drawing, made safe to stand inside a page."""

from __future__ import annotations

import hashlib
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from scoreboard.config import home
from scoreboard.errors import DataError, UsageError
from scoreboard.render import clean
from scoreboard.site.charts.base import GRID, INK, MUTED, PALETTE, Drawing
from scoreboard.snapshots import write_atomic

VERSION = "1"  # of what is done to a drawing: a change makes all of them new
WIDE, NARROW = (720, 330), (350, 290)  # pixels, in pages and on phones
FONT = "Roboto, Helvetica, Arial, sans-serif"
BELOW_PX = 34  # under and over the plot
BESIDE_PX = 16  # left and right of a drawing in a file of its own
PNG_WIDE = 1200  # pixels: the width of the card that other sites show of a link
MOST_BYTES = 150_000
KEPT = 6000  # drawings kept on disk
SVG = "http://www.w3.org/2000/svg"
TAGS = {"svg", "g", "path", "line", "rect", "text", "tspan", "defs", "clipPath"}
ATTRIBUTES = {
    "width", "height", "viewBox", "transform", "d", "x", "y", "x1", "x2", "y1", "y2", "fill",
    "stroke", "stroke-width", "stroke-dasharray", "stroke-miterlimit", "opacity", "fill-opacity",
    "text-anchor", "font-size", "font-weight", "id", "clip-path",
}  # fmt: skip
DRAWN = {"d", "transform", "x", "y", "x1", "x2", "y1", "y2"}
PLACES = re.compile(r"(\d+\.\d{2})\d+")  # two places are enough for the eye
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
DARK = dict(zip(PALETTE, (
    "#e6ebf1", "#a3afbd", "#36404c", "#63b0ee", "#f08a58", "#63c08d", "#bb90de", "#d3b23f",
    "#ea7fab", "#6cc0cd", "#bfa892", "#727d8a",
), strict=True))  # fmt: skip


@dataclass(frozen=True)
class Size:
    """Pixels of a drawing, labels included."""

    width: int
    height: int


def require_site() -> None:
    """Raise UsageError where the libraries of the site are not installed."""
    try:
        import jinja2
        import markdown_it
        import vl_convert

        del jinja2, markdown_it, vl_convert
    except ImportError as error:
        raise UsageError(
            f"the site needs a library that is not installed: {error.name}",
            repair="pip install 'open-model-scoreboard[site]'",
        ) from error


def svg_of(drawing: Drawing, size: Size) -> str:
    """A drawing as inline SVG. From the folder of drawings where it was drawn before."""
    whole, alt = held(sized(drawing, size)), f"{drawing.title} {drawing.reading}"
    text = json.dumps([VERSION, whole], sort_keys=True, ensure_ascii=False)
    name = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]
    path = home() / "drawings" / f"{name}.svg"
    if path.is_file():
        return named(path.read_text(encoding="utf-8"), alt)
    import vl_convert

    found = inline(vl_convert.vegalite_to_svg(whole, vl_version="5.21"))
    if len(found.encode()) > MOST_BYTES:
        raise DataError(f"a drawing of {len(found) // 1000} kB is too large: {alt[:80]}",
                        repair="draw fewer points: see thin() in site/charts/base.py")  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, found.encode())
    return named(found, alt)


def held(value: Any) -> Any:
    """A specification without the marks that no XML may hold."""
    if isinstance(value, dict):
        return {k: held(v) for k, v in value.items()}
    if isinstance(value, list):
        return [held(v) for v in value]
    return NOT_XML.sub("", clean(value)) if isinstance(value, str) else value


def named(drawing: str, alt: str) -> str:
    """A drawing that says in words what it shows."""
    return drawing.replace("<svg ", f'<svg role="img" aria-label="{escape(held(alt))}" ', 1)


def sized(drawing: Drawing, size: Size) -> dict[str, Any]:
    """A whole specification: house style, and the size of the plot within the room beside it.

    Vega would fit a plot to a whole size by itself, at twice the time.
    """
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": size.width - drawing.left_px - drawing.right_px,
        "height": size.height - BELOW_PX,
        "autosize": "pad",
        "padding": {"left": 4, "top": 8, "right": 8, "bottom": 4},
        "background": None,
        "config": {
            "font": FONT,
            "view": {"stroke": None, "fill": None},
            "axis": {
                "labelColor": MUTED, "titleColor": MUTED, "gridColor": GRID, "domainColor": GRID,
                "tickColor": GRID, "labelFontSize": 12, "titleFontSize": 12,
                "titleFontWeight": 400, "labelFont": FONT, "titleFont": FONT, "tickSize": 4,
                "labelLimit": 0, "titleLimit": 0,  # cutting labels takes a third of the time
            },
            "text": {"fontSize": 12, "font": FONT, "fill": INK},
        },
        **drawing.spec,
    }  # fmt: skip


def inline(drawing: str) -> str:
    """The SVG with only known tags and attributes; what a mark says becomes `data-tip`."""
    root = ET.fromstring(drawing)
    _clean(root)
    root.attrib = {k: v for k, v in root.attrib.items() if k in ("width", "height", "viewBox")}
    ET.register_namespace("", SVG)
    return ET.tostring(root, encoding="unicode")


def _clean(node: ET.Element) -> None:
    for child in list(node):
        tag = child.tag.rpartition("}")[2]
        if tag not in TAGS or _says_nothing(child, tag):
            node.remove(child)
            continue
        tip = child.get("aria-label") if tag in ("path", "line") else None
        child.attrib = {k: PLACES.sub(r"\1", v) if k in DRAWN else v
                        for k, v in child.attrib.items() if k in ATTRIBUTES}  # fmt: skip
        if tip:
            child.set("data-tip", tip)
        _clean(child)
        if tag == "g" and not len(child):
            node.remove(child)


def _says_nothing(node: ET.Element, tag: str) -> bool:
    """Frames without size, and backgrounds."""
    shape = node.get("d", "").replace(" ", "")
    return tag == "path" and (not shape or node.get("class") in ("background", "foreground"))


def size_of(wide: bool, rows: int | None = None) -> Size:
    """The size of a drawing; of ranked rows it grows with their number."""
    width, height = WIDE if wide else NARROW
    return Size(width, height if rows is None else 60 + 24 * rows)


@cache
def colours() -> str:
    """The palette as style sheet rules: what a drawing's colours become in the dark."""
    return "\n".join(
        f'[{kind}="{light}"]{{{kind}:{dark}}}'
        for light, dark in DARK.items()
        for kind in ("fill", "stroke")
    )


def standalone(drawing: str, title: str, lines: list[str], size: Size) -> str:
    """A drawing as a file of its own: title above, source below, its colours with it."""
    heads = wrapped(title, 78)
    top, bottom = 16 + 22 * len(heads), 14 + 17 * len(lines)
    width, height = size.width + 2 * BESIDE_PX, size.height + top + bottom + 16
    style = (
        f"text{{font-family:{FONT}}}svg{{background:#fff}}"
        f"@media (prefers-color-scheme:dark){{svg{{background:#14181d}}{colours()}}}"
    )
    texts = [_text(BESIDE_PX, 26 + 22 * i, x, INK, 17, 600) for i, x in enumerate(heads)]
    texts += [_text(BESIDE_PX, size.height + top + 24 + 17 * i, x, MUTED, 12, 400)
              for i, x in enumerate(lines)]  # fmt: skip
    inner = drawing.replace("<svg ", f'<svg x="{BESIDE_PX}" y="{top}" ', 1)
    return (
        f'<svg xmlns="{SVG}" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f"<style>{style}</style>{''.join(texts)}{inner}</svg>\n"
    )


def _text(x: int, y: int, text: str, colour: str, px: int, weight: int) -> str:
    return (f'<text x="{x}" y="{y}" fill="{colour}" font-size="{px}px" '
            f'font-weight="{weight}">{escape(held(text))}</text>')  # fmt: skip


def wrapped(text: str, most: int) -> list[str]:
    """Text on lines of so many characters."""
    import textwrap

    return textwrap.wrap(text, most) or [""]


def png_of(standing: str) -> bytes:
    """A standalone drawing as PNG, in light colours, on white."""
    import vl_convert

    light = re.sub(r"<style>.*?</style>", "", standing, count=1, flags=re.DOTALL)
    at = light.index(">") + 1
    light = f'{light[:at]}<rect width="100%" height="100%" fill="#ffffff"/>{light[at:]}'
    light = light.replace("<text ", f'<text font-family="{FONT}" ')
    scale = PNG_WIDE / (WIDE[0] + 2 * BESIDE_PX)
    found: bytes = vl_convert.svg_to_png(light, scale=scale)
    return found


def tidy(folder: Path) -> None:
    """Keep the newest drawings only."""
    found = sorted(folder.glob("*.svg"), key=lambda p: (p.stat().st_mtime, p.name), reverse=True)
    for old in found[KEPT:]:
        old.unlink(missing_ok=True)
