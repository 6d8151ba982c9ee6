"""Files beside a dialogue: what is kept, who downloads it, and how it is served."""

import io
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from placet.stages.contributions.attachments.checking import CheckedFile, checked_file
from placet.stages.dialogues import materials
from placet.stages.dialogues.models import Dialogue, HouseRule, Material
from tests.stages.dialogues.coming import signed_in, url
from tests.stages.dialogues.meetings import SmallDialogue
from tests.stages.pages import filled
from tests.stages.reflections import NOBODY, SmallReflection

pytestmark = pytest.mark.django_db

TITLE = {"en": "Slides", "fr": "Diapositives"}


@pytest.fixture
def small() -> SmallReflection:
    return SmallReflection()


@pytest.fixture
def meeting(small: SmallReflection) -> SmallDialogue:
    return SmallDialogue(small)


def picture(colour: str = "navy", name: str = "../a picture.png") -> SimpleUploadedFile:
    written = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(written, "PNG")
    return SimpleUploadedFile(name, written.getvalue())


@pytest.fixture(scope="module")
def checked() -> CheckedFile:
    return checked_file(picture())


def added(meeting: SmallDialogue, checked: CheckedFile) -> Material:
    return materials.add_material(meeting.representative, meeting.dialogue, TITLE, checked)


def upload(meeting: SmallDialogue, client: Client, **changes: object) -> Any:
    form = client.get(url("add-material", meeting)).context["form"]
    return client.post(url("add-material", meeting), filled(form, **changes))


def test_a_file_is_added_through_the_page_and_downloaded_by_anybody(meeting: SmallDialogue) -> None:
    client = signed_in(meeting.representative)
    answer = upload(meeting, client, title_en="Slides", file=picture())
    assert answer["Location"] == url("materials", meeting)
    material = Material.objects.get()
    assert "a picture" in client.get(url("materials", meeting)).content.decode()
    assert "picture" not in (material.file.name or "")
    download = Client().get(url("material", meeting, material.pk))
    assert download.status_code == 200
    assert download["Content-Disposition"].startswith("attachment")
    assert download["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in download["Content-Security-Policy"]
    assert ".." not in download["Content-Disposition"]


@pytest.mark.parametrize(
    "content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"MZ\x90\x00", b"<html><script>1</script>"]
)
def test_what_is_no_document_and_no_image_is_refused(meeting: SmallDialogue, content: bytes) -> None:
    client = signed_in(meeting.representative)
    answer = upload(meeting, client, title_en="Slides", file=SimpleUploadedFile("slides.pdf", content))
    assert answer.status_code == 422
    assert not Material.objects.exists()


def test_the_same_file_twice_is_one(meeting: SmallDialogue, checked: CheckedFile) -> None:
    assert added(meeting, checked).pk == added(meeting, checked).pk
    assert Material.objects.count() == 1


def test_who_may_not_add_nor_remove(
    small: SmallReflection, meeting: SmallDialogue, checked: CheckedFile
) -> None:
    material = added(meeting, checked)
    for who in (NOBODY, small.accounts["moderator"], small.accounts["participant"]):
        with pytest.raises(PermissionDenied):
            materials.add_material(who, meeting.dialogue, TITLE, checked)
        with pytest.raises(PermissionDenied):
            materials.remove_material(who, material)


def test_a_title_in_the_working_language_and_a_bound(meeting: SmallDialogue, checked: CheckedFile) -> None:
    with pytest.raises(ValidationError):
        materials.add_material(meeting.representative, meeting.dialogue, {"fr": "Diapositives"}, checked)
    for number in range(materials.MATERIALS_LIMIT):
        row = CheckedFile(f"{number}.png", checked.kind, checked.content + bytes([number]))
        added(meeting, row)
    with pytest.raises(ValidationError):
        added(meeting, checked)


def test_a_closed_dialogue_keeps_no_files_and_gives_none_out(
    meeting: SmallDialogue, checked: CheckedFile
) -> None:
    material = added(meeting, checked)
    Dialogue.objects.update(house_rule=HouseRule.CLOSED, state=Dialogue.State.ENDED)
    meeting.dialogue.refresh_from_db()
    with pytest.raises(ValidationError):
        materials.add_material(meeting.representative, meeting.dialogue, TITLE, checked)
    for client in (Client(), signed_in(meeting.representative)):
        assert client.get(url("material", meeting, material.pk)).status_code == 404
    assert materials.material_views(meeting.dialogue, "en") == []


def test_files_of_a_draft_are_for_those_who_hold_it(meeting: SmallDialogue, checked: CheckedFile) -> None:
    material = added(meeting, checked)
    Dialogue.objects.update(state=Dialogue.State.DRAFT)
    address = url("material", meeting, material.pk)
    assert Client().get(address).status_code == 404
    assert signed_in(meeting.representative).get(address).status_code == 200


def test_removing_deletes_the_file(
    meeting: SmallDialogue, checked: CheckedFile, django_capture_on_commit_callbacks: Any
) -> None:
    material = added(meeting, checked)
    storage, name = material.file.storage, material.file.name or ""
    client = signed_in(meeting.representative)
    address = url("remove-material", meeting, material.pk)
    assert client.get(address).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(address).status_code == 302
    assert not storage.exists(name)
    assert not Material.objects.exists()
    assert client.post(address).status_code == 404
    other = meeting.add_dialogue()
    assert (
        client.get(
            url("material", meeting, material.pk).replace(meeting.dialogue.reference, other.reference)
        ).status_code
        == 404
    )


@pytest.mark.parametrize("count", [1, 12])
def test_the_page_takes_as_many_queries_however_many_files(
    meeting: SmallDialogue, checked: CheckedFile, count: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(count):
        added(meeting, CheckedFile(f"{number}.png", checked.kind, checked.content + bytes([number])))
    with django_assert_max_num_queries(3):
        assert len(materials.material_views(meeting.dialogue, "fr")) == count
