"""Collect what is to be translated, compile what is, and say what is missing: ``make messages``.

English is written in the code; every other language has one catalogue an app, in ``locale/`` beside the
code that uses it. Pure Python through Babel, so that nothing has to be installed beside the project's own
requirements. ``--check`` changes nothing and fails with a list of what is to be done.
"""

import argparse
import io
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "placet"
LANGUAGES = ("fr",)
NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)  # a catalogue changes when a message does, not with the hour
DATED_HEADERS = ("POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "Language-Team", "Generated-By")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# The engine has no Django: its reports speak through placet.sense.reports.language.Language.
ENGINE_KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "translate": None,
    "_say": None,
    "count": (1, 2),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-zA-Z]|%[sdif]|\{\w*(?:[.\[!:][^{}]*)?\}")

Key = tuple[str, str]  # context, English


@dataclass(frozen=True)
class Domain:
    """One catalogue in every language: an app, or the engine's reports."""

    folder: Path
    name: str = "django"

    def catalogue(self, language: str) -> Path:
        """Where the messages of a language stand."""
        return self.folder / "locale" / language / "LC_MESSAGES" / f"{self.name}.po"


def all_domains(package: Path = PACKAGE) -> list[Domain]:
    """Every app of the platform, and the engine's reports."""
    apps = [path.parent for path in sorted(package.rglob("apps.py"))]
    reports = package / "sense" / "reports"
    return [*(Domain(app) for app in apps), *([Domain(reports, "sense")] if reports.is_dir() else [])]


def sources(domain: Domain) -> Iterator[Path]:
    """The files that a domain's messages stand in."""
    for path in sorted(domain.folder.rglob("*")):
        is_skipped = {"migrations", "locale", "static", "__pycache__"} & set(
            path.relative_to(domain.folder).parts
        )
        if path.is_file() and not is_skipped and (path.suffix == ".py" or "templates" in path.parts):
            yield path


def extract_messages(domain: Domain) -> Catalog:
    """Everything that is to be translated in a domain."""
    found = Catalog(creation_date=NO_DATE, revision_date=NO_DATE)
    keywords = KEYWORDS | (ENGINE_KEYWORDS if domain.name == "sense" else {})
    for path in sources(domain):
        text = path.read_text(encoding="utf-8")
        method = "python"
        options: dict[str, str] = {}
        if path.suffix == ".j2":
            method, options = "jinja2.ext:babel_extract", {"newstyle_gettext": "true", "silent": "false"}
        elif path.suffix != ".py":
            # Inside brackets the indentation of a template is no Python.
            text = f"({templatize(text, origin=str(path))})"
        file = io.BytesIO(text.encode())
        for line, message, comments, context in extract(
            method,
            file,
            keywords=keywords,
            options=options,
            comment_tags=("Translators:",),
            strip_comment_tags=True,
        ):
            if message and message != ("", ""):
                found.add(message, None, [(path.name, line)], auto_comments=comments, context=context)
    return found


def read_catalogue(path: Path, language: str) -> Catalog:
    """A catalogue as it stands; an empty one where there is none."""
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def with_neutral_header(catalogue: Catalog) -> Catalog:
    """A catalogue whose header depends on nothing but its language."""
    catalogue.project, catalogue.version = "Placet", "1"
    catalogue.header_comment = f"# {catalogue.locale.english_name if catalogue.locale else 'Translations'}"
    catalogue.creation_date = catalogue.revision_date = NO_DATE
    catalogue.fuzzy = False
    return catalogue


def as_po(catalogue: Catalog) -> bytes:
    """The text of a catalogue: sorted, without places and dates, so that a change shows as what it is."""
    file = io.BytesIO()
    write_po(file, catalogue, width=100, no_location=True, sort_output=True, ignore_obsolete=True)
    lines = file.getvalue().decode().splitlines(keepends=True)
    return "".join(
        line for line in lines if not line.startswith(tuple(f'"{name}' for name in DATED_HEADERS))
    ).encode()


def translations(catalogue: Catalog) -> dict[Key, str | tuple[str, ...]]:
    """What is translated, by context and English."""
    return {key_of(message): strings_of(message) for message in catalogue if message.id}


def key_of(message: Message) -> Key:
    """A message's context and English (the singular)."""
    english = message.id if isinstance(message.id, str) else message.id[0]
    context: Any = message.context or ""
    return (context.decode() if isinstance(context, bytes) else context, english)  # read_mo leaves bytes


def strings_of(message: Message) -> str | tuple[str, ...]:
    """A message's translation, or one a plural form."""
    return message.string if isinstance(message.string, str) else tuple(message.string or ())


@dataclass
class Findings:
    """What a check has to say."""

    lines: list[str] = field(default_factory=list)

    def add(self, where: str, message: str) -> None:
        """Note one fault."""
        self.lines.append(f"{where}: {message}")


def update(domain: Domain, language: str) -> None:
    """Bring a domain's catalogue up to date with the code, and compile it."""
    path = domain.catalogue(language)
    found = extract_messages(domain)
    if not len(found) and not path.exists():
        return
    catalogue = read_catalogue(path, language)
    catalogue.update(found, no_fuzzy_matching=True)
    for message in catalogue.obsolete.values():
        print(f"{path.relative_to(PACKAGE)}: no longer in the code: {message.id!r} = {message.string!r}")
    with_neutral_header(catalogue)
    write_if_changed(path, as_po(catalogue))
    compiled = path.with_suffix(".mo")
    if not compiled.exists() or translations(read_compiled(compiled)) != translated_only(catalogue):
        file = io.BytesIO()
        write_mo(file, with_neutral_header(read_catalogue(path, language)))
        write_if_changed(compiled, file.getvalue())


def write_if_changed(path: Path, content: bytes) -> None:
    """Write a file, unless it says so already."""
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def read_compiled(path: Path) -> Catalog:
    """A compiled catalogue."""
    with path.open("rb") as file:
        return read_mo(file)


def translated_only(catalogue: Catalog) -> dict[Key, str | tuple[str, ...]]:
    """What a compiled catalogue holds: the messages that are translated."""
    return {
        key: string
        for key, string in translations(catalogue).items()
        if (string if isinstance(string, str) else all(string))
    }


def check(domain: Domain, language: str, findings: Findings) -> Catalog:
    """Note everything that is wrong with a domain's catalogue."""
    path = domain.catalogue(language)
    where = str(path.relative_to(PACKAGE))
    found = extract_messages(domain)
    if not path.exists():
        if len(found):
            findings.add(where, f"is missing; {len(found)} messages are not translated")
        return Catalog(locale=language)
    catalogue = read_catalogue(path, language)
    known = translations(catalogue)
    needed = {key_of(message): message for message in found if message.id}
    for key in sorted(needed.keys() - known.keys()):
        findings.add(where, f"not collected (make messages): {shown(key)}")
    for key in sorted(known.keys() - needed.keys()):
        findings.add(where, f"no longer in the code: {shown(key)}")
    for message in catalogue:
        if message.id and key_of(message) in needed:
            for fault in faults(message, language):
                findings.add(where, f"{fault}: {shown(key_of(message))}")
    compiled = path.with_suffix(".mo")
    if not compiled.exists() or translations(read_compiled(compiled)) != translated_only(catalogue):
        findings.add(where, f"{compiled.name} is not what {path.name} says (make messages)")
    return catalogue


def faults(message: Message, language: str) -> Iterator[str]:
    """What is wrong with one translation."""
    translated = strings_of(message)
    strings = [translated] if isinstance(translated, str) else list(translated)
    if not strings or not all(strings):
        yield "not translated"
        return
    if message.fuzzy:
        yield "marked as uncertain"
    # French says the number with 0 and 1 alike: each form needs what the English plural has.
    english = message.id if isinstance(message.id, str) else message.id[-1]
    expected = sorted(PLACEHOLDER.findall(english))
    for string in strings:
        if sorted(PLACEHOLDER.findall(string)) != expected:
            yield f"placeholders differ ({', '.join(expected) or 'none'} expected in {string!r})"
        if language == "fr":
            yield from (f"{slip} in {string!r}" for slip in french_slips(string))


def french_slips(text: str) -> Iterator[str]:
    """What French typography does not allow: straight apostrophes and quotes, breakable spaces at signs."""
    text = text.replace("&nbsp;", "\u00a0").replace("&#8239;", "\u202f")
    text = re.sub(r"<[^<>]*>|&\w+;|https?://\S*", "", text)  # mark-up is no French
    text = PLACEHOLDER.sub("x", text)
    if re.search(r"\w'\w", text):
        yield "straight apostrophe (’)"
    if '"' in text:
        yield "straight quotation mark (« »)"
    if "..." in text:
        yield "three points (…)"
    if re.search(r"[^\s:;!?»…(\[]\s?(?<![\u00a0\u202f])[:;!?»]", text):
        yield "no no-break space before a sign"
    if re.search(r"«(?![\u00a0\u202f])", text):
        yield "no no-break space after «"


def conflicts(catalogues: Sequence[tuple[str, Catalog]]) -> Iterator[str]:
    """Messages that two apps translate differently: Django would show one of the two everywhere."""
    seen: dict[Key, tuple[str, str | tuple[str, ...]]] = {}
    for where, catalogue in catalogues:
        for key, string in translated_only(catalogue).items():
            other, other_string = seen.setdefault(key, (where, string))
            if other_string != string:
                yield f"{where}: {shown(key)} is {string!r}, but {other_string!r} in {other} (use pgettext)"


def shown(key: Key) -> str:
    """A message as a finding names it."""
    context, english = key
    return f"{english!r}" + (f" (context {context})" if context else "")


def main(arguments: Sequence[str] | None = None) -> int:
    """Update the catalogues, or check them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--check", action="store_true", help="change nothing, list what is to be done")
    is_check = parser.parse_args(arguments).check
    if not settings.configured:
        settings.configure(USE_I18N=True)
    findings = Findings()
    for language in LANGUAGES:
        catalogues = []
        for domain in all_domains():
            if not is_check:
                update(domain, language)
            catalogue = check(domain, language, findings)
            if domain.name == "django":
                catalogues.append((str(domain.catalogue(language).relative_to(PACKAGE)), catalogue))
        findings.lines.extend(conflicts(catalogues))
    print("\n".join(findings.lines) or "Translations are complete.")
    return 1 if is_check and findings.lines else 0


if __name__ == "__main__":
    sys.exit(main())
