"""Errors that a user sees: what, where, the valid values, and the command that repairs it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

BREAK = re.compile(r"\s*[\r\n]+\s*")
LISTED = 12  # valid values that an error lists


def near(text: str, known: Iterable[str], most: int, cutoff: float) -> str:
    """`; near: a, b` for the known names most like a text, or nothing: the end of a message."""
    found = difflib.get_close_matches(text, known, most, cutoff)
    return f"; near: {', '.join(found)}" if found else ""


class ScoreboardError(Exception):
    """Base of every error that is shown without a traceback."""

    exit_code = 1

    def __init__(
        self, what: str, *, where: str = "", valid: Iterable[str] = (), repair: str = ""
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.valid = list(valid)
        self.repair = repair

    def __str__(self) -> str:
        lines = [self.what]
        if self.where:
            lines.append(f"  where: {self.where}")
        if self.valid:
            shown = ", ".join(self.valid[:LISTED])
            more = f" and {len(self.valid) - LISTED} more" if len(self.valid) > LISTED else ""
            lines.append(f"  valid: {shown}{more}")
        if self.repair:
            lines.append(f"  try: {self.repair}")
        return "\n".join(lines)


class UsageError(ScoreboardError):
    """The question was not understood (exit code 2)."""

    exit_code = 2

    def __init__(
        self, what: str, *, where: str = "", valid: Iterable[str] = (), repair: str = ""
    ) -> None:
        one_line = BREAK.sub(" ", what)  # what was asked may hold line breaks
        super().__init__(one_line, where=where, valid=valid, repair=BREAK.sub(" ", repair))


class DataError(ScoreboardError):
    """The data cannot be read or written (exit code 3)."""

    exit_code = 3
