"""Who takes part, and as what: roles, invitations, and the pseudonyms under which people vote."""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.mandates.models import (
    Constituency,
    Invitation,
    Member,
    Participant,
    ParticipantLink,
    Reflection,
    Role,
    RoleGrant,
    Standing,
)
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.mandates.queries import anonymous_participant_of, participant_of
from placet.stages.people.models import Account
from placet.stages.record.actions import record

INVITATION_LIFETIME = timedelta(days=30)


@transaction.atomic
def grant_role(
    actor: Actor, reflection: Reflection, account: Account, role: Role, *, member: Member | None = None
) -> RoleGrant:
    """Give an account a role; once, however often it is asked.

    Raises
    ------
    ValidationError
        Where a delegate has no member, or anyone else has one.
    """
    granter = require_role(actor, reflection, Role.SECRETARIAT)
    _check_role_member(reflection, role, member)
    grant, is_new = RoleGrant.objects.get_or_create(
        reflection=reflection, account=account, role=role, revoked_at=None, defaults={"member": member}
    )
    if is_new:
        record(
            "mandates.grant_role",
            target=str(account.id),
            actor_id=granter.id,
            scope_id=reflection.id,
            role=role.value,
        )
    return grant


@transaction.atomic
def revoke_role(actor: Actor, grant: RoleGrant) -> None:
    """Take a role back. The last secretariat stays: a reflection is never left without one."""
    revoker = require_role(actor, grant.reflection, Role.SECRETARIAT)
    held = RoleGrant.objects.select_for_update().filter(
        reflection=grant.reflection, role=Role.SECRETARIAT, revoked_at=None
    )
    if grant.role == Role.SECRETARIAT and len(held) == 1:
        raise ValidationError(_("This is the only secretariat: name another one first."))
    if grant.revoked_at is None:
        grant.revoked_at = timezone.now()
        grant.save(update_fields=["revoked_at"])
        record(
            "mandates.revoke_role",
            target=str(grant.account_id),
            actor_id=revoker.id,
            scope_id=grant.reflection_id,
            role=grant.role,
        )


@transaction.atomic
def invite(
    actor: Actor,
    reflection: Reflection,
    email: str,
    *,
    role: Role | None = None,
    member: Member | None = None,
    constituency: Constituency | None = None,
) -> tuple[Invitation, str]:
    """Invite an address to take part or to hold a role. An open invitation is replaced: its link dies.

    Returns
    -------
    tuple of Invitation and str
        The invitation and its token, which is stored nowhere: only its digest is.
    """
    inviter = require_role(actor, reflection, Role.SECRETARIAT)
    email = email.strip().lower()
    validate_email(email)
    _check_belongs(reflection, member, constituency)
    if role is not None:
        _check_role_member(reflection, role, member)
    now = timezone.now()
    Invitation.objects.filter(
        reflection=reflection, email=email, role=role or "", accepted_at=None, revoked_at=None
    ).update(revoked_at=now)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        reflection=reflection,
        email=email,
        role=role or "",
        member=member,
        constituency=constituency,
        token_digest=_digest(token),
        invited_by=inviter,
        expires_at=now + INVITATION_LIFETIME,
    )
    record(
        "mandates.invite",
        target=f"invitation {invitation.pk}",
        actor_id=inviter.id,
        scope_id=reflection.id,
        role=role.value if role else "participant",
    )
    return invitation, token


@transaction.atomic
def revoke_invitation(actor: Actor, invitation: Invitation) -> None:
    """Take an invitation back before it is accepted."""
    revoker = require_role(actor, invitation.reflection, Role.SECRETARIAT)
    if Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(
        revoked_at=timezone.now()
    ):
        record(
            "mandates.revoke_invitation",
            target=f"invitation {invitation.pk}",
            actor_id=revoker.id,
            scope_id=invitation.reflection_id,
        )


def find_invitation(token: str, *, now: datetime | None = None) -> Invitation | None:
    """The open invitation of a token; None where it is unknown, used, revoked or out of date."""
    return (
        Invitation.objects.filter(
            token_digest=_digest(token),
            accepted_at=None,
            revoked_at=None,
            expires_at__gt=now or timezone.now(),
        )
        .select_related("reflection", "member", "constituency")
        .first()
    )


@transaction.atomic
def accept_invitation(account: Account, token: str) -> Invitation:
    """Accept an invitation with the account of the address that was invited, and no other.

    Raises
    ------
    PermissionDenied
        Where the invitation is for another address, used, revoked, out of date or unknown.
    """
    found = find_invitation(token)
    invitation = found and Invitation.objects.select_for_update().get(pk=found.pk)
    if not invitation or invitation.accepted_at or invitation.email != account.email.lower():
        raise PermissionDenied(_("This invitation is not for your account, or is no longer valid."))
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    if invitation.role:
        RoleGrant.objects.get_or_create(
            reflection=invitation.reflection,
            account=account,
            role=invitation.role,
            revoked_at=None,
            defaults={"member": invitation.member},
        )
    else:
        participant = participant_for(account, invitation.reflection)
        participant.standing = Standing.INVITED
        participant.member = invitation.member or participant.member
        participant.constituency = invitation.constituency or participant.constituency
        participant.save()
    record(
        "mandates.accept_invitation",
        target=f"invitation {invitation.pk}",
        actor_id=account.id if invitation.role else None,  # never who became which participant
        scope_id=invitation.reflection_id,
    )
    return invitation


def participant_for(
    account: Account, reflection: Reflection, *, anonymous: Participant | None = None
) -> Participant:
    """The account's participant in a reflection, made on first use.

    Parameters
    ----------
    anonymous : Participant or None
        Under which the same browser took part before it signed in. Where the account has no participant
        yet, this one becomes the account's, and its votes with it.
    """
    if existing := participant_of(account, reflection):
        return existing
    try:
        with transaction.atomic():
            if anonymous and not ParticipantLink.objects.filter(participant=anonymous).exists():
                participant = anonymous
                participant.standing = Standing.VERIFIED
                participant.save(update_fields=["standing"])
            else:
                participant = Participant.objects.create(reflection=reflection, standing=Standing.VERIFIED)
            ParticipantLink.objects.create(participant=participant, reflection=reflection, account=account)
            return participant
    except IntegrityError:  # the same account in two windows: the other one was first
        existing = participant_of(account, reflection)
        if existing is None:
            raise
        return existing


def anonymous_participant(reflection: Reflection, participant_id: UUID | None) -> Participant:
    """The participant without an account that this browser's session names, or a new one."""
    return anonymous_participant_of(participant_id, reflection) or Participant.objects.create(
        reflection=reflection, standing=Standing.ANONYMOUS
    )


@transaction.atomic
def declare_belonging(
    participant: Participant, *, member: Member | None, constituency: Constituency | None
) -> None:
    """A participant says once as part of which member and constituency it speaks.

    What an invitation or an earlier declaration settled stays: releases count on it.
    """
    current = Participant.objects.select_for_update().get(pk=participant.pk)
    _check_belongs(current.reflection, member, constituency)
    participant.member = current.member = current.member or member
    participant.constituency = current.constituency = current.constituency or constituency
    current.save(update_fields=["member", "constituency"])


def _check_role_member(reflection: Reflection, role: Role, member: Member | None) -> None:
    _check_belongs(reflection, member, None)
    if role == Role.DELEGATE and member is None:
        raise ValidationError(_("A delegate speaks for a member: name it."))
    if role != Role.DELEGATE and member is not None:
        raise ValidationError(_("Only a delegate speaks for a member."))


def _check_belongs(reflection: Reflection, member: Member | None, constituency: Constituency | None) -> None:
    for item in (member, constituency):
        if item is not None and item.reflection_id != reflection.id:
            raise ValidationError(_("That member or constituency belongs to another reflection."))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
