"""A card as text: plain facts first, then short tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from scoreboard.render import clean, grid
from scoreboard.show_text import cell

ROWS_SHOWN = 15
LABELS = {
    "total_params_b": "parameters, billion",
    "active_params_b": "active parameters, billion",
    "context": "context, tokens",
    "weights": "weights can be downloaded",
    "weights_from": "weights out since",
    "rater_sd": "spread between raters, points",
    "cap": "cap on users or revenue",
    "commercial": "commercial use",
    "unrestricted": "counts as unrestricted",
    "tracked": "tracked by The ATOM Project",
    "curated": "curated entry",
    "spdx": "SPDX id",
}
LIMITS = ("cap", "territory", "field_of_use", "naming_duty")  # of a licence: empty is none
GROUPED = 10_000  # from here on, digits are grouped
Row = dict[str, Any]


def text(card: dict[str, Any], width: int | None = None) -> str:
    """One thing: its facts, then each list it has."""
    plain = {k: v for k, v in card.items() if not isinstance(v, list)}
    labels = {k: LABELS.get(k, k.replace("_", " ")) for k in plain}
    wide = max(len(x) for x in labels.values())
    lines = [f"{labels[k].ljust(wide)}  {_value(k, v)}" for k, v in plain.items()]
    for name, found in card.items():
        if isinstance(found, list) and found:
            lines += ["", *_section(name, found, width)]
    return "\n".join(lines) + "\n"


def _value(name: str, value: Any) -> str:
    if value is True or value is False:
        return "yes" if value else "no"
    if value in (None, ""):
        return "none" if name in LIMITS else "unknown"
    if isinstance(value, float) and value == int(value):
        value = int(value)
    if isinstance(value, int) and value >= GROUPED:
        return f"{value:,}"
    if name == "evidence":
        return ", ".join(dict.fromkeys(clean(str(value)).split()))
    return clean(str(value))


def _section(name: str, found: list[Any], width: int | None) -> list[str]:
    inner = None if width is None else width - 2
    shape: Callable[[list[Any]], tuple[Sequence[str], list[list[str]]]] | None = SHAPES.get(name)
    if shape is None:
        listed = [_said(x) if isinstance(x, dict) else clean(str(x)) for x in found]
        body = listed[:ROWS_SHOWN] if name == "disagreements" else [", ".join(listed[:60])]
        shown = len(body) if name == "disagreements" else min(len(listed), 60)
        total = len(listed)
    else:
        header, rows = shape(found)
        shown, total = min(len(rows), ROWS_SHOWN), len(rows)
        body = grid(header, rows[:ROWS_SHOWN], inner).splitlines()
    more = [f"  ... {total - shown} more: --format json"] if total > shown else []
    return [f"{name} ({total}):", *(f"  {x}" for x in body), *more]


def _said(x: Row) -> str:
    said = "; ".join(f"{s['source']} says {s['value']}" for s in x["said"])
    return clean(f"{x['attribute'].replace('_', ' ')}: {said}")


def _days(first: Any, last: Any) -> str:
    if first is None and last is None:
        return "always"
    return f"until {last}" if first is None else f"from {first}" + (f" to {last}" if last else "")


def _openness(found: list[Row]) -> tuple[Sequence[str], list[list[str]]]:
    words = {True: "yes", False: "no", None: "unknown"}
    rows = [
        [_days(r["valid_from"], r["valid_to"]), words[r["weights"]], r["openness"],
         cell(r["licence"]), cell(r["note"])]
        for r in found
    ]  # fmt: skip
    return ("days", "weights", "openness", "licence", "note"), rows


def _facts(found: list[Row]) -> tuple[Sequence[str], list[list[str]]]:
    rows: dict[tuple[str, str], list[str]] = {}
    for r in found:
        place = r["evidence"] or f"{r['snapshot_id']} {r['locator']}"
        said = rows.setdefault((r["attribute"].replace("_", " "), cell(r["value"])[:50]), [])
        said.append(f"{r['rank']}: {place}")
    return ("fact", "value", "from"), [[*k, v[0]] for k, v in rows.items()]


def _names(found: list[Row]) -> tuple[Sequence[str], list[list[str]]]:
    used: dict[tuple[str, str, str], list[str]] = {}
    for r in found:
        days = _days(r["valid_from"], r["valid_to"])
        key = (r["name"], cell(r["variant"]), "" if days == "always" else days)
        sources = used.setdefault(key, [])
        if r["source"] not in sources:
            sources.append(r["source"])
    rows = [[*key, ", ".join(sources)] for key, sources in used.items()]
    return ("name", "variant", "days", "sources"), rows


def _scores(found: list[Row]) -> tuple[Sequence[str], list[list[str]]]:
    """The newest document's row of each test, variant and harness."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for r in found:
        key = (r["benchmark"], cell(r["variant"]), r["harness"], cell(r["shots"]))
        rows.setdefault(key, [*key[:2], f"{r['value']:.1f}", *key[2:], r["source"]])
    header = ("benchmark", "variant", "score", "harness", "shots", "source")
    return header, list(rows.values())


def _prices(found: list[Row]) -> tuple[Sequence[str], list[list[str]]]:
    """The newest price of each offer, those seen last first."""
    newest: dict[tuple[str, ...], Row] = {}
    for r in found:
        key = (r["provider"], cell(r["variant"]), cell(r["tier"]), r["kind"])
        if key not in newest or _latest(newest[key]) <= _latest(r):
            newest[key] = r
    order = sorted(newest, key=lambda k: (k[1] != "", k[2] != "", k))
    order.sort(key=lambda k: _latest(newest[k]), reverse=True)
    rows = [
        [*key[:3], key[3].replace("_", " "), cell(newest[key]["usd_per_mtok"]),
         _latest(newest[key]), newest[key]["source"]]
        for key in order
    ]  # fmt: skip
    header = ("provider", "variant", "tier", "kind", "$ per million", "as of", "source")
    return header, rows


def _latest(r: Row) -> str:
    """The day a price was last seen, else the day it was set."""
    return str(r["last_seen"] or r["effective_from"] or r["first_seen"] or "")


SHAPES = {
    "openness": _openness,
    "facts": _facts,
    "names": _names,
    "scores": _scores,
    "prices": _prices,
}
