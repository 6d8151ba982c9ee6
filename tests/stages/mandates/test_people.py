"""Roles and invitations: who is invited, what the link does, and what it does not."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from placet.stages.mandates.models import Constituency, Invitation, Member, ParticipantLink, Role, RoleGrant
from placet.stages.mandates.participation import (
    InvitedAs,
    accept_invitation,
    grant_role,
    invite,
    invite_many,
    revoke_invitation,
)
from placet.stages.mandates.permissions import roles_of
from placet.stages.people.actions import create_account
from placet.stages.people.models import Account, OutboxMessage
from placet.stages.record.models import AuditEntry
from tests.stages.pages import PAYLOAD, is_harmless, sent
from tests.stages.reflections import NOBODY, SmallReflection

pytestmark = pytest.mark.django_db


@pytest.fixture
def small(client: Client) -> SmallReflection:
    made = SmallReflection()
    client.force_login(made.secretariat)
    return made


@pytest.fixture
def guest() -> Account:
    return create_account("guest@guests.example", is_verified=True)


def page(name: str, *arguments: object) -> str:
    return reverse(f"mandates:{name}", args=arguments)


def test_many_are_invited_each_with_a_message(client: Client, small: SmallReflection) -> None:
    create_account("luc@guests.example", language="fr", is_verified=True)
    response = sent(
        client,
        page("invite", "small"),
        addresses="Ada@guests.example\n\n luc@guests.example \n",
        member=Member.objects.get(code="FR").pk,
        constituency=Constituency.objects.get().pk,
    )
    assert response["Location"] == page("people", "small")
    assert sorted(Invitation.objects.values_list("email", flat=True)) == [
        "ada@guests.example",
        "luc@guests.example",
    ]
    english, french = OutboxMessage.objects.order_by("recipient_email")
    assert english.subject == "Invitation: Reflection small"
    assert (french.language, "/fr/invitation/" in french.body) == ("fr", True)
    assert "Réflexion small" in french.subject
    token = re.search(r"/en/invitation/([^/\s]+)/", english.body)
    assert token
    assert token.group(1) not in "".join(Invitation.objects.values_list("token_digest", flat=True))


@pytest.mark.parametrize(
    ("addresses", "message"),
    [
        ("a@b.example\nnobody\nc@d.example", "Line 2: “nobody” is not"),
        ("a@b.example\nA@B.example", "Line 2: the same address stands on line 1"),
        ("\n".join(f"{n}@b.example" for n in range(501)), "these are 501"),
        (f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.example", "Line 1"),
        (PAYLOAD, "Line 1"),
        ("", "required"),
    ],
)
def test_all_or_nobody_is_invited(
    client: Client, small: SmallReflection, addresses: str, message: str
) -> None:
    response = sent(client, page("invite", "small"), addresses=addresses)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert is_harmless(response)
    assert not Invitation.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_what_does_not_fit_the_role_is_refused(client: Client, small: SmallReflection) -> None:
    other = SmallReflection(slug="other", prefix="OTHER")
    member = Member.objects.get(reflection=small.reflection, code="FR").pk
    address = page("invite", "small")
    for role, chosen, field in (
        ("delegate", "", "member"),
        ("moderator", member, "member"),
        ("emperor", "", "role"),
        ("", Member.objects.get(reflection=other.reflection, code="FR").pk, "member"),
    ):
        response = sent(client, address, addresses="a@b.example", role=role, member=chosen)
        assert list(response.context["form"].errors) == [field]
    assert not Invitation.objects.exists()


def test_sent_twice_invites_once(client: Client, small: SmallReflection) -> None:
    address = page("invite", "small")
    key = str(client.get(address).context["form"]["form_key"].value())
    for _twice in range(2):
        sent(client, address, addresses="a@b.example", form_key=key)
    assert Invitation.objects.count() == OutboxMessage.objects.count() == 1
    assert AuditEntry.objects.filter(action="mandates.invite").count() == 1


def test_a_second_invitation_replaces_the_first(small: SmallReflection) -> None:
    _first, old = invite(small.secretariat, small.reflection, "guest@guests.example")
    _second, new = invite(small.secretariat, small.reflection, "Guest@guests.example")
    account = create_account("guest@guests.example", is_verified=True)
    with pytest.raises(PermissionDenied):
        accept_invitation(account, old)
    accept_invitation(account, new)


@pytest.mark.parametrize("who", [*(role for role in Role.values if role != Role.SECRETARIAT), "stranger", ""])
def test_only_the_secretariat_invites(small: SmallReflection, who: str) -> None:
    actor = small.accounts[who] if who else NOBODY
    with pytest.raises(PermissionDenied):
        invite_many(actor, small.reflection, ["a@b.example"], InvitedAs())
    invitation, _token = invite(small.secretariat, small.reflection, "a@b.example")
    with pytest.raises(PermissionDenied):
        revoke_invitation(actor, invitation)
    with pytest.raises(PermissionDenied):
        grant_role(actor, small.reflection, small.accounts["stranger"], Role.MODERATOR)


def test_the_action_itself_invites_all_or_nobody(small: SmallReflection) -> None:
    with pytest.raises(ValidationError):
        invite_many(small.secretariat, small.reflection, ["a@b.example", "nobody"], InvitedAs())
    assert not Invitation.objects.exists()


def test_an_invitation_to_a_role_is_accepted(client: Client, small: SmallReflection, guest: Account) -> None:
    _invitation, token = invite(small.secretariat, small.reflection, guest.email, role=Role.MODERATOR)
    client.force_login(guest)
    body = client.get(page("invitation", token)).content.decode()
    assert "moderator" in body
    assert roles_of(guest, small.reflection) == frozenset()  # looking accepts nothing
    for _twice in range(2):
        response = client.post(page("invitation", token))
        assert response["Location"] == page("manage-reflection", "small")
    assert roles_of(guest, small.reflection) == {Role.MODERATOR}
    assert AuditEntry.objects.filter(action="mandates.accept_invitation").count() == 1


def test_an_invitation_to_take_part_makes_a_pseudonym(
    client: Client, small: SmallReflection, guest: Account
) -> None:
    of = {"member": Member.objects.get(code="FR"), "constituency": Constituency.objects.get()}
    _invitation, token = invite(small.secretariat, small.reflection, guest.email, **of)  # type: ignore[arg-type]
    client.force_login(guest)
    page_body = client.get(page("invitation", token)).content.decode()
    assert "France" in page_body
    assert "Young leaders" in page_body
    response = client.post(page("invitation", token))
    assert response["Location"] == reverse("portal:reflection", args=["small"])
    participant = ParticipantLink.objects.get(account=guest).participant
    assert (participant.standing, str(participant.member)) == ("invited", "FR")
    entry = AuditEntry.objects.get(action="mandates.accept_invitation")
    assert entry.actor_id is None
    assert str(participant.id) not in str(entry.detail)


def test_a_participant_invited_to_a_draft_is_not_sent_to_a_page_that_is_not_there(
    client: Client, guest: Account
) -> None:
    small = SmallReflection(is_published=False)
    _invitation, token = invite(small.secretariat, small.reflection, guest.email)
    client.force_login(guest)
    assert client.post(page("invitation", token))["Location"] == reverse("portal:home")


def test_whoever_is_not_signed_in_is_asked_to(client: Client, small: SmallReflection) -> None:
    _invitation, token = invite(small.secretariat, small.reflection, "guest@guests.example")
    client.logout()
    for method in (client.get, client.post):
        response = method(page("invitation", token))
        assert response.status_code == 200
        body = response.content.decode()
        assert f"/en/account/login/?next=%2Fen%2Finvitation%2F{token}%2F" in body
        assert "guest@guests.example" not in body
    assert Invitation.objects.get().accepted_at is None


def test_another_account_is_refused_and_learns_no_address(client: Client, small: SmallReflection) -> None:
    _invitation, token = invite(small.secretariat, small.reflection, "guest@guests.example")
    stranger = small.accounts["stranger"]
    client.force_login(stranger)
    response = client.get(page("invitation", token))
    assert response.status_code == 403
    assert "another address" in response.content.decode()
    assert "guest@guests.example" not in response.content.decode()
    assert client.post(page("invitation", token), follow=True).status_code == 403
    assert Invitation.objects.get().accepted_at is None
    assert not ParticipantLink.objects.filter(account=stranger).exists()


@pytest.mark.parametrize("what", ["unknown", "revoked", "expired", "used"])
def test_links_that_do_not_work_all_look_the_same(
    client: Client, small: SmallReflection, guest: Account, what: str
) -> None:
    _invitation, token = invite(small.secretariat, small.reflection, guest.email, role=Role.MODERATOR)
    if what == "unknown":
        token = "x" * 43
    elif what == "revoked":
        Invitation.objects.update(revoked_at=timezone.now())
    elif what == "expired":
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    else:
        Invitation.objects.update(accepted_at=timezone.now())
    client.force_login(small.accounts["stranger"] if what == "used" else guest)
    pages = [client.get(page("invitation", token)), client.post(page("invitation", token))]
    assert [response.status_code for response in pages] == [404, 404]
    assert all("no longer valid" in response.content.decode() for response in pages)
    assert all("Reflection small" not in response.content.decode() for response in pages)
    assert roles_of(guest, small.reflection) == frozenset()


def test_an_accepted_link_gives_nothing_back_after_the_role_is_revoked(
    client: Client, small: SmallReflection, guest: Account
) -> None:
    _invitation, token = invite(small.secretariat, small.reflection, guest.email, role=Role.MODERATOR)
    accept_invitation(guest, token)
    client.post(page("revoke-role", "small", RoleGrant.objects.get(account=guest).pk))
    client.force_login(guest)
    client.post(page("invitation", token))
    assert roles_of(guest, small.reflection) == frozenset()


def test_roles_and_invitations_are_listed_and_revoked(client: Client, small: SmallReflection) -> None:
    invitation, _token = invite(small.secretariat, small.reflection, "guest@guests.example")
    body = client.get(page("people", "small")).content.decode()
    assert "guest@guests.example" in body
    assert small.accounts[Role.DELEGATE].email in body
    assert small.accounts["participant"].email not in body
    for _twice in range(2):
        client.post(page("revoke-invitation", "small", invitation.pk))
    assert AuditEntry.objects.filter(action="mandates.revoke_invitation").count() == 1
    grant = RoleGrant.objects.get(account=small.accounts[Role.MODERATOR])
    for _twice in range(2):
        client.post(page("revoke-role", "small", grant.pk))
    assert AuditEntry.objects.filter(action="mandates.revoke_role").count() == 1


def test_the_last_secretariat_stays(client: Client, small: SmallReflection) -> None:
    grant = RoleGrant.objects.get(role=Role.SECRETARIAT)
    response = client.post(page("revoke-role", "small", grant.pk), follow=True)
    assert "only secretariat" in response.content.decode()
    assert Role.SECRETARIAT in roles_of(small.secretariat, small.reflection)


def test_people_ask_as_many_queries_at_10_as_at_1000(client: Client, small: SmallReflection) -> None:
    counts = []
    of = InvitedAs(member=Member.objects.get(code="FR"), constituency=Constituency.objects.get())
    for size in (10, 495, 495):
        addresses = [f"{len(counts)}-{n}@guests.example" for n in range(size)]
        invite_many(small.secretariat, small.reflection, addresses, of)
        for n in range(size // 10):
            account = create_account(f"partner-{len(counts)}-{n}@guests.example")
            grant_role(small.secretariat, small.reflection, account, Role.PARTNER)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page("people", "small")).status_code == 200
        counts.append(len(captured))
    assert Invitation.objects.count() == 1000
    assert len(set(counts)) == 1
