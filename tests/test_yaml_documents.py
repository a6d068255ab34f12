"""YAML as it is written: the text of a scalar is found again by its pointer."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.documents import Object, locate, pointer
from scoreboard.errors import DataError
from scoreboard.yaml_documents import parse_yaml

TEXT = b"""\
# a comment
- rate: 68.40  # trailing
  day: 2024-05-01
  yes: no
  'a/b~c': "quoted: 1.0"
  empty:
  many: [0x1F, 1e3, ~]
"""


@pytest.mark.parametrize(
    ("at", "raw"),
    [
        ("/0/rate", "68.40"),
        ("/0/day", "2024-05-01"),
        ("/0/yes", "no"),
        ("/0/a~1b~0c", "quoted: 1.0"),
        ("/0/empty", ""),
        ("/0/many/0", "0x1F"),
        ("/0/many/1", "1e3"),
        ("/0/many/2", "~"),
        ("/1/rate", None),
        ("/0/none", None),
        ("/0/rate/0", None),
    ],
)
def test_a_scalar_keeps_its_text(at: str, raw: str | None) -> None:
    assert locate(TEXT, at) == raw


def test_a_key_that_comes_again_is_kept() -> None:
    body = b"a: 1.0\na: 2.0\na: 3.0\n"
    found = parse_yaml(body, "here")
    assert isinstance(found, Object)
    assert (found["a"], found.earlier) == ("3.0", [("a", 1, "1.0"), ("a", 2, "2.0")])
    assert [locate(body, f"/a{n}") for n in ("", "#1", "#2")] == ["3.0", "1.0", "2.0"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"a: &x 1\nb: *x\n", "an alias"),
        (b"&a [*a]\n", "an alias"),
        (b"? [1]\n: 2\n", "a key that is no text"),
        (b"a: 1\n---\nb: 2\n", "single document"),
        (b"a: [1, 2", "not whole YAML"),
        (b"- a\n b: 1\n", "not whole YAML"),
        (b"a: \xff\n", "not whole YAML"),
        (b"[" * 100_000, "not whole YAML"),
    ],
)
def test_what_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(DataError, match=reason):
        parse_yaml(body, "here")


def test_nothing_is_empty() -> None:
    assert parse_yaml(b"# nothing\n", "here") == ""


SCALAR = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=12)
TREES = st.recursive(
    SCALAR,
    lambda t: st.lists(t, max_size=3) | st.dictionaries(SCALAR, t, max_size=3),
    max_leaves=10,
)


@given(TREES)
def test_json_strings_are_yaml_and_come_back(tree: object) -> None:
    """JSON is YAML: a tree of strings written as JSON, below a key, is read as it was."""
    body = f"top: {json.dumps(tree, ensure_ascii=False)}\n".encode()
    assert parse_yaml(body, "here")["top"] == tree
    if isinstance(tree, str):
        assert locate(body, pointer("top")) == tree
