"""How fast prices are answered: a workload over everything, their history, and deflation."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.measure import Result, seconds
from benchmarks.tables import from_documents

HISTORY = "full price history rebuilt from recorded documents"


def measure(home: Path) -> Iterator[Result]:
    """Answers from built tables, asked once before they are measured."""
    from scoreboard.metrics import get_metric
    from scoreboard.metrics.price_to_reach import PriceToReach
    from scoreboard.stats.deflation import DRAWS, rate
    from scoreboard.store import open_tables

    os.environ["SCOREBOARD_HOME"] = str(home)
    tables, metric = open_tables(), get_metric("workload_cost")
    asked = metric.read(tables, {"provider": "all"})
    count = len(metric.compute(tables, asked))
    taken = seconds(partial(metric.compute, tables, asked), 5)
    yield Result(f"cost of a workload at {count} offers, warm", taken, 0.3)
    deflation = get_metric("deflation")
    read = deflation.read(tables, {"benchmark": "gpqa_diamond"})
    taken = seconds(partial(deflation.compute, tables, read))
    yield Result("deflation of one level, cold", taken, 2)
    reach = PriceToReach()
    series = reach.series(tables, reach.read(tables, {"benchmark": "gpqa_diamond"}))
    points = [(e.as_of.toordinal(), e.value) for e in series if e.value]
    yield Result(f"{DRAWS} draws of it", seconds(partial(rate, points, seed="bench"), 5), 2)


def measure_history(mirror: str) -> Iterator[Result]:
    """Every document with prices read again, names resolved, runs joined and faults marked."""
    if not mirror:
        yield Result(HISTORY, None, 15, note="needs MIRROR")
        return
    from scoreboard.sources import all_sources

    wanted = [s.id for s in all_sources().values() if "prices" in s.tables]
    with tempfile.TemporaryDirectory() as fresh:
        taken = seconds(partial(from_documents, mirror, Path(fresh), wanted))
    yield Result(HISTORY, taken, 15)
