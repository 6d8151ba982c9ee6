"""Forms of those who draft: proposals, clauses, notes in the margin, and reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from placet.stages.contributions.revisions import Passage, changes
from placet.stages.dialogues.forms.reporting import SeenFormMixin
from placet.stages.mandates.forms.multilingual import MultilingualForm, OnceForm, Words
from placet.stages.mandates.queries import PriorityView
from placet.stages.proposals.drafting.actions import (
    REASON_MAX_LENGTH,
    SUMMARY_MAX_LENGTH,
    TITLE_MAX_LENGTH,
    NewProposal,
)
from placet.stages.proposals.drafting.notes import NOTE_MAX_LENGTH
from placet.stages.proposals.drafting.wording import tidied
from placet.stages.proposals.models import CLAUSE_MAX_LENGTH
from placet.stages.sensemaking.finding_models import Stance
from placet.stages.texts.models import Text
from placet.stages.texts.queries import Wording, all_wordings_of


@dataclass(frozen=True, slots=True)
class Difference:
    """What one text says now against what is typed: taken out is theirs, added is yours."""

    label: str
    language: str
    passages: list[Passage]


class DraftingForm(SeenFormMixin, MultilingualForm):
    """A form on texts that several may change: what is typed stays when somebody else was faster."""

    def __init__(self, *args: Any, texts: Mapping[str, Text | None] | None = None, **kwargs: Any) -> None:
        self.texts = {name: text for name, text in (texts or {}).items() if text}
        super().__init__(*args, texts=texts, **kwargs)

    def differences(self) -> list[Difference]:
        """What stands there now, word by word against what is typed, where the two differ."""
        found = all_wordings_of(text.pk for text in self.texts.values())
        compared = [
            self._difference(name, language, found[text.pk])
            for name, text in self.texts.items()
            for language in self.languages
        ]
        return [each for each in compared if any(passage.change != "same" for passage in each.passages)]

    def _difference(self, name: str, language: str, present: Sequence[Wording]) -> Difference:
        field = self[f"{name}_{language}"]
        theirs = next((wording.body for wording in present if wording.language == language), "")
        yours = tidied({language: str(field.value() or "")})[language]
        return Difference(str(field.label), language, changes(theirs, yours))


class ProposalForm(DraftingForm):
    """The title and the summary of a proposal; of a new one, also its priority."""

    words: ClassVar = {
        "title": Words(_("Title"), max_length=TITLE_MAX_LENGTH),
        "summary": Words(
            _("Summary"),
            _("In a few sentences: what is asked of the leaders, and what it answers to."),
            rows=4,
            max_length=SUMMARY_MAX_LENGTH,
        ),
    }
    priority = forms.ChoiceField(label=_("Priority"))
    order: ClassVar = ("priority", "title", "summary")

    def __init__(self, *args: Any, priorities: Sequence[PriorityView] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if priorities:
            self.fields["priority"].choices = [  # type: ignore[attr-defined]
                (str(each.number), f"{each.number}. {each.title.body}") for each in priorities
            ]
        else:
            del self.fields["priority"]

    def new(self) -> NewProposal:
        """What the action takes, once the form is valid."""
        return NewProposal(title=self.bodies("title"), summary=self.bodies("summary"))


class ClauseForm(DraftingForm):
    """The wording of a clause, in every language of the reflection."""

    words: ClassVar = {
        "text": Words(
            _("Text of the clause"),
            _("One thing that is asked for. What it rests on is cited beneath it."),
            rows=7,
            max_length=CLAUSE_MAX_LENGTH,
        )
    }
    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def look_again_at(self, mark: str, version: int) -> None:
        """Take what stands there now as seen: what is typed stays, and is saved when sent again."""
        self.look_again(mark)
        self.data["seen_version"] = str(version)  # type: ignore[index]


class SplitForm(DraftingForm):
    """The clauses into which one is split; the third may be left empty."""

    words: ClassVar = {
        "text1": Words(_("First clause"), rows=5, max_length=CLAUSE_MAX_LENGTH),
        "text2": Words(_("Second clause"), rows=5, max_length=CLAUSE_MAX_LENGTH),
        "text3": Words(
            _("Third clause"),
            _("Leave it empty where two are enough."),
            rows=5,
            max_length=CLAUSE_MAX_LENGTH,
            is_required=False,
        ),
    }

    def parts(self) -> list[dict[str, str]]:
        """The clauses that were written, in their order."""
        return [bodies for bodies in (self.bodies(name) for name in self.words) if bodies]


class ReasonForm(MultilingualForm):
    """Why something is withdrawn, or not taken up."""

    words: ClassVar = {
        "reason": Words(
            _("Reason"),
            _("Everybody reads it."),
            rows=4,
            max_length=REASON_MAX_LENGTH,
        )
    }


class NoteForm(OnceForm):
    """A note in the margin, or an answer to one."""

    body = forms.CharField(
        label=_("Note"),
        max_length=NOTE_MAX_LENGTH,
        widget=forms.Textarea({"rows": 3, "dir": "auto"}),
    )
    clause = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    answers = forms.UUIDField(required=False, widget=forms.HiddenInput)


class FindingSearchForm(forms.Form):
    """Words of a finding, or its reference."""

    q = forms.CharField(
        label=_("Words or reference"),
        required=False,
        max_length=100,
        widget=forms.TextInput({"type": "search"}),
    )


class CiteForm(forms.Form):
    """A finding, and whether it supports the clause or speaks against it."""

    finding = forms.CharField(max_length=20)
    stance = forms.ChoiceField(choices=Stance.choices)
