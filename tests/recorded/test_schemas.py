"""The schema of Every Eval Ever, as recorded: the fixture fits it, and our reader asks for it."""

from __future__ import annotations

import json
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from helpers import body_of
from recorded.raw import Mirror
from scoreboard.sources import _every_eval

PLACE = "every_eval_ever/main/every_eval_ever/schemas/eval.schema.json"


@pytest.fixture
def schema(mirror: Mirror) -> Any:
    return json.loads(mirror.one(PLACE, "2026-08-13").body)


def test_the_fixture_fits_the_schema(schema: Any) -> None:
    document = json.loads(body_of("2026-01-05/own/every-eval.json"))
    jsonschema.Draft7Validator.check_schema(schema)
    faults = [e.message for e in jsonschema.Draft7Validator(schema).iter_errors(document)]
    assert faults == []
    del document["model_info"]["id"]
    assert list(jsonschema.Draft7Validator(schema).iter_errors(document))


def test_the_reader_asks_for_what_the_schema_asks_for(schema: Any) -> None:
    assert {*_every_eval.REQUIRED, "schema_version"} == set(schema["required"])
    assert schema["version"].startswith(f"{_every_eval.VERSION}.")
    said = schema["properties"]["source_metadata"]["properties"]["evaluator_relationship"]
    assert set(said["enum"]) == set(_every_eval.RUNNERS)
    result = schema["properties"]["evaluation_results"]["items"]
    assert {"evaluation_name", "metric_config", "score_details"} <= set(result["required"])
    assert result["properties"]["metric_config"]["required"] == ["lower_is_better"]
