"""Who may do what in a reflection. Actions and queries ask here first; templates never decide."""

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from placet.stages.mandates.models import Reflection, Role, RoleGrant
from placet.stages.people.models import Account

Actor = Account | AnonymousUser


def roles_of(actor: Actor, reflection: Reflection) -> frozenset[Role]:
    """The roles that an account holds in a reflection today; none without an account."""
    if not isinstance(actor, Account) or not actor.is_active:
        return frozenset()
    held = RoleGrant.objects.filter(reflection=reflection, account=actor, revoked_at=None)
    return frozenset(Role(role) for role in held.values_list("role", flat=True))


def require_role(actor: Actor, reflection: Reflection, *roles: Role) -> Account:
    """The account, where it holds at least one of the roles.

    Raises
    ------
    PermissionDenied
        Otherwise.
    """
    if isinstance(actor, Account) and roles_of(actor, reflection) & set(roles):
        return actor
    raise PermissionDenied(_("This is reserved for those who run the reflection."))


def require_founder(actor: Actor) -> Account:
    """The account, where it may set up reflections.

    Raises
    ------
    PermissionDenied
        Otherwise.
    """
    if isinstance(actor, Account) and actor.is_active and actor.may_found_reflections:
        return actor
    raise PermissionDenied(_("Your account may not set up reflections."))


def may_see(actor: Actor, reflection: Reflection) -> bool:
    """Everybody sees a published reflection; a draft is seen by those who hold a role in it."""
    return reflection.state != Reflection.State.DRAFT or bool(roles_of(actor, reflection))
