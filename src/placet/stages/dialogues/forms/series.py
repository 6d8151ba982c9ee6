"""The form of a series."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from placet.stages.dialogues.forms.choosing import COLUMNS, offer, own_partners, partner_choices
from placet.stages.dialogues.models import Series
from placet.stages.dialogues.setting_up.series import SeriesFrame
from placet.stages.mandates.forms.multilingual import MultilingualForm, Words
from placet.stages.mandates.models import Organisation, Reflection
from placet.stages.mandates.permissions import Actor
from placet.stages.texts.models import Text


class SeriesForm(MultilingualForm):
    """Which question, and which organisations hold the dialogues around it."""

    words: ClassVar = {
        "title": Words(_("Title")),
        "question": Words(_("Question"), _("What the dialogues are to answer."), max_length=300),
        "description": Words(
            _("Description"),
            _("Why these dialogues are held, and with whom."),
            rows=5,
            max_length=4000,
            is_required=False,
        ),
    }
    organisers = forms.MultipleChoiceField(
        label=_("Held by"),
        widget=forms.CheckboxSelectMultiple(COLUMNS),
        help_text=_("Whoever acts for one of them sees the drafts, and runs the dialogues with you."),
    )
    order: ClassVar = ("title", "question", "description", "organisers")

    def __init__(
        self,
        *args: Any,
        reflection: Reflection,
        actor: Actor,
        language: str,
        series: Series | None = None,
        **kwargs: Any,
    ) -> None:
        self.reflection = reflection
        texts: dict[str, Text | None] = {}
        initial: dict[str, Any] = {"organisers": own_partners(actor, reflection)}
        if series:
            texts = {name: getattr(series, name) for name in self.words}
            initial = {"organisers": [str(pk) for pk in series.organisers.values_list("pk", flat=True)]}
        super().__init__(*args, languages=reflection.languages, texts=texts, initial=initial, **kwargs)
        offer(self, organisers=partner_choices(reflection, language))

    def frame(self) -> SeriesFrame:
        """What the action takes, once the form is valid."""
        chosen = Organisation.objects.filter(
            reflection=self.reflection, pk__in=self.cleaned_data["organisers"]
        )
        return SeriesFrame(
            title=self.bodies("title"),
            question=self.bodies("question"),
            description=self.bodies("description"),
            organisers=list(chosen),
        )
