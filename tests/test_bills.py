"""Bills against those of another library, on random usages of models that both know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from compare_bills import UNEXPLAINED, Compared, compare
from scoreboard.config import HOME_VARIABLE
from scoreboard.store import open_tables

COUNT = 2000


@pytest.fixture(scope="module")
def bills(built_home: Path) -> Iterator[list[Compared]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(built_home))
        yield compare(open_tables(), COUNT)


def test_bills_agree_to_a_cent_or_say_why_not(bills: list[Compared]) -> None:
    assert len(bills) == COUNT
    apart = [c for c in bills if not c.agrees]
    assert [c for c in apart if c.reason == UNEXPLAINED] == []
    assert all(c.reason for c in apart)
    assert len(apart) < 0.05 * COUNT


def test_usages_are_of_many_models_and_shapes(bills: list[Compared]) -> None:
    assert len({c.entry.model for c in bills}) > 300
    assert sum(c.usage[1] > 0 for c in bills) > COUNT / 4
    assert sum(c.usage[0] > 200_000 for c in bills) > COUNT / 100
    assert max(c.theirs for c in bills) > 1000
