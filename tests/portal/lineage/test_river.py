"""The river of a whole reflection: everything is counted once, and what is hidden is not counted."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from placet.portal.lineage.flows import Column, flow_of
from placet.portal.lineage.inflow import inflow_of
from placet.portal.lineage.river import River, river_of
from placet.portal.lineage.sight import Sight
from placet.stages.consultations.models import Statement
from placet.stages.mandates.permissions import Actor
from tests.portal.lineage.world import World
from tests.stages.reflections import NOBODY

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World()


def river(world: World, actor: Actor = NOBODY) -> River:
    return river_of(Sight(actor, world.reflection), "en")


def furthest(world: World, actor: Actor = NOBODY) -> list[int]:
    return [n for _label, n in river(world, actor).furthest]


def build(world: World) -> None:
    """Seven statements and a contribution, one of each going as far as there is to go."""
    _one, two, three = world.statements
    four, five, six, seven = (world.statement(f"Statement {number}.") for number in range(4, 8))
    world.theme("Uncited", two)
    theme = world.theme("Cited", three, four)
    world.merge(five, four)
    taken = world.finding("Taken up", theme, six)
    world.finding("Left", seven)
    proposal = world.proposal("A plan")
    clause = world.clause(proposal, "We will.", taken)
    world.commit(world.adopt(proposal), "Do it", clause)
    world.clause(world.proposal("Another"), "We may.", world.finding("Waiting", world.writing.contribution()))


def test_every_input_is_counted_once_where_it_came_to(world: World) -> None:
    build(world)
    # received: one · in a theme: two · finding: seven · clause: the contribution · commitment: 3, 4, 5, 6
    assert furthest(world) == [1, 1, 1, 1, 0, 4]
    found = river(world)
    assert found.n_inputs == 8
    assert found.summary == (
        "Of 8 inputs, 6 stand behind a finding, 5 behind a clause, 4 behind an adopted one, "
        "and 4 behind a commitment."
    )
    titles = {node.name.title: node.n_inputs for column in found.columns for node in column.nodes}
    assert titles["Cited"] == 3
    assert titles["Taken up"] == 4
    inflow = inflow_of(Sight(NOBODY, world.reflection))
    flow = flow_of(inflow.groups, inflow.rests)
    assert sum(w for node, w in flow.widths.items() if node.column == Column.INPUTS) == 8


def test_hidden_things_are_in_nobodys_count(world: World) -> None:
    before = furthest(world)
    world.finding("A draft", world.statements[0], state="draft")
    public = world.finding("Published", world.statements[1])
    world.clause(world.proposal("A draft", state="draft"), "We will.", public)
    assert furthest(world) == [before[0] - 1, 0, 1, 0, 0, 0]
    # The secretariat sees its own drafts flow.
    assert furthest(world, world.small.secretariat) == [before[0] - 2, 0, 1, 1, 0, 0]


def test_what_is_cited_and_no_longer_shown_is_still_counted(world: World) -> None:
    cited, uncited, _third = world.statements
    world.finding("Many agree", cited)
    Statement.objects.filter(pk__in=[cited.pk, uncited.pk]).update(state=Statement.State.WITHDRAWN)
    assert furthest(world) == [1, 0, 1, 0, 0, 0]


@pytest.mark.parametrize(
    ("language", "title"), [("en", "From voices to decisions"), ("fr", "Des voix aux décisions")]
)
def test_the_page_has_the_picture_and_the_same_as_lists(
    world: World, client: Client, language: str, title: str
) -> None:
    build(world)
    address = reverse("portal:river", args=["small"]).replace("/en/", f"/{language}/")
    answer = client.get(address)
    page = answer.content.decode()
    assert title in page
    assert 'aria-hidden="true"' in page.split("<svg class", 1)[1][:300] or "river__picture" in page
    assert page.count("<details") >= 6
    assert "style=" not in page.split("<main", 1)[1].split("</main", 1)[0]


def test_an_empty_river_says_so(client: Client, world: World) -> None:
    Statement.objects.update(state=Statement.State.SUBMITTED)
    assert "No input yet" in client.get(reverse("portal:river", args=["small"])).content.decode()


def test_many_themes_are_drawn_together_and_listed_apart(world: World) -> None:
    for number in range(20):
        world.theme(f"Theme {number:02}", world.statement(f"Themed {number}."))
    found = river(world)
    assert sum(node.kind == "themes" for node in found.nodes) == 12
    (themes,) = [column for column in found.columns if column.key == "themes"]
    assert len(themes.nodes) == 20


def test_the_number_of_queries_does_not_grow(world: World) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            river(world)
        return len(captured)

    build(world)
    few = count()
    for number in range(6):
        statement = world.statement(f"More {number}.")
        finding = world.finding(f"Finding {number}", world.theme(f"Theme {number}", statement), statement)
        proposal = world.proposal(f"Proposal {number}")
        world.clause(proposal, "We will.", finding)
        world.commit(world.adopt(proposal), "Do it")
    assert count() == few
    assert few <= 34
