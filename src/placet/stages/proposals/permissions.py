"""Who may see, draft and speak on which proposals. Actions and queries ask here; templates never decide.

A draft is seen by the secretariat alone. What was published once stays to be seen, also withdrawn.
"""

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from placet.stages.mandates import permissions as mandates
from placet.stages.mandates.models import Member, Reflection, Role, RoleGrant
from placet.stages.mandates.permissions import Actor, require_role, roles_of
from placet.stages.people.models import Account
from placet.stages.proposals.models import Proposal

SEEN_BY_EVERYBODY = Q(published_at__isnull=False)


def is_drafter(actor: Actor, reflection: Reflection) -> bool:
    """Whether an account drafts the proposals of a reflection: its secretariat does."""
    return Role.SECRETARIAT in roles_of(actor, reflection)


def require_drafter(actor: Actor, reflection: Reflection) -> Account:
    """The account, where it is of the secretariat of the reflection.

    Raises
    ------
    PermissionDenied
        Otherwise.
    """
    return require_role(actor, reflection, Role.SECRETARIAT)


def visible_proposals(actor: Actor, reflection: Reflection) -> QuerySet[Proposal]:
    """The proposals of a reflection that somebody may see, by priority and place."""
    every = Proposal.objects.filter(priority__reflection=reflection)
    if not mandates.may_see(actor, reflection):
        return every.none()
    seen = every if is_drafter(actor, reflection) else every.filter(SEEN_BY_EVERYBODY)
    return seen.select_related("priority__reflection").order_by("priority__number", "position", "reference")


def may_see_proposal(actor: Actor, proposal: Proposal) -> bool:
    """Whether somebody may see a proposal."""
    reflection = proposal.priority.reflection
    if not mandates.may_see(actor, reflection):
        return False
    return proposal.published_at is not None or is_drafter(actor, reflection)


def member_spoken_for(actor: Actor, reflection: Reflection) -> Member | None:
    """The member that an account speaks for as its delegate; None where it speaks for none."""
    if not isinstance(actor, Account) or not actor.is_active:
        return None
    held = RoleGrant.objects.filter(
        reflection=reflection, account=actor, role=Role.DELEGATE, revoked_at=None
    ).select_related("member")
    grant = held.first()
    return grant.member if grant else None


def require_delegate(actor: Actor, reflection: Reflection) -> tuple[Account, Member]:
    """The account and the member that it speaks for.

    Raises
    ------
    PermissionDenied
        To all but accredited delegates.
    """
    member = member_spoken_for(actor, reflection)
    if not isinstance(actor, Account) or member is None:
        raise PermissionDenied(_("This is reserved for the delegates of the members."))
    return actor, member
