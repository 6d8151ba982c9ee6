"""Files that the organisers put beside a dialogue: seen by whoever may see it; a closed one keeps none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from placet.stages.contributions.attachments.checking import CheckedFile
from placet.stages.dialogues.models import Dialogue, HouseRule, Material
from placet.stages.dialogues.permissions import require_organiser
from placet.stages.dialogues.recording import record_deed
from placet.stages.dialogues.setting_up.wording import check_written, written
from placet.stages.mandates.permissions import Actor
from placet.stages.texts.queries import Wording, wordings

MATERIALS_LIMIT = 50


@dataclass(frozen=True, slots=True)
class MaterialView:
    id: UUID
    title: Wording
    kind_label: str
    file_name: str
    size: int
    added_at: datetime


@transaction.atomic
def add_material(
    actor: Actor, dialogue: Dialogue, title: Mapping[str, str], checked: CheckedFile
) -> Material:
    """Put a file, which was looked at, beside a dialogue. The same file twice is one.

    Raises
    ------
    PermissionDenied
        To all but those who hold the dialogue.
    ValidationError
        Where the dialogue is closed or has enough files, or the title is missing.
    """
    account = require_organiser(actor, dialogue.series)
    reflection = dialogue.series.reflection
    current = Dialogue.objects.select_for_update(of=("self",)).get(pk=dialogue.pk)
    if current.house_rule == HouseRule.CLOSED:
        raise ValidationError(_("A closed dialogue keeps no files."))
    check_written(reflection, title, "title")
    kept = Material.objects.filter(dialogue=dialogue)
    if same := kept.filter(digest=checked.digest).first():
        return same
    if kept.count() >= MATERIALS_LIMIT:
        raise ValidationError(_("At most %(limit)d files: remove one first.") % {"limit": MATERIALS_LIMIT})
    material = Material(
        dialogue=dialogue,
        title=written(reflection, account, title),
        kind=checked.kind,
        file_name=checked.name,
        size=checked.size,
        digest=checked.digest,
    )
    record_deed("add_material", dialogue, account, digest=checked.digest)
    # Kept under a name of our own: nothing on the disk is called what somebody sent.
    material.file.save(uuid4().hex, ContentFile(checked.content), save=False)
    material.save(force_insert=True)
    return material


@transaction.atomic
def remove_material(actor: Actor, material: Material) -> None:
    """Take a file away for good. Asked twice, it does nothing the second time.

    Raises
    ------
    PermissionDenied
        To all but those who hold the dialogue.
    """
    account = require_organiser(actor, material.dialogue.series)
    if Material.objects.filter(pk=material.pk).delete()[0]:
        record_deed("remove_material", material.dialogue, account, digest=material.digest)
        storage, name = material.file.storage, material.file.name or ""
        transaction.on_commit(lambda: storage.delete(name))


def material_views(dialogue: Dialogue, language: str) -> list[MaterialView]:
    """The files beside a dialogue that the reader may see; none of a closed one. Three queries."""
    if dialogue.house_rule == HouseRule.CLOSED:
        return []
    found = list(Material.objects.filter(dialogue=dialogue))
    words = wordings([material.title_id for material in found], language)
    return [
        MaterialView(
            id=material.pk,
            title=words[material.title_id],
            kind_label=_("image") if material.kind == "image" else material.kind.upper(),
            file_name=material.file_name,
            size=material.size,
            added_at=material.added_at,
        )
        for material in found
    ]


def find_material(dialogue: Dialogue, pk: UUID) -> Material:
    """That file of a dialogue that the reader may see; Http404 where there is none, or it is closed."""
    found = Material.objects.filter(dialogue=dialogue, pk=pk).select_related("dialogue__series__reflection")
    material = found.first()
    if material is None or dialogue.house_rule == HouseRule.CLOSED:
        raise Http404
    return material
