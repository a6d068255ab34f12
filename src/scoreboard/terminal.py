"""What the command line shares: options as values, answers on standard output, messages beside.

Heavy imports happen inside, so that help answers at once.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import datetime as dt

    from scoreboard.store import Scope


def _put_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version as installed

        put(installed("open-model-scoreboard"))
        raise typer.Exit


def version(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_put_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Options of the command itself, before any other command."""


def say(message: str) -> None:
    """A message beside the answer: on standard error."""
    sys.stderr.write(message + "\n")


def columns() -> int | None:
    """The width of the terminal; None in a pipe, where a table is always a table."""
    return max(shutil.get_terminal_size().columns, 30) if sys.stdout.isatty() else None


def put(text: str, format_: str = "table") -> None:
    """The answer: on standard output; long lines of text are folded on a terminal."""
    width = columns()
    if format_ == "table" and width is not None:
        from scoreboard.render import folded

        text = folded(text, width)
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def progress(message: str) -> None:
    """What is being done, on a terminal; nothing in a pipe."""
    if sys.stderr.isatty():
        room = shutil.get_terminal_size().columns - 2
        sys.stderr.write(f"\r\033[K{message[:room]}")
        sys.stderr.flush()


def done() -> None:
    """Clear the progress line."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
        sys.stderr.flush()


def prepare() -> None:
    """Build the tables where they are missing, with progress on a terminal."""
    if sys.stderr.isatty():
        from scoreboard import api

        api.tables(progress=progress)
        done()


def pairs(values: list[str] | None, as_of: str | None = None) -> dict[str, str]:
    """`name=value` options as a mapping."""
    from scoreboard.errors import UsageError

    found: dict[str, str] = {}
    for value in values or []:
        name, equals, text = value.partition("=")
        if not equals or not name:
            raise UsageError(
                f"not a parameter: {value}", valid=["name=value"], repair="scoreboard show"
            )
        if found.setdefault(name, text) != text:
            raise UsageError(f"{name} is given twice: {found[name]} and {text}")
    if as_of is not None and found.setdefault("as_of", as_of) != as_of:
        raise UsageError(f"as_of is given twice: {found['as_of']} and {as_of}")
    return found


def day(text: str | None, what: str) -> dt.date | None:
    """A date option."""
    return None if text is None else needed(text, what)


def needed(text: str, what: str) -> dt.date:
    """A date, or a UsageError that says which one is none."""
    from scoreboard.metrics.base import day_of

    return day_of(what, text)


def scope_of(vintage: str | None, exclude: list[str] | None, assume: Path | None) -> Scope:
    """The rows that count."""
    from scoreboard.errors import UsageError
    from scoreboard.sources import get_source
    from scoreboard.store import Scope

    left_out = []
    for item in exclude or []:
        name, _, value = item.partition("=")
        if name != "source" or not value:
            raise UsageError(
                f"cannot exclude {item}", valid=["source=ID"], repair="scoreboard sources"
            )
        left_out.append(get_source(value).id)
    if assume is not None:
        check_assumptions(assume)
    return Scope(day(vintage, "--vintage"), tuple(sorted(set(left_out))), assume)


ASSUMPTIONS = """assume:
- model: kimi-k3
  attribute: weights
  value: false"""


def check_assumptions(path: Path) -> None:
    """That a file of assumptions can be read and names models and attributes that there are."""
    from scoreboard import api
    from scoreboard.errors import ScoreboardError, UsageError

    if not path.is_file():
        raise UsageError(
            f"there is no such file: {path}", repair=f"write one, such as\n{ASSUMPTIONS}"
        )
    try:
        api.check_assumptions(path)
    except ScoreboardError as error:
        raise UsageError(
            f"the assumptions cannot be used: {error.what}",
            where=str(path),
            valid=error.valid,
            repair=f"write it as\n{ASSUMPTIONS}",
        ) from error


def checked_format(name: str, valid: tuple[str, ...]) -> str:
    """An output format, or an error that lists them."""
    from scoreboard.errors import UsageError

    if name not in valid:
        raise UsageError(f"unknown format: {name}", valid=valid)
    return name


def checked_words(words: list[str]) -> None:
    """Refuse a word of the command line whose bytes are not UTF-8: nothing can be named so."""
    from scoreboard.errors import UsageError

    for word in words:
        shown = word.encode("utf-8", "replace").decode()
        if shown != word:
            raise UsageError(f"not UTF-8 text: {shown}")


def shortened(text: str, most: int = 70) -> str:
    """A text of at most so many characters, with dots where it was cut."""
    return text if len(text) <= most else text[: most - 3].rstrip() + "..."


def put_some(header: tuple[str, ...], found: list[dict[str, Any]], limit: int) -> None:
    """The first rows of a list as a table; how many more there are is said beside it."""
    from scoreboard.render import grid
    from scoreboard.show_text import cell

    shown = found[:limit] if limit else found
    put(grid(header, [[cell(r[h]) for h in header] for r in shown], columns()))
    if len(shown) < len(found):
        say(f"{len(found) - len(shown)} more: --limit 0")


def write(answer: str | bytes, format_: str, out: Path | None) -> None:
    """The answer into a file, or on standard output."""
    from scoreboard.config import no_place

    if out is None:
        if isinstance(answer, bytes):
            sys.stdout.buffer.write(answer)
        else:
            put(answer, format_)
        return
    try:
        out.write_bytes(answer if isinstance(answer, bytes) else answer.encode())
    except OSError as error:
        raise no_place(out, error) from error
    say(f"written: {out}")


LONGEST = 200  # characters of one word in an error


def fault(message: str) -> str:
    """An error as it is shown: clean, with endless words cut short."""
    from scoreboard.render import clean

    lines = []
    for whole in f"scoreboard: {message}".split("\n"):
        words = (w if len(w) <= LONGEST else f"{w[:60]}..." for w in clean(whole).split(" "))
        lines.append(" ".join(words))
    return "\n".join(lines)


def misused(error: Any) -> str:
    """A fault of the command line itself (no such option, an argument missing), in our style."""
    from scoreboard.errors import UsageError

    context: Any = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        return str(error.format_message())
    command = context.command_path if context else "scoreboard"
    asked = hasattr(error, "option_name")
    commands = getattr(context.command, "commands", {}) if context and not asked else {}
    shown = UsageError(
        str(error.format_message()).rstrip("."),
        valid=[name for name, c in commands.items() if not c.hidden],
        repair=f"{command} --help",
    )
    return fault(str(shown))
