"""The command line. Thin: it reads options, calls `api`, prints. Heavy imports happen inside."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from scoreboard.cli_host import host
from scoreboard.terminal import (
    checked_format,
    checked_words,
    columns,
    day,
    done,
    fault,
    misused,
    needed,
    pairs,
    prepare,
    progress,
    put,
    put_some,
    say,
    scope_of,
    shortened,
    version,
    write,
)  # fmt: skip

app = typer.Typer(
    add_completion=True,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Figures about open-weight AI models, each traceable to dated rows.",
)

app.callback()(version)

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
DataFormat = Annotated[str, typer.Option("--format", help="table or json.")]
Limit = Annotated[int, typer.Option("--limit", min=0, help="Rows shown; 0 for all.")]


@app.command()
def build(
    as_of: AsOf = None,
    vintage: Vintage = None,
    exclude: Exclude = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Write the site into this folder; with --as-of, a release."),
    ] = None,
    url: Annotated[
        str | None, typer.Option("--url", help="Where the site will stand: for feeds and embeds.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="Processes; by default one per core.")
    ] = None,
    own: Annotated[
        bool, typer.Option("--own", help="Leave your own scores in the site; it says so.")
    ] = False,
    format_: Annotated[str, typer.Option("--format", help="table, json or md.")] = "table",
) -> None:
    """Build tables, figures and the site, and print the board."""
    from scoreboard import api, board_text
    from scoreboard.errors import UsageError

    checked_format(format_, ("table", "json", "md"))
    if out is None and (url or jobs or own):
        raise UsageError(
            "--url, --jobs and --own are of the site", repair="name its folder: --out DIR"
        )
    scope, asked = scope_of(vintage, exclude, None), day(as_of, "--as-of")
    built = api.site(out, scope, asked, url, jobs, own=own, progress=progress) if out else None
    head, figures = api.board(scope, asked, progress=progress)
    done()
    for message in board_text.messages(head):
        say(message)
    put(board_text.render(format_, head, figures, columns()), format_)
    if built:
        say(f"{built.folder}: {built.files:,} files, {len(built.written):,} written, "
            f"{len(built.removed):,} removed" + ("" if url else "; feeds and embeds name "
            "http://127.0.0.1:8000/: --url sets another address"))  # fmt: skip


@app.command()
def sync(
    source: Annotated[list[str] | None, typer.Argument(help="Sources; all when none.")] = None,
    mirror: Annotated[
        str | None, typer.Option("--mirror", help="A folder or address with recorded sites.")
    ] = None,
) -> None:
    """Fetch sources, live or from a mirror."""
    from collections import Counter

    import stamina

    from scoreboard.errors import DataError
    from scoreboard.sync import sync as run

    stamina.instrumentation.set_on_retry_hooks([])  # outcomes say what failed
    outcomes = run(source or (), mirror=mirror, progress=progress)
    done()
    for outcome in outcomes:
        if outcome.state in ("skipped", "failed") or outcome.note:
            put(f"{outcome.source}: {outcome.state} {outcome.address} {outcome.note}".rstrip())
    counts = Counter(o.state for o in outcomes)
    put(", ".join(f"{n} {state}" for state, n in sorted(counts.items())))
    if counts["failed"] and counts["failed"] == len(outcomes):
        raise DataError("nothing could be fetched; what is held already stays",
                        repair="scoreboard sync --mirror FOLDER")  # fmt: skip


@app.command()
def add(
    file: Annotated[list[Path], typer.Argument(help="Inspect logs, Every Eval Ever documents.")],
    harness: Annotated[
        str, typer.Option("--harness", help="What to call the procedure; else its library.")
    ] = "",
    model: Annotated[str, typer.Option("--model", help="The model, by its id.")] = "",
    benchmark: Annotated[
        list[str] | None,
        typer.Option("--benchmark", help="The test: ID, or NAME=ID; repeatable."),
    ] = None,
    metric: Annotated[str, typer.Option("--metric", help="Which metric is the score.")] = "",
    full_score: Annotated[
        str, typer.Option("--full-score", help="What is perfect, where nobody says.")
    ] = "",
    runner: Annotated[
        str, typer.Option("--runner", help="Who ran it: developer or independent.")
    ] = "",
    format_: DataFormat = "table",
) -> None:
    """Add scores of your own, from logs of evaluations."""
    from scoreboard import api, own_text
    from scoreboard.render import to_json
    from scoreboard.sources._own import Choices

    checked_format(format_, ("table", "json"))
    said = Choices(harness, model, tuple(benchmark or ()), metric, full_score, runner)
    found = api.add(file, said, progress)
    done()
    put(to_json(found) if format_ == "json" else own_text.added(found, columns()), format_)
    for line in own_text.problems(found):
        say(line)


@app.command()
def remove(
    run: Annotated[list[str] | None, typer.Argument(help="Runs, or all; none lists them.")] = None,
    format_: DataFormat = "table",
) -> None:
    """Remove scores of your own, or list them."""
    from scoreboard import api, own_text
    from scoreboard.render import to_json

    checked_format(format_, ("table", "json"))
    found = own_text.documents(api.remove(run) if run else api.own_documents())
    text = to_json(found) if format_ == "json" else own_text.listed(found, columns())
    put(text, format_)
    say(f"removed {len(found)}" if run else "scoreboard remove RUN forgets one, all every one")


@app.command()
def sources(
    name: Annotated[str | None, typer.Argument(help="One source: its unread rows too.")] = None,
    format_: DataFormat = "table",
) -> None:
    """Each source: licence, newest document, rows, state."""
    from scoreboard import api, show_text
    from scoreboard.render import to_json

    checked_format(format_, ("table", "json"))
    prepare()
    found = api.sources()
    if name is not None:
        lines = api.unread(name)
        found = [{**s, "unread_rows": lines} for s in found if s["source"] == name]
    put(to_json(found) if format_ == "json" else show_text.sources(found, columns()), format_)


@app.command()
def names(
    name: Annotated[str | None, typer.Argument(help="A source's name for a model.")] = None,
    other: Annotated[str | None, typer.Argument(help="Another: are they one?")] = None,
    unresolved: Annotated[
        bool, typer.Option("--unresolved", help="What is not resolved, by weight.")
    ] = False,
    limit: Limit = 50,
    format_: DataFormat = "table",
) -> None:
    """Why a name is this model, and whether two are one."""
    from scoreboard import api, show_text
    from scoreboard.render import clean, to_json

    checked_format(format_, ("table", "json"))
    prepare()
    found = api.names(name, other, unresolved=unresolved)
    if format_ == "json":
        put(to_json(found), format_)
        return
    if not unresolved:
        put(show_text.names(found, columns()))
        if name and other:
            put(clean(f"{name} and {other}: {api.same(name, other)}"))
        return
    put_some(("source", "name", "tokens", "rows"), found, limit)


@app.command()
def find(
    text: Annotated[list[str], typer.Argument(help="Parts of a name.")],
    limit: Limit = 50,
    format_: DataFormat = "table",
) -> None:
    """Models, families, tests, metrics, figures by name."""
    from scoreboard import api
    from scoreboard.render import clean, to_json

    checked_format(format_, ("table", "json"))
    prepare()
    found = api.find(" ".join(text))
    if format_ == "json":
        put(to_json(found), format_)
    elif found:
        heads = ("kind", "id", "name") + (("as",) if any(r["as"] for r in found) else ())
        put_some(heads, [{**r, "name": shortened(r["name"])} for r in found], limit)
    if not found:
        say(clean(f"nothing has {' '.join(text)[:80]} in its name; "
                  "scoreboard names --unresolved lists unknown names"))  # fmt: skip
        raise typer.Exit(1)


def _card(kind: str, name: str, format_: str) -> None:
    from scoreboard import api, card_text
    from scoreboard.render import to_json

    checked_format(format_, ("table", "json"))
    prepare()
    found = api.card(kind, name)
    text = to_json(found) if format_ == "json" else card_text.text(found, columns())
    put(text, format_)


CardName = Annotated[str, typer.Argument(help="Its id, or any name a source uses.")]


@app.command()
def model(name: CardName, format_: DataFormat = "table") -> None:
    """One model's card: facts, openness, names, scores, prices."""
    _card("model", name, format_)


@app.command()
def family(name: CardName, format_: DataFormat = "table") -> None:
    """One family and its models."""
    _card("family", name, format_)


@app.command()
def developer(name: CardName, format_: DataFormat = "table") -> None:
    """One developer and its models."""
    _card("developer", name, format_)


@app.command()
def provider(name: CardName, format_: DataFormat = "table") -> None:
    """One provider: who operates it, and where."""
    _card("provider", name, format_)


@app.command()
def benchmark(name: CardName, format_: DataFormat = "table") -> None:
    """One benchmark: items, scale, chance level, access."""
    _card("benchmark", name, format_)


@app.command()
def licence(name: CardName, format_: DataFormat = "table") -> None:
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
    out: Annotated[Path | None, typer.Option("--out", help="Write to this file.")] = None,
) -> None:
    """Estimates of a metric; without one, all metrics."""
    from scoreboard import api, show_text
    from scoreboard.errors import UsageError

    checked_format(format_, ("table", "json", "csv", "md", "parquet"))
    if metric is None:
        if format_ not in ("table", "json"):
            raise UsageError(
                "the list of metrics is table or json", repair="scoreboard show METRIC"
            )
        prepare()
        write(show_text.metrics(api.metrics(), format_), format_, out)
        return
    if format_ == "parquet" and out is None and sys.stdout.isatty():
        raise UsageError("parquet needs a file", repair="--format parquet --out figures.parquet")
    given = pairs(param, as_of)
    scope = scope_of(vintage, exclude, assume)
    found = api.show(metric, given, series=series, scope=scope, progress=progress)
    original = None
    if exclude or assume:
        whole = scope_of(vintage, None, None)
        original = api.show(metric, given, series=series, scope=whole, progress=progress)
    done()
    if format_ == "parquet":
        write(show_text.parquet(found, original), format_, out)
        return
    params = api.params(metric, given, scope=scope)
    write(show_text.estimates(metric, params, found, original, format_), format_, out)


@app.command()
def explain(
    figure: Annotated[str, typer.Argument(help="A figure: gap-gpqa-diamond, gap:benchmark=mmlu")],
    param: Param = None,
    as_of: AsOf = None,
    vintage: Vintage = None,
    rows: Annotated[bool, typer.Option("--rows", help="List every row.")] = False,
    exclude: Exclude = None,
    assume: Assume = None,
    format_: DataFormat = "table",
) -> None:
    """The trail of a figure down to rows and documents."""
    from scoreboard import api, lineage
    from scoreboard.figures import extended
    from scoreboard.render import to_json

    checked_format(format_, ("table", "json"))
    scope = scope_of(vintage, exclude, assume)
    name = extended(figure, pairs(param, as_of))
    trail = api.explain(name, scope=scope, all_rows=rows, progress=progress)
    done()
    put(to_json(trail) if format_ == "json" else lineage.text(trail), format_)


@app.command()
def cite(
    figure: Annotated[str, typer.Argument(help="A figure.")],
    format_: DataFormat = "table",
) -> None:
    """One line and BibTeX for a figure."""
    from scoreboard import api
    from scoreboard.render import to_json

    checked_format(format_, ("table", "json"))
    prepare()
    found = api.cite(figure)
    json_ = format_ == "json"
    put(to_json(found) if json_ else f"{found['line']}\n\n{found['bibtex']}", "json")


@app.command()
def reconcile(
    publisher: Annotated[str | None, typer.Argument(help="A publisher; all when none.")] = None,
    format_: DataFormat = "table",
) -> None:
    """Computed figures beside published statistics."""
    from scoreboard import api, reconcile_text
    from scoreboard.render import to_json

    checked_format(format_, ("table", "json"))
    prepare()
    found = api.reconcile(publisher)
    text = to_json(found) if format_ == "json" else reconcile_text.render(found)
    put(text, format_)


@app.command()
def diff(
    first: Annotated[str, typer.Argument(help="A day.")],
    second: Annotated[str, typer.Argument(help="Another day.")],
    vintages: Annotated[
        bool, typer.Option("--vintages", help="As published by these days, not as of them.")
    ] = False,
    format_: DataFormat = "table",
) -> None:
    """What changed on the board between two days."""
    from scoreboard import api, board_text

    checked_format(format_, ("table", "json"))
    days = needed(first, "the first day"), needed(second, "the second day")
    found = board_text.changes(api.diff(*days, vintages=vintages, progress=progress))
    done()
    if format_ == "json":
        put(board_text.changes_json(found, *days), format_)
    else:
        put(board_text.changes_text(found, *days, columns()))


app.command()(host)


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="A SELECT over the tables; try SHOW TABLES.")],
    format_: Annotated[str, typer.Option("--format", help="table, json or csv.")] = "table",
) -> None:
    """Read-only SQL over the tables."""
    from scoreboard import api, show_text

    checked_format(format_, ("table", "json", "csv"))
    prepare()
    put(show_text.table(*api.sql(query), format_, columns()), format_)


@app.command()
def serve(
    folder: Annotated[
        Path | None, typer.Argument(help="A built site; built in your data folder when none.")
    ] = None,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="A free port; 0 finds one.")
    ] = 8000,
) -> None:
    """Show the site on this machine, at http://127.0.0.1:8000/."""
    from scoreboard import api
    from scoreboard.config import home
    from scoreboard.site.serve import serve as run

    if folder is None:
        folder = home() / "site"
        api.site(folder, url=f"http://127.0.0.1:{port}/", progress=progress)
        done()
    run(folder, port, say)


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
        checked_words(sys.argv[1:])
        code = app(standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except ScoreboardError as error:
        done()
        say(fault(str(error)))
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        say(misused(error))
        sys.exit(getattr(error, "exit_code", 2))


if __name__ == "__main__":
    main()
