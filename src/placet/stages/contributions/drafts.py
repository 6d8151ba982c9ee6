"""Drafts: begun, saved by themselves, thrown away. Nobody but their author ever sees them.

A draft leaves no entry in the audit record: nothing has been said yet.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.contributions.attachments.keeping import forget_files
from placet.stages.contributions.cleaning import clean_line, clean_paragraphs
from placet.stages.contributions.models import (
    BODY_MAX_LENGTH,
    SUMMARY_MAX_LENGTH,
    TITLE_MAX_LENGTH,
    Call,
    Contribution,
    Draft,
)
from placet.stages.contributions.permissions import is_author
from placet.stages.mandates.models import Constituency, Member, Organisation, Priority, Reflection
from placet.stages.mandates.organisations import require_representative
from placet.stages.mandates.participation import participant_for
from placet.stages.mandates.permissions import Actor
from placet.stages.mandates.permissions import may_see as may_see_reflection
from placet.stages.people.actions import clean_name
from placet.stages.people.models import Account
from placet.stages.texts.languages import CONTENT_LANGUAGES
from placet.stages.texts.models import TextVersion

DRAFTS_AT_ONCE = 10
WRITTEN_KINDS = (
    Contribution.Kind.IDEA,
    Contribution.Kind.SOLUTION,
    Contribution.Kind.POSITION_PAPER,
)
REVISED_STATES = (Contribution.State.SUBMITTED, Contribution.State.PUBLISHED, Contribution.State.REJECTED)


@dataclass(frozen=True, slots=True)
class Words:
    """What a contribution says, as it is being written; each part may still be empty."""

    language: str
    title: str = ""
    summary: str = ""
    body: str = ""

    def cleaned(self) -> "Words":
        """The same as it is kept.

        Raises
        ------
        ValidationError
            Where a part is too long, or the language is unknown.
        """
        if self.language not in CONTENT_LANGUAGES:
            raise ValidationError({"language": _("Choose the language in which you write.")})
        clean = replace(
            self,
            title=clean_line(self.title),
            summary=clean_paragraphs(self.summary),
            body=clean_paragraphs(self.body),
        )
        limits = {"title": TITLE_MAX_LENGTH, "summary": SUMMARY_MAX_LENGTH, "body": BODY_MAX_LENGTH}
        for name, limit in limits.items():
            if len(getattr(clean, name)) > limit:
                raise ValidationError({name: _("At most %(limit)d characters.") % {"limit": limit}})
        return clean


@dataclass(frozen=True, slots=True)
class WritingFrame:
    """What is said about a contribution beside its words. Once it is submitted, this stays as it is."""

    kind: str
    signature: str = ""
    organisation: Organisation | None = None
    member: Member | None = None
    constituency: Constituency | None = None
    priority: Priority | None = None
    call: Call | None = None


class DraftConflictError(ValidationError):
    """Another window has saved meanwhile. Nothing was overwritten; ``draft`` is what stands saved."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(_("This draft was saved in another window meanwhile. Both are shown: choose."))
        self.draft = draft


@transaction.atomic
def begin_draft(
    actor: Actor, reflection: Reflection, words: Words, frame: WritingFrame, *, client_key: UUID
) -> Contribution:
    """Begin a contribution that its author alone sees; the same key begins the same one.

    Raises
    ------
    PermissionDenied
        Without an account, or in the name of an organisation for which the account does not act.
    ValidationError
        Where the reflection takes no contributions, ten drafts wait already, or something is too long.
    """
    account = _require_writer(actor, reflection)
    participant = participant_for(account, reflection)
    if existing := Contribution.objects.filter(author=participant, client_key=client_key).first():
        if hasattr(existing, "draft"):
            _write(existing.draft, words.cleaned())
        return existing
    _check_frame(account, reflection, frame)
    clean = words.cleaned()
    own = Contribution.objects.filter(author=participant, state=Contribution.State.DRAFT)
    if own.count() >= DRAFTS_AT_ONCE:
        raise ValidationError(
            _("You have %(limit)d drafts: submit or delete one of them first.") % {"limit": DRAFTS_AT_ONCE}
        )
    contribution = Contribution.objects.create(
        reflection=reflection, author=participant, client_key=client_key, **_columns(frame)
    )
    Draft.objects.create(contribution=contribution, saved_at=timezone.now(), **_parts(clean))
    return contribution


@transaction.atomic
def save_draft(
    actor: Actor,
    contribution: Contribution,
    words: Words,
    frame: WritingFrame | None = None,
    *,
    number: int,
) -> Draft:
    """Keep what is written so far.

    Parameters
    ----------
    frame : WritingFrame or None
        None leaves what is said beside the words; once submitted, it stays in any case.
    number : int
        Of the save that the writer's window knows of.

    Raises
    ------
    Http404
        For everybody but the author, and where no draft is open.
    DraftConflictError
        Where another window has saved something else since then.
    """
    account = require_author(actor, contribution)
    _require_writer(account, contribution.reflection)
    current = _locked(contribution)
    draft = _open_draft(current)
    clean = words.cleaned()
    if draft.number != number and _words_of(draft) != clean:
        raise DraftConflictError(draft)
    if frame is not None and current.state == Contribution.State.DRAFT:
        _check_frame(account, current.reflection, frame)
        Contribution.objects.filter(pk=current.pk).update(**_columns(frame))
    if draft.number == number:
        _write(draft, clean)
    return draft


@transaction.atomic
def begin_revision(actor: Actor, contribution: Contribution) -> Draft:
    """Open what was submitted for its author to change; what others see stays until it is submitted again.

    Raises
    ------
    Http404
        For everybody but the author.
    ValidationError
        Where it is withdrawn, or its call takes no changes any more.
    """
    account = require_author(actor, contribution)
    _require_writer(account, contribution.reflection)
    current = _locked(contribution)
    if draft := Draft.objects.filter(contribution=current).first():
        return draft
    if current.state not in REVISED_STATES:
        raise ValidationError(_("What is withdrawn is not changed: undo that first."))
    require_open_call(current.call)
    bodies = current_bodies(current)
    return Draft.objects.create(
        contribution=current,
        language=current.title.language if current.title else current.reflection.languages[0],
        title=bodies["title"],
        summary=bodies["summary"],
        body=bodies["body"],
        saved_at=timezone.now(),
    )


@transaction.atomic
def discard_draft(actor: Actor, contribution: Contribution) -> bool:
    """Throw a draft away: with everything where it was never submitted, else what was changed since.

    Returns
    -------
    bool
        Whether the contribution itself is gone.
    """
    require_author(actor, contribution)
    current = _locked(contribution)
    if current.state != Contribution.State.DRAFT:
        forget_files(current.attachments.filter(is_published=False))
        Draft.objects.filter(contribution=current).delete()
        return False
    erase_draft(current)
    return True


def erase_draft(contribution: Contribution) -> None:
    """Delete what was never submitted, with its files; in the transaction of whoever calls."""
    forget_files(contribution.attachments.all())
    contribution.delete()


def require_author(actor: Actor, contribution: Contribution) -> Account:
    """The account, where it wrote the contribution; Http404 for everybody else."""
    if isinstance(actor, Account) and actor.is_active and is_author(actor, contribution):
        return actor
    raise Http404


def require_open_call(call: Call | None) -> None:
    """Refuse what would change the entries of a call that takes none any more.

    Raises
    ------
    ValidationError
    """
    if call is None:
        return
    now = timezone.now()
    if call.state != Call.State.OPEN or not call.opens_at <= now < call.closes_at:
        raise ValidationError(_("The call takes no contributions now."), code="closed")


def current_bodies(contribution: Contribution) -> dict[str, str]:
    """What the last revision says, in the original: ``title``, ``summary`` and ``body``."""
    last = contribution.revisions.select_related("title", "summary", "body").order_by("-number").first()
    parts: dict[str, TextVersion | None] = {
        "title": last.title if last else None,
        "summary": last.summary if last else None,
        "body": last.body if last else None,
    }
    return {name: version.body if version else "" for name, version in parts.items()}


def _require_writer(actor: Actor, reflection: Reflection) -> Account:
    if not isinstance(actor, Account) or not actor.is_active:
        raise PermissionDenied(_("Sign in to contribute."))
    if not may_see_reflection(actor, reflection):
        raise Http404
    if reflection.state != Reflection.State.PUBLISHED:
        raise ValidationError(_("This reflection takes no contributions now."))
    return actor


def _check_frame(account: Account, reflection: Reflection, frame: WritingFrame) -> None:
    if frame.kind not in WRITTEN_KINDS:
        raise ValidationError({"kind": _("Choose what kind of contribution it is.")})
    belonging = (frame.organisation, frame.member, frame.constituency, frame.priority, frame.call)
    if any(each is not None and each.reflection_id != reflection.pk for each in belonging):
        raise ValidationError(_("That belongs to another reflection."))
    if frame.organisation is not None:
        require_representative(account, frame.organisation)
    if frame.call is not None and frame.call.state == Call.State.DRAFT:
        raise ValidationError({"call": _("The call takes no contributions now.")})


def _columns(frame: WritingFrame) -> dict[str, object]:
    return {
        "kind": frame.kind,
        "signature": clean_name(frame.signature),
        "organisation": frame.organisation,
        "member": frame.member,
        "constituency": frame.constituency,
        "priority": frame.priority,
        "call": frame.call,
    }


def _parts(words: Words) -> dict[str, str]:
    return {
        "language": words.language,
        "title": words.title,
        "summary": words.summary,
        "body": words.body,
    }


def _words_of(draft: Draft) -> Words:
    return Words(draft.language, draft.title, draft.summary, draft.body)


def _write(draft: Draft, words: Words) -> None:
    """Keep words that differ under the next number."""
    if _words_of(draft) == words:
        return
    for name, value in _parts(words).items():
        setattr(draft, name, value)
    draft.number += 1
    draft.saved_at = timezone.now()
    draft.save()


def _locked(contribution: Contribution) -> Contribution:
    return (
        Contribution.objects.select_for_update(of=("self",))
        .select_related("reflection", "call", "title")
        .get(pk=contribution.pk)
    )


def _open_draft(contribution: Contribution) -> Draft:
    draft = Draft.objects.filter(contribution=contribution).first()
    if draft is None:
        raise Http404
    return draft
