"""The tracker, the page of a commitment, and the secretariat's pages, as they are used in a browser."""

import csv
import io
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from placet.stages.followup.committing import add_indicator, add_milestone, publish_commitment
from placet.stages.followup.models import Commitment, CommitmentMilestone, Precision, ProgressReport
from placet.stages.followup.status import Status
from placet.stages.mandates import actions as mandates
from tests.stages.followup.commitments import SmallCommitment, in_days, today
from tests.stages.pages import PAYLOAD, count_queries, is_harmless, sent
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db
Kind = ProgressReport.Kind


@pytest.fixture
def made() -> SmallCommitment:
    return SmallCommitment(SmallReflection())


@pytest.fixture
def tracked(made: SmallCommitment) -> dict[str, Commitment]:
    """One commitment of every status, under two priorities, with different carriers."""
    second = mandates.add_priority(
        made.secretariat, made.small.reflection, title={"en": "Second"}, description={"en": "Then this."}
    )
    decision = made.add_decision(second)
    found = {
        "not-begun": made.commitment,
        "overdue": made.add(title={"en": "Train judges", "fr": "Former les juges"}, due_date=in_days(-1)),
        "under-way": made.add(decision=decision, lead=made.member("PL"), members=(), due_date=None),
        "fulfilled": made.add(decision=decision, lead={"en": "The authorities"}, members=()),
        "ended": made.add(members=(), due_date=in_days(-30)),
    }
    made.report(on=found["under-way"])
    made.report(Kind.FULFILLED, on=found["fulfilled"])
    made.report(Kind.ENDED, on=found["ended"])
    return found


def shown(client: Client, **asked: str) -> set[str]:
    """The references on the tracker when it is narrowed so."""
    answer = client.get(reverse("followup:list", args=["small"]), asked)
    assert answer.status_code == 200
    return {view.reference for view in answer.context["tracker"].shown}


def test_the_tracker_counts_every_status(client: Client, tracked: dict[str, Commitment]) -> None:
    answer = client.get(reverse("followup:list", args=["small"]))
    assert {count.status: count.n for count in answer.context["tracker"].counts} == dict.fromkeys(Status, 1)
    assert "Train judges" in answer.content.decode()


def test_the_tracker_is_narrowed(
    client: Client, made: SmallCommitment, tracked: dict[str, Commitment]
) -> None:
    by = {status: commitment.reference for status, commitment in tracked.items()}
    for status in Status:
        assert shown(client, status=status) == {by[status]}
    assert shown(client, member="PL") == {by["not-begun"], by["overdue"], by["under-way"]}
    assert shown(client, priority="2") == {by["under-way"], by["fulfilled"]}
    assert shown(client, lead="member:PL") == {by["under-way"]}
    assert shown(client, lead=f"body:{tracked['fulfilled'].lead_name_id}") == {by["fulfilled"]}
    assert shown(client, q="FORMER LES") == {by["overdue"]}
    assert shown(client, q=by["ended"].lower()) == {by["ended"]}
    assert shown(client, member="PL", status="overdue") == {by["overdue"]}
    for nonsense in ({"status": "x"}, {"member": "ZZ"}, {"priority": "x"}, {"q": "nowhere"}):
        assert shown(client, **nonsense) == set()


def test_the_tracker_by_member_priority_and_year(client: Client, tracked: dict[str, Commitment]) -> None:
    def groups(by: str) -> dict[str, int]:
        answer = client.get(reverse("followup:list", args=["small"]), {"by": by})
        assert answer.status_code == 200
        return {group.key: len(group.commitments) for group in answer.context["groups"]}

    assert groups("member") == {"FR": 3, "PL": 3, "none": 1}
    assert groups("priority") == {"1": 3, "2": 2}
    assert groups("year")["undated"] == 1
    assert sum(groups("year").values()) == 5
    assert groups("nonsense") == {}


def test_the_timeline_has_the_steps_too(client: Client, made: SmallCommitment) -> None:
    made.step(-5)
    made.step(-5, reached=-6)
    year = in_days(400)
    add_milestone(made.secretariat, made.commitment, {"en": "Later"}, due_date=year, precision=Precision.YEAR)
    answer = client.get(reverse("followup:list", args=["small"]), {"by": "year"})
    entries = [entry for group in answer.context["groups"] for entry in group.entries]
    assert [entry.last_day for entry in entries] == sorted(entry.last_day for entry in entries)
    assert {entry.state for entry in entries if entry.is_milestone} == {"overdue", "fulfilled", "not-begun"}
    assert f'<time datetime="{year.year}">{year.year}</time>' in answer.content.decode()


def test_an_empty_tracker_says_so(client: Client) -> None:
    SmallReflection()
    answer = client.get(reverse("followup:list", args=["small"]))
    assert "No commitment yet" in answer.content.decode()
    assert "Aucun engagement" in client.get("/fr/r/small/commitments/").content.decode()


@pytest.mark.parametrize("by", ["", "member", "priority", "year"])
def test_the_tracker_takes_as_many_queries_for_many(client: Client, made: SmallCommitment, by: str) -> None:
    address = f"{reverse('followup:list', args=['small'])}?by={by}"
    made.report()
    made.step(3)
    few = count_queries(client, address)
    for _more in range(3):
        commitment = made.add(decision=made.add_decision())
        made.report(on=commitment)
        add_milestone(made.secretariat, commitment, {"en": "Step"}, due_date=in_days(2))
    assert count_queries(client, address) == few


def test_the_table_is_filtered_and_holds_no_formula(client: Client, made: SmallCommitment) -> None:
    made.add(title={"en": "=1+1"}, due_date=in_days(-1))
    answer = client.get(reverse("followup:csv", args=["small"]), {"status": "overdue"})
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert row["title"] == "'=1+1"
    assert (row["status"], row["lead"], row["members"]) == ("overdue", "FR", "PL")
    assert row["due_by"] == in_days(-1).isoformat()


def test_a_commitment_says_who_what_when_and_how_far(client: Client, made: SmallCommitment) -> None:
    made.step(-3)
    lines = add_indicator(
        made.secretariat, made.commitment, {"en": "Lines", "fr": "Lignes"}, unit="km", target=Decimal("90.5")
    )
    made.report(days_ago=20, values={lines: Decimal(12)})
    made.report(days_ago=10, actor=made.small.accounts["delegate"], values={lines: Decimal(40)})
    answer = client.get(reverse("followup:commitment", args=[made.commitment.reference]))
    page = answer.content.decode()
    for said in ("Build the grid", "France", "Poland", "Clause 1.", made.decision.reference, "90.5"):
        assert said in page
    assert 'href="https://law.example/1"' in page
    details = answer.context["details"]
    assert [each.report.of_date for each in details.reports] == [in_days(-10), in_days(-20)]
    assert details.indicators[0].latest.value == Decimal(40)
    french = client.get(f"/fr/cm/{made.commitment.reference}/").content.decode()
    for said in ("Construire le réseau", "Lignes", "Les premières lignes", "en cours", "Pologne"):
        assert said in french


def test_the_page_takes_as_many_queries_for_many_reports(client: Client, made: SmallCommitment) -> None:
    address = reverse("followup:commitment", args=[made.commitment.reference])
    lines = add_indicator(made.secretariat, made.commitment, {"en": "Lines"})
    made.step(3)
    made.report(actor=made.small.accounts["delegate"], values={lines: Decimal(1)})
    few = count_queries(client, address)
    for more in range(3):
        made.step(4 + more)
        made.report(values={lines: Decimal(more)})
        add_indicator(made.secretariat, made.commitment, {"en": "More lines"})
    assert count_queries(client, address) == few


def test_what_people_write_is_shown_as_text(client: Client, made: SmallCommitment) -> None:
    nasty = made.add(
        title={"en": PAYLOAD}, description={"en": PAYLOAD}, lead={"en": PAYLOAD}, members=(), clause=None
    )
    made.report(on=nasty, evidence=[(PAYLOAD[:200], "https://law.example/")])
    for address in (
        reverse("followup:commitment", args=[nasty.reference]),
        reverse("followup:list", args=["small"]),
        f"{reverse('followup:list', args=['small'])}?by=member&q=<script>",
    ):
        assert is_harmless(client.get(address))


def test_a_draft_does_not_exist_for_others(client: Client, made: SmallCommitment) -> None:
    draft = made.add(is_published=False)
    for name in ("commitment", "commitment-ics"):
        assert client.get(reverse(f"followup:{name}", args=[draft.reference])).status_code == 404
    foreign = SmallReflection(slug="foreign", prefix="FORGN")
    client.force_login(foreign.secretariat)
    for name in ("commitment", "report", "manage-commitment", "publish-commitment"):
        assert client.get(reverse(f"followup:{name}", args=[draft.reference])).status_code == 404


def test_the_secretariat_makes_and_publishes_one(client: Client, made: SmallCommitment) -> None:
    client.force_login(made.secretariat)
    organisation = f"member:{made.member('PL').code}"
    answer = sent(
        client,
        reverse("followup:make-commitment", args=[made.decision.reference]),
        title_en="Open the ports",
        title_fr="Ouvrir les ports",
        lead=organisation,
        members=["FR"],
        due_date="2040-02-10",
        due_precision="month",
        clause=made.clauses[1].reference,
    )
    assert answer.status_code == 302
    draft = Commitment.objects.latest("created_at")
    assert answer.url == reverse("followup:manage-commitment", args=[draft.reference])
    view = made.view(draft)
    assert (str(view.title), str(view.due), view.clause_reference) == (
        "Open the ports",
        "February 2040",
        made.clauses[1].reference,
    )
    assert view.carriers == {"PL", "FR"}
    for name, data in (
        ("change-commitment", {"title_en": "Open all ports"}),
        ("add-milestone", {"title_en": "Half", "due_date": "2039-01-01", "precision": "year"}),
        ("add-indicator", {"name_en": "Ports", "unit": "ports", "target": "12"}),
    ):
        assert sent(client, reverse(f"followup:{name}", args=[draft.reference]), **data).status_code == 302
    page = client.get(reverse("followup:manage-commitment", args=[draft.reference])).content.decode()
    for said in ("Open all ports", "Half", "Ports"):
        assert said in page
    publish = reverse("followup:publish-commitment", args=[draft.reference])
    assert client.get(publish).status_code == 200
    assert client.post(publish).status_code == 302
    assert client.get(reverse("followup:commitment", args=[draft.reference])).status_code == 200
    assert sent(client, reverse("followup:change-commitment", args=[draft.reference])).status_code == 422


def test_a_commitment_without_a_lead_is_not_made(client: Client, made: SmallCommitment) -> None:
    client.force_login(made.secretariat)
    answer = sent(
        client, reverse("followup:make-commitment", args=[made.decision.reference]), title_en="Who?"
    )
    assert answer.status_code == 422
    assert "lead" in answer.context["form"].errors


def test_a_delegate_reports(client: Client, made: SmallCommitment) -> None:
    lines = add_indicator(made.secretariat, made.commitment, {"en": "Lines"}, unit="km")
    step = made.step(-3)
    client.force_login(made.small.accounts["delegate"])
    address = reverse("followup:report", args=[made.commitment.reference])
    assert "France" in client.get(address).content.decode()
    changes = {
        "kind": "progress",
        "text_fr": "Nous avançons.",
        "evidence_title_1": "Decree",
        "evidence_url_1": "https://law.example/2",
        f"value_{lines.pk}": "7.5",
    }
    assert sent(client, address, **changes).status_code == 302
    report = ProgressReport.objects.get()
    assert (report.of_date, report.member) == (today(), made.member("FR"))
    page = client.get(reverse("followup:commitment", args=[made.commitment.reference])).content.decode()
    for said in ("Nous avançons.", "https://law.example/2", "7.5", "Reported for"):
        assert said in page
    reach = reverse("followup:reach-milestone", args=[made.commitment.reference, step.pk])
    assert sent(client, reach).status_code == 302
    assert CommitmentMilestone.objects.get().reached_date == today()


def test_a_report_that_is_refused_says_where(client: Client, made: SmallCommitment) -> None:
    client.force_login(made.small.accounts["delegate"])
    address = reverse("followup:report", args=[made.commitment.reference])
    answer = sent(client, address, of_date=in_days(2).isoformat(), text_en="Soon.")
    assert answer.status_code == 422
    assert "of_date" in answer.context["form"].errors
    answer = sent(client, address, evidence_url_1="https://law.example/", text_en="Done.")
    assert answer.status_code == 422
    assert not ProgressReport.objects.exists()


def test_a_form_sent_twice_makes_one_report(client: Client, made: SmallCommitment) -> None:
    client.force_login(made.secretariat)
    address = reverse("followup:report", args=[made.commitment.reference])
    page = client.get(address)
    data = {
        "form_key": page.context["form"]["form_key"].value(),
        "kind": "progress",
        "of_date": today().isoformat(),
        "text_en": "Once.",
    }
    for _twice in range(2):
        assert client.post(address, data).status_code == 302
    assert ProgressReport.objects.count() == 1


def test_the_secretariats_list_has_every_decision(client: Client, made: SmallCommitment) -> None:
    made.add(is_published=False)
    made.add_decision()
    client.force_login(made.secretariat)
    address = reverse("followup:manage-list", args=["small"])
    answer = client.get(address)
    assert sorted(len(each.commitments) for each in answer.context["decisions"]) == [0, 2]
    few = count_queries(client, address)
    draft = made.add(is_published=False, decision=made.add_decision())
    publish_commitment(made.secretariat, draft)
    assert count_queries(client, address) == few
