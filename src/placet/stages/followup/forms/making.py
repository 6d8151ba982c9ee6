"""The forms that make a commitment, its milestones and its indicators."""

from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from placet.stages.decisions.models import Decision
from placet.stages.dialogues.forms.choosing import COLUMNS, offer
from placet.stages.followup.committing import Lead, NewCommitment
from placet.stages.followup.models import Commitment, CommitmentMember, Precision
from placet.stages.followup.permissions import reflection_of
from placet.stages.mandates.forms.multilingual import MultilingualForm, OnceForm, Words, date_input
from placet.stages.mandates.models import Member, Organisation
from placet.stages.mandates.organisations import organisation_views
from placet.stages.mandates.queries import member_views
from placet.stages.proposals.agreed import shown_language
from placet.stages.proposals.freezing import frozen_document
from placet.stages.proposals.models import Clause

MEMBER, ORGANISATION = "member", "organisation"


class CommitmentForm(MultilingualForm):
    """What is committed to, by whom, by when, and from which clause it follows."""

    words: ClassVar = {
        "title": Words(_("What is to be done"), max_length=200),
        "description": Words(_("Description"), rows=4, max_length=4000, is_required=False),
        "lead_name": Words(
            _("Another body that leads"), _("Where it is none of the above."), is_required=False
        ),
    }
    clause = forms.ChoiceField(label=_("Follows from"), required=False)
    lead = forms.ChoiceField(label=_("Who leads"), required=False)
    members = forms.MultipleChoiceField(
        label=_("Members that contribute"), required=False, widget=forms.CheckboxSelectMultiple(COLUMNS)
    )
    due_date = forms.DateField(
        label=_("Due by"),
        required=False,
        widget=date_input(),
        help_text=_("Any day of the month or year, where no more is known."),
    )
    due_precision = forms.ChoiceField(
        label=_("What is known of this date"), choices=Precision.choices, initial=Precision.DAY
    )
    source_url = forms.URLField(
        label=_("Source"),
        required=False,
        assume_scheme="https",
        help_text=_("Where the commitment is on public record."),
    )
    order: ClassVar = (
        "clause",
        "title",
        "description",
        "lead",
        "lead_name",
        "members",
        "due_date",
        "due_precision",
        "source_url",
    )

    def __init__(
        self,
        *args: Any,
        decision: Decision,
        language: str,
        commitment: Commitment | None = None,
        clause: str = "",
        **kwargs: Any,
    ) -> None:
        self.decision, self.reflection = decision, reflection_of(decision)
        texts = {name: getattr(commitment, name) for name in self.words} if commitment else {}
        initial = _initial(commitment) if commitment else {"clause": clause}
        super().__init__(*args, languages=self.reflection.languages, texts=texts, initial=initial, **kwargs)
        members = [(view.code, view.name.body) for view in member_views(self.reflection, language)]
        organisations = organisation_views(self.reflection, language)
        offer(self, clause=_clause_choices(decision, language), members=members)
        self.fields["lead"].choices = [  # type: ignore[attr-defined]
            ("", pgettext("who leads", "another body, named below")),
            (_("Members"), [(f"{MEMBER}:{code}", name) for code, name in members]),
            (_("Organisations"), [(f"{ORGANISATION}:{view.id}", view.name.body) for view in organisations]),
        ]

    def new(self) -> NewCommitment:
        """What the action takes, once the form is valid."""
        data = self.cleaned_data
        members = Member.objects.filter(reflection=self.reflection, code__in=data["members"])
        clause = Clause.objects.filter(reference=data["clause"]).first() if data["clause"] else None
        return NewCommitment(
            title=self.bodies("title"),
            description=self.bodies("description"),
            lead=self._lead(),
            members=list(members),
            due_date=data["due_date"],
            due_precision=data["due_precision"],
            source_url=data["source_url"],
            clause=clause,
        )

    def _lead(self) -> Lead:
        kind, _colon, key = self.cleaned_data["lead"].partition(":")
        if kind == MEMBER:
            return Member.objects.get(reflection=self.reflection, code=key)
        if kind == ORGANISATION:
            return Organisation.objects.get(reflection=self.reflection, pk=UUID(key))
        return self.bodies("lead_name")


class MilestoneForm(MultilingualForm):
    """A step on the way, and by when."""

    words: ClassVar = {"title": Words(_("What is reached then"))}
    due_date = forms.DateField(
        label=_("Due by"),
        widget=date_input(),
        help_text=_("Any day of the month or year, where no more is known."),
    )
    precision = forms.ChoiceField(
        label=_("What is known of this date"), choices=Precision.choices, initial=Precision.DAY
    )
    reached_date = forms.DateField(
        label=_("Reached on"), required=False, widget=date_input(), help_text=_("Empty: not yet.")
    )
    source_url = forms.URLField(label=_("Source"), required=False, assume_scheme="https")
    order: ClassVar = ("title", "due_date", "precision", "reached_date", "source_url")


class IndicatorForm(MultilingualForm):
    """What is measured, from where, and to where."""

    words: ClassVar = {"name": Words(_("What is measured"))}
    unit = forms.CharField(
        label=_("Unit"), required=False, max_length=40, help_text=_("As %, km or members.")
    )
    baseline = forms.DecimalField(
        label=_("Where it started"), required=False, max_digits=18, decimal_places=4
    )
    target = forms.DecimalField(label=_("Target"), required=False, max_digits=18, decimal_places=4)
    order: ClassVar = ("name", "unit", "baseline", "target")


class ReachForm(OnceForm):
    """On which day a milestone was reached."""

    reached_date = forms.DateField(label=_("Reached on"), widget=date_input())


def _initial(commitment: Commitment) -> dict[str, Any]:
    lead = ""
    if commitment.lead_member:
        lead = f"{MEMBER}:{commitment.lead_member.code}"
    if commitment.lead_organisation_id:
        lead = f"{ORGANISATION}:{commitment.lead_organisation_id}"
    contributing = CommitmentMember.objects.filter(commitment=commitment)
    return {
        "clause": commitment.clause.reference if commitment.clause else "",
        "lead": lead,
        "members": list(contributing.values_list("member__code", flat=True)),
        "due_date": commitment.due_date,
        "due_precision": commitment.due_precision,
        "source_url": commitment.source_url,
    }


def _clause_choices(decision: Decision, language: str) -> list[tuple[str, str]]:
    """The clauses of the text that was adopted, by number, after the text as a whole."""
    named = [
        (each.reference, f"{each.number}. {_shortened(each.bodies[shown_language(each.origins, language)])}")
        for each in frozen_document(decision.text).clauses
    ]
    return [("", pgettext("follows from", "the text as a whole")), *named]


def _shortened(body: str, length: int = 90) -> str:
    line = " ".join(body.split())
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"
