"""The fits of the capability index with their joint draws, for every metric that needs them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scoreboard.errors import UsageError
from scoreboard.estimate import LeftOut, Ref
from scoreboard.metrics.base import Values
from scoreboard.store import Tables

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

METHODS = ("published", "scoreboard")
LEVELS = {"published": 0.9, "scoreboard": 0.95}
STEP = 0.01  # index points, of the draws in the table
REPORTED = "the developer's own result, and self_reported=no"
MODELS = """
SELECT d.name, d.value, d.draws, coalesce(i.model, m.model) AS model,
  coalesce(i.released, m.released) AS released
FROM index_draws d
LEFT JOIN (
  SELECT source_name, arg_max(model, published) AS model,
    arg_max(released, published) AS released
  FROM results WHERE source = 'epoch_index' AND benchmark = 'index' AND model IS NOT NULL
  GROUP BY source_name
) i ON i.source_name = d.name
LEFT JOIN models m ON m.model = d.name
WHERE d.fit = ? AND d.kind = 'model' ORDER BY d.value DESC, d.name
"""
ROWS = """
SELECT f.value AS name, s.snapshot_id, s.locator, s.raw, s.runner
FROM scores s
JOIN snapshots d ON d.id = s.snapshot_id
JOIN facts f ON f.kind = 'model' AND f.attribute = 'index_model' AND f.name = s.source_name
  AND split_part(f.snapshot_id, '@', 1) = 'epoch_index'
  AND d.published BETWEEN f.first_seen AND f.last_seen
WHERE s.snapshot_id = ? ORDER BY ALL
"""
OWN = """
SELECT model, snapshot_id, locator, raw FROM results
WHERE source = 'own' AND model IS NOT NULL AND benchmark IN (
  SELECT b.benchmark FROM index_draws d JOIN benchmark_names b ON b.name = lower(d.name)
  WHERE d.fit = ? AND d.kind = 'test')
ORDER BY ALL
"""


@dataclass(frozen=True)
class IndexFit:
    """One fit: models in order of their index, the highest first, with draws (draws x models)."""

    name: str  # published, scoreboard, scoreboard_independent
    method: str
    published: dt.date | None = None  # of the document
    fault: str = ""  # why there is none
    own_scores: int = 0  # of the user, in the fit
    models: tuple[str, ...] = ()
    names: tuple[str, ...] = ()  # the document's
    released: tuple[dt.date | None, ...] = ()
    points: tuple[float, ...] = ()
    draws: Floats | None = None
    unresolved: tuple[str, ...] = ()  # names that mean no model of ours
    rows: dict[str, list[Ref]] = field(default_factory=dict)  # by the document's name
    left_out: dict[str, list[LeftOut]] = field(default_factory=dict)

    @property
    def level(self) -> float:
        """Of its intervals: that of the publication, and 95 %."""
        return LEVELS[self.method]


def fit_name(p: Values) -> str:
    """The fit that parameters `method` and `self_reported` ask for."""
    method, reported = p.get("method") or "scoreboard", p.get("self_reported") or "yes"
    if method == "published" and reported == "no":
        raise UsageError(
            "the published objective takes every row of its document",
            repair="-p method=scoreboard -p self_reported=no",
        )
    return "scoreboard_independent" if reported == "no" else str(method)


def joint_draws(
    tables: Tables, method: str = "scoreboard", self_reported: str = "yes"
) -> tuple[tuple[str, ...], Floats]:
    """Model ids, and the joint draws of their index as draws x models, in index points.

    UsageError where there is no fit.
    """
    fit = read_fit(tables, fit_name({"method": method, "self_reported": self_reported}))
    if fit.draws is None:
        raise UsageError(f"there are no draws of the index: {fit.fault}", valid=METHODS)
    return fit.models, fit.draws


def read_fit(tables: Tables, name: str) -> IndexFit:
    """A fit by name, read once."""
    key = f"index fit {name}"
    return tables.once(key, lambda: _read(tables, name))


def _read(tables: Tables, name: str) -> IndexFit:
    import numpy as np

    method = name.partition("_")[0]
    about = tables.rows(
        "SELECT f.*, s.published FROM index_fits f LEFT JOIN snapshots s ON s.id = f.snapshot_id "
        "WHERE fit = ?",
        [name],
    )
    if not about or about[0]["fault"]:
        fault = about[0]["fault"] if about else "no fit was made"
        return IndexFit(name, method, fault=fault)
    found = tables.rows(MODELS, [name])
    known = [r for r in found if r["model"]]
    draws = np.array([r["value"] + STEP * np.array(r["draws"].split(), float) for r in known])
    rows, left = _rows(tables, about[0]["snapshot_id"], name)
    return IndexFit(
        name,
        method,
        about[0]["published"],
        own_scores=about[0]["own_scores"],
        models=tuple(r["model"] for r in known),
        names=tuple(r["name"] for r in known),
        released=tuple(r["released"] for r in known),
        points=tuple(r["value"] for r in known),
        draws=np.ascontiguousarray(draws.T),
        unresolved=tuple(r["name"] for r in found if not r["model"]),
        rows=rows,
        left_out=left,
    )


def _rows(
    tables: Tables, snapshot: str, name: str
) -> tuple[dict[str, list[Ref]], dict[str, list[LeftOut]]]:
    """The scores behind each model; own ones by the model's id."""
    used: dict[str, list[Ref]] = defaultdict(list)
    left: dict[str, list[LeftOut]] = defaultdict(list)
    for r in tables.rows(ROWS, [snapshot]):
        ref = Ref.of(r)
        if name == "scoreboard_independent" and r["runner"] == "developer":
            left[r["name"]].append(LeftOut(ref, REPORTED))
        else:
            used[r["name"]].append(ref)
    if name != "published":
        for r in tables.rows(OWN, [name]):
            used[r["model"]].append(Ref.of(r))
    return dict(used), dict(left)


def index_models(tables: Tables, _: Values) -> list[str]:
    """Every model with an index by some method."""
    return sorted({m for name in METHODS for m in read_fit(tables, name).models})


def index_days(tables: Tables, _: Values) -> list[str]:
    """Days on which a model with an index came out."""
    fits = [read_fit(tables, name) for name in METHODS]
    return sorted({str(d) for f in fits for d in f.released if d})
