"""Rules of the lag by hand: ties, carried values, censoring, errors."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.stats.lags import (
    Match,
    Point,
    backward,
    by_levels,
    exact,
    mean_age,
    records,
    within_error,
)


def at(day: int, value: float, error: float | None = 1.0, name: str = "") -> Point:
    return Point(day, value, error, name or f"{day}/{value:g}")


LEADERS = [at(0, 10), at(10, 20), at(30, 30)]
CHASERS = [at(5, 10), at(25, 25)]


def told(found: list[Match]) -> list[tuple[float, int, bool]]:
    return [(m.record.value, m.days, m.by is not None) for m in found]


def test_records_are_above_all_before_and_one_a_day() -> None:
    points = [at(2, 5), at(1, 3), at(2, 4), at(3, 5), at(4, 6), at(4, 7)]
    assert [(p.day, p.value) for p in records(points)] == [(1, 3), (2, 5), (4, 7)]
    assert records([]) == []
    same = [at(1, 3, name="b"), at(1, 3, name="a")]
    assert [p.name for p in records(same)] == ["a"]


def test_exact_by_hand() -> None:
    """10 of day 0 is equalled on day 5, 20 of day 10 passed on day 25, 30 not until day 40."""
    assert told(exact(LEADERS, CHASERS, 40)) == [(10, 5, True), (20, 15, True), (30, 10, False)]


def test_a_record_that_was_equalled_before_or_on_its_day_is_no_lag() -> None:
    leaders = [at(0, 10), at(8, 12), at(9, 14)]
    chasers = [at(0, 10), at(7, 13)]  # a tie on the day; a value carried forward
    assert told(exact(leaders, chasers, 20)) == [(14, 11, False)]


def test_a_lower_score_after_the_record_is_no_match() -> None:
    assert told(exact([at(0, 10)], [at(3, 9.99), at(6, 10)], 9)) == [(10, 6, True)]


def test_several_records_matched_at_once_are_one_cluster() -> None:
    found = exact([at(0, 10), at(1, 11)], [at(5, 12, name="open")], 9)
    assert [m.as_spell() for m in found] == [(5.0, True, "open"), (4.0, True, "open")]
    waiting = exact([at(0, 10, name="a"), at(1, 11, name="b")], [at(2, 3)], 9)
    assert len({m.as_spell().cluster for m in waiting}) == 2


def test_levels_by_hand() -> None:
    """100 levels from 10 to 25: the lowest is matched after 5 days, 66 up to 20 after 15; those
    above 20 were reached 5 days before by the group behind."""
    found = by_levels(LEADERS, CHASERS, tolerant=False)
    assert found == [5] + [15] * 66 + [-5] * 33
    assert by_levels([at(0, 10)], [at(5, 3)], tolerant=False) == []  # no common level


def test_a_score_not_significantly_lower_is_a_match_to_the_tolerant_rule() -> None:
    """10 and 20 with errors of 6 each: z = 10 / 8.5; with 3 each: z = 10 / 4.2 > 1.96.
    Where an error is not known even 1 is not different from 20."""
    for error, expected in ((6.0, -5), (3.0, 15), (None, -10)):
        leaders = [at(0, 1, 0.1), at(10, 20, error)]
        chasers = [at(0, 1, 0.1), at(5, 10, error), at(25, 25, error)]
        found = by_levels(leaders, chasers, tolerant=True)
        assert (found[0], found[-1]) == (0, expected), error


def test_what_was_significantly_lower_is_not_looked_at_again() -> None:
    """The score of day 5 is far below the first record. Close to the next, which is uncertain, it
    no longer counts."""
    leaders = [at(0, 20, 0.1), at(10, 21, 50.0)]
    chasers = [at(5, 15, 0.1), at(30, 22, 0.1)]
    assert set(by_levels(leaders[1:], chasers, tolerant=True)) == {-5}
    assert set(by_levels(leaders, chasers, tolerant=True)) == {30, 20}


def test_within_error_by_hand() -> None:
    """1.645 joint errors of 3 and 4 are 8.2: 12 matches 20 of day 10, 11 does not."""
    record = [at(10, 20, 3.0)]
    assert told(within_error(record, [at(15, 11, 4.0), at(18, 12, 4.0)], 40)) == [(20, 8, True)]
    assert told(within_error(record, [at(15, 11, 4.0)], 40)) == [(20, 30, False)]
    assert told(within_error(record, [at(9, 12, 4.0)], 40)) == []  # matched on its day
    assert told(within_error(record, [at(15, 12, None)], 40)) == [(20, 30, False)]


def test_backward_by_hand() -> None:
    """15 of day 5 is ahead until day 9; from day 10 the leaders' way from 10 to 20 passed it on
    day 5: ages of 5 to 9 days. In all 35 over ten days."""
    found = backward([at(0, 10), at(10, 20)], [at(5, 15)], 14)
    assert [(s.start, s.days, s.reached) for s in found] == [(5, 5, None), (10, 5, 5.0)]
    assert mean_age(found) == 3.5


def test_backward_knows_no_age_below_the_first_record() -> None:
    assert backward([at(0, 10)], [at(0, 9)], 20) == []
    assert mean_age([]) is None
    found = backward([at(0, 10)], [at(0, 9), at(5, 10)], 7)
    assert [(s.start, s.days, s.reached) for s in found] == [(5, 3, 0.0)]
    assert mean_age(found) == 6  # 5, 6 and 7 days


POINTS = st.lists(
    st.builds(at, st.integers(0, 40), st.integers(0, 12).map(float), st.floats(0.1, 3)),
    min_size=1, max_size=12,
)  # fmt: skip


def doubled(points: list[Point]) -> list[Point]:
    return [p._replace(error=2 * (p.error or 0.0)) for p in points]


@given(POINTS, POINTS)
def test_doubling_errors_changes_neither_exact_nor_backward(
    leaders: list[Point], chasers: list[Point]
) -> None:
    first, second = records(leaders), records(doubled(leaders))
    assert told(exact(first, chasers, 50)) == told(exact(second, doubled(chasers), 50))
    ages = [mean_age(backward(a, b, 50)) for a, b in ((first, chasers),
                                                      (second, doubled(chasers)))]  # fmt: skip
    assert ages[0] == ages[1]


def test_doubling_errors_shortens_the_rules_that_forgive() -> None:
    leaders = [at(0, 10, 1.0), at(10, 20, 2.0), at(40, 30, 2.0)]
    chasers = [at(5, 10, 1.0), at(12, 14, 2.0), at(50, 31, 2.0)]
    for rule in ("published", "within"):
        days = []
        for a, b in ((leaders, chasers), (doubled(leaders), doubled(chasers))):
            if rule == "published":
                found = by_levels(records(a), records(b), tolerant=True)
                days.append(sum(found) / len(found))
            else:
                days.append(sum(m.days for m in within_error(records(a), b, 60)))
        assert days[1] < days[0], rule


@given(POINTS, POINTS, st.randoms(use_true_random=False))
def test_the_order_of_rows_makes_no_difference(
    leaders: list[Point], chasers: list[Point], lot: random.Random
) -> None:
    expected = exact(records(leaders), chasers, 50)
    within = within_error(records(leaders), chasers, 50)
    levels = by_levels(records(leaders), records(chasers), tolerant=True)
    lot.shuffle(leaders)
    lot.shuffle(chasers)
    assert exact(records(leaders), chasers, 50) == expected
    assert told(within_error(records(leaders), chasers, 50)) == told(within)
    assert by_levels(records(leaders), records(chasers), tolerant=True) == levels


@given(POINTS, POINTS)
def test_every_record_is_matched_waits_or_was_equalled(
    leaders: list[Point], chasers: list[Point]
) -> None:
    """By a definition of its own: no point at or above the record between it and its match."""
    leading = records(leaders)
    found = {m.record: m for m in exact(leading, chasers, 50)}
    for record in leading:
        above = sorted(p.day for p in chasers if p.value >= record.value)
        if record not in found:
            assert above[0] <= record.day
        elif found[record].by is None:
            assert not above
        else:
            assert found[record].days == above[0] - record.day > 0


@pytest.mark.parametrize("end", [10, 20])
def test_a_record_on_the_last_day_waits_no_day(end: int) -> None:
    assert told(exact([at(end, 10)], [at(0, 5)], end)) == [(10, 0, False)]
