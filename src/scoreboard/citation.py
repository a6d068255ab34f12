"""A figure as one line and as BibTeX."""

from __future__ import annotations

import re

from scoreboard.render import clean

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
