"""Forms that set up a reflection."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID, uuid5

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.html import format_html
from django.utils.text import slugify
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _

from placet.stages.mandates.actions import NewMilestone, ReflectionFrame
from placet.stages.mandates.countries import country_choices, country_names
from placet.stages.mandates.forms.multilingual import MultilingualForm, OnceForm, Words, date_input
from placet.stages.mandates.models import Constituency, Mandate, Member, Milestone, Priority, Reflection
from placet.stages.mandates.time_zones import time_zone_choices
from placet.stages.texts.languages import CONTENT_LANGUAGES
from placet.stages.texts.models import Text
from placet.ui.emblems import DEFAULT_EMBLEM, EMBLEMS
from placet.ui.templatetags.interface import icon

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

DEFAULT_ACCENT = "#2c4f80"
LONG_TEXT = 10_000
COLUMNS = {"class": "choices--columns"}

# The kinds of contributor that a reflection usually hears (see the glossary).
USUAL_CONSTITUENCIES: "dict[str, _StrPromise]" = {
    "parliamentarians": _("Parliamentarians"),
    "civil-society": _("Civil society"),
    "public-sector": _("Public-sector experts"),
    "private-sector": _("Private-sector experts"),
    "young-leaders": _("Young leaders"),
}


def _language_choices() -> list[tuple[str, str]]:
    return list(CONTENT_LANGUAGES.items())


def _emblem_choices() -> list[tuple[str, str]]:
    return [(name, format_html("{} {}", icon(name, 20), label)) for name, label in EMBLEMS.items()]


class LookForm(OnceForm):
    """What a reflection looks like, and where its days begin."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zone_choices,
        initial="Europe/Brussels",
        help_text=_("Opening and closing times are given in it."),
    )
    accent_colour = forms.CharField(
        label=_("Accent colour"),
        initial=DEFAULT_ACCENT,
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}\Z", _("A colour is written like #2c4f80."))],
        widget=forms.TextInput({"type": "color"}),
        help_text=_("Where it would be hard to read, a lighter or darker shade of it is shown."),
    )
    emblem = forms.ChoiceField(
        label=_("Emblem"), choices=_emblem_choices, initial=DEFAULT_EMBLEM, widget=forms.RadioSelect(COLUMNS)
    )

    def clean_accent_colour(self) -> str:
        return str(self.cleaned_data["accent_colour"]).lower()


class FoundingForm(LookForm):
    """All that it takes to set up a reflection; the rest follows on its own pages."""

    name = forms.CharField(
        label=_("Name of the reflection"), max_length=120, help_text=_("In the working language.")
    )
    summary = forms.CharField(
        label=_("Summary"),
        max_length=600,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("One or two sentences: what it is about, and for whom."),
    )
    working_language = forms.ChoiceField(
        label=_("Working language"),
        choices=_language_choices,
        help_text=_("The originals of all its texts are written in it. It cannot change later."),
    )
    other_languages = forms.MultipleChoiceField(
        label=_("Other languages"),
        choices=_language_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple(COLUMNS),
        help_text=_("In which its texts are translated. More can be added later."),
    )
    slug = forms.SlugField(
        label=_("Web address"),
        max_length=60,
        required=False,
        help_text=_(
            "The last part of its address: small letters, digits and hyphens. Left empty, it is made from "
            "the name. It cannot change later."
        ),
    )
    reference_prefix = forms.CharField(
        label=_("Prefix of references"),
        max_length=6,
        required=False,
        help_text=_(
            "Stands in every public reference, as N30 in N30-S-0142: 2 to 6 capital letters and digits, a "
            "letter first. Left empty, it is made from the name. It cannot change later."
        ),
    )

    field_order = ("name", "summary", "working_language", "other_languages", "slug", "reference_prefix")

    def clean_slug(self) -> str:
        wanted = str(self.cleaned_data["slug"]).lower()
        if wanted and Reflection.objects.filter(slug=wanted).exists():
            raise ValidationError(gettext("This address is taken: choose another one."))
        return wanted

    def clean_reference_prefix(self) -> str:
        wanted = str(self.cleaned_data["reference_prefix"]).upper()
        if not wanted:
            return ""
        if not re.fullmatch(r"[A-Z][A-Z0-9]{1,5}", wanted):
            raise ValidationError(gettext("2 to 6 capital letters and digits, a letter first."))
        if Reflection.objects.filter(reference_prefix=wanted).exists():
            raise ValidationError(gettext("This prefix is taken: choose another one."))
        return wanted

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        name = data.get("name", "")
        if name and data.get("slug") == "":
            data["slug"] = _free_slug(name)
        if name and data.get("reference_prefix") == "":
            data["reference_prefix"] = _free_prefix(name)
        return data

    def frame(self) -> ReflectionFrame:
        """What the action takes, once the form is valid."""
        data = self.cleaned_data
        working = data["working_language"]
        return ReflectionFrame(
            slug=data["slug"],
            reference_prefix=data["reference_prefix"],
            name={working: data["name"]},
            summary={working: data["summary"]},
            languages=(working, *(code for code in data["other_languages"] if code != working)),
            time_zone=data["time_zone"],
            accent_colour=data["accent_colour"],
            emblem=data["emblem"],
        )

    def _request_key(self) -> UUID:
        # What was made from the name differs the second time, when the first one is taken.
        return uuid5(
            self.cleaned_data["form_key"], json.dumps(self.data.dict() if hasattr(self.data, "dict") else {})
        )


def _free_slug(name: str) -> str:
    base = slugify(name)[:50].strip("-") or "reflection"
    return _first_free(base, lambda number: f"{base}-{number}", "slug")


def _free_prefix(name: str) -> str:
    words = [word for word in slugify(name).upper().split("-") if word]
    initials = "".join(word if word.isdigit() else word[0] for word in words).lstrip("0123456789")
    base = (initials if len(initials) > 1 else "".join(words).lstrip("0123456789"))[:4]
    base = base if len(base) > 1 else "REF"
    return _first_free(base, lambda number: f"{base[: 6 - len(str(number))]}{number}", "reference_prefix")


def _first_free(base: str, numbered: Callable[[int], str], column: str) -> str:
    candidates = [base, *(numbered(number) for number in range(2, 1000))]
    taken = set(Reflection.objects.filter(**{f"{column}__in": candidates}).values_list(column, flat=True))
    return next((candidate for candidate in candidates if candidate not in taken), base)


class FrameForm(MultilingualForm, LookForm):
    """What is said of a reflection, in all its languages."""

    words: ClassVar = {
        "name": Words(_("Name"), max_length=120),
        "summary": Words(
            _("Summary"), _("One or two sentences: what it is about, and for whom."), rows=3, max_length=600
        ),
    }
    other_languages = forms.MultipleChoiceField(
        label=_("Other languages"),
        choices=_language_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple(COLUMNS),
        help_text=_("Beside the working language. Save, and the fields for a new language appear."),
    )
    order: ClassVar = ("name", "summary", "time_zone", "accent_colour", "emblem", "other_languages")

    def __init__(self, *args: Any, reflection: Reflection, **kwargs: Any) -> None:
        self.reflection = reflection
        initial = {
            "time_zone": reflection.time_zone,
            "accent_colour": reflection.accent_colour,
            "emblem": reflection.emblem,
            "other_languages": reflection.languages[1:],
        }
        texts = {"name": reflection.name, "summary": reflection.summary}
        super().__init__(*args, languages=reflection.languages, texts=texts, initial=initial, **kwargs)
        working = reflection.languages[0]
        choices = [choice for choice in _language_choices() if choice[0] != working]
        self.fields["other_languages"].choices = choices  # type: ignore[attr-defined]

    def frame(self) -> ReflectionFrame:
        """What the action takes, once the form is valid."""
        data = self.cleaned_data
        kept = [code for code in self.reflection.languages[1:] if code in data["other_languages"]]
        added = [code for code in data["other_languages"] if code not in kept]
        return ReflectionFrame(
            slug=self.reflection.slug,
            reference_prefix=self.reflection.reference_prefix,
            name=self.bodies("name"),
            summary=self.bodies("summary"),
            languages=(self.reflection.languages[0], *kept, *added),
            time_zone=data["time_zone"],
            accent_colour=data["accent_colour"],
            emblem=data["emblem"],
        )


class MandateForm(MultilingualForm):
    """Who asked, where, for what, and by when."""

    words: ClassVar = {
        "issuer": Words(_("Who asks"), _("For example: the leaders of the member nations.")),
        "meeting": Words(_("At which meeting"), _("With its place and date.")),
        "body": Words(_("Text of the mandate"), rows=8, max_length=LONG_TEXT),
        "scope": Words(_("Scope"), _("What the answer should cover, and what not."), rows=3, max_length=2000),
    }
    given_date = forms.DateField(label=_("Given on"), widget=date_input())
    due_date = forms.DateField(label=_("Answer due by"), widget=date_input(), required=False)

    def __init__(self, *args: Any, reflection: Reflection, mandate: Mandate | None, **kwargs: Any) -> None:
        texts: dict[str, Text | None] = {}
        initial: dict[str, date | None] = {}
        if mandate:
            texts = {name: getattr(mandate, name) for name in self.words}
            initial = {"given_date": mandate.given_date, "due_date": mandate.due_date}
        super().__init__(*args, languages=reflection.languages, texts=texts, initial=initial, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("given_date") and data.get("due_date") and data["due_date"] < data["given_date"]:
            self.add_error("due_date", gettext("The answer cannot be due before the mandate was given."))
        return data

    def values(self) -> dict[str, Any]:
        """What the action takes, once the form is valid."""
        dates = {name: self.cleaned_data[name] for name in ("given_date", "due_date")}
        return {name: self.bodies(name) for name in self.words} | dates


class PriorityForm(MultilingualForm):
    """One of the few axes of the reflection."""

    words: ClassVar = {
        "title": Words(_("Title"), _("A few words.")),
        "description": Words(_("Description"), _("What is to be found out."), rows=4, max_length=2000),
    }

    def __init__(
        self, *args: Any, reflection: Reflection, priority: Priority | None = None, **kwargs: Any
    ) -> None:
        texts = {"title": priority.title, "description": priority.description} if priority else {}
        super().__init__(*args, languages=reflection.languages, texts=texts, **kwargs)


class MilestoneForm(MultilingualForm):
    """An entry of the calendar."""

    words: ClassVar = {
        "title": Words(_("Title")),
        "description": Words(_("Description"), rows=3, max_length=2000, is_required=False),
        "date_note": Words(
            _("Remark on the date"), _("For example, why the day is not known."), is_required=False
        ),
        "source": Words(_("Source"), is_required=False),
    }
    kind = forms.ChoiceField(label=_("Kind"), choices=Milestone.Kind.choices)
    precision = forms.ChoiceField(
        label=_("What is known of the date"),
        choices=Milestone.Precision.choices,
        initial=Milestone.Precision.DAY,
    )
    start_date = forms.DateField(label=_("Day, or first day"), widget=date_input())
    end_date = forms.DateField(
        label=_("Last day"), widget=date_input(), required=False, help_text=_("Left empty for a single day.")
    )
    order: ClassVar = (
        "kind", "title", "description", "precision", "start_date", "end_date", "date_note", "source",
    )  # fmt: skip

    def __init__(
        self, *args: Any, reflection: Reflection, milestone: Milestone | None = None, **kwargs: Any
    ) -> None:
        texts: dict[str, Text | None] = {}
        initial: dict[str, Any] = {}
        if milestone:
            texts = {name: getattr(milestone, name) for name in self.words}
            initial = {name: getattr(milestone, name) for name in self.base_fields if name != "form_key"}
        super().__init__(*args, languages=reflection.languages, texts=texts, initial=initial, **kwargs)

    def milestone(self) -> NewMilestone:
        """What the action takes, once the form is valid."""
        data = self.cleaned_data
        return NewMilestone(
            kind=data["kind"],
            title=self.bodies("title"),
            description=self.bodies("description"),
            start_date=data["start_date"],
            end_date=data["end_date"] or data["start_date"],
            precision=data["precision"],
            date_note=self.bodies("date_note"),
            source=self.bodies("source"),
        )


class MembersForm(OnceForm):
    """Which nations are members: pasted codes, ticked names, or both."""

    codes = forms.CharField(
        label=_("Country codes"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3, "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=_("Two letters each (ISO 3166), separated by spaces, commas or lines: BE, CA, FR…"),
    )
    ticked = forms.MultipleChoiceField(
        label=_("Or choose from the list"), required=False, widget=forms.CheckboxSelectMultiple(COLUMNS)
    )

    def __init__(self, *args: Any, known: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [choice for choice in country_choices(get_language() or "en") if choice[0] not in known]
        self.fields["ticked"].choices = choices  # type: ignore[attr-defined]

    def clean_codes(self) -> list[str]:
        codes = re.split(r"[\s,;]+", self.cleaned_data["codes"].upper().strip())
        unknown = [code for code in codes if code and code not in country_names("en")]
        if unknown:
            raise ValidationError(
                gettext("Unknown country codes: %(codes)s"), params={"codes": ", ".join(unknown[:10])}
            )
        return [code for code in codes if code]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and not data["codes"] and not data["ticked"]:
            self.add_error("codes", gettext("Give or tick at least one country."))
        return data

    def chosen(self) -> list[str]:
        """The codes, each once, once the form is valid."""
        return sorted({*self.cleaned_data["codes"], *self.cleaned_data["ticked"]})


class NameForm(MultilingualForm):
    """The name of a member or a constituency."""

    words: ClassVar = {"name": Words(_("Name"), max_length=120)}

    def __init__(
        self, *args: Any, reflection: Reflection, item: Member | Constituency | None = None, **kwargs: Any
    ) -> None:
        texts = {"name": item.name} if item else {}
        super().__init__(*args, languages=reflection.languages, texts=texts, **kwargs)


class ConstituencyForm(NameForm):
    """A new constituency."""

    key = forms.SlugField(
        label=_("Short name"),
        max_length=40,
        required=False,
        help_text=_("For files and addresses. Left empty, it is made from the name. It cannot change later."),
    )

    def __init__(self, *args: Any, reflection: Reflection, **kwargs: Any) -> None:
        super().__init__(*args, reflection=reflection, **kwargs)
        self.reflection = reflection

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        name = data.get(f"name_{self.languages[0]}", "")
        if name and data.get("key") == "":
            data["key"] = slugify(name)[:40].strip("-")
            if not data["key"]:
                self.add_error("key", gettext("Give a short name in Latin letters."))
        return data


def usual_constituencies(languages: Sequence[str]) -> dict[str, dict[str, str]]:
    """The usual constituencies, named in those of the languages that the interface speaks.

    Empty where it does not speak the working language: the original would have no words.
    """
    spoken = [language for language in languages if language in dict(settings.LANGUAGES)]
    if not languages or languages[0] not in spoken:
        return {}
    names: dict[str, dict[str, str]] = {key: {} for key in USUAL_CONSTITUENCIES}
    for language in spoken:
        with override(language):
            for key, name in USUAL_CONSTITUENCIES.items():
                names[key][language] = str(name)
    return names
