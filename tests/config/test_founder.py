"""``placet founder``: the first person on an installation."""

import pytest

from tests.config.installations import Installation, databases, empty


@pytest.mark.django_db
def test_the_first_founder(tmp_path_factory: pytest.TempPathFactory) -> None:
    with databases() as made:
        installation = empty(tmp_path_factory.mktemp("founder") / "home", made)
        refused = installation.run("founder", "first@placet.example")
        assert (refused.returncode, "start `placet serve`" in refused.stderr) == (1, True)
        installation.python("from placet.config.preparation import update_tables; update_tables()")
        assert_the_rest(installation)


def assert_the_rest(installation: Installation) -> None:
    deeds = "SELECT action FROM record_auditentry ORDER BY id"
    for _ in range(2):
        result = installation.run("founder", "First@placet.example", "--language", "fr")
        assert result.returncode == 0, result.stderr
        assert "first@placet.example may found reflections" in result.stdout
        assert "Sign in at http://localhost:8000/fr/account/login/" in result.stdout
        assert installation.query(deeds) == [("people.create_account",), ("people.let_found_reflections",)]
    [[may]] = installation.query("SELECT may_found_reflections FROM people_account")
    assert may
    wrong = installation.run("founder", "nobody")
    assert wrong.returncode == 1
    assert wrong.stderr == "placet: nobody: Enter a valid email address.\n"
    assert installation.run("founder", "b@placet.example", "--language", "de").returncode == 2
    assert installation.addresses() == ["first@placet.example"]
