"""Things by name: find them, show their card, say why a name means a model."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

from scoreboard.errors import UsageError, near
from scoreboard.figures import board_figures
from scoreboard.lineage import disagreements
from scoreboard.metrics import all_metrics
from scoreboard.metrics._groups import canonical_model
from scoreboard.store import Tables, open_tables
from scoreboard.tables import SOURCE

THINGS = {
    "family": "SELECT family AS id, name, '' AS also FROM families",
    "developer": "SELECT developer AS id, name, '' AS also FROM developers",
    "benchmark": (
        "SELECT benchmark AS id, any_value(b.name) AS name, string_agg(n.name, ' ') AS also "
        "FROM benchmarks b LEFT JOIN benchmark_names n USING (benchmark) GROUP BY 1"
    ),
    "licence": "SELECT licence AS id, name, spdx AS also FROM licences",
    "provider": (
        "SELECT provider AS id, any_value(p.name) AS name, string_agg(n.name, ' ') AS also "
        "FROM providers p LEFT JOIN provider_names n USING (provider) GROUP BY 1"
    ),
    "statistic": "SELECT statistic AS id, says AS name, publisher AS also FROM statistics",
    "model": (
        "SELECT model AS id, any_value(m.name) AS name, "
        "string_agg(n.name || ' ' || n.source, chr(10) ORDER BY ALL) AS also "
        "FROM models m LEFT JOIN (SELECT DISTINCT name, source, model FROM names) n "
        "USING (model) GROUP BY 1"
    ),
}


def find(text: str) -> list[dict[str, str]]:
    """Models, families, developers, benchmarks, licences, metrics, figures by parts of a name.

    Every word of the text must be in the id, the name, or another name of the thing; things that
    are called so come before those that only a source calls so.
    """
    words = text.lower().split()
    if not words:
        raise UsageError("say what to find", repair="scoreboard find kimi")
    opened = open_tables()
    found = [
        {"kind": kind, "id": r["id"], "name": r["name"], "also": r["also"] or ""}
        for kind, query in THINGS.items()
        for r in opened.rows(f"SELECT * FROM ({query}) ORDER BY length(id), id")
    ]
    found += [
        {"kind": "figure", "id": f.id, "name": f.title, "also": f.section} for f in board_figures()
    ]
    found += [
        {"kind": "metric", "id": m.id, "name": m.title, "also": ""} for m in all_metrics().values()
    ]
    ranked = [(rank, thing) for thing in found if (rank := _rank(thing, words)) is not None]
    ranked.sort(key=lambda r: r[0])
    return [
        {"kind": t["kind"], "id": t["id"], "name": t["name"], "as": _alias(t, words)}
        for _, t in ranked
    ]


def _called(thing: dict[str, str]) -> str:
    return f"{thing['id']} {thing['name']}".lower()


def _rank(thing: dict[str, str], words: Sequence[str]) -> int | None:
    """0 for the thing itself, 1 where it is called so, 2 where somebody calls it so."""
    if " ".join(words) in (thing["id"].lower(), thing["name"].lower()):
        return 0
    if all(w in _called(thing) for w in words):
        return 1
    # An alias must have all words itself: parts of many names together mean nothing.
    return 2 if any(all(w in line for w in words) for line in _aliases(thing)) else None


def _aliases(thing: dict[str, str]) -> list[str]:
    return thing["also"].lower().split("\n")


def _alias(thing: dict[str, str], words: Sequence[str]) -> str:
    """The other name that fits, where the thing itself is not called so."""
    if all(w in _called(thing) for w in words):
        return ""
    fits = (x for x in thing["also"].split("\n") if all(w in x.lower() for w in words))
    return next(fits, "").rpartition(" ")[0] if thing["kind"] == "model" else ""


CARDS = {
    "model": ("models", "model"),
    "family": ("families", "family"),
    "developer": ("developers", "developer"),
    "provider": ("providers", "provider"),
    "benchmark": ("benchmarks", "benchmark"),
    "licence": ("licences", "licence"),
}
OTHER_NAMES = {
    "benchmark": "SELECT name, benchmark AS id FROM benchmark_names",
    "provider": "SELECT name, provider AS id FROM provider_names",
    "licence": "SELECT spdx AS name, licence AS id FROM licences WHERE spdx <> ''",
}


def card(kind: str, name: str) -> dict[str, Any]:
    """What is known of one thing, by its id or another name of it."""
    opened = open_tables()
    table, column = CARDS[kind]
    wanted = identified(opened, kind, name)
    result = dict(opened.rows(f"SELECT * FROM {table} WHERE {column} = ?", [wanted])[0])
    if kind == "model":
        result |= _model_details(opened, wanted)
    elif kind in ("family", "developer"):
        result["models"] = opened.column(
            f"SELECT model FROM models WHERE {column} = ? ORDER BY released DESC NULLS LAST, 1",
            [wanted],
        )
    elif kind == "licence":
        result["models"] = opened.column(
            "SELECT model FROM models WHERE licence = ? ORDER BY 1", [wanted]
        )
    return result


def identified(opened: Tables, kind: str, name: str) -> str:
    """The id that a name means. Raises UsageError for a name of none or of several."""
    if kind == "model":
        if found := canonical_model(opened, name):
            return found
        _moved(opened, name)
    table, column = CARDS[kind]
    things = opened.rows(f"SELECT {column} AS id, name FROM {table} ORDER BY 1")
    others = opened.rows(OTHER_NAMES[kind]) if kind in OTHER_NAMES else []
    spelt = [(r["id"], r["id"]) for r in things] + [(r["name"], r["id"]) for r in things + others]
    for same in (lambda x: x, squeezed):
        wanted = same(name.lower())
        meant = {i for text, i in spelt if wanted and same(text.lower()) == wanted}
        if len(meant) == 1:
            return str(meant.pop())
    known = [r["id"] for r in things]
    raise UsageError(
        f"unknown {kind}: {name}{near(name.lower()[:80], known, 8, 0.5)}",
        valid=known,
        repair=f"scoreboard find {shlex.quote(name or kind)}",
    )


def squeezed(text: str) -> str:
    """Letters and digits only: `MMLU-Pro` and `mmlu_pro` are one."""
    return "".join(c for c in text if c.isalnum())


def _moved(opened: Tables, name: str) -> None:
    """A name that has meant several models asks for one of them."""
    meant = opened.rows(
        "SELECT model, max(valid_from) AS since FROM names WHERE model <> '' AND lower(name) = ? "
        "GROUP BY 1 ORDER BY since NULLS FIRST, 1",
        [name.lower()],
    )
    if meant:
        raise UsageError(
            f"{name} is a name of several models, or of one for some time only",
            valid=[r["model"] for r in meant],
            repair=f"scoreboard names {shlex.quote(name)}",
        )


def _model_details(opened: Tables, model: str) -> dict[str, Any]:
    return {
        "openness": opened.rows(
            "SELECT valid_from, valid_to, weights, openness, licence, note FROM openness "
            "WHERE model = ? ORDER BY valid_from NULLS FIRST",
            [model],
        ),
        "facts": opened.rows(
            "SELECT attribute, value, rank, source, evidence, snapshot_id, locator FROM statements "
            "WHERE model = ? AND won ORDER BY ALL",
            [model],
        ),
        "disagreements": disagreements(opened, [model]),
        "names": opened.rows(
            "SELECT DISTINCT source, name, variant, valid_from, valid_to FROM names "
            "WHERE model = ? ORDER BY ALL",
            [model],
        ),
        "scores": opened.rows(
            "SELECT benchmark, variant, value, harness, shots, source, published FROM results "
            "WHERE model = ? ORDER BY benchmark, published DESC, value DESC, variant, harness, "
            "source, locator",
            [model],
        ),
        "prices": opened.rows(
            "SELECT provider, kind, variant, tier, usd_per_mtok, effective_from, first_seen, "
            "last_seen, source FROM offers WHERE model = ? ORDER BY provider, kind, variant, "
            "tier, coalesce(effective_from, first_seen), source, locator",
            [model],
        ),
    }


ASKED = """
SELECT DISTINCT source, provider, name, model, variant, valid_from, valid_to, how, resolved
FROM names WHERE lower(name) = $1 OR model = $1
  OR (provider <> '' AND lower(provider || '/' || name) = $1)
ORDER BY model = '', valid_from NULLS FIRST, model, variant, name, source, provider, how
"""


def names(
    name: str | None = None, other: str | None = None, *, unresolved: bool = False
) -> list[dict[str, Any]]:
    """Why a name is a model (and whether another is the same); or what is unresolved, by weight."""
    opened = open_tables()
    if unresolved:
        return opened.rows(UNRESOLVED)
    asked = [text for text in (name, other) if text]
    if not asked:
        raise UsageError("name a model, or ask for --unresolved", repair="scoreboard names gpt-4o")
    found = []
    for text in asked:
        rows = opened.rows(ASKED, [text.lower()])
        if not rows:
            known = opened.column("SELECT DISTINCT name FROM names ORDER BY 1")
            raise UsageError(
                f"no source has the name {text}{near(text[:80], known, 6, 0.5)}",
                repair=f"scoreboard find {shlex.quote(text)}",
            )
        found += [{"asked": text, **r} for r in rows]
    return found


UNRESOLVED = f"""
WITH weight AS (
  SELECT source, source_name AS name, sum(tokens) AS tokens, 0 AS rows FROM usage GROUP BY ALL
  UNION ALL SELECT source, source_name, 0, count(*) FROM results GROUP BY ALL
  UNION ALL SELECT {SOURCE}, source_name, 0, count(*) FROM prices
    GROUP BY ALL
  UNION ALL SELECT {SOURCE}, source_name, 0, count(*) FROM downloads
    GROUP BY ALL
)
SELECT n.source, n.name, CAST(coalesce(sum(w.tokens), 0) AS BIGINT) AS tokens,
  CAST(coalesce(sum(w.rows), 0) AS BIGINT) AS rows
FROM (SELECT source, name, bool_or(resolved) AS resolved FROM names GROUP BY ALL) n
LEFT JOIN weight w ON w.source = n.source AND w.name = n.name
WHERE NOT n.resolved GROUP BY ALL ORDER BY tokens DESC, rows DESC, n.source, n.name
"""


def same(first: str, second: str) -> str:
    """Whether two names are one model, in words."""
    one, two = _meanings(first), _meanings(second)
    models = {m for m, _ in one} & {m for m, _ in two}
    if models and one == two and len(one) == 1:
        return "the same model and variant"
    if models and len({m for m, _ in one | two}) == 1:
        return f"the same model, {models.pop()}, in other variants"
    if models:
        return f"both can mean {', '.join(sorted(models))}: see dates and variants"
    return "not the same"


def _meanings(text: str) -> set[tuple[str, str]]:
    """Model and variant of a name as it is spelled; without such a spelling, of all its forms."""
    found = [r for r in names(text) if r["model"]]
    spelled = [r for r in found if r["name"].lower() == text.lower()]
    return {(r["model"], r["variant"]) for r in spelled or found}
