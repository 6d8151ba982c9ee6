"""Submitting, revising, withdrawing: what is kept, who sees it, what cannot be done."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils import timezone

from placet.stages.contributions.attachments.checking import checked_file
from placet.stages.contributions.attachments.keeping import attach
from placet.stages.contributions.drafts import Words, WritingFrame, begin_draft, begin_revision, save_draft
from placet.stages.contributions.models import Call, Contribution, Draft, Revision
from placet.stages.contributions.permissions import find_contribution, may_see
from placet.stages.contributions.submitting import WAITING_LIMIT, restore, submit, withdraw
from placet.stages.mandates.models import Member, Representative
from placet.stages.record.models import AuditEntry
from placet.stages.texts.actions import create_text
from placet.stages.texts.models import TextVersion
from tests.stages.contributions.files import pdf, uploaded
from tests.stages.contributions.writing import SmallContributions
from tests.stages.reflections import NOBODY

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> SmallContributions:
    return SmallContributions()


def revised(world: SmallContributions, contribution: Contribution, **words: str) -> Contribution:
    draft = begin_revision(world.author, contribution)
    said = {"title": draft.title, "summary": draft.summary, "body": draft.body} | words
    save_draft(world.author, contribution, Words(draft.language, **said), number=draft.number)
    return submit(world.author, contribution)


def test_submitting_gives_texts_a_reference_and_a_first_revision(world: SmallContributions) -> None:
    draft = world.contribution("draft")
    submitted = submit(world.author, draft)
    assert (submitted.reference, submitted.state) == ("SMALL-K-0001", "submitted")
    revision = Revision.objects.get(contribution=submitted)
    assert (revision.number, revision.title.body, revision.body.body) == (
        1,
        "A bridge",
        "It is long.\n\nIt is wide.",
    )
    assert revision.summary is not None
    assert revision.summary.body == "Over a river."
    assert set(TextVersion.objects.filter(text=submitted.title).values_list("author_id", flat=True)) == {None}
    assert not Draft.objects.exists()
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.target, entry.actor_id) == ("contributions.submit", "SMALL-K-0001", None)
    again = submit(world.author, draft)
    assert again.reference == "SMALL-K-0001"
    assert Revision.objects.count() == 1
    for who, sees in (
        (world.author, True),
        (world.moderator, True),
        (NOBODY, False),
        (world.another(), False),
    ):
        assert may_see(who, submitted) is sees


@pytest.mark.parametrize(("missing", "says"), [("title", "title"), ("body", "Write your contribution")])
def test_what_is_empty_is_not_submitted(world: SmallContributions, missing: str, says: str) -> None:
    draft = world.contribution("draft", **{missing: ""})  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match=says):
        submit(world.author, draft)
    assert Draft.objects.exists()


def test_only_the_author_submits(world: SmallContributions) -> None:
    with pytest.raises(Http404):
        submit(world.secretariat, world.contribution("draft"))


def test_who_no_longer_acts_for_the_organisation_does_not_write_for_it(world: SmallContributions) -> None:
    frame = WritingFrame("paper", organisation=world.organisation)
    draft = begin_draft(
        world.representative, world.reflection, Words("en", "A", "", "B"), frame, client_key=uuid4()
    )
    Representative.objects.update(revoked_at=timezone.now())
    with pytest.raises(PermissionDenied):
        submit(world.representative, draft)


def test_a_flood_is_stopped(world: SmallContributions) -> None:
    for _number in range(WAITING_LIMIT):
        world.contribution("submitted")
    with pytest.raises(ValidationError, match="wait for a moderator"):
        submit(world.author, world.contribution("draft"))


def test_belonging_said_here_holds_everywhere(world: SmallContributions) -> None:
    member = Member.objects.get(reflection=world.reflection, code="PL")
    submit(world.author, world.contribution("draft", member=member))
    world.participant.refresh_from_db()
    assert world.participant.member == member


def test_a_change_is_a_revision_that_moderators_see_first(world: SmallContributions) -> None:
    published = world.contribution()
    old_title = published.title
    changed = revised(world, published, title="A tunnel", summary="")
    assert (changed.state, changed.published_at, changed.revision_count) == ("submitted", None, 2)
    assert changed.title == old_title
    assert changed.summary_id is None
    assert not may_see(NOBODY, changed)
    first, second = Revision.objects.order_by("number")
    assert (first.title.body, second.title.body, second.summary) == ("A bridge", "A tunnel", None)
    assert second.body == first.body
    assert TextVersion.objects.get(pk=second.title_id).number == 2
    assert AuditEntry.objects.latest("pk").detail == {"revision": 2}


def test_a_change_of_nothing_is_none(world: SmallContributions) -> None:
    unchanged = revised(world, world.contribution())
    assert (unchanged.state, unchanged.revision_count) == ("published", 1)
    assert not Draft.objects.exists()


def test_a_summary_may_come_later(world: SmallContributions) -> None:
    changed = revised(world, world.contribution(summary=""), summary="Now there is one.")
    assert changed.summary is not None
    assert Revision.objects.get(number=2).summary.text == changed.summary  # type: ignore[union-attr]


def test_a_file_alone_makes_a_revision(world: SmallContributions) -> None:
    contribution = world.contribution()
    begin_revision(world.author, contribution)
    attachment = attach(world.author, contribution, checked_file(uploaded(pdf())))
    changed = submit(world.author, contribution)
    attachment.refresh_from_db()
    assert (changed.state, changed.revision_count, attachment.is_published) == ("submitted", 2, True)


def test_a_rejected_one_may_be_changed_and_sent_again(world: SmallContributions) -> None:
    assert revised(world, world.contribution("rejected"), title="Politer").state == "submitted"


def test_withdrawn_it_keeps_its_page_and_comes_back(world: SmallContributions) -> None:
    contribution = world.contribution()
    begin_revision(world.author, contribution)
    withdraw(world.author, contribution)
    withdraw(world.author, contribution)
    assert find_contribution(contribution.reference, NOBODY).state == "withdrawn"
    assert not Draft.objects.exists()
    restore(world.author, contribution)
    restore(world.author, contribution)
    assert find_contribution(contribution.reference, NOBODY).state == "published"
    actions = AuditEntry.objects.filter(target=contribution.reference).values_list("action", flat=True)
    assert sorted(actions) == ["contributions.restore", "contributions.withdraw"]


def test_withdrawing_shows_nobody_what_was_never_published(world: SmallContributions) -> None:
    contribution = world.contribution("submitted")
    withdraw(world.author, contribution)
    contribution.refresh_from_db()
    assert not may_see(NOBODY, contribution)
    restore(world.author, contribution)
    contribution.refresh_from_db()
    assert contribution.state == "submitted"


def test_a_change_that_was_never_looked_at_is_not_shown_by_withdrawing_it(world: SmallContributions) -> None:
    changed = revised(world, world.contribution(), title="Unread")
    withdraw(world.author, changed)
    changed.refresh_from_db()
    assert not may_see(NOBODY, changed)


def test_what_was_rejected_is_not_withdrawn_and_only_the_author_withdraws(world: SmallContributions) -> None:
    with pytest.raises(ValidationError, match="Only what is published"):
        withdraw(world.author, world.contribution("rejected"))
    with pytest.raises(Http404):
        withdraw(world.secretariat, world.contribution())
    with pytest.raises(Http404):
        restore(world.secretariat, world.contribution("withdrawn"))


def test_entries_of_a_call_stand_once_it_is_closed(world: SmallContributions) -> None:
    now = timezone.now()
    call = Call.objects.create(
        reflection=world.reflection,
        reference="SMALL-CL-0001",
        title=create_text({"en": "A call"}, original="en"),
        description=create_text({"en": "Write."}, original="en"),
        state=Call.State.OPEN,
        opens_at=now - timedelta(days=2),
        closes_at=now + timedelta(days=2),
    )
    draft = world.contribution("draft", call=call)
    entry = submit(world.author, world.contribution("draft", call=call))
    Call.objects.update(closes_at=now - timedelta(days=1))
    for deed in (lambda: submit(world.author, draft), lambda: begin_revision(world.author, entry)):
        with pytest.raises(ValidationError, match="takes no contributions now"):
            deed()


def test_the_words_are_the_authors(world: SmallContributions) -> None:
    submitted = submit(world.author, world.contribution("draft", language="pl"))
    assert submitted.title is not None
    assert submitted.title.language == "pl"
    assert not TextVersion.objects.filter(text=submitted.title, author_id__isnull=False).exists()
