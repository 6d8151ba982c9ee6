"""The pages that run consultations: set up, open, moderate, translate."""

from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from placet.stages.consultations.actions import SeedStatement, add_statements
from placet.stages.consultations.ballots.actions import submit_statement
from placet.stages.consultations.models import Consultation, Statement
from placet.stages.mandates.models import Role
from placet.stages.record.models import AuditEntry
from placet.stages.texts.queries import all_wordings, wordings
from tests.stages.pages import PAYLOAD, is_harmless, sent
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def small(client: Client) -> SmallReflection:
    made = SmallReflection()
    client.force_login(made.secretariat)
    return made


def page(name: str, *arguments: object) -> str:
    return reverse(f"consultations:{name}", args=arguments)


def submitted(small: SmallReflection, body: str = "An idea", language: str = "en") -> Statement:
    return submit_statement(
        small.consultation, small.participant(), body=body, language=language, client_key=uuid4()
    )


def test_a_consultation_is_set_up_filled_opened_and_closed(client: Client, small: SmallReflection) -> None:
    response = sent(
        client,
        page("create", "small"),
        priority="1",
        question_en="How?",
        question_fr="Comment ?",
        introduction_en="Why.",
    )
    made = Consultation.objects.latest("created_at")
    overview = page("manage-consultation", made.reference)
    assert response["Location"] == overview
    assert made.state == "draft"
    assert page("open", made.reference) not in client.get(overview).content.decode()
    refused = client.post(page("open", made.reference))
    assert refused.status_code == 422
    assert "Add at least one statement" in refused.content.decode()
    response = sent(
        client,
        page("add-statements", made.reference),
        statements_en="One.\n\n Two. \r\nThree.",
        statements_fr="Un.\nDeux.\nTrois.",
    )
    assert response["Location"] == overview
    statements = list(Statement.objects.filter(consultation=made).order_by("reference"))
    assert [s.state for s in statements] == ["accepted"] * 3
    assert [w.body for w in all_wordings(statements[1].text_id)] == ["Two.", "Deux."]
    assert page("open", made.reference) in client.get(overview).content.decode()
    for _twice in range(2):
        assert client.post(page("open", made.reference))["Location"] == overview
    made.refresh_from_db()
    assert made.state == "open"
    for _twice in range(2):
        assert client.post(page("close", made.reference))["Location"] == overview
    made.refresh_from_db()
    assert made.state == "closed"
    verbs = [f"consultations.{verb}_consultation" for verb in ("open", "close")]
    assert [AuditEntry.objects.filter(action=v, target=made.reference).count() for v in verbs] == [1, 1]
    assert client.post(page("open", made.reference)).status_code == 422


def test_times_are_those_of_the_reflection(client: Client, small: SmallReflection) -> None:
    address = page("create", "small")
    form = client.get(address).context["form"]
    assert "Time in Europe/Brussels." in str(form["opens_at"].help_text)
    sent(
        client,
        address,
        priority="1",
        question_en="When?",
        introduction_en="Now.",
        opens_at="2030-07-01T09:00",
        closes_at="2030-12-01T18:00",
    )
    made = Consultation.objects.latest("created_at")
    brussels = ZoneInfo("Europe/Brussels")
    assert made.opens_at == datetime(2030, 7, 1, 9, tzinfo=brussels)
    assert made.closes_at == datetime(2030, 12, 1, 18, tzinfo=brussels)
    change = client.get(page("change", made.reference))
    assert 'value="2030-07-01T09:00"' in change.content.decode()


def test_times_that_do_not_exist_are_refused(client: Client, small: SmallReflection) -> None:
    response = sent(
        client,
        page("create", "small"),
        priority="1",
        question_en="When?",
        introduction_en="Now.",
        opens_at="2030-03-31T02:30",  # the clocks go forward
        closes_at="2030-03-30T02:30",
    )
    assert response.status_code == 422
    assert "opens_at" in response.context["form"].errors
    assert 'value="When?"' in response.content.decode()


def test_what_was_written_stays_when_something_is_wrong(client: Client, small: SmallReflection) -> None:
    response = sent(
        client,
        page("create", "small"),
        priority="1",
        question_en="",
        question_fr="Comment ?",
        introduction_en="Why.",
        opens_at="2030-07-01T09:00",
        closes_at="2030-06-01T09:00",
    )
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"question_en", "closes_at"}
    assert "Comment ?" in response.content.decode()


def test_the_same_form_sent_twice_sets_up_one(client: Client, small: SmallReflection) -> None:
    address = page("create", "small")
    key = str(client.get(address).context["form"]["form_key"].value())
    for _twice in range(2):
        response = sent(
            client, address, priority="1", question_en="Q?", introduction_en="I.", form_key=key,
            opens_at="2030-07-01T09:00", closes_at="2030-12-01T18:00",
        )  # fmt: skip
        assert response.status_code == 302
    assert Consultation.objects.count() == 2  # that of the fixture, and this one
    seeds = page("add-statements", small.consultation.reference)
    key = str(client.get(seeds).context["form"]["form_key"].value())
    for body in ("New.", "New.", "Newer."):
        sent(client, seeds, statements_en=body, form_key=key)
    assert Statement.objects.filter(consultation=small.consultation).count() == 5


def test_the_question_stays_once_people_have_voted(client: Client, small: SmallReflection) -> None:
    small.vote(small.participant(), small.statements[0], 1)
    address = page("change", small.consultation.reference)
    response = sent(client, address, question_en="Another?")
    assert response.status_code == 422
    assert "cannot change" in response.content.decode()
    assert (
        wordings([small.consultation.question_id], "en")[small.consultation.question_id].body == "What first?"
    )
    assert sent(client, address, introduction_en="Clearer.").status_code == 302


@pytest.mark.parametrize(
    ("english", "french", "field", "message"),
    [
        ("", "", "statements_en", "at least one"),
        ("x" * 281, "", "statements_en", "Line 1 has 281 characters"),
        ("One.\n\n" + "x" * 300, "", "statements_en", "Line 3 has 300"),
        ("One.\nTwo.", "Un.", "statements_fr", "1 lines here, 2 in"),
        ("", "Un.", "statements_en", "at least one"),
        ("\n".join(["x"] * 501), "", "statements_en", "At most 500"),
    ],
)
def test_statements_are_refused_with_their_line(
    client: Client, small: SmallReflection, english: str, french: str, field: str, message: str
) -> None:
    address = page("add-statements", small.consultation.reference)
    response = sent(client, address, statements_en=english, statements_fr=french)
    assert response.status_code == 422
    assert message in " ".join(response.context["form"].errors[field])
    assert Statement.objects.filter(consultation=small.consultation).count() == 3


def test_a_statement_is_accepted_without_scripts(client: Client, small: SmallReflection) -> None:
    statement = submitted(small)
    queue = page("moderation", small.consultation.reference)
    assert statement.reference in client.get(queue).content.decode()
    data = {"decision": "accept", "origin": "moderation", "seen_state": "submitted"}
    for _twice in range(2):
        assert client.post(page("decide", statement.reference), data)["Location"] == queue
    statement.refresh_from_db()
    assert (statement.state, statement.moderated_by) == ("accepted", small.secretariat)
    assert AuditEntry.objects.filter(action="consultations.accept_statement").count() == 1
    assert "Nothing waits" in client.get(queue).content.decode()


def test_a_statement_is_rejected_with_a_fragment(client: Client, small: SmallReflection) -> None:
    statement = submitted(small, "Une idée", "fr")
    address = page("decide", statement.reference)
    refused = client.post(address, {"decision": "reject", "seen_state": "submitted"}, headers=HTMX)
    assert refused.status_code == 200
    assert "Give the reason" in refused.content.decode()
    answer = client.post(
        address,
        {"decision": "reject", "quick_reason": "off-topic", "reason": "Voyez.", "seen_state": "submitted"},
        headers=HTMX,
    ).content.decode()
    assert "<html" not in answer
    assert f'id="{statement.reference}"' in answer
    statement.refresh_from_db()
    assert statement.state == "rejected"
    assert statement.moderation_reason.endswith("Voyez.")
    assert statement.moderation_reason in answer.replace("&#x27;", "'")


def test_without_scripts_a_rejection_without_reason_is_refused(
    client: Client, small: SmallReflection
) -> None:
    statement = submitted(small)
    response = client.post(page("decide", statement.reference), {"decision": "reject"})
    assert response.status_code == 422
    statement.refresh_from_db()
    assert statement.state == "submitted"


def test_a_decision_can_be_revised_and_every_one_is_on_record(client: Client, small: SmallReflection) -> None:
    statement = submitted(small)
    address = page("decide", statement.reference)
    client.post(address, {"decision": "reject", "reason": "No.", "seen_state": "submitted"})
    client.post(address, {"decision": "accept", "seen_state": "rejected"})
    statement.refresh_from_db()
    assert (statement.state, statement.moderation_reason) == ("accepted", "")
    decided = AuditEntry.objects.filter(target=statement.reference, action__contains="t_statement")
    assert [e.action.split(".")[1] for e in decided] == [
        "submit_statement",
        "reject_statement",
        "accept_statement",
    ]


def test_two_moderators_do_not_overrule_each_other_unseen(client: Client, small: SmallReflection) -> None:
    statement = submitted(small)
    address = page("decide", statement.reference)
    client.post(address, {"decision": "accept", "seen_state": "submitted"})
    client.force_login(small.accounts[Role.MODERATOR])
    late = {"decision": "reject", "reason": "No.", "seen_state": "submitted"}
    answer = client.post(address, late, headers=HTMX).content.decode()
    assert "Another moderator has decided" in answer
    statement.refresh_from_db()
    assert statement.state == "accepted"
    assert client.post(address, {"decision": "accept", "seen_state": "submitted"}).status_code == 302


def test_a_withdrawn_statement_is_not_decided(client: Client, small: SmallReflection) -> None:
    statement = submitted(small)
    Statement.objects.filter(pk=statement.pk).update(state="withdrawn")
    response = client.post(page("decide", statement.reference), {"decision": "accept"})
    assert response.status_code == 422
    assert "withdrawn" in response.content.decode()


def test_who_wrote_a_statement_is_not_shown(client: Client, small: SmallReflection) -> None:
    author = small.linked_participant()
    statement = submit_statement(small.consultation, author, body="Mine", language="en", client_key=uuid4())
    account = small.accounts["participant"]
    for address in (
        page("moderation", small.consultation.reference),
        page("manage-statements", small.consultation.reference),
        page("manage-statement", statement.reference),
    ):
        body = client.get(address).content.decode()
        assert str(author.id) not in body
        assert account.email not in body


def test_meta_is_marked_once_and_taken_back(client: Client, small: SmallReflection) -> None:
    statement = small.statements[0]
    for value, expected in (("1", True), ("1", True), ("0", False)):
        client.post(page("mark-meta", statement.reference), {"is_meta": value})
        statement.refresh_from_db()
        assert statement.is_meta is expected
    assert AuditEntry.objects.filter(action="consultations.mark_meta").count() == 2


def test_a_translation_is_added_and_corrected(client: Client, small: SmallReflection) -> None:
    statement = small.statements[0]
    own = page("manage-statement", statement.reference)
    for body in ("Aussage 1.", "Aussage 1.", "Aussage eins."):
        form = client.get(own).context["translation_form"]
        data = {"form_key": str(form["form_key"].value()), "language": "de", "body": body}
        assert client.post(page("translate", statement.reference), data)["Location"] == own
    german = wordings([statement.text_id], "de")[statement.text_id]
    assert (german.body, german.translation_number, german.origin) == ("Aussage eins.", 2, "human")
    assert wordings([statement.text_id], "fr")[statement.text_id].body == "Énoncé 1."
    refused = client.post(page("translate", statement.reference), data | {"language": "en", "body": "No"})
    assert refused.status_code == 422
    waiting = submitted(small)
    response = client.post(page("translate", waiting.reference), data | {"body": "Nein"})
    assert response.status_code == 422


def test_waiting_statements_are_counted_where_one_moderates(client: Client, small: SmallReflection) -> None:
    other = SmallReflection(slug="other", prefix="OTHER")
    submitted(small)
    submitted(other)
    body = client.get(page("manage-waiting"), headers=HTMX).content.decode()
    assert "SMALL-C-0001" in body
    assert "OTHER" not in body
    client.force_login(small.accounts[Role.ANALYST])
    assert "SMALL" not in client.get(page("manage-waiting"), headers=HTMX).content.decode()


def test_payloads_do_nothing(client: Client, small: SmallReflection) -> None:
    assert (
        sent(
            client,
            page("create", "small"),
            priority="1",
            question_en=PAYLOAD,
            question_fr=PAYLOAD,
            introduction_en=PAYLOAD,
        ).status_code
        == 302
    )
    made = Consultation.objects.latest("created_at")
    sent(client, page("add-statements", made.reference), statements_en=PAYLOAD, statements_fr=PAYLOAD)
    statement = Statement.objects.get(consultation=made)
    client.post(page("decide", statement.reference), {"decision": "reject", "reason": PAYLOAD})
    pages = [
        page("manage-list", "small"),
        page("manage-consultation", made.reference),
        page("change", made.reference),
        page("open", made.reference),
        page("manage-statements", made.reference),
        page("moderation", made.reference),
        page("import", made.reference),
        page("manage-statement", statement.reference),
        reverse("mandates:manage-reflection", args=["small"]),
    ]
    for address in pages:
        response = client.get(address)
        assert response.status_code == 200
        assert is_harmless(response), address
    failing = sent(client, page("change", made.reference), question_en=PAYLOAD, closes_at=PAYLOAD)
    assert failing.status_code == 422
    assert is_harmless(failing)


@pytest.mark.parametrize(
    "name", ["manage-list", "manage-waiting", "manage-statements", "moderation", "manage-consultation"]
)
def test_listings_ask_as_many_queries_at_10_as_at_1000(
    client: Client, small: SmallReflection, name: str
) -> None:
    arguments: list[object] = [small.consultation.reference]
    if name == "manage-list":
        arguments = ["small"]
    elif name == "manage-waiting":
        arguments = []
    counts = []
    for n_more in (10, 990):
        seeds = [
            SeedStatement(
                {"en": f"{n_more} {n}", "fr": f"{n_more} {n} fr"},
                "en",
                state="submitted" if n % 2 else "accepted",
            )
            for n in range(n_more)
        ]
        add_statements(small.secretariat, small.consultation, seeds)
        Statement.objects.filter(state="accepted").update(moderated_by=small.secretariat)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page(name, *arguments)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_many_consultations_cost_no_more_queries(client: Client, small: SmallReflection) -> None:
    counts = []
    for n_more in (9, 40):
        for _each in range(n_more):
            small.add_consultation()
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page("manage-list", "small")).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_pages_of_statements_hold_fifty(client: Client, small: SmallReflection) -> None:
    add_statements(
        small.secretariat, small.consultation, [SeedStatement({"en": str(n)}, "en") for n in range(60)]
    )
    address = page("manage-statements", small.consultation.reference)
    assert client.get(address).content.decode().count("<article") == 50
    assert client.get(address, {"page": "2"}).content.decode().count("<article") == 13
    assert client.get(address, {"page": "<x>", "state": "<y>"}).status_code == 200
    assert client.get(address, {"state": "rejected"}).content.decode().count("<article") == 0


def test_a_moderator_sees_no_tools_of_the_secretariat(client: Client, small: SmallReflection) -> None:
    client.force_login(small.accounts[Role.MODERATOR])
    body = client.get(page("manage-consultation", small.consultation.reference)).content.decode()
    assert page("moderation", small.consultation.reference) in body
    for name in ("import", "close", "change", "add-statements"):
        assert page(name, small.consultation.reference) not in body


def test_french_pages_are_french(client: Client, small: SmallReflection) -> None:
    address = page("manage-consultation", small.consultation.reference).replace("/en/", "/fr/")
    body = client.get(address).content.decode()
    assert "Modération" in body
    assert "Quoi d’abord ?" in body
