"""Who may see and hold which dialogues. Actions and queries ask here first; templates never decide.

A series is held by the secretariat and by whoever acts for one of its organisers. A closed dialogue is seen
by those alone who hold it, work on it or come to it; once it is over, everybody sees that it took place.
"""

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from placet.stages.dialogues.models import Dialogue, HouseRule, Registration, Series, Staff
from placet.stages.mandates.models import Organisation, Reflection, Role
from placet.stages.mandates.organisations import represented_organisations
from placet.stages.mandates.permissions import Actor, may_see, roles_of
from placet.stages.people.models import Account

OVER = (Dialogue.State.ENDED, Dialogue.State.REPORTED)


def is_secretariat(actor: Actor, reflection: Reflection) -> bool:
    """Whether an account runs the reflection."""
    return Role.SECRETARIAT in roles_of(actor, reflection)


def held_for(actor: Actor, reflection: Reflection) -> QuerySet[Organisation]:
    """The partners in whose name an account may hold dialogues: all for the secretariat, else its own."""
    if is_secretariat(actor, reflection):
        return Organisation.objects.filter(reflection=reflection, is_partner=True)
    return represented_organisations(actor, reflection).filter(is_partner=True)


def require_holder(actor: Actor, reflection: Reflection) -> Account:
    """The account, where it may set up series of its own in a reflection.

    Raises
    ------
    PermissionDenied
        To all but the secretariat, partners, and those who act for one.
    """
    has_role = bool(roles_of(actor, reflection) & {Role.SECRETARIAT, Role.PARTNER})
    if isinstance(actor, Account) and (has_role or held_for(actor, reflection).exists()):
        return actor
    raise PermissionDenied(_("This is reserved for the secretariat and for partners."))


def managed_series(actor: Actor, reflection: Reflection) -> QuerySet[Series]:
    """The series of a reflection that an account holds, drafts among them."""
    every = Series.objects.filter(reflection=reflection)
    if is_secretariat(actor, reflection):
        return every
    return every.filter(_organised_by(held_for(actor, reflection)))


def may_manage(actor: Actor, series: Series) -> bool:
    """Whether an account holds that series: as the secretariat, or for one of its organisers."""
    return managed_series(actor, series.reflection).filter(pk=series.pk).exists()


def require_organiser(actor: Actor, series: Series) -> Account:
    """The account, where it holds that series.

    Raises
    ------
    PermissionDenied
        Otherwise.
    """
    if isinstance(actor, Account) and may_manage(actor, series):
        return actor
    raise PermissionDenied(_("This is reserved for those who hold the dialogues of this series."))


def require_staff(actor: Actor, dialogue: Dialogue, *duties: Staff.Duty) -> Account:
    """The account, where it holds the dialogue or has one of the duties in it.

    Raises
    ------
    PermissionDenied
        Otherwise.
    """
    if isinstance(actor, Account) and (
        _has_duty(actor, dialogue, *duties) or may_manage(actor, dialogue.series)
    ):
        return actor
    raise PermissionDenied(_("This is reserved for those who hold this dialogue or work on it."))


def visible_series(actor: Actor, reflection: Reflection) -> QuerySet[Series]:
    """The series of a reflection that somebody may see: those published, and drafts of one's own."""
    if not may_see(actor, reflection):
        return Series.objects.none()
    seen = Q(state=Series.State.PUBLISHED) | Q(pk__in=managed_series(actor, reflection).values("pk"))
    if isinstance(actor, Account) and actor.is_active:
        seen |= Q(Exists(Staff.objects.filter(dialogue__series=OuterRef("pk"), account=actor)))
    return Series.objects.filter(seen, reflection=reflection)


def visible_dialogues(actor: Actor, reflection: Reflection) -> QuerySet[Dialogue]:
    """The dialogues of a reflection of which somebody may know; by when they take place.

    What a closed one was about is for :func:`readable_dialogues` alone.
    """
    if not may_see(actor, reflection):
        return Dialogue.objects.none()
    public = Q(series__state=Series.State.PUBLISHED) & ~Q(state=Dialogue.State.DRAFT)
    public &= ~Q(house_rule=HouseRule.CLOSED) | Q(state__in=OVER)
    return _dialogues(reflection, public | _belongs_to(actor, reflection))


def readable_dialogues(actor: Actor, reflection: Reflection) -> QuerySet[Dialogue]:
    """The dialogues of a reflection of which somebody may read what they are about; by date."""
    if not may_see(actor, reflection):
        return Dialogue.objects.none()
    public = Q(series__state=Series.State.PUBLISHED) & ~Q(state=Dialogue.State.DRAFT)
    public &= ~Q(house_rule=HouseRule.CLOSED)
    return _dialogues(reflection, public | _belongs_to(actor, reflection))


def may_read(actor: Actor, dialogue: Dialogue) -> bool:
    """Whether somebody who may see a dialogue also reads what it is about, where it is and who speaks."""
    if dialogue.house_rule != HouseRule.CLOSED:
        return True
    return readable_dialogues(actor, dialogue.series.reflection).filter(pk=dialogue.pk).exists()


def find_series(reference: str, actor: Actor) -> Series:
    """The series of that reference, where the actor may see it.

    Raises
    ------
    Http404
        Where it does not exist or may not be seen: the two look the same from outside.
    """
    series = Series.objects.filter(reference=reference).select_related("reflection").first()
    if series is None or not visible_series(actor, series.reflection).filter(pk=series.pk).exists():
        raise Http404
    return series


def find_dialogue(reference: str, actor: Actor) -> Dialogue:
    """The dialogue of that reference, where the actor may see it, with its series and reflection.

    Raises
    ------
    Http404
        Where it does not exist or may not be seen: the two look the same from outside.
    """
    dialogue = Dialogue.objects.filter(reference=reference).select_related("series__reflection").first()
    if dialogue is None:
        raise Http404
    if not visible_dialogues(actor, dialogue.series.reflection).filter(pk=dialogue.pk).exists():
        raise Http404
    return dialogue


def _dialogues(reflection: Reflection, seen: Q) -> QuerySet[Dialogue]:
    found = Dialogue.objects.filter(seen, series__reflection=reflection)
    return found.select_related("series__reflection").order_by("starts_at", "reference")


def _belongs_to(actor: Actor, reflection: Reflection) -> Q:
    """The dialogues that an account holds, works on, or comes to."""
    held = Q(series__in=managed_series(actor, reflection).values("pk"))
    if not isinstance(actor, Account) or not actor.is_active:
        return held
    comes = Registration.objects.filter(account=actor, state=Registration.State.CONFIRMED)
    invited = ~Q(state=Dialogue.State.DRAFT) & Q(Exists(comes.filter(dialogue=OuterRef("pk"))))
    return held | invited | Q(Exists(Staff.objects.filter(dialogue=OuterRef("pk"), account=actor)))


def _organised_by(organisations: QuerySet[Organisation]) -> Exists:
    links = Series.organisers.through.objects.filter(series_id=OuterRef("pk"))
    return Exists(links.filter(organisation_id__in=organisations.values("pk")))


def _has_duty(account: Account, dialogue: Dialogue, *duties: Staff.Duty) -> bool:
    held = Staff.objects.filter(dialogue=dialogue, account=account, duty__in=duties)
    return account.is_active and held.exists()
