"""A communiqué as Akoma Ntoso 3.0: one expression a language, as the OASIS schema has it.

The document is a ``statement``: official, adopted by its members, of no one who legislates. Each adopted text
is a section of its main body, each clause an article; the annexes are attachments. Identifiers follow the
OASIS naming convention; ``xx`` stands where it wants a country, as no country issues a communiqué.
Texts are as the document has them, space by space.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from lxml import etree  # type: ignore[import-untyped]  # lxml has no types
from lxml.builder import ElementMaker  # type: ignore[import-untyped]  # lxml has no types

from placet.stages.decisions.communiques.document import CommuniqueDocument
from placet.stages.decisions.communiques.edition import (
    ArticleEvidence,
    Edition,
    Passage,
    Reservations,
    Support,
    TextEvidence,
    TextPart,
)

NAMESPACE: Final = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
OWN_NAMESPACE: Final = "urn:placet:communique:1"
MEDIA_TYPE: Final = "application/akn+xml"

_E: Final = ElementMaker(namespace=NAMESPACE, nsmap={None: NAMESPACE, "placet": OWN_NAMESPACE})
_P: Final = ElementMaker(namespace=OWN_NAMESPACE, nsmap={"placet": OWN_NAMESPACE})

_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"

# ISO 639-2, as the naming convention wants it in identifiers (terminological codes).
# fmt: off
ALPHA_3: Final = {
    "en": "eng", "fr": "fra", "ar": "ara", "bg": "bul", "bs": "bos", "ca": "cat",
    "cs": "ces", "da": "dan", "de": "deu", "el": "ell", "es": "spa", "et": "est",
    "fi": "fin", "ga": "gle", "he": "heb", "hr": "hrv", "hu": "hun", "is": "isl",
    "it": "ita", "ja": "jpn", "ko": "kor", "lb": "ltz", "lt": "lit", "lv": "lav",
    "mk": "mkd", "mt": "mlt", "nb": "nob", "nl": "nld", "nn": "nno", "pl": "pol",
    "pt": "por", "ro": "ron", "ru": "rus", "sk": "slk", "sl": "slv", "sq": "sqi",
    "sr": "srp", "sv": "swe", "tr": "tur", "uk": "ukr", "zh": "zho",
}
# fmt: on


@dataclass(frozen=True, slots=True)
class _Identity:
    """What identifies a document, or one of its attachments, at every level of FRBR."""

    work: str
    component: str
    language: str
    issued: str
    number: str
    author: str

    @property
    def expression(self) -> str:
        return f"{self.work}/{self.language}@{self.issued}"


def as_akoma_ntoso(document: CommuniqueDocument, edition: Edition) -> bytes:
    """The XML of an edition in one language.

    Raises
    ------
    ValueError
        Where the edition is in two: each language is an expression of its own.
    """
    if len(edition.languages) != 1:
        raise ValueError("an expression is in one language")
    language = edition.languages[0]
    identity = _Identity(
        work=f"/akn/xx/statement/communique/{edition.issued_date}/{edition.reference.lower()}",
        component="!main",
        language=ALPHA_3.get(language.lower().split("-")[0], "und"),
        issued=edition.issued_date,
        number=edition.reference,
        author="#reflection",
    )
    statement = _E.statement(
        _meta(document, edition, identity),
        _preface(edition),
        *_preamble(edition),
        _E.mainBody(*(_section(part) for part in edition.texts)),
        _attachments(edition, identity),
        name="communique",
        contains="originalVersion",
    )
    root = _E.akomaNtoso(statement)
    for paragraph in root.iter(f"{{{NAMESPACE}}}p"):
        if paragraph.get(_LANG) == language:  # the expression says it once, in FRBRlanguage
            del paragraph.attrib[_LANG]
    xml: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return xml


def _meta(document: CommuniqueDocument, edition: Edition, identity: _Identity) -> etree._Element:
    return _E.meta(
        _identification(identity),
        _E.publication(
            date=document.published_at[:10],
            name="placet",
            showAs=_plain(edition.reflection),
            number=edition.reference,
        ),
        _E.references(
            _E.TLCOrganization(
                eId="reflection",
                href=f"/akn/ontology/organization/xx/{document.reflection}",
                showAs=_plain(edition.reflection),
            ),
            _E.TLCOrganization(eId="placet", href="/akn/ontology/organization/xx/placet", showAs="Placet"),
            source="#placet",
        ),
        _E.proprietary(
            _P.digest(edition.digest),
            *(
                _P.text(decision=part.decision, proposal=part.proposal, digest=part.digest)
                for part in edition.texts
            ),
            *([_P.simulated("true")] if edition.is_simulated else []),
            source="#placet",
        ),
    )


def _identification(identity: _Identity) -> etree._Element:
    """Work, expression and manifestation, each with its own address of the same thing."""
    return _E.identification(
        _E.FRBRWork(
            _E.FRBRthis(value=f"{identity.work}/{identity.component}"),
            _E.FRBRuri(value=identity.work),
            _E.FRBRdate(date=identity.issued, name="issued"),
            _E.FRBRauthor(href=identity.author),
            _E.FRBRcountry(value="xx"),
            _E.FRBRsubtype(value="communique"),
            _E.FRBRnumber(value=identity.number),
            _E.FRBRprescriptive(value="false"),
            _E.FRBRauthoritative(value="true"),
        ),
        _E.FRBRExpression(
            _E.FRBRthis(value=f"{identity.expression}/{identity.component}"),
            _E.FRBRuri(value=identity.expression),
            _E.FRBRdate(date=identity.issued, name="issued"),
            _E.FRBRauthor(href=identity.author),
            _E.FRBRlanguage(language=identity.language),
        ),
        _E.FRBRManifestation(
            _E.FRBRthis(value=f"{identity.expression}/{identity.component}.xml"),
            _E.FRBRuri(value=f"{identity.expression}.akn"),
            _E.FRBRdate(date=identity.issued, name="issued"),
            _E.FRBRauthor(href="#placet"),
            _E.FRBRformat(value=MEDIA_TYPE),
        ),
        source="#placet",
    )


def _preface(edition: Edition) -> etree._Element:
    title = _E.longTitle(
        _E.p(_E.docType(_plain(edition.kind)), " ", _E.docNumber(edition.reference)),
        _E.p(_E.docTitle(_plain(edition.title))),
        _E.p(_E.docDate(_plain(edition.dateline), date=date.fromisoformat(edition.issued_date).isoformat())),
    )
    return _E.preface(title, *(_lines(edition.simulated) if edition.simulated else []))


def _preamble(edition: Edition) -> list[etree._Element]:
    return [_E.preamble(*_lines(edition.preamble))] if edition.preamble else []


def _section(part: TextPart) -> etree._Element:
    own = f"sec_{part.number}"
    return _E.section(
        _E.num(str(part.number)),
        _E.heading(_plain(part.title)),
        _E.intro(*_lines(part.adoption), *(_lines(part.note) if part.note else [])),
        *(
            _E.article(
                _E.num(_plain(article.label)),
                _E.content(*_lines(article.text)),
                eId=f"{own}__art_{article.number}",
                wId=_name(article.reference),
            )
            for article in part.articles
        ),
        eId=own,
        wId=_name(part.decision),
    )


def _attachments(edition: Edition, identity: _Identity) -> etree._Element:
    reservations = [
        *_lines(edition.reservations_lede),
        *(_reservations(each) for each in edition.reservations),
    ]
    evidence = [
        *_lines(edition.evidence_lede),
        *(_evidence(each, edition) for each in edition.evidence),
        *_lines(edition.colophon),
    ]
    return _E.attachments(
        _attachment(1, edition.annex_reservations, "annexA", reservations, identity),
        _attachment(2, edition.annex_evidence, "annexB", evidence, identity),
    )


def _attachment(
    place: int, heading: Passage, name: str, body: Iterable[etree._Element], identity: _Identity
) -> etree._Element:
    own = _Identity(
        work=identity.work,
        component=f"!{name}",
        language=identity.language,
        issued=identity.issued,
        number=f"{identity.number}/{name}",
        author=identity.author,
    )
    return _E.attachment(
        _E.heading(_plain(heading)),
        _E.doc(_E.meta(_identification(own)), _E.mainBody(*body), name=name),
        eId=f"att_{place}",
    )


def _reservations(part: Reservations) -> etree._Element:
    own = f"att_1__sec_{part.number}"
    return _E.section(
        _E.num(str(part.number)),
        _E.heading(_plain(part.title)),
        *(
            _E.paragraph(
                _E.heading(_plain(each.name)),
                _E.content(*_lines(each.explanation)),
                eId=f"{own}__para_{each.member.lower()}",
            )
            for each in part.reservations
        ),
        eId=own,
    )


def _evidence(part: TextEvidence, edition: Edition) -> etree._Element:
    own = f"att_2__sec_{part.number}"
    return _E.section(
        _E.num(str(part.number)),
        _E.heading(_plain(part.title)),
        *(
            _E.paragraph(
                _E.num(_plain(article.label)),
                _E.content(*_findings(article, f"#sec_{part.number}__art_{place}", edition)),
                eId=f"{own}__para_{place}",
            )
            for place, article in enumerate(part.articles, start=1)
        ),
        eId=own,
    )


def _findings(article: ArticleEvidence, clause: str, edition: Edition) -> list[etree._Element]:
    about = _E.p(_E.ref(article.reference, href=clause))
    if not article.findings:
        return [about, *_lines(edition.no_evidence)]
    return [about, *(each for finding in article.findings for each in _finding(finding))]


def _finding(finding: Support) -> list[etree._Element]:
    named = _E.p(f"{finding.reference} – {_plain(finding.title)} ({_plain(finding.stance)})")
    if not finding.is_first:
        return [named]
    return [
        named,
        *(_lines(finding.note) if finding.note else []),
        *_lines(finding.text),
        *(
            _E.p(" · ".join(each for each in (_plain(figure.words), figure.statement, figure.run) if each))
            for figure in finding.figures
        ),
    ]


def _lines(passage: Passage) -> list[etree._Element]:
    """A passage as paragraphs; the language is said where it is not the document's."""
    said = passage[0]
    return [_E.p(line, {_LANG: said.language}) for line in said.paragraphs] or [_E.p()]


def _plain(passage: Passage) -> str:
    return " ".join(passage[0].paragraphs)


def _name(reference: str) -> str:
    return reference.lower().replace("-", "_")
