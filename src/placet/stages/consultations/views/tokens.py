"""Giving out tokens for the ballot path, once it is settled who may vote."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from placet.stages.consultations import queries
from placet.stages.consultations.arrivals import CrowdError
from placet.stages.consultations.ballots.actions import take_part
from placet.stages.consultations.ballots.casting import REFUSALS, Refusal
from placet.stages.consultations.ballots.path.tokens import expiry, handle_of, issue_token
from placet.stages.consultations.identity import current_participant, ensure_participant
from placet.stages.consultations.views.crowds import crowd_words
from placet.stages.people.models import Account


@require_POST
def token(request: HttpRequest, reference: str) -> JsonResponse:
    """A token for this browser, which becomes a participant by it where it is none yet.

    After the closing only for who took part before: 409 for everybody else.
    """
    found = queries.find_consultation(reference, request.user)
    now = timezone.now()
    is_signed_in = isinstance(request.user, Account)
    participant = current_participant(request, found.priority.reflection)
    if not queries.is_eligible(found, participant, is_signed_in=is_signed_in):
        return _refused(Refusal.NOT_ELIGIBLE, 403)
    try:
        # Who took part keeps the way to the ballot path after the closing: it alone knows which of the votes
        # that a browser has kept were recorded in time.
        if participant is None or not queries.has_taken_part(found, participant):
            queries.require_open(found, now)
        participation = take_part(found, ensure_participant(request, found))
    except CrowdError as crowd:
        return JsonResponse(
            {"code": "crowd", "detail": crowd_words(crowd)},
            status=429,
            headers={"Retry-After": str(crowd.seconds)},
        )
    except ValidationError:
        return _refused(Refusal.CLOSED, 409)
    except PermissionDenied:
        return _refused(Refusal.NOT_ELIGIBLE, 403)
    if request.session.session_key is None:
        request.session.save()
    return JsonResponse(
        {
            "token": issue_token(participation, reference, str(request.session.session_key), now=now),
            "expires_at": expiry(now),
            "participation": handle_of(participation),
        }
    )


def _refused(refusal: Refusal, status: int) -> JsonResponse:
    return JsonResponse({"code": refusal.value, "detail": str(REFUSALS[refusal])}, status=status)
