"""From rows to what is told: each step with its reference and its sentence, and where it stopped and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from placet.portal.lineage.graph import Above, Adoption, Carried, Standing
from placet.portal.lineage.items import Kind, address_of, address_of_clause
from placet.portal.lineage.steps import (
    ClauseStep,
    CommitmentStep,
    DecisionStep,
    FindingStep,
    Related,
    Sentence,
    Stop,
    Way,
)
from placet.stages.followup.models import Commitment
from placet.stages.proposals.freezing import FrozenClause
from placet.stages.proposals.models import Citation, Clause, Proposal
from placet.stages.sensemaking.finding_models import Finding
from placet.stages.sensemaking.theme_models import Theme
from placet.stages.sensemaking.themes.reading import TERMS_IN_A_TITLE, terms_of, theme_language
from placet.stages.texts.queries import Wording


@dataclass(frozen=True)
class Teller:
    """Tells what stands above findings, in one language."""

    above: Above
    standings: Mapping[UUID, Standing]
    words: Mapping[UUID, Wording]
    language: str

    def finding(self, pk: UUID, *, stance: str, since: datetime, ways: list[Way]) -> FindingStep:
        """A finding, with all that rests on it."""
        row = self.above.findings[pk]
        clauses = [self.clause(each) for each in self.above.clauses_of(pk)]
        reason = self.above.not_taken_up.get(pk)
        return FindingStep(
            reference=row.reference,
            url=address_of(Kind.FINDING, row.reference),
            title=self.words[row.title_id],
            stance=stance,
            since=max(since, row.published_at or since),
            ways=ways,
            clauses=clauses,
            stop=self._stop_of_finding(row, has_clauses=bool(clauses)),
            not_taken_up_at=reason.said_at if reason and not clauses else None,
            withdrawn_at=row.withdrawn_at,
            past=[_past(each) for each in self.above.past.get(pk, ())],
        )

    def clause(self, carried: Carried) -> ClauseStep:
        """A clause that rests on a finding: as it was adopted, or as it reads today."""
        row = self.above.clauses[carried.clause_id]
        proposal = self.above.proposals[row.proposal_id]
        found = self.above.adoption_of(row)
        decision = self.decision(row, found[0]) if found else None
        finding = self.above.findings[carried.citation.finding_id]
        moments = (carried.citation.cited_at, proposal.published_at, finding.published_at)
        return ClauseStep(
            reference=row.reference,
            url=address_of_clause(proposal.reference, row.reference),
            proposal_reference=proposal.reference,
            proposal_url=address_of(Kind.PROPOSAL, proposal.reference),
            proposal_title=self.words[proposal.title_id],
            text=adopted_text(found[1], self.language) if found else current_text(self.words[row.text_id]),
            stance=carried.citation.stance,
            since=max(moment for moment in moments if moment),
            came_from=carried.citation.clause.reference if carried.is_inherited else "",
            decision=decision,
            stop=None if decision else self._stop_of_clause(proposal),
        )

    def decision(self, clause: Clause, adoption: Adoption) -> DecisionStep:
        """The decision on a clause, and what was undertaken from it."""
        row = adoption.decision
        commitments = [self.commitment(each) for each in self.above.commitments_of(clause, row)]
        return DecisionStep(
            reference=row.reference,
            url=address_of(Kind.DECISION, row.reference),
            adopted_at=row.adopted_at,
            recorded_at=row.recorded_at,
            way_label=row.get_way_display(),
            commitments=commitments,
            stop=None if commitments else Stop(_("Adopted; no commitment names this clause yet.")),
        )

    def commitment(self, row: Commitment) -> CommitmentStep:
        """What was undertaken, and how far it is."""
        standing = self.standings[row.pk]
        return CommitmentStep(
            reference=row.reference,
            url=address_of(Kind.COMMITMENT, row.reference),
            title=self.words[row.title_id],
            status=standing.status.value,
            status_label=str(standing.status.label),
            since=row.published_at,
            fulfilled_at=standing.fulfilled_by.reported_at if standing.fulfilled_by else None,
        )

    def _stop_of_finding(self, row: Finding, *, has_clauses: bool) -> Stop | None:
        if row.state == Finding.State.WITHDRAWN:
            reason = self.words.get(row.withdrawal_reason_id) if row.withdrawal_reason_id else None
            return Stop(_("The finding was withdrawn, because:"), reason, row.withdrawn_at)
        if has_clauses:
            return None
        not_taken_up = self.above.not_taken_up.get(row.pk)
        if not_taken_up is not None:
            reason = self.words[not_taken_up.reason_id]
            return Stop(_("The finding was not taken up, because:"), reason, not_taken_up.said_at)
        return Stop(_("No clause rests on this finding yet."))

    def _stop_of_clause(self, proposal: Proposal) -> Stop:
        if proposal.state == Proposal.State.WITHDRAWN:
            reason = self.words.get(proposal.withdrawal_reason_id) if proposal.withdrawal_reason_id else None
            return Stop(_("The proposal was withdrawn, because:"), reason)
        if proposal.pk in self.above.adoptions:
            return Stop(_("The proposal was adopted without this clause."))
        broken = self.above.broken.get(proposal.pk)
        if broken is not None:
            return Stop(_("The objection of a member stopped it."), at=broken.ended_at)
        if proposal.state == Proposal.State.FROZEN:
            return Stop(_("It is put to the members; nothing is decided yet."))
        if proposal.state == Proposal.State.AMENDABLE:
            return Stop(_("The members may ask for amendments; nothing is decided yet."))
        return Stop(_("Nothing is decided on this proposal yet."))


def theme_related(theme: Theme, words: Mapping[UUID, Wording], language: str) -> Related:
    """A theme by the name that the secretariat gave it, else by its first terms."""
    name = words.get(theme.name_id) if theme.name_id else None
    terms = ", ".join(terms_of(theme, language)[:TERMS_IN_A_TITLE])
    return Related(
        reference=theme.reference,
        url=reverse("sensemaking:theme", args=[theme.consultation.reference, theme.reference]),
        title=name.body if name else terms or theme.reference,
        language=name.language if name else theme_language(theme, language),
    )


def current_text(wording: Wording) -> Sentence:
    """What a clause says today."""
    return Sentence(wording.body, wording.language)


def adopted_text(clause: FrozenClause, language: str) -> Sentence:
    """What a clause said when it was adopted, in a reader's language or the first that it is in."""
    shown = language if language in clause.bodies else next(iter(clause.bodies))
    return Sentence(clause.bodies[shown], shown)


def written_date(moment: datetime | None) -> str:
    """A day as the reader's language writes it."""
    return date_format(moment, "DATE_FORMAT") if moment else ""


def _past(citation: Citation) -> str:
    words = {
        "reference": citation.clause.reference,
        "date": written_date(citation.taken_back_at or citation.clause.removed_at),
    }
    if citation.taken_back_at is None:
        return _("Clause %(reference)s rested on it; the clause was removed on %(date)s.") % words
    return _("Clause %(reference)s rested on it until %(date)s; the citation was taken back.") % words
