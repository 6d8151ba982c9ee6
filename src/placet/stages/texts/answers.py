"""Whether what a machine answered can be a translation of what it was given. No database.

The text may hold instructions, and a model may obey them. What such an answer would bring, links and markup
above all, is refused by its form; whether the words are right is for people to say.
"""

import re
from typing import Final

LONGEST_ANSWER: Final = 4  # times the length of the original

# What a reader's browser or a renderer could take for more than words, or a model adds of its own.
_MARKUP: Final = (
    re.compile(r"<\s*[/!?a-zA-Z]"),  # tags, comments
    re.compile(r"&(?:#\w+|\w+);"),  # entities
    re.compile(r"\]\s*\("),  # links and images of Markdown
    re.compile(r"(?i)\b(?:[a-z][a-z0-9+.-]*://|www\.|javascript:|data:\w+/|mailto:)"),
    re.compile(r"```|~~~"),
    re.compile(r"\*\*|__"),
    re.compile(r"(?m)^\s*#{1,6}\s"),
    re.compile(r"\{\{|\{%|\$\{"),
    re.compile(r"[\u202a-\u202e\u2066-\u2069]"),  # embeddings and overrides turn what follows around
    re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"),
    re.compile(r"\n"),  # a preamble, or a remark at the end
)


def is_acceptable(original: str, answer: str) -> bool:
    """Whether an answer is not empty, not too long, and without markup that the original lacks."""
    if not answer.strip() or len(answer) > LONGEST_ANSWER * len(original):
        return False
    return not any(markup.search(answer) and not markup.search(original) for markup in _MARKUP)
