"""Memory that a model needs: weights at a format, and what attention keeps of the tokens before.

Bytes are plain bytes; a gigabyte is 1e9 of them. Weights count every expert of a mixture. The cache
depends on the kind of attention, layer by layer:

    full        2 x kv_heads x head_dim numbers per token (one tensor where key and value are joint)
    sliding     the same, for the last `window` tokens only
    latent      rank + rope_dim numbers per token
    compressed  one entry of head_dim numbers per `ratio` tokens, and the last `window` tokens whole
    linear      a constant number per sequence, however long it is

Sparse attention keeps an index besides, `index_dim` numbers per token, each in a byte: it counts
for the memory, and is left out of the cache per token that papers print.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scoreboard.errors import DataError, UsageError
from scoreboard.estimate import Ref
from scoreboard.store import Tables

GB = 1e9
BILLION = 1e9
NATIVE = "native"  # the format in which a model's weights are published
CACHE_BYTES = {"bf16": 2.0, "fp8": 1.0}  # bytes of one number in the cache
CACHE = "bf16"
INDEX_BYTES = 1.0  # of one number of a sparse-attention index
RESERVED = 0.1  # share of the memory left free, as vLLM does unless told otherwise


@dataclass(frozen=True, slots=True)
class Format:
    """A way to store weights."""

    id: str
    bits: float
    group: int | None = None
    scale_bits: float = 0.0
    embeddings: str = ""  # format in which the embedding and the output stay
    compute: str = "bf16"  # precision of the arithmetic, on a device that has it

    @property
    def bytes_per_weight(self) -> float:
        """Bytes of one weight with its part of the group's scale."""
        return (self.bits + (self.scale_bits / self.group if self.group else 0.0)) / 8


@dataclass(frozen=True, slots=True)
class Layers:
    """Layers of one kind of attention."""

    kind: str
    layers: int
    heads: int | None = None
    kv_heads: int | None = None
    head_dim: int | None = None
    joint: bool = False
    window: int | None = None
    rank: int | None = None
    rope_dim: int | None = None
    ratio: int | None = None
    index_dim: int | None = None
    index_layers: int | None = None
    state: int | None = None

    def per_token(self) -> float:
        """Numbers that one further token adds, while it is inside every sliding window."""
        if self.kind == "linear":
            return 0.0
        if self.kind == "latent":
            return float(self.layers * (self._known("rank") + self._known("rope_dim")))
        if self.kind == "compressed":
            return self.layers * self._known("head_dim") / self._known("ratio")
        tensors = 1 if self.joint else 2
        return float(tensors * self.layers * self._known("kv_heads") * self._known("head_dim"))

    def kept(self, tokens: int) -> float:
        """Numbers kept for a sequence of so many tokens."""
        if self.kind == "linear":
            return float(self.layers * self._known("state"))
        if self.kind == "compressed":  # the last entry may stand for fewer tokens
            whole = min(tokens, self.window or 0)
            entries = math.ceil(tokens / self._known("ratio"))
            return float(self.layers * self._known("head_dim") * (entries + whole))
        if self.kind == "sliding":
            tokens = min(tokens, self._known("window"))
        return self.per_token() * tokens

    def indexed(self, tokens: int) -> float:
        """Numbers kept to choose the tokens that are looked at."""
        entries = math.ceil(tokens / (self.ratio or 1))
        return float((self.index_dim or 0) * (self.index_layers or self.layers) * entries)

    def _known(self, name: str) -> int:
        value = getattr(self, name)
        if value is None:
            raise DataError(
                f"{name} of the {self.kind} attention is not known",
                repair="state it under `architecture` in data/models",
            )
        return int(value)


@dataclass(frozen=True, slots=True)
class Architecture:
    """What of a model decides the memory that it needs."""

    model: str
    total_params_b: float | None
    attention: tuple[Layers, ...] = ()
    native: tuple[tuple[str, float | None], ...] = ()  # format, billions (None: the others)
    hidden: int | None = None
    vocab: int | None = None
    tied: bool | None = None
    draft_params_b: float = 0.0
    layers: int = 0
    experts: int | None = None  # of one layer of a mixture
    experts_used: int | None = None  # of these, for one token

    @property
    def embedding_params_b(self) -> float | None:
        """Billions of parameters in the embedding and the output; None when unknown."""
        if self.hidden is None or self.vocab is None or self.tied is None:
            return None
        return self.vocab * self.hidden * (1 if self.tied else 2) / BILLION

    @property
    def kinds(self) -> str:
        """Its attention in the field's words: `grouped-query`, `latent and linear`."""
        return " and ".join(dict.fromkeys(_kind(a) for a in self.attention)) or "unknown"


def _kind(layers: Layers) -> str:
    if layers.kind in ("latent", "linear", "compressed"):
        return layers.kind
    if layers.kv_heads == 1:
        shared = "multi-query"
    elif layers.heads is None:
        shared = "full"
    else:
        shared = "multi-head" if layers.kv_heads == layers.heads else "grouped-query"
    return f"sliding {shared}" if layers.kind == "sliding" else shared


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes that a model needs; `cache` is None when its attention is not known."""

    weights: float
    cache: float | None
    reserved: float  # share of the device's memory that is left free

    @property
    def gb(self) -> float:
        """Gigabytes that a device must have; without a cache the least that it must have."""
        return (self.weights + (self.cache or 0.0)) / (1 - self.reserved) / GB


def read_formats(tables: Tables) -> dict[str, Format]:
    """Every format by id, read once."""
    return tables.once("formats", lambda: {
        r["format"]: Format(r["format"], r["bits"], r["group_size"], r["scale_bits"] or 0.0,
                            r["embeddings"], r["compute"] or "bf16")
        for r in tables.rows("SELECT * FROM formats ORDER BY format")
    })  # fmt: skip


def read_architectures(tables: Tables) -> dict[str, Architecture]:
    """Every model by id with what is known of its architecture, read once."""
    return tables.once("architectures", lambda: _read_architectures(tables))


def architecture_places(tables: Tables) -> dict[str, list[Ref]]:
    """Where the architecture of each model was read, read once."""
    return tables.once("architecture places", lambda: _read_places(tables))


def _read_places(tables: Tables) -> dict[str, list[Ref]]:
    found: dict[str, list[Ref]] = {}
    for r in tables.rows("SELECT model, snapshot_id, locator, raw FROM architectures"):
        found.setdefault(r["model"], []).append(Ref.of(r))
    return found


def _read_architectures(tables: Tables) -> dict[str, Architecture]:
    attention: dict[str, list[Layers]] = defaultdict(list)
    query = 'SELECT * EXCLUDE (position) RENAME (sliding_window AS "window") FROM attention'
    for r in tables.rows(f"{query} ORDER BY model, position"):
        attention[r.pop("model")].append(Layers(**r))
    native: dict[str, list[tuple[str, float | None]]] = defaultdict(list)
    for r in tables.rows("SELECT * FROM native_weights ORDER BY ALL"):
        native[r["model"]].append((r["format"], r["params_b"]))
    rows = tables.rows(
        "SELECT m.model, m.total_params_b, a.hidden, a.vocab, a.tied, a.draft_params_b, "
        "a.layers, a.experts, a.experts_used "
        "FROM models m LEFT JOIN architectures a ON a.model = m.model ORDER BY m.model"
    )
    return {r["model"]: _architecture(r, attention, native) for r in rows}


def _architecture(
    row: Mapping[str, Any],
    attention: Mapping[str, list[Layers]],
    native: Mapping[str, list[tuple[str, float | None]]],
) -> Architecture:
    model = row["model"]
    return Architecture(
        model, row["total_params_b"], tuple(attention.get(model, ())),
        tuple(native.get(model, ())), row["hidden"], row["vocab"], row["tied"],
        row["draft_params_b"] or 0.0, row["layers"] or 0, row["experts"], row["experts_used"],
    )  # fmt: skip


def weights_bytes(
    found: Architecture, formats: Mapping[str, Format], name: str, *, draft: bool = False
) -> float:
    """Bytes of all weights, every expert counted, in a format or in the one they came in.

    `draft` counts the part that predicts ahead too. Raises DataError where a fact is missing.
    """
    if found.total_params_b is None:
        raise _missing(found, "its number of parameters")
    total = found.total_params_b + (found.draft_params_b if draft else 0.0)
    if name == NATIVE:
        return _native_bytes(found, formats, total)
    chosen = format_of(formats, name)
    kept = found.embedding_params_b if chosen.embeddings else None
    apart = min(kept or 0.0, total)
    size = (total - apart) * chosen.bytes_per_weight
    if apart:
        size += apart * format_of(formats, chosen.embeddings).bytes_per_weight
    return size * BILLION


def _native_bytes(found: Architecture, formats: Mapping[str, Format], total: float) -> float:
    if not found.native:
        raise _missing(found, "the format in which its weights are published")
    rest = total - sum(params or 0.0 for _, params in found.native)
    parts = ((name, rest if params is None else params) for name, params in found.native)
    return sum(format_of(formats, n).bytes_per_weight * max(p, 0.0) for n, p in parts) * BILLION


def cache_bytes_per_token(found: Architecture, number_bytes: float = 2.0) -> float:
    """Bytes that one further token adds for a sequence inside every window: the figure that
    papers print as the cache per token. Raises DataError where the attention is unknown.
    """
    return number_bytes * sum(a.per_token() for a in _attention(found))


def cache_bytes(found: Architecture, tokens: int, number_bytes: float = 2.0) -> float:
    """Bytes kept for one sequence of so many tokens."""
    attention = _attention(found)
    index = INDEX_BYTES * sum(a.indexed(tokens) for a in attention)
    return number_bytes * sum(a.kept(tokens) for a in attention) + index


def memory_of(
    found: Architecture,
    formats: Mapping[str, Format],
    name: str,
    tokens: int,
    *,
    number_bytes: float = 2.0,
    sequences: int = 1,
    reserved: float = RESERVED,
) -> Memory:
    """Weights, and the cache of so many sequences at once where the attention is known."""
    cache = sequences * cache_bytes(found, tokens, number_bytes) if found.attention else None
    return Memory(weights_bytes(found, formats, name), cache, reserved)


def format_of(formats: Mapping[str, Format], name: str) -> Format:
    """A format by id, or a UsageError that lists them."""
    if name not in formats:
        raise UsageError(f"unknown format of weights: {name}", valid=[NATIVE, *formats],
                         repair="scoreboard sql 'SELECT * FROM formats'")  # fmt: skip
    return formats[name]


def _attention(found: Architecture) -> tuple[Layers, ...]:
    if not found.attention:
        raise _missing(found, "its attention: layers, heads and their size")
    return found.attention


def _missing(found: Architecture, what: str) -> DataError:
    return DataError(
        f"the memory of {found.model} is not known: no source states {what}",
        where="data/models",
        repair=f"state it with evidence; scoreboard model {found.model} shows what is known",
    )
