"""Forms of the programme: items, breakout rooms, speakers, and who works on a dialogue."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from placet.stages.dialogues.forms.choosing import (
    COLUMNS,
    member_choices,
    member_of,
    offer,
    room_choices,
    speaker_choices,
)
from placet.stages.dialogues.models import Dialogue, ProgrammeItem, Room, Speaker, Staff
from placet.stages.dialogues.setting_up.programme import (
    MOST_MINUTES,
    NAME_MAX_LENGTH,
    ItemFrame,
    RoomFrame,
    SpeakerFrame,
)
from placet.stages.mandates.forms.multilingual import MultilingualForm, OnceForm, Words
from placet.stages.texts.models import Text

ROOM_CAPACITY_LIMIT = 10_000


class PartForm(MultilingualForm):
    """The ground of the three: a part of one dialogue's programme."""

    def __init__(
        self,
        *args: Any,
        dialogue: Dialogue,
        part: ProgrammeItem | Room | Speaker | None = None,
        initial: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.dialogue = dialogue
        self.reflection = dialogue.series.reflection
        texts: dict[str, Text | None] = {name: getattr(part, name) for name in self.words} if part else {}
        super().__init__(
            *args, languages=self.reflection.languages, texts=texts, initial=initial or {}, **kwargs
        )


class ItemForm(PartForm):
    """An item of the programme."""

    words: ClassVar = {
        "title": Words(_("Title")),
        "description": Words(_("Description"), rows=3, max_length=2000, is_required=False),
    }
    minutes = forms.IntegerField(
        label=_("Minutes"),
        min_value=1,
        max_value=MOST_MINUTES,
        initial=30,
        help_text=_("The hours on the programme follow from it."),
    )
    room = forms.TypedChoiceField(
        label=_("Room"),
        coerce=int,
        required=False,
        empty_value=None,
        help_text=_("Items in different breakout rooms that follow one another run at the same time."),
    )
    speakers = forms.TypedMultipleChoiceField(
        label=_("Speakers"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple(COLUMNS)
    )
    order: ClassVar = ("title", "minutes", "room", "speakers", "description")

    def __init__(
        self, *args: Any, dialogue: Dialogue, language: str, item: ProgrammeItem | None = None, **kwargs: Any
    ) -> None:
        initial: dict[str, Any] = {}
        if item:
            chosen = list(item.speakers.values_list("pk", flat=True))
            initial = {"minutes": item.minutes, "room": item.room_id or "", "speakers": chosen}
        super().__init__(*args, dialogue=dialogue, part=item, initial=initial, **kwargs)
        rooms, speakers = room_choices(dialogue, language), speaker_choices(dialogue)
        offer(self, room=rooms, speakers=speakers)
        if len(rooms) == 1:
            del self.fields["room"]
        if not speakers:
            del self.fields["speakers"]

    def frame(self) -> ItemFrame:
        """What the action takes, once the form is valid."""
        data = self.cleaned_data
        chosen = Speaker.objects.filter(dialogue=self.dialogue, pk__in=data.get("speakers", []))
        room = data.get("room")
        return ItemFrame(
            title=self.bodies("title"),
            description=self.bodies("description"),
            minutes=data["minutes"],
            room=Room.objects.filter(dialogue=self.dialogue, pk=room).first() if room else None,
            speakers=list(chosen),
        )


class RoomForm(PartForm):
    """A breakout room."""

    words: ClassVar = {"name": Words(_("Name"), max_length=120)}
    capacity = forms.IntegerField(
        label=_("Places"), min_value=1, max_value=ROOM_CAPACITY_LIMIT, required=False
    )
    order: ClassVar = ("name", "capacity")

    def __init__(self, *args: Any, dialogue: Dialogue, room: Room | None = None, **kwargs: Any) -> None:
        initial = {"capacity": room.capacity} if room else {}
        super().__init__(*args, dialogue=dialogue, part=room, initial=initial, **kwargs)

    def frame(self) -> RoomFrame:
        """What the action takes, once the form is valid."""
        return RoomFrame(name=self.bodies("name"), capacity=self.cleaned_data["capacity"])


class SpeakerForm(PartForm):
    """A speaker as announced."""

    words: ClassVar = {"title": Words(_("Title"), _("Function or rank."), is_required=False)}
    name = forms.CharField(label=_("Name"), max_length=NAME_MAX_LENGTH)
    organisation = forms.CharField(label=_("Organisation"), max_length=NAME_MAX_LENGTH, required=False)
    member = forms.TypedChoiceField(label=_("Member"), coerce=int, required=False, empty_value=None)
    order: ClassVar = ("name", "title", "organisation", "member")

    def __init__(
        self, *args: Any, dialogue: Dialogue, language: str, speaker: Speaker | None = None, **kwargs: Any
    ) -> None:
        initial: dict[str, Any] = {}
        if speaker:
            initial = {
                "name": speaker.name,
                "organisation": speaker.organisation,
                "member": speaker.member_id or "",
            }
        super().__init__(*args, dialogue=dialogue, part=speaker, initial=initial, **kwargs)
        offer(self, member=member_choices(self.reflection, language))

    def frame(self) -> SpeakerFrame:
        """What the action takes, once the form is valid."""
        data = self.cleaned_data
        return SpeakerFrame(
            name=data["name"],
            title=self.bodies("title"),
            organisation=data["organisation"],
            member=member_of(self.reflection, data["member"]),
        )


class StaffForm(OnceForm):
    """Somebody with an account, and a duty."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("Of an account: whoever has none signs up first."),
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    duty = forms.ChoiceField(label=_("Duty"), choices=Staff.Duty.choices, widget=forms.RadioSelect)
