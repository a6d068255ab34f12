"""How many times one model's list price is another's, like for like unless unlike is asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from scoreboard.estimate import Estimate, Inputs, Interval
from scoreboard.metrics._groups import model_domain
from scoreboard.metrics._price_rules import (
    KINDS,
    MIX,
    PROVIDER,
    RULES,
    Answer,
    ask,
    canonical_name,
    weights_of,
)
from scoreboard.metrics._prices import read_shelf
from scoreboard.metrics._words import KIND_WORDS, Name, plain_name
from scoreboard.metrics.base import AS_OF, Metric, Param, Values, no_value
from scoreboard.render import number
from scoreboard.store import Tables

ALL = "all"
LIKE = ("input", "cached_input", "output")  # shown beside an unlike ratio


def day_domain(tables: Tables, others: Values) -> list[str]:
    """Days on which a price of one of the two can change."""
    models = [str(m) for m in (others.get("a"), others.get("b")) if m]
    return [str(d) for d in read_shelf(tables, KINDS).days(models)]


class PriceRatio(Metric):
    id = "price_ratio"
    title = "Price of one model as a multiple of another's"
    unit = "ratio"
    definition = (
        "The list price of a million tokens of one model divided by that of another at a date, "
        "the same kind of tokens for both."
    )
    method = (
        "Both prices are those of `price` at the same date under the same rule. Every kind has a "
        "ratio of its own; `kind` all shows them side by side. Unlike kinds are compared only "
        "where `against` asks for it, and then the like-for-like ratios stand beside. Low and "
        "high come from sources that disagree on either price."
    )
    criticism = (
        "A ratio of unlike kinds, such as output of one against cached input of the other, says "
        "nothing of what a task costs. Even like for like, a model that spends more tokens on a "
        "task costs more than its price says."
    )
    chart = "steps"
    tables = ("offers",)
    params = (
        Param("a", "the model above the line", default="gpt-5.6-sol", domain=model_domain,
              canonical=canonical_name),
        Param("b", "the model below the line", default="kimi-k3", domain=model_domain,
              canonical=canonical_name),
        Param("kind", "of which tokens; all: each kind by itself", default="input",
              domain=lambda _t, _o: [*KINDS, ALL]),
        Param("against", "kind of the tokens of b, if it is to be another one",
              domain=lambda _t, _o: list(KINDS)),
        MIX,
        PROVIDER,
        Param("as_of", AS_OF.doc, kind="date", domain=day_domain),
    )  # fmt: skip

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        day = self.as_of(tables, p)
        if p["kind"] != ALL:
            return [estimate(tables, p, day)]
        found = [estimate(tables, {**p, "kind": k, "against": None}, day)
                 for k in KINDS if k != "blended"]  # fmt: skip
        return [e for e in found if e.value is not None] or found[:1]

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        return self.computed(tables, grid)

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if e.value is None:
            return no_value(e)
        a, b = (name("model", e.key[x]) for x in "ab")
        times = f"costs {number(e.value, e.unit)} times as much as"
        kind, other = (KIND_WORDS[e.key[k]] for k in ("kind", "against"))
        if kind == other:
            return f"{a} {times} {b} per million {kind}."
        return f"A million {kind} of {a} {times} a million {other} of {b}: unlike kinds."

    def drawn(self, tables: Tables, p: Values) -> list[Estimate]:
        return [] if p["kind"] == ALL else self.series(tables, p)

    def series(self, tables: Tables, p: Values) -> list[Estimate]:
        end = self.as_of(tables, p)
        if p["kind"] == ALL:
            return self.compute(tables, p)
        found: list[Estimate] = []
        for day in (d for d in read_shelf(tables, KINDS).days([p["a"], p["b"]]) if d <= end):
            e = estimate(tables, p, day)
            if e.value is None and not found:
                continue
            if not found or e.value != found[-1].value:
                found.append(e)
        return found or [estimate(tables, p, end)]


def _ask(tables: Tables, p: Values, model: str, kind: str, day: dt.date) -> Answer:
    weights = weights_of({**p, "kind": kind})
    return ask(read_shelf(tables, weights), model, p["provider"], weights, day)


def ratio(tables: Tables, p: Values, kind: str, against: str, day: dt.date) -> float | None:
    """The plain ratio of two kinds on a day."""
    return _divided(*(_ask(tables, p, p[x], k, day) for x, k in (("a", kind), ("b", against))))


def _divided(above: Answer, below: Answer) -> float | None:
    return above.value / below.value if above.value is not None and below.value else None


def estimate(tables: Tables, p: Values, day: dt.date) -> Estimate:
    """The ratio on a day, or why there is none."""
    kind, against = p["kind"], p["against"] or p["kind"]
    above, below = (_ask(tables, p, p[x], k, day) for x, k in (("a", kind), ("b", against)))
    low, high = _ends(above, below)
    value = _divided(above, below)
    like = _like(tables, p, kind, against, day)
    several = value is not None and low is not None and high is not None and low < high
    answers = {"a": above, "b": below}
    used = [s for a in answers.values() for q in a.quotes for s in q.current]
    return Estimate(
        value=value, unit="ratio", method="ratio of two list prices" if value else "none",
        as_of=day, population=_population(p, kind, against),
        key={"a": p["a"], "b": p["b"], "kind": kind, "against": against,
             "provider": p["provider"]},
        low=low if several else None, high=high if several else None,
        interval=Interval("range", None) if several else None,
        n=len(used) if value is not None else 0,
        caveats=tuple(_caveats(p, (kind, against), answers, like, day, several)),
        inputs=Inputs.of(s.ref for s in used) if value is not None else Inputs(),
        detail={**{x: _side(a, day) for x, a in answers.items()},
                **({"like_for_like": like} if kind != against else {})},
        left_out=(*above.left, *below.left),
    )  # fmt: skip


def _ends(above: Answer, below: Answer) -> tuple[float | None, float | None]:
    if None in (above.low, above.high, below.low, below.high) or not below.low or not below.high:
        return None, None
    assert above.low is not None and above.high is not None
    return above.low / below.high, above.high / below.low


def _population(p: Values, kind: str, against: str) -> str:
    rule = p["provider"]
    if rule == "first_party":
        where = "list prices of the developers' own services"
    else:
        where = (
            f"{rule} list prices of all providers" if rule in RULES else f"list prices of {rule}"
        )
    return f"{where}, {_words(kind, against)}, standard hours, lowest context tier"


def _words(kind: str, against: str) -> str:
    return (
        KIND_WORDS[kind] if kind == against else f"{KIND_WORDS[kind]} against {KIND_WORDS[against]}"
    )


def _like(tables: Tables, p: Values, kind: str, against: str, day: dt.date) -> dict[str, float]:
    """The like-for-like ratios by kind, where unlike kinds were asked for."""
    found = {k: ratio(tables, p, k, k, day) for k in LIKE} if kind != against else {}
    return {k: v for k, v in found.items() if v is not None}


def _caveats(
    p: Values,
    kinds: tuple[str, str],
    answers: dict[str, Answer],
    like: dict[str, float],
    day: dt.date,
    several: bool,
) -> list[str]:
    missing = [x for x, a in answers.items() if not a.value]
    if missing:
        free = [p[x] for x in missing if answers[x].value == 0]
        words = [f"{p[x]} has no {kinds[x == 'b']} price at {p['provider']} on {day}"
                 for x in missing if p[x] not in free]  # fmt: skip
        return [*words, *(f"{model} is free: no multiple of it" for model in free)]
    found = [] if several else ["no interval: no two sources disagree on either price"]
    if kinds[0] != kinds[1]:
        beside = ", ".join(f"{k} {v:.3g}" for k, v in like.items()) or "none can be had"
        found.append(f"unlike kinds: {_words(*kinds)}; like for like the ratios are {beside}")
    if "blended" in kinds:
        found.append(f"a blend of {p['mix']} input to output tokens is an assumed workload")
    for x, a in answers.items():
        seen = min(q.seen_on(day) for q in a.quotes)
        if seen < day:
            found.append(f"{p[x]}: last observation {seen}, carried forward")
        if gone := [q.unlisted for q in a.quotes if q.unlisted]:
            found.append(f"{p[x]}: no catalogue lists the offer any more since {min(gone)}")
    return found


def _side(answer: Answer, day: dt.date) -> dict[str, Any]:
    if answer.value is None:
        return {"usd_per_mtok": None}
    if answer.of is None:
        return {"usd_per_mtok": answer.value, "offers": len(answer.quotes)}
    return {"usd_per_mtok": answer.value, "provider": answer.of.provider,
            "stated": [s.as_detail(day) for s in answer.of.current]}  # fmt: skip
