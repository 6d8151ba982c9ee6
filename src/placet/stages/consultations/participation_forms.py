"""Forms of those who take part."""

from collections.abc import Sequence

from django import forms
from django.db.models import BigIntegerField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from placet.stages.consultations.ballots.casting import NewBallot
from placet.stages.consultations.models import STATEMENT_MAX_LENGTH
from placet.stages.mandates.models import Constituency, Member, Reflection
from placet.stages.mandates.queries import ConstituencyView, MemberView, constituency_views, member_views
from placet.stages.texts.languages import CONTENT_LANGUAGES


class BallotForm(forms.Form):
    """One vote on the wording that was on the screen."""

    statement = forms.UUIDField()
    vote = forms.TypedChoiceField(choices=[(-1, ""), (0, ""), (1, "")], coerce=int)
    client_key = forms.UUIDField()
    version = forms.IntegerField(min_value=1, max_value=BigIntegerField.MAX_BIGINT)
    translation = forms.IntegerField(min_value=1, max_value=BigIntegerField.MAX_BIGINT, required=False)

    def ballot(self) -> NewBallot:
        """The vote, once the form is valid."""
        data = self.cleaned_data
        return NewBallot(
            statement_id=data["statement"],
            vote=data["vote"],
            client_key=data["client_key"],
            version_id=data["version"],
            translation_id=data["translation"],
        )


class BelongingForm(forms.Form):
    """Member and constituency, both of which may be left open."""

    def __init__(self, *args: object, reflection: Reflection, language: str) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        members = self.fields["member"] = forms.ModelChoiceField(
            Member.objects.filter(reflection=reflection), required=False, label=_("Your nation")
        )
        members.choices = _choices(member_views(reflection, language))
        constituencies = self.fields["constituency"] = forms.ModelChoiceField(
            Constituency.objects.filter(reflection=reflection), required=False, label=_("You take part as")
        )
        constituencies.choices = _choices(constituency_views(reflection, language))


def _choices(views: Sequence[MemberView | ConstituencyView]) -> list[tuple[int | str, str]]:
    return [("", gettext("I would rather not say")), *((view.id, view.name.body) for view in views)]


class StatementForm(forms.Form):
    """A statement in its author's language."""

    body = forms.CharField(
        label=_("Your statement"),
        help_text=_("One idea, in one or two sentences that others can agree or disagree with."),
        max_length=STATEMENT_MAX_LENGTH,
        widget=forms.Textarea({"rows": 4, "maxlength": STATEMENT_MAX_LENGTH, "data-counter": ""}),
    )
    language = forms.ChoiceField(
        label=_("Language in which you write"), choices=list(CONTENT_LANGUAGES.items())
    )
    client_key = forms.UUIDField(widget=forms.HiddenInput)
