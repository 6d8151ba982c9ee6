"""What the portal stores can all be rebuilt from the stages: the index of the search."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from placet.stages.consultations.models import Consultation, Statement
from placet.stages.contributions.models import Call, Contribution
from placet.stages.dialogues.models import Dialogue, Series, Takeaway
from placet.stages.followup.models import Commitment
from placet.stages.mandates.models import Priority, Reflection
from placet.stages.proposals.models import Clause, Proposal
from placet.stages.sensemaking.models import Finding
from placet.stages.texts.languages import LANGUAGE_CODE_LENGTH
from placet.stages.texts.models import TextVersion, Translation

STEM_LENGTH = 60


class SearchEntry(models.Model):
    """One wording that is searched: an original, or a translation of it, of one item of a reflection."""

    class Kind(models.TextChoices):
        MANDATE = "mandate", pgettext_lazy("search", "mandates")
        PRIORITY = "priority", pgettext_lazy("search", "priorities")
        CONSULTATION = "consultation", pgettext_lazy("search", "consultations")
        STATEMENT = "statement", _("statements")
        CONTRIBUTION = "contribution", pgettext_lazy("search", "contributions")
        CALL = "call", pgettext_lazy("search", "calls")
        DIALOGUE = "dialogue", pgettext_lazy("search", "dialogues")
        TAKEAWAY = "takeaway", pgettext_lazy("search", "takeaways")
        FINDING = "finding", pgettext_lazy("search", "findings")
        PROPOSAL = "proposal", pgettext_lazy("search", "proposals")
        COMMITMENT = "commitment", pgettext_lazy("search", "commitments")

    kind = models.CharField(max_length=12, choices=Kind)
    reflection = models.ForeignKey(Reflection, on_delete=models.CASCADE, related_name="+")
    priority = models.ForeignKey(Priority, on_delete=models.CASCADE, related_name="+", null=True)
    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="+", null=True)
    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="+", null=True)
    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="+", null=True)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="+", null=True)
    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="+", null=True)
    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="+", null=True)
    takeaway = models.ForeignKey(Takeaway, on_delete=models.CASCADE, related_name="+", null=True)
    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="+", null=True)
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="+", null=True)
    clause = models.ForeignKey(Clause, on_delete=models.CASCADE, related_name="+", null=True)
    commitment = models.ForeignKey(Commitment, on_delete=models.CASCADE, related_name="+", null=True)
    version = models.ForeignKey(TextVersion, on_delete=models.CASCADE, related_name="+")
    translation = models.ForeignKey(Translation, on_delete=models.CASCADE, related_name="+", null=True)
    language = models.CharField(max_length=LANGUAGE_CODE_LENGTH)
    written_at = models.DateTimeField()
    n_stems = models.PositiveIntegerField(help_text="Its length, as the search counts it.")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("version", "translation"), name="a_wording_is_indexed_once"),
            models.UniqueConstraint(
                fields=("version",),
                condition=Q(translation=None),
                name="an_original_is_indexed_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.version_id} ({self.language})"


class SearchStem(models.Model):
    """How often a stem occurs in a wording."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(SearchEntry, on_delete=models.CASCADE, related_name="stems")
    stem = models.CharField(max_length=STEM_LENGTH)
    count = models.PositiveIntegerField()

    class Meta:
        indexes = (models.Index(fields=("stem", "entry"), name="search_stem"),)

    def __str__(self) -> str:
        return f"{self.stem} × {self.count}"
