"""The house rules hold: whatever could leak is made, and then it is looked for everywhere.

A dialogue under the Chatham House Rule is held with people of known names, each of whom says one point with
a word that stands nowhere else; it is registered for, led, ended, reported and followed. Then every row of
every table, every page for everybody, archives, feeds, messages, files and log lines are searched for a point
that stands beside a person. The search itself is tested too: where the rule is broken on purpose, it says so.
"""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from placet.config.logs import JsonFormatter
from placet.portal.search.index import update_index
from placet.stages.dialogues.live.ending import end_dialogue
from placet.stages.dialogues.live.facilitating import start_dialogue
from placet.stages.dialogues.live.questions import open_question, write_question
from placet.stages.dialogues.models import (
    Dialogue,
    HouseRule,
    LiveAnswer,
    Point,
    PointSupport,
    Presence,
    Registration,
    Staff,
    Takeaway,
)
from placet.stages.dialogues.registering.attendance import record_attendance
from placet.stages.dialogues.reporting import gathering, grouping, takeaways
from placet.stages.dialogues.reporting.grouping import SeenPoint
from placet.stages.dialogues.reporting.publishing import publish_report
from placet.stages.dialogues.reporting.statements import make_statement
from placet.stages.dialogues.reporting.takeaways import TakeawayFrame, summary_mark
from placet.stages.mandates.actions import add_constituencies
from placet.stages.mandates.models import Constituency, Role
from placet.stages.people.actions import create_account
from placet.stages.people.models import Account, OutboxMessage
from placet.stages.record.actions import record
from placet.stages.texts.models import TextVersion
from tests.stages.dialogues import leaks
from tests.stages.dialogues.coming import come
from tests.stages.dialogues.meetings import SmallDialogue
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db
NAMES = ("Quagmire", "Zephyrine", "Oxbridgea", "Wolkenstein", "Ypsilantis", "Xanthippe")
WORDS = ("zirconium", "quixotic", "bandersnatch", "jabberwock", "xylograph", "vermilion")
TYPED = "hendecagon"
ALONE = "ex-ministers"  # a constituency of which one person comes


class Held:
    """A dialogue under the Chatham House Rule with six people in it, as far as it is led."""

    def __init__(self) -> None:
        self.small = SmallReflection()
        add_constituencies(self.small.secretariat, self.small.reflection, {ALONE: {"en": "Ex-ministers"}})
        self.meeting = SmallDialogue(self.small, house_rule=HouseRule.CHATHAM_HOUSE)
        self.dialogue = self.meeting.dialogue
        self.facilitator = self.meeting.add_staff(Staff.Duty.FACILITATOR)
        self.rapporteur = self.meeting.add_staff(Staff.Duty.RAPPORTEUR)
        self.meeting.add_room()
        self.meeting.add_speaker("Zerlina Speakmark", organisation="Speakmark Foundation")
        self.people = [self._person(name) for name in NAMES]
        registered = [come(self.meeting, account) for account in self.people]
        record_attendance(
            self.meeting.representative,
            self.dialogue,
            listed=[each.pk for each in registered],
            present=[each.pk for each in registered[:5]],
            now=self.dialogue.starts_at,
        )
        self.browsers = [self._signed_in(account) for account in self.people]
        self.receipts: list[str] = []
        self.devices: list[str] = []

    def begin(self) -> None:
        """Start; everybody joins, five as young leaders and the last as the only one of a constituency."""
        start_dialogue(self.facilitator, self.dialogue)
        question = write_question(
            self.facilitator, self.dialogue, body={"en": "Which?"}, options=[{"en": "This"}, {"en": "That"}]
        )
        open_question(self.facilitator, self.dialogue, question)
        self.options = list(question.options.values_list("pk", flat=True))
        for number, browser in enumerate(self.browsers):
            key = ALONE if number == len(NAMES) - 1 else "young-leaders"
            constituency = Constituency.objects.get(reflection=self.small.reflection, key=key)
            self._post(browser, "join-room", key=str(uuid4()), constituency=constituency.pk)
            self.devices += [cookie.value for name, cookie in browser.cookies.items() if "room" in name]

    def say(self, number: int) -> None:
        """The point of one of them, and the receipt that comes back."""
        answer = self.browsers[number].post(
            self._room("say-point"),
            {
                "body": f"The word is {WORDS[number]}.",
                "language": "en",
                "client_key": str(uuid4()),
            },
            headers={"Accept": "application/json"},
        )
        assert answer.status_code == 200, answer.content
        self.receipts.append(answer.json()["receipt"])

    def talk(self) -> None:
        """Everybody says a point, supports the first and answers the question; the last point is hidden."""
        for number in range(len(NAMES)):
            self.say(number)
        first = self.point(WORDS[0])
        for number, browser in enumerate(self.browsers):
            self._post(browser, "support-point", point=str(first.pk), is_supported="1")
            self._post(browser, "answer-question", option=self.options[number % 2])
        assert PointSupport.objects.count() == LiveAnswer.objects.count() == len(NAMES)
        gathering.hide_point(self.rapporteur, self.point(WORDS[-1]), is_hidden=True)

    def end(self) -> None:
        end_dialogue(self.facilitator, self.dialogue)

    def report(self) -> None:
        """Gathered, grouped, drafted, published, made a statement, followed; and the index is made."""
        who, dialogue = self.rapporteur, self.dialogue
        (typed,) = gathering.type_in_points(who, dialogue, [f"Also {TYPED}."], language="en")
        gathering.correct_point(who, typed, body=f"The {TYPED} also.", seen=gathering.point_mark(typed))
        shown = [self.point(word) for word in WORDS[:3]]
        grouping.put_together(who, dialogue, [SeenPoint(each.pk, None) for each in shown], title="Words")
        both = {"en": "Words matter.", "fr": "Les mots comptent."}
        self.takeaway = takeaways.write_takeaway(
            who, dialogue, TakeawayFrame(both, [typed.pk, *(each.pk for each in shown)])
        )
        takeaways.write_summary(who, dialogue, both, seen=summary_mark(None))
        publish_report(who, dialogue)
        self.statement = make_statement(
            self.small.secretariat,
            shown[0],
            self.small.consultation,
            {"en": "Words come first."},
            original="en",
        )
        for browser, receipt in zip(self.browsers, self.receipts, strict=True):
            assert browser.post("/en/receipt/", {"receipt": receipt}).status_code == 200
        assert Client().post("/en/receipt/", {"receipt": "none"}).status_code == 422
        update_index()

    def point(self, word: str) -> Point:
        versions = TextVersion.objects.filter(body__contains=word)
        return Point.objects.get(text__in=versions.values("text"))

    def secrets(self) -> leaks.Secrets:
        """All by which points and people are known."""
        people = [*NAMES, "Speakmark", *(account.email for account in self.people), *self.devices]
        for account in (*self.people, self.facilitator, self.rapporteur, self.meeting.representative):
            people += [str(account.pk), account.pk.hex, account.email]
        people += [str(browser.session.session_key) for browser in self.browsers]
        points = [*WORDS, TYPED, *self.receipts, *(each.replace("-", "") for each in self.receipts)]
        return leaks.secrets_of(self.dialogue, points, people)

    def viewers(self) -> dict[str, Account | None]:
        accounts = self.small.accounts
        return {
            "nobody": None,
            "secretariat": self.small.secretariat,
            "moderator": accounts[Role.MODERATOR],
            "representative": self.meeting.representative,
            "facilitator": self.facilitator,
            "rapporteur": self.rapporteur,
            "who said it": self.people[0],
        }

    def _person(self, name: str) -> Account:
        return create_account(f"{name.lower()}@people.example", name=f"Ada {name}", is_verified=True)

    def _signed_in(self, account: Account) -> Client:
        client = Client()
        client.force_login(account)
        return client

    def _room(self, name: str) -> str:
        code = Dialogue.objects.get(pk=self.dialogue.pk).room_code
        return reverse(f"dialogues:{name}", args=[code])

    def _post(self, browser: Client, name: str, **data: object) -> None:
        answer = browser.post(self._room(name), data)
        assert answer.status_code == 302, answer.content


def held_and_reported() -> Held:
    held = Held()
    held.begin()
    held.talk()
    held.end()
    held.report()
    return held


def addresses(held: Held) -> Iterator[str]:
    """Every address of the platform, with what this dialogue has in the places of its arguments."""
    for name, route, arguments in _routes(get_resolver().url_patterns):
        if name.startswith(("demonstration:sign-in", "account_logout", "metrics")):
            continue
        values = {each: _value(held, each, kind, route) for each, kind in arguments.items()}
        yield reverse(name, kwargs=values)
    for words in (WORDS[0], TYPED, NAMES[0], "Words"):
        yield f"/en/search/?q={words}"


def _routes(
    patterns: list[URLPattern | URLResolver], namespace: str = "", before: str = ""
) -> Iterator[tuple[str, str, dict[str, str]]]:
    for each in patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            inner = f"{namespace}{each.namespace}:" if each.namespace else namespace
            yield from _routes(each.url_patterns, inner, route)
        else:
            arguments = re.findall(r"<(?:(\w+):)?(\w+)>", route)
            yield f"{namespace}{each.name}", route, {argument: kind for kind, argument in arguments}


def _value(held: Held, name: str, kind: str, route: str) -> object:
    about = route.partition("<str:reference>")[0].rstrip("/").rpartition("/")[2]
    references = {
        "dialogue": held.dialogue.reference,
        "series": held.meeting.series.reference,
        "takeaway": held.takeaway.reference,
        "c": held.small.consultation.reference,
        "s": held.statement.reference,
    }
    known = {
        "slug": held.small.reflection.slug,
        "reference": references.get(about, "NONE-1"),
        "takeaway_reference": held.takeaway.reference,
        "text_id": held.point(WORDS[0]).text_id,
        "language": "fr",
        "colour": "2c4f80",
        "code": "FR",
        "year": 2026,
        "month": 11,
    }
    if name in known:
        return known[name]
    if kind == "uuid":
        return held.point(WORDS[0]).pk if "point" in route else Registration.objects.all()[0].pk
    return Staff.objects.all()[0].pk if kind == "int" else "x"


def test_no_row_of_any_table_ties_a_point_to_a_person() -> None:
    held = held_and_reported()
    secrets = held.secrets()
    assert leaks.tied_rows(secrets) == []
    assert leaks.written_by_somebody() == []
    assert leaks.kept_devices(held.dialogue) == []
    about = [held.takeaway.reference, *map(str, Point.objects.values_list("pk", flat=True))]
    assert leaks.telling_entries(held.dialogue, about) == []
    # Of a constituency with one person in the room nothing is kept; of five of them it may be.
    told = set(Point.objects.exclude(constituency=None).values_list("constituency__key", flat=True))
    assert told == {"young-leaders"}
    sessions = [str(session.get_decoded()) for session in Session.objects.all()]
    assert not [each for each in sessions if any(secret in each for secret in secrets.points)]
    files = [path.name for path in Path(settings.MEDIA_ROOT).rglob("*")]
    assert not [each for each in files if any(secret in each for secret in secrets.points)]


def test_where_the_rule_is_broken_the_search_says_so() -> None:
    held = held_and_reported()
    secrets = held.secrets()
    point, person = held.point(WORDS[0]), held.people[0]
    version = TextVersion.objects.get(text=point.text)

    def broken_by(deed: object) -> tuple[list[str], list[str], list[str], list[str]]:
        """What each search finds after a deed, which is then undone."""
        with transaction.atomic():
            deed()  # type: ignore[operator]
            found = (
                leaks.tied_rows(secrets),
                leaks.written_by_somebody(),
                leaks.kept_devices(held.dialogue),
                leaks.telling_entries(held.dialogue, [held.takeaway.reference]),
            )
            transaction.set_rollback(True)
        return found

    def keep_a_presence() -> None:
        presence = Presence.objects.create(dialogue=held.dialogue, secret_digest="0" * 64)
        PointSupport.objects.create(point=point, presence=presence)

    def name_an_author() -> None:
        TextVersion.objects.create(text=point.text, number=2, body=version.body, author_id=person.pk)

    def keep_the_moment() -> None:
        TextVersion.objects.create(text=point.text, number=2, body=version.body, created_at=timezone.now())

    def tell_in_a_message() -> None:
        OutboxMessage.objects.create(
            key="k", recipient_email=person.email, language="en", body=f"You said {WORDS[0]}."
        )

    def name_an_actor() -> None:
        record("dialogues.say", target=held.dialogue.reference, actor_id=person.pk, point=str(point.pk))

    def keep_the_key() -> None:
        Point.objects.filter(pk=point.pk).update(client_key=uuid4())

    tied, _written, devices, _entries = broken_by(keep_a_presence)
    assert tied
    assert devices
    tied, written, _devices, _entries = broken_by(name_an_author)
    assert tied
    assert written
    _tied, written, _devices, _entries = broken_by(keep_the_moment)
    assert written
    assert broken_by(tell_in_a_message)[0]
    tied, _written, _devices, entries = broken_by(name_an_actor)
    assert tied
    assert entries
    assert broken_by(keep_the_key)[2]
    assert not any(broken_by(lambda: None))

    seen = held.takeaway.reference
    page = Client().get(reverse("dialogues:takeaway", args=[seen]))
    assert not secrets.tie(leaks.contents_of(page))
    broken = {"en": f"As {NAMES[0]} put it, words.", "fr": "Mots."}
    frame = TakeawayFrame(broken, list(held.takeaway.points.values_list("pk", flat=True)))
    takeaways.revise_takeaway(
        held.rapporteur, held.takeaway, frame, seen=takeaways.takeaway_mark(held.takeaway)
    )
    page = Client().get(reverse("dialogues:takeaway", args=[seen]))
    assert secrets.tie(leaks.contents_of(page))


def test_no_page_for_anybody_ties_a_point_to_a_person() -> None:
    held = held_and_reported()
    secrets = held.secrets()
    faults, seen_points, seen_people = [], 0, 0
    walked = list(addresses(held))
    for who, account in held.viewers().items():
        client = Client(raise_request_exception=True)
        if account:
            client.force_login(account)
        reader = {account.email, account.name, *account.name.split(), str(account.pk)} if account else set()
        for address in walked:
            answer = client.get(address)
            if answer.status_code != 200:
                continue
            text = leaks.contents_of(answer)
            seen_points += any(word in text for word in WORDS)
            seen_people += any(name in text for name in NAMES)
            if tie := secrets.tie(text, reader=reader):
                faults.append(f"{address} for {who}: {tie}")
    assert not faults, "\n" + "\n".join(faults)
    assert seen_points > 4  # the desk and the takeaway were among them,
    assert seen_people > 2  # and so were the lists of who comes


def test_saying_a_point_leaves_nothing_but_the_point() -> None:
    held = Held()
    held.begin()
    before = leaks.snapshot()
    held.say(0)
    after = leaks.snapshot()
    changed = {table for table in after if after[table] != before[table]}
    # The room's version and the number of points of a device, which is deleted when the dialogue ends.
    assert changed == {
        "dialogues.Dialogue",
        "dialogues.Point",
        "dialogues.Presence",
        "texts.Text",
        "texts.TextVersion",
    }


def test_no_log_line_tells_what_was_said_or_by_whom(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    held = held_and_reported()
    secrets = held.secrets()
    client = held.browsers[0]
    for address in (
        reverse("dialogues:correct-point", args=[held.dialogue.reference, held.point(WORDS[0]).pk]),
        f"/en/room/{WORDS[0]}/",
        "/en/dialogue/none/",
    ):
        assert client.get(address).status_code in (403, 404)
    lines = "\n".join(JsonFormatter().format(each) for each in caplog.records)
    assert len(caplog.records) > 10
    told = [each for each in (*secrets.points, *secrets.people) if each in lines]
    assert told == []


def test_of_a_closed_dialogue_everybody_sees_that_it_took_place_and_nothing_more() -> None:
    small = SmallReflection()
    titled = {"title": {"en": "Zirconium affair", "fr": "Affaire du zirconium"}, "admission": "invited"}
    frame = titled | {"description": {"en": "Bandersnatch."}, "place": {"en": "Jabberwock Hall"}}
    meeting = SmallDialogue(small, house_rule=HouseRule.CLOSED, frame=frame)
    facilitator = meeting.add_staff(Staff.Duty.FACILITATOR)
    meeting.add_speaker("Zerlina Speakmark")
    person = create_account("quagmire@people.example", name="Ada Quagmire", is_verified=True)
    Registration.objects.create(
        dialogue=meeting.dialogue,
        account=person,
        name=person.name,
        state=Registration.State.CONFIRMED,
        registered_at=timezone.now(),
        confirmed_at=timezone.now(),
    )
    start_dialogue(facilitator, meeting.dialogue)
    end_dialogue(facilitator, meeting.dialogue)
    update_index()
    told = ("irconium", "andersnatch", "abberwock", "Speakmark", "Quagmire", "quagmire")
    walked = list(addresses(_Stub(small, meeting)))  # type: ignore[arg-type]
    taken_place = 0
    for account in (None, small.accounts["stranger"], small.accounts["participant"]):
        client = Client()
        if account:
            client.force_login(account)
        for address in walked:
            answer = client.get(address)
            text = leaks.contents_of(answer) if answer.status_code == 200 else ""
            if "?q=" in address:
                text = text.replace(address.partition("?q=")[2], "")
            assert not [each for each in told if each in text], address
            taken_place += meeting.dialogue.reference in text
    assert taken_place
    assert leaks.telling_entries(meeting.dialogue, []) == []
    assert not Point.objects.exists()
    assert not Presence.objects.exists()
    assert not Takeaway.objects.exists()


class _Stub:
    """Enough of a closed dialogue for ``addresses``."""

    def __init__(self, small: SmallReflection, meeting: SmallDialogue) -> None:
        self.small = small
        self.meeting = meeting
        self.dialogue = meeting.dialogue
        self.takeaway = Takeaway(reference="NONE-T-1")
        self.statement = small.statements[0]

    def point(self, _word: str) -> Point:
        return Point(pk=UUID(int=1), text_id=self.meeting.dialogue.title_id)
