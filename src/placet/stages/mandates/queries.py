"""Reading a reflection and what it stands on, in the reader's language."""

from dataclasses import dataclass
from datetime import date
from unicodedata import normalize
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from placet.stages.mandates.models import (
    Constituency,
    Invitation,
    Mandate,
    Member,
    Milestone,
    Participant,
    ParticipantLink,
    Priority,
    Reflection,
    Role,
    RoleGrant,
    Standing,
)
from placet.stages.mandates.permissions import Actor, may_see
from placet.stages.people.models import Account
from placet.stages.texts.queries import Wording, wordings

# Roles with pages of their own under ``manage/``.
MANAGING_ROLES = (Role.SECRETARIAT, Role.MODERATOR, Role.ANALYST)


@dataclass(frozen=True, slots=True)
class ReflectionView:
    id: UUID
    slug: str
    reference_prefix: str
    name: Wording
    summary: Wording
    languages: tuple[str, ...]
    time_zone: str
    accent_colour: str
    emblem: str
    state: str
    is_simulated: bool


@dataclass(frozen=True, slots=True)
class MandateView:
    issuer: Wording
    meeting: Wording
    body: Wording
    scope: Wording
    given_date: date
    due_date: date | None


@dataclass(frozen=True, slots=True)
class PriorityView:
    id: int
    number: int
    title: Wording
    description: Wording


@dataclass(frozen=True, slots=True)
class MilestoneView:
    id: int
    kind: str
    kind_label: str
    title: Wording
    description: Wording | None
    start_date: date
    end_date: date
    precision: str
    date_note: Wording | None
    source: Wording | None
    is_simulated: bool


@dataclass(frozen=True, slots=True)
class MemberView:
    id: int
    code: str
    name: Wording


@dataclass(frozen=True, slots=True)
class ConstituencyView:
    id: int
    key: str
    name: Wording


@dataclass(frozen=True, slots=True)
class HeldReflection:
    """A reflection and the roles that an account holds in it."""

    reflection: ReflectionView
    roles: frozenset[Role]

    @property
    def role_labels(self) -> list[str]:
        return [str(role.label) for role in Role if role in self.roles]

    @property
    def is_run(self) -> bool:
        """Whether there are pages to run it by for these roles."""
        return bool(self.roles & set(MANAGING_ROLES))

    @property
    def holds_dialogues(self) -> bool:
        """Whether dialogues are all that there is to run for these roles."""
        return Role.PARTNER in self.roles and not self.is_run

    @property
    def speaks_for_a_member(self) -> bool:
        """Whether the pages of a delegation are all that these roles work on."""
        return Role.DELEGATE in self.roles and not self.is_run and not self.holds_dialogues


@dataclass(frozen=True, slots=True)
class SetupProgress:
    """How far the setting up of a reflection is."""

    has_mandate: bool
    n_priorities: int
    n_members: int
    n_constituencies: int
    n_milestones: int
    is_published: bool

    @property
    def may_publish(self) -> bool:
        return self.has_mandate and self.n_priorities > 0 and not self.is_published


def find_reflection(slug: str, actor: Actor) -> Reflection:
    """The reflection of that address, where the actor may see it.

    Raises
    ------
    Http404
        Where it does not exist or may not be seen: the two look the same from outside.
    """
    reflection = Reflection.objects.filter(slug=slug).first()
    if reflection is None or not may_see(actor, reflection):
        raise Http404
    return reflection


def visible_reflections(actor: Actor, language: str) -> list[ReflectionView]:
    """Published and closed reflections, and the drafts in which the actor holds a role; newest first."""
    visible = ~Q(state=Reflection.State.DRAFT)
    if isinstance(actor, Account):
        visible |= Q(id__in=RoleGrant.objects.filter(account=actor, revoked_at=None).values("reflection_id"))
    found = list(Reflection.objects.filter(visible).order_by("-created_at"))
    words = wordings([text for r in found for text in (r.name_id, r.summary_id)], language)
    return [_reflection_view(reflection, words) for reflection in found]


def held_reflections(account: Account, language: str) -> list[HeldReflection]:
    """The reflections in which an account holds a role, newest first."""
    roles: dict[UUID, set[Role]] = {}
    for reflection_id, role in RoleGrant.objects.filter(account=account, revoked_at=None).values_list(
        "reflection_id", "role"
    ):
        roles.setdefault(reflection_id, set()).add(Role(role))
    found = list(Reflection.objects.filter(pk__in=roles).order_by("-created_at"))
    words = wordings([text for r in found for text in (r.name_id, r.summary_id)], language)
    return [HeldReflection(_reflection_view(r, words), frozenset(roles[r.pk])) for r in found]


def setup_progress(reflection: Reflection) -> SetupProgress:
    """What a reflection has of all that it needs."""
    return SetupProgress(
        has_mandate=Mandate.objects.filter(reflection=reflection).exists(),
        n_priorities=Priority.objects.filter(reflection=reflection).count(),
        n_members=Member.objects.filter(reflection=reflection).count(),
        n_constituencies=Constituency.objects.filter(reflection=reflection).count(),
        n_milestones=Milestone.objects.filter(reflection=reflection).count(),
        is_published=reflection.state != Reflection.State.DRAFT,
    )


def find_priority(reflection: Reflection, number: int) -> Priority:
    """The priority of that number; Http404 where there is none."""
    return get_object_or_404(
        Priority.objects.select_related("reflection", "title", "description"),
        reflection=reflection,
        number=number,
    )


def find_milestone(reflection: Reflection, pk: int) -> Milestone:
    """That entry of this reflection's calendar; Http404 where it is another's or none."""
    return get_object_or_404(
        Milestone.objects.select_related("reflection", "title", "description", "date_note", "source"),
        reflection=reflection,
        pk=pk,
    )


def find_member(reflection: Reflection, code: str) -> Member:
    """The member of that code; Http404 where there is none."""
    return get_object_or_404(
        Member.objects.select_related("reflection", "name"), reflection=reflection, code=code
    )


def find_constituency(reflection: Reflection, key: str) -> Constituency:
    """The constituency of that key; Http404 where there is none."""
    return get_object_or_404(
        Constituency.objects.select_related("reflection", "name"), reflection=reflection, key=key
    )


def find_role_grant(reflection: Reflection, pk: int) -> RoleGrant:
    """That grant in this reflection, revoked or not; Http404 where it is another's or none."""
    return get_object_or_404(RoleGrant.objects.select_related("reflection"), reflection=reflection, pk=pk)


def find_invitation_of(reflection: Reflection, pk: int) -> Invitation:
    """That invitation to this reflection, open or not; Http404 where it is another's or none."""
    return get_object_or_404(Invitation.objects.select_related("reflection"), reflection=reflection, pk=pk)


def reflection_view(reflection: Reflection, language: str) -> ReflectionView:
    """One reflection as its pages show it."""
    return _reflection_view(reflection, wordings([reflection.name_id, reflection.summary_id], language))


def mandate_view(reflection: Reflection, language: str) -> MandateView | None:
    """The mandate, or None where it is not written yet."""
    mandate = getattr(reflection, "mandate", None)
    if mandate is None:
        return None
    words = wordings([mandate.issuer_id, mandate.meeting_id, mandate.body_id, mandate.scope_id], language)
    return MandateView(
        issuer=words[mandate.issuer_id],
        meeting=words[mandate.meeting_id],
        body=words[mandate.body_id],
        scope=words[mandate.scope_id],
        given_date=mandate.given_date,
        due_date=mandate.due_date,
    )


def priority_views(reflection: Reflection, language: str) -> list[PriorityView]:
    """The priorities in their order."""
    found = list(Priority.objects.filter(reflection=reflection))
    words = wordings([text for p in found for text in (p.title_id, p.description_id)], language)
    return [PriorityView(p.pk, p.number, words[p.title_id], words[p.description_id]) for p in found]


def milestone_views(reflection: Reflection, language: str) -> list[MilestoneView]:
    """The calendar, earliest first."""
    found = list(Milestone.objects.filter(reflection=reflection))
    words = wordings(
        [text for m in found for text in (m.title_id, m.description_id, m.date_note_id, m.source_id)],
        language,
    )
    return [
        MilestoneView(
            id=m.pk,
            kind=m.kind,
            kind_label=m.get_kind_display(),
            title=words[m.title_id],
            description=words[m.description_id] if m.description_id else None,
            start_date=m.start_date,
            end_date=m.end_date,
            precision=m.precision,
            date_note=words[m.date_note_id] if m.date_note_id else None,
            source=words[m.source_id] if m.source_id else None,
            is_simulated=m.is_simulated,
        )
        for m in found
    ]


def member_views(reflection: Reflection, language: str) -> list[MemberView]:
    """The member nations by their name in the reader's language."""
    found = list(Member.objects.filter(reflection=reflection))
    words = wordings([member.name_id for member in found], language)
    views = [MemberView(member.pk, member.code, words[member.name_id]) for member in found]
    return sorted(views, key=lambda view: normalize("NFKD", view.name.body).casefold())


def constituency_views(reflection: Reflection, language: str) -> list[ConstituencyView]:
    """The constituencies in the order that the reflection gave them."""
    found = list(Constituency.objects.filter(reflection=reflection))
    words = wordings([constituency.name_id for constituency in found], language)
    return [ConstituencyView(c.pk, c.key, words[c.name_id]) for c in found]


def participant_of(account: Account, reflection: Reflection) -> Participant | None:
    """The pseudonym under which an account takes part, for the account's own requests only."""
    link = (
        ParticipantLink.objects.filter(account=account, reflection=reflection)
        .select_related("participant")
        .first()
    )
    return link.participant if link else None


def anonymous_participant_of(participant_id: UUID | None, reflection: Reflection) -> Participant | None:
    """The participant that a session names, as long as no account has taken it over.

    Once tied to an account a participant is never handed out this way: signing out ends its use.
    """
    if participant_id is None:
        return None
    return Participant.objects.filter(
        id=participant_id, reflection=reflection, standing=Standing.ANONYMOUS
    ).first()


def open_invitations(reflection: Reflection) -> QuerySet[Invitation]:
    """Invitations that are neither accepted nor revoked, newest first."""
    return (
        Invitation.objects.filter(reflection=reflection, accepted_at=None, revoked_at=None)
        .select_related("member", "constituency")
        .order_by("-created_at")
    )


def role_grants(reflection: Reflection) -> QuerySet[RoleGrant]:
    """Who holds which role today."""
    return (
        RoleGrant.objects.filter(reflection=reflection, revoked_at=None)
        .select_related("account", "member")
        .order_by("role", "account__email")
    )


def _reflection_view(reflection: Reflection, words: dict[UUID, Wording]) -> ReflectionView:
    return ReflectionView(
        id=reflection.id,
        slug=reflection.slug,
        reference_prefix=reflection.reference_prefix,
        name=words[reflection.name_id],
        summary=words[reflection.summary_id],
        languages=tuple(reflection.languages),
        time_zone=reflection.time_zone,
        accent_colour=reflection.accent_colour,
        emblem=reflection.emblem,
        state=reflection.state,
        is_simulated=reflection.is_simulated,
    )
