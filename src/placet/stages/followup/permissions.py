"""Who may see, set up and report on which commitments. Actions and queries ask here first.

The secretariat sets commitments up. Once they are published everybody reads them, and the delegates of the
member that leads, or of one that contributes, report for that member.
"""

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from placet.stages.decisions.models import Decision
from placet.stages.followup.models import Commitment, CommitmentMember
from placet.stages.mandates.models import Member, Reflection, Role
from placet.stages.mandates.permissions import Actor, may_see, require_role, roles_of
from placet.stages.people.models import Account
from placet.stages.proposals.permissions import member_spoken_for

# From a commitment to its reflection, in one query.
REFLECTION = "decision__text__proposal__priority__reflection"


def reflection_of(item: Commitment | Decision) -> Reflection:
    """The reflection in which it was decided."""
    decision = item.decision if isinstance(item, Commitment) else item
    return decision.text.proposal.priority.reflection


def is_secretariat(actor: Actor, reflection: Reflection) -> bool:
    """Whether an account runs the reflection."""
    return Role.SECRETARIAT in roles_of(actor, reflection)


def require_secretariat(actor: Actor, item: Commitment | Decision) -> Account:
    """The account, where it runs the reflection in which this was decided; else PermissionDenied."""
    return require_role(actor, reflection_of(item), Role.SECRETARIAT)


def visible_commitments(actor: Actor, reflection: Reflection) -> QuerySet[Commitment]:
    """The commitments of a reflection that somebody may see: those published; for the secretariat, all."""
    if not may_see(actor, reflection):
        return Commitment.objects.none()
    found = Commitment.objects.filter(**{REFLECTION: reflection})
    if not is_secretariat(actor, reflection):
        found = found.filter(published_at__isnull=False)
    return found.select_related(REFLECTION)


def published_commitments(reflection: Reflection) -> QuerySet[Commitment]:
    """The commitments of a reflection that everybody reads."""
    found = Commitment.objects.filter(**{REFLECTION: reflection}, published_at__isnull=False)
    return found.select_related(REFLECTION)


def find_commitment(actor: Actor, reference: str) -> Commitment:
    """The commitment of that reference, where the actor may see it.

    Raises
    ------
    Http404
        Where it does not exist or may not be seen: the two look the same from outside.
    """
    found = Commitment.objects.filter(reference=reference).select_related(REFLECTION).first()
    if found is None or not visible_commitments(actor, reflection_of(found)).filter(pk=found.pk).exists():
        raise Http404
    return found


def reporting_member(actor: Actor, commitment: Commitment) -> Member | None:
    """The member for which an account may report on that commitment: one that leads it or contributes."""
    member = member_spoken_for(actor, reflection_of(commitment))
    if member is None or member.pk == commitment.lead_member_id:
        return member
    contributing = CommitmentMember.objects.filter(commitment=commitment, member=member)
    return member if contributing.exists() else None


def may_report(actor: Actor, commitment: Commitment) -> bool:
    """Whether an account reports on that commitment."""
    if is_secretariat(actor, reflection_of(commitment)):
        return True
    return commitment.published_at is not None and reporting_member(actor, commitment) is not None


def require_reporter(actor: Actor, commitment: Commitment) -> tuple[Account, Member | None]:
    """The account that may report, and the member for which it does: none for the secretariat.

    Raises
    ------
    PermissionDenied
        To all but the secretariat and the delegates of the members that carry the commitment.
    """
    if isinstance(actor, Account) and is_secretariat(actor, reflection_of(commitment)):
        return actor, None
    if isinstance(actor, Account) and may_report(actor, commitment):
        return actor, reporting_member(actor, commitment)
    raise PermissionDenied(
        _("This is reserved for the secretariat and for the delegates of members that carry the commitment.")
    )
