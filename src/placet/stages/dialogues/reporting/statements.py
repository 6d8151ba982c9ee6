"""A point that goes into a consultation as a statement, and the way back from there."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.consultations.actions import SeedStatement, add_statements
from placet.stages.consultations.models import Consultation, Statement
from placet.stages.consultations.queries import ConsultationView, consultation_views, require_open
from placet.stages.dialogues.models import Point, PointStatement, Takeaway
from placet.stages.dialogues.permissions import OVER
from placet.stages.dialogues.recording import record_deed
from placet.stages.dialogues.reporting.access import begin
from placet.stages.mandates.models import Reflection, Role
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.texts.queries import Wording, wordings


@dataclass(frozen=True, slots=True)
class Origin:
    """The dialogue from which a statement comes, and the published takeaways that rest on the same point."""

    reference: str
    title: Wording
    takeaways: list[str]


@transaction.atomic
def make_statement(
    actor: Actor, point: Point, consultation: Consultation, bodies: Mapping[str, str], *, original: str
) -> Statement:
    """Put a point to everybody, in an open consultation of its reflection, under a wording of at most 280.

    Nothing but the wording and the reference of the dialogue goes with it.

    Raises
    ------
    PermissionDenied
        To all but the secretariat: it runs the consultations.
    ValidationError
        Where the dialogue is not over, the point is hidden or became a statement before, the consultation is
        another reflection's or not open, or the wording is empty or too long.
    """
    reflection = point.dialogue.series.reflection
    require_role(actor, reflection, Role.SECRETARIAT)
    account, dialogue = begin(actor, point.dialogue)
    current = Point.objects.get(pk=point.pk)
    if dialogue.state not in OVER:
        raise ValidationError(_("A point becomes a statement once its dialogue has ended."))
    if current.is_hidden:
        raise ValidationError(_("A point that is hidden becomes no statement. Show it first."))
    if PointStatement.objects.filter(point=current).exists():
        raise ValidationError(_("This point became a statement already."))
    if consultation.priority.reflection_id != reflection.pk:
        raise ValidationError({"consultation": _("Choose a consultation of this reflection.")})
    now = timezone.now()
    require_open(consultation, now)
    seed = SeedStatement(dict(bodies), original, is_simulated=dialogue.is_simulated)
    (statement,) = add_statements(actor, consultation, [seed])
    PointStatement.objects.create(point=current, statement=statement, made_date=now.date())
    record_deed("make_statement", dialogue, account, statement=statement.reference)
    return statement


def open_consultations(reflection: Reflection, actor: Actor, language: str) -> list[ConsultationView]:
    """The consultations of a reflection that take votes now."""
    return [view for view in consultation_views(reflection, actor, language) if view.is_open]


def origin_of(statement: Statement, language: str) -> Origin | None:
    """The dialogue from which a statement comes, if it comes from one."""
    link = PointStatement.objects.filter(statement=statement).select_related("point__dialogue").first()
    if link is None:
        return None
    dialogue = link.point.dialogue
    published = Takeaway.objects.filter(
        points=link.point, removed_at=None, report__published_at__isnull=False
    )
    return Origin(
        reference=dialogue.reference,
        title=wordings([dialogue.title_id], language)[dialogue.title_id],
        takeaways=list(published.values_list("reference", flat=True)),
    )
