"""Observed rows joined to our models: `results`, `offers` and `usage`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scoreboard.curated import CorrectionEntry
from scoreboard.curation import Curated
from scoreboard.engine import create, insert, rows
from scoreboard.price_faults import mark_faults
from scoreboard.sources import all_sources
from scoreboard.tables import PLACE, SOURCE

if TYPE_CHECKING:
    import duckdb


RESULTS = """
CREATE TABLE results AS
SELECT n.model, n.variant, b.benchmark,
  CASE WHEN s.chance_removed AND b.chance IS NOT NULL
    THEN value_ * (100 - b.chance) / 100 + b.chance ELSE value_ END AS value,
  s.stderr * scale_ * CASE WHEN s.chance_removed AND b.chance IS NOT NULL
    THEN (100 - b.chance) / 100 ELSE 1 END AS stderr,
  s.low * scale_ AS low, s.high * scale_ AS high, s.level,
  s.source_name, s.harness, s.shots, s.scaffold, s.runner, s.evaluated, s.source,
  coalesce(m.released, s.released) AS released, s.chance_removed, s.items,
  s.published, s.correction, s.snapshot_id, s.locator, s.raw
FROM (
  SELECT scores.*, snapshots.source, snapshots.published, l.level,
    coalesce(c.why, '') AS correction,
    CASE WHEN full_score IS NULL THEN 1 ELSE 100 / full_score END AS scale_,
    coalesce(c.value, scores.value) * scale_ AS value_
  FROM scores JOIN snapshots ON snapshots.id = scores.snapshot_id
  LEFT JOIN interval_levels l ON l.source = snapshots.source
  LEFT JOIN score_corrections c ON c.source = snapshots.source
    AND c.name = source_name || '/' || scores.benchmark AND c.replaces = raw
) s
JOIN benchmark_names b ON b.name = lower(s.benchmark)
LEFT JOIN names n ON n.source = s.source AND n.provider = '' AND n.name = s.source_name
  AND n.model <> ''
  AND ((n.valid_from IS NULL AND n.valid_to IS NULL)
    OR CASE WHEN n.by_document THEN s.published ELSE coalesce(s.evaluated, s.released) END
      BETWEEN coalesce(n.valid_from, DATE '0001-01-01')
        AND coalesce(n.valid_to, DATE '9999-12-31'))
LEFT JOIN models m ON m.model = n.model
ORDER BY b.benchmark, s.source, s.published, s.snapshot_id, s.locator
"""

OFFERS = f"""
CREATE TABLE offers AS
WITH series AS (
  SELECT source, {PLACE} AS place, id AS snapshot_id, published
  FROM snapshots
), dated AS (
  SELECT DISTINCT p.*, a.source, o.published AS on_
  FROM prices p
  JOIN series a ON a.snapshot_id = p.snapshot_id
  JOIN series o ON o.source = a.source AND o.place = a.place
    AND o.published BETWEEN p.first_seen AND p.last_seen
), spans AS (
  SELECT *, CASE WHEN valid_from IS NOT NULL THEN valid_from
      WHEN valid_to < on_ THEN valid_to ELSE on_ END AS from_,
    CASE WHEN valid_from IS NULL AND (valid_to IS NULL OR valid_to >= on_) THEN on_
      ELSE coalesce(valid_to, greatest(on_, valid_from)) END AS to_
  FROM dated
), meant AS (
  SELECT coalesce(n.model, '') AS model,
    coalesce(nullif(n.variant, ''), '') AS name_variant,
    CASE WHEN d.valid_from IS NOT NULL THEN greatest(d.valid_from, n.valid_from) END AS since_,
    CASE WHEN d.valid_from IS NOT NULL OR d.valid_to IS NOT NULL
      THEN least(d.valid_to, n.valid_to) END AS until_, d.*
  FROM spans d
  LEFT JOIN names n ON n.source = d.source AND n.provider = d.provider
    AND n.name = d.source_name AND n.model <> ''
    AND d.to_ >= coalesce(n.valid_from, DATE '0001-01-01')
    AND d.from_ <= coalesce(n.valid_to, DATE '9999-12-31')
)
SELECT model, concat_ws('+', nullif(name_variant, ''), nullif(variant, '')) AS variant,
  coalesce(v.provider, lower(meant.provider)) AS provider, tier, meant.kind,
  coalesce(c.value, usd_per_mtok) AS usd_per_mtok,
  since_ AS effective_from, until_ AS effective_to,
  min(on_) AS first_seen, max(on_) AS last_seen, meant.source, 'catalogue' AS rank,
  source_name, CASE WHEN c.value IS NULL THEN '' ELSE c.why END AS correction,
  '' AS fault, '' AS evidence, snapshot_id, locator, raw
FROM meant
LEFT JOIN provider_names v ON v.name = lower(meant.provider)
LEFT JOIN price_corrections c ON c.source = meant.source
  AND c.name = meant.provider || '/' || source_name AND c.kind = meant.kind AND c.replaces = raw
GROUP BY ALL ORDER BY ALL
"""

USAGE = """
CREATE TABLE usage AS
SELECT t.start, t.days, t.source_name, t.tokens, t.method, coalesce(n.model, '') AS model,
  coalesce(n.variant, '') AS variant, s.source, s.published, t.snapshot_id, t.locator, t.raw
FROM tokens t
JOIN snapshots s ON s.id = t.snapshot_id
LEFT JOIN names n ON n.source = s.source AND n.provider = '' AND n.name = t.source_name
  AND n.model <> '' AND t.start BETWEEN coalesce(n.valid_from, DATE '0001-01-01')
    AND coalesce(n.valid_to, DATE '9999-12-31')
QUALIFY row_number() OVER (
  PARTITION BY s.source, t.start, t.days, t.source_name
  ORDER BY s.published DESC, s.retrieved DESC, s.address DESC, t.locator DESC) = 1
ORDER BY t.start, s.source, t.tokens DESC, t.source_name
"""

KINDS = {
    "price": frozenset(["input", "output", "cached_input", "cache_write"]),
    "score": frozenset(["score"]),
}
TEXTS = dict.fromkeys(("source", "name", "kind", "replaces"), "VARCHAR")
CORRECTION_COLUMNS = {
    "price": {**TEXTS, "value": "DECIMAL(24, 10)", "why": "VARCHAR"},
    "score": {**TEXTS, "value": "DOUBLE", "why": "VARCHAR"},
}
LEVEL_COLUMNS = {"source": "VARCHAR", "level": "DOUBLE"}
MET = {  # corrections joined to the rows that have the value they replace
    "price": f"price_corrections c JOIN prices p ON {SOURCE} = c.source AND p.kind = c.kind "
    "AND p.provider || '/' || p.source_name = c.name AND p.raw = c.replaces",
    "score": f"score_corrections c JOIN scores s ON {SOURCE} = c.source "
    "AND s.source_name || '/' || s.benchmark = c.name AND s.raw = c.replaces",
}


@dataclass
class Observed:
    """Corrections of prices and scores that no longer meet the value they replace."""

    lapsed: list[CorrectionEntry]


def observe(connection: duckdb.DuckDBPyConnection, curated: Curated) -> Observed:
    """Write `results`, `offers` and `usage` from the observed tables and `names`."""
    write_corrections(connection, curated)
    levels = ((s.id, s.level) for s in all_sources().values())
    create(connection, "interval_levels", LEVEL_COLUMNS, levels)
    for statement in (RESULTS, OFFERS, USAGE):
        connection.execute(statement)
    _add_curated_prices(connection, curated)
    mark_faults(connection)
    return Observed([*_unmet(connection, "price", curated), *_unmet(connection, "score", curated)])


def _unmet(
    connection: duckdb.DuckDBPyConnection, what: str, curated: Curated
) -> list[CorrectionEntry]:
    """Corrections of prices or scores whose value no row has."""
    query = f"SELECT DISTINCT c.source, c.name, c.kind, c.replaces FROM {MET[what]}"
    met = {tuple(r.values()) for r in rows(connection, query)}
    mine = _corrections(curated, KINDS[what])
    return [c for c in mine if (c.source, c.name, c.attribute, c.replaces) not in met]


def _corrections(curated: Curated, attributes: Collection[str]) -> list[CorrectionEntry]:
    return [c for c in curated.corrections if c.attribute in attributes]


def write_corrections(connection: duckdb.DuckDBPyConnection, curated: Curated) -> None:
    """Write `price_corrections` and `score_corrections`."""
    for what, columns in CORRECTION_COLUMNS.items():
        found = _corrections(curated, KINDS[what])
        records = ((c.source, c.name, c.attribute, c.replaces, c.value, c.why) for c in found)
        create(connection, f"{what}_corrections", columns, records)


def _add_curated_prices(connection: duckdb.DuckDBPyConnection, curated: Curated) -> None:
    columns = {
        r["column_name"]: r["data_type"]
        for r in rows(
            connection,
            "SELECT column_name, data_type FROM information_schema.columns "
            "WHERE table_name = 'offers' ORDER BY ordinal_position",
        )
    }
    insert(connection, "offers", columns, _curated_prices(curated))


def _curated_prices(curated: Curated) -> Iterable[tuple[Any, ...]]:
    for provider, p in curated.prices:
        file = f"prices/{provider}.yml"
        parts = (p.model, p.kind, str(p.since or ""), *filter(None, (p.variant, p.tier)))
        place = f"{file}#{'/'.join(parts)}"
        yield (
            p.model, p.variant or "", provider, p.tier or "", p.kind, p.usd_per_mtok,
            p.since, p.until, None, None, "curated", "developer" if p.grade == "P" else "curated",
            p.model, "", "", curated.address(file, p.evidence), "", place, str(p.usd_per_mtok),
        )  # fmt: skip
