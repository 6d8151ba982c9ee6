"""Appeals: by the author, once, in time; answered by somebody else."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from placet.stages.contributions.models import Appeal, Comment, Contribution, ModerationDecision
from placet.stages.contributions.moderating.appealing import answer_appeal, appeal, why_not_answer
from placet.stages.contributions.moderating.deciding import decide_comment, decide_contribution
from placet.stages.contributions.talking.actions import withdraw_comment
from placet.stages.mandates.models import Role, RoleGrant
from placet.stages.people.models import OutboxMessage
from placet.stages.record.models import AuditEntry
from tests.stages.contributions.talking import Discussion
from tests.stages.pages import PAYLOAD, is_harmless

pytestmark = pytest.mark.django_db


@pytest.fixture
def discussion() -> Discussion:
    return Discussion()


def refused(discussion: Discussion) -> ModerationDecision:
    """The moderator refuses a contribution of the author's."""
    waiting = discussion.contribution("submitted")
    return decide_contribution(discussion.moderator, waiting, "rejected", discussion.rules[1], "Off topic.")


def test_granted_by_somebody_else_it_is_published_by_a_decision_of_its_own(discussion: Discussion) -> None:
    decision = refused(discussion)
    made = appeal(discussion.participant, decision, "It is about bridges.")
    assert appeal(discussion.participant, decision, "Again.") == made
    answer_appeal(discussion.secretariat, made, is_granted=True, answer="It is about bridges indeed.")
    answer_appeal(discussion.secretariat, made, is_granted=True, answer="It is about bridges indeed.")
    assert Contribution.objects.get(pk=decision.contribution_id).state == "published"
    reversal = ModerationDecision.objects.get(appeal=made)
    assert (reversal.verdict, reversal.decided_by) == ("restored", discussion.secretariat)
    message = OutboxMessage.objects.get(key=f"contributions.appeal:{made.pk}")
    assert "It is about bridges indeed." in message.body
    assert AuditEntry.objects.get(action="contributions.appeal").actor_id is None


def test_upheld_nothing_changes_but_the_author_learns_why(discussion: Discussion) -> None:
    decision = refused(discussion)
    made = appeal(discussion.participant, decision, "Please.")
    answer_appeal(discussion.secretariat, made, is_granted=False, answer="It is about fishing.")
    assert Contribution.objects.get(pk=decision.contribution_id).state == "rejected"
    with pytest.raises(ValidationError) as late:
        answer_appeal(discussion.secretariat, made, is_granted=True, answer="Or is it not?")
    assert late.value.code == "decided"
    assert "It is about fishing." in OutboxMessage.objects.get(key=f"contributions.appeal:{made.pk}").body


def test_whoever_decided_does_not_answer(discussion: Discussion) -> None:
    made = appeal(discussion.participant, refused(discussion), "Please.")
    for actor in (discussion.moderator, discussion.author, discussion.small.accounts["analyst"]):
        with pytest.raises(PermissionDenied):
            answer_appeal(actor, made, is_granted=True, answer="Why not.")
    assert "somebody else answers" in why_not_answer(discussion.moderator, made)
    assert Appeal.objects.get().state == "open"


def test_where_nobody_else_moderates_that_is_said(discussion: Discussion) -> None:
    waiting = discussion.contribution("submitted")
    RoleGrant.objects.filter(role=Role.MODERATOR).update(revoked_at=timezone.now())
    decision = decide_contribution(discussion.secretariat, waiting, "rejected", discussion.rules[1], "No.")
    made = appeal(discussion.participant, decision, "Please.")
    assert "nobody else moderates" in why_not_answer(discussion.secretariat, made)
    with pytest.raises(PermissionDenied, match="nobody else moderates"):
        answer_appeal(discussion.secretariat, made, is_granted=True, answer="Yes.")


def test_an_appeal_is_the_authors_within_thirty_days(discussion: Discussion) -> None:
    decision = refused(discussion)
    with pytest.raises(PermissionDenied):
        appeal(discussion.voter(), decision, "Let it in.")
    for text in (" ", "x" * 1_001):
        with pytest.raises(ValidationError):
            appeal(discussion.participant, decision, text)
    late = timezone.now() + timedelta(days=30, minutes=1)
    with pytest.raises(ValidationError, match="30 days"):
        appeal(discussion.participant, decision, "Please.", now=late)
    appeal(discussion.participant, decision, "Please.", now=late - timedelta(minutes=2))


def test_only_the_last_refusal_that_stands_is_appealed_against(discussion: Discussion) -> None:
    first = refused(discussion)
    item = first.contribution
    assert item is not None
    published = decide_contribution(discussion.moderator, item, "published")
    for decision in (first, published):
        with pytest.raises(ValidationError):
            appeal(discussion.participant, decision, "Please.")
    second = decide_contribution(discussion.moderator, item, "rejected", discussion.rules[0], "Insults.")
    Contribution.objects.filter(pk=item.pk).update(state="submitted")  # its author has sent it anew
    again = ModerationDecision.objects.get(pk=second.pk)
    with pytest.raises(ValidationError):
        appeal(discussion.participant, again, "Please.")


def test_while_an_appeal_is_open_it_is_answered_and_not_decided_around(discussion: Discussion) -> None:
    decision = refused(discussion)
    appeal(discussion.participant, decision, "Please.")
    item = Contribution.objects.get(pk=decision.contribution_id)
    with pytest.raises(ValidationError) as refusal:
        decide_contribution(discussion.secretariat, item, "published")
    assert refusal.value.code == "appealed"


def test_a_hidden_comment_comes_back_unless_its_author_has_withdrawn_it(discussion: Discussion) -> None:
    shown, gone = (discussion.comment(by=discussion.participant) for _each in range(2))
    for comment in (shown, gone):
        decision = decide_comment(discussion.moderator, comment, "hidden", discussion.rules[0], "Insults.")
        made = appeal(discussion.participant, decision, "It was a joke.")
        if comment == gone:
            withdraw_comment(comment, discussion.participant)
        answer_appeal(discussion.secretariat, made, is_granted=True, answer="It was.")
    assert Comment.objects.get(pk=shown.pk).state == "shown"
    assert Comment.objects.get(pk=gone.pk).state == "withdrawn"
    assert Contribution.objects.get(pk=discussion.about.pk).comment_count == 1
    assert ModerationDecision.objects.filter(appeal__isnull=False).count() == 1


def test_the_pages_of_an_appeal(discussion: Discussion) -> None:
    decision = refused(discussion)
    author, moderator, secretariat, stranger = (Client() for _each in range(4))
    for client, account in (
        (author, discussion.author),
        (moderator, discussion.moderator),
        (secretariat, discussion.secretariat),
        (stranger, discussion.another()),
    ):
        client.force_login(account)
    assert decision.contribution is not None
    own = reverse("contributions:own-decision", args=[decision.contribution.reference])
    address = author.get(own)["Location"]
    assert stranger.get(address).status_code == stranger.get(own).status_code == 404
    page = author.get(address)
    assert "Off topic." in page.content.decode()
    assert author.post(address, {"text": ""}).status_code == 422
    assert author.post(address, {"text": PAYLOAD}).status_code == 302
    made = Appeal.objects.get()
    queue = reverse("contributions:moderation", args=[discussion.reflection.slug])
    for client in (moderator, secretariat):
        listed = client.get(queue)
        assert listed.context["kind"] == "appeals"  # nothing else waits
        assert is_harmless(listed)
    answer = reverse("contributions:answer-appeal", args=[made.pk])
    assert moderator.post(answer, {"outcome": "granted", "answer": "Yes."}).status_code == 403
    assert secretariat.post(answer, {"outcome": "granted", "answer": ""}).status_code == 422
    part = secretariat.post(answer, {"outcome": "granted", "answer": PAYLOAD}, headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert is_harmless(part)
    assert is_harmless(author.get(address))
    assert secretariat.get(answer).status_code == 200
    assert Appeal.objects.get().state == "granted"
