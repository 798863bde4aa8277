"""A receiver of web requests on this machine: what an alarm or a heartbeat says, and the status that it is answered."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

SECRET = "geheim-4711"


@dataclass
class WebHook:
    """What came in: paths in order, and the documents that were posted."""

    port: int = 0
    status: int = 200
    paths: list[str] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Its address, with a secret in the path and one in the query."""
        return f"http://127.0.0.1:{self.port}/{SECRET}?token={SECRET}&to=wie%20dan"

    def titles(self) -> list[str]:
        """What the alarms that came were called."""
        return [str(one["title"]) for one in self.posts]

    def said(self, title: str) -> str:
        """What the first alarm of that *title* said."""
        return next(str(one["message"]) for one in self.posts if one["title"] == title)


@contextmanager
def listening() -> Iterator[WebHook]:
    """Listen until the `with` ends."""
    hook = WebHook()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hook.paths.append(self.path)
            self._answer()

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            hook.paths.append(self.path)
            hook.posts.append(json.loads(self.rfile.read(length) or b"{}"))
            self._answer()

        def _answer(self) -> None:
            self.send_response(hook.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    hook.port = server.server_address[1]
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
