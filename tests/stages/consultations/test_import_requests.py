"""An import from request to result: who may, what becomes of its file, its pages."""

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from placet.stages.consultations.actions import close_consultation
from placet.stages.consultations.imports import may_retry, request_import, retry_import, run_import
from placet.stages.consultations.models import Ballot, Statement, VoteImport
from placet.stages.mandates.models import Role
from placet.stages.record.models import AuditEntry
from tests.stages.consultations.exports import EXPORT, changed, form_data, imported, zipped
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db


@pytest.fixture
def small() -> SmallReflection:
    return SmallReflection()


def test_the_file_goes_once_it_is_imported(
    small: SmallReflection, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    file = SimpleUploadedFile("export.zip", zipped(EXPORT))
    made = request_import(small.secretariat, small.consultation, [file], language="en", flips_signs=False)
    stored = str(made.file.name)
    assert default_storage.exists(stored)
    with django_capture_on_commit_callbacks(execute=True):
        run_import(made.pk)
    assert not default_storage.exists(stored)
    entry = AuditEntry.objects.get(action="consultations.finish_import")
    assert entry.detail["n_ballots"] == 5
    assert entry.detail["digest"].startswith("sha256:")


def test_a_worker_that_comes_back_does_nothing_twice(small: SmallReflection) -> None:
    done = imported(small)
    run_import(done.pk)
    done.refresh_from_db()
    assert (done.state, done.ballot_count) == ("done", 5)


def test_our_own_fault_keeps_the_file_for_another_try(
    small: SmallReflection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def burst(*_args: object) -> int:
        raise ZeroDivisionError

    file = SimpleUploadedFile("export.zip", zipped(EXPORT))
    made = request_import(small.secretariat, small.consultation, [file], language="en", flips_signs=False)
    with monkeypatch.context() as patch:
        patch.setattr("placet.stages.consultations.imports.writing.append_ballots", burst)
        with pytest.raises(ZeroDivisionError):
            run_import(made.pk)
    made.refresh_from_db()
    assert made.state == "failed"
    assert not Statement.objects.exclude(foreign_id="").exists()
    assert may_retry(made)
    retry_import(small.secretariat, made)
    run_import(made.pk)
    made.refresh_from_db()
    assert (made.state, made.ballot_count) == ("done", 5)
    with pytest.raises(ValidationError):
        retry_import(small.secretariat, made)


@pytest.mark.parametrize("who", [*(role for role in Role.values if role != Role.SECRETARIAT), "stranger"])
def test_only_the_secretariat_imports(small: SmallReflection, who: str) -> None:
    file = SimpleUploadedFile("export.zip", zipped(EXPORT))
    with pytest.raises(PermissionDenied):
        request_import(small.accounts[who], small.consultation, [file], language="en", flips_signs=False)


def test_a_role_lost_meanwhile_stops_the_import(small: SmallReflection) -> None:
    file = SimpleUploadedFile("export.zip", zipped(EXPORT))
    made = request_import(small.secretariat, small.consultation, [file], language="en", flips_signs=False)
    made.requested_by = small.accounts["stranger"]
    made.save()
    run_import(made.pk)
    made.refresh_from_db()
    assert made.state == "failed"
    assert not Ballot.objects.exists()


def test_a_closed_consultation_takes_no_import(small: SmallReflection) -> None:
    file = SimpleUploadedFile("export.zip", zipped(EXPORT))
    made = request_import(small.secretariat, small.consultation, [file], language="en", flips_signs=False)
    close_consultation(small.secretariat, small.consultation)
    with pytest.raises(ValidationError, match="final"):
        request_import(small.secretariat, small.consultation, [file], language="en", flips_signs=False)
    run_import(made.pk)
    made.refresh_from_db()
    assert made.state == "failed"


def test_the_pages_from_upload_to_result(
    small: SmallReflection,
    client: Client,
    run_tasks: Callable[[], int],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    client.force_login(small.secretariat)
    address = reverse("consultations:import", args=[small.consultation.reference])
    data = form_data(client, address)

    def post() -> str:
        upload = SimpleUploadedFile("<b>export.zip", zipped(EXPORT))
        with django_capture_on_commit_callbacks(execute=True):
            response = client.post(address, data | {"export": upload})
        assert response.status_code == 302, response.content.decode()
        return str(response["Location"])

    state = post()
    waiting = client.get(state, headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 2s"' in waiting
    assert "<html" not in waiting
    assert run_tasks() == 1
    page = client.get(state).content.decode()
    assert "every 2s" not in page
    assert "<b>export" not in page
    assert reverse("sensemaking:manage", args=[small.consultation.reference]) in page
    post()  # the same form again
    assert VoteImport.objects.count() == 1


def test_an_error_is_shown_escaped(small: SmallReflection, client: Client) -> None:
    failed = imported(small, changed("votes.csv", "1,10,-1", "1,10,<script>"))
    client.force_login(small.secretariat)
    address = reverse("consultations:import-state", args=[small.consultation.reference, failed.pk])
    page = client.get(address).content.decode()
    assert "&lt;script&gt;" in page
    assert "1,10,<script>" not in page
