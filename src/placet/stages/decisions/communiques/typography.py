"""French spaces before the signs that take one, where an author typed a space that may break."""

import re
from typing import Any, Final

NARROW, WIDE = "\u202f", "\u00a0"
_BEFORE_HIGH: Final = re.compile(r"(?<=\S) (?=[;!?])")
_BEFORE_COLON: Final = re.compile(r"(?<=\S) (?=[:»%])")
_AFTER_OPENING: Final = re.compile(r"(?<=«) (?=\S)")


def french(text: str) -> str:
    """The text with spaces that do not break where French wants them; no word and no sign changes."""
    text = _BEFORE_HIGH.sub(NARROW, text)
    return _AFTER_OPENING.sub(WIDE, _BEFORE_COLON.sub(WIDE, text))


def set_in(text: str, language: str) -> str:
    """A text as its language is set on paper."""
    return french(text) if language.lower().split("-")[0] == "fr" else text


def typographic(plain: Any) -> Any:
    """Plain data in which every piece said in French has its spaces."""
    if isinstance(plain, dict):
        if plain.keys() == {"body", "language"}:
            return {"body": set_in(plain["body"], plain["language"]), "language": plain["language"]}
        return {key: typographic(value) for key, value in plain.items()}
    if isinstance(plain, list | tuple):
        return [typographic(each) for each in plain]
    return plain
