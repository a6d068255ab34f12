"""LLM-Stats and LMArena, counted again from their documents in plain Python."""

from __future__ import annotations

import io
import json
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recorded.raw import Mirror, bundle_rows
from scoreboard import api
from scoreboard.estimate import Estimate
from scoreboard.sources import get_source
from scoreboard.store import Tables, open_tables
from scoreboard.sync import sync

ARCHIVE = ("llm-leaderboard/tar.gz/refs/heads/main", "2025-10-16")
RATINGS = ("leaderboard-text-style-control.json", "2025-12-17")
LIST = ("scatterplot-data.json", "2025-12-17")
NOT_OPEN = {"qwen3-max-preview"}  # listed with a licence of weights that it does not have

Json = dict[str, Any]


@pytest.fixture(scope="module")
def entries(mirror: Mirror) -> list[Json]:
    """Every score of the archive, with the developer of its folder."""
    found: list[Json] = []
    with tarfile.open(fileobj=io.BytesIO(mirror.one(*ARCHIVE).body), mode="r:gz") as archive:
        for member in archive.getmembers():
            parts = member.name.split("/")
            if parts[-1] == "benchmarks.json" and "organizations" in parts:
                file = archive.extractfile(member)
                assert file is not None
                found += [{**e, "developer": parts[3]} for e in json.load(file)]
    return found


def shipped() -> list[dict[str, str]]:
    return [r for r in bundle_rows("scores") if r["snapshot_id"].startswith("llm_stats@")]


def test_every_score_is_there_but_those_without_a_source(entries: list[Json]) -> None:
    usable = [e for e in entries if "//example.com/" not in e["self_reported_source_link"]]
    assert (len(entries), len(usable)) == (2224, 2208)
    wanted = Counter((e["model_id"], float(e["score"])) for e in usable)
    assert Counter((r["source_name"], float(r["value"])) for r in shipped()) == wanted


def test_who_ran_them(entries: list[Json]) -> None:
    usable = [e for e in entries if "//example.com/" not in e["self_reported_source_link"]]
    own = Counter(e["developer"] for e in usable if e["is_self_reported"])
    found = Counter(
        r["harness"].partition("-reports")[0] for r in shipped() if r["runner"] == "developer"
    )
    assert found == own
    rest = [r for r in shipped() if r["runner"] != "developer"]
    assert [(r["benchmark"], r["runner"]) for r in rest] == [("arc-agi-v2", "")] * 3


def test_procedures_are_apart_where_rows_say_so(entries: list[Json]) -> None:
    diamond = [e for e in entries if e["benchmark_id"] == "gpqa"
               and "diamond" in (e["analysis_method"] or "").lower()]  # fmt: skip
    assert len([r for r in shipped() if r["benchmark"] == "gpqa-diamond"]) == len(diamond) > 30
    votes = [e for e in entries if "cons@64" in (e["analysis_method"] or "").lower()]
    voted = [r for r in shipped() if r["harness"].endswith("-attempts")]
    assert {e["model_id"] for e in votes} <= {r["source_name"] for r in voted}
    assert len(voted) < 0.03 * len(entries)


def test_names_resolve(tables: Tables) -> None:
    found = tables.rows("SELECT name, bool_or(resolved) AS ok FROM names "
                        "WHERE source = 'llm_stats' GROUP BY 1")  # fmt: skip
    assert len(found) == 169
    assert sum(r["ok"] for r in found) >= 0.95 * len(found)


def test_no_gap_stands_on_what_one_developer_reports(tables: Tables) -> None:
    assert tables.digest
    for benchmark in ("mmlu_pro", "tau_bench_retail", "facts_grounding", "aime_2025"):
        for by in ("openness", "origin"):
            (e,) = api.show("gap", {"benchmark": benchmark, "by": by, "as_of": "2025-09-30"})
            assert e.value is None
    (asked,) = api.show("gap", {"benchmark": "tau_bench_retail", "harness": "openai-reports",
                                "as_of": "2025-09-30"})  # fmt: skip
    assert "all scored models are of one developer" in asked.caveats


# LMArena: not in the bundle


@pytest.fixture(scope="module")
def arena(mirror: Mirror, home: Path) -> Iterator[Tables]:
    """Tables with its rows, from snapshots that are taken away again."""
    folder = home / "snapshots"
    sync(["lmarena"], mirror=str(mirror.folder))
    yield open_tables()
    for path in folder.iterdir():
        path.unlink()


def test_ratings_are_all_there(mirror: Mirror, arena: Tables) -> None:
    document = mirror.json(*RATINGS)
    wanted = {
        (f"leaderboard-text-style-control/{category}", name, r["rating"],
         r["rating_q025"], r["rating_q975"])
        for category, models in document.items() for name, r in models.items()
    }  # fmt: skip
    rows = arena.rows("SELECT benchmark, source_name, value, low, high FROM scores "
                      "WHERE snapshot_id LIKE 'lmarena@%'")  # fmt: skip
    assert {tuple(r.values()) for r in rows} == wanted
    assert (len(document), len(document["full"]), len(rows)) == (29, 283, len(wanted))
    assert [r["n"] for r in arena.rows(
        "SELECT count(*) AS n FROM results WHERE benchmark = 'arena_text'"
    )] == [283]  # fmt: skip


def test_the_best_of_each_group(mirror: Mirror, arena: Tables) -> None:
    assert arena.digest
    ratings = {n: r["rating"] for n, r in mirror.json(*RATINGS)["full"].items()}
    licences = {m["model_api_name"]: m["license"] for m in mirror.json(*LIST)}
    free = {n for n, x in licences.items() if x not in ("Proprietary", "Propretary")} - NOT_OPEN
    best_open = max((n for n in ratings if n in free), key=lambda n: ratings[n])
    best = max(ratings, key=lambda n: ratings[n])
    assert licences[best] == "Proprietary"
    e = gap_of("arena_text")
    assert e.detail["leader_source_name"] == best
    assert e.detail["chaser_source_name"] == best_open
    assert e.detail["plain"] == pytest.approx(ratings[best] - ratings[best_open], abs=1e-9)
    assert e.unit == "rating_points"
    assert any(c.startswith("rows_withheld: it stands on rows of lmarena") for c in e.caveats)


def gap_of(benchmark: str) -> Estimate:
    """The gap on the day of the document."""
    (found,) = api.show("gap", {"benchmark": benchmark, "as_of": "2025-12-17"})
    return found


def test_names_of_known_developers_resolve(arena: Tables) -> None:
    found = arena.rows("SELECT name, bool_or(resolved) AS ok FROM names "
                       "WHERE source = 'lmarena' GROUP BY 1 ORDER BY 1")  # fmt: skip
    assert len(found) == 311
    others = [r["name"] for r in found if not r["ok"] and r["name"].startswith(NOT_LISTED)]
    assert len(others) == len(NOT_LISTED)
    assert sum(r["ok"] for r in found) >= 0.95 * (len(found) - len(others))


NOT_LISTED = (  # models whose developers are not in data/developers.yml, and makers of images
    "RWKV-4", "alpaca-", "athene-70b", "athene-v2", "dall-e", "dolphin-", "flux-1-", "flux-1.1",
    "gemma-2-9b-it-simpo", "gpt4all-", "guanaco-", "ideogram-", "imagen-", "koala-",
    "oasst-", "openchat-3.5-0106", "openhermes-", "photon", "recraft-", "stable-diffusion-",
    "starling-lm-7b-alpha", "starling-lm-7b-beta", "wizardlm-13b", "wizardlm-70b",
)  # fmt: skip


def test_it_is_not_shipped() -> None:
    assert not any(r["snapshot_id"].startswith("lmarena@") for r in bundle_rows("scores"))
    assert not get_source("lmarena").republish
