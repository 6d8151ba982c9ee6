"""What the embedded default makes for itself."""

from pathlib import Path

import pytest

from placet.config.embedded import embedded_secret_key, sqlite_journal_mode


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        ((3, 40, 1), "DELETE"),
        ((3, 44, 5), "DELETE"),
        ((3, 44, 6), "WAL"),
        ((3, 45, 0), "DELETE"),
        ((3, 50, 6), "DELETE"),
        ((3, 50, 7), "WAL"),
        ((3, 51, 2), "DELETE"),
        ((3, 51, 3), "WAL"),
        ((3, 53, 4), "WAL"),
    ],
)
def test_write_ahead_logging_only_where_it_is_safe(version: tuple[int, ...], mode: str) -> None:
    assert sqlite_journal_mode(version) == mode


def test_the_secret_key_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    key = embedded_secret_key(home)
    assert len(key) >= 50
    assert embedded_secret_key(home) == key
    assert (home / "secret_key").stat().st_mode & 0o777 == 0o600
    assert embedded_secret_key(tmp_path / "other") != key
