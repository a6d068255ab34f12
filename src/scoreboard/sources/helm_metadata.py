"""HELM's list of models: who made them, when, whether their weights are open, how large they are.

`access` is `open` (weights), `limited` (an API) or `closed`. The size of a model that is not open
is `stated_params_b`, a fact that no figure uses: HELM has it from papers on other versions.
Descriptions are prose and tags are HELM's own business: not read. Some entries write `release`
for `release_date`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from scoreboard.documents import Object, pointer, raw_text, text_of
from scoreboard.sources._common import once
from scoreboard.sources.base import Document, Source, date_of, decimal_of, overruled, unread
from scoreboard.tables import Fact, Row
from scoreboard.yaml_documents import parse_yaml

ADDRESS = (
    "https://raw.githubusercontent.com/stanford-crfm/helm/main/src/helm/config/model_metadata.yaml"
)
BILLION = Decimal(10**9)
ACCESS = ("open", "limited", "closed")
LAST = "tags"  # an entry ends with it: one without it is cut off
TOTAL, STATED = "total_params_b", "stated_params_b"  # billions
FACTS = {
    "release_date": "release_date",
    "release": "release_date",
    "access": "accessibility",
    "num_parameters": TOTAL,
    "creator_organization_name": "organization",
    "display_name": "display_name",
}


class HelmMetadata(Source):
    id = "helm_metadata"
    title = "HELM list of models"
    producer = "Stanford CRFM"
    home = "https://crfm.stanford.edu/helm/"
    addresses = (ADDRESS,)
    licence = "Apache-2.0"
    licence_note = "Apache 2.0: rows may be kept and shown with the notice."
    cite = "Stanford CRFM, HELM, model_metadata.yaml (Apache-2.0)"
    tables = ("facts",)

    def read(self, document: Document) -> Iterator[Row]:
        tree = parse_yaml(document.body, document.where)
        yield from overruled(tree)
        models = tree["models"]
        whole = document.body.endswith(b"\n")
        for i, model in enumerate(models):
            cut = i + 1 == len(models) and not whole
            yield from once(_model(model, pointer("models", i), cut))


def _model(model: Object, at: str, cut: bool) -> Iterator[Row]:
    name = (text_of(model.get("name")) or "").strip()
    fault = "" if name else "the row names no model"
    if LAST not in model:
        fault = f"the row has no {LAST}: it is cut off"
    if cut:
        fault = "the document is cut off in this row"
    if fault:
        place = at + pointer("name") if name else at
        yield unread(place, raw_text(model["name"] if name else model), fault)
        return
    facts = FACTS if model.get("access") == "open" else {**FACTS, "num_parameters": STATED}
    for key, attribute in facts.items():
        if model.get(key):
            yield _stated(name, attribute, at + pointer(key), raw_text(model[key]))


def _stated(name: str, attribute: str, at: str, raw: str) -> Row:
    value, fault = _value(attribute, raw.strip())
    if value is None:
        return unread(at, raw, fault)
    return Fact(kind="model", name=name, attribute=attribute, value=value, locator=at, raw=raw)


def _value(attribute: str, text: str) -> tuple[str | None, str]:
    """What a cell states, and why it states nothing."""
    if attribute == "release_date":
        day = date_of(text)
        return (day.isoformat(), "") if day else (None, "the release date is no date")
    if attribute == "accessibility":
        return (text, "") if text in ACCESS else (None, f"access is none of {', '.join(ACCESS)}")
    if attribute in (TOTAL, STATED):
        count = decimal_of(text)
        if count is None or count <= 0:
            return None, "the number of parameters is not a number above zero"
        return format((count / BILLION).normalize(), "f"), ""
    return text, ""
