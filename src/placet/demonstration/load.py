"""Puts the demonstration reflection into the database, through the same actions that people use.

All of it in one transaction: an interrupted load leaves nothing behind, and the next start begins anew.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final
from uuid import uuid5

from django.db import transaction
from django.utils import timezone

from placet.demonstration.content import (
    ConsultationContent,
    DemonstrationContent,
    MilestoneContent,
    StatementContent,
    load_content,
)
from placet.demonstration.league import load_league
from placet.demonstration.load_decisions import load_decisions_into, load_proposals_into
from placet.demonstration.load_findings import Citable
from placet.demonstration.load_league import load_league_into
from placet.demonstration.load_voices import load_voices_into
from placet.demonstration.outcome import load_outcome
from placet.demonstration.past_ballots import append_past_ballots
from placet.demonstration.shapes import Bilingual, Language
from placet.demonstration.sign_in import ROLES, role_email
from placet.demonstration.simulation import SimulatedConsultationVotes, SimulatedVotes, simulate
from placet.demonstration.voices import load_voices
from placet.stages.consultations import actions as consultations
from placet.stages.consultations.models import Consultation, Statement
from placet.stages.mandates import actions as mandates
from placet.stages.mandates.models import Constituency, Member, Participant, Reflection, Role, Standing
from placet.stages.mandates.participation import declare_belonging, grant_role, participant_for
from placet.stages.people.actions import create_account
from placet.stages.people.models import Account
from placet.stages.sensemaking import actions as sensemaking
from placet.stages.sensemaking.releases import publish_release
from placet.stages.sensemaking.themes.building import request_themes

Report = Callable[[str, int, int], None]

DELEGATE_MEMBER = "LU"
PARTICIPANT_MEMBER, PARTICIPANT_CONSTITUENCY = "FR", "young-leaders"
EMBLEM = "compass"
LANGUAGES: Final[tuple[Language, ...]] = ("en", "fr")
OPEN_SINCE = dt.timedelta(days=21)
OPEN_FOR = dt.timedelta(days=365)
RUN_EVERY_MINUTES = 10
RELEASE_EVERY_DAYS, LEAST_CELL_COUNT = 7, 10
STATE_OF_STATUS = {
    "approved": Statement.State.ACCEPTED,
    "submitted": Statement.State.SUBMITTED,
    "rejected": Statement.State.REJECTED,
}


def load_demonstration(*, report: Report) -> None:
    """Load the demonstration, unless it is there already.

    Parameters
    ----------
    report : callable of (str, int, int)
        Told what is being done, how many steps are done, and how many there are.
    """
    content = load_content()
    if Reflection.objects.filter(slug=content.reflection.slug).exists():
        return
    voices = load_voices(content)
    outcome = load_outcome(content, voices)
    league = load_league()
    n_steps = 7 + 2 * len(content.consultations)
    steps = iter(range(n_steps))

    def next_step(name: str) -> None:
        report(name, next(steps), n_steps)

    with transaction.atomic():
        next_step("accounts")
        accounts = _create_accounts()
        secretariat = accounts["secretariat"]
        next_step("reflection")
        reflection = _found(content, secretariat)
        _give_roles(reflection, accounts)
        next_step("participants")
        simulated = simulate(content)
        participants = _create_participants(reflection, content, simulated)
        loaded: list[Consultation] = []
        statements: dict[str, Statement] = {}
        for each, votes in zip(content.consultations, simulated.consultations, strict=True):
            next_step(f"votes: {each.question.en}")
            consultation, by_key = _load_consultation(
                reflection, secretariat, content, each, votes, participants
            )
            loaded.append(consultation)
            statements |= by_key
        next_step("dialogues and contributions")
        said = load_voices_into(reflection, accounts, content, voices, participants)
        for consultation in loaded:
            next_step(f"analysis: {consultation.reference}")
            _analyse(secretariat, consultation)
        next_step("findings and proposals")
        citable = Citable(statements, said.contributions, said.takeaways)
        proposals = load_proposals_into(reflection, secretariat, content, outcome, citable)
        next_step("the decision and what followed it")
        load_decisions_into(reflection, accounts, content, outcome, proposals, spoken_for=DELEGATE_MEMBER)
        next_step("an invented league")
        load_league_into(accounts, league, today=timezone.localdate())
    report("done", n_steps, n_steps)


def _create_accounts() -> dict[str, Account]:
    return {
        role: create_account(
            role_email(role),
            name=role.capitalize(),
            is_verified=True,
            may_found_reflections=role == "secretariat",
        )
        for role in ROLES
    }


def _found(content: DemonstrationContent, secretariat: Account) -> Reflection:
    said = content.reflection
    reflection = mandates.found_reflection(
        secretariat,
        mandates.ReflectionFrame(
            slug=said.slug,
            reference_prefix=said.reference_prefix,
            name=_bodies(said.name),
            summary=_bodies(said.summary),
            languages=said.languages,
            time_zone=said.timezone,
            accent_colour=said.accent_colour,
            emblem=EMBLEM,
            is_simulated=True,
        ),
    )
    asked = content.mandate
    mandates.write_mandate(
        secretariat,
        reflection,
        issuer=_bodies(asked.given_by),
        meeting=_bodies(asked.place),
        body=_bodies(asked.text),
        scope=_bodies(asked.scope),
        given_date=asked.end_date,
        due_date=asked.due_date,
    )
    for priority in content.priorities:
        mandates.add_priority(
            secretariat,
            reflection,
            title=_bodies(priority.title),
            description=_bodies(priority.description),
        )
    mandates.add_members(secretariat, reflection, {m.code: _bodies(m.name) for m in content.members})
    mandates.add_constituencies(
        secretariat, reflection, {c.key: _bodies(c.name) for c in content.constituencies}
    )
    titles = {source.key: source.title for source in content.sources}
    mandates.add_milestones(secretariat, reflection, [_milestone(m, titles) for m in content.milestones])
    mandates.publish_reflection(secretariat, reflection)
    return reflection


def _milestone(milestone: MilestoneContent, titles: Mapping[str, Bilingual]) -> mandates.NewMilestone:
    return mandates.NewMilestone(
        kind=milestone.kind,
        title=_bodies(milestone.title),
        description=_bodies(milestone.sentence),
        start_date=milestone.start_date,
        end_date=milestone.end_date,
        precision=milestone.precision,
        date_note=_bodies(milestone.date_note) if milestone.date_note else None,
        source=_joined([titles[key] for key in milestone.sources]),
        is_simulated=milestone.simulated,
    )


def _give_roles(reflection: Reflection, accounts: Mapping[str, Account]) -> None:
    secretariat = accounts["secretariat"]
    member = Member.objects.get(reflection=reflection, code=DELEGATE_MEMBER)
    grant_role(secretariat, reflection, accounts["moderator"], Role.MODERATOR)
    grant_role(secretariat, reflection, accounts["partner"], Role.PARTNER)
    grant_role(secretariat, reflection, accounts["delegate"], Role.DELEGATE, member=member)
    declare_belonging(
        participant_for(accounts["participant"], reflection),
        member=Member.objects.get(reflection=reflection, code=PARTICIPANT_MEMBER),
        constituency=Constituency.objects.get(reflection=reflection, key=PARTICIPANT_CONSTITUENCY),
    )


def _create_participants(
    reflection: Reflection, content: DemonstrationContent, simulated: SimulatedVotes
) -> list[Participant]:
    members = dict(Member.objects.filter(reflection=reflection).values_list("code", "pk"))
    keys = dict(Constituency.objects.filter(reflection=reflection).values_list("key", "pk"))
    return Participant.objects.bulk_create(
        [
            Participant(
                id=uuid5(reflection.id, f"simulated participant {number}"),
                reflection=reflection,
                standing=Standing.ANONYMOUS,
                member_id=members[content.members[member].code],
                constituency_id=keys[content.constituencies[constituency].key],
                is_simulated=True,
            )
            for number, (member, constituency) in enumerate(
                zip(simulated.member_index, simulated.constituency_index, strict=True)
            )
        ],
        batch_size=1_000,
    )


def _load_consultation(
    reflection: Reflection,
    secretariat: Account,
    content: DemonstrationContent,
    said: ConsultationContent,
    votes: SimulatedConsultationVotes,
    participants: list[Participant],
) -> tuple[Consultation, dict[str, Statement]]:
    """The consultation under one priority with its votes; and its statements by key."""
    number = next(p.number for p in content.priorities if p.key == said.priority)
    opens_at = timezone.now().replace(minute=0, second=0, microsecond=0) - OPEN_SINCE
    consultation = consultations.create_consultation(
        secretariat,
        reflection.priorities.get(number=number),
        consultations.ConsultationFrame(
            question=_bodies(said.question),
            introduction=_bodies(said.introduction),
            eligibility=Consultation.Eligibility.OPEN,
            opens_at=opens_at,
            closes_at=opens_at + OPEN_FOR,
            is_simulated=True,
        ),
    )
    statements = consultations.add_statements(
        secretariat, consultation, [_seed(statement, opens_at) for statement in said.statements]
    )
    consultations.open_consultation(secretariat, consultation)
    approved = [
        row for row, each in zip(statements, said.statements, strict=True) if each.status == "approved"
    ]
    append_past_ballots(
        consultation,
        approved,
        participants,
        participant_index=votes.participant_index,
        statement_index=votes.statement_index,
        votes=votes.vote,
        time_offset=votes.time_offset,
        since=opens_at,
        lasted=OPEN_SINCE,
    )
    return consultation, {each.key: row for each, row in zip(said.statements, statements, strict=True)}


def _seed(statement: StatementContent, opens_at: dt.datetime) -> consultations.SeedStatement:
    reason = getattr(statement.reason, statement.original) if statement.reason else ""
    return consultations.SeedStatement(
        bodies=_bodies(statement.text),
        original=statement.original,
        state=STATE_OF_STATUS[statement.status],
        is_seed=False,
        is_simulated=True,
        moderation_reason=reason,
        submitted_at=opens_at,
    )


def _analyse(secretariat: Account, consultation: Consultation) -> None:
    run = sensemaking.request_run(secretariat, consultation)
    sensemaking.run_analysis(run.id)
    request_themes(secretariat, consultation)  # found by the worker, once all of it is loaded
    publish_release(consultation, timezone.now())
    sensemaking.schedule_runs(secretariat, consultation, RUN_EVERY_MINUTES)
    sensemaking.set_releases(secretariat, consultation, every_days=RELEASE_EVERY_DAYS, k=LEAST_CELL_COUNT)


def _joined(texts: list[Bilingual]) -> dict[str, str]:
    return {language: " · ".join(text.in_language(language) for text in texts) for language in LANGUAGES}


def _bodies(text: Bilingual) -> dict[str, str]:
    return {"en": text.en, "fr": text.fr}
