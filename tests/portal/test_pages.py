"""The public pages that cross the stages."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from placet.stages.consultations.models import Consultation
from placet.stages.mandates import actions as mandates
from placet.stages.sensemaking.actions import request_run, run_analysis
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db


@pytest.fixture
def small() -> SmallReflection:
    return SmallReflection()


@pytest.mark.parametrize(("language", "name"), [("en", "Reflection small"), ("fr", "Réflexion small")])
@pytest.mark.parametrize("page", ["reflection", "mandate", "calendar", "members"])
def test_a_reflection_is_read_in_both_languages(
    client: Client, small: SmallReflection, page: str, language: str, name: str
) -> None:
    address = reverse(f"portal:{page}", args=["small"]).replace("/en/", f"/{language}/")
    answer = client.get(address).content.decode()
    assert name in answer
    assert f'<html lang="{language}"' in answer


def test_the_overview_shows_what_happens_under_each_priority(client: Client, small: SmallReflection) -> None:
    page = client.get(reverse("portal:reflection", args=["small"])).content.decode()
    for said in ("First", "What first?", "3 statements", "The leaders", "Young leaders"):
        assert said in page


def test_a_draft_is_not_found_by_others(client: Client) -> None:
    SmallReflection(is_published=False)
    assert client.get(reverse("portal:reflection", args=["small"])).status_code == 404
    assert "Reflection small" not in client.get(reverse("portal:home")).content.decode()


def test_a_statement_shows_its_wordings_ones_own_vote_and_its_figures(
    client: Client, small: SmallReflection
) -> None:
    address = reverse("portal:statement", args=[small.statements[0].reference])
    assert "No analysis has counted" in client.get(address).content.decode()
    for number in range(10):
        participant = small.participant()
        for statement in small.statements:
            small.vote(participant, statement, 1 if number < 8 else -1)
    run_analysis(request_run(small.secretariat, small.consultation).id)
    page = client.get(address).content.decode()
    for said in ("Statement 1.", "Énoncé 1.", "80%", "10 votes", "SMALL-A-0001"):
        assert said in page, said


def test_dates_are_written_day_first(client: Client, small: SmallReflection) -> None:
    mandate = small.reflection.mandate
    page = client.get(reverse("portal:mandate", args=["small"])).content.decode()
    assert f"{mandate.given_date.day} {mandate.given_date:%B %Y}" in page


def count_queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("page", ["reflection", "members", "calendar"])
def test_the_number_of_queries_does_not_grow(client: Client, small: SmallReflection, page: str) -> None:
    address = reverse(f"portal:{page}", args=["small"])
    before = count_queries(client, address)
    day = small.reflection.mandate.given_date
    mandates.add_milestones(
        small.secretariat,
        small.reflection,
        [mandates.NewMilestone("report", {"en": f"No. {n}"}, {"en": "It."}, day, day) for n in range(1_000)],
    )
    for _ in range(20):
        small.add_consultation()
    names = {a + b: {"en": a + b} for a in "QXZ" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    mandates.add_members(small.secretariat, small.reflection, names)
    assert Consultation.objects.count() == 21
    assert count_queries(client, address) == before <= 29


def test_the_number_of_queries_of_the_home_page_does_not_grow(client: Client) -> None:
    counts = []
    for numbers in (range(1), range(1, 15)):
        for number in numbers:
            SmallReflection(slug=f"s{number}", prefix=f"S{number:02}", n_statements=1)
        counts.append(count_queries(client, reverse("portal:home")))
    assert counts[0] == counts[1] <= 10


@pytest.mark.parametrize("host", ["evil.example", "localhost:8000@evil.example", "x" * 300])
def test_a_request_for_another_host_is_refused_without_a_traceback(client: Client, host: str) -> None:
    client.raise_request_exception = False
    answer = client.get("/en/", headers={"host": host})
    assert answer.status_code == 400
    assert "Traceback" not in answer.content.decode()
    assert "evil" not in answer.content.decode()
