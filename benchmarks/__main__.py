"""Run every benchmark and print the table. A missed goal is shown, not an error."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from benchmarks import answers, index, pages, prices, ratings, start, tables
from benchmarks.measure import table


def main() -> None:
    """Measure with local state of its own."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        results = [
            *start.measure(home),
            *tables.measure(home),
            *answers.measure(home),
            *prices.measure(home),
            *index.measure(home),
            *pages.measure(home),
            *ratings.measure(),
            *prices.measure_history(os.environ.get("MIRROR", "")),
            *tables.measure_documents(os.environ.get("MIRROR", "")),
        ]
    sys.stdout.write(table(results) + "\n")


if __name__ == "__main__":
    main()
