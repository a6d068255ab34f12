"""Scores of your own: evaluation logs of Inspect and documents of Every Eval Ever.

They come from `scoreboard add`, never from the web, and leave this machine in no bundle. What the
user says of a document (harness, model, benchmark, metric) is the query of its address.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from scoreboard.documents import Object, is_zip, member, member_names, parse_json
from scoreboard.errors import DataError
from scoreboard.sources import _every_eval, _inspect
from scoreboard.sources._own import Choices, Node, day_of
from scoreboard.sources.base import Document, Source, overruled
from scoreboard.tables import Row

SCHEME = "own"
HEADER = "header.json"
SHAPES = ("an Inspect log (.json or .eval)", "an Every Eval Ever document (.json)")


class SamplesError(DataError):
    """A document of samples, not of a run."""


class OwnScores(Source):
    id = "own"
    title = "Scores of your own"
    producer = "you"
    home = "https://inspect.aisi.org.uk/eval-logs.html"
    addresses = (f"{SCHEME}:",)
    licence = "LicenseRef-own"
    licence_note = "Yours: they are in no bundle, and in a site only if you ask for it."
    cite = "own evaluation"
    republish = False
    tables = ("scores",)
    efforts = True
    aside = "your own: scoreboard add FILE"

    def matches(self, address: str) -> bool:
        return urlsplit(address).scheme == SCHEME

    def read(self, document: Document) -> Iterator[Row]:
        found, choices = opened(document.body, document.where), Choices.of(document)
        if is_every_eval(found):
            yield from overruled(found.value)
            yield from _every_eval.read(found, choices)
        else:
            yield from _inspect.read(found, choices)

    def published(self, document_body: bytes, fetched: dt.date) -> dt.date:
        """The day of the run, else the day on which it was recorded or added."""
        found = opened(document_body, "the document")
        said = (
            [found.get("evaluation_timestamp"), found.get("retrieved_timestamp")]
            if is_every_eval(found)
            else [found.get("eval", "created")]
        )
        return next((d for n in said if n.text and (d := day_of(n.text))), fetched)

    def run(self, body: bytes, where: str) -> str:
        """What names the run of a document."""
        found = opened(body, where)
        if is_every_eval(found):
            return found.need_text("evaluation_id")
        return _inspect.run_id(found)


def is_every_eval(found: Node) -> bool:
    """Whether it is a document of Every Eval Ever; else it is a log of Inspect."""
    return "schema_version" in found.value


def opened(body: bytes, where: str) -> Node:
    """The JSON that has the results."""
    if is_zip(body):
        if HEADER not in member_names(body, where):
            raise DataError(
                f"the archive has no {HEADER}: the run has not ended, or it is no Inspect log",
                where=where, valid=SHAPES,
            )  # fmt: skip
        return _known(parse_json(member(body, HEADER, where), where), f"{HEADER}!", where)
    try:
        return _known(parse_json(body, where), "", where)
    except DataError as error:
        first, _, rest = body.partition(b"\n")
        if rest.strip() and not isinstance(error, SamplesError):  # a line for each sample?
            _refuse_samples(_parsed(first), where)
        raise


def _known(value: Any, at: str, where: str) -> Node:
    _refuse_samples(value, where)
    if isinstance(value, Object) and (
        "schema_version" in value or {"status", "eval"} <= set(value)
    ):
        return Node(value, at, where)
    raise DataError("not results that can be read", where=where, valid=SHAPES)


def _parsed(line: bytes) -> Any:
    """A line as JSON, or nothing."""
    try:
        return parse_json(line, "")
    except DataError:
        return None


def _refuse_samples(value: Any, where: str) -> None:
    """Results of single samples have no score of the run."""
    if isinstance(value, Object) and {"evaluation_name", "sample_id"} <= set(value):
        raise SamplesError(
            "these are results of single samples, without the score of the run", where=where,
            repair=f"add the document of the run {value.get('evaluation_id', '')}".strip(),
        )  # fmt: skip
