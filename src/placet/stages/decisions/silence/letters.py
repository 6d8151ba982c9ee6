"""What delegations are told of a silence procedure: one message an account and event, in its language."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from placet.stages.decisions.models import SilenceEvent, SilenceProcedure
from placet.stages.decisions.permissions import delegations
from placet.stages.decisions.silence.times import in_utc, in_zone
from placet.stages.people.actions import queue_message
from placet.stages.proposals.freezing import FrozenDocument, frozen_document
from placet.stages.texts.queries import wordings

Kind = SilenceEvent.Kind
_STILL_OPEN = frozenset({Kind.OPENED, Kind.REMINDED, Kind.EXTENDED, Kind.OUTAGE, Kind.RESUMED})


def tell(procedure: SilenceProcedure, event: SilenceEvent) -> int:
    """Put the messages of an event in the outbox; of an objection that came too late, for that member alone.

    Returns
    -------
    int
        How many are told.
    """
    grants = delegations(procedure.reflection)
    if event.kind == Kind.TOO_LATE:
        grants = grants.filter(member=event.member)
    told = list(grants)
    document = frozen_document(procedure.text)
    contexts = {
        language: _context(procedure, event, document, language)
        for language in {grant.account.language for grant in told}
    }
    for grant in told:
        queue_message(
            f"decisions.silence:{event.pk}:{grant.account_id}",
            grant.account,
            "decisions/mail/silence",
            contexts[grant.account.language],
            expires_at=procedure.deadline_at if event.kind == Kind.REMINDED else None,
        )
    return len(told)


def _context(
    procedure: SilenceProcedure, event: SilenceEvent, document: FrozenDocument, language: str
) -> dict[str, object]:
    member = ""
    if event.member is not None:
        member = wordings([event.member.name_id], language)[event.member.name_id].body
    with override(language):
        title = document.title.get(language) or next(iter(document.title.values()))
        return {
            "headline": _headline(Kind(event.kind), title),
            "sentence": _sentence(event, member),
            "is_open": event.kind in _STILL_OPEN,
            "title": title,
            "reference": document.reference,
            "digest": procedure.text.digest,
            "deadline": in_zone(procedure.deadline_at, procedure.time_zone),
            "deadline_utc": in_utc(procedure.deadline_at),
            "url": f"{settings.PUBLIC_URL}{reverse('decisions:silence', args=[procedure.reference])}",
        }


def _headline(kind: SilenceEvent.Kind, title: str) -> str:
    headlines: dict[SilenceEvent.Kind, str] = {
        Kind.OPENED: _("Silence procedure: %(title)s"),
        Kind.REMINDED: _("Reminder, silence procedure: %(title)s"),
        Kind.EXTENDED: _("New deadline: %(title)s"),
        Kind.OUTAGE: _("New deadline: %(title)s"),
        Kind.SUSPENDED: _("Suspended: %(title)s"),
        Kind.RESUMED: _("New deadline: %(title)s"),
        Kind.BROKEN: _("Silence broken: %(title)s"),
        Kind.TOO_LATE: _("Too late: %(title)s"),
        Kind.ADOPTED: _("Adopted by silence: %(title)s"),
        Kind.CANCELLED: _("Cancelled: %(title)s"),
    }
    return headlines[kind] % {"title": title}


def _sentence(event: SilenceEvent, member: str) -> str:
    sentences: dict[SilenceEvent.Kind, Callable[[], str]] = {
        Kind.OPENED: lambda: _(
            "A text is put to the members in a silence procedure: it is adopted at the deadline unless a "
            "member objects before."
        ),
        Kind.REMINDED: lambda: _("The deadline comes near. Whoever stays silent agrees."),
        Kind.EXTENDED: lambda: _("The secretariat has extended the silence procedure."),
        Kind.OUTAGE: lambda: _(
            "The platform could not be reached for a while: the silence procedure is extended by that time."
        ),
        Kind.SUSPENDED: lambda: _(
            "The secretariat has suspended the silence procedure: no time runs until it is resumed."
        ),
        Kind.RESUMED: lambda: _("The silence procedure is resumed, with the time that was left."),
        Kind.BROKEN: lambda: (
            _("This member has broken the silence: %(member)s. The text is not adopted.") % {"member": member}
        ),
        Kind.TOO_LATE: lambda: _too_late(event.received_at),
        Kind.ADOPTED: lambda: _("No member objected before the deadline: the text is adopted."),
        Kind.CANCELLED: lambda: _("The silence procedure is cancelled: the text is not adopted by it."),
    }
    return sentences[Kind(event.kind)]()


def _too_late(received_at: datetime | None) -> str:
    if received_at is not None:
        return _("The written objection of your member was recorded after the text had been adopted.")
    return _("The objection of your member came after the deadline: the text had been adopted by then.")
