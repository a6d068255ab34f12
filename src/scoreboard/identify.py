"""Resolve every name in the tables: the `names` table, one row per name and meaning."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scoreboard.curation import Curated
from scoreboard.engine import create, rows
from scoreboard.names import Links, Name, Resolver
from scoreboard.normalise import compact
from scoreboard.registry import Meaning, Model
from scoreboard.sources import all_sources
from scoreboard.tables import SOURCE

if TYPE_CHECKING:
    import duckdb

NAME_COLUMNS = {
    "source": "VARCHAR",
    "provider": "VARCHAR",
    "name": "VARCHAR",
    "model": "VARCHAR",
    "variant": "VARCHAR",
    "valid_from": "DATE",
    "valid_to": "DATE",
    "how": "VARCHAR",
    "by_document": "BOOLEAN",
    "resolved": "BOOLEAN",
}
ALL_NAMES = f"""
SELECT DISTINCT source, provider, name FROM (
  SELECT {SOURCE} AS source, '' AS provider, source_name AS name FROM scores
  UNION ALL SELECT {SOURCE}, provider, source_name FROM prices
  UNION ALL SELECT {SOURCE}, '', source_name FROM tokens WHERE source_name <> 'other'
  UNION ALL SELECT {SOURCE}, '', source_name FROM samples WHERE source_name <> 'other'
  UNION ALL SELECT {SOURCE}, '', source_name FROM downloads
  UNION ALL SELECT {SOURCE}, '', unnest([source_name, base]) FROM relations
  UNION ALL SELECT {SOURCE}, '', name FROM facts WHERE kind = 'model'
) WHERE name <> '' ORDER BY ALL
"""


@dataclass
class Identified:
    """The resolver, and what every name in the tables means."""

    resolver: Resolver
    meanings: dict[Name, list[Meaning]]


def links_of(connection: duckdb.DuckDBPyConnection) -> tuple[Links, set[str]]:
    """Identifiers that documents state, and every Hub repository they name."""
    links, repos = Links(), set()
    sources = all_sources()
    organised = {s.id for s in sources.values() if s.efforts}  # of whose names it is asked
    stated = rows(
        connection,
        f"SELECT {SOURCE} AS source, name, attribute, value FROM facts WHERE kind = 'model' "
        "AND attribute IN ('weights_repo', 'canonical_slug', 'model_name', 'organization', "
        "'tracked') ORDER BY first_seen, snapshot_id, name, attribute",
    )
    for fact in stated:
        source, name, value = fact["source"], fact["name"], fact["value"]
        space = (sources[source].namespace or source) if source in sources else source
        if fact["attribute"] == "weights_repo" and value:
            links.repo[space, name.lower()] = value
            repos.add(value)
        elif fact["attribute"] == "canonical_slug":
            links.slug[space, name.lower()] = value
        elif fact["attribute"] == "model_name":
            links.versions[value].add(name)
        elif fact["attribute"] == "organization" and source in organised:
            links.organisation[name] = value
        elif fact["attribute"] == "tracked":
            repos.add(name)
    return links, repos


def make_resolver(connection: duckdb.DuckDBPyConnection, curated: Curated) -> Resolver:
    """A resolver over the identifiers in these tables."""
    links, repos = links_of(connection)
    sources = all_sources()
    return Resolver(
        curated,
        repos,
        links,
        {s.id: s.namespace or s.id for s in sources.values()},
        [s.id for s in sources.values() if s.efforts],
    )


def identify(connection: duckdb.DuckDBPyConnection, curated: Curated) -> Identified:
    """Resolve all names and write the table `names`."""
    resolver = make_resolver(connection, curated)
    names = [Name(r["source"], r["name"], r["provider"]) for r in rows(connection, ALL_NAMES)]
    meanings = {name: resolver.resolve(name) for name in names}
    _join_rest(resolver, meanings)
    known = _resolved_models(resolver, meanings)
    create(connection, "names", NAME_COLUMNS, _records(meanings, known))
    return Identified(resolver, meanings)


def _join_rest(resolver: Resolver, meanings: dict[Name, list[Meaning]]) -> None:
    """Names outside the registry that two sources give to one developer's model are one model."""
    groups: dict[tuple[str, str, str], list[Name]] = defaultdict(list)
    for name, found in meanings.items():
        parsed = resolver.parse(name)
        if found or parsed.developer is None or not _may_join(resolver, parsed.key):
            continue
        groups[parsed.developer, compact(parsed.key), parsed.date].append(name)
    for (developer, _, date), members in sorted(groups.items()):
        if len({resolver.namespaces.get(n.source, n.source) for n in members}) < 2:
            continue
        keys = sorted(resolver.parse(n).key for n in members)
        model = keys[0] + (f"-{date}" if date else "")
        if model in resolver.registry.models:
            continue
        resolver.registry.models[model] = Model(model, developer)
        for name in members:
            how = f"the same name in {len(members)} places of {developer}"
            meanings[name] = [Meaning(model, resolver.parse(name).variant, how=how)]


def _may_join(resolver: Resolver, key: str) -> bool:
    """Moving aliases and names that fit several models are left alone."""
    known = key in resolver.registry.aliases or compact(key) in resolver.registry.keys
    return not known and not re.search(r"latest|preview$|default", key)


def _resolved_models(resolver: Resolver, meanings: dict[Name, list[Meaning]]) -> set[str]:
    """Models that join the names of two sources (of other identifiers), or a curated entry."""
    seen: dict[str, set[str]] = defaultdict(set)
    for name, found in meanings.items():
        for meaning in found:
            seen[meaning.model].add(resolver.namespaces.get(name.source, name.source))
    curated = {m.id for m in resolver.registry.models.values() if m.curated or m.release}
    return curated | {model for model, places in seen.items() if len(places) > 1}


def _records(meanings: dict[Name, list[Meaning]], known: set[str]) -> Iterable[tuple[Any, ...]]:
    for name, found in sorted(meanings.items()):
        if not found:
            yield (name.source, name.provider, name.name, "", "", None, None, "", False, False)
        for m in found:
            place = (name.source, name.provider, name.name)
            yield (
                *place,
                m.model,
                m.variant,
                m.since,
                m.until,
                m.how,
                m.by_document,
                m.model in known,
            )
