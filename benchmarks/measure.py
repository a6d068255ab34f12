"""Measure commands and functions, and hold the result against a goal."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

SCOREBOARD = str(Path(sys.executable).with_name("scoreboard"))


@dataclass(frozen=True)
class Result:
    """What was measured, in seconds unless `unit` says other, with its goal; None: not measured."""

    what: str
    value: float | None
    goal: float
    unit: str = "s"
    note: str = ""

    @property
    def verdict(self) -> str:
        """`ok`, `over`, or why there is none."""
        if self.value is None:
            return self.note
        words = "ok" if self.value < self.goal else "over"
        return f"{words}: {self.note}" if self.note else words


def seconds(run: Callable[[], object], repeats: int = 1) -> float:
    """The median time of a function."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return median(times)


def command(*arguments: str, home: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """A process with its own local state."""
    environment = {**os.environ, "SCOREBOARD_HOME": str(home)}
    return subprocess.run(
        list(arguments), env=environment, capture_output=True, text=True, check=check
    )


def table(results: Sequence[Result]) -> str:
    """The results as text."""
    header = ("what", "measured", "goal", "")
    rows = [
        (
            r.what,
            "-" if r.value is None else f"{r.value:.2f} {r.unit}",
            f"{r.goal:g} {r.unit}",
            r.verdict,
        )
        for r in results
    ]
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (header, *rows)
    )
