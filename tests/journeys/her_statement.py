"""A participant whose statement was brought together with one that stands behind a clause.

Made beside the demonstration, as the pages do it: she writes it, and a moderator finds that it says the same.
"""

import os
import sys
from dataclasses import dataclass

from tests.demonstration_site import DemonstrationSite
from tests.journeys.sessions import run_beside, session_of


@dataclass(frozen=True, slots=True)
class Hers:
    """Her session, and the reference of what she wrote."""

    session: str
    reference: str


def write_as_she_did(site: DemonstrationSite, language: str, body: str, *, into: str) -> Hers:
    """A new participant with a statement of her own, which gave way to the one of reference ``into``."""
    return Hers(*run_beside(site, "tests.journeys.her_statement", language, body, into))


def main(language: str, body: str, into: str) -> None:
    """Write it, and bring it together with the other one."""
    import django

    django.setup()
    from uuid import uuid4

    from django.db import transaction

    from placet.demonstration.sign_in import role_email
    from placet.stages.consultations.ballots.actions import submit_statement
    from placet.stages.consultations.merging import merge_statement
    from placet.stages.consultations.models import Statement
    from placet.stages.mandates.participation import participant_for
    from placet.stages.people.actions import create_account
    from placet.stages.people.models import Account

    with transaction.atomic():
        other = Statement.objects.select_related("consultation__priority__reflection").get(reference=into)
        her = create_account(f"her-{language}-{uuid4().hex[:8]}@people.example", is_verified=True)
        participant = participant_for(her, other.consultation.priority.reflection)
        statement = submit_statement(
            other.consultation, participant, body=body, language=language, client_key=uuid4()
        )
        merge_statement(Account.objects.get(email=role_email("moderator")), statement, other)
        sys.stdout.write(f"{session_of(her)} {statement.reference}\n")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "placet.config.settings")
    main(*sys.argv[1:])
