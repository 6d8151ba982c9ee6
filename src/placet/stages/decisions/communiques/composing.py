"""Composing the document of a communiqué from what stands on record at the moment of its publication."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from placet.stages.decisions.communiques.document import (
    FORMAT,
    AdoptedClause,
    AdoptedText,
    CitedFinding,
    CommuniqueDocument,
    MeetingOf,
    Reservation,
)
from placet.stages.decisions.communiques.figures import figure_of
from placet.stages.decisions.models import Communique, Decision, Position
from placet.stages.proposals.freezing import FrozenDocument, frozen_document, matches_digest
from placet.stages.sensemaking.finding_models import Finding
from placet.stages.sensemaking.findings.queries import finding_views
from placet.stages.texts.models import Origin
from placet.stages.texts.queries import all_wordings_of


def compose(communique: Communique, decisions: Sequence[Decision], now: datetime) -> CommuniqueDocument:
    """All that a communiqué says, as of now; a number of queries that does not grow with its texts.

    Parameters
    ----------
    decisions : sequence of Decision
        In their order, with meeting, silence procedure and frozen text at hand.

    Raises
    ------
    ValidationError
        Where a frozen text no longer matches its digest, or a clause cites a finding that is a draft.
    """
    reflection = communique.reflection
    frozen = {decision.pk: _intact(decision) for decision in decisions}
    findings = _findings(frozen.values(), reflection.languages)
    counted = counted_reservations(decisions)
    words = _words(
        [
            reflection.name_id,
            communique.title_id,
            communique.preamble_id,
            *(each for decision in decisions for each in _texts_of_meeting(decision)),
            *(each for positions in counted.values() for each in _texts_of_positions(positions)),
        ],
        reflection.languages,
    )
    texts = tuple(
        _adopted_text(decision, frozen[decision.pk], counted[decision.pk], words) for decision in decisions
    )
    return CommuniqueDocument(
        format=FORMAT,
        reference=communique.reference,
        reflection=reflection.slug,
        reflection_name=words[reflection.name_id],
        languages=tuple(reflection.languages),
        time_zone=reflection.time_zone,
        title=words[communique.title_id],
        preamble=words[communique.preamble_id] if communique.preamble_id else {},
        issued_date=communique.issued_date.isoformat(),
        published_at=_moment(now),
        is_simulated=communique.is_simulated
        or reflection.is_simulated
        or any(text.is_simulated for text in texts),
        texts=texts,
        findings=findings,
    )


def _intact(decision: Decision) -> FrozenDocument:
    if not matches_digest(decision.text):
        raise ValidationError(
            _(
                "The text of decision %(reference)s no longer matches its digest. It cannot be published:"
                " have the record of the platform examined."
            )
            % {"reference": decision.reference}
        )
    return frozen_document(decision.text)


def _findings(texts: Iterable[FrozenDocument], languages: Sequence[str]) -> tuple[CitedFinding, ...]:
    """Every finding that a clause cites, by reference, its figures filled in, in every language."""
    cited = {
        reference
        for text in texts
        for clause in text.clauses
        for reference in (*clause.findings, *clause.against)
    }
    found = list(Finding.objects.filter(reference__in=cited).order_by("reference"))
    for finding in found:
        if finding.state == Finding.State.DRAFT:
            raise ValidationError(
                _("Finding %(reference)s is cited by a clause and still a draft. Publish it first.")
                % {"reference": finding.reference}
            )
    views = {
        language: {view.reference: view for view in finding_views(found, language)} for language in languages
    }
    first = views[languages[0]]
    return tuple(
        CitedFinding(
            reference=finding.reference,
            state=str(finding.state),
            title={
                view.title.language: view.title.body
                for view in (views[language][finding.reference] for language in languages)
            },
            text={
                view.text.language: view.filled_text
                for view in (views[language][finding.reference] for language in languages)
            },
            figures=tuple(figure_of(figure) for figure in first[finding.reference].figures),
            is_simulated=finding.is_simulated,
        )
        for finding in found
    )


def counted_reservations(decisions: Sequence[Decision]) -> dict[UUID, list[Position]]:
    """The positions that counted and hold a reservation, by decision and member."""
    numbers = {decision.pk: set(_counted(decision)) for decision in decisions}
    every = {number for some in numbers.values() for number in some}
    held = Position.objects.filter(pk__in=every, kind=Position.Kind.RESERVES).select_related("member")
    rows = list(held.order_by("member__code"))
    return {pk: [row for row in rows if row.pk in some] for pk, some in numbers.items()}


def _counted(decision: Decision) -> list[int]:
    """The numbers of the positions that a decision rests on."""
    held: Mapping[str, int | None] = decision.positions or {}
    return [number for number in held.values() if number is not None]


def _texts_of_meeting(decision: Decision) -> list[UUID | None]:
    return [decision.meeting.title_id, decision.meeting.place_id] if decision.meeting else []


def _texts_of_positions(positions: Iterable[Position]) -> list[UUID | None]:
    return [text for each in positions for text in (each.explanation_id, each.member.name_id)]


def _words(text_ids: Iterable[UUID | None], languages: Sequence[str]) -> dict[UUID, dict[str, str]]:
    """Each text in the languages of the reflection, and in its original where that is another one."""
    return {
        text_id: {
            wording.language: wording.body
            for wording in found
            if wording.language in languages or wording.is_original
        }
        for text_id, found in all_wordings_of(text_ids).items()
    }


def _adopted_text(
    decision: Decision,
    frozen: FrozenDocument,
    reservations: Sequence[Position],
    words: Mapping[UUID, dict[str, str]],
) -> AdoptedText:
    meeting = decision.meeting
    return AdoptedText(
        decision=decision.reference,
        way=str(decision.way),
        adopted_at=_moment(decision.adopted_at),
        meeting=MeetingOf(
            reference=meeting.reference,
            title=words[meeting.title_id],
            place=words[meeting.place_id] if meeting.place_id else {},
        )
        if meeting
        else None,
        silence=decision.silence.reference if decision.silence else "",
        proposal=frozen.reference,
        frozen_number=frozen.number,
        digest=decision.text.digest,
        title=frozen.title,
        by_machine=_by_machine(frozen),
        clauses=tuple(
            AdoptedClause(each.reference, each.number, each.bodies, each.findings, each.against)
            for each in frozen.clauses
        ),
        reservations=tuple(
            Reservation(
                member=each.member.code,
                name=words[each.member.name_id],
                explanation=words[each.explanation_id] if each.explanation_id else {},
            )
            for each in reservations
        ),
        is_simulated=decision.is_simulated,
    )


def _by_machine(frozen: FrozenDocument) -> tuple[str, ...]:
    return tuple(
        language
        for language in frozen.languages
        if any(clause.origins.get(language) == Origin.MACHINE for clause in frozen.clauses)
    )


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="seconds")
