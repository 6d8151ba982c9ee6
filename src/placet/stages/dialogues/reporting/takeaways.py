"""Takeaways and the summary: drafted beside the points they rest on, corrected later as new versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.dialogues.models import (
    TAKEAWAY_MAX_LENGTH,
    Dialogue,
    Point,
    Report,
    Takeaway,
)
from placet.stages.dialogues.recording import record_deed
from placet.stages.dialogues.reporting.access import (
    author_in,
    begin,
    check_seen,
    day_of,
    exchange,
    mark_of,
    start_of,
)
from placet.stages.mandates import references
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.permissions import Actor
from placet.stages.people.models import Account
from placet.stages.texts.actions import NewText, create_texts, revise_text
from placet.stages.texts.models import Text
from placet.stages.texts.queries import all_wordings_of
from placet.ui.templatetags.interface import language_name

Bodies = Mapping[str, str]
SUMMARY_MAX_LENGTH = 4_000
TAKEAWAY_LIMIT = 60
POINTS_LIMIT = 200  # that a takeaway rests on: what rests on more rests on the whole


@dataclass(frozen=True, slots=True)
class TakeawayFrame:
    """What is said of a takeaway when it is drafted or corrected."""

    bodies: Bodies
    point_ids: Sequence[UUID] = ()
    rests_on_whole: bool = False
    is_dissent: bool = False


@transaction.atomic
def write_takeaway(actor: Actor, dialogue: Dialogue, frame: TakeawayFrame) -> Takeaway:
    """Draft a takeaway, as the last one. In a report that is published it is public at once.

    Raises
    ------
    ValidationError
        Where it has no text in any language of the reflection, is too long, or rests on points of another
        dialogue; in a published report also where a language is missing, or what it rests on.
    """
    account, current = begin(actor, dialogue)
    report, _is_new = Report.objects.get_or_create(dialogue=current)
    reflection = current.series.reflection
    points = _checked(frame, current, is_public=report.published_at is not None)
    kept = Takeaway.objects.filter(report=report, removed_at=None)
    if kept.count() >= TAKEAWAY_LIMIT:
        raise ValidationError(_("A report has at most %(limit)d takeaways.") % {"limit": TAKEAWAY_LIMIT})
    last = kept.order_by("-position").first()
    takeaway = Takeaway.objects.create(
        report=report,
        reference=next(references.take_references(reflection, references.TAKEAWAY)),
        position=last.position + 1 if last else 1,
        text=write_text(frame.bodies, current, account),
        rests_on_whole=frame.rests_on_whole,
        is_dissent=frame.is_dissent,
        is_simulated=current.is_simulated,
    )
    takeaway.points.set(points)
    record_deed("write_takeaway", current, account, takeaway=takeaway.reference)
    return takeaway


@transaction.atomic
def revise_takeaway(actor: Actor, takeaway: Takeaway, frame: TakeawayFrame, *, seen: str) -> None:
    """Change a takeaway; what it said before is kept. Refusals are those of :func:`write_takeaway`.

    Raises
    ------
    ValidationError
        Also where somebody else has changed it meanwhile (code ``changed``), or it was taken back.
    """
    account, dialogue = begin(actor, takeaway.report.dialogue)
    current = Takeaway.objects.select_related("report", "text").get(pk=takeaway.pk)
    if current.removed_at is not None:
        raise ValidationError(_("This takeaway was taken back meanwhile."))
    points = _checked(frame, dialogue, is_public=current.report.published_at is not None)
    check_seen(seen, takeaway_mark(current))
    _rewrite_text(current.text, frame.bodies, dialogue, account)
    current.points.set(points)
    current.rests_on_whole = frame.rests_on_whole
    current.is_dissent = frame.is_dissent
    current.save(update_fields=["rests_on_whole", "is_dissent"])
    takeaway.refresh_from_db()
    record_deed("revise_takeaway", dialogue, account, takeaway=current.reference)


@transaction.atomic
def remove_takeaway(actor: Actor, takeaway: Takeaway) -> None:
    """Take a takeaway back. Its reference is not given out again; twice does nothing the second time."""
    account, dialogue = begin(actor, takeaway.report.dialogue)
    if not Takeaway.objects.filter(pk=takeaway.pk, removed_at=None).update(removed_at=timezone.now()):
        return
    takeaway.refresh_from_db()
    record_deed("remove_takeaway", dialogue, account, takeaway=takeaway.reference)


@transaction.atomic
def move_takeaway(actor: Actor, takeaway: Takeaway, *, up: bool) -> None:
    """Let a takeaway and the one before or after it change places."""
    account, dialogue = begin(actor, takeaway.report.dialogue)
    order = list(Takeaway.objects.filter(report=takeaway.report_id, removed_at=None))
    if not exchange(order, takeaway, up=up):
        return
    Takeaway.objects.bulk_update(order, ["position"])
    takeaway.refresh_from_db()
    record_deed("move_takeaway", dialogue, account, takeaway=takeaway.reference)


@transaction.atomic
def write_summary(actor: Actor, dialogue: Dialogue, bodies: Bodies, *, seen: str) -> None:
    """Write or change the summary; what it said before is kept.

    Raises
    ------
    ValidationError
        Where it is empty in the working language or too long, somebody else has changed it meanwhile (code
        ``changed``), or a published report would lose a language.
    """
    account, current = begin(actor, dialogue)
    report, _is_new = Report.objects.get_or_create(dialogue=current)
    languages = current.series.reflection.languages
    _check_lengths("summary", bodies, SUMMARY_MAX_LENGTH)
    if report.published_at is not None:
        require_languages("summary", bodies, languages)
    check_seen(seen, summary_mark(report))
    if report.summary_id:
        _rewrite_text(report.summary, bodies, current, account)
    else:
        report.summary = write_text(bodies, current, account)
        report.save(update_fields=["summary"])
    record_deed("write_summary", current, account)


def takeaway_mark(takeaway: Takeaway) -> str:
    """A mark of what a takeaway says and rests on, by which a change meanwhile is noticed."""
    return mark_of(
        {
            "text": _text_state(takeaway.text_id),
            "points": sorted(str(pk) for pk in takeaway.points.values_list("pk", flat=True)),
            "rests_on_whole": takeaway.rests_on_whole,
            "is_dissent": takeaway.is_dissent,
        }
    )


def summary_mark(report: Report | None) -> str:
    """A mark of what the summary says, by which a change meanwhile is noticed."""
    return mark_of({"text": _text_state(report.summary_id) if report else []})


def require_languages(name: str, bodies: Bodies, languages: Sequence[str]) -> None:
    """Refuse what is not written in every language of the reflection.

    Raises
    ------
    ValidationError
        On the field of each language that is missing.
    """
    missing = [language for language in languages if not bodies.get(language, "").strip()]
    if missing:
        raise ValidationError(
            {
                f"{name}_{language}": _("What is published is published in %(language)s too.")
                % {"language": language_name(language)}
                for language in missing
            }
        )


def write_text(bodies: Bodies, dialogue: Dialogue, account: Account) -> Text:
    """A text of the report: written by nobody in particular, unless the dialogue is on the record."""
    author = author_in(dialogue, account)
    original = _original(bodies, dialogue.series.reflection)
    written_at = None if author else start_of(day_of(dialogue), dialogue)
    author_id = author.id if author else None
    (text,) = create_texts([NewText(_tidied(bodies), original, author_id, written_at=written_at)])
    return text


def _rewrite_text(text: Text, bodies: Bodies, dialogue: Dialogue, account: Account) -> None:
    author = author_in(dialogue, account)
    written_at = None if author else start_of(day_of(dialogue), dialogue)
    author_id = author.id if author else None
    revise_text(text, _tidied(bodies), author_id=author_id, written_at=written_at, vouches_for_all=True)


def _tidied(bodies: Bodies) -> Bodies:
    return {language: body.replace("\r\n", "\n") for language, body in bodies.items()}


def _original(bodies: Bodies, reflection: Reflection) -> str:
    """The working language where it is written in it, else the first language that it is written in."""
    written = [language for language in reflection.languages if bodies.get(language, "").strip()]
    return str([*written, *reflection.languages][0])


def _checked(frame: TakeawayFrame, dialogue: Dialogue, *, is_public: bool) -> list[Point]:
    _check_lengths("text", frame.bodies, TAKEAWAY_MAX_LENGTH)
    points = list(Point.objects.filter(dialogue=dialogue, pk__in=list(frame.point_ids)))
    if len(points) != len(set(frame.point_ids)):
        raise ValidationError({"points": _("Choose points of this dialogue.")})
    if len(points) > POINTS_LIMIT:
        raise ValidationError(
            {"points": _("A takeaway rests on at most %(limit)d points.") % {"limit": POINTS_LIMIT}}
        )
    if is_public:
        require_languages("text", frame.bodies, dialogue.series.reflection.languages)
        if not points and not frame.rests_on_whole:
            raise ValidationError(
                {"points": _("Choose the points that it rests on, or say that it rests on the whole.")}
            )
    return points


def _check_lengths(name: str, bodies: Bodies, limit: int) -> None:
    if not any(body.strip() for body in bodies.values()):
        raise ValidationError({name: _("Write it in one language at least.")})
    for language, body in _tidied(bodies).items():
        if len(body.strip()) > limit:
            raise ValidationError(
                {f"{name}_{language}": _("At most %(limit)d characters.") % {"limit": limit}}
            )


def _text_state(text_id: UUID | None) -> list[tuple[str, int, int]]:
    if text_id is None:
        return []
    return [
        (wording.language, wording.version_id, wording.translation_number)
        for wording in all_wordings_of([text_id])[text_id]
    ]
