"""Forms of amendments: opening a proposal to them, asking for a change, answering."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from placet.stages.consultations.forms import ZonedDateTimeField
from placet.stages.dialogues.forms.reporting import SeenFormMixin
from placet.stages.mandates.forms.multilingual import MultilingualForm, OnceForm, Words
from placet.stages.mandates.models import Reflection
from placet.stages.proposals.amending.actions import JUSTIFICATION_MAX_LENGTH, NewAmendment
from placet.stages.proposals.amending.answering import ANSWER_MAX_LENGTH
from placet.stages.proposals.models import CLAUSE_MAX_LENGTH, Amendment, Clause, Proposal

Kind, State = Amendment.Kind, Amendment.State


class OpeningForm(OnceForm):
    """Until when delegations may submit amendments."""

    def __init__(self, *args: Any, proposal: Proposal, **kwargs: Any) -> None:
        reflection = proposal.priority.reflection
        super().__init__(*args, **kwargs)
        self.fields["until"] = ZonedDateTimeField(
            zone=reflection.time_zone,
            label=gettext("Until"),
            required=False,
            initial=proposal.amendable_until,
            help_text=gettext("In this time zone: %(zone)s. Leave it empty where the day is not set yet.")
            % {"zone": reflection.time_zone.replace("_", " ")},
        )


class AmendmentForm(SeenFormMixin, MultilingualForm):
    """What a delegation asks for: in one language of the reflection or in several."""

    words: ClassVar = {
        "wording": Words(
            _("Proposed wording"),
            _("Any language will do: the others can follow by translation."),
            rows=7,
            max_length=CLAUSE_MAX_LENGTH,
            is_required=False,
        ),
        "justification": Words(
            _("Justification"),
            _("Why the change is asked for. Everybody reads it."),
            rows=4,
            max_length=JUSTIFICATION_MAX_LENGTH,
            is_required=False,
        ),
    }

    def __init__(self, *args: Any, kind: str, present: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.present = kind, present
        if kind == Kind.REWORD:
            self.initial.update({f"wording_{language}": body for language, body in present.items()})
        if kind == Kind.DELETE:
            for language in self.languages:
                del self.fields[f"wording_{language}"]

    def new_amendment(self, clause: Clause | None, *, is_simulated: bool) -> NewAmendment:
        """What the action takes, once the form is valid."""
        seen = self.cleaned_data["seen"]
        return NewAmendment(
            kind=self.kind,
            clause=clause,
            wording=self._wording(),
            justification=self.bodies("justification"),
            seen_version=int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else None,
            is_simulated=is_simulated,
        )

    def _wording(self) -> dict[str, str] | None:
        """What was written; a language in which nothing was changed is left to the translators."""
        if self.kind == Kind.DELETE:
            return None
        written = self.bodies("wording")
        if self.kind == Kind.INSERT:
            return written
        changed = {
            language: body
            for language, body in written.items()
            if body.replace("\r\n", "\n") != self.present.get(language)
        }
        return changed or written


class AnswerForm(SeenFormMixin, MultilingualForm):
    """The secretariat's answer to an amendment."""

    words: ClassVar = {
        "wording": Words(
            _("Wording that the clause is to have"),
            _("Accepted in part: your wording. Accepted: theirs, with translations where they wrote none."),
            rows=7,
            max_length=CLAUSE_MAX_LENGTH,
            is_required=False,
        ),
        "answer": Words(
            _("Reason"),
            _("What you answer the delegation. Everybody reads it."),
            rows=4,
            max_length=ANSWER_MAX_LENGTH,
        ),
    }
    state = forms.ChoiceField(label=_("Answer"), widget=forms.RadioSelect)
    confirms = forms.BooleanField(
        label=_("I have compared: this answer holds against the present wording of the clause"),
        required=False,
    )
    order: ClassVar = ("state", "confirms", "wording", "answer")

    def __init__(
        self,
        *args: Any,
        reflection: Reflection,
        amendment: Amendment,
        wording: Mapping[str, str],
        is_overtaken: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, languages=reflection.languages, **kwargs)
        self.amendment = amendment
        self.initial.update({f"wording_{language}": body for language, body in wording.items()})
        self.fields["state"].choices = [  # type: ignore[attr-defined]
            (State.ACCEPTED, pgettext("answer to an amendment", "Accepted")),
            (State.PARTLY, pgettext("answer to an amendment", "Accepted in part, in our wording")),
            (State.REFUSED, pgettext("answer to an amendment", "Not accepted: the text stays")),
        ]
        if not is_overtaken:
            del self.fields["confirms"]

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        needs_look = "confirms" in self.fields and self.cleaned_data.get("state") != State.REFUSED
        if needs_look and not self.cleaned_data.get("confirms"):
            self.add_error("confirms", gettext("Compare with the present wording first, and say so here."))
        return data

    def wording(self) -> dict[str, str] | None:
        """The wording that the answer needs; None where it has none."""
        state = self.cleaned_data["state"]
        is_deletion = self.amendment.kind == Kind.DELETE and state == State.ACCEPTED
        return None if is_deletion or state == State.REFUSED else self.bodies("wording")

    def seen_version(self) -> int | None:
        """The version of the clause that the page showed."""
        seen: str = self.cleaned_data["seen"]
        return int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else None


def version_mark(bodies: Sequence[Any]) -> str:
    """The number of the version that wordings are of, as the forms carry it."""
    return str(bodies[0].version_number) if bodies else ""
