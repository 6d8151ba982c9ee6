"""A small dialogue to test with: made by the same actions that people use.

``SmallDialogue(SmallReflection())`` has a partner organisation with a representative of its own, a published
series, and in it one announced dialogue; ``house_rule``, ``admission`` and whatever else a ``DialogueFrame``
takes may be given.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from placet.stages.dialogues.models import Dialogue, HouseRule, Room, Series, Staff
from placet.stages.dialogues.setting_up import meetings as meeting_actions
from placet.stages.dialogues.setting_up import programme
from placet.stages.dialogues.setting_up import series as series_actions
from placet.stages.dialogues.setting_up.staff import name_staff
from placet.stages.dialogues.states import move
from placet.stages.mandates.models import Organisation
from placet.stages.mandates.organisations import (
    OrganisationFrame,
    add_organisation,
    name_representative,
)
from placet.stages.people.actions import create_account
from placet.stages.people.models import Account
from tests.stages.reflections import SmallReflection

ZONE = "Europe/Brussels"


def in_days(days: int, hour: int = 9) -> datetime:
    """A full hour some days from now, in the dialogue's time zone."""
    day = timezone.localdate(timezone=ZoneInfo(ZONE)) + timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(ZONE))


def dialogue_frame(**changes: Any) -> meeting_actions.DialogueFrame:
    """What is said of a dialogue of two hours, thirty days from now."""
    values: dict[str, Any] = {
        "title": {"en": "Supply chains", "fr": "Chaînes d’approvisionnement"},
        "description": {"en": "What breaks first?"},
        "place": {"en": "Brussels, Great Hall"},
        "house_rule": HouseRule.ON_RECORD,
        "starts_at": in_days(30, 9),
        "ends_at": in_days(30, 11),
        "time_zone": ZONE,
        "languages": ("en", "fr"),
        "themes": ({"en": "Resilience", "fr": "Résilience"},),
        "admission": Dialogue.Admission.OPEN,
        "link": "https://meet.example/room",
    }
    return meeting_actions.DialogueFrame(**(values | changes))


def add_partner(
    reflection: SmallReflection, name: str, account: Account | None = None
) -> tuple[Organisation, Account]:
    """A partner organisation and an account that acts for it, by default one of its own."""
    organisation = add_organisation(
        reflection.secretariat, reflection.reflection, OrganisationFrame({"en": name}, is_partner=True)
    )
    address = f"{name.lower().replace(' ', '-')}@{reflection.slug}.example"
    account = account or create_account(address, is_verified=True)
    name_representative(reflection.secretariat, organisation, account)
    return organisation, account


@dataclass
class SmallDialogue:
    """A partner, its published series, and one dialogue in the state asked for."""

    reflection: SmallReflection
    house_rule: str = HouseRule.ON_RECORD
    state: Dialogue.State = Dialogue.State.ANNOUNCED
    partner_name: str = "Think tank"
    acting: Account | None = None
    frame: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.partner, self.representative = add_partner(self.reflection, self.partner_name, self.acting)
        self.series = self.add_series()
        self.dialogue = self.add_dialogue(house_rule=self.house_rule, **self.frame)
        self.bring_to(self.state)

    def add_series(self, *, is_published: bool = True) -> Series:
        """One more series of the partner."""
        frame = series_actions.SeriesFrame(
            title={"en": "Series of talks", "fr": "Cycle d’entretiens"},
            question={"en": "What should be done?"},
            organisers=[self.partner],
        )
        series = series_actions.create_series(self.representative, self.reflection.reflection, frame)
        if is_published:
            series_actions.publish_series(self.representative, series)
        return series

    def add_dialogue(self, **changes: Any) -> Dialogue:
        """One more dialogue of the series, as a draft."""
        return meeting_actions.create_dialogue(self.representative, self.series, dialogue_frame(**changes))

    def bring_to(self, state: Dialogue.State) -> None:
        """Through the states that lead there; a draft stays one."""
        ways = {
            Dialogue.State.ANNOUNCED: (),
            Dialogue.State.LIVE: (Dialogue.State.LIVE,),
            Dialogue.State.ENDED: (Dialogue.State.LIVE, Dialogue.State.ENDED),
            Dialogue.State.REPORTED: (Dialogue.State.LIVE, Dialogue.State.ENDED, Dialogue.State.REPORTED),
            Dialogue.State.CANCELLED: (Dialogue.State.CANCELLED,),
        }
        if state != Dialogue.State.DRAFT:
            for step in (Dialogue.State.ANNOUNCED, *ways[state]):
                move(self.dialogue, step, self.representative)

    def add_staff(self, duty: Staff.Duty) -> Account:
        """An account of its own with that duty."""
        account = create_account(f"{duty.value}@{self.reflection.slug}.example", is_verified=True)
        name_staff(self.representative, self.dialogue, account.email, duty)
        return account

    def add_room(self, name: str = "Room A") -> Room:
        """A breakout room."""
        return programme.add_room(self.representative, self.dialogue, programme.RoomFrame({"en": name}))

    def add_item(self, title: str = "Welcome", minutes: int = 30, **changes: Any) -> None:
        """An item of the programme."""
        frame = programme.ItemFrame({"en": title}, minutes, **changes)
        programme.add_item(self.representative, self.dialogue, frame)

    def add_speaker(self, name: str = "Ada Lovelace", **changes: Any) -> None:
        """A speaker as announced."""
        programme.add_speaker(self.representative, self.dialogue, programme.SpeakerFrame(name, **changes))
