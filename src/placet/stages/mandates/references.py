"""Permanent public references: ``N30-S-0142`` is the 142nd statement of the reflection N30."""

from collections.abc import Iterator

from django.db import transaction

from placet.stages.mandates.models import ReferenceCounter, Reflection

CONSULTATION, STATEMENT, ANALYSIS = "C", "S", "A"
CONTRIBUTION, CALL = "K", "CL"
SERIES, DIALOGUE, TAKEAWAY = "DS", "D", "T"
FINDING = "F"
PROPOSAL, CLAUSE, AMENDMENT = "P", "PC", "AM"
MEETING, SILENCE, DECISION, COMMUNIQUE = "M", "SP", "DC", "CQ"
COMMITMENT = "CM"


@transaction.atomic
def take_references(reflection: Reflection, kind: str, count: int = 1) -> Iterator[str]:
    """The next ``count`` references of a kind. A number is given out once, even to two writers at once."""
    ReferenceCounter.objects.get_or_create(reflection=reflection, kind=kind)
    counter = ReferenceCounter.objects.select_for_update().get(reflection=reflection, kind=kind)
    first = counter.last_number + 1
    counter.last_number += count
    counter.save(update_fields=["last_number"])
    return iter(
        [f"{reflection.reference_prefix}-{kind}-{number:04d}" for number in range(first, first + count)]
    )
