"""The processes of a build: one per core, this one among them, each with the tables open."""

from __future__ import annotations

import atexit
import datetime as dt
import gc
import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Generic, TypeVar

from scoreboard.site.answers import Answer, Desk, Wanted
from scoreboard.site.jobs import open_desk
from scoreboard.store import Scope, Tables, open_tables

CHUNK = 12  # figures that a process takes at once
Progress = Callable[[str], None]
T = TypeVar("T")


@dataclass(frozen=True)
class Later(Generic[T]):
    """A job that any process may do; `future` is its place in the queue of the other ones."""

    job: Callable[[Desk], T]
    future: Future[T] | None


class Crew:
    """This process and others, which compute, draw and render together.

    The others take jobs from the front of the queue, this one from its end what none has begun: so
    each reads its own part of the tables.
    """

    def __init__(self, tables: Tables, day: dt.date | None, jobs: int) -> None:
        self.jobs, self.pool = jobs, None
        if jobs > 1:
            self.pool = ProcessPoolExecutor(
                jobs - 1,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_start,
                initargs=(tables.scope, day),
            )
            for _ in range(jobs - 1):  # they start while this process opens the tables too
                self.pool.submit(_started)
        self.desk = open_desk(tables, day)
        self.collected = gc.get_threshold()
        _collect_seldom()

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        gc.unfreeze()
        gc.set_threshold(*self.collected)
        if self.pool:
            self.pool.shutdown(cancel_futures=kind is not None)

    def later(self, job: Callable[[Desk], T]) -> Later[T]:
        """Queue a job."""
        return Later(job, self.pool.submit(_run, job) if self.pool else None)

    def done(self, queued: Sequence[Later[T]], progress: Progress) -> list[T]:
        """The results of queued jobs, in their order."""
        own: dict[int, T] = {}
        for i in reversed(range(len(queued))):
            one = queued[i]
            if one.future is None or one.future.cancel():
                others = sum(x.future is not None and x.future.done() for x in queued[:i])
                progress(f"{len(own) + others + 1} of {len(queued)}")
                own[i] = one.job(self.desk)
        found = []
        for i, one in enumerate(queued):
            found.append(one.future.result() if i not in own and one.future else own[i])
        return found

    def answers(self, asked: Sequence[Wanted], progress: Progress) -> list[Answer]:
        """All figures that have an answer, in the order asked for."""
        order = sorted(range(len(asked)), key=lambda i: asked[i].figure.metric)
        parts = [order[i : i + CHUNK] for i in range(0, len(order), CHUNK)]
        queued = [self.later(partial(_answers, [asked[i] for i in part])) for part in parts]
        made = self.done(queued, lambda how_far: progress(f"figures: part {how_far}"))
        by_place = {i: a for part, found in zip(parts, made, strict=True)
                    for i, a in zip(part, found, strict=True)}  # fmt: skip
        return [a for i in range(len(asked)) if (a := by_place[i])]


_DESK: list[Desk] = []  # of this process


def _start(scope: Scope, day: dt.date | None) -> None:
    """In a new process: open the tables once."""
    desk = open_desk(open_tables(scope), day)
    desk.tables.connection.execute("SET threads = 1")  # a process for each core
    _DESK.append(desk)
    _collect_seldom()
    atexit.register(os._exit, 0)  # at once: to free all that was read takes a second


def _collect_seldom() -> None:
    """What was read stays to the end: the collector of garbage need not look at it again."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _started() -> None:
    """Nothing: a process that can do this has started."""


def _answers(asked: Sequence[Wanted], desk: Desk) -> list[Answer | None]:
    return [desk.answer(one) for one in asked]


def _run(job: Callable[[Desk], T]) -> T:
    return job(_DESK[0])
