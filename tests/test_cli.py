"""The command line from end to end: answers, formats, messages, exit codes, odd input."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from commands import MMLU, Run
from scoreboard.engine import connect

# Answers


def test_one_estimate_is_the_estimate(run: Run) -> None:
    found = run(*MMLU, "--format", "json").json
    assert found["metric"] == "gap"
    assert found["params"]["benchmark"] == "mmlu"
    assert found["params"]["by"] == "openness"  # defaults are said
    for key in ("key", "value", "low", "high", "interval", "unit", "method", "as_of", "n",
                "population", "caveats", "inputs", "detail", "draws"):  # fmt: skip
        assert key in found
    assert found["low"] <= found["value"] <= found["high"]
    assert found["interval"] == {"kind": "confidence", "level": 0.95}
    assert found["unit"] == "points"
    # Best HELM scores by that day as published: Claude 3.5 Sonnet 87.3, DeepSeek-V3 87.2.
    assert found["detail"]["plain"] == pytest.approx(87.3 - 87.2)
    assert found["detail"]["leader_model"] == "claude-3.5-sonnet-20241022"
    assert found["detail"]["chaser_model"] == "deepseek-v3"
    assert found["detail"]["harness"] == "helm"
    # Epoch's file has 80 such rows; four name no one model (PaLM-2 twice, Mistral NeMo, Mixtral).
    assert found["inputs"]["count"] == found["n"] == 80 - 4


def test_several_estimates_are_rows(run: Run) -> None:
    found = run("show", "token_share", "--format", "json").json
    assert set(found) == {"metric", "params", "rows"}
    groups = {r["key"]["openness"]: r["value"] for r in found["rows"]}
    assert sum(groups.values()) == pytest.approx(1)


def test_no_value_is_null_with_a_word_why(run: Run) -> None:
    done = run("show", "gap", "-p", "benchmark=mmlu", "--format", "json")
    assert done.code == 0
    assert done.json["value"] is done.json["low"] is None
    assert "the series ends" in done.json["caveats"][0]
    assert "no value, MMLU" in run("show", "gap", "-p", "benchmark=mmlu").out


def test_countries_against_each_other(run: Run) -> None:
    asked = ("-p", "by=origin", "-p", "leader=US", "-p", "chaser=CN")
    found = run("show", "gap", *asked, "--format", "json").json
    assert found["key"] == {"benchmark": "gpqa_diamond", "leader": "US", "chaser": "CN"}
    series = run("show", "gap", *asked, "--series", "--format", "json").json["rows"]
    days = [r["as_of"] for r in series]
    assert days == sorted(days)
    assert len(days) > 10


def test_the_table_reads_as_a_sentence(run: Run) -> None:
    first = run(*MMLU).out.splitlines()[0]
    assert re.fullmatch(
        r"mmlu, closed minus open: -?[\d.]+ \[-?[\d.]+, -?[\d.]+\] points, MMLU, helm, 5-shot "
        r"\(epoch_hub\), as of 2025-01-31",
        first,
    )


def test_csv_markdown_and_parquet_say_the_same(run: Run, tmp_path: Path) -> None:
    value = run(*MMLU, "--format", "json").json["value"]
    (row,) = csv.DictReader(io.StringIO(run(*MMLU, "--format", "csv").out))
    assert (float(row["value"]), row["leader"]) == (value, "closed")
    assert run(*MMLU, "--format", "md").out.count("\n|") == 2
    path = tmp_path / "f.parquet"
    done = run(*MMLU, "--format", "parquet", "--out", str(path))
    assert (done.out, done.err) == ("", f"written: {path}\n")
    assert connect().execute("SELECT value FROM read_parquet(?)", [str(path)]).fetchone() == (
        value,
    )


def test_without_a_metric_all_are_listed(run: Run) -> None:
    found = run("show", "--format", "json").json
    assert [m["metric"] for m in found] == sorted(m["metric"] for m in found)
    assert all(p["doc"] for m in found for p in m["params"])
    assert "gap: " in run("show").out


# Leaving out and assuming


def test_an_assumption_changes_the_gap_and_the_original_stands_beside(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "assume.yml"
    file.write_text("assume:\n- model: kimi-k3\n  attribute: weights\n  value: false\n")
    asked = ("show", "gap", "-p", "benchmark=index", "--assume", str(file))
    found = run(*asked, "--format", "json").json
    assert found["original"]["detail"]["chaser_model"] == "kimi-k3"
    assert found["detail"]["chaser_model"] != "kimi-k3"
    assert found["detail"]["plain"] > found["original"]["detail"]["plain"]
    assert "The original, without the change" in run(*asked).out
    rows = list(csv.DictReader(io.StringIO(run(*asked, "--format", "csv").out)))
    assert [r["result"] for r in rows] == ["changed", "original"]
    trail = run("explain", "gap-index", "--assume", str(file)).out
    assert "The original, with all rows and no assumption:" in trail


def test_a_source_left_out(run: Run) -> None:
    found = run(*MMLU, "--exclude", "source=epoch_hub", "--format", "json").json
    assert found["detail"]["source"] in ("epoch_index", "epoch_stitching")
    assert found["original"]["detail"]["source"] == "epoch_hub"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("assume: [", "not valid YAML"),
        ("[]", "valid dictionary"),
        ("assume:\n- {model: kimi-k9, attribute: weights, value: false}", "kimi-k3"),
        ("assume:\n- {model: kimi-k3, attribute: wieghts, value: false}", "weights"),
        ("assume:\n- {model: kimi-k3, attribute: weights, value: perhaps}", "valid: true, false"),
        ("assume:\n- {model: kimi-k3, attribute: released, value: 2025-02-30}", "no"),
        ("assume:\n- {model: kimi-k3, attribute: licence, value: my-own}", "unknown licence"),
    ],
)
def test_assumptions_that_cannot_be_used(run: Run, tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "assume.yml"
    file.write_text(text)
    done = run("show", "gap", "--assume", str(file))
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert str(file) in done.err


# Bad use


def test_words_that_are_no_text_are_refused(run: Run) -> None:
    done = run("show", "gap", "-p", "benchmark=\udcff")
    assert (done.code, done.out) == (2, "")
    assert "not UTF-8 text: benchmark=?" in done.err


ODD = ["", " ", "x" * 3000, "数学", "\x1b[31m\x07", "\u202eabc", "'; DROP TABLE results; --", "%",
       "99999999999999999999999", "../../etc/passwd"]  # fmt: skip


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize(
    "command",
    [
        ("show", "@"),
        ("show", "gap", "-p", "benchmark=@"),
        ("show", "gap", "-p", "leader=@"),
        ("show", "gap", "-p", "@=mmlu"),
        ("show", "gap", "-p", "@"),
        ("show", "gap", "--as-of", "@"),
        ("show", "gap", "--vintage", "@"),
        ("show", "gap", "--format", "@"),
        ("show", "gap", "--exclude", "source=@"),
        ("show", "gap", "--exclude", "@"),
        ("show", "gap", "--assume", "/nowhere/@"),
        ("explain", "@"),
        ("cite", "@"),
        ("model", "@"),
        ("family", "@"),
        ("developer", "@"),
        ("provider", "@"),
        ("benchmark", "@"),
        ("licence", "@"),
        ("names", "@"),
        ("sources", "@"),
        ("diff", "@", "2026-01-01"),
        ("sql", "@"),
        ("build", "--as-of", "@"),
        ("sync", "@"),
    ],
    ids=" ".join,
)
def test_odd_input_is_refused(run: Run, command: tuple[str, ...], text: str) -> None:
    done = run(*(part.replace("@", text) for part in command))
    assert done.code == 2, done
    assert done.out == ""
    assert done.err.startswith("scoreboard: ")
    assert max(len(x) for x in done.err.splitlines()) < 1000


@pytest.mark.parametrize("day", ["2025-02-30", "2025-13-01", "0000-00-00", "10000-01-01", "today"])
def test_days_that_are_none(run: Run, day: str) -> None:
    for command in (("show", "gap", "--as-of", day), ("diff", day, "2026-01-01"),
                    ("show", "token_share", "-p", f"week={day}")):  # fmt: skip
        done = run(*command)
        assert done.code == 2
        assert "a day such as 2025-01-31" in done.err


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("metric", ["gap", "models", "token_share", "price_to_reach"])
def test_days_far_away(run: Run, metric: str, day: str) -> None:
    assert run("show", metric, "--as-of", day, "--format", "json").code in (0, 2)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("show", "gpa"), ["unknown metric: gpa", "near: gap", "try: scoreboard show"]),
        (("show", "gap", "-p", "bench=mmlu"), ["near: benchmark", "valid: benchmark, by"]),
        (
            ("show", "gap", "-p", "benchmark=gpqa_diamnd"),
            ["near: gpqa_diamond", "try: scoreboard find"],
        ),
        (("show", "gap", "--format", "xml"), ["valid: table, json, csv, md, parquet"]),
        (("show", "gap", "--exclude", "source=epoch"), ["valid: aider, atom"]),
        (("explain", "gap-index-2"), ["near: gap-index", "try: scoreboard find"]),
        (("model", "kimi-k99"), ["kimi-k2", "try: scoreboard find kimi-k99"]),
        (("model", "deepseek-chat"), ["several models", "deepseek-v3.1", "scoreboard names"]),
        (("show", "gap", "-p", "by=origin", "-p", "by=openness"), ["given twice"]),
        (("nope",), ["No such command 'nope'", "valid: build, sync", "scoreboard --help"]),
        (("show", "--nope"), ["No such option", "show --help"]),
        (("diff", "2026-01-01"), ["Missing argument", "diff --help"]),
        (("names", "--limit", "-1"), ["--limit"]),
        (
            ("show", "gap", "-p", "by=country"),
            ["valid: openness, origin", "try: scoreboard show\n"],
        ),
        (("model", "kimi-k99"), ["near: kimi-k", "valid: "]),
        (("reconcile", "nobody"), ["valid: atom", "try: scoreboard reconcile"]),
        (("remove", "all"), ["no scores of your own", "try: scoreboard add"]),
        (("add", "none.json"), ["where: none.json", "try: scoreboard add"]),
        (("serve", "/no/folder"), ["no site", "try: scoreboard build --out /no/folder"]),
    ],
)
def test_errors_say_what_is_valid_and_what_repairs(
    run: Run, command: tuple[str, ...], words: list[str]
) -> None:
    done = run(*command)
    assert (done.code, done.out) == (2, "")
    for word in words:
        assert word in done.err


def test_an_unknown_option_is_not_told_the_commands(run: Run) -> None:
    assert "valid:" not in run("--nope").err


def test_without_a_command_there_is_help(run: Run) -> None:
    done = run()
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Usage: scoreboard")


def test_the_version(run: Run) -> None:
    done = run("--version")
    assert (done.code, done.err) == (0, "")
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", done.out)


def test_a_folder_with_other_things_is_not_proposed_for_a_site(run: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    for folder in (tmp_path, tmp_path / "notes.txt"):
        assert "try: scoreboard build --out site\n" in run("serve", str(folder)).err


def test_long_names_end_in_dots(run: Run) -> None:
    lines = run("find", "price against capability").out.splitlines()
    assert any(line.rstrip().endswith("...") for line in lines)


def test_a_file_that_cannot_be_written_is_bad_data(run: Run) -> None:
    for command in ((*MMLU, "--out", "/proc/no/f.csv"), ("build", "--out", "/proc/no")):
        done = run(*command)
        assert done.code == 3
        assert "cannot be written" in done.err
        assert "try: choose another --out" in done.err


# SQL


def test_sql_reads(run: Run) -> None:
    assert "results" in run("sql", "SHOW TABLES").out.split()
    found = run("sql", "SELECT 1 AS a, 2 AS a, 'nan'::DOUBLE AS b", "--format", "json").json
    assert found == [{"a": 1, "a_1": 2, "b": None}]
    assert run("sql", "SELECT * FROM models LIMIT 0", "--format", "json").json == []
    done = run("sql", "SELECT '=1', chr(27) || chr(8238) || 'x'", "--format", "csv")
    assert done.out.splitlines()[1] == "'=1,x"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/*')",
        "COPY models TO '@'",
        "COPY (SELECT 1) TO '@'",
        "EXPORT DATABASE '@'",
        "ATTACH '@'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "CREATE TABLE x AS SELECT 1",
        "CREATE TEMP TABLE x AS SELECT 1",
        "DROP TABLE models",
        "DELETE FROM models",
        "UPDATE models SET name = ''",
        "INSERT INTO models SELECT * FROM models",
        "SET enable_external_access = true",
        "SELECT 1; DROP TABLE models",
        "EXPLAIN ANALYZE DELETE FROM models",
        "SELECT FROM WHERE",
        ";",
    ],
)
def test_sql_neither_writes_nor_leaves_the_tables(run: Run, tmp_path: Path, query: str) -> None:
    target = tmp_path / "out"
    done = run("sql", query.replace("@", str(target)))
    assert (done.code, done.out) == (2, "")
    assert not target.exists()
    assert run("sql", "SELECT count(*) > 0 AS a FROM models", "--format", "json").json == [
        {"a": True}
    ]


# Looking things up


def test_find_by_any_part_of_any_name(run: Run) -> None:
    kinds = {r["kind"] for r in run("find", "kimi", "--format", "json").json}
    assert {"model", "family", "licence"} <= kinds
    assert run("find", "KIMI-K2-0711", "--format", "json").json[0]["id"] == "kimi-k2-instruct"
    assert run("find", "gpqa", "science", "--format", "json").json[0]["id"] == "gap-gpqa-diamond"
    nothing = run("find", "%")
    assert nothing.code in (0, 1)
    assert "gemma" not in nothing.out  # the sign is no wildcard
    none = run("find", "no such thing", "--format", "json")
    assert (none.code, none.json) == (1, [])


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        ("model", "moonshotai/Kimi-K2-Instruct", ["kimi-k2-instruct", "openness (", "prices ("]),
        ("model", "gpt-4o-2024-08-06", ["names (", "scores ("]),
        ("model", "QWEN3-235B-A22B-Thinking-2507", ["qwen3-235b-a22b-thinking-2507"]),
        ("family", "Qwen", ["alibaba", "models ("]),
        ("developer", "mistral", ["FR", "models ("]),
        ("provider", "openrouter", ["US"]),
        ("benchmark", "MMLU-Pro", ["mmlu_pro", "items"]),
        ("licence", "Apache-2.0", ["counts as unrestricted", "yes"]),
    ],
)
def test_cards_by_any_name(run: Run, kind: str, name: str, words: list[str]) -> None:
    done = run(kind, name)
    assert done.code == 0
    for word in words:
        assert word in done.out
    assert run(kind, name, "--format", "json").json


def test_a_licence_without_limits_says_none(run: Run) -> None:
    assert re.search(r"cap on users or revenue +none", run("licence", "mit").out)


def test_names_say_why_and_whether_two_are_one(run: Run) -> None:
    text = run("names", "deepseek-chat", "deepseek-v3").out
    assert re.search(r"deepseek-chat +deepseek-v3 +2024-12-26 to 2025-03-23 +dated name", text)
    assert "both can mean" in text.splitlines()[-1]
    assert "not the same" in run("names", "gpt-4o-2024-05-13", "gpt-4o-2024-08-06").out
    one = run("names", "moonshotai/Kimi-K2-Instruct", "Kimi-K2-Instruct").out
    assert "the same model" in one.splitlines()[-1]


def test_unresolved_names_by_weight(run: Run) -> None:
    found = run("names", "--unresolved", "--format", "json").json
    weights = [(r["tokens"], r["rows"]) for r in found]
    assert weights == sorted(weights, reverse=True)
    done = run("names", "--unresolved", "--limit", "2")
    assert len(done.out.splitlines()) == 4
    assert done.err == f"{len(found) - 2} more: --limit 0\n"


def test_sources_with_licence_and_state(run: Run) -> None:
    found = {s["source"]: s for s in run("sources", "--format", "json").json}
    assert found["epoch_hub"]["licence"] == "CC-BY-4.0"
    assert found["epoch_hub"]["rows"] > 0
    assert found["openrouter_models"]["rows"] == 0  # may not be republished
    assert "republished" in found["openrouter_models"]["state"]
    assert (
        len(run("sources", "epoch_hub", "--format", "json").json[0]["unread_rows"])
        == (found["epoch_hub"]["unread"])
    )


@pytest.mark.parametrize("figure", ["gap-index", "share-cn-open-peak", "families",
                                    "gap:benchmark=mmlu,as_of=2025-01-31"])  # fmt: skip
def test_cite_is_one_line_and_bibtex(run: Run, figure: str) -> None:
    line, empty, head, *rest = run("cite", figure).out.splitlines()
    assert line.startswith("Open Model Scoreboard (2")
    assert empty == ""
    assert re.fullmatch(r"@misc\{scoreboard-[A-Za-z0-9-]+,", head)
    assert rest[-1] == "}"
    assert not re.search(r"(?<!\\)[&%_#$]", "".join(rest))
    assert run("cite", figure, "--format", "json").json["line"] == line


@pytest.mark.parametrize(
    ("day", "model"),
    [
        ("2024-01-01", "deepseek-v2-chat"),  # before the name meant anything: its first meaning
        ("2025-06-30", "deepseek-v3-0324"),
        ("2026-08-11", "deepseek-v4-flash"),  # retired on 2026-07-24: its last meaning
    ],
)
def test_a_name_that_moved_answers_with_the_model_of_the_day(
    run: Run, day: str, model: str
) -> None:
    found = run("show", "price", "-p", "model=deepseek-chat", "--as-of", day, "--format", "json")
    assert found.json["key"]["model"] == model


def test_a_figure_of_the_board_is_shown_how_to_be_asked_for(run: Run) -> None:
    done = run("show", "gap-mmlu-2024")
    assert done.code == 2
    explain, _, show = done.err.partition("try: ")[2].strip().partition("; ")
    assert explain == "scoreboard explain gap-mmlu-2024"
    assert show == "scoreboard show gap -p benchmark=mmlu -p as_of=2024-01-31"
    assert run(*show.split()[1:]).code == 0


def test_line_breaks_of_the_input_do_not_break_an_error(run: Run) -> None:
    done = run("show", "gap", "-p", "benchmark=\n\r\nx\n y")
    assert [line.split(":")[0].strip() for line in done.err.splitlines()] == [
        "scoreboard", "valid", "try",
    ]  # fmt: skip


def test_a_sync_that_gets_nothing_says_what_can_be_done(run: Run, tmp_path: Path) -> None:
    gone = {"file": "2026-01-05/models.dev/api.json", "address": "https://models.dev/api.json",
            "published": "2026-01-05", "retrieved": "2026-01-05", "sha256": "0" * 64}  # fmt: skip
    (tmp_path / "index.json").write_text(json.dumps({"documents": [gone]}))
    done = run("sync", "models_dev", "--mirror", str(tmp_path))
    assert done.code == 3
    assert "try: scoreboard sync --mirror FOLDER" in done.err
