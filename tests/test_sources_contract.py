"""What every source must do, tried on the small mirror."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from helpers import body_of, copy_mirror, document, index, mirrored, rows_of
from scoreboard.documents import locate
from scoreboard.errors import DataError
from scoreboard.sources import Document, Source, all_sources, get_source
from scoreboard.tables import ROW_TYPES, Row, Unread

SOURCES = [pytest.param(source, id=name) for name, source in all_sources().items()]
ATTRIBUTES = (
    "id", "title", "producer", "home", "addresses", "licence", "licence_note", "cite", "tables",
)  # fmt: skip
BROKEN = ("the row has ", "the document is cut off")
CUTS = 40

each_source = pytest.mark.parametrize("source", SOURCES)


def test_mirror_is_whole() -> None:
    """After a change to a fixture, its size and checksum in index.json change too."""
    stated = {e["file"]: (e["bytes"], e["sha256"]) for e in index()}
    bodies = {file: body_of(file) for file in stated}
    found = {f: (len(b), hashlib.sha256(b).hexdigest()) for f, b in bodies.items()}
    assert stated == found


def test_mirror_can_be_written_out(tmp_path: Path) -> None:
    folder = copy_mirror(tmp_path)
    for entry in index():
        body = (folder / entry["file"]).read_bytes()
        assert hashlib.sha256(body).hexdigest() == entry["sha256"]


@each_source
def test_source_says_what_it_is(source: Source) -> None:
    for attribute in ATTRIBUTES:
        assert getattr(source, attribute), attribute
    assert type(source).__module__.rpartition(".")[2] == source.id
    assert set(source.tables) <= set(ROW_TYPES) - {"unread"}
    assert not any(urlsplit(a).query for a in source.addresses)


@each_source
def test_source_has_a_fixture_for_each_address(source: Source) -> None:
    missing = set(source.addresses) - {e["address"].partition("?")[0] for e in index()}
    assert not missing, "add these to tests/fixtures/mirror and its index.json"
    for entry in index():
        if source.matches(entry["address"]):
            assert entry["licence"] == source.licence
            assert entry["republish"] == source.republish


@each_source
def test_rows_are_of_declared_tables(source: Source) -> None:
    tables = {row.table for d in mirrored(source) for row in source.rows(d)}
    assert tables - {"unread"} == set(source.tables)


@each_source
def test_rows_are_found_again_in_the_bytes(source: Source) -> None:
    for held in mirrored(source):
        for row in source.rows(held):
            assert row.snapshot_id == held.snapshot.id
            found = locate(held.body, row.locator)
            if not isinstance(row, Unread):
                assert found == row.raw, row
            elif not row.locator.endswith("!"):  # a whole member of an archive
                assert found is not None, row
                assert found.startswith(row.raw), row


@each_source
def test_keys_are_unique_within_a_snapshot(source: Source) -> None:
    for held in mirrored(source):
        keys = Counter((r.table, *(getattr(r, k) for k in r.key)) for r in source.rows(held))
        assert [key for key, count in keys.items() if count > 1] == []


@each_source
def test_reading_twice_gives_the_same_rows(source: Source) -> None:
    for held in mirrored(source):
        assert list(source.rows(held)) == list(source.rows(held))


@each_source
def test_document_cut_in_half_is_noticed(source: Source) -> None:
    for held in mirrored(source):
        whole = list(source.rows(held))
        cut = _rows_if_any(source, held, len(held.body) // 2)
        if cut is not None:
            assert len(_used(cut)) < len(_used(whole))
            assert any(isinstance(r, Unread) and r.reason.startswith(BROKEN) for r in cut)


@each_source
def test_document_cut_anywhere_is_no_crash(source: Source) -> None:
    for held in mirrored(source):
        most = len(_used(list(source.rows(held))))
        for size in range(0, len(held.body), max(1, len(held.body) // CUTS)):
            cut = _rows_if_any(source, held, size)
            assert cut is None or len(_used(cut)) <= most


@each_source
@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"[]", b"null", b'{"data": 1}', b"{}"])
def test_other_documents_are_errors_or_empty(source: Source, body: bytes) -> None:
    for address in source.addresses:
        try:
            rows = list(source.rows(document(source, address, body)))
        except DataError:
            continue
        assert _used(rows) == []


def _used(rows: list[Row]) -> list[Row]:
    return [row for row in rows if not isinstance(row, Unread)]


def _rows_if_any(source: Source, held: Document, size: int) -> list[Row] | None:
    """The rows of the document's first bytes; None where that is an error that says so."""
    try:
        return list(source.rows(document(source, held.snapshot.address, held.body[:size])))
    except DataError:
        return None


def test_a_json_document_with_nothing_in_it_is_an_error() -> None:
    source = get_source("litellm")
    with pytest.raises(DataError, match="has no rows of litellm"):
        rows_of(source, "{}")
