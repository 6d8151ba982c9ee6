"""The one function that owns a dialogue's state, and its house rule."""

from itertools import product

import pytest
from django.core.exceptions import ValidationError

from placet.stages.dialogues.models import Dialogue, HouseRule
from placet.stages.dialogues.setting_up.meetings import change_dialogue, mark_as_held
from placet.stages.dialogues.states import NEXT, move
from placet.stages.record.models import AuditEntry
from tests.stages.dialogues.meetings import SmallDialogue, dialogue_frame, in_days
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db
State = Dialogue.State


@pytest.mark.parametrize(("state", "to"), [*product(State, State)])
def test_a_dialogue_goes_only_where_a_way_leads(state: State, to: State) -> None:
    small = SmallDialogue(SmallReflection(), state=state)
    if state == to:
        assert not move(small.dialogue, to, small.representative)
    elif to in NEXT[state]:
        assert move(small.dialogue, to, small.representative)
        assert small.dialogue.state == to
    else:
        with pytest.raises(ValidationError):
            move(small.dialogue, to, small.representative)
        small.dialogue.refresh_from_db()
        assert small.dialogue.state == state


def test_asked_twice_it_writes_one_entry_and_counts_once() -> None:
    small = SmallDialogue(SmallReflection())
    assert small.dialogue.calendar_sequence == 1
    stale = Dialogue.objects.get(pk=small.dialogue.pk)
    assert move(small.dialogue, State.CANCELLED, small.representative)
    assert not move(stale, State.CANCELLED, small.representative)
    assert stale.state == State.CANCELLED
    assert stale.calendar_sequence == 2
    assert AuditEntry.objects.filter(action="dialogues.cancel_dialogue").count() == 1


def test_a_draft_series_announces_nothing() -> None:
    small = SmallDialogue(SmallReflection())
    small.series = small.add_series(is_published=False)
    draft = small.add_dialogue()
    with pytest.raises(ValidationError, match="Publish the series"):
        move(draft, State.ANNOUNCED, small.representative)


def test_nothing_is_reported_of_a_closed_dialogue() -> None:
    small = SmallDialogue(
        SmallReflection(), house_rule=HouseRule.CLOSED, state=State.ENDED, frame={"admission": "invited"}
    )
    with pytest.raises(ValidationError, match="closed dialogue"):
        move(small.dialogue, State.REPORTED, small.representative)


@pytest.mark.parametrize("house_rule", [HouseRule.CHATHAM_HOUSE, HouseRule.CLOSED])
def test_deeds_carry_an_actor_and_a_moment_on_the_record_alone(house_rule: HouseRule) -> None:
    reflection = SmallReflection()
    hidden = SmallDialogue(reflection, house_rule=house_rule, frame={"admission": "invited"})
    shown = SmallDialogue(reflection, partner_name="Other")
    for entry in AuditEntry.objects.filter(target=hidden.dialogue.reference):
        assert entry.actor_id is None
        assert (entry.recorded_at.hour, entry.recorded_at.minute, entry.recorded_at.microsecond) == (0, 0, 0)
    entries = AuditEntry.objects.filter(target=shown.dialogue.reference)
    assert {entry.actor_id for entry in entries} == {shown.representative.id}


RULES = [HouseRule.ON_RECORD, HouseRule.CHATHAM_HOUSE, HouseRule.CLOSED]


@pytest.mark.parametrize(("before", "after"), [*product(RULES, RULES)])
@pytest.mark.parametrize("state", [State.DRAFT, State.ANNOUNCED, State.LIVE, State.ENDED])
def test_a_house_rule_only_becomes_stricter_and_stays_once_it_is_used(
    state: State, before: HouseRule, after: HouseRule
) -> None:
    frame = {"admission": "invited"}
    small = SmallDialogue(SmallReflection(), house_rule=before, state=state, frame=frame)
    wanted = dialogue_frame(house_rule=after, **frame)
    is_stricter = RULES.index(after) > RULES.index(before)
    may = before == after or state == State.DRAFT or (state == State.ANNOUNCED and is_stricter)
    if may:
        change_dialogue(small.representative, small.dialogue, wanted)
        assert small.dialogue.house_rule == after
    else:
        with pytest.raises(ValidationError) as refusal:
            change_dialogue(small.representative, small.dialogue, wanted)
        assert "house_rule" in refusal.value.error_dict
        small.dialogue.refresh_from_db()
        assert small.dialogue.house_rule == before


def test_how_many_must_be_present_only_grows_and_stays_once_it_is_used() -> None:
    small = SmallDialogue(SmallReflection())
    change_dialogue(small.representative, small.dialogue, dialogue_frame(least_group_count=8))
    with pytest.raises(ValidationError) as refusal:
        change_dialogue(small.representative, small.dialogue, dialogue_frame(least_group_count=7))
    assert "least_group_count" in refusal.value.error_dict
    small.bring_to(State.LIVE)
    with pytest.raises(ValidationError):
        change_dialogue(small.representative, small.dialogue, dialogue_frame(least_group_count=9))


def test_one_that_was_held_without_the_live_room_is_marked_as_over() -> None:
    small = SmallDialogue(SmallReflection())
    with pytest.raises(ValidationError, match="not begun"):
        mark_as_held(small.representative, small.dialogue)
    past = small.add_dialogue(starts_at=in_days(-3, 9), ends_at=in_days(-3, 11))
    move(past, State.ANNOUNCED, small.representative)
    assert mark_as_held(small.representative, past)
    assert not mark_as_held(small.representative, past)
    assert past.state == State.ENDED
