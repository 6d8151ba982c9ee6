"""A new reflection starts from the last one: what comes along, what stays, and who may."""

from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from placet.stages.followup.models import (
    InheritedCommitment,
    InheritedFinding,
    ProgressReport,
    Succession,
)
from placet.stages.followup.starting_anew import (
    inherited_estate,
    neighbours_of,
    open_commitments,
    start_from,
    unanswered_findings,
)
from placet.stages.mandates import actions as mandates
from placet.stages.mandates.models import Constituency, Member, Reflection, RoleGrant
from placet.stages.proposals.models import Citation, NotTakenUp, Proposal
from placet.stages.record.models import AuditEntry
from placet.stages.texts.models import Origin, Translation
from placet.stages.texts.queries import all_wordings
from tests.stages.followup.commitments import SmallCommitment, text
from tests.stages.pages import count_queries, sent
from tests.stages.reflections import NOBODY, SmallReflection

pytestmark = pytest.mark.django_db
FRAME = mandates.ReflectionFrame(
    slug="next",
    reference_prefix="NEXT",
    name={"en": "The next one", "fr": "La suivante"},
    summary={"en": "Further.", "fr": "Plus loin."},
    languages=("en", "fr"),
    time_zone="Europe/Brussels",
    accent_colour="#2c4f80",
    emblem="compass",
)


@pytest.fixture
def made() -> SmallCommitment:
    return SmallCommitment(SmallReflection())


def start(made: SmallCommitment) -> Reflection:
    return start_from(made.secretariat, made.small.reflection, FRAME)


def test_members_and_constituencies_come_along_with_their_names(made: SmallCommitment) -> None:
    later = start(made)
    assert {member.code for member in Member.objects.filter(reflection=later)} == {"FR", "PL"}
    poland = Member.objects.get(reflection=later, code="PL")
    assert {each.language: each.body for each in all_wordings(poland.name_id)} == {
        "en": "Poland",
        "fr": "Pologne",
    }
    assert poland.name_id != made.member("PL").name_id
    assert [each.key for each in Constituency.objects.filter(reflection=later)] == ["young-leaders"]
    assert RoleGrant.objects.filter(reflection=later).count() == 1
    assert later.state == Reflection.State.DRAFT


def test_a_machines_translation_stays_behind(made: SmallCommitment) -> None:
    words = all_wordings(made.member("PL").name_id)[0]
    Translation.objects.create(
        version_id=words.version_id, language="de", body="Polen", origin=Origin.MACHINE, model_name="m"
    )
    later = start(made)
    languages = {
        each.language for each in all_wordings(Member.objects.get(reflection=later, code="PL").name_id)
    }
    assert languages == {"en", "fr"}


def test_a_working_language_in_which_a_name_is_missing_is_refused(made: SmallCommitment) -> None:
    mandates.add_members(made.secretariat, made.small.reflection, {"IT": {"en": "Italy"}})
    with pytest.raises(ValidationError) as refusal:
        start_from(made.secretariat, made.small.reflection, replace(FRAME, languages=("fr", "en")))
    assert "Italy" in str(refusal.value)
    assert not Reflection.objects.filter(slug="next").exists()


def test_what_is_open_comes_along_and_what_is_settled_stays(made: SmallCommitment) -> None:
    fulfilled, ended = made.add(), made.add()
    made.add(is_published=False)
    made.report(ProgressReport.Kind.FULFILLED, on=fulfilled)
    made.report(ProgressReport.Kind.ENDED, on=ended)
    later = start(made)
    assert [link.commitment for link in InheritedCommitment.objects.filter(reflection=later)] == [
        made.commitment
    ]


def test_what_nothing_answered_comes_along(made: SmallCommitment) -> None:
    answered, refused, alone, drafted, taken_back, removed, withdrawn = (
        made.finding(name) for name in ("a", "b", "c", "d", "e", "f", "g")
    )
    made.finding("draft", state="draft")
    Citation.objects.create(clause=made.clauses[0], finding=answered)
    NotTakenUp.objects.create(finding=refused, reason=text("Not now.", fr="Pas maintenant."))
    draft = made.add_proposal(state=Proposal.State.DRAFT)
    Citation.objects.create(clause=draft.clauses.all()[0], finding=drafted)
    Citation.objects.create(clause=made.clauses[0], finding=taken_back, taken_back_at=timezone.now())
    made.clauses[1].removed_at = timezone.now()
    made.clauses[1].save()
    Citation.objects.create(clause=made.clauses[1], finding=removed)
    gone = made.add_proposal(state=Proposal.State.PUBLISHED)
    Proposal.objects.filter(pk=gone.pk).update(state="withdrawn", withdrawal_reason=text("No."))
    Citation.objects.create(clause=gone.clauses.all()[0], finding=withdrawn)
    expected = {refused, alone, drafted, taken_back, removed, withdrawn}
    assert set(unanswered_findings(made.small.reflection)) == expected
    later = start(made)
    assert {link.finding for link in InheritedFinding.objects.filter(reflection=later)} == expected
    reasons = {
        each.reference: each.reason for each in inherited_estate(later, made.secretariat, "fr").findings
    }
    assert str(reasons[refused.reference]) == "Pas maintenant."
    assert reasons[alone.reference] is None


def test_the_third_one_gets_what_the_second_one_left(made: SmallCommitment) -> None:
    finding = made.finding()
    second = start(made)
    third = start_from(made.secretariat, second, replace(FRAME, slug="third", reference_prefix="THIRD"))
    assert open_commitments(third) == [made.commitment]
    assert list(unanswered_findings(third)) == [finding]
    made.report(ProgressReport.Kind.FULFILLED)
    assert open_commitments(third) == []
    (kept,) = inherited_estate(third, made.secretariat, "en").commitments
    assert kept.status == "fulfilled"


def test_its_secretariat_that_may_found_starts_anew_and_nobody_else(made: SmallCommitment) -> None:
    foreign = SmallReflection(slug="foreign", prefix="FORGN")
    second = made.small.accounts["stranger"]
    mandates_grant(made, second)
    for actor in (second, foreign.secretariat, made.small.accounts["moderator"], NOBODY):
        with pytest.raises(PermissionDenied):
            start_from(actor, made.small.reflection, FRAME)
    assert not Succession.objects.exists()


def mandates_grant(made: SmallCommitment, account: object) -> None:
    """A second secretary, who may not found reflections."""
    RoleGrant.objects.create(reflection=made.small.reflection, account=account, role="secretariat")


def test_where_it_came_from_is_never_changed(made: SmallCommitment) -> None:
    later = start(made)
    for rows in (
        Succession.objects.filter(later=later),
        InheritedCommitment.objects.filter(reflection=later),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**{"earlier" if rows.model is Succession else "reflection": later})
    entry = AuditEntry.objects.get(action="followup.start_from")
    assert (entry.target, entry.scope_id) == ("next", later.pk)


def test_a_draft_is_named_to_those_alone_who_may_see_it(made: SmallCommitment) -> None:
    start(made)
    earlier = made.small.reflection
    assert neighbours_of(earlier, NOBODY, "en").later == ()
    assert [each.slug for each in neighbours_of(earlier, made.secretariat, "en").later] == ["next"]


def test_both_say_so_on_their_pages(client: Client, made: SmallCommitment) -> None:
    made.finding("Grids are weak")
    later = start(made)
    Reflection.objects.filter(pk=later.pk).update(state="published")
    page = client.get(reverse("followup:origin", args=["next"])).content.decode()
    for said in ("Reflection small", "Build the grid", "Grids are weak"):
        assert said in page
    assert "The next one" in client.get(reverse("followup:origin", args=["small"])).content.decode()
    assert "Reflection small" in client.get(reverse("followup:list", args=["next"])).content.decode()
    assert "La suivante" in client.get("/fr/r/small/mandate/").content.decode()
    assert "Construire le réseau" in client.get("/fr/r/next/origin/").content.decode()


def test_the_page_of_origin_takes_as_many_queries_for_more(client: Client, made: SmallCommitment) -> None:
    made.finding()
    later = start(made)
    Reflection.objects.filter(pk=later.pk).update(state="published")
    address = reverse("followup:origin", args=["next"])
    few = count_queries(client, address)
    InheritedCommitment.objects.bulk_create(
        [InheritedCommitment(reflection=later, commitment=made.add()) for _each in range(3)]
    )
    InheritedFinding.objects.bulk_create(
        [InheritedFinding(reflection=later, finding=made.finding(str(n))) for n in range(3)]
    )
    assert count_queries(client, address) == few


def test_the_form_shows_what_comes_along_and_sets_it_up_once(client: Client, made: SmallCommitment) -> None:
    made.finding("Grids are weak")
    client.force_login(made.secretariat)
    address = reverse("followup:start-anew", args=["small"])
    page = client.get(address)
    for said in ("Build the grid", "Grids are weak", "2</dd>"):
        assert said in page.content.decode()
    assert page.context["form"]["working_language"].value() == "en"
    changes = {"name": "The next one", "summary": "Further.", "slug": "next", "reference_prefix": "NEXT"}
    changes |= {"other_languages": ["fr"], "form_key": page.context["form"]["form_key"].value()}
    answers = [sent(client, address, **changes) for _twice in range(2)]
    assert answers[0].url == reverse("mandates:manage-reflection", args=["next"])
    assert Succession.objects.get().earlier == made.small.reflection


def test_whoever_may_not_found_does_not_see_the_form(client: Client, made: SmallCommitment) -> None:
    mandates_grant(made, made.small.accounts["stranger"])
    client.force_login(made.small.accounts["stranger"])
    assert client.get(reverse("followup:start-anew", args=["small"])).status_code == 403
    assert client.get(reverse("followup:manage-list", args=["small"])).status_code == 200
