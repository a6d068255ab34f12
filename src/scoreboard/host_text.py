"""`scoreboard host` as text: what is needed, what it costs, when it is even, what decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scoreboard.estimate import Estimate
from scoreboard.metrics.host import duration, tokens
from scoreboard.render import amount, clean, grid

Detail = Mapping[str, Any]
UNITS = {"low": "at best", "middle": "in the middle", "high": "at worst"}
WORDS = {
    "speed": "speed of a machine, tokens a second", "hire": "hire, $ an accelerator hour",
    "purchase": "purchase, $ an accelerator", "load": "load in the busiest hour",
    "staff": "people who look after it", "wage": "cost of one of them, $ a year",
    "setup": "months of one person to begin", "years": "years of use",
    "machine": "machine over its accelerators",
    "power_price": "power, $ a kWh", "overhead_power": "power of the building over machines",
    "volume": "requests a day", "peak": "busiest hour over the mean", "spare": "spare machines",
    "api": "price of the API, $ a million tokens",
}  # fmt: skip


def text(e: Estimate, sentence: str, width: int | None) -> str:
    """The whole answer."""
    if e.value is None:
        return "\n".join(clean(c) for c in (sentence, *e.caveats[1:]))
    parts = [
        clean(sentence), "", *_needs(e.detail), "", _costs(e, width), "", *_apis(e.detail), "",
        *_even(e.detail), "", _moves(e.detail, width), "",
        *(f"- {clean(c)}" for c in e.caveats),
    ]  # fmt: skip
    return "\n".join(p.removesuffix("\n") for p in parts)


def money(value: float | None) -> str:
    """An amount of US dollars."""
    return amount(value, "usd") or "-"


def _needs(d: Detail) -> Iterable[str]:
    w, speed = d["workload"], d["speed"]["middle"]
    yield (
        f"Workload: {w['requests_per_day']:,.0f} requests a day, {w['prompt']:,} tokens in "
        f"({w['cached']:.0%} cached), {w['completion']:,} out; "
        f"{tokens(w['mtok_per_month'])} a month; busiest hour {w['peak']:g} times the mean"
    )
    yield (f"Memory: {d['memory_gb']:,.0f} GB needed, {d['memory_of_machine_gb']:,.0f} GB in "
           f"{d['accelerators']} x {d['device']}; weights {d['weights_gb']:,.0f} GB")  # fmt: skip
    yield (f"Machine: {speed['copies']} x {speed['accelerators_each']} accelerators, "
           f"{speed['batch']:,} requests at once each, {speed['tokens_per_second']:,.0f} tokens "
           f"a second ({d['speed']['low']['tokens_per_second']:,.0f} to "
           f"{d['speed']['high']['tokens_per_second']:,.0f}), {speed['ms_between_tokens']:.0f} ms "
           "from token to token")  # fmt: skip


def _costs(e: Estimate, width: int | None) -> str:
    d = e.detail
    each = {"low": e.low, "middle": e.value, "high": e.high}
    rows = [
        [UNITS[end], str(d["machines"][end]), f"{d['utilisation'][end]:.1%}",
         money(d["price"][end]), money(d["monthly"][end]), money(each[end])]
        for end in UNITS
    ]  # fmt: skip
    head = ("hosting", "machines", "mean use", "accelerator", "a month", "a million tokens")
    return grid(head, rows, width)


def _apis(d: Detail) -> Iterable[str]:
    for key, what in (("api", "API, same model"), ("equivalent", "API, equivalent model")):
        offer = d[key]
        if offer:
            yield (f"{what}: {clean(offer['model'])} at {clean(offer['provider'])}, "
                   f"{money(offer['usd_per_mtok'])} a million tokens, "
                   f"{money(offer['monthly_usd'])} a month")  # fmt: skip
        else:
            yield f"{what}: none known"


def _even(d: Detail) -> Iterable[str]:
    volume, days = d["break_even_mtok"], d["break_even_days"]
    yield "Break-even volume a month: " + "; ".join(
        f"{'none' if volume[end] is None else tokens(volume[end])} {words}"
        for end, words in UNITS.items()
    )
    yield "Break-even time: " + "; ".join(
        f"{'never' if days[end] is None else duration(days[end])} {words}"
        for end, words in UNITS.items()
    )


def _moves(d: Detail, width: int | None) -> str:
    rows = [
        [WORDS[m["assumption"]], f"{m['low']:,.4g}", f"{m['high']:,.4g}",
         f"{m['ratio_at_low']:,.3g}", f"{m['ratio_at_high']:,.3g}", f"{m['factor']:.3g}"]
        for m in d["moves"]
    ]  # fmt: skip
    priced = d["api"] or d["equivalent"]
    what = "hosting over API" if priced else "$ a million tokens"
    head = ("one assumption at a time", "from", "to", f"{what}, from", "to", "factor")
    return grid(head, rows, width)
