"""Submitting what was written, withdrawing it, and undoing that.

The author is a pseudonym, so the audit entries name no actor: the record must not undo that.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.contributions.attachments.keeping import forget_files
from placet.stages.contributions.drafts import Words, current_bodies, require_author, require_open_call
from placet.stages.contributions.models import Contribution, Draft, Revision
from placet.stages.mandates import references
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.organisations import require_representative
from placet.stages.mandates.participation import declare_belonging
from placet.stages.mandates.permissions import Actor
from placet.stages.record.actions import record
from placet.stages.texts.actions import NewText, create_texts, revise_text
from placet.stages.texts.models import Origin, Text
from placet.stages.texts.queries import originals

WAITING_LIMIT = 10
PARTS = ("title", "summary", "body")


@transaction.atomic
def submit(actor: Actor, contribution: Contribution) -> Contribution:
    """Hand what was written to the moderators; submitted before, it becomes the next revision.

    What was published is shown again once a moderator has looked at the change. Asked twice, the second
    time does nothing.

    Raises
    ------
    Http404
        For everybody but the author.
    PermissionDenied
        Where the account no longer acts for the organisation.
    ValidationError
        Where title or text are missing, the call or the reflection takes nothing now, or many of the
        author's wait for moderation.
    """
    account = require_author(actor, contribution)
    current = (
        Contribution.objects.select_for_update(of=("self",))
        .select_related(
            "reflection", "call", "title", "summary", "body", "author", "organisation__reflection"
        )
        .get(pk=contribution.pk)
    )
    draft = Draft.objects.filter(contribution=current).first()
    if draft is None:
        return current
    words = Words(draft.language, draft.title, draft.summary, draft.body)
    _check(current, words)
    if current.organisation is not None:
        require_representative(account, current.organisation)
    is_first = current.state == Contribution.State.DRAFT
    is_changed = _first_texts(current, words) if is_first else _next_texts(current, words)
    has_new_files = current.attachments.filter(is_published=False, removed_at=None).exists()
    if is_changed or has_new_files:
        _add_revision(current)
    current.attachments.filter(is_published=False).update(is_published=True)
    draft.delete()
    if is_first:
        _declare(current)
        _record("submit", current)
    elif is_changed or has_new_files:
        _record("revise", current, revision=current.revision_count)
    return current


@transaction.atomic
def withdraw(actor: Actor, contribution: Contribution) -> None:
    """Take back what was submitted. It keeps its reference and its text, and says that it is withdrawn.

    Raises
    ------
    Http404
        For everybody but the author.
    ValidationError
        Where moderators rejected it: there is nothing to take back.
    """
    require_author(actor, contribution)
    current = Contribution.objects.select_for_update().get(pk=contribution.pk)
    if current.state == Contribution.State.WITHDRAWN:
        return
    if current.state not in (Contribution.State.SUBMITTED, Contribution.State.PUBLISHED):
        raise ValidationError(_("Only what is published or waits for moderation can be withdrawn."))
    forget_files(current.attachments.filter(is_published=False))
    Draft.objects.filter(contribution=current).delete()
    _set_state(current, Contribution.State.WITHDRAWN)
    _record("withdraw", current)


@transaction.atomic
def restore(actor: Actor, contribution: Contribution) -> None:
    """Undo a withdrawal: published before, it is published again; else moderators look at it first."""
    require_author(actor, contribution)
    current = (
        Contribution.objects.select_for_update(of=("self",)).select_related("call").get(pk=contribution.pk)
    )
    if current.state != Contribution.State.WITHDRAWN:
        return
    require_open_call(current.call)
    was_published = current.published_at is not None
    _set_state(current, Contribution.State.PUBLISHED if was_published else Contribution.State.SUBMITTED)
    _record("restore", current)


def _check(current: Contribution, words: Words) -> None:
    if current.reflection.state != Reflection.State.PUBLISHED:
        raise ValidationError(_("This reflection takes no contributions now."))
    if current.state == Contribution.State.WITHDRAWN:
        raise ValidationError(_("What is withdrawn is not changed: undo that first."))
    require_open_call(current.call)
    words.cleaned()
    if not words.title:
        raise ValidationError({"title": _("Give it a title.")})
    if not words.body:
        raise ValidationError({"body": _("Write your contribution first.")})
    waiting = Contribution.objects.filter(author=current.author, state=Contribution.State.SUBMITTED)
    if waiting.exclude(pk=current.pk).count() >= WAITING_LIMIT:
        raise ValidationError(_("Many of your contributions wait for a moderator: please come back later."))


def _first_texts(current: Contribution, words: Words) -> bool:
    _write_texts(current, words, [name for name in PARTS if getattr(words, name)])
    current.reference = next(references.take_references(current.reflection, references.CONTRIBUTION))
    current.submitted_at = timezone.now()
    return True


def _next_texts(current: Contribution, words: Words) -> bool:
    """Bring the texts to what the draft says; whether anything differs from the last revision."""
    if current_bodies(current) == {name: getattr(words, name) for name in PARTS}:
        return False
    missing = []
    for name in PARTS:
        text: Text | None = getattr(current, name)
        body = getattr(words, name)
        if text is None and body:
            missing.append(name)
        elif text is not None and body:
            revise_text(text, {text.language: body}, author_id=None, origin=Origin.AUTHOR)
        elif text is not None:
            setattr(current, name, None)
    _write_texts(current, words, missing)
    return True


def _write_texts(current: Contribution, words: Words, names: list[str]) -> None:
    new = [
        NewText({words.language: getattr(words, name)}, words.language, None, Origin.AUTHOR) for name in names
    ]
    for name, text in zip(names, create_texts(new), strict=True):
        setattr(current, name, text)


def _add_revision(current: Contribution) -> None:
    """Keep what it says now as the next revision, and send it to the moderators."""
    current.revision_count += 1
    current.state = Contribution.State.SUBMITTED
    current.published_at = None
    current.save()
    texts = {name: getattr(current, f"{name}_id") for name in PARTS}
    said = originals([text_id for text_id in texts.values() if text_id])
    Revision.objects.create(
        contribution=current,
        number=current.revision_count,
        made_at=timezone.now(),
        **{f"{name}_id": said[text_id].version_id for name, text_id in texts.items() if text_id},
    )


def _declare(current: Contribution) -> None:
    """What the author said of member and constituency holds for all that the participant does here."""
    if current.author is not None and (current.member_id or current.constituency_id):
        declare_belonging(current.author, member=current.member, constituency=current.constituency)


def _set_state(current: Contribution, state: Contribution.State) -> None:
    current.state = state
    current.save(update_fields=["state"])


def _record(verb: str, contribution: Contribution, **detail: int) -> None:
    record(
        f"contributions.{verb}",
        target=contribution.reference,
        actor_id=None,
        scope_id=contribution.reflection_id,
        **detail,
    )
