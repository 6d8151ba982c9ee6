"""Questions, the statements voted on, who takes part, and the ballots: append-only, the last one counts."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from placet.stages.mandates.models import Participant, Priority, text_field
from placet.stages.texts.models import Text, TextVersion, Translation

STATEMENT_MAX_LENGTH = 280
TRANSLATION_MAX_LENGTH = 2 * STATEMENT_MAX_LENGTH  # some languages need more room for the same idea
ARRIVAL_LIMIT = 2_000  # by one join code: a large hall, so that a code that leaks does not open everything


class Consultation(models.Model):
    """A question under a priority, with dates, eligibility and statements to vote on."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    class Eligibility(models.TextChoices):
        OPEN = "open", _("anyone, without an account")
        VERIFIED = "verified", _("anyone with a verified e-mail address")
        INVITED = "invited", _("by invitation")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    priority = models.ForeignKey(Priority, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=20, unique=True)
    question = text_field()
    introduction = text_field()
    state = models.CharField(max_length=6, choices=State, default=State.DRAFT)
    eligibility = models.CharField(max_length=8, choices=Eligibility, default=Eligibility.OPEN)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    takes_statements = models.BooleanField(default=True)
    last_sequence = models.PositiveBigIntegerField(default=0, help_text="Of the last ballot.")
    participant_count = models.PositiveIntegerField(default=0, help_text="Who has cast a ballot.")
    is_simulated = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="consultation_closes_after_it_opens"
            ),
        )

    def __str__(self) -> str:
        return self.reference


class Statement(models.Model):
    """One idea in at most 280 characters, in its author's language."""

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("awaiting moderation")
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn")
        MERGED = "merged", _("brought together with another")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="statements")
    reference = models.CharField(max_length=20, unique=True)
    text = models.OneToOneField(Text, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+", null=True)
    state = models.CharField(max_length=9, choices=State, default=State.SUBMITTED)
    is_meta = models.BooleanField(default=False, help_text="About the consultation, not its subject.")
    is_seed = models.BooleanField(default=False, help_text="Put there by the secretariat.")
    is_simulated = models.BooleanField(default=False)
    moderation_reason = models.CharField(max_length=500, blank=True)
    moderated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True
    )
    moderated_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField()
    routing_weight = models.FloatField(
        default=1.0, help_text="How much to show it; handed down by the last analysis."
    )
    client_key = models.UUIDField(null=True)
    foreign_id = models.CharField(max_length=60, blank=True, help_text="In the export it came from.")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("author", "client_key"), name="a_statement_is_submitted_once"),
            models.UniqueConstraint(
                fields=("consultation", "foreign_id"),
                condition=~Q(foreign_id=""),
                name="a_statement_is_imported_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="rejected") | ~Q(moderation_reason=""), name="a_rejection_has_a_reason"
            ),
        )
        indexes = (models.Index(fields=("consultation", "state"), name="statement_state"),)

    def __str__(self) -> str:
        return self.reference


class StatementMerge(models.Model):
    """A statement that gave way to one that says the same: into which, by whom, when and why.

    A row is final once it is undone; brought together again, a statement gets another one. Ballots stay on
    the statement on which they were cast: people voted on its wording.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="+")
    into = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="+")
    state_before = models.CharField(max_length=9, choices=Statement.State)
    reason = models.CharField(max_length=400, blank=True)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="Null: its author.",
    )
    merged_at = models.DateTimeField()
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("statement",), condition=Q(undone_at__isnull=True), name="a_statement_is_merged_once"
            ),
            models.CheckConstraint(
                condition=~Q(statement=F("into")), name="a_statement_is_merged_into_another"
            ),
        )

    def __str__(self) -> str:
        return f"merge {self.pk}"


class Vote(models.IntegerChoices):
    DISAGREE = -1, _("disagree")
    PASS = 0, _("pass")
    AGREE = 1, _("agree")


class Participation(models.Model):
    """A participant in one consultation: what its ballots hang on, and how fast it may cast them."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="+", db_index=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    first_sequence = models.PositiveBigIntegerField(null=True, help_text="Of its first ballot.")
    paced_until = models.PositiveBigIntegerField(
        default=0, help_text="Milliseconds since 1970: until when its ballots fill the pace allowed."
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("consultation", "participant"), name="one_participation_per_consultation"
            ),
        )

    def __str__(self) -> str:
        return f"participation {self.pk}"


class Ballot(models.Model):
    """One vote as it was cast, on the wording that was seen. Never changed; a new one supersedes it.

    A ballot is known by its place in its consultation. Its references are no constraints of the database:
    PostgreSQL checks those row by row, and a million ballots took 40 s instead of 6. What a ballot refers to
    is read in the transaction that writes it, and is never deleted.
    """

    pk = models.CompositePrimaryKey("consultation_id", "sequence")
    consultation = models.ForeignKey(
        Consultation, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    sequence = models.PositiveBigIntegerField(help_text="Order within the consultation, from 1.")
    participation = models.ForeignKey(
        Participation, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    vote = models.SmallIntegerField(choices=Vote)
    version_seen = models.ForeignKey(
        TextVersion, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    translation_seen = models.ForeignKey(
        Translation,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        db_constraint=False,
        help_text="Null: the original.",
    )
    client_key = models.UUIDField(null=True, help_text="Null: imported; nobody can send it again.")
    cast_at = models.DateTimeField()

    class Meta:
        constraints = (
            # Also the way to a participation's own ballots. Imported ones have no reader who asks for them.
            models.UniqueConstraint(
                fields=("participation", "client_key"),
                condition=Q(client_key__isnull=False),
                name="a_ballot_is_cast_once",
            ),
            models.CheckConstraint(condition=Q(vote__in=(-1, 0, 1)), name="a_vote_is_one_of_three"),
        )

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.sequence}"


class JoinCode(models.Model):
    """What is read out in a hall, so that all of those behind its one address may begin.

    Readable, because somebody has to read it out; it opens nothing but the limit per address.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=8)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    arrival_count = models.PositiveIntegerField(default=0, help_text="Who became a participant by it.")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("consultation",),
                condition=Q(withdrawn_at__isnull=True),
                name="one_join_code_per_consultation",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="a_join_code_lasts_for_a_while"
            ),
            models.CheckConstraint(
                condition=Q(arrival_count__lte=ARRIVAL_LIMIT), name="a_join_code_lets_so_many_in"
            ),
        )

    def __str__(self) -> str:
        return f"join code {self.pk}"


class AddressPace(models.Model):
    """How far the pace of an address is filled today; which address that is cannot be read from it."""

    key = models.CharField(max_length=64, primary_key=True, help_text="A digest of kind, day and address.")
    filled_until = models.PositiveBigIntegerField(default=0, help_text="Milliseconds since 1970.")

    def __str__(self) -> str:
        return self.key[:8]


class VoteImport(models.Model):
    """A foreign export put into a consultation: what was asked, and what became of it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    file = models.FileField(upload_to="imports/", max_length=200)
    file_name = models.CharField(max_length=200)
    flips_signs = models.BooleanField(default=False)
    language = models.CharField(max_length=35)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    error = models.TextField(blank=True)
    notices = models.JSONField(default=list, help_text="What the reader had to say, in English.")
    started_at = models.DateTimeField(null=True)
    statement_count = models.PositiveIntegerField(null=True)
    participant_count = models.PositiveIntegerField(null=True)
    ballot_count = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.file_name
