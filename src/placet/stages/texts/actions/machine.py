"""Translations by machines: asked for, made within the day's budget, checked, and never over a person's."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from time import monotonic
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.record.actions import record
from placet.stages.texts.actions.translating import current_translation
from placet.stages.texts.answers import is_acceptable
from placet.stages.texts.languages import CONTENT_LANGUAGES
from placet.stages.texts.models import DailySpending, Origin, Text, TextVersion, Translation, TranslationRun
from placet.stages.texts.providers import Provider, ProviderError, find_provider, is_provider_configured
from placet.stages.texts.queries import Wording, originals, pairs_of, untranslated
from placet.stages.texts.terms import absent_terms, terms_in

UNFINISHED = (TranslationRun.State.WAITING, TranslationRun.State.RUNNING)
STALE_AFTER = timedelta(minutes=30)  # longer than one text can take: then its worker has gone away
TURN_SECONDS = 60.0  # then other work of the worker has its turn
TEXTS_READ_AT_ONCE = 100


def budget_left(today: date) -> int:
    """How many characters may still be given to machines on a day."""
    spent = DailySpending.objects.filter(date=today).values_list("character_count", flat=True).first() or 0
    return max(settings.TRANSLATION_BUDGET - spent, 0)


def take_budget(character_count: int, today: date) -> bool:
    """Set characters of a day's budget aside, before they are sent; False where that would exceed it.

    One conditional update: of two workers that want the last characters, one gets them.
    """
    DailySpending.objects.get_or_create(date=today)
    return bool(
        DailySpending.objects.filter(
            date=today, character_count__lte=settings.TRANSLATION_BUDGET - character_count
        ).update(character_count=F("character_count") + character_count)
    )


@transaction.atomic
def request_run(account_id: UUID, scope_id: UUID, language: str) -> tuple[TranslationRun, bool]:
    """Ask for what is missing in a language. While one run is under way, that one is the answer.

    Returns
    -------
    run : TranslationRun
    is_new : bool
        Whether a worker has to be told.

    Raises
    ------
    ValidationError
        Where no provider is configured, or the language is unknown.
    """
    if not is_provider_configured():
        raise ValidationError(_("No translation service is set up."))
    if language not in CONTENT_LANGUAGES:
        raise ValidationError({"language": _("Choose a language of the list.")})
    _give_up_stale_runs(scope_id, language)
    try:
        with transaction.atomic():
            run = TranslationRun.objects.create(scope_id=scope_id, language=language, requested_by=account_id)
    except IntegrityError:
        return TranslationRun.objects.get(scope_id=scope_id, language=language, state__in=UNFINISHED), False
    _record("request_translations", run, account_id)
    return run, True


def translate_for_a_while(
    run_id: UUID,
    text_ids: Collection[UUID],
    *,
    provider: Provider | None = None,
    is_changeable: Callable[[UUID], bool] = lambda _text_id: True,
) -> bool:
    """Work on a run for about a minute.

    What is there already is left alone, so a run that is taken up again goes on where it stopped. A text
    whose machine translation is refused is not tried again in the same run.

    Parameters
    ----------
    text_ids : collection of UUID
        All texts of the scope, in the order in which they are wanted.
    is_changeable : callable
        Asked of a text in the transaction in which its translation is kept: what was settled while the
        machine was at work is left as it is.

    Returns
    -------
    bool
        Whether there is more to do, and the worker should come back.
    """
    turn_ends_at = monotonic() + TURN_SECONDS
    run = _begun(run_id)
    if run is None:
        return False
    translator = _Translator(run, provider or find_provider(), is_changeable)
    refused = {UUID(text_id) for text_id in run.refused_texts}
    waiting = [text_id for text_id in untranslated(text_ids, run.language) if text_id not in refused]
    for start in range(0, len(waiting), TEXTS_READ_AT_ONCE):
        some = waiting[start : start + TEXTS_READ_AT_ONCE]
        found = originals(some)
        for offset, text_id in enumerate(some, start):
            try:
                translator.translate(found[text_id])
            except _OverBudgetError:
                _end(run, TranslationRun.State.OVER_BUDGET, left=len(waiting) - offset)
                return False
            except ProviderError as error:
                _end(run, TranslationRun.State.FAILED, left=len(waiting) - offset, failure=error.failure)
                return False
            if monotonic() > turn_ends_at:
                return True
    _end(run, TranslationRun.State.DONE, left=0)
    return False


def interrupt_run(run_id: UUID) -> None:
    """Say that a run ended through a fault of ours; what it translated is kept."""
    run = TranslationRun.objects.get(pk=run_id)
    _end(run, TranslationRun.State.FAILED, left=None, failure=TranslationRun.Failure.INTERRUPTED)


class _OverBudgetError(Exception):
    """The day's budget does not suffice for the next text."""


@dataclass(frozen=True, slots=True)
class _Translator:
    """One run and who translates for it."""

    run: TranslationRun
    provider: Provider
    is_changeable: Callable[[UUID], bool]

    def translate(self, original: Wording) -> None:
        """One text, counted before it is sent; kept where the answer can be a translation."""
        language = self.run.language
        base = pairs_of(self.run.scope_id, original.language, language)
        terms = terms_in(original.body, original.language, base)
        if len(original.body) > settings.TRANSLATION_BUDGET:
            self._refuse(original)
            return
        if not take_budget(len(original.body), _today()):
            raise _OverBudgetError
        (answer,) = self.provider.translate([original.body], original.language, language, terms)
        if is_acceptable(original.body, answer):
            self._keep(original, answer.strip(), is_term_absent=bool(absent_terms(answer, language, terms)))
        else:
            self._refuse(original)

    @transaction.atomic
    def _keep(self, original: Wording, body: str, *, is_term_absent: bool) -> None:
        """Keep it, unless the text is settled, the original has changed or somebody else was there first."""
        if not self.is_changeable(original.text_id):
            return
        Text.objects.select_for_update().get(pk=original.text_id)
        version = TextVersion.objects.filter(text=original.text_id).order_by("-number").first()
        language = self.run.language
        if version is None or version.pk != original.version_id or current_translation(version, language):
            return
        Translation.objects.create(
            version=version,
            language=language,
            body=body,
            origin=Origin.MACHINE,
            model_name=self.provider.name[:100],
        )
        TranslationRun.objects.filter(pk=self.run.pk).update(
            translated_count=F("translated_count") + 1,
            term_warning_count=F("term_warning_count") + int(is_term_absent),
            progressed_at=timezone.now(),
        )

    @transaction.atomic
    def _refuse(self, original: Wording) -> None:
        current = TranslationRun.objects.select_for_update().get(pk=self.run.pk)
        current.refused_texts = [*current.refused_texts, str(original.text_id)]
        current.progressed_at = timezone.now()
        current.save(update_fields=["refused_texts", "progressed_at"])


def _begun(run_id: UUID) -> TranslationRun | None:
    """The run, as one that is under way; None where it has ended."""
    begun = TranslationRun.objects.filter(pk=run_id, state__in=UNFINISHED).update(
        state=TranslationRun.State.RUNNING, progressed_at=timezone.now()
    )
    return TranslationRun.objects.get(pk=run_id) if begun else None


@transaction.atomic
def _end(run: TranslationRun, state: TranslationRun.State, *, left: int | None, failure: str = "") -> None:
    ended = TranslationRun.objects.filter(pk=run.pk, state__in=UNFINISHED).update(
        state=state, failure=failure, left_count=left, finished_at=timezone.now()
    )
    if ended:
        _record("end_translations", TranslationRun.objects.get(pk=run.pk), None)


def _give_up_stale_runs(scope_id: UUID, language: str) -> None:
    stale = TranslationRun.objects.filter(
        scope_id=scope_id,
        language=language,
        state__in=UNFINISHED,
        progressed_at__lt=timezone.now() - STALE_AFTER,
    )
    for run in stale:
        _end(run, TranslationRun.State.FAILED, left=None, failure=TranslationRun.Failure.INTERRUPTED)


def _record(verb: str, run: TranslationRun, account_id: UUID | None) -> None:
    record(
        f"texts.{verb}",
        target=f"translation run {run.pk}",
        actor_id=account_id,
        scope_id=run.scope_id,
        language=run.language,
        state=run.state,
        n_translated=run.translated_count,
        n_refused=run.refused_count,
    )


def _today() -> date:
    return datetime.now(UTC).date()
