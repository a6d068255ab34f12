"""YAML as it is written: every scalar stays text, keys that come again are kept.

The same tree as `documents.parse_json` makes, so that pointers mean the same in both.
"""

from __future__ import annotations

from typing import Any

from scoreboard.documents import Object
from scoreboard.errors import DataError


def parse_yaml(body: bytes, where: str) -> Any:
    """The one document of a YAML text: `Object`, lists, and scalars as their text.

    `1.50`, `yes` and `2024-05-01` stay as they are, quotes apart. An alias is refused: what it
    repeats would have two places. Raises DataError.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        # in Python: the reader in C crashes on deep nesting instead of raising
        node = YAML(typ="safe", pure=True).compose(body.decode("utf-8-sig"))
        return "" if node is None else _value(node, set())
    except (YAMLError, ValueError, RecursionError) as error:
        raise DataError(
            f"the document is not whole YAML: {error}",
            where=where,
            repair="scoreboard sync, to fetch it again",
        ) from error


def _value(node: Any, seen: set[int]) -> Any:
    if id(node) in seen:
        raise ValueError(f"an alias{node.start_mark}")
    seen.add(id(node))
    if isinstance(node.value, str):
        return node.value
    if node.id == "sequence":
        return [_value(item, seen) for item in node.value]
    return Object([(_key(key), _value(value, seen)) for key, value in node.value])


def _key(node: Any) -> str:
    if not isinstance(node.value, str):
        raise ValueError(f"a key that is no text{node.start_mark}")
    return node.value
