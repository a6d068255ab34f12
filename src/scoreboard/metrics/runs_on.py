"""What runs on a machine: the open models that fit its memory, and the best score among them."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate, Inputs
from scoreboard.hosting.memory import (
    CACHE,
    CACHE_BYTES,
    GB,
    NATIVE,
    RESERVED,
    Architecture,
    Format,
    Memory,
    architecture_places,
    memory_of,
    read_architectures,
    read_formats,
    weights_bytes,
)
from scoreboard.metrics._best import UNITS
from scoreboard.metrics._scores import (
    HARNESS,
    SHOTS,
    Harness,
    Scored,
    World,
    benchmark_domain,
    canonical_benchmark,
    read_world,
)
from scoreboard.metrics._sizes import (
    OPENNESS,
    change_days,
    choose_harness,
    day_domain,
    open_on,
    population,
    read_contexts,
    read_sizes,
    same,
    score_interval,
    stale,
    unscored,
    unsized,
)
from scoreboard.metrics._words import Name, on_test, plain_name
from scoreboard.metrics.base import AS_OF, Metric, Param, Values, no_value
from scoreboard.render import number
from scoreboard.store import Tables

RUNNERS_UP = 5
MEMORIES = ["8", "16", "24", "32", "48", "64", "80", "128", "192", "256", "512", "640", "1128"]
CONTEXTS = [str(2**n) for n in range(11, 21)]


def format_domain(tables: Tables, _: Values) -> list[str]:
    """Formats of weights, and the one that each model is published in."""
    return [NATIVE, *read_formats(tables)]


@dataclass(frozen=True)
class Needs:
    """What every model needs at one reading, and who cannot be told."""

    memory: Mapping[str, Memory]
    format: Mapping[str, str]  # the format in which it was counted
    lower: frozenset[str]  # weights alone: its attention is not known
    short: Mapping[str, int]  # models whose context is stated and shorter than asked for
    unknown: tuple[str, ...]  # no size, or no native format


class RunsOn(Metric):
    id = "runs_on"
    title = "What a memory can run"
    unit = "points"
    definition = (
        "The score on one benchmark of every open model that fits into so many gigabytes with a "
        "text of so many tokens, the best first."
    )
    method = (
        "Memory is that of all weights, every expert of a mixture counted, in the format asked "
        "for or in the one they are published in where that is smaller, and of what attention "
        "keeps of the tokens before, by its kind, layer by layer. A share of the memory stays "
        "free for activations and the runtime, a tenth unless asked otherwise, as vLLM does. Of a "
        "model whose attention is not known the weights alone are a lower bound. A model whose "
        "stated context is shorter than the text does not count. `by=best` gives the best alone."
    )
    criticism = (
        "Whether a model fits says nothing of its speed. Scores are those of the published "
        "weights: four bits cost some. The free share is a convention, and a runtime may pack "
        "weights and cache otherwise. Models that nobody scored do not count."
    )
    chart = "steps"
    columns = ("memory_gb", "weights_gb", "cache_gb", "total_params_b", "lower_bound")
    tables = ("results", "models")
    params = (
        Param("benchmark", "the test", default="index", domain=benchmark_domain,
              canonical=canonical_benchmark),
        Param("memory", "gigabytes of the machine, 1e9 bytes each", kind="number", default="32",
              domain=lambda _t, _o: MEMORIES),
        Param("quantisation", "format of the weights", default="q4_k_m", domain=format_domain),
        Param("context", "tokens of one text", kind="number", default="8192",
              domain=lambda _t, _o: CONTEXTS),
        Param("sequences", "texts at once", kind="number", default="1",
              domain=lambda _t, _o: ["1", "8", "32", "128"]),
        Param("cache", "format of the cache", default=CACHE,
              domain=lambda _t, _o: list(CACHE_BYTES)),
        Param("overhead", "share of the memory that stays free", kind="number",
              default=str(RESERVED), domain=lambda _t, _o: ["0", "0.1", "0.2", "0.3"]),
        Param("by", "one estimate per model, or the best alone", default="model",
              domain=lambda _t, _o: ["model", "best"]),
        OPENNESS,
        HARNESS,
        SHOTS,
        Param("as_of", AS_OF.doc, kind="date", domain=day_domain),
    )  # fmt: skip

    def compute(self, tables: Tables, p: Values) -> list[Estimate]:
        world, day = read_world(tables, p["benchmark"]), self.as_of(tables, p)
        return Answer(tables, world, p).estimates(day)

    def values(self, tables: Tables, grid: Sequence[Values]) -> list[float | None]:
        result: list[float | None] = []
        for p in grid:
            world, day = read_world(tables, p["benchmark"]), self.as_of(tables, p)
            fits = Answer(tables, world, p).fitting(day)
            single = len(fits) == 1 or (fits and p["by"] == "best")
            result.append(fits[0].value if single else None)
        return result

    def series(self, tables: Tables, p: Values) -> list[Estimate]:
        world, end = read_world(tables, p["benchmark"]), self.as_of(tables, p)
        answer = Answer(tables, world, {**p, "by": "best"})
        found: list[Estimate] = []
        for day in change_days(world, answer.best, end):
            (now,) = answer.estimates(day)
            if now.value is not None and not (found and same(now, found[-1])):
                found.append(now)
        return found or answer.estimates(end)

    def finding(self, e: Estimate, name: Name = plain_name) -> str:
        if e.value is None:
            return no_value(e)
        detail = e.detail
        least = "at least " if detail["lower_bound"] else ""
        return (
            f"{name('model', detail['model'])} scores {number(e.value, e.unit)} on "
            f"{on_test(e.key['benchmark'], name)} and needs {least}"
            f"{detail['memory_gb']:.3g} of {detail['memory']:g} GB."
        )


class Answer:
    """One reading: the procedure, the memory of every model, and who fits on a day."""

    def __init__(self, tables: Tables, world: World, p: Values) -> None:
        check(p)
        self.world, self.p = world, p
        self.sizes = read_sizes(tables)
        self.harness: Harness | None = None
        self.best: dict[str, Scored] = {}
        with contextlib.suppress(KeyError):
            self.harness, self.best = choose_harness(tables, world, p)
        self.needs = needs_of(tables, list(self.best), p)
        self.places = architecture_places(tables)

    def fitting(self, day: dt.date) -> list[Scored]:
        """The open models that fit, the best first; of equals the one that needs least."""
        there = open_on(self.world, self.best, self.p["openness"], day)
        memory = self.needs.memory
        within = [
            (-self.best[m].value, memory[m].gb, m)
            for m in there
            if m in memory and m not in self.needs.short and memory[m].gb <= self.p["memory"]
        ]
        return [self.best[m] for *_, m in sorted(within)]

    def estimates(self, day: dt.date) -> list[Estimate]:
        """One per model that fits, or the best; else one that says why there is none."""
        p, found = self.p, self.fitting(day)
        there = open_on(self.world, self.best, p["openness"], day)
        base = Estimate(
            value=None,
            unit=UNITS[self.world.benchmark.scale],
            method=f"fits into {p['memory']:g} GB, {p['quantisation']}, {p['context']:g} tokens",
            as_of=day,
            population=population(self.world, self.harness, p["openness"]),
            key={"benchmark": self.world.benchmark.id},
            n=len(found),
            detail={"models_fitting": len(found), "models_scored": len(there), "model": None},
        )
        if self.harness is None:
            return [replace(base, caveats=(unscored(self.world, p),))]
        shared = self._shared(there, found, day)
        if not found:
            why = f"no {p['openness']} model fits into {p['memory']:g} GB by {day}"
            return [replace(base, caveats=(why, *self._smallest(there), *shared))]
        shown = found[:1] if p["by"] == "best" else found
        return [self._estimate(base, s, found, shared) for s in shown]

    def _estimate(
        self, base: Estimate, s: Scored, found: Sequence[Scored], shared: Sequence[str]
    ) -> Estimate:
        single = self.p["by"] == "best"
        low, high, interval, why = score_interval(s)
        own = (["its attention is not known: weights alone, a lower bound"]
               if s.model in self.needs.lower else [])  # fmt: skip
        more = {"next": [self._needed(x) for x in found[1 : 1 + RUNNERS_UP]]} if single else {}
        return replace(
            base,
            value=s.value,
            key=base.key if single else {**base.key, "model": s.model},
            low=low,
            high=high,
            interval=interval,
            caveats=(*why, *own, *shared),
            inputs=Inputs.of([s.ref, *self.sizes[s.model].refs, *self.places.get(s.model, ())]),
            detail={**base.detail, **self._needed(s), "memory": self.p["memory"], **more},
            source_name=None if single else s.source_name,
        )

    def _needed(self, s: Scored) -> dict[str, Any]:
        memory = self.needs.memory[s.model]
        return {
            "model": s.model,
            "score": s.value,
            "memory_gb": memory.gb,
            "weights_gb": memory.weights / GB,
            "cache_gb": None if memory.cache is None else memory.cache / GB,
            "quantisation": self.needs.format[s.model],
            "lower_bound": s.model in self.needs.lower,
            "total_params_b": self.sizes[s.model].total,
            "active_params_b": self.sizes[s.model].active,
        }

    def _shared(self, there: list[str], found: Sequence[Scored], day: dt.date) -> list[str]:
        lower = sum(s.model in self.needs.lower for s in found)
        unknown = [m for m in there if m in self.needs.unknown]
        short = sum(m in self.needs.short for m in there)
        notes = [f"{self.p['overhead']:.0%} of the memory stays free"]
        if lower:
            notes.append(f"of {len(found)} models that fit, {lower} are counted by their weights "
                         "alone: their attention is not known")  # fmt: skip
        if short:
            notes.append(f"models left out because their context is shorter: {short}")
        if unknown and self.p["quantisation"] == NATIVE:
            notes.append(f"models left out because their size or native format is not known: "
                         f"{len(unknown)}")  # fmt: skip
        elif unknown:
            notes += unsized(unknown, "are scored")
        return [*notes, *stale(self.best, day)]

    def _smallest(self, there: list[str]) -> list[str]:
        """How far the nearest model is from fitting."""
        memory, short = self.needs.memory, self.needs.short
        needs = [(memory[m].gb, m) for m in there if m in memory and m not in short]
        if not needs:
            return []
        least, model = min(needs)
        return [f"the least that a scored one needs is {least:.3g} GB, {model}"]


def check(p: Values) -> None:
    """Refuse sizes that no machine has."""
    for name in ("memory", "context", "sequences"):
        if p[name] <= 0:
            raise UsageError(f"{name} must be above zero: {p[name]:g}")
    for name in ("context", "sequences"):
        if p[name] != int(p[name]):
            raise UsageError(f"{name} is a whole number: {p[name]:g}")
    if not 0 <= p["overhead"] < 1:
        raise UsageError(f"overhead is a share from 0 to below 1: {p['overhead']:g}")


def needs_of(tables: Tables, models: Sequence[str], p: Values) -> Needs:
    """The memory of each model at a reading."""
    formats, built = read_formats(tables), read_architectures(tables)
    contexts = read_contexts(tables)
    memory: dict[str, Memory] = {}
    chosen: dict[str, str] = {}
    unknown = []
    for model in models:
        found = built[model]
        name = format_for(found, formats, p["quantisation"])
        if name is None:
            unknown.append(model)
            continue
        chosen[model] = name
        memory[model] = memory_of(
            found, formats, name, int(p["context"]), number_bytes=CACHE_BYTES[p["cache"]],
            sequences=int(p["sequences"]), reserved=p["overhead"],
        )  # fmt: skip
    short = {m: c for m in models if (c := contexts[m]) is not None and c < p["context"]}
    lower = frozenset(m for m, need in memory.items() if need.cache is None)
    return Needs(memory, chosen, lower, short, tuple(unknown))


def format_for(found: Architecture, formats: Mapping[str, Format], asked: str) -> str | None:
    """The format asked for, or the native one where it is smaller; None where none is known."""
    if found.total_params_b is None or (asked == NATIVE and not found.native):
        return None
    if asked == NATIVE or not found.native:
        return asked
    native = weights_bytes(found, formats, NATIVE)
    return NATIVE if native < weights_bytes(found, formats, asked) else asked
