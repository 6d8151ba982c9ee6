"""Who takes part, and as what: roles, invitations, and the pseudonyms under which people vote."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from placet.stages.mandates.models import (
    Constituency,
    Invitation,
    Member,
    Organisation,
    Participant,
    ParticipantLink,
    Reflection,
    Role,
    RoleGrant,
    Standing,
)
from placet.stages.mandates.organisations import end_representations, represent
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.mandates.queries import participant_of
from placet.stages.people.actions import queue_message
from placet.stages.people.models import Account
from placet.stages.record.actions import record
from placet.stages.texts.queries import wordings

INVITATION_LIFETIME = timedelta(days=30)
INVITATIONS_AT_ONCE = 500


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
    """Take a role back. The last secretariat stays: a reflection is never left without one.

    Whoever is no partner any more acts for no partner either.
    """
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
        if grant.role == Role.PARTNER:
            end_representations(grant.account, grant.reflection, ended_by=revoker)


@dataclass(frozen=True, slots=True)
class InvitedAs:
    """What an invitation is for: a role, or to take part where there is none."""

    role: Role | None = None
    member: Member | None = None
    constituency: Constituency | None = None
    organisation: Organisation | None = None


def invite(
    actor: Actor,
    reflection: Reflection,
    email: str,
    *,
    role: Role | None = None,
    member: Member | None = None,
    constituency: Constituency | None = None,
) -> tuple[Invitation, str]:
    """Invite one address, without a message. See :func:`invite_many`.

    Returns
    -------
    tuple of Invitation and str
        The invitation and its token, which is stored nowhere: only its digest is.
    """
    ((invitation, token),) = invite_many(actor, reflection, [email], InvitedAs(role, member, constituency))
    return invitation, token


@transaction.atomic
def invite_many(
    actor: Actor,
    reflection: Reflection,
    emails: Sequence[str],
    invited_as: InvitedAs,
    *,
    message_language: str = "",
) -> list[tuple[Invitation, str]]:
    """Invite addresses to take part or to hold a role: all of them, or none.

    An open invitation of the same address is replaced: its link dies.

    Parameters
    ----------
    message_language : str
        Send each a message with its link, in this language of the interface; nothing is sent where it is
        empty. Whoever has an account is written to in the language of the account.

    Returns
    -------
    list of tuple of Invitation and str
        Each invitation and its token, which is stored nowhere: only its digest is, and the message until
        it is sent.

    Raises
    ------
    ValidationError
        Where an address is wrong, there are more than 500, or the member or the organisation does not fit
        the role.
    """
    inviter = require_role(actor, reflection, Role.SECRETARIAT)
    addresses = list(dict.fromkeys(email.strip().lower() for email in emails))
    if len(addresses) > INVITATIONS_AT_ONCE:
        raise ValidationError(
            _("At most %(limit)d addresses at once."), params={"limit": INVITATIONS_AT_ONCE}
        )
    for address in addresses:
        validate_email(address)
    _check_belongs(reflection, invited_as.member, invited_as.constituency)
    if invited_as.role is not None:
        _check_role_member(reflection, invited_as.role, invited_as.member)
    if invited_as.organisation is not None:
        _check_partner(reflection, invited_as.role, invited_as.organisation)
    role = invited_as.role.value if invited_as.role else ""
    now = timezone.now()
    Invitation.objects.filter(
        reflection=reflection, email__in=addresses, role=role, accepted_at=None, revoked_at=None
    ).update(revoked_at=now)
    tokens = [secrets.token_urlsafe(32) for _address in addresses]
    invitations = Invitation.objects.bulk_create(
        [
            Invitation(
                reflection=reflection,
                email=address,
                role=role,
                member=invited_as.member,
                constituency=invited_as.constituency,
                organisation=invited_as.organisation,
                token_digest=_digest(token),
                invited_by=inviter,
                expires_at=now + INVITATION_LIFETIME,
            )
            for address, token in zip(addresses, tokens, strict=True)
        ]
    )
    made = list(zip(invitations, tokens, strict=True))
    if message_language:
        _queue_invitations(reflection, made, message_language)
    record(
        "mandates.invite",
        target=f"{len(made)} invitations" if len(made) != 1 else f"invitation {invitations[0].pk}",
        actor_id=inviter.id,
        scope_id=reflection.id,
        role=role or "participant",
        numbers=[str(invitation.pk) for invitation in invitations],
    )
    return made


def _queue_invitations(
    reflection: Reflection, made: Sequence[tuple[Invitation, str]], chosen_language: str
) -> None:
    """Put a message a person in the outbox, in the language of the account where there is one."""
    accounts = {
        account.email: account
        for account in Account.objects.filter(email__in=[invitation.email for invitation, _token in made])
    }
    names = {
        language: wordings([reflection.name_id], language)[reflection.name_id].body
        for language in {chosen_language, *(account.language for account in accounts.values())}
    }
    for invitation, token in made:
        account = accounts.get(invitation.email)
        language = account.language if account else chosen_language
        with override(language):
            path = reverse("mandates:invitation", args=[token])
            role = Role(invitation.role).label if invitation.role else ""
        queue_message(
            f"mandates.invitation:{invitation.pk}",
            account or invitation.email,
            "mandates/mail/invitation",
            {
                "reflection": names[language],
                "role": role,
                "url": f"{settings.PUBLIC_URL}{path}",
                "expires_at": invitation.expires_at,
            },
            language=language,
            expires_at=invitation.expires_at,
        )


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
        .select_related("reflection", "member", "constituency", "organisation")
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
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("reflection", "member", "constituency", "organisation")
        .filter(token_digest=_digest(token), email=account.email.lower(), revoked_at=None)
        .first()
    )
    if invitation and invitation.accepted_at:
        return invitation  # by this very account's address: asked twice
    if invitation is None or invitation.expires_at <= timezone.now():
        raise PermissionDenied(_("This invitation is not for your account, or is no longer valid."))
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    if invitation.role:
        grant, _is_new = RoleGrant.objects.get_or_create(
            reflection=invitation.reflection,
            account=account,
            role=invitation.role,
            revoked_at=None,
            defaults={"member": invitation.member},
        )
        if grant.member_id != invitation.member_id:
            raise PermissionDenied(_("You hold this role for another member: it has to be revoked first."))
        if invitation.organisation:
            represent(invitation.organisation, account, named_by=invitation.invited_by)
    else:
        participant = participant_for(account, invitation.reflection)
        participant = Participant.objects.select_for_update().get(pk=participant.pk)
        participant.standing = Standing.INVITED
        participant.member = participant.member or invitation.member
        participant.constituency = participant.constituency or invitation.constituency
        participant.save(update_fields=["standing", "member", "constituency"])
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


def anonymous_participant(reflection: Reflection, participant_id: UUID | None) -> tuple[Participant, bool]:
    """The participant without an account that a browser's session names, or a new one; whether it is new."""
    if participant_id is not None:
        found, is_new = Participant.objects.get_or_create(
            id=participant_id, defaults={"reflection": reflection, "standing": Standing.ANONYMOUS}
        )
        if found.reflection_id == reflection.id and found.standing == Standing.ANONYMOUS:
            return found, is_new
    return Participant.objects.create(reflection=reflection, standing=Standing.ANONYMOUS), True


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


def _check_partner(reflection: Reflection, role: Role | None, organisation: Organisation) -> None:
    if organisation.reflection_id != reflection.id:
        raise ValidationError(_("That organisation belongs to another reflection."))
    if role != Role.PARTNER or not organisation.is_partner:
        raise ValidationError(_("Only a partner acts for an organisation that holds dialogues."))


def _check_belongs(reflection: Reflection, member: Member | None, constituency: Constituency | None) -> None:
    for item in (member, constituency):
        if item is not None and item.reflection_id != reflection.id:
            raise ValidationError(_("That member or constituency belongs to another reflection."))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
