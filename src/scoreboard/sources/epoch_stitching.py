"""Epoch AI's benchmark-stitching archive: what its index was fitted to in December 2025.

An older vintage of the Benchmarking Hub, from the repository of the index's code. All tables of
scores are read, because they are what was known then: nine rows in ten are in the later Hub
unchanged; first versions of Terminal-Bench, WeirdML, the METR suite and OSWorld, an older setup
of SWE-bench Verified, and two small tests are here only. Benchmarks are named as in the index's
input. Dates of releases come from the list of versions.

Not read: MCBench (a rating by votes without intervals, which the index leaves out too); what
models are distilled (guesses with a confidence, for which a fact has no place); the names of
models behind their versions (the Hub states them, corrected since); errors of own runs, which
are rounded to hundredths (the number of questions says more). Own runs on public sample problems
are listed as not used.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from scoreboard.documents import Record, members, parse_csv
from scoreboard.sources._common import broken, cell_fact, once
from scoreboard.sources._epoch_files import FILES, File
from scoreboard.sources._epoch_rows import Spelling, score
from scoreboard.sources.base import Document, Source, date_of, float_of, unread
from scoreboard.tables import Fact, Row

FOLDER = "data"
EXTERNAL = "external_benchmark_"
RUNS, VERSIONS, BENCHMARKS = "benchmarks_runs", "model_versions", "benchmark_optim"
NOT_READ = {"distilled_models", EXTERNAL + "mcbench"}
OWN_TASKS = {
    "FrontierMath-2025-02-28-Private", "FrontierMath-Tier-4-2025-07-01-Private", "GPQA diamond",
    "MATH level 5", "OTIS Mock AIME 2024-2025", "SWE-Bench verified",
}  # fmt: skip
OWN_RUN = File("Best score (across scorers)", own=True)
TABLES = {  # member -> benchmark as the index's input names it, columns
    "aider_polyglot": ("Aider polyglot", FILES["aider_polyglot"]),
    "anli": ("ANLI", FILES["adversarial_nli"]),
    "arc_agi": ("ARC-AGI", FILES["arc_agi"]),
    "arc_ai2": ("ARC AI2", FILES["arc_ai2"]),
    "balrog": ("Balrog", FILES["balrog"]),
    "bbh": ("BBH", FILES["bbh"]),
    "boolq": ("BoolQ", FILES["bool_q"]),
    "cadeval": ("CadEval", FILES["cad_eval"]),
    "csqa2": ("CSQA2", FILES["common_sense_qa_2"]),
    "cybench": ("Cybench", FILES["cybench"]),
    "deepresearch": ("DeepResearch Bench", FILES["deepresearchbench"]),
    "factorio_learning_environment": ("Factorio learning environment", File("Lab Success %")),
    "fictionlivebench": ("Fiction.LiveBench", FILES["fictionlivebench"]),
    "geobench": ("GeoBench", FILES["geobench"]),
    "gsm8k": ("GSM8K", FILES["gsm8k"]),
    "gso_bench": ("GSO-Bench", FILES["gso"]),
    "hellaswag": ("HellaSwag", FILES["hella_swag"]),
    "lambada": ("LAMBADA", FILES["lambada"]),
    "lech_mazur_writing": ("Lech Mazur Writing", FILES["lech_mazur_writing"]),
    "livebench": ("LiveBench", FILES["live_bench"]),
    "metr": ("METR", FILES["metr_time_horizons"]),
    "mmlu": ("MMLU", FILES["mmlu"]),
    "openbookqa": ("OpenBookQA", FILES["open_book_qa"]),
    "os_world": ("OSWorld", FILES["os_world"]),
    "osuniverse": ("OSUniverse", File("Weighted Score", scaffold="Agent")),
    "piqa": ("PIQA", FILES["piqa"]),
    "scienceqa": ("ScienceQA", FILES["science_qa"]),
    "simple_bench": ("SimpleBench", FILES["simplebench"]),
    "superglue": ("SuperGLUE", FILES["superglue"]),
    "terminal_bench": ("Terminal Bench", FILES["terminalbench"]),
    "the_agent_company": ("The Agent Company", FILES["the_agent_company"]),
    "triviaqa": ("TriviaQA", FILES["trivia_qa"]),
    "videomme": ("VideoMME", FILES["video_mme"]),
    "vpct": ("VPCT", FILES["vpct"]),
    "weirdml": ("WeirdML", FILES["weirdml"]),
    "winogrande": ("Winogrande", FILES["wino_grande"]),
}
BENCHMARK_FACTS = {
    "benchmark_release_date": "benchmark_release_date",
    "is_coding": "is_coding",
    "is_math": "is_math",
    "optimized_for": "optimized_for",  # Epoch's view: developers train towards it
}


class EpochStitching(Source):
    id = "epoch_stitching"
    title = "Epoch AI benchmark-stitching archive"
    producer = "Epoch AI"
    home = "https://github.com/epoch-research/benchmark-stitching"
    addresses = (
        "https://codeload.github.com/epoch-research/benchmark-stitching/tar.gz/refs/heads/main",
    )
    licence = "MIT"
    licence_note = (
        "MIT: rows may be kept and shown with the notice; rows that Epoch took from others keep "
        "the terms of their own sources."
    )
    cite = "Epoch AI, benchmark-stitching (MIT); Benchmarking Hub, CC BY 4.0"
    tables = ("scores", "facts")
    namespace = "epoch_hub"
    efforts = True

    def read(self, document: Document) -> Iterator[Row]:
        yield from once(_all_rows(_tables(document), document.where))


def _tables(document: Document) -> dict[str, bytes]:
    """The CSV files of the folder `data`; the code around it is nobody's row."""
    found = members(document.body, document.where)
    return {n: b for n, b in found.items() if n.split("/")[1:-1] == [FOLDER] and n.endswith(".csv")}


def _all_rows(files: dict[str, bytes], where: str) -> Iterator[Row]:
    stems = {name.rpartition("/")[2].removesuffix(".csv"): name for name in files}
    released: dict[str, dt.date] = {}
    for stem in sorted(stems, key=lambda s: (s != VERSIONS, s)):
        member = stems[stem]
        if stem in NOT_READ:
            continue
        required = _columns(stem)
        if not required:
            yield unread(f"{member}!", member, "unknown file: its columns are not known here")
            continue
        for record in parse_csv(files[member], f"{where}, {member}", required):
            for row in [broken(record)] if broken(record) else _rows(stem, record, released):
                if row:
                    yield replace(row, locator=f"{member}!{row.locator}")


def _columns(stem: str) -> tuple[str, ...]:
    """The columns that a file must have; none for a file that is not known."""
    if stem == VERSIONS:
        return ("id", "Version release date")
    if stem == BENCHMARKS:
        return ("benchmark", *BENCHMARK_FACTS)
    if stem == RUNS:
        return ("task", "model", OWN_RUN.score, "Status")
    table = TABLES.get(stem.removeprefix(EXTERNAL))
    return ("Model version", table[1].score) if table else ()


def _rows(stem: str, record: Record, released: dict[str, dt.date]) -> Iterator[Row]:
    if stem == VERSIONS:
        yield from _version(record, released)
    elif stem == BENCHMARKS:
        yield from _benchmark(record)
    elif stem == RUNS:
        yield from _own_run(record, released)
    else:
        benchmark, file = TABLES[stem.removeprefix(EXTERNAL)]
        day = released.get(record.cells["Model version"].strip())
        yield from score(benchmark, file, record, day, WRITTEN)


def _version(record: Record, released: dict[str, dt.date]) -> Iterator[Row]:
    name = record.cells["id"].strip()
    for row in cell_fact("model", name, "release_date", record, "Version release date"):
        if isinstance(row, Fact):
            released[name] = dt.date.fromisoformat(row.value)
        yield row


def _benchmark(record: Record) -> Iterator[Row]:
    name = record.cells["benchmark"].strip()
    for column, attribute in BENCHMARK_FACTS.items():
        raw = record.cells[column]
        if not attribute.endswith("_date"):
            yield from cell_fact("benchmark", name, attribute, record, column)
            continue
        spelled = Record(record.line, {**record.cells, column: raw.replace("/", "-")})
        for row in cell_fact("benchmark", name, attribute, spelled, column):
            yield replace(row, raw=raw)


def _own_run(record: Record, released: dict[str, dt.date]) -> Iterator[Row]:
    cells = record.cells
    task, name, raw = cells["task"].strip(), cells["model"].strip(), cells[OWN_RUN.score]
    fault = "" if task in OWN_TASKS else f"not an input of the index: {task}"
    if cells["Status"] != "Success":
        fault = f"the run has the status {cells['Status'] or 'none'}"
    if fault:
        yield unread(record.at(OWN_RUN.score), raw, fault)
        return
    spelled = {**cells, "Model version": name, "Started at": cells.get("started_at", "")}
    for row in score(task, OWN_RUN, Record(record.line, spelled), released.get(name), WRITTEN):
        at = record.at("started_at") if row.locator.endswith("/Started at") else row.locator
        yield replace(row, locator=at)


def _number(text: str | None) -> float | None:
    """A number, or a percentage as a fraction of 1."""
    plain = (text or "").strip()
    value = float_of(plain.removesuffix("%"))
    return value / 100 if value is not None and plain.endswith("%") else value


def _day(text: str | None) -> dt.date | None:
    """`17/12/2024`, `17 December 2024 4:28pm`, or an ISO date."""
    plain = (text or "").strip()
    for form in ("%d/%m/%Y", "%d %B %Y %I:%M%p"):
        try:
            return date_of(dt.datetime.strptime(plain, form).date().isoformat())
        except ValueError:
            continue
    return date_of(plain)


WRITTEN = Spelling(_number, _day)
