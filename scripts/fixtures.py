"""Fill in sizes and checksums in the index of the tests' small mirror, after a fixture changed.

`make fixtures` runs this. An entry without a file is an error; a file without an entry is named.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

TESTS = Path(__file__).parent.parent / "tests"


def main() -> None:
    """Rewrite the index."""
    sys.path.insert(0, str(TESTS))
    from helpers import MIRROR, body_of

    index = MIRROR / "index.json"
    documents = json.loads(index.read_text(encoding="utf-8"))["documents"]
    for entry in documents:
        body = body_of(entry["file"])
        entry["bytes"], entry["sha256"] = len(body), hashlib.sha256(body).hexdigest()
    index.write_text(json.dumps({"documents": documents}, indent=1) + "\n", encoding="utf-8")
    listed = {entry["file"] for entry in documents}
    for path in sorted(p for p in MIRROR.rglob("*") if p.is_file() and p != index):
        name = path.relative_to(MIRROR).as_posix()
        if name.partition(".parts/")[0] not in listed:
            sys.stderr.write(f"not in index.json: {name}\n")


if __name__ == "__main__":
    main()
