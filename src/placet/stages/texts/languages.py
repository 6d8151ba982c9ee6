"""Languages in which content may be written: BCP 47 tags with their own names."""

from typing import Final

LANGUAGE_CODE_LENGTH: Final = 35  # RFC 5646, section 4.4.1

# The official languages of the member nations of the model case and of the European Union, and those large
# ones beside them in which partners and visitors write, under the names that their readers give them.
CONTENT_LANGUAGES: Final[dict[str, str]] = {
    "en": "English",
    "fr": "français",
    "ar": "العربية",
    "bg": "български",
    "bs": "bosanski",
    "ca": "català",
    "cs": "čeština",
    "da": "dansk",
    "de": "Deutsch",
    "el": "ελληνικά",
    "es": "español",
    "et": "eesti",
    "fi": "suomi",
    "ga": "Gaeilge",
    "he": "עברית",
    "hr": "hrvatski",
    "hu": "magyar",
    "is": "íslenska",
    "it": "italiano",
    "ja": "日本語",
    "ko": "한국어",
    "lb": "Lëtzebuergesch",
    "lt": "lietuvių",
    "lv": "latviešu",
    "mk": "македонски",
    "mt": "Malti",
    "nb": "norsk bokmål",
    "nl": "Nederlands",
    "nn": "nynorsk",
    "pl": "polski",
    "pt": "português",
    "ro": "română",
    "ru": "русский",
    "sk": "slovenčina",
    "sl": "slovenščina",
    "sq": "shqip",
    "sr": "српски",
    "sv": "svenska",
    "tr": "Türkçe",
    "uk": "українська",
    "zh": "中文",
}

UNDETERMINED: Final = "und"

# By language where the usual script runs so, and by script where the tag names one (ISO 15924).
_RIGHT_TO_LEFT_LANGUAGES: Final = frozenset(
    {"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"}
)
_RIGHT_TO_LEFT_SCRIPTS: Final = frozenset({"adlm", "arab", "hebr", "nkoo", "syrc", "thaa"})
_SCRIPT_CODE_LENGTH: Final = 4


def direction_of(language: str) -> str:
    """In which direction a language is written, as HTML's ``dir`` says it.

    Parameters
    ----------
    language : str
        BCP 47 tag.

    Returns
    -------
    str
        ``"rtl"``, ``"ltr"``, or ``"auto"`` where the language is not determined: then the text decides.
    """
    first, *rest = language.lower().split("-")
    if first == UNDETERMINED:
        return "auto"
    scripts = {part for part in rest if len(part) == _SCRIPT_CODE_LENGTH and part.isalpha()}
    is_right_to_left = scripts & _RIGHT_TO_LEFT_SCRIPTS if scripts else first in _RIGHT_TO_LEFT_LANGUAGES
    return "rtl" if is_right_to_left else "ltr"
