"""Forms of those who translate."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from placet.portal.translation_queries import TranslationDesk
from placet.stages.mandates.forms.multilingual import OnceForm
from placet.stages.texts.languages import CONTENT_LANGUAGES, direction_of

SAVE, CERTIFY, SAVE_AND_CERTIFY = "save", "certify", "save-and-certify"
CHARACTERS_A_ROW = 45


class TranslationForm(OnceForm):
    """A text in another language. Which button was pressed comes as ``deed``."""

    body = forms.CharField(widget=forms.Textarea, strip=True)
    version = forms.IntegerField(widget=forms.HiddenInput)
    translation = forms.IntegerField(widget=forms.HiddenInput, required=False)
    deed = forms.ChoiceField(
        choices=[(deed, "") for deed in (SAVE, CERTIFY, SAVE_AND_CERTIFY)],
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(self, *args: Any, desk: TranslationDesk, **kwargs: Any) -> None:
        found = desk.desk
        start = found.current or found.older
        kwargs["initial"] = {
            "body": start.body if start else "",
            "version": found.original.version_id,
            "translation": found.current.pk if found.current else None,
        }
        super().__init__(*args, **kwargs)
        body = self.fields["body"]
        body.label = CONTENT_LANGUAGES[desk.language]
        body.max_length = desk.text.max_length  # type: ignore[attr-defined]
        body.widget.attrs |= {
            "lang": desk.language,
            "dir": direction_of(desk.language),
            "rows": str(max(4, len(found.original.body) // CHARACTERS_A_ROW)),
            "autofocus": True,
        }


class TermForm(OnceForm):
    """A term and how it is put in another language."""

    source_language = forms.ChoiceField(label=_("From"))
    source = forms.CharField(label=_("Term"), max_length=100, widget=forms.TextInput({"dir": "auto"}))
    target_language = forms.ChoiceField(label=_("Into"))
    target = forms.CharField(label=_("Is put as"), max_length=100, widget=forms.TextInput({"dir": "auto"}))
    note = forms.CharField(
        label=_("Remark"),
        max_length=300,
        required=False,
        help_text=_("What it means, or when it does not apply. Translators see it."),
    )

    def __init__(self, *args: Any, languages: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [*languages, *(code for code in CONTENT_LANGUAGES if code not in languages)]
        for position, name in enumerate(("source_language", "target_language")):
            field = self.fields[name]
            field.choices = [(code, CONTENT_LANGUAGES[code]) for code in codes]  # type: ignore[attr-defined]
            field.initial = codes[position]
