"""Under which pseudonym a request takes part: from the session or the account, never from the client."""

from uuid import UUID

from django.http import HttpRequest

from placet.stages.mandates.models import Participant, Reflection
from placet.stages.mandates.participation import anonymous_participant, participant_for
from placet.stages.mandates.queries import anonymous_participant_of, participant_of
from placet.stages.people.models import Account

SESSION_KEY = "participants"


def current_participant(request: HttpRequest, reflection: Reflection) -> Participant | None:
    """The participant behind a request, or None for somebody who has not taken part yet. Writes nothing."""
    if isinstance(request.user, Account) and (linked := participant_of(request.user, reflection)):
        return linked
    return anonymous_participant_of(_named_in_session(request, reflection), reflection)


def ensure_participant(request: HttpRequest, reflection: Reflection) -> Participant:
    """The participant behind a request, made where there is none yet: only ever called by a POST.

    Somebody who voted first and signed in afterwards keeps the votes.
    """
    if isinstance(request.user, Account):
        anonymous = anonymous_participant_of(_named_in_session(request, reflection), reflection)
        return participant_for(request.user, reflection, anonymous=anonymous)
    participant = anonymous_participant(reflection, _named_in_session(request, reflection))
    named = dict(request.session.get(SESSION_KEY, {}))
    if named.get(str(reflection.id)) != str(participant.id):
        request.session[SESSION_KEY] = named | {str(reflection.id): str(participant.id)}
    return participant


def _named_in_session(request: HttpRequest, reflection: Reflection) -> UUID | None:
    named = request.session.get(SESSION_KEY, {}).get(str(reflection.id))
    return UUID(named) if named else None
