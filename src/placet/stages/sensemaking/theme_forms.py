"""Forms of the pages on which the secretariat edits themes. Actions check again: a form is a convenience."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from placet.stages.mandates.forms.multilingual import OnceForm
from placet.stages.sensemaking.theme_models import Theme
from placet.stages.sensemaking.themes.edits import NAME_LANGUAGES, NAME_MAX_LENGTH, Names
from placet.stages.sensemaking.themes.reading import ThemeView

NO_PARENT = "none"


def theme_title(view: ThemeView) -> str:
    """A theme as a choice in a list."""
    title = view.title or gettext("without a name")
    return gettext("%(title)s (%(reference)s)") % {"title": title, "reference": view.reference}


class NamesForm(OnceForm):
    """A theme's name in both languages."""

    name_en = forms.CharField(
        label=_("Name in English"), max_length=NAME_MAX_LENGTH, widget=forms.TextInput({"lang": "en"})
    )
    name_fr = forms.CharField(
        label=_("Name in French"), max_length=NAME_MAX_LENGTH, widget=forms.TextInput({"lang": "fr"})
    )

    def names(self) -> Names:
        return {language: self.cleaned_data[f"name_{language}"] for language in NAME_LANGUAGES}


class ThemeChoiceForm(OnceForm):
    """One other theme, by its reference."""

    into = forms.ChoiceField(label=_("Merge it into"))

    def __init__(self, *args: Any, others: Sequence[ThemeView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.themes = {view.reference: view.row for view in others}
        self.fields["into"].choices = [("", "—"), *((v.reference, theme_title(v)) for v in others)]  # type: ignore[attr-defined]

    def theme(self) -> Theme:
        return self.themes[self.cleaned_data["into"]]


class PlaceForm(OnceForm):
    """Below which main theme it stands, or none."""

    parent = forms.ChoiceField(label=_("It stands"))

    def __init__(self, *args: Any, mains: Sequence[ThemeView], present: Theme | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.themes = {view.reference: view.row for view in mains}
        self.initial["parent"] = present.reference if present else NO_PARENT
        below = gettext("below %(title)s")
        self.fields["parent"].choices = [  # type: ignore[attr-defined]
            (NO_PARENT, gettext("among the main themes")),
            *((view.reference, below % {"title": theme_title(view)}) for view in mains),
        ]

    def parent_theme(self) -> Theme | None:
        return self.themes.get(self.cleaned_data["parent"])


class ReferencesField(forms.MultipleChoiceField):
    """References of statements; the action looks which of them stand in the theme."""

    def valid_value(self, value: str) -> bool:
        return True


class StatementsForm(OnceForm):
    """What is done with the statements that are ticked."""

    MOVE, SPLIT, PIN, RELEASE = "move", "split", "pin", "release"
    deed = forms.ChoiceField(choices=[(each, each) for each in (MOVE, SPLIT, PIN, RELEASE)])
    statements = ReferencesField(error_messages={"required": _("Choose at least one statement.")})
    to = forms.ChoiceField(label=_("Theme"))
    name_en = forms.CharField(
        label=_("Name in English"), max_length=NAME_MAX_LENGTH, widget=forms.TextInput({"lang": "en"})
    )
    name_fr = forms.CharField(
        label=_("Name in French"), max_length=NAME_MAX_LENGTH, widget=forms.TextInput({"lang": "fr"})
    )
    needed_for: ClassVar = {MOVE: ("to",), SPLIT: ("name_en", "name_fr")}

    def __init__(self, *args: Any, others: Sequence[ThemeView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.themes = {view.reference: view.row for view in others}
        if self.is_bound:
            for deed, names in self.needed_for.items():
                for name in names:
                    self.fields[name].required = self.data.get("deed") == deed
        self.fields["to"].choices = [("", "—"), *((v.reference, theme_title(v)) for v in others)]  # type: ignore[attr-defined]

    def data_statements(self) -> list[str]:
        """What was ticked when the form was sent: it stays ticked where the form is refused."""
        return self.data.getlist("statements") if isinstance(self.data, QueryDict) else []

    def names(self) -> Names:
        return {language: self.cleaned_data[f"name_{language}"] for language in NAME_LANGUAGES}

    def theme(self) -> Theme:
        """The theme to move to."""
        return self.themes[self.cleaned_data["to"]]
