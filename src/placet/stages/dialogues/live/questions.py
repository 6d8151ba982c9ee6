"""Questions to everybody in the room: written before or now, opened one at a time, answered once by each."""

from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from placet.stages.dialogues.live.presence import change_room, present_device
from placet.stages.dialogues.models import Dialogue, LiveAnswer, LiveOption, LiveQuestion, Staff
from placet.stages.dialogues.permissions import require_staff
from placet.stages.dialogues.recording import record_deed
from placet.stages.mandates.permissions import Actor
from placet.stages.texts.actions import create_text

LEAST_OPTIONS, MOST_OPTIONS = 2, 6
MOST_QUESTIONS = 30
BEFORE_ITS_END = (Dialogue.State.DRAFT, Dialogue.State.ANNOUNCED, Dialogue.State.LIVE)


@transaction.atomic
def write_question(
    actor: Actor, dialogue: Dialogue, *, body: Mapping[str, str], options: Sequence[Mapping[str, str]]
) -> LiveQuestion:
    """Write a question with its answers, in the languages of the reflection; it waits to be opened.

    Raises
    ------
    PermissionDenied
        To all but those who hold the dialogue and its facilitators.
    ValidationError
        Where the dialogue is over, there are too few answers or too many, two are the same, or there are
        too many questions.
    """
    account = require_staff(actor, dialogue, Staff.Duty.FACILITATOR)
    current = Dialogue.objects.select_for_update(of=("self",)).get(pk=dialogue.pk)
    if current.state not in BEFORE_ITS_END:
        raise ValidationError(_("The dialogue is over: there is nobody left to ask."))
    if LiveQuestion.objects.filter(dialogue=current).count() >= MOST_QUESTIONS:
        raise ValidationError(_("A dialogue has at most %(n)d questions.") % {"n": MOST_QUESTIONS})
    original = dialogue.series.reflection.languages[0]
    _check_options(options, original)
    question = LiveQuestion.objects.create(
        dialogue=current, position=_next_position(current), body=create_text(body, original=original)
    )
    LiveOption.objects.bulk_create(
        LiveOption(question=question, position=position, body=create_text(words, original=original))
        for position, words in enumerate(options, start=1)
    )
    record_deed("write_question", dialogue, account, question=question.pk)
    return question


@transaction.atomic
def remove_question(actor: Actor, dialogue: Dialogue, question: LiveQuestion) -> None:
    """Take back a question that was not opened yet; one that was stays. Asked twice, it is gone once."""
    account = require_staff(actor, dialogue, Staff.Duty.FACILITATOR)
    Dialogue.objects.select_for_update(of=("self",)).get(pk=dialogue.pk)
    waiting = LiveQuestion.objects.filter(pk=question.pk, dialogue=dialogue, state=LiveQuestion.State.READY)
    if waiting.delete()[0]:
        record_deed("remove_question", dialogue, account, question=question.pk)


@transaction.atomic
def open_question(actor: Actor, dialogue: Dialogue, question: LiveQuestion) -> None:
    """Ask a question; the one that is open closes. Opened again, it goes on with the answers that it has.

    Raises
    ------
    PermissionDenied
        To all but those who hold the dialogue and its facilitators.
    ValidationError
        Where the dialogue is not under way.
    """
    account = require_staff(actor, dialogue, Staff.Duty.FACILITATOR)
    change_room(dialogue)
    mine = LiveQuestion.objects.filter(dialogue=dialogue)
    if mine.filter(pk=question.pk, state=LiveQuestion.State.OPEN).exists():
        return
    mine.filter(state=LiveQuestion.State.OPEN).update(state=LiveQuestion.State.CLOSED)
    # In the order in which they were asked, the last one is the one that the screens show.
    mine.filter(pk=question.pk).update(state=LiveQuestion.State.OPEN, position=_next_position(dialogue))
    record_deed("open_question", dialogue, account, question=question.pk)


@transaction.atomic
def close_question(actor: Actor, dialogue: Dialogue, question: LiveQuestion) -> None:
    """Take no more answers; the result stays on the screens. Refusals are those of :func:`open_question`."""
    account = require_staff(actor, dialogue, Staff.Duty.FACILITATOR)
    change_room(dialogue)
    opened = LiveQuestion.objects.filter(pk=question.pk, dialogue=dialogue, state=LiveQuestion.State.OPEN)
    if opened.update(state=LiveQuestion.State.CLOSED):
        record_deed("close_question", dialogue, account, question=question.pk)


@transaction.atomic
def answer_question(dialogue: Dialogue, secret: str, option_id: int) -> None:
    """Choose an answer, or another one while the question is open; each device counts once.

    Raises
    ------
    ValidationError
        Where the dialogue is over, the device not present, or the question not open.
    """
    change_room(dialogue)
    presence = present_device(dialogue, secret)
    option = LiveOption.objects.filter(
        pk=option_id, question__dialogue=dialogue, question__state=LiveQuestion.State.OPEN
    ).first()
    if option is None:
        raise ValidationError(_("This question takes no more answers."))
    answer, is_new = LiveAnswer.objects.get_or_create(
        question_id=option.question_id, presence=presence, defaults={"option": option}
    )
    if not is_new and answer.option_id == option.pk:
        return
    if not is_new:
        LiveOption.objects.filter(pk=answer.option_id).update(answer_count=F("answer_count") - 1)
        answer.option = option
        answer.save(update_fields=["option"])
    LiveOption.objects.filter(pk=option.pk).update(answer_count=F("answer_count") + 1)


def _next_position(dialogue: Dialogue) -> int:
    last = LiveQuestion.objects.filter(dialogue=dialogue).aggregate(last=Max("position"))["last"]
    return (last or 0) + 1


def _check_options(options: Sequence[Mapping[str, str]], original: str) -> None:
    if not LEAST_OPTIONS <= len(options) <= MOST_OPTIONS:
        raise ValidationError(
            _("Give between %(least)d and %(most)d answers.") % {"least": LEAST_OPTIONS, "most": MOST_OPTIONS}
        )
    said = [words.get(original, "").strip().casefold() for words in options]
    if len(set(said)) < len(said):
        raise ValidationError(_("Two answers are the same."))
