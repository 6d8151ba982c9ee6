"""What other delegations and an earlier hour do, beside the demonstration in a process of their own."""

import os
import sys
from datetime import datetime, timedelta

from tests.demonstration_site import DemonstrationSite
from tests.journeys.sessions import run_beside


def others_join(site: DemonstrationSite, proposal: str) -> list[str]:
    """Let every member that has no position yet join a text on an agenda; the codes of those members."""
    return run_beside(site, "tests.journeys.other_members", "join", proposal)


def silence_since_yesterday(
    site: DemonstrationSite, proposal: str, *, seconds_left: int
) -> tuple[str, datetime]:
    """Put a proposal to the members in silence, as if done a day ago; its reference and its deadline."""
    reference, deadline = run_beside(
        site, "tests.journeys.other_members", "silence", proposal, str(seconds_left)
    )
    return reference, datetime.fromisoformat(deadline)


def join(reference: str) -> None:
    """One delegate of each member that has not spoken joins, and the members' codes are printed."""
    from placet.stages.decisions.models import Position
    from placet.stages.decisions.positions.actions import take_position
    from placet.stages.mandates.models import Role, RoleGrant
    from placet.stages.proposals.models import FrozenText

    text = FrozenText.objects.select_related("proposal__priority__reflection").get(
        proposal__reference=reference
    )
    spoken = set(Position.objects.filter(text=text).values_list("member_id", flat=True))
    grants = RoleGrant.objects.filter(
        reflection=text.proposal.priority.reflection, role=Role.DELEGATE, revoked_at=None
    ).select_related("account", "member")
    for grant in grants.order_by("member__code"):
        if grant.member and grant.member_id not in spoken:
            spoken.add(grant.member_id)
            take_position(grant.account, text, Position.Kind.JOINS)
            sys.stdout.write(f"{grant.member.code}\n")


def silence(reference: str, seconds_left: str) -> None:
    """Open it a day ago, and print its reference and its deadline, a whole second."""
    from django.utils import timezone

    from placet.demonstration.sign_in import role_email
    from placet.stages.decisions.silence.actions import NewSilence, open_silence
    from placet.stages.people.models import Account
    from placet.stages.proposals.models import Proposal

    now = timezone.now().replace(microsecond=0)
    deadline_at = now + timedelta(seconds=int(seconds_left))
    proposal = Proposal.objects.select_related("priority__reflection").get(reference=reference)
    procedure = open_silence(
        Account.objects.get(email=role_email("secretariat")),
        proposal,
        NewSilence(deadline_at, proposal.priority.reflection.time_zone, remind_hours_before=()),
        now=now - timedelta(days=1),
    )
    sys.stdout.write(f"{procedure.reference} {deadline_at.isoformat()}\n")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "placet.config.settings")
    import django

    django.setup()
    {"join": join, "silence": silence}[sys.argv[1]](*sys.argv[2:])
