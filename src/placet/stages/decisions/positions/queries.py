"""Where members stand, for those who may see it: delegates and secretariat; after the adoption everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from unicodedata import normalize
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from placet.stages.decisions.models import Decision, Position, PositionConfirmation
from placet.stages.decisions.permissions import may_see_positions, rules_of
from placet.stages.decisions.positions.counting import last_entries
from placet.stages.mandates.models import Member, Reflection
from placet.stages.mandates.permissions import Actor, may_see
from placet.stages.proposals.models import FrozenText
from placet.stages.texts.queries import Wording, wordings

Kind = Position.Kind


@dataclass(frozen=True, slots=True)
class MemberStand:
    """Where one member stands; ``kind`` is None where it has taken no position."""

    code: str
    name: Wording
    kind: str | None
    kind_label: str
    explanation: Wording | None
    is_confirmed: bool
    counts: bool
    given_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where all members stand on one text, by name; the lists are of member codes."""

    members: tuple[MemberStand, ...]
    missing: tuple[str, ...]
    objecting: tuple[str, ...]
    reserving: tuple[str, ...]

    @property
    def joining(self) -> tuple[str, ...]:
        """Those who join without a reservation."""
        return tuple(each.code for each in self.members if each.counts and each.kind == Kind.JOINS)

    @property
    def reservations(self) -> tuple[MemberStand, ...]:
        """The stands of those who join with a reservation."""
        return tuple(each for each in self.members if each.code in self.reserving)

    @property
    def is_ready(self) -> bool:
        """Whether every member joins: nothing stands in the way."""
        return bool(self.members) and not self.missing and not self.objecting


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """One entry of a member, for its own delegates."""

    id: int
    text_id: UUID
    kind: str
    kind_label: str
    explanation: Wording | None
    given_at: datetime
    given_by_id: UUID
    given_by: str
    confirmed_by: str
    is_last: bool


def standing(actor: Actor, text: FrozenText, language: str) -> Standing:
    """Where members stand on a text.

    Raises
    ------
    PermissionDenied
        Before the text is adopted, to all but delegates of the reflection and its secretariat.
    """
    reflection = text.proposal.priority.reflection
    is_public = Decision.objects.filter(text=text).exists() and may_see(actor, reflection)
    if not is_public and not may_see_positions(actor, reflection):
        raise PermissionDenied(
            _("Before a text is adopted, delegates and the secretariat alone see where members stand.")
        )
    return standings(reflection, [text], language)[text.pk]


def standings(reflection: Reflection, texts: Sequence[FrozenText], language: str) -> dict[UUID, Standing]:
    """Where members stand on several texts; a constant number of queries. The caller asks who may see."""
    needs_second = rules_of(reflection).needs_second_delegate
    ids = [text.pk for text in texts]
    adopted = set(Decision.objects.filter(text__in=ids).values_list("text_id", flat=True))
    entries = last_entries(ids)
    members = list(Member.objects.filter(reflection=reflection))
    explanations = [entry.position.explanation_id for entry in entries.values()]
    words = wordings([*(member.name_id for member in members), *explanations], language)
    members.sort(key=lambda member: normalize("NFKD", words[member.name_id].body).casefold())
    found = {}
    for text_id in ids:
        stands = []
        for member in members:
            entry = entries.get((text_id, member.pk))
            position = entry.position if entry else None
            stands.append(
                MemberStand(
                    code=member.code,
                    name=words[member.name_id],
                    kind=position.kind if position else None,
                    kind_label=position.get_kind_display() if position else "",
                    explanation=_words_of(position, words),
                    is_confirmed=bool(entry and entry.is_confirmed),
                    counts=entry is not None
                    and (text_id in adopted or entry.counts(needs_second_delegate=needs_second)),
                    given_at=position.given_at if position else None,
                )
            )
        found[text_id] = _standing(stands)
    return found


def own_entries(member: Member, texts: Sequence[UUID] | None, language: str) -> list[OwnEntry]:
    """All entries of a member, latest first, on some texts or on all; for its own delegates alone."""
    rows = Position.objects.filter(member=member).select_related("given_by").order_by("-id")
    if texts is not None:
        rows = rows.filter(text__in=texts)
    later = Position.objects.filter(text=OuterRef("text"), member=OuterRef("member"), pk__gt=OuterRef("pk"))
    entries = list(rows.annotate(is_last=~Exists(later)))
    confirmed = {
        each.position_id: str(each.confirmed_by)
        for each in PositionConfirmation.objects.filter(position__in=entries).select_related("confirmed_by")
    }
    words = wordings([entry.explanation_id for entry in entries], language)
    return [
        OwnEntry(
            id=entry.pk,
            text_id=entry.text_id,
            kind=entry.kind,
            kind_label=entry.get_kind_display(),
            explanation=_words_of(entry, words),
            given_at=entry.given_at,
            given_by_id=entry.given_by_id,
            given_by=str(entry.given_by),
            confirmed_by=confirmed.get(entry.pk, ""),
            is_last=entry.is_last,
        )
        for entry in entries
    ]


def _words_of(position: Position | None, words: dict[UUID, Wording]) -> Wording | None:
    if position is None or position.explanation_id is None:
        return None
    return words[position.explanation_id]


def _standing(stands: Sequence[MemberStand]) -> Standing:
    def codes_of(kind: str) -> tuple[str, ...]:
        return tuple(each.code for each in stands if each.counts and each.kind == kind)

    return Standing(
        members=tuple(stands),
        missing=tuple(each.code for each in stands if not each.counts),
        objecting=codes_of(Kind.OBJECTS),
        reserving=codes_of(Kind.RESERVES),
    )
