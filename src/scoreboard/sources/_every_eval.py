"""Documents of Every Eval Ever, schema 0.3: the results of one model, with metric and error."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from scoreboard.errors import DataError
from scoreboard.sources._common import whole_number
from scoreboard.sources._own import Choices, Node, Stated, day_of, one_test, score
from scoreboard.sources.base import float_of
from scoreboard.tables import Row

VERSION = "0.3"
RUNNERS = {"first_party": "developer", "third_party": "independent", "collaborative": "",
           "other": ""}  # fmt: skip
REQUIRED = ("evaluation_id", "retrieved_timestamp", "source_metadata", "model_info",
            "eval_library", "evaluation_results")  # fmt: skip
ACCURACIES = {"accuracy", "acc", "exact_match", "em", "pass_rate", "pass@1", "pass_at_1"}
UNITS = {"proportion": 1.0, "percent": 100.0}


def read(run: Node, choices: Choices) -> Iterator[Row]:
    """The scores of a document, each once per test."""
    version = run.need_text("schema_version")
    if version.rpartition(".")[0] != VERSION:
        raise DataError(
            f"version {version} of the schema is not known", where=run.where,
            valid=[f"{VERSION}.0"], repair="convert the document to this version",
        )  # fmt: skip
    for field in REQUIRED:
        run.need(field)
    results = run.get("evaluation_results").items
    if not results:
        raise DataError("the document has no results", where=run.where)
    tests: dict[str, list[Node]] = defaultdict(list)
    for result in results:
        tests[result.need_text("evaluation_name")].append(result)
    one_test(choices, list(tests), run.where)
    for name, found in tests.items():
        yield from _test(run, name, found, choices)


def _test(run: Node, name: str, found: list[Node], choices: Choices) -> Iterator[Row]:
    """One score of a test: the metric named, else the only one, else the only accuracy."""
    if choices.metric:
        fitting = [r for r in found if choices.metric in _names(r)]
    elif len(found) == 1:
        fitting = found
    else:
        fitting = [r for r in found if {n.lower() for n in _names(r)} & ACCURACIES]
    for result in found:
        if len(fitting) == 1 and result is fitting[0]:
            yield from _score(run, name, result, choices)
            continue
        value = result.need("score_details").get("score")
        if len(fitting) == 1:
            yield value.unread("another metric of the test is its score")
        else:
            shown = ", ".join(dict.fromkeys((_names(r) or ["no name"])[0] for r in found))
            yield value.unread(f"several metrics of {name} ({shown}): name one with --metric")


def _names(result: Node) -> list[str]:
    """What a metric is called."""
    config = result.need("metric_config")
    said = (config.get(k).text for k in ("metric_id", "metric_name", "metric_kind"))
    return [s for s in said if s]


def _score(run: Node, name: str, result: Node, choices: Choices) -> Iterator[Row]:
    details = result.need("score_details")
    full, fault = _scale(result.need("metric_config"), choices)
    if full is None:
        yield details.get("score").unread(fault)
        return
    unsure = details.get("uncertainty")
    made = result.get("evaluation_timestamp").text or run.get("evaluation_timestamp").text
    arguments = result.get("generation_config", "generation_args")
    stated = Stated(
        value=details.get("score"),
        stderr=unsure.get("standard_error", "value"),
        model=run.need_text("model_info", "id"),
        benchmark=name,
        full=full,
        items=whole_number(unsure.get("num_samples").text) or None,
        harness=run.need_text("eval_library", "name"),
        scaffold=arguments.get("eval_plan", "name").text,
        runner=_runner(run),
        evaluated=day_of(made) if made else None,
        low=unsure.get("confidence_interval", "lower"),
        high=unsure.get("confidence_interval", "upper"),
    )
    yield from score(stated, choices)


def _runner(run: Node) -> str:
    said = run.get("source_metadata").need_text("evaluator_relationship")
    if said not in RUNNERS:
        raise DataError(
            f"not a relationship of evaluator and model: {said}", where=run.where, valid=RUNNERS
        )
    return RUNNERS[said]


def _scale(config: Node, choices: Choices) -> tuple[float | None, str]:
    """A perfect score, or why the scale is not that of an accuracy."""
    lower = config.need("lower_is_better").value
    fault = "a lower score is better" if lower is True else "which way is better is unsaid"
    if lower is False and choices.full is not None:
        return choices.full, ""
    if lower is not False or config.get("score_type").text == "levels":
        return None, fault if lower is not False else "the scores are levels, not an accuracy"
    least, most = config.get("min_score"), config.get("max_score")
    if least.value is None and most.value is None:
        binary = config.get("score_type").text == "binary"
        full = 1.0 if binary else UNITS.get(config.get("metric_unit").text.lower())
        return full, "its range is not stated: say what is perfect with --full-score"
    low, high = float_of(least.raw), float_of(most.raw)
    if low == 0 and high is not None and high > 0:
        return high, ""
    return None, f"the range is not from 0 to a number above it: {least.raw} to {most.raw}"
