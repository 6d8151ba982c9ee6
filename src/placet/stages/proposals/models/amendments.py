"""Amendments: wording against wording, what the other delegations say of it, and the answer."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from placet.stages.mandates.models import Member, text_field
from placet.stages.proposals.models.drafting import Clause, Proposal
from placet.stages.texts.models import TextVersion


class Amendment(models.Model):
    """A change that a delegation asks for."""

    class Kind(models.TextChoices):
        REWORD = "reword", pgettext_lazy("amendment", "reword the clause")
        DELETE = "delete", pgettext_lazy("amendment", "delete the clause")
        INSERT = "insert", pgettext_lazy("amendment", "insert a clause after it")

    class State(models.TextChoices):
        SUBMITTED = "submitted", pgettext_lazy("amendment", "submitted")
        ACCEPTED = "accepted", pgettext_lazy("amendment", "accepted")
        PARTLY = "partly", pgettext_lazy("amendment", "accepted in part")
        REFUSED = "refused", pgettext_lazy("amendment", "not accepted")
        WITHDRAWN = "withdrawn", pgettext_lazy("amendment", "withdrawn by its delegation")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=6, choices=Kind)
    clause = models.ForeignKey(
        Clause,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="Null: a new clause before the first.",
    )
    based_on = models.ForeignKey(
        TextVersion,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="The clause's wording that the delegation read.",
    )
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    wording = text_field(null=True)
    justification = text_field()
    state = models.CharField(max_length=9, choices=State, default=State.SUBMITTED)
    is_simulated = models.BooleanField(default=False)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(auto_now_add=True)
    answer = text_field(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    answered_at = models.DateTimeField(null=True)
    result = models.ForeignKey(
        TextVersion,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="The clause's wording that came of it.",
    )

    class Meta:
        ordering = ("reference",)
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="delete", wording=None) | (~Q(kind="delete") & Q(wording__isnull=False)),
                name="an_amendment_has_its_wording",
            ),
            models.CheckConstraint(
                condition=Q(kind="insert") | Q(clause__isnull=False, based_on__isnull=False),
                name="an_amendment_names_its_clause",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("submitted", "withdrawn"))
                | Q(answer__isnull=False, answered_at__isnull=False),
                name="an_answered_amendment_says_why",
            ),
        )
        indexes = (models.Index(fields=("proposal", "state"), name="amendment_state"),)

    def __str__(self) -> str:
        return self.reference


class AmendmentStand(models.Model):
    """What another delegation says of an amendment; the last row of each member counts. Never changed."""

    class Stand(models.TextChoices):
        SUPPORTS = "supports", pgettext_lazy("delegation", "supports it")
        OPPOSES = "opposes", pgettext_lazy("delegation", "opposes it")
        NONE = "none", pgettext_lazy("delegation", "takes no stand")

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    amendment = models.ForeignKey(Amendment, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    stand = models.CharField(max_length=8, choices=Stand)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (models.Index(fields=("amendment", "member", "id"), name="amendment_stand_latest"),)

    def __str__(self) -> str:
        return f"{self.member_id} {self.stand}"


class OpenedText(models.Model):
    """A proposal as it stood when it was opened to amendments: what they are compared with. Never changed."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+")
    document = models.TextField(help_text="Canonical JSON, as of a frozen text; translations may be missing.")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ("opened_at", "id")
        constraints = (
            models.UniqueConstraint(fields=("proposal",), name="a_proposal_is_opened_to_amendments_once"),
        )

    def __str__(self) -> str:
        return f"{self.proposal_id} as opened"
