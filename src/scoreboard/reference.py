"""Curated things as tables, so that metrics, SQL and pages read them like any other rows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from scoreboard.curated import ArchitectureEntry
from scoreboard.curation import Curated
from scoreboard.engine import create
from scoreboard.facts import is_unrestricted, region_of
from scoreboard.hosting.reference import HOSTING, hosting_records

if TYPE_CHECKING:
    import duckdb

TEXT, WHOLE, NUMBER, DATE, FLAG = "VARCHAR", "BIGINT", "DOUBLE", "DATE", "BOOLEAN"
COLUMNS: dict[str, dict[str, str]] = {
    "benchmarks": {
        "benchmark": TEXT, "name": TEXT, "measures": TEXT, "items": WHOLE, "scale": TEXT,
        "higher_is_better": FLAG, "chance": NUMBER, "access": TEXT, "released": DATE,
        "rater_sd": NUMBER, "notes": TEXT, "evidence": TEXT,
    },
    "benchmark_names": {"name": TEXT, "benchmark": TEXT, "chance": NUMBER},
    "developers": {
        "developer": TEXT, "name": TEXT, "country": TEXT, "region": TEXT, "evidence": TEXT,
    },
    "families": {"family": TEXT, "name": TEXT, "developer": TEXT},
    "providers": {
        "provider": TEXT, "name": TEXT, "country": TEXT, "region": TEXT,
        "first_party_of": TEXT, "evidence": TEXT,
    },
    "provider_names": {"name": TEXT, "provider": TEXT},
    "licences": {
        "licence": TEXT, "name": TEXT, "spdx": TEXT, "commercial": FLAG, "cap": TEXT,
        "territory": TEXT, "field_of_use": TEXT, "use_policy": FLAG, "naming_duty": TEXT,
        "unrestricted": FLAG, "evidence": TEXT,
    },
    "formats": {
        "format": TEXT, "name": TEXT, "bits": NUMBER, "group_size": WHOLE, "scale_bits": NUMBER,
        "embeddings": TEXT, "compute": TEXT, "note": TEXT, "evidence": TEXT,
    },
    "architectures": {
        "model": TEXT, "same_as": TEXT, "layers": WHOLE, "hidden": WHOLE, "vocab": WHOLE,
        "tied": FLAG, "draft_params_b": NUMBER, "experts": WHOLE, "experts_used": WHOLE,
        "evidence": TEXT, "snapshot_id": TEXT, "locator": TEXT, "raw": TEXT,
    },
    "attention": {
        "model": TEXT, "position": WHOLE, "kind": TEXT, "layers": WHOLE, "heads": WHOLE,
        "kv_heads": WHOLE, "head_dim": WHOLE, "joint": FLAG, "sliding_window": WHOLE, "rank": WHOLE,
        "rope_dim": WHOLE, "ratio": WHOLE, "index_dim": WHOLE, "index_layers": WHOLE,
        "state": WHOLE,
    },
    **HOSTING,
    "native_weights": {"model": TEXT, "format": TEXT, "params_b": NUMBER},
    "statistics": {
        "statistic": TEXT, "publisher": TEXT, "says": TEXT, "value": NUMBER, "low": NUMBER,
        "high": NUMBER, "level": NUMBER, "unit": TEXT, "population": TEXT, "date": TEXT,
        "method": TEXT, "published": DATE, "address": TEXT, "grade": TEXT, "metric": TEXT,
        "params": TEXT, "ours": TEXT, "steps": TEXT, "topic": TEXT, "caveat": TEXT,
        "locator": TEXT,
    },
}  # fmt: skip

NAMED = {"sliding_window": "window"}  # columns whose field has a name that SQL keeps for itself


def write_reference(connection: duckdb.DuckDBPyConnection, curated: Curated) -> None:
    """Write every table of `COLUMNS`."""
    records: dict[str, Iterable[tuple[Any, ...]]] = {
        "benchmarks": _benchmarks(curated),
        "benchmark_names": _benchmark_names(curated),
        "developers": (
            (d.id, d.name, d.country or "", region_of(d.country),
             curated.address("developers.yml", d.evidence))
            for d in curated.developers.values()
        ),
        "families": ((f.id, f.name, f.developer) for f in curated.families.values()),
        "providers": (
            (p.id, p.name, p.country or "", region_of(p.country), p.first_party_of or "",
             curated.address("providers.yml", p.evidence))
            for p in curated.providers.values()
        ),
        "provider_names": (
            (spelling, p.id)
            for p in curated.providers.values()
            for spelling in dict.fromkeys(s.lower() for s in (p.id, *p.aka))
        ),
        "licences": _licences(curated),
        "formats": (
            (f.id, f.name, f.bits, f.group, f.scale_bits, f.embeddings or "", f.compute, f.note,
             curated.address("formats.yml", f.evidence))
            for f in curated.formats.values()
        ),
        "architectures": _architectures(curated),
        "attention": (
            (model, i, *(getattr(layer, NAMED.get(c, c)) for c in list(COLUMNS["attention"])[2:]))
            for model, _, found in _stated(curated) for i, layer in enumerate(found.attention)
        ),
        "native_weights": (
            (model, part.format, part.params_b)
            for model, _, found in _stated(curated) for part in found.native
        ),
        "statistics": _statistics(curated),
        **hosting_records(curated),
    }  # fmt: skip
    for table, columns in COLUMNS.items():
        create(connection, table, columns, records[table])


def _benchmarks(curated: Curated) -> Iterable[tuple[Any, ...]]:
    for b in curated.benchmarks.values():
        yield (
            b.id, b.name, b.measures, b.items, b.scale, b.higher_is_better, b.chance,
            b.access or "", b.released, b.rater_sd, b.notes or "",
            curated.address("benchmarks.yml", b.evidence),
        )  # fmt: skip


def _benchmark_names(curated: Curated) -> Iterable[tuple[Any, ...]]:
    entries = curated.benchmarks.values()
    exact = {n.lower(): b for b in entries for n in (b.id, *b.aka)}
    loose = {b.name.lower(): b for b in entries if b.name.lower() not in exact}
    for name, b in {**exact, **loose}.items():
        yield name, b.id, b.chance


def _licences(curated: Curated) -> Iterable[tuple[Any, ...]]:
    for x in curated.licences.values():
        yield (
            x.id, x.name, x.spdx or "", x.commercial, x.cap or "", x.territory or "",
            x.field_of_use or "", x.use_policy, x.naming_duty or "", is_unrestricted(x),
            curated.address("licences.yml", x.evidence),
        )  # fmt: skip


def _stated(curated: Curated) -> Iterable[tuple[str, str, ArchitectureEntry]]:
    """Every model with a known architecture, and the model whose entry states it."""
    for model in curated.models:
        if found := curated.architecture(model):
            yield model, *found


def _architectures(curated: Curated) -> Iterable[tuple[Any, ...]]:
    for model, stated_by, found in _stated(curated):
        file = f"models/{curated.developer_of[model]}.yml"
        keys = curated.models[model].evidence.get("architecture", [])
        yield (
            model, stated_by if stated_by != model else "", found.layers, found.hidden,
            found.vocab, found.tied, found.draft_params_b, found.experts, found.experts_used,
            curated.address(file, keys), "",
            f"{file}#{model}/architecture", found.words(),
        )  # fmt: skip


def _statistics(curated: Curated) -> Iterable[tuple[Any, ...]]:
    for s in curated.statistics.values():
        params, ours = (
            ",".join(f"{k}={v}" for k, v in sorted((given or {}).items()))
            for given in (s.params, s.ours if s.ours is not None else s.params)
        )
        steps = json.dumps([step.model_dump() for step in s.steps]) if s.steps else ""
        yield (
            s.id, curated.publishers[s.id], s.says, s.value, s.low, s.high, s.level, s.unit,
            s.population, s.date, s.method or "", s.published, s.address, s.grade,
            s.metric or "", params, ours, steps, s.topic or "", s.caveat or "",
            f"statistics#{s.id}/value",
        )  # fmt: skip
