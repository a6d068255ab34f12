"""The built wheel carries its data: it prints the same board from any folder, with no network."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
NO_NETWORK = (
    "import socket, sys\n"
    "def refuse(*_args, **_kwargs): raise OSError('no network')\n"
    "socket.socket.connect = refuse\n"
    "sys.argv = ['scoreboard', 'build']\n"
    "from scoreboard.cli import main\n"
    "main()\n"
)


def run_board(cwd: Path, home: Path, *, package: Path | None = None) -> str:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    environment |= {"SCOREBOARD_HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    if package:
        environment["PYTHONPATH"] = str(package)
    found = subprocess.run(
        [sys.executable, "-c", NO_NETWORK],
        cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    return found.stdout


def test_the_installed_wheel_prints_the_same_board_anywhere(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")],
        cwd=ROOT, check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    (wheel,) = (tmp_path / "dist").glob("open_model_scoreboard-*.whl")
    installed, empty = tmp_path / "installed", tmp_path / "empty"
    empty.mkdir()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    where = subprocess.run(
        [sys.executable, "-c", "import scoreboard; print(scoreboard.__file__)"],
        cwd=empty, env=os.environ | {"PYTHONPATH": str(installed)},
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert str(installed) in where
    from_wheel = run_board(empty, tmp_path / "home1", package=installed)
    from_checkout = run_board(ROOT, tmp_path / "home2")
    assert from_wheel == from_checkout
    assert "Open Model Scoreboard" in from_wheel.splitlines()[0]
