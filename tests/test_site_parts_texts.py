"""Texts of the code on pages: names in backticks, and what decides a figure in printed names."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from metric_world import world
from scoreboard.estimate import Estimate
from scoreboard.figures import Figure
from scoreboard.render import key_text
from scoreboard.site.answers import Answer
from scoreboard.site.figure_pages import spelled
from scoreboard.site.page import coded
from scoreboard.site.world import World


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("as in `gap`, not `a<b`", "as in <code>gap</code>, not <code>a&lt;b</code>"),
        ("one ` alone", "one ` alone"),
        ("`` none", "`` none"),
        ("<script>`x`</script>", "&lt;script&gt;<code>x</code>&lt;/script&gt;"),
        ("\u202e`x`", "<code>x</code>"),
    ],
)
def test_names_in_backticks_are_code(text: str, html: str) -> None:
    assert coded(text) == html


def answer(**detail: object) -> Answer:
    estimate = Estimate(
        value=1.0, unit="usd_per_mtok", method="m", as_of=dt.date(2026, 1, 1), population="p",
        key={}, n=1, detail=detail,
    )  # fmt: skip
    return Answer(Figure("price", "price", ()), {}, [estimate], ["s"], "s", None, (), (), ())


@pytest.mark.parametrize(
    ("provider", "model", "text"),
    [
        ("deep", "deep-v3", "Deep \\1 <3> at The deep-v3 API"),
        ("else", "deep-v3", "Deep \\1 <3> at else"),
    ],
)
def test_models_and_providers_are_named_at_once(provider: str, model: str, text: str) -> None:
    names = {("model", "deep-v3"): "Deep \\1 <3>", ("provider", "deep"): "The deep-v3 API"}
    here = World(world(), None, names=names)
    assert spelled(answer(provider=provider, model=model), here) == [text]


def test_an_empty_part_of_a_key_is_not_told() -> None:
    found = answer().estimates[0]
    assert key_text(replace(found, key={"a": "", "b": "x", "c": ""})) == "x"
