"""The audience's vote: one each, moved until it ends, told to nobody."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, connections
from django.http import Http404
from django.test import Client
from django.urls import reverse

from placet.stages.contributions.calls import judging
from placet.stages.contributions.calls.audience import cast_audience_vote, own_audience_vote
from placet.stages.contributions.calls.deciding import decide_call
from placet.stages.contributions.models import AudienceVote, Contribution
from placet.stages.mandates.participation import participant_for
from placet.stages.record.models import AuditEntry
from tests.stages.contributions.calling import SmallCall
from tests.stages.reflections import NOBODY


def url(name: str, *arguments: object) -> str:
    return reverse(f"contributions:{name}", args=arguments)


@pytest.mark.django_db
def test_a_vote_is_one_and_moves() -> None:
    small = SmallCall()
    voter = small.writing.another()
    for entry in (0, 0, 2):
        cast_audience_vote(voter, small.call, small.entries[entry].reference)
    assert AudienceVote.objects.get().contribution_id == small.entries[2].pk
    assert own_audience_vote(voter, small.call) == small.entries[2].reference
    assert own_audience_vote(small.secretariat, small.call) == ""
    assert not AuditEntry.objects.filter(actor_id=voter.id, action__contains="vote").exists()


@pytest.mark.django_db
def test_the_audience_votes_while_the_jury_has_the_entries_until_the_end() -> None:
    small = SmallCall("open")
    with pytest.raises(ValidationError, match="does not vote now"):
        small.vote("early", 0)
    small = SmallCall(writing=type(small.writing)(slug="other", prefix="OTHER"))
    with pytest.raises(PermissionDenied):
        cast_audience_vote(NOBODY, small.call, small.entries[0].reference)
    small.end_audience_vote()
    with pytest.raises(ValidationError, match="does not vote now"):
        small.vote("late", 0)


@pytest.mark.django_db
def test_only_entries_of_the_call_are_voted_for() -> None:
    small = SmallCall()
    other = small.writing.contribution(title="Of no call")
    withdrawn = small.entries[0]
    Contribution.objects.filter(pk=withdrawn.pk).update(state=Contribution.State.WITHDRAWN)
    for reference in (other.reference, withdrawn.reference, "SMALL-K-9999", "'; --"):
        with pytest.raises(Http404):
            cast_audience_vote(small.writing.author, small.call, reference)


@pytest.mark.django_db
def test_figures_come_with_the_result_and_ties_are_tied() -> None:
    small = SmallCall()
    for number in range(7):
        small.vote(f"voter{number}", 0 if number < 3 else 1)
    reference = small.call.reference
    before = Client().get(url("call", reference)).content.decode()
    assert "7 votes" not in before
    assert small.call.audience_figures is None
    small.score_all()
    judging.end_judging(small.secretariat, small.call)
    small.end_audience_vote()
    decide_call(small.secretariat, small.call, result={"en": "Decided."})
    page = Client().get(url("call", reference))
    assert "7 votes" in page.content.decode()
    result = page.context["page"].result
    assert {each.audience.rank.label for each in result.by_audience} == {"1–4"}


@pytest.mark.django_db
def test_voting_on_the_page() -> None:
    small = SmallCall()
    client = Client()
    address = url("call-vote", small.call.reference)
    assert client.post(address, {"entry": small.entries[0].reference}).status_code == 302
    assert not AudienceVote.objects.exists()
    client.force_login(small.writing.another())
    assert "Vote for this entry" in client.get(url("call", small.call.reference)).content.decode()
    client.post(address, {"entry": small.entries[0].reference})
    page = client.get(url("call", small.call.reference)).content.decode()
    assert "Your vote" in page
    assert "Move my vote here" in page
    assert AudienceVote.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_windows_at_once_leave_one_vote() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("threads share no database in memory")
    small = SmallCall()
    voter = small.writing.another()
    participant_for(voter, small.reflection)

    def vote(number: int) -> None:
        try:
            cast_audience_vote(voter, small.call, small.entries[number % 4].reference)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(vote, range(16)))
    assert AudienceVote.objects.filter(call=small.call).count() == 1
