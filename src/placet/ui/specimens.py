"""What the living page shows: texts in several languages, forms filled in and refused; nothing real."""

from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class SampleWording:
    """Looks like ``stages.texts.queries.Wording``, which the interface may not import."""

    body: str
    language: str
    original_language: str = "en"
    is_original: bool = True
    origin: str = ""
    model_name: str = ""
    is_certified: bool = False
    original_body: str = ""
    direction: str = "ltr"
    original_direction: str = "ltr"


@dataclass(frozen=True, slots=True)
class SampleReflection:
    """Looks like a reflection to the templates."""

    slug: str
    name: SampleWording
    accent_colour: str
    emblem: str
    is_simulated: bool


def sample_reflection() -> SampleReflection:
    name = SampleWording("Horizon 2040", "en")
    return SampleReflection("horizon-2040", name, "#1f4e8c", "compass", is_simulated=True)


def wordings() -> dict[str, SampleWording]:
    """One text for each relation to its original, and the longest ones."""
    return {
        "english": SampleWording("Nations should test their power grids together, once a year.", "en"),
        "french": SampleWording(
            "Chaque nation devrait publier, dans les deux langues officielles, un bilan annuel de sa"
            " résilience énergétique\u00a0: approvisionnement, stockage, interconnexions et dépendances.",
            "fr",
            "fr",
        ),
        "translated": SampleWording(
            "Ports need a common plan for the first 48 hours of an outage.", "en", "fr", False, "human"
        ),
        "original": SampleWording(
            "Les ports ont besoin d’un plan commun pour les 48 premières heures d’une panne.", "fr", "fr"
        ),
        "machine": SampleWording(
            "Local authorities should take part in every exercise.", "en", "pl", False, "machine"
        ),
        "greek": SampleWording("Η ανθεκτικότητα αρχίζει από τους δήμους και τις περιφέρειες.", "el", "el"),
        "bulgarian": SampleWording("Устойчивостта започва от общините и регионите.", "bg", "bg"),
        "turkish": SampleWording("Dayanıklılık, yerel yönetimlerin güçlendirilmesiyle başlar.", "tr", "tr"),
        "arabic": SampleWording(
            "تبدأ القدرة على الصمود من البلديات والأقاليم.",
            "ar",
            "ar",
            direction="rtl",
            original_direction="rtl",
        ),
        "long": SampleWording(
            "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft: "
            "längste Wörter dürfen die Spalte auf einem 390 Pixel breiten Bildschirm nicht sprengen, auch "
            "dann nicht, wenn die Aussage die erlaubten 280 Zeichen fast ganz ausschöpft und weitergeht.",
            "de",
            "de",
        ),
    }


class SampleForm(forms.Form):
    """One field of each kind."""

    title = forms.CharField(label=_("Title"), help_text=_("As it will stand on the page."), max_length=120)
    statement = forms.CharField(
        label=_("Your statement"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=280,
        help_text=_("One idea, in your own language, in at most 280 characters."),
    )
    address = forms.EmailField(label=_("E-mail address"), required=False)
    language = forms.ChoiceField(
        label=_("Language"), choices=[("en", "English"), ("fr", "français"), ("pl", "polski")]
    )
    eligibility = forms.ChoiceField(
        label=_("Who may take part"),
        widget=forms.RadioSelect,
        choices=[
            ("open", _("Anyone, without an account")),
            ("verified", _("Anyone with a verified e-mail address")),
            ("invited", _("By invitation")),
        ],
    )
    constituencies = forms.MultipleChoiceField(
        label=_("Constituencies"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("young", _("Young leaders")), ("civil", _("Civil society"))],
        help_text=_("None ticked: all of them."),
    )
    opens_date = forms.DateField(label=_("Opens on"), widget=forms.DateInput(attrs={"type": "date"}))
    closes_at = forms.DateTimeField(
        label=_("Closes at"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    seats = forms.IntegerField(label=_("Number of places"), required=False, min_value=0)
    colour = forms.CharField(label=_("Accent colour"), widget=forms.TextInput(attrs={"type": "color"}))
    attachment = forms.FileField(label=_("Attachment"), required=False, help_text=_("PDF, at most 10 MB."))
    takes_statements = forms.BooleanField(
        label=_("Participants may add statements"),
        required=False,
        help_text=_("A moderator reads each of them before it is shown."),
    )
    locked = forms.CharField(label=_("Reference"), required=False, disabled=True, initial="N30-C-0001")


def filled_form() -> SampleForm:
    return SampleForm(
        prefix="sample",
        initial={
            "title": "Horizon 2040",
            "statement": wordings()["french"].body,
            "language": "fr",
            "eligibility": "open",
            "constituencies": ["young"],
            "colour": "#1f4e8c",
            "takes_statements": True,
        },
    )


def form_with_errors() -> SampleForm:
    """The same form, sent with nearly all of it missing or wrong."""
    form = SampleForm(
        prefix="wrong",
        data={
            "wrong-statement": "x" * 281,
            "wrong-address": "nobody",
            "wrong-opens_date": "",
            "wrong-colour": "#1f4e8c",
        },
    )
    form.add_error(None, _("The consultation closes before it opens."))
    return form


def manage_links() -> list[dict[str, object]]:
    """The side navigation of the secretariat's frame."""
    return [
        {"label": _("Overview"), "url": "#main", "icon": "layout-dashboard", "is_current": True},
        {"label": _("Statements"), "url": "#statements", "icon": "message-square", "is_current": False},
        {"label": _("Participants"), "url": "#participants", "icon": "users", "is_current": False},
    ]
