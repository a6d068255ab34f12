"""`scoreboard host` on the command line, over the shipped tables."""

from __future__ import annotations

import pytest

from commands import Run

WORKLOADS = ("chat-1000", "batch-10b", "coding-50")


@pytest.mark.parametrize("workload", WORKLOADS)
@pytest.mark.parametrize("hardware", ["h100-sxm", "h200", "mi300x"])
@pytest.mark.parametrize("count", ["1", "8"])
def test_three_workloads_on_one_and_eight_of_three_kinds(
    run: Run, workload: str, hardware: str, count: str
) -> None:
    found = run("host", workload, "--hardware", hardware, "--count", count, "--json").json
    d = found["detail"]
    assert found["unit"] == "usd_per_mtok"
    assert found["low"] <= found["value"] <= found["high"]
    assert d["accelerators"] == int(count)
    assert d["memory_gb"] <= d["memory_of_machine_gb"]
    month = d["workload"]["mtok_per_month"]
    assert d["monthly_usd"] == pytest.approx(found["value"] * month)
    assert d["api"]["monthly_usd"] == pytest.approx(d["api"]["usd_per_mtok"] * month)
    assert d["equivalent"]["model"] != "gpt-oss-120b"
    assert d["moves"][0]["factor"] == max(m["factor"] for m in d["moves"])
    assert found["inputs"]["count"] > 10


def test_a_batch_of_ten_billion_tokens(run: Run) -> None:
    found = run("host", "batch-10b", "--json").json
    assert found["detail"]["workload"]["mtok_per_month"] == pytest.approx(10_000, rel=1e-4)


def test_as_text(run: Run) -> None:
    out = run("host", "coding-50", "--model", "qwen3-30b-a3b", "--quantisation", "fp8").out
    for part in ("Hosting ", "Memory: ", "Machine: ", "at best", "API, same model: ",
                 "API, equivalent model: ", "Break-even volume", "Break-even time",
                 "one assumption at a time"):  # fmt: skip
        assert part in out


def test_numbers_of_ones_own(run: Run) -> None:
    given = ("--requests", "100", "--prompt", "10", "--completion", "10", "--cached", "0",
             "--peak", "1", "--latency", "0", "--spare", "0", "--pay", "purchase", "--load", "1",
             "--staff", "0", "--years", "3", "--power-price", "0.2")  # fmt: skip
    found = run("host", *given, "--format", "json").json
    assert found["params"]["pay"] == "purchase"
    assert found["detail"]["workload"]["mtok_per_month"] == pytest.approx(100 * 30.5 * 20 / 1e6)
    assert found["detail"]["machines"]["middle"] == 1


def test_what_does_not_fit_is_answered_with_one(run: Run) -> None:
    done = run("host", "--model", "deepseek-v3.2", "--hardware", "a100", "--count", "8")
    assert done.code == 1
    assert "too little" in done.out
    assert "what would hold it: " in done.out
    found = run("host", "--model", "deepseek-v3.2", "--hardware", "a100", "--json").json
    assert found["value"] is None
    assert found["detail"]["short_gb"] > 100


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--requests", "0"), "--requests must be above zero"),
        (("--hardware", "abacus"), "unknown hardware: abacus"),
        (("--model", "gpt-5.2-pro"), "no source states its number of parameters"),
        (("--quantisation", "fp3"), "unknown quantisation: fp3"),
        (("nobody",), "unknown workload: nobody"),
        (("--count", "-1"), "--count is a whole number of 1 or more"),
        (("--power-price", "-1"), "--power-price"),
        (("--cached", "3"), "try: scoreboard host --help"),
        (("--requests", "lots"), "should be a valid number"),
        (("--format", "csv"), "csv"),
    ],
    ids=lambda x: x if isinstance(x, str) else " ".join(x),
)
def test_bad_use(run: Run, words: tuple[str, ...], what: str) -> None:
    done = run("host", *words)
    assert (done.code, done.out) == (2, "")
    assert what in done.err
