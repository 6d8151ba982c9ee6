"""Forms of a room: of those present, and of whoever leads it."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.db.models import BigIntegerField
from django.utils.text import format_lazy
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from placet.stages.dialogues.live.questions import LEAST_OPTIONS, MOST_OPTIONS
from placet.stages.dialogues.models import POINT_MAX_LENGTH, Dialogue
from placet.stages.mandates.forms.multilingual import MultilingualForm, OnceForm, Words
from placet.stages.mandates.models import Constituency
from placet.stages.mandates.queries import constituency_views
from placet.stages.texts.languages import CONTENT_LANGUAGES

OPTION_NAMES = tuple(f"option{number}" for number in range(1, MOST_OPTIONS + 1))


class CodeForm(forms.Form):
    """The code that stands on the screen."""

    code = forms.CharField(
        label=_("Code of the room"),
        help_text=_(
            "Eight letters and digits, as on the screen. Capitals, spaces and hyphens make no difference."
        ),
        max_length=40,
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "size": "12"}
        ),
    )


class JoinRoomForm(forms.Form):
    """Joining a room, and as part of which constituency, if one wishes to say."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, dialogue: Dialogue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reflection = dialogue.series.reflection
        field = self.fields["constituency"] = forms.ModelChoiceField(
            Constituency.objects.filter(reflection=reflection),
            required=False,
            label=_("You take part as"),
            help_text=gettext(
                "Told with what you say only if at least %(least)d of the same constituency are present."
            )
            % {"least": dialogue.least_group_count},
        )
        views = constituency_views(reflection, get_language() or "en")
        field.choices = [
            ("", gettext("I would rather not say")),
            *((view.id, view.name.body) for view in views),
        ]


class PointForm(forms.Form):
    """One point, in the language in which it is said."""

    body = forms.CharField(
        label=_("Your point"),
        help_text=_("One thought. Do not name yourself or anybody else in it."),
        max_length=POINT_MAX_LENGTH,
        widget=forms.Textarea({"rows": 3, "maxlength": POINT_MAX_LENGTH, "data-counter": "", "dir": "auto"}),
    )
    language = forms.ChoiceField(label=_("Language in which you write"))
    client_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, spoken: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = [code for code in spoken if code in CONTENT_LANGUAGES]
        others = [code for code in CONTENT_LANGUAGES if code not in first]
        choices = [(code, CONTENT_LANGUAGES[code]) for code in (*first, *others)]
        self.fields["language"].choices = choices  # type: ignore[attr-defined]
        self.fields["language"].initial = get_language() or "en"


class SupportForm(forms.Form):
    """Support for a point, given or taken back."""

    point = forms.UUIDField()
    is_supported = forms.TypedChoiceField(
        choices=[("1", ""), ("0", "")], coerce=lambda value: value == "1", empty_value=None
    )


class AnswerForm(forms.Form):
    """An answer to the question that is open."""

    option = forms.IntegerField(min_value=1, max_value=BigIntegerField.MAX_BIGINT)


class StepForm(OnceForm):
    """One press of a button by whoever leads the room; pressed twice on one page, it counts once."""

    item = forms.IntegerField(min_value=1, max_value=BigIntegerField.MAX_BIGINT, required=False)
    minutes = forms.TypedChoiceField(choices=[("5", ""), ("-5", "")], coerce=int, required=False)


class QuestionForm(MultilingualForm):
    """A question to everybody in the room, and the answers to choose from."""

    words: ClassVar = {
        "body": Words(_("Question"), _("Short enough to be read from the back of the room."), max_length=200),
        **{
            name: Words(
                format_lazy(_("Answer {number}"), number=number),
                max_length=120,
                is_required=number <= LEAST_OPTIONS,
            )
            for number, name in enumerate(OPTION_NAMES, start=1)
        },
    }

    def options(self) -> list[dict[str, str]]:
        """The answers that were written, in their order."""
        return [bodies for name in OPTION_NAMES if (bodies := self.bodies(name))]
