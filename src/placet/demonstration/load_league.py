"""Puts the invented league into the database: all that it did, as of the days on which it did it."""

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import numpy as np

from placet.demonstration.delegations import accredit, forget_letters
from placet.demonstration.league import League, LeagueCommitmentContent, SilenceContent
from placet.demonstration.load_findings import (
    Citable,
    LoadedProposal,
    bodies,
    draft_proposals,
    leave_findings,
    write_findings,
)
from placet.demonstration.past_ballots import append_past_ballots
from placet.stages.consultations import actions as consultations
from placet.stages.consultations.models import Consultation, Statement
from placet.stages.decisions.communiques.actions import draft_communique, publish_communique
from placet.stages.decisions.meetings.actions import (
    NewMeeting,
    close_meeting,
    open_meeting,
    plan_meeting,
    put_on_agenda,
)
from placet.stages.decisions.models import Decision, Position, SilenceProcedure
from placet.stages.decisions.positions.actions import adopt_text, take_position
from placet.stages.decisions.silence.actions import NewSilence, break_silence, open_silence
from placet.stages.decisions.silence.settling import settle
from placet.stages.followup.committing import (
    NewCommitment,
    add_milestone,
    make_commitment,
    publish_commitment,
)
from placet.stages.followup.reporting import report_progress
from placet.stages.mandates import actions as mandates
from placet.stages.mandates.models import (
    Constituency,
    Member,
    Participant,
    Priority,
    Reflection,
    Role,
    Standing,
)
from placet.stages.mandates.participation import grant_role
from placet.stages.people.models import Account
from placet.stages.proposals.amending.actions import NewAmendment, submit_amendment, take_stand
from placet.stages.proposals.amending.answering import answer_amendment
from placet.stages.proposals.freezing import freeze_proposal
from placet.stages.proposals.models import Amendment, AmendmentStand
from placet.stages.sensemaking import actions as sensemaking

LANGUAGES = ("en", "fr")
DELEGATE_MEMBER = "XE"  # whoever tries the demonstration as a delegate speaks for this island
NOON, HOUR = dt.time(12), dt.timedelta(hours=1)
GROUP_SHARES = (0.6, 0.4)
VOTING_RATE, PASS_RATE = 0.9, 0.12
SEED = 7


class _Days:
    """Days from the day of loading, as dates and as moments in the league's time zone."""

    def __init__(self, today: dt.date, time_zone: str) -> None:
        self._today, self._zone = today, ZoneInfo(time_zone)

    def date(self, day: int) -> dt.date:
        return self._today + dt.timedelta(days=day)

    def noon(self, day: int) -> dt.datetime:
        return dt.datetime.combine(self.date(day), NOON, self._zone)


def load_league_into(accounts: Mapping[str, Account], league: League, *, today: dt.date) -> None:
    """The league with its mandate, its consultation, its three proposals and its commitments.

    ``accounts`` has the demonstration's roles, of which the secretariat leads this reflection, too.
    """
    secretariat = accounts["secretariat"]
    days = _Days(today, league.frame.timezone)
    reflection = _found(secretariat, league, days)
    statements = _consult(secretariat, reflection, league, days)
    rows = Priority.objects.filter(reflection=reflection).order_by("number")
    priorities = {each.key: row for each, row in zip(league.priorities, rows, strict=True)}
    published_at = days.noon(league.consultation.closed_day + 1)
    findings = write_findings(
        secretariat, reflection, league.findings, priorities, Citable(statements), published_at=published_at
    )
    proposals = draft_proposals(
        secretariat, league.proposals, priorities, findings, published_at=published_at
    )
    leave_findings(secretariat, league.findings, findings)
    delegates = accredit(reflection, Member.objects.filter(reflection=reflection))
    rescue = _agree_on_rescue(secretariat, league, proposals, delegates, days)
    catch = _decide_at_council(secretariat, reflection, league, proposals, delegates, days)
    decisions = {league.kept_silence.proposal: rescue, league.meeting.proposal: catch}
    _issue(secretariat, reflection, league, list(decisions.values()), days)
    for each in league.commitments:
        _commit(secretariat, reflection, each, decisions[each.proposal], proposals[each.proposal], days)
    _open_silence(secretariat, proposals, league.running_silence, days)
    forget_letters(delegates.values())
    island = Member.objects.get(reflection=reflection, code=DELEGATE_MEMBER)
    grant_role(secretariat, reflection, accounts["delegate"], Role.DELEGATE, member=island)


def _found(secretariat: Account, league: League, days: _Days) -> Reflection:
    said, asked = league.frame, league.mandate
    reflection = mandates.found_reflection(
        secretariat,
        mandates.ReflectionFrame(
            slug=said.slug,
            reference_prefix=said.reference_prefix,
            name=bodies(said.name),
            summary=bodies(said.summary),
            languages=LANGUAGES,
            time_zone=said.timezone,
            accent_colour=said.accent_colour,
            emblem=said.emblem,
            is_simulated=True,
        ),
    )
    mandates.write_mandate(
        secretariat,
        reflection,
        issuer=bodies(asked.issuer),
        meeting=bodies(asked.meeting),
        body=bodies(asked.text),
        scope=bodies(asked.scope),
        given_date=days.date(asked.given_day),
        due_date=days.date(asked.due_day),
    )
    for priority in league.priorities:
        mandates.add_priority(
            secretariat, reflection, title=bodies(priority.title), description=bodies(priority.description)
        )
    mandates.add_members(secretariat, reflection, {m.code: bodies(m.name) for m in league.members})
    mandates.add_constituencies(
        secretariat, reflection, {c.key: bodies(c.title) for c in league.constituencies}
    )
    mandates.publish_reflection(secretariat, reflection)
    founded_at = days.noon(asked.given_day)
    Reflection.objects.filter(pk=reflection.pk).update(created_at=founded_at)  # lists have the newest first
    return reflection


def _consult(
    secretariat: Account, reflection: Reflection, league: League, days: _Days
) -> dict[str, Statement]:
    """The closed consultation with its simulated votes and their analysis; its statements by key."""
    said = league.consultation
    opens_at, closes_at = days.noon(said.opened_day), days.noon(said.closed_day)
    number = [each.key for each in league.priorities].index(said.priority) + 1
    consultation = consultations.create_consultation(
        secretariat,
        reflection.priorities.get(number=number),
        consultations.ConsultationFrame(
            question=bodies(said.question),
            introduction=bodies(said.introduction),
            eligibility=Consultation.Eligibility.OPEN,
            opens_at=opens_at,
            closes_at=closes_at,
            is_simulated=True,
        ),
    )
    seeds = [
        consultations.SeedStatement(
            bodies=bodies(each.text),
            original=each.original,
            is_seed=False,
            is_simulated=True,
            submitted_at=opens_at,
        )
        for each in said.statements
    ]
    statements = consultations.add_statements(secretariat, consultation, seeds)
    consultations.open_consultation(secretariat, consultation)
    _vote(reflection, consultation, statements, league, since=opens_at, lasted=closes_at - opens_at)
    run = sensemaking.request_run(secretariat, consultation)
    sensemaking.run_analysis(run.id)
    consultations.close_consultation(secretariat, consultation)
    return {each.key: row for each, row in zip(said.statements, statements, strict=True)}


def _vote(
    reflection: Reflection,
    consultation: Consultation,
    statements: list[Statement],
    league: League,
    *,
    since: dt.datetime,
    lasted: dt.timedelta,
) -> None:
    """Simulated votes: two groups that think apart, spread evenly over islands and constituencies."""
    said = league.consultation
    members = list(Member.objects.filter(reflection=reflection))
    constituencies = list(Constituency.objects.filter(reflection=reflection))
    participants = Participant.objects.bulk_create(
        [
            Participant(
                reflection=reflection,
                standing=Standing.ANONYMOUS,
                member=members[number % len(members)],
                constituency=constituencies[number % len(constituencies)],
                is_simulated=True,
            )
            for number in range(said.n_participants)
        ]
    )
    rng = np.random.default_rng(SEED)
    group = rng.choice(len(GROUP_SHARES), size=said.n_participants, p=GROUP_SHARES)
    chances = np.array([each.p_agree_in_group for each in said.statements])
    is_cast = rng.random((said.n_participants, len(statements))) < VOTING_RATE
    who, what = np.nonzero(is_cast)
    order = rng.permutation(len(who))
    who, what = who[order], what[order]
    agrees = rng.random(len(who)) < chances[what, group[who]]
    votes = np.where(rng.random(len(who)) < PASS_RATE, 0, np.where(agrees, 1, -1))
    append_past_ballots(
        consultation,
        statements,
        participants,
        participant_index=who,
        statement_index=what,
        votes=votes,
        time_offset=np.sort(rng.random(len(who))),
        since=since,
        lasted=lasted,
    )


def _open_silence(
    secretariat: Account, proposals: Mapping[str, LoadedProposal], said: SilenceContent, days: _Days
) -> SilenceProcedure:
    deadline_at = days.noon(said.deadline_day)
    new = NewSilence(
        deadline_at=deadline_at,
        time_zone=str(deadline_at.tzinfo),
        remind_hours_before=(),  # invented delegates are not written to
        is_simulated=True,
    )
    return open_silence(secretariat, proposals[said.proposal].proposal, new, now=days.noon(said.opened_day))


def _agree_on_rescue(
    secretariat: Account,
    league: League,
    proposals: Mapping[str, LoadedProposal],
    delegates: Mapping[str, Account],
    days: _Days,
) -> Decision:
    """A silence is broken an hour before its deadline; the text is amended, and adopted in silence."""
    said = league.broken_silence
    if said.member is None or said.reason is None:
        raise ValueError("a broken silence names its member and its reason")
    procedure = _open_silence(secretariat, proposals, said, days)
    broken_at = days.noon(said.deadline_day) - HOUR
    break_silence(delegates[said.member], procedure, bodies(said.reason), now=broken_at)
    _amend(secretariat, league, proposals, delegates, days)
    procedure = _open_silence(secretariat, proposals, league.kept_silence, days)
    settle(procedure, now=days.noon(league.kept_silence.deadline_day))
    return Decision.objects.get(silence=procedure)


def _amend(
    secretariat: Account,
    league: League,
    proposals: Mapping[str, LoadedProposal],
    delegates: Mapping[str, Account],
    days: _Days,
) -> None:
    said = league.amendment
    loaded = proposals[said.proposal]
    submitted_at = days.noon(said.submitted_day)
    new = NewAmendment(
        kind=Amendment.Kind.REWORD,
        clause=loaded.clauses[said.clause - 1],
        wording=bodies(said.wording),
        justification=bodies(said.justification),
        seen_version=1,
        is_simulated=True,
    )
    amendment = submit_amendment(delegates[said.member], loaded.proposal, new, now=submitted_at)
    for code in said.supported_by:
        take_stand(delegates[code], amendment, AmendmentStand.Stand.SUPPORTS)
    for code in said.opposed_by:
        take_stand(delegates[code], amendment, AmendmentStand.Stand.OPPOSES)
    answer_amendment(
        secretariat,
        amendment,
        Amendment.State.PARTLY,
        bodies(said.answer),
        wording=bodies(said.result),
        now=days.noon(said.answered_day),
    )
    Amendment.objects.filter(pk=amendment.pk).update(submitted_at=submitted_at)  # it was, then


def _decide_at_council(
    secretariat: Account,
    reflection: Reflection,
    league: League,
    proposals: Mapping[str, LoadedProposal],
    delegates: Mapping[str, Account],
    days: _Days,
) -> Decision:
    """All islands join, one of them with a reservation."""
    said, moment = league.meeting, days.noon(league.meeting.day)
    new = NewMeeting(
        title=bodies(said.title),
        place=bodies(said.place),
        starts_at=moment,
        time_zone=reflection.time_zone,
        is_simulated=True,
    )
    meeting = plan_meeting(secretariat, reflection, new)
    proposal = proposals[said.proposal].proposal
    freeze_proposal(secretariat, proposal, now=moment)
    item = put_on_agenda(secretariat, meeting, proposal)
    open_meeting(secretariat, meeting, now=moment)
    for code, delegate in delegates.items():
        if code == said.reserving_member:
            take_position(
                delegate,
                item.text,
                Position.Kind.RESERVES,
                explanation=bodies(said.reservation),
                now=moment,
            )
        else:
            take_position(delegate, item.text, Position.Kind.JOINS, now=moment)
    decision = adopt_text(secretariat, item, now=moment + HOUR)
    close_meeting(secretariat, meeting, now=moment + 2 * HOUR)
    return decision


def _issue(
    secretariat: Account,
    reflection: Reflection,
    league: League,
    decisions: list[Decision],
    days: _Days,
) -> None:
    said = league.communique
    communique = draft_communique(
        secretariat,
        reflection,
        title=bodies(said.title),
        preamble=bodies(said.preamble),
        issued_date=days.date(said.day),
        decisions=decisions,
        is_simulated=True,
    )
    publish_communique(secretariat, communique, now=days.noon(said.day) + 3 * HOUR)


def _commit(
    secretariat: Account,
    reflection: Reflection,
    said: LeagueCommitmentContent,
    decision: Decision,
    loaded: LoadedProposal,
    days: _Days,
) -> None:
    members = {member.code: member for member in Member.objects.filter(reflection=reflection)}
    new = NewCommitment(
        title=bodies(said.title),
        description=bodies(said.description),
        lead=members[said.lead],
        members=[members[code] for code in said.members],
        due_date=days.date(said.due_day),
        clause=loaded.clauses[said.clause - 1],
        is_simulated=True,
    )
    commitment = make_commitment(secretariat, decision, new)
    publish_commitment(secretariat, commitment, now=decision.adopted_at)
    for step in said.milestones:
        add_milestone(
            secretariat,
            commitment,
            bodies(step.title),
            due_date=days.date(step.due_day),
            reached_date=days.date(step.reached_day) if step.reached_day is not None else None,
        )
    for report in said.reports:
        report_progress(
            secretariat, commitment, report.kind, bodies(report.text), of_date=days.date(report.day)
        )
