"""The processes of a build: one per core, each with the tables open, or none beside this one."""

from __future__ import annotations

import atexit
import datetime as dt
import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from types import TracebackType
from typing import TypeVar

from scoreboard.metrics import all_metrics
from scoreboard.site.answers import Answer, Desk, Wanted, things_of
from scoreboard.site.jobs import open_desk
from scoreboard.store import Scope, Tables, open_tables

CHUNK = 12  # figures that a process takes at once
Progress = Callable[[str], None]
T = TypeVar("T")


class Crew:
    """Processes that compute, draw and render. With one job everything is done in this process."""

    def __init__(self, tables: Tables, day: dt.date | None, jobs: int) -> None:
        self.jobs, self.pool = jobs, None
        if jobs > 1:
            self.pool = ProcessPoolExecutor(
                jobs,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_start,
                initargs=(tables.scope, day),
            )
            for _ in range(jobs):  # they start while this process opens the tables too
                self.pool.submit(_started)
        self.desk = open_desk(tables, day)

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if self.pool:
            self.pool.shutdown(cancel_futures=kind is not None)

    def later(self, job: Callable[[Desk], T]) -> Callable[[], T]:
        """Begin a job; the function that is returned waits for its result."""
        if self.pool is None:
            return lambda: job(self.desk)
        return self.pool.submit(_run, job).result

    def answers(self, asked: Sequence[Wanted], progress: Progress) -> list[Answer]:
        """All figures that have an answer, in the order asked for."""
        if self.pool is None:
            found = []
            for i, one in enumerate(asked, 1):
                progress(f"figure {i} of {len(asked)}: {one.figure.id}")
                found.append(self.desk.answer(one))
            return [a for a in found if a]
        chunks = [asked[i : i + CHUNK] for i in range(0, len(asked), CHUNK)]
        futures = {self.pool.submit(_work, chunk): i for i, chunk in enumerate(chunks)}
        done: dict[int, list[Answer]] = {}
        for future in as_completed(futures):
            done[futures[future]] = future.result()
            progress(f"figures: {min(len(done) * CHUNK, len(asked))} of {len(asked)}")
        return [a for i in range(len(chunks)) for a in done[i]]


_DESK: list[Desk] = []  # of this process


def _start(scope: Scope, day: dt.date | None) -> None:
    """In a new process: open the tables once, and read what the figures of all things share."""
    desk = open_desk(open_tables(scope), day)
    desk.tables.connection.execute("SET threads = 1")  # a process for each core
    for metric in all_metrics().values():
        for kind in metric.things:
            things_of(desk.tables, metric, kind, day)
    _DESK.append(desk)
    atexit.register(os._exit, 0)  # at once: to free all that was read takes a second


def _started() -> None:
    """Nothing: a process that can do this has started."""


def _work(chunk: Sequence[Wanted]) -> list[Answer]:
    return [found for one in chunk if (found := _DESK[0].answer(one))]


def _run(job: Callable[[Desk], T]) -> T:
    return job(_DESK[0])
