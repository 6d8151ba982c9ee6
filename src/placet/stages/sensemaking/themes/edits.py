"""What the secretariat changes about themes: each edit is a row and an audit entry, and survives runs."""

from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from placet.stages.consultations.models import Consultation
from placet.stages.mandates import references
from placet.stages.mandates.models import Reflection, Role
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.people.models import Account
from placet.stages.record.actions import record
from placet.stages.sensemaking.theme_models import THEME, Theme, ThemeAssignment, ThemeEdit
from placet.stages.texts.actions import create_text, revise_text
from placet.stages.texts.models import Text

NAME_LANGUAGES = ("en", "fr")
NAME_MAX_LENGTH = 120

REPRESENTATIVE = 5  # of a theme made by hand: its first statements

Names = Mapping[str, str]
Kind = ThemeEdit.Kind


@transaction.atomic
def rename_theme(actor: Actor, theme: Theme, names: Names) -> None:
    """Give a theme a name in English and in French, in place of its terms.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where one of the two is missing or too long.
    """
    account, theme = _locked(actor, theme)
    _name(theme, names, account)
    theme.is_edited = True
    theme.save(update_fields=["name", "is_edited"])
    _keep_edit(account, theme, Kind.RENAMED)


@transaction.atomic
def merge_themes(actor: Actor, theme: Theme, into: Theme) -> None:
    """Put all of a theme, and what stands below it, into another. Its reference leads there from now on.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where the two cannot be one: the same, of two consultations, or a main theme with themes below it
        into one that stands below another.
    """
    account, theme = _locked(actor, theme)
    into = _same_consultation(theme, into)
    below = Theme.objects.filter(parent=theme, state=Theme.State.LIVE)
    if into == theme:
        raise ValidationError({"into": _("Choose another theme.")})
    if into.parent_id is not None and into.parent_id != theme.pk and below.exists():
        raise ValidationError(
            {"into": _("A theme with others below it can only be merged into a main theme.")}
        )
    if into.parent_id == theme.pk:
        raise ValidationError({"into": _("Merge it the other way round: this theme stands below it.")})
    below.update(parent=into)
    ThemeAssignment.objects.filter(theme=theme).update(theme=into)
    Theme.objects.filter(merged_into=theme).update(merged_into=into)
    theme.state, theme.merged_into, theme.parent = Theme.State.MERGED, into, None
    theme.save(update_fields=["state", "merged_into", "parent"])
    into.is_edited = True
    into.save(update_fields=["is_edited"])
    _keep_edit(account, theme, Kind.MERGED, other=into)


@transaction.atomic
def split_theme(actor: Actor, theme: Theme, statements: Iterable[str], names: Names) -> Theme:
    """Move some of a theme's statements, by reference, into a new theme beside it, and pin them there.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where no statement is chosen, or a name is missing.
    """
    account, theme = _locked(actor, theme)
    chosen = _chosen(theme, statements)
    new = Theme(
        consultation=theme.consultation,
        reference=next(references.take_references(_reflection(theme), THEME)),
        parent=theme.parent,
        level=theme.level,
        position=theme.position,
        representative=_references(chosen)[:REPRESENTATIVE],
        is_edited=True,
        is_placed=theme.is_placed,
    )
    _name(new, names, account)
    new.save()
    theme.is_edited = True
    theme.save(update_fields=["is_edited"])
    _put(chosen, new)
    _keep_edit(account, theme, Kind.SPLIT, other=new, statements=_references(chosen))
    return new


@transaction.atomic
def move_statements(actor: Actor, theme: Theme, statements: Iterable[str], to: Theme) -> None:
    """Move some of a theme's statements, by reference, to another theme, and pin them there.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where no statement is chosen, or the theme is of another consultation.
    """
    account, theme = _locked(actor, theme)
    to = _same_consultation(theme, to)
    chosen = _chosen(theme, statements)
    to.is_edited = True
    to.save(update_fields=["is_edited"])
    _put(chosen, to)
    _keep_edit(account, theme, Kind.MOVED_STATEMENTS, other=to, statements=_references(chosen))


@transaction.atomic
def pin_statements(actor: Actor, theme: Theme, statements: Iterable[str], *, pinned: bool = True) -> None:
    """Pin some of a theme's statements where they are, so that no run moves them, or release them again.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where no statement is chosen.
    """
    account, theme = _locked(actor, theme)
    chosen = _chosen(theme, statements)
    ThemeAssignment.objects.filter(pk__in=[each.pk for each in chosen]).update(is_by_hand=pinned)
    if pinned:
        theme.is_edited = True
        theme.save(update_fields=["is_edited"])
    _keep_edit(account, theme, Kind.PINNED if pinned else Kind.RELEASED, statements=_references(chosen))


@transaction.atomic
def place_theme(actor: Actor, theme: Theme, parent: Theme | None) -> None:
    """Put a theme below a main theme, or (None) make it a main theme. It stays there whatever a run finds.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where that would make three levels, or the theme its own parent.
    """
    account, theme = _locked(actor, theme)
    if parent is not None:
        parent = _same_consultation(theme, parent)
        if parent == theme:
            raise ValidationError({"parent": _("Choose another theme.")})
        if parent.parent_id is not None:
            raise ValidationError({"parent": _("Choose a main theme: there are two levels.")})
        if Theme.objects.filter(parent=theme, state=Theme.State.LIVE).exists():
            raise ValidationError({"parent": _("It has themes below it: move those first.")})
        parent.is_edited = True
        parent.save(update_fields=["is_edited"])
    theme.parent, theme.is_placed, theme.is_edited = parent, True, True
    theme.save(update_fields=["parent", "is_placed", "is_edited"])
    _keep_edit(account, theme, Kind.PLACED, other=parent)


@transaction.atomic
def hide_theme(actor: Actor, theme: Theme, *, hidden: bool = True) -> None:
    """Take a theme, with what stands below it, off the public pages, or show it again.

    Its statements stay public, one by one.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    """
    account, theme = _locked(actor, theme)
    if theme.is_hidden == hidden:
        return
    theme.is_hidden, theme.is_edited = hidden, True
    theme.save(update_fields=["is_hidden", "is_edited"])
    _keep_edit(account, theme, Kind.HIDDEN if hidden else Kind.SHOWN)


@transaction.atomic
def mark_looked_at(actor: Actor, theme: Theme) -> None:
    """Say that a theme which the last run did not find again is good as it is.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    """
    account, theme = _locked(actor, theme)
    if theme.needs_a_look:
        theme.needs_a_look = False
        theme.save(update_fields=["needs_a_look"])
        _keep_edit(account, theme, Kind.LOOKED_AT)


def require_editing(actor: Actor, consultation: Consultation) -> Account:
    """Refuse whoever may not edit themes.

    Raises
    ------
    PermissionDenied
    """
    return require_role(actor, consultation.priority.reflection, Role.SECRETARIAT)


def _locked(actor: Actor, theme: Theme) -> tuple[Account, Theme]:
    """Who edits, and the theme as it is now; a run that ends at the same time waits, or is waited for."""
    account = require_editing(actor, theme.consultation)
    return account, _live(theme)


def _live(theme: Theme) -> Theme:
    found = (
        Theme.objects.select_for_update(of=("self",))
        .select_related("consultation__priority__reflection")
        .filter(pk=theme.pk, state=Theme.State.LIVE)
        .first()
    )
    if found is None:
        raise ValidationError(_("This theme is no longer there: it was merged, or a new run took its place."))
    return found


def _same_consultation(theme: Theme, other: Theme) -> Theme:
    if other.consultation_id != theme.consultation_id:
        raise ValidationError(_("The two themes belong to two consultations."))
    return _live(other)


def _name(theme: Theme, names: Names, account: Account) -> None:
    bodies = {language: names.get(language, "").strip() for language in NAME_LANGUAGES}
    missing = {
        f"name_{language}": _("A theme has a name in English and in French.")
        for language, body in bodies.items()
        if not body
    }
    too_long = {
        f"name_{language}": _("At most %(n)d characters.") % {"n": NAME_MAX_LENGTH}
        for language, body in bodies.items()
        if len(body) > NAME_MAX_LENGTH
    }
    if missing or too_long:
        raise ValidationError(missing | too_long)
    if theme.name_id is not None:
        revise_text(Text.objects.get(pk=theme.name_id), bodies, author_id=account.id)
    else:
        theme.name = create_text(bodies, original=NAME_LANGUAGES[0], author_id=account.id)


def _chosen(theme: Theme, statements: Iterable[str]) -> list[ThemeAssignment]:
    """The assignments of these statements, as far as they stand in the theme itself."""
    found = list(
        ThemeAssignment.objects.filter(theme=theme, statement__reference__in=list(statements))
        .select_related("statement")
        .order_by("statement__reference")
    )
    if not found:
        raise ValidationError({"statements": _("Choose at least one statement.")})
    return found


def _put(chosen: Iterable[ThemeAssignment], theme: Theme) -> None:
    ThemeAssignment.objects.filter(pk__in=[each.pk for each in chosen]).update(theme=theme, is_by_hand=True)


def _references(chosen: Iterable[ThemeAssignment]) -> list[str]:
    return [each.statement.reference for each in chosen]


def _reflection(theme: Theme) -> Reflection:
    return theme.consultation.priority.reflection


def _keep_edit(
    account: Account,
    theme: Theme,
    kind: ThemeEdit.Kind,
    *,
    other: Theme | None = None,
    statements: list[str] | None = None,
) -> None:
    ThemeEdit.objects.create(
        theme=theme, kind=kind, edited_by=account, other=other, statements=statements or []
    )
    record(
        "sensemaking.edit_theme",
        target=theme.reference,
        actor_id=account.id,
        scope_id=_reflection(theme).pk,
        kind=kind.value,
        other=other.reference if other else None,
        statements=statements or [],
    )
