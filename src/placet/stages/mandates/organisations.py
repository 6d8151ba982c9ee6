"""Organisations of a reflection and who acts for them: partners that hold dialogues, bodies that write."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.db.models import Count, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.mandates.models import Member, Organisation, Reflection, Representative, Role, RoleGrant
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.people.models import Account
from placet.stages.record.actions import record
from placet.stages.texts.actions import create_text, revise_text
from placet.stages.texts.queries import Wording, wordings


@dataclass(frozen=True, slots=True)
class OrganisationFrame:
    """What is said of an organisation."""

    name: Mapping[str, str]
    member: Member | None = None
    website: str = ""
    is_partner: bool = False
    is_simulated: bool = False


@dataclass(frozen=True, slots=True)
class OrganisationView:
    id: UUID
    name: Wording
    member_code: str
    website: str
    is_partner: bool
    is_simulated: bool


@transaction.atomic
def add_organisation(actor: Actor, reflection: Reflection, frame: OrganisationFrame) -> Organisation:
    """Make an organisation known to a reflection.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where it has no name in the working language, or its website is no https or http address.
    """
    account = require_role(actor, reflection, Role.SECRETARIAT)
    _check_frame(reflection, frame)
    organisation = Organisation.objects.create(
        reflection=reflection,
        name=create_text(frame.name, original=reflection.languages[0], author_id=account.id),
        member=frame.member,
        website=frame.website,
        is_partner=frame.is_partner,
        is_simulated=frame.is_simulated,
    )
    _record("add_organisation", organisation, account)
    return organisation


@transaction.atomic
def change_organisation(actor: Actor, organisation: Organisation, frame: OrganisationFrame) -> None:
    """Change what is said of an organisation; refusals are those of :func:`add_organisation`."""
    account = require_role(actor, organisation.reflection, Role.SECRETARIAT)
    _check_frame(organisation.reflection, frame)
    revise_text(organisation.name, frame.name, author_id=account.id)
    organisation.member = frame.member
    organisation.website = frame.website
    organisation.is_partner = frame.is_partner
    organisation.save(update_fields=["member", "website", "is_partner"])
    if organisation.is_partner:
        for representative in representatives(organisation):
            _make_partner(organisation, representative.account)
    _record("change_organisation", organisation, account)


@transaction.atomic
def name_representative(actor: Actor, organisation: Organisation, account: Account) -> Representative:
    """Let an account act for an organisation; for a partner, it holds that role from now on. Once.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    """
    secretariat = require_role(actor, organisation.reflection, Role.SECRETARIAT)
    return represent(organisation, account, named_by=secretariat)


def represent(organisation: Organisation, account: Account, *, named_by: Account) -> Representative:
    """What :func:`name_representative` does, in the transaction of a caller that asked for permission."""
    representative, is_new = Representative.objects.get_or_create(
        organisation=organisation, account=account, revoked_at=None
    )
    if organisation.is_partner:
        _make_partner(organisation, account)
    if is_new:
        _record("name_representative", organisation, named_by, represented_by=str(account.id))
    return representative


@transaction.atomic
def revoke_representative(actor: Actor, representative: Representative) -> None:
    """End that an account acts for an organisation. Asked twice, it does nothing the second time.

    Whoever acts for no partner any more loses that role.
    """
    organisation = representative.organisation
    secretariat = require_role(actor, organisation.reflection, Role.SECRETARIAT)
    if not _end(representative, ended_by=secretariat) or not organisation.is_partner:
        return
    account, reflection = representative.account, organisation.reflection
    if not represented_organisations(account, reflection).filter(is_partner=True).exists():
        RoleGrant.objects.filter(
            reflection=reflection, account=account, role=Role.PARTNER, revoked_at=None
        ).update(revoked_at=timezone.now())


def end_representations(account: Account, reflection: Reflection, *, ended_by: Account) -> None:
    """End that an account acts for partners, in the transaction of a caller that asked for permission."""
    held = Representative.objects.filter(
        account=account,
        organisation__reflection=reflection,
        organisation__is_partner=True,
        revoked_at=None,
    )
    for representative in held.select_related("organisation"):
        _end(representative, ended_by=ended_by)


def represented_organisations(actor: Actor, reflection: Reflection) -> QuerySet[Organisation]:
    """The organisations for which an account may act today; none without an account."""
    if not isinstance(actor, Account) or not actor.is_active:
        return Organisation.objects.none()
    held = Representative.objects.filter(account=actor, revoked_at=None)
    return Organisation.objects.filter(reflection=reflection, pk__in=held.values("organisation_id"))


def require_representative(actor: Actor, organisation: Organisation) -> Account:
    """The account, where it may act for the organisation.

    Raises
    ------
    PermissionDenied
        Otherwise.
    """
    found = represented_organisations(actor, organisation.reflection).filter(pk=organisation.pk)
    if isinstance(actor, Account) and found.exists():
        return actor
    raise PermissionDenied(_("You do not act for this organisation."))


def find_organisation(reflection: Reflection, pk: UUID) -> Organisation:
    """That organisation of this reflection; Http404 where it is another's or none."""
    return get_object_or_404(
        Organisation.objects.select_related("reflection", "name", "member"), reflection=reflection, pk=pk
    )


def find_representative(organisation: Organisation, pk: int) -> Representative:
    """That representative of this organisation, revoked or not; Http404 where it is another's or none."""
    return get_object_or_404(
        Representative.objects.select_related("organisation__reflection", "account"),
        organisation=organisation,
        pk=pk,
    )


def representatives(organisation: Organisation) -> QuerySet[Representative]:
    """Who acts for an organisation today; for the secretariat's pages."""
    return (
        Representative.objects.filter(organisation=organisation, revoked_at=None)
        .select_related("account")
        .order_by("account__email")
    )


def representative_counts(reflection: Reflection) -> dict[UUID, int]:
    """How many act for each organisation of a reflection today; those without any are absent."""
    held = Representative.objects.filter(organisation__reflection=reflection, revoked_at=None)
    counted = held.values("organisation").annotate(n=Count("pk"))
    return {row["organisation"]: row["n"] for row in counted}


def organisation_views(reflection: Reflection, language: str) -> list[OrganisationView]:
    """All organisations of a reflection, by name."""
    views = views_of(Organisation.objects.filter(reflection=reflection).select_related("member"), language)
    return sorted(views.values(), key=lambda view: view.name.body.casefold())


def views_of(organisations: "QuerySet[Organisation]", language: str) -> dict[UUID, OrganisationView]:
    """Organisations as pages show them, by identifier; two queries however many there are."""
    found = list(organisations.select_related("member"))
    words = wordings([organisation.name_id for organisation in found], language)
    return {
        each.pk: OrganisationView(
            id=each.pk,
            name=words[each.name_id],
            member_code=each.member.code if each.member else "",
            website=each.website,
            is_partner=each.is_partner,
            is_simulated=each.is_simulated,
        )
        for each in found
    }


def _end(representative: Representative, *, ended_by: Account) -> bool:
    current = Representative.objects.filter(pk=representative.pk, revoked_at=None)
    if not current.update(revoked_at=timezone.now()):
        return False
    represented_by = str(representative.account_id)
    _record("revoke_representative", representative.organisation, ended_by, represented_by=represented_by)
    return True


def _make_partner(organisation: Organisation, account: Account) -> None:
    RoleGrant.objects.get_or_create(
        reflection=organisation.reflection, account=account, role=Role.PARTNER, revoked_at=None
    )


def _check_frame(reflection: Reflection, frame: OrganisationFrame) -> None:
    if not frame.name.get(reflection.languages[0], "").strip():
        raise ValidationError({"name": _("Give the name in the working language.")})
    if frame.member is not None and frame.member.reflection_id != reflection.pk:
        raise ValidationError({"member": _("Choose a member of this reflection.")})
    if frame.website:
        URLValidator(schemes=["https", "http"])(frame.website)


def _record(verb: str, organisation: Organisation, account: Account, **detail: str) -> None:
    record(
        f"mandates.{verb}",
        target=str(organisation.pk),
        actor_id=account.id,
        scope_id=organisation.reflection_id,
        **detail,
    )
