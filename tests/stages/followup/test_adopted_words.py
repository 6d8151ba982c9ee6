"""A commitment shows the clause that was adopted; and says of what nobody reported no more than that."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from placet.stages.followup.models import ProgressReport
from placet.stages.followup.queries import commitment_view
from placet.stages.followup.status import Status
from placet.stages.proposals.models import Clause
from placet.stages.texts.actions import revise_text, save_translation
from placet.stages.texts.models import Text
from placet.stages.texts.queries import wordings
from tests.stages.followup.commitments import SmallCommitment, today
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> SmallCommitment:
    return SmallCommitment(SmallReflection())


def page(client: Client, name: str, *arguments: str, language: str = "en") -> str:
    with override(language):
        answer = client.get(reverse(f"followup:{name}", args=arguments))
    assert answer.status_code == 200
    return answer.content.decode()


def slip_in(made: SmallCommitment, text: Text, words: str) -> None:
    """Translate past all rules, as the table of the translators once could."""
    save_translation(
        made.secretariat.pk,
        text.pk,
        language="fr",
        body=words,
        version_id=wordings([text.pk], "en")[text.pk].version_id,
        max_length=1_000,
        scope_id=made.small.reflection.pk,
        target="",
    )


def test_the_clause_and_the_title_are_as_they_were_adopted(made: SmallCommitment, client: Client) -> None:
    proposal = made.decision.text.proposal
    for text in (made.clauses[0].text, proposal.title):
        slip_in(made, text, "Tout autre chose.")
    view = commitment_view(made.commitment, "fr", today=today())
    assert view.clause is not None
    assert (view.clause.body, view.clause.origin) == ("Article 1.", "human")
    assert view.proposal_title.body == "Garder la lumière"
    shown = page(client, "commitment", made.commitment.reference, language="fr")
    assert "Article 1." in shown
    assert "Tout autre chose." not in shown


def test_a_clause_that_says_something_else_today_is_shown_as_it_was(made: SmallCommitment) -> None:
    revise_text(made.clauses[0].text, {"en": "Reworded."}, author_id=None)
    for language, body in (("en", "Clause 1."), ("fr", "Article 1.")):
        view = commitment_view(made.commitment, language, today=today())
        assert view.clause is not None
        assert view.clause.body == body


def test_a_clause_that_was_not_in_the_adopted_text_says_what_it_last_said(made: SmallCommitment) -> None:
    proposal = made.decision.text.proposal
    later = Clause.objects.create(
        proposal=proposal, reference="SMALL-PC-0999", position=9, text=made.clauses[1].text
    )
    made.commitment.clause = later
    made.commitment.save(update_fields=["clause"])
    view = commitment_view(made.commitment, "en", today=today())
    assert view.clause is not None
    assert view.clause.body == "Clause 2."


def test_the_form_offers_the_clauses_of_the_adopted_text(made: SmallCommitment, client: Client) -> None:
    slip_in(made, made.clauses[0].text, "Tout autre chose.")
    client.force_login(made.secretariat)
    form = page(client, "make-commitment", made.decision.reference, language="fr")
    assert "1. Article 1." in form
    assert "Tout autre chose." not in form


@pytest.mark.parametrize(
    ("language", "label"), [("en", "nothing reported yet"), ("fr", "rien n’a encore été rapporté")]
)
def test_where_nobody_has_reported_the_pages_say_so_and_no_more(
    made: SmallCommitment, client: Client, language: str, label: str
) -> None:
    for address in (("commitment", made.commitment.reference), ("list", "small")):
        shown = page(client, *address, language=language)
        assert label in shown
        assert "not begun" not in shown
        assert "pas commencé" not in shown
    assert label in page(client, "ics", "small", language=language).replace("\r\n ", "")


def test_the_value_in_files_and_addresses_stays(made: SmallCommitment, client: Client) -> None:
    assert Status.NOT_BEGUN.value == "not-begun"
    assert ",not-begun," in page(client, "csv", "small")
    assert (
        made.commitment.reference in client.get("/en/r/small/commitments/?status=not-begun").content.decode()
    )


def test_the_first_report_ends_it(made: SmallCommitment) -> None:
    made.report(ProgressReport.Kind.PROGRESS)
    assert made.view().status_label == "under way"
    assert made.view().history[0].status.label == "nothing reported yet"
    assert isinstance(made.view().status_since, date)
