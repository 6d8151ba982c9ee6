"""Series and dialogues: who holds them, when and where, by which house rule, with whom, and who comes."""

import uuid

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from placet.stages.mandates.models import (
    Constituency,
    Member,
    Organisation,
    Priority,
    Reflection,
    text_field,
)

LEAST_GROUP_COUNT = 5


class Series(models.Model):
    """Dialogues that belong together: one question, held by one or several organisations."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", pgettext_lazy("series", "published")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reflection = models.ForeignKey(Reflection, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=20, unique=True)
    title = text_field()
    question = text_field()
    description = text_field(null=True)
    organisers = models.ManyToManyField(Organisation, related_name="+")
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    is_simulated = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.reference


class HouseRule(models.TextChoices):
    """What may be told afterwards. It is settled before a dialogue begins and never loosened.

    Where the rule of a past dialogue is not known, nothing is attributed either.
    """

    ON_RECORD = "on-record", _("on the record")
    CHATHAM_HOUSE = "chatham-house", _("Chatham House Rule")
    CLOSED = "closed", pgettext_lazy("house rule", "closed")
    UNKNOWN = "unknown", _("house rule not known")


class Dialogue(models.Model):
    """One meeting of a series."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        ANNOUNCED = "announced", pgettext_lazy("dialogue", "announced")
        LIVE = "live", pgettext_lazy("dialogue", "under way")
        ENDED = "ended", pgettext_lazy("dialogue", "ended")
        REPORTED = "reported", pgettext_lazy("dialogue", "reported")
        CANCELLED = "cancelled", pgettext_lazy("dialogue", "cancelled")

    class Precision(models.TextChoices):
        """How much of its date is on record; the two moments are the bounds of what is known."""

        TIME = "time", pgettext_lazy("dialogue", "day and hour")
        DAY = "day", pgettext_lazy("dialogue", "the day alone")
        WITHIN = "within", _("some day between the two")

    class Admission(models.TextChoices):
        NONE = "none", pgettext_lazy("dialogue", "no registration")
        OPEN = "open", pgettext_lazy("dialogue", "open registration")
        INVITED = "invited", pgettext_lazy("dialogue", "by invitation")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="dialogues")
    reference = models.CharField(max_length=20, unique=True)
    number = models.PositiveSmallIntegerField(help_text="Within its series.")
    title = text_field()
    description = text_field(null=True)
    priority = models.ForeignKey(Priority, on_delete=models.PROTECT, related_name="+", null=True)
    house_rule = models.CharField(max_length=13, choices=HouseRule)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    precision = models.CharField(max_length=6, choices=Precision, default=Precision.TIME)
    date_note = text_field(null=True)
    time_zone = models.CharField(max_length=50)
    place = text_field(null=True)
    link = models.URLField(blank=True, help_text="Where it is held online; shown to those registered alone.")
    languages = models.JSONField(default=list, help_text="BCP 47 tags of the languages spoken.")
    capacity = models.PositiveIntegerField(null=True, help_text="Null: no limit.")
    admission = models.CharField(max_length=7, choices=Admission, default=Admission.NONE)
    source = text_field(null=True)
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    calendar_sequence = models.PositiveIntegerField(
        default=0, help_text="SEQUENCE of RFC 5545: one more whenever date, place, title or state changes."
    )
    changed_at = models.DateTimeField(auto_now_add=True, help_text="LAST-MODIFIED of RFC 5545.")
    least_group_count = models.PositiveSmallIntegerField(
        default=LEAST_GROUP_COUNT,
        help_text="How many of a constituency must be present for the rapporteur to see it on a point.",
    )
    room_code = models.CharField(
        max_length=12, blank=True, help_text="What is shown in the room, to join; empty outside it."
    )
    room_version = models.PositiveIntegerField(
        default=0, help_text="One more whenever what the room sees changes."
    )
    current_item = models.ForeignKey(
        "dialogues.ProgrammeItem", on_delete=models.SET_NULL, related_name="+", null=True
    )
    item_ends_at = models.DateTimeField(null=True, help_text="For the time left.")
    present_count = models.PositiveIntegerField(default=0, help_text="Devices that joined the room.")
    is_simulated = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("series", "number"), name="one_dialogue_per_number"),
            models.UniqueConstraint(
                fields=("room_code",), condition=~Q(room_code=""), name="one_room_per_code"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="a_dialogue_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(least_group_count__gte=3), name="a_group_of_two_is_never_told_apart"
            ),
            models.CheckConstraint(
                condition=Q(capacity=None) | Q(capacity__gte=1), name="a_dialogue_has_room_for_one"
            ),
        )
        indexes = (models.Index(fields=("state", "starts_at"), name="dialogues_by_date"),)

    def __str__(self) -> str:
        return self.reference


class Theme(models.Model):
    """What a dialogue is about, in a word or two."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="themes")
    position = models.PositiveSmallIntegerField()
    name = text_field()

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return f"theme {self.position} of {self.dialogue_id}"


class Room(models.Model):
    """A breakout room."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="rooms")
    position = models.PositiveSmallIntegerField()
    name = text_field()
    capacity = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return f"room {self.position} of {self.dialogue_id}"


class Speaker(models.Model):
    """A person on the programme, as announced."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="speakers")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    title = text_field(null=True)
    organisation = models.CharField(max_length=160, blank=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return self.name


class ProgrammeItem(models.Model):
    """One item of the programme; in the main room where it names none."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="programme")
    position = models.PositiveSmallIntegerField()
    title = text_field()
    description = text_field(null=True)
    minutes = models.PositiveSmallIntegerField()
    room = models.ForeignKey(Room, on_delete=models.SET_NULL, related_name="+", null=True)
    speakers = models.ManyToManyField(Speaker, related_name="+")

    class Meta:
        ordering = ("position",)
        constraints = (
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=720), name="a_programme_item_takes_time"
            ),
        )

    def __str__(self) -> str:
        return f"item {self.position} of {self.dialogue_id}"


class Staff(models.Model):
    """Who moderates a dialogue in the room, and who reports on it, beside those who hold it."""

    class Duty(models.TextChoices):
        FACILITATOR = "facilitator", _("facilitator")
        RAPPORTEUR = "rapporteur", _("rapporteur")

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="staff")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    duty = models.CharField(max_length=11, choices=Duty)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("dialogue", "account", "duty"), name="a_duty_is_held_once"),
        )

    def __str__(self) -> str:
        return self.duty


class DialogueInvitation(models.Model):
    """An invitation to register; good for one address, once, until the dialogue begins."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="+")
    email = models.EmailField()
    token_digest = models.CharField(
        max_length=64, unique=True, validators=[RegexValidator(r"^[0-9a-f]{64}$")]
    )
    sent_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("dialogue", "email"),
                condition=Q(accepted_at=None, revoked_at=None),
                name="one_open_invitation_per_address_and_dialogue",
            ),
        )

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class Registration(models.Model):
    """Somebody wishes to come. Who waits longest is let in first when a place is given back."""

    class State(models.TextChoices):
        CONFIRMED = "confirmed", pgettext_lazy("registration", "confirmed")
        WAITING = "waiting", pgettext_lazy("registration", "on the waiting list")
        CANCELLED = "cancelled", pgettext_lazy("registration", "cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dialogue = models.ForeignKey(Dialogue, on_delete=models.PROTECT, related_name="registrations")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    organisation = models.CharField(max_length=160, blank=True)
    constituency = models.ForeignKey(Constituency, on_delete=models.PROTECT, related_name="+", null=True)
    room = models.ForeignKey(Room, on_delete=models.SET_NULL, related_name="+", null=True)
    state = models.CharField(max_length=9, choices=State)
    has_attended = models.BooleanField(null=True)
    is_simulated = models.BooleanField(default=False)
    registered_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("dialogue", "account"), name="one_registration_per_account"),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(confirmed_at__isnull=False),
                name="a_confirmed_registration_has_its_moment",
            ),
        )
        indexes = (models.Index(fields=("dialogue", "state", "registered_at"), name="waiting_list"),)

    def __str__(self) -> str:
        return f"registration {self.pk}"


class Material(models.Model):
    """A file that the organisers put beside a dialogue."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="materials")
    title = text_field()
    kind = models.CharField(max_length=5)
    file = models.FileField(upload_to="materials/", max_length=200)
    file_name = models.CharField(max_length=120)
    size = models.PositiveIntegerField(help_text="Bytes.")
    digest = models.CharField(max_length=64)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("added_at",)
        constraints = (
            models.UniqueConstraint(fields=("dialogue", "digest"), name="a_material_is_added_once"),
        )

    def __str__(self) -> str:
        return self.file_name


class AgendaAddress(models.Model):
    """Which address of an account's agenda is good today."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", primary_key=True
    )
    number = models.PositiveIntegerField(default=1, help_text="One more makes the former address useless.")

    def __str__(self) -> str:
        return f"agenda {self.number}"
