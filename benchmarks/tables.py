"""From recorded documents and from the bundle to tables, figures and board."""

from __future__ import annotations

import resource
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.measure import SCOREBOARD, Result, command, seconds

DOCUMENTS = "all recorded documents to tables"
MEGABYTE = 1024  # ru_maxrss is in kilobytes


def measure(home: Path) -> Iterator[Result]:
    """The board from a fresh home, three times, and the memory that it takes."""
    repeats = 3

    def board() -> None:
        with tempfile.TemporaryDirectory() as fresh:
            command(SCOREBOARD, "build", home=Path(fresh))

    taken = seconds(board, repeats)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / MEGABYTE
    yield Result(f"bundle to tables, figures, board (median of {repeats})", taken, 10)
    yield Result("peak memory of a build", peak, 1000, "MB")
    command(SCOREBOARD, "build", home=home)
    yield Result(
        "board from built tables", seconds(lambda: command(SCOREBOARD, "build", home=home)), 10
    )


def measure_documents(mirror: str) -> Iterator[Result]:
    """`sync` from the mirror, then every document read again and joined, as `bundle` does."""
    if not mirror:
        yield Result(DOCUMENTS, None, 60, note="needs MIRROR")
        return
    with tempfile.TemporaryDirectory() as fresh:
        folder = Path(fresh)
        taken = seconds(lambda: from_documents(mirror, folder))
    yield Result(DOCUMENTS, taken, 60)


def from_documents(mirror: str, folder: Path, wanted: Sequence[str] = ()) -> None:
    """Sync some sources or all from a mirror, and join what their documents say."""
    from scoreboard.bundle import write_bundle
    from scoreboard.curation import load_curated
    from scoreboard.derive import derive
    from scoreboard.engine import connect
    from scoreboard.identify import identify
    from scoreboard.index_build import write_draws
    from scoreboard.load import compressed, load_tables, read_snapshots
    from scoreboard.observe import observe
    from scoreboard.reference import write_reference
    from scoreboard.snapshots import SnapshotStore
    from scoreboard.sync import sync

    store = SnapshotStore(folder / "snapshots")
    sync(wanted, mirror=mirror, store=store)
    loaded = read_snapshots(store, store.held())
    write_bundle(folder / "bundle", loaded.snapshots.values(), compressed(loaded))
    if not wanted:
        write_draws(folder / "bundle", load_curated())
    connection, curated = connect(folder / "tables.duckdb"), load_curated()
    load_tables(connection, None, folder / "bundle")
    derive(connection, curated, identify(connection, curated))
    write_reference(connection, curated)
    observe(connection, curated)
    connection.close()
