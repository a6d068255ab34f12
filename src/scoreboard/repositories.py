"""Repositories of the Hugging Face Hub: whose they are, and from what they were made.

A repository belongs to the developer whose organisation holds it, and to a model where its name
resolves to a model of that developer. Anybody else's upload is its own, unless its `base_model`
tag says that it is quantised from another, or names a repository of the same name: then it is a
copy. Nothing is guessed from a name alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scoreboard.curation import Curated
from scoreboard.derive import family_of
from scoreboard.engine import create, rows
from scoreboard.identify import Identified
from scoreboard.names import Name
from scoreboard.registry import Model
from scoreboard.tables import SOURCE

if TYPE_CHECKING:
    import duckdb

COLUMNS = {
    "repository": "VARCHAR",
    "name": "VARCHAR",
    "model": "VARCHAR",
    "developer": "VARCHAR",
    "family": "VARCHAR",
    "params_b": "DOUBLE",
    "licence": "VARCHAR",
    "task": "VARCHAR",
    "created": "DATE",
    "gated": "BOOLEAN",
    "hub_id": "VARCHAR",
    "base": "VARCHAR",
    "relation": "VARCHAR",
    "copy_of": "VARCHAR",
    "root": "VARCHAR",
    "note": "VARCHAR",
}
SEEN = f"""
SELECT DISTINCT source, name FROM (
  SELECT {SOURCE} AS source, source_name AS name FROM downloads
  UNION ALL SELECT {SOURCE}, unnest([source_name, base]) FROM relations
) ORDER BY lower(name), source, name
"""
STATED = """
SELECT lower(name) AS repository, attribute, value FROM facts WHERE kind = 'repository'
ORDER BY last_seen, snapshot_id, locator
"""
MADE_FROM = """
SELECT lower(source_name) AS repository, lower(base) AS base, relation, created FROM relations
ORDER BY last_seen, snapshot_id, locator
"""
SAME = ("", "finetune")  # with the same name these are uploads of the same weights
CIRCLE = "its base_model tags go in a circle"


@dataclass
class Repo:
    """What is known of one repository."""

    name: str
    model: str = ""
    developer: str = ""
    family: str = ""
    note: str = ""
    stated: dict[str, str] = field(default_factory=dict)
    bases: dict[str, str] = field(default_factory=dict)  # base -> relation, as last stated
    created: dt.date | None = None


def write_repositories(
    connection: duckdb.DuckDBPyConnection, curated: Curated, identified: Identified
) -> None:
    """Write `repositories` from downloads, relations and what is stated of repositories."""
    repos = _read(connection, curated, identified)
    sizes = {r["model"]: r for r in rows(connection, "SELECT * FROM models")}
    licences = {
        spelling.lower(): x.id for x in curated.licences.values() for spelling in (x.id, *x.aka)
    }
    records = (_record(key, repos, sizes, licences) for key in sorted(repos))
    create(connection, "repositories", COLUMNS, records)


def _read(
    connection: duckdb.DuckDBPyConnection, curated: Curated, identified: Identified
) -> dict[str, Repo]:
    repos: dict[str, Repo] = {}
    for row in rows(connection, SEEN):
        repo = repos.setdefault(row["name"].lower(), Repo(row["name"]))
        _place(repo, Name(row["source"], row["name"]), curated, identified)
    for row in rows(connection, STATED):
        if row["repository"] in repos:
            repos[row["repository"]].stated[row["attribute"]] = row["value"]
    for row in rows(connection, MADE_FROM):
        repo = repos[row["repository"]]
        repo.bases[row["base"]] = row["relation"]
        repo.created = row["created"] or repo.created
    return repos


def _place(repo: Repo, name: Name, curated: Curated, identified: Identified) -> None:
    """Its developer by the organisation that holds it, and its model by its name."""
    resolver = identified.resolver
    owner, slash, _ = name.name.partition("/")
    repo.developer = resolver.prefixes.developers.get(owner.lower(), "") if slash else ""
    found = [m for m in identified.meanings.get(name, []) if not m.variant]
    if len(found) == 1 and not repo.model:
        model = resolver.registry.models[found[0].model]
        own = model.developer == repo.developer
        if own or name.name.lower() in {r.lower() for r in model.repos}:
            repo.model, repo.developer = model.id, model.developer
    if repo.developer and not repo.family:
        repo.family = family_of(curated, Model(name.name, repo.developer, repos=(name.name,)))


def is_copy(name: str, base: str, relation: str) -> bool:
    """Whether a tag says that a repository holds another's weights, stored otherwise."""
    same = name.rpartition("/")[2].lower() == base.rpartition("/")[2].lower()
    return relation == "quantized" or (relation in SAME and same)


def _record(
    key: str,
    repos: Mapping[str, Repo],
    models: Mapping[str, Mapping[str, Any]],
    licences: Mapping[str, str],
) -> tuple[Any, ...]:
    repo = repos[key]
    base, relation = next(iter(sorted(repo.bases.items())), ("", ""))
    copies = _chain(key, repos, only_copies=True)
    line = _chain(key, repos, only_copies=False)
    note = CIRCLE if line is None else repo.note
    origin = repos[copies[-1]] if copies else repo
    size = _size(origin, models)
    model = models.get(repo.model, {})
    hub_licence = licences.get(repo.stated.get("licence", "").lower(), "")
    created = repo.created or _day(repo.stated.get("repository_created"))
    return (
        key, repo.name, repo.model, repo.developer, model.get("family") or repo.family, size,
        model.get("licence") or hub_licence, repo.stated.get("task", ""), created,
        repo.stated.get("gated", "false") not in ("false", ""), repo.stated.get("hub_id", ""),
        base, relation, copies[-1] if copies else "", line[-1] if line else "", note,
    )  # fmt: skip


def _chain(key: str, repos: Mapping[str, Repo], *, only_copies: bool) -> list[str] | None:
    """Base after base, as long as there is one alone; None where they go in a circle."""
    line: list[str] = []
    while key in repos and len(repos[key].bases) == 1:
        ((base, relation),) = repos[key].bases.items()
        if only_copies and not is_copy(key, base, relation):
            break
        if base in line or base == (line or [key])[0]:
            return None
        line.append(base)
        key = base
    return line


def _size(repo: Repo, models: Mapping[str, Mapping[str, Any]]) -> float | None:
    """Billions of parameters: the model's, else those that the Hub's tensors have."""
    known = models.get(repo.model, {}).get("total_params_b")
    declared = repo.stated.get("parameters")
    return known if known is not None else float(declared) / 1e9 if declared else None


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text[:10]) if text else None
