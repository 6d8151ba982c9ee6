"""What the screens of a room show; and, for one device, what it supports and what it answered."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Min
from django.http import Http404
from django.shortcuts import get_object_or_404

from placet.stages.consultations.joining import ALPHABET, LENGTH
from placet.stages.dialogues.models import (
    Dialogue,
    HouseRule,
    LiveAnswer,
    LiveOption,
    LiveQuestion,
    Point,
    PointSupport,
    Presence,
    ProgrammeItem,
)
from placet.stages.dialogues.receipts import digest_of_device, mark_of_device
from placet.stages.texts.queries import Wording, wordings

POINTS_SHOWN = 100  # on a phone; a facilitator's screen shows the first of them
BY_SUPPORT, NEWEST = "support", "newest"
ORDERS = (BY_SUPPORT, NEWEST)


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item of the programme."""

    id: int
    title: Wording
    minutes: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class OptionView:
    """An answer to choose from, and its share of the answers given."""

    id: int
    body: Wording
    n_answers: int
    share: float


@dataclass(frozen=True, slots=True)
class QuestionView:
    id: int
    body: Wording
    state: str
    options: list[OptionView]

    @property
    def n_answers(self) -> int:
        return sum(option.n_answers for option in self.options)

    @property
    def is_open(self) -> bool:
        return self.state == LiveQuestion.State.OPEN


@dataclass(frozen=True, slots=True)
class PointView:
    id: UUID
    words: Wording
    n_supports: int
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class RoomView:
    """A room as everybody in it sees it; nothing of it is about the reader."""

    reference: str
    code: str
    version: int
    title: Wording
    house_rule: str
    takes_points: bool
    programme: list[ItemView]
    item_ends_at: datetime | None
    time_zone: str
    question: QuestionView | None
    points: list[PointView]
    n_points: int
    n_present: int

    @property
    def item_ends_ms(self) -> int | None:
        """The end of the current item, as scripts count moments."""
        return round(self.item_ends_at.timestamp() * 1000) if self.item_ends_at else None

    @property
    def item(self) -> ItemView | None:
        return next((item for item in self.programme if item.is_current), None)

    @property
    def next_item(self) -> ItemView | None:
        return self._beside(1)

    @property
    def previous_item(self) -> ItemView | None:
        return self._beside(-1)

    def _beside(self, step: int) -> ItemView | None:
        """The item so many places further; before the first one has begun, that is the first one."""
        place = next((place for place, item in enumerate(self.programme) if item.is_current), -1)
        wanted = place + step
        return self.programme[wanted] if 0 <= wanted < len(self.programme) else None


@dataclass(frozen=True, slots=True)
class OwnMarks:
    """What one device did of which its screen should remind it."""

    mark: str
    supported: frozenset[UUID]
    answered: frozenset[int]


def room_version(code: str) -> tuple[UUID, int] | None:
    """Which dialogue is under way in the room of that code, and the number of what is shown; one query."""
    found = Dialogue.objects.filter(room_code=plain_code(code), state=Dialogue.State.LIVE)
    return found.exclude(room_code="").values_list("pk", "room_version").first()


def find_room(code: str) -> Dialogue:
    """The dialogue under way in the room of that code.

    Nobody finds a room by trying: a code is one of 1.7 · 10¹⁰, and holds for the hours of one dialogue.

    Raises
    ------
    Http404
        Where none is.
    """
    plain = plain_code(code)
    if not plain:
        raise Http404
    rooms = Dialogue.objects.select_related("series__reflection")
    return get_object_or_404(rooms, room_code=plain, state=Dialogue.State.LIVE)


def plain_code(typed: str) -> str:
    """A code as it is kept, however it is typed; empty where it cannot be one."""
    plain = "".join(character for character in typed.upper() if character.isalnum())
    return plain if len(plain) == LENGTH and set(plain) <= set(ALPHABET) else ""


def is_present(dialogue: Dialogue, secret: str) -> bool:
    """Whether a device with that secret joined the room."""
    if not secret:
        return False
    return Presence.objects.filter(dialogue=dialogue, secret_digest=digest_of_device(secret)).exists()


def own_marks(dialogue: Dialogue, secret: str) -> OwnMarks:
    """What a device supports and what it chose; two queries."""
    digest = digest_of_device(secret)
    supported = PointSupport.objects.filter(point__dialogue=dialogue, presence__secret_digest=digest)
    answered = LiveAnswer.objects.filter(question__dialogue=dialogue, presence__secret_digest=digest)
    return OwnMarks(
        mark=mark_of_device(secret),
        supported=frozenset(supported.values_list("point_id", flat=True)),
        answered=frozenset(answered.values_list("option_id", flat=True)),
    )


def room_view(
    dialogue: Dialogue, language: str, *, order: str = BY_SUPPORT, with_hidden: bool = False
) -> RoomView:
    """What a room shows at this moment, in a number of queries that does not grow with it."""
    current = Dialogue.objects.get(pk=dialogue.pk)
    items = list(ProgrammeItem.objects.filter(dialogue=current))
    question = _shown_question(current)
    options = list(LiveOption.objects.filter(question=question)) if question else []
    points, n_points = _shown_points(current, order, with_hidden=with_hidden)
    words = wordings(
        [
            current.title_id,
            *(item.title_id for item in items),
            *([question.body_id] if question else []),
            *(option.body_id for option in options),
            *(point.text_id for point in points),
        ],
        language,
    )
    return RoomView(
        reference=current.reference,
        code=current.room_code,
        version=current.room_version,
        title=words[current.title_id],
        house_rule=current.house_rule,
        takes_points=current.house_rule != HouseRule.CLOSED,
        programme=[
            ItemView(item.pk, words[item.title_id], item.minutes, item.pk == current.current_item_id)
            for item in items
        ],
        item_ends_at=current.item_ends_at,
        time_zone=current.time_zone,
        question=_question_view(question, options, words) if question else None,
        points=[
            PointView(point.pk, words[point.text_id], point.support_count, point.is_hidden)
            for point in points
        ],
        n_points=n_points,
        n_present=current.present_count,
    )


def question_views(dialogue: Dialogue, language: str) -> list[QuestionView]:
    """All questions of a dialogue in the order in which they are or were asked; four queries."""
    questions = list(LiveQuestion.objects.filter(dialogue=dialogue))
    options: dict[int, list[LiveOption]] = {question.pk: [] for question in questions}
    for option in LiveOption.objects.filter(question__in=questions):
        options[option.question_id].append(option)
    texts = [question.body_id for question in questions]
    words = wordings([*texts, *(each.body_id for some in options.values() for each in some)], language)
    return [_question_view(question, options[question.pk], words) for question in questions]


def find_question(dialogue: Dialogue, pk: int) -> LiveQuestion:
    """That question of this dialogue; Http404 where it is another's or none."""
    return get_object_or_404(LiveQuestion, dialogue=dialogue, pk=pk)


def find_item(dialogue: Dialogue, pk: int) -> ProgrammeItem:
    """That item of this dialogue's programme; Http404 where it is another's or none."""
    return get_object_or_404(ProgrammeItem, dialogue=dialogue, pk=pk)


def find_point(dialogue: Dialogue, pk: UUID) -> Point:
    """That point of this dialogue; Http404 where it is another's or none."""
    return get_object_or_404(Point, dialogue=dialogue, pk=pk)


def _shown_question(dialogue: Dialogue) -> LiveQuestion | None:
    """The one that is open, or the last one that was."""
    asked = LiveQuestion.objects.filter(dialogue=dialogue).exclude(state=LiveQuestion.State.READY)
    return asked.order_by("-position", "-pk").first()


def _shown_points(dialogue: Dialogue, order: str, *, with_hidden: bool) -> tuple[list[Point], int]:
    found = Point.objects.filter(dialogue=dialogue)
    if not with_hidden:
        found = found.filter(is_hidden=False)
    # No point has a moment: what was written last has the highest version of a text.
    placed = found.annotate(place=Min("text__versions__pk"))
    orders = ("-place",) if order == NEWEST else ("-support_count", "-place")
    return list(placed.order_by(*orders)[:POINTS_SHOWN]), found.count()


def _question_view(
    question: LiveQuestion, options: Collection[LiveOption], words: Mapping[UUID, Wording]
) -> QuestionView:
    n_answers = sum(option.answer_count for option in options)
    return QuestionView(
        id=question.pk,
        body=words[question.body_id],
        state=question.state,
        options=[
            OptionView(
                option.pk,
                words[option.body_id],
                option.answer_count,
                option.answer_count / n_answers if n_answers else 0.0,
            )
            for option in options
        ],
    )
