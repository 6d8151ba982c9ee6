"""The ground of the secretariat's forms: one field a language for every text, and a deed done once."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID, uuid4, uuid5

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext

from placet.stages.record.actions import first_time
from placet.stages.texts.languages import CONTENT_LANGUAGES
from placet.stages.texts.models import Text
from placet.stages.texts.queries import all_wordings_of

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


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
