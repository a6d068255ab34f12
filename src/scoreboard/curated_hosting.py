"""The shapes of `data/hardware.yml` and `data/workloads.yml`."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, Self

from pydantic import Field, model_validator

from scoreboard.curated import Day, Entry, File, Grade, Id, Keys, Precision


class DeviceEntry(Entry):
    """An accelerator, or a computer that is one."""

    id: Id
    name: str
    kind: Literal["server", "card", "computer"]
    memory_gb: Decimal = Field(gt=0)  # 1e9 bytes each
    bandwidth_gbs: Decimal = Field(gt=0)  # of that memory, 1e9 bytes a second
    bf16_tflops: Decimal = Field(gt=0)  # dense, 1e12 operations a second
    fp8_tflops: Decimal | None = Field(default=None, gt=0)  # dense; null: it has none
    fp4_tflops: Decimal | None = Field(default=None, gt=0)
    link_gbs: Decimal | None = Field(default=None, gt=0)  # to the others of its machine, one way
    power_w: int = Field(gt=0)  # of the accelerator, or of a computer as a whole
    machine_power_w: int | None = Field(default=None, gt=0)  # its share of a whole machine
    most: int = Field(default=1, gt=0)  # of one machine
    aka: Keys = Field(default_factory=list)
    evidence: dict[str, Keys]  # attribute (or "*") -> keys of the file's `evidence`


class HireEntry(Entry):
    """What a provider asks for an hour of one accelerator, on demand."""

    device: Id
    provider: str
    usd_per_hour: Decimal = Field(gt=0)
    seen: Day
    note: str = ""
    grade: Grade
    evidence: Keys


class PurchaseEntry(Entry):
    """What one accelerator costs to buy."""

    device: Id
    usd: Decimal = Field(gt=0)
    low: Decimal | None = None  # what the source gives as a range
    high: Decimal | None = None
    seen: Day
    what: str  # the card alone, a whole computer
    grade: Grade
    evidence: Keys


class ThroughputEntry(Entry):
    """A measured speed. `held_out` ones set no range and test it."""

    id: Id
    model: Id
    device: Id
    count: int = Field(gt=0)
    format: Id  # of the weights
    cache: Literal["bf16", "fp8"] = "bf16"
    batch: int | None = Field(default=None, gt=0)  # at once; null: as many as fit
    prompt: int = Field(ge=0)  # tokens
    completion: int = Field(ge=0)
    part: Literal["whole", "prompt", "completion"] = "whole"  # of a request, that was timed
    tokens_per_second: Decimal = Field(gt=0)  # of the completion; of the prompt where that is timed
    engine: str
    role: Literal["calibration", "held_out"]
    note: str = ""
    evidence: Keys


class EfficiencyEntry(Entry):
    """What part of the ideal speed is reached, as a range, over points of the file."""

    id: Id
    kinds: list[Literal["server", "card", "computer"]]
    precisions: list[Precision]
    low: Decimal = Field(gt=0)
    high: Decimal = Field(gt=0, le=1)

    @model_validator(mode="after")
    def _at_most_threefold(self) -> Self:
        if not self.low < self.high <= 3 * self.low:
            raise ValueError("a range goes up, and at most threefold")
        return self


class HardwareFile(File):
    layer_us: Decimal = Field(ge=0)  # of one layer in one step, whatever is in it, microseconds
    devices: list[DeviceEntry]
    hire: list[HireEntry] = Field(default_factory=list)
    purchase: list[PurchaseEntry] = Field(default_factory=list)
    efficiencies: list[EfficiencyEntry] = Field(default_factory=list)
    throughputs: list[ThroughputEntry] = Field(default_factory=list)


class WorkloadEntry(Entry):
    """A named workload. What no evidence states is an assumption, and is said to be one."""

    id: Id
    name: str
    requests_per_day: Decimal = Field(gt=0)
    prompt: int = Field(gt=0)  # tokens of one request
    completion: int = Field(gt=0)
    cached: Decimal = Field(ge=0, lt=1)  # share of the prompt that was read before
    peak: Decimal = Field(ge=1)  # load of the busiest hour, times the mean
    latency_ms: Decimal = Field(ge=0)  # at most, from one token to the next; 0: none
    spare: int = Field(ge=0)  # machines beyond need, for when one fails
    assumed: Keys = Field(default_factory=list)  # fields that are our assumption
    why: str  # where the numbers come from, in words
    evidence: Keys = Field(default_factory=list)


class CostEntry(Entry):
    """A default of host or buy, with the range over which it is tried."""

    id: Id
    value: Decimal
    low: Decimal
    high: Decimal
    unit: str
    says: str
    assumed: bool = False  # no source: the user's own input
    evidence: Keys = Field(default_factory=list)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.value <= self.high:
            raise ValueError("value lies between low and high")
        if not self.assumed and not self.evidence:
            raise ValueError("a default has evidence, or is assumed")
        return self


class TriedEntry(Entry):
    """A model that the page of the site offers, in a format."""

    model: Id
    format: Id


class WorkloadFile(File):
    tried: list[TriedEntry] = Field(default_factory=list)
    workloads: list[WorkloadEntry]
    costs: list[CostEntry]
