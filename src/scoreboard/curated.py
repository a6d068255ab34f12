"""The shapes of the curated files in `data/`: what we state ourselves, each with evidence.

Every class below is one kind of entry; the field comments give units and valid values.
Unknown fields are refused, so that a misspelt one is seen. A blank is honest: leave out
what no source states.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, model_validator


def _listed(value: object) -> object:
    """One value where a list is meant is a list of one."""
    return value if isinstance(value, list) or value is None else [value]


Day = dt.date  # a name of its own: entries have a field called date
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.\-_]*$")]
Keys = Annotated[list[str], BeforeValidator(_listed)]
Grade = Literal["P", "S", "S1"]


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Evidence(Entry):
    """Where a curated value comes from."""

    address: str  # https://... of the page or document
    by: str  # who says so
    date: Day | None = None  # when the page was published or last changed
    read: Day | None = None  # when we read it
    says: str | None = None  # the fact in our own words, briefly


class File(Entry):
    """A file with evidence: every key that an entry names must be there."""

    evidence: dict[str, Evidence]

    @model_validator(mode="after")
    def _known_keys(self) -> Self:
        for entry in (e for v in vars(self).values() if isinstance(v, list) for e in v):
            stated = getattr(entry, "evidence", [])
            lists = stated.values() if isinstance(stated, dict) else [stated]
            missing = {k for keys in lists for k in keys} - set(self.evidence)
            if missing:
                name = getattr(entry, "id", None) or getattr(entry, "model", "an entry")
                raise ValueError(f"{name} names evidence that is not listed: {sorted(missing)}")
        return self


class DatedLicence(Entry):
    licence: Id  # an id of licences.yml
    since: Day | None = Field(default=None, alias="from")


class NameEntry(Entry):
    """One source's spelling of a model, with the days on which it means that model."""

    source: Id  # id of a source, or `any`
    name: str
    since: Day | None = Field(default=None, alias="from")  # first day
    until: Day | None = Field(default=None, alias="to")  # last day
    variant: str | None = None


Precision = Literal["bf16", "fp8", "fp4"]
AttentionKind = Literal["full", "sliding", "latent", "compressed", "linear"]
# What each kind of attention needs, for the memory that it keeps to be known.
NEEDS: dict[str, tuple[str, ...]] = {
    "full": ("kv_heads", "head_dim"),
    "sliding": ("kv_heads", "head_dim", "window"),
    "latent": ("rank", "rope_dim"),
    "compressed": ("head_dim", "ratio"),
    "linear": ("state",),
}


class AttentionEntry(Entry):
    """Layers of one kind of attention, and what one of them keeps of the tokens before."""

    kind: AttentionKind
    layers: int = Field(gt=0)  # how many layers of this kind
    heads: int | None = Field(default=None, gt=0)  # query heads
    kv_heads: int | None = Field(default=None, gt=0)  # heads of keys and values
    head_dim: int | None = Field(default=None, gt=0)  # numbers in a key, and in a value
    joint: bool = False  # one tensor is both key and value
    window: int | None = Field(default=None, gt=0)  # sliding: tokens kept
    rank: int | None = Field(default=None, gt=0)  # latent: numbers in the compressed key and value
    rope_dim: int | None = Field(default=None, ge=0)  # latent: numbers of position beside it
    ratio: int | None = Field(default=None, gt=0)  # compressed: tokens in one entry
    index_dim: int | None = Field(default=None, gt=0)  # numbers that choose tokens to look at
    index_layers: int | None = Field(default=None, gt=0)  # layers that keep those; null: all
    state: int | None = Field(default=None, gt=0)  # linear: numbers kept, however long the text

    @model_validator(mode="after")
    def _whole(self) -> Self:
        missing = [n for n in NEEDS[self.kind] if getattr(self, n) is None]
        if missing:
            raise ValueError(f"{self.kind} attention needs {', '.join(missing)}")
        return self

    def words(self) -> str:
        """The layers as words: `10 full (8 x 128)`."""
        sizes = {
            "full": f"{self.kv_heads} x {self.head_dim}",
            "sliding": f"{self.kv_heads} x {self.head_dim}, window of {self.window}",
            "latent": f"{self.rank} + {self.rope_dim}",
            "compressed": f"{self.head_dim} for {self.ratio} tokens",
            "linear": f"state of {self.state}",
        }
        return f"{self.layers} {self.kind} ({sizes[self.kind]})"


class PartEntry(Entry):
    """Weights that are published in one format."""

    format: Id  # an id of formats.yml
    params_b: Decimal | None = Field(default=None, gt=0)  # billions; null: all the others


class ArchitectureEntry(Entry):
    layers: int = Field(gt=0)
    hidden: int | None = Field(default=None, gt=0)  # width of the hidden state
    vocab: int | None = Field(default=None, gt=0)  # rows of the embedding
    tied: bool | None = None  # the output uses the embedding's rows
    draft_params_b: Decimal | None = None  # published beside, not in params_b: predicts ahead
    experts: int | None = Field(default=None, gt=0)  # of one layer of a mixture, shared ones apart
    experts_used: int | None = Field(default=None, gt=0)  # of these, for one token
    native: list[PartEntry] = []  # formats in which the weights are published
    attention: list[AttentionEntry]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if (found := sum(a.layers for a in self.attention)) > self.layers:
            raise ValueError(f"{found} layers of attention, of {self.layers}")
        if sum(part.params_b is None for part in self.native) > 1:
            raise ValueError("only one native format can be that of all the others")
        if (self.experts is None) != (self.experts_used is None) or (
            (self.experts or 0) < (self.experts_used or 0)
        ):
            raise ValueError("experts and experts_used go together, used ones are not more")
        return self

    def words(self) -> str:
        """The architecture on one line: `36 layers: 18 sliding (8 x 64, window of 128) ...`."""
        return f"{self.layers} layers: {', '.join(a.words() for a in self.attention)}"


class FormatEntry(Entry):
    """A way to store weights: bits for each, and what the scales of a group add."""

    id: Id
    name: str
    bits: Decimal = Field(gt=0)  # of one weight
    group: int | None = None  # weights that share a scale
    scale_bits: Decimal = Decimal(0)  # of a group: its scale, and its zero point if it has one
    embeddings: Id | None = None  # format in which the embedding and the output stay
    compute: Precision = "bf16"  # of the arithmetic, on a device that has it
    note: str = ""
    evidence: Keys


class FormatFile(File):
    formats: list[FormatEntry]


class ModelEntry(Entry):
    id: Id
    name: str
    family: Id | None = None
    announced: Day | None = None
    released: Day | None = None  # first public use: API, product or weights
    weights: Day | Literal["none"] | None = None  # day the weights could be downloaded
    repo: Keys = []  # Hugging Face repositories of these very weights
    licence: Id | list[DatedLicence] | None = None  # of the weights
    params_b: Decimal | None = None  # total parameters, billions
    active_b: Decimal | None = None  # parameters used per token, billions
    context: int | None = None  # tokens
    use: Literal["embedding", "images", "speech"] | None = None  # where it is not text for text
    architecture: ArchitectureEntry | Id | None = None  # an id: that model's, unchanged
    languages: int | None = None  # languages the developer states
    base_model: Id | None = None
    aka: Keys = []  # spellings that mean this model in every source at every date
    names: list[NameEntry] = []
    evidence: dict[str, Keys] = {}  # attribute (or "*") -> keys of the file's `evidence`


class ReleaseEntry(Entry):
    """What is true of every repository of one release, by name pattern (longest wins)."""

    id: Id
    family: Id
    repos: Keys  # patterns such as "Qwen/Qwen3-*"
    released: Day | None = None
    licence: Id | None = None
    languages: int | None = None
    evidence: Keys


class ModelFile(File):
    developer: Id
    models: list[ModelEntry] = []
    releases: list[ReleaseEntry] = []


class DeveloperEntry(Entry):
    id: Id
    name: str
    country: Country | None = None
    orgs: Keys = []  # spellings of this developer in sources: Hub organisation, author prefix
    names: Keys = []  # spellings in "Organization" columns
    hosts: Keys = []  # provider ids (providers.yml) that are its own API
    evidence: Keys = []


class DeveloperFile(File):
    developers: list[DeveloperEntry]


class FamilyEntry(Entry):
    id: Id
    name: str
    developer: Id
    repos: Keys = []  # patterns of the family's Hub repositories


class FamilyFile(Entry):
    families: list[FamilyEntry]


class ProviderEntry(Entry):
    id: Id
    name: str
    country: Country | None = None  # of the operator
    first_party_of: Id | None = None  # developer whose own API this is
    aka: Keys = []  # spellings in sources
    evidence: Keys = []


class ProviderFile(File):
    providers: list[ProviderEntry]


class LicenceEntry(Entry):
    """What a licence permits. Openness is derived from these, never stored."""

    id: Id
    name: str
    spdx: str | None = None
    commercial: bool | None = None  # commercial use permitted without asking
    cap: str | None = None  # cap on users or revenue, in words; null: none
    territory: str | None = None  # territory excluded; null: none
    field_of_use: str | None = None  # use excluded by field; null: none
    use_policy: bool | None = None  # a binding acceptable-use policy
    naming_duty: str | None = None  # duty to display a name or name derivatives; null: none
    known: bool = True  # False: text not found, rights unknown
    aka: Keys = []  # spellings in sources
    evidence: Keys = []


class LicenceFile(File):
    licences: list[LicenceEntry]


class BenchmarkEntry(Entry):
    id: Id
    name: str
    measures: str  # what it tests, briefly
    items: int | None = None  # questions in the test set
    scale: Literal["accuracy", "rating", "index", "minutes", "points"] = "accuracy"
    higher_is_better: bool = True
    chance: Decimal | None = None  # score by guessing, per cent
    access: Literal["public", "private", "partly_private"] | None = None
    released: Day | None = None
    rater_sd: Decimal | None = None  # sd of the difference of two raters of one model, points
    repeats: bool = False  # scores average repeated runs of the same questions
    notes: str | None = None  # contamination, saturation, known faults
    aka: Keys = []  # spellings in sources
    evidence: Keys = []


class BenchmarkFile(File):
    benchmarks: list[BenchmarkEntry]


class PriceEntry(Entry):
    model: Id
    kind: Literal["input", "cached_input", "cache_write", "output"]
    usd_per_mtok: Decimal = Field(ge=0, le=10_000)  # US dollars per million tokens
    since: Day | None = Field(default=None, alias="from")  # took effect
    until: Day | None = Field(default=None, alias="to")  # last day, if it ended
    variant: str | None = None  # off-peak, batch ...
    tier: str | None = Field(default=None, pattern=r"^above:\d+$")  # above so many tokens
    grade: Grade
    evidence: Keys


class PriceFile(File):
    provider: Id
    prices: list[PriceEntry]


Topic = Literal["adoption", "return", "spend", "open_share", "postings"]


class StepEntry(Entry):
    """One step from our reading towards a publisher's: what it changes, and why."""

    part: Literal["population", "window", "coverage", "method"]
    params: dict[str, str] = {}  # parameters that it changes; the steps before hold
    detail: str | None = None  # another number of the same answer, such as `plain`
    why: str


class StatisticEntry(Entry):
    """One published number that we quote and cannot recompute."""

    id: Id
    says: str  # one plain sentence with the number
    value: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    level: Decimal | None = None  # of the published interval, 0.90
    unit: str
    population: str
    date: str  # what the number is about: 2024-12, 2025, 2024-11/2025-11
    method: str | None = None
    published: Day | None = None
    address: str
    grade: Grade
    metric: Id | None = None  # metric of ours that measures the same
    params: dict[str, str] = {}  # and at which parameters
    ours: dict[str, str] | None = None  # our own reading, where it differs from params
    steps: list[StepEntry] = []  # one after the other, from our reading to the publisher's
    topic: Topic | None = None  # of enterprises: which column of the table it belongs to
    caveat: str | None = None  # what the number does not say


class StatisticFile(Entry):
    publisher: str
    title: str
    statistics: list[StatisticEntry]


class CorrectionEntry(Entry):
    """A source's value that we override; it lapses when that value changes.

    A price is named provider/name, a score (`attribute: score`) model/benchmark.
    """

    source: Id
    name: str  # the source's own spelling of the thing
    attribute: str
    replaces: str  # the source's raw text
    value: str  # in the units of the table; empty for a fact: it is not known
    why: str
    evidence: Keys


class CorrectionFile(File):
    corrections: list[CorrectionEntry]


class AssumptionEntry(Entry):
    """A statement to try out: `--assume FILE` (model, attribute as in `statements`, value)."""

    model: Id
    attribute: str
    value: str | StrictBool | Decimal | Day


class AssumptionFile(Entry):
    assume: list[AssumptionEntry]


class BoardFigure(Entry):
    """A figure of the board: what it is called there, and the metric at its parameters."""

    id: Id
    title: str
    metric: Id
    params: dict[str, str] = {}
    table: bool = False  # shown as a table, one row per group
    brief: bool = False  # printed as a count and the command that shows it
    chart: bool = False  # its chart stands on the first page of the site
    groups: list[str] = []  # groups shown, in this order; empty: all


class BoardSection(Entry):
    title: str
    note: str = ""  # how its figures are read
    figures: list[BoardFigure]


class BoardFile(Entry):
    sections: list[BoardSection]
