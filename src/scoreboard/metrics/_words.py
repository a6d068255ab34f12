"""Groups, kinds of prices and amounts in plain words: for the sentence that says a finding."""

from __future__ import annotations

from collections.abc import Callable

from scoreboard.render import amount

Name = Callable[[str, str], str]  # kind of thing, id -> its printed name
ADJECTIVES = {
    "CN": "Chinese", "US": "US", "europe": "European", "other": "other countries'",
}  # fmt: skip
KIND_WORDS = {
    "input": "input tokens", "cached_input": "cached input tokens", "output": "output tokens",
    "cache_write": "tokens written to the cache", "blended": "tokens",
}  # fmt: skip
REST = {
    "unknown": "models whose group is not known", "unnamed": "models that are not named",
}  # fmt: skip


def plain_name(_: str, thing: str) -> str:
    """A thing by its id."""
    return thing


def adjective(by: str, of: str, name: Name = plain_name) -> str:
    """`Chinese open`, `closed`, `Qwen`: what stands before `model`."""
    if by == "origin_openness" and "_" in of:
        region, _, openness = of.partition("_")
        return f"{ADJECTIVES.get(region, region)} {openness}"
    if by == "origin":
        return ADJECTIVES.get(of, of)
    return name(by, of) if by in ("developer", "family", "model") else of


def group_words(by: str, of: str, name: Name = plain_name) -> str:
    """The models of a group: `Chinese open models`."""
    if of in REST or (of == "other" and by != "origin"):
        return REST.get(of, "models that are not named")
    if by == "model":
        return name("model", of)
    if by == "size_tier":
        joined = " " if of.startswith(("under", "over")) else " to "
        return f"models of {of.replace('-', joined)} parameters"
    return f"{adjective(by, of, name)} models"


def on_test(test: str, name: Name = plain_name) -> str:
    """A test by its name, as it stands after `on`: an index has an article."""
    printed = name("benchmark", test)
    return f"the {printed}" if test == "index" and printed.endswith(" Index") else printed


def dollars(value: float | None) -> str:
    """An amount of US dollars."""
    return amount(value, "usd") or "no price"
