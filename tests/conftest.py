"""Fixtures that any test may use. No test touches the state of the user who runs it."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands import Done, Run
from installed import BOARD, CURATED, MADE_UP, World, install
from scoreboard import cli
from scoreboard.config import HOME_VARIABLE


@pytest.fixture(scope="session", autouse=True)
def _no_state_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The real curated files, the made-up models and a small bundle: the first build is slow."""
    return install(tmp_path_factory.mktemp("world"), BOARD, CURATED, MADE_UP)


@pytest.fixture(scope="session")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A few made-up models and a small bundle."""
    return install(tmp_path_factory.mktemp("small"), BOARD, MADE_UP)


@pytest.fixture
def home(small_world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A state folder of its own, in this process, over the small world."""
    folder = tmp_path / "home"
    small_world.inside(monkeypatch, folder)
    return folder


@pytest.fixture(scope="session")
def built_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder with the tables of the real bundle, and what `build` printed in board.txt.

    One for all workers: the first builds, the others wait.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "built-home"
    folder.mkdir(exist_ok=True)
    board = folder / "board.txt"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not board.is_file():
            environment = os.environ | {HOME_VARIABLE: str(folder)}
            command = [sys.executable, "-m", "scoreboard", "build"]
            done = subprocess.run(command, env=environment, capture_output=True, check=True)
            board.write_bytes(done.stdout)
    return folder


@pytest.fixture(scope="session")
def built_site(built_home: Path) -> Path:
    """The site of the real bundle. One for all workers."""
    folder = built_home.parent / "built-site"
    with (built_home / "site-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        environment = os.environ | {HOME_VARIABLE: str(built_home)}
        command = [sys.executable, "-m", "scoreboard", "build", "--out", str(folder)]
        subprocess.run(command, env=environment, capture_output=True, check=True)
    return folder


@pytest.fixture
def run(
    built_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run a command in this process, over the real tables."""
    monkeypatch.setenv(HOME_VARIABLE, str(built_home))

    def command(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["scoreboard", *arguments])
        with pytest.raises(SystemExit) as done:
            cli.main()
        shown = capsys.readouterr()
        assert "\x1b" not in shown.out + shown.err
        return Done(int(done.value.code or 0), shown.out, shown.err)

    return command
