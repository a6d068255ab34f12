"""Estimates as text, CSV, Markdown, JSON, Parquet and citations: exact, and harmless."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from scoreboard.citation import citation, tex
from scoreboard.engine import connect
from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate, Interval
from scoreboard.render import (
    clean,
    folded,
    grid,
    harmless,
    line,
    number,
    to_csv,
    to_json,
    to_markdown,
    to_table,
)
from scoreboard.show_text import cell, data, parquet

HOSTILE = [
    "\x1b]0;title\x07\x1b[31mred",
    "evil\u202etxt.exe\u2066",
    "\x9b31m",
    "<script>alert(1)</script>",
    '=HYPERLINK("http://evil.example")',
    "+1+cmd|' /C calc'!A0",
    "@SUM(1)",
    "\t=1",
    "a|b\n| c",
    "[x](javascript:1)",
    "zero\u200bwidth\ufeff",
]
BAD = set("\x00\x07\x1b\x7f\x9b\u200b\u202e\u2066\ufeff\u2028")
SHARE = Estimate(
    value=0.3, low=0.25, high=0.5, interval=Interval("bounds", None), unit="fraction",
    method="share", as_of=dt.date(2026, 8, 21), population="OpenRouter tokens",
    key={"openness": "open"}, caveats=("a caveat",),
)  # fmt: skip


def hostile(text: str) -> Estimate:
    detail = {"model": text, "provider": text, "week": text}
    return replace(
        SHARE, key={"model": text}, population=text, caveats=(text,), source_name=text,
        detail=detail,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.12345, "fraction", "12.3"),
        (-0.04, "points", "0.0"),
        (-0.06, "points", "-0.1"),
        (1234567.0, "count", "1,234,567"),
        (0.0, "count", "0"),
        (0.0748, "usd_per_mtok", "0.0748"),
        (0.03, "usd_per_mtok", "0.03"),
        (30.0, "usd_per_mtok", "30.00"),
        (0.4, "usd_per_mtok", "0.40"),
        (13500.0, "usd", "13,500"),
        (11.76, "ratio", "11.8"),
        (0.854, "ratio", "0.85"),
        (123.4, "ratio", "123"),
        (None, "points", "no value"),
    ],
)
def test_numbers_as_shown(value: float | None, unit: str, text: str) -> None:
    assert number(value, unit) == text


def test_a_line_has_value_interval_unit_population_and_date() -> None:
    assert line(SHARE) == "30.0 [25.0, 50.0] %, OpenRouter tokens, as of 2026-08-21"
    empty = replace(SHARE, value=None, low=None, high=None, interval=None)
    assert line(empty) == "no value, OpenRouter tokens, as of 2026-08-21"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_harmless(text: str) -> None:
    e = hostile(text)
    for shown in (to_table([e]), to_csv([e]), to_markdown([e]), to_json(e.as_json()),
                  grid(("a", "b"), [[text, text]])):  # fmt: skip
        assert not BAD & set(shown)
    assert "<script" not in to_markdown([e])
    (row,) = csv.DictReader(io.StringIO(to_csv([e])))
    assert row["model"].lstrip()[:1] not in ("=", "+", "-", "@")
    assert len(to_markdown([e]).splitlines()) == 5  # header, rule, row, empty line, note
    assert json.loads(to_json(e.as_json()))["source_name"] == text


def test_cells_that_are_no_formula_stay() -> None:
    assert harmless("gpt-4o") == "gpt-4o"
    assert harmless(-0.5) == -0.5
    assert harmless("-0.5") == "'-0.5"


def test_csv_has_every_column_and_the_original_beside() -> None:
    changed = replace(SHARE, value=0.4)
    rows = list(csv.DictReader(io.StringIO(to_csv([changed], [SHARE]))))
    assert [(r["result"], r["value"]) for r in rows] == [("changed", "0.4"), ("original", "0.3")]
    assert rows[0]["unit"] == "fraction"
    assert rows[0]["caveats"] == "a caveat"


def test_notes_that_all_share_are_said_once() -> None:
    text = to_table([SHARE, replace(SHARE, key={"openness": "closed"})])
    assert text.count("a caveat") == 1


def test_a_table_too_wide_becomes_blocks() -> None:
    rows = [["qwen", "alibaba", ""], ["gemma", "google", "12"]]
    assert (
        grid(("family", "developer", "size"), rows, 40).splitlines()[1] == "------  ---------  ----"
    )
    assert grid(("family", "developer", "size"), rows, 20) == (
        "qwen\n  developer  alibaba\ngemma\n  developer  google\n  size       12\n"
    )


def test_long_lines_are_folded_under_their_indentation() -> None:
    assert folded("short\n  a bb ccc dddd", 12) == "short\n  a bb ccc\n    dddd"
    assert all(len(x) <= 30 for x in folded("    word " * 40, 30).split("\n"))


def test_values_of_a_database_fit_into_json() -> None:
    found = connect().execute(
        "SELECT 'nan'::DOUBLE, 'inf'::DOUBLE, [1, NULL], {'a': DATE '2025-01-01'}, 'x'::BLOB, "
        "0.5740::DECIMAL(10, 4), INTERVAL 1 DAY, TIME '10:00', uuid(), true"
    ).fetchone()  # fmt: skip
    assert found is not None
    shown = data(list(found))
    assert shown[:6] == [None, None, [1, None], {"a": "2025-01-01"}, "78", 0.574]
    json.dumps(shown, allow_nan=False)
    assert cell(found[5]) == "0.574"


def test_parquet_can_be_read_back(tmp_path: Path) -> None:
    path = tmp_path / "it's.parquet"
    path.write_bytes(parquet([SHARE, hostile("=cmd()")], None))
    rows = connect().execute("SELECT * FROM read_parquet(?)", [str(path)])
    columns = [d[0] for d in rows.description or []]
    first, second = (dict(zip(columns, r, strict=True)) for r in rows.fetchall())
    assert (first["value"], first["low"], first["as_of"]) == (0.3, 0.25, dt.date(2026, 8, 21))
    assert second["model"] == "=cmd()"


def test_clean_keeps_letters_of_every_script() -> None:
    assert clean("通义千问 Ünï gpt-4o\n2") == "通义千问 Ünï gpt-4o 2"


def test_bibtex_is_balanced_and_escaped() -> None:
    found = citation(
        key="a:b=c_{d}",
        title="50 % & more_{",
        year=2026,
        value="#1 ~ $5 ^ \\",
        note="n",
        credit="c",
    )
    head, *fields, end = found["bibtex"].split("\n")
    assert (head, end) == ("@misc{scoreboard-a-b-c-d,", "}")
    assert bare(found["bibtex"]) == ""
    assert len(fields) == 4
    assert tex("a_b") == "a\\_b"
    assert "\n" not in found["line"]


def bare(bibtex: str) -> str:
    """Special characters that stand there without a backslash; braces must close each other."""
    depth, found, i = 0, "", 0
    while i < len(bibtex):
        if bibtex[i] == "\\":
            i += 2
            continue
        depth += (bibtex[i] == "{") - (bibtex[i] == "}")
        assert depth >= 0
        found += bibtex[i] if bibtex[i] in "&%_#$^~" else ""
        i += 1
    assert depth == 0
    return found


def test_usage_errors_say_what_is_valid() -> None:
    shown = str(UsageError("what", where="there", valid=[str(i) for i in range(14)], repair="so"))
    assert shown.splitlines() == [
        "what", "  where: there",
        "  valid: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more", "  try: so",
    ]  # fmt: skip
