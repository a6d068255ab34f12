"""The figures of the site, computed and drawn.

Which figures there are follows from the board and from what each metric says of itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scoreboard.errors import DataError, UsageError
from scoreboard.estimate import Estimate, LeftOut, Ref
from scoreboard.figures import Figure, board_figures, effective, figure_id, marked, missing
from scoreboard.lineage import NAMED, disagreements, models_in
from scoreboard.metrics import Metric, all_metrics, get_metric
from scoreboard.metrics.base import Values
from scoreboard.site.charts import Drawing, Shown, all_charts
from scoreboard.site.draw import size_of, standalone, svg_of
from scoreboard.site.world import World
from scoreboard.store import Tables

RANKED = ("bars", "dots")  # kinds whose height grows with their rows
MOST_RANKED = {"bars": 16, "dots": 21}
HISTORY = 12  # changes of a headline that are told
SIDES = ("leader_model", "chaser_model", "model", "provider")  # what decides a figure
MOST_ROWS = 20_000  # rows listed on the pages of one figure


@dataclass(frozen=True)
class Plot:
    """A chart ready for a page: both sizes, and the table beneath."""

    kind: str
    title: str
    reading: str
    wide: str
    narrow: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    height: int
    series: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Answer:
    """A figure with all that its page shows."""

    figure: Figure
    params: Mapping[str, str]
    estimates: Sequence[Estimate]
    sentences: Sequence[str]  # one of each estimate
    headline: str  # what they say together
    plot: Plot | None
    rows: Sequence[Ref]
    left_out: Sequence[LeftOut]
    disagreements: Sequence[Mapping[str, Any]]
    about: Mapping[Ref, tuple[str, str]] = field(default_factory=dict)  # row -> name, model
    kind: str = ""  # of the thing it is about
    thing: str = ""
    history: Sequence[tuple[dt.date, str]] = ()  # of a headline: days on which it changed, and how
    rows_of: str = ""  # the figure with whose pages its rows are listed; empty: its own

    @property
    def metric(self) -> Metric:
        """Its metric."""
        return get_metric(self.figure.metric)

    @property
    def title(self) -> str:
        """What it is, in a few words."""
        return self.figure.title or self.metric.title

    @property
    def on_board(self) -> bool:
        """Whether the board shows it."""
        return bool(self.figure.section)


def shared(found: Sequence[Answer]) -> list[Answer]:
    """Answers that stand on the same rows have them listed once: with the first of them, and
    rather with one that is of no thing.
    """
    first: dict[tuple[Ref, ...], str] = {}
    for a in sorted(found, key=lambda a: bool(a.thing)):
        first.setdefault(tuple(a.rows), a.figure.id)
    return [replace(a, rows_of=first[tuple(a.rows)]) for a in found]


@dataclass(frozen=True)
class Wanted:
    """A figure to compute, and the thing that it is about."""

    figure: Figure
    kind: str = ""
    thing: str = ""


def wanted(tables: Tables, day: dt.date | None) -> list[Wanted]:
    """Every figure: those of the board, each metric as it is by default, and those of things."""
    found = [Wanted(f.at(day)) for f in board_figures()]
    for metric in all_metrics().values():
        found += [Wanted(Figure(metric.id, metric.id, ()).at(day))]
        for kind in metric.things:
            for thing in things_of(tables, metric, kind, day):
                given = {kind: thing}
                if kind not in {p.name for p in metric.params}:
                    given = {"by": kind, "of": thing}
                figure = Figure(figure_id(metric.id, given), metric.id, tuple(given.items()))
                found.append(Wanted(figure.at(day), kind, thing))
    return list({w.figure.id: w for w in reversed(found)}.values())[::-1]


def things_of(tables: Tables, metric: Metric, kind: str, day: dt.date | None) -> list[str]:
    """The things of a kind of which a metric may have a figure."""
    params = {p.name: p for p in metric.params}
    own = kind in params
    base = Figure(metric.id, metric.id, () if own else (("by", kind),)).at(day)
    try:
        values = metric.read(tables, base.params)
        if not own or params[kind].default is None:
            named = {e.key.get(kind, "unknown") for e in metric.compute(tables, values)}
            return sorted(named - {"unknown"})
    except (UsageError, DataError):
        values = {}
    return params[kind].values(tables, values) if own else []


@dataclass
class Desk:
    """What one process computes figures from, and makes pages of."""

    tables: Tables
    world: World
    about: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def name(self, kind: str, thing: str) -> str:
        """A printed name."""
        return self.world.names.get((kind, thing), thing)

    def answer(self, asked: Wanted) -> Answer | None:
        """A figure, or None where a thing has none."""
        figure, tables = asked.figure, self.tables
        metric = get_metric(figure.metric)
        try:
            values = metric.read(tables, figure.params)
            estimates = figure.shown(marked(metric.compute(tables, values)))
            params = effective(tables, figure, values)
        except (UsageError, DataError) as error:
            if asked.thing or not figure.section:
                return None
            said = f"No value: {error.what}."
            return Answer(figure, figure.params, [missing(tables, figure, error.what)],
                          [said], said, None, (), (), ())  # fmt: skip
        if asked.thing and all(e.value is None for e in estimates):
            return None
        sentences = [metric.finding(e, self.name) for e in estimates]
        rows = sorted({r for e in estimates for r in e.inputs.rows})
        drawn = metric.drawn(tables, values) if _is_drawn(metric, asked.kind) else []
        headline = metric.headline(estimates, drawn, self.name)
        return Answer(
            replace(figure, given=tuple(params.items())), params, estimates, sentences, headline,
            self._plot(figure, params, estimates, headline, drawn), rows[:MOST_ROWS],
            sorted({x for e in estimates for x in e.left_out}),
            disagreements(tables, models_in(estimates)), self._about(rows), asked.kind, asked.thing,
            self._history(metric, values, drawn) if figure.section else (),
        )  # fmt: skip

    def _history(
        self, metric: Metric, values: Values, drawn: Sequence[Estimate]
    ) -> list[tuple[dt.date, str]]:
        """The last days on which a headline changed, with what it said then."""
        try:
            series = drawn if metric.draws_itself else metric.series(self.tables, values)
        except UsageError:
            return []
        found: list[tuple[dt.date, str]] = []
        last: object = None
        for e in series:
            now = (e.detail.get("plain", e.value), *(e.detail.get(x) for x in SIDES))
            if e.value is not None and now != last:
                found.append((e.as_of, metric.finding(e, self.name)))
                last = now
        return found[-HISTORY:]

    def _plot(
        self,
        figure: Figure,
        params: Mapping[str, str],
        estimates: Sequence[Estimate],
        headline: str,
        series: Sequence[Estimate],
    ) -> Plot | None:
        metric = get_metric(figure.metric)
        chart = all_charts().get(metric.chart)
        if chart is None or not estimates:
            return None
        shown = Shown(figure, params, estimates, series, headline, self.name)
        drawing = chart.draw(shown)
        return plot(chart.id, drawing) if drawing else None

    def _about(self, rows: Sequence[Ref]) -> dict[Ref, tuple[str, str]]:
        """Each row's own name, and the model that it means."""
        if not self.about:
            for table, (model, provider) in NAMED.items():
                found = self.tables.connection.execute(
                    f"SELECT DISTINCT snapshot_id, locator, source_name, coalesce({model}, ''), "
                    f"{provider} FROM {table} ORDER BY ALL"
                )
                self.about |= {(r[0], r[1]): (r[2], r[3]) for r in found.fetchall()}
        return {r: self.about[r[:2]] for r in rows[:MOST_ROWS] if r[:2] in self.about}


def _is_drawn(metric: Metric, kind: str) -> bool:
    """Whether a figure has a chart: of a thing of this kind, if it is of one."""
    return not kind or metric.draws_things is None or kind in metric.draws_things


def plot(kind: str, drawing: Drawing) -> Plot:
    """A drawing in both sizes."""
    ranked = min(len(drawing.rows), MOST_RANKED[kind]) if kind in RANKED else None
    wide, narrow = (svg_of(drawing, size_of(w, ranked)) for w in (True, False))
    return Plot(kind, drawing.title, drawing.reading, wide, narrow, drawing.columns, drawing.rows,
                size_of(True, ranked).height, drawing.series)  # fmt: skip


def file_of(plot_: Plot, source: str) -> str:
    """A chart as a file of its own."""
    from scoreboard.site.draw import WIDE, Size, wrapped

    lines = [x for text in (plot_.reading, source) for x in wrapped(text, 108)]
    return standalone(plot_.wide, plot_.title, lines, Size(WIDE[0], plot_.height))
