"""How allauth makes accounts and sends mail here."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Accounts without user names or passwords."""
