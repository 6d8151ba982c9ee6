"""What a reader may see of a reflection: asked once, and used by every query of the lineage.

What may not be seen is left out before anything is counted: no figure tells that it is there.
"""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Exists, OuterRef, Q, QuerySet

from placet.stages.consultations.models import Consultation, Statement
from placet.stages.consultations.queries import MODERATING_ROLES, SHOWN_STATES
from placet.stages.contributions.models import Contribution
from placet.stages.contributions.permissions import SEEN_BY_EVERYBODY
from placet.stages.dialogues.models import HouseRule, Takeaway
from placet.stages.dialogues.permissions import readable_dialogues
from placet.stages.followup.models import Commitment
from placet.stages.followup.permissions import visible_commitments
from placet.stages.mandates.models import Reflection, Role
from placet.stages.mandates.permissions import Actor, roles_of
from placet.stages.mandates.queries import MANAGING_ROLES
from placet.stages.proposals.models import Proposal
from placet.stages.proposals.permissions import visible_proposals
from placet.stages.sensemaking.finding_models import Finding
from placet.stages.sensemaking.findings.queries import visible_findings
from placet.stages.sensemaking.queries import ANALYSING_ROLES
from placet.stages.sensemaking.theme_models import Theme


@dataclass(frozen=True)
class Sight:
    """The eyes of one reader on one reflection that he or she may see."""

    actor: Actor
    reflection: Reflection

    @cached_property
    def roles(self) -> frozenset[Role]:
        return roles_of(self.actor, self.reflection)

    @property
    def moderates(self) -> bool:
        return bool(self.roles & set(MODERATING_ROLES))

    def sees(self, consultation: Consultation) -> bool:
        """Whether a consultation of the reflection may be seen: what ``consultations`` says, of one."""
        return consultation.state != Consultation.State.DRAFT or bool(self.roles & set(MANAGING_ROLES))

    @property
    def drafts(self) -> bool:
        """Whether the reader writes proposals, and so sees what was never published of them."""
        return Role.SECRETARIAT in self.roles

    @cached_property
    def findings(self) -> QuerySet[Finding]:
        return visible_findings(self.actor, self.reflection)

    @cached_property
    def proposals(self) -> QuerySet[Proposal]:
        return visible_proposals(self.actor, self.reflection)

    @cached_property
    def commitments(self) -> QuerySet[Commitment]:
        return visible_commitments(self.actor, self.reflection)

    @cached_property
    def consultations(self) -> QuerySet[Consultation]:
        """Drafts are seen by those who run the reflection."""
        every = Consultation.objects.filter(priority__reflection=self.reflection)
        return every if self.roles & set(MANAGING_ROLES) else every.exclude(state=Consultation.State.DRAFT)

    @cached_property
    def statements(self) -> QuerySet[Statement]:
        """Those whose text is shown to everybody: accepted, or brought together with another."""
        return Statement.objects.filter(consultation__in=self.consultations, state__in=SHOWN_STATES)

    @cached_property
    def contributions(self) -> QuerySet[Contribution]:
        return Contribution.objects.filter(SEEN_BY_EVERYBODY, reflection=self.reflection)

    @cached_property
    def reported(self) -> QuerySet[Takeaway]:
        """Takeaways of published reports, taken back ones among them; of a closed dialogue there are none."""
        readable = readable_dialogues(self.actor, self.reflection).exclude(house_rule=HouseRule.CLOSED)
        return Takeaway.objects.filter(
            report__dialogue__in=readable.order_by().values("pk"), report__published_at__isnull=False
        )

    @property
    def takeaways(self) -> QuerySet[Takeaway]:
        return self.reported.filter(removed_at=None)

    @property
    def analyses(self) -> bool:
        """Whether the reader has themes found, and so sees those that are hidden."""
        return bool(self.roles & set(ANALYSING_ROLES))

    def sees_theme(self, theme: Theme) -> bool:
        """Whether a theme of the reflection may be seen: what ``themes`` says, of one whose rows are read."""
        if theme.state != Theme.State.LIVE or not self.sees(theme.consultation):
            return False
        is_hidden = theme.is_hidden or (theme.parent is not None and theme.parent.is_hidden)
        return self.analyses or not is_hidden

    @property
    def themes(self) -> QuerySet[Theme]:
        """Live themes; those hidden, or below a hidden one, are for those who have themes found."""
        live = Theme.objects.filter(consultation__in=self.consultations, state=Theme.State.LIVE)
        if self.analyses:
            return live
        hidden_above = Theme.objects.filter(pk=OuterRef("parent"), is_hidden=True)
        return live.filter(~Q(Exists(hidden_above)), is_hidden=False)
