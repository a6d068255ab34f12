"""Keep, list and verify snapshots: the bytes of a document as they were one day.

Layout in the local state folder: `snapshots/<sha256>` holds bytes, `snapshots/<id>.json` says
what they are. The bytes are written first and both by rename, so a killed process leaves either
nothing or a whole snapshot, and two processes may write the same one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import tempfile
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from scoreboard.config import home, unwritable
from scoreboard.errors import DataError
from scoreboard.tables import Snapshot

_SNAPSHOT = TypeAdapter(Snapshot)


def snapshot_id(source: str, published: dt.date, sha256: str) -> str:
    """`models_dev@2026-06-30-d0b1a8571e94`."""
    return f"{source}@{published}-{sha256[:12]}"


def write_atomic(path: Path, body: bytes) -> None:
    """Write a whole file or nothing."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".part-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise unwritable(path.parent, error) from error


class SnapshotStore:
    """The snapshots held on this machine."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or home() / "snapshots"

    def keep(
        self,
        source: str,
        address: str,
        published: dt.date,
        body: bytes,
        *,
        retrieved: dt.date,
        media_type: str = "",
        validator: str = "",
    ) -> tuple[Snapshot, bool]:
        """Store one document. Returns its snapshot and whether it is new."""
        sha256 = hashlib.sha256(body).hexdigest()
        snapshot = Snapshot(
            id=snapshot_id(source, published, sha256),
            source=source,
            address=address,
            published=published,
            retrieved=retrieved,
            sha256=sha256,
            size=len(body),
            media_type=media_type,
            validator=validator,
        )
        about = self.folder / f"{snapshot.id}.json"
        if about.exists() and self.body(snapshot) is not None:
            return snapshot, False
        write_atomic(self.folder / sha256, body)
        write_atomic(about, _SNAPSHOT.dump_json(snapshot, indent=1))
        return snapshot, True

    def held(self) -> list[Snapshot]:
        """Every snapshot held, oldest published first."""
        found = []
        for path in self.folder.glob("*.json") if self.folder.is_dir() else ():
            try:
                found.append(_SNAPSHOT.validate_json(path.read_bytes()))
            except (ValidationError, OSError) as error:
                raise DataError(
                    f"a snapshot's description cannot be read: {error}",
                    where=str(path),
                    repair=f"rm '{path}' && scoreboard sync",
                ) from error
        return sorted(found, key=lambda s: (s.published, s.source, s.address, s.id))

    def body(self, snapshot: Snapshot) -> bytes | None:
        """The bytes of a snapshot, verified; None when they are not held."""
        path = self.folder / snapshot.sha256
        if not path.is_file():
            return None
        body = path.read_bytes()
        if hashlib.sha256(body).hexdigest() != snapshot.sha256:
            raise DataError(
                "the bytes of a snapshot have changed since they were fetched",
                where=f"{snapshot.id} ({path})",
                repair=f"rm '{path}' && scoreboard sync {snapshot.source}",
            )
        return body

    def verify(self) -> list[str]:
        """Ids of snapshots whose bytes are missing or changed."""
        wrong = []
        for snapshot in self.held():
            try:
                if self.body(snapshot) is None:
                    wrong.append(snapshot.id)
            except DataError:
                wrong.append(snapshot.id)
        return wrong


def as_record(snapshot: Snapshot) -> dict[str, object]:
    """A snapshot as plain columns."""
    return asdict(snapshot)
