"""The parts of a DOCX file as trees, within bounds.

Names are kept without their namespaces: Word writes one of two sets of them.
"""

import io
import zipfile
import zlib
from xml.etree import ElementTree as ET

from placet.stages.contributions.imports.rows import UnreadableError

PART_MAX_BYTES = 30_000_000
DEPTH_MAX = 150
DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    ET.ParseError,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
    ValueError,
)

Element = ET.Element


class Package:
    """An opened DOCX file.

    Raises
    ------
    UnreadableError
        Where the file is no archive, or a part is damaged, too large or not plain XML.
    """

    def __init__(self, content: bytes) -> None:
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
        except DAMAGES:
            raise UnreadableError("damaged") from None

    def part(self, name: str) -> Element | None:
        """A part as a tree; None where the file has none of that name."""
        try:
            with self._archive.open(name) as stream:
                xml = stream.read(PART_MAX_BYTES + 1)
        except KeyError:
            return None
        except DAMAGES:
            raise UnreadableError("damaged") from None
        if len(xml) > PART_MAX_BYTES:
            raise UnreadableError("too-long")
        try:
            # No document type gets past the builder, so no entity is ever declared.
            return ET.fromstring(xml, ET.XMLParser(target=_Builder()))  # noqa: S314
        except DAMAGES:
            raise UnreadableError("damaged") from None


class _Builder(ET.TreeBuilder):
    """Local names alone; no document types, no bottomless nesting."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise UnreadableError("damaged")
        return super().start(_local(tag), {_local(name): value for name, value in attrs.items()})

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(_local(tag))

    def doctype(self, _name: str, _public_id: str | None, _system_id: str | None) -> None:
        raise UnreadableError("damaged")


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def value_of(element: Element | None, path: str) -> str | None:
    """The ``val`` of an element below another one; None where either is missing."""
    found = element.find(path) if element is not None else None
    return found.get("val") if found is not None else None


def number_of(element: Element | None, path: str) -> int | None:
    """The ``val`` of an element as a whole number; None where it is none."""
    return as_number(value_of(element, path))


def as_number(value: str | None) -> int | None:
    """A short whole number; None where it is something else."""
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 8 else None


def is_on(element: Element | None, path: str) -> bool:
    """Whether a property that is either on or off is on."""
    found = element.find(path) if element is not None else None
    return found is not None and found.get("val", "true") not in ("0", "false", "off")
