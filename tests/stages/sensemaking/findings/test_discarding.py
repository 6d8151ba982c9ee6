"""Drafts of findings that are thrown away: who may, which ones, and what is left of them."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from placet.stages.proposals.drafting.evidence import cite_finding, say_not_taken_up, take_back_citation
from placet.stages.record.models import AuditEntry
from placet.stages.sensemaking.finding_models import Evidence, Finding, FindingRun
from placet.stages.sensemaking.findings.discarding import discard_finding
from placet.stages.sensemaking.findings.publishing import withdraw_finding
from placet.stages.texts.models import Text, TextVersion, Translation
from tests.stages.pages import sent
from tests.stages.proposals.proposals import SmallProposal
from tests.stages.reflections import NOBODY, SmallReflection
from tests.stages.sensemaking.findings.findings import SmallFinding

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> SmallFinding:
    return SmallFinding()


def address(name: str, *arguments: object, language: str = "en") -> str:
    with override(language):
        return reverse(f"sensemaking:{name}", args=arguments)


def test_nothing_is_left_of_it_but_the_entry_in_the_record(made: SmallFinding) -> None:
    finding, other = made.finding, made.write(title="Another one")
    texts = [finding.title_id, finding.text_id]
    for _twice in range(2):
        discard_finding(made.small.secretariat, finding)
    assert list(Finding.objects.all()) == [other]
    assert not Evidence.objects.filter(finding=finding).exists()
    assert not FindingRun.objects.filter(finding=finding).exists()
    assert not Text.objects.filter(pk__in=texts).exists()
    assert not TextVersion.objects.filter(text__in=texts).exists()
    assert not Translation.objects.filter(version__text__in=texts).exists()
    entry = AuditEntry.objects.get(action="sensemaking.discard_finding")
    assert (entry.target, entry.actor_id, entry.scope_id) == (
        finding.reference,
        made.small.secretariat.pk,
        made.small.reflection.pk,
    )


def test_its_reference_is_not_given_out_again(made: SmallFinding) -> None:
    discard_finding(made.small.secretariat, made.finding)
    assert made.write().reference > made.finding.reference


def test_what_was_published_is_never_discarded(made: SmallFinding) -> None:
    made.published()
    with pytest.raises(ValidationError, match="Only a draft"):
        discard_finding(made.small.secretariat, made.finding)
    withdraw_finding(made.small.secretariat, made.finding, reason={"en": "Wrong."})
    with pytest.raises(ValidationError, match="Only a draft"):
        discard_finding(made.small.secretariat, made.finding)
    assert Evidence.objects.filter(finding=made.finding).exists()


def test_only_those_who_write_findings_discard_them(made: SmallFinding) -> None:
    foreign = SmallReflection(slug="other", prefix="OTHER").secretariat
    others = [account for role, account in made.small.accounts.items() if role != "secretariat"]
    for actor in (NOBODY, foreign, *others):
        with pytest.raises(PermissionDenied):
            discard_finding(actor, made.finding)
    assert Finding.objects.filter(pk=made.finding.pk).exists()


@pytest.mark.parametrize("is_taken_back", [False, True])
def test_what_a_clause_cites_or_has_cited_stays(*, is_taken_back: bool) -> None:
    world = SmallProposal()
    made = SmallFinding(world.small)
    citation = cite_finding(world.secretariat, world.clauses[0], made.finding)
    if is_taken_back:
        take_back_citation(world.secretariat, citation)
    with pytest.raises(ValidationError, match="cannot be discarded"):
        discard_finding(world.secretariat, made.finding)
    assert Evidence.objects.filter(finding=made.finding).exists()


def test_what_was_said_not_to_be_taken_up_stays(made: SmallFinding) -> None:
    say_not_taken_up(made.small.secretariat, made.finding, {"en": "Too late."})
    with pytest.raises(ValidationError, match="cannot be discarded"):
        discard_finding(made.small.secretariat, made.finding)


def test_the_page_asks_once_more_and_then_leads_to_the_list(made: SmallFinding, client: Client) -> None:
    client.force_login(made.small.secretariat)
    reference = made.finding.reference
    ask = address("discard-finding", reference)
    assert ask in client.get(address("manage-finding", reference)).content.decode()
    page = client.get(ask).content.decode()
    assert "Discard this draft?" in page
    assert "Ports come first" in page
    assert (
        "Supprimer ce brouillon"
        in client.get(address("discard-finding", reference, language="fr")).content.decode()
    )
    assert Finding.objects.exists()
    answer = sent(client, ask)
    assert answer["Location"] == address("manage-findings", "small")
    assert not Finding.objects.exists()
    assert client.get(address("finding", reference)).status_code == 404


def test_the_page_of_a_published_one_offers_no_discarding_and_refuses_it(
    made: SmallFinding, client: Client
) -> None:
    made.published()
    client.force_login(made.small.secretariat)
    ask = address("discard-finding", made.finding.reference)
    assert ask not in client.get(address("manage-finding", made.finding.reference)).content.decode()
    answer = sent(client, ask)
    assert answer.status_code == 422
    assert "Only a draft is discarded" in answer.content.decode()
    assert Finding.objects.exists()
