"""The interface alone, without a database: a small server for the journeys of this folder."""

import threading
from collections.abc import Iterator
from typing import cast
from wsgiref.simple_server import WSGIServer

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.contrib.staticfiles.views import serve
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.http import FileResponse, HttpRequest


class _StaticFiles(StaticFilesHandler):
    """Static files from where they lie, whatever ``DEBUG`` says."""

    def serve(self, request: HttpRequest) -> FileResponse:
        return cast(FileResponse, serve(request, self.file_path(request.path), insecure=True))


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: an aborted preload is no news."""


@pytest.fixture(scope="session")
def ui_site() -> Iterator[str]:
    """Where the pages that need no database are served."""
    server: WSGIServer = ThreadedWSGIServer(("127.0.0.1", 0), _Silent)
    server.set_app(_StaticFiles(get_wsgi_application()))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()
