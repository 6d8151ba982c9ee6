"""What the members decide on or have adopted is read as it was frozen, and is changed by nobody."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from placet.stages.proposals.agreed import as_frozen, shown_language, why_settled
from placet.stages.proposals.freezing import freeze_proposal, mark_adopted, thaw_proposal
from placet.stages.proposals.models import Proposal
from placet.stages.proposals.queries import beside, clause_views, proposal_views
from placet.stages.texts.actions import save_translation
from placet.stages.texts.models import Text
from placet.stages.texts.queries import wordings
from tests.stages.proposals.proposals import SmallProposal

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> SmallProposal:
    """A frozen proposal."""
    made = SmallProposal()
    freeze_proposal(made.secretariat, made.proposal)
    return made


def url(name: str, *arguments: object, language: str = "en") -> str:
    with override(language):
        return reverse(f"proposals:{name}", args=arguments)


def body(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200
    return page.content.decode()


def slip_in(made: SmallProposal, text: Text, words: str) -> None:
    """Translate past all rules, as the table of the translators once could."""
    version = wordings([text.pk], "en")[text.pk].version_id
    save_translation(
        made.secretariat.pk,
        text.pk,
        language="fr",
        body=words,
        version_id=version,
        max_length=1_000,
        scope_id=made.small.reflection.pk,
        target="",
    )


def in_french(made: SmallProposal) -> tuple[str, str, list[str]]:
    (view,) = proposal_views([made.proposal], "fr")
    clauses = [each.wording.body for each in clause_views(made.proposal, "fr")]
    return view.title.body, view.summary.body, clauses


def test_pages_show_the_frozen_words_whatever_was_translated_since(
    made: SmallProposal, client: Client
) -> None:
    agreed = in_french(made)
    assert agreed == ("Une proposition", "Ce qu’elle demande.", ["Texte 1.", "Texte 2."])
    for text in (made.proposal.title, made.proposal.summary, made.clauses[0].text):
        slip_in(made, text, "Tout autre chose.")
    assert in_french(made) == agreed
    assert beside(made.proposal, "fr")[made.clauses[0].pk].body == "Texte 1."
    reference = made.proposal.reference
    for address in (
        url("proposal", reference, language="fr"),
        url("proposal", reference) + "?beside=fr",
        url("list", "small", language="fr"),
        url("clause", reference, made.clauses[0].reference, language="fr"),
    ):
        page = body(client, address)
        assert "Tout autre chose." not in page, address
    mark_adopted(made.proposal)
    assert in_french(made) == agreed


def test_once_it_is_open_again_the_present_words_are_read(made: SmallProposal) -> None:
    slip_in(made, made.clauses[0].text, "Tout autre chose.")
    thaw_proposal(made.secretariat, made.proposal, reason="broken")
    assert in_french(made)[2] == ["Tout autre chose.", "Texte 2."]


def test_the_frozen_words_keep_who_vouches_for_them_and_their_language(made: SmallProposal) -> None:
    text = made.clauses[0].text
    now = wordings([text.pk], "fr")[text.pk]
    origins = {"en": "original", "fr": "human"}
    assert as_frozen(now, {"en": "Clause 1 text.", "fr": "Texte 1."}, origins, "fr") is now
    other = as_frozen(now, {"en": "Clause 1 text.", "fr": "Autre."}, origins, "fr")
    assert (other.body, other.language, other.is_original, other.origin) == ("Autre.", "fr", False, "human")
    assert other.original_body == "Clause 1 text."
    alone = as_frozen(now, {"en": "Clause 1 text."}, {"en": "original"}, "fr")
    assert (alone.body, alone.language, alone.is_original) == ("Clause 1 text.", "en", True)
    assert shown_language({"de": "human", "en": "original"}, "fr") == "en"


def test_the_public_page_leads_to_the_frozen_text_while_there_is_one(
    made: SmallProposal, client: Client
) -> None:
    link = url("frozen", made.proposal.reference, 1)
    page = url("proposal", made.proposal.reference)
    assert link in body(client, page)
    thaw_proposal(made.secretariat, made.proposal, reason="broken")
    assert link not in body(client, page)


def test_all_texts_of_a_frozen_or_adopted_proposal_are_settled(made: SmallProposal) -> None:
    ids = [made.proposal.title_id, made.proposal.summary_id, *(each.text_id for each in made.clauses)]
    assert all("decide on" in why_settled(pk) for pk in ids)
    mark_adopted(made.proposal)
    assert all("have adopted" in why_settled(pk, is_locking=True) for pk in ids)
    Proposal.objects.filter(pk=made.proposal.pk).update(state="amendable")
    assert not any(why_settled(pk) for pk in [*ids, made.small.priority.title_id])


DEEDS = ("reword-clause", "remove-clause", "split-clause", "merge-clauses")


@pytest.mark.parametrize("name", [*DEEDS, "change-proposal", "add-clause", "withdraw-proposal"])
def test_the_desk_says_why_nothing_can_be_changed_and_shows_no_editor(
    made: SmallProposal, client: Client, name: str
) -> None:
    client.force_login(made.secretariat)
    which = [made.proposal.reference, *([made.clauses[0].reference] if name in DEEDS else [])]
    page = body(client, url(name, *which))
    assert "This proposal is put to the members: its text cannot be changed." in page
    assert "<textarea" not in page
    assert 'name="form_key"' not in page
    assert "soumise aux membres" in body(client, url(name, *which, language="fr"))
    mark_adopted(made.proposal)
    assert "This proposal is adopted" in body(client, url(name, *which))


def test_an_open_proposal_still_has_its_editor(client: Client) -> None:
    made = SmallProposal()
    client.force_login(made.secretariat)
    assert "<textarea" in body(
        client, url("reword-clause", made.proposal.reference, made.clauses[0].reference)
    )


def test_what_was_typed_while_the_text_was_frozen_is_not_lost(client: Client) -> None:
    made = SmallProposal()
    client.force_login(made.secretariat)
    address = url("reword-clause", made.proposal.reference, made.clauses[0].reference)
    form = client.get(address).context["form"]
    freeze_proposal(made.secretariat, made.proposal)
    sent = {name: form[name].value() for name in form.fields} | {
        "text_en": "All too late.",
        "form_key": str(uuid4()),
    }
    answer = client.post(address, sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "its text cannot be changed" in page
    assert "All too late." in page


def test_the_evidence_of_a_frozen_clause_is_shown_without_buttons(
    made: SmallProposal, client: Client
) -> None:
    made.add_finding("Ports are slow")
    client.force_login(made.secretariat)
    page = body(client, url("evidence", made.proposal.reference, made.clauses[0].reference))
    assert "Ports are slow" in page
    assert "its text cannot be changed" in page
    assert 'name="stance"' not in page
