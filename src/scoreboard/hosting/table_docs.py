"""What the tables of hardware and workloads and their columns mean, for docs/tables.md."""

from __future__ import annotations

HOSTING_DOCS: dict[str, tuple[str, dict[str, str]]] = {
    "hardware": (
        "Curated: accelerators, and computers that are one.",
        {
            "device": "id of the accelerator",
            "kind": "`server`, `card` or `computer`",
            "memory_gb": "memory, 1e9 bytes each",
            "bandwidth_gbs": "of that memory, 1e9 bytes a second",
            "bf16_tflops": "dense bfloat16, 1e12 operations a second",
            "fp8_tflops": "dense FP8; empty: it has none",
            "fp4_tflops": "dense FP4; empty: it has none",
            "link_gbs": "to the others of its machine, one way, 1e9 bytes a second",
            "power_w": "of the accelerator, or of a whole computer, watts",
            "machine_power_w": "its share of a whole machine, watts",
            "most": "accelerators of one machine",
            "layer_us": "of one layer in one step, whatever is in it, microseconds",
        },
    ),
    "hardware_names": (
        "Spellings of accelerators.",
        {"name": "the spelling, lower case", "device": "id of the accelerator"},
    ),
    "hire_prices": (
        "Curated: list prices of one hour of one accelerator, on demand.",
        {
            "device": "id of the accelerator",
            "hired_from": "who hires it out",
            "usd_per_hour": "US dollars for one accelerator and hour",
            "seen": "day on which it was seen",
            "note": "what kind of offer it is",
            "grade": "`P`, `S` or `S1`, as of statistics",
        },
    ),
    "purchase_prices": (
        "Curated: what one accelerator costs to buy.",
        {
            "device": "id of the accelerator",
            "usd": "US dollars",
            "low": "least that the source gives",
            "high": "most that the source gives",
            "seen": "day on which it was seen",
            "what": "what is bought",
            "grade": "`P`, `S` or `S1`, as of statistics",
        },
    ),
    "throughputs": (
        "Curated: measured speeds of models.",
        {
            "throughput": "id of the measurement",
            "device": "id of the accelerator",
            "accelerators": "how many together",
            "format": "of the weights",
            "cache": "of the numbers that attention keeps",
            "batch": "requests at once; empty: as many as it took",
            "prompt": "tokens of a prompt",
            "completion": "tokens of an answer",
            "part": "what was timed: `whole` requests, the `prompt` or the `completion`",
            "tokens_per_second": "tokens of answers a second; of prompts where those were timed",
            "engine": "what ran it",
            "role": "`calibration` sets an efficiency, `held_out` tests it",
            "note": "what else the source says",
        },
    ),
    "efficiencies": (
        "Curated: what part of the ideal speed is reached, as a range.",
        {
            "efficiency": "id of the range",
            "kind": "of accelerators",
            "precision": "of the arithmetic",
            "low": "least part",
            "high": "greatest part",
        },
    ),
    "workloads": (
        "Curated: named workloads of `scoreboard host`.",
        {
            "workload": "id of the workload",
            "requests_per_day": "requests a day, on the mean of a month",
            "prompt": "tokens of one prompt",
            "completion": "tokens of one answer",
            "cached": "share of the prompt that was read before",
            "peak": "load of the busiest hour, times the mean",
            "latency_ms": "milliseconds from one token to the next, at most; 0: none",
            "spare": "machines beyond need",
            "assumed": "fields that are an assumption of ours",
            "why": "where the numbers come from",
        },
    ),
    "host_models": (
        "Curated: models that the site's page on hosting offers.",
        {"position": "its place in the list", "format": "of the weights"},
    ),
    "host_costs": (
        "Curated: defaults of `scoreboard host`, with the range over which each is tried.",
        {
            "cost": "id of the default",
            "value": "the default",
            "low": "the least that is tried",
            "high": "the most that is tried",
            "unit": "of the three",
            "says": "what it is",
            "assumed": "no source: the user's own input",
        },
    ),
}
