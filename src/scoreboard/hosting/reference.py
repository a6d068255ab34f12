"""Hardware, its prices, measured speeds and workloads as tables, each row with its place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scoreboard.curation import Curated

TEXT, WHOLE, NUMBER, DATE, FLAG = "VARCHAR", "BIGINT", "DOUBLE", "DATE", "BOOLEAN"
PLACE = {"evidence": TEXT, "snapshot_id": TEXT, "locator": TEXT, "raw": TEXT}
HOSTING: dict[str, dict[str, str]] = {
    "hardware": {
        "device": TEXT, "name": TEXT, "kind": TEXT, "memory_gb": NUMBER, "bandwidth_gbs": NUMBER,
        "bf16_tflops": NUMBER, "fp8_tflops": NUMBER, "fp4_tflops": NUMBER, "link_gbs": NUMBER,
        "power_w": WHOLE, "machine_power_w": WHOLE, "most": WHOLE, "layer_us": NUMBER, **PLACE,
    },
    "hardware_names": {"name": TEXT, "device": TEXT},
    "hire_prices": {
        "device": TEXT, "hired_from": TEXT, "usd_per_hour": NUMBER, "seen": DATE, "note": TEXT,
        "grade": TEXT, **PLACE,
    },
    "purchase_prices": {
        "device": TEXT, "usd": NUMBER, "low": NUMBER, "high": NUMBER, "seen": DATE, "what": TEXT,
        "grade": TEXT, **PLACE,
    },
    "throughputs": {
        "throughput": TEXT, "model": TEXT, "device": TEXT, "accelerators": WHOLE, "format": TEXT,
        "cache": TEXT, "batch": WHOLE, "prompt": WHOLE, "completion": WHOLE, "part": TEXT,
        "tokens_per_second": NUMBER, "engine": TEXT, "role": TEXT, "note": TEXT, **PLACE,
    },
    "efficiencies": {
        "efficiency": TEXT, "kind": TEXT, "precision": TEXT, "low": NUMBER, "high": NUMBER,
        "snapshot_id": TEXT, "locator": TEXT, "raw": TEXT,
    },
    "workloads": {
        "workload": TEXT, "name": TEXT, "requests_per_day": NUMBER, "prompt": WHOLE,
        "completion": WHOLE, "cached": NUMBER, "peak": NUMBER, "latency_ms": NUMBER,
        "spare": WHOLE, "assumed": TEXT, "why": TEXT, **PLACE,
    },
    "host_models": {"position": WHOLE, "model": TEXT, "format": TEXT},
    "host_costs": {
        "cost": TEXT, "value": NUMBER, "low": NUMBER, "high": NUMBER, "unit": TEXT, "says": TEXT,
        "assumed": FLAG, **PLACE,
    },
}  # fmt: skip
HARDWARE, WORKLOADS = "hardware.yml", "workloads.yml"
Records = dict[str, Iterable[tuple[Any, ...]]]


def hosting_records(curated: Curated) -> Records:
    """The rows of every table of `HOSTING`."""
    found: Records = dict.fromkeys(HOSTING, ())
    return found | _hardware(curated) | _workloads(curated)


def _hardware(curated: Curated) -> Records:
    file = curated.hardware
    if file is None:
        return {}
    return {
        "hardware": (
            (d.id, d.name, d.kind, d.memory_gb, d.bandwidth_gbs, d.bf16_tflops, d.fp8_tflops,
             d.fp4_tflops, d.link_gbs, d.power_w, d.machine_power_w, d.most, file.layer_us,
             curated.address(HARDWARE, [k for keys in d.evidence.values() for k in keys]), "",
             f"{HARDWARE}#{d.id}/device", f"{d.memory_gb} GB, {d.bandwidth_gbs} GB/s")
            for d in file.devices
        ),
        "hardware_names": (
            (n, d.id) for d in file.devices
            for n in dict.fromkeys(x.lower() for x in (d.id, d.name, *d.aka))
        ),
        "hire_prices": (
            (h.device, h.provider, h.usd_per_hour, h.seen, h.note, h.grade,
             curated.address(HARDWARE, h.evidence), "",
             f"{HARDWARE}#{h.device}/hire/{h.provider}/{h.seen}", str(h.usd_per_hour))
            for h in file.hire
        ),
        "purchase_prices": (
            (b.device, b.usd, b.low, b.high, b.seen, b.what, b.grade,
             curated.address(HARDWARE, b.evidence), "",
             f"{HARDWARE}#{b.device}/purchase/{b.seen}", str(b.usd))
            for b in file.purchase
        ),
        "throughputs": (
            (t.id, t.model, t.device, t.count, t.format, t.cache, t.batch, t.prompt, t.completion,
             t.part, t.tokens_per_second, t.engine, t.role, t.note,
             curated.address(HARDWARE, t.evidence), "", f"{HARDWARE}#{t.id}/tokens_per_second",
             str(t.tokens_per_second))
            for t in file.throughputs
        ),
        "efficiencies": (
            (e.id, kind, precision, e.low, e.high, "", f"{HARDWARE}#{e.id}/efficiency",
             f"{e.low} to {e.high}")
            for e in file.efficiencies for kind in e.kinds for precision in e.precisions
        ),
    }  # fmt: skip


def _workloads(curated: Curated) -> Records:
    file = curated.workloads
    if file is None:
        return {}
    return {
        "workloads": (
            (w.id, w.name, w.requests_per_day, w.prompt, w.completion, w.cached, w.peak,
             w.latency_ms, w.spare, " ".join(w.assumed), w.why,
             curated.address(WORKLOADS, w.evidence), "", f"{WORKLOADS}#{w.id}/requests_per_day",
             str(w.requests_per_day))
            for w in file.workloads
        ),
        "host_models": ((i, t.model, t.format) for i, t in enumerate(file.tried)),
        "host_costs": (
            (x.id, x.value, x.low, x.high, x.unit, x.says, x.assumed,
             curated.address(WORKLOADS, x.evidence), "", f"{WORKLOADS}#{x.id}/value",
             str(x.value))
            for x in file.costs
        ),
    }  # fmt: skip
