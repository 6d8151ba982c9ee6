"""What is not one's own is not there: items of other reflections, what does not exist, a role taken back.

Who may use which page stands in one table for all of them: ``tests/test_permissions.py``.
"""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from placet.stages.consultations.models import VoteImport
from placet.stages.mandates.models import Invitation, Milestone, Role, RoleGrant
from placet.stages.mandates.participation import invite
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db


def test_items_are_not_reached_through_another_reflection(client: Client) -> None:
    """One's own reflection in the address, another's item: the pages say that there is no such thing."""
    small, other = SmallReflection(), SmallReflection(slug="other", prefix="OTHER")
    client.force_login(other.secretariat)
    milestone = Milestone.objects.get(reflection=small.reflection).pk
    invitation = invite(small.secretariat, small.reflection, "guest@guests.example")[0].pk
    grant = RoleGrant.objects.get(reflection=small.reflection, role=Role.ANALYST).pk
    vote_import = VoteImport.objects.create(
        consultation=small.consultation, requested_by=small.secretariat, file_name="x.zip", language="en"
    ).pk
    for name, arguments, method in [
        ("mandates:change-milestone", ["other", milestone], "POST"),
        ("mandates:remove-milestone", ["other", milestone], "POST"),
        ("mandates:revoke-invitation", ["other", invitation], "POST"),
        ("mandates:revoke-role", ["other", grant], "POST"),
        ("mandates:change-priority", ["other", 7], "GET"),
        ("consultations:import-state", [other.consultation.reference, vote_import], "GET"),
        ("consultations:retry-import", [other.consultation.reference, vote_import], "POST"),
    ]:
        assert client.generic(method, reverse(name, args=arguments)).status_code == 404, name
    assert Milestone.objects.filter(pk=milestone).exists()
    assert Invitation.objects.get(pk=invitation).revoked_at is None
    assert RoleGrant.objects.get(pk=grant).revoked_at is None


def test_what_does_not_exist_is_not_found(client: Client) -> None:
    small = SmallReflection()
    client.force_login(small.secretariat)
    slug, reference = small.reflection.slug, small.consultation.reference
    for name, arguments in [
        ("mandates:manage-reflection", ["nowhere"]),
        ("mandates:change-member", [slug, "XX"]),
        ("mandates:change-constituency", [slug, "nobody"]),
        ("mandates:change-milestone", [slug, 999]),
        ("consultations:manage-consultation", ["SMALL-C-9999"]),
        ("consultations:manage-statement", ["SMALL-S-9999"]),
        ("consultations:import-state", [reference, uuid4()]),
    ]:
        assert client.get(reverse(name, args=arguments)).status_code == 404, name


def test_a_revoked_role_ends_at_once(client: Client) -> None:
    small = SmallReflection()
    client.force_login(small.accounts[Role.MODERATOR])
    address = reverse("consultations:moderation", args=[small.consultation.reference])
    assert client.get(address).status_code == 200
    RoleGrant.objects.filter(account=small.accounts[Role.MODERATOR]).update(revoked_at=timezone.now())
    assert client.get(address).status_code == 403
