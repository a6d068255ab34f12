"""The option `--mirror`, and local state made once for all of these checks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from recorded.raw import Mirror
from scoreboard.store import Tables, open_tables


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--mirror", default=None, help="folder with the recorded documents")


def pytest_configure(config: pytest.Config) -> None:
    """Without the documents nothing here can pass: say so at once."""
    folder = config.getoption("--mirror")
    if not folder:
        raise pytest.UsageError("name the recorded documents: pytest tests/recorded --mirror DIR")
    if not (Path(folder) / "index.json").is_file():
        raise pytest.UsageError(f"--mirror {folder}: there is no index.json in this folder")


@pytest.fixture(scope="session")
def mirror(request: pytest.FixtureRequest) -> Mirror:
    return Mirror(Path(request.config.getoption("--mirror")).resolve())


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Local state of its own: no snapshots are held."""
    folder = tmp_path_factory.mktemp("home")
    before = os.environ.get("SCOREBOARD_HOME")
    os.environ["SCOREBOARD_HOME"] = str(folder)
    yield folder
    if before is None:
        del os.environ["SCOREBOARD_HOME"]
    else:
        os.environ["SCOREBOARD_HOME"] = before


@pytest.fixture(scope="session")
def tables(home: Path) -> Tables:
    """The tables of the bundle."""
    assert home.is_dir()
    return open_tables()
