"""tokencost's price map, in the layout of LiteLLM's: it fills LiteLLM's gap of 2024."""

from __future__ import annotations

from collections.abc import Iterator

from scoreboard.sources.base import Document, Source
from scoreboard.sources.litellm import price_map_rows
from scoreboard.tables import Row


class Tokencost(Source):
    id = "tokencost"
    title = "tokencost price map"
    producer = "AgentOps"
    home = "https://github.com/AgentOps-AI/tokencost"
    addresses = (
        "https://raw.githubusercontent.com/AgentOps-AI/tokencost/main/tokencost/model_prices.json",
    )
    licence = "MIT"
    licence_note = "MIT: rows may be kept and shown with the notice."
    cite = "tokencost, AgentOps (MIT)"
    tables = ("prices", "facts")

    def read(self, document: Document) -> Iterator[Row]:
        yield from price_map_rows(document)
