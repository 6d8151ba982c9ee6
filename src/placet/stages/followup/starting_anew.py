"""A new reflection starts from the last one: what comes along, and what both say of each other.

Members and constituencies come along with their names in all languages that people wrote. Commitments that
are still open, and findings that nothing answered, are kept in sight where they are: they are not copied.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from placet.stages.followup.dates import today_in
from placet.stages.followup.models import (
    Commitment,
    InheritedCommitment,
    InheritedFinding,
    Succession,
)
from placet.stages.followup.permissions import REFLECTION
from placet.stages.followup.queries import CommitmentView, commitment_views
from placet.stages.mandates.actions import (
    Bodies,
    ReflectionFrame,
    add_constituencies,
    add_members,
    found_reflection,
)
from placet.stages.mandates.models import Constituency, Member, Reflection, Role
from placet.stages.mandates.permissions import Actor, may_see, require_founder, require_role
from placet.stages.mandates.queries import ReflectionView, reflection_view
from placet.stages.proposals.models import Citation, NotTakenUp, Proposal
from placet.stages.record.actions import record
from placet.stages.sensemaking.finding_models import Finding
from placet.stages.texts.languages import CONTENT_LANGUAGES
from placet.stages.texts.models import Origin
from placet.stages.texts.queries import Wording, all_wordings_of, wordings


@dataclass(frozen=True, slots=True)
class FindingName:
    """A finding that comes along, and why it was not taken up where somebody said so."""

    reference: str
    title: Wording
    state: str
    state_label: str
    reason: Wording | None
    is_simulated: bool


@dataclass(frozen=True, slots=True)
class Estate:
    """What a new reflection gets of an earlier one, or got."""

    n_members: int
    n_constituencies: int
    commitments: tuple[CommitmentView, ...]
    findings: tuple[FindingName, ...]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """From which reflection this one started, and which ones started from it; those that one may see."""

    earlier: ReflectionView | None
    later: tuple[ReflectionView, ...]


@transaction.atomic
def start_from(actor: Actor, earlier: Reflection, frame: ReflectionFrame) -> Reflection:
    """Set up a reflection that starts from an earlier one.

    Raises
    ------
    PermissionDenied
        To all but those of the earlier secretariat who may set up reflections.
    ValidationError
        Where the frame is refused (see ``mandates.actions.found_reflection``), or the name of a member or a
        constituency is not written in the new working language.
    """
    account = require_role(actor, earlier, Role.SECRETARIAT)
    require_founder(actor)
    Reflection.objects.select_for_update().get(pk=earlier.pk)  # nothing is added while it is taken over
    members, constituencies = _names_of(earlier)
    _check_named([*members.values(), *constituencies.values()], frame)
    commitments, findings = open_commitments(earlier), unanswered_findings(earlier)
    later = found_reflection(actor, frame)
    add_members(actor, later, members)
    add_constituencies(actor, later, constituencies)
    Succession.objects.create(later=later, earlier=earlier, made_by=account)
    InheritedCommitment.objects.bulk_create(
        [InheritedCommitment(reflection=later, commitment=each) for each in commitments]
    )
    InheritedFinding.objects.bulk_create(
        [InheritedFinding(reflection=later, finding=each) for each in findings]
    )
    record(
        "followup.start_from",
        target=later.slug,
        actor_id=account.id,
        scope_id=later.pk,
        earlier=earlier.slug,
        commitments=[each.reference for each in commitments],
        findings=[each.reference for each in findings],
    )
    return later


def open_commitments(reflection: Reflection, *, today: date | None = None) -> list[Commitment]:
    """The commitments of a reflection, and those that it took over, that are published and still open."""
    inherited = InheritedCommitment.objects.filter(reflection=reflection).values("commitment")
    found = Commitment.objects.filter(
        Q(**{REFLECTION: reflection}) | Q(pk__in=inherited), published_at__isnull=False
    )
    rows = list(found)
    views = commitment_views(rows, "en", today=today or today_in(reflection))
    still_open = {view.id for view in views if view.is_open}
    return [row for row in rows if row.pk in still_open]


def unanswered_findings(reflection: Reflection) -> QuerySet[Finding]:
    """Published findings of a reflection, and those that it took over, that nothing answered.

    Nothing answered a finding that no clause cites which still stands in a proposal before the public, and
    one of which it was said that it is not taken up.
    """
    out_of_sight = (Proposal.State.DRAFT, Proposal.State.WITHDRAWN)
    citing = Citation.objects.filter(
        finding=OuterRef("pk"), taken_back_at=None, clause__removed_at=None
    ).exclude(clause__proposal__state__in=out_of_sight)
    refused = NotTakenUp.objects.filter(finding=OuterRef("pk"), taken_back_at=None)
    inherited = InheritedFinding.objects.filter(reflection=reflection).values("finding")
    return Finding.objects.filter(
        Q(reflection=reflection) | Q(pk__in=inherited),
        ~Exists(citing) | Exists(refused),
        state=Finding.State.PUBLISHED,
    )


def estate_of(reflection: Reflection, language: str) -> Estate:
    """What would come along today, for the secretariat that is about to start anew."""
    today = today_in(reflection)
    return Estate(
        n_members=Member.objects.filter(reflection=reflection).count(),
        n_constituencies=Constituency.objects.filter(reflection=reflection).count(),
        commitments=tuple(commitment_views(open_commitments(reflection, today=today), language, today=today)),
        findings=tuple(_finding_names(unanswered_findings(reflection), language)),
    )


def inherited_estate(reflection: Reflection, actor: Actor, language: str) -> Estate:
    """What a reflection took over, as it stands today; without what the actor may not see of it."""
    commitments = inherited_commitments(reflection)
    findings = Finding.objects.filter(
        pk__in=InheritedFinding.objects.filter(reflection=reflection).values("finding")
    ).select_related("reflection")
    readable = [
        each for each in findings if each.state != Finding.State.DRAFT and may_see(actor, each.reflection)
    ]
    return Estate(
        n_members=Member.objects.filter(reflection=reflection).count(),
        n_constituencies=Constituency.objects.filter(reflection=reflection).count(),
        commitments=tuple(commitment_views(commitments, language, today=today_in(reflection))),
        findings=tuple(_finding_names(readable, language)),
    )


def inherited_commitments(reflection: Reflection) -> QuerySet[Commitment]:
    """The commitments of earlier reflections that this one keeps in sight; all are public."""
    taken_over = InheritedCommitment.objects.filter(reflection=reflection).values("commitment")
    return Commitment.objects.filter(pk__in=taken_over, published_at__isnull=False)


def neighbours_of(reflection: Reflection, actor: Actor, language: str) -> Neighbours:
    """Where a reflection came from and what followed; a draft is named to those alone who may see it."""
    links = list(
        Succession.objects.filter(Q(later=reflection) | Q(earlier=reflection))
        .select_related("earlier", "later")
        .order_by("made_at")
    )
    before = [link.earlier for link in links if link.later_id == reflection.pk]
    after = [link.later for link in links if link.earlier_id == reflection.pk]
    earlier = next((reflection_view(each, language) for each in before if may_see(actor, each)), None)
    return Neighbours(
        earlier=earlier,
        later=tuple(reflection_view(each, language) for each in after if may_see(actor, each)),
    )


def _names_of(reflection: Reflection) -> tuple[dict[str, Bodies], dict[str, Bodies]]:
    """The names of members by code and of constituencies by key, in every language that people wrote."""
    members = list(Member.objects.filter(reflection=reflection))
    constituencies = list(Constituency.objects.filter(reflection=reflection))
    words = all_wordings_of([*(each.name_id for each in members), *(each.name_id for each in constituencies)])
    return (
        {each.code: _by_people(words[each.name_id]) for each in members},
        {each.key: _by_people(words[each.name_id]) for each in constituencies},
    )


def _by_people(said: Sequence[Wording]) -> Bodies:
    """What a machine translated is left behind: it can be translated again."""
    return {wording.language: wording.body for wording in said if wording.origin != Origin.MACHINE}


def _check_named(names: Sequence[Bodies], frame: ReflectionFrame) -> None:
    if not frame.languages:
        return  # refused where the reflection is founded
    working = frame.languages[0]
    unnamed = [next(iter(bodies.values())) for bodies in names if working not in bodies]
    if unnamed:
        raise ValidationError(
            {
                "working_language": _(
                    "These names are not written in %(language)s: %(names)s. Choose another working "
                    "language, or translate them in the earlier reflection first."
                )
                % {"language": CONTENT_LANGUAGES.get(working, working), "names": ", ".join(unnamed)}
            }
        )


def _finding_names(findings: "QuerySet[Finding] | Sequence[Finding]", language: str) -> list[FindingName]:
    found = list(findings)
    refused = NotTakenUp.objects.filter(finding__in=found, taken_back_at=None)
    reasons: dict[UUID, UUID] = {each.finding_id: each.reason_id for each in refused}
    words = wordings([*(each.title_id for each in found), *reasons.values()], language)
    return [
        FindingName(
            reference=each.reference,
            title=words[each.title_id],
            state=each.state,
            state_label=each.get_state_display(),
            reason=words[reasons[each.pk]] if each.pk in reasons else None,
            is_simulated=each.is_simulated,
        )
        for each in found
    ]
