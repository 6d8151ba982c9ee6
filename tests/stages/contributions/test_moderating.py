"""The public rule, decisions by it, what suggests them, and the pages for it."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from placet.stages.contributions.models import (
    Comment,
    CommentReport,
    Contribution,
    ModerationDecision,
    ModerationRule,
)
from placet.stages.contributions.moderating.deciding import decide_comment, decide_contribution
from placet.stages.contributions.moderating.queries import latest_decisions, rule_views, seen_state
from placet.stages.contributions.moderating.queue import waiting_views
from placet.stages.contributions.moderating.rules import (
    add_rule,
    add_usual_rules,
    bring_back_rule,
    change_rule,
    retire_rule,
)
from placet.stages.contributions.talking.actions import report_comment, withdraw_comment
from placet.stages.mandates.models import Role, RoleGrant
from placet.stages.mandates.participation import participant_for
from placet.stages.people.models import OutboxMessage
from placet.stages.record.models import AuditEntry
from tests.stages.contributions.talking import Discussion
from tests.stages.contributions.writing import SmallContributions
from tests.stages.pages import PAYLOAD, is_harmless, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def discussion() -> Discussion:
    return Discussion()


def fresh(contribution: Contribution) -> Contribution:
    return Contribution.objects.get(pk=contribution.pk)


# The rule


def test_the_usual_six_are_there_once_in_both_languages() -> None:
    contributions = SmallContributions()
    made = add_usual_rules(contributions.secretariat, contributions.reflection)
    assert [rule.number for rule in made] == [1, 2, 3, 4, 5, 6]
    assert add_usual_rules(contributions.secretariat, contributions.reflection) == []
    for language in ("en", "fr"):
        for view in rule_views(contributions.reflection, language):
            assert (view.title.language, view.explanation.language) == (language, language)


def test_a_point_keeps_its_number_and_is_retired_but_not_deleted(discussion: Discussion) -> None:
    secretariat, second = discussion.secretariat, discussion.rules[1]
    words = {"title": {"en": "Short"}, "explanation": {"en": "At most a page."}}
    assert add_rule(secretariat, discussion.reflection, **words).number == 7
    retire_rule(secretariat, second)
    retire_rule(secretariat, second)
    assert ModerationRule.objects.count() == 7
    bring_back_rule(secretariat, second)
    change_rule(secretariat, second, **words)
    (view,) = [each for each in rule_views(discussion.reflection, "en") if each.number == 2]
    assert (view.title.body, view.is_retired) == ("Short", False)
    verbs = AuditEntry.objects.filter(target="rule 2").values_list("action", flat=True)
    assert [verb.split(".")[1] for verb in verbs] == [
        "add_rule",
        "retire_rule",
        "bring_back_rule",
        "change_rule",
    ]


def test_only_the_secretariat_writes_the_rule(discussion: Discussion) -> None:
    words = {"title": {"en": "Short"}, "explanation": {"en": "At most a page."}}
    for actor in (discussion.moderator, discussion.author):
        with pytest.raises(PermissionDenied):
            add_rule(actor, discussion.reflection, **words)
        with pytest.raises(PermissionDenied):
            retire_rule(actor, discussion.rules[0])
    for wrong in ({"title": {"fr": "Court"}}, {"explanation": {"en": "x" * 1_001}}):
        with pytest.raises(ValidationError):
            add_rule(discussion.secretariat, discussion.reflection, **(words | wrong))


def test_the_pages_of_the_rule(discussion: Discussion) -> None:
    client = Client()
    client.force_login(discussion.secretariat)
    slug = discussion.reflection.slug
    added = sent(
        client,
        reverse("contributions:add-rule", args=[slug]),
        title_en="Short",
        explanation_en="At most a page.",
    )
    assert added.status_code == 302
    changed = sent(client, reverse("contributions:change-rule", args=[slug, 7]), title_en=PAYLOAD[:100])
    assert changed.status_code == 302
    client.post(reverse("contributions:retire-rule", args=[slug, 7]))
    for address in ("manage-rules", "rules", "moderation-log"):
        page = client.get(reverse(f"contributions:{address}", args=[slug]))
        assert page.status_code == 200
        assert is_harmless(page)
    assert ModerationRule.objects.get(number=7).retired_at is not None


# Decisions


def test_a_contribution_is_published_and_its_author_is_told(discussion: Discussion) -> None:
    waiting = discussion.contribution("submitted")
    decision = decide_contribution(discussion.moderator, waiting, "published")
    assert decide_contribution(discussion.moderator, waiting, "published") == decision
    assert fresh(waiting).state == "published"
    assert fresh(waiting).published_at is not None
    message = OutboxMessage.objects.get()
    assert message.recipient_email == discussion.author.email
    assert waiting.reference in message.body
    assert AuditEntry.objects.filter(action="contributions.decide_contribution").count() == 1


def test_a_refusal_names_its_rule_and_reason_and_tells_how_to_appeal(discussion: Discussion) -> None:
    waiting = discussion.contribution("submitted")
    rule = discussion.rules[2]
    for grounds in ({}, {"rule": rule}, {"reason": "Why."}):
        with pytest.raises(ValidationError):
            decide_contribution(discussion.moderator, waiting, "rejected", **grounds)
    retired = discussion.rules[3]
    retire_rule(discussion.secretariat, retired)
    foreign = Discussion(slug="other", prefix="OTHER").rules[0]
    for wrong in (retired, foreign):
        with pytest.raises(ValidationError):
            decide_contribution(discussion.moderator, waiting, "rejected", wrong, "Why.")
    decision = decide_contribution(discussion.moderator, waiting, "rejected", rule, "A telephone number.")
    assert (fresh(waiting).state, decision.rule, decision.reason) == ("rejected", rule, "A telephone number.")
    message = OutboxMessage.objects.get(recipient_email=discussion.author.email)
    for part in ("No personal data", "A telephone number.", f"/decision/{decision.pk}/"):
        assert part in message.body
    restored = decide_contribution(discussion.moderator, waiting, "published")
    assert (restored.verdict, fresh(waiting).state) == ("restored", "published")


def test_a_published_one_can_be_taken_back(discussion: Discussion) -> None:
    decide_contribution(discussion.moderator, discussion.about, "rejected", discussion.rules[0], "Insults.")
    assert fresh(discussion.about).state == "rejected"


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_nothing_is_decided_about_what_is_not_sent_or_withdrawn(discussion: Discussion, state: str) -> None:
    with pytest.raises(ValidationError):
        decide_contribution(discussion.moderator, discussion.contribution(state), "published")


def test_only_who_moderates_decides(discussion: Discussion) -> None:
    waiting, comment = discussion.contribution("submitted"), discussion.comment()
    stranger = Discussion(slug="other", prefix="OTHER").secretariat
    for actor in (discussion.author, discussion.small.accounts["partner"], stranger):
        with pytest.raises(PermissionDenied):
            decide_contribution(actor, waiting, "published")
        with pytest.raises(PermissionDenied):
            decide_comment(actor, comment, "hidden", discussion.rules[0], "Why.")


def test_nobody_decides_about_what_he_or_she_wrote_where_somebody_else_can(discussion: Discussion) -> None:
    writer = participant_for(discussion.moderator, discussion.reflection)
    own = discussion.contribution("submitted", author=writer)
    with pytest.raises(PermissionDenied, match="yourself"):
        decide_contribution(discussion.moderator, own, "published")
    with pytest.raises(PermissionDenied, match="yourself"):
        decide_comment(
            discussion.moderator, discussion.comment(by=writer), "hidden", discussion.rules[0], "Why."
        )
    RoleGrant.objects.filter(role=Role.SECRETARIAT).update(revoked_at=timezone.now())
    decide_contribution(discussion.moderator, own, "published")


def test_the_second_of_two_moderators_is_told_that_the_first_has_decided(discussion: Discussion) -> None:
    waiting = discussion.contribution("submitted")
    seen = seen_state(waiting, latest_decisions([waiting]).get(waiting.pk))
    decide_contribution(discussion.moderator, waiting, "published", seen_state=seen)
    with pytest.raises(ValidationError) as refusal:
        decide_contribution(
            discussion.secretariat, waiting, "rejected", discussion.rules[0], "Why.", seen_state=seen
        )
    assert refusal.value.code == "decided"
    assert fresh(waiting).state == "published"


def test_what_its_author_has_changed_meanwhile_is_not_published_unread(discussion: Discussion) -> None:
    waiting = discussion.contribution("submitted")
    seen = seen_state(waiting, None)
    Contribution.objects.filter(pk=waiting.pk).update(revision_count=2)
    with pytest.raises(ValidationError, match="Look again"):
        decide_contribution(discussion.moderator, waiting, "published", seen_state=seen)


def test_a_comment_is_hidden_and_shown_again_and_counted(discussion: Discussion) -> None:
    comment = discussion.comment(by=discussion.participant)
    discussion.comment()
    report_comment(comment, discussion.voter(), discussion.rules[0])
    decide_comment(discussion.moderator, comment, "hidden", discussion.rules[0], "Insults.")
    assert fresh(discussion.about).comment_count == 1
    assert not CommentReport.objects.filter(settled_at=None).exists()
    with pytest.raises(ValidationError):
        decide_comment(discussion.secretariat, comment, "hidden", discussion.rules[1], "Other words.")
    decide_comment(discussion.moderator, comment, "restored")
    assert fresh(discussion.about).comment_count == 2
    assert OutboxMessage.objects.filter(recipient_email=discussion.author.email).count() == 2
    with pytest.raises(ValidationError):
        decide_comment(
            discussion.moderator, comment, "hidden", discussion.rules[0], "No.", seen_state="shown:0:0"
        )


def test_a_reported_comment_may_be_left_as_it_is_without_a_message(discussion: Discussion) -> None:
    comment = discussion.comment(by=discussion.participant)
    report_comment(comment, discussion.voter(), discussion.rules[0])
    seen = seen_state(comment, None)
    decide_comment(discussion.moderator, comment, "published", seen_state=seen)
    assert not CommentReport.objects.filter(settled_at=None).exists()
    assert not OutboxMessage.objects.exists()
    with pytest.raises(ValidationError) as refusal:  # the other moderator saw it before
        decide_comment(discussion.secretariat, comment, "hidden", discussion.rules[0], "No.", seen_state=seen)
    assert refusal.value.code == "decided"


def test_a_withdrawn_comment_is_not_decided_about(discussion: Discussion) -> None:
    comment = discussion.comment()
    withdraw_comment(comment, comment.author)
    with pytest.raises(ValidationError):
        decide_comment(discussion.moderator, comment, "hidden", discussion.rules[0], "Why.")


def test_a_decision_is_never_changed(discussion: Discussion) -> None:
    decide_contribution(discussion.moderator, discussion.contribution("submitted"), "published")
    with pytest.raises(IntegrityError), transaction.atomic():
        ModerationDecision.objects.update(reason="other")


# What waits


def test_personal_data_and_floods_are_suggested(discussion: Discussion) -> None:
    (view,) = waiting_views(
        discussion.reflection,
        [discussion.contribution("submitted", body="Write to me at jane.doe@example.org, please.")],
        "en",
    )
    assert view.kinds == ("email",)
    assert [part.text for part in view.passages[-1].parts if part.kind] == ["jane.doe@example.org"]
    flood = [discussion.comment(f"Buy our very cheap machines today, number {n}!") for n in range(6)]
    assert waiting_views(discussion.reflection, flood[:1], "en")[0].n_alike == 5


def test_the_queue_by_its_pages(discussion: Discussion) -> None:
    waiting = discussion.contribution("submitted", title=PAYLOAD, summary=PAYLOAD, body=PAYLOAD)
    comment = discussion.comment(PAYLOAD)
    report_comment(comment, discussion.voter(), discussion.rules[0])
    client = Client()
    client.force_login(discussion.moderator)
    queue = reverse("contributions:moderation", args=[discussion.reflection.slug])
    for kind in ("", "contributions", "comments", "appeals", PAYLOAD):
        page = client.get(queue, {"kind": kind})
        assert page.status_code == 200
        assert is_harmless(page)
        assert discussion.author.email not in page.content.decode()
    address = reverse("contributions:moderate-contribution", args=[waiting.reference])
    data = {"seen_state": client.get(address).context["card"].item.seen_state}
    refused = client.post(address, data | {"verdict": "rejected"})
    assert refused.status_code == 422
    part = client.post(
        address,
        data | {"verdict": "rejected", "rule": 1, "reason": PAYLOAD, "origin": "queue"},
        headers={"HX-Request": "true"},
    )
    assert part.status_code == 200
    assert is_harmless(part)
    assert fresh(waiting).state == "rejected"
    again = client.post(address, data | {"verdict": "published"})
    assert "Another moderator has decided" in again.content.decode()
    assert is_harmless(client.get(address))
    comment_address = reverse("contributions:moderate-comment", args=[comment.pk])
    hidden = client.post(
        comment_address, {"verdict": "hidden", "rule": 1, "reason": "No.", "origin": "queue"}
    )
    assert hidden["Location"] == f"{queue}?kind=comments"
    assert Comment.objects.get().state == "hidden"
    assert is_harmless(client.get(comment_address))


def test_before_there_is_a_rule_nothing_can_be_refused() -> None:
    contributions = SmallContributions()
    client = Client()
    client.force_login(contributions.secretariat)
    page = client.get(reverse("contributions:moderation", args=[contributions.reflection.slug]))
    assert "There is no rule yet" in page.content.decode()
    begun = client.post(reverse("contributions:add-usual-rules", args=[contributions.reflection.slug]))
    assert begun.status_code == 302
    assert ModerationRule.objects.count() == 6


def test_the_queue_takes_as_many_queries_for_two_as_for_twelve(discussion: Discussion) -> None:
    client = Client()
    client.force_login(discussion.moderator)
    queue = reverse("contributions:moderation", args=[discussion.reflection.slug])

    def count(kind: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(queue, {"kind": kind}).status_code == 200
        return len(queries)

    def add(n: int) -> None:
        for number in range(n):
            discussion.contribution("submitted", title=f"Title {number}", body=f"Something else: {uuid4()}")
            report_comment(discussion.comment(f"Said {uuid4()}"), discussion.voter(), discussion.rules[0])

    add(6)
    before = [count("contributions"), count("comments")]
    add(6)
    assert [count("contributions"), count("comments")] == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="threads share no database in memory")
def test_of_two_moderators_at_once_one_decides() -> None:
    discussion = Discussion()
    waiting = discussion.contribution("submitted")
    seen = seen_state(waiting, None)

    def decide(actor: object, verdict: str) -> bool:
        try:
            grounds = (discussion.rules[0], "Why.") if verdict == "rejected" else (None, "")
            decide_contribution(actor, fresh(waiting), verdict, *grounds, seen)  # type: ignore[arg-type]
        except ValidationError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        moderators = [(discussion.moderator, "published"), (discussion.secretariat, "rejected")]
        done = list(pool.map(lambda each: decide(*each), moderators))
    assert sorted(done) == [False, True]
    assert ModerationDecision.objects.count() == 1
