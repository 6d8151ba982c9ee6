"""Who may open which page of the secretariat, and that nobody reaches another reflection's through it."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from placet.stages.consultations import manage_urls
from placet.stages.consultations.models import VoteImport
from placet.stages.mandates import urls
from placet.stages.mandates.actions import NewMilestone, add_milestones
from placet.stages.mandates.models import Invitation, Milestone, Role, RoleGrant
from placet.stages.mandates.participation import invite
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db

SECRETARIAT = {Role.SECRETARIAT}
MODERATING = {Role.SECRETARIAT, Role.MODERATOR}
RUNNING = {Role.SECRETARIAT, Role.MODERATOR, Role.ANALYST}
GET, POST, BOTH = ("get",), ("post",), ("get", "post")
ACCOUNTS = [*Role.values, "participant", "stranger"]

# name of the URL: (who may, methods)
PAGES = {
    "mandates:manage-reflection": (RUNNING, GET),
    "mandates:frame": (SECRETARIAT, BOTH),
    "mandates:mandate": (SECRETARIAT, BOTH),
    "mandates:priorities": (SECRETARIAT, GET),
    "mandates:add-priority": (SECRETARIAT, BOTH),
    "mandates:change-priority": (SECRETARIAT, BOTH),
    "mandates:members": (SECRETARIAT, BOTH),
    "mandates:change-member": (SECRETARIAT, BOTH),
    "mandates:remove-member": (SECRETARIAT, POST),
    "mandates:constituencies": (SECRETARIAT, BOTH),
    "mandates:add-usual-constituencies": (SECRETARIAT, POST),
    "mandates:change-constituency": (SECRETARIAT, BOTH),
    "mandates:remove-constituency": (SECRETARIAT, POST),
    "mandates:calendar": (SECRETARIAT, GET),
    "mandates:add-milestone": (SECRETARIAT, BOTH),
    "mandates:change-milestone": (SECRETARIAT, BOTH),
    "mandates:remove-milestone": (SECRETARIAT, BOTH),
    "mandates:publish": (SECRETARIAT, BOTH),
    "mandates:people": (SECRETARIAT, GET),
    "mandates:invite": (SECRETARIAT, BOTH),
    "mandates:revoke-invitation": (SECRETARIAT, POST),
    "mandates:revoke-role": (SECRETARIAT, POST),
    "consultations:manage-list": (RUNNING, GET),
    "consultations:create": (SECRETARIAT, BOTH),
    "consultations:manage-consultation": (RUNNING, GET),
    "consultations:change": (SECRETARIAT, BOTH),
    "consultations:open": (SECRETARIAT, BOTH),
    "consultations:close": (SECRETARIAT, BOTH),
    "consultations:manage-statements": (MODERATING, GET),
    "consultations:add-statements": (SECRETARIAT, BOTH),
    "consultations:moderation": (MODERATING, GET),
    "consultations:import": (SECRETARIAT, BOTH),
    "consultations:import-state": (SECRETARIAT, GET),
    "consultations:retry-import": (SECRETARIAT, POST),
    "consultations:manage-statement": (MODERATING, GET),
    "consultations:decide": (MODERATING, POST),
    "consultations:mark-meta": (MODERATING, POST),
    "consultations:translate": (SECRETARIAT, POST),
}
# Pages of one's own account: no reflection in their address.
OWN_PAGES = {"mandates:manage", "mandates:found", "mandates:invitation", "consultations:manage-waiting"}


def test_every_page_stands_in_the_table() -> None:
    def names(patterns: list[object], namespace: str) -> Iterator[str]:
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                yield from names(pattern.url_patterns, namespace)
            else:
                yield f"{namespace}:{pattern.name}"  # type: ignore[attr-defined]

    known = {*names(urls.urlpatterns, "mandates"), *names(manage_urls.urlpatterns, "consultations")}
    assert known == PAGES.keys() | OWN_PAGES


def addresses(small: SmallReflection) -> dict[str, str]:
    """Every page of the table, for the items of one reflection."""
    slug, reference = small.reflection.slug, small.consultation.reference
    today = small.reflection.created_at.date()
    new = NewMilestone("report", {"en": "Report"}, {}, today, today)
    (milestone,) = add_milestones(small.secretariat, small.reflection, [new])
    invite(small.secretariat, small.reflection, "guest@guests.example")
    vote_import = VoteImport.objects.create(
        consultation=small.consultation, requested_by=small.secretariat, file_name="x.zip", language="en"
    )
    grant = RoleGrant.objects.get(reflection=small.reflection, role=Role.ANALYST)
    arguments: dict[str, list[object]] = {
        "mandates:change-priority": [slug, 1],
        "mandates:change-member": [slug, "FR"],
        "mandates:remove-member": [slug, "PL"],
        "mandates:change-constituency": [slug, "young-leaders"],
        "mandates:remove-constituency": [slug, "young-leaders"],
        "mandates:change-milestone": [slug, milestone.pk],
        "mandates:remove-milestone": [slug, milestone.pk],
        "mandates:revoke-invitation": [slug, Invitation.objects.get(reflection=small.reflection).pk],
        "mandates:revoke-role": [slug, grant.pk],
        "consultations:manage-list": [slug],
        "consultations:create": [slug],
        "consultations:import-state": [reference, vote_import.pk],
        "consultations:retry-import": [reference, vote_import.pk],
    }
    of_statements = ("manage-statement", "decide", "mark-meta", "translate")
    arguments |= {f"consultations:{name}": [small.statements[0].reference] for name in of_statements}
    return {
        name: reverse(name, args=arguments.get(name, [slug if name.startswith("mandates") else reference]))
        for name in PAGES
    }


def sent(client: Client, method: str, address: str) -> HttpResponse:
    response: HttpResponse = getattr(client, method)(address)
    return response


CASES = [
    *((who, True) for who in ACCOUNTS),
    *((who, False) for who in (Role.SECRETARIAT.value, Role.DELEGATE.value, "stranger")),
]


@pytest.mark.parametrize(("who", "is_published"), CASES)
def test_each_role_gets_its_pages_and_no_other(client: Client, who: str, is_published: bool) -> None:
    small = SmallReflection(is_published=is_published)
    client.force_login(small.accounts[who])
    may_see_draft = who in Role.values
    for name, address in addresses(small).items():
        allowed, methods = PAGES[name]
        for method in methods:
            status = sent(client, method, address).status_code
            if who in {role.value for role in allowed}:
                # An empty POST is refused by its form (422) or repeats what is so already (302).
                assert status in (200, 302, 422), (name, method, status)
            elif not is_published and name.startswith("consultations"):
                assert status in (403, 404), (name, method, status)
            else:
                assert status == (403 if is_published or may_see_draft else 404), (name, method, status)
        for method in {"get", "post"} - set(methods):
            assert sent(client, method, address).status_code == 405, name


def test_whoever_is_not_signed_in_is_asked_to(client: Client) -> None:
    for name, address in addresses(SmallReflection()).items():
        for method in PAGES[name][1]:
            response = sent(client, method, address)
            assert response.status_code == 302
            assert response["Location"].startswith("/en/account/login/?next=/en/manage/"), name


def test_the_secretariat_of_another_reflection_reaches_nothing(client: Client) -> None:
    small, other = SmallReflection(), SmallReflection(slug="other", prefix="OTHER")
    client.force_login(other.secretariat)
    for name, address in addresses(small).items():
        for method in PAGES[name][1]:
            assert sent(client, method, address).status_code == 403, (name, method)


def test_items_are_not_reached_through_another_reflection(client: Client) -> None:
    """One's own reflection in the address, another's item: the pages say that there is no such thing."""
    small, other = SmallReflection(), SmallReflection(slug="other", prefix="OTHER")
    addresses(small)
    addresses(other)
    client.force_login(other.secretariat)
    milestone = Milestone.objects.filter(reflection=small.reflection).latest("pk").pk
    invitation = Invitation.objects.get(reflection=small.reflection).pk
    grant = RoleGrant.objects.get(reflection=small.reflection, role=Role.ANALYST).pk
    vote_import = VoteImport.objects.get(consultation=small.consultation).pk
    for name, arguments, method in [
        ("mandates:change-milestone", ["other", milestone], "post"),
        ("mandates:remove-milestone", ["other", milestone], "post"),
        ("mandates:revoke-invitation", ["other", invitation], "post"),
        ("mandates:revoke-role", ["other", grant], "post"),
        ("mandates:change-priority", ["other", 7], "get"),
        ("consultations:import-state", [other.consultation.reference, vote_import], "get"),
        ("consultations:retry-import", [other.consultation.reference, vote_import], "post"),
    ]:
        assert sent(client, method, reverse(name, args=arguments)).status_code == 404, name
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
