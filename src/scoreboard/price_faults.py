"""Prices of catalogues that no figure may use: rules over all of `offers`, each with a reason.

A row stays in the table; its `fault` says why it is not used. What one document gets wrong by
itself is corrected in `data/corrections.yml` instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

UNIT_FAULT = 100  # so far from the median of its model and kind, a price is in another unit
LEAST_PROVIDERS = 4  # of a model, for its median to judge one of them
LEAST_MODELS = 5  # of a provider's list, for a rule about the list
FILLER_SPAN = 100  # largest to smallest model, in parameters, that one price stands for
BORROWER = "genai_prices"  # fills in developers' offers of open models from OpenRouter's list
RESALE = 0.5  # of the developer's own price: no reseller sells a whole list under it

USABLE = "model <> '' AND variant = '' AND tier = '' AND usd_per_mtok > 0 AND fault = ''"

UNITS = f"""
UPDATE offers SET fault = 'more than {UNIT_FAULT} times from the median of its model, '
  || CAST(round(middle, 4) AS VARCHAR) || ': another unit'
FROM (
  SELECT model AS model_, kind AS kind_, median(usd_per_mtok)::DOUBLE AS middle
  FROM offers WHERE {USABLE} GROUP BY ALL HAVING count(DISTINCT provider) >= {LEAST_PROVIDERS}
)
WHERE model = model_ AND kind = kind_ AND rank = 'catalogue' AND {USABLE}
  AND (usd_per_mtok * {UNIT_FAULT} < middle OR usd_per_mtok > middle * {UNIT_FAULT})
"""

FILLER = f"""
WITH pairs AS (
  SELECT source, provider, model, source_name, first_seen,
    max(usd_per_mtok) FILTER (kind = 'input') AS input_,
    max(usd_per_mtok) FILTER (kind = 'output') AS output_
  FROM offers WHERE rank = 'catalogue' AND {USABLE} GROUP BY ALL
), filler AS (
  SELECT source, pairs.provider, input_, output_
  FROM pairs JOIN models m USING (model) LEFT JOIN providers p ON p.provider = pairs.provider
  WHERE input_ IS NOT NULL AND output_ IS NOT NULL
    AND p.first_party_of IS DISTINCT FROM m.developer
  GROUP BY ALL HAVING count(DISTINCT model) >= {LEAST_MODELS}
    AND max(total_params_b) > {FILLER_SPAN} * min(total_params_b)
)
UPDATE offers SET fault = 'a filler: the provider has this price for models of all sizes'
FROM pairs JOIN filler USING (source, provider, input_, output_)
WHERE offers.source = pairs.source AND offers.provider = pairs.provider
  AND offers.source_name = pairs.source_name AND offers.first_seen = pairs.first_seen
  AND offers.kind IN ('input', 'output') AND offers.rank = 'catalogue'
  AND offers.fault = '' AND offers.variant = '' AND offers.tier = ''
"""

RESOLD = f"""
WITH own AS (
  SELECT o.model, o.kind, min(usd_per_mtok) AS price
  FROM offers o JOIN models m USING (model)
  JOIN providers p ON p.provider = o.provider AND p.first_party_of = m.developer
  WHERE {USABLE} AND m.developer <> '' AND m.weights = false GROUP BY ALL
), lists AS (
  SELECT o.source, o.provider, median(o.usd_per_mtok / own.price) AS ratio
  FROM offers o JOIN own ON own.model = o.model AND own.kind = o.kind
  JOIN models m ON m.model = o.model LEFT JOIN providers p ON p.provider = o.provider
  WHERE {USABLE.replace("model <>", "o.model <>")} AND o.rank = 'catalogue'
    AND p.first_party_of IS DISTINCT FROM m.developer
  GROUP BY ALL HAVING count(DISTINCT o.model) >= {LEAST_MODELS}
)
UPDATE offers SET fault = 'its list has closed models at ' || CAST(round(ratio, 2) AS VARCHAR)
  || ' of their developers'' own prices: another currency, or no list price'
FROM lists WHERE offers.source = lists.source AND offers.provider = lists.provider
  AND ratio < {RESALE} AND rank = 'catalogue' AND fault = ''
"""

BORROWED = f"""
UPDATE offers SET fault = 'the price of OpenRouter, which the source has as the developer''s own'
FROM models m, providers p
WHERE offers.source = '{BORROWER}' AND m.model = offers.model AND p.provider = offers.provider
  AND p.first_party_of = m.developer AND m.weights
  AND offers.provider <> 'openrouter' AND offers.rank = 'catalogue'
  AND offers.variant = '' AND offers.tier = '' AND offers.usd_per_mtok > 0 AND offers.fault = ''
  AND EXISTS (
    SELECT 1 FROM offers r WHERE r.source = offers.source AND r.provider = 'openrouter'
      AND r.model = offers.model AND r.kind = offers.kind AND r.usd_per_mtok = offers.usd_per_mtok)
  AND NOT EXISTS (
    SELECT 1 FROM offers o JOIN providers q ON q.provider = o.provider
    WHERE q.first_party_of = m.developer AND o.model = offers.model AND o.kind = offers.kind
      AND o.usd_per_mtok = offers.usd_per_mtok AND o.source <> offers.source)
"""  # an open model that its developer does not sell, or sells at another price

RULES = {"units": UNITS, "filler": FILLER, "resold": RESOLD, "borrowed": BORROWED}


def mark_faults(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill `fault` of `offers`. The tables `models` and `providers` are there."""
    for statement in RULES.values():
        connection.execute(statement)
