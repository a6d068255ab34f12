"""Downloads on the Hub by group, of repositories that are counted at both ends of a window."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scoreboard.errors import ScoreboardError, UsageError
from scoreboard.estimate import Estimate, Inputs, Interval, LeftOut
from scoreboard.metrics._groups import UNKNOWN, canonical_group
from scoreboard.metrics._hub import (
    PARTITIONS,
    PERIODS,
    POPULATIONS,
    Count,
    Day,
    Hub,
    belongs,
    chosen_days,
    day_domain,
    days_of,
    hub_group_domain,
    read_hub,
    source_domain,
)
from scoreboard.metrics._words import Name, group_words, plain_name
from scoreboard.metrics.base import AS_OF, Metric, Param, Values, no_value
from scoreboard.render import amount
from scoreboard.store import Tables

MEASURES = ("share", "count", "growth", "new")
UNITS = {"share": "fraction", "count": "count", "growth": "ratio", "new": "count"}
METHODS = {
    "share": "share of the downloads of {n} repositories counted on {first} and on {last}",
    "count": "downloads of the repositories of the group counted on {first} and on {last}",
    "growth": "downloads on {last} over those on {first}, of the same repositories",
    "new": "all-time downloads on {last} less those on {first}, of the same repositories",
}


@dataclass(frozen=True)
class Panel:
    """Repositories counted on the first and the last day of a window, with both counts."""

    first: dt.date
    last: dt.date
    pairs: Mapping[str, tuple[Count, Count]]
    left: tuple[LeftOut, ...]
    caveats: tuple[str, ...]


class Downloads(Metric):
    id = "downloads"
    title = "Downloads on the Hugging Face Hub"
    unit = "fraction"
    definition = (
        "Downloads of one group of models as a fraction of all downloads on a list of Hub "
        "repositories, of those repositories that the list counts at both ends of a window."
    )
    method = (
        "A list changes between its dates, so only repositories on both count. Downloads of 30 "
        "days are never added up over days, and all-time counts are kept apart from them. A "
        "repository counts to the developer whose organisation holds it; a quantised or renamed "
        "copy counts to another only where its own base_model tag says so. The bounds give the "
        "repositories whose group is not known to the others, then to the group. An all-time "
        "count that falls was restated by the Hub: for new downloads it is left out."
    )
    criticism = (
        "A download is not use: test machines download the same weights thousands of times, one "
        "download may serve millions of requests, and services download once. One repository can "
        "be a fifth of all. No list is the whole Hub."
    )
    chart = "areas"
    draws_itself = False
    draws_things = ()
    things = ("family",)
    tables = ("downloads",)
    params = (
        Param("by", "the partition into groups", default="family",
              domain=lambda _t, _o: list(PARTITIONS)),
        Param("of", "one group of the partition; without it, every group",
              domain=hub_group_domain, canonical=canonical_group),
        Param("measure", "share of all; downloads; downloads at the end over those at the start; "
              "all-time downloads gained", default="share", domain=lambda _t, _o: list(MEASURES)),
        Param("period", "of the last 30 days, or of all time", default="30d",
              domain=lambda _t, _o: list(PERIODS)),
        Param("source", "whose list", default="llmfit", domain=source_domain),
        Param("start", "first day of the window; by default the list's first day with counts "
              "before the last", kind="date", domain=day_domain),
        Param("as_of", AS_OF.doc, kind="date", domain=day_domain),
    )  # fmt: skip

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        hub = read_hub(tables)
        panel = read_panel(hub, p, self.as_of(tables, p))
        return estimates(hub, panel, p)

    def series(self, tables: Tables, p: Values) -> list[Estimate]:
        """One estimate per day of the list: of the repositories that all its days count."""
        hub, as_of = read_hub(tables), self.as_of(tables, p)
        counts = days_of(hub, p["source"], p["period"])
        days = chosen_days(counts, p["start"], as_of)
        common = set.intersection(*(set(counts[d]) for d in days))
        kept = {d: {k: c for k, c in counts[d].items() if k in common} for d in days}
        found = []
        for day in days:
            panel = make_panel(kept, days[0], day, p["measure"])
            found += estimates(hub, panel, p)
        return found

    def drawn(self, tables: Tables, p: Values) -> list[Estimate]:
        """Every group's share, day by day: the same for every group, and made once."""
        asked = {**p, "of": None, "measure": "share"}
        key = f"downloads drawn {asked}"
        return tables.once(key, lambda: self.series(tables, asked))

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if e.value is None:
            return no_value(e)
        ((by, of),) = e.key.items()
        who = group_words(by, of, name)
        what = "the last 30 days" if e.detail["period"] == "30d" else "all time"
        value = amount(e.value, e.unit)
        if e.detail["measure"] == "share":
            return (
                f"{who[:1].upper()}{who[1:]} had {value} of the downloads of {what} on {e.as_of}."
            )
        if e.detail["measure"] == "growth":
            return f"Downloads of {who} in {what} were {value} times those of {e.detail['first']}."
        return f"{who[:1].upper()}{who[1:]} had {value} downloads of {what} on {e.as_of}."

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        hub = read_hub(tables)
        result: list[float | None] = []
        for p in grid:
            try:
                panel = read_panel(hub, p, self.as_of(tables, p)) if p.get("of") else None
            except ScoreboardError:
                panel = None
            value = None if panel is None else _value(*_sums(hub, panel, p["by"], p["of"])[:2], p)
            result.append(value)
        return result


def read_panel(hub: Hub, p: Values, as_of: dt.date) -> Panel:
    """The repositories of the parameters, with their counts at both ends.

    Raises UsageError for what cannot be asked, and where the window has no counts.
    """
    if p["measure"] == "new" and p["period"] != "all":
        raise UsageError(
            "downloads of 30 days overlap: they are never subtracted or added over days",
            repair="-p period=all -p source=huggingface, or -p measure=growth",
        )
    counts = days_of(hub, p["source"], p["period"])
    days = chosen_days(counts, p["start"], as_of)
    return make_panel(counts, days[0], days[-1], p["measure"])


def make_panel(counts: Mapping[dt.date, Day], first: dt.date, last: dt.date, measure: str) -> Panel:
    """Repositories on both days; those on one alone, and those restated, are left out."""
    one, two = counts[first], counts[last]
    left = [LeftOut(c.ref, f"not on the list of {last}: deleted, or no longer listed")
            for k, c in one.items() if k not in two]  # fmt: skip
    left += [LeftOut(c.ref, f"not on the list of {first}") for k, c in two.items() if k not in one]
    pairs = {k: (one[k], two[k]) for k in sorted(one) if k in two}
    fallen = [k for k, (a, b) in pairs.items() if b.downloads < a.downloads]
    if measure == "new":
        why = "its all-time count falls: the Hub restated it"
        left += [LeftOut(pairs.pop(k)[1].ref, why) for k in fallen]
    return Panel(first, last, pairs, tuple(left), tuple(_notes(pairs, left, fallen, measure)))


def _notes(
    pairs: Mapping[str, tuple[Count, Count]],
    left: Sequence[LeftOut],
    fallen: Sequence[str],
    measure: str,
) -> list[str]:
    found = ["downloads are not use: automatic ones count, and the Hub restates its counts"]
    if left:
        found.append(f"repositories left out, not counted on both days: {len(left)}")
    if measure == "new" and fallen:
        found.append(f"left out, all-time counts that fall: {len(fallen)} repositories")
    whole = sum(b.downloads for _, b in pairs.values())
    most = max((b for _, b in pairs.values()), key=lambda c: c.downloads, default=None)
    if most and whole and most.downloads > 0.1 * whole:
        share = 100 * most.downloads / whole
        found.append(f"{most.repo.name} alone is {share:.0f} % of these downloads")
    gated = sum(b.repo.gated for _, b in pairs.values())
    if gated:
        found.append(f"gated, so only those whom the owner lets in can download: {gated}")
    renamed = [f"{a.repo.name} is now {b.repo.name}" for a, b in pairs.values()
               if a.repo.repository != b.repo.repository]  # fmt: skip
    found += [f"renamed on the Hub: {', '.join(renamed[:3])}"] if renamed else []
    return found


def _sums(hub: Hub, panel: Panel, by: str, of: str) -> tuple[list[int], list[int], list[int]]:
    """Downloads at both ends: of the group, of all, and of repositories of no known group."""
    inside, whole, unknown = [0, 0], [0, 0], [0, 0]
    for pair in panel.pairs.values():
        mine = belongs(hub, pair[1].repo, by, of)
        vague = hub.group(pair[1].repo, by) == UNKNOWN
        for i, c in enumerate(pair):
            whole[i] += c.downloads
            inside[i] += c.downloads if mine else 0
            unknown[i] += c.downloads if vague else 0
    return inside, whole, unknown


def _value(inside: Sequence[int], whole: Sequence[int], p: Values) -> float | None:
    if p["measure"] == "share":
        return inside[1] / whole[1] if whole[1] else None
    if p["measure"] == "growth":
        return inside[1] / inside[0] if inside[0] else None
    return float(inside[1] - (inside[0] if p["measure"] == "new" else 0))


def estimates(hub: Hub, panel: Panel, p: Values) -> list[Estimate]:
    """One estimate per group, the largest first and what is not known last."""
    by, of = p["by"], p.get("of")
    groups = [of] if of else sorted({hub.group(b.repo, by) for _, b in panel.pairs.values()})
    common = _common(panel, p)
    found = [_estimate(hub, panel, p, group, common) for group in groups]
    return sorted(found, key=lambda e: (e.key[by] == UNKNOWN, -(e.value or 0.0), e.key[by]))


def _common(panel: Panel, p: Values) -> dict[str, Any]:
    words = {"n": len(panel.pairs), "first": panel.first, "last": panel.last}
    detail = {"measure": p["measure"], "period": p["period"], "source": p["source"],
              "first": panel.first, "repositories": len(panel.pairs)}  # fmt: skip
    return {
        "unit": UNITS[p["measure"]],
        "method": METHODS[p["measure"]].format(**words),
        "as_of": panel.last,
        "population": f"{POPULATIONS[p['source']]}, {PERIODS[p['period']]}",
        "detail": detail,
        "left_out": panel.left,
    }


def _estimate(hub: Hub, panel: Panel, p: Values, of: str, common: Mapping[str, Any]) -> Estimate:
    by = p["by"]
    inside, whole, unknown = _sums(hub, panel, by, of)
    value = _value(inside, whole, p)
    mine = [pair for pair in panel.pairs.values() if belongs(hub, pair[1].repo, by, of)]
    used: Iterable[tuple[Count, Count]] = mine
    if p["measure"] == "share":
        used = panel.pairs.values()
    caveats = list(panel.caveats)
    bounds = None
    if value is None:
        caveats.insert(0, "no repository of the group is counted on both days")
    elif p["measure"] == "growth":
        caveats.append("no interval: repositories of no known group may grow otherwise")
    else:
        bounds = _value([i + (u if of != UNKNOWN else 0)
                         for i, u in zip(inside, unknown, strict=True)], whole, p)  # fmt: skip
    starts = p["measure"] in ("growth", "new")
    refs = (c.ref for a, b in used for c in ((a, b) if starts else (b,)))
    return Estimate(
        value=value,
        low=value if bounds is not None else None,
        high=bounds,
        interval=Interval("bounds", None) if bounds is not None else None,
        key={by: of},
        n=len(mine),
        caveats=tuple(caveats),
        inputs=Inputs.of(refs) if value is not None else Inputs(),
        **common,
    )
