"""Downloads, derivatives and concentration computed a second time from the recorded documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import pytest

from recorded.raw import Mirror
from scoreboard import api
from scoreboard.estimate import Estimate

LLMFIT = "AlexsJones/llmfit/main/data/hf_models.json"
TRENDING = ("huggingface-trending.json", "2026-05-04")
TOTALS = ("openrouter-weekly-totals.csv", "2026-07-11")
RANKINGS = "datasets/rankings-daily"
EXACT = 1e-9
# Organisations of the Hub that hold most of what is counted, by hand: whose they are.
QWEN = "qwen"
FAMILY = ("qwen/", "alibaba-nlp/tongyi-")  # Tongyi DeepResearch is made from Qwen by its developer
CHINESE = {"qwen", "deepseek-ai", "baai"}
AMERICAN = {"meta-llama", "openai", "openai-community", "google", "facebook", "microsoft", "nvidia"}

pytestmark = pytest.mark.usefixtures("tables")
Tags = dict[str, list[str]]


def one(metric: str, **params: str) -> Estimate:
    """The only estimate of a metric at parameters."""
    (found,) = api.show(metric, params)
    return found


def counts(mirror: Mirror, day: str) -> dict[str, int]:
    """Downloads by repository in lower case; 0 downloads and 0 likes are no count."""
    found: dict[str, int] = {}
    for entry in mirror.json(LLMFIT, day):
        if entry["hf_downloads"] or entry["hf_likes"]:
            found.setdefault(entry["name"].lower(), entry["hf_downloads"])
    return found


def bases(mirror: Mirror) -> dict[str, dict[str, str]]:
    """Repository -> base -> relation, as the tags of the trending list say."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for entry in mirror.json(*TRENDING)["models"]:
        name = entry["id"].lower()
        for tag in entry["tags"]:
            if not tag.startswith("base_model:"):
                continue
            relation, _, base = tag.removeprefix("base_model:").lower().rpartition(":")
            if base != name and (relation or base not in found[name]):
                found[name][base] = relation
    return {k: v for k, v in found.items() if v}


def copied(name: str, tags: dict[str, dict[str, str]]) -> str:
    """The repository whose weights it holds, by its own tags."""
    while name in tags and len(tags[name]) == 1:
        ((base, relation),) = tags[name].items()
        same = name.rpartition("/")[2] == base.rpartition("/")[2]
        if not (relation == "quantized" or (same and relation in ("", "finetune"))):
            break
        name = base
    return name


def root(name: str, tags: dict[str, dict[str, str]]) -> str:
    """Where a line of single bases ends."""
    while name in tags and len(tags[name]) == 1:
        (name,) = tags[name]
    return name


@pytest.mark.parametrize("first", ["2026-02-26", "2026-04-15"])
def test_share_of_downloads_of_qwen(mirror: Mirror, first: str) -> None:
    one_, two, tags = counts(mirror, first), counts(mirror, "2026-05-10"), bases(mirror)
    both = [n for n in one_ if n in two]
    mine = [n for n in both if copied(n, tags).startswith(FAMILY)]
    found = one("downloads", of=QWEN, start=first, as_of="2026-05-10")
    assert found.detail["repositories"] == len(both)
    assert found.value == pytest.approx(sum(two[n] for n in mine) / sum(two[n] for n in both))
    grown = one("downloads", of=QWEN, start=first, as_of="2026-05-10", measure="growth")
    assert grown.value == pytest.approx(sum(two[n] for n in mine) / sum(one_[n] for n in mine))


def test_downloads_by_origin_hold_the_large_organisations(mirror: Mirror) -> None:
    one_, two = counts(mirror, "2026-02-26"), counts(mirror, "2026-05-10")
    both = [n for n in one_ if n in two]
    whole = sum(two[n] for n in both)
    for origin, owners in (("CN", CHINESE), ("US", AMERICAN)):
        part = sum(two[n] for n in both if n.partition("/")[0] in owners) / whole
        found = one("downloads", by="origin", of=origin, as_of="2026-05-10")
        assert found.value is not None and found.high is not None
        assert part - 1e-9 <= found.value <= part + 0.1, origin


def test_derivatives_of_qwen(mirror: Mirror) -> None:
    tags = bases(mirror)
    weight = sum(
        sum(root(b, tags).startswith(FAMILY) for b in found) / len(found) for found in tags.values()
    )
    found = one("derivatives", of=QWEN)
    assert found.detail["repositories"] == len(tags)
    assert found.value == pytest.approx(weight / len(tags), abs=EXACT)


def test_derivatives_by_relation(mirror: Mirror) -> None:
    parts: dict[str, float] = defaultdict(float)
    tags = bases(mirror)
    for found in tags.values():
        words = {r or "unsaid" for r in found.values()}
        for word in words:
            parts[word] += 1 / len(words)
    shown = {e.key["relation"]: e.value for e in api.show("derivatives", {"by": "relation"})}
    assert shown == pytest.approx({k: v / len(tags) for k, v in parts.items()})


@cache
def days_of_tokens(mirror: Mirror) -> dict[date, dict[str, int]]:
    """Tokens by day and name, of all recorded days."""
    found: dict[date, dict[str, int]] = defaultdict(dict)
    for document in mirror.documents:
        if document.place.endswith(RANKINGS):
            for row in rows_of(mirror, document.address):
                found[date.fromisoformat(row["date"])][row["model_permaslug"]] = int(
                    row["total_tokens"]
                )
    return found


def rows_of(mirror: Mirror, address: str) -> Iterator[dict[str, str]]:
    import json

    (document,) = (d for d in mirror.documents if d.address == address)
    yield from json.loads(document.body)["data"]


def week(mirror: Mirror, monday: date) -> dict[str, int]:
    """Tokens by name in a week of official days."""
    found: dict[str, int] = defaultdict(int)
    for i in range(7):
        for name, tokens in days_of_tokens(mirror)[monday + timedelta(days=i)].items():
            found[name] += tokens
    return found


def test_platform_totals(mirror: Mirror) -> None:
    tokens = week(mirror, date(2026, 8, 10))
    assert one("platform_tokens").value == sum(tokens.values())
    (first, *_) = api.show("platform_tokens", {}, series=True)
    row = mirror.csv(*TOTALS)[0]
    assert (str(first.detail["week"]), first.value) == (
        row["week_monday"],
        int(row["total_tokens"]),
    )


@pytest.mark.parametrize("monday", ["2026-06-01", "2026-08-10"])
def test_concentration_of_tokens_is_within_its_bounds(mirror: Mirror, monday: str) -> None:
    """By the organisation in the name; `other` is in nobody's hands."""
    tokens = week(mirror, date.fromisoformat(monday))
    whole = sum(tokens.values())
    owners: dict[str, int] = defaultdict(int)
    for name, count in tokens.items():
        if name != "other":
            owners[name.partition("/")[0]] += count
    parts = sorted((v / whole for v in owners.values()), reverse=True)
    sunday = str(date.fromisoformat(monday) + timedelta(days=6))
    hhi = one("concentration", as_of=sunday)
    assert hhi.low is not None and hhi.high is not None
    assert hhi.low - 1e-6 <= 1e4 * sum(p * p for p in parts) <= hhi.high + 1e-6
    five = one("concentration", as_of=sunday, stat="cr5")
    assert five.low is not None and five.high is not None
    assert five.low - 1e-9 <= sum(parts[:5]) <= five.high + 1e-9
    assert five.low == pytest.approx(sum(parts[:5]), abs=0.02)


def test_low_mean_and_peak_of_2025_are_three_numbers() -> None:
    window = {"by": "origin_openness", "of": "CN_open", "start": "2025-02-10", "end": "2025-12-29"}
    low, mean, peak = (one("token_share", stat=s, **window).value for s in ("low", "mean", "peak"))
    assert low is not None and mean is not None and peak is not None
    assert low < 0.8 * mean < 0.8 * peak


@pytest.mark.parametrize("monday", ["2026-03-23", "2026-04-13"])
def test_origin_and_openness_do_not_stand_in_for_each_other(monday: str) -> None:
    """In spring 2026 the leading Chinese models on OpenRouter had no open weights."""
    chinese = one("token_share", by="origin", of="CN", week=monday).value
    open_ = one("token_share", by="origin_openness", of="CN_open", week=monday).value
    closed = one("token_share", by="origin_openness", of="CN_closed", week=monday).value
    assert chinese is not None and open_ is not None and closed is not None
    assert chinese == pytest.approx(open_ + closed, abs=0.02)
    assert closed > 0.05
    assert open_ < 0.75 * chinese


def test_ten_pairs_of_five_publishers() -> None:
    pairs = [p for p in api.reconcile() if p["computed"]["value"] is not None]
    apart = [p for p in pairs if p["parts"]]
    assert len(pairs) >= 10
    assert len({p["publisher"] for p in pairs}) >= 5
    assert len(apart) >= 10
    assert len({p["publisher"] for p in apart}) >= 5
    for p in pairs:
        parts = sum(x["amount"] for x in p["parts"])
        assert p["remainder"] == pytest.approx(p["difference"] - parts)
        assert p["difference"] == pytest.approx(p["published"]["value"] - p["computed"]["value"])
