"""Repositories of the Hub, their counts by day, and the group to which each belongs.

Copies count to the repository that their own `base_model` tag names; a repository that was renamed
stays one, where the Hub's number of it is known.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from scoreboard.errors import UsageError
from scoreboard.estimate import Ref
from scoreboard.metrics._groups import REGIONS, UNKNOWN, group_domain, size_tier
from scoreboard.metrics.base import Values
from scoreboard.store import Tables

PARTITIONS = ("family", "developer", "origin", "licence", "size_tier", "model")
PERIODS = {"30d": "downloads of the last 30 days", "all": "all-time downloads"}
SOURCES = ("llmfit", "huggingface", "huggingface_trending", "huggingface_top30")
POPULATIONS = {
    "llmfit": "Hub repositories on llmfit's list",
    "huggingface": "Hub repositories in the first thousands by task and order",
    "huggingface_trending": "1,000 trending Hub repositories",
    "huggingface_top30": "the 30 Hub repositories with most downloads",
}
REPOS = """
SELECT r.*, coalesce(d.country, '') AS country, coalesce(nullif(d.region, ''), 'unknown') AS region,
  m.weights_from, m.released
FROM repositories r LEFT JOIN developers d ON d.developer = r.developer
LEFT JOIN models m ON m.model = r.model
ORDER BY r.repository
"""
# One count a day: of several documents of a day, the one that was fetched last.
COUNTS = """
SELECT s.source, d.period, d.day, lower(d.source_name) AS repository, d.downloads,
  d.snapshot_id, d.locator, d.raw
FROM downloads d JOIN snapshots s ON s.id = d.snapshot_id
QUALIFY row_number() OVER (
  PARTITION BY s.source, d.period, d.day, lower(d.source_name)
  ORDER BY s.published DESC, s.retrieved DESC, s.address, d.snapshot_id DESC, d.locator) = 1
ORDER BY ALL
"""


@dataclass(frozen=True, slots=True)
class Repo:
    """A repository, and what is known of it."""

    repository: str
    name: str
    model: str
    developer: str
    family: str
    country: str
    region: str
    params_b: float | None
    licence: str
    created: dt.date | None
    gated: bool
    hub_id: str
    copy_of: str
    root: str
    note: str
    released: dt.date | None

    @property
    def identity(self) -> str:
        """What stays when it is renamed: the Hub's number, else its name."""
        return self.hub_id or self.repository


class Count(NamedTuple):
    """Downloads of one repository on one day."""

    repo: Repo
    downloads: int
    ref: Ref


Day = Mapping[str, Count]  # identity -> count


@dataclass(frozen=True)
class Hub:
    """Every repository, and the counts by source, period and day."""

    repos: Mapping[str, Repo]
    counts: Mapping[tuple[str, str], Mapping[dt.date, Day]]
    groups: dict[tuple[str, str], str] = field(default_factory=dict)

    def holder(self, repo: Repo) -> Repo:
        """The repository whose weights it holds: of a copy, what its tag names."""
        return self.repos.get(repo.copy_of, repo) if repo.copy_of else repo

    def group(self, repo: Repo, by: str) -> str:
        """The group of a repository, copies with what they copy; `unknown` where nobody says."""
        key = (repo.repository, by)
        if key not in self.groups:
            self.groups[key] = _group(self.holder(repo), by)
        return self.groups[key]


def _group(repo: Repo, by: str) -> str:
    if by == "origin":
        return repo.region or UNKNOWN
    if by == "size_tier":
        return size_tier(repo.params_b)
    return str(getattr(repo, by)) or UNKNOWN


def belongs(hub: Hub, repo: Repo, by: str, of: str) -> bool:
    """Whether a repository is in one named group; a country is one of origin."""
    if by == "origin" and len(of) == 2 and of not in REGIONS:
        return hub.holder(repo).country == of
    return hub.group(repo, by) == of


def read_hub(tables: Tables) -> Hub:
    """Repositories and counts, read once."""
    return tables.once("hub", lambda: _read_hub(tables))


def _read_hub(tables: Tables) -> Hub:
    names = list(Repo.__dataclass_fields__)
    repos = {}
    for r in tables.rows(REPOS):
        released = r["weights_from"] or r["released"]
        row: dict[str, Any] = {**r, "released": released, "gated": bool(r["gated"])}
        repos[r["repository"]] = Repo(**{n: row[n] for n in names})
    counts: dict[tuple[str, str], dict[dt.date, dict[str, Count]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for r in tables.rows(COUNTS):
        repo = repos[r["repository"]]
        ref = Ref.of(r)
        counts[r["source"], r["period"]][r["day"]][repo.identity] = Count(repo, r["downloads"], ref)
    return Hub(repos, {k: dict(sorted(v.items())) for k, v in counts.items()})


def hub_group_domain(tables: Tables, others: Values) -> list[str]:
    """The groups of a partition of repositories, and `unknown`."""
    by = str(others.get("by") or "family")
    if by == "licence":
        found = tables.column("SELECT licence FROM licences ORDER BY 1")
    else:
        found = group_domain(tables, {"by": by})
    if by in ("family", "developer"):
        column = f"SELECT DISTINCT {by} FROM repositories WHERE {by} <> ''"
        found = sorted({*found, *tables.column(column)})
    return [*found, UNKNOWN]


def day_domain(tables: Tables, _: Values) -> list[str]:
    """Days with counts."""
    return [str(d) for d in tables.column("SELECT DISTINCT day FROM downloads ORDER BY 1")]


def source_domain(tables: Tables, _: Values) -> list[str]:
    """The lists that can be asked for."""
    return list(SOURCES)


def days_of(hub: Hub, source: str, period: str) -> Mapping[dt.date, Day]:
    """The counts of a list by day.

    Raises UsageError where this machine has none, or only those of the other period.
    """
    found = hub.counts.get((source, period))
    if found:
        return found
    other = [p for p in PERIODS if hub.counts.get((source, p))]
    if other:
        raise UsageError(
            f"{source} has no counts with period={period}", valid=other,
            repair=f"-p period={other[0]}, or -p source=huggingface",
        )  # fmt: skip
    held = sorted({s for s, p in hub.counts})
    raise UsageError(
        f"there are no counts of {source} among the rows",
        valid=held,
        repair=f"scoreboard sync {source}",
    )


def chosen_days(
    counts: Mapping[dt.date, Day], start: dt.date | None, as_of: dt.date
) -> list[dt.date]:
    """Days of counts in a window, both ends included.

    Raises UsageError, with the range there is, where there is none.
    """
    days = list(counts)
    found = [d for d in days if (start or dt.date.min) <= d <= as_of]
    if not found:
        window = f"from {start} to {as_of}" if start else f"by {as_of}"
        raise UsageError(f"no counts {window}", valid=[f"days from {days[0]} to {days[-1]}"])
    return found
