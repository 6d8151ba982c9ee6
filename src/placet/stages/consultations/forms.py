"""Forms of those who run consultations. Those who take part have theirs in ``participation_forms``."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _

from placet.stages.consultations.actions import ConsultationFrame, SeedStatement
from placet.stages.consultations.models import (
    STATEMENT_MAX_LENGTH,
    TRANSLATION_MAX_LENGTH,
    Consultation,
    Statement,
)
from placet.stages.consultations.uploads import KNOWN_FILES
from placet.stages.mandates.forms.multilingual import MultilingualForm, OnceForm, Words
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.queries import priority_views
from placet.stages.texts.languages import CONTENT_LANGUAGES, UNDETERMINED
from placet.stages.texts.models import Text
from placet.stages.texts.queries import Wording

OPEN_FOR = timedelta(days=21)
SEEDS_AT_ONCE = 500
REASON_MAX_LENGTH = 400

# The grounds of the public rule (portal/moderation.html), in the words that an author reads.
QUICK_REASONS = {
    "several": _("It says several things at once: please send each one as a statement of its own."),
    "repeated": _("Another statement says the same already."),
    "off-topic": _("It does not answer the question of the consultation."),
    "insult": _("It insults, threatens or incites."),
    "personal": _("It contains personal data."),
    "advertising": _("It is advertising."),
}


class ZonedDateTimeField(forms.DateTimeField):
    """A moment, read and shown in one time zone whatever the page's own."""

    def __init__(self, *, zone: str, **kwargs: Any) -> None:
        self.zone = ZoneInfo(zone)
        widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, **kwargs)

    def to_python(self, value: Any) -> datetime | None:
        with timezone.override(self.zone):
            return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        with timezone.override(self.zone):
            return super().prepare_value(value)


class ConsultationForm(MultilingualForm):
    """The question, who may answer it, and when."""

    words: ClassVar = {
        "question": Words(_("Question"), _("One question that statements can answer."), max_length=300),
        "introduction": Words(
            _("Introduction"),
            _("What somebody should know before voting: a few sentences."),
            rows=5,
            max_length=4000,
        ),
    }
    eligibility = forms.ChoiceField(
        label=_("Who may take part"),
        choices=Consultation.Eligibility.choices,
        initial=Consultation.Eligibility.OPEN,
        widget=forms.RadioSelect,
    )
    takes_statements = forms.BooleanField(
        label=_("Participants may add statements"),
        required=False,
        initial=True,
        help_text=_("A moderator reads each one before others vote on it."),
    )
    order: ClassVar = ("question", "introduction", "eligibility", "opens_at", "closes_at", "takes_statements")

    def __init__(
        self, *args: Any, reflection: Reflection, consultation: Consultation | None = None, **kwargs: Any
    ) -> None:
        zone = reflection.time_zone
        texts: dict[str, Text | None] = {}
        initial: dict[str, Any] = _default_times(ZoneInfo(zone)) | kwargs.pop("initial", {})
        if consultation:
            texts = {"question": consultation.question, "introduction": consultation.introduction}
            names = ("eligibility", "takes_statements", "opens_at", "closes_at")
            initial = {name: getattr(consultation, name) for name in names}
        super().__init__(*args, languages=reflection.languages, texts=texts, initial=initial, **kwargs)
        in_zone = gettext("Time in %(zone)s.") % {"zone": zone.replace("_", " ")}
        self.fields["opens_at"] = ZonedDateTimeField(zone=zone, label=_("Opens"), help_text=in_zone)
        self.fields["closes_at"] = ZonedDateTimeField(zone=zone, label=_("Closes"), help_text=in_zone)
        self.order_fields([field for name in self._first() for field in name])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        opens_at, closes_at = data.get("opens_at"), data.get("closes_at")
        if opens_at and closes_at and closes_at <= opens_at:
            self.add_error("closes_at", gettext("It must close after it opens."))
        return data

    def frame(self, *, is_simulated: bool = False) -> ConsultationFrame:
        """What the action takes, once the form is valid."""
        data = self.cleaned_data
        return ConsultationFrame(
            question=self.bodies("question"),
            introduction=self.bodies("introduction"),
            eligibility=data["eligibility"],
            opens_at=data["opens_at"],
            closes_at=data["closes_at"],
            takes_statements=data["takes_statements"],
            is_simulated=is_simulated,
        )

    def _first(self) -> list[list[str]]:
        return [
            [f"{name}_{language}" for language in self.languages] if name in self.words else [name]
            for name in ("priority", *self.order)
        ]


class NewConsultationForm(ConsultationForm):
    """A consultation and the priority under which it stands."""

    priority = forms.TypedChoiceField(label=_("Priority"), coerce=int)

    def __init__(self, *args: Any, reflection: Reflection, **kwargs: Any) -> None:
        super().__init__(*args, reflection=reflection, **kwargs)
        views = priority_views(reflection, get_language() or "en")
        choices = [(view.number, f"{view.number}. {view.title.body}") for view in views]
        self.fields["priority"].choices = choices  # type: ignore[attr-defined]


def _default_times(zone: ZoneInfo) -> dict[str, Any]:
    """From nine o’clock tomorrow, for three weeks, until six in the evening."""
    tomorrow = timezone.localdate(timezone=zone) + timedelta(days=1)
    return {
        "opens_at": datetime.combine(tomorrow, time(9), tzinfo=zone),
        "closes_at": datetime.combine(tomorrow + OPEN_FOR, time(18), tzinfo=zone),
    }


class SeedForm(OnceForm):
    """Statements of the secretariat: one a line, and their translations line by line."""

    original = forms.ChoiceField(label=_("Written in"), help_text=_("The language of the originals."))

    def __init__(self, *args: Any, reflection: Reflection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages = tuple(reflection.languages)
        choices = [(code, CONTENT_LANGUAGES[code]) for code in self.languages]
        self.fields["original"].choices = choices  # type: ignore[attr-defined]
        if len(self.languages) == 1:
            self.fields["original"].widget = forms.HiddenInput()
            self.fields["original"].initial = self.languages[0]
        for position, language in enumerate(self.languages):
            help_text = _("One a line, at most 280 characters each.")
            if position:
                help_text = _("Left empty, or as many lines, in the same order.")
            self.fields[f"statements_{language}"] = forms.CharField(
                label=gettext("Statements – %(language)s") % {"language": CONTENT_LANGUAGES[language]},
                help_text=help_text,
                required=False,
                max_length=SEEDS_AT_ONCE * (STATEMENT_MAX_LENGTH + 2),
                widget=forms.Textarea({"rows": 8, "lang": language, "dir": "auto"}),
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        original = data.get("original")
        if not original:
            return data
        lines = {
            language: _numbered_lines(data.get(f"statements_{language}", "")) for language in self.languages
        }
        if not lines[original] and f"statements_{original}" not in self.errors:
            self.add_error(f"statements_{original}", gettext("Write at least one statement."))
        for language, numbered in lines.items():
            self._check_lines(language, numbered, len(lines[original]))
        data["lines"] = {
            language: [body for _number, body in each] for language, each in lines.items() if each
        }
        return data

    def seeds(self) -> list[SeedStatement]:
        """What the action takes, once the form is valid."""
        lines = self.cleaned_data["lines"]
        original = self.cleaned_data["original"]
        return [
            SeedStatement({language: bodies[position] for language, bodies in lines.items()}, original)
            for position in range(len(lines[original]))
        ]

    def _check_lines(self, language: str, numbered: Sequence[tuple[int, str]], n_originals: int) -> None:
        field = f"statements_{language}"
        if len(numbered) > SEEDS_AT_ONCE:
            self.add_error(field, gettext("At most %(limit)d statements at once.") % {"limit": SEEDS_AT_ONCE})
        elif numbered and n_originals and len(numbered) != n_originals:
            self.add_error(
                field,
                gettext("%(count)d lines here, %(expected)d in the language of the originals.")
                % {"count": len(numbered), "expected": n_originals},
            )
        for number, body in numbered:
            if len(body) > STATEMENT_MAX_LENGTH:
                self.add_error(
                    field,
                    gettext("Line %(number)d has %(count)d characters; at most %(limit)d are allowed.")
                    % {"number": number, "count": len(body), "limit": STATEMENT_MAX_LENGTH},
                )


def _numbered_lines(text: str) -> list[tuple[int, str]]:
    """Lines that say something, with their numbers; other line ends than those of a keyboard do not count."""
    lines = text.replace("\r\n", "\n").split("\n")
    return [(number, line.strip()) for number, line in enumerate(lines, start=1) if line.strip()]


class DecisionForm(forms.Form):
    """Accept a statement, or reject it with a reason that its author reads."""

    decision = forms.ChoiceField(choices=[("accept", ""), ("reject", "")], required=True)
    quick_reason = forms.ChoiceField(label=_("Reason"), required=False)
    reason = forms.CharField(
        label=_("In your own words"),
        required=False,
        max_length=REASON_MAX_LENGTH,
        widget=forms.Textarea({"rows": 2}),
    )
    seen_state = forms.ChoiceField(choices=Statement.State.choices, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, original_language: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.original_language = original_language
        choices = [("", _("Choose a reason")), *QUICK_REASONS.items()]
        self.fields["quick_reason"].choices = choices  # type: ignore[attr-defined]

    def full_reason(self) -> str:
        """The chosen reason, in the author's language where the interface speaks it, and the words added."""
        chosen = self.cleaned_data["quick_reason"]
        is_spoken = self.original_language in dict(settings.LANGUAGES)
        with override(self.original_language if is_spoken else get_language()):
            parts = [str(QUICK_REASONS[chosen])] if chosen else []
        return " ".join([*parts, *([self.cleaned_data["reason"]] if self.cleaned_data["reason"] else [])])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("decision") == "reject" and not data.get("quick_reason") and not data.get("reason"):
            self.add_error("quick_reason", gettext("Give the reason: the author will read it."))
        return data


class MergeForm(forms.Form):
    """With which statement this one is brought together, and why."""

    into = forms.CharField(
        label=_("The statement that says the same"),
        help_text=_("Its reference, as it stands beside it. That one alone is voted on from then on."),
        max_length=20,
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    why = forms.CharField(label=_("Why"), required=False, max_length=REASON_MAX_LENGTH)

    def __init__(self, *args: Any, consultation: Consultation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.consultation = consultation

    def clean_into(self) -> Statement:
        reference = self.cleaned_data["into"].upper()
        found = Statement.objects.filter(consultation=self.consultation, reference=reference).first()
        if found is None:
            raise ValidationError(gettext("This consultation has no statement of that reference."))
        return found


class TranslationForm(OnceForm):
    """A statement in another language."""

    language = forms.ChoiceField(label=_("Language"))
    body = forms.CharField(
        label=_("Translation"),
        max_length=TRANSLATION_MAX_LENGTH,
        widget=forms.Textarea({"rows": 3, "dir": "auto"}),
        help_text=_("What is there already in this language is kept on record, and no longer shown."),
    )

    def __init__(self, *args: Any, original: Wording, first: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [*first, *(code for code in CONTENT_LANGUAGES if code not in first)]
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            (code, CONTENT_LANGUAGES[code]) for code in codes if code != original.original_language
        ]


class MultipleFileInput(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class MultipleFileField(forms.FileField):
    """One file or several; always a list."""

    widget = MultipleFileInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        if not isinstance(data, list | tuple):
            data = [data]
        return [super(MultipleFileField, self).clean(each, initial) for each in data]


class ImportForm(OnceForm):
    """A Polis export: a zip archive, or its CSV files."""

    export = MultipleFileField(
        label=_("Export"),
        max_length=200,
        widget=MultipleFileInput({"accept": ".zip,.csv"}),
    )
    language = forms.ChoiceField(label=_("Language of the statements"))
    flips_signs = forms.BooleanField(
        label=_("Agree and disagree are swapped"),
        required=False,
        help_text=_(
            "Some servers write −1 for “agree”. Where the counts in the export show it, the import is "
            "refused until you tick this."
        ),
    )

    def __init__(self, *args: Any, first: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [*first, *(code for code in CONTENT_LANGUAGES if code not in first)]
        choices = [(code, CONTENT_LANGUAGES[code]) for code in codes]
        self.fields["export"].help_text = gettext(
            "The zip archive of the export, or its files: %(names)s."
        ) % {"names": ", ".join(KNOWN_FILES)}
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            *choices,
            (UNDETERMINED, gettext("several, or not known")),
        ]

    def uploads(self) -> "list[UploadedFile[bytes]]":
        """The files, once the form is valid."""
        return list(self.cleaned_data["export"])
