"""What fits into a memory: worked by hand from made-up models and formats."""

from __future__ import annotations

import pytest

from metric_world import Row, catalogue, day, released, scored, weights, world
from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate
from scoreboard.metrics import get_metric
from scoreboard.store import Tables

RUNS_ON = get_metric("runs_on")
LAST = "2025-03-01"
# model: score, release, billions of parameters
MODELS: dict[str, tuple[float, str, float | None]] = {
    "dense": (70, "2024-01-01", 8),
    "mixture": (90, "2024-03-01", 100),
    "mystery": (75, "2024-04-01", 6),  # nobody states its attention
    "short": (80, "2024-05-01", 1),  # reads 4,096 tokens
    "packed": (85, "2024-06-01", 10),  # published in two bits
    "blank": (99, "2024-07-01", None),
}
FORMATS: list[Row] = [
    {"format": "four", "bits": 4}, {"format": "q4_k_m", "bits": 4}, {"format": "bf16", "bits": 16},
    {"format": "two", "bits": 2},
]  # fmt: skip


def machine() -> Tables:
    built = ("dense", "mixture", "short", "packed")
    return world(
        snapshots=catalogue("tests", "2026-01-05"),
        models=[
            released(m, since, total_params_b=total, context=4096 if m == "short" else 100_000)
            for m, (_, since, total) in MODELS.items()
        ],
        openness=[r for m in MODELS for r in weights(m)],
        benchmarks=[{"benchmark": "quiz", "name": "Quiz", "items": 100}],
        benchmark_names=[{"name": "quiz", "benchmark": "quiz"}],
        results=[
            scored(m, v, since, benchmark="quiz", harness="lab")
            for m, (v, since, _) in MODELS.items()
        ],
        formats=FORMATS,
        # 10 layers x 2 tensors x 10 heads x 50 numbers: 20,000 bytes a token, 0.16 GB for 8,000
        attention=[
            {"model": m, "position": 0, "kind": "full", "layers": 10, "kv_heads": 10,
             "head_dim": 50, "joint": False}
            for m in built
        ],
        architectures=[{"model": m, "layers": 10, "snapshot_id": "",
                        "locator": f"models/a.yml#{m}/architecture", "raw": "10 layers"}
                       for m in built],
        native_weights=[{"model": "packed", "format": "two"}],
    )  # fmt: skip


def ask(**asked: str) -> list[Estimate]:
    tables = machine()
    given = {"benchmark": "quiz", "as_of": LAST, "context": "8000", "quantisation": "four"}
    return RUNS_ON.compute(tables, RUNS_ON.read(tables, {**given, **asked}))


def says(e: Estimate, text: str) -> bool:
    return any(text in c for c in e.caveats)


def needs(found: list[Estimate]) -> dict[str, float]:
    return {e.key["model"]: e.detail["memory_gb"] for e in found}


def test_who_fits_and_what_each_needs() -> None:
    found = ask(memory="5")
    assert [(e.key["model"], e.value) for e in found] == [
        ("packed", 85), ("mystery", 75), ("dense", 70),
    ]  # fmt: skip
    # (weights + cache) / 0.9: (2.5 + 0.16), 3 alone, (4 + 0.16)
    assert needs(found) == pytest.approx({"packed": 2.9556, "mystery": 3.3333, "dense": 4.6222},
                                         abs=1e-4)  # fmt: skip
    assert [e.detail["lower_bound"] for e in found] == [False, True, False]
    assert found[0].detail["quantisation"] == "native"  # two bits are fewer than four
    assert found[2].detail["weights_gb"] == pytest.approx(4.0)
    assert found[2].detail["cache_gb"] == pytest.approx(0.16)


def test_a_mixture_needs_all_its_experts() -> None:
    assert "mixture" not in needs(ask(memory="55"))
    found = ask(memory="56")  # 50.16 / 0.9 = 55.7
    assert found[0].key["model"] == "mixture"
    assert found[0].detail["memory_gb"] == pytest.approx(50.16 / 0.9)


def test_what_is_not_known_is_said_and_counted() -> None:
    mystery = ask(memory="5")[1]
    assert says(mystery, "its attention is not known: weights alone, a lower bound")
    assert says(mystery, "of 3 models that fit, 1 are counted by their weights alone")
    assert says(mystery, "models left out because their context is shorter: 1")
    assert says(mystery, "and whose size no source states: blank")
    assert says(mystery, "10% of the memory stays free")


def test_a_short_text_lets_a_short_context_in() -> None:
    assert "short" in needs(ask(memory="5", context="4096"))


def test_the_best_alone() -> None:
    (best,) = ask(memory="5", by="best")
    assert (best.value, best.detail["model"], best.n) == (85, "packed", 3)
    assert "model" not in best.key
    assert [x["model"] for x in best.detail["next"]] == ["mystery", "dense"]
    assert RUNS_ON.finding(best) == "packed scores 85.0 on quiz and needs 2.96 of 5 GB."
    assert RUNS_ON.finding(ask(memory="5")[1]) == (
        "mystery scores 75.0 on quiz and needs at least 3.33 of 5 GB."
    )


def test_other_assumptions() -> None:
    free = needs(ask(memory="5", overhead="0"))
    assert free["dense"] == pytest.approx(4.16)
    two = needs(ask(memory="5", overhead="0", sequences="2"))
    assert two["dense"] == pytest.approx(4.32)
    half = needs(ask(memory="5", overhead="0", cache="fp8"))
    assert half["dense"] == pytest.approx(4.08)
    whole = needs(ask(memory="20", overhead="0", quantisation="bf16"))
    assert whole["dense"] == pytest.approx(16.16)
    assert whole["packed"] == pytest.approx(2.66)  # it comes in two bits


def test_native_formats_only() -> None:
    found = ask(memory="5", quantisation="native")
    assert [e.key["model"] for e in found] == ["packed"]
    assert says(found[0], "their size or native format is not known: 5")


def test_the_series_has_the_best_of_its_time() -> None:
    tables = machine()
    asked = {"benchmark": "quiz", "as_of": LAST, "context": "8000", "memory": "5"}
    found = RUNS_ON.series(tables, RUNS_ON.read(tables, asked))
    assert [(e.as_of, e.detail["model"]) for e in found] == [
        (day("2024-01-01"), "dense"), (day("2024-04-01"), "mystery"), (day("2024-06-01"), "packed"),
    ]  # fmt: skip


def test_too_little_memory_says_what_the_least_is() -> None:
    (found,) = ask(memory="0.5")
    assert found.value is None
    assert says(found, "no open model fits into 0.5 GB by 2025-03-01")
    # `short` would need less, but reads no 8,000 tokens
    assert says(found, "the least that a scored one needs is 2.96 GB, packed")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("memory", "0", "memory must be above zero: 0"),
        ("context", "-1", "context must be above zero: -1"),
        ("context", "10.5", "context is a whole number"),
        ("sequences", "0.5", "sequences is a whole number"),
        ("overhead", "1", "overhead is a share from 0 to below 1: 1"),
        ("quantisation", "three", "unknown quantisation: three"),
        ("cache", "int1", "unknown cache: int1"),
    ],
)
def test_what_no_machine_has_is_refused(name: str, value: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        ask(**{name: value})


def test_rows_behind_it() -> None:
    (best,) = ask(memory="5", by="best")
    assert {r.raw for r in best.inputs.rows} == {"85", "10 layers"}
