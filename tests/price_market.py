"""A made-up market of one model with two catalogues, for the tests of prices."""

from __future__ import annotations

from metric_world import Row, catalogue, released, world
from scoreboard.estimate import Estimate
from scoreboard.metrics import get_metric
from scoreboard.store import Tables

LITE = ("2024-01-10", "2024-03-10", "2024-06-10")
DEV = ("2024-02-01", "2024-05-01")
PROVIDERS = [
    {"provider": "acme", "first_party_of": "acme"},
    {"provider": "acme-cn", "first_party_of": "acme"},
    {"provider": "host"},
    {"provider": "rival"},
]


def market(*offers: Row, names: list[Row] | None = None, late: tuple[str, ...] = ()) -> Tables:
    """Two catalogues, `lite` and `dev`; the model alpha of acme, which sells it itself."""
    return world(
        snapshots=[*catalogue("lite", *LITE, *late), *catalogue("dev", *DEV)],
        models=[
            released("alpha", "2023-12-01", developer="acme"),
            released("beta", "2024-04-01", developer="acme"),
            released("orphan", "2023-12-01", developer="nobody"),
        ],
        providers=PROVIDERS,
        provider_names=[{"name": n, "provider": n} for n in ("acme", "acme-cn", "host", "rival")]
        + [{"name": "acme ai", "provider": "acme"}],
        names=names or [],
        offers=offers,
    )


def price(tables: Tables, as_of: str, model: str = "alpha", **given: str) -> Estimate:
    metric = get_metric("price")
    read = metric.read(tables, {"model": model, "as_of": as_of, **given})
    (found,) = metric.compute(tables, read)
    return found


def says(estimate: Estimate, text: str) -> bool:
    return any(text in caveat for caveat in estimate.caveats)
