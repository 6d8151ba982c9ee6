"""What decides on ballots, read for many at once in the transaction that records them.

As SQL, because composing the same three queries through the ORM cost half of a commit. Identifiers come and
go as the database holds them (see ``rows.native``).
"""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from placet.stages.consultations.ballots.rows import batched, given, native, quoted
from placet.stages.consultations.models import Ballot, Participation, Statement
from placet.stages.mandates.models import Participant
from placet.stages.texts.models import TextVersion, Translation

Native = UUID | str


class Part(NamedTuple):
    """A participation as it stands."""

    id: int
    consultation_id: Native
    first_sequence: int | None
    paced_until: int
    standing: str


def known_sequences(identities: Collection[tuple[int, UUID]]) -> dict[tuple[int, Native], int]:
    """The sequences of ballots that are there already, by participation and client key."""
    identifier = native()
    known: dict[tuple[int, Native], int] = {}
    with connection.cursor() as cursor:
        for some in batched(identities):
            source, values = given([(pk, identifier(key)) for pk, key in some], "bigint", "uuid")
            cursor.execute(
                f"WITH sent(participation_id, client_key) AS ({source}) "  # noqa: S608
                f"SELECT ballot.participation_id, ballot.client_key, ballot.sequence FROM sent JOIN "
                f"{quoted(Ballot)} AS ballot ON ballot.participation_id = sent.participation_id "
                "AND ballot.client_key = sent.client_key AND ballot.client_key IS NOT NULL",
                values,
            )
            known.update(((pk, key), sequence) for pk, key, sequence in cursor.fetchall())
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


def live_versions(consultation_id: UUID, statement_ids: Collection[UUID]) -> set[tuple[Native, int]]:
    """Statements among those that take votes in the consultation, each with its versions."""
    identifier = native()
    found: set[tuple[Native, int]] = set()
    with connection.cursor() as cursor:
        for some in batched(statement_ids):
            source, values = given([(identifier(pk),) for pk in some], "uuid")
            cursor.execute(
                f"SELECT statement.id, version.id FROM {quoted(Statement)} AS statement "  # noqa: S608
                f"JOIN {quoted(TextVersion)} AS version ON version.text_id = statement.text_id "
                f"WHERE statement.id IN ({source}) AND statement.state = %s "
                "AND statement.consultation_id = %s",
                [*values, Statement.State.ACCEPTED.value, identifier(consultation_id)],
            )
            found.update(cursor.fetchall())
    return found


def versions_of_translations(ids: Collection[int]) -> dict[int, int]:
    """Of which version each translation is."""
    return dict(Translation.objects.filter(pk__in=ids).values_list("pk", "version_id")) if ids else {}
