"""Setting up series and dialogues: by whom, what is refused, and what those who come are told."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.test import Client
from django.urls import reverse

from placet.stages.dialogues.models import (
    Dialogue,
    HouseRule,
    Point,
    ProgrammeItem,
    Registration,
    Room,
    Series,
    Speaker,
    Staff,
)
from placet.stages.dialogues.permissions import find_dialogue, require_staff
from placet.stages.dialogues.registering.actions import RegistrationFrame, register
from placet.stages.dialogues.setting_up import meetings, programme
from placet.stages.dialogues.setting_up import series as series_actions
from placet.stages.dialogues.setting_up.local_times import moment_of
from placet.stages.dialogues.setting_up.staff import end_duty, name_staff
from placet.stages.dialogues.showing.programme import clock_times, programme_view
from placet.stages.dialogues.states import move
from placet.stages.mandates.organisations import OrganisationFrame, add_organisation
from placet.stages.people.models import Account, OutboxMessage
from placet.stages.record.models import AuditEntry
from placet.stages.texts.actions import create_text
from placet.stages.texts.queries import wordings
from tests.stages.dialogues.meetings import SmallDialogue, add_partner, dialogue_frame, in_days
from tests.stages.pages import PAYLOAD, count_queries, is_harmless, sent
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db
State = Dialogue.State


@pytest.fixture
def small() -> SmallDialogue:
    return SmallDialogue(SmallReflection())


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def url(name: str, *arguments: object) -> str:
    return reverse(f"dialogues:{name}", args=arguments)


# Series


def series_frame(small: SmallDialogue, **changes: Any) -> series_actions.SeriesFrame:
    values = {"title": {"en": "Talks"}, "question": {"en": "What next?"}, "organisers": [small.partner]}
    return series_actions.SeriesFrame(**(values | changes))


def test_a_partner_sets_up_series_of_its_own_organisation_alone(small: SmallDialogue) -> None:
    other, other_account = add_partner(small.reflection, "Other")
    reflection = small.reflection.reflection
    shared = series_frame(small, organisers=[small.partner, other])
    series = series_actions.create_series(small.representative, reflection, shared)
    assert series.state == Series.State.DRAFT
    assert series.reference == "SMALL-DS-0002"
    with pytest.raises(ValidationError) as refusal:
        series_actions.create_series(
            small.representative, reflection, series_frame(small, organisers=[other])
        )
    assert "organisers" in refusal.value.error_dict
    series_actions.publish_series(other_account, series)  # whoever holds it together with others
    stranger = small.reflection.accounts["participant"]
    with pytest.raises(PermissionDenied):
        series_actions.create_series(stranger, reflection, series_frame(small))


def test_the_secretariat_alone_takes_an_organiser_out(small: SmallDialogue) -> None:
    other, _account = add_partner(small.reflection, "Other")
    both = series_frame(small, organisers=[small.partner, other])
    series_actions.change_series(small.representative, small.series, both)
    with pytest.raises(ValidationError):
        series_actions.change_series(small.representative, small.series, series_frame(small))
    series_actions.change_series(small.reflection.secretariat, small.series, series_frame(small))
    assert list(small.series.organisers.all()) == [small.partner]


@pytest.mark.parametrize("changes", [{"title": {"fr": "Non"}}, {"question": {"en": " "}}, {"organisers": []}])
def test_a_series_needs_a_title_a_question_and_somebody_to_hold_it(
    small: SmallDialogue, changes: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError):
        series_actions.create_series(
            small.representative, small.reflection.reflection, series_frame(small, **changes)
        )


def test_an_organisation_that_is_no_partner_holds_nothing(small: SmallDialogue) -> None:
    body = add_organisation(
        small.reflection.secretariat, small.reflection.reflection, OrganisationFrame({"en": "Body"})
    )
    with pytest.raises(ValidationError):
        series_actions.create_series(
            small.reflection.secretariat,
            small.reflection.reflection,
            series_frame(small, organisers=[small.partner, body]),
        )


def test_what_a_simulated_partner_holds_is_simulated(small: SmallDialogue) -> None:
    frame = OrganisationFrame({"en": "Invented"}, is_partner=True, is_simulated=True)
    invented = add_organisation(small.reflection.secretariat, small.reflection.reflection, frame)
    series = series_actions.create_series(
        small.reflection.secretariat,
        small.reflection.reflection,
        series_frame(small, organisers=[invented]),
    )
    dialogue = meetings.create_dialogue(small.reflection.secretariat, series, dialogue_frame())
    assert series.is_simulated
    assert dialogue.is_simulated


# Dialogues


def test_dialogues_are_numbered_within_their_series(small: SmallDialogue) -> None:
    second = small.add_dialogue()
    other = SmallDialogue(small.reflection, partner_name="Other")
    assert (small.dialogue.number, second.number, other.dialogue.number) == (1, 2, 1)
    assert small.dialogue.reference == "SMALL-D-0001"


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("title", {"title": {"fr": "Seulement"}}),
    ("house_rule", {"house_rule": "whatever"}),
    ("house_rule", {"house_rule": HouseRule.UNKNOWN}),
    ("admission", {"house_rule": HouseRule.CLOSED, "admission": "open"}),
    ("admission", {"admission": "some"}),
    ("time_zone", {"time_zone": "Mars/Olympus"}),
    ("ends_at", {"ends_at": in_days(30, 8)}),
    ("ends_at", {"ends_at": in_days(40, 8)}),
    ("precision", {"precision": "roughly"}),
    ("link", {"link": "http://meet.example/room"}),
    ("link", {"link": "javascript:alert(1)"}),
    ("link", {"link": "https://"}),
    ("languages", {"languages": ("xx",)}),
    ("capacity", {"capacity": 0}),
    ("least_group_count", {"least_group_count": 2}),
    ("themes", {"themes": ({"fr": "Seulement"},)}),
]


@pytest.mark.parametrize(("field", "changes"), REFUSED)
def test_what_a_dialogue_may_not_say_of_itself(
    small: SmallDialogue, field: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError) as refusal:
        small.add_dialogue(**changes)
    assert field in refusal.value.error_dict
    assert Dialogue.objects.count() == 1


def test_a_past_dialogue_may_have_an_unknown_rule_and_no_live_room(small: SmallDialogue) -> None:
    past = small.add_dialogue(
        house_rule=HouseRule.UNKNOWN, starts_at=in_days(-9), ends_at=in_days(-9, 11), admission="none"
    )
    move(past, State.ANNOUNCED, small.representative)
    with pytest.raises(ValidationError, match="house rule"):
        move(past, State.LIVE, small.representative)
    assert meetings.mark_as_held(small.representative, past)


def test_a_change_that_calendars_need_is_counted_and_told_once(small: SmallDialogue) -> None:
    guest = small.reflection.accounts["participant"]
    register(guest, small.dialogue, RegistrationFrame("Ada"))
    before = small.dialogue.calendar_sequence, small.dialogue.changed_at
    told = OutboxMessage.objects.filter(recipient_email=guest.email)
    n_messages = told.count()

    assert not meetings.change_dialogue(
        small.representative, small.dialogue, dialogue_frame(description={"en": "Other words."})
    )
    assert (small.dialogue.calendar_sequence, small.dialogue.changed_at) == before
    assert told.count() == n_messages

    moves: list[dict[str, Any]] = [
        {"starts_at": in_days(31, 9), "ends_at": in_days(31, 11)},
        {"place": {"en": "Paris"}},
        {"title": {"en": "Another title"}},
        {"link": "https://meet.example/other"},
    ]
    for n, changes in enumerate(moves, start=1):
        kept: dict[str, Any] = {"description": {"en": "Other words."}}
        assert meetings.change_dialogue(
            small.representative, small.dialogue, dialogue_frame(**(kept | changes))
        )
        assert small.dialogue.calendar_sequence == before[0] + n
        assert small.dialogue.changed_at > before[1]
        assert told.count() == n_messages + n


def test_nobody_is_told_of_a_draft(small: SmallDialogue) -> None:
    draft = small.add_dialogue()
    changed = dialogue_frame(place={"en": "Paris"})
    assert not meetings.change_dialogue(small.representative, draft, changed)
    assert draft.calendar_sequence == 0


def test_more_places_let_in_who_waits(small: SmallDialogue) -> None:
    meetings.change_dialogue(small.representative, small.dialogue, dialogue_frame(capacity=1))
    for who in ("participant", "stranger"):
        register(small.reflection.accounts[who], small.dialogue, RegistrationFrame(who))
    assert Registration.objects.filter(state="waiting").count() == 1
    meetings.change_dialogue(small.representative, small.dialogue, dialogue_frame(capacity=2))
    assert Registration.objects.filter(state="confirmed").count() == 2


def test_a_cancelled_dialogue_stays_as_it_was(small: SmallDialogue) -> None:
    guest = small.reflection.accounts["participant"]
    register(guest, small.dialogue, RegistrationFrame("Ada"))
    assert meetings.cancel_dialogue(small.representative, small.dialogue)
    assert not meetings.cancel_dialogue(small.representative, small.dialogue)
    keys = [key for key in OutboxMessage.objects.values_list("key", flat=True) if "cancelled" in key]
    assert len(keys) == 1
    with pytest.raises(ValidationError):
        meetings.change_dialogue(small.representative, small.dialogue, dialogue_frame())
    with pytest.raises(ValidationError):
        small.add_room()


def test_only_a_draft_is_deleted(small: SmallDialogue) -> None:
    with pytest.raises(ValidationError):
        meetings.delete_draft(small.representative, small.dialogue)
    draft = small.add_dialogue()
    reference = draft.reference
    stale = Dialogue.objects.get(pk=draft.pk)
    meetings.delete_draft(small.representative, draft)
    meetings.delete_draft(small.representative, stale)
    assert AuditEntry.objects.filter(action="dialogues.delete_draft", target=reference).count() == 1


def test_the_date_stays_once_a_dialogue_has_begun(small: SmallDialogue) -> None:
    small.bring_to(State.LIVE)
    with pytest.raises(ValidationError) as refusal:
        meetings.change_dialogue(
            small.representative, small.dialogue, dialogue_frame(ends_at=in_days(30, 12))
        )
    assert "ends_at" in refusal.value.error_dict
    meetings.change_dialogue(small.representative, small.dialogue, dialogue_frame(source={"en": "A report"}))


def test_themes_keep_their_words_in_other_languages(small: SmallDialogue) -> None:
    theme = small.dialogue.themes.get()
    more = ({"en": "Resilience"}, {"en": "Reserves"})
    meetings.change_dialogue(small.representative, small.dialogue, dialogue_frame(themes=more))
    names = list(small.dialogue.themes.values_list("name_id", flat=True))
    words = wordings(names, "fr")
    assert [words[name].body for name in names] == ["Résilience", "Reserves"]
    assert names[0] == theme.name_id
    meetings.change_dialogue(small.representative, small.dialogue, dialogue_frame(themes=()))
    assert not small.dialogue.themes.exists()


# Time on a wall


def test_a_time_that_clocks_skip_or_show_twice_is_refused() -> None:
    def local(text: str) -> datetime:
        return datetime.fromisoformat(text)

    with pytest.raises(ValidationError, match="put forward"):
        moment_of(local("2027-03-28T02:30"), "Europe/Brussels")
    with pytest.raises(ValidationError, match="put back"):
        moment_of(local("2027-10-31T02:30"), "Europe/Brussels")
    after = moment_of(local("2027-03-28T03:30"), "Europe/Brussels")
    assert after == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert moment_of(local("2027-10-31T02:30"), "UTC") == datetime(2027, 10, 31, 2, 30, tzinfo=UTC)


def test_the_form_takes_the_time_of_the_place(small: SmallDialogue) -> None:
    client = client_of(small.representative)
    times = {
        "starts_at": "2027-03-15T09:00",
        "ends_at": "2027-03-15T11:00",
        "time_zone": "America/New_York",  # four hours behind: its clocks are forward since the day before
        "title_en": "In New York",
        "house_rule": "on-record",
    }
    answer = sent(client, url("create-dialogue", small.series.reference), **times)
    assert answer.status_code == 302
    made = Dialogue.objects.get(number=2)
    assert made.starts_at == datetime(2027, 3, 15, 13, tzinfo=UTC)
    page = client.get(url("change-dialogue", made.reference))
    assert 'value="2027-03-15T09:00"' in page.content.decode()
    skipped = times | {"starts_at": "2027-03-14T02:30"}
    answer = sent(client, url("create-dialogue", small.series.reference), **skipped)
    assert answer.status_code == 422
    assert "starts_at" in answer.context["form"].errors


def test_a_day_alone_lasts_from_midnight_to_midnight(small: SmallDialogue) -> None:
    client = client_of(small.representative)
    fields = {
        "starts_at": "2021-02-25T09:00",
        "ends_at": "2021-02-25T17:00",
        "precision": "day",
        "title_en": "In the past",
        "house_rule": "unknown",
        "time_zone": "Europe/Brussels",
    }
    assert sent(client, url("create-dialogue", small.series.reference), **fields).status_code == 302
    made = Dialogue.objects.get(number=2)
    assert made.starts_at == datetime(2021, 2, 24, 23, tzinfo=UTC)
    assert made.ends_at == datetime(2021, 2, 25, 23, tzinfo=UTC)
    assert sent(client, url("change-dialogue", made.reference)).status_code == 302  # saved as it stands
    made.refresh_from_db()
    assert made.ends_at == datetime(2021, 2, 25, 23, tzinfo=UTC)
    move(made, State.ANNOUNCED, small.representative)
    page = Client().get(url("dialogue", made.reference)).content.decode()
    assert '<time datetime="2021-02-25">' in page


# Programme


def test_clock_times_follow_from_the_minutes() -> None:
    nine = datetime(2027, 3, 1, 9, tzinfo=UTC)
    times = clock_times([(30, None), (45, 1), (60, 2), (15, 1), (30, None), (10, 3)], nine)
    shown = [(begins.strftime("%H:%M"), ends.strftime("%H:%M")) for begins, ends in times]
    assert shown == [
        ("09:00", "09:30"),
        ("09:30", "10:15"),
        ("09:30", "10:30"),
        ("10:15", "10:30"),
        ("10:30", "11:00"),
        ("11:00", "11:10"),
    ]


def test_the_programme_is_written_moved_and_taken_apart(small: SmallDialogue) -> None:
    room = small.add_room()
    small.add_speaker("Ada  Lovelace\n", organisation="Analytical Society")
    speaker = Speaker.objects.get()
    assert speaker.name == "Ada Lovelace"
    small.add_item("Welcome", 30)
    small.add_item("In rooms", 45, room=room, speakers=[speaker])
    first, second = ProgrammeItem.objects.all()
    programme.move_item(small.representative, second, up=True)
    programme.move_item(small.representative, second, up=True)  # at the top it stays
    view = programme_view(small.dialogue, "en")
    assert [item.title.body for item in view.items] == ["In rooms", "Welcome"]
    assert [item.speakers for item in view.items] == [view.speakers, ()]
    assert view.items[1].begins_at == view.items[0].ends_at
    programme.change_item(small.representative, first, programme.ItemFrame({"en": "Opening"}, 10))
    programme.remove_part(small.representative, room)
    programme.remove_part(small.representative, speaker)
    view = programme_view(small.dialogue, "en")
    assert [(item.title.body, item.minutes, item.room) for item in view.items] == [
        ("In rooms", 45, None),
        ("Opening", 10, None),
    ]


def test_parts_of_another_dialogue_do_not_fit_in(small: SmallDialogue) -> None:
    other = SmallDialogue(small.reflection, partner_name="Other")
    room = other.add_room()
    other.add_speaker()
    for changes in ({"room": room}, {"speakers": [Speaker.objects.get()]}, {"minutes": 0}, {"minutes": 721}):
        values: dict[str, Any] = {"title": {"en": "Item"}, "minutes": 5} | changes
        with pytest.raises(ValidationError):
            programme.add_item(small.representative, small.dialogue, programme.ItemFrame(**values))
    with pytest.raises(PermissionDenied):
        programme.remove_part(small.representative, room)
    address = url("change-room", small.dialogue.reference, room.pk)
    assert client_of(small.representative).get(address).status_code == 404


def test_a_room_in_which_points_were_said_stays(small: SmallDialogue) -> None:
    room = small.add_room()
    Point.objects.create(
        dialogue=small.dialogue,
        house_rule=small.dialogue.house_rule,
        room=room,
        text=create_text({"en": "A point"}, original="en"),
        said_date=in_days(0).date(),
    )
    with pytest.raises(ValidationError, match="it stays"):
        programme.remove_part(small.representative, room)
    assert Room.objects.filter(pk=room.pk).exists()


# Staff


def test_staff_work_on_one_dialogue_and_see_its_draft(small: SmallDialogue) -> None:
    draft = small.add_dialogue()
    account = small.reflection.accounts["stranger"]
    with pytest.raises(Http404):
        find_dialogue(draft.reference, account)
    staff = name_staff(small.representative, draft, account.email.upper(), Staff.Duty.RAPPORTEUR)
    assert name_staff(small.representative, draft, account.email, Staff.Duty.RAPPORTEUR) == staff
    assert find_dialogue(draft.reference, account) == draft
    assert require_staff(account, draft, Staff.Duty.RAPPORTEUR) == account
    with pytest.raises(PermissionDenied):
        require_staff(account, draft, Staff.Duty.FACILITATOR)
    with pytest.raises(PermissionDenied):
        require_staff(account, small.dialogue, *Staff.Duty)
    page = client_of(account).get(url("manage-dialogue", draft.reference))
    assert url("report-desk", draft.reference) in page.content.decode()
    end_duty(small.representative, staff)
    end_duty(small.representative, staff)
    with pytest.raises(Http404):
        find_dialogue(draft.reference, account)


def test_an_address_without_an_account_gets_no_duty(small: SmallDialogue) -> None:
    with pytest.raises(ValidationError) as refusal:
        name_staff(small.representative, small.dialogue, "nobody@example.org", Staff.Duty.FACILITATOR)
    assert "email" in refusal.value.error_dict


# Pages


def test_a_partner_goes_from_an_empty_page_to_an_announced_dialogue() -> None:
    reflection = SmallReflection()
    _partner, account = add_partner(reflection, "Think tank")
    client = client_of(account)
    assert url("create-series", "small") in client.get(url("manage-list", "small")).content.decode()
    words = {"title_en": PAYLOAD, "question_en": "What next?"}
    assert sent(client, url("create-series", "small"), **words).status_code == 302
    series = Series.objects.get()
    answer = client.get(url("manage-series", series.reference))
    assert is_harmless(answer)  # type: ignore[arg-type]
    fields = {
        "title_en": PAYLOAD,
        "description_en": PAYLOAD,
        "themes_en": PAYLOAD[:60],
        "house_rule": "on-record",
    }
    assert sent(client, url("create-dialogue", series.reference), **fields).status_code == 302
    dialogue = Dialogue.objects.get()
    reference = dialogue.reference
    assert client.post(url("announce", reference)).status_code == 422  # its series is a draft
    assert client.post(url("publish-series", series.reference)).status_code == 302
    speaker = {"name": PAYLOAD[:100], "organisation": PAYLOAD[:100], "title_en": PAYLOAD}
    assert sent(client, url("add-speaker", reference), **speaker).status_code == 302
    assert sent(client, url("add-room", reference), name_en=PAYLOAD[:100], capacity="12").status_code == 302
    room, ada = Room.objects.get(), Speaker.objects.get()
    item: dict[str, Any] = {
        "title_en": PAYLOAD,
        "minutes": "45",
        "room": str(room.pk),
        "speakers": [str(ada.pk)],
    }
    assert sent(client, url("add-item", reference), **item).status_code == 302
    for name in ("manage-dialogue", "programme", "staff", "change-dialogue"):
        assert is_harmless(client.get(url(name, reference)))  # type: ignore[arg-type]
    assert client.post(url("announce", reference)).status_code == 302
    assert Dialogue.objects.get().state == State.ANNOUNCED
    for address in (url("list", "small"), url("series", series.reference), url("dialogue", reference)):
        answer = Client().get(address)
        assert answer.status_code == 200
        assert is_harmless(answer)  # type: ignore[arg-type]


def test_a_form_sent_twice_makes_one_dialogue(small: SmallDialogue) -> None:
    client = client_of(small.representative)
    address = url("create-dialogue", small.series.reference)
    page = client.get(address)
    form = page.context["form"]
    data = {
        "form_key": str(form["form_key"].value()),
        "title_en": "Twice",
        "house_rule": "chatham-house",
        "starts_at": "2027-05-03T09:00",
        "ends_at": "2027-05-03T10:00",
        "time_zone": "Europe/Brussels",
        "precision": "time",
        "least_group_count": "5",
        "admission": "none",
    }
    for _again in range(2):
        assert client.post(address, data).status_code == 302
    assert Dialogue.objects.filter(series=small.series).count() == 2


def test_items_move_and_go_by_their_buttons(small: SmallDialogue) -> None:
    small.add_item("Welcome")
    small.add_item("Debate")
    last = ProgrammeItem.objects.latest("position")
    client = client_of(small.representative)
    reference = small.dialogue.reference
    assert client.post(url("move-item", reference, last.pk), {"way": "up"}).status_code == 302
    assert client.post(url("move-item", reference, last.pk), {"way": "sideways"}).status_code == 400
    assert ProgrammeItem.objects.earliest("position").pk == last.pk
    assert client.post(url("remove-item", reference, last.pk)).status_code == 302
    assert ProgrammeItem.objects.count() == 1


@pytest.mark.parametrize("name", ["cancel", "delete-draft", "mark-as-held"])
def test_what_is_refused_is_said_on_the_page(small: SmallDialogue, name: str) -> None:
    client = client_of(small.representative)
    if name == "cancel":
        small.dialogue = small.add_dialogue()
    answer = client.post(url(name, small.dialogue.reference))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_pages_of_management_take_a_constant_number_of_queries(small: SmallDialogue) -> None:
    client = client_of(small.representative)
    addresses = [
        url("manage-list", "small"),
        url("manage-series", small.series.reference),
        url("manage-dialogue", small.dialogue.reference),
        url("programme", small.dialogue.reference),
    ]

    def grow() -> None:
        small.add_item("Item", speakers=list(Speaker.objects.filter(dialogue=small.dialogue)))
        small.add_speaker("Somebody")
        small.add_room()
        small.add_dialogue()
        small.add_series()

    grow()
    grow()
    few = [count_queries(client, address) for address in addresses]
    for _round in range(4):
        grow()
    assert [count_queries(client, address) for address in addresses] == few
