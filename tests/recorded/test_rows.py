"""Rows of the bundle followed back into the recorded bytes by a reader of our own."""

from __future__ import annotations

import hashlib
import json
import random
from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import cast

import pytest

from recorded.raw import (
    TABLES,
    UNREAD_LENGTH,
    Cells,
    Mirror,
    Pairs,
    Recorded,
    bundle_rows,
    bundle_snapshots,
    cell,
    members_of,
    node,
    pack,
    plain,
    record,
    records,
    within,
)
from scoreboard import api
from scoreboard.documents import locate
from scoreboard.errors import DataError
from scoreboard.load import Loaded, compressed, read_snapshots
from scoreboard.snapshots import SnapshotStore
from scoreboard.sources import all_sources
from scoreboard.store import Tables
from scoreboard.sync import Outcome, sync
from scoreboard.tables import Price

SAMPLED = 200
SOURCES = sorted({s["source"] for s in bundle_snapshots().values()})
PER_TOKEN = {"litellm", "tokencost", "openrouter_models"}  # per token, the others per million
CENTS = {"llm_stats"}  # sources whose prices are in cents
SOUND_PROBLEMS = {  # Epoch divides these scores by the share of problems thought to be sound
    "FrontierMath-2025-02-28-Private": 0.57,
    "FrontierMath-Tier-4-2025-07-01-Private": 0.6,
}
RUNS = ("prices", "facts")
MOST_BILLIONS = 100_000  # of parameters: what is larger counts them one by one
Sample = list[tuple[str, Cells]]


@cache
def rows_by_source() -> dict[str, dict[str, list[Cells]]]:
    """The bundle's rows by source and table."""
    found: dict[str, dict[str, list[Cells]]] = {s: {} for s in SOURCES}
    for table in TABLES:
        for row in bundle_rows(table):
            found[row["snapshot_id"].partition("@")[0]].setdefault(table, []).append(row)
    return found


def sample(source: str) -> Sample:
    """200 seeded rows of a source, all of its tables among them."""
    tables = rows_by_source()[source]
    picker = random.Random(source)
    each = -(-SAMPLED // len(tables))
    chosen = [
        (table, row)
        for table in sorted(tables)
        for row in picker.sample(tables[table], min(each, len(tables[table])))
    ]
    rest = [(t, r) for t in sorted(tables) for r in tables[t] if (t, r) not in chosen]
    return chosen + picker.sample(rest, min(len(rest), max(0, SAMPLED - len(chosen))))


def document_of(mirror: Mirror, row: Cells) -> Recorded:
    """The recorded document of a row, by the checksum of its bytes."""
    snapshot = bundle_snapshots()[row["snapshot_id"]]
    (found,) = (d for d in mirror.documents if d.sha256 == snapshot["sha256"]
                and d.address == snapshot["address"])  # fmt: skip
    assert str(found.published) == snapshot["published"]
    return found


@pytest.mark.parametrize("source", SOURCES)
def test_every_sampled_row_is_where_it_says(mirror: Mirror, source: str) -> None:
    rows = sample(source)
    held = sum(len(found) for found in rows_by_source()[source].values())
    assert len(rows) >= min(SAMPLED, held)
    for table, row in rows:
        found = cell(document_of(mirror, row).body, row["locator"])
        assert found is not None, (table, row)
        assert row["raw"] == (found[:UNREAD_LENGTH] if table == "unread" else found), (table, row)


@pytest.mark.parametrize("source", SOURCES)
def test_the_value_follows_from_the_raw_cell(mirror: Mirror, source: str) -> None:
    for table, row in sample(source):
        body = document_of(mirror, row).body
        raw = cell(body, row["locator"]) or ""
        if table == "prices":
            assert Decimal(row["usd_per_mtok"]) == price_of(source, raw), row
        elif table in ("tokens", "totals"):
            assert int(row["tokens"]) == int(raw), row
        elif table == "downloads":
            assert int(row["downloads"]) == int(raw), row
        elif table == "relations":
            said = f"{row['relation']}:{row['base']}" if row["relation"] else row["base"]
            assert raw == f"base_model:{said}", row
        elif table == "scores":
            divided = source == "epoch_index"
            factor = SOUND_PROBLEMS.get(row["benchmark"], 1) if divided else 1
            factor = 0.01 if raw.endswith("%") else factor
            number = float(raw.removesuffix("%"))
            assert float(row["value"]) == pytest.approx(number * factor, rel=1e-12), row
        elif table == "facts":
            assert row["value"] == fact_of(row["attribute"], raw), row
        else:
            assert row["reason"], row


def price_of(source: str, raw: str) -> Decimal:
    """US dollars per million tokens, to ten places."""
    factor = Decimal(1_000_000) if source in PER_TOKEN else Decimal(1)
    factor = Decimal("0.01") if source in CENTS else factor
    return round(Decimal(raw) * factor, 10)


def fact_of(attribute: str, raw: str) -> str:
    """What a cell states, as text."""
    text = raw.strip().removeprefix("license:")  # a tag of the Hub
    if attribute == "tracked":
        return "true"
    counted = attribute in ("total_params_b", "stated_params_b") and text.isdigit()
    if counted and int(text) > MOST_BILLIONS:
        return format((Decimal(text) / 10**9).normalize(), "f")  # a count, not billions
    if attribute == "weights_repo" and text.startswith("https://huggingface.co/"):
        return "/".join(text.removeprefix("https://huggingface.co/").strip("/").split("/")[:2])
    if attribute == "benchmark_release_date":
        return text.replace("/", "-")
    if attribute == "release_date" and len(text) > len("2025-01-31"):
        return text[: len("2025-01-31")]
    return text


@pytest.mark.parametrize("source", SOURCES)
def test_the_cell_belongs_to_what_the_row_names(mirror: Mirror, source: str) -> None:
    for table, row in sample(source):
        name = row.get("source_name") or row.get("name")
        if not name or row.get("kind") == "offer":
            continue
        assert name in around(document_of(mirror, row).body, row["locator"]), (table, row)


def around(body: bytes, locator: str) -> set[str]:
    """The texts of the record, or of the keys and fellow members, around a cell."""
    if "!/" in locator:
        body, locator = within(body, locator)
    if not locator.startswith("/"):
        return {v.strip() for v in (record(body, locator) or {}).values()}
    parts = [p.replace("~1", "/").replace("~0", "~") for p in locator.split("/")]
    owners = [node(body, locator.rsplit("/", up)[0]) for up in range(1, len(parts))]
    members = {v for o in owners if isinstance(o, Pairs) for _, v in o if isinstance(v, str)}
    return {*parts, *members}


NOT_RECORDED = {"own", "huggingface"}  # a user's own documents, and what is live only
WITHHELD = sorted({s.id for s in all_sources().values() if not s.republish} - NOT_RECORDED)


@pytest.mark.parametrize("source", WITHHELD)
def test_rows_that_are_not_shipped_are_where_they_say(
    mirror: Mirror, source: str, tmp_path: Path
) -> None:
    store = SnapshotStore(tmp_path)
    assert {o.state for o in sync([source], mirror=str(mirror.folder), store=store)} == {"new"}
    loaded = read_snapshots(store, store.held())
    bodies = {d.sha256: d.body for d in mirror.documents}
    picker = random.Random(source)
    for table, rows in sorted(loaded.rows.items()):
        for row in picker.sample(rows, min(SAMPLED, len(rows))):
            found = cell(bodies[loaded.snapshots[row.snapshot_id].sha256], row.locator) or ""
            assert row.raw == (found[:UNREAD_LENGTH] if table == "unread" else found), row
            if isinstance(row, Price):
                assert row.usd_per_mtok == price_of(source, found), row


# runs: a row of prices or facts stands for all documents from its first to its last day


@pytest.mark.parametrize("source", SOURCES)
def test_a_run_begins_and_ends_where_the_documents_say(mirror: Mirror, source: str) -> None:
    runs = [(t, r) for t, r in sample(source) if t in RUNS]
    dates = days_by_place(mirror)
    for table, row in runs:
        document = document_of(mirror, row)
        days = dates[document.place]
        first, last = date.fromisoformat(row["first_seen"]), date.fromisoformat(row["last_seen"])
        assert document.published == first, row
        assert first in days and last in days, row
        for day in (d for d in days if first <= d <= last):
            assert stated(mirror, source, document.place, day, table, row), (day, row)
        after = bisect_right(days, last)
        if after < len(days):
            again = stated(mirror, source, document.place, days[after], table, row)
            assert not again or refused(document.place, days[after], row["locator"]), row


def refused(place: str, day: date, locator: str) -> bool:
    """Whether the bundle lists a cell as one that is not used, with the reason."""
    return (place, str(day), locator) in unread_cells()


@cache
def unread_cells() -> set[tuple[str, str, str]]:
    """Address, date and locator of every cell that is not used."""
    snapshots = bundle_snapshots()
    found = set()
    for row in bundle_rows("unread"):
        snapshot = snapshots[row["snapshot_id"]]
        place = snapshot["address"].partition("?")[0]
        found.add((place, snapshot["published"], row["locator"]))
    return found


@cache
def days_by_place(mirror: Mirror) -> dict[str, list[date]]:
    """The dates of every line of documents."""
    places = {d.place for d in mirror.documents}
    return {
        p: sorted({d.published for d in mirror.documents if d.place == p}) for p in sorted(places)
    }


def stated(mirror: Mirror, source: str, place: str, day: date, table: str, row: Cells) -> bool:
    """Whether a document of that day states the same of the same thing."""
    (document,) = (d for d in mirror.documents if d.place == place and d.published == day)
    for raw in raws_of(source, document.body, row):
        if table == "facts" and fact_of(row["attribute"], raw) == row["value"]:
            return True
        if table == "prices" and is_number(raw):
            return price_of(source, raw) == Decimal(row["usd_per_mtok"])
    return False


def raws_of(source: str, body: bytes, row: Cells) -> Iterator[str]:
    """What another document of the same line has where the row's cell is: lines move, keys stay."""
    body, locator = within(body, row["locator"])
    if not locator.startswith("/"):
        column = locator.partition("/")[2]
        for cells in records(body).values():
            if row["name"] in {v.strip() for v in cells.values()} and column in cells:
                yield cells[column]
    elif source == "llmfit":  # entries of its list move
        column = locator.rpartition("/")[2]
        for entry in plain(node(body, "")):
            if entry.get("name") == row["name"] and entry.get(column) is not None:
                yield entry[column]
    elif source not in PER_TOKEN or offered(body, row):
        for place in (locator, *other_names(body, locator)):
            raw = cell(body, place)
            if raw is not None:
                yield raw


def offered(body: bytes, row: Cells) -> bool:
    """Whether a price map has the entry as text tokens of the same provider."""
    key = row["locator"].split("/")[1].replace("~1", "/").replace("~0", "~")
    entry = plain(node(body, "/" + row["locator"].split("/")[1])) or {}
    provider = entry.get("litellm_provider", key.rpartition("/")[0].partition("/")[0])
    named = f"{provider}/{key}" == row["name"] if "name" in row else provider == row["provider"]
    return named and entry.get("mode") in (None, "chat", "completion", "responses")


def other_names(body: bytes, locator: str) -> Iterator[str]:
    """Fellow fields that hold a price of the same kind, as a catalogue renames its fields."""
    parent, _, field = locator.rpartition("/")
    for names in ALIASES:
        if field in names and isinstance(node(body, parent), Pairs):
            yield from (f"{parent}/{n}" for n in names if n != field)


ALIASES = (
    ("cache_read_input_token_cost", "input_cost_per_token_cache_hit"),
    ("cache_read", "cached_input", "cache_input", "cached_read"),
    ("cache_write", "cached_write"),
)


def is_number(raw: str) -> bool:
    """Whether a cell holds a number."""
    try:
        return Decimal(raw).is_finite()
    except ArithmeticError:
        return False


# one byte changed


def changed(document: Recorded, row: Cells) -> bytes | None:
    """The document with one byte of a row's cell changed; None where the text is not its only."""
    raw = row["raw"].encode()
    if document.body.count(raw) != 1 or len(raw) < 3 or "!" in row["locator"]:
        return None
    at = document.body.index(raw) + len(raw) - 1
    old = document.body[at : at + 1]
    new = b"7" if old != b"7" else b"3"
    return document.body[:at] + new + document.body[at + 1 :]


def changed_member(document: Recorded, row: Cells) -> bytes | None:
    """The same in a member of an archive, packed again."""
    files = dict(members_of(document.body))
    member = row["locator"].partition("!")[0]
    part = Recorded("", "", document.published, "", True, files[member])
    other = changed(part, {**row, "locator": ""})
    return None if other is None else pack(document.body, {**files, member: other})


def victim(mirror: Mirror, source: str) -> tuple[Recorded, Cells, bytes]:
    """A row whose cell can be changed by one byte, and the document so changed."""
    for table, row in sample(source):
        if table == "unread" or row.get("attribute") in ("tracked", "release_date"):
            continue
        document = document_of(mirror, row)
        body = (changed_member if "!" in row["locator"] else changed)(document, row)
        if body is not None:
            return document, row, body
    raise AssertionError(f"no cell of {source} is the only one of its text")


def mirror_of(folder: Path, document: Recorded, body: bytes, sha256: str) -> str:
    """A mirror of one document with these bytes; returns its folder."""
    (folder / "document").write_bytes(body)
    entry = {
        "file": "document",
        "address": document.address,
        "published": str(document.published),
        "retrieved": str(document.published),
        "sha256": sha256,
    }
    (folder / "index.json").write_text(json.dumps({"documents": [entry]}))
    return str(folder)


def read_again(folder: Path, mirror: str, source: str) -> tuple[Outcome, Loaded]:
    """What sync says of the only document, and its rows."""
    store = SnapshotStore(folder / "snapshots")
    (outcome,) = sync([source], mirror=mirror, store=store)
    return outcome, read_snapshots(store, store.held())


@pytest.mark.parametrize("source", SOURCES)
def test_an_unchanged_copy_gives_the_rows_of_the_bundle(
    mirror: Mirror, source: str, tmp_path: Path
) -> None:
    document, row, _ = victim(mirror, source)
    folder = mirror_of(tmp_path, document, document.body, document.sha256)
    outcome, loaded = read_again(tmp_path, folder, source)
    assert (outcome.state, outcome.note) == ("new", "")
    assert (row["locator"], row["raw"]) in cells_of(loaded)
    expected = {
        (r["locator"], r["raw"])
        for table, rows in rows_by_source()[source].items()
        for r in rows
        if r["snapshot_id"] == row["snapshot_id"] and (table not in RUNS or single(mirror, r))
    }
    assert expected <= cells_of(loaded)


def single(mirror: Mirror, row: Cells) -> bool:
    """A run is kept with the row of its first document, which is the snapshot of the row."""
    return str(document_of(mirror, row).published) == row["first_seen"]


def cells_of(loaded: Loaded) -> set[tuple[str, str]]:
    """Locators and raw texts of all rows."""
    return {(r.locator, r.raw) for rows in compressed(loaded).values() for r in rows}


@pytest.mark.parametrize("source", SOURCES)
def test_a_changed_byte_shows_in_the_checksum(mirror: Mirror, source: str, tmp_path: Path) -> None:
    document, _, body = victim(mirror, source)
    folder = mirror_of(tmp_path, document, body, document.sha256)
    outcome, _ = read_again(tmp_path, folder, source)
    assert outcome.note == "differs from the index's checksum"


@pytest.mark.parametrize("source", SOURCES)
def test_a_changed_byte_with_its_checksum_shows_in_the_rows(
    mirror: Mirror, source: str, tmp_path: Path
) -> None:
    document, row, body = victim(mirror, source)
    folder = mirror_of(tmp_path, document, body, hashlib.sha256(body).hexdigest())
    outcome, loaded = read_again(tmp_path, folder, source)
    assert (outcome.state, outcome.note) == ("new", "")
    assert (row["locator"], row["raw"]) not in cells_of(loaded)
    assert locate(body, row["locator"]) != row["raw"]
    assert row["snapshot_id"] not in loaded.snapshots


@pytest.mark.parametrize("source", SOURCES)
def test_a_byte_changed_after_it_was_kept_is_seen(
    mirror: Mirror, source: str, tmp_path: Path
) -> None:
    document, row, body = victim(mirror, source)
    store = SnapshotStore(tmp_path)
    snapshot, _ = store.keep(
        source, document.address, document.published, document.body, retrieved=document.published
    )
    assert snapshot.id == row["snapshot_id"]
    assert store.verify() == []
    (tmp_path / snapshot.sha256).write_bytes(body)
    assert store.verify() == [snapshot.id]
    with pytest.raises(DataError, match="have changed"):
        store.body(snapshot)


# explain


FIGURE = "gap:as_of=2025-01-31,benchmark=mmlu"


def test_explain_answers_without_the_bytes(tables: Tables) -> None:
    assert tables.digest
    trail = api.explain(FIGURE, all_rows=True)
    (document,) = (d for d in trail["documents"] if d["source"] != "curated")
    assert document["bytes_held"] is False
    assert document["fetch"] == "scoreboard sync epoch_hub"
    bundled = {(r["locator"], r["raw"]) for r in rows_by_source()["epoch_hub"]["scores"]}
    assert {(r["locator"], r["raw"]) for r in document["rows"]} <= bundled


def test_explain_finds_its_rows_in_bytes_that_are_held(
    mirror: Mirror, tables: Tables, home: Path
) -> None:
    assert tables.digest
    folder = home / "snapshots"
    try:
        sync(["epoch_hub"], mirror=str(mirror.folder))
        trail = api.explain(FIGURE)
    finally:
        for path in folder.iterdir():
            path.unlink()
    (document,) = (d for d in trail["documents"] if d["source"] != "curated")
    assert document["bytes_held"] and document["found"]
    (recorded,) = (d for d in mirror.documents if d.sha256 == document["sha256"])
    for row in cast(list[Cells], document["rows"]):
        assert cell(recorded.body, row["locator"]) == row["raw"]
