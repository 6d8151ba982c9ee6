"""Writing findings: who may, what is refused, what they cite, and that nobody writes over somebody else."""

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from placet.stages.consultations.actions import moderate_statement
from placet.stages.consultations.merging import merge_statement
from placet.stages.consultations.models import Statement
from placet.stages.contributions.models import Contribution
from placet.stages.dialogues.models import Dialogue, HouseRule, Takeaway
from placet.stages.mandates.permissions import Actor
from placet.stages.record.models import AuditEntry
from placet.stages.sensemaking.finding_models import Evidence, Finding, FindingRun, Stance
from placet.stages.sensemaking.findings.evidence import Both, ItemView, evidence_of
from placet.stages.sensemaking.findings.publishing import publish_finding, withdraw_finding
from placet.stages.sensemaking.findings.queries import find_finding, finding_views, visible_findings
from placet.stages.sensemaking.findings.writing import (
    NewFinding,
    change_finding,
    choose_run,
    cite,
    seen_mark,
    take_back,
    write_finding,
)
from placet.stages.sensemaking.models import AnalysisRun
from placet.stages.sensemaking.theme_models import Theme
from placet.stages.texts.queries import all_wordings
from tests.stages.contributions.writing import SmallContributions
from tests.stages.dialogues.reports import Reporting
from tests.stages.reflections import NOBODY, SmallReflection
from tests.stages.sensemaking.findings.findings import SmallFinding

pytestmark = pytest.mark.django_db

NEW = NewFinding({"en": "A title", "fr": "Un titre"}, {"en": "A text.", "fr": "Un texte."})
WHY = {"en": "It rested on a mistake.", "fr": "Il reposait sur une erreur."}


@pytest.fixture
def made() -> SmallFinding:
    return SmallFinding()


def evidence(made: SmallFinding) -> Both:
    return evidence_of([made.finding], "en")[made.finding.pk]


def supporting(made: SmallFinding) -> dict[str, ItemView]:
    return {each.item.reference: each.item for each in evidence(made).supporting}


def actions(made: SmallFinding, actor: Actor) -> list[Callable[[], object]]:
    finding, reflection = made.finding, made.small.reflection
    row = Evidence.objects.get(finding=finding)
    return [
        lambda: write_finding(actor, reflection, NEW),
        lambda: change_finding(actor, finding, NEW, seen=seen_mark(finding)),
        lambda: choose_run(actor, finding, made.run),
        lambda: cite(actor, finding, made.small.statements[1]),
        lambda: take_back(actor, row),
        lambda: publish_finding(actor, finding),
        lambda: withdraw_finding(actor, finding, reason=WHY),
    ]


def test_all_but_the_secretariat_are_refused(made: SmallFinding) -> None:
    foreign = SmallReflection(slug="foreign", prefix="FORGN")
    others = [account for role, account in made.small.accounts.items() if role != "secretariat"]
    for actor in (NOBODY, foreign.secretariat, *others):
        for action in actions(made, actor):
            with pytest.raises(PermissionDenied):
                action()


def test_a_finding_is_written_with_a_reference_and_an_entry(made: SmallFinding) -> None:
    assert made.finding.reference == "SMALL-F-0001"
    assert made.finding.state == Finding.State.DRAFT
    entry = AuditEntry.objects.get(action="sensemaking.write_finding", target=made.finding.reference)
    assert entry.scope_id == made.small.reflection.pk


def test_the_working_language_is_needed_and_length_has_an_end(made: SmallFinding) -> None:
    with pytest.raises(ValidationError) as refusal:
        write_finding(
            made.small.secretariat,
            made.small.reflection,
            NewFinding({"fr": "Un titre"}, {"en": "x" * 4_001, "de": "Ein Text."}),
        )
    assert set(refusal.value.message_dict) == {"title_en", "text_en", "text"}
    assert Finding.objects.count() == 1


def test_a_priority_of_another_reflection_is_refused(made: SmallFinding) -> None:
    foreign = SmallReflection(slug="foreign", prefix="FORGN")
    with pytest.raises(ValidationError):
        write_finding(
            made.small.secretariat,
            made.small.reflection,
            NewFinding(NEW.title, NEW.text, priority=foreign.priority),
        )


def test_a_change_keeps_what_was_said_before(made: SmallFinding) -> None:
    change_finding(made.small.secretariat, made.finding, NEW, seen=seen_mark(made.finding))
    (view,) = finding_views([made.finding], "en")
    assert (view.title.body, view.text.body, view.text.version_number) == ("A title", "A text.", 2)
    assert made.finding.priority is None


def test_no_update_is_lost(made: SmallFinding) -> None:
    seen = seen_mark(made.finding)
    change_finding(made.small.secretariat, made.finding, NEW, seen=seen)
    with pytest.raises(ValidationError) as refusal:
        change_finding(
            made.small.secretariat,
            made.finding,
            NewFinding({"en": "Mine"}, {"en": "Mine."}),
            seen=seen,
        )
    assert refusal.value.code == "changed"
    assert all_wordings(made.finding.text_id)[0].body == "A text."


def test_a_changed_translation_is_noticed_too(made: SmallFinding) -> None:
    seen = seen_mark(made.finding)
    words = {each.language: each.body for each in all_wordings(made.finding.text_id)}
    new = NewFinding(NEW.title, words | {"fr": f"{words['fr']} Oui."})
    change_finding(made.small.secretariat, made.finding, new, seen=seen)
    assert seen_mark(made.finding) != seen


def test_the_run_is_chosen_by_itself_once_and_then_by_hand(made: SmallFinding) -> None:
    later = made.add_run(made.tallies)
    seen = seen_mark(made.finding)
    change_finding(made.small.secretariat, made.finding, NewFinding(NEW.title, NEW.text), seen=seen)
    rows = FindingRun.objects.filter(finding=made.finding)
    assert [row.run for row in rows] == [made.run]  # a change of the text is no change of the run
    choose_run(made.small.secretariat, made.finding, later)
    choose_run(made.small.secretariat, made.finding, later)
    assert [row.run for row in rows.order_by("pk")] == [made.run, later]
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(run=made.run)


def test_a_run_that_is_unfinished_foreign_or_lacks_a_figure_is_refused(made: SmallFinding) -> None:
    foreign = SmallFinding(SmallReflection(slug="foreign", prefix="FORGN"))
    empty = made.add_run([(0, 0, 0)] * 3)
    unfinished = AnalysisRun.objects.create(
        consultation=made.small.consultation, reference="SMALL-A-0099", seed=0
    )
    for run in (foreign.run, empty, unfinished):
        with pytest.raises(ValidationError):
            choose_run(made.small.secretariat, made.finding, run)
    assert FindingRun.objects.filter(finding=made.finding).count() == 1


def test_to_cite_twice_is_to_cite_once(made: SmallFinding) -> None:
    statement = made.small.statements[1]
    first = cite(made.small.secretariat, made.finding, statement, stance=Stance.AGAINST)
    assert cite(made.small.secretariat, made.finding, statement, stance=Stance.AGAINST) == first
    assert len(evidence(made).against) == 1


def test_cited_the_other_way_round_the_earlier_row_is_kept(made: SmallFinding) -> None:
    statement = made.small.statements[0]
    cite(made.small.secretariat, made.finding, statement, stance=Stance.AGAINST)
    both = evidence(made)
    assert ([], [statement.reference]) == (both.supporting, [each.item.reference for each in both.against])
    rows = Evidence.objects.filter(finding=made.finding, statement=statement)
    assert [row.taken_back_at is None for row in rows.order_by("pk")] == [False, True]


def test_what_is_taken_back_stays_on_record_and_is_final(made: SmallFinding) -> None:
    row = Evidence.objects.get(finding=made.finding)
    take_back(made.small.secretariat, row)
    take_back(made.small.secretariat, row)
    assert not evidence(made)
    with pytest.raises(DatabaseError), transaction.atomic():
        Evidence.objects.filter(pk=row.pk).update(taken_back_at=None)


def test_a_cited_statement_shows_its_figure_as_of_the_run(made: SmallFinding) -> None:
    made.add_run([(1, 99, 0)] * 3)
    (each,) = evidence(made).supporting
    assert each.figure is not None
    assert (each.figure.share, each.figure.n_votes, each.figure.run_reference) == (
        0.67,
        100,
        made.run.reference,
    )


def test_what_gave_way_is_still_cited_and_says_to_what(made: SmallFinding) -> None:
    first, second = made.small.statements[:2]
    merge_statement(made.small.secretariat, first, second)
    item = supporting(made)[first.reference]
    assert item.is_shown
    assert item.gave_way_to == second.reference
    assert item.wording is not None


def test_what_was_taken_down_keeps_its_reference_and_no_text(made: SmallFinding) -> None:
    statement = made.small.statements[0]
    moderate_statement(made.small.secretariat, statement, accept=False, reason="Off topic.")
    item = supporting(made)[statement.reference]
    assert not item.is_shown
    assert item.wording is None


@pytest.mark.parametrize("state", ["rejected", "withdrawn", "submitted"])
def test_a_contribution_that_is_not_published_is_neither_cited_nor_quoted(
    made: SmallFinding, state: str
) -> None:
    world = SmallContributions(on=made.small)
    published = world.contribution()
    cite(made.small.secretariat, made.finding, published)
    assert supporting(made)[published.reference].wording is not None
    Contribution.objects.filter(pk=published.pk).update(state=state)
    assert supporting(made)[published.reference].wording is None
    with pytest.raises(ValidationError):
        cite(made.small.secretariat, made.finding, published, stance=Stance.AGAINST)


def test_takeaways_of_published_reports_alone_and_never_of_closed_dialogues() -> None:
    reporting = Reporting()
    made = SmallFinding(reporting.small)
    takeaway: Takeaway = reporting.takeaway(reporting.points("A point."))
    with pytest.raises(ValidationError):
        cite(made.small.secretariat, made.finding, takeaway)
    Dialogue.objects.filter(pk=reporting.dialogue.pk).update(state=Dialogue.State.REPORTED)
    takeaway.report.published_at = timezone.now()
    takeaway.report.save()
    cite(made.small.secretariat, made.finding, takeaway)
    assert supporting(made)[takeaway.reference].wording is not None
    Dialogue.objects.filter(pk=reporting.dialogue.pk).update(house_rule=HouseRule.CLOSED)
    assert supporting(made)[takeaway.reference].wording is None


def test_a_hidden_theme_is_not_quoted_and_a_merged_one_says_into_which(made: SmallFinding) -> None:
    consultation = made.small.consultation
    labels = {"en": ["ports", "ships"]}
    theme = Theme.objects.create(consultation=consultation, reference="SMALL-TH-0001", labels=labels)
    into = Theme.objects.create(consultation=consultation, reference="SMALL-TH-0002", labels=labels)
    cite(made.small.secretariat, made.finding, theme)
    assert supporting(made)[theme.reference].terms == "ports, ships"
    Theme.objects.filter(pk=theme.pk).update(is_hidden=True)
    assert supporting(made)[theme.reference].terms == ""
    Theme.objects.filter(pk=theme.pk).update(is_hidden=False, state="merged", merged_into=into)
    assert supporting(made)[theme.reference].gave_way_to == into.reference


def test_items_of_another_reflection_are_refused(made: SmallFinding) -> None:
    foreign = SmallReflection(slug="foreign", prefix="FORGN")
    with pytest.raises(ValidationError):
        cite(made.small.secretariat, made.finding, foreign.statements[0])


def test_it_is_published_once_with_evidence_and_figures(made: SmallFinding) -> None:
    bare = made.write({"en": "Nothing behind it."})
    with pytest.raises(ValidationError):
        publish_finding(made.small.secretariat, bare)
    finding = made.published()
    when = finding.published_at
    publish_finding(made.small.secretariat, finding)
    assert finding.published_at == when
    with pytest.raises(ValidationError):  # the last piece stays
        take_back(made.small.secretariat, Evidence.objects.get(finding=finding))


def test_a_withdrawn_finding_says_why_and_stays_as_it_is(made: SmallFinding) -> None:
    with pytest.raises(ValidationError):
        withdraw_finding(made.small.secretariat, made.finding, reason=WHY)  # a draft
    finding = made.published()
    with pytest.raises(ValidationError):
        withdraw_finding(made.small.secretariat, finding, reason={"fr": "Parce que."})
    withdraw_finding(made.small.secretariat, finding, reason=WHY)
    withdraw_finding(made.small.secretariat, finding, reason={"en": "Another reason."})
    (view,) = finding_views([finding], "fr")
    assert view.withdrawal_reason is not None
    assert view.withdrawal_reason.body == WHY["fr"]
    for action in actions(made, made.small.secretariat)[1:-1]:
        with pytest.raises(ValidationError):
            action()


def test_drafts_are_seen_by_secretariat_and_analysts_alone(made: SmallFinding) -> None:
    accounts = made.small.accounts
    for name, account in accounts.items():
        seen = visible_findings(account, made.small.reflection).exists()
        assert seen == (name in ("secretariat", "analyst")), name
    made.published()
    assert visible_findings(NOBODY, made.small.reflection).count() == 1
    withdraw_finding(made.small.secretariat, made.finding, reason=WHY)
    assert find_finding(NOBODY, made.finding.reference) == made.finding


def test_counts_of_evidence(made: SmallFinding) -> None:
    made.against()
    (view,) = finding_views([made.finding], "en")
    assert (view.n_supporting, view.n_against, view.priority_number) == (1, 1, 1)
    assert Statement.objects.filter(pk=made.small.statements[1].pk).exists()
