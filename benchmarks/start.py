"""How fast a command starts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import SCOREBOARD, Result, command, seconds

HEAVY = ("duckdb", "ibis", "scipy", "numpy", "pandas", "pyarrow")
IMPORTED = """
import sys
sys.argv = ["scoreboard", "--help"]
from scoreboard.cli import main
try:
    main()
finally:
    sys.stderr.write(" ".join(m for m in sys.modules if "." not in m))
"""


def measure(home: Path) -> Iterator[Result]:
    """`scoreboard --help`, and what it imports."""
    taken = seconds(lambda: command(SCOREBOARD, "--help", home=home), 9)
    yield Result("scoreboard --help (median of 9)", taken, 0.35)
    loaded = command(sys.executable, "-c", IMPORTED, home=home).stderr.split()
    heavy = [m for m in HEAVY if m in loaded]
    yield Result("heavy imports of scoreboard --help", len(heavy), 1, "", ", ".join(heavy))
