"""Figures: a metric at fixed parameters, with an id that can be linked to, explained and cited.

An id is a name from `data/board.yml` (`gap-gpqa-diamond`) or `metric:name=value,...`
(`gap:benchmark=mmlu,as_of=2025-01-31`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from scoreboard.config import data_dir
from scoreboard.errors import UsageError, near
from scoreboard.estimate import Estimate
from scoreboard.metrics import all_metrics, get_metric
from scoreboard.store import Tables
from scoreboard.tables import source_of

if TYPE_CHECKING:
    from scoreboard.curated import BoardFile


@dataclass(frozen=True)
class Figure:
    """A metric at parameters given as text."""

    id: str
    metric: str
    given: tuple[tuple[str, str], ...]
    title: str = ""
    section: str = ""  # of the board
    groups: tuple[str, ...] = ()  # rows that the board shows, in its order; empty: all

    @property
    def params(self) -> dict[str, str]:
        """The parameters by name."""
        return dict(self.given)

    def at(self, as_of: dt.date | None) -> Figure:
        """The same figure on another day, unless its day is fixed or it has none."""
        metric = get_metric(self.metric)
        takes_day = any(p.name == "as_of" for p in metric.params)
        if as_of is None or not takes_day or "as_of" in self.params:
            return self
        return replace(self, given=(*self.given, ("as_of", as_of.isoformat())))

    def shown(self, found: Sequence[Estimate]) -> list[Estimate]:
        """The estimates that the board shows, in its order."""
        if not self.groups:
            return list(found)
        named = {next(iter(e.key.values()), ""): e for e in found}
        return [named[g] for g in self.groups if g in named]


@cache
def board() -> BoardFile:
    """The composition of the board."""
    from scoreboard.curated import BoardFile
    from scoreboard.curation import parse

    return parse(data_dir() / "board.yml", BoardFile)


def board_figures() -> list[Figure]:
    """Every figure of the board, in order, tables included."""
    return [
        Figure(f.id, f.metric, tuple(f.params.items()), f.title, section.title, tuple(f.groups))
        for section in board().sections
        for f in section.figures
    ]


def figure_id(metric: str, params: Mapping[str, str]) -> str:
    """The id of a metric at parameters."""
    text = ",".join(f"{k}={v}" for k, v in sorted(params.items()))
    return f"{metric}:{text}" if text else metric


def get_figure(name: str) -> Figure:
    """The figure of this id."""
    named = {f.id: f for f in board_figures()}
    if name in named:
        return named[name]
    metric, _, rest = name.partition(":")
    if metric not in all_metrics():
        raise UsageError(
            f"unknown figure: {name}{near(name, [*named, *all_metrics()], 4, 0.4)}",
            valid=named,
            repair="scoreboard find TEXT, or a figure such as gap:benchmark=mmlu,as_of=2025-01-31",
        )
    given = []
    for part in filter(None, rest.split(",")):
        key, equals, value = part.partition("=")
        if not equals or not key:
            raise UsageError(f"not a parameter: {part}", valid=["name=value"])
        given.append((key, value))
    return Figure(name, metric, tuple(given))


def extended(name: str, params: Mapping[str, str]) -> str:
    """The id of a figure with further parameters."""
    if not params:
        return name
    figure = get_figure(name)
    return figure_id(figure.metric, {**figure.params, **params})


def effective(
    tables: Tables, figure: Figure, values: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """The parameters of a figure as text: those given, as ids, and the defaults."""
    if values is None:
        values = get_metric(figure.metric).read(tables, figure.params)
    order = [p.name for p in get_metric(figure.metric).params]
    return {
        name: number_text(value) if isinstance(value, float) else str(value)
        for name, value in sorted(values.items(), key=lambda v: order.index(v[0]))
        if value is not None and (value != "" or name in figure.params)
    }


def number_text(value: float) -> str:
    """A number as it would be typed."""
    return f"{value:.15g}"


def compute(tables: Tables, figure: Figure, *, series: bool = False) -> list[Estimate]:
    """The estimates of a figure. Rows that may not be republished are said in a caveat."""
    metric = get_metric(figure.metric)
    values = metric.read(tables, figure.params)
    return marked(metric.series(tables, values) if series else metric.compute(tables, values))


def missing(tables: Tables, figure: Figure, why: str) -> Estimate:
    """The place of a figure that cannot be had from these rows."""
    day = figure.params.get("as_of")
    newest = tables.column("SELECT max(published) FROM snapshots")[0]
    return Estimate(
        value=None,
        unit=get_metric(figure.metric).unit,
        method="not computed",
        as_of=dt.date.fromisoformat(day) if day else tables.scope.vintage or newest,
        population="no rows",
        caveats=(why,),
    )


def marked(found: Sequence[Estimate]) -> list[Estimate]:
    """Estimates; those that stand on rows that may not be republished say so."""
    kept_back = withheld()
    return [_marked(e, kept_back) for e in found]


def _marked(estimate: Estimate, kept_back: set[str]) -> Estimate:
    used = {source_of(r.snapshot_id) for r in estimate.inputs.rows}
    named = ", ".join(sorted(used & kept_back))
    if not named:
        return estimate
    caveat = f"rows_withheld: it stands on rows of {named}, which may not be republished"
    return replace(estimate, caveats=(*estimate.caveats, caveat))


def withheld() -> set[str]:
    """The sources whose rows may not be republished."""
    from scoreboard.sources import all_sources

    return {s.id for s in all_sources().values() if not s.republish}
