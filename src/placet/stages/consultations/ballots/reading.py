"""What decides on ballots, read for many at once in the transaction that records them.

As SQL, because composing the same three queries through the ORM cost half of a commit. Identifiers come and
go as the database holds them (see ``rows.native``).
"""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from placet.stages.consultations.ballots.rows import Native, batched, given, native, quoted
from placet.stages.consultations.models import Ballot, Participation, Statement
from placet.stages.mandates.models import Participant
from placet.stages.texts.models import TextVersion, Translation


class Part(NamedTuple):
    """A participation as it stands."""

    id: int
    consultation_id: Native
    first_sequence: int | None
    paced_until: int
    standing: str


def known_sequences(identities: Collection[tuple[int, Native]]) -> dict[tuple[int, Native], int]:
    """The sequences of ballots that are there already, by participation and client key.

    Looked up one by one inside the database: joined, PostgreSQL reads all ballots of a table that it has not
    counted for a minute.
    """
    known: dict[tuple[int, Native], int] = {}
    with connection.cursor() as cursor:
        for some in batched(identities):
            source, values = given(some, "bigint", "uuid")
            cursor.execute(
                f"WITH sent(participation_id, client_key) AS ({source}) "  # noqa: S608
                "SELECT sent.participation_id, sent.client_key, (SELECT ballot.sequence FROM "
                f"{quoted(Ballot)} AS ballot WHERE ballot.participation_id = sent.participation_id "
                "AND ballot.client_key = sent.client_key AND ballot.client_key IS NOT NULL) FROM sent",
                values,
            )
            rows = cursor.fetchall()
            known.update(((pk, key), sequence) for pk, key, sequence in rows if sequence is not None)
    return known


def participations(ids: Collection[int]) -> list[Part]:
    """Those participations that there are, of whatever consultation."""
    found: list[Part] = []
    with connection.cursor() as cursor:
        for some in batched(ids):
            source, values = given([(pk,) for pk in some], "bigint")
            cursor.execute(
                "SELECT part.id, part.consultation_id, part.first_sequence, part.paced_until, "  # noqa: S608
                f"participant.standing FROM {quoted(Participation)} AS part "
                f"JOIN {quoted(Participant)} AS participant ON participant.id = part.participant_id "
                f"WHERE part.id IN ({source})",
                values,
            )
            found.extend(map(Part._make, cursor.fetchall()))
    return found


def live_wordings(
    consultation_id: UUID, wordings: Collection[tuple[Native, int]]
) -> tuple[set[Native], set[tuple[Native, int]]]:
    """Which of those statements take votes in the consultation, and which of those wordings are theirs.

    Parameters
    ----------
    wordings : collection of (statement, version)
    """
    live: set[Native] = set()
    theirs: set[tuple[Native, int]] = set()
    with connection.cursor() as cursor:
        for some in batched(wordings):
            source, values = given(some, "uuid", "bigint")
            cursor.execute(
                f"WITH sent(statement_id, version_id) AS ({source}) "  # noqa: S608
                "SELECT sent.statement_id, sent.version_id, version.id IS NOT NULL FROM sent "
                f"JOIN {quoted(Statement)} AS statement ON statement.id = sent.statement_id "
                f"LEFT JOIN {quoted(TextVersion)} AS version "
                "ON version.id = sent.version_id AND version.text_id = statement.text_id "
                "WHERE statement.state = %s AND statement.consultation_id = %s",
                [*values, Statement.State.ACCEPTED.value, native()(consultation_id)],
            )
            for statement, version, is_theirs in cursor.fetchall():
                live.add(statement)
                if is_theirs:
                    theirs.add((statement, version))
    return live, theirs


def versions_of_translations(ids: Collection[int]) -> dict[int, int]:
    """Of which version each translation is."""
    return dict(Translation.objects.filter(pk__in=ids).values_list("pk", "version_id")) if ids else {}
