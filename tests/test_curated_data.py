"""What every curated file of `data/` must hold to."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from scoreboard import curated as c
from scoreboard.curation import Curated, load_curated, parse, read_yaml
from scoreboard.derive import FACT_ATTRIBUTES
from scoreboard.engine import connect, rows
from scoreboard.errors import DataError
from scoreboard.identify import make_resolver
from scoreboard.load import load_tables
from scoreboard.metrics import all_metrics
from scoreboard.names import Name, Resolver
from scoreboard.sources import all_sources

DATA = Path(__file__).parents[1] / "data"
UNITS = {
    "points",
    "index_points",
    "days",
    "fraction",
    "ratio",
    "usd_per_mtok",
    "usd",
    "count",
    "params_b",
}
LATER_METRICS = {"lag", "price", "price_to_reach", "price_ratio", "price_change", "concentration",
                 "size", "adoption", "downloads", "choose", "host"}  # fmt: skip
UNSTATED = ["frontiercode"]  # no document says whether its tasks are public
PRICE_KINDS = {"input", "cached_input", "cache_write", "output"}
EARLY = dt.timedelta(days=31)  # a repository may be made before it is shown
ADDRESS = re.compile(r"(https?://[^\s/]+\.[^\s/]+|reconstruction:/*\w)\S*$")
PATHS = re.compile(r"(?:^|[\s\"'(])(?:/home/|/root/|/Users/|\.\./|file:)")


@pytest.fixture(scope="module")
def data() -> Curated:
    return load_curated(DATA)


@pytest.fixture(scope="module")
def resolver(data: Curated) -> Iterator[Resolver]:
    connection = connect()
    load_tables(connection, None, DATA / "bundle")
    yield make_resolver(connection, data)
    connection.close()


def files() -> list[Path]:
    return sorted(p for p in DATA.rglob("*.yml"))


def names_of(paths: list[Path]) -> list[str]:
    return [str(p.relative_to(DATA)) for p in paths]


# files


@pytest.mark.parametrize("name", names_of(files()))
def test_a_file_has_no_path_of_one_machine(name: str) -> None:
    assert PATHS.search((DATA / name).read_text(encoding="utf-8")) is None


def keyed(value: Any) -> Iterator[str]:
    """Every evidence key that an entry names."""
    if isinstance(value, list):
        for item in value:
            yield from keyed(item)
    elif isinstance(value, dict):
        for field, inner in value.items():
            if field == "evidence":
                lists = inner.values() if isinstance(inner, dict) else [inner]
                for keys in lists:
                    yield from keys if isinstance(keys, list) else [keys]
            else:
                yield from keyed(inner)


@pytest.mark.parametrize("name", names_of(files()))
def test_evidence_is_there_with_an_address(name: str) -> None:
    content = read_yaml(DATA / name)
    known = content.get("evidence") or {}
    stated = keyed({k: v for k, v in content.items() if k != "evidence"})
    assert set(stated) - set(known) == set()
    bad = {k: e["address"] for k, e in known.items() if not ADDRESS.match(e["address"])}
    assert bad == {}
    assert [k for k, e in known.items() if not e["by"].strip()] == []


@pytest.mark.parametrize("path", sorted((DATA / "models").glob("*.yml")), ids=lambda p: p.stem)
def test_a_model_file_is_of_its_developer_and_says_nothing_without_evidence(path: Path) -> None:
    file = parse(path, c.ModelFile)
    assert path.stem in (file.developer, "community")
    bare = [
        m.id
        for m in file.models
        if not m.evidence and any([m.released, m.weights, m.licence, m.params_b, m.active_b])
    ]
    assert bare == []


@pytest.mark.parametrize(
    "name",
    ["developers", "providers", "licences", "benchmarks", "families", "corrections", "formats"],
)
def test_no_entry_is_there_twice(name: str) -> None:
    entries = [e.get("id", str(e)) for e in read_yaml(DATA / f"{name}.yml")[name]]
    assert len(entries) == len(set(entries))


# what entries name exists


def licences_of(entry: c.ModelEntry) -> list[str]:
    found = entry.licence or []
    return [found] if isinstance(found, str) else [x.licence for x in found]


def test_every_licence_exists(data: Curated) -> None:
    used = {(m.id, x) for m in data.models.values() for x in licences_of(m)}
    used |= {(r.id, r.licence) for _, r in data.releases if r.licence}
    assert sorted(x for x in used if x[1] not in data.licences) == []


def test_every_family_exists_and_is_of_its_developer(data: Curated) -> None:
    used = [(data.developer_of[m.id], m.id, m.family) for m in data.models.values() if m.family]
    used += [(developer, r.id, r.family) for developer, r in data.releases]
    assert [x for x in used if x[2] not in data.families] == []


def test_every_developer_exists(data: Curated) -> None:
    used = set(data.developer_of.values()) | {f.developer for f in data.families.values()}
    used |= {p.first_party_of for p in data.providers.values() if p.first_party_of}
    used |= {developer for developer, _ in data.releases}
    assert used - set(data.developers) == set()


def test_every_host_of_a_developer_is_a_provider(data: Curated) -> None:
    used = {host for d in data.developers.values() for host in d.hosts}
    assert used - set(data.providers) == set()


def test_every_base_model_exists(data: Curated, resolver: Resolver) -> None:
    named = [(m.id, m.base_model) for m in data.models.values() if m.base_model]
    assert [x for x in named if x[1] not in resolver.registry.models] == []
    assert [x for x in named if x[0] == x[1]] == []


def test_every_price_is_of_a_provider_and_a_model(data: Curated) -> None:
    assert {p for p, _ in data.prices} - set(data.providers) == set()
    assert {e.model for _, e in data.prices} - set(data.models) == set()


def test_no_two_prices_of_one_offer_hold_on_one_day(data: Curated) -> None:
    spans = defaultdict(list)
    for provider, e in data.prices:
        key = (provider, e.model, e.kind, e.variant, e.tier)
        spans[key].append((e.since or dt.date.min, e.until or dt.date.max))
    for key, found in spans.items():
        found.sort()
        assert all(a[1] < b[0] for a, b in itertools.pairwise(found)), key


@pytest.mark.parametrize(
    "wrong",
    [
        {"usd_per_mtok": -1},
        {"usd_per_mtok": 540_000},
        {"usd_per_mtok": "free"},
        {"usd_per_mtok": None},
        {"eur_per_mtok": 1},
        {"usd_per_ktok": 0.001},
        {"tier": "long"},
        {"tier": "above:"},
        {"kind": "characters"},
    ],
    ids=str,
)
def test_a_price_in_another_unit_is_refused(wrong: dict[str, object]) -> None:
    good = {"model": "m", "kind": "input", "usd_per_mtok": 1, "grade": "P", "evidence": "list"}
    assert c.PriceEntry.model_validate(good).usd_per_mtok == 1
    with pytest.raises(ValidationError):
        c.PriceEntry.model_validate({**good, **wrong})


def test_every_source_that_is_named_exists(data: Curated) -> None:
    used = {n.source for m in data.models.values() for n in m.names} - {"any"}
    used |= {x.source for x in data.corrections}
    known = {s for source in all_sources().values() for s in (source.id, source.namespace)}
    assert used - known == set()


def test_a_correction_is_of_something_that_is_read(data: Curated) -> None:
    facts = {a for a, ours in FACT_ATTRIBUTES.items() if ours}
    for x in data.corrections:
        assert x.attribute in facts | PRICE_KINDS | {"score"}, x
        assert x.value or x.attribute in facts, x
        assert x.value != x.replaces, x
    places = [(x.source, x.name, x.attribute, x.replaces) for x in data.corrections]
    assert len(places) == len(set(places))


# names


def test_every_spelling_means_its_model(data: Curated, resolver: Resolver) -> None:
    """An id, other spelling or repository means the model, unless it is also a moving alias."""
    for model in data.models.values():
        for spelling in (model.id, *model.aka, *model.repo):
            found = {m.model for m in resolver.resolve(Name("any", spelling))}
            moving = {m.model for _, m in resolver.registry.names.get(spelling.lower(), [])}
            assert found == {model.id} or (moving and found <= moving), spelling


def test_a_spelling_belongs_to_one_model(data: Curated) -> None:
    seen: dict[str, str] = {}
    for model in data.models.values():
        for spelling in {s.lower() for s in (model.id, *model.aka, *model.repo)}:
            assert seen.setdefault(spelling, model.id) == model.id, spelling


def test_the_days_of_an_alias_do_not_overlap(data: Curated) -> None:
    aliases: dict[tuple[str, str], list[tuple[dt.date, dt.date, str]]] = {}
    for model in data.models.values():
        for n in model.names:
            days = (n.since or dt.date.min, n.until or dt.date.max)
            assert days[0] <= days[1], (model.id, n)
            aliases.setdefault((n.source, n.name.lower()), []).append((*days, model.id))
    for alias, held in aliases.items():
        for one, other in itertools.pairwise(sorted(held)):
            assert one[1] < other[0], (alias, one, other)


# dates and sizes


def test_dates_are_in_order(data: Curated) -> None:
    for m in data.models.values():
        if m.announced and m.released:
            assert m.announced <= m.released, m.id
        first = min((d for d in (m.announced, m.released) if d), default=None)
        if isinstance(m.weights, dt.date) and first:
            assert m.weights >= first - EARLY, m.id
        if not isinstance(m.licence, str) and m.licence:
            days = [x.since for x in m.licence]
            assert None not in days[1:], m.id
            assert [d for d in days if d] == sorted({d for d in days if d}), m.id
    for _, e in data.prices:
        assert not e.since or not e.until or e.since <= e.until, e


def test_a_closed_model_has_no_repository_and_no_licence_of_weights(data: Curated) -> None:
    closed = [m for m in data.models.values() if m.weights == "none"]
    assert [m.id for m in closed if m.repo or m.licence] == []


def test_sizes_are_in_order(data: Curated) -> None:
    for m in data.models.values():
        assert m.params_b is None or m.params_b > 0, m.id
        if m.active_b is not None:
            assert m.active_b > 0, m.id
            assert m.params_b is None or m.active_b <= m.params_b, m.id
        assert m.context is None or m.context >= 256, m.id


def test_every_architecture_has_evidence_and_known_formats(data: Curated) -> None:
    stated = {i: m for i, m in data.models.items() if m.architecture is not None}
    assert len(stated) > 100
    assert [i for i, m in stated.items() if not m.evidence.get("architecture")] == []
    assert [i for i in stated if data.architecture(i) is None] == []
    found = [a for a in map(data.architecture, stated) if a]
    parts = {p.format for _, a in found for p in a.native}
    assert parts - set(data.formats) == set()
    assert {f.embeddings for f in data.formats.values()} - {None, *data.formats} == set()


def test_prices_of_one_offer_do_not_overlap(data: Curated) -> None:
    offers: dict[tuple[str, ...], list[tuple[dt.date, dt.date]]] = {}
    for provider, e in data.prices:
        key: tuple[str, ...] = (provider, e.model, e.kind, e.variant or "", e.tier or "")
        offers.setdefault(key, []).append((e.since or dt.date.min, e.until or dt.date.max))
    for key, held in offers.items():
        starts = [s for s, _ in held]
        assert len(starts) == len(set(starts)), key
        for one, other in itertools.pairwise(sorted(held)):
            # an open end is the last price seen: the next one ends it
            assert one[1] == dt.date.max or one[1] < other[0], key


# benchmarks


def test_every_benchmark_with_ten_models_is_described(data: Curated) -> None:
    connection = connect()
    load_tables(connection, None, DATA / "bundle")
    found = rows(
        connection,
        "SELECT lower(benchmark) AS name, bool_or(chance_removed) AS removed FROM scores "
        "GROUP BY 1 HAVING count(DISTINCT source_name) >= 10 ORDER BY 1",
    )
    connection.close()
    known = {n.lower(): b for b in data.benchmarks.values() for n in (b.name, b.id, *b.aka)}
    assert len(found) > 30
    assert [f["name"] for f in found if f["name"] not in known] == []
    assert [f["name"] for f in found if known[f["name"]].access is None] == UNSTATED
    removed = [known[f["name"]] for f in found if f["removed"]]
    assert removed
    assert [b.id for b in removed if b.chance is None] == []


def test_benchmarks_are_plausible(data: Curated) -> None:
    for b in data.benchmarks.values():
        assert b.chance is None or 0 <= b.chance < 100, b.id
        assert b.items is None or b.items > 0, b.id


# statistics and figures


def test_statistics_are_in_units_we_know(data: Curated) -> None:
    assert {s.unit for s in data.statistics.values()} - UNITS == set()
    for s in data.statistics.values():
        assert ADDRESS.match(s.address), s.id
        assert s.population.strip(), s.id
        assert (s.low is None) == (s.high is None), s.id
        assert s.low is None or s.high is None or s.low <= s.value <= s.high, s.id
        assert s.unit != "fraction" or -1 <= s.value <= 1, s.id
        assert re.search(r"\b20\d\d\b", s.date), s.id
        first, _, last = s.date.partition("/")
        assert not last or first <= last, s.id


def test_a_metric_that_is_named_has_these_parameters(data: Curated) -> None:
    metrics = all_metrics()
    for s in data.statistics.values():
        if s.metric is None:
            assert not s.params, s.id
        elif s.metric in metrics:
            known = {p.name for p in metrics[s.metric].params}
            assert set(s.params) <= known, s.id
        else:
            assert s.metric in LATER_METRICS, s.id


def test_the_board_names_metrics_and_parameters(data: Curated) -> None:
    metrics = all_metrics()
    for section in parse(DATA / "board.yml", c.BoardFile).sections:
        for figure in section.figures:
            if figure.metric not in metrics:
                assert figure.metric in LATER_METRICS, figure.id
            else:
                known = {p.name for p in metrics[figure.metric].params}
                assert set(figure.params) <= known, figure.id


def test_countries_have_evidence(data: Curated) -> None:
    for developer in data.developers.values():
        assert not developer.country or developer.evidence, developer.id


def test_evidence_that_is_not_listed_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "acme.yml"
    path.write_text(
        "developer: acme\nevidence: {}\nmodels:\n"
        "- {id: alpha, name: Alpha, released: 2025-01-01, evidence: {released: nowhere}}\n",
        encoding="utf-8",
    )
    with pytest.raises(DataError, match=r"^alpha names evidence that is not listed: \['nowhere'\]"):
        parse(path, c.ModelFile)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("developer: acme\nevidence: {}\nmodel: []\n", "model: there is no such field"),
        ("evidence: {}\nmodels: []\n", "developer: the field is missing"),
        ("developer: [", "not valid YAML"),
        ("models:\n- {released: 2025-02-31}\n", "not valid YAML"),
    ],
)
def test_a_fault_says_which_field_and_what_to_do(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "acme.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=words) as caught:
        parse(path, c.ModelFile)
    assert caught.value.where == str(path)
    assert "CONTRIBUTING.md" in caught.value.repair


# hardware and workloads


def test_every_measured_model_and_format_is_known(data: Curated) -> None:
    assert data.hardware is not None
    for t in data.hardware.throughputs:
        assert data.architecture(t.model), t.id
        assert t.format in (*data.formats, "native"), t.id


def test_every_accelerator_has_an_efficiency_for_its_arithmetic(data: Curated) -> None:
    assert data.hardware is not None
    known = [(k, p) for e in data.hardware.efficiencies for k in e.kinds for p in e.precisions]
    assert len(known) == len(set(known))
    for d in data.hardware.devices:
        precisions = [
            "bf16",
            *(["fp8"] if d.fp8_tflops else []),
            *(["fp4"] if d.fp4_tflops else []),
        ]
        assert {(d.kind, p) for p in precisions} <= set(known), d.id


def test_what_is_not_assumed_has_evidence(data: Curated) -> None:
    assert data.workloads is not None
    for w in data.workloads.workloads:
        fields = {"requests_per_day", "prompt", "completion", "cached", "peak", "latency_ms",
                  "spare"}  # fmt: skip
        assert set(w.assumed) <= fields
        assert w.evidence or len(w.why) > 40, w.id


HARDWARE = """
layer_us: 1
evidence: {e: {address: "https://a.example/", by: A}}
devices:
  - {id: box, name: Box, kind: server, memory_gb: 1, bandwidth_gbs: 1, bf16_tflops: 1, power_w: 1,
     evidence: {"*": e}}
"""
WORKLOADS = "evidence: {}\nworkloads: []\ncosts:\n"


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("hardware.yml", HARDWARE.replace("memory_gb: 1", "memory_gb: 0"), "greater than 0"),
        ("hardware.yml", HARDWARE.replace('{"*": e}', '{"*": f}'), "evidence that is not listed"),
        ("hardware.yml", HARDWARE.replace("server", "toaster"), "'server', 'card' or 'computer'"),
        ("hardware.yml", HARDWARE.replace("power_w: 1", "watts: 1"), "power_w: the field"),
        ("hardware.yml", HARDWARE + "hire: [{device: bx, provider: A, usd_per_hour: 1, "
         "seen: 2026-01-01, grade: P, evidence: e}]", "no such device: bx"),
        ("hardware.yml", HARDWARE + "efficiencies: [{id: s, kinds: [server], precisions: [bf16], "
         "low: 0.2, high: 0.7}]", "at most threefold"),
        ("hardware.yml", HARDWARE + "efficiencies: [{id: s, kinds: [server], precisions: [bf16], "
         "low: 0.7, high: 0.6}]", "a range goes up"),
        ("workloads.yml", WORKLOADS + "  - {id: load, value: 2, low: 0, high: 1, unit: '', "
         "says: '', assumed: true}", "value lies between low and high"),
        ("workloads.yml", WORKLOADS + "  - {id: load, value: 1, low: 0, high: 1, unit: '', "
         "says: ''}", "has evidence, or is assumed"),
    ],
)  # fmt: skip
def test_a_fault_in_hardware_or_workloads_names_its_file(
    tmp_path: Path, name: str, text: str, what: str
) -> None:
    for path in DATA.glob("*.yml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=re.escape(what)) as error:
        load_curated(tmp_path)
    assert error.value.where.endswith(name)


def test_experts_go_together() -> None:
    layer = {"kind": "linear", "layers": 1, "state": 1}
    for wrong in ({"experts": 8}, {"experts_used": 2}, {"experts": 2, "experts_used": 8}):
        with pytest.raises(ValueError, match="experts and experts_used go together"):
            c.ArchitectureEntry.model_validate({"layers": 1, "attention": [layer], **wrong})
