"""Puts the end of NATO 2030 into the database: findings, proposals, the decision, and what followed it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from django.utils import timezone

from placet.demonstration.delegations import accredit, retire
from placet.demonstration.findings import ProposalContent
from placet.demonstration.load_findings import (
    Citable,
    LoadedProposal,
    bodies,
    draft_proposals,
    leave_findings,
    write_findings,
)
from placet.demonstration.outcome import CommitmentContent, Outcome
from placet.demonstration.shapes import Bilingual, DemonstrationContent, SourceContent
from placet.stages.decisions.communiques.actions import draft_communique, publish_communique
from placet.stages.decisions.meetings.actions import (
    NewMeeting,
    close_meeting,
    open_meeting,
    plan_meeting,
    put_on_agenda,
)
from placet.stages.decisions.models import Decision, Meeting, Position
from placet.stages.decisions.positions.actions import adopt_text
from placet.stages.followup.committing import (
    NewCommitment,
    add_milestone,
    make_commitment,
    publish_commitment,
)
from placet.stages.followup.models import Commitment
from placet.stages.followup.reporting import report_progress
from placet.stages.mandates.models import Member, Priority, Reflection
from placet.stages.people.models import Account
from placet.stages.proposals.freezing import freeze_proposal

NOON = dt.time(12)


def load_proposals_into(
    reflection: Reflection,
    secretariat: Account,
    content: DemonstrationContent,
    outcome: Outcome,
    citable: Citable,
) -> dict[str, LoadedProposal]:
    """Findings from today's analyses, and the eight proposals that were put to the leaders."""
    by_number = {row.number: row for row in Priority.objects.filter(reflection=reflection)}
    priorities = {each.key: by_number[each.number] for each in content.priorities}
    findings = write_findings(
        secretariat, reflection, outcome.findings, priorities, citable, published_at=timezone.now()
    )
    proposals = draft_proposals(
        secretariat,
        [_with_note(each, outcome.note) for each in outcome.proposals],
        priorities,
        findings,
        published_at=_moment(outcome, reflection, dt.time()),
    )
    leave_findings(secretariat, outcome.findings, findings)
    return proposals


def load_decisions_into(
    reflection: Reflection,
    accounts: Mapping[str, Account],
    content: DemonstrationContent,
    outcome: Outcome,
    proposals: Mapping[str, LoadedProposal],
    *,
    spoken_for: str,
) -> None:
    """The summit, at which every member joins as it did, the communiqué, and what is on record of the rest.

    ``spoken_for`` is the code of the member whose delegate has an account already.
    """
    secretariat = accounts["secretariat"]
    others = Member.objects.filter(reflection=reflection).exclude(code=spoken_for)
    invented = accredit(reflection, others)
    decisions = _decide(
        reflection, secretariat, outcome, proposals, invented | {spoken_for: accounts["delegate"]}
    )
    retire(invented.values())
    moment = _moment(outcome, reflection, NOON)
    communique = draft_communique(
        secretariat,
        reflection,
        title=bodies(outcome.communique.title),
        preamble=bodies(outcome.communique.preamble),
        issued_date=outcome.meeting.date,
        decisions=list(decisions.values()),
        is_simulated=outcome.communique.simulated,
    )
    publish_communique(secretariat, communique, now=moment)
    sources = {source.key: source for source in content.sources}
    for each in outcome.commitments:
        _commit(secretariat, each, decisions[each.proposal], proposals[each.proposal], sources, moment)


def _decide(
    reflection: Reflection,
    secretariat: Account,
    outcome: Outcome,
    proposals: Mapping[str, LoadedProposal],
    delegates: Mapping[str, Account],
) -> dict[str, Decision]:
    """All members join all texts; their 240 entries are written at once, for time."""
    said, moment = outcome.meeting, _moment(outcome, reflection, NOON)
    new = NewMeeting(
        title=bodies(said.title),
        place=bodies(said.place),
        starts_at=moment,
        time_zone=reflection.time_zone,
    )
    meeting = plan_meeting(secretariat, reflection, new)
    # The reflection is a simulation; that the leaders met is not.
    Meeting.objects.filter(pk=meeting.pk).update(is_simulated=said.simulated)
    items = {}
    for key, each in proposals.items():
        freeze_proposal(secretariat, each.proposal, now=moment)
        items[key] = put_on_agenda(secretariat, meeting, each.proposal)
    open_meeting(secretariat, meeting, now=moment)
    members = {member.code: member for member in Member.objects.filter(reflection=reflection)}
    decisions = {}
    for key, item in items.items():
        Position.objects.bulk_create(
            [
                Position(
                    text=item.text,
                    member=members[code],
                    kind=Position.Kind.JOINS,
                    given_by=delegate,
                    given_at=moment,
                )
                for code, delegate in sorted(delegates.items())
            ]
        )
        decisions[key] = adopt_text(secretariat, item, now=moment)
    close_meeting(secretariat, meeting, now=moment)
    return decisions


def _commit(
    secretariat: Account,
    said: CommitmentContent,
    decision: Decision,
    loaded: LoadedProposal,
    sources: Mapping[str, SourceContent],
    published_at: dt.datetime,
) -> None:
    new = NewCommitment(
        title=bodies(said.title),
        description=bodies(said.description),
        lead=bodies(said.lead),
        source_url=sources[said.source].url,
        clause=loaded.clauses[said.clause - 1] if said.clause else None,
    )
    commitment = make_commitment(secretariat, decision, new)
    # The words decided on are invented; what followed is on public record.
    Commitment.objects.filter(pk=commitment.pk).update(is_simulated=said.simulated)
    publish_commitment(secretariat, commitment, now=published_at)
    for step in said.milestones:
        add_milestone(
            secretariat,
            commitment,
            bodies(step.title),
            due_date=step.date,
            precision=step.precision,
            reached_date=step.date,
            source_url=sources[step.source].url,
        )
    for report in said.reports:
        source = sources[report.source]
        report_progress(
            secretariat,
            commitment,
            report.kind,
            bodies(report.text),
            of_date=report.date,
            evidence=[(source.title.en, source.url)],
        )


def _with_note(said: ProposalContent, note: Bilingual) -> ProposalContent:
    summary = Bilingual(
        en=f"{said.summary.en}\n\n{note.en}",
        fr=f"{said.summary.fr}\n\n{note.fr}",
    )
    return replace(said, summary=summary)


def _moment(outcome: Outcome, reflection: Reflection, time: dt.time) -> dt.datetime:
    """That time of the day of the decision, where the reflection is at home."""
    return dt.datetime.combine(outcome.meeting.date, time, ZoneInfo(reflection.time_zone))
