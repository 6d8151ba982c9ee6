"""Putting a file beside a dialogue."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from placet.stages.contributions.attachments.checking import CheckedFile, checked_file
from placet.stages.mandates.forms.multilingual import MultilingualForm, Words

ACCEPTED = ".pdf,.docx,.odt,.png,.jpg,.jpeg,.webp"


class MaterialForm(MultilingualForm):
    """A title and a file."""

    words: ClassVar = {"title": Words(_("Title"), _("What is in the file, in a few words."))}
    file = forms.FileField(
        label=_("File"), max_length=400, widget=forms.ClearableFileInput({"accept": ACCEPTED})
    )
    order: ClassVar = ("title", "file")
    checked: CheckedFile  # what of the file is kept, once the form is valid

    def __init__(self, *args: Any, languages: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, languages=languages, **kwargs)
        self.fields["file"].help_text = gettext(
            "PDF, DOCX, ODT or an image, at most %(limit)d megabytes. Look at its properties first: they may "
            "name its author."
        ) % {"limit": settings.ATTACHMENT_MAX_BYTES // 1_000_000}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("file"):
            try:
                self.checked = checked_file(data["file"])
            except ValidationError as refusal:
                self._add_refusal(refusal)
        return data
