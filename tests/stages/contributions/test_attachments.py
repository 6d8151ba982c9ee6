"""Files beside contributions: kept, removed, read apart, given back to those who may see them."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.http import Http404
from django.utils import timezone

from placet.stages.contributions import tasks
from placet.stages.contributions.attachments import apart, extraction
from placet.stages.contributions.attachments.apart import InspectionError, inspect
from placet.stages.contributions.attachments.checking import checked_file
from placet.stages.contributions.attachments.extraction import read_waiting
from placet.stages.contributions.attachments.keeping import attach, find_attachment, remove_attachment
from placet.stages.contributions.models import Attachment, Contribution
from placet.stages.contributions.submitting import submit
from placet.stages.texts.queries import originals
from tests.stages.contributions.files import docx, image, odt, pdf, uploaded
from tests.stages.contributions.writing import SmallContributions

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> SmallContributions:
    return SmallContributions()


def attached(world: SmallContributions, contribution: Contribution, content: bytes, name: str) -> Attachment:
    return attach(world.author, contribution, checked_file(uploaded(content, name)))


def test_a_file_is_attached_once_under_a_name_of_its_own(world: SmallContributions) -> None:
    draft = world.contribution("draft")
    content = pdf()
    kept = attached(world, draft, content, "../My paper.pdf")
    assert (kept.file_name, kept.kind, kept.size, kept.position) == ("My paper.pdf", "pdf", len(content), 1)
    assert "paper" not in str(kept.file.name)
    assert str(kept.file.name).startswith("attachments/")
    assert attached(world, draft, content, "again.pdf") == kept


def test_refusals(world: SmallContributions) -> None:
    draft = world.contribution("draft")
    for number in range(5):
        attached(world, draft, image(size=(number + 1, 5)), f"{number}.png")
    with pytest.raises(ValidationError, match="At most 5 files"):
        attached(world, draft, pdf(), "sixth.pdf")
    with pytest.raises(ValidationError, match="Open it for changes"):
        attached(world, world.contribution(), pdf(), "late.pdf")
    with pytest.raises(Http404):
        attach(world.moderator, draft, checked_file(uploaded(pdf())))


def test_a_removed_file_is_gone_and_that_it_was_published_stays_known(
    world: SmallContributions, django_capture_on_commit_callbacks: object
) -> None:
    draft = world.contribution("draft")
    published, never = attached(world, draft, pdf(), "a.pdf"), attached(world, draft, docx(), "b.docx")
    Attachment.objects.filter(pk=published.pk).update(is_published=True)
    names = [str(published.file.name), str(never.file.name)]
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        for each in (published, never):
            remove_attachment(world.author, each)
    assert not any(default_storage.exists(name) for name in names)
    (left,) = Attachment.objects.all()
    assert left.removed_at is not None
    assert not left.file
    with pytest.raises(Http404):
        find_attachment(draft, published.pk, of_draft=True)
    with pytest.raises(Http404):
        remove_attachment(world.moderator, published)


def test_what_is_not_submitted_is_on_no_public_page(world: SmallContributions) -> None:
    draft = world.contribution("draft")
    attachment = attached(world, draft, pdf(), "a.pdf")
    with pytest.raises(Http404):
        find_attachment(draft, attachment.pk)
    submit(world.author, draft)
    assert find_attachment(draft, attachment.pk) == attachment
    with pytest.raises(Http404):
        find_attachment(world.contribution(), attachment.pk)


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (pdf("Harbours matter"), "a.pdf", "Harbours matter"),
        (docx("Ports matter.", "So do rails."), "a.docx", "Ports matter.\nSo do rails."),
        (odt("Ports matter."), "a.odt", "Ports matter."),
    ],
    ids=["pdf", "docx", "odt"],
)
def test_texts_are_read_once_it_is_submitted(
    world: SmallContributions, content: bytes, name: str, says: str
) -> None:
    draft = world.contribution("draft")
    attachment = attached(world, draft, content, name)
    assert read_waiting() == 0
    submit(world.author, draft)
    assert read_waiting() == 1
    attachment.refresh_from_db()
    assert attachment.extraction == Attachment.Extraction.DONE
    assert attachment.extracted is not None
    assert says in originals([attachment.extracted.pk])[attachment.extracted.pk].body
    assert read_waiting() == 0


def test_without_text_there_is_nothing_to_read(world: SmallContributions) -> None:
    draft = world.contribution("draft")
    picture, blank = attached(world, draft, image(), "a.png"), attached(world, draft, pdf(" "), "b.pdf")
    assert picture.extraction == Attachment.Extraction.NOTHING
    submit(world.author, draft)
    assert read_waiting() == 1
    blank.refresh_from_db()
    assert (blank.extraction, blank.extracted) == ("nothing", None)


def test_a_file_that_is_too_much_kills_its_own_process_alone(
    world: SmallContributions, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = world.contribution("draft")
    attachment = attached(world, draft, pdf(), "a.pdf")
    submit(world.author, draft)
    monkeypatch.setattr(apart, "SECONDS", 0.001)
    assert read_waiting() == 1
    attachment.refresh_from_db()
    assert attachment.extraction == Attachment.Extraction.FAILED
    monkeypatch.undo()
    with pytest.raises(InspectionError):
        inspect("read", b"PK\x03\x04 no archive")


def test_the_bound_on_memory_holds() -> None:
    program = (
        "from placet.stages.contributions.attachments import inspection; inspection._bind(300_000_000, 5); "
        "bytearray(600_000_000)"
    )
    import subprocess
    import sys

    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert b"MemoryError" in ended.stderr


def test_waiting_files_are_handed_to_the_worker_once(
    world: SmallContributions, run_tasks: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = world.contribution("draft")
    attached(world, draft, pdf(), "a.pdf")
    tasks.enqueue_reading(timezone.now())
    submit(world.author, draft)
    monkeypatch.setattr(extraction, "inspect", lambda job, content: b"Read.\x00")
    for _tick in range(2):
        tasks.enqueue_reading(timezone.now())
    assert run_tasks() == 1  # type: ignore[operator]
    assert Attachment.objects.get().extraction == "done"
    assert run_tasks() == 0  # type: ignore[operator]
