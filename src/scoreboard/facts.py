"""Who wins when sources disagree, and what follows: weights, licence and openness at a date.

At a date: a correction, the developer's own document, a curated entry, a catalogue. For weights
a named repository beats a bare no; other conflicts between catalogues are unknown, and counted.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from scoreboard.curated import LicenceEntry, ModelEntry
from scoreboard.curation import Curated

Rank = Literal["assumption", "correction", "developer", "curated", "catalogue"]
RANKS: tuple[Rank, ...] = ("assumption", "correction", "developer", "curated", "catalogue")
MANY = frozenset(["repo", "tracked"])  # attributes of which a model may have several
EUROPE = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "HR",
        "CY",
        "CZ",
        "DK",
        "EE",
        "FI",
        "FR",
        "DE",
        "GR",
        "HU",
        "IE",
        "IT",
        "LV",
        "LT",
        "LU",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SK",
        "SI",
        "ES",
        "SE",
        "IS",
        "LI",
        "NO",
        "GB",
        "CH",
    ]
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement about one attribute of a model."""

    model: str
    attribute: str
    value: str
    rank: Rank
    source: str
    evidence: str = ""
    snapshot_id: str = ""
    locator: str = ""
    raw: str = ""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    seen: dt.date | None = None
    won: bool = False


@dataclass(frozen=True, slots=True)
class OpennessPeriod:
    """What can be downloaded, and on what terms, over some days."""

    model: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    weights: bool | None
    openness: str  # unrestricted, restricted, closed, unknown
    licence: str
    note: str = ""


@dataclass
class Chosen:
    """Winners by model and attribute, and where catalogues contradict each other."""

    winners: dict[tuple[str, str], Statement] = field(default_factory=dict)
    conflicts: list[tuple[str, str]] = field(default_factory=list)

    def value(self, model: str, attribute: str) -> str | None:
        """The winning value, or None."""
        found = self.winners.get((model, attribute))
        return found.value if found else None

    def date(self, model: str, attribute: str) -> dt.date | None:
        """The winning value as a date, or None."""
        value = self.value(model, attribute)
        try:
            return dt.date.fromisoformat(value) if value else None
        except ValueError:
            return None


def region_of(country: str | None) -> str:
    """`CN`, `US`, `europe` (EU, EEA, UK, CH), `other`, or `unknown`."""
    if not country:
        return "unknown"
    if country in ("CN", "US"):
        return country
    return "europe" if country in EUROPE else "other"


def choose(statements: Iterable[Statement]) -> Chosen:
    """The winner of every attribute of every model."""
    groups: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for statement in statements:
        groups[statement.model, statement.attribute].append(statement)
    chosen = Chosen()
    for key in sorted(groups):
        winner = _winner(key[1], groups[key])
        if winner is None:
            chosen.conflicts.append(key)
        else:
            chosen.winners[key] = winner
    return chosen


def _winner(attribute: str, group: list[Statement]) -> Statement | None:
    best = min(RANKS.index(s.rank) for s in group)
    leading = sorted((s for s in group if RANKS.index(s.rank) == best), key=_newest_first)
    if RANKS[best] != "catalogue":
        return leading[0]
    stated = _newest_of_each(leading)
    if attribute == "weights":
        named = [s for s in stated if s.value == "true" and s.evidence == "repository"]
        stated = named or stated
    agreed = len({s.value for s in stated}) == 1 or attribute in MANY
    return stated[0] if agreed else None


def _newest_first(s: Statement) -> tuple[int, str, str, str]:
    return -(s.seen or dt.date.min).toordinal(), s.source, s.snapshot_id, s.locator


def _newest_of_each(group: list[Statement]) -> list[Statement]:
    """What each source said on the last day on which it said anything."""
    last: dict[str, dt.date] = {}
    for s in group:
        last[s.source] = max(last.get(s.source, dt.date.min), s.seen or dt.date.min)
    return [s for s in group if (s.seen or dt.date.min) == last[s.source]]


def licence_periods(entry: ModelEntry | None) -> list[tuple[dt.date | None, str]]:
    """Licences of a curated model from their dates on, in order."""
    if entry is None or entry.licence is None:
        return []
    if isinstance(entry.licence, str):
        return [(None, entry.licence)]
    return sorted(((x.since, x.licence) for x in entry.licence), key=lambda p: p[0] or dt.date.min)


def is_unrestricted(licence: LicenceEntry) -> bool | None:
    """Whether a licence leaves use free; None when what is known of its text does not say."""
    limits = (licence.cap, licence.territory, licence.field_of_use, licence.naming_duty)
    if licence.commercial is False or licence.use_policy or any(limits):
        return False
    read = licence.known and licence.commercial is not None and licence.use_policy is not None
    return True if read else None


def openness_periods(
    model: str,
    weights: bool | None,
    weights_from: dt.date | None,
    licences: list[tuple[dt.date | None, str]],
    known: Mapping[str, LicenceEntry],
) -> list[OpennessPeriod]:
    """Openness through time: closed until the weights appear, then by the licence in force."""
    if weights is None:
        return [OpennessPeriod(model, None, None, None, "unknown", "", "weights unknown")]
    if not weights:
        return [OpennessPeriod(model, None, None, False, "closed", "")]
    note = "" if weights_from else "day of the weights unknown: counted from the release"
    periods: list[OpennessPeriod] = []
    starts = _licences_from(weights_from or dt.date.min, licences)
    if weights_from:
        before = weights_from - dt.timedelta(days=1)
        periods.append(OpennessPeriod(model, None, before, False, "closed", ""))
    for i, (start, name) in enumerate(starts):
        stop = starts[i + 1][0] - dt.timedelta(days=1) if i + 1 < len(starts) else None
        since = None if start == dt.date.min else start
        openness = _class_of(known.get(name))
        periods.append(OpennessPeriod(model, since, stop, True, openness, name, note))
    return periods


def _licences_from(
    opened: dt.date, licences: list[tuple[dt.date | None, str]]
) -> list[tuple[dt.date, str]]:
    """The licence in force on the first day (empty: none known), and each later change."""
    in_force = {opened: ""}
    for since, licence in licences:
        in_force[max(opened, since or dt.date.min)] = licence
    return sorted(in_force.items())


def _class_of(licence: LicenceEntry | None) -> str:
    free = is_unrestricted(licence) if licence else None
    return "unknown" if free is None else "unrestricted" if free else "restricted"


def curated_statements(curated: Curated, model: str) -> list[Statement]:
    """What a curated entry says of its model."""
    entry = curated.models[model]
    file = f"models/{curated.developer_of[model]}.yml"
    names = {n.lower() for n in _developer_names(curated, curated.developer_of[model])}
    result = []
    for attribute, value in _curated_values(entry):
        keys = entry.evidence.get(attribute) or entry.evidence.get("*", [])
        sources = [e for k in keys if (e := curated.evidence.get((file, k)))]
        own = any(e.by.lower() in names for e in sources)
        result.append(
            Statement(
                model,
                attribute,
                value,
                "developer" if own else "curated",
                "curated",
                " ".join(e.address for e in sources),
                locator=f"{file}#{model}/{attribute}",
                raw=value,
            )
        )
    return result


def _developer_names(curated: Curated, developer: str) -> list[str]:
    entry = curated.developers.get(developer)
    return [developer, *([entry.name, *entry.names, *entry.orgs] if entry else [])]


def _curated_values(entry: ModelEntry) -> Iterable[tuple[str, str]]:
    plain = {
        "name": entry.name,
        "family": entry.family,
        "announced": entry.announced,
        "released": entry.released,
        "total_params_b": entry.params_b,
        "active_params_b": entry.active_b,
        "context": entry.context,
        "languages": entry.languages,
        "use": entry.use,
        "base_model": entry.base_model,
        "repo": entry.repo[0] if entry.repo else None,
    }
    for attribute, value in plain.items():
        if value is not None:
            yield attribute, str(value)
    if entry.weights is not None:
        yield "weights", "false" if entry.weights == "none" else "true"
        if entry.weights != "none":
            yield "weights_from", str(entry.weights)
    elif entry.repo:
        yield "weights", "true"
    if entry.architecture is not None:
        said = entry.architecture
        yield "architecture", f"as {said}" if isinstance(said, str) else said.words()
    for _, licence in licence_periods(entry)[-1:]:
        yield "licence", licence
