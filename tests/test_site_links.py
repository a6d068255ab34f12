"""The whole built site: no address leads nowhere, nothing is loaded from another host."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from site_reader import DATA_PAGES, MARKUP, files_of, outside, place, tags

URL = "http://127.0.0.1:8000/"  # where the shared site says that it stands
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'"
)
LOADING = {("link", "href"), ("form", "action")}  # and every attribute below
LOADS = {"src", "srcset", "poster", "data", "xlink:href", "background", "formaction"}
LEADS = {"href", "src", "action", "data-index", "data-root"}
KNOWN_LINKS = {"canonical", "alternate", "stylesheet", "icon"}
PARTIAL = 3  # problems shown when a test fails


@dataclass(frozen=True)
class Scan:
    """What the tests ask of a page."""

    refs: frozenset[tuple[str, str, str]]  # tag, attribute, address
    ids: tuple[str, ...]
    counts: Counter[str]
    names: frozenset[str]  # of attributes
    meta: dict[str, str]
    links: tuple[tuple[str, str], ...]  # rel and type, address
    lang: str
    title: str
    skip: str
    strange: int  # signs that open no element


def scan(text: str) -> Scan:
    """A page as its tags say it."""
    refs: set[tuple[str, str, str]] = set()
    names: set[str] = set()
    ids = []
    meta: dict[str, str] = {}
    links = []
    counts: Counter[str] = Counter()
    lang = skip = ""
    for tag, given in tags(text):
        counts[tag] += 1
        names.update(given)
        refs.update((tag, k, v) for k, v in given.items() if k in LEADS | LOADS)
        if "id" in given:
            ids.append(given["id"])
        if tag == "meta":
            meta[given.get("name") or given.get("http-equiv") or given.get("property") or ""] = (
                given.get("content", "")
            )
        elif tag == "link":
            links.append((f"{given['rel']} {given.get('type', '')}".strip(), given["href"]))
        elif tag == "html":
            lang = given.get("lang", "")
        elif given.get("class") == "skip":
            skip = given["href"]
    title = re.findall(r"<title>([^<]+)</title>", text)
    strange = text.count("<") - len(MARKUP.findall(text))
    return Scan(frozenset(refs), tuple(ids), counts, frozenset(names), meta, tuple(links), lang,
                title[0] if len(title) == 1 else "", skip, strange)  # fmt: skip


@pytest.fixture(scope="module")
def files(built_site: Path) -> dict[str, int]:
    """Every file with its size."""
    return files_of(built_site)


@pytest.fixture(scope="module")
def pages(built_site: Path, files: dict[str, int]) -> dict[str, Scan]:
    """Every page."""
    found = {
        f: scan((built_site / f).read_text(encoding="utf-8"))
        for f in sorted(files)
        if f.endswith(".html")
    }
    assert len(found) > 4000
    return found


def none(problems: list[str]) -> None:
    """Fail with the first problems, and with how many there are."""
    assert not problems, f"{len(problems)}: " + "; ".join(problems[:PARTIAL])


def test_every_address_inside_leads_to_a_file_and_a_place(
    pages: dict[str, Scan], files: dict[str, int]
) -> None:
    ids = {path: set(s.ids) for path, s in pages.items()}
    problems = []
    followed = 0
    for path, s in pages.items():
        for _, _, address in s.refs:
            if outside(address):
                continue
            followed += 1
            target, fragment = place(path, address)
            if target not in files:
                problems.append(f"{path}: no file {address}")
            elif fragment and fragment not in ids[target]:
                problems.append(f"{path}: no place {address}")
    assert followed > 300_000
    none(problems)


def test_addresses_outside_are_of_the_web_and_are_not_loaded(pages: dict[str, Scan]) -> None:
    problems = []
    for path, s in pages.items():
        for tag, name, address in s.refs:
            if not outside(address) or (tag == "link" and address == URL + path):
                continue
            loaded = name in LOADS or (tag, name) in LOADING
            if loaded or not address.startswith(("https://", "http://")):
                problems.append(f"{path}: {tag} {name} {address}")
    none(problems)


def test_pages_hold_only_known_ways_to_load(pages: dict[str, Scan]) -> None:
    problems = []
    for path, s in pages.items():
        if s.strange:
            problems.append(f"{path}: {s.strange} signs < that open no element")
        unwanted = s.counts.keys() & {"iframe", "object", "embed", "base", "style", "video", "use"}
        runs = {n for n in s.names if n.startswith("on") or n == "style"}
        if unwanted or runs:
            problems.append(f"{path}: {sorted(unwanted | runs)}")
        if {rel.partition(" ")[0] for rel, _ in s.links} != KNOWN_LINKS:
            problems.append(f"{path}: {s.links}")
    none(problems)


def test_other_files_load_nothing_from_elsewhere(built_site: Path, files: dict[str, int]) -> None:
    style = (built_site / "static/style.css").read_text(encoding="utf-8")
    assert "@import" not in style
    assert not re.findall(r"url\(|https?:", style)
    scripts = sorted((built_site / "static").glob("*.js"))
    assert len(scripts) == 2
    for script in scripts:
        text = script.read_text(encoding="utf-8")
        assert not re.findall(r"https?:|//[a-z0-9.]+\.[a-z]|\beval\b|innerHTML|import\(", text)
    drawings = [f for f in files if f.endswith(".svg")]
    assert len(drawings) > 100
    for path in drawings:
        for tag, given in tags((built_site / path).read_text(encoding="utf-8")):
            assert tag not in ("script", "foreignObject", "image", "use", "a"), path
            assert not {n for n in given if n.startswith("on") or n.endswith("href")}, path


def test_ids_are_unique(pages: dict[str, Scan]) -> None:
    assert sum(len(s.ids) for s in pages.values()) > 50_000
    none([f"{p}: {Counter(s.ids).most_common(2)}" for p, s in pages.items()
          if len(set(s.ids)) < len(s.ids)])  # fmt: skip


def test_every_page_says_what_it_is(pages: dict[str, Scan]) -> None:
    problems = []
    for path, s in pages.items():
        said = {
            "title": bool(s.title.strip()),
            "description": bool(s.meta.get("description", "").strip()),
            "canonical": ("canonical", URL + path) in s.links,
            "lang": s.lang == "en",
            "policy": s.meta.get("Content-Security-Policy") == POLICY,
            "width": "viewport" in s.meta,
            "skip link": s.skip == "#main" and "main" in s.ids,
            "one h1": s.counts["h1"] == 1,
            "one main": s.counts["main"] == 1,
            "twin": ("alternate application/json", path.removesuffix(".html") + ".json")
            in [(rel, place(path, a)[0]) for rel, a in s.links],
        }
        missing = [name for name, found in said.items() if not found]
        if missing:
            problems.append(f"{path}: {missing}")
    none(problems)


def test_every_page_has_its_twin_as_data(built_site: Path, pages: dict[str, Scan]) -> None:
    for path in pages:
        twin = json.loads((built_site / path).with_suffix(".json").read_bytes())
        assert isinstance(twin, dict), path
        assert twin, path


def test_sitemap_names_the_pages_that_stand_for_themselves(
    built_site: Path, pages: dict[str, Scan]
) -> None:
    found = ET.parse(built_site / "sitemap.xml").getroot()
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    listed = [x.text or "" for x in found.iter(f"{space}loc")]
    assert len(set(listed)) == len(listed)
    alone = {p for p in pages if not DATA_PAGES.search(p) and p != "search.html"}
    assert set(listed) == {URL + p for p in alone}
    robots = (built_site / "robots.txt").read_text(encoding="utf-8")
    assert f"Sitemap: {URL}sitemap.xml" in robots.splitlines()


def test_the_search_finds_pages_that_are_there(built_site: Path, pages: dict[str, Scan]) -> None:
    index = json.loads((built_site / "search-index.json").read_bytes())
    paths = [path for path, *_ in index]
    assert set(paths) <= pages.keys()
    assert len(set(paths)) == len(paths) > 3000
    for path, title, kind, also in index:
        assert title, path
        assert kind, path
        assert also == also.lower(), path


def test_the_manifest_lists_just_the_files_of_the_site(
    built_site: Path, files: dict[str, int]
) -> None:
    manifest = json.loads((built_site / "site.json").read_bytes())
    assert manifest["files"] == {f: n for f, n in files.items() if f != "site.json"}
    assert re.fullmatch(r"[0-9a-f]{16}", manifest["key"])
