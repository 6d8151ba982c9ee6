"""Who may see which contribution. Actions and queries ask here first; templates never decide."""

from uuid import UUID

from django.db.models import Q
from django.http import Http404

from placet.stages.contributions.models import Contribution
from placet.stages.mandates import permissions as mandates
from placet.stages.mandates.models import Participant, Reflection, Role
from placet.stages.mandates.permissions import Actor, roles_of
from placet.stages.mandates.queries import participant_of
from placet.stages.people.models import Account

MODERATING_ROLES = (Role.SECRETARIAT, Role.MODERATOR)

# What everybody sees who sees the reflection. Withdrawn before it was ever published, it stays unseen.
SEEN_BY_EVERYBODY = Q(state=Contribution.State.PUBLISHED) | Q(
    state=Contribution.State.WITHDRAWN, published_at__isnull=False
)


def may_see(actor: Actor, contribution: Contribution) -> bool:
    """Published ones are seen by everybody, drafts by their author alone, the rest by moderators too."""
    reflection = contribution.reflection
    if not mandates.may_see(actor, reflection):
        return False
    if is_seen_by_everybody(contribution) or is_author(actor, contribution):
        return True
    return contribution.state != Contribution.State.DRAFT and bool(
        roles_of(actor, reflection) & set(MODERATING_ROLES)
    )


def is_seen_by_everybody(contribution: Contribution) -> bool:
    """What ``SEEN_BY_EVERYBODY`` says, of one contribution."""
    return contribution.state == Contribution.State.PUBLISHED or (
        contribution.state == Contribution.State.WITHDRAWN and contribution.published_at is not None
    )


def is_author(actor: Actor, contribution: Contribution) -> bool:
    """Whether the account behind a request wrote it."""
    if not isinstance(actor, Account) or contribution.author_id is None:
        return False
    participant = own_participant(actor, contribution.reflection)
    return participant is not None and participant.pk == contribution.author_id


def find_contribution(reference: str, actor: Actor) -> Contribution:
    """The contribution of that reference, where the actor may see it.

    Raises
    ------
    Http404
        Where it does not exist or may not be seen: the two look the same from outside.
    """
    found = Contribution.objects.exclude(reference="").filter(reference=reference)
    return _seen(found.select_related("reflection").first(), actor)


def find_own_contribution(pk: UUID, actor: Actor) -> Contribution:
    """That contribution, for its author alone, whether it was submitted or not; Http404 for anybody else."""
    found = Contribution.objects.filter(pk=pk).select_related("reflection").first()
    if found is None or not is_author(actor, found):
        raise Http404
    return _seen(found, actor)


def own_participant(account: Account, reflection: Reflection) -> Participant | None:
    """The pseudonym under which an account writes, for the account's own requests; None before it began."""
    return participant_of(account, reflection) if account.is_active else None


def _seen(contribution: Contribution | None, actor: Actor) -> Contribution:
    if contribution is None or not may_see(actor, contribution):
        raise Http404
    return contribution
