"""Faulty exports and hostile archives: refused with their place, and nothing stays."""

import io
import zipfile
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from placet.stages.consultations import uploads
from placet.stages.consultations.models import Ballot, Statement, VoteImport
from placet.stages.mandates.models import Participant
from placet.stages.record.models import AuditEntry
from tests.stages.consultations.exports import (
    COMMENTS,
    EXPORT,
    VOTES,
    changed,
    form_data,
    imported,
    zipped,
)
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db


@pytest.fixture
def small() -> SmallReflection:
    return SmallReflection()


HOSTILE = {
    "missing column": (changed("votes.csv", "voter-id", "voter"), 'votes.csv, line 1, column "voter-id"'),
    "bad vote": (changed("votes.csv", "1,10,-1", "1,10,2"), 'votes.csv, line 4, column "vote"'),
    "duplicate statement": (changed("comments.csv", "x,2,10", "x,0,10"), "each identifier once"),
    "duplicate participant": (changed("participants-votes.csv", "11,0,1", "10,0,1"), "each identifier once"),
    "contradicting counts": (changed("participants-votes.csv", "10,0,2,2,1,1", "10,0,2,2,9,9"), "n-agree"),
    "not UTF-8": (zipped(EXPORT | {"comments.csv": COMMENTS.encode("utf-16")}), "UTF-8"),
    "empty file": (zipped(EXPORT | {"votes.csv": ""}), "empty file"),
    "no votes": (zipped({"comments.csv": COMMENTS}), "votes.csv"),
    "header only": (zipped({"votes.csv": VOTES.splitlines()[0]}), "at least one vote"),
    "ragged": (changed("votes.csv", "x,0,10,1", "x,0,10"), "5 cells"),
    "huge number": (changed("votes.csv", "x,0,10,1", f"x,0,{'9' * 40},1"), "voter-id"),
    "not a number": (changed("votes.csv", "x,0,10,1", "x,0,=cmd,1"), "voter-id"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_faulty_export_is_refused_with_its_place_and_leaves_nothing(
    small: SmallReflection, case: str, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    content, expected = HOSTILE[case]
    before = (Statement.objects.count(), Participant.objects.count(), Ballot.objects.count())
    with django_capture_on_commit_callbacks(execute=True):
        failed = imported(small, content)
    assert failed.state == "failed"
    assert expected in failed.error
    assert "Traceback" not in failed.error
    assert "/tmp" not in failed.error
    assert (Statement.objects.count(), Participant.objects.count(), Ballot.objects.count()) == before
    assert not failed.file
    assert AuditEntry.objects.filter(action="consultations.fail_import").count() == 1


def bomb() -> bytes:
    """Declares one byte, unpacks to far more than allowed."""
    packed = zipped({"votes.csv": b"0" * 3_000_000})
    size = (3_000_000).to_bytes(4, "little")
    return packed.replace(size, (1).to_bytes(4, "little"))


def locked() -> bytes:
    """An archive whose member says that it is encrypted."""
    data = bytearray(zipped({"votes.csv": VOTES}))
    data[6] |= 1
    data[data.find(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def crowded() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"{number}.txt", "")
    return packed.getvalue()


ARCHIVES: dict[str, tuple[bytes, str]] = {
    "not an archive": (b"PK is all that it says", "not a zip archive"),
    "empty": (b"", "empty"),
    "cut off": (zipped(EXPORT)[:-60], "archive"),
    "nothing known": (zipped({"readme.txt": "x", "votes.csv.exe": "x"}), "none of the files"),
    "the same name twice": (zipped({"a/votes.csv": VOTES, "b/votes.csv": VOTES}), "several files named"),
    "declared too large": (zipped({"votes.csv": b"0" * 3_000_000}), "larger than"),
    "too many files": (crowded(), "too many files"),
}


@pytest.mark.parametrize("case", ARCHIVES)
def test_a_hostile_archive_is_refused_on_upload(
    small: SmallReflection, client: Client, settings: Settings, case: str
) -> None:
    settings.IMPORT_MAX_BYTES = 2_000_000
    content, expected = ARCHIVES[case]
    client.force_login(small.secretariat)
    address = reverse("consultations:import", args=[small.consultation.reference])
    response = client.post(
        address, form_data(client, address) | {"export": SimpleUploadedFile("e.zip", content)}
    )
    assert response.status_code == 422
    assert expected in response.content.decode()
    assert not VoteImport.objects.exists()


@pytest.mark.parametrize(
    ("content", "expected"), [(bomb(), "archive"), (locked(), "damaged")], ids=["bomb", "locked"]
)
def test_an_archive_that_lies_is_refused_when_it_is_unpacked(
    small: SmallReflection, settings: Settings, content: bytes, expected: str
) -> None:
    settings.IMPORT_MAX_BYTES = 2_000_000
    failed = imported(small, content)
    assert failed.state == "failed"
    assert expected in failed.error


def test_unpacking_stops_at_the_limit(tmp_path: Path, settings: Settings) -> None:
    source = tmp_path / "upload"
    source.write_bytes(zipped({"votes.csv": VOTES, "comments.csv": b"x" * 100_000}))
    settings.IMPORT_MAX_BYTES = 200_000
    assert {file.name for file in uploads.unpack(source, tmp_path / "a").iterdir()} == {
        "votes.csv",
        "comments.csv",
    }
    settings.IMPORT_MAX_BYTES = 50_000
    with pytest.raises(ValidationError, match="larger"):
        uploads.unpack(source, tmp_path / "b")


def test_names_in_an_archive_are_no_paths(small: SmallReflection, tmp_path: Path) -> None:
    hostile = {f"../../{name}": content for name, content in EXPORT.items()}
    hostile |= {"/etc/passwd": "x", "..\\..\\evil.csv": "x"}
    source = tmp_path / "upload"
    source.write_bytes(zipped(hostile))
    folder = uploads.unpack(source, tmp_path / "inside" if (tmp_path / "inside").mkdir() else tmp_path / "in")
    assert sorted(file.name for file in folder.iterdir()) == sorted(EXPORT)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["in", "inside", "upload"]
    assert imported(small, zipped(hostile), name="../../../x/../export.zip").file_name == "export.zip"
