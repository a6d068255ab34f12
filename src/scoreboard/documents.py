"""Reading bytes without losing anything: JSON, CSV and archives with locators.

JSON numbers stay as their raw text and duplicate keys are kept; a CSV record knows its line.
`locate` finds the raw text of a cell again from its locator. YAML is read in `yaml_documents`.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import lzma
import re
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from scoreboard.errors import DataError


class Number(str):
    """The raw text of a JSON number."""

    __slots__ = ()


class Object(dict[str, Any]):
    """A JSON object: the last of equal keys wins, as everywhere; earlier ones are kept."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.earlier: list[tuple[str, int, Any]] = []  # key, occurrence from 1, value
        if len(self) < len(pairs):
            self._keep_earlier(pairs)

    def _keep_earlier(self, pairs: list[tuple[str, Any]]) -> None:
        last = {key: i for i, (key, _) in enumerate(pairs)}
        count: dict[str, int] = {}
        for i, (key, value) in enumerate(pairs):
            count[key] = count.get(key, 0) + 1
            if last[key] != i:
                self.earlier.append((key, count[key], value))


def parse_json(body: bytes, where: str) -> Any:
    """JSON with numbers as raw text (`Number`) and objects as `Object`."""
    try:
        return json.loads(
            _without_half_characters(body.decode("utf-8")),
            parse_float=Number,
            parse_int=Number,
            object_pairs_hook=Object,
        )
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise DataError(
            f"the document is not whole JSON: {error}",
            where=where,
            repair="scoreboard sync, to fetch it again",
        ) from error


HALF = re.compile(
    r"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)  # an escaped backslash, a pair of surrogates, or one without the other


def _without_half_characters(text: str) -> str:
    """Half of a character (a text cut inside an emoji) cannot be written as UTF-8."""
    if "\\ud" not in text and "\\uD" not in text:
        return text
    return HALF.sub(lambda m: "\\ufffd" if m[1] else m[0], text)


def raw_text(value: Any) -> str:
    """The raw text of a JSON value: numbers and strings as written, the rest as JSON."""
    if isinstance(value, str):
        return str(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def pointer(*parts: str | int) -> str:
    """A JSON pointer (RFC 6901) of these parts."""
    return "".join("/" + str(p).replace("~", "~0").replace("/", "~1") for p in parts)


@dataclass(frozen=True, slots=True)
class Record:
    """One CSV record: the line on which it starts and its cells by column."""

    line: int
    cells: dict[str, str]

    def at(self, column: str) -> str:
        """The locator of one of its cells."""
        return f"L{self.line}/{column}"


def parse_csv(body: bytes, where: str, required: tuple[str, ...] = ()) -> Iterator[Record]:
    """The records of a CSV; comment lines (#) above the header are skipped.

    A missing column is an error.
    """
    lines = _text(body, where)
    header, records = _csv_parts(lines, where)
    missing = [c for c in required if c not in header]
    if missing:
        raise DataError(
            f"column missing: {', '.join(missing)}",
            where=where,
            valid=header,
            repair="scoreboard sync, or report that the source changed its columns",
        )
    yield from records


def _text(body: bytes, where: str) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"the document is not UTF-8 text: {error}", where=where) from error


def _csv_parts(text: str, where: str) -> tuple[list[str], Iterator[Record]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    try:
        for cells in reader:
            if cells and not cells[0].startswith("#"):
                header = cells
                break
    except csv.Error as error:
        raise DataError(f"the document is not whole CSV: {error}", where=where) from error
    return header, _records(reader, header, where)


def _records(reader: Any, header: list[str], where: str) -> Iterator[Record]:
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise DataError(
                f"the document is not whole CSV: {error}", where=f"{where}, line {line}"
            ) from error
        if not cells:
            continue
        padded = cells + [""] * (len(header) - len(cells))
        record = dict(zip(header, padded, strict=False))
        if len(cells) != len(header):
            record["__cells__"] = str(len(cells))
        yield Record(line, record)


BAD_ARCHIVE = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, OSError, EOFError,
    RuntimeError, NotImplementedError,  # encrypted, or packed in a way that is not known
    lzma.LZMAError, ValueError,  # places that cannot be, names that are no text
)  # fmt: skip


UNPACKED_LIMIT = 512 * 1024 * 1024  # bytes


def _too_large(where: str) -> DataError:
    return DataError(f"the archive unpacks to more than {UNPACKED_LIMIT} bytes", where=where)


def members(body: bytes, where: str) -> dict[str, bytes]:
    """The files of a zip or gzipped tar, by name, in order of name."""
    try:
        if body[:2] == b"\x1f\x8b":
            with gzip.open(io.BytesIO(body)) as packed:
                whole = io.BytesIO(packed.read(UNPACKED_LIMIT + 1))
            if len(whole.getvalue()) > UNPACKED_LIMIT:
                raise _too_large(where)
            with tarfile.open(fileobj=whole, errors="replace") as tar:
                files = {m.name: tar.extractfile(m) for m in tar.getmembers() if m.isfile()}
                found = {name: file.read() for name, file in files.items() if file}
        else:
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                if sum(m.file_size for m in archive.infolist()) > UNPACKED_LIMIT:
                    raise _too_large(where)
                found = {n: archive.read(n) for n in archive.namelist() if not n.endswith("/")}
    except BAD_ARCHIVE as error:
        raise DataError(
            f"the archive is not whole: {error}",
            where=where,
            repair="scoreboard sync, to fetch it again",
        ) from error
    return dict(sorted(found.items()))


ZIP = b"PK\x03\x04"
ZSTANDARD = 93  # how zip numbers it; the standard library unpacks it from Python 3.14 on


def is_zip(body: bytes) -> bool:
    """Whether these bytes are a zip."""
    return body.startswith(ZIP)


def member_names(body: bytes, where: str) -> list[str]:
    """The names of the files of a zip."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return archive.namelist()
    except BAD_ARCHIVE as error:
        raise DataError(f"the archive is not whole: {error}", where=where) from error


def member(body: bytes, name: str, where: str) -> bytes:
    """One file of a zip; one that Zstandard packed must be a JSON object."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            about = archive.getinfo(name)
            if about.file_size > UNPACKED_LIMIT:
                raise _too_large(where)
            if about.compress_type != ZSTANDARD:
                return archive.read(name)
        found = _unpacked(body, about)
    except (*BAD_ARCHIVE, KeyError, struct.error) as error:
        raise DataError(f"the archive is not whole: {error}", where=where) from error
    if about.CRC not in (zlib.crc32(found), zlib.crc32(found + b"\n")):  # the end is not kept
        raise DataError(f"the archive is not whole: {name} has another checksum", where=where)
    return found


def _unpacked(body: bytes, about: zipfile.ZipInfo) -> bytes:
    from scoreboard.engine import unpacked

    head = about.header_offset + 26
    start = head + 4 + sum(struct.unpack("<HH", body[head : head + 4]))
    return unpacked(body[start : start + about.compress_size], about.file_size)


CELL = re.compile(r"L(?P<line>\d+)/(?P<column>.*)", re.DOTALL)


def locate(body: bytes, locator: str) -> str | None:
    """The raw text that a locator points at in these bytes, or None when it is not there."""
    try:
        if locator.startswith("/"):
            return _locate_json(_tree_of(body), locator)
        if cell := CELL.fullmatch(locator):
            return _csv_of(body)[int(cell["line"])].cells[cell["column"]]
        name, _, inner = locator.partition("!")
        return locate(_member_of(body, name), inner)
    except (DataError, LookupError, ValueError, RecursionError, StopIteration):
        return None


@lru_cache(maxsize=8)
def _member_of(body: bytes, name: str) -> bytes:
    return member(body, name, "archive") if is_zip(body) else _members_of(body)[name]


@lru_cache(maxsize=2)
def _members_of(body: bytes) -> dict[str, bytes]:
    return members(body, "archive")


@lru_cache(maxsize=2)
def _tree_of(body: bytes) -> Any:
    """JSON begins with a bracket; what does not is YAML."""
    if body.lstrip()[:1] in (b"{", b"["):
        return parse_json(body, "document")
    from scoreboard.yaml_documents import parse_yaml

    return parse_yaml(body, "document")


@lru_cache(maxsize=64)
def _csv_of(body: bytes) -> dict[int, Record]:
    return {r.line: r for r in parse_csv(body, "document")}


def _locate_json(value: Any, locator: str) -> str:
    for part in locator.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, Object):
            value = _member(value, name)
        elif isinstance(value, list) and name.isdigit():
            value = value[int(name)]
        else:
            raise LookupError(name)
    return raw_text(value)


def _member(found: Object, name: str) -> Any:
    if name in found:
        return found[name]
    key, _, nth = name.rpartition("#")
    return next(v for k, n, v in found.earlier if k == key and str(n) == nth)


def repeated(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Locator and raw text of every value whose key comes again further down."""
    if isinstance(value, Object):
        for key, nth, earlier in value.earlier:
            yield at + pointer(f"{key}#{nth}"), raw_text(earlier)
        for key, inner in value.items():
            yield from repeated(inner, at + pointer(key))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from repeated(inner, at + pointer(i))


def text_of(value: Any) -> str | None:
    """A JSON string or number as text; None for anything else."""
    return value if isinstance(value, str) else None
