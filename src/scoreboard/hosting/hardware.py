"""Accelerators, what hire and purchase of them cost, and measured speeds: rows of the tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from scoreboard.errors import UsageError, near
from scoreboard.estimate import Ref
from scoreboard.hosting.memory import GB, Format
from scoreboard.store import Tables

TERA = 1e12


@dataclass(frozen=True, slots=True)
class Device:
    """One accelerator. Bytes and operations are plain, a second each."""

    id: str
    name: str
    kind: str  # server, card, computer
    memory: float  # bytes
    bandwidth: float  # bytes a second
    speeds: Mapping[str, float]  # dense operations a second, by precision
    link: float | None  # bytes a second to the others of its machine, one way
    power_w: float  # with its share of a machine where that is known
    most: int  # of one machine
    layer_s: float  # seconds of one layer in one step, whatever is in it
    whole_power: bool  # whether the power is that of a whole machine
    ref: Ref

    def precision(self, format_: Format) -> str:
        """The precision of arithmetic on weights of a format: bf16 where it has no better."""
        return format_.compute if format_.compute in self.speeds else "bf16"


@dataclass(frozen=True, slots=True)
class Hire:
    """What one provider asks for an hour of an accelerator."""

    provider: str
    usd_per_hour: float
    seen: dt.date
    note: str
    ref: Ref


@dataclass(frozen=True, slots=True)
class Purchase:
    """What an accelerator costs to buy, US dollars."""

    usd: float
    low: float
    high: float
    seen: dt.date
    what: str
    ref: Ref


@dataclass(frozen=True, slots=True)
class Efficiency:
    """What part of the ideal speed is reached."""

    id: str
    low: float
    high: float
    ref: Ref

    @property
    def middle(self) -> float:
        """The geometric mean."""
        return float((self.low * self.high) ** 0.5)


def read_devices(tables: Tables) -> dict[str, Device]:
    """Every accelerator by id, read once."""
    sql = "SELECT * FROM hardware ORDER BY device"
    return tables.once("devices", lambda: {r["device"]: _device(r) for r in tables.rows(sql)})


def _device(r: Mapping[str, Any]) -> Device:
    speeds = {p: r[f"{p}_tflops"] * TERA for p in ("bf16", "fp8", "fp4") if r[f"{p}_tflops"]}
    return Device(
        r["device"], r["name"], r["kind"], r["memory_gb"] * GB, r["bandwidth_gbs"] * GB, speeds,
        r["link_gbs"] * GB if r["link_gbs"] else None, r["machine_power_w"] or r["power_w"],
        r["most"], r["layer_us"] / 1e6, bool(r["machine_power_w"]) or r["kind"] == "computer",
        Ref.of(r),
    )  # fmt: skip


def device_domain(tables: Tables, _: Mapping[str, Any]) -> list[str]:
    """Ids of accelerators."""
    return list(read_devices(tables))


def canonical_device(tables: Tables, text: str, _: Mapping[str, Any]) -> str | None:
    """An accelerator's id from its id or another name of it."""
    sql = "SELECT device FROM hardware_names WHERE name = ?"
    found = tables.column(sql, [text.lower()])
    return str(found[0]) if found else None


def device_of(tables: Tables, text: str) -> Device:
    """An accelerator by name, or a UsageError that lists them."""
    name = canonical_device(tables, text, {})
    if name is None:
        known = list(read_devices(tables))
        raise UsageError(f"unknown hardware: {text}{near(text, known, 3, 0.4)}", valid=known,
                         repair="scoreboard sql 'SELECT device, name FROM hardware'")  # fmt: skip
    return read_devices(tables)[name]


def hires_of(tables: Tables, device: str, day: dt.date) -> list[Hire]:
    """The newest hire price of every provider that was seen by a day, cheapest first."""
    rows = tables.rows(
        "SELECT * FROM hire_prices WHERE device = ? AND seen <= ? QUALIFY row_number() OVER "
        "(PARTITION BY hired_from ORDER BY seen DESC, locator) = 1 "
        "ORDER BY usd_per_hour, hired_from",
        [device, day],
    )
    return [Hire(r["hired_from"], r["usd_per_hour"], r["seen"], r["note"], Ref.of(r)) for r in rows]


def hire_range(hires: Sequence[Hire]) -> tuple[float, float, float] | None:
    """US dollars for an hour: the cheapest, the median and the upper quartile; None: no offer."""
    prices = [h.usd_per_hour for h in hires]
    return (prices[0], median(prices), prices[-1 - len(prices) // 4]) if prices else None


def purchase_of(tables: Tables, device: str, day: dt.date) -> Purchase | None:
    """The newest purchase price that was seen by a day."""
    rows = tables.rows(
        "SELECT * FROM purchase_prices WHERE device = ? AND seen <= ? ORDER BY seen DESC LIMIT 1",
        [device, day],
    )
    for r in rows:
        return Purchase(r["usd"], r["low"] or r["usd"], r["high"] or r["usd"], r["seen"],
                        r["what"], Ref.of(r))  # fmt: skip
    return None


def efficiency_of(tables: Tables, device: Device, precision: str) -> Efficiency:
    """The range for a kind of device at a precision."""
    sql = "SELECT * FROM efficiencies ORDER BY ALL"
    found = tables.once("efficiencies", lambda: {
        (r["kind"], r["precision"]): Efficiency(r["efficiency"], r["low"], r["high"], Ref.of(r))
        for r in tables.rows(sql)
    })  # fmt: skip
    return found[device.kind, precision]
