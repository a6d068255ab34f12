"""Repositories that say from which others they were made, with the group of what they go back to.

One that names several bases counts once, in equal parts.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scoreboard.estimate import LeftOut, Ref
from scoreboard.metrics._groups import UNKNOWN
from scoreboard.metrics._hub import Hub, read_hub
from scoreboard.store import Tables

RELATIONS = ("finetune", "adapter", "quantized", "merge", "unsaid")
WORDS = {"finetune": "fine-tuned", "adapter": "adapters", "quantized": "quantised",
         "merge": "merged", "unsaid": "of an unsaid kind"}  # fmt: skip
POPULATION = "Hub repositories with a base_model tag, on the lists that were recorded"
# Every statement once, by the newest document that makes it.
STATED = """
SELECT lower(source_name) AS repository, lower(base) AS base, relation, created, first_seen,
  snapshot_id, locator, raw FROM relations
QUALIFY row_number() OVER (
  PARTITION BY lower(source_name), lower(base), relation
  ORDER BY last_seen DESC, snapshot_id DESC, locator) = 1
ORDER BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class Derived:
    """A repository that was made from others."""

    repository: str
    created: dt.date | None
    seen: dt.date  # first document that says so
    bases: tuple[str, ...]
    relations: frozenset[str]
    refs: tuple[Ref, ...]

    @property
    def known_from(self) -> dt.date:
        """The day it was made, else the first on which it was seen."""
        return self.created or self.seen


@dataclass(frozen=True)
class Lineage:
    """Every repository with a base, and the statements that cannot be used."""

    hub: Hub
    derived: tuple[Derived, ...]
    left: tuple[LeftOut, ...]

    def weights(self, found: Iterable[Derived], by: str) -> dict[str, float]:
        """How many of these repositories go back to each group: they add up to all of them."""
        total: dict[str, float] = defaultdict(float)
        for d in found:
            for group, part in self.parts(d, by).items():
                total[group] += part
        return dict(total)

    def parts(self, derived: Derived, by: str) -> Mapping[str, float]:
        """The groups of one repository's bases, in equal parts."""
        if by == "relation":
            words = sorted(derived.relations)
            return {w: 1 / len(words) for w in words}
        found: dict[str, float] = defaultdict(float)
        for base in derived.bases:
            found[self.group(base, by)] += 1 / len(derived.bases)
        return found

    def group(self, base: str, by: str) -> str:
        """The group of what a base goes back to, else of the base itself."""
        repo = self.hub.repos[base]
        root = self.hub.repos.get(repo.root, repo) if repo.root else repo
        found = self.hub.group(root, by)
        return self.hub.group(repo, by) if found == UNKNOWN else found


def read_lineage(tables: Tables) -> Lineage:
    """Every repository with a base, read once."""
    return tables.once("lineage", lambda: _read(tables))


def _read(tables: Tables) -> Lineage:
    hub = read_hub(tables)
    rows = defaultdict(list)
    for r in tables.rows(STATED):
        rows[hub.repos[r["repository"]].identity].append(r)
    derived, left = [], []
    for said in rows.values():
        refs = tuple(Ref.of(r) for r in said)
        note = hub.repos[said[0]["repository"]].note
        if note:
            left += [LeftOut(ref, note) for ref in refs]
            continue
        created = min((r["created"] for r in said if r["created"]), default=None)
        bases, words = {r["base"] for r in said}, {r["relation"] or "unsaid" for r in said}
        seen = min(r["first_seen"] for r in said)
        derived.append(
            Derived(said[0]["repository"], created, seen, tuple(sorted(bases)),
                    frozenset(words), refs)
        )  # fmt: skip
    derived.sort(key=lambda d: (d.known_from, d.repository))
    return Lineage(hub, tuple(derived), tuple(left))
