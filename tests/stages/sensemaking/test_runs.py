"""Runs: asked for, carried out once, kept for good; schedules and the clock."""

import json
import logging
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from placet.sense.opinion import Placement
from placet.sense.reports import draw_opinion_map, read_schema
from placet.stages.consultations.actions import close_consultation, moderate_statement
from placet.stages.consultations.models import Statement
from placet.stages.mandates.models import Role
from placet.stages.people.actions import erase_account
from placet.stages.record.models import AuditEntry
from placet.stages.sensemaking import actions, queries, renderings
from placet.stages.sensemaking.documents import document_of
from placet.stages.sensemaking.models import AnalysisRun, AnalysisSchedule
from placet.stages.sensemaking.renderings import draw, mark_on_map, point_on_map
from placet.stages.sensemaking.tasks import run_analysis as task
from tests.stages.reflections import NOBODY, SmallReflection
from tests.stages.sensemaking.opinions import analysed, plant

pytestmark = pytest.mark.django_db

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
EVERYBODY = [*Role.values, "participant", "stranger", None]


def actor(small: SmallReflection, role: str | None) -> Any:
    return small.accounts[role] if role else NOBODY


@pytest.mark.parametrize("role", EVERYBODY)
def test_who_may_ask_for_a_run_and_set_a_schedule(small: SmallReflection, role: str | None) -> None:
    plant(small, 3)
    if role in (Role.SECRETARIAT, Role.ANALYST):
        assert actions.request_run(actor(small, role), small.consultation).requested_by == actor(small, role)
        assert actions.schedule_runs(actor(small, role), small.consultation, 60).run_every_minutes == 60
        assert queries.all_runs(actor(small, role), small.consultation).count() == 1
        return
    for refused in (
        lambda: actions.request_run(actor(small, role), small.consultation),
        lambda: actions.schedule_runs(actor(small, role), small.consultation, 60),
        lambda: queries.all_runs(actor(small, role), small.consultation),
        lambda: queries.schedule_of(actor(small, role), small.consultation),
    ):
        with pytest.raises(PermissionDenied):
            refused()
    assert not AnalysisRun.objects.exists()


@pytest.mark.parametrize("role", EVERYBODY)
def test_only_the_secretariat_sets_releases(small: SmallReflection, role: str | None) -> None:
    if role == Role.SECRETARIAT:
        assert actions.set_releases(actor(small, role), small.consultation, every_days=7, k=10).pk
        return
    with pytest.raises(PermissionDenied):
        actions.set_releases(actor(small, role), small.consultation, every_days=7, k=10)


def test_a_run_is_asked_for_once_while_it_waits_or_runs(
    small: SmallReflection, django_capture_on_commit_callbacks: Any
) -> None:
    plant(small, 20)
    with django_capture_on_commit_callbacks(execute=True):
        first = actions.request_run(small.secretariat, small.consultation)
        again = actions.request_run(small.accounts[Role.ANALYST], small.consultation)
    assert (again, AnalysisRun.objects.count()) == (first, 1)
    told = DBTaskResult.objects.get()
    assert told.args_kwargs["args"] == [str(first.pk)]
    assert AuditEntry.objects.filter(action="sensemaking.request_run").count() == 1
    assert task.call(str(first.pk)) == "done"
    later = actions.request_run(small.secretariat, small.consultation)
    assert later.reference == "SMALL-A-0002"  # a refused reference was not used up


def test_without_votes_there_is_nothing_to_analyse(small: SmallReflection) -> None:
    with pytest.raises(ValidationError):
        actions.request_run(small.secretariat, small.consultation)


def test_a_run_holds_the_published_document_and_hands_weights_down(small: SmallReflection) -> None:
    participants = plant(small, 60, member="FR", constituency="young-leaders")
    run = analysed(small)
    document = json.loads(run.result)
    jsonschema.validate(document, read_schema())
    assert (run.state, run.last_sequence) == ("done", small.consultation.last_sequence)
    assert (run.input_digest, run.software_version) == (
        document["input_digest"],
        document["software_version"],
    )
    assert (run.seed, run.parameters["min_votes"]) == (document["seed"], 7)
    assert document["counts"]["participants"] == 60
    assert [s["id"] for s in document["statements"]] == [s.reference for s in small.statements]
    for secret in ("FR", "young-leaders", *(str(p.pk) for p in participants)):
        assert f'"{secret}"' not in run.result
    weights = dict(
        Statement.objects.filter(consultation=small.consultation).values_list("reference", "routing_weight")
    )
    assert weights == {s["id"]: pytest.approx(s["priority"]) for s in document["statements"]}


def test_the_last_vote_counts_and_the_same_votes_give_the_same_document(small: SmallReflection) -> None:
    people = plant(small, 30)
    first = analysed(small)
    assert analysed(small).result == first.result
    small.vote(people[0], small.statements[0], 0)
    changed = json.loads(analysed(small).result)
    assert changed["statements"][0]["n_pass"] == json.loads(first.result)["statements"][0]["n_pass"] + 1
    assert changed["counts"]["votes"] == json.loads(first.result)["counts"]["votes"]
    assert changed["input_digest"] != first.input_digest


def test_a_finished_run_cannot_be_changed(small: SmallReflection) -> None:
    plant(small, 20)
    run = analysed(small)
    with pytest.raises(IntegrityError), transaction.atomic():
        AnalysisRun.objects.filter(pk=run.pk).update(result="{}")


def test_a_finished_run_is_not_carried_out_again(small: SmallReflection) -> None:
    plant(small, 20)
    run = analysed(small)
    assert actions.run_analysis(run.pk) == AnalysisRun.State.DONE
    assert AnalysisRun.objects.get(pk=run.pk).finished_at == run.finished_at


def test_rejected_statements_keep_their_votes_and_lose_their_text(small: SmallReflection) -> None:
    plant(small, 30)
    moderate_statement(small.secretariat, small.statements[3], accept=False, reason="Insult.")
    document = json.loads(analysed(small).result)
    rejected = document["statements"][3]
    assert (rejected["moderated"], rejected["text"]) == (-1, "")
    assert rejected["n_agree"] + rejected["n_disagree"] + rejected["n_pass"] == 30


def test_an_erased_account_leaves_its_runs_as_they_were(small: SmallReflection) -> None:
    plant(small, 20)
    run = actions.request_run(small.accounts[Role.ANALYST], small.consultation)
    actions.run_analysis(run.pk)
    erase_account(small.accounts[Role.ANALYST])
    assert AnalysisRun.objects.get(pk=run.pk).state == AnalysisRun.State.DONE


def test_what_fails_is_said_without_data_and_the_last_good_run_stays(
    small: SmallReflection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    plant(small, 20)
    good = analysed(small)

    message = "Key (email)=(somebody@example.org) already exists"

    def fail(*_: object, **__: object) -> None:
        raise ValueError(message)

    monkeypatch.setattr(actions, "analyse", fail)
    run = actions.request_run(small.secretariat, small.consultation)
    with caplog.at_level(logging.ERROR):
        assert actions.run_analysis(run.pk) == AnalysisRun.State.FAILED
    failed = AnalysisRun.objects.get(pk=run.pk)
    assert (failed.error, failed.result) == ("ValueError", "")
    assert "ValueError" in caplog.text
    assert "somebody" not in caplog.text
    assert "somebody" not in str(list(AuditEntry.objects.values_list("detail", flat=True)))
    assert queries.latest_run(small.consultation) == good


def test_figures_that_cannot_be_drawn_do_not_fail_the_run(
    small: SmallReflection, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(small, 20)

    def fail(*_: object, **__: object) -> str:
        raise RuntimeError

    monkeypatch.setitem(renderings.FIGURES, renderings.MAP, fail)
    assert analysed(small).state == AnalysisRun.State.DONE


def test_a_run_that_was_cut_off_is_marked_failed_by_the_clock(small: SmallReflection) -> None:
    plant(small, 20)
    run = actions.request_run(small.secretariat, small.consultation)
    started = timezone.now()
    AnalysisRun.objects.filter(pk=run.pk).update(state="running", started_at=started)
    assert actions.enqueue_due_work(started + timedelta(minutes=14))["n_interrupted"] == 0
    assert actions.enqueue_due_work(started + timedelta(minutes=16))["n_interrupted"] == 1
    run.refresh_from_db()
    assert (run.state, run.error) == ("failed", "interrupted")
    assert analysed(small).reference != run.reference


def test_a_run_that_comes_back_after_it_was_given_up_changes_nothing(
    small: SmallReflection, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(small, 20)
    run = actions.request_run(small.secretariat, small.consultation)
    real = actions.analyse

    def slow(*args: Any, **options: Any) -> Any:
        actions.enqueue_due_work(timezone.now() + timedelta(hours=1))
        return real(*args, **options)

    monkeypatch.setattr(actions, "analyse", slow)
    assert actions.run_analysis(run.pk) == AnalysisRun.State.FAILED
    assert Statement.objects.filter(consultation=small.consultation).first().routing_weight == 1.0


def test_a_run_that_nobody_took_up_is_told_again(
    small: SmallReflection, django_capture_on_commit_callbacks: Any
) -> None:
    plant(small, 20)
    actions.request_run(small.secretariat, small.consultation)  # its word to the worker is lost
    later = timezone.now() + timedelta(minutes=6)
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.enqueue_due_work(later)["n_told_again"] == 1
        assert actions.enqueue_due_work(later + timedelta(seconds=15))["n_told_again"] == 0
    assert DBTaskResult.objects.count() == 1


def test_a_schedule_asks_for_runs_on_its_grid_and_makes_up_for_none(small: SmallReflection) -> None:
    plant(small, 20)
    start = timezone.now()
    actions.schedule_runs(small.secretariat, small.consultation, 60, now=start)
    assert actions.enqueue_due_work(start + timedelta(minutes=59))["n_runs"] == 0
    late = start + timedelta(minutes=200)
    assert actions.enqueue_due_work(late)["n_runs"] == 1
    assert AnalysisSchedule.objects.get().next_run_at == start + timedelta(minutes=240)
    run = AnalysisRun.objects.get()
    assert run.requested_by is None
    assert actions.enqueue_due_work(late)["n_runs"] == 0
    actions.enqueue_due_work(start + timedelta(minutes=240))
    assert AnalysisRun.objects.count() == 1  # the first one still waits


def test_a_closed_consultation_is_analysed_no_more_than_there_is_to_find(small: SmallReflection) -> None:
    plant(small, 20)
    start = timezone.now()
    actions.schedule_runs(small.secretariat, small.consultation, 60, now=start)
    close_consultation(small.secretariat, small.consultation)
    assert actions.enqueue_due_work(start + timedelta(hours=1))["n_runs"] == 1
    actions.run_analysis(AnalysisRun.objects.get().pk)
    assert actions.enqueue_due_work(start + timedelta(hours=2))["n_runs"] == 0


def test_a_schedule_can_be_ended_and_has_bounds(small: SmallReflection) -> None:
    actions.schedule_runs(small.secretariat, small.consultation, 60)
    ended = actions.schedule_runs(small.secretariat, small.consultation, None)
    assert (ended.run_every_minutes, ended.next_run_at) == (None, None)
    for wrong in (0, 4, 60 * 24 * 31):
        with pytest.raises(ValidationError):
            actions.schedule_runs(small.secretariat, small.consultation, wrong)


def test_statement_figures_come_from_the_last_run(small: SmallReflection) -> None:
    assert queries.statement_figures(small.consultation) == {}
    plant(small, 60)
    run = analysed(small)
    figures = queries.statement_figures(small.consultation)[small.statements[0].reference]
    assert (figures.run_reference, figures.tally.n_seen) == (run.reference, 60)
    assert figures.tally.agree_share == pytest.approx(0.9)
    low, high = figures.tally.agree_ci or (0, 0)
    assert low < 0.9 < high
    assert sum(group.tally.n_seen for group in figures.by_group) == 60


def test_a_place_on_the_map_needs_enough_votes_and_follows_them(small: SmallReflection) -> None:
    plant(small, 60)
    newcomer = small.participant()
    assert queries.placement_of(small.consultation, newcomer) is None
    analysed(small)
    for j, statement in enumerate(small.statements):
        assert queries.placement_of(small.consultation, newcomer) is None or j >= 7
        small.vote(newcomer, statement, 1 if j % 2 else -1)
    placement = queries.placement_of(small.consultation, newcomer)
    assert placement is not None
    assert placement.n_votes == 10
    other = small.participant()
    for j, statement in enumerate(small.statements):
        small.vote(other, statement, -1 if j % 2 else 1)
    opposite = queries.placement_of(small.consultation, other)
    assert opposite is not None
    assert opposite.group != placement.group


def test_the_mark_stands_where_the_engine_would_draw_it(small: SmallReflection, real_drawing: None) -> None:
    """The mark is drawn over the engine's map here; the two must agree on where a place is."""
    people = plant(small, 60)
    run = analysed(small)
    document = document_of(run.pk)
    placement = queries.placement_of(small.consultation, people[1])
    assert placement is not None
    point = point_on_map(document, placement)
    drawn = draw_opinion_map(document, language="en", you=placement)
    places = re.findall(r"translate\(([-\d.]+),([-\d.]+)\)", drawn)
    assert any(abs(float(x) - point.x) < 0.5 and abs(float(y) - point.y) < 0.5 for x, y in places)
    assert not point.is_at_edge
    far = point_on_map(document, Placement(placement.x * 99, placement.y, placement.group, 10))
    assert far.is_at_edge
    assert 0 < far.x < far.width
    marked = mark_on_map(draw(run, "en")[renderings.MAP], document, placement)
    assert marked.count("</svg>") == 1
    assert "var(--figure-you)" in marked
