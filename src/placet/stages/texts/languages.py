"""Languages in which content may be written: BCP 47 tags with their own names."""

from typing import Final

LANGUAGE_CODE_LENGTH: Final = 35  # RFC 5646, section 4.4.1

# The official languages of the member nations of the model case and of the European Union, under the
# names that their readers give them.
CONTENT_LANGUAGES: Final[dict[str, str]] = {
    "en": "English",
    "fr": "français",
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
    "hr": "hrvatski",
    "hu": "magyar",
    "is": "íslenska",
    "it": "italiano",
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
