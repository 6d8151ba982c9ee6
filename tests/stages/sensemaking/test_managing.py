"""Managing analyses: who may, what is asked for, and when."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from placet.stages.mandates.models import Role
from placet.stages.sensemaking.actions import schedule_runs
from placet.stages.sensemaking.models import AnalysisRun, AnalysisSchedule
from tests.stages.reflections import SmallReflection
from tests.stages.sensemaking.addresses import as_role, url
from tests.stages.sensemaking.opinions import plant

pytestmark = pytest.mark.django_db

OTHER_ROLES = [Role.MODERATOR, Role.PARTNER, Role.DELEGATE, "participant", "stranger"]
POSTED = {"run-now": {}, "schedule": {"every_minutes": "60"}, "releases": {"every_days": "7", "k": "10"}}


@pytest.mark.parametrize("name", ["manage", *POSTED])
def test_who_manages_analyses(client: Client, small: SmallReflection, name: str) -> None:
    plant(small, 30)
    address = url(name, small)

    def ask() -> Any:
        return client.get(address) if name == "manage" else client.post(address, POSTED[name])

    answer = ask()
    assert (answer.status_code, "login" in answer["Location"]) == (302, True)
    for role in OTHER_ROLES:
        as_role(client, small, role)
        assert ask().status_code == 403, role
    assert not AnalysisRun.objects.exists()
    assert not AnalysisSchedule.objects.exists()
    as_role(client, small, Role.ANALYST)
    assert ask().status_code == {"manage": 200, "releases": 403}.get(name, 302)
    as_role(client, small, Role.SECRETARIAT)
    assert ask().status_code == (200 if name == "manage" else 302)


@pytest.mark.parametrize("name", POSTED)
def test_what_changes_something_is_posted(client: Client, small: SmallReflection, name: str) -> None:
    as_role(client, small, Role.SECRETARIAT)
    assert client.get(url(name, small)).status_code == 405


def test_wrong_settings_are_refused_on_the_page(client: Client, small: SmallReflection) -> None:
    as_role(client, small, Role.SECRETARIAT)
    for name, data in (
        ("schedule", {"every_minutes": "7"}),
        ("releases", {"every_days": "7", "k": "9"}),
        ("releases", {"every_days": "x", "k": ""}),
        ("schedule", {}),
    ):
        assert client.post(url(name, small), data).status_code == 422
    assert not AnalysisSchedule.objects.exists()


def test_an_interval_that_the_form_does_not_offer_is_shown_as_it_is(
    client: Client, small: SmallReflection
) -> None:
    schedule_runs(small.secretariat, small.consultation, 45)
    as_role(client, small, Role.SECRETARIAT)
    page = client.get(url("manage", small)).content.decode()
    assert '<option value="45" selected>every 45 minutes</option>' in page
    client.post(url("schedule", small), {"every_minutes": "never"})
    assert AnalysisSchedule.objects.get().run_every_minutes is None


def test_asking_without_votes_is_answered_kindly(client: Client, small: SmallReflection) -> None:
    as_role(client, small, Role.SECRETARIAT)
    page = client.post(url("run-now", small), follow=True).content.decode()
    assert "there is nothing to analyse" in page
    assert not AnalysisRun.objects.exists()


def test_the_list_of_runs_refreshes_while_one_is_on_its_way(client: Client, small: SmallReflection) -> None:
    plant(small, 30)
    as_role(client, small, Role.SECRETARIAT)
    client.post(url("run-now", small))
    assert 'hx-trigger="every 2s"' in client.get(url("manage", small)).content.decode()
    fragment = client.get(url("manage", small), headers={"HX-Request": "true"}).content.decode()
    assert fragment.lstrip().startswith("<section")
    assert "<html" not in fragment
    AnalysisRun.objects.update(state="failed", error="MemoryError", finished_at=timezone.now())
    failed = client.get(url("manage", small), headers={"HX-Request": "true"}).content.decode()
    assert "every 2s" not in failed
    assert "MemoryError" in failed
