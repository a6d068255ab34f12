"""Aider, HELM's list and Epoch's archive: rows counted and read a second time, by other means."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from recorded.raw import Cells, Mirror, members_of, records, yaml_entries
from scoreboard.curation import load_curated
from scoreboard.identify import make_resolver
from scoreboard.load import read_snapshots
from scoreboard.names import Name
from scoreboard.snapshots import SnapshotStore
from scoreboard.sources import get_source
from scoreboard.store import Tables
from scoreboard.sync import sync
from scoreboard.tables import Fact, Row, Score, Unread

AIDER = "Aider-AI/aider/main/aider/website/_data/"
HELM = "helm/config/model_metadata.yaml"
ARCHIVE = "epoch-research/benchmark-stitching/tar.gz/refs/heads/main"
BOARDS = {  # document -> benchmark, harness, cases
    "edit_leaderboard.yml": ("aider_edit", "aider", 133),
    "polyglot_leaderboard.yml": ("aider_polyglot", "aider", 225),
    "quant.yml": ("aider_edit", "aider-quant", 133),
}
NOT_OURS = {"Dracarys2-72B-Instruct", "Reflection-70B", "ollama/wojtek/opencodeinterpreter:6.7b"}


@pytest.fixture
def rows(mirror: Mirror, tmp_path: Path, request: pytest.FixtureRequest) -> list[Row]:
    """All rows of a source, read from the recorded documents."""
    store = SnapshotStore(tmp_path)
    sync([request.param], mirror=str(mirror.folder), store=store)
    loaded = read_snapshots(store, store.held())
    assert loaded.faults == {}
    return [row for found in loaded.rows.values() for row in found]


def runs(mirror: Mirror, document: str) -> list[Cells]:
    return [dict(e) for e in yaml_entries(mirror.one(AIDER + document, "2026-05-22").body)]


@pytest.mark.parametrize("rows", ["aider"], indirect=True)
def test_aider(mirror: Mirror, rows: list[Row]) -> None:
    expected: Counter[tuple[str, ...]] = Counter()
    left = 0
    costs = Decimal(0)
    for document, (benchmark, harness, cases) in BOARDS.items():
        for run in runs(mirror, document):
            if "editor_model" in run or abs(int(run["test_cases"]) - cases) > 2:
                left += 1
                continue
            key = (benchmark, harness, run["model"], run["edit_format"], run["date"])
            expected[*key, run["pass_rate_2"]] += 1
            costs += Decimal(run.get("total_cost", "0"))
    scores = [r for r in rows if isinstance(r, Score)]
    found = Counter(
        (s.benchmark, s.harness, s.source_name, s.scaffold, str(s.evaluated), s.raw) for s in scores
    )
    assert found == expected
    assert [s.value for s in scores] == [float(s.raw) for s in scores]
    assert (len(scores), left) == (175, 6)
    assert len([r for r in rows if isinstance(r, Unread)]) == left
    facts = [r for r in rows if isinstance(r, Fact) and r.attribute.endswith("_run_usd")]
    assert sum(Decimal(f.value) for f in facts) == costs


@pytest.mark.parametrize("rows", ["aider"], indirect=True)
def test_names_of_aider(rows: list[Row], tables: Tables) -> None:
    """Of the runs of models by developers that we list, 95 in 100 have a model."""
    resolver = make_resolver(tables.connection, load_curated())
    names = [r.source_name for r in rows if isinstance(r, Score) and r.source_name not in NOT_OURS]
    known = [n for n in names if resolver.resolve(Name("aider", n))]
    assert len(known) >= 0.95 * len(names)


@pytest.mark.parametrize("rows", ["helm_metadata"], indirect=True)
def test_helm(mirror: Mirror, rows: list[Row]) -> None:
    ((_, entries),) = yaml_entries(mirror.one(HELM, "2026-06-05").body)
    models = [dict(e) for e in entries]
    assert len(models) == 632
    expected = set()
    for m in models:
        name = m["name"]
        expected.add((name, "accessibility", m["access"]))
        expected.add((name, "organization", m["creator_organization_name"]))
        expected.add((name, "display_name", m["display_name"]))
        day = m.get("release_date") or m.get("release", "")
        if re.fullmatch(r"\d{4}-\d\d-\d\d", day):
            expected.add((name, "release_date", day))
        if int(m.get("num_parameters", "0")):
            size = Decimal(m["num_parameters"]) / 10**9
            kind = "total_params_b" if m["access"] == "open" else "stated_params_b"
            expected.add((name, kind, format(size.normalize(), "f")))
    found = [r for r in rows if isinstance(r, Fact)]
    assert {(f.name, f.attribute, f.value) for f in found} == expected
    wrong = [r for r in rows if isinstance(r, Unread)]
    assert Counter(r.raw for r in wrong) == {
        "0": 4, "2024-18-4": 1, "2024-6-5": 1, "2024-6-18": 2,
    }  # fmt: skip


def tables_of(mirror: Mirror) -> dict[str, list[Cells]]:
    """The tables of the archive by the name of their file."""
    files = members_of(mirror.one(ARCHIVE, "2025-12-03").body)
    return {
        name.rpartition("/")[2].removesuffix(".csv"): list(records(body).values())
        for name, body in files.items()
    }


SCORE_COLUMNS = (
    "Percent correct", "Score", "Challenge score", "Average progress", "Average",
    "Overall pass (%)", "Unguided % Solved", "Average score", "Lab Success %", "16k token score",
    "ACW Country %", "EM", "Score OPT@1", "Overall accuracy", "Mean score", "Global average",
    "Time horizon", "Accuracy", "Weighted Score", "Score (AVG@5)", "Accuracy mean", "% Resolved",
    "Overall (no subtitles)", "Correct",
)  # fmt: skip


@pytest.mark.parametrize("rows", ["epoch_stitching"], indirect=True)
def test_the_archive(mirror: Mirror, rows: list[Row]) -> None:
    tables = tables_of(mirror)
    expected: Counter[tuple[str, str]] = Counter()
    for member, records_ in tables.items():
        if not member.startswith("external_benchmark_") or member.endswith("_mcbench"):
            continue
        (column,) = (c for c in SCORE_COLUMNS if c in records_[0])
        for r in records_:
            name = r["Model version"].strip() or r.get("Name", "").strip()
            if name and r[column]:
                expected[name, r[column]] += 1
    for r in tables["benchmarks_runs"]:
        if not r["task"].endswith("-Public"):
            expected[r["model"], r["Best score (across scorers)"]] += 1
    scores = [r for r in rows if isinstance(r, Score)]
    assert Counter((s.source_name, s.raw) for s in scores) == expected
    assert len(scores) == 2926
    for s in scores:
        number = float(s.raw.removesuffix("%")) / (100 if s.raw.endswith("%") else 1)
        assert s.value == pytest.approx(number, rel=1e-12), s
        assert s.full_score is None or 0 <= s.value <= s.full_score, s
    dated = [r for r in tables["model_versions"] if r["Version release date"]]
    facts = [r for r in rows if isinstance(r, Fact) and r.attribute == "release_date"]
    assert len(facts) == len(dated) == 538


@pytest.mark.parametrize("rows", ["epoch_stitching"], indirect=True)
def test_every_benchmark_of_the_archive_is_one_of_ours(rows: list[Row], tables: Tables) -> None:
    known = {n for b in load_curated().benchmarks.values() for n in (b.id, *b.aka)}
    named = {r.benchmark for r in rows if isinstance(r, Score)}
    assert {n.lower() for n in named} <= {n.lower() for n in known}
    assert len(named) == 42
    assert get_source("epoch_stitching").namespace == "epoch_hub"
    assert tables.digest
