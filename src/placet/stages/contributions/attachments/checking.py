"""Looking at a file before it is kept: what it is, whether it may harm, and what of it is kept."""

import hashlib
import json
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from placet.stages.contributions.attachments.apart import InspectionError, inspect
from placet.stages.contributions.models import Attachment
from placet.stages.people.actions import clean_name

NAME_MAX_LENGTH = 120
FORBIDDEN_IN_NAMES = str.maketrans(dict.fromkeys('<>:"/\\|?*', " "))
ENDINGS = {
    Attachment.Kind.PDF: (".pdf",),
    Attachment.Kind.DOCX: (".docx",),
    Attachment.Kind.ODT: (".odt",),
}
IMAGE_ENDINGS = {b"\x89PNG": (".png",), b"\xff\xd8\xff": (".jpg", ".jpeg"), b"RIFF": (".webp",)}

REFUSALS = {
    "empty": gettext_lazy("This file is empty."),
    "locked": gettext_lazy(
        "This file is protected by a password, or in an old format. Save it without a password as PDF, "
        "DOCX or ODT."
    ),
    "damaged": gettext_lazy("This file is damaged: it cannot be opened. Save it again and try once more."),
    "macros": gettext_lazy("This file carries macros or scripts. Save it without them, for example as PDF."),
    "reaches-out": gettext_lazy(
        "This file fetches something from elsewhere when it is opened. Save it as PDF and attach that."
    ),
    "bomb": gettext_lazy("This file unpacks to far more than a document holds."),
    "pixels": gettext_lazy("This image is too large: at most 60 megapixels."),
    "two-faced": gettext_lazy("This file is two things at once, a PDF and a web page: it is not kept."),
    "unknown": gettext_lazy("Files can be PDF, DOCX, ODT, PNG, JPEG or WebP; this one is none of them."),
    "too-much": gettext_lazy("This file takes too long to open. Save it as a simpler PDF and attach that."),
}


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that may be kept: ``content`` is what is kept of it, an image drawn anew."""

    name: str
    kind: Attachment.Kind
    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def checked_file(file: "File[bytes]", *, field: str = "file") -> CheckedFile:
    """A file that somebody sent, looked at in a process of its own.

    Parameters
    ----------
    field : str
        Of the form, which a refusal is shown at.

    Raises
    ------
    ValidationError
        With a sentence for whoever sent it, where the file is not kept.
    """
    if file.size > settings.ATTACHMENT_MAX_BYTES:
        raise ValidationError(
            {
                field: _("A file has at most %(limit)d megabytes.")
                % {"limit": settings.ATTACHMENT_MAX_BYTES // 1_000_000}
            }
        )
    file.seek(0)
    try:
        verdict, _newline, content = inspect("check", file.read()).partition(b"\n")
    except InspectionError:
        raise ValidationError({field: str(REFUSALS["too-much"])}) from None
    answer = json.loads(verdict)
    if "refusal" in answer:
        raise ValidationError({field: str(REFUSALS[answer["refusal"]])})
    kind = Attachment.Kind(answer["kind"])
    return CheckedFile(cleaned_file_name(file.name or "", kind, content), kind, content)


def cleaned_file_name(name: str, kind: Attachment.Kind, content: bytes = b"") -> str:
    """The last part of a name on one line, without what a path or a page could take for something else.

    It ends as its kind does, whatever it ended with.
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1][-400:]
    allowed = ENDINGS.get(kind) or next(
        (endings for head, endings in IMAGE_ENDINGS.items() if content.startswith(head)), (".png",)
    )
    shown = clean_name(last.translate(FORBIDDEN_IN_NAMES)[-NAME_MAX_LENGTH:]).strip(". ")
    stem, dot, ending = shown.rpartition(".")
    if f".{ending.lower()}" in allowed and stem:
        return shown
    stem = stem if dot and stem and len(ending) <= 5 else shown
    return f"{stem[: NAME_MAX_LENGTH - 5].strip('. ') or 'file'}{allowed[0]}"
