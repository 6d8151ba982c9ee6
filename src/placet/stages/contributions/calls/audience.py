"""The audience's vote: one a participant, moved until it ends, and told to nobody before the result."""

from collections import Counter

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.sense import rank_by_audience
from placet.stages.contributions.calls.states import audience_votes_now, entries_of, find_entry
from placet.stages.contributions.models import AudienceVote, Call, Contribution
from placet.stages.mandates.participation import participant_for
from placet.stages.mandates.permissions import Actor
from placet.stages.mandates.queries import participant_of
from placet.stages.people.models import Account


@transaction.atomic
def cast_audience_vote(actor: Actor, call: Call, entry_reference: str) -> Contribution:
    """Vote for an entry, or move one's vote to it; two windows at once leave one vote.

    Like a ballot it hangs on the pseudonym and is its own record: no audit entry ties it to the account.

    Raises
    ------
    PermissionDenied
        To those without an account.
    ValidationError
        With the code ``closed`` where the audience does not vote now.
    Http404
        Where the entry is not one.
    """
    if not isinstance(actor, Account) or not actor.is_active:
        raise PermissionDenied(_("Sign in to vote."))
    now = timezone.now()
    if not audience_votes_now(call, now):
        raise ValidationError(_("The audience does not vote now."), code="closed")
    entry = find_entry(call, entry_reference)
    AudienceVote.objects.update_or_create(
        call=call,
        participant=participant_for(actor, call.reflection),
        defaults={"contribution": entry, "cast_at": now},
    )
    return entry


def own_audience_vote(actor: Actor, call: Call) -> str:
    """The reference of the entry that the actor votes for; empty without a vote. For its own pages only."""
    if not isinstance(actor, Account) or not call.has_audience_vote:
        return ""
    participant = participant_of(actor, call.reflection)
    votes = AudienceVote.objects.filter(call=call, participant=participant)
    return votes.values_list("contribution__reference", flat=True).first() or ""


def audience_figures(call: Call) -> dict[str, object]:
    """Votes by entry and the ranks they leave open; for the result, never while the vote goes on."""
    entries = list(entries_of(call))
    voted = Counter(AudienceVote.objects.filter(call=call).values_list("contribution_id", flat=True))
    ranking = rank_by_audience([voted[entry.pk] for entry in entries])
    rows = ranking.rows()
    for entry, row in zip(entries, rows, strict=True):
        row["reference"] = entry.reference
    return {"entries": rows, "n_votes": int(ranking.n_votes.sum()), "level": ranking.level}
