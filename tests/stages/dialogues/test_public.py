"""What everybody reads of series and dialogues; what stays with those who hold them."""

import pytest
from django.test import Client
from django.urls import reverse

from placet.stages.dialogues.models import Dialogue, HouseRule
from placet.stages.dialogues.permissions import visible_dialogues, visible_series
from placet.stages.dialogues.registering.actions import RegistrationFrame, enter, locked
from placet.stages.dialogues.setting_up.meetings import change_dialogue
from placet.stages.dialogues.showing.series import managed_series_views, series_views
from placet.stages.people.models import Account
from placet.stages.texts.actions import revise_text
from tests.stages.dialogues.meetings import SmallDialogue, dialogue_frame, in_days
from tests.stages.pages import count_queries
from tests.stages.reflections import NOBODY, SmallReflection

pytestmark = pytest.mark.django_db
State = Dialogue.State
SECRET = "Quarantine of the northern ports"


def url(name: str, *arguments: object) -> str:
    return reverse(f"dialogues:{name}", args=arguments)


def client_of(account: Account | None) -> Client:
    client = Client()
    if account:
        client.force_login(account)
    return client


def read(address: str, account: Account | None = None) -> str:
    answer = client_of(account).get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_dialogue_says_all_that_visitors_need() -> None:
    small = SmallDialogue(SmallReflection(), house_rule=HouseRule.CHATHAM_HOUSE)
    room = small.add_room("Room Meuse")
    small.add_speaker("Ada Lovelace", organisation="Analytical Society")
    small.add_item("Welcome", 30)
    small.add_item("In rooms", 45, room=room)
    page = read(url("dialogue", small.dialogue.reference))
    for words in (
        "Supply chains",
        "Think tank",
        "Brussels, Great Hall",
        "Resilience",
        "Ada Lovelace",
        "Room Meuse",
        "may not be told",
        "09:30",
        "Europe/Brussels",
    ):
        assert words in page, words
    starts_at = small.dialogue.starts_at.astimezone(in_days(30).tzinfo)
    assert f'<time datetime="{starts_at.isoformat()}">' in page
    assert "https://meet.example/room" not in page  # for those alone who have a place
    french = read(url("dialogue", small.dialogue.reference).replace("/en/", "/fr/"))
    assert "Chaînes d’approvisionnement" in french


def test_the_page_of_a_series_and_the_list_lead_to_it() -> None:
    small = SmallDialogue(SmallReflection())
    for address in (url("list", "small"), url("series", small.series.reference)):
        page = read(address)
        assert url("dialogue", small.dialogue.reference) in page
        assert "Think tank" in page


def test_what_is_to_come_stands_first() -> None:
    reflection = SmallReflection()
    past = SmallDialogue(
        reflection, partner_name="Past", frame={"starts_at": in_days(-9), "ends_at": in_days(-9, 11)}
    )
    later = SmallDialogue(
        reflection, partner_name="Later", frame={"starts_at": in_days(50), "ends_at": in_days(50, 11)}
    )
    sooner = SmallDialogue(reflection, partner_name="Sooner")
    empty = sooner.add_series()
    views = series_views(reflection.reflection, NOBODY, "en")
    assert [view.reference for view in views] == [
        each.reference for each in (sooner.series, later.series, past.series, empty)
    ]


def test_a_partner_sees_no_draft_of_another() -> None:
    reflection = SmallReflection()
    mine, other = SmallDialogue(reflection), SmallDialogue(reflection, partner_name="Other")
    draft = mine.add_dialogue(title={"en": SECRET})
    published = mine.series
    mine.series = mine.add_series(is_published=False)
    revise_text(mine.series.title, {"en": SECRET}, author_id=None)
    hidden = mine.add_dialogue(title={"en": SECRET})
    addresses = [
        url(name, reference)
        for reference in (draft.reference, hidden.reference)
        for name in ("dialogue", "manage-dialogue", "change-dialogue", "programme", "staff", "announce")
    ]
    addresses += [url(name, mine.series.reference) for name in ("series", "manage-series", "change-series")]
    strangers = (
        other.representative,
        reflection.accounts["moderator"],
        reflection.accounts["delegate"],
        None,
    )
    for account in strangers:
        for address in addresses:
            answer = client_of(account).get(address)
            assert answer.status_code == 404 or answer["Location"].startswith("/en/account/login"), address
        for address in (url("list", "small"), url("series", published.reference)):
            page = read(address, account)
            assert SECRET not in page
            assert draft.reference not in page
        counted = visible_dialogues(account or NOBODY, reflection.reflection).count()
        assert counted == 2
        assert visible_series(account or NOBODY, reflection.reflection).count() == 2
    managed = managed_series_views(other.representative, reflection.reflection, "en")
    assert [each.view.reference for each in managed] == [other.series.reference]
    assert SECRET not in read(url("manage-list", "small"), other.representative)
    for account in (mine.representative, reflection.secretariat):
        assert SECRET in read(url("dialogue", draft.reference), account)
        assert SECRET in read(url("manage-list", "small"), account)


def test_another_partner_may_not_run_what_it_may_see() -> None:
    reflection = SmallReflection()
    mine, other = SmallDialogue(reflection), SmallDialogue(reflection, partner_name="Other")
    client = client_of(other.representative)
    for name in ("manage-dialogue", "change-dialogue", "cancel", "programme", "staff", "add-item"):
        assert client.get(url(name, mine.dialogue.reference)).status_code == 403
    assert client.post(url("cancel", mine.dialogue.reference)).status_code == 403
    assert client.get(url("manage-series", mine.series.reference)).status_code == 403
    mine.dialogue.refresh_from_db()
    assert mine.dialogue.state == State.ANNOUNCED


CLOSED = {
    "title": {"en": SECRET},
    "description": {"en": "About the harbour masters"},
    "place": {"en": "Villa Obscura"},
    "themes": ({"en": "Blockades"},),
    "source": {"en": "Leaked memo"},
    "date_note": {"en": "Moved twice"},
    "time_zone": "Asia/Kathmandu",
    "admission": "invited",
    "languages": ("is",),
    "capacity": 47,
}
HIDDEN = (
    SECRET, "harbour masters", "Villa Obscura", "Blockades", "Leaked memo", "Moved twice", "Kathmandu",
    "íslenska", "Grace Hopper", "Naval office", "Bay room", "Minutes of silence", "meet.example", ">47<",
)  # fmt: skip


def closed_dialogue(reflection: SmallReflection) -> SmallDialogue:
    small = SmallDialogue(reflection, house_rule=HouseRule.CLOSED, state=State.DRAFT, frame=CLOSED)
    small.add_room("Bay room")
    small.add_speaker("Grace Hopper", organisation="Naval office")
    small.add_item("Minutes of silence", 25)
    return small


def test_a_closed_dialogue_shows_that_it_took_place_and_nothing_more() -> None:
    reflection = SmallReflection()
    small = closed_dialogue(reflection)
    addresses = [url("list", "small"), url("series", small.series.reference)]
    page = url("dialogue", small.dialogue.reference)
    small.bring_to(State.ANNOUNCED)
    for account in (None, reflection.accounts["stranger"], reflection.accounts["moderator"]):
        assert client_of(account).get(page).status_code == 404
        assert not any(small.dialogue.reference in read(address, account) for address in addresses)
    for step in (State.LIVE, State.ENDED):
        Dialogue.objects.filter(pk=small.dialogue.pk).update(state=step)
    small.dialogue.refresh_from_db()
    for account in (None, reflection.accounts["stranger"], reflection.accounts["moderator"]):
        for language in ("en", "fr"):
            for address in (page, *addresses):
                shown = read(address.replace("/en/", f"/{language}/"), account)
                for words in HIDDEN:
                    assert words not in shown, (words, address)
                assert "09:00" not in shown
        shown = read(page, account)
        day = small.dialogue.starts_at.astimezone(in_days(0).tzinfo).date()
        assert f'<time datetime="{day.isoformat()}">' in shown
        assert "Series of talks" in shown
        assert "Dialogue 1" in shown
    for account in (small.representative, reflection.secretariat):
        assert SECRET in read(page, account)


def test_a_closed_dialogue_that_was_cancelled_is_never_heard_of() -> None:
    reflection = SmallReflection()
    small = closed_dialogue(reflection)
    small.bring_to(State.CANCELLED)
    assert Client().get(url("dialogue", small.dialogue.reference)).status_code == 404
    assert small.dialogue.reference not in read(url("list", "small"))


def test_whoever_has_a_place_in_a_closed_dialogue_reads_what_it_is_about() -> None:
    reflection = SmallReflection()
    small = closed_dialogue(reflection)
    small.bring_to(State.ANNOUNCED)
    guest = reflection.accounts["participant"]
    enter(locked(small.dialogue), guest, RegistrationFrame("Ada"), in_days(0))
    page = read(url("dialogue", small.dialogue.reference), guest)
    assert SECRET in page
    assert "Villa Obscura" in page


def test_drafts_of_a_draft_reflection_are_seen_by_nobody_outside() -> None:
    small = SmallDialogue(SmallReflection(), state=State.ANNOUNCED)
    small.reflection.reflection.state = "draft"
    small.reflection.reflection.save()
    for address in (
        url("list", "small"),
        url("series", small.series.reference),
        url("dialogue", small.dialogue.reference),
    ):
        assert Client().get(address).status_code == 404


def test_a_cancelled_dialogue_says_so_and_takes_nobody() -> None:
    small = SmallDialogue(SmallReflection(), state=State.CANCELLED)
    page = read(url("dialogue", small.dialogue.reference))
    assert "was cancelled" in page
    assert "registration-heading" not in page


def test_public_pages_take_a_constant_number_of_queries() -> None:
    reflection = SmallReflection()
    small = SmallDialogue(reflection)
    SmallDialogue(
        reflection,
        partner_name="Closed",
        house_rule=HouseRule.CLOSED,
        state=State.ENDED,
        frame={"admission": "invited"},
    )
    addresses = [
        url("list", "small"),
        url("series", small.series.reference),
        url("dialogue", small.dialogue.reference),
    ]

    def grow() -> None:
        small.add_item("Item", speakers=[])
        small.add_speaker("Somebody")
        small.add_room()
        small.series, kept = small.add_series(), small.series
        small.dialogue, kept_dialogue = small.add_dialogue(), small.dialogue
        small.bring_to(State.ANNOUNCED)
        small.series, small.dialogue = kept, kept_dialogue

    grow()
    client = Client()
    few = [count_queries(client, address) for address in addresses]
    for _round in range(4):
        grow()
    assert [count_queries(client, address) for address in addresses] == few


def test_a_house_rule_that_became_closed_hides_what_was_public() -> None:
    small = SmallDialogue(SmallReflection(), frame={"admission": "invited"})
    address = url("dialogue", small.dialogue.reference)
    assert "Supply chains" in read(address)
    stricter = dialogue_frame(house_rule=HouseRule.CLOSED, admission="invited")
    change_dialogue(small.representative, small.dialogue, stricter)
    assert Client().get(address).status_code == 404
