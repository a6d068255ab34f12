"""The page of each figure: finding, chart, method, rows and documents, downloads, embeds."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scoreboard.board_text import reading
from scoreboard.citation import cited, sources_of
from scoreboard.estimate import Estimate, Inputs, LeftOut, Ref
from scoreboard.lineage import reason_of
from scoreboard.metrics import all_metrics
from scoreboard.reconcile import speaking_of
from scoreboard.render import SHOWN, clean, number
from scoreboard.site.answers import Answer, file_of
from scoreboard.site.cells import shown_columns
from scoreboard.site.links import figure_path, slug, twin
from scoreboard.site.page import FORMATS, Page, Table, of_parts
from scoreboard.site.world import World, document_of, document_path, is_curated
from scoreboard.sources import all_sources
from scoreboard.tables import source_of

ON_PAGE = 60  # rows shown on the figure's own page; more have pages of their own
PER_PAGE = 1000
LEADERS = ("leader", "second")  # details that name groups of the kind `by`
SAMPLE_LEFT = 3  # rows shown for each reason why rows were left out
Json = dict[str, Any]


def rows_path(name: str, part: int) -> str:
    """One of the pages with the rows of a figure."""
    return f"figures/{slug(name)}.rows-{part}.html"


def row_files(name: str, rows: Sequence[Json], first: bool) -> Table:
    """The rows of a figure as files: of several figures with the same rows the first has them."""
    return Table("rows", "Rows", rows if first else (), shown_columns(rows),
                 stem=f"figures/{slug(name)}.rows", linked=not first)  # fmt: skip


def embed_path(name: str, suffix: str) -> str:
    """A chart as a file of its own, as it is now."""
    return f"figures/{slug(name)}.{suffix}"


def standing(answer: Answer) -> str:
    """The chart of an answer as a file of its own."""
    assert answer.plot is not None
    credits_ = "; ".join(c["cite"].rstrip(".") for c in credit(answer)) or "curated facts"
    day = max(e.as_of for e in answer.estimates)
    return file_of(answer.plot, f"Open Model Scoreboard, as of {day}. Data: {credits_}")


def frozen_stem(answer: Answer) -> str:
    """The path of a chart that never changes: named by its figure, its day and its content."""
    day = max(e.as_of for e in answer.estimates)
    digest = hashlib.sha256(standing(answer).encode()).hexdigest()[:10]
    return f"frozen/{slug(answer.figure.id)}-{day}-{digest}"


def credit(answer: Answer) -> list[Json]:
    """The sources of a figure with licence and citation."""
    found = sources_of(answer.estimates)
    return [{"source": s.id, "licence": s.licence, "cite": s.cite} for s in found]


def row_data(world: World, answer: Answer, ref: Ref) -> Json:
    """One row of a figure: where it is, its raw cell, what it names."""
    name, model = answer.about.get(ref, ("", ""))
    document = document_of(ref.snapshot_id, ref.locator)
    return {
        "place": ref.locator, "raw": ref.raw, "name_in_source": name, "model": model,
        "document": document, "snapshot_id": ref.snapshot_id, "locator": ref.locator,
    }  # fmt: skip


def document_rows(world: World, answer: Answer) -> list[Json]:
    """Each document behind a figure, with the number of its rows."""
    counts: dict[str, int] = defaultdict(int)
    for ref in answer.rows:
        counts[document_of(ref.snapshot_id, ref.locator)] += 1
    sources = all_sources()
    found = []
    for document in sorted(counts):
        own = is_curated(document)
        source = source_of(document)
        known = sources.get(source)
        found.append({
            "document": document, "source": "" if own else source,
            "rows_used": counts[document],
            "terms": "CC0-1.0" if own else known.licence if known else "",
            "figure_path": document_path(document),
        })  # fmt: skip
    return found


def left_rows(world: World, left: Iterable[LeftOut]) -> list[Json]:
    """Why rows were not used, with some of them."""
    groups: dict[str, list[LeftOut]] = defaultdict(list)
    for x in left:
        groups[reason_of(x.why)].append(x)
    return [
        {"why": why, "rows_left_out": len(rows), "for_example": r.row.locator, "raw": r.row.raw,
         "document": document_of(r.row.snapshot_id, r.row.locator),
         "snapshot_id": r.row.snapshot_id, "locator": r.row.locator}
        for why, rows in sorted(groups.items(), key=lambda g: (-len(g[1]), g[0]))
        for r in rows[:SAMPLE_LEFT]
    ]  # fmt: skip


def estimate_rows(world: World, answer: Answer, path: str) -> list[Json]:
    """The estimates of a figure with several, each number linked to the figure of its group."""
    own = {f"{k}={v}": p for (k, v), p in _own_pages(world, answer).items()}
    found = []
    for e in answer.estimates:
        keys = dict(e.key)
        target = next((own[t] for k, v in keys.items() if (t := f"{k}={v}") in own), f"{path}#rows")
        more = {c: _named(world, e, c) for c in answer.metric.columns}
        found.append({**keys, "value": e.value, "low": e.low, "high": e.high, "unit": e.unit,
                      **more, "as_of": e.as_of, "figure_path": target})  # fmt: skip
    return found


def _named(world: World, e: Estimate, column: str) -> Any:
    """A detail of an estimate: of who leads, the printed name."""
    value = e.detail.get(column)
    return world.name(e.detail["by"], value) if column in LEADERS and value else value


def values_table(world: World, answer: Answer, path: str) -> Table:
    """The estimates of a figure. What all of them share is said once, above."""
    shared = {"unit": {SHOWN.get(e.unit, e.unit) for e in answer.estimates},
              "as_of": {str(e.as_of) for e in answer.estimates}}  # fmt: skip
    hidden = [column for column, values in shared.items() if len(values) == 1]
    words = [f"{'in' if column == 'unit' else 'as of'} {value}"
             for column in hidden for value in shared[column] if value]  # fmt: skip
    note = ", ".join(words).replace("in %", "in per cent")
    rows = estimate_rows(world, answer, path)
    return Table("values", "Values", rows, shown_columns(rows),
                 f"{note[:1].upper()}{note[1:]}." if note else "",
                 twin(path, ""), hidden=hidden)  # fmt: skip


def _own_pages(world: World, answer: Answer) -> dict[tuple[str, str], str]:
    found = {}
    for kind in answer.metric.things:
        for e in answer.estimates:
            thing = e.key.get(kind)
            if thing and (
                page := world.paths.get((f"figure:{answer.figure.metric}:{kind}", thing))
            ):
                found[kind, thing] = page
    return found


def series_table(answer: Answer, path: str) -> Table | None:
    """The table beneath the chart."""
    if answer.plot is None:
        return None
    columns = answer.plot.columns
    rows = [
        {**dict(zip(columns, row, strict=True)), "figure_path": f"{path}#rows"}
        for row in answer.plot.rows
    ]
    return Table("series", "The chart as a table", rows, columns,
                 stem=f"{twin(path, '')}.series")  # fmt: skip


def published_rows(world: World, answer: Answer) -> list[Json]:
    """Published numbers that a figure of the board can be held against, each of its own time."""
    if not answer.on_board:
        return []
    columns = ("statistic", "value", "unit", "population", "date", "publisher", "grade")
    found = speaking_of(world.tables, answer.metric.id, answer.params)
    return [{c: row[c] for c in columns} for row in found]


def figure_data(answer: Answer, cite: Mapping[str, str]) -> Json:
    """The twin of a figure's page."""
    metric = answer.metric
    return {
        "figure": answer.figure.id, "title": answer.title, "section": answer.figure.section,
        "metric": metric.id, "params": dict(answer.params),
        "findings": list(answer.sentences), "definition": metric.definition,
        "method": metric.method, "criticism": metric.criticism,
        "rows": [e.as_json() for e in answer.estimates],
        "inputs": len(answer.rows), "sources": credit(answer), "cite": dict(cite),
        "disagreements": list(answer.disagreements),
    }  # fmt: skip


def figure_pages(world: World, answer: Answer) -> Iterable[Page]:
    """The page of a figure, and pages of its rows where there are many."""
    path, name = figure_path(answer.figure.id), answer.figure.id
    listed = answer.rows_of or name
    digest = Inputs(tuple(answer.rows)).digest  # changes with these rows alone
    cite = cited(answer.figure, answer.estimates, f"rows {digest}")
    rows = [row_data(world, answer, r) for r in answer.rows]
    parts = -(-len(rows) // PER_PAGE) if len(rows) > ON_PAGE else 0
    several = len(answer.estimates) > 1
    values = values_table(world, answer, path)
    data = figure_data(answer, cite)
    if not parts:
        data["input_rows"] = rows
    context = {
        "answer": answer,
        "metric": answer.metric,
        "cite": cite,
        "credit": credit(answer),
        "estimates": values if several else None,
        "files": None if several or answer.thing else values,
        # a single number of a thing stands in its twin; the tables it is cut from are whole ones
        "own_formats": FORMATS if several or not answer.thing else ("json",),
        "series": series_table(answer, path),
        "rows": Table.of("input-rows", "Rows", rows) if rows and not parts else None,
        "parts_of_rows": [rows_path(listed, i + 1) for i in range(parts)],
        "row_files": None if answer.thing or not rows else row_files(listed, rows, listed == name),
        "embed": embed_path(name, "").removesuffix("."),
        "frozen": frozen_stem(answer) if answer.plot and answer.on_board else None,
        "documents": Table.of("documents", "Documents", document_rows(world, answer)),
        "published": Table.of("published", "Published", published_rows(world, answer)),
        "left": Table.of("left-out", "Rows left out", left_rows(world, answer.left_out)),
        "words": spelled(answer, world),
    }  # fmt: skip
    yield Page(path, "figure.html", page_title(answer, world), answer.headline, data, context,
               "figure", name)  # fmt: skip
    for i in range(parts if listed == name else 0):
        part = rows[i * PER_PAGE : (i + 1) * PER_PAGE]
        title = f"Rows behind {page_title(answer, world)}" + of_parts(i + 1, parts)
        yield Page(rows_path(name, i + 1), "rows.html", title, answer.headline,
                   {"figure": name, "part": i + 1, "parts": parts, "rows": part},
                   {"table": Table.of("input-rows", "Rows", part), "back": path,
                    "parts_of_rows": [rows_path(name, k + 1) for k in range(parts)]})  # fmt: skip


def spelled(answer: Answer, world: World) -> list[str]:
    """What decides a figure, with printed names."""
    found = reading(answer.estimates[0])
    details = answer.estimates[0].detail
    moved = details.get("most_sensitive_to") or {}
    names = {str(v): world.name(kind, str(v)) for k, v in {**details, **moved}.items() if v
             for kind in ("model", "provider") if k.endswith(kind)}  # fmt: skip
    caveats = set(answer.estimates[0].caveats)
    if names:
        ids = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
        alone = re.compile(rf"(?<![\w.-])({ids})(?![\w-]|\.\w)")
        found = [alone.sub(lambda m: names[m[0]], x) for x in found]
    return [x for x in found if x not in caveats]


def page_title(answer: Answer, world: World) -> str:
    """What the page is called: the figure, and the thing that it is about."""
    if answer.kind:
        return f"{answer.title}: {world.name(answer.kind, answer.thing)}"
    return ": ".join(filter(None, (answer.figure.section.partition(" (")[0], answer.title)))


def index_page(answers: Sequence[Answer], world: World) -> Page:
    """The list of all figures."""
    rows = [
        {"figure": a.figure.id, "finding": clean(a.headline), "metric": a.figure.metric,
         "value": number(a.estimates[0].value, a.estimates[0].unit) if len(a.estimates) == 1
         else f"{len(a.estimates)} values",
         "as_of": max(e.as_of for e in a.estimates),
         "population": world.population(a.estimates[0].population)}
        for a in answers
    ]  # fmt: skip
    intro = "Every figure of the site: what it says, of which day, and of what."
    columns = ("figure", "finding", "as_of", "population", "metric")
    return Page("figures/index.html", "list.html", "Figures", intro,
                {"kind": "figure", "title": "Figures", "rows": rows},
                {"table": Table("list", "Figures", rows, columns, stem="figures/index",
                                hidden=("metric",)), "kind": None}, kind="list")  # fmt: skip


def metric_pages(
    answers: Sequence[Answer], world: World, described: Iterable[Json]
) -> Iterable[Page]:
    """The list of metrics, and the page of each: what it says of itself, and its figures."""
    by_metric: dict[str, list[Answer]] = defaultdict(list)
    for a in answers:
        by_metric[a.figure.metric].append(a)
    rows = [{"metric": m.id, "title": m.title, "unit": m.unit,
             "definition": m.definition} for m in all_metrics().values()]  # fmt: skip
    intro = (
        "What is measured: each metric with its definition, its method and what is said against it."
    )
    yield Page("metrics/index.html", "list.html", "Metrics", intro,
               {"kind": "metric", "title": "Metrics", "rows": rows},
               {"table": Table("list", "Metrics", rows, ("metric", "title", "unit", "definition"),
                               stem="metrics/index", hidden=("title",)), "kind": None},
               kind="list")  # fmt: skip
    for about in described:
        metric = all_metrics()[about["metric"]]
        own = by_metric[metric.id]
        found = [{"figure": a.figure.id, "finding": clean(a.headline),
                  "as_of": max(e.as_of for e in a.estimates)} for a in own]  # fmt: skip
        caveats = list(
            dict.fromkeys(c for a in own[:6] for e in a.estimates[:3] for c in e.caveats)
        )
        params = [{**p, "domain": p["domain"][:12], "more": max(0, len(p["domain"]) - 12)}
                  for p in about["params"]]  # fmt: skip
        yield Page(f"metrics/{slug(metric.id)}.html", "metric.html", metric.title,
                   metric.definition, about,
                   {"metric": metric, "params": params, "caveats": caveats[:8],
                    "board": [a for a in own if a.on_board],
                    "table": Table("figures", "Its figures", found,
                                   ("figure", "finding", "as_of"))},
                   "metric", metric.id)  # fmt: skip
