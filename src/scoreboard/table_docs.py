"""What the built tables and their columns mean, for docs/tables.md.

The observed tables say it of themselves (`scoreboard.tables`); these are the tables that a build
derives from them. A column without an entry here, or in COMMON, fails the tests.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from scoreboard.hosting.table_docs import HOSTING_DOCS
from scoreboard.tables import ROW_TYPES, Snapshot

OBSERVED: dict[str, Any] = {**ROW_TYPES, Snapshot.table: Snapshot}
COMMON = {  # columns that mean the same wherever they occur
    "snapshot_id": "snapshot whose bytes hold the row",
    "locator": "where in the bytes, or in the curated file",
    "raw": "raw text of the cell",
    "source": "id of the source; `curated` for curated data",
    "source_name": "the source's own spelling",
    "published": "date the document stands for",
    "evidence": "addresses of the evidence",
    "name": "name as it is shown",
    "model": "id of the model; empty where the name is not resolved",
    "variant": "variant of the model or offer; empty for the standard one",
    "country": "ISO 3166-1 alpha-2; empty when unknown",
    "region": "`CN`, `US`, `europe` (EU, EEA, UK, CH), `other`, `unknown`",
    "developer": "id of the developer",
    "family": "id of the family; empty when the model belongs to none",
    "benchmark": "id of the benchmark",
    "provider": "id of the provider",
    "licence": "id of the licence; empty when unknown",
    "chance": "score by guessing, per cent",
    "valid_from": "first day; empty when unknown or always",
    "valid_to": "last day; empty when it still holds",
}

TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "names": (
        "Every spelling in every source, with what it means and why; several rows where it moves.",
        {
            "provider": "the source's name for the provider, for names in price lists",
            "name": "the spelling",
            "how": "the way in which it was resolved",
            "by_document": "its days are those of documents, not of what a row is about",
            "resolved": "it means a curated model, or one that two sources name",
        },
    ),
    "statements": (
        "Everything that anybody says of a model, losers included.",
        {
            "attribute": "what is stated: weights, released, licence, context ...",
            "value": "the value, as text",
            "rank": "`assumption`, `correction`, `developer`, `curated` or `catalogue`",
            "seen": "newest document that says so",
            "won": "this statement is the one used",
        },
    ),
    "models": (
        "One row per model: the winning statements.",
        {
            "announced": "day it was announced",
            "released": "first public use: API, product or weights",
            "weights_from": "day the weights could be downloaded",
            "weights": "whether the weights can be downloaded; empty when unknown",
            "licence": "id of the newest known licence of the weights",
            "total_params_b": "all parameters, billions",
            "active_params_b": "parameters used per token, billions",
            "context": "context window, tokens",
            "languages": "languages that the developer states",
            "use": "embedding, images or speech; empty where it answers text with text",
            "base_model": "id of the model it was made from",
            "repo": "Hugging Face repository of the weights",
            "tracked": "on The ATOM Project's list",
            "curated": "has an entry of its own in data/models",
        },
    ),
    "openness": (
        "What could be downloaded, and on what terms, over which days.",
        {
            "weights": "whether the weights could be downloaded; empty when unknown",
            "openness": "`unrestricted`, `restricted`, `closed` or `unknown`",
            "note": "what had to be assumed",
        },
    ),
    "results": (
        "Scores joined to models and benchmarks, accuracies on a scale of 0 to 100.",
        {
            "value": "score; where the chance level had been removed it is put back",
            "stderr": "published standard error, same scale",
            "low": "lower end of a published interval, same scale",
            "high": "upper end, same scale",
            "level": "of the intervals that the source publishes, a fraction",
            "harness": "who or what ran it",
            "shots": "examples in the prompt, as stated",
            "scaffold": "what was put around the model",
            "runner": "`developer`, `independent` or empty",
            "evaluated": "date of the run",
            "released": "release date of the model, ours before the source's",
            "chance_removed": "the source had subtracted the chance level",
            "items": "questions scored, where the source says; else those of the benchmark",
            "correction": "why the source's value was replaced; empty when it was not",
        },
    ),
    "offers": (
        "Prices joined to models: runs of observations, and curated prices with their dates.",
        {
            "tier": "context tier such as `above:200000`; empty for the lowest",
            "kind": "`input`, `cached_input`, `cache_write` or `output`",
            "usd_per_mtok": "US dollars per million tokens",
            "effective_from": "day it took effect, where a source or evidence says so; not guessed",
            "effective_to": "last day, where the source or evidence says so",
            "first_seen": "first document of the run",
            "last_seen": "last document of the run",
            "rank": "`developer`, `curated` or `catalogue`",
            "correction": "why the source's value was replaced; empty when it was not",
            "fault": "why no figure uses it; empty when they may",
            "evidence": "addresses of the evidence, for curated prices",
        },
    ),
    "usage": (
        "Tokens joined to models, one row per source, day or week, and name.",
        {
            "start": "first day, UTC; a Monday for weeks",
            "days": "1 or 7",
            "tokens": "prompt and completion tokens",
            "method": "how the number was had",
        },
    ),
    "repositories": (
        "Every repository of the Hugging Face Hub that is counted or named as a base.",
        {
            "repository": "its name in lower case",
            "name": "its name as the Hub writes it",
            "model": "id of the model whose weights it is, of the developer that holds it",
            "developer": "id of the developer whose organisation holds it; empty when unknown",
            "params_b": "billions of parameters: the model's, else those of its tensors; of a "
            "copy, those of what it copies",
            "licence": "id of the model's licence, else of the one that its tags name",
            "task": "pipeline tag",
            "created": "day on which it was made, as the Hub says",
            "gated": "the Hub gives it to those only whom its owner lets in",
            "hub_id": "the Hub's number, which stays when it is renamed",
            "base": "repository that its tags name as its base; of several the first",
            "relation": "`finetune`, `adapter`, `quantized`, `merge`; empty when not said",
            "copy_of": "repository whose weights it holds, by its tags; empty when it is no copy",
            "root": "where its bases end; empty when it names none or several",
            "note": "what is wrong with its tags",
        },
    ),
    "benchmarks": (
        "Curated: the tests.",
        {
            "measures": "what it tests",
            "items": "questions in the test set",
            "scale": "`accuracy`, `rating`, `index`, `minutes` or `points`",
            "higher_is_better": "whether more is better",
            "access": "`public`, `private` or `partly_private` questions",
            "released": "day it was published",
            "rater_sd": "standard deviation of the difference of two raters, points",
            "notes": "contamination, saturation, known faults",
        },
    ),
    "benchmark_names": (
        "Spellings of benchmarks in sources.",
        {"name": "the spelling, lower case"},
    ),
    "formats": (
        "Curated: ways to store weights.",
        {
            "format": "id of the format",
            "bits": "bits of one weight",
            "group_size": "weights that share a scale; empty: none",
            "scale_bits": "bits that a group adds: its scale, and its zero point if it has one",
            "embeddings": "format in which the embedding and the output stay; empty: the same",
            "compute": "precision of the arithmetic, on hardware that has it",
            "note": "what it is used by",
        },
    ),
    "architectures": (
        "Curated: what of a model's build decides the memory that it needs.",
        {
            "same_as": "the model whose entry states it, where it is another",
            "layers": "layers of all kinds",
            "hidden": "width of the hidden state",
            "vocab": "rows of the embedding",
            "tied": "the output uses the embedding's rows",
            "draft_params_b": "billions of parameters published beside the model to predict ahead",
            "experts": "experts of one layer of a mixture, shared ones apart",
            "experts_used": "of these, for one token",
        },
    ),
    "attention": (
        "Curated: one row per model and kind of attention.",
        {
            "position": "its place in the entry",
            "kind": "`full`, `sliding`, `latent`, `compressed` or `linear`",
            "layers": "layers of this kind",
            "heads": "query heads",
            "kv_heads": "heads of keys and values",
            "head_dim": "numbers in a key, and in a value",
            "joint": "one tensor is both key and value",
            "sliding_window": "tokens that a sliding window keeps",
            "rank": "numbers in a latent key and value",
            "rope_dim": "numbers of position beside a latent",
            "ratio": "tokens in one compressed entry",
            "index_dim": "numbers kept per token to choose which tokens to look at",
            "index_layers": "layers that keep those; empty: all",
            "state": "numbers that linear attention keeps per layer, however long the text",
        },
    ),
    **HOSTING_DOCS,
    "native_weights": (
        "Curated: formats in which the weights of a model are published.",
        {
            "format": "id of the format",
            "params_b": "billions of parameters in it; empty: all the others",
        },
    ),
    "developers": ("Curated: who makes models.", {}),
    "families": ("Curated: what the field calls a family.", {}),
    "providers": (
        "Curated: who serves models; the country is the operator's.",
        {"first_party_of": "id of the developer whose own service it is"},
    ),
    "provider_names": (
        "Spellings of providers in sources.",
        {"name": "the spelling, lower case"},
    ),
    "licences": (
        "Curated: what each licence permits.",
        {
            "spdx": "SPDX id, where there is one",
            "commercial": "commercial use without asking; empty when unknown",
            "cap": "limit on users or revenue, in words",
            "territory": "territory excluded",
            "field_of_use": "use excluded by field",
            "use_policy": "a binding acceptable-use policy; empty when unknown",
            "naming_duty": "duty to show a name",
            "unrestricted": "derived: none of these limits; empty when unknown",
        },
    ),
    "statistics": (
        "Curated: published numbers that are quoted.",
        {
            "statistic": "id of the number",
            "publisher": "who published it",
            "says": "one sentence with the number",
            "value": "the number",
            "low": "lower end of a published interval",
            "high": "upper end",
            "level": "of that interval, a fraction",
            "unit": "unit of the number",
            "population": "of whom or what",
            "date": "what time the number is about",
            "method": "how it was had, as far as stated",
            "published": "day of publication",
            "address": "where it can be read",
            "grade": "`P`, `S` or `S1`: see methods.md",
            "metric": "metric of ours that measures the same",
            "params": "and at which parameters",
            "ours": "our own reading of it, where the difference is taken apart",
            "steps": "from our reading to the publisher's: JSON, one entry per step",
            "topic": "of enterprises: `adoption`, `return`, `spend`, `open_share`, `postings`",
            "caveat": "what the number does not say",
        },
    ),
    "price_corrections": (
        "Curated: prices of sources that are overridden.",
        {
            "name": "provider and name, as the source spells them",
            "kind": "kind of price",
            "replaces": "raw text that it replaces",
            "value": "US dollars per million tokens instead",
            "why": "the reason",
        },
    ),
    "score_corrections": (
        "Curated: scores of sources that are overridden.",
        {
            "name": "model and benchmark, as the source spells them",
            "kind": "always `score`",
            "replaces": "raw text that it replaces",
            "value": "score instead, in the source's scale",
            "why": "the reason",
        },
    ),
    "interval_levels": (
        "The level of the intervals that each source publishes.",
        {"level": "a fraction"},
    ),
    "index_draws": (
        "Fits of the capability index: a row per model and per benchmark of each.",
        {
            "fit": "`published`, `scoreboard`, or `scoreboard_independent` (without results that "
            "developers report of their own models)",
            "inputs": "checksum of the scores that it was fitted to",
            "kind": "`model` or `test`",
            "name": "the document's name for the model or benchmark",
            "value": "index of the model, difficulty of the benchmark: index points",
            "slope": "of a benchmark: how steeply its scores rise, per index point",
            "misfit": "of a benchmark: standard deviation, of 1, that more questions would not "
            "take away, where the expected score is one half; empty in `published`",
            "draws": "of a model: joint draws, as steps of 0.01 index points from `value`; the "
            "n-th numbers of all models are one draw",
        },
    ),
    "index_fits": (
        "What each fit of the capability index was made from, or why there is none.",
        {
            "fit": "as in `index_draws`",
            "inputs": "checksum of the scores that it was fitted to",
            "snapshot_id": "the document with the scores",
            "scores": "scores in the fit",
            "own_scores": "scores of the user's own among them",
            "models": "models in the fit",
            "tests": "benchmarks in the fit",
            "fault": "why it could not be fitted; empty where it was",
        },
    ),
    "about": (
        "One row: what the build recorded of itself.",
        {"value": "JSON: bundle, documents not read, lapsed corrections, conflicts"},
    ),
}


def said_of(table: str) -> str:
    """What a table holds, in one or two sentences."""
    observed = OBSERVED.get(table)
    return " ".join((observed.__doc__ or "").split()) if observed else TABLES.get(table, ("",))[0]


def meaning(table: str, column: str) -> str:
    """What a column means."""
    if table in OBSERVED:
        docs = {f.name: str(f.metadata["doc"]) for f in fields(OBSERVED[table])}
        return docs.get(column, "")
    return TABLES.get(table, ("", {}))[1].get(column) or COMMON.get(column, "")
