"""Building the site again: what is written, what is left alone, what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from installed import BOARD, MADE_UP, World, install
from site_reader import contents, files_of
from site_worlds import build, edit

ALPHA = {"id": "alpha", "title": "Price of Alpha", "metric": "price",
         "params": {"model": "alpha-1"}, "chart": True}  # fmt: skip
COUNT = {"id": "count", "title": "Models by developer", "metric": "models",
         "params": {"by": "developer"}, "chart": True}  # fmt: skip
# Where a list price of alpha-1 by its maker is read: the raw row, the figures computed from it,
# the pages of its model and provider, the lists that print its value, the table it stands in.
OF_THE_PRICE = {
    *(f"figures/{stem}.{suffix}" for stem in ("alpha", "price", "workload_cost", "index")
      for suffix in ("html", "json", "csv", "parquet")),
    *(f"figures/{stem}.rows.{suffix}" for stem in ("alpha", "workload_cost", "price_disagreement")
      for suffix in ("csv", "json", "parquet")),
    *(f"figures/price~~model=alpha-1.{suffix}" for suffix in ("html", "json")),
    *(f"{page}.{suffix}" for suffix in ("html", "json") for page in (
        "documents/curated~~prices~2facme.yml.part-1", "models/alpha-1", "providers/acme",
        "index", "changes")),
    *(f"{table}.{suffix}" for suffix in ("csv", "json", "parquet")
      for table in ("data/offers", "changes-headlines")),
    # that two sources agree on it stays true; the row behind it says another price
    "figures/price_disagreement.html", "figures/price_disagreement.json",
    "metrics/price.html", "metrics/workload_cost.html", "feeds/headlines.xml",
    "data/croissant.json", "data/index.json",  # checksums and sizes of the tables
    "site.json",
}  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A small world whose board has a gap and a price."""
    world = install(tmp_path / "world", BOARD, MADE_UP)
    edit(world, "board.yml", lambda c: c["sections"][0]["figures"].append(ALPHA))
    return world


def price(world: World, usd: float) -> None:
    """Change the one curated price."""
    edit(world, "prices/acme.yml", lambda c: c["prices"][0].update(usd_per_mtok=usd))


def stamps(folder: Path) -> dict[str, int]:
    """When each file was written, in nanoseconds."""
    return {f: (folder / f).stat().st_mtime_ns for f in files_of(folder)}


def test_a_build_of_what_is_there_writes_nothing(world: World, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = build(world, out)
    assert f"{len(files_of(out)) - 1:,} written, 0 removed" in first.stderr
    before = stamps(out)
    assert "0 written, 0 removed" in build(world, out).stderr
    assert stamps(out) == before
    (out / "index.html").write_text("short", encoding="utf-8")
    assert "1 written, 0 removed" in build(world, out).stderr
    assert "short" not in (out / "index.html").read_text(encoding="utf-8")[:9]


def test_one_price_rewrites_what_depends_on_it(world: World, tmp_path: Path) -> None:
    out = tmp_path / "out"
    price(world, 0.6)  # as it was, in the words in which it is written again below
    build(world, out)
    before, written = contents(out), stamps(out)
    price(world, 0.9)
    build(world, out)
    after = contents(out)
    assert before.keys() == after.keys()
    assert {f for f in after if after[f] != before[f]} == OF_THE_PRICE
    assert {f for f, at in stamps(out).items() if at != written[f]} == OF_THE_PRICE
    price(world, 0.6)
    build(world, out)
    assert contents(out) == before


def test_what_is_gone_is_removed_and_frozen_charts_stay(world: World, tmp_path: Path) -> None:
    out = tmp_path / "out"
    edit(world, "board.yml", lambda c: c["sections"][0].update(figures=[ALPHA, COUNT]))
    build(world, out)
    frozen = {f: c for f, c in contents(out).items() if f.startswith("frozen/")}
    assert {f.rpartition(".")[2] for f in frozen} == {"svg", "png"}
    edit(world, "board.yml", lambda c: c["sections"][0].update(figures=[ALPHA]))
    assert ", 0 removed" not in build(world, out).stderr
    left = contents(out)
    assert "figures/count.html" not in left
    assert {f: left.get(f) for f in frozen} == frozen


def test_a_release_is_written_once(world: World, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build(world, out)
    before = contents(out)
    build(world, out, "--as-of", "2025-12-01")
    release = contents(out / "releases" / "2025-12-01")
    assert json.loads(release["index.json"])["as_of"] == "2025-12-01"
    assert {f: c for f, c in contents(out).items() if not f.startswith("releases/")} == before
    price(world, 0.9)
    again = build(world, out, "--as-of", "2025-12-01", code=2)
    assert "never written again" in again.stderr
    build(world, out)
    assert contents(out / "releases" / "2025-12-01") == release
    assert b"releases/2025-12-01/index.html" in (out / "changes.html").read_bytes()


@pytest.mark.parametrize("day", ["1999-01-01", "2090-01-01"])
def test_a_day_outside_of_the_data_is_refused(world: World, tmp_path: Path, day: str) -> None:
    refused = build(world, tmp_path / "out", "--as-of", day, code=2)
    assert "valid:" in refused.stderr
    assert " to " in refused.stderr.partition("valid:")[2]
    assert not (tmp_path / "out" / "releases" / day / "index.html").exists()


def test_folders_of_others_are_left_alone(world: World, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("dear", encoding="utf-8")
    for out in (mine, mine / "letter.txt"):
        refused = build(world, out, code=2)
        assert str(out) in refused.stderr
        assert "--out" in refused.stderr
    (mine / "letter.txt").unlink()
    for manifest in ("{", '{"files": 1}', '{"files": {"../x": 1}}', '{"files": {"/x": 1}}'):
        (mine / "site.json").write_text(manifest, encoding="utf-8")
        build(world, mine, code=2)
    assert files_of(mine) == {"site.json": len(manifest)}


def test_a_broken_build_is_built_again(world: World, tmp_path: Path) -> None:
    out, whole = tmp_path / "out", tmp_path / "whole"
    broken = world.run("build", "--out", str(out), "--jobs", "1", file_limit=20)
    assert broken.returncode != 0
    build(world, out)
    build(world, whole)
    assert contents(out) == contents(whole)


def test_a_pipe_gets_the_board_and_short_messages(world: World, tmp_path: Path) -> None:
    done = build(world, tmp_path / "out", "--format", "json")
    assert json.loads(done.stdout)
    lines = done.stderr.strip().splitlines()
    assert lines[-1].startswith(f"{tmp_path / 'out'}: ")
    assert "\x1b" not in done.stderr
    assert "\r" not in done.stderr
    assert len(lines) <= 5


def test_words_of_the_site_need_a_folder(world: World, tmp_path: Path) -> None:
    for option in (("--url", "https://x.example/"), ("--jobs", "1")):
        refused = world.run("build", *option)
        assert refused.returncode == 2
        assert "--out" in refused.stderr
    refused = build(world, tmp_path / "out", "--url", "javascript:alert(1)", code=2)
    assert "not the address of a site" in refused.stderr


def test_serve_answers_on_loopback_only(world: World, tmp_path: Path) -> None:
    out = tmp_path / "out"
    refused = world.run("serve", str(tmp_path), "--port", "0")
    assert refused.returncode == 2
    assert "scoreboard build --out" in refused.stderr
    build(world, out)
    process = world.start("-m", "scoreboard", "serve", str(out), "--port", "0")
    try:
        assert process.stderr is not None
        address = process.stderr.readline().split()[0]
        assert address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(address, timeout=10) as answer:
            assert answer.read() == (out / "index.html").read_bytes()
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
        for path in ("../../world/mirror/index.json", "%2e%2e/mirror/index.json"):
            with pytest.raises(urllib.error.HTTPError, match="404") as missing:
                urllib.request.urlopen(address + path, timeout=10)
            missing.value.close()
    finally:
        process.terminate()
        process.communicate(timeout=10)


def test_two_processes_build_the_same(world: World, tmp_path: Path) -> None:
    build(world, tmp_path / "one")
    build(world, tmp_path / "two", "--jobs", "2", home=tmp_path / "other")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_rows_that_may_not_be_shown_are_nowhere(world: World, tmp_path: Path) -> None:
    out = tmp_path / "out"
    world.run("sync", "--mirror", str(world.mirror))
    query = "SELECT DISTINCT source_name FROM offers WHERE source = 'openrouter_models'"
    held = world.run("sql", query, "--format", "json").stdout
    assert "acme/alpha-1:free" in held  # this machine holds them
    build(world, out)
    page = (out / "sources" / "openrouter_models.html").read_text(encoding="utf-8")
    assert "may not be republished" in page
    for name, body in contents(out).items():
        assert b"acme/alpha-1:free" not in body, name
        assert b"router/auto" not in body, name


def test_own_scores_are_in_a_site_that_asks_for_them(world: World, tmp_path: Path) -> None:
    out = tmp_path / "out"
    world.run("sync", "own", "--mirror", str(world.mirror))
    build(world, out)
    for name, body in contents(out).items():
        assert b"own@2026" not in body, name
    assert "It is not for publication" not in (out / "data" / "index.html").read_text()
    build(world, out, "--own")
    assert b"own@2026" in (out / "data" / "scores.csv").read_bytes()
    page = (out / "data" / "index.html").read_text(encoding="utf-8")
    assert "Scores of your own. It is not for publication." in page


def test_without_its_packages_the_site_says_what_to_install(world: World, tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['vl_convert'] = None\n"
        "from scoreboard.__main__ import main; sys.argv[1:] = sys.argv[1:]; main()"
    )
    command = [sys.executable, "-c", code, "build", "--out", str(tmp_path / "out")]
    done = subprocess.run(command, env=world.environment(), capture_output=True, text=True,
                          check=False, timeout=120)  # fmt: skip
    assert done.returncode == 2
    assert "open-model-scoreboard[site]" in done.stderr
    assert not (tmp_path / "out").exists()
