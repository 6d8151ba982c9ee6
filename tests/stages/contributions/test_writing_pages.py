"""The pages on which contributions are written, as a browser with and without scripts uses them."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from placet.stages.contributions.models import Attachment, Contribution, Draft
from placet.stages.contributions.submitting import submit
from tests.stages.contributions.files import pdf, uploaded
from tests.stages.contributions.writing import SmallContributions
from tests.stages.pages import ESCAPED, PAYLOAD, filled, is_harmless

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> SmallContributions:
    return SmallContributions()


def harmless(page: Any) -> bool:
    return is_harmless(page)


def of(account: object) -> Client:
    client = Client()
    client.force_login(account)  # type: ignore[arg-type]
    return client


def sent(client: Client, address: str, to: str, **changes: object) -> Any:
    """Open a page, fill in its form and send it where the page says."""
    page = client.get(address)
    assert page.status_code == 200, page.status_code
    data = filled(page.context["form"], **changes)
    return client.post(to, {name: value for name, value in data.items() if value is not None}, follow=True)


def test_written_attached_submitted_without_scripts(world: SmallContributions) -> None:
    client = of(world.author)
    new, begin = reverse("contributions:new", args=["small"]), reverse("contributions:begin", args=["small"])
    page = sent(client, new, begin, title="A bridge", body="It is long.", file=uploaded(pdf(), "p.pdf"))
    draft = Draft.objects.get()
    assert page.redirect_chain[-1][0].endswith(f"/my-contributions/{draft.pk}/#files")
    assert "p.pdf" in page.content.decode()
    attachment = Attachment.objects.get()
    change = reverse("contributions:change-draft", args=[draft.pk])
    address = reverse("contributions:draft", args=[draft.pk])
    download = client.get(reverse("contributions:draft-attachment", args=[draft.pk, attachment.pk]))
    assert download["Content-Disposition"] == 'attachment; filename="p.pdf"'
    assert of(world.moderator).get(download.wsgi_request.path).status_code == 404
    page = sent(client, address, change, title="Two bridges", deed="submit")
    contribution = Contribution.objects.get()
    assert page.redirect_chain[-1][0] == reverse("contributions:contribution", args=[contribution.reference])
    assert "Two bridges" in page.content.decode()
    assert (contribution.state, contribution.reference) == ("submitted", "SMALL-K-0001")
    public = reverse("contributions:attachment", args=[contribution.reference, attachment.pk])
    assert client.get(public).status_code == of(world.moderator).get(public).status_code == 200
    assert Client().get(public).status_code == 404
    assert client.get(address).status_code == 302


def test_what_a_file_is_refused_for_is_said_and_the_words_are_kept(world: SmallContributions) -> None:
    client = of(world.author)
    new, begin = reverse("contributions:new", args=["small"]), reverse("contributions:begin", args=["small"])
    page = sent(client, new, begin, title="Kept", file=uploaded(b"<svg/>", "a.png"))
    assert page.status_code == 422
    assert "this one is none of them" in page.content.decode()
    assert Draft.objects.get().title == "Kept"
    assert not Attachment.objects.exists()


def test_submitting_an_empty_one_says_what_is_missing(world: SmallContributions) -> None:
    client = of(world.author)
    new, begin = reverse("contributions:new", args=["small"]), reverse("contributions:begin", args=["small"])
    page = sent(client, new, begin, title="", deed="submit")
    assert page.status_code == 422
    assert "Give it a title." in page.content.decode()


def test_scripts_save_and_are_told_of_another_window(world: SmallContributions) -> None:
    client = of(world.author)
    form = client.get(reverse("contributions:new", args=["small"])).context["form"]
    data = filled(form, title="One")
    first = client.post(reverse("contributions:save-new", args=["small"]), data).json()
    again = client.post(reverse("contributions:save-new", args=["small"]), data).json()
    assert first == again
    assert Draft.objects.count() == 1
    saved = client.post(first["save"], data | {"title": "Two", "number": first["number"]})
    assert saved.json()["number"] == 2
    late = client.post(first["save"], data | {"title": "Three", "number": 1})
    assert (late.status_code, late.json()["title"], late.json()["number"]) == (409, "Two", 2)
    wrong = client.post(first["save"], data | {"title": "x" * 200, "number": 2})
    assert wrong.status_code == 422
    assert len(wrong.json()["errors"]) == 1
    Draft.objects.update(body="Enough to submit.")
    submit(world.author, Contribution.objects.get())
    assert client.post(first["save"], data | {"number": 2}).status_code == 410
    assert Client().post(first["save"], data).status_code == 403
    assert of(world.moderator).post(first["save"], data).status_code == 404


def test_without_scripts_both_versions_are_shown(world: SmallContributions) -> None:
    client = of(world.author)
    contribution = world.contribution("draft", title="As saved elsewhere")
    Draft.objects.update(number=4)
    address = reverse("contributions:draft", args=[contribution.pk])
    change = reverse("contributions:change-draft", args=[contribution.pk])
    page = sent(client, address, change, title="Typed here", number=3)
    assert page.status_code == 409
    body = page.content.decode()
    assert "As saved elsewhere" in body
    assert 'value="Typed here"' in body
    page = client.post(change, filled(page.context["form"], title="Typed here"), follow=True)
    assert page.status_code == 200
    assert Draft.objects.get().title == "Typed here"


def test_in_the_name_of_an_organisation(world: SmallContributions) -> None:
    client = of(world.representative)
    new, begin = reverse("contributions:new", args=["small"]), reverse("contributions:begin", args=["small"])
    sent(client, new, begin, title="T", body="B", organisation=str(world.organisation.pk), deed="submit")
    assert Contribution.objects.get().organisation == world.organisation
    assert "organisation" not in of(world.author).get(new).context["form"].fields


def test_deleting_a_draft_asks_first(world: SmallContributions) -> None:
    contribution = world.contribution("draft")
    client, address = of(world.author), reverse("contributions:discard-draft", args=[contribution.pk])
    assert "Delete this draft?" in client.get(address).content.decode()
    assert Contribution.objects.exists()
    assert client.post(address).status_code == 302
    assert not Contribution.objects.exists()


def test_one_sees_ones_own_and_nobody_elses(world: SmallContributions) -> None:
    world.contribution("draft", title="My draft")
    world.contribution("rejected", title="My rejected one")
    address = reverse("contributions:own", args=["small"])
    own = of(world.author).get(address).content.decode()
    assert "My draft" in own
    assert "My rejected one" in own
    other = of(world.another()).get(address).content.decode()
    assert "My" not in other.split("<main")[1].replace("My contributions", "")


def test_what_is_written_runs_nowhere(world: SmallContributions) -> None:
    client = of(world.author)
    contribution = world.contribution("draft", title=PAYLOAD, summary=PAYLOAD, body=PAYLOAD)
    page = client.get(reverse("contributions:draft", args=[contribution.pk]))
    assert harmless(page)
    submit(world.author, contribution)
    reference = Contribution.objects.get().reference
    page = client.get(reverse("contributions:contribution", args=[reference]))
    assert harmless(page)
    assert ESCAPED in page.content.decode()
    assert harmless(client.get(reverse("contributions:own", args=["small"])))


@pytest.mark.parametrize("n", [1, 6])
def test_own_contributions_cost_the_same_however_many(
    world: SmallContributions, django_assert_max_num_queries: Any, n: int
) -> None:
    for _number in range(n):
        world.contribution("draft")
        world.contribution()
    client = of(world.author)
    with django_assert_max_num_queries(9):
        assert client.get(reverse("contributions:own", args=["small"])).status_code == 200


def test_an_unknown_key_is_refused_kindly(world: SmallContributions) -> None:
    contribution = world.contribution("draft")
    client = of(world.author)
    change = reverse("contributions:change-draft", args=[contribution.pk])
    address = reverse("contributions:draft", args=[contribution.pk])
    assert sent(client, address, change, remove="../../x").status_code == 422
    assert sent(client, address, change, remove=str(uuid4())).status_code == 404
