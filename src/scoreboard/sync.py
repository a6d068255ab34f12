"""Fetch sources: live, or from a mirror (a folder or address laid out by an `index.json`)."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from scoreboard.errors import DataError, UsageError
from scoreboard.snapshots import SnapshotStore
from scoreboard.sources import Source, all_sources, get_source
from scoreboard.tables import Snapshot

Progress = Callable[[str], None]
TIMEOUT_SECONDS = 60.0
ATTEMPTS = 3
BODY_LIMIT = 512 * 1024 * 1024


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
    work = _from_mirror(sources, mirror, store, day) if mirror else _live(sources, store, day)
    outcomes = []
    for outcome in work:
        progress(f"{outcome.source}: {outcome.state} {outcome.address} {outcome.note}".rstrip())
        outcomes.append(outcome)
    return outcomes


# mirrors


def _from_mirror(
    sources: list[Source], mirror: str, store: SnapshotStore, day: dt.date
) -> Iterator[Outcome]:
    read = _reader(mirror)
    index = read("index.json")
    if index is None:
        yield from _unlisted(sources, read, store, day)
        return
    listed = _parse_index(index, mirror)
    for source in sources:
        mine = [d for d in listed if source.matches(d.address)]
        if not mine:
            yield Outcome(source.id, "", "skipped", "the mirror has no document of it")
        for document in sorted(mine, key=lambda d: (d.published, d.address)):
            body = read(document.file)
            if body is None:
                yield Outcome(source.id, document.address, "failed", "not in the mirror")
                continue
            snapshot, new = store.keep(
                source.id,
                document.address,
                document.published,
                body,
                retrieved=document.retrieved,
            )
            note = "" if snapshot.sha256 == document.sha256 else "differs from the index's checksum"
            yield Outcome(source.id, document.address, "new" if new else "known", note)


def _parse_index(body: bytes, mirror: str) -> list[Listed]:
    try:
        return TypeAdapter(list[Listed]).validate_python(json.loads(body)["documents"])
    except (ValidationError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"the mirror's index cannot be read: {error}", where=f"{mirror}/index.json"
        ) from error


def _unlisted(
    sources: list[Source],
    read: Callable[[str], bytes | None],
    store: SnapshotStore,
    day: dt.date,
) -> Iterator[Outcome]:
    """Without an index a mirror is host/path, as of now."""
    for source in sources:
        found = False
        for address in source.addresses:
            parts = urlsplit(address)
            body = read(f"{parts.netloc}{parts.path}")
            if body is None:
                continue
            found = True
            _, new = store.keep(
                source.id, address, source.published(body, day), body, retrieved=day
            )
            yield Outcome(source.id, address, "new" if new else "known")
        if not found:
            yield Outcome(source.id, "", "skipped", "the mirror has no document of it")


def _reader(mirror: str) -> Callable[[str], bytes | None]:
    if urlsplit(mirror).scheme in ("http", "https"):
        return lambda name: _get(f"{mirror.rstrip('/')}/{name}", {})[0]
    root = Path(mirror).expanduser()
    if not root.is_dir():
        raise UsageError(
            f"the mirror is not a folder: {mirror}", valid=["a folder", "an http(s) address"]
        )

    def read(name: str) -> bytes | None:
        path = (root / name).resolve()
        if not path.is_relative_to(root.resolve()):
            raise DataError("the mirror's index points outside the mirror", where=name)
        return path.read_bytes() if path.is_file() else None

    return read


# live


def _live(sources: list[Source], store: SnapshotStore, day: dt.date) -> Iterator[Outcome]:
    held = store.held()
    for source in sources:
        key = os.environ.get(source.key, "") if source.key else ""
        if source.key and not key:
            yield Outcome(source.id, "", "skipped", f"no key: set {source.key}")
            continue
        mine = [s for s in held if s.source == source.id]
        newest = max((s.published for s in mine), default=None)
        addresses = source.live(day, newest)
        if not addresses:
            yield Outcome(source.id, "", "skipped", "an archive: read from a mirror only")
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
    if last and last.validator.startswith(('"', "W/")):
        headers["If-None-Match"] = last.validator
    try:
        body, validator, media = _get(address, headers)
    except DataError as error:
        return Outcome(source.id, address, "failed", error.what)
    if body is None:
        return Outcome(source.id, address, "known", validator)
    try:
        published = source.published(body, day)
    except (DataError, ValueError, KeyError, TypeError) as error:
        return Outcome(source.id, address, "failed", f"not the document expected: {error}")
    if last and store.body(last) == body:
        return Outcome(source.id, address, "known", "unchanged")
    _, new = store.keep(
        source.id, address, published, body, retrieved=day, media_type=media, validator=validator
    )
    return Outcome(source.id, address, "new" if new else "known")


def _get(address: str, headers: dict[str, str]) -> tuple[bytes | None, str, str]:
    """Body, validator and media type; no body when the document is unchanged or not there."""
    import httpx2
    import stamina

    def again(error: Exception) -> bool:
        answered = isinstance(error, httpx2.HTTPStatusError)
        return not answered or error.response.status_code >= 500  # type: ignore[attr-defined]

    @stamina.retry(on=again, attempts=ATTEMPTS, timeout=TIMEOUT_SECONDS * ATTEMPTS)
    def fetch() -> tuple[bytes | None, str, str]:
        answer = httpx2.get(
            address, headers=headers, timeout=TIMEOUT_SECONDS, follow_redirects=True
        )
        if answer.status_code == 304:
            return None, "unchanged", ""
        answer.raise_for_status()
        validator = str(answer.headers.get("etag") or answer.headers.get("last-modified") or "")
        media = answer.headers.get("content-type", "").partition(";")[0]
        return answer.content, validator, media

    try:
        return fetch()
    except httpx2.HTTPStatusError as error:
        raise DataError(f"the site answered {error.response.status_code}", where=address) from error
    except httpx2.HTTPError as error:
        raise DataError(f"no answer: {error}", where=address) from error
