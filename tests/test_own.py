"""Own scores from the command to the figures, over the real tables."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from commands import Done
from helpers import body_of, copy_mirror
from installed import World
from scoreboard import api, cli
from scoreboard.bundle import bundled_snapshots
from scoreboard.config import HOME_VARIABLE
from scoreboard.errors import DataError, UsageError
from scoreboard.figures import figure_id
from scoreboard.snapshots import SnapshotStore
from scoreboard.sources._own import Choices
from scoreboard.store import Scope

LOG: dict[str, Any] = json.loads(body_of("2026-01-05/own/gpqa.json"))
RUN: dict[str, Any] = json.loads(body_of("2026-01-05/own/every-eval.json"))
DAY = "2025-08-31"
#: model in the log, questions right of 198; closed models and models with open weights
RESULTS = {"openai/gpt-4o-2024-08-06": 99, "anthropic/claude-sonnet-4-20250514": 140,
           "vllm/Qwen/Qwen3-32B": 130, "hf/meta-llama/Llama-3.3-70B-Instruct": 97}  # fmt: skip
GAP = {"benchmark": "gpqa_diamond", "harness": "acme", "as_of": DAY}


def log_of(model: str, right: int, run: str, **more: Any) -> bytes:
    made = deepcopy(LOG)
    made["eval"] |= {"model": model, "eval_id": run, "model_generate_config": {}, **more}
    made["results"] |= {"completed_samples": 396}
    made["results"]["scores"][0]["metrics"]["accuracy"]["value"] = right / 198
    return json.dumps(made).encode()


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("logs")
    for i, (model, right) in enumerate(RESULTS.items()):
        (folder / f"{i}.json").write_bytes(log_of(model, right, f"run-{i}"))
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def own_home(tmp_path_factory: pytest.TempPathFactory, logs: Sequence[Path]) -> Iterator[Path]:
    """A state folder with the four logs added under one harness."""
    folder = tmp_path_factory.mktemp("own-home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(folder))
        found = api.add(logs, Choices(harness="acme", runner="independent"))
        assert [r["problem"] for r in found] == ["", "", "", ""]
        yield folder


@pytest.fixture
def added(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(HOME_VARIABLE, str(own_home))
    return own_home


@pytest.fixture
def fresh(home: Path) -> Path:
    """A state folder over the small world, with nothing added."""
    return home


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Done]:
    def run(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["scoreboard", *arguments])
        with pytest.raises(SystemExit) as done:
            cli.main()
        shown = capsys.readouterr()
        return Done(int(done.value.code or 0), shown.out, shown.err)

    return run


# figures


@pytest.mark.usefixtures("added")
def test_the_gap_between_own_scores() -> None:
    """140 against 130 of 198 questions."""
    (e,) = api.show("gap", GAP)
    assert e.detail["plain"] == pytest.approx(100 * 10 / 198)
    assert e.detail["leader_model"].startswith("claude-sonnet-4")
    assert e.detail["chaser_model"] == "qwen3-32b"
    assert (e.detail["source"], e.detail["harness"], e.n) == ("own", "acme", 4)
    assert any(c.startswith("rows_withheld: it stands on rows of own") for c in e.caveats)


@pytest.mark.usefixtures("added")
def test_the_error_is_that_of_the_log_on_our_scale() -> None:
    found = api.tables().rows(
        "SELECT value, stderr, items, runner, evaluated FROM results WHERE source = 'own' "
        "AND model = 'qwen3-32b'"
    )
    assert found[0]["value"] == pytest.approx(100 * 130 / 198)
    assert found[0]["stderr"] == pytest.approx(2.4)
    assert (found[0]["items"], found[0]["runner"]) == (198, "independent")
    assert str(found[0]["evaluated"]) == "2026-01-05"


@pytest.mark.usefixtures("added")
def test_coverage_counts_them() -> None:
    (e,) = api.show("coverage", {"benchmark": "gpqa_diamond", "source": "own", "as_of": DAY})
    assert (e.value, e.detail["scored"]) == (0.5, 4)
    (all_,) = api.show("coverage", {"benchmark": "gpqa_diamond", "as_of": DAY})
    (others,) = api.show("coverage", {"benchmark": "gpqa_diamond", "as_of": DAY},
                         scope=Scope(exclude=("own",)))  # fmt: skip
    assert all_.detail["results"] == others.detail["results"] + 4


@pytest.mark.usefixtures("added")
def test_a_price_reaches_an_own_level() -> None:
    (e,) = api.show(
        "price_to_reach", {"benchmark": "gpqa_diamond", "harness": "acme", "level": "60",
                           "as_of": DAY}
    )  # fmt: skip
    assert e.value is not None
    assert e.detail["model"] in ("qwen3-32b", "claude-sonnet-4-20250514", "claude-sonnet-4")


@pytest.mark.usefixtures("added")
def test_without_them_nobody_was_scored_under_that_harness() -> None:
    with pytest.raises(UsageError, match="unknown harness: acme"):
        api.show("gap", GAP, scope=Scope(exclude=("own",)))


@pytest.mark.usefixtures("added")
def test_they_move_no_date_and_stand_in_no_board() -> None:
    assert api.tables().newest("results") == api.board_tables().newest("results")
    assert api.board_tables().column("SELECT 1 FROM results WHERE source = 'own'") == []
    assert api.board_tables().column("SELECT 1 FROM snapshots WHERE source = 'own'") == []


@pytest.mark.usefixtures("added")
def test_a_figure_leads_back_into_the_log() -> None:
    trail = api.explain(figure_id("gap", GAP), all_rows=True)
    documents = [d for d in trail["documents"] if d["source"] == "own"]
    assert len(documents) == 4
    assert all(d["found"] for d in documents)


def test_a_bundle_holds_none(small_world: World, tmp_path: Path) -> None:
    """The small mirror has own documents beside the others."""
    mirror = copy_mirror(tmp_path / "mirror")
    api.bundle(str(mirror), tmp_path / "bundle")
    found = bundled_snapshots(tmp_path / "bundle")
    assert found
    assert "own" not in {s.source for s in found}
    assert "own@" not in (tmp_path / "bundle" / "scores.csv").read_text()
    assert small_world.bundle.is_dir()


# adding


def test_what_is_not_known_is_told_with_what_repairs_it(
    fresh: Path, tmp_path: Path, command: Callable[..., Done]
) -> None:
    path = tmp_path / "a log.json"
    path.write_bytes(log_of("ollama/qwen3:32b", 99, "x", task="our_own_test"))
    done = command("add", str(path))
    assert (done.code, done.out.strip()) == (0, "no score can be used yet")
    assert "the benchmark is not known: our_own_test" in done.err
    assert f"try: scoreboard add '{path}' --benchmark our_own_test=ID" in done.err
    done = command("add", str(path), "--benchmark", "our_own_test=gpqa_diamond")
    assert "the model is not known: ollama/qwen3:32b" in done.err
    assert f"try: scoreboard add '{path}' --model ID" in done.err
    assert len(SnapshotStore().held()) == 1
    assert fresh.is_dir()


@pytest.mark.usefixtures("fresh")
def test_a_document_added_again_takes_the_place_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    for right, model in ((50, ""), (51, ""), (51, "alpha-1")):
        path.write_bytes(log_of("openai/unheard-of", right, "same"))
        api.add([path], Choices(model=model))
        (held,) = api.own_documents()
        assert held.address.partition("?")[2] == (f"model={model}" if model else "")
        assert len(list(SnapshotStore().folder.iterdir())) == 2  # bytes, description


@pytest.mark.usefixtures("fresh")
def test_unread_results_are_told(tmp_path: Path, command: Callable[..., Done]) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(body_of("2026-01-05/own/every-eval.json"))
    done = command("add", str(path), "--format", "json")
    found = json.loads(done.out)
    assert [r["problem"] for r in found][-3:] == [
        "not used: another metric of the test is its score",
        "not used: the score is not between 0 and 1",
        "not used: a lower score is better",
    ]
    assert len(found) == 6
    shown = command("sources", "own")
    assert "a lower score is better" in shown.out


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nothing.json"], 2, "cannot be read"),
        (["{log}", "--model", "no-such-model"], 2, "unknown model: no-such-model"),
        (["{log}", "--benchmark", "no_such_test"], 2, "unknown benchmark: no_such_test"),
        (["{log}", "--runner", "me"], 2, "not a runner: me"),
        (["{log}", "--full-score", "-1"], 2, "a perfect score is a number above 0"),
        (["{log}", "--metric", "f1"], 3, "no metric f1"),
        (["{failed}"], 3, "no score of the document can be used; it was not added"),
        (["{text}"], 3, "not whole JSON"),
        (["{other}"], 3, "not results that can be read"),
        (["{log}", "{other}"], 3, "not results that can be read"),
    ],
)
def test_what_is_refused_is_not_kept(
    arguments: Sequence[str], code: int, words: str, tmp_path: Path, command: Callable[..., Done]
) -> None:
    failed = json.dumps(deepcopy(LOG) | {"status": "error"}).encode()
    made = {"log": json.dumps(LOG).encode(), "failed": failed, "text": b"hello",
            "other": b'{"data": 1}'}  # fmt: skip
    for name, body in made.items():
        (tmp_path / f"{name}.json").write_bytes(body)
    paths = {name: str(tmp_path / f"{name}.json") for name in made}
    done = command("add", *(a.format(**paths) for a in arguments))
    assert done.code == code
    assert "sync" not in done.err
    assert words in done.err
    assert api.own_documents() == []


@pytest.mark.usefixtures("fresh")
def test_documents_are_listed_and_removed(tmp_path: Path, command: Callable[..., Done]) -> None:
    for i in range(3):
        (tmp_path / f"{i}.json").write_bytes(log_of("openai/gpt-4o", 90 + i, f"run {i}"))
    api.add(sorted(tmp_path.glob("*.json")))
    assert [d["run"] for d in json.loads(command("remove", "--format", "json").out)] == [
        "run 0", "run 1", "run 2",
    ]  # fmt: skip
    assert "removed 1" in command("remove", "run 1").err
    done = command("remove", "run 1")
    assert (done.code, "nothing of your own is called run 1" in done.err) == (2, True)
    assert "removed 2" in command("remove", "all").err
    assert list(SnapshotStore().folder.iterdir()) == []
    assert api.tables().column("SELECT 1 FROM results WHERE source = 'own'") == []


@pytest.mark.usefixtures("fresh")
def test_sync_fetches_nothing_of_your_own() -> None:
    (outcome,) = api.sync(["own"])
    assert (outcome.state, outcome.note) == ("skipped", "your own: scoreboard add FILE")


def test_a_day_that_cannot_be(fresh: Path, tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_bytes(log_of("openai/gpt-4o", 9, "x", created="1900-01-01T00:00:00Z"))
    api.add([path])  # no date of a run: the day on which it is added
    (held,) = api.own_documents()
    assert held.published == held.retrieved
    assert fresh.is_dir()
    with pytest.raises(DataError, match="the field is no text: /eval/model"):
        path.write_bytes(log_of("", 9, "y"))
        api.add([path])
