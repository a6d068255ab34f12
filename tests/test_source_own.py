"""Scores of your own: what is read from logs and documents, and what is refused."""

from __future__ import annotations

import datetime as dt
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from helpers import body_of, fixture_rows, reasons, rows_of, zip_of
from scoreboard.documents import locate, member
from scoreboard.engine import connect
from scoreboard.errors import DataError
from scoreboard.sources import get_source
from scoreboard.tables import Row, Score

OWN = get_source("own")
LOG: dict[str, Any] = json.loads(body_of("2026-01-05/own/gpqa.json"))
RUN: dict[str, Any] = json.loads(body_of("2026-01-05/own/every-eval.json"))
Change = Callable[[dict[str, Any]], object]


def changed(of: dict[str, Any], *changes: Change, query: str = "") -> list[Row]:
    """The rows of a document after changes to it."""
    made = deepcopy(of)
    for change in changes:
        change(made)
    return rows_of(OWN, json.dumps(made), f"own:x?{query}")


def scores(rows: list[Row]) -> list[Score]:
    return [r for r in rows if isinstance(r, Score)]


def metrics(of: dict[str, Any], i: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = of["results"]["scores"][i]["metrics"]
    return found


# logs


def test_a_log() -> None:
    (s,) = scores(fixture_rows(OWN, "madeUpRunOne"))
    assert (s.source_name, s.benchmark) == ("openai/gpt-5-2025-08-07_high", "gpqa_diamond")
    assert (s.value, s.full_score, s.stderr, s.items) == (0.85, 1.0, 0.024, 198)
    assert (s.harness, s.scaffold, s.runner) == ("inspect_ai", "multiple_choice", "")
    assert s.evaluated == dt.date(2026, 1, 5)
    assert (s.locator, s.raw) == ("/results/scores/0/metrics/accuracy/value", "0.85")


def test_samples_that_failed_are_told() -> None:
    assert reasons(fixture_rows(OWN, "madeUpRunOne")) == [
        ("/results/completed_samples", "2 of 396 samples failed and are not in the score")
    ]


def test_an_archive_with_what_the_user_says() -> None:
    (s,) = scores(fixture_rows(OWN, "madeUpRunTwo"))
    assert (s.source_name, s.harness, s.runner) == ("vllm/Qwen/Qwen3-32B", "acme", "independent")
    assert s.locator == "header.json!/results/scores/0/metrics/accuracy/value"


@pytest.mark.parametrize("status", ["error", "cancelled", "started"])
def test_a_run_without_success_has_no_score(status: str) -> None:
    rows = changed(
        LOG, lambda d: d.update(status=status), lambda d: d.update(error={"message": "boom\nat"})
    )
    assert reasons(rows) == [("/status", f"the run has the status {status}: boom")]
    assert not scores(rows)


def test_an_invalidated_run_has_no_score() -> None:
    rows = changed(LOG, lambda d: d.update(invalidated=True))
    assert reasons(rows) == [("/invalidated", "samples of the run were invalidated")]


@pytest.mark.parametrize(
    ("metric", "value", "reason"),
    [
        ("accuracy", float("nan"), "the score is not a number"),
        ("accuracy", float("inf"), "the score is not a number"),
        ("accuracy", None, "the score is not a number"),
        ("accuracy", 1.2, "the score is not between 0 and 1"),
        ("accuracy", -0.1, "the score is not between 0 and 1"),
        ("stderr", float("nan"), "the standard error is not a number"),
        ("stderr", -0.01, "the standard error is negative"),
    ],
)
def test_numbers_that_cannot_be(metric: str, value: object, reason: str) -> None:
    rows = changed(LOG, lambda d: metrics(d)[metric].update(value=value))
    assert reasons(rows)[0] == ("/results/scores/0/metrics/accuracy/value", reason)
    assert not scores(rows)


def test_a_log_without_error_or_items() -> None:
    """Ten questions, each asked twice: repeats add none."""
    (s,) = scores(
        changed(
            LOG,
            lambda d: metrics(d).pop("stderr"),
            lambda d: d["results"]["scores"][0].pop("scored_samples"),
            lambda d: d["results"].update(total_samples=20, completed_samples=20),
        )
    )
    assert (s.stderr, s.items) == (None, 10)


def second(d: dict[str, Any], **more: Any) -> None:
    """A second scorer that finds half right."""
    d["results"]["scores"].append(deepcopy(d["results"]["scores"][0]) | {"name": "model", **more})
    metrics(d, 1)["accuracy"]["value"] = 0.5


def test_of_several_accuracies_the_user_names_one() -> None:
    rows = changed(LOG, second)
    assert not scores(rows)
    assert reasons(rows)[0][1] == (
        "several accuracies among choice/accuracy, model/accuracy: name one with --metric"
    )
    (s,) = scores(changed(LOG, second, query="metric=model/accuracy"))
    assert (s.value, s.harness) == (0.5, "inspect_ai")


def test_of_several_accuracies_the_task_declares_one() -> None:
    said = {"score": "model", "scorer": "choice", "metric": "accuracy"}
    (s,) = scores(changed(LOG, second, lambda d: d["eval"].update(headline_metric=said)))
    assert s.value == 0.5


def test_a_reduction_other_than_the_mean_is_another_procedure() -> None:
    def passes(d: dict[str, Any]) -> None:
        second(d, name="choice", reducer="pass_at_2")

    (s,) = scores(changed(LOG, passes))
    assert s.value == 0.85
    (s,) = scores(changed(LOG, passes, query="metric=choice:pass_at_2/accuracy"))
    assert (s.value, s.harness) == (0.5, "inspect_ai:pass_at_2")


def test_a_mean_needs_to_be_told_what_is_perfect() -> None:
    def mean(d: dict[str, Any]) -> None:
        metrics(d)["mean"] = {"name": "mean", "value": 7.5}
        del metrics(d)["accuracy"]

    assert reasons(changed(LOG, mean))[0][1].startswith("no accuracy among choice/mean, choice/")
    assert "--full-score" in reasons(changed(LOG, mean, query="metric=mean"))[0][1]
    (s,) = scores(changed(LOG, mean, query="metric=mean&full_score=10"))
    assert (s.value, s.full_score) == (7.5, 10.0)
    with pytest.raises(DataError, match="no metric std") as caught:
        changed(LOG, mean, query="metric=std")
    assert caught.value.valid == ["choice/mean", "choice/stderr"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.update(version=1), "version 1 of the log is not known"),
        (lambda d: d.pop("version"), "the field is missing: /version"),
        (lambda d: d["eval"].pop("model"), "the field is missing: /eval/model"),
        (lambda d: d["eval"].update(task=3.5), ""),
        (lambda d: d.pop("results"), "the field is missing: /results"),
    ],
)
def test_a_log_with_something_amiss(change: Change, words: str) -> None:
    if words:
        with pytest.raises(DataError, match=words):
            changed(LOG, change)
    else:
        (s,) = scores(changed(LOG, change))
        assert s.benchmark == "3.5"


def test_a_run_without_results() -> None:
    rows = changed(LOG, lambda d: d["results"].update(scores=[]))
    assert reasons(rows) == [("/status", "the run has no results")]


def packed(text: bytes, folder: Path) -> bytes:
    """A zip with a header that Zstandard packed, as Inspect writes it."""
    path = folder / "header.zst"
    connect().execute(
        f"COPY (SELECT ?) TO '{path}' (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', "
        "DELIMITER '\x01', COMPRESSION zstd)",
        [text.decode()],
    )
    small, whole = path.read_bytes(), text + b"\n"
    plain = bytearray(zip_of({"header.json": small}))
    start = plain.index(b"PK\x01\x02")  # the entry of the directory
    for method, sizes in ((8, 14), (start + 10, start + 16)):
        struct.pack_into("<H", plain, method, 93)
        struct.pack_into("<III", plain, sizes, zlib.crc32(whole), len(small), len(whole))
    return bytes(plain)


def test_an_archive_packed_with_zstandard(tmp_path: Path) -> None:
    body = packed(json.dumps(LOG).encode(), tmp_path)
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.infolist()[0].compress_type == 93
    (s,) = scores(rows_of(OWN, body))
    assert s.value == 0.85
    assert locate(body, s.locator) == "0.85"


def test_an_archive_that_is_damaged(tmp_path: Path) -> None:
    body = bytearray(packed(json.dumps(LOG).encode(), tmp_path))
    body[len(body) // 2 - 40] ^= 0xFF
    with pytest.raises(DataError, match="the archive is not whole"):
        member(bytes(body), "header.json", "a log")


def test_an_archive_of_a_run_that_has_not_ended() -> None:
    with pytest.raises(DataError, match=r"no header\.json: the run has not ended"):
        rows_of(OWN, zip_of({"_journal/start.json": b"{}"}))


# Every Eval Ever


def test_a_document() -> None:
    gpqa, mmlu, hle = scores(changed(RUN))
    assert {s.source_name for s in (gpqa, mmlu, hle)} == {"deepseek-ai/DeepSeek-V3"}
    assert {(s.harness, s.runner) for s in (gpqa, mmlu, hle)} == {("lm_eval", "independent")}
    assert (gpqa.value, gpqa.full_score, gpqa.stderr, gpqa.items) == (0.591, 1.0, 0.035, 198)
    assert (mmlu.value, mmlu.full_score, mmlu.stderr) == (88.1, 100.0, None)
    assert (mmlu.low, mmlu.high, mmlu.items) == (87.5, 88.7, 14042)
    assert (gpqa.evaluated, mmlu.evaluated) == (dt.date(2026, 1, 4), dt.date(2026, 1, 3))
    assert (hle.value, hle.full_score, hle.items) == (0.04, 1.0, None)
    assert gpqa.locator == "/evaluation_results/0/score_details/score"


def test_what_a_document_has_besides() -> None:
    at = "/evaluation_results/{}/score_details/score".format
    assert reasons(changed(RUN)) == [
        (at(1), "another metric of the test is its score"),
        (at(4), "the score is not between 0 and 1"),
        (at(5), "a lower score is better"),
    ]


@pytest.mark.parametrize(
    ("said", "runner"),
    [("first_party", "developer"), ("third_party", "independent"), ("collaborative", ""),
     ("other", "")],
)  # fmt: skip
def test_who_ran_it(said: str, runner: str) -> None:
    rows = changed(RUN, lambda d: d["source_metadata"].update(evaluator_relationship=said))
    assert {s.runner for s in scores(rows)} == {runner}


def first(**changes: Any) -> Change:
    """Changes the first result's score details or metric config."""

    def change(d: dict[str, Any]) -> None:
        result = d["evaluation_results"][0]
        d["evaluation_results"] = [result]
        for key, value in changes.items():
            place = result["score_details"] if key in ("score", "uncertainty") else None
            (result["metric_config"] if place is None else place)[key] = value

    return change


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"score": float("nan")}, "the score is not a number"),
        ({"score": 1.01}, "the score is not between 0 and 1"),
        ({"uncertainty": {"standard_error": {"value": -1}}}, "the standard error is negative"),
        ({"uncertainty": {"standard_error": {"value": "x"}}}, "the standard error is not a number"),
        ({"uncertainty": {"confidence_interval": {"lower": 0.7, "upper": 0.8}}},
         "the score is outside its interval"),
        ({"uncertainty": {"confidence_interval": {"lower": "?", "upper": 0.8}}},
         "the interval is not of numbers"),
        ({"min_score": -1}, "the range is not from 0 to a number above it: -1 to 1"),
        ({"max_score": "Infinity"},
         "the range is not from 0 to a number above it: 0 to Infinity"),
        ({"score_type": "levels"}, "the scores are levels, not an accuracy"),
        ({"lower_is_better": True}, "a lower score is better"),
        ({"min_score": None, "max_score": None},
         "its range is not stated: say what is perfect with --full-score"),
    ],
)  # fmt: skip
def test_scores_that_cannot_be_used(changes: dict[str, Any], reason: str) -> None:
    rows = changed(RUN, first(**changes))
    assert reasons(rows) == [("/evaluation_results/0/score_details/score", reason)]


def test_a_range_that_is_not_stated_follows_from_the_unit() -> None:
    bare: dict[str, Any] = {"min_score": None, "max_score": None, "score": 0.5}
    (s,) = scores(changed(RUN, first(**bare, metric_unit="percent")))
    assert s.full_score == 100.0
    (s,) = scores(changed(RUN, first(**bare), query="full_score=2"))
    assert s.full_score == 2.0


def test_a_metric_that_the_user_names() -> None:
    rows = changed(RUN, query="metric=f1")
    assert [(s.benchmark, s.value) for s in scores(rows)] == [("gpqa_diamond", 0.58)]
    why = [r for p, r in reasons(rows) if p.startswith("/evaluation_results/2/")]
    assert why == ["several metrics of mmlu (accuracy): name one with --metric"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.update(schema_version="0.2.1"), "version 0.2.1 of the schema is not known"),
        (lambda d: d.update(schema_version="1.0.0"), "version 1.0.0 of the schema is not known"),
        (lambda d: d.pop("model_info"), "the field is missing: /model_info"),
        (lambda d: d["model_info"].pop("id"), "the field is missing: /model_info/id"),
        (lambda d: d["evaluation_results"][0].pop("evaluation_name"),
         "the field is missing: /evaluation_results/0/evaluation_name"),
        (lambda d: d["evaluation_results"][0]["metric_config"].pop("lower_is_better"),
         "the field is missing: /evaluation_results/0/metric_config/lower_is_better"),
        (lambda d: d["source_metadata"].update(evaluator_relationship="a friend"),
         "not a relationship of evaluator and model: a friend"),
        (lambda d: d.update(evaluation_results=[]), "the document has no results"),
    ],
)  # fmt: skip
def test_a_document_with_something_amiss(change: Change, words: str) -> None:
    with pytest.raises(DataError, match=words):
        changed(RUN, change)


def test_results_of_samples_are_not_those_of_a_run() -> None:
    sample = {"schema_version": "0.3.0", "evaluation_id": "run-7", "evaluation_name": "x",
              "sample_id": "1"}  # fmt: skip
    line = json.dumps(sample)
    for text in (line, f"{line}\n{line}\n"):
        with pytest.raises(DataError, match="results of single samples") as caught:
            rows_of(OWN, text)
        assert caught.value.repair == "add the document of the run run-7"
    with pytest.raises(DataError, match="not whole JSON"):
        rows_of(OWN, f"{line[:20]}\n{line}\n")


def test_names_that_the_user_maps() -> None:
    rows = changed(RUN, query="model=qwen3-32b&benchmark=hle%3Dfrontiermath")
    assert {s.source_name for s in scores(rows)} == {"qwen3-32b"}
    assert [s.benchmark for s in scores(rows)] == ["gpqa_diamond", "mmlu", "frontiermath"]
    with pytest.raises(DataError, match="the document has several tests"):
        changed(RUN, query="benchmark=mmlu")
    (s,) = scores(changed(LOG, query="model=gpt-4o&benchmark=mmlu"))
    assert (s.source_name, s.benchmark) == ("gpt-4o_high", "mmlu")
