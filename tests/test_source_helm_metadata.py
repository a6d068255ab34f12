"""HELM's list of models."""

from __future__ import annotations

from helpers import facts, fixture_rows, reasons, rows_of
from scoreboard.sources import get_source
from scoreboard.tables import Fact

HELM = get_source("helm_metadata")
ENTRY = """\
models:
  - name: acme/alpha-1
    access: open
    num_parameters: {count}
    tags: []"""


def test_facts() -> None:
    alpha, beta, gamma = "acme/alpha-1-7b", "bolt/beta-2", "bolt/gamma-3"
    assert facts(fixture_rows(HELM)) == [
        ("model", alpha, "release_date", "2024-01-10"),
        ("model", alpha, "accessibility", "open"),
        ("model", alpha, "total_params_b", "7.24"),
        ("model", alpha, "organization", "Acme"),
        ("model", alpha, "display_name", "Alpha 1 (7B)"),
        ("model", beta, "release_date", "2024-02-01"),
        ("model", beta, "accessibility", "limited"),
        ("model", beta, "stated_params_b", "52"),
        ("model", beta, "organization", "Bolt"),
        ("model", beta, "display_name", "Beta 2"),
        ("model", gamma, "organization", "Bolt"),
        ("model", gamma, "display_name", "Gamma 3"),
    ]


def test_the_raw_text_is_that_of_the_document() -> None:
    found = {r.attribute: r for r in fixture_rows(HELM) if isinstance(r, Fact) and "7b" in r.name}
    size = found["total_params_b"]
    assert (size.locator, size.raw) == ("/models/0/num_parameters", "7240000000")


def test_what_is_not_used() -> None:
    assert reasons(fixture_rows(HELM)) == [
        ("/models/2/release_date", "the release date is no date"),
        ("/models/2/access", "access is none of open, limited, closed"),
        ("/models/2/num_parameters", "the number of parameters is not a number above zero"),
        ("/models/3", "the row names no model"),
    ]


def test_sizes_are_billions() -> None:
    counts = {"805736448": "0.805736448", "1600000000000": "1600", "1e9": "1", "70000000000": "70"}
    for count, expected in counts.items():
        rows = facts(rows_of(HELM, ENTRY.format(count=count) + "\n"))
        assert ("model", "acme/alpha-1", "total_params_b", expected) in rows


def test_an_entry_that_is_cut_off() -> None:
    whole = ENTRY.format(count=7)
    assert reasons(rows_of(HELM, whole)) == [
        ("/models/0/name", "the document is cut off in this row")
    ]
    assert reasons(rows_of(HELM, whole.rpartition("    tags")[0])) == [
        ("/models/0/name", "the row has no tags: it is cut off")
    ]
