"""A built site on loopback, with the headers that a host of it should set."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from scoreboard.errors import UsageError
from scoreboard.site.output import MANIFEST

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "cross-origin",  # charts are made to be embedded
}

TYPES = {".xml": "application/xml", ".cff": "text/yaml",
         ".parquet": "application/octet-stream"}  # fmt: skip


class Handler(SimpleHTTPRequestHandler):
    """Files of the site."""

    def guess_type(self, path: Any) -> str:
        """The media type of a file, by its suffix."""
        return TYPES.get(Path(path).suffix) or super().guess_type(path)

    def end_headers(self) -> None:
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Quiet: a browser says what it asks for."""


def server(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server of a built site on loopback; port 0 is any free one."""
    if not (folder / MANIFEST).is_file():
        taken = folder.is_file() or (folder.is_dir() and any(folder.iterdir()))
        place = shlex.quote("site" if taken else str(folder))
        raise UsageError("there is no site", where=str(folder),
                         repair=f"scoreboard build --out {place}")  # fmt: skip
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), partial(Handler, directory=str(folder)))
    except OSError as error:
        raise UsageError(f"port {port} cannot be used: {error.strerror}",
                         repair="choose another: --port 8001") from error  # fmt: skip


def serve(folder: Path, port: int, say: Callable[[str], None]) -> None:
    """Show a built site until interrupted."""
    with server(folder, port) as running:
        say(f"http://127.0.0.1:{running.server_address[1]}/ shows {folder}; Ctrl-C ends it")
        running.serve_forever()
