"""Keep, list and verify snapshots: the bytes of a document as they were one day.

Layout in the local state folder: `snapshots/<sha256>` holds bytes, `snapshots/<id>.json` says
what they are. The bytes are written first and both by rename, so a killed process leaves either
nothing or a whole snapshot, and two processes may write the same one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import tempfile
import time
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from scoreboard.config import home, unwritable
from scoreboard.errors import DataError
from scoreboard.tables import Snapshot

_SNAPSHOT = TypeAdapter(Snapshot)
PART = ".part-"  # how unfinished files begin
STALE_PART = 3600  # seconds after which an unfinished file of a killed process is removed


def snapshot_id(source: str, published: dt.date, sha256: str) -> str:
    """`models_dev@2026-06-30-d0b1a8571e94`."""
    return f"{source}@{published}-{sha256[:12]}"


def write_atomic(path: Path, body: bytes) -> None:
    """Write a whole file or nothing."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=PART)
        try:
            Path(temporary).chmod(0o644)
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


def remove_stale_parts(folder: Path) -> None:
    """Remove what killed processes left unfinished. Another process may do so at once."""
    for part in folder.glob(f"{PART}*"):
        try:
            if time.time() - part.stat().st_mtime <= STALE_PART:
                continue
            if part.is_dir():
                shutil.rmtree(part)
            else:
                part.unlink()
        except FileNotFoundError:
            continue


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
        """Store one document. Returns its snapshot and whether it is new.

        Bytes that have been lost or changed on disk are put back.
        """
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
        if about.exists() and self.holds(snapshot):
            return snapshot, False
        write_atomic(self.folder / sha256, body)
        write_atomic(about, _SNAPSHOT.dump_json(snapshot, indent=1))
        return snapshot, True

    def remove(self, snapshot: Snapshot) -> None:
        """Forget one document; its bytes too, unless another snapshot has the same."""
        others = [s for s in self.held() if s.id != snapshot.id]
        try:
            (self.folder / f"{snapshot.id}.json").unlink(missing_ok=True)
            if snapshot.sha256 not in {s.sha256 for s in others}:
                (self.folder / snapshot.sha256).unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(self.folder, error) from error

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
        try:
            body = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise DataError(
                f"the bytes of a snapshot cannot be read: {error.strerror}",
                where=f"{snapshot.id} ({path})",
                repair=f"make the file readable, or rm -r '{path}' && scoreboard sync "
                f"{snapshot.source}",
            ) from error
        if hashlib.sha256(body).hexdigest() != snapshot.sha256:
            raise DataError(
                "the bytes of a snapshot have changed since they were fetched",
                where=f"{snapshot.id} ({path})",
                repair=f"rm '{path}' && scoreboard sync {snapshot.source}",
            )
        return body

    def holds(self, snapshot: Snapshot) -> bool:
        """Whether the bytes of a snapshot are here, unchanged."""
        try:
            return self.body(snapshot) is not None
        except DataError:
            return False

    def tidy(self) -> None:
        """Remove what a killed process left unfinished."""
        try:
            remove_stale_parts(self.folder)
        except OSError as error:
            raise unwritable(self.folder, error) from error

    def verify(self) -> list[str]:
        """Ids of snapshots whose bytes are missing or changed."""
        return [s.id for s in self.held() if not self.holds(s)]

    def state(self) -> str:
        """What a build depends on: every snapshot, and the file with its bytes."""
        return ",".join(f"{s.id}:{self._file_state(s)}" for s in self.held())

    def _file_state(self, snapshot: Snapshot) -> str:
        try:
            found = (self.folder / snapshot.sha256).stat()
        except OSError:
            return "missing"
        return f"{found.st_size}-{found.st_mtime_ns}"
