"""Which models there are: curated entries and Hub repositories, with every key that means them."""

from __future__ import annotations

import datetime as dt
import fnmatch
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from scoreboard.curated import ReleaseEntry
from scoreboard.curation import Curated
from scoreboard.normalise import Parsed, Prefixes, compact, parse


@dataclass(frozen=True)
class Meaning:
    """What a name means over some days, and how we know."""

    model: str
    variant: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    how: str = ""
    by_document: bool = False  # the days are those of documents, not of what a row is about


SourceMeaning = tuple[str, Meaning]  # source id or `any`


@dataclass
class Model:
    """A set of weights, or a vendor's model."""

    id: str
    developer: str
    released: dt.date | None = None
    repos: tuple[str, ...] = ()
    curated: bool = False
    release: ReleaseEntry | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a model. `firm`: from its id or repository, not from a looser spelling."""

    model: str
    date: str
    firm: bool


@dataclass
class Registry:
    """Models by id, with the spellings and keys that mean them.

    `names` and `name_keys` hold names of one source or of some days: by spelling, and by key;
    `aliases` the keys of all of them.
    """

    models: dict[str, Model] = field(default_factory=dict)
    exact: dict[str, str] = field(default_factory=dict)  # spelling in lower case -> model
    keys: dict[str, set[Entry]] = field(default_factory=lambda: defaultdict(set))
    names: dict[str, list[SourceMeaning]] = field(default_factory=lambda: defaultdict(list))
    name_keys: dict[str, list[SourceMeaning]] = field(default_factory=lambda: defaultdict(list))
    aliases: set[str] = field(default_factory=set)

    def add_key(self, parsed: Parsed, model: str, *, firm: bool) -> None:
        """Make a parsed spelling mean this model (its key and date)."""
        self.keys[compact(parsed.key)].add(Entry(model, parsed.date, firm))


def prefixes_of(curated: Curated) -> Prefixes:
    """Organisations and hosts, as the curated files spell them."""
    developers: dict[str, str] = {}
    for developer in curated.developers.values():
        for name in developer.orgs or [developer.id]:
            developers[name.lower()] = developer.id
    hosts = {h.lower() for p in curated.providers.values() for h in (p.id, *p.aka)}
    return Prefixes(developers, frozenset(hosts))


def build_registry(curated: Curated, prefixes: Prefixes, repos: Iterable[str]) -> Registry:
    """Curated models first, then every other Hub repository of a developer we know."""
    registry = Registry()
    for model in curated.models.values():
        developer = curated.developer_of[model.id]
        registry.models[model.id] = Model(
            model.id, developer, model.released or model.announced, tuple(model.repo), True
        )
        for spelling in (model.id, model.name, *model.aka, *model.repo):
            firm = spelling == model.id or spelling in model.repo
            if firm or spelling in model.aka:
                registry.exact.setdefault(spelling.lower(), model.id)
            registry.add_key(parse(spelling, prefixes), model.id, firm=firm)
        for name in model.names:
            how = "dated name" if name.since or name.until else "curated name"
            own = name.source != "any"
            meaning = Meaning(model.id, name.variant or "", name.since, name.until, how, own)
            registry.names[name.name.lower()].append((name.source, meaning))
            parsed = parse(name.name, prefixes)
            registry.aliases.add(parsed.key)
            if not own or parsed.cloud:
                registry.name_keys[spelled(parsed, cloud=own)].append((name.source, meaning))
    _add_titles(registry, curated)
    for repo in sorted(set(repos)):
        if repo.lower() not in registry.exact:
            _add_repo(registry, curated, prefixes, repo)
    return registry


def _add_titles(registry: Registry, curated: Curated) -> None:
    """A model's printed name means it, unless two are printed so."""
    titles: dict[str, set[str]] = defaultdict(set)
    for model in curated.models.values():
        titles[model.name.lower()].add(model.id)
    for title, models in titles.items():
        if len(models) == 1:
            registry.exact.setdefault(title, *models)


def spelled(parsed: Parsed, *, cloud: bool = False) -> str:
    """A key with its date: how a dated or curated name is looked up.

    What one source writes is looked up by spelling alone, or every host's name of that key would
    mean it. Only a cloud's id, which has many prefixes, keeps a key, apart from all others.
    """
    return ("cloud:" if cloud else "") + parsed.key + (f"-{parsed.date}" if parsed.date else "")


def _add_repo(registry: Registry, curated: Curated, prefixes: Prefixes, repo: str) -> None:
    organisation, _, base = repo.partition("/")
    developer = prefixes.developers.get(organisation.lower())
    if not developer or not base:
        return
    name = base.lower()
    known = registry.models.get(registry.exact.get(name, name))
    if known and known.developer == developer:  # an organisation that was renamed
        known.repos = (*known.repos, repo)
        registry.exact[repo.lower()] = known.id
        return
    model_id = repo.lower() if known else name
    release = release_of(curated, developer, repo)
    registry.models[model_id] = Model(
        model_id, developer, release.released if release else None, (repo,), False, release
    )
    registry.exact[repo.lower()] = model_id
    registry.exact.setdefault(model_id, model_id)
    registry.add_key(parse(repo, prefixes), model_id, firm=True)


def release_of(curated: Curated, developer: str, repo: str) -> ReleaseEntry | None:
    """The release whose pattern fits this repository; the longest pattern wins."""
    fits = [
        (len(pattern), release)
        for owner, release in curated.releases
        if owner == developer
        for pattern in release.repos
        if fnmatch.fnmatchcase(repo.lower(), pattern.lower())
    ]
    return max(fits, key=lambda f: (f[0], f[1].id))[1] if fits else None
