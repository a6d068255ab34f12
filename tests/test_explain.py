"""Every figure of the board leads to its rows, documents and licences."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scoreboard import api, lineage
from scoreboard.config import HOME_VARIABLE
from scoreboard.figures import board_figures
from scoreboard.lineage import SAMPLE
from scoreboard.sources import all_sources
from scoreboard.store import open_tables

FIGURES = [f.id for f in board_figures()]


@pytest.fixture(autouse=True)
def _tables(built_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv(HOME_VARIABLE, str(built_home))
    yield


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_leads_to_its_documents(figure: str) -> None:
    trail = api.explain(figure)
    assert trail["figure"] == figure
    assert trail["documents"]
    known = set(open_tables().column("SELECT id FROM snapshots"))
    for d in trail["documents"]:
        assert 0 < len(d["rows"]) <= min(SAMPLE, d["count"])
        assert d["licence"]
        if d["source"] != "curated":
            assert d["snapshot"] in known
            assert d["cite"] == all_sources()[d["source"]].cite
            assert d["bytes_held"] is False  # the bundle holds rows, no bytes
            assert d["fetch"].startswith(f"scoreboard sync {d['source']}")
    text = lineage.text(trail)
    for words in (trail["definition"], trail["method"], "Known criticism", "licence"):
        assert words in text
    curated = {d["source"] for d in trail["documents"]} == {"curated"}
    assert curated or "bytes not held: scoreboard sync " in text


@pytest.mark.parametrize("figure", FIGURES)
def test_all_rows_are_those_that_the_estimates_stand_on(figure: str) -> None:
    trail = api.explain(figure, all_rows=True)
    listed = {
        ("" if d["source"] == "curated" else d["snapshot"], r["locator"])
        for d in trail["documents"]
        for r in d["rows"]
    }
    assert len(listed) == sum(d["count"] for d in trail["documents"])
    if len(trail["estimates"]) == 1:
        assert len(listed) == trail["estimates"][0]["inputs"]["count"]
    sample = {
        ("" if s["snapshot"] == "curated" else s["snapshot"], s["locator"])
        for e in trail["estimates"]
        for s in e["inputs"]["sample"]
    }
    assert sample <= listed


def test_the_rows_that_decide_come_first_with_their_names() -> None:
    trail = api.explain("gap:benchmark=mmlu,as_of=2025-01-31")
    detail = trail["estimates"][0]["detail"]
    first = trail["documents"][0]["rows"][:2]
    assert {r["model"] for r in first} == {detail["leader_model"], detail["chaser_model"]}
    assert {r["source_name"] for r in first} == {
        detail["leader_source_name"], detail["chaser_source_name"],
    }  # fmt: skip


def test_rows_left_out_have_reasons() -> None:
    left = api.explain("share-cn-open-mean")["left_out"]
    assert any("no platform total" in x["why"] for x in left)
    counts = [x["count"] for x in left]
    assert counts == sorted(counts, reverse=True)
    assert all(0 < len(x["rows"]) <= min(SAMPLE, x["count"]) for x in left)


def test_where_sources_disagree_all_are_heard() -> None:
    found = api.explain("gap-index")["disagreements"]
    said = next(x["said"] for x in found if (x["model"], x["attribute"]) == ("kimi-k3", "weights"))
    assert {s["value"] for s in said} == {"true", "false"}
    assert sum(s["won"] for s in said) == 1
