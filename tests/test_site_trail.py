"""The trail of every number: from the page where it is shown to the raw cell it was read from."""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from commands import process
from installed import CURATED
from site_reader import DATA_PAGES, NUMBER, Element, files_of, page, place, read, tags

SEED = 20260825
FOLLOWED = 100
SAMPLED = 150  # of models, and of figures
SOURCES = (  # tables of the bundle
    "scores", "prices", "tokens", "totals", "downloads", "relations", "facts", "unread",
)  # fmt: skip
FOLDERS = (
    "benchmarks", "developers", "families", "figures", "licences", "metrics", "models",
    "providers", "sources", "statistics",
)  # fmt: skip
NAMES_TIME = ("date",)  # facts that may be a bare year: when, not how much
LONGEST = 300  # characters of a cell before a page cuts it
Row = dict[str, str]


# 1. No number without a link


def checked_pages(site: Path, folder: str) -> list[str]:
    """The pages of a folder; of the large ones the list and a sample."""
    found = sorted(p.relative_to(site).as_posix() for p in (site / folder).glob("*.html"))
    found = [f for f in found if not DATA_PAGES.search(f)]
    if folder not in ("models", "figures"):
        return found
    return [f"{folder}/index.html", *random.Random(SEED).sample(found, SAMPLED)]


def unlinked(root: Element) -> Iterator[str]:
    """Numbers of a page that lead nowhere."""
    for cell in root.all("td", "n"):
        if re.search(r"\d", cell.bare()):
            yield f"cell {cell.text}"
    for line in root.all(kind="headline"):
        if re.search(r"\d", line.bare()) or not list(line.all("a")):
            yield f"headline {line.text}"
    for facts in root.all("dl", "facts"):
        for name, said in zip(facts.all("dt"), facts.all("dd"), strict=True):
            if NUMBER.fullmatch(said.bare()) and name.text not in NAMES_TIME:
                yield f"{name.text} {said.text}"


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_number_of_a_page_is_a_link(built_site: Path, folder: str) -> None:
    problems = []
    seen = 0
    for path in checked_pages(built_site, folder):
        root = read(built_site, path)
        seen += sum(1 for _ in root.all("td", "n")) + sum(1 for _ in root.all(kind="headline"))
        problems += [f"{path}: {x}" for x in unlinked(root)]
    assert seen > 0 or folder in ("metrics", "licences")
    assert not problems, f"{len(problems)}: {problems[:3]}"


@pytest.mark.parametrize("path", ["index.html", "changes.html"])
def test_every_number_of_the_first_pages_is_a_link(built_site: Path, path: str) -> None:
    root = read(built_site, path)
    assert sum(1 for _ in root.all("td", "n")) > 40  # most of them in the table of families
    assert list(unlinked(root)) == []


# 2. Two clicks


def headlines(site: Path) -> dict[str, set[str]]:
    """Each page with headlines, and the pages to which they lead."""
    found = {}
    for name in files_of(site):
        folder = name.partition("/")[0]
        if name != "index.html" and (folder == "figures" or not name.endswith(".html")):
            continue
        text = (site / name).read_text(encoding="utf-8")
        parts = re.findall(r'<p class="headline[^"]*">(.*?)</p>', text, flags=re.DOTALL)
        if parts:
            links = [given["href"] for p in parts for tag, given in tags(p) if tag == "a"]
            assert len(links) == len(parts), name
            found[name] = {place(name, x)[0] for x in links}
    return found


@pytest.fixture(scope="module")
def led(built_site: Path) -> dict[str, set[str]]:
    """The pages with headlines, and their figures."""
    return headlines(built_site)


def clicks(site: Path, path: str) -> set[str]:
    """Where the links in the main part of a page lead, with the place there."""
    text = (site / path).read_text(encoding="utf-8").partition("<main")[2]
    links = (given.get("href", "") for tag, given in tags(text) if tag == "a")
    return {"#".join(place(path, x)) for x in links if not x.startswith("http")}


def test_rows_and_documents_are_two_clicks_from_every_headline(
    built_site: Path, led: dict[str, set[str]]
) -> None:
    figures = set().union(*led.values())
    assert all(re.fullmatch(r"figures/[^/]+\.html", f) for f in figures)
    assert len(led) > 500
    assert len(figures) > 700
    for figure in sorted(figures):
        first = clicks(built_site, figure)
        document = {x for x in first if re.fullmatch(r"documents/[^#]+(?<!index)\.html#", x)}
        assert any(not re.search(r"\.part-\d+\.", x) for x in document), figure
        rows = {x for x in first if re.search(r"\.part-\d+\.html#r[0-9a-f]+$", x)}
        for part in (x[:-1] for x in first if x.endswith(".html#") and ".rows-" in x):
            rows |= {x for x in clicks(built_site, part) if ".part-" in x}
        assert rows, figure


# 3. Down to the raw cell


@cache
def bundle() -> dict[tuple[str, str], set[str]]:
    """The raw cells that are recorded, by document and place."""
    found: dict[tuple[str, str], set[str]] = {}
    for name in SOURCES:
        with (CURATED / "bundle" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found.setdefault((row["snapshot_id"], row["locator"]), set()).add(row["raw"])
    return found


@cache
def own_values() -> dict[str, float]:
    """The numbers that this project's own files of prices and statistics state, by place."""
    yaml = YAML(typ="safe")
    found = {}
    for path in sorted((CURATED / "prices").glob("*.yml")):
        for p in yaml.load(path)["prices"]:
            parts = [p["model"], p["kind"], str(p.get("from") or "")]
            parts += [p[k] for k in ("variant", "tier") if p.get(k)]
            where = f"prices/{path.name}#{'/'.join(parts)}"
            assert where not in found, where
            found[where] = float(p["usd_per_mtok"])
    for path in sorted((CURATED / "statistics").glob("*.yml")):
        for s in yaml.load(path)["statistics"]:
            found[f"statistics#{s['id']}/value"] = float(s["value"])
    return found


@cache
def published(site: Path) -> dict[str, str]:
    """The raw cells of this project's own rows in the files of the data page, by place."""
    found: dict[str, str] = {}
    for name, column in (("statements", "raw"), ("offers", "raw"), ("statistics", "value")):
        with (site / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            found |= {r["locator"]: r[column] for r in csv.DictReader(file)
                      if not r.get("snapshot_id")}  # fmt: skip
    return found


def rows_of(site: Path, figure: str, chance: random.Random) -> tuple[str, Element]:
    """The table of the rows behind a figure, and the page it is on: its own or one of rows."""
    parts = [p.rstrip("#") for p in clicks(site, figure) if ".rows-" in p]
    path = chance.choice(sorted(parts)) if parts else figure
    tables = [t for t in read(site, path).all("table") if t.columns()[:2] == ["place", "raw"]]
    assert len(tables) == 1, path
    return path, tables[0]


def followed(site: Path, figure: str, chance: random.Random) -> Row:
    """One row behind a figure as its table shows it, and where its link leads."""
    path, table = rows_of(site, figure, chance)
    cells = chance.choice(table.body())
    shown = dict(zip(table.columns(), (c.text for c in cells), strict=True))
    links = {place(path, a.href) for c in cells[:2] for a in c.all("a")}
    assert len(links) == 1, path
    target, anchor = links.pop()
    twin = json.loads((site / path).with_suffix(".json").read_bytes())
    told = twin["input_rows"] if path == figure else twin["rows"]
    assert (shown["place"], shown["document"]) in {(r["locator"], r["document"]) for r in told}
    return {**shown, "page": target, "anchor": anchor}


def row_at(site: Path, path: str, anchor: str) -> list[str]:
    """The cells of the row with this id."""
    text = (site / path).read_text(encoding="utf-8")
    start = text.index(f'<tr id="{anchor}">')
    row = page(text[start : text.index("</tr>", start) + 5])
    return [c.text for c in row.one("tr").children if isinstance(c, Element)]


def same(shown: str, raw: str) -> bool:
    """Whether a page shows this raw cell: white space folded, long ones cut."""
    folded = " ".join(raw.split()) or "–"
    return shown == folded or (len(raw) > LONGEST and folded.startswith(shown.rstrip("…").strip()))


def check_origin(site: Path, row: Row) -> str:
    """That a row says what was recorded; the source that it is of."""
    twin = json.loads((site / row["page"]).with_suffix(".json").read_bytes())
    (told,) = (r for r in twin["rows"] if r["locator"] == row["place"])
    assert twin["document"] == row["document"]
    if not row["document"].startswith("curated:"):
        recorded = bundle()[row["document"], row["place"]]
        assert told["raw"] in recorded
        assert any(same(row["raw"], x) for x in recorded)
        return row["document"].partition("@")[0]
    if row["document"].startswith("curated:models/"):
        assert row["raw"] == told["raw"] == published(site)[row["place"]]
        return row["document"].partition("/")[0]
    value = own_values()[row["place"]]
    assert float(row["raw"]) == float(told["raw"]) == value
    assert float(published(site)[row["place"]]) == value
    return row["document"].partition("/")[0]


def test_numbers_lead_to_the_recorded_cell(built_site: Path, led: dict[str, set[str]]) -> None:
    chance = random.Random(SEED)
    starts = sorted((page_, figure) for page_, found in led.items() for figure in found)
    origins: Counter[str] = Counter()
    for _, figure in chance.sample(starts, FOLLOWED):
        row = followed(built_site, figure, chance)
        assert row["page"].startswith("documents/")
        cells = row_at(built_site, row["page"], row["anchor"])
        assert cells[:2] == [row["place"], row["raw"]]
        origins[check_origin(built_site, row)] += 1
    assert sum(origins.values()) == FOLLOWED
    assert {"atom", "models_dev", "openrouter_rankings"} <= origins.keys()
    assert any(x.startswith("curated:") for x in origins)


# 4. What the headline says


SCALE = {"fraction": 100.0}


def board(site: Path) -> list[str]:
    """The figures of the board that are one number."""
    first = json.loads((site / "index.json").read_bytes())
    found = [f["figure"] for f in first["figures"] if len(f["estimates"]) == 1]
    wanted = [f["id"] for s in YAML(typ="safe").load(CURATED / "board.yml")["sections"]
              for f in s["figures"]]  # fmt: skip
    assert [f["figure"] for f in first["figures"]] == wanted
    assert len(found) > 15
    return found


def rounded_to(shown: str, value: float, unit: str) -> bool:
    """Whether a shown number is this value, rounded to the digits that are shown."""
    if unit == "date":
        return dt.date.fromisoformat(shown) - dt.date(1970, 1, 1) == dt.timedelta(days=value)
    bare = shown.replace(",", "")
    digits = len(bare.partition(".")[2])
    return abs(float(bare) - value * SCALE.get(unit, 1.0)) <= 0.5000001 * 10.0**-digits


def test_headlines_of_the_board_are_the_values_of_their_twins(built_site: Path) -> None:
    cards = {
        place("index.html", x.one("a").href)[0]: x.text
        for x in read(built_site, "index.html").all("p", "headline")
    }
    for figure in board(built_site):
        path = f"figures/{figure}.html"
        (estimate,) = json.loads((built_site / path).with_suffix(".json").read_bytes())["rows"]
        line = read(built_site, path).one("p", "headline")
        assert line.text == cards[path]
        assert rounded_to(line.one("span", "value").text, estimate["value"], estimate["unit"])
        ends = [e.text.strip("[]").split(", ") for e in line.all("span", "interval")]
        assert bool(ends) is (estimate["low"] is not None or estimate["high"] is not None)
        for shown, name in zip(ends[0] if ends else (), ("low", "high"), strict=False):
            if estimate[name] is not None:
                assert rounded_to(shown, estimate[name], estimate["unit"])


def test_twins_of_figures_are_what_the_command_line_says(
    built_site: Path, built_home: Path
) -> None:
    for figure in random.Random(SEED).sample(board(built_site), 3):
        twin = json.loads((built_site / f"figures/{figure}.json").read_bytes())
        given = " ".join(f"-p {k}='{v}'" for k, v in twin["params"].items())
        done = process(built_home, f"scoreboard show {twin['metric']} {given} --format json")
        said = json.loads(done.stdout)
        for name in ("value", "low", "high", "unit", "as_of", "n", "population", "caveats"):
            assert said[name] == twin["rows"][0][name]
        assert said["inputs"]["digest"] == twin["rows"][0]["inputs"]["digest"]
