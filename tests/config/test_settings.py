"""What the settings become in surroundings other than the tests'."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.demonstration_site import PLACET, clean_environment

CODE = """
import json
import django
from django.conf import settings
from django.urls import Resolver404, resolve
django.setup()
try:
    has_demonstration = bool(resolve("/en/demonstration/sign-in/secretariat/x/"))
except Resolver404:
    has_demonstration = False
print(json.dumps({
    "demonstration": has_demonstration,
    "secure": [settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.SECURE_SSL_REDIRECT],
    "hosts": settings.ALLOWED_HOSTS,
    "database": settings.DATABASES["default"]["ENGINE"].rpartition(".")[2],
    "pragmas": settings.DATABASES["default"].get("OPTIONS", {}).get("init_command", ""),
    "debug": settings.DEBUG,
    "proxies": [settings.ALLAUTH_TRUSTED_PROXY_COUNT, settings.SECURE_PROXY_SSL_HEADER],
}))
"""


def settings_with(home: Path, **environment: str) -> dict[str, object]:
    """The settings that an environment makes."""
    result = subprocess.run(
        [sys.executable, "-c", CODE],
        env=clean_environment()
        | {"DJANGO_SETTINGS_MODULE": "placet.config.settings", "PLACET_HOME": str(home)}
        | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    said: dict[str, object] = json.loads(result.stdout)
    return said


def test_the_embedded_default(tmp_path: Path) -> None:
    said = settings_with(tmp_path)
    assert said["demonstration"] is False
    assert said["debug"] is False
    assert said["hosts"] == ["localhost"]
    assert said["database"] == "sqlite"
    assert "PRAGMA synchronous=FULL" in str(said["pragmas"])


def test_a_real_installation(tmp_path: Path) -> None:
    said = settings_with(
        tmp_path, PLACET_URL="https://placet.example", DATABASE_URL="postgres://placet@localhost/placet"
    )
    assert said["demonstration"] is False
    assert said["secure"] == [True, True, True]
    assert said["hosts"] == ["placet.example"]
    assert said["database"] == "postgresql"


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0", [0, None]), ("2", [2, ["HTTP_X_FORWARDED_PROTO", "https"]])],
)
def test_headers_of_proxies_are_believed_where_there_are_some(
    tmp_path: Path, value: str, expected: list[object]
) -> None:
    assert settings_with(tmp_path, PLACET_TRUSTED_PROXIES=value)["proxies"] == expected


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("0", False)])
def test_the_demonstrations_pages_exist_in_the_demonstration_only(
    tmp_path: Path, value: str, expected: bool
) -> None:
    assert settings_with(tmp_path, PLACET_DEMONSTRATION=value)["demonstration"] is expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PLACET_LOG_FORMAT", "xml"),
        ("PLACET_LOG_LEVEL", "LOUD"),
        ("EMAIL_URL", "imap://host"),
        ("PLACET_TRUSTED_PROXIES", "-1"),
        ("PLACET_TRUSTED_PROXIES", "yes"),
        ("PLACET_HOME", "/proc"),
    ],
)
def test_a_setting_that_cannot_be_is_said_in_a_sentence(tmp_path: Path, name: str, value: str) -> None:
    environment = clean_environment() | {"PLACET_HOME": str(tmp_path), name: value}
    for command in (["clock"], ["web"]):
        result = subprocess.run(
            [*PLACET, *command], env=environment, capture_output=True, text=True, check=False
        )
        assert result.returncode == 1
        assert name in result.stderr
        assert "Traceback" not in result.stderr
        assert len(result.stderr.splitlines()) == 1
