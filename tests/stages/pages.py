"""Using pages as a browser does: fill in the form that is there, press its button, look at the answer."""

from typing import Any

from django.db import connection
from django.forms import BaseForm
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

PAYLOAD = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'{{ 7*7 }}"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;"


def filled(form: BaseForm, **changes: object) -> dict[str, object]:
    """What a browser sends of a form as it stands, with changes."""
    data: dict[str, object] = {}
    for bound in form:
        value = bound.value()
        shown = bound.field.widget.format_value(value) if not isinstance(value, list) else value
        if value is True:
            data[bound.html_name] = "on"
        elif shown not in (None, False, "", []):
            data[bound.html_name] = shown
    return data | changes


def sent(client: Client, address: str, form: str = "form", **changes: object) -> Any:
    """Open a page, fill in its form and send it."""
    page = client.get(address)
    assert page.status_code == 200, page.status_code
    return client.post(address, filled(page.context[form], **changes))


def is_harmless(response: HttpResponse) -> bool:
    """Whether no mark-up of the payload came through."""
    body = response.content.decode()
    return "<script>alert" not in body and "<img src=x" not in body


def count_queries(client: Client, address: str) -> int:
    """How many queries it takes to open a page that works."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)
