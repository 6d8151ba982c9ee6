"""Reading contributions: the list with its filters, one, what it said before, a report; endorsing."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from placet.stages.contributions.drafts import Words, begin_revision, save_draft
from placet.stages.contributions.endorsing import endorse
from placet.stages.contributions.models import Contribution, Endorsement
from placet.stages.contributions.submitting import submit
from placet.stages.mandates.models import Member
from placet.stages.texts.actions import revise_text
from tests.stages.contributions.test_writing_pages import of
from tests.stages.contributions.writing import SmallContributions
from tests.stages.pages import PAYLOAD, is_harmless

pytestmark = pytest.mark.django_db
ONE_PAGE = 18


@pytest.fixture
def world() -> SmallContributions:
    return SmallContributions()


def listed(client: Client, **query: Any) -> list[str]:
    page = client.get(reverse("contributions:list", args=["small"]), query)
    assert page.status_code == 200
    return [row.title.body for row in page.context["rows"]]


def test_the_list_holds_what_is_published_newest_first(world: SmallContributions) -> None:
    world.contribution(title="First")
    for state in ("draft", "submitted", "rejected", "withdrawn"):
        world.contribution(state, title=f"Not {state}")
    world.contribution(title="Second")
    assert listed(Client()) == ["Second", "First"]
    assert listed(of(world.author)) == ["Second", "First"]


def test_filters(world: SmallContributions) -> None:
    poland = Member.objects.get(reflection=world.reflection, code="PL")
    world.contribution(title="Été à Łódź", language="fr", member=poland)
    world.contribution(title="A paper", kind="paper", priority=world.small.priority)
    of_organisation = world.contribution(title="From a body", organisation=world.organisation)
    collection = world.collection(n=2)
    client = Client()
    assert listed(client, kind="paper") == ["A paper"]
    assert listed(client, priority=world.small.priority.pk) == ["A paper"]
    assert listed(client, member=poland.pk, language="fr") == ["Été à Łódź"]
    assert listed(client, organisation=world.organisation.pk) == ["From a body"]
    assert listed(client, collection=collection.pk) == ["Recommendation 2", "Recommendation 1"]
    assert listed(client, q="ETE") == ["Été à Łódź"]
    assert listed(client, q="nowhere") == []
    Contribution.objects.filter(pk=of_organisation.pk).update(endorsement_count=3)
    assert listed(client, order="endorsed")[0] == "From a body"


@pytest.mark.parametrize(
    "query",
    [
        {"member": "999999"},
        {"member": "x"},
        {"collection": "1; DROP TABLE"},
        {"kind": "<script>"},
        {"order": "author__email"},
        {"page": "-3"},
        {"page": "x"},
        {"q": "\u0130" * 100},
    ],
)
def test_a_wrong_filter_is_left_out(world: SmallContributions, query: dict[str, str]) -> None:
    world.contribution()
    page = Client().get(reverse("contributions:list", args=["small"]), query)
    assert page.status_code == 200


def test_a_filter_of_another_reflection_finds_nothing_of_it(world: SmallContributions) -> None:
    other = SmallContributions(slug="other", prefix="OTHER")
    other.contribution(title="Elsewhere", organisation=other.organisation)
    assert listed(Client(), organisation=other.organisation.pk) == []


@pytest.mark.parametrize("n", [2, 12])
def test_the_list_costs_the_same_however_long(
    world: SmallContributions, django_assert_num_queries: Any, n: int
) -> None:
    poland = Member.objects.get(reflection=world.reflection, code="PL")
    for _number in range(n):
        world.contribution(member=poland, organisation=world.organisation, priority=world.small.priority)
    with django_assert_num_queries(15):
        assert len(listed(Client())) == n


@pytest.mark.parametrize("n", [1, 5])
def test_one_costs_the_same_however_much_hangs_on_it(
    world: SmallContributions, django_assert_num_queries: Any, n: int
) -> None:
    collection = world.collection(n=n)
    contribution = Contribution.objects.filter(collection=collection).order_by("number").last()
    assert contribution is not None
    for number in range(n):
        Endorsement.objects.create(
            contribution=contribution,
            organisation=world.add_organisation(f"Body {number}"),
            endorsed_at=contribution.created_at,
        )
    address = reverse("contributions:contribution", args=[contribution.reference])
    Client().get(address)
    with django_assert_num_queries(ONE_PAGE):
        assert Client().get(address).status_code == 200


def test_a_report_is_read_in_its_order(world: SmallContributions) -> None:
    collection = world.collection(n=3)
    page = Client().get(reverse("contributions:collection", args=["small", collection.pk]))
    assert [row.number for row in page.context["rows"]] == [1, 2, 3]
    second = Contribution.objects.get(collection=collection, number=2)
    body = Client().get(reverse("contributions:contribution", args=[second.reference])).content.decode()
    assert "Recommendation 1</a>" in body
    assert "Recommendation 3" in body
    empty = world.collection(title="Nothing in it", n=0)
    assert Client().get(reverse("contributions:collection", args=["small", empty.pk])).status_code == 404


def test_a_withdrawn_one_says_so_and_keeps_its_text(world: SmallContributions) -> None:
    contribution = world.contribution()
    client = of(world.author)
    address = reverse("contributions:withdraw", args=[contribution.reference])
    assert "Withdraw your contribution?" in client.get(address).content.decode()
    assert client.post(address).status_code == 302
    body = Client().get(reverse("contributions:contribution", args=[contribution.reference])).content.decode()
    assert "Withdrawn by its author" in body
    assert "It is wide." in body
    assert client.post(reverse("contributions:restore", args=[contribution.reference])).status_code == 302
    contribution.refresh_from_db()
    assert contribution.state == "published"


def test_revisions_are_listed_and_compared(world: SmallContributions) -> None:
    contribution = world.contribution(body=f"It is long. {PAYLOAD}")
    client = of(world.author)
    page: Any = client.post(reverse("contributions:revise", args=[contribution.reference]))
    assert page["Location"] == reverse("contributions:draft", args=[contribution.pk])
    draft = begin_revision(world.author, contribution)
    save_draft(world.author, contribution, Words("en", "A bridge", "", f"It is wide. {PAYLOAD}"), number=1)
    assert draft.number == 1
    submit(world.author, contribution)
    page = client.get(reverse("contributions:revisions", args=[contribution.reference]))
    assert "Revision 2" in page.content.decode()
    page = client.get(reverse("contributions:revision", args=[contribution.reference, 2]))
    assert is_harmless(page)
    body = page.content.decode()
    assert "long. </ins>" not in body
    assert "[removed:" in body
    assert "[added:" in body
    for number, query in ((7, ""), (2, "?with=9"), (2, "?with=99999999999")):
        address = reverse("contributions:revision", args=[contribution.reference, number])
        assert client.get(address + query).status_code == (200 if "99999999999" in query else 404)
    assert Client().get(page.wsgi_request.path).status_code == 404


def test_a_translation_is_shown_where_the_reader_asks(world: SmallContributions) -> None:
    contribution = world.contribution()
    assert contribution.title is not None
    revise_text(contribution.title, {"en": "A bridge", "fr": "Un pont"}, author_id=world.secretariat.id)
    address = reverse("contributions:contribution", args=[contribution.reference])
    assert Client().get(address).context["contribution"].row.title.body == "A bridge"
    assert Client().get(address + "?language=fr").context["contribution"].row.title.body == "Un pont"
    assert Client().get(address + "?language=<x>").context["contribution"].row.title.body == "A bridge"
    assert Client().get(address.replace("/en/", "/fr/")).context["contribution"].row.title.body == "Un pont"


def test_a_representative_endorses_and_takes_it_back(world: SmallContributions) -> None:
    contribution = world.contribution()
    client = of(world.representative)
    page_address = reverse("contributions:contribution", args=[contribution.reference])
    address = reverse("contributions:endorse", args=[contribution.reference])
    assert "Endorse it for Institute of Small Things" in client.get(page_address).content.decode()
    page = client.post(address, {"organisation": str(world.organisation.pk)}, follow=True)
    body = page.content.decode()
    assert "Withdraw the endorsement of Institute of Small Things" in body
    assert "Institute of Small Things" in Client().get(page_address).content.decode()
    client.post(address, {"organisation": str(world.organisation.pk), "deed": "withdraw"})
    assert not Endorsement.objects.filter(withdrawn_at=None).exists()
    assert of(world.author).post(address, {"organisation": str(world.organisation.pk)}).status_code == 403
    assert client.post(address, {"organisation": "x"}).status_code == 404
    own = world.contribution(organisation=world.organisation)
    page = client.post(
        reverse("contributions:endorse", args=[own.reference]),
        {"organisation": str(world.organisation.pk)},
        follow=True,
    )
    assert "own contribution" in page.content.decode()


def test_an_endorsement_before_the_last_change_says_so(world: SmallContributions) -> None:
    contribution = world.contribution()
    endorse(world.representative, contribution, world.organisation)
    begin_revision(world.author, contribution)
    save_draft(world.author, contribution, Words("en", "Other", "", "Other."), number=1)
    submit(world.author, contribution)
    page = of(world.author).get(reverse("contributions:contribution", args=[contribution.reference]))
    assert page.context["contribution"].endorsements[0].is_before_last_revision
