"""What looks inside a file that a stranger sent: run as a program of its own, with bounds that kill it.

``python -m placet.stages.contributions.attachments.inspection check|read`` takes the file as standard
input. ``check`` answers with one line of JSON, ``{"kind": …}`` or ``{"refusal": …}``, and after it what is
to be kept. ``read`` answers with the file's text. Nothing of Django is loaded here, nothing is written, and
whatever a file does to a parser is done to this process alone.
"""

import contextlib
import io
import json
import re
import resource
import sys
import warnings
import zipfile
from collections.abc import Iterator

import puremagic

MEMORY_BYTES = 1_500_000_000
CPU_SECONDS = 30
TEXT_MAX_LENGTH = 200_000
PAGES_READ = 500

MEMBERS_MAX = 3_000
UNPACKED_MAX_BYTES = 150_000_000
INFLATION_MAX = 200  # XML of a text document deflates to about a tenth; a bomb to a thousandth
INFLATION_FROM_BYTES = 1_000_000
COPIED_AT_ONCE = 65_536

PIXELS_MAX = 60_000_000
EDGE_MAX = 4_000  # pixels; what is larger is shrunk
JPEG_QUALITY = 88

DOCX_TYPE = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
ODT_TYPE = b"application/vnd.oasis.opendocument.text"
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # also what a DOCX becomes under a password
IMAGE_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
MACROS = re.compile(r"(^|/)(vba(project|data)[^/]*|macrosheets?|basic|scripts)(/|\.|$)", re.IGNORECASE)
PROGRAMS_OF_PDF = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm"}
MARKUP = re.compile(rb"<\s*(!doctype\s+html|html|script|svg|body|iframe)", re.IGNORECASE)


class RefusedError(Exception):
    """The file is not kept; the message is a key of ``checking.REFUSALS``."""


def check(content: bytes) -> tuple[str, bytes]:
    """The kind of a file, and what is to be kept of it.

    Raises
    ------
    RefusedError
    """
    if not content:
        raise RefusedError("empty")
    if content.startswith(OLD_OFFICE):
        raise RefusedError("locked")
    if content.startswith(b"%PDF-"):
        _check_pdf(content)
        return "pdf", content
    if content.startswith(b"PK\x03\x04"):
        return _check_archive(content), content
    if (image_format := IMAGE_FORMATS.get(_sniffed(content))) is not None:
        return "image", _redrawn(content, image_format)
    raise RefusedError("unknown")


def read(content: bytes) -> str:
    """The text of a PDF, DOCX or ODT that was checked; empty where it has none."""
    if content.startswith(b"%PDF-"):
        pieces = _pdf_text(content)
    elif _check_archive(content) == "docx":
        pieces = _docx_text(content)
    else:
        pieces = _odt_text(content)
    text, length = [], 0
    for piece in pieces:
        text.append(piece)
        length += len(piece)
        if length > TEXT_MAX_LENGTH:
            break
    return "\n".join(text)[:TEXT_MAX_LENGTH]


def _sniffed(content: bytes) -> str:
    try:
        return puremagic.from_string(content, mime=True)
    except puremagic.PureError:
        return ""


def _check_pdf(content: bytes) -> None:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    if MARKUP.search(content[:1024]):
        raise RefusedError("two-faced")
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise RefusedError("locked")
        n_pages = len(reader.pages)
        runs_programs = _runs_programs(reader)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        raise RefusedError("damaged") from None
    if not n_pages:
        raise RefusedError("damaged")
    if runs_programs:
        raise RefusedError("macros")


def _runs_programs(reader: object) -> bool:
    """Whether a PDF does something by itself when it is opened, or carries scripts under a name."""
    root = reader.trailer["/Root"].get_object()  # type: ignore[attr-defined]
    names = root.get("/Names")
    if names is not None and "/JavaScript" in names.get_object():
        return True
    action = root.get("/OpenAction")
    opened = action.get_object() if action is not None else None
    return isinstance(opened, dict) and opened.get("/S") in PROGRAMS_OF_PDF


def _check_archive(content: bytes) -> str:
    """``docx`` or ``odt``, where the archive is one of them and nothing in it is made to harm."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if len(members) > MEMBERS_MAX or len(names) < len(members):
                raise RefusedError("bomb")
            if any(member.flag_bits & 0x1 for member in members):
                raise RefusedError("locked")
            if any(MACROS.search(name) for name in names):
                raise RefusedError("macros")
            kind = _kind_of(archive, names)
            _look_through(archive, members)
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ValueError, KeyError):
        raise RefusedError("damaged") from None
    except RuntimeError:  # what zipfile raises where a member needs a password
        raise RefusedError("locked") from None
    return kind


def _kind_of(archive: zipfile.ZipFile, names: set[str]) -> str:
    if {"[Content_Types].xml", "word/document.xml"} <= names:
        types = b"".join(_chunks(archive, archive.getinfo("[Content_Types].xml")))
        if b"macroenabled" in types.lower():
            raise RefusedError("macros")
        if DOCX_TYPE in types:
            return "docx"
    if {"mimetype", "content.xml"} <= names:
        mime_type = b"".join(_chunks(archive, archive.getinfo("mimetype")))
        if mime_type.strip() == ODT_TYPE:
            return "odt"
    raise RefusedError("unknown")


def _look_through(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> None:
    """Unpack every member once, counting what really comes out: the declared size may lie."""
    left = UNPACKED_MAX_BYTES
    for member in members:
        n_bytes, xml = 0, bytearray()
        is_xml = member.filename.lower().endswith((".xml", ".rels", ".rdf"))
        for chunk in _chunks(archive, member):
            n_bytes += len(chunk)
            left -= len(chunk)
            inflation = n_bytes / max(1, member.compress_size)
            if left < 0 or (n_bytes > INFLATION_FROM_BYTES and inflation > INFLATION_MAX):
                raise RefusedError("bomb")
            if is_xml:
                xml += chunk
        if is_xml:
            _check_xml(member.filename, bytes(xml))


def _check_xml(name: str, xml: bytes) -> None:
    """Refuse what reaches out of the file: document types, templates from elsewhere, locked content."""
    flat = xml.replace(b"\0", b"").lower()  # as UTF-16 hides it
    if b"<!doctype" in flat or b"<!entity" in flat:
        raise RefusedError("reaches-out")
    if name.endswith(".rels") and re.search(rb"/(attachedtemplate|oleobject|frame|subdocument)\"", flat):
        external = re.search(rb"targetmode\s*=\s*[\"']external", flat)
        if external and b"attachedtemplate" in flat:
            raise RefusedError("reaches-out")
    if name == "META-INF/manifest.xml" and b"encryption-data" in flat:
        raise RefusedError("locked")


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(member) as stream:
        while chunk := stream.read(COPIED_AT_ONCE):
            yield chunk


def _redrawn(content: bytes, image_format: str) -> bytes:
    """The picture drawn anew: upright, no larger than needed, and with nothing beside its pixels."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = PIXELS_MAX
    try:
        with Image.open(io.BytesIO(content), formats=[image_format]) as opened:
            if opened.width * opened.height > PIXELS_MAX:
                raise RefusedError("pixels")
            opened.draft("RGB", (EDGE_MAX, EDGE_MAX))
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((EDGE_MAX, EDGE_MAX))
            has_alpha = image_format != "JPEG" and upright.has_transparency_data
            pixels = upright.convert("RGBA" if has_alpha else "RGB")
    except Image.DecompressionBombError:
        raise RefusedError("pixels") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, IndexError):
        raise RefusedError("damaged") from None
    clean = Image.new(pixels.mode, pixels.size)
    clean.paste(pixels)
    drawn = io.BytesIO()
    clean.save(drawn, image_format, **({"quality": JPEG_QUALITY} if image_format != "PNG" else {}))
    return drawn.getvalue()


def _pdf_text(content: bytes) -> Iterator[str]:
    from pypdf import PdfReader

    for page in PdfReader(io.BytesIO(content)).pages[:PAGES_READ]:
        yield page.extract_text() or ""


def _docx_text(content: bytes) -> Iterator[str]:
    from docx import Document
    from docx.table import Table

    for block in Document(io.BytesIO(content)).iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                yield "\t".join(cell.text for cell in row.cells)
        else:
            yield block.text


def _odt_text(content: bytes) -> Iterator[str]:
    from odfdo import Document

    yield Document(io.BytesIO(content)).get_formatted_text()


def _bind(memory_bytes: int, cpu_seconds: int) -> None:
    """From here on this process has this much memory and time, writes no file and starts no process."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(job: str) -> int:
    """Do one job on standard input; 0 where an answer stands on standard output."""
    warnings.simplefilter("ignore")
    _bind(MEMORY_BYTES, CPU_SECONDS)
    content = sys.stdin.buffer.read()
    answer: bytes
    with contextlib.redirect_stdout(sys.stderr):
        if job == "read":
            answer = read(content).encode("utf-8", "replace")
        else:
            try:
                kind, kept = check(content)
                answer = json.dumps({"kind": kind}).encode() + b"\n" + kept
            except RefusedError as refusal:
                answer = json.dumps({"refusal": str(refusal)}).encode() + b"\n"
    sys.stdout.buffer.write(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
