"""Points as the rapporteur gathers them: typed in, corrected, hidden, attributed where that is allowed."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from placet.stages.dialogues.models import POINT_MAX_LENGTH, Dialogue, HouseRule, Point
from placet.stages.dialogues.recording import record_deed
from placet.stages.dialogues.reporting.access import (
    author_in,
    begin,
    check_seen,
    day_of,
    mark_of,
    start_of,
    tell_room,
)
from placet.stages.mandates.permissions import Actor
from placet.stages.people.actions import clean_name
from placet.stages.texts.actions import NewText, create_texts, delete_texts, revise_text
from placet.stages.texts.languages import CONTENT_LANGUAGES, UNDETERMINED
from placet.stages.texts.queries import originals

POINTS_AT_ONCE = 100


@transaction.atomic
def type_in_points(
    actor: Actor, dialogue: Dialogue, bodies: Sequence[str], *, language: str, attribution: str = ""
) -> list[Point]:
    """Add points from the rapporteur's notes; the order of the notes is not kept.

    Raises
    ------
    ValidationError
        Where there is none or more than a hundred, one is too long, the language is unknown, or somebody is
        named although the dialogue is not on the record; then none is written.
    """
    account, current = begin(actor, dialogue)
    lines = [body.strip() for body in bodies if body.strip()]
    _check_language(language)
    if not lines:
        raise ValidationError({"points": _("Write at least one point.")})
    if len(lines) > POINTS_AT_ONCE:
        raise ValidationError({"points": _("At most %(limit)d points at once.") % {"limit": POINTS_AT_ONCE}})
    for number, line in enumerate(lines, start=1):
        _check_length(line, number)
    said_date = day_of(current)
    texts = create_texts(
        [NewText({language: line}, language, written_at=start_of(said_date, current)) for line in lines]
    )
    points = Point.objects.bulk_create(
        [
            Point(
                dialogue=current,
                house_rule=current.house_rule,
                text=text,
                attribution=_allowed_attribution(current, attribution),
                is_simulated=current.is_simulated,
                said_date=said_date,
            )
            for text in texts
        ]
    )
    tell_room(current)
    record_deed("type_in_points", current, account, count=len(points))
    return points


@transaction.atomic
def correct_point(actor: Actor, point: Point, *, body: str, seen: str, attribution: str = "") -> None:
    """Correct the wording of a point, and on the record to whom it is attributed.

    On the record the wordings before it are kept. Under the Chatham House Rule they are deleted for good:
    what had to be corrected may be a name.

    Parameters
    ----------
    seen : str
        What :func:`point_mark` said when the point was shown.

    Raises
    ------
    ValidationError
        Where it is empty or too long, somebody is named although the dialogue is not on the record, or
        somebody else has changed it meanwhile (code ``changed``).
    """
    account, dialogue = begin(actor, point.dialogue)
    current = Point.objects.select_related("text").get(pk=point.pk)
    body = body.replace("\r\n", "\n").strip()
    if not body:
        raise ValidationError({"body": _("Write the point first.")})
    _check_length(body)
    check_seen(seen, point_mark(current))
    current.attribution = _allowed_attribution(dialogue, attribution)
    if originals([current.text_id])[current.text_id].body != body:
        if author_in(dialogue, account):
            revise_text(current.text, {current.text.language: body}, author_id=account.id)
        else:
            _replace_wording(current, body)
    current.save(update_fields=["text", "attribution"])
    point.refresh_from_db()
    tell_room(dialogue)
    record_deed("correct_point", dialogue, account)


@transaction.atomic
def hide_point(actor: Actor, point: Point, *, is_hidden: bool) -> None:
    """Take a point out of the room and the report, or bring it back. Asked twice, nothing happens."""
    account, dialogue = begin(actor, point.dialogue)
    if not Point.objects.filter(pk=point.pk, is_hidden=not is_hidden).update(is_hidden=is_hidden):
        return
    point.refresh_from_db()
    tell_room(dialogue)
    record_deed("hide_point" if is_hidden else "show_point", dialogue, account)


def point_mark(point: Point) -> str:
    """A mark of what a point says, by which a correction meanwhile is noticed."""
    wording = originals([point.text_id])[point.text_id]
    return mark_of({"version": wording.version_id, "attribution": point.attribution})


def _replace_wording(point: Point, body: str) -> None:
    """Put a new text in the place of the old one, and delete that: nobody can look up what it said."""
    former = point.text
    day = start_of(point.said_date, point.dialogue)
    (point.text,) = create_texts([NewText({former.language: body}, former.language, written_at=day)])
    point.save(update_fields=["text"])
    delete_texts([former.pk])


def _allowed_attribution(dialogue: Dialogue, attribution: str) -> str:
    name = clean_name(attribution)
    if name and dialogue.house_rule != HouseRule.ON_RECORD:
        raise ValidationError(
            {"attribution": _("Under this house rule a point is attributed to nobody, not even in part.")}
        )
    return name


def _check_language(language: str) -> None:
    if language not in CONTENT_LANGUAGES and language != UNDETERMINED:
        raise ValidationError({"language": _("Choose the language in which the points are written.")})


def _check_length(body: str, number: int | None = None) -> None:
    if len(body) <= POINT_MAX_LENGTH:
        return
    if number is None:
        sentence = _("A point has at most %(limit)d characters; this one has %(count)d.")
        raise ValidationError({"body": sentence % {"limit": POINT_MAX_LENGTH, "count": len(body)}})
    sentence = _("Point %(number)d has %(count)d characters; at most %(limit)d are allowed.")
    raise ValidationError(
        {"points": sentence % {"number": number, "count": len(body), "limit": POINT_MAX_LENGTH}}
    )
