"""The documentation keeps up: commands run, pages are those that the code gives, recipes work."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scoreboard.config import HOME_VARIABLE
from scoreboard.curated import StatisticFile
from scoreboard.curation import parse
from scoreboard.metrics import all_metrics
from scoreboard.sources import all_sources
from scoreboard.tables import ROW_TYPES

ROOT = Path(__file__).parent.parent
BY_HAND = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/methods.md",
           "docs/reconstruction.md")  # fmt: skip
GENERATED = (
    "docs/metrics.md",
    "docs/sources.md",
    "docs/tables.md",
    "docs/commands.md",
    "docs/methods.md",
    "NOTICE",
)
FENCE = re.compile(r"(?:^`(?P<path>[^`\n]+)`:\n\n)?^```(?P<kind>\w+)\n(?P<body>.*?)^```$",
                   re.MULTILINE | re.DOTALL)  # fmt: skip
WAIT_SECONDS = 300


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, kind: str) -> list[str]:
    """The fenced blocks of one kind."""
    return [m["body"] for m in FENCE.finditer(text_of(name)) if m["kind"] == kind]


def runnable() -> Iterator[str]:
    """Every line that starts with `scoreboard` in a block of the kind sh."""
    for name in BY_HAND:
        for block in blocks(name, "sh"):
            yield from (x for x in block.splitlines() if x.startswith("scoreboard "))


def run(*command: str, home: Path, cwd: Path = ROOT, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=cwd, env=os.environ | {HOME_VARIABLE: str(home)} | environment,
        capture_output=True, text=True, timeout=WAIT_SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


# what is written can be done


@pytest.mark.parametrize("line", dict.fromkeys(runnable()))
def test_commands_run(line: str, built_home: Path) -> None:
    assert run(sys.executable, "-m", *shlex.split(line, comments=True), home=built_home)


@pytest.mark.parametrize("block", blocks("README.md", "bash"))
def test_commands_that_change_state_run_one_after_another(block: str, tmp_path: Path) -> None:
    """A block of the kind bash, over a state folder of its own."""
    for line in block.splitlines():
        assert line.startswith("scoreboard ")
        assert run(sys.executable, "-m", *shlex.split(line), home=tmp_path), line


@pytest.mark.parametrize("code", blocks("README.md", "python"))
def test_python_runs(code: str, built_home: Path) -> None:
    assert run(sys.executable, "-c", code, home=built_home)


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    named = {t for n in BY_HAND for t in re.findall(r"(?:^|`)make ([a-z-]+)", text_of(n), re.M)}
    assert {"board", "test", "docs", "check", "bundle"} <= named
    assert named <= targets


def test_recipes_work(tmp_path: Path) -> None:
    """The files of the recipes, in a copy of the project, pass their tests and the contract."""
    for folder in ("src", "tests", "scripts"):
        hidden = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=hidden)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "data").symlink_to(ROOT / "data")
    written = []
    for match in FENCE.finditer(text_of("CONTRIBUTING.md")):
        if match["path"]:
            written.append(tmp_path / match["path"])
            written[-1].parent.mkdir(parents=True, exist_ok=True)
            written[-1].write_text(match["body"], encoding="utf-8")
    (entry,) = blocks("CONTRIBUTING.md", "json")
    index = tmp_path / "tests" / "fixtures" / "mirror" / "index.json"
    new = json.loads(entry)
    others = [d for d in json.loads(index.read_text())["documents"] if d["file"] != new["file"]]
    documents = [*others, new]
    index.write_text(json.dumps({"documents": documents}))
    place, state = str(tmp_path / "src"), tmp_path / "state"
    run(sys.executable, "scripts/fixtures.py", home=state, cwd=tmp_path, PYTHONPATH=place)
    tests = [str(p) for p in written if p.parent.name == "tests"]
    assert len(tests) == 2
    tests.append("tests/test_sources_contract.py")
    command = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "0", *tests)
    assert "passed" in run(*command, home=state, cwd=tmp_path, PYTHONPATH=place)
    (metric,) = [p.stem for p in written if p.parent.name == "metrics"]
    contract = (*command[: -len(tests)], "tests/test_metrics_contract.py", "-k", metric)
    assert "passed" in run(*contract, home=state, cwd=tmp_path, PYTHONPATH=place)


def test_recipe_of_a_statistic(tmp_path: Path) -> None:
    (record,) = [b for b in blocks("CONTRIBUTING.md", "yaml") if b.startswith("publisher:")]
    path = tmp_path / "acme.yml"
    path.write_text(record, encoding="utf-8")
    assert [s.id for s in parse(path, StatisticFile).statistics] == ["acme-use-2025"]


# pages are those that the code gives


def test_board_of_the_readme(built_home: Path) -> None:
    stated = text_of("README.md").partition("<!-- board -->\n```text\n")[2]
    stated = stated.partition("```\n<!-- /board -->")[0]
    assert stated == (built_home / "board.txt").read_text(encoding="utf-8"), "run: make docs"


@pytest.fixture(scope="module")
def pages(built_home: Path) -> dict[str, str]:
    code = "import docs, json; print(json.dumps(docs.generated()))"
    found: dict[str, str] = json.loads(
        run(sys.executable, "-c", code, home=built_home, PYTHONPATH=str(ROOT / "scripts"))
    )
    return found


@pytest.mark.parametrize("name", GENERATED)
def test_generated_pages_are_current(name: str, pages: dict[str, str]) -> None:
    assert text_of(name) == pages[name], "run: make docs"
    assert set(pages) == set(GENERATED)


def test_everything_is_named() -> None:
    metrics, sources = text_of("docs/metrics.md"), text_of("docs/sources.md")
    for metric in all_metrics().values():
        section = metrics.partition(f"## `{metric.id}`: ")[2].partition("\n## ")[0]
        assert section, metric.id
        assert [p.name for p in metric.params if f"| `{p.name}` |" not in section] == []
    for source in all_sources().values():
        assert f"## `{source.id}`: " in sources
        assert source.republish == (f"\n{source.id} " in text_of("NOTICE"))
        if any(a.startswith("reconstruction:") for a in source.addresses):
            assert f"`{source.id}`" in text_of("docs/reconstruction.md")
    tables = text_of("docs/tables.md")
    assert [t for t in ROW_TYPES if f"### `{t}`" not in tables] == []


def test_every_command_has_a_page() -> None:
    import docs

    page = text_of("docs/commands.md")
    assert [name for name in docs.commands() if f"## `{name}`" not in page] == []


def test_every_column_has_a_meaning() -> None:
    rows = [x for x in text_of("docs/tables.md").splitlines() if x.startswith("| `")]
    assert len(rows) > 100
    assert [x for x in rows if x.endswith("|  |")] == [], "say it in scoreboard/table_docs.py"


@pytest.mark.parametrize("name", [*BY_HAND, *GENERATED[:-1]])
def test_links_lead_somewhere(name: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text_of(name))
    assert [x for x in links if not ((ROOT / name).parent / x).exists()] == []


# words

HERE = Path(__file__)
FOLDERS = ("src", "tests", "scripts", "docs", "benchmarks", "data")
TEXTS = (".py", ".md", ".yml", ".csv", ".json", ".toml", ".sh", ".html", ".css", ".js", "")
PLACES = re.compile(r"(?<![\w./:-])/(?:home|root|Users)/")  # paths of one machine
OPEN_SOURCE = re.compile(r"""(?<!["'])\bopen[- ]source\b(?! initiative)""", re.IGNORECASE)
ADDRESS = re.compile(r"https?://\S+")


def files() -> Iterator[Path]:
    """Every text file of the project but this one, and the bundle, which quotes sources."""
    names = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "NOTICE", "Makefile", "pyproject.toml")
    yield from (ROOT / name for name in names)
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            aside = path == HERE or {"bundle", "__pycache__"} & set(path.parts)
            if path.is_file() and path.suffix in TEXTS and not aside:
                yield path


def lines(pattern: re.Pattern[str], path: Path) -> list[str]:
    """Lines of a file with the pattern: not in addresses, and not where a test looks for it."""
    text = path.read_text(encoding="utf-8")
    own = "re.compile("
    found = (
        n
        for n, x in enumerate(text.splitlines(), 1)
        if own not in x and pattern.search(ADDRESS.sub("", x))
    )
    return [f"{path.relative_to(ROOT)}:{n}" for n in found]


def test_no_file_names_a_path_of_one_machine() -> None:
    assert [x for p in files() for x in lines(PLACES, p)] == []


def test_open_weights_are_not_called_more_than_that() -> None:
    """Only a quoted claim or statistic may say it."""
    quoted = ("statistics", "claims")
    mine = [p for p in files() if not set(quoted) & set(p.relative_to(ROOT).parts)]
    assert [x for p in mine for x in lines(OPEN_SOURCE, p)] == []
