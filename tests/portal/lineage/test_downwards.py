"""Down from a text to the voices that it rests on."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from placet.portal.lineage.downwards import Voices, find_subject, voices_of
from placet.portal.lineage.items import Kind
from placet.stages.consultations.models import Statement
from placet.stages.dialogues.models import Dialogue, HouseRule, Takeaway
from placet.stages.dialogues.reporting.publishing import publish_report
from placet.stages.mandates.permissions import Actor
from placet.stages.proposals.models import Citation, Clause
from placet.stages.sensemaking.finding_models import Evidence, Stance
from tests.portal.lineage.world import World
from tests.stages.reflections import NOBODY

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World()


def down(reference: str, *, kind: str = "", page: str = "1", actor: Actor = NOBODY) -> Voices:
    return voices_of(find_subject(reference, actor), "en", kind=kind, page=page)


def references(voices: Voices) -> list[str]:
    return [voice.input.reference for voice in voices.rows]


def test_every_text_leads_down_to_the_same_voices(world: World) -> None:
    first, second, third = world.statements
    contribution = world.writing.contribution(title="A bridge")
    theme = world.theme("Ports", second)
    finding = world.finding("Many agree", first, theme, contribution)
    against = world.finding("Some do not")
    world.cite(against, third, stance=Stance.AGAINST)
    proposal = world.proposal("A plan")
    clause = world.clause(proposal, "We will.", finding, against)
    decision = world.adopt(proposal)
    whole, part = world.commit(decision, "All of it"), world.commit(decision, "A part", clause)
    for reference in (each.reference for each in (clause, proposal, decision, whole, part)):
        voices = down(reference)
        assert [each.reference for each in voices.findings] == [finding.reference, against.reference]
        assert dict(voices.counts) == {Kind.STATEMENT: 3, Kind.CONTRIBUTION: 1, Kind.TAKEAWAY: 0}
        assert references(voices) == [first.reference, third.reference, second.reference]  # own ones first
    (by_third,) = [voice for voice in voices.rows if voice.input.reference == third.reference]
    assert [(each.reference, each.is_against) for each in by_third.cited_by] == [(against.reference, True)]
    of_finding = down(finding.reference, kind="K")
    assert references(of_finding) == [contribution.reference]
    assert [each.reference for each in of_finding.findings[0].themes] == [theme.reference]


def test_voices_of_merged_statements_are_counted_with_the_one_they_gave_way_to(world: World) -> None:
    kept, gone, themed = world.statements
    theme = world.theme("Ports", kept, themed)
    world.merge(gone, kept)
    finding = world.finding("By theme", theme)
    voices = down(finding.reference)
    assert voices.counts[Kind.STATEMENT] == 3
    assert {voice.input.reference: voice.n_same for voice in voices.rows} == {
        kept.reference: 1,
        themed.reference: 0,
    }


def test_citations_follow_a_split_and_end_where_they_were_taken_back(world: World) -> None:
    finding = world.finding("Many agree", world.statements[0])
    proposal = world.proposal("A plan")
    one, other = world.split(world.clause(proposal, "Both.", finding), "One.", "Other.")
    finding_of = {each.reference: down(each.reference).findings for each in (one, other)}
    assert all(len(found) == 1 for found in finding_of.values())
    Citation.objects.filter(clause=one).update(taken_back_at=timezone.now())
    assert down(one.reference).findings == []
    assert len(down(other.reference).findings) == 1


def test_a_voice_that_is_no_longer_shown_keeps_its_reference(world: World, client: Client) -> None:
    statement = world.statements[0]
    finding = world.finding("Many agree", statement)
    Statement.objects.filter(pk=statement.pk).update(state=Statement.State.WITHDRAWN)
    answer = client.get(reverse("portal:voices", args=[finding.reference])).content.decode()
    assert statement.reference in answer
    assert "Statement 1." not in answer


def test_nothing_of_a_closed_dialogue_nor_of_an_unpublished_report_is_counted(world: World) -> None:
    takeaway = world.came_from_point(world.statements[0])
    finding = world.finding("What was said", takeaway)
    assert down(finding.reference).n_inputs == 0
    world.reporting.summary()
    publish_report(world.reporting.rapporteur, world.reporting.dialogue)
    assert down(finding.reference).counts[Kind.TAKEAWAY] == 1
    Takeaway.objects.update(removed_at=timezone.now())
    (voice,) = down(finding.reference).rows
    assert voice.input.wording is None
    Dialogue.objects.update(house_rule=HouseRule.CLOSED)
    assert down(finding.reference).n_inputs == 0
    assert down(finding.reference, actor=world.small.secretariat).n_inputs == 0


def test_what_may_not_be_seen_is_not_found(world: World, client: Client) -> None:
    statement = world.statements[0]
    draft = world.finding("A draft", statement, state="draft")
    proposal = world.proposal("A draft", state="draft")
    clause = world.clause(proposal, "A draft.", draft)
    public = world.proposal("A plan")
    decision = world.adopt(public)
    commitment = world.commit(decision, "Not yet said", is_published=False)
    tried = world.clause(public, "Tried and dropped.")
    Clause.objects.filter(pk=tried.pk).update(removed_at=world.now.replace(year=2000))
    hidden = [each.reference for each in (draft, proposal, clause, commitment, tried)]
    for reference in (*hidden, "SMALL-F-9999", "nonsense", statement.reference):
        assert client.get(reverse("portal:voices", args=[reference])).status_code == 404, reference
    client.force_login(world.small.secretariat)
    for reference in hidden:
        assert client.get(reverse("portal:voices", args=[reference])).status_code == 200


def test_voices_come_in_pages_and_in_a_constant_number_of_queries(world: World) -> None:
    def build(n: int) -> str:
        statements = [world.statement(f"Statement {number} of {n}.") for number in range(n)]
        theme = world.theme(f"Theme of {n}", *statements[: n // 2])
        finding = world.finding(f"Finding of {n}", theme, *statements[n // 2 :])
        return world.clause(world.proposal(f"Plan of {n}"), "We will.", finding).reference

    def count(reference: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            down(reference)
        return len(captured)

    few, many = build(4), build(60)
    assert count(few) == count(many)
    assert [len(down(many, page=page).rows) for page in ("1", "2", "3")] == [25, 25, 10]
    assert Evidence.objects.count() == 34
