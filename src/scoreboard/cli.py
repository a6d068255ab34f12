"""The command line. Thin: it reads options, calls `api`, prints. Heavy imports happen inside."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    add_completion=True,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Figures about open-weight AI models, each traceable to dated rows.",
)

Param = Annotated[
    list[str] | None, typer.Option("-p", "--param", help="A parameter: name=value; repeatable.")
]
AsOf = Annotated[str | None, typer.Option("--as-of", help="What was true on this day.")]
Vintage = Annotated[
    str | None, typer.Option("--vintage", help="Only what had been published by this day.")
]
Exclude = Annotated[
    list[str] | None, typer.Option("--exclude", help="Leave a source out: source=ID; repeatable.")
]
Assume = Annotated[
    Path | None, typer.Option("--assume", help="A file of statements to try out (YAML).")
]
Format = Annotated[str, typer.Option("--format", help="table, json, csv, md or parquet.")]


def say(message: str) -> None:
    """A message beside the answer: on standard error."""
    sys.stderr.write(message + "\n")


def put(text: str) -> None:
    """The answer: on standard output."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def progress(message: str) -> None:
    """What is being done, on a terminal; nothing in a pipe."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{message[:78]}")
        sys.stderr.flush()


def done() -> None:
    """Clear the progress line."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
        sys.stderr.flush()


def pairs(values: list[str] | None, as_of: str | None = None) -> dict[str, str]:
    """`name=value` options as a mapping."""
    from scoreboard.errors import UsageError

    found: dict[str, str] = {}
    for value in values or []:
        name, equals, text = value.partition("=")
        if not equals or not name:
            raise UsageError(f"not a parameter: {value}", valid=["name=value"])
        found[name] = text
    if as_of is not None:
        found["as_of"] = as_of
    return found


def day(text: str | None, what: str) -> Any:
    """A date option."""
    import datetime as dt

    from scoreboard.errors import UsageError

    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"{what} is not a date: {text}", valid=["a day such as 2025-01-31"]
        ) from error


def scope_of(vintage: str | None, exclude: list[str] | None, assume: Path | None) -> Any:
    """The rows that count."""
    from scoreboard.errors import UsageError
    from scoreboard.sources import get_source
    from scoreboard.store import Scope

    left_out = []
    for item in exclude or []:
        name, _, value = item.partition("=")
        if name != "source" or not value:
            raise UsageError(f"cannot exclude {item}", valid=["source=ID"])
        left_out.append(get_source(value).id)
    if assume is not None and not assume.is_file():
        raise UsageError(f"there is no such file: {assume}")
    return Scope(day(vintage, "--vintage"), tuple(sorted(left_out)), assume)


def checked_format(name: str, valid: tuple[str, ...]) -> str:
    """An output format, or an error that lists them."""
    from scoreboard.errors import UsageError

    if name not in valid:
        raise UsageError(f"unknown format: {name}", valid=valid)
    return name


@app.command()
def build(
    as_of: AsOf = None,
    vintage: Vintage = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Also write the figures as JSON here.")
    ] = None,
    format_: Format = "table",
) -> None:
    """Build tables and figures from what is on disk, and print the board."""
    from scoreboard import api, board_text
    from scoreboard.snapshots import write_atomic

    checked_format(format_, ("table", "json", "md"))
    head, figures = api.board(
        scope_of(vintage, None, None), day(as_of, "--as-of"), progress=progress
    )
    done()
    if out is not None:
        write_atomic(out / "board.json", board_text.as_json(head, figures).encode())
    for message in board_text.messages(head):
        say(message)
    put(board_text.RENDERERS[format_](head, figures))


@app.command()
def sync(
    source: Annotated[list[str] | None, typer.Argument(help="Sources; all when none.")] = None,
    mirror: Annotated[
        str | None, typer.Option("--mirror", help="A folder or address with recorded sites.")
    ] = None,
) -> None:
    """Fetch sources, live or from a mirror."""
    from collections import Counter

    from scoreboard.sync import sync as run

    outcomes = run(source or (), mirror=mirror, progress=progress)
    done()
    for outcome in outcomes:
        if outcome.state in ("skipped", "failed") or outcome.note:
            put(f"{outcome.source}: {outcome.state} {outcome.address} {outcome.note}".rstrip())
    counts = Counter(o.state for o in outcomes)
    put(", ".join(f"{n} {state}" for state, n in sorted(counts.items())))
    if counts["failed"] and counts["failed"] == len(outcomes):
        raise typer.Exit(3)


@app.command()
def sources(
    name: Annotated[str | None, typer.Argument(help="One source: its unread rows too.")] = None,
    format_: Format = "table",
) -> None:
    """Each source: licence, newest document, rows, unread rows, state."""
    from scoreboard import api
    from scoreboard.render import grid, to_json

    checked_format(format_, ("table", "json"))
    found = api.sources()
    if name:
        lines = api.unread(name)
        found = [{**s, "unread_rows": lines} for s in found if s["source"] == name]
    if format_ == "json":
        put(to_json(found))
        return
    header = ("source", "licence", "newest", "documents", "rows", "unread", "state")
    put(grid(header, [[str(s[h] if s[h] is not None else "-") for h in header] for s in found]))
    for s in found:
        put(f"{s['source']}: {s['licence_note']} Cite: {s['cite']}")
    if name:
        for row in found[0]["unread_rows"]:
            put(f"  {row['snapshot_id']} {row['locator']}: {row['reason']}: {row['raw']}")


@app.command()
def names(
    name: Annotated[str | None, typer.Argument(help="A source's name for a model.")] = None,
    other: Annotated[str | None, typer.Argument(help="Another: are they one?")] = None,
    unresolved: Annotated[
        bool, typer.Option("--unresolved", help="What is not resolved, by weight.")
    ] = False,
    limit: Annotated[int, typer.Option(help="Rows shown; 0 for all.")] = 50,
    format_: Format = "table",
) -> None:
    """Why a name is this model, and whether two names are one."""
    from scoreboard import api
    from scoreboard.render import grid, to_json

    checked_format(format_, ("table", "json"))
    found = api.names(name, other, unresolved=unresolved)
    if format_ == "json":
        put(to_json(found))
        return
    shown = found[:limit] if limit else found
    header = list(shown[0]) if shown else ["source", "name"]
    put(grid(header, [["" if v is None else str(v) for v in r.values()] for r in shown]))
    if len(shown) < len(found):
        say(f"{len(found) - len(shown)} more: --limit 0")
    if name and other:
        put(f"{name} and {other}: {api.same(name, other)}")


@app.command()
def find(
    text: Annotated[str, typer.Argument(help="Part of a name.")],
    format_: Format = "table",
) -> None:
    """Models, families, benchmarks, metrics, figures and more by part of a name."""
    from scoreboard import api
    from scoreboard.render import grid, to_json

    checked_format(format_, ("table", "json"))
    found = api.find(text)
    if format_ == "json":
        put(to_json(found))
        return
    if not found:
        say(f"nothing has {text} in its name; scoreboard names --unresolved lists unknown names")
        raise typer.Exit(1)
    put(grid(("kind", "id", "name"), [[r["kind"], r["id"], r["name"][:70]] for r in found]))


def _card(kind: str, name: str, format_: str) -> None:
    from scoreboard import api, card_text
    from scoreboard.render import to_json

    checked_format(format_, ("table", "json"))
    found = api.card(kind, name)
    put(to_json(found) if format_ == "json" else card_text.text(found))


CardName = Annotated[str, typer.Argument(help="Its id, or any name a source uses.")]


@app.command()
def model(name: CardName, format_: Format = "table") -> None:
    """One model's card: facts, openness through time, names, scores, prices."""
    _card("model", name, format_)


@app.command()
def family(name: CardName, format_: Format = "table") -> None:
    """One family and its models."""
    _card("family", name, format_)


@app.command()
def developer(name: CardName, format_: Format = "table") -> None:
    """One developer and its models."""
    _card("developer", name, format_)


@app.command()
def provider(name: CardName, format_: Format = "table") -> None:
    """One provider: who operates it, and where."""
    _card("provider", name, format_)


@app.command()
def benchmark(name: CardName, format_: Format = "table") -> None:
    """One benchmark: items, scale, chance level, public or private."""
    _card("benchmark", name, format_)


@app.command()
def licence(name: CardName, format_: Format = "table") -> None:
    """One licence: what it permits, and the models under it."""
    _card("licence", name, format_)


@app.command()
def show(
    metric: Annotated[str | None, typer.Argument(help="A metric; none lists them all.")] = None,
    param: Param = None,
    as_of: AsOf = None,
    vintage: Vintage = None,
    exclude: Exclude = None,
    assume: Assume = None,
    series: Annotated[bool, typer.Option("--series", help="Through time.")] = False,
    format_: Format = "table",
    out: Annotated[Path | None, typer.Option("--out", help="File for parquet.")] = None,
) -> None:
    """Estimates of a metric. Without a metric: all metrics, their parameters and domains."""
    from scoreboard import api, show_text

    checked_format(format_, ("table", "json", "csv", "md", "parquet"))
    if metric is None:
        put(show_text.metrics(api.metrics(), format_))
        return
    given = pairs(param, as_of)
    scope = scope_of(vintage, exclude, assume)
    found = api.show(metric, given, series=series, scope=scope, progress=progress)
    original = None
    if exclude or assume:
        original = api.show(metric, given, series=series, progress=progress)
    done()
    put(show_text.estimates(metric, given, found, original, format_, out))


@app.command()
def explain(
    figure: Annotated[str, typer.Argument(help="A figure: gap-gpqa-diamond, gap:benchmark=mmlu")],
    param: Param = None,
    as_of: AsOf = None,
    vintage: Vintage = None,
    rows: Annotated[bool, typer.Option("--rows", help="List every row.")] = False,
    exclude: Exclude = None,
    assume: Assume = None,
    format_: Format = "table",
) -> None:
    """The trail of a figure: definition, rows, documents, what was left out, disagreements."""
    from scoreboard import api, lineage
    from scoreboard.figures import extended
    from scoreboard.render import to_json

    checked_format(format_, ("table", "json"))
    scope = scope_of(vintage, exclude, assume)
    name = extended(figure, pairs(param, as_of))
    trail = api.explain(name, scope=scope, all_rows=rows, progress=progress)
    done()
    put(to_json(trail) if format_ == "json" else lineage.text(trail))


@app.command()
def cite(
    figure: Annotated[str, typer.Argument(help="A figure.")],
    format_: Format = "table",
) -> None:
    """One line and BibTeX for a figure."""
    from scoreboard import api
    from scoreboard.render import to_json

    checked_format(format_, ("table", "json"))
    found = api.cite(figure)
    put(to_json(found) if format_ == "json" else f"{found['line']}\n\n{found['bibtex']}")


@app.command()
def diff(
    first: Annotated[str, typer.Argument(help="A day.")],
    second: Annotated[str, typer.Argument(help="Another day.")],
    vintages: Annotated[
        bool, typer.Option("--vintages", help="As published by these days, not as of them.")
    ] = False,
    format_: Format = "table",
) -> None:
    """What changed on the board between two dates or vintages."""
    from scoreboard import api, board_text

    checked_format(format_, ("table", "json"))
    days = day(first, "the first day"), day(second, "the second day")
    found = api.diff(*days, vintages=vintages)
    put(board_text.changes(found, *days, as_json=format_ == "json"))


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="A SELECT over the tables; try SHOW TABLES.")],
    format_: Format = "table",
) -> None:
    """Read-only SQL over the tables."""
    from scoreboard import api, show_text

    checked_format(format_, ("table", "json", "csv"))
    put(show_text.table(*api.sql(query), format_))


@app.command(hidden=True)
def bundle(
    mirror: Annotated[str, typer.Argument(help="A folder with recorded sites.")],
    folder: Annotated[Path, typer.Argument(help="Where the bundle goes.")],
) -> None:
    """Rebuild the bundle from recorded documents."""
    from scoreboard import api

    counts = api.bundle(mirror, folder, progress=progress)
    done()
    put(", ".join(f"{n} {table}" for table, n in counts.items()))


def main() -> None:
    """Run the command line; errors that a user can act on are shown without a traceback."""
    from scoreboard.errors import ScoreboardError

    try:
        app()
    except ScoreboardError as error:
        done()
        say(f"scoreboard: {error}")
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
