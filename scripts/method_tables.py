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


HOST_HEAD = ("workload", "accelerators", "fit", "machines", "hosting, $ a month",
             "$ a million tokens", "API, $ a million tokens", "even from, million tokens a month",
             "moves it most")  # fmt: skip
HOST_KINDS = ("h100-sxm", "h200", "mi300x")
HOST_COUNTS = (1, 8)


def host_workloads(tables: Tables) -> str:
    """The named workloads on one and eight accelerators of three kinds."""
    metric = get_metric("host")
    rows = []
    asked = metric.read(tables, {})
    for w in tables.rows("SELECT workload, name FROM workloads ORDER BY workload"):
        for device in HOST_KINDS:
            for count in HOST_COUNTS:
                given = {"workload": w["workload"], "hardware": device, "accelerators": count}
                (e,) = metric.compute(tables, {**asked, **given})
                rows.append((w["name"], f"{count} x {e.detail['device_name']}", *_hosted(e)))
    about = f"Of {asked['model']}, hired, as of {metric.as_of(tables, asked)}."
    return f"{about}\n\n{table(HOST_HEAD, rows)}"


def _hosted(e: Estimate) -> tuple[str, ...]:
    d = e.detail
    if e.value is None:
        return "no", "-", "-", "-", "-", "-", e.caveats[0]
    low, high = d["monthly"]["low"], d["monthly"]["high"]
    offer = d["api"] or d["equivalent"]
    even = ["no volume" if v is None else f"{v:,.0f}" for v in d["break_even_mtok"].values()]
    return (
        f"{d['requests_that_fit']:,} at once", str(d["machines"]["middle"]),
        f"{d['monthly_usd']:,.0f} [{low:,.0f}, {high:,.0f}]", _told(e),
        number(offer["usd_per_mtok"], "usd") if offer else "-",
        " to ".join(dict.fromkeys((even[0], even[2]))), d["moves"][0]["assumption"],
    )  # fmt: skip


BLOCKS: dict[str, Callable[[Tables], str]] = {
    "lag-rules": lag_rules, "host-workloads": host_workloads,
}  # fmt: skip


def with_blocks(text: str, tables: Tables) -> str:
    """A page with every computed table between its markers."""
    for name, made in BLOCKS.items():
        before, start, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        if not start or not end:
            raise SystemExit(f"the page needs <!-- {name} --> and <!-- /{name} -->")
        text = f"{before}{start}{made(tables)}\n{end}{after}"
    return text
