"""The jury at work: scores, declared interests, and the figures that are left when it has finished."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import numpy as np
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.sense import rank_by_jury
from placet.stages.contributions.calls.states import (
    entries_of,
    locked,
    require_judging,
    require_juror,
    require_secretariat,
)
from placet.stages.contributions.models import Call, Conflict, Contribution, Criterion, Juror, Score
from placet.stages.mandates.models import ParticipantLink, Representative
from placet.stages.mandates.permissions import Actor
from placet.stages.record.actions import record

HIGHEST_SCORE = 10
SEED = 20_300  # of the simulation behind the ranks: the same scores give the same figures
REASON_MAX_LENGTH = 400


@transaction.atomic
def give_scores(actor: Actor, call: Call, entry: Contribution, scores: Mapping[int, int]) -> bool:
    """Score an entry by every criterion, or change one's scores, until the jury has finished.

    The audit entry says that it was done, never how: scores stand in one place alone.

    Parameters
    ----------
    scores : mapping
        From criteria, by their identifier, to whole numbers from 0 to 10.

    Returns
    -------
    bool
        Whether anything changed.

    Raises
    ------
    PermissionDenied
        To all but the jury, and to a juror with an interest in the entry.
    ValidationError
        Where the jury does not score now, the entry is none any more, or a score is missing or wrong.
    """
    juror = require_juror(actor, call)
    require_judging(locked(call))
    if not entries_of(call).filter(pk=entry.pk).exists():
        raise ValidationError(_("This entry has been withdrawn."))
    if entry.pk in barred_entries(juror):
        raise PermissionDenied(_("You have an interest in this entry: you do not judge it."))
    criteria = set(Criterion.objects.filter(call=call).values_list("pk", flat=True))
    if set(scores) != criteria or not all(0 <= value <= HIGHEST_SCORE for value in scores.values()):
        raise ValidationError(_("Give a score from 0 to 10 for every criterion."))
    given = Score.objects.filter(juror=juror, contribution=entry)
    if dict(given.values_list("criterion_id", "value")) == dict(scores):
        return False
    now = timezone.now()
    for criterion_id, value in scores.items():
        Score.objects.update_or_create(
            juror=juror,
            contribution=entry,
            criterion_id=criterion_id,
            defaults={"value": value, "given_at": now},
        )
    _record("give_scores", juror, entry)
    return True


@transaction.atomic
def declare_interest(actor: Actor, call: Call, entry: Contribution, *, reason: str) -> Conflict:
    """A juror does not judge an entry, for a reason that is kept; scores already given to it are void.

    It is not taken back. Declared twice, the first reason stays.

    Raises
    ------
    PermissionDenied
        To all but the jury.
    ValidationError
        Where the jury does not score now, or no reason is given.
    """
    juror = require_juror(actor, call)
    require_judging(locked(call))
    reason = " ".join(reason.split())
    if not 1 <= len(reason) <= REASON_MAX_LENGTH:
        raise ValidationError({"reason": _("Say in a sentence what the interest is.")})
    conflict, is_new = Conflict.objects.get_or_create(
        juror=juror, contribution=entry, defaults={"reason": reason, "declared_at": timezone.now()}
    )
    if is_new:
        n_void, _kinds = Score.objects.filter(juror=juror, contribution=entry).delete()
        _record("declare_interest", juror, entry, n_void=n_void)
    return conflict


@transaction.atomic
def end_judging(actor: Actor, call: Call) -> None:
    """Make the scores final and keep what they say; from now on the secretariat and the jury see it.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where the jury does not score now, or nobody has scored anything.
    """
    account = require_secretariat(actor, call)
    current = locked(call)
    if current.judged_at:
        return
    require_judging(current)
    figures = _figures(current)
    if not any(entry["n_scores"] for entry in figures["entries"]):
        raise ValidationError(_("Nobody has scored an entry yet."))
    call.figures = figures
    call.judged_at = timezone.now()
    call.save(update_fields=["figures", "judged_at"])
    record(
        "contributions.end_judging",
        target=call.reference,
        actor_id=account.id,
        scope_id=call.reflection_id,
    )


def barred_entries(juror: Juror) -> frozenset[UUID]:
    """The entries in which a juror has an interest: declared, or by having written or standing for it."""
    return barred_by_juror([juror], juror.call).get(juror.pk, frozenset())


def barred_by_juror(jurors: list[Juror], call: Call) -> dict[int, frozenset[UUID]]:
    """What ``barred_entries`` says, by juror; four queries, however many jurors and entries."""
    accounts = [juror.account_id for juror in jurors]
    links = ParticipantLink.objects.filter(reflection=call.reflection_id, account__in=accounts)
    acts = Representative.objects.filter(account__in=accounts, revoked_at=None)
    authors = dict(links.values_list("participant_id", "account_id"))
    bodies = list(acts.values_list("organisation_id", "account_id"))
    own = Contribution.objects.filter(
        Q(author__in=authors) | Q(organisation__in=[body for body, _account in bodies]), call=call
    )
    interested: dict[UUID, set[UUID]] = {account: set() for account in accounts}
    for pk, author, organisation in own.values_list("pk", "author_id", "organisation_id"):
        if author in authors:
            interested[authors[author]].add(pk)
        for body, account in bodies:
            if body == organisation:
                interested[account].add(pk)
    barred = {juror.pk: set(interested[juror.account_id]) for juror in jurors}
    for juror_id, pk in Conflict.objects.filter(juror__in=jurors).values_list("juror_id", "contribution_id"):
        barred[juror_id].add(pk)
    return {juror_id: frozenset(pks) for juror_id, pks in barred.items()}


def _figures(call: Call) -> dict[str, Any]:
    """What the scores say, entry by entry: never a juror's own score."""
    jurors = list(Juror.objects.filter(call=call, removed_at=None).order_by("pk"))
    entries = list(entries_of(call))
    criteria = list(Criterion.objects.filter(call=call))
    barred = barred_by_juror(jurors, call)
    rows = {juror.pk: place for place, juror in enumerate(jurors)}
    columns = {entry.pk: place for place, entry in enumerate(entries)}
    layers = {criterion.pk: place for place, criterion in enumerate(criteria)}
    table = np.full((len(jurors), len(entries), len(criteria)), np.nan)
    given = Score.objects.filter(juror__in=jurors, contribution__in=entries)
    for juror_id, pk, criterion_id, value in given.values_list(
        "juror_id", "contribution_id", "criterion_id", "value"
    ):
        if pk not in barred[juror_id]:
            table[rows[juror_id], columns[pk], layers[criterion_id]] = value
    weights = [criterion.weight for criterion in criteria]
    ranking = rank_by_jury(table, weights, generator=np.random.default_rng(SEED))
    by_entry = ranking.rows()
    for entry, row in zip(entries, by_entry, strict=True):
        row["reference"] = entry.reference
        row["n_interested"] = sum(entry.pk in pks for pks in barred.values())
    return {
        "entries": by_entry,
        "n_jurors": len(jurors),
        "level": ranking.level,
        "df": ranking.df,
        "is_connected": ranking.is_connected,
    }


def _record(verb: str, juror: Juror, entry: Contribution, **detail: int) -> None:
    record(
        f"contributions.{verb}",
        target=entry.reference,
        actor_id=juror.account_id,
        scope_id=entry.reflection_id,
        **detail,
    )
