"""Commands run for a test, and what they did."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scoreboard.config import HOME_VARIABLE

MMLU = ("show", "gap", "-p", "benchmark=mmlu", "--as-of", "2025-01-31")


@dataclass(frozen=True)
class Done:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Done]


def process(home: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Run a line of shell in which `scoreboard` is the command line."""
    path = f"{sys.executable} -m scoreboard"
    environment = os.environ | {HOME_VARIABLE: str(home), "SB": path}
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command.replace("scoreboard", "$SB")],
        env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
