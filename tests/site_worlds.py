"""Small worlds for tests of the site: curated files changed, documents of the mirror changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from installed import World
from scoreboard import api

Change = Callable[[Any], Any]


def edit(world: World, name: str, change: Change) -> None:
    """Replace a curated file, a link to a shared one, by a changed copy."""
    path = world.data / name
    content = YAML(typ="safe").load(path) if path.exists() else {}
    change(content)
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, default=str), encoding="utf-8")


def edit_document(world: World, address: str, change: Callable[[str], str]) -> None:
    """Change a document of the mirror, and what the index says of its bytes."""
    index = json.loads((world.mirror / "index.json").read_bytes())
    (entry,) = (e for e in index["documents"] if e["address"] == address)
    path = world.mirror / entry["file"]
    body = change(path.read_text(encoding="utf-8")).encode()
    path.write_bytes(body)
    entry |= {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
    (world.mirror / "index.json").write_text(json.dumps(index), encoding="utf-8")


def bundle_again(world: World) -> None:
    """The bundle of the documents as they are now."""
    api.bundle(str(world.mirror), world.bundle)


def build(
    world: World, folder: Path, *options: str, code: int = 0, home: Path | None = None
) -> Any:
    """Build the site in one process; what the command did."""
    done = world.run("build", "--out", str(folder), "--jobs", "1", *options, home=home)
    assert done.returncode == code, done.stderr
    return done
