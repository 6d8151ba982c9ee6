"""A consultation as the engine reads it: its statements, and its votes up to a ballot.

Participants are numbered in the order of their first ballot in the consultation: the numbers are the same
in every later snapshot, and say nothing about anybody outside it.
"""

from collections.abc import Collection, Iterator

from django.db.models import Q

from placet.sense.votes import Conversation, VoteTable
from placet.sense.votes import Statement as Entry
from placet.stages.consultations.models import Consultation, Statement
from placet.stages.consultations.queries import votes_since
from placet.stages.texts.queries import wordings

ORIGINALS = ""  # a language that nothing is translated into


def take_snapshot(consultation: Consultation, last_sequence: int) -> Conversation:
    """The consultation's statements and current votes, counting ballots up to ``last_sequence``.

    A statement is known by its public reference and carries its original wording. One that was rejected or
    withdrawn counts as moderated out, and its text is left out: it is no longer shown to anybody. Those
    that no moderator has looked at yet are not part of the analysis.
    """
    statements = list(
        Statement.objects.filter(~Q(state=Statement.State.SUBMITTED), consultation=consultation)
    )
    texts = wordings([statement.text_id for statement in statements], ORIGINALS)
    entries = [as_entry(statement, texts[statement.text_id].body) for statement in statements]
    question = wordings([consultation.question_id], ORIGINALS)[consultation.question_id].body
    return Conversation(
        votes=_current_votes(consultation, last_sequence, {s.reference for s in statements}),
        statements=tuple(sorted(entries, key=lambda entry: str(entry.id))),
        topic=f"{question} [simulated]" if consultation.is_simulated else question,
    )


def as_entry(statement: Statement, text: str = "") -> Entry:
    """A statement that was moderated as the engine reads it."""
    is_accepted = statement.state == Statement.State.ACCEPTED
    return Entry(
        id=statement.reference,
        text=text if is_accepted else "",
        moderated=1 if is_accepted else -1,
        is_meta=statement.is_meta,
        is_seed=statement.is_seed,
    )


def counted_ballots(
    consultation: Consultation, last_sequence: int, references: Collection[str]
) -> Iterator[tuple[int, str, int, int]]:
    """Ballots on these statements in their order: participant's number, reference, vote and sequence.

    Ballots on other statements count for the numbers only, so that a number stays the same when a statement
    is moderated.
    """
    known = dict(Statement.objects.filter(consultation=consultation).values_list("pk", "reference"))
    numbers: dict[int, int] = {}
    for ballot in votes_since(consultation, 0, up_to=last_sequence):
        number = numbers.setdefault(ballot.participation_id, len(numbers) + 1)
        reference = known[ballot.statement_id]
        if reference in references:
            yield number, reference, ballot.vote, ballot.sequence


def _current_votes(consultation: Consultation, last_sequence: int, references: set[str]) -> VoteTable:
    participants: list[int] = []
    statements: list[str] = []
    votes: list[int] = []
    for number, statement, vote, _ in counted_ballots(consultation, last_sequence, references):
        participants.append(number)
        statements.append(statement)
        votes.append(vote)
    return VoteTable.from_events(participants, statements, votes)
