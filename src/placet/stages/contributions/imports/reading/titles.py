"""A title for what has none: its bold beginning, or its first sentence, shortened on a word."""

import re

from placet.stages.contributions.cleaning import clean_line
from placet.stages.contributions.models import TITLE_MAX_LENGTH

SENTENCE = re.compile(r"(.{20,}?[.!?…])(?=\s+[^\sa-z]|$)", re.DOTALL)
SHORTEST_LEAD = 4
FORGET_AFTER = 0.6  # of the length: a space before that is no place to cut


def title_of(text: str, lead: str = "", *, limit: int = TITLE_MAX_LENGTH) -> str:
    """A title on one line.

    >>> title_of("Allies should meet more often. They have much to talk about.")
    'Allies should meet more often'
    """
    bold = clean_line(lead).rstrip(".:;–— ")
    if SHORTEST_LEAD <= len(bold) <= limit:
        return bold
    first = text.strip().split("\n", 1)[0]
    found = SENTENCE.match(first)
    line = clean_line(found[1] if found else first)
    if line.endswith(".") and not line.endswith(".."):
        line = line[:-1]
    return shortened(line, limit)


def shortened(line: str, limit: int) -> str:
    """A line cut on a word, with an ellipsis; as it is where it fits."""
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    space = cut.rfind(" ")
    if space > limit * FORGET_AFTER:
        cut = cut[:space]
    return cut.rstrip(" ,;:–—-(") + "…"
