"""Theme runs: asked for, carried out in the background, given up where they were cut off.

As with analyses, a run is a row; whoever carries it out claims it first, so that one that is told twice is
still done once. What it finds is brought together with what the secretariat edited in ``keeping``.
"""

import logging
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from uuid import UUID

import numpy as np
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from placet import __version__
from placet.sense.text.embedding import centred_model
from placet.sense.text.themes import find_themes
from placet.stages.consultations.models import Consultation
from placet.stages.consultations.queries import accepted_statements
from placet.stages.mandates import references
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.people.models import Account
from placet.stages.record.actions import record
from placet.stages.sensemaking.queries import ANALYSING_ROLES
from placet.stages.sensemaking.theme_models import THEME_RUN, ThemeRun
from placet.stages.sensemaking.themes.keeping import FoundThemes, keep_found
from placet.stages.sensemaking.themes.summaries import choose_ahead
from placet.stages.sensemaking.vectors import Corpus, corpus_of, text_embedder

DEFAULT_SEED = 0
RUN_LIMIT = timedelta(minutes=15)
TELL_AGAIN_AFTER = timedelta(minutes=5)
LEAST_PROGRESS = 0.05
SHARE_READ = 0.5  # of the work: vectors take about as long as all that is made of them
INTERRUPTED, MISSING_EXTRA = "interrupted", "MissingExtraError"
UNFINISHED = (ThemeRun.State.WAITING, ThemeRun.State.RUNNING)

# By name: tasks stand above actions, and call them.
TASK = "placet.stages.sensemaking.tasks.build_themes"

logger = logging.getLogger(__name__)


@transaction.atomic
def request_themes(actor: Actor, consultation: Consultation, *, seed: int = DEFAULT_SEED) -> ThemeRun:
    """Ask for the themes to be found anew. While one run waits or runs, that one is returned.

    Raises
    ------
    PermissionDenied
        To all but the secretariat and analysts.
    ValidationError
        Where there is no statement to read.
    """
    account = require_role(actor, consultation.priority.reflection, *ANALYSING_ROLES)
    if not accepted_statements(consultation).exists():
        raise ValidationError(_("There is no accepted statement yet: there is nothing to read."))
    return _add_run(consultation, account, seed)


def build_themes(run_id: UUID) -> ThemeRun.State:
    """Carry a run out, where it still waits: called by a worker, outside any transaction.

    Returns
    -------
    ThemeRun.State
        Of the run afterwards. What goes wrong is a state of the run, not an exception.
    """
    claimed = ThemeRun.objects.filter(pk=run_id, state=ThemeRun.State.WAITING).update(
        state=ThemeRun.State.RUNNING, started_at=timezone.now()
    )
    run = ThemeRun.objects.select_related("consultation__priority__reflection").get(pk=run_id)
    if claimed:
        try:
            _finish(run, find_in(corpus_of(run.consultation), seed=run.seed, on_progress=_Progress(run)))
            choose_ahead(run.consultation)
        except Exception as error:  # noqa: BLE001 - whatever it is, the run says so and the worker goes on
            _log_failure(run, error)
            _fail(run, type(error).__name__)  # unless it is done: then the first reader waits a little
    return ThemeRun.State(ThemeRun.objects.values_list("state", flat=True).get(pk=run_id))


def find_in(
    corpus: Corpus, *, seed: int, on_progress: Callable[[float], None] = lambda share: None
) -> FoundThemes:
    """The engine's themes of a consultation's statements."""
    on_progress(SHARE_READ)
    themes = find_themes(
        corpus.vectors,
        corpus.bodies,
        corpus.languages,
        rng=np.random.default_rng(seed),
        on_progress=lambda share: on_progress(SHARE_READ + (1 - SHARE_READ) * share),
    )
    return FoundThemes(corpus, themes, centred_model(text_embedder()))


def tend_runs(now: datetime) -> dict[str, int]:
    """What the clock does: give up runs that were cut off, and tell the worker again of those nobody took.

    Returns
    -------
    dict of str to int
        How many of each: ``n_interrupted``, ``n_told_again``.
    """
    cut_off = ThemeRun.objects.filter(state=ThemeRun.State.RUNNING, started_at__lt=now - RUN_LIMIT)
    runs = cut_off.select_related("consultation__priority__reflection").defer("result")
    return {
        "n_interrupted": sum(_fail(run, INTERRUPTED) for run in list(runs)),
        "n_told_again": _tell_again(now),
    }


class _Progress:
    """Writes down how far a run is, in steps that a reader notices."""

    def __init__(self, run: ThemeRun) -> None:
        self.run, self.share = run, 0.0

    def __call__(self, share: float) -> None:
        if share >= self.share + LEAST_PROGRESS:
            self.share = min(share, 1.0)
            ThemeRun.objects.filter(pk=self.run.pk, state=ThemeRun.State.RUNNING).update(
                share_done=self.share
            )


def _add_run(consultation: Consultation, account: Account, seed: int) -> ThemeRun:
    """A new run, or the one that is not finished yet; which of the two, the database decides."""
    try:
        with transaction.atomic():
            taken = references.take_references(consultation.priority.reflection, THEME_RUN)
            run = ThemeRun.objects.create(
                consultation=consultation,
                reference=next(taken),
                requested_by=account,
                enqueued_at=timezone.now(),
                seed=seed,
            )
            _record("request_themes", run, account)
    except IntegrityError:
        unfinished = ThemeRun.objects.filter(consultation=consultation, state__in=UNFINISHED).first()
        if unfinished is None:  # finished in this very moment
            return _add_run(consultation, account, seed)
        return unfinished
    transaction.on_commit(partial(_tell_worker, run.pk))
    return run


def _tell_worker(run_id: UUID) -> None:
    import_string(TASK).enqueue(str(run_id))


@transaction.atomic
def _finish(run: ThemeRun, found: FoundThemes) -> bool:
    """Bring what was found together with what is there; False where the run was given up meanwhile."""
    claimed = ThemeRun.objects.filter(pk=run.pk, state=ThemeRun.State.RUNNING, started_at=run.started_at)
    if not claimed.select_for_update().exists():
        return False
    claimed.update(
        state=ThemeRun.State.DONE,
        finished_at=timezone.now(),
        share_done=1.0,
        model=found.model,
        parameters={"seed": run.seed},
        n_texts=len(found.corpus.statement_ids),
        stability=found.themes.stability,
        input_digest=input_digest(found.corpus),
        software_version=__version__,
        result=keep_found(run, found),
    )
    _record("finish_themes", run, None)
    return True


def input_digest(corpus: Corpus) -> str:
    """What was read, as one number: references and texts in their order."""
    digest = sha256()
    for reference, body in zip(corpus.references, corpus.bodies, strict=True):
        digest.update(f"{reference}\0{body}\0".encode())
    return f"sha256:{digest.hexdigest()}"


@transaction.atomic
def _fail(run: ThemeRun, error: str) -> bool:
    failed = ThemeRun.objects.filter(
        pk=run.pk, state=ThemeRun.State.RUNNING, started_at=run.started_at
    ).update(state=ThemeRun.State.FAILED, finished_at=timezone.now(), error=error[:200])
    if failed:
        _record("fail_themes", run, None, error=error[:200])
    return bool(failed)


def _log_failure(run: ThemeRun, error: Exception) -> None:
    """Where it failed, without the message: it may carry a text."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    logger.error("theme run %s failed: %s\n%s", run.reference, type(error).__name__, frames)


def _tell_again(now: datetime) -> int:
    """Between the commit of a run and the word to the worker, a machine may die."""
    missed = ThemeRun.objects.filter(state=ThemeRun.State.WAITING, enqueued_at__lt=now - TELL_AGAIN_AFTER)
    n_told = 0
    for run_id, enqueued_at in missed.values_list("pk", "enqueued_at"):
        with transaction.atomic():
            if ThemeRun.objects.filter(pk=run_id, enqueued_at=enqueued_at).update(enqueued_at=now):
                transaction.on_commit(partial(_tell_worker, run_id))
                n_told += 1
    return n_told


def _record(verb: str, run: ThemeRun, account: Account | None, **detail: str) -> None:
    record(
        f"sensemaking.{verb}",
        target=run.consultation.reference,
        actor_id=account.id if account else None,
        scope_id=run.consultation.priority.reflection_id,
        run=run.reference,
        **detail,
    )
