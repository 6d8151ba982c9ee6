"""People with an account in the demonstration, signed in; made beside it in a process of its own."""

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.demonstration_site import DemonstrationSite, clean_environment

if TYPE_CHECKING:
    from placet.stages.people.models import Account

COOKIE = "sessionid"


def signed_in_people(site: DemonstrationSite, count: int, name: str) -> list[str]:
    """The session keys of so many new people, called ``name`` and a number."""
    return run_beside(site, "tests.journeys.sessions", str(count), name)


def run_beside(site: DemonstrationSite, module: str, *arguments: str) -> list[str]:
    """The words that a module prints, run with arguments in the settings of a running demonstration."""
    env = clean_environment() | {
        "PLACET_HOME": str(site.home),
        "PLACET_DEMONSTRATION": "1",
        "PLACET_URL": site.url,
        "DJANGO_SETTINGS_MODULE": "placet.config.settings",
    }
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout.split()


def session_of(account: "Account") -> str:
    """The key of a new session of an account, as signing in makes it; needs Django."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def main(count: int, name: str) -> None:
    """Make them as signing in does."""
    import django

    django.setup()
    from django.db import transaction

    from placet.stages.people.actions import create_account

    with transaction.atomic():
        for number in range(1, count + 1):
            account = create_account(
                f"{name.lower()}-{number}@people.example", name=f"{name} {number}", is_verified=True
            )
            sys.stdout.write(f"{session_of(account)}\n")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "placet.config.settings")
    main(int(sys.argv[1]), sys.argv[2])
