"""Bytes to values and back: nothing is lost, and a wrong locator is None, never a crash."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import zip_of
from scoreboard import documents
from scoreboard.documents import (
    Number,
    Object,
    locate,
    members,
    parse_csv,
    parse_json,
    pointer,
    raw_text,
    text_of,
)
from scoreboard.errors import DataError

FILES = {"a.csv": b"x,y\n1,2\n", "b/c.json": b'{"v": 1.50}'}


def tar_of(files: dict[str, bytes]) -> bytes:
    """These files as a gzipped tar."""
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(body.getvalue(), mtime=0)


def packed(method: int) -> bytes:
    """The files in a zip, packed."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", method) as archive:
        for name, content in FILES.items():
            archive.writestr(name, content * 20)
    return body.getvalue()


ZIP, TAR = zip_of(FILES), tar_of(FILES)
DEFLATED, LZMA = packed(zipfile.ZIP_DEFLATED), packed(zipfile.ZIP_LZMA)
ARCHIVES = (ZIP, TAR, DEFLATED, LZMA)
JSON = b'{"a": [1.0, {"b/c": null, "d~e": "text"}], "a~1b": true, "": 5e-07}'
CSV = b'# note\nx,y\n1,"two\nlines"\n\n3\n'


# JSON


@pytest.mark.parametrize(
    "raw", ["0", "-0", "1.0", "1.50", "5e-07", "1E400", "0.1000000000000000055", "9" * 5000]
)
def test_number_keeps_its_raw_text(raw: str) -> None:
    value = parse_json(f'{{"v": [{raw}]}}'.encode(), "here")["v"][0]
    assert isinstance(value, Number)
    assert raw_text(value) == text_of(value) == raw
    assert locate(f'{{"v": [{raw}]}}'.encode(), "/v/0") == raw


def test_last_of_equal_keys_counts_and_earlier_ones_are_kept() -> None:
    body = b'{"k": 1, "other": 0, "k": {"in": 2}, "k": 3}'
    value = parse_json(body, "here")
    assert value == {"k": "3", "other": "0"}
    assert isinstance(value, Object)
    assert value.earlier == [("k", 1, "1"), ("k", 2, {"in": "2"})]
    assert locate(body, "/k") == "3"
    assert locate(body, "/k#1") == "1"
    assert locate(body, "/k#2/in") == "2"
    assert locate(body, "/k#3") is None


def test_a_key_that_looks_like_an_occurrence_is_found_first() -> None:
    assert locate(b'{"k#1": "own", "k": 1, "k": 2}', "/k#1") == "own"


@pytest.mark.parametrize(
    ("parts", "locator", "raw"),
    [
        (("a", 1, "b/c"), "/a/1/b~1c", "null"),
        (("a", 1, "d~e"), "/a/1/d~0e", "text"),
        (("a~1b",), "/a~01b", "true"),
        (("",), "/", "5e-07"),
    ],
)
def test_pointer_escapes(parts: tuple[str | int, ...], locator: str, raw: str) -> None:
    assert pointer(*parts) == locator
    assert locate(JSON, locator) == raw


@given(st.dictionaries(st.text(), st.text()))
def test_any_key_is_found_by_its_pointer(values: dict[str, str]) -> None:
    parts = (f'"{_escaped(k)}": "{_escaped(v)}"' for k, v in values.items())
    body = f"{{{', '.join(parts)}}}".encode()
    for key, value in values.items():
        assert locate(body, pointer(key)) == value


def _escaped(text: str) -> str:
    """Every character as JSON escapes it."""
    units = text.encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (r"cut \ud83d", "cut \ufffd"),
        (r"\uDE00 cut", "\ufffd cut"),
        (r"\ud83d\ude00", "\U0001f600"),
        (r"\\ud83d", r"\ud83d"),
        (r"\ud83d\ud83d\ude00", "\ufffd\U0001f600"),
    ],
)
def test_half_a_character_becomes_a_replacement(raw: str, text: str) -> None:
    body = f'{{"v": "{raw}"}}'.encode()
    assert locate(body, "/v") == text
    text.encode()


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"a": 1', b"\xff\xfe", b"nul", b"[" * 100_000], ids=range(6)
)
def test_json_that_is_not_whole_is_an_error_that_says_where(body: bytes) -> None:
    with pytest.raises(DataError, match="not whole JSON") as caught:
        parse_json(body, "models.json of 2026-01-05")
    assert caught.value.where == "models.json of 2026-01-05"
    assert "scoreboard sync" in caught.value.repair


# CSV


def test_record_knows_the_line_on_which_it_starts() -> None:
    records = list(parse_csv(CSV, "here"))
    assert [(r.line, r.cells) for r in records] == [
        (3, {"x": "1", "y": "two\nlines"}),
        (6, {"x": "3", "y": "", "__cells__": "1"}),
    ]
    assert records[0].at("y") == "L3/y"
    assert locate(CSV, "L3/y") == "two\nlines"
    assert locate(CSV, "L6/x") == "3"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_byte_order_mark(end: str) -> None:
    body = b"\xef\xbb\xbf" + end.join(["x,y", '"a ""b""",c', "d,e", ""]).encode()
    records = list(parse_csv(body, "here", ("x", "y")))
    assert [r.cells for r in records] == [{"x": 'a "b"', "y": "c"}, {"x": "d", "y": "e"}]
    assert [r.line for r in records] == [2, 3]
    assert locate(body, "L3/y") == "e"


def test_column_names_with_marks_of_other_locators_are_found() -> None:
    body = b"a/b,c!d\n1,2\n"
    assert [locate(body, r.at(c)) for r in parse_csv(body, "") for c in r.cells] == ["1", "2"]


def test_missing_column_is_an_error_that_lists_those_there_are() -> None:
    with pytest.raises(DataError, match="column missing: z") as caught:
        list(parse_csv(CSV, "here", ("x", "z")))
    assert caught.value.valid == ["x", "y"]


@pytest.mark.parametrize("body", [b'x,y\n1,"open\n', b'x,"y\n', b"x,y\n\xff,1\n", b'x\n"a"b\n'])
def test_csv_that_is_not_whole_is_an_error(body: bytes) -> None:
    with pytest.raises(DataError, match=r"not whole CSV|not UTF-8"):
        list(parse_csv(body, "here"))


# archives


@pytest.mark.parametrize("body", [ZIP, TAR], ids=["zip", "tar"])
def test_members_of_an_archive_in_order_of_name(body: bytes) -> None:
    assert list(members(body, "here").items()) == sorted(FILES.items())
    assert locate(body, "a.csv!L2/y") == "2"
    assert locate(body, "b/c.json!/v") == "1.50"


def test_archive_within_an_archive() -> None:
    assert locate(zip_of({"inner.tar.gz": TAR}), "inner.tar.gz!b/c.json!/v") == "1.50"


def test_locator_of_another_kind_of_document_is_none() -> None:
    wrong = ["", "/", "/x", "L1/x", "L2/z", "L99/x", "a.csv", "a.csv!", "no.csv!L2/x", "Lx/y", "!"]
    for body in (ZIP, TAR, b"", b"{}", b"x,y\n1,2\n"):
        assert [locate(body, w) for w in wrong] == [None] * len(wrong)


@pytest.mark.parametrize("locator", ["/a/-", "/a/9", "/a/²", "/a/x", "/a/0/0", "/b", "/a/1/no"])
def test_pointer_past_the_end_is_none(locator: str) -> None:
    assert locate(JSON, locator) is None


@pytest.mark.parametrize(
    "body", [b"", b"PK\x03\x04", b"\x1f\x8b", b"no archive", TAR[:60]], ids=range(5)
)
def test_garbage_is_no_archive(body: bytes) -> None:
    with pytest.raises(DataError, match="archive is not whole"):
        members(body, "here")


@pytest.mark.parametrize("body", ARCHIVES, ids=["zip", "tar", "deflated", "lzma"])
def test_damaged_archive_is_whole_or_an_error(body: bytes) -> None:
    chance = random.Random(1)
    for _ in range(400):
        damaged = bytearray(body)
        for _ in range(chance.randint(1, 3)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        size = len(damaged) if chance.random() < 0.8 else chance.randrange(len(damaged))
        try:
            members(bytes(damaged[:size]), "here")
        except DataError:
            continue


# any locator, any bytes

LOCATORS = st.one_of(
    st.text(),
    st.from_regex(r"(L?[0-9²]{1,4}/[xy]?)|((a\.csv|b/c\.json|z)?!L?[0-9]{0,2}/[xyv]?)"),
    st.lists(st.sampled_from(["a", "0", "1", "b~1c", "~", "#1", "a#1", "²", "-1"])).map(
        lambda parts: "/" + "/".join(parts)
    ),
)
BODIES = st.one_of(
    st.binary(), st.sampled_from([JSON, CSV, *ARCHIVES]), st.binary().map(lambda b: ZIP[:40] + b)
)


@given(BODIES, LOCATORS)
def test_locate_never_raises(body: bytes, locator: str) -> None:
    found = locate(body, locator)
    assert found is None or isinstance(found, str)


@pytest.mark.parametrize("body", [ZIP, TAR], ids=["zip", "tar"])
def test_an_archive_that_unpacks_too_large_is_an_error(
    body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "UNPACKED_LIMIT", 5)
    with pytest.raises(DataError, match="unpacks to more than 5 bytes"):
        documents.members(body, "archive")


def test_values_whose_key_comes_again_are_found_at_any_depth() -> None:
    value = documents.parse_json(b'{"a": [{"b": 1, "b": 2}], "a/x": 3, "a/x": 4}', "here")
    assert sorted(documents.repeated(value)) == [("/a/0/b#1", "1"), ("/a~1x#1", "3")]
