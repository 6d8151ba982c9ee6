"""Who decides, who sees where members stand, and by which rules. Actions and queries ask here first.

Meetings, silence procedures and decisions of a published reflection are public. Where members stand before
a text is adopted is for the delegates of the reflection and its secretariat.
"""

from django.db.models import QuerySet
from django.http import Http404

from placet.stages.decisions.models import (
    AgendaItem,
    Decision,
    DecisionRules,
    Meeting,
    Position,
    SilenceProcedure,
)
from placet.stages.mandates.models import Member, Reflection, Role, RoleGrant
from placet.stages.mandates.permissions import Actor, may_see, require_role, roles_of
from placet.stages.people.models import Account
from placet.stages.proposals.permissions import require_delegate

ENTITLED = frozenset({Role.SECRETARIAT, Role.DELEGATE})


def rules_of(reflection: Reflection) -> DecisionRules:
    """The rules that a reflection decides by; the defaults, not saved, where it has set none."""
    return DecisionRules.objects.filter(reflection=reflection).first() or DecisionRules(reflection=reflection)


def may_see_meeting(actor: Actor, meeting: Meeting) -> bool:
    """Whether somebody may know of a meeting: everybody who may see its reflection."""
    return may_see(actor, meeting.reflection)


def may_see_positions(actor: Actor, reflection: Reflection) -> bool:
    """Whether somebody sees where members stand before a text is adopted."""
    return bool(roles_of(actor, reflection) & ENTITLED)


def require_secretariat(actor: Actor, reflection: Reflection) -> Account:
    """The account, where it runs the reflection; PermissionDenied otherwise."""
    return require_role(actor, reflection, Role.SECRETARIAT)


def delegations(reflection: Reflection) -> QuerySet[RoleGrant]:
    """Who is accredited in a reflection today, with account and member."""
    held = RoleGrant.objects.filter(
        reflection=reflection, role=Role.DELEGATE, revoked_at=None, account__is_active=True
    )
    return held.select_related("account", "member").order_by("member__code", "account__email")


def members_without_delegate(reflection: Reflection) -> list[str]:
    """The codes of members for whom nobody is accredited."""
    spoken_for = delegations(reflection).order_by().values("member_id")
    silent = Member.objects.filter(reflection=reflection).exclude(pk__in=spoken_for)
    return list(silent.order_by("code").values_list("code", flat=True))


def find_meeting(actor: Actor, reference: str) -> Meeting:
    """The meeting of that reference; Http404 where there is none or the actor may not see it."""
    meeting = Meeting.objects.filter(reference=reference).select_related("reflection").first()
    if meeting is None or not may_see_meeting(actor, meeting):
        raise Http404
    return meeting


def find_item(actor: Actor, meeting: Meeting, pk: int) -> AgendaItem:
    """An item of a meeting's agenda; Http404 where it is another's or none."""
    items = AgendaItem.objects.filter(meeting=meeting, taken_off_at=None)
    item = items.select_related("meeting__reflection", "text__proposal").filter(pk=pk).first()
    if item is None:
        raise Http404
    return item


def is_to_be_decided(item: AgendaItem) -> bool:
    """Whether members can still take a position on an item, read with its meeting."""
    is_decided = Decision.objects.filter(text=item.text_id).exists()
    return item.meeting.state != Meeting.State.CLOSED and not is_decided


def find_silence(actor: Actor, reference: str) -> SilenceProcedure:
    """The procedure of that reference; Http404 where there is none or the actor may not see it."""
    found = SilenceProcedure.objects.filter(reference=reference)
    procedure = found.select_related("reflection", "text__proposal").first()
    if procedure is None or not may_see(actor, procedure.reflection):
        raise Http404
    return procedure


def find_decision(actor: Actor, reference: str) -> Decision:
    """The decision of that reference; Http404 where there is none or the actor may not see it."""
    found = Decision.objects.filter(reference=reference)
    decision = found.select_related("text__proposal__priority__reflection", "meeting", "silence").first()
    if decision is None or not may_see(actor, decision.text.proposal.priority.reflection):
        raise Http404
    return decision


def find_own_position(actor: Actor, reflection: Reflection, pk: int) -> Position:
    """An entry of the member that the actor speaks for.

    Raises
    ------
    PermissionDenied
        To all but delegates.
    Http404
        Where it is another member's or none.
    """
    _account, member = require_delegate(actor, reflection)
    position = Position.objects.filter(pk=pk, member=member).select_related("member", "text").first()
    if position is None:
        raise Http404
    return position
