"""The folder of a site: what changed is written, what is gone is removed, nothing else."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

import pytest

from scoreboard.errors import DataError, ScoreboardError, UsageError
from scoreboard.site.output import MANIFEST, Output

OLD = 1_000_000_000  # a time long ago, in seconds


def build(folder: Path, key: str, **files: bytes | str) -> Output:
    """One build of these files; `a__b.html` is `a/b.html`."""
    output = Output.open(folder)
    with output.writing(key):
        for name, body in files.items():
            output.put(path_of(name), body)
    return output


def path_of(name: str) -> str:
    stem, _, suffix = name.rpartition("_")
    return f"{stem.replace('__', '/')}.{suffix}"


def age(folder: Path) -> None:
    """Make all files look old, so that a write can be seen."""
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (OLD, OLD))


def young(folder: Path) -> list[str]:
    """The files that were written since."""
    return sorted(
        p.relative_to(folder).as_posix()
        for p in folder.rglob("*")
        if p.is_file() and p.stat().st_mtime != OLD
    )


def names(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    build(folder, "one", index_html="home", a__b_html="page", a__b_json=b"{}")
    return folder


def test_files_are_what_was_put(site: Path) -> None:
    assert names(site) == ["a/b.html", "a/b.json", "index.html", MANIFEST]
    assert (site / "a/b.html").read_text() == "page"
    said = json.loads((site / MANIFEST).read_text())
    assert said == {"key": "one", "files": {"a/b.html": 4, "a/b.json": 2, "index.html": 4}}


def test_the_same_build_writes_no_page(site: Path) -> None:
    age(site)
    again = build(site, "one", index_html="home", a__b_html="page", a__b_json=b"{}")
    assert young(site) == [MANIFEST]
    assert (again.written, again.removed) == ([], [])


def test_only_what_changed_is_written(site: Path) -> None:
    age(site)
    again = build(site, "two", index_html="h0me", a__b_html="page", a__b_json=b"{}")
    assert young(site) == ["index.html", MANIFEST]
    assert again.written == ["index.html"]
    assert (site / "index.html").read_text() == "h0me"


def test_what_is_no_longer_made_is_removed(site: Path) -> None:
    again = build(site, "two", index_html="home")
    assert names(site) == ["index.html", MANIFEST]
    assert again.removed == ["a/b.html", "a/b.json"]


def test_a_file_that_the_build_did_not_make_stays(site: Path) -> None:
    (site / "CNAME").write_text("board.example")
    again = build(site, "two", index_html="home")
    assert (site / "CNAME").read_text() == "board.example"
    assert "CNAME" not in again.removed


def test_a_file_that_somebody_removed_is_no_error(site: Path) -> None:
    (site / "a/b.json").unlink()
    assert build(site, "two", index_html="home").removed == ["a/b.html", "a/b.json"]


def test_what_links_of_others_point_to_stays_for_ever(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    build(folder, "one", index_html="home", frozen__x_svg="<svg/>")
    for key in ("two", "three"):
        again = build(folder, key, index_html="home")
        assert (folder / "frozen/x.svg").read_text() == "<svg/>"
        assert again.removed == []
        assert "frozen/x.svg" in again.files


def test_what_is_frozen_is_never_written_again(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    build(folder, "one", frozen__x_svg="<svg/>")
    again = build(folder, "two", frozen__x_svg="<svg></svg>")
    assert (folder / "frozen/x.svg").read_text() == "<svg/>"
    assert again.written == []


def test_a_frozen_file_made_otherwise_does_not_make_each_build_new(tmp_path: Path) -> None:
    """Another version of a library draws another PNG under the same name."""
    folder = tmp_path / "site"
    build(folder, "one", frozen__x_png=b"1234")
    build(folder, "two", frozen__x_png=b"123456")
    assert Output.open(folder).unchanged("two")


def test_releases_are_untouched(site: Path) -> None:
    release = site / "releases/2026-01-31"
    build(release, "old", index_html="then")
    age(site)
    again = build(site, "two", index_html="home")
    assert (release / "index.html").read_text() == "then"
    assert not any(p.startswith("releases") for p in [*young(site), *again.removed])


def test_a_folder_of_releases_alone_can_become_a_site(tmp_path: Path) -> None:
    build(tmp_path / "releases/2026-01-31", "old", index_html="then")
    build(tmp_path, "one", index_html="home")
    assert names(tmp_path) == [
        "index.html", "releases/2026-01-31/index.html", f"releases/2026-01-31/{MANIFEST}", MANIFEST,
    ]  # fmt: skip


def test_what_is_unchanged_is_told_by_key_and_sizes(site: Path) -> None:
    assert Output.open(site).unchanged("one")
    assert not Output.open(site).unchanged("two")
    (site / "a/b.html").write_text("longer")
    assert not Output.open(site).unchanged("one")
    (site / "a/b.html").unlink()
    assert not Output.open(site).unchanged("one")


def test_an_empty_folder_is_not_unchanged(tmp_path: Path) -> None:
    assert not Output.open(tmp_path / "new").unchanged("one")


@pytest.mark.parametrize("content", [None, "", "{}", '{"name": "my app"}', "not json", "\xff"])
def test_a_folder_of_others_is_refused_and_left_alone(tmp_path: Path, content: str | None) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    if content is not None:
        (tmp_path / MANIFEST).write_bytes(content.encode("latin-1"))
    before = names(tmp_path)
    with pytest.raises(UsageError) as refused:
        Output.open(tmp_path)
    assert str(tmp_path) in str(refused.value)
    assert names(tmp_path) == before


@pytest.mark.parametrize(
    "content", ["[]", "null", "7", '"files"', '["files"]', '{"files": null}', '{"files": ["a"]}']
)
@pytest.mark.parametrize("alone", [True, False])
def test_a_manifest_of_another_form_is_refused(tmp_path: Path, content: str, alone: bool) -> None:
    (tmp_path / MANIFEST).write_text(content)
    if not alone:
        (tmp_path / "index.html").write_text("home")
    with pytest.raises(UsageError):
        build(tmp_path, "one", index_html="home")
    assert (tmp_path / MANIFEST).read_text() == content


@pytest.mark.parametrize("path", ["../outside.txt", "a/../../outside.txt", "{}"])
def test_a_manifest_cannot_have_files_elsewhere_removed(tmp_path: Path, path: str) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("mine")
    folder = tmp_path / "site"
    build(folder, "one", a__b_html="page")
    said = {"key": "one", "files": {path.format(outside): 4}}
    (folder / MANIFEST).write_text(json.dumps(said))
    with suppress(ScoreboardError):
        build(folder, "two", index_html="home")
    assert outside.read_text() == "mine"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match="no folder for a site"):
        Output.open(tmp_path / "file")
    with pytest.raises(UsageError, match="no folder for a site"):
        Output.open(tmp_path / "file" / "below")


def test_two_things_cannot_have_one_path(tmp_path: Path) -> None:
    output = Output.open(tmp_path / "site")
    with (
        pytest.raises(ValueError, match="two things want to be index"),
        output.writing("one"),
    ):
        output.put("index.html", "home")
        output.put("index.html", "home")


class Stop(BaseException):
    """Somebody stops the build."""


@pytest.mark.parametrize("error", [RuntimeError, Stop])
def test_what_a_broken_build_leaves_can_be_built_again(
    tmp_path: Path, error: type[BaseException]
) -> None:
    folder = tmp_path / "site"
    output = Output.open(folder)
    with pytest.raises(error), output.writing("one"):
        output.put("index.html", "half")
        output.put("gone.html", "never again")
        raise error
    assert not Output.open(folder).unchanged("one")
    build(folder, "one", index_html="home")
    assert names(folder) == ["index.html", MANIFEST]
    assert (folder / "index.html").read_text() == "home"
    assert Output.open(folder).unchanged("one")


def test_a_broken_build_over_a_site_keeps_what_was_there_known(site: Path) -> None:
    output = Output.open(site)
    with pytest.raises(RuntimeError), output.writing("two"):
        output.put("new.html", "new")
        raise RuntimeError
    assert not Output.open(site).unchanged("one")
    build(site, "three", index_html="home")
    assert names(site) == ["index.html", MANIFEST]


def test_a_build_that_is_killed_leaves_a_folder_that_can_be_opened(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    output = Output.open(folder)
    with output.writing("one"):
        output.put("index.html", "home")
        killed = Output.open(folder)  # as another process would find it now
    assert not killed.unchanged("one")
    assert killed.folder == folder


def test_an_error_of_the_disk_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    output = Output.open(folder)
    with pytest.raises(DataError, match="cannot be written"), output.writing("one"):
        (folder / "a").write_text("a file where a folder should be")
        output.put("a/b.html", "page")
    Output.open(folder)


def test_more_files_than_may_wait_are_all_written(tmp_path: Path) -> None:
    output = Output.open(tmp_path / "site")
    with output.writing("one"):
        for i in range(500):
            output.put(f"{i}.html", f"page {i}")
    assert [(tmp_path / f"site/{i}.html").read_text() for i in range(500)] == [
        f"page {i}" for i in range(500)
    ]
    assert sorted(output.written) == sorted(f"{i}.html" for i in range(500))


def test_text_that_is_no_text_is_written_all_the_same(tmp_path: Path) -> None:
    build(tmp_path / "site", "one", index_html="a\ud800b")
    assert (tmp_path / "site/index.html").read_bytes() == b"a?b"
