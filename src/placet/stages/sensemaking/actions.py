"""Analysis runs: asked for, carried out, scheduled; and what the clock finds due.

A run is a row; a worker is told of it once the row is committed. Whoever carries it out claims it first,
so a run that is told twice is still done once.
"""

import logging
import traceback
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from placet.stages.consultations.actions import set_routing_weights
from placet.stages.consultations.models import Consultation, Statement
from placet.stages.mandates import references
from placet.stages.mandates.models import Role
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.people.models import Account
from placet.stages.record.actions import record
from placet.stages.sensemaking.documents import Document, analyse, write_json
from placet.stages.sensemaking.models import AnalysisRun, AnalysisSchedule
from placet.stages.sensemaking.queries import ANALYSING_ROLES, UNFINISHED
from placet.stages.sensemaking.releases import (
    GREATEST_K,
    LEAST_K,
    advanced,
    latest_release,
    next_release,
    publish_release,
    releases_due,
)
from placet.stages.sensemaking.renderings import draw, draw_report
from placet.stages.sensemaking.results import shown_document
from placet.stages.sensemaking.snapshots import take_snapshot

DEFAULT_SEED = 0  # the command line's own: nobody can draw seeds until the groups look right
RUN_LIMIT = timedelta(minutes=15)
TELL_AGAIN_AFTER = timedelta(minutes=5)
SHORTEST_INTERVAL_MINUTES = 5
LONGEST_INTERVAL_MINUTES = 60 * 24 * 30
INTERRUPTED = "interrupted"

# By name: tasks stand above actions, and call them.
RUN_TASK = "placet.stages.sensemaking.tasks.run_analysis"
REPORT_TASK = "placet.stages.sensemaking.tasks.draw_reports"

logger = logging.getLogger(__name__)


@transaction.atomic
def request_run(actor: Actor, consultation: Consultation, *, seed: int | None = None) -> AnalysisRun:
    """Ask for an analysis now. While one waits or runs, that one is returned.

    Parameters
    ----------
    seed : int or None
        Starts the random generator. None: the same as on the command line.

    Raises
    ------
    PermissionDenied
        To all but the secretariat and analysts.
    ValidationError
        Where nobody has voted yet.
    """
    account = require_role(actor, consultation.priority.reflection, *ANALYSING_ROLES)
    if not Consultation.objects.filter(pk=consultation.pk, last_sequence__gt=0).exists():
        raise ValidationError(_("Nobody has voted yet: there is nothing to analyse."))
    return _add_run(consultation, account, DEFAULT_SEED if seed is None else seed)


def run_analysis(run_id: UUID) -> AnalysisRun.State:
    """Carry a run out, where it still waits: called by a worker, outside any transaction.

    Returns
    -------
    AnalysisRun.State
        Of the run afterwards. What goes wrong is a state of the run, not an exception.
    """
    started_at = timezone.now()
    claimed = AnalysisRun.objects.filter(pk=run_id, state=AnalysisRun.State.WAITING).update(
        state=AnalysisRun.State.RUNNING, started_at=started_at
    )
    run = AnalysisRun.objects.select_related("consultation__priority__reflection").get(pk=run_id)
    if not claimed:
        return AnalysisRun.State(run.state)
    try:
        last_sequence = run.consultation.last_sequence
        document = analyse(take_snapshot(run.consultation, last_sequence), seed=run.seed)
        is_kept = _finish(run, document, last_sequence)
    except Exception as error:  # noqa: BLE001 - whatever it is, the run says so and the worker goes on
        _log_failure(run, error)
        is_kept = not _fail(run, type(error).__name__)
    if is_kept:
        _draw_ahead(run)
    return AnalysisRun.State(AnalysisRun.objects.values_list("state", flat=True).get(pk=run_id))


def draw_reports(run_id: UUID) -> None:
    """Draw a finished run's reports before the first reader asks: called by a worker."""
    run = AnalysisRun.objects.select_related("consultation__priority__reflection").get(pk=run_id)
    for language, _name in settings.LANGUAGES:
        with override(language):
            draw_report(run, shown_document(run, language), language)


@transaction.atomic
def schedule_runs(
    actor: Actor, consultation: Consultation, every_minutes: int | None, *, now: datetime | None = None
) -> AnalysisSchedule:
    """Analyse a consultation at regular intervals, or (None) on request only.

    Raises
    ------
    PermissionDenied
        To all but the secretariat and analysts.
    ValidationError
        Where the interval is shorter than five minutes or longer than thirty days.
    """
    account = require_role(actor, consultation.priority.reflection, *ANALYSING_ROLES)
    if every_minutes is not None and not (
        SHORTEST_INTERVAL_MINUTES <= every_minutes <= LONGEST_INTERVAL_MINUTES
    ):
        raise ValidationError({"every_minutes": _("Choose an interval from five minutes to thirty days.")})
    schedule = _locked_schedule(consultation)
    if schedule.run_every_minutes == every_minutes:
        return schedule
    moment = now or timezone.now()
    schedule.run_every_minutes = every_minutes
    schedule.next_run_at = None if every_minutes is None else moment + timedelta(minutes=every_minutes)
    schedule.save(update_fields=["run_every_minutes", "next_run_at"])
    _record("schedule_runs", consultation, account, every_minutes=every_minutes)
    return schedule


@transaction.atomic
def set_releases(
    actor: Actor,
    consultation: Consultation,
    *,
    every_days: int | None,
    k: int,
    now: datetime | None = None,
) -> AnalysisSchedule:
    """Publish figures by member and constituency every so many days, or (None) not at all.

    The first release is due at once; a change of the interval never brings the next one forward to less
    than the interval after the last.

    Parameters
    ----------
    k : int
        The least number of participants behind a figure: 10 or more.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where k is less than 10, or the interval not between one day and a year.
    """
    account = require_role(actor, consultation.priority.reflection, Role.SECRETARIAT)
    if k < LEAST_K or k > GREATEST_K:
        raise ValidationError({"k": _("Choose a number from 10 to 1,000.")})
    if every_days is not None and not 1 <= every_days <= 366:
        raise ValidationError({"every_days": _("Choose an interval from one day to a year.")})
    last = latest_release(consultation)
    if last is not None and k < last.least_cell_count:
        raise ValidationError(
            {
                "k": _("The last release was made with %(k)d: it cannot be less.")
                % {"k": last.least_cell_count}
            }
        )
    schedule = _locked_schedule(consultation)
    is_unchanged = (schedule.release_every_days, schedule.least_cell_count) == (every_days, k)
    if is_unchanged and (every_days is None or schedule.next_release_at is not None):
        return schedule
    schedule.release_every_days = every_days
    schedule.least_cell_count = k
    schedule.next_release_at = next_release(consultation, every_days, now or timezone.now())
    schedule.save(update_fields=["release_every_days", "least_cell_count", "next_release_at"])
    _record("set_releases", consultation, account, every_days=every_days, k=k)
    return schedule


def require_releasing(actor: Actor, consultation: Consultation) -> None:
    """Refuse whoever may not set releases.

    Raises
    ------
    PermissionDenied
    """
    require_role(actor, consultation.priority.reflection, Role.SECRETARIAT)


def enqueue_due_work(now: datetime | None = None) -> dict[str, int]:
    """What the clock does at each tick: ask for the runs that are due, publish the releases that are due,
    tell the worker again of runs that nobody took up, and mark runs that were cut off as failed.

    Returns
    -------
    dict of str to int
        How many of each: ``n_runs``, ``n_releases``, ``n_told_again``, ``n_interrupted``.
    """
    moment = now or timezone.now()
    return {
        "n_interrupted": _fail_interrupted(moment),
        "n_told_again": _tell_again(moment),
        "n_runs": sum(_run_where_due(pk, moment) for pk in _due_schedules(moment)),
        "n_releases": sum(_release_where_due(each, moment) for each in releases_due(moment)),
    }


def _add_run(consultation: Consultation, account: Account | None, seed: int) -> AnalysisRun:
    """A new run, or the one that is not finished yet; which of the two, the database decides."""
    now = timezone.now()
    try:
        with transaction.atomic():
            taken = references.take_references(consultation.priority.reflection, references.ANALYSIS)
            run = AnalysisRun.objects.create(
                consultation=consultation,
                reference=next(taken),
                requested_by=account,
                enqueued_at=now,
                seed=seed,
            )
            _record("request_run", consultation, account, run=run.reference)
    except IntegrityError:
        unfinished = AnalysisRun.objects.filter(consultation=consultation, state__in=UNFINISHED).first()
        if unfinished is None:  # finished in this very moment
            return _add_run(consultation, account, seed)
        return unfinished
    transaction.on_commit(partial(_tell_worker, RUN_TASK, run.pk))
    return run


def _tell_worker(task: str, run_id: UUID) -> None:
    import_string(task).enqueue(str(run_id))


@transaction.atomic
def _finish(run: AnalysisRun, document: Document, last_sequence: int) -> bool:
    """Store what was found; False where the run was given up in the meantime."""
    stored = AnalysisRun.objects.filter(
        pk=run.pk, state=AnalysisRun.State.RUNNING, started_at=run.started_at
    ).update(
        state=AnalysisRun.State.DONE,
        finished_at=timezone.now(),
        last_sequence=last_sequence,
        parameters=document["parameters"],
        input_digest=document["input_digest"],
        software_version=document["software_version"],
        result=write_json(document),
    )
    if not stored:
        return False
    priorities = {statement["id"]: statement["priority"] for statement in document["statements"]}
    known = Statement.objects.filter(consultation=run.consultation, reference__in=list(priorities))
    weights = {pk: priorities[reference] for pk, reference in known.values_list("pk", "reference")}
    set_routing_weights(run.consultation, weights)
    transaction.on_commit(partial(_tell_worker, REPORT_TASK, run.pk))
    _record("finish_run", run.consultation, None, run=run.reference, input_digest=document["input_digest"])
    return True


@transaction.atomic
def _fail(run: AnalysisRun, error: str) -> bool:
    failed = AnalysisRun.objects.filter(
        pk=run.pk, state=AnalysisRun.State.RUNNING, started_at=run.started_at
    ).update(state=AnalysisRun.State.FAILED, finished_at=timezone.now(), error=error[:200])
    if failed:
        _record("fail_run", run.consultation, None, run=run.reference, error=error[:200])
    return bool(failed)


def _log_failure(run: AnalysisRun, error: Exception) -> None:
    """Where it failed, without the message: a database's carries the row it refused."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    logger.error("analysis run %s failed: %s\n%s", run.reference, type(error).__name__, frames)


def _draw_ahead(run: AnalysisRun) -> None:
    """Draw the figures before the first reader asks; where that fails, they are drawn then."""
    finished = AnalysisRun.objects.get(pk=run.pk)
    for language, _name in settings.LANGUAGES:
        try:
            draw(finished, language)
        except Exception as error:  # noqa: BLE001 - the run itself is good
            _log_failure(run, error)


def _locked_schedule(consultation: Consultation) -> AnalysisSchedule:
    AnalysisSchedule.objects.get_or_create(consultation=consultation)
    return AnalysisSchedule.objects.select_for_update().get(consultation=consultation)


def _due_schedules(now: datetime) -> list[int]:
    return list(AnalysisSchedule.objects.filter(next_run_at__lte=now).values_list("pk", flat=True))


@transaction.atomic
def _run_where_due(schedule_id: int, now: datetime) -> bool:
    """Ask for a scheduled run and advance the schedule, both or neither."""
    schedule = (
        AnalysisSchedule.objects.select_for_update(of=("self",))
        .select_related("consultation__priority__reflection")
        .filter(pk=schedule_id, next_run_at__lte=now)
        .first()
    )
    if schedule is None or schedule.next_run_at is None or schedule.run_every_minutes is None:
        return False  # another clock was first
    every = timedelta(minutes=schedule.run_every_minutes)
    schedule.next_run_at = advanced(schedule.next_run_at, every, now)
    schedule.save(update_fields=["next_run_at"])
    if not _is_anything_new(schedule.consultation):
        return False
    _add_run(schedule.consultation, None, DEFAULT_SEED)
    return True


def _is_anything_new(consultation: Consultation) -> bool:
    """Whether a scheduled run would find other votes than the last one, or other decisions on statements."""
    last = (
        AnalysisRun.objects.filter(consultation=consultation, state=AnalysisRun.State.DONE)
        .order_by("-finished_at")
        .first()
    )
    if last is None or last.last_sequence is None:
        return consultation.last_sequence > 0
    moderated = consultation.statements.filter(moderated_at__gt=last.started_at or last.requested_at)
    return consultation.last_sequence > last.last_sequence or moderated.exists()


def _release_where_due(consultation: Consultation, now: datetime) -> bool:
    try:
        return publish_release(consultation, now) is not None
    except Exception as error:  # noqa: BLE001 - one consultation must not hold up the others
        frames = "".join(traceback.format_tb(error.__traceback__))
        logger.error("release of %s failed: %s\n%s", consultation.reference, type(error).__name__, frames)
        return False


def _fail_interrupted(now: datetime) -> int:
    cut_off = AnalysisRun.objects.filter(state=AnalysisRun.State.RUNNING, started_at__lt=now - RUN_LIMIT)
    runs = list(cut_off.select_related("consultation__priority__reflection").defer("result"))
    for run in runs:
        logger.error("analysis run %s was interrupted", run.reference)
    return sum(_fail(run, INTERRUPTED) for run in runs)


def _tell_again(now: datetime) -> int:
    """Between the commit of a run and the word to the worker, a machine may die."""
    missed = AnalysisRun.objects.filter(
        state=AnalysisRun.State.WAITING, enqueued_at__lt=now - TELL_AGAIN_AFTER
    )
    n_told = 0
    for run_id, enqueued_at in missed.values_list("pk", "enqueued_at"):
        with transaction.atomic():
            if AnalysisRun.objects.filter(pk=run_id, enqueued_at=enqueued_at).update(enqueued_at=now):
                transaction.on_commit(partial(_tell_worker, RUN_TASK, run_id))
                n_told += 1
    return n_told


def _record(
    verb: str, consultation: Consultation, account: Account | None, **detail: str | int | None
) -> None:
    record(
        f"sensemaking.{verb}",
        target=consultation.reference,
        actor_id=account.id if account else None,
        scope_id=consultation.priority.reflection_id,
        **detail,
    )
