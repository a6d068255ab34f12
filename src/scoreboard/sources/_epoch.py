"""How Epoch AI's documents say who ran a test: own runs, leaderboards, reports of developers."""

from __future__ import annotations

import re

OWN = "epoch"
OWN_SOURCE = "Epoch evaluations"
KNOWN = {
    "Stanford CRFM Leaderboard": "helm",
    "Stanford HELM": "helm-classic",
    "Standford HELM": "helm-classic",
}
LONGEST = 60

# The rest are reports, papers, cards and announcements of those who built a model.
INDEPENDENT = re.compile(
    r"leaderboard|\bhelm\b|website|dashboard|\bgithub\b|^metr\b|paperswithcode|^tweet|^https?:"
    r"|^adversarial nli:|^commonsenseqa 2|^decker:",
    re.IGNORECASE,
)


def slug(text: str) -> str:
    """Lower-case words joined by hyphens, at most 60 characters; a doubled title counts once."""
    text = re.sub(r"^https?://(www\.)?", "", text.strip())
    half = len(text) // 2
    if text and text[:half] == text[half:]:
        text = text[:half]
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:LONGEST].strip("-")


def harness(source: str, benchmark: str) -> str:
    """Who or what ran the test, from the title of the source that Epoch names."""
    source = source.strip()
    if not source:
        return f"{slug(benchmark)}-leaderboard"
    if source == OWN_SOURCE:
        return OWN
    return KNOWN.get(source) or slug(source)


def runner(source: str) -> str:
    """`independent` for Epoch and leaderboards, `developer` for reports of a developer."""
    source = source.strip()
    if not source or source == OWN_SOURCE or INDEPENDENT.search(source):
        return "independent"
    return "developer"
