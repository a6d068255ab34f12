"""How fast one question is answered from built tables."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.measure import SCOREBOARD, Result, command, seconds

SHARES = (
    {"by": "openness", "of": "open"},
    {"by": "origin_openness", "of": "CN_open", "stat": "mean"},
    {"by": "origin", "stat": "peak"},
    {"by": "family"},
    {"by": "model", "stat": "mean"},
    {"by": "developer", "denominator": "open", "stat": "mean"},
)


def measure(home: Path) -> Iterator[Result]:
    """Every figure of the board as a process, and token shares in this one. Tables are built."""
    from scoreboard.figures import board_figures

    slowest, name = 0.0, ""
    for figure in board_figures():
        given = [word for key, value in figure.given for word in ("-p", f"{key}={value}")]
        ask = partial(command, SCOREBOARD, "show", figure.metric, *given, home=home)
        taken = seconds(ask, 3)
        slowest, name = max((slowest, name), (taken, figure.id))
    yield Result(f"scoreboard show, slowest of the board: {name}", slowest, 0.8)
    yield _shares(home)
    yield _hosting()
    yield _whole_series(home)
    yield _board_series(home)


def _hosting() -> Result:
    """A named workload on eight accelerators, from tables that are open."""
    from scoreboard.metrics import get_metric
    from scoreboard.store import open_tables

    tables, metric = open_tables(), get_metric("host")
    slowest, name = 0.0, ""
    for workload in ("chat-1000", "batch-10b", "coding-50"):
        values = metric.read(tables, {"workload": workload, "accelerators": "8"})
        taken = seconds(partial(metric.compute, tables, values), 5)
        slowest, name = max((slowest, name), (taken, workload))
    return Result(f"host or buy in process, slowest: {name}", slowest, 0.3)


def _shares(home: Path) -> Result:
    from scoreboard.metrics import get_metric
    from scoreboard.store import open_tables

    os.environ["SCOREBOARD_HOME"] = str(home)
    tables, metric = open_tables(), get_metric("token_share")
    slowest, name = 0.0, ""
    for given in SHARES:
        values = metric.read(tables, given)
        taken = seconds(partial(metric.compute, tables, values), 5)
        slowest, name = max((slowest, name), (taken, " ".join(given.values())))
    return Result(f"a token share in process, slowest: {name}", slowest, 0.5)


def _whole_series(home: Path) -> Result:
    """Every week of a share, warm."""
    from scoreboard.metrics import get_metric
    from scoreboard.store import open_tables

    os.environ["SCOREBOARD_HOME"] = str(home)
    tables, metric = open_tables(), get_metric("token_share")
    slowest, name = 0.0, ""
    for given in SHARES:
        if "of" not in given:
            continue
        values = metric.read(tables, {k: v for k, v in given.items() if k != "stat"})
        taken = seconds(partial(metric.series, tables, values), 3)
        slowest, name = max((slowest, name), (taken, " ".join(given.values())))
    return Result(f"a token share over the whole series, slowest: {name}", slowest, 0.5)


def _board_series(home: Path) -> Result:
    """Every series of usage on the board, from tables that were just opened."""
    from scoreboard.figures import board_figures
    from scoreboard.metrics import get_metric
    from scoreboard.store import open_tables

    os.environ["SCOREBOARD_HOME"] = str(home)
    used = {"token_share", "crossover", "concentration", "downloads", "derivatives"}
    figures = [f for f in board_figures() if f.metric in used]

    def rebuild() -> None:
        tables = open_tables()
        for figure in figures:
            metric = get_metric(figure.metric)
            metric.drawn(tables, metric.read(tables, figure.params))

    return Result(f"the {len(figures)} series of usage on the board, rebuilt", seconds(rebuild), 5)
