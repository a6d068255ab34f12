"""models.dev, `models.json`: facts about models themselves, whoever serves them."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from scoreboard.documents import Object, parse_json, pointer, raw_text, text_of
from scoreboard.sources._common import once, whole_number
from scoreboard.sources.base import Document, Source, date_of, overruled, unread
from scoreboard.tables import Fact, Row

REPOSITORIES = "huggingface.co"


class ModelsDevModels(Source):
    id = "models_dev_models"
    title = "models.dev catalogue of models"
    producer = "models.dev"
    home = "https://models.dev"
    addresses = ("https://models.dev/models.json",)
    licence = "MIT"
    licence_note = "MIT: rows may be kept and shown with the notice."
    cite = "models.dev (MIT)"
    tables = ("facts",)

    def read(self, document: Document) -> Iterator[Row]:
        models: Object = parse_json(document.body, document.where)
        yield from overruled(models)
        for key in sorted(models):
            yield from once(_model(key, models[key]))


def _model(key: str, model: Object) -> Iterator[Row]:
    name = text_of(model.get("id")) or key
    here = pointer(key)
    yield from _said(name, "open_weights", here + "/open_weights", model.get("open_weights"))
    yield from _said(name, "release_date", here + "/release_date", model.get("release_date"))
    context = (model.get("limit") or {}).get("context")
    yield from _said(name, "context", here + "/limit/context", context)
    yield from _said(name, "licence", here + "/license", model.get("license"))
    yield from _said(name, "family", here + "/family", model.get("family"))
    for i, weights in enumerate(model.get("weights") or ()):
        yield from _repository(name, f"{here}/weights/{i}/url", weights.get("url"))


def _said(name: str, attribute: str, at: str, value: object) -> Iterator[Row]:
    """The fact, as written, if it is stated and can be read."""
    if value is None:
        return
    raw = raw_text(value)
    fault = _fault(attribute, value, raw)
    if fault:
        yield unread(at, raw, fault)
    else:
        yield Fact(kind="model", name=name, attribute=attribute, value=raw, locator=at, raw=raw)


def _fault(attribute: str, value: object, raw: str) -> str:
    if attribute == "open_weights":
        return "" if isinstance(value, bool) else "open_weights is neither true nor false"
    if attribute == "release_date":
        is_month = len(raw) == 7 and date_of(f"{raw}-01")  # some models state only the month
        return "" if is_month or date_of(raw) else "the release date is no date"
    if attribute == "context":
        return "" if whole_number(raw) else "the context limit is not a whole number above zero"
    return "" if raw.strip() else f"the {attribute} is empty"


def _repository(name: str, at: str, value: object) -> Iterator[Row]:
    raw = raw_text(value)
    parts = urlsplit(raw)
    path = [p for p in parts.path.split("/") if p]
    if parts.netloc != REPOSITORIES:
        return  # weights elsewhere have no repository name
    if len(path) != 2:
        yield unread(at, raw, "the address names no repository")
        return
    yield Fact(
        kind="model",
        name=name,
        attribute="weights_repo",
        value="/".join(path),
        locator=at,
        raw=raw,
    )
