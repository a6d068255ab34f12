"""Fetching: from mirrors of every kind and live, with every way in which it may fail."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import stamina

from helpers import copy_mirror
from scoreboard import sync as module
from scoreboard.errors import DataError, UsageError
from scoreboard.snapshots import SnapshotStore
from scoreboard.sources import all_sources
from scoreboard.sync import NotThereError, Outcome, sync

TODAY = dt.date(2026, 2, 1)
DAY = dt.date(2026, 1, 5)
RANKINGS = "https://openrouter.ai/api/v1/datasets/rankings-daily"
API = "https://models.dev/api.json"
Answer = tuple[bytes | None, str, str]


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return SnapshotStore(tmp_path / "snapshots")


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """The small mirror, written out."""
    return copy_mirror(tmp_path / "mirror")


def states(outcomes: list[Outcome]) -> list[tuple[str, str]]:
    return [(o.state, o.note) for o in outcomes]


def write_index(folder: Path, *entries: dict[str, Any]) -> None:
    """A mirror of these documents; what an entry does not say is that of `entry`."""
    folder.mkdir(exist_ok=True)
    (folder / "index.json").write_text(json.dumps({"documents": entries}))


def entry(folder: Path, file: str, address: str, body: bytes, day: str) -> dict[str, Any]:
    """A document of a mirror, written there, and its entry in the index."""
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    sha256 = hashlib.sha256(body).hexdigest()
    return {"file": file, "address": address, "published": day, "retrieved": day, "sha256": sha256}


# a folder with an index


def test_mirror_gives_every_document_once(mirror: Path, store: SnapshotStore) -> None:
    first = sync(mirror=str(mirror), store=store, today=TODAY)
    listed = json.loads((mirror / "index.json").read_text())["documents"]
    assert {o.state for o in first} == {"new"}
    assert len(first) == len(listed) == len(store.held())
    assert {s.address for s in store.held()} == {d["address"] for d in listed}
    second = sync(mirror=str(mirror), store=store, today=TODAY)
    assert states(second) == [("known", "")] * len(first)


def test_dates_are_those_of_the_index(mirror: Path, store: SnapshotStore) -> None:
    sync(["models_dev"], mirror=str(mirror), store=store, today=TODAY)
    (held,) = store.held()
    assert (held.published, held.retrieved) == (DAY, DAY)


def test_query_of_an_address_is_parsed_not_compared(tmp_path: Path, store: SnapshotStore) -> None:
    folder = tmp_path / "m"
    other = f"{RANKINGS}?period=day&end_date=2026-01-04&start_date=2026-01-03"
    not_ours = f"{RANKINGS}-old?period=day"
    write_index(
        folder,
        entry(folder, "a", other, b'{"data": []}', "2026-01-05"),
        entry(folder, "b", not_ours, b'{"data": 1}', "2026-01-05"),
    )
    outcomes = sync(["openrouter_rankings"], mirror=str(folder), store=store)
    assert [o.address for o in outcomes] == [other]
    assert store.held()[0].address == other


def test_oldest_document_comes_first(tmp_path: Path, store: SnapshotStore) -> None:
    folder = tmp_path / "m"
    days = ["2025-06-30", "2024-12-31", "2025-03-31"]
    write_index(folder, *(entry(folder, d, API, d.encode(), d) for d in days))
    seen: list[str] = []
    outcomes = sync(["models_dev"], mirror=str(folder), store=store, progress=seen.append)
    assert len(seen) == len(outcomes) == 3
    assert [str(s.published) for s in store.held()] == sorted(days)
    bodies = [store.body(s) for s in store.held()]
    assert bodies == [d.encode() for d in sorted(days)]


def test_document_that_differs_from_the_index_is_noted(mirror: Path, store: SnapshotStore) -> None:
    (mirror / "2026-01-05/models.dev/api.json").write_bytes(b"{}")
    outcomes = sync(["models_dev"], mirror=str(mirror), store=store)
    assert states(outcomes) == [("new", "differs from the index's checksum")]


def test_listed_file_that_is_missing_fails_alone(mirror: Path, store: SnapshotStore) -> None:
    (mirror / "2026-01-05/models.dev/api.json").unlink()
    outcomes = sync(["models_dev", "litellm"], mirror=str(mirror), store=store)
    assert states(outcomes) == [("failed", "not in the mirror"), ("new", "")]
    assert outcomes[0].address == API


def test_listed_file_that_cannot_be_read_fails_alone(
    mirror: Path, store: SnapshotStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Path.read_bytes

    def broken(path: Path) -> bytes:
        if path.name == "api.json":
            raise OSError(5, "Input/output error")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", broken)
    outcomes = sync(["models_dev", "litellm"], mirror=str(mirror), store=store)
    assert states(outcomes) == [("failed", "cannot be read: Input/output error"), ("new", "")]


@pytest.mark.parametrize("day", ["9999-12-31", "2100-01-01", "0001-01-01"])
def test_impossible_day_of_publication_fails_alone(
    tmp_path: Path, store: SnapshotStore, day: str
) -> None:
    folder = tmp_path / "m"
    write_index(
        folder,
        entry(folder, "a", API, b"{}", "2026-01-05"),
        entry(folder, "b", API, b"[]", day),
    )
    outcomes = sync(["models_dev"], mirror=str(folder), store=store)
    assert sorted(o.state for o in outcomes) == ["failed", "new"]
    assert [str(s.published) for s in store.held()] == ["2026-01-05"]


def test_source_without_documents_is_skipped(tmp_path: Path, store: SnapshotStore) -> None:
    write_index(tmp_path / "m")
    outcomes = sync(["litellm"], mirror=str(tmp_path / "m"), store=store)
    assert states(outcomes) == [("skipped", "the mirror has no document of it")]


@pytest.mark.parametrize(
    "file", ["../secret", "a/../../secret", "/etc/passwd", "a\0b"], ids=range(4)
)
def test_index_that_points_outside_is_an_error(
    tmp_path: Path, store: SnapshotStore, file: str
) -> None:
    folder = tmp_path / "m"
    write_index(folder, entry(folder, "a", API, b"{}", "2026-01-05") | {"file": file})
    with pytest.raises(DataError, match="points outside the mirror"):
        sync(["models_dev"], mirror=str(folder), store=store)
    assert store.held() == []


def test_link_that_points_outside_is_not_followed(tmp_path: Path, store: SnapshotStore) -> None:
    folder = tmp_path / "m"
    write_index(folder, entry(folder, "a", API, b"{}", "2026-01-05"))
    (tmp_path / "secret").write_text("secret")
    (folder / "a").unlink()
    (folder / "a").symlink_to(tmp_path / "secret")
    outcomes = sync(["models_dev"], mirror=str(folder), store=store)
    assert [o.state for o in outcomes] == ["failed"]
    assert store.held() == []


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"documents": 1}', '{"documents": [{"file": "a"}]}', "\ud800", "[" * 100_000,
     '{"documents": [{"file": "a", "address": "x", "published": "soon", "retrieved": "2026-01-05",'
     ' "sha256": ""}]}'],
    ids=range(8),
)  # fmt: skip
def test_broken_index_is_an_error_that_says_where(
    tmp_path: Path, store: SnapshotStore, text: str
) -> None:
    (tmp_path / "index.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(DataError, match="index cannot be read") as caught:
        sync(["models_dev"], mirror=str(tmp_path), store=store)
    assert caught.value.where == f"{tmp_path}/index.json"


@pytest.mark.parametrize("mirror", ["", "/nowhere/at/all", "ftp://example.org/"])
def test_mirror_that_is_none_is_bad_use(store: SnapshotStore, mirror: str) -> None:
    with pytest.raises(UsageError, match="not a folder"):
        sync(mirror=mirror, store=store)


def test_unknown_source_is_bad_use(store: SnapshotStore) -> None:
    with pytest.raises(UsageError, match="unknown source: nobody") as caught:
        sync(["nobody"], store=store)
    assert "litellm" in caught.value.valid


# a folder without an index


def test_without_index_a_mirror_is_host_and_path_as_of_today(
    tmp_path: Path, store: SnapshotStore
) -> None:
    path = tmp_path / "m" / "models.dev" / "api.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"{}")
    outcomes = sync(mirror=str(tmp_path / "m"), store=store, today=TODAY)
    assert len(outcomes) == len(all_sources())
    assert [o for o in outcomes if o.state != "skipped"] == [Outcome("models_dev", API, "new")]
    (held,) = store.held()
    assert (held.published, held.retrieved) == (TODAY, TODAY)
    again = sync(["models_dev"], mirror=str(tmp_path / "m"), store=store, today=TODAY)
    assert states(again) == [("known", "")]


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"meta": 3}'])
def test_without_index_another_document_fails_alone(
    tmp_path: Path, store: SnapshotStore, body: bytes
) -> None:
    for address in (RANKINGS, API):
        path = tmp_path / "m" / address.removeprefix("https://")
        path.parent.mkdir(parents=True)
        path.write_bytes(body)
    names = ["openrouter_rankings", "models_dev"]
    outcomes = sync(names, mirror=str(tmp_path / "m"), store=store, today=TODAY)
    assert [o.state for o in outcomes] == ["failed", "new"]
    assert outcomes[0].note.startswith("not the document expected")


# over http


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing on standard error."""


@pytest.fixture
def serve() -> Iterator[Callable[[Path], str]]:
    """Serve a folder on loopback; its address."""
    servers: list[ThreadingHTTPServer] = []

    def start(folder: Path) -> str:
        handler = partial(Quiet, directory=str(folder))
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/"

    with stamina.set_testing(True), pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_mirror_over_http_with_index(
    mirror: Path, store: SnapshotStore, serve: Callable[[Path], str]
) -> None:
    (mirror / "2026-01-05/models.dev/api.json").unlink()
    outcomes = sync(mirror=serve(mirror), store=store, today=TODAY)
    assert [o for o in outcomes if o.state != "new"] == [
        Outcome("models_dev", API, "failed", "not in the mirror")
    ]
    assert len(store.held()) == len(outcomes) - 1


def test_mirror_over_http_without_index(
    mirror: Path, store: SnapshotStore, serve: Callable[[Path], str]
) -> None:
    outcomes = sync(
        ["models_dev", "litellm"], mirror=serve(mirror / "2026-01-05"), store=store, today=TODAY
    )
    assert states(outcomes) == [("new", ""), ("new", "")]
    assert {s.published for s in store.held()} == {TODAY}


def test_file_names_are_quoted_over_http(
    tmp_path: Path, store: SnapshotStore, serve: Callable[[Path], str]
) -> None:
    folder = tmp_path / "m"
    write_index(folder, entry(folder, "a b/c?d#e%41.json", API, b"{}", "2026-01-05"))
    assert states(sync(["models_dev"], mirror=serve(folder), store=store)) == [("new", "")]


def test_mirror_over_http_that_points_outside(
    tmp_path: Path, store: SnapshotStore, serve: Callable[[Path], str]
) -> None:
    folder = tmp_path / "m"
    write_index(folder, entry(folder, "a", API, b"", "2026-01-05") | {"file": "../a"})
    with pytest.raises(DataError, match="points outside"):
        sync(["models_dev"], mirror=serve(folder), store=store)


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/", "http://[bad", "http://"])
def test_mirror_that_does_not_answer_is_an_error(store: SnapshotStore, address: str) -> None:
    with stamina.set_testing(True), pytest.raises(DataError, match="no answer"):
        sync(mirror=address, store=store)


def test_document_that_is_too_large_is_not_kept(
    mirror: Path,
    store: SnapshotStore,
    serve: Callable[[Path], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (mirror / "index.json").unlink()
    monkeypatch.setattr(module, "BODY_LIMIT", 100)
    address = serve(mirror / "2026-01-05")
    outcomes = sync(["models_dev", "tokencost"], mirror=address, store=store)
    assert states(outcomes) == [("failed", "the document is larger than 100 bytes")] * 2


def test_document_that_never_ends_is_given_up(
    mirror: Path,
    store: SnapshotStore,
    serve: Callable[[Path], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (mirror / "index.json").unlink()
    monkeypatch.setattr(module, "LONGEST_SECONDS", -1)
    outcomes = sync(["models_dev"], mirror=serve(mirror / "2026-01-05"), store=store)
    assert states(outcomes) == [("failed", "not whole after -1 seconds")]


# live


def answering(
    monkeypatch: pytest.MonkeyPatch, answer: Answer | DataError
) -> list[tuple[str, dict[str, str]]]:
    """Every address answers so; what was asked, with which headers, is returned."""
    asked: list[tuple[str, dict[str, str]]] = []

    def get(address: str, headers: dict[str, str]) -> Answer:
        asked.append((address, headers))
        if isinstance(answer, DataError):
            raise answer
        return answer

    monkeypatch.setattr(module, "_get", get)
    return asked


def test_live_document_is_kept_as_of_today(
    store: SnapshotStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answering(monkeypatch, (b"{}", '"v1"', "application/json"))
    assert states(sync(["models_dev"], store=store, today=TODAY)) == [("new", "")]
    assert asked == [(API, {})]
    (held,) = store.held()
    assert (held.published, held.retrieved) == (TODAY, TODAY)
    assert (held.validator, held.media_type) == ('"v1"', "application/json")


def test_source_without_its_key_is_skipped(
    store: SnapshotStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answering(monkeypatch, (b"{}", "", ""))
    for value in ("", " \n"):
        monkeypatch.setenv("OPENROUTER_API_KEY", value)
        outcomes = sync(["openrouter_rankings"], store=store, today=TODAY)
        assert states(outcomes) == [("skipped", "no key: set OPENROUTER_API_KEY")]
    assert asked == []


def test_key_goes_to_its_source_only(store: SnapshotStore, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, (b'{"data": [], "meta": {}}', "", ""))
    monkeypatch.setenv("OPENROUTER_API_KEY", "k1\n")
    outcomes = sync(["openrouter_rankings", "models_dev"], store=store, today=TODAY)
    assert {o.state for o in outcomes} == {"new", "known"}
    headers = {address.partition("?")[0]: found for address, found in asked}
    assert headers == {RANKINGS: {"Authorization": "Bearer k1"}, API: {}}
    assert not any(b"k1" in p.read_bytes() for p in store.folder.iterdir())


def test_site_that_is_down_fails_alone(
    store: SnapshotStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, DataError("the site answered 503"))
    outcomes = sync(["models_dev", "litellm"], store=store, today=TODAY)
    assert states(outcomes) == [("failed", "the site answered 503")] * 2
    assert store.held() == []


def test_live_document_that_is_not_there_fails(
    store: SnapshotStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, NotThereError("the site answered 404"))
    assert states(sync(["models_dev"], store=store)) == [("failed", "the site answered 404")]


@pytest.mark.parametrize("body", [b"<html>down for maintenance</html>", b"[]", b"\xff"])
def test_live_document_of_another_kind_fails(
    store: SnapshotStore, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    answering(monkeypatch, (body, "", ""))
    monkeypatch.setenv("OPENROUTER_API_KEY", "k1")
    outcomes = sync(["openrouter_rankings"], store=store, today=dt.date(2025, 1, 9))
    assert {o.state for o in outcomes} == {"failed"}
    assert outcomes[0].note.startswith("not the document expected")
    assert store.held() == []


@pytest.mark.parametrize(
    ("validator", "header"),
    [('"v1"', "If-None-Match"), ('W/"v1"', "If-None-Match"),
     ("Mon, 05 Jan 2026 00:00:00 GMT", "If-Modified-Since")],
)  # fmt: skip
def test_unchanged_document_is_known(
    store: SnapshotStore, monkeypatch: pytest.MonkeyPatch, validator: str, header: str
) -> None:
    answering(monkeypatch, (b"{}", validator, ""))
    sync(["models_dev"], store=store, today=DAY)
    asked = answering(monkeypatch, (None, "unchanged", ""))
    assert states(sync(["models_dev"], store=store, today=TODAY)) == [("known", "unchanged")]
    assert asked == [(API, {header: validator})]


def test_unchanged_body_is_known(store: SnapshotStore, monkeypatch: pytest.MonkeyPatch) -> None:
    for day, state in ((DAY, ("new", "")), (TODAY, ("known", "unchanged"))):
        answering(monkeypatch, (b"{}", "", ""))
        assert states(sync(["models_dev"], store=store, today=day)) == [state]
    answering(monkeypatch, (b'{"a": {}}', "", ""))
    assert states(sync(["models_dev"], store=store, today=TODAY)) == [("new", "")]
    assert len(store.held()) == 2


@pytest.mark.parametrize("lost", [True, False])
def test_lost_or_changed_bytes_are_fetched_whole(
    store: SnapshotStore, monkeypatch: pytest.MonkeyPatch, *, lost: bool
) -> None:
    answering(monkeypatch, (b"{}", '"v1"', ""))
    sync(["models_dev"], store=store, today=DAY)
    path = store.folder / store.held()[0].sha256
    path.unlink() if lost else path.write_bytes(b"changed")
    asked = answering(monkeypatch, (b"{}", '"v1"', ""))
    assert states(sync(["models_dev"], store=store, today=DAY)) == [("new", "")]
    assert asked == [(API, {})]
    assert store.verify() == []


def test_archives_are_read_from_mirrors_only(
    store: SnapshotStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answering(monkeypatch, (b"{}", "", ""))
    outcomes = sync(["openrouter_weekly", "open_weight_labels"], store=store)
    assert states(outcomes) == [("skipped", "an archive: read from a mirror only")] * 2
    assert asked == []


def test_answers_of_a_site(serve: Callable[[Path], str], tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"{}")
    body, validator, media = module._get(f"{serve(tmp_path)}a.json", {})
    assert (body, media) == (b"{}", "application/json")
    headers = {"If-Modified-Since": validator}
    assert module._get(f"{serve(tmp_path)}a.json", headers) == (None, "unchanged", "")
    with pytest.raises(NotThereError, match="the site answered 404"):
        module._get(f"{serve(tmp_path)}b.json", {})


def test_overload_is_tried_again(serve: Callable[[Path], str], tmp_path: Path) -> None:
    codes = [503, 429]

    class Overloaded(Quiet):
        def do_GET(self) -> None:
            if codes:
                self.send_error(codes.pop())
            else:
                super().do_GET()

    (tmp_path / "a.json").write_bytes(b"{}")
    handler = partial(Overloaded, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        with stamina.set_testing(True, attempts=3):
            assert module._get(f"http://127.0.0.1:{server.server_port}/a.json", {})[0] == b"{}"
        server.shutdown()
