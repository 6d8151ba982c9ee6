"""Writing comments, finding them helpful, withdrawing and reporting them; the pages for it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from placet.stages.contributions.models import (
    COMMENT_MAX_LENGTH,
    Comment,
    CommentReport,
    CommentVote,
    Contribution,
)
from placet.stages.contributions.moderating.rules import retire_rule
from placet.stages.contributions.talking.actions import (
    COMMENTS,
    report_comment,
    vote_on_comment,
    withdraw_comment,
    write_comment,
)
from placet.stages.mandates.models import Participant, Reflection
from placet.stages.mandates.participation import participant_for
from placet.stages.record.models import AuditEntry
from tests.stages.contributions.talking import Discussion
from tests.stages.pages import ESCAPED, PAYLOAD, is_harmless

pytestmark = pytest.mark.django_db


@pytest.fixture
def discussion() -> Discussion:
    return Discussion()


def n_shown(discussion: Discussion) -> int:
    return Contribution.objects.get(pk=discussion.about.pk).comment_count


def said(**changes: object) -> dict[str, object]:
    return {"body": "Well said.", "language": "en", "client_key": uuid4()} | changes


def test_a_comment_sent_twice_is_one_and_is_counted_once(discussion: Discussion) -> None:
    author, words = discussion.voter(), said()
    first = write_comment(discussion.about, author, **words)  # type: ignore[arg-type]
    assert write_comment(discussion.about, author, **words) == first  # type: ignore[arg-type]
    assert n_shown(discussion) == Comment.objects.count() == 1
    entry = AuditEntry.objects.get(action="contributions.write_comment")
    assert entry.actor_id is None
    assert str(author.pk) not in str(entry.detail) + entry.target


@pytest.mark.parametrize(
    "changes",
    [
        {"body": " \u202e\n "},
        {"body": "x" * (COMMENT_MAX_LENGTH + 1)},
        {"language": "tlh"},
    ],
)
def test_what_says_nothing_too_much_or_in_no_language_is_refused(
    discussion: Discussion, changes: dict[str, object]
) -> None:
    with pytest.raises(ValidationError):
        write_comment(discussion.about, discussion.voter(), **said(**changes))  # type: ignore[arg-type]
    assert n_shown(discussion) == 0


def test_who_takes_part_elsewhere_or_without_an_account_only_reads(discussion: Discussion) -> None:
    comment = discussion.comment()
    stranger = Discussion(slug="other", prefix="OTHER").voter()
    for participant in (discussion.small.participant(), stranger):
        with pytest.raises(PermissionDenied):
            write_comment(discussion.about, participant, **said())  # type: ignore[arg-type]
        with pytest.raises(PermissionDenied):
            vote_on_comment(comment, participant, 1)
        with pytest.raises(PermissionDenied):
            report_comment(comment, participant, discussion.rules[0])


@pytest.mark.parametrize("state", ["submitted", "rejected", "withdrawn"])
def test_only_what_is_published_is_talked_about(discussion: Discussion, state: str) -> None:
    with pytest.raises(ValidationError):
        discussion.comment(about=discussion.contribution(state))


def test_nothing_is_said_once_the_reflection_is_closed(discussion: Discussion) -> None:
    comment = discussion.comment()
    Reflection.objects.filter(pk=discussion.reflection.pk).update(state=Reflection.State.CLOSED)
    with pytest.raises(ValidationError):
        discussion.comment()
    with pytest.raises(ValidationError):
        vote_on_comment(comment, discussion.voter(), 1)


def test_a_burst_is_stopped_and_passes_with_time(discussion: Discussion) -> None:
    author, now = discussion.voter(), timezone.now()
    for _each in range(COMMENTS.burst):
        write_comment(discussion.about, author, **said(), now=now)  # type: ignore[arg-type]
    with pytest.raises(ValidationError) as refusal:
        write_comment(discussion.about, author, **said(), now=now)  # type: ignore[arg-type]
    assert refusal.value.code == "pace"
    assert n_shown(discussion) == COMMENTS.burst
    later = now + COMMENTS.interval + timedelta(seconds=1)
    write_comment(discussion.about, author, **said(), now=later)  # type: ignore[arg-type]


def test_an_answer_goes_to_a_comment_that_is_shown_there(discussion: Discussion) -> None:
    elsewhere = discussion.comment(about=discussion.contribution())
    gone = discussion.comment()
    withdraw_comment(gone, gone.author)
    for comment in (elsewhere, gone):
        with pytest.raises(ValidationError):
            discussion.comment(answers=comment)


def test_the_last_vote_counts_and_can_be_taken_back(discussion: Discussion) -> None:
    comment, voter = discussion.comment(), discussion.voter()
    for vote in (1, 1, -1):
        vote_on_comment(comment, voter, vote)
    assert list(CommentVote.objects.values_list("vote", flat=True)) == [-1]
    vote_on_comment(comment, voter, 0)
    assert not CommentVote.objects.exists()
    with pytest.raises(ValidationError):
        vote_on_comment(comment, voter, 5)
    with pytest.raises(ValidationError):
        vote_on_comment(comment, comment.author, 1)


def test_withdrawing_is_for_the_author_and_counts_once(discussion: Discussion) -> None:
    comment = discussion.comment()
    with pytest.raises(PermissionDenied):
        withdraw_comment(comment, discussion.voter())
    report_comment(comment, discussion.voter(), discussion.rules[0])
    for _each in range(2):
        withdraw_comment(comment, comment.author)
    assert n_shown(discussion) == 0
    assert not CommentReport.objects.filter(settled_at=None).exists()
    with pytest.raises(ValidationError):
        vote_on_comment(comment, discussion.voter(), 1)


def test_a_report_names_a_point_in_force_once_for_each_reader(discussion: Discussion) -> None:
    comment, reader = discussion.comment(), discussion.voter()
    for rule in discussion.rules[:2]:
        report_comment(comment, reader, rule)
    assert CommentReport.objects.get().rule == discussion.rules[0]
    retire_rule(discussion.secretariat, discussion.rules[2])
    other = Discussion(slug="other", prefix="OTHER").rules[0]
    for rule in (discussion.rules[2], other):
        with pytest.raises(ValidationError):
            report_comment(comment, discussion.voter(), rule)
    with pytest.raises(ValidationError):
        report_comment(comment, comment.author, discussion.rules[0])
    assert AuditEntry.objects.get(action="contributions.report_comment").actor_id is None


# The pages


def client_of(discussion: Discussion, who: str = "participant") -> tuple[Client, Participant]:
    account = discussion.small.accounts[who]
    client = Client()
    client.force_login(account)
    return client, participant_for(account, discussion.reflection)


def test_talking_through_pages_without_scripts(discussion: Discussion) -> None:
    client, participant = client_of(discussion)
    address = reverse("contributions:comments", args=[discussion.about.reference])
    page = client.get(address)
    key = page.context["comment_form"]["client_key"].value()
    answer = client.post(address, said(client_key=key))
    comment = Comment.objects.get()
    assert comment.author == participant
    assert answer["Location"].endswith(f"show={comment.pk}#comment-{comment.pk}")
    shown = Client().get(answer["Location"]).content.decode()
    assert "Well said." in shown
    assert discussion.small.accounts["participant"].email not in shown
    assert client.post(address, said(body="")).status_code == 422
    reply_page = client.get(f"{address}?answer={comment.pk}")
    assert reply_page.context["answer_form"]["answers"].value() == str(comment.pk)
    client.post(address, said(body="And more.", answers=comment.pk))
    assert Comment.objects.get(answers=comment).author == participant
    client.post(reverse("contributions:withdraw-comment", args=[comment.pk]))
    after = client.get(address).content.decode()
    assert "Well said." not in after
    assert "And more." in after


def test_with_scripts_the_answers_are_parts_of_the_page(discussion: Discussion) -> None:
    client, _participant = client_of(discussion)
    comment = discussion.comment("By somebody else.")
    address = reverse("contributions:comments", args=[discussion.about.reference])
    answer = client.post(address, said(), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()
    assert "autofocus" in answer.content.decode()
    refused = client.post(address, said(body=""), headers={"HX-Request": "true"})
    assert "error-summary" in refused.content.decode()
    vote = reverse("contributions:comment-vote", args=[comment.pk])
    voted = client.post(vote, {"vote": "1"}, headers={"HX-Request": "true"}).content.decode()
    assert 'aria-pressed="true"' in voted
    assert "<html" not in voted
    assert client.post(vote, {"vote": "7"}).status_code == 302
    assert CommentVote.objects.get().vote == 1


def test_reporting_through_its_page(discussion: Discussion) -> None:
    client, participant = client_of(discussion)
    comment = discussion.comment()
    address = reverse("contributions:report-comment", args=[comment.pk])
    assert client.post(address, {"rule": 99}).status_code == 422
    assert client.post(address, {"rule": 3}).status_code == 302
    assert CommentReport.objects.get(participant=participant).rule.number == 3
    discussion.rules[0].__class__.objects.all().update(retired_at=timezone.now())
    assert "There is no rule yet" in client.get(address).content.decode()


def test_votes_cast_before_signing_in_stay_with_whoever_comments(discussion: Discussion) -> None:
    client = Client()
    small = discussion.small
    client.post(reverse("consultations:start", args=[small.consultation.reference]), {"member": ""})
    anonymous = Participant.objects.exclude(pk=discussion.participant.pk).get(standing="anonymous")
    client.force_login(small.accounts["stranger"])
    client.post(reverse("contributions:comments", args=[discussion.about.reference]), said())
    assert Comment.objects.get().author == anonymous


def test_what_is_not_there_for_somebody_is_a_404(discussion: Discussion) -> None:
    client, _participant = client_of(discussion)
    hidden = discussion.contribution("submitted")
    assert client.get(reverse("contributions:comments", args=[hidden.reference])).status_code == 404
    comment = discussion.comment()
    withdraw = reverse("contributions:withdraw-comment", args=[comment.pk])
    assert client.post(withdraw).status_code == 404
    assert client.post(reverse("contributions:comment-vote", args=[uuid4()]), {"vote": 1}).status_code == 404
    address = reverse("contributions:comments", args=[discussion.about.reference])
    assert client.post(address, said(answers=uuid4())).status_code == 404


def test_nothing_that_was_typed_becomes_mark_up(discussion: Discussion) -> None:
    client, _participant = client_of(discussion)
    comment = discussion.comment(PAYLOAD)
    address = reverse("contributions:comments", args=[discussion.about.reference])
    for each in (address, reverse("contributions:report-comment", args=[comment.pk])):
        page = client.get(each)
        assert is_harmless(page)
        assert ESCAPED in page.content.decode()
    assert is_harmless(client.post(address, said(body=PAYLOAD, language=PAYLOAD)))
    hostile = {"order": PAYLOAD, "page": PAYLOAD, "show": PAYLOAD, "answer": PAYLOAD}
    assert is_harmless(client.get(address, hostile))


def test_a_page_of_comments_takes_as_many_queries_for_two_as_for_twenty(discussion: Discussion) -> None:
    client, _participant = client_of(discussion)
    address = reverse("contributions:comments", args=[discussion.about.reference])

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    for number in range(20):
        comment = discussion.comment(f"comment {number}", discussion.voter("FR", "young-leaders"))
        discussion.comment("answer", answers=comment)
        if number == 1:
            before = count()
    assert count() == before
