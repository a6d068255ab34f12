"""Partitions of models: by openness, origin, both, developer, family, model, size."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from scoreboard.metrics.base import Values
from scoreboard.store import Tables

PARTITIONS = (
    "openness", "origin", "origin_openness", "developer", "family", "model", "size_tier",
)  # fmt: skip
OPENNESS = ("closed", "open", "unrestricted", "restricted")
REGIONS = ("CN", "US", "europe", "other")
SIZE_TIERS = (
    (1, "under-1b"), (5, "1b-5b"), (10, "5b-10b"), (50, "10b-50b"), (100, "50b-100b"),
    (250, "100b-250b"),
)  # fmt: skip
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class About:
    """What a partition needs to know of a model."""

    model: str
    name: str
    developer: str
    family: str
    country: str
    region: str
    released: dt.date | None
    total_params_b: float | None
    use: str
    periods: tuple[tuple[dt.date, dt.date, bool | None, str], ...]

    def open_on(self, day: dt.date) -> bool | None:
        """Whether the weights could be downloaded that day; None when unknown."""
        return self._period(day)[2]

    def openness_on(self, day: dt.date) -> str:
        """Its class of openness that day."""
        return self._period(day)[3]

    def _period(self, day: dt.date) -> tuple[dt.date, dt.date, bool | None, str]:
        for period in self.periods:
            if period[0] <= day <= period[1]:
                return period
        return (day, day, None, UNKNOWN)


def all_models(tables: Tables) -> dict[str, About]:
    """Every model with its periods of openness, read once."""
    return tables.once("models", lambda: _read_models(tables))


def _read_models(tables: Tables) -> dict[str, About]:
    periods: dict[str, list[tuple[dt.date, dt.date, bool | None, str]]] = defaultdict(list)
    for p in tables.rows(
        "SELECT model, coalesce(valid_from, DATE '0001-01-01') AS since, "
        "coalesce(valid_to, DATE '9999-12-31') AS until, weights, openness FROM openness"
    ):
        periods[p["model"]].append((p["since"], p["until"], p["weights"], p["openness"]))
    found = tables.rows(
        "SELECT model, name, developer, family, country, region, released, total_params_b, "
        "use FROM models"
    )
    return {r["model"]: About(**r, periods=tuple(periods[r["model"]])) for r in found}


def group_of(about: About | None, by: str, day: dt.date) -> str:
    """The group of a model in a partition on a day."""
    if about is None:
        return UNKNOWN
    if by == "openness":
        return _open_word(about, day)
    if by == "origin":
        return about.region or UNKNOWN
    if by == "origin_openness":
        word = _open_word(about, day)
        known = about.region not in ("", UNKNOWN) and word != UNKNOWN
        return f"{about.region}_{word}" if known else UNKNOWN
    if by == "size_tier":
        return size_tier(about.total_params_b)
    return str(getattr(about, by)) or UNKNOWN


def _open_word(about: About, day: dt.date) -> str:
    state = about.open_on(day)
    return UNKNOWN if state is None else "open" if state else "closed"


def size_tier(params_b: float | None) -> str:
    """The bucket of a size in billions of parameters."""
    if params_b is None:
        return UNKNOWN
    return next((name for top, name in SIZE_TIERS if params_b < top), "over-250b")


def in_group(about: About | None, by: str, of: str, day: dt.date) -> bool:
    """Whether a model belongs to one named group on a day."""
    if about is None:
        return of == UNKNOWN
    if by == "openness" and of in ("unrestricted", "restricted"):
        return about.openness_on(day) == of and about.open_on(day) is True
    if by == "origin" and len(of) == 2 and of not in ("CN", "US"):
        return about.country == of
    return group_of(about, by, day) == of


def group_names(tables: Tables, by: str) -> list[str]:
    """The groups that a partition can have."""
    if by == "openness":
        return list(OPENNESS)
    if by == "origin":
        countries = tables.column("SELECT DISTINCT country FROM models WHERE country <> ''")
        return [*REGIONS, *sorted(set(countries) - set(REGIONS))]
    if by == "origin_openness":
        return [f"{r}_{o}" for r in REGIONS for o in ("open", "closed")]
    if by == "size_tier":
        return [name for _, name in SIZE_TIERS] + ["over-250b"]
    found: list[str] = tables.column(
        f'SELECT DISTINCT "{by}" FROM models WHERE "{by}" <> \'\' ORDER BY 1'
    )
    return found


def group_domain(tables: Tables, others: Values) -> list[str]:
    """The domain of a parameter that names a group of the partition `by`."""
    return group_names(tables, str(others.get("by") or "openness"))


def canonical_group(tables: Tables, text: str, others: Values) -> str | None:
    """The id of a group from its printed name; of a model, from any of its names."""
    by = others.get("by")
    if by == "model":
        return canonical_model(tables, text, others)
    named = {"developer": "developers", "family": "families"}.get(str(by))
    if named is None:
        return None
    found = tables.column(f"SELECT {by} FROM {named} WHERE lower(name) = ?", [text.lower()])
    return str(found[0]) if len(found) == 1 and found[0] in group_names(tables, str(by)) else None


def model_domain(tables: Tables, _: Values) -> list[str]:
    """Every model id."""
    return tables.column("SELECT model FROM models ORDER BY 1")


def canonical_model(tables: Tables, text: str, others: Values | None = None) -> str | None:
    """The id of a model from its id, or from any old or foreign name that means one model.

    A name that moves with time means what it means on the day asked for, else now.
    """
    if text.lower() in tables.lists("SELECT model, model FROM models"):
        return text.lower()
    day = (others or {}).get("as_of") or dt.date.max
    same = tables.column(
        "SELECT DISTINCT model FROM names WHERE model <> '' AND lower(name) = ? "
        "AND ? BETWEEN coalesce(valid_from, DATE '0001-01-01') "
        "AND coalesce(valid_to, DATE '9999-12-31') "
        "UNION SELECT model FROM models WHERE lower(name) = ? OR lower(repo) = ?",
        [text.lower(), day, text.lower(), text.lower()],
    )
    return str(same[0]) if len(same) == 1 else None
