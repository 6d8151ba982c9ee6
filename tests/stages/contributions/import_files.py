"""Files of contributions to import, and the way of one from the upload to its end."""

import io
from collections.abc import Callable, Iterable

from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document
from docx.document import Document as DocumentType

from placet.stages.contributions.imports import (
    NewCollection,
    confirm_import,
    read_import,
    request_import,
    run_import,
)
from placet.stages.contributions.models import Collection, ContributionImport
from tests.stages.reflections import SmallReflection

DECIDIM_HEADER = (
    "id;author/name;title/en;title/machine_translations/fr;body/en;body/machine_translations/fr;"
    "latitude;state;reference;published_at;url;is_amend;withdrawn;endorsements;original_proposal/title"
)


def proposal(number: int, **changes: str) -> str:
    """A row of Decidim's export."""
    cells = {
        "id": str(number),
        "author": "Jane Doe",
        "title": f"Proposal {number}",
        "title_fr": f"Proposition {number}",
        "body": f"<p>First of {number}.</p><ul><li>one</li><li>two</li></ul>",
        "body_fr": f"<p>Premier de {number}.</p>",
        "latitude": "50.1",
        "state": "accepted",
        "reference": f"cofe-PROP-{number}",
        "published_at": "2021-05-01 10:00:00 UTC",
        "url": f"https://futureu.example/proposals/{number}",
        "is_amend": "false",
        "withdrawn": "false",
        "endorsements": "3",
        "original": "",
    }
    return ";".join((cells | changes).values())


def decidim(*rows: str) -> bytes:
    return "\n".join([DECIDIM_HEADER, *rows]).encode()


def docx(write: Callable[[DocumentType], object]) -> bytes:
    """A document that Word would open."""
    document = Document()
    write(document)
    packed = io.BytesIO()
    document.save(packed)
    return packed.getvalue()


def typed(*paragraphs: str) -> bytes:
    """A document of plain paragraphs."""
    return docx(lambda document: [document.add_paragraph(each) for each in paragraphs])


def report(count: int = 3, sections: Iterable[int] = (), *, text: str = "Allies should do thing") -> bytes:
    """A report whose recommendations Word numbers by itself; a heading stands before some of them."""

    def write(document: DocumentType) -> None:
        document.add_heading("NATO 2030: United for a New Era", 0)
        document.add_paragraph("What the group was asked, in a paragraph without a number.")
        for number in range(1, count + 1):
            if number in sections:
                document.add_heading(f"Section from {number}", 1)
            paragraph = document.add_paragraph(style="List Number")
            paragraph.add_run(f"{text} {number} together.")
            paragraph.add_run(" They have reasons to.")

    return docx(write)


def uploaded(
    small: SmallReflection,
    content: bytes,
    *,
    collection: Collection | None = None,
    name: str = "report.docx",
    title: str = "A report",
    language: str = "en",
    kind: str = "recommendation",
) -> ContributionImport:
    """What the secretariat has uploaded, and nobody has read yet."""
    return request_import(
        small.secretariat,
        small.reflection,
        SimpleUploadedFile(name, content),
        collection or NewCollection({"en": title}, {"en": "A group of experts"}),
        kind=kind,
        language=language,
    )


def looked_at(small: SmallReflection, content: bytes, **options: object) -> ContributionImport:
    """What a worker has read."""
    made = uploaded(small, content, **options)  # type: ignore[arg-type]
    read_import(made.pk)
    made.refresh_from_db()
    return made


def imported(small: SmallReflection, content: bytes, **options: object) -> ContributionImport:
    """What was confirmed and written."""
    made = looked_at(small, content, **options)
    if confirm_import(small.secretariat, made):
        run_import(made.pk)
    made.refresh_from_db()
    return made
