"""A handful of curated entries and observed rows, for tests of names and facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import astuple
from decimal import Decimal
from typing import Any

import duckdb

from scoreboard import curated as c
from scoreboard.curation import Curated
from scoreboard.engine import connect, create, rows
from scoreboard.tables import ROW_TYPES, Fact, Price, Row, Score, Snapshot, Tokens, column_types

DAY = dt.date.fromisoformat


def model(id: str, name: str = "", **rest: Any) -> c.ModelEntry:  # noqa: A002
    """A model's entry, as if read from a file."""
    return c.ModelEntry.model_validate({"id": id, "name": name or id, **rest})


def curated(
    models: Mapping[str, list[c.ModelEntry]],
    *,
    evidence: Mapping[tuple[str, str], c.Evidence] | None = None,
    corrections: Iterable[c.CorrectionEntry] = (),
    prices: Iterable[tuple[str, c.PriceEntry]] = (),
    releases: Iterable[tuple[str, c.ReleaseEntry]] = (),
) -> Curated:
    """Curated files with these models by developer, and the things around them."""
    entries = [(developer, entry) for developer, found in models.items() for entry in found]
    return Curated(
        models={entry.id: entry for _, entry in entries},
        developer_of={entry.id: developer for developer, entry in entries},
        releases=list(releases),
        evidence=dict(evidence or {}),
        developers={d.id: d for d in DEVELOPERS},
        families={f.id: f for f in FAMILIES},
        providers={p.id: p for p in PROVIDERS},
        licences={x.id: x for x in LICENCES},
        benchmarks={b.id: b for b in BENCHMARKS},
        prices=list(prices),
        corrections=list(corrections),
    )


DEVELOPERS = [
    c.DeveloperEntry(
        id="deepseek", name="DeepSeek", country="CN", orgs=["deepseek", "deepseek-ai"]
    ),
    c.DeveloperEntry(id="openai", name="OpenAI", country="US", orgs=["openai"]),
    c.DeveloperEntry(
        id="google", name="Google", country="US", orgs=["google"], names=["Google DeepMind"]
    ),
    c.DeveloperEntry(id="alibaba", name="Alibaba", country="CN", orgs=["qwen", "alibaba"]),
    c.DeveloperEntry(id="mistral", name="Mistral AI", country="FR", orgs=["mistralai"]),
]
FAMILIES = [
    c.FamilyEntry(id="deepseek", name="DeepSeek", developer="deepseek", repos=["deepseek-ai/*"]),
    c.FamilyEntry(id="gpt", name="GPT", developer="openai"),
    c.FamilyEntry(id="qwen", name="Qwen", developer="alibaba", repos=["Qwen/*"]),
    c.FamilyEntry(id="gemma", name="Gemma", developer="google", repos=["google/gemma*"]),
]
PROVIDERS = [
    c.ProviderEntry(id="deepseek", name="DeepSeek", country="CN", first_party_of="deepseek"),
    c.ProviderEntry(id="openai", name="OpenAI", country="US", first_party_of="openai"),
    c.ProviderEntry(id="mistral", name="Mistral", country="FR", first_party_of="mistral"),
    c.ProviderEntry(id="groq", name="Groq", country="US"),
    c.ProviderEntry(id="bedrock", name="Bedrock", country="US", aka=["amazon-bedrock"]),
]
FREE: dict[str, Any] = {"commercial": True, "use_policy": False}
LICENCES = [
    c.LicenceEntry(id="mit", name="MIT", spdx="MIT", **FREE),
    c.LicenceEntry(id="apache-2.0", name="Apache 2.0", spdx="Apache-2.0", **FREE),
    c.LicenceEntry(id="gemma", name="Gemma", commercial=True, use_policy=True),
    c.LicenceEntry(id="unread", name="A licence whose text was not found", known=False),
]
BENCHMARKS = [
    c.BenchmarkEntry(id="mmlu", name="MMLU", measures="knowledge", chance=Decimal(25)),
    c.BenchmarkEntry(id="arena", name="Arena", measures="votes", scale="rating"),
]

SNAPSHOTS = {
    "models_dev": ("2025-06-30", "2025-09-30", "2025-12-31"),
    "models_dev_models": ("2025-12-31",),
    "epoch_index": ("2025-12-31",),
    "epoch_hub": ("2025-12-31",),
    "openrouter_weekly": ("2025-11-30", "2025-12-31"),
    "openrouter_models": ("2025-12-31",),
    "litellm": ("2025-12-31",),
}


def snapshot(source: str, day: str = "2025-12-31", document: str = "list") -> Snapshot:
    """One document of a source."""
    published = DAY(day)
    address = f"https://example.org/{source}/{document}"
    ident = f"{source}@{day}-{document}"
    return Snapshot(
        id=ident, source=source, address=address, published=published, retrieved=published,
        sha256="", size=0,
    )  # fmt: skip


def database(
    observed: Iterable[Row] = (), extra: Iterable[Snapshot] = ()
) -> duckdb.DuckDBPyConnection:
    """The observed tables in memory, with the snapshots of `SNAPSHOTS`."""
    connection = connect()
    documents = [snapshot(source, day) for source, days in SNAPSHOTS.items() for day in days]
    found = list(observed)
    create(connection, "snapshots", column_types(Snapshot), map(astuple, [*documents, *extra]))
    for table, row_type in ROW_TYPES.items():
        mine = [astuple(r) for r in found if r.table == table]
        create(connection, table, column_types(row_type), mine)
    return connection


def at(source: str, day: str = "2025-12-31", document: str = "list") -> str:
    """The id of a document."""
    return f"{source}@{day}-{document}"


def fact(
    source: str,
    name: str,
    attribute: str,
    value: str,
    *,
    kind: str = "model",
    seen: tuple[str, str] = ("2025-12-31", "2025-12-31"),
    document: str = "list",
) -> Fact:
    """What a source said of a thing, from its first to its last document that said so."""
    return Fact(
        snapshot_id=at(source, seen[0], document), locator=f"/{name}/{attribute}", raw=value,
        kind=kind, name=name, attribute=attribute, value=value,
        first_seen=DAY(seen[0]), last_seen=DAY(seen[1]),
    )  # fmt: skip


def price(
    provider: str,
    name: str,
    usd: str,
    *,
    source: str = "models_dev",
    kind: str = "input",
    variant: str = "",
    seen: tuple[str, str] = ("2025-12-31", "2025-12-31"),
    holds: tuple[str, str] = ("", ""),
) -> Price:
    """What a source said that a provider asks for a model."""
    return Price(
        snapshot_id=at(source, seen[0]), locator=f"/{provider}/{name}/{kind}", raw=usd,
        provider=provider, source_name=name, kind=kind, variant=variant,
        usd_per_mtok=Decimal(usd), first_seen=DAY(seen[0]), last_seen=DAY(seen[1]),
        valid_from=DAY(holds[0]) if holds[0] else None,
        valid_to=DAY(holds[1]) if holds[1] else None,
    )  # fmt: skip


def score(source: str, name: str, benchmark: str, value: float, **rest: Any) -> Score:
    """One result."""
    return Score(
        snapshot_id=at(source), locator=f"/{name}/{benchmark}", raw=str(value), source_name=name,
        benchmark=benchmark, value=value, harness=source, **rest,
    )  # fmt: skip


def tokens(name: str, count: int, start: str, day: str = "2025-12-31") -> Tokens:
    """A week of a model's tokens, as one document states them."""
    return Tokens(
        snapshot_id=at("openrouter_weekly", day), locator=f"/{start}/{name}", raw=str(count),
        start=DAY(start), days=7, source_name=name, tokens=count,
    )  # fmt: skip


def table(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """The result of a query as tuples."""
    return [tuple(r.values()) for r in rows(connection, sql)]
