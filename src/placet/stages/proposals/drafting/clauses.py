"""Clauses: added, reworded, moved, removed, split and put together. References and evidence stay."""

from collections.abc import Sequence
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.mandates import references
from placet.stages.mandates.permissions import Actor
from placet.stages.people.models import Account
from placet.stages.proposals.drafting.access import (
    FREELY_DRAFTED,
    ChangedMeanwhile,
    begin,
    clause_mark,
    record_deed,
)
from placet.stages.proposals.drafting.wording import Bodies, check_text, last_version, rewritten, written
from placet.stages.proposals.models import CLAUSE_MAX_LENGTH, Citation, Clause, ClauseSuccession, Proposal
from placet.stages.sensemaking.finding_models import Stance
from placet.stages.texts.models import TextVersion
from placet.stages.texts.queries import all_wordings_of

CLAUSES_LIMIT = 200


@transaction.atomic
def add_clause(actor: Actor, proposal: Proposal, text: Bodies, *, after: Clause | None = None) -> Clause:
    """Add a clause after another one, or at the end.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where the text is missing in the working language or too long, there are too many clauses, ``after``
        is not a clause of this proposal, or the proposal cannot be changed any more.
    """
    account, current = begin(actor, proposal)
    order = kept_clauses(current)
    if after is not None and after not in order:
        raise ValidationError(_("The clause after which it is to stand was removed meanwhile."))
    _check(current, [text])
    _check_count(len(order) + 1)
    (clause,) = _create(current, account, [text])
    place = order.index(after) + 1 if after is not None else len(order)
    _put_in_order([*order[:place], clause, *order[place:]])
    record_deed("add_clause", current, account, target=clause.reference, position=clause.position)
    return clause


@transaction.atomic
def reword_clause(
    actor: Actor, clause: Clause, text: Bodies, *, seen_version: int, seen: str = ""
) -> TextVersion:
    """Change what a clause says; what it said before is kept. The same again changes nothing.

    Parameters
    ----------
    seen_version : int
        Number of the version of the original that the writer saw.
    seen : str
        :func:`clause_mark` of what the page showed: notices a changed translation, too.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ChangedMeanwhile
        Where somebody else saved first: nothing is written.
    ValidationError
        As with :func:`add_clause`, and where the clause was removed meanwhile.
    """
    account, proposal = begin(actor, clause.proposal)
    current = _locked(proposal, [clause])[0]
    _check(proposal, [text])
    if seen_version != last_version(current.text_id).number:
        raise ChangedMeanwhile(all_wordings_of([current.text_id])[current.text_id])
    _check_seen([current], seen)
    is_changed = rewritten(current.text, account, text)
    version = last_version(current.text_id)
    if is_changed:
        record_deed("reword_clause", proposal, account, target=current.reference, version=version.number)
    return version


@transaction.atomic
def move_clause(actor: Actor, clause: Clause, *, position: int) -> None:
    """Put a clause in another place; what lies beyond the ends is the end.

    Parameters
    ----------
    position : int
        Its number from now on, 1 for the first.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where the clause was removed, or the proposal is not drafted freely any more.
    """
    account, proposal = begin(actor, clause.proposal, states=FREELY_DRAFTED)
    current = _locked(proposal, [clause])[0]
    order = [each for each in kept_clauses(proposal) if each != current]
    place = max(0, min(position - 1, len(order)))
    if _put_in_order([*order[:place], current, *order[place:]]):
        record_deed("move_clause", proposal, account, target=current.reference, position=place + 1)
    clause.refresh_from_db()


@transaction.atomic
def remove_clause(actor: Actor, clause: Clause) -> None:
    """Take a clause out. Its reference, its wordings and its evidence are kept; twice does nothing more.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where the proposal cannot be changed any more, or would be left published without a clause.
    """
    account, proposal = begin(actor, clause.proposal)
    current = Clause.objects.get(pk=clause.pk)
    if current.removed_at is not None:
        return
    order = kept_clauses(proposal)
    if len(order) == 1 and proposal.state != Proposal.State.DRAFT:
        raise ValidationError(_("This is the only clause. Withdraw the proposal instead."))
    _remove([current])
    _put_in_order([each for each in order if each != current])
    clause.refresh_from_db()
    record_deed("remove_clause", proposal, account, target=current.reference)


@transaction.atomic
def split_clause(actor: Actor, clause: Clause, parts: Sequence[Bodies], *, seen: str = "") -> list[Clause]:
    """Make several clauses of one, in its place. Each takes over all that it rests on.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ChangedMeanwhile
        Where ``seen`` is given and somebody else reworded the clause since.
    ValidationError
        With fewer than two parts, and as with :func:`add_clause`; while the proposal is open to amendments.
    """
    account, proposal = begin(actor, clause.proposal, states=FREELY_DRAFTED)
    current = _locked(proposal, [clause])[0]
    if len(parts) < 2:
        raise ValidationError(_("Write at least two clauses into which it is split."))
    _check(proposal, parts)
    _check_seen([current], seen)
    order = kept_clauses(proposal)
    _check_count(len(order) + len(parts) - 1)
    made = _create(proposal, account, parts)
    place = order.index(current)
    _succeed(account, [current], made, ClauseSuccession.Kind.SPLIT)
    _put_in_order([*order[:place], *made, *order[place + 1 :]])
    clause.refresh_from_db()
    record_deed(
        "split_clause",
        proposal,
        account,
        target=current.reference,
        into=[each.reference for each in made],
    )
    return made


@transaction.atomic
def merge_clauses(actor: Actor, clauses: Sequence[Clause], text: Bodies, *, seen: str = "") -> Clause:
    """Make one clause of several, in the place of the first. It takes over all that they rest on.

    A finding that one of them cites for and another against is cited against: the contrary view stays.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ChangedMeanwhile
        Where ``seen`` is given and somebody else reworded one of them since.
    ValidationError
        With fewer than two clauses, clauses of several proposals, and as with :func:`split_clause`.
    """
    if len({clause.pk for clause in clauses}) < 2 or len({clause.proposal_id for clause in clauses}) > 1:
        raise ValidationError(_("Choose at least two clauses of one proposal."))
    account, proposal = begin(actor, clauses[0].proposal, states=FREELY_DRAFTED)
    current = _locked(proposal, clauses)
    _check(proposal, [text])
    _check_seen(current, seen)
    order = kept_clauses(proposal)
    place = order.index(current[0])
    (made,) = _create(proposal, account, [text])
    _succeed(account, current, [made], ClauseSuccession.Kind.MERGED)
    _put_in_order([each for each in [*order[:place], made, *order[place:]] if each not in current])
    record_deed(
        "merge_clauses",
        proposal,
        account,
        target=made.reference,
        of=[each.reference for each in current],
    )
    return made


def kept_clauses(proposal: Proposal) -> list[Clause]:
    """The clauses that stand in a proposal, in their order."""
    return list(Clause.objects.filter(proposal=proposal, removed_at=None).select_related("text"))


def _locked(proposal: Proposal, clauses: Sequence[Clause]) -> list[Clause]:
    """The clauses as they stand, in their order; the proposal's lock is theirs."""
    wanted = {clause.pk for clause in clauses}
    found = [each for each in kept_clauses(proposal) if each.pk in wanted]
    if len(found) != len(wanted):
        raise ValidationError(_("This clause was removed meanwhile."))
    for each in found:
        each.proposal = proposal
    return found


def _check(proposal: Proposal, texts: Sequence[Bodies]) -> None:
    reflection = proposal.priority.reflection
    for number, text in enumerate(texts, start=1):
        field = "text" if len(texts) == 1 else f"text{number}"
        check_text(reflection, text, field, max_length=CLAUSE_MAX_LENGTH)


def _check_count(n_clauses: int) -> None:
    if n_clauses > CLAUSES_LIMIT:
        raise ValidationError(_("A proposal has at most %(limit)d clauses.") % {"limit": CLAUSES_LIMIT})


def _check_seen(clauses: Sequence[Clause], seen: str) -> None:
    if seen and seen != clause_mark(*clauses):
        found = all_wordings_of(clause.text_id for clause in clauses)
        raise ChangedMeanwhile([wording for clause in clauses for wording in found[clause.text_id]])


def _create(proposal: Proposal, account: Account, texts: Sequence[Bodies]) -> list[Clause]:
    reflection = proposal.priority.reflection
    taken = references.take_references(reflection, references.CLAUSE, len(texts))
    return [
        Clause.objects.create(
            proposal=proposal,
            reference=reference,
            position=0,
            text=written(reflection, account, text),
            created_by=account,
        )
        for reference, text in zip(taken, texts, strict=True)
    ]


def _put_in_order(order: Sequence[Clause]) -> bool:
    """Number the clauses from 1; whether any has changed its place."""
    moved = [(each, place) for place, each in enumerate(order, start=1) if each.position != place]
    for each, place in moved:
        each.position = place
    Clause.objects.bulk_update([each for each, _place in moved], ["position"])
    return bool(moved)


def _remove(clauses: Sequence[Clause]) -> None:
    Clause.objects.filter(pk__in=[each.pk for each in clauses]).update(removed_at=timezone.now())


def _succeed(
    account: Account, earlier: Sequence[Clause], later: Sequence[Clause], kind: ClauseSuccession.Kind
) -> None:
    """Let earlier clauses live on in later ones, with all that they rest on."""
    _remove(earlier)
    ClauseSuccession.objects.bulk_create(
        [
            ClauseSuccession(kind=kind, earlier=each, later=successor, made_by=account)
            for each in earlier
            for successor in later
        ]
    )
    stances: dict[UUID, str] = {}
    standing = Citation.objects.filter(clause__in=earlier, taken_back_at=None).order_by("pk")
    for citation in standing:
        if stances.get(citation.finding_id) != Stance.AGAINST:
            stances[citation.finding_id] = citation.stance
    Citation.objects.bulk_create(
        [
            Citation(clause=each, finding_id=finding_id, stance=stance, cited_by=account)
            for each in later
            for finding_id, stance in stances.items()
        ]
    )
