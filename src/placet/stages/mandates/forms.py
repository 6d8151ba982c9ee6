"""Forms of the secretariat: one field a language for every text, and a deed that is done once."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID, uuid4, uuid5

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, validate_email
from django.db import transaction
from django.utils.html import format_html
from django.utils.text import slugify
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _

from placet.stages.mandates.actions import NewMilestone, ReflectionFrame
from placet.stages.mandates.countries import country_choices, country_names
from placet.stages.mandates.models import Constituency, Mandate, Member, Milestone, Priority, Reflection, Role
from placet.stages.mandates.participation import INVITATIONS_AT_ONCE, InvitedAs
from placet.stages.mandates.queries import constituency_views, member_views
from placet.stages.mandates.time_zones import time_zone_choices
from placet.stages.record.actions import first_time
from placet.stages.texts.languages import CONTENT_LANGUAGES
from placet.stages.texts.models import Text
from placet.stages.texts.queries import all_wordings_of
from placet.ui.emblems import DEFAULT_EMBLEM, EMBLEMS
from placet.ui.templatetags.interface import icon

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

DEFAULT_ACCENT = "#2c4f80"
LONG_TEXT = 10_000

# The kinds of contributor that a reflection usually hears (see the glossary).
USUAL_CONSTITUENCIES: "dict[str, _StrPromise]" = {
    "parliamentarians": _("Parliamentarians"),
    "civil-society": _("Civil society"),
    "public-sector": _("Public-sector experts"),
    "private-sector": _("Private-sector experts"),
    "young-leaders": _("Young leaders"),
}


class OnceForm(forms.Form):
    """A form whose deed is done once, however often the same content is sent from the same page."""

    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def carry_out(self, deed: Callable[[], object]) -> bool:
        """Do what a valid form asks for, in one transaction; what the action refuses becomes errors.

        Returns
        -------
        bool
            Whether it is done, now or when the same was sent before.
        """
        try:
            with transaction.atomic():
                if first_time(self._request_key()):
                    deed()
        except ValidationError as refusal:
            self._add_refusal(refusal)
            return False
        return True

    def _request_key(self) -> UUID:
        content = {name: str(value) for name, value in self.cleaned_data.items()}
        return uuid5(self.cleaned_data["form_key"], json.dumps(content, sort_keys=True))

    def _add_refusal(self, refusal: ValidationError) -> None:
        if not hasattr(refusal, "error_dict"):
            self.add_error(None, refusal)
            return
        for name, errors in refusal.error_dict.items():
            field = name if name in self.fields else self._first_field_of(name)
            self.add_error(field, errors)

    def _first_field_of(self, name: str) -> str | None:
        return next((field for field in self.fields if field.startswith(f"{name}_")), None)


@dataclass(frozen=True, slots=True)
class Words:
    """A text that a form asks for, in each language of the reflection."""

    label: "str | _StrPromise"
    help_text: "str | _StrPromise" = ""
    rows: int = 1
    max_length: int = 200
    is_required: bool = True


class MultilingualForm(OnceForm):
    """A form with one field a language for each of its texts; the working language stands first.

    Subclasses say which texts in ``words``, and the order of all fields in ``order``, where the name of a
    text stands for all of its languages.
    """

    words: ClassVar[Mapping[str, Words]] = {}
    order: ClassVar[Sequence[str]] = ()

    def __init__(
        self,
        *args: Any,
        languages: Sequence[str],
        texts: Mapping[str, Text | None] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.languages = tuple(languages)
        for name, words in self.words.items():
            for language in self.languages:
                self.fields[f"{name}_{language}"] = self._field(words, language)
        self.initial = {**_initial_bodies(texts or {}), **self.initial}
        expanded = [
            field
            for name in (self.order or (*self.words, *self.base_fields))
            for field in (
                [f"{name}_{language}" for language in self.languages] if name in self.words else [name]
            )
        ]
        self.order_fields(expanded)

    def bodies(self, name: str) -> dict[str, str]:
        """A text in every language in which something was written."""
        written = {language: self.cleaned_data[f"{name}_{language}"] for language in self.languages}
        return {language: body for language, body in written.items() if body}

    def _field(self, words: Words, language: str) -> forms.CharField:
        is_original = language == self.languages[0]
        attributes = {"lang": language, "dir": "auto"}
        if words.rows > 1:
            attributes["rows"] = str(words.rows)
        label: str | _StrPromise = words.label
        if len(self.languages) > 1:
            label = gettext("%(text)s – %(language)s") % {
                "text": label,
                "language": CONTENT_LANGUAGES[language],
            }
        return forms.CharField(
            label=label,
            help_text=words.help_text if is_original else "",
            required=words.is_required and is_original,
            max_length=words.max_length,
            widget=forms.Textarea(attributes) if words.rows > 1 else forms.TextInput(attributes),
        )


def _initial_bodies(texts: Mapping[str, Text | None]) -> dict[str, Any]:
    found = all_wordings_of(text.pk for text in texts.values() if text)
    return {
        f"{name}_{wording.language}": wording.body
        for name, text in texts.items()
        if text
        for wording in found[text.pk]
    }


def date_input() -> forms.DateInput:
    """The browser's own choice of a day."""
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")


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
        label=_("Emblem"), choices=_emblem_choices, initial=DEFAULT_EMBLEM, widget=forms.RadioSelect
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
        widget=forms.CheckboxSelectMultiple,
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
        widget=forms.CheckboxSelectMultiple,
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
    source = forms.CharField(label=_("Source"), max_length=200, required=False)
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
            source=data["source"],
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
        label=_("Or choose from the list"), required=False, widget=forms.CheckboxSelectMultiple
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


class InvitationForm(OnceForm):
    """Invite one address or many."""

    addresses = forms.CharField(
        label=_("E-mail addresses"),
        max_length=60_000,
        widget=forms.Textarea({"rows": 6, "spellcheck": "false", "autocapitalize": "none"}),
        help_text=_("One a line, at most 500. Either all of them are invited, or none."),
    )
    role = forms.ChoiceField(
        label=_("Invited as"),
        required=False,
        help_text=_("Who takes part votes and writes under a pseudonym."),
    )
    member = forms.ModelChoiceField(
        Member.objects.none(),
        label=_("Member"),
        required=False,
        help_text=_(
            "Required for a delegate, who speaks for it. For a participant: as part of which member."
        ),
    )
    constituency = forms.ModelChoiceField(
        Constituency.objects.none(), label=_("Constituency"), required=False, help_text=_("For participants.")
    )
    message_language = forms.ChoiceField(
        label=_("Language of the message"),
        choices=settings.LANGUAGES,
        help_text=_("Whoever has an account already is written to in the language of the account."),
    )

    def __init__(self, *args: Any, reflection: Reflection, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", gettext("participant")), *Role.choices]  # type: ignore[attr-defined]
        self.fields["message_language"].initial = language
        for name, model, views in (
            ("member", Member, member_views(reflection, language)),
            ("constituency", Constituency, constituency_views(reflection, language)),
        ):
            field: Any = self.fields[name]
            field.queryset = model.objects.filter(reflection=reflection)
            field.choices = [("", gettext("none")), *((view.id, view.name.body) for view in views)]

    def clean_addresses(self) -> list[str]:
        lines = self.cleaned_data["addresses"].splitlines()
        errors: list[ValidationError] = []
        seen: dict[str, int] = {}
        for number, line in enumerate(lines, start=1):
            address = line.strip().lower()
            if not address:
                continue
            try:
                validate_email(address)
            except ValidationError:
                message = gettext("Line %(number)s: “%(line)s” is not an e-mail address.")
                errors.append(ValidationError(message, params={"number": number, "line": line.strip()[:80]}))
                continue
            if len(address) > 254:
                message = gettext("Line %(number)s: this address is too long.")
                errors.append(ValidationError(message, params={"number": number}))
            elif address in seen:
                message = gettext("Line %(number)s: the same address stands on line %(first)s.")
                errors.append(ValidationError(message, params={"number": number, "first": seen[address]}))
            seen.setdefault(address, number)
        if len(seen) > INVITATIONS_AT_ONCE:
            message = gettext("At most %(limit)s addresses at once; these are %(count)s.")
            errors.insert(
                0, ValidationError(message, params={"limit": INVITATIONS_AT_ONCE, "count": len(seen)})
            )
        if errors:
            raise ValidationError(errors[:20])
        return list(seen)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        role, member = data.get("role"), data.get("member")
        if role == Role.DELEGATE and "member" in data and not member:
            self.add_error("member", gettext("A delegate speaks for a member: name it."))
        if role and role != Role.DELEGATE and member:
            self.add_error("member", gettext("Only a delegate speaks for a member."))
        if role and data.get("constituency"):
            self.add_error("constituency", gettext("Only participants belong to a constituency."))
        return data

    def invited_as(self) -> InvitedAs:
        """What the action takes, once the form is valid."""
        data = self.cleaned_data
        role = Role(data["role"]) if data["role"] else None
        return InvitedAs(role, data["member"], data["constituency"])
