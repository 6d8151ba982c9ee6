"""Reading imports and collections, for the pages of the secretariat."""

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404

from placet.stages.contributions.models import Collection, ContributionImport
from placet.stages.mandates.models import Reflection, Role
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.texts.queries import Wording, wordings

IMPORTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class CollectionChoice:
    """A collection that more may be added to."""

    id: UUID
    title: Wording


@dataclass(frozen=True, slots=True)
class ImportLine:
    """An import in a list."""

    row: ContributionImport
    collection: Wording


def imports_of(actor: Actor, reflection: Reflection, language: str) -> list[ImportLine]:
    """The last imports of a reflection, the latest first.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    """
    require_role(actor, reflection, Role.SECRETARIAT)
    found = list(
        ContributionImport.objects.filter(collection__reflection=reflection)
        .select_related("collection")
        .defer("preview", "faults", "findings")
        .order_by("-created_at")[:IMPORTS_SHOWN]
    )
    titles = wordings((each.collection.title_id for each in found), language)
    return [ImportLine(each, titles[each.collection.title_id]) for each in found]


def find_import(actor: Actor, reflection: Reflection, import_id: UUID) -> ContributionImport:
    """An import of a reflection.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    Http404
        Where the reflection has no such import.
    """
    require_role(actor, reflection, Role.SECRETARIAT)
    found = ContributionImport.objects.filter(pk=import_id, collection__reflection=reflection)
    first = found.select_related("collection__reflection").first()
    if first is None:
        raise Http404
    return first


def collection_choices(reflection: Reflection, language: str) -> list[CollectionChoice]:
    """The collections of a reflection, the latest first."""
    found = list(Collection.objects.filter(reflection=reflection).order_by("-created_at"))
    titles = wordings((each.title_id for each in found), language)
    return [CollectionChoice(each.pk, titles[each.title_id]) for each in found]


def find_collection(reflection: Reflection, collection_id: UUID) -> Collection:
    """A collection of a reflection.

    Raises
    ------
    Http404
        Where the reflection has no such collection.
    """
    found = Collection.objects.filter(reflection=reflection, pk=collection_id).first()
    if found is None:
        raise Http404
    return found
