"""Read the curated files of `data/` once, checked, with errors that name file and entry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from scoreboard import curated as c
from scoreboard import curated_hosting as h
from scoreboard.config import data_dir
from scoreboard.errors import DataError

T = TypeVar("T", bound=BaseModel)


@dataclass
class Curated:
    """Everything we state ourselves, by id."""

    models: dict[str, c.ModelEntry] = field(default_factory=dict)
    developer_of: dict[str, str] = field(default_factory=dict)  # model id -> developer id
    releases: list[tuple[str, c.ReleaseEntry]] = field(default_factory=list)  # developer, entry
    evidence: dict[tuple[str, str], c.Evidence] = field(default_factory=dict)  # file, key
    developers: dict[str, c.DeveloperEntry] = field(default_factory=dict)
    families: dict[str, c.FamilyEntry] = field(default_factory=dict)
    providers: dict[str, c.ProviderEntry] = field(default_factory=dict)
    licences: dict[str, c.LicenceEntry] = field(default_factory=dict)
    benchmarks: dict[str, c.BenchmarkEntry] = field(default_factory=dict)
    formats: dict[str, c.FormatEntry] = field(default_factory=dict)
    hardware: h.HardwareFile | None = None
    workloads: h.WorkloadFile | None = None
    prices: list[tuple[str, c.PriceEntry]] = field(default_factory=list)  # provider, entry
    corrections: list[c.CorrectionEntry] = field(default_factory=list)
    statistics: dict[str, c.StatisticEntry] = field(default_factory=dict)
    publishers: dict[str, str] = field(default_factory=dict)  # statistic id -> publisher

    def architecture(self, model: str) -> tuple[str, c.ArchitectureEntry] | None:
        """The architecture of a model, and the model whose entry states it."""
        found = self.models.get(model)
        stated = found.architecture if found else None
        if isinstance(stated, str):
            return self.architecture(stated)
        return (model, stated) if stated else None

    def address(self, file: str, keys: list[str]) -> str:
        """The addresses of these evidence keys of a file, joined."""
        found = (self.evidence.get((file, k)) for k in keys)
        return " ".join(e.address for e in found if e)


OURS = {"extra_forbidden": "there is no such field", "missing": "the field is missing"}
REPAIR = "correct the file: CONTRIBUTING.md has examples, src/scoreboard/curated.py all fields"


def read_yaml(path: Path) -> Any:
    """A YAML file as plain values.

    Read in C where that is installed, which is five times faster.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe").load(path)
    except FileNotFoundError as error:
        raise DataError("a file of data/ is missing", where=str(path)) from error
    except (YAMLError, ValueError) as error:  # ValueError: bytes that are no text, no such day
        raise DataError(f"not valid YAML: {error}", where=str(path), repair=REPAIR) from error


def parse(path: Path, shape: type[T]) -> T:
    """A YAML file in one of the shapes of `curated.py`."""
    try:
        return shape.model_validate(read_yaml(path))
    except ValidationError as error:
        raise DataError(_fault(error), where=str(path), repair=REPAIR) from error


def _fault(error: ValidationError) -> str:
    first = error.errors()[0]
    place = " > ".join(str(p) for p in first["loc"])
    said = OURS.get(first["type"], first["msg"].removeprefix("Value error, "))
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{place}: {said}{more}" if place else f"{said}{more}"


def _files(folder: Path, name: str) -> list[Path]:
    return sorted((folder / name).glob("*.yml"))


@cache
def load_curated(folder: Path | None = None) -> Curated:
    """All curated files. Raises DataError at the first that is wrong."""
    root = folder or data_dir()
    found = Curated()
    _read_models(root, found)
    _read_things(root, found)
    for path in _files(root, "prices"):
        prices = parse(path, c.PriceFile)
        _keep(found, f"prices/{path.name}", prices.evidence)
        found.prices += [(prices.provider, entry) for entry in prices.prices]
    for path in _files(root, "statistics"):
        statistics = parse(path, c.StatisticFile)
        for statistic in statistics.statistics:
            _unique(found.statistics, statistic.id, path)
            found.statistics[statistic.id] = statistic
            found.publishers[statistic.id] = statistics.publisher
    return found


def _read_models(root: Path, found: Curated) -> None:
    for path in _files(root, "models"):
        file = parse(path, c.ModelFile)
        _keep(found, f"models/{file.developer}.yml", file.evidence)
        found.releases += [(file.developer, release) for release in file.releases]
        for model in file.models:
            _unique(found.models, model.id, path)
            found.models[model.id] = model
            found.developer_of[model.id] = file.developer


def _read_things(root: Path, found: Curated) -> None:
    developers = parse(root / "developers.yml", c.DeveloperFile)
    providers = parse(root / "providers.yml", c.ProviderFile)
    licences = parse(root / "licences.yml", c.LicenceFile)
    benchmarks = parse(root / "benchmarks.yml", c.BenchmarkFile)
    corrections = parse(root / "corrections.yml", c.CorrectionFile)
    families = parse(root / "families.yml", c.FamilyFile)
    found.developers = {d.id: d for d in developers.developers}
    found.providers = {p.id: p for p in providers.providers}
    found.licences = {x.id: x for x in licences.licences}
    found.benchmarks = {b.id: b for b in benchmarks.benchmarks}
    found.families = {f.id: f for f in families.families}
    found.corrections = corrections.corrections
    _read_formats(root, found)
    _read_hosting(root, found)
    _keep(found, "developers.yml", developers.evidence)
    _keep(found, "providers.yml", providers.evidence)
    _keep(found, "licences.yml", licences.evidence)
    _keep(found, "benchmarks.yml", benchmarks.evidence)
    _keep(found, "corrections.yml", corrections.evidence)


def _read_formats(root: Path, found: Curated) -> None:
    path = root / "formats.yml"
    if path.is_file():  # a folder without it knows no format
        formats = parse(path, c.FormatFile)
        found.formats = {f.id: f for f in formats.formats}
        _keep(found, path.name, formats.evidence)


def _read_hosting(root: Path, found: Curated) -> None:
    path = root / "hardware.yml"
    if path.is_file():  # a folder without it knows no hardware
        found.hardware = parse(path, h.HardwareFile)
        _known_devices(found.hardware, path)
        _keep(found, path.name, found.hardware.evidence)
    path = root / "workloads.yml"
    if path.is_file():
        found.workloads = parse(path, h.WorkloadFile)
        _once(path, found.workloads.workloads)
        _once(path, found.workloads.costs)
        _keep(found, path.name, found.workloads.evidence)


def _known_devices(file: h.HardwareFile, path: Path) -> None:
    for entries in (file.devices, file.efficiencies, file.throughputs):
        _once(path, entries)
    known = {d.id for d in file.devices}
    named = {h.device for h in file.hire} | {b.device for b in file.purchase}
    unknown = sorted((named | {t.device for t in file.throughputs}) - known)
    if unknown:
        raise DataError(f"no such device: {', '.join(unknown)}", where=str(path),
                        repair="state it under devices")  # fmt: skip


def _once(path: Path, entries: Iterable[Any]) -> None:
    seen: dict[str, Any] = {}
    for entry in entries:
        _unique(seen, entry.id, path)
        seen[entry.id] = entry


def _keep(found: Curated, file: str, evidence: dict[str, c.Evidence]) -> None:
    for key, value in evidence.items():
        found.evidence[file, key] = value


def _unique(seen: dict[str, Any], name: str, path: Path) -> None:
    if name in seen:
        raise DataError(
            f"the id {name} is used twice: here, and before, maybe in another file",
            where=str(path),
            repair="rename one",
        )
