"""The bundle is what the recorded documents give, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from recorded.raw import BUNDLE, TABLES, Mirror, bundle_rows, bundle_snapshots
from scoreboard import api
from scoreboard.sources import all_sources

LARGEST = 25_000_000  # bytes of text


@pytest.fixture(scope="module")
def rebuilt(mirror: Mirror, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The bundle made twice."""
    folders = [tmp_path_factory.mktemp("bundle") for _ in range(2)]
    for folder in folders:
        api.bundle(str(mirror.folder), folder)
    return folders


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder by name."""
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


def test_it_is_the_same_bytes_every_time(rebuilt: list[Path]) -> None:
    first, second = rebuilt
    assert contents(first) == contents(second)


def test_it_is_the_bundle_that_is_shipped(rebuilt: list[Path]) -> None:
    made, shipped = contents(rebuilt[0]), contents(BUNDLE)
    assert list(made) == list(shipped)
    assert [name for name in made if made[name] != shipped[name]] == []


def test_it_is_small() -> None:
    assert sum(len(body) for body in contents(BUNDLE).values()) <= LARGEST


def test_it_holds_no_row_that_may_not_be_republished(mirror: Mirror) -> None:
    allowed = {(d.sha256, d.address) for d in mirror.documents if d.republish}
    snapshots = bundle_snapshots()
    assert {(s["sha256"], s["address"]) for s in snapshots.values()} <= allowed
    used = {row["snapshot_id"] for table in TABLES for row in bundle_rows(table)}
    assert used <= set(snapshots)
    withheld = {s.id for s in all_sources().values() if not s.republish}
    assert withheld and not withheld & {s["source"] for s in snapshots.values()}


def test_every_document_of_a_source_that_may_be_republished_is_in_it(mirror: Mirror) -> None:
    read = {s["sha256"] for s in bundle_snapshots().values()}
    for document in mirror.documents:
        mine = [s for s in all_sources().values() if s.matches(document.address)]
        if document.republish and mine:
            assert document.sha256 in read, document.file
