"""Giving a file back: always as a download, never as something that a browser opens by itself."""

from django.core.files import File
from django.http import HttpResponse
from django.utils.http import content_disposition_header

POLICY = "sandbox; default-src 'none'"


def download_response(file: "File[bytes]", file_name: str) -> HttpResponse:
    """A file to be saved under a name; its content says nothing about how it is treated.

    It is read at once: under the asynchronous server a stream would be, too, and a file is bounded.
    """
    with file.open("rb") as opened:
        response = HttpResponse(opened.read(), content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, file_name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = POLICY
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response
