"""Who was scored on each test: models by group, how new, by whom, and what the rest could change.

What is counted is in `_coverage.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate, Inputs, Interval
from scoreboard.metrics._coverage import (
    Tally,
    default_group,
    details,
    gap_bounds,
    groups,
    release_domain,
    source_domain,
    take,
    tested,
    unscored,
)
from scoreboard.metrics._groups import UNKNOWN, canonical_group, group_domain
from scoreboard.metrics._scores import about_tests, canonical_benchmark
from scoreboard.metrics._words import Name, adjective, group_words, on_test, plain_name
from scoreboard.metrics.base import AS_OF, Metric, Param, Values, no_value
from scoreboard.render import SHOWN, number
from scoreboard.store import Tables

MEASURES = ("share", "self_reported", "gap")
PARTITIONS = ("openness", "origin", "developer", "family")
Found = tuple[float | None, float | None, float | None, str]  # value, low, high, why no value


class Coverage(Metric):
    id = "coverage"
    title = "Who was scored on a test"
    unit = "fraction"
    definition = (
        "For each benchmark, the share of a group among the distinct models scored on it by a "
        "date; or the share of results that developers report themselves; or how far the gap "
        "could fall if every unscored model of the group were as good as the best scored one."
    )
    method = (
        "A model counts once, however many sources, harnesses and efforts scored it, from its "
        "release on, in the group that it belongs to on that day. Models whose group is not known "
        "are in neither the share nor its denominator: its bounds are what they could make of it. "
        "The gap is the plain one of the metric gap, under the harness chosen there; its lower "
        "bound is the leader's best less the best score of any model."
    )
    criticism = (
        "Sources choose whom they score, and the list of unscored models is as long as the "
        "catalogues behind it, most of them small. That all of these equal the best is what could "
        "be at most, and is not likely. Which results a developer reported is told by the title "
        "of the source."
    )
    chart = "bars"
    draws_itself = False
    things = ("benchmark",)
    columns = (
        "scored", "of_group", "group_unknown", "variants", "newest_released", "newest_document",
        "self_reported", "items", "test_set", "gap_plain", "gap_low", "unscored",
    )  # fmt: skip
    tables = ("results",)
    params = (
        Param("benchmark", "the test; without it, every one with rows",
              domain=lambda t, _: tested(t), canonical=canonical_benchmark),
        Param("by", "the partition into groups", default="openness",
              domain=lambda _t, _o: list(PARTITIONS)),
        Param("of", "the group; by default open, or CN by origin", domain=group_domain,
              canonical=canonical_group),
        Param("measure", "what is told of it: its share of the models, the share of results that "
              "developers report, or the gap with bounds", default="share",
              domain=lambda _t, _o: list(MEASURES)),
        Param("source", "only rows of this source", domain=source_domain),
        Param("as_of", AS_OF.doc, kind="date", domain=release_domain),
    )  # fmt: skip

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        named = [p["benchmark"]] if p.get("benchmark") else tested(tables)
        return [self._one(tables, self._asked(tables, p), b) for b in named]

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        result = []
        for p in grid:
            named = [p["benchmark"]] if p.get("benchmark") else tested(tables)
            one = len(named) == 1
            result.append(_found(tables, self._asked(tables, p), named[0])[0] if one else None)
        return result

    def series(self, tables: Tables, p: Values) -> list[Estimate]:
        """One benchmark, on every day on which a scored model came out."""
        if not p.get("benchmark"):
            raise UsageError(
                "coverage of all tests has no series",
                repair="scoreboard show coverage --series -p benchmark=mmlu",
            )
        asked = self._asked(tables, p)
        days = [d for d in release_domain(tables, p) if d <= str(asked["as_of"])]
        found = (self._asked(tables, {**p, "as_of": AS_OF.read(tables, {}, d)}) for d in days)
        return [self._one(tables, q, p["benchmark"]) for q in found]

    def drawn(self, tables: Tables, p: Values) -> list[Estimate]:
        """The number of scored models of every group on all tests; one test is a number alone."""
        if p.get("benchmark"):
            return []
        asked = self._asked(tables, p)
        tally = take(tables, asked, None)
        return [
            Estimate(
                value=float(len(members)), unit="count", method="distinct models",
                as_of=asked["as_of"], population=_population(tables, None),
                key={p["by"]: group}, n=len(members), caveats=(COUNTED,),
                inputs=Inputs.of(tally.rows_of(members)),
            )
            for group, members in groups(tally, p["by"])
        ]  # fmt: skip

    def headline(
        self, found: Sequence[Estimate], drawn: Sequence[Estimate], name: Name = plain_name
    ) -> str:
        if not drawn:
            return super().headline(found, drawn, name)
        (by,) = drawn[0].key
        most = max(drawn, key=lambda e: e.value or 0.0)
        models = sum(int(e.value or 0) for e in drawn)
        return (f"Of {models} models scored on a test, {most.n} are "
                f"{group_words(by, most.key[by], name)}.")  # fmt: skip

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if e.value is None or "benchmark" not in e.key:
            return no_value(e)
        test, detail, shown = on_test(e.key["benchmark"], name), e.detail, number(
            e.value, e.unit
        )  # fmt: skip
        words = group_words(detail["by"], detail["of"], name)
        if detail["measure"] == "self_reported":
            return f"On {test}, {shown} % of the results are reported by the models' developers."
        if detail["measure"] == "gap":
            return _gap_words(test, e, name)
        known = detail["scored"] - detail["group_unknown"]
        return (
            f"On {test}, {detail['of_group']} of the {known} scored models whose group is known "
            f"are {words}: {shown} %."
        )

    def _asked(self, tables: Tables, p: Values) -> dict[str, Any]:
        """The parameters with the day and the group filled in."""
        of = p.get("of") or default_group(p["by"])
        if p["measure"] == "gap" and p["by"] not in ("openness", "origin"):
            raise UsageError(f"with by={p['by']} there is no gap", valid=["openness", "origin"])
        return {**p, "of": of, "as_of": self.as_of(tables, p)}

    def _one(self, tables: Tables, asked: Values, benchmark: str) -> Estimate:
        tally = take(tables, asked, benchmark)
        value, low, high, why = _found(tables, asked, benchmark)
        detail = {
            "by": asked["by"], "of": asked["of"], "measure": asked["measure"],
            **details(tables, tally, asked, benchmark),
        }  # fmt: skip
        detail["in_words"] = _in_words(detail) if tally.rows else []
        accuracy = about_tests(tables)[benchmark]["scale"] == "accuracy"
        points = "points" if accuracy else "index_points"
        return Estimate(
            value=value,
            low=low,
            high=high,
            interval=Interval("bounds", None) if low is not None else None,
            unit=points if asked["measure"] == "gap" else self.unit,
            method=METHODS[asked["measure"]],
            as_of=asked["as_of"],
            population=_population(tables, benchmark),
            key={"benchmark": benchmark},
            n=len(tally.rows),
            caveats=(why,) if value is None else tuple(_caveats(tally, asked, detail)),
            inputs=Inputs.of(tally.refs),
            detail=detail,
            left_out=tuple(tally.left),
        )


MOST_GROUPS = 6  # told in words
COUNTED = "a count of what sources record, no sampling error"
METHODS = {
    "share": "distinct models of the group over those whose group is known",
    "self_reported": "results whose runner is the developer over those whose runner is known",
    "gap": "plain gap; lower bound: every unscored model equals the best scored one",
}


def _population(tables: Tables, benchmark: str | None) -> str:
    if benchmark is None:
        return "models scored on any test"
    return f"models scored on {about_tests(tables)[benchmark]['name']}"


def _found(tables: Tables, asked: Values, benchmark: str) -> Found:
    """The value with its bounds, or why there is none."""
    tally = take(tables, asked, benchmark)
    if not tally.rows:
        return None, None, None, f"no model released by {asked['as_of']} was scored"
    if asked["measure"] == "gap":
        gap = gap_bounds(tables, asked, benchmark, unscored(tables, asked, tally)[0])
        return gap.plain, gap.low, gap.plain, gap.why
    if asked["measure"] == "self_reported":
        none = "who ran the test is not known of any result"
        return _share(tally.runs("developer"), tally.runs(""), len(tally.rows), none)
    none = "the group of none of the scored models is known"
    return _share(tally.members(asked), tally.unknown(asked), len(tally.models), none)


def _share(part: int, unknown: int, whole: int, none: str) -> Found:
    """A share of what is known, and the least and most that the unknown could make of it."""
    if unknown == whole:
        return None, None, None, none
    return part / (whole - unknown), part / whole, (part + unknown) / whole, ""


def _caveats(tally: Tally, asked: Values, detail: Values) -> list[str]:
    if asked["measure"] == "gap":
        found = [
            f"{detail['unscored']} models of {asked['of']} released by {asked['as_of']} were not "
            "scored; that they all equal the best is what could be at most"
        ]
        return [*found, f"plain gap under {detail['harness']}"]
    found = [COUNTED]
    if detail["group_unknown"] and asked["measure"] == "share":
        found.append(f"the group of {detail['group_unknown']} scored models is {UNKNOWN}")
    for word, many in (("undated", "rows of models whose release date is not known"),
                       ("unresolved", "rows whose names are not resolved")):  # fmt: skip
        if detail[word]:
            found.append(f"left out: {detail[word]} {many}")
    return found


def _in_words(detail: Values) -> list[str]:
    """The counts of a test in two lines."""
    groups = ", ".join(f"{group} {n}" for group, n in list(detail["groups"].items())[:MOST_GROUPS])
    more = len(detail["groups"]) - MOST_GROUPS
    said = detail["self_reported"]
    by_whom = "" if said is None else f"; {number(said, 'fraction')} % reported by developers"
    items = f"{detail['items']} questions" if detail["items"] else "number of questions not known"
    access = (detail["test_set"] or "access not known").replace("_", " ")
    return [
        f"models by group: {groups}" + (f" and {more} more groups" if more > 0 else ""),
        f"newest release {detail['newest_released']}, newest document "
        f"{detail['newest_document']}{by_whom}; {items}, {access}",
    ]


def _gap_words(test: str, e: Estimate, name: Name) -> str:
    detail, low = e.detail, e.low if e.low is not None else e.value
    assert e.value is not None and low is not None
    sides = [adjective(detail["by"], g, name) for g in (detail["leader"], detail["of"])]
    unit = SHOWN[e.unit]
    return (
        f"On {test}, the best {sides[0]} model is {number(e.value, e.unit)} {unit} from the best "
        f"{sides[1]} model; were the {detail['unscored']} {sides[1]} models that nobody scored as "
        f"good as the best scored model, it would be {number(low, e.unit)}."
    )
