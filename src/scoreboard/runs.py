"""Runs of equal observations: what the bundle keeps of prices and facts.

A source states a price in each of its documents. We keep one row per run of equal statements,
with the dates of the first and last document of the run; a run ends where the source's next
document does not state it. `expand` undoes `compress`.
"""

from __future__ import annotations

import bisect
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from scoreboard.tables import Fact, Price, Relation, Row, Snapshot, source_of

RunRow = Price | Fact | Relation
Series = tuple[str, str]  # source, address without query
_APART = {"snapshot_id", "locator", "raw", "first_seen", "last_seen"}


def series_of(snapshot: Snapshot) -> Series:
    """The line of documents to which a snapshot belongs."""
    return snapshot.source, snapshot.address.partition("?")[0]


def series_dates(snapshots: Iterable[Snapshot]) -> dict[Series, list[dt.date]]:
    """The published dates of every line of documents, in order."""
    dates: dict[Series, set[dt.date]] = defaultdict(set)
    for snapshot in snapshots:
        dates[series_of(snapshot)].add(snapshot.published)
    return {series: sorted(found) for series, found in dates.items()}


def compress(rows: Iterable[RunRow], snapshots: Mapping[str, Snapshot]) -> list[RunRow]:
    """Observations (rows of single documents) to runs."""
    dates = series_dates(snapshots.values())
    groups: dict[tuple[Any, ...], dict[dt.date, RunRow]] = defaultdict(dict)
    for row in rows:
        snapshot = snapshots[row.snapshot_id]
        on = row.first_seen or snapshot.published
        key = (series_of(snapshot), row.table, *(getattr(row, k) for k in row.key))
        other = groups[key].get(on)
        if other is None or _rank(other, snapshots) < _rank(row, snapshots):
            groups[key][on] = row
    result: list[RunRow] = []
    for key, seen in groups.items():
        result.extend(_runs(dates[key[0]], seen))
    return sorted(result, key=_order)


def _rank(row: RunRow, snapshots: Mapping[str, Snapshot]) -> tuple[Any, ...]:
    """Of two documents of one day the one fetched later counts."""
    return snapshots[row.snapshot_id].retrieved, row.snapshot_id, row.locator


def _order(row: RunRow) -> tuple[Any, ...]:
    key = tuple(str(getattr(row, k) or "") for k in row.key)
    source = source_of(row.snapshot_id)
    return source, *key, row.first_seen, row.locator, row.snapshot_id


def _runs(dates: list[dt.date], seen: Mapping[dt.date, RunRow]) -> Iterable[RunRow]:
    current: RunRow | None = None
    for on in dates:
        row = seen.get(on)
        if current is not None and (row is None or _value(row) != _value(current)):
            yield current
            current = None
        if row is not None:
            current = replace(current or row, last_seen=on)
            if current.first_seen is None:
                current = replace(current, first_seen=on)
    if current is not None:
        yield current


def _value(row: RunRow) -> tuple[Any, ...]:
    return tuple(
        getattr(row, f.name) for f in fields(row) if f.name not in _APART and f.name not in row.key
    )


def expand(runs: Iterable[RunRow], snapshots: Mapping[str, Snapshot]) -> list[RunRow]:
    """Runs back to one observation per document of their line."""
    dates = series_dates(snapshots.values())
    result: list[RunRow] = []
    for run in runs:
        days = dates[series_of(snapshots[run.snapshot_id])]
        assert run.first_seen and run.last_seen
        start = bisect.bisect_left(days, run.first_seen)
        stop = bisect.bisect_right(days, run.last_seen)
        result.extend(replace(run, first_seen=on, last_seen=on) for on in days[start:stop])
    return result


def is_run(row: Row) -> bool:
    """Whether rows of this table are kept as runs."""
    return type(row).run
