"""Scores of your own: add the documents of evaluation runs, say what they mean, remove them."""

from __future__ import annotations

import datetime as dt
import hashlib
import shlex
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from scoreboard.errors import DataError, UsageError, near
from scoreboard.snapshots import SnapshotStore, snapshot_id
from scoreboard.sources import Document, get_source
from scoreboard.sources._own import Choices
from scoreboard.sources.base import EARLIEST, LATEST, float_of
from scoreboard.sources.own import SCHEME, OwnScores
from scoreboard.store import Tables, open_tables
from scoreboard.sync import BODY_LIMIT
from scoreboard.tables import PLACE, Score, Snapshot, Unread

Progress = Callable[[str], None]
RUNNERS = ("developer", "independent")
REASONS = 6  # shown of a document that has no score
# What was read from documents, and what became of it.
READ = f"""
SELECT s.snapshot_id, {PLACE} AS place, s.source_name, s.benchmark AS stated, s.harness, s.scaffold,
  s.items, s.locator, r.benchmark, r.model, r.variant, r.value, r.stderr, r.released
FROM scores s JOIN snapshots d ON d.id = s.snapshot_id
LEFT JOIN results r ON r.snapshot_id = s.snapshot_id AND r.locator = s.locator
WHERE s.snapshot_id IN (SELECT unnest(?)) ORDER BY s.snapshot_id, s.locator
"""


def source() -> OwnScores:
    """The source of own scores."""
    found = get_source("own")
    assert isinstance(found, OwnScores)
    return found


def own_documents(store: SnapshotStore | None = None) -> list[Snapshot]:
    """The documents that were added, oldest first."""
    return [s for s in (store or SnapshotStore()).held() if s.source == source().id]


def add(
    paths: Sequence[Path], choices: Choices | None = None, progress: Progress = lambda _: None
) -> list[dict[str, Any]]:
    """Keep the documents and say what became of each score: `problem` and `repair` where none can
    be used. A document without any score is refused: DataError.
    """
    said = _checked(choices or Choices())
    today = dt.datetime.now(dt.UTC).date()
    read = [_whole(path, said, today) for path in paths]
    made = [d for d, _ in read]
    unread = {d.snapshot.id: rows for d, rows in read}
    store = SnapshotStore()
    for document in made:
        _keep(store, document)
    opened = open_tables(progress=progress)
    files = {d.snapshot.id: str(path) for path, d in zip(paths, made, strict=True)}
    found = [_told(r, files[r["snapshot_id"]]) for r in opened.rows(READ, [list(files)])]
    return found + [
        {"file": files[i], "snapshot": i, "problem": f"not used: {x.reason}", "locator": x.locator,
         "raw": x.raw}
        for i, rows in unread.items() for x in rows
    ]  # fmt: skip


def remove(names: Iterable[str]) -> list[Snapshot]:
    """Forget documents by run or snapshot id; `all` for every one."""
    store, removed = SnapshotStore(), []
    held = own_documents(store)
    if not held:
        raise UsageError("there are no scores of your own", repair="scoreboard add FILE")
    for name in names:
        mine = [s for s in held if name in ("all", s.id, run_of(s))]
        if not mine:
            raise UsageError(
                f"nothing of your own is called {name}{near(name, map(run_of, held), 4, 0.4)}",
                valid=["all", *(run_of(s) for s in held)], repair="scoreboard remove",
            )  # fmt: skip
        for snapshot in mine:
            store.remove(snapshot)
            removed.append(snapshot)
    return removed


def run_of(snapshot: Snapshot) -> str:
    """The run of a document, as its address names it."""
    return snapshot.address.partition("?")[0].removeprefix(f"{SCHEME}:")


def _checked(choices: Choices) -> Choices:
    """Choices whose models and benchmarks there are, by their ids."""
    if choices.runner and choices.runner not in RUNNERS:
        raise UsageError(f"not a runner: {choices.runner}", valid=RUNNERS)
    full = float_of(choices.full_score) if choices.full_score else 1.0
    if full is None or full <= 0:
        raise UsageError(f"a perfect score is a number above 0: {choices.full_score}")
    if not choices.model and not choices.benchmarks:
        return choices
    opened = open_tables()
    named = [b.rpartition("=") for b in choices.benchmarks]
    ids = [f"{name}{equals}{_benchmark(opened, b)}" for name, equals, b in named]
    model = _model(opened, choices.model) if choices.model else ""
    return Choices(choices.harness, model, tuple(ids), choices.metric, choices.full_score,
                   choices.runner)  # fmt: skip


def _model(opened: Tables, name: str) -> str:
    from scoreboard.metrics._groups import canonical_model, model_domain

    found = canonical_model(opened, name)
    if found is None:
        known = model_domain(opened, {})
        raise UsageError(
            f"unknown model: {name}{near(name, known, 6, 0.5)}",
            repair=f"scoreboard find {shlex.quote(name)}; a new one goes to data/models",
        )
    return found


def _benchmark(opened: Tables, name: str) -> str:
    sql = "SELECT DISTINCT benchmark FROM benchmark_names WHERE name = ? OR benchmark = ?"
    found = opened.column(sql, [name.lower(), name.lower()])
    if len(found) != 1:
        known = opened.column("SELECT benchmark FROM benchmarks ORDER BY 1")
        raise UsageError(
            f"unknown benchmark: {name}{near(name, known, 6, 0.5)}", valid=known,
            repair=f"scoreboard find {shlex.quote(name)}; a new one goes to data/benchmarks.yml",
        )  # fmt: skip
    return str(found[0])


def _whole(path: Path, choices: Choices, today: dt.date) -> tuple[Document, list[Unread]]:
    """The document of a file, and what of it cannot be used. Nothing is fetched again."""
    try:
        document = _document(path, choices, today)
        return document, _read(path, document)
    except DataError as error:
        again = error.repair.startswith("scoreboard sync")
        raise DataError(
            error.what, where=str(path), valid=error.valid,
            repair="scoreboard add, with the whole file of the run" if again else error.repair,
        ) from error  # fmt: skip


def _document(path: Path, choices: Choices, today: dt.date) -> Document:
    """The document of a file, under the address that says what the user says of it."""
    try:
        if path.stat().st_size > BODY_LIMIT:
            raise UsageError(f"the file is larger than {BODY_LIMIT} bytes", where=str(path))
        body = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path),
                         repair="scoreboard add FILE, a file that there is") from error  # fmt: skip
    own = source()
    run, published = own.run(body, str(path)), own.published(body, today)
    if not EARLIEST < published < LATEST:
        raise DataError(f"not a day on which it can have run: {published}", where=str(path))
    sha256 = hashlib.sha256(body).hexdigest()
    query = urlencode(choices.pairs())
    address = f"{SCHEME}:{quote(run, safe='/:@ ')}" + (f"?{query}" if query else "")
    snapshot = Snapshot(
        id=snapshot_id(own.id, published, sha256), source=own.id, address=address,
        published=published, retrieved=today, sha256=sha256, size=len(body),
    )  # fmt: skip
    return Document(snapshot, body)


def _read(path: Path, document: Document) -> list[Unread]:
    """What could not be used; a document without any score is an error."""
    rows = list(source().rows(document))
    unread = [r for r in rows if isinstance(r, Unread)]
    if not any(isinstance(r, Score) for r in rows):
        reasons = list(dict.fromkeys(f"\n  {r.locator}: {r.reason}" for r in unread))
        raise DataError(
            f"no score of the document can be used; it was not added{''.join(reasons[:REASONS])}",
            where=str(path), repair="scoreboard add --help",
        )  # fmt: skip
    return unread


def _keep(store: SnapshotStore, document: Document) -> None:
    """Keep a document; what was added of the same run before is forgotten."""
    mine = document.snapshot
    for other in own_documents(store):
        if run_of(other) == run_of(mine) or other.id == mine.id:
            store.remove(other)
    store.keep(mine.source, mine.address, mine.published, document.body, retrieved=mine.retrieved)


def _told(row: dict[str, Any], file: str) -> dict[str, Any]:
    """What became of a score, and what repairs it."""
    again = f"scoreboard add {shlex.quote(file)}"
    problem = repair = ""
    if row["benchmark"] is None:
        problem = f"the benchmark is not known: {row['stated']}"
        repair = f"{again} --benchmark {shlex.quote(row['stated'] + '=ID')}; ids: scoreboard find "
        repair += shlex.quote(row["stated"].replace("_", " ").split(" ")[0])
    elif not row["model"]:
        problem = f"the model is not known: {row['source_name']}"
        repair = f"{again} --model ID; ids: scoreboard find "
        repair += shlex.quote(row["source_name"].rpartition("/")[2])
    elif row["released"] is None:
        problem = f"the release date of {row['model']} is not known: no figure counts it"
        repair = "add its release to data/models"
    return {"file": file, **row, "problem": problem, "repair": repair}
