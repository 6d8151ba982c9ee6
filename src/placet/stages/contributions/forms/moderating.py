"""Forms of those who moderate, and of the secretariat that writes the rule."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from placet.stages.contributions.forms.talking import RuleChoiceField
from placet.stages.contributions.models import ModerationDecision, ModerationRule
from placet.stages.contributions.moderating.appealing import APPEAL_MAX_LENGTH
from placet.stages.contributions.moderating.deciding import REASON_MAX_LENGTH
from placet.stages.contributions.moderating.queries import REFUSALS, RuleView
from placet.stages.contributions.moderating.rules import RULE_EXPLANATION_MAX_LENGTH, RULE_TITLE_MAX_LENGTH
from placet.stages.mandates.forms.multilingual import MultilingualForm, Words
from placet.stages.mandates.models import Reflection

PUBLIC_REASON = _(
    "Everybody can read it in the log: no names, no personal data, no quotation of what is refused."
)


class DecisionForm(forms.Form):
    """What is to be done with a contribution or a comment; a refusal names its rule and reason."""

    verdict = forms.ChoiceField(choices=ModerationDecision.Verdict.choices)
    reason = forms.CharField(
        label=_("Reason"),
        help_text=PUBLIC_REASON,
        required=False,
        max_length=REASON_MAX_LENGTH,
        widget=forms.Textarea({"rows": 3, "maxlength": REASON_MAX_LENGTH, "dir": "auto"}),
    )
    seen_state = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(self, *args: Any, rules: Sequence[RuleView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"] = RuleChoiceField(
            rules=rules, label=pgettext_lazy("moderation", "Point of the rule"), required=False
        )
        self.fields["rule"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a point")),
            *self.fields["rule"].choices,  # type: ignore[attr-defined]
        ]
        self.order_fields(["rule", "reason"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("verdict") in REFUSALS:
            if not data.get("rule") and "rule" not in self.errors:
                self.add_error("rule", gettext("Choose the point of the rule that it breaks."))
            if not data.get("reason") and "reason" not in self.errors:
                self.add_error(
                    "reason", gettext("Give the reason: the author and everybody else can read it.")
                )
        return data


class AnswerForm(forms.Form):
    """Whether an appeal is granted, and why."""

    outcome = forms.ChoiceField(choices=[("granted", ""), ("upheld", "")])
    answer = forms.CharField(
        label=_("Reason"),
        help_text=PUBLIC_REASON,
        max_length=APPEAL_MAX_LENGTH,
        widget=forms.Textarea({"rows": 3, "maxlength": APPEAL_MAX_LENGTH, "dir": "auto"}),
    )


class RuleForm(MultilingualForm):
    """A point of the public rule."""

    words: ClassVar = {
        "title": Words(_("Title"), _("A few words."), max_length=RULE_TITLE_MAX_LENGTH),
        "explanation": Words(
            _("Explanation"),
            _("What is not shown because of it, in a sentence or two that an author understands."),
            rows=4,
            max_length=RULE_EXPLANATION_MAX_LENGTH,
        ),
    }

    def __init__(
        self, *args: Any, reflection: Reflection, rule: ModerationRule | None = None, **kwargs: Any
    ) -> None:
        texts = {"title": rule.title, "explanation": rule.explanation} if rule else {}
        super().__init__(*args, languages=reflection.languages, texts=texts, **kwargs)
