"""Scores that were drawn jointly: those of the capability index, by either of its methods."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scoreboard.estimate import LeftOut, Ref
from scoreboard.metrics._best import Side
from scoreboard.metrics._index import IndexFit, fit_name, read_fit
from scoreboard.metrics._levels import INDEX
from scoreboard.metrics._scores import Scored, World, read_world
from scoreboard.metrics.base import Values
from scoreboard.store import Tables

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

UNFITTED = "the method gives the model no index"


@dataclass(frozen=True)
class Joint:
    """The draws of a fit by the document's name of a model, as deviations from its value."""

    fit: IndexFit
    column: dict[str, int]

    def best(self, side: Side) -> Floats:
        """The best of a group within each draw, in index points."""
        import numpy as np

        assert self.fit.draws is not None
        at = [self.column[s.source_name] for s in side.scores]
        scores = np.array([s.value for s in side.scores])
        points = np.array(self.fit.points)[at]
        found: Floats = (scores + self.fit.draws[:, at] - points).max(axis=1)
        return found

    def refs(self, side: Side) -> list[Ref]:
        """The rows behind the scores of a group."""
        if self.fit.method == "published":
            return [s.ref for s in side.scores]
        return [r for s in side.scores for r in self.fit.rows.get(s.source_name, [s.ref])]


def world_of(tables: Tables, p: Values) -> World:
    """The scores of a benchmark; of the index by the method asked for."""
    world = read_world(tables, p["benchmark"])
    if p["benchmark"] != INDEX or p.get("method") != "scoreboard":
        return world
    key = "scores index scoreboard"
    return tables.once(key, lambda: _fitted(world, read_fit(tables, fit_name(p))))


def _fitted(world: World, fit: IndexFit) -> World:
    """The models of the document with their values in a fit."""
    value = dict(zip(fit.names, fit.points, strict=True))
    spread = [] if fit.draws is None else fit.draws.std(axis=0)
    error = dict(zip(fit.names, spread, strict=True))
    rows = {h: [replace(s, value=value[s.source_name], error=float(error[s.source_name]))
                for s in found if s.source_name in value]
            for h, found in world.rows.items()}  # fmt: skip
    left = {h: [*world.left[h], *(LeftOut(s.ref, UNFITTED) for s in found
                                  if s.source_name not in value)]
            for h, found in world.rows.items()}  # fmt: skip
    kept = {h: found for h, found in rows.items() if found}
    return replace(world, rows=kept, left=left)


def joint_of(tables: Tables, p: Values, scores: list[Scored]) -> Joint | None:
    """The joint draws behind scores, where each of them has some."""
    if p["benchmark"] != INDEX:
        return None
    fit = read_fit(tables, fit_name({"method": p.get("method") or "published"}))
    column = {name: i for i, name in enumerate(fit.names)}
    whole = fit.draws is not None and all(s.source_name in column for s in scores)
    return Joint(fit, column) if whole else None
