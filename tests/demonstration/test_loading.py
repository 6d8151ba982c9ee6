"""What the loader puts into the database, with fewer simulated participants than a visitor sees."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from functools import partial

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from placet.demonstration import load
from placet.demonstration.guide import guided_paths
from placet.demonstration.sign_in import role_email
from placet.demonstration.simulation import simulate
from placet.stages.decisions.models import (
    Communique,
    Decision,
    Meeting,
    Position,
    SilenceEvent,
    SilenceProcedure,
)
from placet.stages.decisions.silence.actions import break_silence
from placet.stages.followup.models import Commitment, ProgressReport
from placet.stages.followup.queries import commitment_views, visible_commitments
from placet.stages.mandates.models import Member, Reflection
from placet.stages.people.models import Account, OutboxMessage
from placet.stages.proposals.freezing import frozen_document, matches_digest
from placet.stages.proposals.models import Amendment, AmendmentStand, Citation, Clause, NotTakenUp, Proposal
from placet.stages.proposals.permissions import member_spoken_for
from placet.stages.sensemaking.finding_models import Evidence, Finding, Stance
from placet.stages.sensemaking.findings.queries import finding_views, visible_findings
from placet.stages.texts.queries import all_wordings_of

pytestmark = pytest.mark.django_db
NATO, LEAGUE = "nato-2030", "seven-lights"
DECIDED = dt.date(2021, 6, 14)
STEPS: list[tuple[str, int, int]] = []


@pytest.fixture(scope="module", autouse=True)
def _loaded(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """The demonstration, loaded once for this module and taken out again."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        patch.setattr(load, "simulate", partial(simulate, n_participants=150))
        load.load_demonstration(report=lambda name, done, total: STEPS.append((name, done, total)))
        yield
        transaction.set_rollback(True)


def of(slug: str) -> Reflection:
    return Reflection.objects.get(slug=slug)


def words(text_id: object) -> dict[str, str]:
    return {each.language: each.body for each in all_wordings_of([text_id])[text_id]}  # type: ignore[list-item,index]


def test_progress_is_told_step_by_step() -> None:
    names, done, totals = zip(*STEPS, strict=True)
    assert list(done) == list(range(len(STEPS)))
    assert set(totals) == {len(STEPS) - 1}
    assert names[-1] == "done"


def test_a_second_load_does_nothing() -> None:
    load.load_demonstration(report=lambda *_: pytest.fail("nothing is to be done"))


def test_nobody_is_written_to() -> None:
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("slug", [NATO, LEAGUE])
def test_findings_are_simulated_and_filled_from_their_runs(slug: str, language: str) -> None:
    views = finding_views(visible_findings(AnonymousUser(), of(slug)), language)
    assert len(views) == {NATO: 18, LEAGUE: 3}[slug]
    for view in views:
        assert view.state == Finding.State.PUBLISHED
        assert view.is_simulated
        assert view.title.language == language
        assert view.figures
        assert "{" not in view.filled_text
        assert "%" in view.filled_text
        assert view.n_supporting


def test_every_finding_is_taken_up_or_says_why_not() -> None:
    for finding in Finding.objects.all():
        cited = Citation.objects.filter(finding=finding, taken_back_at=None).exists()
        assert cited != NotTakenUp.objects.filter(finding=finding, taken_back_at=None).exists()
    assert NotTakenUp.objects.count() == 2
    assert Citation.objects.filter(stance=Stance.AGAINST).count() == 2
    assert Evidence.objects.filter(stance=Stance.AGAINST).exists()
    bare = Clause.objects.exclude(pk__in=Citation.objects.values("clause"))
    assert Counter(clause.proposal.priority.reflection.slug for clause in bare) == {NATO: 1, LEAGUE: 1}


def test_eight_proposals_are_adopted_by_thirty_members() -> None:
    decisions = Decision.objects.filter(text__proposal__priority__reflection=of(NATO))
    assert len(decisions) == 8
    codes = set(Member.objects.filter(reflection=of(NATO)).values_list("code", flat=True))
    for decision in decisions:
        assert decision.way == Decision.Way.MEETING
        assert timezone.localdate(decision.adopted_at) == DECIDED
        assert set(decision.positions) == codes
        assert len(codes) == 30
        assert matches_digest(decision.text)
        assert set(frozen_document(decision.text).title) == {"en", "fr"}
    kinds = Position.objects.filter(text__in=decisions.values("text")).values_list("kind", flat=True)
    assert Counter(kinds) == {Position.Kind.JOINS: 240}
    proposals = Proposal.objects.filter(priority__reflection=of(NATO))
    assert {each.state for each in proposals} == {Proposal.State.ADOPTED}
    assert sorted(each.reference for each in proposals) == [f"N30-P-{n:04d}" for n in range(1, 9)]


def test_no_nation_asks_for_an_amendment_or_breaks_a_silence() -> None:
    assert not Amendment.objects.filter(proposal__priority__reflection=of(NATO)).exists()
    assert not SilenceProcedure.objects.filter(reflection=of(NATO)).exists()


def test_nobody_signs_in_as_the_invented_delegate_of_a_nation() -> None:
    given_by = set(
        Position.objects.filter(text__proposal__priority__reflection=of(NATO)).values_list(
            "given_by__email", "given_by__is_active"
        )
    )
    assert len(given_by) == 30
    assert [email for email, is_active in given_by if is_active] == [role_email("delegate")]


def test_what_followed_is_a_fact_with_its_source() -> None:
    views = commitment_views(visible_commitments(AnonymousUser(), of(NATO)), "en", today=timezone.localdate())
    statuses = {view.title.body: view.status for view in views}
    assert statuses["Launch an innovation fund"] == "fulfilled"
    assert statuses["Draw up the next Strategic Concept"] == "fulfilled"
    assert statuses["Set resilience objectives, and goals in every nation"] == "under-way"
    rows = Commitment.objects.filter(decision__text__proposal__priority__reflection=of(NATO))
    for commitment in rows:
        assert not commitment.is_simulated
        assert commitment.source_url.startswith("https://")
        assert all(step.source_url and step.reached_date for step in commitment.milestones.all())
        for report in ProgressReport.objects.filter(commitment=commitment):
            assert report.of_date >= DECIDED
            assert report.evidence.exists()
    silent = [view for view in views if "not on record here" in view.title.body]
    assert {view.status for view in silent} == {"not-begun"}
    assert len(silent) == 4


def test_what_is_invented_is_marked() -> None:
    marked: tuple[type[Model], ...] = (Finding, Proposal, Amendment, Communique, SilenceProcedure, Decision)
    for model in marked:
        assert not model._default_manager.filter(is_simulated=False).exists(), model
    assert list(Meeting.objects.filter(is_simulated=False).values_list("reflection__slug", flat=True)) == [
        NATO
    ]
    assert all(Reflection.objects.values_list("is_simulated", flat=True))
    league = Commitment.objects.filter(decision__text__proposal__priority__reflection=of(LEAGUE))
    assert all(league.values_list("is_simulated", flat=True))


def test_the_broken_silence_and_what_came_of_it() -> None:
    broken, kept, running = SilenceProcedure.objects.order_by("opened_at")
    assert [each.state for each in (broken, kept, running)] == ["broken", "adopted", "running"]
    event = SilenceEvent.objects.get(procedure=broken, kind=SilenceEvent.Kind.BROKEN)
    assert broken.deadline_at - event.happened_at == dt.timedelta(hours=1)
    assert event.member is not None
    assert event.member.code == "XF"
    assert set(words(event.reason_id)) == {"en", "fr"}
    amendment = Amendment.objects.get()
    assert amendment.state == Amendment.State.PARTLY
    assert broken.ended_at is not None
    assert broken.ended_at < amendment.submitted_at < amendment.answered_at < kept.opened_at  # type: ignore[operator]
    assert {row.stand for row in AmendmentStand.objects.all()} == {"supports", "opposes"}
    decision = Decision.objects.get(silence=kept)
    assert decision.adopted_at == kept.deadline_at == kept.ended_at
    assert "harbour master may keep" in decision.text.document
    assert "harbour master may keep" not in broken.text.document
    assert running.opened_at < timezone.now() < running.deadline_at


def test_one_island_joins_with_a_reservation() -> None:
    reserved = Position.objects.get(kind=Position.Kind.RESERVES)
    assert reserved.member.code == "XG"
    assert set(words(reserved.explanation_id)) == {"en", "fr"}
    decision = Decision.objects.get(text=reserved.text)
    assert len(decision.positions) == 7


def test_one_commitment_is_kept_one_is_late_one_goes_on() -> None:
    views = commitment_views(
        visible_commitments(AnonymousUser(), of(LEAGUE)), "fr", today=timezone.localdate()
    )
    assert sorted(view.status for view in views) == ["fulfilled", "overdue", "under-way"]


def test_the_real_reflection_stands_first(client: Client) -> None:
    assert list(Reflection.objects.order_by("-created_at").values_list("slug", flat=True)) == [NATO, LEAGUE]


def test_a_visitor_breaks_the_running_silence_as_the_delegate() -> None:
    delegate = Account.objects.get(email=role_email("delegate"))
    assert member_spoken_for(delegate, of(NATO)).code == "LU"  # type: ignore[union-attr]
    assert member_spoken_for(delegate, of(LEAGUE)).code == "XE"  # type: ignore[union-attr]
    running = SilenceProcedure.objects.get(state=SilenceProcedure.State.RUNNING)
    with transaction.atomic():
        break_silence(delegate, running, {"en": "Not this winter.", "fr": "Pas cet hiver."})
        assert running.state == SilenceProcedure.State.BROKEN
        with pytest.raises(PermissionDenied):
            break_silence(Account.objects.get(email=role_email("participant")), running, {"en": "x"})
        transaction.set_rollback(True)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_walks_of_the_demonstration_lead_to_pages(client: Client, language: str) -> None:
    page = client.get(f"/{language}/demonstration/").content.decode()
    paths = guided_paths()
    assert [len(path.steps) for path in paths] == [5, 5]
    for path in paths:
        for step in path.steps:
            address = f"/{language}/{step.url.split('/', 2)[2]}"
            assert f'href="{address}"' in page
            assert client.get(address).status_code == 200, address
