"""From observed rows to rows about our models: statements, models, openness, results, offers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scoreboard.curated import CorrectionEntry
from scoreboard.curation import Curated
from scoreboard.engine import create, rows
from scoreboard.facts import (
    Chosen,
    OpennessPeriod,
    Statement,
    choose,
    curated_statements,
    licence_periods,
    openness_periods,
    region_of,
)
from scoreboard.identify import Identified
from scoreboard.names import Name
from scoreboard.registry import Model
from scoreboard.tables import PLACE, SOURCE, column_types, values_of

if TYPE_CHECKING:
    import duckdb

MODEL_COLUMNS = {
    "model": "VARCHAR",
    "name": "VARCHAR",
    "developer": "VARCHAR",
    "family": "VARCHAR",
    "country": "VARCHAR",
    "region": "VARCHAR",
    "announced": "DATE",
    "released": "DATE",
    "weights_from": "DATE",
    "weights": "BOOLEAN",
    "licence": "VARCHAR",
    "total_params_b": "DOUBLE",
    "active_params_b": "DOUBLE",
    "context": "BIGINT",
    "languages": "BIGINT",
    "use": "VARCHAR",
    "base_model": "VARCHAR",
    "repo": "VARCHAR",
    "tracked": "BOOLEAN",
    "curated": "BOOLEAN",
}
WEIGHTS_WORDS = {
    "open weights (unrestricted)": "true",
    "open weights (restricted use)": "true",
    "open weights (non-commercial)": "true",
    "api access": "false",
    "hosted access (no api)": "false",
    "unreleased": "false",
    # HELM's words
    "open": "true",
    "limited": "false",
    "closed": "false",
}
FACT_ATTRIBUTES = {
    "open_weights": "weights",
    "accessibility": "weights",
    "weights_repo": "repo",
    "tracked": "repo",
    "release_date": "released",
    "licence": "licence",
    "created": "released",
    "context": "context",
    "total_params_b": "total_params_b",
    "active_params_b": "active_params_b",
    "languages": "languages",
}


@dataclass
class Derived:
    """What `derive` found out besides the tables it wrote."""

    chosen: Chosen
    lapsed: list[CorrectionEntry] = field(default_factory=list)


def derive(
    connection: duckdb.DuckDBPyConnection,
    curated: Curated,
    identified: Identified,
    assumptions: Iterable[Statement] = (),
) -> Derived:
    """Write `statements`, `models` and `openness`. `assumptions` win over everything."""
    used: set[int] = set()
    statements = [
        *assumptions,
        *(s for m in curated.models for s in curated_statements(curated, m)),
        *_release_statements(curated, identified),
        *_source_statements(connection, curated, identified, used),
    ]
    chosen = choose(statements)
    winners = {id(s) for s in chosen.winners.values()}
    plain = values_of(Statement)
    records = ((*plain(s)[:-1], id(s) in winners) for s in statements)
    ordered = sorted(records, key=lambda record: record[:9])
    create(connection, "statements", column_types(Statement), ordered)
    models = identified.resolver.registry.models
    create(connection, "models", MODEL_COLUMNS, _models(curated, models, chosen))
    periods = [p for m in sorted(models) for p in _periods(curated, models[m], chosen)]
    create(
        connection,
        "openness",
        column_types(OpennessPeriod),
        map(values_of(OpennessPeriod), periods),
    )
    lapsed = [x for i, x in enumerate(curated.corrections) if i not in used and _is_fact(x)]
    return Derived(chosen, lapsed)


def _is_fact(correction: CorrectionEntry) -> bool:
    return correction.attribute in FACT_ATTRIBUTES


def _release_statements(curated: Curated, identified: Identified) -> Iterable[Statement]:
    for model in identified.resolver.registry.models.values():
        release = model.release
        if release is None:
            continue
        file = f"models/{model.developer}.yml"
        evidence = curated.address(file, release.evidence)
        stated = {
            "family": release.family,
            "licence": release.licence,
            "languages": release.languages,
            "released": release.released,
        }
        for attribute, value in stated.items():
            if value is not None:
                place = f"{file}#{release.id}/{attribute}"
                yield Statement(
                    model.id, attribute, str(value), "curated", "curated", evidence,
                    locator=place, raw=str(value),
                )  # fmt: skip


def _source_statements(
    connection: duckdb.DuckDBPyConnection,
    curated: Curated,
    identified: Identified,
    used: set[int],
) -> Iterable[Statement]:
    corrections = {
        (c.source, c.name, c.attribute, c.replaces): (i, c)
        for i, c in enumerate(curated.corrections)
    }
    newest = _newest_documents(connection)
    licences = {
        spelling.lower(): x.id for x in curated.licences.values() for spelling in (x.id, *x.aka)
    }
    for fact in rows(connection, f"SELECT *, {SOURCE} AS source FROM facts ORDER BY ALL"):
        attribute = FACT_ATTRIBUTES.get(fact["attribute"])
        model = _model_of(identified, fact)
        if not attribute or model is None:
            continue
        value, evidence = _value_of(fact, licences)
        corrected = corrections.get((fact["source"], fact["name"], fact["attribute"], fact["raw"]))
        rank = "catalogue"
        if corrected and fact["last_seen"] >= newest[fact["snapshot_id"]]:
            used.add(corrected[0])
            value, rank = corrected[1].value, "correction"
        if corrected and rank == "catalogue":
            continue  # the source has since changed its mind; the correction lapses
        if not value:
            continue
        yield _statement(fact, model, attribute, value, rank, evidence)
        if attribute == "repo":
            yield _statement(fact, model, "weights", "true", rank, "repository")
        if fact["attribute"] == "tracked":
            yield _statement(fact, model, "tracked", "true", rank, "")


def _newest_documents(connection: duckdb.DuckDBPyConnection) -> dict[str, dt.date]:
    """Snapshot -> date of the newest document of its line."""
    line = f"PARTITION BY source, {PLACE}"
    query = f"SELECT id, max(published) OVER ({line}) AS day FROM snapshots"
    return {r["id"]: r["day"] for r in rows(connection, query)}


def _statement(
    fact: dict[str, Any], model: str, attribute: str, value: str, rank: Any, evidence: str
) -> Statement:
    return Statement(
        model,
        attribute,
        value,
        rank,
        fact["source"],
        evidence,
        fact["snapshot_id"],
        fact["locator"],
        fact["raw"],
        fact["valid_from"],
        fact["valid_to"],
        fact["last_seen"],
    )


def _value_of(fact: dict[str, Any], licences: dict[str, str]) -> tuple[str | None, str]:
    value = fact["value"]
    if fact["attribute"] == "licence":  # what is no licence we know (proprietary) says nothing
        return licences.get(value.strip().lower()), ""
    if fact["attribute"] == "accessibility":
        return WEIGHTS_WORDS.get(value.strip().lower()), ""
    if fact["attribute"] == "tracked":
        return fact["name"], "repository"
    return value or None, ""


def _model_of(identified: Identified, fact: dict[str, Any]) -> str | None:
    """The model a fact is about: of an offer, only when the developer itself makes it."""
    provider, name = "", fact["name"]
    if fact["kind"] == "offer":
        provider, _, name = name.partition("/")
        developer = identified.resolver.first_party.get(provider.lower())
        if developer is None or fact["attribute"] == "context":
            return None
    elif fact["kind"] != "model":
        return None
    found = identified.meanings.get(Name(fact["source"], name, provider), [])
    day = fact["last_seen"]
    fitting = [
        m
        for m in found
        if (m.since or dt.date.min) <= day <= (m.until or dt.date.max) and not m.variant
    ]
    if not fitting:
        return None
    model = fitting[0].model
    if provider and (fitting[0].since or fitting[0].until):
        return None  # what is said of a moving alias is not said of one model
    registry = identified.resolver.registry.models
    return model if not provider or registry[model].developer == developer else None


def _models(
    curated: Curated, models: dict[str, Model], chosen: Chosen
) -> Iterable[tuple[Any, ...]]:
    for model_id in sorted(models):
        model = models[model_id]
        developer = curated.developers.get(model.developer)
        country = developer.country if developer else None
        weights = chosen.value(model_id, "weights")
        yield (
            model_id,
            chosen.value(model_id, "name") or _name_of(model),
            model.developer,
            chosen.value(model_id, "family") or family_of(curated, model),
            country or "",
            region_of(country),
            chosen.date(model_id, "announced"),
            chosen.date(model_id, "released"),
            chosen.date(model_id, "weights_from"),
            None if weights is None else weights == "true",
            chosen.value(model_id, "licence") or "",
            chosen.value(model_id, "total_params_b"),
            chosen.value(model_id, "active_params_b"),
            chosen.value(model_id, "context"),
            chosen.value(model_id, "languages"),
            chosen.value(model_id, "use") or "",
            chosen.value(model_id, "base_model") or "",
            chosen.value(model_id, "repo") or "",
            chosen.value(model_id, "tracked") is not None,
            model.curated,
        )


def _name_of(model: Model) -> str:
    return model.repos[0].rpartition("/")[2] if model.repos else model.id


def family_of(curated: Curated, model: Model) -> str:
    """The family whose repository patterns fit, of the model's developer."""
    import fnmatch

    for family in curated.families.values():
        if family.developer == model.developer and any(
            fnmatch.fnmatchcase(repo.lower(), pattern.lower())
            for repo in model.repos
            for pattern in family.repos
        ):
            return family.id
    return ""


def _periods(curated: Curated, model: Model, chosen: Chosen) -> list[OpennessPeriod]:
    weights = chosen.value(model.id, "weights")
    licences = licence_periods(curated.models.get(model.id))
    winner = chosen.winners.get((model.id, "licence"))
    if winner and (not licences or winner.rank == "assumption"):
        licences = [(None, winner.value)]
    return openness_periods(
        model.id,
        None if weights is None else weights == "true",
        chosen.date(model.id, "weights_from"),
        licences,
        curated.licences,
    )
