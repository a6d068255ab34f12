"""A figure as one line and as BibTeX."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from scoreboard.estimate import Estimate
from scoreboard.figures import Figure
from scoreboard.metrics import get_metric
from scoreboard.render import clean, headed, line
from scoreboard.sources import Source, all_sources
from scoreboard.tables import source_of

TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "_": r"\_", "%": r"\%", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def tex(text: str) -> str:
    """Text with every character that TeX would act on escaped."""
    return "".join(TEX.get(c, c) for c in clean(text))


def citation(
    *, key: str, title: str, year: int, value: str, note: str, credit: str
) -> dict[str, str]:
    """`line` and `bibtex`."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", key).strip("-")
    line = clean(f"Open Model Scoreboard ({year}). {title}: {value} ({note}). Data: {credit}.")
    fields = {
        "author": "{Open Model Scoreboard}",
        "title": f"{{{tex(title)}}}",
        "year": str(year),
        "note": f"{tex(value)}; {tex(note)}; data: {tex(credit)}",
    }
    body = ",\n".join(f"  {field} = {{{text}}}" for field, text in fields.items())
    return {"line": line, "bibtex": f"@misc{{scoreboard-{name},\n{body}\n}}"}


def sources_of(estimates: Iterable[Estimate]) -> list[Source]:
    """The sources whose rows estimates stand on, by id."""
    used = sorted({source_of(r.snapshot_id) for e in estimates for r in e.inputs.rows})
    return [all_sources()[s] for s in used if s in all_sources()]


def cited(figure: Figure, estimates: Sequence[Estimate], stands_on: str) -> dict[str, str]:
    """One line and BibTeX for a figure, naming the sources it stands on."""
    credit = "; ".join(s.cite.rstrip(".") for s in sources_of(estimates))
    name = figure.title or get_metric(figure.metric).title
    day = max(e.as_of for e in estimates)
    one = line(estimates[0]) if figure.title else headed(estimates[0])
    return citation(
        key=figure.id,
        title=": ".join(filter(None, (figure.section, name))),
        year=day.year,
        value=one if len(estimates) == 1 else f"{len(estimates)} values, as of {day}",
        note=f"figure {figure.id}, {stands_on}",
        credit=credit or "curated by this project",
    )
