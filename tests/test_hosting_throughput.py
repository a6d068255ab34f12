"""Speed of models: published measurements inside the stated ranges, and times worked by hand."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metric_world import curated_world
from scoreboard.errors import DataError
from scoreboard.estimate import Ref
from scoreboard.hosting.hardware import Device, efficiency_of, read_devices
from scoreboard.hosting.memory import (
    CACHE_BYTES,
    Architecture,
    Format,
    Layers,
    read_architectures,
    read_formats,
)
from scoreboard.hosting.throughput import (
    MOST,
    Setup,
    active_params_b,
    attention_operations,
    ideal,
    touched,
)
from scoreboard.store import Tables

THREEFOLD = 3
FORMATS = {"bf16": Format("bf16", 16), "fp8": Format("fp8", 8, compute="fp8")}


@pytest.fixture(scope="module")
def tables() -> Tables:
    """What models and devices state of themselves needs no document."""
    return curated_world()


def reached(tables: Tables, role: str) -> dict[str, list[tuple[str, float]]]:
    """What part of the ideal speed each measurement reached, by the range that it falls under."""
    active = {r["model"]: r["active"] for r in tables.rows("SELECT * FROM models")}
    found: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for r in tables.rows("SELECT * FROM throughputs WHERE role = ? ORDER BY ALL", [role]):
        setup = placed(tables, r, active[r["model"]])
        fit = setup.fits(r["prompt"] + r["completion"])
        times = ideal(setup, min(r["batch"] or fit, fit), r["prompt"], r["completion"])
        best = times.tokens_per_second()
        if r["part"] == "prompt":
            best = times.batch * r["prompt"] / times.prompts
        elif r["part"] == "completion":
            best = times.batch / times.step
        kind = efficiency_of(tables, setup.device, setup.precision).id
        found[kind].append((r["throughput"], r["tokens_per_second"] / best))
    return found


def placed(tables: Tables, r: dict[str, Any], active: float | None) -> Setup:
    built = read_architectures(tables)[r["model"]]
    device, number = read_devices(tables)[r["device"]], CACHE_BYTES[r["cache"]]
    formats, active_b = read_formats(tables), active_params_b(built, active)
    return Setup(built, active_b, formats, r["format"], device, r["accelerators"], number)


def ranges(tables: Tables) -> dict[str, tuple[float, float]]:
    rows = tables.rows("SELECT DISTINCT efficiency, low, high FROM efficiencies")
    return {r["efficiency"]: (r["low"], r["high"]) for r in rows}


class TestPublished:
    def test_of_ten_that_were_held_out_at_least_eight_lie_inside(self, tables: Tables) -> None:
        found = reached(tables, "held_out")
        ends = ranges(tables)
        inside = {
            name: ends[kind][0] <= part <= ends[kind][1]
            for kind, points in found.items() for name, part in points
        }  # fmt: skip
        assert len(inside) >= 10
        outside = [name for name, ok in inside.items() if not ok]
        assert 10 * len(outside) <= 2 * len(inside), outside

    def test_a_range_spans_at_most_threefold(self, tables: Tables) -> None:
        for low, high in ranges(tables).values():
            assert high / low <= THREEFOLD

    def test_ranges_are_those_of_the_calibration_points(self, tables: Tables) -> None:
        """The least and the greatest; within threefold; outwards to two places."""
        ends = ranges(tables)
        for kind, points in reached(tables, "calibration").items():
            low, high = ends[kind]
            parts = sorted(part for _, part in points)
            inside = [low <= x <= high for x in parts]
            assert sum(inside) >= 0.9 * len(parts)
            assert high - max(x for x in parts if x <= high) < 0.02  # no wider than they ask for

    def test_held_out_points_are_of_many_kinds(self, tables: Tables) -> None:
        rows = tables.rows("SELECT * FROM throughputs WHERE role = 'held_out'")
        assert len({r["device"] for r in rows}) >= 5
        assert len({r["model"] for r in rows}) >= 7
        assert len({r["engine"] for r in rows}) >= 4
        assert all(r["evidence"].startswith("https://") for r in rows)
        told = ("model", "device", "accelerators", "prompt", "completion", "batch", "format")
        fitted = tables.rows("SELECT * FROM throughputs WHERE role = 'calibration'")
        used = {tuple(r[c] for c in told) for r in fitted}
        assert not used & {tuple(r[c] for c in told) for r in rows}

    def test_every_model_and_format_is_known(self, tables: Tables) -> None:
        for r in tables.rows("SELECT * FROM throughputs"):
            assert r["model"] in read_architectures(tables)
            assert r["format"] in (*read_formats(tables), "native")


def machine(**more: Any) -> Device:
    """A gigabyte holds half a billion weights of 16 bits; a thousand operations a byte."""
    given: dict[str, Any] = {
        "id": "m", "name": "M", "kind": "server", "memory": 40e9, "bandwidth": 1e12,
        "speeds": {"bf16": 1e14, "fp8": 2e14}, "link": 1e11, "power_w": 100.0, "most": 8,
        "layer_s": 0.0, "whole_power": True, "ref": Ref("", "hardware.yml#m/device", ""),
    }  # fmt: skip
    return Device(**{**given, **more})


def on(model: Architecture, count: int = 1, format_: str = "bf16", **more: Any) -> Setup:
    active = more.pop("active", model.total_params_b)
    return Setup(model, active, FORMATS, format_, machine(**more), count)


# 10 layers, 4 of 8 heads for keys and values, 50 numbers each: 8,000 bytes a token
DENSE = Architecture(
    "dense", 10.0, (Layers("full", 10, heads=8, kv_heads=4, head_dim=50),), hidden=400, layers=10
)
MIXTURE = Architecture("mixture", 100.0, DENSE.attention, hidden=400, layers=10, experts=10,
                       experts_used=1)  # fmt: skip


class TestByHand:
    def test_writing_alone_is_bound_by_reading_the_weights(self) -> None:
        # 20 GB of weights and 8,000 bytes x 1,000 tokens at 1 TB/s
        times = ideal(on(DENSE), 1, 0, 2000)
        assert times.prompts == 0
        assert times.step == pytest.approx(0.020008)
        assert times.tokens_per_second() == pytest.approx(1 / 0.020008)

    def test_a_large_batch_is_bound_by_arithmetic(self) -> None:
        # 1,000 x (2 x 1e10 + 4 x 10 x 400 x 1) operations at 1e14 a second, 20 GB + 8 MB at 1e12
        times = ideal(on(DENSE), 1000, 0, 2)
        assert times.step == pytest.approx(1000 * (2e10 + 16_000) / 1e14)

    def test_reading_is_bound_by_arithmetic(self) -> None:
        # 500 tokens x (2e10 + 4 x 10 x 400 x 250 seen on average) operations
        times = ideal(on(DENSE), 1, 500, 1)
        assert times.prompts == pytest.approx(500 * (2e10 + 4e6) / 1e14)

    def test_fp8_counts_where_the_device_has_it(self) -> None:
        assert on(DENSE, format_="fp8").precision == "fp8"
        assert on(DENSE, format_="fp8", speeds={"bf16": 1e14}).precision == "bf16"

    def test_two_share_the_work_and_exchange_sums(self) -> None:
        # 2 sums x 10 layers x 400 numbers x 2 bytes, once in all by ring: 16,000 bytes at 1e11
        alone, both = ideal(on(DENSE), 1, 0, 2), ideal(on(DENSE, 2), 1, 0, 2)
        assert both.step == pytest.approx(alone.step / 2 + 16_000 / 1e11)

    def test_layers_take_time_of_their_own(self) -> None:
        plain, slow = ideal(on(DENSE), 1, 0, 2), ideal(on(DENSE, layer_s=1e-4), 1, 0, 2)
        assert slow.step - plain.step == pytest.approx(1e-3)

    def test_requests_that_come_and_go(self) -> None:
        # 4 prompts of 0.1 s and 10 steps of 0.02 s: 40 tokens in 0.6 s, half of it reached
        times = ideal(on(DENSE), 4, 500, 10)
        whole = times.prompts + 10 * times.step
        assert times.tokens_per_second(0.5) == pytest.approx(0.5 * 40 / whole)
        assert times.between_tokens(0.5) == pytest.approx(4 / times.tokens_per_second(0.5))
        assert times.first_token(0.5) == pytest.approx((times.prompts / 4 + times.step) / 0.5)

    def test_cached_tokens_are_looked_at_and_not_read(self) -> None:
        whole, half = ideal(on(DENSE), 1, 1000, 10), ideal(on(DENSE), 1, 500, 10, context=1000)
        assert half.step == whole.step
        assert half.prompts < whole.prompts
        # the last 500 of 1,000 look at 750 on average
        assert half.prompts == pytest.approx(500 * (2e10 + 4 * 10 * 400 * 750) / 1e14)

    def test_what_fits(self) -> None:
        # 40 GB less a tenth, less 20 GB: 16 GB for 8,000 bytes x 1,000 tokens
        assert on(DENSE).fits(1000) == 2000
        assert on(DENSE).fits(100) == MOST
        assert on(DENSE, memory=20e9).fits(1) == 0

    def test_experts_touched(self) -> None:
        # 10 of 100 billion for a token: 10 experts of 10 billion, nothing shared
        assert touched(MIXTURE, 10.0, 1) == pytest.approx(0.1)
        assert touched(MIXTURE, 10.0, 2) == pytest.approx(1 - 0.9**2)
        assert touched(MIXTURE, 19.0, 1) == pytest.approx(0.19)  # 9 in each, 10 shared
        assert touched(MIXTURE, 19.0, 10**6) == pytest.approx(1)
        assert touched(DENSE, 10.0, 1) == 1.0

    def test_experts_that_nobody_counts(self) -> None:
        plain = Architecture("p", 100.0)
        assert touched(plain, 10.0, 3) == pytest.approx(1 - 0.9**3)

    def test_attention_by_kind(self) -> None:
        sliding = Architecture("s", 1.0, (Layers("sliding", 2, heads=3, kv_heads=1, head_dim=5,
                                                 window=7),), hidden=15)  # fmt: skip
        assert attention_operations(sliding, 100) == 4 * 2 * 15 * 7
        linear = Architecture("l", 1.0, (Layers("linear", 2, state=50),), hidden=15)
        assert attention_operations(linear, 100) == attention_operations(linear, 1) == 4 * 2 * 50
        latent = Architecture("t", 1.0, (Layers("latent", 2, rank=5, rope_dim=1),), hidden=15)
        assert attention_operations(latent, 10) == 4 * 2 * 15 * 10
        packed = Architecture("c", 1.0, (Layers("compressed", 1, head_dim=5, ratio=4, window=3),),
                              hidden=15)  # fmt: skip
        assert attention_operations(packed, 8) == 4 * 15 * (2 + 3)


class TestMissing:
    def test_a_mixture_whose_active_parameters_nobody_states(self) -> None:
        with pytest.raises(DataError, match="no source states its active parameters"):
            active_params_b(MIXTURE, None)
        assert active_params_b(DENSE, None) == 10.0

    def test_no_size(self) -> None:
        with pytest.raises(DataError, match="no source states its number of parameters"):
            active_params_b(Architecture("m", None), None)


@given(st.integers(1, 500), st.integers(1, 500), st.integers(1, 8))
def test_more_at_once_is_never_slower_in_all(a: int, b: int, count: int) -> None:
    low, high = sorted((a, b))
    for model, active in ((DENSE, 10.0), (MIXTURE, 19.0)):
        setup = on(model, count, active=active)
        few, many = ideal(setup, low, 300, 50), ideal(setup, high, 300, 50)
        assert many.tokens_per_second() >= few.tokens_per_second() * (1 - 1e-9)
        assert many.between_tokens(0.5) >= few.between_tokens(0.5) * (1 - 1e-9)
