"""Setting up consultations, and moderating the statements in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.consultations.models import (
    STATEMENT_MAX_LENGTH,
    TRANSLATION_MAX_LENGTH,
    Consultation,
    Statement,
)
from placet.stages.consultations.queries import MODERATING_ROLES
from placet.stages.mandates import references
from placet.stages.mandates.models import Priority, Reflection, Role
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.people.models import Account
from placet.stages.record.actions import record
from placet.stages.texts.actions import NewText, create_text, create_texts, revise_text
from placet.stages.texts.languages import CONTENT_LANGUAGES, UNDETERMINED
from placet.stages.texts.models import Text
from placet.stages.texts.queries import all_wordings

Bodies = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ConsultationFrame:
    """What is said of a consultation when it is set up or changed."""

    question: Bodies
    introduction: Bodies
    eligibility: str
    opens_at: datetime
    closes_at: datetime
    takes_statements: bool = True
    is_simulated: bool = False


@transaction.atomic
def create_consultation(actor: Actor, priority: Priority, frame: ConsultationFrame) -> Consultation:
    """Set up a consultation as a draft under a priority.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where it would close before it opens, or has no question in the working language.
    """
    reflection = priority.reflection
    account = require_role(actor, reflection, Role.SECRETARIAT)
    _check_frame(frame)
    original = reflection.languages[0]
    consultation = Consultation.objects.create(
        priority=priority,
        reference=next(references.take_references(reflection, references.CONSULTATION)),
        question=create_text(frame.question, original=original, author_id=account.id),
        introduction=create_text(frame.introduction, original=original, author_id=account.id),
        eligibility=frame.eligibility,
        opens_at=frame.opens_at,
        closes_at=frame.closes_at,
        takes_statements=frame.takes_statements,
        is_simulated=frame.is_simulated,
    )
    _record("create_consultation", consultation, account)
    return consultation


@transaction.atomic
def change_consultation(actor: Actor, consultation: Consultation, frame: ConsultationFrame) -> None:
    """Change what is said of a consultation. Once votes are in, the question and who may answer it stay."""
    account = require_role(actor, consultation.priority.reflection, Role.SECRETARIAT)
    _check_frame(frame)
    current = Consultation.objects.select_for_update().get(pk=consultation.pk)
    if current.state == Consultation.State.CLOSED:
        raise ValidationError(_("A closed consultation cannot be changed."))
    question_changed = revise_text(current.question, frame.question, author_id=account.id)
    if current.last_sequence and (question_changed or current.eligibility != frame.eligibility):
        raise ValidationError(_("People have voted: the question, and who may answer it, cannot change."))
    revise_text(current.introduction, frame.introduction, author_id=account.id)
    current.eligibility = frame.eligibility
    current.opens_at = frame.opens_at
    current.closes_at = frame.closes_at
    current.takes_statements = frame.takes_statements
    current.save(update_fields=["eligibility", "opens_at", "closes_at", "takes_statements"])
    consultation.refresh_from_db()
    _record("change_consultation", consultation, account)


@transaction.atomic
def open_consultation(actor: Actor, consultation: Consultation) -> None:
    """Show a draft to everybody; votes enter from its opening date. It needs a statement to vote on."""
    account = require_role(actor, consultation.priority.reflection, Role.SECRETARIAT)
    current = Consultation.objects.select_for_update().get(pk=consultation.pk)
    if current.state == Consultation.State.OPEN:
        return
    if current.state == Consultation.State.CLOSED:
        raise ValidationError(_("A closed consultation is not opened again: set up a new one."))
    if current.priority.reflection.state == Reflection.State.DRAFT:
        raise ValidationError(_("Publish the reflection first."))
    if not current.statements.filter(state=Statement.State.ACCEPTED).exists():
        raise ValidationError(_("Add at least one statement to vote on first."))
    _set_state(consultation, Consultation.State.OPEN)
    _record("open_consultation", consultation, account)


@transaction.atomic
def close_consultation(actor: Actor, consultation: Consultation) -> None:
    """Close for good, before the closing date if need be. Ballots already recorded stay."""
    account = require_role(actor, consultation.priority.reflection, Role.SECRETARIAT)
    current = Consultation.objects.select_for_update().get(pk=consultation.pk)
    if current.state == Consultation.State.CLOSED:
        return
    if current.state == Consultation.State.DRAFT:
        raise ValidationError(_("A draft cannot be closed: it was never open."))
    _set_state(consultation, Consultation.State.CLOSED)
    _record("close_consultation", consultation, account)


@dataclass(frozen=True, slots=True)
class SeedStatement:
    """A statement that the secretariat puts there."""

    bodies: Bodies
    original: str
    state: str = Statement.State.ACCEPTED
    is_seed: bool = True
    is_meta: bool = False
    is_simulated: bool = False
    moderation_reason: str = ""
    foreign_id: str = ""
    author_id: UUID | None = None
    submitted_at: datetime | None = None


@transaction.atomic
def add_statements(
    actor: Actor, consultation: Consultation, seeds: Sequence[SeedStatement]
) -> list[Statement]:
    """Add the secretariat's own statements, or those of an import; the order is kept.

    Raises
    ------
    ValidationError
        Where a statement is empty, too long, or its language unknown; then none is written.
    """
    account = require_role(actor, consultation.priority.reflection, Role.SECRETARIAT)
    current = Consultation.objects.select_for_update().get(pk=consultation.pk)
    if current.state == Consultation.State.CLOSED:
        raise ValidationError(_("A closed consultation cannot be changed."))
    for seed in seeds:
        if not seed.foreign_id:  # other tools allow longer ones; what was said is imported as it was said
            check_statement(seed.bodies, seed.original)
    now = timezone.now()
    texts = create_texts([NewText(seed.bodies, seed.original) for seed in seeds])
    taken = references.take_references(consultation.priority.reflection, references.STATEMENT, len(seeds))
    statements = Statement.objects.bulk_create(
        [
            Statement(
                consultation=consultation,
                reference=reference,
                text=text,
                state=seed.state,
                author_id=seed.author_id,
                is_seed=seed.is_seed,
                is_meta=seed.is_meta,
                is_simulated=seed.is_simulated,
                moderation_reason=seed.moderation_reason,
                foreign_id=seed.foreign_id,
                submitted_at=seed.submitted_at or now,
            )
            for seed, text, reference in zip(seeds, texts, taken, strict=True)
        ]
    )
    _record("add_statements", consultation, account, count=len(statements))
    return statements


@transaction.atomic
def moderate_statement(
    actor: Actor, statement: Statement, *, accept: bool, reason: str = "", seen_state: str = ""
) -> None:
    """Accept a statement or reject it with a reason that its author reads.

    Asked twice for the same, it does nothing the second time. A decision may be revised: the audit record
    keeps every one.

    Parameters
    ----------
    seen_state : str
        The state that the moderator saw. Where somebody else has decided otherwise since then, nothing is
        done; empty: whatever it was.

    Raises
    ------
    ValidationError
        Where a rejection has no reason, the author has withdrawn the statement, it was brought together with
        another one, or another moderator was first (code ``decided``).
    """
    account = require_role(actor, statement.consultation.priority.reflection, *MODERATING_ROLES)
    reason = reason.strip()
    if not accept and not reason:
        raise ValidationError({"reason": _("Give the reason: the author will read it.")})
    # A ballot comes before or after this decision, never in between: it is taken under the same lock.
    Consultation.objects.select_for_update().get(pk=statement.consultation_id)
    current = Statement.objects.select_for_update().get(pk=statement.pk)
    if current.state == Statement.State.WITHDRAWN:
        raise ValidationError(_("The author has withdrawn this statement."))
    if current.state == Statement.State.MERGED:
        raise ValidationError(_("It was brought together with another statement. Undo that first."))
    state = Statement.State.ACCEPTED if accept else Statement.State.REJECTED
    if (current.state, current.moderation_reason) == (state, reason):
        statement.refresh_from_db()
        return
    if seen_state and current.state != seen_state:
        raise ValidationError(_("Another moderator has decided meanwhile. Look again."), code="decided")
    current.state = state
    current.moderation_reason = reason
    current.moderated_by = account
    current.moderated_at = timezone.now()
    current.save(update_fields=["state", "moderation_reason", "moderated_by", "moderated_at"])
    statement.refresh_from_db()
    record(
        "consultations.accept_statement" if accept else "consultations.reject_statement",
        target=statement.reference,
        actor_id=account.id,
        scope_id=statement.consultation.priority.reflection_id,
        reason=reason,
    )


@transaction.atomic
def mark_meta(actor: Actor, statement: Statement, *, is_meta: bool) -> None:
    """Say that a statement is about the consultation itself: voted on, but kept out of the opinion space."""
    account = require_role(actor, statement.consultation.priority.reflection, *MODERATING_ROLES)
    if not Statement.objects.filter(pk=statement.pk, is_meta=not is_meta).update(is_meta=is_meta):
        return
    statement.refresh_from_db()
    record(
        "consultations.mark_meta",
        target=statement.reference,
        actor_id=account.id,
        scope_id=statement.consultation.priority.reflection_id,
        is_meta=is_meta,
    )


@transaction.atomic
def translate_statement(actor: Actor, statement: Statement, *, language: str, body: str) -> bool:
    """Put an accepted statement into another language, or correct what it says there.

    Returns
    -------
    bool
        Whether anything changed.

    Raises
    ------
    ValidationError
        Where the language is that of the original or unknown, or the body is empty or far too long.
    """
    reflection = statement.consultation.priority.reflection
    account = require_role(actor, reflection, Role.SECRETARIAT)
    if statement.state != Statement.State.ACCEPTED:
        raise ValidationError(_("Only accepted statements are translated."))
    text = Text.objects.select_for_update().get(pk=statement.text_id)  # two translators, one next number
    if language not in CONTENT_LANGUAGES or language == text.language:
        raise ValidationError({"language": _("Choose another language than that of the original.")})
    if not body.strip():
        raise ValidationError({"body": _("Write the translation first.")})
    if len(body.strip()) > TRANSLATION_MAX_LENGTH:
        raise ValidationError(
            {"body": _("A translation has at most %(limit)d characters.") % {"limit": TRANSLATION_MAX_LENGTH}}
        )
    current = {wording.language: wording.body for wording in all_wordings(text.pk)}
    is_changed = revise_text(text, current | {language: body}, author_id=account.id)
    if is_changed:
        record(
            "consultations.translate_statement",
            target=statement.reference,
            actor_id=account.id,
            scope_id=reflection.id,
            language=language,
        )
    return is_changed


@transaction.atomic
def set_routing_weights(consultation: Consultation, weights: Mapping[UUID, float]) -> None:
    """Take over from an analysis how much each statement should be shown next."""
    statements = list(Statement.objects.filter(consultation=consultation, pk__in=list(weights)))
    for statement in statements:
        statement.routing_weight = weights[statement.pk]
    Statement.objects.bulk_update(statements, ["routing_weight"], batch_size=500)


def check_statement(bodies: Bodies, language: str) -> None:
    """Refuse a statement that is empty, longer than 280 characters, or in no language that we know.

    Raises
    ------
    ValidationError
    """
    if language not in CONTENT_LANGUAGES and language != UNDETERMINED:
        raise ValidationError({"language": _("Choose the language in which you write.")})
    if not bodies.get(language, "").strip():
        raise ValidationError({"body": _("Write your statement first.")})
    longest = max(len(body.strip()) for body in bodies.values())
    if longest > STATEMENT_MAX_LENGTH:
        raise ValidationError(
            {
                "body": _("A statement has at most %(limit)d characters; this one has %(count)d.")
                % {"limit": STATEMENT_MAX_LENGTH, "count": longest}
            }
        )


def _check_frame(frame: ConsultationFrame) -> None:
    if frame.closes_at <= frame.opens_at:
        raise ValidationError({"closes_at": _("It must close after it opens.")})
    if frame.eligibility not in Consultation.Eligibility.values:
        raise ValidationError({"eligibility": _("Choose who may take part.")})


def _set_state(consultation: Consultation, state: Consultation.State) -> None:
    consultation.state = state
    consultation.save(update_fields=["state"])


def _record(verb: str, consultation: Consultation, account: Account, **detail: int) -> None:
    record(
        f"consultations.{verb}",
        target=consultation.reference,
        actor_id=account.id,
        scope_id=consultation.priority.reflection_id,
        **detail,
    )
