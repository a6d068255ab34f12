"""The bundle and newer snapshots make the same tables, whichever of them a document comes from."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers import copy_mirror
from installed import World
from scoreboard import api
from scoreboard.bundle import DRAWS_TABLE, TABLES, bundle_digest, bundled_snapshots, write_bundle
from scoreboard.engine import connect, create
from scoreboard.errors import DataError
from scoreboard.load import Loaded, compressed, load_tables, read_snapshots
from scoreboard.snapshots import SnapshotStore
from scoreboard.sources import all_sources
from scoreboard.store import about, open_tables
from scoreboard.sync import sync
from scoreboard.tables import Snapshot

ADDRESS = "https://models.dev/api.json"
DAYS = [dt.date(2026, month, 5) for month in range(1, 6)]


def offers(prices: Mapping[str, object]) -> bytes:
    """A models.dev document with an input price of each model, and a model that costs 7."""
    models = {name: {"cost": {"input": price}} for name, price in {**prices, "zz": 7}.items()}
    return json.dumps({"acme": {"models": models}}).encode()


def keep(store: SnapshotStore, day: dt.date, body: bytes) -> Snapshot:
    return store.keep("models_dev", ADDRESS, day, body, retrieved=day)[0]


def bundle_of(store: SnapshotStore, folder: Path) -> Path:
    """A bundle of all that a store holds and that may be republished."""
    loaded = read_snapshots(store, [s for s in store.held() if all_sources()[s.source].republish])
    write_bundle(folder, loaded.snapshots.values(), compressed(loaded))
    return folder


def tables_of(store: SnapshotStore | None, folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every observed table, in a fixed order."""
    with connect() as connection:
        load_tables(connection, store, folder)
        return {t: connection.execute(f"SELECT * FROM {t} ORDER BY ALL").fetchall() for t in TABLES}


def runs(store: SnapshotStore | None, folder: Path) -> list[tuple[str, int, int]]:
    """Name and price, first and last document (counted from 0) of each run of a price."""
    with connect() as connection:
        load_tables(connection, store, folder)
        found = connection.execute(
            "SELECT source_name || ' ' || raw, first_seen, last_seen FROM prices "
            "WHERE source_name <> 'zz' ORDER BY ALL"
        ).fetchall()
    return [(what, DAYS.index(first), DAYS.index(last)) for what, first, last in found]


# newer snapshots over a bundle


@pytest.mark.parametrize(
    ("bundled", "newer", "expected"),
    [
        ({0: "1"}, {1: "1"}, [("a 1", 0, 1)]),
        ({0: "1"}, {1: "2"}, [("a 1", 0, 0), ("a 2", 1, 1)]),
        ({0: "1"}, {1: None}, [("a 1", 0, 0)]),
        ({0: "1"}, {1: None, 2: "1"}, [("a 1", 0, 0), ("a 1", 2, 2)]),
        ({0: "1", 2: "1"}, {1: "1"}, [("a 1", 0, 2)]),
        ({0: "1", 2: "1"}, {1: "2"}, [("a 1", 0, 0), ("a 1", 2, 2), ("a 2", 1, 1)]),
        ({0: "1", 2: "1"}, {1: None}, [("a 1", 0, 0), ("a 1", 2, 2)]),
        ({2: "1"}, {0: "1"}, [("a 1", 0, 2)]),
        ({}, {0: "1"}, [("a 1", 0, 0)]),
    ],
    ids=["continued", "changed", "ended", "again", "between", "other between", "gap between",
         "older", "no bundle"],
)  # fmt: skip
def test_price_of_a_newer_document_joins_its_run(
    tmp_path: Path,
    bundled: dict[int, str | None],
    newer: dict[int, str | None],
    expected: list[tuple[str, int, int]],
) -> None:
    stores = [SnapshotStore(tmp_path / name) for name in ("bundled", "newer")]
    for store, stated in zip(stores, (bundled, newer), strict=True):
        for i, price in stated.items():
            keep(store, DAYS[i], offers({} if price is None else {"a": float(price)}))
    folder = bundle_of(stores[0], tmp_path / "bundle")
    assert [(w.replace(".0", ""), i, j) for w, i, j in runs(stores[1], folder)] == expected


STATED = st.dictionaries(st.sampled_from("ab"), st.sampled_from([1, 2]))
DOCUMENTS = st.lists(st.tuples(st.booleans(), STATED), min_size=1, max_size=len(DAYS))


@settings(max_examples=8, deadline=None)
@given(DOCUMENTS)
@example([(True, {"a": 1}), (False, {}), (True, {"a": 1})])
def test_it_does_not_matter_which_documents_are_bundled(
    documents: list[tuple[bool, dict[str, int]]],
) -> None:
    with tempfile.TemporaryDirectory() as temporary, pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", lambda _: None)  # slow, and of no use here
        root = Path(temporary)
        bundled, newer, both = (SnapshotStore(root / n) for n in ("bundled", "newer", "both"))
        for day, (in_bundle, prices) in zip(DAYS, documents, strict=False):
            keep(bundled if in_bundle else newer, day, offers(prices))
            keep(both, day, offers(prices))
        mixed = runs(newer, bundle_of(bundled, root / "bundle"))
        assert mixed == runs(both, root / "nothing")
        assert mixed == runs(None, bundle_of(both, root / "all"))


def test_snapshot_that_the_bundle_has_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SnapshotStore(tmp_path / "store")
    keep(store, DAYS[0], offers({"a": 1}))
    folder = bundle_of(store, tmp_path / "bundle")

    def body(_: SnapshotStore, snapshot: Snapshot) -> bytes:
        raise AssertionError(snapshot.id)

    monkeypatch.setattr(SnapshotStore, "body", body)
    assert runs(store, folder) == [("a 1", 0, 0)]


def test_bundle_gives_the_tables_that_the_snapshots_give(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path / "store")
    names = [s.id for s in all_sources().values() if s.republish]
    sync(names, mirror=str(copy_mirror(tmp_path / "mirror")), store=store)
    folder = bundle_of(store, tmp_path / "bundle")
    from_bundle = tables_of(None, folder)
    assert from_bundle == tables_of(store, tmp_path / "nothing")
    assert from_bundle == tables_of(store, folder)
    assert all(from_bundle.values())


# the bundle


def test_writing_a_bundle_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    mirror = copy_mirror(tmp_path / "mirror")
    for name in ("one", "two"):
        api.bundle(str(mirror), tmp_path / name)
    one, two = (
        {p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in ("one", "two")
    )
    assert one == two
    assert set(one) == {f"{t}.csv" for t in (*TABLES, DRAWS_TABLE)}
    assert bundle_digest(tmp_path / "one") == bundle_digest(tmp_path / "two")


def test_order_of_rows_does_not_change_the_bundle(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path / "store")
    sync(mirror=str(copy_mirror(tmp_path / "mirror")), store=store)
    loaded = read_snapshots(store, store.held())
    backwards = Loaded(
        dict(reversed(loaded.snapshots.items())), {t: r[::-1] for t, r in loaded.rows.items()}
    )
    for name, found in (("one", loaded), ("two", backwards)):
        write_bundle(tmp_path / name, found.snapshots.values(), compressed(found))
    assert bundle_digest(tmp_path / "one") == bundle_digest(tmp_path / "two")


def test_rows_that_may_not_be_republished_are_not_in_the_bundle(tmp_path: Path) -> None:
    api.bundle(str(copy_mirror(tmp_path / "mirror")), tmp_path / "bundle")
    withheld = [s.id for s in all_sources().values() if not s.republish]
    assert withheld
    assert not {s.source for s in bundled_snapshots(tmp_path / "bundle")} & set(withheld)
    for path in (tmp_path / "bundle").iterdir():
        assert not any(f"{name}@" in path.read_text() for name in withheld)


def test_bundle_is_not_made_of_a_document_that_cannot_be_read(tmp_path: Path) -> None:
    mirror = copy_mirror(tmp_path / "mirror")
    (mirror / "2026-01-05/models.dev/api.json").write_bytes(b"{")
    with pytest.raises(DataError, match="a document cannot be read") as caught:
        api.bundle(str(mirror), tmp_path / "bundle")
    assert caught.value.where.startswith("models_dev@2026-01-05")
    assert not (tmp_path / "bundle").exists()


@pytest.mark.parametrize(
    "text", ["", "id,source\nx,y\n", "\xff", '"', "id\n" + "x" * 200_000], ids=range(5)
)
def test_bundle_whose_list_is_broken_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "snapshots.csv").write_bytes(text.encode("latin-1"))
    with pytest.raises(DataError, match="bundle cannot be read") as caught:
        bundled_snapshots(tmp_path)
    assert caught.value.where == str(tmp_path / "snapshots.csv")


TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('\r\n",\0 #'))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(TEXTS, st.none() | st.integers(-(2**63), 2**63 - 1), TEXTS)))
def test_any_text_survives_the_way_into_a_table(rows: list[tuple[str, int | None, str]]) -> None:
    with connect() as connection:
        create(connection, "t", {"a": "VARCHAR", "n": "BIGINT", "b": "VARCHAR"}, rows)
        assert connection.execute("SELECT * FROM t").fetchall() == rows


def test_long_text_survives_the_way_into_a_table() -> None:
    with connect() as connection:
        create(connection, "t", {"a": "VARCHAR", "n": "BIGINT"}, [("x" * 5_000_000, 1)])
        assert connection.execute("SELECT length(a), n FROM t").fetchall() == [(5_000_000, 1)]


# faulty documents

HOSTILE = {"a\rb": 1, 'q"u,o\nte': 2, "nul\0": 3, "\u202eabc": 4, "=1+1": 5, "'; DROP TABLE": 6}


def test_document_that_cannot_be_read_is_a_fault_and_loses_nothing_else(
    small_world: World, home: Path
) -> None:
    before = open_tables()
    kept = {t: before.rows(f"SELECT * FROM {t} ORDER BY ALL") for t in ("offers", "results")}
    store = SnapshotStore()
    broken = keep(store, DAYS[1], b'{"acme": {"models": ')
    misshapen = keep(store, DAYS[2], b'{"acme": []}')
    good = keep(store, DAYS[3], offers({"alpha-1": 9}))
    tables = open_tables()
    faults = about(tables)["faults"]
    assert list(faults) == [broken.id, misshapen.id]
    assert "not whole JSON" in faults[broken.id]
    assert "not the shape of models_dev" in faults[misshapen.id]
    after = {t: tables.rows(f"SELECT * FROM {t} ORDER BY ALL") for t in ("offers", "results")}
    assert after["results"] == kept["results"]
    new = [r for r in after["offers"] if r not in kept["offers"] and r["source_name"] != "zz"]
    assert [r["raw"] for r in new] == ["9"]
    assert new[0]["snapshot_id"] == good.id
    assert [r for r in kept["offers"] if r not in after["offers"]] == []
    state = {s["source"]: s["state"] for s in api.sources()}
    assert state["models_dev"] == f"unreadable: {broken.id}, {misshapen.id}"
    assert state["litellm"] == "read"
    shown = small_world.run("sources", "models_dev", home=home)
    assert shown.returncode == 0
    assert broken.id in shown.stdout


def test_lost_bytes_are_a_fault_until_they_are_back(small_world: World, home: Path) -> None:
    store = SnapshotStore()
    snapshot = keep(store, DAYS[1], offers({"alpha-1": 9}))
    path = store.folder / snapshot.sha256
    for damage in (path.unlink, lambda: path.write_bytes(b"changed")):
        damage()
        assert list(about(open_tables())["faults"]) == [snapshot.id]
        keep(store, DAYS[1], offers({"alpha-1": 9}))
        assert about(open_tables())["faults"] == {}


def test_hostile_names_come_through_as_they_are(small_world: World, home: Path) -> None:
    body = offers({**HOSTILE, "half \ud83d": 7})
    absurd = b'{"acme": {"models": {"x": {"cost": {"input": 1e999999, "output": -1e999999}}}}}'
    keep(SnapshotStore(), DAYS[1], body)
    keep(SnapshotStore(), DAYS[2], absurd)
    tables = open_tables()
    assert about(tables)["faults"] == {}
    found = tables.column("SELECT source_name FROM offers WHERE source = 'models_dev'")
    assert {*HOSTILE, "half \ufffd"} <= set(found)
    reasons = tables.column("SELECT reason FROM unread WHERE raw LIKE '%1e999999'")
    assert sorted(reasons) == [
        "the price is above 10000 dollars per million tokens", "the price is negative",
    ]  # fmt: skip


def test_document_of_a_source_that_is_no_more_is_left_alone(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path)
    store.keep("gone", "https://gone.example/", DAYS[0], b"x", retrieved=DAYS[0])
    assert read_snapshots(store, store.held()) == Loaded()


def test_progress_names_each_document(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path)
    snapshot = keep(store, DAYS[0], offers({"a": 1}))
    seen: list[str] = []
    read_snapshots(store, store.held(), seen.append)
    assert seen == [f"reading {snapshot.id}"]
