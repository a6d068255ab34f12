"""Drawings: only known SVG reaches a page, what it says is what was drawn, each is drawn once."""

from __future__ import annotations

import ast
import builtins
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import vl_convert
from hypothesis import example, given
from hypothesis import strategies as st

from scoreboard.config import HOME_VARIABLE
from scoreboard.errors import DataError, UsageError
from scoreboard.render import clean
from scoreboard.site import draw
from scoreboard.site.charts.base import PALETTE, Drawing
from scoreboard.site.draw import (
    ATTRIBUTES,
    SVG,
    TAGS,
    Size,
    inline,
    named,
    png_of,
    require_site,
    size_of,
    standalone,
    svg_of,
    tidy,
    wrapped,
)

BOTH = (size_of(True), size_of(False))
HOSTILE = (
    "<script>alert(1)</script>", "]]>", "a & b", "&amp;", '"quoted"', "'", "<!-- -->", "<?x?>",
    "&#0;", "数", "\u202eback", "😀", "</svg>", "",
)  # fmt: skip
NO_XML = (
    "\x00",
    "\x1b[31m",
    "a\x0bb",
    "\ud800",
    "\ufffe",
    "\uffff",
    "\x7f",
)  # but the last, no XML
DARK_OF_INK = "#e6ebf1"
FOUND = f"""<svg xmlns="{SVG}" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1"
  class="marks" width="10" height="20" viewBox="0 0 10 20" onload="alert(1)" style="x:y">
  <style>@import url(https://evil.example)</style><script>alert(2)</script>
  <image href="https://evil.example/a.png"/><use xlink:href="#a"/>
  <foreignObject><p/></foreignObject>
  <a xlink:href="javascript:alert(3)"><path d="M1,1h8v8h-8Z" fill="#0b62a4"/></a>
  <g onclick="alert(4)" style="pointer-events:none" fill="none" stroke-miterlimit="10">
    <path aria-label="March: 12 %" role="graphics-symbol" d="M0,0h1" fill="#0b62a4" href="x"
      onmouseover="alert(5)" class="k" data-x="y" xlink:href="javascript:alert(6)"/>
    <text x="1" y="2" aria-label="not a tip" font-size="12px" font-family="serif"
      transform="translate(1,2)">a &lt;b&gt; &amp; c<animate attributeName="x"/></text>
    <path d="" fill="#1d2733"/><path class="background" d="M0,0h10" fill="#dde2e8"/>
    <g><g/></g>
  </g>
</svg>"""


def drawing(title: str = "A finding.", **encoding: Any) -> Drawing:
    """Two bars with a tip each."""
    rows = [{"a": "one", "b": 3, "tip": "one: 3"}, {"a": "two", "b": 5, "tip": "two: 5"}]
    spec = {
        "layer": [
            {
                "data": {"values": rows},
                "mark": {"type": "bar", "fill": PALETTE[3]},
                "encoding": {
                    "y": {"field": "a", "type": "nominal", "title": None},
                    "x": {"field": "b", "type": "quantitative"},
                    "description": {"field": "tip"},
                    **encoding,
                },
            }
        ]
    }
    return Drawing(title, "How to read it.", spec, ("a", "b"), (("one", 3), ("two", 5)))


def labelled(texts: Sequence[str], tips: Sequence[str] = ()) -> Drawing:
    """Labels and points that say these texts."""
    rows = [{"a": i, "label": t} for i, t in enumerate(texts)]
    points = [{"a": i, "tip": t} for i, t in enumerate(tips)]
    x: Mapping[str, Any] = {"field": "a", "type": "quantitative"}
    return replace(drawing(), spec={"layer": [
        {"data": {"values": rows}, "mark": "text",
         "encoding": {"x": x, "text": {"field": "label", "type": "nominal"}}},
        {"data": {"values": points}, "mark": "point",
         "encoding": {"x": x, "description": {"field": "tip"}}},
    ]})  # fmt: skip


@pytest.fixture
def drawings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of drawings."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    return tmp_path / "drawings"


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What vl_convert is asked to draw."""
    asked: list[object] = []
    real: Callable[..., str] = vl_convert.vegalite_to_svg

    def counted(spec: object, **more: object) -> str:
        asked.append(spec)
        return real(spec, **more)

    monkeypatch.setattr(vl_convert, "vegalite_to_svg", counted)
    return asked


def nodes(svg: str) -> list[ET.Element]:
    return list(ET.fromstring(svg).iter())


def tag(node: ET.Element) -> str:
    return node.tag.removeprefix(f"{{{SVG}}}")


class TestInline:
    def test_only_known_tags_and_attributes_stay(self) -> None:
        found = nodes(inline(FOUND))
        assert [tag(n) for n in found] == ["svg", "g", "path", "text"]
        assert found[0].attrib == {"width": "10", "height": "20", "viewBox": "0 0 10 20"}
        assert found[1].attrib == {"fill": "none", "stroke-miterlimit": "10"}
        assert found[2].attrib == {"d": "M0,0h1", "fill": "#0b62a4", "data-tip": "March: 12 %"}
        assert found[3].attrib == {
            "x": "1", "y": "2", "font-size": "12px", "transform": "translate(1,2)",
        }  # fmt: skip
        assert found[3].text == "a <b> & c"

    @pytest.mark.parametrize(
        "word", ["script", "alert", "evil", "style", "href", "onload", "onclick", "javascript",
                 "class", "role", "xlink", "animate", "foreignObject", "image"],
    )  # fmt: skip
    def test_nothing_that_runs_or_fetches_stays(self, word: str) -> None:
        assert word not in inline(FOUND)

    def test_text_that_looks_like_markup_stays_text(self) -> None:
        assert "a &lt;b&gt; &amp; c" in inline(FOUND)

    def test_a_tip_may_say_anything(self) -> None:
        quote = FOUND.replace("March: 12 %", "&quot; onload=&quot;alert(1)&lt;/path&gt;")
        tips = [n.attrib["data-tip"] for n in nodes(inline(quote)) if "data-tip" in n.attrib]
        assert tips == ['" onload="alert(1)</path>']

    def test_what_a_page_runs_is_in_no_list(self) -> None:
        assert not {"script", "style", "image", "use", "a", "foreignObject", "animate"} & TAGS
        assert not any(a.startswith("on") or "href" in a or a == "style" for a in ATTRIBUTES)

    def test_places_are_rounded_to_what_the_eye_can_see(self) -> None:
        found = inline(f'<svg xmlns="{SVG}"><path d="M1.23456,2.5L3,4.999"/></svg>')
        assert 'd="M1.23,2.5L3,4.99"' in found

    def test_numbers_that_are_said_are_not_cut(self) -> None:
        """A price of $0.075 is not one of $0.07."""
        found = inline(
            f'<svg xmlns="{SVG}"><path d="M0,0h1" aria-label="costs $0.075"/>'
            "<text>0.0375</text></svg>"
        )
        assert 'data-tip="costs $0.075"' in found
        assert "<text>0.0375</text>" in found


class TestNamed:
    def test_a_drawing_says_what_it_shows(self) -> None:
        assert named("<svg width='1'><svg /></svg>", 'a "b" <c> & d').startswith(
            '<svg role="img" aria-label="a &quot;b&quot; &lt;c&gt; &amp; d" width='
        )

    @given(st.text(st.characters()))
    @example('"><script>alert(1)</script>')
    @example("\\1 \\g<0>")
    def test_any_text_is_one_attribute(self, text: str) -> None:
        found = named(f'<svg xmlns="{SVG}"><g/></svg>', text)
        start = '<svg role="img" aria-label="'
        assert found.startswith(start)
        said, _, rest = found.removeprefix(start).partition('"')
        assert unescape(said) == clean(text)
        assert rest == f' xmlns="{SVG}"><g/></svg>'


class TestStandalone:
    DRAWN = f'<svg xmlns="{SVG}" width="720" height="330"><text>7</text></svg>'

    @pytest.mark.parametrize("text", HOSTILE)
    def test_any_title_and_source_give_xml(self, text: str) -> None:
        found = standalone(named(self.DRAWN, text), text, [text, text], Size(720, 330))
        shown = [n.text or "" for n in nodes(found) if tag(n) == "text"]
        assert "".join(shown[0].split()) == "".join(clean(text).split())
        assert shown[-1] == "7"
        assert len(shown) == 4

    @pytest.mark.parametrize("text", NO_XML, ids=ascii)
    def test_marks_that_no_xml_may_hold_do_not_break_it(self, text: str) -> None:
        whole = f"alpha{text}beta"
        found = standalone(named(self.DRAWN, whole), whole, [whole], Size(720, 330))
        shown = [n.text or "" for n in nodes(found) if tag(n) == "text"]
        assert shown[0].startswith("alpha")
        assert found.encode()

    @given(st.text(max_size=300))
    def test_a_title_stands_above_the_drawing(self, title: str) -> None:
        found = standalone(self.DRAWN, clean(title), [], Size(720, 330))
        heads = wrapped(clean(title), 78)
        places = re.findall(r'<text x="16" y="(\d+)"', found)
        inner = re.search(r'<svg x="16" y="(\d+)"', found)
        assert inner is not None
        assert len(places) == len(heads)
        assert all(int(y) < int(inner[1]) for y in places)
        assert all(len(h) <= 78 for h in heads)

    def test_it_has_its_colours_with_it(self) -> None:
        found = standalone(self.DRAWN, "t", ["s"], Size(720, 330))
        for colour in PALETTE:
            assert f'[fill="{colour}"]{{fill:#' in found
        assert f'[fill="{PALETTE[0]}"]{{fill:{DARK_OF_INK}}}' in found

    def test_it_can_be_a_png(self) -> None:
        found = standalone(self.DRAWN, "A & B", ["source <x>"], Size(720, 330))
        assert png_of(found).startswith(b"\x89PNG\r\n")


class TestSvgOf:
    @pytest.mark.parametrize("size", BOTH)
    def test_a_drawing_has_its_tips_and_its_words(self, drawings: Path, size: Size) -> None:
        found = svg_of(drawing(), size)
        root = nodes(found)[0]
        assert root.attrib["aria-label"] == "A finding. How to read it."
        assert abs(float(root.attrib["width"]) - size.width) < 40
        tips = [n.attrib["data-tip"] for n in root.iter() if "data-tip" in n.attrib]
        assert tips == ["one: 3", "two: 5"]

    def test_the_same_drawing_is_drawn_once(self, drawings: Path, calls: list[object]) -> None:
        first = svg_of(drawing(), BOTH[0])
        again = svg_of(drawing(), BOTH[0])
        assert first == again
        assert len(calls) == 1
        (kept,) = drawings.glob("*.svg")
        assert named(kept.read_text(), "A finding. How to read it.") == first

    def test_another_size_or_another_drawing_is_drawn(
        self, drawings: Path, calls: list[object]
    ) -> None:
        svg_of(drawing(), BOTH[0])
        svg_of(drawing(), BOTH[1])
        svg_of(drawing(opacity={"value": 0.5}), BOTH[0])
        assert len(calls) == 3

    def test_another_title_needs_no_other_drawing(
        self, drawings: Path, calls: list[object]
    ) -> None:
        svg_of(drawing(), BOTH[0])
        assert 'aria-label="Another. How' in svg_of(drawing("Another."), BOTH[0])
        assert len(calls) == 1

    def test_a_drawing_that_is_too_large_is_refused_and_not_kept(
        self, drawings: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(draw, "MOST_BYTES", 100)
        with pytest.raises(DataError, match="too large: A finding"):
            svg_of(drawing(), BOTH[0])
        assert list(drawings.glob("*.svg")) == []

    @pytest.mark.parametrize("text", HOSTILE[:-1], ids=ascii)
    def test_any_label_and_tip_can_be_drawn(self, drawings: Path, text: str) -> None:
        self.check(svg_of(labelled([f"alpha{text}"], [f"beta{text}"]), BOTH[0]))

    @pytest.mark.parametrize("text", ["\x1b[31m", "\x00", "\ud800", "\ufffe"], ids=ascii)
    def test_so_can_marks_that_no_xml_may_hold(self, tmp_path: Path, text: str) -> None:
        """In a process of its own: the library would end this one."""
        code = (
            f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
            "from test_site_parts_draw import BOTH, labelled, svg_of\n"
            f"print(ascii(svg_of(labelled([{'alpha' + text!a}], [{'beta' + text!a}]), BOTH[0])))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False,
            env=os.environ | {HOME_VARIABLE: str(tmp_path)},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[:300]
        self.check(str(ast.literal_eval(done.stdout)))

    @staticmethod
    def check(found: str) -> None:
        root = nodes(found)[0]
        assert any((n.text or "").startswith("alpha") for n in root.iter() if tag(n) == "text")
        (tip,) = [n.attrib["data-tip"] for n in root.iter() if "data-tip" in n.attrib]
        assert tip.startswith("beta")
        assert {tag(n) for n in root.iter()} <= TAGS

    @pytest.mark.parametrize("said", ["$0.075", "$0.000123", "GPT-4.1234", "12.345 %"])
    def test_a_number_is_shown_as_it_is(self, drawings: Path, said: str) -> None:
        found = nodes(svg_of(labelled([said], [said]), BOTH[0]))
        assert said in [n.text for n in found]
        assert [n.attrib["data-tip"] for n in found if "data-tip" in n.attrib] == [said]


def test_ranked_drawings_grow_with_their_rows() -> None:
    assert size_of(True) == Size(720, 330)
    assert size_of(False) == Size(350, 290)
    assert size_of(True, 3) == Size(720, 132)
    assert size_of(False, 20) == Size(350, 540)


def test_without_its_libraries_the_site_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    require_site()
    real = builtins.__import__

    def missing(name: str, *more: Any) -> Any:
        if name == "vl_convert":
            raise ImportError("no", name=name)
        return real(name, *more)

    monkeypatch.delitem(sys.modules, "vl_convert")
    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(UsageError, match="not installed: vl_convert") as refused:
        require_site()
    assert "pip install 'open-model-scoreboard[site]'" in str(refused.value)


def test_the_newest_drawings_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draw, "KEPT", 2)
    for i, name in enumerate(("c", "a", "b")):
        (tmp_path / f"{name}.svg").write_text("x")
        os.utime(tmp_path / f"{name}.svg", (i, i))
    tidy(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.svg", "b.svg"]
    tidy(tmp_path / "none")
