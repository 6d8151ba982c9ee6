"""Communiqués as documents, made by hand: what editions are drawn from, without a database."""

from dataclasses import replace

from placet.stages.decisions.communiques.document import (
    FORMAT,
    AdoptedClause,
    AdoptedText,
    CitedFinding,
    CommuniqueDocument,
    Figure,
    MeetingOf,
    Reservation,
    as_canonical_json,
)
from placet.stages.decisions.communiques.edition import Columns, Edition, compose_edition
from placet.stages.proposals.freezing import digest_of

ENGLISH, FRENCH = Columns(("en",), "en"), Columns(("fr",), "fr")
SIDE_BY_SIDE = Columns(("en", "fr"), "en")

# What would harm, were it ever read as markup: by Typst, by XML, by Word.
HOSTILE = (
    '#read("/etc/passwd") $x^2$ *b* _i_ @ref <label> \\ #import "@preview/x:1.0.0" `raw` // gone /* gone */'
    " = heading [c] {d} https://a.example <script>alert(1)</script> & ]]> %s {0}"
)

AGREE = Figure("agree N30-S-0142", "agree", "N30-S-0142", "N30-A-0003", 0.67, 0.61, 0.73, None, 412)
PEOPLE = Figure("participants N30-A-0003", "participants", "", "N30-A-0003", None, None, None, 1240, 1240)

CLAUSES = (
    (
        "We will hold a joint exercise of our cyber defences every year, open to partners who share our"
        " values, and publish what we learnt from it within three months.",
        "Nous organiserons chaque année un exercice commun de cyberdéfense, ouvert aux partenaires qui"
        " partagent nos valeurs ; nous en publierons les enseignements dans les trois mois.",
    ),
    (
        "Each member will name, by the end of 2031, one authority that answers for the resilience of its"
        " energy supply: electricity, gas and fuel. The authorities meet twice a year.\nThey report to"
        " us at our next meeting.",
        "Chaque membre désignera, d’ici à la fin de 2031, une autorité responsable de la résilience de son"
        " approvisionnement énergétique : électricité, gaz et carburants. Ces autorités se réunissent deux"
        " fois par an.\nElles nous feront rapport lors de notre prochaine réunion.",
    ),
    (
        "We ask our young leaders to keep reviewing what we promised here.",
        "Nous demandons à nos jeunes leaders de continuer à examiner ce que nous avons promis ici.",
    ),
)


def finding(number: int, *, text: str = "") -> CitedFinding:
    """A finding with one figure of agreement and one count."""
    return CitedFinding(
        reference=f"N30-F-{number:04d}",
        state="withdrawn" if number == 3 else "published",
        title={
            "en": f"Support for joint exercises {number}",
            "fr": f"Soutien aux exercices communs {number}",
        },
        text={
            "en": text or "67% (61–73%) of those who voted want a yearly exercise, in every opinion group.",
            "fr": text
            or "67 % (61–73 %) des votants veulent un exercice annuel, dans chaque groupe d’opinion.",
        },
        figures=(AGREE, PEOPLE),
        is_simulated=True,
    )


def adopted_text(number: int, *, body: str = "") -> AdoptedText:
    """A decision with three clauses, one of them without evidence, and one reservation to the first."""
    clauses = tuple(
        AdoptedClause(
            reference=f"N30-PC-{number:02d}{place:02d}",
            number=place,
            text={"en": body or english, "fr": body or french},
            supported_by=() if place == 3 else ("N30-F-0001", "N30-F-0002"),
            against=("N30-F-0003",) if place == 1 else (),
        )
        for place, (english, french) in enumerate(CLAUSES, start=1)
    )
    by_silence = number == 2
    return AdoptedText(
        decision=f"N30-DC-{number:04d}",
        way="silence" if by_silence else "meeting",
        adopted_at="2030-07-01T15:00:00+00:00",
        meeting=None
        if by_silence
        else MeetingOf(
            "N30-M-0001",
            {"en": "Meeting of the leaders in Brussels", "fr": "Réunion des dirigeants à Bruxelles"},
            {"en": "Brussels", "fr": "Bruxelles"},
        ),
        silence="N30-SP-0001" if by_silence else "",
        proposal=f"N30-P-{number:04d}",
        frozen_number=1,
        digest="sha256:" + f"{number:x}" * 64,
        title={
            "en": f"Deter and defend, part {number}: cyber defence and resilient energy",
            "fr": f"Dissuasion et défense, volet {number} : cyberdéfense et énergie résiliente",
        },
        by_machine=(),
        clauses=clauses,
        reservations=(
            Reservation(
                "FR",
                {"en": "France", "fr": "France"},
                {
                    "en": "France joins on the understanding that no new common funding is created.",
                    "fr": "La France se rallie au texte, étant entendu qu’aucun financement commun nouveau"
                    " n’est créé.",
                },
            ),
        )
        if number == 1
        else (),
        is_simulated=True,
    )


def small_document(n_texts: int = 2, *, body: str = "") -> CommuniqueDocument:
    """A communiqué of that many texts; ``body`` stands in for every text that somebody wrote."""
    document = CommuniqueDocument(
        format=FORMAT,
        reference="N30-CQ-0001",
        reflection="n30",
        reflection_name={"en": "Alliance 2030", "fr": "Alliance 2030"},
        languages=("en", "fr"),
        time_zone="Europe/Brussels",
        title={"en": "Brussels communiqué", "fr": "Communiqué de Bruxelles"},
        preamble={
            "en": "We, the leaders of thirty nations, met in Brussels and adopted the texts that follow.",
            "fr": "Nous, dirigeants de trente nations, nous sommes réunis à Bruxelles et avons adopté les"
            " textes qui suivent.",
        },
        issued_date="2030-07-01",
        published_at="2030-07-01T18:30:00+00:00",
        is_simulated=True,
        texts=tuple(adopted_text(number, body=body) for number in range(1, n_texts + 1)),
        findings=tuple(finding(number, text=body) for number in (1, 2, 3)),
    )
    if not body:
        return document
    both = {"en": body, "fr": body}
    return replace(document, title=both, preamble=both, reflection_name=both)


def edition_of(document: CommuniqueDocument, columns: Columns = ENGLISH) -> Edition:
    """An edition with the document's own digest."""
    return compose_edition(document, digest_of(as_canonical_json(document)), columns)
