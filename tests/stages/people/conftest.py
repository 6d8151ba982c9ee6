"""Accounts, codes and a look at what was sent."""

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from placet.stages.people import actions
from placet.stages.people.models import Account

CODE = re.compile(r"^ {4}([A-Z]{4}-[A-Z]{4})$", re.MULTILINE)


@pytest.fixture(autouse=True, scope="session")
def _static_folder() -> None:
    """ServeStatic warns where the folder of collected files is missing."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture
def account(db: None) -> Account:
    """Somebody with a confirmed address."""
    return actions.create_account("ada@people.example", name="Ada", is_verified=True)


@pytest.fixture
def last_code() -> Callable[[], str]:
    """The code in the message sent last."""

    def find() -> str:
        found = CODE.search(str(mail.outbox[-1].body))
        assert found, mail.outbox[-1].body
        return found.group(1)

    return find


@pytest.fixture
def sign_in(last_code: Callable[[], str]) -> Callable[[Client, Account], None]:
    """Sign a client in to an account, as a person does."""

    def go(client: Client, account: Account) -> None:
        client.post("/en/account/login/", {"email": account.email})
        client.post("/en/account/login/code/", {"code": last_code()})
        assert client.session["_auth_user_id"] == str(account.id)

    return go
