"""What became of an idea: each step, where it stopped and why, and what nobody may learn from it."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from placet.portal.lineage.sight import Sight
from placet.portal.lineage.steps import Became, Reach
from placet.portal.lineage.upwards import became_of
from placet.stages.consultations.models import Statement
from placet.stages.contributions.models import Contribution
from placet.stages.dialogues.reporting.publishing import publish_report
from placet.stages.mandates.permissions import Actor
from placet.stages.people.actions import erase_account
from placet.stages.proposals.models import Citation, Proposal
from placet.stages.sensemaking.finding_models import Evidence, Stance
from placet.stages.sensemaking.theme_models import Theme
from tests.portal.lineage.world import World, text
from tests.stages.reflections import NOBODY

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World()


def walked(world: World, *items: object, actor: Actor = NOBODY, language: str = "en") -> list[Became]:
    return became_of(Sight(actor, world.reflection), list(items), language, is_readable=lambda _item: True)  # type: ignore[arg-type]


def up(world: World, item: object, **how: object) -> Became:
    (found,) = walked(world, item, **how)  # type: ignore[arg-type]
    return found


def test_an_idea_goes_the_whole_way_and_every_step_says_its_sentence(world: World) -> None:
    statement = world.statements[0]
    finding = world.finding("Many agree", statement)
    proposal = world.proposal("A plan")
    clause = world.clause(proposal, "We will do it.", finding)
    decision = world.adopt(proposal)
    commitment = world.commit(decision, "Do it", clause)
    found = up(world, statement)
    (step,) = found.findings
    (told,) = step.clauses
    assert (step.reference, step.title.body) == (finding.reference, "Many agree")
    assert (told.reference, told.text.body, told.proposal_reference) == (
        clause.reference,
        "We will do it.",
        proposal.reference,
    )
    assert told.decision is not None
    assert told.decision.reference == decision.reference
    assert [each.reference for each in told.decision.commitments] == [commitment.reference]
    assert found.reach == Reach.COMMITMENT
    world.fulfil(commitment)
    assert up(world, statement).reach == Reach.FULFILLED
    french = up(world, statement, language="fr").findings[0].clauses[0]
    assert (french.text.body, french.text.language) == ("We will do it. (fr)", "fr")


def test_what_was_adopted_is_quoted_as_it_was_adopted(world: World) -> None:
    finding = world.finding("Many agree", world.statements[0])
    proposal = world.proposal("A plan")
    clause = world.clause(proposal, "As adopted.", finding)
    world.adopt(proposal)
    clause.text = text("As somebody typed later.")
    clause.save()
    assert up(world, world.statements[0]).findings[0].clauses[0].text.body == "As adopted."


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("published", "Nothing is decided on this proposal yet."),
        ("amendable", "The members may ask for amendments; nothing is decided yet."),
        ("frozen", "It is put to the members; nothing is decided yet."),
        ("withdrawn", "The proposal was withdrawn, because:"),
    ],
)
def test_it_says_where_a_clause_rests(world: World, state: str, sentence: str) -> None:
    finding = world.finding("Many agree", world.statements[0])
    reason = {"withdrawal_reason": text("Overtaken.")} if state == "withdrawn" else {}
    world.clause(world.proposal("A plan", state=state, **reason), "We will.", finding)
    stop = up(world, world.statements[0]).findings[0].clauses[0].stop
    assert stop is not None
    assert stop.sentence == sentence
    assert (stop.reason.body if stop.reason else "") == ("Overtaken." if reason else "")


def test_it_says_where_an_idea_rests_before_any_clause(world: World) -> None:
    loose, themed, cited = world.statements
    theme = world.theme("Ports", themed)
    stops = [each.stop for each in walked(world, loose, themed)]
    assert [stop.sentence for stop in stops if stop] == [
        "It stands in no theme yet, and no finding cites it.",
        "It stands in a theme; no finding cites it yet.",
    ]
    finding = world.finding("Some agree", cited)
    stop = up(world, cited).findings[0].stop
    assert stop is not None
    assert stop.sentence == "No clause rests on this finding yet."
    world.not_taken_up(finding, "It is the towns' business.")
    stop = up(world, cited).findings[0].stop
    assert stop is not None
    assert stop.reason is not None
    assert (stop.sentence, stop.reason.body) == (
        "The finding was not taken up, because:",
        "It is the towns' business.",
    )
    world.cite(world.finding("All agree"), theme)
    (by_theme,) = up(world, themed).findings
    assert [way.sentence for way in by_theme.ways] == ["It cites the theme in which the idea stands."]


def test_a_withdrawn_finding_says_why(world: World) -> None:
    world.finding("Many agree", world.statements[0], state="withdrawn")
    stop = up(world, world.statements[0]).findings[0].stop
    assert stop is not None
    assert stop.reason is not None
    assert (stop.sentence, stop.reason.body) == ("The finding was withdrawn, because:", "It was wrong.")


def test_lineage_survives_a_merge_in_both_directions(world: World) -> None:
    kept, gone, other = world.statements
    world.theme("Ports", kept)
    of_kept = world.finding("On the kept one", kept)
    of_gone = world.finding("On the one that gave way", gone)
    world.merge(gone, kept)
    world.merge(kept, other)  # and a chain of them
    for each in (kept, gone, other):
        each.refresh_from_db()
        assert [step.reference for step in up(world, each).findings] == [of_kept.reference, of_gone.reference]
    assert up(world, gone).gave_way_to.reference == other.reference  # type: ignore[union-attr]


def test_lineage_survives_a_merged_theme(world: World) -> None:
    statement = world.statements[0]
    gone = world.theme("Harbours")
    finding = world.finding("On harbours", gone)
    into = world.theme("Ports", statement)
    Theme.objects.filter(pk=gone.pk).update(state=Theme.State.MERGED, merged_into=into)
    assert [step.reference for step in up(world, statement).findings] == [finding.reference]


@pytest.mark.parametrize("carries", [True, False])
def test_lineage_survives_a_split_clause(world: World, carries: bool) -> None:
    finding = world.finding("Many agree", world.statements[0])
    proposal = world.proposal("A plan")
    clause = world.clause(proposal, "Both.", finding)
    parts = world.split(clause, "The one.", "The other.", carries=carries)
    clauses = up(world, world.statements[0]).findings[0].clauses
    assert [each.reference for each in clauses] == [part.reference for part in parts]
    assert [each.came_from for each in clauses] == ["" if carries else clause.reference] * 2


def test_a_citation_taken_back_is_history_and_nothing_more(world: World) -> None:
    statement = world.statements[0]
    finding = world.finding("Many agree", statement)
    clause = world.clause(world.proposal("A plan"), "We will.", finding)
    Citation.objects.update(taken_back_at=timezone.now())
    (step,) = up(world, statement).findings
    assert step.clauses == []
    assert clause.reference in step.past[0]
    Evidence.objects.update(taken_back_at=timezone.now())
    found = up(world, statement)
    assert found.findings == []
    assert finding.reference in found.past[0]


def test_what_was_tried_in_a_draft_is_no_history(world: World) -> None:
    statement = world.statements[0]
    finding = world.finding("Many agree", statement)
    Evidence.objects.update(taken_back_at=timezone.now())
    type(finding).objects.update(published_at=timezone.now())
    assert up(world, statement).past == []


def test_one_who_joins_against_is_told_so(world: World) -> None:
    finding = world.finding("Many agree")
    world.cite(finding, world.statements[0], stance=Stance.AGAINST)
    world.clause(world.proposal("A plan"), "We will.", finding, stance=Stance.AGAINST)
    (step,) = up(world, world.statements[0]).findings
    assert (step.is_against, step.clauses[0].is_against) == (True, True)


def test_a_point_leads_from_its_statement_to_its_takeaway(world: World) -> None:
    statement = world.statements[0]
    takeaway = world.came_from_point(statement)
    finding = world.finding("What was said", takeaway)
    assert up(world, statement).takeaways == []  # not published
    world.reporting.summary()
    publish_report(world.reporting.rapporteur, world.reporting.dialogue)
    found = up(world, statement)
    assert [each.reference for each in found.takeaways] == [takeaway.reference]  # type: ignore[attr-defined]
    assert [step.reference for step in found.findings] == [finding.reference]
    assert [step.reference for step in up(world, takeaway).findings] == [finding.reference]


def test_drafts_show_to_nobody_but_those_who_write_them(world: World, client: Client) -> None:
    statement = world.statements[0]
    draft = world.finding("A concealed finding", statement, state="draft")
    finding = world.finding("A public finding", statement)
    proposal = world.proposal("A concealed proposal", state="draft")
    world.clause(proposal, "A concealed clause.", finding)
    public = world.proposal("A public proposal")
    world.clause(public, "A public clause.", finding, draft)
    world.commit(world.adopt(public), "A concealed commitment", is_published=False)
    for page in ("portal:became", "portal:became-feed", "portal:statement"):
        answer = client.get(reverse(page, args=[statement.reference])).content.decode()
        assert "concealed" not in answer, page
        for hidden in (draft.reference, proposal.reference):
            assert hidden not in answer
    answer = client.get(reverse("portal:became", args=[statement.reference])).content.decode()
    assert "A public clause." in answer
    client.force_login(world.small.secretariat)
    answer = client.get(reverse("portal:became", args=[statement.reference])).content.decode()
    for said in ("A concealed finding", "A concealed clause.", "A concealed commitment"):
        assert said in answer


def test_a_hidden_theme_is_no_step_for_everybody(world: World) -> None:
    statement = world.statements[0]
    theme = world.theme("Hidden", statement, is_hidden=True)
    world.finding("By theme", theme)
    found = up(world, statement)
    assert (found.theme, found.findings) == (None, [])
    assert up(world, statement, actor=world.small.secretariat).theme is not None


def test_what_is_no_longer_shown_keeps_its_reference_where_it_is_cited(world: World, client: Client) -> None:
    cited, uncited, _other = world.statements
    world.finding("Many agree", cited)
    Statement.objects.filter(pk__in=[cited.pk, uncited.pk]).update(state=Statement.State.WITHDRAWN)
    answer = client.get(reverse("portal:became", args=[cited.reference]))
    assert "Its text is no longer shown" in answer.content.decode()
    assert "Statement 1." not in answer.content.decode()
    assert client.get(reverse("portal:became", args=[uncited.reference])).status_code == 404


def test_the_author_sees_what_became_of_what_others_do_not_see(world: World, client: Client) -> None:
    author = world.small.linked_participant()
    waiting = world.statement("Mine alone.", author=author, state=Statement.State.SUBMITTED)
    address = reverse("portal:became", args=[waiting.reference])
    assert client.get(address).status_code == 404
    client.force_login(world.small.accounts["participant"])
    assert "Mine alone." in client.get(address).content.decode()
    mine = client.get(reverse("portal:own-ideas", args=["small"])).content.decode()
    assert waiting.reference in mine
    client.force_login(world.small.accounts["stranger"])
    assert waiting.reference not in client.get(reverse("portal:own-ideas", args=["small"])).content.decode()


def test_an_erased_author_leaves_the_lineage_whole(world: World, client: Client) -> None:
    contribution = world.writing.contribution(title="A bridge", signature="Ada")
    finding = world.finding("Bridges", contribution)
    erase_account(world.writing.author)
    answer = client.get(reverse("portal:became", args=[contribution.reference])).content.decode()
    assert finding.reference in answer
    Contribution.objects.filter(pk=contribution.pk).update(state=Contribution.State.REJECTED)
    answer = client.get(reverse("portal:became", args=[contribution.reference])).content.decode()
    assert "A bridge" not in answer
    assert finding.reference in answer


def test_a_takeaway_that_was_never_published_is_not_found(world: World, client: Client) -> None:
    takeaway = world.came_from_point(world.statements[0])
    world.finding("What was said", takeaway)
    address = reverse("portal:became", args=[takeaway.reference])  # type: ignore[attr-defined]
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("reference", ["SMALL-S-9999", "SMALL-F-0001", "nonsense", "SMALL-XX-0001"])
def test_what_is_no_input_is_not_found(world: World, client: Client, reference: str) -> None:
    assert client.get(reverse("portal:became", args=[reference])).status_code == 404


def test_a_draft_reflection_is_not_found(world: World, client: Client) -> None:
    type(world.reflection).objects.update(state="draft")
    for address in (
        reverse("portal:became", args=[world.statements[0].reference]),
        reverse("portal:river", args=["small"]),
        reverse("portal:own-ideas", args=["small"]),
    ):
        assert client.get(address).status_code == 404


def test_the_number_of_queries_does_not_grow(world: World) -> None:
    def fill(n: int) -> None:
        for number in range(n):
            statement = world.statement(f"Statement {number} of {n}.")
            world.theme(f"Theme {number} of {n}", statement)
            finding = world.finding(f"Finding {number} of {n}", statement, world.statements[0])
            proposal = world.proposal(f"Proposal {number} of {n}")
            clause = world.clause(proposal, "We will.", finding)
            world.split(clause, "One.", "Two.")
            world.fulfil(world.commit(world.adopt(proposal), "Do it"))

    def count(items: list[Statement]) -> int:
        with CaptureQueriesContext(connection) as captured:
            walked(world, *items)
        return len(captured)

    fill(2)
    few = count(list(Statement.objects.all()))
    fill(6)
    assert count(list(Statement.objects.all())) == few
    assert few <= 26
    assert Proposal.objects.count() == 8
