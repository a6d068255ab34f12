"""What machines read of the built site: tables, metadata, feeds, citations, charts as files."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import hashlib
import importlib
import json
import logging
import math
import random
import re
import xml.etree.ElementTree as ET
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
from ruamel.yaml import YAML

from installed import CURATED
from site_reader import DATA_PAGES, Element, place, read

SEED = 20260825
URL = "http://127.0.0.1:8000/"
CELLS = 40  # compared in each table
MOST_BYTES = 150_000  # of a chart
MOST_PACKED = 200_000  # of a page with its style and script, as a server sends it
LEAST_PX = 0.46  # width of a character, in widths of the font: narrower than any font's mean
SVG = "{http://www.w3.org/2000/svg}"
ATOM = "{http://www.w3.org/2005/Atom}"
Json = dict[str, Any]


# Tables as files


@cache
def data_page(site: Path) -> Element:
    """The page of all tables."""
    return read(site, "data/index.html")


def downloads(site: Path) -> dict[str, dict[str, str]]:
    """Of each table of the data page its files, by format."""
    table = next(t for t in data_page(site).all("table") if t.columns()[0] == "table")
    formats = [x.lower() for x in table.columns()[2:]]
    found = {}
    for name, _, *cells in table.body():
        files = [place("data/index.html", c.one("a").href)[0] for c in cells]
        found[name.text] = dict(zip(formats, files, strict=True))
    return found


def parquet(path: Path) -> tuple[list[str], list[tuple[Any, ...]], dict[str, str]]:
    """Columns, rows and metadata of a Parquet file."""
    with duckdb.connect() as connection:
        found = connection.execute("SELECT * FROM read_parquet(?)", [str(path)])
        columns = [d[0] for d in found.description or ()]
        rows = found.fetchall()
        said = connection.execute("SELECT key, value FROM parquet_kv_metadata(?)", [str(path)])
        return columns, rows, {k.decode(): v.decode() for k, v in said.fetchall()}


def plain(value: Any) -> Any:
    """A value as any of the formats may have it: a number, or text."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float, Decimal)):
        return float(value)
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def agree(text: str, value: Any) -> bool:
    """Whether a cell of a CSV file says this value."""
    expected: Any = plain(value)
    if isinstance(expected, float):
        return math.isclose(float(text), expected, rel_tol=1e-12)
    if expected.lstrip()[:1] in ("=", "+", "-", "@") and expected != "-":
        return text == f"'{expected}"
    return text == str(expected)


def test_every_download_holds_the_same_in_every_format(built_site: Path) -> None:
    found = downloads(built_site)
    assert {"scores", "prices", "offers", "models", "statements", "statistics"} <= found.keys()
    chance = random.Random(SEED)
    for name, files in found.items():
        with (built_site / files["csv"]).open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        told = json.loads((built_site / files["json"]).read_bytes())
        columns, stored, said = parquet(built_site / files["parquet"])
        assert columns == header == list(told["rows"][0]), name
        assert len(rows) == len(stored) == len(told["rows"]) > 0, name
        assert said["licence"] == told["licence"]
        assert said["cite"] == told["cite"]
        for _ in range(CELLS):
            i, k = chance.randrange(len(rows)), chance.randrange(len(header))
            value = told["rows"][i][header[k]]
            assert plain(value) == plain(stored[i][k]), (name, i, header[k])
            assert agree(rows[i][k], value), (name, i, header[k])


def test_downloads_say_their_terms(built_site: Path) -> None:
    text = data_page(built_site).text
    for files in downloads(built_site).values():
        told = json.loads((built_site / files["json"]).read_bytes())
        assert "CC0-1.0" in told["licence"]
        assert "Epoch AI" in told["cite"]
        assert told["licence"] in text
        assert told["cite"] in text


def test_prices_of_the_bundle_are_all_in_the_download(built_site: Path) -> None:
    with (CURATED / "bundle/prices.csv").open(encoding="utf-8", newline="") as file:
        bundled = {(r["snapshot_id"], r["locator"], r["raw"], float(r["usd_per_mtok"]))
                   for r in csv.DictReader(file)}  # fmt: skip
    told = json.loads((built_site / "data/prices.json").read_bytes())["rows"]
    found = {(r["snapshot_id"], r["locator"], r["raw"], float(r["usd_per_mtok"])) for r in told}
    assert found == bundled


def test_tables_of_pages_hold_the_same_in_every_format(built_site: Path) -> None:
    """Those of lists, of figures, of charts; a page's own JSON has its rows too."""
    stems = sorted(p.with_suffix("") for p in built_site.rglob("*.parquet"))
    stems = [s for s in stems if s.parent.name != "data"]
    assert len(stems) > 200
    chance = random.Random(SEED)
    for stem in chance.sample(stems, 60):
        with Path(f"{stem}.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        columns, stored, said = parquet(Path(f"{stem}.parquet"))
        told = json.loads(Path(f"{stem}.json").read_bytes())
        assert columns == header, stem
        assert len(rows) == len(stored) == len(told["rows"]) > 0, stem
        assert said.keys() >= {"licence", "cite"}, stem
        for i in {0, len(rows) - 1}:
            assert all(agree(a, b) for a, b in zip(rows[i], stored[i], strict=True)), (stem, i)


# Metadata


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # in what it imports
def test_croissant_is_valid_and_can_be_read(
    built_site: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mlcroissant = importlib.import_module("mlcroissant")  # has no types
    path = built_site / "data/croissant.json"
    with caplog.at_level(logging.WARNING):
        dataset = mlcroissant.Dataset(jsonld=path)
    issues = dataset.metadata.ctx.issues
    assert (issues.errors, issues.warnings) == (set(), set())
    assert [r.getMessage() for r in caplog.records] == []
    for name in ("licences", "families"):
        with (built_site / f"data/{name}.csv").open(encoding="utf-8", newline="") as file:
            expected = list(csv.DictReader(file))
        records = list(dataset.records(name))
        assert len(records) == len(expected)
        first = {k.partition("/")[2]: v for k, v in records[0].items()}
        assert first.keys() == expected[0].keys()
        assert first["name"].decode() == expected[0]["name"]


def test_croissant_describes_the_files(built_site: Path) -> None:
    told = json.loads((built_site / "data/croissant.json").read_bytes())
    files = downloads(built_site)
    assert [d["name"] for d in told["distribution"]] == [f"{n}.csv" for n in files]
    for entry, record in zip(told["distribution"], told["recordSet"], strict=True):
        body = (built_site / "data" / entry["contentUrl"]).read_bytes()
        assert entry["sha256"] == hashlib.sha256(body).hexdigest()
        assert entry["contentSize"] == f"{len(body)} B"
        header = body.decode().splitlines()[0].split(",")
        assert [f["name"] for f in record["field"]] == header
        assert {f["source"]["fileObject"]["@id"] for f in record["field"]} == {entry["@id"]}
    assert {"name", "description", "license", "url", "version", "datePublished", "citeAs"} <= (
        told.keys()
    )


def linked_data(site: Path, path: str) -> Json:
    """The Dataset that a page describes."""
    (script,) = (s for s in read(site, path).all("script") if "src" not in s.attributes)
    assert script.attributes["type"] == "application/ld+json"
    found: Json = json.loads("".join(x for x in script.children if isinstance(x, str)))
    return found


@pytest.mark.parametrize("path", ["data/index.html", "figures/gap-index.html"])
def test_pages_describe_their_data(built_site: Path, path: str) -> None:
    found = linked_data(built_site, path)
    assert (found["@context"], found["@type"]) == ("https://schema.org/", "Dataset")
    assert found["url"] == URL + path
    assert found["name"]
    assert len(found["description"]) >= 50  # what search engines ask for
    assert found["license"]
    assert found["creator"]["name"]
    formats = {d["encodingFormat"] for d in found["distribution"]}
    assert formats == {"text/csv", "application/json", "application/vnd.apache.parquet"}
    for one in found["distribution"]:
        assert one["contentUrl"].startswith(URL)
        assert (built_site / one["contentUrl"].removeprefix(URL)).is_file(), one["contentUrl"]


def test_citation_file(built_site: Path) -> None:
    found = YAML(typ="safe").load(built_site / "CITATION.cff")
    assert found["cff-version"] == "1.2.0"
    assert found["message"]
    assert found["title"] == "Open Model Scoreboard"
    assert all(a["name"] for a in found["authors"])
    assert found["type"] == "dataset"
    assert isinstance(found["date-released"], dt.date)
    assert found["url"] == URL


@pytest.mark.parametrize("name", ["headlines", "prices", "models"])
def test_feeds(built_site: Path, name: str) -> None:
    root = ET.parse(built_site / f"feeds/{name}.xml").getroot()
    assert root.tag == f"{ATOM}feed"
    for part in ("id", "title", "updated"):
        assert root.findtext(f"{ATOM}{part}"), part
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    entries = root.findall(f"{ATOM}entry")
    assert len(entries) >= 20
    ids = [e.findtext(f"{ATOM}id") or "" for e in entries]
    assert len(set(ids)) == len(ids)
    assert all(x.startswith(URL) and not re.search(r"\s", x) for x in ids)
    days = [dt.datetime.fromisoformat(e.findtext(f"{ATOM}updated") or "") for e in entries]
    assert days == sorted(days, reverse=True)
    assert all(d.tzinfo is not None for d in days)
    assert root.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")
    for entry in entries:
        assert entry.findtext(f"{ATOM}title")
        link = entry.find(f"{ATOM}link")
        assert link is not None
        path = link.attrib["href"].removeprefix(URL).partition("#")[0]
        assert (built_site / path).is_file(), path


# Figures: citation and charts


def board(site: Path) -> list[str]:
    """Every figure of the board."""
    first = json.loads((site / "index.json").read_bytes())
    return [f["figure"] for f in first["figures"]]


def test_figures_can_be_cited(built_site: Path) -> None:
    pages = sorted(p.name for p in (built_site / "figures").glob("*.html"))
    pages = [p for p in pages if not DATA_PAGES.search(p) and p != "index.html"]
    sample = random.Random(SEED).sample(pages, 40)
    for name in (*sample, *(f"{f}.html" for f in board(built_site))):
        root = read(built_site, f"figures/{name}")
        (entry,) = (p.text for p in root.all("pre") if p.text.startswith("@"))
        assert re.match(r"@misc\{[^\s,{}]+, author = \{\{", entry), name
        bare = re.sub(r"\\[{}]", "", entry)
        assert bare.count("{") == bare.count("}"), name
        for part in ("author", "title", "year", "note"):
            assert re.search(rf"\b{part} = \{{", entry), name
        line = root.one("p", "cite").text
        assert line.startswith("Open Model Scoreboard ("), name
        twin = json.loads((built_site / "figures" / name).with_suffix(".json").read_bytes())
        assert twin["cite"]["line"] == line, name


def test_what_all_values_of_a_figure_share_is_said_once_above_them(built_site: Path) -> None:
    for name, said in (("coverage", "In per cent, as of 20"), ("enterprise", "")):
        values = read(built_site, f"figures/{name}.html").at("values")
        heads = [h.text for h in values.one("thead").all("th")]
        csv_heads = (built_site / f"figures/{name}.csv").read_text().partition("\n")[0].split(",")
        notes = [n.text for n in values.all("p", "note")]
        assert {"unit", "as_of"} <= set(csv_heads)
        assert ({"unit", "as of"} & set(heads) == set()) is bool(said)
        assert [n[: len(said)] for n in notes] == [said] * bool(said)


def test_all_rows_behind_a_figure_of_the_board_are_files(built_site: Path) -> None:
    seen = set()
    for figure in board(built_site):
        path = f"figures/{figure}.html"
        links = {place(path, a.href)[0] for a in read(built_site, path).all("a")}
        files = sorted(x for x in links if re.search(r"\.rows\.(csv|json|parquet)$", x))
        inputs = json.loads((built_site / path).with_suffix(".json").read_bytes())["inputs"]
        assert [x.rpartition(".")[2] for x in files] == ["csv", "json", "parquet"] * bool(inputs)
        if files and files[0] not in seen:
            seen.add(files[0])
            told = list(csv.DictReader((built_site / files[0]).read_text().splitlines()))
            rows = json.loads((built_site / files[1]).read_bytes())["rows"]
            assert len(told) == len(rows) == inputs, figure
            assert [r["document"] for r in told] == [r["document"] for r in rows]
            sql = f"SELECT count(*) FROM '{built_site / files[2]}'"
            assert duckdb.connect().execute(sql).fetchone() == (inputs,)
    assert len(seen) > 15


def embeds(site: Path, figure: str) -> list[str]:
    """The charts that the page of a figure offers as files."""
    path = f"figures/{figure}.html"
    links = (place(path, a.href)[0] for a in read(site, path).all("a"))
    return sorted({x for x in links if x.endswith((".svg", ".png"))})


def test_charts_of_the_board_are_files_living_and_frozen(built_site: Path) -> None:
    bare = [f for f in board(built_site) if not embeds(built_site, f)]
    # one day long past: a point is no chart; tables of words and of unlike measures
    assert bare == ["gpt-4-level-2023", "large-models", "enterprise"]
    for figure in board(built_site):
        if figure in bare:
            continue
        found = embeds(built_site, figure)
        living = [f"figures/{figure}.png", f"figures/{figure}.svg"]
        assert [x for x in found if x.startswith("figures/")] == living
        day = r"\d{4}-\d\d-\d\d"
        frozen = [x for x in found if re.match(rf"frozen/{re.escape(figure)}-{day}-\w+\.", x)]
        assert [x.rpartition(".")[2] for x in frozen] == ["png", "svg"]
        for old, new in zip(frozen, living, strict=True):
            assert (built_site / old).read_bytes() == (built_site / new).read_bytes()


def drawing_faults(site: Path, figure: str, title: str) -> list[str]:
    """What is wrong with a chart as a file."""
    body = (site / f"figures/{figure}.svg").read_bytes()
    root = ET.fromstring(body)
    texts = [t for t in root if t.tag == f"{SVG}text"]
    words = " ".join(t.text or "" for t in texts)
    width = float(root.attrib["width"])
    faults = [] if len(body) < MOST_BYTES else ["too large"]
    if " ".join(title.split()) not in words:
        faults.append("its title is missing")
    if not re.search(r"Open Model Scoreboard, as of \d{4}-\d\d-\d\d\. Data: ", words):
        faults.append("its source is missing")
    for t in texts:
        size = float(t.attrib["font-size"].removesuffix("px"))
        if float(t.attrib["x"]) + LEAST_PX * size * len(t.text or "") > width:
            faults.append(f"cut off: {t.text}")
    return faults


def test_charts_as_files_say_what_they_show(built_site: Path) -> None:
    problems = []
    for figure in board(built_site):
        if embeds(built_site, figure):
            root = read(built_site, f"figures/{figure}.html")
            title = root.one("figcaption").one("h2").text
            problems += [f"{figure}: {x}" for x in drawing_faults(built_site, figure, title)]
            picture = (built_site / f"figures/{figure}.png").read_bytes()
            assert picture.startswith(b"\x89PNG\r\n\x1a\n")
            assert picture.rstrip().endswith(b"IEND\xaeB`\x82")
            assert int.from_bytes(picture[16:20], "big") == 1200  # as wide as a card
    assert problems == []


def test_links_to_a_figure_of_the_board_show_its_chart(built_site: Path) -> None:
    seen = 0
    for figure in board(built_site):
        root = read(built_site, f"figures/{figure}.html")
        images = [m.attributes["content"] for m in root.all("meta")
                  if m.attributes.get("property") == "og:image"]  # fmt: skip
        drawn = f"figures/{figure}.png" in embeds(built_site, figure)
        assert [address.partition("figures/")[2] for address in images] == [f"{figure}.png"] * drawn
        seen += len(images)
    assert seen > 20


def test_charts_in_pages_are_small(built_site: Path) -> None:
    seen = 0
    for path in built_site.rglob("*.html"):
        for drawing in re.findall(rb"<svg .*?</svg>", path.read_bytes(), flags=re.DOTALL):
            seen += 1
            assert len(drawing) < MOST_BYTES, path
    assert seen > 500


def test_pages_are_light(built_site: Path) -> None:
    """The first page and every figure, each with the style, the script and the mark."""

    def packed(path: Path) -> int:
        return len(gzip.compress(path.read_bytes(), 6))

    shared = sum(packed(p) for p in (built_site / "static").iterdir())
    pages = [built_site / "index.html", *(built_site / "figures").glob("*.html")]
    assert len(pages) > 700
    assert max(map(packed, pages)) + shared < MOST_PACKED
