"""Snapshots: kept whole or not at all, never edited, and a change on disk is noticed."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import os
from pathlib import Path

import pytest

from scoreboard.errors import DataError
from scoreboard.snapshots import (
    PART,
    STALE_PART,
    SnapshotStore,
    remove_stale_parts,
    snapshot_id,
    write_atomic,
)
from scoreboard.tables import Snapshot

ADDRESS = "https://models.dev/api.json"
DAY = dt.date(2026, 1, 5)
BODY = b'{"a": 1}'
SHA = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return SnapshotStore(tmp_path / "snapshots")


def keep(
    store: SnapshotStore, body: bytes = BODY, day: dt.date = DAY, source: str = "models_dev"
) -> tuple[Snapshot, bool]:
    return store.keep(source, ADDRESS, day, body, retrieved=day, validator='"v1"')


def test_kept_snapshot_is_listed_with_its_bytes(store: SnapshotStore) -> None:
    snapshot, new = keep(store)
    assert new
    assert snapshot.id == snapshot_id("models_dev", DAY, SHA) == f"models_dev@2026-01-05-{SHA[:12]}"
    assert (snapshot.sha256, snapshot.size, snapshot.validator) == (SHA, len(BODY), '"v1"')
    assert store.held() == [snapshot]
    assert store.body(snapshot) == BODY
    assert store.verify() == []


def test_same_bytes_twice_are_known(store: SnapshotStore) -> None:
    keep(store)
    before = sorted((p, p.stat().st_mtime_ns) for p in store.folder.iterdir())
    assert not keep(store)[1]
    assert sorted((p, p.stat().st_mtime_ns) for p in store.folder.iterdir()) == before


def test_same_bytes_of_another_day_are_a_snapshot_that_shares_them(store: SnapshotStore) -> None:
    keep(store)
    later, new = keep(store, day=DAY + dt.timedelta(days=1))
    assert new
    assert [s.published for s in store.held()] == [DAY, later.published]
    assert sum(1 for p in store.folder.iterdir() if p.suffix != ".json") == 1


def test_held_are_in_order_of_day_whatever_the_order_of_keeping(store: SnapshotStore) -> None:
    for day in (3, 1, 2):
        keep(store, body=str(day).encode(), day=dt.date(2026, 1, day))
    assert [s.published.day for s in store.held()] == [1, 2, 3]


def test_nothing_held_at_first(store: SnapshotStore) -> None:
    assert store.held() == []
    assert store.verify() == []
    store.tidy()


@pytest.mark.parametrize("body", [b'{"a": 2}', b""])
def test_changed_bytes_are_an_error_with_the_command_that_repairs(
    store: SnapshotStore, body: bytes
) -> None:
    snapshot, _ = keep(store)
    path = store.folder / SHA
    path.write_bytes(body)
    assert store.verify() == [snapshot.id]
    assert not store.holds(snapshot)
    with pytest.raises(DataError, match="have changed") as caught:
        store.body(snapshot)
    assert caught.value.repair == f"rm '{path}' && scoreboard sync models_dev"


def test_keeping_again_puts_changed_or_lost_bytes_back(store: SnapshotStore) -> None:
    snapshot, _ = keep(store)
    path = store.folder / SHA
    path.write_bytes(b"changed")
    assert keep(store)[1]
    assert store.body(snapshot) == BODY
    path.unlink()
    assert store.body(snapshot) is None
    assert store.verify() == [snapshot.id]
    assert keep(store)[1]
    assert store.verify() == []


def test_state_tells_a_repaired_folder_from_a_broken_one(store: SnapshotStore) -> None:
    keep(store)
    states = [store.state()]
    (store.folder / SHA).unlink()
    states.append(store.state())
    keep(store)
    states.append(store.state())
    assert states[0] != states[1] != states[2]


def test_bytes_that_cannot_be_read_are_an_error(store: SnapshotStore) -> None:
    snapshot, _ = keep(store)
    (store.folder / SHA).unlink()
    (store.folder / SHA).mkdir()
    with pytest.raises(DataError, match="cannot be read"):
        store.body(snapshot)
    assert store.verify() == [snapshot.id]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"id": "x"}', "\x00"])
def test_broken_description_is_an_error_with_the_command_that_repairs(
    store: SnapshotStore, text: str
) -> None:
    snapshot, _ = keep(store)
    path = store.folder / f"{snapshot.id}.json"
    path.write_text(text)
    with pytest.raises(DataError, match="description cannot be read") as caught:
        store.held()
    assert caught.value.where == str(path)
    assert caught.value.repair == f"rm '{path}' && scoreboard sync"


def test_partial_files_are_ignored_and_removed_when_old(store: SnapshotStore) -> None:
    keep(store)
    young, old, folder = (store.folder / f"{PART}{name}" for name in ("young", "old", "folder"))
    young.write_bytes(b"half")
    old.write_bytes(b"half")
    folder.mkdir()
    (folder / "block").write_bytes(b"half")
    long_ago = young.stat().st_mtime - STALE_PART - 60
    os.utime(old, (long_ago, long_ago))
    os.utime(folder, (long_ago, long_ago))
    assert len(store.held()) == 1
    store.tidy()
    assert young.exists()
    assert not old.exists()
    assert not folder.exists()
    assert len(store.held()) == 1


def test_part_that_another_process_removes_first_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / f"{PART}gone"
    monkeypatch.setattr(Path, "glob", lambda _, __: iter([gone]))
    remove_stale_parts(tmp_path)


def test_killed_between_bytes_and_description_leaves_nothing_listed(
    store: SnapshotStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def once(self: Path, target: Path) -> Path:
        if target.suffix == ".json":
            raise KeyboardInterrupt
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", once)
        with pytest.raises(KeyboardInterrupt):
            keep(store)
    assert [p.name for p in store.folder.iterdir()] == [SHA]
    assert store.held() == []
    assert keep(store)[1]


def test_folder_below_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = SnapshotStore(tmp_path / "file" / "snapshots")
    assert store.held() == []
    with pytest.raises(DataError, match="cannot write local state") as caught:
        keep(store)
    assert "SCOREBOARD_HOME" in caught.value.repair
    assert str(tmp_path / "file") in caught.value.where


@pytest.mark.parametrize("name", ["os.fsync", "pathlib.Path.replace", "tempfile.mkstemp"])
def test_full_disk_is_an_error_that_names_the_variable(
    store: SnapshotStore, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(name, full)
        with pytest.raises(DataError, match="No space left on device") as caught:
            keep(store)
    assert "SCOREBOARD_HOME" in caught.value.repair
    assert list(store.folder.iterdir()) == []
    assert keep(store)[1]


def test_files_can_be_read_by_others(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.csv"
    write_atomic(path, b"x")
    assert path.stat().st_mode & 0o777 == 0o644
