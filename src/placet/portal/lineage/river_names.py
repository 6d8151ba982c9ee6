"""What the columns and the nodes of a river are called, in one language."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from placet.portal.calendar.entries import today_in
from placet.portal.lineage.flows import OTHERS, Column, Node
from placet.portal.lineage.graph import standings_of
from placet.portal.lineage.inflow import Inflow
from placet.portal.lineage.items import Kind, address_of
from placet.portal.lineage.sight import Sight
from placet.portal.lineage.telling import theme_related
from placet.stages.mandates.models import Priority
from placet.stages.texts.queries import Wording, wordings

COLUMN_NAMES: Mapping[Column, Promise] = {
    Column.INPUTS: pgettext_lazy("river", "Inputs"),
    Column.THEMES: pgettext_lazy("river", "Themes"),
    Column.FINDINGS: pgettext_lazy("river", "Findings"),
    Column.PROPOSALS: pgettext_lazy("river", "Proposals"),
    Column.DECISIONS: pgettext_lazy("river", "Decisions"),
    Column.COMMITMENTS: pgettext_lazy("river", "Commitments"),
}


FURTHEST: Mapping[Column, Promise] = {
    Column.INPUTS: pgettext_lazy("river", "received, in no theme and cited by no finding yet"),
    Column.THEMES: pgettext_lazy("river", "in a theme, cited by no finding yet"),
    Column.FINDINGS: pgettext_lazy("river", "behind a finding that no clause takes up yet"),
    Column.PROPOSALS: pgettext_lazy("river", "behind a clause that is not adopted yet"),
    Column.DECISIONS: pgettext_lazy("river", "behind an adopted clause without a commitment yet"),
    Column.COMMITMENTS: pgettext_lazy("river", "behind a commitment"),
}
ENDS: Mapping[Column, Promise] = {
    Column.THEMES: pgettext_lazy("river", "In no theme yet"),
    Column.FINDINGS: pgettext_lazy("river", "Cited by no finding yet"),
    Column.PROPOSALS: pgettext_lazy("river", "Taken up by no clause yet"),
    Column.DECISIONS: pgettext_lazy("river", "Not adopted yet"),
    Column.COMMITMENTS: pgettext_lazy("river", "Without a commitment yet"),
}


@dataclass(frozen=True, slots=True)
class Name:
    """What a node is called, where its page is, and what stands beside its name."""

    title: str
    language: str
    url: str = ""
    reference: str = ""
    note: str = ""


class Names:
    """What every node is called, in one language; two queries."""

    def __init__(self, sight: Sight, inflow: Inflow, language: str) -> None:
        self.inflow = inflow
        self.language = language
        consultations = {each.pk: each for each in sight.consultations}
        priorities = {each.pk: each for each in Priority.objects.filter(reflection=sight.reflection)}
        commitments = [each for found in inflow.above.commitments.values() for each in found]
        standings = standings_of(commitments, today_in(sight.reflection))
        used = {group.theme for group in inflow.groups if group.theme}
        themes = [theme for pk, theme in inflow.themes.items() if pk in used]
        self.words = wordings(
            [
                *(each.question_id for each in consultations.values()),
                *(each.title_id for each in priorities.values()),
                *(each.name_id for each in themes),
                *inflow.above.text_ids(),
            ],
            language,
        )
        self.found: dict[tuple[Column, Hashable], Name] = {}
        for pk, consultation in consultations.items():
            reference = consultation.reference
            self._say(
                Column.INPUTS,
                (Kind.STATEMENT, pk),
                self.words[consultation.question_id],
                reference=reference,
                note=_("statements"),
            )
        for group in inflow.groups:
            self._name_source(group.source, priorities)
        for theme in themes:
            said = theme_related(theme, self.words, language)
            self.found[Column.THEMES, theme.pk] = Name(said.title, said.language, said.url, said.reference)
        for finding in inflow.above.findings.values():
            self._item(Column.FINDINGS, finding.pk, Kind.FINDING, finding.reference, finding.title_id)
        for proposal in inflow.above.proposals.values():
            note = proposal.get_state_display()
            self._item(
                Column.PROPOSALS, proposal.pk, Kind.PROPOSAL, proposal.reference, proposal.title_id, note
            )
        for proposal_id, adoption in inflow.above.adoptions.items():
            decision = adoption.decision
            title = inflow.above.proposals[proposal_id].title_id
            note = decision.get_way_display()
            self._item(Column.DECISIONS, decision.pk, Kind.DECISION, decision.reference, title, note)
        for each in commitments:
            note = str(standings[each.pk].status.label)
            self._item(Column.COMMITMENTS, each.pk, Kind.COMMITMENT, each.reference, each.title_id, note)

    def of(self, node: Node) -> Name:
        """The name of a node."""
        if node.is_end:
            return Name(str(ENDS[node.column]), "")
        if node.key == OTHERS:
            return Name(_("Others"), "")
        return self.found.get((node.column, node.key), Name("", ""))

    def _say(
        self,
        column: Column,
        key: Hashable,
        wording: Wording,
        *,
        url: str = "",
        reference: str = "",
        note: str = "",
    ) -> None:
        self.found[column, key] = Name(wording.body, wording.language, url, reference, note)

    def _item(
        self, column: Column, key: UUID, kind: Kind, reference: str, title: UUID, note: str = ""
    ) -> None:
        url = address_of(kind, reference)
        self._say(column, key, self.words[title], url=url, reference=reference, note=note)

    def _name_source(self, source: Hashable, priorities: Mapping[int, Priority]) -> None:
        if (Column.INPUTS, source) in self.found:
            return
        assert isinstance(source, tuple)  # noqa: S101 - for the type checker: (kind, pk)
        kind, pk = source
        if kind == Kind.TAKEAWAY:
            self.found[Column.INPUTS, source] = Name(_("Takeaways of dialogues"), "")
        elif isinstance(pk, int) and pk in priorities:
            title = self.words[priorities[pk].title_id]
            self._say(Column.INPUTS, source, title, note=_("contributions"))
        else:
            self.found[Column.INPUTS, source] = Name(_("Contributions on no single priority"), "")
