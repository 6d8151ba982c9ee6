"""Under which pseudonym a request takes part: from the session or the account, never from the client."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from placet.stages.consultations.arrivals import NEW_PARTICIPANTS, source_of, take
from placet.stages.consultations.ballots.path.tokens import handle_of
from placet.stages.consultations.joining import count_arrival
from placet.stages.consultations.models import Consultation, JoinCode, Participation
from placet.stages.mandates.models import Participant, Reflection
from placet.stages.mandates.participation import anonymous_participant, participant_for
from placet.stages.mandates.queries import anonymous_participant_of, participant_of
from placet.stages.people.models import Account

SESSION_KEY = "participants"
CODES_KEY = "join codes"


def current_participant(request: HttpRequest, reflection: Reflection) -> Participant | None:
    """The participant behind a request, or None for somebody who has not taken part yet. Writes nothing."""
    if isinstance(request.user, Account) and (linked := participant_of(request.user, reflection)):
        return linked
    return anonymous_participant_of(_named_in_session(request, reflection), reflection)


def prepare_identity(request: HttpRequest, reflection: Reflection) -> None:
    """Choose the pseudonym of a browser before its first vote, so that a vote sent twice is one person's.

    Nothing but the session is written: looking at a page makes nobody a participant.
    """
    if not isinstance(request.user, Account) and _named_in_session(request, reflection) is None:
        _name_in_session(request, reflection, uuid4())


def remember_join_code(request: HttpRequest, code: JoinCode) -> None:
    """Let this browser in by a code; whether it is still valid is asked when it matters."""
    request.session[CODES_KEY] = request.session.get(CODES_KEY, {}) | {str(code.consultation_id): code.pk}


def ensure_participant(
    request: HttpRequest, consultation: Consultation, *, now: datetime | None = None
) -> Participant:
    """The participant behind a request, made where there is none yet: only ever called by a POST.

    Somebody who voted first and signed in afterwards keeps the votes; the session then forgets the
    pseudonym, so that nothing but ``ParticipantLink`` ties it to the account.

    Raises
    ------
    CrowdError
        Where too many people without an account have begun from the same address, and no join code lifts
        that; then nobody is made.
    """
    reflection = consultation.priority.reflection
    named = _named_in_session(request, reflection)
    if isinstance(request.user, Account):
        anonymous = anonymous_participant_of(named, reflection)
        participant = participant_for(request.user, reflection, anonymous=anonymous)
        if named is not None:
            others = {k: v for k, v in request.session[SESSION_KEY].items() if k != str(reflection.id)}
            request.session[SESSION_KEY] = others
        return participant
    with transaction.atomic():  # made and counted together, so that two requests of one browser count once
        participant, is_new = anonymous_participant(reflection, named)
        if is_new:
            _count(request, consultation, now or timezone.now())
    _name_in_session(request, reflection, participant.id)  # and the session lives on from this vote
    return participant


def voter_marks(
    request: HttpRequest, consultation: Consultation, participant: Participant | None
) -> list[str]:
    """Names under which this browser may keep votes of whoever makes the request; the first is to be used.

    A page that is not connected can ask for no token, and so knows no participation yet: it keeps votes under
    what is known before. All names given out together are one person's, and nobody else ever gets one of
    them. They open nothing and say nothing. Writes nothing.
    """
    marks = []
    if participant is not None:
        part = Participation.objects.filter(consultation=consultation, participant=participant).first()
        if part is not None:
            marks.append(handle_of(part))
    if isinstance(request.user, Account):
        marks.append(_mark("account", consultation, request.user.pk))
    pseudonym = (
        participant.pk if participant else _named_in_session(request, consultation.priority.reflection)
    )
    if pseudonym is not None:
        marks.append(_mark("participant", consultation, pseudonym))
    return marks


def _count(request: HttpRequest, consultation: Consultation, now: datetime) -> None:
    code_id = request.session.get(CODES_KEY, {}).get(str(consultation.pk))
    if code_id is None or not count_arrival(consultation, code_id, now):
        take(NEW_PARTICIPANTS, source_of(request), now)


def _mark(kind: str, consultation: Consultation, identifier: object) -> str:
    value = f"{consultation.pk}:{identifier}"
    return salted_hmac(f"placet.ballots.mark.{kind}", value, algorithm="sha256").hexdigest()[:24]


def _name_in_session(request: HttpRequest, reflection: Reflection, participant_id: UUID) -> None:
    named = dict(request.session.get(SESSION_KEY, {}))
    request.session[SESSION_KEY] = named | {str(reflection.id): str(participant_id)}


def _named_in_session(request: HttpRequest, reflection: Reflection) -> UUID | None:
    named = request.session.get(SESSION_KEY, {}).get(str(reflection.id))
    return UUID(named) if named else None
