"""What is refused in the text of a finding, and which runs it needs: figures are references that resolve."""

from collections.abc import Iterable
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from placet.stages.consultations.models import Consultation
from placet.stages.mandates.actions import Bodies
from placet.stages.mandates.models import Reflection
from placet.stages.people.models import Account
from placet.stages.sensemaking.finding_models import FINDING_MAX_LENGTH, Finding, FindingRun
from placet.stages.sensemaking.findings.figures import (
    EXAMPLE,
    KINDS,
    LEAST,
    OF_RUNS,
    Fault,
    FigureKey,
    keys_of,
    listed,
    pieces_of,
    typed_percentages,
)
from placet.stages.sensemaking.findings.sources import Sources, latest_runs, sources_of
from placet.stages.sensemaking.models import AnalysisRun
from placet.stages.texts.queries import all_wordings

TITLE_MAX_LENGTH = 160
REASON_MAX_LENGTH = 1_000


def check_words(reflection: Reflection, title: Bodies, text: Bodies) -> set[FigureKey]:
    """What can be said of a title and a text before any run is looked at.

    Returns
    -------
    set of FigureKey
        The figures that the text refers to, in every language the same.

    Raises
    ------
    ValidationError
        On the field of the language, with what is wrong and where.
    """
    errors: dict[str, str] = {}
    original = reflection.languages[0]
    for name, bodies, limit in (("title", title, TITLE_MAX_LENGTH), ("text", text, FINDING_MAX_LENGTH)):
        if not bodies.get(original, "").strip():
            errors[f"{name}_{original}"] = _("Write it in the working language of the reflection first.")
        for language, body in bodies.items():
            if language not in reflection.languages:
                errors[name] = _("The reflection has no texts in this language: %(language)s.") % {
                    "language": language
                }
            if len(body.strip()) > limit:
                errors[f"{name}_{language}"] = _("At most %(limit)d characters.") % {"limit": limit}
    for language, body in text.items():
        if fault := _fault_in(body):
            errors.setdefault(f"text_{language}", fault)
    wanted = keys_of(text.get(original, ""))
    for language, body in text.items():
        if body.strip() and (difference := _difference(wanted, keys_of(body))):
            errors.setdefault(f"text_{language}", difference)
    if errors:
        raise ValidationError(errors)
    return wanted


def settle_runs(account: Account | None, finding: Finding, keys: Iterable[FigureKey]) -> None:
    """Choose a run for every consultation that the figures are about and that has none chosen yet.

    It is the run that the text itself names, else the last good one.
    """
    wanted = set(keys)
    sources = sources_of({finding: wanted})
    about: dict[UUID, AnalysisRun | None] = {}
    for key in sorted(wanted, key=lambda key: (key.kind not in OF_RUNS, key)):
        consultation_id = sources.consultation_of(finding, key)
        named = sources.named_runs.get(key.target) if key.kind in OF_RUNS else None
        if consultation_id is not None and about.get(consultation_id) is None:
            about[consultation_id] = named or sources.latest.get(consultation_id)
    chosen = sources.choices.get(finding.pk, {})
    for consultation_id, run in about.items():
        if run is not None and consultation_id not in chosen:
            add_choice(account, finding, run)


def settle_run_of(account: Account, finding: Finding, consultation: Consultation) -> None:
    """Choose the last good run of a consultation of which the finding has none yet, where there is one."""
    if FindingRun.objects.filter(finding=finding, consultation=consultation).exists():
        return
    if run := latest_runs([consultation.pk]).get(consultation.pk):
        add_choice(account, finding, run)


def add_choice(account: Account | None, finding: Finding, run: AnalysisRun) -> FindingRun:
    """One more row of which run counts; the earlier ones stay."""
    return FindingRun.objects.create(
        finding=finding, consultation_id=run.consultation_id, run=run, chosen_by=account
    )


def check_figures(finding: Finding, keys: Iterable[FigureKey]) -> None:
    """Refuse a text with a figure that its run does not have.

    Raises
    ------
    ValidationError
        On the text, with a sentence for each figure that is missing.
    """
    wanted = set(keys)
    sources = sources_of({finding: wanted})
    missing = [key for key in sorted(wanted) if sources.figure(finding, key) is None]
    if missing:
        raise ValidationError({"text": [_why_missing(finding, key, sources) for key in missing]})


def present_keys(finding: Finding) -> set[FigureKey]:
    """The figures that the original of a finding's text refers to as it stands."""
    return keys_of(all_wordings(finding.text_id)[0].body)


def _fault_in(body: str) -> str:
    """The first thing in a text that looks like a figure and is none."""
    for piece in pieces_of(body):
        if isinstance(piece, Fault):
            return _("“%(what)s” is no figure. A figure is written like %(example)s.") % {
                "what": piece.text[:60],
                "example": EXAMPLE,
            }
        if isinstance(piece, FigureKey) and piece.kind not in KINDS:
            return _("“%(kind)s” in %(what)s is no kind of figure. There are: %(kinds)s.") % {
                "kind": piece.kind[:30],
                "what": str(piece)[:60],
                "kinds": ", ".join(KINDS),
            }
    return ""


def _difference(original: set[FigureKey], other: set[FigureKey]) -> str:
    if missing := original - other:
        return _("This language lacks figures of the original: %(figures)s.") % {"figures": listed(missing)}
    if added := other - original:
        return _("This language refers to figures that the original does not: %(figures)s.") % {
            "figures": listed(added)
        }
    return ""


def _why_missing(finding: Finding, key: FigureKey, sources: Sources) -> str:
    consultation_id = sources.consultation_of(finding, key)
    values = {"figure": str(key), "reference": key.target}
    if consultation_id is None:
        if key.kind in OF_RUNS:
            return (
                _("%(figure)s: this reflection has no finished analysis and no consultation %(reference)s.")
                % values
            )
        return _("%(figure)s: this reflection has no statement %(reference)s.") % values
    choice = sources.choices.get(finding.pk, {}).get(consultation_id)
    if choice is None:
        return _("%(figure)s: there is no finished analysis of this consultation yet.") % values
    values["run"] = choice.run.reference
    if key.kind == LEAST:
        return (
            _("%(figure)s: no release by member that stood when %(run)s was chosen has this statement.")
            % values
        )
    return _("%(figure)s: nobody had voted on it in analysis %(run)s.") % values


def typed_figures(finding: Finding) -> list[tuple[str, list[str]]]:
    """By language, the percentages that were typed: nobody is stopped, but nobody can check them either."""
    found = ((each.language, typed_percentages(each.body)) for each in all_wordings(finding.text_id))
    return [(language, typed) for language, typed in found if typed]
