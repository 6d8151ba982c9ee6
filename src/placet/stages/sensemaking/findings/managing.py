"""What stands beside a finding while it is made: runs to choose from, codes of figures, what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from placet.stages.consultations.models import Consultation
from placet.stages.mandates.models import Priority, Reflection
from placet.stages.sensemaking.finding_models import Evidence, Finding, FindingRun
from placet.stages.sensemaking.findings.evidence import Both
from placet.stages.sensemaking.findings.figures import LEAST, OF_RUNS, OF_STATEMENTS, FigureKey
from placet.stages.sensemaking.findings.queries import FindingView, in_words
from placet.stages.sensemaking.findings.sources import sources_of
from placet.stages.sensemaking.models import AnalysisRun
from placet.stages.texts.queries import wordings

RUNS_OFFERED = 20  # of a consultation, the newest first


@dataclass(frozen=True, slots=True)
class Code:
    """A figure that a finding may refer to: what to write, and what would stand there."""

    code: str
    shown: str


@dataclass(frozen=True, slots=True)
class RunChoice:
    """The run that the figures of a consultation come from, and the others that there are."""

    consultation: Consultation
    chosen: AnalysisRun
    offered: list[AnalysisRun]

    @property
    def is_latest(self) -> bool:
        return not self.offered or self.offered[0].pk == self.chosen.pk


def priorities_of(reflection: Reflection, language: str) -> list[tuple[Priority, str]]:
    """The priorities of a reflection with their titles, in their order."""
    rows = list(Priority.objects.filter(reflection=reflection).order_by("number"))
    titles = wordings([row.title_id for row in rows], language)
    return [(row, titles[row.title_id].body) for row in rows]


def run_choices(finding: Finding) -> list[RunChoice]:
    """By consultation, which run counts and which others are there; a query for each consultation."""
    rows = FindingRun.objects.filter(finding=finding).select_related("run", "consultation")
    latest = {row.consultation_id: row for row in rows.defer("run__result").order_by("pk")}
    done = AnalysisRun.objects.filter(state=AnalysisRun.State.DONE).defer("result")
    return [
        RunChoice(
            row.consultation,
            row.run,
            list(
                done.filter(consultation=row.consultation_id).order_by("-finished_at", "-reference")[
                    :RUNS_OFFERED
                ]
            ),
        )
        for row in latest.values()
    ]


def codes_for(finding: Finding, language: str) -> list[Code]:
    """The figures of the statements that a finding cites and of the runs that it chose, to be copied."""
    cited = Evidence.objects.filter(finding=finding, taken_back_at=None, statement__isnull=False)
    references = list(cited.order_by("pk").values_list("statement__reference", flat=True))
    chosen = FindingRun.objects.filter(finding=finding).order_by("pk")
    consultations = dict(chosen.values_list("consultation_id", "consultation__reference"))
    keys = [
        *(FigureKey(kind, reference) for reference in references for kind in OF_STATEMENTS if kind != LEAST),
        *(FigureKey(LEAST, reference) for reference in references),
        *(FigureKey(kind, reference) for reference in consultations.values() for kind in OF_RUNS),
    ]
    sources = sources_of({finding: keys})
    found = ((key, sources.figure(finding, key)) for key in keys)
    return [Code(str(key), in_words(figure, language)) for key, figure in found if figure is not None]


def uncited(view: FindingView, evidence: Both) -> Sequence[str]:
    """Statements of which the text gives a figure, and which are not cited."""
    cited = {each.item.reference for each in (*evidence.supporting, *evidence.against)}
    named = (figure.statement_reference for figure in view.figures)
    return sorted({reference for reference in named if reference and reference not in cited})
