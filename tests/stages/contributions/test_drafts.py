"""Drafts: begun once, saved by themselves, never overwritten by a window that is behind, thrown away."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.http import Http404

from placet.stages.contributions.attachments.checking import checked_file
from placet.stages.contributions.attachments.keeping import attach
from placet.stages.contributions.drafts import (
    DRAFTS_AT_ONCE,
    DraftConflictError,
    Words,
    WritingFrame,
    begin_draft,
    begin_revision,
    discard_draft,
    save_draft,
)
from placet.stages.contributions.erasing import forget_erased_authors
from placet.stages.contributions.models import Attachment, Contribution, Draft
from placet.stages.contributions.permissions import find_contribution, find_own_contribution, may_see
from placet.stages.mandates.models import Member, Reflection
from placet.stages.people.actions import erase_account
from placet.stages.record.models import AuditEntry
from tests.stages.contributions.files import pdf, uploaded
from tests.stages.contributions.writing import SmallContributions
from tests.stages.reflections import NOBODY

pytestmark = pytest.mark.django_db
IDEA = WritingFrame("idea")


@pytest.fixture
def world() -> SmallContributions:
    return SmallContributions()


def begun(world: SmallContributions, title: str = "A bridge", **frame: object) -> Contribution:
    words = Words("en", title, "", "It is long.")
    return begin_draft(
        world.author,
        world.reflection,
        words,
        WritingFrame("idea", **frame),  # type: ignore[arg-type]
        client_key=uuid4(),
    )


def test_a_draft_is_begun_once_and_seen_by_its_author_alone(world: SmallContributions) -> None:
    key = uuid4()
    n_entries = AuditEntry.objects.count()
    first = begin_draft(world.author, world.reflection, Words("en", "A"), IDEA, client_key=key)
    again = begin_draft(world.author, world.reflection, Words("en", "AB"), IDEA, client_key=key)
    assert first == again
    assert (again.draft.title, again.draft.number, again.reference, again.title_id) == ("AB", 2, "", None)
    assert AuditEntry.objects.count() == n_entries
    assert may_see(world.author, first)
    for other in (NOBODY, world.moderator, world.secretariat, world.another()):
        assert not may_see(other, first)
        with pytest.raises(Http404):
            find_own_contribution(first.pk, other)
    with pytest.raises(Http404):
        find_contribution("", world.author)


def test_what_is_typed_is_cleaned(world: SmallContributions) -> None:
    contribution = begin_draft(
        world.author,
        world.reflection,
        Words("en", " A\u202e\x00 bridge\n", "", "One.\r\n\r\n\r\n\r\nTwo.\x07 \n"),
        IDEA,
        client_key=uuid4(),
    )
    assert (contribution.draft.title, contribution.draft.body) == ("A bridge", "One.\n\nTwo.")


def test_a_late_save_from_another_window_does_not_win(world: SmallContributions) -> None:
    contribution = begun(world)
    assert save_draft(world.author, contribution, Words("en", "Window one"), number=1).number == 2
    with pytest.raises(DraftConflictError) as refused:
        save_draft(world.author, contribution, Words("en", "Window two"), number=1)
    assert refused.value.draft.title == "Window one"
    assert Draft.objects.get().title == "Window one"
    # The same once more, because its answer was lost on the way: no conflict, and no further number.
    assert save_draft(world.author, contribution, Words("en", "Window one"), number=1).number == 2
    # Having seen both, the writer may overwrite.
    assert save_draft(world.author, contribution, Words("en", "Window two"), number=2).title == "Window two"


def test_refusals(world: SmallContributions) -> None:
    contribution = begun(world)
    with pytest.raises(Http404):
        save_draft(world.moderator, contribution, Words("en", "Mine now"), number=1)
    with pytest.raises(ValidationError, match="At most 160"):
        save_draft(world.author, contribution, Words("en", "x" * 161), number=1)
    with pytest.raises(ValidationError, match="language"):
        save_draft(world.author, contribution, Words("tlh", "x"), number=1)
    with pytest.raises(PermissionDenied):
        save_draft(
            world.author,
            contribution,
            Words("en"),
            WritingFrame("idea", organisation=world.organisation),
            number=1,
        )
    with pytest.raises(ValidationError, match="kind"):
        save_draft(world.author, contribution, Words("en"), WritingFrame("recommendation"), number=1)
    with pytest.raises(PermissionDenied):
        begin_draft(NOBODY, world.reflection, Words("en"), IDEA, client_key=uuid4())


def test_what_belongs_to_another_reflection_is_refused(world: SmallContributions) -> None:
    other = SmallContributions(slug="other", prefix="OTHER")
    foreign = Member.objects.filter(reflection=other.reflection).first()
    with pytest.raises(ValidationError, match="another reflection"):
        begun(world, member=foreign)


def test_there_is_an_end_to_drafts(world: SmallContributions) -> None:
    for _number in range(DRAFTS_AT_ONCE):
        begun(world)
    with pytest.raises(ValidationError, match="10 drafts"):
        begun(world)


def test_a_closed_reflection_takes_no_draft(world: SmallContributions) -> None:
    world.reflection.state = Reflection.State.CLOSED
    world.reflection.save()
    with pytest.raises(ValidationError, match="no contributions now"):
        begun(world)


def test_a_revision_begins_from_what_was_said_last(world: SmallContributions) -> None:
    contribution = world.contribution(title="Le pont", language="fr")
    draft = begin_revision(world.author, contribution)
    assert (draft.language, draft.title, draft.body) == ("fr", "Le pont", "It is long.\n\nIt is wide.")
    assert begin_revision(world.author, contribution).pk == draft.pk
    with pytest.raises(Http404):
        begin_revision(world.moderator, contribution)
    with pytest.raises(ValidationError, match="withdrawn"):
        begin_revision(world.author, world.contribution("withdrawn"))


def test_beside_the_words_nothing_changes_once_it_was_submitted(world: SmallContributions) -> None:
    contribution = world.contribution()
    begin_revision(world.author, contribution)
    save_draft(world.author, contribution, Words("en", "New"), WritingFrame("paper", signature="X"), number=1)
    contribution.refresh_from_db()
    assert (contribution.kind, contribution.signature) == ("idea", "")


def test_discarding_deletes_a_draft_with_its_files(
    world: SmallContributions, django_capture_on_commit_callbacks: object
) -> None:
    contribution = begun(world)
    attachment = attach(world.author, contribution, checked_file(uploaded(pdf())))
    name = attachment.file.name or ""
    assert default_storage.exists(name)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert discard_draft(world.author, contribution)
    assert not default_storage.exists(name)
    assert not Contribution.objects.exists()


def test_discarding_a_revision_leaves_what_was_submitted(world: SmallContributions) -> None:
    contribution = world.contribution()
    begin_revision(world.author, contribution)
    attach(world.author, contribution, checked_file(uploaded(pdf())))
    assert not discard_draft(world.author, contribution)
    assert not Draft.objects.exists()
    assert not Attachment.objects.exists()
    assert Contribution.objects.get().state == "published"


def test_erasing_an_account_takes_its_drafts_files_and_name(
    world: SmallContributions, django_capture_on_commit_callbacks: object
) -> None:
    draft = begun(world)
    name = attach(world.author, draft, checked_file(uploaded(pdf()))).file.name or ""
    signed = world.contribution(signature="Ada Lovelace")
    begin_revision(world.author, signed)
    stays = world.contribution(author=world.small.participant(), signature="No account")
    assert forget_erased_authors() == 0
    erase_account(world.author)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert forget_erased_authors() == 2
    assert not Draft.objects.exists()
    assert not default_storage.exists(name)
    signed.refresh_from_db()
    stays.refresh_from_db()
    assert (signed.state, signed.signature, stays.signature) == ("published", "", "No account")
    assert may_see(NOBODY, signed)
    assert forget_erased_authors() == 0
