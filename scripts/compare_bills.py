"""Bills of `workload_cost` beside those of the library genai-prices, on random usages.

Both know a model when the library has an entry that our names resolve to a model at one of our
providers. Each bill that differs by more than a cent is listed with its reason.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
from dataclasses import dataclass
from typing import NamedTuple

from genai_prices import Usage, calc_price

from scoreboard.metrics._bill import Bill, Workload, read_book
from scoreboard.store import Tables, open_tables

DAY = dt.date(2026, 8, 21)  # of the recorded document; the library's release is of two days before
NOON = dt.datetime(2026, 8, 21, 12, tzinfo=dt.UTC)
REQUESTS = 1000
CENT = 0.01
SOURCE = "genai_prices"
UNEXPLAINED = "unexplained"
KNOWN = """
SELECT n.provider AS theirs, n.name, n.model, coalesce(v.provider, lower(n.provider)) AS ours
FROM names n LEFT JOIN provider_names v ON v.name = lower(n.provider)
WHERE n.source = 'genai_prices' AND n.model <> '' AND n.variant = ''
  AND ? BETWEEN coalesce(n.valid_from, DATE '0001-01-01')
    AND coalesce(n.valid_to, DATE '9999-12-31')
ORDER BY ALL
"""


class Entry(NamedTuple):
    """A model that both know."""

    theirs: str  # provider of the library
    name: str  # id of its entry
    model: str
    ours: str  # our provider


@dataclass(frozen=True)
class Compared:
    """Two bills of one usage, US dollars."""

    entry: Entry
    usage: tuple[int, int, int]  # tokens in, of them cached, out
    ours: float
    theirs: float
    reason: str  # empty where they agree

    @property
    def agrees(self) -> bool:
        """Whether they agree to a cent."""
        return abs(self.ours - self.theirs) <= CENT


def known(tables: Tables) -> list[Entry]:
    """The models that both know at the date."""
    rows = tables.rows(KNOWN, [DAY])
    return [Entry(r["theirs"], r["name"], r["model"], r["ours"]) for r in rows]


def compare(tables: Tables, count: int = 2000, seed: int = 1) -> list[Compared]:
    """So many random usages, each of a random model that both can bill."""
    lot, entries = random.Random(seed), known(tables)
    found: list[Compared] = []
    while len(found) < count:
        entry = lot.choice(entries)
        tokens_in = round(10 ** lot.uniform(0.5, 5.6))
        cached = round(tokens_in * lot.choice([0.0, lot.random()]))
        usage = (tokens_in, cached, round(10 ** lot.uniform(0.5, 4.3)))
        work = Workload(tokens_in, cached / tokens_in, usage[2], REQUESTS)
        bill = read_book(tables, work).bill(work, entry.model, entry.ours, DAY)
        theirs = theirs_of(entry, usage)
        if bill is None or theirs is None:
            continue  # one of them has no price of a kind that is needed
        pair = Compared(entry, usage, bill.usd, theirs, "")
        if not pair.agrees:
            why = reason(bill, entry)
            pair = Compared(entry, usage, bill.usd, theirs, why)
        found.append(pair)
    return found


def theirs_of(entry: Entry, usage: tuple[int, int, int]) -> float | None:
    """The library's bill; None where it has no entry, or charges nothing for a kind."""
    tokens_in, cached, out = usage
    counted = Usage(input_tokens=tokens_in, cache_read_tokens=cached, output_tokens=out)
    try:
        found = calc_price(
            counted, entry.name, provider_id=entry.theirs, genai_request_timestamp=NOON
        )
    except LookupError:
        return None
    prices = found.model_price
    if prices.input_mtok is None or prices.output_mtok is None:
        return None
    return float(found.total_price) * REQUESTS


def reason(bill: Bill, entry: Entry) -> str:
    """Why two bills differ."""
    others = sorted({x.pick.chosen.source for x in bill.lines} - {SOURCE})
    if others:
        return f"another source holds at this date: {', '.join(others)}"
    names = {x.pick.chosen.source_name for x in bill.lines} - {entry.name}
    if names:
        return f"the library has several entries of this model: {', '.join(sorted(names))} counts"
    if fee(entry):
        return "the library adds a fee for each request"
    if any(x.kind == "cached_input" and x.billed_as == "input" for x in bill.lines):
        return "we bill cached tokens without a price as input, the library does not"
    return UNEXPLAINED


def fee(entry: Entry) -> bool:
    """Whether the library's entry has a fee for each request."""
    found = calc_price(
        Usage(input_tokens=1), entry.name, provider_id=entry.theirs, genai_request_timestamp=NOON
    )
    return found.model_price.requests_kcount is not None


def main() -> None:
    """Print how many agree, and each model that does not with its reason."""
    found = compare(open_tables())
    apart = [c for c in found if not c.agrees]
    share = len(found) - len(apart)
    sys.stdout.write(f"{len(found)} usages of {len({c.entry for c in found})} models, {DAY}: "
                     f"{share} agree to a cent, {len(apart)} do not\n")  # fmt: skip
    worst: dict[Entry, Compared] = {}
    for c in apart:
        if c.entry not in worst or abs(c.ours - c.theirs) > abs(
            worst[c.entry].ours - worst[c.entry].theirs
        ):
            worst[c.entry] = c
    for c in sorted(worst.values(), key=lambda c: (c.reason, c.entry)):
        sys.stdout.write(f"  {c.entry.theirs}/{c.entry.name}: ours {c.ours:.2f}, theirs "
                         f"{c.theirs:.2f} for {REQUESTS} x {c.usage}: {c.reason}\n")  # fmt: skip


if __name__ == "__main__":
    main()
