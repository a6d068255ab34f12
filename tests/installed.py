"""The product as if installed in a folder of its own: its code, other data, a small bundle.

`install` links the code and curated files into `site/scoreboard` below a folder, laid out as a
wheel would lay them, and makes a bundle there from the small mirror. `run` runs its command line
in a process; `inside` makes this process read its data.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import scoreboard
from helpers import copy_mirror
from scoreboard import api
from scoreboard.config import HOME_VARIABLE

CODE = Path(scoreboard.__file__).parent
CURATED = CODE.parent.parent / "data"  # the real files
FIXTURES = Path(__file__).parent / "fixtures"
MADE_UP = FIXTURES / "data"  # a few models, those of the mirror
BOARD = FIXTURES / "board"  # a board of what the mirror has
WAIT_SECONDS = 120


@dataclass(frozen=True)
class World:
    """An installation, its mirror, and a folder for local state that tests may share."""

    site: Path
    mirror: Path
    home: Path

    @property
    def data(self) -> Path:
        """The curated files and the bundle."""
        return self.site / "scoreboard" / "data"

    @property
    def bundle(self) -> Path:
        """The small bundle."""
        return self.data / "bundle"

    def inside(self, monkeypatch: pytest.MonkeyPatch, home: Path | None = None) -> None:
        """Let this process read this installation's data and keep its state in `home`."""
        monkeypatch.setattr("scoreboard.config.__file__", str(self.data.parent / "config.py"))
        monkeypatch.setenv(HOME_VARIABLE, str(home or self.home))

    def environment(self, home: Path | None = None) -> dict[str, str]:
        """The environment in which a process is this installation."""
        kept = {k: v for k, v in os.environ.items() if k != "COLUMNS"}
        return kept | {"PYTHONPATH": str(self.site), HOME_VARIABLE: str(home or self.home)}

    def start(self, *arguments: str, home: Path | None = None) -> subprocess.Popen[str]:
        """Start `python ARGUMENTS`."""
        return subprocess.Popen(
            [sys.executable, *arguments],
            env=self.environment(home),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(
        self, *arguments: str, home: Path | None = None, file_limit: int | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run the command line; `file_limit` is the most 1024 bytes that a file may have."""
        command = [sys.executable, "-m", "scoreboard", *arguments]
        if file_limit is not None:
            command = ["sh", "-c", f'ulimit -f {file_limit} && exec "$@"', "sh", *command]
        return subprocess.run(
            command,
            env=self.environment(home),
            capture_output=True,
            text=True,
            timeout=WAIT_SECONDS,
            check=False,
        )


def install(folder: Path, *data: Path) -> World:
    """An installation below a folder. Of curated files with one name the first counts."""
    package = folder / "site" / "scoreboard"
    _link(CODE, package)
    for curated in data:
        for path in curated.rglob("*.yml"):
            target = package / "data" / path.relative_to(curated)
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists():
                target.symlink_to(path)
    world = World(folder / "site", copy_mirror(folder / "mirror"), folder / "home")
    api.bundle(str(world.mirror), world.bundle)
    return world


def _link(source: Path, target: Path) -> None:
    """A folder of the same layout, its files and compiled files linked."""
    target.mkdir(parents=True)
    for path in source.iterdir():
        if path.is_dir() and path.name not in ("__pycache__", "data"):
            _link(path, target / path.name)
        elif path.name != "data":
            (target / path.name).symlink_to(path)
