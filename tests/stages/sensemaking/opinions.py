"""Planted opinions: participants who vote by a plan, written straight into the ballots."""

from collections.abc import Callable
from uuid import uuid4

import numpy as np
from django.utils import timezone

from placet.stages.consultations.ballots.columns import BallotColumns
from placet.stages.consultations.bulk import append_ballots, microseconds, take_part_together
from placet.stages.consultations.models import Statement
from placet.stages.mandates.models import Constituency, Member, Participant, Standing
from placet.stages.sensemaking.actions import request_run, run_analysis
from placet.stages.sensemaking.models import AnalysisRun
from placet.stages.texts.models import TextVersion
from tests.stages.reflections import SmallReflection

Plan = Callable[[int, int], int | None]


def two_camps(participant: int, statement: int) -> int | None:
    """All agree on the first two statements; on the others, two camps of 2 : 1 take opposite sides."""
    if statement < 2:
        return 1 if participant % 10 else -1
    camp = 1 if participant % 3 else -1
    vote = camp if statement % 2 else -camp
    return 0 if (participant + statement) % 11 == 0 else vote


def plant(
    small: SmallReflection,
    n_participants: int,
    plan: Plan = two_camps,
    *,
    member: str | None = None,
    constituency: str | None = None,
) -> list[Participant]:
    """New participants of a member and a constituency, with a ballot wherever the plan gives a vote."""
    of_member = Member.objects.get(reflection=small.reflection, code=member) if member else None
    of_constituency = (
        Constituency.objects.get(reflection=small.reflection, key=constituency) if constituency else None
    )
    participants = Participant.objects.bulk_create(
        [
            Participant(
                reflection=small.reflection,
                standing=Standing.ANONYMOUS,
                member=of_member,
                constituency=of_constituency,
            )
            for _ in range(n_participants)
        ]
    )
    statements = list(
        Statement.objects.filter(consultation=small.consultation, state="accepted").order_by("reference")
    )
    versions = dict(
        TextVersion.objects.filter(text__in=[s.text_id for s in statements]).values_list("text_id", "pk")
    )
    parts = take_part_together(small.consultation, [participant.pk for participant in participants])
    cells = [(i, j, plan(i, j)) for i in range(n_participants) for j in range(len(statements))]
    rows, columns, votes = np.array([cell for cell in cells if cell[2] is not None], dtype=np.int64).T
    append_ballots(
        small.consultation,
        BallotColumns(
            statement_ids=tuple(statement.pk for statement in statements),
            participations=np.array([parts[participant.pk] for participant in participants])[rows],
            statements=columns,
            votes=votes,
            versions=np.array([versions[statement.text_id] for statement in statements])[columns],
            cast_at=np.full(votes.size, microseconds(timezone.now())),
            client_keys=np.array([uuid4() for _ in votes]),
        ),
    )
    small.consultation.refresh_from_db()
    return participants


def analysed(small: SmallReflection) -> AnalysisRun:
    """A finished run of the small reflection's consultation."""
    run = request_run(small.secretariat, small.consultation)
    assert run_analysis(run.pk) == AnalysisRun.State.DONE
    return AnalysisRun.objects.get(pk=run.pk)
