"""The form with which a file of contributions is handed in."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from placet.stages.contributions.imports import CollectionChoice, NewCollection
from placet.stages.contributions.models import Contribution
from placet.stages.mandates.forms.multilingual import MultilingualForm, Words, date_input
from placet.stages.mandates.queries import PriorityView
from placet.stages.texts.languages import CONTENT_LANGUAGES

TITLE_LENGTH = 200


class ImportForm(MultilingualForm):
    """A file, the collection that its rows come into, and what is alike for all of them."""

    words: ClassVar[Mapping[str, Words]] = {
        "title": Words(
            _("Title of the report or collection"),
            _("Where it is a new one."),
            max_length=TITLE_LENGTH,
            is_required=False,
        ),
        "authors": Words(
            _("Who wrote it"),
            _("As it is to be shown, for example “Reflection Group appointed by the Secretary General”."),
            max_length=TITLE_LENGTH,
            is_required=False,
        ),
    }
    order = ("file", "collection", "title", "authors", "published_date", "source_url", "kind", "language")

    file = forms.FileField(
        label=_("File"),
        max_length=200,
        widget=forms.ClearableFileInput({"accept": ".docx,.csv,.tsv,.txt"}),
        help_text=_(
            "A report with numbered paragraphs (DOCX), a table (CSV), or Decidim’s export of proposals "
            "(CSV); which of them, is seen by itself. At most 20 MB and 20,000 rows."
        ),
    )
    collection = forms.ChoiceField(
        label=_("Collection"),
        required=False,
        help_text=_("Choose one that is there to add what is new in a longer version of its file."),
    )
    published_date = forms.DateField(label=_("Published on"), required=False, widget=date_input())
    source_url = forms.URLField(
        label=_("Address on the web"), required=False, max_length=200, assume_scheme="https"
    )
    kind = forms.ChoiceField(
        label=_("Each of them is a"),
        choices=Contribution.Kind.choices,
        initial=Contribution.Kind.RECOMMENDATION,
    )
    language = forms.ChoiceField(
        label=_("Language of the texts"), help_text=_("A table may say it row by row, or column by column.")
    )
    priority = forms.TypedChoiceField(label=_("Priority"), coerce=int, required=False, empty_value=None)

    def __init__(
        self,
        *args: Any,
        collections: Sequence[CollectionChoice],
        priorities: Sequence[PriorityView],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        codes = [*self.languages, *(code for code in CONTENT_LANGUAGES if code not in self.languages)]
        choices = {
            "collection": [
                ("", pgettext_lazy("collection", "a new one")),
                *((str(each.id), each.title.body) for each in collections),
            ],
            "language": [(code, CONTENT_LANGUAGES[code]) for code in codes],
            "priority": [
                ("", _("none, or several")),
                *((each.id, f"{each.number}. {each.title.body}") for each in priorities),
            ],
        }
        self.fields["language"].initial = codes[0]
        for name, found in choices.items():
            self.fields[name].choices = found  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not data.get("collection") and not any(data.get(f"title_{each}") for each in self.languages):
            raise ValidationError(
                {f"title_{self.languages[0]}": gettext("Say what the report, or the collection, is called.")}
            )
        return data

    def upload(self) -> "UploadedFile[bytes]":
        """The file, once the form is valid."""
        found: UploadedFile[bytes] = self.cleaned_data["file"]
        return found

    def new_collection(self) -> NewCollection:
        """What a new collection is called, and where it comes from."""
        return NewCollection(
            title=self.bodies("title"),
            authors=self.bodies("authors"),
            published_date=self.cleaned_data["published_date"],
            source_url=self.cleaned_data["source_url"],
        )
