"""Forms of those who write a contribution."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from placet.stages.contributions.drafts import WRITTEN_KINDS, Words, WritingFrame
from placet.stages.contributions.models import (
    BODY_MAX_LENGTH,
    SUMMARY_MAX_LENGTH,
    TITLE_MAX_LENGTH,
    Call,
    Contribution,
    Draft,
)
from placet.stages.mandates.models import Constituency, Member, Participant, Priority, Reflection
from placet.stages.mandates.organisations import represented_organisations, views_of
from placet.stages.mandates.queries import constituency_views, member_views, participant_of, priority_views
from placet.stages.people.models import Account
from placet.stages.texts.languages import CONTENT_LANGUAGES
from placet.stages.texts.queries import wordings

FILE_TYPES = ".pdf,.docx,.odt,.png,.jpg,.jpeg,.webp"


class AskedLaterField(forms.CharField):
    """What has to be there when it is submitted, and may be missing from a draft."""

    def validate(self, value: Any) -> None:
        """Take it as it is: ``submitting.submit`` asks for it."""


class WordsForm(forms.Form):
    """What a contribution says. A draft may lack any part; what must be there is asked for on submission."""

    use_required_attribute = False

    title = AskedLaterField(
        label=_("Title"),
        help_text=_("What it is about, in one line."),
        max_length=TITLE_MAX_LENGTH,
        widget=forms.TextInput({"dir": "auto", "maxlength": TITLE_MAX_LENGTH}),
    )
    summary = forms.CharField(
        label=_("Summary"),
        help_text=_("Two or three sentences, shown in lists."),
        max_length=SUMMARY_MAX_LENGTH,
        required=False,
        widget=forms.Textarea({"rows": 3, "dir": "auto", "maxlength": SUMMARY_MAX_LENGTH}),
    )
    body = AskedLaterField(
        label=_("Text"),
        help_text=_(
            "A blank line begins a new paragraph; lines that begin with a dash or a number are a list."
        ),
        max_length=BODY_MAX_LENGTH,
        strip=False,
        widget=forms.Textarea({"rows": 16, "dir": "auto", "maxlength": BODY_MAX_LENGTH}),
    )
    language = forms.ChoiceField(
        label=_("Language in which you write"), choices=list(CONTENT_LANGUAGES.items())
    )
    number = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2_000_000_000)

    def words(self) -> Words:
        """What a valid form says."""
        data = self.cleaned_data
        return Words(data["language"], data["title"], data["summary"], data["body"])

    def frame(self) -> WritingFrame | None:
        """What it says beside the words: nothing, once they were submitted."""
        return None

    @property
    def word_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("title", "summary", "body", "language")]


class WritingForm(WordsForm):
    """A contribution that was never submitted: its words, and whose they are."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(kind.value, kind.label) for kind in WRITTEN_KINDS],
        widget=forms.RadioSelect,
        initial=Contribution.Kind.IDEA,
    )
    signature = forms.CharField(
        label=_("Sign with a name"),
        help_text=_("Left empty, no name is shown. A name given here is public, for everybody and for good."),
        max_length=120,
        required=False,
    )
    client_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, account: Account, reflection: Reflection, language: str, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.account, self.reflection, self.reader_language = account, reflection, language
        participant = participant_of(account, reflection)
        self._add_organisation()
        self._add_belonging(participant)
        self._add_priority()
        self._add_call()

    @property
    def author_fields(self) -> list[forms.BoundField]:
        names = ("organisation", "signature", "member", "constituency")
        return [self[name] for name in names if name in self.fields]

    @property
    def place_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("priority", "call") if name in self.fields]

    def frame(self) -> WritingFrame:
        """What a valid form says beside the words."""
        said = self.cleaned_data
        return WritingFrame(
            kind=said["kind"],
            signature=said["signature"],
            organisation=said.get("organisation"),
            member=said["member"],
            constituency=said["constituency"],
            priority=said["priority"],
            call=said.get("call"),
        )

    def _add_organisation(self) -> None:
        represented = represented_organisations(self.account, self.reflection)
        views = views_of(represented, self.reader_language)
        if not views:
            return
        field = forms.ModelChoiceField(
            represented,
            required=False,
            label=_("On behalf of an organisation"),
            help_text=_("Its name is then shown with the contribution."),
        )
        field.choices = [("", gettext("No, in my own name")), *((v.id, v.name.body) for v in views.values())]
        self.fields["organisation"] = field

    def _add_belonging(self, participant: Participant | None) -> None:
        """What the participant said once is shown or left out; what was never said may be said now."""
        members = Member.objects.filter(reflection=self.reflection)
        constituencies = Constituency.objects.filter(reflection=self.reflection)
        if participant and participant.member_id:
            members = members.filter(pk=participant.member_id)
        if participant and participant.constituency_id:
            constituencies = constituencies.filter(pk=participant.constituency_id)
        self._add_choice(
            "member", members, member_views(self.reflection, self.reader_language), _("Nation shown")
        )
        self._add_choice(
            "constituency",
            constituencies,
            constituency_views(self.reflection, self.reader_language),
            _("Constituency shown"),
        )

    def _add_choice(self, name: str, allowed: Any, views: Sequence[Any], label: Any) -> None:
        keys = set(allowed.values_list("pk", flat=True))
        field = forms.ModelChoiceField(allowed, required=False, label=label)
        named = [(view.id, view.name.body) for view in views if view.id in keys]
        field.choices = [("", gettext("Not shown")), *named]
        self.fields[name] = field

    def _add_priority(self) -> None:
        field = forms.ModelChoiceField(
            Priority.objects.filter(reflection=self.reflection), required=False, label=_("Priority")
        )
        views = priority_views(self.reflection, self.reader_language)
        field.choices = [
            ("", gettext("None in particular")),
            *((v.id, f"{v.number}. {v.title.body}") for v in views),
        ]
        self.fields["priority"] = field

    def _add_call(self) -> None:
        now = timezone.now()
        open_calls = Call.objects.filter(
            reflection=self.reflection, state=Call.State.OPEN, opens_at__lte=now, closes_at__gt=now
        ).order_by("closes_at")
        found = list(open_calls)
        if not found:
            return
        words = wordings([call.title_id for call in found], self.reader_language)
        field = forms.ModelChoiceField(open_calls, required=False, label=_("Call"))
        field.choices = [("", gettext("None")), *((call.pk, words[call.title_id].body) for call in found)]
        self.fields["call"] = field


class FileForm(forms.Form):
    """A file to attach, beside the form that it is sent with."""

    file = forms.FileField(
        label=_("Attach a file"),
        help_text=_("PDF, DOCX, ODT, PNG, JPEG or WebP, at most 20 MB and five files."),
        required=False,
        allow_empty_file=True,
        max_length=None,
        widget=forms.FileInput({"accept": FILE_TYPES}),
    )


def initial_of(contribution: Contribution, draft: Draft) -> dict[str, object]:
    """A draft as its form shows it."""
    return {
        "kind": contribution.kind,
        "title": draft.title,
        "summary": draft.summary,
        "body": draft.body,
        "language": draft.language,
        "signature": contribution.signature,
        "organisation": contribution.organisation_id,
        "member": contribution.member_id,
        "constituency": contribution.constituency_id,
        "priority": contribution.priority_id,
        "call": contribution.call_id,
        "number": draft.number,
        "client_key": contribution.client_key,
    }


def add_refusal(form: forms.Form, refusal: ValidationError) -> None:
    """Show at its field, or above the form, what an action refused."""
    if not hasattr(refusal, "error_dict"):
        form.add_error(None, refusal)
        return
    for name, errors in refusal.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)
