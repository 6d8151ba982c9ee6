"""Organisations, and who acts for them."""

import re

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from placet.stages.mandates.models import Invitation, Organisation, Representative, Role, RoleGrant
from placet.stages.mandates.organisations import (
    OrganisationFrame,
    add_organisation,
    change_organisation,
    name_representative,
    organisation_views,
    represented_organisations,
    require_representative,
    revoke_representative,
)
from placet.stages.mandates.participation import InvitedAs, accept_invitation, invite_many, revoke_role
from placet.stages.mandates.permissions import roles_of
from placet.stages.mandates.representing import name_by_address
from placet.stages.people.actions import create_account
from placet.stages.people.models import OutboxMessage
from placet.stages.record.models import AuditEntry
from tests.stages.pages import count_queries
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db


@pytest.fixture
def small() -> SmallReflection:
    return SmallReflection()


def add(small: SmallReflection, name: str = "Think tank", **changes: object) -> Organisation:
    frame = OrganisationFrame({"en": name}, **({"is_partner": True} | changes))  # type: ignore[arg-type]
    return add_organisation(small.secretariat, small.reflection, frame)


def sign_in(small: SmallReflection, who: str = "secretariat") -> Client:
    client = Client()
    client.force_login(small.accounts[who])
    return client


def test_the_secretariat_alone_adds_and_names(small: SmallReflection) -> None:
    frame = OrganisationFrame({"en": "Mine"})
    organisation = add(small)
    for actor in (small.accounts["partner"], small.accounts["stranger"]):
        with pytest.raises(PermissionDenied):
            add_organisation(actor, small.reflection, frame)
        with pytest.raises(PermissionDenied):
            change_organisation(actor, organisation, frame)
        with pytest.raises(PermissionDenied):
            name_representative(actor, organisation, actor)
        with pytest.raises(PermissionDenied):
            name_by_address(actor, organisation, actor.email, message_language="en")


@pytest.mark.parametrize(
    "frame",
    [
        OrganisationFrame({"fr": "Seulement en français"}),
        OrganisationFrame({"en": "   "}),
        OrganisationFrame({"en": "A"}, website="javascript:alert(1)"),
        OrganisationFrame({"en": "A"}, website="ftp://example.org"),
    ],
)
def test_what_an_organisation_may_not_be_called(small: SmallReflection, frame: OrganisationFrame) -> None:
    with pytest.raises(ValidationError):
        add_organisation(small.secretariat, small.reflection, frame)
    assert not Organisation.objects.exists()


def test_a_member_of_another_reflection_is_no_home(small: SmallReflection) -> None:
    other = SmallReflection(slug="other", prefix="OTHER")
    member = other.reflection.members.first()
    with pytest.raises(ValidationError):
        add(small, member=member)


def test_a_representative_of_a_partner_holds_that_role_as_long_as_it_acts(small: SmallReflection) -> None:
    account = small.accounts["stranger"]
    first, second = add(small), add(small, "University")
    one = name_representative(small.secretariat, first, account)
    assert name_representative(small.secretariat, first, account) == one  # once, however often it is asked
    two = name_representative(small.secretariat, second, account)
    assert roles_of(account, small.reflection) == {Role.PARTNER}
    assert set(represented_organisations(account, small.reflection)) == {first, second}
    revoke_representative(small.secretariat, one)
    assert roles_of(account, small.reflection) == {Role.PARTNER}
    with pytest.raises(PermissionDenied):
        require_representative(account, first)
    revoke_representative(small.secretariat, two)
    revoke_representative(small.secretariat, two)
    assert roles_of(account, small.reflection) == set()
    assert AuditEntry.objects.filter(action="mandates.revoke_representative").count() == 2


def test_whoever_is_no_partner_any_more_acts_for_no_partner(small: SmallReflection) -> None:
    account = small.accounts["stranger"]
    partner, body = add(small), add(small, "Association", is_partner=False)
    name_representative(small.secretariat, partner, account)
    name_representative(small.secretariat, body, account)
    grant = RoleGrant.objects.get(account=account, role=Role.PARTNER, revoked_at=None)
    revoke_role(small.secretariat, grant)
    assert list(represented_organisations(account, small.reflection)) == [body]


def test_those_who_act_for_what_becomes_a_partner_become_partners(small: SmallReflection) -> None:
    account = small.accounts["stranger"]
    body = add(small, "Association", is_partner=False)
    name_representative(small.secretariat, body, account)
    assert roles_of(account, small.reflection) == set()
    change_organisation(small.secretariat, body, OrganisationFrame({"en": "Association"}, is_partner=True))
    assert roles_of(account, small.reflection) == {Role.PARTNER}


def test_an_address_with_an_account_acts_at_once_and_is_told(small: SmallReflection) -> None:
    organisation = add(small)
    account = create_account("ada@example.org", is_verified=True, language="fr")
    named = name_by_address(small.secretariat, organisation, " Ada@Example.org ", message_language="en")
    assert isinstance(named, Representative)
    assert named.account == account
    message = OutboxMessage.objects.get(key=f"mandates.representative:{named.pk}")
    assert message.recipient_email == "ada@example.org"
    assert message.language == "fr"
    assert "Think tank" in message.body


def test_an_address_without_an_account_is_invited_and_acts_once_it_accepts(small: SmallReflection) -> None:
    organisation = add(small)
    invitation = name_by_address(small.secretariat, organisation, "new@example.org", message_language="en")
    assert isinstance(invitation, Invitation)
    assert (invitation.role, invitation.organisation) == (Role.PARTNER, organisation)
    body = OutboxMessage.objects.get(recipient_email="new@example.org").body
    token = re.search(r"/invitation/([^/\s]+)/", body)[1]  # type: ignore[index]
    client = Client()
    page = client.get(reverse("mandates:invitation", args=[token]))
    assert "Think tank" in page.content.decode()
    account = create_account("new@example.org", is_verified=True)
    assert not represented_organisations(account, small.reflection).exists()
    client.force_login(account)
    answer = client.post(reverse("mandates:invitation", args=[token]))
    assert answer["Location"] == reverse("mandates:manage")
    accept_invitation(account, token)  # asked twice
    assert list(represented_organisations(account, small.reflection)) == [organisation]
    assert roles_of(account, small.reflection) == {Role.PARTNER}
    assert reverse("dialogues:manage-list", args=["small"]) in client.get(answer["Location"]).content.decode()


def test_a_body_that_is_no_partner_has_nobody_without_an_account(small: SmallReflection) -> None:
    body = add(small, "Association", is_partner=False)
    with pytest.raises(ValidationError, match="No account"):
        name_by_address(small.secretariat, body, "new@example.org", message_language="en")
    with pytest.raises(ValidationError):
        invite_many(
            small.secretariat,
            small.reflection,
            ["new@example.org"],
            InvitedAs(Role.PARTNER, organisation=body),
        )
    assert not Invitation.objects.exists()


def test_organisations_stand_by_name_with_a_constant_number_of_queries(small: SmallReflection) -> None:
    client = sign_in(small)
    address = reverse("mandates:organisations", args=["small"])
    add(small, "Zeta")
    few = count_queries(client, address)
    for name in ("alpha", "Beta", "Gamma"):
        add(small, name)
    assert count_queries(client, address) == few
    assert [view.name.body for view in organisation_views(small.reflection, "en")] == [
        "alpha", "Beta", "Gamma", "Zeta",
    ]  # fmt: skip


def test_the_pages_add_change_name_and_revoke(small: SmallReflection) -> None:
    client = sign_in(small)
    sent = {
        "form_key": "6f1c1c3e-0000-4000-8000-000000000001",
        "name_en": "<b>Think</b> tank",
        "website": "https://example.org",
        "is_partner": "on",
    }
    address = reverse("mandates:add-organisation", args=["small"])
    assert client.post(address, sent).status_code == 302
    assert client.post(address, sent).status_code == 302  # sent twice, one effect
    organisation = Organisation.objects.get()
    page = reverse("mandates:organisation", args=["small", organisation.pk])
    content = client.get(page).content.decode()
    assert "&lt;b&gt;Think&lt;/b&gt; tank" in content
    assert "<b>Think" not in content
    naming = {
        "form_key": "6f1c1c3e-0000-4000-8000-000000000002",
        "email": small.accounts["stranger"].email,
        "message_language": "en",
    }
    assert client.post(page, naming).status_code == 302
    representative = Representative.objects.get()
    assert small.accounts["stranger"].email in client.get(page).content.decode()
    revoke = reverse("mandates:revoke-representative", args=["small", organisation.pk, representative.pk])
    assert client.post(revoke).status_code == 302
    assert not represented_organisations(small.accounts["stranger"], small.reflection).exists()
    wrong = client.post(page, naming | {"email": "no address"})
    assert wrong.status_code == 422
    change = reverse("mandates:change-organisation", args=["small", organisation.pk])
    changed = {"form_key": "6f1c1c3e-0000-4000-8000-000000000003", "name_en": "Tank", "website": "nonsense"}
    assert client.post(change, changed).status_code == 422
    assert client.post(change, changed | {"website": ""}).status_code == 302
    organisation.refresh_from_db()
    assert not organisation.is_partner


def test_an_organisation_of_another_reflection_is_not_found(small: SmallReflection) -> None:
    other = SmallReflection(slug="other", prefix="OTHER")
    foreign = add(other)
    assert sign_in(small).get(reverse("mandates:organisation", args=["small", foreign.pk])).status_code == 404


def test_a_partner_finds_its_dialogues_and_nothing_that_refuses_it(small: SmallReflection) -> None:
    organisation = add(small)
    name_representative(small.secretariat, organisation, small.accounts["partner"])
    client = sign_in(small, "partner")
    start = client.get(reverse("mandates:manage")).content.decode()
    address = reverse("dialogues:manage-list", args=["small"])
    assert address in start
    content = client.get(address).content.decode()
    navigation = content[
        content.index("manage__navigation") : content.index("</nav>", content.index("manage__navigation"))
    ]
    for link in re.findall(r'href="([^"]+)"', navigation):
        assert client.get(link).status_code == 200, link
