"""Which column of a table is what, by its name: in English, in French, with a language or without."""

import re
from dataclasses import dataclass, field
from unicodedata import combining, normalize

from placet.stages.contributions.imports.rows import Fault
from placet.stages.texts.languages import CONTENT_LANGUAGES

NAMES = {
    "number": "number|no|no.|n|n°|nº|nr|nr.|#|num|numero|numero de la recommandation|recommendation number",
    "id": "id|identifier|identifiant|foreign id|cle|key",
    "title": "title|titre|heading|intitule",
    "summary": "summary|resume|abstract|chapeau|chapo",
    "body": "body|text|texte|content|contenu|corps|recommendation|recommandation|description",
    "language": "language|langue|lang|locale",
}
FIELD_OF = {name: field for field, names in NAMES.items() for name in names.split("|")}
TEXTS = ("title", "summary", "body")
WITH_LANGUAGE = re.compile(
    r"(?P<name>[^/(]+?)(?:\s*/\s*|[ _-]|\s*\()(?P<language>[a-z]{2,3}(?:-[a-z]{2,4})?)\)?"
)
BY_MACHINE = re.compile(r"(?P<name>[^/]+)/machine_translations/(?P<language>[a-z]{2,3}(?:-[a-z]{2,4})?)")


@dataclass(slots=True)
class Columns:
    """Where in a row everything stands.

    Attributes
    ----------
    number, id, language : int, optional
    texts : dict
        By field and language, ``""`` being the language of the row.
    by_machine : dict
        The same for what machines translated.
    known : dict
        What each column that is used is taken for, by its position.
    unknown : list of int
        Columns that are not used.
    """

    number: int | None = None
    id: int | None = None
    language: int | None = None
    texts: dict[tuple[str, str], int] = field(default_factory=dict)
    by_machine: dict[tuple[str, str], int] = field(default_factory=dict)
    known: dict[int, tuple[str, str]] = field(default_factory=dict)
    unknown: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def map_columns(header: tuple[str, ...]) -> Columns:
    """Take each column for what its name says; a second one of the same name is a fault."""
    columns = Columns()
    for position, name in enumerate(header):
        machine = BY_MACHINE.fullmatch(_plain(name, keep="_/"))
        kind, language = (
            _kind(_plain(name))
            if machine is None
            else (
                FIELD_OF.get(machine["name"], ""),
                _known_language(machine["language"]),
            )
        )
        if not kind or (kind not in TEXTS and language) or language is None:
            columns.unknown.append(position)
            continue
        if machine is not None:
            is_new = columns.by_machine.setdefault((kind, language), position) == position
        elif kind in TEXTS:
            is_new = columns.texts.setdefault((kind, language), position) == position
        else:
            is_new = getattr(columns, kind) is None
            if is_new:
                setattr(columns, kind, position)
        if is_new:
            columns.known[position] = (kind, language)
        else:
            columns.faults.append(Fault(1, name, "column-twice"))
    if not any(kind == "body" for kind, _language in columns.texts):
        columns.faults.append(Fault(1, "", "no-text-column"))
    return columns


def _kind(name: str) -> tuple[str, str | None]:
    """What a column is, and in which language; the language is None where it is not one of ours."""
    if name in FIELD_OF:
        return FIELD_OF[name], ""
    found = WITH_LANGUAGE.fullmatch(name)
    if found is None or found["name"].strip() not in FIELD_OF:
        return "", ""
    return FIELD_OF[found["name"].strip()], _known_language(found["language"])


def _known_language(tag: str) -> str | None:
    """A language in which content may be written; a regional variant counts as its language."""
    return next((each for each in (tag, tag.split("-")[0]) if each in CONTENT_LANGUAGES), None)


def known_language(name: str) -> str | None:
    """The language that a cell names, by its tag or by its own name."""
    wanted = name.strip().casefold().replace("_", "-")
    by_name = {own.casefold(): tag for tag, own in CONTENT_LANGUAGES.items()}
    return _known_language(wanted) or by_name.get(wanted)


def _plain(name: str, *, keep: str = "/") -> str:
    folded = "".join(sign for sign in normalize("NFKD", name.casefold()) if not combining(sign))
    if "°" in name or "º" in name:  # NFKD makes a letter of the second
        folded = re.sub(r"n[°ºo]$", "n°", folded)
    return " ".join(folded.split()) if "_" in keep else " ".join(folded.replace("_", " ").split())
