"""Setting up a reflection: its mandate, priorities, calendar, members and constituencies.

Bodies are mappings from language to text; the original is the reflection's working language (the first
of its languages), so that every text of the frame has one authoritative wording.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from placet.stages.mandates.models import (
    Constituency,
    Mandate,
    Member,
    Milestone,
    Priority,
    Reflection,
    Role,
    RoleGrant,
)
from placet.stages.mandates.permissions import Actor, require_founder, require_role
from placet.stages.mandates.time_zones import known_time_zones
from placet.stages.people.models import Account
from placet.stages.record.actions import record
from placet.stages.texts.actions import NewText, create_text, create_texts, revise_text
from placet.stages.texts.languages import CONTENT_LANGUAGES
from placet.stages.texts.models import Text

Bodies = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReflectionFrame:
    """What is said of a reflection when it is set up or changed."""

    slug: str
    reference_prefix: str
    name: Bodies
    summary: Bodies
    languages: tuple[str, ...]
    time_zone: str
    accent_colour: str
    emblem: str
    is_simulated: bool = False


@transaction.atomic
def found_reflection(actor: Actor, frame: ReflectionFrame) -> Reflection:
    """Set up a reflection; whoever founds it is its first secretariat.

    Raises
    ------
    PermissionDenied
        Where the account may not found reflections.
    ValidationError
        Where an address, prefix, language, time zone or colour is wrong or taken.
    """
    account = require_founder(actor)
    _check_frame(frame)
    original = frame.languages[0]
    reflection = Reflection(
        slug=frame.slug,
        reference_prefix=frame.reference_prefix,
        name=create_text(frame.name, original=original, author_id=account.id),
        summary=create_text(frame.summary, original=original, author_id=account.id),
        languages=list(frame.languages),
        time_zone=frame.time_zone,
        accent_colour=frame.accent_colour,
        emblem=frame.emblem,
        is_simulated=frame.is_simulated,
        founded_by=account,
    )
    reflection.full_clean()
    reflection.save()
    RoleGrant.objects.create(reflection=reflection, account=account, role=Role.SECRETARIAT)
    _record("found_reflection", reflection, account, reflection.slug)
    return reflection


@transaction.atomic
def change_reflection(actor: Actor, reflection: Reflection, frame: ReflectionFrame) -> None:
    """Change what is said of a reflection. Its address and prefix stand in references and stay."""
    account = require_role(actor, reflection, Role.SECRETARIAT)
    if (frame.slug, frame.reference_prefix) != (reflection.slug, reflection.reference_prefix):
        raise ValidationError(_("The address and the prefix of references cannot change."))
    _check_frame(frame)
    if frame.languages[0] != reflection.languages[0]:
        raise ValidationError(_("The working language cannot change: the originals are written in it."))
    revise_text(reflection.name, frame.name, author_id=account.id)
    revise_text(reflection.summary, frame.summary, author_id=account.id)
    reflection.languages = list(frame.languages)
    reflection.time_zone = frame.time_zone
    reflection.accent_colour = frame.accent_colour
    reflection.emblem = frame.emblem
    reflection.full_clean()
    reflection.save(update_fields=["languages", "time_zone", "accent_colour", "emblem"])
    _record("change_reflection", reflection, account, reflection.slug)


@transaction.atomic
def publish_reflection(actor: Actor, reflection: Reflection) -> None:
    """Show a draft to everybody. It needs a mandate and at least one priority first."""
    account = require_role(actor, reflection, Role.SECRETARIAT)
    if reflection.state == Reflection.State.PUBLISHED:
        return
    if not Mandate.objects.filter(reflection=reflection).exists():
        raise ValidationError(_("Write the mandate first: everything else answers to it."))
    if not Priority.objects.filter(reflection=reflection).exists():
        raise ValidationError(_("Set at least one priority first."))
    reflection.state = Reflection.State.PUBLISHED
    reflection.save(update_fields=["state"])
    _record("publish_reflection", reflection, account, reflection.slug)


@transaction.atomic
def write_mandate(
    actor: Actor,
    reflection: Reflection,
    *,
    issuer: Bodies,
    meeting: Bodies,
    body: Bodies,
    scope: Bodies,
    given_date: date,
    due_date: date | None,
) -> Mandate:
    """Write the mandate, or a new version of it."""
    account = require_role(actor, reflection, Role.SECRETARIAT)
    Reflection.objects.select_for_update().get(pk=reflection.pk)  # who looks and writes is alone
    if due_date is not None and due_date < given_date:
        raise ValidationError(_("The answer cannot be due before the mandate was given."))
    mandate = Mandate.objects.filter(reflection=reflection).first() or Mandate(reflection=reflection)
    parts = {"issuer": issuer, "meeting": meeting, "body": body, "scope": scope}
    for name, bodies in parts.items():
        if mandate.pk:
            revise_text(getattr(mandate, name), bodies, author_id=account.id)
        else:
            setattr(mandate, name, _text(reflection, account, bodies))
    mandate.given_date = given_date
    mandate.due_date = due_date
    mandate.save()
    _record("write_mandate", reflection, account, reflection.slug)
    return mandate


@transaction.atomic
def add_priority(actor: Actor, reflection: Reflection, *, title: Bodies, description: Bodies) -> Priority:
    """Add a priority after the others."""
    account = require_role(actor, reflection, Role.SECRETARIAT)
    Reflection.objects.select_for_update().get(pk=reflection.pk)  # two secretaries, one next number
    last = Priority.objects.filter(reflection=reflection).order_by("-number").first()
    priority = Priority.objects.create(
        reflection=reflection,
        number=last.number + 1 if last else 1,
        title=_text(reflection, account, title),
        description=_text(reflection, account, description),
    )
    _record("add_priority", reflection, account, f"priority {priority.number}")
    return priority


@transaction.atomic
def change_priority(actor: Actor, priority: Priority, *, title: Bodies, description: Bodies) -> None:
    """Reword a priority; the earlier wordings stay on record."""
    account = require_role(actor, priority.reflection, Role.SECRETARIAT)
    revise_text(priority.title, title, author_id=account.id)
    revise_text(priority.description, description, author_id=account.id)
    _record("change_priority", priority.reflection, account, f"priority {priority.number}")


@dataclass(frozen=True, slots=True)
class NewMilestone:
    """An entry of the calendar to be written."""

    kind: str
    title: Bodies
    description: Bodies
    start_date: date
    end_date: date
    precision: str = Milestone.Precision.DAY
    date_note: Bodies | None = None
    source: Bodies | None = None
    is_simulated: bool = False


@transaction.atomic
def add_milestones(
    actor: Actor, reflection: Reflection, milestones: Sequence[NewMilestone]
) -> list[Milestone]:
    """Put entries into the calendar.

    Raises
    ------
    ValidationError
        Where an entry ends before it starts, or a day is more than one day.
    """
    account = require_role(actor, reflection, Role.SECRETARIAT)
    for new in milestones:
        _check_dates(new)
    titles = _texts(reflection, account, [new.title for new in milestones])
    rows = Milestone.objects.bulk_create(
        [
            Milestone(
                reflection=reflection,
                kind=new.kind,
                title=title,
                description=_optional_text(reflection, account, new.description),
                start_date=new.start_date,
                end_date=new.end_date,
                precision=new.precision,
                date_note=_optional_text(reflection, account, new.date_note),
                source=_optional_text(reflection, account, new.source),
                is_simulated=new.is_simulated,
            )
            for new, title in zip(milestones, titles, strict=True)
        ]
    )
    _record("add_milestones", reflection, account, reflection.slug, count=len(rows))
    return rows


@transaction.atomic
def change_milestone(actor: Actor, milestone: Milestone, new: NewMilestone) -> None:
    """Change an entry of the calendar; the earlier wordings stay on record.

    Raises
    ------
    ValidationError
        Where it ends before it starts, or a day is more than one day.
    """
    reflection = milestone.reflection
    account = require_role(actor, reflection, Role.SECRETARIAT)
    _check_dates(new)
    revise_text(milestone.title, new.title, author_id=account.id)
    for name, bodies in _optional_parts(new):
        setattr(milestone, name, _revised(reflection, account, getattr(milestone, name), bodies))
    milestone.kind = new.kind
    milestone.start_date = new.start_date
    milestone.end_date = new.end_date
    milestone.precision = new.precision
    milestone.save()
    _record("change_milestone", reflection, account, f"milestone {milestone.pk}")


def _optional_parts(new: NewMilestone) -> tuple[tuple[str, Bodies | None], ...]:
    return ("description", new.description), ("date_note", new.date_note), ("source", new.source)


@transaction.atomic
def remove_milestone(actor: Actor, milestone: Milestone) -> None:
    """Take an entry out of the calendar; the audit record keeps that it was there."""
    reflection = milestone.reflection
    account = require_role(actor, reflection, Role.SECRETARIAT)
    number = milestone.pk
    if Milestone.objects.filter(pk=number).delete()[0]:
        _record("remove_milestone", reflection, account, f"milestone {number}")


@transaction.atomic
def add_members(actor: Actor, reflection: Reflection, names: Mapping[str, Bodies]) -> list[Member]:
    """Add member nations, by ISO 3166 code; those already there are left as they are."""
    account = require_role(actor, reflection, Role.SECRETARIAT)
    Reflection.objects.select_for_update().get(pk=reflection.pk)  # who looks and writes is alone
    known = set(Member.objects.filter(reflection=reflection).values_list("code", flat=True))
    new = {code: bodies for code, bodies in names.items() if code not in known}
    texts = _texts(reflection, account, list(new.values()))
    members = [
        Member(reflection=reflection, code=code, name=text) for code, text in zip(new, texts, strict=True)
    ]
    for member in members:
        member.clean_fields()
    Member.objects.bulk_create(members)
    _record("add_members", reflection, account, reflection.slug, codes=sorted(new))
    return members


@transaction.atomic
def add_constituencies(
    actor: Actor, reflection: Reflection, names: Mapping[str, Bodies]
) -> list[Constituency]:
    """Add constituencies after the others, by key; those already there are left as they are."""
    account = require_role(actor, reflection, Role.SECRETARIAT)
    Reflection.objects.select_for_update().get(pk=reflection.pk)  # who looks and writes is alone
    known = list(Constituency.objects.filter(reflection=reflection).values_list("key", flat=True))
    new = {key: bodies for key, bodies in names.items() if key not in known}
    texts = _texts(reflection, account, list(new.values()))
    rows = [
        Constituency(reflection=reflection, key=key, position=len(known) + offset, name=text)
        for offset, (key, text) in enumerate(zip(new, texts, strict=True), start=1)
    ]
    for row in rows:
        row.clean_fields()
    Constituency.objects.bulk_create(rows)
    _record("add_constituencies", reflection, account, reflection.slug, keys=sorted(new))
    return rows


@transaction.atomic
def change_name(actor: Actor, item: Member | Constituency, name: Bodies) -> None:
    """Name a member or a constituency differently; its code or key stays."""
    account = require_role(actor, item.reflection, Role.SECRETARIAT)
    if revise_text(item.name, name, author_id=account.id):
        _record("change_name", item.reflection, account, str(item))


@transaction.atomic
def remove_member_or_constituency(actor: Actor, item: Member | Constituency) -> None:
    """Take back a member or constituency that nobody belongs to yet.

    Raises
    ------
    ValidationError
        Where somebody takes part, holds a role or is invited as part of it.
    """
    account = require_role(actor, item.reflection, Role.SECRETARIAT)
    name = str(item)
    try:
        with transaction.atomic():
            n_deleted, _by_model = type(item).objects.filter(pk=item.pk).delete()
    except models.ProtectedError:
        raise ValidationError(
            _("Somebody takes part or is invited as part of %(name)s: it stays."), params={"name": name}
        ) from None
    if n_deleted:
        _record(f"remove_{item._meta.model_name}", item.reflection, account, name)


def _check_frame(frame: ReflectionFrame) -> None:
    if not frame.languages or len(set(frame.languages)) != len(frame.languages):
        raise ValidationError(_("Name at least one language, each of them once."))
    if unknown := set(frame.languages) - set(CONTENT_LANGUAGES):
        raise ValidationError(_("Unknown language: %(code)s"), params={"code": min(unknown)})
    if frame.time_zone not in known_time_zones():
        raise ValidationError(_("Unknown time zone: %(name)s"), params={"name": frame.time_zone})


def _check_dates(new: NewMilestone) -> None:
    if new.end_date < new.start_date:
        raise ValidationError({"end_date": _("An entry of the calendar cannot end before it starts.")})
    if new.precision == Milestone.Precision.DAY and new.end_date != new.start_date:
        raise ValidationError({"end_date": _("Where the day is known, both dates are that day.")})


def _revised(
    reflection: Reflection, account: Account, text: Text | None, bodies: Bodies | None
) -> Text | None:
    """An optional text brought to new wordings: made where there was none, let go where nothing is left."""
    if text is None or not bodies or not any(body.strip() for body in bodies.values()):
        return _optional_text(reflection, account, bodies)
    revise_text(text, bodies, author_id=account.id)
    return text


def _text(reflection: Reflection, account: Account, bodies: Bodies) -> Text:
    return create_text(bodies, original=reflection.languages[0], author_id=account.id)


def _optional_text(reflection: Reflection, account: Account, bodies: Bodies | None) -> Text | None:
    return _text(reflection, account, bodies) if bodies and any(bodies.values()) else None


def _texts(reflection: Reflection, account: Account, bodies: Sequence[Bodies]) -> list[Text]:
    return create_texts([NewText(each, reflection.languages[0], account.id) for each in bodies])


def _record(
    verb: str, reflection: Reflection, account: Account, target: str, **detail: int | list[str]
) -> None:
    record(f"mandates.{verb}", target=target, actor_id=account.id, scope_id=reflection.id, **detail)
