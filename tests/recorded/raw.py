"""Recorded documents and the bundle's rows, read with the standard library only.

Nothing here is shared with the product: it finds a cell again by reading of its own.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import tarfile
import zipfile
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

BUNDLE = Path(__file__).parents[2] / "data" / "bundle"
TABLES = (
    "scores", "prices", "tokens", "totals", "samples", "downloads", "relations", "facts", "unread",
)  # fmt: skip
UNREAD_LENGTH = 200  # characters of a row that was not used that are kept
Cells = dict[str, str]


@dataclass(frozen=True)
class Recorded:
    """One document of the mirror's index."""

    file: str
    address: str
    published: date
    sha256: str
    republish: bool
    body: bytes

    @property
    def place(self) -> str:
        """The address without its query."""
        return self.address.partition("?")[0]


class Mirror:
    """The recorded documents of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def index(self) -> list[dict[str, Any]]:
        """The entries of `index.json`."""
        entries: list[dict[str, Any]] = json.loads((self.folder / "index.json").read_bytes())[
            "documents"
        ]
        return entries

    @cached_property
    def documents(self) -> list[Recorded]:
        """Every document with its bytes, whose checksum is the index's."""
        return [self._read(entry) for entry in self.index]

    def _read(self, entry: dict[str, Any]) -> Recorded:
        body = (self.folder / entry["file"]).read_bytes()
        sha256 = hashlib.sha256(body).hexdigest()
        assert sha256 == entry["sha256"], entry["file"]
        day = date.fromisoformat(entry["published"])
        return Recorded(entry["file"], entry["address"], day, sha256, entry["republish"], body)

    def one(self, place: str, published: str) -> Recorded:
        """The document of an address (its end is enough) on a day."""
        day = date.fromisoformat(published)
        (found,) = (d for d in self.documents if d.place.endswith(place) and d.published == day)
        return found

    def csv(self, place: str, published: str, member: str = "") -> list[Cells]:
        """The records of a CSV document, or of a CSV file in an archive."""
        body = self.one(place, published).body
        if member:
            files = members_of(body)
            (name,) = (n for n in files if n.rpartition("/")[2] == member)
            body = files[name]
        return list(records(body).values())

    def json(self, place: str, published: str) -> Any:
        """A JSON document as plain values, the last of equal keys."""
        return json.loads(self.one(place, published).body)


def bundle_rows(table: str) -> list[Cells]:
    """The rows of a table of the bundle, as text."""
    with (BUNDLE / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def bundle_snapshots() -> dict[str, Cells]:
    """The bundle's snapshots by id."""
    return {s["id"]: s for s in bundle_rows("snapshots")}


@lru_cache(maxsize=32)
def records(body: bytes) -> dict[int, Cells]:
    """The records of a CSV by the line on which each starts; comments above the header skipped."""
    reader = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    header: list[str] = []
    found: dict[int, Cells] = {}
    start = 1
    for cells in reader:
        if not header:
            header = [] if not cells or cells[0].startswith("#") else cells
        elif cells:
            found[start] = dict(zip(header, cells + [""] * len(header), strict=False))
        start = reader.line_num + 1
    return found


class Pairs(list[tuple[str, Any]]):
    """A JSON object with all of its keys, equal ones too."""


@lru_cache(maxsize=4)
def _tree(body: bytes) -> Any:
    if body.lstrip()[:1] not in (b"{", b"["):
        return yaml_entries(body)
    return json.loads(body, parse_float=str, parse_int=str, object_pairs_hook=Pairs)


YAML_CELL = re.compile(r"(?P<dash>\s*- |\s+)(?P<key>\w+):(?: +(?P<text>.*))?")


def yaml_entries(body: bytes) -> Any:
    """A list of flat entries, one cell a line, alone or under one key: all that is recorded."""
    entries: list[Pairs] = []
    top = ""
    for line in body.decode().splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = YAML_CELL.fullmatch(line)
        if found is None:
            assert line.endswith(":") and not entries, line
            top = line[:-1]
            continue
        if "-" in found["dash"]:
            entries.append(Pairs())
        entries[-1].append((found["key"], yaml_text(found["text"] or "")))
    return Pairs([(top, entries)]) if top else entries


def yaml_text(text: str) -> str:
    """A scalar without its quotes, or without the comment behind it."""
    if text[:1] in ("'", '"'):
        return text[1 : text.rindex(text[0])]
    return re.sub(r"(^|\s+)#.*", "", text).strip()


def node(body: bytes, pointer: str) -> Any:
    """What a JSON pointer points at; `key#n` is the n-th of equal keys. None when nothing."""
    value = _tree(body)
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, Pairs):
            value = _member(value, key)
        elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def _member(pairs: Pairs, key: str) -> Any:
    same = [v for k, v in pairs if k == key]
    if same:
        return same[-1]
    name, _, nth = key.rpartition("#")
    same = [v for k, v in pairs if k == name]
    return same[int(nth) - 1] if nth.isdigit() and int(nth) <= len(same) else None


def text_of(value: Any) -> str | None:
    """A JSON value as text: numbers and strings as written."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True)


def plain(value: Any) -> Any:
    """JSON objects as dictionaries."""
    if isinstance(value, Pairs):
        return {k: plain(v) for k, v in value}
    return [plain(v) for v in value] if isinstance(value, list) else value


def record(body: bytes, locator: str) -> Cells | None:
    """The CSV record of a locator `L<line>/<column>`, in a member of an archive or not."""
    body, locator = within(body, locator)
    line = locator.partition("/")[0].removeprefix("L")
    return records(body).get(int(line))


def within(body: bytes, locator: str) -> tuple[bytes, str]:
    """The bytes and the place in them that a locator means: those of a member, or all."""
    member, mark, place = locator.partition("!")
    return (member_of(body, member), place) if mark else (body, locator)


def member_of(body: bytes, member: str) -> bytes:
    """A file of an archive."""
    return members_of(body)[member]


@lru_cache(maxsize=2)
def members_of(body: bytes) -> dict[str, bytes]:
    """The files of a zip or a gzipped tar."""
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return {n: archive.read(n) for n in archive.namelist() if not n.endswith("/")}
    with tarfile.open(fileobj=io.BytesIO(body), mode="r:gz") as packed:
        files = {m.name: packed.extractfile(m) for m in packed.getmembers() if m.isfile()}
        return {name: file.read() for name, file in files.items() if file}


def pack(body: bytes, files: dict[str, bytes]) -> bytes:
    """These files in an archive of the same kind as another."""
    packed = io.BytesIO()
    if body[:2] == b"PK":
        with zipfile.ZipFile(packed, "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return packed.getvalue()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def cell(body: bytes, locator: str) -> str | None:
    """The text of the cell at a locator."""
    if "!/" in locator:  # in a JSON file of an archive
        body, locator = within(body, locator)
    if locator.startswith("/"):
        return text_of(node(body, locator))
    if locator.endswith("!"):  # a whole member
        name = locator.removesuffix("!")
        return name if member_of(body, name) is not None else None
    found = record(body, locator)
    return None if found is None else found.get(locator.partition("!")[2 if "!" in locator else 0]
                                                .partition("/")[2])  # fmt: skip
