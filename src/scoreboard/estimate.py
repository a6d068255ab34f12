"""What every answer carries."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

IntervalKind = Literal["confidence", "bounds", "range", "published"]
SAMPLE = 5


class Ref(NamedTuple):
    """A row that a figure stands on: where it is, and the raw text of its cell."""

    snapshot_id: str
    locator: str
    raw: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Ref:
        """From a row of a table that says where it was read."""
        return cls(row["snapshot_id"], row["locator"], row["raw"])


class LeftOut(NamedTuple):
    """A row that was not used, and why."""

    row: Ref
    why: str


@dataclass(frozen=True, slots=True)
class Interval:
    """What an interval means. `level` is a fraction; None for bounds and ranges."""

    kind: IntervalKind
    level: float | None = 0.95


@dataclass(frozen=True, slots=True)
class Inputs:
    """The rows behind an estimate."""

    rows: tuple[Ref, ...] = ()

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any] | Ref]) -> Inputs:
        """From rows that carry `snapshot_id`, `locator` and `raw`; sorted, without repeats."""
        refs = {r if isinstance(r, Ref) else Ref.of(r) for r in rows}
        return cls(tuple(sorted(refs)))

    @property
    def digest(self) -> str:
        """A short name for exactly these rows."""
        text = "\n".join("\t".join(r) for r in self.rows)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def as_json(self) -> dict[str, Any]:
        """`count`, `digest` and a `sample` of rows."""
        sample = [{"snapshot": r.snapshot_id, "locator": r.locator} for r in self.rows[:SAMPLE]]
        return {"count": len(self.rows), "digest": self.digest, "sample": sample}


@dataclass(frozen=True, slots=True)
class Estimate:
    """One figure: value, interval, date and population, with the rows it stands on."""

    value: float | None
    unit: str
    method: str
    as_of: dt.date
    population: str
    key: Mapping[str, str] = field(default_factory=dict)
    low: float | None = None
    high: float | None = None
    interval: Interval | None = None
    n: int = 0
    caveats: tuple[str, ...] = ()
    inputs: Inputs = field(default_factory=Inputs)
    detail: Mapping[str, Any] = field(default_factory=dict)
    source_name: str | None = None
    draws: str | None = None
    left_out: tuple[LeftOut, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The estimate as it is printed by `--format json`."""
        interval = self.interval
        result: dict[str, Any] = {
            "key": dict(self.key),
            "value": _round(self.value),
            "low": _round(self.low),
            "high": _round(self.high),
            "interval": {"kind": interval.kind, "level": interval.level} if interval else None,
            "unit": self.unit,
            "method": self.method,
            "as_of": self.as_of.isoformat(),
            "n": self.n,
            "population": self.population,
            "caveats": list(self.caveats),
            "inputs": self.inputs.as_json(),
            "detail": plain(self.detail),
            "draws": self.draws,
        }
        if self.source_name is not None:
            result["source_name"] = self.source_name
        return result


ATOMS = frozenset({str, int, bool, type(None)})


def plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    if type(value) in ATOMS or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return _round(value)
    if isinstance(value, Mapping):
        return {str(k): v if type(v) in ATOMS else plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [v if type(v) in ATOMS else plain(v) for v in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return float(value)


def _round(value: float | None) -> float | None:
    """Twelve significant digits: the same on every machine."""
    return None if value is None else float(f"{value:.12g}")
