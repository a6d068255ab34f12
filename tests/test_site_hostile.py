"""Names that try to run, to leave their folder, or to take the place of others stay mere names."""

from __future__ import annotations

import csv
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from installed import BOARD, MADE_UP, World, install
from site_reader import Element, files_of, outside, place, read, tags
from site_worlds import build, bundle_again, edit, edit_document

SCRIPT = "<script>alert(1)</script>"
MARK = "\u202e"  # what follows is written from right to left
RUNS = "javascript:alert(1)"
LONG = "z" * 500
TRACKED = "https://raw.githubusercontent.com/Interconnects-AI/tracked-models/main/models.csv"
OFFERS = "https://models.dev/api.json"
# Names of repositories and of offers; each becomes the id of a model.
NAMES = (
    f"{SCRIPT}2", "=cmd()", "+1", "@x", "-dash", "..", "../../etc/passwd", "index",
    f"{MARK}evil", "a\"b'c",
    "<img src=x onerror=alert(1)>", LONG, RUNS, "a\u2028b", "&amp;", "%2e%2e%2f", "a?b#c",
    "mod.one", "mod one", "mod+one", "mod~one", "mod~20one",
)  # fmt: skip
# Ids that only a careless file name makes one, and printed names that are no ids.
CURATED = {
    "x.y": SCRIPT, "x-y": "=cmd()", "x_y": f'{MARK}"quoted" <b>', "xy": "../../etc",
    "l" * 500: "Long " * 100, "l" * 501: "'\"><svg onload=alert(1)>",
}  # fmt: skip
EVIDENCE = {"bad": {"address": RUNS, "by": SCRIPT, "says": "=1+1"}}
KNOWN_SCRIPTS = re.compile(
    r'<script (src="(\.\./)*static/(site|host)\.js" defer|type="application/ld\+json")>'
)


def hostile_things(world: World) -> None:
    """Curated things of every kind, with such names."""
    models = [
        {"id": i, "name": n, "family": "index", "released": "2025-04-01", "weights": "2025-04-01",
         "licence": "index", "evidence": {"*": "bad"}}
        for i, n in CURATED.items()
    ]  # fmt: skip
    own = {"developer": "hostile", "evidence": EVIDENCE, "models": models}
    edit(world, "models/hostile.yml", lambda c: c.update(own))
    entries: dict[str, dict[str, Any]] = {
        "developers": {"id": "hostile", "name": SCRIPT, "country": "US"},
        "providers": {"id": "index", "name": "+1", "country": "US", "first_party_of": "hostile"},
        "licences": {"id": "index", "name": "@SUM(1)", "commercial": True, "cap": "-2+3",
                     "territory": f"{MARK}nowhere", "use_policy": False},
        "benchmarks": {"id": "b.x", "name": f"{SCRIPT}b", "measures": "=1", "items": 7,
                       "notes": RUNS},
    }  # fmt: skip
    for name, more in entries.items():
        edit(world, f"{name}.yml", partial(_add, name=name, entry={**more, "evidence": "bad"}))
    family = {"id": "index", "name": "=cmd()", "developer": "hostile"}
    edit(world, "families.yml", lambda c: c["families"].append(family))
    edit(world, "developers.yml", lambda c: c["developers"][1].update(name=f"{MARK}{SCRIPT}bolt"))
    prices = [{"model": m, "kind": "input", "usd_per_mtok": p, "from": "2025-04-01", "grade": "P",
               "evidence": "bad"} for p, m in enumerate(CURATED, 1)]  # fmt: skip
    edit(world, "prices/index.yml",
         lambda c: c.update(provider="index", evidence=EVIDENCE, prices=prices))  # fmt: skip
    hostile_numbers(world)


def hostile_numbers(world: World) -> None:
    """A statistic and a board with such words."""
    statistic = {
        "id": "index", "says": f"=1 {SCRIPT}", "value": 41, "unit": "count", "date": "2025",
        "population": f"{MARK}all", "address": RUNS, "grade": "P", "caveat": "@now",
    }  # fmt: skip
    edit(world, "statistics/hostile.yml",
         lambda c: c.update(publisher="hostile", title=SCRIPT, statistics=[statistic]))  # fmt: skip
    figures = [{"id": "dear", "title": f"</title>{SCRIPT}", "metric": "price", "chart": True,
                "params": {"model": "x.y"}},
               {"id": "who", "title": SCRIPT, "metric": "models", "chart": True,
                "params": {"by": "developer"}}]  # fmt: skip
    edit(world, "board.yml",
         lambda c: c["sections"].append({"title": f"{MARK}<b>", "figures": figures}))  # fmt: skip


def _add(content: dict[str, Any], name: str, entry: dict[str, Any]) -> None:
    content.setdefault("evidence", {}).update(EVIDENCE)
    content[name].append(entry)


def hostile_documents(world: World) -> None:
    """Repositories and offers with such names, prices that are no numbers."""

    def repositories(text: str) -> str:
        lines = ('bolt,x,"bolt/{}"\n'.format(n.replace('"', '""')) for n in NAMES)
        return text + "".join(lines)

    def offers(text: str) -> str:
        cost = {"input": 1, "output": f"{MARK}<b onclick=alert(1)>"}
        more = {n: {"id": n, "models": {n: {"cost": cost}}} for n in NAMES}
        return json.dumps({**json.loads(text), **more})

    edit_document(world, TRACKED, repositories)
    edit_document(world, OFFERS, offers)
    bundle_again(world)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a hostile world. It is the only thing that a build writes beside its state."""
    folder = tmp_path_factory.mktemp("hostile")
    world = install(folder / "world", BOARD, MADE_UP)
    hostile_things(world)
    hostile_documents(world)
    before = files_of(folder).keys()
    build(world, folder / "out")
    made = {f for f in files_of(folder).keys() - before if not f.startswith("world/home/")}
    assert {f.partition("/")[0] for f in made if "__pycache__" not in f} == {"out"}
    return folder / "out"


@pytest.fixture(scope="module")
def texts(site: Path) -> dict[str, str]:
    """Every page as it is stored."""
    return {f: (site / f).read_text(encoding="utf-8") for f in files_of(site)
            if f.endswith(".html")}  # fmt: skip


def test_no_page_holds_a_script_of_a_name(texts: dict[str, str]) -> None:
    for path, text in texts.items():
        scripts = re.findall(r"<script[^>]*>", text, flags=re.IGNORECASE)
        assert scripts, path
        assert all(KNOWN_SCRIPTS.fullmatch(s) for s in scripts), path
        for tag, given in tags(text):
            assert tag not in ("b", "iframe", "base", "style"), path
            assert not {n for n in given if n.startswith("on")}, path
            assert not (tag == "img" and not given["src"].endswith("static/mark.svg")), path


def test_no_link_runs_and_every_link_leads_somewhere(site: Path, texts: dict[str, str]) -> None:
    files = files_of(site)
    seen = 0
    for path, text in texts.items():
        ids = {given["id"] for _, given in tags(text) if "id" in given}
        for tag, given in tags(text):
            for name in ("href", "src", "action"):
                address = given.get(name, "#main")
                seen += 1
                if outside(address):
                    assert address.startswith(("https://", "http://")), (path, tag, address)
                    continue
                target, fragment = place(path, address)
                assert target in files, (path, address)
                assert target != path or not fragment or fragment in ids, (path, address)
    assert seen > 10_000
    licence = read(site, "licences/~index.html")
    assert RUNS in licence.text


def test_marks_of_direction_are_gone(site: Path, texts: dict[str, str]) -> None:
    assert not [p for p, t in texts.items() if MARK in t or "\u2028" in t]
    for name in files_of(site):
        if name.endswith((".csv", ".svg", ".xml", ".cff")):
            text = (site / name).read_text(encoding="utf-8")
            assert MARK not in text, name
            assert "\u2028" not in text, name


def test_spreadsheets_run_nothing(site: Path) -> None:
    quoted = set()
    for name in (f for f in files_of(site) if f.endswith(".csv")):
        with (site / name).open(encoding="utf-8", newline="") as file:
            for cell in (c for row in csv.reader(file) for c in row):
                bare = cell.lstrip()
                assert not bare.startswith(("=", "+", "@")), (name, cell)
                number = re.fullmatch(r"-(\d+(\.\d+)?(e[-+]?\d+)?)?", bare)
                assert not bare.startswith("-") or number, (name, cell)
                if bare[:1] == "'":
                    quoted.add(bare)
    wanted = {"=cmd()", "+1", "@x", "-dash", "@SUM(1)", "-2+3", "@now", f"=1 {SCRIPT}"}
    assert {f"'{x}" for x in wanted} <= quoted


def test_twins_feeds_and_charts_can_be_read(site: Path, texts: dict[str, str]) -> None:
    for path in texts:
        assert isinstance(json.loads((site / path).with_suffix(".json").read_bytes()), dict)
        read(site, path)  # every element is closed where it ends
    words = ""
    for name in files_of(site):
        if name.endswith((".xml", ".svg")):
            root = ET.parse(site / name).getroot()
            words += " ".join(e.text or "" for e in root.iter()) if name.endswith(".svg") else ""
            assert not [e for e in root.iter() if e.tag.endswith("script")], name
        elif name.endswith(".json"):
            json.loads((site / name).read_bytes())
    assert "<script>alert(1)<" in words  # in a chart, as text, cut to its room


def test_file_names_are_fit_for_every_system(site: Path) -> None:
    names = files_of(site)
    assert len({n.lower() for n in names}) == len(names)
    for name in names:
        assert re.fullmatch(r"[A-Za-z0-9._=,@+~/-]+", name), name
        assert not {"", ".", ".."} & set(name.split("/")), name
        assert max(map(len, name.split("/"))) <= 140, name
        assert not (site / name).is_symlink(), name


def pages_by_id(site: Path, folder: str) -> Iterator[tuple[str, Element]]:
    """The id that each page of a folder shows, and the page."""
    for path in sorted((site / folder).glob("*.html")):
        if path.name != "index.html":
            root = read(site, f"{folder}/{path.name}")
            yield root.one("p", "id").text, root


def shown(text: str) -> str:
    """A name as a page shows it: on one line, without marks that turn it."""
    return " ".join(text.replace(MARK, "").split())


def test_every_model_has_a_page_of_its_own(site: Path) -> None:
    found = list(pages_by_id(site, "models"))
    ids = [i for i, _ in found]
    # A curated model of another developer is printed as =cmd(), so the repository keeps its owner.
    named = {"bolt/=cmd()" if n == "=cmd()" else n for n in NAMES}
    expected = {*named, *CURATED, "alpha-1", "beta-2", "gamma-3", "delta-4"}
    assert sorted(ids) == sorted(map(shown, expected))
    heads = {i: root.one("h1").text for i, root in found}
    assert {i: heads[i] for i in CURATED} == {i: shown(n) for i, n in CURATED.items()}


@pytest.mark.parametrize(
    ("path", "name"),
    [("developers/hostile.html", SCRIPT), ("providers/~index.html", "+1"),
     ("licences/~index.html", "@SUM(1)"), ("benchmarks/b.x.html", f"{SCRIPT}b"),
     ("families/~index.html", "=cmd()"), ("statistics/~index.html", f"=1 {SCRIPT}")],
)  # fmt: skip
def test_other_things_have_pages_with_their_names(site: Path, path: str, name: str) -> None:
    assert read(site, path).one("h1").text == name
    listed = read(site, f"{path.partition('/')[0]}/index.html")
    links = {a.text: place("x/index.html", a.href)[0] for a in listed.one("main").all("a")}
    assert links[name].removeprefix("x/") == path.partition("/")[2] or (links[name] == path), (
        "the list leads to the page"
    )


def test_words_of_the_board_are_words(site: Path) -> None:
    root = read(site, "figures/dear.html")
    assert root.one("h1").text == f"<b>: </title>{SCRIPT}"
    assert root.one("title").text == f"<b>: </title>{SCRIPT} – Open Model Scoreboard"
    cards = [c.one("h3").text for c in read(site, "index.html").all("article", "card")]
    assert f"</title>{SCRIPT}" in cards
    assert f"=1 {SCRIPT}" in read(site, "statistics/~index.html").one("title").text
