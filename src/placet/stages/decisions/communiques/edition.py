"""A communiqué put into words for its readers: in one language, or in two side by side.

Page, PDF, DOCX and Akoma Ntoso all show an edition, so that they say the same. Every piece of it is a
passage: the same thing said once in each column.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.formats import date_format, time_format
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from placet.stages.decisions.communiques.document import (
    AdoptedClause,
    AdoptedText,
    CitedFinding,
    CommuniqueDocument,
    Figure,
    in_language,
)
from placet.stages.decisions.communiques.figures import figure_words
from placet.stages.decisions.models import Decision
from placet.stages.sensemaking.finding_models import Finding, Stance
from placet.stages.texts.languages import CONTENT_LANGUAGES, direction_of


@dataclass(frozen=True, slots=True)
class Said:
    """What stands in one column, and the language that it is in."""

    body: str
    language: str

    @property
    def direction(self) -> str:
        return direction_of(self.language)

    @property
    def paragraphs(self) -> list[str]:
        return [line.strip() for line in self.body.splitlines() if line.strip()]


Passage = tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """Which languages an edition shows: one, or two side by side; ``frame`` where ours are not among them."""

    languages: tuple[str, ...]
    frame: str

    @property
    def key(self) -> str:
        """What tells one edition of a document from another."""
        return ".".join((*self.languages, f"in-{self.frame}"))


@dataclass(frozen=True, slots=True)
class Article:
    """One clause."""

    reference: str
    number: int
    label: Passage
    text: Passage


@dataclass(frozen=True, slots=True)
class TextPart:
    """One adopted text."""

    number: int
    decision: str
    proposal: str
    digest: str
    title: Passage
    adoption: Passage
    note: Passage | None
    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class ReservationPart:
    """What one member says in reservation to one text."""

    member: str
    name: Passage
    explanation: Passage


@dataclass(frozen=True, slots=True)
class Reservations:
    """The reservations to one text."""

    number: int
    decision: str
    title: Passage
    reservations: tuple[ReservationPart, ...]


@dataclass(frozen=True, slots=True)
class FigurePart:
    """A figure in words, and where it comes from."""

    statement: str
    run: str
    words: Passage


@dataclass(frozen=True, slots=True)
class Support:
    """A finding that a clause cites: in full where it is cited first, by its reference afterwards."""

    reference: str
    is_against: bool
    stance: Passage
    title: Passage
    is_first: bool
    note: Passage | None
    text: Passage
    figures: tuple[FigurePart, ...]


@dataclass(frozen=True, slots=True)
class ArticleEvidence:
    """What one clause rests on."""

    reference: str
    label: Passage
    findings: tuple[Support, ...]


@dataclass(frozen=True, slots=True)
class TextEvidence:
    """What the clauses of one text rest on."""

    number: int
    decision: str
    title: Passage
    articles: tuple[ArticleEvidence, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """All that readers see of a communiqué."""

    reference: str
    digest: str
    languages: tuple[str, ...]
    issued_date: str
    is_simulated: bool
    reflection: Passage
    kind: Passage
    title: Passage
    dateline: Passage
    simulated: Passage | None
    preamble: Passage | None
    contents: Passage
    texts: tuple[TextPart, ...]
    annex_reservations: Passage
    reservations_lede: Passage
    reservations: tuple[Reservations, ...]
    annex_evidence: Passage
    evidence_lede: Passage
    no_evidence: Passage
    see_above: Passage
    evidence: tuple[TextEvidence, ...]
    colophon: Passage


def compose_edition(document: CommuniqueDocument, digest: str, columns: Columns) -> Edition:
    """An edition of a document in one language or two; no query, and the same edition every time."""
    return _Writer(document, digest, columns).edition()


class _Writer:
    """Puts one document into the words of one or two languages."""

    def __init__(self, document: CommuniqueDocument, digest: str, columns: Columns) -> None:
        self.document, self.digest, self.columns = document, digest, columns
        self.findings = {finding.reference: finding for finding in document.findings}
        self.shown: set[str] = set()  # findings that annex B has in full already

    def edition(self) -> Edition:
        document = self.document
        return Edition(
            reference=document.reference,
            digest=self.digest,
            languages=self.columns.languages,
            issued_date=document.issued_date,
            is_simulated=document.is_simulated,
            reflection=self.own(document.reflection_name),
            kind=self.said(lambda: _("Communiqué")),
            title=self.own(document.title),
            dateline=self.said(lambda: day_words(date.fromisoformat(document.issued_date))),
            simulated=self.said(lambda: _("Simulated: no leader said or decided this."))
            if document.is_simulated
            else None,
            preamble=self.own(document.preamble) if document.preamble else None,
            contents=self.said(lambda: _("Contents")),
            texts=tuple(self.text(n, text) for n, text in enumerate(document.texts, start=1)),
            annex_reservations=self.said(lambda: _("Annex A – Reservations of members")),
            reservations_lede=self.said(self.reservations_lede),
            reservations=tuple(
                self.reservations(n, text)
                for n, text in enumerate(document.texts, start=1)
                if text.reservations
            ),
            annex_evidence=self.said(lambda: _("Annex B – Evidence")),
            evidence_lede=self.said(self.evidence_lede),
            no_evidence=self.said(lambda: _("This clause cites no evidence.")),
            see_above=self.said(lambda: _("in full above")),
            evidence=tuple(self.evidence(n, text) for n, text in enumerate(document.texts, start=1)),
            colophon=self.said(self.colophon),
        )

    def said(self, write: Callable[[], str]) -> Passage:
        """Words of the platform, in the language of each column where the platform speaks it."""
        spoken = {code for code, _name in settings.LANGUAGES}
        passage = []
        for column in self.columns.languages:
            language = column if column in spoken else self.columns.frame
            with override(language):
                passage.append(Said(write(), language))
        return tuple(passage)

    def own(self, bodies: Mapping[str, str]) -> Passage:
        """A text of the document in each column, in another language where it lacks that of the column."""
        found = [
            in_language(bodies, language, self.document.languages) for language in self.columns.languages
        ]
        return tuple(Said(_printable(body), language) for body, language in found)

    def named(self, bodies: Mapping[str, str]) -> str:
        """A text of the document inside a sentence of ours, in the language that is switched on."""
        return in_language(bodies, reader_language(), self.document.languages)[0]

    def text(self, number: int, text: AdoptedText) -> TextPart:
        return TextPart(
            number=number,
            decision=text.decision,
            proposal=text.proposal,
            digest=text.digest,
            title=self.own(text.title),
            adoption=self.said(lambda: self.adoption(text)),
            note=self.machine_note(text),
            articles=tuple(self.article(clause) for clause in text.clauses),
        )

    def article(self, clause: AdoptedClause) -> Article:
        return Article(clause.reference, clause.number, self.label(clause), self.own(clause.text))

    def label(self, clause: AdoptedClause) -> Passage:
        return self.said(lambda: _("Clause %(number)s") % {"number": clause.number})

    def adoption(self, text: AdoptedText) -> str:
        """How and when a text was adopted, in a sentence."""
        when = datetime.fromisoformat(text.adopted_at).astimezone(ZoneInfo(self.document.time_zone))
        known = {
            "decision": text.decision,
            "date": day_words(when.date()),
            "time": time_format(when.time(), "TIME_FORMAT"),
            "zone": self.document.time_zone,
            "procedure": text.silence,
            "meeting": self.named(text.meeting.title) if text.meeting else "",
        }
        if text.way == Decision.Way.MEETING:
            return _("Decision %(decision)s, adopted by consensus on %(date)s: %(meeting)s.") % known
        return (
            _(
                "Decision %(decision)s, adopted on %(date)s at %(time)s (%(zone)s), at the end of silence"
                " procedure %(procedure)s."
            )
            % known
        )

    def machine_note(self, text: AdoptedText) -> Passage | None:
        """That a wording is a machine's, in the columns of that language; None where none is."""
        if not set(text.by_machine) & set(self.columns.languages):
            return None
        words = self.said(lambda: _("This wording was translated by machine; the original is authentic."))
        return tuple(
            said if column in text.by_machine else Said("", said.language)
            for said, column in zip(words, self.columns.languages, strict=True)
        )

    def reservations_lede(self) -> str:
        if any(text.reservations for text in self.document.texts):
            return _("All members joined the texts. These joined with a reservation, in their own words.")
        return _("All members joined the texts without reservation.")

    def evidence_lede(self) -> str:
        return _(
            "What each clause cites, with the figures as they stood on %(date)s. Each figure is followed by"
            " its confidence interval, the votes counted, the statement voted on and the analysis that"
            " computed it; by its reference, anyone can compute it again."
        ) % {"date": day_words(self._published())}

    def colophon(self) -> str:
        names = ", ".join(CONTENT_LANGUAGES.get(each, each) for each in self.document.languages)
        return _(
            "Published as %(reference)s on %(date)s in these languages: %(languages)s. The digest at the foot"
            " of each page is that of the document from which every edition is made."
        ) % {
            "reference": self.document.reference,
            "date": day_words(self._published()),
            "languages": names,
        }

    def reservations(self, number: int, text: AdoptedText) -> Reservations:
        return Reservations(
            number=number,
            decision=text.decision,
            title=self.own(text.title),
            reservations=tuple(
                ReservationPart(each.member, self.own(each.name), self.own(each.explanation))
                for each in text.reservations
            ),
        )

    def evidence(self, number: int, text: AdoptedText) -> TextEvidence:
        return TextEvidence(
            number=number,
            decision=text.decision,
            title=self.own(text.title),
            articles=tuple(
                ArticleEvidence(
                    clause.reference,
                    self.label(clause),
                    (
                        *(self.support(reference, Stance.SUPPORTS) for reference in clause.supported_by),
                        *(self.support(reference, Stance.AGAINST) for reference in clause.against),
                    ),
                )
                for clause in text.clauses
            ),
        )

    def support(self, reference: str, stance: Stance) -> Support:
        finding = self.findings[reference]
        is_first = reference not in self.shown
        self.shown.add(reference)
        return Support(
            reference=reference,
            is_against=stance == Stance.AGAINST,
            stance=self.said(lambda: str(stance.label)),
            title=self.own(finding.title),
            is_first=is_first,
            note=self.finding_note(finding),
            text=self.own(finding.text),
            figures=tuple(self.figure(figure) for figure in finding.figures),
        )

    def finding_note(self, finding: CitedFinding) -> Passage | None:
        if finding.state != Finding.State.WITHDRAWN:
            return None
        return self.said(lambda: _("This finding was withdrawn before the communiqué was published."))

    def figure(self, figure: Figure) -> FigurePart:
        return FigurePart(
            figure.statement, figure.run, self.said(lambda: figure_words(figure, reader_language()))
        )

    def _published(self) -> date:
        home = ZoneInfo(self.document.time_zone)
        return datetime.fromisoformat(self.document.published_at).astimezone(home).date()


def _printable(body: str) -> str:
    """A text without characters that neither XML nor paper can hold."""
    return "".join(sign for sign in body if sign in "\t\n" or (sign >= " " and sign not in "\ufffe\uffff"))


def day_words(day: date) -> str:
    """A day as it is written out; the first of a month has its own form in French."""
    if day.day == 1 and reader_language() == "fr":
        return f"1er {date_format(day, 'F Y')}"
    return date_format(day, "DATE_FORMAT")


def reader_language() -> str:
    """The language that is switched on, as the platform names it."""
    return get_language() or settings.LANGUAGE_CODE
