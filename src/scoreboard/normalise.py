"""Rules that turn one source's spelling of a model into developer, key and variant.

Each rule is a small function, tested by itself. No rule drops a word that could tell two models
apart: sizes, versions, `instruct`, `it`, quantisation and fine-tune names all stay in the key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

VARIANTS = ("free", "beta", "thinking", "extended", "nitro", "floor", "online", "exacto")
EFFORTS = re.compile(
    r"_(?P<effort>(?:minimal|low|medium|high|xhigh|max|none|unknown|thinking|\d+k"
    r"|(?:minimal|low|medium|high|xhigh|max|none)?-?web(?:-app)?)(?:[-_]\d+k)?)$",
    re.IGNORECASE,
)
REGION = re.compile(r"^(?:[a-z]{2}(?:-gov)?-[a-z]+-\d|\d-month-commitment|eu|us|global|apac)$")
ACCOUNT = re.compile(r"(?<![^/])accounts/[^/]+/models/")
CLOUD_REGION = re.compile(r"^(?:us|eu|apac|global|jp|au|ca|us-gov)\.(?=[a-z0-9-]+\.)")
CLOUD_VERSION = re.compile(r"(?:-v1:0|(?<=-20\d{6})-v\d+:0|(?P<v>-v\d+):(?P<n>\d+))(?::\d+k)?$")
DATE = re.compile(r"-(?P<y>20\d\d)-?(?P<m>0[1-9]|1[0-2])-?(?P<d>0[1-9]|[12]\d|3[01])$")
DECIMAL = re.compile(r"(?<![\d.])(\d)-(\d)(?![\d.]|[bkmtx](?:$|[-\d]))")


@dataclass(frozen=True)
class Parsed:
    """A name taken apart. `organisation` is set when the prefix is nobody we know."""

    key: str
    developer: str | None = None
    organisation: str | None = None
    variant: str = ""
    date: str = ""  # YYYYMMDD of a dated id
    steps: tuple[str, ...] = ()

    @property
    def cloud(self) -> bool:
        """Whether the name was a cloud's id."""
        return "cloud id" in self.steps


@dataclass(frozen=True)
class Prefixes:
    """What the words before a name can be: organisations of developers, and hosts."""

    developers: Mapping[str, str] = field(default_factory=dict)  # organisation -> developer
    hosts: frozenset[str] = frozenset()  # spellings of providers


def compact(key: str) -> str:
    """A key without separators: `Qwen 3.6 35B-A3B` and `qwen3.6-35b-a3b` are one.

    Between two digits one stays, or `x-1-5b` and `x-15b` would be one.
    """
    return re.sub(r"(?<!\d)-|-(?!\d)", "", re.sub(r"[-_\s]+", "-", key.lower()))


def split_variant(parsed: Parsed) -> Parsed:
    """`:free` and `:thinking` are variants of one offer."""
    head, colon, tail = parsed.key.rpartition(":")
    if colon and tail.lower() in VARIANTS:
        return _step(replace(parsed, key=head, variant=tail.lower()), "variant suffix")
    return parsed


def split_effort(parsed: Parsed) -> Parsed:
    """`_high` and `_16K` (Epoch's spelling) are reasoning efforts of one model."""
    found = EFFORTS.search(parsed.key)
    if not found:
        return parsed
    effort = found.group("effort").lower()
    variant = "" if effort == "unknown" else effort
    return _step(replace(parsed, key=parsed.key[: found.start()], variant=variant), "effort")


def split_path(parsed: Parsed, prefixes: Prefixes) -> Parsed:
    """Hosts and regions before the name are dropped; the organisation is kept."""
    path = ACCOUNT.sub("", parsed.key.removeprefix("hf:").strip("/"))
    *before, name = path.split("/")
    developer, organisation = parsed.developer, parsed.organisation
    for position, part in enumerate(before):
        word = part.lower().removeprefix("@")
        after = [p.lower() for p in before[position + 1 :]]
        if word in prefixes.developers:
            developer, organisation = prefixes.developers[word], None
        elif word in prefixes.hosts or REGION.match(word) or word in _PATH_WORDS:
            continue
        elif not any(p in prefixes.developers for p in after):
            organisation, developer = word, None
    if name == parsed.key:
        return parsed
    return _step(replace(parsed, key=name, developer=developer, organisation=organisation), "path")


_PATH_WORDS = {"models", "publishers", "cf", "foundation-models", "global-standard"}


def split_cloud(parsed: Parsed, prefixes: Prefixes) -> Parsed:
    """`us.anthropic.claude-x-v1:0` (a cloud's spelling): region, developer, name, version."""
    name = CLOUD_REGION.sub("", parsed.key.lower())
    organisation, dot, rest = name.partition(".")
    if not dot or organisation not in prefixes.developers:
        return parsed
    developer = prefixes.developers[organisation]
    rest = CLOUD_VERSION.sub(_model_version, rest)
    if re.match(r"[vr]\d", rest):
        rest = f"{organisation}-{rest}"
    return _step(replace(parsed, key=rest, developer=developer, organisation=None), "cloud id")


def _model_version(found: re.Match[str]) -> str:
    """The first version of a cloud's listing says nothing; `v2:1` and `v2:0` are the model's."""
    if not found["v"]:
        return ""
    return found["v"] if found["n"] == "0" else f"{found['v']}.{found['n']}"


def drop_service(parsed: Parsed) -> Parsed:
    """`-maas`, `@default` and `@20250514` are a cloud's service marks."""
    key = re.sub(r"@(20\d{6})$", r"-\1", parsed.key)
    key = re.sub(r"(?:@(?:default|latest)|-maas)$", "", key)
    return _step(replace(parsed, key=key), "service mark") if key != parsed.key else parsed


def spell_point(parsed: Parsed) -> Parsed:
    """Fireworks writes `v3p1` for `v3.1`."""
    key = re.sub(r"(?<=\d)p(?=\d)", ".", parsed.key)
    return _step(replace(parsed, key=key), "p for point") if key != parsed.key else parsed


def spell_decimal(parsed: Parsed) -> Parsed:
    """`claude-3-5-sonnet` is `claude-3.5-sonnet`; `gemma-2-2b` stays."""
    key = DECIMAL.sub(r"\1.\2", parsed.key)
    return _step(replace(parsed, key=key), "dash for point") if key != parsed.key else parsed


def spell_plain(parsed: Parsed) -> Parsed:
    """Lower case, with one dash between words."""
    key = re.sub(r"[\s_]+", "-", parsed.key.strip().lower())
    return _step(replace(parsed, key=key), "spelling") if key != parsed.key else parsed


def split_date(parsed: Parsed) -> Parsed:
    """A full date at the end is set apart; whether it may be dropped, the resolver decides."""
    found = DATE.search(parsed.key)
    if not found:
        return parsed
    date = found.group("y") + found.group("m") + found.group("d")
    return replace(parsed, key=parsed.key[: found.start()], date=date)


def parse(name: str, prefixes: Prefixes, *, efforts: bool = False, points: bool = False) -> Parsed:
    """All rules in order. `efforts`: Epoch's suffixes. `points`: Fireworks' spelling."""
    parsed = Parsed(key=name.strip())
    parsed = split_variant(parsed)
    if efforts:
        parsed = split_effort(parsed)
    parsed = split_path(parsed, prefixes)
    parsed = spell_plain(parsed)
    parsed = split_cloud(parsed, prefixes)
    parsed = drop_service(parsed)
    if points:
        parsed = spell_point(parsed)
    parsed = spell_decimal(parsed)
    return split_date(parsed)


def _step(parsed: Parsed, rule: str) -> Parsed:
    return replace(parsed, steps=(*parsed.steps, rule))
