"""The secretariat writes findings: their text, the runs of their figures, and what they cite."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.consultations.models import Statement
from placet.stages.dialogues.reporting.access import check_seen, mark_of
from placet.stages.mandates import references
from placet.stages.mandates.actions import Bodies
from placet.stages.mandates.models import Priority, Reflection, Role
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.people.models import Account
from placet.stages.record.actions import record
from placet.stages.sensemaking.finding_models import Evidence, Finding, FindingRun, Stance
from placet.stages.sensemaking.findings.checking import (
    add_choice,
    check_figures,
    check_words,
    present_keys,
    settle_run_of,
    settle_runs,
)
from placet.stages.sensemaking.findings.items import Item, check_citable, kind_of
from placet.stages.sensemaking.models import AnalysisRun, Release
from placet.stages.texts.actions import create_text, revise_text
from placet.stages.texts.queries import all_wordings_of


@dataclass(frozen=True, slots=True)
class NewFinding:
    """What is said of a finding when it is written or changed; the text may refer to figures."""

    title: Bodies
    text: Bodies
    priority: Priority | None = None
    is_simulated: bool = False


@transaction.atomic
def write_finding(actor: Actor, reflection: Reflection, new: NewFinding) -> Finding:
    """Draft a finding. For the figures in its text the last good run of their consultations is chosen.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where the title or the text is missing in the working language or too long, a figure is unknown, or
        the languages refer to different figures; with what is wrong and where.
    """
    account = require_role(actor, reflection, Role.SECRETARIAT)
    keys = check_words(reflection, new.title, new.text)
    _check_priority(reflection, new.priority)
    original = reflection.languages[0]
    finding = Finding.objects.create(
        reflection=reflection,
        priority=new.priority,
        reference=next(references.take_references(reflection, references.FINDING)),
        title=create_text(new.title, original=original, author_id=account.id),
        text=create_text(new.text, original=original, author_id=account.id),
        is_simulated=new.is_simulated,
        written_by=account,
    )
    settle_runs(account, finding, keys)
    check_figures(finding, keys)
    _record("write_finding", finding, account)
    return finding


@transaction.atomic
def change_finding(actor: Actor, finding: Finding, new: NewFinding, *, seen: str) -> None:
    """Change a finding; what it said before is kept. Refusals are those of :func:`write_finding`.

    Parameters
    ----------
    seen : str
        What :func:`seen_mark` said when the author was shown the finding.

    Raises
    ------
    ValidationError
        Also where somebody else has changed it meanwhile (code ``changed``; nothing is written), or it was
        withdrawn.
    """
    account, current = begin(actor, finding)
    keys = check_words(current.reflection, new.title, new.text)
    _check_priority(current.reflection, new.priority)
    check_seen(seen, seen_mark(current))
    changed = [
        name
        for name, text, bodies in (
            ("title", current.title, new.title),
            ("text", current.text, new.text),
        )
        if revise_text(text, bodies, author_id=account.id, vouches_for_all=True)
    ]
    if current.priority_id != (new.priority.pk if new.priority else None):
        current.priority = new.priority
        current.save(update_fields=["priority"])
        changed.append("priority")
    settle_runs(account, current, keys)
    check_figures(current, keys)
    if changed:
        _record("change_finding", current, account, changed=changed)
    finding.refresh_from_db()


@transaction.atomic
def choose_run(actor: Actor, finding: Finding, run: AnalysisRun) -> FindingRun:
    """Take the figures of a run's consultation from that run from now on; which one it was before is kept.

    The same run again does nothing, unless figures by member were released since.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where the run is not finished or of another reflection, lacks a figure of the text, or the finding was
        withdrawn.
    """
    account, current = begin(actor, finding)
    own = AnalysisRun.objects.filter(
        pk=run.pk, state=AnalysisRun.State.DONE, consultation__priority__reflection=current.reflection
    )
    if not own.exists():
        raise ValidationError({"run": _("Choose a finished analysis of this reflection.")})
    last = (
        FindingRun.objects.filter(finding=current, consultation=run.consultation_id).order_by("-pk").first()
    )
    if last is not None and last.run_id == run.pk:
        released = Release.objects.filter(consultation=run.consultation_id, published_at__gt=last.chosen_at)
        if not released.exists():
            return last
    row = add_choice(account, current, run)
    check_figures(current, present_keys(current))
    _record("choose_run", current, account, run=run.reference)
    return row


@transaction.atomic
def cite(actor: Actor, finding: Finding, item: Item, *, stance: Stance = Stance.SUPPORTS) -> Evidence:
    """Cite a statement, a contribution, a takeaway or a theme, for or against. Twice is once.

    Cited the other way round, the earlier row is taken back and a new one counts.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where the item is of another reflection or not everybody may read it, or the finding was withdrawn.
    """
    account, current = begin(actor, finding)
    kind = kind_of(item)
    present = Evidence.objects.filter(finding=current, taken_back_at=None, **{kind: item}).first()
    if present is not None and present.stance == stance:
        return present
    check_citable(current.reflection, item)
    if present is not None:
        _take_back(account, present)
    evidence = Evidence.objects.create(finding=current, stance=stance, cited_by=account, **{kind: item})
    if isinstance(item, Statement):
        settle_run_of(account, current, item.consultation)
    _record("cite", current, account, item=item.reference, stance=str(stance))
    return evidence


@transaction.atomic
def take_back(actor: Actor, evidence: Evidence) -> None:
    """Cite it no longer; that it was cited is kept. Twice does nothing the second time.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where a published finding would be left without evidence, or the finding was withdrawn.
    """
    account, current = begin(actor, evidence.finding)
    held = Evidence.objects.filter(finding=current, taken_back_at=None)
    row = held.filter(pk=evidence.pk).select_related("statement", "contribution", "takeaway", "theme").first()
    if row is None:
        return
    if current.state == Finding.State.PUBLISHED and held.count() == 1:
        raise ValidationError(
            _("A published finding keeps at least one piece of evidence: cite another one first.")
        )
    _take_back(account, row)
    item: Item | None = row.statement or row.contribution or row.takeaway or row.theme
    _record("take_back_evidence", current, account, item=item.reference if item else "")
    evidence.refresh_from_db()


def seen_mark(finding: Finding) -> str:
    """A mark of the versions of title and text in all languages, by which a change meanwhile is noticed."""
    found = all_wordings_of([finding.title_id, finding.text_id])
    return mark_of(
        {
            name: [(each.language, each.version_number, each.translation_number) for each in found[pk]]
            for name, pk in (("title", finding.title_id), ("text", finding.text_id))
        }
    )


def begin(actor: Actor, finding: Finding) -> tuple[Account, Finding]:
    """Who does something to a finding, and the finding under a lock: two who act at once go in turn.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where it was withdrawn: it stays as it is.
    """
    account = require_role(actor, finding.reflection, Role.SECRETARIAT)
    current = (
        Finding.objects.select_for_update(of=("self",))
        .select_related("reflection", "title", "text")
        .get(pk=finding.pk)
    )
    if current.state == Finding.State.WITHDRAWN:
        raise ValidationError(_("This finding was withdrawn: it stays as it is, and is not changed."))
    return account, current


def _check_priority(reflection: Reflection, priority: Priority | None) -> None:
    if priority is not None and priority.reflection_id != reflection.pk:
        raise ValidationError({"priority": _("Choose a priority of this reflection.")})


def _take_back(account: Account, evidence: Evidence) -> None:
    evidence.taken_back_by, evidence.taken_back_at = account, timezone.now()
    evidence.save(update_fields=["taken_back_by", "taken_back_at"])


def _record(deed: str, finding: Finding, account: Account, **detail: str | list[str]) -> None:
    record(
        f"sensemaking.{deed}",
        target=finding.reference,
        actor_id=account.id,
        scope_id=finding.reflection_id,
        **detail,
    )
