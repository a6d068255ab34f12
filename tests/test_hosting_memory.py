"""Memory of models: published figures, and caches worked out by hand."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metric_world import curated_world
from scoreboard.errors import DataError, UsageError
from scoreboard.hosting.memory import (
    Architecture,
    Format,
    Layers,
    cache_bytes,
    cache_bytes_per_token,
    memory_of,
    read_architectures,
    read_formats,
    weights_bytes,
)
from scoreboard.store import Tables

with (Path(__file__).parent / "data" / "memory.csv").open(encoding="utf-8") as lines:
    PUBLISHED = list(csv.DictReader(lines))
BF16 = Format("bf16", 16)
INT4 = Format("int4", 4, group=128, scale_bits=20, embeddings="bf16")
FORMATS = {"bf16": BF16, "int4": INT4}


@pytest.fixture(scope="module")
def tables() -> Tables:
    """What models and devices state of themselves needs no document."""
    return curated_world()


def of(what: str) -> list[object]:
    rows = (r for r in PUBLISHED if r["what"] == what)
    return [pytest.param(r, id=f"{r['model']}-{r['format']}".strip("-")) for r in rows]


def built(*attention: Layers, params_b: float | None = 1.0) -> Architecture:
    return Architecture("made-up", params_b, attention)


class TestPublished:
    def test_there_are_enough_of_each_kind(self, tables: Tables) -> None:
        found = read_architectures(tables)
        for what in ("weights", "per_token"):
            models = {r["model"] for r in PUBLISHED if r["what"] == what}
            kinds = {a.kind for m in models for a in found[m].attention}
            assert len(models) >= 12
            assert {"full", "sliding", "latent"} <= kinds
            assert {"mixtral-8x7b-v0.1", "gpt-oss-120b"} <= models  # mixtures
        assert all(r["address"].startswith("https://") for r in PUBLISHED)

    @pytest.mark.parametrize("row", of("weights"))
    def test_weights(self, tables: Tables, row: dict[str, str]) -> None:
        """A published checkpoint holds what predicts ahead too."""
        found = read_architectures(tables)[row["model"]]
        size = weights_bytes(found, read_formats(tables), row["format"], draft=True)
        assert size == pytest.approx(float(row["bytes"]), rel=0.02)

    @pytest.mark.parametrize("row", of("per_token"))
    def test_cache_per_token(self, tables: Tables, row: dict[str, str]) -> None:
        found = read_architectures(tables)[row["model"]]
        assert cache_bytes_per_token(found) == pytest.approx(float(row["bytes"]), rel=0.02)

    def test_the_cache_of_a_long_text(self, tables: Tables) -> None:
        """Gemma 4 31B, 131,072 tokens: 10 x 2 x 4 x 512 + 50 x 2 x 16 x 256 for 1,024 of them."""
        found = read_architectures(tables)["gemma-4-31b-it"]
        whole = 2 * (10 * 2 * 4 * 512 * 131072 + 50 * 2 * 16 * 256 * 1024)
        assert cache_bytes(found, 131072) == whole == 11_576_279_040  # 11.6 GB
        assert 11 * whole < 60 * 2 * 16 * 256 * 2 * 131072  # the simple formula: eleven times that


class TestByHand:
    def test_full(self) -> None:
        # 3 layers x 2 tensors x 4 heads x 8 numbers x 2 bytes
        found = built(Layers("full", 3, heads=16, kv_heads=4, head_dim=8))
        assert cache_bytes_per_token(found) == 384
        assert cache_bytes(found, 10) == 3840
        assert cache_bytes(found, 10, 1.0) == 1920

    def test_one_tensor_for_both(self) -> None:
        found = built(Layers("full", 3, kv_heads=4, head_dim=8, joint=True))
        assert cache_bytes_per_token(found) == 192

    def test_latent(self) -> None:
        # 5 layers x (12 + 4) numbers x 2 bytes
        assert cache_bytes(built(Layers("latent", 5, rank=12, rope_dim=4)), 7) == 5 * 16 * 2 * 7

    def test_sliding_stops_at_its_window(self) -> None:
        found = built(Layers("sliding", 1, kv_heads=1, head_dim=1, window=100))
        assert [cache_bytes(found, n) for n in (99, 100, 101, 10**6)] == [396, 400, 400, 400]

    def test_linear_is_constant(self) -> None:
        found = built(Layers("linear", 2, state=50))
        assert cache_bytes_per_token(found) == 0
        assert cache_bytes(found, 1) == cache_bytes(found, 10**6) == 200

    def test_compressed_keeps_entries_and_a_window(self) -> None:
        found = built(Layers("compressed", 2, head_dim=8, ratio=4, window=3))
        assert cache_bytes_per_token(found) == 2 * 8 / 4 * 2
        # 9 tokens: three entries and the last three whole
        assert cache_bytes(found, 9) == 2 * 8 * (3 + 3) * 2

    def test_an_index_counts_for_memory_only(self) -> None:
        plain = Layers("latent", 5, rank=12, rope_dim=4)
        with_index = Layers("latent", 5, rank=12, rope_dim=4, index_dim=6, index_layers=2)
        assert cache_bytes_per_token(built(with_index)) == cache_bytes_per_token(built(plain))
        assert cache_bytes(built(with_index), 7) - cache_bytes(built(plain), 7) == 6 * 2 * 7

    def test_layers_add_up(self) -> None:
        full = Layers("full", 3, kv_heads=4, head_dim=8)
        linear = Layers("linear", 2, state=50)
        assert cache_bytes(built(full, linear), 10) == 3840 + 200

    def test_weights_with_scales_and_embeddings_apart(self) -> None:
        # a billion weights, 0.2 of them in embedding and output: 0.8 at 4 + 20/128 bits, 0.2 at 16
        found = Architecture("m", 1.0, vocab=100_000, hidden=1000, tied=False)
        assert weights_bytes(found, FORMATS, "int4") == pytest.approx(0.415625e9 + 0.4e9)
        tied = Architecture("m", 1.0, vocab=100_000, hidden=1000, tied=True)
        assert weights_bytes(tied, FORMATS, "int4") == pytest.approx(0.46757812e9 + 0.2e9)
        assert weights_bytes(built(), FORMATS, "int4") == pytest.approx(0.51953125e9)
        assert weights_bytes(built(), FORMATS, "bf16") == 2e9

    def test_native_parts(self) -> None:
        found = Architecture("m", 10.0, native=(("int4", 8.0), ("bf16", None)), draft_params_b=1.0)
        assert weights_bytes(found, FORMATS, "native") == pytest.approx(4.15625e9 + 4e9)
        assert weights_bytes(found, FORMATS, "native", draft=True) == pytest.approx(10.15625e9)

    def test_what_a_device_must_have(self) -> None:
        found = built(Layers("full", 3, kv_heads=4, head_dim=8))
        memory = memory_of(found, FORMATS, "bf16", 10**6, sequences=2)
        # 2 GB and twice 0.384 GB, in nine tenths
        assert memory.gb == pytest.approx(2.768 / 0.9)
        assert memory_of(built(), FORMATS, "bf16", 10).cache is None
        assert memory_of(built(), FORMATS, "bf16", 10, reserved=0.0).gb == 2.0

    @pytest.mark.parametrize(
        ("heads", "kv_heads", "word"),
        [(8, 8, "multi-head"), (8, 2, "grouped-query"), (8, 1, "multi-query"), (None, 2, "full")],
    )
    def test_the_fields_words(self, heads: int | None, kv_heads: int, word: str) -> None:
        assert built(Layers("full", 1, heads=heads, kv_heads=kv_heads, head_dim=1)).kinds == word


class TestMissing:
    def test_no_size(self) -> None:
        with pytest.raises(DataError, match="no source states its number of parameters"):
            weights_bytes(built(params_b=None), FORMATS, "bf16")

    def test_no_attention(self) -> None:
        for ask in (cache_bytes_per_token, lambda a: cache_bytes(a, 10)):
            with pytest.raises(DataError, match="no source states its attention") as error:
                ask(built())
            assert "scoreboard model made-up" in error.value.repair

    def test_no_native_format(self) -> None:
        with pytest.raises(DataError, match="the format in which its weights are published"):
            weights_bytes(built(), FORMATS, "native")

    def test_an_unknown_format(self) -> None:
        with pytest.raises(UsageError, match="unknown format of weights: int3") as error:
            weights_bytes(built(), FORMATS, "int3")
        assert error.value.valid == ["native", "bf16", "int4"]

    def test_a_number_that_is_missing_is_named(self) -> None:
        with pytest.raises(DataError, match="kv_heads of the full attention is not known"):
            cache_bytes(built(Layers("full", 1, head_dim=1)), 10)


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 10**5))
def test_a_longer_text_never_needs_less(a: int, b: int, window: int) -> None:
    found = built(
        Layers("sliding", 2, kv_heads=2, head_dim=4, window=window),
        Layers("compressed", 2, head_dim=4, ratio=3, window=window, index_dim=2),
        Layers("linear", 1, state=9),
    )
    low, high = sorted((a, b))
    assert cache_bytes(found, low) <= cache_bytes(found, high)
