"""Tables of docs/methods.md that are computed from the bundle, each between two markers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from scoreboard.estimate import Estimate
from scoreboard.metrics import get_metric
from scoreboard.metrics._contest import read_contests
from scoreboard.metrics._lag_rules import MONTH, RULES
from scoreboard.metrics.lag import reading_of
from scoreboard.render import limit, number
from scoreboard.store import Tables

HEAD = ("rule", "labels", "open, months", "errors doubled", "unrestricted, months")


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [_row(header), "|" + "---|" * len(header), *map(_row, rows)]
    return "\n".join(lines)


def _row(cells: Sequence[object]) -> str:
    texts = (str(c).replace("|", "\\|").replace("<", "\\<").replace("\n", " ") for c in cells)
    return "| " + " | ".join(texts) + " |"


def lag_rules(tables: Tables) -> str:
    """Every rule on the index, with the errors as they are and doubled."""
    metric = get_metric("lag")
    rows: list[tuple[str, ...]] = []
    for rule in RULES.values():
        asked = metric.read(tables, {"lag_rule": rule.id})
        (found,) = metric.compute(tables, asked)
        (strict,) = metric.compute(tables, {**asked, "chaser": "unrestricted"})
        contests = read_contests(tables, {**asked, **reading_of(asked)}, found.as_of)
        doubled = rule.compute([c.errors(_twice) for c in contests], f"index {found.as_of}").days
        then = "-" if doubled is None else number(doubled / MONTH, "months")
        rows.append((f"`{rule.id}`", rule.labels, _told(found), then, _told(strict)))
    return f"As of {found.as_of}.\n\n{table(HEAD, rows)}"


def _twice(error: float | None) -> float | None:
    return None if error is None else 2 * error


def _told(e: Estimate) -> str:
    value = number(e.value, e.unit)
    return f"{value} [{limit(e.low, e.unit)}, {limit(e.high, e.unit)}]" if e.interval else value


BLOCKS: dict[str, Callable[[Tables], str]] = {"lag-rules": lag_rules}


def with_blocks(text: str, tables: Tables) -> str:
    """A page with every computed table between its markers."""
    for name, made in BLOCKS.items():
        before, start, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        if not start or not end:
            raise SystemExit(f"the page needs <!-- {name} --> and <!-- /{name} -->")
        text = f"{before}{start}{made(tables)}\n{end}{after}"
    return text
