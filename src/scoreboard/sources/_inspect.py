"""Evaluation logs of Inspect, version 2: the header, which has the results.

A `.json` log is one document, header and samples. A `.eval` log is a zip whose `header.json` is
the header; its members are packed with Zstandard since 2025.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scoreboard.errors import DataError
from scoreboard.sources._common import whole_number
from scoreboard.sources._own import Choices, Node, Stated, day_of, score
from scoreboard.tables import Row

VERSION = "2"
LIBRARY = "inspect_ai"
ACCURACY = "accuracy"
MEANS = ("", "mean")  # reducers of repeats that leave an accuracy an accuracy
PLAIN_STEPS = ("generate",)  # solvers that put nothing around a model


@dataclass(frozen=True, slots=True)
class Measured:
    """One metric of one scorer."""

    score: Node
    metric: Node
    name: str

    @property
    def scorer(self) -> str:
        """The scorer, with the reducer of repeats unless that is the mean."""
        name = self.score.get("name").text or self.score.get("scorer").text
        reducer = self.score.get("reducer").text
        return f"{name}:{reducer}" if reducer not in MEANS else name

    @property
    def label(self) -> str:
        """How the user names it."""
        return f"{self.scorer}/{self.name}"


def run_id(log: Node) -> str:
    """What names the run: the same for every copy of its log."""
    parts = [log.get("eval", k).text for k in ("eval_id", "run_id", "task_id", "created")]
    return parts[0] or "-".join(p for p in parts[1:] if p)


def read(log: Node, choices: Choices) -> Iterator[Row]:
    """The score of a log, or why it has none."""
    version = log.need("version")
    if version.raw != VERSION:
        raise DataError(
            f"version {version.raw} of the log is not known", where=log.where, valid=[VERSION],
            repair="inspect log convert, with the present version of Inspect",
        )  # fmt: skip
    status = log.need_text("status")
    if status != "success":
        why = log.get("error", "message").text.partition("\n")[0][:120]
        yield log.get("status").unread(
            f"the run has the status {status}" + (f": {why}" * bool(why))
        )
        return
    if log.get("invalidated").value is True:
        yield log.get("invalidated").unread("samples of the run were invalidated")
        return
    found = [
        Measured(s, m, name)
        for s in log.need("results").get("scores").items
        for name, m in ((k, s.get("metrics", k)) for k in s.get("metrics").value or ())
    ]
    if not found:
        yield log.get("status").unread("the run has no results")
        return
    yield from _chosen(log, found, choices)


def _chosen(log: Node, found: list[Measured], choices: Choices) -> Iterator[Row]:
    """The metric that is the score: the one named, else the only accuracy."""
    labels = sorted({m.label for m in found})
    if choices.metric:
        fitting = [m for m in found if choices.metric in (m.name, m.label)]
        if not fitting:
            raise DataError(f"no metric {choices.metric}", where=log.where, valid=labels)
    else:
        fitting = _declared(log, found) or [
            m for m in found if m.name == ACCURACY and ":" not in m.scorer
        ]
    if len(fitting) == 1:
        yield from _score(log, fitting[0], choices)
        yield from _missing(log, fitting[0])
        return
    why = "no accuracy" if not fitting else "several accuracies"
    names = ", ".join(labels if not fitting else [m.label for m in fitting])
    for m in fitting or found[:1]:
        yield m.metric.get("value").unread(f"{why} among {names}: name one with --metric")


def _declared(log: Node, found: list[Measured]) -> list[Measured]:
    """The metric that the task declares to be its headline, where it is an accuracy."""
    said = log.get("eval", "headline_metric")
    wanted = {k: said.get(k).text for k in ("score", "scorer", "metric")}
    if wanted["metric"] != ACCURACY:
        return []
    return [
        m
        for m in found
        if m.name == ACCURACY
        and m.score.get("reducer").text == said.get("reducer").text
        and wanted["score"] in ("", m.score.get("name").text)
        and wanted["scorer"] in ("", m.score.get("scorer").text)
    ]


def _score(log: Node, m: Measured, choices: Choices) -> Iterator[Row]:
    if m.name != ACCURACY and choices.full is None:
        reason = f"what a perfect {m.name} is does not stand in a log: say it with --full-score"
        yield m.metric.get("value").unread(reason)
        return
    spec = log.need("eval")
    effort = spec.get("model_generate_config", "reasoning_effort").text
    stated = Stated(
        value=m.metric.get("value"),
        stderr=m.score.get("metrics", "stderr", "value"),
        model=spec.need_text("model"),
        benchmark=spec.need_text("task").rpartition("/")[2],
        full=choices.full or 1.0,
        items=_items(log, m),
        harness=LIBRARY + (f":{m.scorer.partition(':')[2]}" if ":" in m.scorer else ""),
        scaffold=_scaffold(log),
        evaluated=day_of(spec.get("created").text),
    )
    yield from score(stated, choices, effort)


def _items(log: Node, m: Measured) -> int | None:
    """Questions scored: repeats of a question add none."""
    scored = whole_number(m.score.get("scored_samples").text)
    if scored is not None:
        return scored or None
    total = whole_number(log.get("results", "completed_samples").text)
    repeats = whole_number(log.get("eval", "config", "epochs").text) or 1
    return (total // repeats or None) if total is not None else None


def _scaffold(log: Node) -> str:
    """The solver named for the run, else the steps around the plain call of the model."""
    named = log.get("eval", "solver").text
    steps = [s.get("solver").text for s in log.get("plan", "steps").items]
    return named or " + ".join(s for s in steps if s and s not in PLAIN_STEPS)


def _missing(log: Node, m: Measured) -> Iterator[Row]:
    """Samples that are not in the score."""
    total = whole_number(log.get("results", "total_samples").text) or 0
    done = log.get("results", "completed_samples")
    failed = total - (whole_number(done.text) or 0)
    if failed > 0:
        yield done.unread(f"{failed} of {total} samples failed and are not in the score")
    rest = m.score.get("unscored_samples")
    if whole_number(rest.text):
        yield rest.unread(f"{rest.raw} samples were not scored and are not in the score")
