"""Where things lie: curated data, the bundle, and this machine's local state."""

from __future__ import annotations

import os
from pathlib import Path

from scoreboard.errors import DataError

HOME_VARIABLE = "SCOREBOARD_HOME"


def data_dir() -> Path:
    """The folder `data/`: inside the installed package, else beside `src/` in a checkout."""
    package = Path(__file__).parent
    for candidate in (package / "data", package.parent.parent / "data"):
        if (candidate / "licences.yml").is_file():
            return candidate
    raise DataError(
        "the folder data/ is missing",
        where=str(package),
        repair="reinstall the package: pip install --force-reinstall open-model-scoreboard",
    )


def bundle_dir() -> Path:
    """The tables as of the last release."""
    return data_dir() / "bundle"


def home() -> Path:
    """Local state: snapshots and built tables. Created on first use."""
    set_by_user = os.environ.get(HOME_VARIABLE)
    if set_by_user:
        path = Path(set_by_user).expanduser()
    else:
        import platformdirs

        path = Path(platformdirs.user_data_dir("open-model-scoreboard", appauthor=False))
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(path, error) from error
    return path


def no_place(path: Path, error: OSError) -> DataError:
    """The error for a file or folder that the user named with --out."""
    return DataError(
        f"cannot be written: {error.strerror or error}",
        where=str(path),
        repair="choose another --out, in a folder that there is and that can be written",
    )


def unwritable(path: Path, error: OSError) -> DataError:
    """The error for a folder that is read-only, full, or not a folder."""
    return DataError(
        f"cannot write local state: {error.strerror or error}",
        where=str(path),
        repair=f"free some space, or set {HOME_VARIABLE} to a folder that can be written",
    )
