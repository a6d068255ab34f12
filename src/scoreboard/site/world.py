"""What the site is made from: tables as of a day, the names of things, and where each row is."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scoreboard.errors import UsageError
from scoreboard.render import clean
from scoreboard.site.links import anchor, slug
from scoreboard.store import Tables
from scoreboard.tables import source_of

ROWS_PER_PART = 400  # rows of a document on one page
EVER = dt.date(9999, 12, 31)
SOURCE = re.compile(r"\(([a-z0-9_]+)\)")  # as a population names it
PRICED = re.compile(r"\blist price of ([a-z0-9.-]+),")
# The tables as they were on a day: what pages read instead of the tables themselves.
VIEWS = {
    "then_models": """
SELECT m.* EXCLUDE (weights, licence) REPLACE (
  CASE WHEN m.weights_from <= {day} THEN m.weights_from END AS weights_from),
  o.weights, o.openness, o.licence
FROM models m LEFT JOIN openness o ON o.model = m.model
  AND {day} BETWEEN coalesce(o.valid_from, DATE '0001-01-01')
  AND coalesce(o.valid_to, DATE '9999-12-31')
WHERE coalesce(m.released, m.announced, DATE '0001-01-01') <= {day}""",
    # of each test, variant and harness the row of the newest document
    "then_results": """
SELECT * FROM results WHERE model <> '' AND coalesce(released, DATE '0001-01-01') <= {day}
QUALIFY row_number() OVER (
  PARTITION BY model, variant, scaffold, benchmark, harness, shots, source
  ORDER BY published DESC, value DESC, source_name, locator) = 1""",
    # of each offer and source the price that was stated last
    "then_offers": """
SELECT * REPLACE (CASE WHEN last_seen <= {day} THEN last_seen END AS last_seen),
  coalesce(effective_from, first_seen) AS since FROM offers
WHERE model <> '' AND provider <> '' AND coalesce(effective_from, first_seen) <= {day}
QUALIFY row_number() OVER (
  PARTITION BY model, provider, variant, tier, kind, source
  ORDER BY coalesce(offers.last_seen, effective_from) DESC, since DESC, source_name,
    locator) = 1""",
    "then_openness": """
SELECT * REPLACE (CASE WHEN valid_to < {day} THEN valid_to END AS valid_to) FROM openness
WHERE coalesce(valid_from, DATE '0001-01-01') <= {day}""",
    "then_usage": """
SELECT *, start + CAST(days - 1 AS INTEGER) AS last_day FROM usage
WHERE start + CAST(days - 1 AS INTEGER) <= {day}""",
}
# Every row that a page may show: where it is, its raw cell, what it is about.
ROWS = """
SELECT snapshot_id, locator, raw, source_name AS name, benchmark AS about FROM scores
UNION ALL SELECT snapshot_id, locator, raw, source_name,
  'price, ' || replace(kind, '_', ' ') FROM prices
UNION ALL SELECT snapshot_id, locator, raw, source_name, 'tokens, ' || start FROM tokens
UNION ALL SELECT snapshot_id, locator, raw, '', 'tokens in all, ' || start FROM totals
UNION ALL SELECT snapshot_id, locator, raw, source_name,
  'tokens, ' || value || ', ' || start FROM samples
UNION ALL SELECT snapshot_id, locator, raw, source_name,
  'downloads, ' || CASE period WHEN 'all' THEN 'all time' ELSE '30 days' END || ', ' || day
  FROM downloads
UNION ALL SELECT snapshot_id, locator, raw, source_name, 'made from ' || base FROM relations
UNION ALL SELECT snapshot_id, locator, raw, name, replace(attribute, '_', ' ') FROM facts
UNION ALL SELECT snapshot_id, locator, raw, '', 'not used: ' || reason FROM unread
UNION ALL SELECT 'curated:' || split_part(locator, '#', 1), locator, raw, model,
  replace(attribute, '_', ' ') FROM statements WHERE snapshot_id = '' AND locator LIKE '%.yml#%'
UNION ALL SELECT 'curated:' || split_part(locator, '#', 1), locator, raw, model,
  'price, ' || replace(kind, '_', ' ') FROM offers WHERE snapshot_id = ''
UNION ALL SELECT 'curated:' || split_part(locator, '#', 1), locator,
  CASE WHEN value = floor(value) THEN CAST(CAST(value AS BIGINT) AS VARCHAR)
    ELSE CAST(value AS VARCHAR) END, statistic, population FROM statistics
UNION ALL SELECT 'curated:benchmarks.yml', 'benchmarks.yml#' || benchmark || '/' || part, said,
  benchmark, replace(part, '_', ' ') FROM (
    UNPIVOT (SELECT benchmark, CAST(items AS VARCHAR) AS items, CAST(chance AS VARCHAR) AS chance,
      CAST(rater_sd AS VARCHAR) AS rater_sd FROM benchmarks)
    ON items, chance, rater_sd INTO NAME part VALUE said)
UNION ALL SELECT 'curated:hardware.yml', locator, raw, device, 'memory and bandwidth' FROM hardware
UNION ALL SELECT 'curated:hardware.yml', locator, raw, device, 'hire, ' || hired_from
  FROM hire_prices
UNION ALL SELECT 'curated:hardware.yml', locator, raw, device, 'purchase' FROM purchase_prices
UNION ALL SELECT 'curated:hardware.yml', locator, raw, model, 'speed on ' || device
  FROM throughputs
UNION ALL SELECT DISTINCT 'curated:hardware.yml', locator, raw, efficiency, 'efficiency'
  FROM efficiencies
UNION ALL SELECT 'curated:workloads.yml', locator, raw, workload, 'requests a day' FROM workloads
UNION ALL SELECT 'curated:workloads.yml', locator, raw, cost, 'default' FROM host_costs
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands in the site."""

    document: str
    path: str  # page and anchor


@dataclass
class World:
    """The tables with their views, and the addresses of everything in them."""

    tables: Tables
    day: dt.date | None  # what was true on this day; None: now
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (kind, id) -> name
    paths: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (kind, id) -> page
    rows: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)  # by document
    places: Mapping[tuple[str, str], str] = field(default_factory=dict)  # row -> page and anchor

    def name(self, kind: str, thing: str) -> str:
        """The printed name of a thing; its id where it has none."""
        return clean(self.names.get((kind, thing), thing))

    def population(self, text: str) -> str:
        """A population with printed names where it has the id of a source or a provider."""
        text = SOURCE.sub(lambda m: f"(source: {self.name('source', m[1])})"
                          if ("source", m[1]) in self.names else m[0], text)  # fmt: skip
        return PRICED.sub(lambda m: f"list price of {self.name('provider', m[1])},", text)

    def path(self, kind: str, thing: str) -> str | None:
        """The page of a thing."""
        return self.paths.get((kind, thing))

    def place(self, snapshot_id: str, locator: str) -> str | None:
        """The page and anchor of a row."""
        return self.places.get((document_of(snapshot_id, locator), locator))


def open_world(tables: Tables, day: dt.date | None) -> World:
    """The tables as of a day."""
    check_day(tables, day)
    for name, sql in VIEWS.items():
        literal = f"DATE '{(day or EVER).isoformat()}'"
        tables.connection.execute(
            f"CREATE OR REPLACE TEMP VIEW {name} AS {sql.format(day=literal)}"
        )
    rows = _rows(tables)
    places = {
        (document, r["locator"]): f"{part_path(document, r['part'])}#{anchor(r['locator'])}"
        for document, found in rows.items()
        for r in found
    }
    return World(tables, day, rows=rows, places=places)


def check_day(tables: Tables, day: dt.date | None) -> None:
    """Refuse a day that the data do not reach."""
    if day is None:
        return
    first, last = tables.rows(
        "SELECT least((SELECT min(released) FROM results), (SELECT min(first_seen) FROM offers), "
        "(SELECT min(start) FROM usage)) AS first, (SELECT max(published) FROM snapshots) AS last"
    )[0].values()
    if first is None or not first <= day <= last:
        raise UsageError(
            f"the data do not reach {day}",
            valid=[f"a day from {first} to {last}"] if first else [],
            repair="choose a day in between, or scoreboard sync",
        )


def document_of(snapshot_id: str, locator: str) -> str:
    """The document of a row: a snapshot, or a curated file."""
    if snapshot_id:
        return snapshot_id
    file = locator.partition("#")[0]
    return f"curated:{file}"


def is_curated(document: str) -> bool:
    """Whether a document is one of this project's own files."""
    return document.startswith("curated:")


def document_path(document: str) -> str:
    """The page of a document."""
    return f"documents/{slug(document)}.html"


def part_path(document: str, part: int) -> str:
    """One of the pages with a document's rows."""
    return f"documents/{slug(document)}.part-{part}.html"


def _rows(tables: Tables) -> dict[str, list[dict[str, Any]]]:
    """The rows of every document by place, spread over parts by a hash, so that links stay."""
    merged: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    found = tables.connection.execute(f"SELECT DISTINCT * FROM ({ROWS}) ORDER BY ALL").fetchall()
    for document, locator, raw, name, about in found:
        row = merged[document].setdefault(
            locator, {"locator": locator, "raw": raw, "name": name, "about": about}
        )
        if about not in row["about"].split("; "):
            row["about"] += f"; {about}"
    result = {}
    for document in sorted(merged):
        rows = list(merged[document].values())
        parts = -(-len(rows) // ROWS_PER_PART)
        result[document] = [
            {**r, "part": int(anchor(r["locator"])[1:9], 16) % parts + 1} for r in rows
        ]
    return result


def sources_behind(snapshots: set[str]) -> list[str]:
    """The sources of snapshots."""
    return sorted({source_of(s) for s in snapshots if s and not is_curated(s)})
