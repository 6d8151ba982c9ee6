"""The reflection and what it stands on: mandate, priorities, calendar, members, roles, participants."""

import uuid

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from placet.stages.texts.models import Text


def text_field(*, null: bool = False) -> "models.ForeignKey[Text, Text]":
    """A text in its original and its translations, seen from the item that carries it."""
    return models.ForeignKey(Text, on_delete=models.PROTECT, related_name="+", null=null)


class Reflection(models.Model):
    """The whole undertaking."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        CLOSED = "closed", _("closed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    reference_prefix = models.CharField(
        max_length=6, unique=True, validators=[RegexValidator(r"^[A-Z][A-Z0-9]{1,5}$")]
    )
    name = text_field()
    summary = text_field()
    languages = models.JSONField(help_text="BCP 47 tags; the first is the working language.")
    time_zone = models.CharField(max_length=50, default="UTC")
    accent_colour = models.CharField(max_length=7, validators=[RegexValidator(r"^#[0-9a-f]{6}$")])
    emblem = models.CharField(max_length=40, help_text="Name of an icon in ui.emblems.")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    is_simulated = models.BooleanField(default=False)
    founded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.slug


class Mandate(models.Model):
    """Who asked, where, for what, and by when an answer is due."""

    reflection = models.OneToOneField(Reflection, on_delete=models.PROTECT, related_name="mandate")
    issuer = text_field()
    meeting = text_field()
    body = text_field()
    scope = text_field()
    given_date = models.DateField()
    due_date = models.DateField(null=True)

    def __str__(self) -> str:
        return f"mandate of {self.reflection_id}"


class Priority(models.Model):
    reflection = models.ForeignKey(Reflection, on_delete=models.PROTECT, related_name="priorities")
    number = models.PositiveSmallIntegerField()
    title = text_field()
    description = text_field()

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("reflection", "number"), name="one_priority_per_number"),
        )

    def __str__(self) -> str:
        return f"{self.reflection_id} {self.number}"


class Milestone(models.Model):
    """An entry of the calendar. Where the day is unknown, the two dates are the bounds of what is known."""

    class Kind(models.TextChoices):
        MANDATE = "mandate", _("mandate")
        LAUNCH = "launch", _("launch")
        REPORT = "report", _("report")
        YOUTH = "youth", _("youth")
        DIALOGUE = "dialogue", _("dialogue")
        MEETING = "meeting", _("meeting of leaders")
        FOLLOW_UP = "follow-up", _("follow-up")

    class Precision(models.TextChoices):
        DAY = "day", _("day")
        SPAN = "span", _("from one day to another")
        WITHIN = "within", _("some day between the two")
        YEAR = "year", _("some day of the year")

    reflection = models.ForeignKey(Reflection, on_delete=models.PROTECT, related_name="milestones")
    kind = models.CharField(max_length=10, choices=Kind)
    title = text_field()
    description = text_field(null=True)
    start_date = models.DateField()
    end_date = models.DateField()
    precision = models.CharField(max_length=10, choices=Precision, default=Precision.DAY)
    date_note = text_field(null=True)
    source = text_field(null=True)
    is_simulated = models.BooleanField(default=False)

    class Meta:
        ordering = ("start_date", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(end_date__gte=models.F("start_date")), name="milestone_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=~Q(precision="day") | Q(end_date=models.F("start_date")),
                name="a_day_is_one_day",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.start_date}"


class Member(models.Model):
    """A member nation."""

    reflection = models.ForeignKey(Reflection, on_delete=models.PROTECT, related_name="members")
    code = models.CharField(max_length=2, validators=[RegexValidator(r"^[A-Z]{2}$")])
    name = text_field()

    class Meta:
        ordering = ("code",)
        constraints = (models.UniqueConstraint(fields=("reflection", "code"), name="one_member_per_code"),)

    def __str__(self) -> str:
        return self.code


class Constituency(models.Model):
    """A kind of contributor."""

    reflection = models.ForeignKey(Reflection, on_delete=models.PROTECT, related_name="constituencies")
    key = models.SlugField(max_length=40)
    position = models.PositiveSmallIntegerField()
    name = text_field()

    class Meta:
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=("reflection", "key"), name="one_constituency_per_key"),
        )

    def __str__(self) -> str:
        return self.key


class Role(models.TextChoices):
    """What an account may be in a reflection, beside a participant."""

    SECRETARIAT = "secretariat", _("secretariat")
    MODERATOR = "moderator", _("moderator")
    PARTNER = "partner", _("partner")
    DELEGATE = "delegate", _("delegate")
    ANALYST = "analyst", _("analyst")


class RoleGrant(models.Model):
    """An account holds a role in a reflection, until it is revoked."""

    reflection = models.ForeignKey(Reflection, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=12, choices=Role)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    granted_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("reflection", "account", "role"),
                condition=Q(revoked_at=None),
                name="a_role_is_held_once",
            ),
            models.CheckConstraint(
                condition=Q(role="delegate", member__isnull=False)
                | (~Q(role="delegate") & Q(member__isnull=True)),
                name="a_delegate_speaks_for_a_member",
            ),
        )

    def __str__(self) -> str:
        return self.role


class Organisation(models.Model):
    """A partner, or whoever writes or endorses as a body: a think tank, a company, a university, an NGO."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reflection = models.ForeignKey(Reflection, on_delete=models.PROTECT, related_name="+")
    name = text_field()
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="+", null=True, help_text="Where it is at home."
    )
    website = models.URLField(blank=True)
    is_partner = models.BooleanField(default=False, help_text="Holds dialogues of its own.")
    is_simulated = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"organisation {self.pk}"


class Representative(models.Model):
    """An account that may act for an organisation, until it is revoked."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    named_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "account"),
                condition=Q(revoked_at=None),
                name="an_organisation_is_represented_once_by_each",
            ),
        )

    def __str__(self) -> str:
        return f"representative {self.pk}"


class Standing(models.TextChoices):
    """How much is known of a participant; what consultations ask for."""

    ANONYMOUS = "anonymous", _("without an account")
    VERIFIED = "verified", _("verified e-mail address")
    INVITED = "invited", _("invited")
    IMPORTED = "imported", _("imported")


class Participant(models.Model):
    """Whoever votes and writes, under a pseudonym: nothing here says who it is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reflection = models.ForeignKey(Reflection, on_delete=models.PROTECT, related_name="+")
    standing = models.CharField(max_length=10, choices=Standing)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    constituency = models.ForeignKey(Constituency, on_delete=models.PROTECT, related_name="+", null=True)
    is_simulated = models.BooleanField(default=False)
    created_date = models.DateField(
        auto_now_add=True, help_text="A day, not a moment: it must not tell who signed up when."
    )

    def __str__(self) -> str:
        return str(self.id)


class ParticipantLink(models.Model):
    """The only place that ties a participant to an account."""

    participant = models.OneToOneField(Participant, on_delete=models.CASCADE, related_name="+")
    reflection = models.ForeignKey(Reflection, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("reflection", "account"), name="one_participant_per_account_and_reflection"
            ),
        )

    def __str__(self) -> str:
        return "link"


class Invitation(models.Model):
    """An invitation to take part or to hold a role; good for one address, once, until a date."""

    reflection = models.ForeignKey(Reflection, on_delete=models.PROTECT, related_name="+")
    email = models.EmailField()
    role = models.CharField(max_length=12, choices=Role, blank=True, help_text="Empty: participant.")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    constituency = models.ForeignKey(Constituency, on_delete=models.PROTECT, related_name="+", null=True)
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="That a partner acts for.",
    )
    token_digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("reflection", "email", "role"),
                condition=Q(accepted_at=None, revoked_at=None),
                name="one_open_invitation_per_address_and_role",
            ),
        )

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class ReferenceCounter(models.Model):
    """The last number given out, per reflection and kind of item; the kinds stand in ``references``."""

    reflection = models.ForeignKey(Reflection, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=2)
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("reflection", "kind"), name="one_counter_per_kind"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.last_number}"
