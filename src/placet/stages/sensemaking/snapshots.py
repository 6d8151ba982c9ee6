"""A consultation as the engine reads it: its statements, and its votes up to a ballot.

Participants are numbered in the order of their first ballot in the consultation: the numbers are the same
in every later snapshot, and say nothing about anybody outside it.
"""

from collections.abc import Collection, Iterator

from django.db.models import CharField, Q
from django.db.models.functions import Cast

from placet.sense.votes import Conversation, VoteTable
from placet.sense.votes import Statement as Entry
from placet.stages.consultations.models import Ballot, Consultation, Statement
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
    entries = [
        Entry(
            id=statement.reference,
            text=texts[statement.text_id].body if statement.state == Statement.State.ACCEPTED else "",
            moderated=1 if statement.state == Statement.State.ACCEPTED else -1,
            is_meta=statement.is_meta,
            is_seed=statement.is_seed,
        )
        for statement in statements
    ]
    question = wordings([consultation.question_id], ORIGINALS)[consultation.question_id].body
    return Conversation(
        votes=_current_votes(consultation, last_sequence, {s.reference for s in statements}),
        statements=tuple(sorted(entries, key=lambda entry: str(entry.id))),
        topic=f"{question} [simulated]" if consultation.is_simulated else question,
    )


def counted_ballots(
    consultation: Consultation, last_sequence: int, references: Collection[str]
) -> Iterator[tuple[int, str, int, int]]:
    """Ballots on these statements in their order: participant's number, reference, vote and sequence.

    Ballots on other statements count for the numbers only, so that a number stays the same when a statement
    is moderated.
    """
    ballots = (
        Ballot.objects.filter(consultation=consultation, sequence__lte=last_sequence)
        .order_by("sequence")
        # As text: on SQLite, making a UUID of each takes longer than all else.
        .values_list(Cast("participant_id", CharField()), "statement__reference", "vote", "sequence")
    )
    numbers: dict[str, int] = {}
    for participant, statement, vote, sequence in ballots.iterator(chunk_size=20_000):
        number = numbers.setdefault(participant, len(numbers) + 1)
        if statement in references:
            yield number, statement, vote, sequence


def _current_votes(consultation: Consultation, last_sequence: int, references: set[str]) -> VoteTable:
    participants: list[int] = []
    statements: list[str] = []
    votes: list[int] = []
    for number, statement, vote, _ in counted_ballots(consultation, last_sequence, references):
        participants.append(number)
        statements.append(statement)
        votes.append(vote)
    return VoteTable.from_events(participants, statements, votes)
