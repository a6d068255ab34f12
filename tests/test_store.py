"""The built tables end to end: many processes, killed processes, scopes, disks that fail."""

from __future__ import annotations

import datetime as dt
import json
import os
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from installed import World
from scoreboard import api
from scoreboard.engine import connect
from scoreboard.errors import DataError, UsageError
from scoreboard.snapshots import STALE_PART, SnapshotStore
from scoreboard.store import KEPT, Scope, about, open_tables
from scoreboard.tables import Snapshot

ADDRESS = "https://models.dev/api.json"
QUESTION = "SELECT count(*) AS n FROM offers WHERE model = 'alpha-1'"
SLOW_BUILD = """
import time
import scoreboard.build

def identify(*_):
    print("building", flush=True)
    time.sleep(600)

scoreboard.build.identify = identify
from scoreboard.store import open_tables
open_tables()
"""
SLOW_SYNC = """
import os, sys, time
from pathlib import Path
replace = Path.replace

def slow(self, target):
    if str(target).endswith(sys.argv[2]):
        print("writing", flush=True)
        time.sleep(600)
    return replace(self, target)

Path.replace = slow
from scoreboard.sync import sync
sync(mirror=sys.argv[1])
"""


def offers(price: float | None) -> bytes:
    """A models.dev document in which Alpha 1's input has this price, and another model costs 7."""
    cost = {} if price is None else {"input": price}
    models = {"alpha-1": {"cost": cost}, "zz": {"cost": {"input": 7}}}
    return json.dumps({"acme": {"models": models}}).encode()


def keep(day: dt.date, body: bytes) -> Snapshot:
    return SnapshotStore().keep("models_dev", ADDRESS, day, body, retrieved=day)[0]


@contextmanager
def killed_at(process: subprocess.Popen[str], word: str) -> Iterator[None]:
    """Wait until a process says a word, do what is inside, then kill it as nothing can stop."""
    with process:
        assert process.stdout and process.stderr
        try:
            line = process.stdout.readline()
            assert line == word + "\n", process.stderr.read()
            yield
        finally:
            process.kill()


def parts(folder: Path) -> list[Path]:
    return [p for p in folder.iterdir() if p.name.startswith(".part-")]


def age(folder: Path) -> None:
    """Make unfinished files old enough to be removed."""
    long_ago = time.time() - STALE_PART - 60
    for part in parts(folder):
        os.utime(part, (long_ago, long_ago))


# building


def test_tables_are_built_once(home: Path) -> None:
    seen: list[str] = []
    first = open_tables(progress=seen.append)
    assert "resolving names" in seen
    seen.clear()
    second = open_tables(progress=seen.append)
    assert seen == []
    assert first.rows(QUESTION) == second.rows(QUESTION) != [{"n": 0}]
    assert [p.name for p in (home / "tables").iterdir()] == [f"{first.digest}.duckdb"]


def test_build_gives_the_same_tables_each_time(home: Path) -> None:
    found = []
    for _ in range(2):
        tables = open_tables()
        names = tables.column("SELECT table_name FROM information_schema.tables ORDER BY 1")
        found.append({n: tables.rows(f"SELECT * FROM {n}") for n in names})
        tables.connection.close()
        (home / "tables" / f"{tables.digest}.duckdb").unlink()
    assert found[0] == found[1]


def test_new_snapshot_means_new_tables(home: Path) -> None:
    before = open_tables()
    keep(dt.date(2026, 2, 1), offers(9))
    after = open_tables()
    assert before.digest != after.digest
    assert about(after)["bundle"] == about(before)["bundle"]


def test_two_processes_build_at_once_and_both_answer(small_world: World, tmp_path: Path) -> None:
    home = tmp_path / "home"
    code = ["-m", "scoreboard", "sql", QUESTION, "--format", "json"]
    both = [small_world.start(*code, home=home) for _ in range(2)]
    answers = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], answers
    assert answers[0][0] == answers[1][0]
    assert json.loads(answers[0][0])[0]["n"] > 0
    assert [p.suffix for p in (home / "tables").iterdir()] == [".duckdb"]
    assert parts(home / "tables") == []


def test_tables_are_read_while_others_are_built(small_world: World, home: Path) -> None:
    reader = open_tables()
    with killed_at(small_world.start("-c", SLOW_BUILD, home=tmp_home(home)), "building"):
        assert reader.rows(QUESTION) == open_tables().rows(QUESTION)


def tmp_home(home: Path) -> Path:
    """Another state folder: its build starts anew."""
    return home.parent / "other"


def test_killed_build_leaves_a_store_that_answers(small_world: World, home: Path) -> None:
    folder = home / "tables"
    with killed_at(small_world.start("-c", SLOW_BUILD, home=home), "building"):
        assert [p for p in folder.iterdir() if not p.name.startswith(".")] == []
    left = parts(folder)
    assert left
    assert open_tables().rows(QUESTION)[0]["n"] > 0
    assert parts(folder) == left  # it might still be at work
    age(folder)
    open_tables(Scope(exclude=("litellm",)))
    assert parts(folder) == []


@pytest.mark.parametrize("ending", [".json", ""], ids=["before its description", "at once"])
def test_killed_sync_leaves_a_store_that_answers(
    small_world: World, home: Path, ending: str
) -> None:
    process = small_world.start("-c", SLOW_SYNC, str(small_world.mirror), ending, home=home)
    with killed_at(process, "writing"):
        pass
    folder = home / "snapshots"
    assert parts(folder)
    assert SnapshotStore().verify() == []
    assert open_tables().rows(QUESTION)[0]["n"] > 0
    age(folder)
    done = small_world.run("sync", "--mirror", str(small_world.mirror), home=home)
    assert done.returncode == 0, done.stderr
    assert parts(folder) == []
    assert len(SnapshotStore().held()) == len(list((folder).glob("*.json")))
    assert SnapshotStore().verify() == []
    assert about(open_tables())["faults"] == {}


def test_few_tables_are_kept(home: Path) -> None:
    folder = home / "tables"
    newest = open_tables()
    for i in range(KEPT + 2):
        old = folder / f"{i:016}.duckdb"
        old.write_bytes(b"")
        os.utime(old, (i, i))
    open_tables(Scope(exclude=("litellm",)))
    kept = {p.name for p in folder.iterdir()}
    assert len(kept) == KEPT
    assert f"{newest.digest}.duckdb" in kept


def test_tables_that_another_process_clears_away_are_built_again(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_tables().connection.close()
    calls: list[Path] = []

    def late(path: Path, *, read_only: bool) -> object:
        calls.append(path)
        if len(calls) == 1:
            path.unlink()
        return connect(path, read_only=read_only)

    monkeypatch.setattr("scoreboard.store.connect", late)
    assert open_tables().rows(QUESTION)[0]["n"] > 0
    assert len(calls) == 2


@pytest.mark.parametrize("body", [b"", b"no database", b"\0" * 5000])
def test_damaged_tables_are_an_error_with_the_command_that_repairs(home: Path, body: bytes) -> None:
    tables = open_tables()
    tables.connection.close()
    path = home / "tables" / f"{tables.digest}.duckdb"
    path.write_bytes(body)
    with pytest.raises(DataError) as caught:
        open_tables()
    assert caught.value.repair == f"rm '{path}' && scoreboard build"


def test_another_database_is_an_error(home: Path) -> None:
    tables = open_tables()
    tables.connection.close()
    path = home / "tables" / f"{tables.digest}.duckdb"
    path.unlink()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE t (x)")
    other.close()
    with pytest.raises(DataError, match="cannot be opened"):
        open_tables()


def test_nothing_to_build_from_is_an_error(
    small_world: World, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("scoreboard.store.bundle_dir", "scoreboard.bundle.bundle_dir"):
        monkeypatch.setattr(name, lambda: home / "nothing")
    with pytest.raises(DataError, match="no bundle and no snapshot") as caught:
        open_tables()
    assert "scoreboard sync" in caught.value.repair


# scopes


def prices(scope: Scope) -> list[tuple[str, str, str]]:
    """Raw text, first and last day of Alpha 1's input prices of models.dev in a scope."""
    rows = open_tables(scope).rows(
        "SELECT raw, first_seen, last_seen FROM offers WHERE source = 'models_dev' "
        "AND model = 'alpha-1' AND kind = 'input' AND tier = '' ORDER BY first_seen"
    )
    return [(r["raw"], str(r["first_seen"]), str(r["last_seen"])) for r in rows]


def test_row_published_later_is_invisible_at_an_earlier_vintage(home: Path) -> None:
    for month, price in ((2, 0.5), (3, 9), (4, 9)):
        keep(dt.date(2026, month, 5), offers(price))
    seen = {day: prices(Scope(vintage=dt.date.fromisoformat(day))) for day in (
        "2026-01-04", "2026-01-05", "2026-02-20", "2026-03-20", "2026-12-31")}  # fmt: skip
    first, second = ("0.50", "2026-01-05"), ("9", "2026-03-05")
    assert seen == {
        "2026-01-04": [],
        "2026-01-05": [(*first, "2026-01-05")],
        "2026-02-20": [(*first, "2026-02-05")],
        "2026-03-20": [(*first, "2026-02-05"), (*second, "2026-03-05")],
        "2026-12-31": [(*first, "2026-02-05"), (*second, "2026-04-05")],
    }
    assert seen["2026-12-31"] == prices(Scope())


def test_run_that_was_interrupted_is_not_seen_before_it_goes_on(home: Path) -> None:
    for month, price in ((2, None), (3, 0.5)):
        keep(dt.date(2026, month, 5), offers(price))
    assert len(prices(Scope())) == 2
    scope = Scope(vintage=dt.date(2026, 2, 20))
    assert prices(scope) == [("0.50", "2026-01-05", "2026-01-05")]
    tables = open_tables(scope)
    assert tables.rows("SELECT * FROM prices WHERE first_seen > last_seen") == []
    assert tables.column("SELECT max(published) FROM snapshots") == [dt.date(2026, 2, 5)]


def test_no_row_of_a_vintage_is_published_later(home: Path) -> None:
    keep(dt.date(2026, 2, 5), offers(9))
    tables = open_tables(Scope(vintage=dt.date(2026, 1, 31)))
    for table in ("scores", "prices", "tokens", "totals", "facts", "unread"):
        later = f"SELECT count(*) FROM {table} t JOIN snapshots s ON s.id = t.snapshot_id"
        assert tables.column(f"SELECT count(*) FROM {table}") == tables.column(later)
        assert tables.column(f"{later} WHERE s.published > '2026-01-31'") == [0]


def test_correction_holds_at_a_vintage_within_a_run(small_world: World, home: Path) -> None:
    """What a source still said on that day is still corrected on that day."""
    file = small_world.mirror / "2026-01-05/models.dev/models.json"
    later = dt.date(2026, 3, 5)
    address = "https://models.dev/models.json"
    SnapshotStore().keep("models_dev_models", address, later, file.read_bytes(), retrieved=later)
    for scope in (Scope(), Scope(vintage=dt.date(2026, 2, 1)), Scope(vintage=later)):
        tables = open_tables(scope)
        assert about(tables)["lapsed_corrections"] == []
        assert tables.column("SELECT context FROM models WHERE model = 'alpha-1'") == [131072]


def test_excluded_source_has_no_rows(home: Path) -> None:
    tables = open_tables(Scope(exclude=("litellm", "epoch_hub")))
    for table in ("scores", "prices", "tokens", "totals", "facts", "unread"):
        sources = tables.column(f"SELECT DISTINCT split_part(snapshot_id, '@', 1) FROM {table}")
        assert not {"litellm", "epoch_hub"} & set(sources)
    for table in ("snapshots", "offers", "results", "names", "statements"):
        sources = tables.column(f"SELECT DISTINCT source FROM {table}")
        assert sources
        assert not {"litellm", "epoch_hub"} & set(sources)


def openness(scope: Scope, model: str = "beta-2") -> str:
    sql = "SELECT openness FROM openness WHERE model = ? ORDER BY valid_from DESC NULLS LAST"
    return str(open_tables(scope).column(sql, [model])[0])


def assume(home: Path, *lines: str) -> Scope:
    """A scope that assumes these statements."""
    home.mkdir(exist_ok=True)
    path = home / "assume.yml"
    path.write_text("\n".join(("assume:", *(f"- {{{line}}}" for line in lines))))
    return Scope(assume=path)


def test_assumed_fact_changes_openness(home: Path) -> None:
    weights = "model: beta-2, attribute: weights, value: true"
    licence = "model: beta-2, attribute: licence, value: "
    assert openness(Scope()) == "closed"
    assert openness(assume(home, weights)) == "unknown"
    assert openness(assume(home, weights, licence + "mit")) == "unrestricted"
    assert openness(assume(home, weights, licence + "mine-only")) == "restricted"
    assert openness(assume(home, weights.replace("true", "'true'"), licence + "mit")) == (
        "unrestricted"
    )
    assert openness(
        assume(home, "model: alpha-1, attribute: weights, value: false"), "alpha-1"
    ) == ("closed")
    assert openness(Scope()) == "closed"


def test_assumed_numbers_and_days_are_read_as_such(home: Path) -> None:
    scope = assume(
        home,
        "model: beta-2, attribute: languages, value: 1",
        "model: beta-2, attribute: released, value: 2024-05-06",
        "model: beta-2, attribute: total_params_b, value: 7.5",
    )
    (row,) = open_tables(scope).rows("SELECT * FROM models WHERE model = 'beta-2'")
    assert (row["languages"], row["released"]) == (1, dt.date(2024, 5, 6))
    assert row["total_params_b"] == 7.5


@pytest.mark.parametrize(
    ("line", "message", "valid"),
    [
        ("model: beta-3, attribute: weights, value: true", "unknown model: beta-3", "beta-2"),
        ("model: beta-2, attribute: wieghts, value: true", "not an attribute: wieghts", "weights"),
    ],
)
def test_assumption_about_nothing_is_bad_use(
    home: Path, line: str, message: str, valid: str
) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        open_tables(assume(home, line))
    assert valid in caught.value.valid
    assert caught.value.where == str(home / "assume.yml")


@pytest.mark.parametrize("body", [b"", b"\xff", b"assume: [", b"assume: [{model: x}]", b"- a"])
def test_file_of_assumptions_that_cannot_be_read_is_an_error(home: Path, body: bytes) -> None:
    home.mkdir()
    path = home / "assume.yml"
    path.write_bytes(body)
    with pytest.raises(DataError) as caught:
        open_tables(Scope(assume=path))
    assert caught.value.where == str(path)


def test_scope_is_beside_the_original(home: Path) -> None:
    before = open_tables().rows("SELECT * FROM offers")
    open_tables(Scope(exclude=("litellm",)))
    assert open_tables().rows("SELECT * FROM offers") == before
    assert len(list((home / "tables").iterdir())) == 2


def test_newest_is_the_earliest_of_the_newest_days(home: Path) -> None:
    tables = open_tables()
    days = [tables.newest(t) for t in ("results", "offers", "usage", "models")]
    assert tables.newest("results", "offers", "usage", "models") == min(days)
    with pytest.raises(DataError, match="no rows in usage") as caught:
        open_tables(Scope(exclude=("openrouter_weekly",))).newest("usage")
    assert caught.value.repair == "scoreboard sync && scoreboard build"


# disks that fail, through the command line


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """What a refusal says: exit code 3, nothing on standard output, no traceback."""
    assert done.returncode == 3, done
    assert done.stdout == ""
    assert done.stderr.startswith("scoreboard: "), done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_home_that_is_a_file(small_world: World, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    for home in (file, file / "below"):
        for command in (("sources",), ("sync", "--mirror", str(small_world.mirror))):
            said = refused(small_world.run(*command, home=home))
            assert "cannot write local state" in said
            assert str(home) in said
            assert "SCOREBOARD_HOME" in said


@pytest.mark.parametrize("name", ["tables", "snapshots"])
def test_folder_of_home_that_is_a_file(small_world: World, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("")
    command = {"tables": ("sources",), "snapshots": ("sync", "--mirror", str(small_world.mirror))}
    said = refused(small_world.run(*command[name], home=tmp_path))
    assert "cannot write local state" in said


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind root")
def test_home_that_is_read_only(small_world: World, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o500)
    for command in (("sources",), ("sync", "--mirror", str(small_world.mirror))):
        assert "cannot write local state" in refused(small_world.run(*command, home=home))


@pytest.mark.parametrize("limit", [0, 4, 300, 1000])
def test_disk_that_is_full_while_building(small_world: World, tmp_path: Path, limit: int) -> None:
    """A limit on the size of files stands for a disk that is full."""
    said = refused(small_world.run("sources", home=tmp_path, file_limit=limit))
    assert "try: free" in said
    assert list((tmp_path / "tables").iterdir()) == []
    assert small_world.run("sources", home=tmp_path).returncode == 0


def test_disk_that_is_full_while_fetching(small_world: World, tmp_path: Path) -> None:
    command = ("sync", "--mirror", str(small_world.mirror))
    said = refused(small_world.run(*command, home=tmp_path, file_limit=0))
    assert "cannot write local state" in said
    assert small_world.run(*command, home=tmp_path).returncode == 0


def test_real_curated_files_and_the_small_bundle_build(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.inside(monkeypatch)
    assert {s["source"]: s["rows"] for s in api.sources()}["litellm"] > 0
    assert api.card("model", "alpha-1")["openness"][-1]["openness"] == "unrestricted"
    assert open_tables().rows("SELECT count(*) AS n FROM models")[0]["n"] > 500


def test_the_board_does_without_rows_that_may_not_be_republished(
    small_world: World, home: Path
) -> None:
    file = next(small_world.mirror.rglob("api/v1/models*"))
    address = "https://openrouter.ai/api/v1/models"
    day = dt.date(2026, 2, 5)
    SnapshotStore().keep("openrouter_models", address, day, file.read_bytes(), retrieved=day)
    sources = "SELECT DISTINCT source FROM snapshots"
    assert "openrouter_models" in open_tables().column(sources)
    assert "openrouter_models" not in api.board_tables().column(sources)
    (found,) = api.show("price", {"model": "alpha-1", "provider": "openrouter"})
    assert found.value == 0.5
    assert any(c.startswith("rows_withheld") for c in found.caveats)
