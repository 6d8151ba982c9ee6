"""A translation service in a thread, which answers as it is told to."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass(frozen=True)
class Reply:
    """What the service says to one request."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


def saying(content: object) -> Reply:
    """A completion with that content."""
    return Reply(body=json.dumps({"choices": [{"message": {"content": content}}]}).encode())


@dataclass
class Service:
    """Where it listens, what it will say in turn (the last for ever), and what it was sent."""

    url: str
    replies: list[Reply | Callable[[dict[str, Any]], Reply]]
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def asked(self, number: int = 0) -> dict[str, Any]:
        """The user's message of a request: what was to be translated, and how."""
        message = json.loads(self.requests[number]["messages"][1]["content"])
        assert isinstance(message, dict)
        return message


@contextmanager
def translation_service(*replies: Reply | Callable[[dict[str, Any]], Reply]) -> Iterator[Service]:
    """A service on this machine's loopback, for as long as the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            service.requests.append(request)
            service.headers.append(dict(self.headers))
            service.paths.append(self.path)
            reply = service.replies[min(len(service.requests), len(service.replies)) - 1]
            said = reply if isinstance(reply, Reply) else reply(request)
            self.send_response(said.status)
            for name, value in said.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):  # who asked may have heard enough
                self.wfile.write(said.body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service = Service(f"http://127.0.0.1:{server.server_port}/v1", list(replies))
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
