"""What people type, before it is kept: no characters that hide, turn or cannot be shown."""

import re
import unicodedata

KEPT = "\n\t"
# Joiners and marks that scripts need; not overrides and isolates, which turn what stands around them.
FORMAT_CHARACTERS = "\u200c\u200d\u200e\u200f\u061c"
CONTROLS_TAKEN_FOR_SPACES = re.compile("[\x0b-\r\x1c-\x1f\x85]")
BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")


def clean_line(text: str) -> str:
    """A text on one line."""
    return " ".join(_visible(text).split())


def clean_paragraphs(text: str) -> str:
    """A text of paragraphs and lists: line ends of one kind, at most one blank line between two others."""
    lines = _visible(text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in lines)).strip()


def _visible(text: str) -> str:
    normal = unicodedata.normalize("NFC", text)
    if "".join(normal.split()).isprintable() and not CONTROLS_TAKEN_FOR_SPACES.search(normal):
        return normal  # nearly always; ten thousand texts are cleaned in one import
    return "".join(
        character
        for character in normal
        if character in KEPT or character in FORMAT_CHARACTERS or unicodedata.category(character)[0] != "C"
    )
