"""What findings cite: statements, contributions, takeaways and themes, and when they may be shown."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from placet.stages.consultations.models import Consultation, Statement
from placet.stages.consultations.queries import SHOWN_STATES
from placet.stages.contributions.models import Contribution
from placet.stages.dialogues.models import Dialogue, HouseRule, Series, Takeaway
from placet.stages.mandates.models import Reflection
from placet.stages.sensemaking.theme_models import Theme

Item = Statement | Contribution | Takeaway | Theme

KINDS: dict[type[Item], str] = {
    Statement: "statement",
    Contribution: "contribution",
    Takeaway: "takeaway",
    Theme: "theme",
}


def kind_of(item: Item) -> str:
    """Which of the four it is, as the column of the evidence is called."""
    return KINDS[type(item)]


def check_citable(reflection: Reflection, item: Item) -> None:
    """Refuse what belongs to another reflection, or what not everybody may read.

    Raises
    ------
    ValidationError
    """
    current = _read_again(item)
    if current is None or _reflection_id(current) != reflection.pk:
        raise ValidationError({"item": _("Cite what belongs to this reflection.")})
    if not is_shown(current):
        raise ValidationError(
            {"item": _("%(reference)s may not be cited: not everybody can read it.") % {"reference": item}}
        )


def is_shown(item: Item) -> bool:
    """Whether everybody who sees the reflection may read it now.

    Statements that gave way to others are still read; takeaways of closed dialogues never are.
    """
    if isinstance(item, Statement):
        is_public = item.consultation.state != Consultation.State.DRAFT
        return is_public and item.state in SHOWN_STATES
    if isinstance(item, Contribution):
        return item.state == Contribution.State.PUBLISHED
    if isinstance(item, Takeaway):
        dialogue = item.report.dialogue
        return (
            item.removed_at is None
            and item.report.published_at is not None
            and dialogue.state == Dialogue.State.REPORTED
            and dialogue.house_rule != HouseRule.CLOSED
            and dialogue.series.state == Series.State.PUBLISHED
        )
    is_hidden = item.is_hidden or bool(item.parent and item.parent.is_hidden)
    return item.state == Theme.State.LIVE and not is_hidden


def _read_again(item: Item) -> Item | None:
    """The item as it stands now, with all that decides whether it is shown."""
    if isinstance(item, Statement):
        return Statement.objects.select_related("consultation__priority").filter(pk=item.pk).first()
    if isinstance(item, Contribution):
        return Contribution.objects.filter(pk=item.pk).first()
    if isinstance(item, Takeaway):
        return Takeaway.objects.select_related("report__dialogue__series").filter(pk=item.pk).first()
    return Theme.objects.select_related("parent", "consultation__priority").filter(pk=item.pk).first()


def _reflection_id(item: Item) -> object:
    if isinstance(item, Contribution):
        return item.reflection_id
    if isinstance(item, Takeaway):
        return item.report.dialogue.series.reflection_id
    return item.consultation.priority.reflection_id
