"""Making commitments and reporting on them: who may, what is refused, what is kept."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from placet.stages.followup.committing import (
    add_indicator,
    add_milestone,
    change_commitment,
    make_commitment,
    publish_commitment,
    reach_milestone,
    remove_indicator,
    remove_milestone,
)
from placet.stages.followup.models import (
    Commitment,
    CommitmentMember,
    IndicatorValue,
    Precision,
    ProgressReport,
    ReportEvidence,
)
from placet.stages.followup.permissions import visible_commitments
from placet.stages.followup.reporting import report_progress
from placet.stages.followup.status import Status
from placet.stages.mandates.models import Organisation
from placet.stages.mandates.organisations import OrganisationFrame, add_organisation
from placet.stages.record.models import AuditEntry
from placet.stages.texts.actions import create_text
from tests.stages.followup.commitments import SmallCommitment, in_days
from tests.stages.reflections import NOBODY, SmallReflection

pytestmark = pytest.mark.django_db
Kind = ProgressReport.Kind


@pytest.fixture
def made() -> SmallCommitment:
    return SmallCommitment(SmallReflection())


def test_a_commitment_is_a_draft_until_it_is_published(made: SmallCommitment) -> None:
    draft = made.add(is_published=False)
    reflection = made.small.reflection
    assert set(visible_commitments(NOBODY, reflection)) == {made.commitment}
    assert set(visible_commitments(made.small.accounts["delegate"], reflection)) == {made.commitment}
    assert set(visible_commitments(made.secretariat, reflection)) == {made.commitment, draft}
    publish_commitment(made.secretariat, draft)
    at = draft.published_at
    publish_commitment(made.secretariat, draft)
    assert at is not None
    assert draft.published_at == at
    assert draft in visible_commitments(NOBODY, reflection)
    assert (
        AuditEntry.objects.filter(action="followup.publish_commitment", target=draft.reference).count() == 1
    )


def test_its_dates_are_kept_as_the_last_day_that_they_may_be(made: SmallCommitment) -> None:
    kept = made.add(due_date=in_days(40).replace(month=5, day=3), due_precision=Precision.YEAR)
    assert kept.due_date is not None
    assert (kept.due_date.month, kept.due_date.day) == (12, 31)
    assert made.view(kept).due is not None
    assert str(made.view(kept).due) == str(kept.due_date.year)


@pytest.mark.parametrize("lead", ["member", "organisation", "named"])
def test_who_leads(made: SmallCommitment, lead: str) -> None:
    chosen: object = {"en": "The military authorities", "fr": "Les autorités militaires"}
    if lead == "member":
        chosen = made.member("PL")
    if lead == "organisation":
        frame = OrganisationFrame({"en": "Agency"})
        chosen = add_organisation(made.secretariat, made.small.reflection, frame)
    view = made.view(made.add(lead=chosen))
    kinds = {"member": "Poland", "organisation": "Agency", "named": "The military authorities"}
    assert str(view.lead.name) == kinds[lead]


def test_whoever_leads_does_not_contribute_beside(made: SmallCommitment) -> None:
    both = (made.member("FR"), made.member("PL"))
    commitment = made.add(is_published=False, members=both)
    assert [each.code for each in made.view(commitment).members] == ["PL"]
    change_commitment(made.secretariat, commitment, made.said(lead=made.member("PL"), members=both))
    assert [each.code for each in made.view(commitment).members] == ["FR"]
    change_commitment(made.secretariat, commitment, made.said(lead={"en": "A body"}, members=()))
    assert not CommitmentMember.objects.filter(commitment=commitment).exists()
    assert str(made.view(commitment).lead.name) == "A body"


def test_what_is_refused_says_why(made: SmallCommitment) -> None:
    other = SmallCommitment(SmallReflection(slug="other", prefix="OTHER"))
    stranger = Organisation.objects.create(
        reflection=other.small.reflection, name=create_text({"en": "X"}, original="en")
    )
    wrong: list[tuple[str, dict[str, object]]] = [
        ("title", {"title": {"fr": "Sans original"}}),
        ("lead", {"lead": {"en": " "}}),
        ("lead", {"lead": other.member("FR")}),
        ("lead", {"lead": stranger}),
        ("members", {"members": (other.member("PL"),)}),
        ("clause", {"clause": other.clauses[0]}),
    ]
    for field, changes in wrong:
        with pytest.raises(ValidationError) as refusal:
            make_commitment(made.secretariat, made.decision, made.said(**changes))
        assert field in refusal.value.message_dict
    assert Commitment.objects.count() == 2


def test_what_was_committed_to_stays_once_it_is_published(made: SmallCommitment) -> None:
    step = made.step(30)
    indicator = add_indicator(made.secretariat, made.commitment, {"en": "Lines"})
    for deed in (
        lambda: change_commitment(made.secretariat, made.commitment, made.said(due_date=in_days(999))),
        lambda: remove_milestone(made.secretariat, step),
        lambda: remove_indicator(made.secretariat, indicator),
    ):
        with pytest.raises(ValidationError):
            deed()
    assert Commitment.objects.get().due_date == in_days(100)


def test_a_draft_lets_go_of_steps_and_measures() -> None:
    made = SmallCommitment(SmallReflection(), is_published=False)
    step, indicator = made.step(30), add_indicator(made.secretariat, made.commitment, {"en": "Lines"})
    for _twice in range(2):
        remove_milestone(made.secretariat, step)
        remove_indicator(made.secretariat, indicator)
    assert made.view().milestones == ()
    assert AuditEntry.objects.filter(action__startswith="followup.remove").count() == 2


@pytest.mark.parametrize("who", ["moderator", "partner", "delegate", "analyst", "participant", "stranger"])
def test_the_secretariat_alone_sets_up(made: SmallCommitment, who: str) -> None:
    actor = made.small.accounts[who]
    step = made.step(30)
    for deed in (
        lambda: make_commitment(actor, made.decision, made.said()),
        lambda: change_commitment(actor, made.commitment, made.said()),
        lambda: publish_commitment(actor, made.commitment),
        lambda: add_milestone(actor, made.commitment, {"en": "S"}, due_date=in_days(1)),
        lambda: remove_milestone(actor, step),
        lambda: add_indicator(actor, made.commitment, {"en": "I"}),
    ):
        with pytest.raises(PermissionDenied):
            deed()


def test_delegates_report_for_what_their_member_carries(made: SmallCommitment) -> None:
    leading, contributing = made.small.accounts["delegate"], made.delegate("PL")
    for actor, code in ((leading, "FR"), (contributing, "PL")):
        report = made.report(actor=actor)
        assert report.member is not None
        assert report.member.code == code
    assert made.report(actor=made.secretariat).member is None
    alone = made.add(members=())
    with pytest.raises(PermissionDenied):
        made.report(actor=contributing, on=alone)
    for who in ("moderator", "partner", "analyst", "participant", "stranger"):
        with pytest.raises(PermissionDenied):
            made.report(actor=made.small.accounts[who])
    foreign = SmallReflection(slug="foreign", prefix="FORGN")
    for account in (foreign.secretariat, foreign.accounts["delegate"]):
        with pytest.raises(PermissionDenied):
            made.report(actor=account)


def test_nobody_reports_on_a_draft() -> None:
    made = SmallCommitment(SmallReflection(), is_published=False)
    with pytest.raises(PermissionDenied):
        made.report(actor=made.small.accounts["delegate"])
    with pytest.raises(ValidationError):
        made.report()


def test_a_report_sent_again_is_one_report(made: SmallCommitment) -> None:
    key = uuid4()
    first, second = (made.report(request_key=key) for _twice in range(2))
    assert first == second
    assert ProgressReport.objects.count() == ReportEvidence.objects.count() == 1
    assert AuditEntry.objects.filter(action="followup.report_progress").count() == 1


def test_a_report_is_never_changed(made: SmallCommitment) -> None:
    report = made.report()
    for rows, change in (
        (ProgressReport.objects.filter(pk=report.pk), {"of_date": in_days(-1)}),
        (ReportEvidence.objects.filter(report=report), {"title": "Another"}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)


def test_settling_goes_forward(made: SmallCommitment) -> None:
    with pytest.raises(ValidationError):
        made.report(Kind.TAKEN_UP_AGAIN)  # it is open
    made.report(Kind.FULFILLED, days_ago=10)
    assert made.view().status == Status.FULFILLED
    for again in (Kind.FULFILLED, Kind.ENDED):
        with pytest.raises(ValidationError):
            made.report(again, days_ago=5)
    made.report(Kind.PROGRESS, days_ago=3)
    with pytest.raises(ValidationError) as refusal:
        made.report(Kind.TAKEN_UP_AGAIN, days_ago=11)
    assert "of_date" in refusal.value.message_dict
    made.report(Kind.TAKEN_UP_AGAIN, days_ago=2)
    assert [change.status for change in made.view().history] == [
        Status.NOT_BEGUN,
        Status.FULFILLED,
        Status.UNDER_WAY,
    ]


def test_reports_that_make_no_sense_are_refused(made: SmallCommitment) -> None:
    other = made.add()
    foreign = add_indicator(made.secretariat, other, {"en": "Elsewhere"})
    wrong: list[dict[str, object]] = [
        {"days_ago": -1},
        {"evidence": [("Title", "javascript:alert(1)")]},
        {"evidence": [("", "https://law.example/")]},
        {"values": {foreign: Decimal(1)}},
    ]
    for changes in wrong:
        with pytest.raises(ValidationError):
            made.report(**changes)  # type: ignore[arg-type]
    assert not ProgressReport.objects.exists()


def test_a_report_may_be_written_in_another_language_alone(made: SmallCommitment) -> None:
    report = report_progress(
        made.small.accounts["delegate"],
        made.commitment,
        Kind.PROGRESS,
        {"fr": "C’est fait."},
        of_date=in_days(-1),
    )
    assert report.text.language == "fr"
    with pytest.raises(ValidationError):
        report_progress(made.secretariat, made.commitment, Kind.PROGRESS, {"en": " "}, of_date=in_days(-1))


def test_steps_are_reached_by_those_who_report(made: SmallCommitment) -> None:
    step = made.step(-3)
    assert made.view().late_milestones
    assert made.view().status == Status.NOT_BEGUN
    with pytest.raises(PermissionDenied):
        reach_milestone(made.small.accounts["stranger"], step, in_days(-1))
    with pytest.raises(ValidationError):
        reach_milestone(made.secretariat, step, in_days(1))
    for _twice in range(2):
        reach_milestone(made.small.accounts["delegate"], step, in_days(-5))
    view = made.view()
    assert (view.n_reached, view.late_milestones, view.status) == (1, [], Status.UNDER_WAY)
    assert AuditEntry.objects.filter(action="followup.reach_milestone").count() == 1


def test_an_indicator_keeps_what_was_reported(made: SmallCommitment) -> None:
    lines = add_indicator(
        made.secretariat, made.commitment, {"en": "Lines"}, unit="km", baseline=Decimal(0), target=Decimal(90)
    )
    made.report(days_ago=20, values={lines: Decimal("12.5")})
    made.report(days_ago=10, values={lines: Decimal(40)})
    assert list(IndicatorValue.objects.order_by("value").values_list("value", flat=True)) == [
        Decimal("12.5"),
        Decimal(40),
    ]
