"""The mandate's page closes the circle: asked, proposed, decided, done."""

import pytest
from django.test import Client
from django.urls import reverse

from placet.portal.circle.queries import circle_of
from placet.stages.decisions.models import Decision, Position
from placet.stages.followup.models import ProgressReport
from placet.stages.proposals.models import Proposal
from tests.stages.followup.commitments import SmallCommitment, in_days, text, today
from tests.stages.pages import count_queries
from tests.stages.reflections import NOBODY, SmallReflection

pytestmark = pytest.mark.django_db


def test_what_is_yet_to_come_is_said_in_a_sentence(client: Client) -> None:
    SmallReflection()
    page = client.get(reverse("portal:mandate", args=["small"])).content.decode()
    for said in (
        "Nothing has been proposed yet.",
        "Nothing has been decided yet.",
        "Nothing has been committed to yet.",
    ):
        assert said in page
    assert "Rien n’a encore été décidé." in client.get("/fr/r/small/mandate/").content.decode()


def test_the_circle_is_closed_on_one_page(client: Client) -> None:
    made = SmallCommitment(SmallReflection())
    late = made.add(title={"en": "Train judges"}, due_date=in_days(-2))
    made.report(ProgressReport.Kind.FULFILLED)
    made.add(is_published=False, title={"en": "Secret"})
    made.add_proposal(state=Proposal.State.DRAFT)
    made.add_proposal(state=Proposal.State.PUBLISHED)
    circle = circle_of(made.small.reflection, NOBODY, "en", today=today())
    ((_number, proposals),) = ((group.number, group.proposals) for group in circle.proposed)
    assert [each.state for each in proposals] == ["adopted", "published"]
    assert [each.reference for each in circle.decided] == [made.decision.reference]
    assert {count.status: count.n for count in circle.counts} == {"overdue": 1, "fulfilled": 1}
    assert [view.reference for view in circle.commitments] == [late.reference, made.commitment.reference]
    page = client.get(reverse("portal:mandate", args=["small"])).content.decode()
    for said in ("Keep the lights on", "by consensus at a meeting", "Train judges", "2 commitments"):
        assert said in page
    assert "Secret" not in page
    assert f'href="{reverse("followup:list", args=["small"])}?status=overdue"' in page
    french = client.get("/fr/r/small/mandate/").content.decode()
    for said in ("Garder la lumière", "en retard", "2 engagements"):
        assert said in french


def test_reservations_are_counted_as_they_stood(client: Client) -> None:
    made = SmallCommitment(SmallReflection())
    positions = [
        Position.objects.create(
            text=made.decision.text,
            member=made.member(code),
            kind=kind,
            explanation=explanation,
            given_by=made.secretariat,
            given_at=made.decision.adopted_at,
        )
        for code, kind, explanation in (
            ("FR", Position.Kind.RESERVES, text("Not the ports.")),
            ("PL", Position.Kind.RESERVES, text("Not yet.")),
            ("PL", Position.Kind.JOINS, None),
        )
    ]
    other = SmallCommitment(SmallReflection(slug="other", prefix="OTHER"))
    decision = other.add_decision()
    counted = Decision(
        text=made.add_decision().text,
        reference="SMALL-DC-0099",
        way=Decision.Way.MEETING,
        meeting=decision.meeting,
        adopted_at=decision.adopted_at,
        positions={"FR": positions[0].pk, "PL": positions[2].pk},
    )
    Decision.objects.filter(text=counted.text).delete()
    counted.save()
    circle = circle_of(made.small.reflection, NOBODY, "en", today=today())
    assert {each.reference: each.n_reservations for each in circle.decided}["SMALL-DC-0099"] == 1
    assert "1 reservation" in client.get(reverse("portal:mandate", args=["small"])).content.decode()


def test_the_page_takes_as_many_queries_for_many(client: Client) -> None:
    made = SmallCommitment(SmallReflection())
    made.report()
    made.step(3)
    address = reverse("portal:mandate", args=["small"])
    few = count_queries(client, address)
    for _more in range(3):
        made.report(on=made.add(decision=made.add_decision()))
    assert count_queries(client, address) == few
