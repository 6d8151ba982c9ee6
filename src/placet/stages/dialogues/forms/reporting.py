"""Forms of the rapporteur's desk, and the one in which a receipt is entered."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from placet.stages.consultations.models import STATEMENT_MAX_LENGTH
from placet.stages.consultations.queries import ConsultationView
from placet.stages.dialogues.models import POINT_MAX_LENGTH, TAKEAWAY_MAX_LENGTH, Takeaway
from placet.stages.dialogues.receipts import TYPED_MAX_LENGTH
from placet.stages.dialogues.reporting.gathering import POINTS_AT_ONCE
from placet.stages.dialogues.reporting.grouping import TITLE_MAX_LENGTH, SeenPoint
from placet.stages.dialogues.reporting.queries import Desk, DeskPoint
from placet.stages.dialogues.reporting.takeaways import SUMMARY_MAX_LENGTH, TakeawayFrame
from placet.stages.mandates.forms.multilingual import MultilingualForm, OnceForm, Words
from placet.stages.people.actions import NAME_LENGTH
from placet.stages.texts.languages import CONTENT_LANGUAGES

NO_GROUP, NEW_GROUP = "none", "new"


class SeenFormMixin(forms.Form):
    """A form that carries a mark of what its page showed, and notices that somebody else was faster."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    @property
    def is_overtaken(self) -> bool:
        """Whether it was refused because what it changes has changed meanwhile."""
        return self.is_bound and self.has_error(NON_FIELD_ERRORS, code="changed")

    def look_again(self, mark: str) -> None:
        """Take what stands there now as seen: what is typed stays, and is saved when sent again."""
        data: Any = self.data
        self.data = typed = data.copy()
        typed["seen"] = mark


class TypedPointsForm(OnceForm):
    """Points from the rapporteur's notes, one a line."""

    points = forms.CharField(
        label=_("Points"),
        help_text=_("One a line, at most 600 characters each. What was said, not who said it."),
        max_length=POINTS_AT_ONCE * (POINT_MAX_LENGTH + 2),
        widget=forms.Textarea({"rows": 6, "dir": "auto"}),
    )
    language = forms.ChoiceField(label=_("Language of these points"))
    attribution = forms.CharField(
        label=_("Said by"),
        required=False,
        max_length=NAME_LENGTH,
        help_text=_("Of all of them; on the record. Leave it empty where nobody need be named."),
    )

    def __init__(self, *args: Any, languages: Sequence[str], is_on_record: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [*languages, *(code for code in CONTENT_LANGUAGES if code not in languages)]
        self.fields["language"].choices = [(code, CONTENT_LANGUAGES[code]) for code in codes]  # type: ignore[attr-defined]
        if not is_on_record:
            del self.fields["attribution"]

    def bodies(self) -> list[str]:
        """The lines that say something."""
        lines = self.cleaned_data["points"].replace("\r\n", "\n").split("\n")
        return [line.strip() for line in lines if line.strip()]


class PointForm(SeenFormMixin, OnceForm):
    """The wording of a point, and on the record who said it."""

    body = forms.CharField(
        label=_("Wording"),
        max_length=POINT_MAX_LENGTH,
        widget=forms.Textarea({"rows": 4, "dir": "auto"}),
    )
    attribution = forms.CharField(label=_("Said by"), required=False, max_length=NAME_LENGTH)

    def __init__(self, *args: Any, is_on_record: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_on_record:
            del self.fields["attribution"]


class ChosenPointsField(forms.MultipleChoiceField):
    """Points as their check boxes name them: with the group in which they were shown."""

    default_error_messages: ClassVar = {"required": _("Choose at least one point.")}

    def valid_value(self, value: str) -> bool:
        return True  # the action looks which of them are points of this dialogue

    def clean(self, value: Any) -> list[SeenPoint]:
        return [self._read(each) for each in super().clean(value)]

    def _read(self, value: str) -> SeenPoint:
        key, _sign, group = value.partition(":")
        try:
            return SeenPoint(UUID(key), int(group) or None)
        except ValueError:
            raise forms.ValidationError(gettext("Choose points of this dialogue.")) from None


class ArrangeForm(OnceForm):
    """Where the points that are ticked go: into a group, into a new one, or out of all."""

    points = ChosenPointsField()
    to = forms.ChoiceField(label=_("Put the points that are ticked"))
    title = forms.CharField(label=_("Title of the new group"), required=False, max_length=TITLE_MAX_LENGTH)

    def __init__(self, *args: Any, desk: Desk, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        into = gettext("into “%(title)s”")
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            (NEW_GROUP, gettext("into a new group")),
            *((str(group.id), into % {"title": group.title}) for group in desk.groups),
            (NO_GROUP, gettext("into no group")),
        ]

    def ticked(self) -> set[str]:
        """What was ticked when the form was sent: it stays ticked where the form is refused."""
        data: Any = self.data
        sent = data.getlist("points") if hasattr(data, "getlist") else []
        return {value.partition(":")[0] for value in sent}


class GroupForm(SeenFormMixin, OnceForm):
    """The title of a group."""

    title = forms.CharField(label=_("Title of the group"), max_length=TITLE_MAX_LENGTH)


class SummaryForm(SeenFormMixin, MultilingualForm):
    """The summary of the report."""

    words: ClassVar = {
        "summary": Words(
            _("Summary"),
            _("What the dialogue was about and what it came to: a few paragraphs. It names nobody."),
            rows=8,
            max_length=SUMMARY_MAX_LENGTH,
            is_required=False,
        )
    }


class TakeawayForm(SeenFormMixin, MultilingualForm):
    """One takeaway beside the points that it may rest on."""

    words: ClassVar = {
        "text": Words(
            _("Takeaway"),
            _("One thing that the dialogue concluded. It is attributed to nobody."),
            rows=4,
            max_length=TAKEAWAY_MAX_LENGTH,
            is_required=False,
        )
    }
    is_dissent = forms.BooleanField(
        label=_("A view that the room did not share"),
        required=False,
        help_text=_("It is published as well, and marked as dissent."),
    )
    rests_on_whole = forms.BooleanField(
        label=_("It rests on the dialogue as a whole, not on single points"), required=False
    )
    groups = forms.TypedMultipleChoiceField(required=False, coerce=int)
    points = forms.TypedMultipleChoiceField(required=False, coerce=UUID)

    def __init__(self, *args: Any, desk: Desk, takeaway: Takeaway | None = None, **kwargs: Any) -> None:
        super().__init__(*args, texts={"text": takeaway.text} if takeaway else None, **kwargs)
        self.desk = desk
        self._offered = {point.id: point for point in self._offer(takeaway)}
        self.fields["groups"].choices = [(group.id, group.title) for group in desk.groups]  # type: ignore[attr-defined]
        self.fields["points"].choices = [  # type: ignore[attr-defined]
            (str(key), point.wording.body) for key, point in self._offered.items()
        ]

    def frame(self) -> TakeawayFrame:
        """What the action takes, once the form is valid."""
        whole = {
            point.id
            for group in self.desk.groups
            if group.id in self.cleaned_data["groups"]
            for point in group.points
        }
        return TakeawayFrame(
            bodies=self.bodies("text"),
            point_ids=sorted(whole | set(self.cleaned_data["points"])),
            rests_on_whole=self.cleaned_data["rests_on_whole"],
            is_dissent=self.cleaned_data["is_dissent"],
        )

    def ticked(self) -> set[str]:
        """The points that are ticked, as the page shows them."""
        return {str(value) for value in self["points"].value() or []}

    def ticked_groups(self) -> set[str]:
        """The groups that are ticked as a whole."""
        return {str(value) for value in self["groups"].value() or []}

    def hidden_points(self) -> list[DeskPoint]:
        """Hidden points that the takeaway rests on already; others are not offered."""
        return [point for point in self._offered.values() if point.is_hidden]

    def _offer(self, takeaway: Takeaway | None) -> list[DeskPoint]:
        used = takeaway.reference if takeaway else None
        return [*self.desk.shown, *(point for point in self.desk.hidden if used in point.takeaways)]


class StatementForm(MultilingualForm):
    """A point under the wording in which everybody will vote on it."""

    words: ClassVar = {
        "statement": Words(
            _("Statement"),
            _("One idea that one can agree or disagree with, in at most 280 characters."),
            rows=3,
            max_length=STATEMENT_MAX_LENGTH,
        )
    }
    consultation = forms.ChoiceField(label=_("Consultation"))
    order: ClassVar = ("consultation", "statement")

    def __init__(
        self,
        *args: Any,
        consultations: Sequence[ConsultationView],
        wording: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        initial = {f"statement_{language}": body for language, body in wording.items()}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["consultation"].choices = [  # type: ignore[attr-defined]
            (view.reference, view.question.body) for view in consultations
        ]
        self.fields["consultation"].initial = consultations[0].reference if consultations else ""


class ReceiptForm(forms.Form):
    """The receipt that somebody was given when she said a point."""

    receipt = forms.CharField(
        label=_("Receipt"),
        help_text=_("Twenty letters and digits. Capitals, spaces and hyphens make no difference."),
        max_length=TYPED_MAX_LENGTH,
        widget=forms.TextInput(
            {
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "size": "28",
            }
        ),
    )
