"""News to those who wish it: once, in their language, of what everybody may know; and an end to it."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from placet.portal.lineage.news import queue_news
from placet.stages.mandates.models import ParticipantLink
from placet.stages.people.actions import erase_account, update_profile
from placet.stages.people.idea_news import stop_token, wish_idea_news
from placet.stages.people.models import Account, OutboxMessage
from placet.stages.record.models import AuditEntry
from tests.portal.lineage.world import World

pytestmark = pytest.mark.django_db
WISHED = timezone.now() - timedelta(days=10)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def account(world: World) -> Account:
    account = world.small.accounts["participant"]
    wish_idea_news(account, Account.IdeaNews.DAILY, now=WISHED)
    return account


@pytest.fixture
def now() -> datetime:
    return timezone.now() + timedelta(hours=1)


def messages() -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(key__startswith="portal.news:"))


@pytest.mark.parametrize(
    ("language", "subject", "sentence", "path"),
    [
        ("en", "One of your ideas moved", "Finding {} cites it.", "/en/became/"),
        ("fr", "1 de vos idées a avancé", "Le constat {} la cite.", "/fr/became/"),
    ],
)
def test_a_digest_comes_once_in_the_language_of_the_account(
    world: World, account: Account, now: datetime, language: str, subject: str, sentence: str, path: str
) -> None:
    Account.objects.filter(pk=account.pk).update(language=language)
    mine = world.statement("Mine.", author=world.small.linked_participant())
    finding = world.finding("Many agree", mine)
    assert queue_news(now) == 1
    assert queue_news(now) == 0
    assert queue_news(now + timedelta(days=2)) == 0  # nothing new
    (message,) = messages()
    assert message.subject == subject
    for said in (sentence.format(finding.reference), mine.reference, path, f"/{language}/news/stop/"):
        assert said in message.body, said
    assert "&" not in message.body


def test_all_moves_stand_in_one_message_and_others_ideas_in_none(
    world: World, account: Account, now: datetime
) -> None:
    author = world.small.linked_participant()
    mine, also_mine = world.statement("Mine.", author=author), world.statement("Mine too.", author=author)
    other = world.statement("Somebody else's.", author=world.small.participant())
    finding = world.finding("Many agree", mine, also_mine, other)
    proposal = world.proposal("A plan")
    clause = world.clause(proposal, "We will do it.", finding)
    commitment = world.commit(world.adopt(proposal), "Do it", clause)
    world.fulfil(commitment)
    world.not_taken_up(world.finding("Left", mine), "It is the towns' business.")
    queue_news(now)
    (message,) = messages()
    for said in (
        "2 of your ideas moved",
        f"Finding {finding.reference} cites it.",
        f"Clause {clause.reference} of proposal {proposal.reference} rests on it.",
        "We will do it.",
        f"The members adopted clause {clause.reference}",
        f"Commitment {commitment.reference} is fulfilled.",
        "was not taken up.",
        "It is the towns' business.",
    ):
        assert said in message.subject + message.body, said
    assert other.reference not in message.body


def test_nothing_is_told_that_is_not_public_nor_that_is_old(
    world: World, account: Account, now: datetime
) -> None:
    mine = world.statement("Mine.", author=world.small.linked_participant())
    finding = world.finding("A draft", mine, state="draft")
    world.theme("Ports", mine)  # standing in another theme is no news
    assert queue_news(now) == 0
    # Published later: from then on it is news, though it was cited before.
    type(finding).objects.update(state="published", published_at=now + timedelta(hours=1))
    assert queue_news(now + timedelta(days=1, hours=1)) == 1


def test_a_week_is_waited_for_where_that_is_the_wish(world: World, account: Account, now: datetime) -> None:
    wish_idea_news(account, Account.IdeaNews.WEEKLY)
    world.finding("Many agree", world.statement("Mine.", author=world.small.linked_participant()))
    Account.objects.update(idea_news_sent_at=now - timedelta(days=6))
    assert queue_news(now) == 0
    Account.objects.update(idea_news_sent_at=now - timedelta(days=7))
    assert queue_news(now) == 1


def test_whoever_does_not_wish_it_or_is_gone_gets_nothing(
    world: World, account: Account, now: datetime
) -> None:
    world.finding("Many agree", world.statement("Mine.", author=world.small.linked_participant()))
    stranger = world.small.accounts["stranger"]
    assert stranger.idea_news == Account.IdeaNews.NEVER
    erase_account(account)
    assert not ParticipantLink.objects.filter(account=account).exists()
    assert queue_news(now) == 0


def test_an_emptied_account_wishes_nothing(world: World, now: datetime) -> None:
    founder = world.small.secretariat
    wish_idea_news(founder, Account.IdeaNews.DAILY, now=WISHED)
    assert not erase_account(founder)  # the reflection keeps its row
    founder.refresh_from_db()
    assert (founder.idea_news, founder.idea_news_sent_at) == (Account.IdeaNews.NEVER, None)


def test_the_link_in_the_message_ends_it(client: Client, account: Account) -> None:
    address = reverse("portal:stop-news", args=[stop_token(account)])
    assert client.get(address).status_code == 200
    account.refresh_from_db()
    assert account.idea_news == Account.IdeaNews.DAILY  # a robot that follows links ends nothing
    assert client.post(address).status_code == 302
    account.refresh_from_db()
    assert account.idea_news == Account.IdeaNews.NEVER
    assert AuditEntry.objects.filter(action="people.wish_idea_news", target=str(account.pk)).count() == 2
    assert client.post(address).status_code == 302  # again: the same


def test_a_link_that_somebody_made_up_is_not_found(client: Client, account: Account) -> None:
    for token in ("x", f"{account.pk.hex}~forged", stop_token(account)[:-1]):
        assert client.post(reverse("portal:stop-news", args=[token])).status_code == 404


def test_the_wish_is_made_in_the_account(client: Client, world: World) -> None:
    account = world.small.accounts["participant"]
    client.force_login(account)
    sent = {"name": "Ada", "language": "en", "idea_news": "weekly"}
    client.post(reverse("people:profile"), sent)
    account.refresh_from_db()
    assert account.idea_news == "weekly"
    since = account.idea_news_sent_at
    assert since is not None
    update_profile(account, name="Ada", language="fr")  # the wish stays as it is
    client.post(reverse("people:profile"), sent | {"idea_news": "daily"})
    account.refresh_from_db()
    assert (account.idea_news, account.idea_news_sent_at) == ("daily", since)
    assert client.post(reverse("people:profile"), sent | {"idea_news": "hourly"}).status_code == 400


def test_the_feed_has_the_moves_newest_first(client: Client, world: World) -> None:
    statement = world.statements[0]
    finding = world.finding("Many agree", statement, published_at=timezone.now() - timedelta(days=1))
    world.clause(world.proposal("A plan"), "We will.", finding)
    feed = client.get(reverse("portal:became-feed", args=[statement.reference]))
    assert feed["Content-Type"].startswith("application/atom+xml")
    body = feed.content.decode()
    assert body.index("rests on it.") < body.index(f"Finding {finding.reference} cites it.")
