"""Whose a repository is, and what it was made from: from the tests' small mirror and by hand."""

from __future__ import annotations

import pytest

from scoreboard.repositories import Repo, _chain, is_copy


@pytest.mark.parametrize(
    ("name", "base", "relation", "expected"),
    [
        ("copies/alpha-GGUF", "acme/alpha", "quantized", True),
        ("copies/alpha", "acme/Alpha", "finetune", True),  # the same name: the same weights
        ("copies/alpha", "acme/Alpha", "", True),
        ("copies/alpha", "acme/alpha", "adapter", False),
        ("copies/alpha-tuned", "acme/alpha", "finetune", False),
        ("copies/alpha-tuned", "acme/alpha", "", False),
        ("copies/alpha", "acme/alpha", "merge", False),
    ],
)
def test_a_copy_is_one_by_its_tag(name: str, base: str, relation: str, expected: bool) -> None:
    assert is_copy(name, base, relation) is expected


REPOS = {
    "a": Repo("a"),
    "b": Repo("b", bases={"a": "finetune"}),
    "c": Repo("c", bases={"b": "quantized"}),
    "merged": Repo("merged", bases={"a": "merge", "b": "merge"}),
    "of-merged": Repo("of-merged", bases={"merged": "quantized"}),
    "turn": Repo("turn", bases={"return": "finetune"}),
    "return": Repo("return", bases={"turn": "adapter"}),
    "self": Repo("self", bases={"self": "finetune"}),
    "into-circle": Repo("into-circle", bases={"turn": "quantized"}),
    "unseen": Repo("unseen", bases={"nowhere": "finetune"}),
}


@pytest.mark.parametrize(
    ("key", "line", "copies"),
    [
        ("a", [], []),
        ("b", ["a"], []),
        ("c", ["b", "a"], ["b"]),
        ("merged", [], []),
        ("of-merged", ["merged"], ["merged"]),
        ("turn", None, []),
        ("self", None, None),
        ("into-circle", None, ["turn"]),
        ("unseen", ["nowhere"], []),
    ],
)
def test_lines_of_bases_end_or_go_in_a_circle(
    key: str, line: list[str] | None, copies: list[str] | None
) -> None:
    assert _chain(key, REPOS, only_copies=False) == line
    assert _chain(key, REPOS, only_copies=True) == copies
