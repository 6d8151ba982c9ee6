"""Drafting a communiqué from adopted texts, changing the draft, and publishing it once and for all."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from placet.stages.decisions.communiques.composing import compose
from placet.stages.decisions.communiques.document import MAX_BYTES, as_canonical_json
from placet.stages.decisions.models import Communique, CommuniqueText, Decision
from placet.stages.mandates.actions import Bodies
from placet.stages.mandates.models import Reflection, Role
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.mandates.references import COMMUNIQUE, take_references
from placet.stages.people.models import Account
from placet.stages.proposals.freezing import digest_of
from placet.stages.record.actions import record
from placet.stages.texts.actions import create_text, revise_text
from placet.stages.texts.languages import CONTENT_LANGUAGES
from placet.stages.texts.models import Text
from placet.stages.texts.queries import all_wordings_of


@transaction.atomic
def draft_communique(
    actor: Actor,
    reflection: Reflection,
    *,
    title: Bodies,
    preamble: Bodies | None = None,
    issued_date: date,
    decisions: Sequence[Decision],
    is_simulated: bool = False,
) -> Communique:
    """Put adopted texts in an order under a title. Nobody but the secretariat sees the draft.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where no decision is named, one is named twice or is another reflection's, the title is empty, or the
        date lies before a decision.
    """
    account = require_role(actor, reflection, Role.SECRETARIAT)
    _check(reflection, decisions, issued_date)
    communique = Communique.objects.create(
        reflection=reflection,
        reference=next(take_references(reflection, COMMUNIQUE)),
        title=_text(reflection, account, title),
        preamble=_text(reflection, account, preamble) if preamble else None,
        issued_date=issued_date,
        is_simulated=is_simulated,
        created_by=account,
    )
    _put_in_order(communique, decisions)
    _record("draft_communique", communique, account.id, decisions=[each.reference for each in decisions])
    return communique


@transaction.atomic
def change_communique(
    actor: Actor,
    communique: Communique,
    *,
    title: Bodies,
    preamble: Bodies | None = None,
    issued_date: date,
    decisions: Sequence[Decision],
) -> None:
    """Change a draft: its title, its preamble, its date, its texts and their order.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where it is published, and as with :func:`draft_communique`.
    """
    account = require_role(actor, communique.reflection, Role.SECRETARIAT)
    current = _locked(communique)
    if current.published_at is not None:
        raise ValidationError(
            _("%(reference)s is published and can no longer be changed. Draft another communiqué.")
            % {"reference": current.reference}
        )
    _check(current.reflection, decisions, issued_date)
    revise_text(current.title, title, author_id=account.id, vouches_for_all=True)
    opening: Text | None = current.preamble
    if preamble and opening is not None:
        revise_text(opening, preamble, author_id=account.id, vouches_for_all=True)
    else:
        opening = _text(current.reflection, account, preamble) if preamble else None
    Communique.objects.filter(pk=current.pk).update(issued_date=issued_date, preamble=opening)
    current.texts.all().delete()
    _put_in_order(current, decisions)
    _record("change_communique", current, account.id, decisions=[each.reference for each in decisions])
    communique.refresh_from_db()


@transaction.atomic
def publish_communique(actor: Actor, communique: Communique, *, now: datetime | None = None) -> None:
    """Freeze a communiqué as one document with its digest, and show it to everybody.

    Asked twice, it does nothing the second time.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where title or preamble lack a language of the reflection, a clause cites a finding that is a draft,
        a frozen text does not match its digest, or the document is larger than readers can open.
    """
    account = require_role(actor, communique.reflection, Role.SECRETARIAT)
    current = _locked(communique)
    if current.published_at is None:
        moment = now or timezone.now()
        decisions = ordered_decisions(current)
        _check(current.reflection, decisions, current.issued_date)
        _require_languages(current)
        document = as_canonical_json(compose(current, decisions, moment))
        if len(document.encode()) > MAX_BYTES:
            raise ValidationError(
                _("The communiqué is too long to be typeset. Put its texts into two of them.")
            )
        current.document = document
        current.digest = digest_of(document)
        current.published_at = moment
        current.save(update_fields=["document", "digest", "published_at"])
        _record("publish_communique", current, account.id, digest=current.digest)
    communique.refresh_from_db()


def ordered_decisions(communique: Communique) -> list[Decision]:
    """The decisions of a communiqué in its order, with what its document is composed from; one query."""
    rows = CommuniqueText.objects.filter(communique=communique).select_related(
        "decision__text__proposal__priority", "decision__meeting", "decision__silence"
    )
    return [row.decision for row in rows]


def _check(reflection: Reflection, decisions: Sequence[Decision], issued_date: date) -> None:
    if not decisions:
        raise ValidationError({"decisions": _("A communiqué has at least one adopted text: choose one.")})
    if len({decision.pk for decision in decisions}) != len(decisions):
        raise ValidationError({"decisions": _("Each text stands in a communiqué once.")})
    home = ZoneInfo(reflection.time_zone)
    for decision in decisions:
        if decision.text.proposal.priority.reflection_id != reflection.pk:
            raise ValidationError({"decisions": _("Choose among the decisions of this reflection.")})
        adopted = decision.adopted_at.astimezone(home).date()
        if adopted > issued_date:
            raise ValidationError(
                {
                    "issued_date": _(
                        "%(reference)s was adopted on %(date)s: the communiqué is of no earlier day."
                    )
                    % {"reference": decision.reference, "date": date_format(adopted)}
                }
            )


def _require_languages(communique: Communique) -> None:
    """Title and preamble in every language of the reflection, or a sentence for each that is missing."""
    found = all_wordings_of([communique.title_id, communique.preamble_id])
    places: list[tuple[str, UUID | None]] = [
        (_("The title"), communique.title_id),
        (_("The preamble"), communique.preamble_id),
    ]
    missing = [
        _("%(place)s is missing in this language: %(language)s.")
        % {"place": place, "language": CONTENT_LANGUAGES[language]}
        for place, text_id in places
        if text_id
        for language in communique.reflection.languages
        if language not in {wording.language for wording in found[text_id]}
    ]
    if missing:
        raise ValidationError(missing)


def _put_in_order(communique: Communique, decisions: Sequence[Decision]) -> None:
    CommuniqueText.objects.bulk_create(
        [
            CommuniqueText(communique=communique, decision=decision, position=position)
            for position, decision in enumerate(decisions, start=1)
        ]
    )


def _locked(communique: Communique) -> Communique:
    rows = Communique.objects.select_for_update(of=("self",)).select_related("reflection", "title")
    return rows.get(pk=communique.pk)


def _text(reflection: Reflection, account: Account, bodies: Bodies) -> Text:
    return create_text(bodies, original=reflection.languages[0], author_id=account.id)


def _record(verb: str, communique: Communique, account_id: UUID, **detail: str | list[str]) -> None:
    record(
        f"decisions.{verb}",
        target=communique.reference,
        actor_id=account_id,
        scope_id=communique.reflection_id,
        **detail,
    )
