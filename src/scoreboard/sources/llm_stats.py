"""LLM-Stats: an archive of scores and facts of models, most of them as their developers state them.

Scores are fractions of 1; ratings of other scales stay as they are. Each developer's reports are
one harness, apart from those with chain of thought, with tools, or with several attempts, where
the row says so; shots are those that it states. Procedures still differ from report to report.
Prices of hosts are read as `_llm_stats_prices.py` says. Context limits and speeds of hosts, texts
of licences and descriptions of benchmarks are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from scoreboard.documents import Object, members, parse_json, pointer, raw_text, text_of
from scoreboard.sources._common import once
from scoreboard.sources._epoch import slug
from scoreboard.sources._llm_stats_prices import host_prices
from scoreboard.sources.base import (
    Document,
    Source,
    date_of,
    decimal_of,
    float_of,
    overruled,
    unread,
)
from scoreboard.tables import Fact, Row, Score

MEMBER = re.compile(
    r"(?:^|/)data/organizations/(?P<org>[^/]+)/models/[^/]+/(?P<file>model|benchmarks)\.json$"
)
HOST = re.compile(r"(?:^|/)data/providers/(?P<host>[^/]+)/models\.json$")
FACTS = {  # key -> attribute
    "name": "display_name",
    "organization_id": "organization",
    "license_id": "licence",
    "param_count": "total_params_b",
    "training_tokens": "training_tokens",
    "knowledge_cutoff": "knowledge_cutoff",
    "release_date": "release_date",
    "fine_tuned_from_model_id": "fine_tuned_from",
    "source_weights_link": "weights_link",
}
BILLION = Decimal(10) ** 9
NO_PLACE = "example.com"  # what stands for a source where there is none

# What a row says of its procedure, in free text.
SHOTS = re.compile(r"(?<![\d.])(\d+(?:-\d+)?)[- ]shots?\b", re.IGNORECASE)
ZERO_SHOT = re.compile(r"\bzero-shot\b", re.IGNORECASE)
PROCEDURES = {
    "cot": re.compile(r"\bcot\b|chain[- ]of[- ]thought", re.IGNORECASE),
    "tools": re.compile(
        r"\bwith (?!no\b)(?:\w+ )?(?:tools?|python)\b(?! use)"
        r"|^python$|python \+ brows|search agent",
        re.IGNORECASE,
    ),
    "attempts": re.compile(
        r"\b(?:cons|maj|majority|pass) ?@ ?(?:[2-9]|\d\d)|parallel|multiple attempts",
        re.IGNORECASE,
    ),
}
FRAMEWORK = re.compile(r"\b(?:framework|scaffold|openhands|terminus|claude code)", re.IGNORECASE)
SUBSETS = {  # benchmark -> words that tell a subset, and what we call it
    "gpqa": (re.compile(r"\bdiamond\b", re.IGNORECASE), "gpqa-diamond"),
    "humanity's-last-exam": (
        re.compile(r"\btext[- ](?:only|subset)", re.IGNORECASE),
        "humanity's-last-exam-text-only",
    ),
}


class LlmStats(Source):
    id = "llm_stats"
    title = "LLM-Stats leaderboard"
    producer = "LLM-Stats"
    home = "https://llm-stats.com"
    addresses = (
        "https://codeload.github.com/JonathanChavezTamales/llm-leaderboard/tar.gz/refs/heads/main",
    )
    licence = "CC-BY-4.0"
    licence_note = "CC BY 4.0: rows may be kept and shown with the citation."
    cite = "LLM-Stats (llm-stats.com), CC BY 4.0"
    tables = ("scores", "facts", "prices")

    def read(self, document: Document) -> Iterator[Row]:
        yield from once(_rows(document))


def _rows(document: Document) -> Iterator[Row]:
    for member, body in members(document.body, document.where).items():
        found, host = MEMBER.search(member), HOST.search(member)
        if not found and not host:
            continue
        whole = parse_json(body, f"{document.where}, {member}")
        for row in (*overruled(whole), *_member_rows(found, host, whole)):
            yield replace(row, locator=f"{member}!{row.locator}")


def _member_rows(
    found: re.Match[str] | None, host: re.Match[str] | None, whole: Any
) -> Iterator[Row]:
    """The rows of one file, by what its path says of it."""
    if host:
        return host_prices(host["host"], whole)
    assert found
    return _facts(whole) if found["file"] == "model" else _scores(found["org"], whole)


def _facts(model: Object) -> Iterator[Row]:
    name = text_of(model["model_id"])
    for key, attribute in FACTS.items():
        stated, at = model.get(key), pointer(key)
        if stated in (None, ""):
            continue
        raw = raw_text(stated)
        value, fault = _value(attribute, raw)
        fault = fault or ("" if name else "the entry names no model")
        if fault or not name:
            yield unread(at, raw, fault)
            continue
        yield Fact(kind="model", name=name, attribute=attribute, value=value, locator=at, raw=raw)


def _value(attribute: str, raw: str) -> tuple[str, str]:
    """The value of a fact, and why there is none. Parameters are in billions."""
    if attribute == "release_date":
        day = date_of(raw)
        return (day.isoformat(), "") if day else ("", "the release date is no date")
    if attribute == "total_params_b":
        count = decimal_of(raw)
        if count is None or count <= 0:
            return "", "the number of parameters is not a number above zero"
        return format((count / BILLION).normalize(), "f"), ""
    return raw, ""


def _scores(organisation: str, entries: list[Object]) -> Iterator[Row]:
    for i, entry in enumerate(entries):
        at, raw = pointer(i, "score"), raw_text(entry["score"])
        name, benchmark = text_of(entry.get("model_id")), text_of(entry.get("benchmark_id"))
        address = text_of(entry.get("self_reported_source_link")) or ""
        value = float_of(raw)
        if value is None or not name or not benchmark:
            missing = "model" if not name else "benchmark"
            fault = "the score is not a number" if value is None else f"the row names no {missing}"
            yield unread(at, raw, fault)
        elif urlsplit(address).netloc == NO_PLACE:
            yield unread(at, raw, "a placeholder stands for the address of the source")
        else:
            yield _score(organisation, entry, Score(
                source_name=name, benchmark=benchmark, value=value, harness=slug(_page(address)),
                locator=at, raw=raw,
            ))  # fmt: skip


def _page(address: str) -> str:
    """Host and first folder of an address."""
    parts = urlsplit(address)
    return "/".join([parts.netloc, *parts.path.split("/")[1:2]])


def _score(organisation: str, entry: Object, score: Score) -> Score:
    """The score with what its row says of the procedure."""
    texts = (text_of(entry.get(k)) or "" for k in ("analysis_method", "verification_notes"))
    said = "; ".join(t for t in texts if t)
    own = entry.get("is_self_reported") is True
    harness = f"{organisation}-reports" if own else score.harness
    words, name = SUBSETS.get(score.benchmark, (None, ""))
    fraction = raw_text(entry.get("normalized_score")) == score.raw
    return replace(
        score,
        benchmark=name if words and words.search(said) else score.benchmark,
        full_score=1.0 if fraction else None,
        shots=_shots(said),
        harness="-".join([harness, *(w for w, p in PROCEDURES.items() if p.search(said))]),
        scaffold=said if FRAMEWORK.search(said) else "",
        runner="developer" if own else "",
    )


def _shots(said: str) -> str:
    found = SHOTS.search(said)
    if found:
        return found[1]
    return "0" if ZERO_SHOT.search(said) else ""
