"""The order of comments on real rows: groups, threads, pages, and what is left out."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from placet.stages.contributions.models import Comment
from placet.stages.contributions.talking.actions import withdraw_comment
from placet.stages.contributions.talking.ordering import Grouping, Order, ballots_on, bridging_first
from placet.stages.contributions.talking.queries import THREADS_PER_PAGE, Talk, talk
from placet.stages.mandates.actions import add_constituencies
from tests.stages.contributions.talking import Discussion

pytestmark = pytest.mark.django_db


def bodies(found: Talk) -> list[str]:
    return [thread.comment.wording.body if thread.comment.wording else "" for thread in found.threads]


def test_what_every_group_finds_helpful_stands_before_what_one_large_group_loves() -> None:
    discussion = Discussion()
    add_constituencies(discussion.secretariat, discussion.reflection, {"experts": {"en": "Experts"}})
    crowd, bridge, _silent = (discussion.comment(body) for body in ("crowd", "bridge", "silent"))
    discussion.votes(crowd, *[1] * 12, constituency="young-leaders")
    discussion.votes(crowd, -1, -1, constituency="experts")
    discussion.votes(bridge, 1, 1, 1, constituency="young-leaders")
    discussion.votes(bridge, 1, 1, -1, constituency="experts")
    found = talk(discussion.about, None, "en")
    assert bodies(found) == ["bridge", "silent", "crowd"]
    assert found.grouping == "constituency"
    assert bodies(talk(discussion.about, None, "en", order=Order.OLDEST)) == ["crowd", "bridge", "silent"]
    assert bodies(talk(discussion.about, None, "en", order=Order.NEWEST)) == ["silent", "bridge", "crowd"]


def test_where_too_few_name_a_constituency_members_are_the_groups() -> None:
    discussion = Discussion()
    first, second = discussion.comment("first"), discussion.comment("second")
    discussion.votes(first, *[1] * 6, member="FR")
    discussion.votes(first, -1, -1, member="PL")
    discussion.votes(second, 1, 1, member="FR")
    discussion.votes(second, 1, 1, member="PL")
    discussion.votes(second, 1, constituency="young-leaders")
    ballots = ballots_on(discussion.about)
    assert ballots.grouping == Grouping.MEMBER
    assert len(ballots.by_comment[second.pk]) == 3  # the one who named no member is a group of its own
    assert bridging_first([first.pk, second.pk], ballots) == [second.pk, first.pk]


def test_without_votes_the_newest_stand_first_and_nothing_fails() -> None:
    discussion = Discussion()
    assert talk(discussion.about, None, "en").threads == []
    for body in "abc":
        discussion.comment(body)
    assert bodies(talk(discussion.about, None, "en")) == ["c", "b", "a"]


def test_answers_stand_below_their_comment_however_deep_and_in_their_time() -> None:
    discussion = Discussion()
    root = discussion.comment("root")
    first = discussion.comment("first", answers=root)
    deep = discussion.comment("deep", answers=first)
    discussion.comment("second", answers=root)
    (thread,) = talk(discussion.about, None, "en").threads
    assert [answer.wording.body for answer in thread.answers if answer.wording] == ["first", "deep", "second"]
    assert [answer.answers for answer in thread.answers] == [None, first.pk, None]
    assert deep.answers_id == first.pk


def test_a_withdrawn_comment_keeps_its_place_where_it_was_answered_and_only_there() -> None:
    discussion = Discussion()
    author = discussion.voter()
    answered, alone = discussion.comment("answered", author), discussion.comment("alone", author)
    answer = discussion.comment("answer", answers=answered)
    for comment in (answered, alone):
        withdraw_comment(comment, author)
    (thread,) = talk(discussion.about, author, "en").threads
    assert thread.comment.wording is None
    assert thread.comment.state == Comment.State.WITHDRAWN
    assert not thread.comment.is_by_author
    assert [each.wording.body for each in thread.answers if each.wording] == ["answer"]
    withdraw_comment(answer, answer.author)
    assert talk(discussion.about, None, "en").threads == []


def test_a_comment_just_written_leads_to_its_page() -> None:
    discussion = Discussion()
    written = [discussion.comment(f"comment {number}") for number in range(THREADS_PER_PAGE + 3)]
    answer = discussion.comment("answer", answers=written[0])
    assert talk(discussion.about, None, "en").page.number == 1
    for showing in (written[0].pk, answer.pk):
        assert talk(discussion.about, None, "en", showing=showing).page.number == 2
    assert talk(discussion.about, None, "en", number="nonsense").page.number == 1
    assert talk(discussion.about, None, "en", number="99").page.number == 2


def test_the_number_of_queries_does_not_grow() -> None:
    discussion = Discussion()
    reader = discussion.voter()

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            talk(discussion.about, reader, "fr")
        return len(queries)

    comment = discussion.comment("first", discussion.voter("FR", "young-leaders"))
    discussion.comment("answer", answers=comment)
    discussion.votes(comment, 1)
    before = count()
    for number in range(8):
        comment = discussion.comment(f"comment {number}", discussion.voter("PL", "young-leaders"))
        discussion.comment("answer", discussion.voter("FR"), answers=comment)
        discussion.votes(comment, 1, -1, member="FR")
    assert count() == before <= 10
