"""How fast a model runs on some accelerators: an ideal speed, and what part of it is reached.

Reading the prompt is bound by arithmetic: two operations for each active parameter and token, and
those of attention. Writing an answer is bound, step by step, by the slower of two: reading the
weights that a batch touches together with what attention keeps of every sequence; and arithmetic.
Of a mixture a batch of B touches 1 - (1 - used / experts) ** B of the experts. On top come the
sums that accelerators exchange, and a fixed time per layer and step. A batch is as large as the
memory holds. All of it is divided by an efficiency: a range, from points of data/hardware.yml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scoreboard.errors import DataError
from scoreboard.hosting.hardware import Device
from scoreboard.hosting.memory import (
    BILLION,
    NATIVE,
    RESERVED,
    Architecture,
    Format,
    Layers,
    cache_bytes,
    format_of,
    weights_bytes,
)

MOST = 2048  # sequences at once, whatever the memory
SUM_BYTES = 2.0  # of one number that accelerators exchange
SUMS = 2  # exchanges in one layer


@dataclass(frozen=True, slots=True)
class Setup:
    """A model in a format on some accelerators that hold it together."""

    model: Architecture
    active_b: float  # billions of parameters used for one token
    formats: Mapping[str, Format]
    format: str
    device: Device
    count: int
    number_bytes: float = 2.0  # of one number in the cache
    reserved: float = RESERVED

    @property
    def weights(self) -> float:
        """Bytes of all weights."""
        return weights_bytes(self.model, self.formats, self.format)

    @property
    def room(self) -> float:
        """Bytes left for the cache; below zero the weights do not fit."""
        return self.device.memory * self.count * (1 - self.reserved) - self.weights

    def fits(self, tokens: int) -> int:
        """How many sequences of so many tokens fit beside the weights, at most `MOST`."""
        if self.room < 0:
            return 0
        one = cache_bytes(self.model, max(tokens, 1), self.number_bytes)
        return min(MOST, int(self.room / one)) if one else MOST

    @property
    def precision(self) -> str:
        """The precision of the arithmetic: that of the format most weights are in."""
        name = self.format
        if name == NATIVE:
            total = self.model.total_params_b or 0.0
            stated = sum(p or 0.0 for _, p in self.model.native)
            name = max(self.model.native, key=lambda part: part[1] or total - stated)[0]
        return self.device.precision(format_of(self.formats, name))

    @property
    def speed(self) -> float:
        """Operations a second of all accelerators together."""
        return self.device.speeds[self.precision] * self.count


def active_params_b(found: Architecture, stated: float | None) -> float:
    """Billions of parameters used for one token: all of them unless it is a mixture.

    Raises DataError for a mixture of which nobody says it.
    """
    if stated is None and found.experts:
        raise DataError(
            f"the speed of {found.model} is not known: no source states its active parameters",
            where="data/models", repair="state active_b with evidence",
        )  # fmt: skip
    if found.total_params_b is None:
        raise DataError(
            f"the speed of {found.model} is not known: no source states its number of parameters",
            where="data/models", repair="state params_b with evidence",
        )  # fmt: skip
    return stated if stated is not None else found.total_params_b


def touched(found: Architecture, active_b: float, batch: int) -> float:
    """Share of the weights that one step of a batch reads.

    Where the number of experts is not known, every parameter outside of those of one token is
    taken to be read or not by itself: more than a mixture reads.
    """
    total = found.total_params_b or active_b
    if active_b >= total:
        return 1.0
    if found.experts and found.experts_used and found.experts > found.experts_used:
        each = (total - active_b) / (found.experts - found.experts_used)
        shared = max(total - found.experts * each, 0.0)
        missed = (1 - found.experts_used / found.experts) ** batch
        return min(1.0, (shared + found.experts * each * (1 - missed)) / total)
    return float(1 - (1 - active_b / total) ** batch)


def attention_operations(found: Architecture, before: float) -> float:
    """Operations of attention for one token with so many before it, over all layers."""
    return sum(_operations(a, found, before) for a in found.attention)


def _operations(a: Layers, found: Architecture, before: float) -> float:
    """Scores and sums take two operations each for every number of every query head."""
    if a.kind == "linear":
        return 2.0 * 2 * a.layers * (a.state or 0)
    seen = min(before, a.window) if a.kind == "sliding" and a.window else before
    if a.kind == "compressed" and a.ratio:
        seen = before / a.ratio + min(before, a.window or 0)
    width = a.heads * a.head_dim if a.heads and a.head_dim else found.hidden or 0
    return 2.0 * 2 * a.layers * width * seen


@dataclass(frozen=True, slots=True)
class Ideal:
    """Seconds that nothing can beat, of one batch: all its prompts, and one step of its answers."""

    batch: int
    prompts: float
    step: float
    completion: int  # steps

    def tokens_per_second(self, efficiency: float = 1.0) -> float:
        """Tokens of answers, while new requests are read as old ones end."""
        return efficiency * self.batch * self.completion / (self.prompts + self.steps)

    @property
    def steps(self) -> float:
        """Seconds of all steps."""
        return self.step * self.completion

    def between_tokens(self, efficiency: float) -> float:
        """Seconds from one token of an answer to its next, others' prompts in between."""
        return self.batch / self.tokens_per_second(efficiency)

    def first_token(self, efficiency: float) -> float:
        """Seconds until the first token, of one request that meets no queue."""
        return (self.prompts / self.batch + self.step) / efficiency


def ideal(setup: Setup, batch: int, prompt: float, completion: int, context: int = 0) -> Ideal:
    """The ideal times of a batch.

    `prompt` are the tokens that are read, without those cached; `context` all that attention
    looks back at when an answer begins: by default the prompt.
    """
    before = max(context, int(prompt))
    middle = before + completion / 2
    token = 2 * setup.active_b * BILLION
    reading = token + attention_operations(setup.model, before - prompt / 2)
    exchange = _exchange(setup)
    prompts = prompt * (reading / setup.speed + exchange)
    arithmetic = batch * (token + attention_operations(setup.model, middle)) / setup.speed
    step = max(_moved(setup, batch, int(middle)), arithmetic) + batch * exchange
    fixed = setup.model.layers * setup.device.layer_s
    return Ideal(batch, batch * prompts, step + fixed, completion)


def _moved(setup: Setup, batch: int, context: int) -> float:
    """Seconds in which memory is read: the weights touched, and the cache of every sequence."""
    share = touched(setup.model, setup.active_b, batch)
    cache = batch * cache_bytes(setup.model, max(context, 1), setup.number_bytes)
    return (setup.weights * share + cache) / (setup.device.bandwidth * setup.count)


def _exchange(setup: Setup) -> float:
    """Seconds in which accelerators exchange the sums of one token."""
    if setup.count == 1 or not setup.device.link:
        return 0.0
    numbers = SUMS * setup.model.layers * (setup.model.hidden or 0)
    rounds = 2 * (setup.count - 1) / setup.count
    return numbers * SUM_BYTES * rounds / setup.device.link
