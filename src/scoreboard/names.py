"""A source's name for a model, on a day -> our model, with the reason.

In this order: a dated or source's own name in the curated files, an exact identifier (curated
spelling, Hub repository), a link that a document states, then the rules of `normalise`. A name
that fits two models fits none. There is no similarity score.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from scoreboard.curation import Curated
from scoreboard.normalise import Parsed, Prefixes, compact, parse, split_effort, split_variant
from scoreboard.registry import (
    Entry,
    Meaning,
    Model,
    Registry,
    SourceMeaning,
    build_registry,
    prefixes_of,
    spelled,
)

Table = Mapping[str, list[SourceMeaning]]
DATE_SLACK = dt.timedelta(days=45)  # between a dated id and the release it names


@dataclass(frozen=True, order=True)
class Name:
    """One spelling in one source; for prices also whose offer it is."""

    source: str
    name: str
    provider: str = ""


@dataclass
class Links:
    """Exact identifiers that documents state about a name, per namespace."""

    repo: dict[tuple[str, str], str] = field(default_factory=dict)
    slug: dict[tuple[str, str], str] = field(default_factory=dict)
    versions: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    organisation: dict[str, str] = field(default_factory=dict)  # Epoch name -> developers


class Resolver:
    """Resolves names. Built once from curated files and the identifiers in the documents."""

    def __init__(
        self,
        curated: Curated,
        repos: Iterable[str] = (),
        links: Links | None = None,
        namespaces: Mapping[str, str] | None = None,
        efforts: Iterable[str] = (),
    ) -> None:
        self.curated = curated
        self.prefixes: Prefixes = prefixes_of(curated)
        self.registry: Registry = build_registry(curated, self.prefixes, repos)
        self.links = links or Links()
        self.namespaces = dict(namespaces or {})
        self.efforts = frozenset(efforts)
        self.first_party = _first_parties(curated)
        self.developer_names = {
            n.lower(): d.id for d in curated.developers.values() for n in (d.name, *d.names)
        }

    def resolve(self, name: Name) -> list[Meaning]:
        """Every meaning of a name, by days. Empty when it is unresolved."""
        parsed = self.parse(name)
        found = (
            self._stated(name, parsed)
            or self._linked(name, parsed)
            or self._by_rules(name, parsed)
            or self._by_versions(name)
        )
        return sorted(found, key=lambda m: (m.since or dt.date.min, m.model))

    def _stated(self, name: Name, parsed: Parsed) -> list[Meaning]:
        """By the curated files and exact identifiers."""
        names, keys = self.registry.names, self.registry.name_keys
        return (
            self._curated_names(name, parsed, names, name.name.strip().lower())
            or self._curated_names(name, parsed, names, self._bare(name).key.lower())
            or self._exact(name, parsed)
            or (
                parsed.cloud
                and self._curated_names(name, parsed, keys, spelled(parsed, cloud=True))
            )
            or self._curated_names(name, parsed, keys, spelled(parsed))
        )

    def _bare(self, name: Name) -> Parsed:
        """A name without the suffix of a variant."""
        bare = split_variant(Parsed(key=name.name.strip()))
        return split_effort(bare) if name.source in self.efforts else bare

    def _alone(self, name: Name) -> list[Meaning]:
        """A name that a document links to: resolved without following further links."""
        parsed = self.parse(name)
        return self._stated(name, parsed) or self._by_rules(name, parsed)

    def on(self, name: Name, day: dt.date) -> Meaning | None:
        """What a name means on a day."""
        for meaning in self.resolve(name):
            if (meaning.since or dt.date.min) <= day <= (meaning.until or dt.date.max):
                return meaning
        return None

    def parse(self, name: Name) -> Parsed:
        """A name taken apart by the rules."""
        points = "fireworks" in name.name.lower() or "fireworks" in name.provider.lower()
        efforts = name.source in self.efforts
        return parse(name.name, self.prefixes, efforts=efforts, points=points)

    # the ways, in order

    def _curated_names(
        self, name: Name, parsed: Parsed, table: Table, spelling: str
    ) -> list[Meaning]:
        fitting = [
            (source, meaning)
            for source, meaning in self._in_source(table, spelling, name)
            if source != "any" or self._may_move(name, parsed, meaning)
        ]
        own = [m for source, m in fitting if source != "any"]
        chosen = own or [m for _, m in fitting]
        return [replace(m, variant=m.variant or parsed.variant) for m in dict.fromkeys(chosen)]

    def _may_move(self, name: Name, parsed: Parsed, meaning: Meaning) -> bool:
        """A moving alias is its vendor's: what another host calls so may differ."""
        developer = self.registry.models[meaning.model].developer
        if parsed.organisation or parsed.developer not in (None, developer):
            return False
        timeless = meaning.since is None and meaning.until is None
        own = self.first_party.get(name.provider.lower()) == developer
        return timeless or not name.provider or own

    def _in_source(self, table: Table, spelling: str, name: Name) -> list[SourceMeaning]:
        """The curated names of this spelling that hold in this source."""
        places = ("any", name.source, self.namespaces.get(name.source))
        return [e for e in table.get(spelling, []) if e[0] in places]

    def _exact(self, name: Name, parsed: Parsed) -> list[Meaning]:
        bare = self._bare(name)
        for spelling in dict.fromkeys((name.name.strip().lower(), bare.key.lower())):
            model = self.registry.exact.get(spelling)
            if model and self._fits(self.registry.models[model], name, parsed):
                if self._is_moving(self.registry.names, spelling, name, model):
                    return []
                variant = bare.variant if spelling == bare.key.lower() else ""
                return [Meaning(model, variant, how=f"exact identifier {spelling}")]
        return []

    def _is_moving(self, table: Table, spelling: str, name: Name, model: str) -> bool:
        """A model's name that is also a moving alias means what the alias says."""
        return any(m.model != model for _, m in self._in_source(table, spelling, name))

    def _linked(self, name: Name, parsed: Parsed) -> list[Meaning]:
        space = self.namespaces.get(name.source, name.source)
        bare = split_variant(Parsed(key=name.name.strip())).key.lower()
        repo = self.links.repo.get((space, bare))
        if repo and (model := self.registry.exact.get(repo.lower())):
            return [Meaning(model, parsed.variant, how=f"the document names weights {repo}")]
        slug = self.links.slug.get((space, bare))
        if slug and slug.lower() != bare:
            found = self._alone(Name(name.source, slug))
            return [
                replace(m, variant=parsed.variant, how=f"canonical slug {slug}: {m.how}")
                for m in found
            ]
        return []

    def _by_rules(self, name: Name, parsed: Parsed) -> list[Meaning]:
        found = self.registry.keys.get(compact(parsed.key), set())
        fitting = {e for e in found if self._fits(self.registry.models[e.model], name, parsed)}
        chosen = self._by_date(parsed, fitting)
        if len(chosen) != 1:
            return []
        model = chosen.pop()
        if not parsed.date and self._is_moving(self.registry.name_keys, parsed.key, name, model):
            return []
        steps = ", ".join(parsed.steps) or "same key"
        return [Meaning(model, parsed.variant, how=f"rules: {steps}; key {parsed.key}")]

    def _by_date(self, parsed: Parsed, fitting: set[Entry]) -> set[str]:
        models = {e.model for e in fitting}
        undated = {e.model for e in fitting if not e.date}
        if not parsed.date:
            firm = {e.model for e in fitting if not e.date and e.firm}
            return undated if models == undated else firm
        same = {e.model for e in fitting if e.date == parsed.date}
        if same:
            return same
        return undated if undated == models and self._near(undated, parsed.date) else set()

    def _near(self, models: set[str], date: str) -> bool:
        """A dated id may name an undated model when the date is that of its release."""
        day = dt.date(int(date[:4]), int(date[4:6]), int(date[6:]))
        released = [self.registry.models[m].released for m in models]
        return all(r is not None and abs(r - day) <= DATE_SLACK for r in released)

    def _by_versions(self, name: Name) -> list[Meaning]:
        """A name under which a document lists versions that all mean one model."""
        versions = self.links.versions.get(name.name, set()) - {name.name}
        models = {tuple(m.model for m in self._alone(Name(name.source, v))) for v in versions}
        if len(models) != 1:
            return []
        (only,) = models
        return [Meaning(only[0], how="all versions listed under it")] if len(only) == 1 else []

    def _fits(self, model: Model, name: Name, parsed: Parsed) -> bool:
        if parsed.organisation is not None:
            return False
        if parsed.developer is not None and parsed.developer != model.developer:
            return False
        stated = self.links.organisation.get(name.name)
        if stated and name.source in self.efforts:
            return self._same_developer(stated, model.developer)
        return True

    def _same_developer(self, organisations: str, developer: str) -> bool:
        known = {
            self.developer_names[o.strip().lower()]
            for o in organisations.split(",")
            if o.strip().lower() in self.developer_names
        }
        return not known or developer in known


def _first_parties(curated: Curated) -> dict[str, str]:
    return {
        spelling.lower(): provider.first_party_of
        for provider in curated.providers.values()
        if provider.first_party_of
        for spelling in (provider.id, *provider.aka)
    }
