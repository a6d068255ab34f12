"""The small mirror that the tests read, and documents made from it or from text.

`fixtures/mirror` has the form of a mirror: an `index.json` and the files that it lists. An archive
is kept as a folder of its members, `<name>.parts`, and packed here, always to the same bytes: as a
gzipped tar where its address says `tar.gz`, else as a zip.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import io
import json
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from scoreboard.snapshots import snapshot_id
from scoreboard.sources import Document, Source
from scoreboard.tables import Fact, Row, Snapshot, Unread

MIRROR = Path(__file__).parent / "fixtures" / "mirror"
DAY = dt.date(2026, 1, 5)


def index() -> list[dict[str, Any]]:
    """The documents that the mirror lists."""
    documents: list[dict[str, Any]] = json.loads((MIRROR / "index.json").read_text())["documents"]
    return documents


def zip_of(files: dict[str, bytes]) -> bytes:
    """These files as a zip, the same bytes every time."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name), files[name])
    return body.getvalue()


def tar_of(files: dict[str, bytes]) -> bytes:
    """These files as a gzipped tar, the same bytes every time."""
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=0, mtime=0) as stream,
        tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for name in sorted(files):
            member = tarfile.TarInfo(name)
            member.size = len(files[name])
            archive.addfile(member, io.BytesIO(files[name]))
    return packed.getvalue()


def body_of(file: str) -> bytes:
    """The bytes of one of the mirror's files."""
    parts = MIRROR / f"{file}.parts"
    if not parts.is_dir():
        return (MIRROR / file).read_bytes()
    files = (p for p in parts.rglob("*") if p.is_file())
    members = {p.relative_to(parts).as_posix(): p.read_bytes() for p in files}
    return (tar_of if "/tar.gz/" in file else zip_of)(members)


def copy_mirror(folder: Path) -> Path:
    """The mirror written out whole, its zips made; returns the folder."""
    for entry in index():
        path = folder / entry["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body_of(entry["file"]))
    (folder / "index.json").write_bytes((MIRROR / "index.json").read_bytes())
    return folder


def document(source: Source, address: str, body: bytes | str, published: dt.date = DAY) -> Document:
    """A document of a source with these bytes."""
    whole = body.encode() if isinstance(body, str) else body
    sha256 = hashlib.sha256(whole).hexdigest()
    snapshot = Snapshot(
        id=snapshot_id(source.id, published, sha256),
        source=source.id,
        address=address,
        published=published,
        retrieved=published,
        sha256=sha256,
        size=len(whole),
    )
    return Document(snapshot, whole)


def mirrored(source: Source) -> list[Document]:
    """The mirror's documents of a source."""
    return [
        document(
            source,
            entry["address"],
            body_of(entry["file"]),
            dt.date.fromisoformat(entry["published"]),
        )
        for entry in index()
        if source.matches(entry["address"])
    ]


def fixture_rows(source: Source, part: str = "") -> list[Row]:
    """The rows of the mirror's documents whose address has this part, without snapshot ids."""
    found = [d for d in mirrored(source) if part in d.snapshot.address]
    assert found, f"the mirror has no document of {source.id} with {part!r} in its address"
    return [replace(row, snapshot_id="") for d in found for row in source.rows(d)]


def rows_of(source: Source, body: bytes | str, address: str = "") -> list[Row]:
    """The rows of a document with these bytes, without snapshot ids."""
    made = document(source, address or source.addresses[0], body)
    return [replace(row, snapshot_id="") for row in source.rows(made)]


def facts(rows: list[Row]) -> list[tuple[str, str, str, str]]:
    """Kind, name, attribute and value of every fact."""
    return [(r.kind, r.name, r.attribute, r.value) for r in rows if isinstance(r, Fact)]


def reasons(rows: list[Row]) -> list[tuple[str, str]]:
    """Locator and reason of every row that was not used."""
    return [(r.locator, r.reason) for r in rows if isinstance(r, Unread)]
