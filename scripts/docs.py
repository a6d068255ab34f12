"""Write the generated documentation: the board in README.md, pages under docs/, NOTICE.

`make docs` runs this. Nothing here says anything of its own: metrics, sources, tables and
commands are read from the code, the board from the bundle.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

import typer

from method_tables import table, with_blocks
from scoreboard import api
from scoreboard.cli import app
from scoreboard.config import HOME_VARIABLE
from scoreboard.render import grid
from scoreboard.sources import Source, all_sources
from scoreboard.store import Tables, open_tables
from scoreboard.table_docs import TABLES, meaning
from scoreboard.tables import ROW_TYPES, Snapshot, column_types

ROOT = Path(__file__).parent.parent
BOARD = re.compile(r"<!-- board -->\n.*?<!-- /board -->", re.DOTALL)
NOTE = "<!-- Made by `make docs`. Do not edit: the text comes from the code. -->"
DOMAIN_SHOWN = 8
UNITS = {
    "points": "points (of the benchmark's scale of 0 to 100); `rating_points` of a rating, "
    "`index_points` of an index, `minutes` of a length of time",
    "index_points": "index points",
    "fraction": "fraction of 1 in data, per cent on screen",
    "usd_per_mtok": "US dollars per million tokens",
}


def page(title: str, intro: str, parts: Iterable[str]) -> str:
    """A generated page."""
    return "\n\n".join([f"# {title}", NOTE, intro, *parts]) + "\n"


def code(values: Iterable[object]) -> str:
    """Values as inline code; an empty one in words."""
    return ", ".join(f"`{v}`" if str(v) else "(empty)" for v in values)


# metrics


def metrics_page() -> str:
    """docs/metrics.md."""
    intro = (
        "Each metric, as it describes itself. The same text is printed by `scoreboard show` and by "
        "`scoreboard explain`. How and why is told in [methods.md](methods.md). Where a parameter "
        "can take many values, some are shown with their number in the present bundle, the other "
        "parameters being at their defaults; `scoreboard show --format json` lists all of them."
    )
    return page("Metrics", intro, map(_metric, api.metrics()))


def _metric(m: dict[str, Any]) -> str:
    facts = [
        f"- **Unit**: {UNITS.get(m['unit'], m['unit'])}",
        f"- **Definition**: {m['definition']}",
        f"- **Method**: {m['method']}",
        f"- **Known criticism**: {m['criticism']}",
        f"- **Chart**: {m['chart']}",
        f"- **Tables read**: {code(m['tables'])}",
    ]
    header = ("parameter", "meaning", "type", "default", "values")
    params = [
        (f"`{p['name']}`", p["doc"], p["kind"], code(filter(None, [p["default"]])), _domain(p))
        for p in m["params"]
    ]
    return "\n\n".join(
        [f"## `{m['metric']}`: {m['title']}", "\n".join(facts), table(header, params)]
    )


def _domain(param: dict[str, Any]) -> str:
    found = param["domain"]
    if not found:
        return "any number" if param["kind"] == "number" else "depends on the other parameters"
    if len(found) <= DOMAIN_SHOWN + 4:
        return code(found)
    if param["kind"] == "date":
        return f"{code([found[0]])} to {code([found[-1]])}, {len(found)} days of change"
    return f"{code(found[:DOMAIN_SHOWN])} ... ({len(found)} in all)"


# sources


def sources_page() -> str:
    """docs/sources.md."""
    intro = (
        "Whose data the figures stand on, in what terms, and where they are fetched. "
        "`scoreboard sources` says how many rows of each are on this machine. Addresses that "
        "begin with `reconstruction:` are archives: they are read from recorded documents and "
        "never fetched; [reconstruction.md](reconstruction.md) says how they were made."
    )
    return page("Sources", intro, map(_source, all_sources().values()))


def _source(s: Source) -> str:
    key = f"environment variable `{s.key}`" if s.key else "none"
    again = "yes" if s.republish else "no: rows feed figures but are left out of the bundle"
    facts = [
        f"- **Producer**: {s.producer}, <{s.home}>",
        f"- **Licence**: {s.licence}. {s.licence_note}",
        f"- **Cite**: {s.cite}",
        f"- **Rows may be published again**: {again}",
        f"- **Key for live data**: {key}",
        f"- **Tables**: {code(s.tables)}",
        "- **Addresses**:",
        *(f"  - `{a}`" for a in s.addresses),
    ]
    return f"## `{s.id}`: {s.title}\n\n" + "\n".join(facts)


# tables


def tables_page(opened: Tables) -> str:
    """docs/tables.md."""
    intro = (
        "What `scoreboard sql` can read. The observed tables hold what sources state, in their own "
        "words. A build derives the others from them and from the curated files. Text is never "
        "null: unknown text is empty. Dates are UTC."
    )
    observed = [_observed(t) for t in (Snapshot, *ROW_TYPES.values())]
    built = [name for name in table_names(opened) if name not in (*ROW_TYPES, "snapshots")]
    order = [*(t for t in TABLES if t in built), *(t for t in built if t not in TABLES)]
    derived = [_derived(opened, name) for name in order]
    return page("Tables", intro, ["## Observed", *observed, "## Derived", *derived])


def _observed(row_type: Any) -> str:
    docs = {f.name: f.metadata["doc"] for f in fields(row_type)}
    kinds = column_types(row_type)
    words = " ".join((row_type.__doc__ or "").split())
    if getattr(row_type, "run", False):
        words += " Kept as runs of equal observations."
    keys = getattr(row_type, "key", ())
    if keys:
        words += f" Key: {code(keys)}."
    rows = [(f"`{name}`", kinds[name], docs[name]) for name in kinds]
    return f"### `{row_type.table}`\n\n{words}\n\n{table(('column', 'type', 'meaning'), rows)}"


def _derived(opened: Tables, name: str) -> str:
    words = TABLES.get(name, ("", {}))[0]
    rows = [(f"`{c}`", kind, meaning(name, c)) for c, kind in columns_of(opened, name).items()]
    return f"### `{name}`\n\n{words}\n\n{table(('column', 'type', 'meaning'), rows)}"


def table_names(opened: Tables) -> list[str]:
    """Every built table."""
    return opened.column("SELECT table_name FROM information_schema.tables ORDER BY 1")


def columns_of(opened: Tables, name: str) -> dict[str, str]:
    """Columns of a built table with their types, in order."""
    found = opened.rows(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = ? "
        "ORDER BY ordinal_position",
        [name],
    )
    return {r["column_name"]: r["data_type"] for r in found}


# commands


def commands() -> dict[str, Any]:
    """Every command that is not hidden, by name."""
    group: Any = typer.main.get_command(app)
    return {name: c for name, c in group.commands.items() if not c.hidden}


def commands_page() -> str:
    """docs/commands.md."""
    intro = (
        "`scoreboard COMMAND --help` prints the same. Answers go to standard output, messages to "
        "standard error. Exit codes: 0 done, 1 the answer is no (or nothing was found), 2 the "
        "question was not understood, 3 data cannot be read or written."
    )
    return page("Commands", intro, (_command(n, c) for n, c in commands().items()))


def _command(name: str, command: Any) -> str:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option"]
    words = [_usage(p) for p in arguments] + (["[options]"] if options else [])
    rows = [(f"`{p.name.upper()}`", _say(p)) for p in arguments]
    rows += [(code(p.opts), _say(p)) for p in options]
    usage = f"```text\nscoreboard {' '.join([name, *words])}\n```"
    return f"## `{name}`\n\n{command.help}\n\n{usage}\n\n{table(('name', 'meaning'), rows)}"


def _usage(p: Any) -> str:
    word = p.name.upper() + ("..." if p.nargs == -1 else "")
    return word if p.required else f"[{word}]"


def _say(p: Any) -> str:
    words = p.help or ""
    if p.default not in (None, False):
        words += f" Default: `{p.default}`."
    return words


# the notice


def with_notice(notice: str) -> str:
    """NOTICE with the present sources: what is in the bundle, and what is not."""
    sources = all_sources().values()
    rows = [[s.id, s.licence, s.cite] for s in sources if s.republish]
    grid_lines = grid(("source", "licence", "citation"), rows).splitlines()
    head = notice[: notice.index("\nsource ")]
    kept = ", ".join(s.id for s in sources if not s.republish)
    rest = (
        "Rows of Epoch AI that it copied from elsewhere keep the terms of their own sources.\n"
        f"Not in the bundle, because its rows may not be republished: {kept or 'none'}."
    )
    return "\n".join([head, *grid_lines[:1], *grid_lines[2:], "", rest]) + "\n"


# everything


def generated() -> dict[str, str]:
    """Every generated page by its path under the project's root."""
    return {
        "docs/metrics.md": metrics_page(),
        "docs/sources.md": sources_page(),
        "docs/tables.md": tables_page(open_tables()),
        "docs/commands.md": commands_page(),
        "docs/methods.md": with_blocks((ROOT / "docs/methods.md").read_text(encoding="utf-8"),
                                       open_tables()),
        "NOTICE": with_notice((ROOT / "NOTICE").read_text(encoding="utf-8")),
    }  # fmt: skip


def with_board(readme: str) -> str:
    """The README with what `scoreboard build` prints between its markers."""
    command = [sys.executable, "-m", "scoreboard", "build"]
    board = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    block = f"<!-- board -->\n```text\n{board}```\n<!-- /board -->"
    found = BOARD.subn(lambda _: block, readme)
    if found[1] != 1:
        raise SystemExit("README.md needs one <!-- board --> and one <!-- /board -->")
    return found[0]


def main() -> None:
    """Write all pages, from the bundle alone."""
    with tempfile.TemporaryDirectory() as home:
        os.environ[HOME_VARIABLE] = home
        readme = ROOT / "README.md"
        pages = {**generated(), "README.md": with_board(readme.read_text(encoding="utf-8"))}
    for name, text in pages.items():
        path = ROOT / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
