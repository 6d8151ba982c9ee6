"""What the embedded default makes for itself."""

from pathlib import Path

from placet.config.embedded import embedded_secret_key


def test_the_secret_key_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    key = embedded_secret_key(home)
    assert len(key) >= 50
    assert embedded_secret_key(home) == key
    assert (home / "secret_key").stat().st_mode & 0o777 == 0o600
    assert embedded_secret_key(tmp_path / "other") != key
