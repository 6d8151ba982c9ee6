"""The secretariat's answers to amendments, and what comes of them in the text.

Clauses are changed by the actions that draft them: references, earlier wordings and evidence are kept.
"""

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.mandates.permissions import Actor
from placet.stages.proposals.amending.access import clean_bodies, locked_amendment, require_unanswered
from placet.stages.proposals.drafting.access import ChangedMeanwhile, begin, record_deed
from placet.stages.proposals.drafting.clauses import add_clause, kept_clauses, remove_clause, reword_clause
from placet.stages.proposals.drafting.wording import check_text, last_version, written
from placet.stages.proposals.models import CLAUSE_MAX_LENGTH, Amendment, Clause, Proposal
from placet.stages.texts.languages import CONTENT_LANGUAGES
from placet.stages.texts.models import Origin, TextVersion
from placet.stages.texts.queries import all_wordings

ANSWER_MAX_LENGTH = 2_000
ANSWERS = (Amendment.State.ACCEPTED, Amendment.State.PARTLY, Amendment.State.REFUSED)

Bodies = Mapping[str, str]
Kind, State = Amendment.Kind, Amendment.State


@transaction.atomic
def answer_amendment(
    actor: Actor,
    amendment: Amendment,
    state: str,
    answer: Bodies,
    *,
    wording: Bodies | None = None,
    seen_version: int | None = None,
    now: datetime | None = None,
) -> TextVersion | None:
    """Accept an amendment, in whole or in part, or not, with the reason; the text follows at once.

    Parameters
    ----------
    state : str
        Accepted: the clause says then what the delegation wrote. Accepted in part: it says what the
        secretariat writes. Not accepted: it stays.
    wording : mapping or None
        In part: the wording of the secretariat, which it needs unless the clause is gone. Accepted:
        translations into the languages in which the delegation wrote nothing.
    seen_version : int or None
        Number of the version of the clause that the secretariat has seen; None for the one that the
        delegation read.

    Returns
    -------
    TextVersion or None
        The wording that came of it; None where the clause is deleted or stays.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ChangedMeanwhile
        Where the clause was reworded since: nothing is written before that is seen.
    ValidationError
        Where the amendment is answered or withdrawn, the proposal is not open to amendments, the reason is
        missing, or a wording is missing or not one that this answer may have.
    """
    account, _proposal = begin(actor, amendment.proposal, states=(Proposal.State.AMENDABLE,))
    current, proposal = locked_amendment(amendment)
    require_unanswered(current)
    if state not in ANSWERS:
        raise ValidationError({"state": _("Say whether the amendment is accepted, in part, or not.")})
    reflection = proposal.priority.reflection
    check_text(reflection, answer, "answer", max_length=ANSWER_MAX_LENGTH)
    given = clean_bodies(reflection, wording or {}, "wording", CLAUSE_MAX_LENGTH)
    result = None
    if state != State.REFUSED:
        result = _apply(actor, current, _bodies(current, state, given), seen_version)
    elif given:
        raise ValidationError(
            {"wording": _("What is not accepted changes nothing: leave the wording empty.")}
        )
    current.state = state
    current.answer = written(reflection, account, answer)
    current.answered_by, current.answered_at = account, now or timezone.now()
    current.result = result
    current.save(update_fields=["state", "answer", "answered_by", "answered_at", "result"])
    amendment.refresh_from_db()
    record_deed("answer_amendment", proposal, account, target=current.reference, state=state)
    return result


def is_gone(amendment: Amendment) -> bool:
    """Whether the clause that an amendment is about does not stand in the proposal any more."""
    return amendment.clause is not None and amendment.clause.removed_at is not None


def _bodies(amendment: Amendment, state: str, given: dict[str, str]) -> dict[str, str]:
    """What the clause is to say; empty where it is to go, or is gone."""
    working = amendment.proposal.priority.reflection.languages[0]
    if amendment.kind == Kind.DELETE and state == State.ACCEPTED:
        if given:
            raise ValidationError({"wording": _("Where the clause is to be deleted there is no wording.")})
        return {}
    bodies = given if state == State.PARTLY else _accepted_bodies(amendment, given)
    if is_gone(amendment) and amendment.kind != Kind.INSERT:
        if bodies and state == State.PARTLY:
            raise ValidationError(
                {
                    "wording": _(
                        "The clause is gone: leave the wording empty, and say in the answer where it went."
                    )
                }
            )
        if state == State.ACCEPTED:
            raise ValidationError(_("The clause is gone: accept the amendment in part, or not."))
        return {}
    if working not in bodies:
        name = CONTENT_LANGUAGES[working]
        raise ValidationError(
            {"wording": _("Write it in the working language first: %(language)s.") % {"language": name}}
        )
    return bodies


def _accepted_bodies(amendment: Amendment, given: dict[str, str]) -> dict[str, str]:
    """The delegation's wording, with the secretariat's translations where people wrote none."""
    if amendment.wording_id is None:
        return given
    theirs = {
        each.language: each.body
        for each in all_wordings(amendment.wording_id)
        if each.origin != Origin.MACHINE  # nobody vouches for it: whoever answers gives it, or leaves it out
    }
    if any(body != theirs.get(language, body) for language, body in given.items()):
        raise ValidationError(
            {"wording": _("That is not what the delegation wrote: accept the amendment in part instead.")}
        )
    return given | theirs


def _apply(
    actor: Actor, amendment: Amendment, bodies: dict[str, str], seen_version: int | None
) -> TextVersion | None:
    """Bring an accepted amendment into the text."""
    if amendment.kind == Kind.INSERT:
        return _insert(actor, amendment, bodies)
    clause = amendment.clause
    if clause is None or amendment.based_on is None:
        raise ValueError(amendment.reference)  # the database keeps it from being so
    if is_gone(amendment):
        return None
    present = last_version(clause.text_id)
    if present.number != (amendment.based_on.number if seen_version is None else seen_version):
        raise ChangedMeanwhile(all_wordings(clause.text_id))
    if not bodies:
        remove_clause(actor, clause)
        return None
    return reword_clause(actor, clause, bodies, seen_version=present.number)


def _insert(actor: Actor, amendment: Amendment, bodies: dict[str, str]) -> TextVersion:
    """A new clause where the delegation wants it; at the end where the clause before it is gone."""
    after = None if is_gone(amendment) else amendment.clause
    made = add_clause(actor, amendment.proposal, bodies, after=after)
    if amendment.clause is None:
        _put_first(made)
    return last_version(made.text_id)


def _put_first(clause: Clause) -> None:
    others = [each for each in kept_clauses(clause.proposal) if each != clause]
    for place, each in enumerate([clause, *others], start=1):
        each.position = place
    Clause.objects.bulk_update([clause, *others], ["position"])
