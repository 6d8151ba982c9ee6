"""The live map on its page: who sees it, what it says and leaves out, and that it costs little."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from placet.sense.reports import draw_opinion_map
from placet.sense.reports.figures.opinion_map import GROUP_SHAPES
from placet.stages.consultations.actions import close_consultation
from placet.stages.mandates.models import Role
from placet.stages.sensemaking.documents import document_of
from placet.stages.sensemaking.following.follower import Follower
from placet.stages.sensemaking.live_maps import CORNERS, lay_out
from placet.stages.sensemaking.models import LiveMap
from tests.stages.reflections import SmallReflection
from tests.stages.sensemaking.addresses import as_role, url
from tests.stages.sensemaking.opinions import analysed, plant

pytestmark = pytest.mark.django_db


@pytest.fixture
def followed(small: SmallReflection) -> SmallReflection:
    plant(small, 60)
    Follower().tick()
    return small


@pytest.mark.parametrize("language", ["en", "fr"])
def test_everybody_sees_the_live_map_of_an_open_consultation(
    client: Client, followed: SmallReflection, language: str
) -> None:
    address = url("results", followed).replace("/en/", f"/{language}/")
    page = client.get(address).content.decode()
    assert ("Provisional" if language == "en" else "Provisoire") in page
    assert 'hx-trigger="every 1s"' in page
    assert "sensemaking/live.js" in page
    run = analysed(followed)
    page = client.get(address).content.decode()
    assert page.count('id="live-map"') == 1
    assert f"{run.reference}" in page


def test_the_fragment_is_the_same_for_everybody_and_a_cache_may_keep_it_a_second(
    client: Client, followed: SmallReflection
) -> None:
    answer = client.get(url("live", followed))
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "public, max-age=0, s-maxage=1"
    assert "Cookie" not in answer.get("Vary", "")
    assert not answer.cookies
    assert as_role(Client(), followed, Role.SECRETARIAT).get(url("live", followed)).content == answer.content


def test_nothing_comes_where_nothing_moved(client: Client, followed: SmallReflection) -> None:
    body = client.get(url("live", followed)).content.decode()
    again = body.split('hx-get="')[1].split('"')[0]
    answer = client.get(again)
    assert (answer.status_code, answer.content) == (204, b"")
    plant(followed, 20)
    Follower().tick()
    answer = client.get(again)
    assert answer.status_code == 200
    assert f'data-live-sequence="{LiveMap.objects.get().last_sequence}"' in answer.content.decode()


def test_it_stops_when_the_consultation_closes(client: Client, followed: SmallReflection) -> None:
    again = client.get(url("live", followed)).content.decode().split('hx-get="')[1].split('"')[0]
    close_consultation(followed.secretariat, followed.consultation)
    body = client.get(again).content.decode()
    assert "hx-get" not in body
    assert "the consultation is closed" in body
    analysed(followed)
    assert "live-map" not in client.get(url("results", followed)).content.decode()


def test_a_draft_has_no_live_map_for_outsiders(client: Client) -> None:
    small = SmallReflection(n_statements=10, is_open=False)
    assert client.get(url("live", small)).status_code == 404
    answer = as_role(client, small, Role.SECRETARIAT).get(url("live", small))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_before_the_first_ballot_and_with_few_people_it_says_what_is_missing(
    client: Client, small: SmallReflection
) -> None:
    assert "once 15 more people have voted" in client.get(url("results", small)).content.decode()
    plant(small, 14)
    Follower().tick()
    body = client.get(url("live", small)).content.decode()
    assert "once 1 more person has voted" in body
    assert "<svg" not in body


def test_it_says_why_the_drawing_waits(client: Client, followed: SmallReflection) -> None:
    assert "single person" not in client.get(url("live", followed)).content.decode()
    followed.vote(followed.participant(), followed.statements[0], 1)
    Follower().tick()
    body = client.get(url("live", followed)).content.decode()
    assert "So that nobody can read a single person’s votes" in body
    assert "<dd>61</dd>" in body


def test_it_tells_of_nobody(followed: SmallReflection) -> None:
    drawing = LiveMap.objects.get().drawing
    assert drawing is not None
    run = analysed(followed)
    document = document_of(run.pk)
    assert drawing.keys() == {"groups", "base_clusters"}
    assert set(drawing["groups"][0]) == {"id", "size", "centre"}
    # No more than the document of a run says to everybody.
    known = {json.dumps(base, sort_keys=True) for base in document["opinion_space"]["base_clusters"]}
    assert {json.dumps(base, sort_keys=True) for base in drawing["base_clusters"]} <= known


def test_marks_stand_where_the_engine_draws_them(followed: SmallReflection, real_drawing: None) -> None:
    run = analysed(followed)
    document = document_of(run.pk)
    svg = draw_opinion_map(document, language="en")
    drawing = lay_out(
        {"groups": document["groups"], "base_clusters": document["opinion_space"]["base_clusters"]}
    )
    height = float(svg.split('viewBox="')[1].split('"')[0].split()[3])
    assert float(drawing.height) == pytest.approx(height, abs=1)
    for mark in drawing.marks[:10]:
        if mark.number == 1:  # circles begin at their left edge
            x, y = map(float, mark.path[1:].split("a")[0].split(","))
            radius = float(mark.path.split("a")[1].split(",")[0])
            places = svg.replace("translate(", "\n").splitlines()[1:]
            points = [tuple(map(float, place.split(")")[0].split(","))) for place in places]
            assert any(abs(px - x - radius) < 0.2 and abs(py - y) < 0.2 for px, py in points)


def test_every_shape_of_the_engine_can_be_drawn() -> None:
    assert {"circle", *CORNERS} == set(GROUP_SHAPES)


def test_neither_the_queries_nor_the_page_grow_with_the_participants(client: Client) -> None:
    def cost(n_participants: int, slug: str) -> tuple[int, int, int]:
        small = SmallReflection(slug=slug, prefix=slug.upper(), n_statements=10)
        plant(small, n_participants)
        Follower().tick()
        with CaptureQueriesContext(connection) as queries:
            body = client.get(url("live", small)).content
        with CaptureQueriesContext(connection) as page_queries:
            client.get(url("results", small))
        return len(queries), len(page_queries), len(body)

    few, many = cost(20, "few"), cost(400, "many")
    assert few[:2] == many[:2]
    assert few[0] <= 3
    assert many[2] < 30_000


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_number_is_written_wrongly(client: Client, followed: SmallReflection, language: str) -> None:
    """Coordinates have points and no separators in every language."""
    LiveMap.objects.update(last_sequence=1_234_567)
    with translation.override(language):
        body = client.get(url("live", followed).replace("/en/", f"/{language}/")).content.decode()
    assert 'data-live-sequence="1234567"' in body
    assert (
        "1,234,567 ballots counted" if language == "en" else "1\u00a0234\u00a0567\u00a0bulletins comptés"
    ) in body.replace("&nbsp;", "\u00a0")
    view_box = body.split('viewBox="')[1].split('"')[0]
    assert [float(part) for part in view_box.split()][:3] == [0, 0, 360]


def test_no_live_page_needs_what_the_security_policy_forbids(
    client: Client, followed: SmallReflection
) -> None:
    body = client.get(url("live", followed)).content.decode()
    for forbidden in (" style=", "<style", "<script", "onclick=", "javascript:"):
        assert forbidden not in body
