"""News to those who wish it: one message about all of their ideas that moved, once a day or week at most.

Everything in it is public: what somebody reads of his or her ideas here, everybody may read of them. Whose
they are is looked up in ``ParticipantLink`` alone, for the message to that very account.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.urls import reverse
from django.utils.translation import override

from placet.portal.lineage.inputs import Input, is_shown
from placet.portal.lineage.moves import Move, moves_of
from placet.portal.lineage.own import own_inputs
from placet.portal.lineage.sight import Sight
from placet.portal.lineage.upwards import became_of
from placet.stages.mandates.models import Participant, ParticipantLink, Reflection
from placet.stages.mandates.permissions import may_see
from placet.stages.people.actions import queue_message
from placet.stages.people.idea_news import accounts_due_for_news, stop_token
from placet.stages.people.models import Account

MOST_PER_TICK: Final = 50  # the clock has other things to do; who is left comes at its next tick
IDEAS_PER_MESSAGE: Final = 40


@dataclass(frozen=True, slots=True)
class MovedIdea:
    """An idea of the reader, and what happened to it."""

    reference: str
    text: str
    url: str
    moves: list[Move]


def queue_news(now: datetime) -> int:
    """Write to the accounts whose period is over and whose ideas moved; returns how many messages are new.

    Repeatable, and safe to be called twice at once: an account is locked while it is looked at, and the key
    of a message names the account and the moment from which the news counts.
    """
    due = accounts_due_for_news(now).values_list("pk", flat=True)[:MOST_PER_TICK]
    return sum(_tell(pk, now) for pk in list(due))


def moved_ideas(account: Account, since: datetime, until: datetime) -> list[MovedIdea]:
    """The ideas of an account that moved after one moment and by another, in the account's language."""
    links = ParticipantLink.objects.filter(account=account).select_related("participant", "reflection")
    by_reflection: dict[UUID, list[Participant]] = defaultdict(list)
    reflections: dict[UUID, Reflection] = {}
    for link in links:
        by_reflection[link.reflection_id].append(link.participant)
        reflections[link.reflection_id] = link.reflection
    found = []
    with override(account.language):
        for pk, participants in by_reflection.items():
            found += _moved(reflections[pk], participants, account.language, since, until)
    return found


@transaction.atomic
def _tell(account_id: UUID, now: datetime) -> bool:
    account = accounts_due_for_news(now).select_for_update().filter(pk=account_id).first()
    if account is None or account.idea_news_sent_at is None:
        return False
    since = account.idea_news_sent_at
    ideas = moved_ideas(account, since, now)
    account.idea_news_sent_at = now
    account.save(update_fields=["idea_news_sent_at"])
    if not ideas:
        return False
    with override(account.language):
        stop = reverse("portal:stop-news", args=[stop_token(account)])
    return queue_message(
        f"portal.news:{account.pk}:{since.isoformat()}",
        account,
        "portal/lineage/mail/news",
        {
            "ideas": ideas[:IDEAS_PER_MESSAGE],
            "n_ideas": len(ideas),
            "n_left_out": max(0, len(ideas) - IDEAS_PER_MESSAGE),
            "stop_url": f"{settings.PUBLIC_URL}{stop}",
        },
    )


def _moved(
    reflection: Reflection, participants: list[Participant], language: str, since: datetime, until: datetime
) -> list[MovedIdea]:
    if not may_see(AnonymousUser(), reflection):
        return []
    sight = Sight(AnonymousUser(), reflection)
    inputs: list[Input] = [each for each in own_inputs(*participants) if is_shown(each)]
    if not inputs:
        return []
    found = []
    for became in became_of(sight, inputs, language, is_readable=lambda _item: True):
        moves = [move for move in moves_of(became) if since < move.at <= until]
        if moves:
            path = reverse("portal:became", args=[became.input.reference])
            text = became.input.wording.body if became.input.wording else ""
            found.append(MovedIdea(became.input.reference, text, f"{settings.PUBLIC_URL}{path}", moves))
    return found
