"""Telling an author what was decided, by mail; in the app it stands beside what he or she wrote."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from placet.stages.contributions.models import Appeal, Contribution, ModerationDecision
from placet.stages.contributions.moderating.queries import Item, may_appeal_until
from placet.stages.mandates.models import ParticipantLink
from placet.stages.people.actions import queue_message
from placet.stages.people.models import Account
from placet.stages.texts.queries import wordings

Verdict = ModerationDecision.Verdict


def tell_author(decision: ModerationDecision, item: Item) -> None:
    """Queue the message about a decision. A comment that stays as it was needs none, nor does an appeal's
    outcome, which `tell_outcome` tells."""
    is_silent = item.author_id is None or decision.appeal_id is not None
    if is_silent or (not isinstance(item, Contribution) and decision.verdict == Verdict.PUBLISHED):
        return
    account = _account_of(item)
    if account is None:
        return
    context = _about(item, account) | {
        "verdict": str(decision.verdict),
        "reason": decision.reason,
        "rule": _rule(decision, account),
        "appeal_url": "",
        "appeal_until": may_appeal_until(decision),
    }
    if decision.rule_id:
        with override(account.language):
            path = reverse("contributions:appeal", args=[decision.pk])
        context["appeal_url"] = f"{settings.PUBLIC_URL}{path}"
    queue_message(f"contributions.decision:{decision.pk}", account, "contributions/mail/decision", context)


def tell_outcome(appeal: Appeal, item: Item) -> None:
    """Queue the message about the answer to an appeal."""
    account = _account_of(item)
    if account is None:
        return
    context = _about(item, account) | {
        "is_granted": appeal.state == Appeal.State.GRANTED,
        "answer": appeal.answer,
    }
    queue_message(f"contributions.appeal:{appeal.pk}", account, "contributions/mail/appeal", context)


def _account_of(item: Item) -> Account | None:
    """To whom a message goes; the only use that is made of who stands behind a pseudonym."""
    link = ParticipantLink.objects.filter(participant=item.author_id).select_related("account").first()
    return link.account if link and link.account.is_active else None


def _about(item: Item, account: Account) -> dict[str, object]:
    contribution = item if isinstance(item, Contribution) else item.contribution
    title = contribution.title_id
    words = wordings([title], account.language)
    with override(account.language):
        path = reverse("contributions:contribution", args=[contribution.reference])
    return {
        "is_comment": not isinstance(item, Contribution),
        "reference": contribution.reference,
        "title": words[title].body if title else "",
        "url": f"{settings.PUBLIC_URL}{path}",
    }


def _rule(decision: ModerationDecision, account: Account) -> str:
    if decision.rule is None:
        return ""
    return wordings([decision.rule.title_id], account.language)[decision.rule.title_id].body
