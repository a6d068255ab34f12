"""Fetch sources: live, or from a mirror (a folder or address laid out by an `index.json`)."""

from __future__ import annotations

import datetime as dt
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import quote, urlsplit

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from scoreboard.errors import DataError, UsageError
from scoreboard.snapshots import SnapshotStore
from scoreboard.sources import Source, all_sources, get_source
from scoreboard.sources.base import EARLIEST, LATEST, MISSHAPEN
from scoreboard.tables import Snapshot

Progress = Callable[[str], None]
TIMEOUT_SECONDS = 60.0
ATTEMPTS = 3
LONGEST_SECONDS = 900.0  # for one document that trickles in
BODY_LIMIT = 512 * 1024 * 1024  # bytes: more is not one of our documents
INDEX = "index.json"
NOTHING = "the mirror has no document of it"


class NotThereError(DataError):
    """The site has no such document (404 or 410)."""


class Listed(BaseModel):
    """One document of a mirror's index."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    file: str
    address: str
    published: dt.date
    retrieved: dt.date
    sha256: str


@dataclass(frozen=True)
class Outcome:
    """What became of one address: new, known, skipped or failed."""

    source: str
    address: str
    state: str
    note: str = ""


def chosen(names: Iterable[str]) -> list[Source]:
    """The sources named, or all."""
    wanted = list(names)
    return [get_source(n) for n in wanted] if wanted else list(all_sources().values())


def sync(
    names: Iterable[str] = (),
    *,
    mirror: str | None = None,
    store: SnapshotStore | None = None,
    today: dt.date | None = None,
    progress: Progress = lambda _: None,
) -> list[Outcome]:
    """Fetch every document of the sources. What does not answer is an outcome, not an error."""
    store = store or SnapshotStore()
    day = today or dt.datetime.now(dt.UTC).date()
    sources = chosen(names)
    store.tidy()
    live = mirror is None
    work = _live(sources, store, day) if live else _from_mirror(sources, mirror or "", store, day)
    outcomes = []
    for outcome in work:
        progress(f"{outcome.source}: {outcome.state} {outcome.address} {outcome.note}".rstrip())
        outcomes.append(outcome)
    return outcomes


# mirrors

Read = Callable[[str], bytes | None]  # a file of a mirror; None when it is not there


def _from_mirror(
    sources: list[Source], mirror: str, store: SnapshotStore, day: dt.date
) -> Iterator[Outcome]:
    read = _reader(mirror)
    index = read(INDEX)
    if index is None:
        yield from _unlisted(sources, read, store, day)
        return
    listed = _parse_index(index, mirror)
    for source in sources:
        mine = [d for d in listed if source.matches(d.address)]
        if not mine:
            yield Outcome(source.id, "", "skipped", NOTHING)
        for document in sorted(mine, key=lambda d: (d.published, d.address)):
            yield _listed(source, document, read, store)


def _listed(source: Source, document: Listed, read: Read, store: SnapshotStore) -> Outcome:
    if not EARLIEST < document.published < LATEST:
        why = f"not a day on which it can have been published: {document.published}"
        return Outcome(source.id, document.address, "failed", why)
    try:
        body = read(document.file)
    except DataError as error:
        return Outcome(source.id, document.address, "failed", error.what)
    if body is None:
        return Outcome(source.id, document.address, "failed", "not in the mirror")
    snapshot, new = store.keep(
        source.id, document.address, document.published, body, retrieved=document.retrieved
    )
    note = "" if snapshot.sha256 == document.sha256 else "differs from the index's checksum"
    return Outcome(source.id, document.address, "new" if new else "known", note)


def _parse_index(body: bytes, mirror: str) -> list[Listed]:
    where = f"{mirror.rstrip('/')}/{INDEX}"
    try:
        listed = TypeAdapter(list[Listed]).validate_python(json.loads(body)["documents"])
    except (ValidationError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(
            f"the mirror's index cannot be read: {error}",
            where=where,
            valid=['{"documents": [{"file", "address", "published", "retrieved", "sha256"}, ...]}'],
            repair="copy the mirror again, or remove its index to read it as host/path",
        ) from error
    for document in listed:
        path = PurePosixPath(document.file)
        if path.is_absolute() or ".." in path.parts or "\0" in document.file:
            raise _outside(document.file, where)
    return listed


def _outside(name: str, where: str) -> DataError:
    return DataError(f"the mirror's index points outside the mirror: {name}", where=where)


def _unlisted(
    sources: list[Source], read: Read, store: SnapshotStore, day: dt.date
) -> Iterator[Outcome]:
    """Without an index a mirror is host/path, as of now."""
    for source in sources:
        found = [_as_of_now(source, address, read, store, day) for address in source.addresses]
        outcomes = [outcome for outcome in found if outcome]
        yield from outcomes or [Outcome(source.id, "", "skipped", NOTHING)]


def _as_of_now(
    source: Source, address: str, read: Read, store: SnapshotStore, day: dt.date
) -> Outcome | None:
    parts = urlsplit(address)
    try:
        body = read(f"{parts.netloc}{parts.path}")
        if body is None:
            return None
        published = _published(source, body, day)
    except DataError as error:
        return Outcome(source.id, address, "failed", error.what)
    _, new = store.keep(source.id, address, published, body, retrieved=day)
    return Outcome(source.id, address, "new" if new else "known")


def _published(source: Source, body: bytes, day: dt.date) -> dt.date:
    try:
        return source.published(body, day)
    except DataError as error:
        raise DataError(f"not the document expected: {error.what}") from error
    except MISSHAPEN as error:
        raise DataError(f"not the document expected: {error}") from error


def _reader(mirror: str) -> Read:
    if mirror.startswith(("http://", "https://")):
        return lambda name: _get_mirrored(f"{mirror.rstrip('/')}/{quote(name)}")
    root = Path(mirror).expanduser()
    if not mirror or not root.is_dir():
        raise UsageError(
            f"the mirror is not a folder: {mirror}", valid=["a folder", "an http(s) address"]
        )

    def read(name: str) -> bytes | None:
        path = (root / name).resolve()
        if not path.is_relative_to(root.resolve()):
            raise _outside(name, f"{mirror.rstrip('/')}/{INDEX}")
        try:
            return path.read_bytes() if path.is_file() else None
        except OSError as error:
            raise DataError(f"cannot be read: {error.strerror}", where=str(path)) from error

    return read


def _get_mirrored(address: str) -> bytes | None:
    try:
        return _get(address, {})[0]
    except NotThereError:
        return None


# live


def _live(sources: list[Source], store: SnapshotStore, day: dt.date) -> Iterator[Outcome]:
    held = store.held()
    for source in sources:
        key = os.environ.get(source.key, "").strip() if source.key else ""
        if source.key and not key:
            yield Outcome(source.id, "", "skipped", f"no key: set {source.key}")
            continue
        mine = [s for s in held if s.source == source.id]
        newest = max((s.published for s in mine), default=None)
        addresses = source.live(day, newest)
        if not addresses:
            yield Outcome(source.id, "", "skipped", source.aside)
        for address in addresses:
            yield _fetch(source, address, key, mine, store, day)


def _fetch(
    source: Source,
    address: str,
    key: str,
    held: list[Snapshot],
    store: SnapshotStore,
    day: dt.date,
) -> Outcome:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    last = max((s for s in held if s.address == address), key=lambda s: s.published, default=None)
    if last and not store.holds(last):
        last = None  # fetched again
    if last and last.validator:
        tag = last.validator.startswith(('"', "W/"))
        headers["If-None-Match" if tag else "If-Modified-Since"] = last.validator
    try:
        body, validator, media = _get(address, headers)
        if body is None:
            return Outcome(source.id, address, "known", validator)
        published = _published(source, body, day)
    except DataError as error:
        return Outcome(source.id, address, "failed", error.what)
    if last and store.body(last) == body:
        return Outcome(source.id, address, "known", "unchanged")
    _, new = store.keep(
        source.id, address, published, body, retrieved=day, media_type=media, validator=validator
    )
    return Outcome(source.id, address, "new" if new else "known")


def _get(address: str, headers: dict[str, str]) -> tuple[bytes | None, str, str]:
    """Body, validator and media type; no body when the document is unchanged."""
    import httpx2
    import stamina

    def again(error: Exception) -> bool:
        if isinstance(error, httpx2.HTTPStatusError):
            return error.response.status_code >= 500 or error.response.status_code == 429
        return isinstance(error, httpx2.TransportError)

    @stamina.retry(on=again, attempts=ATTEMPTS, timeout=TIMEOUT_SECONDS * ATTEMPTS)
    def fetch() -> tuple[bytes | None, str, str]:
        with httpx2.stream(
            "GET", address, headers=headers, timeout=TIMEOUT_SECONDS, follow_redirects=True
        ) as answer:
            if answer.status_code == 304:
                return None, "unchanged", ""
            answer.raise_for_status()
            validator = str(answer.headers.get("etag") or answer.headers.get("last-modified") or "")
            media = answer.headers.get("content-type", "").partition(";")[0]
            return _whole(answer.iter_bytes(), address), validator, media

    try:
        return fetch()
    except httpx2.HTTPStatusError as error:
        status = error.response.status_code
        kind = NotThereError if status in (404, 410) else DataError
        raise kind(f"the site answered {status}", where=address) from error
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise DataError(f"no answer: {error}", where=address) from error


def _whole(parts: Iterable[bytes], address: str) -> bytes:
    body = bytearray()
    last = time.monotonic() + LONGEST_SECONDS
    for part in parts:
        body += part
        if time.monotonic() > last:
            raise DataError(f"not whole after {LONGEST_SECONDS:.0f} seconds", where=address)
        if len(body) > BODY_LIMIT:
            raise DataError(f"the document is larger than {BODY_LIMIT} bytes", where=address)
    return bytes(body)
