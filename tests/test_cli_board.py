"""The board on the command line, pipes and terminals."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest

from commands import MMLU, Run, process
from scoreboard.board_text import FAMILY_COLUMNS, changes_text
from scoreboard.engine import connect
from scoreboard.figures import board_figures

# The board


def test_the_board(built_home: Path) -> None:
    lines = (built_home / "board.txt").read_text().splitlines()
    assert re.fullmatch(
        r"Open Model Scoreboard: data through \d{4}-\d\d-\d\d, newest document \d{4}-\d\d-\d\d, "
        r"bundle [0-9a-f]+, stale sources: .+",
        lines[0],
    )
    text = "\n".join(lines)
    for figure in board_figures():
        assert f"{figure.title} [{figure.id}]" in text
    printed = [x for x in lines if re.match(r"    (?:no value|-?[\d.]+ (?:\[|[a-z$%]))", x)]
    assert len(printed) >= 15
    for x in printed:
        assert re.search(r", as of \d{4}-\d\d-\d\d$", x)
    head = next(i for i, x in enumerate(lines) if x.strip().startswith("family  "))
    assert re.split(r"\s{2,}", lines[head].strip()) == list(FAMILY_COLUMNS)
    families = lines[head + 2 : head + 13]
    assert [x.split()[0] for x in families] == [
        "qwen", "deepseek", "llama", "mistral", "gemma", "gpt-oss", "kimi", "glm", "minimax",
        "nemotron", "phi",
    ]  # fmt: skip
    assert max(len(x) for x in families) <= 160
    assert "None" not in text


def test_the_board_as_data(run: Run, built_site: Path) -> None:
    """What the command prints is what the first page of the site holds."""
    done = run("build", "--format", "json")
    assert [f["figure"] for f in done.json["figures"]] == [f.id for f in board_figures()]
    assert {"through", "newest_document", "bundle", "stale"} <= set(done.json)
    page = json.loads((built_site / "index.json").read_text(encoding="utf-8"))
    assert {k: v for k, v in page.items() if k not in ("figures", "changes")} == {
        k: v for k, v in done.json.items() if k != "figures"
    }
    for shown, printed in zip(page["figures"], done.json["figures"], strict=True):
        assert {k: shown[k] for k in printed} == printed


def test_what_changed_between_two_days(run: Run) -> None:
    found = run("diff", "2026-01-01", "2026-06-01", "--format", "json").json["changes"]
    moved = {c["figure"]: c for c in found}
    assert "gap-mmlu-2025" not in moved  # its day is fixed
    gap = moved["gap-arc-agi-2"]
    apart = (
        gap["first"]["high"] < gap["second"]["low"] or gap["second"]["high"] < gap["first"]["low"]
    )
    assert gap["separable"] is apart
    whats = [c["what"] for c in found if c["figure"] == "lag-rules"]
    assert len(whats) == len(set(whats)) > 1  # each row says which of the figure's values it is
    day = dt.date(2026, 1, 1)
    assert changes_text([], day, day, None).startswith("nothing on the board differs")


# Pipes and terminals


def test_a_closed_pipe_is_no_error(built_home: Path) -> None:
    done = process(built_home, "scoreboard sql 'SELECT * FROM prices' | head -1")
    assert (done.returncode, done.stderr) == (0, "")


def test_help_is_quick_and_short(built_home: Path) -> None:
    done = process(built_home, "scoreboard --help")
    assert done.returncode == 0
    assert max(len(x) for x in done.stdout.splitlines()) <= 80
    assert not any(x.endswith("...") for x in done.stdout.partition("Commands:")[2].splitlines())


def test_parquet_goes_through_a_pipe(built_home: Path, tmp_path: Path) -> None:
    path = tmp_path / "f.parquet"
    done = process(built_home, f"scoreboard show gap --format parquet > {path}")
    assert done.returncode == 0
    assert connect().execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchone() == (1,)


def test_lines_fit_on_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    width = 60
    monkeypatch.setattr("scoreboard.terminal.columns", lambda: width)
    monkeypatch.setattr("scoreboard.cli.columns", lambda: width)
    for command in (("build",), MMLU, ("find", "kimi"), ("sources",), ("model", "kimi-k2"),
                    ("names", "deepseek-chat"), ("show",),
                    ("explain", "gap-mmlu-2025")):  # fmt: skip
        for x in run(*command).out.splitlines():
            assert len(x) <= width or " " not in x.strip()[width // 2 :].strip()[:-1], x


def test_a_figure_that_cannot_be_had_says_why_and_stops_no_other(run: Run) -> None:
    found = run("build", "--exclude", "source=epoch_index", "--format", "json")
    assert found.code == 0
    figures = {f["figure"]: f["estimates"] for f in found.json["figures"]}
    (index,) = figures["gap-index"]
    assert index["value"] is None
    assert index["caveats"]
    (share,) = figures["share-cn-open-latest"]
    assert share["value"] > 0
