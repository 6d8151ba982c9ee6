"""The brief itself: six questions of an adviser and their answers, short enough for one page."""

from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from placet.portal.briefs.differing import Differing
from placet.portal.briefs.lines import (
    Line,
    Piece,
    Section,
    of_wording,
    section,
    shortened,
    shortened_pieces,
)
from placet.portal.briefs.material import CitedFinding, Material, RunCertainty
from placet.stages.decisions.communiques.edition import day_words
from placet.stages.decisions.communiques.figures import figure_of, figure_words
from placet.stages.decisions.models import Decision
from placet.stages.sensemaking.finding_models import Finding
from placet.stages.sensemaking.findings import figures as numbers
from placet.stages.sensemaking.findings.queries import FilledPiece, in_words
from placet.stages.sensemaking.findings.sources import FigureView
from placet.stages.texts.queries import Wording


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything a brief says, and how large it is printed."""

    n_clauses: int
    n_findings: int
    n_against: int
    n_differing: int
    length: int
    points: float


# From the most generous; a brief on paper takes the first of them that fits on its page.
SIZES: Final = (
    Size(10, 8, 10, 5, 500, 10.4),
    Size(8, 6, 8, 4, 320, 9.6),
    Size(6, 4, 6, 3, 240, 9.2),
    Size(5, 4, 5, 3, 170, 8.8),
    Size(4, 3, 4, 2, 120, 8.4),
    Size(3, 2, 3, 2, 90, 8.0),
)
N_SENTENCES: Final = 2
MEMBERS_AT_ONCE: Final = 6


@dataclass(frozen=True, slots=True)
class Brief:
    """One proposal on one page."""

    reference: str
    url: str
    title: Wording
    summary: Piece
    state: str
    facts: tuple[Line, ...]
    is_simulated: bool
    sections: tuple[Section, ...]
    digest: str
    points: float


def compose_brief(material: Material, language: str, size: Size = SIZES[0]) -> Brief:
    """A brief in the language that is switched on; no query."""
    return _Writer(material, language, size).brief()


class _Writer:
    """Answers the questions, from one material, at one size."""

    def __init__(self, material: Material, language: str, size: Size) -> None:
        self.material, self.language, self.size = material, language, size
        self.proposal_url = reverse("proposals:proposal", args=[material.proposal.reference])

    def brief(self) -> Brief:
        proposal = self.material.proposal
        return Brief(
            reference=proposal.reference,
            url=self.proposal_url,
            title=proposal.title,
            summary=Piece(
                shortened(_sentences(proposal.summary.body), 2 * self.size.length),
                language=proposal.summary.language,
            ),
            state=capfirst(proposal.state_label),
            facts=tuple(self.facts()),
            is_simulated=proposal.is_simulated,
            sections=(
                self.asked(),
                self.supports(),
                self.certainty(),
                self.opposed(),
                self.differing(),
            ),
            digest=self.material.digest,
            points=self.size.points,
        )

    def facts(self) -> list[Line]:
        """Where the proposal stands: its priority, and its decision where there is one."""
        proposal, decision = self.material.proposal, self.material.decision
        lines = [
            Line(
                (
                    Piece(_("Priority %(number)d: ") % {"number": proposal.priority_number}),
                    of_wording(proposal.priority_title, 120),
                )
            )
        ]
        if decision is not None and self.material.adopted_on is not None:
            way = str(Decision.Way(decision.way).label)
            said = _("adopted %(way)s on %(date)s") % {
                "way": way,
                "date": day_words(self.material.adopted_on),
            }
            address = reverse("decisions:decision", args=[decision.reference])
            lines.append(Line((Piece(decision.reference, address), Piece(f" – {said}"))))
        return lines

    def asked(self) -> Section:
        """What is asked: the clauses."""
        lines = []
        for clause in self.material.clauses:
            pieces = [
                Piece(
                    _("Clause %(number)s") % {"number": clause.number},
                    f"{self.proposal_url}#{clause.reference}",
                    is_strong=True,
                ),
                Piece(" "),
                of_wording(clause.wording, self.size.length),
            ]
            if not clause.has_evidence:
                pieces.append(Piece(" – " + _("no evidence"), is_strong=True))
            lines.append(Line(tuple(pieces), is_warning=not clause.has_evidence))
        return section(
            "asked",
            _("What is asked"),
            lines,
            at_most=self.size.n_clauses,
            nothing=_("It has no clause yet."),
            more_url=self.proposal_url,
        )

    def supports(self) -> Section:
        """What supports it: findings with their figures, and what stands behind them."""
        kinds = _kinds(self.material.inputs)
        return section(
            "supports",
            _("What supports it"),
            [self.finding(cited) for cited in self.material.supporting],
            at_most=self.size.n_findings,
            nothing=_("No published finding supports it."),
            more_url=self.proposal_url,
            note=_("Behind these findings: %(inputs)s.") % {"inputs": kinds} if kinds else "",
        )

    def finding(self, cited: CitedFinding) -> Line:
        """A finding, each number in it leading to its source, and what changed since."""
        view = cited.view
        pieces = [
            Piece(view.reference, reverse("sensemaking:finding", args=[view.reference])),
            Piece(" "),
            of_wording(view.title, 120, is_strong=True),
            Piece(" – "),
            *shortened_pieces(
                (self.filled(view.text.language, each) for each in view.pieces), self.size.length
            ),
        ]
        places = ", ".join(str(number) for number in cited.clauses)
        cites = ngettext("clause %(numbers)s", "clauses %(numbers)s", len(cited.clauses)) % {
            "numbers": places
        }
        kinds = _kinds(cited.inputs)
        both = _("%(clauses)s; %(inputs)s") % {"clauses": cites, "inputs": kinds}
        beside = both if kinds else cites
        pieces.append(Piece(f" ({beside})", is_quiet=True))
        for figure in view.changed_figures:
            pieces += self.changed(figure)
        if view.state == Finding.State.WITHDRAWN:
            pieces.append(Piece(" " + _("This finding was withdrawn."), is_strong=True))
        is_warning = view.has_changed_figures or view.state == Finding.State.WITHDRAWN
        return Line(tuple(pieces), is_warning=is_warning)

    def filled(self, language: str, piece: FilledPiece) -> Piece:
        """A part of a finding's text; a number leads to what it was counted of."""
        if piece.figure is None:
            return Piece(piece.text, language=language)
        return Piece(piece.text, _source(piece.figure), language=language)

    def changed(self, figure: FigureView) -> list[Piece]:
        """That a later analysis says otherwise, and what."""
        later = figure.changed_to
        if later is None:
            return []
        return [
            Piece(" " + _("Changed since: "), is_strong=True),
            Piece(in_words(later, self.language), _source(later)),
            Piece(" "),
            Piece(later.run_reference, reverse("sensemaking:run", args=[later.run_reference])),
        ]

    def certainty(self) -> Section:
        """How sure the figures are: each with its interval and votes, and the analyses behind them."""
        figures = [figure for figure in self.material.figures if figure.share is not None]
        widest = sorted(figures, key=lambda each: (each.low or 0.0) - (each.high or 0.0))
        lines = [self.figure(each) for each in widest]
        return section(
            "certainty",
            _("How sure we are"),
            [*(self.run(each) for each in self.material.runs), *lines],
            at_most=self.size.n_findings,
            nothing=_("No finding that supports it has a figure."),
            more_url=self.proposal_url,
            note=_("Intervals as each analysis states them, the widest first.") if lines else "",
        )

    def figure(self, figure: FigureView) -> Line:
        words = figure_words(figure_of(figure), self.language)
        reference = figure.statement_reference or figure.run_reference
        return Line((Piece(words, _source(figure)), Piece(f" {reference}", is_quiet=True)))

    def run(self, run: RunCertainty) -> Line:
        """How many took part in an analysis, and how stable its groups are."""
        participants = ngettext("%(number)s participant", "%(number)s participants", run.n_participants) % {
            "number": numbers.number(run.n_participants, self.language)
        }
        pieces = [
            Piece(run.reference, reverse("sensemaking:run", args=[run.reference])),
            Piece(f" – {participants}"),
        ]
        groups = run.groups
        if groups is not None and groups.stability is not None:
            said = _("; %(number)d opinion groups, stability %(value)s") % {
                "number": groups.n_groups,
                "value": _decimal(groups.stability),
            }
            if groups.stability_low is not None and groups.stability_high is not None:
                low, high = _decimal(groups.stability_low), _decimal(groups.stability_high)
                said += f" ({low}–{high})"
            pieces.append(Piece(said))
        return Line(tuple(pieces))

    def opposed(self) -> Section:
        """Who is against: reservations, amendments not accepted, findings and inputs against."""
        lines = [
            *(self.reservation(place) for place in range(len(self.material.reservations))),
            *(self.refused(place) for place in range(len(self.material.refused))),
            *(self.finding(each) for each in self.material.against),
            *(self.input_against(place) for place in range(len(self.material.statements_against))),
        ]
        return section(
            "against",
            _("Who is against"),
            lines,
            at_most=self.size.n_against,
            nothing=_("Nothing on record speaks against it."),
            more_url=self.proposal_url,
        )

    def reservation(self, place: int) -> Line:
        each, decision = self.material.reservations[place], self.material.decision
        pieces = [
            of_wording(each.member, 60, is_strong=True),
            Piece(" " + _("joined with a reservation")),
        ]
        if decision is not None:
            address = reverse("decisions:decision", args=[decision.reference])
            pieces += [Piece(" "), Piece(decision.reference, address)]
        if each.explanation is not None:
            pieces += [Piece(_(": ")), of_wording(each.explanation, self.size.length)]
        return Line(tuple(pieces))

    def refused(self, place: int) -> Line:
        each = self.material.refused[place]
        return Line(
            (
                of_wording(each.member, 60, is_strong=True),
                Piece(" – "),
                Piece(each.reference, reverse("proposals:amendment", args=[each.reference])),
                Piece(" " + _("Amendment not accepted: %(kind)s") % {"kind": each.kind}),
                Piece(f" {each.clause}" if each.clause else "", is_quiet=True),
            )
        )

    def input_against(self, place: int) -> Line:
        """A statement or another input that a supporting finding names against itself."""
        each = self.material.statements_against[place]
        item = each.item
        pieces = [Piece(item.reference, _address(item.kind, item.reference, item.consultation_reference))]
        if item.is_shown and item.wording is not None:
            pieces += [Piece(" "), of_wording(item.wording, self.size.length)]
        elif not item.is_shown:
            pieces.append(Piece(" " + _("no longer shown"), is_quiet=True))
        if each.figure is not None:
            words = figure_words(figure_of(each.figure), self.language)
            pieces += [Piece(" – "), Piece(words, _source(each.figure))]
        return Line(tuple(pieces))

    def differing(self) -> Section:
        """Whose participants differ, statement by statement; those with most members below come first."""
        found = sorted(self.material.differing, key=lambda each: (-len(each.members), each.statement))
        note = _("From published releases alone: what is too small to be shown is not counted here either.")
        return section(
            "differing",
            _("Whose participants differ"),
            [self.members_below(each) for each in found],
            at_most=self.size.n_differing,
            nothing=_("No release by member has figures on it."),
            more_url=self.proposal_url,
            note=note if found else "",
        )

    def members_below(self, found: Differing) -> Line:
        overall = numbers.percentage(found.figure.share or 0.0, self.language)
        results = reverse("sensemaking:results", args=[found.consultation])
        pieces = [
            Piece(found.statement, reverse("portal:statement", args=[found.statement])),
            Piece(" " + _("%(share)s of all agree.") % {"share": overall} + " "),
        ]
        heard = ngettext("%(number)d member heard", "%(number)d members heard", found.n_heard) % {
            "number": found.n_heard
        }
        if not found.members:
            pieces.append(Piece(_("No member lies wholly below that (%(heard)s).") % {"heard": heard}))
            return Line(tuple(pieces))
        pieces.append(Piece(_("Wholly below: "), is_strong=True))
        for place, member in enumerate(found.members[:MEMBERS_AT_ONCE]):
            share = numbers.percentage(member.share, self.language)
            interval = numbers.percentages(member.low, member.high, self.language)
            pieces += [
                Piece(", " if place else ""),
                Piece(member.name, language=member.language),
                Piece(" "),
                Piece(f"{share} ({interval})", f"{results}?by={found.statement}"),
            ]
        if left := len(found.members) - MEMBERS_AT_ONCE:
            pieces.append(Piece(f" +{left}" if left > 0 else ""))
        pieces.append(Piece(f" ({heard})", is_quiet=True))
        return Line(tuple(piece for piece in pieces if piece.text))


def _sentences(text: str) -> str:
    """The first two sentences of a summary."""
    flat = " ".join(text.split())
    ends = [
        place + 1
        for place, sign in enumerate(flat)
        if sign in ".!?…" and (place + 1 == len(flat) or flat[place + 1] == " ")
    ]
    return flat[: ends[N_SENTENCES - 1]] if len(ends) >= N_SENTENCES else flat


def _kinds(inputs: dict[str, int]) -> str:
    """How many inputs of each kind, in words."""
    said = {
        "statement": ngettext("%(n)d statement", "%(n)d statements", inputs.get("statement", 0)),
        "contribution": ngettext("%(n)d contribution", "%(n)d contributions", inputs.get("contribution", 0)),
        "takeaway": ngettext("%(n)d takeaway", "%(n)d takeaways", inputs.get("takeaway", 0)),
        "theme": ngettext("%(n)d theme", "%(n)d themes", inputs.get("theme", 0)),
    }
    return ", ".join(words % {"n": inputs[kind]} for kind, words in said.items() if inputs.get(kind))


def _source(figure: FigureView) -> str:
    """Where a number comes from: the statement's page, where it can be read, else the analysis."""
    if figure.statement_reference and figure.statement_is_shown:
        return reverse("portal:statement", args=[figure.statement_reference])
    return reverse("sensemaking:run", args=[figure.run_reference])


def _address(kind: str, reference: str, consultation: str) -> str:
    """The page of an input."""
    if kind == "statement":
        return reverse("portal:statement", args=[reference])
    if kind == "contribution":
        return reverse("contributions:contribution", args=[reference])
    if kind == "takeaway":
        return reverse("dialogues:takeaway", args=[reference])
    return reverse("sensemaking:theme", args=[consultation, reference])


def _decimal(value: float) -> str:
    return number_format(f"{value:.2f}", 2, use_l10n=True)
