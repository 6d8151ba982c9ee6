"""Files to attach: honest ones and hostile ones, made as each is needed."""

import io
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, StreamObject, TextStringObject

DOCX_TYPES = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    b'wordprocessingml.document.main+xml"/></Types>'
)


def uploaded(content: bytes, name: str = "paper.pdf") -> SimpleUploadedFile:
    """A file as a form receives it; the browser's idea of its type is never looked at."""
    return SimpleUploadedFile(name, content, content_type="text/html")


def pdf(text: str = "A harbour is an asset.", *, password: str = "", script: str = "") -> bytes:
    """One page that says something."""
    writer = PdfWriter()
    page = writer.add_blank_page(300, 300)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
    )
    stream = StreamObject()
    stream.set_data(f"BT /F1 12 Tf 20 200 Td ({text}) Tj ET".encode("latin-1"))
    page[NameObject("/Contents")] = writer._add_object(stream)
    if script:
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
            {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(script)}
        )
    if password:
        writer.encrypt(password)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def docx(*paragraphs: str) -> bytes:
    """A document with paragraphs."""
    document = Document()
    for paragraph in paragraphs or ("Ports matter.",):
        document.add_paragraph(paragraph)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def odt(*paragraphs: str) -> bytes:
    """A document with paragraphs, as LibreOffice writes it."""
    from odfdo import Document as OpenDocument
    from odfdo import Paragraph

    document = OpenDocument("text")
    document.body.clear()
    for paragraph in paragraphs or ("Ports matter.",):
        document.body.append(Paragraph(paragraph))
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def image(image_format: str = "PNG", size: tuple[int, int] = (60, 40), **saved_with: object) -> bytes:
    """A picture of one colour."""
    made = io.BytesIO()
    Image.new("RGB", size, "#2c4f80").save(made, image_format, **saved_with)
    return made.getvalue()


def changed_archive(content: bytes, **members: bytes) -> bytes:
    """A zip archive with members replaced or added; in names ``__`` is ``/`` and ``_dot_`` a dot."""
    replaced = {name.replace("__", "/").replace("_dot_", "."): data for name, data in members.items()}
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for member in source.infolist():
            if member.filename not in replaced:
                target.writestr(member, source.read(member))
        for name, data in replaced.items():
            target.writestr(name, data)
    return made.getvalue()
