"""The folder of a built site: what changed is written, what is gone is removed, nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scoreboard.config import no_place
from scoreboard.errors import UsageError
from scoreboard.snapshots import write_atomic

MANIFEST = "site.json"  # what was built from what; makes a folder one of ours
KEPT = ("frozen/",)  # what links of others point to stays for ever
RELEASES = "releases"


@dataclass
class Output:
    """A folder that receives a site."""

    folder: Path
    files: dict[str, int] = field(default_factory=dict)  # path -> bytes
    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    _old: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def open(cls, folder: Path) -> Output:
        """A new folder, an empty one, or one with a site. Raises UsageError for any other."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            manifest = folder / MANIFEST
            old = checked(json.loads(manifest.read_text())) if manifest.is_file() else {}
            others = [p.name for p in folder.iterdir() if p.name not in (RELEASES, MANIFEST)]
        except (ValueError, NotADirectoryError, FileExistsError) as error:
            raise UsageError(f"this is no folder for a site: {error}", where=str(folder),
                             repair="choose another --out") from error  # fmt: skip
        except OSError as error:
            raise no_place(folder, error) from error
        if others and "files" not in old:
            raise UsageError(
                "the folder is not empty, and holds no site that was built by this command",
                where=str(folder), valid=["a new folder", "an empty one", "one with a site"],
                repair="choose another --out",
            )  # fmt: skip
        return cls(folder, _old=old)

    def unchanged(self, key: str) -> bool:
        """Whether the folder holds just what this key would build."""
        files: dict[str, int] = self._old.get("files", {})
        return self._old.get("key") == key and all(
            _size(self.folder / name) == size for name, size in files.items()
        )

    def put(self, path: str, body: bytes | str) -> None:
        """A file of the site; written only where it differs."""
        content = body.encode("utf-8", "replace") if isinstance(body, str) else body
        if path in self.files:
            raise ValueError(f"two things want to be {path}")
        self.files[path] = len(content)
        target = self.folder / path
        try:
            if _size(target) == len(content) and target.read_bytes() == content:
                return
            if path.startswith(KEPT) and target.exists():
                self.files[path] = target.stat().st_size
                return
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)  # a broken build is found by its manifest and built again
        except OSError as error:
            raise no_place(target, error) from error
        self.written.append(path)

    def take(self, files: dict[str, int], written: list[str]) -> None:
        """What another process put into the same folder."""
        if both := self.files.keys() & files.keys():
            raise ValueError(f"two things want to be {min(both)}")
        self.files |= files
        self.written += written

    @contextmanager
    def writing(self, key: str) -> Iterator[None]:
        """While files are put. What a broken build leaves can be built again."""
        old = dict(self._old.get("files", {}))
        self._record("", old)
        try:
            yield
        except BaseException:
            self._record("", {**old, **self._found()})
            raise
        self._finish(key)

    def _found(self) -> dict[str, int]:
        """What lies in the folder: of a broken build nobody else knows it."""
        names = (p.relative_to(self.folder) for p in self.folder.rglob("*") if p.is_file())
        return {n.as_posix(): (self.folder / n).stat().st_size for n in names
                if n.parts[0] != RELEASES and n.name != MANIFEST}  # fmt: skip

    def _record(self, key: str, files: dict[str, int]) -> None:
        text = json.dumps({"key": key, "files": dict(sorted(files.items()))}, indent=0)
        try:
            write_atomic(self.folder / MANIFEST, text.encode())
        except OSError as error:
            raise no_place(self.folder, error) from error

    def _finish(self, key: str) -> None:
        """Remove what is no longer made, and record what was."""
        kept = {f: n for f, n in self._old.get("files", {}).items() if f.startswith(KEPT)}
        for path in sorted(set(self._old.get("files", {})) - set(self.files) - set(kept)):
            (self.folder / path).unlink(missing_ok=True)
            self.removed.append(path)
        self.files = {**kept, **self.files}
        self._record(key, self.files)


def checked(manifest: Any) -> dict[str, Any]:
    """A manifest, or ValueError for what is none: its files must lie in the folder."""
    files = manifest.get("files") if isinstance(manifest, dict) else None
    if not isinstance(files, dict):
        raise ValueError(f"{MANIFEST} is not the list of a site's files")
    for name in files:
        if name.startswith("/") or "\\" in name or ".." in name.split("/"):
            raise ValueError(f"{MANIFEST} names a file outside of the folder")
    return {**manifest}


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
