"""The ATOM Project's tracked models."""

from __future__ import annotations

import pytest

from helpers import facts, fixture_rows, reasons, rows_of
from scoreboard.errors import DataError
from scoreboard.sources import get_source

ATOM = get_source("atom")
MODELS, EXTRA, SIZES, REGIONS, DATES = ATOM.addresses


def test_tracked_models() -> None:
    rows = fixture_rows(ATOM, "main/models.csv")
    assert facts(rows) == [
        ("model", "acme/Alpha-1", "tracked", "true"),
        ("model", "bolt/Beta-2", "tracked", "true"),
        ("model", "bolt/Delta-4", "tracked", "true"),
    ]
    assert reasons(rows) == [
        ("L4/org", "the row repeats the header"),
        ("L6/modelId", "the row names no model"),
    ]
    assert facts(fixture_rows(ATOM, "extra_models")) == [
        ("model", "bolt/Gamma-3", "tracked", "true")
    ]


def test_sizes() -> None:
    rows = fixture_rows(ATOM, "model_parameters")
    assert facts(rows) == [
        ("model", "acme/Alpha-1", "total_params_b", "671"),
        ("model", "acme/Alpha-1", "active_params_b", "37"),
        ("model", "acme/Alpha-1", "is_moe", "true"),
        ("model", "bolt/Beta-2", "total_params_b", "7.5"),
    ]
    assert reasons(rows) == [
        ("L4/total_params_b", "the size is not a number above zero"),
        ("L4/active_params_b", "the size is not a number above zero"),
        ("L4/is_moe", "is_moe is neither true nor false"),
    ]


def test_regions_of_developers() -> None:
    assert facts(fixture_rows(ATOM, "organization_regions")) == [
        ("developer", "acme", "region", "us"),
        ("developer", "bolt", "region", "china"),
    ]


def test_dates_of_release() -> None:
    rows = fixture_rows(ATOM, "release_date_corrections")
    assert facts(rows) == [("model", "acme/Alpha-1", "release_date", "2025-01-10")]
    assert reasons(rows) == [("L5/actual_release_date", "the release date is no date")]


def test_contradictions_and_nameless_rows() -> None:
    rows = rows_of(ATOM, "hf_org,region\nacme,us\nacme,eu\n,us\n", REGIONS)
    assert reasons(rows) == [
        ("L3/region", "region of acme is us further up"),
        ("L4/region", "the row names no developer"),
    ]


@pytest.mark.parametrize(
    ("address", "column"),
    [
        (MODELS, "modelId"),
        (EXTRA, "modelId"),
        (SIZES, "is_moe"),
        (REGIONS, "region"),
        (DATES, "actual_release_date"),
    ],
)
def test_a_missing_column_is_named(address: str, column: str) -> None:
    with pytest.raises(DataError, match=f"column missing: .*{column}"):
        rows_of(ATOM, "org,model,hf_org\na,b,c\n", address)


def test_truncated_document() -> None:
    rows = rows_of(ATOM, "hf_org,region\nacme,us\nbolt,chi", REGIONS)
    assert facts(rows) == [("developer", "acme", "region", "us")]
    assert reasons(rows) == [("L3/hf_org", "the document is cut off in this row")]
