"""Forms of those who talk about contributions."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from placet.stages.contributions.models import COMMENT_MAX_LENGTH
from placet.stages.contributions.moderating.appealing import APPEAL_MAX_LENGTH
from placet.stages.contributions.moderating.queries import RuleView
from placet.stages.texts.languages import CONTENT_LANGUAGES


class CommentForm(forms.Form):
    """A comment in its author's language, below a contribution or in answer to another comment."""

    body = forms.CharField(
        label=_("Your comment"),
        max_length=COMMENT_MAX_LENGTH,
        strip=True,
        widget=forms.Textarea({"rows": 4, "maxlength": COMMENT_MAX_LENGTH, "dir": "auto"}),
    )
    language = forms.ChoiceField(
        label=_("Language in which you write"), choices=list(CONTENT_LANGUAGES.items())
    )
    answers = forms.UUIDField(required=False, widget=forms.HiddenInput)
    client_key = forms.UUIDField(widget=forms.HiddenInput)


class CommentVoteForm(forms.Form):
    """Helpful, not helpful, or what was said taken back."""

    vote = forms.TypedChoiceField(choices=[(1, ""), (-1, ""), (0, "")], coerce=int)


class RuleChoiceField(forms.TypedChoiceField):
    """One of the points in force, by number, in the reader's language."""

    def __init__(self, *, rules: Sequence[RuleView], **kwargs: Any) -> None:
        points = [(rule.number, f"{rule.number}. {rule.title.body}") for rule in rules if not rule.is_retired]
        super().__init__(coerce=int, choices=points, empty_value=None, **kwargs)


class ReportForm(forms.Form):
    """By which point of the rule moderators should look at a comment."""

    def __init__(self, *args: Any, rules: Sequence[RuleView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"] = RuleChoiceField(
            rules=rules, label=_("Which point of the rule does it break?"), widget=forms.RadioSelect
        )


class AppealForm(forms.Form):
    """Why a decision is wrong."""

    text = forms.CharField(
        label=_("Why do you think that the decision is wrong?"),
        help_text=_("Whoever looks at it again reads this; it is not published."),
        max_length=APPEAL_MAX_LENGTH,
        widget=forms.Textarea({"rows": 5, "maxlength": APPEAL_MAX_LENGTH, "dir": "auto"}),
    )
