"""The public rule of a reflection, point by point: written by the secretariat, retired and never deleted."""

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from placet.stages.contributions.models import ModerationRule
from placet.stages.mandates.models import Reflection, Role
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.people.models import Account
from placet.stages.record.actions import record
from placet.stages.texts.actions import create_text, revise_text

RULE_TITLE_MAX_LENGTH = 120
RULE_EXPLANATION_MAX_LENGTH = 1_000
RULES_MOST = 30

Bodies = Mapping[str, str]

# What most public forums ask for; a reflection starts from it and writes its own.
USUAL_RULES = (
    (
        gettext_lazy("Civil"),
        gettext_lazy(
            "Criticise ideas, not persons. What insults, threatens, demeans or incites hatred is not shown."
        ),
    ),
    (
        gettext_lazy("On the subject"),
        gettext_lazy(
            "It says something about the reflection, its priorities or the contribution under which it"
            " stands."
        ),
    ),
    (
        gettext_lazy("No personal data"),
        gettext_lazy(
            "No addresses, telephone numbers or account numbers, and nothing from the private life of"
            " anybody, the author included."
        ),
    ),
    (
        gettext_lazy("No advertising"),
        gettext_lazy("It does not sell, canvass for a party or candidate, or lead to pages that do."),
    ),
    (
        gettext_lazy("No duplicates"),
        gettext_lazy(
            "It does not repeat what the same author or somebody else has written here already; the same text"
            " sent many times counts once."
        ),
    ),
    (
        gettext_lazy("Lawful"),
        gettext_lazy(
            "It breaks no law and no right of others: no copied works, no false statements of fact about"
            " persons, no secrets that somebody is bound to keep."
        ),
    ),
)


@transaction.atomic
def add_rule(actor: Actor, reflection: Reflection, *, title: Bodies, explanation: Bodies) -> ModerationRule:
    """Add a point to the public rule, with the next number.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where title or explanation is missing in the working language or too long, or there are 30 points.
    """
    account = require_role(actor, reflection, Role.SECRETARIAT)
    _check_bodies(reflection, title, explanation)
    Reflection.objects.select_for_update().get(pk=reflection.pk)  # two added at once get two numbers
    points = ModerationRule.objects.filter(reflection=reflection)
    if points.count() >= RULES_MOST:
        raise ValidationError(
            _("A rule with more than %(limit)d points is read by nobody.") % {"limit": RULES_MOST}
        )
    original = reflection.languages[0]
    rule = ModerationRule.objects.create(
        reflection=reflection,
        number=(points.aggregate(last=Max("number"))["last"] or 0) + 1,
        title=create_text(title, original=original, author_id=account.id),
        explanation=create_text(explanation, original=original, author_id=account.id),
    )
    _record("add_rule", rule, account)
    return rule


@transaction.atomic
def add_usual_rules(actor: Actor, reflection: Reflection) -> list[ModerationRule]:
    """Begin with the six usual points, in each language of the reflection that the interface speaks.

    Asked where the rule has a point already, it does nothing.
    """
    require_role(actor, reflection, Role.SECRETARIAT)
    Reflection.objects.select_for_update().get(pk=reflection.pk)
    if ModerationRule.objects.filter(reflection=reflection).exists():
        return []
    return [
        add_rule(actor, reflection, title=title, explanation=explanation)
        for title, explanation in usual_rules(reflection.languages)
    ]


@transaction.atomic
def change_rule(actor: Actor, rule: ModerationRule, *, title: Bodies, explanation: Bodies) -> None:
    """Word a point differently; earlier wordings stay on record. Refusals are those of :func:`add_rule`."""
    account = require_role(actor, rule.reflection, Role.SECRETARIAT)
    _check_bodies(rule.reflection, title, explanation)
    changes = [
        revise_text(rule.title, title, author_id=account.id),
        revise_text(rule.explanation, explanation, author_id=account.id),
    ]
    if any(changes):
        _record("change_rule", rule, account)


@transaction.atomic
def retire_rule(actor: Actor, rule: ModerationRule) -> None:
    """No decision names the point from now on; it stays on those that do. Once."""
    account = require_role(actor, rule.reflection, Role.SECRETARIAT)
    if ModerationRule.objects.filter(pk=rule.pk, retired_at=None).update(retired_at=timezone.now()):
        _record("retire_rule", rule, account)
    rule.refresh_from_db()


@transaction.atomic
def bring_back_rule(actor: Actor, rule: ModerationRule) -> None:
    """Put a retired point in force again, under its number. Once."""
    account = require_role(actor, rule.reflection, Role.SECRETARIAT)
    if ModerationRule.objects.filter(pk=rule.pk, retired_at__isnull=False).update(retired_at=None):
        _record("bring_back_rule", rule, account)
    rule.refresh_from_db()


def usual_rules(languages: Sequence[str]) -> list[tuple[dict[str, str], dict[str, str]]]:
    """Titles and explanations of the usual points, in each language of the interface among these.

    Where the interface speaks not even the first one, English stands under it.
    """
    spoken = [language for language in languages if language in dict(settings.LANGUAGES)]
    wanted = dict.fromkeys([languages[0], *spoken])
    points: list[tuple[dict[str, str], dict[str, str]]] = [({}, {}) for _each in USUAL_RULES]
    for language in wanted:
        with override(language if language in spoken else "en"):
            for (titles, explanations), (title, explanation) in zip(points, USUAL_RULES, strict=True):
                titles[language], explanations[language] = str(title), str(explanation)
    return points


def _check_bodies(reflection: Reflection, title: Bodies, explanation: Bodies) -> None:
    bodies = {
        "title": (title, RULE_TITLE_MAX_LENGTH),
        "explanation": (explanation, RULE_EXPLANATION_MAX_LENGTH),
    }
    for field, (body, most) in bodies.items():
        if not body.get(reflection.languages[0], "").strip():
            raise ValidationError({field: _("Write it in the working language first.")})
        if max(len(each.strip()) for each in body.values()) > most:
            raise ValidationError({field: _("At most %(limit)d characters.") % {"limit": most}})


def _record(verb: str, rule: ModerationRule, account: Account) -> None:
    record(
        f"contributions.{verb}",
        target=f"rule {rule.number}",
        actor_id=account.id,
        scope_id=rule.reflection_id,
    )
