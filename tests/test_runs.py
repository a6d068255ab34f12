"""Runs of equal observations: nothing is lost, and nothing depends on the order of rows."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from scoreboard.runs import RunRow, compress, expand
from scoreboard.tables import Fact, Price, Snapshot

FIRST = dt.date(2025, 1, 1)
DAYS = [FIRST + dt.timedelta(days=30 * i) for i in range(6)]
PLACE = "https://prices.example/api.json"
Seen = tuple[dt.date, str, str]  # day, key, value


def snapshot(
    day: dt.date, address: str = PLACE, *, source: str = "maker", mark: str = ""
) -> Snapshot:
    """A document of a day."""
    return Snapshot(
        id=f"{source}@{day}-{mark or address[-12:]}",
        source=source,
        address=address,
        published=day,
        retrieved=day,
        sha256="",
        size=0,
    )


def price(document: Snapshot, name: str, value: str, **columns: str) -> Price:
    """A price that a document states."""
    return Price(
        snapshot_id=document.id,
        locator=f"/{name}",
        raw=value,
        provider=columns.get("provider", "maker"),
        source_name=name,
        variant=columns.get("variant", ""),
        kind="input",
        usd_per_mtok=Decimal(value),
    )


def stated(values: Sequence[str | None]) -> tuple[list[RunRow], dict[str, Snapshot]]:
    """One document a month; what each says the price is, or that it says none."""
    documents = [snapshot(day) for day in DAYS[: len(values)]]
    rows: list[RunRow] = [
        price(d, "alpha", v) for d, v in zip(documents, values, strict=True) if v is not None
    ]
    return rows, {d.id: d for d in documents}


def spans(rows: Iterable[RunRow]) -> list[tuple[str, int, int]]:
    """Raw text, first and last document (counted from 0) of each run."""
    found = []
    for row in rows:
        assert row.first_seen and row.last_seen
        found.append((row.raw, DAYS.index(row.first_seen), DAYS.index(row.last_seen)))
    return found


def test_price_unchanged_over_three_documents_is_one_run() -> None:
    rows, documents = stated(["1", "1", "1"])
    (run,) = compress(rows, documents)
    assert (run.first_seen, run.last_seen) == (DAYS[0], DAYS[2])
    assert (run.snapshot_id, run.locator, run.raw) == (rows[0].snapshot_id, "/alpha", "1")


def test_document_without_the_price_ends_its_run() -> None:
    assert spans(compress(*stated(["1", "1", None, "1"]))) == [("1", 0, 1), ("1", 3, 3)]
    assert spans(compress(*stated(["1", None, None]))) == [("1", 0, 0)]


def test_changed_price_starts_a_new_run() -> None:
    assert spans(compress(*stated(["1", "2", "2", "1"]))) == [("1", 0, 0), ("2", 1, 2), ("1", 3, 3)]


def test_the_same_price_written_otherwise_is_no_change() -> None:
    assert spans(compress(*stated(["1", "1.0", "1.00"]))) == [("1", 0, 2)]


def test_changed_date_of_validity_starts_a_new_run() -> None:
    days = [snapshot(d) for d in DAYS[:2]]
    rows: list[RunRow] = [
        Fact(snapshot_id=d.id, locator="/f", raw="x", kind="model", name="alpha",
             attribute="context", value="8", valid_from=since)
        for d, since in zip(days, (None, FIRST), strict=True)
    ]  # fmt: skip
    assert len(compress(rows, {d.id: d for d in days})) == 2


def test_document_of_another_address_or_source_ends_no_run() -> None:
    rows, documents = stated(["1", "1"])
    between = DAYS[0] + dt.timedelta(days=1)
    others = [snapshot(between, "https://prices.example/other.json"), snapshot(between, source="x")]
    assert spans(compress(rows, documents | {o.id: o for o in others})) == [("1", 0, 1)]


def test_pages_of_one_address_are_one_line_of_documents() -> None:
    days = [snapshot(d, f"{PLACE}?page={i}") for i, d in enumerate(DAYS[:2])]
    rows: list[RunRow] = [price(d, "alpha", "1") for d in days]
    assert spans(compress(rows, {d.id: d for d in days})) == [("1", 0, 1)]


def test_variants_and_providers_are_prices_of_their_own() -> None:
    day = snapshot(FIRST)
    rows: list[RunRow] = [
        price(day, "alpha", "1"),
        price(day, "alpha", "2", variant="batch"),
        price(day, "alpha", "3", provider="other"),
    ]
    assert len(compress(rows, {day.id: day})) == 3


def test_of_two_documents_of_one_day_the_one_fetched_later_counts() -> None:
    early = snapshot(FIRST, mark="zzz")
    late = replace(snapshot(FIRST, mark="aaa"), retrieved=FIRST + dt.timedelta(days=1))
    documents = {d.id: d for d in (early, late)}
    rows: list[RunRow] = [price(late, "alpha", "2"), price(early, "alpha", "1")]
    for order in (rows, rows[::-1]):
        assert [r.raw for r in compress(order, documents)] == ["2"]


def test_nothing_gives_nothing() -> None:
    assert compress([], {}) == []
    assert expand([], {}) == []


# any observations

OBSERVED = st.dictionaries(
    st.tuples(
        st.sampled_from(DAYS), st.sampled_from(["", "?q=1"]), st.sampled_from(["alpha", "b"])
    ),
    st.sampled_from(["1", "2"]),
)
EXTRA_DAYS = st.sets(st.sampled_from(DAYS))


def world(
    observed: Mapping[tuple[dt.date, str, str], str], extra: Iterable[dt.date]
) -> tuple[list[RunRow], dict[str, Snapshot]]:
    """Rows of two lines of documents (one place each), some documents saying nothing."""
    places = {"": PLACE, "?q=1": "https://prices.example/other.json?q=1"}
    documents = {(d, q): snapshot(d, places[q]) for d, q, _ in observed}
    documents |= {(d, ""): snapshot(d) for d in extra}
    rows: list[RunRow] = [price(documents[d, q], name, v) for (d, q, name), v in observed.items()]
    return rows, {s.id: s for s in documents.values()}


def seen(rows: Iterable[RunRow], documents: Mapping[str, Snapshot]) -> set[Seen]:
    """Day, key and value of each observation."""
    found = set()
    for row in rows:
        document = documents[row.snapshot_id]
        assert isinstance(row, Price)
        assert row.first_seen == row.last_seen
        day = row.first_seen or document.published
        found.add((day, f"{document.address} {row.source_name}", str(row.usd_per_mtok)))
    return found


@given(OBSERVED, EXTRA_DAYS)
def test_expand_undoes_compress(
    observed: dict[tuple[dt.date, str, str], str], extra: set[dt.date]
) -> None:
    rows, documents = world(observed, extra)
    again = expand(compress(rows, documents), documents)
    assert len(again) == len(rows)
    assert seen(again, documents) == seen(rows, documents)


@given(OBSERVED, EXTRA_DAYS)
def test_compress_of_expanded_runs_is_the_runs(
    observed: dict[tuple[dt.date, str, str], str], extra: set[dt.date]
) -> None:
    rows, documents = world(observed, extra)
    runs = compress(rows, documents)
    assert compress(expand(runs, documents), documents) == runs


@given(OBSERVED, EXTRA_DAYS, st.randoms(use_true_random=False))
def test_order_of_rows_and_documents_does_not_matter(
    observed: dict[tuple[dt.date, str, str], str], extra: set[dt.date], chance: random.Random
) -> None:
    rows, documents = world(observed, extra)
    shuffled, ids = list(rows), list(documents)
    chance.shuffle(shuffled)
    chance.shuffle(ids)
    assert compress(shuffled, {i: documents[i] for i in ids}) == compress(rows, documents)


@given(OBSERVED, EXTRA_DAYS)
def test_runs_are_as_long_as_they_can_be(
    observed: dict[tuple[dt.date, str, str], str], extra: set[dt.date]
) -> None:
    rows, documents = world(observed, extra)
    runs = compress(rows, documents)
    days: dict[str, list[dt.date]] = {}
    for d in documents.values():
        days.setdefault(d.address, []).append(d.published)
    ends = {(documents[r.snapshot_id].address, r.locator, r.last_seen): r.raw for r in runs}
    for run in runs:
        address = documents[run.snapshot_id].address
        earlier = [d for d in sorted(days[address]) if run.first_seen and d < run.first_seen]
        if earlier:
            assert ends.get((address, run.locator, earlier[-1])) != run.raw
