"""The best score of a group so far: who counts, under which procedure, and where a series ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from scoreboard.estimate import LeftOut
from scoreboard.metrics._groups import OPENNESS, UNKNOWN, About, in_group
from scoreboard.metrics._scores import Benchmark, Harness, Scored, World

CARRY_DAYS = 180  # past its last row a series is carried this long
INDEXED = "models with an Epoch Capabilities Index"
UNPLACED = "the group of the model is not known"
UNITS = {"accuracy": "points", "rating": "rating_points", "index": "index_points",
         "minutes": "minutes", "points": "points"}  # fmt: skip


@dataclass(frozen=True)
class Side:
    """The contenders of one group at a date."""

    group: str
    scores: list[Scored] = field(default_factory=list)

    @property
    def models(self) -> int:
        """Distinct models."""
        return len({s.model for s in self.scores})

    @property
    def best(self) -> Scored:
        """The best row; of equals the earlier released, then by id."""
        return min(self.scores, key=lambda s: (-s.value, s.released, s.model, s.variant))

    @property
    def last(self) -> dt.date:
        """The newest release with a row."""
        return max(s.released for s in self.scores)

    @property
    def pairs(self) -> list[tuple[float, float]]:
        """Scores with their errors."""
        return [(s.value, s.error or 0.0) for s in self.scores]

    def fault(self, day: dt.date) -> str:
        """Why there is no best score on a day, or nothing."""
        if not self.scores:
            return f"no scored model of the group {self.group} by {day}"
        if (day - self.last).days > CARRY_DAYS:
            return (f"the series ends: the last row of {self.group} is of {self.last}, "
                    f"over {CARRY_DAYS} days before")  # fmt: skip
        return ""

    def carried(self, day: dt.date) -> list[str]:
        """A caveat where the last row is of an earlier day."""
        return [f"last row of {self.group}: {self.last}, carried forward"] * (self.last < day)


def side_of(
    world: World, harness: Harness, by: str, group: str, day: dt.date, *, rest: bool = False
) -> Side:
    """Who is released and in the group on a day; with `rest`, all but the unrestricted."""
    return Side(group, [
        s for s in world.rows[harness]
        if s.released <= day and belongs(world.models[s.model], by, group, day, rest)
    ])  # fmt: skip


def belongs(about: About, by: str, group: str, day: dt.date, rest: bool) -> bool:
    """The rest are the models whose class is known and other than unrestricted."""
    if rest:
        return about.openness_on(day) in ("closed", "restricted")
    return in_group(about, by, group, day)


def unplaced(
    world: World, harness: Harness, by: str, groups: Iterable[str], day: dt.date
) -> list[Scored]:
    """Who is released and in no group because its own is not known on that day."""
    strict = by == "openness" and {"unrestricted", "restricted"} & set(groups)

    def unknown(about: About) -> bool:
        if strict and about.openness_on(day) not in OPENNESS:
            return True
        return in_group(about, by, UNKNOWN, day)

    return [s for s in world.rows[harness] if s.released <= day and unknown(world.models[s.model])]


def left_out(world: World, harness: Harness, unknown: Iterable[Scored]) -> tuple[LeftOut, ...]:
    """Rows that were not used, those of unknown group included."""
    return (*world.left[harness], *(LeftOut(s.ref, UNPLACED) for s in unknown))


def release_days(world: World, harness: Harness, end: dt.date) -> list[dt.date]:
    """Days by a date on which a scored model came out."""
    return sorted({s.released for s in world.rows[harness] if s.released <= end})


def population(benchmark: Benchmark, harness: Harness | None) -> str:
    """Of what a best score is the best."""
    if harness is None:
        return benchmark.name
    if benchmark.id == "index":
        return INDEXED
    return f"{benchmark.name}, {harness.text()}"
