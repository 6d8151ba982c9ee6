"""An import from the upload to the last row: who may, what is shown first, all or nothing, never twice."""

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from placet.stages.contributions.imports import (
    NewCollection,
    cancel_import,
    confirm_import,
    may_retry,
    preview_of,
    read_import,
    request_import,
    retry_import,
    run_import,
)
from placet.stages.contributions.imports.requests import STALE_AFTER
from placet.stages.contributions.models import Collection, Contribution, ContributionImport, Revision
from placet.stages.mandates.models import Reflection, Role
from placet.stages.record.models import AuditEntry
from placet.stages.texts.models import Text, Translation
from placet.stages.texts.queries import all_wordings, wordings
from tests.stages.contributions.import_files import decidim, imported, looked_at, proposal, report, uploaded
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db

TABLE = "number;title/en;title/fr;text/en;text/fr\n{}"


@pytest.fixture
def small() -> SmallReflection:
    return SmallReflection()


def table(*numbers: int, text: str = "Do this.") -> bytes:
    lines = (f"{n};Title {n};Titre {n};{text} Number {n}.;Faites ceci, {n}." for n in numbers)
    return TABLE.format("\n".join(lines)).encode()


def bodies() -> list[tuple[int | None, str]]:
    found = list(Contribution.objects.order_by("number"))
    words = wordings((each.body_id for each in found), "en")
    return [(each.number, words[each.body_id].body) for each in found if each.body_id]


def test_nothing_is_written_before_it_is_confirmed(small: SmallReflection) -> None:
    made = looked_at(small, report(30))
    assert (made.state, made.row_count, made.new_count, made.known_count) == ("ready", 30, 30, 0)
    assert len(preview_of(made)) == 20
    assert preview_of(made)[0].title == "Allies should do thing 1 together"
    assert not Contribution.objects.exists()


def test_a_confirmed_import_is_there_with_numbers_texts_and_revisions(small: SmallReflection) -> None:
    made = imported(small, report(30, sections=[1, 11]))
    assert (made.state, made.new_count, made.done_count) == ("done", 30, 30)
    found = list(Contribution.objects.order_by("number"))
    assert [each.number for each in found] == list(range(1, 31))
    assert [each.reference for each in found] == [f"SMALL-K-{n:04d}" for n in range(1, 31)]
    assert {(each.state, each.kind, each.revision_count) for each in found} == {
        ("published", "recommendation", 1)
    }
    assert Revision.objects.count() == 30
    revision = Revision.objects.get(contribution=found[10])
    assert revision.title.text_id == found[10].title_id
    assert revision.body.body == "Allies should do thing 11 together. They have reasons to."
    assert revision.summary is not None
    assert revision.summary.body == "Section from 11"
    # A list that shows the latest first keeps the order of the report.
    latest = Contribution.objects.order_by("-published_at")
    assert [each.number for each in latest] == list(range(1, 31))
    assert all(each.author_id is None for each in found)


def test_the_record_says_once_what_came_in(
    small: SmallReflection, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        made = imported(small, table(1, 2))
    entry = AuditEntry.objects.get(action="contributions.finish_import")
    assert entry.target == str(made.collection_id)
    assert entry.detail["n_new"] == 2
    assert entry.detail["references"] == ["SMALL-K-0001", "SMALL-K-0002"]
    assert entry.detail["digest"].startswith("sha256:")
    assert not made.file
    assert not default_storage.exists(f"imports/{made.pk}.csv")


def test_a_second_run_adds_nothing_twice_and_a_longer_file_what_is_new(small: SmallReflection) -> None:
    first = imported(small, table(1, 2, 3))
    before = (Contribution.objects.count(), Text.objects.count(), Revision.objects.count())
    again = looked_at(small, table(1, 2, 3), collection=first.collection)
    assert (again.state, again.new_count, again.known_count) == ("ready", 0, 3)
    with pytest.raises(ValidationError, match="nothing to add"):
        confirm_import(small.secretariat, again)
    assert (Contribution.objects.count(), Text.objects.count(), Revision.objects.count()) == before
    longer = imported(small, table(1, 2, 3, 4, 5), collection=first.collection)
    assert (longer.new_count, longer.known_count) == (2, 3)
    assert [number for number, _body in bodies()] == [1, 2, 3, 4, 5]


def test_a_changed_text_is_shown_and_not_overwritten(small: SmallReflection) -> None:
    first = imported(small, table(1, 2))
    again = looked_at(small, table(1, 2, 3, text="Do that."), collection=first.collection)
    (changed,) = [each for each in again.findings if each["code"] == "changed"]
    assert changed["values"] == {"count": 2}
    assert changed["examples"] == ["1: Title 1", "2: Title 2"]
    confirm_import(small.secretariat, again)
    run_import(again.pk)
    assert bodies() == [(1, "Do this. Number 1."), (2, "Do this. Number 2."), (3, "Do that. Number 3.")]


def test_the_same_report_is_not_begun_as_a_second_collection(small: SmallReflection) -> None:
    uploaded(small, table(1), title="NATO 2030")
    with pytest.raises(ValidationError, match="choose it"):
        uploaded(small, table(1), title="nato 2030")
    assert Collection.objects.count() == 1


def test_two_languages_are_an_original_and_a_translation_by_a_person(small: SmallReflection) -> None:
    imported(small, table(1), language="fr")
    found = Contribution.objects.get()
    assert found.title is not None
    assert found.title.language == "fr"
    assert [(each.language, each.body, each.origin) for each in all_wordings(found.title.pk)] == [
        ("fr", "Titre 1", ""),
        ("en", "Title 1", "human"),
    ]


def test_machine_translations_of_decidim_are_marked_as_such(small: SmallReflection) -> None:
    made = imported(small, decidim(proposal(7), proposal(8)))
    assert set(Translation.objects.filter(text_of(made)).values_list("origin", "language")) == {
        ("machine", "fr")
    }
    found = Contribution.objects.get(foreign_id="7")
    assert found.number is None
    assert found.submitted_at is not None
    assert found.submitted_at.isoformat() == "2021-05-01T10:00:00+00:00"
    assert found.body is not None
    assert all_wordings(found.body.pk)[0].body == "First of 7.\n\n• one\n• two"
    made.collection.refresh_from_db()
    assert made.collection.source_url == "https://futureu.example/proposals/"


def text_of(made: ContributionImport) -> object:
    from django.db.models import Q

    own = Contribution.objects.filter(collection=made.collection)
    return Q(version__text__in=own.values("title")) | Q(version__text__in=own.values("body"))


def test_a_file_with_a_fault_leaves_nothing(
    small: SmallReflection, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        made = looked_at(small, table(1, 2) + b"\nx;a;b;c;d")
    assert (made.state, made.fault_count) == ("failed", 1)
    assert made.faults == [{"place": 4, "column": "number", "code": "no-number", "values": {"cell": "x"}}]
    assert not made.file
    assert not may_retry(made)
    with pytest.raises(ValidationError):
        confirm_import(small.secretariat, made)
    assert not Contribution.objects.exists()


def test_what_goes_wrong_in_the_middle_leaves_nothing_and_can_begin_anew(
    small: SmallReflection, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = looked_at(small, table(*range(1, 8)))
    confirm_import(small.secretariat, made)
    texts = Text.objects.count()
    calls = 0

    def burst(*_arguments: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("placet.stages.contributions.imports.writing.WRITTEN_AT_ONCE", 3)
        patch.setattr("placet.stages.contributions.imports.writing._add_revisions", burst)
        with pytest.raises(ZeroDivisionError):
            run_import(made.pk)
    made.refresh_from_db()
    assert made.state == "failed"
    assert Text.objects.count() == texts
    assert not Contribution.objects.exists()
    assert retry_import(small.secretariat, made) is False
    read_import(made.pk)
    made.refresh_from_db()
    assert confirm_import(small.secretariat, made)
    run_import(made.pk)
    assert Contribution.objects.count() == 7


def test_a_worker_that_died_is_followed_by_another_one(small: SmallReflection) -> None:
    made = looked_at(small, table(1))
    confirm_import(small.secretariat, made)
    ContributionImport.objects.filter(pk=made.pk).update(state="running")
    made.refresh_from_db()
    assert not may_retry(made)
    with pytest.raises(ValidationError):
        retry_import(small.secretariat, made)
    ContributionImport.objects.filter(pk=made.pk).update(progressed_at=timezone.now() - 2 * STALE_AFTER)
    assert retry_import(small.secretariat, made) is True
    run_import(made.pk)
    assert Contribution.objects.count() == 1


def test_confirming_twice_writes_once(small: SmallReflection) -> None:
    made = looked_at(small, table(1, 2))
    assert confirm_import(small.secretariat, made)
    assert not confirm_import(small.secretariat, made)
    run_import(made.pk)
    run_import(made.pk)
    assert not confirm_import(small.secretariat, made)
    assert Contribution.objects.count() == 2
    assert AuditEntry.objects.filter(action="contributions.finish_import").count() == 1


@pytest.mark.parametrize("state", ["reading", "ready", "waiting", "running"])
def test_an_import_is_stopped_before_it_is_written(small: SmallReflection, state: str) -> None:
    made = looked_at(small, table(1))
    ContributionImport.objects.filter(pk=made.pk).update(state=state)
    cancel_import(small.secretariat, made)
    cancel_import(small.secretariat, made)
    read_import(made.pk)
    run_import(made.pk)
    made.refresh_from_db()
    assert made.state == "cancelled"
    assert not Contribution.objects.exists()
    assert AuditEntry.objects.filter(action="contributions.cancel_import").count() == 1


def test_what_is_written_can_no_longer_be_stopped(small: SmallReflection) -> None:
    made = imported(small, table(1))
    with pytest.raises(ValidationError, match="no longer"):
        cancel_import(small.secretariat, made)


def test_a_number_that_another_file_took_is_a_fault(small: SmallReflection) -> None:
    first = imported(small, b"id,number,text\na,1,One.")
    again = looked_at(small, b"id,number,text\nb,1,Two.", collection=first.collection)
    assert [each["code"] for each in again.faults] == ["number-taken"]


@pytest.mark.parametrize("who", [*(role for role in Role.values if role != Role.SECRETARIAT), "stranger"])
@pytest.mark.parametrize("deed", [confirm_import, cancel_import, retry_import])
def test_only_the_secretariat_imports(small: SmallReflection, who: str, deed: Callable[..., object]) -> None:
    made = looked_at(small, table(1))
    with pytest.raises(PermissionDenied):
        deed(small.accounts[who], made)
    with pytest.raises(PermissionDenied):
        request_import(
            small.accounts[who],
            small.reflection,
            SimpleUploadedFile("x.csv", table(1)),
            NewCollection({"en": "Other"}, {}),
            kind="idea",
            language="en",
        )


def test_a_role_lost_meanwhile_stops_the_import(small: SmallReflection) -> None:
    made = looked_at(small, table(1))
    confirm_import(small.secretariat, made)
    ContributionImport.objects.filter(pk=made.pk).update(requested_by=small.accounts["stranger"])
    run_import(made.pk)
    made.refresh_from_db()
    assert made.state == "failed"
    assert not Contribution.objects.exists()


def test_a_closed_reflection_takes_nothing_more(small: SmallReflection) -> None:
    made = looked_at(small, table(1))
    confirm_import(small.secretariat, made)
    Reflection.objects.filter(pk=small.reflection.pk).update(state=Reflection.State.CLOSED)
    run_import(made.pk)
    made.refresh_from_db()
    assert (made.state, made.error) == ("failed", "The reflection is closed: its record is final.")
    small.reflection.refresh_from_db()
    with pytest.raises(ValidationError, match="final"):
        uploaded(small, table(2), title="Another")


def test_a_collection_of_another_reflection_is_none(small: SmallReflection) -> None:
    foreign = SmallReflection(slug="foreign", prefix="FORGN")
    theirs = imported(foreign, table(1)).collection
    with pytest.raises(ValidationError):
        uploaded(small, table(1), collection=theirs)


def test_a_simulated_collection_brings_simulated_contributions(small: SmallReflection) -> None:
    Reflection.objects.filter(pk=small.reflection.pk).update(is_simulated=True)
    small.reflection.refresh_from_db()
    imported(small, table(1))
    assert Contribution.objects.get().is_simulated


def test_what_is_too_large_or_of_no_known_format_is_refused_on_upload(
    small: SmallReflection, settings: Settings
) -> None:
    for content, expected in (
        (b"%PDF-1.7 x", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "older format"),
        (b"{\\rtf1 x}", "RTF"),
        (b"PK\x03\x04" + b"x" * 40 + b"xl/workbook.xml", "spreadsheet"),
        (b"PK\x03\x04" + b"x" * 40, "damaged"),
        (b"\x00\x01\x02", "no text"),
        (b"", "no rows"),
        (b"number,text\n", "no rows"),
    ):
        with pytest.raises(ValidationError, match=expected):
            uploaded(small, content)
    settings.ATTACHMENT_MAX_BYTES = 10
    with pytest.raises(ValidationError, match="megabytes"):
        uploaded(small, table(1))
    assert not Collection.objects.exists()
